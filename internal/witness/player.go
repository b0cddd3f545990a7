package witness

import (
	"fmt"
	"math"
	"slices"

	"testudo/internal/draw"
	"testudo/internal/flight"
	"testudo/internal/sense"
	"testudo/internal/sim"
	"testudo/internal/theatre"
	"testudo/internal/track"
)

// Witness is a theatre made ready to be witnessed. It is immutable but for the
// players it has handed out, whose counts Tally adds up.
type Witness struct {
	theatre  *theatre.Theatre
	board    *sim.Board
	compiler *sim.Compiler
	motion   motion
	noise    float64   // 1; tests set 0 for measurements without error
	fadeS    float64   // e-folding time of what tracks know: the board's
	burnoutS []float64 // per path
	views    [][]view  // per path, in the board's order
	ofSensor [][]int32 // per path and sensor: its view, -1
	radars   []track.RangeAzEl
	interval []float64 // per sensor: s between tracking looks
	untilS   []float64 // per path: s after launch at which the last picture of it is used
	players  []*Player
}

// view is one sensor's sight of one path.
type view struct {
	sensor int
	entity uint64
	watch  *sense.Watch // nil: a satellite
	seen   *sense.View
	firmS  float64
	firmMs int32
	lostS  float64
}

// New prepares a theatre and its board.
func New(t *theatre.Theatre, b *sim.Board, f Filter) *Witness {
	w := &Witness{theatre: t, board: b, compiler: sim.NewCompiler(t), motion: motion{newFreeFlight(t.Earth), f}, noise: 1, fadeS: sim.FadeS}
	w.compiler.Inform() // the players ask it what the board believes
	for s := range t.Sensors {
		w.radars = append(w.radars, track.RangeAzEl{Frame: t.Earth.Ellipsoid.Frame(t.Sensors[s].At)})
	}
	w.interval = make([]float64, len(t.Sensors))
	for i := range t.Paths {
		p := &t.Paths[i]
		w.burnoutS = append(w.burnoutS, p.Flight.BurnoutS())
		of := make([]int32, len(t.Sensors))
		for s := range of {
			of[s] = -1
		}
		var views []view
		for v, x := range w.compiler.Sights(i) {
			s := &t.Sensors[x.Sensor]
			vw := view{sensor: x.Sensor, entity: draw.Entity(s.ID), seen: x.View, firmS: s.FirmS, firmMs: msOf(s.FirmS), lostS: s.LostS}
			if s.Radar != nil {
				if watch, ok := s.Radar.Watch(t.Earth, p.Flight, t.Types[p.Type].Signature); ok {
					vw.watch = watch
					w.interval[x.Sensor] = watch.IntervalS
				}
			}
			of[x.Sensor] = int32(v)
			views = append(views, vw)
		}
		w.views, w.ofSensor = append(w.views, views), append(w.ofSensor, of)
	}
	w.untilS = make([]float64, len(t.Paths))
	for i := range w.untilS {
		last := int32(-1)
		for q := range b.Postures {
			for _, st := range b.Postures[q].States {
				for _, c := range st[i].Commands {
					for _, e := range c.Engs {
						for _, sl := range e.Slots {
							last = max(last, sl.HandoverMs, sl.LaunchMs)
						}
					}
				}
			}
		}
		if w.untilS[i] = float64(last) / 1000; last < 0 {
			w.untilS[i] = math.Inf(1) // nobody shoots at it; it may be taken for another
		}
	}
	return w
}

func (w *Witness) viewOf(path int32, sensor int) *view {
	return &w.views[path][w.ofSensor[path][sensor]]
}

func (w *Witness) flight(path int32) *flight.Trajectory { return w.theatre.Paths[path].Flight }

// Tally adds up what all players counted.
func (w *Witness) Tally() Tally {
	var t Tally
	for _, p := range w.players {
		t.add(&p.count)
	}
	return t
}

// Account gives the tally with the filter that was run.
func (w *Witness) Account() *Account { return &Account{w.motion.filter.String(), w.Tally()} }

// Player plays runs one after another; use one per goroutine.
type Player struct {
	w     *Witness
	dice  *sim.Player
	count Tally

	played    bool
	seed, run uint64
	path      []int32
	startS    []float64
	lnBeta    []float64 // per missile: what the class of missile suggests
	clockS    []float64 // per sensor: its first tracking look
	sights    map[int32]*sight
	made      [][]*picture // per sensor: the pictures of this run
	seen      *sight       // of the posture being played
	pictures  []*picture   // per sensor: its own, nil until asked for
	spare     [][][]snap   // per sensor: storage of earlier runs
	buffer    []echoOf
	states    map[[2]int]*state
	lists     map[string]int32 // source lists met, by what is in them

	known       map[knownKey]int32 // of this run
	predictions map[predictionKey]prediction
}

// sources is a list of sources with a number that equal lists share.
type sources struct {
	list []sim.Source
	id   int32
}

// commandSources are those of one command: of its picture, and of each
// engagement by mode.
type commandSources struct {
	Track sources
	Engs  [][3]sources
}

// state is one posture in one state of what may fail.
type state struct {
	paths   []sim.PathState
	sources [][]commandSources
}

// NewPlayer makes a player. It is not safe to call from several goroutines.
func (w *Witness) NewPlayer() *Player {
	n := len(w.board.Missiles)
	p := &Player{w: w, dice: sim.NewPlayer(w.board), startS: make([]float64, n), lnBeta: make([]float64, n), clockS: make([]float64, len(w.board.Sensors)), states: map[[2]int]*state{}, lists: map[string]int32{}, spare: make([][][]snap, len(w.board.Sensors))}
	w.players = append(w.players, p)
	return p
}

// Play plays one replication of one posture as sim.Player does. log may be nil.
func (p *Player) Play(posture int, seed, run uint64, out []int32, log *sim.Log) {
	b := p.w.board
	number, path, startMs := p.dice.Raid(posture, seed, run)
	if !p.played || p.seed != seed || p.run != run {
		p.played, p.seed, p.run, p.path = true, seed, run, path
		p.begins(startMs)
	}
	ps := &b.Postures[posture]
	st := p.state(posture, number)
	s := p.sights[ps.Sight[number]]
	if s == nil {
		s = p.look(st.paths, ps.Down[number])
		p.sights[ps.Sight[number]] = s
	}
	p.follow(s)
	p.dice.PlayGiven(posture, seed, run, &given{p, st, s}, out, log)
}

// begins draws what does not depend on the posture.
func (p *Player) begins(startMs []int32) {
	b := p.w.board
	p.sights = map[int32]*sight{}
	p.known, p.predictions = map[knownKey]int32{}, map[predictionKey]prediction{}
	for s, list := range p.made {
		for _, q := range list {
			p.spare[s] = append(p.spare[s], q.snaps[:0])
		}
	}
	p.made = make([][]*picture, len(b.Sensors))
	for i := range b.Missiles {
		p.startS[i] = float64(startMs[i]) / 1000
		if p.path[i] >= 0 {
			p.lnBeta[i] = p.w.lnBeta(p.path[i]) + track.PriorLnBeta*p.w.noise*draw.Normal(draw.U64(p.seed, p.run, b.Missiles[i].Entity, drawBeta))
		}
	}
	for s := range p.clockS {
		p.clockS[s] = p.w.interval[s] * draw.Float(draw.U64(p.seed, p.run, b.Sensors[s].Entity, drawClock))
	}
}

// airless stands for the ballistic coefficient of what no air slows.
const airless = 1e7

func (w *Witness) lnBeta(path int32) float64 {
	return math.Log(math.Min(float64(w.flight(path).Beta()), airless))
}

func (p *Player) trueState(missile int, t float64) track.State {
	r, v := p.w.flight(p.path[missile]).At(t - p.startS[missile])
	return track.State{r[0], r[1], r[2], v[0], v[1], v[2], p.w.lnBeta(p.path[missile])}
}

func (p *Player) state(posture, number int) *state {
	k := [2]int{posture, number}
	st := p.states[k]
	if st == nil {
		st = &state{paths: p.w.board.Postures[posture].States[number]}
		for _, path := range p.w.compiler.Sources(&p.w.theatre.Postures[posture], &p.w.board.Postures[posture], number) {
			var cs []commandSources
			for _, c := range path {
				x := commandSources{Track: p.list(c.Track)}
				for _, e := range c.Engs {
					x.Engs = append(x.Engs, [3]sources{p.list(e[0]), p.list(e[1]), p.list(e[2])})
				}
				cs = append(cs, x)
			}
			st.sources = append(st.sources, cs)
		}
		p.states[k] = st
	}
	return st
}

// list numbers a list of sources.
func (p *Player) list(from []sim.Source) sources {
	key := fmt.Sprint(from)
	id, ok := p.lists[key]
	if !ok {
		id = int32(len(p.lists))
		p.lists[key] = id
	}
	return sources{from, id}
}

// follow takes up the pictures of a sight: those of the posture to be played.
func (p *Player) follow(s *sight) {
	p.seen = s
	p.pictures = make([]*picture, len(p.w.board.Sensors))
}

// picture is what a radar knows, made when it is first asked for. Radars that
// found the same at the same times under another posture have the same picture.
func (p *Player) picture(sensor int) *picture {
	if q := p.pictures[sensor]; q != nil {
		return q
	}
	det := make([]int32, len(p.path))
	for i := range det {
		det[i] = sim.Never
		if p.path[i] >= 0 {
			if v := p.w.ofSensor[p.path[i]][sensor]; v >= 0 {
				det[i] = p.seen.detMs[i][v]
			}
		}
	}
	for _, q := range p.made[sensor] {
		if slices.Equal(q.det, det) {
			p.pictures[sensor] = q
			return q
		}
	}
	q := p.scan(sensor, det)
	p.pictures[sensor] = q
	p.made[sensor] = append(p.made[sensor], q)
	return q
}
