package report

import (
	"fmt"
	"math"
	"strings"

	"testudo/internal/burden"
	"testudo/internal/measure"
)

// BurdenDocument is a game and its splits, with what is needed to repeat it.
type BurdenDocument struct {
	Scenario string         `json:"scenario"`
	Raid     string         `json:"raid,omitempty"`
	Posture  string         `json:"posture,omitempty"`
	Measure  string         `json:"measure,omitempty"`
	Seed     uint64         `json:"seed,omitempty"`
	Runs     int            `json:"runs,omitempty"`
	Players  []string       `json:"players"`
	Values   []float64      `json:"values"` // by coalition: bit i for player i
	Splits   []burden.Split `json:"splits"`
	Own      []float64      `json:"own_benefit,omitempty"` // what each is itself spared when all hold together
}

func members(players []string, c burden.Coalition) string {
	var in []string
	for i, p := range players {
		if c.Has(i) {
			in = append(in, Clean(p))
		}
	}
	if len(in) == 0 {
		return "nobody"
	}
	return strings.Join(in, " + ")
}

// BurdenText prints a game and its splits and says in words what they mean.
func BurdenText(d *BurdenDocument) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", Clean(d.Scenario))
	if d.Raid != "" {
		fmt.Fprintf(&b, "raid %s, posture %s: %s saved over everybody alone; %d runs, seed %d\n", Clean(d.Raid), Clean(d.Posture), d.Measure, d.Runs, d.Seed)
	}
	all := len(d.Values) - 1
	if len(d.Players) <= 5 {
		b.WriteByte('\n')
		var rows [][]string
		for s := 1; s <= all; s++ {
			rows = append(rows, []string{members(d.Players, burden.Coalition(s)), measure.Num(d.Values[s])})
		}
		table(&b, []string{"coalition", "worth"}, rows)
	}
	b.WriteByte('\n')
	head := []string{"rule"}
	for _, p := range d.Players {
		head = append(head, Clean(p))
	}
	head = append(head, "who would object")
	var rows [][]string
	var skipped []string
	for _, s := range d.Splits {
		if len(s.Shares) == 0 {
			skipped = append(skipped, fmt.Sprintf("%s: %s", s.Rule, s.Reason))
			continue
		}
		r := []string{s.Rule}
		for i, x := range s.Shares {
			cell := measure.Num(x)
			if len(s.StdErr) > i && s.StdErr[i] > 0 {
				cell += " ± " + measure.Num(1.96*s.StdErr[i])
			}
			r = append(r, cell)
		}
		who := "nobody: in the core"
		if s.Gain > 1e-9*math.Abs(d.Values[all]) {
			who = fmt.Sprintf("%s, by %s", members(d.Players, s.Objector), measure.Num(s.Gain))
			if fmt.Sprint(s.Core) == "undecided" {
				who += " (not significant)"
			}
		}
		rows = append(rows, append(r, who))
	}
	table(&b, head, rows)
	for _, s := range skipped {
		fmt.Fprintf(&b, "not applicable: %s\n", Clean(s))
	}
	b.WriteByte('\n')
	b.WriteString(wrap(burdenWords(d), 100))
	return b.String()
}

// burdenWords says who should pay what by the Shapley value, and why.
func burdenWords(d *BurdenDocument) string {
	all := len(d.Values) - 1
	total := d.Values[all]
	if len(d.Splits) == 0 || len(d.Splits[0].Shares) == 0 {
		return ""
	}
	if math.Abs(total) < 1e-12 {
		return "Together they save nothing over standing alone here: there is nothing to share, and nobody owes anybody."
	}
	sh := d.Splits[0].Shares
	var parts []string
	for i, p := range d.Players {
		parts = append(parts, fmt.Sprintf("%s %s (%s)", Clean(p), measure.Num(sh[i]), Percent(sh[i]/total)))
	}
	s := fmt.Sprintf("Together they save %s. By what each adds to every coalition it may join (Shapley), that is owed to %s.", measure.Num(total), strings.Join(parts, ", "))
	s += " A common cost of sharing would be carried in the same proportion: who gains most from the others pays most."
	if len(d.Own) == len(sh) {
		var moves []string
		if ps, err := burden.Transfers(d.Own, sh); err == nil {
			for _, p := range ps {
				moves = append(moves, fmt.Sprintf("%s owes %s %s", Clean(d.Players[p.From]), Clean(d.Players[p.To]), measure.Num(p.Amount)))
			}
		}
		if len(moves) > 0 {
			s += " As the savings fall where the missiles would have, " + strings.Join(moves, ", ") + ", in the same measure."
		}
	}
	return s
}

// Percent prints a share that may lie outside 0 to 1.
func Percent(x float64) string { return fmt.Sprintf("%.0f %%", 100*x) }
