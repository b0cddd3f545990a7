package track

import (
	"math"

	"testudo/internal/sense"
	"testudo/internal/units"
)

// PositionCov returns the covariance (m², Earth-fixed axes) of the position
// predicted for time tS (s after launch) from the information y and the prior.
// It is false when the information does not fix the position: the root of the
// trace exceeds MaxPositionSigmaM. Times before the epoch and after impact are
// taken as those.
func (m *Motion) PositionCov(y Sym, tS float64) (cov [3][3]float64, ok bool) {
	var c ldl
	if !m.factor(&y, &c) {
		return cov, false
	}
	var j [3][N]float64
	m.position(tS, &j)
	var z [3][N]float64
	for i := range 3 {
		z[i] = c.whiten(&j[i])
	}
	for i := range 3 {
		for k := i; k < 3; k++ {
			cov[i][k] = dot7(&z[i], &z[k])
			cov[k][i] = cov[i][k]
		}
	}
	t := cov[0][0] + cov[1][1] + cov[2][2]
	return cov, t <= MaxPositionSigmaM*MaxPositionSigmaM
}

// StateCov returns the covariance of the seven states as predicted for time tS
// (position in m, velocity in m/s, ln beta); false when the information with the
// prior is not positive definite.
func (m *Motion) StateCov(y Sym, tS float64) (Mat7, bool) {
	var c ldl
	var out Mat7
	if !m.factor(&y, &c) {
		return out, false
	}
	var r, v [3][N]float64
	m.position(tS, &r)
	m.velocity(tS, &v)
	var z [N][N]float64
	for i := range 3 {
		z[i], z[3+i] = c.whiten(&r[i]), c.whiten(&v[i])
	}
	var unit [N]float64
	unit[6] = 1
	z[6] = c.whiten(&unit)
	for i := range N {
		for k := i; k < N; k++ {
			out[i][k] = dot7(&z[i], &z[k])
			out[k][i] = out[i][k]
		}
	}
	return out, true
}

// ImpactEllipse returns the 1-sigma error ellipse of the predicted point of
// impact on the ground: half-axes in metres and the bearing of the major axis
// clockwise from north, in [0, π). False when the impact cannot be predicted to
// MaxPositionSigmaM, or the trajectory skims the ground.
func (m *Motion) ImpactEllipse(y Sym) (majorM, minorM float64, bearing units.Angle, ok bool) {
	var c ldl
	if !m.impactKnown || !m.factor(&y, &c) {
		return 0, 0, 0, false
	}
	ze, zn := c.whiten(&m.impact[0]), c.whiten(&m.impact[1])
	ee, nn, en := dot7(&ze, &ze), dot7(&zn, &zn), dot7(&ze, &zn)
	mean, half := 0.5*(ee+nn), 0.5*(nn-ee)
	d := math.Sqrt(half*half + en*en)
	majorM = math.Sqrt(mean + d)
	minorM = math.Sqrt(math.Max(0, mean-d))
	// In the plane (north, east) the major axis stands at half the angle of
	// the vector (nn-ee, 2en).
	b := 0.5 * math.Atan2(en, half)
	if b < 0 {
		b += math.Pi
	}
	return majorM, minorM, units.Angle(b), majorM <= MaxPositionSigmaM
}

// handoverNodes are the nodes and weights of the quadrature of
// HandoverProbability, fixed once: 32 Gauss-Legendre points in x on [0, 1],
// with the angle from the minor axis y = (π/2)·x³, which crowds them where a
// needle-shaped error needs them.
var handoverSin2, handoverWeight = handoverRule()

const handoverPoints = 32

func handoverRule() (sin2, weight [handoverPoints]float64) {
	for i := range handoverPoints {
		// Newton's method on the Legendre polynomial from the usual first guess.
		z := math.Cos(math.Pi * (float64(i) + 0.75) / (handoverPoints + 0.5))
		var slope float64
		for range 100 {
			p0, p1 := 1.0, z
			for k := 2; k <= handoverPoints; k++ {
				p0, p1 = p1, (float64(2*k-1)*z*p1-float64(k-1)*p0)/float64(k)
			}
			slope = handoverPoints * (z*p1 - p0) / (z*z - 1)
			step := p1 / slope
			z -= step
			if math.Abs(step) < 1e-15 {
				break
			}
		}
		x := 0.5 * (1 - z)
		w := 1 / ((1 - z*z) * slope * slope) // weight on [0, 1]
		s := math.Sin(math.Pi / 2 * x * x * x)
		sin2[i] = s * s
		weight[i] = w * 3 * x * x // dy/dx over π/2
	}
	return sin2, weight
}

// surely is what the quadrature gives for an error without size.
var surely = func() float64 {
	sum := 0.0
	for _, w := range handoverWeight {
		sum += w
	}
	return math.Min(1, sum)
}()

// HandoverProbability returns the probability that a Gaussian error with
// covariance cov (m²) stays within basketM of the prediction in the plane of its
// two largest axes. The third axis, nearly always the well-measured range, is
// left out: a seeker looks along one direction and takes the range as it comes.
// With unit normal coordinates in polar
// form the probability is the mean over the angle φ of 1 - exp(-b²/2g²(φ)), where
// g² = s₁²sin² φ + s₂²cos² φ; the quadrature has fixed nodes, so that less error
// never gives less probability. Accurate to 2e-10 for axis ratios up to 10 and to
// 1e-6 for any.
func HandoverProbability(cov [3][3]float64, basketM float64) float64 {
	if !(basketM > 0) {
		return 0
	}
	e := eigen3(cov)
	if !(e[0] >= 0) || math.IsInf(e[0], 1) {
		return 0
	}
	s1, s2 := e[0], math.Max(0, e[1])
	b2 := -0.5 * basketM * basketM
	if b2 < -40*s1 {
		return surely // to the last bit, as every term below is its weight
	}
	sum := 0.0
	for i := range handoverPoints {
		g2 := s1*handoverSin2[i] + s2*(1-handoverSin2[i])
		if g2 > 0 {
			sum += handoverWeight[i] * -math.Expm1(b2/g2)
		} else {
			sum += handoverWeight[i]
		}
	}
	return math.Min(1, sum)
}

// FirmTime returns the time at which a track that starts with the detection at
// detectedS is firm: the target must have been held for the hold time, each
// look counting with its probability of detection for the time it stands for.
// A target seen half the time takes twice as long. False when the looks end
// before.
func FirmTime(looks []sense.Look, detectedS float64, hold units.Duration) (tS float64, ok bool) {
	need := float64(hold)
	if !(need > 0) {
		return detectedS, true
	}
	held := 0.0
	for i := range looks {
		l := &looks[i]
		if !(l.T > detectedS) || !(l.Pd > 0) {
			continue
		}
		span := math.Min(l.SpanS, l.T-detectedS)
		gain := span * math.Min(l.Pd, 1)
		if held+gain >= need {
			return l.T - span + (need-held)/math.Min(l.Pd, 1), true
		}
		held += gain
	}
	return math.Inf(1), false
}

// InBasket says whether an actual error (m) lies within basketM of a prediction
// with covariance cov (m²) in the plane of its two largest axes: the event whose
// probability HandoverProbability gives.
func InBasket(cov [3][3]float64, err [3]float64, basketM float64) bool {
	e := eigen3(cov)
	// The axis of the least eigenvalue stands across every row of C - λI; the
	// longest of the cross products is the best conditioned.
	m := cov
	for i := range 3 {
		m[i][i] -= e[2]
	}
	var axis [3]float64
	best := 0.0
	for i := range 3 {
		a, b := &m[i], &m[(i+1)%3]
		c := [3]float64{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
		if n := c[0]*c[0] + c[1]*c[1] + c[2]*c[2]; n > best {
			axis, best = c, n
		}
	}
	off := err[0]*err[0] + err[1]*err[1] + err[2]*err[2]
	if best > 0 {
		along := err[0]*axis[0] + err[1]*axis[1] + err[2]*axis[2]
		off -= along * along / best
	}
	return off <= basketM*basketM
}
