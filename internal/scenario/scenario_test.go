package scenario_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"testudo/internal/catalog"
	"testudo/internal/scenario"
	"testudo/internal/yamldoc"
)

const why = `source: assumption, reason: test`

// good is a small complete scenario; the tests of bad files change a word of it.
const good = `testudo: 1
name: test
nations:
  BLU: {name: Blue}
  GRN: {name: Green}
  RED: {side: attacker}
assets:
  city: {nation: BLU, at: [10, 20], value: 100, source: assumption, reason: test}
launch-areas:
  pad: {nation: RED, at: [15, 20], source: assumption, reason: test}
catalog:
  rocket:
    kind: missile
    attributes: {class: SRBM}
    figures:
      range: {value: 700 km, source: assumption, reason: test}
      burn-time: {value: 80 s, source: assumption, reason: test}
      ballistic-coefficient: {value: 5000 kg/m2, source: assumption, reason: test}
      rcs: {value: 0.1 m2, source: assumption, reason: test}
  eye:
    kind: radar
    figures:
      reference-range: {value: 500 km, source: assumption, reason: test}
      reference-rcs: {value: 1 m2, source: assumption, reason: test}
      azimuth-field: {value: 120 deg, source: assumption, reason: test}
  arrow:
    kind: interceptor
    figures:
      burnout-speed: {value: 2 km/s, source: assumption, reason: test}
      reach: {value: 100 km, source: assumption, reason: test}
      min-altitude: {value: 5 km, source: assumption, reason: test}
      max-altitude: {value: 40 km, source: assumption, reason: test}
      kill-probability: {value: 0.7, source: assumption, reason: test}
  site:
    kind: system
    attributes: {interceptor: arrow, radar: eye}
    figures:
      load: {value: 16, source: assumption, reason: test}
      channels: {value: 4, source: assumption, reason: test}
      reaction-time: {value: 10 s, source: assumption, reason: test}
sensors:
  tower: {nation: GRN, system: eye, at: [12, 20], facing: 10 deg, source: assumption, reason: test}
batteries:
  alpha: {nation: BLU, system: site, at: [10, 20], facing: 0 deg, source: assumption, reason: test}
commands:
  BLU: {decision-delay: 30 s, salvo: 2, source: assumption, reason: test}
raid: main
raids:
  main:
    - {missile: rocket, count: 5, from: pad, at: {city: 1}, over: 60 s, source: assumption, reason: test}
objectives:
  hit: {at-least: 1, on: [city], source: assumption, reason: test}
postures:
  alone: {}
  told: {share: [{from: GRN, to: BLU, level: track, delay: 5 s, source: assumption, reason: test}]}
`

func empty(t testing.TB) *catalog.Book {
	t.Helper()
	b, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func load(t testing.TB, files map[string]string, sets ...string) (*scenario.File, error) {
	t.Helper()
	return scenario.Load("s.yaml", func(p string) ([]byte, error) {
		s, ok := files[p]
		if !ok {
			return nil, fmt.Errorf("%s: no such file", p)
		}
		return []byte(s), nil
	}, empty(t), sets)
}

func TestGoodFile(t *testing.T) {
	f, err := load(t, map[string]string{"s.yaml": good})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Nations) != 3 || len(f.Batteries) != 1 || len(f.Postures) != 2 || f.Raids[0].Groups[0].Count != 5 || f.DefaultRaid != "main" || f.Postures[1].Edges[0].Delay != 5 {
		t.Errorf("%+v", f)
	}
	said := strings.Join(f.Defaults, "\n")
	for _, w := range []string{"ladder not stated", "command GRN", "alpha: interceptors not stated", "state no radius"} {
		if !strings.Contains(said, w) {
			t.Errorf("what was taken for granted is not said: %q not in\n%s", w, said)
		}
	}
	if got := f.Book.Added(); len(got) != 4 {
		t.Errorf("own entries: %v", got)
	}
}

// Each bad file: what is changed, and what the error must say.
func TestBadFilesSayWhereAndWhat(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"unknown top key", "raid: main\n", "rade: main\n", `s.yaml:47:1: unknown key "rade"`},
		{"nearest key", "raid: main\n", "rade: main\n", `did you mean "raid`},
		{"unknown key below", "facing: 0 deg", "facign: 0 deg", `batteries.alpha: unknown key "facign"`},
		{"wrong unit", "decision-delay: 30 s", "decision-delay: 30 km", `commands.BLU.decision-delay: duration "km" is a unit of length (given "30 km"; allowed: s, ms, min, h, d, yr)`},
		{"no unit", "decision-delay: 30 s", "decision-delay: 30", `duration has no unit (given "30"; allowed: s, ms, min, h, d, yr)`},
		{"latitude", "at: [10, 20], value", "at: [91, 20], value", `s.yaml:8:28: assets.city.at[0]: latitude out of range (given "91"; allowed: -90 to 90)`},
		{"longitude", "at: [10, 20], value", "at: [10, 361], value", `assets.city.at[1]: longitude out of range (given "361"; allowed: -180 to 360)`},
		{"one coordinate", "at: [10, 20], value", "at: [10], value", `a place is [latitude, longitude]`},
		{"NaN", "value: 100", "value: .nan", `assets.city.value: a finite number expected (given ".nan"`},
		{"infinity", "value: 100", "value: .inf", `a finite number expected (given ".inf"`},
		{"1e400", "value: 100", "value: 1e400", `a finite number expected (given "1e400"`},
		{"negative count", "count: 5", "count: -5", `raids.main[0].count: out of range (given "-5"; allowed: 1 to 100000)`},
		{"no missile", "count: 5", "count: 0", `out of range (given "0"; allowed: 1 to 100000)`},
		{"a million million missiles", "count: 5", "count: 1000000000000", `out of range (given "1000000000000"; allowed: 1 to 100000)`},
		{"a million million in another spelling", "count: 5", "count: 1e12", `out of range (given "1e12"; allowed: 1 to 100000)`},
		{"half a missile", "count: 5", "count: 2.5", `a whole number expected (given "2.5"`},
		{"duplicate id", "  GRN: {name: Green}", "  BLU: {name: Green}", `key "BLU" is given twice; the first stands in line 4`},
		{"duplicate key", "salvo: 2,", "salvo: 2, salvo: 3,", `key "salvo" is given twice`},
		{"battery named like a sensor", "  alpha: {", "  tower: {", `"tower" is also the id of a sensor`},
		{"self edge", "from: GRN, to: BLU", "from: BLU, to: BLU", `postures.told.share[0]: BLU cannot have an agreement with itself`},
		{"unknown nation", "{nation: GRN, system: eye", "{nation: GRM, system: eye", `sensors.tower.nation: no nation of this id (given "GRM"; allowed: BLU, GRN, RED); did you mean "GRN"?`},
		{"unknown asset", "at: {city: 1}", "at: {citty: 1}", `no asset of this id (given "citty"); did you mean "city"?`},
		{"unknown launch area", "from: pad", "from: pda", `no launch area of this id (given "pda"; allowed: pad); did you mean "pad"?`},
		{"unknown missile", "missile: rocket", "missile: rokcet", `did you mean "rocket"?`},
		{"a radar is no missile", "missile: rocket", "missile: eye", `eye is a radar, not a missile`},
		{"unknown system", "system: site", "system: siet", `no system of this id in the catalogue (given "siet"); did you mean "site"?`},
		{"unknown level", "level: track", "level: tracks", `unknown word (given "tracks"; allowed: none, warning, track, launch-on-remote, engage-on-remote); did you mean "track"?`},
		{"unknown posture included", "  alone: {}", "  alone: {include: tlod}", `did you mean "told"?`},
		{"postures in a circle", "  alone: {}", "  alone: {include: b}\n  b: {include: alone}", `include goes in a circle: alone includes b includes alone`},
		{"no source", "at: [15, 20], source: assumption, reason: test", "at: [15, 20]", `launch-areas.pad: says nothing of where it comes from`},
		{"assumption without reason", "at: [15, 20], source: assumption, reason: test", "at: [15, 20], source: assumption", `an assumption needs a reason`},
		{"unknown source", "at: [15, 20], source: assumption, reason: test", "at: [15, 20], source: my-memory", `source not in the register (given "my-memory"`},
		{"a bare number", "rcs: {value: 0.1 m2, source: assumption, reason: test}", "rcs: 0.1", `a bare number does not load`},
		{"probability", "kill-probability: {value: 0.7", "kill-probability: {value: 1.7", `probability lies outside 0 to 1 (given "1.7"`},
		{"missing", "raids:\n  main:", "raidz:\n  main:", `"raids" is missing`},
		{"facing needed", "facing: 10 deg, source", "source", `the radar eye sees 120 deg only: say where it faces`},
		{"nothing to cut", "  alone: {}", "  alone: {include: told, cut: [{from: BLU, to: GRN}]}", `there is no link from BLU to GRN to cut`},
		{"defend yourself", "  alone: {}", "  alone: {mutual-defence: [{by: BLU, of: BLU}]}", `BLU defends itself in any case`},
		{"objective without a measure", "{at-least: 1, on: [city]", "{on: [city]", `an objective states at-least`},
		{"all attackers", "  BLU: {name: Blue}\n  GRN: {name: Green}", "  BLU: {side: attacker}\n  GRN: {side: attacker}", `no nation defends`},
		{"id", "  city: {nation", "  'ci ty': {nation", `not a usable id (given "ci ty"`},
		{"price year", "BLU: {name: Blue}", "BLU: {name: Blue, gdp: 40 GUSD, source: assumption, reason: test}", `money needs its price year`},
		{"version", "testudo: 1", "testudo: 2", `testudo: out of range (given "2"; allowed: 1 to 1)`},
		{"date", "name: test\n", "name: test\ndate: in spring\n", `s.yaml:3:7: date: not a date (given "in spring"; allowed: 2014, 2014-05 or 2014-05-28)`},
		{"month of a date", "name: test\n", "name: test\ndate: 2014-13\n", `not a date (given "2014-13"`},
		{"yes or no", "level: track,", "level: track, veto: maybe,", `yes or no expected (given "maybe")`},
		{"anchor", "name: test", "name: &n test", `anchors (&n) are not allowed`},
		{"list for mapping", "  alone: {}", "  alone: []", `postures.alone: a mapping with keys`},
	} {
		if !strings.Contains(good, c.from) {
			t.Fatalf("%s: %q is not in the good file", c.name, c.from)
		}
		_, err := load(t, map[string]string{"s.yaml": strings.Replace(good, c.from, c.to, 1)})
		var ps *yamldoc.Problems
		if !errors.As(err, &ps) {
			t.Errorf("%s: %v, want problems", c.name, err)
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the error\n%s\ndoes not say\n%s", c.name, err, c.want)
		}
		if !strings.Contains(err.Error(), "s.yaml:") {
			t.Errorf("%s: no place: %s", c.name, err)
		}
	}
}

// All errors of a file come in one go, in the order of their places.
func TestAllErrorsAtOnce(t *testing.T) {
	bad := strings.NewReplacer("value: 100,", "value: .nan,", "count: 5", "count: -5", "level: track", "level: trakc", "facing: 0 deg", "fasing: 0 deg", "decision-delay: 30 s", "decision-delay: 30 kg").Replace(good)
	_, err := load(t, map[string]string{"s.yaml": bad})
	var ps *yamldoc.Problems
	if !errors.As(err, &ps) || ps.Len() != 5 {
		t.Fatalf("%v", err)
	}
	last := 0
	for _, p := range ps.List() {
		if p.Line < last || p.Line == 0 || p.Col == 0 {
			t.Errorf("out of order or without a place: %s", p)
		}
		last = p.Line
	}
}

func TestIncludes(t *testing.T) {
	f, err := load(t, map[string]string{"s.yaml": "include: base/good.yaml\nname: variant\nassets:\n  city: {value: 7}\n  town: {nation: GRN, at: [11, 21], " + why + "}\npostures: {told: null}\n", "base/good.yaml": good})
	if err != nil {
		t.Fatal(err)
	}
	if f.Name != "variant" || len(f.Assets) != 2 || f.Assets[0].Value != 7 || len(f.Postures) != 1 {
		t.Errorf("name %s, assets %+v, %d postures", f.Name, f.Assets, len(f.Postures))
	}
	_, err = load(t, map[string]string{"s.yaml": "include: base/good.yaml\nassets: {city: {value: -1}}\n", "base/good.yaml": strings.Replace(good, "count: 5", "count: 0", 1)})
	if err == nil || !strings.Contains(err.Error(), "s.yaml:2:24: assets.city.value") || !strings.Contains(err.Error(), "base/good.yaml:50:") {
		t.Errorf("places of a merged file: %v", err)
	}
	_, err = load(t, map[string]string{"s.yaml": "include: a.yaml\n" + good, "a.yaml": "include: b.yaml\nname: a\n", "b.yaml": "include: ./s.yaml\nname: b\n"})
	if err == nil || !strings.Contains(err.Error(), "b.yaml:1:10: include: include goes in a circle: s.yaml includes a.yaml includes b.yaml includes s.yaml") {
		t.Errorf("circle: %v", err)
	}
	_, err = load(t, map[string]string{"s.yaml": "include: gone.yaml\n" + good})
	if err == nil || !strings.Contains(err.Error(), "s.yaml:1:10: include: cannot be included: gone.yaml: no such file") {
		t.Errorf("missing include: %v", err)
	}
}

func TestSets(t *testing.T) {
	f, err := load(t, map[string]string{"s.yaml": good}, "commands.BLU.salvo=1", "raids.main[0].count=9", "assets.city.value=3.5", "batteries.alpha.interceptors=7", "catalog.rocket.figures.range.value=600 km")
	if err != nil {
		t.Fatal(err)
	}
	e, _ := f.Book.Entry("rocket")
	if f.Commands[0].Salvo != 1 || f.Raids[0].Groups[0].Count != 9 || f.Assets[0].Value != 3.5 || f.Batteries[0].Interceptors != 7 || e.Value("range", 0) != 600e3 {
		t.Errorf("%+v %+v %+v %+v", f.Commands[0], f.Raids[0], f.Assets[0], f.Batteries[0])
	}
	for set, want := range map[string]string{
		"commands.BLUE.salvo=1":       `--set #1: commands.BLUE.salvo: nothing of this name (given "BLUE"; allowed: BLU); did you mean "BLU"?`,
		"commands.BLU.salvvo=1":       `unknown key "salvvo"`,
		"commands.BLU.salvo":          `write it as path=value`,
		"=3":                          `a path is missing`,
		"raids.main[7].count=1":       `no such item; the list has 1, counted from 0`,
		"name.x=1":                    `the path goes on below a plain value`,
		"commands.BLU.salvo=&a 1":     `anchors (&a) are not allowed`,
		"commands.BLU.salvo={a: b}":   `not a word, a number or a list`,
		"commands.BLU.salvo=99999999": `out of range`,
	} {
		_, err := load(t, map[string]string{"s.yaml": good}, set)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("--set %s: %v, want %s", set, err, want)
		}
	}
}

func TestStandardLadder(t *testing.T) {
	f, err := load(t, map[string]string{"s.yaml": good + "ladder: {nations: [BLU, GRN], delay: 7 s, " + why + "}\n"})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(f.Ladder, " ") != strings.Join(scenario.StandardLadder, " ") {
		t.Errorf("ladder %v", f.Ladder)
	}
	for _, p := range f.Postures {
		switch p.ID {
		case "tracks":
			if len(p.Edges) != 2 || p.Edges[0].Level != "track" || p.Edges[0].Delay != 7 {
				t.Errorf("tracks: %+v", p.Edges)
			}
		case "mutual":
			if len(p.Mutual) != 2 || len(p.JointFire) != 1 {
				t.Errorf("mutual: %+v", p)
			}
		}
	}
}

// A step of the standard ladder can be laid over itself, and a cut at the top
// holds in every posture that has the link.
func TestCuts(t *testing.T) {
	base := good + "ladder: {nations: [BLU, GRN], delay: 7 s, " + why + "}\n"
	edges := func(f *scenario.File) string {
		var out []string
		for _, p := range f.Postures {
			for _, e := range p.Edges {
				out = append(out, p.ID+":"+e.From+">"+e.To)
			}
		}
		return strings.Join(out, " ")
	}
	f, err := load(t, map[string]string{"s.yaml": "testudo: 1\nname: over\ninclude: base.yaml\npostures: {tracks: {include: tracks, cut: [{from: BLU, to: GRN}]}}\n", "base.yaml": base})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(f.Ladder, " ") != strings.Join(scenario.StandardLadder, " ") {
		t.Errorf("ladder %v", f.Ladder)
	}
	if got := edges(f); !strings.Contains(got, "tracks:GRN>BLU") || strings.Contains(got, "tracks:BLU>GRN") || !strings.Contains(got, "warning:BLU>GRN") {
		t.Errorf("one posture cut: %s", got)
	}
	f, err = load(t, map[string]string{"s.yaml": base + "cut: [{from: BLU, to: GRN}]\n"})
	if err != nil {
		t.Fatal(err)
	}
	if got := edges(f); strings.Contains(got, "BLU>GRN") || !strings.Contains(got, "mutual:GRN>BLU") {
		t.Errorf("all postures cut: %s", got)
	}
	f, err = load(t, map[string]string{"s.yaml": base + "cut: [{from: BLU, to: GRN, both: true}]\n"})
	if err != nil || strings.Contains(edges(f), "tracks:") {
		t.Errorf("both ways: %v %s", err, edges(f))
	}
	f, err = load(t, map[string]string{"s.yaml": base + "share: [{from: BLU, to: GRN, level: warning, in: [tracks, joint], " + why + "}]\n"})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.Postures {
		for _, e := range p.Edges {
			if laid := e.From == "BLU" && (p.ID == "tracks" || p.ID == "joint"); laid != (e.Level == "warning") && p.ID != "warning" && p.ID != "told" {
				t.Errorf("%s: %s tells %s at level %s", p.ID, e.From, e.To, e.Level)
			}
		}
	}
	if _, err = load(t, map[string]string{"s.yaml": base + "postures: {x: {share: [{from: BLU, to: GRN, level: track, in: tracks, " + why + "}]}}\n"}); err == nil || !strings.Contains(err.Error(), "in") {
		t.Errorf("in within a posture: %v", err)
	}
	if _, err = load(t, map[string]string{"s.yaml": base + "cut: [{from: RED, to: GRN}]\n"}); err == nil || !strings.Contains(err.Error(), "no posture has a link from RED to GRN to cut") {
		t.Errorf("nothing to cut: %v", err)
	}
	if _, err = load(t, map[string]string{"s.yaml": base + "cut: [{from: BLU, to: NIX}]\n"}); err == nil || !strings.Contains(err.Error(), "no nation of this id") {
		t.Errorf("unknown nation: %v", err)
	}
}

// The digest is of the content: a comment does not move it, a figure does.
func TestDigest(t *testing.T) {
	a, _ := load(t, map[string]string{"s.yaml": good})
	b, _ := load(t, map[string]string{"s.yaml": "# a comment\n" + strings.Replace(good, "value: 100,", "value:   100,", 1)})
	c, _ := load(t, map[string]string{"s.yaml": strings.Replace(good, "value: 100", "value: 101", 1)})
	if a.Digest != b.Digest || a.Digest == c.Digest {
		t.Errorf("%s %s %s", a.Digest, b.Digest, c.Digest)
	}
}

// The schema takes what the loader takes and refuses misspelt keys as it does.
func TestSchemaAgreesWithTheLoader(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(scenario.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	valid := func(text string) error {
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			return err
		}
		j, err := json.Marshal(v)
		if err != nil {
			return err
		}
		x, err := jsonschema.UnmarshalJSON(bytes.NewReader(j))
		if err != nil {
			return err
		}
		return s.Validate(x)
	}
	for _, more := range []string{"", full, "cut: [{by: BLU, of: all, in: told}, {joint-fire-control: [BLU, GRN]}, {from: GRN, to: BLU, in: [told]}]\n", "joint-fire-control: [BLU, GRN]\n", "joint-fire-control: [[BLU, GRN], {nations: [BLU, GRN], in: told, instead: true, " + why + "}]\n",
		"mutual-defence: [{by: BLU, of: GRN, in: told, instead: true}]\n", "share: {\"0\": {delay: 7 s, in: told}, \"1\": null}\n", "  p: {include: told, share: {\"0\": {level: track, instead: true}}}\n", "date: 2014-05\n", "date: 2014\n"} {
		if err := valid(good + more); err != nil {
			t.Errorf("the good file with %q: %v", more, err)
		}
	}
	for _, more := range []string{"cut: [{by: BLU, from: GRN}]\n", "cut: [{of: BLU}]\n", "  p: {cut: [{by: BLU, of: GRN, in: told}]}\n", "joint-fire-control: [{instead: true}]\n", "mutual-defence: [{by: BLU, of: GRN, instead: 7}]\n", "share: {x: {delay: 7 s}}\n", "share: {\"0\": {delya: 7 s}}\n", "raids: {main: []}\n", "date: spring\n"} {
		if valid(strings.Replace(good, "raids:\n  main:\n    - {missile: rocket, count: 5, from: pad, at: {city: 1}, over: 60 s, source: assumption, reason: test}\n", "", 1)+more) == nil {
			t.Errorf("the schema takes %q", more)
		}
	}
	for _, c := range [][2]string{{"raid: main", "rade: main"}, {"facing: 0 deg", "facign: 0 deg"}, {"decision-delay: 30 s", "decision-delay: 30 km"}, {"[10, 20], value", "[91, 20], value"}, {"count: 5", "count: 0"}, {"level: track", "level: trakc"}} {
		if valid(strings.Replace(good, c[0], c[1], 1)) == nil {
			t.Errorf("the schema takes %q", c[1])
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, s := range []string{good, good + full, good + full + "cut: [{by: BLU, of: GRN, both: true, in: full}, {joint-fire-control: all}]\njoint-fire-control: [{nations: [BLU, GRN], instead: true, in: told}]\nmutual-defence: [{by: all, of: all, instead: true}]\n", "testudo: 1\ninclude: base.yaml\nraids: {main: {0: {count: 9}, 1: null}}\n", "", "testudo: 1", "a: [", "? {a: b}\n: c", "- x", "testudo: 1\nname: [1]\nnations: {A: null}", "include: s.yaml", "!!binary x", "a: 'b", "\t", "{}: 1"} {
		f.Add([]byte(s))
	}
	b, err := catalog.Load(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		scenario.Load("s.yaml", func(name string) ([]byte, error) {
			if name == "base.yaml" {
				return []byte(good), nil
			}
			return data, nil
		}, b, nil)
	})
}

// Hostile files: refused with a place. What they cost is measured here, not
// tested by the clock.
var hostile = map[string]string{
	"200,000 brackets": strings.Repeat("[", 200000),
	"200,000 braces":   strings.Repeat("{a: ", 200000),
	"200,000 dashes":   strings.Repeat("- ", 200000),
	"alias bomb":       "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nd: [*c, *c, *c]\n",
	"anchor in itself": "a: &a [*a]\n",
	"empty":            "",
	"comment only":     "# nothing\n",
	"null":             "null\n",
	"not UTF-8":        "testudo: 1\nname: \xff\xfe\n",
	"zero byte":        "testudo: 1\x00\n",
	"two documents":    "testudo: 1\n---\ntestudo: 1\n",
	"merge key":        "a: {<<: {b: c}}\n",
	"tag":              "testudo: !!python/object x\n",
	"a million values": "x: [" + strings.Repeat("1,", 1000000) + "]\n",
	"50,000 unknown keys": func() string {
		var b strings.Builder
		for i := 0; i < 50000; i++ {
			fmt.Fprintf(&b, "k%d: 1\n", i)
		}
		return b.String()
	}(),
	"three megabytes": "testudo: 1\nname: " + strings.Repeat("x", 3<<20),
	"deep indentation": func() string {
		var b strings.Builder
		for i := 0; i < 2000; i++ {
			b.WriteString(strings.Repeat(" ", i) + "a:\n")
		}
		return b.String()
	}(),
	"complex key":          "? [a, b]\n: c\n",
	"unfinished":           "a: {b: [",
	"escape in an unknown": "\"\\e[31mred\": 1\n",
}

func TestHostileFilesAreRefused(t *testing.T) {
	for name, text := range hostile {
		_, err := load(t, map[string]string{"s.yaml": text})
		var ps *yamldoc.Problems
		if !errors.As(err, &ps) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		first := ps.List()[0]
		if first.File != "s.yaml" || first.Line == 0 && name != "three megabytes" {
			t.Errorf("%s: no place: %s", name, first)
		}
		if strings.ContainsAny(err.Error(), "\x1b\x00") || len(err.Error()) > 200_000 {
			t.Errorf("%s: the message itself is hostile (%d bytes)", name, len(err.Error()))
		}
	}
}

func BenchmarkHostile(b *testing.B) {
	book := empty(b)
	for name, text := range hostile {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; i < b.N; i++ {
				scenario.Load("s.yaml", func(string) ([]byte, error) { return []byte(text), nil }, book, nil)
			}
		})
	}
}

// A small file that means a great deal is refused: all to all among a thousand
// nations, postures and files that include each other many times over,
// thousands of unknown names.
func TestSmallFilesThatGrowAreRefused(t *testing.T) {
	var nations, postures strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&nations, "  N%d: {name: x}\n", i)
	}
	postures.WriteString("  q0: {share: [{from: GRN, to: BLU, level: track, " + why + "}], joint-fire-control: [BLU, GRN], mutual-defence: [{by: BLU, of: [GRN]}]}\n")
	for i := range 60 {
		fmt.Fprintf(&postures, "  q%d: {include: [q%d, q%d]}\n", i+1, i, i)
	}
	many := strings.Replace(good, "nations:\n", "nations:\n"+nations.String(), 1)
	over := "testudo: 1\ninclude: [" + strings.Repeat("base.yaml, ", 30) + "base.yaml]\n"
	for name, x := range map[string]struct{ text, want string }{
		"all to all":    {many + "  all: {share: [{from: all, to: all, level: track, " + why + "}]}\n", "links; at most 20000"},
		"the ladder":    {many + "ladder: {nations: [" + strings.Repeat("BLU, ", 150) + "GRN]}\n", "in a posture"},
		"mutual":        {many + "  all: {mutual-defence: [{by: [" + strings.Repeat("BLU, ", 150) + "BLU], of: [" + strings.Repeat("GRN, ", 150) + "GRN]}]}\n", "of mutual defence in posture all"},
		"doubling":      {good + postures.String(), "at most 20000"},
		"cuts":          {good + "cut: [" + strings.Repeat("{from: GRN, to: BLU}, ", 1100) + "{from: GRN, to: BLU}]\n", "more than 1000 cuts"},
		"unknown names": {good + "ladder: [" + strings.Repeat("nobody, ", 20_000) + "nobody]\n", "no posture of this id"},
		"files":         {over, "more is included than is read"},
	} {
		_, err := load(t, map[string]string{"s.yaml": x.text, "base.yaml": "testudo: 1\ninclude: [" + strings.Repeat("floor.yaml, ", 30) + "floor.yaml]\n", "floor.yaml": good})
		var ps *yamldoc.Problems
		if !errors.As(err, &ps) || !slices.ContainsFunc(ps.List(), func(p yamldoc.Problem) bool { return strings.Contains(p.Message, x.want) }) {
			t.Errorf("%s: %.300v", name, err)
		}
	}
}
