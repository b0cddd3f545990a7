package sim

import (
	"encoding/binary"
	"slices"

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
	asked        int32 // feeds and eyes
	doubted      bool  // sensors that are may be the first to tell
	same         bool  // it never differs
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

// account is what the owner is told of a path under a state of a posture: a tree over
// the draws of the eyes that matter, on each branch of which fewer of them do. At its
// leaves stand tales.
type account struct {
	path, way      int32 // of the told program
	alerts, tracks int32 // lists of the path's; -1: none
	same           bool  // one tale, which never differs
	root           branch
	knots          int32
}

// leaf holds what a branch of an account has come to.
type leaf struct {
	tale  int32
	asked int32 // how often, until it is worth while to look closer
}

const (
	oftenAsked  = 32  // looking closer takes about as long as being asked about so often
	mostSplits  = 31  // knots of one account
	muchSimpler = 0.7 // of what was asked, in the mean of both halves: with more left a branch is not split
)

// hears gives what told does, if hints and the missile's own draws tell that; and
// whether it is a sensor that may be too full for it that tells the owner. It is for
// tales that many can be the first to tell, since some are doubted: others are told
// as quickly.
func (a *ahead) hears(p *table, i, path int32, x *tale) (when times, byFull, ok bool) {
	t := a.teller
	c := &t.courses[path]
	if !x.doubted || c.steady {
		return when, false, false
	}
	at := int(i) * t.maxEyes
	l := listener{p, t, i, t.eyes[c.eye0 : c.eye0+c.eyes], a.toldHints.ofWay(c, path, x.whole), t.sight[at : at+int(c.eyes)], a.drawn[at : at+int(c.eyes)]}
	when = times{Never, Never, Never, -1}
	alertBy, trackBy := int32(-1), int32(-1)
	if when.alert, alertBy, ok = l.first(&x.alert); ok && when.alert != Never {
		when.track, trackBy, ok = l.first(&x.track)
	}
	if ok && a.filling {
		full := func(by, tMs int32) bool {
			if by < 0 {
				return false
			}
			f := &t.feeds[by]
			return p.mayWait(l.eyes[f.eye].sensor, i, tMs-f.addMs)
		}
		byFull = full(alertBy, when.alert) || full(trackBy, when.track)
	}
	return when, byFull, ok
}

// listener hears of a missile as its owner does.
type listener struct {
	p, t  *table // the player's, the teller's
	i     int32
	eyes  []eye
	hints []hint
	seen  []sight
	drawn []uint64
}

// first gives when the first of some feeds brings its data, and by which; false if
// hints and draws do not tell.
func (l *listener) first(of *arrival) (best, by int32, ok bool) {
	perhaps, start := Never, l.p.startMs[l.i]
	best, by = of.surelyMs, -1
	for n := of.feeds.from; n < of.feeds.to; n++ {
		f := &l.t.feeds[n]
		if f.boundMs >= best {
			break
		}
		g := &l.hints[f.eye]
		from := l.seen[f.eye].search
		upto := from
		if from > g.soonestMs {
			if g.soonestMs != Never && max(g.soonestMs, 0)+f.addMs >= best && from+f.addMs >= best {
				continue // pointed or not, it comes later
			}
			from, upto = l.t.between(g, &l.eyes[f.eye], l.i, from, l.drawn[f.eye])
		}
		if from == Never {
			continue
		}
		t := from + f.addMs
		if t >= best || f.lostMs != Never && start+t > f.lostMs {
			continue
		}
		if from < upto {
			perhaps = min(perhaps, t)
		} else {
			best, by = t, n
		}
	}
	return best, by, perhaps >= best
}

// tales are those of an almanac.
type tales struct {
	account   []account
	leaf      []leaf
	tale      []tale
	accountOf [][][]int32 // per posture, state and path
	allSame   bool        // none ever differs between runs
}

// tell works out what the owner of each path's asset is told, and by what; what
// comes to the same once.
func (f *foresight) tell() {
	o := f.out
	o.allSame, o.accountOf = true, make([][][]int32, len(f.states))
	for q := range f.states {
		o.accountOf[q] = make([][]int32, len(f.states[q]))
		for s := range f.states[q] {
			o.accountOf[q][s] = make([]int32, len(f.courses))
		}
	}
	for path := range f.courses {
		f.turnTo(path)
		f.soonest, f.latest = f.bounds(0, false), f.bounds(o.level-1, true)
		f.hint(&o.toldHints)
		asked := map[account]int32{}
		known := map[string]int32{}
		ways := len(f.sights)
		for q := range f.states {
			for s := range f.states[q] {
				br := &f.states[q][s][path]
				x := account{path: int32(path), way: br.way, alerts: -1, tracks: -1}
				for _, o := range f.orders[br.orders.from:br.orders.to] {
					if o.owner {
						x.alerts, x.tracks = o.alerts, o.tracks
					}
				}
				n, ok := asked[x]
				if !ok {
					t := f.telling(&x, nil, &f.soonest[x.way], &f.latest[x.way])
					if n, ok = known[string(t.key)]; !ok {
						n = int32(len(o.account))
						known[string(t.key)] = n
						y, tale := x, t.write()
						y.same, y.root = o.tale[tale].same, ^branch(len(o.leaf))
						o.allSame = o.allSame && y.same
						o.leaf = append(o.leaf, leaf{tale: tale})
						o.account = append(o.account, y)
					}
					asked[x] = n
				}
				o.accountOf[q][s][path] = n
			}
		}
		// Rows of their own are kept for these, too.
		f.maxWays = max(f.maxWays, int(f.c.ways)+len(f.sights)-ways)
	}
}

// taleOf gives the tale of an account that holds for a missile.
func (a *ahead) taleOf(k, missile int32) *tale {
	x := &a.account[k]
	drawn := a.drawn[int(missile)*a.teller.maxEyes:]
	at := x.root
	for at >= firstKnot {
		n := &a.knots[at]
		if at = n.above; drawn[n.eye] < n.upto {
			at = n.below
		}
	}
	l := &a.leaf[^at]
	tale := l.tale
	if !a.tale[tale].same && l.asked < oftenAsked {
		if l.asked++; l.asked == oftenAsked && a.maker.credit > 0 {
			a.maker.lookCloser(x, ^at, drawn)
		}
	}
	return &a.tale[tale]
}

// lookCloser splits the branch at a leaf by a draw, if that makes much simpler what
// is asked.
func (f *foresight) lookCloser(x *account, n branch, drawn []uint64) {
	o := f.out
	t := o.tale[o.leaf[n].tale]
	if x.knots == mostSplits {
		return
	}
	f.turnTo(int(x.path))
	at, in := f.branch(&x.root, drawn)
	// Of those who may be the first to tell, the one who is if all find it in the
	// middle of their draws is asked in which half it does.
	for k := range f.last {
		f.last[k] = in.lo[k] + (in.hi[k]-in.lo[k])/2
	}
	var mean bounds
	f.boundsOf(x.way, f.last, false, &mean)
	eye, first := int32(-1), Never
	for _, feeds := range [...]span{t.alert.feeds, t.track.feeds} {
		for _, y := range f.feeds[feeds.from:feeds.to] {
			if d := mean.det[y.eye]; d != Never && d+y.addMs < first && in.hi[y.eye]-in.lo[y.eye] > 1 {
				eye, first = y.eye, d+y.addMs
			}
		}
		if eye >= 0 {
			break
		}
	}
	if eye < 0 {
		return
	}
	lo, hi := in.lo[eye], in.hi[eye]
	soon, late := f.at(x.way, in.lo, false), f.at(x.way, in.hi, true)
	upto := lo + (hi-lo)/2
	in.hi[eye] = upto
	early := f.at(x.way, in.hi, true)
	below := f.telling(x, in.lo, &soon, &early)
	in.lo[eye], in.hi[eye] = upto, hi
	later := f.at(x.way, in.lo, false)
	above := f.telling(x, in.lo, &later, &late)
	if float64(below.asked()+above.asked()) > 2*muchSimpler*float64(t.asked) {
		return
	}
	x.knots++
	*at = branch(len(o.knots))
	o.leaf = append(o.leaf, leaf{tale: above.write()})
	o.leaf[n] = leaf{tale: below.write()}
	o.knots = append(o.knots, knot{upto: upto, eye: eye, below: ^n, above: ^branch(len(o.leaf) - 1)})
}

// telling works out who matters for a tale.
type telling struct {
	*foresight
	of         *account
	lowest     []uint64 // per eye: no draw is lower; nil: any may be 0
	soon, late *bounds
	way        sighting
	needed     []int32 // per eye: whether it finds the missile by then, and when; -1: that does not matter
	more       bool    // more is needed than was thought

	alert, track news
	cues         []narrowed
	key          []byte // all of it
}

// news is the part of some feeds that matters.
type news struct {
	surelyMs int32 // it is there by then; Never: not surely
	feeds    []feed
}

// telling works out what matters for an account if draws are no lower than some, and
// the eyes find the missile within some bounds.
func (f *foresight) telling(of *account, lowest []uint64, soon, late *bounds) *telling {
	t := &telling{foresight: f, of: of, lowest: lowest, soon: soon, late: late, way: f.sights[f.c.way0+of.way], needed: make([]int32, len(f.eyes))}
	for k := range t.needed {
		t.needed[k] = -1
	}
	for t.more = true; t.more; {
		t.more, t.cues = false, t.cues[:0]
		t.alert, t.track = t.listed(of.alerts), t.listed(of.tracks)
		for k := t.way.cues.from; k < t.way.cues.to; k++ {
			q := &f.cues[k]
			if x := t.cue(q); len(x.points) > 0 {
				x.owner = f.sameFeeds(q.warn, of.alerts) && f.sameFeeds(q.track, of.tracks)
				t.cues = append(t.cues, x)
			}
		}
	}
	t.key = t.track.appendTo(t.alert.appendTo(t.key))
	if t.same() {
		return t
	}
	for k := range t.cues {
		x := &t.cues[k]
		t.key = x.track.appendTo(x.warn.appendTo(t.key))
		t.key = binary.LittleEndian.AppendUint32(t.key, uint32(len(x.points)))
		for _, p := range x.points {
			t.key = binary.LittleEndian.AppendUint32(t.key, uint32(p.eye))
		}
	}
	for _, k := range t.down[t.way.down.from:t.way.down.to] {
		t.key = binary.LittleEndian.AppendUint32(t.key, uint32(k))
	}
	return t
}

// sameFeeds reports whether some feeds are those of a list of the path's.
func (f *foresight) sameFeeds(at span, list int32) bool {
	return list >= 0 && slices.Equal(f.feeds[at.from:at.to], f.feeds[f.lists[list].from:f.lists[list].to])
}

// same reports whether nothing of it is left to draws.
func (t *telling) same() bool { return len(t.alert.feeds)+len(t.track.feeds) == 0 }

// asked is how many feeds and eyes are asked.
func (t *telling) asked() (n int) {
	if t.same() {
		return 0
	}
	n = len(t.alert.feeds) + len(t.track.feeds)
	for k := range t.cues {
		n += len(t.cues[k].points)
	}
	return n
}

// write writes the tale down.
func (t *telling) write() int32 {
	o := t.out
	x := tale{whole: t.of.way, same: t.same(), asked: int32(t.asked()), alert: t.put(&t.alert), track: t.put(&t.track)}
	for _, y := range append(t.alert.feeds, t.track.feeds...) {
		x.doubted = x.doubted || t.doubted[t.eyes[y.eye].sensor]
	}
	if x.same {
		when := times{x.alert.surelyMs, x.track.surelyMs, Never, -1}
		if when.alert == Never {
			when.track = Never
		}
		x.counted = t.b.Paths[t.of.path].counted(when)
	} else {
		x.way = t.see(&x)
	}
	o.tale = append(o.tale, x)
	return int32(len(o.tale)) - 1
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
	owner       bool // it is the owner's own: his radars are pointed by what he is told
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
		if t.lowest != nil {
			p.warned0, p.cued0 = t.curves.at(e.warned, t.lowest[p.eye]), t.curves.at(e.cued, t.lowest[p.eye])
		}
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

// see writes down a way of seeing, and what a tale wants of it, and gives its number,
// counted from the path's first.
func (t *telling) see(of *tale) int32 {
	f := t.foresight
	w := sighting{cues: span{from: int32(len(f.cues))}, down: t.way.down, owner: -1}
	for _, x := range t.cues {
		q := cue{points: span{from: int32(len(t.points))}}
		t.points = append(t.points, x.points...)
		q.points.to = int32(len(t.points))
		warn, track := of.alert, of.track
		if x.owner {
			w.owner = int32(len(f.cues)) - w.cues.from
		} else {
			warn, track = t.put(&x.warn), t.put(&x.track)
		}
		q.warn, q.track, q.warnMs, q.trackMs = warn.feeds, track.feeds, warn.surelyMs, track.surelyMs
		f.cues = append(f.cues, q)
	}
	if w.owner < 0 {
		// He is told like one whose radars are pointed, but has none.
		w.owner = int32(len(f.cues)) - w.cues.from
		f.cues = append(f.cues, cue{warn: of.alert.feeds, track: of.track.feeds, warnMs: of.alert.surelyMs, trackMs: of.track.surelyMs})
	}
	w.cues.to = int32(len(f.cues))
	w.alertMs, w.trackMs = t.least(of.alert.feeds), t.least(of.track.feeds)
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
