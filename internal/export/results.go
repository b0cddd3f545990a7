package export

import (
	"fmt"
	"strconv"

	"testudo/internal/measure"
	"testudo/internal/report"
)

// Results lays a comparison out as one row per posture and thing: the whole, each
// nation, each defended asset, each battery, each objective. priceYear is the year
// whose dollars the costs are in.
func Results(d *report.Document, priceYear int) *Table {
	b := &builder{}
	c := d.Result
	for i := range c.Rows {
		r := &c.Rows[i]
		b.row(r.Posture, "whole", "", "")
		b.figure("leakers", "missiles", "missiles that arrive", r.Leakers)
		b.figure("step_leakers", "missiles", "paired change of the leakers from the posture before", at(r.Step.Leakers, i > 0))
		b.figure("since_first_leakers", "missiles", "paired change of the leakers from the first posture", at(r.Base.Leakers, i > 0))
		b.figure("no_leaker", "probability", "probability that none arrives", r.NoLeaker)
		b.figure("damage", "value", "value lost, in the scenario's units of value", r.Damage)
		b.figure("launched", "missiles", "missiles that fly", r.Launched)
		b.figure("engaged", "missiles", "missiles shot at", r.Engaged)
		b.figure("killed", "missiles", "missiles stopped", r.Killed)
		b.figure("hits", "missiles", "leakers that strike within the asset", r.Hits)
		b.figure("shots", "rounds", "interceptors fired", r.Shots)
		b.figure("wasted", "rounds", "interceptors whose target was dead before they met it", r.Wasted)
		b.figure("on_others", "rounds", "interceptors spent on missiles aimed at another nation", r.OnOthers)
		b.figure("exposed", "missiles", "leakers at home that met launchers emptied for others", r.Exposed)
		b.figure("cost", "usd_"+strconv.Itoa(priceYear), "cost of the interceptors fired", r.CostUSD)
		for _, n := range r.Nations {
			b.row(r.Posture, "nation", n.Nation, n.Nation)
			b.figure("leakers", "missiles", "", n.Leakers)
			b.figure("step_leakers", "missiles", "", at(n.Step, i > 0))
			b.figure("since_first_leakers", "missiles", "", at(n.Base, i > 0))
			b.figure("no_leaker", "probability", "", n.NoLeaker)
			b.figure("damage", "value", "", n.Damage)
			b.figure("shots", "rounds", "", n.Shots)
			b.figure("wasted", "rounds", "", n.Wasted)
			b.figure("on_others", "rounds", "", n.OnOthers)
			b.figure("exposed", "missiles", "", n.Exposed)
		}
		for _, a := range r.Assets {
			b.row(r.Posture, "asset", a.Nation, a.Asset)
			b.figure("launched", "missiles", "", a.Threats)
			b.figure("leakers", "missiles", "", a.Leakers)
			b.figure("since_first_leakers", "missiles", "", at(a.Base, i > 0))
			b.figure("hits", "missiles", "", a.Hits)
			b.figure("damage", "value", "", a.Damage)
			b.figure("warned", "share", "share of the missiles of which the nation is told before impact", a.Warned)
			b.figure("warning", "s", "seconds from then to impact", at(a.WarningS, a.Warned.Value > 0))
			b.figure("tracked", "share", "share of the missiles on which the nation has a firm track", a.Tracked)
			b.figure("track", "s", "seconds from then to impact", at(a.TrackS, a.Tracked.Value > 0))
			b.figure("shootable", "share", "share of the missiles at which somebody could shoot", a.Shootable)
			b.figure("first_shot", "s", "seconds from the first possible shot to impact", at(a.FirstS, a.Shootable.Value > 0))
			b.figure("last_shot", "s", "seconds from the last possible shot to impact", at(a.LastS, a.Shootable.Value > 0))
		}
		for _, x := range r.Batteries {
			b.row(r.Posture, "battery", x.Nation, x.Battery)
			b.figure("shots", "rounds", "", x.Shots)
			b.figure("wasted", "rounds", "", x.Wasted)
			b.figure("killed", "missiles", "", x.Killed)
			b.figure("on_others", "rounds", "", x.OnOthers)
			b.figure("left", "rounds", "rounds left", x.Left)
		}
		for _, x := range r.Objectives {
			b.row(r.Posture, "objective", "", x.Objective)
			b.figure("denied", "probability", "probability that the attacker is denied the objective", x.Denied)
		}
	}
	return &Table{About: "one posture and one thing: the whole, a nation, an asset, a battery or an objective", Meta: meta(d), Columns: b.columns}
}

// meta is what is needed to judge and repeat a result.
func meta(d *report.Document) [][2]string {
	c := d.Result
	out := [][2]string{{"tool", d.Tool}, {"command", d.Command}, {"scenario", d.Scenario}, {"scenario_digest", d.Digest}, {"catalogue_digest", d.Catalogue}, {"raid", c.Raid},
		{"seed", strconv.FormatUint(c.Seed, 10)}, {"runs", strconv.Itoa(c.Runs)}, {"missiles", strconv.Itoa(c.Missiles)}, {"verdict", c.Verdict},
		{"intervals", "_low95 and _high95 are the ends of the 95 % interval of the dice within this one world; changes are paired run by run"},
		{"rests_on", fmt.Sprintf("%d cited figures and %d assumptions", d.Ledger.Cited, d.Ledger.Assumed)}}
	for _, s := range d.Sources {
		out = append(out, [2]string{"source " + s.ID, s.Title + ", " + s.URL})
	}
	for i := range out {
		out[i] = [2]string{report.Clean(out[i][0]), report.Clean(out[i][1])}
	}
	return out
}

// at is the figure, or one that does not exist.
func at(f measure.Figure, exists bool) measure.Figure {
	if exists {
		return f
	}
	return measure.Figure{Value: missing, Low: missing, High: missing}
}

// builder fills columns row by row; a column is made when its first figure comes
// and is missing in the rows that do not set it.
type builder struct {
	columns []Column
	n       int
}

func (b *builder) row(posture, scope, nation, id string) {
	if b.n == 0 {
		b.columns = []Column{{Name: "posture", About: "set of agreements", Text: []string{}}, {Name: "scope", About: "what the row is about", Text: []string{}},
			{Name: "nation", About: "nation the thing belongs to", Text: []string{}}, {Name: "id", About: "the thing's id in the scenario", Text: []string{}}}
	}
	for i, s := range [...]string{posture, scope, nation, id} {
		b.columns[i].Text = append(b.columns[i].Text, s)
	}
	for i := 4; i < len(b.columns); i++ {
		b.columns[i].Num = append(b.columns[i].Num, missing)
	}
	b.n++
}

// figure sets a value and its interval in the row begun last.
func (b *builder) figure(name, unit, about string, f measure.Figure) {
	name += "_" + unit
	for k, v := range [...]float64{f.Value, f.Low, f.High} {
		full := name + [...]string{"", "_low95", "_high95"}[k]
		i := 4
		for i < len(b.columns) && b.columns[i].Name != full {
			i++
		}
		if i == len(b.columns) {
			if unit != "probability" && unit != "share" && unit != "s" {
				about += ", mean per raid"
			}
			c := Column{Name: full, About: [...]string{about, "lower end of the 95 % interval of " + name, "upper end of the 95 % interval of " + name}[k], Num: make([]float64, b.n)}
			for r := range c.Num {
				c.Num[r] = missing
			}
			b.columns = append(b.columns, c)
		}
		b.columns[i].Num[b.n-1] = v
	}
}
