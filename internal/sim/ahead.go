package sim

import (
	"slices"

	"testudo/internal/draw"
)

// Playing by forecasts.

// ahead is an almanac with what a player knows of the run at hand.
type ahead struct {
	*almanac
	teller *table // of the almanac's program

	begun    []begun   // of all lineups
	entrants []entrant // the same
	lineups  []lineup  // per forecast

	serial   uint64    // of the player's looks: the run
	drawn    []uint64  // per missile × eye of the teller: the draw of those that are on time
	late     []int32   // missiles of which something is found late, on which a forecast hangs
	onTime   []bool    // per missile: it flies, and is none of these
	odd      []odd     // under the posture at hand: what came of those that are late
	opened   []counted // under it, per asset: what the missiles not wholly foreseen add, shots alone
	came     []entrant // of the engagements left open: those that come about, missile by missile
	cameUpTo []int32   // per missile with some left open: where in came its own end
	brought  []uint64  // what these and the late bring to a fight
	filling  bool      // some sensors may be full
	sight    int32     // of the posture at hand
	briefs   []brief   // of it, of the player's program
	dice     draw.Run
	engs     []engState // scratch: of one missile
	when     []int32
	lined    lined
	fought   []fought
	sharing  []sharing // per number of a fight
	heard    []heard
	flown    []int32 // per path: missiles that are on time
}

// odd is a missile that is late.
type odd struct {
	missile int32
	differs bool // it comes to something else than its forecast
	counted counted
}

// fought is a fight of the run at hand, as a row without what the assets' nations
// were told.
type fought struct {
	fight   int32
	brought []uint64
	minded  bool
	group   []int32
	row     []int32
}

// sharing is how often a fight was sought among those kept, and was found.
type sharing struct{ sought, same int }

// worth reports whether it is found often enough to go on seeking.
func (s *sharing) worth() bool { return s.sought < 200 || 8*s.same > s.sought }

// heard is what the assets' nations were told in a run, per asset, under all
// states with the same tales.
type heard struct {
	serial  uint64
	sight   int32 // of the postures that it holds for, by what full sensors take; -1: all
	counted []counted
}

// foughtKept is how many fights of a run are kept.
const foughtKept = 16

// newAhead looks for what nearly all runs have in common; nil if there is nothing.
func newAhead(p *table) *ahead {
	o := foresee(p.program, p.doubted)
	if o == nil {
		return nil
	}
	n := len(p.b.Missiles)
	a := &ahead{
		almanac: o, teller: newTable(o.told, p.layout), serial: p.serial - 1,
		engs: make([]engState, 0, len(p.b.Batteries)), when: make([]int32, 0, len(p.b.Batteries)),
		late: make([]int32, 0, n), onTime: make([]bool, n), odd: make([]odd, 0, n), opened: make([]counted, len(p.b.Assets)),
		fought: make([]fought, 0, foughtKept), sharing: make([]sharing, len(o.fights)), flown: make([]int32, len(p.b.Paths)),
	}
	a.teller.path, a.teller.startMs = p.path, p.startMs
	a.drawn = make([]uint64, n*a.teller.maxEyes)
	for _, states := range a.telling {
		for _, k := range states {
			for int(k) >= len(a.heard) {
				a.heard = append(a.heard, heard{serial: p.serial - 1, counted: make([]counted, len(p.b.Assets))})
			}
		}
	}
	p.shown, p.watches = o.slots, o.watches
	a.lineUp(p)
	return a
}

// playAhead plays a replication by what is foreseen. It reports false, and has
// done nothing, if in this run too little is.
func (p *table) playAhead(posture, state int, dice draw.Run, out []int32) bool {
	a := p.ahead
	if a.serial != p.serial {
		a.serial = p.serial
		a.fought = a.fought[:0]
		a.glance(p, dice)
	}
	if 2*len(a.late) > len(p.path) {
		return false
	}
	ps, fight := &p.b.Postures[posture], a.fight[posture][state]
	briefs, forecasts := p.states[posture][state], a.of[posture][state]
	a.sight, a.briefs, a.dice = ps.Sight[state], briefs, dice
	shared := a.fights[fight] > 1 && p.rounds == nil && a.sharing[fight].worth()
	p.renew()
	again := a.lined.again(p.serial, a.alike[posture][state], shared)
	if !again {
		a.odd, a.came, a.cameUpTo, a.brought = a.odd[:0], a.came[:0], a.cameUpTo[:0], a.brought[:0]
		clear(a.opened)
		if len(a.late) > 0 {
			a.workOut(p, forecasts, shared)
		}
		if a.open[posture][state] {
			a.decide(p, posture, state, dice, shared)
		}
	}
	if f := a.same(ps, fight, shared); f != nil {
		a.sharing[fight].same++
		copy(out, f.row)
	} else {
		clear(out)
		if !again || !a.lined.putBack(p) {
			p.stock()
			p.muster(briefs, forecasts)
			a.lined.keep(p, a.alikes[a.alike[posture][state]])
		}
		p.fight(ps, dice, nil)
		p.count(dice, out, nil)
		if shared {
			a.keep(p, ps, fight, out)
		}
	}
	heard := a.hear(p, posture, state, dice)
	for asset := range heard {
		p.noteAsset(int32(asset), &heard[asset], 1, out)
		if a.opened[asset].shot > 0 {
			p.noteAsset(int32(asset), &a.opened[asset], 1, out)
		}
	}
	for path, n := range a.flown {
		if n > 0 {
			p.note(int32(path), &a.forecasts[forecasts[path]].counted, n, out)
		}
	}
	for k := range a.odd {
		x := &a.odd[k]
		p.note(p.path[x.missile], &x.counted, 1, out)
	}
	return true
}

// glance draws for a new run which missiles are found late by an eye that their
// forecasts hang on. Those for which a sensor may be too full that these rest on
// count as late.
func (a *ahead) glance(p *table, dice draw.Run) {
	t := a.teller
	t.serial++
	full := p.filling()
	a.filling = len(full) > 0
	a.late = a.late[:0]
	clear(a.flown)
	for i, path := range p.path {
		a.onTime[i] = path >= 0
		if path < 0 {
			continue
		}
		if 2*len(a.late) > len(p.path) {
			return // too many
		}
		if a.rested(p, full, i, path) {
			a.late, a.onTime[i] = append(a.late, int32(i)), false
			continue
		}
		a.flown[path]++
		c := &t.courses[path]
		if c.steady {
			continue // nothing is drawn for it
		}
		eyes := t.eyes[c.eye0 : c.eye0+c.eyes]
		to := t.sight[i*t.maxEyes : i*t.maxEyes+len(eyes)]
		for k := range eyes {
			e := &eyes[k]
			seen := e.sureMs
			if seen < 0 || e.firstMs < seen {
				u := dice.For(p.entity[i], e.find)
				if u >= a.level {
					a.late, a.onTime[i] = append(a.late, int32(i)), false
					a.flown[path]--
					break
				}
				a.drawn[i*t.maxEyes+k] = u
				seen = t.curves.at(e.search, u)
				if e.lostMs != Never {
					seen = before(seen, e.lostMs-p.startMs[i])
				}
			}
			to[k] = sight{seen, notAsked, notAsked}
		}
	}
}

// rested reports whether one of the full sensors may be too full for a missile whose
// forecasts rest on it.
func (a *ahead) rested(p *table, full []int32, i int, path int32) bool {
	for _, s := range full {
		at := int(s)*len(p.flown) + int(path)
		if upto := a.rests[at]; upto >= 0 && p.fullIn[s].touches(p.startMs[i]+p.watches[at].firstMs, p.startMs[i]+upto) {
			return true
		}
	}
	return false
}

// workOut works out the missiles that are late. What sensors that may be full take is
// only asked where it matters: if a missile comes to the same whether they take it at
// once or as late as they may, it does whenever they take it.
func (a *ahead) workOut(p *table, forecasts []int32, shared bool) {
	for _, i := range a.late {
		path := p.path[i]
		br, f := &a.briefs[path], &a.forecasts[forecasts[path]]
		p.lookAt(i, path, a.dice)
		p.detectOne(i, path, br.way, a.dice, nil)
		var t times
		t, p.whenMs = p.prepare(br, i, path, 0, p.whenMs[:0], nil)
		if a.filling && p.blur(i, path) {
			t = a.workOutFull(p, i, path, t)
		}
		differs := !a.holds(p, f)
		if differs && shared {
			a.brought = append(a.brought, always-uint64(i)) // though it may bring nothing
			a.bring(p, i, p.prepared(0, p.whenMs))
		}
		a.odd = append(a.odd, odd{i, differs, p.b.Paths[path].counted(t)})
	}
}

// workOutFull works out a late missile that sensors may be too full for. soon is what
// comes of it if they take it at once; in its row they do as late as they may. Where
// both are the same, it does not matter when they take it. Where they are not, those are asked
// first that tell somebody first.
func (a *ahead) workOutFull(p *table, i, path int32, soon times) times {
	br := &a.briefs[path]
	a.engs, a.when = append(a.engs[:0], p.eng[:len(p.whenMs)]...), append(a.when[:0], p.whenMs...)
	for n := 0; ; n++ {
		var t times
		t, p.whenMs = p.prepare(br, i, path, 0, p.whenMs[:0], nil)
		if n == 2 {
			return t
		}
		same := len(a.when) == len(p.whenMs)
		for k := 0; same && k < len(a.when); k++ {
			x, s := &a.engs[k], &p.eng[k]
			same = sameStart(x, p.slotsOf(x), a.when[k], s, p.slotsOf(s), p.whenMs[k])
		}
		if same {
			if t != soon {
				t.alert, t.track = p.toldAtLast(br, i, path)
			}
			return t
		}
		if n == 0 {
			p.sharpenFirst(br, i, path)
		} else {
			p.sharpen(br, i, path)
		}
	}
}

// decide settles the engagements that forecasts leave open, and works out those
// that cannot be settled. came then has those that come about.
func (a *ahead) decide(p *table, posture, state int, dice draw.Run, shared bool) {
	t := a.teller
	t.renew()
	prepared := 0
	forecasts, briefs, forks := a.of[posture][state], t.states[posture][state], a.forksOf[posture][state]
	for i, path := range p.path {
		if !a.onTime[i] {
			continue
		}
		f := &a.forecasts[forecasts[path]]
		if f.open == 0 {
			continue
		}
		at := a.lineups[forecasts[path]].open
		open, from := a.entrants[at.from:at.to], len(a.came)
		when, ok := a.settled(int32(i), forks[path], open)
		if !ok {
			a.came = a.came[:from]
			br := &briefs[path]
			a.maker.credit += moreCredit * int(t.courses[path].eyes)
			t.detectOne(int32(i), path, br.way, dice, nil)
			when, t.whenMs = t.prepare(br, int32(i), path, prepared, t.whenMs[:0], nil)
			k := 0
			for n, ms := range t.whenMs {
				s := &t.eng[prepared+n]
				for open[k].as.battery != s.battery {
					k++ // it has not come about
				}
				a.came = append(a.came, entrant{s, ms, open[k].place})
			}
			prepared += len(t.whenMs)
		}
		a.cameUpTo = append(a.cameUpTo, int32(len(a.came)))
		if pa := &p.b.Paths[path]; pa.Asset >= 0 {
			pa.countShots(min(when.firstShot, f.firstShot), max(when.lastShot, f.lastShot), &a.opened[pa.Asset])
		}
		if shared {
			a.bringOpen(int32(i), open, a.came[from:])
		}
	}
	p.shown = t.shown
}

// settled adds what comes of a missile's open engagements, if their forks tell.
func (a *ahead) settled(missile int32, forks span, open []entrant) (out times, ok bool) {
	out = times{Never, Never, Never, -1}
	drawn := a.drawn[int(missile)*a.teller.maxEyes:]
	for j, k := range a.forkList[forks.from:forks.to] {
		n, ok := a.settle(k, drawn)
		if !ok {
			return out, false
		}
		if n == noOutcome {
			continue
		}
		x := &a.outcomes[n]
		a.came = append(a.came, entrant{&x.engState, x.whenMs, open[j].place})
		out.firstShot, out.lastShot = min(out.firstShot, x.whenMs), max(out.lastShot, x.lastMs)
	}
	return out, true
}

// bringOpen notes what comes of the engagements that a forecast leaves open, where
// it is not as if all goes well.
func (a *ahead) bringOpen(missile int32, open, came []entrant) {
	t := a.teller
	for k := range open {
		n := 0
		if len(came) > 0 && came[0].place == open[k].place {
			n = 1
		}
		x := open[k].as
		if n == 0 || !sameStart(x, t.slotsOf(x), open[k].whenMs, came[0].as, t.slotsOf(came[0].as), came[0].whenMs) {
			a.brought = append(a.brought, always-uint64(missile)) // though it may bring nothing
			a.bring(t, missile, came[:n])
		}
		came = came[n:]
	}
}

// bring notes all that engagements of a table which are not as forecast bring to a
// fight: where that is the same, and the forecasts are, the fight is.
func (a *ahead) bring(t *table, missile int32, list []entrant) {
	two := func(x, y int32) uint64 { return uint64(uint32(x))<<32 | uint64(uint32(y)) }
	for k := range list {
		s, whenMs := list[k].as, list[k].whenMs
		a.brought = append(a.brought, two(missile, s.battery), two(s.slot, whenMs), two(s.slots, s.kin), uint64(one(s.onOthers)))
		for _, sl := range t.slotsOf(s)[s.slot:] {
			now, last := s.threshold(&sl, whenMs), s.threshold(&sl, sl.LaunchMs)
			a.brought = append(a.brought, two(sl.LaunchMs, sl.InterceptMs), now, last)
			if now != last { // then it matters when it changes
				a.brought = append(a.brought, two(s.orgMs, s.ownMs), two(s.lorMs, s.eorMs), sl.Organic, sl.Launch, sl.Eng, uint64(sl.HandoverMs))
			}
		}
	}
}

// holds reports whether what prepare found comes to the same as a forecast.
func (a *ahead) holds(p *table, f *forecast) bool {
	if int(f.engs.to-f.engs.from) != len(p.whenMs) {
		return false
	}
	for k, when := range p.whenMs {
		x, s := &a.blank[int(f.engs.from)+k], &p.eng[k]
		if !sameStart(x, a.slots[x.slot0:x.slot0+x.slots], a.whenMs[int(f.engs.from)+k], s, p.slotsOf(s), when) {
			return false
		}
	}
	return true
}

// sameStart reports whether two engagements come to the same: the same first look,
// and with every shot the same chance.
func sameStart(x *engState, want []slot, foreseenMs int32, s *engState, has []slot, whenMs int32) bool {
	if s.battery != x.battery || s.slot != x.slot || s.slots != x.slots || whenMs != foreseenMs {
		return false
	}
	for j := s.slot; j < s.slots; j++ { // no shot in a slot comes after its launch
		u := x.threshold(&want[j], whenMs)
		if u != x.threshold(&want[j], want[j].LaunchMs) || u != s.threshold(&has[j], whenMs) || u != s.threshold(&has[j], has[j].LaunchMs) {
			return false
		}
	}
	return true
}

// lineup is what a forecast brings to a fight: bouts that are foreseen, entrants
// that stay open, as they are if all goes well, and how many there are.
type lineup struct {
	sure, open span // of begun, of entrants
	places     int32
}

// lineUp makes the lineups of all forecasts.
func (a *ahead) lineUp(p *table) {
	rounds, salvo := p.rounds, p.salvo
	p.rounds, p.salvo = nil, nil
	p.stock() // bouts begin with the board's salvoes
	p.rounds, p.salvo = rounds, salvo
	for k := range a.forecasts {
		engs := a.forecasts[k].engs
		u := lineup{places: engs.to - engs.from}
		u.sure.from, u.open.from = int32(len(a.begun)), int32(len(a.entrants))
		for n := engs.from; n < engs.to; n++ {
			if a.isOpen[n] {
				a.entrants = append(a.entrants, entrant{&a.blank[n], a.whenMs[n], n - engs.from})
				continue
			}
			e := begun{whenMs: a.whenMs[n], place: n - engs.from}
			p.begin(&e.bout, &a.blank[n])
			a.begun = append(a.begun, e)
		}
		u.sure.to, u.open.to = int32(len(a.begun)), int32(len(a.entrants))
		a.lineups = append(a.lineups, u)
	}
}

// muster lines up the engagements of all missiles: those of the forecasts, those
// that they left open, and those worked out where they differ.
func (p *table) muster(briefs []brief, forecasts []int32) {
	a := p.ahead
	first := int32(0) // place of a missile's bouts
	came, cameUpTo := int32(0), a.cameUpTo
	p.events.reset()
	late := a.odd
	for i, path := range p.path {
		if path < 0 {
			continue
		}
		x := p.aim(i)
		onTime := a.onTime[i]
		if !onTime {
			differs := late[0].differs
			late = late[1:]
			if differs {
				_, p.whenMs = p.prepare(&briefs[path], int32(i), path, int(first), p.whenMs[:0], nil)
				p.line(x, first, p.prepared(int(first), p.whenMs))
				first += int32(len(p.whenMs))
				continue
			}
		}
		u := &a.lineups[forecasts[path]]
		p.lineBegun(x, first, a.begun[u.sure.from:u.sure.to])
		if u.open.to > u.open.from {
			if onTime {
				p.line(x, first, a.came[came:cameUpTo[0]])
				came, cameUpTo = cameUpTo[0], cameUpTo[1:]
			} else { // what is late and yet as forecast leaves nothing open
				p.line(x, first, a.entrants[u.open.from:u.open.to])
			}
		}
		first += u.places
	}
	p.mustered(int(first))
}

// same gives a fight of the run that this posture's is the same as; nil if there
// is none.
func (a *ahead) same(ps *Posture, fight int32, shared bool) *fought {
	if !shared {
		return nil
	}
	a.sharing[fight].sought++
	for k := range a.fought {
		f := &a.fought[k]
		if f.fight == fight && slices.Equal(f.brought, a.brought) && (!f.minded || slices.Equal(f.group, ps.Group)) {
			return f
		}
	}
	return nil
}

// keep keeps a fight for postures that may come to the same.
func (a *ahead) keep(p *table, ps *Posture, fight int32, row []int32) {
	if len(a.fought) == foughtKept {
		return
	}
	a.fought = a.fought[:len(a.fought)+1]
	f := &a.fought[len(a.fought)-1]
	f.fight, f.minded, f.group = fight, p.minded, ps.Group
	f.brought, f.row = append(f.brought[:0], a.brought...), append(f.row[:0], row...)
}

// hear gives what the assets' nations are told of the missiles that are on time.
func (a *ahead) hear(p *table, posture, state int, dice draw.Run) []counted {
	h := &a.heard[a.telling[posture][state]]
	if h.serial == a.serial && (h.sight < 0 || h.sight == a.sight) {
		return h.counted
	}
	h.serial, h.sight = a.serial, -1
	clear(h.counted)
	t := a.teller
	t.renew()
	accounts, paths := a.accountOf[posture][state], p.path
	if a.allSame {
		paths = nil // nobody need be asked
	}
	for i, path := range paths {
		if !a.onTime[i] {
			continue
		}
		pa := &p.b.Paths[path]
		if pa.Asset < 0 || a.account[accounts[path]].same {
			continue
		}
		x := a.taleOf(accounts[path], int32(i))
		if x.same {
			h.counted[pa.Asset].add(&x.counted, 1)
			continue
		}
		when, byFull, ok := a.hears(p, int32(i), path, x)
		if !ok {
			when = t.told(int32(i), path, x, dice)
			byFull = a.filling && x.doubted && a.toldByFull(p, int32(i), path, x)
		}
		if byFull {
			h.sight = a.sight
			t.detectOne(int32(i), path, x.whole, dice, nil) // what comes later than others may be first now
			copy(t.apart, t.row(int(t.rowOf[i])))
			when.alert, when.track = p.takenFirst(t, x.alert, x.track, t.apart, int32(i), path)
		}
		n := pa.counted(when)
		h.counted[pa.Asset].add(&n, 1)
	}
	for path, n := range a.flown {
		x := &a.account[accounts[path]]
		if asset := p.b.Paths[path].Asset; n > 0 && asset >= 0 && x.same {
			h.counted[asset].add(&a.tale[a.leaf[^x.root].tale].counted, n)
		}
	}
	return h.counted
}

// toldByFull reports whether an owner is first told by a sensor that may be too full
// for the missile.
func (a *ahead) toldByFull(p *table, i, path int32, x *tale) bool {
	t := a.teller
	det := t.row(int(t.rowOf[i]))
	by := func(of *arrival) bool {
		tMs, k := earliest(t.feeds[of.feeds.from:of.feeds.to], det, p.startMs[i])
		return tMs < of.surelyMs && p.mayWait(t.eyes[t.courses[path].eye0+k].sensor, i, det[k])
	}
	return by(&x.alert) || by(&x.track)
}
