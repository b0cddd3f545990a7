// Package measure turns the exact sums of a study into figures with intervals
// and into the sentences a report prints.
package measure

import (
	"encoding/json"
	"math"

	"testudo/internal/measure/stats"
	"testudo/internal/sim"
	"testudo/internal/study"
	"testudo/internal/theatre"
	"testudo/internal/witness"
)

// Figure is a mean or a proportion with its 95 % interval.
type Figure struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// MarshalJSON writes an end that one run cannot tell as null.
func (f Figure) MarshalJSON() ([]byte, error) {
	end := func(x float64) any {
		if math.IsInf(x, 0) || math.IsNaN(x) {
			return nil
		}
		return x
	}
	return json.Marshal(struct {
		Value float64 `json:"value"`
		Low   any     `json:"low"`
		High  any     `json:"high"`
	}{f.Value, end(f.Low), end(f.High)})
}

// Clear reports whether the interval leaves zero out: the difference is
// significant at 95 %.
func (f Figure) Clear() bool { return f.Low > 0 || f.High < 0 }

// Zero reports whether the figure is exactly zero in every run.
func (f Figure) Zero() bool { return f.Value == 0 && f.Low == 0 && f.High == 0 }

// Row is one posture of a comparison.
type Row struct {
	Posture  string `json:"posture"`
	About    string `json:"about,omitempty"`
	Leakers  Figure `json:"leakers"`
	Damage   Figure `json:"damage"`    // value lost
	NoLeaker Figure `json:"no_leaker"` // probability
	Launched Figure `json:"launched"`
	Engaged  Figure `json:"engaged"`
	Killed   Figure `json:"killed"`
	Hits     Figure `json:"hits"`
	Shots    Figure `json:"shots"`
	Wasted   Figure `json:"wasted"`
	OnOthers Figure `json:"on_others"`
	Exposed  Figure `json:"exposed"`
	CostUSD  Figure `json:"cost_usd"` // of the interceptors fired, at the catalogue's unit costs
	// Step is the paired difference to the posture before it, Base to the first.
	Step       Change         `json:"step"`
	Base       Change         `json:"base"`
	WorseRuns  int64          `json:"worse_runs"` // runs in which more leaked than under the posture before
	Nations    []NationRow    `json:"nations"`
	Assets     []AssetRow     `json:"assets"`
	Batteries  []BatteryRow   `json:"batteries"`
	Layers     []LayerRow     `json:"layers"`
	Objectives []ObjectiveRow `json:"objectives,omitempty"`
	Histogram  []int64        `json:"leaker_histogram"` // runs with 0, 1, 2 … leakers
}

// Change is a paired difference between two postures.
type Change struct {
	Leakers  Figure `json:"leakers"`
	Damage   Figure `json:"damage"`
	NoLeaker Figure `json:"no_leaker"`
	Shots    Figure `json:"shots"`
	Wasted   Figure `json:"wasted"`
}

// NationRow is one nation's part.
type NationRow struct {
	Nation   string `json:"nation"`
	Leakers  Figure `json:"leakers"`
	Damage   Figure `json:"damage"`
	NoLeaker Figure `json:"no_leaker"`
	Shots    Figure `json:"shots"`
	Wasted   Figure `json:"wasted"`
	OnOthers Figure `json:"on_others"` // rounds spent on others' assets
	Exposed  Figure `json:"exposed"`   // leakers at home that met empty launchers after rounds went to others
	Step     Figure `json:"step_leakers"`
	Base     Figure `json:"base_leakers"`
	BaseDmg  Figure `json:"base_damage"`
}

// AssetRow is one defended place.
type AssetRow struct {
	Asset     string `json:"asset"`
	Nation    string `json:"nation"`
	Threats   Figure `json:"threats"`
	Leakers   Figure `json:"leakers"`
	Hits      Figure `json:"hits"`
	Damage    Figure `json:"damage"`
	Warned    Figure `json:"warned"`       // share of the missiles of which its nation was told
	WarningS  Figure `json:"warning_s"`    // seconds from then to impact, of those
	Tracked   Figure `json:"tracked"`      // share on which its nation had a firm track
	TrackS    Figure `json:"track_s"`      // seconds from then to impact
	Shootable Figure `json:"shootable"`    // share at which somebody could have shot
	FirstS    Figure `json:"first_shot_s"` // seconds from the first possible shot to impact
	LastS     Figure `json:"last_shot_s"`  // seconds from the last possible shot to impact
	Base      Figure `json:"base_leakers"`
}

// BatteryRow is one battery's work.
type BatteryRow struct {
	Battery     string `json:"battery"`
	Nation      string `json:"nation"`
	Interceptor string `json:"interceptor"`
	Shots       Figure `json:"shots"`
	Wasted      Figure `json:"wasted"`
	Killed      Figure `json:"killed"`
	OnOthers    Figure `json:"on_others"`
	Left        Figure `json:"left"`
}

// LayerRow is the work of one kind of interceptor.
type LayerRow struct {
	Interceptor string  `json:"interceptor"`
	Shots       float64 `json:"shots"`
	Wasted      float64 `json:"wasted"`
	Killed      float64 `json:"killed"`
	Left        float64 `json:"left"`
}

// ObjectiveRow says how likely it is that the attacker is denied what he wants.
type ObjectiveRow struct {
	Objective string `json:"objective"`
	About     string `json:"about,omitempty"`
	Denied    Figure `json:"denied"`
}

// Comparison is a set of postures over the same dice.
type Comparison struct {
	Scenario  string `json:"scenario"`
	Raid      string `json:"raid"`
	Digest    string `json:"digest"`
	Seed      uint64 `json:"seed"`
	Runs      int    `json:"runs"`
	Precision bool   `json:"precision_met"`
	Missiles  int    `json:"missiles"`
	Rows      []Row  `json:"postures"`
	Verdict   string `json:"verdict"`
	// Idle are the steps after which no run differs, and why (see Why).
	Idle []Idle `json:"idle,omitempty"`
	// Witness is what a witness counted beside the outcomes; nil if the board
	// was played.
	Witness *witness.Account `json:"witness,omitempty"`
}

// Compare turns a study's sums into figures. price gives the cost of one
// interceptor in dollars (0 if none is known).
func Compare(t *theatre.Theatre, b *sim.Board, r *study.Result, price func(interceptor string) float64) *Comparison {
	c := &Comparison{Scenario: t.Name, Raid: t.Raid, Digest: t.Digest, Seed: r.Seed, Runs: r.N, Precision: r.Met, Missiles: len(t.Missiles)}
	for _, l := range r.Levels {
		c.Rows = append(c.Rows, row(t, b, r, l, price))
	}
	c.Verdict = Verdict(c)
	return c
}

type reader struct {
	n int64
	l *sim.Layout
}

func (r reader) mean(s study.Sums, k sim.Kind, sc sim.Scope, of int) Figure {
	i := r.l.At(k, sc, of)
	scale := 1.0
	if k == sim.Damage {
		scale = 1000
	}
	iv := stats.Mean(r.n, s.Sum[i], s.Sq[i])
	return Figure{iv.Mid / scale, iv.Low / scale, iv.High / scale}
}

// share is a proportion of runs.
func (r reader) share(s study.Sums, k sim.Kind, sc sim.Scope, of int) Figure {
	iv := stats.Wilson(s.Sum[r.l.At(k, sc, of)], r.n)
	return Figure{iv.Mid, iv.Low, iv.High}
}

// shift is the change of a proportion between two postures over the same runs;
// the differences are -1, 0 and 1.
func (r reader) shift(s study.Sums, k sim.Kind) Figure {
	i := r.l.At(k, sim.Whole, 0)
	iv := stats.PairedProportions((s.Sq[i]+s.Sum[i])/2, (s.Sq[i]-s.Sum[i])/2, r.n)
	return Figure{iv.Mid, iv.Low, iv.High}
}

// perMissile is a ratio of two counts summed over runs, with the interval of a
// proportion where the numerator counts missiles.
func (r reader) perMissile(s study.Sums, k, of sim.Kind, asset int) Figure {
	a, b := s.Sum[r.l.At(k, sim.PerAsset, asset)], s.Sum[r.l.At(of, sim.PerAsset, asset)]
	if b == 0 {
		return Figure{}
	}
	iv := stats.Wilson(min(a, b), b)
	return Figure{iv.Mid, iv.Low, iv.High}
}

// seconds is a mean time per missile counted.
func (r reader) seconds(s study.Sums, k, of sim.Kind, asset int) Figure {
	n := s.Sum[r.l.At(of, sim.PerAsset, asset)]
	if n == 0 {
		return Figure{}
	}
	i := r.l.At(k, sim.PerAsset, asset)
	iv := stats.Mean(r.n, s.Sum[i], s.Sq[i])
	f := float64(r.n) / float64(n) / 10
	return Figure{iv.Mid * f, iv.Low * f, iv.High * f}
}

func row(t *theatre.Theatre, b *sim.Board, r *study.Result, l study.Level, price func(string) float64) Row {
	x := reader{int64(r.N), r.Layout}
	w := func(s study.Sums, k sim.Kind) Figure { return x.mean(s, k, sim.Whole, 0) }
	change := func(s study.Sums) Change {
		return Change{w(s, sim.Leakers), w(s, sim.Damage), x.shift(s, sim.NoLeaker), w(s, sim.Shots), w(s, sim.Wasted)}
	}
	out := Row{
		Posture: t.Postures[l.Posture].ID, About: t.Postures[l.Posture].About,
		Leakers: w(l.Abs, sim.Leakers), Damage: w(l.Abs, sim.Damage), NoLeaker: x.share(l.Abs, sim.NoLeaker, sim.Whole, 0),
		Launched: w(l.Abs, sim.Launched), Engaged: w(l.Abs, sim.Engaged), Killed: w(l.Abs, sim.Killed), Hits: w(l.Abs, sim.Hits),
		Shots: w(l.Abs, sim.Shots), Wasted: w(l.Abs, sim.Wasted), OnOthers: w(l.Abs, sim.OnOthers), Exposed: w(l.Abs, sim.Exposed),
		Step: change(l.Step), Base: change(l.Base), WorseRuns: l.Worse, Histogram: trim(l.Leakers),
	}
	for n := range b.Nations {
		if b.Attackers[n] {
			continue
		}
		m := func(s study.Sums, k sim.Kind) Figure { return x.mean(s, k, sim.PerNation, n) }
		out.Nations = append(out.Nations, NationRow{
			Nation: b.Nations[n], Leakers: m(l.Abs, sim.Leakers), Damage: m(l.Abs, sim.Damage), NoLeaker: x.share(l.Abs, sim.NoLeaker, sim.PerNation, n),
			Shots: m(l.Abs, sim.Shots), Wasted: m(l.Abs, sim.Wasted), OnOthers: m(l.Abs, sim.OnOthers), Exposed: m(l.Abs, sim.Exposed),
			Step: m(l.Step, sim.Leakers), Base: m(l.Base, sim.Leakers), BaseDmg: m(l.Base, sim.Damage),
		})
	}
	for a := range b.Assets {
		if l.Abs.Sum[x.l.At(sim.Launched, sim.PerAsset, a)] == 0 {
			continue
		}
		m := func(k sim.Kind) Figure { return x.mean(l.Abs, k, sim.PerAsset, a) }
		out.Assets = append(out.Assets, AssetRow{
			Asset: b.Assets[a].ID, Nation: b.Nations[b.Assets[a].Nation], Threats: m(sim.Launched), Leakers: m(sim.Leakers), Hits: m(sim.Hits), Damage: m(sim.Damage),
			Warned: x.perMissile(l.Abs, sim.WarnedCount, sim.Launched, a), WarningS: x.seconds(l.Abs, sim.WarnedTime, sim.WarnedCount, a),
			Tracked: x.perMissile(l.Abs, sim.FirmCount, sim.Launched, a), TrackS: x.seconds(l.Abs, sim.FirmTime, sim.FirmCount, a),
			Shootable: x.perMissile(l.Abs, sim.ShotCount, sim.Launched, a), FirstS: x.seconds(l.Abs, sim.FirstShot, sim.ShotCount, a), LastS: x.seconds(l.Abs, sim.LastShot, sim.ShotCount, a),
			Base: x.mean(l.Base, sim.Leakers, sim.PerAsset, a),
		})
	}
	layers := map[string]int{}
	for k := range b.Batteries {
		m := func(kind sim.Kind) Figure { return x.mean(l.Abs, kind, sim.PerBattery, k) }
		in := b.Interceptors[b.Batteries[k].Interceptor].ID
		br := BatteryRow{Battery: b.Batteries[k].ID, Nation: b.Nations[b.Batteries[k].Nation], Interceptor: in, Shots: m(sim.Shots), Wasted: m(sim.Wasted), Killed: m(sim.Killed), OnOthers: m(sim.OnOthers), Left: m(sim.Left)}
		out.Batteries = append(out.Batteries, br)
		p := price(in)
		out.CostUSD.Value += br.Shots.Value * p
		// Batteries are added as if they moved together: the interval is an
		// upper bound on the true one.
		out.CostUSD.Low += br.Shots.Low * p
		out.CostUSD.High += br.Shots.High * p
		i, ok := layers[in]
		if !ok {
			i = len(out.Layers)
			layers[in] = i
			out.Layers = append(out.Layers, LayerRow{Interceptor: in})
		}
		out.Layers[i].Shots += br.Shots.Value
		out.Layers[i].Wasted += br.Wasted.Value
		out.Layers[i].Killed += br.Killed.Value
		out.Layers[i].Left += br.Left.Value
	}
	for k := range b.Objectives {
		met := l.Abs.Sum[x.l.At(sim.Met, sim.PerObjective, k)]
		iv := stats.Wilson(x.n-met, x.n)
		out.Objectives = append(out.Objectives, ObjectiveRow{b.Objectives[k].ID, t.Objectives[k].About, Figure{iv.Mid, iv.Low, iv.High}})
	}
	return out
}

// trim cuts the empty tail of a histogram.
func trim(h []int64) []int64 {
	for len(h) > 1 && h[len(h)-1] == 0 {
		h = h[:len(h)-1]
	}
	return h
}
