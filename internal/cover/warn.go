package cover

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"sort"

	"testudo/internal/sim"
	"testudo/internal/theatre"
)

// Timeline says when what happened to the missiles of a raid, under each of some
// postures: medians over runs.
type Timeline struct {
	Scenario string         `json:"scenario"`
	Raid     string         `json:"raid"`
	Seed     uint64         `json:"seed"`
	Runs     int            `json:"runs"`
	Postures []PostureTimes `json:"postures"`
}

// PostureTimes holds one posture's flights, in the order of assets.
type PostureTimes struct {
	Posture string       `json:"posture"`
	Flights []FlightTime `json:"flights"`
}

// FlightTime is one kind of flight: a missile type from an area at an asset. All
// times are medians in seconds after its launch; a nil one does not come in half
// of the flights. What concerns the defender is that of the asset's nation,
// shots are anybody's.
type FlightTime struct {
	Asset     string       `json:"asset"`
	AssetName string       `json:"asset_name"`
	Nation    string       `json:"nation"`
	Missile   string       `json:"missile"`
	From      string       `json:"from"`
	Flown     int          `json:"flown"` // in all runs together
	BurnoutS  float64      `json:"burnout_s"`
	ImpactS   float64      `json:"impact_s"`
	Seen      []SensorTime `json:"first_seen"` // in the order of time
	AlertS    *float64     `json:"alert_s"`
	DecidedS  *float64     `json:"decided_s"` // alert and decision delay
	FirmS     *float64     `json:"firm_track_s"`
	FirstS    *float64     `json:"first_shot_s"`
	LastS     *float64     `json:"last_shot_s"`
	FirstBy   string       `json:"first_shot_by,omitempty"`
	Layers    []LayerTime  `json:"layers"` // of layers that can shoot in half of the flights
	// Gained over the posture before: seconds more to impact; nil where either
	// does not come.
	AlertGainS *float64 `json:"alert_gained_s"`
	FirmGainS  *float64 `json:"firm_track_gained_s"`
	FirstGainS *float64 `json:"first_shot_gained_s"`
}

// SensorTime is when one sensor first sees the missile.
type SensorTime struct {
	Sensor string  `json:"sensor"`
	Nation string  `json:"nation"`
	S      float64 `json:"s"`
	Cued   bool    `json:"cued"` // in most runs because another pointed it there
	Burn   bool    `json:"burn"` // sees the burn, not the missile: satellites
}

// LayerTime is when the batteries of one layer could first and last shoot.
type LayerTime struct {
	Layer  string   `json:"layer"`
	FirstS *float64 `json:"first_shot_s"`
	LastS  *float64 `json:"last_shot_s"`
}

// MaxWarnRuns bounds the runs of a timeline: medians need no more.
const MaxWarnRuns = 100_000

// samples collects one kind of flight under one posture.
type samples struct {
	flown                     int
	seen                      map[int32][]int32
	cued                      map[int32]int
	alert, firm, first, lasts []int32
	by                        map[int32]int
	// First and last shots of each layer.
	layerFirst, layerLast map[int][]int32
}

// layering gives each battery's layer by its place in the list of names.
func layering(t *theatre.Theatre) (of []int, names []string) {
	for i := range t.Batteries {
		k := slices.Index(names, t.Batteries[i].Layer)
		if k < 0 {
			k = len(names)
			names = append(names, t.Batteries[i].Layer)
		}
		of = append(of, k)
	}
	return of, names
}

// Warn plays runs of a compiled raid under the given postures and collects when
// each kind of flight is seen, reported, tracked and could be shot at. progress
// (nil for none) hears how many runs are played.
func Warn(ctx context.Context, t *theatre.Theatre, b *sim.Board, postures []int, seed uint64, runs int, progress func(done, total int)) (*Timeline, error) {
	if runs < 1 || runs > MaxWarnRuns {
		return nil, fmt.Errorf("%d runs: allowed are 1 to %d", runs, MaxWarnRuns)
	}
	out := &Timeline{Scenario: t.Name, Raid: t.Raid, Seed: seed, Runs: runs}
	p := sim.NewPlayer(b)
	row := make([]int32, p.Layout().Len())
	log := new(sim.Log)
	layerOf, layers := layering(t)
	for _, ps := range postures {
		by := make([]samples, len(b.Paths))
		for run := 0; run < runs; run++ {
			if progress != nil {
				progress(len(out.Postures)*runs+run+1, len(postures)*runs)
			}
			if run%64 == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			log.Events = log.Events[:0]
			p.Play(ps, seed, uint64(run), row, log)
			collect(b, &b.Postures[ps], layerOf, log, by)
		}
		out.Postures = append(out.Postures, PostureTimes{b.Postures[ps].ID, medians(t, b, layers, by)})
	}
	for k := 1; k < len(out.Postures); k++ {
		gains(out.Postures[k-1].Flights, out.Postures[k].Flights)
	}
	return out, nil
}

// collect reads one run's log.
func collect(b *sim.Board, ps *sim.Posture, layerOf []int, log *sim.Log, by []samples) {
	type now struct {
		path, start int32
		first, last int32
		shooter     int32
	}
	type shots struct{ first, last int32 }
	layered := map[[2]int]shots{} // by missile and layer
	flying := make([]now, len(b.Missiles))
	for i := range flying {
		flying[i].path = -1
	}
	for _, e := range log.Events {
		if e.Kind == sim.EvLaunch {
			flying[e.Missile] = now{e.A, e.TMs, sim.Never, -1, -1}
			s := &by[e.A]
			s.flown++
			if s.seen == nil {
				s.seen, s.cued, s.by = map[int32][]int32{}, map[int32]int{}, map[int32]int{}
				s.layerFirst, s.layerLast = map[int][]int32{}, map[int][]int32{}
			}
			continue
		}
		if e.Missile < 0 || flying[e.Missile].path < 0 {
			continue
		}
		f := &flying[e.Missile]
		s := &by[f.path]
		owner := b.Assets[b.Paths[f.path].Asset].Nation
		after := e.TMs - f.start
		switch e.Kind {
		case sim.EvDetect:
			s.seen[e.A] = append(s.seen[e.A], after)
			if e.B >= 0 {
				s.cued[e.A]++
			}
		case sim.EvAlert:
			if e.A == owner {
				s.alert = append(s.alert, after)
			}
		case sim.EvFirm:
			if e.A == owner {
				s.firm = append(s.firm, after)
			}
		case sim.EvReady:
			if t := e.B - f.start; t < f.first {
				f.first, f.shooter = t, e.A
			}
			look := lastLook(ps, f.path, e.A)
			f.last = max(f.last, look)
			key := [2]int{int(e.Missile), layerOf[e.A]}
			l, ok := layered[key]
			if !ok {
				l = shots{sim.Never, -1}
			}
			layered[key] = shots{min(l.first, e.B-f.start), max(l.last, look)}
		}
	}
	for _, f := range flying {
		if f.path >= 0 && f.first != sim.Never {
			s := &by[f.path]
			s.first = append(s.first, f.first)
			s.lasts = append(s.lasts, f.last)
			s.by[f.shooter]++
		}
	}
	// The order in which times are listed does not matter: medians are taken.
	for key, l := range layered {
		s := &by[flying[key[0]].path]
		s.layerFirst[key[1]] = append(s.layerFirst[key[1]], l.first)
		s.layerLast[key[1]] = append(s.layerLast[key[1]], l.last)
	}
}

// lastLook is the latest launch of a battery at a path.
func lastLook(ps *sim.Posture, path, battery int32) int32 {
	last := int32(-1)
	for _, c := range ps.States[0][path].Commands {
		for k := range c.Engs {
			if e := &c.Engs[k]; e.Battery == battery && len(e.Slots) > 0 {
				last = max(last, e.Slots[len(e.Slots)-1].LaunchMs)
			}
		}
	}
	return last
}

// middleOf is the median of times of which those that never came are not in the
// list; nil if they are the majority.
func middleOf(list []int32, of int) *float64 {
	if 2*len(list) <= of {
		return nil
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	v := float64(list[(of-1)/2]) / 1000
	return &v
}

func medians(t *theatre.Theatre, b *sim.Board, layers []string, by []samples) []FlightTime {
	var out []FlightTime
	for i := range by {
		s := &by[i]
		if s.flown == 0 {
			continue
		}
		pa := &b.Paths[i]
		a := &t.Assets[pa.Asset]
		f := FlightTime{Asset: a.ID, AssetName: a.Name, Missile: b.MissileTypes[pa.Type], From: b.Areas[pa.Area], Flown: s.flown, BurnoutS: float64(pa.BurnoutMs) / 1000, ImpactS: float64(pa.DurationMs) / 1000,
			AlertS: middleOf(s.alert, s.flown), FirmS: middleOf(s.firm, s.flown), FirstS: middleOf(s.first, s.flown), LastS: middleOf(s.lasts, s.flown)}
		if a.Nation >= 0 {
			f.Nation = t.Nations[a.Nation].ID
			if f.AlertS != nil {
				d := *f.AlertS + t.Nations[a.Nation].Command.DecisionS
				f.DecidedS = &d
			}
		}
		most := 0
		for k := range b.Batteries {
			if n := s.by[int32(k)]; n > most && f.FirstS != nil {
				most, f.FirstBy = n, b.Batteries[k].ID
			}
		}
		for k, name := range layers {
			if first := middleOf(s.layerFirst[k], s.flown); first != nil {
				f.Layers = append(f.Layers, LayerTime{name, first, middleOf(s.layerLast[k], s.flown)})
			}
		}
		sort.SliceStable(f.Layers, func(i, j int) bool { return *f.Layers[i].FirstS < *f.Layers[j].FirstS })
		for k := range b.Sensors {
			if m := middleOf(s.seen[int32(k)], s.flown); m != nil {
				f.Seen = append(f.Seen, SensorTime{b.Sensors[k].ID, b.Nations[b.Sensors[k].Nation], *m, 2*s.cued[int32(k)] > s.flown, infrared(t, b.Sensors[k].ID)})
			}
		}
		sort.SliceStable(f.Seen, func(i, j int) bool { return f.Seen[i].S < f.Seen[j].S })
		out = append(out, f)
	}
	sort.SliceStable(out, func(i, j int) bool {
		x, y := &out[i], &out[j]
		if x.Asset != y.Asset {
			return x.Asset < y.Asset
		}
		if x.Missile != y.Missile {
			return x.Missile < y.Missile
		}
		return x.From < y.From
	})
	return out
}

func infrared(t *theatre.Theatre, sensor string) bool {
	for i := range t.Sensors {
		if t.Sensors[i].ID == sensor {
			return t.Sensors[i].Infrared != nil
		}
	}
	return false
}

// Same reports whether two flights have the same times, whatever was gained.
func (f FlightTime) Same(g FlightTime) bool {
	for _, x := range []*FlightTime{&f, &g} {
		x.AlertGainS, x.FirmGainS, x.FirstGainS = nil, nil, nil
	}
	return reflect.DeepEqual(f, g)
}

// gains compares flight by flight; the flights are the same under every posture.
func gains(before, after []FlightTime) {
	less := func(a, b *float64) *float64 {
		if a == nil || b == nil {
			return nil
		}
		d := math.Round((*a-*b)*1000) / 1000
		return &d
	}
	for i := range after {
		if i < len(before) && before[i].Asset == after[i].Asset {
			x, y := &before[i], &after[i]
			y.AlertGainS, y.FirmGainS, y.FirstGainS = less(x.AlertS, y.AlertS), less(x.FirmS, y.FirmS), less(x.FirstS, y.FirstS)
		}
	}
}
