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
