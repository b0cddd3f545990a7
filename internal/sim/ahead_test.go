package sim_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"testudo/internal/sim"
)

// A player that plays by forecasts comes to the same row, in every run, as one
// that works out every missile: whatever the sensors' curves are, wherever links
// and sensors are lost and sensors full, whatever the commands do, and however
// much is taken to be likely.
func TestPlayingAheadIsPlaying(t *testing.T) {
	text := allies(ladderOfThree)
	boards := [2]*sim.Board{compile(t, text), compile(t, strings.ReplaceAll(text, "system: blind-site, at", "system: site, at"))}
	told, open, settled, givenUp := 0, 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		b := boards[rapid.IntRange(0, len(boards)-1).Draw(t, "board")]
		lost := func(name string) int32 {
			if rapid.IntRange(0, 3).Draw(t, name+"?") > 0 {
				return sim.Never
			}
			return rapid.Int32Range(0, 400_000).Draw(t, name)
		}
		for v := range b.Views {
			x := &b.Views[v]
			x.Search.Upto = chances(t, len(x.Search.TMs), "search")
			if x.Plain {
				x.Warned, x.Cued = x.Search, x.Search
			} else {
				x.Warned.Upto, x.Cued.Upto = chances(t, len(x.Warned.TMs), "warned"), chances(t, len(x.Cued.TMs), "cued")
			}
		}
		for s := range b.Sensors {
			b.Sensors[s].Capacity = rapid.SampledFrom([]int32{0, 0, 2, 5, 11}).Draw(t, "capacity")
			b.Sensors[s].LostMs = lost("sensor lost")
		}
		for n := range b.Commands {
			c := &b.Commands[n]
			c.AtOnce, c.Coordinate = rapid.Bool().Draw(t, "at once"), rapid.Bool().Draw(t, "coordinate")
			c.DecisionMs = rapid.Int32Range(0, 60_000).Draw(t, "decision")
		}
		for i := range b.Batteries {
			b.Batteries[i].Rounds, b.Batteries[i].Channels = rapid.Int32Range(0, 20).Draw(t, "rounds"), rapid.Int32Range(0, 3).Draw(t, "channels")
		}
		plain, ahead := sim.NewPlayer(b), sim.NewPlayer(b)
		plain.Plain()
		levels := []uint64(nil)
		if rapid.Bool().Draw(t, "other levels") {
			levels = []uint64{rapid.Uint64Range(1, math.MaxUint64-1).Draw(t, "level")}
		}
		ahead.Ahead(levels...)
		x, y := ahead.Foreseen()
		told, open = told+x, open+y
		n := plain.Layout().Len()
		want, got, full := make([]int32, n), make([]int32, n), make([]int32, n)
		day, log := b.NewDay(), new(sim.Log)
		for i := range day.Rounds {
			day.Rounds[i] /= 2
		}
		for run := range uint64(12) {
			for q := range b.Postures {
				plain.Play(q, 7, run, want, nil)
				ahead.Play(q, 7, run, got, nil)
				if !slices.Equal(want, got) || !slices.Equal(plain.Left(), ahead.Left()) {
					t.Fatalf("run %d, posture %s: another outcome", run, b.Postures[q].ID)
				}
				plain.Play(q, 7, run, full, log)
				if !slices.Equal(want, full) {
					t.Fatalf("run %d, posture %s: with a log another outcome", run, b.Postures[q].ID)
				}
			}
			plain.PlayDay(day, 0, 7, run, want, nil)
			ahead.PlayDay(day, 0, 7, run, got, nil)
			if !slices.Equal(want, got) || !slices.Equal(plain.Left(), ahead.Left()) {
				t.Fatalf("run %d, on a later day: another outcome", run)
			}
		}
		x, y = ahead.Settled()
		settled, givenUp = settled+x, givenUp+y
	})
	if told == 0 || open == 0 || settled == 0 || givenUp == 0 {
		t.Errorf("%d engagements were foreseen, %d left open; of these %d branches settled, %d given up: the test shows too little", told, open, settled, givenUp)
	}
}

// chances draws the heights of a detection curve; it may end surely or not.
func chances(t *rapid.T, n int, name string) []uint64 {
	out := make([]uint64, n)
	for i := range out {
		out[i] = rapid.Uint64().Draw(t, name)
	}
	slices.Sort(out)
	if n > 0 && rapid.IntRange(0, 3).Draw(t, name+" is sure") > 0 {
		from := rapid.IntRange(0, n-1).Draw(t, name+" is sure from")
		for i := from; i < n; i++ {
			out[i] = math.MaxUint64
		}
	}
	return out
}
