package report

import (
	"fmt"
	"math"
	"strings"

	"testudo/internal/measure"
)

// Swings says which uncertain figures of the catalogue move the headline.
type Swings struct {
	From    string          `json:"from"` // the headline is the gain between these postures
	To      string          `json:"to"`
	Base    measure.Figure  `json:"gain_missiles"`
	Runs    int             `json:"runs"`
	Tried   int             `json:"runs_of_the_first_look"`
	Figures int             `json:"figures_tried"`
	Moving  int             `json:"figures_that_move_it"`
	Rows    []measure.Swing `json:"swings"` // those that move it most
	Left    []string        `json:"left_out,omitempty"`
}

// Words says what would flip the headline.
func (s *Swings) Words() []string {
	head := fmt.Sprintf("Each of the %d main figures of the catalogue that has a spread (chances, reaches, speeds, delays of weapons, sensors and missiles) was set to its low and to its high end, one at a time, over the same dice; %d of them move the gain from “%s” to “%s”, which is %s missiles %s at the figures' values. Shown are the %d that move it most, each end played %d times (all others: %d).",
		s.Figures, s.Moving, Clean(s.From), Clean(s.To), n2(s.Base.Value), iv(s.Base), len(s.Rows), s.Runs, s.Tried)
	var turned, lost []string
	for i := range s.Rows {
		r := &s.Rows[i]
		switch name := Clean(r.Entry + " " + r.Figure); r.Flip(s.Base) {
		case "reverses":
			turned = append(turned, name)
		case "is lost":
			lost = append(lost, name)
		}
	}
	verdict := "No single figure, at either end of its spread, takes the gain away."
	switch {
	case !s.Base.Clear():
		verdict = "The gain itself cannot be told from none."
	case len(turned) > 0:
		verdict = "The conclusion turns round with: " + strings.Join(turned, ", ") + "."
		if len(lost) > 0 {
			verdict += " It is lost in the noise with: " + strings.Join(lost, ", ") + "."
		}
	case len(lost) > 0:
		verdict = "The gain can no longer be told from none with: " + strings.Join(lost, ", ") + "."
	}
	out := []string{verdict, head, "Figures that move together are not covered by this: it moves one at a time."}
	if len(s.Left) > 0 {
		out = append(out, "Left out, because the scenario cannot be played there: "+Clean(strings.Join(s.Left, ", "))+".")
	}
	return out
}

// ends prints the range of a swing's figure.
func ends(r *measure.Swing) string {
	low, high := r.Low, r.High
	if low == "" {
		low = r.Value
	}
	if high == "" {
		high = r.Value
	}
	return low + " … " + r.Value + " … " + high
}

// tornado draws how far each figure moves the headline.
func tornado(s *Swings, source string) Drawing {
	const width, left, right, rowH, top = 1000.0, 330.0, 30.0, 34.0, 40.0
	lo, hi := math.Min(0, s.Base.Value), math.Max(0, s.Base.Value)
	for i := range s.Rows {
		for _, f := range []measure.Figure{s.Rows[i].AtLow, s.Rows[i].AtHigh} {
			lo, hi = math.Min(lo, finite(f.Low, f.Value)), math.Max(hi, finite(f.High, f.Value))
		}
	}
	if hi <= lo {
		hi = lo + 1
	}
	x := func(v float64) float64 { return left + (width-left-right)*(v-lo)/(hi-lo) }
	title := fmt.Sprintf("What moves the gain from %s to %s", s.From, s.To)
	var alt []string
	var csv strings.Builder
	csv.WriteString("figure,low,value,high,assumed,gain_at_low_missiles,gain_at_low_low95,gain_at_low_high95,gain_at_high_missiles,gain_at_high_low95,gain_at_high_high95\n")
	for i := range s.Rows {
		r := &s.Rows[i]
		alt = append(alt, fmt.Sprintf("%s %s: %s to %s", r.Entry, r.Figure, n2(r.AtLow.Value), n2(r.AtHigh.Value)))
		csvRow(&csv, strings.Join([]string{csvText(r.Entry + "." + r.Figure), csvText(r.Low), csvText(r.Value), csvText(r.High), fmt.Sprint(r.Assumed)}, ","),
			r.AtLow.Value, r.AtLow.Low, r.AtLow.High, r.AtHigh.Value, r.AtHigh.Low, r.AtHigh.High)
	}
	desc := fmt.Sprintf("Tornado chart: gain in missiles with each figure at its low and its high end; %s with all at their values. %s.", n2(s.Base.Value), strings.Join(alt, "; "))
	draw := func(page bool) string {
		k := &canvas{w: width, h: top + rowH*float64(len(s.Rows)) + 40}
		k.circle(8, 12, 4.5, "ring")
		k.text(18, 16, "s", "start", "figure at its low end")
		k.circle(158, 12, 4.5, "dot")
		k.text(168, 16, "s", "start", "at its high end, each with its 95 % interval")
		base := top + rowH*float64(len(s.Rows))
		for _, v := range ticks(lo, hi, 8) {
			k.line(x(v), top-4, x(v), base, "grid")
			k.text(x(v), base+15, "s m", "middle", tick(v))
		}
		if lo < 0 {
			k.line(x(0), top-4, x(0), base, "axis")
		}
		k.line(x(s.Base.Value), top-4, x(s.Base.Value), base, "whisker")
		k.text(x(s.Base.Value), top-10, "s b", "middle", "all at their values: "+n2(s.Base.Value))
		for i := range s.Rows {
			r := &s.Rows[i]
			y := top + rowH*float64(i)
			k.group(fmt.Sprintf("%s %s, %s: %s at the low end, %s at the high", r.Entry, r.Figure, ends(r), full(r.AtLow), full(r.AtHigh)))
			k.text(left-12, y+13, "b", "end", short(r.Entry+" "+r.Figure, 44))
			k.text(left-12, y+27, "x m", "end", short(ends(r), 52)+map[bool]string{true: " (assumed)", false: ""}[r.Assumed])
			a, b := x(r.AtLow.Value), x(r.AtHigh.Value)
			k.rect(math.Min(a, b), y+8, math.Abs(b-a), 14, "quiet")
			for _, f := range []measure.Figure{r.AtLow, r.AtHigh} {
				k.line(x(finite(f.Low, f.Value)), y+15, x(finite(f.High, f.Value)), y+15, "join")
			}
			k.circle(a, y+15, 4.5, "ring")
			k.circle(b, y+15, 4.5, "dot")
			k.end()
		}
		k.text((left+width-right)/2, base+32, "s m", "middle", "gain: missiles fewer that arrive")
		return k.document("fig-tornado", title, desc, "", page)
	}
	return Drawing{Name: "tornado", Wide: true, Title: title, Alt: desc, svg: draw, CSV: csv.String(), Source: source}
}

// finite gives x, or v where one run tells no interval.
func finite(x, v float64) float64 {
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return v
	}
	return x
}

func swingSection(s *Swings) sectionView {
	out := sectionView{ID: "flip", Title: "What would flip it", Intro: s.Words()}
	if len(s.Rows) == 0 {
		return out
	}
	out.Figures = append(out.Figures, drawn(tornado(s, ""), "One figure at a time; the bar runs from the gain at its low end to that at its high end."))
	t := sheet{Caption: "The figures that move the gain most", Head: []cell{{"figure", ""}, {"low … value … high", ""}, {"gain at low", "n"}, {"95 %", ""}, {"gain at high", "n"}, {"95 %", ""}, {"the gain", ""}}}
	for i := range s.Rows {
		r := &s.Rows[i]
		stands := r.Flip(s.Base)
		if stands == "" {
			stands = "stands"
		}
		t.row("", txt(r.Entry+"."+r.Figure), txt(ends(r)), val(r.AtLow.Value), rng(r.AtLow), val(r.AtHigh.Value), rng(r.AtHigh), txt(stands))
	}
	out.Tables = append(out.Tables, t)
	return out
}
