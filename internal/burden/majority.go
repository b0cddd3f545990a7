package burden

import (
	"fmt"
	"math/big"
)

// maxMajority bounds players × quota of a weighted majority game.
const maxMajority = 2_000_000

// ShapleyWeightedMajority gives the exact Shapley-Shubik index of a weighted
// majority game: a coalition wins, and is worth one, when its weights reach the
// quota. It counts coalitions by size and weight instead of listing them, so
// that dozens of players are easy.
func ShapleyWeightedMajority(quota int, weights []int) ([]*big.Rat, error) {
	n := len(weights)
	total := 0
	for i, w := range weights {
		if w < 0 {
			return nil, fmt.Errorf("player %d has weight %d: weights are 0 or more", i, w)
		}
		if w > maxMajority {
			return nil, fmt.Errorf("player %d has weight %d: the limit is %d", i, w, maxMajority)
		}
		total += w
	}
	switch {
	case n == 0:
		return nil, fmt.Errorf("a game needs at least one player")
	case quota < 1 || quota > total:
		return nil, fmt.Errorf("quota %d: must lie between 1 and the total weight %d", quota, total)
	case n > 1000 || quota > maxMajority/n:
		return nil, fmt.Errorf("%d players with quota %d: the limit is 1000 players and players × quota %d; divide weights by a common factor", n, quota, maxMajority)
	}
	// count[s][w]: coalitions of s players with weight w < quota.
	count := make([][]big.Int, n+1)
	for s := range count {
		count[s] = make([]big.Int, quota)
	}
	count[0][0].SetInt64(1)
	for k, wk := range weights {
		for s := k; s >= 0; s-- {
			for w := 0; w+wk < quota; w++ {
				if count[s][w].Sign() != 0 {
					count[s+1][w+wk].Add(&count[s+1][w+wk], &count[s][w])
				}
			}
		}
	}
	out := make([]*big.Rat, n)
	for i, wi := range weights {
		for j := 0; j < i && out[i] == nil; j++ {
			if weights[j] == wi {
				out[i] = new(big.Rat).Set(out[j])
			}
		}
		if out[i] == nil {
			out[i] = pivotal(count, quota, wi, n)
		}
	}
	return out, nil
}

// pivotal takes one player of weight wi out of the counts again and sums the
// coalitions of the others that lose without it and win with it.
func pivotal(count [][]big.Int, quota, wi, n int) *big.Rat {
	without := make([]big.Int, quota)
	before := make([]big.Int, quota)
	sum := new(big.Rat)
	term := new(big.Rat)
	for s := 0; s < n; s++ {
		swings := new(big.Int)
		for w := range without {
			without[w].Set(&count[s][w])
			if w >= wi && s > 0 {
				without[w].Sub(&without[w], &before[w-wi])
			}
			if w >= quota-wi {
				swings.Add(swings, &without[w])
			}
		}
		without, before = before, without
		b := new(big.Int).Binomial(int64(n-1), int64(s))
		sum.Add(sum, term.SetFrac(swings, b.Mul(b, big.NewInt(int64(n)))))
	}
	return sum
}
