package sim

// Day is what a campaign has left of a board: it takes the place of the board's
// own magazines, salvoes and sensors for one raid.
type Day struct {
	Rounds []int32 // per battery; 0 for one that is out of action
	Salvo  []int32 // per battery
	Blind  []bool  // per sensor: out of action
}

// NewDay is the first day's: everything as the board has it.
func (b *Board) NewDay() *Day {
	d := &Day{Rounds: make([]int32, len(b.Batteries)), Salvo: make([]int32, len(b.Batteries)), Blind: make([]bool, len(b.Sensors))}
	for i := range b.Batteries {
		d.Rounds[i], d.Salvo[i] = b.Batteries[i].Rounds, b.Batteries[i].Salvo
	}
	return d
}

// PlayDay is Play with what a campaign has left. A sensor that is out of action
// finds nothing, so nobody is warned, cued or shown a track by it; the accuracy
// of a track fused from several is not worked out anew without it. After it,
// Left tells what each battery still has.
func (p *Player) PlayDay(d *Day, posture int, seed, run uint64, out []int32, log *Log) {
	blind := false
	for _, x := range d.Blind {
		blind = blind || x
	}
	t := p.quick()
	if log != nil || blind {
		t = p.whole()
	}
	t.rounds, t.salvo = d.Rounds, d.Salvo
	if blind {
		// What the sensors see is not shared with the run's other postures.
		t.dark, t.looked = d.Blind, false
	}
	p.one(t, posture, seed, run, out, log)
	if blind {
		t.dark, t.looked = nil, false
	}
	t.rounds, t.salvo = nil, nil
}

// Left is the rounds each battery has after the raid last played. The list is
// the player's own.
func (p *Player) Left() []int32 { return p.left }

// stock fills the magazines: as the board has them, or as given.
func (p *table) stock() {
	for i := range p.magazines {
		m := &p.magazines[i]
		m.waiting.reset()
		*m = magazine{gun: p.guns[i], left: p.b.Batteries[i].Rounds, salvo: p.b.Batteries[i].Salvo, waiting: m.waiting}
		if p.rounds != nil {
			m.left, m.salvo = p.rounds[i], p.salvo[i]
		}
	}
}

// darken takes what blind sensors would have seen out of the run's looks.
func (p *table) darken() {
	for i, path := range p.path {
		if path < 0 {
			continue
		}
		c := &p.courses[path]
		for k, e := range p.eyes[c.eye0 : c.eye0+c.eyes] {
			if p.dark[e.sensor] {
				p.sight[i*p.maxEyes+k] = sight{Never, Never, Never}
			}
		}
	}
}
