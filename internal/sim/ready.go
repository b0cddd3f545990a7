package sim

// engState is one battery against one missile in the run being played.
type engState struct {
	e        int32 // of the program's engagements
	missile  int32
	command  int32 // index of the command among the path's, for what is given
	slot0    int32 // of shown
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

// arrival gives when the earliest of a list of the path's reaches who waits for
// it, and remembers it for all others who wait for the same.
func (p *table) arrival(m *memoed, tag uint32, l *list, at int, start int32) int32 {
	if m.tag == tag {
		return m.tMs
	}
	det := p.det
	if l.firm {
		det = p.firm
	}
	t, _ := earliest(p.feeds[l.from:l.to], det[at:at+p.maxEyes], start)
	*m = memoed{tag, t}
	return t
}

// ready works out from when each battery may shoot at each missile.
func (p *table) ready(briefs []brief, out []int32, log *Log) {
	b := p.b
	engs := 0
	p.events.reset()
	for i, path := range p.path {
		if path < 0 {
			continue
		}
		pa := &b.Paths[path]
		c := &p.courses[path]
		at := int(p.rowOf[i]) * p.maxEyes
		tag := p.tagOf(i)
		memo := p.memo[i*p.maxLists : i*p.maxLists+int(c.lists)]
		lists := p.lists[c.list0 : c.list0+c.lists]
		start := p.startMs[i]
		firstShot, lastShot := Never, int32(-1)
		for oi := briefs[path].orders.from; oi < briefs[path].orders.to; oi++ {
			o := &p.orders[oi]
			how := &b.Commands[o.nation]
			alert := p.arrival(&memo[o.alerts], tag, &lists[o.alerts], at, start)
			if alert == Never {
				continue
			}
			if o.owner || log != nil {
				p.told(o, pa, alert, p.arrival(&memo[o.tracks], tag, &lists[o.tracks], at, start), int32(i), out, log)
			}
			known := o.knownMs
			if p.given != nil {
				known = p.given.KnownMs(i, int(o.index))
			}
			if known == Never {
				continue
			}
			gate := max(known, alert+how.DecisionMs)
			det := p.firm[at : at+p.maxEyes]
			for ei := o.engs.from; ei < o.engs.to; ei++ {
				e := &p.engs[ei]
				g := &p.guns[e.battery]
				s := &p.eng[engs]
				// Ready by the own radar's track, and on others' tracks.
				gated := gate + g.reactionMs
				s.orgMs, s.ownMs, s.lorMs, s.eorMs = Never, Never, Never, Never
				first := Never
				if e.own >= 0 {
					if t := det[e.own]; t != Never {
						s.ownMs = t + e.firmMs
						s.orgMs = max(s.ownMs+g.reactionMs, gated)
						first = s.orgMs
					}
				}
				if e.launch >= 0 {
					if t := p.arrival(&memo[e.launch], tag, &lists[e.launch], at, start); t != Never {
						s.lorMs = max(t+g.reactionMs, gated)
						first = min(first, s.lorMs)
					}
				}
				if e.engage >= 0 {
					if t := p.arrival(&memo[e.engage], tag, &lists[e.engage], at, start); t != Never {
						s.eorMs = max(t+g.reactionMs, gated)
						first = min(first, s.eorMs)
					}
				}
				s.e, s.missile, s.command, s.slot0 = ei, int32(i), o.index, e.slot0
				if p.given != nil {
					p.give(s, e)
				}
				slots := p.slotsOf(s, e)
				j := 0
				for ; j < len(slots) && (slots[j].LaunchMs < first || s.threshold(&slots[j], slots[j].LaunchMs) == 0); j++ {
				}
				if j == len(slots) {
					if log != nil {
						log.add(Event{Kind: EvTooLate, TMs: start + min(first, Never-start), Missile: int32(i), A: e.battery, B: slots[len(slots)-1].LaunchMs + start})
					}
					continue
				}
				if g.once {
					// One salvo only: at the last look, when the track is best.
					j = len(slots) - 1
				}
				when := slots[j].LaunchMs
				if g.atOnce {
					when = p.kins[e.kin].next(max(first, 0), when)
				}
				firstShot, lastShot = min(firstShot, when), max(lastShot, slots[len(slots)-1].LaunchMs)
				if log != nil {
					log.add(Event{Kind: EvReady, TMs: start + first, Missile: int32(i), A: e.battery, B: start + when})
				}
				s.slot, s.used, s.kills, s.done = int32(j), 0, false, false
				m := &p.magazines[e.battery]
				s.owed = s.owes(e, g, m)
				m.need += s.owed
				m.open++
				if !e.onOthers {
					m.home++
				}
				p.events.arrive(eventAt(start+when, evFire, int32(engs)))
				engs++
			}
		}
		if firstShot != Never && pa.Asset >= 0 {
			row := out[p.col.asset0+int(pa.Asset)*p.col.assetW:]
			row[p.col.asset[ShotCount]]++
			row[p.col.asset[FirstShot]] += (pa.DurationMs - firstShot) / 100
			row[p.col.asset[LastShot]] += (pa.DurationMs - lastShot) / 100
		}
	}
	p.engaged = engs
	for k := range p.magazines {
		m := &p.magazines[k]
		m.plenty = m.rounds >= m.need && p.guns[k].ration == 0
	}
	p.events.sort()
}

// told counts and tells when a nation learned of a missile.
func (p *table) told(o *order, pa *Path, alert, track, missile int32, out []int32, log *Log) {
	if log != nil {
		start := p.startMs[missile]
		log.add(Event{Kind: EvAlert, TMs: start + alert, Missile: missile, A: o.nation})
		if track != Never {
			log.add(Event{Kind: EvFirm, TMs: start + track, Missile: missile, A: o.nation})
		}
	}
	if !o.owner {
		return
	}
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

func (p *table) slotsOf(s *engState, e *engagement) []Slot {
	return p.shown[s.slot0 : s.slot0+e.slots]
}

// threshold gives the best kill threshold that the allowed modes offer to a
// launch at t in a slot; 0 if none is allowed.
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
