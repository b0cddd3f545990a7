package campaign

import (
	"context"
	"fmt"
	"runtime"
	"sort"
	"sync"
	"sync/atomic"

	"testudo/internal/measure/stats"
)

// MaxRuns bounds the runs of a campaign: every run's stocks are kept for their
// quantiles.
const MaxRuns = 20_000

// Options of a study of campaigns.
type Options struct {
	Postures []int // indices into the boards' postures; the first is the base
	Seed     uint64
	Runs     int
	Workers  int
	Progress func(done, total int)
}

// Span is a mean with its 5 and 95 % quantiles over runs.
type Span struct {
	Mean float64 `json:"mean"`
	P5   float64 `json:"p5"`
	P95  float64 `json:"p95"`
}

// Dry tells when a magazine runs dry: in what share of the runs, and of those on
// which day (median, 5 and 95 %).
type Dry struct {
	Share  stats.Interval `json:"share"`
	Median int            `json:"median_day"`
	P5     int            `json:"p5_day"`
	P95    int            `json:"p95_day"`
	Days   []int64        `json:"by_day"` // runs in which it first ends a day empty on day 1, 2, …
}

// StockLine is one nation's rounds of one interceptor by the evening of each day.
type StockLine struct {
	Pool  int
	Start int32
	Days  []Span
	Dry   Dry
}

// DayLine is what one day brought, means over runs.
type DayLine struct {
	Launched, Leakers, Shots, OutOfAction float64
	Share                                 stats.Interval // leakers of those launched
}

// Campaign is what one posture gave. Differences are paired run by run.
type Campaign struct {
	Posture int
	Leakers stats.Interval // over the whole campaign
	Damage  stats.Interval
	Shots   stats.Interval
	Lent    float64
	Base    stats.Interval // leakers, against the first posture
	Pooled  stats.Interval // leakers with stocks pooled, against without
	Dry     stats.Interval // magazines that run dry with stocks pooled, against without
	Stocks  []StockLine
	Days    []DayLine
}

// totals of every run of one posture and variant.
type totals struct {
	leakers, damage, shots, lent []int64
	dry                          []int64
}

func newTotals(n int) totals {
	return totals{make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)}
}

// kept is what is kept of every run of the posture being played.
type kept struct {
	totals
	stock    [][][]int32 // [day][pool][run]
	dryDay   [][]int32   // [pool][run]
	launched []int64     // [day]: sums over runs
	leakers  []int64
	leakSq   []int64 // of the squares
	shots    []int64
	out      []int64
}

// Run plays the campaign under every posture, with stocks apart and pooled, over
// the same dice. The result is the same, bit for bit, for any number of workers.
func Run(ctx context.Context, p *Plan, o Options) ([]Campaign, error) {
	if o.Runs < 2 || o.Runs > MaxRuns {
		return nil, fmt.Errorf("%d runs: allowed are 2 to %d", o.Runs, MaxRuns)
	}
	// Without anything behind the batteries there is nothing to pool.
	kinds := 1
	if p.backed() {
		kinds = 2
	}
	var cells []cell
	for _, q := range o.Postures {
		cells = append(cells, cell{posture: q})
		if kinds == 2 {
			cells = append(cells, cell{q, Variant{Pooled: true}})
		}
	}
	apart, pooled := make([]*kept, len(o.Postures)), make([]totals, len(o.Postures))
	for k := range apart {
		apart[k], pooled[k] = newKept(p, o.Runs), newTotals(o.Runs)
	}
	err := each(ctx, p, cells, o, func(x *player, run int) {
		for k := range o.Postures {
			apart[k].take(run, &x.sides[k*kinds].out)
			pooled[k].take(run, &x.sides[k*kinds+kinds-1].out)
		}
	})
	if err != nil {
		return nil, err
	}
	var out []Campaign
	for k, q := range o.Postures {
		c := apart[k].campaign(p, o.Runs)
		c.Posture = q
		c.Base = Difference(apart[k].totals.leakers, apart[0].totals.leakers)
		c.Pooled = Difference(pooled[k].leakers, apart[k].totals.leakers)
		c.Dry = Difference(pooled[k].dry, apart[k].dry)
		out = append(out, c)
	}
	return out, nil
}

// Totals plays the campaign with stocks apart and gives the leakers and the
// shots of every run, for paired comparisons with another plan.
func Totals(ctx context.Context, p *Plan, posture int, o Options) (leakers, shots []int64, err error) {
	t := newTotals(o.Runs)
	err = each(ctx, p, []cell{{posture: posture}}, o, func(x *player, run int) { t.take(run, &x.sides[0].out) })
	return t.leakers, t.shots, err
}

// each plays runs on workers. What f writes belongs to its run alone, or is a sum
// of whole numbers that is added atomically.
func each(ctx context.Context, p *Plan, cells []cell, o Options, f func(*player, int)) error {
	const block = 4
	workers := o.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next, done atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			x := newPlayer(p, cells)
			for ctx.Err() == nil {
				at := int(next.Add(block)) - block
				if at >= o.Runs {
					return
				}
				n := min(block, o.Runs-at)
				for k := 0; k < n; k++ {
					x.play(o.Seed, uint64(at+k))
					f(x, at+k)
				}
				d := int(done.Add(int64(n)))
				if o.Progress != nil {
					mu.Lock()
					o.Progress(d, o.Runs)
					mu.Unlock()
				}
			}
		}()
	}
	wg.Wait()
	return ctx.Err()
}

func sum(x []int64) (s int64) {
	for _, v := range x {
		s += v
	}
	return s
}

func (t *totals) take(run int, o *Outcome) {
	t.leakers[run], t.damage[run], t.shots[run], t.lent[run] = sum(o.Leakers), sum(o.Damage), sum(o.Shots), o.Lent
	t.dry[run] = 0
	for _, d := range o.DryDay {
		if d > 0 {
			t.dry[run]++
		}
	}
}

func newKept(p *Plan, runs int) *kept {
	k := &kept{totals: newTotals(runs), launched: make([]int64, p.Days), leakers: make([]int64, p.Days), leakSq: make([]int64, p.Days), shots: make([]int64, p.Days), out: make([]int64, p.Days)}
	for d := 0; d < p.Days; d++ {
		var day [][]int32
		for range p.Pools {
			day = append(day, make([]int32, runs))
		}
		k.stock = append(k.stock, day)
	}
	for range p.Pools {
		k.dryDay = append(k.dryDay, make([]int32, runs))
	}
	return k
}

// take keeps a run; only the sums are shared between runs.
func (k *kept) take(run int, o *Outcome) {
	k.totals.take(run, o)
	for d := range o.Stock {
		for i, s := range o.Stock[d] {
			k.stock[d][i][run] = s
		}
		atomic.AddInt64(&k.launched[d], o.Launched[d])
		atomic.AddInt64(&k.leakers[d], o.Leakers[d])
		atomic.AddInt64(&k.leakSq[d], o.Leakers[d]*o.Leakers[d])
		atomic.AddInt64(&k.shots[d], o.Shots[d])
		atomic.AddInt64(&k.out[d], o.OutOfAction[d])
	}
	for i, d := range o.DryDay {
		k.dryDay[i][run] = int32(d)
	}
}

func span(x []int32) Span {
	s := make([]float64, len(x))
	mean := int64(0)
	for i, v := range x {
		s[i] = float64(v)
		mean += int64(v)
	}
	sort.Float64s(s)
	return Span{float64(mean) / float64(len(x)), stats.Quantile(s, 0.05), stats.Quantile(s, 0.95)}
}

func mean(x []int64) stats.Interval {
	var s, sq int64
	for _, v := range x {
		s += v
		sq += v * v
	}
	return stats.Mean(int64(len(x)), s, sq)
}

// Difference is the mean of paired differences with its interval.
func Difference(a, b []int64) stats.Interval {
	d := make([]int64, len(a))
	for i := range d {
		d[i] = a[i] - b[i]
	}
	return mean(d)
}

func (k *kept) campaign(p *Plan, runs int) Campaign {
	n := float64(runs)
	c := Campaign{Leakers: mean(k.totals.leakers), Shots: mean(k.totals.shots), Lent: float64(sum(k.lent)) / n}
	c.Damage = mean(k.damage)
	c.Damage = stats.Interval{Mid: c.Damage.Mid / 1000, Low: c.Damage.Low / 1000, High: c.Damage.High / 1000}
	for d := 0; d < p.Days; d++ {
		x := DayLine{Launched: float64(k.launched[d]) / n, Leakers: float64(k.leakers[d]) / n, Shots: float64(k.shots[d]) / n, OutOfAction: float64(k.out[d]) / n}
		// Missiles of one raid share their luck: the interval is that of the runs'
		// leakers over what is launched, which hardly varies.
		if x.Launched > 0 {
			m := stats.Mean(int64(runs), k.leakers[d], k.leakSq[d])
			x.Share = stats.Interval{Mid: m.Mid / x.Launched, Low: max(0, m.Low/x.Launched), High: min(1, m.High/x.Launched)}
		}
		c.Days = append(c.Days, x)
	}
	for i := range p.Pools {
		l := StockLine{Pool: i, Start: p.Pools[i].Loaded + p.Pools[i].Stock}
		for d := 0; d < p.Days; d++ {
			l.Days = append(l.Days, span(k.stock[d][i]))
		}
		l.Dry.Days = make([]int64, p.Days)
		var days []float64
		for _, d := range k.dryDay[i] {
			if d > 0 {
				days = append(days, float64(d))
				l.Dry.Days[d-1]++
			}
		}
		l.Dry.Share = stats.ClopperPearson(int64(len(days)), int64(runs))
		if len(days) > 0 {
			sort.Float64s(days)
			l.Dry.Median, l.Dry.P5, l.Dry.P95 = int(stats.Quantile(days, 0.5)), int(stats.Quantile(days, 0.05)), int(stats.Quantile(days, 0.95))
		}
		c.Stocks = append(c.Stocks, l)
	}
	return c
}
