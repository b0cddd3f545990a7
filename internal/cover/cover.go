// Package cover asks where a defence reaches: the places on the ground that a
// battery, a nation or an alliance can defend against one kind of missile from
// one launch area, and what a radar sees at a height. It flies a missile at
// every point of a grid and asks the simulation what is typical of it, so that a
// map and a raid rest on the same physics.
package cover

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sort"
	"strings"
	"sync"

	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/pact"
	"testudo/internal/scenario"
	"testudo/internal/sim"
	"testudo/internal/theatre"
	"testudo/internal/units"
	"testudo/internal/yamldoc"
)

// The modes of a footprint, each with what the one before it allows.
const (
	Alone          = iota // the nation by itself, own radars only
	Cued                  // its own radar's tracks, pointed by others under the posture
	LaunchOnRemote        // also launched on another's track, own radar takes over
	EngageOnRemote        // also on another's track throughout
	Modes
)

// ModeNames are the names of the modes as printed.
var ModeNames = [Modes]string{"alone", "cued", "launch-on-remote", "engage-on-remote"}

// Levels are the kill probabilities whose contours are drawn.
var Levels = [...]float64{0.5, 0.8, 0.9}

// LeastShot is the kill probability below which a look is no opportunity: no
// commander spends a round for less. Assumption.
const LeastShot = 0.05

// Query says what to map.
type Query struct {
	Battery string // one battery, or
	Nation  string // all of a nation; both empty: everybody's
	Posture string
	Missile string // catalogue id
	From    string // launch area; or
	Asset   string // map the launch points instead from which this asset is defended
	GridM   float64
	Workers int
	// Progress, if set, is called with the number of places flown so far.
	Progress func(flown int)
}

// Value is what the defence can do at one place.
type Value struct {
	Reached bool           // the missile can get there
	P       [Modes]float64 // kill probability of the best single shot
	All     [Modes]float64 // of a round at every look worth one, independent of each other
	Shots   [Modes]int     // looks worth a round, over all batteries
}

// site is a battery as the grid needs to know it.
type site struct {
	at     geo.LLA
	reachM float64
}

// evaluator answers for a list of places.
type evaluator struct {
	t        theatre.Theatre
	postures []theatre.Posture
	from     geo.LLA
	asset    *geo.LLA
	typ      int
	area     int // launched from
	workers  int
	staff    []*worker
	flown    int
	progress func(flown int)
	sites    []site
	ids      []string
}

// worker is what one of them works in.
type worker struct {
	outlook *sim.Outlook
	room    flight.Room
}

func newEvaluator(f *scenario.File, q Query) (*evaluator, error) {
	e := &evaluator{workers: q.Workers, progress: q.Progress}
	if e.workers <= 0 {
		e.workers = runtime.GOMAXPROCS(0)
	}
	t, from, err := withMissile(f, q)
	if err != nil {
		return nil, err
	}
	e.from, e.typ, e.area = from, t.Paths[0].Type, t.Paths[0].Area
	if q.Asset != "" {
		i := t.Asset(q.Asset)
		if i < 0 {
			var ids []string
			for _, a := range f.Assets {
				ids = append(ids, a.ID)
			}
			return nil, unknown("asset", q.Asset, ids)
		}
		at := t.Assets[i].At
		e.asset = &at
	}
	return e, e.choose(t, q)
}

// withMissile resolves a scenario with the missile of a query as its only type,
// and gives the launch area's place.
func withMissile(f *scenario.File, q Query) (*theatre.Theatre, geo.LLA, error) {
	entry, ok := f.Book.Entry(q.Missile)
	if !ok || entry.Kind != "missile" {
		return nil, geo.LLA{}, unknown("missile", q.Missile, f.Book.IDs("missile"))
	}
	var area *scenario.LaunchArea
	var names []string
	for i := range f.LaunchAreas {
		names = append(names, f.LaunchAreas[i].ID)
		if f.LaunchAreas[i].ID == q.From {
			area = &f.LaunchAreas[i]
		}
	}
	if area == nil && q.Asset == "" {
		return nil, geo.LLA{}, unknown("launch area", q.From, names)
	}
	if area == nil && len(f.LaunchAreas) > 0 {
		area = &f.LaunchAreas[0]
	}
	if area == nil {
		return nil, geo.LLA{}, errors.New("the scenario has no launch area")
	}
	// Resolve wants a raid; one missile a modest way off will do.
	g := *f
	span := entry.Value("range", 0) / 2
	near, _ := geo.WGS84.Direct(area.At, 0, units.Length(span))
	const aim = "cover..aim"
	g.Assets = append(append([]scenario.Asset(nil), f.Assets...), scenario.Asset{ID: aim, At: near, Nation: f.Nations[0].ID, Value: 1})
	g.Raids = []scenario.Raid{{ID: "cover", Groups: []scenario.Group{{Missile: q.Missile, Count: 1, From: area.ID, Aims: []scenario.Aim{{Asset: aim, Weight: 1}}, Reliability: 1}}}}
	g.DefaultRaid = "cover"
	t, err := theatre.Resolve(&g, theatre.Options{Raid: "cover"})
	return t, area.At, err
}

func unknown(what, given string, allowed []string) error {
	hint := ""
	if n, ok := yamldoc.Nearest(given, allowed); ok {
		hint = fmt.Sprintf("; did you mean %q?", n)
	}
	return fmt.Errorf("no %s %q (allowed: %s)%s", what, given, strings.Join(allowed, ", "), hint)
}

// choose keeps the batteries asked for, the sensors whose data can reach their
// nations, and the posture with and without its agreements.
func (e *evaluator) choose(t *theatre.Theatre, q Query) error {
	p := t.Posture(q.Posture)
	if p < 0 {
		var ids []string
		for i := range t.Postures {
			ids = append(ids, t.Postures[i].ID)
		}
		return unknown("posture", q.Posture, ids)
	}
	if q.Battery != "" && t.Battery(q.Battery) < 0 {
		var ids []string
		for i := range t.Batteries {
			ids = append(ids, t.Batteries[i].ID)
		}
		return unknown("battery", q.Battery, ids)
	}
	if q.Nation != "" && t.Nation(q.Nation) < 0 {
		var ids []string
		for i := range t.Nations {
			ids = append(ids, t.Nations[i].ID)
		}
		return unknown("nation", q.Nation, ids)
	}
	matters := make([]bool, len(t.Nations))
	var batteries []theatre.Battery
	for i := range t.Batteries {
		b := t.Batteries[i]
		if q.Battery != "" && b.ID != q.Battery || q.Nation != "" && t.Nations[b.Nation].ID != q.Nation || b.Rounds == 0 {
			continue
		}
		matters[b.Nation] = true
		batteries = append(batteries, b)
		e.sites = append(e.sites, site{b.At, b.Shooter.ReachM})
		e.ids = append(e.ids, b.ID)
	}
	if len(batteries) == 0 {
		return errors.New("there is no battery with a round to map")
	}
	// Whoever tells somebody that matters, matters.
	net := *t.Postures[p].Net
	net.Edges = append([]pact.Edge(nil), net.Edges...)
	for again := true; again; {
		again = false
		for i := range net.Edges {
			// A link that may fail is taken as up, as the map shows what is agreed.
			x := &net.Edges[i]
			x.Availability = 1
			if !x.Veto && x.Level > pact.None && matters[x.To] && !matters[x.From] {
				matters[x.From], again = true, true
			}
		}
	}
	e.t = *t
	e.t.Objectives, e.t.Ladder = nil, nil
	e.t.Sensors, e.t.Batteries = nil, batteries
	place := make([]int, len(t.Sensors))
	var lost []bool
	for i := range t.Sensors {
		place[i] = -1
		if !matters[t.Sensors[i].Nation] {
			continue
		}
		place[i] = len(e.t.Sensors)
		s := t.Sensors[i]
		s.Availability, s.Battery = 1, -1
		e.t.Sensors = append(e.t.Sensors, s)
		lost = append(lost, i < len(t.Postures[p].Lost) && t.Postures[p].Lost[i])
	}
	for i := range e.t.Batteries {
		if b := &e.t.Batteries[i]; b.Radar >= 0 {
			b.Radar = place[b.Radar]
		}
	}
	none, err := pact.New(net.Nations, nil, nil, nil)
	if err != nil {
		return err
	}
	e.postures = []theatre.Posture{{ID: "alone", Net: none, Lost: lost}, {ID: q.Posture, Net: &net, Lost: lost}}
	e.t.Postures = e.postures
	return nil
}

// at answers for a list of places, in their order. courses, as long, say where to
// begin each aim and are left with where it ended.
func (e *evaluator) at(ctx context.Context, places []geo.LLA, courses []flight.Course) ([]Value, error) {
	const batch = 16
	out := make([]Value, len(places))
	n := (len(places) + batch - 1) / batch
	next := make(chan int)
	var wg sync.WaitGroup
	for w := 0; w < min(e.workers, n); w++ {
		if w == len(e.staff) {
			e.staff = append(e.staff, &worker{outlook: sim.NewOutlook(&e.t, e.typ, e.area, e.postures)})
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			for k := range next {
				lo, hi := k*batch, min((k+1)*batch, len(places))
				e.few(e.staff[w], places[lo:hi], courses[lo:hi], out[lo:hi])
			}
		}()
	}
	var stop error
	for k := 0; k < n && stop == nil; k++ {
		select {
		case <-ctx.Done():
			stop = ctx.Err()
		case next <- k:
		}
		if e.progress != nil {
			e.progress(e.flown + k*batch)
		}
	}
	close(next)
	wg.Wait()
	e.flown += len(places)
	return out, stop
}

// few flies at a few places and asks what the batteries can do.
func (e *evaluator) few(w *worker, places []geo.LLA, courses []flight.Course, out []Value) {
	var neighbour flight.Course
	for i, p := range places {
		// Where no flights stand on both sides, the last one is near enough.
		course := &courses[i]
		if *course == (flight.Course{}) {
			*course = neighbour
		}
		aim := flight.Aim{From: e.from, To: p}
		if e.asset != nil {
			aim = flight.Aim{From: p, To: *e.asset}
		}
		tr, err := e.t.Types[e.typ].Flight.AimNear(e.t.Earth, aim, course, &w.room)
		if err != nil {
			// Out of reach, or so near the launch point that there is no flight:
			// nothing to defend against.
			*course = flight.Course{}
			continue
		}
		neighbour = *course
		v := &out[i]
		v.Reached = true
		if !w.outlook.Fly(tr) {
			continue
		}
		w.outlook.Shots(0, true, func(l sim.Looks) { v.add(Alone, l[0]) })
		w.outlook.Shots(1, false, func(l sim.Looks) {
			v.add(Cued, l[0])
			v.add(LaunchOnRemote, l[1])
			v.add(EngageOnRemote, l[2])
		})
	}
}

func (v *Value) add(mode int, p float64) {
	v.P[mode] = math.Max(v.P[mode], p)
	if p >= LeastShot {
		v.Shots[mode]++
		v.All[mode] += (1 - v.All[mode]) * p
	}
}

// class sums up what the contours tell apart.
func (v *Value) class() uint64 {
	var c uint64
	for m := range v.P {
		best, all := uint64(0), uint64(0)
		for _, l := range Levels {
			if v.P[m] >= l {
				best++
			}
			if v.All[m] >= l {
				all++
			}
		}
		if v.P[m] >= LeastShot {
			best++
		}
		c = c<<3 | best
		c = c<<2 | all
		c = c<<2 | uint64(min(v.Shots[m], 2))
	}
	return c
}

// sorted gives the batteries that were mapped, by id.
func (e *evaluator) batteries() []string {
	out := append([]string(nil), e.ids...)
	sort.Strings(out)
	return out
}
