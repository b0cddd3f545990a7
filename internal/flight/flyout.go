package flight

import (
	"fmt"
	"math"

	"testudo/internal/units"
)

// FlyoutSpec is what is published about an interceptor's flight.
type FlyoutSpec struct {
	ConstantSpeed                      bool // textbook: straight at its burnout speed, reach is a slant range
	BurnoutSpeed                       units.Speed
	Burn                               units.Duration
	Reach                              units.Length
	MinRange, MinAltitude, MaxAltitude units.Length
	Beta                               units.Loading // 0: defaultBeta
}

// defaultBeta is the ballistic coefficient of an interceptor after burnout where
// none is stated. Assumption: a slender body of some hundred kilograms.
const defaultBeta = 5000

// Flyout answers how soon an interceptor can be where: least time of flight to a
// ground range and altitude.
type Flyout struct {
	spec   FlyoutSpec
	table  []float64 // [range cell][altitude cell], +Inf where it does not get
	nr, na int
	dr, da float64
}

const flyoutRadiusM = 6371008.8

// NewFlyout builds the table: a family of flights of launch elevations from 3 to
// 90 degrees, each a point mass that is driven along its path to the burnout
// speed at constant acceleration and then coasts under gravity and drag. A cell
// keeps the soonest flight that passes it.
func NewFlyout(s FlyoutSpec) (*Flyout, error) {
	if !(s.BurnoutSpeed > 0) || !(s.Reach > 0) || !(s.MaxAltitude > s.MinAltitude) || s.MinRange > s.Reach {
		return nil, fmt.Errorf("burnout speed %s, reach %s (from %s), altitude %s to %s do not make an envelope", s.BurnoutSpeed, s.Reach, s.MinRange, s.MinAltitude, s.MaxAltitude)
	}
	f := &Flyout{spec: s}
	if s.ConstantSpeed {
		return f, nil
	}
	beta := float64(s.Beta)
	if beta == 0 {
		beta = defaultBeta
	}
	// Table cells: fine enough that a cell is crossed in about a second.
	f.nr, f.na = 80, 64
	f.dr, f.da = float64(s.Reach)/float64(f.nr-1), float64(s.MaxAltitude)/float64(f.na-1)
	f.table = make([]float64, f.nr*f.na)
	for i := range f.table {
		f.table[i] = math.Inf(1)
	}
	burn := math.Max(float64(s.Burn), 1)
	const fans = 90
	prevX, prevY := make([]float64, 0, 512), make([]float64, 0, 512)
	curX, curY := make([]float64, 0, 512), make([]float64, 0, 512)
	longest := 2 * (float64(s.Reach) + float64(s.MaxAltitude)) / float64(s.BurnoutSpeed)
	longest = math.Max(longest, 3*burn) + 60
	dt := math.Max(0.25, longest/400)
	for k := 0; k < fans; k++ {
		el := (3 + 87*float64(k)/(fans-1)) * math.Pi / 180
		curX, curY = f.flyOne(el, burn, beta, dt, longest, curX[:0], curY[:0])
		// Two neighbouring flights sweep the cells between them.
		if k > 0 {
			f.sweep(prevX, prevY, curX, curY, dt)
		}
		prevX, curX = curX, prevX
		prevY, curY = curY, prevY
	}
	f.smooth()
	return f, nil
}

// flyOne gives ground range and altitude at multiples of dt.
func (f *Flyout) flyOne(el, burn, beta, dt, longest float64, xs, ys []float64) ([]float64, []float64) {
	x, y := 0.0, 0.0
	a := float64(f.spec.BurnoutSpeed) / burn
	s, c := math.Sincos(el)
	vx, vy := 0.0, 0.0
	for t := 0.0; t < longest; t += dt {
		xs, ys = append(xs, x), append(ys, y)
		const parts = 2
		h := dt / parts
		for i := 0; i < parts; i++ {
			tt := t + float64(i)*h
			if tt < burn {
				// Driven: the published burnout speed is what is left after
				// gravity and drag.
				v := a * math.Min(tt+h/2, burn)
				vx, vy = v*c, v*s
				x += vx * h * flyoutRadiusM / (flyoutRadiusM + y)
				y += vy * h
				if tt+h >= burn {
					vx, vy = float64(f.spec.BurnoutSpeed)*c, float64(f.spec.BurnoutSpeed)*s
				}
				continue
			}
			r := flyoutRadiusM + y
			g := gravity0 * (flyoutRadiusM / r) * (flyoutRadiusM / r)
			v := math.Sqrt(vx*vx + vy*vy)
			d := 0.0
			if y < tailEndM {
				d = 0.5 / beta * Density(y) * v
			}
			// Polar form: centrifugal relief and the turning of the horizon.
			ax, ay := -d*vx-vx*vy/r, -g-d*vy+vx*vx/r
			vx += ax * h
			vy += ay * h
			x += vx * h * flyoutRadiusM / r
			y += vy * h
		}
		if y < -1000 || x > float64(f.spec.Reach)*1.2 {
			xs, ys = append(xs, x), append(ys, y)
			break
		}
	}
	return xs, ys
}

// sweep marks the cells between two neighbouring flights with the time at which
// they are passed.
func (f *Flyout) sweep(x0, y0, x1, y1 []float64, dt float64) {
	n := min(len(x0), len(x1))
	for i := 0; i+1 < n; i++ {
		f.quad([4]float64{x0[i], x0[i+1], x1[i+1], x1[i]}, [4]float64{y0[i], y0[i+1], y1[i+1], y1[i]}, float64(i)*dt, dt)
	}
}

// quad fills the grid points inside a quadrilateral; t grows from its first and
// last corner to its second and third.
func (f *Flyout) quad(x, y [4]float64, t, dt float64) {
	loX, hiX := math.Min(math.Min(x[0], x[1]), math.Min(x[2], x[3])), math.Max(math.Max(x[0], x[1]), math.Max(x[2], x[3]))
	loY, hiY := math.Min(math.Min(y[0], y[1]), math.Min(y[2], y[3])), math.Max(math.Max(y[0], y[1]), math.Max(y[2], y[3]))
	i0, i1 := max(0, int(math.Ceil(loX/f.dr-1e-9))), min(f.nr-1, int(math.Floor(hiX/f.dr+1e-9)))
	j0, j1 := max(0, int(math.Ceil(loY/f.da-1e-9))), min(f.na-1, int(math.Floor(hiY/f.da+1e-9)))
	for i := i0; i <= i1; i++ {
		for j := j0; j <= j1; j++ {
			px, py := float64(i)*f.dr, float64(j)*f.da
			for _, tri := range [2][3]int{{0, 1, 2}, {0, 2, 3}} {
				a, b, c := tri[0], tri[1], tri[2]
				det := (y[b]-y[c])*(x[a]-x[c]) + (x[c]-x[b])*(y[a]-y[c])
				if det == 0 {
					continue
				}
				u := ((y[b]-y[c])*(px-x[c]) + (x[c]-x[b])*(py-y[c])) / det
				v := ((y[c]-y[a])*(px-x[c]) + (x[a]-x[c])*(py-y[c])) / det
				w := 1 - u - v
				const eps = -1e-9
				if u < eps || v < eps || w < eps {
					continue
				}
				tc := [4]float64{t, t + dt, t + dt, t}
				if at := u*tc[a] + v*tc[b] + w*tc[c]; at < f.table[i*f.na+j] {
					f.table[i*f.na+j] = at
				}
			}
		}
	}
}

// smooth fills single holes left between flights and the points on the ground
// beneath the lowest one.
func (f *Flyout) smooth() {
	for i := 1; i < f.nr; i++ {
		for j := f.na - 2; j >= 0; j-- {
			k := i*f.na + j
			if math.IsInf(f.table[k], 1) && !math.IsInf(f.table[k+1], 1) && !math.IsInf(f.table[k-f.na], 1) {
				f.table[k] = math.Max(f.table[k+1], f.table[k-f.na])
			}
		}
	}
}

// Time gives the least time of flight, in s, to a ground range (measured at the
// Earth's surface) and an altitude, both in m; ok is false outside the envelope.
func (f *Flyout) Time(groundRangeM, altM float64) (tS float64, ok bool) {
	s := &f.spec
	if altM < float64(s.MinAltitude) || altM > float64(s.MaxAltitude) {
		return 0, false
	}
	if s.ConstantSpeed {
		// Law of cosines between the site and the target over the sphere.
		sh := math.Sin(groundRangeM / flyoutRadiusM / 2)
		slant := math.Sqrt(altM*altM + 4*flyoutRadiusM*(flyoutRadiusM+altM)*sh*sh)
		if slant > float64(s.Reach) || slant < float64(s.MinRange) {
			return 0, false
		}
		return slant / float64(s.BurnoutSpeed), true
	}
	if groundRangeM > float64(s.Reach) || groundRangeM < float64(s.MinRange) {
		return 0, false
	}
	x, y := groundRangeM/f.dr, altM/f.da
	i, j := min(int(x), f.nr-2), min(int(y), f.na-2)
	fx, fy := x-float64(i), y-float64(j)
	k := i*f.na + j
	a, b, c, d := f.table[k], f.table[k+1], f.table[k+f.na], f.table[k+f.na+1]
	t := (1-fx)*((1-fy)*a+fy*b) + fx*((1-fy)*c+fy*d)
	if math.IsInf(t, 1) || math.IsNaN(t) {
		return 0, false
	}
	return t, true
}
