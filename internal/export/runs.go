package export

import (
	"context"
	"fmt"
	"strconv"

	"testudo/internal/report"
	"testudo/internal/sim"
	"testudo/internal/study"
)

// MaxRunRows is the most rows Runs lays out.
const MaxRunRows = 2_000_000

// units of the columns of a run; times are not among them.
var runUnits = map[sim.Kind]string{sim.Launched: "missiles", sim.Failed: "missiles", sim.Engaged: "missiles", sim.Killed: "missiles", sim.Leakers: "missiles", sim.Hits: "missiles",
	sim.Shots: "rounds", sim.Wasted: "rounds", sim.OnOthers: "rounds", sim.Exposed: "missiles", sim.Damage: "thousandths_of_value", sim.NoLeaker: "0_or_1", sim.Met: "0_or_1", sim.Left: "rounds"}

// Runs plays the runs of a document once more and lays them out as one row per
// run and posture: the whole, the nations, the leakers at each asset, the rounds
// each battery fires and has left, the objectives. The columns' means are the
// document's figures.
func Runs(ctx context.Context, d *report.Document, b *sim.Board, postures []int, p study.Player) (*Table, error) {
	n := d.Result.Runs * len(postures)
	if n > MaxRunRows {
		return nil, fmt.Errorf("%d runs of %d postures are %d rows; at most %d are written: ask for fewer runs", d.Result.Runs, len(postures), n, MaxRunRows)
	}
	l := b.Layout()
	t := &Table{About: "one run under one posture", Meta: meta(d), Columns: []Column{
		{Name: "posture", About: "set of agreements", Text: make([]string, 0, n)},
		{Name: "run", About: "number of the run, from 0: explain and replay take it", Int: make([]int64, 0, n)}}}
	var from []int
	for i, m := range l.Metrics {
		unit, ok := runUnits[m.Kind]
		if !ok {
			continue
		}
		of, about := "", m.Kind.String()
		switch m.Scope {
		case sim.PerNation:
			if b.Attackers[m.Of] {
				continue
			}
			of = "nation:" + b.Nations[m.Of]
		case sim.PerAsset:
			of = "asset:" + b.Assets[m.Of].ID
		case sim.PerBattery:
			of = "battery:" + b.Batteries[m.Of].ID
		case sim.PerObjective:
			of = "objective:" + b.Objectives[m.Of].ID
		}
		name := m.Kind.String() + "_" + unit
		if of != "" {
			name, about = of+":"+name, about+" of "+of
		}
		t.Columns = append(t.Columns, Column{Name: name, About: about, Int: make([]int64, 0, n)})
		from = append(from, i)
	}
	out := make([]int32, l.Len())
	for run := range uint64(d.Result.Runs) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, q := range postures {
			p.Play(q, d.Result.Seed, run, out, nil)
			t.Columns[0].Text = append(t.Columns[0].Text, b.Postures[q].ID)
			t.Columns[1].Int = append(t.Columns[1].Int, int64(run))
			for k, i := range from {
				t.Columns[2+k].Int = append(t.Columns[2+k].Int, int64(out[i]))
			}
		}
	}
	t.Meta = append(t.Meta, [2]string{"first_run", strconv.Itoa(0)})
	return t, nil
}
