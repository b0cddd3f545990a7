package study

import (
	"context"
	"fmt"
	"runtime"

	"testudo/internal/sim"
)

// Pair says what two boards to hold against each other: the same runs of the
// same seed, so that what is alike in both meets the same dice.
type Pair struct {
	Boards   [2]*sim.Board
	Postures [2]int
	Columns  []Column
	Seed     uint64
	Runs     int
	Workers  int // 0: one per processor
	Progress func(done, total int)
}

// Column is one count that both boards have, each in its own column.
type Column struct{ A, B int }

// PairResult holds, per column, the sums of either board and of the paired
// difference, the second less the first.
type PairResult struct {
	N             int
	A, B, Between Sums
}

func (r *PairResult) add(o *PairResult) {
	r.A.add(o.A)
	r.B.add(o.B)
	r.Between.add(o.Between)
}

func newPairResult(columns int) *PairResult {
	return &PairResult{A: newSums(columns), B: newSums(columns), Between: newSums(columns)}
}

// RunPair plays both boards. The result is the same, bit for bit, for any number
// of workers; a cancelled context gives its error and no result.
func RunPair(ctx context.Context, p Pair) (*PairResult, error) {
	if p.Runs < 1 {
		return nil, fmt.Errorf("%w: %d runs asked for, at least 1 is needed", ErrPlan, p.Runs)
	}
	for k, b := range p.Boards {
		if p.Postures[k] < 0 || p.Postures[k] >= len(b.Postures) {
			return nil, fmt.Errorf("%w: posture number %d, the board has %d", ErrPlan, p.Postures[k], len(b.Postures))
		}
	}
	workers := p.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	parts := make([]*PairResult, workers)
	players := make([]func(run uint64), workers)
	for w := range players {
		sum := newPairResult(len(p.Columns))
		parts[w] = sum
		var player [2]*sim.Player
		var row [2][]int32
		for k, b := range p.Boards {
			player[k] = sim.NewPlayer(b)
			row[k] = make([]int32, player[k].Layout().Len())
		}
		players[w] = func(run uint64) {
			for k := range player {
				player[k].Play(p.Postures[k], p.Seed, run, row[k], nil)
			}
			for i, c := range p.Columns {
				a, b := int64(row[0][c.A]), int64(row[1][c.B])
				sum.A.putOne(i, a)
				sum.B.putOne(i, b)
				sum.Between.putOne(i, b-a)
			}
		}
	}
	if err := batch(ctx, players, block, 0, p.Runs, func(k int) {
		if p.Progress != nil {
			p.Progress(k, p.Runs)
		}
	}); err != nil {
		return nil, err
	}
	total := newPairResult(len(p.Columns))
	total.N = p.Runs
	for _, x := range parts {
		total.add(x)
	}
	return total, nil
}

func (s *Sums) putOne(i int, x int64) {
	s.Sum[i] += x
	s.Sq[i] += x * x
}
