package sim_test

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"testudo"
	"testudo/internal/pact"
	"testudo/internal/sim"
	"testudo/internal/theatre"
)

// typical gives a scenario's theatre as a map asks about it: nothing fails by chance, nobody
// owns what is aimed at, every battery defends it.
func typical(t testing.TB, file string) *theatre.Theatre {
	t.Helper()
	s, err := testudo.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	th, err := theatre.Resolve(s.File, theatre.Options{})
	if err != nil {
		t.Fatal(err)
	}
	asTypical(th)
	return th
}

func asTypical(th *theatre.Theatre) {
	th.Assets = slices.Clone(th.Assets)
	all := make([]bool, len(th.Assets))
	for i := range th.Assets {
		th.Assets[i].Nation, all[i] = -1, true
	}
	for i := range th.Sensors {
		th.Sensors[i].Availability = 1
	}
	for i := range th.Batteries {
		th.Batteries[i].Defends = all
	}
	for i := range th.Postures {
		net := *th.Postures[i].Net
		net.Edges = slices.Clone(net.Edges)
		for k := range net.Edges {
			net.Edges[k].Availability = 1
		}
		th.Postures[i].Net = &net
	}
	th.Objectives = nil
}

// few keeps n of the theatre's flights, evenly chosen.
func few(th *theatre.Theatre, n int) {
	var kept []theatre.Path
	for i := range th.Paths {
		if len(kept)*len(th.Paths) <= i*n {
			kept = append(kept, th.Paths[i])
		}
	}
	th.Paths, th.Missiles = kept, nil
	for i := range kept {
		th.Missiles = append(th.Missiles, theatre.Missile{ID: string(rune('a' + i)), Type: kept[i].Type, Aims: []theatre.Aim{{Path: i, Weight: 1}}, Of: 1, Reliability: 1})
	}
}

// played is what a board says of the looks at each path, in order.
func played(t fataler, th *theatre.Theatre) [][][]sim.Looks {
	b, err := sim.NewCompiler(th).Board(th.Postures, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := sim.NewPlayer(b)
	out := make([][][]sim.Looks, len(th.Postures))
	for q := range out {
		out[q] = make([][]sim.Looks, len(th.Paths))
		for _, o := range p.Typical(q, 1<<63-1) {
			for _, s := range o.Shots {
				l := sim.Looks{s.P[0], max(s.P[0], s.P[1]), max(s.P[0], s.P[1], s.P[2])}
				out[q][o.Missile] = append(out[q][o.Missile], l)
			}
		}
	}
	return out
}

type fataler interface {
	Fatal(...any)
	Fatalf(string, ...any)
}

// alike holds an outlook against what is played, under all postures, and gives the
// number of looks at which others' tracks made a shot surer.
func alike(t fataler, th *theatre.Theatre) (looks, gained int) {
	want := played(t, th)
	var o *sim.Outlook
	for i := range th.Paths {
		p := &th.Paths[i]
		if i == 0 || p.Type != th.Paths[i-1].Type || p.Area != th.Paths[i-1].Area {
			o = sim.NewOutlook(th, p.Type, p.Area, th.Postures)
		}
		met := o.Fly(p.Flight)
		for q := range th.Postures {
			var got []sim.Looks
			if met {
				o.Shots(q, false, func(l sim.Looks) { got = append(got, l) })
			}
			w := want[q][i]
			w = slices.DeleteFunc(w, func(l sim.Looks) bool { return l[2] == 0 })
			if !slices.Equal(got, w) {
				t.Fatalf("%s, path %d: the outlook has %v, the board played %v", th.Postures[q].ID, i, got, w)
			}
			looks += len(got)
			for _, l := range got {
				if l[2] > l[0] {
					gained++
				}
			}
			var own []float64
			if met {
				o.Shots(q, true, func(l sim.Looks) { own = append(own, l[0]) })
			}
			w = slices.DeleteFunc(w, func(l sim.Looks) bool { return l[0] == 0 })
			if !slices.EqualFunc(own, w, func(a float64, b sim.Looks) bool { return a == b[0] }) {
				t.Fatalf("%s, path %d: by own radars the outlook has %v, the board played %v", th.Postures[q].ID, i, own, w)
			}
		}
	}
	return looks, gained
}

// TestOutlookIsWhatIsPlayed: of every shipped scenario's flights an outlook says to
// the last bit what a board of them says when it is played.
func TestOutlookIsWhatIsPlayed(t *testing.T) {
	files, err := filepath.Glob("../../scenarios/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	looks, gained := 0, 0
	for _, file := range files {
		th := typical(t, file)
		few(th, 12)
		l, g := alike(t, th)
		looks, gained = looks+l, gained+g
	}
	if looks == 0 || gained == 0 {
		t.Errorf("%d looks, others' tracks matter at %d: the test says nothing", looks, gained)
	}
}

// TestOutlookUnderAnyAgreements: the same whatever is agreed, whoever is lost when,
// whatever a command asks for.
func TestOutlookUnderAnyAgreements(t *testing.T) {
	shipped, own := typical(t, "../../scenarios/northeast-asia-2014.yaml"), world(t, allies("  alone: {}\n"))
	few(shipped, 8)
	asTypical(own)
	few(own, 3)
	looks := 0
	rapid.Check(t, func(t *rapid.T) {
		th := *shipped
		if rapid.Bool().Draw(t, "textbook") {
			th = *own
		}
		i := rapid.IntRange(0, len(th.Paths)-2).Draw(t, "path")
		th.Paths = th.Paths[i : i+2]
		th.Missiles = slices.Clone(th.Missiles[:2])
		lostS := func(what string) float64 {
			if rapid.Bool().Draw(t, what) {
				return math.Inf(1)
			}
			return rapid.Float64Range(0, 500).Draw(t, what+" at")
		}
		var edges []pact.Edge
		sparse := rapid.SampledFrom([]int{0, 5, 9}).Draw(t, "sparse") // few sensors: each matters
		dense := rapid.SampledFrom([]int{0, 4, 8}).Draw(t, "dense")
		for k := range len(th.Nations) * len(th.Nations) * 2 {
			from, to := k/2/len(th.Nations), k/2%len(th.Nations)
			if from == to || rapid.IntRange(1, 10).Draw(t, "edge") > dense {
				continue
			}
			e := pact.Edge{From: from, To: to, Level: pact.Level(rapid.IntRange(1, 4).Draw(t, "level")), DelayS: rapid.SampledFrom([]float64{0, 0.1, 20, 90, 200}).Draw(t, "delay"), Quality: rapid.SampledFrom([]float64{1, 0.5, 0}).Draw(t, "quality"), Availability: 1, Forwardable: rapid.Bool().Draw(t, "onward"), LostAtS: lostS("link lost")}
			switch rapid.IntRange(0, 5).Draw(t, "filter") {
			case 0:
				e.Filter.From = []string{th.Areas[rapid.IntRange(0, len(th.Areas)-1).Draw(t, "area")].ID}
			case 1:
				e.Filter.Sensors = []string{th.Sensors[rapid.IntRange(0, len(th.Sensors)-1).Draw(t, "sensor")].ID}
			}
			edges = append(edges, e)
		}
		net, err := pact.New(th.Postures[0].Net.Nations, edges, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		lost := make([]bool, len(th.Sensors))
		th.Sensors = slices.Clone(th.Sensors)
		for s := range lost {
			lost[s] = rapid.IntRange(1, 10).Draw(t, "not there") <= sparse
			th.Sensors[s].LostS = lostS("lost")
		}
		th.Nations = slices.Clone(th.Nations)
		for n := range th.Nations {
			th.Nations[n].Command.AccuracyM = rapid.SampledFrom([]float64{1e8, 50e3, 5e3, 1e3}).Draw(t, "accuracy")
		}
		th.Postures = []theatre.Posture{{ID: "any", Net: net, Lost: lost}}
		l, _ := alike(t, &th)
		looks += l
	})
	if looks == 0 {
		t.Error("no look in any example: the test says nothing")
	}
}
