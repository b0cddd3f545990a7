package sim

import "testudo/internal/draw"

// gun is a battery with what its command makes of it: all that a shot asks.
type gun struct {
	missed               uint64 // how a command misjudges what it shot at
	seenMs               int32  // how long after a kill its command may know of it
	lostMs, channels     int32
	reserve              int32
	reserveValue, ration int32
	battery, nation      int32
	assessMs             int32
	once, coordinate     bool
	mostLooks            int32 // at one missile
	atOnce               bool
	kind                 int32 // of round
	reactionMs           int32
	entity               uint64
	common, perMissile   uint64 // its type of round: key, and the threshold drawn for each missile (always: none)
	falseKill            uint64
}

// unlimited is more looks, rounds or channels than there are.
const unlimited = 1 << 30

func newGun(b *Board, battery int) gun {
	bt := &b.Batteries[battery]
	how, in := &b.Commands[bt.Nation], &b.Interceptors[bt.Interceptor]
	g := gun{
		entity: bt.Entity, missed: how.MissedKill, falseKill: how.FalseKill, common: in.Entity, perMissile: always,
		battery: int32(battery), nation: bt.Nation, kind: bt.Interceptor, reactionMs: bt.ReactionMs, assessMs: bt.AssessMs, lostMs: bt.LostMs, channels: bt.Channels,
		reserve: how.Reserve, reserveValue: how.ReserveValue, ration: how.Ration, once: bt.Once, coordinate: how.Coordinate, atOnce: how.AtOnce,
	}
	if g.ration == 0 {
		g.ration = unlimited
	}
	if g.channels == 0 {
		g.channels = unlimited
	}
	g.mostLooks = unlimited
	if g.once {
		g.mostLooks = 1
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
// played. What every look asks stands first, together.
type magazine struct {
	left, salvo int32 // rounds
	busy        int32 // channels in use
	open, home  int32 // missiles it may yet shoot at; of these, at its own nation's assets
	need        int32 // rounds it would take to use every look it has left; less than none if they are there, whatever happens
	waits       bool  // its command minds others' shots even then
	works       bool  // no common-mode failure of its type of round in this raid
	gun
	shots, wasted int32
	onOthers      int32
	waiting       queue // bouts that wait for a channel
}

// target is a missile in the run being played.
type target struct {
	entity          uint64
	startMs, killMs int32 // raid time; Never: it is not killed
	killBy          int32 // battery
	awaitedMs       int32 // raid time until which some nation awaits a shot's result
	missile         int32
	shots           int32 // rounds fired at it
	exposed         bool  // its own nation had no round left for it
}

// bout is an engagement as it is fought: one battery's looks at one missile.
type bout struct {
	by    *magazine
	at    *target
	as    *engState // as it was prepared
	look  int32     // the next to try, of shown; that of a shot in flight is the one before
	looks int32     // left, with that one
	used  int32     // rounds this battery fired at this missile
	owed  int32     // what it adds to its battery's need
	metMs int32     // raid time at which the shot in flight meets the missile
	salvo int32     // its rounds
	away  int32     // 1: the missile flies at another nation's asset than the battery's; 0: at its own
	moved bool      // on to a later look, which owed does not know of yet
}

// slot is the place of the next look among the engagement's.
func (s *bout) slot() int32 { return s.look - s.as.slot0 }

// pass lets looks pass.
func (s *bout) pass(looks int32) {
	s.look += looks
	s.looks -= looks
}

// fight plays the engagements in the order of time.
func (p *table) fight(ps *Posture, dice draw.Run, log *Log) {
	b := p.b
	p.dice, p.log = dice, log
	p.minded, p.group = false, ps.Group
	clear(p.flying)
	clear(p.lent)
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
		t, kind, n := next.parts()
		if kind == evFire {
			p.fire(n, t)
		} else {
			p.result(n, t)
		}
	}
	p.log = nil
}

// fire launches at time t if everything allows it, or logs why not.
func (p *table) fire(n, t int32) {
	s := &p.bouts[n]
	m, x := s.by, s.at
	if x.killMs <= t-m.seenMs && (m.missed == 0 || !p.blind(s, t)) || t > m.lostMs {
		s.end()
		return
	}
	rel := t - x.startMs
	if m.left == 0 {
		p.dry(s, n, rel)
		return
	}
	sl := &p.shown[s.look]
	upto := s.as.threshold(sl, rel)
	if sl.LaunchMs < rel || upto == 0 || s.moved {
		if sl, upto = p.seek(s, n, rel); sl == nil {
			return
		}
		s.owe()
	}
	switch {
	case m.left <= m.reserve && p.value(x) < m.reserveValue:
		p.tell(EvReserved, t, s, 0)
		s.end()
		return
	case s.used >= m.ration:
		s.end()
		return
	case m.left < s.away*(m.home+1)*m.salvo:
		// Its own nation's assets come first: one look for each missile that may
		// still come at them stays in the launchers.
		p.tell(EvReserved, t, s, 0)
		s.end()
		return
	}
	if m.waits || m.left < m.need {
		// Rounds are short, or the command never shoots twice at once.
		if known := p.awaited(x, m.nation, t); known > t {
			// Somebody of the group has a shot on its way: see what that one does
			// first, unless this is the last look.
			for k := int32(1); k < s.looks; k++ {
				if again := x.startMs + p.shown[s.look+k].LaunchMs; again >= known {
					p.tell(EvWaits, t, s, known)
					s.pass(k)
					s.owe()
					p.events.push(eventAt(again, evFire, n))
					return
				}
			}
			if m.left < m.open*m.salvo {
				// There is no later look, but also not one round for each missile this
				// battery may yet have to meet: the other's shot must do.
				p.tell(EvSpared, t, s, 0)
				s.end()
				return
			}
		}
	}
	if m.busy >= m.channels {
		p.tell(EvBusy, t, s, 0)
		m.waiting.push(n)
		return
	}
	rounds := min(m.salvo, m.left, m.ration-s.used)
	met := x.startMs + sl.InterceptMs
	if rel != sl.LaunchMs {
		met = x.startMs + p.kins[s.as.kin].meets(rel)
	}
	if p.given != nil {
		e := &p.engs[s.as.e]
		upto = p.given.Threshold(int(x.missile), int(e.command), int(e.index), int(s.slot()), int(s.as.mode(sl, rel)))
	}
	works := m.works
	if m.perMissile != always {
		works = draw.Hit(p.dice.U64(x.entity, m.common^purposeCommon), m.perMissile)
	}
	// The salvo kills if one of its rounds does: if the least of their draws is a hit.
	least := p.dice.For(x.entity, sl.kill)
	for r := int32(1); r < rounds; r++ {
		least = min(least, p.dice.U64(x.entity, keyKill(m.entity, s.slot(), r)))
	}
	killMs := Never
	if works && rounds > 0 && draw.Hit(least, upto) {
		killMs = met
	}
	if killMs < x.killMs {
		x.killMs, x.killBy = killMs, m.battery
	}
	if p.log != nil {
		p.log.add(Event{Kind: EvShot, TMs: t, Missile: x.missile, A: m.battery, B: rounds, C: s.slot(), D: s.as.mode(sl, rel), Sspk: upto})
	}
	m.left -= rounds
	m.busy++
	x.shots += rounds
	s.used += rounds
	s.metMs, s.salvo = met, rounds
	s.pass(1)
	s.owe()
	p.lent[m.nation] += s.away
	m.onOthers += s.away * rounds
	known := met + m.assessMs
	flying := &p.flying[int(x.missile)*p.nations+int(m.nation)]
	*flying = max(*flying, known)
	x.awaitedMs = max(x.awaitedMs, known)
	p.events.push(eventAt(known, evResult, n))
}

// seek lets an engagement go on to the look in whose time a launch at rel after the
// missile's falls, and gives its slot and its threshold. Where that must wait or
// there is none any more, it sees to that, and gives nil.
func (p *table) seek(s *bout, n, rel int32) (*slot, uint64) {
	for ; s.looks > 0; s.pass(1) {
		sl := &p.shown[s.look]
		if sl.LaunchMs < rel {
			continue
		}
		if upto := s.as.threshold(sl, rel); upto > 0 {
			return sl, upto
		}
		if s.as.threshold(sl, sl.LaunchMs) > 0 {
			// In time for this look, but no mode allows it yet.
			s.moved = true
			p.events.push(eventAt(s.at.startMs+sl.LaunchMs, evFire, n))
			return nil, 0
		}
	}
	s.end()
	return nil, 0
}

// dry closes an engagement whose battery has no round left, at a look that falls rel
// after the missile's launch. What the battery owes is not asked any more.
func (p *table) dry(s *bout, n, rel int32) {
	if s.away != 0 && p.log == nil {
		s.end() // whoever it is, that exposes nobody
		return
	}
	if sl, _ := p.seek(s, n, rel); sl == nil {
		return
	}
	p.tell(EvDry, s.at.startMs+rel, s, 0)
	if s.away == 0 && p.lent[s.by.nation] > 0 {
		s.at.exposed = true
	}
	s.end()
}

// awaited gives until when the result of a shot at a missile is awaited, by whom
// fights as one with a nation. Where that might be another time if others did,
// whose batteries fight as one is minded.
func (p *table) awaited(x *target, nation, t int32) int32 {
	if x.awaitedMs <= t {
		return t // nobody has anything in the air
	}
	flying := p.flying[int(x.missile)*p.nations:][:p.nations]
	own := flying[nation]
	if own == x.awaitedMs {
		return own
	}
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

// value is that of the asset a missile flies at, thousandths; -1: none.
func (p *table) value(x *target) int32 {
	if a := p.b.Paths[p.path[x.missile]].Asset; a >= 0 {
		return p.b.Assets[a].ValueMilli
	}
	return -1
}

// tell logs what became of a shot that was not fired.
func (p *table) tell(kind EventKind, t int32, s *bout, b int32) {
	if p.log != nil {
		p.log.add(Event{Kind: kind, TMs: t, Missile: s.at.missile, A: s.by.battery, B: b})
	}
}

// believes logs what a command makes of a missile.
func (p *table) believes(kind EventKind, t int32, s *bout) {
	if p.log != nil {
		p.log.add(Event{Kind: kind, TMs: t, Missile: s.at.missile, A: s.by.nation})
	}
}

// end closes an engagement.
func (s *bout) end() {
	m := s.by
	m.open--
	m.home -= 1 - s.away
	m.need -= s.owed
}

// owe notes how many rounds an engagement may still take from its battery. A
// battery whose rounds cover all that it owes cannot run dry, because every shot
// takes from what is owed at least what it takes from the rounds: it need not be
// asked again.
func (s *bout) owe() {
	m := s.by
	owed := m.owes(s.looks, s.used)
	m.need += owed - s.owed
	s.owed, s.moved = owed, false
}

// owes is how many rounds of a battery a bout may still take that has so many looks
// left and has used so many rounds.
func (m *magazine) owes(looks, used int32) int32 {
	return min(min(looks, m.mostLooks)*m.salvo, m.ration-used)
}

// blind reports whether a command fails to see that a missile is dead and will
// shoot at it once more.
func (p *table) blind(s *bout, t int32) bool {
	m, x := s.by, s.at
	if m.missed == 0 || !draw.Hit(p.dice.U64(x.entity, m.entity^purposeMissed+uint64(s.slot())*spreadSlot), m.missed) {
		return false
	}
	p.believes(EvMissedKill, t, s)
	return true
}

// result frees the channel, decides on another look, and serves whoever waits.
func (p *table) result(n, t int32) {
	s := &p.bouts[n]
	m, x := s.by, s.at
	m.busy--
	m.shots += s.salvo
	again := true
	if x.killMs <= s.metMs {
		// By this shot, or it was dead before the rounds met it.
		kill := one(x.killMs == s.metMs) * one(x.killBy == m.battery)
		m.wasted += s.salvo * (1 - kill)
		if p.log != nil {
			if kill > 0 {
				p.tell(EvKill, s.metMs, s, 0)
			} else {
				p.tell(EvWasted, s.metMs, s, s.salvo)
			}
		}
		again = m.missed != 0 && p.blind(s, t)
	} else {
		p.tell(EvMiss, s.metMs, s, s.salvo)
		if m.falseKill > 0 && draw.Hit(p.dice.U64(x.entity, m.entity^purposeFalse+uint64(s.slot()-1)*spreadSlot), m.falseKill) {
			p.believes(EvThinksKill, t, s)
			again = false
		}
	}
	if again && !m.once {
		for rel := t - x.startMs; s.looks > 0 && p.shown[s.look].LaunchMs < rel; s.pass(1) {
		}
	}
	if again && !m.once && s.looks > 0 {
		s.owe()
		if m.atOnce {
			p.fire(n, t)
		} else {
			p.events.push(eventAt(x.startMs+p.shown[s.look].LaunchMs, evFire, n))
		}
	} else {
		s.end()
	}
	for !m.waiting.empty() && m.busy < m.channels {
		p.fire(m.waiting.pop(), t)
	}
}
