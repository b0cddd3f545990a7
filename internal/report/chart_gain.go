package report

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"testudo/internal/measure"
	"testudo/internal/picture"
)

// Drawing is one figure: the SVG and the data it shows.
type Drawing struct {
	Name  string // file name without extension
	Title string
	Alt   string // what it shows, in words
	Wide  bool
	svg   func(page bool) string
	CSV   string // with a header line; units in the column names
	// Source stands below the figure when it is a file of its own: the program,
	// the scenario, the seed.
	Source string
}

// SVG gives the figure as a file of its own, on white, with its title and its
// source.
func (d *Drawing) SVG() string {
	source := d.Source
	if source == "" {
		source = "Drawn by Testudo."
	}
	svg := d.svg(false)
	w, _ := extent(svg)
	return strings.Replace(svg, sourceMark, inert(short(source, int(w/5.6))), 1)
}

// extent is the size of a drawing, in its own units.
func extent(svg string) (w, h float64) {
	if m := viewBox.FindStringSubmatch(svg); m != nil {
		w, _ = strconv.ParseFloat(m[1], 64)
		h, _ = strconv.ParseFloat(m[2], 64)
	}
	return w, h
}

// PNG gives the figure as a picture of two pixels to the drawing's unit, or of
// fewer where that would pass the largest picture.
func (d *Drawing) PNG() ([]byte, error) {
	svg := d.SVG()
	w, h := extent(svg)
	return picture.PNG([]byte(svg), math.Min(2, (picture.MaxSide-1)/math.Max(w, h)))
}

var viewBox = regexp.MustCompile(`^<svg [^>]*viewBox="\S+ \S+ (\S+) (\S+)"`)

// page gives it as part of the report.
func (d *Drawing) page() string { return d.svg(true) }

// Figures draws everything that can be drawn of a comparison: the staircase, the
// nations, and the distribution of leakers.
func Figures(d *Document) []Drawing {
	c := d.Result
	out := []Drawing{stairs(c)}
	if x, ok := dumbbell(c); ok {
		out = append(out, x)
	}
	out = append(out, histograms(c))
	if d.Flip != nil && len(d.Flip.Rows) > 0 {
		out = append(out, tornado(d.Flip, ""))
	}
	return Sourced(out, fmt.Sprintf("%s, scenario %.8s, %d runs, seed %d; raid %s; %s", d.Tool, d.Digest, c.Runs, c.Seed, c.Raid, d.Scenario))
}

// Sourced sets the source of drawings.
func Sourced(all []Drawing, source string) []Drawing {
	for i := range all {
		all[i].Source = source
	}
	return all
}

// best is the posture under which fewest arrive, and its place; the last if none
// is better than the first. Verdict speaks of the same.
func best(c *measure.Comparison) int {
	b := len(c.Rows) - 1
	for i := range c.Rows {
		if i > 0 && c.Rows[i].Leakers.Value < c.Rows[b].Leakers.Value {
			b = i
		}
	}
	return b
}

// Best is the place of the posture under which fewest arrive, 0 if none is better
// than the first.
func Best(c *measure.Comparison) int { return best(c) }

// inWords says what a step brings.
func stepWords(f measure.Figure) string {
	if f.Zero() {
		return "no run differs"
	}
	return sign(f.Value) + " " + iv(f)
}

// stairs draws one bar per posture with its interval, and what each step brings.
func stairs(c *measure.Comparison) Drawing {
	const (
		width, left, bars = 460.0, 2.0, 270.0
		rowH, top, barH   = 46.0, 26.0, 15.0
	)
	most := 0.0
	for _, r := range c.Rows {
		most = math.Max(most, math.Max(r.Leakers.Value, r.Leakers.High))
	}
	if most <= 0 {
		most = 1
	}
	x := func(v float64) float64 { return left + bars*math.Max(0, v)/most }
	height := top + rowH*float64(len(c.Rows)) + 34
	draw := func(page bool) string {
		k := &canvas{w: width, h: height}
		k.text(left, 12, "s m", "", "missiles that arrive, mean and 95 % interval")
		if len(c.Rows) > 1 {
			k.text(width, 12, "s m", "end", "change from the line above")
		}
		base := top + rowH*float64(len(c.Rows)) + 4
		for _, v := range ticks(0, most, 5) {
			k.line(x(v), top, x(v), base, "grid")
			k.text(x(v), base+14, "s m", anchorAt(v), tick(v))
		}
		for i := range c.Rows {
			r := &c.Rows[i]
			y := top + rowH*float64(i)
			same := i > 0 && r.Step.Leakers.Zero()
			k.group(fmt.Sprintf("%s: %s", r.Posture, full(r.Leakers)))
			k.text(left, y+16, "b", "", short(r.Posture, 26))
			k.text(left+bars, y+16, "", "end", full(r.Leakers))
			class := "bar"
			if same {
				class = "quiet"
			}
			k.rect(x(0), y+22, x(r.Leakers.Value)-x(0), barH, class)
			if i > 0 {
				if p := c.Rows[i-1].Leakers.Value; p > r.Leakers.Value {
					k.rect(x(r.Leakers.Value), y+22.5, x(p)-x(r.Leakers.Value), barH-1, "ghost")
				}
			}
			k.whisker(x(r.Leakers.Low), x(r.Leakers.High), y+22+barH/2, 4)
			if i > 0 {
				weight := "s m"
				if r.Step.Leakers.Clear() {
					weight = "b"
				}
				k.text(width, y+22+barH/2+4.5, weight, "end", stepWords(r.Step.Leakers))
			}
			k.end()
		}
		k.line(x(0), top, x(0), base, "axis")
		k.text(left+bars/2, base+28, "s m", "middle", fmt.Sprintf("missiles that arrive, of %s launched", n2(c.Rows[0].Launched.Value)))
		return k.document("fig-stairs", "Leakers under each posture", stairsAlt(c), "", page)
	}
	var csv strings.Builder
	csv.WriteString("posture,leakers,leakers_low,leakers_high,step_leakers,step_low,step_high,no_leaker_probability,damage_value,shots,wasted,cost_usd\n")
	for i := range c.Rows {
		r := &c.Rows[i]
		csvRow(&csv, r.Posture, r.Leakers.Value, r.Leakers.Low, r.Leakers.High, r.Step.Leakers.Value, r.Step.Leakers.Low, r.Step.Leakers.High, r.NoLeaker.Value, r.Damage.Value, r.Shots.Value, r.Wasted.Value, r.CostUSD.Value)
	}
	return Drawing{Name: "staircase", Title: "Leakers under each posture", Alt: stairsAlt(c), svg: draw, CSV: csv.String()}
}

// anchorAt keeps the label of the axis's origin inside the drawing.
func anchorAt(v float64) string {
	if v == 0 {
		return "start"
	}
	return "middle"
}

func stairsAlt(c *measure.Comparison) string {
	var s []string
	for i := range c.Rows {
		r := &c.Rows[i]
		t := fmt.Sprintf("%s %s", r.Posture, full(r.Leakers))
		if i > 0 {
			t += ", change " + stepWords(r.Step.Leakers)
		}
		s = append(s, t)
	}
	return "Bar chart of the mean number of missiles that arrive. " + strings.Join(s, "; ") + "."
}

// dumbbell draws each nation's leakers under the first and the best posture.
func dumbbell(c *measure.Comparison) (Drawing, bool) {
	b := best(c)
	if len(c.Rows) < 2 || len(c.Rows[0].Nations) == 0 {
		return Drawing{}, false
	}
	first, then := &c.Rows[0], &c.Rows[b]
	const width, left, bars, rowH, top = 460.0, 2.0, 270.0, 46.0, 44.0
	most := 0.0
	for i := range first.Nations {
		most = math.Max(most, math.Max(first.Nations[i].Leakers.High, then.Nations[i].Leakers.High))
	}
	if most <= 0 {
		most = 1
	}
	x := func(v float64) float64 { return left + 8 + (bars-8)*math.Max(0, v)/most }
	var alt []string
	var csv strings.Builder
	csv.WriteString("nation,posture,leakers,leakers_low,leakers_high,since_first,since_first_low,since_first_high\n")
	for i := range first.Nations {
		alt = append(alt, fmt.Sprintf("%s from %s to %s (%s)", first.Nations[i].Nation, n2(first.Nations[i].Leakers.Value), n2(then.Nations[i].Leakers.Value), stepWords(then.Nations[i].Base)))
		for k := range c.Rows {
			n := &c.Rows[k].Nations[i]
			csvRow(&csv, n.Nation+","+csvText(c.Rows[k].Posture), n.Leakers.Value, n.Leakers.Low, n.Leakers.High, n.Base.Value, n.Base.Low, n.Base.High)
		}
	}
	title := fmt.Sprintf("Leakers by nation, %s and %s", first.Posture, then.Posture)
	desc := "Leakers on each nation: " + strings.Join(alt, "; ") + "."
	draw := func(page bool) string {
		k := &canvas{w: width, h: top + rowH*float64(len(first.Nations)) + 34}
		k.circle(left+7, 8, 4.5, "ring")
		k.text(left+17, 12, "s", "", short(first.Posture, 22))
		k.circle(left+157, 8, 5, "dot")
		k.text(left+167, 12, "s", "", short(then.Posture, 18))
		k.text(width, 12, "s m", "end", "change, 95 % interval")
		base := top + rowH*float64(len(first.Nations)) - 8
		for _, v := range ticks(0, most, 5) {
			k.line(x(v), top-14, x(v), base, "grid")
			k.text(x(v), base+14, "s m", "middle", tick(v))
		}
		for i := range first.Nations {
			p, q := &first.Nations[i], &then.Nations[i]
			y := top + rowH*float64(i) + 14
			k.group(alt[i])
			k.text(left+8, y-13, "b", "", short(p.Nation, 30))
			k.line(x(p.Leakers.Value), y, x(q.Leakers.Value), y, "join")
			k.circle(x(p.Leakers.Value), y, 5.5, "ring")
			k.circle(x(q.Leakers.Value), y, 5.5, "dot")
			weight := "s m"
			if q.Base.Clear() {
				weight = "b"
			}
			k.text(width, y+4.5, weight, "end", stepWords(q.Base))
			k.end()
		}
		k.text(left+8+(bars-8)/2, base+28, "s m", "middle", "missiles that arrive on the nation, mean")
		return k.document("fig-nations", title, desc, "", page)
	}
	return Drawing{Name: "nations", Title: title, Alt: desc, svg: draw, CSV: csv.String()}, true
}

// histograms draws the distribution of leakers of the first and the best posture
// on one scale, one above the other.
func histograms(c *measure.Comparison) Drawing {
	b := best(c)
	shown := []int{0}
	if b != 0 {
		shown = append(shown, b)
	}
	const width, left, right, panel, top = 460.0, 40.0, 8.0, 158.0, 20.0
	bins, most := 1, 0.0
	share := func(r *measure.Row, k int) float64 {
		total := int64(0)
		for _, n := range r.Histogram {
			total += n
		}
		if total == 0 || k >= len(r.Histogram) {
			return 0
		}
		return float64(r.Histogram[k]) / float64(total)
	}
	var csv strings.Builder
	csv.WriteString("posture,leakers,runs,share\n")
	var names, alt []string
	for _, i := range shown {
		r := &c.Rows[i]
		bins = max(bins, len(r.Histogram))
		peak := 0
		for k := range r.Histogram {
			s := share(r, k)
			if s > share(r, peak) {
				peak = k
			}
			most = math.Max(most, s)
			csvRow(&csv, r.Posture, float64(k), float64(r.Histogram[k]), s)
		}
		names = append(names, r.Posture)
		alt = append(alt, fmt.Sprintf("under %s most often %d arrive, on average %s; none in %s of the runs", r.Posture, peak, n2(r.Leakers.Value), measure.Percent(r.NoLeaker.Value)))
	}
	if most <= 0 {
		most = 1
	}
	title := "How many arrive in a run: " + strings.Join(names, " and ")
	desc := "Histogram of leakers per run: " + strings.Join(alt, "; ") + "."
	draw := func(page bool) string {
		k := &canvas{w: width, h: top + panel*float64(len(shown)) + 30}
		w := (width - left - right) / float64(bins)
		for p, i := range shown {
			r := &c.Rows[i]
			y0 := top + panel*float64(p+1) - 22
			h := panel - 40
			k.text(left, y0-h-8, "b", "", short(r.Posture, 30))
			k.text(width-right, y0-h-8, "s m", "end", "mean "+full(r.Leakers))
			for _, v := range ticks(0, most, 3) {
				k.line(left, y0-h*v/most, width-right, y0-h*v/most, "grid")
				k.text(left-5, y0-h*v/most+4, "s m", "end", tick(v*100)+" %")
			}
			for n := range r.Histogram {
				s := share(r, n)
				if s == 0 {
					continue
				}
				k.group(fmt.Sprintf("%d leakers: %s of the runs", n, measure.Percent(s)))
				k.rect(left+w*float64(n)+w*0.08, y0-h*s/most, w*0.84, h*s/most, "bar")
				k.end()
			}
			mean := left + w*(r.Leakers.Value+0.5)
			k.line(left, y0, width-right, y0, "axis")
			// Below the axis, where it hides no bar.
			k.path(fmt.Sprintf("M%s %sL%s %sL%s %sZ", num(mean), num(y0+1), num(mean-4), num(y0+8), num(mean+4), num(y0+8)), "knot")
		}
		base := top + panel*float64(len(shown)) - 22
		for _, v := range ticks(0, float64(bins-1), 8) {
			if v == math.Trunc(v) {
				k.text(left+w*(v+0.5), base+14, "s m", "middle", tick(v))
			}
		}
		k.text((left+width-right)/2, base+30, "s m", "middle", "missiles that arrive in a run (triangle: mean)")
		return k.document("fig-histogram", title, desc, "", page)
	}
	return Drawing{Name: "leakers", Title: title, Alt: desc, svg: draw, CSV: csv.String()}
}

// NoFormula makes a text printable and keeps a spreadsheet from taking it for a
// formula.
func NoFormula(s string) string {
	s = Clean(s)
	if t := strings.TrimLeft(s, " \u00a0"); t != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(t)[0]) {
		s = "'" + s
	}
	return s
}

// CSVText quotes a field, and keeps a spreadsheet from taking it for a formula or
// a reader for a comment.
func CSVText(s string) string { return csvText(s) }

func csvText(s string) string {
	s = NoFormula(s)
	if strings.ContainsAny(s, ",\"\n\r#") { // some readers end a line at any #
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

// csvRow writes a line: one text that may already hold several fields, and
// numbers in full.
func csvRow(b *strings.Builder, first string, xs ...float64) {
	if !strings.Contains(first, ",") {
		first = csvText(first)
	}
	b.WriteString(first)
	for _, x := range xs {
		b.WriteByte(',')
		b.WriteString(strconv.FormatFloat(x, 'g', -1, 64))
	}
	b.WriteByte('\n')
}
