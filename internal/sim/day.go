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
	p.stock(d.Rounds, d.Salvo)
	blind := false
	for _, x := range d.Blind {
		blind = blind || x
	}
	if !blind {
		// What the sensors see is shared with the run's other postures.
		p.play(posture, seed, run, out, log)
		return
	}
	p.dark, p.looked = d.Blind, false
	p.play(posture, seed, run, out, log)
	p.dark, p.looked = nil, false
}

// Left is the rounds each battery has after the raid last played. The list is
// the player's own.
func (p *Player) Left() []int32 { return p.rounds }

// stock fills the magazines: as the board has them, or as given.
func (p *Player) stock(rounds, salvo []int32) {
	for i := range p.rounds {
		p.rounds[i], p.salvo[i] = p.b.Batteries[i].Rounds, p.b.Batteries[i].Salvo
		if rounds != nil {
			p.rounds[i], p.salvo[i] = rounds[i], salvo[i]
		}
	}
}

// darken takes what blind sensors would have seen out of the run's looks.
func (p *Player) darken() {
	for i := range p.b.Missiles {
		if p.path[i] < 0 {
			continue
		}
		pa := &p.b.Paths[p.path[i]]
		for v := int32(0); v < pa.Views; v++ {
			if p.dark[p.b.Views[pa.FirstView+v].Sensor] {
				p.sights[i*p.maxViews+int(v)] = sight{Never, Never, Never}
			}
		}
	}
}
