package theatre

import (
	"errors"
	"fmt"
	"math"
	"sort"
	"strings"

	"testudo/internal/catalog"
	"testudo/internal/engage"
	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/pact"
	"testudo/internal/scenario"
	"testudo/internal/sense"
	"testudo/internal/units"
	"testudo/internal/yamldoc"
)

// Options vary a resolution without another file.
type Options struct {
	Raid string // "" takes the scenario's default
	// Figure may replace a catalogue figure's value (SI) by another within the
	// same world: the study of what is uncertain about the world uses it. Nil
	// takes every figure as it stands.
	Figure func(entry, figure string, value float64) float64
	// Previous is a world resolved before, whose missiles, flights and fly-outs
	// are taken over where they start from the same figures. It changes nothing
	// but the time: what is taken over is what would be computed.
	Previous *Theatre
	// Each does pieces of work that do not depend on each other: do(0) to do(n-1),
	// in any order, several at a time if the caller wants. Nil does one after the
	// other. The world is the same.
	Each func(n int, do func(i int))
	// Stop is asked between pieces of work, from several at a time if Each does
	// several. Once it has said true it goes on saying so, and ErrStopped is all
	// that comes. Nil never stops.
	Stop func() bool
}

// ErrStopped says that a world, or the board made of it, was given up halfway.
var ErrStopped = errors.New("stopped before it was done")

// Resolve builds the world of a scenario. Its errors name the place in the
// file, all at once: a target out of reach, a system without what it needs.
func Resolve(f *scenario.File, o Options) (*Theatre, error) {
	r := &resolver{f: f, o: o, ps: new(yamldoc.Problems), used: map[string]bool{}, t: &Theatre{Name: f.Name, Digest: f.Digest, flown: newFlown()}, before: newFlown()}
	if o.Previous != nil {
		r.before = o.Previous.flown
	}
	r.world()
	r.nations()
	r.places()
	r.flyAhead()
	r.sensors()
	r.batteries()
	r.raid()
	r.postures()
	if r.stopped() {
		return nil, ErrStopped
	}
	if err := r.ps.Err(); err != nil {
		return nil, err
	}
	for id := range r.used {
		r.t.Used = append(r.t.Used, id)
	}
	sort.Strings(r.t.Used)
	return r.t, nil
}

type resolver struct {
	f    *scenario.File
	o    Options
	ps   *yamldoc.Problems
	t    *Theatre
	used map[string]bool
	// before is what an earlier world has flown.
	before flown
}

// stopped reports whether nobody wants the world any more; what is unfinished then
// stays so.
func (r *resolver) stopped() bool { return r.o.Stop != nil && r.o.Stop() }

func (r *resolver) bad(at yamldoc.Pos, path, format string, args ...any) {
	r.ps.Add(yamldoc.Problem{Pos: at, Path: path, Message: fmt.Sprintf(format, args...)})
}

// entry finds a catalogue entry and notes that the world rests on it.
func (r *resolver) entry(id string, at yamldoc.Pos, path string) *figures {
	e, ok := r.f.Book.Entry(id)
	if !ok {
		r.bad(at, path, "no entry %q in the catalogue", id)
		return nil
	}
	r.used[id] = true
	return &figures{e, r.o.Figure}
}

// figures reads an entry's figures through the options.
type figures struct {
	*catalog.Entry
	change func(entry, figure string, value float64) float64
}

func (f *figures) value(name string, otherwise float64) float64 {
	fig, ok := f.Figure(name)
	if !ok {
		return otherwise
	}
	if f.change != nil {
		return f.change(f.ID, name, fig.Value)
	}
	return fig.Value
}

func (r *resolver) world() {
	w := r.f.World
	e := flight.RealEarth()
	if w.Earth == "sphere" {
		e = flight.SphereEarth(w.Radius, w.Mu)
		if w.Rotation {
			e.Omega = flight.RealEarth().Omega
		}
		e.Air = w.Atmosphere == "us76"
	} else {
		if !w.Rotation {
			e.Omega = 0
		}
		e.Air = w.Atmosphere != "none"
	}
	r.t.Earth = e
}

func (r *resolver) nations() {
	for _, n := range r.f.Nations {
		r.t.Nations = append(r.t.Nations, Nation{ID: n.ID, Name: n.Name, Attacker: n.Attacker, Population: n.Population, GDP: n.GDP})
	}
	sort.Slice(r.t.Nations, func(i, j int) bool { return r.t.Nations[i].ID < r.t.Nations[j].ID })
	for _, c := range r.f.Commands {
		n := r.t.Nation(c.Nation)
		if n < 0 {
			continue
		}
		r.t.Nations[n].Command = Command{
			DecisionS: float64(c.DecisionDelay), Once: c.Fire == "salvo", AtOnce: c.Timing == "at-once", Salvo: c.Salvo,
			IgnoreHarmless: c.IgnoreHarmless, Reserve: c.Reserve, ReserveValue: c.ReserveValue, Ration: c.Ration,
			Coordinate: c.Coordinate == "always", AssessS: float64(c.AssessDelay), MissedKill: c.MissedKill, FalseKill: c.FalseKill, AccuracyM: float64(c.TrackAccuracy),
		}
	}
}

func (r *resolver) places() {
	for _, a := range r.f.Assets {
		r.t.Assets = append(r.t.Assets, Asset{ID: a.ID, Name: name(a.Name, a.ID), Nation: r.t.Nation(a.Nation), At: a.At, Value: a.Value, Population: a.Population, RadiusM: float64(a.Radius)})
	}
	sort.Slice(r.t.Assets, func(i, j int) bool { return r.t.Assets[i].ID < r.t.Assets[j].ID })
	for _, a := range r.f.LaunchAreas {
		r.t.Areas = append(r.t.Areas, Area{ID: a.ID, Name: name(a.Name, a.ID), Nation: r.t.Nation(a.Nation), At: a.At})
	}
	sort.Slice(r.t.Areas, func(i, j int) bool { return r.t.Areas[i].ID < r.t.Areas[j].ID })
	for _, o := range r.f.Objectives {
		ob := Objective{ID: o.ID, About: o.About, AtLeast: o.AtLeast, Damage: o.Damage}
		for _, a := range o.On {
			ob.On = append(ob.On, r.t.Asset(a))
		}
		sort.Ints(ob.On)
		r.t.Objectives = append(r.t.Objectives, ob)
	}
	sort.Slice(r.t.Objectives, func(i, j int) bool { return r.t.Objectives[i].ID < r.t.Objectives[j].ID })
}

func name(given, id string) string {
	if given != "" {
		return given
	}
	return id
}

// radar reads a radar entry placed somewhere.
func radar(e *figures, at geo.LLA, facing units.Angle) *sense.Radar {
	at.Alt += units.Length(e.value("antenna-height", 0))
	return &sense.Radar{
		RangeLimited: e.Attr("model") == "range-limited", At: at, Facing: facing,
		AzimuthField: units.Angle(e.value("azimuth-field", 2*math.Pi)), MinElevation: units.Angle(e.value("min-elevation", 0)), MaxElevation: units.Angle(e.value("max-elevation", math.Pi/2)),
		ReferenceRange: units.Length(e.value("reference-range", 0)), ReferenceRCS: units.Area(e.value("reference-rcs", 1)),
		Revisit: units.Duration(e.value("revisit", 10)), TrackInterval: units.Duration(e.value("track-interval", 1)), FirmTime: units.Duration(e.value("firm-time", 0)),
		CueFactor: e.value("cue-factor", 1), WarnedFactor: e.value("warned-factor", 1),
		RangeAccuracy: units.Length(e.value("range-accuracy", 50)), AngleAccuracy: units.Angle(e.value("angle-accuracy", 0.001)),
	}
}

func infrared(e *figures) *sense.Infrared {
	return &sense.Infrared{
		Delay: units.Duration(e.value("delay", 0)), Revisit: units.Duration(e.value("revisit", 10)), DetectionProbability: e.value("detection-probability", 1),
		LaunchPointAccuracy: units.Length(e.value("launch-point-accuracy", 3000)), HeadingAccuracy: units.Angle(e.value("heading-accuracy", 0.1)), CloudHeight: units.Length(e.value("cloud-height", 10000)),
	}
}

func (r *resolver) sensor(id, label, system string, nation int, at geo.LLA, facing units.Angle, availability, lost float64, pos yamldoc.Pos, path string) {
	e := r.entry(system, pos, path+".system")
	if e == nil {
		return
	}
	s := Sensor{ID: id, Name: name(label, id), System: system, Nation: nation, At: at, Availability: availability, LostS: lost, Battery: -1, FirmS: e.value("firm-time", 0), Capacity: int(e.value("capacity", 0))}
	switch e.Kind {
	case "radar":
		s.Radar = radar(e, at, facing)
	case "infrared":
		s.Infrared = infrared(e)
	default:
		r.bad(pos, path+".system", "%q is a %s, not a sensor (allowed: radar, infrared)", system, e.Kind)
		return
	}
	r.t.Sensors = append(r.t.Sensors, s)
}

// OwnRadar is the id of the radar that a battery brings with it when the
// scenario names none.
func OwnRadar(battery string) string { return battery + "/radar" }

func (r *resolver) sensors() {
	for _, s := range r.f.Sensors {
		r.sensor(s.ID, s.Name, s.System, r.t.Nation(s.Nation), s.At, s.Facing, s.Availability, float64(s.LostAt), s.Pos, "sensors."+s.ID)
	}
	for _, b := range r.f.Batteries {
		if b.Radar != "" {
			continue
		}
		path := "batteries." + b.ID
		sys, ok := r.f.Book.Entry(b.System)
		if !ok {
			continue // said when the batteries are read
		}
		if sys.Attr("radar") == "" {
			r.bad(b.Pos, path+".radar", "system %q brings no radar of its own: name a sensor", b.System)
			continue
		}
		r.sensor(OwnRadar(b.ID), name(b.Name, b.ID)+", radar", sys.Attr("radar"), r.t.Nation(b.Nation), b.At, b.Facing, 1, float64(b.LostAt), b.Pos, path+".radar")
	}
	sort.Slice(r.t.Sensors, func(i, j int) bool { return r.t.Sensors[i].ID < r.t.Sensors[j].ID })
}

func (r *resolver) batteries() {
	flyouts := map[string]*flight.Flyout{}
	for _, b := range r.f.Batteries {
		path := "batteries." + b.ID
		sys := r.entry(b.System, b.Pos, path+".system")
		if sys == nil {
			continue
		}
		in := r.entry(sys.Attr("interceptor"), b.Pos, path+".system.interceptor")
		if in == nil {
			continue
		}
		fly, ok := flyouts[in.ID]
		if !ok {
			var err error
			fly, err = r.flyout(flyoutSpec(in))
			if err != nil {
				r.bad(b.Pos, path+".system", "interceptor %s cannot fly as its figures say: %v", in.ID, err)
				continue
			}
			flyouts[in.ID] = fly
		}
		nation := r.t.Nation(b.Nation)
		cmd := r.t.Nations[nation].Command
		ms, word := engage.ParseModes(sys.Attr("modes"))
		if word != "" {
			r.bad(b.Pos, path+".system", "system %s has an unknown mode %q", b.System, word)
		}
		x := Battery{
			ID: b.ID, Name: name(b.Name, b.ID), System: b.System, Nation: nation, At: b.At, Interceptor: in.ID, Modes: ms,
			Shooter: engage.Shooter{At: b.At, Flyout: fly, ReachM: in.value("reach", 0), AssessS: cmd.AssessS},
			Kill: engage.Kill{
				GivenHandover: in.value("kill-probability", 0), Reliability: in.value("reliability", 1), Discrimination: in.value("discrimination", 1),
				BasketM: in.value("basket", 5000), Handover: in.value("handover-probability", math.NaN()),
				TestHits: int(in.value("test-hits", 0)), TestShots: int(in.value("test-shots", 0)),
			},
			Rounds: b.Interceptors, Channels: b.Channels, Salvo: b.Salvo, Once: cmd.Once, ReactionS: sys.value("reaction-time", 0),
			Radar: -1, LostS: float64(b.LostAt), CommonMode: in.value("common-mode", 1), PerMissile: b.CommonModePer == "missile", Layer: in.Attr("layer"),
		}
		if !math.IsNaN(b.KillProbability) {
			// A figure written for this battery replaces what the catalogue
			// assumes of a shot; the record behind the catalogue's no longer caps it.
			x.Kill.GivenHandover, x.Kill.TestShots = b.KillProbability, 0
		}
		if x.Rounds < 0 {
			x.Rounds = int(sys.value("load", 0))
		}
		if x.Channels < 0 {
			x.Channels = int(sys.value("channels", 0))
		}
		if x.Salvo <= 0 {
			x.Salvo = cmd.Salvo
		}
		switch b.Fire {
		case "salvo":
			x.Once = true
		case "shoot-look-shoot":
			x.Once = false
		}
		id := b.Radar
		if id == "" {
			id = OwnRadar(b.ID)
		}
		for i := range r.t.Sensors {
			if r.t.Sensors[i].ID == id {
				x.Radar = i
			}
		}
		x.Defends = make([]bool, len(r.t.Assets))
		for i := range r.t.Assets {
			for _, d := range b.Defends {
				if d == r.t.Assets[i].ID || r.t.Assets[i].Nation >= 0 && d == r.t.Nations[r.t.Assets[i].Nation].ID {
					x.Defends[i] = true
				}
			}
		}
		r.t.Batteries = append(r.t.Batteries, x)
	}
	sort.Slice(r.t.Batteries, func(i, j int) bool { return r.t.Batteries[i].ID < r.t.Batteries[j].ID })
	for i := range r.t.Batteries {
		if b := &r.t.Batteries[i]; b.Radar >= 0 && r.t.Sensors[b.Radar].ID == OwnRadar(b.ID) {
			r.t.Sensors[b.Radar].Battery = i
		}
	}
}

func flyoutSpec(in *figures) flight.FlyoutSpec {
	return flight.FlyoutSpec{
		ConstantSpeed: in.Attr("model") == "constant-speed", BurnoutSpeed: units.Speed(in.value("burnout-speed", 0)), Burn: units.Duration(in.value("burn-time", 0)),
		Reach: units.Length(in.value("reach", 0)), MinRange: units.Length(in.value("min-range", 0)), MinAltitude: units.Length(in.value("min-altitude", 0)), MaxAltitude: units.Length(in.value("max-altitude", 0)),
		Beta: units.Loading(in.value("ballistic-coefficient", 0)),
	}
}

// chosen gives the raid that is asked for, nil if there is none of its id.
func (r *resolver) chosen() (id string, raid *scenario.Raid) {
	if id = r.o.Raid; id == "" {
		id = r.f.DefaultRaid
	}
	for i := range r.f.Raids {
		if r.f.Raids[i].ID == id {
			raid = &r.f.Raids[i]
		}
	}
	return id, raid
}

// raid flies the missiles of the chosen raid.
func (r *resolver) raid() {
	id, raid := r.chosen()
	if raid == nil {
		var names []string
		for i := range r.f.Raids {
			names = append(names, r.f.Raids[i].ID)
		}
		hint, _ := yamldoc.Nearest(id, names)
		r.ps.Add(yamldoc.Problem{Path: "raids", Message: fmt.Sprintf("no raid %q", id), Allowed: strings.Join(names, ", "), Hint: hint})
		return
	}
	r.t.Raid = id
	groups := append([]scenario.Group(nil), raid.Groups...)
	sort.SliceStable(groups, func(i, j int) bool { return groupKey(&groups[i]) < groupKey(&groups[j]) })
	types := map[string]int{}
	paths := map[string]int{}
	numbers := map[string]int{}
	for g := range groups {
		gr := &groups[g]
		at := "raids." + id
		ti, ok := types[gr.Missile]
		if !ok {
			e := r.entry(gr.Missile, gr.Pos, at+".missile")
			if e == nil {
				continue
			}
			var err error
			ti, err = r.missileType(e)
			if err != nil {
				r.bad(gr.Pos, at+".missile", "%v", err)
				continue
			}
			types[gr.Missile] = ti
		}
		area := -1
		for i := range r.t.Areas {
			if r.t.Areas[i].ID == gr.From {
				area = i
			}
		}
		var aims []Aim
		list := append([]scenario.Aim(nil), gr.Aims...)
		sort.Slice(list, func(i, j int) bool { return list[i].Asset < list[j].Asset })
		for _, a := range list {
			asset := r.t.Asset(a.Asset)
			if asset < 0 || area < 0 {
				continue
			}
			key := fmt.Sprintf("%s|%s|%s|%s|%g|%g", gr.Missile, gr.From, a.Asset, gr.Shape, gr.LoftFraction, float64(gr.Apogee))
			pi, ok := paths[key]
			if !ok {
				tr, err := r.fly(r.t.Types[ti].Flight, aim(gr, r.t.Areas[area].At, r.t.Assets[asset].At))
				if err != nil {
					var out *flight.OutOfReachError
					if errors.As(err, &out) {
						r.ps.Add(yamldoc.Problem{Pos: gr.Pos, Path: at, Message: fmt.Sprintf("%s cannot reach %s from %s", gr.Missile, a.Asset, gr.From), Given: out.Distance.String(), Allowed: "at most " + out.MaxRange.String()})
					} else {
						r.bad(gr.Pos, at, "%s from %s at %s: %v", gr.Missile, gr.From, a.Asset, err)
					}
					continue
				}
				pi = len(r.t.Paths)
				paths[key] = pi
				r.t.Paths = append(r.t.Paths, Path{Type: ti, Area: area, Asset: asset, Flight: tr})
			}
			aims = append(aims, Aim{pi, a.Weight})
		}
		if len(aims) == 0 {
			continue
		}
		rel := gr.Reliability
		if math.IsNaN(rel) {
			rel = r.t.Types[ti].Reliability
		}
		kind := gr.Missile + "@" + gr.From
		for k := 0; k < gr.Count; k++ {
			numbers[kind]++
			r.t.Missiles = append(r.t.Missiles, Missile{
				ID: fmt.Sprintf("%s#%d", kind, numbers[kind]), Type: ti, Aims: aims, StartS: float64(gr.Start), OverS: float64(gr.Over),
				Index: k, Of: gr.Count, Random: gr.Spacing == "random", Reliability: rel,
			})
		}
	}
}

// groupKey orders the groups of a raid by what they say, so that a missile
// keeps its identity when a file's groups change places.
func groupKey(g *scenario.Group) string {
	var aims []string
	for _, a := range g.Aims {
		aims = append(aims, fmt.Sprintf("%s=%g", a.Asset, a.Weight))
	}
	sort.Strings(aims)
	return fmt.Sprintf("%s|%s|%s|%012.3f|%012.3f|%s|%g|%g|%d|%s|%g", g.Missile, g.From, strings.Join(aims, ","), float64(g.Start), float64(g.Over), g.Shape, g.LoftFraction, float64(g.Apogee), g.Count, g.Spacing, g.Reliability)
}

func aim(g *scenario.Group, from, to geo.LLA) flight.Aim {
	return flight.Aim{From: from, To: to, Shape: shape(g), Fraction: g.LoftFraction, Apogee: g.Apogee}
}

func shape(g *scenario.Group) flight.Shape {
	switch {
	case g.Apogee > 0:
		return flight.ToApogee
	case g.Shape == "lofted":
		return flight.Lofted
	case g.Shape == "depressed":
		return flight.Depressed
	}
	return flight.MinimumEnergy
}

func missileSpec(e *figures) flight.Spec {
	spec := flight.Spec{ID: e.ID, Impulsive: e.Attr("model") == "impulsive", Range: units.Length(e.value("range", 0)), Beta: units.Loading(e.value("ballistic-coefficient", 0))}
	if !spec.Impulsive {
		for _, s := range []string{"burn-time-1", "burn-time-2", "burn-time-3"} {
			if v := e.value(s, 0); v > 0 {
				spec.Stages = append(spec.Stages, units.Duration(v))
			}
		}
		if len(spec.Stages) == 0 {
			total, n := e.value("burn-time", 0), max(1, int(e.value("stages", 1)))
			for i := 0; i < n; i++ {
				spec.Stages = append(spec.Stages, units.Duration(total/float64(n)))
			}
		}
	}
	return spec
}

func (r *resolver) missileType(e *figures) (int, error) {
	m, err := r.calibrate(missileSpec(e))
	if err != nil {
		return 0, fmt.Errorf("missile %s cannot fly as its figures say: %w", e.ID, err)
	}
	rcs := e.value("rcs", 0.1)
	r.t.Types = append(r.t.Types, MissileType{
		ID: e.ID, Name: e.Name, Class: e.Attr("class"), Flight: m, Signature: sense.Signature{RCS: units.Area(rcs), BoostRCS: units.Area(e.value("rcs-boost", rcs))},
		CEPM: e.value("cep", 0), Reliability: e.value("reliability", 1),
	})
	return len(r.t.Types) - 1, nil
}

func (r *resolver) postures() {
	ids := make([]string, len(r.t.Nations))
	for i := range r.t.Nations {
		ids[i] = r.t.Nations[i].ID
	}
	for _, p := range r.f.Postures {
		var edges []pact.Edge
		for _, e := range p.Edges {
			l, _ := pact.ParseLevel(e.Level)
			edges = append(edges, pact.Edge{
				From: r.t.Nation(e.From), To: r.t.Nation(e.To), Level: l, DelayS: float64(e.Delay), Quality: e.Quality, Availability: e.Availability, Veto: e.Veto, Forwardable: e.Forwardable,
				Filter: pact.Filter{Classes: e.OnlyClasses, From: e.OnlyFrom, Sensors: e.OnlySensors}, LostAtS: float64(e.LostAt),
			})
		}
		var joint [][]int
		for _, g := range p.JointFire {
			var list []int
			for _, n := range g {
				list = append(list, r.t.Nation(n))
			}
			sort.Ints(list)
			joint = append(joint, list)
		}
		var mutual []pact.Mutual
		for _, m := range p.Mutual {
			x := pact.Mutual{By: r.t.Nation(m.By)}
			for _, of := range m.Of {
				x.Of = append(x.Of, r.t.Nation(of))
			}
			mutual = append(mutual, x)
		}
		net, err := pact.New(ids, edges, joint, mutual)
		if err != nil {
			r.bad(p.Pos, "postures."+p.ID, "%v", err)
			continue
		}
		lost := make([]bool, len(r.t.Sensors))
		for _, s := range p.LostSensors {
			for i := range r.t.Sensors {
				if r.t.Sensors[i].ID == s {
					lost[i] = true
				}
			}
		}
		r.t.Postures = append(r.t.Postures, Posture{ID: p.ID, About: p.About, Net: net, Lost: lost})
	}
	sort.Slice(r.t.Postures, func(i, j int) bool { return r.t.Postures[i].ID < r.t.Postures[j].ID })
	for _, l := range r.f.Ladder {
		if i := r.t.Posture(l); i >= 0 {
			r.t.Ladder = append(r.t.Ladder, i)
		}
	}
}
