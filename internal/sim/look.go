package sim

import (
	"testudo/internal/draw"
)

// Who sees what, when.

// sight is when an eye would detect unaided, warned from the start, and cued
// from the start. The last two are worked out when somebody points the eye.
type sight struct{ search, warned, cued int32 }

const notAsked int32 = -1 << 31

// rowKey says what a row of detections holds.
type rowKey struct {
	serial uint64 // of the looks
	way    int32
	tag    uint32 // the row's own number, for what is remembered of it
}

// memoed is the earliest of a list of feeds for the row with that tag.
type memoed struct {
	tag uint32
	tMs int32
}

// pointed is when a nation's radars are told where to look, by a warning and by a
// track, and whether that has changed since they were last pointed.
type pointed struct {
	warn, track int32
	news        bool
}

// look draws when each sensor would find each missile unaided. It does not
// depend on the posture, so that the postures of one run share it.
func (p *table) look(dice draw.Run) {
	for i, path := range p.path {
		if path >= 0 {
			p.lookAt(int32(i), path, dice)
		}
	}
}

// lookAt is look for one missile.
func (p *table) lookAt(i, path int32, dice draw.Run) {
	if p.lookedAt[i] == p.serial {
		return
	}
	p.lookedAt[i] = p.serial
	c := &p.courses[path]
	if c.steady {
		return // see knows without
	}
	p.askAll(i, c, dice)
}

// askAll draws for all eyes of a missile.
func (p *table) askAll(i int32, c *course, dice draw.Run) {
	eyes := p.eyes[c.eye0 : c.eye0+c.eyes]
	to := p.sight[int(i)*p.maxEyes : int(i)*p.maxEyes+len(eyes)]
	for k := range eyes {
		to[k] = sight{p.unaided(i, &eyes[k], dice), notAsked, notAsked}
	}
}

// unaided gives when an eye would detect missile i by itself.
func (p *table) unaided(i int32, e *eye, dice draw.Run) int32 {
	if e.sureMs >= 0 {
		return e.sureMs
	}
	return p.aided(i, e, e.search, dice)
}

func before(t, limit int32) int32 {
	if t > limit {
		return Never
	}
	return t
}

// aided gives when an eye would detect missile i by another of its curves.
func (p *table) aided(i int32, e *eye, curve int32, dice draw.Run) int32 {
	t := p.curves.at(curve, dice.For(p.entity[i], e.find))
	if e.lostMs != Never {
		t = before(t, e.lostMs-p.startMs[i])
	}
	return t
}

// detect gives each missile a row of when each eye finds it under a posture. A
// row that holds that already, from another posture, is taken as it is.
func (p *table) detect(briefs []brief, dice draw.Run, log *Log) {
	p.renew()
	for i, path := range p.path {
		if path < 0 {
			continue
		}
		p.detectOne(int32(i), path, briefs[path].way, dice, log)
	}
}

// detectOne is detect for one missile. It reports whether the row had to be made.
func (p *table) detectOne(i, path, way int32, dice draw.Run, log *Log) (made bool) {
	at := int(i)*p.perMissile + int(way)%p.perMissile
	p.rowOf[i] = int32(at)
	k := &p.rowKeys[at]
	if k.serial == p.serial && k.way == way {
		return false
	}
	*k = rowKey{p.serial, way, p.newTag()}
	p.see(i, path, way, p.row(at), dice, log)
	return true
}

func (p *table) row(at int) []int32 { return p.det[at*p.maxEyes : (at+1)*p.maxEyes] }

// newTag numbers rows, from one on: what has never been asked has none.
func (p *table) newTag() uint32 {
	p.rowTag++
	return p.rowTag
}

// lastTag is when the numbers of rows begin anew: far below where they end, since
// one posture of one run takes a few for each missile.
const lastTag = 1 << 31

// renew forgets all rows and what is remembered of them when their numbers run
// out. Between two postures nothing rests on them.
func (p *table) renew() {
	if p.rowTag > lastTag {
		clear(p.memo)
		clear(p.rowKeys)
		clear(p.crowdKeys)
		p.rowTag = 0
	}
}

// see works out when each eye finds a missile where the others point it.
// Pointing can only make a detection earlier, so that repeating the step until
// nothing changes ends, and ends at the same times in any order.
func (p *table) see(i, path, way int32, det []int32, dice draw.Run, log *Log) {
	c := &p.courses[path]
	w := &p.sights[c.way0+way]
	eyes := p.eyes[c.eye0 : c.eye0+c.eyes]
	det = det[:len(eyes)]
	sights := p.sight[int(i)*p.maxEyes : int(i)*p.maxEyes+len(eyes)]
	if c.steady {
		for k := range eyes {
			det[k] = eyes[k].sureMs
		}
	} else {
		for k := range sights {
			det[k] = sights[k].search
		}
	}
	for _, k := range p.down[w.down.from:w.down.to] {
		det[k] = Never
	}
	if log != nil {
		for k := range eyes {
			p.cuedBy[k] = -1
		}
	}
	p.point(i, c, w, det, dice, log)
	if log != nil {
		for k := range eyes {
			if det[k] != Never {
				ev := Event{Kind: EvDetect, TMs: p.startMs[i] + det[k], Missile: i, A: eyes[k].sensor, B: -1}
				if by := p.cuedBy[k]; by >= 0 {
					ev.B = eyes[by].sensor
				}
				log.add(ev)
			}
		}
	}
}

// point lets eyes be pointed by what others have found, as the cues of a way of
// seeing have it.
func (p *table) point(i int32, c *course, w *sighting, det []int32, dice draw.Run, log *Log) {
	eyes := p.eyes[c.eye0 : c.eye0+c.eyes]
	sights := p.sight[int(i)*p.maxEyes : int(i)*p.maxEyes+len(eyes)]
	start := p.startMs[i]
	cues := p.cues[w.cues.from:w.cues.to]
	for k := range cues {
		q := &cues[k]
		x := pointed{news: true}
		x.warn, _ = earliest(p.feeds[q.warn.from:q.warn.to], det, start)
		x.track, _ = earliest(p.feeds[q.track.from:q.track.to], det, start)
		x.warn, x.track = min(x.warn, q.warnMs), min(x.track, q.trackMs)
		p.pointing[k] = x
	}
	tellsOf := p.tellsOf[w.tells : w.tells+c.eyes]
	for more := len(cues) > 0; more; {
		more = false
		for k := range cues {
			q := &cues[k]
			now := &p.pointing[k]
			if !now.news || now.warn == Never {
				continue
			}
			now.news = false
			until := Never
			if w.owner >= 0 {
				until = w.until(&p.pointing[w.owner])
			}
			warn, track := now.warn, now.track
			warnBy, trackBy := int32(-1), int32(-1)
			if log != nil {
				_, warnBy = earliest(p.feeds[q.warn.from:q.warn.to], det, start)
				_, trackBy = earliest(p.feeds[q.track.from:q.track.to], det, start)
			}
			soonest := min(warn, track)
			points := p.points[q.points.from:q.points.to]
			for pi := range points {
				at := &points[pi]
				to := at.eye
				has := min(det[to], until)
				if has <= soonest {
					continue
				}
				byWarning, byTrack := max(warn, at.warned0) < has, max(track, at.cued0) < has
				if !byWarning && !byTrack {
					continue
				}
				x, e := &sights[to], &eyes[to]
				t, from := Never, warnBy
				if byWarning {
					if x.warned == notAsked {
						x.warned = p.aided(i, e, e.warned, dice)
					}
					t = max(warn, x.warned)
				}
				if byTrack && track < t {
					if x.cued == notAsked {
						x.cued = p.aided(i, e, e.cued, dice)
					}
					if c := max(track, x.cued); c < t {
						t, from = c, trackBy
					}
				}
				if t >= has || t > e.lastMs || e.lostMs != Never && start+t > e.lostMs {
					continue
				}
				det[to] = t
				if log != nil {
					p.cuedBy[to] = from
				}
				// Who is told of it by this eye may know it earlier now.
				of := tellsOf[to]
				for ti := of.from; ti < of.to; ti++ {
					l := &p.tells[ti]
					arrives := t + l.addMs
					if l.lostMs != Never && start+arrives > l.lostMs {
						continue
					}
					told := &p.pointing[l.cue]
					if !l.track && arrives < told.warn {
						told.warn, told.news, more = arrives, true, true
					}
					if l.track && arrives < told.track {
						told.track, told.news, more = arrives, true, true
					}
				}
			}
		}
	}
}

// until gives from when on what is found tells an owner nothing sooner.
func (w *sighting) until(owner *pointed) int32 {
	if owner.warn == Never || owner.track == Never {
		return Never
	}
	return max(owner.warn-w.alertMs, owner.track-w.trackMs)
}

// earliest gives when the first of the feeds brings what it carries to the
// receiver, from the missile's launch, and which eye found it.
func earliest(feeds []feed, det []int32, start int32) (best, by int32) {
	best, by = Never, -1
	for k := range feeds {
		f := &feeds[k]
		if f.boundMs >= best {
			break
		}
		t := det[f.eye]
		if t == Never {
			continue
		}
		t += f.addMs
		if f.lostMs != Never && start+t > f.lostMs {
			continue
		}
		if t < best {
			best, by = t, f.eye
		}
	}
	return best, by
}

// tags numbers n rows that follow each other and gives the first number.
func (p *table) tags(n int) uint32 {
	first := p.rowTag + 1
	p.rowTag += uint32(n)
	return first
}

// tagOf gives the number of a missile's row.
func (p *table) tagOf(i int) uint32 {
	at := int(p.rowOf[i])
	if at < len(p.rowKeys) {
		return p.rowKeys[at].tag
	}
	at -= len(p.rowKeys)
	n := len(p.path)
	if at/n == len(p.crowdKeys) {
		return p.ownTag[i]
	}
	return p.crowdKeys[at/n].tag + uint32(at%n)
}
