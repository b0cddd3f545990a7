package stats

import (
	"math"
	"slices"
	"testing"

	"testudo/internal/draw"
)

// Coverage over 2,000 fixed seeds: a 95 % interval contains the true value in
// 93.5 to 96.5 % of them (three standard errors: √(.95·.05/2000) = 0.49 %), on
// cases whose true value is known in closed form and for which the method's
// exact coverage is close to 95 %.
func TestCoverageOverSeeds(t *testing.T) {
	const seeds = 2000
	u := func(seed, run int, purpose uint64) uint64 { return draw.U64(uint64(seed), uint64(run), 77, purpose) }
	cases := []struct {
		name string
		try  func(seed int) bool
	}{
		{"Wilson, 200 runs at 0.3", func(s int) bool { return Wilson(count(u, s, 200, 0.3), 200).Contains(0.3) }},
		{"Wilson, 500 runs at 0.03", func(s int) bool { return Wilson(count(u, s, 500, 0.03), 500).Contains(0.03) }},
		{"Wilson, 400 runs at 0.98", func(s int) bool { return Wilson(count(u, s, 400, 0.98), 400).Contains(0.98) }},
		// Never below 95 %: with many runs close to it.
		{"Clopper-Pearson, 1000 runs at 0.5", func(s int) bool { return ClopperPearson(count(u, s, 1000, 0.5), 1000).Contains(0.5) }},
		// 20 warheads, two shots of 0.7 each: 20·0.3² = 1.8 leakers.
		{"mean leakers, 100 runs", func(s int) bool {
			var n, sum, sq int64
			for r := 0; r < 100; r++ {
				x := leakers(u, s, r, 2)
				n, sum, sq = n+1, sum+x, sq+x*x
			}
			return Mean(n, sum, sq).Contains(1.8)
		}},
		// The same dice with a third shot for each: 20·(0.09-0.027) = 1.26 fewer.
		{"paired difference, 100 runs", func(s int) bool {
			var n, sx, qx, sy, qy, xy int64
			for r := 0; r < 100; r++ {
				x, y := leakers(u, s, r, 2), leakers(u, s, r, 3)
				n, sx, qx, sy, qy, xy = n+1, sx+x, qx+x*x, sy+y, qy+y*y, xy+x*y
			}
			return PairedDifference(n, sx, qx, sy, qy, xy).Contains(1.26)
		}},
		{"mean of 5 normal deviates", func(s int) bool {
			x := make([]float64, 5)
			for i := range x {
				x[i] = 1e6 + draw.Normal(u(s, i, 9))
			}
			return MeanOf(x).Contains(1e6)
		}},
		{"paired shares, 300 runs, 0.08 against 0.03", func(s int) bool {
			b, c := disagree(u, s, 300, 0.08, 0.03)
			return PairedProportions(b, c, 300).Contains(0.05)
		}},
		// Rare disagreement in one direction only, as an agreement that never hurts.
		{"paired shares, 500 runs, 0.03 against none", func(s int) bool {
			b, c := disagree(u, s, 500, 0.03, 0)
			return PairedProportions(b, c, 500).Contains(0.03)
		}},
	}
	for _, c := range cases {
		in := 0
		for s := 1; s <= seeds; s++ {
			if c.try(s) {
				in++
			}
		}
		if share := float64(in) / seeds; share < 0.935 || share > 0.965 {
			t.Errorf("%s: %.2f %% of %d seeds covered", c.name, 100*share, seeds)
		} else {
			t.Logf("%s: %.2f %%", c.name, 100*share)
		}
	}
}

type drawer = func(seed, run int, purpose uint64) uint64

// count draws n trials of probability p.
func count(u drawer, seed, n int, p float64) int64 {
	k, th := int64(0), draw.Threshold(p)
	for r := 0; r < n; r++ {
		if draw.Hit(u(seed, r, 1), th) {
			k++
		}
	}
	return k
}

// leakers is how many of 20 missiles survive so many shots of 0.7 each.
func leakers(u drawer, seed, run, shots int) int64 {
	k, th := int64(0), draw.Threshold(0.7)
	for m := uint64(0); m < 20; m++ {
		alive := int64(1)
		for j := 0; j < shots; j++ {
			if draw.Hit(u(seed, run, 100+m*8+uint64(j)), th) {
				alive = 0
			}
		}
		k += alive
	}
	return k
}

// disagree draws n pairs: the first alone with p10, the second alone with p01.
func disagree(u drawer, seed, n int, p10, p01 float64) (b, c int64) {
	one, either := draw.Threshold(p10), draw.Threshold(p10+p01)
	for r := 0; r < n; r++ {
		x := u(seed, r, 3)
		switch {
		case draw.Hit(x, one):
			b++
		case draw.Hit(x, either):
			c++
		}
	}
	return b, c
}

// Exact coverage by summing over all outcomes. Clopper and Pearson promise at
// least 95 %; Wilson is near 95 % on average over the shares (L. D. Brown, T. T.
// Cai & A. DasGupta, Statistical Science 16, 101-133, 2001, figs 5 and 11: mean
// 0.95 at n = 50) though it dips near 0 and 1.
func TestValidateExactCoverageOfShares(t *testing.T) {
	for _, n := range []int64{10, 50, 100} {
		var wilson, cp []Interval
		for k := int64(0); k <= n; k++ {
			wilson, cp = append(wilson, Wilson(k, n)), append(cp, ClopperPearson(k, n))
		}
		const grid = 400
		mean, least := 0.0, 1.0
		for i := 1; i < grid; i++ {
			p := float64(i) / grid
			w, e := 0.0, 0.0
			for k := range wilson {
				pr := binomial(int64(k), n, p)
				if wilson[k].Contains(p) {
					w += pr
				}
				if cp[k].Contains(p) {
					e += pr
				}
			}
			mean += w / (grid - 1)
			least = math.Min(least, w)
			if e < 0.95-1e-9 {
				t.Errorf("Clopper-Pearson covers %.4f at p = %g, n = %d", e, p, n)
			}
		}
		t.Logf("n = %d: Wilson covers %.4f on average, %.4f at least", n, mean, least)
		if math.Abs(mean-0.95) > 0.006 || least < 0.83 {
			t.Errorf("n = %d: Wilson covers %.4f on average, %.4f at least", n, mean, least)
		}
	}
}

// The same for paired shares, over a triangle of (first alone, second alone)
// with rare disagreement. The plain mean of the differences (Wald) falls far
// below; Tango's score interval does not. Its published coverage is close to
// 95 % (Newcombe 1998; Agresti & Min 2005).
func TestValidateExactCoverageOfPairs(t *testing.T) {
	const n = 60
	in := map[[2]int64]Interval{}
	wald := map[[2]int64]Interval{}
	for b := int64(0); b <= n; b++ {
		for c := int64(0); b+c <= n; c++ {
			in[[2]int64{b, c}] = PairedProportions(b, c, n)
			wald[[2]int64{b, c}] = Mean(n, b-c, b+c)
		}
	}
	logFactorial := func(k int64) float64 { v, _ := math.Lgamma(float64(k) + 1); return v }
	var tango, plain []float64
	for _, p := range []float64{0.01, 0.02, 0.05, 0.1, 0.2} {
		for _, q := range []float64{0, 0.005, 0.02, 0.05, 0.1, 0.2} {
			if q > p {
				continue
			}
			s, w := 0.0, 0.0
			for b := int64(0); b <= n; b++ {
				for c := int64(0); b+c <= n; c++ {
					if q == 0 && c > 0 {
						continue
					}
					l := logFactorial(n) - logFactorial(b) - logFactorial(c) - logFactorial(n-b-c) + float64(b)*math.Log(p) + float64(n-b-c)*math.Log(1-p-q)
					if c > 0 {
						l += float64(c) * math.Log(q)
					}
					pr := math.Exp(l)
					if in[[2]int64{b, c}].Contains(p - q) {
						s += pr
					}
					if wald[[2]int64{b, c}].Contains(p - q) {
						w += pr
					}
				}
			}
			tango, plain = append(tango, s), append(plain, w)
		}
	}
	mean := 0.0
	for _, s := range tango {
		mean += s / float64(len(tango))
	}
	t.Logf("Tango %.4f on average, %.4f at least; mean of differences %.4f at least", mean, slices.Min(tango), slices.Min(plain))
	if math.Abs(mean-0.95) > 0.015 || slices.Min(tango) < 0.88 {
		t.Errorf("Tango covers %.4f on average, %.4f at least", mean, slices.Min(tango))
	}
	if slices.Min(plain) > 0.6 {
		t.Errorf("the mean of the differences covers %.4f at least: the case is too easy to tell the two apart", slices.Min(plain))
	}
}

// A quantile's interval covers at least 95 % for any distribution, here the 0.9
// quantile of an exponential time, ln 10, from 100 runs; not far above.
func TestQuantileIntervalCovers(t *testing.T) {
	in := 0
	const seeds = 2000
	for s := uint64(1); s <= seeds; s++ {
		x := make([]float64, 100)
		for i := range x {
			x[i] = -math.Log1p(-draw.Float(draw.U64(s, uint64(i), 5, 6)))
		}
		slices.Sort(x)
		if QuantileInterval(x, 0.9).Contains(math.Ln10) {
			in++
		}
	}
	if share := float64(in) / seeds; share < 0.945 || share > 0.98 {
		t.Errorf("%.2f %% of %d seeds covered", 100*share, seeds)
	}
}
