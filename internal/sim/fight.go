package sim

import "testudo/internal/draw"

// gun is a battery with what its command makes of it: all that a shot asks.
type gun struct {
	entity               uint64
	missed, falseKill    uint64 // how a command misjudges what it shot at
	common, perMissile   uint64 // its type of round: key, and the threshold drawn for each missile (always: none)
	nation, rounds       int32  // rounds: the type
	reactionMs, assessMs int32
	lostMs, channels     int32
	reserve              int32
	reserveValue, ration int32
	once, coordinate     bool
	atOnce               bool
}

func newGun(b *Board, battery int) gun {
	bt := &b.Batteries[battery]
	how, in := &b.Commands[bt.Nation], &b.Interceptors[bt.Interceptor]
	g := gun{
		entity: bt.Entity, missed: how.MissedKill, falseKill: how.FalseKill, common: in.Entity, perMissile: always,
		nation: bt.Nation, rounds: bt.Interceptor, reactionMs: bt.ReactionMs, assessMs: bt.AssessMs, lostMs: bt.LostMs, channels: bt.Channels,
		reserve: how.Reserve, reserveValue: how.ReserveValue, ration: how.Ration, once: bt.Once, coordinate: how.Coordinate, atOnce: how.AtOnce,
	}
	if in.PerMissile {
		g.perMissile = in.Works
	}
	return g
}

// magazine is what a battery has left, and what it has done, in the run being
// played.
type magazine struct {
	rounds, salvo int32
	busy          int32 // channels in use
	open, home    int32 // missiles it may yet shoot at; of these, at its own nation's assets
	need          int32 // rounds it would take to use every look it has left
	plenty        bool  // its rounds cover that, whatever happens
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
	p.dice, p.group, p.log = dice, ps.Group, log
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
		p.targets[i] = target{entity: p.entity[i], startMs: p.startMs[i], killMs: Never, killBy: -1, value: value}
	}
	clear(p.flying)
	clear(p.dry)
	for k := range b.Interceptors {
		in := &b.Interceptors[k]
		p.works[k] = in.Works == always || in.PerMissile || draw.Hit(dice.U64(in.Entity, purposeCommon), in.Works)
		if !p.works[k] {
			log.add(Event{Kind: EvCommon, Missile: -1, A: int32(k)})
		}
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
	e := &p.engs[s.e]
	g, m, x := &p.guns[e.battery], &p.magazines[e.battery], &p.targets[s.missile]
	if x.killMs != Never && (p.b.Oracle || x.killMs+g.assessMs <= t) && !p.blind(g, x, s.missile, s.slot, t) || t > g.lostMs {
		p.end(s, e, m)
		return
	}
	// The look in whose time this launch falls.
	slots := p.slotsOf(s, e)
	rel := t - x.startMs
	j := int(s.slot)
	var upto uint64
	for ; j < len(slots); j++ {
		sl := &slots[j]
		if sl.LaunchMs < rel {
			continue
		}
		if upto = s.threshold(sl, rel); upto > 0 {
			break
		}
		if s.threshold(sl, sl.LaunchMs) > 0 {
			// In time for this look, but no mode allows it yet.
			s.slot = int32(j)
			p.events.push(eventAt(x.startMs+sl.LaunchMs, evFire, ei))
			return
		}
	}
	if j >= len(slots) {
		p.end(s, e, m)
		return
	}
	sl := &slots[j]
	s.slot = int32(j)
	p.owe(s, e, g, m)
	switch {
	case m.rounds == 0:
		p.tell(EvDry, t, s.missile, e.battery, 0)
		if !e.onOthers && p.dry[g.nation] {
			x.exposed = true
		}
		p.end(s, e, m)
		return
	case m.rounds <= g.reserve && x.value < g.reserveValue:
		p.tell(EvReserved, t, s.missile, e.battery, 0)
		p.end(s, e, m)
		return
	case g.ration > 0 && s.used >= g.ration:
		p.end(s, e, m)
		return
	case e.onOthers && m.rounds-m.salvo < m.home*m.salvo:
		// Its own nation's assets come first: one look for each missile that may
		// still come at them stays in the launchers.
		p.tell(EvReserved, t, s.missile, e.battery, 0)
		p.end(s, e, m)
		return
	}
	flying := &p.flying[int(s.missile)*p.groups+int(p.group[g.nation])]
	if *flying > t && (g.coordinate || !m.plenty && m.rounds < m.need) && !p.b.Oracle {
		// Somebody of the group has a shot on its way, and rounds are short or the
		// command never shoots twice at once: see what that one does first, unless
		// this is the last look.
		for n := j + 1; n < len(slots); n++ {
			if x.startMs+slots[n].LaunchMs >= *flying {
				p.tell(EvWaits, t, s.missile, e.battery, *flying)
				s.slot = int32(n)
				p.owe(s, e, g, m)
				p.events.push(eventAt(x.startMs+slots[n].LaunchMs, evFire, ei))
				return
			}
		}
		if m.rounds < m.open*m.salvo {
			// There is no later look, but also not one round for each missile this
			// battery may yet have to meet: the other's shot must do.
			p.tell(EvSpared, t, s.missile, e.battery, 0)
			p.end(s, e, m)
			return
		}
	}
	if g.channels > 0 && m.busy >= g.channels {
		p.tell(EvBusy, t, s.missile, e.battery, 0)
		p.waiting[e.battery].push(ei)
		return
	}
	n := min(m.salvo, m.rounds)
	if g.ration > 0 {
		n = min(n, g.ration-s.used)
	}
	tau := sl.InterceptMs
	if rel != sl.LaunchMs {
		tau = p.kins[e.kin].meets(rel)
	}
	if p.given != nil {
		upto = p.given.Threshold(int(s.missile), int(s.command), int(e.index), j, int(s.mode(sl, rel)))
	}
	works := p.works[g.rounds]
	if g.perMissile != always {
		works = draw.Hit(p.dice.U64(x.entity, g.common^purposeCommon), g.perMissile)
	}
	s.kills = false
	if works {
		for r := int32(0); r < n && !s.kills; r++ {
			s.kills = draw.Hit(p.dice.U64(x.entity, keyKill(g.entity, int32(j), r)), upto)
		}
	}
	if s.kills && x.startMs+tau < x.killMs {
		x.killMs, x.killBy = x.startMs+tau, e.battery
	}
	if p.log != nil {
		p.log.add(Event{Kind: EvShot, TMs: t, Missile: s.missile, A: e.battery, B: n, C: int32(j), D: s.mode(sl, rel), Sspk: upto})
	}
	m.rounds -= n
	m.busy++
	x.shots += n
	s.used += n
	s.busySlot, s.tauMs, s.salvo = int32(j), tau, n
	s.slot = int32(j + 1)
	p.owe(s, e, g, m)
	if e.onOthers {
		p.dry[g.nation] = true
		m.onOthers += n
	}
	known := x.startMs + tau + g.assessMs
	*flying = max(*flying, known)
	p.events.push(eventAt(known, evResult, ei))
}

// tell logs what became of a shot that was not fired.
func (p *table) tell(kind EventKind, t, missile, battery, b int32) {
	p.log.add(Event{Kind: kind, TMs: t, Missile: missile, A: battery, B: b})
}

// end closes an engagement.
func (p *table) end(s *engState, e *engagement, m *magazine) {
	if s.done {
		return
	}
	m.open--
	if !e.onOthers {
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
func (p *table) owe(s *engState, e *engagement, g *gun, m *magazine) {
	if !m.plenty {
		owed := s.owes(e, g, m)
		m.need += owed - s.owed
		s.owed = owed
	}
}

// owes is how many rounds an engagement may still take.
func (s *engState) owes(e *engagement, g *gun, m *magazine) int32 {
	looks := e.slots - s.slot
	if g.once {
		looks = min(looks, 1)
	}
	owed := looks * m.salvo
	if g.ration > 0 {
		owed = min(owed, g.ration-s.used)
	}
	return owed
}

// blind reports whether a command fails to see that a missile is dead and will
// shoot at it once more.
func (p *table) blind(g *gun, x *target, missile, slot, t int32) bool {
	if g.missed == 0 || !draw.Hit(p.dice.U64(x.entity, g.entity^purposeMissed+uint64(slot)*spreadSlot), g.missed) {
		return false
	}
	p.tell(EvMissedKill, t, missile, g.nation, 0)
	return true
}

// result frees the channel, decides on another look, and serves whoever waits.
func (p *table) result(ei, t int32) {
	s := &p.eng[ei]
	e := &p.engs[s.e]
	g, m, x := &p.guns[e.battery], &p.magazines[e.battery], &p.targets[s.missile]
	met := x.startMs + s.tauMs
	m.busy--
	m.shots += s.salvo
	again := true
	switch {
	case x.killMs < met || x.killMs == met && x.killBy != e.battery:
		m.wasted += s.salvo
		p.tell(EvWasted, met, s.missile, e.battery, s.salvo)
		again = p.blind(g, x, s.missile, s.busySlot+1, t)
	case s.kills:
		p.tell(EvKill, met, s.missile, e.battery, 0)
		again = p.blind(g, x, s.missile, s.busySlot+1, t)
	default:
		p.tell(EvMiss, met, s.missile, e.battery, s.salvo)
		if g.falseKill > 0 && draw.Hit(p.dice.U64(x.entity, g.entity^purposeFalse+uint64(s.busySlot)*spreadSlot), g.falseKill) {
			p.tell(EvThinksKill, t, s.missile, g.nation, 0)
			again = false
		}
	}
	slots := p.slotsOf(s, e)
	next := len(slots)
	if again && !g.once {
		for next = int(s.busySlot) + 1; next < len(slots) && slots[next].LaunchMs < t-x.startMs; next++ {
		}
	}
	if next < len(slots) {
		s.slot = int32(next)
		p.owe(s, e, g, m)
		if g.atOnce {
			p.fire(ei, t)
		} else {
			p.events.push(eventAt(x.startMs+slots[next].LaunchMs, evFire, ei))
		}
	} else {
		p.end(s, e, m)
	}
	for q := &p.waiting[e.battery]; !q.empty() && m.busy < g.channels; {
		p.fire(q.pop(), t)
	}
}
