package theatre_test

import (
	"strings"
	"testing"

	"testudo/internal/catalog"
	"testudo/internal/scenario"
	"testudo/internal/theatre"
)

const base = `testudo: 1
name: test
world: {earth: sphere, radius: 6371 km, mu: 398600.4418 km3/s2, source: assumption, reason: t}
nations: {BLU: {name: Blue}, RED: {side: attacker}}
assets:
  near: {nation: BLU, at: [5, 0], source: assumption, reason: t}
  far: {nation: BLU, at: [40, 0], source: assumption, reason: t}
launch-areas: {pad: {nation: RED, at: [0, 0], source: assumption, reason: t}}
catalog:
  rocket: {kind: missile, attributes: {model: impulsive, class: SRBM}, figures: {range: {value: 900 km, source: assumption, reason: t}, rcs: {value: 1 m2, source: assumption, reason: t}, ballistic-coefficient: {value: 5000 kg/m2, source: assumption, reason: t}, reliability: {value: 0.5, source: assumption, reason: t}}}
raids:
  good: [{missile: rocket, count: 3, from: pad, at: near, source: assumption, reason: t}]
  bad:
    - {missile: rocket, count: 3, from: pad, at: far, source: assumption, reason: t}
    - {missile: rocket, count: 3, from: pad, at: [near, far], source: assumption, reason: t}
raid: good
postures: {alone: {}}
`

func resolve(t *testing.T, raid string, o theatre.Options) (*theatre.Theatre, error) {
	t.Helper()
	empty, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := scenario.Load("t.yaml", func(string) ([]byte, error) { return []byte(base), nil }, empty, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.Raid = raid
	return theatre.Resolve(f, o)
}

// A target out of reach is told with place, distance and range, for every group.
func TestOutOfReachIsToldWithItsPlace(t *testing.T) {
	_, err := resolve(t, "bad", theatre.Options{})
	if err == nil {
		t.Fatal("a target 4,400 km away was reached with a range of 900 km")
	}
	for _, w := range []string{"t.yaml:14:7: raids.bad: rocket cannot reach far from pad", "t.yaml:15:7", "at most 900 km"} {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q is not in: %v", w, err)
		}
	}
}

func TestUnknownRaidHasAHint(t *testing.T) {
	if _, err := resolve(t, "godo", theatre.Options{}); err == nil || !strings.Contains(err.Error(), `did you mean "good"?`) {
		t.Errorf("%v", err)
	}
}

// Missiles of one raid share the flights they have in common, and keep their
// identity by type, area and number.
func TestMissilesAndPaths(t *testing.T) {
	th, err := resolve(t, "", theatre.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(th.Paths) != 1 || len(th.Missiles) != 3 || th.Missiles[2].ID != "rocket@pad#3" || th.Missiles[0].Reliability != 0.5 {
		t.Errorf("%d paths, missiles %+v", len(th.Paths), th.Missiles)
	}
	if th.Nation("BLU") < 0 || th.Nation("XXX") != -1 || th.Asset("far") < 0 || th.Posture("alone") != 0 || th.Battery("none") != -1 {
		t.Error("look-ups by id are wrong")
	}
}

// A figure can be varied within the same world.
func TestFiguresCanBeVaried(t *testing.T) {
	th, err := resolve(t, "", theatre.Options{Figure: func(entry, figure string, v float64) float64 {
		if entry == "rocket" && figure == "reliability" {
			return 0.9
		}
		return v
	}})
	if err != nil || th.Missiles[0].Reliability != 0.9 {
		t.Errorf("%v, %+v", err, th)
	}
}
