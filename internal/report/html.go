package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"unicode"

	"testudo/internal/measure"
)

//go:embed html.css
var pageCSS string

//go:embed html.tmpl
var pageTemplate string

// All text of a scenario passes through the template's escaping or, inside a
// drawing, through inert.
var page = template.Must(template.Must(template.New("report").Parse(pageTemplate)).Parse(plainTemplate))

// cell is one cell of a table of the report; class n is a number, i an interval,
// w a long text.
type cell struct{ Text, Class string }

type line struct {
	Class string
	Cells []cell
}

type sheet struct {
	Caption string
	Head    []cell
	Rows    []line
	Notes   []string // under the table
}

func (s *sheet) row(class string, cells ...cell) { s.Rows = append(s.Rows, line{class, cells}) }

func txt(s string) cell  { return cell{Clean(s), ""} }
func long(s string) cell { return cell{Clean(s), "w"} }
func val(x float64) cell { return cell{n2(x), "n"} }
func pct(x float64) cell { return cell{measure.Percent(x), "n"} }
func rng(f measure.Figure) cell {
	return cell{iv(f), "i"}
}
func pctRange(f measure.Figure) cell {
	return cell{"[" + measure.Percent(f.Low) + ", " + measure.Percent(f.High) + "]", "i"}
}

// change is a paired difference: two cells.
func change(f measure.Figure, first bool) (cell, cell) {
	switch {
	case first:
		return cell{"", "n"}, cell{"", "i"}
	case f.Zero():
		return cell{"0", "n"}, cell{"no run differs", "i"}
	}
	return cell{sign(f.Value), "n"}, rng(f)
}

type figureView struct {
	Title, Note string
	Wide        bool
	SVG         template.HTML
}

type sectionView struct {
	ID, Title string
	Intro     []string
	Pair      bool
	Figures   []figureView
	Tables    []sheet
	Folded    []sheet
}

type tile struct{ Label, Value, Note string }

type sourceView struct {
	ID, Title, URL string
	Link           bool
}

type pageView struct {
	D        *Document
	Data     template.JS
	Raid     string
	CSS      template.CSS
	Verdict  []string
	Why      []string // steps bring nothing
	Tiles    []tile
	Sections []sectionView
	Own      []string
	Ledgers  []sheet
	Sources  []sourceView
}

// HTML sets a document as one self-contained page: it loads nothing, follows
// light and dark, prints, and carries its own data as JSON. The markup is also
// well-formed XML.
//
// Further drawings, such as Maps and WarnChart give, stand in a section of their
// own after the staircase.
func HTML(d *Document, further ...Drawing) ([]byte, error) {
	c := d.Result
	if c == nil || len(c.Rows) == 0 {
		return nil, fmt.Errorf("report: the document holds no posture")
	}
	data, err := dataBlock(d)
	if err != nil {
		return nil, err
	}
	v := pageView{D: clean(d), Data: data, Raid: Clean(c.Raid), CSS: template.CSS(pageCSS + svgCSS(svgRules+mapRules+warnRules, true)), Verdict: sentences(c.Verdict), Tiles: tiles(c)}
	for i := range c.Idle {
		v.Why = append(v.Why, quotes(minusSigns(Clean(strings.Join(c.Idle[i].Words, " ")))))
	}
	v.Sections = append(v.Sections, gainSection(d))
	if len(further) > 0 {
		s := sectionView{ID: "maps", Title: "Where, and when"}
		for _, n := range d.Notes {
			s.Intro = append(s.Intro, Clean(n))
		}
		for _, f := range further {
			s.Figures = append(s.Figures, drawn(f, ""))
		}
		v.Sections = append(v.Sections, s)
	}
	v.Sections = append(v.Sections, nationSection(c), assetSection(c), spentSection(c))
	if d.Flip != nil {
		v.Sections = append(v.Sections, swingSection(d.Flip))
	}
	for _, o := range d.Overridden {
		v.Own = append(v.Own, "replaced: "+Clean(o))
	}
	for _, o := range d.Added {
		v.Own = append(v.Own, "added: "+Clean(o))
	}
	v.Ledgers = ledgers(d)
	for _, s := range d.Sources {
		u, err := url.Parse(s.URL)
		v.Sources = append(v.Sources, sourceView{Clean(s.ID), Clean(s.Title), Clean(s.URL), err == nil && (u.Scheme == "http" || u.Scheme == "https")})
	}
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return b.Bytes(), nil
}

// dataBlock is a document as JSON that may stand in markup: json escapes the
// angle brackets.
func dataBlock(d any) (template.JS, error) {
	raw, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("report: %w", err)
	}
	return template.JS(InertJSON(raw)), nil
}

// InertJSON escapes in JSON what would act on a terminal or turn the direction of
// a text, and which the encoder lets pass.
func InertJSON(raw []byte) []byte {
	var b bytes.Buffer
	for _, r := range string(raw) {
		if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.Bytes()
}

// clean makes the few texts that the template prints itself printable; the rest
// of the document is shared.
func clean(d *Document) *Document {
	e := *d
	e.Scenario, e.About, e.Date, e.Command, e.Tool = Clean(d.Scenario), Clean(d.About), Clean(d.Date), Clean(d.Command), Clean(d.Tool)
	e.Defaults, e.Model = nil, nil
	for _, s := range d.Defaults {
		e.Defaults = append(e.Defaults, Clean(s))
	}
	for _, s := range d.Model {
		e.Model = append(e.Model, Clean(s))
	}
	return &e
}

// sentences splits a verdict for the eye: ids hold no spaces, so a full stop
// before one ends a sentence.
func sentences(s string) []string {
	parts := strings.SplitAfter(quotes(minusSigns(Clean(s))), ". ")
	out := []string{strings.TrimSpace(parts[0])}
	if rest := strings.TrimSpace(strings.Join(parts[1:], "")); rest != "" {
		out = append(out, rest)
	}
	return out
}

// quotes sets the straight quotation marks of a sentence as a typesetter would.
func quotes(s string) string {
	if strings.Count(s, "\"")%2 != 0 {
		return s
	}
	open := true
	var b strings.Builder
	for _, r := range s {
		switch {
		case r != '"':
			b.WriteRune(r)
		case open:
			b.WriteRune('“')
			open = false
		default:
			b.WriteRune('”')
			open = true
		}
	}
	return b.String()
}

// minusSigns sets the minus of numbers, and leaves the hyphens of words alone.
func minusSigns(s string) string {
	r := []rune(s)
	for i, x := range r {
		if x == '-' && i+1 < len(r) && r[i+1] >= '0' && r[i+1] <= '9' && (i == 0 || r[i-1] == ' ' || r[i-1] == '(' || r[i-1] == '[') {
			r[i] = '−'
		}
	}
	return string(r)
}

func tiles(c *measure.Comparison) []tile {
	first := &c.Rows[0]
	if len(c.Rows) == 1 {
		return []tile{
			{"missiles that arrive", n2(first.Leakers.Value), "95 % " + iv(first.Leakers)},
			{"chance that none arrives", measure.Percent(first.NoLeaker.Value), ""},
			{"interceptors fired", n2(first.Shots.Value), n2(first.Wasted.Value) + " of them wasted"},
			{"their cost", millions(first.CostUSD.Value) + " MUSD", "at the catalogue's unit costs"},
		}
	}
	b := &c.Rows[best(c)]
	note := first.Posture + " → " + b.Posture
	return []tile{
		{"missiles that arrive", n2(first.Leakers.Value) + " → " + n2(b.Leakers.Value), note},
		{"chance that none arrives", measure.Percent(first.NoLeaker.Value) + " → " + measure.Percent(b.NoLeaker.Value), note},
		{"interceptors fired", n2(first.Shots.Value) + " → " + n2(b.Shots.Value), "wasted " + n2(first.Wasted.Value) + " → " + n2(b.Wasted.Value)},
		{"their cost, MUSD", millions(first.CostUSD.Value) + " → " + millions(b.CostUSD.Value), "at the catalogue's unit costs"},
	}
}

func drawn(d Drawing, note string) figureView {
	return figureView{Title: Clean(d.Title), Note: note, Wide: d.Wide, SVG: template.HTML(d.page())}
}

func gainSection(d *Document) sectionView {
	c := d.Result
	s := sectionView{ID: "gain", Title: "The staircase", Pair: true}
	if len(c.Rows) == 1 {
		s.Title = "What happens"
	}
	s.Figures = append(s.Figures,
		drawn(stairs(c), fmt.Sprintf("Means over %d runs with their 95 %% intervals; changes are paired run by run over the same dice, bold where the interval leaves zero out. A pale bar marks a step under which no run comes out differently.", c.Runs)),
		drawn(histograms(c), "Share of the runs by the number of missiles that arrive."))
	t := sheet{Caption: "Postures: means per raid and 95 % intervals", Head: []cell{{"posture", ""}, {"leakers", "n"}, {"95 %", ""}, {"step", "n"}, {"95 %", ""}, {"P(none)", "n"}, {"damage", "n"}, {"95 %", ""}, {"shots", "n"}, {"wasted", "n"}, {"cost, MUSD", "n"}}}
	what := sheet{Caption: "What each posture means", Head: []cell{{"posture", ""}, {"what it is", ""}}}
	b := best(c)
	for i := range c.Rows {
		r := &c.Rows[i]
		p, q := change(r.Step.Leakers, i == 0)
		t.row(when(i == b && len(c.Rows) > 1, "best"), txt(r.Posture), val(r.Leakers.Value), rng(r.Leakers), p, q, pct(r.NoLeaker.Value), val(r.Damage.Value), rng(r.Damage), val(r.Shots.Value), val(r.Wasted.Value), cell{millions(r.CostUSD.Value), "n"})
		what.row("", txt(r.Posture), long(r.About))
	}
	s.Tables = append(s.Tables, t)
	s.Folded = append(s.Folded, what)
	if len(c.Rows[0].Objectives) > 0 {
		o := sheet{Caption: "Is the attacker denied what he wants? Probability and 95 % interval", Head: []cell{{"posture", ""}}}
		aim := sheet{Caption: "What the attacker wants", Head: []cell{{"objective", ""}, {"what it is", ""}}}
		for _, x := range c.Rows[0].Objectives {
			o.Head = append(o.Head, cell{Clean(x.Objective), "n"}, cell{"95 %", ""})
			aim.row("", txt(x.Objective), long(x.About))
		}
		for i := range c.Rows {
			x := line{Class: when(i == b && len(c.Rows) > 1, "best"), Cells: []cell{txt(c.Rows[i].Posture)}}
			for _, k := range c.Rows[i].Objectives {
				x.Cells = append(x.Cells, pct(k.Denied.Value), pctRange(k.Denied))
			}
			o.Rows = append(o.Rows, x)
		}
		s.Folded = append(s.Folded, aim)
		s.Tables = append(s.Tables, o)
	}
	return s
}

func when(yes bool, s string) string {
	if yes {
		return s
	}
	return ""
}

func nationSection(c *measure.Comparison) sectionView {
	s := sectionView{ID: "nations", Title: "Nation by nation"}
	if f, ok := dumbbell(c); ok {
		s.Figures = append(s.Figures, drawn(f, "Hollow: the first posture; filled: the one under which fewest arrive. Changes are paired, bold where the 95 % interval leaves zero out."))
	}
	for n := range c.Rows[0].Nations {
		t := sheet{Caption: c.Rows[0].Nations[n].Nation + ": means per raid and 95 % intervals", Head: []cell{{"posture", ""}, {"leakers", "n"}, {"95 %", ""}, {"since first", "n"}, {"95 %", ""}, {"P(none)", "n"}, {"damage", "n"}, {"shots", "n"}, {"wasted", "n"}, {"for others", "n"}, {"exposed", "n"}}}
		for i := range c.Rows {
			x := &c.Rows[i].Nations[n]
			p, q := change(x.Base, i == 0)
			t.row(when(i == best(c) && len(c.Rows) > 1, "best"), txt(c.Rows[i].Posture), val(x.Leakers.Value), rng(x.Leakers), p, q, pct(x.NoLeaker.Value), val(x.Damage.Value), val(x.Shots.Value), val(x.Wasted.Value), val(x.OnOthers.Value), val(x.Exposed.Value))
		}
		t.Caption = Clean(t.Caption)
		s.Tables = append(s.Tables, t)
	}
	s.Intro = []string{"“For others” counts rounds spent on missiles aimed at another nation; “exposed” counts leakers at home that met launchers emptied that way."}
	return s
}

func assetSection(c *measure.Comparison) sectionView {
	s := sectionView{ID: "assets", Title: "Place by place, and the seconds of warning"}
	s.Intro = []string{"Seconds are counted back from impact, as means over the missiles concerned: from the first word to the nation, from its firm track, and from the first and the last shot anybody could have fired."}
	for _, i := range firstAndBest(c) {
		r := &c.Rows[i]
		t := sheet{Caption: "Under " + Clean(r.Posture), Head: []cell{{"asset", ""}, {"nation", ""}, {"missiles at it", "n"}, {"leakers", "n"}, {"95 %", ""}, {"since first", "n"}, {"hits", "n"}, {"warned", "n"}, {"warning, s", "n"}, {"tracked", "n"}, {"track, s", "n"}, {"shootable", "n"}, {"first shot, s", "n"}, {"last shot, s", "n"}}}
		for k := range r.Assets {
			a := &r.Assets[k]
			p, _ := change(a.Base, i == 0)
			t.row("", txt(a.Asset), txt(a.Nation), val(a.Threats.Value), val(a.Leakers.Value), rng(a.Leakers), p, val(a.Hits.Value), pct(a.Warned.Value), secs(a.WarningS, a.Warned), pct(a.Tracked.Value), secs(a.TrackS, a.Tracked), pct(a.Shootable.Value), secs(a.FirstS, a.Shootable), secs(a.LastS, a.Shootable))
		}
		s.Tables = append(s.Tables, t)
	}
	return s
}

// secs is a time before impact, or a dash where it never comes.
func secs(f, share measure.Figure) cell {
	if share.Value == 0 {
		return cell{"–", "n"}
	}
	return val(f.Value)
}

func firstAndBest(c *measure.Comparison) []int {
	if b := best(c); b != 0 {
		return []int{0, b}
	}
	return []int{0}
}

func spentSection(c *measure.Comparison) sectionView {
	s := sectionView{ID: "spent", Title: "What was spent"}
	for _, i := range firstAndBest(c) {
		r := &c.Rows[i]
		t := sheet{Caption: "By kind of interceptor, under " + Clean(r.Posture), Head: []cell{{"interceptor", ""}, {"shots", "n"}, {"wasted", "n"}, {"stopped", "n"}, {"left", "n"}}}
		for _, l := range r.Layers {
			t.row("", txt(l.Interceptor), val(l.Shots), val(l.Wasted), val(l.Killed), val(l.Left))
		}
		s.Tables = append(s.Tables, t)
		t = sheet{Caption: "By battery, under " + Clean(r.Posture), Head: []cell{{"battery", ""}, {"nation", ""}, {"interceptor", ""}, {"shots", "n"}, {"95 %", ""}, {"wasted", "n"}, {"stopped", "n"}, {"for others", "n"}, {"left", "n"}}}
		for _, x := range r.Batteries {
			t.row("", txt(x.Battery), txt(x.Nation), txt(x.Interceptor), val(x.Shots.Value), rng(x.Shots), val(x.Wasted.Value), val(x.Killed.Value), val(x.OnOthers.Value), val(x.Left.Value))
		}
		s.Folded = append(s.Folded, t)
	}
	return s
}

func ledgers(d *Document) []sheet {
	cited := sheet{Caption: fmt.Sprintf("Cited figures (%d)", d.Ledger.Cited), Head: []cell{{"figure", ""}, {"value", ""}, {"low to high", ""}, {"source", ""}, {"at", ""}}}
	assumed := sheet{Caption: fmt.Sprintf("Assumed figures (%d)", d.Ledger.Assumed), Head: []cell{{"figure", ""}, {"value", ""}, {"low to high", ""}, {"reason", ""}}}
	titles := map[string]string{}
	for _, s := range d.Sources {
		titles[s.ID] = s.Title
	}
	for _, r := range d.Ledger.Rows {
		name, value, spread := txt(r.Entry+"."+r.Figure), r.Value, ""
		if r.PriceYear != 0 {
			value += fmt.Sprintf(" (%d)", r.PriceYear)
		}
		if r.Low != "" || r.High != "" {
			spread = r.Low + " to " + r.High
		}
		if r.Assumed {
			assumed.row("", name, txt(value), txt(spread), long(r.Reason))
			continue
		}
		src := r.Source
		if t := titles[src]; t != "" {
			src += ": " + t
		}
		cited.row("", name, txt(value), txt(spread), long(src), long(r.Page))
	}
	return []sheet{cited, assumed}
}
