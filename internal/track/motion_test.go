package track

import (
	"math"
	"testing"

	"testudo/internal/flight"
	"testudo/internal/units"
)

// TestMotionAgainstDifferences compares the transition matrix with central
// differences of re-flown trajectories (another route through the same
// dynamics: the integrator instead of the variational equations), on an ordinary
// flight, a flat one that never leaves the air, and a long one. The scheme is
// tested with an exact Jacobian (differences of the acceleration) to 1e-3, and
// the flight model's own, which simplifies, to 1 %.
func TestMotionAgainstDifferences(t *testing.T) {
	e := flight.RealEarth()
	for name, c := range map[string]struct {
		heightM, speedMps, fpaDeg, beta float64
		shares                          []float64 // of the flight, at which to compare
	}{
		"ordinary": {40_000, 2900, 42, 5000, []float64{0.01, 0.1, 0.4, 0.7, 0.9, 0.95, 0.98}},
		"flat":     {30_000, 1500, 15, 2500, []float64{0.02, 0.2, 0.5, 0.8, 0.95}},
		"long":     {150_000, 6200, 45, 8000, []float64{0.01, 0.3, 0.6, 0.9, 0.97, 0.985}},
	} {
		at := geoAt(39, 127)
		at.Alt = units.Length(c.heightM)
		r0, v0 := start(e, at, c.speedMps, c.fpaDeg, 120)
		tr, err := e.Free(r0, v0, c.beta)
		if err != nil {
			t.Fatal(err)
		}
		differences := func(r, v *[3]float64, beta float64, out *[3][N]float64) {
			for col := range N {
				d := [N]float64{1, 1, 1, 0.01, 0.01, 0.01, 1e-4}[col]
				at := func(sign float64) (a [3]float64) {
					p, q, b := *r, *v, beta
					switch {
					case col < 3:
						p[col] += sign * d
					case col < 6:
						q[col-3] += sign * d
					default:
						b *= math.Exp(sign * d)
					}
					e.Accel(&p, &q, b, &a)
					return a
				}
				plus, minus := at(1), at(-1)
				for i := range 3 {
					out[i][col] = (plus[i] - minus[i]) / (2 * d)
				}
			}
		}
		exact, ours := newMotion(tr, differences), NewMotion(tr)
		m := exact
		for _, share := range c.shares {
			now := share * m.EndS()
			var j, k [3][N]float64
			m.position(now, &j)
			m.velocity(now, &k)
			var jo, ko [3][N]float64
			ours.position(now, &jo)
			ours.velocity(now, &ko)
			for col := range N {
				d := [N]float64{100, 100, 100, 0.2, 0.2, 0.2, 0.005}[col]
				fly := func(sign float64) (p, q [3]float64) {
					r, v, b := r0, v0, c.beta
					switch {
					case col < 3:
						r[col] += sign * d
					case col < 6:
						v[col-3] += sign * d
					default:
						b *= math.Exp(sign * d)
					}
					free, err := e.Free(r, v, b)
					if err != nil {
						t.Fatal(err)
					}
					return free.At(now)
				}
				pa, va := fly(1)
				pb, vb := fly(-1)
				var size, diff, sizeV, diffV, own, ownV float64
				for i := range 3 {
					num := (pa[i] - pb[i]) / (2 * d)
					size += num * num
					diff += (num - j[i][col]) * (num - j[i][col])
					own += (num - jo[i][col]) * (num - jo[i][col])
					num = (va[i] - vb[i]) / (2 * d)
					sizeV += num * num
					diffV += (num - k[i][col]) * (num - k[i][col])
					ownV += (num - ko[i][col]) * (num - ko[i][col])
				}
				if math.Sqrt(own) > 0.01*math.Sqrt(size)+5e-3*[N]float64{1, 1, 1, 100, 100, 100, 5e3}[col] ||
					math.Sqrt(ownV) > 0.01*math.Sqrt(sizeV)+1e-4*[N]float64{1, 1, 1, 100, 100, 100, 5e3}[col] {
					t.Errorf("%s t=%.1f column %d: with the model's Jacobian off by %g of %g, velocity %g of %g", name, now, col, math.Sqrt(own), math.Sqrt(size), math.Sqrt(ownV), math.Sqrt(sizeV))
				}
				// The drag pulse bends the response over the differences taken, and
				// the layers of the atmosphere put kinks in it.
				tol := 1e-3*math.Sqrt(size) + [N]float64{1e-3, 1e-3, 1e-3, 0.1, 0.1, 0.1, 5}[col]
				if math.Sqrt(diff) > tol {
					t.Errorf("%s t=%.1f column %d: position off by %g of %g", name, now, col, math.Sqrt(diff), math.Sqrt(size))
				}
				tol = 5e-3*math.Sqrt(sizeV) + [N]float64{1e-4, 1e-4, 1e-4, 0.01, 0.01, 0.01, 1}[col]
				if math.Sqrt(diffV) > tol {
					t.Errorf("%s t=%.1f column %d: velocity off by %g of %g", name, now, col, math.Sqrt(diffV), math.Sqrt(sizeV))
				}
			}
		}
	}
}

// TestValidateMotionRangeDerivativeKepler: on the airless sphere a change of the speed along
// itself at the start of a low-energy arc changes the place of impact as the
// closed form of the ground range of a Kepler arc from the surface says.
// Source: Bate, Mueller, White, Fundamentals of Astrodynamics (1971), ch. 6.
func TestValidateMotionRangeDerivativeKepler(t *testing.T) {
	const R, mu = 6371e3, 398600.4418e9
	e := flight.SphereEarth(R, mu)
	rangeOf := func(v, fpa float64) float64 {
		// Impact when the true anomaly is symmetric about apogee.
		q := v * v * R / mu
		ecc := math.Sqrt(1 + q*(q-2)*math.Cos(fpa)*math.Cos(fpa))
		half := math.Acos((1 - q*math.Cos(fpa)*math.Cos(fpa)) / ecc)
		return 2 * R * half
	}
	at := geoAt(10, 20)
	speed, fpa := 3000.0, 40.0
	r, v := start(e, at, speed, fpa, 0)
	tr, err := e.Free(r, v, 1)
	if err != nil {
		t.Fatal(err)
	}
	m := NewMotion(tr)
	if !m.impactKnown {
		t.Fatal("impact not known")
	}
	// North miss for a unit change of speed along the velocity.
	got := 0.0
	for i := range 3 {
		got += m.impact[1][3+i] * v[i] / speed
	}
	f := fpa * math.Pi / 180
	want := (rangeOf(speed+0.5, f) - rangeOf(speed-0.5, f))
	if math.Abs(got/want-1) > 1e-5 {
		t.Errorf("range per m/s: %g m, closed form %g m", got, want)
	}
}

// BenchmarkNewMotion: the bar is 200 µs for a flight of 600 s.
func BenchmarkNewMotion(b *testing.B) {
	tr := nodong(b)
	b.ReportAllocs()
	for b.Loop() {
		NewMotion(tr)
	}
}
