package flight

import (
	"math"
	"syscall"
	"testing"

	"testudo/internal/geo"
	"testudo/internal/units"
)

// The project's reference loop W1: free flight over rotating WGS-84 with J2 and
// US-76 drag, beta 5000 kg/m2. Its atmosphere ends in one exponential from 86 to
// 150 km, so it is flown in a table of layers of its own; everything else is the
// product's own path.
var w1Air = func() []airLayer {
	l := append([]airLayer(nil), us76[:lowerLayers]...)
	t, p := lower(lowerLayers-1, 84852)
	tail := airLayer{loM: 86000, hiM: 150000, midM: 118000, invHalf: 1.0 / 32000, scaleM: 6000}
	tail.c[0] = math.Log(p/(gasConstant*t)) - 32000.0/6000
	tail.c[1] = -32000.0 / 6000
	return append(l, tail)
}()

// w1Start is start i of W1: 39N 127E, 40 km up, 2900 m/s over the ground, 42
// degrees up, azimuth 120; 16 azimuths and 11 speeds in rotation.
func w1Start(i int) (r, v [3]float64) {
	f := geo.WGS84.Frame(geo.LLA{Lat: units.Degrees(39), Lon: units.Degrees(127), Alt: 40000})
	sa, ca := math.Sincos(float64(120+2*(i%16)) * math.Pi / 180)
	sf, cf := math.Sincos(42 * math.Pi / 180)
	s := 2900 * (1 + 0.0005*float64(i%11))
	return f.Origin, f.RotateToECEF([3]float64{s * cf * sa, s * cf * ca, s * sf})
}

// The reference is the plain C loop of the project's performance bars, an
// independent program. At its standing tolerance (1e-9) it gives 488.188494 s and
// the first impact below; at 1e-12 it moves by 0.05 m to the second. The
// tolerances are the loop's own convergence.
func TestValidateW1AgainstCLoop(t *testing.T) {
	r, v := w1Start(0)
	tr, err := RealEarth().free(r, v, 5000, w1Air, fine)
	if err != nil {
		t.Fatal(err)
	}
	if d := math.Abs(tr.Duration() - 488.1885); d > 1e-4 {
		t.Errorf("flight of %.6f s, reference 488.1885 s", tr.Duration())
	}
	got, _ := tr.At(tr.Duration())
	for _, want := range []struct {
		r   [3]float64
		tol float64
	}{
		{[3]float64{-3805796.1076, 3673657.2065, 3551868.0142}, 0.06},
		{[3]float64{-3805796.0619, 3673657.2256, 3551868.0433}, 0.015},
	} {
		for i := range got {
			if math.Abs(got[i]-want.r[i]) > want.tol {
				t.Errorf("impact %.4f, reference %.4f", got, want.r)
			}
		}
	}
	// The state at a whole second, from the loop at its standing tolerance.
	at, _ := tr.At(200)
	for i, want := range [3]float64{-3472493.3466, 4004617.9473, 3977424.9392} {
		if math.Abs(at[i]-want) > 0.03 {
			t.Errorf("at 200 s %.4f, reference coordinate %d %.4f", at, i, want)
		}
	}
}

// TestValidateW1EverySecond holds all 176 flights of W1 (16 azimuths, 11 speeds)
// against classical Runge-Kutta steps of a twentieth of a second that stop on every
// boundary of the atmosphere's layers: another scheme, without error control,
// interpolation or foresight, that shares nothing but the acceleration. The bar is
// that of the project's performance figures, 0.05 m at the impact and at every whole
// second; half the steps move the reference by less than a tenth of a millimetre.
func TestValidateW1EverySecond(t *testing.T) {
	worst, samples := 0.0, 0
	off := func(a, b [3]float64) float64 {
		d := less(a, 1, b)
		samples++
		return math.Sqrt(dot(d, d))
	}
	for i := range 176 {
		r, v := w1Start(i)
		tr, err := RealEarth().free(r, v, 5000, w1Air, fine)
		if err != nil {
			t.Fatal(err)
		}
		ref := plainFlight(r, v, 0.05)
		if n := int(tr.Duration()); n != len(ref.at)-1 {
			t.Fatalf("flight %d lasts %.6f s, reference %.6f s", i, tr.Duration(), ref.endS)
		}
		for s, want := range ref.at {
			got, _ := tr.At(float64(s))
			d := off(got, want)
			if worst = math.Max(worst, d); d > 0.05 {
				t.Errorf("flight %d is %.4f m off after %d s", i, d, s)
			}
		}
		got, _ := tr.At(tr.Duration())
		d := off(got, ref.impact)
		if worst = math.Max(worst, d); d > 0.05 {
			t.Errorf("flight %d comes down %.4f m off", i, d)
		}
		if i%40 == 0 {
			finer := plainFlight(r, v, 0.025)
			for s := range ref.at {
				if d := less(ref.at[s], 1, finer.at[s]); !(dot(d, d) < 1e-8) {
					t.Fatalf("flight %d: the reference is not settled after %d s", i, s)
				}
			}
			if d := less(ref.impact, 1, finer.impact); !(dot(d, d) < 1e-8) {
				t.Fatalf("flight %d: the reference's impact is not settled", i)
			}
		}
	}
	t.Logf("%d samples, at most %.4f m off", samples, worst)
}

// plain is a flight by plainFlight: where it is at every whole second, and its end.
type plain struct {
	at     [][3]float64
	impact [3]float64
	endS   float64
}

// plainFlight flies W1's missile by Runge-Kutta steps of hS (a whole number of them
// makes a second), each cut where the flight passes a boundary of the layers.
func plainFlight(r, v [3]float64, hS float64) (p plain) {
	e := RealEarth()
	f := e.field()
	f.drag = 0.5 / 5000.0
	y := [6]float64{r[0], r[1], r[2], v[0], v[1], v[2]}
	step := func(y [6]float64, h float64) [6]float64 {
		var k1, k2, k3, k4, w [6]float64
		ahead := func(k *[6]float64, h float64) *[6]float64 {
			for i := range w {
				w[i] = y[i] + h*k[i]
			}
			return &w
		}
		f.accel(0, &y, &k1)
		f.accel(0, ahead(&k1, h/2), &k2)
		f.accel(0, ahead(&k2, h/2), &k3)
		f.accel(0, ahead(&k3, h), &k4)
		for i := range y {
			y[i] += h / 6 * (k1[i] + 2*(k2[i]+k3[i]) + k4[i])
		}
		return y
	}
	layer := layerAt(w1Air, f.heightOf(&y))
	enter := func(k int) {
		if layer, f.air = k, nil; k >= 0 && k < len(w1Air) {
			f.air = &w1Air[k]
		}
	}
	enter(layer)
	n := int(math.Round(1 / hS))
	for s := 0; ; s++ {
		p.at = append(p.at, [3]float64{y[0], y[1], y[2]})
		for k := range n {
			left := hS
			for left > 0 {
				next := step(y, left)
				top, foot := math.Inf(1), 0.0
				if layer < len(w1Air) {
					top = w1Air[layer].hiM
				}
				if layer > 0 {
					foot = w1Air[layer-1].hiM
				}
				h := f.heightOf(&next)
				to, edge := layer, 0.0
				if h > top {
					to, edge = layer+1, top
				} else if h < foot {
					to, edge = layer-1, foot
				}
				if to == layer {
					y, left = next, 0
					continue
				}
				lo, hi := 0.0, left
				for range 60 {
					mid := 0.5 * (lo + hi)
					z := step(y, mid)
					if (f.heightOf(&z) > edge) == (to > layer) {
						hi = mid
					} else {
						lo = mid
					}
				}
				y, left = step(y, hi), left-hi
				if to < 0 {
					p.impact, p.endS = [3]float64{y[0], y[1], y[2]}, float64(s)+float64(k+1)*hS-left
					return p
				}
				enter(to)
			}
		}
	}
}

func TestConvergence(t *testing.T) {
	r, v := w1Start(3)
	impact := func(rel float64) [3]float64 {
		tr, err := RealEarth().free(r, v, 3000, us76, tolerance{rel, rel * 1e3})
		if err != nil {
			t.Fatal(err)
		}
		p, _ := tr.At(tr.Duration())
		return p
	}
	gap := func(a, b [3]float64) float64 {
		d := less(a, 1, b)
		return math.Sqrt(dot(d, d))
	}
	truth := impact(1e-12)
	last := math.Inf(1)
	for _, c := range []struct{ rel, halving, off float64 }{{1e-7, 0.5, 0.5}, {1e-8, 0.05, 0.05}, {1e-9, 5e-3, 6e-3}, {1e-10, 5e-4, 1e-3}} {
		a := impact(c.rel)
		if d := gap(a, impact(c.rel/2)); d > c.halving {
			t.Errorf("halving a tolerance of %g moves the impact by %g m", c.rel, d)
		}
		if d := gap(a, truth); d > c.off {
			t.Errorf("at a tolerance of %g the impact is %g m off", c.rel, d)
		} else if d > last*1.5 {
			t.Errorf("at a tolerance of %g the impact is %g m off, more than the %g m of a wider one", c.rel, d, last)
		} else {
			last = d
		}
	}
}

// BenchmarkW1 does W1's work: the flight, its state at every whole second, and
// its impact. The rate is per second of user CPU time.
func BenchmarkW1(b *testing.B) {
	e := RealEarth()
	b.ReportAllocs()
	user := func() float64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return float64(u.Utime.Sec) + 1e-6*float64(u.Utime.Usec)
	}
	sum := 0.0
	begin := user()
	for i := 0; b.Loop(); i++ {
		r, v := w1Start(i)
		tr, err := e.free(r, v, 5000, w1Air, fine)
		if err != nil {
			b.Fatal(err)
		}
		for s := 0.0; s <= tr.Duration(); s++ {
			r, _ := tr.At(s)
			sum += r[1]
		}
		r, _ = tr.At(tr.Duration())
		sum += r[0]
	}
	b.ReportMetric(float64(b.N)/(user()-begin), "traj/s")
	if math.IsNaN(sum) {
		b.Fatal("no sum")
	}
}

func BenchmarkAt(b *testing.B) {
	r, v := w1Start(0)
	tr, err := RealEarth().Free(r, v, 5000)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	sum := 0.0
	for i := 0; b.Loop(); i++ {
		p, _ := tr.At(float64(i%4880) * 0.1)
		sum += p[0]
	}
	_ = sum
}

func BenchmarkAccel(b *testing.B) {
	e := RealEarth()
	r, v := w1Start(0)
	var a [3]float64
	for b.Loop() {
		e.Accel(&r, &v, 5000, &a)
	}
}
