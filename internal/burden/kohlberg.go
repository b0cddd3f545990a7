package burden

import (
	"fmt"
	"math/big"
	"sort"
)

// IsNucleolus checks a claimed nucleolus by Kohlberg's criterion (1971), by
// other means than Nucleolus itself: at every level t the coalitions that
// complain by at least t, with the players held at their value alone, must be
// able to cover everybody alike with positive weights. It stops once the
// coalitions determine all shares (Nguyen and Thomas 2016). False without an
// error means that the claim is wrong.
func (r *RatGame) IsNucleolus(x []*big.Rat) (bool, error) {
	if err := r.valid(); err != nil {
		return false, err
	}
	n := len(r.Players)
	if len(x) != n {
		return false, fmt.Errorf("%d shares for %d players", len(x), n)
	}
	if n > MaxNucleolus {
		return false, fmt.Errorf("%d players: the check goes to %d", n, MaxNucleolus)
	}
	v := r.benefit()
	excess := make([]*big.Rat, len(v))
	sum := make([]*big.Rat, len(v))
	sum[0] = new(big.Rat)
	for s := 1; s < len(v); s++ {
		c := Coalition(s)
		i := c.Members()[0]
		d := new(big.Rat).Set(x[i])
		if r.Cost {
			d.Neg(d)
		}
		sum[s] = d.Add(d, sum[s&(s-1)])
		excess[s] = new(big.Rat).Sub(v[s], sum[s])
	}
	if excess[len(v)-1].Sign() != 0 {
		return false, nil // does not share out the whole
	}
	var floors []Coalition
	for i := 0; i < n; i++ {
		switch excess[1<<i].Sign() {
		case 1:
			return false, nil // somebody is worse off than alone
		case 0:
			floors = append(floors, 1<<i)
		}
	}
	order := make([]Coalition, 0, len(v))
	for s := 1; s < len(v)-1; s++ {
		order = append(order, Coalition(s))
	}
	sort.SliceStable(order, func(a, b int) bool { return excess[order[a]].Cmp(excess[order[b]]) > 0 })
	var level []Coalition
	span := []Coalition{everyone(n)}
	for i := 0; i < len(order) && rank(n, span) < n; {
		t := excess[order[i]]
		open := outside(n, span)
		fresh := false
		for ; i < len(order) && excess[order[i]].Cmp(t) == 0; i++ {
			// What is determined already can be given weight without harm, so
			// only new directions have to be looked at.
			if open[order[i]] {
				level = append(level, order[i])
				fresh = true
			}
		}
		if !fresh {
			continue
		}
		if !balanced(n, level, floors) {
			return false, nil
		}
		span = append([]Coalition{everyone(n)}, level...)
	}
	return true, nil
}

// balanced reports whether weights exist, positive on sets and zero or more on
// free, under which every player is covered once. It maximises the smallest
// weight by the simplex method on a full tableau of fractions.
func balanced(n int, sets, free []Coalition) bool {
	// Columns: the common smallest weight, then what each set has above it, the
	// free ones, the artificial ones, the right-hand side.
	cols := 1 + len(sets) + len(free) + n
	tab := make([][]*big.Rat, n)
	for i := range tab {
		tab[i] = make([]*big.Rat, cols+1)
		for j := range tab[i] {
			tab[i][j] = new(big.Rat)
		}
		for k, s := range sets {
			if s.Has(i) {
				tab[i][0].Add(tab[i][0], big.NewRat(1, 1))
				tab[i][1+k].SetInt64(1)
			}
		}
		for k, s := range free {
			if s.Has(i) {
				tab[i][1+len(sets)+k].SetInt64(1)
			}
		}
		tab[i][1+len(sets)+len(free)+i].SetInt64(1)
		tab[i][cols].SetInt64(1)
	}
	basis := make([]int, n)
	for i := range basis {
		basis[i] = cols - n + i
	}
	artificial := make([]*big.Rat, cols)
	smallest := make([]*big.Rat, cols)
	for j := range artificial {
		artificial[j], smallest[j] = new(big.Rat), new(big.Rat)
		if j >= cols-n {
			artificial[j].SetInt64(-1)
		}
	}
	smallest[0].SetInt64(1)
	maximise(tab, basis, artificial, cols)
	if objective(tab, basis, artificial, cols).Sign() < 0 {
		return false
	}
	// Artificial columns still in the basis stand at zero; they must leave it, or
	// a later step could raise them. A row without another entry says 0 = 0.
	for i, b := range basis {
		for j := 0; b >= cols-n && j < cols-n; j++ {
			if tab[i][j].Sign() != 0 {
				exchange(tab, basis, i, j)
				break
			}
		}
	}
	maximise(tab, basis, smallest, cols-n)
	return objective(tab, basis, smallest, cols).Sign() > 0
}

func objective(tab [][]*big.Rat, basis []int, c []*big.Rat, cols int) *big.Rat {
	sum, t := new(big.Rat), new(big.Rat)
	for i, b := range basis {
		sum.Add(sum, t.Mul(c[b], tab[i][cols]))
	}
	return sum
}

// maximise runs Bland's rule over the first open columns. The objectives used
// here are bounded, so it ends.
func maximise(tab [][]*big.Rat, basis []int, c []*big.Rat, open int) {
	cols := len(tab[0]) - 1
	t := new(big.Rat)
	for {
		enter := -1
		for j := 0; j < open && enter < 0; j++ {
			gain := new(big.Rat).Set(c[j])
			for i, b := range basis {
				if c[b].Sign() != 0 {
					gain.Sub(gain, t.Mul(c[b], tab[i][j]))
				}
			}
			if gain.Sign() > 0 {
				enter = j
			}
		}
		if enter < 0 {
			return
		}
		leave := -1
		var least *big.Rat
		for i := range tab {
			if tab[i][enter].Sign() <= 0 {
				continue
			}
			q := new(big.Rat).Quo(tab[i][cols], tab[i][enter])
			if least == nil || q.Cmp(least) < 0 || q.Cmp(least) == 0 && basis[i] < basis[leave] {
				leave, least = i, q
			}
		}
		if leave < 0 {
			return
		}
		exchange(tab, basis, leave, enter)
	}
}

// exchange brings a column into the basis in a row by elimination.
func exchange(tab [][]*big.Rat, basis []int, leave, enter int) {
	t := new(big.Rat)
	inv := new(big.Rat).Inv(tab[leave][enter])
	for j := range tab[leave] {
		tab[leave][j].Mul(tab[leave][j], inv)
	}
	for i := range tab {
		if i == leave || tab[i][enter].Sign() == 0 {
			continue
		}
		f := new(big.Rat).Set(tab[i][enter])
		for j := range tab[i] {
			if tab[leave][j].Sign() != 0 {
				tab[i][j].Sub(tab[i][j], t.Mul(f, tab[leave][j]))
			}
		}
	}
	basis[leave] = enter
}
