package cover

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sort"

	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/scenario"
)

// Map is a footprint on a lattice of places.
type Map struct {
	Query     Query
	Batteries []string
	Centre    geo.LLA
	StepM     float64
	// The lattice: place (i, j) lies i steps east and j steps north of the
	// centre on the equal-area plane, I0 <= i < I0+NI and likewise j. Values
	// are row by row from the south.
	I0, J0, NI, NJ int
	Values         []Value
	Flown          int // places for which a missile was flown; the rest lie in even country between them
	plane          Plane
}

// MaxPlaces bounds the places flown for one map.
const MaxPlaces = 60000

// outerM bounds how far from its centre a map may grow.
const outerM = 6e6

// spareSide is the side, in steps, from which on only what a contour crosses is
// flown.
const spareSide = 4

type corner struct{ i, j int }

// square is a cell of the quadtree: its south-west corner and side in steps.
type square struct {
	corner
	side int
}

func (s square) corners() [4]corner {
	return [4]corner{{s.i, s.j}, {s.i + s.side, s.j}, {s.i, s.j + s.side}, {s.i + s.side, s.j + s.side}}
}

type lattice struct {
	e     *evaluator
	pl    Plane
	stepM float64
	known map[corner]Value
	flown map[corner]flight.Course
	// guess holds places between two neighbours of one class, which were not
	// flown: their values are the mean of the two.
	guess map[corner]Value
	sites []struct{ e, n, reachM float64 }
}

// Footprint maps a query. The grid is coarse where nothing changes and as fine
// as asked where a contour runs or a battery of short reach stands.
func Footprint(ctx context.Context, f *scenario.File, q Query) (*Map, error) {
	m, _, err := footprint(ctx, f, q)
	return m, err
}

func footprint(ctx context.Context, f *scenario.File, q Query) (*Map, *lattice, error) {
	e, err := newEvaluator(f, q)
	if err != nil {
		return nil, nil, err
	}
	centre := middle(e.sites)
	far := 0.0
	for _, s := range e.sites {
		far = math.Max(far, s.reachM)
	}
	if q.GridM <= 0 {
		q.GridM = autoGrid(far)
	}
	if q.GridM < 100 || q.GridM > 500e3 {
		return nil, nil, fmt.Errorf("a grid of %.0f m: allowed are 100 m to 500 km", q.GridM)
	}
	g := &lattice{e: e, pl: NewPlane(e.t.Earth.Ellipsoid, centre), stepM: q.GridM, known: map[corner]Value{}, flown: map[corner]flight.Course{}, guess: map[corner]Value{}}
	for _, s := range e.sites {
		x, y, ok := g.pl.Forward(s.at)
		if !ok {
			return nil, nil, errors.New("the batteries lie on opposite sides of the Earth; map them one by one")
		}
		g.sites = append(g.sites, struct{ e, n, reachM float64 }{x, y, s.reachM})
	}
	coarse := 1
	for float64(2*coarse)*q.GridM <= math.Max(q.GridM, math.Min(far/5, 100e3)) {
		coarse *= 2
	}
	leaves, err := g.grow(ctx, coarse)
	if err != nil {
		return nil, nil, err
	}
	m := g.fill(leaves)
	if err := g.follow(ctx, m); err != nil {
		return nil, nil, err
	}
	m.Query, m.Batteries, m.Centre, m.StepM, m.Flown, m.plane = q, e.batteries(), centre, q.GridM, len(g.known), g.pl
	return m, g, nil
}

// autoGrid chooses a round step of about a thirtieth of the reach.
func autoGrid(reachM float64) float64 {
	for _, s := range []float64{10e3, 5e3, 2e3, 1e3} {
		if s <= reachM/20 {
			return s
		}
	}
	return 500
}

// middle is the centre of the batteries, on the sphere.
func middle(sites []site) geo.LLA {
	if len(sites) == 1 {
		return geo.LLA{Lat: sites[0].at.Lat, Lon: sites[0].at.Lon}
	}
	var s [3]float64
	for _, x := range sites {
		lat, lon := float64(x.at.Lat), float64(x.at.Lon)
		s[0] += math.Cos(lat) * math.Cos(lon)
		s[1] += math.Cos(lat) * math.Sin(lon)
		s[2] += math.Sin(lat)
	}
	return geo.Deg(math.Atan2(s[2], math.Hypot(s[0], s[1]))*180/math.Pi, math.Atan2(s[1], s[0])*180/math.Pi)
}

// fly fills in the corners of squares that are not yet known.
func (g *lattice) fly(ctx context.Context, squares []square) error {
	var need []corner
	asked := map[corner]bool{}
	for _, s := range squares {
		for _, c := range s.corners() {
			if _, ok := g.known[c]; ok || asked[c] {
				continue
			}
			if _, ok := g.guess[c]; !ok {
				asked[c] = true
				need = append(need, c)
			}
		}
	}
	return g.flyTo(ctx, need)
}

// flyTo flies to places that are not yet known.
func (g *lattice) flyTo(ctx context.Context, need []corner) error {
	if len(g.known)+len(need) > MaxPlaces {
		return fmt.Errorf("the map would need more than %d places; take a coarser grid or fewer batteries", MaxPlaces)
	}
	// Neighbours together: they share what can see them.
	sort.SliceStable(need, func(a, b int) bool {
		x, y := need[a], need[b]
		if p, q := x.i>>5, y.i>>5; p != q {
			return p < q
		}
		if p, q := x.j>>5, y.j>>5; p != q {
			return p < q
		}
		return x.i < y.i || x.i == y.i && x.j < y.j
	})
	places, courses := make([]geo.LLA, len(need)), make([]flight.Course, len(need))
	for k, c := range need {
		courses[k] = g.between(c)
		p, ok := g.pl.Inverse(float64(c.i)*g.stepM, float64(c.j)*g.stepM)
		if !ok {
			p = geo.Deg(90, 0)
		}
		places[k] = p
	}
	vs, err := g.e.at(ctx, places, courses)
	if err != nil {
		return err
	}
	for k, c := range need {
		g.known[c], g.flown[c] = vs[k], courses[k]
	}
	return nil
}

// acrossM is how far apart two flights may be for a third to be taken between them.
const acrossM = 80e3

// between gives the course between two flights on opposite sides of a place, the
// nearest such two; the zero value if there are none.
func (g *lattice) between(c corner) flight.Course {
	for d := 1; 2*float64(d)*g.stepM <= acrossM; d *= 2 {
		for _, o := range [4]corner{{d, 0}, {0, d}, {d, d}, {d, -d}} {
			a, b := g.flown[corner{c.i - o.i, c.j - o.j}], g.flown[corner{c.i + o.i, c.j + o.j}]
			if m := flight.Between(&a, &b); m != (flight.Course{}) {
				return m
			}
		}
	}
	return flight.Course{}
}

// grow begins around the batteries, goes on wherever there is something, and
// then refines.
func (g *lattice) grow(ctx context.Context, coarse int) ([]square, error) {
	have := map[square]bool{}
	var front []square
	for _, s := range g.sites {
		r := math.Max(0.7*s.reachM, 1.5*float64(coarse)*g.stepM)
		n := int(math.Ceil(r / g.stepM / float64(coarse)))
		ci, cj := int(math.Floor(s.e/g.stepM/float64(coarse))), int(math.Floor(s.n/g.stepM/float64(coarse)))
		for i := -n; i <= n; i++ {
			for j := -n; j <= n; j++ {
				if i*i+j*j > n*n+1 {
					continue
				}
				q := square{corner{(ci + i) * coarse, (cj + j) * coarse}, coarse}
				if !have[q] {
					have[q] = true
					front = append(front, q)
				}
			}
		}
	}
	level := append([]square(nil), front...)
	for len(front) > 0 {
		if err := g.fly(ctx, front); err != nil {
			return nil, err
		}
		var more []square
		for _, s := range front {
			if !g.something(s) {
				continue
			}
			for di := -1; di <= 1; di++ {
				for dj := -1; dj <= 1; dj++ {
					q := square{corner{s.i + di*coarse, s.j + dj*coarse}, coarse}
					if !have[q] && math.Hypot(float64(q.i), float64(q.j))*g.stepM < outerM {
						have[q] = true
						more = append(more, q)
					}
				}
			}
		}
		level = append(level, more...)
		front = more
	}
	return g.refine(ctx, level, coarse)
}

// value is what is known of a place, or taken to be.
func (g *lattice) value(c corner) Value {
	if v, ok := g.known[c]; ok {
		return v
	}
	return g.guess[c]
}

// spare takes the middles of a square's sides for what the two ends say where
// these say the same: a contour that crosses the square does not cross there.
// Only where squares are small; in large ones a contour may bulge unseen.
func (g *lattice) spare(s square) {
	h := s.side / 2
	cs := s.corners()
	for _, e := range [4]struct {
		a, b int
		at   corner
	}{{0, 1, corner{s.i + h, s.j}}, {0, 2, corner{s.i, s.j + h}}, {1, 3, corner{s.i + s.side, s.j + h}}, {2, 3, corner{s.i + h, s.j + s.side}}} {
		if _, flown := g.known[e.at]; flown {
			continue
		}
		a, b := g.value(cs[e.a]), g.value(cs[e.b])
		if a.class() != b.class() {
			continue
		}
		for n := range a.P {
			a.P[n], a.All[n] = (a.P[n]+b.P[n])/2, (a.All[n]+b.All[n])/2
		}
		a.Reached = a.Reached && b.Reached
		g.guess[e.at] = a
	}
}

func (g *lattice) something(s square) bool {
	for _, c := range s.corners() {
		v := g.value(c)
		if v.P[EngageOnRemote] >= LeastShot || v.P[Alone] >= LeastShot {
			return true
		}
	}
	return false
}

// mixed reports whether a contour crosses the square.
func (g *lattice) mixed(s square) bool {
	cs := s.corners()
	v := g.value(cs[0])
	first := v.class()
	for _, c := range cs[1:] {
		if v := g.value(c); v.class() != first {
			return true
		}
	}
	return false
}

// tight reports whether a battery of short reach asks for smaller squares here.
func (g *lattice) tight(s square) bool {
	side := float64(s.side) * g.stepM
	x, y := (float64(s.i)+float64(s.side)/2)*g.stepM, (float64(s.j)+float64(s.side)/2)*g.stepM
	for _, b := range g.sites {
		if side > b.reachM/4 && math.Hypot(x-b.e, y-b.n) < b.reachM+side {
			return true
		}
	}
	return false
}

// refine splits the squares that a contour crosses, and their neighbours, until
// they are as small as asked.
func (g *lattice) refine(ctx context.Context, level []square, side int) ([]square, error) {
	var leaves []square
	for ; side > 1; side /= 2 {
		split := map[square]bool{}
		at := map[corner]bool{}
		for _, s := range level {
			at[s.corner] = true
		}
		for _, s := range level {
			if g.mixed(s) {
				for di := -1; di <= 1; di++ {
					for dj := -1; dj <= 1; dj++ {
						// The neighbours too while squares are large: the line may
						// bulge into them between two corners.
						if (di != 0 || dj != 0) && (side <= 4 || di != 0 && dj != 0) {
							continue
						}
						if c := (corner{s.i + di*side, s.j + dj*side}); at[c] {
							split[square{c, side}] = true
						}
					}
				}
			} else if g.tight(s) {
				split[s] = true
			}
		}
		var next []square
		for _, s := range level {
			if !split[s] {
				leaves = append(leaves, s)
				continue
			}
			if side <= spareSide && !g.tight(s) {
				g.spare(s)
			}
			h := side / 2
			next = append(next, square{s.corner, h}, square{corner{s.i + h, s.j}, h}, square{corner{s.i, s.j + h}, h}, square{corner{s.i + h, s.j + h}, h})
		}
		if err := g.fly(ctx, next); err != nil {
			return nil, err
		}
		level = next
	}
	return append(leaves, level...), nil
}

// fill lays the squares out on the full lattice; inside an even square values
// are interpolated between its corners.
func (g *lattice) fill(leaves []square) *Map {
	m := &Map{I0: math.MaxInt, J0: math.MaxInt}
	i1, j1 := math.MinInt, math.MinInt
	for _, s := range leaves {
		m.I0, m.J0 = min(m.I0, s.i), min(m.J0, s.j)
		i1, j1 = max(i1, s.i+s.side), max(j1, s.j+s.side)
	}
	m.NI, m.NJ = i1-m.I0+1, j1-m.J0+1
	m.Values = make([]Value, m.NI*m.NJ)
	// Large squares first: where a large and a small one meet, the small one's
	// flown places win.
	sort.SliceStable(leaves, func(a, b int) bool { return leaves[a].side > leaves[b].side })
	for _, s := range leaves {
		cs := s.corners()
		var v [4]Value
		for k, c := range cs {
			v[k] = g.value(c)
		}
		for a := 0; a <= s.side; a++ {
			for b := 0; b <= s.side; b++ {
				x, y := float64(a)/float64(s.side), float64(b)/float64(s.side)
				w := [4]float64{(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y}
				near := 0
				o := Value{}
				for k := range v {
					if w[k] > w[near] {
						near = k
					}
					for n := range o.P {
						o.P[n] += w[k] * v[k].P[n]
						o.All[n] += w[k] * v[k].All[n]
					}
				}
				o.Reached, o.Shots = v[near].Reached, v[near].Shots
				m.Values[(s.j+b-m.J0)*m.NI+s.i+a-m.I0] = o
			}
		}
	}
	for c, v := range g.known {
		if i, j := c.i-m.I0, c.j-m.J0; i >= 0 && j >= 0 && i < m.NI && j < m.NJ {
			m.Values[j*m.NI+i] = v
		}
	}
	return m
}

// follow flies to what was not flown beside a contour, and goes on where that moves
// it, until both ends of every side that a contour crosses are flown: the contours
// are then those of a lattice flown in full, but for any that lie wholly within even
// country.
func (g *lattice) follow(ctx context.Context, m *Map) error {
	for {
		need := g.beside(m)
		if len(need) == 0 {
			return nil
		}
		if err := g.flyTo(ctx, need); err != nil {
			return err
		}
		for _, c := range need {
			m.Values[(c.j-m.J0)*m.NI+c.i-m.I0] = g.known[c]
		}
	}
}

// beside lists the places that were not flown and are told apart by a contour from
// a neighbour.
func (g *lattice) beside(m *Map) (need []corner) {
	class := make([]uint64, len(m.Values))
	for k := range m.Values {
		class[k] = m.Values[k].class()
	}
	for k, own := range class {
		i, j := k%m.NI, k/m.NI
		if i > 0 && class[k-1] != own || i+1 < m.NI && class[k+1] != own || j > 0 && class[k-m.NI] != own || j+1 < m.NJ && class[k+m.NI] != own {
			c := corner{m.I0 + i, m.J0 + j}
			if _, ok := g.known[c]; !ok {
				need = append(need, c)
			}
		}
	}
	return need
}
