package track

import (
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"testudo/internal/flight"
	"testudo/internal/geo"
)

func geoAt(lat, lon float64) geo.LLA { return geo.Deg(lat, lon) }

func trace3(c [3][3]float64) float64 { return c[0][0] + c[1][1] + c[2][2] }

// TestInformationIsTheSumOfLooks checks Gather and the fading against the
// definition, written out with full matrices.
func TestInformationIsTheSumOfLooks(t *testing.T) {
	tr := nodong(t)
	m := NewMotion(tr)
	at := site(tr, 0.5, -1)
	looks := fullLooks(tr, 100, 300, 7, 20, 1e-3, 0.8)
	const fadeS, now = 90.0, 333.0
	in := m.Gather(at, looks, fadeS)
	got := m.Fuse([]Contribution{{Info: in, Quality: 1}}, now)

	e := tr.Earth()
	frame := e.Ellipsoid.Frame(at)
	var want Mat7
	for _, l := range looks {
		r, _ := tr.At(l.T)
		var x [N]float64
		copy(x[:3], r[:])
		var z [3]float64
		var h [3][N]float64
		sensor := RangeAzEl{Frame: frame}
		sensor.Measure(&x, &z, &h)
		noise := sensor.Noise(z, l.SigmaRangeM, l.SigmaAngleRad)
		var j [3][N]float64
		m.position(l.T, &j)
		w := l.Pd * math.Exp(-(now-l.T)/fadeS)
		for k := range 3 {
			var g [N]float64
			for c := range N {
				for i := range 3 {
					g[c] += h[k][i] * j[i][c]
				}
			}
			for a := range N {
				for b := range N {
					want[a][b] += w * g[a] * g[b] / noise[k]
				}
			}
		}
	}
	for a := range N {
		for b := range N {
			scale := math.Sqrt(want[a][a] * want[b][b])
			if math.Abs(got.At(a, b)-want[a][b]) > 1e-9*scale {
				t.Errorf("element %d,%d: %g, want %g", a, b, got.At(a, b), want[a][b])
			}
		}
	}
}

// TestSinceDropsEarlierLooks: counting from a time is the same as gathering
// only the looks from then on.
func TestSinceDropsEarlierLooks(t *testing.T) {
	tr := nodong(t)
	m := NewMotion(tr)
	at := site(tr, 0.2, 0.3)
	looks := fullLooks(tr, 100, 300, 5, 20, 1e-3, 0.9)
	all := m.Gather(at, looks, 60)
	late := m.Gather(at, looks[20:], 60)
	a := m.Fuse([]Contribution{{Info: all, Quality: 0.7, DelayS: 4, SinceS: looks[20].T}}, 290)
	b := m.Fuse([]Contribution{{Info: late, Quality: 0.7, DelayS: 4}}, 290)
	for k := range a {
		if math.Abs(a[k]-b[k]) > 1e-9*math.Max(math.Abs(a[k]), 1e-12) {
			t.Fatalf("element %d: %g, want %g", k, a[k], b[k])
		}
	}
	if y := m.Fuse([]Contribution{{Info: all, Quality: 1, SinceS: 500}}, 290); !y.zero() {
		t.Error("a sensor that finds the target later than now contributes already")
	}
}

// sensors are some arbitrary sites about the flight with what they gathered.
func sensors(t testing.TB, m *Motion) []*Info {
	t.Helper()
	tr := m.tr
	return []*Info{
		m.Gather(site(tr, 1, -2), fullLooks(tr, 60, 480, 4, 15, 8e-4, 0.9), 120),
		m.Gather(site(tr, -1, 1), fullLooks(tr, 200, 480, 3, 30, 2e-3, 0.7), 120),
		m.Gather(site(tr, 3, -6), fullLooks(tr, 30, 250, 5, 10, 5e-4, 1), 60),
		m.Gather(site(tr, 0.1, 0.1), fullLooks(tr, 350, 480, 1, 50, 3e-3, 0.5), 30),
		m.Gather(site(tr, -4, 4), nil, 30),
	}
}

func drawContribution(t *rapid.T, infos []*Info, used map[int]bool) (Contribution, bool) {
	k := rapid.IntRange(0, len(infos)-1).Draw(t, "sensor")
	relayed := rapid.Bool().Draw(t, "relayed")
	key := 2 * k
	if relayed {
		key++
	}
	if used[key] {
		return Contribution{}, false
	}
	used[key] = true
	return Contribution{
		Info:    infos[k],
		DelayS:  rapid.Float64Range(0, 60).Draw(t, "delay"),
		Quality: rapid.Float64Range(0, 1).Draw(t, "quality"),
		Relayed: relayed,
		SinceS:  rapid.SampledFrom([]float64{0, 100, 300}).Draw(t, "since"),
	}, true
}

// TestFuseMonotone: one contribution more never makes anything worse, in every
// sense the package offers, whatever is shared, relayed, late or poor.
func TestFuseMonotone(t *testing.T) {
	m := NewMotion(nodong(t))
	infos := sensors(t, m)
	rapid.Check(t, func(t *rapid.T) {
		used := map[int]bool{}
		var cs []Contribution
		now := rapid.Float64Range(30, 485).Draw(t, "now")
		at := rapid.Float64Range(now, 488).Draw(t, "at")
		basket := math.Pow(10, rapid.Float64Range(1, 5).Draw(t, "log basket"))
		lastTrace, lastOK := math.Inf(1), false
		lastBest, lastHand, lastImpact := math.Inf(1), 0.0, math.Inf(1)
		for range rapid.IntRange(1, 6).Draw(t, "count") {
			c, ok := drawContribution(t, infos, used)
			if !ok {
				continue
			}
			cs = append(cs, c)
			cov, ok := m.PositionCov(m.Fuse(cs, now), now)
			const slack = 1 + 1e-9 // rounding of two different factorisations
			if lastOK && !ok {
				t.Fatalf("position lost by a contribution more")
			}
			if tr := trace3(cov); tr > lastTrace*slack {
				t.Fatalf("trace grew from %g to %g", lastTrace, tr)
			}
			lastTrace, lastOK = trace3(cov), ok
			p := m.Pool(cs, now)
			if s, ok := m.BestPosition(&p, at); ok {
				if s > lastBest*slack {
					t.Fatalf("best position grew from %g to %g", lastBest, s)
				}
				lastBest = s
			}
			h := m.BestHandover(&p, at, basket)
			if h < lastHand-1e-9 {
				t.Fatalf("handover fell from %g to %g", lastHand, h)
			}
			lastHand = h
			if a, ok := m.BestImpact(&p); ok {
				if a > lastImpact*slack {
					t.Fatalf("impact ellipse grew from %g to %g", lastImpact, a)
				}
				lastImpact = a
			}
		}
	})
}

// TestFuseNeverOptimistic: the fused covariance is never smaller than that of
// all distinct sensors fused without delay, loss or broker, which is the most
// anybody can know; and a sensor heard twice counts once.
func TestFuseNeverOptimistic(t *testing.T) {
	m := NewMotion(nodong(t))
	infos := sensors(t, m)
	rapid.Check(t, func(t *rapid.T) {
		used := map[int]bool{}
		var cs, ideal []Contribution
		for range rapid.IntRange(1, 8).Draw(t, "count") {
			c, ok := drawContribution(t, infos, used)
			if !ok {
				continue
			}
			cs = append(cs, c)
			known := false
			for _, i := range ideal {
				known = known || i.Info == c.Info
			}
			if !known {
				ideal = append(ideal, Contribution{Info: c.Info, Quality: 1})
			}
		}
		now := rapid.Float64Range(30, 485).Draw(t, "now")
		at := rapid.Float64Range(now, 488).Draw(t, "at")
		got, _ := m.PositionCov(m.Fuse(cs, now), at)
		best, _ := m.PositionCov(m.Fuse(ideal, now), at)
		// In every direction, not only on average.
		for range 5 {
			var d [3]float64
			for i := range d {
				d[i] = rapid.Float64Range(-1, 1).Draw(t, "direction")
			}
			a, b := 0.0, 0.0
			for i := range 3 {
				for k := range 3 {
					a += d[i] * got[i][k] * d[k]
					b += d[i] * best[i][k] * d[k]
				}
			}
			if a < b*(1-1e-7)-1e-9 {
				t.Fatalf("optimistic: variance %g where %g is the least possible", a, b)
			}
		}
	})
	y := m.Fuse([]Contribution{{Info: infos[0], Quality: 1}, {Info: infos[0], Quality: 1}}, 400)
	z := m.Fuse([]Contribution{{Info: infos[0], Quality: 1}}, 400)
	if y != z {
		t.Error("a sensor listed twice counts twice")
	}
	y = m.Fuse([]Contribution{{Info: infos[0], Quality: 1}, {Info: infos[0], Quality: 1, Relayed: true}}, 400)
	a, _ := m.PositionCov(y, 400)
	b, _ := m.PositionCov(z, 400)
	if math.Abs(trace3(a)/trace3(b)-1) > 1e-12 {
		t.Error("one's own data back from the broker changed the track")
	}
}

// TestFuseOrderAndEmptiness: no contribution, no information; contributions
// that hold nothing change no bit.
func TestFuseOrderAndEmptiness(t *testing.T) {
	m := NewMotion(nodong(t))
	infos := sensors(t, m)
	if y := m.Fuse(nil, 300); !y.zero() {
		t.Error("information from nothing")
	}
	if _, ok := m.PositionCov(Sym{}, 300); ok {
		t.Error("a position known from nothing")
	}
	if _, _, _, ok := m.ImpactEllipse(Sym{}); ok {
		t.Error("an impact known from nothing")
	}
	base := []Contribution{{Info: infos[0], Quality: 1, DelayS: 3}, {Info: infos[2], Quality: 0.9, Relayed: true, DelayS: 10}}
	more := append([]Contribution{{Info: infos[4], Quality: 1}, {Info: nil, Quality: 1}, {Info: infos[1], Quality: 0},
		{Info: infos[1], Quality: 1, DelayS: 1e6}, {Info: infos[1], Quality: math.NaN()}}, base...)
	if m.Fuse(base, 300) != m.Fuse(more, 300) {
		t.Error("contributions without content changed the bits of the result")
	}
}

// TestDelayAndFading: later data and older data are worth less.
func TestDelayAndFading(t *testing.T) {
	m := NewMotion(nodong(t))
	infos := sensors(t, m)
	last := 0.0
	for _, d := range []float64{0, 1, 5, 10, 30, 100} {
		cov, ok := m.PositionCov(m.Fuse([]Contribution{{Info: infos[0], Quality: 1, DelayS: d}}, 300), 420)
		if !ok {
			t.Fatal("position unknown")
		}
		if s := trace3(cov); s <= last {
			t.Errorf("delay %g s: variance %g not above %g", d, s, last)
		} else {
			last = s
		}
	}
}

func TestHandoverProbability(t *testing.T) {
	diag := func(a, b, c float64) (m [3][3]float64) {
		m[0][0], m[1][1], m[2][2] = a, b, c
		return m
	}
	// Equal axes: Rayleigh. One axis: the error function.
	for _, r := range []float64{0.1, 0.5, 1, 2, 4} {
		if got, want := HandoverProbability(diag(9, 1e-6, 9), 3*r), -math.Expm1(-r*r/2); math.Abs(got-want) > 1e-12 {
			t.Errorf("round error, %g sigma: %g, want %g", r, got, want)
		}
		if got, want := HandoverProbability(diag(4, 0, 0), 2*r), math.Erf(r/math.Sqrt2); math.Abs(got-want) > 2e-6 {
			t.Errorf("line error, %g sigma: %g, want %g", r, got, want)
		}
	}
	// A needle of ratio 10 and 100 against brute integration over the minor axis.
	for _, ratio := range []float64{2, 10, 100} {
		s1, s2, b := 1.0, 1/ratio, 1.3
		const n = 400000
		want := 0.0
		for i := range n {
			x := -b + 2*b*(float64(i)+0.5)/n
			want += math.Exp(-x*x/2/s1/s1) / (s1 * math.Sqrt(2*math.Pi)) * math.Erf(math.Sqrt(b*b-x*x)/s2/math.Sqrt2) * 2 * b / n
		}
		if got := HandoverProbability(diag(s2*s2, 0, s1*s1), b); math.Abs(got-want) > 2e-7 {
			t.Errorf("ratio %g: %g, want %g", ratio, got, want)
		}
	}
	if HandoverProbability(diag(1, 1, 1), 0) != 0 || HandoverProbability(diag(math.NaN(), 1, 1), 5) != 0 {
		t.Error("an empty basket or a covariance that is none must give zero")
	}
	rapid.Check(t, func(t *rapid.T) {
		var a [3][3]float64
		for i := range 3 {
			for j := range 3 {
				a[i][j] = rapid.Float64Range(-100, 100).Draw(t, "a")
			}
		}
		var c, d [3][3]float64
		w := rapid.Float64Range(0, 50).Draw(t, "w")
		k := rapid.IntRange(0, 2).Draw(t, "k")
		for i := range 3 {
			for j := range 3 {
				for l := range 3 {
					c[i][j] += a[i][l] * a[j][l]
				}
				d[i][j] = c[i][j] + w*a[i][k]*a[j][k]
			}
		}
		b := rapid.Float64Range(0.1, 1000).Draw(t, "basket")
		if p, q := HandoverProbability(c, b), HandoverProbability(d, b); q > p+1e-13 {
			t.Fatalf("more error, more probability: %g, %g", p, q)
		}
	})
}

// BenchmarkGather: the bar is 100 µs for 100 looks.
func BenchmarkGather(b *testing.B) {
	tr := nodong(b)
	m := NewMotion(tr)
	at := site(tr, 1, -2)
	looks := fullLooks(tr, 60, 480, 4.2, 15, 8e-4, 0.9)
	b.ReportMetric(float64(len(looks)), "looks")
	b.ReportAllocs()
	for b.Loop() {
		m.Gather(at, looks, 120)
	}
}

// BenchmarkFuse: the bar is 5 µs, here with four sensors, two of them relayed.
func BenchmarkFuse(b *testing.B) {
	m := NewMotion(nodong(b))
	in := sensors(b, m)
	cs := []Contribution{{Info: in[0], Quality: 1}, {Info: in[1], Quality: 1, DelayS: 3},
		{Info: in[2], Quality: 0.9, DelayS: 8, Relayed: true}, {Info: in[3], Quality: 0.9, DelayS: 8, Relayed: true}}
	b.ReportAllocs()
	for b.Loop() {
		m.Fuse(cs, 400)
	}
}

// BenchmarkPositionCov is the price of one prediction.
func BenchmarkPositionCov(b *testing.B) {
	m := NewMotion(nodong(b))
	in := sensors(b, m)
	y := m.Fuse([]Contribution{{Info: in[0], Quality: 1}, {Info: in[1], Quality: 1, DelayS: 3}}, 400)
	b.ReportAllocs()
	for b.Loop() {
		m.PositionCov(y, 450)
	}
}

// BenchmarkHandover is the price of one handover probability.
func BenchmarkHandover(b *testing.B) {
	var c [3][3]float64
	c[0][0], c[1][1], c[2][2], c[0][1], c[1][0] = 1e4, 4e4, 100, 3e3, 3e3
	for b.Loop() {
		HandoverProbability(c, 500)
	}
}

// TestMoreIsGather: looks gathered in two goes, in the room of another sensor's, and
// by a motion that followed another flight before, make the information that they
// make at once, bit for bit.
func TestMoreIsGather(t *testing.T) {
	tr := nodong(t)
	e := flight.RealEarth()
	r, v := start(e, geo.Deg(33, 44), 1900, 50, 200)
	other, err := e.Free(r, v, 3000)
	if err != nil {
		t.Fatal(err)
	}
	m, fresh := NewMotion(other), NewMotion(tr)
	in := m.Gather(site(other, 1, 1), fullLooks(other, 20, 200, 2, 10, 1e-3, 1), 30)
	m.Follow(tr)
	at, looks := site(tr, 0.5, -2), fullLooks(tr, 50, 480, 3, 15, 8e-4, 0.9)
	want := fresh.Gather(at, looks, 60)
	for _, n := range []int{0, 1, 60, len(looks)} {
		in.Begin(60)
		m.More(in, at, looks[:n])
		m.More(in, at, looks[n:])
		if !reflect.DeepEqual(in, want) {
			t.Errorf("in two goes, the first of %d looks, it is another", n)
		}
	}
	p := Pool{Direct: want.y[len(want.y)-1]}
	a, _ := m.BestImpact(&p)
	if b, ok := fresh.BestImpact(&p); !ok || a != b {
		t.Errorf("half-axes of %g and %g m", a, b)
	}
}
