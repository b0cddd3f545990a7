package burden

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Batches carries the sampling error of simulated values: the same runs, cut
// into batches of equal size, give one table of coalition values each. All
// coalitions of a batch come from the same dice, so that errors which move all
// values together cancel in the shares.
type Batches struct {
	Players []string
	V       [][]float64 // batches × coalitions, each the mean of the batch's runs
	Cost    bool
}

// NewBatches checks and makes batches of a benefit game; set Cost for costs. At
// least two batches are needed for an error; twenty or more make a good one.
func NewBatches(players []string, v [][]float64) (*Batches, error) {
	b := &Batches{Players: players, V: v}
	return b, b.valid()
}

func (b *Batches) valid() error {
	if len(b.V) < 2 {
		return fmt.Errorf("%d batches: need at least two for an error", len(b.V))
	}
	var errs []error
	for k, v := range b.V {
		if err := (&Game{b.Players, v, b.Cost}).Valid(); err != nil {
			errs = append(errs, fmt.Errorf("batch %d: %w", k, err))
		}
	}
	return joined(errs)
}

// Mean is the game of the values averaged over all batches.
func (b *Batches) Mean() (*Game, error) {
	if err := b.valid(); err != nil {
		return nil, err
	}
	return &Game{b.Players, b.mean(-1), b.Cost}, nil
}

// mean averages the batches but one (or all, for -1), in the order of batches.
func (b *Batches) mean(but int) []float64 {
	out := make([]float64, len(b.V[0]))
	n := 0.0
	for k, v := range b.V {
		if k == but {
			continue
		}
		n++
		for s, x := range v {
			out[s] += x
		}
	}
	for s := range out {
		out[s] /= n
	}
	return out
}

// Estimate is a share-out with its sampling error.
type Estimate struct {
	Share  []float64 // of the mean game
	StdErr []float64
	df     int
}

// Interval gives the 95 % Student-t interval of player i's share.
func (e Estimate) Interval(i int) (low, high float64) {
	h := student(0.975, e.df) * e.StdErr[i]
	return e.Share[i] - h, e.Share[i] + h
}

func student(p float64, df int) float64 {
	if df < 1 {
		return math.Inf(1)
	}
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(df)}.Quantile(p)
}

// Shares applies a rule to the mean game and finds the standard errors by
// leaving out one batch at a time (jackknife). For linear rules, such as the
// Shapley and Myerson values, that is exactly the standard error of the mean of
// the batches' shares; for the nucleolus and other rules with corners it is the
// usual approximation.
func (b *Batches) Shares(rule Rule) (Estimate, error) {
	e, _, err := b.jackknife(rule)
	return e, err
}

// jackknife also gives the replicates: shares without each batch.
func (b *Batches) jackknife(rule Rule) (Estimate, [][]float64, error) {
	if rule == nil {
		return Estimate{}, nil, errors.New("no rule")
	}
	g, err := b.Mean()
	if err != nil {
		return Estimate{}, nil, err
	}
	x, err := rule(g)
	if err != nil {
		return Estimate{}, nil, err
	}
	reps := make([][]float64, len(b.V))
	for k := range reps {
		reps[k], err = rule(&Game{b.Players, b.mean(k), b.Cost})
		if err != nil {
			return Estimate{}, nil, fmt.Errorf("without batch %d: %w", k, err)
		}
	}
	se := make([]float64, len(x))
	one := make([]float64, len(reps))
	for i := range se {
		for k, r := range reps {
			one[k] = r[i]
		}
		se[i] = jackknifeErr(one)
	}
	return Estimate{Share: x, StdErr: se, df: len(b.V) - 1}, reps, nil
}

func jackknifeErr(reps []float64) float64 {
	n := float64(len(reps))
	mean, same := 0.0, true
	for _, x := range reps {
		mean += x
		same = same && x == reps[0]
	}
	if same {
		return 0
	}
	mean /= n
	ss := 0.0
	for _, x := range reps {
		ss += float64((x - mean) * (x - mean))
	}
	return math.Sqrt(ss * (n - 1) / n)
}

// Verdict says whether a share-out is in the core, as far as the runs can tell.
type Verdict string

// Verdicts. InCore: no coalition gains, even at the upper ends of the
// intervals. Blocked: some coalition gains, even at the lower end. Undecided:
// the runs do not tell.
const (
	InCore    Verdict = "in the core"
	Blocked   Verdict = "blocked"
	Undecided Verdict = "undecided"
)

// Doubt is an objection with its sampling error.
type Doubt struct {
	Objection
	StdErr float64
	Sure   bool // positive at the lower end of the interval
}

// CoreTest is the outcome of the core test under sampling error.
type CoreTest struct {
	Estimate // the shares tested
	Verdict  Verdict
	// Worst is the coalition with the largest excess if none objects for sure;
	// otherwise the one that objects most of those that do.
	Worst Doubt
}

// Core tests the shares of a rule against every coalition at 95 % for all of
// them together (Bonferroni), so that "blocked" is said wrongly in at most one
// report of twenty. The error of an excess v(S) - x(S) is found with the shares
// recomputed for every batch left out, since shares and values move together.
func (b *Batches) Core(rule Rule) (CoreTest, error) {
	e, reps, err := b.jackknife(rule)
	if err != nil {
		return CoreTest{}, err
	}
	g, _ := b.Mean()
	if err := g.shared(e.Share); err != nil {
		return CoreTest{}, err
	}
	out := CoreTest{Estimate: e, Verdict: InCore, Worst: Doubt{Objection: Objection{Excess: math.Inf(-1)}}}
	if g.N() == 1 {
		return out, nil
	}
	games := make([]*Game, len(reps))
	for k := range games {
		games[k] = &Game{b.Players, b.mean(k), b.Cost}
	}
	tol := 1000 * g.tolerance(e.Share)
	t := student(1-0.05/float64(len(g.V)-2), e.df)
	one := make([]float64, len(reps))
	for _, c := range bySize(g.N()) {
		if c == 0 || c == g.All() {
			continue
		}
		for k, h := range games {
			one[k] = h.excess(c, reps[k])
		}
		d := Doubt{Objection: Objection{c, g.excess(c, e.Share)}, StdErr: jackknifeErr(one)}
		d.Sure = d.Excess-t*d.StdErr > tol
		if !d.Sure && out.Verdict == InCore && d.Excess+t*d.StdErr > tol {
			out.Verdict = Undecided
		}
		if d.Sure {
			out.Verdict = Blocked
		}
		if d.Sure && !out.Worst.Sure || d.Sure == out.Worst.Sure && d.Excess > out.Worst.Excess+tol/1000 {
			out.Worst = d
		}
	}
	return out, nil
}
