package catalog_test

import (
	"fmt"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"testudo/internal/catalog"
	"testudo/internal/yamldoc"
)

// TestLintGood: the good catalogue, textbook entries and all, gives no finding.
func TestLintGood(t *testing.T) {
	for _, f := range good(t).Lint() {
		t.Errorf("%s", f)
	}
}

// TestLintRules: every rule has a bad file of its name under testdata/lint, to be
// laid over the good catalogue, which provokes it and nothing else.
func TestLintRules(t *testing.T) {
	paths, err := filepath.Glob("testdata/lint/*.bad.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var files, rules []string
	for _, p := range paths {
		files = append(files, strings.TrimSuffix(filepath.Base(p), ".bad.yaml"))
	}
	for _, r := range catalog.Rules() {
		if r.About == "" {
			t.Errorf("rule %s says nothing of itself", r.ID)
		}
		rules = append(rules, r.ID)
	}
	sort.Strings(rules)
	if diff := cmp.Diff(rules, files); diff != "" {
		t.Fatalf("rules (-) and bad files (+) differ:\n%s", diff)
	}
	for _, path := range paths {
		rule := strings.TrimSuffix(filepath.Base(path), ".bad.yaml")
		t.Run(rule, func(t *testing.T) {
			f := file(t, path)
			b, err := good(t).OverlayFiles([]yamldoc.File{f})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, x := range b.Lint() {
				s := x.Rule
				if x.Entry != "" {
					s += " " + x.Entry
				}
				if x.Figure != "" {
					s += "." + x.Figure
				}
				got = append(got, s)
				if x.Pos.Line == 0 || x.Message == "" {
					t.Errorf("no place or no words: %+v", x)
				}
				t.Log(x)
			}
			want := header(f, "expect: ")
			if len(want) == 0 || !strings.HasPrefix(want[0], rule) {
				t.Fatalf("the file expects %v, not its own rule", want)
			}
			sort.Strings(got)
			sort.Strings(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLintBranches provokes what the bad files leave out: the second ways of
// breaking a rule, and what is near a rule but keeps it.
func TestLintBranches(t *testing.T) {
	const link = "{kind: link, figures: {unit-cost: {value: 1 MUSD, price-year: 2014, source: yearbook}}}"
	for _, x := range []struct {
		name, entries string
		want          string // rule and figure of the one finding, "" for none
	}{
		{"whole launchers", "quiver: {figures: {launchers: {value: 5, source: yearbook}}}", "load-arithmetic quiver.load"},
		{"odd load without launchers", "q: {kind: system, attributes: {interceptor: arrowhead}, figures: {load: {value: 30, source: yearbook}, missiles-per-launcher: {value: 8, source: yearbook}, channels: {value: 1, source: yearbook}, reaction-time: {value: 1 s, source: yearbook}}}", "load-arithmetic q.load"},
		{"more launchers than rounds", "q: {kind: system, attributes: {interceptor: arrowhead}, figures: {load: {value: 3, source: yearbook}, launchers: {value: 4, source: yearbook}, channels: {value: 1, source: yearbook}, reaction-time: {value: 1 s, source: yearbook}}}", "load-arithmetic q.load"},
		{"salvo beyond load", "quiver: {figures: {salvo: {value: 40, source: yearbook}}}", "load-arithmetic quiver.salvo"},
		{"salvo of the whole load", "quiver: {figures: {salvo: {value: 32, source: yearbook}}}", ""},
		{"equal ranges", "arrowhead: {figures: {min-range: {value: 150 km, source: yearbook}}}", "range-order arrowhead.min-range"},
		{"nine in ten", "arrowhead: {figures: {kill-probability: {value: 0.9, source: assumption, reason: as tested}}}", ""},
		{"a track helps as a warning", "lamp: {figures: {cue-factor: {value: 1.2, source: yearbook}}}", ""},
		{"equal altitudes", "arrowhead: {figures: {min-altitude: {value: 100 km, source: yearbook}}}", "altitude-order arrowhead.min-altitude"},
		{"cued sees further", "lamp: {figures: {reference-range: {value: 200 km, source: yearbook}}}", ""}, // 200·0.1^¼·1.4 = 157 km
		{"not cued", "lamp: {figures: {reference-range: {value: 200 km, source: yearbook}}}\n  quiver: {attributes: {modes: organic}}", "radar-blind quiver"},
		{"remote shooter with a weak radar", "lamp: {figures: {reference-range: {value: 100 km, source: yearbook}}}\n  quiver: {attributes: {modes: organic cued engage-on-remote}}", ""},
		{"remote shooter with a blind radar", "lamp: {figures: {reference-range: {value: 20 km, source: yearbook}}}\n  quiver: {attributes: {modes: organic cued engage-on-remote}}", "radar-blind quiver"},
		{"range-limited radar needs no cross-section", "quiver: {attributes: {radar: book-lamp}}", ""},
		{"hits without shots", "a: {kind: interceptor, figures: {burnout-speed: {value: 2 km/s, source: yearbook}, reach: {value: 100 km, source: yearbook}, min-altitude: {value: 1 km, source: yearbook}, max-altitude: {value: 50 km, source: yearbook}, kill-probability: {value: 0.99, source: yearbook}, test-hits: {value: 3, source: yearbook}}}", "test-record a.test-hits"},
		{"shots without hits", "a: {kind: interceptor, figures: {burnout-speed: {value: 2 km/s, source: yearbook}, reach: {value: 100 km, source: yearbook}, min-altitude: {value: 1 km, source: yearbook}, max-altitude: {value: 50 km, source: yearbook}, kill-probability: {value: 0.99, source: yearbook}, test-shots: {value: 3, source: yearbook}}}", "test-record a.test-shots"},
		{"cited kill probability", "arrowhead: {figures: {kill-probability: {value: 0.95, source: yearbook}}}", ""},
		{"warning without cue", "l: {kind: radar, figures: {reference-range: {value: 100 km, source: yearbook}, reference-rcs: {value: 1 m2, source: yearbook}, azimuth-field: {value: 90 deg, source: yearbook}, warned-factor: {value: 1.2, source: yearbook}}}", "cue-factor l.warned-factor"},
		{"second stage only", "d: {kind: missile, attributes: {class: SRBM}, figures: {range: {value: 500 km, source: yearbook}, burn-time: {value: 60 s, source: yearbook}, burn-time-2: {value: 60 s, source: yearbook}, ballistic-coefficient: {value: 4000 kg/m2, source: yearbook}, rcs: {value: 0.1 m2, source: yearbook}}}", "burn-time d.burn-time"},
		{"three stages, two burns", "dart: {figures: {stages: {value: 3, source: yearbook}}}", "burn-time dart.stages"},
		{"stages make up the burn", "d: {kind: missile, attributes: {class: SRBM}, figures: {range: {value: 500 km, source: yearbook}, burn-time-1: {value: 60 s, source: yearbook}, ballistic-coefficient: {value: 4000 kg/m2, source: yearbook}, rcs: {value: 0.1 m2, source: yearbook}}}", ""},
		{"boundary of a class", "dart: {figures: {range: {value: 1000 km, source: yearbook}, burn-time: {value: 60 s, source: yearbook}}}", ""},
		{"submarines have no class limits", "dart: {attributes: {class: SLBM}, figures: {range: {value: 1200 km, source: yearbook}}}", ""},
		{"lofted flight", "dart: {figures: {apogee: {value: 120 km, source: yearbook}, apogee-demonstrated: {value: 250 km, source: yearbook}}}", ""},
		{"too high a flight", "dart: {figures: {apogee: {value: 120 km, source: yearbook}, apogee-demonstrated: {value: 450 km, source: yearbook}}}", "demonstrated dart.apogee-demonstrated"},
		{"depressed", "dart: {attributes: {quasi-ballistic: yes}, figures: {depressed-fraction: {value: 0.5, source: yearbook}}}", ""},
		{"free things", "w: " + strings.Replace(link, "1 MUSD", "0 MUSD", 1), ""},
		{"yearly cost above purchase", "lamp: {figures: {operating-cost: {value: 9 GUSD, price-year: 2014, source: yearbook}}}", "price-class lamp.operating-cost"},
		{"another currency is not compared", "w: " + strings.Replace(link, "1 MUSD", "1 kEUR", 1), "price-year w.unit-cost"},
		{"package a little below", "arrowhead: {figures: {package-cost: {value: 4.8 MUSD, price-year: 2014, source: bulletin}}}", ""}, // 5 MUSD(2013) is 5.10 of 2014; a tenth is rounding
		{"spread from nothing", "dart: {figures: {cep: {value: 300 m, low: 0 m, high: 3 km, source: yearbook}}}", ""},
		{"coarse for its range", "dart: {attributes: {class: CRBM}, figures: {range: {value: 50 km, high: 600 km, source: yearbook}, burn-time: {value: 60 s, source: yearbook}, cep: {value: 2.6 km, source: yearbook}}}", "cep-class dart.cep"},
		{"package below the price once deflated", "arrowhead: {figures: {package-cost: {value: 5.1 MUSD, price-year: 2020, source: bulletin}}}", "package-cost arrowhead.package-cost"}, // 5 MUSD(2013) is 5.71 of 2020
		{"package without a price", "w: {kind: interceptor, figures: {burnout-speed: {value: 2 km/s, source: yearbook}, reach: {value: 100 km, source: yearbook}, min-altitude: {value: 1 km, source: yearbook}, max-altitude: {value: 50 km, source: yearbook}, kill-probability: {value: 0.9, source: yearbook}, package-cost: {value: 1 MUSD, price-year: 2014, source: yearbook}}}", ""},
		{"vast burning missile", "dart: {figures: {rcs-boost: {value: 500 m2, source: yearbook}}}", "rcs-outlier dart.rcs-boost"},
	} {
		t.Run(x.name, func(t *testing.T) {
			var got []string
			for _, f := range over(t, good(t), "entries:\n  "+x.entries+"\n").Lint() {
				s := f.Rule + " " + f.Entry
				if f.Figure != "" {
					s += "." + f.Figure
				}
				got = append(got, s)
				t.Log(f)
			}
			var want []string
			if x.want != "" {
				want = []string{x.want}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLintClasses walks each class over both ends of its range.
func TestLintClasses(t *testing.T) {
	for _, x := range []struct {
		class    string
		lo, hi   int // km; 0: no lower end
		burnTime int // s, so that the burn stays plausible
	}{{"CRBM", 0, 300, 60}, {"SRBM", 0, 1000, 60}, {"MRBM", 1000, 3000, 100}, {"IRBM", 3000, 5500, 150}, {"ICBM", 5500, 19900, 200}} {
		for _, c := range []struct {
			km   int
			want bool
		}{{x.lo, false}, {x.lo - 1, true}, {x.hi, false}, {x.hi + 1, true}} {
			if c.km < 50 || c.km > 19900 {
				continue
			}
			text := fmt.Sprintf("entries: {d: {kind: missile, attributes: {class: %s}, figures: {range: {value: %d km, source: yearbook}, burn-time: {value: %d s, source: yearbook}, ballistic-coefficient: {value: 4000 kg/m2, source: yearbook}, rcs: {value: 0.1 m2, source: yearbook}}}}\n", x.class, c.km, x.burnTime)
			if got := over(t, good(t), text).Lint(); (len(got) == 1 && got[0].Rule == "missile-class") != c.want || len(got) > 1 {
				t.Errorf("%s of %d km: %v", x.class, c.km, got)
			}
		}
	}
}

// TestLintOutliers: a wild figure is found among eight others but not among six;
// an assumption sooner than a cited figure; probabilities on the scale of their
// odds; and the given values of textbook entries neither count nor are counted.
func TestLintOutliers(t *testing.T) {
	radars := func(n int, figure, usual, wild, source, model string) string {
		text := "entries:\n"
		for i := range n {
			v, m, s := usual, "radar-equation", "source: yearbook"
			if i == n-1 {
				v, m, s = wild, model, source
			}
			text += fmt.Sprintf("  r%d: {kind: radar, attributes: {model: %s}, figures: {reference-range: {value: 400 km, source: yearbook}, reference-rcs: {value: 1 m2, source: yearbook}, azimuth-field: {value: 90 deg, source: yearbook}, %s: {value: %s, %s}}}\n", i, m, figure, v, s)
		}
		return text
	}
	interceptors := func(wild string) string {
		text := "entries:\n"
		for i := range 9 {
			v := "0.8"
			if i == 8 {
				v = wild
			}
			text += fmt.Sprintf("  i%d: {kind: interceptor, figures: {burnout-speed: {value: 2 km/s, source: yearbook}, reach: {value: 100 km, source: yearbook}, min-altitude: {value: 1 km, source: yearbook}, max-altitude: {value: 50 km, source: yearbook}, kill-probability: {value: 0.8, source: yearbook}, reliability: {value: %s, source: assumption, reason: made up}}}\n", i, v)
		}
		return text
	}
	const assumed, cited = "source: assumption, reason: made up", "source: yearbook"
	for _, x := range []struct {
		name, text string
		want       int
	}{
		{"found", radars(9, "revisit", "6 s", "60 s", assumed, "radar-equation"), 1}, // ln 10 / 0.35 = 6.6
		{"near", radars(9, "revisit", "6 s", "40 s", assumed, "radar-equation"), 0},  // 5.4
		{"below", radars(9, "revisit", "6 s", "0.6 s", assumed, "radar-equation"), 1},
		{"eight are enough", radars(8, "revisit", "6 s", "60 s", assumed, "radar-equation"), 1},
		{"seven are not", radars(7, "revisit", "6 s", "60 s", assumed, "radar-equation"), 0},
		{"cited", radars(9, "revisit", "6 s", "60 s", cited, "radar-equation"), 0},
		{"cited, and far", radars(9, "revisit", "6 s", "200 s", cited, "radar-equation"), 1}, // 10.0 > 9
		{"textbook", radars(9, "revisit", "6 s", "60 s", assumed, "range-limited"), 0},
		{"nothing has no logarithm", radars(9, "firm-time", "6 s", "0 s", assumed, "radar-equation"), 0},
		{"poor odds", interceptors("0.3"), 1},      // ln(4) + ln(7/3) = 2.23, / 0.35 = 6.4
		{"splendid odds", interceptors("0.98"), 1}, // 7.2
		{"certainty has no odds", interceptors("1"), 0},
	} {
		t.Run(x.name, func(t *testing.T) {
			got := over(t, good(t), x.text).Lint()
			for _, f := range got {
				if f.Rule != "outlier" {
					t.Errorf("%s", f)
				}
			}
			if len(got) != x.want {
				t.Errorf("%d findings, want %d: %v", len(got), x.want, got)
			}
		})
	}
}

// TestLintReasons: filler is no reason; a word of where the figure comes from is.
func TestLintReasons(t *testing.T) {
	for reason, want := range map[string]int{"assumed": 1, "Assumption.": 1, " n/a ": 1, "...": 1, "TBD": 1, "as the Scud-B": 0, "Not published; half of the total.": 0} {
		b := over(t, good(t), "entries: {wire: {figures: {delay: {value: 3 s, source: assumption, reason: \""+reason+"\"}}}}\n")
		if got := len(b.Lint()); got != want {
			t.Errorf("reason %q: %d findings, want %d", reason, got, want)
		}
	}
}

// TestLintUnusedSource: a source that the caller's own items cite is in use, and
// one of the catalogue's own is the loader's business.
func TestLintUnusedSource(t *testing.T) {
	b := over(t, good(t), "sources: {pamphlet: {title: Pamphlet, url: \"https://example.org\"}}\n")
	if got := b.Lint(); len(got) != 1 || got[0].Rule != "unused-source" {
		t.Errorf("got %v, want the unused source", got)
	}
	if got := b.Lint("pamphlet"); len(got) != 0 {
		t.Errorf("the scenario cites it, but: %v", got)
	}
}

// TestLintUnverifiedSource: a register's note that says nobody read it.
func TestLintUnverifiedSource(t *testing.T) {
	b := over(t, good(t), "sources: {hearsay: {title: Hearsay, url: \"https://example.org\", note: \"recalled, unverified\"}}\nentries: {wire: {figures: {delay: {value: 3 s, source: hearsay}}}}\n")
	if got := b.Lint(); len(got) != 1 || got[0].Rule != "unverified-source" {
		t.Errorf("got %v, want the unverified source", got)
	}
}

// TestLintHandMade: a book built by a program, which no loader has checked, is
// checked all the same and does no harm.
func TestLintHandMade(t *testing.T) {
	b := &catalog.Book{Entries: []*catalog.Entry{{ID: "x", Kind: "link", Figures: []catalog.Figure{{Name: "unit-cost", Kind: 7, Value: 1e6, Low: 2e6, High: 3e6, Currency: "USD", Source: catalog.Assumption}}}, {ID: "y", Kind: "no-such"}}}
	var got []string
	for _, f := range b.Lint() {
		got = append(got, f.Rule)
	}
	if diff := cmp.Diff([]string{"price-year", "spread", "assumption-reason"}, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}
