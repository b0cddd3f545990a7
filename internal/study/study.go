// Package study plays a board many times under several postures, on several
// workers, and keeps exact sums. It is the only package below the faces that
// starts goroutines.
package study

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"testudo/internal/sim"
)

// Plan says what to play.
type Plan struct {
	Board    *sim.Board
	Postures []int  // indices into Board.Postures, in the order of the staircase
	Seed     uint64 // the draws are keyed by it: the same seed gives the same result
	First    int    // number of the first run; segments of a study start elsewhere
	Runs     int
	Workers  int // 0: one per processor
	// Precision, if above zero, stops the study at the end of the first batch
	// after which the 95 % interval of the mean number of leakers is no wider
	// than ± Precision under every posture and for every step.
	Precision float64
	// NewPlayer, if set, makes the players of the workers in place of those of
	// the board; it is called by one goroutine.
	NewPlayer func() Player
	// Block is the number of runs a worker takes at a time (0: 50).
	Block int
	// Progress, if set, is called now and then from one goroutine at a time.
	Progress func(done, total int)
}

// Player plays one replication of one posture into a row of counts, as
// sim.Player does.
type Player interface {
	Play(posture int, seed, run uint64, out []int32, log *sim.Log)
}

// Batch is the number of runs between two looks at the precision. It is fixed,
// so that the number of workers cannot change where a study stops.
const Batch = 500

// block is the number of runs a worker takes at a time, unless the plan says.
const block = 50

// Sums are exact: integers, so that the order of adding does not matter.
type Sums struct {
	Sum []int64 `json:"sum"` // per column of the layout
	Sq  []int64 `json:"sq"`  // of the squares
}

func newSums(n int) Sums { return Sums{make([]int64, n), make([]int64, n)} }

// put adds a row. Most columns of most rows are zero, and so are most differences.
func (s *Sums) put(row []int32) {
	sum, sq := s.Sum[:len(row)], s.Sq[:len(row)]
	for i, v := range row {
		if v != 0 {
			x := int64(v)
			sum[i] += x
			sq[i] += x * x
		}
	}
}

// putBetween adds the difference of two rows.
func (s *Sums) putBetween(from, to []int32) {
	sum, sq, from := s.Sum[:len(to)], s.Sq[:len(to)], from[:len(to)]
	for i, v := range to {
		if v != from[i] {
			d := int64(v) - int64(from[i])
			sum[i] += d
			sq[i] += d * d
		}
	}
}

func (s *Sums) add(o Sums) {
	for i := range s.Sum {
		s.Sum[i] += o.Sum[i]
		s.Sq[i] += o.Sq[i]
	}
}

// Level is what a posture gave.
type Level struct {
	Posture int
	Abs     Sums    // the counts themselves
	Step    Sums    // paired difference to the posture before it in the plan (the first: to itself, zero)
	Base    Sums    // paired difference to the first posture
	Leakers []int64 // Leakers[k]: runs with k leakers
	// Worse counts the runs in which more leaked than under the posture before.
	Worse int64
}

// Result is what a study gave.
type Result struct {
	Layout *sim.Layout
	N      int // runs played
	Seed   uint64
	First  int
	Levels []Level
	Met    bool // the asked precision was reached (true if none was asked)
}

// Add adds a further segment of the same plan: the runs that follow this
// result's. Both together are bit for bit what one study of all runs gives.
func (r *Result) Add(o *Result) error {
	if o.Seed != r.Seed || o.First != r.First+r.N || len(o.Levels) != len(r.Levels) || o.Layout.Len() != r.Layout.Len() {
		return fmt.Errorf("%w: the segments do not belong together", ErrPlan)
	}
	for i := range r.Levels {
		if r.Levels[i].Posture != o.Levels[i].Posture {
			return fmt.Errorf("%w: the segments play different postures", ErrPlan)
		}
	}
	tally{r.Levels}.add(tally{o.Levels})
	r.N += o.N
	return nil
}

// ErrPlan is wrapped by errors about the plan itself.
var ErrPlan = errors.New("study")

// Run plays the plan. The result is the same, bit for bit, for any number of
// workers. A cancelled context gives its error and no result.
func Run(ctx context.Context, p Plan) (*Result, error) {
	if p.Runs < 1 {
		return nil, fmt.Errorf("%w: %d runs asked for, at least 1 is needed", ErrPlan, p.Runs)
	}
	if len(p.Postures) == 0 {
		return nil, fmt.Errorf("%w: no posture to play", ErrPlan)
	}
	for _, q := range p.Postures {
		if q < 0 || q >= len(p.Board.Postures) {
			return nil, fmt.Errorf("%w: posture number %d, the board has %d", ErrPlan, q, len(p.Board.Postures))
		}
	}
	workers := p.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	layout := p.Board.Layout()
	total := newTally(len(p.Postures), layout.Len(), len(p.Board.Missiles))
	players := make([]*tallier, workers)
	runs := make([]func(run uint64), workers)
	newPlayer := p.NewPlayer
	if newPlayer == nil {
		newPlayer = func() Player { return sim.NewPlayer(p.Board) }
	}
	size := p.Block
	if size <= 0 {
		size = block
	}
	for w := range players {
		players[w] = &tallier{player: newPlayer(), tally: newTally(len(p.Postures), layout.Len(), len(p.Board.Missiles)), rows: rows(len(p.Postures), layout.Len()), plan: &p, leakers: layout.At(sim.Leakers, sim.Whole, 0)}
		runs[w] = players[w].run
	}
	done := 0
	met := p.Precision <= 0
	for done < p.Runs {
		n := min(Batch, p.Runs-done)
		if p.Precision <= 0 {
			// Nothing to look at between batches: one long one keeps workers busy.
			n = min(p.Runs-done, 64*Batch)
		}
		if err := batch(ctx, runs, size, p.First+done, n, func(k int) {
			if p.Progress != nil {
				p.Progress(done+k, p.Runs)
			}
		}); err != nil {
			return nil, err
		}
		done += n
		if p.Precision > 0 {
			sum := newTally(len(p.Postures), layout.Len(), len(p.Board.Missiles))
			for _, t := range players {
				sum.add(t.tally)
			}
			if sum.halfWidth(layout, int64(done)) <= p.Precision && done >= 2*Batch {
				met = true
				break
			}
		}
	}
	for _, t := range players {
		total.add(t.tally)
	}
	r := &Result{Layout: layout, N: done, Seed: p.Seed, First: p.First, Met: met}
	for k, q := range p.Postures {
		l := total.levels[k]
		l.Posture = q
		r.Levels = append(r.Levels, l)
	}
	return r, nil
}

// batch spreads n runs over the workers in blocks.
func batch(ctx context.Context, players []func(run uint64), size, first, n int, progress func(int)) error {
	var next, done atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, run := range players {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for ctx.Err() == nil {
				at := int(next.Add(int64(size))) - size
				if at >= n {
					return
				}
				m := min(size, n-at)
				for k := 0; k < m; k++ {
					run(uint64(first + at + k))
				}
				k := int(done.Add(int64(m)))
				mu.Lock()
				progress(k)
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	return ctx.Err()
}

type tally struct{ levels []Level }

func newTally(postures, columns, missiles int) tally {
	t := tally{make([]Level, postures)}
	for i := range t.levels {
		t.levels[i] = Level{Abs: newSums(columns), Step: newSums(columns), Base: newSums(columns), Leakers: make([]int64, missiles+1)}
	}
	return t
}

func (t tally) add(o tally) {
	for i := range t.levels {
		a, b := &t.levels[i], &o.levels[i]
		a.Abs.add(b.Abs)
		a.Step.add(b.Step)
		a.Base.add(b.Base)
		for k := range a.Leakers {
			a.Leakers[k] += b.Leakers[k]
		}
		a.Worse += b.Worse
	}
}

// halfWidth is the widest 95 % half-interval of the mean leakers, of the levels
// and of the steps between them.
func (t tally) halfWidth(l *sim.Layout, n int64) float64 {
	c := l.At(sim.Leakers, sim.Whole, 0)
	worst := 0.0
	for i := range t.levels {
		worst = math.Max(worst, math.Max(half(t.levels[i].Abs, c, n), half(t.levels[i].Step, c, n)))
	}
	return worst
}

func half(s Sums, c int, n int64) float64 {
	mean := float64(s.Sum[c]) / float64(n)
	v := float64(s.Sq[c])/float64(n) - mean*mean
	return 1.96 * math.Sqrt(math.Max(v, 0)/float64(n-1))
}

func rows(n, width int) [][]int32 {
	out := make([][]int32, n)
	for i := range out {
		out[i] = make([]int32, width)
	}
	return out
}

// tallier is one worker: a player and its sums.
type tallier struct {
	player  Player
	tally   tally
	rows    [][]int32
	plan    *Plan
	leakers int
}

// run plays one run under every posture and adds it up.
func (t *tallier) run(run uint64) {
	for k, q := range t.plan.Postures {
		t.player.Play(q, t.plan.Seed, run, t.rows[k], nil)
	}
	first := t.rows[0]
	for k := range t.rows {
		row, l := t.rows[k], &t.tally.levels[k]
		prev := t.rows[max(k-1, 0)]
		l.Abs.put(row)
		if k > 0 {
			l.Step.putBetween(prev, row)
			l.Base.putBetween(first, row)
		}
		l.Leakers[row[t.leakers]]++
		if row[t.leakers] > prev[t.leakers] {
			l.Worse++
		}
	}
}
