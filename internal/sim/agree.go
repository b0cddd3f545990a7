package sim

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"testudo/internal/engage"
	"testudo/internal/pact"
	"testudo/internal/sense"
	"testudo/internal/track"
)

// What agreements make of a path: who points whom, who is told what, who may
// shoot on whose track.

// feedKey names a list of feeds of one path.
type feedKey struct {
	nation int
	level  pact.Level
}

// stateCompiler compiles one posture in one state of what may fail.
type stateCompiler struct {
	c      *Compiler
	net    *pact.Net
	up     func(edge int) bool
	down   []bool
	routes [][]pact.Route     // by type, area, sensor and nation; nil: not asked yet
	lists  map[feedKey][]Feed // of the path being compiled
}

// to gives the routes by which a sensor's data on a path reach a nation.
func (s *stateCompiler) to(sensor, nation, path int) []pact.Route {
	t := s.c.t
	from := t.Sensors[sensor].Nation
	p := &t.Paths[path]
	k := ((p.Type*len(t.Areas)+p.Area)*len(t.Sensors)+sensor)*len(t.Nations) + nation
	if r := s.routes[k]; r != nil {
		return r
	}
	r := s.net.Routes(from, nation, pact.Content{Class: t.Types[p.Type].Class, From: t.Areas[p.Area].ID, Sensor: t.Sensors[sensor].ID}, s.up)
	if r == nil {
		r = []pact.Route{}
	}
	s.routes[k] = r
	return r
}

// quickest gives the least delay over which at least the level arrives.
func quickest(rs []pact.Route, l pact.Level) (delay, lost float64, ok bool) {
	delay = math.Inf(1)
	for _, r := range rs {
		if r.Level >= l && r.DelayS < delay {
			delay, lost, ok = r.DelayS, r.LostAtS, true
		}
	}
	return
}

func (s *stateCompiler) path(i int) PathState {
	t := s.c.t
	ph := &s.c.paths[i]
	views := s.c.views[ph.first : ph.first+ph.views]
	clear(s.lists)
	var st PathState
	for n := range t.Nations {
		var cue NationCue
		for v := range views {
			sn := &t.Sensors[views[v].sensor]
			if sn.Nation == n && sn.Radar != nil && !s.down[views[v].sensor] && helps(&views[v]) {
				cue.Views = append(cue.Views, int32(v))
			}
		}
		if len(cue.Views) > 0 {
			cue.Warnings, cue.Tracks = s.feeds(i, n, pact.Warning), s.feeds(i, n, pact.Track)
			st.Cues = append(st.Cues, cue)
		}
	}
	for n := range t.Nations {
		if t.Nations[n].Attacker {
			continue
		}
		if cmd, ok := s.command(i, n); ok {
			st.Commands = append(st.Commands, cmd)
		}
	}
	return st
}

// helps reports whether pointing the sensor can make it see earlier or surer.
func helps(v *sensed) bool {
	a, b := v.view.Search, v.view.Cued
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

// feeds lists the views whose data reach a nation at a level; radars only where
// a track is meant. The list is shared by all that ask for it.
func (s *stateCompiler) feeds(path, nation int, l pact.Level) []Feed {
	key := feedKey{nation, l}
	out, ok := s.lists[key]
	if !ok {
		out = s.c.share(s.findFeeds(path, nation, l))
		s.lists[key] = out
	}
	return out
}

// share gives one list for all that are equal: under many agreements most are,
// and a replication then finds them in the processor's cache.
func (c *Compiler) share(fs []Feed) []Feed {
	if len(fs) == 0 {
		return fs
	}
	key := make([]byte, 0, 16*len(fs))
	for i := range fs {
		f := &fs[i]
		for _, x := range [4]int32{f.View, f.DelayMs, f.LostMs, f.BoundMs} {
			key = binary.BigEndian.AppendUint32(key, uint32(x))
		}
	}
	if known, ok := c.shared[string(key)]; ok {
		return known
	}
	c.shared[string(key)] = fs
	return fs
}

func (s *stateCompiler) findFeeds(path, nation int, l pact.Level) []Feed {
	t := s.c.t
	ph := &s.c.paths[path]
	var out []Feed
	for v := 0; v < ph.views; v++ {
		x := &s.c.views[ph.first+v]
		if s.down[x.sensor] || l > pact.Warning && t.Sensors[x.sensor].Radar == nil {
			continue
		}
		if d, lost, ok := quickest(s.to(x.sensor, nation, path), l); ok {
			bound := ms(soonest(&x.view) + d)
			if l > pact.Warning {
				bound += ms(t.Sensors[x.sensor].FirmS)
			}
			out = append(out, Feed{int32(v), ms(d), ms(lost), bound})
		}
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

// informs lists what a nation can fuse at a level.
func (s *stateCompiler) informs(path, nation int, l pact.Level, skip int) []track.Contribution {
	ph := &s.c.paths[path]
	var out []track.Contribution
	for _, x := range s.sources(path, nation, l, skip) {
		out = append(out, ph.contribution(s.c, x))
	}
	return out
}

// sources lists, for each sensor, the best direct and the best relayed route to
// a nation, by what survives delay and quality.
func (s *stateCompiler) sources(path, nation int, l pact.Level, skip int) []Source {
	ph := &s.c.paths[path]
	var out []Source
	for v := 0; v < ph.views; v++ {
		x := &s.c.views[ph.first+v]
		if x.info == nil || s.down[x.sensor] || x.sensor == skip {
			continue
		}
		for _, relayed := range [2]bool{false, true} {
			best, worth := Source{}, 0.0
			for _, r := range s.to(x.sensor, nation, path) {
				if r.Level < l || r.Relayed() != relayed {
					continue
				}
				if w := r.Quality * math.Exp(-r.DelayS/FadeS); w > worth {
					best, worth = Source{View: v, DelayS: r.DelayS, Quality: r.Quality, LostS: r.LostAtS, Relayed: relayed}, w
				}
			}
			if worth > 0 {
				out = append(out, best)
			}
		}
	}
	return out
}

// command compiles what a nation can do about a path; ok is false if it neither
// owns what is aimed at nor has a battery that may and can shoot.
func (s *stateCompiler) command(path, nation int) (PathCommand, bool) {
	t := s.c.t
	p := &t.Paths[path]
	ph := &s.c.paths[path]
	cmd := PathCommand{Nation: int32(nation), KnownMs: Never}
	how := &t.Nations[nation].Command
	owner := t.Assets[p.Asset].Nation
	for b := range t.Batteries {
		x := &t.Batteries[b]
		if x.Nation != nation || ph.windows[b].Empty() || x.Rounds == 0 {
			continue
		}
		defends := x.Defends[p.Asset] || owner != nation && s.net.Defends(nation, owner)
		if !defends && (how.IgnoreHarmless || owner >= 0 && !t.Nations[owner].Attacker) {
			continue
		}
		if e, ok := s.engagement(path, b); ok {
			e.OnOthers = owner != nation
			cmd.Engs = append(cmd.Engs, e)
		}
	}
	if len(cmd.Engs) == 0 && owner != nation {
		return cmd, false
	}
	cmd.Alerts = s.feeds(path, nation, pact.Warning)
	cmd.Tracks = s.feeds(path, nation, pact.Track)
	if len(cmd.Alerts) == 0 {
		return cmd, owner == nation
	}
	cmd.KnownMs = s.knows(path, nation, how.AccuracyM)
	return cmd, true
}

// anywhere is an accuracy that any track meets: larger than the Earth.
const anywhere = 2.1e7

// knows gives the time from which the nation's fused track tells, to the
// accuracy its command asks for, where the missile will fall.
func (s *stateCompiler) knows(path, nation int, accuracyM float64) int32 {
	if accuracyM >= anywhere {
		return 0
	}
	cs := s.informs(path, nation, pact.Track, -1)
	if len(cs) == 0 {
		return Never
	}
	key := s.key('k', path, cs, 0, 0, math.Float64bits(accuracyM))
	if v, ok := recall(s.c.memo.known, s.c.old.known, key); ok {
		return v
	}
	ph := &s.c.paths[path]
	fl := s.c.t.Paths[path].Flight
	good := func(at float64) bool {
		pool := ph.motion.Pool(cs, at)
		major, ok := ph.motion.BestImpact(&pool)
		return ok && major <= accuracyM
	}
	// Coarse steps find the first time, halving refines it: the ellipse shrinks
	// while sensors look, and may grow again when they lose the missile.
	v := Never
	lo, hi := fl.BurnoutS(), fl.Duration()
	step := math.Max(5, (hi-lo)/32)
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
		v = ms(b)
		break
	}
	s.c.memo.known[key] = v
	return v
}

// recall looks into a memo and into that of the compiler before; what the latter
// has is noted, so that it lives on as long as it is used.
func recall[V any](now, before map[string]V, key string) (V, bool) {
	v, ok := now[key]
	if !ok {
		if v, ok = before[key]; ok {
			now[key] = v
		}
	}
	return v, ok
}

// key names a set of contributions for the memo: the same set under another
// posture needs no new arithmetic.
func (s *stateCompiler) key(kind byte, path int, cs []track.Contribution, window, kill uint32, extra uint64) string {
	ph := &s.c.paths[path]
	buf := make([]byte, 0, 21+len(cs)*21)
	buf = append(buf, kind)
	for _, n := range [3]uint32{ph.id, window, kill} {
		buf = binary.BigEndian.AppendUint32(buf, n)
	}
	buf = binary.BigEndian.AppendUint64(buf, extra)
	for i := range cs {
		for v := 0; v < ph.views; v++ {
			if s.c.views[ph.first+v].info == cs[i].Info {
				buf = binary.BigEndian.AppendUint32(buf, s.c.views[ph.first+v].id)
			}
		}
		buf = binary.BigEndian.AppendUint64(buf, math.Float64bits(cs[i].DelayS))
		buf = binary.BigEndian.AppendUint64(buf, math.Float64bits(cs[i].Quality))
		if cs[i].Relayed {
			buf = append(buf, 1)
		} else {
			buf = append(buf, 0)
		}
	}
	return string(buf)
}

// engagement compiles what one battery can do about one path.
func (s *stateCompiler) engagement(path, battery int) (Engagement, bool) {
	t := s.c.t
	x := &t.Batteries[battery]
	ph := &s.c.paths[path]
	w := &ph.windows[battery]
	e := Engagement{Battery: int32(battery), Own: -1, Kin: int32(path*len(t.Batteries) + battery)}
	var own []track.Contribution
	radarUp := x.Radar >= 0 && !s.down[x.Radar]
	if radarUp {
		if v := ph.ofView[x.Radar]; v >= 0 {
			e.Own = int32(v)
			if in := s.c.views[ph.first+v].info; in != nil {
				own = []track.Contribution{{Info: in, Quality: 1}}
			}
		}
	}
	var lor, eor []track.Contribution
	if x.Modes.Has(engage.LaunchOnRemote) && e.Own >= 0 {
		e.Launch = s.feeds(path, x.Nation, pact.LaunchOnRemote)
		lor = append(append(lor, own...), s.informs(path, x.Nation, pact.LaunchOnRemote, x.Radar)...)
	}
	if x.Modes.Has(engage.EngageOnRemote) {
		e.Engage = s.feeds(path, x.Nation, pact.EngageOnRemote)
		eor = append(append(eor, own...), s.informs(path, x.Nation, pact.EngageOnRemote, x.Radar)...)
	}
	organic := e.Own >= 0 && (x.Modes.Has(engage.Organic) || x.Modes.Has(engage.Cued))
	if !organic && len(e.Launch) == 0 && len(e.Engage) == 0 {
		return e, false
	}
	a := s.kills(path, battery, w, own, organic)
	l := s.kills(path, battery, w, lor, len(e.Launch) > 0)
	g := s.kills(path, battery, w, eor, len(e.Engage) > 0)
	any := false
	for i, sl := range w.Slots {
		q := Slot{LaunchMs: ms(sl.LaunchS), InterceptMs: ms(sl.InterceptS), HandoverMs: ms(sl.InterceptS - HandoverS), Organic: a[i], Launch: l[i], Eng: g[i]}
		any = any || q.Organic > 0 || q.Launch > 0 || q.Eng > 0
		e.Slots = append(e.Slots, q)
	}
	return e, any
}

// kills gives the kill threshold of each slot for a set of contributions.
func (s *stateCompiler) kills(path, battery int, w *engage.Window, cs []track.Contribution, allowed bool) []uint64 {
	out := make([]uint64, len(w.Slots))
	if !allowed {
		return out
	}
	x := &s.c.t.Batteries[battery]
	ph := &s.c.paths[path]
	textbook := !math.IsNaN(x.Kill.Handover)
	if len(cs) == 0 && !textbook {
		return out
	}
	key := ""
	if !textbook {
		key = s.key('e', path, cs, ph.ids[battery], s.c.killNumber(x.Kill), 0)
		if m, ok := recall(s.c.memo.kills, s.c.old.kills, key); ok {
			return m
		}
	}
	for i, sl := range w.Slots {
		handover := x.Kill.Handover
		if !textbook {
			pool := ph.motion.Pool(cs, math.Max(sl.InterceptS-HandoverS, sl.LaunchS))
			handover = ph.motion.BestHandover(&pool, sl.InterceptS, x.Kill.BasketM)
		}
		out[i] = certain(x.Kill.Probability(handover))
	}
	if !textbook {
		s.c.memo.kills[key] = out
	}
	return out
}
