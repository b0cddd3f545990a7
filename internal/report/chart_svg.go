package report

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"testudo/internal/measure"
)

// Figures are drawn as SVG text. Inside the HTML report they take their colours
// from the page, so that they follow light and dark; as files of their own they
// carry a light palette, because they are pasted into papers.

// svgRules are the drawing classes; $name stands for a colour of the palette.
const svgRules = `.t{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif;fill:$ink}
.b{font-weight:600}.s{font-size:11.5px}.x{font-size:10.5px}.m{fill:$muted}.h{font-size:15px;font-weight:600}
.axis{stroke:$muted;stroke-width:1;fill:none}.grid{stroke:$line;stroke-width:1;fill:none}
.bar{fill:$bar}.quiet{fill:$quiet}.ghost{fill:none;stroke:$muted;stroke-width:1;stroke-dasharray:3 2}
.whisker{stroke:$ink;stroke-width:1.6;fill:none}.halo{stroke:$paper;stroke-width:4.5;fill:none}
.dot{fill:$bar;stroke:$paper;stroke-width:1}.ring{fill:$paper;stroke:$bar;stroke-width:2}.join{stroke:$muted;stroke-width:1.5;fill:none}
.paper{fill:$paper}.knot{fill:$bar}
`

// palette is the light one of files of their own; html.css names the same.
var palette = [...][2]string{{"ink", "#1b1f24"}, {"muted", "#57606a"}, {"line", "#d5dbe1"}, {"bar", "#1f4e79"}, {"quiet", "#a9bccf"}, {"paper", "#ffffff"},
	{"sea", "#d3e3ee"}, {"land", "#fbf9f4"}, {"ours", "#eff1dc"}, {"theirs", "#f0cfc0"}, {"own", "#1f4e79"}, {"foe", "#9a2d13"}, {"coast", "#5f7385"}, {"unit", "#cfe8f7"}, {"enemy", "#fbd9d0"}}

// svgCSS gives the classes for the page (variables) or for a file (colours).
func svgCSS(rules string, page bool) string {
	for _, p := range palette {
		c := p[1]
		if page {
			c = "var(--" + p[0] + ")"
		}
		rules = strings.ReplaceAll(rules, "$"+p[0], c)
	}
	return rules
}

// canvas collects the parts of one drawing. Text from a scenario enters through
// text and title only, which escape it.
type canvas struct {
	b    strings.Builder
	w, h float64
}

func num(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		x = 0
	}
	return strconv.FormatFloat(math.Round(x*100)/100, 'f', -1, 64)
}

// inert makes a text from a scenario harmless in markup.
func inert(s string) string { return html.EscapeString(Clean(s)) }

func (c *canvas) text(x, y float64, class, anchor, s string) {
	a := ""
	if anchor != "" {
		a = ` text-anchor="` + anchor + `"`
	}
	fmt.Fprintf(&c.b, `<text x="%s" y="%s" class="t %s"%s>%s</text>`, num(x), num(y), class, a, inert(s))
}

func (c *canvas) rect(x, y, w, h float64, class string) {
	fmt.Fprintf(&c.b, `<rect x="%s" y="%s" width="%s" height="%s" class="%s"/>`, num(x), num(y), num(math.Max(0, w)), num(math.Max(0, h)), class)
}

func (c *canvas) line(x1, y1, x2, y2 float64, class string) {
	fmt.Fprintf(&c.b, `<line x1="%s" y1="%s" x2="%s" y2="%s" class="%s"/>`, num(x1), num(y1), num(x2), num(y2), class)
}

func (c *canvas) circle(x, y, r float64, class string) {
	fmt.Fprintf(&c.b, `<circle cx="%s" cy="%s" r="%s" class="%s"/>`, num(x), num(y), num(r), class)
}

func (c *canvas) path(d, class string) {
	fmt.Fprintf(&c.b, `<path d="%s" class="%s"/>`, d, class)
}

// fill draws a shape of several rings, of which the inner ones are holes.
func (c *canvas) fill(d, class string) {
	fmt.Fprintf(&c.b, `<path d="%s" class="%s" fill-rule="evenodd"/>`, d, class)
}

// group opens a group with a tooltip; close it with end.
func (c *canvas) group(title string) { c.b.WriteString("<g><title>" + inert(title) + "</title>") }
func (c *canvas) end()               { c.b.WriteString("</g>") }

// whisker draws an interval across a bar, with a halo that keeps it legible over
// dark and light alike.
func (c *canvas) whisker(x1, x2, y, cap float64) {
	d := fmt.Sprintf("M%s %sV%sM%s %sH%sM%s %sV%s", num(x1), num(y-cap), num(y+cap), num(x1), num(y), num(x2), num(x2), num(y-cap), num(y+cap))
	c.path(d, "halo")
	c.path(d, "whisker")
}

// sourceMark stands where Drawing.SVG writes the source of a figure.
const sourceMark = "\x00"

// document closes a drawing. The title and description are read out by screen
// readers; id must be unique within a page. As a file of its own a drawing
// carries its title above and its source below, because it travels alone.
func (c *canvas) document(id, title, desc, rules string, page bool) string {
	var o strings.Builder
	box, extra, foot := fmt.Sprintf(`viewBox="0 0 %s %s"`, num(c.w), num(c.h)), "", ""
	if !page {
		const lineH = 19.0
		head := strings.Split(strings.TrimSpace(wrap(title, int(c.w/8.4))), "\n")
		top, w := lineH*float64(len(head))+10, c.w+2*edge
		h := top + c.h + 24
		box = fmt.Sprintf(`viewBox="%s %s %s %s" width="%s" height="%s"`, num(-edge), num(-top), num(w), num(h), num(w), num(h))
		extra = fmt.Sprintf(`<style>%s</style><rect class="paper" x="%s" y="%s" width="100%%" height="100%%"/>`, svgCSS(svgRules+rules, false), num(-edge), num(-top))
		for i, l := range head {
			extra += fmt.Sprintf(`<text x="0" y="%s" class="t h">%s</text>`, num(lineH*float64(i+1)-top), inert(l))
		}
		foot = fmt.Sprintf(`<text x="0" y="%s" class="t x m">%s</text>`, num(c.h+16), sourceMark)
	}
	fmt.Fprintf(&o, `<svg xmlns="http://www.w3.org/2000/svg" %s role="img" aria-labelledby="%s-t %s-d"><title id="%s-t">%s</title><desc id="%s-d">%s</desc>%s`,
		box, id, id, id, inert(title), id, inert(desc), extra)
	o.WriteString(c.b.String())
	o.WriteString(foot + "</svg>")
	return o.String()
}

// edge is the white margin of a drawing that stands alone.
const edge = 8.0

// minus sets a printed number with the sign a typesetter would use.
func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }

func n2(x float64) string          { return minus(measure.Num(x)) }
func sign(x float64) string        { return minus(signed(x)) }
func iv(f measure.Figure) string   { return minus(interval(f)) }
func full(f measure.Figure) string { return n2(f.Value) + " " + iv(f) }

// short cuts a text to n characters.
func short(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// ticks gives round values from 0 (or lo) up to at most hi, about n of them.
func ticks(lo, hi float64, n int) []float64 {
	if !(hi > lo) {
		return []float64{lo}
	}
	raw := (hi - lo) / float64(n)
	p := math.Pow(10, math.Floor(math.Log10(raw)))
	step := p
	for _, m := range []float64{1, 2, 5, 10} {
		if m*p >= raw*0.999 {
			step = m * p
			break
		}
	}
	var out []float64
	for k := math.Ceil(lo/step-1e-9) + 0; k*step <= hi*(1+1e-9); k++ {
		out = append(out, k*step)
	}
	return out
}

func tick(x float64) string {
	// Adding zero turns the negative zero that rounding may leave into zero.
	return minus(strconv.FormatFloat(math.Round(x*1e6)/1e6+0, 'f', -1, 64))
}
