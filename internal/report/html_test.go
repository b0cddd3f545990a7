package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"testudo/internal/catalog"
	"testudo/internal/measure"
)

// nasty is what a hostile scenario might call its things.
const nasty = `</script><script>alert(1)</script><img src=x onerror="alert(2)">' & "` + "\x1b[2J\u202e=cmd|'/C calc'!A0"

func figure(v, lo, hi float64) measure.Figure { return measure.Figure{Value: v, Low: lo, High: hi} }

// sample is a document of two postures and an empty step between, with a name
// of the caller's choice everywhere a scenario may put one.
func sample(name string) *Document {
	row := func(p string, leak, step float64) measure.Row {
		f := figure(leak, leak-0.25, leak+0.25)
		n := measure.NationRow{Nation: name, Leakers: f, Damage: f, NoLeaker: figure(0.125, 0.1, 0.15), Shots: figure(33.25, 33, 34)}
		r := measure.Row{Posture: p, About: name, Leakers: f, Damage: figure(12.5, 12, 13), NoLeaker: figure(0.0625, 0.05, 0.075), Launched: figure(20, 20, 20), Shots: figure(40.5, 40, 41), Wasted: figure(7.75, 7, 8), CostUSD: figure(123e6, 122e6, 124e6),
			Nations: []measure.NationRow{n}, Assets: []measure.AssetRow{{Asset: name, Nation: name, Threats: figure(20, 20, 20), Leakers: f, Warned: figure(1, 1, 1), WarningS: figure(321.5, 320, 323), Shootable: figure(0, 0, 0)}},
			Batteries: []measure.BatteryRow{{Battery: name, Nation: name, Interceptor: name, Shots: figure(40.5, 40, 41)}}, Layers: []measure.LayerRow{{Interceptor: name, Shots: 40.5}},
			Objectives: []measure.ObjectiveRow{{Objective: name, About: name, Denied: figure(0.5, 0.45, 0.55)}}, Histogram: []int64{5, 0, 20, 75}}
		if step != 0 {
			r.Step.Leakers = figure(step, step-0.125, step+0.125)
			r.Base.Leakers = r.Step.Leakers
			r.Nations[0].Base = r.Step.Leakers
		}
		return r
	}
	c := &measure.Comparison{Scenario: name, Raid: name, Seed: 7, Runs: 100, Missiles: 20, Rows: []measure.Row{row("alone", 5.5, 0), row(name, 5.5, 0), row("joint", 3.25, -2.25)}}
	c.Verdict = measure.Verdict(c)
	return &Document{Tool: "testudo test", Command: "testudo gain " + name, Scenario: name, Date: name, About: name, Digest: "d1", Catalogue: "c1", Overridden: []string{name}, Added: []string{name}, Result: c,
		Ledger:  catalog.Ledger{Cited: 1, Assumed: 1, Rows: []catalog.LedgerRow{{Entry: "e", Figure: "range", Value: name, Source: "src", Page: name}, {Entry: "e", Figure: "reach", Value: "1 km", Reason: name, Assumed: true}}},
		Sources: []SourceLine{{ID: "src", Title: name, URL: "https://example.org/paper"}, {ID: "bad", Title: name, URL: "javascript:alert(3)"}}, Defaults: []string{name}, Model: []string{name}}
}

// element is one tag of a page with what it stands for here.
type element struct {
	name  string
	attrs map[string]string
}

// read parses markup as XML, which the page is by design, and gives its elements
// and its text.
func read(t *testing.T, markup []byte) (all []element, text string) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(markup))
	d.Strict = true
	d.Entity = xml.HTMLEntity
	var b strings.Builder
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all, b.String()
		}
		if err != nil {
			t.Fatalf("the markup is not well formed: %v", err)
		}
		switch x := tok.(type) {
		case xml.StartElement:
			e := element{x.Name.Local, map[string]string{}}
			for _, a := range x.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			all = append(all, e)
		case xml.CharData:
			b.Write(x)
			b.WriteByte(' ')
		}
	}
}

func TestHTMLHostileNamesStayInert(t *testing.T) {
	out, err := HTML(sample(nasty))
	if err != nil {
		t.Fatal(err)
	}
	all, _ := read(t, out)
	scripts := 0
	for _, e := range all {
		for k, v := range e.attrs {
			if strings.HasPrefix(strings.ToLower(k), "on") {
				t.Errorf("<%s> has a handler %s=%q", e.name, k, v)
			}
			if (k == "href" || k == "src") && strings.HasPrefix(strings.ToLower(strings.TrimSpace(v)), "javascript:") {
				t.Errorf("<%s> leads to %q", e.name, v)
			}
		}
		switch e.name {
		case "script":
			scripts++
			if e.attrs["type"] != "application/json" {
				t.Errorf("a script of type %q", e.attrs["type"])
			}
		case "img", "iframe", "object", "embed", "link", "base", "form":
			t.Errorf("the page has a <%s>", e.name)
		}
	}
	if scripts != 1 {
		t.Errorf("%d script elements, want the data block alone", scripts)
	}
	if bytes.ContainsAny(out, "\x1b") || bytes.ContainsRune(out, '\u202e') {
		t.Error("an escape or a direction override came through")
	}
	for _, f := range Figures(sample(nasty)) {
		all, _ := read(t, []byte(f.SVG()))
		for _, e := range all {
			if e.name == "script" || e.name == "img" || e.name == "foreignObject" || e.attrs["onerror"] != "" {
				t.Errorf("figure %s holds <%s %v>", f.Name, e.name, e.attrs)
			}
		}
		for _, l := range strings.Split(f.CSV, "\n") {
			if l != "" && strings.ContainsRune("=+-@", rune(l[0])) {
				t.Errorf("figure %s: line %q would be a formula", f.Name, l)
			}
		}
	}
}

func TestHTMLLoadsNothing(t *testing.T) {
	out, err := HTML(sample("harmless"))
	if err != nil {
		t.Fatal(err)
	}
	all, _ := read(t, out)
	links := 0
	for _, e := range all {
		for k, v := range e.attrs {
			if k == "xmlns" || !regexp.MustCompile(`(?i)^\s*(https?:|//)`).MatchString(v) {
				continue
			}
			if e.name == "a" && k == "href" {
				links++
				continue
			}
			t.Errorf("<%s %s=%q> would load from outside", e.name, k, v)
		}
	}
	if links != 1 {
		t.Errorf("%d links to sources, want 1", links)
	}
	if m := regexp.MustCompile(`(?i)@import|url\([^#]`).Find(out); m != nil {
		t.Errorf("the style sheet loads something: %s", m)
	}
}

// TestHTMLIsAccessible checks what a machine can: language, one main heading,
// captions on tables, names on drawings, no heading level skipped.
func TestHTMLIsAccessible(t *testing.T) {
	out, err := HTML(sample("x"))
	if err != nil {
		t.Fatal(err)
	}
	all, _ := read(t, out)
	level, h1, ids := 0, 0, map[string]bool{}
	for i, e := range all {
		if id := e.attrs["id"]; id != "" {
			if ids[id] {
				t.Errorf("id %q stands twice", id)
			}
			ids[id] = true
		}
		switch {
		case e.name == "html" && e.attrs["lang"] != "en":
			t.Error("no language")
		case e.name == "table" && all[i+1].name != "caption":
			t.Error("a table without a caption")
		case e.name == "svg" && (e.attrs["role"] != "img" || e.attrs["aria-labelledby"] == "" || all[i+1].name != "title" || all[i+2].name != "desc"):
			t.Error("a drawing without a name")
		case regexp.MustCompile(`^h[1-6]$`).MatchString(e.name):
			n := int(e.name[1] - '0')
			if n == 1 {
				h1++
			}
			if n > level+1 {
				t.Errorf("heading %s follows level %d", e.name, level)
			}
			level = n
		}
	}
	if h1 != 1 {
		t.Errorf("%d main headings", h1)
	}
	for _, e := range all {
		for _, id := range strings.Fields(e.attrs["aria-labelledby"]) {
			if !ids[id] {
				t.Errorf("label %q is not there", id)
			}
		}
	}
}

// TestHTMLNumbers reads the page back: its data block is the comparison, and the
// numbers a reader sees are those of the data, as measure.Num prints them.
func TestHTMLNumbers(t *testing.T) {
	d := sample("beta")
	out, err := HTML(d)
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?s)<script type="application/json" id="testudo-data">(.*?)</script>`).FindSubmatch(out)
	if m == nil {
		t.Fatal("no data block")
	}
	var back Document
	if err := json.Unmarshal(m[1], &back); err != nil {
		t.Fatal(err)
	}
	want, _ := json.Marshal(d.Result)
	got, _ := json.Marshal(back.Result)
	if !bytes.Equal(want, got) {
		t.Errorf("the data block is not the comparison:\n%s\n%s", got, want)
	}
	_, text := read(t, out)
	for i := range back.Result.Rows {
		r := &back.Result.Rows[i]
		for _, f := range []measure.Figure{r.Leakers, r.Damage} {
			if !strings.Contains(text, n2(f.Value)) || !strings.Contains(text, iv(f)) {
				t.Errorf("%s: %s %s is in the data but not in the text", r.Posture, n2(f.Value), iv(f))
			}
		}
		for _, n := range []string{n2(r.Shots.Value), n2(r.Wasted.Value), measure.Percent(r.NoLeaker.Value), n2(r.Assets[0].WarningS.Value)} {
			if !strings.Contains(text, n) {
				t.Errorf("%s: %s is in the data but not in the text", r.Posture, n)
			}
		}
		if s := r.Step.Leakers; i > 0 && !strings.Contains(text, stepWords(s)) {
			t.Errorf("%s: the step %s is not in the text", r.Posture, stepWords(s))
		}
	}
	if n := strings.Count(text, "no run differs"); n < 3 {
		t.Errorf("the step that changes nothing is marked %d times; want in the chart and in two tables", n)
	}
}

func TestHTMLOnePosture(t *testing.T) {
	d := sample("only")
	d.Result.Rows = d.Result.Rows[:1]
	d.Result.Verdict = measure.Verdict(d.Result)
	out, err := HTML(d)
	if err != nil {
		t.Fatal(err)
	}
	read(t, out)
	if _, err := HTML(&Document{}); err == nil {
		t.Error("a document without a result gave a page")
	}
}

// TestStairsBars reads the bars back from the drawing: their lengths are in the
// proportion of the leakers.
func TestStairsBars(t *testing.T) {
	d := sample("p")
	f := stairs(d.Result)
	all, _ := read(t, []byte(f.SVG()))
	var got []float64
	for _, e := range all {
		if e.name == "rect" && (e.attrs["class"] == "bar" || e.attrs["class"] == "quiet") {
			var w float64
			if err := json.Unmarshal([]byte(e.attrs["width"]), &w); err != nil {
				t.Fatal(err)
			}
			got = append(got, w)
		}
	}
	if len(got) != 3 {
		t.Fatalf("%d bars, want 3", len(got))
	}
	for i := range got {
		want := d.Result.Rows[i].Leakers.Value / d.Result.Rows[0].Leakers.Value
		if r := got[i] / got[0]; r < want-0.001 || r > want+0.001 {
			t.Errorf("bar %d is %.4f of the first; the leakers are %.4f", i, r, want)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, x := range []struct {
		lo, hi float64
		want   string
	}{{0, 8.67, "0 2 4 6 8"}, {0, 1, "0 0.2 0.4 0.6 0.8 1"}, {0, 0, "0"}, {-3, 3, "−2 0 2"}} {
		var s []string
		for _, v := range ticks(x.lo, x.hi, 5) {
			s = append(s, tick(v))
		}
		if got := strings.Join(s, " "); got != x.want {
			t.Errorf("ticks(%g, %g) = %s, want %s", x.lo, x.hi, got, x.want)
		}
	}
}

// TestContrast: text is legible on every ground it may stand on, in light and in
// dark, by the rule of WCAG 2.1 (1.4.3): a contrast of at least 4.5; and the page
// and the figures of their own have the same light colours.
func TestContrast(t *testing.T) {
	css, err := os.ReadFile("html.css")
	if err != nil {
		t.Fatal(err)
	}
	schemes := regexp.MustCompile(`:root\{([^}]*)\}`).FindAllStringSubmatch(string(css), -1)
	if len(schemes) != 3 {
		t.Fatalf("%d palettes in the style sheet, want light, dark and print", len(schemes))
	}
	luminance := func(hex string) float64 {
		if len(hex) == 4 {
			hex = "#" + hex[1:2] + hex[1:2] + hex[2:3] + hex[2:3] + hex[3:] + hex[3:]
		}
		n, err := strconv.ParseUint(hex[1:], 16, 32)
		if err != nil {
			t.Fatalf("colour %q", hex)
		}
		lin := func(c uint64) float64 {
			x := float64(c&255) / 255
			if x <= 0.04045 {
				return x / 12.92
			}
			return math.Pow((x+0.055)/1.055, 2.4)
		}
		return 0.2126*lin(n>>16) + 0.7152*lin(n>>8) + 0.0722*lin(n)
	}
	for k, s := range schemes {
		name := []string{"light", "dark", "print"}[k]
		colour := map[string]string{}
		for _, m := range regexp.MustCompile(`--(\w+):(#[0-9a-f]+)`).FindAllStringSubmatch(s[1], -1) {
			colour[m[1]] = m[2]
		}
		for _, p := range palette {
			if k != 1 && k != 2 && colour[p[0]] != p[1] {
				t.Errorf("%s is %s on the page and %s in a figure", p[0], colour[p[0]], p[1])
			}
			if colour[p[0]] == "" {
				t.Errorf("%s: no colour %s", name, p[0])
			}
		}
		for _, pair := range [][2]string{{"ink", "paper"}, {"ink", "tint"}, {"muted", "paper"}, {"muted", "tint"}, {"ink", "sea"}, {"ink", "land"}, {"ink", "ours"}, {"ink", "theirs"}, {"muted", "sea"}, {"muted", "land"}, {"own", "unit"}, {"foe", "enemy"}} {
			a, b := luminance(colour[pair[0]]), luminance(colour[pair[1]])
			if c := (math.Max(a, b) + 0.05) / (math.Min(a, b) + 0.05); c < 4.5 {
				t.Errorf("%s: %s on %s has a contrast of %.2f", name, pair[0], pair[1], c)
			}
		}
	}
}
