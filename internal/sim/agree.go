package sim

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"testudo/internal/engage"
	"testudo/internal/pact"
	"testudo/internal/sense"
	"testudo/internal/theatre"
	"testudo/internal/track"
)

// What agreements make of a path: who points whom, who is told what, who may
// shoot on whose track.
//
// Under most postures and states a nation hears of a path from the same sensors
// over routes of the same worth as under another. What it can do then is the
// same, so that each list, each nation's cues and each command are made once for
// the path and found again by the numbers of the routings (see routes.go).

// tables are what has been made for one path, by what it was made from. A
// compiler takes them over from the one before it and writes only its own.
type tables struct {
	lists    map[string]feedList
	cues     map[string]cueTable
	commands map[string]commandTable
	known    map[knownKey]int32
	kills    map[killKey][]uint64
	// Numbers by content: of lists and cues as the sensors' dice see them, of
	// what is seen in a state, and of sets of contributions to a track.
	heard, saw, tracks names[string]
	next               uint32 // the number last given away

	// What lists and cues depend on beside the routings, and what the command of
	// each nation does: while these stay, so do they.
	views   string
	command []string
}

// feedList is a list of feeds and its number by content.
type feedList struct {
	feeds []Feed
	id    uint32
}

type cueTable struct {
	cue NationCue
	id  uint32 // by content
	ok  bool   // something can be pointed
}

type commandTable struct {
	cmd PathCommand
	ok  bool // it owns what is aimed at or can shoot
}

// knownKey names the time from which a fused track is accurate enough, killKey
// the kill thresholds of a battery's shots on one.
type knownKey struct {
	sources   uint32
	accuracyM uint64 // its bits
}

type killKey struct {
	sources      uint32 // 0: the own radar's alone
	own          uint32 // number of the own radar's view; 0: none
	window, kill uint32
}

// heir begins the tables of the compiler that follows.
func (t *tables) heir() *tables {
	if t == nil {
		t = new(tables)
	}
	return &tables{
		lists: map[string]feedList{}, cues: map[string]cueTable{}, commands: map[string]commandTable{}, known: map[knownKey]int32{}, kills: map[killKey][]uint64{},
		heard: t.heard.heir(), saw: t.saw.heir(), tracks: t.tracks.heir(), next: t.next,
	}
}

// number gives one more number away.
func (t *tables) number() uint32 {
	t.next++
	return t.next
}

// pathTables makes the tables of one path.
type pathTables struct {
	*tables
	c      *Compiler
	before *tables // of the compiler before
	same   bool    // lists and cues of it hold
	sameOf []bool  // per nation: its commands of it hold
	killOf []uint32
	ask    func(view int) // looks at what was not looked at yet; nil: everything was
	t      *theatre.Theatre
	path   int
	kind   int
	ph     *pathPhysics
	views  []sensed
	helped [][]int32 // per nation: its views that pointing helps, working or not
	apart  [][]int32 // per nation: views of its batteries' radars that are not its own

	// Of the state being compiled: per view its row, nil if the sensor is down, and
	// per nation whether it defends the owner of what is aimed at as an ally.
	rows []*row
	ally []bool
	// To the nation being compiled: its routings, and the key made of them.
	to   []*routing
	key  []byte
	base [levels]base
	// Buffers.
	stateKey, listKey, commandKey, sourceKey, seenKey, contentKey []byte
	nationCues                                                    []NationCue
	orders                                                        []PathCommand
	parts                                                         []track.Contribution
	sharing                                                       []share
	joint                                                         fused
}

// path makes the tables of one path in all states, and the number of what the
// sensors see in each.
func (c *Compiler) path(i int, states []*state) (out []PathState, saw []uint32) {
	p := c.newPathTables(i)
	out, saw = make([]PathState, len(states)), make([]uint32, len(states))
	alike := map[string]int{} // a state by all that it has to do with the path
	for k, s := range states {
		if c.stop() {
			return out, saw
		}
		key := p.enter(s)
		if like, ok := alike[string(key)]; ok {
			out[k], saw[k] = out[like], saw[like]
			continue
		}
		alike[string(key)] = k
		out[k], saw[k] = p.state()
	}
	return out, saw
}

func (c *Compiler) newPathTables(i int) *pathTables {
	t, ph := c.t, &c.paths[i]
	p := &pathTables{
		tables: ph.tables, c: c, before: ph.before, t: t, path: i, kind: c.kindOf[i], ph: ph, killOf: c.killOf, views: ph.views,
		helped: make([][]int32, len(t.Nations)), apart: make([][]int32, len(t.Nations)), rows: make([]*row, len(ph.views)), ally: make([]bool, len(t.Nations)), to: make([]*routing, len(ph.views)),
	}
	for v := range p.views {
		x := &p.views[v]
		if n := t.Sensors[x.sensor].Nation; x.radar && !x.plain {
			p.helped[n] = append(p.helped[n], int32(v))
		}
	}
	for b := range t.Batteries {
		x := &t.Batteries[b]
		if v := p.own(b); v >= 0 && t.Sensors[x.Radar].Nation != x.Nation {
			p.apart[x.Nation] = append(p.apart[x.Nation], int32(v))
		}
	}
	p.tables.views, p.tables.command = p.static(c)
	p.sameOf = make([]bool, len(t.Nations))
	if old := p.before; old != nil && old.views == p.tables.views && len(old.command) == len(p.sameOf) {
		p.same = true
		for n := range p.sameOf {
			p.sameOf[n] = old.command[n] == p.tables.command[n]
		}
	} else if old == nil {
		p.before = new(tables)
	}
	return p
}

// enter turns to a state and gives the key of all that it has to do with the path.
func (p *pathTables) enter(s *state) []byte {
	k := p.stateKey[:0]
	for v := range p.views {
		r := s.row(p.t, p.kind, p.views[v].sensor)
		p.rows[v] = r
		if r == nil {
			k = binary.BigEndian.AppendUint32(k, 0)
		} else {
			k = binary.BigEndian.AppendUint32(k, r.id)
		}
	}
	owner := p.owner()
	for n := range p.ally {
		p.ally[n] = owner != n && s.net.Defends(n, owner)
		if p.ally[n] {
			k = append(k, byte(n), byte(n>>8))
		}
	}
	p.stateKey = k
	return k
}

// owner is the nation whose asset the path is aimed at.
func (p *pathTables) owner() int { return p.t.Assets[p.t.Paths[p.path].Asset].Nation }

// state makes the tables of the state entered.
func (p *pathTables) state() (PathState, uint32) {
	p.seenKey, p.nationCues, p.orders = p.seenKey[:0], p.nationCues[:0], p.orders[:0]
	for n := range p.t.Nations {
		attacker := p.t.Nations[n].Attacker
		if attacker && len(p.helped[n]) == 0 {
			continue
		}
		p.hear(n)
		if x := p.cue(n); x.ok {
			p.nationCues = append(p.nationCues, x.cue)
			p.seenKey = binary.BigEndian.AppendUint32(p.seenKey, x.id)
		}
		if !attacker {
			if x := p.command(n); x.ok {
				p.orders = append(p.orders, x.cmd)
			}
		}
	}
	return PathState{slices.Clone(p.nationCues), slices.Clone(p.orders)}, p.saw.of(string(p.seenKey), &p.next)
}

// base is what a nation's track at a level is fused from: its number, 0 if it is
// nothing, and how many views are in it.
type base struct {
	id     uint32
	views  int
	worked bool // out
}

// hear notes what reaches a nation of each view.
func (p *pathTables) hear(n int) {
	p.base = [levels]base{}
	p.key = binary.BigEndian.AppendUint32(p.key[:0], uint32(n))
	for v, r := range p.rows {
		id := uint32(0)
		if p.to[v] = nil; r != nil && r.to[n].id != 0 {
			p.to[v], id = &r.to[n], r.to[n].id
		}
		p.key = binary.BigEndian.AppendUint32(p.key, id)
	}
	for _, v := range p.apart[n] {
		up := byte(0)
		if p.rows[v] != nil {
			up = 1
		}
		p.key = append(p.key, up)
	}
}

// cue finds what can point a nation's radars.
func (p *pathTables) cue(n int) cueTable {
	if len(p.helped[n]) == 0 {
		return cueTable{}
	}
	x, ok := p.cues[string(p.key)]
	if ok {
		return x
	}
	if p.same {
		x, ok = p.before.cues[string(p.key)]
	}
	if !ok {
		for _, v := range p.helped[n] {
			if p.rows[v] != nil {
				x.cue.Views = append(x.cue.Views, v)
			}
		}
		if x.ok = len(x.cue.Views) > 0; x.ok {
			x.cue.Warnings, x.cue.Tracks = p.feeds(pact.Warning).feeds, p.feeds(pact.Track).feeds
		}
	}
	if x.ok {
		warnings, tracks := p.feeds(pact.Warning).id, p.feeds(pact.Track).id
		k := binary.BigEndian.AppendUint32(p.contentKey[:0], warnings)
		k = binary.BigEndian.AppendUint32(k, tracks)
		for _, v := range x.cue.Views {
			k = binary.BigEndian.AppendUint32(k, uint32(v))
		}
		p.contentKey = k
		x.id = p.heard.of(string(k), &p.next)
	}
	p.cues[string(p.key)] = x
	return x
}

// feeds lists the views whose data reach the nation at a level; radars only where
// a track is meant. The list is shared by all that ask for it.
func (p *pathTables) feeds(l pact.Level) feedList {
	tracks := l > pact.Warning
	k := append(p.listKey[:0], 0)
	if tracks {
		k[0] = 1
	}
	for v, w := range p.to {
		id := uint32(0)
		if w != nil && !(tracks && !p.views[v].radar) {
			id = w.quickID[l]
		}
		k = binary.BigEndian.AppendUint32(k, id)
	}
	p.listKey = k
	x, ok := p.lists[string(k)]
	if ok {
		return x
	}
	if p.same {
		x, ok = p.before.lists[string(k)]
	}
	if !ok {
		x.feeds = p.find(l)
	}
	content := p.contentKey[:0]
	for i := range x.feeds {
		f := &x.feeds[i]
		for _, y := range [3]int32{f.View, f.DelayMs, f.LostMs} {
			content = binary.BigEndian.AppendUint32(content, uint32(y))
		}
	}
	p.contentKey = content
	x.id = p.heard.of(string(content), &p.next)
	p.lists[string(k)] = x
	return x
}

func (p *pathTables) find(l pact.Level) []Feed {
	n := 0
	for _, w := range p.to {
		if w != nil && w.quickID[l] != 0 {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	out := make([]Feed, 0, n)
	for v, w := range p.to {
		x := &p.views[v]
		if w == nil || w.quickID[l] == 0 || l > pact.Warning && !x.radar {
			continue
		}
		q := w.quick[l]
		bound := ms(x.soonestS + q.delayS)
		if l > pact.Warning {
			bound += ms(p.t.Sensors[x.sensor].FirmS)
		}
		out = append(out, Feed{int32(v), ms(q.delayS), ms(q.lostS), bound})
	}
	slices.SortStableFunc(out, func(a, b Feed) int { return cmp.Compare(a.BoundMs, b.BoundMs) })
	return out
}

// soonest is the earliest time at which a view can detect at all.
func soonest(v *sense.View) float64 {
	t := math.Inf(1)
	for _, c := range [3]*sense.Curve{&v.Search, &v.Warned, &v.Cued} {
		if len(c.T) > 0 {
			t = math.Min(t, c.T[0])
		}
	}
	return t
}

// helps reports whether pointing the sensor can make it see earlier or surer.
func helps(v *sense.View) bool {
	a, b := v.Search, v.Cued
	if len(a.T) != len(b.T) {
		return true
	}
	for i := range a.T {
		if a.T[i] != b.T[i] || a.P[i] != b.P[i] {
			return true
		}
	}
	return false
}

// command finds what a nation can do about the path; not ok if it neither owns
// what is aimed at nor has a battery that may and can shoot.
func (p *pathTables) command(n int) commandTable {
	k := append(p.commandKey[:0], p.key...)
	if p.ally[n] {
		k = append(k, 1)
	}
	p.commandKey = k
	x, ok := p.commands[string(k)]
	if ok {
		return x
	}
	if p.sameOf[n] {
		x, ok = p.before.commands[string(k)]
	}
	if !ok {
		x.cmd, x.ok = p.order(n)
	}
	p.commands[string(k)] = x
	return x
}

// order makes the tables of a nation's command.
func (p *pathTables) order(n int) (PathCommand, bool) {
	owner := p.owner()
	cmd := PathCommand{Nation: int32(n), KnownMs: Never}
	how := &p.t.Nations[n].Command
	asset := p.t.Paths[p.path].Asset
	for b := range p.t.Batteries {
		x := &p.t.Batteries[b]
		if x.Nation != n || !p.shoots(b) {
			continue
		}
		if !x.Defends[asset] && !p.ally[n] && (how.IgnoreHarmless || owner >= 0 && !p.t.Nations[owner].Attacker) {
			continue
		}
		if e, ok := p.engagement(b); ok {
			e.OnOthers = owner != n
			cmd.Engs = append(cmd.Engs, e)
		}
	}
	if len(cmd.Engs) == 0 && owner != n {
		return cmd, false
	}
	cmd.Alerts, cmd.Tracks = p.feeds(pact.Warning).feeds, p.feeds(pact.Track).feeds
	if len(cmd.Alerts) == 0 {
		return cmd, owner == n
	}
	cmd.KnownMs = p.knows(how.AccuracyM)
	return cmd, true
}

// shoots reports whether a battery can do anything about the path at all.
func (p *pathTables) shoots(b int) bool {
	return p.t.Batteries[b].Rounds != 0 && !p.ph.windows[b].Empty()
}

// static says in bytes what the lists of the path and its commands rest on beside
// the routings; equal bytes make equal tables.
func (p *pathTables) static(c *Compiler) (views string, command []string) {
	var k []byte
	num := func(x uint64) { k = binary.AppendUvarint(k, x) }
	yes := func(x bool) {
		if x {
			k = append(k, 1)
		} else {
			k = append(k, 0)
		}
	}
	for v := range p.views {
		x := &p.views[v]
		num(uint64(x.id))
		num(uint64(p.t.Sensors[x.sensor].Nation))
		yes(x.radar)
		k = binary.BigEndian.AppendUint64(k, math.Float64bits(p.t.Sensors[x.sensor].FirmS))
	}
	views = string(k)
	asset, owner := p.t.Paths[p.path].Asset, p.owner()
	command = make([]string, len(p.t.Nations))
	for n := range command {
		if p.t.Nations[n].Attacker {
			continue
		}
		k = k[:0]
		how := &p.t.Nations[n].Command
		num(uint64(p.path))
		num(uint64(len(p.t.Batteries)))
		num(uint64(owner + 1))
		yes(owner >= 0 && p.t.Nations[owner].Attacker)
		yes(how.IgnoreHarmless)
		k = binary.BigEndian.AppendUint64(k, math.Float64bits(how.AccuracyM))
		for b := range p.t.Batteries {
			x := &p.t.Batteries[b]
			if x.Nation != n || !p.shoots(b) {
				continue
			}
			num(uint64(b))
			num(uint64(p.ph.ids[b]))
			num(uint64(p.own(b) + 1))
			num(uint64(x.Modes))
			num(uint64(c.killOf[b]))
			yes(x.Defends[asset])
			k = binary.BigEndian.AppendUint64(k, math.Float64bits(x.Kill.Handover))
		}
		command[n] = string(k)
	}
	return views, command
}

// own is the view of a battery's own radar among the path's, -1 if it has none.
func (p *pathTables) own(b int) int {
	if r := p.t.Batteries[b].Radar; r >= 0 {
		return p.ph.ofView[r]
	}
	return -1
}

// sources gives what the nation's track at a level is fused from, by views and by
// what their routes are worth.
func (p *pathTables) sources(l pact.Level) base {
	x := &p.base[l]
	if x.worked {
		return *x
	}
	k := p.sourceKey[:0]
	for v, w := range p.to {
		if p.informs(v, l) {
			x.views++
			k = binary.BigEndian.AppendUint32(k, p.views[v].id)
			k = binary.BigEndian.AppendUint32(k, w.bestID[l])
		}
	}
	if x.views > 0 {
		x.id = p.tracks.of(string(k), &p.next)
	}
	p.sourceKey, x.worked = k, true
	return *x
}

// informs reports whether a view is part of the nation's track at a level.
func (p *pathTables) informs(v int, l pact.Level) bool {
	return p.to[v] != nil && p.views[v].tracks && p.to[v].bestID[l] != 0
}

// share is one view's part in a track.
type share struct {
	view   int
	source Source
	fromS  float64 // the earliest time at which it can bring anything
}

// shares adds to a list what the sources at a level may bring, without one view.
func (p *pathTables) shares(out []share, l pact.Level, without int) []share {
	burnout := p.t.Paths[p.path].Flight.BurnoutS()
	for v, w := range p.to {
		if v == without || !p.informs(v, l) {
			continue
		}
		for _, s := range w.best[l] {
			if s.Quality > 0 {
				out = append(out, share{v, s, math.Max(p.views[v].view.First, burnout)})
			}
		}
	}
	return out
}

// brought appends what shares bring by a time. A view that cannot bring anything
// by then is not asked what it tells.
func (p *pathTables) brought(cs []track.Contribution, of []share, tS float64) []track.Contribution {
	for i := range of {
		x := &of[i]
		if tS-x.source.DelayS < x.fromS {
			continue
		}
		if p.ask != nil { // fromS is a bound
			p.ask(x.view)
			if v := &p.views[x.view]; !v.tracks || tS-x.source.DelayS < v.view.First {
				continue
			}
		}
		cs = append(cs, contribution(p.c.inform(p.path, &p.views[x.view], tS-x.source.DelayS), x.source))
	}
	return cs
}

func contribution(in *track.Info, s Source) track.Contribution {
	return track.Contribution{Info: in, DelayS: s.DelayS, Quality: s.Quality, Relayed: s.Relayed}
}

// anywhere is an accuracy that any track meets: larger than the Earth.
const anywhere = 2.1e7

// knows gives the time from which the nation's fused track tells, to the
// accuracy its command asks for, where the missile will fall.
func (p *pathTables) knows(accuracyM float64) int32 {
	if accuracyM >= anywhere {
		return 0
	}
	key := knownKey{p.sources(pact.Track).id, math.Float64bits(accuracyM)}
	if key.sources == 0 {
		return Never
	}
	return recall(p.known, p.before.known, key, func() int32 {
		p.sharing = p.shares(p.sharing[:0], pact.Track, -1)
		return p.tells(p.sharing, accuracyM)
	})
}

func (p *pathTables) tells(of []share, accuracyM float64) int32 {
	good := func(at float64) bool { return p.tell(of, accuracyM, at) }
	// Coarse steps find the first time, halving refines it: the ellipse shrinks
	// while sensors look, and may grow again when they lose the missile.
	lo, hi, step := p.steps()
	for at := lo; at <= hi; at += step {
		if !good(at) {
			continue
		}
		a, b := math.Max(lo, at-step), at
		for b-a > 0.5 {
			if m := (a + b) / 2; good(m) {
				b = m
			} else {
				a = m
			}
		}
		return ms(b)
	}
	return Never
}

// steps gives the times at which tells looks first.
func (p *pathTables) steps() (from, to, step float64) {
	fl := p.t.Paths[p.path].Flight
	from, to = fl.BurnoutS(), fl.Duration()
	return from, to, math.Max(5, (to-from)/32)
}

// knowsBy is knows for one who does not ask how much sooner than a time it is: then
// any time that is not later may come out.
func (p *pathTables) knowsBy(accuracyM float64, byMs int32) int32 {
	if accuracyM >= anywhere {
		return 0
	}
	p.sharing = p.shares(p.sharing[:0], pact.Track, -1)
	if len(p.sharing) == 0 {
		return Never
	}
	// If the track tells at the last of the coarse steps before that time, the first
	// step at which it does is no later. A few of the shares mostly say so; the others
	// make no ellipse larger, but for rounding.
	at, soon := 0.0, false
	from, to, step := p.steps()
	for x := from; x <= to && ms(x) <= byMs; x += step {
		at, soon = x, true
	}
	if soon {
		p.joint.begin(p.sharing)
		for n := 1; n < len(p.sharing); n *= 2 {
			if p.tell(p.joint.first[:n], accuracyM*(1-1e-6), at) {
				return byMs
			}
		}
		if p.tell(p.sharing, accuracyM, at) {
			return byMs
		}
	}
	return p.tells(p.sharing, accuracyM)
}

// tell reports whether a track of shares tells where the missile will fall.
func (p *pathTables) tell(of []share, accuracyM, at float64) bool {
	if p.parts = p.brought(p.parts[:0], of, at); len(p.parts) == 0 {
		return false
	}
	m := p.c.moves(p.path)
	pool := m.Pool(p.parts, at)
	major, ok := m.BestImpact(&pool)
	return ok && major <= accuracyM
}

// engagement finds what one battery can do.
func (p *pathTables) engagement(battery int) (Engagement, bool) {
	x := &p.t.Batteries[battery]
	w := &p.ph.windows[battery]
	e := Engagement{Battery: int32(battery), Own: -1, Kin: int32(p.path*len(p.t.Batteries) + battery)}
	if v := p.own(battery); v >= 0 && p.rows[v] != nil {
		e.Own = int32(v)
	}
	if x.Modes.Has(engage.LaunchOnRemote) && e.Own >= 0 {
		e.Launch = p.feeds(pact.LaunchOnRemote).feeds
	}
	if x.Modes.Has(engage.EngageOnRemote) {
		e.Engage = p.feeds(pact.EngageOnRemote).feeds
	}
	organic := e.Own >= 0 && (x.Modes.Has(engage.Organic) || x.Modes.Has(engage.Cued))
	if !organic && len(e.Launch) == 0 && len(e.Engage) == 0 {
		return e, false
	}
	a := p.kill(battery, int(e.Own), pact.None, organic)
	l := p.kill(battery, int(e.Own), pact.LaunchOnRemote, len(e.Launch) > 0)
	g := p.kill(battery, int(e.Own), pact.EngageOnRemote, len(e.Engage) > 0)
	any := false
	e.Slots = make([]Slot, len(w.Slots))
	for i, sl := range w.Slots {
		q := Slot{LaunchMs: ms(sl.LaunchS), InterceptMs: ms(sl.InterceptS), HandoverMs: ms(sl.InterceptS - HandoverS)}
		if a != nil {
			q.Organic = a[i]
		}
		if l != nil {
			q.Launch = l[i]
		}
		if g != nil {
			q.Eng = g[i]
		}
		any = any || q.Organic > 0 || q.Launch > 0 || q.Eng > 0
		e.Slots[i] = q
	}
	return e, any
}

// kill gives the kill threshold of each slot on a track of the own radar's view
// (-1: none) and, above level None, of what arrives at the level; nil where there
// is no track or the mode is not allowed.
func (p *pathTables) kill(battery, own int, l pact.Level, allowed bool) []uint64 {
	if !allowed {
		return nil
	}
	w := &p.ph.windows[battery]
	k := &p.t.Batteries[battery].Kill
	if !math.IsNaN(k.Handover) { // the textbook's
		out := make([]uint64, len(w.Slots))
		for i := range out {
			out[i] = certain(k.Probability(k.Handover))
		}
		return out
	}
	key := killKey{window: p.ph.ids[battery], kill: p.killOf[battery]}
	if own >= 0 && p.views[own].tracks {
		key.own = p.views[own].id
	}
	if l > pact.None {
		// The own radar's part of what arrives is the same as its own view.
		if x := p.sources(l); x.views > 1 || own < 0 || !p.informs(own, l) {
			key.sources = x.id
		}
	}
	if key.own == 0 && key.sources == 0 {
		return nil
	}
	return recall(p.kills, p.before.kills, key, func() []uint64 {
		of := p.sharing[:0]
		if key.own != 0 {
			of = append(of, share{view: own, source: Source{Quality: 1}})
		}
		if key.sources != 0 {
			of = p.shares(of, l, own)
		}
		p.sharing = of
		alone := killKey{own: key.own, window: key.window, kill: key.kill}
		return p.promise(w, k, of, p.kills[alone])
	})
}

// sure is the probability of handover of a track without error.
var sure = track.HandoverProbability([3][3]float64{}, 1)

// promise gives the kill threshold of each slot on a track of shares. alone is what
// the own radar promises by itself, if that is known.
func (p *pathTables) promise(w *engage.Window, k *engage.Kill, of []share, alone []uint64) []uint64 {
	p.joint.begin(of)
	most := certain(k.Probability(sure))
	out := make([]uint64, len(w.Slots))
	for i, sl := range w.Slots {
		if alone != nil && alone[i] == most {
			out[i] = most
			continue
		}
		out[i] = certain(k.Probability(p.handover(&p.joint, sl, k.BasketM)))
	}
	return out
}

// fused is a track of shares that is asked at one time after another.
type fused struct {
	of, first []share // in the views' order, and in the order in which they begin
	try       int     // how many of first are asked at first
}

func (f *fused) begin(of []share) {
	f.of = of
	f.first = append(f.first[:0], of...)
	slices.SortStableFunc(f.first, func(a, b share) int { return cmp.Compare(a.fromS, b.fromS) })
	f.try = 1
}

// handover gives the probability of handover of a launch. Once a few of the shares
// make handover sure, the others cannot make it surer and are not asked: the own
// radar and those that saw the missile first nearly always do.
func (p *pathTables) handover(f *fused, l engage.Launch, basketM float64) float64 {
	m := p.c.moves(p.path)
	at := math.Max(l.InterceptS-HandoverS, l.LaunchS)
	for {
		some := f.of // in the views' order, to sum alike whoever asks
		if f.try < len(f.first) {
			some = f.first[:f.try]
		}
		p.parts = p.brought(p.parts[:0], some, at)
		pool := m.Pool(p.parts, at)
		handover := m.BestHandover(&pool, l.InterceptS, basketM)
		if handover >= sure || f.try >= len(f.first) {
			return handover
		}
		f.try *= 2
	}
}
