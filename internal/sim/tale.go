package sim

import (
	"encoding/binary"

	"testudo/internal/draw"
)

// What the owner of the asset that a missile flies at is told of it, and when.
//
// Here the time itself counts, not whether it comes soon enough for a look, so it is
// asked in every run. But of all who see the missile few can be the first to tell, and
// of those who point these few can do it sooner than others surely have. By the
// earliest and the latest at which each eye finds the missile the rest is left out.

// tale is what the owner is told of a path under a state of a posture: as seen by
// those alone who matter for it.
type tale struct {
	way, whole   int32 // of the told program: narrowed to what matters, and all of it
	alert, track arrival
	doubted      bool // sensors that are may be the first to tell
	same         bool // it never differs
	counted      counted
}

// arrival is when the first of some feeds brings its data; surely by a time.
type arrival struct {
	surelyMs int32 // Never: not surely
	feeds    span
}

// told gives when the owner is told of a missile.
func (p *table) told(i, path int32, x *tale, dice draw.Run) times {
	when := times{Never, Never, Never, -1}
	if p.detectOne(i, path, x.way, dice, nil) {
		w := &p.sights[p.courses[path].way0+x.way]
		owner := &p.pointing[w.owner] // who has just been told
		when.alert, when.track = owner.warn, owner.track
	} else {
		det := p.row(int(p.rowOf[i]))
		arrives := func(a *arrival) int32 {
			t, _ := earliest(p.feeds[a.feeds.from:a.feeds.to], det, p.startMs[i])
			return min(t, a.surelyMs)
		}
		when.alert, when.track = arrives(&x.alert), arrives(&x.track)
	}
	if when.alert == Never {
		when.track = Never
	}
	return when
}

// tales are those of an almanac.
type tales struct {
	tale    []tale
	taleOf  [][][]int32 // per posture, state and path
	allSame bool        // none ever differs between runs
}

// tell works out what the owner of each path's asset is told, and by what.
func (f *foresight) tell() {
	o := f.out
	o.allSame, o.taleOf = true, make([][][]int32, len(f.states))
	for q := range f.states {
		o.taleOf[q] = make([][]int32, len(f.states[q]))
		for s := range f.states[q] {
			o.taleOf[q][s] = make([]int32, len(f.courses))
		}
	}
	for path := range f.courses {
		f.turnTo(path)
		f.soonest, f.latest = f.bounds(0, false), f.bounds(o.level[path]-1, true)
		asked := map[[3]int32]int32{} // by way and lists
		tales := map[string]int32{}
		ways := len(f.sights)
		for q := range f.states {
			for s := range f.states[q] {
				br := &f.states[q][s][path]
				key := [3]int32{br.way, -1, -1}
				for _, x := range f.orders[br.orders.from:br.orders.to] {
					if x.owner {
						key[1], key[2] = x.alerts, x.tracks
					}
				}
				n, ok := asked[key]
				if !ok {
					n = f.tale(path, key[0], key[1], key[2], tales)
					asked[key] = n
				}
				o.taleOf[q][s][path] = n
			}
		}
		// Rows of their own are kept for these, too.
		f.maxWays = max(f.maxWays, int(f.c.ways)+len(f.sights)-ways)
	}
}

// tale works out what two lists of the path tell, seen in a way, and writes it down;
// equal ones once.
func (f *foresight) tale(path int, way, alerts, tracks int32, tales map[string]int32) int32 {
	o := f.out
	t := &telling{foresight: f, soon: &f.soonest[way], late: &f.latest[way], way: &f.sights[f.c.way0+way], needed: make([]int32, len(f.eyes))}
	alert, track := t.ask(alerts, tracks)
	var seen []narrowed
	key := t.key[:0]
	x := tale{same: len(alert.feeds)+len(track.feeds) == 0}
	if !x.same {
		seen, key = t.narrow(key)
	}
	t.key = track.appendTo(alert.appendTo(key))
	n, ok := tales[string(t.key)]
	if ok {
		return n
	}
	n = int32(len(o.tale))
	tales[string(t.key)] = n
	x.alert, x.track, x.whole = t.put(&alert), t.put(&track), way
	for _, y := range append(alert.feeds, track.feeds...) {
		x.doubted = x.doubted || f.doubted[f.eyes[y.eye].sensor]
	}
	if !x.same {
		x.way = t.see(seen, &x)
	}
	if x.same {
		when := times{x.alert.surelyMs, x.track.surelyMs, Never, -1}
		if when.alert == Never {
			when.track = Never
		}
		x.counted = f.b.Paths[path].counted(when)
	}
	o.tale = append(o.tale, x)
	o.allSame = o.allSame && x.same
	return n
}

// telling works out who matters for a tale.
type telling struct {
	*foresight
	soon, late *bounds
	way        *sighting
	needed     []int32 // per eye: whether it finds the missile by then, and when; -1: that does not matter
	more       bool    // more is needed than was thought
}

// news is the part of some feeds that matters.
type news struct {
	surelyMs int32 // it is there by then; Never: not surely
	feeds    []feed
}

// ask gives what matters of two lists of the path, and notes what of the eyes.
func (t *telling) ask(alerts, tracks int32) (alert, track news) {
	for k := range t.needed {
		t.needed[k] = -1
	}
	for t.more = true; t.more; {
		t.more = false
		alert, track = t.listed(alerts), t.listed(tracks)
		for k := t.way.cues.from; k < t.way.cues.to; k++ {
			t.cue(&t.cues[k])
		}
	}
	return alert, track
}

func (t *telling) listed(list int32) news {
	if list < 0 {
		return news{surelyMs: Never}
	}
	l := &t.lists[list]
	return t.first(span{l.from, l.to}, -1, Never, t.doubted)
}

// first gives what matters of some feeds if it is all the same whether they bring
// anything before one time, and what they bring after another. What comes when it
// does whatever is drawn is known, and what cannot come before what surely does is
// left out. Nothing is sure of sensors left aside.
func (t *telling) first(at span, early, late int32, aside []bool) (x news) {
	counted := func(f *feed) bool {
		return f.lostMs == Never && t.late.det[f.eye] != Never && !t.isAside(f.eye, aside)
	}
	for k := at.from; k < at.to; k++ {
		if f := &t.feeds[k]; counted(f) {
			late = min(late, t.late.det[f.eye]+f.addMs)
		}
	}
	x.surelyMs = Never
	for k := at.from; k < at.to; k++ {
		if f := &t.feeds[k]; counted(f) {
			by := t.late.det[f.eye] + f.addMs
			if by <= early || by == t.soon.det[f.eye]+f.addMs {
				x.surelyMs = min(x.surelyMs, by)
			}
		}
	}
	for k := at.from; k < at.to; k++ {
		f := &t.feeds[k]
		if d := t.soon.det[f.eye]; d != Never && d+f.addMs <= late && d+f.addMs < x.surelyMs {
			x.feeds = append(x.feeds, *f)
			if by := min(late-f.addMs, t.late.det[f.eye]); by > t.needed[f.eye] {
				t.needed[f.eye], t.more = by, true
			}
		}
	}
	return x
}

// pointing is the part of a cue that matters.
type narrowed struct {
	warn, track news
	points      []point
}

// cue gives what matters of a cue for what the eyes are needed for.
func (t *telling) cue(q *cue) (x narrowed) {
	warn, _ := t.arrives(q.warn, t.soon.det, false)
	track, _ := t.arrives(q.track, t.soon.det, false)
	if warn == Never {
		return x
	}
	late := int32(-1)
	warned, cued := Never, Never
	for _, p := range t.points[q.points.from:q.points.to] {
		e := &t.eyes[p.eye]
		soonest := min(max(warn, p.warned0), max(track, p.cued0))
		if soonest > t.needed[p.eye] || e.sureMs >= 0 && soonest >= e.sureMs {
			continue
		}
		x.points = append(x.points, p)
		late, warned, cued = max(late, t.needed[p.eye]), min(warned, p.warned0), min(cued, p.cued0)
	}
	if len(x.points) > 0 {
		x.warn, x.track = t.first(q.warn, warned, late, nil), t.first(q.track, cued, late, nil)
	}
	return x
}

// narrow gives what matters of a way of seeing, and adds all of it to a key.
func (t *telling) narrow(key []byte) (all []narrowed, _ []byte) {
	for k := t.way.cues.from; k < t.way.cues.to; k++ {
		x := t.cue(&t.cues[k])
		if len(x.points) == 0 {
			continue
		}
		all = append(all, x)
		key = x.track.appendTo(x.warn.appendTo(key))
		key = binary.LittleEndian.AppendUint32(key, uint32(len(x.points)))
		for _, p := range x.points {
			key = binary.LittleEndian.AppendUint32(key, uint32(p.eye))
		}
	}
	for _, k := range t.down[t.way.down.from:t.way.down.to] {
		key = binary.LittleEndian.AppendUint32(key, uint32(k))
	}
	return all, key
}

// see writes down a way of seeing, and what a tale wants of it, and gives its number,
// counted from the path's first.
func (t *telling) see(all []narrowed, of *tale) int32 {
	w := sighting{cues: span{from: int32(len(t.cues))}, down: t.way.down}
	for _, x := range all {
		q := cue{points: span{from: int32(len(t.points))}}
		t.points = append(t.points, x.points...)
		q.points.to = int32(len(t.points))
		warn, track := t.put(&x.warn), t.put(&x.track)
		q.warn, q.track, q.warnMs, q.trackMs = warn.feeds, track.feeds, warn.surelyMs, track.surelyMs
		t.cues = append(t.cues, q)
	}
	// The owner is told like one whose radars are pointed, but has none.
	q := cue{warn: of.alert.feeds, track: of.track.feeds, warnMs: of.alert.surelyMs, trackMs: of.track.surelyMs}
	t.cues = append(t.cues, q)
	w.cues.to = int32(len(t.cues))
	w.owner = w.cues.to - 1 - w.cues.from
	w.alertMs, w.trackMs = t.least(q.warn), t.least(q.track)
	t.tellEyes(&w, t.c)
	t.sights = append(t.sights, w)
	return int32(len(t.sights)) - 1 - t.c.way0
}

// least gives the least that one of some feeds takes.
func (t *telling) least(at span) (ms int32) {
	ms = Never
	for _, f := range t.feeds[at.from:at.to] {
		ms = min(ms, f.addMs)
	}
	return ms
}

func (t *telling) put(x *news) arrival {
	at := span{from: int32(len(t.feeds))}
	t.feeds = append(t.feeds, x.feeds...)
	at.to = int32(len(t.feeds))
	return arrival{x.surelyMs, at}
}

func (x *news) appendTo(key []byte) []byte {
	key = binary.LittleEndian.AppendUint32(key, uint32(x.surelyMs))
	key = binary.LittleEndian.AppendUint32(key, uint32(len(x.feeds)))
	for _, f := range x.feeds {
		for _, y := range [...]int32{f.eye, f.addMs, f.lostMs, f.boundMs} {
			key = binary.LittleEndian.AppendUint32(key, uint32(y))
		}
	}
	return key
}
