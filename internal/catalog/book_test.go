package catalog_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"testudo/internal/catalog"
	"testudo/internal/units"
	"testudo/internal/yamldoc"
)

// TestDigestIsOfContent: units, layout, order and file names do not matter;
// every part of the content does.
func TestDigestIsOfContent(t *testing.T) {
	load := func(name, text string) string {
		b, err := catalog.Load([]yamldoc.File{{Name: name, Data: []byte(text)}})
		if err != nil {
			t.Fatal(err)
		}
		return b.Digest()
	}
	const text = `testudo-catalog: 1
sources: {s: {title: S, url: u, published: 2014, read: full, note: n}}
entries:
  w: {kind: link, name: W, nation: [A, B], about: x, attributes: {model: m}, figures: {delay: {value: 60 s, low: 30 s, high: 90 s, source: s, page: p, note: n, confidence: low}, unit-cost: {value: 1 MUSD, price-year: 2014, source: assumption, reason: r}}}
`
	want := load("a.yaml", text)
	if len(want) != 64 {
		t.Fatalf("digest %q is not a SHA-256", want)
	}
	same := `# another layout
entries:
  w:
    figures:
      unit-cost: {reason: r, source: assumption, value: 1000 kUSD(2014)}
      delay:
        value: 1 min
        high: 1.5 min
        low: 0.5 min
        source: s
        page: p
        note: n
        confidence: low
    attributes: {model: m}
    about: x
    nation: [A, B]
    name: W
    kind: link
sources: {s: {url: u, title: S, note: n, read: full, published: 2014}}
testudo-catalog: 1
`
	if got := load("b.yaml", same); got != want {
		t.Error("the same content in another layout has another digest")
	}
	for _, c := range [][2]string{{"60 s", "61 s"}, {"30 s", "31 s"}, {"90 s", "91 s"}, {"page: p", "page: q"}, {"reason: r", "reason: q"}, {"confidence: low", "confidence: med"}, {"name: W", "name: V"}, {"[A, B]", "[A]"}, {"about: x", "about: y"},
		{"model: m", "model: k"}, {"1 MUSD", "1 MEUR"}, {"price-year: 2014", "price-year: 2015"}, {"title: S", "title: T"}, {"url: u", "url: v"}, {"read: full", "read: data"}, {"  w:", "  v:"}, {"kind: link, name: W", "kind: link, name: \"W\\\" \\\"x\""}} {
		changed := strings.Replace(text, c[0], c[1], 1)
		if changed == text {
			t.Fatalf("nothing to change: %q", c[0])
		}
		if load("a.yaml", changed) == want {
			t.Errorf("%q for %q leaves the digest as it was", c[1], c[0])
		}
	}
}

// TestDigestFileOrder: a catalogue in several files is the same in any order.
func TestDigestFileOrder(t *testing.T) {
	file := func(name, text string) yamldoc.File {
		return yamldoc.File{Name: name, Data: []byte("testudo-catalog: 1\n" + text)}
	}
	files := []yamldoc.File{
		file("a", "sources: {s: {title: S, url: u}}\n"),
		file("b", "sources: {r: {title: R, url: u}}\nentries: {w: {kind: link, figures: {delay: {value: 1 s, source: s}}}}\n"),
		file("c", "entries: {v: {kind: link, figures: {delay: {value: 2 s, source: r}}}, u: {kind: link}}\n"),
		file("d", "entries: {x: {kind: link, figures: {delay: {value: 3 s, source: s}}}}\n"),
	}
	want, err := catalog.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		b, err := catalog.Load(rapid.Permutation(files).Draw(t, "order"))
		if err != nil {
			t.Fatal(err)
		}
		if b.Digest() != want.Digest() || len(catalog.Diff(want, b)) != 0 {
			t.Fatal("another order, another catalogue")
		}
	})
}

// TestDiffAndDigest: over random overlays, Diff names exactly the figures that
// changed, is turned round by turning its arguments round, and is empty exactly
// where the digests agree.
func TestDiffAndDigest(t *testing.T) {
	b := good(t)
	figures := []string{"quiver.load", "quiver.channels", "arrowhead.reach", "arrowhead.min-range", "lamp.reference-range", "wire.delay"}
	kinds := map[string]string{"load": "%d", "channels": "%d", "reach": "%d km", "min-range": "%d km", "reference-range": "%d km", "delay": "%d s"}
	rapid.Check(t, func(t *rapid.T) {
		chosen := rapid.SliceOfNDistinct(rapid.SampledFrom(figures), 0, len(figures), rapid.ID[string]).Draw(t, "figures")
		text := "testudo-catalog: 1\nentries:\n"
		want := map[string]bool{}
		byEntry := map[string]string{}
		var order []string
		for _, c := range chosen {
			e, f, _ := strings.Cut(c, ".")
			value := fmt.Sprintf(kinds[f], rapid.IntRange(1, 500).Draw(t, c))
			if byEntry[e] == "" {
				order = append(order, e)
			}
			byEntry[e] += fmt.Sprintf("%s: {value: %s, source: yearbook}, ", f, value)
			want[c] = true
		}
		for _, e := range order {
			text += fmt.Sprintf("  %s: {figures: {%s}}\n", e, strings.TrimSuffix(byEntry[e], ", "))
		}
		if len(order) == 0 {
			text += "  {}\n"
		}
		u, err := b.OverlayFiles([]yamldoc.File{{Name: "u", Data: []byte(text)}})
		if err != nil {
			t.Fatalf("%s%v", text, err)
		}
		there, back := catalog.Diff(b, u), catalog.Diff(u, b)
		if (len(there) == 0) != (u.Digest() == b.Digest()) {
			t.Fatalf("%d differences, digests equal: %v\n%s", len(there), u.Digest() == b.Digest(), text)
		}
		for i, c := range there {
			if !want[c.Entry+"."+c.Item] {
				t.Fatalf("not changed: %s", c)
			}
			if r := back[i]; r.Entry != c.Entry || r.Item != c.Item || r.Old != c.New || r.New != c.Old {
				t.Fatalf("there %s, back %s", c, r)
			}
		}
		if len(u.Overridden()) != len(chosen) {
			t.Fatalf("overridden %v, want %v", u.Overridden(), chosen)
		}
	})
}

// TestDiffInWords shows each way in which two catalogues may differ.
func TestDiffInWords(t *testing.T) {
	b := good(t)
	u := over(t, b, `
sources: {mine: {title: "My own look", url: "https://example.org/mine"}}
entries:
  quiver: {nation: ZZZ, attributes: {modes: organic, basing: land}, figures: {load: {value: 24, low: 16, source: mine}, crew: {value: 90, source: mine}, launchers: {value: 4, source: yearbook, page: "p. 9"}}}
  arrowhead: {figures: {unit-cost: {value: 6 MUSD, low: 4 MUSD, high: 8 MUSD, price-year: 2013, source: bulletin}}}
  torch: {kind: link, name: Torch}
  zulu: {kind: link, name: Zulu}
`)
	var got []string
	for _, c := range catalog.Diff(b, u) {
		got = append(got, c.String())
	}
	want := []string{
		"changed arrowhead.unit-cost: 5 MUSD(2013) [4 MUSD to 8 MUSD], bulletin -> 6 MUSD(2013) [4 MUSD to 8 MUSD], bulletin",
		"changed quiver.nation: YYY -> ZZZ",
		"changed quiver.modes: organic cued -> organic",
		"added quiver.crew: 90, mine",
		"provenance quiver.launchers: source: yearbook -> source: yearbook; page: p. 9",
		"changed quiver.load: 32, yearbook -> 24 [16 to 24], mine",
		"added torch: link, Torch",
		"added zulu: link, Zulu",
		"added source mine: My own look; https://example.org/mine",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if back := catalog.Diff(u, b); back[len(back)-1].String() != "removed source mine: My own look; https://example.org/mine" || back[3].String() != "removed quiver.crew: 90, mine" {
		t.Errorf("turned round: %v", back)
	}
	if d := catalog.Diff(b, good(t)); len(d) != 0 {
		t.Errorf("a book differs from itself: %v", d)
	}
}

// TestDeflate: amount × index of the new year / index of the old, and an error
// for whatever that cannot be said of.
func TestDeflate(t *testing.T) {
	b := good(t)
	usd := func(x float64, year int) units.Money { return units.Money{Amount: x, Currency: "USD", Year: year} }
	got, err := b.Deflate(usd(98e6, 2013), 2020)
	if err != nil || math.Abs(got.Amount-112e6) > 1e-3 || got.Year != 2020 || got.Currency != "USD" {
		t.Errorf("98 MUSD(2013) at prices of 2020: %v, %v; want 112 MUSD(2020)", got, err)
	}
	// The same year needs no index, in any currency.
	eur := units.Money{Amount: 5, Currency: "EUR", Year: 1990}
	if got, err := b.Deflate(eur, 1990); err != nil || got != eur {
		t.Errorf("same year: %v, %v", got, err)
	}
	for _, x := range []struct {
		m    units.Money
		year int
		want string
	}{
		{usd(1, 0), 2014, "states no price year"},
		{eur, 2014, "no price index for EUR"},
		{units.Money{Amount: 1, Year: 2013}, 2014, "no price index for"},
		{usd(1, 2012), 2014, "no index for 2012 (it runs from 2013 to 2020)"},
		{usd(1, 2014), 2015, "no index for 2015"},
	} {
		if got, err := b.Deflate(x.m, x.year); err == nil || !strings.Contains(err.Error(), x.want) || got != (units.Money{}) {
			t.Errorf("%v to %d: %v, %v; want an error with %q", x.m, x.year, got, err, x.want)
		}
	}
	// A book built by a program may hold any index.
	zero := &catalog.Book{Entries: []*catalog.Entry{{ID: "z", Kind: "deflator", Attributes: []catalog.Attribute{{Name: "currency", Value: "USD"}}, Figures: []catalog.Figure{{Name: "year-2013", Value: 1}, {Name: "year-2014"}}}}}
	for _, years := range [][2]int{{2013, 2014}, {2014, 2013}} {
		if _, err := zero.Deflate(usd(1, years[0]), years[1]); err == nil || !strings.Contains(err.Error(), "not above zero") {
			t.Errorf("an index of nothing: %v", err)
		}
	}
	// Two indices for one currency: the named one for dollars goes first.
	u := over(t, b, "entries:\n  a-first: {kind: deflator, attributes: {currency: USD}, figures: {year-2013: {value: 1, source: index}, year-2014: {value: 2, source: index}}}\n  us-gdp-deflator: {kind: deflator, attributes: {currency: USD}, figures: {year-2013: {value: 1, source: index}, year-2014: {value: 3, source: index}}}\n")
	if got, err := u.Deflate(usd(1, 2013), 2014); err != nil || got.Amount != 3 {
		t.Errorf("which index: %v, %v; want that of us-gdp-deflator", got, err)
	}
}

// TestDeflateRoundTrip: there and back is where one was, and the way through a
// third year is as long as the straight one.
func TestDeflateRoundTrip(t *testing.T) {
	b := shipped(t)
	years := rapid.IntRange(1998, 2026)
	rapid.Check(t, func(t *rapid.T) {
		m := units.Money{Amount: rapid.Float64Range(1, 1e12).Draw(t, "amount"), Currency: "USD", Year: years.Draw(t, "from")}
		to, via := years.Draw(t, "to"), years.Draw(t, "via")
		straight, err1 := b.Deflate(m, to)
		half, err2 := b.Deflate(m, via)
		whole, err3 := b.Deflate(half, to)
		back, err4 := b.Deflate(straight, m.Year)
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			t.Fatal(err)
		}
		if math.Abs(whole.Amount/straight.Amount-1) > 1e-12 || math.Abs(back.Amount/m.Amount-1) > 1e-12 {
			t.Fatalf("%v: straight %v, through %d %v, back %v", m, straight, via, whole, back)
		}
	})
}

// TestLedger: the figures of some entries, cited and assumed, each entry once.
func TestLedger(t *testing.T) {
	l := good(t).Ledger([]string{"wire", "arrowhead", "nowhere", "wire"})
	if l.Cited != 8 || l.Assumed != 4 || len(l.Rows) != 12 {
		t.Errorf("cited %d, assumed %d, rows %d; want 8, 4, 12", l.Cited, l.Assumed, len(l.Rows))
	}
	want := catalog.LedgerRow{Entry: "wire", Figure: "delay", Value: "3 s", Source: "assumption", Reason: "one passage", Assumed: true}
	if diff := cmp.Diff(want, l.Rows[0]); diff != "" {
		t.Errorf("first row (-want +got):\n%s", diff)
	}
	want = catalog.LedgerRow{Entry: "arrowhead", Figure: "unit-cost", Value: "5 MUSD", Low: "4 MUSD", High: "8 MUSD", PriceYear: 2013, Source: "bulletin"}
	if diff := cmp.Diff(want, l.Rows[10]); diff != "" {
		t.Errorf("unit cost (-want +got):\n%s", diff)
	}
}

// TestCitedShare counts by hand: of arrowhead, reach, both altitudes, test hits
// and shots and both costs are cited, the minimum range assumed; of wire nothing
// matters; the deflator never counts.
func TestCitedShare(t *testing.T) {
	b := good(t)
	if c, all := b.CitedShareOf([]string{"arrowhead", "wire", "dollars", "arrowhead"}); c != 7 || all != 8 {
		t.Errorf("%d of %d cited, want 7 of 8", c, all)
	}
	if c, all := b.CitedShare(); c != 19 || all != 22 {
		t.Errorf("%d of %d cited, want 19 of 22", c, all)
	}
	if !catalog.Matters("reach") || catalog.Matters("basket") || catalog.Matters("year-2014") {
		t.Error("what matters is range, altitude, count and cost")
	}
}
