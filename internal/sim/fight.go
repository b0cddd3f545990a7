package sim

import "testudo/internal/draw"

// gun is a battery with what its command makes of it: all that a shot asks.
type gun struct {
	missed               uint64 // how a command misjudges what it shot at
	seenMs               int32  // how long after a kill its command may know of it
	lostMs, channels     int32
	reserve              int32
	reserveValue, ration int32
	assessMs, nation     int32
	once, coordinate     bool
	atOnce               bool
	kind                 int32 // of round
	reactionMs           int32
	entity               uint64
	common, perMissile   uint64 // its type of round: key, and the threshold drawn for each missile (always: none)
	falseKill            uint64
}

func newGun(b *Board, battery int) gun {
	bt := &b.Batteries[battery]
	how, in := &b.Commands[bt.Nation], &b.Interceptors[bt.Interceptor]
	g := gun{
		entity: bt.Entity, missed: how.MissedKill, falseKill: how.FalseKill, common: in.Entity, perMissile: always,
		nation: bt.Nation, kind: bt.Interceptor, reactionMs: bt.ReactionMs, assessMs: bt.AssessMs, lostMs: bt.LostMs, channels: bt.Channels,
		reserve: how.Reserve, reserveValue: how.ReserveValue, ration: how.Ration, once: bt.Once, coordinate: how.Coordinate, atOnce: how.AtOnce,
	}
	g.seenMs = g.assessMs
	if b.Oracle {
		g.seenMs = -1 << 30 // before it happens
	}
	if in.PerMissile {
		g.perMissile = in.Works
	}
	return g
}

// magazine is what a battery has left, and what it has done, in the run being
// played.
type magazine struct {
	left, salvo int32 // rounds
	busy        int32 // channels in use
	open, home  int32 // missiles it may yet shoot at; of these, at its own nation's assets
	need        int32 // rounds it would take to use every look it has left
	plenty      bool  // its rounds cover that, whatever happens
	works       bool  // no common-mode failure of its type of round in this raid
	gun
	shots, wasted int32
	onOthers      int32
}

// target is a missile in the run being played.
type target struct {
	entity          uint64
	startMs, killMs int32 // raid time; Never: it is not killed
	killBy          int32 // battery
	shots           int32 // rounds fired at it
	value           int32 // of the asset it flies at, thousandths
	exposed         bool  // its own nation had no round left for it
}

// fight plays the engagements in the order of time.
func (p *table) fight(ps *Posture, dice draw.Run, log *Log) {
	b := p.b
	p.dice, p.log = dice, log
	for i := range p.waiting {
		p.waiting[i].reset()
	}
	for i, path := range p.path {
		value := int32(-1)
		if path >= 0 {
			if a := b.Paths[path].Asset; a >= 0 {
				value = b.Assets[a].ValueMilli
			}
		}
		x := &p.targets[i]
		x.entity, x.startMs, x.killMs, x.killBy, x.shots, x.value, x.exposed = p.entity[i], p.startMs[i], Never, -1, 0, value, false
	}
	p.minded, p.group = false, ps.Group
	clear(p.flying)
	clear(p.dry)
	for k := range b.Interceptors {
		in := &b.Interceptors[k]
		p.works[k] = in.Works == always || in.PerMissile || draw.Hit(dice.U64(in.Entity, purposeCommon), in.Works)
		if !p.works[k] {
			log.add(Event{Kind: EvCommon, Missile: -1, A: int32(k)})
		}
	}
	for k := range p.magazines {
		m := &p.magazines[k]
		m.works = p.works[m.kind]
	}
	for {
		next := p.events.pop()
		if next == never {
			break
		}
		t, kind, eng := next.parts()
		if kind == evFire {
			p.fire(eng, t)
		} else {
			p.result(eng, t)
		}
	}
	p.log = nil
}

// fire launches at time t if everything allows it, or logs why not.
func (p *table) fire(ei, t int32) {
	s := &p.eng[ei]
	if s.done {
		return
	}
	m, x := &p.magazines[s.battery], &p.targets[s.missile]
	if x.killMs != Never && x.killMs+m.seenMs <= t && (m.missed == 0 || !p.blind(m, x, s.missile, s.slot, t)) || t > m.lostMs {
		s.end(m)
		return
	}
	// The look in whose time this launch falls.
	rel := t - x.startMs
	var sl *slot
	var upto uint64
	j := s.slot
	for ; j < s.slots; j++ {
		sl = &p.shown[s.slot0+j]
		if sl.LaunchMs < rel {
			continue
		}
		if upto = s.threshold(sl, rel); upto > 0 {
			break
		}
		if s.threshold(sl, sl.LaunchMs) > 0 {
			// In time for this look, but no mode allows it yet.
			s.slot = j
			p.events.push(eventAt(x.startMs+sl.LaunchMs, evFire, ei))
			return
		}
	}
	s.slot = j
	if j >= s.slots {
		s.end(m)
		return
	}
	s.owe(m)
	switch {
	case m.left == 0:
		p.tell(EvDry, t, s.missile, s.battery, 0)
		if !s.onOthers && p.dry[m.nation] {
			x.exposed = true
		}
		s.end(m)
		return
	case m.left <= m.reserve && x.value < m.reserveValue:
		p.tell(EvReserved, t, s.missile, s.battery, 0)
		s.end(m)
		return
	case m.ration > 0 && s.used >= m.ration:
		s.end(m)
		return
	case s.onOthers && m.left-m.salvo < m.home*m.salvo:
		// Its own nation's assets come first: one look for each missile that may
		// still come at them stays in the launchers.
		p.tell(EvReserved, t, s.missile, s.battery, 0)
		s.end(m)
		return
	}
	if (m.coordinate || !m.plenty && m.left < m.need) && !p.oracle {
		// Rounds are short, or the command never shoots twice at once.
		if known := p.awaited(s.missile, m.nation, t); known > t {
			// Somebody of the group has a shot on its way: see what that one does
			// first, unless this is the last look.
			for n, later := range p.slotsOf(s)[s.slot+1:] {
				if x.startMs+later.LaunchMs >= known {
					p.tell(EvWaits, t, s.missile, s.battery, known)
					s.slot += int32(n) + 1
					s.owe(m)
					p.events.push(eventAt(x.startMs+later.LaunchMs, evFire, ei))
					return
				}
			}
			if m.left < m.open*m.salvo {
				// There is no later look, but also not one round for each missile this
				// battery may yet have to meet: the other's shot must do.
				p.tell(EvSpared, t, s.missile, s.battery, 0)
				s.end(m)
				return
			}
		}
	}
	if m.channels > 0 && m.busy >= m.channels {
		p.tell(EvBusy, t, s.missile, s.battery, 0)
		p.waiting[s.battery].push(ei)
		return
	}
	n := min(m.salvo, m.left)
	if m.ration > 0 {
		n = min(n, m.ration-s.used)
	}
	tau := sl.InterceptMs
	if rel != sl.LaunchMs {
		tau = p.kins[s.kin].meets(rel)
	}
	if p.given != nil {
		e := &p.engs[s.e]
		upto = p.given.Threshold(int(s.missile), int(e.command), int(e.index), int(s.slot), int(s.mode(sl, rel)))
	}
	works := m.works
	if m.perMissile != always {
		works = draw.Hit(p.dice.U64(x.entity, m.common^purposeCommon), m.perMissile)
	}
	s.kills = false
	if works {
		s.kills = n > 0 && draw.Hit(p.dice.For(x.entity, sl.kill), upto)
		for r := int32(1); r < n && !s.kills; r++ {
			s.kills = draw.Hit(p.dice.U64(x.entity, keyKill(m.entity, s.slot, r)), upto)
		}
	}
	if s.kills && x.startMs+tau < x.killMs {
		x.killMs, x.killBy = x.startMs+tau, s.battery
	}
	if p.log != nil {
		p.log.add(Event{Kind: EvShot, TMs: t, Missile: s.missile, A: s.battery, B: n, C: s.slot, D: s.mode(sl, rel), Sspk: upto})
	}
	m.left -= n
	m.busy++
	x.shots += n
	s.used += n
	s.tauMs, s.salvo = tau, n
	s.slot++
	s.owe(m)
	if s.onOthers {
		p.dry[m.nation] = true
		m.onOthers += n
	}
	known := x.startMs + tau + m.assessMs
	flying := &p.flying[int(s.missile)*p.nations+int(m.nation)]
	*flying = max(*flying, known)
	p.events.push(eventAt(known, evResult, ei))
}

// awaited gives until when the result of a shot at a missile is awaited, by whom
// fights as one with a nation. Where that might be another time if others did,
// whose batteries fight as one is minded.
func (p *table) awaited(missile, nation, t int32) int32 {
	flying := p.flying[int(missile)*p.nations : int(missile+1)*p.nations]
	own := flying[nation]
	known := own
	for n, at := range flying {
		if at > t && at > own {
			p.minded = true
			if p.group[n] == p.group[nation] {
				known = max(known, at)
			}
		}
	}
	return known
}

// tell logs what became of a shot that was not fired.
func (p *table) tell(kind EventKind, t, missile, battery, b int32) {
	p.log.add(Event{Kind: kind, TMs: t, Missile: missile, A: battery, B: b})
}

// end closes an engagement.
func (s *engState) end(m *magazine) {
	if s.done {
		return
	}
	m.open--
	if !s.onOthers {
		m.home--
	}
	s.done = true
	m.need -= s.owed
	s.owed = 0
}

// owe notes how many rounds an engagement may still take from its battery. A
// battery whose rounds cover all that it owes cannot run dry, because every shot
// takes from what is owed at least what it takes from the rounds: it need not be
// asked again.
func (s *engState) owe(m *magazine) {
	if !m.plenty {
		owed := s.owes(m)
		m.need += owed - s.owed
		s.owed = owed
	}
}

// owes is how many rounds an engagement may still take.
func (s *engState) owes(m *magazine) int32 {
	looks := s.slots - s.slot
	if m.once {
		looks = min(looks, 1)
	}
	owed := looks * m.salvo
	if m.ration > 0 {
		owed = min(owed, m.ration-s.used)
	}
	return owed
}

// blind reports whether a command fails to see that a missile is dead and will
// shoot at it once more.
func (p *table) blind(m *magazine, x *target, missile, slot, t int32) bool {
	if m.missed == 0 || !draw.Hit(p.dice.U64(x.entity, m.entity^purposeMissed+uint64(slot)*spreadSlot), m.missed) {
		return false
	}
	p.tell(EvMissedKill, t, missile, m.nation, 0)
	return true
}

// result frees the channel, decides on another look, and serves whoever waits.
func (p *table) result(ei, t int32) {
	s := &p.eng[ei]
	m, x := &p.magazines[s.battery], &p.targets[s.missile]
	met := x.startMs + s.tauMs
	m.busy--
	m.shots += s.salvo
	again := true
	switch {
	case x.killMs < met || x.killMs == met && x.killBy != s.battery:
		m.wasted += s.salvo
		p.tell(EvWasted, met, s.missile, s.battery, s.salvo)
		again = m.missed != 0 && p.blind(m, x, s.missile, s.slot, t)
	case s.kills:
		p.tell(EvKill, met, s.missile, s.battery, 0)
		again = m.missed != 0 && p.blind(m, x, s.missile, s.slot, t)
	default:
		p.tell(EvMiss, met, s.missile, s.battery, s.salvo)
		if m.falseKill > 0 && draw.Hit(p.dice.U64(x.entity, m.entity^purposeFalse+uint64(s.slot-1)*spreadSlot), m.falseKill) {
			p.tell(EvThinksKill, t, s.missile, m.nation, 0)
			again = false
		}
	}
	if again && !m.once {
		for rel := t - x.startMs; s.slot < s.slots && p.shown[s.slot0+s.slot].LaunchMs < rel; s.slot++ {
		}
	}
	if again && !m.once && s.slot < s.slots {
		s.owe(m)
		if m.atOnce {
			p.fire(ei, t)
		} else {
			p.events.push(eventAt(x.startMs+p.shown[s.slot0+s.slot].LaunchMs, evFire, ei))
		}
	} else {
		s.end(m)
	}
	for q := &p.waiting[s.battery]; !q.empty() && m.busy < m.channels; {
		p.fire(q.pop(), t)
	}
}
