package measure

import (
	"context"

	"testudo/internal/measure/stats"
	"testudo/internal/sim"
	"testudo/internal/study"
)

// Pairing is two variants held against each other over the same dice.
type Pairing struct {
	Runs int       `json:"runs"`
	Seed uint64    `json:"seed"`
	Rows []PairRow `json:"rows"`
}

// PairRow is one figure of both variants and their paired difference, the
// second less the first. Nation is empty for the whole.
type PairRow struct {
	What        string `json:"what"`
	Unit        string `json:"unit"`
	Nation      string `json:"nation,omitempty"`
	A           Figure `json:"a"`
	B           Figure `json:"b"`
	Difference  Figure `json:"difference"`
	Significant bool   `json:"significant"` // at 95 %
}

// What of two variants is compared: of the whole, and of each nation.
var pairKinds = []struct {
	kind   sim.Kind
	what   string
	unit   string
	nation bool
}{
	{sim.Leakers, "leakers", "missiles", true}, {sim.Damage, "damage", "value", true}, {sim.NoLeaker, "no leaker", "probability", true}, {sim.Hits, "hits", "missiles", false},
	{sim.Engaged, "engaged", "missiles", false}, {sim.Shots, "shots", "interceptors", true}, {sim.Wasted, "wasted", "interceptors", true}, {sim.OnOthers, "for others", "interceptors", true},
}

// ComparePair plays a posture of one board against a posture of another, which
// may hold other batteries, sensors or agreements, over the same runs. Nations
// are matched by name; those that only one of the two has are left out.
func ComparePair(ctx context.Context, p study.Pair) (*Pairing, error) {
	a, b := p.Boards[0], p.Boards[1]
	la, lb := a.Layout(), b.Layout()
	out := &Pairing{Seed: p.Seed}
	var kinds []sim.Kind
	put := func(k sim.Kind, what, unit, nation string, ca, cb int) {
		if ca < 0 || cb < 0 {
			return
		}
		p.Columns = append(p.Columns, study.Column{A: ca, B: cb})
		kinds = append(kinds, k)
		out.Rows = append(out.Rows, PairRow{What: what, Unit: unit, Nation: nation})
	}
	for _, k := range pairKinds {
		put(k.kind, k.what, k.unit, "", la.At(k.kind, sim.Whole, 0), lb.At(k.kind, sim.Whole, 0))
	}
	for i, n := range a.Nations {
		for j, m := range b.Nations {
			if n != m || a.Attackers[i] || b.Attackers[j] {
				continue
			}
			for _, k := range pairKinds {
				if k.nation {
					put(k.kind, k.what, k.unit, n, la.At(k.kind, sim.PerNation, i), lb.At(k.kind, sim.PerNation, j))
				}
			}
		}
	}
	x, err := study.RunPair(ctx, p)
	if err != nil {
		return nil, err
	}
	out.Runs = x.N
	n := int64(x.N)
	for i, k := range kinds {
		row := &out.Rows[i]
		switch k {
		case sim.NoLeaker:
			wilson := func(s study.Sums) Figure { iv := stats.Wilson(s.Sum[i], n); return Figure{iv.Mid, iv.Low, iv.High} }
			iv := stats.PairedProportions((x.Between.Sq[i]+x.Between.Sum[i])/2, (x.Between.Sq[i]-x.Between.Sum[i])/2, n)
			row.A, row.B, row.Difference = wilson(x.A), wilson(x.B), Figure{iv.Mid, iv.Low, iv.High}
		default:
			scale := 1.0
			if k == sim.Damage {
				scale = 1000
			}
			mean := func(s study.Sums) Figure {
				iv := stats.Mean(n, s.Sum[i], s.Sq[i])
				return Figure{iv.Mid / scale, iv.Low / scale, iv.High / scale}
			}
			row.A, row.B, row.Difference = mean(x.A), mean(x.B), mean(x.Between)
		}
		row.Significant = row.Difference.Clear()
	}
	return out, nil
}
