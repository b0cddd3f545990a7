package sim

import (
	"encoding/binary"
	"math"
	"slices"

	"testudo/internal/pact"
	"testudo/internal/theatre"
)

// What agreements make of a sensor's data before any path is looked at: how soon
// and how well they reach each nation. Most sensors of a nation, most states of
// what may fail and most postures have the same of it, so each is worked out once
// and numbered by content; the tables of the paths are then found by the numbers.

const levels = int(pact.EngageOnRemote) + 1

// routing is what the routes from a sensor to one nation are worth.
type routing struct {
	id    uint32 // 0: nothing arrives
	quick [levels]quick
	best  [levels]best
	// Numbers of the quickest and the best by content; 0: none.
	quickID, bestID [levels]uint32
}

// quick is the least delay over which at least a level arrives, and when that
// route is lost.
type quick struct{ delayS, lostS float64 }

// best is the best direct and the best relayed route at a level, by what
// survives delay and quality; View is not set, and a quality of zero means none.
type best [2]Source

// worth is what two bests must have in common to bring the same information.
type worth [2]struct{ delayS, quality float64 }

// routingKey is all that a routing holds.
type routingKey struct {
	quick, best [levels]uint32
	lostS       [levels][2]float64
}

// row is what the data of a nation are worth to each nation, and its number.
type row struct {
	id uint32
	to []routing
}

// routings keeps the rows by the agreements they come from.
type routings struct {
	rows, old map[string]*row
	quicks    names[quick]
	worths    names[worth]
	ids       names[routingKey]
	next      uint32
}

// newRoutings is for one compiler or, with nil, for a single use.
func newRoutings(prev *routings) *routings {
	if prev == nil {
		prev = new(routings)
	}
	return &routings{rows: map[string]*row{}, old: prev.rows, quicks: prev.quicks.heir(), worths: prev.worths.heir(), ids: prev.ids.heir(), next: prev.next}
}

// row gives what data of a content, owned by a nation, are worth over the edges
// that are up.
func (r *routings) row(net *pact.Net, from int, content pact.Content, up []bool) *row {
	key := make([]byte, 0, 8+32*len(net.Edges))
	key = binary.AppendUvarint(key, uint64(from))
	key = binary.AppendUvarint(key, uint64(len(net.Nations)))
	for i := range net.Edges {
		e := &net.Edges[i]
		if !carries(e, content) || !up[i] {
			continue
		}
		key = binary.AppendUvarint(key, uint64(e.From))
		key = binary.AppendUvarint(key, uint64(e.To))
		onward := byte(0)
		if e.Forwardable {
			onward = 1
		}
		key = append(key, byte(e.Level), onward)
		for _, x := range [3]float64{e.DelayS, e.Quality, e.LostAtS} {
			key = binary.BigEndian.AppendUint64(key, math.Float64bits(x))
		}
	}
	if out, ok := r.rows[string(key)]; ok {
		return out
	}
	r.next++
	out := &row{id: r.next}
	if old := r.old[string(key)]; old != nil {
		out.to = slices.Clone(old.to)
	} else {
		out.to = make([]routing, len(net.Nations))
		for to := range out.to {
			out.to[to] = worthOf(net.Routes(from, to, content, func(e int) bool { return up[e] }))
		}
	}
	for to := range out.to {
		r.number(&out.to[to])
	}
	r.rows[string(key)] = out
	return out
}

// carries reports whether an edge lets content through when it is up.
func carries(e *pact.Edge, c pact.Content) bool {
	return !e.Veto && e.Level > pact.None && e.Filter.Passes(c)
}

func worthOf(routes []pact.Route) (w routing) {
	for l := pact.Warning; l <= pact.EngageOnRemote; l++ {
		q := quick{delayS: math.Inf(1)}
		var most [2]float64
		for _, r := range routes {
			if r.Level < l {
				continue
			}
			if r.DelayS < q.delayS {
				q = quick{r.DelayS, r.LostAtS}
			}
			k := 0
			if r.Relayed() {
				k = 1
			}
			if x := r.Quality * math.Exp(-r.DelayS/FadeS); x > most[k] {
				most[k], w.best[l][k] = x, Source{DelayS: r.DelayS, Quality: r.Quality, LostS: r.LostAtS, Relayed: r.Relayed()}
			}
		}
		w.quick[l] = q
	}
	return w
}

// number names a routing, and what it brings at each level, by content.
func (r *routings) number(w *routing) {
	var k routingKey
	for l := pact.Warning; l <= pact.EngageOnRemote; l++ {
		w.quickID[l], w.bestID[l] = 0, 0
		if q := w.quick[l]; !math.IsInf(q.delayS, 1) {
			w.quickID[l] = r.quicks.of(q, &r.next)
		}
		var x worth
		for i, s := range w.best[l] {
			x[i].delayS, x[i].quality, k.lostS[l][i] = s.DelayS, s.Quality, s.LostS
		}
		if x != (worth{}) {
			w.bestID[l] = r.worths.of(x, &r.next)
		}
	}
	k.quick, k.best = w.quickID, w.bestID
	if w.id = 0; k != (routingKey{}) {
		w.id = r.ids.of(k, &r.next)
	}
}

// state is one posture in one state of what may fail.
type state struct {
	net  *pact.Net
	down []bool // per sensor
	// rows are the rows of the sensors by kind of path and sensor; where the net
	// lets everything pass, kinds do not differ and there is one by nation.
	rows  []*row
	plain bool
}

// kind is what filters can tell of a path.
type kind struct{ class, area string }

// kindsOf gives the kinds of a theatre's paths, and that of each.
func kindsOf(t *theatre.Theatre) (kinds []kind, of []int) {
	known := map[kind]int{}
	for i := range t.Paths {
		k := kind{t.Types[t.Paths[i].Type].Class, t.Areas[t.Paths[i].Area].ID}
		n, ok := known[k]
		if !ok {
			n = len(kinds)
			known[k], kinds = n, append(kinds, k)
		}
		of = append(of, n)
	}
	return kinds, of
}

// newState works out the rows of a posture's state for the kinds of paths.
func newState(t *theatre.Theatre, kinds []kind, r *routings, net *pact.Net, down, up []bool) *state {
	s := &state{net: net, down: down, plain: true}
	for i := range net.Edges {
		f := &net.Edges[i].Filter
		s.plain = s.plain && len(f.Classes)+len(f.From)+len(f.Sensors) == 0
	}
	if s.plain {
		s.rows = make([]*row, len(t.Nations))
		for i := range t.Sensors {
			if n := t.Sensors[i].Nation; s.rows[n] == nil {
				s.rows[n] = r.row(net, n, pact.Content{}, up)
			}
		}
		return s
	}
	s.rows = make([]*row, len(kinds)*len(t.Sensors))
	known := map[string]*row{}
	mask := make([]byte, 0, 8+len(net.Edges))
	for k := range kinds {
		for i := range t.Sensors {
			n := t.Sensors[i].Nation
			content := pact.Content{Class: kinds[k].class, From: kinds[k].area, Sensor: t.Sensors[i].ID}
			mask = binary.AppendUvarint(mask[:0], uint64(n))
			for e := range net.Edges {
				if up[e] && carries(&net.Edges[e], content) {
					mask = append(mask, byte(e), byte(e>>8))
				}
			}
			x, ok := known[string(mask)]
			if !ok {
				x = r.row(net, n, content, up)
				known[string(mask)] = x
			}
			s.rows[k*len(t.Sensors)+i] = x
		}
	}
	return s
}

// row gives the row of a sensor's data on paths of a kind; nil if it is down.
func (s *state) row(t *theatre.Theatre, kind, sensor int) *row {
	switch {
	case s.down[sensor]:
		return nil
	case s.plain:
		return s.rows[t.Sensors[sensor].Nation]
	}
	return s.rows[kind*len(t.Sensors)+sensor]
}
