package sim

import (
	"math"
	"slices"
)

// What a forecast leaves open, settled by a few comparisons.
//
// An engagement stays open because one or a few sensors may find the missile in
// time for one look or only for the next. When they do is left to one draw each. So
// an open engagement is a fork: a tree that splits the draws of the eyes that matter,
// until what comes about is the same at the earliest and at the latest that the draws
// on a branch allow. It grows where runs come to, and is read in all later ones.

// fork is such a tree.
type fork struct {
	path, way, eng int32 // of the told program
	order          *order
	root           branch
	knots          int32
}

// branch is where a tree goes on: negative, the complement of an outcome, or
// notYet, notSettled, or a knot.
type branch int32

const (
	notYet     branch = iota // worked out
	notSettled               // by draws alone, or not by as few as are kept
	firstKnot
)

// knot splits a branch by a draw.
type knot struct {
	upto         uint64
	eye          int32 // of the told program, among the path's
	below, above branch
}

// mostKnots is how many knots a fork may have.
const mostKnots = 256

// outcome is how an engagement begins, when it first means to shoot, and its last
// look.
type outcome struct {
	engState
	whenMs, lastMs int32
}

// noOutcome is that of an engagement that does not come about.
const noOutcome = 0

// forks are those of an almanac.
type forks struct {
	maker    *foresight // who makes them grow
	fork     []fork
	knots    []knot
	outcomes []outcome
	forkList []int32    // of the briefs, one after the other
	forksOf  [][][]span // per posture, state and path: those of its open engagements, in order
}

// fork makes forks of what the forecasts leave open; equal ones once.
func (f *foresight) fork() {
	o := f.out
	f.credit = firstCredit
	o.maker, o.knots, o.outcomes, o.forksOf = f, make([]knot, firstKnot), make([]outcome, noOutcome+1), make([][][]span, len(f.states))
	made := map[string]int32{}
	for q := range f.states {
		o.forksOf[q] = make([][]span, len(f.states[q]))
		for s := range f.states[q] {
			o.forksOf[q][s] = make([]span, len(f.courses))
			for path := range f.courses {
				br := &f.states[q][s][path]
				at := span{from: int32(len(o.forkList))}
				for i := br.orders.from; i < br.orders.to; i++ {
					x := &f.orders[i]
					for n := x.engs.from; n < x.engs.to; n++ {
						f.key = f.key[:0]
						f.num(int32(path), br.way, x.nation, x.alerts, x.knownMs)
						f.keyEngagement(&f.engs[n])
						k, ok := made[string(f.key)]
						if !ok {
							k = int32(len(o.fork))
							made[string(f.key)] = k
							o.fork = append(o.fork, fork{path: int32(path), way: br.way, eng: n, order: x})
						}
						o.forkList = append(o.forkList, k)
					}
				}
				at.to = int32(len(o.forkList))
				o.forksOf[q][s][path] = at
			}
		}
	}
}

// settle gives the outcome that a fork has for a missile with some draws; false if
// that must be worked out.
func (a *ahead) settle(k int32, drawn []uint64) (of int32, ok bool) {
	for {
		at := a.fork[k].root
		for at >= firstKnot {
			x := &a.knots[at]
			if at = x.above; drawn[x.eye] < x.upto {
				at = x.below
			}
		}
		if at != notYet {
			return int32(^at), at != notSettled
		}
		if a.maker.credit <= 0 {
			return 0, false
		}
		a.maker.grow(&a.fork[k], drawn)
		a.teller.shown = a.slots // which may have become more
	}
}

// draws are ranges of them, per eye: from lo on, below hi.
type draws struct{ lo, hi []uint64 }

// grow works out the branch of a fork that some draws come to: it has come to an
// outcome, or a knot is made.
func (f *foresight) grow(x *fork, drawn []uint64) {
	o := f.out
	f.turnTo(int(x.path))
	at, in := f.branch(&x.root, drawn)
	soon, late := f.at(x.way, in.lo, false), f.at(x.way, in.hi, true)
	got, any := f.engagement(x.order, x.eng, &soon, &late)
	if !any || !got.open {
		*at = ^branch(f.comeTo(got, any))
		return
	}
	eye, upto := f.split(x, &got, in, &soon, &late)
	if eye < 0 || x.knots == mostKnots {
		*at = notSettled
		return
	}
	x.knots++
	*at = branch(len(o.knots))
	o.knots = append(o.knots, knot{upto: upto, eye: eye})
}

// branch gives the branch of a tree that some draws come to, and which do.
func (f *foresight) branch(at *branch, drawn []uint64) (*branch, draws) {
	in := draws{make([]uint64, len(f.eyes)), make([]uint64, len(f.eyes))}
	for k := range in.hi {
		in.hi[k] = f.out.level
	}
	for *at >= firstKnot {
		n := &f.out.knots[*at]
		if drawn[n.eye] < n.upto {
			at, in.hi[n.eye] = &n.below, n.upto
		} else {
			at, in.lo[n.eye] = &n.above, n.upto
		}
	}
	return at, in
}

// comeTo writes an outcome down.
func (f *foresight) comeTo(x item, any bool) int32 {
	if !any {
		return noOutcome
	}
	o := f.out
	if x.merge {
		f.mergeSlots(&x.engState)
	}
	o.outcomes = append(o.outcomes, outcome{x.engState, x.whenMs, x.lastMs})
	return int32(len(o.outcomes)) - 1
}

// at gives when the eyes find the missile, by a way of the path, with the lowest
// draws or with the highest, which are below some.
func (f *foresight) at(way int32, drawn []uint64, latest bool) (out bounds) {
	copy(f.last, drawn)
	for k := range f.last {
		f.last[k] -= uint64(one(latest))
	}
	f.boundsOf(way, f.last, latest, &out)
	f.credit -= len(f.eyes)
	return out
}

// What may be spent on letting forks and accounts grow, in eyes whose times are worked
// out: so much at first, which is some hundredths of a second, and with each missile
// that had to be worked out because nothing was left about as much as that took.
const (
	firstCredit = 1 << 18
	moreCredit  = 8 // times the missile's eyes
)

// wellSplit is with how much left open, of the draws there are, a split is taken
// without looking for a better one.
const wellSplit = 0.9

// split gives the eye, and the draw, by which well to tell what an open engagement
// comes to; -1 if none does.
func (f *foresight) split(x *fork, open *item, in draws, soon, late *bounds) (eye int32, upto uint64) {
	eye = -1
	least := math.Inf(1)
	still := func(soon, late *bounds) float64 {
		got, any := f.engagement(x.order, x.eng, soon, late)
		return float64(one(any && got.open))
	}
	for _, m := range f.moments(x, open, soon, late) {
		for _, u := range f.drawsUpTo(x.way, m, in.lo[m.eye], in.hi[m.eye]) {
			if u == 0 {
				continue
			}
			lo, hi := in.lo[m.eye], in.hi[m.eye]
			share := float64(u-lo) / float64(hi-lo)
			in.hi[m.eye] = u
			below := f.at(x.way, in.hi, true)
			in.lo[m.eye], in.hi[m.eye] = u, hi
			above := f.at(x.way, in.lo, false)
			in.lo[m.eye] = lo
			left := share*still(soon, &below) + (1-share)*still(&above, late)
			if left < least {
				eye, upto, least = m.eye, u, left
			}
			if left < wellSplit {
				return eye, upto
			}
		}
	}
	return eye, upto
}

// moment is a time by which an eye has found the missile or not.
type moment struct{ eye, ms int32 }

// moments gives those that matter for how an open engagement begins: what the battery
// must be ready by for its first look, then, for eyes that are pointed, what those
// that point them must have found by. Moments that the eye surely meets, or never, as
// the bounds have it, are left out.
func (f *foresight) moments(k *fork, open *item, soon, late *bounds) (of []moment) {
	w := &f.sights[f.c.way0+k.way]
	matters := func(eye, ms int32) {
		if m := (moment{eye, ms}); ms >= soon.det[eye] && ms < late.det[eye] && !slices.Contains(of, m) {
			of = append(of, m)
		}
	}
	arrive := func(at span, ms int32) {
		for _, x := range f.feeds[at.from:at.to] {
			matters(x.eye, ms-x.addMs)
		}
	}
	listed := func(list, ms int32) {
		if list >= 0 {
			l := &f.lists[list]
			arrive(span{l.from, l.to}, ms)
		}
	}
	e := &f.engs[k.eng]
	for _, sl := range f.slots[e.slot0+open.slot : e.slot0+open.upto] {
		by := sl.LaunchMs - e.reactionMs
		listed(k.order.alerts, by-f.b.Commands[k.order.nation].DecisionMs)
		listed(e.launch, by)
		listed(e.engage, by)
		if e.own >= 0 {
			matters(e.own, by-e.firmMs)
			matters(e.own, sl.HandoverMs-e.firmMs)
		}
	}
	for n := 0; n < len(of) && len(of) < mostMoments; n++ {
		x := of[n]
		by := min(x.ms, f.eyes[x.eye].lastMs)
		for k := w.cues.from; k < w.cues.to; k++ {
			if q := &f.cues[k]; f.pointsAt(q, x.eye) {
				arrive(q.warn, by)
				arrive(q.track, by)
			}
		}
	}
	return of
}

// mostMoments is how many are looked at. The first tell most.
const mostMoments = 64

func (f *foresight) pointsAt(q *cue, eye int32) bool {
	return slices.ContainsFunc(f.points[q.points.from:q.points.to], func(p point) bool { return p.eye == eye })
}

// drawsUpTo gives the draws between two up to which an eye finds the missile by a
// moment: by itself, warned, and pointed; 0 for none.
func (f *foresight) drawsUpTo(way int32, m moment, lo, hi uint64) (out [3]uint64) {
	e := &f.eyes[m.eye]
	w := &f.sights[f.c.way0+way]
	curves := [...]int32{e.search, e.warned, e.cued}
	most := 1
	for k := w.cues.from; k < w.cues.to; k++ {
		if f.pointsAt(&f.cues[k], m.eye) {
			most = 3
		}
	}
	for k, curve := range curves[:most] {
		by := m.ms
		if k > 0 {
			by = min(by, e.lastMs)
		}
		if u := f.curves.upTo(curve, by); u > lo && u < hi && !slices.Contains(out[:k], u) {
			out[k] = u
		}
	}
	return out
}

// upTo gives the draw below which curve k detects by a time.
func (c *curves) upTo(k, tMs int32) (u uint64) {
	for i := c.index[k].first; c.tMs[i] <= tMs; i++ {
		if u = c.upto[i]; u == always {
			break
		}
	}
	return u
}
