package scenario_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"testudo/internal/scenario"
)

// allies is the good scenario with a third ally and one posture that has
// everything: a track and a filtered warning beside it, one fire control, and
// all for all.
const allies = `  GRN: {name: Green}
  WHT: {name: White}`

const full = `  full:
    share:
      - {from: all, to: all, level: track, delay: 5 s, source: assumption, reason: test}
      - {from: BLU, to: GRN, level: warning, delay: 60 s, forwardable: true, only: {from: pad}, source: assumption, reason: test}
    joint-fire-control: [BLU, GRN, WHT]
    mutual-defence: [{by: all, of: all}]
  after: {include: full}
`

func agreed(t testing.TB, more string) (*scenario.File, error) {
	t.Helper()
	return load(t, map[string]string{"s.yaml": strings.Replace(good, "  GRN: {name: Green}", allies, 1) + full + more})
}

// network says in words what a posture has agreed: links, who shares a fire
// control with whom, who defends whom. The order of a file plays no part.
func network(p *scenario.Posture) string {
	var out []string
	for _, e := range p.Edges {
		out = append(out, fmt.Sprintf("%s tells %s: %s %s %v %v %v", e.From, e.To, e.Level, e.Delay, e.Forwardable, e.OnlyFrom, e.OnlyClasses))
	}
	group := map[string]string{}
	for _, n := range nations {
		group[n] = n
	}
	for _, g := range p.JointFire {
		for _, n := range g[1:] {
			a, b := group[g[0]], group[n]
			for _, x := range nations {
				if group[x] == b {
					group[x] = a
				}
			}
		}
	}
	for i, a := range nations {
		for _, b := range nations[i+1:] {
			if group[a] == group[b] {
				out = append(out, a+" and "+b+" have one fire control")
			}
		}
	}
	for _, m := range p.Mutual {
		for _, o := range m.Of {
			out = append(out, m.By+" defends "+o)
		}
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), "\n")
}

var nations = []string{"BLU", "GRN", "WHT"}

func posture(t testing.TB, f *scenario.File, id string) *scenario.Posture {
	t.Helper()
	for i := range f.Postures {
		if f.Postures[i].ID == id {
			return &f.Postures[i]
		}
	}
	t.Fatalf("no posture %s", id)
	return nil
}

// What a posture includes can be taken away piece by piece, in the posture or at
// the top of the file for the postures named.
func TestWhatIsAgreedCanBeTakenAway(t *testing.T) {
	for _, c := range []struct{ name, more, id, has, not string }{
		{"a link, its filtered part too", "  p: {include: full, cut: [{from: BLU, to: GRN}]}\n", "p", "GRN tells BLU: track", "BLU tells GRN"},
		{"both ways", "  p: {include: full, cut: [{from: BLU, to: GRN, both: true}]}\n", "p", "WHT tells BLU: track", "GRN tells BLU"},
		{"lower, the filtered stays", "  p: {include: full, share: [{from: BLU, to: GRN, level: none, " + why + "}]}\n", "p", "BLU tells GRN: warning", "BLU tells GRN: track"},
		{"lower, instead of all", "  p: {include: full, share: [{from: BLU, to: GRN, level: none, instead: true, " + why + "}]}\n", "p", "BLU tells GRN: none", "BLU tells GRN: warning"},
		{"instead, only that way", "  p: {include: full, share: [{from: BLU, to: GRN, level: none, instead: true, " + why + "}]}\n", "p", "GRN tells BLU: track", "BLU tells GRN: track"},
		{"one leaves the fire control", "  p: {include: full, cut: [{joint-fire-control: WHT}]}\n", "p", "BLU and GRN have one", "and WHT have"},
		{"all leave it", "  p: {include: full, cut: [{joint-fire-control: all}]}\n", "p", "BLU defends GRN", "one fire control"},
		{"one moves to another", "  p: {include: full, cut: [{joint-fire-control: BLU}]}\n  q: {include: p, joint-fire-control: [{nations: [BLU, WHT], instead: true}]}\n", "q", "BLU and WHT have one", "GRN and WHT have"},
		{"one defends nobody", "  p: {include: full, cut: [{by: WHT, of: all}]}\n", "p", "BLU defends WHT", "WHT defends"},
		{"not each other", "  p: {include: full, cut: [{by: WHT, of: BLU, both: true}]}\n", "p", "WHT defends GRN", "BLU defends WHT"},
		{"defends another instead", "  p: {include: full, mutual-defence: [{by: WHT, of: GRN, instead: true}]}\n", "p", "WHT defends GRN", "WHT defends BLU"},
		{"at the top, in one posture", "cut: [{by: WHT, of: all, in: full}, {joint-fire-control: BLU, in: [full]}, {from: BLU, to: GRN, in: full}]\n", "full", "GRN and WHT have one", "BLU tells GRN"},
		{"and not in another", "cut: [{by: WHT, of: all, in: full}, {joint-fire-control: BLU, in: [full]}, {from: BLU, to: GRN, in: full}]\n", "after", "BLU and GRN have one", "none"},
		{"at the top, everywhere", "cut: [{by: WHT, of: all}, {joint-fire-control: BLU}]\n", "after", "GRN and WHT have one", "WHT defends"},
		{"laid at the top", "joint-fire-control: [{nations: [GRN, WHT], in: alone, " + why + "}]\nmutual-defence: [{by: GRN, of: WHT, in: alone, " + why + "}]\n", "alone", "GRN defends WHT", "BLU"},
		{"laid at the top in all", "joint-fire-control: [GRN, WHT]\n", "told", "GRN and WHT have one", "BLU and"},
		{"instead, at the top", "share: [{from: [BLU, WHT], to: GRN, level: warning, instead: true, in: full, " + why + "}]\n", "full", "BLU tells GRN: warning 0 s false []", "60 s"},
	} {
		f, err := agreed(t, c.more)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := network(posture(t, f, c.id)); !strings.Contains(got, c.has) || strings.Contains(got, c.not) {
			t.Errorf("%s: has not %q, or still %q:\n%s", c.name, c.has, c.not, got)
		}
		if got := network(&f.Bare[slices.IndexFunc(f.Bare, func(p scenario.Posture) bool { return p.ID == "full" })]); !strings.Contains(got, "60 s true") || !strings.Contains(got, "WHT defends BLU") || !strings.Contains(got, "BLU and WHT have") {
			t.Errorf("%s: the posture as it was before:\n%s", c.name, got)
		}
	}
}

// What would change nothing, or cannot be meant, is told with its place.
func TestBadCutsAndAgreements(t *testing.T) {
	for _, c := range [][2]string{
		{"  p: {include: told, cut: [{by: BLU, of: GRN}]}\n", "there is no defence of GRN by BLU to cut"},
		{"  p: {include: told, cut: [{joint-fire-control: BLU}]}\n", "there is no fire control shared by BLU to cut"},
		{"cut: [{by: BLU, of: GRN, in: alone}]\n", "cut[0]: alone: no defence of GRN by BLU to cut"},
		{"cut: [{from: BLU, to: GRN, in: alone}]\n", "alone: no link from BLU to GRN to cut"},
		{"cut: [{from: BLU, to: GRN, in: aloan}]\n", `no posture of this id (given "aloan"; allowed: alone, told, full, after); did you mean "alone"?`},
		{"cut: [{from: BLU, to: GRN, by: BLU}]\n", "one of them"},
		{"cut: [{joint-fire-control: BLU, both: true}]\n", "one of them"},
		{"cut: [{by: BLU}]\n", `"of" is missing`},
		{"cut: [{}]\n", `"from" is missing`},
		{"cut: [{joint-fire-control: RED}]\n", `no nation of this id (given "RED"; allowed: BLU, GRN, WHT)`},
		{"  p: {include: full, cut: [{from: BLU, to: GRN, in: full}]}\n", `unknown key "in"`},
		{"  p: {mutual-defence: [{by: BLU, of: GRN, in: full}]}\n", `unknown key "in"`},
		{"joint-fire-control: [{nations: BLU}]\n", "joint fire control needs two nations"},
		{"joint-fire-control: [{instead: true}]\n", `"nations" is missing`},
		{"joint-fire-control: BLU\n", "a list expected"},
		{"share: [{from: BLU, to: GRN, level: track, insted: true, " + why + "}]\n", `did you mean "instead"?`},
		{"cut: [" + strings.Repeat("{from: BLU, to: GRN}, ", 600) + "{from: BLU, to: GRN}]\nmutual-defence: [" + strings.Repeat("{by: BLU, of: GRN, instead: true}, ", 600) + "]\n", "more than 1000 cuts"},
	} {
		if _, err := agreed(t, c[0]); err == nil || !strings.Contains(err.Error(), c[1]) || !strings.Contains(err.Error(), "s.yaml:") {
			t.Errorf("%.200s: %v, want %q", c[0], err, c[1])
		}
	}
}

// entries draws what a posture may say, as text.
func entries(t *rapid.T, name string) (share, joint, mutual []string) {
	pair := func() (string, string) {
		p := rapid.Permutation(nations).Draw(t, name)
		return p[0], p[1]
	}
	for range rapid.IntRange(0, 4).Draw(t, name) {
		a, b := pair()
		only := rapid.SampledFrom([]string{"", "only: {from: pad}, ", "only: {classes: SRBM}, "}).Draw(t, name)
		share = append(share, fmt.Sprintf("{from: %s, to: %s, level: %s, delay: %d s, %s%s}", a, b, rapid.SampledFrom([]string{"warning", "track", "launch-on-remote"}).Draw(t, name), rapid.IntRange(0, 9).Draw(t, name), only, why))
	}
	for range rapid.IntRange(0, 2).Draw(t, name) {
		a, b := pair()
		joint = append(joint, "["+a+", "+b+"]")
	}
	for range rapid.IntRange(0, 3).Draw(t, name) {
		a, b := pair()
		mutual = append(mutual, "{by: "+a+", of: "+b+"}")
	}
	return share, joint, mutual
}

func body(share, joint, mutual []string) string {
	return "share: [" + strings.Join(share, ", ") + "], joint-fire-control: [" + strings.Join(joint, ", ") + "], mutual-defence: [" + strings.Join(mutual, ", ") + "]"
}

// A posture that takes away all it includes and lays anew what another has is
// that other; the order of cuts means nothing.
func TestTakingAllAwayAndLayingAnewIsTheOther(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		one, other := body(entries(r, "one")), body(entries(r, "other"))
		all := []string{"{from: all, to: all}", "{by: all, of: all}", "{joint-fire-control: all}", "{from: BLU, to: all, both: true}", "{by: [GRN, WHT], of: BLU}"}
		cuts := strings.Join(rapid.Permutation(all).Draw(r, "cuts"), ", ")
		// What is there to cut for certain: else an empty cut would be told.
		ground := "  ground: {include: full, " + one + "}\n  other: {" + other + "}\n"
		f, err := agreed(t, ground+"  bare: {include: ground, cut: ["+cuts+"]}\n  again: {include: bare, "+other+"}\n")
		if err != nil {
			r.Fatal(err)
		}
		if got := network(posture(t, f, "bare")); got != "" {
			r.Fatalf("after cutting all there is still\n%s", got)
		}
		want := network(posture(t, f, "other"))
		if got := network(posture(t, f, "again")); got != want {
			r.Fatalf("laid anew\n%s\nbut the other has\n%s", got, want)
		}
	})
}

// With instead, what is laid stands alone, whatever was there.
func TestInsteadStandsAlone(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		one := body(entries(r, "one"))
		p := rapid.Permutation(nations).Draw(r, "who")
		a, b, c := p[0], p[1], p[2]
		f, err := agreed(t, fmt.Sprintf("  one: {%s}\n  p: {include: [full, one], share: [{from: %s, to: %s, level: launch-on-remote, instead: true, %s}], joint-fire-control: [{nations: [%s, %s], instead: true}], mutual-defence: [{by: %s, of: %s, instead: true}]}\n", one, a, b, why, a, b, a, b))
		if err != nil {
			r.Fatal(err)
		}
		was, is := network(posture(t, f, "full")), network(posture(t, f, "p"))
		count := func(s, what string) int { return strings.Count("\n"+s, "\n"+what) }
		if count(is, a+" tells "+b) != 1 || count(is, a+" tells "+b+": launch-on-remote") != 1 || count(is, a+" defends") != 1 || count(is, a+" defends "+b) != 1 || strings.Count(is, "one fire control") != 1 {
			r.Fatalf("%s and %s instead:\n%s", a, b, is)
		}
		if count(is, c+" defends") != count(was, c+" defends") || count(is, b+" tells "+a) < count(was, b+" tells "+a) {
			r.Fatalf("others changed:\n%s", is)
		}
	})
}

// Items of an included list are changed by their numbers, and the file means what
// it would with the items written so.
func TestItemsOfAnIncludedList(t *testing.T) {
	changed := "testudo: 1\nname: test\ninclude: base.yaml\nraids:\n  main:\n    0: {count: 9, over: 30 s}\npostures:\n  told: {share: {0: {delay: 7 s}}}\n"
	f, err := load(t, map[string]string{"s.yaml": changed, "base.yaml": good})
	if err != nil {
		t.Fatal(err)
	}
	g, err := load(t, map[string]string{"s.yaml": strings.NewReplacer("count: 5", "count: 9", "over: 60 s", "over: 30 s", "delay: 5 s", "delay: 7 s").Replace(good)})
	if err != nil {
		t.Fatal(err)
	}
	if x := f.Raids[0].Groups[0]; x.Count != 9 || x.Over != 30 || x.Missile != "rocket" || posture(t, f, "told").Edges[0].Delay != 7 {
		t.Errorf("%+v", x)
	}
	if f.Digest != g.Digest {
		t.Error("another digest than that of the file with the items written so")
	}
	for _, c := range [][2]string{
		{"    1: {count: 9}\n", `s.yaml:6:5: raids.main: no such item; the list has 1, counted from 0 (given "1")`},
		{"    0: {count: 0}\n", `s.yaml:6:16: raids.main[0].count: out of range`},
		{"    0: {cuont: 1}\n", `raids.main[0]: unknown key "cuont"`},
		{"    0: 7\n", `raids.main[0]: a mapping with keys missile, count`},
		{"    0: null\n", `a raid needs at least one group`},
	} {
		if _, err := load(t, map[string]string{"s.yaml": "testudo: 1\nname: test\ninclude: base.yaml\nraids:\n  main:\n" + c[0], "base.yaml": good}); err == nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%s: %v, want %s", c[0], err, c[1])
		}
	}
}

// The keys in the order in which they are written are those of the schema.
func TestKeysAreThoseOfTheSchema(t *testing.T) {
	var s map[string]any
	if err := json.Unmarshal(scenario.Schema(), &s); err != nil {
		t.Fatal(err)
	}
	// properties collects the keys of a schema's items, whichever way they are written.
	var properties func(s any, into map[string]bool)
	properties = func(s any, into map[string]bool) {
		m, ok := s.(map[string]any)
		if !ok {
			return
		}
		props, _ := m["properties"].(map[string]any)
		for k := range props {
			into[k] = true
		}
		ways, _ := m["anyOf"].([]any)
		for _, w := range append(ways, m["items"]) {
			properties(w, into)
		}
	}
	at := func(path ...string) any {
		var n any = s
		for _, k := range path {
			m := n.(map[string]any)
			props, _ := m["properties"].(map[string]any)
			if p, ok := props[k]; ok {
				n = p
			} else {
				n = m["additionalProperties"]
			}
		}
		return n
	}
	for _, path := range [][]string{{}, {"nations", "x"}, {"assets", "x"}, {"launch-areas", "x"}, {"sensors", "x"}, {"batteries", "x"}, {"commands", "x"}, {"objectives", "x"}, {"postures", "x"}, {"share"}, {"joint-fire-control"}, {"mutual-defence"}, {"cut"}, {"catalog", "x", "figures", "y"}} {
		into := map[string]bool{}
		properties(at(path...), into)
		if len(path) == 1 {
			path = append(path, "0")
		}
		given := scenario.Keys(path...)
		for k := range into {
			if !slices.Contains(given, k) {
				t.Errorf("%v: no order for %s", path, k)
			}
		}
		for _, k := range given {
			if !into[k] {
				t.Errorf("%v: %s is not of the schema", path, k)
			}
		}
	}
	if got := scenario.Keys("raids", "x", "groups", "3"); got[0] != "missile" || scenario.Keys("raids", "x", "0")[1] != "count" || scenario.Keys("nations") != nil {
		t.Errorf("groups of a raid: %v", got)
	}
}
