package server

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"testudo"
	"testudo/internal/catalog"
	"testudo/internal/scenario"
)

// desk loads texts laid over a shipped scenario.
type desk struct {
	base string
	book *catalog.Book
}

func newDesk(t testing.TB, base string) *desk {
	t.Helper()
	b, err := testudo.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	return &desk{base, b}
}

// small is a scenario with the standard steps, postures that include each other,
// and a filtered link.
const small = `testudo: 1
name: small
nations: {A: {}, B: {}, C: {}, D: {}, X: {side: attacker}}
assets: {city: {nation: A, at: [10, 20], source: assumption, reason: test}}
launch-areas: {pad: {nation: X, at: [12, 20], source: assumption, reason: test}}
raids: {main: [{missile: scud-b, count: 5, from: pad, at: city, source: assumption, reason: test}]}
ladder: {delay: 10 s, source: assumption, reason: test}
postures:
  bare: {}
  hub:
    share:
      - {from: A, to: all, level: track, delay: 5 s, source: assumption, reason: test}
      - {from: A, to: B, level: launch-on-remote, delay: 60 s, forwardable: true, only: {classes: IRBM}, source: assumption, reason: test}
    mutual-defence: [{by: A, of: [B, C]}]
    joint-fire-control: [[A, B], [B, C]]
  more: {include: hub, joint-fire-control: [C, D], cut: [{by: A, of: B}]}
`

func (d *desk) include(name string) ([]byte, error) {
	if name == "small.yaml" {
		return []byte(small), nil
	}
	if b, ok := shipped(strings.TrimSuffix(name, ".yaml")); ok {
		return b, nil
	}
	return nil, fmt.Errorf("no %s", name)
}

func (d *desk) load(text string) (*scenario.File, error) {
	return scenario.Load(overlayName, func(name string) ([]byte, error) {
		if name == overlayName {
			return []byte(text), nil
		}
		return d.include(name)
	}, d.book, nil)
}

func (d *desk) first() string { return "testudo: 1\ninclude: " + d.base + ".yaml\n" }

func (d *desk) turn(t require, text string, ws ...Switch) (string, *scenario.File) {
	t.Helper()
	f, err := d.load(text)
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	p := &pad{base: d.base, text: text, f: f, try: d.load, include: d.include}
	for _, w := range ws {
		if err := p.turn(w); err != nil {
			t.Fatalf("%+v on\n%s\n%v", w, p.text, err)
		}
	}
	return p.text, p.f
}

type require interface {
	Helper()
	Fatalf(string, ...any)
}

func link(posture, from, to, level string) Switch {
	return Switch{Kind: "link", Posture: posture, From: from, To: to, Level: level}
}
func defends(posture, by, of string, on bool) Switch {
	return Switch{Kind: "mutual-defence", Posture: posture, From: by, To: of, On: on}
}
func joins(posture, who, with string) Switch {
	return Switch{Kind: "joint-fire-control", Posture: posture, From: who, To: with, On: true}
}
func leaves(posture, who string) Switch {
	return Switch{Kind: "joint-fire-control", Posture: posture, From: who}
}
func cuts(a, b string, on bool) Switch { return Switch{Kind: "cut", From: a, To: b, On: on} }

// Each switch is written as a person would, and what was there is kept.
func TestSwitchesAreWrittenAsAPersonWould(t *testing.T) {
	for _, c := range []struct {
		name, base, over string
		turns            []Switch
		want             string
	}{
		{"one leaves a fire control", "northeast-asia-2014", "", []Switch{leaves("mutual", "JPN")}, "cut: [{joint-fire-control: JPN, in: mutual}]\n"},
		{"and comes back", "northeast-asia-2014", "", []Switch{leaves("mutual", "JPN"), joins("mutual", "JPN", "KOR")}, ""},
		{"two leave it", "northeast-asia-2014", "", []Switch{leaves("mutual", "JPN"), leaves("mutual", "KOR")}, "cut: [{joint-fire-control: [JPN, KOR], in: mutual}]\n"},
		{"two have one where there was none", "northeast-asia-2014", "", []Switch{joins("tracks", "JPN", "USA")}, "joint-fire-control: [{nations: [JPN, USA], in: tracks}]\n"},
		{"a third joins", "northeast-asia-2014", "", []Switch{joins("tracks", "JPN", "USA"), joins("tracks", "KOR", "JPN")}, "joint-fire-control: [{nations: [JPN, KOR, USA], in: tracks}]\n"},
		{"and the first leaves", "northeast-asia-2014", "", []Switch{joins("tracks", "JPN", "USA"), leaves("tracks", "USA")}, ""},
		{"one group becomes two", "europe-epaa", "", []Switch{leaves("nato-joint", "GRC"), leaves("nato-joint", "TUR"), joins("nato-joint", "GRC", "TUR")},
			"joint-fire-control:\n  - {nations: [GRC, TUR], instead: true, in: nato-joint}\n  - {nations: [DEU, POL, ROU, USA], instead: true, in: nato-joint}\n"},
		{"one no longer shoots for another", "northeast-asia-2014", "", []Switch{defends("mutual", "JPN", "KOR", false)}, "cut: [{by: JPN, of: KOR, in: mutual}]\n"},
		{"nor for a third", "northeast-asia-2014", "", []Switch{defends("mutual", "JPN", "KOR", false), defends("mutual", "JPN", "USA", false)}, "cut: [{by: JPN, of: [KOR, USA], in: mutual}]\n"},
		{"and does again", "northeast-asia-2014", "", []Switch{defends("mutual", "JPN", "KOR", false), defends("mutual", "JPN", "USA", false), defends("mutual", "JPN", "KOR", true)}, "cut: [{by: JPN, of: USA, in: mutual}]\n"},
		{"in a posture that others include", "europe-epaa", "", []Switch{defends("nato", "USA", "DEU", false)}, "cut: [{by: USA, of: DEU, in: nato}]\n"},
		{"one shoots for another", "northeast-asia-2014", "", []Switch{defends("tracks", "USA", "JPN", true)}, "mutual-defence: [{by: USA, of: JPN, in: tracks}]\n"},
		{"in two postures", "northeast-asia-2014", "", []Switch{defends("tracks", "USA", "JPN", true), defends("joint", "USA", "JPN", true)}, "mutual-defence: [{by: USA, of: JPN, in: [tracks, joint]}]\n"},
		{"and no longer in one", "northeast-asia-2014", "", []Switch{defends("tracks", "USA", "JPN", true), defends("joint", "USA", "JPN", true), defends("tracks", "USA", "JPN", false)}, "mutual-defence: [{by: USA, of: JPN, in: joint}]\n"},
		{"a link lower", "northeast-asia-2014", "", []Switch{link("tracks", "JPN", "KOR", "warning")}, "share:\n  - {from: JPN, to: KOR, level: warning, delay: 10 s, in: tracks, source: assumption, reason: set in the workbench}\n"},
		{"and as it was", "northeast-asia-2014", "", []Switch{link("tracks", "JPN", "KOR", "warning"), link("tracks", "JPN", "KOR", "track")}, ""},
		{"off", "northeast-asia-2014", "", []Switch{link("tracks", "JPN", "KOR", "none")}, "cut: [{from: JPN, to: KOR, in: tracks}]\n"},
		{"off, then lower", "northeast-asia-2014", "", []Switch{link("tracks", "JPN", "KOR", "none"), link("tracks", "JPN", "KOR", "warning")}, "share:\n  - {from: JPN, to: KOR, level: warning, delay: 10 s, in: tracks, source: assumption, reason: set in the workbench}\n"},
		{"lower beside a filtered one that is no higher", "northeast-asia-2014", "", []Switch{link("tisa-2014", "JPN", "USA", "warning")}, "share:\n  - {from: JPN, to: USA, level: warning, delay: 10 s, in: tisa-2014, source: assumption, reason: set in the workbench}\n"},
		{"off with a filtered one", "northeast-asia-2014", "", []Switch{link("tisa-2014", "JPN", "USA", "none")}, "cut: [{from: JPN, to: USA, in: tisa-2014}]\n"},
		{"what else was agreed stays", "northeast-asia-2014", "", []Switch{link("third-party-release", "JPN", "USA", "launch-on-remote")}, "share:\n  - {from: JPN, to: USA, level: launch-on-remote, delay: 10 s, forwardable: true, in: third-party-release, source: assumption, reason: set in the workbench}\n"},
		{"lower than a filtered one", "northeast-asia-2014", "share:\n  - {from: JPN, to: KOR, level: launch-on-remote, delay: 5 s, only: {classes: IRBM}, in: tracks, source: assumption, reason: a try} # mine\n", []Switch{link("tracks", "JPN", "KOR", "warning")},
			"share:\n  - {from: JPN, to: KOR, level: launch-on-remote, delay: 5 s, only: {classes: IRBM}, in: tracks, source: assumption, reason: a try} # mine\n  - {from: JPN, to: KOR, level: warning, delay: 5 s, instead: true, in: tracks, source: assumption, reason: set in the workbench}\n"},
		{"everywhere", "northeast-asia-2014", "", []Switch{cuts("JPN", "KOR", true)}, "cut: [{from: JPN, to: KOR, both: true}]\n"},
		{"and restored from the other side", "northeast-asia-2014", "", []Switch{cuts("JPN", "KOR", true), cuts("KOR", "JPN", false)}, ""},
		{"one way in one posture of a link cut everywhere", "northeast-asia-2014", "", []Switch{cuts("JPN", "KOR", true), link("tracks", "JPN", "KOR", "track")},
			"cut:\n  - {from: JPN, to: KOR, in: [warning, launch-on-remote, engage-on-remote, joint, mutual, hub-cut, no-kyogamisaki]}\n  - {from: KOR, to: JPN}\n"},
		{"one of several cut by hand", "northeast-asia-2014", "cut: [{from: USA, to: [JPN, KOR], both: true}]\n", []Switch{cuts("JPN", "USA", false)}, "cut: [{from: USA, to: KOR, both: true}]\n"},
		{"one posture of a cut in all", "northeast-asia-2014", "cut: [{by: JPN, of: all}]\n", []Switch{defends("mutual", "JPN", "USA", true)}, "cut: [{by: JPN, of: KOR}]\n"},
		{"one posture of a cut in all, which others have too", "northeast-asia-2014", "cut: [{from: JPN, to: all}]\n", []Switch{link("tracks", "JPN", "USA", "track")}, "cut:\n  - {from: JPN, to: KOR}\n  - {from: JPN, to: USA, in: [warning, launch-on-remote, engage-on-remote, joint, mutual, tisa-2014, third-party-release, link-cut, no-kyogamisaki]}\n"},
		{"one way of a cut of both", "northeast-asia-2014", "cut: [{from: JPN, to: KOR, both: true, in: tracks}]\n", []Switch{link("tracks", "KOR", "JPN", "track")}, "cut: [{from: JPN, to: KOR, in: tracks}]\n"},
		{"a comment stays", "northeast-asia-2014", "# so far\ncut:\n  # the old quarrel\n  - {from: KOR, to: JPN, both: true}\n", []Switch{defends("mutual", "JPN", "KOR", false)}, "# so far\ncut:\n  # the old quarrel\n  - {from: KOR, to: JPN, both: true}\n  - {by: JPN, of: KOR, in: mutual}\n"},
	} {
		d := newDesk(t, c.base)
		got, _ := d.turn(t, d.first()+c.over, c.turns...)
		if want := d.first() + c.want; got != want {
			t.Errorf("%s:\n%s\nnot\n%s", c.name, got, want)
		}
	}
}

// network is all that a posture's nations have agreed, by what each switch would set.
func network(f *scenario.File, id string) map[string]string {
	out := map[string]string{}
	for i := range f.Postures {
		p := &f.Postures[i]
		if p.ID != id {
			continue
		}
		for _, e := range p.Edges {
			_, l := strongest(p, e.From, e.To)
			out[e.From+" tells "+e.To] = l.String()
		}
		for n, g := range groups(p) {
			out["group of "+n] = strings.Join(g, " ")
		}
		for _, m := range p.Mutual {
			for _, o := range m.Of {
				out[m.By+" defends "+o] = "yes"
			}
		}
	}
	return out
}

// Whatever is switched in whatever order: each switch does what it says, changes
// nothing else of its posture and nothing of any other, and switching all back
// leaves nothing in the text.
func TestAnySwitchesInAnyOrder(t *testing.T) {
	d := newDesk(t, "small")
	start, err := d.load(d.first())
	if err != nil {
		t.Fatal(err)
	}
	nations := []string{"A", "B", "C", "D"}
	ids := []string{"bare", "hub", "more", "tracks", "mutual"}
	// What a person may have written before, for many nations and postures at once.
	hand := []string{"", "", "cut: [{from: all, to: all}]\n", "cut: [{by: A, of: [B, C], both: no, in: [hub, more]}, {from: A, to: [C, B], both: false}]\n", "cut: [{from: A, to: [B, C], both: true}, {by: [A, B], of: all}, {joint-fire-control: [A, D]}]\n", "cut: [{by: A, of: [B, C], both: true, in: [hub, mutual]}, {joint-fire-control: all, in: [mutual, more]}]\n",
		"joint-fire-control: [A, D]\n", "joint-fire-control: [[A, B], {nations: [C, D], in: [tracks, bare], instead: true}]\nmutual-defence: [{by: all, of: A}, {by: D, of: [A, B], in: [bare, tracks]}]\n",
		"share:\n  - {from: all, to: [A, B], level: launch-on-remote, in: [bare, hub], source: assumption, reason: test}\n  - {from: C, to: D, level: engage-on-remote, only: {classes: SRBM}, source: assumption, reason: test}\n"}
	rapid.Check(t, func(r *rapid.T) {
		by := rapid.SampledFrom(hand).Draw(r, "by hand")
		text, f := d.turn(r, d.first()+by)
		for range rapid.IntRange(1, 6).Draw(r, "how many") {
			who := rapid.Permutation(nations).Draw(r, "who")
			a, b, id := who[0], who[1], rapid.SampledFrom(ids).Draw(r, "posture")
			on := rapid.Bool().Draw(r, "on")
			before := map[string]map[string]string{}
			for _, x := range ids {
				before[x] = network(f, x)
			}
			var w Switch
			want := before[id]
			switch rapid.SampledFrom([]string{"link", "defends", "joint"}).Draw(r, "kind") {
			case "link":
				w = link(id, a, b, rapid.SampledFrom([]string{"none", "warning", "track", "launch-on-remote", "engage-on-remote"}).Draw(r, "level"))
				if want[a+" tells "+b] = w.Level; w.Level == "none" {
					delete(want, a+" tells "+b)
				}
			case "defends":
				w = defends(id, a, b, on)
				if want[a+" defends "+b] = "yes"; !on {
					delete(want, a+" defends "+b)
				}
			default:
				w = Switch{Kind: "joint-fire-control", Posture: id, From: a, To: b, On: on}
				for k := range want {
					if strings.HasPrefix(k, "group") {
						want[k] = strings.Join(slices.DeleteFunc(strings.Fields(want[k]), func(n string) bool { return n == a }), " ")
					}
				}
				delete(want, "group of "+a)
				if on {
					g := append(strings.Fields(want["group of "+b]), a)
					if !slices.Contains(g, b) {
						g = append(g, b)
					}
					slices.Sort(g)
					for _, n := range g {
						want["group of "+n] = strings.Join(g, " ")
					}
				}
				for k, v := range want {
					if strings.HasPrefix(k, "group") && !strings.Contains(v, " ") {
						delete(want, k)
					}
				}
			}
			text, f = d.turn(r, text, w)
			for _, x := range ids {
				if got := network(f, x); fmt.Sprint(got) != fmt.Sprint(before[x]) {
					r.Fatalf("%+v makes of %s\n%v\nnot\n%v\n%s", w, x, got, before[x], text)
				}
			}
		}
		if by != "" {
			return
		}
		// All back to what it was.
		for _, id := range ids {
			was, is := network(start, id), network(f, id)
			for _, a := range nations {
				for _, b := range nations {
					if a == b {
						continue
					}
					if k := a + " tells " + b; was[k] != is[k] {
						level := was[k]
						if level == "" {
							level = "none"
						}
						text, f = d.turn(r, text, link(id, a, b, level))
					}
					if k := a + " defends " + b; was[k] != is[k] {
						text, f = d.turn(r, text, defends(id, a, b, was[k] == "yes"))
					}
				}
			}
			for _, a := range nations {
				if k := "group of " + a; was[k] != network(f, id)[k] {
					if was[k] == "" {
						text, f = d.turn(r, text, leaves(id, a))
					} else {
						text, f = d.turn(r, text, joins(id, a, strings.Fields(strings.ReplaceAll(was[k], a, ""))[0]))
					}
				}
			}
		}
		if text != d.first() {
			r.Fatalf("with all switched back there is still\n%s", text)
		}
	})
}

// A path reads as it was written, whatever the ids; an edit under an id with a dot
// lands under that id.
func TestPathsOfOddIDs(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		keys := rapid.SliceOfN(rapid.StringMatching(`[a-z0-9][a-z0-9._-]{0,9}`), 1, 5).Draw(r, "keys")
		if got := keysOf(pathOf(keys...)); !slices.Equal(got, keys) {
			r.Fatalf("%q through %q is %q", keys, pathOf(keys...), got)
		}
	})
	got, err := edited("x", "", []Edit{{Path: `nations.U\.S\..name`, Value: []byte(`"US"`)}, {Path: "raids.main.2.count", Value: []byte("7")}, {Path: "raids.main.1.count", Value: []byte("6")}})
	if want := "testudo: 1\ninclude: x.yaml\nnations:\n  U.S.: {name: US}\nraids:\n  main:\n    1: {count: 6}\n    2: {count: 7}\n"; err != nil || got != want {
		t.Errorf("%v\n%s\nnot\n%s", err, got, want)
	}
	got, err = edited("x", "testudo: 1\nraids:\n  main:\n    - {missile: a, count: 1} # one\n    - {missile: b, count: 2}\n", []Edit{{Path: "raids.main.1.over", Value: []byte(`"5 min"`)}, {Path: "raids.main.0.count", Value: []byte("9")}})
	if want := "testudo: 1\nraids:\n  main:\n    - {missile: a, count: 9} # one\n    - {missile: b, count: 2, over: 5 min}\n"; err != nil || got != want {
		t.Errorf("%v\n%s\nnot\n%s", err, got, want)
	}
	for _, path := range []string{"raids.main.7.count", "raids.main.x.count", "raids.main.0.count.x"} {
		if _, err := edited("x", "testudo: 1\nraids: {main: [{count: 1}]}\n", []Edit{{Path: path, Value: []byte("1")}}); err == nil {
			t.Errorf("%s was written", path)
		}
	}
}

func BenchmarkSwitch(b *testing.B) {
	d := newDesk(b, "northeast-asia-2024")
	for b.Loop() {
		d.turn(b, d.first(), leaves("mutual", "JPN"))
	}
}
