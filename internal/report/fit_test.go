package report

import (
	"strings"
	"testing"
)

// TestFit: at any width no line is wider than the terminal but where one word is,
// no word is lost, a table keeps its rows in line, and no width changes nothing.
func TestFit(t *testing.T) {
	var b strings.Builder
	b.WriteString("A paragraph that is a good deal longer than the narrowest of the terminals it is printed on, in one line.\n\n")
	table(&b, []string{"asset", "missile", "first seen by", "seen", "alert", "track", "first shot", "last shot", "gained"},
		[][]string{{"東京", "nodong", "satellites", "540", "530", "510", "300", "120", "+12"}, {"Hagåtña", "musudan", "kyogamisaki", "900", "880", "860", "410", "200", "-3"}})
	b.WriteByte('\n')
	table(&b, []string{"posture", "links", "about"}, [][]string{{"alone", "0", "Everybody for himself: no nation tells another anything at all, whatever it may see."}, {"mutual", "12", "All."}})
	b.WriteString("\n  317.4 s    0.0 s  launched: dezful from esfahan at dammam (SAU); burn 35 s, apogee 215 km, impact after 466 s\n")
	b.WriteString("testudo gain a-file-that-has-a-long-name.yaml --seed 2014 --runs 10000 --raid another\n")
	b.WriteString("bar     1  \x1b[34m██████\x1b[0m\n")
	text := b.String()
	if Fit(text, 0) != text {
		t.Error("no width, and yet it is another text")
	}
	for width := 30; width <= 200; width++ {
		out := Fit(text, width)
		for _, l := range strings.Split(out, "\n") {
			if w := cells(colours.Replace(l)); w > width && !strings.HasPrefix(l, "testudo ") {
				t.Errorf("width %d: %d cells: %q", width, w, l)
			}
		}
		have := map[string]bool{}
		for _, w := range strings.Fields(out) {
			have[w] = true
		}
		for _, w := range strings.Fields(text) {
			if !have[w] && strings.Trim(w, "-") != "" {
				t.Errorf("width %d: %q is lost", width, w)
			}
		}
	}
	if wide := Fit(text, 200); wide != text {
		t.Errorf("what fits was changed:\n%s", wide)
	}
	if got := Fit(text, 60); !strings.Contains(got, "\n  317.4 s    0.0 s  launched: dezful from esfahan at dammam\n                    (SAU); burn 35 s, apogee 215 km, impact\n                    after 466 s\n") {
		t.Errorf("a dated line does not hang:\n%s", got)
	}
}

// A name of ten thousand letters does not fill the terminal.
func TestFitLongNames(t *testing.T) {
	var b strings.Builder
	table(&b, []string{"asset", "nation", "leakers", "hits"}, [][]string{{strings.Repeat("x", 10000), strings.Repeat("語", 5000), "1", "2"}, {"b", "JPN", "3", "4"}})
	out := Fit(b.String(), 80)
	for _, l := range strings.Split(out, "\n") {
		if cells(l) > 80 {
			t.Errorf("%d cells", cells(l))
		}
	}
	if !strings.Contains(out, "…") || !strings.Contains(out, "JPN") || len(out) > 2000 {
		t.Errorf("%d bytes:\n%.500s", len(out), out)
	}
}

// A table of one column, and one whose only figure is too wide.
func TestFitNarrowTables(t *testing.T) {
	for _, head := range [][]string{{"one"}, {"nation", "it would owe, if those defended paid all of it"}} {
		var b strings.Builder
		rows := [][]string{make([]string, len(head))}
		for i := range head {
			rows[0][i] = strings.Repeat("9", 50)
		}
		table(&b, head, rows)
		for _, l := range strings.Split(Fit(b.String(), 30), "\n") {
			if cells(l) > 30 {
				t.Errorf("%d cells: %q", cells(l), l)
			}
		}
	}
}

// Whatever the text, Fit ends, and does not panic.
func FuzzFit(f *testing.F) {
	f.Add("a  b\n-  -\n1  2\n", 40)
	f.Add("one\n---\n"+strings.Repeat("9", 50)+"\n", 20)
	f.Add("語  b\n-----  --\n \n--  -\n", 25)
	f.Fuzz(func(t *testing.T, text string, width int) { Fit(text, width%300) })
}
