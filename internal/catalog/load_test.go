package catalog_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"testudo/internal/catalog"
	"testudo/internal/units"
	"testudo/internal/yamldoc"
)

func file(t testing.TB, path string) yamldoc.File {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return yamldoc.File{Name: filepath.Base(path), Data: b}
}

func good(t testing.TB) *catalog.Book {
	t.Helper()
	b, err := catalog.Load([]yamldoc.File{file(t, "testdata/good.yaml")})
	if err != nil {
		t.Fatalf("good.yaml does not load:\n%v", err)
	}
	return b
}

func over(t testing.TB, b *catalog.Book, text string) *catalog.Book {
	t.Helper()
	out, err := b.OverlayFiles([]yamldoc.File{{Name: "user.yaml", Data: []byte("testudo-catalog: 1\n" + text)}})
	if err != nil {
		t.Fatalf("%s\ndoes not load:\n%v", text, err)
	}
	return out
}

// header reads the "# key rest" lines at the head of a fixture.
func header(f yamldoc.File, key string) (rest []string) {
	for _, line := range strings.Split(string(f.Data), "\n") {
		if !strings.HasPrefix(line, "#") {
			break
		}
		if r, ok := strings.CutPrefix(line, "# "+key); ok {
			rest = append(rest, strings.TrimSpace(r))
		}
	}
	return rest
}

// TestLoadGood reads a catalogue with every kind and way of writing, and finds
// each value where and as it should be.
func TestLoadGood(t *testing.T) {
	b := good(t)
	if diff := cmp.Diff([]string{"arrowhead", "book-lamp", "book-missile", "dart", "dollars", "eyes", "lamp", "quiver", "wire"}, b.IDs("")); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"book-lamp", "lamp"}, b.IDs("radar")); diff != "" {
		t.Errorf("radars (-want +got):\n%s", diff)
	}
	e, ok := b.Entry("dart")
	if !ok {
		t.Fatal("no dart")
	}
	for _, x := range []struct {
		figure string
		want   float64
	}{{"range", 500e3}, {"payload", 500}, {"burn-time-2", 30}, {"rcs", 0.1}, {"reliability", 0.85}, {"unit-cost", 2e6}, {"stock", 1200}, {"not-there", -1}} {
		if got := e.Value(x.figure, -1); got != x.want {
			t.Errorf("dart.%s = %v, want %v", x.figure, got, x.want)
		}
	}
	got, _ := e.Figure("range")
	want := catalog.Figure{Name: "range", Kind: units.KindLength, Value: 500e3, Low: 450e3, High: 600e3, Text: "500 km", LowText: "450 km", HighText: "600 km",
		Source: "yearbook", Page: "p. 3", Confidence: "high", Pos: yamldoc.Pos{File: "good.yaml", Line: 16, Col: 7}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("dart.range (-want +got):\n%s", diff)
	}
	if p, _ := e.Figure("payload"); p.Low != p.Value || p.High != p.Value || p.LowText != "" {
		t.Errorf("a figure without low and high must have them at its value: %+v", p)
	}
	if e.Attr("class") != "SRBM" || e.Attr("quasi-ballistic") != "no" || e.Attr("orbit") != "" {
		t.Errorf("attributes of dart: %v", e.Attributes)
	}
	a, _ := b.Entry("arrowhead")
	if diff := cmp.Diff([]string{"YYY", "XXX"}, a.Nations); diff != "" {
		t.Errorf("nations (-want +got):\n%s", diff)
	}
	pack, _ := a.Figure("package-cost")
	if m := pack.Money(); m != (units.Money{Amount: 9e6, Currency: "USD", Year: 2014}) {
		t.Errorf("a price year written with the amount: got %v", m)
	}
	if m, _ := b.Entry("book-missile"); m.Name != "book-missile" {
		t.Errorf("an entry without a name is called by its id, got %q", m.Name)
	}
	s, ok := b.Source("yearbook")
	if !ok || s.Published != "2014-05-28" || s.Read != "full" || s.Note != "made up" || s.Pos.Line != 5 {
		t.Errorf("source yearbook: %+v", s)
	}
	if diff := cmp.Diff([]catalog.Ref{{Entry: "dollars", Figure: "year-2013"}, {Entry: "dollars", Figure: "year-2014"}, {Entry: "dollars", Figure: "year-2020"}}, b.Supports("index")); diff != "" {
		t.Errorf("what the index supports (-want +got):\n%s", diff)
	}
	if len(b.Overridden())+len(b.Added()) != 0 {
		t.Errorf("nothing was laid over, but %v and %v", b.Overridden(), b.Added())
	}
}

// TestLoadBad runs the bad files: each says at its head which problems it must
// give, with their lines, and there must be no others. So one run tells all, in
// the right places, without consequential nonsense.
func TestLoadBad(t *testing.T) {
	paths, err := filepath.Glob("testdata/load/*.bad.yaml")
	if err != nil || len(paths) < 9 {
		t.Fatalf("bad files: %v, %d found", err, len(paths))
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			f := file(t, path)
			var err error
			if len(header(f, "over")) > 0 {
				_, err = good(t).OverlayFiles([]yamldoc.File{f})
			} else {
				_, err = catalog.Load([]yamldoc.File{f})
			}
			var ps *yamldoc.Problems
			if !errors.As(err, &ps) {
				t.Fatalf("got error %v, want problems", err)
			}
			list := ps.List()
			hit := make([]bool, len(list))
			for _, want := range header(f, "expect ") {
				at, part, _ := strings.Cut(want, ": ")
				line, err := strconv.Atoi(at)
				if err != nil {
					t.Fatalf("bad expectation %q", want)
				}
				found := false
				for i, p := range list {
					if p.Line == line && strings.Contains(p.String(), part) {
						found, hit[i] = true, true
					}
				}
				if !found {
					t.Errorf("missing: line %d: %s", line, part)
				}
			}
			for i, p := range list {
				if !hit[i] {
					t.Errorf("not expected: %s", p)
				}
			}
			if t.Failed() {
				t.Logf("all problems:\n%v", err)
			}
		})
	}
}

// TestLoadTwice: an entry or a source given in two files is a problem that names
// both places.
func TestLoadTwice(t *testing.T) {
	a := yamldoc.File{Name: "a.yaml", Data: []byte("testudo-catalog: 1\nsources:\n  s: {title: S, url: u}\nentries:\n  w: {kind: link, figures: {delay: {value: 1 s, source: s}}}\n")}
	b := a
	b.Name = "b.yaml"
	_, err := catalog.Load([]yamldoc.File{a, b})
	if err == nil {
		t.Fatal("loaded")
	}
	for _, want := range []string{`b.yaml:3:3: sources.s: source "s" is registered twice; the first stands at a.yaml:3:3`, `b.yaml:5:3: entries.w: entry "w" is given twice; the first stands at a.yaml:5:3`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got\n%v\nwant in it: %s", err, want)
		}
	}
}

// TestOverlay lays a user's entries over the catalogue: one figure replaced, one
// added to an existing entry, a new entry; and the book below stays as it was.
func TestOverlay(t *testing.T) {
	b := good(t)
	before := b.Digest()
	u := over(t, b, `
sources: {mine: {title: "My own look", url: "https://example.org/mine"}}
entries:
  quiver: {attributes: {modes: organic}, figures: {load: {value: 24, source: mine}, launchers: {value: 3, source: mine}, crew: {value: 90, source: mine}}}
  torch: {kind: radar, figures: {reference-range: {value: 300 km, source: mine}, reference-rcs: {value: 1 m2, source: mine}, azimuth-field: {value: 120 deg, source: mine}}}
`)
	if diff := cmp.Diff([]string{"quiver.crew", "quiver.launchers", "quiver.load", "quiver.modes"}, u.Overridden()); diff != "" {
		t.Errorf("overridden (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"torch"}, u.Added()); diff != "" {
		t.Errorf("added (-want +got):\n%s", diff)
	}
	q, _ := u.Entry("quiver")
	if q.Value("load", 0) != 24 || q.Value("missiles-per-launcher", 0) != 8 || q.Value("crew", 0) != 90 || q.Attr("modes") != "organic" || q.Attr("interceptor") != "arrowhead" {
		t.Errorf("quiver after the overlay: %+v", q)
	}
	if f, _ := q.Figure("load"); f.Source != "mine" || f.Pos.File != "user.yaml" {
		t.Errorf("the replaced figure must carry the user's source and place: %+v", f)
	}
	if e, _ := u.Entry("torch"); e.Origin != "user.yaml" {
		t.Errorf("origin of torch: %q", e.Origin)
	}
	if b.Digest() != before {
		t.Error("the overlay changed the book below")
	}
	if f, _ := b.Entry("quiver"); f.Value("load", 0) != 32 || f.Has("crew") || f.Attr("modes") != "organic cued" {
		t.Error("the overlay changed an entry of the book below")
	}
	if u.Digest() == before {
		t.Error("another catalogue with the same digest")
	}
	// A second overlay remembers the first.
	w := over(t, u, "entries: {quiver: {figures: {load: {value: 16, source: mine}}}, wire: {name: Wire}}\n")
	if diff := cmp.Diff([]string{"quiver.crew", "quiver.launchers", "quiver.load", "quiver.modes", "wire.name"}, w.Overridden()); diff != "" {
		t.Errorf("overridden after the second (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"torch"}, w.Added()); diff != "" {
		t.Errorf("added after the second (-want +got):\n%s", diff)
	}
}

// TestOverlaySame: an overlay may repeat the kind, and may list modes.
func TestOverlaySame(t *testing.T) {
	u := over(t, good(t), "entries: {quiver: {kind: system, attributes: {modes: [organic, launch-on-remote]}}}\n")
	if e, _ := u.Entry("quiver"); e.Kind != "system" || e.Attr("modes") != "organic launch-on-remote" {
		t.Errorf("quiver: %+v", e)
	}
}

// TestOverlayWholeRecord: a figure is replaced as a whole; a new value does not
// inherit the old source.
func TestOverlayWholeRecord(t *testing.T) {
	_, err := good(t).OverlayFiles([]yamldoc.File{{Name: "u", Data: []byte("testudo-catalog: 1\nentries: {quiver: {figures: {load: {value: 24}}}}\n")}})
	if err == nil || !strings.Contains(err.Error(), `"source" is missing`) {
		t.Errorf("got %v, want a missing source", err)
	}
}

// TestKindsTable guards the tables themselves.
func TestKindsTable(t *testing.T) {
	for _, k := range catalog.Kinds() {
		if k.About == "" {
			t.Errorf("%s: no words on what it is", k.Name)
		}
		seen := map[string]bool{"name": true, "nation": true, "about": true, "kind": true} // what Overridden calls the other parts
		for _, a := range k.Attributes {
			if seen[a.Name] || a.About == "" || !yamldoc.ValidID(a.Name) {
				t.Errorf("%s.%s: twice, without words, or not a usable name", k.Name, a.Name)
			}
			seen[a.Name] = true
		}
		for _, f := range k.Figures {
			if seen[f.Name] || f.About == "" || !yamldoc.ValidID(f.Name) {
				t.Errorf("%s.%s: twice, without words, or not a usable name", k.Name, f.Name)
			}
			if !(f.Low < f.High) {
				t.Errorf("%s.%s: bounds %v to %v", k.Name, f.Name, f.Low, f.High)
			}
			seen[f.Name] = true
		}
		if len(k.Figures) == 0 && !k.Years {
			t.Errorf("%s: states nothing", k.Name)
		}
	}
}

// TestHostile: what is not a catalogue is refused, quickly and without a panic.
func TestHostile(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "not utf-8": "\xff\xfe", "alias": "a: &x 1\nb: *x\n", "deep": strings.Repeat("[", 200000), "list": "- 1\n", "word": "hello\n",
		"null entries": "testudo-catalog: 1\nentries:\n", "null entry": "testudo-catalog: 1\nentries: {a: }\n", "null figures": "testudo-catalog: 1\nentries: {a: {kind: link, figures: }}\n",
		"null value": "testudo-catalog: 1\nentries: {a: {kind: link, figures: {delay: {value: , source: }}}}\n", "list of kinds": "testudo-catalog: 1\nentries: {a: {kind: [link]}}\n",
		"two documents": "testudo-catalog: 1\n---\ntestudo-catalog: 1\n",
	} {
		if _, err := catalog.Load([]yamldoc.File{{Name: name, Data: []byte(text)}}); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
}

// FuzzLoad: whatever the bytes, loading ends with a book or with problems that
// have a place, and a book that loads can be linted and digested.
func FuzzLoad(f *testing.F) {
	paths, _ := filepath.Glob("testdata/l*/*.yaml")
	for _, p := range append(paths, "testdata/good.yaml") {
		f.Add(file(f, p).Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := catalog.Load([]yamldoc.File{{Name: "f", Data: data}})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f:") && !strings.HasPrefix(err.Error(), "f") {
				t.Fatalf("a problem without a place: %v", err)
			}
			return
		}
		b.Lint()
		if len(b.Digest()) != 64 {
			t.Fatal("digest")
		}
	})
}

func ExampleFinding_String() {
	f := catalog.Finding{Rule: "load-arithmetic", Entry: "thaad", Figure: "load", Message: "6 launchers of 8 hold 48, not 46", Pos: yamldoc.Pos{File: "mine.yaml", Line: 7, Col: 9}}
	fmt.Println(f)
	// Output: mine.yaml:7:9: thaad.load: 6 launchers of 8 hold 48, not 46 [load-arithmetic]
}
