package burden

import (
	"errors"
	"fmt"
	"math"
)

// Marginals gives what each player adds to all the others together:
// v(N) - v(N without i). In a cost game these are the separable costs; in a game
// of links, the drop-one values of the agreements. They need not sum to the
// whole: two agreements that can stand in for each other are each worth nothing
// here.
func (g *Game) Marginals() ([]float64, error) {
	if err := g.Valid(); err != nil {
		return nil, err
	}
	all := g.All()
	out := make([]float64, g.N())
	for i := range out {
		out[i] = g.V[all] - g.V[all&^(1<<i)]
	}
	return out, nil
}

// Alone gives the value of each player by itself.
func (g *Game) Alone() ([]float64, error) {
	if err := g.Valid(); err != nil {
		return nil, err
	}
	out := make([]float64, g.N())
	for i := range out {
		out[i] = g.V[1<<i]
	}
	return out, nil
}

// SCRB is separable costs, remaining benefits, also called the alternate cost
// avoided method: each bears what it adds, and what is left is shared in
// proportion to the advantage each has from joining (alone minus added).
func (g *Game) SCRB() ([]float64, error) {
	alone, err := g.Alone()
	if err != nil {
		return nil, err
	}
	marginal, _ := g.Marginals()
	return SCRBOf(alone, marginal, g.V[g.All()])
}

// SCRBOf is SCRB from what is usually published: costs (or benefits) alone,
// marginal ones, and the total. The lengths must agree.
func SCRBOf(alone, marginal []float64, total float64) ([]float64, error) {
	if len(alone) != len(marginal) || len(alone) == 0 {
		return nil, fmt.Errorf("%d values alone and %d marginal ones: need as many of each, at least one", len(alone), len(marginal))
	}
	rest, gains := total, 0.0
	for i, m := range marginal {
		rest -= m
		gains += alone[i] - m
	}
	out := make([]float64, len(alone))
	if gains == 0 {
		if math.Abs(rest) > 1e-12*math.Abs(total) {
			return nil, errors.New("SCRB: no player gains by joining, so the rest cannot be shared in proportion to gains")
		}
		copy(out, marginal)
		return out, nil
	}
	for i, m := range marginal {
		out[i] = m + (alone[i]-m)/gains*rest
	}
	return out, nil
}

// ENSC is equal sharing of what marginal contributions leave over (in a cost
// game: equal allocation of the non-separable cost).
func (g *Game) ENSC() ([]float64, error) {
	out, err := g.Marginals()
	if err != nil {
		return nil, err
	}
	equalRest(out, g.V[g.All()])
	return out, nil
}

// EqualSurplus gives each its value alone and an equal part of the rest.
func (g *Game) EqualSurplus() ([]float64, error) {
	out, err := g.Alone()
	if err != nil {
		return nil, err
	}
	equalRest(out, g.V[g.All()])
	return out, nil
}

func equalRest(x []float64, whole float64) {
	for _, v := range x {
		whole -= v
	}
	for i := range x {
		x[i] += whole / float64(len(x))
	}
}

// EqualSplit gives each the same part of the whole.
func (g *Game) EqualSplit() ([]float64, error) {
	if err := g.Valid(); err != nil {
		return nil, err
	}
	out := make([]float64, g.N())
	for i := range out {
		out[i] = g.V[g.All()] / float64(g.N())
	}
	return out, nil
}

// Tau gives the tau value (Tijs 1981), for costs also the cost gap method: from
// its marginal contribution each gives up in proportion to the smallest gap
// between marginals and value of a coalition it belongs to. It fails where the
// game has no such compromise (some gap negative, or the gaps too small for the
// rest), and says so.
func (g *Game) Tau() ([]float64, error) {
	m, err := g.Marginals()
	if err != nil {
		return nil, err
	}
	n := g.N()
	sign := g.sense()
	tol := 1e-12 * g.scale() * float64(n)
	give := make([]float64, n)
	for i := range give {
		give[i] = math.Inf(1)
	}
	var rest float64
	for s := 1; s < len(g.V); s++ {
		gap := -g.V[s]
		members := Coalition(s).Members()
		for _, i := range members {
			gap += m[i]
		}
		gap *= sign
		if gap < -tol {
			return nil, fmt.Errorf("tau value: coalition %s is worth more than its members add to all (gap %.6g): there is no compromise", g.Name(Coalition(s)), gap)
		}
		for _, i := range members {
			give[i] = math.Min(give[i], math.Max(gap, 0))
		}
		rest = math.Max(gap, 0) // the last one is everybody's
	}
	sum := 0.0
	for _, x := range give {
		sum += x
	}
	if sum < rest-tol {
		return nil, fmt.Errorf("tau value: players can give up %.6g together and %.6g is needed: there is no compromise", sum, rest)
	}
	for i := range m {
		if sum > 0 {
			m[i] -= sign * give[i] / sum * rest
		}
	}
	return m, nil
}

// ByKey shares the whole in proportion to a key: gross domestic product,
// population, value defended, the NATO common-funding key. Weights must be
// finite, not negative and not all zero; they need not sum to one.
func (g *Game) ByKey(weights []float64) ([]float64, error) {
	if err := g.Valid(); err != nil {
		return nil, err
	}
	if len(weights) != g.N() {
		return nil, fmt.Errorf("key of %d weights for %d players", len(weights), g.N())
	}
	var errs []error
	sum := 0.0
	for i, w := range weights {
		if !(w >= 0) || w > math.MaxFloat64/64 {
			errs = append(errs, fmt.Errorf("weight of %s is %v: a key holds numbers of zero or more", g.Players[i], w))
		}
		sum += w
	}
	if len(errs) > 0 {
		return nil, joined(errs)
	}
	if sum == 0 {
		return nil, errors.New("all weights of the key are zero")
	}
	return proportional(weights, g.V[g.All()], "weights")
}

// Payment is a transfer between two players.
type Payment struct {
	From, To int
	Amount   float64
}

// Transfers lists payments that turn what each player receives as things fall
// (the damage it is itself spared, the cost it itself bears less others') into
// what it should have. Both must have the same sum. At most n-1 payments, the
// largest payer to the largest creditor first; ties by player.
func Transfers(received, fair []float64) ([]Payment, error) {
	if len(received) != len(fair) {
		return nil, fmt.Errorf("%d amounts received and %d fair ones", len(received), len(fair))
	}
	owes := make([]float64, len(fair))
	sum, size := 0.0, 0.0
	for i := range owes {
		owes[i] = received[i] - fair[i]
		sum += owes[i]
		size = math.Max(size, math.Max(math.Abs(received[i]), math.Abs(fair[i])))
	}
	tol := 1e-9 * size
	if !(math.Abs(sum) <= tol*float64(len(fair)+1)) {
		return nil, fmt.Errorf("amounts received and fair ones differ in sum by %.6g: nobody is there to pay it", sum)
	}
	var out []Payment
	for range owes {
		from, to := 0, 0
		for i, x := range owes {
			if x > owes[from] {
				from = i
			}
			if x < owes[to] {
				to = i
			}
		}
		amount := math.Min(owes[from], -owes[to])
		if amount <= tol {
			break
		}
		out = append(out, Payment{from, to, amount})
		owes[from] -= amount
		owes[to] += amount
	}
	return out, nil
}
