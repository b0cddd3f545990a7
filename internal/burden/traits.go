package burden

import "math"

// Breach names two coalitions (or a coalition and a player) at which a game
// fails a property, and by how much.
type Breach struct {
	S, T Coalition
	By   float64
}

// Superadditive reports whether two coalitions without a common member are
// always worth at least as much together (for costs: cost at most as much), to
// within tol, and if not, the worst pair. The work is 3^n.
func (g *Game) Superadditive(tol float64) (bool, Breach, error) {
	if err := g.Valid(); err != nil {
		return false, Breach{}, err
	}
	worst := Breach{By: math.Inf(-1)}
	sign := g.sense()
	for u := Coalition(1); int(u) < len(g.V); u++ {
		for s := (u - 1) & u; s > u^s; s = (s - 1) & u {
			if d := sign * (g.V[s] + g.V[u^s] - g.V[u]); d > worst.By {
				worst = Breach{u ^ s, s, d}
			}
		}
	}
	return breach(worst, tol)
}

// Convex reports whether a player never adds less to a larger coalition (for
// costs: never adds more), to within tol, and if not, the worst case: By is
// what its contribution falls by from S to T. The core of a convex game holds
// the Shapley value (Shapley 1971).
func (g *Game) Convex(tol float64) (bool, Breach, error) {
	if err := g.Valid(); err != nil {
		return false, Breach{}, err
	}
	worst := Breach{By: math.Inf(-1)}
	sign := g.sense()
	n := g.N()
	for s := Coalition(0); int(s) < len(g.V); s++ {
		for i := 0; i < n; i++ {
			for j := i + 1; j < n; j++ {
				if s.Has(i) || s.Has(j) {
					continue
				}
				a, b := s|1<<i, s|1<<j
				if d := sign * (g.V[a] + g.V[b] - g.V[a|b] - g.V[s]); d > worst.By {
					worst = Breach{a, b, d}
				}
			}
		}
	}
	return breach(worst, tol)
}

// Monotone reports whether a larger coalition is never worth less (for costs:
// never costs less), to within tol, and if not, the worst case: S is worth By
// more than its superset T.
func (g *Game) Monotone(tol float64) (bool, Breach, error) {
	if err := g.Valid(); err != nil {
		return false, Breach{}, err
	}
	worst := Breach{By: math.Inf(-1)}
	for s := Coalition(0); int(s) < len(g.V); s++ {
		for i := 0; i < g.N(); i++ {
			if t := s | 1<<i; t != s {
				if d := g.V[s] - g.V[t]; d > worst.By {
					worst = Breach{s, t, d}
				}
			}
		}
	}
	return breach(worst, tol)
}

func breach(b Breach, tol float64) (bool, Breach, error) {
	if b.By > tol {
		return false, b, nil
	}
	return true, Breach{}, nil
}

// Dummies lists the players who add to every coalition just what they are worth
// alone, to within tol. Fair rules give them exactly that; nothing, if they are
// worth nothing alone.
func (g *Game) Dummies(tol float64) ([]int, error) {
	if err := g.Valid(); err != nil {
		return nil, err
	}
	var out []int
players:
	for i := 0; i < g.N(); i++ {
		bit := Coalition(1) << i
		for s := range g.V {
			if c := Coalition(s); c&bit == 0 && math.Abs(g.V[c|bit]-g.V[c]-g.V[bit]) > tol {
				continue players
			}
		}
		out = append(out, i)
	}
	return out, nil
}

// Symmetric groups the players who can be exchanged without changing any value
// by more than tol. Groups come in the order of their first members; a player
// like no other stands alone.
func (g *Game) Symmetric(tol float64) ([][]int, error) {
	if err := g.Valid(); err != nil {
		return nil, err
	}
	var out [][]int
players:
	for i := 0; i < g.N(); i++ {
		for k, group := range out {
			if g.exchangeable(group[0], i, tol) {
				out[k] = append(group, i)
				continue players
			}
		}
		out = append(out, []int{i})
	}
	return out, nil
}

func (g *Game) exchangeable(i, j int, tol float64) bool {
	a, b := Coalition(1)<<i, Coalition(1)<<j
	for s := range g.V {
		if c := Coalition(s); c&(a|b) == 0 && math.Abs(g.V[c|a]-g.V[c|b]) > tol {
			return false
		}
	}
	return true
}
