package report

import (
	"encoding/csv"
	"math"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"testudo/internal/catalog"
	"testudo/internal/cover"
	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/theatre"
)

// TestValidateCountryAreas compares areas from the outlines with the land and
// inland-water areas of the CIA World Factbook (total area, 2014 edition).
// Tolerance 3 %: outlines at 1:50 million cut off what is smaller than a
// kilometre or so, and leave out the smallest islands.
func TestValidateCountryAreas(t *testing.T) {
	for code, km2 := range map[string]float64{"JPN": 377915, "KOR": 99720, "PRK": 120538, "POL": 312685, "USA": 9833517, "ISR": 20770, "RUS": 17098242} {
		o, ok := CountryOutline(code)
		if !ok {
			t.Errorf("%s has no outline", code)
			continue
		}
		tol := 0.03
		if code == "ISR" || code == "USA" {
			// Israel's figure leaves out what the outline's Golan adds; the figure of
			// the USA counts coastal and Great Lakes waters that the outline does not.
			tol = 0.08
		}
		if got := o.AreaM2() / 1e6; math.Abs(got/km2-1) > tol {
			t.Errorf("%s: %.0f km2, published %.0f", code, got, km2)
		}
	}
	if _, ok := CountryOutline("XXX"); ok {
		t.Error("a country that does not exist has an outline")
	}
}

func TestOutlineContains(t *testing.T) {
	for _, x := range []struct {
		code     string
		lat, lon float64
		want     bool
	}{{"KOR", 37.57, 126.98, true}, {"PRK", 37.57, 126.98, false}, {"PRK", 39.03, 125.75, true}, {"JPN", 35.7, 139.7, true}, {"JPN", 38, 134, false}, {"USA", 64.8, -147.7, true}, {"USA", 21.4, -158.0, true}, {"RUS", 66, -172, true}, {"ZAF", -29.6, 28.2, false}} {
		o, ok := CountryOutline(x.code)
		if !ok {
			t.Fatalf("no outline of %s", x.code)
		}
		if got := o.Contains(geo.Deg(x.lat, x.lon)); got != x.want {
			t.Errorf("%s holds %g %g: %v, want %v", x.code, x.lat, x.lon, got, x.want)
		}
	}
}

// TestClip checks that a cut ring stays within the window and keeps the area it
// shares with it, against a rectangle whose overlap is known.
func TestClip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := func(name string) float64 { return rapid.Float64Range(-50, 150).Draw(t, name) }
		x0, y0 := f("x"), f("y")
		x1, y1 := x0+rapid.Float64Range(0.1, 200).Draw(t, "w"), y0+rapid.Float64Range(0.1, 200).Draw(t, "h")
		got := clip([][2]float64{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}, 0, 0, 100, 80)
		area := 0.0
		for i, p := range got {
			q := got[(i+1)%len(got)]
			area += (p[0]*q[1] - q[0]*p[1]) / 2
			if p[0] < -1e-9 || p[1] < -1e-9 || p[0] > 100+1e-9 || p[1] > 80+1e-9 {
				t.Fatalf("%v lies outside the window", p)
			}
		}
		want := math.Max(0, math.Min(x1, 100)-math.Max(x0, 0)) * math.Max(0, math.Min(y1, 80)-math.Max(y0, 0))
		if math.Abs(area-want) > 1e-6*(1+want) {
			t.Fatalf("area %g, want %g", area, want)
		}
	})
}

// small is a theatre across the date line with a hostile name on everything.
func small(name string) *theatre.Theatre {
	t := &theatre.Theatre{Name: name, Raid: name, Earth: flight.RealEarth()}
	t.Nations = []theatre.Nation{{ID: name, Name: name}, {ID: "PRK", Name: name, Attacker: true}}
	t.Assets = []theatre.Asset{{ID: name, Name: name, Nation: 0, At: geo.Deg(52, 179.5), Value: 1}, {ID: "b", Name: name, Nation: 0, At: geo.Deg(53, -178), Value: 1}}
	t.Areas = []theatre.Area{{ID: name, Name: name, Nation: 1, At: geo.Deg(56, 170)}}
	t.Batteries = []theatre.Battery{{ID: name, System: name, At: geo.Deg(52, -179), Radar: -1}}
	return t
}

func TestMapsStayInertAndTogether(t *testing.T) {
	th := small(nasty)
	w := &cover.Timeline{Scenario: nasty, Raid: nasty, Runs: 1, Postures: []cover.PostureTimes{{Posture: nasty, Flights: []cover.FlightTime{{Asset: nasty, AssetName: nasty, Nation: nasty, Missile: nasty, From: nasty, ImpactS: 400, Seen: []cover.SensorTime{{Sensor: nasty, Nation: nasty, S: 40}}}}}}}
	list := append(Maps(th, new(catalog.Book)), WarnChart(th, new(catalog.Book), w), WarnDetail(th, new(catalog.Book), w), WarnMap(th, new(catalog.Book), w))
	for _, d := range list {
		all, _ := read(t, []byte(d.SVG()))
		for _, e := range all {
			if e.name == "script" || e.name == "img" || e.name == "foreignObject" {
				t.Errorf("%s holds a <%s>", d.Name, e.name)
			}
			for k := range e.attrs {
				if strings.HasPrefix(k, "on") {
					t.Errorf("%s holds a handler %s", d.Name, k)
				}
			}
			for _, k := range []string{"x", "y", "cx", "cy", "d", "width", "height"} {
				if strings.Contains(e.attrs[k], "NaN") || strings.Contains(e.attrs[k], "Inf") {
					t.Errorf("%s: %s=%q", d.Name, k, e.attrs[k])
				}
			}
		}
		if _, err := csv.NewReader(strings.NewReader(d.CSV)).ReadAll(); err != nil {
			t.Errorf("%s: CSV: %v", d.Name, err)
		}
		if strings.ContainsAny(d.SVG()+d.CSV+WarnText(w), "\x1b") {
			t.Errorf("%s: an escape came through", d.Name)
		}
	}
	// Across the date line the frame must be a few hundred km wide, not the world.
	m := newMap(frame(th), 1000, 0)
	if w := m.mapW / m.perM; w > 3e6 {
		t.Errorf("a theatre across the date line was framed %.0f km wide", w/1000)
	}
}

// TestLabelsDoNotCollide writes many labels into a crowd and checks that no two
// that were written overlap.
func TestLabelsDoNotCollide(t *testing.T) {
	m := newMap([]geo.LLA{geo.Deg(36, 127), geo.Deg(38, 130)}, 1000, 0)
	written := 0
	for i := 0; i < 60; i++ {
		if m.beside(300+float64(i%10)*12, 300+float64(i/10)*9, 3, "a place with a name", "s") {
			written++
		}
	}
	// Those farther off have a line that leads there.
	if n := strings.Count(m.b.String(), `class="lead"`); n == 0 || n >= written {
		t.Errorf("%d of %d labels are led to", n, written)
	}
	if written < 10 || written == 60 {
		t.Fatalf("%d of 60 labels written: the test says nothing", written)
	}
	for i, a := range m.taken {
		for _, b := range m.taken[:i] {
			if overlap(a, b) {
				t.Fatalf("labels overlap: %v and %v", a, b)
			}
		}
	}
}

func TestCountriesFileIsSmallAndStated(t *testing.T) {
	if len(countriesBin) > 600_000 {
		t.Errorf("the outlines take %d bytes", len(countriesBin))
	}
	readme, err := os.ReadFile("mapdata/README.md")
	if err != nil || !strings.Contains(string(readme), "Natural Earth") {
		t.Error("mapdata/README.md does not say where the outlines come from")
	}
}

// The ice of the Arctic is no land: on a map about the pole no country covers
// the middle, Antarctica on the far side least of all, and meridians meet there.
func TestMapAboutThePole(t *testing.T) {
	for _, c := range []struct {
		lat  float64
		land bool
	}{{88.5, false}, {-88.5, true}} {
		m := newMap([]geo.LLA{geo.Deg(c.lat, 20), geo.Deg(c.lat, -160), geo.Deg(c.lat, 110)}, 1000, 800e3)
		m.base(nil, nil)
		svg := m.b.String()
		if got := strings.Contains(svg, `class="land"`); got != c.land {
			t.Errorf("latitude %g: land drawn: %v", c.lat, got)
		}
		net := svg[:strings.Index(svg, `" class="net"`)]
		net = net[strings.LastIndex(net, `d="`):]
		if n := strings.Count(net, "M"); n < 12 {
			t.Errorf("latitude %g: %d lines of the graticule, not the twelve meridians", c.lat, n)
		}
	}
}

// TestSettled: smoothing moves no point farther than it may, and lays stairs of a
// grid along the line they stand for.
func TestSettled(t *testing.T) {
	var stairs [][2]float64
	for i := 0; i < 200; i++ {
		a := 2 * math.Pi * float64(i) / 200
		stairs = append(stairs, [2]float64{10 * math.Round(30*math.Cos(a)), 10 * math.Round(30*math.Sin(a))})
	}
	off := func(pts [][2]float64) float64 {
		worst := 0.0
		for _, p := range pts {
			worst = math.Max(worst, math.Abs(math.Hypot(p[0], p[1])-300))
		}
		return worst
	}
	out := settled(stairs, 5)
	for i := range out {
		if d := math.Hypot(out[i][0]-stairs[i][0], out[i][1]-stairs[i][1]); d > 5+1e-9 {
			t.Fatalf("point %d moved by %g, allowed are 5", i, d)
		}
	}
	if a, b := off(stairs), off(out); b > 0.8*a {
		t.Errorf("stairs are off the circle by %g, smoothed by %g", a, b)
	}
}

// TestHoles: of two nested rings the inner one is the hole, with its own area.
func TestHoles(t *testing.T) {
	pl := cover.NewPlane(geo.WGS84, geo.Deg(36, 128))
	ring := func(r float64, turn float64) cover.Line {
		var l cover.Line
		for i := 0; i < 360; i++ {
			a := turn * float64(i) * math.Pi / 180
			p, _ := pl.Inverse(r*math.Cos(a), r*math.Sin(a))
			l = append(l, p)
		}
		return l
	}
	for _, turn := range []float64{1, -1} {
		hs, area := holes([]cover.Line{ring(20e3, -turn), ring(200e3, turn)}, pl)
		if want := math.Pi * 20e3 * 20e3; len(hs) != 1 || math.Abs(area/want-1) > 1e-3 {
			t.Errorf("%d holes of %g m2, want one of %g", len(hs), area, want)
		}
	}
	if hs, _ := holes([]cover.Line{ring(20e3, 1), ring(200e3, 1)}, pl); len(hs) != 0 {
		t.Error("an island was taken for a hole")
	}
}

// TestRungs: postures that change nothing for a flight share a line, and the flight
// that gains most is the one drawn in detail.
func TestRungs(t *testing.T) {
	at := func(x float64) *float64 { return &x }
	flight := func(asset string, alert float64) cover.FlightTime {
		return cover.FlightTime{Asset: asset, AssetName: asset, ImpactS: 400, AlertS: at(alert)}
	}
	w := &cover.Timeline{Postures: []cover.PostureTimes{
		{Posture: "alone", Flights: []cover.FlightTime{flight("a", 100), flight("b", 100)}},
		{Posture: "warning", Flights: []cover.FlightTime{flight("a", 100), flight("b", 60)}},
		{Posture: "tracks", Flights: []cover.FlightTime{flight("a", 95), flight("b", 60)}},
	}}
	w.Postures[1].Flights[0].AlertGainS = at(0) // what was gained is no difference
	for i, want := range []string{"alone to warning, tracks", "alone, warning to tracks"} {
		var got []string
		for _, r := range rungs(w, i) {
			got = append(got, r.name(w))
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("flight %d: %s, want %s", i, s, want)
		}
	}
	if m := MostGained(w); len(m.Postures) != 3 || len(m.Postures[0].Flights) != 1 || m.Postures[0].Flights[0].Asset != "b" {
		t.Errorf("in detail: %+v", m.Postures[0].Flights)
	}
}
