package testudo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"testudo/internal/export"
	"testudo/internal/report"
	"testudo/internal/sim"
)

// Replay is one run to look at: laid out in space and time, and in words.
type Replay struct {
	Scene      *export.Scene
	Happenings []report.Happening
}

// Replay plays one run of a posture with its log.
func (w *World) Replay(posture string, seed, run uint64) (*Replay, error) {
	i, err := w.posture(posture)
	if err != nil {
		return nil, err
	}
	p := sim.NewPlayer(w.Board)
	log := new(sim.Log)
	p.Play(i, seed, run, make([]int32, p.Layout().Len()), log)
	return &Replay{export.Lay(w.Theatre, w.Board, i, seed, run, w.Scenario.File.Date, log), report.Narrate(w.Theatre, w.Board, i, log)}, nil
}

// Picks are the ways to choose a run.
var Picks = []string{"best", "worst", "median"}

// Pick chooses a run of a posture among the first so many: that with the fewest
// leakers (best), the most (worst) or the middle number (median), or, with an
// asset, the first in which it is hit. Ties go to the lowest number. progress (nil
// for none) hears how far it has come.
func (w *World) Pick(ctx context.Context, posture, how, asset string, seed uint64, among int, progress func(done, total int)) (run uint64, err error) {
	i, err := w.posture(posture)
	if err != nil {
		return 0, err
	}
	if among < 1 || among > 1_000_000 {
		return 0, fmt.Errorf("a run is chosen among 1 to 1000000, not %d", among)
	}
	hit := -1
	if asset != "" {
		if hit = w.Theatre.Asset(asset); hit < 0 {
			var ids []string
			for k := range w.Theatre.Assets {
				ids = append(ids, w.Theatre.Assets[k].ID)
			}
			return 0, fmt.Errorf("no asset %q in the scenario (allowed: %s)", asset, strings.Join(ids, ", "))
		}
	}
	p := sim.NewPlayer(w.Board)
	l := p.Layout()
	row := make([]int32, l.Len())
	leak := l.At(sim.Leakers, sim.Whole, 0)
	counts := make([]int32, among)
	for r := range counts {
		if r%256 == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if progress != nil {
			progress(r+1, among)
		}
		p.Play(i, seed, uint64(r), row, nil)
		if hit >= 0 && row[l.At(sim.Hits, sim.PerAsset, hit)] > 0 {
			if progress != nil {
				progress(among, among)
			}
			return uint64(r), nil
		}
		counts[r] = row[leak]
	}
	if hit >= 0 {
		return 0, fmt.Errorf("%s is hit in none of the first %d runs", asset, among)
	}
	order := func(better func(a, b int32) bool) uint64 {
		b := 0
		for r := range counts {
			if better(counts[r], counts[b]) {
				b = r
			}
		}
		return uint64(b)
	}
	switch how {
	case "best":
		return order(func(a, b int32) bool { return a < b }), nil
	case "worst":
		return order(func(a, b int32) bool { return a > b }), nil
	case "median":
		sorted := append([]int32(nil), counts...)
		slices.Sort(sorted)
		for r := range counts {
			if counts[r] == sorted[(among-1)/2] {
				return uint64(r), nil
			}
		}
	}
	return 0, fmt.Errorf("unknown way to choose a run %q: allowed are best, worst and median, or hit=ASSET", how)
}
