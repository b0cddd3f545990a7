package sim

import (
	"encoding/binary"
	"math"
	"slices"
)

// What nearly every run of a board has in common.
//
// Of all that the dice say about who finds a missile when, little reaches the
// fight: a battery that has a track ten seconds before its first look shoots at
// that look, whether the track is two seconds older or not. A forecast says who
// becomes ready against a missile, and when each first means to shoot, as it is
// if nothing goes better and as it is if a few sensors are not late. Where both
// are the same it holds in every run in which these few are not late, which a
// comparison of one draw for each tells.

// hanging is what the forecasts of a path hang on: the views that must not be
// late, and per posture and state the engagements that stay open.
type hanging struct {
	on    []bool
	open  [][][]item
	rests []int32 // per sensor: up to when, at the latest, it finds what it must be able to take, too; -1: it need not
}

// hung is what forecasts leave to a program that is told: what they hang on, per
// path, the draw below which that is not late, and the slots of their engagements,
// behind which its own come.
type hung struct {
	hangs   []hanging
	level   uint64
	slots   []slot
	doubted []bool // per sensor
}

// forecast is what a state of a posture makes of a path: the engagements, of the
// almanac's, and the first and the last time at which somebody of those foreseen can
// shoot.
type forecast struct {
	engs                span
	firstShot, lastShot int32
	open                int32   // engagements that are not foreseen: only how they begin if all goes well
	comesTo             int32   // the first forecast that is the same if all goes well
	counted             counted // what somebody's being able to shoot adds; nothing where some are open
}

// almanac holds the forecasts of a board.
type almanac struct {
	told  *program
	level uint64 // what forecasts hang on is late with a draw from here on

	forecasts []forecast
	blank     []engState // as a forecast's engagements begin
	whenMs    []int32    // when each first means to shoot
	isOpen    []bool     // it may be otherwise
	slots     []slot     // the lean program's, and behind them those of the forecasts

	of   [][][]int32 // per posture, state and path: the forecast
	open [][]bool    // per posture and state: some of a path is not foreseen
	forks
	tales

	// rests is, per sensor × path, up to when after its launch a missile of the path
	// may be found by a sensor so that what is foreseen of it is otherwise if the
	// sensor is too full to take it; -1: never.
	rests            []int32
	hints, toldHints hints   // of the lean program, and of that which is told
	watches          []watch // as the lean program has them, of what is pointed no sooner than it can be

	// What comes of missiles is the same in every run under states with the same
	// number; alikes says how many have it.
	alike  [][]int32
	alikes []int32

	// States of postures with the same number come to the same fight if all goes
	// well, and tell the same tales.
	fight, telling [][]int32
	fights         []int32 // per number: how many states have it
}

// likely is the level below which draws are taken to be: all but one in 2,048. A
// higher one would leave more open that eyes find only late; below a lower one more
// missiles were late.
var likely uint64 = 1<<64 - 1<<53

// mostBriefs is up to how many briefs are looked at: with more the forecasts would
// cost more than they save.
const mostBriefs = 1 << 13

// foresee makes the forecasts of a lean program; nil where that is not worth it.
// Sensors that are doubted, since they are full in many runs, are not counted on
// where others will do.
func foresee(pr *program, doubted []bool) *almanac {
	f := &foresight{program: pr, doubted: doubted, out: &almanac{level: likely, slots: slices.Clone(pr.slots), watches: slices.Clone(pr.watches)}, merged: map[string]int32{}}
	briefs := 0
	for q := range pr.states {
		briefs += len(pr.states[q]) * len(pr.courses)
	}
	if briefs == 0 || briefs > mostBriefs {
		return nil
	}
	o := f.out
	o.of, o.open, f.like = make([][][]int32, len(pr.states)), make([][]bool, len(pr.states)), make([][][]byte, len(pr.states))
	for q := range pr.states {
		f.like[q] = make([][]byte, len(pr.states[q]))
		o.of[q], o.open[q] = make([][]int32, len(pr.states[q])), make([]bool, len(pr.states[q]))
		for s := range o.of[q] {
			o.of[q][s] = make([]int32, len(pr.courses))
		}
	}
	hangs := make([]hanging, len(pr.courses))
	for path := range pr.courses {
		f.path(path, &hangs[path])
		for q := range o.open {
			for s := range o.open[q] {
				o.open[q][s] = o.open[q][s] || len(hangs[path].open[q][s]) > 0
			}
		}
	}
	o.told = layOut(pr.b, told, &hung{hangs, o.level, o.slots, doubted})
	o.slots = o.told.slots
	f.program = o.told
	f.fork()
	f.tell()
	f.number()
	o.rests = make([]int32, len(pr.eyeOf))
	for s := range pr.b.Sensors {
		for path, w := range pr.watchesOf(int32(s)) {
			h, upto := &hangs[path], w.lastMs
			if w.firstMs == Never || doubted[s] && !h.anyOpen() {
				upto = h.rests[s]
			}
			o.rests[s*len(pr.courses)+path] = upto
		}
	}
	return o
}

// anyOpen reports whether some engagement stays open.
func (h *hanging) anyOpen() bool {
	return slices.ContainsFunc(h.open, func(states [][]item) bool {
		return slices.ContainsFunc(states, func(items []item) bool { return len(items) > 0 })
	})
}

// foresight makes the forecasts of one path after the other.
type foresight struct {
	*program
	doubted []bool // per sensor
	out     *almanac
	merged  map[string]int32 // slots of the almanac, by content
	key     []byte

	// Of the path at hand.
	c       *course
	eyes    []eye
	lists   []list
	soonest []bounds // per way
	latest  []bounds // per way, at the level
	last    []uint64 // scratch: draws, per eye

	like   [][][]byte // per posture and state: the numbers of its briefs that differ, path by path
	credit int        // see firstCredit
}

// bounds are times at which the eyes find a missile: the earliest there are, or
// the latest if no draw is as high as a level. by is the eye whose data point an
// eye that finds by being pointed, -1.
type bounds struct {
	det, by []int32
	none    []bool // it finds nothing
}

// foreseen is a forecast in the making.
type foreseen struct {
	items []item
	hangs []int32  // eyes
	rests []moment // of those of them that it waits for itself, not only for whom they point
}

// item is an engagement of it: as it begins, or, where that stays open, as it begins
// if all goes well. Its slots are those of the program still.
type item struct {
	engState
	open           bool
	merge          bool // its slots hold one threshold each
	whenMs, lastMs int32
	by             [4]int32 // eyes that it hangs on; -1 and Never: none
	command, index int32    // in the board
	upto           int32    // of an open one: behind the slots that it matters to be ready for
}

// path makes a path's forecasts.
func (f *foresight) path(path int, h *hanging) {
	f.turnTo(path)
	f.soonest = f.bounds(0, false)
	different, number := f.different(path)
	f.latest = f.bounds(f.out.level-1, true)
	best := make([]foreseen, len(different))
	for k, br := range different {
		best[k] = f.brief(br)
	}
	f.hint(&f.out.hints)
	for k, e := range f.eyes {
		w := &f.out.watches[int(e.sensor)*len(f.courses)+path]
		soonest := Never
		for _, b := range f.soonest {
			soonest = min(soonest, b.det[k])
		}
		w.firstMs = soonest
	}
	h.on, h.rests = make([]bool, f.b.Paths[path].Views), slices.Repeat([]int32{-1}, len(f.b.Sensors))
	known, comesTo := map[string]int32{}, map[string]int32{}
	ids := make([]int32, len(different))
	for k := range best {
		for _, e := range best[k].hangs {
			h.on[f.eyes[e].view] = true
		}
		for _, x := range best[k].rests {
			upto := &h.rests[f.eyes[x.eye].sensor]
			*upto = max(*upto, x.ms)
		}
		ids[k] = f.put(path, &best[k], known, comesTo)
	}
	h.open = make([][][]item, len(f.states))
	for q := range f.states {
		h.open[q] = make([][]item, len(f.states[q]))
		for s := range f.states[q] {
			f.out.of[q][s][path] = ids[number[q][s]]
			f.like[q][s] = binary.LittleEndian.AppendUint32(f.like[q][s], uint32(number[q][s]))
			for _, x := range best[number[q][s]].items {
				if x.open {
					h.open[q][s] = append(h.open[q][s], x)
				}
			}
		}
	}
}

// turnTo begins with a path.
func (f *foresight) turnTo(path int) {
	f.c = &f.courses[path]
	f.eyes, f.lists = f.program.eyes[f.c.eye0:f.c.eye0+f.c.eyes], f.program.lists[f.c.list0:f.c.list0+f.c.lists]
	f.last = make([]uint64, len(f.eyes))
}

// different lists the briefs of a path that differ, and gives for each state of a
// posture which of them is its own.
func (f *foresight) different(path int) (list []*brief, number [][]int) {
	met := map[string]int{}
	number = make([][]int, len(f.states))
	for q := range f.states {
		number[q] = make([]int, len(f.states[q]))
		for s := range f.states[q] {
			br := &f.states[q][s][path]
			f.key = f.key[:0]
			f.num(br.way)
			for _, o := range f.orders[br.orders.from:br.orders.to] {
				f.num(o.nation, o.alerts, o.tracks, o.knownMs, o.engs.to-o.engs.from)
				for n := o.engs.from; n < o.engs.to; n++ {
					f.keyEngagement(&f.engs[n])
				}
			}
			n, ok := met[string(f.key)]
			if !ok {
				n = len(list)
				met[string(f.key)] = n
				list = append(list, br)
			}
			number[q][s] = n
		}
	}
	return list, number
}

func (f *foresight) keyEngagement(e *engagement) {
	f.num(e.battery, e.own, e.launch, e.engage, e.kin, e.slots, one(e.onOthers))
	for _, sl := range f.slots[e.slot0 : e.slot0+e.slots] {
		f.num(sl.LaunchMs, sl.InterceptMs, sl.HandoverMs)
		f.key = binary.LittleEndian.AppendUint64(f.key, sl.Organic)
		f.key = binary.LittleEndian.AppendUint64(f.key, sl.Launch)
		f.key = binary.LittleEndian.AppendUint64(f.key, sl.Eng)
	}
}

func (f *foresight) num(xs ...int32) {
	for _, x := range xs {
		f.key = binary.LittleEndian.AppendUint32(f.key, uint32(x))
	}
}

// bounds gives, per way of the path, when each eye finds the missile if all draws
// are as given, at the earliest or at the latest.
func (f *foresight) bounds(drawn uint64, latest bool) []bounds {
	out := make([]bounds, f.c.ways)
	for k := range f.last {
		f.last[k] = drawn
	}
	for w := range out {
		f.boundsOf(int32(w), f.last, latest, &out[w])
	}
	return out
}

// boundsOf gives, for a way of the path, when each eye finds the missile if the draws
// are no lower, or for the latest no higher, than some. At the latest a sensor that
// may be lost is counted on for nothing. One that may be too full to take it is: it
// points others all the same.
func (f *foresight) boundsOf(way int32, drawn []uint64, latest bool, out *bounds) {
	x := &f.sights[f.c.way0+way]
	if len(out.det) != len(f.eyes) {
		out.det, out.by, out.none = make([]int32, len(f.eyes)), make([]int32, len(f.eyes)), make([]bool, len(f.eyes))
	}
	det, by, none := out.det, out.by, out.none
	clear(none)
	for _, k := range f.down[x.down.from:x.down.to] {
		none[k] = true
	}
	for k := range f.eyes {
		e := &f.eyes[k]
		none[k] = none[k] || latest && e.lostMs != Never
		det[k], by[k] = Never, -1
		if !none[k] {
			det[k] = f.curves.at(e.search, drawn[k])
		}
	}
	for more := true; more; {
		more = false
		for i := x.cues.from; i < x.cues.to; i++ {
			q := &f.cues[i]
			warn, warnBy := f.arrives(q.warn, det, latest)
			track, trackBy := f.arrives(q.track, det, latest)
			if warn == Never {
				continue // nobody is pointed who is not told at all
			}
			for _, p := range f.points[q.points.from:q.points.to] {
				if none[p.eye] {
					continue
				}
				e := &f.eyes[p.eye]
				t, from := max(warn, f.curves.at(e.warned, drawn[p.eye])), warnBy
				if y := max(track, f.curves.at(e.cued, drawn[p.eye])); y < t {
					t, from = y, trackBy
				}
				if t < det[p.eye] && t <= e.lastMs {
					det[p.eye], by[p.eye] = t, from
					more = true
				}
			}
		}
	}
}

// arrives gives when the first of some feeds brings its data, and whose they are;
// for the latest time, by those alone that are never cut off.
func (f *foresight) arrives(at span, det []int32, latest bool) (tMs, by int32) {
	tMs, by = Never, -1
	for _, x := range f.feeds[at.from:at.to] {
		if d := det[x.eye]; d != Never && (!latest || x.lostMs == Never) && d+x.addMs < tMs {
			tMs, by = d+x.addMs, x.eye
		}
	}
	return tMs, by
}

// earliest gives when a list of the path's brings its data at the earliest; Never for
// no list.
func (f *foresight) earliest(list int32, soon *bounds) int32 {
	if list < 0 {
		return Never
	}
	t, _ := f.arrives(span{f.lists[list].from, f.lists[list].to}, soon.det, false)
	return t
}

// latestOf gives when a list of the path's brings its data at the latest, and whose
// they are, of eyes that are not left aside; Never for no list.
func (f *foresight) latestOf(list int32, late *bounds, aside []bool) (tMs, by int32) {
	tMs, by = Never, -1
	if list < 0 {
		return tMs, by
	}
	for _, x := range f.feeds[f.lists[list].from:f.lists[list].to] {
		if d := late.det[x.eye]; d != Never && x.lostMs == Never && d+x.addMs < tMs && !f.isAside(x.eye, aside) {
			tMs, by = d+x.addMs, x.eye
		}
	}
	return tMs, by
}

// isAside reports whether an eye is of one of the sensors left aside; nil: none are.
func (f *foresight) isAside(eye int32, aside []bool) bool {
	return aside != nil && aside[f.eyes[eye].sensor]
}

const (
	byOwn = 1 << iota
	byLaunch
	byEngage
	allModes = byOwn | byLaunch | byEngage
)

// modeSets are the sets of modes tried to bear a forecast, few first: the fewer,
// the less it hangs on. A launch on another's track wants the own radar, too.
var modeSets = [...]int{byOwn, byEngage, byOwn | byEngage, byOwn | byLaunch, allModes}

// brief forecasts what a brief comes to.
func (f *foresight) brief(br *brief) (out foreseen) {
	soon, late := &f.soonest[br.way], &f.latest[br.way]
	for _, o := range f.orders[br.orders.from:br.orders.to] {
		for n := o.engs.from; n < o.engs.to; n++ {
			x, any := f.engagement(&o, n, soon, late)
			if !any {
				continue
			}
			out.items = append(out.items, x)
			if !x.open {
				for _, eye := range x.by {
					out.hangs = f.need(out.hangs, late, eye)
					if eye >= 0 && eye != Never {
						out.rests = append(out.rests, moment{eye, late.det[eye]})
					}
				}
			}
		}
	}
	return out
}

// engagement forecasts one of an order's engagements; false if it cannot come about
// even if all goes well. It is foreseen if some modes are ready for the same first
// look at the latest as all of them at the earliest, and no other could add to what
// they give that shot and those after it. Doubted sensors bear it where no others do.
func (f *foresight) engagement(o *order, n int32, soon, late *bounds) (x item, any bool) {
	alert := f.earliest(o.alerts, soon)
	if alert == Never || o.knownMs == Never {
		return x, false
	}
	e := &f.engs[n]
	slots := f.slots[e.slot0 : e.slot0+e.slots]
	own := Never
	if e.own >= 0 {
		own = soon.det[e.own]
	}
	best := f.blank[n]
	when, any := best.firstLook(slots, e, &f.kins[e.kin], best.readied(e, f.gate(o, alert), own, f.earliest(e.launch, soon), f.earliest(e.engage, soon)))
	if !any {
		return x, false
	}
	x = item{engState: best, open: true, merge: true, whenMs: when, lastMs: e.lastMs, command: e.command, index: e.index, upto: best.slot + 1}
	if slices.Contains(f.doubted, true) {
		f.bear(&x, o, n, late, f.doubted)
	}
	if x.open {
		f.bear(&x, o, n, late, nil)
	}
	return x, true
}

// gate gives when an order's command has decided.
func (f *foresight) gate(o *order, alert int32) int32 {
	return max(o.knownMs, alert+f.b.Commands[o.nation].DecisionMs)
}

// bear closes an open engagement if some modes bear it, with some sensors left aside.
func (f *foresight) bear(x *item, o *order, n int32, late *bounds, aside []bool) {
	alert, alertBy := f.latestOf(o.alerts, late, aside)
	if alert == Never {
		return
	}
	e := &f.engs[n]
	slots := f.slots[e.slot0 : e.slot0+e.slots]
	own, ownBy := Never, int32(-1)
	if e.own >= 0 && !f.isAside(e.own, aside) {
		own, ownBy = late.det[e.own], e.own
	}
	launch, launchBy := f.latestOf(e.launch, late, aside)
	engage, engageBy := f.latestOf(e.engage, late, aside)
	best, when := x.engState, x.whenMs
	for _, set := range modeSets {
		only := func(mode int, t int32) int32 {
			if set&mode == 0 {
				return Never
			}
			return t
		}
		s := f.blank[n]
		t, any := s.firstLook(slots, e, &f.kins[e.kin], s.readied(e, f.gate(o, alert), only(byOwn, own), only(byLaunch, launch), only(byEngage, engage)))
		if !any || t != when || s.slot != best.slot {
			continue
		}
		x.upto = s.slots // with which chances it shoots may differ still
		merge := true
		for k := s.slot; k < s.slots; k++ { // no shot in a slot comes after its launch
			merge = merge && s.threshold(&slots[k], when) == best.threshold(&slots[k], slots[k].LaunchMs)
		}
		if !merge && (set != allModes || s != best) {
			continue
		}
		x.engState, x.open, x.merge = s, false, merge
		x.by = [4]int32{alertBy, only(byOwn, ownBy), only(byLaunch, launchBy), only(byEngage, engageBy)}
		return
	}
}

// need adds an eye, and those that point it, to those that must not be late.
func (f *foresight) need(hangs []int32, late *bounds, eye int32) []int32 {
	for ; eye >= 0 && eye != Never && !slices.Contains(hangs, eye); eye = late.by[eye] {
		hangs = append(hangs, eye)
	}
	return hangs
}

// put writes a forecast down; equal ones of a path once.
func (f *foresight) put(path int, x *foreseen, known, comesTo map[string]int32) int32 {
	o := f.out
	out := forecast{engs: span{from: int32(len(o.blank))}, firstShot: Never, lastShot: -1}
	var comes, id []byte // what it comes to; and what of that is open
	for k := range x.items {
		e := &x.items[k]
		if e.merge {
			f.mergeSlots(&e.engState)
		}
		if e.open {
			out.open++
		} else {
			out.firstShot, out.lastShot = min(out.firstShot, e.whenMs), max(out.lastShot, e.lastMs)
		}
		f.key = f.key[:0]
		f.num(e.battery, e.slot0, e.slots, e.slot, e.kin, one(e.onOthers), e.orgMs, e.ownMs, e.lorMs, e.eorMs, e.whenMs)
		comes = append(comes, f.key...)
		f.num(one(e.open))
		id = append(id, f.key...)
		o.blank, o.whenMs, o.isOpen = append(o.blank, e.engState), append(o.whenMs, e.whenMs), append(o.isOpen, e.open)
	}
	out.engs.to = int32(len(o.blank))
	if out.open == 0 {
		out.counted = f.b.Paths[path].counted(times{Never, Never, out.firstShot, out.lastShot})
	}
	f.key = f.key[:0]
	f.num(out.firstShot, out.lastShot)
	id = append(id, f.key...)
	n, ok := known[string(id)]
	if ok {
		o.blank, o.whenMs, o.isOpen = o.blank[:out.engs.from], o.whenMs[:out.engs.from], o.isOpen[:out.engs.from]
		return n
	}
	n = int32(len(o.forecasts))
	known[string(id)] = n
	if out.comesTo, ok = comesTo[string(comes)]; !ok {
		out.comesTo = n
		comesTo[string(comes)] = n
	}
	o.forecasts = append(o.forecasts, out)
	return n
}

// mergeSlots gives an engagement slots of its own, each with the one threshold
// that a shot in it has from the first look on: whatever mode gives it is ready.
func (f *foresight) mergeSlots(s *engState) {
	slots := make([]slot, 0, s.slots)
	f.key = f.key[:0]
	f.num(s.battery)
	for k, sl := range f.slots[s.slot0 : s.slot0+s.slots] {
		x := slot{Slot{LaunchMs: sl.LaunchMs, InterceptMs: sl.InterceptMs}, sl.kill}
		if int32(k) >= s.slot {
			x.Organic = s.threshold(&sl, sl.LaunchMs)
		}
		f.num(x.LaunchMs, x.InterceptMs)
		f.key = binary.LittleEndian.AppendUint64(f.key, x.Organic)
		slots = append(slots, x)
	}
	at, ok := f.merged[string(f.key)]
	if !ok {
		at = int32(len(f.out.slots))
		f.merged[string(f.key)] = at
		f.out.slots = append(f.out.slots, slots...)
	}
	s.slot0 = at
	s.orgMs, s.ownMs, s.lorMs, s.eorMs = math.MinInt32, Never, Never, Never
}

// number gives states with the same forecasts, and with the same tales, the same
// numbers.
func (f *foresight) number() {
	o := f.out
	o.fight, o.telling, o.alike = make([][]int32, len(o.of)), make([][]int32, len(o.of)), make([][]int32, len(o.of))
	fights, tellings, alikes := map[string]int32{}, map[string]int32{}, map[string]int32{}
	numberOf := func(met map[string]int32, key []byte) int32 {
		n, ok := met[string(key)]
		if !ok {
			n = int32(len(met))
			met[string(key)] = n
		}
		return n
	}
	for q := range o.of {
		o.fight[q], o.telling[q], o.alike[q] = make([]int32, len(o.of[q])), make([]int32, len(o.of[q])), make([]int32, len(o.of[q]))
		for s := range o.of[q] {
			var fight, telling []byte
			alike := binary.LittleEndian.AppendUint32(f.like[q][s], uint32(f.b.Postures[q].Sight[s]))
			for path, n := range o.of[q][s] {
				fight = binary.LittleEndian.AppendUint32(fight, uint32(o.forecasts[n].comesTo))
				telling = binary.LittleEndian.AppendUint32(telling, uint32(o.accountOf[q][s][path]))
				alike = binary.LittleEndian.AppendUint32(alike, uint32(n))
				for _, k := range o.forkList[o.forksOf[q][s][path].from:o.forksOf[q][s][path].to] {
					alike = binary.LittleEndian.AppendUint32(alike, uint32(k))
				}
			}
			o.fight[q][s], o.telling[q][s], o.alike[q][s] = numberOf(fights, fight), numberOf(tellings, telling), numberOf(alikes, alike)
		}
	}
	o.fights, o.alikes = make([]int32, len(fights)), make([]int32, len(alikes))
	for q := range o.fight {
		for s := range o.fight[q] {
			o.fights[o.fight[q][s]]++
			o.alikes[o.alike[q][s]]++
		}
	}
}
