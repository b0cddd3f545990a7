package witness

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"testudo/internal/sim"
	"testudo/internal/study"
	"testudo/internal/track"
)

// Where detection is certain, the track firm at once and the handover given, the
// witness has nothing to add: it plays the board's outcomes, bit for bit.
func TestTextbookIsTheBoardsOutcome(t *testing.T) {
	for _, name := range []string{"textbook/closed-form.yaml", "textbook/magazines.yaml", "textbook/magazines-even-split.yaml"} {
		th, b := shipped(t, name, "")
		dice, row := sim.NewPlayer(b), make([]int32, b.Layout().Len())
		shots := int32(0)
		for k, got := range witnessed(New(th, b, EKF), b, 20) {
			dice.Play(int(b.Ladder[k%len(b.Ladder)]), 7, uint64(k/len(b.Ladder)), row, nil)
			if !slices.Equal(got, row) {
				t.Fatalf("%s, row %d: witness %v, board %v", name, k, got, row)
			}
			shots += row[b.Layout().At(sim.Shots, sim.Whole, 0)]
		}
		if shots == 0 {
			t.Errorf("%s: nobody shot", name)
		}
	}
}

// The probability that nothing leaks is Wilkening's closed form,
// P [1-(1-k)^n]^W with k = 0.7, n = 4, P = 0.95, W = 4: 0.919592 (Science &
// Global Security 8 (1999) 183). 2,000 runs: standard error 0.0061, allowed four.
func TestValidateClosedForm(t *testing.T) {
	th, b := shipped(t, "textbook/closed-form.yaml", "four")
	p := New(th, b, EKF).NewPlayer()
	row, none := make([]int32, b.Layout().Len()), 0
	for run := range uint64(2000) {
		p.Play(0, 3, run, row, nil)
		none += int(row[b.Layout().At(sim.NoLeaker, sim.Whole, 0)])
	}
	if got, want := float64(none)/2000, 0.919592; math.Abs(got-want) > 0.0244 {
		t.Errorf("P(no leaker) %.4f, closed form %.4f", got, want)
	}
}

// Any number of workers gives the same counts, of outcomes and of the witness.
func TestAnyNumberOfWorkersGivesTheSame(t *testing.T) {
	th, b := shipped(t, "europe-epaa.yaml", "")
	play := func(workers int) (*study.Result, Tally) {
		w := New(th, b, EKF)
		r, err := study.Run(context.Background(), study.Plan{Board: b, Postures: []int{0, len(b.Postures) - 1}, Seed: 5, Runs: 6, Workers: workers, Block: 1, NewPlayer: func() study.Player { return w.NewPlayer() }})
		if err != nil {
			t.Fatal(err)
		}
		return r, w.Tally()
	}
	one, counted := play(1)
	if counted.Handovers == 0 || counted.Echoes == 0 {
		t.Fatalf("nothing happened: %+v", counted)
	}
	for _, workers := range []int{2, 5} {
		r, c := play(workers)
		if c != counted {
			t.Errorf("%d workers: %+v, one worker: %+v", workers, c, counted)
		}
		for k := range r.Levels {
			if !slices.Equal(r.Levels[k].Abs.Sum, one.Levels[k].Abs.Sum) || !slices.Equal(r.Levels[k].Base.Sq, one.Levels[k].Base.Sq) {
				t.Errorf("%d workers: posture %d differs", workers, k)
			}
		}
	}
}

// With measurements without error, the tracks are where the missiles are: the
// error of every prediction at handover is that of the arithmetic, metres where
// the noise makes hundreds.
func TestWithoutNoiseTheTracksAreTheTruth(t *testing.T) {
	th, b := shipped(t, "pacific-homeland.yaml", "")
	w := New(th, b, EKF)
	w.noise = 0
	p := w.NewPlayer()
	row := make([]int32, b.Layout().Len())
	p.Play(int(b.Ladder[0]), 7, 1, row, nil)
	n, worst := 0, 0.0
	for _, x := range p.predictions {
		if x.ok {
			n++
			worst = math.Max(worst, math.Sqrt(x.miss[0]*x.miss[0]+x.miss[1]*x.miss[1]+x.miss[2]*x.miss[2]))
		}
	}
	if n == 0 || worst > 20 {
		t.Errorf("%d predictions, worst error %.2f m: allowed 20 m", n, worst)
	}
	if p.count.Swapped != 0 || p.count.Misjudged != 0 {
		t.Errorf("mistakes without noise: %+v", p.count)
	}
}

// nees gives the normalised squared errors of the tracks above the air after
// so many echoes: one state of each, so that they are independent but for the
// missile's class.
func nees(p *Player, b *sim.Board, runs, echoes int) (sum float64, n int) {
	row := make([]int32, b.Layout().Len())
	for run := range runs {
		p.Play(int(b.Ladder[0]), 11, uint64(run), row, nil)
		for s := range b.Sensors {
			if p.w.theatre.Sensors[s].Radar == nil {
				continue
			}
			q := p.picture(s)
			for missile, list := range q.index {
				if len(list) < echoes {
					continue
				}
				e := q.snaps[list[echoes-1]].estimate()
				x := p.trueState(missile, e.t)
				if math.Sqrt(x[0]*x[0]+x[1]*x[1]+x[2]*x[2]) < p.w.motion.flight.clear {
					continue
				}
				for i := range x {
					x[i] -= e.x[i]
				}
				sum += track.SquaredError(track.N, &x, &e.p)
				n++
			}
		}
	}
	return sum, n
}

// Without fading the filters' covariance is that of their errors: the mean
// normalised squared error of seven states is 7, within the chi-square bounds of
// Bar-Shalom, Li & Kirubarajan (2001), section 5.4, here at 99.99 % and with a
// tenth for the tracks of one missile, which share what is known of its class.
func TestValidateFiltersAreConsistent(t *testing.T) {
	th, b := shipped(t, "europe-epaa.yaml", "")
	for _, f := range []Filter{EKF, UKF} {
		w := New(th, b, f)
		w.fadeS = 0
		sum, n := nees(w.NewPlayer(), b, 6, 40)
		lo, hi, err := track.MeanBounds(track.N, max(n, 1), 0.9999)
		if err != nil {
			t.Fatal(err)
		}
		if mean := sum / float64(n); n < 200 || mean < 0.9*lo || mean > 1.1*hi {
			t.Errorf("%s: mean %.2f of %d states, allowed %.2f to %.2f", f, mean, n, 0.9*lo, 1.1*hi)
		}
	}
}

// Noise twice what the filter is told is found out by the same test: it can fail.
func TestConsistencyFindsAnOptimist(t *testing.T) {
	th, b := shipped(t, "europe-epaa.yaml", "")
	w := New(th, b, EKF)
	w.fadeS, w.noise = 0, 2
	sum, n := nees(w.NewPlayer(), b, 1, 40)
	if mean := sum / float64(n); mean < 14 {
		t.Errorf("twice the noise: mean %.2f of %d states, expected 28 and more", mean, n)
	}
}

// Twenty missiles in one salvo fly close, and radars mistake one for another;
// spread over an hour they do not.
func TestMistakesOfAssociationHappenAndAreCounted(t *testing.T) {
	count := func(over string) Tally {
		th, b := shipped(t, "northeast-asia-2014.yaml", "nodongs-at-japan", "raids.nodongs-at-japan.groups.0.over="+over)
		w := New(th, b, EKF)
		witnessed(w, b, 1)
		return w.Tally()
	}
	salvo, spread := count("10 s"), count("1 h")
	if salvo.Swapped == 0 || salvo.Swapped*20 > salvo.Echoes {
		t.Errorf("salvo: %d of %d echoes from another missile; expected some, but few", salvo.Swapped, salvo.Echoes)
	}
	if spread.Swapped*10 > salvo.Swapped {
		t.Errorf("spread over an hour: %d mistakes, in one salvo: %d", spread.Swapped, salvo.Swapped)
	}
}

// A warning or a cue that comes earlier never finds a missile later.
func TestEarlierPointingNeverFindsLater(t *testing.T) {
	th, b := shipped(t, "europe-epaa.yaml", "")
	p := New(th, b, EKF).NewPlayer()
	rapid.Check(t, func(r *rapid.T) {
		p.run = rapid.Uint64Range(0, 1000).Draw(r, "run")
		i := rapid.IntRange(0, len(b.Missiles)-1).Draw(r, "missile")
		_, path, start := p.dice.Raid(0, p.seed, p.run)
		p.path = path
		p.begins(start)
		if p.path[i] < 0 {
			return
		}
		views := p.w.views[p.path[i]]
		v := &views[rapid.IntRange(0, len(views)-1).Draw(r, "view")]
		if v.watch == nil {
			return
		}
		last := rapid.Float64Range(0, 1500)
		w, c := last.Draw(r, "warned"), last.Draw(r, "cued")
		t1 := p.find(i, v, w, c)
		t0 := p.find(i, v, w-last.Draw(r, "sooner"), c-last.Draw(r, "sooner still"))
		if t0 > t1 {
			r.Fatalf("found at %g, with earlier pointing at %g", t1, t0)
		}
		if f1, f0 := p.firm(i, v, t1), p.firm(i, v, t0); f0 > f1 || f0 < t0+v.firmS {
			r.Fatalf("firm at %g, found earlier at %g", f1, f0)
		}
	})
}
