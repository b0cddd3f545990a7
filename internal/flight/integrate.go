package flight

import (
	"errors"
	"math"
)

// The integrator: Dormand and Prince's 5(4) pair, first same as last, with its
// fourth-order dense output (Hairer, Nørsett & Wanner I, II.4-6), unrolled for the
// six states of a point mass and without allocation in a step.
//
// A step belongs to one layer of the atmosphere: it is foreseen where the flight
// meets the layer's edge, the step is cut to go just beyond, and what lies beyond
// is cut off at the edge on the interpolant. So no step meets a kink.

const (
	c2  = 1.0 / 5
	c3  = 3.0 / 10
	c4  = 4.0 / 5
	c5  = 8.0 / 9
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
	// Fifth minus fourth order.
	e1 = 71.0 / 57600
	e3 = -71.0 / 16695
	e4 = 71.0 / 1920
	e5 = -17253.0 / 339200
	e6 = 22.0 / 525
	e7 = -1.0 / 40
	// Dense output, its fifth coefficient.
	d1 = -12715105075.0 / 11282082432
	d3 = 87487479700.0 / 32700410799
	d4 = -10690763975.0 / 1880347072
	d5 = 701980252875.0 / 199316789632
	d6 = -1453857185.0 / 822651844
	d7 = 69997945.0 / 29380423
)

// tolerance of a step: relative, and absolute in m and m/s.
type tolerance struct{ rel, abs float64 }

var (
	// fine is the tolerance of every flight that is handed out.
	fine = tolerance{1e-9, 1e-6}
	// exact serves the textbook kinds, whose closed forms are met to 1 m and 1 ms.
	exact = tolerance{1e-11, 1e-7}
	// rough serves the search for a solution, good to some tens of
	// metres.
	rough = tolerance{1e-6, 1e-3}
)

const (
	reentryM                = 100000.0  // height at which re-entry is said to begin
	maxFlightS              = 24 * 3600 // what is still up then does not come down
	maxSteps                = 200000
	leastGrowth, mostGrowth = 0.2, 6.0 // of a step to the next
	overshoot               = 1.01     // of a foreseen step to an edge, so that the edge is met in it
	mostScales              = 2.5      // scale heights of the air that a step may sink through
	edgeM                   = 1e-6     // how exactly an edge is met
)

// Flights that do not end on the ground.
var (
	errNoReturn  = errors.New("the flight does not come down within a day")
	errTooLow    = errors.New("the flight does not rise to the height of its target")
	errNotFinite = errors.New("position, velocity and ballistic coefficient must be finite numbers")
)

// segment is one step with its interpolant; it holds until the next begins.
type segment struct {
	t0, invH float64
	c        [5][6]float64
}

// at evaluates the interpolant.
func (g *segment) at(tS float64, y *[6]float64) {
	x := (tS - g.t0) * g.invH
	w := 1 - x
	c := &g.c
	y[0] = c[0][0] + x*(c[1][0]+w*(c[2][0]+x*(c[3][0]+w*c[4][0])))
	y[1] = c[0][1] + x*(c[1][1]+w*(c[2][1]+x*(c[3][1]+w*c[4][1])))
	y[2] = c[0][2] + x*(c[1][2]+w*(c[2][2]+x*(c[3][2]+w*c[4][2])))
	y[3] = c[0][3] + x*(c[1][3]+w*(c[2][3]+x*(c[3][3]+w*c[4][3])))
	y[4] = c[0][4] + x*(c[1][4]+w*(c[2][4]+x*(c[3][4]+w*c[4][4])))
	y[5] = c[0][5] + x*(c[1][5]+w*(c[2][5]+x*(c[3][5]+w*c[4][5])))
}

// stepper integrates one flight: first under power to given times, then free to
// the ground.
type stepper struct {
	f      field
	layers []airLayer // where drag acts; nil: nowhere
	tol    tolerance
	floorM float64 // height at which the flight ends

	tS, hS  float64
	y, n, w [6]float64
	k       [7][6]float64
	seg     segment

	keep bool
	segs []segment

	freeS            float64 // when free flight began
	apogeeS, apogeeM float64
	reentryS         float64 // NaN until it happens
	steps, refused   int
}

// begin sets the state.
func (s *stepper) begin(tS float64, y *[6]float64) {
	s.tS, s.y, s.hS = tS, *y, 0
	s.apogeeM, s.apogeeS, s.reentryS = math.Inf(-1), tS, math.NaN()
}

// attempt takes a trial step of hS from s.y to s.n and gives its error in units
// of the tolerance, squared.
func (s *stepper) attempt(h float64) float64 {
	f, y, w, n := &s.f, &s.y, &s.w, &s.n
	k1, k2, k3, k4, k5, k6, k7 := &s.k[0], &s.k[1], &s.k[2], &s.k[3], &s.k[4], &s.k[5], &s.k[6]
	h1 := h * a21
	w[0] = y[0] + (h1 * k1[0])
	w[1] = y[1] + (h1 * k1[1])
	w[2] = y[2] + (h1 * k1[2])
	w[3] = y[3] + (h1 * k1[3])
	w[4] = y[4] + (h1 * k1[4])
	w[5] = y[5] + (h1 * k1[5])
	f.accel(s.tS+h*c2, w, k2)
	h1 = h * a31
	h2 := h * a32
	w[0] = y[0] + (h1*k1[0] + h2*k2[0])
	w[1] = y[1] + (h1*k1[1] + h2*k2[1])
	w[2] = y[2] + (h1*k1[2] + h2*k2[2])
	w[3] = y[3] + (h1*k1[3] + h2*k2[3])
	w[4] = y[4] + (h1*k1[4] + h2*k2[4])
	w[5] = y[5] + (h1*k1[5] + h2*k2[5])
	f.accel(s.tS+h*c3, w, k3)
	h1 = h * a41
	h2 = h * a42
	h3 := h * a43
	w[0] = y[0] + (h1*k1[0] + h2*k2[0] + h3*k3[0])
	w[1] = y[1] + (h1*k1[1] + h2*k2[1] + h3*k3[1])
	w[2] = y[2] + (h1*k1[2] + h2*k2[2] + h3*k3[2])
	w[3] = y[3] + (h1*k1[3] + h2*k2[3] + h3*k3[3])
	w[4] = y[4] + (h1*k1[4] + h2*k2[4] + h3*k3[4])
	w[5] = y[5] + (h1*k1[5] + h2*k2[5] + h3*k3[5])
	f.accel(s.tS+h*c4, w, k4)
	h1 = h * a51
	h2 = h * a52
	h3 = h * a53
	h4 := h * a54
	w[0] = y[0] + (h1*k1[0] + h2*k2[0] + h3*k3[0] + h4*k4[0])
	w[1] = y[1] + (h1*k1[1] + h2*k2[1] + h3*k3[1] + h4*k4[1])
	w[2] = y[2] + (h1*k1[2] + h2*k2[2] + h3*k3[2] + h4*k4[2])
	w[3] = y[3] + (h1*k1[3] + h2*k2[3] + h3*k3[3] + h4*k4[3])
	w[4] = y[4] + (h1*k1[4] + h2*k2[4] + h3*k3[4] + h4*k4[4])
	w[5] = y[5] + (h1*k1[5] + h2*k2[5] + h3*k3[5] + h4*k4[5])
	f.accel(s.tS+h*c5, w, k5)
	h1 = h * a61
	h2 = h * a62
	h3 = h * a63
	h4 = h * a64
	h5 := h * a65
	w[0] = y[0] + (h1*k1[0] + h2*k2[0] + h3*k3[0] + h4*k4[0] + h5*k5[0])
	w[1] = y[1] + (h1*k1[1] + h2*k2[1] + h3*k3[1] + h4*k4[1] + h5*k5[1])
	w[2] = y[2] + (h1*k1[2] + h2*k2[2] + h3*k3[2] + h4*k4[2] + h5*k5[2])
	w[3] = y[3] + (h1*k1[3] + h2*k2[3] + h3*k3[3] + h4*k4[3] + h5*k5[3])
	w[4] = y[4] + (h1*k1[4] + h2*k2[4] + h3*k3[4] + h4*k4[4] + h5*k5[4])
	w[5] = y[5] + (h1*k1[5] + h2*k2[5] + h3*k3[5] + h4*k4[5] + h5*k5[5])
	f.accel(s.tS+h, w, k6)
	h1 = h * b1
	h3 = h * b3
	h4 = h * b4
	h5 = h * b5
	h6 := h * b6
	n[0] = y[0] + (h1*k1[0] + h3*k3[0] + h4*k4[0] + h5*k5[0] + h6*k6[0])
	n[1] = y[1] + (h1*k1[1] + h3*k3[1] + h4*k4[1] + h5*k5[1] + h6*k6[1])
	n[2] = y[2] + (h1*k1[2] + h3*k3[2] + h4*k4[2] + h5*k5[2] + h6*k6[2])
	n[3] = y[3] + (h1*k1[3] + h3*k3[3] + h4*k4[3] + h5*k5[3] + h6*k6[3])
	n[4] = y[4] + (h1*k1[4] + h3*k3[4] + h4*k4[4] + h5*k5[4] + h6*k6[4])
	n[5] = y[5] + (h1*k1[5] + h3*k3[5] + h4*k4[5] + h5*k5[5] + h6*k6[5])
	f.accel(s.tS+h, n, k7)
	sum := 0.0
	rel, abs := s.tol.rel, s.tol.abs
	q := (e1*k1[0] + e3*k3[0] + e4*k4[0] + e5*k5[0] + e6*k6[0] + e7*k7[0]) / (abs + rel*max(math.Abs(y[0]), math.Abs(n[0])))
	sum += q * q
	q = (e1*k1[1] + e3*k3[1] + e4*k4[1] + e5*k5[1] + e6*k6[1] + e7*k7[1]) / (abs + rel*max(math.Abs(y[1]), math.Abs(n[1])))
	sum += q * q
	q = (e1*k1[2] + e3*k3[2] + e4*k4[2] + e5*k5[2] + e6*k6[2] + e7*k7[2]) / (abs + rel*max(math.Abs(y[2]), math.Abs(n[2])))
	sum += q * q
	q = (e1*k1[3] + e3*k3[3] + e4*k4[3] + e5*k5[3] + e6*k6[3] + e7*k7[3]) / (abs + rel*max(math.Abs(y[3]), math.Abs(n[3])))
	sum += q * q
	q = (e1*k1[4] + e3*k3[4] + e4*k4[4] + e5*k5[4] + e6*k6[4] + e7*k7[4]) / (abs + rel*max(math.Abs(y[4]), math.Abs(n[4])))
	sum += q * q
	q = (e1*k1[5] + e3*k3[5] + e4*k4[5] + e5*k5[5] + e6*k6[5] + e7*k7[5]) / (abs + rel*max(math.Abs(y[5]), math.Abs(n[5])))
	sum += q * q
	return sum * (h * h / 6)
}

// interpolate prepares s.seg from the step just taken.
func (s *stepper) interpolate(h float64) {
	y, n, c := &s.y, &s.n, &s.seg.c
	k1, k3, k4, k5, k6, k7 := &s.k[0], &s.k[2], &s.k[3], &s.k[4], &s.k[5], &s.k[6]
	s.seg.t0, s.seg.invH = s.tS, 1/h
	g1, g3, g4, g5, g6, g7 := h*d1, h*d3, h*d4, h*d5, h*d6, h*d7
	dy := n[0] - y[0]
	b := h*k1[0] - dy
	c[0][0], c[1][0], c[2][0], c[3][0] = y[0], dy, b, dy-h*k7[0]-b
	c[4][0] = g1*k1[0] + g3*k3[0] + g4*k4[0] + g5*k5[0] + g6*k6[0] + g7*k7[0]
	dy = n[1] - y[1]
	b = h*k1[1] - dy
	c[0][1], c[1][1], c[2][1], c[3][1] = y[1], dy, b, dy-h*k7[1]-b
	c[4][1] = g1*k1[1] + g3*k3[1] + g4*k4[1] + g5*k5[1] + g6*k6[1] + g7*k7[1]
	dy = n[2] - y[2]
	b = h*k1[2] - dy
	c[0][2], c[1][2], c[2][2], c[3][2] = y[2], dy, b, dy-h*k7[2]-b
	c[4][2] = g1*k1[2] + g3*k3[2] + g4*k4[2] + g5*k5[2] + g6*k6[2] + g7*k7[2]
	dy = n[3] - y[3]
	b = h*k1[3] - dy
	c[0][3], c[1][3], c[2][3], c[3][3] = y[3], dy, b, dy-h*k7[3]-b
	c[4][3] = g1*k1[3] + g3*k3[3] + g4*k4[3] + g5*k5[3] + g6*k6[3] + g7*k7[3]
	dy = n[4] - y[4]
	b = h*k1[4] - dy
	c[0][4], c[1][4], c[2][4], c[3][4] = y[4], dy, b, dy-h*k7[4]-b
	c[4][4] = g1*k1[4] + g3*k3[4] + g4*k4[4] + g5*k5[4] + g6*k6[4] + g7*k7[4]
	dy = n[5] - y[5]
	b = h*k1[5] - dy
	c[0][5], c[1][5], c[2][5], c[3][5] = y[5], dy, b, dy-h*k7[5]-b
	c[4][5] = g1*k1[5] + g3*k3[5] + g4*k4[5] + g5*k5[5] + g6*k6[5] + g7*k7[5]
}

// growth is 0.9·err^(-1/5) for a squared error, between 0.2 and 6. The tenth root
// comes from the exponent's bits and two Newton steps: a step size needs no more.
func growth(err2 float64) float64 {
	if !(err2 > 5e-9) {
		if math.IsNaN(err2) {
			return leastGrowth
		}
		return mostGrowth
	}
	if err2 > 3.5e6 {
		return leastGrowth
	}
	// x^(-1/10): bits of x are about 2^52·(log2 x + 1023).
	g := math.Float64frombits((1023<<52)/10*11 - math.Float64bits(err2)/10)
	for range 2 {
		g2 := g * g
		g4 := g2 * g2
		g *= 1.1 - 0.1*err2*g4*g4*g2
	}
	return min(max(0.9*g, leastGrowth), mostGrowth)
}

// firstStep guesses a step from the size of the derivatives.
func (s *stepper) firstStep() float64 {
	k := &s.k[0]
	v := math.Sqrt(k[0]*k[0] + k[1]*k[1] + k[2]*k[2])
	a := math.Sqrt(k[3]*k[3]+k[4]*k[4]+k[5]*k[5]) + 1e-3
	// A hundredth of the time in which the velocity turns over, and with drag of
	// that in which a scale height is crossed.
	h := 0.05 * (v + 10) / a
	if s.f.air != nil {
		h = min(h, 2000/(v+10))
	}
	return min(max(h, 1e-3), 60) * math.Pow(s.tol.rel/1e-9, 0.2)
}

// record keeps the prepared interpolant.
func (s *stepper) record() {
	if s.keep {
		s.segs = append(s.segs, s.seg)
	}
}

// powered integrates to a time under the field's push, without air.
func (s *stepper) powered(untilS float64) error {
	if !(untilS > s.tS) {
		return nil
	}
	s.f.air = nil
	s.f.accel(s.tS, &s.y, &s.k[0])
	if s.hS == 0 {
		s.hS = 0.5
	}
	for count := 0; ; count++ {
		if count > maxSteps {
			return errNotFinite
		}
		h, last := s.hS, false
		if left := untilS - s.tS; h >= left*0.999 {
			h, last = left, true
		}
		err2 := s.attempt(h)
		g := growth(err2)
		if !(err2 <= 1) {
			s.refused++
			s.hS = h * g
			if !(s.hS > 1e-12) {
				return errNotFinite
			}
			continue
		}
		s.steps++
		if s.keep {
			s.interpolate(h)
			s.record()
		}
		s.y, s.k[0] = s.n, s.k[6]
		if next := h * g; !last || next > s.hS {
			s.hS = next
		}
		if last {
			s.tS = untilS
			return nil
		}
		s.tS += h
	}
}

// meets foresees when a climb of c m/s that changes by a m/s² covers dM metres
// (up positive): the first time after now, or +Inf.
func meets(c, a, dM float64) float64 {
	disc := c*c + 2*a*dM
	if disc < 0 {
		return math.Inf(1)
	}
	root := math.Sqrt(disc)
	if dM >= 0 {
		if c > 0 {
			return 2 * dM / (c + root)
		}
		if a > 0 {
			return (root - c) / a
		}
		return math.Inf(1)
	}
	if c < 0 {
		return -2 * dM / (root - c)
	}
	if a < 0 {
		return (c + root) / -a
	}
	return math.Inf(1)
}

// seek finds where the height on the prepared interpolant passes edge between the
// fractions lo and hi of the step, given the heights there less the edge.
func (s *stepper) seek(edge, lo, hi, glo, ghi float64) float64 {
	var y [6]float64
	h := 1 / s.seg.invH
	x := hi
	side := 0
	for range 60 {
		x = hi - ghi*(hi-lo)/(ghi-glo)
		if !(x > lo && x < hi) {
			x = 0.5 * (lo + hi)
		}
		s.seg.at(s.seg.t0+x*h, &y)
		g := s.f.heightOf(&y) - edge
		if math.Abs(g) < edgeM || hi-lo < 1e-15 {
			return x
		}
		// Illinois: halve the weight of an end that stays.
		if (g > 0) == (ghi > 0) {
			hi, ghi = x, g
			if side == 1 {
				glo *= 0.5
			}
			side = 1
		} else {
			lo, glo = x, g
			if side == -1 {
				ghi *= 0.5
			}
			side = -1
		}
	}
	return x
}

// seekTop finds the fraction of the prepared step at which the climb ends, by false
// position: the climb is nearly linear in time there.
func (s *stepper) seekTop(c0, c1 float64) float64 {
	var y [6]float64
	h := 1 / s.seg.invH
	lo, hi := 0.0, 1.0
	x := c0 / (c0 - c1)
	for range 40 {
		s.seg.at(s.seg.t0+x*h, &y)
		c := s.f.climb(&y)
		if math.Abs(c) < 1e-8 {
			break
		}
		if c > 0 {
			lo, c0 = x, c
		} else {
			hi, c1 = x, c
		}
		next := lo + (hi-lo)*c0/(c0-c1)
		if math.Abs(next-x) < 1e-14 {
			break
		}
		x = next
	}
	return x
}

// free integrates without power until the flight comes down to the floor.
func (s *stepper) free() error {
	f := &s.f
	f.push = nil
	h0, c0 := f.heightOf(&s.y), f.climb(&s.y)
	if h0 < s.floorM-edgeM && c0 <= 0 {
		return errTooLow
	}
	li := 0
	f.air = nil
	if f.drag > 0 {
		li = layerAt(s.layers, h0)
		if li > 0 && c0 < 0 && h0 < s.layers[li-1].hiM+edgeM {
			li-- // on the edge, and about to sink below it
		}
	} else {
		s.layers = nil
	}
	if li < len(s.layers) {
		f.air = &s.layers[li]
	}
	f.accel(s.tS, &s.y, &s.k[0])
	if s.hS == 0 {
		s.hS = s.firstStep()
	} else if f.air != nil {
		s.hS = min(s.hS, s.firstStep())
	}
	s.apogeeM, s.apogeeS = h0, s.tS
	if s.reentryS = math.NaN(); c0 < 0 && h0 <= reentryM {
		s.reentryS = s.tS
	}
	s.freeS = s.tS
	var gLast, hLast float64
	for count := 0; ; count++ {
		if count > maxSteps || s.tS-s.freeS > maxFlightS || h0 > 1e10 {
			return errNoReturn
		}
		// The edges of this layer: above, its top; below, its foot or the floor.
		top, foot, ground := math.Inf(1), math.Inf(-1), false
		if li < len(s.layers) {
			top = s.layers[li].hiM
		}
		if li > 0 {
			foot = s.layers[li-1].hiM
		}
		if s.floorM >= foot && s.floorM < top && h0 >= s.floorM-edgeM {
			foot, ground = s.floorM, true
		}
		r2 := s.y[0]*s.y[0] + s.y[1]*s.y[1] + s.y[2]*s.y[2]
		k := &s.k[0]
		rise := (s.y[0]*k[3] + s.y[1]*k[4] + s.y[2]*k[5] + s.y[3]*s.y[3] + s.y[4]*s.y[4] + s.y[5]*s.y[5] - c0*c0) / math.Sqrt(r2)
		h := s.hS
		limit := math.Inf(1)
		if li < len(s.layers) && c0 > 0 {
			limit = meets(c0, rise, top-h0)
		}
		if foot > math.Inf(-1) && (c0 < 0 || rise < 0 && h0 > foot+edgeM) {
			limit = min(limit, meets(c0, rise, foot-h0))
		}
		if limit *= overshoot; limit > 1e-6 {
			// Reach the edge in this step or in two even ones, not in a long and a
			// short one.
			if h > 0.9*limit {
				h = limit
			} else if h > 0.5*limit {
				h = 0.5 * limit
			}
		}
		if c0 < 0 && f.air != nil {
			// The air thickens ahead of what the last step's error can tell.
			h = min(h, mostScales*f.air.scaleM/-c0)
		}
		err2 := s.attempt(h)
		g := growth(err2)
		if !(err2 <= 1) {
			s.refused++
			s.hS = h * g
			if !(s.hS > 1e-12) {
				return errNotFinite
			}
			continue
		}
		s.steps++
		// Gustafsson's forecast: an error that has grown grows on.
		forecast := g
		if gLast > 0 {
			forecast = min(g, g*(h/hLast)*(g/gLast))
		}
		if forecast < mostGrowth || h*forecast > s.hS {
			s.hS = h * max(forecast, leastGrowth)
		}
		gLast, hLast = g, h
		var h1 float64
		if f.air != nil {
			h1 = f.heightM
		} else {
			h1 = f.heightOf(&s.n)
		}
		c1 := f.climb(&s.n)
		prepared := s.keep
		if prepared {
			s.interpolate(h)
		}
		x, next, down := 1.0, li, false
		from, gFrom := 0.0, h0
		if c0 > 0 && c1 <= 0 {
			if !prepared {
				s.interpolate(h)
				prepared = true
			}
			xTop := s.seekTop(c0, c1)
			var y [6]float64
			s.seg.at(s.tS+xTop*h, &y)
			from, gFrom = xTop, f.heightOf(&y)
			if gFrom > s.apogeeM {
				s.apogeeM, s.apogeeS = gFrom, s.tS+xTop*h
			}
		}
		switch {
		case h1 <= foot && c1 < 0:
			if !prepared {
				s.interpolate(h)
				prepared = true
			}
			if gFrom > foot+edgeM {
				x = s.seek(foot, from, 1, gFrom-foot, h1-foot)
			} else if ground {
				// It never left the ground within the step.
				x = from
			}
			next, down = li-1, ground
		case h1 >= top:
			if !prepared {
				s.interpolate(h)
				prepared = true
			}
			if h0 < top-edgeM {
				x = s.seek(top, 0, 1, h0-top, h1-top)
			}
			next = li + 1
		case h1 < s.floorM && c1 <= 0 && !ground && s.floorM >= foot && s.floorM < top:
			return errTooLow
		}
		if math.IsNaN(s.reentryS) && c1 < 0 && h1 <= reentryM {
			if gFrom > reentryM {
				if !prepared {
					s.interpolate(h)
				}
				s.reentryS = s.tS + h*s.seek(reentryM, from, 1, gFrom-reentryM, h1-reentryM)
			}
		}
		s.record()
		if x == 1 {
			s.y, s.k[0] = s.n, s.k[6]
			s.tS += h
			h0, c0 = h1, c1
		} else {
			tS := s.tS + x*h
			s.seg.at(tS, &s.y)
			s.tS = tS
			c0 = f.climb(&s.y)
			if next < li {
				h0 = foot
			} else {
				h0 = top
			}
		}
		if down {
			return nil
		}
		if next != li {
			li, gLast = next, 0
			f.air = nil
			if li < len(s.layers) {
				f.air = &s.layers[li]
			}
			f.accel(s.tS, &s.y, &s.k[0])
		}
	}
}
