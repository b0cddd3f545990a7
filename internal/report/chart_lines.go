package report

import (
	"fmt"
	"math"
	"strings"
)

// series is a line of a chart: points, and a band about them where Low and High
// are given.
type series struct {
	Name      string
	X, Y      []float64
	Low, High []float64
}

// dashes tell lines apart without colour.
var dashes = []string{"", "7 4", "2 3", "9 3 2 3", "12 3", "4 2 1 2", "1 4"}

const lineRules = `.line{fill:none;stroke:$bar;stroke-width:2}.band{fill:$quiet;fill-opacity:.28;stroke:none}
`

// lines draws series over a common axis with their bands, each named at its end.
// percent writes the values of the vertical axis as shares.
func lines(name, title, axisX, axisY, columns string, percent bool, all []series) Drawing {
	const left, w, top, h, right = 62.0, 420.0, 30.0, 250.0, 190.0
	x0, x1, y0, y1 := math.Inf(1), math.Inf(-1), 0.0, 0.0
	for _, s := range all {
		for i := range s.X {
			x0, x1 = math.Min(x0, s.X[i]), math.Max(x1, s.X[i])
			y1 = math.Max(y1, s.Y[i])
			if i < len(s.High) && !math.IsInf(s.High[i], 0) {
				y1 = math.Max(y1, s.High[i])
			}
		}
	}
	if percent {
		y1 = 1
	}
	if !(x1 > x0) {
		x1 = x0 + 1
	}
	if y1 <= 0 {
		y1 = 1
	}
	px := func(v float64) float64 { return left + w*(v-x0)/(x1-x0) }
	py := func(v float64) float64 { return top + h*(1-math.Max(y0, math.Min(y1, v))/y1) }
	var csv, alt strings.Builder
	csv.WriteString("series," + columns + "\n")
	fmt.Fprintf(&alt, "Lines of %s against %s.", axisY, axisX)
	for _, s := range all {
		for i := range s.X {
			row := []float64{s.X[i], s.Y[i]}
			if i < len(s.Low) {
				row = append(row, s.Low[i], s.High[i])
			}
			csvRow(&csv, csvText(s.Name), row...)
		}
		if n := len(s.X); n > 0 {
			fmt.Fprintf(&alt, " %s: from %s at %s to %s at %s.", s.Name, tickOf(s.Y[0], percent), tick(s.X[0]), tickOf(s.Y[n-1], percent), tick(s.X[n-1]))
		}
	}
	draw := func(onPage bool) string {
		c := &canvas{w: left + w + right, h: top + h + 44}
		c.text(left, 16, "s m", "", axisY)
		for _, v := range ticks(y0, y1, 5) {
			c.line(left, py(v), left+w, py(v), "grid")
			c.text(left-8, py(v)+4, "s m", "end", tickOf(v, percent))
		}
		for _, v := range ticks(x0, x1, 8) {
			c.line(px(v), top+h, px(v), top+h+4, "axis")
			c.text(px(v), top+h+18, "s m", "middle", tick(v))
		}
		c.line(left, top+h, left+w, top+h, "axis")
		c.text(left+w/2, top+h+36, "s m", "middle", axisX)
		for _, s := range all {
			if len(s.Low) == len(s.X) && len(s.X) > 1 {
				var d strings.Builder
				for i := range s.X {
					fmt.Fprintf(&d, "%s%s %s", when(i == 0, "M")+when(i > 0, "L"), num(px(s.X[i])), num(py(s.High[i])))
				}
				for i := len(s.X) - 1; i >= 0; i-- {
					fmt.Fprintf(&d, "L%s %s", num(px(s.X[i])), num(py(s.Low[i])))
				}
				c.path(d.String()+"Z", "band")
			}
		}
		// Names at the ends of the lines, pushed apart where they would meet.
		type tag struct {
			y    float64
			name string
		}
		var tags []tag
		for k, s := range all {
			if len(s.X) == 0 {
				continue
			}
			var d strings.Builder
			for i := range s.X {
				fmt.Fprintf(&d, "%s%s %s", when(i == 0, "M")+when(i > 0, "L"), num(px(s.X[i])), num(py(s.Y[i])))
			}
			fmt.Fprintf(&c.b, `<g><title>%s</title><path d="%s" class="line" stroke-dasharray="%s"/></g>`, inert(s.Name), d.String(), dashes[k%len(dashes)])
			tags = append(tags, tag{py(s.Y[len(s.Y)-1]), s.Name})
		}
		place(len(tags), func(i int) *float64 { return &tags[i].y }, 15, top+6, top+h)
		for k, t := range tags {
			end := all[k].Y[len(all[k].Y)-1]
			c.line(left+w+2, py(end), left+w+14, t.y-4, "axis")
			fmt.Fprintf(&c.b, `<path d="M%s %sH%s" class="line" stroke-dasharray="%s"/>`, num(left+w+16), num(t.y-4), num(left+w+40), dashes[k%len(dashes)])
			c.text(left+w+44, t.y, "s", "", short(t.name, 24))
		}
		return c.document(name, title, alt.String(), lineRules, onPage)
	}
	return Drawing{Name: name, Title: title, Alt: alt.String(), CSV: csv.String(), svg: draw}
}

func tickOf(v float64, percent bool) string {
	if percent {
		return fmt.Sprintf("%.0f %%", 100*v)
	}
	return tick(v)
}

// place moves labels apart along one axis, by at least gap, in the order of
// their wishes and within the bounds.
func place(n int, at func(int) *float64, gap, lo, hi float64) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	for i := 1; i < n; i++ {
		for j := i; j > 0 && *at(order[j]) < *at(order[j-1]); j-- {
			order[j], order[j-1] = order[j-1], order[j]
		}
	}
	prev := lo - gap
	for _, i := range order {
		if *at(i) < prev+gap {
			*at(i) = prev + gap
		}
		prev = *at(i)
	}
	next := hi + gap
	for k := n - 1; k >= 0; k-- {
		i := order[k]
		if *at(i) > next-gap {
			*at(i) = next - gap
		}
		next = *at(i)
	}
}
