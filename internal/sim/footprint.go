package sim

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
	b := p.b
	ps := &b.Postures[posture]
	paths := ps.States[0]
	p.looked, p.launched = false, false // the sights are no run's
	for i := range b.Missiles {
		p.path[i], p.startMs[i] = b.Missiles[i].Aims[0].Path, 0
		pa := &b.Paths[p.path[i]]
		views := b.Views[pa.FirstView : pa.FirstView+pa.Views]
		for v := range views {
			x := sight{views[v].Search.at(share), views[v].Warned.at(share), views[v].Cued.at(share)}
			if l := b.Sensors[views[v].Sensor].LostMs; l != Never {
				x = sight{before(x.search, l), before(x.warned, l), before(x.cued, l)}
			}
			p.sights[i*p.maxViews+v] = x
		}
	}
	p.detMs = p.seen[ps.Sight[0]]
	clear(p.done)
	p.detect(paths, ps.Down[0], nil)
	out := make([]int32, p.layout.Len())
	p.ready(ps, paths, out, nil)
	var list []Opportunity
	for k := range p.eng {
		s := &p.eng[k]
		e := s.e
		o := Opportunity{Missile: int(s.missile), Battery: int(e.Battery), Ready: [3]int32{s.orgMs, s.lorMs, s.eorMs}}
		for j := range e.Slots {
			sl := &e.Slots[j]
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
	p.eng = p.eng[:0]
	return list
}

// chance turns a threshold back into the probability it stands for.
func chance(threshold uint64) float64 {
	if threshold == always {
		return 1
	}
	return float64(threshold>>11) / (1 << 53)
}
