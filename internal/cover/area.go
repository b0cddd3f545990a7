package cover

import (
	"math"

	"testudo/internal/geo"
)

// At is the value at a place of the lattice, the zero Value outside.
func (m *Map) At(i, j int) Value {
	i, j = i-m.I0, j-m.J0
	if i < 0 || j < 0 || i >= m.NI || j >= m.NJ {
		return Value{}
	}
	return m.Values[j*m.NI+i]
}

// Place is where a place of the lattice lies on the ground.
func (m *Map) Place(i, j int) geo.LLA {
	p, _ := m.plane.Inverse(float64(i)*m.StepM, float64(j)*m.StepM)
	return p
}

// cellsM2 is the ground of the cells of which something holds.
func (m *Map) cellsM2(holds func(v *Value) bool) float64 {
	n := 0
	for k := range m.Values {
		if holds(&m.Values[k]) {
			n++
		}
	}
	return float64(n) * m.StepM * m.StepM
}

// AreaM2 counts the cells at which the best shot kills with at least p.
func (m *Map) AreaM2(mode int, p float64) float64 {
	return m.cellsM2(func(v *Value) bool { return v.P[mode] >= p })
}

// AllM2 counts the cells at which a round at every look kills with at least p.
func (m *Map) AllM2(mode int, p float64) float64 {
	return m.cellsM2(func(v *Value) bool { return v.All[mode] >= p })
}

// ShotsM2 counts the cells with at least so many opportunities.
func (m *Map) ShotsM2(mode, shots int) float64 {
	return m.cellsM2(func(v *Value) bool { return v.Shots[mode] >= shots })
}

// Kill is the kill probability of the best shot at a place, between the
// lattice's points by bilinear interpolation, at the footprint's edge that of the
// nearest point; 0 outside the map.
func (m *Map) Kill(mode int, at geo.LLA) float64 {
	return m.between(at, func(v Value) float64 { return v.P[mode] })
}

// KillAll is likewise the kill probability of a round at every look.
func (m *Map) KillAll(mode int, at geo.LLA) float64 {
	return m.between(at, func(v Value) float64 { return v.All[mode] })
}

// between interpolates between four points of the lattice; where the footprint's
// edge runs between them a mean would be neither, and the nearest of them counts.
func (m *Map) between(at geo.LLA, value func(Value) float64) float64 {
	x, y, ok := m.plane.Forward(at)
	if !ok {
		return 0
	}
	x, y = x/m.StepM, y/m.StepM
	i, j := math.Floor(x), math.Floor(y)
	x, y = x-i, y-j
	var v [2][2]float64
	none, some := false, false
	for a := range v {
		for b := range v[a] {
			v[a][b] = value(m.At(int(i)+a, int(j)+b))
			none, some = none || v[a][b] < LeastShot, some || v[a][b] >= LeastShot
		}
	}
	if none && some {
		return v[int(math.Round(x))][int(math.Round(y))]
	}
	return (1-x)*(1-y)*v[0][0] + x*(1-y)*v[1][0] + (1-x)*y*v[0][1] + x*y*v[1][1]
}

// Line is a closed contour on the ground; the last point is not the first again.
type Line []geo.LLA

// Contour draws the lines at which the kill probability of the best shot passes
// a level.
func (m *Map) Contour(mode int, level float64) []Line {
	return m.contour(func(v Value) float64 { return v.P[mode] }, level)
}

// AllContour draws the lines at which the kill probability of a round at every
// look passes a level.
func (m *Map) AllContour(mode int, level float64) []Line {
	return m.contour(func(v Value) float64 { return v.All[mode] }, level)
}

// ShotContour draws the lines within which there are at least so many
// opportunities.
func (m *Map) ShotContour(mode, shots int) []Line {
	return m.contour(func(v Value) float64 { return float64(min(v.Shots[mode], shots)) }, float64(shots)-0.5)
}

// contour is marching squares over the lattice with a rim of zeros, so that
// every line closes; higher ground stays on the left.
func (m *Map) contour(value func(Value) float64, level float64) []Line {
	w, h := m.NI+2, m.NJ+2
	z := make([]float64, w*h)
	for j := 0; j < m.NJ; j++ {
		for i := 0; i < m.NI; i++ {
			z[(j+1)*w+i+1] = value(m.Values[j*m.NI+i]) - level
		}
	}
	for i := range z {
		if i%w == 0 || i%w == w-1 || i/w == 0 || i/w == h-1 {
			z[i] = -level
		}
	}
	// An edge of the lattice is named by its lower point and whether it runs
	// north; a crossing on it by interpolation.
	type edge struct {
		at    int
		north bool
	}
	point := func(e edge) (float64, float64) {
		b := e.at + 1
		if e.north {
			b = e.at + w
		}
		f := z[e.at] / (z[e.at] - z[b])
		x, y := float64(e.at%w), float64(e.at/w)
		if e.north {
			return x, y + f
		}
		return x + f, y
	}
	next := map[edge]edge{}
	var order []edge
	link := func(a, b edge) {
		next[a] = b
		order = append(order, a)
	}
	for j := 0; j+1 < h; j++ {
		for i := 0; i+1 < w; i++ {
			sw := j*w + i
			s, e, n, o := edge{sw, false}, edge{sw + 1, true}, edge{sw + w, false}, edge{sw, true}
			k := 0
			for b, c := range [4]int{sw, sw + 1, sw + w + 1, sw + w} {
				if z[c] >= 0 {
					k |= 1 << b
				}
			}
			switch k {
			case 1:
				link(s, o)
			case 2:
				link(e, s)
			case 3:
				link(e, o)
			case 4:
				link(n, e)
			case 6:
				link(n, s)
			case 7:
				link(n, o)
			case 8:
				link(o, n)
			case 9:
				link(s, n)
			case 11:
				link(e, n)
			case 12:
				link(o, e)
			case 13:
				link(s, e)
			case 14:
				link(o, s)
			case 5, 10:
				// A saddle: the mean decides which corners hang together.
				joined := z[sw]+z[sw+1]+z[sw+w]+z[sw+w+1] >= 0
				if k == 5 {
					if joined {
						link(s, e)
						link(n, o)
					} else {
						link(s, o)
						link(n, e)
					}
				} else if joined {
					link(e, n)
					link(o, s)
				} else {
					link(e, s)
					link(o, n)
				}
			}
		}
	}
	var out []Line
	done := map[edge]bool{}
	for _, a := range order {
		if done[a] {
			continue
		}
		var l Line
		for x := a; !done[x]; {
			done[x] = true
			px, py := point(x)
			if p, ok := m.plane.Inverse((px-1+float64(m.I0))*m.StepM, (py-1+float64(m.J0))*m.StepM); ok {
				l = append(l, p)
			}
			y, ok := next[x]
			if !ok {
				break
			}
			x = y
		}
		if len(l) > 2 {
			out = append(out, l)
		}
	}
	return out
}
