package testudo

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"testudo/internal/catalog"
	"testudo/internal/measure"
	"testudo/internal/report"
)

// The runs of a swing: all figures are tried with few, the ones that move most
// are played again with more.
const (
	swingTry  = 200
	swingRuns = 2000
	// SwingShown is the number of figures a report shows.
	SwingShown = 12
)

// Swings moves each main figure of the catalogue that has a spread to its low and its high end, one at a time and
// over the same dice, and gives the gain from the first posture of a comparison
// to the one under which fewest arrive. load compiles the scenario under further
// overrides of the form path=value.
func (w *World) Swings(ctx context.Context, c *Comparison, load func(sets ...string) (*World, error), o Options) (*report.Swings, error) {
	if len(c.Rows) < 2 {
		return nil, nil
	}
	best := report.Best(c)
	out := &report.Swings{From: c.Rows[0].Posture, To: c.Rows[best].Posture, Tried: swingTry, Runs: swingRuns}
	if best == 0 {
		return nil, nil
	}
	play := func(w *World, runs int) (measure.Figure, error) {
		r, err := w.Compare(ctx, []string{out.From, out.To}, Options{Seed: o.Seed, Runs: runs, Workers: 1})
		if err != nil {
			return measure.Figure{}, err
		}
		return measure.Gain(r), nil
	}
	var rows []catalog.LedgerRow
	for _, r := range w.Scenario.File.Book.Ledger(w.Theatre.Used).Rows {
		if (r.Low != "" || r.High != "") && bears(r.Figure) {
			rows = append(rows, r)
		}
	}
	var err error
	if out.Base, err = play(w, swingRuns); err != nil {
		return nil, err
	}
	// try plays both ends of some figures; one that does not load or fly there is
	// left out and named.
	try := func(rows []catalog.LedgerRow, runs int, base measure.Figure, progress func(int)) ([]measure.Swing, []string, error) {
		all, bad := make([]measure.Swing, len(rows)), make([]error, len(rows))
		var wait sync.WaitGroup
		var lock sync.Mutex
		next, done := 0, 0
		workers := o.Workers
		if workers <= 0 {
			workers = runtime.GOMAXPROCS(0)
		}
		for range min(workers, len(rows)) {
			wait.Go(func() {
				for {
					lock.Lock()
					i := next
					next++
					lock.Unlock()
					if i >= len(rows) || ctx.Err() != nil {
						return
					}
					r := rows[i]
					all[i] = measure.Swing{Entry: r.Entry, Figure: r.Figure, Value: r.Value, Low: r.Low, High: r.High, Assumed: r.Assumed, AtLow: base, AtHigh: base}
					for _, end := range []struct {
						text string
						to   *measure.Figure
					}{{r.Low, &all[i].AtLow}, {r.High, &all[i].AtHigh}} {
						if end.text == "" || bad[i] != nil {
							continue
						}
						var v *World
						if v, bad[i] = load(fmt.Sprintf("catalog.%s.%s=%s", r.Entry, r.Figure, end.text)); bad[i] != nil {
							// An entry of the scenario's own is a part of its file.
							v, bad[i] = load(fmt.Sprintf("catalog.%s.figures.%s.value=%s", r.Entry, r.Figure, end.text))
						}
						if bad[i] == nil {
							*end.to, bad[i] = play(v, runs)
						}
					}
					lock.Lock()
					done++
					if progress != nil {
						progress(done)
					}
					lock.Unlock()
				}
			})
		}
		wait.Wait()
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		var good []measure.Swing
		var left []string
		for i := range all {
			if bad[i] != nil {
				left = append(left, rows[i].Entry+"."+rows[i].Figure)
				continue
			}
			good = append(good, all[i])
		}
		return good, left, nil
	}
	few, err := play(w, swingTry)
	if err != nil {
		return nil, err
	}
	var progress func(int)
	if o.Progress != nil {
		progress = func(n int) { o.Progress(n, len(rows)+SwingShown) }
	}
	first, left, err := try(rows, swingTry, few, progress)
	if err != nil {
		return nil, err
	}
	out.Figures, out.Left = len(rows), left
	measure.SortSwings(first)
	byName := map[string]catalog.LedgerRow{}
	for _, r := range rows {
		byName[r.Entry+"."+r.Figure] = r
	}
	var again []catalog.LedgerRow
	for i := range first {
		if len(again) == SwingShown || first[i].Span() == 0 {
			break
		}
		again = append(again, byName[first[i].Entry+"."+first[i].Figure])
	}
	out.Moving = 0
	for i := range first {
		if first[i].Span() > 0 {
			out.Moving++
		}
	}
	if progress != nil {
		progress = func(n int) { o.Progress(len(rows)+n, len(rows)+SwingShown) }
	}
	if out.Rows, _, err = try(again, swingRuns, out.Base, progress); err != nil {
		return nil, err
	}
	if o.Progress != nil {
		o.Progress(1, 1)
	}
	measure.SortSwings(out.Rows)
	return out, nil
}

// bears reports whether a figure is tried: the chances, reaches, speeds and delays
// of weapons, sensors and missiles. Prices and stocks bear on nobody's survival;
// figures that only shape a beam or restate another (a reference cross-section
// beside its range) move less than those.
func bears(figure string) bool {
	switch figure {
	case "kill-probability", "discrimination", "reliability", "common-mode", "reach", "min-altitude", "max-altitude", "burnout-speed", "basket", "reaction-time", "channels", "salvo",
		"reference-range", "cue-factor", "delay", "detection-probability", "range", "ballistic-coefficient", "rcs", "cep":
		return true
	}
	return false
}
