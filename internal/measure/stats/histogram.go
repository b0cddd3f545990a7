package stats

import "math"

// Histogram counts how often each whole number 0, 1, 2, … came: h[k] runs with
// k leakers, say. Counts add exactly, so a histogram merged from parts is the
// same for any split.
type Histogram []int64

// Merge adds another histogram's counts to these and gives the sum, as long as
// the longer of the two. Neither is changed.
func (h Histogram) Merge(o Histogram) Histogram {
	out := make(Histogram, max(len(h), len(o)))
	copy(out, h)
	for k, c := range o {
		out[k] += c
	}
	return out
}

// N is the number of values counted.
func (h Histogram) N() int64 {
	n := int64(0)
	for _, c := range h {
		n += c
	}
	return n
}

// Sums gives what Mean and Variance take: the number of values, their sum and
// the sum of their squares.
func (h Histogram) Sums() (n, sum, sq int64) {
	for k, c := range h {
		n += c
		sum += c * int64(k)
		sq += c * int64(k) * int64(k)
	}
	return n, sum, sq
}

// Mean is the mean value with its 95 % interval.
func (h Histogram) Mean() Interval { return Mean(h.Sums()) }

// AtLeast is the share of values of k or more, with Wilson's interval.
func (h Histogram) AtLeast(k int) Interval {
	m := int64(0)
	for i := max(k, 0); i < len(h); i++ {
		m += h[i]
	}
	return Wilson(m, h.N())
}

// Quantile is the least value that at least a share p of the counted values does
// not exceed (definition 1 of Hyndman & Fan 1996: always one of the values).
// p is taken into 0 to 1; -1 without values.
func (h Histogram) Quantile(p float64) int {
	n := h.N()
	if n < 1 || math.IsNaN(p) {
		return -1
	}
	need := int64(math.Ceil(math.Min(1, math.Max(0, p)) * float64(n)))
	need = min(max(need, 1), n)
	for k, c := range h {
		if need -= c; need <= 0 {
			return k
		}
	}
	return len(h) - 1
}

// Bin counts measured values in n bins of equal width from lo to hi, a value on
// an inner edge in the bin above it and hi itself in the last. under and over
// count what lies outside, over also what is no number ("never"). No bins, and
// everything over, for n < 1 or a range that is empty or not finite.
func Bin(x []float64, lo, hi float64, n int) (counts []int64, under, over int64) {
	if n < 1 || !(lo < hi) || math.IsInf(hi-lo, 0) {
		return nil, 0, int64(len(x))
	}
	counts = make([]int64, n)
	edge := func(i int) float64 {
		if i >= n {
			return hi
		}
		return lo + (hi-lo)*(float64(i)/float64(n))
	}
	for _, v := range x {
		switch {
		case v < lo:
			under++
		case !(v <= hi):
			over++
		default:
			i := min(int((v-lo)/(hi-lo)*float64(n)), n-1)
			// The quotient may round over an edge; the edges decide.
			for i > 0 && v < edge(i) {
				i--
			}
			for i < n-1 && v >= edge(i+1) {
				i++
			}
			counts[i]++
		}
	}
	return counts, under, over
}
