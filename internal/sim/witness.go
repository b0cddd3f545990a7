package sim

import (
	"math"

	"testudo/internal/draw"
	"testudo/internal/pact"
	"testudo/internal/sense"
	"testudo/internal/theatre"
	"testudo/internal/track"
)

// The hook of the witness mode: somebody who has flown the raid with real
// measurements says when what was found, when which command knew, and how good
// each shot was; the commands then fight by the very rules of Play.

// Source is one sensor's part in a track that a nation may hold.
type Source struct {
	View            int // among the path's views
	DelayS, Quality float64
	LostS           float64 // raid time from which nothing arrives; +Inf never
	Relayed         bool
}

// CommandSources are the sources of one nation's tracks of one path, in the
// order of PathState.Commands and of its engagements.
type CommandSources struct {
	Track []Source // what tells it where the missile falls
	Engs  []ModeSources
}

// ModeSources are the sources of the track an engagement is fought on, by mode
// (ModeOrganic, ModeLaunchOnRemote, ModeEngageOnRemote). A mode that is not
// allowed has none.
type ModeSources [3][]Source

// Sight is what one sensor sees of one path, as the compiler computed it.
type Sight struct {
	Sensor int
	View   *sense.View
}

// Sights lists the views of a path, in the board's order.
func (c *Compiler) Sights(path int) []Sight {
	ph := &c.paths[path]
	out := make([]Sight, len(ph.views))
	for v := range out {
		x := &ph.views[v]
		out[v] = Sight{x.sensor, &x.view}
	}
	return out
}

// Sources lists, for a posture in one state of what may fail, the sources
// behind the tables of its board: by path, then by command.
func (c *Compiler) Sources(tp *theatre.Posture, bp *Posture, state int) [][]CommandSources {
	parts, _ := c.mayFail(tp)
	s := c.in(tp, parts, state, newRoutings(nil)) // several may ask at a time
	out := make([][]CommandSources, len(c.paths))
	for i := range c.paths {
		ph := &c.paths[i]
		sources := func(n int, l pact.Level, without int) (out []Source) {
			for v := range ph.views {
				x := &ph.views[v]
				r := s.row(c.t, c.kindOf[i], x.sensor)
				if !x.tracks || r == nil || x.sensor == without {
					continue
				}
				for _, y := range r.to[n].best[l] {
					if y.Quality > 0 {
						y.View = v
						out = append(out, y)
					}
				}
			}
			return out
		}
		for k := range bp.States[state][i].Commands {
			cmd := &bp.States[state][i].Commands[k]
			n := int(cmd.Nation)
			cs := CommandSources{Track: sources(n, pact.Track, -1)}
			for j := range cmd.Engs {
				e := &cmd.Engs[j]
				radar := c.t.Batteries[e.Battery].Radar
				var m ModeSources
				var own []Source
				if e.Own >= 0 && ph.views[e.Own].tracks {
					own = []Source{{View: int(e.Own), Quality: 1, LostS: c.t.Sensors[radar].LostS}}
				}
				m[ModeOrganic] = own
				if len(e.Launch) > 0 {
					m[ModeLaunchOnRemote] = append(own[:len(own):len(own)], sources(n, pact.LaunchOnRemote, radar)...)
				}
				if len(e.Engage) > 0 {
					m[ModeEngageOnRemote] = append(own[:len(own):len(own)], sources(n, pact.EngageOnRemote, radar)...)
				}
				cs.Engs = append(cs.Engs, m)
			}
			out[i] = append(out[i], cs)
		}
	}
	return out
}

// Belief gives the board's covariance (m², Earth-fixed axes) of the position
// predicted for atS when the sources are fused as they stand at tS, both seconds
// after launch: what a witness holds its actual errors against. False when the
// sources do not fix the position. Several may ask at a time after Inform.
func (c *Compiler) Belief(path int, from []Source, tS, atS float64) ([3][3]float64, bool) {
	ph := &c.paths[path]
	cs := make([]track.Contribution, len(from))
	for i, x := range from {
		cs[i] = contribution(c.inform(path, &ph.views[x.View], math.Inf(1)), x)
	}
	m := c.moves(path)
	return m.PositionCov(m.Fuse(cs, tS), atS)
}

// DetectDraw is the draw by which Play lets a sensor find a missile; a sensor of
// which the witness has nothing better to say uses it too.
func DetectDraw(seed, run, missile, sensor uint64) uint64 {
	return draw.U64(seed, run, missile, keyDetect(sensor))
}

// Raid draws what flies in a run: the state of what may fail under a posture,
// and per missile its path (-1: it failed at launch) and its launch, ms of raid
// time. The lists are the player's own and hold until its next run.
func (p *Player) Raid(posture int, seed, run uint64) (state int, path, startMs []int32) {
	t := p.whole()
	t.launch(seed, run, nil)
	return p.b.Postures[posture].state(draw.Dice(seed, run), nil), t.path, t.startMs
}

// Limit applies the sensors' capacities, as Play does, to detections of the raid
// last drawn: by missile and view, ms from launch, Never if not.
func (p *Player) Limit(detMs [][]int32) {
	t := p.whole()
	t.take(func(missile, view int) int32 { return detMs[missile][view] })
	t.crowd(t.crowded, nil)
	for i := range detMs {
		if t.path[i] >= 0 {
			copy(detMs[i], t.row(int(t.rowOf[i])))
		}
	}
}

// take puts detections into the rows, in the place of what the sensors' curves
// would give. Of the full program an eye is a view.
func (p *table) take(det func(missile, view int) int32) {
	p.renew()
	p.serial++
	p.looked = false
	for i, path := range p.path {
		if path < 0 {
			continue
		}
		at := i * p.perMissile
		p.rowOf[i] = int32(at)
		p.rowKeys[at] = rowKey{p.serial, -1, p.newTag()}
		row := p.row(at)
		for v := 0; v < int(p.courses[path].eyes); v++ {
			row[v] = det(i, v)
		}
	}
}

// Given is what a witness found out about one run. Times are ms from the
// missile's launch, Never if it does not come; view counts among the path's
// views, command and engagement as in PathState, slot as in Engagement, mode is
// one of ModeOrganic, ModeLaunchOnRemote and ModeEngageOnRemote.
type Given interface {
	// DetMs is when a sensor found the missile, its capacity considered.
	DetMs(missile, view int) int32
	// FirmMs is when that sensor had a firm track of it: not sooner after DetMs
	// than the view's own FirmMs, which the order of the feeds counts on.
	FirmMs(missile, view int) int32
	// KnownMs is when the command's estimate told what is threatened.
	KnownMs(missile, command int) int32
	// Promise is the kill threshold the command believes a shot has, by which it
	// chooses the mode; 0 if there is no track to shoot on.
	Promise(missile, command, engagement, slot, mode int) uint64
	// Threshold is the kill threshold the shot really has.
	Threshold(missile, command, engagement, slot, mode int) uint64
}

// PlayGiven plays a replication like Play, with detections, tracks, decisions
// and kill thresholds given instead of looked up. What the given run does not
// speak of (launches, failures, doctrine, magazines, kill draws) comes from the
// same dice as in Play. It allocates; Play does not.
func (p *Player) PlayGiven(posture int, seed, run uint64, given Given, out []int32, log *Log) {
	t := p.whole()
	ps := &p.b.Postures[posture]
	clear(out)
	dice := draw.Dice(seed, run)
	state := ps.state(dice, log)
	t.launch(seed, run, log)
	t.take(given.DetMs)
	t.firm = append(t.firm[:0:0], t.det...)
	for i, path := range t.path {
		if path < 0 {
			continue
		}
		c := &t.courses[path]
		at := int(t.rowOf[i]) * t.maxEyes
		for v, e := range t.eyes[c.eye0 : c.eye0+c.eyes] {
			d := t.det[at+v]
			if d == Never {
				continue
			}
			firm := d + neverFirmMs
			if f := given.FirmMs(i, v); f != Never {
				firm = f
			}
			// The lists add the eye's own time to a firm track.
			t.firm[at+v] = firm - e.firmMs
			if log != nil {
				log.add(Event{Kind: EvDetect, TMs: t.startMs[i] + d, Missile: int32(i), A: e.sensor, B: -1})
			}
		}
	}
	t.given, t.shown = given, nil
	t.stock()
	t.ready(t.states[posture][state], out, log)
	t.fight(ps, dice, log)
	t.given, t.shown, t.firm = nil, t.slots, t.det
	t.count(dice, out, log)
	p.leave(t, out)
}

// neverFirmMs stands for a track that never becomes firm, though the missile was
// seen: about six days, later than any flight, early enough to add to.
const neverFirmMs = 1 << 29

// give puts what is promised to an engagement in the place of what was computed.
func (p *table) give(s *engState, e *engagement) {
	s.slot0 = int32(len(p.shown))
	for k, sl := range p.slots[e.slot0 : e.slot0+e.slots] {
		ask := func(mode int) uint64 {
			return p.given.Promise(int(s.missile), int(e.command), int(e.index), k, mode)
		}
		sl.Organic, sl.Launch, sl.Eng = ask(ModeOrganic), ask(ModeLaunchOnRemote), ask(ModeEngageOnRemote)
		p.shown = append(p.shown, sl)
	}
}
