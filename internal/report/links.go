package report

import (
	"fmt"
	"math"
	"strings"

	"testudo/internal/coalition"
	"testudo/internal/measure"
)

// LinksDocument is the worth of each pair's agreements.
type LinksDocument struct {
	Scenario string             `json:"scenario"`
	Raid     string             `json:"raid"`
	Posture  string             `json:"posture"`
	Measure  string             `json:"measure"`
	Seed     uint64             `json:"seed"`
	Runs     int                `json:"runs"`
	Nations  []string           `json:"nations"`
	Whole    float64            `json:"whole"`
	Orders   int                `json:"orders_sampled"` // 0: the Shapley values are exact
	Links    []coalition.Link   `json:"links"`
	Brokers  []coalition.Broker `json:"brokers"`
}

// worthless says that neither measure of a link can be told from nothing.
func worthless(l *coalition.Link) bool {
	return math.Abs(l.Value) <= 1.96*l.StdErr+1e-12 && math.Abs(l.Shapley) <= 1.96*l.ShapleyErr+1e-12
}

func pm(x, se float64) string {
	if se == 0 {
		return measure.Num(x)
	}
	return measure.Num(x) + " ± " + measure.Num(1.96*se)
}

// Verdict says in words which agreements matter.
func (d *LinksDocument) Verdict() []string {
	if len(d.Links) == 0 {
		return []string{"Nothing is agreed under this posture."}
	}
	byShapley, byLoss := 0, 0
	var none []string
	for i := range d.Links {
		if d.Links[i].Shapley > d.Links[byShapley].Shapley {
			byShapley = i
		}
		if d.Links[i].Value > d.Links[byLoss].Value {
			byLoss = i
		}
		if worthless(&d.Links[i]) {
			none = append(none, d.Links[i].Name)
		}
	}
	var out []string
	if math.Abs(d.Whole) < 1e-12 || len(none) == len(d.Links) {
		out = append(out, fmt.Sprintf("All agreements together save %s, and no single one is worth anything that can be measured.", measure.Num(d.Whole)))
	} else {
		a, b := &d.Links[byShapley], &d.Links[byLoss]
		out = append(out, fmt.Sprintf("The agreement worth most is %s: %s of the %s that all together save, as its mean contribution over all orders of making them (Shapley).", a.Name, pm(a.Shapley, a.ShapleyErr), measure.Num(d.Whole)))
		if b.Value > 1.96*b.StdErr {
			out = append(out, fmt.Sprintf("The one that would be missed most, the others standing, is %s: without it %s less is saved.", b.Name, pm(b.Value, b.StdErr)))
		} else {
			out = append(out, "No single one would be missed while the others stand: each has a way round it.")
		}
	}
	best := -1
	for i := range d.Brokers {
		if b := &d.Brokers[i]; b.Worth > 1.96*b.StdErr && (best < 0 || b.Worth > d.Brokers[best].Worth) {
			best = i
		}
	}
	switch {
	case best >= 0:
		out = append(out, fmt.Sprintf("The broker is %s: if it kept to itself what others tell it, %s less would be saved.", d.Brokers[best].Nation, pm(d.Brokers[best].Worth, d.Brokers[best].StdErr)))
	case len(d.Brokers) > 0:
		out = append(out, "Nobody is a broker in effect: what is passed on through third nations saves nothing that can be measured.")
	default:
		out = append(out, "Nobody passes on what others tell it.")
	}
	if len(none) > 0 && len(none) < len(d.Links) {
		out = append(out, "Worth nothing that can be measured: "+strings.Join(none, ", ")+".")
	}
	return out
}

// sheets are the tables, for terminal and page.
func (d *LinksDocument) sheets() []sheet {
	n := func(s string) cell { return cell{minus(s), "n"} }
	t := sheet{Caption: fmt.Sprintf("What each pair's agreements are worth: %s saved", d.Measure), Head: []cell{{"link", ""}, {"Shapley", "n"}, {"missed if dropped", "n"}, {"30 s later", "n"}, {"120 s later", "n"}, {"half quality", "n"}, {"half the time", "n"}, {"vetoed", "n"}, {"what is agreed", ""}}}
	for i := range d.Links {
		l := &d.Links[i]
		t.row("", txt(l.Name), n(pm(l.Shapley, l.ShapleyErr)), n(pm(l.Value, l.StdErr)), n(measure.Num(l.Late30)), n(measure.Num(l.Late120)), n(measure.Num(l.Poor)), n(measure.Num(l.Half)), n(pm(l.Veto, l.VetoErr)), long(l.Levels))
	}
	if d.Orders > 0 {
		t.Notes = []string{fmt.Sprintf("Shapley values from %d orders of the links; their errors hold those of the orders and of the runs.", d.Orders)}
	}
	out := []sheet{t}
	if len(d.Brokers) > 0 {
		b := sheet{Caption: "What it is worth that a nation passes on what it is told", Head: []cell{{"nation", ""}, {"lost if it did not", "n"}}}
		for _, x := range d.Brokers {
			b.row("", txt(x.Nation), n(pm(x.Worth, x.StdErr)))
		}
		out = append(out, b)
	}
	return out
}

// LinksText prints the worth of each pair's agreements.
func LinksText(d *LinksDocument) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nraid %s, posture %s: all agreements together save %s (%s); %d runs, seed %d\n\n", Clean(d.Scenario), Clean(d.Raid), Clean(d.Posture), measure.Num(d.Whole), d.Measure, d.Runs, d.Seed)
	for _, s := range d.sheets() {
		s.text(&b)
	}
	for _, v := range d.Verdict() {
		b.WriteString(wrap(v, 100))
	}
	return b.String()
}

// LinksHTML sets it as a page, with the graph.
func LinksHTML(d *LinksDocument, tool, command string) ([]byte, error) {
	p := plainPage{Tool: tool, Title: d.Scenario, Kicker: "Testudo · which agreement is worth most?", Command: command, Verdict: d.Verdict(),
		Sub:   fmt.Sprintf("Raid %s, posture %s. %d runs, seed %d.", d.Raid, d.Posture, d.Runs, d.Seed),
		Facts: []fact{{"Program", tool}}}
	s := sectionView{ID: "links", Title: "The agreements", Tables: d.sheets(), Intro: []string{
		"What stands between two nations counts as one agreement: what they tell each other, a common fire control, the defence of each other's assets. " +
			"“Missed if dropped” leaves out one and keeps the others; Shapley is its mean contribution over all orders in which they might be made, which is fairer where one can stand in for another. " +
			"Delay, quality, reliability and veto touch only what the two tell each other."}}
	s.Figures = []figureView{drawn(d.graph(), "Width by Shapley value; dotted: worth nothing that can be measured."), drawn(d.chart(), "Mean contribution over all orders, with 95 % interval.")}
	p.Sections = []sectionView{s}
	return p.html(d)
}

func (d *LinksDocument) chart() Drawing {
	var rows []bar
	for i := range d.Links {
		l := &d.Links[i]
		rows = append(rows, bar{Label: l.Name, Figure: measure.Figure{Value: l.Shapley, Low: l.Shapley - 1.96*l.ShapleyErr, High: l.Shapley + 1.96*l.ShapleyErr}, Quiet: worthless(l)})
	}
	return bars("links-worth", "Worth of each agreement", d.Measure+" saved per raid", d.Measure+"_saved", rows)
}

// Drawings are the figures as files of their own.
func (d *LinksDocument) Drawings() []Drawing { return []Drawing{d.graph(), d.chart()} }

// graph draws the nations on a circle and their agreements as lines.
func (d *LinksDocument) graph() Drawing {
	const r, cx, cy = 170.0, 330.0, 220.0
	most := 1e-12
	for i := range d.Links {
		most = math.Max(most, d.Links[i].Shapley)
	}
	at := map[string][2]float64{}
	for i, n := range d.Nations {
		a := 2*math.Pi*float64(i)/float64(len(d.Nations)) - math.Pi/2
		at[n] = [2]float64{cx + r*math.Cos(a)*1.25, cy + r*math.Sin(a)}
	}
	var alt strings.Builder
	fmt.Fprintf(&alt, "Graph of %d nations and %d agreements.", len(d.Nations), len(d.Links))
	for i := range d.Links {
		fmt.Fprintf(&alt, " %s: %s.", d.Links[i].Name, measure.Num(d.Links[i].Shapley))
	}
	return Drawing{Name: "links-graph", Title: "Who shares with whom, and what it is worth", Alt: alt.String(), CSV: d.chart().CSV, svg: func(onPage bool) string {
		c := &canvas{w: 660, h: 450}
		type tag struct{ x, y float64 }
		var tags []tag
		label := func(x, y float64, s string) {
			// Along the line away from labels that stand already.
			for k := 0; k < 6; k++ {
				free := true
				for _, t := range tags {
					if math.Abs(t.x-x) < 40 && math.Abs(t.y-y) < 14 {
						free = false
					}
				}
				if free {
					break
				}
				y += 15
			}
			tags = append(tags, tag{x, y})
			w := 7.2*float64(len([]rune(s))) + 6
			c.rect(x-w/2, y-11, w, 15, "paper")
			c.text(x, y, "s", "middle", s)
		}
		for _, quiet := range []bool{true, false} {
			for i := range d.Links {
				l := &d.Links[i]
				if worthless(l) != quiet {
					continue
				}
				a, b := at[l.A], at[l.B]
				class, width := "tie", 1.5+9*math.Max(0, l.Shapley)/most
				if quiet {
					class, width = "tie0", 1.2
				}
				fmt.Fprintf(&c.b, `<g><title>%s</title><line x1="%s" y1="%s" x2="%s" y2="%s" class="%s" stroke-width="%s"/></g>`, inert(l.Name+": "+pm(l.Shapley, l.ShapleyErr)), num(a[0]), num(a[1]), num(b[0]), num(b[1]), class, num(width))
			}
		}
		for i := range d.Links {
			l := &d.Links[i]
			if !worthless(l) {
				a, b := at[l.A], at[l.B]
				label((a[0]+b[0])/2, (a[1]+b[1])/2+4, n2(l.Shapley))
			}
		}
		for _, n := range d.Nations {
			p := at[n]
			c.circle(p[0], p[1], 24, "node")
			c.text(p[0], p[1]+4, "b s", "middle", short(n, 7))
		}
		return c.document("links-graph", "Who shares with whom, and what it is worth", alt.String(), graphRules, onPage)
	}}
}
