package stats

import (
	"math"
	"math/bits"

	"gonum.org/v1/gonum/stat/distuv"
)

// Mean gives a mean and its 95 % interval after Student ("The probable error of
// a mean", Biometrika 6, 1-25, 1908) from the number of values, their sum and
// the sum of their squares. A paired difference is the mean of the differences
// of one run under two postures: pass the sums of those. The variance is formed
// from n·Σx²-(Σx)² in 128-bit integers, so nothing cancels and equal values give
// a width of exactly zero. No value gives the zero Interval; one value gives a
// mean with infinite ends, for it says nothing of the spread.
func Mean(n, sum, sq int64) Interval {
	if n < 1 {
		return Interval{}
	}
	m := float64(sum) / float64(n)
	if n == 1 {
		return Interval{m, math.Inf(-1), math.Inf(1)}
	}
	h := t95(n-1) * math.Sqrt(Variance(n, sum, sq)/float64(n))
	return Interval{m, m - h, m + h}
}

// PairedDifference gives the mean of x-y over n runs of two postures with the
// same dice, and its 95 % interval, from the sums and sums of squares of each
// and the sum of their products. It says the same as Mean of the differences,
// for those who kept the products and not the differences.
func PairedDifference(n, sumX, sqX, sumY, sqY, sumXY int64) Interval {
	return Mean(n, sumX-sumY, sqX-2*sumXY+sqY)
}

// Variance is the unbiased variance of n integers from their sum and sum of
// squares; 0 for fewer than two values, and for sums that no values have.
func Variance(n, sum, sq int64) float64 {
	if n < 2 || sq <= 0 {
		return 0
	}
	nsqHi, nsqLo := bits.Mul64(uint64(n), uint64(sq))
	a := uint64(sum)
	if sum < 0 {
		a = -a
	}
	s2Hi, s2Lo := bits.Mul64(a, a)
	lo, borrow := bits.Sub64(nsqLo, s2Lo, 0)
	hi, borrow := bits.Sub64(nsqHi, s2Hi, borrow)
	if borrow != 0 {
		return 0
	}
	d := math.Ldexp(float64(hi), 64) + float64(lo)
	return d / float64(n) / float64(n-1)
}

// MeanOf is the mean of measured values with its 95 % interval (Student 1908),
// summed in the order given and in two passes, so that a large common part of
// the values does not swallow their spread.
func MeanOf(x []float64) Interval {
	n := len(x)
	if n == 0 {
		return Interval{}
	}
	m := 0.0
	for _, v := range x {
		m += v
	}
	m /= float64(n)
	if n == 1 {
		return Interval{m, math.Inf(-1), math.Inf(1)}
	}
	s := 0.0
	for _, v := range x {
		s += (v - m) * (v - m)
	}
	h := t95(int64(n-1)) * math.Sqrt(s/float64(n-1)/float64(n))
	return Interval{m, m - h, m + h}
}

// t95 is the 97.5 % point of Student's distribution. Beyond 200 degrees of
// freedom the expansion about the normal (Abramowitz & Stegun 1964, 26.7.5),
// which is then good to 1e-11 and costs nothing.
func t95(df int64) float64 {
	if df <= 200 {
		return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(df)}.Quantile(1 - tail95)
	}
	const z2 = z95 * z95
	const (
		g1 = z95 * (z2 + 1) / 4
		g2 = z95 * ((5*z2+16)*z2 + 3) / 96
		g3 = z95 * (((3*z2+19)*z2+17)*z2 - 15) / 384
		g4 = z95 * ((((79*z2+776)*z2+1482)*z2-1920)*z2 - 945) / 92160
	)
	v := 1 / float64(df)
	return z95 + v*(g1+v*(g2+v*(g3+v*g4)))
}
