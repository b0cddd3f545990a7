package cover_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"testudo"
	"testudo/internal/cover"
	"testudo/internal/geo"
	"testudo/internal/scenario"
	"testudo/internal/sim"
)

func toy(t *testing.T, sets ...string) *scenario.File {
	t.Helper()
	s, err := testudo.Load("../../scenarios/textbook/toy-footprint.yaml", sets...)
	if err != nil {
		t.Fatal(err)
	}
	return s.File
}

// TestSharingNeverShrinks: at every place each mode does at least as well as the
// one that allows less.
func TestSharingNeverShrinks(t *testing.T) {
	m, err := cover.Footprint(context.Background(), toy(t), cover.Query{Posture: "cued", Missile: "toy-missile", From: "at-2000-km", GridM: 20e3})
	if err != nil {
		t.Fatal(err)
	}
	gained := 0
	for k := range m.Values {
		v := &m.Values[k]
		for mode := 1; mode < cover.Modes; mode++ {
			if v.P[mode] < v.P[mode-1] || v.Shots[mode] < v.Shots[mode-1] {
				t.Fatalf("%s gives %g and %d shots, %s %g and %d", cover.ModeNames[mode], v.P[mode], v.Shots[mode], cover.ModeNames[mode-1], v.P[mode-1], v.Shots[mode-1])
			}
		}
		if v.P[cover.EngageOnRemote] > v.P[cover.Alone] {
			gained++
		}
	}
	if gained == 0 {
		t.Error("sharing gains nothing anywhere: the test says nothing")
	}
}

// TestWorkersChangeNothing: the same map for any number of workers.
func TestWorkersChangeNothing(t *testing.T) {
	var first []cover.Value
	for _, w := range []int{1, 3} {
		m, err := cover.Footprint(context.Background(), toy(t), cover.Query{Battery: "battery", Posture: "cued", Missile: "toy-missile", From: "at-600-km", GridM: 40e3, Workers: w})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = m.Values
			continue
		}
		if fmt.Sprint(first) != fmt.Sprint(m.Values) {
			t.Error("three workers draw another map than one")
		}
	}
}

// TestMapAndRaidAgree: the kill probability that a raid's log states for shots of
// a battery at a place is what the map says of that place. Tolerance 0.03: the
// map interpolates between cells of 10 km and takes median detections.
func TestMapAndRaidAgree(t *testing.T) {
	s, err := testudo.Load("../../scenarios/northeast-asia-2014.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Compile("opening-salvo")
	if err != nil {
		t.Fatal(err)
	}
	ps, battery := w.Theatre.Posture("tracks"), w.Theatre.Battery("guam-thaad")
	asset := w.Theatre.Asset("andersen-afb")
	p := sim.NewPlayer(w.Board)
	row := make([]int32, p.Layout().Len())
	best := 0.0
	for run := uint64(0); run < 40; run++ {
		log := new(sim.Log)
		p.Play(ps, 7, run, row, log)
		path := map[int32]int32{}
		for _, e := range log.Events {
			switch {
			case e.Kind == sim.EvLaunch:
				path[e.Missile] = e.A
			case e.Kind == sim.EvShot && int(e.A) == battery && int(w.Board.Paths[path[e.Missile]].Asset) == asset:
				best = math.Max(best, float64(e.Sspk)/(1<<63)/2)
			}
		}
	}
	if best == 0 {
		t.Fatal("the battery never shot: the test says nothing")
	}
	m, err := cover.Footprint(context.Background(), s.File, cover.Query{Battery: "guam-thaad", Posture: "tracks", Missile: "musudan", From: "wonsan", GridM: 20e3})
	if err != nil {
		t.Fatal(err)
	}
	got := m.Kill(cover.EngageOnRemote, w.Theatre.Assets[asset].At)
	if math.Abs(got-best) > 0.03 {
		t.Errorf("the map gives %.3f at Andersen, the raid's best shot %.3f", got, best)
	}
}

// TestDenied: the launch places denied against an asset; the place from which
// the raid flies at it agrees with the footprint's answer for the asset.
func TestDenied(t *testing.T) {
	f := toy(t, "sensors.radar.system=toy-radar-300")
	foot, err := cover.Footprint(context.Background(), f, cover.Query{Battery: "battery", Posture: "uncued", Missile: "toy-missile", From: "at-600-km", GridM: 40e3})
	if err != nil {
		t.Fatal(err)
	}
	denied, err := cover.Footprint(context.Background(), f, cover.Query{Battery: "battery", Posture: "uncued", Missile: "toy-missile", Asset: "origin", GridM: 100e3})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range f.LaunchAreas {
		if a.ID != "at-600-km" {
			continue
		}
		if x, y := foot.Kill(cover.Alone, f.Assets[0].At) >= 0.5, denied.Kill(cover.Alone, a.At) >= 0.5; x != y {
			t.Errorf("the footprint says %v of the origin, the map of launch places %v of %s", x, y, a.ID)
		}
	}
}

func TestFootprintRefuses(t *testing.T) {
	f := toy(t)
	good := cover.Query{Battery: "battery", Posture: "cued", Missile: "toy-missile", From: "at-600-km", GridM: 100e3}
	for _, x := range []struct {
		change func(*cover.Query)
		want   string
	}{
		{func(q *cover.Query) { q.Battery = "batery" }, `did you mean "battery"?`},
		{func(q *cover.Query) { q.Posture = "cue" }, `did you mean "cued"?`},
		{func(q *cover.Query) { q.Missile = "toy-missle" }, `did you mean "toy-missile"?`},
		{func(q *cover.Query) { q.Missile = "toy-radar-200" }, "no missile"},
		{func(q *cover.Query) { q.From = "at-60-km" }, "no launch area"},
		{func(q *cover.Query) { q.Battery, q.Nation = "", "Q" }, "no nation"},
		{func(q *cover.Query) { q.Battery, q.Nation = "", "B" }, "no battery"},
		{func(q *cover.Query) { q.Asset = "orign" }, `did you mean "origin"?`},
		{func(q *cover.Query) { q.GridM = 1 }, "allowed are 100 m"},
	} {
		q := good
		x.change(&q)
		if _, err := cover.Footprint(context.Background(), f, q); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%+v: error %v, want one with %q", q, err, x.want)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := cover.Footprint(ctx, f, good); err == nil {
		t.Error("a cancelled map came out")
	}
}

// TestWarnTimes: what happens in order, what sharing gains is never negative for
// the nation told, and the toy's times are those its problem states.
func TestWarnTimes(t *testing.T) {
	s, err := testudo.Load("../../scenarios/northeast-asia-2014.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Compile("nodongs-at-japan")
	if err != nil {
		t.Fatal(err)
	}
	ps := []int{w.Theatre.Posture("alone"), w.Theatre.Posture("warning"), w.Theatre.Posture("tracks")}
	tl, err := cover.Warn(context.Background(), w.Theatre, w.Board, ps, 3, 60, nil)
	if err != nil {
		t.Fatal(err)
	}
	some, layers := false, 0
	for _, p := range tl.Postures {
		for _, f := range p.Flights {
			last := 0.0
			for _, s := range f.Seen {
				if s.S < last {
					t.Fatalf("%s: sights out of order", f.Asset)
				}
				last = s.S
			}
			if f.AlertS != nil && (*f.AlertS < f.Seen[0].S || *f.AlertS > f.ImpactS) {
				t.Errorf("%s under %s: alert at %.1f s, first sight at %.1f s, impact at %.1f s", f.Asset, p.Posture, *f.AlertS, f.Seen[0].S, f.ImpactS)
			}
			if f.AlertS != nil && f.FirmS != nil && *f.FirmS < *f.AlertS {
				t.Errorf("%s under %s: a firm track before the alert", f.Asset, p.Posture)
			}
			if f.FirstS != nil && (*f.LastS < *f.FirstS || *f.FirstS < *f.AlertS) {
				t.Errorf("%s under %s: shots from %.1f to %.1f s, alert at %.1f s", f.Asset, p.Posture, *f.FirstS, *f.LastS, *f.AlertS)
			}
			for _, l := range f.Layers {
				// A layer is never ahead of all layers together, nor behind.
				if f.FirstS == nil || *l.FirstS < *f.FirstS-1e-9 || *l.LastS > *f.LastS+1e-9 || *l.LastS < *l.FirstS {
					t.Errorf("%s under %s: layer %s shoots from %v to %v s, all from %v to %v", f.Asset, p.Posture, l.Layer, *l.FirstS, *l.LastS, f.FirstS, f.LastS)
				}
				layers++
			}
			if f.AlertGainS != nil {
				if *f.AlertGainS < 0 || *f.FirmGainS < 0 {
					t.Errorf("%s: %s loses %.1f s of warning", f.Asset, p.Posture, -*f.AlertGainS)
				}
				some = some || *f.AlertGainS > 0
			}
		}
	}
	if layers < 6 {
		t.Errorf("only %d layers shoot", layers)
	}
	if !some {
		t.Error("no posture gains a second: the test says nothing")
	}
	toyS, err := testudo.Load("../../scenarios/textbook/toy-footprint.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tw, err := toyS.Compile("from-2000-km")
	if err != nil {
		t.Fatal(err)
	}
	tl, err = cover.Warn(context.Background(), tw.Theatre, tw.Board, []int{tw.Theatre.Posture("cued")}, 1, 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	// The forward radar sees the launch at once; its word takes 120 s; the
	// decision 20 s more.
	f := tl.Postures[0].Flights[0]
	if math.Abs(*f.AlertS-120) > 1 || math.Abs(*f.DecidedS-140) > 1 {
		t.Errorf("alert %.2f s, decided %.2f s; the problem states 120 and 140", *f.AlertS, *f.DecidedS)
	}
	if _, err := cover.Warn(context.Background(), tw.Theatre, tw.Board, []int{0}, 1, 0, nil); err == nil {
		t.Error("no runs gave a timeline")
	}
}

// TestSight: a pointed radar sees no later than by its own search, the map is the
// same for any number of workers, and a place farther off than the missile flies
// is not on it.
func TestSight(t *testing.T) {
	s, err := testudo.Load("../../scenarios/northeast-asia-2014.yaml")
	if err != nil {
		t.Fatal(err)
	}
	q := cover.Query{Missile: "nodong", From: "wonsan", GridM: 150e3, Workers: 1}
	m, err := cover.Sight(context.Background(), s.File, "kyogamisaki", q)
	if err != nil {
		t.Fatal(err)
	}
	q.Workers = 3
	n, err := cover.Sight(context.Background(), s.File, "kyogamisaki", q)
	if err != nil {
		t.Fatal(err)
	}
	var a, b []float64
	m.Each(func(_ geo.LLA, search, cued float64) {
		if cued < search {
			t.Errorf("pointed it sees %g s before impact, by itself %g", cued, search)
		}
		a = append(a, search, cued)
	})
	n.Each(func(_ geo.LLA, search, cued float64) { b = append(b, search, cued) })
	if len(a) == 0 || !slices.Equal(a, b) {
		t.Errorf("one worker gives %d figures, three %d, and they must be the same", len(a), len(b))
	}
	if m.Flown != len(a)/2 || !(m.Best > 0) {
		t.Errorf("%d flown, %d on the map, at best %g s", m.Flown, len(a)/2, m.Best)
	}
	for _, p := range m.Places {
		if p.Asset == "honolulu" || p.Asset == "hagatna" {
			t.Errorf("%s is within the reach of a Nodong", p.Asset)
		}
	}
	if _, err := cover.Sight(context.Background(), s.File, "kyogamisakj", q); err == nil || !strings.Contains(err.Error(), "did you mean") {
		t.Errorf("error %v for a radar that does not exist", err)
	}
	if _, err := cover.Sight(context.Background(), s.File, "kyogamisaki", cover.Query{Missile: "nodong", From: "wonsan", GridM: 1e3}); err == nil || !strings.Contains(err.Error(), "at least") {
		t.Errorf("error %v for a grid too fine", err)
	}
}

// TestKillAtPlaces: at a point of the lattice the answer is that point's, and
// nowhere is there a chance between none and the least that a shot has.
func TestKillAtPlaces(t *testing.T) {
	m, err := cover.Footprint(context.Background(), toy(t), cover.Query{Posture: "cued", Missile: "toy-missile", From: "at-600-km", GridM: 40e3})
	if err != nil {
		t.Fatal(err)
	}
	hits := 0
	for j := m.J0; j < m.J0+m.NJ; j++ {
		for i := m.I0; i < m.I0+m.NI; i++ {
			v, at := m.At(i, j), m.Place(i, j)
			for mode := range v.P {
				if p := m.Kill(mode, at); math.Abs(p-v.P[mode]) > 1e-6 {
					t.Fatalf("at (%d, %d) the map holds %g and answers %g", i, j, v.P[mode], p)
				}
				if p := m.KillAll(mode, at); math.Abs(p-v.All[mode]) > 1e-6 {
					t.Fatalf("at (%d, %d) the map holds %g of all looks and answers %g", i, j, v.All[mode], p)
				}
			}
			q := m.Place(i, j)
			q.Lat += 0.0021
			q.Lon += 0.0017
			if p := m.Kill(cover.Alone, q); p > 0 && p < cover.LeastShot {
				t.Fatalf("near (%d, %d) a chance of %g", i, j, p)
			} else if p > 0 {
				hits++
			}
		}
	}
	if hits == 0 {
		t.Error("nothing is defended: the test says nothing")
	}
}
