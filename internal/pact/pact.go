// Package pact says who tells whom what, how late and how well: directed
// agreements between nations, the routes that information takes over them, and
// the two agreements that stand beside the edges, joint fire control and mutual
// defence.
package pact

import (
	"fmt"
	"math"
	"sort"
)

// Level is how much an agreement lets its receiver do. Each level contains the
// ones below it.
type Level uint8

// The levels, from nothing to shooting on another's track throughout.
const (
	None           Level = iota // nothing passes
	Warning                     // a launch happened: where, when, towards what
	Track                       // tracks: they cue radars and tell what is threatened
	LaunchOnRemote              // an interceptor may be launched on the track
	EngageOnRemote              // the track may guide the whole engagement
)

var levelNames = [...]string{"none", "warning", "track", "launch-on-remote", "engage-on-remote"}

// String gives the level's name as a scenario file spells it.
func (l Level) String() string {
	if int(l) < len(levelNames) {
		return levelNames[l]
	}
	return fmt.Sprintf("level(%d)", uint8(l))
}

// LevelNames lists the names a scenario file may use, lowest first.
func LevelNames() []string { return append([]string(nil), levelNames[:]...) }

// ParseLevel reads a level's name; ok is false for an unknown one.
func ParseLevel(s string) (l Level, ok bool) {
	for i, n := range levelNames {
		if n == s {
			return Level(i), true
		}
	}
	return None, false
}

// Filter limits what passes over an edge. An empty list lets everything of its
// kind pass.
type Filter struct {
	Classes []string // missile range classes, "MRBM"
	From    []string // launch areas
	Sensors []string // sensors whose data may pass
}

// Content is one piece of information on its way: what class of missile it is
// about, where that was launched, and which sensor saw it.
type Content struct{ Class, From, Sensor string }

// Passes reports whether the filter lets the content through.
func (f Filter) Passes(c Content) bool {
	return within(f.Classes, c.Class) && within(f.From, c.From) && within(f.Sensors, c.Sensor)
}

func within(list []string, s string) bool {
	if len(list) == 0 {
		return true
	}
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// Edge is one directed agreement: From tells To.
type Edge struct {
	From, To     int     // indices of nations in the Net
	Level        Level   // what the receiver may do with it
	DelayS       float64 // seconds from the sender's having it to the receiver's
	Quality      float64 // 0..1, the share of the information that survives
	Availability float64 // 0..1, the probability that the link works in a run
	Veto         bool    // the sender withholds: the edge stands on paper only
	Forwardable  bool    // the receiver may pass on what came over this edge
	Filter       Filter
	LostAtS      float64 // seconds after the raid begins when the link fails; +Inf for never
}

// Net is the set of agreements of one posture.
type Net struct {
	Nations []string // ids in canonical (sorted) order
	Edges   []Edge   // in canonical order, see New
	Joint   [][]int  // groups of nations under one fire control
	Mutual  []Mutual // who may spend on whose assets
}

// Mutual lets the batteries of By defend the assets of Of.
type Mutual struct {
	By int
	Of []int // in order of priority
}

// New sorts the edges so that the order in which a file names them changes
// nothing, and refuses an edge that leaves the list of nations or returns to
// its sender.
func New(nations []string, edges []Edge, joint [][]int, mutual []Mutual) (*Net, error) {
	for _, e := range edges {
		if e.From < 0 || e.To < 0 || e.From >= len(nations) || e.To >= len(nations) {
			return nil, fmt.Errorf("pact: edge %d→%d names a nation that is not there (0 to %d)", e.From, e.To, len(nations)-1)
		}
		if e.From == e.To {
			return nil, fmt.Errorf("pact: %s cannot have an agreement with itself", nations[e.From])
		}
	}
	es := append([]Edge(nil), edges...)
	sort.SliceStable(es, func(i, j int) bool {
		a, b := es[i], es[j]
		switch {
		case a.From != b.From:
			return a.From < b.From
		case a.To != b.To:
			return a.To < b.To
		case a.Level != b.Level:
			return a.Level < b.Level
		case a.DelayS != b.DelayS:
			return a.DelayS < b.DelayS
		case a.Quality != b.Quality:
			return a.Quality < b.Quality
		default:
			return !a.Forwardable && b.Forwardable
		}
	})
	return &Net{Nations: nations, Edges: es, Joint: joint, Mutual: mutual}, nil
}

// Route is one way by which content can reach a nation. Along it the delays
// add, the qualities multiply, and the level is the least of its edges.
type Route struct {
	Level   Level
	DelayS  float64
	Quality float64
	Hops    int     // 0 for a nation's own data
	LostAtS float64 // the earliest loss of any edge on the way
	Path    []int   // nations from the owner to the receiver
}

// Relayed reports whether a third nation stands between: what it passes on may
// already be mixed with other data, so that it must be fused with care.
func (r Route) Relayed() bool { return r.Hops > 1 }

// MaxHops bounds how many links a piece of data may travel. Every published
// arrangement is within three; four leaves room for a broker of brokers.
const MaxHops = 4

// Routes lists the ways by which content owned by nation from reaches nation
// to, over the edges for which up is true (nil: all). Only the last edge need
// not be forwardable: whatever a nation passes on must have reached it over an
// edge that allows it. Routes that another one beats in every respect (level,
// delay, quality, hops, life) are left out. The order is canonical.
//
// Each edge only takes away: a way to a nation that an earlier one beats in
// every respect is not followed further, for the same edges behind the earlier
// one do as well, and where those would go in a circle the part before the
// circle does better. Without that the ways among thirty nations that all pass
// on are too many to walk.
func (n *Net) Routes(from, to int, c Content, up func(edge int) bool) []Route {
	own := Route{Level: EngageOnRemote, Quality: 1, LostAtS: math.Inf(1), Path: []int{from}}
	if from == to {
		return []Route{own}
	}
	met := make([][]Route, len(n.Nations)) // the ways to each nation, none beaten by an earlier one
	better := func(at int, r Route) bool {
		for _, o := range met[at] {
			if o.asGood(r) {
				return false
			}
		}
		met[at] = append(met[at], r)
		return true
	}
	var walk func(r Route)
	walk = func(r Route) {
		at := r.Path[len(r.Path)-1]
		// The edges stand in the order of their senders.
		for i := sort.Search(len(n.Edges), func(i int) bool { return n.Edges[i].From >= at }); i < len(n.Edges) && n.Edges[i].From == at; i++ {
			e := &n.Edges[i]
			if e.Veto || e.Level == None || visited(r.Path, e.To) || !e.Filter.Passes(c) || (up != nil && !up(i)) {
				continue
			}
			if e.To != to && (!e.Forwardable || r.Hops+1 >= MaxHops) {
				continue
			}
			next := Route{
				Level:   min(r.Level, e.Level),
				DelayS:  r.DelayS + e.DelayS,
				Quality: r.Quality * e.Quality,
				Hops:    r.Hops + 1,
				LostAtS: math.Min(r.LostAtS, e.LostAtS),
			}
			if !better(e.To, next) {
				continue
			}
			next.Path = append(append([]int(nil), r.Path...), e.To)
			met[e.To][len(met[e.To])-1].Path = next.Path
			if e.To != to {
				walk(next)
			}
		}
	}
	walk(own)
	found := met[to]
	var best []Route
	for i, r := range found {
		beaten := false
		// No earlier one beats it; a later one may.
		for _, o := range found[i+1:] {
			if o.asGood(r) {
				beaten = true
				break
			}
		}
		if !beaten {
			best = append(best, r)
		}
	}
	return best
}

func (r Route) asGood(o Route) bool {
	return r.Level >= o.Level && r.DelayS <= o.DelayS && r.Quality >= o.Quality && r.Hops <= o.Hops && r.LostAtS >= o.LostAtS
}

func visited(path []int, n int) bool {
	for _, p := range path {
		if p == n {
			return true
		}
	}
	return false
}

// Defends reports whether nation by may spend interceptors on assets of nation
// of under this net: its own always, others' under mutual defence.
func (n *Net) Defends(by, of int) bool {
	if by == of {
		return true
	}
	for _, m := range n.Mutual {
		if m.By != by {
			continue
		}
		for _, o := range m.Of {
			if o == of {
				return true
			}
		}
	}
	return false
}

// Groups gives, per nation, the number of its fire-control group: nations that
// share engagement status have the same one. Groups that share a member merge.
func (n *Net) Groups() []int {
	g := make([]int, len(n.Nations))
	for i := range g {
		g[i] = i
	}
	for _, j := range n.Joint {
		for k := 1; k < len(j); k++ {
			a, b := g[j[0]], g[j[k]]
			lo, hi := min(a, b), max(a, b)
			for i := range g {
				if g[i] == hi {
					g[i] = lo
				}
			}
		}
	}
	return g
}
