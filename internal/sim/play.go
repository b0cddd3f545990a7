package sim

import (
	"testudo/internal/draw"
)

// Purposes of the draws. A draw is keyed by (seed, run, entity, purpose): the
// reliability of missile 7 is the same under every posture.
const (
	purposeWorks uint64 = iota + 1
	purposeAim
	purposeTime
	purposeHit
	purposeChance
	purposeCommon
	purposeMissed
	purposeFalse
	purposeKill // combined with the battery's entity, slot and round
)

// Odd constants that keep the keys of different slots and purposes apart; the
// hash behind draw.U64 does the mixing.
const (
	spreadPurpose = 0x9e3779b97f4a7c15
	spreadSlot    = 0xd1342543de82ef95
)

func keyDetect(sensor uint64) uint64 { return sensor + spreadPurpose }

func keyKill(battery uint64, slot, round int32) uint64 {
	return (battery ^ purposeKill) + uint64(slot*64+round+1)*spreadSlot
}

// Player plays replications of one board. It owns the scratch space, so that a
// replication allocates nothing; use one per goroutine.
type Player struct {
	b      *Board
	layout *Layout

	path     []int32 // per missile: the path flown, -1 if it failed at launch
	startMs  []int32 // per missile: launch time in the raid
	detMs    []int32 // per missile × view: detection, from launch; Never
	cuedBy   []int32 // per missile × view: view that pointed, -1
	cueTrack []bool
	maxViews int

	eng     []engState
	firstE  []int32 // per missile: its first engagement in eng
	shots   []int32 // per missile: rounds fired at it
	killMs  []int32 // per missile: when it dies (raid time), Never
	killBy  []int32 // per missile: battery
	flying  []int32 // per missile × group: raid time until which a shot's result is awaited
	groups  int
	rounds  []int32 // per battery
	busy    []int32 // per battery: channels in use
	dry     []bool  // per nation: it has spent rounds on others
	waiting []queue // per battery
	works   []bool  // per interceptor: no common-mode failure in this raid
	hits    []int32 // per asset
	leaks   []int32 // per asset
	exposed []bool  // per missile: its own nation had no round left for it
	events  heap
	trackQ  []trackRef
	release []int32
	col     columns
}

// columns caches where the counts go.
type columns struct {
	whole   [kinds]int
	nation  [kinds]int
	asset   [kinds]int
	battery [kinds]int
	nationW, assetW, batteryW,
	nation0, asset0, battery0, objective0 int
}

type engState struct {
	missile  int32
	path     int32 // index in the posture's path state commands
	command  int32
	which    int32
	orgMs    int32 // ready organically, from launch
	ownMs    int32 // own radar has a firm track
	lorMs    int32
	eorMs    int32
	slot     int32 // next slot to try
	busySlot int32 // slot of the shot in flight
	tauMs    int32 // its intercept, from launch
	salvo    int32 // its rounds
	used     int32 // rounds this battery fired at this missile
	kills    bool
	done     bool
}

type trackRef struct{ det, missile, view, last int32 }

// NewPlayer makes the scratch space for a board.
func NewPlayer(b *Board) *Player {
	p := &Player{b: b, layout: b.Layout()}
	n := len(b.Missiles)
	for i := range b.Paths {
		if v := int(b.Paths[i].Views); v > p.maxViews {
			p.maxViews = v
		}
	}
	p.path, p.startMs = make([]int32, n), make([]int32, n)
	p.detMs, p.cuedBy, p.cueTrack = make([]int32, n*p.maxViews), make([]int32, n*p.maxViews), make([]bool, n*p.maxViews)
	most := 0
	for i := range b.Missiles {
		worst := 0
		for _, a := range b.Missiles[i].Aims {
			for q := range b.Postures {
				for s := range b.Postures[q].States {
					c := 0
					for k := range b.Postures[q].States[s][a.Path].Commands {
						c += len(b.Postures[q].States[s][a.Path].Commands[k].Engs)
					}
					worst = max(worst, c)
				}
			}
		}
		most += worst
	}
	p.eng = make([]engState, 0, most)
	p.firstE = make([]int32, n+1)
	p.shots, p.killMs, p.killBy = make([]int32, n), make([]int32, n), make([]int32, n)
	p.exposed = make([]bool, n)
	p.groups = len(b.Nations)
	p.flying = make([]int32, n*p.groups)
	p.rounds, p.busy = make([]int32, len(b.Batteries)), make([]int32, len(b.Batteries))
	p.waiting = make([]queue, len(b.Batteries))
	p.dry = make([]bool, len(b.Nations))
	p.works = make([]bool, len(b.Interceptors))
	p.hits, p.leaks = make([]int32, len(b.Assets)), make([]int32, len(b.Assets))
	p.events.items = make([]event, 0, most+16)
	for i := range p.waiting {
		p.waiting[i].items = make([]int32, 0, 8)
	}
	p.trackQ = make([]trackRef, 0, n)
	p.release = make([]int32, 0, n)
	l := p.layout
	c := &p.col
	for k := Kind(0); k < kinds; k++ {
		c.whole[k], c.nation[k], c.asset[k], c.battery[k] = l.column[Whole][k], l.column[PerNation][k], l.column[PerAsset][k], l.column[PerBattery][k]
	}
	c.nationW, c.assetW, c.batteryW = l.width[PerNation], l.width[PerAsset], l.width[PerBattery]
	c.nation0, c.asset0, c.battery0, c.objective0 = l.start[PerNation], l.start[PerAsset], l.start[PerBattery], l.start[PerObjective]
	return p
}

// Layout gives the columns of the rows that Play fills.
func (p *Player) Layout() *Layout { return p.layout }

// Play plays one replication of one posture and fills out, which must have
// Layout().Len() entries. log may be nil; if not, every event is appended to it.
func (p *Player) Play(posture int, seed, run uint64, out []int32, log *Log) {
	b := p.b
	ps := &b.Postures[posture]
	clear(out)
	state := 0
	for k := range ps.Chance {
		if !draw.Hit(draw.U64(seed, run, ps.Chance[k].Entity, purposeChance), ps.Chance[k].Works) {
			state |= 1 << k
			log.add(Event{Kind: EvDown, Missile: -1, A: int32(k)})
		}
	}
	paths := ps.States[state]
	p.launch(seed, run, log)
	p.detect(paths, seed, run, log)
	p.capacity(log)
	p.ready(ps, paths, out, log)
	p.fight(ps, paths, seed, run, out, log)
	p.count(seed, run, out, log)
}

// launch decides which missiles fly, where to and when.
func (p *Player) launch(seed, run uint64, log *Log) {
	b := p.b
	for i := range b.Missiles {
		m := &b.Missiles[i]
		t := m.StartMs
		if m.Random {
			t += int32(draw.Below(draw.U64(seed, run, m.Entity, purposeTime), int(m.OverMs)+1))
		} else if m.Of > 1 {
			t += int32(int64(m.OverMs) * int64(m.Index) / int64(m.Of-1))
		}
		p.startMs[i] = t
		path := m.Aims[0].Path
		if len(m.Aims) > 1 {
			u := draw.U64(seed, run, m.Entity, purposeAim)
			for k := range m.Aims {
				path = m.Aims[k].Path
				if draw.Hit(u, m.Aims[k].Upto) {
					break
				}
			}
		}
		if m.Works != always && !draw.Hit(draw.U64(seed, run, m.Entity, purposeWorks), m.Works) {
			log.add(Event{Kind: EvFailed, TMs: t, Missile: int32(i), A: path})
			path = -1
		} else {
			log.add(Event{Kind: EvLaunch, TMs: t, Missile: int32(i), A: path})
		}
		p.path[i] = path
	}
}

const always = ^uint64(0)

// at gives the time at which a curve detects for draw u.
func (c *Curve) at(u uint64) int32 {
	lo, hi := 0, len(c.Upto)
	for lo < hi {
		mid := (lo + hi) / 2
		if draw.Hit(u, c.Upto[mid]) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	if lo == len(c.Upto) {
		return Never
	}
	return c.TMs[lo]
}

// detect draws when each sensor finds each missile. Sensors that find it early
// point the others where the agreements let them; the earliest is settled
// first, because nothing later can have helped it.
func (p *Player) detect(paths []PathState, seed, run uint64, log *Log) {
	b := p.b
	var u [64]uint64
	var settled [64]bool
	for i := range b.Missiles {
		if p.path[i] < 0 {
			continue
		}
		pa := &b.Paths[p.path[i]]
		st := &paths[p.path[i]]
		views := b.Views[pa.FirstView : pa.FirstView+pa.Views]
		det := p.detMs[i*p.maxViews : i*p.maxViews+len(views)]
		by := p.cuedBy[i*p.maxViews : i*p.maxViews+len(views)]
		tr := p.cueTrack[i*p.maxViews : i*p.maxViews+len(views)]
		for v := range views {
			s := &b.Sensors[views[v].Sensor]
			x := draw.U64(seed, run, b.Missiles[i].Entity, keyDetect(s.Entity))
			det[v], by[v], tr[v] = views[v].Search.at(x), -1, false
			if det[v] != Never && s.LostMs != Never && p.startMs[i]+det[v] > s.LostMs {
				det[v] = Never
			}
			if v < len(u) {
				u[v], settled[v] = x, false
			}
		}
		if len(st.Cues) > 0 {
			n := min(len(views), len(u))
			for {
				next := -1
				for v := 0; v < n; v++ {
					if !settled[v] && det[v] != Never && (next < 0 || det[v] < det[next]) {
						next = v
					}
				}
				if next < 0 {
					break
				}
				settled[next] = true
				for k := range st.Cues {
					c := &st.Cues[k]
					if int(c.From) != next || int(c.To) >= n || settled[c.To] {
						continue
					}
					have := det[next]
					if c.Track {
						have += views[next].FirmMs
					}
					if c.LostMs != Never && p.startMs[i]+have > c.LostMs {
						continue
					}
					have += c.DelayMs
					var sees int32
					if c.Track {
						sees = views[c.To].Cued.at(u[c.To])
					} else {
						sees = views[c.To].Warned.at(u[c.To])
					}
					if sees == Never {
						continue
					}
					t := max(have, sees)
					if s := &b.Sensors[views[c.To].Sensor]; s.LostMs != Never && p.startMs[i]+t > s.LostMs {
						continue
					}
					if t < det[c.To] && t <= views[c.To].LastMs {
						det[c.To], by[c.To], tr[c.To] = t, int32(next), c.Track
					}
				}
			}
		}
		if log != nil {
			for v := range views {
				if det[v] != Never {
					ev := Event{Kind: EvDetect, TMs: p.startMs[i] + det[v], Missile: int32(i), A: views[v].Sensor, B: -1}
					if by[v] >= 0 {
						ev.B = views[by[v]].Sensor
					}
					log.add(ev)
				}
			}
		}
	}
}

// capacity makes a sensor that can follow only so many tracks at once take a
// missile when it loses another. A sensor that can follow the whole raid is
// not asked.
func (p *Player) capacity(log *Log) {
	b := p.b
	for s := range b.Sensors {
		room := b.Sensors[s].Capacity
		if room <= 0 || int(room) >= len(b.Missiles) {
			continue
		}
		p.trackQ = p.trackQ[:0]
		for i := range b.Missiles {
			if p.path[i] < 0 {
				continue
			}
			pa := &b.Paths[p.path[i]]
			for v := int32(0); v < pa.Views; v++ {
				view := &b.Views[pa.FirstView+v]
				if int(view.Sensor) != s {
					continue
				}
				if d := p.detMs[i*p.maxViews+int(v)]; d != Never {
					p.trackQ = append(p.trackQ, trackRef{p.startMs[i] + d, int32(i), v, p.startMs[i] + view.LastMs})
				}
			}
		}
		if len(p.trackQ) <= int(room) {
			continue
		}
		q := p.trackQ
		for i := 1; i < len(q); i++ { // few and nearly sorted
			for j := i; j > 0 && (q[j].det < q[j-1].det || q[j].det == q[j-1].det && q[j].missile < q[j-1].missile); j-- {
				q[j], q[j-1] = q[j-1], q[j]
			}
		}
		p.release = p.release[:0]
		for _, r := range q {
			t := r.det
			if len(p.release) >= int(room) {
				k := 0
				for j := range p.release {
					if p.release[j] < p.release[k] {
						k = j
					}
				}
				t = max(t, p.release[k])
				if t > r.last {
					p.detMs[int(r.missile)*p.maxViews+int(r.view)] = Never
					log.add(Event{Kind: EvSaturated, TMs: r.det, Missile: r.missile, A: int32(s)})
					continue
				}
				p.release[k] = r.last
			} else {
				p.release = append(p.release, r.last)
			}
			if t != r.det {
				p.detMs[int(r.missile)*p.maxViews+int(r.view)] = t - p.startMs[r.missile]
				log.add(Event{Kind: EvSaturated, TMs: r.det, Missile: r.missile, A: int32(s), B: t})
			}
		}
	}
}

// earliest gives when the first of the feeds brings a detection (firm: a firm
// track) to the receiver, from the missile's launch.
func (p *Player) earliest(feeds []Feed, views []View, det []int32, start int32, firm bool) int32 {
	best := Never
	for k := range feeds {
		f := &feeds[k]
		t := det[f.View]
		if t == Never {
			continue
		}
		if firm {
			t += views[f.View].FirmMs
		}
		if f.LostMs != Never && start+t > f.LostMs {
			continue
		}
		if t += f.DelayMs; t < best {
			best = t
		}
	}
	return best
}

// ready works out from when each battery may shoot at each missile.
func (p *Player) ready(ps *Posture, paths []PathState, out []int32, log *Log) {
	b := p.b
	p.eng = p.eng[:0]
	p.events.items = p.events.items[:0]
	for i := range b.Missiles {
		p.firstE[i] = int32(len(p.eng))
		if p.path[i] < 0 {
			continue
		}
		pa := &b.Paths[p.path[i]]
		st := &paths[p.path[i]]
		views := b.Views[pa.FirstView : pa.FirstView+pa.Views]
		det := p.detMs[i*p.maxViews : i*p.maxViews+len(views)]
		start := p.startMs[i]
		firstShot, lastShot := Never, int32(-1)
		for c := range st.Commands {
			cmd := &st.Commands[c]
			how := &b.Commands[cmd.Nation]
			alert := p.earliest(cmd.Alerts, views, det, start, false)
			if alert == Never {
				continue
			}
			track := p.earliest(cmd.Tracks, views, det, start, true)
			if log != nil {
				log.add(Event{Kind: EvAlert, TMs: start + alert, Missile: int32(i), A: cmd.Nation})
				if track != Never {
					log.add(Event{Kind: EvFirm, TMs: start + track, Missile: int32(i), A: cmd.Nation})
				}
			}
			if pa.Asset >= 0 && b.Assets[pa.Asset].Nation == cmd.Nation {
				row := out[p.col.asset0+int(pa.Asset)*p.col.assetW:]
				if alert < pa.DurationMs {
					row[p.col.asset[WarnedCount]]++
					row[p.col.asset[WarnedTime]] += (pa.DurationMs - alert) / 100
				}
				if track < pa.DurationMs {
					row[p.col.asset[FirmCount]]++
					row[p.col.asset[FirmTime]] += (pa.DurationMs - track) / 100
				}
			}
			if cmd.KnownMs == Never {
				continue
			}
			gate := max(cmd.KnownMs, alert+how.DecisionMs)
			for k := range cmd.Engs {
				e := &cmd.Engs[k]
				bt := &b.Batteries[e.Battery]
				s := engState{missile: int32(i), command: int32(c), which: int32(k), orgMs: Never, ownMs: Never, lorMs: Never, eorMs: Never, slot: -1, busySlot: -1}
				if e.Own >= 0 && det[e.Own] != Never {
					s.ownMs = det[e.Own] + views[e.Own].FirmMs
					s.orgMs = max(s.ownMs, gate) + bt.ReactionMs
				}
				if t := p.earliest(e.Launch, views, det, start, true); t != Never {
					s.lorMs = max(t, gate) + bt.ReactionMs
				}
				if t := p.earliest(e.Engage, views, det, start, true); t != Never {
					s.eorMs = max(t, gate) + bt.ReactionMs
				}
				j := int32(0)
				for ; int(j) < len(e.Slots) && !s.may(&e.Slots[j], e.Slots[j].LaunchMs); j++ {
				}
				if int(j) == len(e.Slots) {
					log.add(Event{Kind: EvTooLate, TMs: start + min(s.orgMs, s.lorMs, s.eorMs, Never-start), Missile: int32(i), A: e.Battery, B: e.Slots[len(e.Slots)-1].LaunchMs + start})
					continue
				}
				s.slot = j
				at := e.Slots[j].LaunchMs
				if bt.Once {
					// One salvo only: at the last look, when the track is best.
					s.slot = int32(len(e.Slots) - 1)
					at = e.Slots[s.slot].LaunchMs
				}
				if how.AtOnce {
					at = b.Kins[e.Kin].next(max(min(s.orgMs, s.lorMs, s.eorMs), 0), at)
				}
				firstShot, lastShot = min(firstShot, at), max(lastShot, e.Slots[len(e.Slots)-1].LaunchMs)
				log.add(Event{Kind: EvReady, TMs: start + min(s.orgMs, s.lorMs, s.eorMs), Missile: int32(i), A: e.Battery, B: start + at})
				p.events.push(event{start + at, int32(len(p.eng)), evFire})
				p.eng = append(p.eng, s)
			}
		}
		if firstShot != Never && pa.Asset >= 0 {
			row := out[p.col.asset0+int(pa.Asset)*p.col.assetW:]
			row[p.col.asset[ShotCount]]++
			row[p.col.asset[FirstShot]] += (pa.DurationMs - firstShot) / 100
			row[p.col.asset[LastShot]] += (pa.DurationMs - lastShot) / 100
		}
	}
	p.firstE[len(b.Missiles)] = int32(len(p.eng))
}

// next gives the launch on the grid at or after t, at most upto.
func (k *Kin) next(t, upto int32) int32 {
	i := (t - k.FirstMs + k.StepMs - 1) / k.StepMs
	if t <= k.FirstMs {
		i = 0
	}
	for ; int(i) < len(k.LaunchMs); i++ {
		if k.LaunchMs[i] >= t {
			return min(k.LaunchMs[i], upto)
		}
	}
	return upto
}

// meets gives the intercept time of a launch at t.
func (k *Kin) meets(t int32) int32 {
	i := (t - k.FirstMs + k.StepMs - 1) / k.StepMs
	if t <= k.FirstMs {
		i = 0
	}
	if int(i) >= len(k.Intercept) {
		i = int32(len(k.Intercept) - 1)
	}
	return k.Intercept[i]
}

// may reports whether any mode allows the slot to a launch at time t.
func (s *engState) may(sl *Slot, t int32) bool { return s.threshold(sl, t) > 0 }

// threshold gives the best kill threshold the allowed modes offer.
func (s *engState) threshold(sl *Slot, t int32) uint64 {
	var best uint64
	if s.orgMs <= t {
		best = sl.Organic
	}
	if s.lorMs <= t && s.ownMs <= sl.HandoverMs && sl.Launch > best {
		best = sl.Launch
	}
	if s.eorMs <= t && sl.Eng > best {
		best = sl.Eng
	}
	return best
}

// The modes as the log numbers them.
const (
	ModeOrganic = iota
	ModeLaunchOnRemote
	ModeEngageOnRemote
)

// mode says which mode gives the threshold a shot was fired with; the one that
// leans least on others, where two give the same.
func (s *engState) mode(sl *Slot, t int32) int32 {
	switch best := s.threshold(sl, t); {
	case s.orgMs <= t && sl.Organic == best:
		return ModeOrganic
	case s.lorMs <= t && s.ownMs <= sl.HandoverMs && sl.Launch == best:
		return ModeLaunchOnRemote
	}
	return ModeEngageOnRemote
}
