package burden

import (
	"errors"
	"fmt"
	"math"

	"testudo/internal/draw"
)

// purposeOrder keys the draws that shuffle the order of joining.
const purposeOrder uint64 = 1

// Sampled is a Shapley value estimated from random orders of joining.
type Sampled struct {
	Share        []float64
	StdErr       []float64 // standard error from sampling orders; not of the values themselves
	Permutations int       // orders used, forward and backward counted as two
	Evaluations  int       // calls of the value function
}

// SampleShapley estimates the Shapley value of a game of up to 64 players given
// as a function. It draws pairs random orders and walks each forwards and
// backwards (antithetic: what one order overstates the other tends to
// understate); a pair is one independent sample for the standard error. The
// same seed gives the same result. Shares sum to the value of all in every
// order, hence exactly in the mean. value is asked at most once for coalitions
// that recur, as long as they fit a table of a million.
func SampleShapley(n int, value func(Coalition) (float64, error), seed uint64, pairs int) (Sampled, error) {
	if n < 1 || n > 64 {
		return Sampled{}, fmt.Errorf("%d players: sampling is for 1 to 64", n)
	}
	if pairs < 2 {
		return Sampled{}, fmt.Errorf("%d pairs of orders: need at least 2 for an error", pairs)
	}
	if value == nil {
		return Sampled{}, errors.New("no value function")
	}
	v := &memo{value: value, n: n, seen: map[Coalition]float64{}}
	empty, err := v.at(0)
	if err != nil {
		return Sampled{}, err
	}
	if empty != 0 {
		return Sampled{}, fmt.Errorf("the empty coalition is worth %v; it must be worth 0", empty)
	}
	entity := draw.Entity("burden.order")
	order := make([]int, n)
	mean := make([]float64, n)
	m2 := make([]float64, n)
	pair := make([]float64, n)
	for k := 0; k < pairs; k++ {
		for i := range order {
			order[i] = i
		}
		for i := n - 1; i > 0; i-- {
			j := draw.Below(draw.U64(seed, uint64(k), entity+uint64(i), purposeOrder), i+1)
			order[i], order[j] = order[j], order[i]
		}
		clear(pair)
		if err := v.walk(order, pair); err != nil {
			return Sampled{}, err
		}
		for i, j := 0, n-1; i < j; i, j = i+1, j-1 {
			order[i], order[j] = order[j], order[i]
		}
		if err := v.walk(order, pair); err != nil {
			return Sampled{}, err
		}
		// Welford's update: no cancellation when shares are nearly constant.
		for i, sum := range pair {
			x := sum / 2
			d := x - mean[i]
			mean[i] += d / float64(k+1)
			m2[i] += float64(d * (x - mean[i]))
		}
	}
	se := make([]float64, n)
	for i := range se {
		se[i] = math.Sqrt(m2[i] / float64(pairs-1) / float64(pairs))
	}
	return Sampled{Share: mean, StdErr: se, Permutations: 2 * pairs, Evaluations: v.calls}, nil
}

type memo struct {
	value func(Coalition) (float64, error)
	n     int
	seen  map[Coalition]float64
	calls int
}

func (m *memo) at(c Coalition) (float64, error) {
	if x, ok := m.seen[c]; ok {
		return x, nil
	}
	x, err := m.value(c)
	m.calls++
	if err != nil {
		return 0, fmt.Errorf("value of coalition %b: %w", uint64(c), err)
	}
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, fmt.Errorf("value of coalition %b is %v", uint64(c), x)
	}
	if len(m.seen) < 1<<20 {
		m.seen[c] = x
	}
	return x, nil
}

func (m *memo) walk(order []int, sum []float64) error {
	var c Coalition
	before, err := m.at(0)
	for _, i := range order {
		if err != nil {
			return err
		}
		c |= 1 << i
		var after float64
		after, err = m.at(c)
		sum[i] += after - before
		before = after
	}
	return err
}
