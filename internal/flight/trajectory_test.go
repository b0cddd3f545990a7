package flight

import (
	"math"
	"testing"

	"testudo/internal/geo"
	"testudo/internal/units"

	"pgregory.net/rapid"
)

const (
	sphereR  = 6371e3
	sphereMu = 398600.4418e9
)

func norm(a [3]float64) float64 { return math.Sqrt(dot(a, a)) }

// On the airless still sphere energy and angular momentum stay: relative 1e-8
// over a flight at a tolerance of 1e-9.
func TestEnergyAndMomentumConserved(t *testing.T) {
	e := SphereEarth(sphereR, sphereMu)
	rapid.Check(t, func(t *rapid.T) {
		r, v := state(t, e, 400e3)
		tr, err := e.Free(r, v, math.Inf(1))
		if err != nil {
			t.Skip("does not come down")
		}
		energy := func(r, v [3]float64) float64 { return dot(v, v)/2 - sphereMu/norm(r) }
		e0, h0 := energy(r, v), cross(r, v)
		for i := range 20 {
			a, b := tr.At(tr.Duration() * float64(i) / 19)
			if x := math.Abs(energy(a, b)-e0) / (sphereMu / sphereR); x > 1e-8 {
				t.Fatalf("energy drifts by %g", x)
			}
			if d := less(cross(a, b), 1, h0); norm(d) > 1e-8*sphereR*7000 {
				t.Fatalf("angular momentum drifts by %v", d)
			}
		}
	})
}

// On the rotating ellipsoid Jacobi's integral stays.
func TestJacobiIntegralConserved(t *testing.T) {
	e := RealEarth()
	rapid.Check(t, func(t *rapid.T) {
		r, v := state(t, e, 400e3)
		tr, err := e.Free(r, v, math.Inf(1))
		if err != nil {
			t.Skip("does not come down")
		}
		jacobi := func(r, v [3]float64) float64 {
			d := norm(r)
			s2 := r[2] * r[2] / (d * d)
			a := e.Ellipsoid.A / d
			return dot(v, v)/2 - e.Mu/d*(1-e.J2*a*a*(3*s2-1)/2) - e.Omega*e.Omega*(r[0]*r[0]+r[1]*r[1])/2
		}
		j0 := jacobi(r, v)
		for i := range 20 {
			if x := math.Abs(jacobi(tr.At(tr.Duration()*float64(i)/19))-j0) / (e.Mu / e.Ellipsoid.A); x > 1e-8 {
				t.Fatalf("Jacobi's integral drifts by %g", x)
			}
		}
	})
}

// Flown backwards from its impact, a flight in vacuum over a still Earth passes
// its start.
func TestTimeReversal(t *testing.T) {
	e := SphereEarth(sphereR, sphereMu)
	e.J2 = 1e-3
	rapid.Check(t, func(t *rapid.T) {
		r, v := state(t, e, 300e3)
		tr, err := e.Free(r, v, math.Inf(1))
		if err != nil || tr.Duration() > 5000 || tr.Duration() < 1 {
			t.Skip("no ordinary flight")
		}
		a, b := tr.At(tr.Duration())
		// Lifted off the ground by a hair, so that the way back begins above it.
		up := unit(a)
		for i := range a {
			a[i] += 1e-4 * up[i]
			b[i] = -b[i]
		}
		back, err := e.Free(a, b, math.Inf(1))
		if err != nil {
			t.Fatal(err)
		}
		c, d := back.At(tr.Duration())
		if x := norm(less(c, 1, r)); x > 1.5 {
			t.Fatalf("comes back %g m from its start", x)
		}
		if x := norm([3]float64{d[0] + v[0], d[1] + v[1], d[2] + v[2]}); x > 2e-3 {
			t.Fatalf("comes back %g m/s from its start", x)
		}
	})
}

// Velocity is the derivative of position, also across the joints of segments, and
// nothing jumps.
func TestDenseOutputIsSmooth(t *testing.T) {
	r, v := w1Start(0)
	tr, err := RealEarth().Free(r, v, 3000)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range tr.segs[1:] {
		const d = 1e-9
		a, b := tr.At(g.t0 - d)
		c, f := tr.At(g.t0 + d)
		if x := norm(less(c, 1, a)); x > 2e-5 {
			t.Errorf("position jumps by %g m at %g s", x, g.t0)
		}
		if x := norm(less(f, 1, b)); x > 2e-6 {
			t.Errorf("velocity jumps by %g m/s at %g s", x, g.t0)
		}
	}
	for s := 0.5; s < tr.Duration()-1; s += 1.7 {
		const d = 0.01
		a, _ := tr.At(s - d)
		b, _ := tr.At(s + d)
		_, w := tr.At(s)
		for i := range w {
			if x := (b[i]-a[i])/(2*d) - w[i]; math.Abs(x) > 0.01 {
				t.Fatalf("at %g s the position moves at %g m/s more than the velocity", s, x)
			}
		}
	}
}

// Steps end on the edges of the layers.
func TestStepsEndOnLayerEdges(t *testing.T) {
	r, v := w1Start(0)
	e := RealEarth()
	tr, err := e.Free(r, v, 5000)
	if err != nil {
		t.Fatal(err)
	}
	f := e.field()
	for _, l := range us76 {
		crossings := 0
		for i := range tr.segs {
			var y [6]float64
			tr.segs[i].at(tr.segs[i].t0, &y)
			if math.Abs(f.heightOf(&y)-l.hiM) < 1e-4 {
				crossings++
			}
		}
		want := 1
		if l.hiM > 40000 {
			want = 2
		}
		if crossings != want {
			t.Errorf("%d steps begin at %.0f m, want %d", crossings, l.hiM, want)
		}
	}
}

func TestAtDoesNotAllocate(t *testing.T) {
	r, v := w1Start(0)
	tr, err := RealEarth().Free(r, v, 5000)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	if n := testing.AllocsPerRun(100, func() {
		for s := -10.0; s < 500; s += 7 {
			p, _ := tr.At(s)
			sum += p[0]
		}
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
	for _, s := range []float64{math.Inf(-1), -1, math.NaN()} {
		if p, _ := tr.At(s); p != r {
			t.Errorf("at %g s %v", s, p)
		}
	}
	a, _ := tr.At(1e9)
	if b, _ := tr.At(tr.Duration()); a != b {
		t.Error("after the end")
	}
}

// Look-up by slices of time finds the same segment as a plain search.
func TestAtFindsItsSegment(t *testing.T) {
	r, v := w1Start(5)
	tr, err := RealEarth().Free(r, v, 800)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.Float64Range(0, tr.Duration()).Draw(t, "t")
		k := 0
		for i := range tr.segs {
			if tr.segs[i].t0 <= s {
				k = i
			}
		}
		var y [6]float64
		tr.segs[k].at(s, &y)
		if p, _ := tr.At(s); p != [3]float64{y[0], y[1], y[2]} {
			t.Fatalf("at %g s", s)
		}
	})
}

func TestEventsOfAFlight(t *testing.T) {
	r, v := w1Start(0)
	e := RealEarth()
	tr, err := e.Free(r, v, 5000)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := tr.At(tr.ApogeeS())
	if h := e.Ellipsoid.Height(geo.ECEF(p)); math.Abs(h-float64(tr.Apogee())) > 1e-3 {
		t.Errorf("apogee %v, height then %g m", tr.Apogee(), h)
	}
	for d := -5.0; d <= 5; d++ {
		q, _ := tr.At(tr.ApogeeS() + d)
		if h := e.Ellipsoid.Height(geo.ECEF(q)); h > float64(tr.Apogee())+1e-3 {
			t.Errorf("%g s from the apogee %g m higher", d, h-float64(tr.Apogee()))
		}
	}
	p, _ = tr.At(tr.ReentryS())
	if h := e.Ellipsoid.Height(geo.ECEF(p)); math.Abs(h-100e3) > 1e-2 {
		t.Errorf("re-entry at %g m", h)
	}
	if i := tr.Impact(); math.Abs(float64(i.Alt)) > 1e-4 {
		t.Errorf("impact at a height of %v", i.Alt)
	}
	for s, want := range map[float64]Phase{0: Coast, tr.ReentryS() - 1: Coast, tr.ReentryS() + 1: Reentry} {
		if got := tr.Phase(s); got != want {
			t.Errorf("at %g s %v, want %v", s, got, want)
		}
	}
	last := -1.0
	for _, ev := range tr.Events() {
		if ev.TS < last {
			t.Errorf("events out of order: %v", tr.Events())
		}
		last = ev.TS
	}
	if last != tr.Duration() {
		t.Errorf("the last event is at %g s", last)
	}
	if Phase(9).String() != "unknown" || Boost.String() != "boost" {
		t.Error("names of phases")
	}
}

// A flight that never leaves the air has no re-entry.
func TestLowFlightHasNoReentry(t *testing.T) {
	e := RealEarth()
	f := e.Ellipsoid.Frame(geo.Deg(10, 20))
	tr, err := e.Free(f.Origin, f.RotateToECEF([3]float64{500, 0, 800}), 4000)
	if err != nil {
		t.Fatal(err)
	}
	if tr.ReentryS() != tr.Duration() || tr.Phase(tr.Duration()-1) != Coast {
		t.Errorf("re-entry at %g s of %g s", tr.ReentryS(), tr.Duration())
	}
}

// A flight whose apogee lies just above an edge of the atmosphere crosses it
// twice in quick succession and still ends on the ground.
func TestApogeeNearAnEdge(t *testing.T) {
	e := RealEarth()
	f := e.Ellipsoid.Frame(geo.Deg(0, 0))
	for _, l := range us76[1:] {
		// The speed straight up that reaches the edge, by bisection; then a sweep
		// about it.
		lo, hi := 100.0, 5000.0
		apogee := func(s float64) float64 {
			tr, err := e.Free(f.Origin, f.RotateToECEF([3]float64{s / 3, 0, s}), 9000)
			if err != nil {
				t.Fatalf("edge %.0f m, %g m/s: %v", l.hiM, s, err)
			}
			if a := float64(tr.Impact().Alt); math.Abs(a) > 1e-4 {
				t.Fatalf("ends at %g m", a)
			}
			return float64(tr.Apogee())
		}
		for range 40 {
			if mid := (lo + hi) / 2; apogee(mid) < l.hiM {
				lo = mid
			} else {
				hi = mid
			}
		}
		last := 0.0
		for d := -40; d <= 40; d++ {
			a := apogee(lo * (1 + 1e-6*float64(d*d*d)/64))
			if a < last-1e-3 {
				t.Errorf("edge %.0f m: apogee falls from %g to %g m with more speed", l.hiM, last, a)
			}
			last = a
		}
	}
}

// A flight that begins on an edge, sinking, is the limit of flights that begin
// beside it.
func TestStartOnAnEdge(t *testing.T) {
	e := RealEarth()
	for _, l := range us76 {
		end := func(h float64) float64 {
			f := e.Ellipsoid.Frame(geo.LLA{Alt: units.Length(h)})
			tr, err := e.Free(f.Origin, f.RotateToECEF([3]float64{2000, 0, -1000}), 2000)
			if err != nil {
				t.Fatal(err)
			}
			return tr.Duration()
		}
		if a, b := end(l.hiM), (end(l.hiM-0.1)+end(l.hiM+0.1))/2; math.Abs(a-b) > 1e-6 {
			t.Errorf("from %.1f m %.7f s, about it %.7f s", l.hiM, a, b)
		}
	}
}

func TestFreeRefuses(t *testing.T) {
	e := RealEarth()
	f := e.Ellipsoid.Frame(geo.LLA{Alt: 1000})
	up := f.RotateToECEF([3]float64{0, 0, 100})
	nan := math.NaN()
	for name, c := range map[string]struct {
		r, v [3]float64
		beta float64
	}{
		"no position":        {[3]float64{nan, 0, 0}, up, 1000},
		"no velocity":        {f.Origin, [3]float64{0, nan, 0}, 1000},
		"no coefficient":     {f.Origin, up, nan},
		"zero coefficient":   {f.Origin, up, 0},
		"below the ground":   {[3]float64{6.3e6, 0, 0}, up, 1000},
		"the centre":         {[3]float64{}, up, 1000},
		"escape":             {f.Origin, f.RotateToECEF([3]float64{0, 0, 20000}), math.Inf(1)},
		"orbit":              {e.Ellipsoid.ECEF(geo.LLA{Alt: 500e3}), [3]float64{0, 7600, 0}, math.Inf(1)},
		"infinite velocity":  {f.Origin, [3]float64{math.Inf(1), 0, 0}, 1000},
		"negative parameter": {f.Origin, up, -5},
	} {
		if tr, err := e.Free(c.r, c.v, c.beta); err == nil {
			t.Errorf("%s: a flight of %g s", name, tr.Duration())
		}
	}
}

// A drop from rest takes what it takes: sqrt(2h/g) with g falling by 2h/R.
func TestDropInVacuum(t *testing.T) {
	e := SphereEarth(sphereR, sphereMu)
	tr, err := e.Free([3]float64{sphereR + 1000, 0, 0}, [3]float64{}, math.Inf(1))
	if err != nil {
		t.Fatal(err)
	}
	g := sphereMu / (sphereR * sphereR)
	want := math.Sqrt(2*1000/g) * (1 + 5.0/6*1000/sphereR)
	if math.Abs(tr.Duration()-want) > 1e-5 {
		t.Errorf("%.7f s, want %.7f s", tr.Duration(), want)
	}
	if tr.Beta() != math.Inf(1) || tr.Earth() != e || tr.Gain() != 0 || tr.BurnoutS() != 0 {
		t.Error("what the flight says of itself")
	}
	if s := tr.Speed(tr.Duration()); math.Abs(float64(s)-math.Sqrt(2*1000*g)) > 0.1 {
		t.Errorf("speed %v", s)
	}
}
