package sim

import (
	"slices"

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

	path     []int32   // per missile: the path flown, -1 if it failed at launch
	startMs  []int32   // per missile: launch time in the raid
	seen     [][]int32 // per sight: per missile × view: detection, from launch; Never
	done     []bool    // per sight: seen holds this run's
	detMs    []int32   // the seen of the posture being played
	cuedBy   []int32   // per missile × view: view that pointed, -1
	pointed  []pointed // per nation that points, for the missile at hand
	sights   []sight   // per missile × view
	looked   bool      // sights holds those of lookSeed, lookRun
	lookSeed uint64
	lookRun  uint64

	launched              bool // path and startMs hold those of launchSeed, launchRun
	launchSeed, launchRun uint64
	maxViews              int

	eng     []engState
	firstE  []int32 // per missile: its first engagement in eng
	shots   []int32 // per missile: rounds fired at it
	killMs  []int32 // per missile: when it dies (raid time), Never
	killBy  []int32 // per missile: battery
	flying  []int32 // per missile × group: raid time until which a shot's result is awaited
	groups  int
	rounds  []int32 // per battery
	salvo   []int32 // per battery
	dark    []bool  // per sensor, on a day of a campaign; nil otherwise
	need    []int32 // per battery: rounds it would take to use every look it has left
	open    []int32 // per battery: missiles it may yet shoot at
	home    []int32 // of these, at its own nation's assets
	busy    []int32 // per battery: channels in use
	dry     []bool  // per nation: it has spent rounds on others
	waiting []queue // per battery
	works   []bool  // per interceptor: no common-mode failure in this raid
	hits    []int32 // per asset
	leaks   []int32 // per asset
	exposed []bool  // per missile: its own nation had no round left for it
	events  heap
	trackQ  []event // detections by one sensor; the engagement's place holds the missile
	release heap    // when each of a full sensor's tracks ends; times only
	viewOf  []int32 // per path × sensor: its view among the path's, -1
	col     columns

	// In witness mode, what takes the place of the board's tables.
	given      Given
	givenPaths []PathState // per missile
	givenViews [][]View    // per missile
	givenDet   []int32
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
	cmd      *PathCommand
	e        *Engagement
	missile  int32
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
	owed     int32 // what it adds to its battery's need
	kills    bool
	done     bool
}

// pointed is when a nation's radars were last told where to look, by a warning
// and by a track.
type pointed struct{ warn, track int32 }

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
	p.seen, p.done = make([][]int32, b.Sights), make([]bool, b.Sights)
	for i := range p.seen {
		p.seen[i] = make([]int32, n*p.maxViews)
	}
	p.cuedBy = make([]int32, n*p.maxViews)
	p.sights = make([]sight, n*p.maxViews)
	p.pointed = make([]pointed, len(b.Nations))
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
	p.need, p.open, p.home = make([]int32, len(b.Batteries)), make([]int32, len(b.Batteries)), make([]int32, len(b.Batteries))
	p.rounds, p.salvo, p.busy = make([]int32, len(b.Batteries)), make([]int32, len(b.Batteries)), make([]int32, len(b.Batteries))
	p.waiting = make([]queue, len(b.Batteries))
	p.dry = make([]bool, len(b.Nations))
	p.works = make([]bool, len(b.Interceptors))
	p.hits, p.leaks = make([]int32, len(b.Assets)), make([]int32, len(b.Assets))
	p.events.items, p.events.sorted = make([]event, 0, most+16), make([]event, 0, most)
	for i := range p.waiting {
		p.waiting[i].items = make([]int32, 0, 8)
	}
	p.trackQ = make([]event, 0, n)
	p.release.items = make([]event, 0, n)
	p.viewOf = make([]int32, len(b.Paths)*len(b.Sensors))
	for i := range p.viewOf {
		p.viewOf[i] = -1
	}
	for i := range b.Paths {
		for v := int32(0); v < b.Paths[i].Views; v++ {
			p.viewOf[i*len(b.Sensors)+int(b.Views[b.Paths[i].FirstView+v].Sensor)] = v
		}
	}
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
	p.stock(nil, nil)
	p.play(posture, seed, run, out, log)
}

func (p *Player) play(posture int, seed, run uint64, out []int32, log *Log) {
	b := p.b
	ps := &b.Postures[posture]
	clear(out)
	dice := draw.Dice(seed, run)
	state := ps.state(dice, log)
	paths := ps.States[state]
	p.launch(seed, run, log)
	p.look(seed, run)
	if p.dark != nil {
		p.darken()
	}
	sight := ps.Sight[state]
	p.detMs = p.seen[sight]
	if !p.done[sight] || log != nil {
		p.detect(paths, ps.Down[state], log)
		p.capacity(log)
		p.done[sight] = true
	}
	p.ready(ps, paths, out, log)
	p.fight(ps, dice, out, log)
	p.count(dice, out, log)
}

// state draws which links and sensors are down in this run.
func (ps *Posture) state(dice draw.Run, log *Log) int {
	state := 0
	for k := range ps.Chance {
		if !draw.Hit(dice.U64(ps.Chance[k].Entity, purposeChance), ps.Chance[k].Works) {
			state |= 1 << k
			log.add(Event{Kind: EvDown, Missile: -1, A: int32(k)})
		}
	}
	return state
}

// launch decides which missiles fly, where to and when.
// Where that of this run stands already it is left: the postures share it.
func (p *Player) launch(seed, run uint64, log *Log) {
	if p.launched && p.launchSeed == seed && p.launchRun == run && log == nil {
		return
	}
	p.launched, p.launchSeed, p.launchRun = true, seed, run
	dice := draw.Dice(seed, run)
	b := p.b
	for i := range b.Missiles {
		m := &b.Missiles[i]
		t := m.StartMs
		if m.Random {
			t += int32(draw.Below(dice.U64(m.Entity, purposeTime), int(m.OverMs)+1))
		} else if m.Of > 1 {
			t += int32(int64(m.OverMs) * int64(m.Index) / int64(m.Of-1))
		}
		p.startMs[i] = t
		path := m.Aims[0].Path
		if len(m.Aims) > 1 {
			u := dice.U64(m.Entity, purposeAim)
			for k := range m.Aims {
				path = m.Aims[k].Path
				if draw.Hit(u, m.Aims[k].Upto) {
					break
				}
			}
		}
		if m.Works != always && !draw.Hit(dice.U64(m.Entity, purposeWorks), m.Works) {
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

// look draws when each sensor would find each missile unaided. It does not
// depend on the posture, so that the postures of one run share it.
func (p *Player) look(seed, run uint64) {
	if p.looked && p.lookSeed == seed && p.lookRun == run {
		return
	}
	p.looked, p.lookSeed, p.lookRun = true, seed, run
	clear(p.done)
	dice := draw.Dice(seed, run)
	b := p.b
	for i := range b.Missiles {
		if p.path[i] < 0 {
			continue
		}
		pa := &b.Paths[p.path[i]]
		views := b.Views[pa.FirstView : pa.FirstView+pa.Views]
		at := i * p.maxViews
		for v := range views {
			s := &b.Sensors[views[v].Sensor]
			u := dice.U64(b.Missiles[i].Entity, keyDetect(s.Entity))
			x := sight{search: views[v].Search.at(u)}
			if x.warned, x.cued = x.search, x.search; !views[v].Plain {
				x.warned, x.cued = views[v].Warned.at(u), views[v].Cued.at(u)
			}
			if s.LostMs != Never {
				x.search, x.warned, x.cued = before(x.search, s.LostMs-p.startMs[i]), before(x.warned, s.LostMs-p.startMs[i]), before(x.cued, s.LostMs-p.startMs[i])
			}
			p.sights[at+v] = x
		}
	}
}

// sight is when a view would detect unaided, warned from the start, and cued
// from the start.
type sight struct{ search, warned, cued int32 }

func before(t, limit int32) int32 {
	if t > limit {
		return Never
	}
	return t
}

// detect works out when each sensor finds each missile where the others point
// it. Pointing can only make a detection earlier, so that repeating the step
// until nothing changes ends, and ends at the same times in any order.
func (p *Player) detect(paths []PathState, down []bool, log *Log) {
	b := p.b
	for i := range b.Missiles {
		if p.path[i] < 0 {
			continue
		}
		pa := &b.Paths[p.path[i]]
		st := &paths[p.path[i]]
		views := b.Views[pa.FirstView : pa.FirstView+pa.Views]
		at := i * p.maxViews
		det, by := p.detMs[at:at+len(views)], p.cuedBy[at:at+len(views)]
		sights := p.sights[at : at+len(views)]
		for v := range by {
			det[v], by[v] = sights[v].search, -1
			if down[views[v].Sensor] {
				det[v] = Never
			}
		}
		start := p.startMs[i]
		for k := range st.Cues {
			p.pointed[k] = pointed{Never, Never}
		}
		for changed := len(st.Cues) > 0; changed; {
			changed = false
			for k := range st.Cues {
				c := &st.Cues[k]
				warn, warnBy := earliest(c.Warnings, views, det, start, false)
				if warn == Never {
					continue
				}
				track, trackBy := earliest(c.Tracks, views, det, start, true)
				if p.pointed[k] == (pointed{warn, track}) {
					continue // pointing at the same times again can bring nothing earlier
				}
				p.pointed[k] = pointed{warn, track}
				for _, to := range c.Views {
					x := &sights[to]
					t, from := max(warn, x.warned), warnBy
					if c := max(track, x.cued); c < t {
						t, from = c, trackBy
					}
					if t >= det[to] {
						continue
					}
					v := &views[to]
					if s := &b.Sensors[v.Sensor]; t > v.LastMs || s.LostMs != Never && start+t > s.LostMs {
						continue
					}
					det[to], by[to], changed = t, from, true
				}
			}
		}
		if log != nil {
			for v := range views {
				if det[v] != Never {
					ev := Event{Kind: EvDetect, TMs: start + det[v], Missile: int32(i), A: views[v].Sensor, B: -1}
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
			v := p.viewOf[int(p.path[i])*len(b.Sensors)+s]
			if v < 0 {
				continue
			}
			if d := p.detMs[i*p.maxViews+int(v)]; d != Never {
				p.trackQ = append(p.trackQ, eventAt(p.startMs[i]+d, evResult, int32(i)))
			}
		}
		if len(p.trackQ) <= int(room) {
			continue
		}
		slices.Sort(p.trackQ)
		p.release.items = p.release.items[:0]
		for _, r := range p.trackQ {
			det, _, i := r.parts()
			v := p.viewOf[int(p.path[i])*len(b.Sensors)+s]
			last := p.startMs[i] + b.Views[b.Paths[p.path[i]].FirstView+v].LastMs
			t := det
			if len(p.release.items) >= int(room) {
				t = max(t, int32(p.release.items[0]))
				if t > last {
					p.detMs[int(i)*p.maxViews+int(v)] = Never
					log.add(Event{Kind: EvSaturated, TMs: det, Missile: i, A: int32(s)})
					continue
				}
				p.release.pop()
			}
			p.release.push(event(last))
			if t != det {
				p.detMs[int(i)*p.maxViews+int(v)] = t - p.startMs[i]
				log.add(Event{Kind: EvSaturated, TMs: det, Missile: i, A: int32(s), B: t})
			}
		}
	}
}

// earliest gives when the first of the feeds brings a detection (firm: a firm
// track) to the receiver, from the missile's launch, and by which view.
func earliest(feeds []Feed, views []View, det []int32, start int32, firm bool) (best, by int32) {
	best, by = Never, -1
	for k := range feeds {
		f := &feeds[k]
		if f.BoundMs >= best {
			break
		}
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
			best, by = t, f.View
		}
	}
	return best, by
}

// ready works out from when each battery may shoot at each missile.
func (p *Player) ready(ps *Posture, paths []PathState, out []int32, log *Log) {
	b := p.b
	p.eng = p.eng[:0]
	p.events.reset()
	clear(p.need)
	clear(p.open)
	clear(p.home)
	for i := range b.Missiles {
		p.firstE[i] = int32(len(p.eng))
		if p.path[i] < 0 {
			continue
		}
		pa := &b.Paths[p.path[i]]
		st := &paths[p.path[i]]
		views := b.Views[pa.FirstView : pa.FirstView+pa.Views]
		if p.given != nil {
			st, views = &p.givenPaths[i], p.givenViews[i]
		}
		det := p.detMs[i*p.maxViews : i*p.maxViews+len(views)]
		start := p.startMs[i]
		firstShot, lastShot := Never, int32(-1)
		for c := range st.Commands {
			cmd := &st.Commands[c]
			how := &b.Commands[cmd.Nation]
			alert, _ := earliest(cmd.Alerts, views, det, start, false)
			if alert == Never {
				continue
			}
			track, _ := earliest(cmd.Tracks, views, det, start, true)
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
				s := engState{cmd: cmd, e: e, missile: int32(i), command: int32(c), which: int32(k), orgMs: Never, ownMs: Never, lorMs: Never, eorMs: Never, slot: -1, busySlot: -1}
				if e.Own >= 0 && det[e.Own] != Never {
					s.ownMs = det[e.Own] + views[e.Own].FirmMs
					s.orgMs = max(s.ownMs, gate) + bt.ReactionMs
				}
				if t, _ := earliest(e.Launch, views, det, start, true); t != Never {
					s.lorMs = max(t, gate) + bt.ReactionMs
				}
				if t, _ := earliest(e.Engage, views, det, start, true); t != Never {
					s.eorMs = max(t, gate) + bt.ReactionMs
				}
				j := int32(0)
				for ; int(j) < len(e.Slots) && !s.may(&e.Slots[j], e.Slots[j].LaunchMs); j++ {
				}
				if int(j) == len(e.Slots) {
					if log == nil {
						continue
					}
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
				if log != nil {
					log.add(Event{Kind: EvReady, TMs: start + min(s.orgMs, s.lorMs, s.eorMs), Missile: int32(i), A: e.Battery, B: start + at})
				}
				p.events.arrive(eventAt(start+at, evFire, int32(len(p.eng))))
				p.owe(&s, how, e)
				p.open[e.Battery]++
				if !e.OnOthers {
					p.home[e.Battery]++
				}
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
	p.events.sort()
}

// owe notes how many rounds an engagement may still take from its battery. A
// battery whose rounds cover all that it owes cannot run dry.
func (p *Player) owe(s *engState, how *Command, e *Engagement) {
	bt := &p.b.Batteries[e.Battery]
	looks := int32(len(e.Slots)) - s.slot
	if bt.Once {
		looks = min(looks, 1)
	}
	owed := looks * p.salvo[e.Battery]
	if how.Ration > 0 {
		owed = min(owed, how.Ration-s.used)
	}
	if s.done {
		owed = 0
	}
	p.need[e.Battery] += owed - s.owed
	s.owed = owed
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
