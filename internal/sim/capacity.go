package sim

import (
	"math"
	"slices"
)

// Sensors that can follow only so many missiles at a time.

// capacity makes a sensor that can follow only so many tracks at once take a
// missile when it loses another. A sensor that can follow the whole raid is
// not asked. sight is the number under which all see alike.
func (p *table) capacity(sight int32, log *Log) {
	sensors := p.crowded
	if p.kind != full {
		sensors = p.filling()
	}
	if len(sensors) > 0 {
		p.limit(sight, sensors, log)
	}
}

// limit gives missiles rows of their own and applies the capacities of some sensors
// to these.
func (p *table) limit(sight int32, sensors []int32, log *Log) {
	n := len(p.path)
	at := int(sight) % len(p.crowdKeys)
	k := &p.crowdKeys[at]
	known := k.serial == p.serial && k.way == sight
	if !known {
		*k = rowKey{p.serial, sight, p.tags(n)}
	}
	first := n*p.perMissile + at*n
	for i, path := range p.path {
		if path < 0 {
			continue
		}
		if !known {
			copy(p.row(first+i), p.row(int(p.rowOf[i])))
		}
		p.rowOf[i] = int32(first + i)
	}
	if !known {
		p.crowd(sensors, log)
	}
}

// Tracks of a sensor are counted by spans of time. The last span is the rest of
// time.
const (
	spans    = 256
	spanBits = 13 // 8.2 s
)

func spanOf(tMs int32) int { return int(min(uint32(max(tMs, 0))>>spanBits, spans-1)) }

// bySpan is how many tracks there are per span of time.
type bySpan [spans]int32

// overfull gives the first and the last span that more tracks touch than a sensor
// has room for: at no other time may it be full. It reports false if there is none.
func overfull(begin, end *bySpan, room int32) (first, last int, any bool) {
	now := int32(0)
	for k := range begin {
		now += begin[k]
		if now > room {
			if !any {
				first, any = k, true
			}
			last = k
		}
		now -= end[k]
	}
	return first, last, any
}

// watch is when a sensor may follow a missile of a path, from launch: from the
// earliest that it can find it, Never if it cannot, to the last that it sees of it.
type watch struct{ firstMs, lastMs int32 }

// period is a time of the raid, both ends included.
type period struct{ fromMs, uptoMs int32 }

// noPeriod touches nothing.
var noPeriod = period{math.MaxInt32, math.MinInt32}

func (x period) touches(fromMs, uptoMs int32) bool { return fromMs <= x.uptoMs && x.fromMs <= uptoMs }

// periodOf gives the time from the first of some spans to the last.
func periodOf(first, last int) period {
	x := period{math.MinInt32, math.MaxInt32}
	if first > 0 {
		x.fromMs = int32(first) << spanBits
	}
	if last < spans-1 {
		x.uptoMs = int32(last+1)<<spanBits - 1
	}
	return x
}

// flying is a missile that flies.
type flying struct{ path, startMs int32 }

// filling lists the crowded sensors that may have more to follow at a time than
// they can in the run at hand, however early everything is found. fullIn then says
// when each may.
func (p *table) filling() []int32 {
	if p.filled == p.serial {
		return p.mayFill
	}
	for _, s := range p.mayFill {
		p.fullIn[s] = noPeriod
	}
	p.filled, p.mayFill = p.serial, p.mayFill[:0]
	if len(p.crowded) == 0 {
		return p.mayFill
	}
	clear(p.flown)
	p.flights = p.flights[:0]
	for i, path := range p.path {
		if path >= 0 {
			p.flown[path]++
			p.flights = append(p.flights, flying{path, p.startMs[i]})
		}
	}
	for _, s := range p.crowded {
		room, most := p.b.Sensors[s].Capacity, int32(0)
		watches := p.watchesOf(s)
		for path, n := range p.flown {
			if watches[path].firstMs != Never {
				most += n
			}
		}
		if most <= room {
			continue
		}
		var begin, end bySpan
		for _, f := range p.flights {
			if w := &watches[f.path]; w.firstMs != Never {
				begin[spanOf(f.startMs+w.firstMs)]++
				end[spanOf(f.startMs+w.lastMs)]++
			}
		}
		if first, last, any := overfull(&begin, &end, room); any {
			p.mayFill, p.fullIn[s] = append(p.mayFill, s), periodOf(first, last)
		}
	}
	return p.mayFill
}

// doubtfulOf is of how many raids it is asked which sensors may be full.
const doubtfulOf = 32

// doubt finds the sensors that may be full in some of a few raids drawn for it.
func (p *table) doubt() {
	for run := range uint64(doubtfulOf) {
		if len(p.crowded) == 0 {
			return
		}
		p.launch(0, run, nil)
		p.serial++
		for _, s := range p.filling() {
			p.doubted[s] = true
		}
	}
	p.launched, p.looked = false, false
}

// crowd applies the capacities of some sensors to the rows of the posture being
// played.
func (p *table) crowd(sensors []int32, log *Log) {
	f := &p.following
	for _, s := range sensors {
		f.reset()
		eyeOf, watches := p.eyesOf(s), p.watchesOf(s)
		for i, path := range p.path {
			if path < 0 || eyeOf[path] < 0 {
				continue
			}
			if d := p.det[int(p.rowOf[i])*p.maxEyes+int(eyeOf[path])]; d != Never {
				start := p.startMs[i]
				f.add(int32(i), start+d, start+watches[path].lastMs)
			}
		}
		for _, x := range f.waiting(p.b.Sensors[s].Capacity) {
			ev := Event{Kind: EvSaturated, TMs: x.foundMs, Missile: x.missile, A: s}
			t := Never
			if x.takenMs != Never {
				t, ev.B = x.takenMs-p.startMs[x.missile], x.takenMs
			}
			p.row(int(p.rowOf[x.missile]))[eyeOf[p.path[x.missile]]] = t
			log.add(ev)
		}
	}
}

// taking is when a full sensor takes missiles under a sight of a run.
type taking struct {
	serial uint64
	sight  int32
	when   period  // only then it is full
	atMs   []int32 // per missile that it finds then, from launch; Never: out of sight by then
}

// taken gives when a sensor that may be full takes a missile that it finds at a time,
// in the run and under the posture being played ahead.
func (p *table) taken(s, i, foundMs int32) int32 {
	x := &p.takings[s]
	if x.serial != p.serial || x.sight != p.ahead.sight {
		x.serial, x.sight = p.serial, p.ahead.sight
		p.followAlone(s, x)
	}
	if found := p.startMs[i] + foundMs; !x.when.touches(found, found) {
		return foundMs
	}
	return x.atMs[i]
}

// followAlone works that out: first between what times it finds the missiles, as far as that
// is told without asking other eyes, which narrows the time in which it may be full;
// then when it does, for those that it may find in that time.
func (p *table) followAlone(s int32, x *taking) {
	a, f, room := p.ahead, &p.following, p.b.Sensors[s].Capacity
	eyeOf, watches, when := p.eyesOf(s), p.watchesOf(s), p.fullIn[s]
	f.reset()
	f.found = f.found[:0]
	for i, path := range p.path {
		if path < 0 {
			continue
		}
		start, w := p.startMs[i], watches[path]
		if w.firstMs == Never || !when.touches(start+w.firstMs, start+w.lastMs) {
			continue
		}
		if from, upto := p.foundBetween(int32(i), path, eyeOf[path]); from != Never {
			f.found = append(f.found, found{int32(i), from, upto})
			f.begin[spanOf(start+from)]++
			f.end[spanOf(start+w.lastMs)]++
		}
	}
	x.when = noPeriod
	first, last, any := overfull(&f.begin, &f.end, room)
	if !any {
		return
	}
	x.when = periodOf(first, last)
	f.reset()
	for _, y := range f.found {
		i, path := y.missile, p.path[y.missile]
		start, lastMs := p.startMs[i], watches[path].lastMs
		if !x.when.touches(start+y.fromMs, start+lastMs) {
			continue
		}
		// What it finds before it is full has its place, however much before that is.
		t := y.uptoMs
		if y.fromMs != t && (t == Never || start+t >= x.when.fromMs) {
			kept := p.rowOf[i]
			p.lookAt(i, path, a.dice)
			p.detectOne(i, path, a.briefs[path].way, a.dice, nil)
			t = p.row(int(p.rowOf[i]))[eyeOf[path]]
			p.rowOf[i] = kept
		}
		x.atMs[i] = t
		if t != Never {
			f.add(i, start+t, start+lastMs)
		}
	}
	for _, y := range f.waiting(room) {
		x.atMs[y.missile] = Never
		if y.takenMs != Never {
			x.atMs[y.missile] = y.takenMs - p.startMs[y.missile]
		}
	}
}

// found is between what times a sensor finds a missile, from its launch.
type found struct{ missile, fromMs, uptoMs int32 }

// foundBetween gives between what times an eye finds a missile under the posture being
// played ahead.
func (p *table) foundBetween(i, path, k int32) (from, upto int32) {
	a, c := p.ahead, &p.courses[path]
	e, g := &p.eyes[c.eye0+k], &a.hints.ofWay(c, path, a.briefs[path].way)[k]
	u := a.dice.For(p.entity[i], e.find)
	search := e.sureMs
	if search < 0 {
		search = p.curves.at(e.search, u)
		if e.lostMs != Never {
			search = before(search, e.lostMs-p.startMs[i])
		}
	}
	from, upto = p.between(g, e, i, search, u)
	if upto == search {
		return from, upto // with nobody's help
	}
	for _, k := range a.hints.hangs[g.hangs.from:g.hangs.to] {
		if e := &p.eyes[c.eye0+k]; e.sureMs < 0 && a.dice.For(p.entity[i], e.find) >= a.level {
			return from, search
		}
	}
	return from, upto
}

// own gives a missile a row of its own, which begins as the one it has.
func (p *table) own(i int32) []int32 {
	at := len(p.path)*(p.perMissile+len(p.crowdKeys)) + int(i)
	to := p.row(at)
	copy(to, p.row(int(p.rowOf[i])))
	p.rowOf[i] = int32(at)
	return to
}

// blur makes sensors that may be too full for a missile take it as late as they may, in
// a row of its own: when they can be full no more, all that is in their sight has its
// place. It reports false if there is none.
func (p *table) blur(i, path int32) bool {
	row := p.row(int(p.rowOf[i]))
	p.waited = p.waited[:0]
	for _, s := range p.mayFill {
		k := p.eyesOf(s)[path]
		if k >= 0 && p.mayWait(s, i, row[k]) {
			p.waited = append(p.waited, s)
		}
	}
	if len(p.waited) == 0 {
		return false
	}
	row = p.own(i)
	for _, s := range p.waited {
		t := Never
		if upto := p.fullIn[s].uptoMs; upto < p.startMs[i]+p.watchesOf(s)[path].lastMs {
			t = upto + 1 - p.startMs[i]
		}
		row[p.eyesOf(s)[path]] = t
	}
	p.ownTag[i] = p.newTag()
	return true
}

// sharpen puts when these sensors take it in the place of that.
func (p *table) sharpen(br *brief, i, path int32) {
	row, found := p.row(int(p.rowOf[i])), p.row(p.shared(br, i))
	for _, s := range p.waited {
		k := p.eyesOf(s)[path]
		row[k] = p.taken(s, i, found[k])
	}
	p.ownTag[i] = p.newTag()
}

// toldAtLast gives when the owner of the asset that a late missile flies at learns
// of it: see takenFirst.
func (p *table) toldAtLast(br *brief, i, path int32) (alert, track int32) {
	copy(p.apart, p.row(p.shared(br, i)))
	lists := p.lists[p.courses[path].list0:]
	for _, o := range p.orders[br.orders.from:br.orders.to] {
		if o.owner {
			a, t := &lists[o.alerts], &lists[o.tracks]
			return p.takenFirst(p, arrival{Never, span{a.from, a.to}}, arrival{Never, span{t.from, t.to}}, p.apart, i, path)
		}
	}
	return Never, Never
}

// takenFirst gives when an owner is told of a missile, and has a track of it, where
// sensors may be too full for it. row, which it changes, says when the eyes of table
// t's program find it. Whenever it is such a sensor that tells him first, the time at
// which it takes the missile is put in the place of that at which it finds it.
func (p *table) takenFirst(t *table, alerts, tracks arrival, row []int32, i, path int32) (alert, track int32) {
	first := func(a arrival) int32 {
		for {
			tMs, by := earliest(t.feeds[a.feeds.from:a.feeds.to], row, p.startMs[i])
			if by < 0 || tMs >= a.surelyMs {
				return a.surelyMs
			}
			s := t.eyes[t.courses[path].eye0+by].sensor
			if !p.mayWait(s, i, row[by]) {
				return tMs
			}
			takenMs := p.taken(s, i, row[by])
			if takenMs == row[by] {
				return tMs
			}
			row[by] = takenMs
		}
	}
	if alert = first(alerts); alert == Never {
		return Never, Never
	}
	return alert, first(tracks)
}

// mayWait reports whether a sensor may be too full for a missile when it finds it.
func (p *table) mayWait(s, i, foundMs int32) bool {
	return foundMs != Never && p.fullIn[s].touches(p.startMs[i]+foundMs, p.startMs[i]+foundMs)
}

// sharpenFirst is sharpen for those of the sensors by which somebody is told first,
// or shoots.
func (p *table) sharpenFirst(br *brief, i, path int32) {
	found, c := p.row(p.shared(br, i)), &p.courses[path]
	row := p.row(int(p.rowOf[i]))
	ask := func(k int32) {
		if k >= 0 && row[k] != found[k] {
			row[k] = p.taken(p.eyes[c.eye0+k].sensor, i, found[k])
		}
	}
	first := func(list int32) {
		if list >= 0 {
			l := &p.lists[c.list0+list]
			_, by := earliest(p.feeds[l.from:l.to], found, p.startMs[i])
			ask(by)
		}
	}
	for _, o := range p.orders[br.orders.from:br.orders.to] {
		first(o.alerts)
		for _, e := range p.engs[o.engs.from:o.engs.to] {
			ask(e.own)
			first(e.launch)
			first(e.engage)
		}
	}
	p.ownTag[i] = p.newTag()
}

// shared gives where the row of a missile stands that its postures share.
func (p *table) shared(br *brief, i int32) int { return int(i)*p.perMissile + int(br.way)%p.perMissile }

// following is a sensor at work: what it finds when, in what order it takes it.
type following struct {
	begin, end     bySpan
	begins, ends   []event // of tracks, as the missiles come; the engagement's place holds the missile
	inTime, ending []event // the same in time
	turn           []int32 // per missile: its track's place in ending
	held           []bool  // by the same place: the sensor follows it now
	late           []waited
	found          []found
}

// waited is a missile that a full sensor did not take when it found it, in raid time;
// Never: it was out of sight before.
type waited struct{ missile, foundMs, takenMs int32 }

func newFollowing(missiles int) following {
	return following{
		begins: make([]event, 0, missiles), ends: make([]event, 0, missiles), inTime: make([]event, missiles), ending: make([]event, missiles),
		turn: make([]int32, missiles), held: make([]bool, missiles), late: make([]waited, 0, missiles), found: make([]found, 0, missiles),
	}
}

func (f *following) reset() {
	f.begins, f.ends, f.late = f.begins[:0], f.ends[:0], f.late[:0]
	clear(f.begin[:])
	clear(f.end[:])
}

// add notes that the sensor finds a missile, and when it is out of its sight.
func (f *following) add(missile, foundMs, lastMs int32) {
	n := len(f.begins)
	f.begins, f.ends = f.begins[:n+1], f.ends[:n+1] // there is room for all missiles
	f.begins[n], f.ends[n] = eventAt(foundMs, evResult, missile), eventAt(lastMs, evResult, missile)
	f.begin[spanOf(foundMs)]++
	f.end[spanOf(lastMs)]++
}

// waiting lists the missiles that are not taken at once, in the order in which they
// are found: so the sensor takes them, each when it has a place free, which is when
// the first of those that it follows goes out of its sight.
func (f *following) waiting(room int32) []waited {
	if len(f.begins) <= int(room) {
		return nil
	}
	first, last, any := overfull(&f.begin, &f.end, room)
	if !any {
		return nil
	}
	ending := inTime(f.ends, f.ending, &f.end)
	held := f.held[:len(ending)]
	clear(held)
	for k, e := range ending {
		_, _, i := e.parts()
		f.turn[i] = int32(k)
	}
	next := len(held) // none that is held goes before this turn
	for _, r := range inTime(f.begins, f.inTime, &f.begin) {
		found, _, i := r.parts()
		if spanOf(found) > last {
			break // from here on there is room for all
		}
		turn := int(f.turn[i])
		leaves, _, _ := ending[turn].parts()
		if room > 0 {
			// What is out of sight again before the sensor is full takes nobody's place.
			if spanOf(leaves) >= first {
				held[turn], next = true, min(next, turn)
				room--
			}
			continue
		}
		for !held[next] {
			next++
		}
		free, _, _ := ending[next].parts()
		taken := max(found, free)
		if taken > leaves {
			f.late = append(f.late, waited{i, found, Never})
			continue
		}
		held[next], held[turn] = false, true
		next = min(next, turn)
		if taken > found {
			f.late = append(f.late, waited{i, found, taken})
		}
	}
	return f.late
}

// inTime puts events in order: laid out by spans first, of which count says how
// many each has, then each moved to its place among the few before it.
func inTime(events, out []event, count *bySpan) []event {
	var next bySpan
	at := int32(0)
	for k, n := range count {
		next[k] = at
		at += n
	}
	out = out[:len(events)]
	for _, e := range events {
		t, _, _ := e.parts()
		k := spanOf(t)
		out[next[k]] = e
		next[k]++
	}
	for k, n := range count {
		if n > far {
			slices.Sort(out[next[k]-n : next[k]]) // a crowd; moving each would take too long
		}
	}
	for i := 1; i < len(out); i++ {
		e, k := out[i], i
		for ; k > 0 && out[k-1] > e; k-- {
			out[k] = out[k-1]
		}
		out[k] = e
	}
	return out
}

// eyesOf gives a sensor's eye among those of each path, -1 where it never sees it.
func (p *program) eyesOf(sensor int32) []int32 {
	n := len(p.b.Paths)
	return p.eyeOf[int(sensor)*n : (int(sensor)+1)*n]
}

func (p *program) watchesOf(sensor int32) []watch {
	n := len(p.b.Paths)
	return p.watches[int(sensor)*n : (int(sensor)+1)*n]
}
