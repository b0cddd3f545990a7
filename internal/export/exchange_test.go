package export_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"testudo/internal/export"
)

// readASI reads what IDA's reader does (github battleVerse/sandTable,
// R/read_ASI.R): names and positions by platform number, times as day of the
// year, year and clock.
func readASI(t *testing.T, data []byte) (names map[int]string, places map[int][][4]float64) {
	t.Helper()
	names, places = map[int]string{}, map[int][][4]float64{}
	token := regexp.MustCompile(`"[^"]*"|\S+`)
	for n, line := range strings.Split(string(data), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := token.FindAllString(line, -1)
		id := func() int {
			k, err := strconv.Atoi(f[1])
			if err != nil {
				t.Fatalf("line %d: %q", n+1, line)
			}
			return k
		}
		switch f[0] {
		case "Version", "RefLLA", "DegreeAngles", "CoordSystem", "ReferenceYear", "Classification", "ScenarioInfo":
		case "PlatformID", "PlatformType", "PlatformIcon", "GenericData", "CategoryData":
			id()
		case "PlatformName":
			names[id()] = strings.Trim(f[2], `"`)
		case "PlatformData":
			at, err := time.Parse("002 2006 15:04:05.000", strings.Trim(f[2], `"`))
			if err != nil || len(f) != 6 {
				t.Fatalf("line %d: %q: %v", n+1, line, err)
			}
			var p [4]float64
			p[0] = float64(at.UnixMilli()) / 1000
			for k := range 3 {
				if p[k+1], err = strconv.ParseFloat(f[3+k], 64); err != nil {
					t.Fatal(err)
				}
			}
			places[id()] = append(places[id()], p)
		default:
			t.Fatalf("line %d: unknown keyword %q", n+1, line)
		}
	}
	return names, places
}

func TestASIReadsBack(t *testing.T) {
	s := scene(t, "../../scenarios/northeast-asia-2014.yaml", "mutual", 5)
	data, err := export.ASI(s)
	if err != nil {
		t.Fatal(err)
	}
	names, places := readASI(t, data)
	flown := 0
	for id, name := range names {
		for i := range s.Missiles {
			m := &s.Missiles[i]
			if m.ID != strings.ReplaceAll(name, "_", "#") {
				continue
			}
			flown++
			p := places[id]
			if len(p) != len(m.Samples) {
				t.Fatalf("%s: %d places of %d", name, len(p), len(m.Samples))
			}
			for k := range p {
				x := m.Samples[k]
				if k > 0 && p[k][0] <= p[k-1][0] {
					t.Errorf("%s: time stands still", name)
				}
				if d := p[k][1] - x.At.Lat.Degrees(); d > 1e-6 || d < -1e-6 {
					t.Errorf("%s: latitude off by %g", name, d)
				}
			}
		}
	}
	want := 0
	for i := range s.Missiles {
		if !s.Missiles[i].Failed {
			want++
		}
	}
	if flown != want || want < 30 {
		t.Errorf("%d missiles are in the file, %d fly", flown, want)
	}
	readASI(t, func() []byte { d, _ := export.ASI(hostileScene(t)); return d }())
}

// TestSWAPReadsBack checks an archive against the format's own description
// (CDFOutputs.md): the columns, the types of events, the counts by entity.
func TestSWAPReadsBack(t *testing.T) {
	for _, s := range []*export.Scene{scene(t, "../../scenarios/gulf.yaml", "gulf-mutual", 2), hostileScene(t)} {
		var b bytes.Buffer
		if err := export.SWAP(s, &b); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		tables := map[string][]map[string]string{}
		var meta map[string]any
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(f.Name, ".yaml") {
				if err := yaml.Unmarshal(data, &meta); err != nil {
					t.Fatal(err)
				}
				continue
			}
			rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			name := strings.Join(strings.Split(f.Name, "_")[:2], "_")
			for _, r := range rows[1:] {
				m := map[string]string{}
				for k, v := range r {
					m[rows[0][k]] = v
					if v != "" && strings.ContainsRune("=+@", rune(v[0])) {
						t.Errorf("%s: a cell begins with %q", f.Name, v[:1])
					}
				}
				tables[name] = append(tables[name], m)
			}
		}
		entities, events, power := tables["CDF_EntityTable"], tables["CDF_Events"], tables["CDF_Cbt"]
		if len(entities) != meta["total_entities"].(int) || len(events) != meta["total_events"].(int) || len(power) == 0 {
			t.Fatalf("%d entities, %d events, %d lines of power; metadata %v", len(entities), len(events), len(power), meta)
		}
		known := map[string]bool{}
		want := map[string]int{}
		for _, e := range entities {
			known[e["id"]] = true
			want[e["id"]], _ = strconv.Atoi(e["total_events"])
		}
		kinds := map[string]int{"status update": 0, "location update": 0, "spotted secondary": 0, "seen by secondary": 0, "shot": 0, "kill": 0, "loss": 0}
		got := map[string]int{}
		ids := map[string]bool{}
		last := -1.0
		for _, e := range events {
			if _, ok := kinds[e["event_type"]]; !ok {
				t.Fatalf("event type %q", e["event_type"])
			}
			kinds[e["event_type"]]++
			got[e["primary_entity_id"]]++
			if !known[e["primary_entity_id"]] || e["secondary_entity_id"] != "" && !known[e["secondary_entity_id"]] {
				t.Errorf("event %s names an unknown entity", e["event_id"])
			}
			if ids[e["event_id"]] {
				t.Errorf("two events %s", e["event_id"])
			}
			ids[e["event_id"]] = true
			var detail map[string]string
			if err := json.Unmarshal([]byte(e["event_detail"]), &detail); err != nil {
				t.Errorf("%s: detail %q", e["event_id"], e["event_detail"])
			}
			at, err := strconv.ParseFloat(e["time"], 64)
			if err != nil || at < last {
				t.Errorf("%s: time %q after %g", e["event_id"], e["time"], last)
			}
			last = at
		}
		for id, n := range want {
			if got[id] != n {
				t.Errorf("%s: the table says %d events, there are %d", id, n, got[id])
			}
		}
		for k, n := range kinds {
			if n == 0 {
				t.Errorf("no event %q", k)
			}
		}
		if kinds["spotted secondary"] != kinds["seen by secondary"] {
			t.Error("who spots and who is seen differ")
		}
	}
}
