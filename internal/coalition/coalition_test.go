package coalition_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"testudo"
	"testudo/internal/burden"
	"testudo/internal/catalog"
	"testudo/internal/coalition"
	"testudo/internal/scenario"
	"testudo/internal/sim"
	"testudo/internal/theatre"
)

// Blue has a city and a battery whose radar sees late, Green a radar near the
// launch area, White neither.
const text = `testudo: 1
name: three
world: {earth: sphere, radius: 6371 km, mu: 398600.4418 km3/s2, %[1]s}
nations: {BLU: {name: Blue}, GRN: {name: Green}, WHT: {name: White}, RED: {side: attacker}}
assets: {city: {nation: BLU, at: [0, 0], value: 100, %[1]s}}
launch-areas: {pad: {nation: RED, at: [9, 0], %[1]s}}
catalog:
  rocket: {kind: missile, attributes: {model: impulsive, class: MRBM}, figures: {range: {value: 1500 km, %[1]s}, rcs: {value: 1 m2, %[1]s}, ballistic-coefficient: {value: 5000 kg/m2, %[1]s}}}
  beam: {kind: interceptor, attributes: {model: constant-speed}, figures: {burnout-speed: {value: 3 km/s, %[1]s}, reach: {value: 300 km, %[1]s}, min-altitude: {value: 60 km, %[1]s}, max-altitude: {value: 200 km, %[1]s}, kill-probability: {value: 0.6, %[1]s}, handover-probability: {value: 1, %[1]s}}}
  eye: {kind: radar, attributes: {model: range-limited}, figures: {reference-range: {value: 3000 km, %[1]s}, azimuth-field: {value: 360 deg, %[1]s}}}
  short-eye: {kind: radar, attributes: {model: range-limited}, figures: {reference-range: {value: 60 km, %[1]s}, azimuth-field: {value: 360 deg, %[1]s}}}
  site: {kind: system, attributes: {interceptor: beam, radar: short-eye, modes: organic engage-on-remote}, figures: {load: {value: 1000, %[1]s}, channels: {value: 1000, %[1]s}, reaction-time: {value: 0 s, %[1]s}}}
sensors: {forward: {nation: GRN, system: eye, at: [8.5, 0.5], %[1]s}}
batteries: {blue: {nation: BLU, system: site, at: [0, 0], %[1]s}}
commands:
  BLU: {decision-delay: 0 s, assess-delay: 0 s, salvo: 1, fire: shoot-look-shoot, track-accuracy: 100000 km, %[1]s}
raids: {raid: [{missile: rocket, count: 6, from: pad, at: city, over: 60 s, %[1]s}]}
postures:
  alone: {}
  mesh: {share: [{from: all, to: all, level: engage-on-remote, %[1]s}]}
  hub: {share: [{from: GRN, to: WHT, level: engage-on-remote, forwardable: yes, %[1]s}, {from: WHT, to: BLU, level: engage-on-remote, %[1]s}]}
`

func world(t *testing.T) *theatre.Theatre {
	t.Helper()
	empty, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	src := []byte(fmt.Sprintf(text, "source: assumption, reason: textbook"))
	f, err := scenario.Load("t.yaml", func(string) ([]byte, error) { return src, nil }, empty, nil)
	if err != nil {
		t.Fatal(err)
	}
	th, err := theatre.Resolve(f, theatre.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return th
}

func shares(t *testing.T, posture string) (g *burden.Game, shapley []float64) {
	t.Helper()
	th := world(t)
	b, err := coalition.Values(context.Background(), th, th.Posture(posture), coalition.Options{Measure: coalition.Leakers, Seed: 1, Runs: 400, Batches: 4})
	if err != nil {
		t.Fatal(err)
	}
	if g, err = b.Mean(); err != nil {
		t.Fatal(err)
	}
	if shapley, err = g.Shapley(); err != nil {
		t.Fatal(err)
	}
	return g, shapley
}

// The shares sum to the whole; who adds nothing gets nothing; radar and battery,
// worth nothing apart, share alike (efficiency, dummy, symmetry).
func TestSimulatedGameHoldsTheAxioms(t *testing.T) {
	g, s := shares(t, "mesh")
	whole := g.V[len(g.V)-1]
	if whole <= 0 {
		t.Fatalf("together they save %g; the scenario was built so that a forward radar must help", whole)
	}
	if math.Abs(s[0]+s[1]+s[2]-whole) > 1e-12 || math.Abs(s[0]-s[1]) > 1e-12 || s[2] != 0 {
		t.Errorf("worth %v, shares %v", g.V, s)
	}
}

// A broker without radar or missiles earns exactly its brokerage: where all must
// pass through it, nothing is saved without it, and all three share alike.
func TestBrokerEarnsItsBrokerage(t *testing.T) {
	g, s := shares(t, "hub")
	for c, v := range g.V {
		if c != len(g.V)-1 && v != 0 {
			t.Errorf("coalition %b saves %g without the broker's chain", c, v)
		}
	}
	for i := range s {
		if math.Abs(s[i]-g.V[len(g.V)-1]/3) > 1e-12 {
			t.Errorf("share %d: %g of %g", i, s[i], g.V[len(g.V)-1])
		}
	}
}

// Dropping the only link that matters costs the whole; a link to somebody who
// brings nothing is worth nothing.
func TestLinks(t *testing.T) {
	th := world(t)
	net, err := coalition.Links(context.Background(), th, th.Posture("mesh"), coalition.Options{Measure: coalition.Leakers, Seed: 1, Runs: 400, Batches: 4})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, l := range net.Links {
		want := 0.0
		if l.Name == "BLU–GRN" {
			want = net.Whole
		}
		if l.Value != want || l.Veto != want {
			t.Errorf("%s is worth %g, vetoed %g, of %g, want %g", l.Name, l.Value, l.Veto, net.Whole, want)
		}
		// The others add nothing in any order.
		if want == 0 && l.Shapley != 0 {
			t.Errorf("%s: Shapley value %g, want 0", l.Name, l.Shapley)
		}
		sum += l.Shapley
	}
	if len(net.Links) != 3 || net.Orders != 0 {
		t.Errorf("%d links, %d orders", len(net.Links), net.Orders)
	}
	if math.Abs(sum-net.Whole) > 1e-12 {
		t.Errorf("Shapley values sum to %g, the whole is %g", sum, net.Whole)
	}
}

// In the hub two nations that do not talk depend on the one between them: if it
// keeps what it is told to itself, all is lost.
func TestBrokerIsNamed(t *testing.T) {
	th := world(t)
	net, err := coalition.Links(context.Background(), th, th.Posture("hub"), coalition.Options{Measure: coalition.Leakers, Seed: 1, Runs: 400, Batches: 4})
	if err != nil {
		t.Fatal(err)
	}
	if net.Whole <= 0 || len(net.Brokers) != 1 || net.Brokers[0].Worth != net.Whole {
		t.Errorf("brokers %+v, the whole is %g", net.Brokers, net.Whole)
	}
	for _, l := range net.Links {
		if math.Abs(l.Shapley-net.Whole/float64(len(net.Links))) > 1e-12 {
			t.Errorf("%s: each link of a chain is worth the same, here %g of %g", l.Name, l.Shapley, net.Whole)
		}
	}
}

// TestAlikePlaysAlike: what is played for several coalitions is, run by run and
// count by count, what each of them would have played.
func TestAlikePlaysAlike(t *testing.T) {
	s, err := testudo.Load("../../scenarios/gulf.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Compile("")
	if err != nil {
		t.Fatal(err)
	}
	var list []theatre.Posture
	players := coalition.Players(w.Theatre)
	for set := range 1 << len(players) {
		p, err := coalition.Restrict(&w.Theatre.Postures[w.Theatre.Posture("gulf-mutual")], func(nation int) bool { return set>>slices.Index(players, nation)&1 == 1 }, fmt.Sprint(set))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	b, err := sim.NewCompiler(w.Theatre).Board(list, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := sim.NewPlayer(b)
	rows := make([][]int32, len(list))
	for i := range rows {
		rows[i] = make([]int32, p.Layout().Len())
	}
	like := b.Alike()
	for run := range uint64(20) {
		for i := range list {
			p.Play(i, 1, run, rows[i], nil)
			if !slices.Equal(rows[i], rows[like[i]]) {
				t.Fatalf("run %d: coalition %b is said to be like %b and plays otherwise", run, i, like[i])
			}
		}
	}
	different := 0
	for i, k := range like {
		if i == k {
			different++
		}
	}
	if different < 10 || different > len(list)/2 {
		t.Errorf("%d of %d coalitions are different", different, len(list))
	}
}
