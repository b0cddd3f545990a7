// Package coalition asks what groups of nations, and single agreements, are
// worth: the same raid, over the same dice, with only those agreements in force
// that stand between members of a group, or with one agreement left out.
package coalition

import (
	"context"
	"fmt"
	"math"

	"testudo/internal/burden"
	"testudo/internal/pact"
	"testudo/internal/sim"
	"testudo/internal/study"
	"testudo/internal/theatre"
)

// Measure is what a coalition saves.
type Measure string

// The measures.
const (
	Damage  Measure = "damage"  // value lost
	Leakers Measure = "leakers" // missiles that arrive
)

// Options of a study of coalitions.
type Options struct {
	Measure  Measure
	Seed     uint64
	Runs     int
	Batches  int // groups of runs from which the sampling error is taken
	Workers  int
	Progress func(done, total int)
}

// MaxNations bounds the coalitions: 2^n boards are played.
const MaxNations = 10

// Players lists the nations that defend, as indices of the theatre.
func Players(t *theatre.Theatre) []int {
	var out []int
	for i := range t.Nations {
		if !t.Nations[i].Attacker {
			out = append(out, i)
		}
	}
	return out
}

// Restrict keeps of a posture the agreements between members of a group; the
// others stand alone.
func Restrict(p *theatre.Posture, member func(nation int) bool, id string) (theatre.Posture, error) {
	var edges []pact.Edge
	for _, e := range p.Net.Edges {
		if member(e.From) && member(e.To) {
			edges = append(edges, e)
		}
	}
	var joint [][]int
	for _, g := range p.Net.Joint {
		var in []int
		for _, n := range g {
			if member(n) {
				in = append(in, n)
			}
		}
		if len(in) > 1 {
			joint = append(joint, in)
		}
	}
	var mutual []pact.Mutual
	for _, m := range p.Net.Mutual {
		if !member(m.By) {
			continue
		}
		x := pact.Mutual{By: m.By}
		for _, of := range m.Of {
			if member(of) {
				x.Of = append(x.Of, of)
			}
		}
		if len(x.Of) > 0 {
			mutual = append(mutual, x)
		}
	}
	net, err := pact.New(p.Net.Nations, edges, joint, mutual)
	return theatre.Posture{ID: id, Net: net, Lost: p.Lost}, err
}

// Values gives the characteristic function v(S): what is saved when the nations
// of S hold to the posture among themselves and the others stand alone, compared
// with everybody alone. All coalitions share their physics and their dice; the
// values come in batches that carry the sampling error.
func Values(ctx context.Context, t *theatre.Theatre, posture int, o Options) (*burden.Batches, error) {
	players := Players(t)
	n := len(players)
	if n > MaxNations {
		return nil, fmt.Errorf("%d nations defend; coalitions of at most %d are worked out", n, MaxNations)
	}
	var list []theatre.Posture
	for s := 0; s < 1<<n; s++ {
		p, err := Restrict(&t.Postures[posture], func(nation int) bool {
			for k, q := range players {
				if q == nation {
					return s>>k&1 == 1
				}
			}
			return false
		}, fmt.Sprintf("coalition-%d", s))
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	v, err := worth(ctx, t, list, o)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, q := range players {
		names = append(names, t.Nations[q].ID)
	}
	return burden.NewBatches(names, v)
}

// worth plays postures over the same dice and gives, per batch and posture, how
// much less is lost than under the first.
func worth(ctx context.Context, t *theatre.Theatre, list []theatre.Posture, o Options) ([][]float64, error) {
	b, err := sim.NewCompiler(t).Board(list, nil)
	if err != nil {
		return nil, err
	}
	all := make([]int, len(list))
	for i := range all {
		all[i] = i
	}
	batches := max(2, min(o.Batches, o.Runs))
	var out [][]float64
	for k := 0; k < batches; k++ {
		first, last := k*o.Runs/batches, (k+1)*o.Runs/batches
		r, err := study.Run(ctx, study.Plan{Board: b, Postures: all, Seed: o.Seed, First: first, Runs: last - first, Workers: o.Workers, Progress: func(done, _ int) {
			if o.Progress != nil {
				o.Progress(first+done, o.Runs)
			}
		}})
		if err != nil {
			return nil, err
		}
		col, scale := r.Layout.At(sim.Damage, sim.Whole, 0), 1000.0
		if o.Measure == Leakers {
			col, scale = r.Layout.At(sim.Leakers, sim.Whole, 0), 1
		}
		row := make([]float64, len(list))
		for i, l := range r.Levels {
			// Minus, for what is saved is what is not lost.
			row[i] = 0 - float64(l.Base.Sum[col])/float64(r.N)/scale
		}
		out = append(out, row)
	}
	return out, nil
}

// Link is one agreement between two nations, both ways taken together, and what
// it is worth.
type Link struct {
	A, B   string  `json:"-"`
	Name   string  `json:"link"`
	Levels string  `json:"levels"`
	Value  float64 `json:"value"` // lost without it, the others standing
	StdErr float64 `json:"std_err"`
	// What remains of the whole's gain if this link alone is late, poor, or
	// down in half of all runs.
	Late30 float64 `json:"loss_30s_later"`
	Poor   float64 `json:"loss_half_quality"`
	Half   float64 `json:"loss_half_available"`
}

// Links gives the value of each pair's agreements under a posture: how much less
// is saved without them, and how much is lost by delay, poor quality or an
// availability of one half.
func Links(ctx context.Context, t *theatre.Theatre, posture int, o Options) (whole float64, links []Link, err error) {
	p := &t.Postures[posture]
	type pair struct{ a, b int }
	var pairs []pair
	levels := map[pair]string{}
	for _, e := range p.Net.Edges {
		q := pair{min(e.From, e.To), max(e.From, e.To)}
		arrow := p.Net.Nations[e.From] + " to " + p.Net.Nations[e.To] + ": " + e.Level.String()
		if levels[q] == "" {
			pairs = append(pairs, q)
			levels[q] = arrow
		} else {
			levels[q] += "; " + arrow
		}
	}
	none, err := Restrict(p, func(int) bool { return false }, "none")
	if err != nil {
		return 0, nil, err
	}
	list := []theatre.Posture{none, *p}
	change := func(q pair, f func(*pact.Edge) bool) error {
		var edges []pact.Edge
		for _, e := range p.Net.Edges {
			if min(e.From, e.To) == q.a && max(e.From, e.To) == q.b && !f(&e) {
				continue
			}
			edges = append(edges, e)
		}
		net, err := pact.New(p.Net.Nations, edges, p.Net.Joint, p.Net.Mutual)
		list = append(list, theatre.Posture{ID: fmt.Sprintf("variant-%d", len(list)), Net: net, Lost: p.Lost})
		return err
	}
	for _, q := range pairs {
		for _, f := range []func(*pact.Edge) bool{
			func(*pact.Edge) bool { return false },
			func(e *pact.Edge) bool { e.DelayS += 30; return true },
			func(e *pact.Edge) bool { e.Quality /= 2; return true },
			func(e *pact.Edge) bool { e.Availability /= 2; return true },
		} {
			if err := change(q, f); err != nil {
				return 0, nil, err
			}
		}
	}
	v, err := worth(ctx, t, list, o)
	if err != nil {
		return 0, nil, err
	}
	mean := func(i int) (m, se float64) {
		for _, row := range v {
			m += row[1] - row[i]
		}
		m /= float64(len(v))
		for _, row := range v {
			d := row[1] - row[i] - m
			se += d * d
		}
		return m, math.Sqrt(se / float64(len(v)-1) / float64(len(v)))
	}
	whole, _ = mean(0)
	for k, q := range pairs {
		l := Link{A: p.Net.Nations[q.a], B: p.Net.Nations[q.b], Levels: levels[q]}
		l.Name = l.A + "–" + l.B
		l.Value, l.StdErr = mean(2 + 4*k)
		l.Late30, _ = mean(3 + 4*k)
		l.Poor, _ = mean(4 + 4*k)
		l.Half, _ = mean(5 + 4*k)
		links = append(links, l)
	}
	return whole, links, nil
}
