package flight

import (
	"math"
	"testing"

	"testudo/internal/geo"
	"testudo/internal/units"

	"pgregory.net/rapid"
)

// state is a position and velocity over an Earth, drawn.
func state(t *rapid.T, e Earth, maxAltM float64) (r, v [3]float64) {
	at := geo.LLA{
		Lat: units.Angle(rapid.Float64Range(-1.57, 1.57).Draw(t, "lat")),
		Lon: units.Angle(rapid.Float64Range(-3.1, 3.1).Draw(t, "lon")),
		Alt: units.Length(rapid.Float64Range(500, maxAltM).Draw(t, "alt")),
	}
	f := e.Ellipsoid.Frame(at)
	az := rapid.Float64Range(0, 6.28).Draw(t, "az")
	el := rapid.Float64Range(-1.5, 1.5).Draw(t, "el")
	s := rapid.Float64Range(100, 7000).Draw(t, "speed")
	sa, ca := math.Sincos(az)
	se, ce := math.Sincos(el)
	return f.Origin, f.RotateToECEF([3]float64{s * ce * sa, s * ce * ca, s * se})
}

func TestHeightAgreesWithGeo(t *testing.T) {
	e := RealEarth()
	f := e.field()
	rapid.Check(t, func(t *rapid.T) {
		r, v := state(t, e, 1e6)
		y := [6]float64{r[0], r[1], r[2], v[0], v[1], v[2]}
		h := e.Ellipsoid.Height(geo.ECEF(r))
		if d := math.Abs(f.heightOf(&y) - h); d > 1e-7+h*3e-11 {
			t.Fatalf("height %g m differs by %g m", h, d)
		}
		const dt = 1e-3
		next := geo.ECEF{r[0] + dt*v[0], r[1] + dt*v[1], r[2] + dt*v[2]}
		last := geo.ECEF{r[0] - dt*v[0], r[1] - dt*v[1], r[2] - dt*v[2]}
		climb := (e.Ellipsoid.Height(next) - e.Ellipsoid.Height(last)) / (2 * dt)
		if d := math.Abs(f.climb(&y) - climb); d > 1e-5*math.Sqrt(dot(v, v)) { // e² squared is left out
			t.Fatalf("climb %g m/s differs by %g m/s", climb, d)
		}
	})
}

// The acceleration is what the terms add up to, written out plainly.
func TestAccelTermByTerm(t *testing.T) {
	e := RealEarth()
	rapid.Check(t, func(t *rapid.T) {
		r, v := state(t, e, 300e3)
		beta := rapid.Float64Range(500, 15000).Draw(t, "beta")
		d2 := dot(r, r)
		d := math.Sqrt(d2)
		k := 1.5 * e.J2 * e.Ellipsoid.A * e.Ellipsoid.A / d2
		s2 := r[2] * r[2] / d2
		speed := math.Sqrt(dot(v, v))
		rho := 0.0
		if h := e.Ellipsoid.Height(geo.ECEF(r)); h < float64(AirTop) {
			rho = Density(h)
		}
		var want, got [3]float64
		for i := range want {
			z := 1.0
			if i == 2 {
				z = 3
			}
			want[i] = -e.Mu/(d2*d)*r[i]*(1+k*(z-5*s2)) - 0.5*rho*speed/beta*v[i]
		}
		want[0] += e.Omega*e.Omega*r[0] + 2*e.Omega*v[1]
		want[1] += e.Omega*e.Omega*r[1] - 2*e.Omega*v[0]
		e.Accel(&r, &v, beta, &got)
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-8*(1+math.Abs(want[i])) {
				t.Fatalf("component %d: %.12g, want %.12g", i, got[i], want[i])
			}
		}
	})
}

// The Jacobian against central differences of Accel: relative 1e-4 of each
// block's size, which is what the differences themselves are good to.
func TestJacobianAgainstDifferences(t *testing.T) {
	for _, e := range []Earth{RealEarth(), SphereEarth(6371e3, 3.986004418e14), {Ellipsoid: geo.Sphere(6371e3), Mu: 3.986004418e14, Omega: 7.3e-5, Air: true}} {
		rapid.Check(t, func(t *rapid.T) {
			r, v := state(t, e, 400e3)
			beta := math.Exp(rapid.Float64Range(5, 10).Draw(t, "ln beta"))
			// Away from the layers' edges, where the derivative jumps.
			h := e.Ellipsoid.Height(geo.ECEF(r))
			for _, l := range us76 {
				if math.Abs(h-l.hiM) < 20 {
					t.Skip("an edge")
				}
			}
			var j [3][7]float64
			e.Jacobian(&r, &v, beta, &j)
			column := func(c int) (d [3]float64) {
				steps := [7]float64{5, 5, 5, 0.1, 0.1, 0.1, 1e-4}
				var lo, hi [3]float64
				a, b, w := r, v, beta
				put := func(s float64) {
					a, b, w = r, v, beta
					switch {
					case c < 3:
						a[c] += s * steps[c]
					case c < 6:
						b[c-3] += s * steps[c]
					default:
						w = beta * math.Exp(s*steps[c])
					}
				}
				put(1)
				e.Accel(&a, &b, w, &hi)
				put(-1)
				e.Accel(&a, &b, w, &lo)
				for i := range d {
					d[i] = (hi[i] - lo[i]) / (2 * steps[c])
				}
				return d
			}
			for _, block := range [][2]int{{0, 3}, {3, 6}, {6, 7}} {
				size := 1e-6
				for c := block[0]; c < block[1]; c++ {
					for i := range 3 {
						size = max(size, math.Abs(j[i][c]))
					}
				}
				for c := block[0]; c < block[1]; c++ {
					d := column(c)
					for i := range 3 {
						if math.Abs(d[i]-j[i][c]) > 1e-4*size {
							t.Fatalf("da%d/dx%d at %.0f m: %.8g, differences %.8g", i, c, h, j[i][c], d[i])
						}
					}
				}
			}
		})
	}
}

func TestNoDragWithoutAirOrWithInfiniteBeta(t *testing.T) {
	e := RealEarth()
	airless := e
	airless.Air = false
	r := [3]float64{6380e3, 0, 0}
	v := [3]float64{0, 3000, 100}
	var a, b [3]float64
	e.Accel(&r, &v, math.Inf(1), &a)
	airless.Accel(&r, &v, 500, &b)
	if a != b {
		t.Errorf("%v and %v", a, b)
	}
	var j [3][7]float64
	e.Jacobian(&r, &v, math.Inf(1), &j)
	if j[0][6] != 0 || j[1][6] != 0 || j[2][6] != 0 {
		t.Errorf("derivative to ln beta %v without drag", j)
	}
}
