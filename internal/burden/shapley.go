package burden

import (
	"fmt"
	"math"
	"math/big"
)

// ShapleyWeights gives, for n players, the weight with which a marginal
// contribution to a coalition of s others enters the Shapley value:
// s!(n-s-1)!/n! = 1 / (n · C(n-1, s)), for s from 0 to n-1.
func ShapleyWeights(n int) []float64 {
	w := make([]float64, n)
	c := 1.0
	for s := range w {
		w[s] = 1 / (float64(n) * c)
		c = math.Round(c * float64(n-1-s) / float64(s+1))
	}
	return w
}

// Shapley gives the Shapley value (Shapley 1953): each player's average
// marginal contribution over all orders of joining. Shares sum to the value of
// all. The work is n·2^n; the error some units in the last place.
func (g *Game) Shapley() ([]float64, error) {
	if err := g.Valid(); err != nil {
		return nil, err
	}
	return shapley(len(g.Players), g.V), nil
}

func shapley(n int, v []float64) []float64 {
	w := ShapleyWeights(n)
	out := make([]float64, n)
	bySize := make([]float64, n)
	for i := range out {
		bit := Coalition(1) << i
		clear(bySize)
		for s := range v {
			if c := Coalition(s); c&bit == 0 {
				bySize[c.Size()] += v[c|bit] - v[s]
			}
		}
		// Summed within a size first: marginals of whole numbers stay exact.
		for s, sum := range bySize {
			out[i] += float64(w[s] * sum)
		}
	}
	return out
}

// Shapley gives the Shapley value in exact fractions.
func (r *RatGame) Shapley() ([]*big.Rat, error) {
	if err := r.valid(); err != nil {
		return nil, err
	}
	n := len(r.Players)
	weight := make([]*big.Rat, n)
	for s := range weight {
		b := new(big.Int).Binomial(int64(n-1), int64(s))
		weight[s] = new(big.Rat).SetFrac(big.NewInt(1), b.Mul(b, big.NewInt(int64(n))))
	}
	out := make([]*big.Rat, n)
	d := new(big.Rat)
	for i := range out {
		bit := Coalition(1) << i
		bySize := make([]big.Rat, n)
		for s := range r.V {
			if c := Coalition(s); c&bit == 0 {
				bySize[c.Size()].Add(&bySize[c.Size()], d.Sub(r.V[c|bit], r.V[s]))
			}
		}
		out[i] = new(big.Rat)
		for s := range bySize {
			out[i].Add(out[i], d.Mul(weight[s], &bySize[s]))
		}
	}
	return out, nil
}

// Banzhaf gives each player's average marginal contribution over all coalitions
// of the others, every coalition alike (Banzhaf 1965, Penrose 1946). The shares
// do not in general sum to the value of all.
func (g *Game) Banzhaf() ([]float64, error) {
	if err := g.Valid(); err != nil {
		return nil, err
	}
	n := len(g.Players)
	out := make([]float64, n)
	for i := range out {
		bit := Coalition(1) << i
		for s, v := range g.V {
			if Coalition(s)&bit == 0 {
				out[i] += g.V[Coalition(s)|bit] - v
			}
		}
		out[i] = math.Ldexp(out[i], 1-n)
	}
	return out, nil
}

// BanzhafNormalised scales the Banzhaf value so that shares sum to the value of
// all. It fails when the unscaled values sum to zero and the game does not.
func (g *Game) BanzhafNormalised() ([]float64, error) {
	x, err := g.Banzhaf()
	if err != nil {
		return nil, err
	}
	return proportional(x, g.V[g.All()], "Banzhaf values")
}

// proportional shares a whole in proportion to weights of either sign.
func proportional(weights []float64, whole float64, what string) ([]float64, error) {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	out := make([]float64, len(weights))
	if sum == 0 {
		if whole == 0 {
			return out, nil
		}
		return nil, fmt.Errorf("%s sum to zero: nothing can be shared in proportion to them", what)
	}
	for i, w := range weights {
		out[i] = whole * (w / sum)
	}
	return out, nil
}

// ShapleyStdErr gives the standard error of each Shapley share from the
// covariance matrix of the coalition values between runs (2^n rows and columns)
// and the number of runs averaged. The Shapley value is linear, so this is
// exact: sqrt(w' C w / runs).
func ShapleyStdErr(n int, cov [][]float64, runs int) ([]float64, error) {
	if n < 1 || n > 13 {
		return nil, fmt.Errorf("%d players: the covariance of all coalitions is for 1 to 13", n)
	}
	if runs < 1 {
		return nil, fmt.Errorf("%d runs: need at least one", runs)
	}
	if len(cov) != 1<<n {
		return nil, fmt.Errorf("covariance of %d coalitions for %d players: need %d", len(cov), n, 1<<n)
	}
	for s, row := range cov {
		if len(row) != 1<<n {
			return nil, fmt.Errorf("row %d of the covariance has %d entries: need %d", s, len(row), 1<<n)
		}
	}
	w := ShapleyWeights(n)
	out := make([]float64, n)
	l := make([]float64, 1<<n)
	for i := range out {
		bit := Coalition(1) << i
		for s := range l {
			if c := Coalition(s); c&bit != 0 {
				l[s] = w[c.Size()-1]
			} else {
				l[s] = -w[c.Size()]
			}
		}
		variance := 0.0
		for s, row := range cov {
			dot := 0.0
			for t, c := range row {
				dot += float64(c * l[t])
			}
			variance += float64(l[s] * dot)
		}
		// Rounding can leave a tiny negative where values cancel exactly.
		out[i] = math.Sqrt(math.Max(variance, 0) / float64(runs))
	}
	return out, nil
}
