package geo

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"testudo/internal/units"
)

// Lines of Karney's test set for WGS-84 (GeographicLib, MIT; GeodTest.dat) and of
// GeographicLib's own tests for nearly antipodal points (GeodSolve6 to 11, which
// state millimetres). Degrees and metres.
func TestValidateGeodesics(t *testing.T) {
	for _, c := range []struct{ lat1, lon1, lat2, lon2, s, tol float64 }{
		{35.60777, -139.44815, -11.17491, -69.95921, 8935244.5604818305, 1e-6},
		{-17.42761, 173.34268, -15.84784, 5.93557, 16076603.1631180673, 1e-6},
		{-87.85331, 85.66836, 66.48646, 16.09921, 17286615.3147144645, 1e-6},
		{36.493349428792, 0, 36.49334942879201, .0000008, 0.072, 0.5e-3},
		{88.202499451857, 0, -88.202499451857, 179.981022032992859592, 20003898.214, 0.5e-3},
		{89.333123580033, 0, -89.333123580032997687, 179.99295812360148422, 20003926.881, 0.5e-3},
		{56.320923501171, 0, -56.320923501171, 179.664747671772880215, 19993558.287, 0.5e-3},
		{52.784459512564, 0, -52.784459512563990912, 179.634407464943777557, 19991596.095, 0.5e-3},
		{48.522876735459, 0, -48.52287673545898293, 179.599720456223079643, 19989144.774, 0.5e-3},
	} {
		s, _, _ := WGS84.Inverse(Deg(c.lat1, c.lon1), Deg(c.lat2, c.lon2))
		if d := math.Abs(float64(s) - c.s); !(d < c.tol) {
			t.Errorf("(%g, %g) to (%g, %g): %.9f m, published %.9f (off by %g)", c.lat1, c.lon1, c.lat2, c.lon2, float64(s), c.s, d)
		}
	}
	// Azimuths of the first line.
	_, a1, a2 := WGS84.Inverse(Deg(35.60777, -139.44815), Deg(-11.17491, -69.95921))
	if math.Abs(a1.Degrees()-111.098748429560326) > 1e-9 || math.Abs(a2.Degrees()-129.289270889708762) > 1e-9 {
		t.Errorf("azimuths %.12f and %.12f, published 111.098748429560326 and 129.289270889708762", a1.Degrees(), a2.Degrees())
	}
}

// The shortest line between opposite points of the equator goes over a pole: half
// a meridian ellipse, 20003931.4586 m on WGS-84 (Karney 2013, §2).
func TestValidateAntipodes(t *testing.T) {
	for _, c := range [][4]float64{{0, 0, 0, 180}, {90, 0, -90, 0}, {30, 10, -30, -170}} {
		s, _, _ := WGS84.Inverse(Deg(c[0], c[1]), Deg(c[2], c[3]))
		if math.Abs(float64(s)-20003931.4586) > 1e-4 {
			t.Errorf("%v: %.6f m", c, float64(s))
		}
	}
}

// What Direct reaches, Inverse finds again, on WGS-84 and on a sphere.
func TestGeodesicsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.SampledFrom([]Ellipsoid{WGS84, Sphere(6371000), {A: 6378137, F: 1.0 / 150}}).Draw(t, "earth")
		a := Deg(rapid.Float64Range(-90, 90).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lon"))
		az := units.Degrees(rapid.Float64Range(-180, 180).Draw(t, "azimuth"))
		s := rapid.Float64Range(0, 1.99e7).Draw(t, "distance")
		b, _ := e.Direct(a, az, units.Length(s))
		got, _, _ := e.Inverse(a, b)
		// Beyond the cut locus another line may be shorter, never longer.
		if float64(got) > s+1e-6 || s < 1.9e7 && math.Abs(float64(got)-s) > 1e-6 {
			t.Fatalf("went %.9f m, found %.9f m", s, float64(got))
		}
		back, _, _ := e.Inverse(b, a)
		if math.Abs(float64(back-got)) > 1e-6 {
			t.Fatalf("there %.9f m, back %.9f m", float64(got), float64(back))
		}
	})
}

// Published values of pymap3d's tests (github geospace-code/pymap3d, BSD-2).
func TestValidateFrames(t *testing.T) {
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
	if x := WGS84.LLA(ECEF{0.001 * WGS84.A, 0, 0}); math.Abs(float64(x.Lat)) > 1e-9 || math.Abs(float64(x.Alt)+0.999*WGS84.A) > 1e-6 {
		t.Errorf("deep below the equator: %v", x)
	}
}

func TestFramesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Deg(rapid.Float64Range(-90, 90).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lon"))
		p.Alt = units.Length(rapid.Float64Range(-10000, 5e6).Draw(t, "alt"))
		r := WGS84.ECEF(p)
		if h := WGS84.Height(r); math.Abs(h-float64(p.Alt)) > 1e-3 {
			t.Fatalf("height %.6f of %.6f", h, float64(p.Alt))
		}
		q := WGS84.ECEF(WGS84.LLA(r))
		for i := range r {
			if math.Abs(q[i]-r[i]) > 1e-6 {
				t.Fatalf("%v came back as %v", r, q)
			}
		}
		f := WGS84.Frame(Deg(rapid.Float64Range(-90, 90).Draw(t, "lat0"), rapid.Float64Range(-180, 180).Draw(t, "lon0")))
		if s := f.ECEF(f.ENU(r)); math.Abs(s[0]-r[0])+math.Abs(s[1]-r[1])+math.Abs(s[2]-r[2]) > 1e-6 {
			t.Fatalf("%v came back as %v", r, s)
		}
	})
}

// sqrt(2·4/3·R·h + h²) with R = 6371.0088 km (handbook form of the 4/3 Earth).
func TestValidateHorizon(t *testing.T) {
	for h, want := range map[float64]float64{10: 13.034, 100: 41.218, 1000: 130.347, 10000: 412.303, 100000: 1307.263} {
		if got := Horizon(units.Length(h)).Km(); math.Abs(got-want) > 6e-4 {
			t.Errorf("h %g m: %.4f km, table %.3f", h, got, want)
		}
	}
	if Horizon(-5) != 0 {
		t.Error("a target below the ground has no horizon")
	}
}

func BenchmarkInverse(b *testing.B) {
	p, q := Deg(39, 127), Deg(35.7, 139.7)
	for i := 0; i < b.N; i++ {
		WGS84.Inverse(p, q)
	}
}
