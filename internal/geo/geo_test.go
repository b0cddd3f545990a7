package geo

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"testudo/internal/units"
)

// Published values of pymap3d's tests (github geospace-code/pymap3d, BSD-2), with
// the tolerances stated there.
func TestValidateFramesAgainstPymap3d(t *testing.T) {
	p := Deg(42, -82)
	p.Alt = 200
	r := WGS84.ECEF(p)
	for i, want := range [3]float64{660675.2518247, -4700948.68316, 4245737.66222} {
		if math.Abs(r[i]-want) > 1e-4 {
			t.Errorf("ECEF %d: %.5f, published %.5f", i, r[i], want)
		}
	}
	u := FromAzElRange(units.Degrees(33), units.Degrees(70), 1000)
	for i, want := range [3]float64{186.2775, 286.8422, 939.6926} {
		if math.Abs(u[i]-want) > 1e-4 {
			t.Errorf("ENU %d: %.5f, published %.4f", i, u[i], want)
		}
	}
	for i, want := range [3]float64{286.8422, 186.2775, -939.6926} {
		if n := u.NED(); math.Abs(n[i]-want) > 1e-4 {
			t.Errorf("NED %d: %.5f, published %.4f", i, n[i], want)
		}
	}
	f := WGS84.Frame(p)
	q := f.ECEF(u)
	for i, want := range [3]float64{660930.19276, -4701424.22296, 4246579.60463} {
		if math.Abs(q[i]-want) > 1e-4 {
			t.Errorf("AER to ECEF %d: %.5f, published %.5f", i, q[i], want)
		}
	}
	v := WGS84.Frame(Deg(42, -82)).RotateToENU([3]float64{5, 3, 2})
	for i, want := range [3]float64{5.368859646588048, 3.008520763668120, -0.352347711524077} {
		if math.Abs(v[i]-want) > 1e-9 {
			t.Errorf("velocity %d: %.12f, published %.12f", i, v[i], want)
		}
	}
	b := WGS84.A * (1 - WGS84.F)
	if x := WGS84.LLA(ECEF{0, 0, b + 1}); math.Abs(x.Lat.Degrees()-90) > 1e-9 || math.Abs(float64(x.Alt)-1) > 1e-6 {
		t.Errorf("above the pole: %v", x)
	}
	if x := WGS84.LLA(ECEF{0.001 * WGS84.A, 0, 0}); math.Abs(float64(x.Lat)) > 1e-9 || x.Lon != 0 || math.Abs(float64(x.Alt)+0.999*WGS84.A) > 1e-6 {
		t.Errorf("deep below the equator: %v", x)
	}
}

// The line of sight that dips 45° to the north from 1 km above 10° N, 20° W meets
// the Earth at 10.009041667° N after 1414.32515 m (pymap3d's test of
// look-at-spheroid, 1e-6 deg): here the other way round, the ground point is seen
// at that dip and range.
func TestValidateLookDown(t *testing.T) {
	p := Deg(10, -20)
	p.Alt = 1000
	for _, c := range []struct{ lat, lon, az, r float64 }{
		{10.009041667, -20, 0, 1414.32515}, {10.00639336, -19.993549978, 45, 1414.324795}, {9.99481382, -19.992528, 125, 1414.324671},
	} {
		az, el, r := WGS84.Frame(p).ENU(WGS84.ECEF(Deg(c.lat, c.lon))).AzElRange()
		// 1e-6 deg of the ground point is 0.11 m, of 1414 m range 0.0045°.
		if turnDeg(az.Degrees(), c.az) > 6e-3 || math.Abs(el.Degrees()+45) > 6e-3 || math.Abs(float64(r)-c.r) > 0.11 {
			t.Errorf("azimuth %g: seen at %.5f°, %.5f°, %.4f m; published %g°, -45°, %.4f m", c.az, az.Degrees(), el.Degrees(), float64(r), c.az, c.r)
		}
	}
}

// Facts of the ellipsoid: semi-axes at the equator and the poles; NIMA TR8350.2
// prints the polar semi-axis as 6356752.3142 m.
func TestValidateAxes(t *testing.T) {
	if b := WGS84.ECEF(Deg(90, 0))[2]; math.Abs(b-6356752.3142) > 5e-5 {
		t.Errorf("polar semi-axis %.5f", b)
	}
	for lon, want := range map[float64]ECEF{0: {6378137, 0, 0}, 90: {0, 6378137, 0}, 180: {-6378137, 0, 0}, 360: {6378137, 0, 0}} {
		if d := chordM(WGS84.ECEF(Deg(0, lon)), want); d > 1e-8 {
			t.Errorf("equator at %g°: %g m off", lon, d)
		}
	}
}

// LLA undoes ECEF anywhere from the surface to 10,000 km out, and in longitude
// and height finds the very numbers.
func TestLLARoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.SampledFrom(earths).Draw(t, "earth")
		p := Deg(rapid.OneOf(rapid.Float64Range(-90, 90), rapid.SampledFrom([]float64{0, 90, -90, 1e-12, 89.99999999})).Draw(t, "lat"), rapid.Float64Range(-179.9999, 179.9999).Draw(t, "lon"))
		p.Alt = units.Length(rapid.Float64Range(-10000, 1e7).Draw(t, "alt"))
		r := e.ECEF(p)
		q := e.LLA(r)
		if math.Abs(float64(q.Alt-p.Alt)) > 1e-8 || math.Abs(q.Lat.Degrees()-p.Lat.Degrees()) > 1e-12 || turnDeg(q.Lon.Degrees(), p.Lon.Degrees())*math.Cos(float64(p.Lat)) > 1e-12 {
			t.Fatalf("%v came back as %v", p, q)
		}
		if h := e.Height(r); e.F < 0.004 && math.Abs(h-float64(p.Alt)) > 1e-8 {
			t.Fatalf("height %.9f of %.9f", h, float64(p.Alt))
		}
	})
}

// Deep inside the Earth several latitudes fit; the one found belongs to the place
// all the same, and nowhere is the surface nearer than it says (off the equator's
// plane, where the published convention differs).
func TestLLANearTheCentre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.SampledFrom(earths).Draw(t, "earth")
		// The evolute, where the number of latitudes changes, is 43 to 86 km off.
		size := rapid.OneOf(rapid.Float64Range(1e4, 1e5), rapid.Map(rapid.Float64Range(-9, 6), func(x float64) float64 { return math.Pow(10, x) })).Draw(t, "distance")
		part := rapid.OneOf(rapid.Float64Range(-1, 1), rapid.SampledFrom([]float64{0, 1e-9, -1e-9, 1}))
		r := ECEF{size * part.Draw(t, "x"), size * part.Draw(t, "y"), size * part.Draw(t, "z")}
		p := e.LLA(r)
		if d := chordM(e.ECEF(p), r); !(d < 1e-8) {
			t.Fatalf("%v came back %.3g m off, by %v", r, d, p)
		}
		if r[2] == 0 {
			return
		}
		other := e.ECEF(Deg(rapid.Float64Range(-90, 90).Draw(t, "lat"), p.Lon.Degrees()))
		if d := chordM(other, r); d < -float64(p.Alt)-1e-6 {
			t.Fatalf("%v is %.9f m deep, and %.9f m from %v", r, -float64(p.Alt), d, other)
		}
	})
	if p := WGS84.LLA(ECEF{}); chordM(WGS84.ECEF(p), ECEF{}) > 1e-8 {
		t.Errorf("the centre is at %v", p)
	}
	for _, z := range []float64{1, 6.4e6, -6.4e6} {
		if p := WGS84.LLA(ECEF{0, 0, z}); p.Lon != 0 || math.Abs(p.Lat.Degrees()-math.Copysign(90, z)) > 1e-12 {
			t.Errorf("on the axis at %g: %v", z, p)
		}
	}
}

// A frame is a rotation with up along the normal, north towards the pole.
func TestFrames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anywhere(t, "origin")
		p.Alt = units.Length(rapid.Float64Range(-1000, 1e6).Draw(t, "alt"))
		f := WGS84.Frame(p)
		for i := range f.R {
			for j := range f.R {
				dot := f.R[i][0]*f.R[j][0] + f.R[i][1]*f.R[j][1] + f.R[i][2]*f.R[j][2]
				want := 0.0
				if i == j {
					want = 1
				}
				if math.Abs(dot-want) > 1e-15*4 {
					t.Fatalf("rows %d and %d: %g", i, j, dot)
				}
			}
		}
		e, n, up := f.R[0], f.R[1], f.R[2]
		if d := e[0]*(n[1]*up[2]-n[2]*up[1]) - e[1]*(n[0]*up[2]-n[2]*up[0]) + e[2]*(n[0]*up[1]-n[1]*up[0]); math.Abs(d-1) > 1e-14 {
			t.Fatalf("determinant %v: not right-handed", d)
		}
		if n[2] < -1e-15 || math.Abs(e[2]) > 0 {
			t.Fatalf("north points south, or east out of the parallel: %v", f.R)
		}
		above := p
		above.Alt += 1000
		if u := f.ENU(WGS84.ECEF(above)); math.Abs(u[0])+math.Abs(u[1])+math.Abs(u[2]-1000) > 1e-8 {
			t.Fatalf("1000 m above is at %v", u)
		}
		r := WGS84.ECEF(anywhere(t, "target"))
		u := f.ENU(r)
		if d := chordM(f.ECEF(u), r); d > 1e-8 {
			t.Fatalf("ENU and back: %g m off", d)
		}
		v := [3]float64{rapid.Float64Range(-1e4, 1e4).Draw(t, "vx"), rapid.Float64Range(-1e4, 1e4).Draw(t, "vy"), rapid.Float64Range(-1e4, 1e4).Draw(t, "vz")}
		if w := f.RotateToECEF(f.RotateToENU(v)); chordM(w, v) > 1e-10 {
			t.Fatalf("a velocity turned there and back: %v, %v", v, w)
		}
		az, el, d := u.AzElRange()
		if !(az >= 0 && az < 2*math.Pi && math.Abs(float64(el)) <= math.Pi/2) || math.Abs(float64(d)-chordM(r, f.Origin)) > 1e-8 {
			t.Fatalf("%v is seen at %v, %v, %v", u, az, el, d)
		}
		if w := FromAzElRange(az, el, d); chordM(ECEF(w), ECEF(u)) > 1e-8 {
			t.Fatalf("azimuth, elevation and range and back: %v, %v", u, w)
		}
	})
}

func TestAzElRangeAtTheEdges(t *testing.T) {
	for u, want := range map[ENU][2]float64{
		{0, 1, 0}: {0, 0}, {1, 0, 0}: {90, 0}, {0, -1, 0}: {180, 0}, {-1, 0, 0}: {270, 0}, {0, 0, 5}: {0, 90}, {0, 0, -5}: {0, -90}, {}: {0, 0}, {-1e-300, 1, 0}: {0, 0}, {1, 1, math.Sqrt2}: {45, 45},
	} {
		if az, el, _ := u.AzElRange(); math.Abs(az.Degrees()-want[0]) > 1e-12 || math.Abs(el.Degrees()-want[1]) > 1e-12 {
			t.Errorf("%v is seen at %v°, %v°, want %v", u, az.Degrees(), el.Degrees(), want)
		}
	}
}

// sqrt(2·4/3·R·h + h²) with R = 6371.0088 km, to the metre of a computed table;
// and the handbook's 4.12·√h km for low heights (M. I. Skolnik, "Radar Handbook",
// ch. 2, as 1.23·√h nautical miles and feet), to its three digits.
func TestValidateHorizon(t *testing.T) {
	for h, want := range map[float64]float64{10: 13.034, 100: 41.218, 1000: 130.347, 10000: 412.303, 100000: 1307.263} {
		if got := Horizon(units.Length(h)).Km(); math.Abs(got-want) > 6e-4 {
			t.Errorf("h %g m: %.4f km, table %.3f", h, got, want)
		}
		if got := Horizon(units.Length(h)).Km() / math.Sqrt(h); h <= 1000 && math.Abs(got-4.12) > 5e-3 {
			t.Errorf("h %g m: %.4f √h, handbook 4.12", h, got)
		}
	}
	if Horizon(-5) != 0 || Horizon(0) != 0 {
		t.Error("a target not above the ground has a horizon")
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Float64Range(0, 1e6).Draw(t, "a"), rapid.Float64Range(0, 1e6).Draw(t, "b")
		if a < b != (Horizon(units.Length(a)) < Horizon(units.Length(b))) && a != b {
			t.Fatalf("the horizon does not grow between %g and %g m", a, b)
		}
	})
}

// At the horizon's distance a low target appears level: over a sphere of 4/3 the
// radius its elevation is zero by definition, so the bent ray's must be zero to
// the order left out, (s/R)³ and the curvature of the ellipsoid (1 % of s/2R).
func TestElevation43AtTheHorizon(t *testing.T) {
	e := Sphere(MeanRadius)
	f := e.Frame(Deg(36, 128))
	for _, h := range []float64{10, 100, 1000, 9999} {
		s := float64(Horizon(units.Length(h)))
		p, _ := e.Direct(Deg(36, 128), units.Degrees(70), units.Length(s))
		p.Alt = units.Length(h)
		el := float64(Elevation43(e, f, e.ECEF(p)))
		if math.Abs(el) > 2*math.Pow(s/MeanRadius, 3) {
			t.Errorf("a target at %g m on its horizon appears at %g rad", h, el)
		}
		_, geometric, _ := f.ENU(e.ECEF(p)).AzElRange()
		if lift := el - float64(geometric); math.Abs(lift/(s/(8*MeanRadius))-1) > 0.01 {
			t.Errorf("refraction lifts a target at %g m by %g rad, want s/8R = %g", h, lift, s/(8*MeanRadius))
		}
	}
	// Above 10 km the line of sight is straight; at the radar itself nothing bends.
	high := Deg(36.5, 128)
	high.Alt = 10001
	_, want, _ := f.ENU(e.ECEF(high)).AzElRange()
	if got := Elevation43(e, f, e.ECEF(high)); got != want {
		t.Errorf("a target above 10 km: %v, straight %v", got, want)
	}
	if got := Elevation43(e, f, f.Origin); got != 0 {
		t.Errorf("the radar sees itself at %v", got)
	}
}

func BenchmarkHeight(b *testing.B) {
	p := Deg(39, 127)
	p.Alt = 300e3
	r := WGS84.ECEF(p)
	for i := 0; i < b.N; i++ {
		sink += WGS84.Height(r)
	}
}

func BenchmarkLLA(b *testing.B) {
	p := Deg(39, 127)
	p.Alt = 300e3
	r := WGS84.ECEF(p)
	for i := 0; i < b.N; i++ {
		sink += float64(WGS84.LLA(r).Alt)
	}
}

var sink float64
