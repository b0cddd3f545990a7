package closed

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// ExpectedLeakers is W·p.
func ExpectedLeakers(missiles int, leak float64) (float64, error) {
	if err := probability("leak probability", leak); err != nil {
		return 0, err
	}
	return float64(missiles) * leak, count("missiles", missiles, 0)
}

// Denied is the probability that fewer than m of W missiles leak, each
// independently with probability p: D(W) = sum over j < m of
// C(W,j) p^j (1-p)^(W-j).
func Denied(missiles, m int, leak float64) (float64, error) {
	if err := probability("leak probability", leak); err != nil {
		return 0, err
	}
	if err := count("missiles", missiles, 0); err != nil {
		return 0, err
	}
	if err := count("leakers of the objective", m, 1); err != nil {
		return 0, err
	}
	switch {
	case m > missiles || leak == 0:
		return 1, nil
	case leak == 1:
		return 0, nil
	}
	q := 1 - leak
	// Summed directly where the first term does not underflow and terms are
	// few, else by the incomplete beta function: P(L < m) = I_q(W-m+1, m).
	if float64(missiles)*math.Log(q) > -600 && m <= 4096 {
		term := power(q, missiles)
		sum := 0.0
		for j := 0; j < m; j++ {
			sum += term
			term *= float64(missiles-j) / float64(j+1) * (leak / q)
		}
		return math.Min(sum, 1), nil
	}
	return mathext.RegIncBeta(float64(missiles-m+1), float64(m), q), nil
}

// DeniedCommon is Denied when, besides, the defence as a whole fails with
// probability fail and then everything leaks.
func DeniedCommon(missiles, m int, leak, fail float64) (float64, error) {
	if err := probability("probability of common failure", fail); err != nil {
		return 0, err
	}
	d, err := Denied(missiles, m, leak)
	if err != nil {
		return 0, err
	}
	if missiles < m {
		return 1, nil
	}
	return (1 - fail) * d, nil
}

// AttackSize is the attacker's price W*(m, c): the least number of missiles
// with which at least m leak with probability c or more. False if none does
// within 2^40 missiles.
func AttackSize(m int, leak, confidence float64) (missiles int, reachable bool, err error) {
	if err := probability("confidence", confidence); err != nil {
		return 0, false, err
	}
	if _, err := Denied(0, m, leak); err != nil {
		return 0, false, err
	}
	if confidence == 0 {
		return 0, true, nil
	}
	// The slack keeps a probability that is exactly c from missing it by
	// rounding.
	reached := func(w int) bool {
		d, _ := Denied(w, m, leak)
		return 1-d >= confidence-1e-12 && (confidence < 1 || d == 0)
	}
	if leak == 0 || confidence == 1 && leak < 1 {
		return 0, false, nil
	}
	low, high := m-1, m // fewer than m missiles never suffice
	for !reached(high) {
		if high > maxCount/2 {
			return 0, false, nil
		}
		low, high = high, 2*high
	}
	for high-low > 1 {
		if mid := low + (high-low)/2; reached(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high, true, nil
}

// Multiplier is how many times larger the attack that succeeds with the given
// confidence must be under the first leak probability (the region together)
// than under the second (alone). False if one of the two never succeeds.
func Multiplier(m int, together, alone, confidence float64) (ratio float64, defined bool, err error) {
	a, okA, err := AttackSize(m, together, confidence)
	if err != nil {
		return 0, false, err
	}
	b, okB, err := AttackSize(m, alone, confidence)
	if err != nil || !okA || !okB || b == 0 {
		return 0, false, err
	}
	return float64(a) / float64(b), true, nil
}

// DeterrenceThreshold is the success probability below which an attack does not
// pay: cost of conflict over gain, at most one (Quackenbush 2006). Both are the
// user's beliefs about the attacker.
func DeterrenceThreshold(cost, gain float64) (float64, error) {
	if !(cost >= 0) || !(gain > 0) || math.IsInf(cost, 0) || math.IsInf(gain, 0) {
		return 0, fmt.Errorf("cost %v and gain %v: need a cost of zero or more and a gain above zero", cost, gain)
	}
	return math.Min(1, cost/gain), nil
}
