package sim

import "testudo/internal/draw"

// fight plays the engagements in the order of time.
func (p *Player) fight(ps *Posture, dice draw.Run, out []int32, log *Log) {
	b := p.b
	for i := range p.rounds {
		p.busy[i] = 0
		p.waiting[i].reset()
	}
	for i := range p.shots {
		p.shots[i], p.killMs[i], p.killBy[i], p.exposed[i] = 0, Never, -1, false
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
	for p.events.more() {
		t, kind, eng := p.events.pop().parts()
		if kind == evFire {
			p.fire(ps, eng, t, dice, out, log)
			continue
		}
		p.result(ps, eng, t, dice, out, log)
	}
}

// fire launches at time t if everything allows it, or says why not. It reports
// whether it launched.
func (p *Player) fire(ps *Posture, ei, t int32, dice draw.Run, out []int32, log *Log) bool {
	b := p.b
	s := &p.eng[ei]
	if s.done {
		return false
	}
	i := s.missile
	cmd, e := s.cmd, s.e
	how := &b.Commands[cmd.Nation]
	bt := &b.Batteries[e.Battery]
	start := p.startMs[i]
	if k := p.killMs[i]; k != Never && (b.Oracle || k+bt.AssessMs <= t) && !p.blind(how, bt, i, s.slot, dice, log, t) {
		p.end(s, how, e)
		return false
	}
	if bt.LostMs != Never && t > bt.LostMs {
		p.end(s, how, e)
		return false
	}
	// The look in whose time this launch falls.
	rel := t - start
	j := s.slot
	for ; int(j) < len(e.Slots); j++ {
		sl := &e.Slots[j]
		if sl.LaunchMs < rel {
			continue
		}
		if s.threshold(sl, rel) > 0 {
			break
		}
		if s.threshold(sl, sl.LaunchMs) > 0 {
			// In time for this look, but no mode allows it yet.
			s.slot = j
			p.events.push(eventAt(start+sl.LaunchMs, evFire, ei))
			return false
		}
	}
	if int(j) == len(e.Slots) {
		p.end(s, how, e)
		return false
	}
	s.slot = j
	p.owe(s, how, e)
	sl := &e.Slots[j]
	asset := b.Paths[p.path[i]].Asset
	switch {
	case p.rounds[e.Battery] == 0:
		log.add(Event{Kind: EvDry, TMs: t, Missile: i, A: e.Battery})
		if !e.OnOthers && p.dry[cmd.Nation] {
			p.exposed[i] = true
		}
		p.end(s, how, e)
		return false
	case p.rounds[e.Battery] <= how.Reserve && (asset < 0 || b.Assets[asset].ValueMilli < how.ReserveValue):
		log.add(Event{Kind: EvReserved, TMs: t, Missile: i, A: e.Battery})
		p.end(s, how, e)
		return false
	case how.Ration > 0 && s.used >= how.Ration:
		p.end(s, how, e)
		return false
	case e.OnOthers && p.rounds[e.Battery]-p.salvo[e.Battery] < p.home[e.Battery]*p.salvo[e.Battery]:
		// Its own nation's assets come first: one look for each missile that may
		// still come at them stays in the launchers.
		log.add(Event{Kind: EvReserved, TMs: t, Missile: i, A: e.Battery})
		p.end(s, how, e)
		return false
	}
	if g := int(i)*p.groups + int(ps.Group[cmd.Nation]); (how.Coordinate || p.rounds[e.Battery] < p.need[e.Battery]) && p.flying[g] > t && !b.Oracle {
		// Somebody of the group has a shot on its way, and rounds are short or the
		// command never shoots twice at once: see what that one does first, unless
		// this is the last look.
		until := p.flying[g]
		for n := j + 1; int(n) < len(e.Slots); n++ {
			if start+e.Slots[n].LaunchMs >= until {
				log.add(Event{Kind: EvWaits, TMs: t, Missile: i, A: e.Battery, B: until})
				s.slot = n
				p.owe(s, how, e)
				p.events.push(eventAt(start+e.Slots[n].LaunchMs, evFire, ei))
				return false
			}
		}
		if p.rounds[e.Battery] < p.open[e.Battery]*p.salvo[e.Battery] {
			// There is no later look, but also not one round for each missile this
			// battery may yet have to meet: the other's shot must do.
			log.add(Event{Kind: EvSpared, TMs: t, Missile: i, A: e.Battery})
			p.end(s, how, e)
			return false
		}
	}
	if bt.Channels > 0 && p.busy[e.Battery] >= bt.Channels {
		log.add(Event{Kind: EvBusy, TMs: t, Missile: i, A: e.Battery})
		p.waiting[e.Battery].push(ei)
		return false
	}
	n := min(p.salvo[e.Battery], p.rounds[e.Battery])
	if how.Ration > 0 {
		n = min(n, how.Ration-s.used)
	}
	tau := sl.InterceptMs
	if rel != sl.LaunchMs {
		tau = b.Kins[e.Kin].meets(rel)
	}
	upto := s.threshold(sl, rel)
	if p.given != nil {
		upto = p.given.Threshold(int(i), int(s.command), int(s.which), int(j), int(s.mode(sl, rel)))
	}
	in := &b.Interceptors[bt.Interceptor]
	works := p.works[bt.Interceptor]
	if in.PerMissile && in.Works != always {
		works = draw.Hit(dice.U64(b.Missiles[i].Entity, in.Entity^purposeCommon), in.Works)
	}
	s.kills = false
	if works {
		for r := int32(0); r < n; r++ {
			if draw.Hit(dice.U64(b.Missiles[i].Entity, keyKill(bt.Entity, j, r)), upto) {
				s.kills = true
			}
		}
	}
	if s.kills && start+tau < p.killMs[i] {
		p.killMs[i], p.killBy[i] = start+tau, e.Battery
	}
	if log != nil {
		log.add(Event{Kind: EvShot, TMs: t, Missile: i, A: e.Battery, B: n, C: j, D: s.mode(sl, rel), Sspk: upto})
	}
	p.rounds[e.Battery] -= n
	p.busy[e.Battery]++
	p.shots[i] += n
	s.used += n
	s.busySlot, s.tauMs, s.salvo = j, tau, n
	s.slot = j + 1
	p.owe(s, how, e)
	if e.OnOthers {
		p.dry[cmd.Nation] = true
		out[p.col.whole[OnOthers]] += n
		out[p.col.nation0+int(cmd.Nation)*p.col.nationW+p.col.nation[OnOthers]] += n
		out[p.col.battery0+int(e.Battery)*p.col.batteryW+p.col.battery[OnOthers]] += n
	}
	g := int(i)*p.groups + int(ps.Group[cmd.Nation])
	known := start + tau + bt.AssessMs
	p.flying[g] = max(p.flying[g], known)
	p.events.push(eventAt(known, evResult, ei))
	return true
}

// end closes an engagement.
func (p *Player) end(s *engState, how *Command, e *Engagement) {
	if !s.done {
		p.open[e.Battery]--
		if !e.OnOthers {
			p.home[e.Battery]--
		}
	}
	s.done = true
	p.owe(s, how, e)
}

// blind reports whether a command fails to see that a missile is dead and will
// shoot at it once more.
func (p *Player) blind(how *Command, bt *Battery, i, slot int32, dice draw.Run, log *Log, t int32) bool {
	if how.MissedKill == 0 {
		return false
	}
	if !draw.Hit(dice.U64(p.b.Missiles[i].Entity, bt.Entity^purposeMissed+uint64(slot)*spreadSlot), how.MissedKill) {
		return false
	}
	log.add(Event{Kind: EvMissedKill, TMs: t, Missile: i, A: how.Nation})
	return true
}

// result frees the channel, decides on another look, and serves whoever waits.
func (p *Player) result(ps *Posture, ei, t int32, dice draw.Run, out []int32, log *Log) {
	b := p.b
	s := &p.eng[ei]
	i := s.missile
	cmd, e := s.cmd, s.e
	how := &b.Commands[cmd.Nation]
	bt := &b.Batteries[e.Battery]
	start := p.startMs[i]
	p.busy[e.Battery]--
	row := out[p.col.battery0+int(e.Battery)*p.col.batteryW:]
	nrow := out[p.col.nation0+int(cmd.Nation)*p.col.nationW:]
	out[p.col.whole[Shots]] += s.salvo
	row[p.col.battery[Shots]] += s.salvo
	nrow[p.col.nation[Shots]] += s.salvo
	again := true
	switch {
	case p.killMs[i] < start+s.tauMs || p.killMs[i] == start+s.tauMs && p.killBy[i] != e.Battery:
		out[p.col.whole[Wasted]] += s.salvo
		row[p.col.battery[Wasted]] += s.salvo
		nrow[p.col.nation[Wasted]] += s.salvo
		log.add(Event{Kind: EvWasted, TMs: start + s.tauMs, Missile: i, A: e.Battery, B: s.salvo})
		again = p.blind(how, bt, i, s.busySlot+1, dice, log, t)
	case s.kills:
		log.add(Event{Kind: EvKill, TMs: start + s.tauMs, Missile: i, A: e.Battery})
		again = p.blind(how, bt, i, s.busySlot+1, dice, log, t)
	default:
		log.add(Event{Kind: EvMiss, TMs: start + s.tauMs, Missile: i, A: e.Battery, B: s.salvo})
		if how.FalseKill > 0 && draw.Hit(dice.U64(b.Missiles[i].Entity, bt.Entity^purposeFalse+uint64(s.busySlot)*spreadSlot), how.FalseKill) {
			log.add(Event{Kind: EvThinksKill, TMs: t, Missile: i, A: cmd.Nation})
			again = false
		}
	}
	if again && !bt.Once {
		next := s.busySlot + 1
		for int(next) < len(e.Slots) && e.Slots[next].LaunchMs < t-start {
			next++
		}
		if int(next) < len(e.Slots) {
			s.slot = next
			p.owe(s, how, e)
			if how.AtOnce {
				p.fire(ps, ei, t, dice, out, log)
			} else {
				p.events.push(eventAt(start+e.Slots[next].LaunchMs, evFire, ei))
			}
		}
		if int(next) == len(e.Slots) {
			p.end(s, how, e)
		}
	} else {
		p.end(s, how, e)
	}
	q := &p.waiting[e.Battery]
	for !q.empty() && p.busy[e.Battery] < bt.Channels {
		p.fire(ps, q.pop(), t, dice, out, log)
	}
}

// count adds up what arrived.
func (p *Player) count(dice draw.Run, out []int32, log *Log) {
	b := p.b
	clear(p.hits)
	clear(p.leaks)
	for i := range b.Missiles {
		if p.path[i] < 0 {
			out[p.col.whole[Failed]]++
			continue
		}
		pa := &b.Paths[p.path[i]]
		out[p.col.whole[Launched]]++
		if p.shots[i] > 0 {
			out[p.col.whole[Engaged]]++
		}
		if pa.Asset < 0 {
			continue
		}
		arow := out[p.col.asset0+int(pa.Asset)*p.col.assetW:]
		arow[p.col.asset[Launched]]++
		if p.killMs[i] != Never {
			out[p.col.whole[Killed]]++
			out[p.col.battery0+int(p.killBy[i])*p.col.batteryW+p.col.battery[Killed]]++
			continue
		}
		nation := b.Assets[pa.Asset].Nation
		nrow := out[p.col.nation0+int(nation)*p.col.nationW:]
		// What falls on the attacker's own, where nothing is defended, is counted
		// there and not among the leakers of the whole.
		defended := one(!b.Attackers[nation])
		out[p.col.whole[Leakers]] += defended
		nrow[p.col.nation[Leakers]]++
		arow[p.col.asset[Leakers]]++
		p.leaks[pa.Asset]++
		struck := draw.Hit(dice.U64(b.Missiles[i].Entity, purposeHit), pa.Hit)
		if struck {
			out[p.col.whole[Hits]] += defended
			nrow[p.col.nation[Hits]]++
			arow[p.col.asset[Hits]]++
			p.hits[pa.Asset]++
		}
		if p.exposed[i] {
			out[p.col.whole[Exposed]] += defended
			nrow[p.col.nation[Exposed]]++
		}
		if log != nil {
			ev := Event{Kind: EvImpact, TMs: p.startMs[i] + pa.DurationMs, Missile: int32(i), A: pa.Asset}
			if struck {
				ev.B = 1
			}
			log.add(ev)
		}
	}
	for n := range b.Nations {
		out[p.col.nation0+n*p.col.nationW+p.col.nation[NoLeaker]] = 1
	}
	for a := range b.Assets {
		h := min(int(p.hits[a]), len(b.DamageMilli)-1)
		lost := int32(int64(b.Assets[a].ValueMilli) * int64(b.DamageMilli[h]) / 1000)
		n := p.col.nation0 + int(b.Assets[a].Nation)*p.col.nationW
		out[p.col.whole[Damage]] += lost * one(!b.Attackers[b.Assets[a].Nation])
		out[p.col.asset0+a*p.col.assetW+p.col.asset[Damage]] = lost
		out[n+p.col.nation[Damage]] += lost
		if p.leaks[a] > 0 {
			out[n+p.col.nation[NoLeaker]] = 0
		}
	}
	if out[p.col.whole[Leakers]] == 0 {
		out[p.col.whole[NoLeaker]] = 1
	}
	for k := range b.Objectives {
		o := &b.Objectives[k]
		var leaks int32
		var lost int64
		for _, a := range o.On {
			leaks += p.leaks[a]
			lost += int64(out[p.col.asset0+int(a)*p.col.assetW+p.col.asset[Damage]])
		}
		if o.AtLeast > 0 && leaks >= o.AtLeast || o.DamageMilli > 0 && lost >= o.DamageMilli {
			out[p.col.objective0+k] = 1
		}
	}
	for k := range b.Batteries {
		out[p.col.battery0+k*p.col.batteryW+p.col.battery[Left]] = p.rounds[k]
	}
}

func one(yes bool) int32 {
	if yes {
		return 1
	}
	return 0
}
