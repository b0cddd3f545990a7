package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Wilson gives the share of k in n and its score interval (E. B. Wilson,
// "Probable inference, the law of succession, and statistical inference", J.
// Am. Stat. Assoc. 22, 209-212, 1927). It covers 95 % on average over the
// shares, and stays sensible at 0 and n. k is taken into 0 to n; without any
// trial the share is unknown: 0 in [0, 1].
func Wilson(k, n int64) Interval {
	if n < 1 {
		return Interval{0, 0, 1}
	}
	k = min(max(k, 0), n)
	p, nf := float64(k)/float64(n), float64(n)
	const z2 = z95 * z95
	mid := (p + z2/(2*nf)) / (1 + z2/nf)
	h := z95 / (1 + z2/nf) * math.Sqrt(p*(1-p)/nf+z2/(4*nf*nf))
	v := Interval{p, math.Max(0, mid-h), math.Min(1, mid+h)}
	// Exactly, where rounding would leave a crumb.
	if k == 0 {
		v.Low = 0
	}
	if k == n {
		v.High = 1
	}
	return v
}

// ClopperPearson gives the share of k in n and the interval that covers at
// least 95 % whatever the true share (C. J. Clopper & E. S. Pearson, "The use of
// confidence or fiducial limits illustrated in the case of the binomial",
// Biometrika 26, 404-413, 1934), from quantiles of the beta distribution. It is
// wider than Wilson's: for claims that must hold, such as a test record. k is
// taken into 0 to n; without any trial the share is unknown: 0 in [0, 1].
func ClopperPearson(k, n int64) Interval {
	if n < 1 {
		return Interval{0, 0, 1}
	}
	k = min(max(k, 0), n)
	v := Interval{Mid: float64(k) / float64(n), Low: 0, High: 1}
	if k > 0 {
		v.Low = mathext.InvRegIncBeta(float64(k), float64(n-k+1), tail95)
	}
	if k < n {
		v.High = mathext.InvRegIncBeta(float64(k+1), float64(n-k), 1-tail95)
	}
	return v
}

// PairedProportions gives the difference of two shares of the same n runs, the
// first less the second, and its score interval (T. Tango, "Equivalence test and
// confidence interval for the difference in proportions for the paired-sample
// design", Statistics in Medicine 17, 891-908, 1998). Only the runs on which the
// two disagree count: n10 in which the first alone is met, n01 in which the
// second alone is. Unlike the mean of the differences it keeps its coverage
// where disagreement is rare, and where there is none it still admits a
// difference of ±z²/(n+z²). Negative counts are taken as 0; n is at least their
// sum; without any run the difference is unknown: 0 in [-1, 1].
func PairedProportions(n10, n01, n int64) Interval {
	n10, n01 = max(n10, 0), max(n01, 0)
	n = max(n, n10+n01)
	if n < 1 {
		return Interval{0, -1, 1}
	}
	b, c, nf := float64(n10), float64(n01), float64(n)
	v := Interval{(b - c) / nf, -1, 1}
	// score falls from above +z to below -z as the difference supposed grows.
	score := func(d float64) float64 {
		// The most likely share q of "second alone", given the difference d.
		bb := (2*nf-b+c)*d - b - c
		root := math.Sqrt(math.Max(0, bb*bb+8*nf*c*d*(1-d)))
		q := (root - bb) / (4 * nf)
		if bb > 0 && root > 0 { // the same root without cancellation
			q = 2 * c * d * (1 - d) / (root + bb)
		}
		variance := nf * (2*math.Max(q, math.Max(0, -d)) + d*(1-d))
		num := b - c - nf*d
		if variance <= 0 {
			return math.Copysign(math.Inf(1), num)
		}
		return num / math.Sqrt(variance)
	}
	if n01 < n { // else the difference is -1 and so is its lower end
		v.Low = bisect(-1, v.Mid, func(d float64) bool { return score(d) > z95 })
	}
	if n10 < n {
		v.High = bisect(v.Mid, 1, func(d float64) bool { return score(d) > -z95 })
	}
	return v
}

// bisect finds where above turns from true to false between lo and hi.
func bisect(lo, hi float64, above func(float64) bool) float64 {
	for {
		m := lo + (hi-lo)/2
		if !(m > lo && m < hi) {
			return m
		}
		if above(m) {
			lo = m
		} else {
			hi = m
		}
	}
}
