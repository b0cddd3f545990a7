// Package coalition asks what groups of nations, and single agreements, are
// worth: the same raid, over the same dice, with only those agreements in force
// that stand between members of a group, or with one agreement left out.
package coalition

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
	// Compiler, if set, has compiled the theatre already: its physics are taken over.
	Compiler *sim.Compiler
}

// MaxNations bounds the coalitions: 2^n boards are played.
const MaxNations = 12

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

// of keeps of a posture what stands between the members of a coalition of players.
func of(p *theatre.Posture, players []int, s burden.Coalition) (theatre.Posture, error) {
	return Restrict(p, func(nation int) bool {
		k := slices.Index(players, nation)
		return k >= 0 && s.Has(k)
	}, fmt.Sprintf("coalition-%d", s))
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
		p, err := of(&t.Postures[posture], players, burden.Coalition(s))
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	v, err := worth(ctx, t, list, o.batches(), o)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, q := range players {
		names = append(names, t.Nations[q].ID)
	}
	return burden.NewBatches(names, v)
}

// worth plays postures over the same dice and gives, per batch of the runs and
// posture, how much less is lost than under the first. Postures that are alike are
// played once.
func worth(ctx context.Context, t *theatre.Theatre, list []theatre.Posture, batches int, o Options) ([][]float64, error) {
	b, err := board(ctx, t, list, o)
	if err != nil {
		return nil, err
	}
	var all []sim.Posture
	var play []int
	level := make([]int, len(list)) // of the results, per posture of the list
	for i, k := range b.Alike() {
		if level[i] = level[k]; k == i {
			level[i] = len(all)
			play = append(play, len(all))
			all = append(all, b.Postures[i])
		}
	}
	b.Postures = all
	// The batches share their players: a board of many postures takes a while to
	// lay out.
	var players []*sim.Player
	metric, scale := o.metric()
	var out [][]float64
	for k := 0; k < batches; k++ {
		first, last := k*o.Runs/batches, (k+1)*o.Runs/batches
		used := 0
		r, err := study.Run(ctx, study.Plan{Board: b, Postures: play, Seed: o.Seed, First: first, Runs: last - first, Workers: o.Workers, NewPlayer: func() study.Player {
			if used == len(players) {
				players = append(players, sim.NewPlayer(b))
			}
			used++
			return players[used-1]
		}, Progress: func(done, _ int) {
			if o.Progress != nil {
				o.Progress(first+done, o.Runs)
			}
		}})
		if err != nil {
			return nil, err
		}
		col := r.Layout.At(metric, sim.Whole, 0)
		saved := make([]float64, len(list))
		for i := range saved {
			// Minus, for what is saved is what is not lost.
			saved[i] = 0 - float64(r.Levels[level[i]].Base.Sum[col])/float64(r.N)/scale
		}
		out = append(out, saved)
	}
	return out, nil
}

// board compiles postures over the physics of the compiler before, while the context
// lasts.
func board(ctx context.Context, t *theatre.Theatre, list []theatre.Posture, o Options) (*sim.Board, error) {
	b, err := sim.NewCompilerFrom(o.Compiler, t, nil, func() bool { return ctx.Err() != nil }).Board(list, nil)
	if errors.Is(err, theatre.ErrStopped) {
		err = ctx.Err()
	}
	return b, err
}

// metric is the column that the measure counts, and how many of its units are one.
func (o *Options) metric() (sim.Kind, float64) {
	if o.Measure == Leakers {
		return sim.Leakers, 1
	}
	return sim.Damage, 1000
}

// batches is how many batches the runs are cut into, at least two for an error.
func (o *Options) batches() int { return max(2, min(o.Batches, o.Runs)) }

// Own gives what each player is itself spared under a posture against everybody
// alone: where the savings fall, before anybody pays anybody.
func Own(ctx context.Context, t *theatre.Theatre, posture int, o Options) ([]float64, error) {
	none, err := Restrict(&t.Postures[posture], func(int) bool { return false }, "none")
	if err != nil {
		return nil, err
	}
	b, err := board(ctx, t, []theatre.Posture{none, t.Postures[posture]}, o)
	if err != nil {
		return nil, err
	}
	r, err := study.Run(ctx, study.Plan{Board: b, Postures: []int{0, 1}, Seed: o.Seed, Runs: o.Runs, Workers: o.Workers})
	if err != nil {
		return nil, err
	}
	metric, scale := o.metric()
	var out []float64
	for _, n := range Players(t) {
		out = append(out, 0-float64(r.Levels[1].Base.Sum[r.Layout.At(metric, sim.PerNation, n)])/float64(r.N)/scale)
	}
	return out, nil
}
