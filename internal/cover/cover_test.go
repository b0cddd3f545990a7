package cover

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/sense"
	"testudo/internal/theatre"
)

// TestPlaneRoundTrip: any place comes back from the plane, on the ellipsoid and
// on a sphere.
func TestPlaneRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := func(name string, hi float64) float64 { return rapid.Float64Range(-hi, hi).Draw(t, name) }
		el := geo.WGS84
		if rapid.Bool().Draw(t, "sphere") {
			el = geo.Sphere(6371e3)
		}
		p := NewPlane(el, geo.Deg(f("lat0", 89), f("lon0", 180)))
		at := geo.Deg(f("lat", 89), f("lon", 180))
		x, y, ok := p.Forward(at)
		if !ok || math.Hypot(x, y) > 1.9*p.radius {
			return
		}
		back, ok := p.Inverse(x, y)
		if !ok {
			t.Fatal("no way back")
		}
		if d, _, _ := el.Inverse(at, back); float64(d) > 1 {
			t.Fatalf("%v came back as %v, %.2f m off", at, back, float64(d))
		}
	})
}

// TestValidatePlaneIsEqualArea compares the area of a degree cell on the plane
// with the closed form for a zone of the ellipsoid (Snyder 1987, eq. 3-12).
func TestValidatePlaneIsEqualArea(t *testing.T) {
	for _, lat := range []float64{0, 25, 37, 60, 80} {
		p := NewPlane(geo.WGS84, geo.Deg(30, 128))
		var ring [][2]float64
		add := func(la, lo float64) {
			x, y, _ := p.Forward(geo.Deg(la, lo))
			ring = append(ring, [2]float64{x, y})
		}
		const n = 200
		for i := 0; i < n; i++ {
			add(lat, 140+float64(i)/n)
		}
		for i := 0; i < n; i++ {
			add(lat+float64(i)/n, 141)
		}
		for i := 0; i < n; i++ {
			add(lat+1, 141-float64(i)/n)
		}
		for i := 0; i < n; i++ {
			add(lat+1-float64(i)/n, 140)
		}
		got := 0.0
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			got += (a[0]*b[1] - b[0]*a[1]) / 2
		}
		q := func(l float64) float64 { return p.q(math.Sin(l * math.Pi / 180)) }
		want := geo.WGS84.A * geo.WGS84.A / 2 * math.Pi / 180 * (q(lat+1) - q(lat))
		if math.Abs(got/want-1) > 1e-4 {
			t.Errorf("latitude %g: %.1f km2 on the plane, %.1f on the ellipsoid", lat, got/1e6, want/1e6)
		}
	}
}

// TestContourOfADisc: a lattice that falls off as a cone from 1 gives contours
// that are circles of known area, one closed line each.
func TestContourOfADisc(t *testing.T) {
	const step, n = 10e3, 61
	m := &Map{StepM: step, I0: -30, J0: -30, NI: n, NJ: n, Values: make([]Value, n*n), plane: NewPlane(geo.Sphere(6371e3), geo.Deg(10, 20))}
	for j := -30; j <= 30; j++ {
		for i := -30; i <= 30; i++ {
			v := &m.Values[(j+30)*n+i+30]
			v.P[Alone] = math.Max(0, 1-math.Hypot(float64(i), float64(j))/30)
			if math.Hypot(float64(i), float64(j)) < 10 {
				v.Shots[Alone] = 1
			}
		}
	}
	for _, l := range []float64{0.2, 0.5, 0.8} {
		lines := m.Contour(Alone, l)
		if len(lines) != 1 {
			t.Fatalf("level %g: %d lines, want 1", l, len(lines))
		}
		r := 30 * step * (1 - l)
		area := 0.0
		for i, p := range lines[0] {
			q := lines[0][(i+1)%len(lines[0])]
			ax, ay, _ := m.plane.Forward(p)
			bx, by, _ := m.plane.Forward(q)
			area += (ax*by - bx*ay) / 2
		}
		if want := math.Pi * r * r; area < 0 || math.Abs(area/want-1) > 0.01 {
			t.Errorf("level %g: area %.0f km2 within the line, want %.0f (and the higher ground on the left)", l, area/1e6, want/1e6)
		}
		if got := m.AreaM2(Alone, l); math.Abs(got/(math.Pi*r*r)-1) > 0.03 {
			t.Errorf("level %g: %.0f km2 counted, want %.0f", l, got/1e6, math.Pi*r*r/1e6)
		}
	}
	if len(m.ShotContour(Alone, 1)) != 1 || len(m.ShotContour(Alone, 2)) != 0 {
		t.Error("the contour of opportunities is not one disc")
	}
	if k := m.Kill(Alone, geo.Deg(10, 20)); math.Abs(k-1) > 1e-9 {
		t.Errorf("at the centre %g, want 1", k)
	}
	if k := m.Kill(Alone, geo.Deg(-60, -100)); k != 0 {
		t.Errorf("far outside %g, want 0", k)
	}
}

// TestContourHoleAndEdge: a ring with a hole gives two lines, and ground that
// reaches the lattice's edge still closes.
func TestContourHoleAndEdge(t *testing.T) {
	const n = 21
	m := &Map{StepM: 1e3, I0: -10, J0: -10, NI: n, NJ: n, Values: make([]Value, n*n), plane: NewPlane(geo.Sphere(6371e3), geo.Deg(0, 0))}
	for j := -10; j <= 10; j++ {
		for i := -10; i <= 10; i++ {
			if r := math.Hypot(float64(i), float64(j)); r > 3 {
				m.Values[(j+10)*n+i+10].P[Cued] = 1
			}
		}
	}
	if got := len(m.Contour(Cued, 0.5)); got != 2 {
		t.Errorf("%d lines, want the edge and the hole", got)
	}
}

// TestValidateRadarDisc compares the field of an all-round radar without air
// with the closed form: ground range θ of a target at height h seen at least
// elevation 0 is acos(R/(R+h)).
func TestValidateRadarDisc(t *testing.T) {
	th := &theatre.Theatre{Earth: flight.SphereEarth(6371e3, 3.986004418e14), Sensors: []theatre.Sensor{{ID: "r", Radar: &sense.Radar{RangeLimited: true, ReferenceRange: 5e6}}, {ID: "ir"}}}
	v, err := Radar(th, "r", 100e3, 1)
	if err != nil {
		t.Fatal(err)
	}
	theta := math.Acos(6371.0 / 6471.0)
	want := 2 * math.Pi * 6371e3 * 6371e3 * (1 - math.Cos(theta))
	if math.Abs(v.SearchM2/want-1) > 1e-3 || math.Abs(v.HorizonM/(theta*6371e3)-1) > 1e-3 {
		t.Errorf("area %.0f km2, horizon %.1f km; want %.0f, %.1f", v.SearchM2/1e6, v.HorizonM/1e3, want/1e6, theta*6371)
	}
	// A sixth of the circle is a sixth of the area; a short range binds instead of
	// the horizon.
	th.Sensors[0].Radar.AzimuthField = math.Pi / 3
	if w, _ := Radar(th, "r", 100e3, 1); math.Abs(w.SearchM2/v.SearchM2-1.0/6) > 1e-3 {
		t.Errorf("a sixth of the field covers %.4f of the area", w.SearchM2/v.SearchM2)
	}
	th.Sensors[0].Radar.ReferenceRange = 200e3
	if w, _ := Radar(th, "r", 100e3, 1); w.HorizonM != 0 || !(w.SearchM2 < v.SearchM2/20) {
		t.Errorf("a range of 200 km gives %.0f km2, horizon %.0f km", w.SearchM2/1e6, w.HorizonM/1e3)
	}
	for _, bad := range []struct {
		id   string
		h, a float64
	}{{"nobody", 1e5, 1}, {"ir", 1e5, 1}, {"r", -1, 1}, {"r", 1e5, 0}, {"r", math.NaN(), 1}} {
		if _, err := Radar(th, bad.id, bad.h, bad.a); err == nil {
			t.Errorf("%v gave no error", bad)
		}
	}
}

// TestAllLooks: a round at every look kills with one minus the chance that all
// miss, and a look below the least worth a round is not counted.
func TestAllLooks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := rapid.SliceOf(rapid.Float64Range(0, 1)).Draw(t, "p")
		var v Value
		miss, best := 1.0, 0.0
		for _, p := range ps {
			v.add(Cued, p)
			best = math.Max(best, p)
			if p >= LeastShot {
				miss *= 1 - p
			}
		}
		if math.Abs(v.All[Cued]-(1-miss)) > 1e-12 || v.P[Cued] != best || v.All[Alone] != 0 {
			t.Fatalf("of %v: all %g, want %g; best %g, want %g", ps, v.All[Cued], 1-miss, v.P[Cued], best)
		}
	})
}
