package verify

import (
	"context"
	"fmt"
	"io/fs"
	"math"
	"strings"

	"testudo/internal/sense"
	"testudo/internal/sim"
	"testudo/internal/study"
	"testudo/internal/theatre"
	"testudo/internal/witness"
	"testudo/scenarios"
)

// The bounds within which the board and the witness are said to agree. They come
// from what the board leaves out (half a search frame and two looks in time) and
// from what an analyst would still call the same (a twentieth of what is shot
// down or leaks); they do not follow the figures.
const (
	firmBoundS     = 7.0  // s: half of a search frame of 10 s, and two looks
	killBound      = 0.05 // of the missiles engaged
	leakBound      = 0.05 // of the missiles that flew
	handoverBound  = 0.03
	tenthBound     = 0.1
	leastNEES      = 0.3 // fading alone makes 0.5: the board forgets what a flight without manoeuvre keeps
	mostNEES       = 1.7
	agreementSeed  = 2014
	agreementRuns  = 8  // of the quick scenarios, unless more are asked for
	agreementLimit = 40 // missiles in a raid: larger ones are played only when runs are asked for
)

// beside plays every posture twice over the same raid: on the board, then by the
// witness, so that the study pairs them.
type beside struct {
	board *sim.Player
	long  *witness.Player
	odd   bool
}

func (b *beside) Play(posture int, seed, run uint64, out []int32, log *sim.Log) {
	if b.odd = !b.odd; b.odd {
		b.board.Play(posture, seed, run, out, log)
		return
	}
	b.long.Play(posture, seed, run, out, log)
}

// rung is what both say of one posture.
type rung struct {
	posture         string
	flew            float64    // missiles per run
	firm            [2]float64 // s before impact, of the missiles with a firm track
	kill            [2]float64 // per missile engaged
	leak            [2]float64 // per run
	leakHalf        float64    // half the 95 % interval of the paired difference
	tracked, struck [2]float64 // missiles per run: with a firm track, killed
}

// playBoth plays a raid both ways.
func playBoth(t *theatre.Theatre, runs int, progress func(done, total int)) ([]rung, *witness.Account, error) {
	b, err := sim.Compile(t)
	if err != nil {
		return nil, nil, err
	}
	w := witness.New(t, b, witness.EKF)
	var list []int
	for _, q := range b.Ladder {
		list = append(list, int(q), int(q))
	}
	r, err := study.Run(context.Background(), study.Plan{Board: b, Postures: list, Seed: agreementSeed, Runs: runs, Block: 1, Progress: progress,
		NewPlayer: func() study.Player { return &beside{board: sim.NewPlayer(b), long: w.NewPlayer()} }})
	if err != nil {
		return nil, nil, err
	}
	l, n := r.Layout, float64(r.N)
	whole := func(k sim.Kind, s study.Sums) float64 { return float64(s.Sum[l.At(k, sim.Whole, 0)]) }
	assets := func(k sim.Kind, s study.Sums) (x float64) {
		for a := range b.Assets {
			x += float64(s.Sum[l.At(k, sim.PerAsset, a)])
		}
		return x
	}
	var out []rung
	for k := 0; k < len(list); k += 2 {
		g := rung{posture: b.Postures[list[k]].ID, flew: whole(sim.Launched, r.Levels[k].Abs) / n}
		for j := range 2 {
			s := r.Levels[k+j].Abs
			g.firm[j] = assets(sim.FirmTime, s) / 10 / math.Max(1, assets(sim.FirmCount, s))
			g.kill[j] = whole(sim.Killed, s) / math.Max(1, whole(sim.Engaged, s))
			g.leak[j] = whole(sim.Leakers, s) / n
			g.tracked[j], g.struck[j] = assets(sim.FirmCount, s)/n, whole(sim.Killed, s)/n
		}
		d := r.Levels[k+1].Step
		mean := whole(sim.Leakers, d) / n
		if n > 1 {
			g.leakHalf = 1.96 * math.Sqrt(math.Max(0, float64(d.Sq[l.At(sim.Leakers, sim.Whole, 0)])/n-mean*mean)/(n-1))
		}
		out = append(out, g)
	}
	return out, w.Account(), nil
}

// agreement plays the shipped scenarios on the board and by the witness.
func agreement(c *collector) error {
	names, err := fs.Glob(scenarios.FS, "*.yaml")
	if err != nil {
		return err
	}
	more, err := fs.Glob(scenarios.FS, "textbook/*.yaml")
	if err != nil {
		return err
	}
	runs := c.witnessRuns
	if runs <= 0 {
		runs = agreementRuns
	}
	for _, name := range append(more, names...) {
		f, err := file(name)
		if err != nil {
			return err
		}
		t, err := theatre.Resolve(f, theatre.Options{})
		if err != nil {
			return err
		}
		if c.witnessRuns <= 0 && len(t.Missiles) > agreementLimit && !strings.HasPrefix(name, "textbook/") {
			continue
		}
		if err := c.agree(strings.TrimSuffix(name, ".yaml"), t, runs); err != nil {
			return err
		}
	}
	return nil
}

// strains are changes that take a scenario to where the board's short cuts wear
// thin. They show the limits; no figure of a shipped scenario rests on them.
var strains = []struct {
	name  string
	apply func(t *theatre.Theatre)
}{
	{"radars ten times coarser", func(t *theatre.Theatre) { radars(t, func(r *sense.Radar) { r.AngleAccuracy *= 10 }) }},
	{"a search frame of a minute", func(t *theatre.Theatre) { radars(t, func(r *sense.Radar) { r.Revisit = 60 }) }},
	{"seekers with a fiftieth of the basket", func(t *theatre.Theatre) {
		for b := range t.Batteries {
			t.Batteries[b].Kill.BasketM /= 50
		}
	}},
	{"all launched within five seconds", func(t *theatre.Theatre) {
		for i := range t.Missiles {
			t.Missiles[i].StartS, t.Missiles[i].OverS = 0, 5
		}
	}},
}

func radars(t *theatre.Theatre, change func(r *sense.Radar)) {
	for s := range t.Sensors {
		if r := t.Sensors[s].Radar; r != nil {
			change(r)
		}
	}
}

// strained is the scenario the strains are put on: it is quick to witness.
const strained = "europe-epaa"

func underStrain(c *collector) error {
	f, err := file(strained + ".yaml")
	if err != nil {
		return err
	}
	for _, s := range strains {
		t, err := theatre.Resolve(f, theatre.Options{})
		if err != nil {
			return err
		}
		s.apply(t)
		if err := c.agree(s.name, t, max(c.witnessRuns, agreementRuns)); err != nil {
			return err
		}
	}
	return nil
}

// agree plays one scenario both ways and sets the figures side by side, of each
// the rung of the ladder where they differ most.
func (c *collector) agree(name string, t *theatre.Theatre, runs int) error {
	rungs, seen, err := playBoth(t, runs, func(done, total int) { c.note(fmt.Sprintf("%s, %d of %d runs", name, done, total)) })
	if err != nil {
		return err
	}
	c.rows(name, fmt.Sprintf("the witness (extended filter), %d runs, seed %d, default raid", runs, agreementSeed), rungs, seen)
	return nil
}

// rows writes the figures of one scenario.
func (c *collector) rows(name, source string, rungs []rung, seen *witness.Account) {
	worst := func(of func(g *rung) float64) *rung {
		out := &rungs[0]
		for k := range rungs {
			if of(&rungs[k]) > of(out) {
				out = &rungs[k]
			}
		}
		return out
	}
	row := func(what, unit string, ours, theirs, bound float64, why string) {
		c.set(Agreement, source, why)
		c.check(name+", "+what, unit, figures(ours), figures(theirs), bound)
	}
	off := func(x [2]float64) float64 { return math.Abs(x[0] - x[1]) }
	if g := worst(func(g *rung) float64 { return off(g.firm) }); g.firm[0] > 0 {
		row("firm track before impact, "+g.posture, "s", g.firm[0], g.firm[1], firmBoundS, whyFirm)
	}
	if g := worst(func(g *rung) float64 { return off(g.kill) }); g.kill[0] > 0 || g.kill[1] > 0 {
		row("kills per missile engaged, "+g.posture, "", g.kill[0], g.kill[1], killBound+g.leakHalf/math.Max(1, g.flew), whyKill)
	}
	g := worst(func(g *rung) float64 { return off(g.leak) })
	row("leakers, "+g.posture, "", g.leak[0], g.leak[1], leakBound*g.flew+g.leakHalf, whyLeak)
	if first, last := &rungs[0], &rungs[len(rungs)-1]; len(rungs) > 1 {
		row("leakers prevented, "+first.posture+" to "+last.posture, "", first.leak[0]-last.leak[0], first.leak[1]-last.leak[1], leakBound*g.flew+first.leakHalf+last.leakHalf, whyLeak)
	}
	if seen.Handovers > 0 {
		actual, _, board := seen.Handover()
		row("error inside the basket", "", board, actual, handoverBound, whyHandover)
		tenth, said := seen.Tenth()
		row("error inside a tenth of the basket", "", said, tenth, tenthBound, whyTenth)
		_, _, belief := seen.NEES()
		row("NEES at handover, per dimension", "", (leastNEES+mostNEES)/2, belief, (mostNEES-leastNEES)/2, whyNEES)
	}
}

// figures rounds to four figures: more would be noise.
func figures(x float64) float64 {
	if x == 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return x
	}
	scale := math.Pow(10, 3-math.Floor(math.Log10(math.Abs(x))))
	return math.Round(x*scale) / scale
}

const (
	whyFirm     = "bound: half a search frame of 10 s and two looks; the board detects at the end of the frame, the witness at the look itself"
	whyKill     = "bound: a twentieth, and the sampling error of these runs; in the witness all rounds of a salvo share one estimate"
	whyLeak     = "bound: a twentieth of the missiles that flew, and half the 95 % interval of the paired difference"
	whyHandover = "bound: 0.03; the board's probability is that of a Gaussian error with its covariance"
	whyTenth    = "bound: 0.1; a basket of a tenth, which nobody has, shows what the covariance is worth where the real basket forgives all"
	whyNEES     = "the actual squared error over what the board's covariance says; 1 would be consistent; allowed are 0.3 (the board forgets with a minute, which a flight without manoeuvre does not ask for) to 1.7 (drag is not linear in what is unknown of it)"
)
