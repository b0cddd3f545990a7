package sim

import "testudo/internal/draw"

// hint is between what times an eye is pointed under a way of seeing a path: it is
// warned, and told a track, not before the first of each, and not after the last if
// some eyes that it hangs on are not late. With the eye's own draw that mostly tells
// when it finds a missile, and no other eye is asked.
type hint struct {
	down    bool
	warnMs  period
	trackMs period
	hangs   span
}

// hints are those of all eyes of a program.
type hints struct {
	first []int32 // per path: of its first way's first eye
	of    []hint
	hangs []int32 // eyes
}

// hint adds those of the path at hand, of which the bounds are known.
func (f *foresight) hint(to *hints) {
	to.first = append(to.first, int32(len(to.of)))
	for w := range f.soonest {
		x := &f.sights[f.c.way0+int32(w)]
		soon, late := &f.soonest[w], &f.latest[w]
		first := len(to.of)
		for range f.eyes {
			to.of = append(to.of, hint{warnMs: period{Never, Never}, trackMs: period{Never, Never}})
		}
		of := to.of[first:]
		for _, k := range f.down[x.down.from:x.down.to] {
			of[k].down = true
		}
		by := make([][2]int32, len(f.eyes))
		for k := range by {
			by[k] = [2]int32{-1, -1}
		}
		for _, q := range f.cues[x.cues.from:x.cues.to] {
			warn, _ := f.arrives(q.warn, soon.det, false)
			track, _ := f.arrives(q.track, soon.det, false)
			warnLate, warnBy := f.arrives(q.warn, late.det, true)
			trackLate, trackBy := f.arrives(q.track, late.det, true)
			for _, p := range f.points[q.points.from:q.points.to] {
				g := &of[p.eye]
				g.warnMs.fromMs, g.trackMs.fromMs = min(g.warnMs.fromMs, warn), min(g.trackMs.fromMs, track)
				if warnLate < g.warnMs.uptoMs {
					g.warnMs.uptoMs, by[p.eye][0] = warnLate, warnBy
				}
				if trackLate < g.trackMs.uptoMs {
					g.trackMs.uptoMs, by[p.eye][1] = trackLate, trackBy
				}
			}
		}
		for k := range of {
			hangs := f.need(f.need(nil, late, by[k][0]), late, by[k][1])
			of[k].hangs.from = int32(len(to.hangs))
			to.hangs = append(to.hangs, hangs...)
			of[k].hangs.to = int32(len(to.hangs))
		}
	}
}

// between gives between what times an eye finds missile i of a path, by a way of
// seeing it. level is the draw below which an eye is not late.
func (p *table) between(in *hints, i, path, way, k int32, level uint64, dice draw.Run) (from, upto int32) {
	c := &p.courses[path]
	g := &in.of[in.first[path]+way*c.eyes+k]
	if g.down {
		return Never, Never
	}
	e := &p.eyes[c.eye0+k]
	if e.sureMs >= 0 {
		from = e.sureMs
	} else {
		from = p.aided(i, e, e.search, dice)
	}
	upto = from
	if from <= min(g.warnMs.fromMs, g.trackMs.fromMs) {
		return from, upto
	}
	aided := func(curve, pointedMs int32) int32 {
		if pointedMs == Never {
			return Never
		}
		t := max(pointedMs, p.aided(i, e, curve, dice))
		if t > e.lastMs || e.lostMs != Never && p.startMs[i]+t > e.lostMs {
			return Never
		}
		return t
	}
	from = min(from, aided(e.warned, g.warnMs.fromMs), aided(e.cued, g.trackMs.fromMs))
	if from == upto {
		return from, upto
	}
	for _, k := range in.hangs[g.hangs.from:g.hangs.to] {
		if e := &p.eyes[c.eye0+k]; e.sureMs < 0 && dice.For(p.entity[i], e.find) >= level {
			return from, upto
		}
	}
	return from, min(upto, aided(e.warned, g.warnMs.uptoMs), aided(e.cued, g.trackMs.uptoMs))
}
