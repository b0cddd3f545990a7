package sim

import "math"

// engState is one battery against one missile, as it is prepared for a fight.
type engState struct {
	e        int32 // of the program's engagements
	missile  int32
	battery  int32
	slot0    int32 // of shown
	slots    int32
	orgMs    int32 // ready organically, from launch
	ownMs    int32 // own radar has a firm track
	lorMs    int32
	eorMs    int32
	kin      int32
	slot     int32 // the first to try
	onOthers bool
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

// times are when the nation aimed at learned of a missile and when somebody could
// shoot at it, ms from launch; Never, and -1 for the last shot, where not.
type times struct{ alert, track, firstShot, lastShot int32 }

// ready works out from when each battery may shoot at each missile.
func (p *table) ready(briefs []brief, out []int32, log *Log) {
	engs := 0
	p.events.reset()
	for i, path := range p.path {
		if path < 0 {
			continue
		}
		var t times
		t, p.whenMs = p.prepare(&briefs[path], int32(i), path, engs, p.whenMs[:0], log)
		p.line(p.aim(i), int32(engs), p.prepared(engs, p.whenMs))
		engs += len(p.whenMs)
		c := p.b.Paths[path].counted(t)
		p.note(path, &c, 1, out)
	}
	p.mustered(engs)
}

// mustered ends the list of bouts that line began.
func (p *table) mustered(bouts int) {
	p.engaged = bouts
	for k := range p.magazines {
		m := &p.magazines[k]
		// Where kills are known at launch nobody waits for another's shot, and
		// nobody asks whether rounds are short.
		if p.oracle || m.left >= m.need && m.ration == unlimited {
			m.need = -unlimited
		}
		m.waits = m.coordinate && !p.oracle
	}
	p.events.sort()
}

// aim makes a missile a target of the fight to come.
func (p *table) aim(missile int) *target {
	x := &p.targets[missile]
	x.startMs, x.killMs, x.killBy, x.awaitedMs, x.shots, x.exposed = p.startMs[missile], Never, -1, math.MinInt32, 0, false
	return x
}

// entrant is an engagement that enters a fight.
type entrant struct {
	as     *engState
	whenMs int32 // it first means to shoot, from launch
	place  int32 // among those with its missile
}

// prepared lists engagements with a missile that prepare left in eng from engs on.
func (p *table) prepared(engs int, whenMs []int32) []entrant {
	p.entrants = p.entrants[:0]
	for k, when := range whenMs {
		p.entrants = append(p.entrants, entrant{&p.eng[engs+k], when, int32(k)})
	}
	return p.entrants
}

// begin makes a bout of an engagement as it was prepared; its missile is not known yet.
func (p *table) begin(s *bout, as *engState) {
	m, looks := &p.magazines[as.battery], as.slots-as.slot
	s.by, s.as, s.look, s.looks, s.used, s.owed, s.away, s.moved = m, as, as.slot0+as.slot, looks, 0, m.owes(looks, 0), one(as.onOthers), false
}

// enter puts a bout that has begun on the agenda and in the books of its battery.
func (p *table) enter(n int32, x *target, whenMs int32) {
	s := &p.bouts[n]
	s.at = x
	m := s.by
	m.open++
	m.home += 1 - s.away
	m.need += s.owed
	p.events.arrive(x.startMs+whenMs, n)
}

// line puts engagements with a missile into the fight, as bouts from a place on.
func (p *table) line(x *target, first int32, list []entrant) {
	for k := range list {
		e := &list[k]
		n := first + e.place
		p.begin(&p.bouts[n], e.as)
		p.enter(n, x, e.whenMs)
	}
}

// begun is a bout that is foreseen, as it begins, with what an entrant has.
type begun struct {
	bout
	whenMs, place int32
}

// lineBegun is line for what is foreseen.
func (p *table) lineBegun(x *target, first int32, list []begun) {
	for k := range list {
		e := &list[k]
		n := first + e.place
		s := &p.bouts[n]
		*s = e.bout
		if p.salvo != nil { // not the board's
			s.owed = s.by.owes(s.looks, 0)
		}
		p.enter(n, x, e.whenMs)
	}
}

// prepare works out which batteries become ready against a missile. It puts their
// engagements into eng from engs on and gives when each first means to shoot.
func (p *table) prepare(br *brief, i, path int32, engs int, whenMs []int32, log *Log) (times, []int32) {
	b := p.b
	c := &p.courses[path]
	at := int(p.rowOf[i]) * p.maxEyes
	det := p.firm[at : at+p.maxEyes]
	tag := p.tagOf(int(i))
	memo := p.memo[int(i)*p.maxLists : int(i)*p.maxLists+int(c.lists)]
	lists := p.lists[c.list0 : c.list0+c.lists]
	start := p.startMs[i]
	out := times{Never, Never, Never, -1}
	orders := p.orders[br.orders.from:br.orders.to]
	for oi := range orders {
		o := &orders[oi]
		alert := p.arrival(&memo[o.alerts], tag, &lists[o.alerts], at, start)
		if alert == Never {
			continue
		}
		if o.owner || log != nil {
			track := p.arrival(&memo[o.tracks], tag, &lists[o.tracks], at, start)
			if o.owner {
				out.alert, out.track = alert, track
			}
			if log != nil {
				log.add(Event{Kind: EvAlert, TMs: start + alert, Missile: i, A: o.nation})
				if track != Never {
					log.add(Event{Kind: EvFirm, TMs: start + track, Missile: i, A: o.nation})
				}
			}
		}
		known := o.knownMs
		if p.given != nil {
			known = p.given.KnownMs(int(i), int(o.index))
		}
		if known == Never {
			continue
		}
		gate := max(known, alert+b.Commands[o.nation].DecisionMs)
		engagements, blanks := p.engs[o.engs.from:o.engs.to], p.blank[o.engs.from:o.engs.to]
		for k := range engagements {
			e := &engagements[k]
			s := &p.eng[engs]
			*s = blanks[k]
			s.missile = i
			own, launch, engage := Never, Never, Never
			if e.own >= 0 {
				own = det[e.own]
			}
			if e.launch >= 0 {
				launch = p.arrival(&memo[e.launch], tag, &lists[e.launch], at, start)
			}
			if e.engage >= 0 {
				engage = p.arrival(&memo[e.engage], tag, &lists[e.engage], at, start)
			}
			first := s.readied(e, gate, own, launch, engage)
			if p.given != nil {
				p.give(s, e)
			}
			when, any := s.firstLook(p.slotsOf(s), e, &p.kins[e.kin], first)
			if !any {
				if log != nil {
					log.add(Event{Kind: EvTooLate, TMs: start + min(first, Never-start), Missile: i, A: e.battery, B: start + e.lastMs})
				}
				continue
			}
			out.firstShot, out.lastShot = min(out.firstShot, when), max(out.lastShot, e.lastMs)
			if log != nil {
				log.add(Event{Kind: EvReady, TMs: start + first, Missile: i, A: e.battery, B: start + when})
			}
			whenMs = append(whenMs, when)
			engs++
		}
	}
	return out, whenMs
}

// readied says from when each mode allows a shot: by the own radar's track, which
// begins at own, or on others' tracks, which arrive at launch and at engage (Never
// for what does not come), and no sooner than its command has decided, at gate. It
// gives the first.
func (s *engState) readied(e *engagement, gate, own, launch, engage int32) (first int32) {
	gated := gate + e.reactionMs
	first = Never
	if own != Never {
		s.ownMs = own + e.firmMs
		s.orgMs = max(s.ownMs+e.reactionMs, gated)
		first = s.orgMs
	}
	if launch != Never {
		s.lorMs = max(launch+e.reactionMs, gated)
		first = min(first, s.lorMs)
	}
	if engage != Never {
		s.eorMs = max(engage+e.reactionMs, gated)
		first = min(first, s.eorMs)
	}
	return first
}

// firstLook puts the engagement before its first look after it is ready and gives
// when it means to shoot, from launch; false if there is no look any more.
func (s *engState) firstLook(slots []slot, e *engagement, k *kin, first int32) (whenMs int32, any bool) {
	j := 0
	for ; j < len(slots) && (slots[j].LaunchMs < first || s.threshold(&slots[j], slots[j].LaunchMs) == 0); j++ {
	}
	if j == len(slots) {
		return Never, false
	}
	if e.once {
		// One salvo only: at the last look, when the track is best.
		j = len(slots) - 1
	}
	s.slot = int32(j)
	whenMs = slots[j].LaunchMs
	if e.atOnce {
		whenMs = k.next(max(first, 0), whenMs)
	}
	return whenMs, true
}

// counted turns times into what they add to the columns of the asset that a path
// ends at.
func (pa *Path) counted(t times) (c counted) {
	if t.alert < pa.DurationMs {
		c.warned, c.warnedTime = 1, pa.before(t.alert)
	}
	if t.track < pa.DurationMs {
		c.firm, c.firmTime = 1, pa.before(t.track)
	}
	pa.countShots(t.firstShot, t.lastShot, &c)
	return c
}

// countShots adds the first and the last time at which somebody could shoot, if any.
func (pa *Path) countShots(firstMs, lastMs int32, c *counted) {
	if firstMs != Never {
		c.shot++
		c.firstShot += pa.before(firstMs)
		c.lastShot += pa.before(lastMs)
	}
}

// before gives how long before the end a time is, tenths of a second.
func (pa *Path) before(ms int32) int32 { return (pa.DurationMs - ms) / 100 }

// counted is what the columns of an asset are told of a missile that flies at it:
// whether its nation learned of it, had a firm track, somebody could shoot, and
// how long before the end, tenths of a second.
type counted struct{ warned, warnedTime, firm, firmTime, shot, firstShot, lastShot int32 }

// add adds it n times over.
func (c *counted) add(x *counted, n int32) {
	c.warned += n * x.warned
	c.warnedTime += n * x.warnedTime
	c.firm += n * x.firm
	c.firmTime += n * x.firmTime
	c.shot += n * x.shot
	c.firstShot += n * x.firstShot
	c.lastShot += n * x.lastShot
}

// note adds it to the row, for n missiles of a path.
func (p *table) note(path int32, c *counted, n int32, out []int32) {
	if a := p.b.Paths[path].Asset; a >= 0 {
		p.noteAsset(a, c, n, out)
	}
}

func (p *table) noteAsset(asset int32, c *counted, n int32, out []int32) {
	at := &p.col.asset
	row := out[p.col.asset0+int(asset)*p.col.assetW:][:p.col.assetW]
	row[at[WarnedCount]] += n * c.warned
	row[at[WarnedTime]] += n * c.warnedTime
	row[at[FirmCount]] += n * c.firm
	row[at[FirmTime]] += n * c.firmTime
	row[at[ShotCount]] += n * c.shot
	row[at[FirstShot]] += n * c.firstShot
	row[at[LastShot]] += n * c.lastShot
}

func (p *table) slotsOf(s *engState) []slot { return p.shown[s.slot0 : s.slot0+s.slots] }

// threshold gives the best kill threshold that the allowed modes offer to a
// launch at t in a slot; 0 if none is allowed. Which are is anybody's guess, so
// that all are asked without a branch.
func (s *engState) threshold(sl *slot, t int32) uint64 {
	organic, launch, engage := sl.Organic, sl.Launch, sl.Eng
	if s.orgMs > t {
		organic = 0
	}
	if s.lorMs > t {
		launch = 0
	}
	if s.ownMs > sl.HandoverMs {
		launch = 0
	}
	if s.eorMs > t {
		engage = 0
	}
	return max(organic, launch, engage)
}

// The modes as the log numbers them.
const (
	ModeOrganic = iota
	ModeLaunchOnRemote
	ModeEngageOnRemote
)

// mode says which mode gives the threshold a shot was fired with; the one that
// leans least on others, where two give the same.
func (s *engState) mode(sl *slot, t int32) int32 {
	switch best := s.threshold(sl, t); {
	case s.orgMs <= t && sl.Organic == best:
		return ModeOrganic
	case s.lorMs <= t && s.ownMs <= sl.HandoverMs && sl.Launch == best:
		return ModeLaunchOnRemote
	}
	return ModeEngageOnRemote
}
