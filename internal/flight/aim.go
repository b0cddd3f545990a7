package flight

import (
	"fmt"
	"math"

	"testudo/internal/geo"
	"testudo/internal/units"
)

// Shape is the kind of arc wanted.
type Shape uint8

// The shapes.
const (
	MinimumEnergy Shape = iota
	Lofted
	Depressed
	ToApogee
)

// Aim is what a flight is to do.
type Aim struct {
	From, To geo.LLA
	Shape    Shape
	// Fraction says how far a lofted or depressed flight goes from the
	// least-energy one (0) to the extreme its velocity gain allows (1).
	Fraction float64
	Apogee   units.Length // for ToApogee
}

// OutOfReachError says that a missile cannot reach a target.
type OutOfReachError struct {
	Distance, MaxRange units.Length
	Why                string
}

// Error gives distance and range.
func (e *OutOfReachError) Error() string {
	s := fmt.Sprintf("out of reach: the target is %s away, the missile reaches %s", e.Distance, e.MaxRange)
	if e.Why != "" {
		s += " (" + e.Why + ")"
	}
	return s
}

// missM is the miss distance at which aiming is content.
const (
	missM          = 20.0
	missImpulsiveM = 0.05
)

// overburn is how much longer than the calibrated burn a flight to a stated
// apogee may need: published ranges are estimates, published flights happened.
const overburn = 1.35

// Aim finds the flight from one place to another. A target the missile cannot
// reach gives an *OutOfReachError.
func (m *Missile) Aim(e Earth, a Aim) (*Trajectory, error) {
	dist, az, _ := e.Ellipsoid.Inverse(a.From, a.To)
	d := float64(dist)
	if !(d > 1000) {
		return nil, fmt.Errorf("the target is %s from the launch point; at least 1 km is needed", dist)
	}
	from := e.Ellipsoid.Frame(a.From)
	s, err := m.guess(&e, d, a)
	if err != nil {
		return nil, err
	}
	s.azimuth = float64(az)
	return m.solve(&e, a, from, s, d)
}

// guess gives controls that come close over a non-rotating Earth.
func (m *Missile) guess(e *Earth, d float64, a Aim) (shot, error) {
	out := func(why string) error {
		return &OutOfReachError{Distance: units.Length(d), MaxRange: m.spec.Range, Why: why}
	}
	if m.spec.Impulsive {
		return m.guessImpulsive(e, d, a, out)
	}
	if d > float64(m.spec.Range)*1.02 && a.Shape != ToApogee {
		return shot{}, out("")
	}
	s := m.least(d)
	if a.Shape == MinimumEnergy {
		return s, nil
	}
	// Off the least-energy flight the burn for a pitch is found over a still
	// Earth along the equator.
	still := *e
	still.Omega = 0
	plane := still.Ellipsoid.Frame(geo.LLA{})
	fly := func(pitch, cut float64) (r, apogee float64) {
		f, err := m.fly(&still, plane, shot{azimuth: math.Pi / 2, pitch: pitch, cutS: cut}, coarse, false, 0)
		if err != nil {
			return -1, 0
		}
		end := still.Ellipsoid.LLA(geo.ECEF{f.y[0], f.y[1], f.y[2]})
		return float64(end.Lon) * e.Ellipsoid.A, f.apogeeM
	}
	// cut gives the burn that reaches d at a pitch; ok is false beyond the limit.
	cutFor := func(pitch, near, limit float64) (cut, apogee float64, ok bool) {
		lo, hi := 0.05*m.burnS, limit
		r, ap := fly(pitch, hi)
		if r < d {
			return hi, ap, false
		}
		c := near
		for i := 0; i < 40; i++ {
			if !(c > lo && c < hi) {
				c = (lo + hi) / 2
			}
			r, ap = fly(pitch, c)
			if math.Abs(r-d) < 1e-3*d {
				return c, ap, true
			}
			if r < d {
				lo = c
			} else {
				hi = c
			}
			c *= math.Pow(d/math.Max(r, d/50), 0.4)
		}
		return c, ap, true
	}
	if a.Shape == ToApogee {
		want := float64(a.Apogee)
		lo, hi := -0.2, 1.5697
		cut := s.cutS
		ok := false
		for i := 0; i < 50; i++ {
			p := (lo + hi) / 2
			c, ap, reach := cutFor(p, cut, overburn*m.burnS)
			switch {
			case !reach && p > s.pitch:
				hi = p
				continue
			case !reach:
				lo = p
				continue
			}
			s.pitch, s.cutS, cut = p, c, c
			if math.Abs(ap-want) < 2e-3*want {
				ok = true
				break
			}
			if ap < want {
				lo = p
			} else {
				hi = p
			}
		}
		if !ok {
			return s, out(fmt.Sprintf("not with an apogee of %s", a.Apogee))
		}
		return s, nil
	}
	if a.Fraction <= 0 {
		return s, nil
	}
	// The extreme pitch is the one for which the full burn just reaches.
	lo, hi := s.pitch, 1.55
	if a.Shape == Depressed {
		hi = -0.3
	}
	for i := 0; i < 18; i++ {
		p := (lo + hi) / 2
		if _, _, ok := cutFor(p, s.cutS, m.burnS); ok {
			lo = p
		} else {
			hi = p
		}
	}
	p := s.pitch + math.Min(a.Fraction, 1)*0.98*(lo-s.pitch)
	if c, _, ok := cutFor(p, s.cutS, m.burnS); ok {
		s.pitch, s.cutS = p, c
	}
	return s, nil
}

// least interpolates the least-energy flights.
func (m *Missile) least(d float64) shot {
	b := m.best
	if d <= b[0].rangeM {
		// Below the table: range grows about as the square of the burn.
		return shot{pitch: b[0].pitch, cutS: b[0].cutS * math.Pow(d/b[0].rangeM, 0.4)}
	}
	for i := 1; i < len(b); i++ {
		if d <= b[i].rangeM || i == len(b)-1 {
			x := (d - b[i-1].rangeM) / (b[i].rangeM - b[i-1].rangeM)
			return shot{pitch: b[i-1].pitch + x*(b[i].pitch-b[i-1].pitch), cutS: b[i-1].cutS + x*(b[i].cutS-b[i-1].cutS)}
		}
	}
	return shot{pitch: b[0].pitch, cutS: b[0].cutS}
}

// guessImpulsive uses the closed forms of the Kepler ellipse (Bate, Mueller &
// White, Fundamentals of Astrodynamics, ch. 6).
func (m *Missile) guessImpulsive(e *Earth, d float64, a Aim, out func(string) error) (shot, error) {
	phi := d / e.Ellipsoid.A
	if d > float64(m.spec.Range)*(1+1e-9) && a.Shape != ToApogee && e.Omega == 0 {
		return shot{}, out("")
	}
	t := math.Tan(phi / 2)
	// Q = v²R/mu of the flight at elevation g that comes down phi away.
	q := func(g float64) float64 {
		sg, cg := math.Sincos(g)
		return t / (sg*cg + cg*cg*t)
	}
	speed := func(g float64) float64 { return math.Sqrt(q(g) * e.Mu / e.Ellipsoid.A) }
	g := (math.Pi - phi) / 4
	switch {
	case a.Shape == ToApogee:
		lo, hi := -phi/2+1e-6, math.Pi/2-1e-9
		for i := 0; i < 200; i++ {
			g = (lo + hi) / 2
			Q := q(g)
			c := math.Cos(g)
			ecc := math.Sqrt(math.Max(0, 1-Q*(2-Q)*c*c))
			apo := e.Ellipsoid.A*(1+ecc)/(2-Q) - e.Ellipsoid.A
			if Q >= 2 || apo > float64(a.Apogee) || apo < 0 {
				hi = g
			} else {
				lo = g
			}
		}
	case a.Shape != MinimumEnergy && a.Fraction > 0:
		lo, hi := g, math.Pi/2-1e-9
		if a.Shape == Depressed {
			hi = -phi/2 + 1e-6
		}
		for i := 0; i < 100; i++ {
			if mid := (lo + hi) / 2; speed(mid) <= m.gain*(1+1e-12) && q(mid) > 0 {
				lo = mid
			} else {
				hi = mid
			}
		}
		g += math.Min(a.Fraction, 1) * (lo - g)
	}
	return shot{pitch: g, cutS: speed(g)}, nil
}

// solve flies until the miss is small: two unknowns (azimuth and burn) against
// two misses (along and across), three with the apogee. Newton's first matrix is
// kept and improved by Broyden's updates.
func (m *Missile) solve(e *Earth, a Aim, from geo.Frame, s shot, d float64) (*Trajectory, error) {
	n := 2
	if a.Shape == ToApogee {
		n = 3
	}
	target := e.Ellipsoid.Frame(a.To)
	ta := e.Ellipsoid.ECEF(a.To)
	_, _, az2 := e.Ellipsoid.Inverse(a.From, a.To)
	sa, ca := math.Sincos(float64(az2))
	floor := float64(a.To.Alt)
	misses := func(s shot, tol tolerance) ([3]float64, error) {
		f, err := m.fly(e, from, s, tol, false, floor)
		if err != nil {
			return [3]float64{}, err
		}
		u := target.ENU(geo.ECEF{f.y[0], f.y[1], f.y[2]})
		along, across := u[0]*sa+u[1]*ca, u[0]*ca-u[1]*sa
		// Far misses are measured over the curve of the Earth, not the chord.
		chord := math.Sqrt((f.y[0]-ta[0])*(f.y[0]-ta[0]) + (f.y[1]-ta[1])*(f.y[1]-ta[1]) + (f.y[2]-ta[2])*(f.y[2]-ta[2]))
		if chord > 1e5 {
			dd, az, _ := e.Ellipsoid.Inverse(a.From, e.Ellipsoid.LLA(geo.ECEF{f.y[0], f.y[1], f.y[2]}))
			_, az0, _ := e.Ellipsoid.Inverse(a.From, a.To)
			along = float64(dd) - d
			across = math.Remainder(float64(az-az0), 2*math.Pi) * math.Sin(d/e.Ellipsoid.A) * e.Ellipsoid.A
		}
		return [3]float64{along, across, f.apogeeM - float64(a.Apogee)}, nil
	}
	get := func(i int) *float64 { return [...]*float64{&s.cutS, &s.azimuth, &s.pitch}[i] }
	ok := missM
	if m.spec.Impulsive {
		ok = missImpulsiveM
	}
	norm := func(x [3]float64) float64 {
		v := x[0]*x[0] + x[1]*x[1]
		if n == 3 {
			v += x[2] * x[2] / 4 // half a metre of apogee for each of range
		}
		return math.Sqrt(v)
	}
	fail := func(why string) error {
		return &OutOfReachError{Distance: units.Length(d), MaxRange: m.spec.Range, Why: why}
	}
	tol := tolerance{1e-8, 1e-4}
	f0, err := misses(s, tol)
	if err != nil {
		return nil, fail(err.Error())
	}
	var J [3][3]float64
	matrix := func() error {
		step := [3]float64{s.cutS * 1e-4, 1e-4, 1e-4}
		for j := 0; j < n; j++ {
			x := get(j)
			old := *x
			*x += step[j]
			g, err := misses(s, tol)
			*x = old
			if err != nil {
				return err
			}
			for i := 0; i < n; i++ {
				J[i][j] = (g[i] - f0[i]) / step[j]
			}
		}
		return nil
	}
	if err := matrix(); err != nil {
		return nil, fail(err.Error())
	}
	limit := m.burnS * 1.02
	if a.Shape == ToApogee {
		limit = m.burnS * overburn
	}
	if m.spec.Impulsive {
		limit = math.Inf(1)
	}
	for it := 0; it < 30; it++ {
		if norm(f0) < 200 && tol != fine {
			tol = fine
			if f0, err = misses(s, tol); err != nil {
				return nil, fail(err.Error())
			}
		}
		if norm(f0) < ok && tol == fine {
			f, err := m.fly(e, from, s, fine, true, floor)
			if err != nil {
				return nil, fail(err.Error())
			}
			burn := s.cutS
			if m.spec.Impulsive {
				burn = 0
			} else if burn > limit {
				return nil, fail("the Earth's rotation takes the margin")
			}
			return newTrajectory(f, burn), nil
		}
		dx, solved := solve3(J, f0, n)
		if !solved {
			return nil, fail("no flight of this shape ends there")
		}
		// A long step is shortened: the matrix holds near by only.
		scale := 1.0
		for j, most := range [3]float64{0.25 * s.cutS, 0.5, 0.2} {
			if j < n && math.Abs(dx[j]) > most {
				scale = math.Min(scale, most/math.Abs(dx[j]))
			}
		}
		before, old := f0, s
		for try := 0; ; try++ {
			s = old
			for j := 0; j < n; j++ {
				*get(j) -= scale * dx[j]
			}
			f0, err = misses(s, tol)
			if err == nil && norm(f0) < 2*norm(before)+1 {
				break
			}
			if try == 8 {
				return nil, fail("no flight of this shape ends there")
			}
			scale /= 2
		}
		if it%4 == 3 || norm(f0) > 0.3*norm(before) && norm(f0) > ok {
			if err := matrix(); err != nil {
				return nil, fail(err.Error())
			}
			continue
		}
		// Broyden: J += (Δf - J Δx) Δxᵀ / |Δx|², in units in which each control
		// counts alike.
		var delta [3]float64
		sum := 0.0
		unit := [3]float64{s.cutS, 1, 1}
		for j := 0; j < n; j++ {
			delta[j] = -scale * dx[j]
			sum += delta[j] * delta[j] / (unit[j] * unit[j])
		}
		if sum == 0 {
			continue
		}
		for i := 0; i < n; i++ {
			r := f0[i] - before[i]
			for j := 0; j < n; j++ {
				r -= J[i][j] * delta[j]
			}
			for j := 0; j < n; j++ {
				J[i][j] += r * delta[j] / (unit[j] * unit[j]) / sum
			}
		}
	}
	return nil, fail("aiming does not settle")
}

// solve3 solves J x = f for the leading n×n part by elimination with pivoting.
func solve3(J [3][3]float64, f [3]float64, n int) (x [3]float64, ok bool) {
	for c := 0; c < n; c++ {
		p := c
		for r := c + 1; r < n; r++ {
			if math.Abs(J[r][c]) > math.Abs(J[p][c]) {
				p = r
			}
		}
		if J[p][c] == 0 || math.IsNaN(J[p][c]) {
			return x, false
		}
		J[c], J[p] = J[p], J[c]
		f[c], f[p] = f[p], f[c]
		for r := c + 1; r < n; r++ {
			k := J[r][c] / J[c][c]
			for j := c; j < n; j++ {
				J[r][j] -= k * J[c][j]
			}
			f[r] -= k * f[c]
		}
	}
	for r := n - 1; r >= 0; r-- {
		v := f[r]
		for j := r + 1; j < n; j++ {
			v -= J[r][j] * x[j]
		}
		x[r] = v / J[r][r]
	}
	return x, true
}
