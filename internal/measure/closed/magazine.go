package closed

import (
	"fmt"
	"math"
)

// maxMagazineWork bounds stock × missiles × shots of a magazine calculation.
const maxMagazineWork = 200_000_000

// MagazineLeakers is the expected number of leakers, and of shots, when W
// missiles come one after the other at a stock of interceptors: each is fired
// at by the doctrine as long as the stock lasts, with what is left when less is
// left. It is exact: the distribution of the stock is carried from missile to
// missile.
func MagazineLeakers(stock, missiles int, k float64, d Doctrine) (leakers, shots float64, err error) {
	curve, err := leakerCurve(stock, missiles, k, d)
	if err != nil {
		return 0, 0, err
	}
	last := curve[missiles]
	return last.leakers, last.shots, nil
}

type spent struct{ leakers, shots float64 }

// leakerCurve gives the expectations after 0, 1, … W missiles.
func leakerCurve(stock, missiles int, k float64, d Doctrine) ([]spent, error) {
	if err := d.check(k); err != nil {
		return nil, err
	}
	if err := count("stock", stock, 0); err != nil {
		return nil, err
	}
	if err := count("missiles", missiles, 0); err != nil {
		return nil, err
	}
	if float64(stock+1)*float64(missiles+1)*float64(d.Rounds) > maxMagazineWork {
		return nil, fmt.Errorf("stock %d against %d missiles is too large for the exact calculation", stock, missiles)
	}
	curve := make([]spent, 1, missiles+1)
	have := make([]float64, stock+1)
	have[stock] = 1
	for w := 0; w < missiles; w++ {
		next := make([]float64, stock+1)
		now := curve[w]
		for s, p := range have {
			if p == 0 {
				continue
			}
			leak := d.engage(s, k, func(used int, q float64) {
				next[s-used] += p * q
				now.shots += p * q * float64(used)
			})
			now.leakers += p * leak
		}
		curve = append(curve, now)
		have = next
	}
	return curve, nil
}

// engage fires at one missile with s interceptors left. It tells done how many
// are used with which probability and gives the probability of leaking.
func (d Doctrine) engage(s int, k float64, done func(used int, p float64)) float64 {
	alive, dead, leak := 1.0, 0.0, 0.0
	used := 0
	for r := 0; r < d.Rounds && alive+dead > 0; r++ {
		n := min(d.PerRound, s-used)
		if n == 0 {
			break
		}
		used += n
		miss := power(1-k, n)
		dead += alive * (1 - miss)
		alive *= miss
		if r < d.Rounds-1 {
			leak += alive * d.FalseKill
			stop := alive*d.FalseKill + dead*(1-d.MissedKill)
			alive *= 1 - d.FalseKill
			dead *= d.MissedKill
			if stop > 0 {
				done(used, stop)
			}
		}
	}
	if rest := alive + dead; rest > 0 {
		done(used, rest)
	}
	return leak + alive
}

// Pooling compares magazines kept apart with the same interceptors in one. With
// salvoes and stocks too small for the attack, pooling can lose: apart, each
// nation ends by firing what is left of a salvo at a missile of its own.
type Pooling struct {
	Separate float64 // expected leakers, each nation with its own
	Pooled   float64 // expected leakers, all from one stock
}

// PoolingFixed compares for an attack split among the nations in a known way.
func PoolingFixed(stocks, attack []int, k float64, d Doctrine) (Pooling, error) {
	if len(stocks) != len(attack) || len(stocks) == 0 {
		return Pooling{}, fmt.Errorf("%d stocks and attacks on %d nations: need as many of each, at least one", len(stocks), len(attack))
	}
	var p Pooling
	stock, missiles := 0, 0
	for i, s := range stocks {
		l, _, err := MagazineLeakers(s, attack[i], k, d)
		if err != nil {
			return Pooling{}, fmt.Errorf("nation %d: %w", i, err)
		}
		p.Separate += l
		stock += s
		missiles += attack[i]
	}
	var err error
	p.Pooled, _, err = MagazineLeakers(stock, missiles, k, d)
	return p, err
}

// PoolingRandom compares when each of W missiles flies at nation i with
// probability share[i], independently; shares sum to one.
func PoolingRandom(stocks []int, share []float64, missiles int, k float64, d Doctrine) (Pooling, error) {
	if len(stocks) != len(share) || len(stocks) == 0 {
		return Pooling{}, fmt.Errorf("%d stocks and %d shares: need as many of each, at least one", len(stocks), len(share))
	}
	sum := 0.0
	for i, q := range share {
		if err := probability(fmt.Sprintf("share of nation %d", i), q); err != nil {
			return Pooling{}, err
		}
		sum += q
	}
	if math.Abs(sum-1) > 1e-9 {
		return Pooling{}, fmt.Errorf("shares sum to %v, not to 1", sum)
	}
	var p Pooling
	stock := 0
	for i, s := range stocks {
		curve, err := leakerCurve(s, missiles, k, d)
		if err != nil {
			return Pooling{}, fmt.Errorf("nation %d: %w", i, err)
		}
		// The number that fly at one nation is binomial, whatever the others
		// get, and expectations add.
		for w, x := range binomial(missiles, share[i]) {
			p.Separate += x * curve[w].leakers
		}
		stock += s
	}
	var err error
	p.Pooled, _, err = MagazineLeakers(stock, missiles, k, d)
	return p, err
}

// binomial lists the probabilities of 0 … n successes. It starts from the most
// likely number, where nothing underflows, and normalises.
func binomial(n int, p float64) []float64 {
	out := make([]float64, n+1)
	switch p {
	case 0:
		out[0] = 1
		return out
	case 1:
		out[n] = 1
		return out
	}
	mode := min(int(float64(n+1)*p), n)
	out[mode] = 1
	sum := 1.0
	for j := mode; j < n; j++ {
		out[j+1] = out[j] * (float64(n-j) / float64(j+1) * (p / (1 - p)))
		sum += out[j+1]
	}
	for j := mode; j > 0; j-- {
		out[j-1] = out[j] * (float64(j) / float64(n-j+1) * ((1 - p) / p))
		sum += out[j-1]
	}
	for j := range out {
		out[j] /= sum
	}
	return out
}
