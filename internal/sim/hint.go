package sim

// hint is between what times an eye is pointed under a way of seeing a path: it is
// warned, and told a track, not before the first of each, and not after the last if
// some eyes that it hangs on are not late. With the eye's own draw that mostly tells
// when it finds a missile, and no other eye is asked.
type hint struct {
	down      bool
	soonestMs int32 // it never makes the eye find the missile sooner than that; down: -1
	warnMs    period
	trackMs   period
	hangs     span
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
			to.of = append(to.of, hint{soonestMs: Never, warnMs: period{Never, Never}, trackMs: period{Never, Never}})
		}
		of := to.of[first:]
		for _, k := range f.down[x.down.from:x.down.to] {
			of[k].down, of[k].soonestMs = true, -1
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
				g.soonestMs = min(g.soonestMs, max(warn, p.warned0))
				g.soonestMs = min(g.soonestMs, max(track, p.cued0))
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

// ofWay gives the hints of a path's eyes in a way of seeing it.
func (h *hints) ofWay(c *course, path, way int32) []hint {
	at := h.first[path] + way*c.eyes
	return h.of[at : at+c.eyes]
}

// between gives between what times an eye finds missile i, which it finds by itself at
// search with the draw u: from the first on, by the last if the eyes that the hint
// hangs on are not late.
func (p *table) between(g *hint, e *eye, i, search int32, u uint64) (from, upto int32) {
	if g.down {
		return Never, Never
	}
	if search <= g.soonestMs {
		return search, search
	}
	warned, cued := Never, Never
	if g.warnMs.fromMs != Never {
		warned = p.curves.at(e.warned, u)
	}
	if g.trackMs.fromMs != Never {
		cued = p.curves.at(e.cued, u)
	}
	pointed := func(warnMs, trackMs int32) int32 {
		t := min(max(warnMs, warned), max(trackMs, cued))
		if t > e.lastMs || e.lostMs != Never && p.startMs[i]+t > e.lostMs {
			return search
		}
		return min(t, search)
	}
	return pointed(g.warnMs.fromMs, g.trackMs.fromMs), pointed(g.warnMs.uptoMs, g.trackMs.uptoMs)
}
