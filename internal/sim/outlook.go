package sim

import (
	"cmp"
	"math"
	"slices"

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
// the shot can be fired. A sensor that cannot see the missile before others have told
// of it is not asked at all. The answers are those of a board with the flight, played
// (see TestOutlookIsWhatIsPlayed).
//
// It owns scratch space; use one per goroutine.
type Outlook struct {
	t      theatre.Theatre // with the flight at hand as its only path
	c      Compiler
	p      pathTables // a view of each sensor
	pacts  []agreed
	radars [][]int32 // per nation: its radars

	// Of the flight.
	samples  engage.Path
	scan     sense.Scan
	able     []bool      // per battery: it can meet the flight
	armed    []bool      // per nation: it has such a battery
	glimpses []glimpse   // per sensor
	soonest  []int32     // the sensors, in the order in which they can come to see it
	own      [][]float64 // per battery and look: the chance on its own radar's track; below 0: not asked yet

	// Of the posture.
	a    *agreed
	det  []int32         // per sensor: when it finds the missile; Never where it was not asked
	told [][levels]int32 // per nation and level: when the first data reach it
	asks []int           // the nations for which that matters

	// Of the nation and the battery.
	open   []opening
	tracks [3]fused // by mode
	begun  [3]bool
	shares [3][]share
}

// agreed is what a posture makes of the sensors' data, by nation and sensor.
type agreed struct {
	down  []bool
	to    [][]*routing     // nil: nothing arrives
	ways  [][levels][]lane // by nation, level and sensor
	tells [][]bool         // by nation: its radars' data reach the other
}

// lane is how what a sensor finds reaches a nation: addMs later, but not later than
// lostMs. addMs is Never where it does not.
type lane struct{ addMs, lostMs int32 }

func (l *lane) at(t int32) int32 {
	if t == Never || l.addMs == Never {
		return Never
	}
	if t += l.addMs; l.lostMs != Never && t > l.lostMs {
		return Never
	}
	return t
}

// glimpse is what is typical of a view.
type glimpse struct {
	sight
	lastMs, lostMs int32
	fromMs         int32 // it sees nothing before
	asked          bool  // of a sensor that was not, only fromMs is known
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
	ph.windows, ph.views = make([]engage.Window, len(t.Batteries)), make([]sensed, len(t.Sensors))
	o.p = pathTables{c: &o.c, t: &o.t, ph: ph, views: ph.views, ask: o.ask}
	o.able, o.armed, o.own = make([]bool, len(t.Batteries)), make([]bool, len(t.Nations)), make([][]float64, len(t.Batteries))
	o.radars, o.told = make([][]int32, len(t.Nations)), make([][levels]int32, len(t.Nations))
	o.glimpses, o.det, o.soonest = make([]glimpse, len(t.Sensors)), make([]int32, len(t.Sensors)), make([]int32, len(t.Sensors))
	ph.room.posts = make([]sense.Post, len(t.Sensors))
	for s := range t.Sensors {
		if r := t.Sensors[s].Radar; r != nil {
			n := t.Sensors[s].Nation
			o.radars[n] = append(o.radars[n], int32(s))
			ph.room.posts[s] = r.Post(t.Earth, t.Types[typ].Signature)
		}
	}
	for i := range postures {
		o.pacts = append(o.pacts, o.agreed(&postures[i]))
	}
	return o
}

// agreed lays out a posture.
func (o *Outlook) agreed(tp *theatre.Posture) agreed {
	t := &o.t
	s := o.c.in(tp, nil, 0, o.c.routings)
	x := agreed{down: s.down, to: make([][]*routing, len(t.Nations)), ways: make([][levels][]lane, len(t.Nations)), tells: make([][]bool, len(t.Nations))}
	for n := range x.tells {
		x.tells[n] = make([]bool, len(t.Nations))
	}
	for n := range t.Nations {
		x.to[n] = make([]*routing, len(t.Sensors))
		for l := pact.Warning; l <= pact.EngageOnRemote; l++ {
			x.ways[n][l] = make([]lane, len(t.Sensors))
		}
		for i := range t.Sensors {
			r := s.row(t, 0, i)
			if r != nil && r.to[n].id != 0 {
				x.to[n][i] = &r.to[n]
				x.tells[t.Sensors[i].Nation][n] = x.tells[t.Sensors[i].Nation][n] || t.Sensors[i].Radar != nil
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
	ph.motion = nil
	o.scan.Take(tr)
	for s := range t.Sensors {
		x, first := &ph.views[s], 0.0
		if x.info != nil {
			ph.room.infos = append(ph.room.infos, x.info)
		}
		if t.Sensors[s].Radar != nil {
			first = ph.room.posts[s].Soonest(&o.scan)
		}
		// What a sensor may tell, until it is asked.
		*x = sensed{sensor: s, radar: t.Sensors[s].Radar != nil, view: sense.View{First: first}}
		x.tracks = x.radar && !math.IsInf(first, 1)
		o.glimpses[s] = glimpse{sight: sight{Never, Never, Never}, fromMs: ms(first), asked: math.IsInf(first, 1)}
		o.soonest[s] = int32(s)
	}
	slices.SortStableFunc(o.soonest, func(a, b int32) int { return cmp.Compare(o.glimpses[a].fromMs, o.glimpses[b].fromMs) })
	return true
}

// ask lets a sensor look at the flight, if it has not.
func (o *Outlook) ask(s int) {
	g := &o.glimpses[s]
	if g.asked {
		return
	}
	g.asked = true
	x, sn := &o.p.views[s], &o.t.Sensors[s]
	if x.radar {
		x.view = o.c.paths[0].room.posts[s].Sight(&o.scan, enough)
		x.tracks = sn.Radar.Tracks(x.view)
	} else {
		x.view = sn.Infrared.Observe(o.t.Earth, o.t.Paths[0].Flight)
	}
	g.lastMs, g.lostMs = ms(x.view.Last), ms(sn.LostS)
	g.search = before(whenTypical(x.view.Search), g.lostMs)
	g.warned = before(whenTypical(x.view.Warned), g.lostMs)
	g.cued = before(whenTypical(x.view.Cued), g.lostMs)
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
// every look of every battery, in the order of nations, batteries and launches. With
// ownOnly nothing but shots on the own radar's track are looked for, and all three
// chances are its.
func (o *Outlook) Shots(posture int, ownOnly bool, see func(Looks)) {
	o.a = &o.pacts[posture]
	o.detect(ownOnly)
	for n := range o.armed {
		if o.armed[n] && o.told[n][pact.Warning] != Never {
			o.fight(n, ownOnly, see)
		}
	}
}

// detect works out when each sensor finds the missile where others point it, of
// those whose data can come first somewhere: the others can change nothing.
func (o *Outlook) detect(ownOnly bool) {
	o.listen()
	for s := range o.det {
		o.det[s] = Never
	}
	for b := range o.able {
		if r := o.t.Batteries[b].Radar; o.able[b] && r >= 0 {
			o.ask(r)
		}
	}
	for s := range o.glimpses {
		if o.glimpses[s].asked {
			o.find(s, o.glimpses[s].search)
		}
	}
	for more := true; more; {
		o.point()
		more = false
		for _, s := range o.soonest {
			if g := &o.glimpses[s]; !g.asked && o.matters(int(s), ownOnly) {
				o.ask(int(s))
				o.find(int(s), g.search)
				more = true
			}
		}
	}
}

// listen finds the nations that matter: those that can shoot, and those whose radars
// tell others that do.
func (o *Outlook) listen() {
	o.asks = o.asks[:0]
	for n := range o.told {
		for l := range o.told[n] {
			o.told[n][l] = Never
		}
		if o.armed[n] {
			o.asks = append(o.asks, n)
		}
	}
	for k := 0; k < len(o.asks); k++ {
		for n := range o.told {
			if o.a.tells[n][o.asks[k]] && !slices.Contains(o.asks, n) {
				o.asks = append(o.asks, n)
			}
		}
	}
}

// find notes that a sensor finds the missile, and who is told when.
func (o *Outlook) find(s int, t int32) {
	if t == Never || o.a.down[s] {
		return
	}
	o.det[s] = t
	for _, n := range o.asks {
		to, ways := &o.told[n], &o.a.ways[n]
		for l := pact.Warning; l <= pact.EngageOnRemote; l++ {
			to[l] = min(to[l], ways[l][s].at(t))
		}
	}
}

// matters reports whether the data of a sensor that was not asked may reach somebody
// who waits for them before others' do.
func (o *Outlook) matters(s int, ownOnly bool) bool {
	if o.a.down[s] {
		return false
	}
	from := o.glimpses[s].fromMs
	for _, n := range o.asks {
		last := pact.Track
		if o.armed[n] && !ownOnly {
			last = pact.EngageOnRemote
		}
		ways := &o.a.ways[n]
		for l := pact.Warning; l <= last; l++ {
			if ways[l][s].at(from) < o.told[n][l] {
				return true
			}
		}
	}
	return false
}

// point points the radars that were asked by what their nations are told. Pointing
// can only make a detection earlier: the step is repeated until nothing changes.
func (o *Outlook) point() {
	for more := true; more; {
		more = false
		for _, n := range o.asks {
			to := &o.told[n]
			if to[pact.Warning] == Never {
				continue
			}
			for _, s := range o.radars[n] {
				g := &o.glimpses[s]
				if !g.asked || o.a.down[s] {
					continue
				}
				t := min(max(to[pact.Warning], g.warned), max(to[pact.Track], g.cued))
				if t < o.det[s] && t <= g.lastMs && !(g.lostMs != Never && t > g.lostMs) {
					o.find(int(s), t)
					more = true
				}
			}
		}
	}
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
func (o *Outlook) openings(n int, gateMs, lorMs, eorMs int32) []opening {
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
		if x.Radar >= 0 && !o.a.down[x.Radar] && !math.IsInf(o.p.views[x.Radar].view.First, 1) {
			q.view = x.Radar
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
func (o *Outlook) fight(n int, ownOnly bool, see func(Looks)) {
	lor, eor := Never, Never
	if !ownOnly {
		lor, eor = o.told[n][pact.LaunchOnRemote], o.told[n][pact.EngageOnRemote]
	}
	how := &o.t.Nations[n].Command
	gate := o.told[n][pact.Warning] + ms(how.DecisionS)
	// The first shot if the command decides as soon as it may: to know by then what
	// is threatened is to know it soon enough.
	first := Never
	for _, q := range o.openings(n, gate, lor, eor) {
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
	o.p.to = o.a.to[n]
	known := o.p.knowsBy(how.AccuracyM, first)
	if known == Never {
		return
	}
	if known > first { // then it may be too late for some
		gate = max(gate, known)
	}
	for _, q := range o.openings(n, gate, lor, eor) {
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
