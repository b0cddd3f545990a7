package sense

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/units"
)

// TestReferenceRangeMeansOneHalf: at the reference range a target of the
// reference cross-section has Pd 0.5, by the exact Swerling-1 statistics.
func TestReferenceRangeMeansOneHalf(t *testing.T) {
	pd, err := DetectionProbability(1, 1, referenceSNR, FalseAlarm)
	if err != nil || math.Abs(pd-0.5) > 1e-12 {
		t.Errorf("Pd at the reference range: %g (%v)", pd, err)
	}
	pd, err = DetectionProbability(1, 1, leastSNR, FalseAlarm)
	if err != nil || math.Abs(pd-LeastDetection) > 1e-12 {
		t.Errorf("Pd at the least SNR: %g (%v)", pd, err)
	}
}

// TestValidateFourthRootLawUSAFA: a cross-section 1000 times less sees 0.1778 times as
// far, 472 km becomes 84 km. Source: USAFA ECE 495 course, lesson 3.
func TestValidateFourthRootLawUSAFA(t *testing.T) {
	tr := medium(t)
	r := Radar{At: beside(tr, 0, 0), ReferenceRange: 472e3, ReferenceRCS: 1}
	reach := func(rcs units.Area) float64 {
		sc, ok := r.scene(flight.RealEarth(), tr, Signature{RCS: rcs})
		if !ok {
			t.Fatal("no scene")
		}
		return math.Sqrt(math.Sqrt(sc.power / referenceSNR))
	}
	if d := reach(1); math.Abs(d-472e3) > 1e-6 {
		t.Errorf("range on the reference target: %g", d)
	}
	if d := reach(1e-3) / 1000; math.Abs(d-83.9) > 0.05 {
		t.Errorf("472 km becomes %.2f km, want 83.9", d)
	}
}

// TestValidateHorizonFourThirds: a target at height h is first seen over a flat minimum
// elevation of zero where the 4/3 Earth says (published table: 10 km at
// 412.3 km), from a radar at ground level, within the 10 km rule's own grain.
func TestValidateHorizonFourThirds(t *testing.T) {
	e := flight.RealEarth()
	frame := e.Ellipsoid.Frame(geo.Deg(36, 128))
	for _, c := range []struct{ h, km float64 }{{100, 41.218}, {1000, 130.347}, {9999, 412.28}} {
		// A point at the ground distance of the table, that high.
		angle := c.km * 1000 / 6371008.8
		p := geo.Deg(36, 128)
		p.Lat += units.Angle(angle)
		p.Alt = units.Length(c.h)
		el := float64(geo.Elevation43(e.Ellipsoid, frame, e.Ellipsoid.ECEF(p)))
		if math.Abs(el) > 2e-3 {
			t.Errorf("height %g m at %g km: apparent elevation %g rad, want about 0", c.h, c.km, el)
		}
	}
}

// TestRangeLimitedFirstSight: the textbook radar sees the target from the very
// moment it comes within range or above the minimum elevation, to 1 ms.
func TestRangeLimitedFirstSight(t *testing.T) {
	e := flight.SphereEarth(6371e3, 398600.4418e9)
	tr := fly(t, e, geo.Deg(0, 0), 2200, 45, 90, 1)
	end := tr.Duration()
	for _, c := range []struct {
		rangeM units.Length
		minEl  float64
	}{{100e3, 5}, {200e3, 5}, {300e3, 5}, {2000e3, 5}, {150e3, 30}, {400e3, 0}} {
		for _, at := range []geo.LLA{tr.Impact(), beside(tr, 1, -1), beside(tr, 0, 2)} {
			r := Radar{RangeLimited: true, At: at, AzimuthField: units.Degrees(360), MinElevation: units.Degrees(c.minEl), ReferenceRange: c.rangeM, CueFactor: 2}
			v := r.Observe(e, tr, Signature{})
			frame := e.Ellipsoid.Frame(at)
			want := math.Inf(1)
			for k := 0; k <= int(end*1000); k++ {
				p, _ := tr.At(float64(k) / 1000)
				_, el, slant := frame.ENU(geo.ECEF(p)).AzElRange()
				if slant <= c.rangeM && el >= units.Degrees(c.minEl) {
					want = float64(k) / 1000
					break
				}
			}
			if math.IsInf(want, 1) {
				if !math.IsInf(v.First, 1) || len(v.Looks) != 0 || len(v.Search.T) != 0 {
					t.Errorf("%v: seen at %g, never expected", c, v.First)
				}
				continue
			}
			if math.Abs(v.First-want) > 2e-3 {
				t.Errorf("%v: first seen %.4f, want %.4f", c, v.First, want)
			}
			if diff := cmp.Diff(v.Search, v.Cued); diff != "" {
				t.Errorf("a cue changes the textbook radar: %s", diff)
			}
			if got, ok := v.Search.Quantile(0.999999); !ok || got != v.First {
				t.Errorf("not certain at first sight: %g %v", got, ok)
			}
		}
	}
}

// TestDetectionIsTheProductOfMisses compares the cumulative curve with the
// definition: one search look per revisit, each missed independently.
func TestDetectionIsTheProductOfMisses(t *testing.T) {
	tr := medium(t)
	e := tr.Earth()
	r := forward(beside(tr, 1, -3), 0)
	r.AzimuthField = 0
	sig := Signature{RCS: 0.02}
	v := r.Observe(e, tr, sig)
	if len(v.Search.T) == 0 {
		t.Fatal("not seen")
	}
	frame := e.Ellipsoid.Frame(r.At)
	product := func(gain float64, until float64) float64 {
		// Averaged over the phase of the scan.
		sum := 0.0
		const phases = 16
		for ph := range phases {
			miss := 1.0
			for k := 0; ; k++ {
				at := v.First + float64(r.Revisit)*(float64(k)+(float64(ph)+0.5)/phases)
				if at > until || at > v.Last {
					break
				}
				p, _ := tr.At(at)
				_, el, slant := frame.ENU(geo.ECEF(p)).AzElRange()
				if el > r.MaxElevation {
					continue
				}
				snr := referenceSNR * gain * float64(sig.RCS) / float64(r.ReferenceRCS) * fourth(float64(r.ReferenceRange)/float64(slant))
				if pd := math.Pow(FalseAlarm, 1/(1+snr)); pd >= LeastDetection {
					miss *= 1 - pd
				}
			}
			sum += 1 - miss
		}
		return sum / phases
	}
	for _, until := range []float64{v.First + 20, 0.5 * (v.First + v.Last), v.Last} {
		for name, c := range map[string]struct {
			curve Curve
			gain  float64
		}{"search": {v.Search, 1}, "warned": {v.Warned, fourth(1.2)}, "cued": {v.Cued, fourth(1.5)}} {
			// Averaging over the phase and the constant hazard differ by the
			// curvature within one revisit.
			if got, want := c.curve.At(until), product(c.gain, until); math.Abs(got-want) > 0.03 {
				t.Errorf("%s until %g: %g, product of misses %g", name, until, got, want)
			}
		}
	}
}

// drawRadar is an arbitrary radar near the flight.
func drawRadar(t *rapid.T, tr *flight.Trajectory) (Radar, Signature) {
	num := func(name string, lo, hi float64) float64 { return rapid.Float64Range(lo, hi).Draw(t, name) }
	r := Radar{
		At:             beside(tr, num("north", -6, 6), num("east", -10, 6)),
		Facing:         units.Degrees(num("facing", -180, 540)),
		AzimuthField:   units.Degrees(num("field", 10, 400)),
		MinElevation:   units.Degrees(num("min elevation", -2, 20)),
		MaxElevation:   units.Degrees(num("max elevation", 40, 90)),
		ReferenceRange: units.Length(num("range", 30e3, 2000e3)),
		ReferenceRCS:   1,
		Revisit:        units.Duration(num("revisit", 0, 30)),
		TrackInterval:  units.Duration(num("interval", 0, 10)),
		WarnedFactor:   num("warned", 0.5, 2),
		CueFactor:      num("cue", 0.5, 3),
		RangeAccuracy:  units.Length(num("range accuracy", 0, 100)),
		AngleAccuracy:  units.Angle(num("angle accuracy", 0, 5e-3)),
	}
	return r, Signature{RCS: units.Area(math.Pow(10, num("log rcs", -3, 1))), BoostRCS: units.Area(num("boost", 0, 5))}
}

// TestViewIsWellFormed states what every view must be, for any radar.
func TestViewIsWellFormed(t *testing.T) {
	tr := medium(t)
	e := tr.Earth()
	seen := 0
	rapid.Check(t, func(t *rapid.T) {
		r, s := drawRadar(t, tr)
		v := r.Observe(e, tr, s)
		if math.IsInf(v.First, 1) {
			if len(v.Search.T)+len(v.Warned.T)+len(v.Cued.T)+len(v.Looks) > 0 {
				t.Fatal("not in view, yet seen")
			}
			return
		}
		seen++
		if !(v.First >= 0 && v.First <= v.Last && v.Last <= tr.Duration()) {
			t.Fatalf("in view from %g to %g of %g", v.First, v.Last, tr.Duration())
		}
		if n := len(v.Cued.T); n < 2 || n > 64 {
			t.Fatalf("%d points", n)
		}
		if len(v.Looks) > maxLooks {
			t.Fatalf("%d looks", len(v.Looks))
		}
		for _, c := range []Curve{v.Search, v.Warned, v.Cued} {
			if len(c.T) != len(c.P) {
				t.Fatal("lists of different length")
			}
			for i := range c.T {
				if !(c.P[i] >= 0 && c.P[i] <= 1) || !(c.T[i] >= v.First && c.T[i] <= v.Last) {
					t.Fatalf("point %d: %g %g", i, c.T[i], c.P[i])
				}
				if i > 0 && (c.P[i] < c.P[i-1] || c.T[i] < c.T[i-1]) {
					t.Fatalf("falls at %d", i)
				}
			}
		}
		for i := range v.Cued.T {
			if !(v.Cued.P[i] >= v.Warned.P[i] && v.Warned.P[i] >= v.Search.P[i]) {
				t.Fatalf("knowing more finds less at %g", v.Cued.T[i])
			}
		}
		u := rapid.Float64Range(0, 1).Draw(t, "u")
		ts, okS := v.Search.Quantile(u)
		tw, okW := v.Warned.Quantile(u)
		tc, okC := v.Cued.Quantile(u)
		if (okS && !okW) || (okW && !okC) || (okS && tw > ts) || (okW && tc > tw) {
			t.Fatalf("u=%g: %g %v, %g %v, %g %v", u, ts, okS, tw, okW, tc, okC)
		}
		last := 0.0
		for _, l := range v.Looks {
			if !(l.T >= v.First-1e-9 && l.T <= v.Last+1e-9) || l.T < last || !(l.Pd >= LeastDetection*0.9 && l.Pd <= 1) || !(l.SigmaRangeM > 0 && l.SigmaAngleRad > 0 && l.SpanS > 0) {
				t.Fatalf("look %+v in [%g, %g]", l, v.First, v.Last)
			}
			last = l.T
		}
		// A larger target, a longer reference range: never seen later or less.
		big := s
		big.RCS *= 3
		big.BoostRCS *= 3
		w := r.Observe(e, tr, big)
		if w.First > v.First+2*edgeS || w.Last < v.Last-2*edgeS {
			t.Fatalf("a larger target is in view from %g to %g, the smaller from %g to %g", w.First, w.Last, v.First, v.Last)
		}
	})
	if seen == 0 {
		t.Error("no radar ever saw anything: the test tests nothing")
	}
}

// TestThinnedLooksKeepInformation: the sum of 1/σ² of the kept looks is that of
// all looks at the track interval.
func TestThinnedLooksKeepInformation(t *testing.T) {
	tr := medium(t)
	r := forward(beside(tr, 0.5, -2), 0)
	r.AzimuthField = 0
	sum := func(interval units.Duration) (info float64, n int) {
		r.TrackInterval = interval
		v := r.Observe(tr.Earth(), tr, Signature{RCS: 0.1})
		for _, l := range v.Looks {
			info += l.Pd / (l.SigmaRangeM * l.SigmaRangeM)
		}
		return info * float64(interval), len(v.Looks)
	}
	coarse, few := sum(5)
	fine, many := sum(0.5)
	if few >= maxLooks || many != maxLooks {
		t.Fatalf("%d and %d looks: the case does not thin", few, many)
	}
	if math.Abs(fine/coarse-1) > 0.03 {
		t.Errorf("information per second %g when thinned, %g when not", fine, coarse)
	}
}

// TestBoostSignature: before burnout the larger cross-section counts.
func TestBoostSignature(t *testing.T) {
	e := flight.RealEarth()
	m, err := flight.Calibrate(e, flight.Spec{ID: "test", Range: 1000e3, Stages: []units.Duration{95}, Beta: 3000})
	if err != nil {
		t.Fatal(err)
	}
	tr, err := m.Aim(e, flight.Aim{From: geo.Deg(39, 126), To: geo.Deg(35, 135)})
	if err != nil {
		t.Fatal(err)
	}
	r := forward(geo.Deg(36.5, 127), 0)
	r.AzimuthField = 0
	r.ReferenceRange = 400e3
	small := r.Observe(e, tr, Signature{RCS: 0.01})
	large := r.Observe(e, tr, Signature{RCS: 0.01, BoostRCS: 10})
	if !(large.First < tr.BurnoutS()) {
		t.Fatalf("a large body in boost is in view from %g, burnout %g", large.First, tr.BurnoutS())
	}
	if !(large.First <= small.First) || !(large.Search.At(tr.BurnoutS()) > small.Search.At(tr.BurnoutS())) {
		t.Errorf("boost cross-section has no effect: %g %g", large.First, small.First)
	}
	// The satellites see the same burn above the clouds, and only that.
	i := Infrared{Delay: 30, Revisit: 10, DetectionProbability: 0.95, CloudHeight: 10_000}
	v := i.Observe(e, tr)
	p, _ := tr.At(v.First)
	if h := e.Ellipsoid.Height(geo.ECEF(p)); math.Abs(h-10_000) > 5 {
		t.Errorf("seen from height %g m", h)
	}
	if v.Last != tr.BurnoutS() || len(v.Looks) != 0 {
		t.Errorf("seen until %g, burnout %g", v.Last, tr.BurnoutS())
	}
	first, ok := v.Search.Quantile(0)
	if !ok || math.Abs(first-v.First-30) > 1e-9 {
		t.Errorf("first report %g, seen at %g", first, v.First)
	}
	if _, ok := v.Search.Quantile(0.96); ok {
		t.Error("reported more often than its probability")
	}
	if at, ok := v.Search.Quantile(0.949999); !ok || at > v.First+40.001 {
		t.Errorf("last report %g %v", at, ok)
	}
	i.CloudHeight = 1e7
	if v := i.Observe(e, tr); !math.IsInf(v.First, 1) {
		t.Error("seen through the clouds")
	}
}

// TestNothingToSee: radars and targets without strength see and show nothing.
func TestNothingToSee(t *testing.T) {
	tr := medium(t)
	e := tr.Earth()
	r := forward(beside(tr, 0, 0), 0)
	for name, v := range map[string]View{
		"no cross-section": r.Observe(e, tr, Signature{}),
		"no radar":         Radar{}.Observe(e, tr, Signature{RCS: 1}),
		"no burn":          Infrared{DetectionProbability: 1}.Observe(e, tr),
		"other side":       Radar{RangeLimited: true, At: geo.Deg(-38, -50), ReferenceRange: 1e6}.Observe(e, tr, Signature{}),
	} {
		if !math.IsInf(v.First, 1) || !math.IsInf(v.Last, -1) || len(v.Looks) > 0 || len(v.Search.T) > 0 {
			t.Errorf("%s: %+v", name, v)
		}
		if _, ok := v.Search.Quantile(0); ok {
			t.Errorf("%s: detected", name)
		}
	}
}

// TestCurve: At and Quantile undo each other; steps and ends behave.
func TestCurve(t *testing.T) {
	c := Curve{T: []float64{10, 20, 30, 40}, P: []float64{0, 0.3, 0.3, 0.9}}
	rapid.Check(t, func(t *rapid.T) {
		u := rapid.Float64Range(0, 0.8999).Draw(t, "u")
		at, ok := c.Quantile(u)
		if !ok {
			t.Fatal("not seen")
		}
		if got := c.At(at); math.Abs(got-u) > 1e-9 && !(u == 0.3) {
			t.Fatalf("P(%g) = %g, want %g", at, got, u)
		}
	})
	for _, x := range [][2]float64{{9.99, 0}, {10, 0}, {25, 0.3}, {40, 0.9}, {1e9, 0.9}} {
		if got := c.At(x[0]); got != x[1] {
			t.Errorf("P(%g) = %g, want %g", x[0], got, x[1])
		}
	}
	step := Curve{T: []float64{7}, P: []float64{1}}
	if at, ok := step.Quantile(0.99); !ok || at != 7 || step.At(6.9) != 0 || step.At(7) != 1 {
		t.Error("a step is not a step")
	}
}

// TestSwitched: a warning never delays, the earlier the better, and at the ends
// it is one curve or the other.
func TestSwitched(t *testing.T) {
	tr := medium(t)
	r := forward(beside(tr, 1, -3), 0)
	r.AzimuthField = 0
	r.ReferenceRange = 300e3
	v := r.Observe(tr.Earth(), tr, Signature{RCS: 0.05})
	rapid.Check(t, func(t *rapid.T) {
		u := rapid.Float64Range(0, 0.999999).Draw(t, "u")
		a := rapid.Float64Range(0, 600).Draw(t, "switch")
		b := rapid.Float64Range(a, 600).Draw(t, "later")
		ta, okA := Switched(u, a, v.Search, v.Cued)
		tb, okB := Switched(u, b, v.Search, v.Cued)
		if (okB && !okA) || (okB && ta > tb+1e-9) {
			t.Fatalf("u=%g: switched at %g seen %g %v, at %g seen %g %v", u, a, ta, okA, b, tb, okB)
		}
		t0, ok0 := Switched(u, 0, v.Search, v.Cued)
		if tc, ok := v.Cued.Quantile(u); ok != ok0 || (ok && math.Abs(tc-t0) > 1e-9) {
			t.Fatalf("switched from the start %g, cued %g", t0, tc)
		}
		tn, okN := Switched(u, 1e6, v.Search, v.Cued)
		if ts, ok := v.Search.Quantile(u); ok && (!okN || math.Abs(ts-tn) > 1e-9) {
			t.Fatalf("never switched %g, search %g", tn, ts)
		}
	})
}

// BenchmarkObserve: the bar is 100 µs for a flight of 600 s.
func BenchmarkObserve(b *testing.B) {
	tr := medium(b)
	r := forward(beside(tr, 1, -3), 20)
	s := Signature{RCS: 0.05, BoostRCS: 1}
	v := r.Observe(tr.Earth(), tr, s)
	b.ReportMetric(float64(len(v.Looks)), "looks")
	b.ReportAllocs()
	for b.Loop() {
		r.Observe(tr.Earth(), tr, s)
	}
}

// risen is a flight with a burn: a missile of two stages over 1,200 km.
func risen(t testing.TB) *flight.Trajectory {
	t.Helper()
	m, err := flight.Calibrate(flight.RealEarth(), flight.Spec{ID: "two stages", Range: units.Km(1500), Stages: []units.Duration{60, 50}, Beta: 4000})
	if err != nil {
		t.Fatal(err)
	}
	to, _ := geo.WGS84.Direct(geo.Deg(39, 127), units.Degrees(120), units.Km(1200))
	tr, err := m.Aim(flight.RealEarth(), flight.Aim{From: geo.Deg(39, 127), To: to})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// TestScanHoldsTheFlight: at any time between the sample before a node's first and
// the one after its last the target is within the node's sphere; and a scan taken in
// the place of another is that taken anew.
func TestScanHoldsTheFlight(t *testing.T) {
	again := new(Scan)
	for _, tr := range []*flight.Trajectory{risen(t), medium(t), risen(t)} {
		s := NewScan(tr)
		again.Take(tr)
		if diff := cmp.Diff(again, s, cmp.AllowUnexported(Scan{}), cmp.Comparer(func(a, b *flight.Trajectory) bool { return a == b })); diff != "" {
			t.Fatal(diff)
		}
		var walk func(heap *[2 * blockSamples]float64, node, lo, hi int)
		walk = func(heap *[2 * blockSamples]float64, node, lo, hi int) {
			from, to := s.t[max(lo-1, 0)], s.t[min(hi, len(s.t)-1)]
			for k := range 201 {
				r, _ := tr.At(from + (to-from)*float64(k)/200)
				c := s.r[(lo+hi)/2]
				if d := math.Sqrt((r[0]-c[0])*(r[0]-c[0]) + (r[1]-c[1])*(r[1]-c[1]) + (r[2]-c[2])*(r[2]-c[2])); d > heap[node] {
					t.Fatalf("samples %d to %d: %g m from the middle, the sphere has %g", lo, hi, d, heap[node])
				}
			}
			if hi-lo > 1 {
				walk(heap, 2*node, lo, (lo+hi)/2)
				walk(heap, 2*node+1, (lo+hi)/2, hi)
			}
		}
		for b := range s.ballM {
			walk(&s.ballM[b], 1, b*blockSamples, min((b+1)*blockSamples, len(s.t)))
		}
	}
}

// TestSoonestBoundsFirst: no radar sees a flight before Soonest says it may, none that
// it says sees nothing sees anything, and it is not far from the truth where only the
// horizon hides the target.
func TestSoonestBoundsFirst(t *testing.T) {
	e := flight.RealEarth()
	flights := []*flight.Trajectory{risen(t), medium(t)}
	rapid.Check(t, func(t *rapid.T) {
		f := func(name string, lo, hi float64) float64 { return rapid.Float64Range(lo, hi).Draw(t, name) }
		tr := flights[rapid.IntRange(0, 1).Draw(t, "flight")]
		at := geo.Deg(f("lat", 30, 42), f("lon", 122, 142))
		at.Alt = units.Length(f("height", 0, 1500))
		r := forward(at, f("facing", 0, 360))
		r.AzimuthField = units.Degrees(rapid.SampledFrom([]float64{0, 20, 120, 240}).Draw(t, "field"))
		r.MinElevation, r.MaxElevation = units.Degrees(f("least", -3, 20)), units.Degrees(f("most", 30, 90))
		r.ReferenceRange = units.Length(f("range", 50e3, 2000e3))
		s := Signature{RCS: units.Area(f("rcs", 0.01, 1)), BoostRCS: units.Area(f("burning", 0, 3))}
		scan := NewScan(tr)
		p := r.Post(e, s)
		soon, v := p.Soonest(scan), p.Sight(scan, 1)
		if v.First < soon {
			t.Fatalf("seen at %g s, at the soonest at %g", v.First, soon)
		}
	})
	seen, sum := 0, 0.0
	for _, tr := range flights {
		for lat := 30.0; lat <= 42; lat += 3 {
			for lon := 122.0; lon <= 142; lon += 4 {
				r := forward(geo.Deg(lat, lon), 0)
				r.AzimuthField, r.MinElevation, r.MaxElevation = 0, 0, units.Degrees(90)
				r.ReferenceRange = units.Length(20_000e3)
				scan := NewScan(tr)
				p := r.Post(e, Signature{RCS: 1})
				if v := p.Sight(scan, 1); !math.IsInf(v.First, 1) {
					seen++
					sum += v.First - p.Soonest(scan)
				}
			}
		}
	}
	// Frozen from ourselves: 4.9 s, of which the first scan may take some.
	if mean := sum / float64(seen); seen < 50 || !(mean <= 6) {
		t.Errorf("the bound is %g s too soon in the mean of %d", mean, seen)
	}
}

// TestSightUntil: curves that end early are those of the whole as far as they go, and
// go as far as was asked.
func TestSightUntil(t *testing.T) {
	tr := medium(t)
	scan := NewScan(tr)
	p := forward(beside(tr, -1, 1), 300).Post(flight.RealEarth(), Signature{RCS: 0.1})
	all, some := p.Sight(scan, 1), p.Sight(scan, 0.6)
	n := len(some.Search.P)
	if n == 0 || n >= len(all.Search.P) {
		t.Fatalf("%d points of %d: the test says nothing", n, len(all.Search.P))
	}
	for _, x := range [][2]Curve{{some.Search, all.Search}, {some.Warned, all.Warned}, {some.Cued, all.Cued}} {
		if diff := cmp.Diff(x[0], Curve{x[1].T[:n], x[1].P[:n]}); diff != "" {
			t.Error(diff)
		}
	}
	if p := some.Search.P; p[n-1] <= 0.6 || p[n-2] > 0.6 {
		t.Errorf("the search ends at %g after %g, asked for 0.6", p[n-1], p[n-2])
	}
}
