package sense

import "math"

// Curve is a cumulative probability of detection: by time T[i] (seconds after
// launch) the target has been found with probability P[i]. Both lists have the
// same length and never fall. Before T[0] the probability is zero, unless the
// curve starts above zero, which is a step at T[0]; after the last point it
// stays. Between two points the hazard is constant, as it is for a scan whose
// phase nobody knows. An empty curve means: never seen. The lists are shared
// between the curves of one View and are not to be changed.
type Curve struct{ T, P []float64 }

// At returns the probability that the target has been found by time tS.
func (c Curve) At(tS float64) float64 {
	n := len(c.T)
	if n == 0 || tS < c.T[0] {
		return 0
	}
	if tS >= c.T[n-1] {
		return c.P[n-1]
	}
	lo, hi := 0, n-1 // T[lo] <= tS < T[hi]
	for hi-lo > 1 {
		mid := (lo + hi) / 2
		if c.T[mid] <= tS {
			lo = mid
		} else {
			hi = mid
		}
	}
	if c.P[hi] == c.P[lo] {
		return c.P[lo]
	}
	if c.P[hi] >= 1 { // an infinite hazard acts at once, at the end of the step
		return c.P[lo]
	}
	a, b := math.Log1p(-c.P[lo]), math.Log1p(-c.P[hi])
	f := (tS - c.T[lo]) / (c.T[hi] - c.T[lo])
	return clamp(-math.Expm1(a+f*(b-a)), c.P[lo], c.P[hi])
}

// Quantile returns the time of first detection that belongs to the uniform
// number u in [0, 1): the least t with probability above u. It says false when
// u is not below the final probability: this time the target is not seen.
// A larger curve (P nowhere less) never gives a later time.
func (c Curve) Quantile(u float64) (tS float64, ok bool) {
	n := len(c.P)
	if n == 0 || !(u < c.P[n-1]) {
		return math.Inf(1), false
	}
	if u < c.P[0] {
		return c.T[0], true
	}
	lo, hi := 0, n-1 // P[lo] <= u < P[hi]
	for hi-lo > 1 {
		mid := (lo + hi) / 2
		if c.P[mid] <= u {
			lo = mid
		} else {
			hi = mid
		}
	}
	if c.P[hi] >= 1 {
		return c.T[hi], true
	}
	a, b, x := math.Log1p(-c.P[lo]), math.Log1p(-c.P[hi]), math.Log1p(-u)
	f := clamp((x-a)/(b-a), 0, 1)
	return c.T[lo] + f*(c.T[hi]-c.T[lo]), true
}

// Switched returns the time of first detection for the uniform number u when
// the sensor searches along curve before until switchS and, if it has found
// nothing by then, along curve after (a warning or a cue has come). For curves
// of one View an earlier switch to a better curve never gives a later time.
func Switched(u, switchS float64, before, after Curve) (tS float64, ok bool) {
	if t, seen := before.Quantile(u); seen && t <= switchS {
		return t, true
	}
	// Survivors of the first search, put on the scale of the second.
	missed, gone := 1-before.At(switchS), 1-after.At(switchS)
	if !(missed > 0) || !(gone > 0) {
		// The second search would have found it already: it finds it now.
		if n := len(after.P); n > 0 && after.T[0] <= switchS {
			return switchS, true
		}
		return math.Inf(1), false
	}
	v := 1 - (1-u)*gone/missed
	t, seen := after.Quantile(math.Max(0, v))
	if !seen {
		return math.Inf(1), false
	}
	return math.Max(t, switchS), true
}

func clamp(x, lo, hi float64) float64 {
	if x < lo {
		return lo
	}
	if x > hi {
		return hi
	}
	return x
}
