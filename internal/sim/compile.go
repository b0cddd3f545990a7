package sim

import (
	"encoding/binary"
	"fmt"
	"math"

	"testudo/internal/draw"
	"testudo/internal/engage"
	"testudo/internal/flight"
	"testudo/internal/pact"
	"testudo/internal/sense"
	"testudo/internal/theatre"
	"testudo/internal/track"
)

// FadeS is the time in which information about a trajectory loses 1-1/e of its
// weight: the process noise of a filter in additive form. Assumption: a minute,
// about the memory of a filter tuned to see a manoeuvre within a few looks.
const FadeS = 60.0

// HandoverS is how long before the intercept the interceptor's own seeker must
// take over. Assumption at the level of open literature.
const HandoverS = 10.0

// MaxChance bounds the links and sensors of a posture that may fail: 2^n tables.
const MaxChance = 8

// damage is what hits do to an asset: each destroys a tenth of what still
// stands. Assumption; results list it.
const damagePerHit = 0.1

// Compile does all the physics of a theatre once and keeps it as tables. It
// returns an error if a posture has more uncertain links than tables can be
// made for.
func Compile(t *theatre.Theatre) (*Board, error) {
	return NewCompiler(t).Board(t.Postures, t.Ladder)
}

// Compiler holds the physics of a theatre that does not depend on agreements,
// so that the boards of many postures or coalitions share it.
type Compiler struct {
	t        *theatre.Theatre
	paths    []pathPhysics
	kinds    []kind
	kindOf   []int // per path
	routings *routings
	kills    names[engage.Kill]
	killOf   []uint32 // per battery: the number of its way to kill
	next     uint32   // the number last given to a way to kill
	each     func(n int, do func(i int))
	stop     func() bool
}

// pathPhysics is what is known of one path before anybody agrees on anything.
type pathPhysics struct {
	motion  *track.Motion // made when a track is first asked about
	views   []sensed      // in the order of the sensors
	first   int           // number of the first among all views
	ofView  []int         // per sensor: its view, -1
	windows []engage.Window
	kins    []Kin
	ids     []uint32 // of the windows
	// What agreements have made of it, in this compiler and in the one before.
	tables, before *tables
	room           *room // of an outlook; nil where what is made is kept
}

// room is what is used again by those who look at one path after another.
type room struct {
	posts  []sense.Post // per sensor
	motion track.Motion
	infos  []*track.Info
	looks  []sense.Look
}

func (r *room) info() *track.Info {
	if len(r.infos) == 0 {
		r.infos = append(r.infos, new(track.Info))
	}
	n := len(r.infos) - 1
	in := r.infos[n]
	r.infos = r.infos[:n]
	in.Begin(FadeS)
	return in
}

// sensed is what a sensor sees of a path.
type sensed struct {
	id     uint32 // names its content among the path's, also in later compilers
	sensor int
	view   sense.View  // its looks are listed for info only
	info   *track.Info // of a view that tracks; made when first asked for (see inform)
	toS    float64     // it holds the looks up to this
	tracks bool        // it yields looks

	radar    bool
	plain    bool    // pointing changes nothing
	soonestS float64 // the earliest time at which it can detect
	table    View    // for the board; sensor and firm time are set there
}

// NewCompiler flies nothing (the theatre's paths have flown) but looks and
// reaches: every sensor at every path, every battery at every path.
func NewCompiler(t *theatre.Theatre) *Compiler {
	return NewCompilerFrom(nil, t, nil, nil)
}

// NewCompilerFrom is NewCompiler for a theatre much like one compiled before:
// what a sensor saw of a flight and when a battery could meet it are taken over
// where the flight is the very same one (theatre.Options.Previous keeps it) and
// sensor and battery stand and are as they were. The boards are those of
// NewCompiler, bit for bit. prev may be nil; it is only read. The paths are worked
// on by each, and given up when stop says so, as in theatre.Options: then Board
// gives theatre.ErrStopped, and the compiler is of no other use.
func NewCompilerFrom(prev *Compiler, t *theatre.Theatre, each func(n int, do func(i int)), stop func() bool) *Compiler {
	if each == nil {
		each = func(n int, do func(i int)) {
			for i := range n {
				do(i)
			}
		}
	}
	if stop == nil {
		stop = func() bool { return false }
	}
	c := &Compiler{t: t, stop: stop}
	c.each = func(n int, do func(i int)) {
		each(n, func(i int) {
			if !stop() {
				do(i)
			}
		})
	}
	var k *kept
	if prev != nil {
		c.routings, c.kills, c.next = newRoutings(prev.routings), prev.kills.heir(), prev.next
		k = keep(prev, t)
	} else {
		c.routings, c.kills = newRoutings(nil), c.kills.heir()
	}
	c.kinds, c.kindOf = kindsOf(t)
	c.killOf = c.killNumbers()
	c.paths = make([]pathPhysics, len(t.Paths))
	c.each(len(t.Paths), func(i int) { c.paths[i] = c.physics(i, k) })
	for i := 1; i < len(c.paths); i++ {
		c.paths[i].first = c.paths[i-1].first + len(c.paths[i-1].views)
	}
	return c
}

// physics looks and reaches: what each sensor sees of a path, when each battery
// can meet it.
func (c *Compiler) physics(i int, k *kept) (ph pathPhysics) {
	t := c.t
	p := &t.Paths[i]
	sig := t.Types[p.Type].Signature
	ph.ofView = make([]int, len(t.Sensors))
	was := k.path(pathKey{p.Flight, sig})
	if was != nil {
		ph.motion, ph.before = was.motion, was.tables
	}
	ph.tables = ph.before.heir()
	ph.views = make([]sensed, 0, len(t.Sensors))
	var taken []bool // per earlier view
	if was != nil {
		taken = make([]bool, len(was.views))
	}
	var scan *sense.Scan // made when the first radar must look
	for s := range t.Sensors {
		if c.stop() {
			return ph
		}
		ph.ofView[s] = -1
		var x sensed
		seen := false
		if was != nil && k.sensors[s] >= 0 {
			if v := was.ofView[k.sensors[s]]; v >= 0 {
				x, seen = was.views[v], true
				x.sensor = s
				if taken[v] {
					// Of two sensors alike at one place each looks for itself.
					x.id = ph.tables.number()
					x.info = nil
				}
				taken[v] = true
			}
		} else {
			if scan == nil {
				scan = sense.NewScan(p.Flight)
			}
			if x, seen = c.observe(s, p.Flight, scan, sig); seen {
				x.id = ph.tables.number()
			}
		}
		if seen {
			ph.ofView[s] = len(ph.views)
			ph.views = append(ph.views, x)
		}
	}
	var path *engage.Path // taken when the first battery must aim
	ph.windows, ph.kins, ph.ids = make([]engage.Window, len(t.Batteries)), make([]Kin, len(t.Batteries)), make([]uint32, len(t.Batteries))
	for b := range t.Batteries {
		if c.stop() {
			return ph
		}
		if was != nil && k.batteries[b] >= 0 {
			w := k.batteries[b]
			ph.windows[b], ph.kins[b], ph.ids[b] = was.windows[w], was.kins[w], was.ids[w]
			continue
		}
		if path == nil {
			path = engage.NewPath(p.Flight)
		}
		ph.windows[b], ph.ids[b] = engage.Find(path, t.Batteries[b].Shooter, t.Earth.Ellipsoid), ph.tables.number()
		ph.kins[b] = kinOf(&ph.windows[b])
	}
	return ph
}

// observe lets a sensor look at a flight; false if it never sees it.
func (c *Compiler) observe(s int, tr *flight.Trajectory, scan *sense.Scan, sig sense.Signature) (sensed, bool) {
	sn := &c.t.Sensors[s]
	x := sensed{sensor: s}
	if sn.Radar != nil {
		x.view = sn.Radar.Sight(c.t.Earth, scan, sig)
		x.tracks = sn.Radar.Tracks(x.view)
	} else {
		x.view = sn.Infrared.Observe(c.t.Earth, tr)
	}
	if math.IsInf(x.view.First, 1) || len(x.view.Cued.T) == 0 && len(x.view.Search.T) == 0 {
		return x, false
	}
	x.radar, x.plain, x.soonestS = sn.Radar != nil, !helps(&x.view), soonest(&x.view)
	x.table = View{LastMs: ms(x.view.Last), Plain: x.plain, Search: curve(x.view.Search), Warned: curve(x.view.Warned), Cued: curve(x.view.Cued)}
	return x, true
}

// inform gives what a view tells about a path up to a time, and works it out when it
// is first asked for: most views are never asked, or only how they began, because
// a track is good enough without.
func (c *Compiler) inform(path int, x *sensed, tS float64) *track.Info {
	if !x.tracks || x.info != nil && tS <= x.toS {
		return x.info
	}
	p, sn := &c.t.Paths[path], &c.t.Sensors[x.sensor]
	// Somewhat more than is needed, and twice as much each time.
	burnout := p.Flight.BurnoutS()
	until := tS + 5
	if x.info != nil {
		until = math.Max(until, tS+x.toS-burnout)
	}
	if until >= x.view.Last {
		until = math.Inf(1)
	}
	if r := c.paths[path].room; r != nil {
		// Nobody else has it: what it holds stays, and what comes later is added.
		from := burnout
		if x.info == nil {
			x.info = r.info()
		} else {
			from = math.Nextafter(x.toS, math.Inf(1))
		}
		r.looks = r.posts[x.sensor].AppendTrack(r.looks[:0], p.Flight, x.view, from, until)
		c.moves(path).More(x.info, sn.At, r.looks)
		x.toS = until
		return x.info
	}
	looks := sn.Radar.Track(c.t.Earth, p.Flight, c.t.Types[p.Type].Signature, x.view, burnout, until)
	x.info, x.toS = c.moves(path).Gather(sn.At, looks, FadeS), until
	return x.info
}

// moves gives the linearised motion about a path.
func (c *Compiler) moves(path int) *track.Motion {
	ph := &c.paths[path]
	if ph.motion == nil && ph.room != nil {
		ph.room.motion.Follow(c.t.Paths[path].Flight)
		ph.motion = &ph.room.motion
	} else if ph.motion == nil {
		ph.motion = track.NewMotion(c.t.Paths[path].Flight)
	}
	return ph.motion
}

// Inform works out what every view tells, for several that ask Belief at a time.
func (c *Compiler) Inform() {
	c.each(len(c.paths), func(i int) {
		c.moves(i)
		for v := range c.paths[i].views {
			c.inform(i, &c.paths[i].views[v], math.Inf(1))
		}
	})
}

func kinOf(w *engage.Window) Kin {
	k := Kin{FirstMs: ms(w.FirstS), StepMs: int32(engage.StepS * 1000)}
	if n := len(w.Table); n > 0 {
		k.LaunchMs, k.Intercept = make([]int32, n), make([]int32, n)
		for i, l := range w.Table {
			k.LaunchMs[i], k.Intercept[i] = ms(l.LaunchS), ms(l.InterceptS)
		}
	}
	return k
}

func ms(s float64) int32 {
	if s >= float64(Never)/1000 {
		return Never
	}
	return int32(math.Round(s * 1000))
}

// surely is the threshold from which on a detection is taken to be certain: what
// is missing from one is 2⁻⁴⁰, about 1e-12, less than a sum of hazards is worth.
// A curve ends there, and who surely finds a missile first makes those who could
// only be later not worth asking.
const surely = always - 1<<24

func curve(c sense.Curve) Curve {
	out := Curve{TMs: make([]int32, 0, len(c.T)), Upto: make([]uint64, 0, len(c.T))}
	for i := range c.T {
		u := draw.Threshold(c.P[i])
		if u >= surely {
			u = always
		}
		out.TMs, out.Upto = append(out.TMs, ms(c.T[i])), append(out.Upto, u)
		if u == always {
			break
		}
	}
	return out
}

// Board makes the tables of the given postures.
func (c *Compiler) Board(postures []theatre.Posture, ladder []int) (*Board, error) {
	if c.stop() {
		return nil, theatre.ErrStopped
	}
	t := c.t
	b := &Board{Name: t.Name + ": " + t.Raid, Digest: t.Digest}
	for i := range t.Nations {
		n := &t.Nations[i]
		b.Nations = append(b.Nations, n.ID)
		b.Attackers = append(b.Attackers, n.Attacker)
		k := n.Command
		b.Commands = append(b.Commands, Command{Nation: int32(i), DecisionMs: ms(k.DecisionS), AtOnce: k.AtOnce, Coordinate: k.Coordinate, Reserve: int32(k.Reserve), ReserveValue: int32(k.ReserveValue * 1000), Ration: int32(k.Ration), MissedKill: draw.Threshold(k.MissedKill), FalseKill: draw.Threshold(k.FalseKill)})
	}
	for i := range t.Assets {
		a := &t.Assets[i]
		b.Assets = append(b.Assets, Asset{a.ID, int32(a.Nation), int32(math.Round(a.Value * 1000))})
	}
	for i := range t.Sensors {
		s := &t.Sensors[i]
		b.Sensors = append(b.Sensors, Sensor{ID: s.ID, Entity: draw.Entity(s.ID), Nation: int32(s.Nation), Capacity: int32(s.Capacity), LostMs: ms(s.LostS)})
	}
	kinds := map[string]int32{}
	for i := range t.Batteries {
		x := &t.Batteries[i]
		key := fmt.Sprintf("%s|%g|%t", x.Interceptor, x.CommonMode, x.PerMissile)
		k, ok := kinds[key]
		if !ok {
			k = int32(len(b.Interceptors))
			kinds[key] = k
			b.Interceptors = append(b.Interceptors, Interceptor{ID: x.Interceptor, Entity: draw.Entity(x.Interceptor), Works: certain(x.CommonMode), PerMissile: x.PerMissile})
		}
		b.Batteries = append(b.Batteries, Battery{ID: x.ID, Entity: draw.Entity(x.ID), Nation: int32(x.Nation), Interceptor: k, Rounds: int32(x.Rounds), Channels: int32(x.Channels), Salvo: int32(x.Salvo), Once: x.Once, ReactionMs: ms(x.ReactionS), AssessMs: ms(x.Shooter.AssessS), LostMs: ms(x.LostS)})
	}
	for i := range t.Types {
		b.MissileTypes = append(b.MissileTypes, t.Types[i].ID)
	}
	for i := range t.Areas {
		b.Areas = append(b.Areas, t.Areas[i].ID)
	}
	for i := range t.Objectives {
		o := &t.Objectives[i]
		x := Objective{ID: o.ID, AtLeast: int32(o.AtLeast), DamageMilli: int64(math.Round(o.Damage * 1000))}
		for _, a := range o.On {
			x.On = append(x.On, int32(a))
		}
		b.Objectives = append(b.Objectives, x)
	}
	for h, left := 0, 1.0; h <= 64; h, left = h+1, left*(1-damagePerHit) {
		b.DamageMilli = append(b.DamageMilli, int32(math.Round(1000*(1-left))))
	}
	b.Paths, b.Kins = make([]Path, 0, len(t.Paths)), make([]Kin, 0, len(t.Paths)*len(t.Batteries))
	for i := range t.Paths {
		p := &t.Paths[i]
		ph := &c.paths[i]
		b.Paths = append(b.Paths, Path{
			Type: int32(p.Type), Area: int32(p.Area), Asset: int32(p.Asset), DurationMs: ms(p.Flight.Duration()), BurnoutMs: ms(p.Flight.BurnoutS()), ApogeeM: int32(p.Flight.Apogee()),
			Hit: certain(strike(t.Types[p.Type].CEPM, t.Assets[p.Asset].RadiusM)), FirstView: int32(ph.first), Views: int32(len(ph.views)),
		})
		b.Kins = append(b.Kins, ph.kins...)
	}
	if n := len(c.paths); n > 0 {
		b.Views = make([]View, 0, c.paths[n-1].first+len(c.paths[n-1].views))
	}
	for i := range c.paths {
		for k := range c.paths[i].views {
			x := &c.paths[i].views[k]
			v := x.table
			v.Sensor, v.FirmMs = int32(x.sensor), ms(t.Sensors[x.sensor].FirmS)
			b.Views = append(b.Views, v)
		}
	}
	for i := range t.Missiles {
		m := &t.Missiles[i]
		x := Missile{ID: m.ID, Entity: draw.Entity(m.ID), StartMs: ms(m.StartS), OverMs: ms(m.OverS), Index: int32(m.Index), Of: int32(m.Of), Random: m.Random, Works: certain(m.Reliability)}
		total, sum := 0.0, 0.0
		for _, a := range m.Aims {
			total += a.Weight
		}
		for k, a := range m.Aims {
			sum += a.Weight
			upto := certain(sum / total)
			if k == len(m.Aims)-1 {
				upto = always
			}
			x.Aims = append(x.Aims, Aim{upto, int32(a.Path)})
		}
		b.Missiles = append(b.Missiles, x)
	}
	if err := c.postures(b, postures); err != nil {
		return nil, err
	}
	for _, l := range ladder {
		b.Ladder = append(b.Ladder, int32(l))
	}
	return b, nil
}

// certain turns a probability into a threshold, one into always.
func certain(p float64) uint64 {
	if p >= 1 {
		return always
	}
	return draw.Threshold(p)
}

// strike is the probability that a missile with circular error probable cep
// falls within the radius: 1 - 2^-(r/cep)². A missile without a stated accuracy
// is taken to hit.
func strike(cepM, radiusM float64) float64 {
	if cepM <= 0 || radiusM <= 0 {
		return 1
	}
	return 1 - math.Exp2(-(radiusM/cepM)*(radiusM/cepM))
}

// postures compiles sets of agreements, each in every state of what may fail.
func (c *Compiler) postures(b *Board, postures []theatre.Posture) error {
	var states []*state
	for i := range postures {
		tp := &postures[i]
		p := Posture{ID: tp.ID}
		for _, g := range tp.Net.Groups() {
			p.Group = append(p.Group, int32(g))
		}
		var parts []part
		parts, p.Chance = c.mayFail(tp)
		if len(parts) > MaxChance {
			return fmt.Errorf("posture %s: %d links and sensors have an availability below one; at most %d can (each doubles the tables)", tp.ID, len(parts), MaxChance)
		}
		for number := range 1 << len(parts) {
			if c.stop() {
				return theatre.ErrStopped
			}
			s := c.in(tp, parts, number, c.routings)
			states = append(states, s)
			p.States = append(p.States, make([]PathState, len(c.paths)))
			p.Down = append(p.Down, s.down)
		}
		b.Postures = append(b.Postures, p)
	}
	saw := make([][]uint32, len(states)) // per state and path
	for s := range saw {
		saw[s] = make([]uint32, len(c.paths))
	}
	c.each(len(c.paths), func(i int) {
		tables, seen := c.path(i, states)
		s := 0
		for p := range b.Postures {
			for _, paths := range b.Postures[p].States {
				paths[i], saw[s][i] = tables[s], seen[s]
				s++
			}
		}
	})
	if c.stop() {
		return theatre.ErrStopped
	}
	s := 0
	sights := map[string]int32{}
	for p := range b.Postures {
		q := &b.Postures[p]
		for range q.States {
			key := sightKey(saw[s], states[s].down)
			n, ok := sights[key]
			if !ok {
				n = b.Sights
				sights[key] = n
				b.Sights++
			}
			q.Sight = append(q.Sight, n)
			s++
		}
	}
	return nil
}

// sightKey is the same for two states in which the sensors see alike.
func sightKey(saw []uint32, down []bool) string {
	k := make([]byte, 0, 4*len(saw)+len(down))
	for _, x := range saw {
		k = binary.BigEndian.AppendUint32(k, x)
	}
	for _, d := range down {
		if d {
			k = append(k, 1)
		} else {
			k = append(k, 0)
		}
	}
	return string(k)
}

// part is a link or a sensor that may fail (the other index is -1).
type part struct{ edge, sensor int }

// mayFail lists the links and sensors of a posture with an availability below
// one, in the order of the bits of a state.
func (c *Compiler) mayFail(tp *theatre.Posture) (parts []part, chances []Chance) {
	for i := range tp.Net.Edges {
		e := &tp.Net.Edges[i]
		if e.Availability < 1 && !e.Veto && e.Level > pact.None {
			id := fmt.Sprintf("%s to %s (%s)", tp.Net.Nations[e.From], tp.Net.Nations[e.To], e.Level)
			chances = append(chances, Chance{"link " + id, draw.Entity("link " + tp.Net.Nations[e.From] + ">" + tp.Net.Nations[e.To]), certain(e.Availability)})
			parts = append(parts, part{i, -1})
		}
	}
	for i := range c.t.Sensors {
		if s := &c.t.Sensors[i]; s.Availability < 1 && !(i < len(tp.Lost) && tp.Lost[i]) {
			chances = append(chances, Chance{"sensor " + s.ID, draw.Entity("sensor " + s.ID), certain(s.Availability)})
			parts = append(parts, part{-1, i})
		}
	}
	return parts, chances
}

// in gives one state of what may fail.
func (c *Compiler) in(tp *theatre.Posture, parts []part, number int, r *routings) *state {
	down, up := make([]bool, len(c.t.Sensors)), make([]bool, len(tp.Net.Edges))
	copy(down, tp.Lost)
	for e := range up {
		up[e] = true
	}
	for k, q := range parts {
		if number>>k&1 == 1 {
			if q.edge >= 0 {
				up[q.edge] = false
			} else {
				down[q.sensor] = true
			}
		}
	}
	return newState(c.t, c.kinds, r, tp.Net, down, up)
}
