package testudo

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"testudo/internal/cover"
	"testudo/internal/measure"
	"testudo/internal/report"
)

// The page of a report is read back here as a stranger would: its markup is
// parsed, and what stands in its text, its tables and its drawings is compared
// with the data it carries, by the digits that are shown.

type readTable struct {
	caption string
	head    []string
	rows    [][]string
}

type readPage struct {
	verdict, tiles string
	tables         []readTable
	drawn          map[string][]string // by the id of a drawing: its texts
	data           []byte
}

// readBack parses a page, which is well-formed XML by design.
func readBack(t *testing.T, page []byte) *readPage {
	t.Helper()
	p := &readPage{drawn: map[string][]string{}}
	ids := map[string]bool{}
	d := xml.NewDecoder(bytes.NewReader(page))
	d.Entity = xml.HTMLEntity
	var stack []string // names, with what tells an element apart
	in := func(name string) bool {
		for _, s := range stack {
			if s == name {
				return true
			}
		}
		return false
	}
	drawing := ""
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return p
		}
		if err != nil {
			t.Fatal(err)
		}
		switch x := tok.(type) {
		case xml.StartElement:
			name := x.Name.Local
			for _, a := range x.Attr {
				if a.Name.Local == "id" {
					// A clip or a label would be looked up in the wrong drawing.
					if ids[a.Value] {
						t.Errorf("the id %q stands twice on the page", a.Value)
					}
					ids[a.Value] = true
				}
				switch {
				case a.Name.Local == "class" && (a.Value == "verdict" || a.Value == "tiles"):
					name = a.Value
				case a.Name.Local == "id" && a.Value == "testudo-data":
					name = a.Value
				case a.Name.Local == "aria-labelledby" && name == "svg":
					drawing = strings.TrimSuffix(strings.Fields(a.Value)[0], "-t")
				}
			}
			stack = append(stack, name)
			switch name {
			case "table":
				p.tables = append(p.tables, readTable{})
			case "tr":
				if tb := &p.tables[len(p.tables)-1]; !in("thead") {
					tb.rows = append(tb.rows, nil)
				}
			case "th", "td":
				tb := &p.tables[len(p.tables)-1]
				if in("thead") {
					tb.head = append(tb.head, "")
				} else {
					tb.rows[len(tb.rows)-1] = append(tb.rows[len(tb.rows)-1], "")
				}
			case "text":
				p.drawn[drawing] = append(p.drawn[drawing], "")
			}
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			s := string(x)
			switch {
			case in("testudo-data"):
				p.data = append(p.data, x...)
			case in("verdict"):
				p.verdict += s + " "
			case in("tiles"):
				p.tiles += s + " "
			case in("caption"):
				p.tables[len(p.tables)-1].caption += s
			case in("thead") && (in("th")):
				h := p.tables[len(p.tables)-1].head
				h[len(h)-1] += s
			case in("tbody") && (in("td") || in("th")):
				rs := p.tables[len(p.tables)-1].rows
				r := rs[len(rs)-1]
				r[len(r)-1] += s
			case in("text"):
				ts := p.drawn[drawing]
				ts[len(ts)-1] += s
			}
		}
	}
}

func (p *readPage) table(t *testing.T, caption string) *readTable {
	t.Helper()
	for i := range p.tables {
		if p.tables[i].caption == caption {
			return &p.tables[i]
		}
	}
	t.Fatalf("no table %q", caption)
	return nil
}

var number = regexp.MustCompile(`[−+-]?\d+(?:\.\d+)?(?:e[+-−]?\d+)?`)

// shows reports whether a printed number is a value, to the digits it has.
func shows(text string, v float64) bool {
	s := strings.NewReplacer("−", "-", "+", "").Replace(text)
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return false
	}
	half := 0.5
	if m, exp, ok := strings.Cut(s, "e"); ok {
		e, _ := strconv.Atoi(exp)
		half = 0.5 * math.Pow(10, float64(e))
		s = m
	}
	if _, decimals, ok := strings.Cut(s, "."); ok {
		half *= math.Pow(10, -float64(len(decimals)))
	}
	return math.Abs(x-v) <= half*(1+1e-9)
}

// cellShows compares a cell with a value; a percentage is told by its sign.
func cellShows(cell string, v float64) bool {
	n := number.FindAllString(cell, -1)
	switch {
	case strings.HasPrefix(cell, ">99.9"):
		return v > 0.9995
	case strings.HasSuffix(cell, "%") && len(n) == 1:
		return shows(n[0], 100*v)
	}
	return len(n) == 1 && shows(n[0], v)
}

func intervalShows(cell string, f measure.Figure) bool {
	if math.IsInf(f.Low, 0) || math.IsInf(f.High, 0) || math.IsNaN(f.Low) {
		return true // one run has no interval
	}
	inner := strings.Trim(cell, "[]")
	lo, hi, ok := strings.Cut(inner, ", ")
	return ok && cellShows(lo, f.Low) && cellShows(hi, f.High)
}

func readReport(t *testing.T) (*World, *report.Document, []report.Drawing, []byte) {
	t.Helper()
	s, err := Load("scenarios/gulf.yaml") // two radars of its own to draw
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Compile("across-the-gulf")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Seed: 7, Runs: 150, Workers: 2}
	c, err := w.Gain(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	d := w.Document(c, "testudo report scenarios/gulf.yaml")
	fig := func(v, lo, hi float64) measure.Figure { return measure.Figure{Value: v, Low: lo, High: hi} }
	d.Flip = &report.Swings{From: c.Rows[0].Posture, To: c.Rows[len(c.Rows)-1].Posture, Base: fig(1.2345, 1.0123, 1.4567), Runs: 3000, Tried: 400, Figures: 77, Moving: 12,
		Rows: []measure.Swing{{Entry: "thaad-interceptor", Figure: "kill-probability", Value: "0.85", Low: "0.6", High: "0.9", AtLow: fig(0.7654, 0.5432, 0.9876), AtHigh: fig(1.3579, 1.1357, 1.5791)}}}
	pictures, notes, err := w.Pictures(context.Background(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	d.Notes = notes
	page, err := report.HTML(d, pictures...)
	if err != nil {
		t.Fatal(err)
	}
	return w, d, pictures, page
}

// TestReportReadsBack: every number of the verdict, the tiles and the tables of
// results is the number of the data to the digits shown.
func TestReportReadsBack(t *testing.T) {
	_, d, _, page := readReport(t)
	p := readBack(t, page)
	var back report.Document
	if err := json.Unmarshal(p.data, &back); err != nil {
		t.Fatal(err)
	}
	want, _ := json.Marshal(d)
	got, _ := json.Marshal(&back)
	if !bytes.Equal(want, got) {
		t.Error("the data block does not read back as the document")
	}
	c := back.Result
	best := report.Best(c)

	// Tables: what each column shows, as a figure and its interval.
	checked := 0
	check := func(tb *readTable, row int, values ...any) {
		t.Helper()
		cells := tb.rows[row]
		if len(cells) != len(values) {
			t.Fatalf("%s: a row of %d cells, want %d", tb.caption, len(cells), len(values))
		}
		for i, v := range values {
			ok := true
			switch x := v.(type) {
			case nil:
				continue
			case string:
				ok = cells[i] == report.Clean(x)
			case float64:
				ok = cellShows(cells[i], x)
			case measure.Figure:
				ok = intervalShows(cells[i], x)
			}
			checked++
			if !ok {
				t.Errorf("%s, row %d, %s: %q is shown of %v", tb.caption, row, tb.head[i], cells[i], v)
			}
		}
	}
	// A difference to which no run contributes is shown in words.
	change := func(f measure.Figure, first bool) (any, any) {
		if first {
			return "", ""
		}
		if f.Zero() {
			return 0.0, "no run differs"
		}
		return f.Value, f
	}
	tb := p.table(t, "Postures: means per raid and 95 % intervals")
	if len(tb.rows) != len(c.Rows) {
		t.Fatalf("%d rows for %d postures", len(tb.rows), len(c.Rows))
	}
	for i := range c.Rows {
		r := &c.Rows[i]
		a, b := change(r.Step.Leakers, i == 0)
		check(tb, i, r.Posture, r.Leakers.Value, r.Leakers, a, b, r.NoLeaker.Value, r.Damage.Value, r.Damage, r.Shots.Value, r.Wasted.Value, math.Round(r.CostUSD.Value/1e6))
	}
	if len(c.Rows[0].Objectives) > 0 {
		tb = p.table(t, "Is the attacker denied what he wants? Probability and 95 % interval")
		for i := range c.Rows {
			v := []any{c.Rows[i].Posture}
			for _, o := range c.Rows[i].Objectives {
				v = append(v, o.Denied.Value, o.Denied)
			}
			check(tb, i, v...)
		}
	}
	for n := range c.Rows[0].Nations {
		tb := p.table(t, c.Rows[0].Nations[n].Nation+": means per raid and 95 % intervals")
		for i := range c.Rows {
			x := &c.Rows[i].Nations[n]
			a, b := change(x.Base, i == 0)
			check(tb, i, c.Rows[i].Posture, x.Leakers.Value, x.Leakers, a, b, x.NoLeaker.Value, x.Damage.Value, x.Shots.Value, x.Wasted.Value, x.OnOthers.Value, x.Exposed.Value)
		}
	}
	for _, i := range []int{0, best} {
		r := &c.Rows[i]
		tb := p.table(t, "Under "+r.Posture)
		if len(tb.rows) != len(r.Assets) {
			t.Errorf("%d rows for %d assets", len(tb.rows), len(r.Assets))
		}
		seconds := func(f, share measure.Figure) any {
			if share.Value == 0 {
				return "–"
			}
			return f.Value
		}
		for k := range r.Assets {
			a := &r.Assets[k]
			since, _ := change(a.Base, i == 0)
			check(tb, k, a.Asset, a.Nation, a.Threats.Value, a.Leakers.Value, a.Leakers, since, a.Hits.Value, a.Warned.Value, seconds(a.WarningS, a.Warned), a.Tracked.Value, seconds(a.TrackS, a.Tracked), a.Shootable.Value, seconds(a.FirstS, a.Shootable), seconds(a.LastS, a.Shootable))
		}
		tb = p.table(t, "By kind of interceptor, under "+r.Posture)
		for k, l := range r.Layers {
			check(tb, k, l.Interceptor, l.Shots, l.Wasted, l.Killed, l.Left)
		}
		tb = p.table(t, "By battery, under "+r.Posture)
		for k, b := range r.Batteries {
			check(tb, k, b.Battery, b.Nation, b.Interceptor, b.Shots.Value, b.Shots, b.Wasted.Value, b.Killed.Value, b.OnOthers.Value, b.Left.Value)
		}
	}
	tb = p.table(t, "The figures that move the gain most")
	for k, s := range back.Flip.Rows {
		check(tb, k, s.Entry+"."+s.Figure, nil, s.AtLow.Value, s.AtLow, s.AtHigh.Value, s.AtHigh, nil)
	}
	for _, l := range []struct {
		title   string
		n       int
		assumed bool
	}{{"Cited figures", back.Ledger.Cited, false}, {"Assumed figures", back.Ledger.Assumed, true}} {
		tb := p.table(t, fmt.Sprintf("%s (%d)", l.title, l.n))
		k := 0
		for _, r := range back.Ledger.Rows {
			if r.Assumed != l.assumed {
				continue
			}
			if got := tb.rows[k][1]; !strings.HasPrefix(got, report.Clean(r.Value)) {
				t.Errorf("%s.%s is %q in the ledger of the page, %q in the data", r.Entry, r.Figure, got, r.Value)
			}
			k++
			checked++
		}
		if k != l.n || len(tb.rows) != l.n {
			t.Errorf("%s: %d in the data, %d rows, %d counted", l.title, k, len(tb.rows), l.n)
		}
	}
	if checked < 500 {
		t.Errorf("only %d cells were compared", checked)
	}

	// Text: every number is one of the data, or of what the sentences derive.
	var pool []float64
	var walk func(v any)
	walk = func(v any) {
		switch x := v.(type) {
		case float64:
			pool = append(pool, x, -x, 100*x, x/1e6)
		case []any:
			for _, e := range x {
				walk(e)
			}
		case map[string]any:
			for _, e := range x {
				walk(e)
			}
		}
	}
	var result map[string]any
	raw, _ := json.Marshal(c)
	if err := json.Unmarshal(raw, &result); err != nil {
		t.Fatal(err)
	}
	walk(result)
	pool = append(pool, 95, -100*c.Rows[best].Base.Leakers.Value/c.Rows[0].Leakers.Value)
	words := p.verdict + p.tiles
	for i := range c.Rows {
		words = strings.ReplaceAll(words, c.Rows[i].Posture, "")
	}
	n := 0
	for _, s := range number.FindAllString(words, -1) {
		n++
		found := false
		for _, v := range pool {
			found = found || shows(s, v)
		}
		if !found {
			t.Errorf("%s stands in the verdict or the tiles, and not in the data: %s", s, words)
		}
	}
	if n < 12 {
		t.Errorf("only %d numbers in the verdict and the tiles", n)
	}
	// And the sharpest of them in its place.
	if f := c.Rows[best].Base.Leakers; f.Clear() && !strings.Contains(p.verdict, measure.Num(-f.Value)+" fewer missiles") {
		t.Errorf("the verdict does not say that %s fewer arrive: %s", measure.Num(-f.Value), p.verdict)
	}
	// The staircase and the histogram carry their figures as text.
	drawn := strings.Join(p.drawn["fig-stairs"], "|")
	for i := range c.Rows {
		want := fmt.Sprintf("%s [%s, %s]", measure.Num(c.Rows[i].Leakers.Value), measure.Num(c.Rows[i].Leakers.Low), measure.Num(c.Rows[i].Leakers.High))
		if !strings.Contains(drawn, strings.ReplaceAll(want, "-", "−")) {
			t.Errorf("the staircase does not show %s: %s", want, drawn)
		}
	}
}

// TestFiguresReadBack: the CSV beside every figure parses, and holds the numbers of
// the data in full.
func TestFiguresReadBack(t *testing.T) {
	w, d, pictures, _ := readReport(t)
	c := d.Result
	sheets := map[string][]map[string]string{}
	for _, f := range append(report.Figures(d), pictures...) {
		rows, err := csv.NewReader(strings.NewReader(f.CSV)).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Errorf("%s: %d lines of CSV, error %v", f.Name, len(rows), err)
			continue
		}
		for _, r := range rows[1:] {
			line := map[string]string{}
			for i, h := range rows[0] {
				line[h] = r[i]
			}
			sheets[f.Name] = append(sheets[f.Name], line)
		}
		if f.Title == "" || f.Alt == "" {
			t.Errorf("%s has no title or no text in its place", f.Name)
		}
	}
	same := func(sheet, column, text string, v float64) {
		t.Helper()
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || math.Abs(x-v) > 1e-9*math.Max(1, math.Abs(v)) {
			t.Errorf("%s, %s: %q in the CSV, %g in the data", sheet, column, text, v)
		}
	}
	for i, l := range sheets["staircase"] {
		r := &c.Rows[i]
		if l["posture"] != r.Posture {
			t.Errorf("line %d of the staircase is %q, want %q", i, l["posture"], r.Posture)
		}
		for column, v := range map[string]float64{"leakers": r.Leakers.Value, "leakers_low": r.Leakers.Low, "leakers_high": r.Leakers.High, "step_leakers": r.Step.Leakers.Value, "no_leaker_probability": r.NoLeaker.Value, "damage_value": r.Damage.Value, "shots": r.Shots.Value, "wasted": r.Wasted.Value, "cost_usd": r.CostUSD.Value} {
			same("staircase", column, l[column], v)
		}
	}
	if len(sheets["nations"]) != len(c.Rows)*len(c.Rows[0].Nations) {
		t.Errorf("%d lines of nations", len(sheets["nations"]))
	}
	for k, l := range sheets["nations"] {
		x := &c.Rows[k%len(c.Rows)].Nations[k/len(c.Rows)]
		if l["nation"] != x.Nation {
			t.Errorf("line %d is of %s, want %s", k, l["nation"], x.Nation)
		}
		same("nations", "leakers", l["leakers"], x.Leakers.Value)
		same("nations", "since_first_high", l["since_first_high"], x.Base.High)
	}
	shares := map[string]float64{}
	for _, l := range sheets["leakers"] {
		k, _ := strconv.Atoi(l["leakers"])
		for i := range c.Rows {
			if r := &c.Rows[i]; r.Posture == l["posture"] {
				same("leakers", "runs", l["runs"], float64(r.Histogram[k]))
				shares[r.Posture] += float64(r.Histogram[k]) / float64(c.Runs)
			}
		}
	}
	for p, s := range shares {
		if math.Abs(s-1) > 1e-9 {
			t.Errorf("the shares of %s sum to %g", p, s)
		}
	}
	for i, l := range sheets["tornado"] {
		same("tornado", "gain", l["gain_at_low_missiles"], d.Flip.Rows[i].AtLow.Value)
	}
	places := map[string]bool{}
	for _, l := range sheets["theatre"] {
		places[l["kind"]+" "+l["id"]] = true
		for i := range w.Theatre.Batteries {
			if b := &w.Theatre.Batteries[i]; l["kind"] == "battery" && b.ID == l["id"] {
				same("theatre", "latitude", l["latitude_deg"], float64(b.At.Lat)*180/math.Pi)
			}
		}
	}
	if want := len(w.Theatre.Areas) + len(w.Theatre.Assets) + len(w.Theatre.Sensors) + len(w.Theatre.Batteries); len(places) != want {
		t.Errorf("the map's data hold %d places, the theatre %d", len(places), want)
	}
	// The timeline against the medians it is made of.
	var postures []int
	for i := range c.Rows {
		p, err := w.posture(c.Rows[i].Posture)
		if err != nil {
			t.Fatal(err)
		}
		postures = append(postures, p)
	}
	tl, err := cover.Warn(context.Background(), w.Theatre, w.Board, postures, c.Seed, c.Runs, nil)
	if err != nil {
		t.Fatal(err)
	}
	alerts := 0
	for _, l := range sheets["warning"] {
		for _, p := range tl.Postures {
			for i := range p.Flights {
				f := &p.Flights[i]
				if l["event"] == "alert" && p.Posture == l["posture"] && f.Asset == l["asset"] && f.Missile == l["missile"] && f.From == l["from"] {
					alerts++
					x, _ := strconv.ParseFloat(l["before_impact_s"], 64)
					if math.Abs(x-(f.ImpactS-*f.AlertS)) > 0.0005+1e-9 {
						t.Errorf("alert of %s under %s: %g s before impact, the data say %g", f.Asset, p.Posture, x, f.ImpactS-*f.AlertS)
					}
				}
			}
		}
	}
	if alerts == 0 {
		t.Error("no alert in the timeline's data")
	}
	least := map[string]float64{}
	last := tl.Postures[len(tl.Postures)-1]
	for i := range last.Flights {
		if f := &last.Flights[i]; f.AlertS != nil {
			if old, ok := least[f.Asset]; !ok || f.ImpactS-*f.AlertS < old {
				least[f.Asset] = f.ImpactS - *f.AlertS
			}
		}
	}
	if len(sheets["warning-map"]) != len(least) {
		t.Errorf("%d places on the map of warning, want %d", len(sheets["warning-map"]), len(least))
	}
	for _, l := range sheets["warning-map"] {
		same("warning-map", l["asset"], l["warning_s"], least[l["asset"]])
	}
}
