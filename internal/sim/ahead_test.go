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
// and sensors are lost and sensors full, in many runs or in few, whichever of these
// are counted on, whatever the commands do, and however much is taken to be likely.
func TestPlayingAheadIsPlaying(t *testing.T) {
	text := strings.Replace(allies(ladderOfThree), "count: 4", "count: 12", 1)
	seeing := strings.ReplaceAll(text, "system: blind-site, at", "system: site, at")
	boards := []*sim.Board{compile(t, text), compile(t, seeing), compile(t, strings.Replace(seeing, "system: eye, at", "system: eye, availability: 0.6, at", 1))}
	firstMs, firmMs := map[*sim.Board][]int32{}, map[*sim.Board][]int32{}
	for _, b := range boards {
		for v := range b.Views {
			firstMs[b], firmMs[b] = append(firstMs[b], b.Views[v].Search.TMs[0]), append(firmMs[b], b.Views[v].FirmMs)
		}
	}
	check := func(t *rapid.T) (met happened) {
		b := boards[rapid.IntRange(0, len(boards)-1).Draw(t, "board")]
		lost := func(name string) int32 {
			if rapid.IntRange(0, 3).Draw(t, name+"?") > 0 {
				return sim.Never
			}
			return rapid.Int32Range(0, 400_000).Draw(t, name)
		}
		for v := range b.Views {
			x := &b.Views[v]
			x.FirmMs = firmMs[b][v] + rapid.SampledFrom([]int32{0, 0, 20_000}).Draw(t, "firm later")
			x.Search = curve(t, firstMs[b][v], x.LastMs, "search")
			x.Plain = rapid.IntRange(0, 2).Draw(t, "plain") == 0
			x.Warned, x.Cued = x.Search, x.Search
			if !x.Plain {
				x.Warned, x.Cued = curve(t, firstMs[b][v], x.LastMs, "warned"), curve(t, firstMs[b][v], x.LastMs, "cued")
			}
		}
		pointed := rapid.Bool().Draw(t, "pointed")
		b.Sights = 0
		for q := range b.Postures {
			ps := &b.Postures[q]
			for s := range ps.States {
				ps.Sight[s] = b.Sights
				b.Sights++
				cut := make([]int32, len(b.Sensors))
				for i := range cut {
					cut[i] = lost("link lost")
				}
				for path := range ps.States[s] {
					sever(b, &ps.States[s][path], path, cut)
					point(b, &ps.States[s][path], path, pointed)
				}
			}
		}
		for s := range b.Sensors {
			b.Sensors[s].Capacity = rapid.SampledFrom([]int32{0, 0, 1, 2, 3, 5, 8, 12, 19}).Draw(t, "capacity")
			b.Sensors[s].LostMs = lost("sensor lost")
		}
		over := rapid.SampledFrom([]int32{1000, 120_000, 120_000, 400_000, 1_500_000}).Draw(t, "launched within")
		for i := range b.Missiles {
			b.Missiles[i].OverMs = over
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
		level := uint64(0)
		if rapid.Bool().Draw(t, "other levels") {
			level = math.MaxUint64 - rapid.Uint64Range(1, math.MaxUint64-1).Draw(t, "level")>>rapid.IntRange(0, 8).Draw(t, "high")
		}
		for s := range b.Sensors {
			if rapid.Bool().Draw(t, "doubted") {
				ahead.Doubt(s)
			}
		}
		ahead.Ahead(level)
		met.told, met.open = ahead.Foreseen()
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
		met.settled, met.givenUp = ahead.Settled()
		met.asked, met.split = ahead.Asked(), ahead.Split()
		return met
	}
	rapid.Check(t, func(t *rapid.T) { check(t) })
	// All that forecasts can come to is among these, which are the same each time.
	var all happened
	for seed := range 60 {
		met := rapid.Custom(check).Example(seed)
		all = happened{all.told + met.told, all.open + met.open, all.settled + met.settled, all.givenUp + met.givenUp, all.asked + met.asked, all.split + met.split}
	}
	if all.told == 0 || all.open == 0 || all.settled == 0 || all.givenUp == 0 || all.asked == 0 || all.split == 0 {
		t.Errorf("%+v: the test shows too little", all)
	}
}

// happened is what came of forecasts: engagements told and left open, branches of the
// latter settled and given up, full sensors asked, accounts split by draws.
type happened struct{ told, open, settled, givenUp, asked, split int }

// curve draws a detection curve that finds nothing before a time.
func curve(t *rapid.T, firstMs, lastMs int32, name string) (c sim.Curve) {
	step := rapid.SampledFrom([]int32{100, 5000, 20_000}).Draw(t, name+" step")
	at := firstMs + step*rapid.Int32Range(0, 3).Draw(t, name+" after")
	for n := rapid.IntRange(1, 8).Draw(t, name+" points"); n > 0 && at <= lastMs; n-- {
		c.TMs = append(c.TMs, at)
		at += step
	}
	c.Upto = chances(t, len(c.TMs), name)
	return c
}

// sever lets all ways end, at their time, on which others than a sensor's own nation
// hear of what it finds.
func sever(b *sim.Board, st *sim.PathState, path int, cut []int32) {
	pa := &b.Paths[path]
	for k := range st.Commands {
		c := &st.Commands[k]
		ends := func(feeds []sim.Feed) []sim.Feed {
			feeds = slices.Clone(feeds) // other states share them
			for i := range feeds {
				if s := b.Views[pa.FirstView+feeds[i].View].Sensor; b.Sensors[s].Nation != c.Nation {
					feeds[i].LostMs = cut[s]
				}
			}
			return feeds
		}
		c.Alerts, c.Tracks = ends(c.Alerts), ends(c.Tracks)
		for n := range c.Engs {
			c.Engs[n].Launch, c.Engs[n].Engage = ends(c.Engs[n].Launch), ends(c.Engs[n].Engage)
		}
	}
}

// point lets whatever tells a nation of a path point its radars at it, or nothing.
func point(b *sim.Board, st *sim.PathState, path int, pointed bool) {
	st.Cues = nil
	for _, c := range st.Commands {
		cue := sim.NationCue{Warnings: c.Alerts, Tracks: c.Tracks}
		pa := &b.Paths[path]
		for v, x := range b.Views[pa.FirstView : pa.FirstView+pa.Views] {
			if b.Sensors[x.Sensor].Nation == c.Nation && !x.Plain {
				cue.Views = append(cue.Views, int32(v))
			}
		}
		if pointed && len(cue.Views) > 0 {
			st.Cues = append(st.Cues, cue)
		}
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
