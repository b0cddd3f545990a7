package measure

import (
	"context"

	"testudo/internal/sim"
)

// Spent counts rounds by who fired them and whose asset they defended:
// Rounds[battery][nation] is the mean per raid.
type Spent struct {
	Runs   int
	Rounds [][]float64
}

// CountSpent plays runs of a posture with their logs. A log tells more than the
// columns of a study do, so that some thousand runs are enough for it.
func CountSpent(ctx context.Context, b *sim.Board, posture int, seed uint64, runs int) (*Spent, error) {
	count := make([][]int64, len(b.Batteries))
	for i := range count {
		count[i] = make([]int64, len(b.Nations))
	}
	p := sim.NewPlayer(b)
	row := make([]int32, p.Layout().Len())
	owner := make([]int32, len(b.Missiles))
	log := new(sim.Log)
	for run := 0; run < runs; run++ {
		if run%64 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		log.Events = log.Events[:0]
		p.Play(posture, seed, uint64(run), row, log)
		for _, e := range log.Events {
			switch e.Kind {
			case sim.EvLaunch:
				owner[e.Missile] = b.Assets[b.Paths[e.A].Asset].Nation
			case sim.EvShot:
				count[e.A][owner[e.Missile]] += int64(e.B)
			}
		}
	}
	s := &Spent{Runs: runs}
	for i := range count {
		s.Rounds = append(s.Rounds, make([]float64, len(b.Nations)))
		for n, x := range count[i] {
			s.Rounds[i][n] = float64(x) / float64(max(runs, 1))
		}
	}
	return s, nil
}
