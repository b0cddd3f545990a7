package sim

// Ahead lets a player look from now on for what nearly all runs have in common,
// draws taken to be below a level (0: as ever); Plain lets it never.
func (p *Player) Ahead(level uint64) {
	kept := likely
	if level > 0 {
		likely = level
	}
	t := p.quick()
	t.ahead = newAhead(t)
	p.Plain() // it has looked
	likely = kept
}

// Doubt makes it not count on a sensor where others will do, from Ahead on.
func (p *Player) Doubt(sensor int) { p.quick().doubted[sensor] = true }

// Asked gives how many sensors that may have been full have been asked what they took.
func (p *Player) Asked() (n int) {
	for s := range p.lean.takings {
		n += int(one(p.lean.takings[s].serial > 0))
	}
	return n
}

func (p *Player) Plain() { p.plays = 1 << 30 }

// Foreseen gives how many engagements forecasts tell, and how many they leave open.
func (p *Player) Foreseen() (told, open int) {
	for _, f := range p.lean.ahead.forecasts {
		told += int(f.engs.to-f.engs.from) - int(f.open)
		open += int(f.open)
	}
	return told, open
}

// Settled gives how many branches of what forecasts left open have come to an
// outcome, and how many have been given up.
func (p *Player) Settled() (settled, givenUp int) {
	a := p.lean.ahead
	count := func(b branch) {
		settled += int(one(b < 0))
		givenUp += int(one(b == notSettled))
	}
	for k := range a.fork {
		count(a.fork[k].root)
	}
	for _, k := range a.knots[firstKnot:] {
		count(k.below)
		count(k.above)
	}
	return settled, givenUp
}

// Split gives how many accounts of what owners are told have been split by draws.
func (p *Player) Split() (n int) {
	for _, x := range p.lean.ahead.account {
		n += int(one(x.knots > 0))
	}
	return n
}
