package coalition

import (
	"context"
	"fmt"

	"testudo/internal/burden"
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
	// The orders do not depend on what is found: they are walked once to see which
	// coalitions they meet, and again when those have been played together.
	none, err := of(&t.Postures[posture], players, 0)
	if err != nil {
		return burden.Sampled{}, err
	}
	list, at := []theatre.Posture{none}, map[burden.Coalition]int{}
	if _, err := burden.SampleShapley(len(players), func(s burden.Coalition) (float64, error) {
		if s.Size() < 2 {
			return 0, nil // one nation has nobody to agree with
		}
		p, err := of(&t.Postures[posture], players, s)
		at[s] = len(list)
		list = append(list, p)
		return 0, err
	}, o.Seed, SampledOrders); err != nil {
		return burden.Sampled{}, err
	}
	v, err := worth(ctx, t, list, 1, o)
	if err != nil {
		return burden.Sampled{}, err
	}
	return burden.SampleShapley(len(players), func(s burden.Coalition) (float64, error) { return v[0][at[s]], nil }, o.Seed, SampledOrders)
}
