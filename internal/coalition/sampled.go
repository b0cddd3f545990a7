package coalition

import (
	"context"
	"fmt"

	"testudo/internal/burden"
	"testudo/internal/sim"
	"testudo/internal/study"
	"testudo/internal/theatre"
)

// SampledOrders is how many pairs of random orders of joining stand in for all
// orders where there are more nations than MaxNations.
const SampledOrders = 24

// Sampled estimates the Shapley value where there are too many nations to play
// every coalition: those met by random orders of joining are played, over the
// same dice. The error is that of the orders.
func Sampled(ctx context.Context, t *theatre.Theatre, posture int, o Options) (burden.Sampled, error) {
	players := Players(t)
	if len(players) > 64 {
		return burden.Sampled{}, fmt.Errorf("%d nations defend; at most 64 can be sampled", len(players))
	}
	c := sim.NewCompiler(t)
	none, err := Restrict(&t.Postures[posture], func(int) bool { return false }, "none")
	if err != nil {
		return burden.Sampled{}, err
	}
	metric, scale := sim.Damage, 1000.0
	if o.Measure == Leakers {
		metric, scale = sim.Leakers, 1
	}
	done := 0
	worth := func(s burden.Coalition) (float64, error) {
		done++
		if o.Progress != nil {
			o.Progress(min(done, 2*SampledOrders*len(players)), 2*SampledOrders*len(players))
		}
		if s.Size() < 2 {
			return 0, nil // one nation has nobody to agree with
		}
		p, err := Restrict(&t.Postures[posture], func(nation int) bool {
			for k, q := range players {
				if q == nation {
					return s.Has(k)
				}
			}
			return false
		}, "some")
		if err != nil {
			return 0, err
		}
		b, err := c.Board([]theatre.Posture{none, p}, nil)
		if err != nil {
			return 0, err
		}
		r, err := study.Run(ctx, study.Plan{Board: b, Postures: []int{0, 1}, Seed: o.Seed, Runs: o.Runs, Workers: o.Workers})
		if err != nil {
			return 0, err
		}
		return 0 - float64(r.Levels[1].Base.Sum[r.Layout.At(metric, sim.Whole, 0)])/float64(r.N)/scale, nil
	}
	return burden.SampleShapley(len(players), worth, o.Seed, SampledOrders)
}
