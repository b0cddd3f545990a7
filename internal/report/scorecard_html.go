package report

import (
	"fmt"
	"math"
	"strings"

	"testudo/internal/verify"
)

// ScorecardHTML sets a verification as one self-contained page: strong anchors,
// medium ones with the difference, and the records of tests and wars as a chart
// with intervals.
func ScorecardHTML(card *verify.Scorecard, tool, command string) ([]byte, error) {
	p := plainPage{Tool: tool, Title: "Is the model right?", Kicker: "Testudo · verification and validation", Command: command,
		Sub:   "Published and textbook cases, computed with the product's own packages.",
		Facts: []fact{{"Program", tool}},
		Tiles: []tile{
			{"strong anchors that hold", fmt.Sprintf("%d of %d", card.Strong-card.Failed, card.Strong), "all inputs published: they decide"},
			{"medium anchors within their band", fmt.Sprintf("%d of %d", card.Medium-card.Apart, card.Medium), "inputs partly assumed: shown with the difference"},
		}}
	if card.Agree > 0 {
		p.Tiles = append(p.Tiles, tile{"figures on which the witness agrees", fmt.Sprintf("%d of %d", card.Agree-card.Beyond, card.Agree), "the compiled board beside the long way round"})
	}
	switch {
	case card.Strong == 0:
		p.Verdict = []string{"No strong check is among those chosen."}
	case card.Failed > 0:
		p.Verdict = []string{fmt.Sprintf("%d of %d strong checks fail. Do not quote figures of this build.", card.Failed, card.Strong)}
	default:
		p.Verdict = []string{fmt.Sprintf("All %d strong checks hold.", card.Strong)}
	}
	if card.Beyond > 0 {
		p.Verdict = append(p.Verdict, fmt.Sprintf("In %d of %d figures the compiled board and the witness differ by more than their bounds; there the witness is the better guide.", card.Beyond, card.Agree))
	}
	if card.Apart > 0 {
		p.Verdict = append(p.Verdict, fmt.Sprintf("%d of %d medium checks lie outside their band; each is listed with what may explain it.", card.Apart, card.Medium))
	}
	strengths := []struct {
		s     verify.Strength
		title string
		intro string
	}{
		{verify.Strong, "Strong anchors", "All inputs are published, or the problem is a textbook's. One failure turns the exit code of the command."},
		{verify.Medium, "Medium anchors", "Some inputs are assumptions of the catalogue. A difference is shown and explained; it fails nothing."},
		{verify.Agreement, "The board against the witness", "Ours is the compiled board, beside it the witness, which draws every look, filters the tracks and decides on the estimates. A figure beyond its bound fails nothing: it shows where to use the witness."},
		{verify.History, "Records of tests and wars", "Claims of the parties, with the 95 % interval that their numbers alone allow. They are shown beside what is assumed and never judged."},
	}
	for _, k := range strengths {
		s := sectionView{ID: string(k.s), Title: k.title, Intro: []string{k.intro}}
		if k.s == verify.History {
			if d, ok := recordChart(card); ok {
				s.Figures = append(s.Figures, drawn(d, "Bar: published; whisker: 95 % interval of the count (Clopper–Pearson); dot: ours, one shot with a good track as the catalogue assumes it, or the scenario of that night."))
			}
		}
		s.Tables = scoreSheets(card, k.s)
		if len(s.Tables) > 0 {
			p.Sections = append(p.Sections, s)
		}
	}
	return p.html(card)
}

// scoreSheets gives a table per anchor of a strength.
func scoreSheets(card *verify.Scorecard, strength verify.Strength) []sheet {
	var out []sheet
	last := ""
	for i := range card.Checks {
		c := &card.Checks[i]
		if c.Strength != strength {
			continue
		}
		if c.Anchor != last {
			last = c.Anchor
			against := columns(strength)
			out = append(out, sheet{Caption: Clean(c.Anchor), Head: []cell{{"what", ""}, {against[0], "n"}, {against[1], "n"}, {"difference", "n"}, {"allowed", "n"}, {"", ""}}})
		}
		t := &out[len(out)-1]
		unit := ""
		if c.Unit != "" {
			unit = " " + c.Unit
		}
		t.row("", long(c.What), cell{minus(fmt.Sprintf("%.7g", c.Ours)) + unit, "n"}, cell{minus(fmt.Sprintf("%.7g", c.Published)) + unit, "n"}, cell{minus(fmt.Sprintf("%.2g", c.Ours-c.Published)), "n"}, cell{fmt.Sprintf("%.2g", c.Tolerance), "n"}, txt(scoreMark(c)))
		t.Notes = include(t.Notes, Clean("Source: "+c.Source+". Tolerance: "+c.Why+"."))
	}
	return out
}

// scoreMark says how a check came out.
func scoreMark(c *verify.Check) string {
	switch {
	case c.Strength == verify.History:
		return "shown"
	case !c.Pass && c.Strength == verify.Medium:
		return "apart"
	case !c.Pass && c.Strength == verify.Agreement:
		return "beyond"
	case !c.Pass:
		return "FAILED"
	}
	return "ok"
}

// recordChart draws the published records with their intervals.
func recordChart(card *verify.Scorecard) (Drawing, bool) {
	var rows []*verify.Check
	for i := range card.Checks {
		if c := &card.Checks[i]; c.Strength == verify.History && c.High > 0 {
			rows = append(rows, c)
		}
	}
	if len(rows) == 0 {
		return Drawing{}, false
	}
	var csv strings.Builder
	csv.WriteString("record,published_share,low_95,high_95,assumed_share\n")
	for _, c := range rows {
		ours := ""
		if c.Ours > 0 {
			ours = fmt.Sprintf("%g", c.Ours)
		}
		fmt.Fprintf(&csv, "%s,%g,%g,%g,%s\n", csvText(c.What), c.Published, c.Low, c.High, ours)
	}
	return Drawing{Name: "records", Title: "Launched and intercepted, as claimed", Alt: fmt.Sprintf("%d published records of tests and wars as bars with 95 %% intervals, and the single-shot figure assumed for the interceptor as a dot.", len(rows)), CSV: csv.String(),
		svg: func(onPage bool) string {
			const left, wide, step = 330.0, 330.0, 34.0
			c := &canvas{w: left + wide + 30, h: 40 + step*float64(len(rows))}
			x := func(v float64) float64 { return left + wide*math.Max(0, math.Min(1, v)) }
			for _, v := range []float64{0, 0.25, 0.5, 0.75, 1} {
				c.line(x(v), 8, x(v), c.h-26, "grid")
				c.text(x(v), c.h-10, "s m", "middle", fmt.Sprintf("%.0f %%", 100*v))
			}
			for i, r := range rows {
				y := 12 + step*float64(i)
				what := r.What
				if k := strings.Index(what, "; ours:"); k > 0 {
					what = what[:k]
				}
				c.text(left-10, y+16, "s", "end", short(what, 54))
				c.group(fmt.Sprintf("%s: %.2f, 95 %% %.2f to %.2f", what, r.Published, r.Low, r.High))
				c.rect(left, y+3, x(r.Published)-left, 18, "quiet")
				c.whisker(x(r.Low), x(r.High), y+12, 5)
				if r.Ours > 0 {
					c.circle(x(r.Ours), y+12, 5, "dot")
				}
				c.end()
			}
			return c.document("records", "Launched and intercepted, as claimed", "Bars: published share; whiskers: 95 % interval; dots: the assumed single-shot figure.", "", onPage)
		}}, true
}
