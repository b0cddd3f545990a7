package burden

import (
	"fmt"
	"math/big"
	"math/bits"
)

// Graph says which players deal with each other. Links have no direction: an
// agreement that flows one way only is the caller's to count or leave out.
type Graph struct {
	n     int
	links [][2]int
	near  []Coalition
}

// NewGraph makes a graph of n players (1 to 64). Links name two different
// players; naming one twice, in either direction, is an error.
func NewGraph(n int, links [][2]int) (*Graph, error) {
	if n < 1 || n > 64 {
		return nil, fmt.Errorf("graph of %d players: need 1 to 64", n)
	}
	g := &Graph{n: n, near: make([]Coalition, n)}
	var errs []error
	for k, l := range links {
		a, b := min(l[0], l[1]), max(l[0], l[1])
		switch {
		case a < 0 || b >= n:
			errs = append(errs, fmt.Errorf("link %d joins %d and %d: players are 0 to %d", k, l[0], l[1], n-1))
		case a == b:
			errs = append(errs, fmt.Errorf("link %d joins player %d to itself", k, a))
		case g.near[a].Has(b):
			errs = append(errs, fmt.Errorf("link %d joins %d and %d a second time", k, l[0], l[1]))
		default:
			g.links = append(g.links, [2]int{a, b})
			g.near[a] |= 1 << b
			g.near[b] |= 1 << a
		}
	}
	if err := joined(errs); err != nil {
		return nil, err
	}
	return g, nil
}

// CompleteGraph joins everybody to everybody.
func CompleteGraph(n int) (*Graph, error) {
	var links [][2]int
	for i := 0; i < min(n, 64); i++ {
		for j := i + 1; j < min(n, 64); j++ {
			links = append(links, [2]int{i, j})
		}
	}
	return NewGraph(n, links)
}

// N is the number of players.
func (g *Graph) N() int { return g.n }

// Links lists the links in the order given, the lower player first.
func (g *Graph) Links() [][2]int { return append([][2]int(nil), g.links...) }

// Components splits a coalition into its parts that are joined within it, in
// the order of their first members.
func (g *Graph) Components(c Coalition) []Coalition { return components(g.near, c) }

func components(near []Coalition, c Coalition) []Coalition {
	var out []Coalition
	for c != 0 {
		part := c & -c
		for edge := part; edge != 0; {
			var next Coalition
			for r := uint64(edge); r != 0; r &= r - 1 {
				next |= near[bits.TrailingZeros64(r)]
			}
			edge = next & c &^ part
			part |= edge
		}
		out = append(out, part)
		c &^= part
	}
	return out
}

// Restricted is the game on the graph: a coalition is worth the sum of its
// joined parts (Myerson 1977).
func (g *Game) Restricted(gr *Graph) (*Game, error) {
	if err := g.Valid(); err != nil {
		return nil, err
	}
	if gr == nil || gr.n != g.N() {
		return nil, fmt.Errorf("the graph is not one of the game's %d players", g.N())
	}
	v := make([]float64, len(g.V))
	for s := 1; s < len(v); s++ {
		for _, part := range gr.Components(Coalition(s)) {
			v[s] += g.V[part]
		}
	}
	return NewGameSense(g.Players, v, g.Cost)
}

// Myerson gives the Myerson value: the Shapley value of the game restricted to
// the graph. It pays those who join others. Shares sum to the worth of the
// graph's parts, which is the value of all where the graph is in one piece.
func (g *Game) Myerson(gr *Graph) ([]float64, error) {
	r, err := g.Restricted(gr)
	if err != nil {
		return nil, err
	}
	return r.Shapley()
}

// Restricted is the exact game on the graph.
func (r *RatGame) Restricted(gr *Graph) (*RatGame, error) {
	if err := r.valid(); err != nil {
		return nil, err
	}
	if gr == nil || gr.n != len(r.Players) {
		return nil, fmt.Errorf("the graph is not one of the game's %d players", len(r.Players))
	}
	out := &RatGame{Players: r.Players, V: append(r.V[:0:0], r.V...), Cost: r.Cost}
	for s := 1; s < len(out.V); s++ {
		parts := gr.Components(Coalition(s))
		sum := r.V[parts[0]]
		for _, part := range parts[1:] {
			sum = new(big.Rat).Add(sum, r.V[part])
		}
		out.V[s] = sum
	}
	return out, nil
}

// Brokerage gives what each player earns by joining others alone: its Myerson
// value in the game to which it brings nothing of its own. A player without
// radar or missiles has just this for its Myerson value.
func (g *Game) Brokerage(gr *Graph) ([]float64, error) {
	if err := g.Valid(); err != nil {
		return nil, err
	}
	out := make([]float64, g.N())
	v := make([]float64, len(g.V))
	for i := range out {
		for s := range v {
			v[s] = g.V[Coalition(s)&^(1<<i)]
		}
		x, err := (&Game{g.Players, v, g.Cost}).Myerson(gr)
		if err != nil {
			return nil, err
		}
		out[i] = x[i]
	}
	return out, nil
}

// LinkWorth gives the worth of a set of the graph's links (bit k for link k)
// over everybody standing alone: the joined parts' values less the players'
// values alone. It is the value function of the game whose players are links,
// for SampleShapley when there are many.
func (g *Game) LinkWorth(gr *Graph) (func(Coalition) (float64, error), error) {
	if err := g.Valid(); err != nil {
		return nil, err
	}
	if gr == nil || gr.n != g.N() {
		return nil, fmt.Errorf("the graph is not one of the game's %d players", g.N())
	}
	if len(gr.links) > 64 {
		return nil, fmt.Errorf("%d links: a set of links goes to 64", len(gr.links))
	}
	return func(links Coalition) (float64, error) {
		near := make([]Coalition, gr.n)
		for _, k := range links.Members() {
			if k >= len(gr.links) {
				return 0, fmt.Errorf("link %d of %d", k, len(gr.links))
			}
			l := gr.links[k]
			near[l[0]] |= 1 << l[1]
			near[l[1]] |= 1 << l[0]
		}
		sum := 0.0
		for _, part := range components(near, g.All()) {
			if part.Size() == 1 {
				continue // no gain over standing alone
			}
			sum += g.V[part]
			for _, i := range part.Members() {
				sum -= g.V[1<<i]
			}
		}
		return sum, nil
	}, nil
}

// LinkGame is the game whose players are the links, up to MaxPlayers of them.
// Its Shapley value is the worth of each agreement (Meessen 1988; Borm, Owen
// and Tijs 1992). Where the true worth of a set of agreements is simulated,
// make the game of links from those values with NewGame instead.
func (g *Game) LinkGame(gr *Graph) (*Game, error) {
	worth, err := g.LinkWorth(gr)
	if err != nil {
		return nil, err
	}
	if m := len(gr.links); m < 1 || m > MaxPlayers {
		return nil, fmt.Errorf("%d links: the game of links takes 1 to %d; sample LinkWorth beyond", m, MaxPlayers)
	}
	names := make([]string, len(gr.links))
	for k, l := range gr.links {
		names[k] = g.Players[l[0]] + "-" + g.Players[l[1]]
	}
	v := make([]float64, 1<<len(names))
	for s := range v {
		if v[s], err = worth(Coalition(s)); err != nil {
			return nil, err
		}
	}
	return NewGameSense(names, v, g.Cost)
}

// PositionValue shares each link's worth half and half between its two players
// and adds what each is worth alone.
func (g *Game) PositionValue(gr *Graph) ([]float64, error) {
	lg, err := g.LinkGame(gr)
	if err != nil {
		return nil, err
	}
	worth, err := lg.Shapley()
	if err != nil {
		return nil, err
	}
	out, _ := g.Alone()
	for k, l := range gr.links {
		out[l[0]] += worth[k] / 2
		out[l[1]] += worth[k] / 2
	}
	return out, nil
}
