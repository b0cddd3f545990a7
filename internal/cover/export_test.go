package cover

import (
	"context"

	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/scenario"
)

// FlyAll maps a query, and flies at every place of the lattice and of a rim about it,
// each flight sought by itself. Of a place that the map has flown, all has the map's
// own flight, and apart counts those that the contours tell from the other.
func FlyAll(f *scenario.File, q Query, rim int) (m, all *Map, apart int, err error) {
	m, g, err := footprint(context.Background(), f, q)
	if err != nil {
		return nil, nil, 0, err
	}
	wide := *m
	wide.I0, wide.J0, wide.NI, wide.NJ = m.I0-rim, m.J0-rim, m.NI+2*rim, m.NJ+2*rim
	var places []geo.LLA
	for k := range wide.NI * wide.NJ {
		p, ok := m.plane.Inverse(float64(wide.I0+k%wide.NI)*m.StepM, float64(wide.J0+k/wide.NI)*m.StepM)
		if !ok {
			p = geo.Deg(90, 0)
		}
		places = append(places, p)
	}
	wide.Values, err = g.e.at(context.Background(), places, make([]flight.Course, len(places)))
	for c, v := range g.known {
		w := &wide.Values[(c.j-wide.J0)*wide.NI+c.i-wide.I0]
		if w.class() != v.class() {
			apart++
		}
		*w = v
	}
	return m, &wide, apart, err
}
