package stats

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/mathext"
)

// Quantile is the p-quantile of values in ascending order, interpolated between
// the two nearest: definition 7 of R. J. Hyndman & Y. Fan, "Sample quantiles in
// statistical packages", The American Statistician 50, 361-365 (1996), which
// spreadsheets and NumPy use by default. p is taken into 0 to 1. Values of +Inf
// ("never") are allowed: between a finite value and one of them it is +Inf. NaN
// without values, and for a p that is no number.
func Quantile(sorted []float64, p float64) float64 {
	n := len(sorted)
	if n == 0 || math.IsNaN(p) {
		return math.NaN()
	}
	h := float64(n-1) * math.Min(1, math.Max(0, p))
	i := int(h)
	f := h - float64(i)
	if f == 0 || i+1 >= n || sorted[i] == sorted[i+1] {
		return sorted[i]
	}
	return math.Min(sorted[i]+f*(sorted[i+1]-sorted[i]), sorted[i+1])
}

// QuantileInterval is the p-quantile of values in ascending order with the 95 %
// interval between two of them that holds for any distribution (H. A. David &
// H. N. Nagaraja, "Order Statistics", 3rd ed. 2003, §7.1): the number of values
// below the true quantile is binomial. Where there are too few values for an
// end, that end is infinite.
func QuantileInterval(sorted []float64, p float64) Interval {
	v := Interval{Quantile(sorted, p), math.Inf(-1), math.Inf(1)}
	n := len(sorted)
	if n == 0 || !(p >= 0 && p <= 1) {
		return v
	}
	// atMost(k) is the probability that at most k of n values lie below.
	atMost := func(k int) float64 {
		switch {
		case p == 0:
			return 1
		case p == 1:
			return 0
		}
		return mathext.RegIncBeta(float64(n-k), float64(k+1), 1-p)
	}
	// The rth value is a lower end if fewer than r values below the quantile
	// have at most 2.5 %; the sth an upper end if at least s have.
	if r := sort.Search(n, func(i int) bool { return atMost(i) > tail95 }); r >= 1 {
		v.Low = sorted[r-1]
	}
	if s := sort.Search(n, func(i int) bool { return atMost(i) >= 1-tail95 }); s < n {
		v.High = sorted[s]
	}
	return v
}
