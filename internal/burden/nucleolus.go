package burden

import (
	"errors"
	"fmt"
	"math/big"
)

// MaxNucleolus is the largest game for the nucleolus and the least core, which
// look at every coalition in every step.
const MaxNucleolus = 16

// ErrNoImputation is returned when the players' values alone add up to more
// than the whole: no share-out gives everybody at least that, and there is no
// nucleolus. The prenucleolus exists always.
var ErrNoImputation = errors.New("the players alone are worth more than all together: no share-out leaves each at least as well off")

// Weighted is a coalition with its weight in a balanced collection.
type Weighted struct {
	Coalition Coalition
	Weight    *big.Rat
}

// LeastCoreRat says how far the core is from empty.
type LeastCoreRat struct {
	// Epsilon is the least amount such that some share-out leaves no coalition
	// able to better itself by more (by more per member, for the weak kind).
	// Zero or less: the core is not empty.
	Epsilon *big.Rat
	// Shares is one such share-out: the one the sequence of programmes ends in,
	// that is the prenucleolus (or its per-capita kind).
	Shares []*big.Rat
	// Collection is the proof: coalitions with weights that sum to one. They
	// cover every player alike, so no share-out can satisfy all of them better.
	Collection []Weighted
}

// benefit gives the values as benefits: costs negated.
func (r *RatGame) benefit() []*big.Rat {
	if !r.Cost {
		return r.V
	}
	v := make([]*big.Rat, len(r.V))
	for s, x := range r.V {
		v[s] = new(big.Rat).Neg(x)
	}
	return v
}

func (r *RatGame) program(perCapita, floors bool) (*program, error) {
	if err := r.valid(); err != nil {
		return nil, err
	}
	if n := len(r.Players); n > MaxNucleolus {
		return nil, fmt.Errorf("%d players: the nucleolus and the least core go to %d", n, MaxNucleolus)
	}
	return newProgram(r.benefit(), len(r.Players), perCapita, floors), nil
}

func (r *RatGame) lexicographic(perCapita, floors bool) ([]*big.Rat, error) {
	p, err := r.program(perCapita, floors)
	if err != nil {
		return nil, err
	}
	if floors {
		alone := new(big.Int)
		for i := 0; i < p.n; i++ {
			alone.Add(alone, p.v[1<<i])
		}
		if alone.Cmp(p.v[len(p.v)-1]) > 0 {
			return nil, ErrNoImputation
		}
	}
	x := []*big.Rat{new(big.Rat).Set(r.V[len(r.V)-1])} // one player: everything
	if p.n > 1 {
		if err := p.finish(); err != nil {
			return nil, err
		}
		x = p.shares()
		if r.Cost {
			for _, s := range x {
				s.Neg(s)
			}
		}
	}
	return x, nil
}

// finish runs the stages until every player's share is settled.
func (p *program) finish() error {
	for len(p.done) < p.n {
		before := len(p.done)
		if !p.solve() {
			return ErrNoImputation
		}
		if p.advance(); len(p.done) == before {
			return errors.New("nucleolus: a stage settled nothing")
		}
	}
	return nil
}

// Nucleolus gives the nucleolus (Schmeidler 1969) in exact fractions: among the
// share-outs that leave every player at least as well off as alone, the one
// whose largest complaint v(S) - x(S) is smallest, then the second largest, and
// so on. It lies in the core whenever there is one. For a cost game the
// complaint is x(S) - c(S).
func (r *RatGame) Nucleolus() ([]*big.Rat, error) { return r.lexicographic(false, true) }

// Prenucleolus is the nucleolus without the condition that each player be at
// least as well off as alone; it exists always and is the same where the core
// is not empty.
func (r *RatGame) Prenucleolus() ([]*big.Rat, error) { return r.lexicographic(false, false) }

// PerCapitaNucleolus weighs complaints by the number of those who share them:
// (v(S) - x(S))/|S|. Without floors, as is usual for it (Young, Okada and
// Hashimoto 1982 call it the weak nucleolus).
func (r *RatGame) PerCapitaNucleolus() ([]*big.Rat, error) { return r.lexicographic(true, false) }

// LeastCore gives the least epsilon of the core (Maschler, Peleg and Shapley
// 1979) with a share-out and a proof.
func (r *RatGame) LeastCore() (*LeastCoreRat, error) { return r.leastCore(false) }

// WeakLeastCore is the least core with epsilon counted per member.
func (r *RatGame) WeakLeastCore() (*LeastCoreRat, error) { return r.leastCore(true) }

func (r *RatGame) leastCore(perCapita bool) (*LeastCoreRat, error) {
	p, err := r.program(perCapita, false)
	if err != nil {
		return nil, err
	}
	if p.n == 1 {
		return &LeastCoreRat{Epsilon: new(big.Rat), Shares: []*big.Rat{new(big.Rat).Set(r.V[1])}}, nil
	}
	p.solve()
	out := &LeastCoreRat{Epsilon: p.advantage(), Collection: p.binding()}
	out.Epsilon.Neg(out.Epsilon)
	p.advance()
	if err := p.finish(); err != nil {
		return nil, err
	}
	out.Shares = p.shares()
	if r.Cost {
		for _, s := range out.Shares {
			s.Neg(s)
		}
	}
	return out, nil
}

// LeastCore is the least core of a game, rounded from the exact one.
type LeastCore struct {
	Epsilon    float64
	Shares     []float64
	Collection []Coalition // covers all players alike: the proof that epsilon is least
	Weights    []float64   // of the collection; sum to one
}

// Nucleolus gives the nucleolus, computed exactly and then rounded.
func (g *Game) Nucleolus() ([]float64, error) { return g.rounded((*RatGame).Nucleolus) }

// Prenucleolus gives the prenucleolus, computed exactly and then rounded.
func (g *Game) Prenucleolus() ([]float64, error) { return g.rounded((*RatGame).Prenucleolus) }

// PerCapitaNucleolus gives the per-capita nucleolus, computed exactly and then
// rounded.
func (g *Game) PerCapitaNucleolus() ([]float64, error) {
	return g.rounded((*RatGame).PerCapitaNucleolus)
}

func (g *Game) rounded(rule func(*RatGame) ([]*big.Rat, error)) ([]float64, error) {
	r, err := g.Rat()
	if err != nil {
		return nil, err
	}
	x, err := rule(r)
	if err != nil {
		return nil, err
	}
	return floats(x), nil
}

// LeastCore gives the least core, computed exactly and then rounded.
func (g *Game) LeastCore() (*LeastCore, error) { return g.roundedCore((*RatGame).LeastCore) }

// WeakLeastCore gives the least core with epsilon per member.
func (g *Game) WeakLeastCore() (*LeastCore, error) { return g.roundedCore((*RatGame).WeakLeastCore) }

func (g *Game) roundedCore(rule func(*RatGame) (*LeastCoreRat, error)) (*LeastCore, error) {
	r, err := g.Rat()
	if err != nil {
		return nil, err
	}
	c, err := rule(r)
	if err != nil {
		return nil, err
	}
	out := &LeastCore{Shares: floats(c.Shares)}
	out.Epsilon, _ = c.Epsilon.Float64()
	for _, w := range c.Collection {
		f, _ := w.Weight.Float64()
		out.Collection = append(out.Collection, w.Coalition)
		out.Weights = append(out.Weights, f)
	}
	return out, nil
}
