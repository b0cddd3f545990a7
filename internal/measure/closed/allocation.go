package closed

import (
	"fmt"
	"math"
)

// PrimRead is the deployment of Prim and Read for perfect interceptors (as in
// Eckler and Burr 1972): at each target as many that the attacker, who must
// exhaust them before anything gets through, gains at most price in value per
// weapon wherever he strikes: ceil(v/price) - 1.
func PrimRead(values []float64, price float64) ([]int, error) {
	if !(price > 0) || math.IsInf(price, 0) {
		return nil, fmt.Errorf("price %v must be above zero", price)
	}
	if err := targets(values); err != nil {
		return nil, err
	}
	out := make([]int, len(values))
	for i, v := range values {
		d := math.Ceil(v/price) - 1
		if d > maxCount {
			return nil, fmt.Errorf("target %d of value %v at price %v asks for more than %d interceptors", i, v, price, maxCount)
		}
		out[i] = max(0, int(d))
	}
	return out, nil
}

// PrimReadStock deploys a given number of interceptors so that the attacker's
// best value per weapon is as low as possible, and gives that value. Of equally
// good targets the first is defended.
func PrimReadStock(values []float64, interceptors int) (deployed []int, best float64, err error) {
	if err := targets(values); err != nil {
		return nil, 0, err
	}
	if err := count("interceptors", interceptors, 0); err != nil {
		return nil, 0, err
	}
	if len(values)*(interceptors+1) > maxMagazineWork {
		return nil, 0, fmt.Errorf("%d interceptors for %d targets is too large", interceptors, len(values))
	}
	deployed = make([]int, len(values))
	worst := func() int {
		w := 0
		for i, v := range values {
			if v/float64(deployed[i]+1) > values[w]/float64(deployed[w]+1) {
				w = i
			}
		}
		return w
	}
	for range interceptors {
		deployed[worst()]++
	}
	w := worst()
	return deployed, values[w] / float64(deployed[w]+1), nil
}

func targets(values []float64) error {
	if len(values) == 0 {
		return fmt.Errorf("no targets")
	}
	for i, v := range values {
		if !(v >= 0) || math.IsInf(v, 0) {
			return fmt.Errorf("value %v of target %d: need zero or more", v, i)
		}
	}
	return nil
}

// CaldwellAlpha is the rate at which a weapon met by one imperfect interceptor
// destroys, given that one not met destroys exponentially at rate beta:
// exp(-alpha) = (1-kappa)·exp(-beta) + kappa, with kappa the interceptor's kill
// probability (Caldwell, Optimal Attack and Defense for a Number of Targets in
// the Case of Imperfect Interceptors, 2001).
func CaldwellAlpha(kappa, beta float64) (float64, error) {
	if err := probability("kill probability", kappa); err != nil {
		return 0, err
	}
	if !(beta >= 0) || math.IsInf(beta, 0) {
		return 0, fmt.Errorf("damage rate %v: need zero or more", beta)
	}
	// exp(-alpha) = 1 - (1-kappa)(1 - exp(-beta)), exact for small beta too.
	return -math.Log1p((1 - kappa) * math.Expm1(-beta)), nil
}

// CaldwellSurvival is the expected part of a target's value that survives x
// weapons when y interceptors meet one each: exp(-alpha·min(x,y) -
// beta·max(0, x-y)).
func CaldwellSurvival(weapons, interceptors int, kappa, beta float64) (float64, error) {
	alpha, err := CaldwellAlpha(kappa, beta)
	if err != nil {
		return 0, err
	}
	if err := count("weapons", weapons, 0); err != nil {
		return 0, err
	}
	if err := count("interceptors", interceptors, 0); err != nil {
		return 0, err
	}
	met := min(weapons, interceptors)
	return math.Exp(-alpha*float64(met) - beta*float64(weapons-met)), nil
}

// Greedy spreads identical interceptors over missiles, one at a time to where
// the next saves most: value·k·(1-k)^n. For identical interceptors that is the
// best there is (den Broeder, Ellison and Emerling 1959). values are what each
// missile destroys if it leaks, kill its single-shot kill probability.
func Greedy(values, kill []float64, interceptors int) (shots []int, lost float64, err error) {
	if err := targets(values); err != nil {
		return nil, 0, err
	}
	if len(kill) != len(values) {
		return nil, 0, fmt.Errorf("%d kill probabilities for %d missiles", len(kill), len(values))
	}
	for i, k := range kill {
		if err := probability(fmt.Sprintf("kill probability of missile %d", i), k); err != nil {
			return nil, 0, err
		}
	}
	if err := count("interceptors", interceptors, 0); err != nil {
		return nil, 0, err
	}
	if len(values)*(interceptors+1) > maxMagazineWork {
		return nil, 0, fmt.Errorf("%d interceptors for %d missiles is too large", interceptors, len(values))
	}
	shots = make([]int, len(values))
	risk := append([]float64(nil), values...)
	for range interceptors {
		best := 0
		for i := range risk {
			if risk[i]*kill[i] > risk[best]*kill[best] {
				best = i
			}
		}
		shots[best]++
		risk[best] *= 1 - kill[best]
	}
	for _, r := range risk {
		lost += r
	}
	return shots, lost, nil
}
