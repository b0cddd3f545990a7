package report

import (
	"fmt"
	"math"
	"strings"

	"testudo/internal/measure"
)

// bar is one bar of a chart: a figure with its interval, and what stands beside it.
type bar struct {
	Label  string
	Figure measure.Figure
	Note   string
	Quiet  bool // drawn pale: zero, or for comparison only
}

// bars draws horizontal bars with whiskers; values below zero go to the left.
// axis names the quantity and its unit, column the CSV column of the values.
func bars(name, title, axis, column string, rows []bar) Drawing {
	const labelW, barsW, noteW, rowH, top = 190.0, 300.0, 170.0, 30.0, 24.0
	lo, hi := 0.0, 0.0
	for _, r := range rows {
		for _, v := range []float64{r.Figure.Value, r.Figure.Low, r.Figure.High} {
			if !math.IsInf(v, 0) && !math.IsNaN(v) {
				lo, hi = math.Min(lo, v), math.Max(hi, v)
			}
		}
	}
	if hi == lo {
		hi = lo + 1
	}
	x := func(v float64) float64 { return labelW + barsW*(math.Max(lo, math.Min(hi, v))-lo)/(hi-lo) }
	var csv, alt strings.Builder
	fmt.Fprintf(&csv, "label,%s,%s_low_95,%s_high_95\n", column, column, column)
	fmt.Fprintf(&alt, "Bar chart, %s.", axis)
	for _, r := range rows {
		csvRow(&csv, csvText(r.Label), r.Figure.Value, r.Figure.Low, r.Figure.High)
		fmt.Fprintf(&alt, " %s: %s.", r.Label, full(r.Figure))
	}
	draw := func(onPage bool) string {
		c := &canvas{w: labelW + barsW + noteW, h: top + rowH*float64(len(rows)) + 30}
		base := top + rowH*float64(len(rows))
		c.text(labelW, 14, "s m", "", axis)
		for _, v := range ticks(lo, hi, 5) {
			c.line(x(v), top, x(v), base, "grid")
			c.text(x(v), base+15, "s m", "middle", tick(v))
		}
		for i, r := range rows {
			y := top + rowH*float64(i)
			c.text(labelW-8, y+19, "s", "end", short(r.Label, 30))
			c.group(r.Label + ": " + full(r.Figure))
			a, b := x(math.Min(0, r.Figure.Value)), x(math.Max(0, r.Figure.Value))
			c.rect(a, y+7, b-a, 15, when(r.Quiet, "quiet")+when(!r.Quiet, "bar"))
			if r.Figure.High > r.Figure.Low {
				c.whisker(x(r.Figure.Low), x(r.Figure.High), y+14.5, 4)
			}
			c.end()
			note := r.Note
			if note == "" {
				note = n2(r.Figure.Value)
			}
			c.text(math.Max(x(r.Figure.High), b)+8, y+19, "s", "", short(note, 34))
		}
		if lo < 0 {
			c.line(x(0), top, x(0), base, "axis")
		}
		return c.document(name, title, alt.String(), "", onPage)
	}
	return Drawing{Name: name, Title: title, Alt: alt.String(), CSV: csv.String(), svg: draw}
}
