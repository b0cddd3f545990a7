package burden

import (
	"fmt"
	"math"
	"sort"
)

// Objection is a coalition that would do better by itself.
type Objection struct {
	Coalition Coalition
	Excess    float64 // by how much: v(S) - x(S), for costs x(S) - c(S)
}

// WorstObjection gives the coalition with the largest excess among all but
// nobody and everybody, whether that is positive or not. Of equal ones it names
// the smallest, then the first by mask. A single player has none: the excess is
// then minus infinity.
func (g *Game) WorstObjection(x []float64) (Objection, error) {
	if err := g.shared(x); err != nil {
		return Objection{}, err
	}
	best := Objection{Excess: math.Inf(-1)}
	tol := g.tolerance(x)
	for s := 1; s < len(g.V)-1; s++ {
		c := Coalition(s)
		e := g.excess(c, x)
		if e > best.Excess+tol || e > best.Excess-tol && c.Size() < best.Coalition.Size() {
			best = Objection{c, e}
		}
	}
	return best, nil
}

// InCore reports whether no coalition would do better by itself by more than
// tol, with the worst objection either way.
func (g *Game) InCore(x []float64, tol float64) (bool, Objection, error) {
	o, err := g.WorstObjection(x)
	return err == nil && !(o.Excess > tol), o, err
}

// Objections lists all coalitions that would do better by themselves by more
// than tol, the worst first.
func (g *Game) Objections(x []float64, tol float64) ([]Objection, error) {
	if err := g.shared(x); err != nil {
		return nil, err
	}
	var out []Objection
	for s := 1; s < len(g.V)-1; s++ {
		if e := g.excess(Coalition(s), x); e > tol {
			out = append(out, Objection{Coalition(s), e})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Excess > out[j].Excess })
	return out, nil
}

func (g *Game) excess(c Coalition, x []float64) float64 {
	sum := 0.0
	for _, i := range c.Members() {
		sum += x[i]
	}
	return g.sense() * (g.V[c] - sum)
}

// tolerance is what rounding can do to an excess.
func (g *Game) tolerance(x []float64) float64 {
	m := g.scale()
	for _, v := range x {
		m = math.Max(m, math.Abs(v))
	}
	return 1e-12 * m * float64(g.N())
}

// shared checks that x shares out the whole.
func (g *Game) shared(x []float64) error {
	if err := g.Valid(); err != nil {
		return err
	}
	if len(x) != g.N() {
		return fmt.Errorf("%d shares for %d players", len(x), g.N())
	}
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	if whole := g.V[g.All()]; !(math.Abs(sum-whole) <= 1000*g.tolerance(x)) {
		return fmt.Errorf("the shares sum to %.12g, the whole is %.12g", sum, whole)
	}
	return nil
}
