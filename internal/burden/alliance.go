package burden

import (
	"fmt"
	"math"
	"sort"
)

// Provision is the equilibrium of an alliance that pays for a common good.
type Provision struct {
	Contributions []float64 // what each pays of its own accord (Nash)
	Total         float64
	Payers        int       // how many pay anything
	Lindahl       []float64 // what each would pay if prices followed tastes
	Efficient     float64   // sum of these: the efficient amount
}

// OlsonZeckhauser gives the equilibrium of Olson and Zeckhauser (1966) for a
// pure public good: nation i has income I_i and utility
// (I_i - q_i)^(1-a_i) · Q^a_i in its own spending and the sum Q of all
// contributions q_i >= 0. Each takes the others' as given, so
// q_i = max(0, a_i·I_i - (1-a_i)·(Q - q_i)): too little is provided and the
// large carry the small. For comparison it gives the Lindahl equilibrium, which
// is efficient: each pays a_i·I_i. Incomes must be positive, tastes a_i within
// (0, 1); a single taste stands for all. Amounts are in the unit of incomes.
func OlsonZeckhauser(incomes, tastes []float64) (Provision, error) {
	n := len(incomes)
	if n == 0 {
		return Provision{}, fmt.Errorf("an alliance needs at least one nation")
	}
	if len(tastes) != 1 && len(tastes) != n {
		return Provision{}, fmt.Errorf("%d tastes for %d nations: give one each, or one for all", len(tastes), n)
	}
	a := make([]float64, n)
	var errs []error
	for i := range a {
		a[i] = tastes[min(i, len(tastes)-1)]
		if !(incomes[i] > 0) || math.IsInf(incomes[i], 0) {
			errs = append(errs, fmt.Errorf("nation %d: income %v must be positive", i, incomes[i]))
		}
		if !(a[i] > 0 && a[i] < 1) {
			errs = append(errs, fmt.Errorf("nation %d: taste %v must lie between 0 and 1", i, a[i]))
		}
	}
	if err := joined(errs); err != nil {
		return Provision{}, err
	}
	// Given the total, q_i = max(0, I_i - Q·(1-a_i)/a_i): nation i stops paying
	// where Q reaches I_i·a_i/(1-a_i). Take nations by that limit, largest
	// first, as long as the total of those taken stays below the next limit.
	order := make([]int, n)
	limit := make([]float64, n)
	for i := range order {
		order[i] = i
		limit[i] = incomes[i] * a[i] / (1 - a[i])
	}
	sort.SliceStable(order, func(x, y int) bool { return limit[order[x]] > limit[order[y]] })
	p := Provision{Contributions: make([]float64, n), Lindahl: make([]float64, n)}
	sum, slope := 0.0, 1.0
	for _, i := range order {
		if p.Payers > 0 && sum/slope >= limit[i] {
			break
		}
		sum += incomes[i]
		slope += (1 - a[i]) / a[i]
		p.Payers++
	}
	p.Total = sum / slope
	for _, i := range order[:p.Payers] {
		p.Contributions[i] = math.Max(0, incomes[i]-p.Total*((1-a[i])/a[i]))
	}
	for i := range a {
		p.Lindahl[i] = a[i] * incomes[i]
		p.Efficient += p.Lindahl[i]
	}
	return p, nil
}
