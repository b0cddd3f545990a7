package stats

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

func near(got, want Interval, tol float64) bool {
	return cmp.Equal(got, want, cmpopts.EquateApprox(0, tol))
}

// Published intervals, to the four digits (three for the second half of Tango's)
// that are printed. One proportion: 13 of 16, M. W. Fagerland, S. Lydersen & P.
// Laake, "Statistical Analysis of Contingency Tables" (2017) ch. 2, as in the
// tests of its R package (github ocbe-uio/contingencytables); 5 of 25, W. J.
// Conover, "Practical Nonparametric Statistics" (1999), table A4, as quoted at
// influentialpoints.com. Paired: the same book ch. 8 and package (first three),
// and the tests of R's ratesci (github PeteLaud/ratesci), which quote Newcombe
// (1998) and Fagerland et al. (2014).
func TestValidatePublishedIntervals(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want Interval
		tol       float64
	}{
		{"Wilson 13 of 16", Wilson(13, 16), Interval{0.8125, 0.5699, 0.9341}, 5.1e-5},
		{"Clopper-Pearson 13 of 16", ClopperPearson(13, 16), Interval{0.8125, 0.5435, 0.9595}, 5.1e-5},
		{"Clopper-Pearson 5 of 25", ClopperPearson(5, 25), Interval{0.2, 0.068, 0.407}, 5.1e-4},
		{"Tango 6, 16 of 161", PairedProportions(6, 16, 161), Interval{-0.0621, -0.1240, -0.0054}, 5.1e-5},
		{"Tango 3, 0 of 3", PairedProportions(3, 0, 3), Interval{1, -0.1230, 1}, 5.1e-5},
		{"Tango 0, 3 of 3", PairedProportions(0, 3, 3), Interval{-1, -1, 0.1230}, 5.1e-5},
		{"Tango 9, 3 of 32", PairedProportions(9, 3, 32), Interval{0.1875, -0.027, 0.390}, 5.1e-4},
		{"Tango 1, 7 of 21", PairedProportions(1, 7, 21), Interval{-0.2857, -0.517, -0.026}, 5.1e-4},
	} {
		if !near(c.got, c.want, c.tol) {
			t.Errorf("%s: %.5f, published %.4f", c.name, c.got, c.want)
		}
	}
}

// Closed forms: all of n gives the lower ends (α/2)^(1/n) and n/(n+z²); no
// disagreement in n pairs gives ±z²/(n+z²). 15 of 15 is the THAAD test record.
func TestValidateClosedForms(t *testing.T) {
	for _, n := range []int64{1, 2, 15, 200, 1_000_000} {
		nf := float64(n)
		for _, c := range []struct {
			name      string
			got, want Interval
		}{
			{"Clopper-Pearson", ClopperPearson(n, n), Interval{1, math.Pow(0.025, 1/nf), 1}},
			{"Clopper-Pearson none", ClopperPearson(0, n), Interval{0, 0, 1 - math.Pow(0.025, 1/nf)}},
			{"Wilson", Wilson(n, n), Interval{1, nf / (nf + z95*z95), 1}},
			{"Wilson none", Wilson(0, n), Interval{0, 0, z95 * z95 / (nf + z95*z95)}},
			{"paired, all alike", PairedProportions(0, 0, n), Interval{0, -z95 * z95 / (nf + z95*z95), z95 * z95 / (nf + z95*z95)}},
		} {
			if !near(c.got, c.want, 1e-9) {
				t.Errorf("%s, n = %d: %.12f, want %.12f", c.name, n, c.got, c.want)
			}
		}
	}
	if lo := ClopperPearson(15, 15).Low; math.Abs(lo-0.782) > 5e-4 {
		t.Errorf("15 of 15 allows %.4f", lo)
	}
}

// Clopper and Pearson's ends are those shares that make the count just not
// surprising: P(≥k | low) = P(≤k | high) = 2.5 %, by summing the binomial.
func TestClopperPearsonEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 60).Draw(t, "n")
		k := rapid.Int64Range(0, n).Draw(t, "k")
		v := ClopperPearson(k, n)
		tail := func(p float64, from, to int64) float64 {
			s := 0.0
			for i := from; i <= to; i++ {
				s += binomial(i, n, p)
			}
			return s
		}
		if k > 0 && math.Abs(tail(v.Low, k, n)-0.025) > 1e-9 || k < n && math.Abs(tail(v.High, 0, k)-0.025) > 1e-9 {
			t.Fatalf("%d of %d: %+v", k, n, v)
		}
	})
}

// binomial is the probability of k in n.
func binomial(k, n int64, p float64) float64 {
	return distuv.Binomial{N: float64(n), P: p}.Prob(float64(k))
}

// Wilson's ends solve |k - np| = z·√(np(1-p)), Tango's |b-c-nd| = z·√Var with
// the share of disagreement most likely under d, found here by climbing the
// likelihood itself.
func TestScoreIntervalsSolveTheirEquation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 3000).Draw(t, "n")
		k := rapid.Int64Range(0, n).Draw(t, "k")
		w := Wilson(k, n)
		for _, p := range []float64{w.Low, w.High} {
			if p == 0 || p == 1 {
				continue
			}
			if z := math.Abs(float64(k)-float64(n)*p) / math.Sqrt(float64(n)*p*(1-p)); math.Abs(z-z95) > 1e-6 {
				t.Fatalf("Wilson %d of %d: at %v z = %v", k, n, p, z)
			}
		}
		b := rapid.Int64Range(0, n).Draw(t, "b")
		c := rapid.Int64Range(0, n-b).Draw(t, "c")
		v := PairedProportions(b, c, n)
		bf, cf, nf := float64(b), float64(c), float64(n)
		for _, d := range []float64{v.Low, v.High} {
			if math.Abs(d) == 1 {
				continue
			}
			like := func(q float64) float64 {
				s := 0.0
				for _, x := range [][2]float64{{bf, q + d}, {cf, q}, {nf - bf - cf, 1 - 2*q - d}} {
					if x[0] > 0 {
						s += x[0] * math.Log(math.Max(x[1], 1e-300))
					}
				}
				return s
			}
			lo, hi := math.Max(0, -d), (1-d)/2
			for i := 0; i < 200; i++ { // golden section: the likelihood has one top
				a, e := hi-(hi-lo)*0.6180339887498949, lo+(hi-lo)*0.6180339887498949
				if like(a) < like(e) {
					lo = a
				} else {
					hi = e
				}
			}
			z := math.Abs(bf-cf-nf*d) / math.Sqrt(nf*(lo+hi+d*(1-d)))
			if math.Abs(z-z95) > 1e-3 {
				t.Fatalf("Tango %d, %d of %d: at %v z = %v", b, c, n, d, z)
			}
		}
	})
}

// Properties every interval of a share has: within its bounds, around the
// estimate, mirrored when the outcome is, and Clopper and Pearson's contains
// nearly all of Wilson's only where theory says so, so that is not asked.
func TestShareProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 1_000_000).Draw(t, "n")
		k := rapid.Int64Range(0, n).Draw(t, "k")
		for name, f := range map[string]func(k, n int64) Interval{"Wilson": Wilson, "Clopper-Pearson": ClopperPearson} {
			v, m := f(k, n), f(n-k, n)
			if !(0 <= v.Low && v.Low <= v.Mid && v.Mid <= v.High && v.High <= 1) || !v.Contains(v.Mid) {
				t.Fatalf("%s %d of %d: %+v", name, k, n, v)
			}
			if !near(m, Interval{1 - v.Mid, 1 - v.High, 1 - v.Low}, 1e-9) {
				t.Fatalf("%s %d of %d: %+v, mirrored %+v", name, k, n, v, m)
			}
			if k < n && f(k+1, n).Low < v.Low || k < n && f(k+1, n).High < v.High {
				t.Fatalf("%s: one more of %d lowers the interval of %d", name, n, k)
			}
		}
		b := rapid.Int64Range(0, k).Draw(t, "b")
		v, m := PairedProportions(b, k-b, n), PairedProportions(k-b, b, n)
		if !(-1 <= v.Low && v.Low <= v.Mid && v.Mid <= v.High && v.High <= 1) || !near(m, Interval{-v.Mid, -v.High, -v.Low}, 1e-9) {
			t.Fatalf("paired %d, %d of %d: %+v and %+v", b, k-b, n, v, m)
		}
	})
}

func TestSharesOfNothing(t *testing.T) {
	for name, c := range map[string][2]Interval{
		"Wilson":          {Wilson(0, 0), {0, 0, 1}},
		"Wilson below":    {Wilson(-3, 10), Wilson(0, 10)},
		"Wilson above":    {Wilson(13, 10), Wilson(10, 10)},
		"Clopper-Pearson": {ClopperPearson(5, -1), {0, 0, 1}},
		"above":           {ClopperPearson(13, 10), ClopperPearson(10, 10)},
		"paired":          {PairedProportions(0, 0, 0), {0, -1, 1}},
		"paired below":    {PairedProportions(-2, 3, 10), PairedProportions(0, 3, 10)},
		"paired beyond":   {PairedProportions(7, 3, 2), PairedProportions(7, 3, 10)},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: %+v, want %+v", name, c[0], c[1])
		}
	}
}

// Student's points as tables print them (Abramowitz & Stegun 1964, table 26.10:
// three digits), and the expansion for many degrees of freedom against gonum's
// inverse.
func TestValidateStudent(t *testing.T) {
	for df, want := range map[int64]float64{1: 12.706, 2: 4.303, 5: 2.571, 10: 2.228, 30: 2.042, 60: 2.000, 120: 1.980} {
		if got := t95(df); math.Abs(got-want) > 5.1e-4 {
			t.Errorf("%d degrees of freedom: %.5f, table %.3f", df, got, want)
		}
	}
	for _, df := range []int64{201, 500, 1000, 20000} {
		want := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(df)}.Quantile(0.975)
		if got := t95(df); math.Abs(got-want) > 1e-9 {
			t.Errorf("%d degrees of freedom: %.12f, gonum %.12f", df, got, want)
		}
	}
}

// Gosset's own data: extra hours of sleep of ten patients with two drugs (Student
// 1908; R's data set "sleep"). R prints for the paired comparison mean
// difference -1.58 and the interval -2.4598858 to -0.7001142. In tenths of hours.
func TestValidatePairedSleep(t *testing.T) {
	one := []int64{7, -16, -2, -12, -1, 34, 37, 8, 0, 20}
	two := []int64{19, 8, 11, 1, -1, 44, 55, 16, 46, 34}
	var n, sx, qx, sy, qy, xy, sd, qd int64
	var hours []float64
	for i, x := range one {
		y := two[i]
		n, sx, qx, sy, qy, xy = n+1, sx+x, qx+x*x, sy+y, qy+y*y, xy+x*y
		sd, qd = sd+x-y, qd+(x-y)*(x-y)
		hours = append(hours, float64(x-y)/10)
	}
	want := Interval{-1.58, -2.4598858, -0.7001142}
	v := PairedDifference(n, sx, qx, sy, qy, xy)
	if v != Mean(n, sd, qd) {
		t.Errorf("from the products %+v, from the differences %+v", v, Mean(n, sd, qd))
	}
	if got := (Interval{v.Mid / 10, v.Low / 10, v.High / 10}); !near(got, want, 6e-8) {
		t.Errorf("%.8f, published %.8f", got, want)
	}
	if got := MeanOf(hours); !near(got, want, 6e-8) {
		t.Errorf("in hours %.8f, published %.8f", got, want)
	}
}

// Mean agrees with gonum's two-pass mean and variance, whatever is added to all
// values, and is the same bits for any split of the runs.
func TestMeanProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Int64Range(-1000, 1000), 2, 300).Draw(t, "x")
		shift := rapid.Int64Range(-1_000_000, 1_000_000).Draw(t, "shift")
		cut := rapid.IntRange(0, len(x)).Draw(t, "cut")
		sums := func(x []int64, shift int64) (n, s, q int64) {
			for _, v := range x {
				n, s, q = n+1, s+v+shift, q+(v+shift)*(v+shift)
			}
			return
		}
		n, s, q := sums(x, 0)
		var f []float64
		for _, v := range x {
			f = append(f, float64(v))
		}
		m, va := stat.MeanVariance(f, nil)
		if got := Variance(n, s, q); math.Abs(got-va) > 1e-9*(1+va) {
			t.Fatalf("variance %v, gonum %v", got, va)
		}
		v := Mean(n, s, q)
		if math.Abs(v.Mid-m) > 1e-9 || !near(MeanOf(f), v, 1e-9*(1+va)) {
			t.Fatalf("%+v, gonum's mean %v, as measured %+v", v, m, MeanOf(f))
		}
		_, s2, q2 := sums(x, shift)
		if Variance(n, s2, q2) != Variance(n, s, q) {
			t.Fatalf("the variance is %v, and %v when all values are %d larger", Variance(n, s, q), Variance(n, s2, q2), shift)
		}
		n1, s1, q1 := sums(x[:cut], 0)
		n3, s3, q3 := sums(x[cut:], 0)
		if Mean(n1+n3, s1+s3, q1+q3) != v {
			t.Fatal("a split changes the mean")
		}
	})
}

func TestMeanAtTheEdges(t *testing.T) {
	big := int64(3_000_000_000) // near the root of the largest integer
	for name, c := range map[string][2]Interval{
		"no value":     {Mean(0, 0, 0), {}},
		"one value":    {Mean(1, 7, 49), {7, math.Inf(-1), math.Inf(1)}},
		"equal":        {Mean(3, 21, 147), {7, 7, 7}},
		"equal, large": {Mean(1<<31, -big, (big*big)/(1<<31)+1), {-float64(big) / (1 << 31), -1.3969838619232178, -1.3969838619232178}},
		"impossible":   {Mean(2, 10, 1), {5, 5, 5}},
		"none":         {MeanOf(nil), {}},
		"one":          {MeanOf([]float64{7}), {7, math.Inf(-1), math.Inf(1)}},
	} {
		if !near(c[0], c[1], 1e-3) && c[0] != c[1] {
			t.Errorf("%s: %+v, want %+v", name, c[0], c[1])
		}
	}
	if v := Mean(3, 21, 147); v != (Interval{7, 7, 7}) {
		t.Errorf("equal values have the interval %+v", v)
	}
	// n·Σx² beyond 64 bits: half the values 0, half 2·10⁹; variance 10¹⁸·n/(n-1).
	n, x := int64(1000), int64(2_000_000)
	if got, want := Variance(n*1000, n*500*x, n*500*x*x), 1e12*1e6/(1e6-1); math.Abs(got/want-1) > 1e-15 {
		t.Errorf("variance %v, want %v", got, want)
	}
}

// Definition 7 by the example of NumPy's documentation: the median of
// 1, 2, 3, 4, 7, 10 and others by hand.
func TestQuantile(t *testing.T) {
	x := []float64{1, 2, 3, 4, 7, 10}
	for p, want := range map[float64]float64{0: 1, 1: 10, 0.5: 3.5, 0.2: 2, 0.25: 2.25, 0.9: 8.5, -1: 1, 2: 10} {
		if got := Quantile(x, p); math.Abs(got-want) > 1e-12 {
			t.Errorf("quantile %g: %g, want %g", p, got, want)
		}
	}
	inf := math.Inf(1)
	never := []float64{10, 20, inf, inf}
	if q := Quantile(never, 1.0/3); q != 20 {
		t.Errorf("the last that came: %g", q)
	}
	if Quantile(never, 0.5) != inf || Quantile(never, 1) != inf {
		t.Error("half never came, and the median is finite")
	}
	if !math.IsNaN(Quantile(nil, 0.5)) || !math.IsNaN(Quantile(x, math.NaN())) {
		t.Error("a quantile of nothing is a number")
	}
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 50).Draw(t, "x")
		slices.Sort(x)
		p, q := rapid.Float64Range(0, 1).Draw(t, "p"), rapid.Float64Range(0, 1).Draw(t, "q")
		a, b := Quantile(x, min(p, q)), Quantile(x, max(p, q))
		if !(x[0] <= a && a <= b+1e-9 && b <= x[len(x)-1]) {
			t.Fatalf("quantiles %g and %g of %v: %g and %g", p, q, x, a, b)
		}
	})
}

// The table of order statistics for the median of n values (Conover 1999,
// table A3, two-sided 95 %): n = 20: the 6th to the 15th; 10: the 2nd to the
// 9th; below 6 values no interval.
func TestValidateQuantileInterval(t *testing.T) {
	seq := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(i + 1)
		}
		return x
	}
	inf := math.Inf(1)
	for _, c := range []struct {
		n    int
		p    float64
		want Interval
	}{
		{20, 0.5, Interval{10.5, 6, 15}}, {10, 0.5, Interval{5.5, 2, 9}}, {5, 0.5, Interval{3, -inf, inf}}, {6, 0.5, Interval{3.5, 1, 6}},
		{100, 0, Interval{1, -inf, 1}}, {100, 1, Interval{100, 100, inf}}, {100, 0.99, Interval{99.01, 97, inf}},
	} {
		if got := QuantileInterval(seq(c.n), c.p); !near(got, c.want, 1e-9) {
			t.Errorf("%g-quantile of %d: %v, want %v", c.p, c.n, got, c.want)
		}
	}
	if v := QuantileInterval(nil, 0.5); !math.IsNaN(v.Mid) || v.Low != -inf || v.High != inf {
		t.Errorf("of nothing: %v", v)
	}
}

func TestHistogram(t *testing.T) {
	h := Histogram{3, 0, 5, 2} // 0 0 0 2 2 2 2 2 3 3
	n, sum, sq := h.Sums()
	if n != 10 || sum != 16 || sq != 38 || h.N() != 10 {
		t.Errorf("sums %d, %d, %d", n, sum, sq)
	}
	if h.Mean() != Mean(10, 16, 38) || h.AtLeast(2) != Wilson(7, 10) || h.AtLeast(-1) != Wilson(10, 10) || h.AtLeast(9) != Wilson(0, 10) {
		t.Errorf("mean %v, two or more %v", h.Mean(), h.AtLeast(2))
	}
	for p, want := range map[float64]int{0: 0, 0.3: 0, 0.31: 2, 0.5: 2, 0.8: 2, 0.81: 3, 1: 3, 7: 3, -1: 0} {
		if got := h.Quantile(p); got != want {
			t.Errorf("quantile %g: %d, want %d", p, got, want)
		}
	}
	if (Histogram{}).Quantile(0.5) != -1 || (Histogram{0, 0}).Quantile(0.5) != -1 || h.Quantile(math.NaN()) != -1 {
		t.Error("a quantile of nothing is a value")
	}
	if q := (Histogram{0, 5}).Quantile(0); q != 1 {
		t.Errorf("the least of five ones: %d", q)
	}
	a, b := Histogram{1, 2}, Histogram{0, 1, 4}
	if d := cmp.Diff(Histogram{1, 3, 4}, a.Merge(b)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(a.Merge(b), b.Merge(a)); d != "" || len(a) != 2 || a[1] != 2 {
		t.Errorf("merging is not the same both ways, or changes its parts: %s", d)
	}
}

func TestBin(t *testing.T) {
	counts, under, over := Bin([]float64{-1, 0, 0.5, 1, 1.9, 2, 3, 3.1, math.NaN(), math.Inf(1)}, 0, 3, 3)
	if d := cmp.Diff([]int64{2, 2, 2}, counts); d != "" || under != 1 || over != 3 {
		t.Errorf("%d under, %d over, bins %s", under, over, d)
	}
	for _, c := range [][2]float64{{1, 1}, {2, 1}, {math.Inf(-1), 0}, {0, math.NaN()}, {-1.7e308, 1.7e308}} {
		if counts, _, over := Bin([]float64{1}, c[0], c[1], 4); counts != nil || over != 1 {
			t.Errorf("range %v makes bins", c)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.Float64Range(-1e3, 1e3).Draw(t, "lo")
		w := rapid.Float64Range(1e-3, 1e3).Draw(t, "width")
		w = lo + w - lo // as the ends give it
		n := rapid.IntRange(1, 40).Draw(t, "n")
		x := rapid.SliceOf(rapid.Float64Range(-2e3, 2e3)).Draw(t, "x")
		for i := 0; i <= n; i++ { // the edges themselves, where rounding would show
			x = append(x, lo+w*(float64(i)/float64(n)))
		}
		counts, under, over := Bin(x, lo, lo+w, n)
		sum := under + over
		for _, c := range counts {
			sum += c
		}
		if sum != int64(len(x)) || len(counts) != n {
			t.Fatalf("%d values, %d counted", len(x), sum)
		}
		// By the definition: lower edge included, upper edge not, but the last.
		for i := range counts {
			a, b := lo+w*(float64(i)/float64(n)), lo+w*(float64(i+1)/float64(n))
			c := int64(0)
			for _, v := range x {
				if v >= a && (v < b || i == n-1 && v <= lo+w) {
					c++
				}
			}
			if c != counts[i] {
				t.Fatalf("bin %d of %d from %v, width %v: %d, by definition %d", i, n, lo, w, counts[i], c)
			}
		}
	})
}
