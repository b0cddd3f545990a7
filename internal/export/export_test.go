package export_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"sort"
	"strings"
	"testing"

	"testudo"
	"testudo/internal/export"
	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/units"
)

func scene(t *testing.T, path, posture string, run uint64, sets ...string) *export.Scene {
	t.Helper()
	s, err := testudo.Load(path, sets...)
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Compile("")
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Replay(posture, 2014, run)
	if err != nil {
		t.Fatal(err)
	}
	return r.Scene
}

func packets(t *testing.T, data []byte) []map[string]any {
	t.Helper()
	var list []map[string]any
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// checkPieces wants intervals that follow on each other, each with its samples.
func checkPieces(t *testing.T, name string, list []any) {
	t.Helper()
	last := ""
	for _, x := range list {
		p := x.(map[string]any)
		from, to, _ := strings.Cut(p["interval"].(string), "/")
		if from >= to || last != "" && from != last {
			t.Errorf("%s: interval %s to %s after %s", name, from, to, last)
		}
		last = to
		checkSamples(t, name, p["cartographicDegrees"].([]any))
	}
}

func checkSamples(t *testing.T, name string, flat []any) {
	t.Helper()
	if len(flat)%4 != 0 || len(flat) < 8 {
		t.Errorf("%s has %d numbers", name, len(flat))
	}
	last := math.Inf(-1)
	for i := 0; i+3 < len(flat); i += 4 {
		at, lon, lat, alt := flat[i].(float64), flat[i+1].(float64), flat[i+2].(float64), flat[i+3].(float64)
		if at <= last || math.Abs(lon) > 180 || math.Abs(lat) > 90 || alt < -1000 || alt > 2e7 {
			t.Errorf("%s: sample %g %g %g %g after %g", name, at, lon, lat, alt, last)
		}
		last = at
	}
}

// lagrange interpolates between samples (time, place) as CesiumJS does: in
// Earth-fixed coordinates, through the degree+1 samples about the time.
func lagrange(ts []float64, rs [][3]float64, degree int, at float64) (r [3]float64) {
	index := sort.SearchFloat64s(ts, at)
	degree = min(degree, len(ts)-1)
	first := max(0, index-degree/2-1)
	if first+degree > len(ts)-1 {
		first = len(ts) - 1 - degree
	}
	for i := first; i <= first+degree; i++ {
		w := 1.0
		for j := first; j <= first+degree; j++ {
			if j != i {
				w *= (at - ts[j]) / (ts[i] - ts[j])
			}
		}
		for k := range r {
			r[k] += w * rs[i][k]
		}
	}
	return r
}

// What a globe draws between the samples of a CZML lies on the flight: within
// 100 m, a pixel at 100 km, of the trajectory the raid was played with.
func TestCZMLFollowsTheFlight(t *testing.T) {
	const tolM = 100
	el := geo.WGS84
	for _, c := range []struct{ path, posture string }{{"../../scenarios/northeast-asia-2014.yaml", "mutual"}, {"../../scenarios/pacific-homeland.yaml", "japan-shares"}, {"../../scenarios/levant-2024.yaml", "coalition-2024"}} {
		s, err := testudo.Load(c.path)
		if err != nil {
			t.Fatal(err)
		}
		w, err := s.Compile("")
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.Replay(c.posture, 2014, 3)
		if err != nil {
			t.Fatal(err)
		}
		flights := map[string]*flight.Trajectory{}
		for _, p := range w.Theatre.Paths {
			flights[w.Theatre.Types[p.Type].ID+w.Theatre.Areas[p.Area].ID+w.Theatre.Assets[p.Asset].ID] = p.Flight
		}
		data, err := export.CZML(r.Scene)
		if err != nil {
			t.Fatal(err)
		}
		byID := map[string][]any{}
		for _, p := range packets(t, data) {
			if list, ok := p["position"].([]any); ok {
				byID[p["id"].(string)] = list
			}
		}
		worst, seen := 0.0, 0
		for i := range r.Scene.Missiles {
			m := &r.Scene.Missiles[i]
			for _, x := range byID[fmt.Sprintf("missile-%d", i)] {
				p := x.(map[string]any)
				flat := p["cartographicDegrees"].([]any)
				var ts []float64
				var rs [][3]float64
				for k := 0; k+3 < len(flat); k += 4 {
					at := geo.Deg(flat[k+2].(float64), flat[k+1].(float64))
					at.Alt = units.Length(flat[k+3].(float64))
					ts, rs = append(ts, flat[k].(float64)), append(rs, [3]float64(el.ECEF(at)))
				}
				for at := ts[0]; at < ts[len(ts)-1]; at += 0.7 {
					got := lagrange(ts, rs, int(p["interpolationDegree"].(float64)), at)
					want, _ := flights[m.Type+m.From+m.Asset].At(at)
					off := math.Sqrt((got[0]-want[0])*(got[0]-want[0]) + (got[1]-want[1])*(got[1]-want[1]) + (got[2]-want[2])*(got[2]-want[2]))
					worst = math.Max(worst, off)
					if seen++; off > tolM {
						t.Errorf("%s: %s is drawn %.0f m off at %.1f s (piece from %g to %g s)", c.path, m.ID, off, at, ts[0], ts[len(ts)-1])
						break
					}
				}
			}
		}
		t.Logf("%s: %d places, at most %.1f m off, %d bytes", c.path, seen, worst, len(data))
		if seen == 0 {
			t.Errorf("%s: nothing flies", c.path)
		}
	}
}

// A CZML of the shipped raid of sixty missiles stays below 5 MB (issue text), its
// ids are unique, its parents and references exist, and samples rise in time.
func TestCZML(t *testing.T) {
	for _, c := range []struct{ path, posture string }{
		{"../../scenarios/northeast-asia-2014.yaml", "mutual"}, {"../../scenarios/pacific-homeland.yaml", "japan-shares"}, {"../../scenarios/gulf.yaml", "gulf-mutual"}, {"../../scenarios/textbook/closed-form.yaml", "alone"},
	} {
		s := scene(t, c.path, c.posture, 3)
		data, err := export.CZML(s)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 5_000_000 {
			t.Errorf("%s: %d bytes", c.path, len(data))
		}
		list := packets(t, data)
		if list[0]["id"] != "document" || list[0]["version"] != "1.0" {
			t.Errorf("%s: the first packet is %v", c.path, list[0])
		}
		ids := map[string]bool{}
		for _, p := range list {
			id := p["id"].(string)
			if ids[id] {
				t.Errorf("%s: two packets %s", c.path, id)
			}
			ids[id] = true
		}
		moving := 0
		for _, p := range list {
			if parent, ok := p["parent"].(string); ok && !ids[parent] {
				t.Errorf("%s: %v has no parent %s", c.path, p["id"], parent)
			}
			if list, ok := p["position"].([]any); ok {
				moving++
				checkPieces(t, fmt.Sprint(c.path, " ", p["id"]), list)
				continue
			}
			pos, _ := p["position"].(map[string]any)
			if ref, ok := pos["reference"].(string); ok && !ids[strings.TrimSuffix(ref, "#position")] {
				t.Errorf("%s: %v refers to %s", c.path, p["id"], ref)
			}
			flat, _ := pos["cartographicDegrees"].([]any)
			if _, timed := pos["epoch"]; !timed {
				continue
			}
			moving++
			checkSamples(t, fmt.Sprint(c.path, " ", p["id"]), flat)
		}
		if moving < len(s.Missiles)/2 {
			t.Errorf("%s: only %d things move", c.path, moving)
		}
	}
}

// What a scene counts is what the run's outcome counts, and every missile ends.
func TestSceneAddsUp(t *testing.T) {
	s := scene(t, "../../scenarios/northeast-asia-2014.yaml", "mutual", 5)
	kills, failed := 0, 0
	for i := range s.Missiles {
		m := &s.Missiles[i]
		switch {
		case m.Failed:
			failed++
		case m.Killed:
			kills++
		}
		if m.EndS < m.LaunchS || m.EndS > s.EndS {
			t.Errorf("%s: from %g to %g of %g s", m.ID, m.LaunchS, m.EndS, s.EndS)
		}
	}
	if kills != s.Kills || kills+failed+s.Leakers != len(s.Missiles) {
		t.Errorf("%d missiles: %d killed (%d), %d failed, %d arrive", len(s.Missiles), kills, s.Kills, failed, s.Leakers)
	}
	byKill := 0
	for i := range s.Shots {
		if s.Shots[i].ToS < s.Shots[i].FromS {
			t.Errorf("shot %d meets before it is launched", i)
		}
		if s.Shots[i].Result == "kill" {
			byKill++
		}
	}
	if byKill != kills {
		t.Errorf("%d kills, %d shots that kill", kills, byKill)
	}
	busy := 0
	for i := range s.Links {
		busy += len(s.Links[i].Busy)
	}
	if busy == 0 {
		t.Error("no message passes over any link")
	}
}

const hostile = `"<img src=x onerror=alert(1)></script><script>alert(2)</script>]]>\u0000\u001b[31m\u202e'"`

func hostileScene(t *testing.T) *export.Scene {
	text := "testudo: 1\ninclude: scenarios/northeast-asia-2014.yaml\nname: " + hostile + "\nassets:\n  tokyo: {name: " + hostile + "}\nsensors:\n  sado: {name: " + hostile + "}\n"
	text = strings.ReplaceAll(text, `\u0000`, `\x07`)
	s, err := testudo.Parse("../../hostile.yaml", []byte(text), testudo.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Compile("")
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Replay("mutual", 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	return r.Scene
}

// Hostile names stay inert: no description of CZML or KML holds an element or
// attribute that comes from a name, and no control character survives.
func TestHostileNamesAreInert(t *testing.T) {
	s := hostileScene(t)
	data, err := export.CZML(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packets(t, data) {
		d, _ := p["description"].(string)
		rest := strings.NewReplacer("<p>", "", "</p>", "").Replace(d)
		if strings.ContainsAny(rest, "<>\"") {
			t.Errorf("%v: description %q", p["id"], d)
		}
	}
	var k bytes.Buffer
	if err := export.KML(s, &k); err != nil {
		t.Fatal(err)
	}
	dec := xml.NewDecoder(bytes.NewReader(k.Bytes()))
	inside := ""
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch x := tok.(type) {
		case xml.StartElement:
			inside = x.Name.Local
			if strings.EqualFold(inside, "img") || strings.EqualFold(inside, "script") {
				t.Errorf("an element %s came from a name", inside)
			}
		case xml.CharData:
			if inside == "description" && strings.ContainsAny(string(x), "<>") {
				t.Errorf("description %q", x)
			}
		}
	}
	g, err := export.GeoJSON(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range [][]byte{data, k.Bytes(), g} {
		if bytes.ContainsAny(out, "\x07\x1b\u202e") || bytes.Contains(out, []byte(`\u001b`)) || bytes.Contains(out, []byte(`\u202e`)) {
			t.Error("a control character survives")
		}
	}
}

// GeoJSON after RFC 7946: positions within bounds, no line that jumps over the
// antimeridian; a Pacific raid crosses it.
func TestGeoJSONCutsAtTheAntimeridian(t *testing.T) {
	data, err := export.GeoJSON(scene(t, "../../scenarios/pacific-homeland.yaml", "japan-shares", 1))
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		Type     string
		Features []struct {
			Geometry struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(data, &c); err != nil || c.Type != "FeatureCollection" {
		t.Fatal(c.Type, err)
	}
	multi := 0
	for _, f := range c.Features {
		var parts [][][]float64
		switch f.Geometry.Type {
		case "LineString":
			var one [][]float64
			if err := json.Unmarshal(f.Geometry.Coordinates, &one); err != nil {
				t.Fatal(err)
			}
			parts = append(parts, one)
		case "MultiLineString":
			multi++
			if err := json.Unmarshal(f.Geometry.Coordinates, &parts); err != nil {
				t.Fatal(err)
			}
		}
		for _, line := range parts {
			if len(line) < 2 {
				t.Errorf("a line of %d points", len(line))
			}
			for i, p := range line {
				if math.Abs(p[0]) > 180 || math.Abs(p[1]) > 90 {
					t.Errorf("position %v", p)
				}
				if i > 0 && math.Abs(p[0]-line[i-1][0]) > 180 {
					t.Errorf("a line jumps from %v to %v", line[i-1], p)
				}
			}
		}
	}
	if multi == 0 {
		t.Error("nothing crosses the antimeridian: the test says nothing")
	}
}

// The same scene gives the same bytes, and a KMZ holds the KML.
func TestKMZ(t *testing.T) {
	s := scene(t, "../../scenarios/textbook/closed-form.yaml", "alone", 0)
	var a, b, k bytes.Buffer
	if err := errors.Join(export.KMZ(s, &a), export.KMZ(s, &b), export.KML(s, &k)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two archives of one scene differ")
	}
	z, err := zip.NewReader(bytes.NewReader(a.Bytes()), int64(a.Len()))
	if err != nil || len(z.File) != 1 || z.File[0].Name != "doc.kml" {
		t.Fatal(err)
	}
	f, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(f)
	if err != nil || !bytes.Equal(got, k.Bytes()) {
		t.Error("the archive holds something else", err)
	}
}
