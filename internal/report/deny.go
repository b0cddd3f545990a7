package report

import (
	"fmt"
	"math"
	"strings"

	"testudo/internal/measure"
)

// DenyPoint is a probability with its 95 % interval.
type DenyPoint struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// DenyDocument tells how likely each posture denies each objective against the
// size of the raid.
type DenyDocument struct {
	Scenario   string          `json:"scenario"`
	Raid       string          `json:"raid"`
	Seed       uint64          `json:"seed"`
	Runs       int             `json:"runs"`
	Sizes      []int           `json:"raid_sizes"`
	Postures   []string        `json:"postures"`
	Objectives []DenyObjective `json:"objectives"`
}

// DenyObjective is one objective. Need50 and Need90 give, per posture, the raid
// size at which the attacker reaches it with probability 0.5 and 0.9; -1 beyond
// the sizes played, 0 if the smallest played already suffices.
type DenyObjective struct {
	ID         string        `json:"objective"`
	About      string        `json:"about,omitempty"`
	Denied     [][]DenyPoint `json:"denied"` // [posture][size]
	Need50     []float64     `json:"raid_size_50"`
	Need90     []float64     `json:"raid_size_90"`
	Multiplier float64       `json:"multiplier_50"` // last posture over first; NaN-free: 0 if not known
}

// Solve finds the raid sizes that reach the objectives, between the sizes played.
func (d *DenyDocument) Solve() {
	for i := range d.Objectives {
		o := &d.Objectives[i]
		for p := range d.Postures {
			o.Need50 = append(o.Need50, need(d.Sizes, o.Denied[p], 0.5))
			o.Need90 = append(o.Need90, need(d.Sizes, o.Denied[p], 0.1))
		}
		if a, b := o.Need50[0], o.Need50[len(o.Need50)-1]; a > 0 && b > 0 {
			o.Multiplier = b / a
		}
	}
}

// need interpolates the size at which the probability of denial falls to a level.
func need(sizes []int, ps []DenyPoint, level float64) float64 {
	if ps[0].Value <= level {
		return 0
	}
	for k := 1; k < len(ps); k++ {
		if a, b := ps[k-1].Value, ps[k].Value; b <= level {
			x := (a - level) / (a - b)
			return float64(sizes[k-1]) + x*float64(sizes[k]-sizes[k-1])
		}
	}
	return -1
}

func size(x float64, sizes []int) string {
	switch {
	case x < 0:
		return fmt.Sprintf("> %d", sizes[len(sizes)-1])
	case x == 0:
		return fmt.Sprintf("< %d", sizes[0])
	}
	return fmt.Sprintf("%.0f", x)
}

// DenyText prints P(objective denied) against raid size, and the raid the
// attacker needs.
func DenyText(d *DenyDocument) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nraid %s at several sizes, mix and aim as given; %d runs each, seed %d\n", Clean(d.Scenario), Clean(d.Raid), d.Runs, d.Seed)
	for _, o := range d.Objectives {
		fmt.Fprintf(&b, "\n%s: %s\nprobability that it is denied, by number of missiles\n", Clean(o.ID), Clean(o.About))
		head := []string{"posture"}
		for _, s := range d.Sizes {
			head = append(head, fmt.Sprint(s))
		}
		head = append(head, "for 50 %", "for 90 %")
		var rows [][]string
		for p, name := range d.Postures {
			r := []string{Clean(name)}
			for _, x := range o.Denied[p] {
				r = append(r, measure.Percent(x.Value))
			}
			rows = append(rows, append(r, size(o.Need50[p], d.Sizes), size(o.Need90[p], d.Sizes)))
		}
		table(&b, head, rows)
		first, last := d.Postures[0], d.Postures[len(d.Postures)-1]
		switch {
		case o.Multiplier > 0 && math.Abs(o.Multiplier-1) > 0.02:
			b.WriteString(wrap(fmt.Sprintf("To reach it with a chance of one half the attacker needs %.2f times as many missiles under %q as under %q.", o.Multiplier, last, first), 100))
		case o.Multiplier > 0:
			b.WriteString(wrap(fmt.Sprintf("%q asks no more missiles of the attacker than %q.", last, first), 100))
		case o.Need50[0] == 0:
			b.WriteString(wrap(fmt.Sprintf("Under %q the smallest raid played suffices.", first), 100))
		default:
			b.WriteString("No raid played reaches it with a chance of one half under every posture.\n")
		}
	}
	return b.String()
}
