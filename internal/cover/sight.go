package cover

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"

	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/scenario"
	"testudo/internal/sense"
	"testudo/internal/theatre"
)

// SightMap says of every place that a missile from one launch area can be aimed
// at how long before impact one sensor sees it.
type SightMap struct {
	Sensor, Missile, From string
	StepM                 float64
	Flown                 int
	Best                  float64 // the longest time before impact of any place, pointed or not, s
	Places                []PlaceSight
	// The lattice holds in P[Alone] the seconds by the sensor's own search and in
	// P[Cued] those when another points it; 0 where it does not see the flight.
	grid Map
}

// PlaceSight is a defended place within the missile's reach: seconds before
// impact at which the sensor first sees the flight there, 0 if it does not.
type PlaceSight struct {
	Asset          string
	SearchS, CuedS float64
}

// maxSights bounds the places flown.
const maxSights = 20000

// Sight maps when a sensor first sees a missile from a launch area, over the
// places it can be aimed at: the median of its detection by own search and when
// pointed by another's track.
func Sight(ctx context.Context, f *scenario.File, sensor string, q Query) (*SightMap, error) {
	if q.Asset != "" {
		return nil, errors.New("a radar's sight is mapped over places aimed at: leave the asset out")
	}
	t, from, err := withMissile(f, q)
	if err != nil {
		return nil, err
	}
	var s *theatre.Sensor
	var ids []string
	for i := range t.Sensors {
		ids = append(ids, t.Sensors[i].ID)
		if t.Sensors[i].ID == sensor {
			s = &t.Sensors[i]
		}
	}
	if s == nil {
		return nil, unknown("sensor", sensor, ids)
	}
	if s.Radar == nil {
		return nil, fmt.Errorf("%s is a satellite: it sees launches, not places", sensor)
	}
	entry, _ := f.Book.Entry(q.Missile)
	reach := entry.Value("range", 0) * 1.05
	if q.GridM <= 0 {
		q.GridM = math.Max(2e3, 1e3*math.Ceil(reach/60e3))
	}
	if q.GridM < 100 || q.GridM > 500e3 {
		return nil, fmt.Errorf("a grid of %.0f m: allowed are 100 m to 500 km", q.GridM)
	}
	n := int(math.Ceil(math.Min(reach, 9000e3) / q.GridM))
	if side := 2*n + 1; side*side > maxSights {
		return nil, fmt.Errorf("the map would need %d places, allowed are %d; take a grid of at least %.0f km", side*side, maxSights, math.Ceil(2*reach/math.Sqrt(maxSights)/1000))
	}
	m := &SightMap{Sensor: sensor, Missile: q.Missile, From: q.From, StepM: q.GridM}
	g := &m.grid
	g.I0, g.J0, g.NI, g.NJ, g.StepM = -n, -n, 2*n+1, 2*n+1, q.GridM
	g.plane = NewPlane(t.Earth.Ellipsoid, from)
	g.Values = make([]Value, g.NI*g.NJ)
	workers := q.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	// Rows are independent of each other; a row's flights begin from their
	// neighbours', in its own order, so that the answer is the same for any number
	// of workers.
	rows := make(chan int)
	flown := make([]int, g.NJ)
	var wg sync.WaitGroup
	for w := 0; w < min(workers, g.NJ); w++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range rows {
				var course flight.Course
				for i := 0; i < g.NI; i++ {
					at, ok := g.plane.Inverse(float64(i+g.I0)*g.StepM, float64(j+g.J0)*g.StepM)
					if !ok {
						continue
					}
					v := &g.Values[j*g.NI+i]
					v.P[Alone], v.P[Cued], v.Reached = sightAt(t, s.Radar, from, at, &course)
					if v.Reached {
						flown[j]++
					}
				}
			}
		}()
	}
	var stop error
	done := 0
	for j := 0; j < g.NJ && stop == nil; j++ {
		select {
		case <-ctx.Done():
			stop = ctx.Err()
		case rows <- j:
			if done += g.NI; q.Progress != nil {
				q.Progress(done)
			}
		}
	}
	close(rows)
	wg.Wait()
	if stop != nil {
		return nil, stop
	}
	for _, k := range flown {
		m.Flown += k
	}
	for k := range g.Values {
		m.Best = math.Max(m.Best, g.Values[k].P[Cued])
	}
	for i := range f.Assets {
		p := PlaceSight{Asset: f.Assets[i].ID}
		var course flight.Course
		var ok bool
		if p.SearchS, p.CuedS, ok = sightAt(t, s.Radar, from, f.Assets[i].At, &course); ok {
			m.Places = append(m.Places, p)
		}
	}
	return m, nil
}

// sightAt flies at a place and gives the seconds before impact of the median
// detection, by own search and pointed.
func sightAt(t *theatre.Theatre, r *sense.Radar, from, at geo.LLA, course *flight.Course) (search, cued float64, reached bool) {
	tr, err := t.Types[0].Flight.AimNear(t.Earth, flight.Aim{From: from, To: at}, course, nil)
	if err != nil {
		return 0, 0, false
	}
	v := r.Observe(t.Earth, tr, t.Types[0].Signature)
	before := func(c sense.Curve) float64 {
		s, ok := c.Quantile(0.5)
		if !ok {
			return 0
		}
		return math.Max(0, tr.Duration()-s)
	}
	return before(v.Search), before(v.Cued), true
}

// Contour draws the lines within which the sensor sees the flight at least so
// many seconds before impact.
func (m *SightMap) Contour(mode int, seconds float64) []Line {
	return m.grid.contour(func(v Value) float64 { return v.P[mode] }, seconds)
}

// IsoLines are the open lines along which the sensor first sees the flight so many
// seconds before impact, without the edges at which it sees none or the missile
// does not fly.
func (m *SightMap) IsoLines(mode int, seconds float64) []Line {
	var out []Line
	for _, l := range m.Contour(mode, seconds) {
		var run Line
		closed := true
		for k := 0; k <= len(l); k++ {
			p := l[k%len(l)]
			x, y, _ := m.grid.plane.Forward(p)
			i, j := int(math.Floor(x/m.StepM)), int(math.Floor(y/m.StepM))
			inside := true
			for c := 0; c < 4; c++ {
				inside = inside && m.grid.At(i+c%2, j+c/2).P[mode] > 0
			}
			if inside {
				run = append(run, p)
				continue
			}
			closed = false
			if len(run) > 2 {
				out = append(out, run)
			}
			run = nil
		}
		if len(run) > 2 || closed {
			out = append(out, run)
		}
	}
	return out
}

// Reached draws the lines within which the missile can be aimed.
func (m *SightMap) Reached() []Line {
	return m.grid.contour(func(v Value) float64 {
		if v.Reached {
			return 1
		}
		return 0
	}, 0.5)
}

// AreaM2 is the ground on which the sensor sees the flight at least so many
// seconds before impact.
func (m *SightMap) AreaM2(mode int, seconds float64) float64 { return m.grid.AreaM2(mode, seconds) }

// Each calls f for every place that can be aimed at, row by row from the south.
func (m *SightMap) Each(f func(at geo.LLA, search, cued float64)) {
	for j := m.grid.J0; j < m.grid.J0+m.grid.NJ; j++ {
		for i := m.grid.I0; i < m.grid.I0+m.grid.NI; i++ {
			if v := m.grid.At(i, j); v.Reached {
				f(m.grid.Place(i, j), v.P[Alone], v.P[Cued])
			}
		}
	}
}
