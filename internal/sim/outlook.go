package sim

import (
	"math"

	"testudo/internal/draw"
	"testudo/internal/engage"
	"testudo/internal/flight"
	"testudo/internal/pact"
	"testudo/internal/sense"
	"testudo/internal/theatre"
)

// Outlook tells what batteries can do about one flight after another in a typical
// run: all links and sensors work, and each sensor detects where its cumulative curve
// passes a half. Capacities, channels and magazines play no part, and nobody owns
// what is aimed at. Those who draw maps ask it for thousands of places and want a few
// numbers of each, so that no tables are made: what is typical of a sensor are three
// times, who points whom follows from them, and a shot's chance is worked out when
// the shot can be fired. The answers are those of a board with the flight, played
// (see TestOutlookIsWhatIsPlayed).
//
// It owns scratch space; use one per goroutine.
type Outlook struct {
	t        theatre.Theatre // with the flight at hand as its only path
	c        Compiler
	p        pathTables
	pacts    []agreed
	radars   [][]int32 // per nation: its radars
	able     []bool    // per battery: it can meet the flight
	armed    []bool    // per nation: it has such a battery
	samples  engage.Path
	scan     sense.Scan
	glimpses []glimpse // per view
	det      []int32   // per view: when it finds the missile under the posture at hand
	open     []opening
	own      [][]float64 // per battery and look: the chance on its own radar's track; below 0: not asked yet
	tracks   [3]fused    // of the battery at hand, by mode
	begun    [3]bool
	shares   [3][]share
}

// agreed is what a posture makes of the sensors' data, by nation and sensor.
type agreed struct {
	down []bool
	to   [][]*routing     // nil: nothing arrives
	ways [][levels][]lane // by nation, level and sensor
}

// lane is how what a sensor finds reaches a nation: addMs later, but not later than
// lostMs. addMs is Never where it does not.
type lane struct{ addMs, lostMs int32 }

// glimpse is what is typical of a view.
type glimpse struct {
	sight
	sensor, lastMs, lostMs int32
}

// Looks gives, of one look of a battery, the kill probability of a shot on the own
// radar's track, of the better of this and one launched on another's track with the
// own radar taking over, and of the best of these and one on another's track
// throughout; 0 where it is too late.
type Looks [3]float64

const (
	// typical is the draw at which a sensor detects in half of all runs.
	typical = 1<<63 - 1
	// enough is a cumulative probability past which such a draw is decided.
	enough = 0.75
)

// NewOutlook prepares for flights of one type from one area of a theatre, whose own
// paths and missiles play no part.
func NewOutlook(t *theatre.Theatre, typ, area int, postures []theatre.Posture) *Outlook {
	o := &Outlook{t: *t}
	o.t.Paths = []theatre.Path{{Type: typ, Area: area}}
	o.t.Assets = []theatre.Asset{{ID: "aim", Nation: -1}}
	o.c = Compiler{t: &o.t, paths: make([]pathPhysics, 1), routings: newRoutings(nil)}
	o.c.kinds, o.c.kindOf = kindsOf(&o.t)
	ph := &o.c.paths[0]
	ph.room = new(room)
	ph.ofView, ph.windows = make([]int, len(t.Sensors)), make([]engage.Window, len(t.Batteries))
	o.p = pathTables{c: &o.c, t: &o.t, ph: ph}
	o.able, o.armed = make([]bool, len(t.Batteries)), make([]bool, len(t.Nations))
	o.radars = make([][]int32, len(t.Nations))
	for s := range t.Sensors {
		if t.Sensors[s].Radar != nil {
			n := t.Sensors[s].Nation
			o.radars[n] = append(o.radars[n], int32(s))
		}
	}
	o.own = make([][]float64, len(t.Batteries))
	for i := range postures {
		o.pacts = append(o.pacts, o.agreed(&postures[i]))
	}
	return o
}

// agreed lays out a posture.
func (o *Outlook) agreed(tp *theatre.Posture) agreed {
	t := &o.t
	s := o.c.in(tp, nil, 0, o.c.routings)
	x := agreed{down: s.down, to: make([][]*routing, len(t.Nations)), ways: make([][levels][]lane, len(t.Nations))}
	for n := range t.Nations {
		x.to[n] = make([]*routing, len(t.Sensors))
		for l := pact.Warning; l <= pact.EngageOnRemote; l++ {
			x.ways[n][l] = make([]lane, len(t.Sensors))
		}
		for i := range t.Sensors {
			r := s.row(t, 0, i)
			if r != nil && r.to[n].id != 0 {
				x.to[n][i] = &r.to[n]
			}
			for l := pact.Warning; l <= pact.EngageOnRemote; l++ {
				x.ways[n][l][i] = laneOf(x.to[n][i], l, &t.Sensors[i])
			}
		}
	}
	return x
}

func laneOf(r *routing, l pact.Level, s *theatre.Sensor) lane {
	tracks := l > pact.Warning
	if r == nil || r.quickID[l] == 0 || tracks && s.Radar == nil {
		return lane{Never, Never}
	}
	q := r.quick[l]
	w := lane{ms(q.delayS), ms(q.lostS)}
	if w.lostMs != Never { // sent before it is lost, it arrives
		w.lostMs = int32(min(int64(w.lostMs)+int64(w.addMs), int64(Never)-1))
	}
	if tracks {
		w.addMs += ms(s.FirmS)
	}
	return w
}

// Fly turns to a flight; false if no battery can meet it. The flight must hold until
// the next.
func (o *Outlook) Fly(tr *flight.Trajectory) bool {
	t, ph := &o.t, &o.c.paths[0]
	t.Paths[0].Flight = tr
	clear(o.armed)
	o.samples.Sample(tr)
	any := false
	for b := range t.Batteries {
		x := &t.Batteries[b]
		o.able[b] = false
		if x.Rounds == 0 || t.Nations[x.Nation].Attacker {
			continue // nobody's command fights with it
		}
		w := &ph.windows[b]
		w.Find(&o.samples, x.Shooter, t.Earth.Ellipsoid)
		if w.Empty() {
			continue
		}
		o.able[b], o.armed[x.Nation], any = true, true, true
		o.own[b] = o.own[b][:0]
	}
	if !any {
		return false
	}
	for v := range ph.views {
		if in := ph.views[v].info; in != nil {
			ph.room.infos = append(ph.room.infos, in)
		}
	}
	ph.motion, ph.views, o.glimpses = nil, ph.views[:0], o.glimpses[:0]
	o.scan.Take(tr)
	sig := t.Types[t.Paths[0].Type].Signature
	for s := range t.Sensors {
		ph.ofView[s] = -1
		sn := &t.Sensors[s]
		x := sensed{sensor: s, radar: sn.Radar != nil}
		if x.radar {
			x.view = sn.Radar.SightUntil(t.Earth, &o.scan, sig, enough)
			x.tracks = sn.Radar.Tracks(x.view)
		} else {
			x.view = sn.Infrared.Observe(t.Earth, tr)
		}
		if math.IsInf(x.view.First, 1) {
			continue
		}
		ph.ofView[s] = len(ph.views)
		ph.views = append(ph.views, x)
		g := glimpse{sensor: int32(s), lastMs: ms(x.view.Last), lostMs: ms(sn.LostS)}
		for _, q := range [...]struct {
			to *int32
			of sense.Curve
		}{{&g.search, x.view.Search}, {&g.warned, x.view.Warned}, {&g.cued, x.view.Cued}} {
			*q.to = before(whenTypical(q.of), g.lostMs)
		}
		o.glimpses = append(o.glimpses, g)
	}
	o.p.views = ph.views
	return true
}

// whenTypical gives the time at which a curve detects for the typical draw.
func whenTypical(c sense.Curve) int32 {
	for i, p := range c.P {
		if draw.Hit(typical, draw.Threshold(p)) {
			return ms(c.T[i])
		}
	}
	return Never
}

// Shots tells what can be done about the flight under a posture: see is called for
// every look of every battery, in the order of nations, batteries and launches. With ownOnly nothing but shots on the own radar's
// track are looked for, and all three chances are its.
func (o *Outlook) Shots(posture int, ownOnly bool, see func(Looks)) {
	a := &o.pacts[posture]
	o.detect(a)
	for n := range o.armed {
		if !o.armed[n] {
			continue
		}
		alert := o.arrival(a, n, pact.Warning)
		if alert == Never {
			continue
		}
		o.fight(a, n, alert, ownOnly, see)
	}
}

// detect works out when each view finds the missile where others point it. Pointing
// can only make a detection earlier: the step is repeated until nothing changes.
func (o *Outlook) detect(a *agreed) {
	o.det = o.det[:0]
	for v := range o.glimpses {
		g := &o.glimpses[v]
		t := g.search
		if a.down[g.sensor] {
			t = Never
		}
		o.det = append(o.det, t)
	}
	for more := true; more; {
		more = false
		for n, radars := range o.radars {
			if len(radars) == 0 {
				continue
			}
			warn := o.arrival(a, n, pact.Warning)
			if warn == Never {
				continue
			}
			track := o.arrival(a, n, pact.Track)
			for _, s := range radars {
				v := o.c.paths[0].ofView[s]
				if v < 0 || a.down[s] {
					continue
				}
				g := &o.glimpses[v]
				t := min(max(warn, g.warned), max(track, g.cued))
				if t < o.det[v] && t <= g.lastMs && !(g.lostMs != Never && t > g.lostMs) {
					o.det[v], more = t, true
				}
			}
		}
	}
}

// arrival gives when the first of the data of a level reach a nation.
func (o *Outlook) arrival(a *agreed, nation int, l pact.Level) int32 {
	best := Never
	lanes := a.ways[nation][l]
	for v, t := range o.det {
		w := &lanes[o.glimpses[v].sensor]
		if t == Never || w.addMs == Never {
			continue
		}
		if t += w.addMs; t < best && !(w.lostMs != Never && t > w.lostMs) {
			best = t
		}
	}
	return best
}

// opening is from when a battery can fire in each mode; Never where it cannot.
type opening struct {
	battery       int
	view          int   // of its own radar, -1
	own           int32 // this has a firm track
	org, lor, eor int32
}

// openings gives that for the batteries of a nation whose command has decided at a
// time and has the tracks of others from lorMs and eorMs on.
func (o *Outlook) openings(a *agreed, n int, gateMs, lorMs, eorMs int32) []opening {
	o.open = o.open[:0]
	for b := range o.t.Batteries {
		x := &o.t.Batteries[b]
		if x.Nation != n || !o.able[b] {
			continue
		}
		reaction := ms(x.ReactionS)
		from := func(t int32) int32 {
			if t == Never {
				return Never
			}
			return max(t, gateMs) + reaction
		}
		q := opening{battery: b, view: -1, own: Never, org: Never, lor: Never, eor: Never}
		if x.Radar >= 0 && !a.down[x.Radar] {
			q.view = o.c.paths[0].ofView[x.Radar]
		}
		if q.view >= 0 {
			if t := o.det[q.view]; t != Never {
				q.own = t + ms(o.t.Sensors[x.Radar].FirmS)
			}
			if x.Modes.Has(engage.Organic) || x.Modes.Has(engage.Cued) {
				q.org = from(q.own)
			}
			if x.Modes.Has(engage.LaunchOnRemote) {
				q.lor = from(lorMs)
			}
		}
		if x.Modes.Has(engage.EngageOnRemote) {
			q.eor = from(eorMs)
		}
		o.open = append(o.open, q)
	}
	return o.open
}

// modes gives the modes in which a look is open.
func (q *opening) modes(l *engage.Launch) (org, lor, eor bool) {
	t := ms(l.LaunchS)
	return q.org <= t, q.lor <= t && q.own <= ms(l.InterceptS-HandoverS), q.eor <= t
}

// fight tells what a nation can do that was alerted.
func (o *Outlook) fight(a *agreed, n int, alert int32, ownOnly bool, see func(Looks)) {
	lor, eor := Never, Never
	if !ownOnly {
		lor, eor = o.arrival(a, n, pact.LaunchOnRemote), o.arrival(a, n, pact.EngageOnRemote)
	}
	how := &o.t.Nations[n].Command
	gate := alert + ms(how.DecisionS)
	// The first shot if the command decides as soon as it may: to know by then what
	// is threatened is to know it soon enough.
	first := Never
	for _, q := range o.openings(a, n, gate, lor, eor) {
		for i := range o.c.paths[0].windows[q.battery].Slots {
			l := &o.c.paths[0].windows[q.battery].Slots[i]
			if org, lor, eor := q.modes(l); org || lor || eor {
				first = min(first, ms(l.LaunchS)-ms(o.t.Batteries[q.battery].ReactionS))
				break // later ones leave more time
			}
		}
	}
	if first == Never {
		return
	}
	o.p.to = o.p.to[:0]
	for v := range o.glimpses {
		o.p.to = append(o.p.to, a.to[n][o.glimpses[v].sensor])
	}
	known := o.p.knowsBy(how.AccuracyM, first)
	if known == Never {
		return
	}
	if known > first { // then it may be too late for some
		gate = max(gate, known)
	}
	for _, q := range o.openings(a, n, gate, lor, eor) {
		o.shoot(&q, see)
	}
}

// shoot tells of the looks of a battery that are open. Where a shot cannot be made
// surer it is not worked out for another mode.
func (o *Outlook) shoot(q *opening, see func(Looks)) {
	k := &o.t.Batteries[q.battery].Kill
	most := chance(certain(k.Probability(sure)))
	if !math.IsNaN(k.Handover) { // the textbook's
		most = chance(certain(k.Probability(k.Handover)))
	}
	o.begun = [3]bool{}
	slots := o.c.paths[0].windows[q.battery].Slots
	for i := range slots {
		org, lor, eor := q.modes(&slots[i])
		var look Looks
		if org {
			look[0] = o.alone(q, i, &slots[i])
		}
		look[1] = look[0]
		if lor && look[1] < most {
			look[1] = max(look[1], o.chance(q, ModeLaunchOnRemote, &slots[i]))
		}
		look[2] = look[1]
		if eor && look[2] < most {
			look[2] = max(look[2], o.chance(q, ModeEngageOnRemote, &slots[i]))
		}
		if look[2] > 0 {
			see(look)
		}
	}
}

// alone is chance on the own radar's track, which is that under any posture.
func (o *Outlook) alone(q *opening, look int, l *engage.Launch) float64 {
	own := o.own[q.battery]
	for len(own) <= look {
		own = append(own, -1)
	}
	o.own[q.battery] = own
	if own[look] < 0 {
		own[look] = o.chance(q, ModeOrganic, l)
	}
	return own[look]
}

// chance gives the kill probability of a shot in a mode.
func (o *Outlook) chance(q *opening, mode int, l *engage.Launch) float64 {
	k := &o.t.Batteries[q.battery].Kill
	if !math.IsNaN(k.Handover) {
		return chance(certain(k.Probability(k.Handover)))
	}
	if !o.begun[mode] {
		o.begun[mode] = true
		of := o.shares[mode][:0]
		if q.view >= 0 && o.p.views[q.view].tracks {
			of = append(of, share{view: q.view, source: Source{Quality: 1}})
		}
		if mode != ModeOrganic {
			of = o.p.shares(of, levelOf[mode], q.view)
		}
		o.shares[mode] = of
		o.tracks[mode].begin(of)
	}
	if len(o.shares[mode]) == 0 {
		return 0
	}
	return chance(certain(k.Probability(o.p.handover(&o.tracks[mode], *l, k.BasketM))))
}

var levelOf = [...]pact.Level{ModeLaunchOnRemote: pact.LaunchOnRemote, ModeEngageOnRemote: pact.EngageOnRemote}

// chance turns a threshold back into the probability it stands for.
func chance(threshold uint64) float64 {
	if threshold == always {
		return 1
	}
	return float64(threshold>>11) / (1 << 53)
}
