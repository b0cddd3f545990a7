package geo

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"testudo/internal/units"
)

// apartM is the distance in space of two places on an ellipsoid, m.
func apartM(e Ellipsoid, a, b LLA) float64 { return chordM(e.ECEF(a), e.ECEF(b)) }

func chordM(a, b ECEF) float64 {
	return math.Sqrt((a[0]-b[0])*(a[0]-b[0]) + (a[1]-b[1])*(a[1]-b[1]) + (a[2]-b[2])*(a[2]-b[2]))
}

// turnDeg is the least angle between two azimuths, degrees.
func turnDeg(a, b float64) float64 { return math.Abs(math.Remainder(a-b, 360)) }

// Lines of C. F. F. Karney's test set for WGS-84 (GeographicLib, MIT licence:
// geodesictest.js, 15 digits): inverse and direct, forwards and backwards, to a
// micrometre and 1e-9 degrees.
func TestValidateGeodesicsAgainstKarney(t *testing.T) {
	for _, c := range []struct{ lat1, lon1, azi1, lat2, lon2, azi2, s float64 }{
		{35.60777, -139.44815, 111.098748429560326, -11.17491, -69.95921, 129.289270889708762, 8935244.5604818305},
		{-17.42761, 173.34268, -159.033557661192928, -15.84784, 5.93557, -20.787484651536988, 16076603.1631180673},
		{6.96833, 52.74123, 92.581585386317712, -7.39675, 206.17291, 90.721692165923907, 17102477.2496958388},
		{-87.85331, 85.66836, -65.120313040242748, 66.48646, 16.09921, -4.888658719272296, 17286615.3147144645},
		{-19.79938, -174.47484, 71.167275780171533, -11.99349, -154.35109, 65.589099775199228, 2319004.8601169389},
	} {
		a, b := Deg(c.lat1, c.lon1), Deg(c.lat2, c.lon2)
		for _, way := range []struct {
			from, to   LLA
			azi1, azi2 float64
		}{{a, b, c.azi1, c.azi2}, {b, a, c.azi2 + 180, c.azi1 + 180}} {
			s, z1, z2 := WGS84.Inverse(way.from, way.to)
			if math.Abs(float64(s)-c.s) > 1e-6 || turnDeg(z1.Degrees(), way.azi1) > 1e-9 || turnDeg(z2.Degrees(), way.azi2) > 1e-9 {
				t.Errorf("inverse from (%g, %g): %.9f m at %.12f° and %.12f°, published %.9f, %.12f, %.12f", c.lat1, c.lon1, float64(s), z1.Degrees(), z2.Degrees(), c.s, way.azi1, way.azi2)
			}
			p, z := WGS84.Direct(way.from, units.Degrees(way.azi1), units.Length(c.s))
			if d := apartM(WGS84, p, way.to); d > 1e-6 || turnDeg(z.Degrees(), way.azi2) > 1e-9 {
				t.Errorf("direct from (%g, %g): %.3g m off, azimuth %.12f°, published %.12f", c.lat1, c.lon1, d, z.Degrees(), way.azi2)
			}
		}
	}
}

// Nearly antipodal and very short lines of GeographicLib's own tests (GeodSolve4
// to 11, MIT licence), which print millimetres.
func TestValidateHardGeodesics(t *testing.T) {
	for _, c := range []struct{ lat1, lat2, lon12, s float64 }{
		{36.493349428792, 36.49334942879201, .0000008, 0.072},
		{88.202499451857, -88.202499451857, 179.981022032992859592, 20003898.214},
		{89.333123580033, -89.333123580032997687, 179.99295812360148422, 20003926.881},
		{56.320923501171, -56.320923501171, 179.664747671772880215, 19993558.287},
		{52.784459512564, -52.784459512563990912, 179.634407464943777557, 19991596.095},
		{48.522876735459, -48.52287673545898293, 179.599720456223079643, 19989144.774},
	} {
		s, _, _ := WGS84.Inverse(Deg(c.lat1, 0), Deg(c.lat2, c.lon12))
		if d := math.Abs(float64(s) - c.s); !(d <= 0.5e-3) {
			t.Errorf("%g to %g over %g°: %.6f m, published %.3f", c.lat1, c.lat2, c.lon12, float64(s), c.s)
		}
	}
	// Along the equator the bulge gives way beyond (1-f)·180°: 179.5° is on a
	// the circle no longer (GeodSolve33, which prints whole metres).
	for _, c := range [][3]float64{{179, 90, 19926189}, {179.5, 55.96650, 19980862}} {
		s, z, _ := WGS84.Inverse(Deg(0, 0), Deg(0, c[0]))
		// Two lines are equally short, north and south of the equator.
		if north := math.Min(z.Degrees(), 180-z.Degrees()); math.Abs(float64(s)-c[2]) > 0.5 || math.Abs(north-c[1]) > 5e-6 {
			t.Errorf("along the equator to %g°: %.4f m at %.6f°, published %.0f at %.5f", c[0], float64(s), z.Degrees(), c[2], c[1])
		}
	}
}

// Half a meridian ellipse joins opposite points of the equator, of the poles and
// of everything between: 20003931.4586 m on WGS-84 (Karney 2013, §2); half the
// equator is longer by 33.6 km.
func TestValidateAntipodes(t *testing.T) {
	for _, c := range [][4]float64{{0, 0, 0, 180}, {0, 30, 0, -150}, {90, 0, -90, 0}, {-90, 20, 90, 77}, {30, 10, -30, -170}, {-89.999, -100, 89.999, 80}} {
		s, azi, _ := WGS84.Inverse(Deg(c[0], c[1]), Deg(c[2], c[3]))
		if math.Abs(float64(s)-20003931.4586) > 1e-4 {
			t.Errorf("%v: %.6f m", c, float64(s))
		}
		if b, _ := WGS84.Direct(Deg(c[0], c[1]), azi, s); apartM(WGS84, b, Deg(c[2], c[3])) > 1e-6 {
			t.Errorf("%v: the line at %.9f° ends elsewhere", c, azi.Degrees())
		}
	}
}

// The distance along a meridian is the integral of its radius of curvature
// A(1-e²)/(1-e² sin² φ)^(3/2), here by Simpson's rule; along the equator it is an
// arc of a circle.
func TestValidateMeridianAndEquator(t *testing.T) {
	arc := func(e Ellipsoid, a, b float64) float64 {
		const n = 2000
		h, sum := (b-a)/n, 0.0
		for i := 0; i <= n; i++ {
			w := 2.0 + 2*float64(i%2)
			if i == 0 || i == n {
				w = 1
			}
			s := math.Sin(a + h*float64(i))
			sum += w / math.Pow(1-e.e2()*s*s, 1.5)
		}
		return e.A * (1 - e.e2()) * sum * h / 3
	}
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.SampledFrom(earths).Draw(t, "earth")
		a, b := rapid.Float64Range(-90, 90).Draw(t, "from"), rapid.Float64Range(-90, 90).Draw(t, "to")
		lon := rapid.Float64Range(-180, 180).Draw(t, "lon")
		want := math.Abs(arc(e, float64(units.Degrees(a)), float64(units.Degrees(b))))
		s, z1, z2 := e.Inverse(Deg(a, lon), Deg(b, lon))
		if math.Abs(float64(s)-want) > 1e-6 {
			t.Fatalf("from %g to %g: %.9f m, integral %.9f", a, b, float64(s), want)
		}
		along := 0.0
		if b < a {
			along = 180
		}
		if want > 1 && (turnDeg(z1.Degrees(), along) > 1e-9 || turnDeg(z2.Degrees(), along) > 1e-9) {
			t.Fatalf("from %g to %g: azimuths %v and %v", a, b, z1.Degrees(), z2.Degrees())
		}
		lon12 := rapid.Float64Range(-178, 178).Draw(t, "along the equator")
		s, z1, _ = e.Inverse(Deg(0, lon), Deg(0, lon+lon12))
		if want := e.A * math.Abs(float64(units.Degrees(lon12))); math.Abs(float64(s)-want) > 1e-6 || want > 1 && turnDeg(z1.Degrees(), math.Copysign(90, lon12)) > 1e-9 {
			t.Fatalf("%g° along the equator: %.9f m at %.9f°, want %.9f", lon12, float64(s), z1.Degrees(), want)
		}
	})
}

// On a sphere: the great circle by T. Vincenty's form of it, which keeps its
// digits at all distances, and the azimuth by the four-part formula.
func TestValidateSphere(t *testing.T) {
	e := Sphere(6371e3)
	rapid.Check(t, func(t *rapid.T) {
		a, b := anywhere(t, "a"), anywhere(t, "b")
		sa, ca := math.Sincos(float64(a.Lat))
		sb, cb := math.Sincos(float64(b.Lat))
		sl, cl := math.Sincos(float64(b.Lon - a.Lon))
		x, y := cb*sl, ca*sb-sa*cb*cl
		want := e.A * math.Atan2(math.Hypot(x, y), sa*sb+ca*cb*cl)
		s, z, _ := e.Inverse(a, b)
		if math.Abs(float64(s)-want) > 1e-6 {
			t.Fatalf("%.9f m, great circle %.9f", float64(s), want)
		}
		// An azimuth matters by the distance it moves the other end.
		if off := turnDeg(z.Degrees(), math.Atan2(x, y)*180/math.Pi) * math.Pi / 180 * e.A * math.Sin(want/e.A); off > 1e-6 {
			t.Fatalf("azimuth %.12f°, great circle %.12f°", z.Degrees(), math.Atan2(x, y)*180/math.Pi)
		}
	})
}

// Frozen from ourselves on a flattening of 1/20, where every term of the series
// counts, to 1e-8 m: a slip in a coefficient of the sixth order, which no
// comparison on the Earth could show, is seen here.
func TestRegressStrongFlattening(t *testing.T) {
	e := Ellipsoid{6378137, 1.0 / 20}
	for _, c := range []struct{ lat, azi, s, lat2, lon2, azi2 float64 }{
		{20, 35, 6e6, 56.763478585303375, 54.885094991046202, 72.689585005094827},
		{-40, 10, 1.3e7, 79.20460684187357, 48.525839586210246, 43.63083122731296},
		{5, 80, 1.1e7, 8.9620494615279505, 99.713145771165074, 97.078983211108095},
		{0, 1, 4e6, 38.981048920827995, 0.73621315841520019, 1.261392103291483},
	} {
		p, z := e.Direct(Deg(c.lat, 0), units.Degrees(c.azi), units.Length(c.s))
		if d := apartM(e, p, Deg(c.lat2, c.lon2)); !(d < 1e-8) || turnDeg(z.Degrees(), c.azi2) > 1e-12 {
			t.Errorf("from %g at %g° over %g m: {%.17g, %.17g, %.17g}, %.3g m from where it was", c.lat, c.azi, c.s, p.Lat.Degrees(), p.Lon.Degrees(), z.Degrees(), d)
		}
		if s, z1, _ := e.Inverse(Deg(c.lat, 0), p); math.Abs(float64(s)-c.s) > 1e-3 || turnDeg(z1.Degrees(), c.azi) > 1e-8 {
			t.Errorf("back from there: %.9f m at %.12f°, went %g at %g", float64(s), z1.Degrees(), c.s, c.azi)
		}
	}
}

var earths = []Ellipsoid{WGS84, Sphere(6371e3), {A: 6378137, F: 1.0 / 150}}

// anywhere draws a place, often a special one.
func anywhere(t *rapid.T, name string) LLA {
	lat := rapid.OneOf(rapid.Float64Range(-90, 90), rapid.SampledFrom([]float64{0, 90, -90, 89.9999999, -1e-9})).Draw(t, name+" latitude")
	lon := rapid.OneOf(rapid.Float64Range(-180, 360), rapid.SampledFrom([]float64{0, 180, -180, 90, 360})).Draw(t, name+" longitude")
	return Deg(lat, lon)
}

// opposite draws a place near, or exactly at, the other end of the Earth.
func opposite(t *rapid.T, a LLA) LLA {
	off := rapid.OneOf(rapid.Float64Range(-1, 1), rapid.Float64Range(-1e-4, 1e-4), rapid.SampledFrom([]float64{0}))
	lat := math.Max(-90, math.Min(90, -a.Lat.Degrees()+off.Draw(t, "off opposite, latitude")))
	return Deg(lat, a.Lon.Degrees()+180+off.Draw(t, "off opposite, longitude"))
}

// On any ellipsoid a geodesic's length and longitude are integrals over the arc σ
// on the auxiliary sphere (Karney 2013, equations 7 and 8), here by Simpson's
// rule and not by series: b ∫√(1+k² sin² σ) dσ and
// ω - f sin α0 ∫(2-f)/(1+(1-f)√(1+k² sin² σ)) dσ. The stronger flattenings show
// errors of the higher terms that the Earth's hides; what the series leaves out
// there is measured and allowed.
func TestValidateGeodesicsAgainstQuadrature(t *testing.T) {
	const n = 1600
	for _, c := range []struct{ f, tol float64 }{{0, 5e-8}, {1 / 298.257223563, 5e-8}, {1.0 / 150, 5e-8}, {1.0 / 50, 5e-7}, {1.0 / 20, 3e-4}} {
		e := Ellipsoid{6378137, c.f}
		b := e.A * (1 - e.F)
		rapid.Check(t, func(t *rapid.T) {
			alpha0 := rapid.Float64Range(0, math.Pi/2).Draw(t, "azimuth at the node")
			from := rapid.Float64Range(-math.Pi, math.Pi).Draw(t, "from")
			arc := rapid.Float64Range(0.01, 3).Draw(t, "arc")
			s0, c0 := math.Sincos(alpha0)
			k2 := c0 * c0 * e.e2() / ((1 - e.F) * (1 - e.F))
			at := func(sigma float64) (beta, omega, azi float64) {
				s, c := math.Sincos(sigma)
				return math.Atan2(c0*s, math.Hypot(c0*c, s0)), math.Atan2(s0*s, c), math.Atan2(s0, c0*c)
			}
			// Only what differs from 1 is summed, lest rounding add up.
			s, drag, h := 0.0, 0.0, arc/n
			for i := 0; i <= n; i++ {
				w := 2.0 + 2*float64(i%2)
				if i == 0 || i == n {
					w = 1
				}
				sn := math.Sin(from + h*float64(i))
				g := math.Sqrt(1 + k2*sn*sn)
				s += w * (g - 1) * h / 3
				drag += w * (1 - e.F) * (1 - g) / (1 + (1-e.F)*g) * h / 3
			}
			s, drag = arc+s, arc+drag
			b1, w1, z1 := at(from)
			b2, w2, z2 := at(from + arc)
			lat := func(beta float64) units.Angle {
				return units.Angle(math.Atan2(math.Sin(beta), (1-e.F)*math.Cos(beta)))
			}
			p := LLA{Lat: lat(b1)}
			want := LLA{Lat: lat(b2), Lon: units.Angle(w2 - w1 - e.F*s0*drag)}
			q, z := e.Direct(p, units.Angle(z1), units.Length(b*s))
			if d := apartM(e, q, want); d > c.tol || turnDeg(z.Degrees(), units.Angle(z2).Degrees())*math.Cos(b2) > c.tol/1e5 {
				t.Fatalf("f = %.4f: %.3g m from the quadrature, azimuth %.12f° against %.12f°", e.F, d, z.Degrees(), units.Angle(z2).Degrees())
			}
		})
	}
}

// What Direct reaches, Inverse finds again, by a line no longer.
func TestDirectThenInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.SampledFrom(earths).Draw(t, "earth")
		a := anywhere(t, "a")
		az := units.Degrees(rapid.OneOf(rapid.Float64Range(-180, 180), rapid.SampledFrom([]float64{0, 90, 180, -90})).Draw(t, "azimuth"))
		s := rapid.OneOf(rapid.Float64Range(0, 1.99e7), rapid.Float64Range(0, 1e-2)).Draw(t, "distance")
		b, _ := e.Direct(a, az, units.Length(s))
		got, _, _ := e.Inverse(a, b)
		// Beyond the cut locus another line may be shorter, never longer.
		if float64(got) > s+1e-6 || s < 1.9e7 && math.Abs(float64(got)-s) > 1e-6 {
			t.Fatalf("went %.9f m, found %.9f m", s, float64(got))
		}
	})
}

// What Inverse finds, Direct follows: to the other place, arriving at the other
// azimuth; the way back is as long. Also between nearly opposite places.
func TestInverseThenDirect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.SampledFrom(earths).Draw(t, "earth")
		a := anywhere(t, "a")
		b := anywhere(t, "b")
		if rapid.Bool().Draw(t, "opposite") {
			b = opposite(t, a)
		}
		s, z1, z2 := e.Inverse(a, b)
		if !(s >= 0 && float64(s) <= math.Pi*e.A) {
			t.Fatalf("%v m", float64(s))
		}
		p, z := e.Direct(a, z1, s)
		if d := apartM(e, p, b); d > 1e-6 {
			t.Fatalf("the line of %.6f m at %.12f° ends %.3g m off", float64(s), z1.Degrees(), d)
		}
		// At a pole azimuth and longitude are one; elsewhere it must agree.
		if cos := math.Cos(float64(b.Lat)); s > 1 && turnDeg(z.Degrees(), z2.Degrees())*cos > 1e-9 {
			t.Fatalf("arrives at %.12f°, said %.12f°", z.Degrees(), z2.Degrees())
		}
		back, _, _ := e.Inverse(b, a)
		if math.Abs(float64(back-s)) > 1e-7 {
			t.Fatalf("there %.9f m, back %.9f m", float64(s), float64(back))
		}
		// Clairaut: cos β · sin α is the same at both ends (β: parametric latitude).
		clairaut := func(p LLA, z units.Angle) float64 {
			return math.Cos(math.Atan2((1-e.F)*math.Sin(float64(p.Lat)), math.Cos(float64(p.Lat)))) * math.Sin(float64(z))
		}
		if d := clairaut(a, z1) - clairaut(b, z2); math.Abs(d)*float64(s) > 1e-6 {
			t.Fatalf("Clairaut's constant changes by %g", d)
		}
	})
}

// No detour is shorter: the distance is a metric, between opposite places too,
// where a solver that stops at the wrong one of several lines would be caught.
func TestNoDetourIsShorter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.SampledFrom(earths).Draw(t, "earth")
		a, m := anywhere(t, "a"), anywhere(t, "m")
		b := anywhere(t, "b")
		if rapid.Bool().Draw(t, "opposite") {
			b = opposite(t, a)
		}
		ab, _, _ := e.Inverse(a, b)
		am, _, _ := e.Inverse(a, m)
		mb, _, _ := e.Inverse(m, b)
		if float64(ab) > float64(am+mb)+1e-6 {
			t.Fatalf("%.9f m, by a detour %.9f m", float64(ab), float64(am+mb))
		}
		if c := apartM(e, a, b); float64(ab) < c-1e-6 {
			t.Fatalf("%.9f m, straight through the Earth %.9f m", float64(ab), c)
		}
		if aa, _, _ := e.Inverse(a, Deg(a.Lat.Degrees(), a.Lon.Degrees()+360)); float64(aa) > 1e-6 {
			t.Fatalf("once round in longitude is %.9f m away", float64(aa))
		}
	})
}

// Two legs in one direction are one leg, backwards undoes forwards, and the
// whole meridian leads home.
func TestDirectAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.SampledFrom(earths).Draw(t, "earth")
		a := anywhere(t, "a")
		z := units.Degrees(rapid.Float64Range(-180, 180).Draw(t, "azimuth"))
		s1, s2 := rapid.Float64Range(-2e7, 2e7).Draw(t, "first leg"), rapid.Float64Range(-2e7, 2e7).Draw(t, "second leg")
		m, zm := e.Direct(a, z, units.Length(s1))
		b, zb := e.Direct(m, zm, units.Length(s2))
		want, zw := e.Direct(a, z, units.Length(s1+s2))
		if d := apartM(e, b, want); d > 1e-6 || turnDeg(zb.Degrees(), zw.Degrees())*math.Cos(float64(b.Lat)) > 1e-9 {
			t.Fatalf("two legs end %.3g m from one, at %.12f° and %.12f°", d, zb.Degrees(), zw.Degrees())
		}
		if b.Alt != 0 || !(math.Abs(float64(b.Lon)) <= math.Pi) || !(math.Abs(float64(b.Lat)) <= math.Pi/2) {
			t.Fatalf("outside the Earth's grid: %v", b)
		}
	})
	half, _, _ := WGS84.Inverse(Deg(90, 0), Deg(-90, 0))
	if b, z := WGS84.Direct(Deg(37, 127), 0, 2*half); apartM(WGS84, b, Deg(37, 127)) > 1e-6 || turnDeg(z.Degrees(), 0) > 1e-9 {
		t.Errorf("once round the meridian ends at %v, azimuth %v", b, z.Degrees())
	}
}

// The same place is no distance away; what is no number comes back as none, and
// comes back.
func TestGeodesicsAtTheEdges(t *testing.T) {
	for _, p := range []LLA{Deg(0, 0), Deg(90, 0), Deg(-90, 33), Deg(37.5, 127), Deg(0, 180)} {
		if s, z1, z2 := WGS84.Inverse(p, p); s != 0 || math.IsNaN(float64(z1)) || math.IsNaN(float64(z2)) {
			t.Errorf("%v to itself: %v m, azimuths %v and %v", p, float64(s), z1, z2)
		}
		if q, z := WGS84.Direct(p, units.Degrees(77), 0); apartM(WGS84, p, q) > 1e-8 || turnDeg(z.Degrees(), 77) > 1e-9 {
			t.Errorf("no step from %v leads to %v at %v°", p, q, z.Degrees())
		}
	}
	// Angles whose products underflow.
	for _, x := range []float64{5e-324, 1.8e-161, -1e-300, 1e-20} {
		s, _, _ := WGS84.Inverse(Deg(x, 1), Deg(0, 2.5))
		q, _ := WGS84.Direct(Deg(x, 1), units.Angle(math.Pi/2+x), s)
		if want := WGS84.A * 1.5 * math.Pi / 180; math.Abs(float64(s)-want) > 1e-6 || apartM(WGS84, q, Deg(0, 2.5)) > 1e-6 {
			t.Errorf("from latitude %g: %v m, want %v; ends at %v", x, float64(s), want, q)
		}
		if q, _ := WGS84.Direct(Deg(0, 0), units.Angle(x), s); !(apartM(WGS84, q, Deg(0, 0)) > 1e5) || math.Abs(float64(q.Lon)) > 1e-15 {
			t.Errorf("towards azimuth %g: %v", x, q)
		}
	}
	high := Deg(10, 20)
	high.Alt = 5000
	if s, _, _ := WGS84.Inverse(high, Deg(10, 20)); s != 0 {
		t.Errorf("height counts: %v m", float64(s))
	}
	for _, p := range []LLA{Deg(math.NaN(), 0), Deg(0, math.NaN()), Deg(0, math.Inf(1))} {
		if s, _, _ := WGS84.Inverse(p, Deg(1, 2)); !math.IsNaN(float64(s)) {
			t.Errorf("%v is %v m away", p, float64(s))
		}
	}
}

func BenchmarkInverse(b *testing.B) {
	p, q := Deg(39, 127), Deg(35.7, 139.7)
	for i := 0; i < b.N; i++ {
		WGS84.Inverse(p, q)
	}
}

func BenchmarkDirect(b *testing.B) {
	p := Deg(39, 127)
	for i := 0; i < b.N; i++ {
		WGS84.Direct(p, 1, 1e6)
	}
}
