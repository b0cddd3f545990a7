package burden

import (
	"errors"
	"fmt"
	"math"
)

// Key is a proportional key with its name: "GDP", "population".
type Key struct {
	Name    string
	Weights []float64
}

// Split is one way to share the whole, judged.
type Split struct {
	Rule   string    `json:"rule"`             // "Shapley", "by GDP", …
	Reason string    `json:"reason,omitempty"` // why the rule gives no shares; then the rest is empty
	Shares []float64 `json:"shares,omitempty"`
	StdErr []float64 `json:"std_err,omitempty"` // with batches only
	// Core says whether some coalition would do better by itself, Objector
	// which one would gain most and Gain how much (negative: the least anyone
	// would lose by leaving). With batches the verdict is at 95 %.
	Core       Verdict   `json:"core,omitempty"`
	Objector   Coalition `json:"objector,omitempty"`
	Gain       float64   `json:"gain"`
	GainStdErr float64   `json:"gain_std_err,omitempty"`
	// WorseAlone lists the players whom the split leaves worse off than alone.
	WorseAlone []int `json:"worse_than_alone,omitempty"`
}

// Comparison is what Compare needs: the game, or batches that carry its
// sampling error, or both (the batches then decide); the graph for the Myerson
// value, if there is one; keys.
type Comparison struct {
	Game    *Game
	Batches *Batches
	Graph   *Graph
	Keys    []Key
}

// Compare applies every rule to the same game, side by side: Shapley, Myerson
// (with a graph), nucleolus, SCRB, ENSC, tau, equal, then the keys in their
// order. A rule that does not apply says why in its Reason; the error is about
// the game itself.
//
// Myerson shares are judged on the game restricted to the graph, which is the
// one they share out.
func Compare(c Comparison) ([]Split, error) {
	g, b := c.Game, c.Batches
	if b != nil {
		m, err := b.Mean()
		if err != nil {
			return nil, err
		}
		g = m
	}
	if g == nil {
		return nil, errors.New("no game to share")
	}
	if err := g.Valid(); err != nil {
		return nil, err
	}
	out := []Split{judge("Shapley", g, b, (*Game).Shapley)}
	if c.Graph != nil {
		out = append(out, myerson(g, b, c.Graph))
	}
	out = append(out,
		judge("nucleolus", g, b, (*Game).Nucleolus),
		judge("SCRB", g, b, (*Game).SCRB),
		judge("ENSC", g, b, (*Game).ENSC),
		judge("tau", g, b, (*Game).Tau),
		judge("equal", g, b, (*Game).EqualSplit))
	for _, k := range c.Keys {
		out = append(out, judge("by "+k.Name, g, b, func(g *Game) ([]float64, error) { return g.ByKey(k.Weights) }))
	}
	return out, nil
}

func myerson(g *Game, b *Batches, gr *Graph) Split {
	r, err := g.Restricted(gr)
	if err != nil {
		return Split{Rule: "Myerson", Reason: err.Error()}
	}
	var rb *Batches
	if b != nil {
		rb = &Batches{Players: b.Players, Cost: b.Cost}
		for _, v := range b.V {
			one, err := (&Game{b.Players, v, b.Cost}).Restricted(gr)
			if err != nil {
				return Split{Rule: "Myerson", Reason: err.Error()}
			}
			rb.V = append(rb.V, one.V)
		}
	}
	return judge("Myerson", r, rb, (*Game).Shapley)
}

func judge(name string, g *Game, b *Batches, rule Rule) Split {
	s := Split{Rule: name}
	fail := func(err error) Split {
		return Split{Rule: name, Reason: err.Error()}
	}
	x, err := rule(g)
	if err != nil {
		return fail(err)
	}
	s.Shares = x
	tol := 1000 * g.tolerance(x)
	if b == nil {
		in, o, err := g.InCore(x, tol)
		if err != nil {
			return fail(err)
		}
		s.Core, s.Objector, s.Gain = Blocked, o.Coalition, o.Excess
		if in {
			s.Core = InCore
		}
	} else {
		t, err := b.Core(rule)
		if err != nil {
			return fail(fmt.Errorf("sampling error: %w", err))
		}
		s.StdErr = t.StdErr
		s.Core, s.Objector, s.Gain, s.GainStdErr = t.Verdict, t.Worst.Coalition, t.Worst.Excess, t.Worst.StdErr
	}
	if math.IsInf(s.Gain, -1) {
		s.Gain = 0 // a single player: nobody to object, and JSON knows no infinity
	}
	for i, v := range x {
		if g.sense()*(g.V[1<<i]-v) > tol {
			s.WorseAlone = append(s.WorseAlone, i)
		}
	}
	return s
}
