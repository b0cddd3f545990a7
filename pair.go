package testudo

import (
	"context"

	"testudo/internal/measure"
	"testudo/internal/sim"
	"testudo/internal/study"
)

// Pairing is two variants held against each other over the same dice.
type Pairing = measure.Pairing

// ComparePair plays a posture of one world against a posture of another, such as
// the same theatre with a battery moved, over the same runs and dice.
func ComparePair(ctx context.Context, a *World, postureA string, b *World, postureB string, o Options) (*Pairing, error) {
	i, err := a.posture(postureA)
	if err != nil {
		return nil, err
	}
	j, err := b.posture(postureB)
	if err != nil {
		return nil, err
	}
	if o.Runs == 0 {
		o.Runs = DefaultRuns
	}
	return measure.ComparePair(ctx, study.Pair{Boards: [2]*sim.Board{a.Board, b.Board}, Postures: [2]int{i, j}, Seed: o.Seed, Runs: o.Runs, Workers: o.Workers, Progress: o.Progress})
}
