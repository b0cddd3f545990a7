package export_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"testudo"
	"testudo/internal/export"
)

// What is out of order in a run shows nothing, sees nothing and passes nothing on.
// The Sea-based X-band radar of the shipped scenario is there in half the runs; the
// link from Japan is made so here.
func TestWhatIsOutOfOrderIsNotShown(t *testing.T) {
	text := "testudo: 1\ninclude: scenarios/northeast-asia-2014.yaml\nshare:\n  - {from: JPN, to: USA, level: track, availability: 0.5, source: assumption, reason: a test}\n"
	f, err := testudo.Parse("../../overlay.yaml", []byte(text), testudo.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	w, err := f.Compile("")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for run := range uint64(12) {
		r, err := w.Replay("tracks", 2014, run)
		if err != nil {
			t.Fatal(err)
		}
		s := r.Scene
		said := ""
		for _, h := range r.Happenings {
			said += h.Text + "\n"
		}
		data, err := export.CZML(s)
		if err != nil {
			t.Fatal(err)
		}
		list := packets(t, data)
		packet := func(name string) map[string]any {
			for _, p := range list {
				if p["name"] == name {
					return p
				}
			}
			t.Fatalf("no packet %q", name)
			return nil
		}
		for i := range s.Sensors {
			x := &s.Sensors[i]
			if x.ID != "sbx" {
				continue
			}
			down := x.WorksUntilS == 0
			if down != strings.Contains(said, "out of order in this run: sensor sbx") {
				t.Errorf("run %d: the events say otherwise of sbx", run)
			}
			if _, field := packet("Sea-based X-band radar")["ellipsoid"]; field == down {
				t.Errorf("run %d: down %v, a field %v", run, down, field)
			}
			if down {
				seen["sensor"]++
			} else {
				seen["no sensor"]++
			}
		}
		for i := range s.Links {
			x := &s.Links[i]
			if x.From != "JPN" || x.To != "USA" {
				if x.Down {
					t.Errorf("run %d: %s to %s is down", run, x.From, x.To)
				}
				continue
			}
			if x.Down != strings.Contains(said, "out of order in this run: link JPN to USA") {
				t.Errorf("run %d: the events say otherwise of the link", run)
			}
			if x.Down && len(x.Busy) > 0 {
				t.Errorf("run %d: messages pass a link that is down", run)
			}
			if x.Down {
				seen["link"]++
			} else if len(x.Busy) > 0 {
				seen["no link"]++
			}
		}
	}
	if len(seen) != 4 {
		t.Errorf("the runs show only %v", seen)
	}
}

// Lost sensors and links end where the scenario says, satellites stand nowhere, and
// a failed launch is seen to fail.
func TestWhatIsLostOrNowhere(t *testing.T) {
	s := scene(t, "../../scenarios/northeast-asia-2014.yaml", "mutual", 5, "sensors.sado.lost-at=400 s")
	data, err := export.CZML(s)
	if err != nil {
		t.Fatal(err)
	}
	failed, rings, lost := 0, 0, 0
	for _, p := range packets(t, data) {
		id, name := p["id"].(string), p["name"].(string)
		if strings.HasPrefix(name, "failed at launch") {
			failed++
		}
		if name == "Early-warning satellites" && p["position"] != nil {
			t.Error("satellites stand on the ground")
		}
		if strings.Contains(id, "-seen-") && p["polyline"] == nil {
			rings++
		}
		if e, ok := p["ellipsoid"].(map[string]any); ok && e["show"] != nil {
			lost++
		}
	}
	want := 0
	for i := range s.Missiles {
		if s.Missiles[i].Failed {
			want++
		}
		for _, x := range s.Missiles[i].Seen {
			if sn := &s.Sensors[x.Sensor]; sn.ID == "sado" && x.S > 400 {
				t.Error("a lost radar sees")
			}
		}
	}
	if failed != want || want == 0 || rings == 0 || lost != 1 {
		t.Errorf("%d launches fail, %d are shown; %d rings, %d fields that end", want, failed, rings, lost)
	}
}

// The ellipsoid of a track is the covariance: the axes turned back give it, and
// between two samples it does not tumble.
func TestTrackEllipsoidIsTheCovariance(t *testing.T) {
	s := scene(t, "../../scenarios/northeast-asia-2014.yaml", "mutual", 5)
	data, err := export.CZML(s)
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]map[string]any{}
	for _, p := range packets(t, data) {
		byID[p["id"].(string)] = p
	}
	tracks := 0
	for i := range s.Missiles {
		m := &s.Missiles[i]
		p := byID[fmt.Sprintf("missile-%d-track", i)]
		if p == nil {
			continue
		}
		tracks++
		radii := p["ellipsoid"].(map[string]any)["radii"].(map[string]any)["cartesian"].([]any)
		turns := p["orientation"].(map[string]any)["unitQuaternion"].([]any)
		for k := range m.Belief {
			num := func(list []any, n, j int) float64 { return list[n*k+1+j].(float64) }
			x, y, z, w := num(turns, 5, 0), num(turns, 5, 1), num(turns, 5, 2), num(turns, 5, 3)
			rot := [3][3]float64{{1 - 2*(y*y+z*z), 2 * (x*y - z*w), 2 * (x*z + y*w)}, {2 * (x*y + z*w), 1 - 2*(x*x+z*z), 2 * (y*z - x*w)}, {2 * (x*z - y*w), 2 * (y*z + x*w), 1 - 2*(x*x+y*y)}}
			trace := 0.0
			for a := range 3 {
				trace += m.Belief[k].Cov[a][a]
			}
			for a := range 3 {
				for b := range 3 {
					got := 0.0
					for j := range 3 {
						r := (num(radii, 4, j) - 1) / 3
						got += rot[a][j] * r * r * rot[b][j]
					}
					if off := math.Abs(got - m.Belief[k].Cov[a][b]); off > 0.01*trace+10*math.Sqrt(trace) {
						t.Fatalf("%s, sample %d: [%d][%d] is %g, the covariance %g (trace %g)", m.ID, k, a, b, got, m.Belief[k].Cov[a][b], trace)
					}
				}
			}
			if k > 0 {
				dot := 0.0
				for j := range 4 {
					dot += num(turns, 5, j) * turns[5*(k-1)+1+j].(float64)
				}
				// The nearest of the 24 rotations of a box is never more than 62.8° away.
				if dot < math.Cos(62.9*math.Pi/360) {
					t.Errorf("%s tumbles at sample %d: %g", m.ID, k, dot)
				}
			}
		}
	}
	if tracks < 20 {
		t.Errorf("only %d tracks", tracks)
	}
}

// The fields of radars are polygons after RFC 7946: closed, counterclockwise, within
// the map, with the pole where it lies inside; satellites have no geometry.
func TestGeoJSONFields(t *testing.T) {
	data, err := export.GeoJSON(scene(t, "../../scenarios/pacific-homeland.yaml", "japan-shares", 1))
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		Features []struct {
			Geometry *struct {
				Type        string
				Coordinates json.RawMessage
			}
			Properties map[string]any
		}
	}
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	pole, nowhere := 0, 0
	for _, f := range c.Features {
		if f.Geometry == nil {
			nowhere++
			continue
		}
		kind := f.Properties["kind"].(string)
		if kinds[kind]++; kind != "sensor-field" {
			continue
		}
		var polygons [][][][2]float64
		if f.Geometry.Type == "Polygon" {
			polygons = make([][][][2]float64, 1)
			err = json.Unmarshal(f.Geometry.Coordinates, &polygons[0])
		} else {
			kinds["cut"]++
			err = json.Unmarshal(f.Geometry.Coordinates, &polygons)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range polygons {
			r := p[0]
			area := 0.0
			for k, q := range r {
				if math.Abs(q[0]) > 180 || math.Abs(q[1]) > 90 {
					t.Errorf("%v: %v is off the map", f.Properties["id"], q)
				}
				if k == 0 {
					continue
				}
				area += r[k-1][0]*q[1] - q[0]*r[k-1][1]
				if math.Abs(q[0]-r[k-1][0]) > 180 {
					if pole++; q[1] != 90 || r[k-1][1] != 90 {
						t.Errorf("%v jumps from %v to %v", f.Properties["id"], r[k-1], q)
					}
				}
			}
			if len(p) != 1 || len(r) < 4 || r[0] != r[len(r)-1] || area <= 0 {
				t.Errorf("%v: %d rings, %d points, area %g", f.Properties["id"], len(p), len(r), area)
			}
		}
	}
	if pole == 0 || kinds["cut"] == 0 || nowhere != 1 || kinds["kill"] == 0 || kinds["failed-launch"]+kinds["arrival"]+kinds["hit"] == 0 {
		t.Errorf("%d poles, %d without a place, %v", pole, nowhere, kinds)
	}
	if bytes.Contains(data, []byte(`"busy_s":null`)) {
		t.Error("no message is null instead of an empty list")
	}
}
