package yamldoc

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"testudo/internal/units"
)

func parse(t testing.TB, text string) (Node, *Problems) {
	t.Helper()
	ps := new(Problems)
	n, ok := Parse("f.yaml", []byte(text), ps)
	if !ok {
		t.Fatalf("%v", ps.Err())
	}
	return n, ps
}

func TestReadersReportTheirOwnPlace(t *testing.T) {
	n, ps := parse(t, "a: 1\nb:\n  c: [1, x, .inf]\n  d: 5 km\n  e: maybe\n  f: \"\"\n")
	f := n.Fields(ps, "a", "b")
	a, _ := f.Get("a")
	if a.Int(ps, 0, 5) != 1 || ps.Len() != 0 {
		t.Fatalf("%v", ps.Err())
	}
	b, _ := f.Get("b")
	g := b.Fields(ps, "c", "d", "e", "f")
	c, _ := g.Get("c")
	for _, x := range c.List(ps) {
		x.Float(ps, 0, 10)
	}
	d, _ := g.Get("d")
	if d.Quantity(ps, units.KindLength, 0, 1e6) != 5000 {
		t.Error("5 km is not 5000 m")
	}
	d.Quantity(ps, units.KindDuration, 0, 1e6)
	d.Quantity(ps, units.KindLength, 0, 1e3)
	e, _ := g.Get("e")
	e.Bool(ps)
	e.OneOf(ps, "maybes", "never")
	g.Need(ps, "g")
	err := ps.Err().Error()
	for _, w := range []string{`f.yaml:3:10: b.c[1]: a finite number expected (given "x"`, `f.yaml:3:13: b.c[2]: a finite number`, `f.yaml:4:6: b.d: duration "km" is a unit of length`, `f.yaml:4:6: b.d: length out of range`, `f.yaml:5:6: b.e: yes or no expected`, `did you mean "maybes"?`, `f.yaml:3:3: b: "g" is missing`} {
		if !strings.Contains(err, w) {
			t.Errorf("%q is not in:\n%s", w, err)
		}
	}
}

func TestNearest(t *testing.T) {
	for _, c := range [][2]string{{"rnage", "range"}, {"Range", "range"}, {"interceptor", "interceptors"}} {
		if got, ok := Nearest(c[0], []string{"reach", "range", "interceptors"}); !ok || got != c[1] {
			t.Errorf("%s: %s, %t", c[0], got, ok)
		}
	}
	if got, ok := Nearest("quite another thing", []string{"range"}); ok {
		t.Errorf("suggested %s", got)
	}
}

// Merging is laying over: what the upper document says holds, what it does not
// mention stays, null takes away, and places stay those of the file they are in.
func TestMerge(t *testing.T) {
	ps := new(Problems)
	base, _ := Parse("base.yaml", []byte("a: {x: 1, y: 2}\nb: 3\nc: 4\n"), ps)
	over, _ := Parse("over.yaml", []byte("a: {y: 5, z: 6}\nc: null\nd: 7\n"), ps)
	m := Merge(base, over, ps)
	f := m.Fields(ps, "a", "b", "d")
	a, _ := f.Get("a")
	g := a.Fields(ps, "x", "y", "z")
	x, _ := g.Get("x")
	y, _ := g.Get("y")
	if _, ok := f.Get("c"); ok || ps.Len() != 0 || x.Int(ps, 0, 9) != 1 || y.Int(ps, 0, 9) != 5 {
		t.Errorf("%v", ps.Err())
	}
	if x.Pos().File != "base.yaml" || y.Pos().File != "over.yaml" {
		t.Errorf("places %v and %v", x.Pos(), y.Pos())
	}
}

// A mapping of numbers changes the items of a list of mappings: what an item does
// not say again stays, null takes one away, and a number beyond the list is told
// with its place. Other lists are replaced.
func TestMergeItems(t *testing.T) {
	for _, c := range []struct{ base, over, want, problem string }{
		{"a: [{x: 1, y: 2}, {x: 3}]", "a: {1: {x: 4, z: 5}}", "a: [{x: 1, y: 2}, {x: 4, z: 5}]", ""},
		{"a: [{x: 1}, {x: 2}, {x: 3}]", "a: {0: null, 2: {x: 9}}", "a: [{x: 2}, {x: 9}]", ""},
		{"a: [{b: [{x: 1}]}]", "a: {0: {b: {0: {x: 2}}}}", "a: [{b: [{x: 2}]}]", ""},
		{"a: [{x: 1}]", "a: [{y: 1}]", "a: [{y: 1}]", ""},
		{"a: [{x: 1}]", "a: {b: {0: 1}}", "a: {b: {0: 1}}", ""},
		{"a: [1, 2]", "a: {0: 3}", "a: {0: 3}", ""},
		{"a: [{x: 1}]", "a: {00: {x: 3}}", "a: {00: {x: 3}}", ""},
		{"a: {b: [{x: 1}]}", "a: {b: {1: {x: 3}}}", "", `over.yaml:1:9: a.b: no such item; the list has 1, counted from 0 (given "1")`},
		{"a: [{b: [{x: 1}]}]", "a: {0: {b: {7: null}}}", "", `over.yaml:1:13: a[0].b: no such item; the list has 1, counted from 0 (given "7")`},
	} {
		ps := new(Problems)
		base, _ := Parse("base.yaml", []byte(c.base), ps)
		over, _ := Parse("over.yaml", []byte(c.over), ps)
		want, _ := Parse("want.yaml", []byte(c.want), new(Problems))
		got := Merge(base, over, ps)
		if c.problem != "" {
			if ps.Len() != 1 || ps.Error() != c.problem {
				t.Errorf("%s over %s: %v", c.over, c.base, ps.Err())
			}
			continue
		}
		var a, b bytes.Buffer
		Canonical(got, &a)
		Canonical(want, &b)
		if ps.Len() != 0 || a.String() != b.String() {
			t.Errorf("%s over %s: %s, %v", c.over, c.base, a.String(), ps.Err())
		}
	}
}

// Setting a value reads back, and leaves the document it came from alone.
func TestSetReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := new(Problems)
		n, _ := Parse("f.yaml", []byte("a: {b: [1, 2, 3]}\n"), ps)
		i := rapid.IntRange(0, 2).Draw(t, "i")
		v := rapid.IntRange(0, 1000).Draw(t, "v")
		m := Set(n, []string{"a.b[0]", "a.b.1", "a.b[2]"}[i], []string{"0", "17", "1000", "5"}[v%4], "--set", ps)
		if ps.Len() != 0 {
			t.Fatal(ps.Err())
		}
		get := func(n Node) int {
			f := n.Fields(ps, "a")
			a, _ := f.Get("a")
			g := a.Fields(ps, "b")
			b, _ := g.Get("b")
			return b.List(ps)[i].Int(ps, 0, 1000)
		}
		if get(m) != []int{0, 17, 1000, 5}[v%4] || get(n) != i+1 {
			t.Fatalf("set %d, original %d", get(m), get(n))
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a: 1", "[", "{", "- - -", "a: &x 1", "\"", "'", "a: |\n  x\n", "%YAML 1.1\n---\n", "? x\n", "\ufeffa: 1", "a:\tb", "#", "---\n...\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ps := new(Problems)
		if _, ok := Parse("f", data, ps); !ok && ps.Len() == 0 {
			t.Error("refused without a reason")
		}
		if err := ps.Err(); err != nil && len(err.Error()) == 0 {
			t.Error("an empty error")
		}
	})
}

// The expected text is that of the standard library.
func TestAppendQuoteIsThatOfStrconv(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching("[ -~]*"), rapid.Custom(func(t *rapid.T) string {
			return string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) // not all of it UTF-8
		})).Draw(t, "text")
		if got, want := string(AppendQuote(nil, s)), strconv.Quote(s); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	})
}
