package sim

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"testudo/internal/draw"
)

// programKind is for whom a program is.
type programKind uint8

const (
	full programKind = iota
	lean             // see program
	told             // of an almanac: when an asset's own nation is told, and what forecasts leave open
)

// program is a board laid out for playing: what each posture makes of each path
// stands in flat lists of plain numbers, equal lists once, so that a replication
// reads little memory and asks each question once.
//
// A lean program leaves out what no draw can make matter: data that always come
// later than others do, pointing that cannot make a sensor find anything sooner
// than it surely does by itself, sensors that nobody asks. Its outcomes are those
// of the full one, run by run. The full one is for those who want to know what
// everybody saw (logs), who bring detections of their own, or who blind sensors.
type program struct {
	b    *Board
	kind programKind

	courses []course
	eyes    []eye
	curves  curves
	feeds   []feed
	lists   []list
	cues    []cue
	points  []point
	down    []int32 // eyes, by sighting
	tells   []tell
	tellsOf []span // per sighting and eye
	orders  []order
	engs    []engagement
	blank   []engState // per engagement: what it begins as
	slots   []slot
	kins    []kin
	sights  []sighting // all ways of seeing, by path
	states  [][][]brief

	oracle  bool
	guns    []gun    // per battery
	entity  []uint64 // per missile
	crowded []int32  // sensors that cannot follow the whole raid
	eyeOf   []int32  // per sensor × path: its eye among the path's, -1
	watches []watch  // per sensor × path

	maxEyes, maxLists, maxWays, maxEngs int
	lastMs                              int32 // no look is later in the raid
}

// course is one path's part of the lists.
type course struct {
	eye0, eyes   int32
	list0, lists int32
	way0, ways   int32 // of sights
	steady       bool  // all its briefs are: nothing is drawn for it
}

// eye is one sensor's view of one path.
type eye struct {
	find                   draw.Purpose
	view, sensor           int32 // in the board; the view counts among the path's
	firmMs, lastMs, lostMs int32
	search, warned, cued   int32 // curves
	sureMs                 int32 // it finds the missile then whatever is drawn; -1: that depends
	firstMs                int32 // it never finds the missile sooner, however it is pointed
}

// feed is a way by which what one eye finds reaches somebody, addMs after it is
// found, time to a firm track included; not if that is later than lostMs of raid
// time. See Feed for the rest.
type feed struct{ eye, addMs, lostMs, boundMs int32 }

// list is a range of feeds; the earliest of them is what somebody waits for.
type list struct {
	from, to int32
	firm     bool // of tracks, not of detections
}

// cue is a NationCue: its lists, which are not among those of the commands
// because they are asked while detections still change, and the eyes it points.
type cue struct {
	warn, track, points span
	warnMs, trackMs     int32 // it is surely there by then, whatever the feeds bring; Never: not surely
}

type span struct{ from, to int32 }

// point is an eye that a cue points, and the earliest times at which its curves
// for a sector and for a spot can bring anything.
type point struct{ eye, warned0, cued0 int32 }

// tell is a feed seen from the eye: when the eye finds the missile at t, a cue of
// the sighting has it at t+addMs, unless that is later than lostMs of raid time.
type tell struct {
	cue, addMs, lostMs int32
	track              bool // it is among the cue's tracks
}

// sighting is one way in which a path may be seen: who points whom, and which
// eyes are out of order. States under which a path is seen alike share it.
type sighting struct {
	cues  span
	down  span
	tells int32 // the first eye's, of tellsOf

	// Where it only matters when an asset's owner is told, he is one of the cues; what
	// is found too late to tell him sooner is not looked for.
	owner            int32 // among the cues; -1: all matters
	alertMs, trackMs int32 // the least that a feed of his takes
}

// brief is what one state of a posture makes of one path.
type brief struct {
	steady bool  // nothing about who sees the path when differs between missiles or runs
	way    int32 // its sighting, among the path's
	orders span
}

// order is a PathCommand.
type order struct {
	nation, index  int32 // index: its place among the path's commands
	alerts, tracks int32 // lists, among the path's
	knownMs        int32
	engs           span
	owner          bool // the asset is its own
}

// engagement is an Engagement.
type engagement struct {
	reactionMs, lastMs int32 // of its battery; its last look
	once, atOnce       bool
	battery            int32
	own, firmMs        int32 // eye of its radar (-1: none), and its time to a firm track
	launch, engage     int32 // lists, among the path's; -1: none
	slot0, slots       int32
	kin                int32
	command, index     int32 // its place: the command among the path's, itself among the command's
	onOthers           bool
}

// slot is a Slot with the key of its first round's luck.
type slot struct {
	Slot
	kill draw.Purpose
}

// newProgram lays a board out.
func newProgram(b *Board, kind programKind) *program { return layOut(b, kind, nil) }

// layOut lays a board out, as told by the forecasts made of it where that is its
// kind.
func layOut(b *Board, kind programKind, of *hung) *program {
	pr := &program{b: b, kind: kind, oracle: b.Oracle}
	if of != nil {
		pr.slots = of.slots
	}
	for i := range b.Missiles {
		pr.entity = append(pr.entity, b.Missiles[i].Entity)
	}
	crowded := make([]bool, len(b.Sensors))
	for s := range b.Sensors {
		if room := b.Sensors[s].Capacity; room > 0 && int(room) < len(b.Missiles) {
			crowded[s] = true
			pr.crowded = append(pr.crowded, int32(s))
		}
	}
	for i := range b.Batteries {
		pr.guns = append(pr.guns, newGun(b, i))
	}
	for i := range b.Kins {
		pr.kins = append(pr.kins, newKin(&b.Kins[i]))
	}
	pr.eyeOf = make([]int32, len(b.Paths)*len(b.Sensors))
	for i := range pr.eyeOf {
		pr.eyeOf[i] = -1
	}
	pr.states = make([][][]brief, len(b.Postures))
	for q := range b.Postures {
		pr.states[q] = make([][]brief, len(b.Postures[q].States))
		for s := range pr.states[q] {
			pr.states[q][s] = make([]brief, len(b.Paths))
		}
	}
	l := layer{program: pr, isCrowded: crowded, hung: of}
	for q := range b.Postures {
		l.sceneOf = append(l.sceneOf, make([]int, len(b.Postures[q].States)))
	}
	for i := range b.Paths {
		l.path(i)
	}
	for k := range pr.slots {
		pr.lastMs = max(pr.lastMs, pr.slots[k].LaunchMs)
	}
	over := int32(0)
	for i := range b.Missiles {
		over = max(over, b.Missiles[i].StartMs+b.Missiles[i].OverMs)
	}
	pr.lastMs += over
	pr.watches = make([]watch, len(pr.eyeOf))
	for at, k := range pr.eyeOf {
		pr.watches[at] = watch{Never, Never}
		if k >= 0 {
			e := &pr.eyes[pr.courses[at%len(b.Paths)].eye0+k]
			pr.watches[at] = watch{e.firstMs, e.lastMs}
		}
	}
	most := make([]int, len(b.Paths)) // engagements of each path, at most
	for q := range pr.states {
		for s := range pr.states[q] {
			for i := range b.Paths {
				n := 0
				for _, o := range pr.orders[pr.states[q][s][i].orders.from:pr.states[q][s][i].orders.to] {
					n += int(o.engs.to - o.engs.from)
				}
				most[i] = max(most[i], n)
			}
		}
	}
	for i := range b.Missiles {
		worst := 0
		for _, a := range b.Missiles[i].Aims {
			worst = max(worst, most[a.Path])
		}
		pr.maxEngs += worst
	}
	return pr
}

// layer lays out one path after the other. What it holds is the path's at hand.
type layer struct {
	*program
	isCrowded []bool
	hung      *hung  // of a program that is told
	chosen    []int  // scratch of engagements
	level     uint64 // a draw below it is counted on
	views     []View
	found     []int32          // per view: the missile is found by then whatever is drawn; Never if that is not sure
	sure      []int32          // per view: and the sensor takes it by then, too
	asked     []bool           // per view: somebody may wait for it
	number    []int32          // per view: its eye, -1
	sceneOf   [][]int          // per posture and state
	known     map[string]int32 // lists, by content
	ways      map[string]int32 // sightings, by content
	key       []byte
}

func (l *layer) path(i int) {
	b := l.b
	pa := &b.Paths[i]
	l.views = b.Views[pa.FirstView : pa.FirstView+pa.Views]
	n := len(l.views)
	l.level = always
	if l.kind == told {
		l.level = l.hung.level
	}
	l.found, l.sure = make([]int32, n), make([]int32, n)
	l.asked, l.number = make([]bool, n), make([]int32, n)
	l.known, l.ways = map[string]int32{}, map[string]int32{}
	for v := range l.views {
		l.found[v] = l.surely(&l.views[v])
		l.sure[v] = l.found[v]
		if l.mayFill(l.views[v].Sensor) {
			l.sure[v] = Never
		}
	}
	scenes := l.scenes(i)
	for _, x := range scenes {
		for v := range l.asked {
			l.asked[v] = l.asked[v] || x.asked[v]
		}
	}
	c := &course{eye0: int32(len(l.eyes)), list0: int32(len(l.lists)), way0: int32(len(l.sights)), steady: true}
	for v := range l.views {
		l.number[v] = -1
		if l.asked[v] {
			l.number[v] = int32(len(l.eyes)) - c.eye0
			l.eyes = append(l.eyes, l.eye(v))
			l.eyeOf[int(l.views[v].Sensor)*len(b.Paths)+i] = l.number[v]
		}
	}
	c.eyes = int32(len(l.eyes)) - c.eye0
	ways := make([]int32, len(scenes))
	for k, x := range scenes {
		ways[k] = l.way(x, c)
	}
	for q := range b.Postures {
		for s := range b.Postures[q].States {
			st := &b.Postures[q].States[s][i]
			t := &l.states[q][s][i]
			t.way = ways[l.sceneOf[q][s]]
			t.orders.from = int32(len(l.orders))
			for k := range st.Commands {
				l.order(i, q, s, k, c)
			}
			t.orders.to = int32(len(l.orders))
			t.steady = l.steady(c, t, b.Postures[q].Down[s])
			c.steady = c.steady && t.steady
		}
	}
	c.lists, c.ways = int32(len(l.lists))-c.list0, int32(len(l.sights))-c.way0
	l.courses = append(l.courses, *c)
	l.maxEyes, l.maxLists, l.maxWays = max(l.maxEyes, int(c.eyes)), max(l.maxLists, int(c.lists)), max(l.maxWays, int(c.ways))
}

// mayFill reports whether a sensor is not counted on to take what it finds. A program
// that is told is not asked of missiles that others may be too full for.
func (l *layer) mayFill(sensor int32) bool {
	if l.kind == told {
		return l.hung.doubted[sensor]
	}
	return l.isCrowded[sensor]
}

// surely gives the time by which a view finds the missile whatever is drawn below
// the level and whoever points it; Never where that is not sure.
func (l *layer) surely(v *View) int32 {
	if l.b.Sensors[v.Sensor].LostMs != Never {
		return Never
	}
	for k, u := range v.Search.Upto {
		if u >= l.level {
			return v.Search.TMs[k]
		}
	}
	return Never
}

// upTo cuts a list behind the last feed that can ever be the earliest: feeds
// stand in the order of the earliest they can bring, and one of them surely
// brings something by a time. What points a sensor asks when others find the
// missile, everybody else when they take it: surely holds the one or the other.
func (l *layer) upTo(feeds []Feed, firm bool, surely []int32) []Feed {
	if l.kind == full {
		return feeds
	}
	by := Never
	for k := range feeds {
		f := &feeds[k]
		if f.BoundMs >= by {
			return feeds[:k]
		}
		if s := surely[f.View]; s != Never && f.LostMs == Never {
			by = min(by, s+f.DelayMs+l.firm(f, firm))
		}
	}
	return feeds
}

func (l *layer) firm(f *Feed, firm bool) int32 {
	if firm {
		return l.views[f.View].FirmMs
	}
	return 0
}

// scene is all that states of postures in which a path is seen alike share.
type scene struct {
	cues  []NationCue
	down  []bool // per sensor
	asked []bool // per view: somebody may wait for it in one of the states
}

// scenes sorts the states of the postures by how a path is seen in them. sceneOf
// then has the number of each state's.
func (l *layer) scenes(path int) []*scene {
	b := l.b
	var out []*scene
	known := map[string]int{}
	for q := range b.Postures {
		for s := range b.Postures[q].States {
			st := &b.Postures[q].States[s][path]
			down := b.Postures[q].Down[s]
			l.key = l.key[:0]
			for k := range st.Cues {
				c := &st.Cues[k]
				l.keyFeeds(l.upTo(c.Warnings, false, l.found))
				l.keyFeeds(l.upTo(c.Tracks, true, l.found))
				l.keyViews(c.Views)
			}
			for v := range l.views {
				if down[l.views[v].Sensor] {
					l.key = binary.LittleEndian.AppendUint32(l.key, uint32(v))
				}
			}
			n, ok := known[string(l.key)]
			if !ok {
				n = len(out)
				known[string(l.key)] = n
				x := &scene{cues: st.Cues, down: down, asked: make([]bool, len(l.views))}
				for v := range x.asked {
					switch l.kind {
					case full:
						x.asked[v] = true
					case lean:
						x.asked[v] = l.isCrowded[l.views[v].Sensor]
					case told:
						x.asked[v] = l.hung.hangs[path].on[v]
					}
				}
				out = append(out, x)
			}
			l.sceneOf[q][s] = n
			if l.kind != full {
				l.ask(path, q, s, out[n].asked)
			}
		}
	}
	// Who points a view that somebody waits for is waited for, too.
	for _, x := range out {
		for more := l.kind != full; more; {
			more = false
			for k := range x.cues {
				if len(l.pointed(&x.cues[k], x.asked)) > 0 {
					more = l.mark(x.cues[k].Warnings, false, l.found, x.asked) || more
					more = l.mark(x.cues[k].Tracks, true, l.found, x.asked) || more
				}
			}
		}
	}
	return out
}

// ask marks the views of a path that its commands may wait for.
func (l *layer) ask(path, q, s int, asked []bool) {
	st := &l.b.Postures[q].States[s][path]
	for k := range st.Commands {
		cmd := &st.Commands[k]
		engs := l.engagements(path, q, s, k)
		owns := l.owns(path, cmd)
		if len(engs) == 0 && !owns {
			continue
		}
		l.mark(cmd.Alerts, false, l.sure, asked)
		if owns {
			l.mark(cmd.Tracks, true, l.sure, asked)
		}
		for _, n := range engs {
			e := &cmd.Engs[n]
			if e.Own >= 0 {
				asked[e.Own] = true
			}
			l.mark(e.Launch, true, l.sure, asked)
			l.mark(e.Engage, true, l.sure, asked)
		}
	}
}

// engagements lists those of a path's command that have a place in the program:
// all that can ever shoot, or those that forecasts leave open.
func (l *layer) engagements(path, q, s, command int) []int {
	l.chosen = l.chosen[:0]
	cmd := &l.b.Postures[q].States[s][path].Commands[command]
	if l.kind == told {
		for _, x := range l.hung.hangs[path].open[q][s] {
			if int(x.command) == command {
				l.chosen = append(l.chosen, int(x.index))
			}
		}
		return l.chosen
	}
	if l.kind == lean && cmd.KnownMs == Never {
		return nil
	}
	for n := range cmd.Engs {
		l.chosen = append(l.chosen, n)
	}
	return l.chosen
}

// mark marks the views of a list and reports whether one was not marked before.
func (l *layer) mark(feeds []Feed, firm bool, surely []int32, asked []bool) (more bool) {
	for _, f := range l.upTo(feeds, firm, surely) {
		more = more || !asked[f.View]
		asked[f.View] = true
	}
	return more
}

func (l *layer) keyFeeds(feeds []Feed) {
	l.key = binary.LittleEndian.AppendUint32(l.key, uint32(len(feeds)))
	for i := range feeds {
		f := &feeds[i]
		for _, x := range [4]int32{f.View, f.DelayMs, f.LostMs, f.BoundMs} {
			l.key = binary.LittleEndian.AppendUint32(l.key, uint32(x))
		}
	}
}

func (l *layer) keyViews(views []int32) {
	l.key = binary.LittleEndian.AppendUint32(l.key, uint32(len(views)))
	for _, v := range views {
		l.key = binary.LittleEndian.AppendUint32(l.key, uint32(v))
	}
}

func (l *layer) owns(path int, cmd *PathCommand) bool {
	a := l.b.Paths[path].Asset
	return a >= 0 && l.b.Assets[a].Nation == cmd.Nation
}

// pointed lists the views that a cue may make find something sooner, of those
// that are asked.
func (l *layer) pointed(c *NationCue, asked []bool) []int32 {
	if l.kind == full {
		return c.Views
	}
	first := func(feeds []Feed, c *Curve) int32 {
		if len(feeds) == 0 || len(c.TMs) == 0 {
			return Never
		}
		return max(feeds[0].BoundMs, c.TMs[0])
	}
	var out []int32
	for _, v := range c.Views {
		x := &l.views[v]
		if asked[v] && min(first(c.Warnings, &x.Warned), first(c.Tracks, &x.Cued)) < l.found[v] {
			out = append(out, v)
		}
	}
	return out
}

func (l *layer) eye(v int) eye {
	x := &l.views[v]
	s := &l.b.Sensors[x.Sensor]
	e := eye{find: draw.For(keyDetect(s.Entity)), view: int32(v), sensor: x.Sensor, firmMs: x.FirmMs, lastMs: x.LastMs, lostMs: s.LostMs, sureMs: -1}
	e.search = l.curves.add(&x.Search)
	if e.warned, e.cued = e.search, e.search; !x.Plain {
		e.warned, e.cued = l.curves.add(&x.Warned), l.curves.add(&x.Cued)
	}
	e.firstMs = min(l.curves.first(e.search), l.curves.first(e.warned), l.curves.first(e.cued))
	if len(x.Search.Upto) > 0 && x.Search.Upto[0] == always && s.LostMs == Never {
		e.sureMs = x.Search.TMs[0]
	}
	return e
}

// put writes feeds down and gives their range.
func (l *layer) put(feeds []Feed, firm bool) span {
	at := span{from: int32(len(l.feeds))}
	for _, f := range feeds {
		x := feed{eye: l.number[f.View], addMs: f.DelayMs + l.firm(&f, firm), lostMs: f.LostMs, boundMs: f.BoundMs}
		if f.LostMs != Never {
			// Sent before it is lost, it arrives.
			x.lostMs = int32(min(int64(f.LostMs)+int64(f.DelayMs), int64(Never)-1))
		}
		l.feeds = append(l.feeds, x)
	}
	at.to = int32(len(l.feeds))
	return at
}

// list gives the number, among the path's, of a list of feeds.
func (l *layer) list(feeds []Feed, firm bool, c *course) int32 {
	feeds = l.upTo(feeds, firm, l.sure)
	l.key = l.key[:0]
	if firm {
		l.key = append(l.key, 1)
	}
	l.keyFeeds(feeds)
	n, ok := l.known[string(l.key)]
	if !ok {
		n = int32(len(l.lists)) - c.list0
		at := l.put(feeds, firm)
		l.lists = append(l.lists, list{at.from, at.to, firm})
		l.known[string(l.key)] = n
	}
	return n
}

// way writes down how a path is seen in a scene and gives its number among the
// path's. Scenes that differ only in what nobody asks for have the same.
func (l *layer) way(x *scene, c *course) int32 {
	w := sighting{cues: span{from: int32(len(l.cues))}, owner: -1}
	feeds0, points0, down0 := len(l.feeds), len(l.points), len(l.down)
	l.key = l.key[:0]
	for k := range x.cues {
		from := &x.cues[k]
		pointed := l.pointed(from, x.asked)
		if len(pointed) == 0 {
			continue
		}
		warnings, tracks := l.upTo(from.Warnings, false, l.found), l.upTo(from.Tracks, true, l.found)
		l.keyFeeds(warnings)
		l.keyFeeds(tracks)
		l.keyViews(pointed)
		q := cue{points: span{from: int32(len(l.points))}, warnMs: Never, trackMs: Never}
		for _, v := range pointed {
			e := &l.eyes[c.eye0+l.number[v]]
			l.points = append(l.points, point{l.number[v], l.curves.first(e.warned), l.curves.first(e.cued)})
		}
		q.points.to = int32(len(l.points))
		q.warn, q.track = l.put(warnings, false), l.put(tracks, true)
		l.cues = append(l.cues, q)
	}
	w.cues.to = int32(len(l.cues))
	w.down.from = int32(len(l.down))
	for v := range l.views {
		if x.down[l.views[v].Sensor] && x.asked[v] {
			l.down = append(l.down, l.number[v])
		}
	}
	w.down.to = int32(len(l.down))
	l.keyViews(l.down[w.down.from:])
	n, ok := l.ways[string(l.key)]
	if ok {
		l.feeds, l.points, l.down, l.cues = l.feeds[:feeds0], l.points[:points0], l.down[:down0], l.cues[:w.cues.from]
		return n
	}
	n = int32(len(l.sights)) - c.way0
	l.tellEyes(&w, c)
	l.sights = append(l.sights, w)
	l.ways[string(l.key)] = n
	return n
}

// tellEyes writes down, for each eye of a path, whom of a way's cues it tells.
func (pr *program) tellEyes(w *sighting, c *course) {
	w.tells = int32(len(pr.tellsOf))
	for e := int32(0); e < c.eyes; e++ {
		at := span{from: int32(len(pr.tells))}
		for k, q := range pr.cues[w.cues.from:w.cues.to] {
			for _, list := range [...]span{q.warn, q.track} {
				for _, f := range pr.feeds[list.from:list.to] {
					if f.eye == e {
						pr.tells = append(pr.tells, tell{int32(k), f.addMs, f.lostMs, list == q.track})
					}
				}
			}
		}
		at.to = int32(len(pr.tells))
		pr.tellsOf = append(pr.tellsOf, at)
	}
}

// order writes a command down, unless it can neither do nor count anything.
func (l *layer) order(path, q, s, index int, c *course) {
	cmd := &l.b.Postures[q].States[s][path].Commands[index]
	engs := l.engagements(path, q, s, index)
	o := order{nation: cmd.Nation, index: int32(index), knownMs: cmd.KnownMs, owner: l.owns(path, cmd)}
	if l.kind != full && len(engs) == 0 && !o.owner {
		return
	}
	o.alerts, o.tracks = l.list(cmd.Alerts, false, c), -1
	if o.owner || l.kind == full {
		o.tracks = l.list(cmd.Tracks, true, c)
	}
	o.engs.from = int32(len(l.engs))
	for _, k := range engs {
		e := &cmd.Engs[k]
		x := engagement{battery: e.Battery, own: -1, launch: -1, engage: -1, slot0: int32(len(l.slots)), slots: int32(len(e.Slots)), kin: e.Kin, command: int32(index), index: int32(k), onOthers: e.OnOthers}
		if e.Own >= 0 {
			x.own, x.firmMs = l.number[e.Own], l.views[e.Own].FirmMs
		}
		if len(e.Launch) > 0 {
			x.launch = l.list(e.Launch, true, c)
		}
		if len(e.Engage) > 0 {
			x.engage = l.list(e.Engage, true, c)
		}
		for j, sl := range e.Slots {
			l.slots = append(l.slots, slot{sl, draw.For(keyKill(l.guns[e.Battery].entity, int32(j), 0))})
		}
		g := &l.guns[e.Battery]
		x.reactionMs, x.once, x.atOnce = g.reactionMs, g.once, g.atOnce
		x.lastMs = e.Slots[len(e.Slots)-1].LaunchMs
		l.blank = append(l.blank, engState{e: int32(len(l.engs)), battery: x.battery, slot0: x.slot0, slots: x.slots, kin: x.kin, onOthers: x.onOthers, orgMs: Never, ownMs: Never, lorMs: Never, eorMs: Never})
		l.engs = append(l.engs, x)
	}
	o.engs.to = int32(len(l.engs))
	l.orders = append(l.orders, o)
}

// steady reports whether nothing about who sees a path when is left to the dice
// or to the time of launch: every eye is sure, nobody points one, no link is lost,
// and no sensor is too full to take it.
func (l *layer) steady(c *course, t *brief, down []bool) bool {
	w := &l.sights[c.way0+t.way]
	if l.kind == full || w.cues.to > w.cues.from || l.kind == lean && len(l.crowded) > 0 {
		return false
	}
	for _, e := range l.eyes[c.eye0 : c.eye0+c.eyes] {
		if e.sureMs < 0 && !down[e.sensor] {
			return false
		}
	}
	for _, x := range l.lists[c.list0:] {
		for _, f := range l.feeds[x.from:x.to] {
			if f.lostMs != Never || l.mayFill(l.eyes[c.eye0+f.eye].sensor) {
				return false
			}
		}
	}
	return true
}

// curves keeps detection curves with an index into each: a draw looks up where
// in the curve to begin, and mostly is there.
type curves struct {
	index []curveIndex
	upto  []uint64
	tMs   []int32
}

// guideBits is how many leading bits of a draw choose where to begin.
const guideBits = 5

type curveIndex struct {
	first int32
	guide [1 << guideBits]uint16 // from first
}

// add writes a curve down, closed by an entry for what is never found.
func (c *curves) add(x *Curve) int32 {
	q := curveIndex{first: int32(len(c.upto))}
	n := len(x.Upto)
	if i := slices.Index(x.Upto, always); i >= 0 {
		n = i + 1 // no draw goes further
	}
	c.upto, c.tMs = append(c.upto, x.Upto[:n]...), append(c.tMs, x.TMs[:n]...)
	c.upto, c.tMs = append(c.upto, always), append(c.tMs, Never)
	at := 0
	for g := range q.guide {
		least := uint64(g) << (64 - guideBits)
		for at < n && !draw.Hit(least, x.Upto[at]) {
			at++
		}
		q.guide[g] = uint16(min(at, 1<<16-1))
	}
	c.index = append(c.index, q)
	return int32(len(c.index)) - 1
}

// first gives the earliest time at which curve k can detect.
func (c *curves) first(k int32) int32 { return c.tMs[c.index[k].first] }

// at gives the time at which curve k detects for draw u.
func (c *curves) at(k int32, u uint64) int32 {
	q := &c.index[k]
	i := q.first + int32(q.guide[u>>(64-guideBits)])
	for !draw.Hit(u, c.upto[i]) {
		i++
	}
	return c.tMs[i]
}

// kin is a Kin with what can be told of it once.
type kin struct {
	launchMs, interceptMs []int32
	firstMs, stepMs       int32
	steadyMs              int32 // flight time, where one may launch at any time of the grid and the flight always takes as long; -1
	shift                 int8  // log2 of StepMs; -1 if it is no power of two
}

func newKin(k *Kin) kin {
	out := kin{launchMs: k.LaunchMs, interceptMs: k.Intercept, firstMs: k.FirstMs, stepMs: k.StepMs, steadyMs: -1, shift: -1}
	if k.StepMs > 0 && k.StepMs&(k.StepMs-1) == 0 {
		out.shift = int8(bits.TrailingZeros32(uint32(k.StepMs)))
	}
	for i := range k.LaunchMs {
		if k.LaunchMs[i] != k.FirstMs+int32(i)*k.StepMs || k.Intercept[i]-k.LaunchMs[i] != k.Intercept[0]-k.LaunchMs[0] {
			return out
		}
	}
	if len(k.LaunchMs) > 0 {
		out.steadyMs = k.Intercept[0] - k.LaunchMs[0]
	}
	return out
}

// place gives the first launch of the grid not before t.
func (k *kin) place(t int32) int32 {
	if t <= k.firstMs {
		return 0
	}
	up := t - k.firstMs + k.stepMs - 1
	if k.shift >= 0 {
		return up >> k.shift
	}
	return up / k.stepMs
}

// next gives the launch on the grid at or after t, at most upto.
func (k *kin) next(t, upto int32) int32 {
	i := k.place(t)
	if k.steadyMs >= 0 && int(i) < len(k.launchMs) {
		return min(k.firstMs+i*k.stepMs, upto)
	}
	for ; int(i) < len(k.launchMs); i++ {
		if k.launchMs[i] >= t {
			return min(k.launchMs[i], upto)
		}
	}
	return upto
}

// meets gives the intercept time of a launch at t.
func (k *kin) meets(t int32) int32 {
	i := min(k.place(t), int32(len(k.interceptMs)-1))
	if k.steadyMs >= 0 {
		return k.firstMs + i*k.stepMs + k.steadyMs
	}
	return k.interceptMs[i]
}
