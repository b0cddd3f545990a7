package sim

// What an Outlook is held against: the same questions put to a board that is played.

// Opportunity is what one battery can do about one missile when every sensor
// finds it at a stated place of its detection curve. Times are milliseconds from
// the missile's launch.
type Opportunity struct {
	Missile, Battery int
	// Ready is when it may shoot by its own radar, on another's track with its
	// own radar taking over, and on another's track throughout; Never if not.
	Ready [3]int32
	Shots []Shot
}

// Shot is one look: a launch, its intercept, and the kill probability in each
// mode that is open by then (0: not open). The modes are those of Opportunity.
type Shot struct {
	LaunchMs, InterceptMs int32
	P                     [3]float64
}

// Typical gives every battery's opportunities under a posture if all links and
// sensors work and each sensor detects where its cumulative curve passes the
// given share (draw of the median: 1<<63 - 1). It follows the very steps of a
// replication: who is pointed by whom, who is told, who has decided. Capacities,
// channels and magazines play no part. Missiles must have a single aim point.
func (p *Player) Typical(posture int, share uint64) []Opportunity {
	t, b := p.quick(), p.b
	t.looked, t.launched = false, false // the sights are no run's
	t.serial++
	for i := range b.Missiles {
		path := b.Missiles[i].Aims[0].Path
		t.path[i], t.startMs[i] = path, 0
		c := &t.courses[path]
		for k, e := range t.eyes[c.eye0 : c.eye0+c.eyes] {
			x := sight{t.curves.at(e.search, share), t.curves.at(e.warned, share), t.curves.at(e.cued, share)}
			if e.lostMs != Never {
				x = sight{before(x.search, e.lostMs), before(x.warned, e.lostMs), before(x.cued, e.lostMs)}
			}
			t.sight[i*t.maxEyes+k] = x
		}
	}
	t.stock()
	briefs := t.states[posture][0]
	t.detect(briefs, 0, nil)
	t.ready(briefs, make([]int32, p.layout.Len()), nil)
	var list []Opportunity
	for k := range t.bouts[:t.engaged] {
		s := t.bouts[k].as
		o := Opportunity{Missile: int(t.bouts[k].at.missile), Battery: int(t.engs[s.e].battery), Ready: [3]int32{s.orgMs, s.lorMs, s.eorMs}}
		for _, sl := range t.slotsOf(s) {
			x := Shot{LaunchMs: sl.LaunchMs, InterceptMs: sl.InterceptMs}
			if s.orgMs <= sl.LaunchMs {
				x.P[0] = chance(sl.Organic)
			}
			if s.lorMs <= sl.LaunchMs && s.ownMs <= sl.HandoverMs {
				x.P[1] = chance(sl.Launch)
			}
			if s.eorMs <= sl.LaunchMs {
				x.P[2] = chance(sl.Eng)
			}
			if x.P != [3]float64{} {
				o.Shots = append(o.Shots, x)
			}
		}
		if len(o.Shots) > 0 {
			list = append(list, o)
		}
	}
	return list
}
