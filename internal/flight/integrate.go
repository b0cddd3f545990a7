package flight

import (
	"errors"
	"math"

	"testudo/internal/geo"
)

// The integrator: Dormand–Prince 5(4), first same as last, with its fourth-order
// dense output (Dormand & Prince 1980; Hairer, Nørsett & Wanner, Solving
// Ordinary Differential Equations I, II.5-6). Steps end exactly on the
// atmosphere's layer boundaries and on events: within a region the right-hand
// side is smooth, so that no step is lost on a kink.

const (
	a21 = 1.0 / 5
	a31 = 3.0 / 40
	a32 = 9.0 / 40
	a41 = 44.0 / 45
	a42 = -56.0 / 15
	a43 = 32.0 / 9
	a51 = 19372.0 / 6561
	a52 = -25360.0 / 2187
	a53 = 64448.0 / 6561
	a54 = -212.0 / 729
	a61 = 9017.0 / 3168
	a62 = -355.0 / 33
	a63 = 46732.0 / 5247
	a64 = 49.0 / 176
	a65 = -5103.0 / 18656
	b1  = 35.0 / 384
	b3  = 500.0 / 1113
	b4  = 125.0 / 192
	b5  = -2187.0 / 6784
	b6  = 11.0 / 84
	// error: fifth minus fourth order
	e1 = 71.0 / 57600
	e3 = -71.0 / 16695
	e4 = 71.0 / 1920
	e5 = -17253.0 / 339200
	e6 = 22.0 / 525
	e7 = -1.0 / 40
	// dense output, last coefficient of Hairer's contd5
	d1 = -12715105075.0 / 11282082432
	d3 = 87487479700.0 / 32700410799
	d4 = -10690763975.0 / 1880347072
	d5 = 701980252875.0 / 199316789632
	d6 = -1453857185.0 / 822651844
	d7 = 69997945.0 / 29380423
)

// segment is one accepted step with its interpolant.
type segment struct {
	t0, h, end float64 // begins at t0, was h long, holds until end (≤ t0+h)
	c          [5][6]float64
}

func (s *segment) at(t float64, y *[6]float64) {
	x := (t - s.t0) / s.h
	w := 1 - x
	for i := 0; i < 6; i++ {
		y[i] = s.c[0][i] + x*(s.c[1][i]+w*(s.c[2][i]+x*(s.c[3][i]+w*s.c[4][i])))
	}
}

// velocityInto gives only position and velocity; the state is both.

// tolerances of an integration.
type tolerance struct{ rel, abs float64 }

var (
	fine   = tolerance{1e-9, 1e-6}
	coarse = tolerance{1e-6, 1e-2}
)

// push is a thrust program: acceleration in m/s² at a time since launch, and the
// times at which it has kinks. Nil: no thrust.
type push interface {
	accel(tS float64, out *[3]float64)
}

var errNoImpact = errors.New("the flight does not come back to the ground")

// maxFlightS bounds a flight; nothing ballistic between two points on the Earth
// takes longer.
const maxFlightS = 4 * 3600

// flier integrates one flight. Its segments are kept if keep is set; otherwise
// only the end is.
type flier struct {
	e       *Earth
	invBeta float64
	drag    bool
	tol     tolerance
	keep    bool
	segs    []segment
	y       [6]float64
	t       float64
	floorM  float64 // height at which the flight ends
	apogeeT float64
	apogeeM float64
	downT   float64 // 100 km on the way down; -1 never
	steps   int
}

const reentryM = 100e3

// powered integrates under thrust from t to end.
func (f *flier) powered(p push, end float64) error {
	return f.run(p, end)
}

// coast integrates free flight until the floor is met.
func (f *flier) coast() error { return f.run(nil, maxFlightS) }

func (f *flier) deriv(y *[6]float64, t float64, reg int, p push, k *[6]float64) {
	f.e.rhs(y, f.invBeta, reg, k)
	if p != nil {
		var a [3]float64
		p.accel(t, &a)
		k[3] += a[0]
		k[4] += a[1]
		k[5] += a[2]
	}
}

func (f *flier) run(p push, end float64) error {
	var k1, k2, k3, k4, k5, k6, k7, yt, yn [6]float64
	y, t := f.y, f.t
	el := f.e.Ellipsoid
	h := el.Height(geo.ECEF{y[0], y[1], y[2]})
	reg := regionVacuum
	if f.drag && p == nil {
		reg = region(math.Max(h, 0))
		if up(&y) < 0 && reg > 0 && reg < regionVacuum && h == air.topM[reg-1] {
			reg--
		}
	}
	f.deriv(&y, t, reg, p, &k1)
	step := firstStep(&y, &k1, f.tol)
	if p != nil {
		step = math.Min(step, 1)
	}
	for t < end {
		if step > end-t {
			step = end - t
		}
		if f.steps++; f.steps > 200000 || !(step > 1e-9) {
			if end-t < 1e-6 {
				break
			}
			return errors.New("the integration of a flight does not advance")
		}
		for i := range yt {
			yt[i] = y[i] + step*(a21*k1[i])
		}
		f.deriv(&yt, t+step/5, reg, p, &k2)
		for i := range yt {
			yt[i] = y[i] + step*(a31*k1[i]+a32*k2[i])
		}
		f.deriv(&yt, t+step*0.3, reg, p, &k3)
		for i := range yt {
			yt[i] = y[i] + step*(a41*k1[i]+a42*k2[i]+a43*k3[i])
		}
		f.deriv(&yt, t+step*0.8, reg, p, &k4)
		for i := range yt {
			yt[i] = y[i] + step*(a51*k1[i]+a52*k2[i]+a53*k3[i]+a54*k4[i])
		}
		f.deriv(&yt, t+step*(8.0/9), reg, p, &k5)
		for i := range yt {
			yt[i] = y[i] + step*(a61*k1[i]+a62*k2[i]+a63*k3[i]+a64*k4[i]+a65*k5[i])
		}
		f.deriv(&yt, t+step, reg, p, &k6)
		for i := range yn {
			yn[i] = y[i] + step*(b1*k1[i]+b3*k3[i]+b4*k4[i]+b5*k5[i]+b6*k6[i])
		}
		f.deriv(&yn, t+step, reg, p, &k7)
		sum := 0.0
		for i := range yn {
			e := step * (e1*k1[i] + e3*k3[i] + e4*k4[i] + e5*k5[i] + e6*k6[i] + e7*k7[i])
			q := e / (f.tol.abs + f.tol.rel*math.Max(math.Abs(y[i]), math.Abs(yn[i])))
			sum += q * q
		}
		err := math.Sqrt(sum / 6)
		if !(err <= 1) {
			step *= math.Max(0.2, 0.9*math.Pow(err, -0.2))
			if math.IsNaN(err) {
				return errors.New("a flight left the numbers")
			}
			continue
		}
		s := segment{t0: t, h: step, end: t + step}
		for i := range yn {
			dy := yn[i] - y[i]
			bspl := step*k1[i] - dy
			s.c[0][i], s.c[1][i], s.c[2][i] = y[i], dy, bspl
			s.c[3][i] = dy - step*k7[i] - bspl
			s.c[4][i] = step * (d1*k1[i] + d3*k3[i] + d4*k4[i] + d5*k5[i] + d6*k6[i] + d7*k7[i])
		}
		hn := el.Height(geo.ECEF{yn[0], yn[1], yn[2]})
		u0, u1 := up(&y), up(&yn)
		// A step may rise and fall again: its top is found first.
		if p == nil && u0 > 0 && u1 <= 0 {
			x := f.root(&s, 0, 1, func(y *[6]float64) float64 { return up(y) })
			var yy [6]float64
			s.at(t+x*step, &yy)
			f.apogeeT, f.apogeeM = t+x*step, el.Height(geo.ECEF{yy[0], yy[1], yy[2]})
			if reg != regionVacuum || f.apogeeM < reentryM+50e3 {
				// End the step at the top, so that each step only rises or falls.
				if x > 1e-9 && x < 1-1e-9 {
					f.cut(&s, x, &yn)
					hn = f.apogeeM
				}
			}
		}
		// Leave the region exactly on its boundary.
		next := reg
		if f.drag && p == nil {
			x, to := f.leave(&s, reg, h, hn, u0 >= 0)
			if to != reg {
				f.cut(&s, x, &yn)
				hn = el.Height(geo.ECEF{yn[0], yn[1], yn[2]})
				next = to
			}
		}
		done := false
		if p == nil && hn <= f.floorM && up(&yn) < 0 {
			x := f.root(&s, 0, (s.end-s.t0)/s.h, func(y *[6]float64) float64 {
				return el.Height(geo.ECEF{y[0], y[1], y[2]}) - f.floorM
			})
			f.cut(&s, x, &yn)
			done = true
		}
		if p == nil && f.downT < 0 && h >= reentryM && hn < reentryM {
			x := f.root(&s, 0, (s.end-s.t0)/s.h, func(y *[6]float64) float64 {
				return el.Height(geo.ECEF{y[0], y[1], y[2]}) - reentryM
			})
			f.downT = t + x*s.h
		}
		if f.keep {
			f.segs = append(f.segs, s)
		}
		cut := s.end < t+step
		t, y, h = s.end, yn, hn
		if done {
			f.y, f.t = y, t
			return nil
		}
		if cut || next != reg {
			reg = next
			f.deriv(&y, t, reg, p, &k1)
			if next != reg {
				step = math.Min(step, s.end-s.t0)
			}
			continue
		}
		k1 = k7
		grow := 10.0
		if err > 0 {
			grow = math.Min(10, 0.9*math.Pow(err, -0.2))
		}
		step *= grow
	}
	f.y, f.t = y, t
	if p == nil {
		return errNoImpact
	}
	return nil
}

// up is the rate of climb times the radius; only its sign matters.
func up(y *[6]float64) float64 { return y[0]*y[3] + y[1]*y[4] + y[2]*y[5] }

// cut ends a segment at fraction x of its step.
func (f *flier) cut(s *segment, x float64, y *[6]float64) {
	s.end = s.t0 + x*s.h
	s.at(s.end, y)
}

// root finds where g changes sign between two fractions of a segment.
func (f *flier) root(s *segment, a, b float64, g func(*[6]float64) float64) float64 {
	var y [6]float64
	eval := func(x float64) float64 { s.at(s.t0+x*s.h, &y); return g(&y) }
	ga, gb := eval(a), eval(b)
	if ga == 0 {
		return a
	}
	if (ga > 0) == (gb > 0) {
		return b
	}
	// Regula falsi with the Illinois step, then it is exact to rounding.
	for i := 0; i < 60 && b-a > 1e-14; i++ {
		x := b - gb*(b-a)/(gb-ga)
		if !(x > a && x < b) {
			x = (a + b) / 2
		}
		gx := eval(x)
		if gx == 0 {
			return x
		}
		if (gx > 0) == (gb > 0) {
			b, gb = x, gx
			ga /= 2
		} else {
			a, ga = x, gx
			gb /= 2
		}
	}
	return b
}

// leave finds the first boundary a step crosses and the region beyond it.
func (f *flier) leave(s *segment, reg int, h0, h1 float64, rising bool) (x float64, to int) {
	el := f.e.Ellipsoid
	var bound float64
	switch {
	case rising && reg < regionVacuum && h1 > air.topM[reg]:
		bound, to = air.topM[reg], reg+1
	case !rising && reg > 0 && h1 < air.topM[reg-1]:
		bound, to = air.topM[reg-1], reg-1
	default:
		return 1, reg
	}
	x = f.root(s, 0, (s.end-s.t0)/s.h, func(y *[6]float64) float64 {
		return el.Height(geo.ECEF{y[0], y[1], y[2]}) - bound
	})
	return x, to
}

// firstStep is Hairer's starting step.
func firstStep(y, k *[6]float64, tol tolerance) float64 {
	var d0, d1 float64
	for i := range y {
		sc := tol.abs + tol.rel*math.Abs(y[i])
		d0 += (y[i] / sc) * (y[i] / sc)
		d1 += (k[i] / sc) * (k[i] / sc)
	}
	if d0 < 1e-10 || d1 < 1e-10 {
		return 1e-3
	}
	return math.Max(1e-3, math.Min(5, 0.01*math.Sqrt(d0/d1)*5))
}
