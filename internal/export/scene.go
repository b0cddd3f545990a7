package export

import (
	"fmt"
	"math"
	"sort"
	"time"

	"testudo/internal/draw"
	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/pact"
	"testudo/internal/sim"
	"testudo/internal/theatre"
	"testudo/internal/units"
)

// Scene is one run laid out in space and time, ready to be written in any
// format. Times are seconds since the raid began.
type Scene struct {
	Name, Raid, Posture string
	Seed, Run           uint64
	Epoch               time.Time
	EndS                float64
	Missiles            []Missile
	Shots               []Shot
	Sensors             []Sensor
	Batteries           []Place
	Assets              []Place
	Areas               []Place
	Links               []Link
	Leakers, Kills      int
}

// Sample is a place at a time.
type Sample struct {
	S  float64
	At geo.LLA
}

// Missile is one flight. BurnoutS, ApogeeS and ReentryS are of the raid; EndS is
// its kill or its impact.
type Missile struct {
	ID, Type, From, Asset, Nation string
	LaunchS, EndS                 float64
	BurnoutS, ApogeeS, ReentryS   float64
	Failed, Killed, Struck        bool
	By                            string // the battery that killed it
	Samples                       []Sample
	Joints                        []float64 // ends of the pieces within which Samples may be interpolated; the last is EndS
	Seen                          []Sight
	Belief                        []Belief
}

// Sight is a first detection by a sensor (an index into Scene.Sensors).
type Sight struct {
	S      float64
	Sensor int
}

// Belief is how well the defender's fused track knows the missile's place: the
// covariance, m², along Earth-fixed axes.
type Belief struct {
	S   float64
	Cov [3][3]float64
}

// Shot is a salvo from launch to the meeting.
type Shot struct {
	Battery, Nation, Interceptor, Missile string
	Rounds                                int
	FromS, ToS                            float64
	From, To                              geo.LLA
	Result                                string // kill, miss or wasted
	Path                                  []Sample
}

// Sensor is a radar with its real field against the raid's commonest missile, or
// a satellite system, which stands nowhere (Space, RangeM 0). It works until
// WorksUntilS: 0 if it is out of order or lost from the start, +Inf if to the end.
type Sensor struct {
	Place
	FacingDeg, FieldDeg, MinElDeg, MaxElDeg float64
	RangeM                                  float64
	Space                                   bool
	WorksUntilS                             float64
}

// Place is something that stands somewhere.
type Place struct {
	ID, Name, Nation, System string
	At                       geo.LLA
	Hit                      bool
}

// Link is a directed agreement and the times at which a message passes. It is
// Down if it is out of order in this run, and lost at LostAtS (+Inf: never).
type Link struct {
	From, To, Level string
	A, B            geo.LLA
	Busy            []Span
	Down            bool
	LostAtS         float64
}

// Span is a stretch of time.
type Span struct{ FromS, ToS float64 }

// leastFlash is how long a message is shown at least, s.
const leastFlash = 4.0

// Lay puts a run in space and time: the theatre and its compiled raid, a posture,
// and the log of the run.
func Lay(t *theatre.Theatre, b *sim.Board, posture int, seed, run uint64, date string, log *sim.Log) *Scene {
	s := &Scene{Name: t.Name, Raid: t.Raid, Posture: b.Postures[posture].ID, Seed: seed, Run: run, Epoch: epoch(date)}
	l := layer{t: t, b: b, s: s, posture: posture, path: make([]int32, len(b.Missiles)), start: make([]float64, len(b.Missiles)), at: map[int32]int{}}
	l.failures(log)
	l.places()
	l.flights(log)
	l.fight(log)
	l.beliefs(log)
	l.links(log)
	sort.SliceStable(s.Shots, func(i, j int) bool { return s.Shots[i].FromS < s.Shots[j].FromS })
	return s
}

// Stand lays out what stands where before anything flies: sensors with their
// fields against the raid's commonest missile, batteries, assets, launch areas.
func Stand(t *theatre.Theatre) *Scene {
	s := &Scene{Name: t.Name, Raid: t.Raid}
	l := layer{t: t, s: s}
	l.places()
	return s
}

// summary says which run this is and how it ends.
func (s *Scene) summary() string {
	return fmt.Sprintf("raid %s, posture %s, run %d with seed %d: %d killed, %d arrive", s.Raid, s.Posture, s.Run, s.Seed, s.Kills, s.Leakers)
}

// fate says how a flight ends.
func (m *Missile) fate() string {
	end := "arrives at " + m.Asset
	switch {
	case m.Failed:
		return "failed at launch"
	case m.Killed:
		end = "killed by " + m.By
	case m.Struck:
		end = "strikes " + m.Asset
	}
	return fmt.Sprintf("%s after %.0f s of flight", end, m.EndS-m.LaunchS)
}

// epoch is noon of the scenario's date, which sets the light and nothing else.
func epoch(date string) time.Time {
	if d, err := time.Parse("2006-01-02", date); err == nil && d.Year() >= 1900 && d.Year() <= 2200 {
		return d.Add(12 * time.Hour)
	}
	return time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)
}

type layer struct {
	t       *theatre.Theatre
	b       *sim.Board
	s       *Scene
	posture int
	path    []int32
	start   []float64
	at      map[int32]int // missile of the board to that of the scene
	state   int           // of what may fail, as the board counts it
	down    map[uint64]bool
}

// failures notes the links and sensors that are out of order in this run, by the
// entity of their draw.
func (l *layer) failures(log *sim.Log) {
	l.down = map[uint64]bool{}
	for _, e := range log.Events {
		if e.Kind == sim.EvDown {
			l.state |= 1 << e.A
			l.down[l.b.Postures[l.posture].Chance[e.A].Entity] = true
		}
	}
}

func (l *layer) places() {
	t, s := l.t, l.s
	rcs := l.commonest()
	for i := range t.Sensors {
		x := &t.Sensors[i]
		p := Sensor{Place: Place{ID: x.ID, Name: x.Name, Nation: t.Nations[x.Nation].ID, System: x.System, At: x.At}, Space: x.Radar == nil, WorksUntilS: x.LostS}
		if l.b != nil && (l.down[draw.Entity("sensor "+x.ID)] || i < len(t.Postures[l.posture].Lost) && t.Postures[l.posture].Lost[i]) {
			p.WorksUntilS = 0
		}
		if r := x.Radar; r != nil {
			p.FacingDeg, p.FieldDeg, p.MinElDeg, p.MaxElDeg = r.Facing.Degrees(), r.AzimuthField.Degrees(), r.MinElevation.Degrees(), r.MaxElevation.Degrees()
			if p.FieldDeg <= 0 || p.FieldDeg > 360 {
				p.FieldDeg = 360
			}
			if p.MaxElDeg <= 0 {
				p.MaxElDeg = 90
			}
			p.RangeM = float64(r.ReferenceRange)
			if !r.RangeLimited && r.ReferenceRCS > 0 {
				p.RangeM *= math.Pow(rcs/float64(r.ReferenceRCS), 0.25)
			}
		}
		s.Sensors = append(s.Sensors, p)
	}
	for i := range t.Batteries {
		x := &t.Batteries[i]
		s.Batteries = append(s.Batteries, Place{ID: x.ID, Name: x.Name, Nation: t.Nations[x.Nation].ID, System: x.System, At: x.At})
	}
	for i := range t.Assets {
		x := &t.Assets[i]
		s.Assets = append(s.Assets, Place{ID: x.ID, Name: x.Name, Nation: t.Nations[x.Nation].ID, At: x.At})
	}
	for i := range t.Areas {
		x := &t.Areas[i]
		s.Areas = append(s.Areas, Place{ID: x.ID, Name: x.Name, Nation: t.Nations[x.Nation].ID, At: x.At})
	}
}

// commonest is the radar cross-section of the type most missiles are of, m².
func (l *layer) commonest() float64 {
	count := make([]int, len(l.t.Types))
	best := 0
	for i := range l.t.Missiles {
		k := l.t.Missiles[i].Type
		count[k]++
		if count[k] > count[best] {
			best = k
		}
	}
	if len(l.t.Types) == 0 {
		return 1
	}
	return float64(l.t.Types[best].Signature.RCS)
}

// flights lays the trajectories out.
func (l *layer) flights(log *sim.Log) {
	t, b, s := l.t, l.b, l.s
	for _, e := range log.Events {
		if e.Kind != sim.EvLaunch && e.Kind != sim.EvFailed {
			continue
		}
		p := &t.Paths[e.A]
		m := Missile{ID: b.Missiles[e.Missile].ID, Type: t.Types[p.Type].ID, From: t.Areas[p.Area].ID, Asset: t.Assets[p.Asset].ID, Nation: t.Nations[t.Assets[p.Asset].Nation].ID, LaunchS: float64(e.TMs) / 1000, Failed: e.Kind == sim.EvFailed}
		l.path[e.Missile], l.start[e.Missile] = e.A, m.LaunchS
		l.at[e.Missile] = len(s.Missiles)
		tr := p.Flight
		m.BurnoutS, m.ApogeeS, m.ReentryS, m.EndS = m.LaunchS+tr.BurnoutS(), m.LaunchS+tr.ApogeeS(), m.LaunchS+tr.ReentryS(), m.LaunchS+tr.Duration()
		if m.Failed {
			m.EndS = m.LaunchS
			m.Samples = []Sample{{m.LaunchS, t.Areas[p.Area].At}}
		}
		s.Missiles = append(s.Missiles, m)
	}
	// Kills end flights before they are sampled.
	for _, e := range log.Events {
		switch e.Kind {
		case sim.EvKill:
			m := &s.Missiles[l.at[e.Missile]]
			if at := float64(e.TMs) / 1000; !m.Killed || at < m.EndS {
				m.Killed, m.EndS, m.By = true, at, b.Batteries[e.A].ID
			}
		case sim.EvImpact:
			m := &s.Missiles[l.at[e.Missile]]
			m.Struck = e.B == 1
			s.Leakers++
			for k := range s.Assets {
				if k == int(e.A) && e.B == 1 {
					s.Assets[k].Hit = true
				}
			}
		}
	}
	for i := range b.Missiles {
		k, ok := l.at[int32(i)]
		if !ok {
			continue
		}
		m := &s.Missiles[k]
		if m.Killed {
			s.Kills++
		}
		s.EndS = math.Max(s.EndS, m.EndS)
		if m.Failed {
			continue
		}
		at, joints := instants(t.Paths[l.path[int32(i)]].Flight, m.EndS-m.LaunchS)
		for _, x := range at {
			m.Samples = append(m.Samples, Sample{m.LaunchS + x, l.where(int32(i), m.LaunchS+x)})
		}
		for _, x := range joints {
			m.Joints = append(m.Joints, m.LaunchS+x)
		}
	}
	s.EndS += 30
}

// instants are the times of the samples of a flight, and the joints between
// pieces of it: staging, burnout, re-entry. Within a piece the path bends
// evenly, so that a polynomial through a few samples follows it; across a joint
// none does. Samples lie close together under power and in the air, wide in
// space. Times are whole milliseconds after launch.
func instants(tr *flight.Trajectory, end float64) (at, joints []float64) {
	ms := func(t float64) float64 { return math.Round(t*1000) / 1000 }
	end = ms(end)
	piece := func(to float64, stepS float64, least int) {
		from := 0.0
		if len(joints) > 0 {
			from = joints[len(joints)-1]
		}
		if to = math.Min(ms(to), end); to-from < leastPieceS {
			return
		}
		n := max(least, int(math.Ceil((to-from)/stepS)))
		for k := range n {
			at = append(at, ms(from+(to-from)*float64(k)/float64(n)))
		}
		joints = append(joints, to)
	}
	for _, e := range tr.Events() {
		switch e.Name {
		case "staging", "burnout":
			piece(e.TS, 8, 4)
		case "re-entry":
			piece(e.TS, 20, 6)
		}
	}
	if last := len(joints) - 1; last >= 0 && end-joints[last] < leastPieceS {
		joints[last] = end
	} else {
		step := 20.0
		switch {
		case tr.ReentryS() >= tr.Duration(): // never out of the air, or there is none
			step = 8
		case end > tr.ReentryS():
			step = 2.5
		}
		piece(end, step, 6)
	}
	return append(at, end), joints
}

// leastPieceS is the shortest piece of a flight that is worth one of its own, s.
const leastPieceS = 0.5

// where a missile is at a time of the raid.
func (l *layer) where(missile int32, atS float64) geo.LLA {
	tr := l.t.Paths[l.path[missile]].Flight
	r, _ := tr.At(math.Max(0, math.Min(tr.Duration(), atS-l.start[missile])))
	return l.t.Earth.Ellipsoid.LLA(geo.ECEF(r))
}

// fight lays detections and shots out.
func (l *layer) fight(log *sim.Log) {
	b, s := l.b, l.s
	// The results of one battery's shots at one missile come in their order.
	open := map[[2]int32][]int{}
	for _, e := range log.Events {
		if e.Missile < 0 {
			continue
		}
		k, ok := l.at[e.Missile]
		if !ok {
			continue
		}
		m := &s.Missiles[k]
		at := float64(e.TMs) / 1000
		key := [2]int32{e.A, e.Missile}
		switch e.Kind {
		case sim.EvDetect:
			m.Seen = append(m.Seen, Sight{at, int(e.A)})
		case sim.EvShot:
			bt := &b.Batteries[e.A]
			open[key] = append(open[key], len(s.Shots))
			s.Shots = append(s.Shots, Shot{Battery: bt.ID, Nation: b.Nations[bt.Nation], Interceptor: b.Interceptors[bt.Interceptor].ID, Missile: m.ID, Rounds: int(e.B), FromS: at, ToS: at, From: l.t.Batteries[e.A].At, Result: "miss"})
		case sim.EvKill, sim.EvMiss, sim.EvWasted:
			if len(open[key]) == 0 {
				continue
			}
			x := &s.Shots[open[key][0]]
			open[key] = open[key][1:]
			x.ToS, x.To = at, l.where(e.Missile, at)
			x.Path = l.climb(x)
			x.Result = map[sim.EventKind]string{sim.EvKill: "kill", sim.EvMiss: "miss", sim.EvWasted: "wasted"}[e.Kind]
		}
	}
}

// climb draws an interceptor's way: along the geodesic at an even pace, rising
// fast at first. The model knows how long it takes, not how it flies.
func (l *layer) climb(x *Shot) []Sample {
	const n = 8
	el := l.t.Earth.Ellipsoid
	dist, az, _ := el.Inverse(x.From, x.To)
	var out []Sample
	for k := 0; k <= n; k++ {
		f := float64(k) / n
		at, _ := el.Direct(x.From, az, units.Length(float64(dist)*f))
		at.Alt = x.From.Alt + units.Length((1-(1-f)*(1-f))*float64(x.To.Alt-x.From.Alt))
		out = append(out, Sample{x.FromS + (x.ToS-x.FromS)*f, at})
	}
	return out
}

// beliefs gives, from the time the threatened nation has a firm track, how well
// its command knows where the missile is.
func (l *layer) beliefs(log *sim.Log) {
	c := sim.NewCompiler(l.t)
	tp, bp := &l.t.Postures[l.posture], &l.b.Postures[l.posture]
	sources := c.Sources(tp, bp, l.state)
	for _, e := range log.Events {
		if e.Kind != sim.EvFirm {
			continue
		}
		m := &l.s.Missiles[l.at[e.Missile]]
		path := l.path[e.Missile]
		if l.b.Assets[l.b.Paths[path].Asset].Nation != e.A || len(m.Belief) > 0 {
			continue
		}
		for j, cmd := range bp.States[l.state][path].Commands {
			if cmd.Nation != e.A || len(sources[path]) <= j {
				continue
			}
			firm := float64(e.TMs) / 1000
			steps := math.Ceil((m.EndS - firm) / 20)
			for k := 0.0; k <= steps && firm < m.EndS; k++ {
				at := firm + (m.EndS-firm)*k/steps
				cov, ok := c.Belief(int(path), sources[path][j].Track, at-m.LaunchS, at-m.LaunchS)
				if !ok {
					continue
				}
				if cov[0][0]+cov[1][1]+cov[2][2] < 1e11 { // a spread of hundreds of kilometres says nothing
					m.Belief = append(m.Belief, Belief{at, cov})
				}
			}
		}
	}
}

// links lights each agreement up when word of a detection passes over it.
func (l *layer) links(log *sim.Log) {
	t := l.t
	net := t.Postures[l.posture].Net
	home := make([]geo.LLA, len(t.Nations))
	for n := range t.Nations {
		best := -1.0
		for i := range t.Assets {
			if t.Assets[i].Nation == n && t.Assets[i].Value > best {
				best, home[n] = t.Assets[i].Value, t.Assets[i].At
			}
		}
		for i := range t.Sensors {
			if best < 0 && t.Sensors[i].Nation == n {
				best, home[n] = 0, t.Sensors[i].At
			}
		}
	}
	busy := make([][]Span, len(net.Edges))
	between := map[[2]int]int{}
	down := make([]bool, len(net.Edges))
	for i := range net.Edges {
		between[[2]int{net.Edges[i].From, net.Edges[i].To}] = i
		down[i] = l.down[draw.Entity("link "+net.Nations[net.Edges[i].From]+">"+net.Nations[net.Edges[i].To])]
	}
	up := func(edge int) bool { return !down[edge] }
	for _, e := range log.Events {
		if e.Kind != sim.EvDetect {
			continue
		}
		sn := &t.Sensors[e.A]
		p := &t.Paths[l.path[e.Missile]]
		content := pact.Content{Class: t.Types[p.Type].Class, From: t.Areas[p.Area].ID, Sensor: sn.ID}
		for to := range t.Nations {
			if to == sn.Nation {
				continue
			}
			var best *pact.Route
			at := float64(e.TMs) / 1000
			routes := net.Routes(sn.Nation, to, content, up)
			for k := range routes {
				if at < routes[k].LostAtS && (best == nil || routes[k].DelayS < best.DelayS) {
					best = &routes[k]
				}
			}
			if best == nil {
				continue
			}
			for k := 1; k < len(best.Path); k++ {
				i := between[[2]int{best.Path[k-1], best.Path[k]}]
				d := math.Max(leastFlash, net.Edges[i].DelayS)
				busy[i] = append(busy[i], Span{at, at + d})
				at += net.Edges[i].DelayS
			}
		}
	}
	for i := range net.Edges {
		x := &net.Edges[i]
		if x.Level == pact.None || x.Veto {
			continue
		}
		l.s.Links = append(l.s.Links, Link{From: t.Nations[x.From].ID, To: t.Nations[x.To].ID, Level: x.Level.String(), A: home[x.From], B: home[x.To], Busy: join(busy[i]), Down: down[i], LostAtS: x.LostAtS})
	}
}

// join merges spans that touch, in the order of time.
func join(in []Span) []Span {
	sort.Slice(in, func(i, j int) bool {
		if in[i].FromS != in[j].FromS {
			return in[i].FromS < in[j].FromS
		}
		return in[i].ToS < in[j].ToS
	})
	var out []Span
	for _, x := range in {
		if n := len(out); n > 0 && x.FromS <= out[n-1].ToS+1 {
			out[n-1].ToS = math.Max(out[n-1].ToS, x.ToS)
			continue
		}
		out = append(out, x)
	}
	return out
}
