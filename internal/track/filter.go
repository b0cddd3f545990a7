package track

import (
	"math"

	"testudo/internal/flight"
	"testudo/internal/geo"
)

// This file and ukf.go hold the filters of the witness mode: the whole chain run
// with real noisy measurements, to check what the information algebra promises.
// They are general in the process and the sensor, so that published problems
// can be posed to the very same code.

// State is a state vector; the first n of a Process with n states count.
type State = [N]float64

// Process is how a state moves.
type Process interface {
	// Dim is the number of states, 1 to 7.
	Dim() int
	// Move carries the state from one time to another (s). When phi is not nil
	// it receives the transition matrix along the way.
	Move(x *State, fromS, toS float64, phi *Mat7)
}

// Sensor is what is measured: up to three numbers.
type Sensor interface {
	// Dim is the number of measured components, 1 to 3.
	Dim() int
	// Measure gives the noise-free measurement of a state and, when h is not
	// nil, its partial derivatives.
	Measure(x *State, z *[3]float64, h *[3][N]float64)
	// Residual is measured minus predicted, with angles brought into (-π, π].
	Residual(measured, predicted *[3]float64) [3]float64
}

// ODE is a Process given by its differential equation, moved by classical
// Runge-Kutta in equal steps no longer than MaxStepS. F gives the slope and,
// when jac is not nil, its partial derivatives (which arrive zeroed).
type ODE struct {
	States   int
	MaxStepS float64
	F        func(x, slope *State, jac *Mat7)
}

// Dim is the number of states.
func (o *ODE) Dim() int { return o.States }

// Move integrates the state and, if asked, the variational equations.
func (o *ODE) Move(x *State, fromS, toS float64, phi *Mat7) {
	if phi != nil {
		*phi = Mat7{}
		for i := range o.States {
			phi[i][i] = 1
		}
	}
	span := toS - fromS
	if span == 0 {
		return
	}
	steps := max(1, int(math.Ceil(math.Abs(span)/o.MaxStepS-1e-9)))
	h := span / float64(steps)
	for range steps {
		o.step(x, h, phi)
	}
}

func (o *ODE) step(x *State, h float64, phi *Mat7) {
	n := o.States
	var k [4]State
	var p [4]Mat7
	at, q := *x, Mat7{}
	if phi != nil {
		q = *phi
	}
	reach := [4]float64{0, 0.5 * h, 0.5 * h, h}
	for s := range 4 {
		if s > 0 {
			for i := range n {
				at[i] = x[i] + reach[s]*k[s-1][i]
			}
			if phi != nil {
				for i := range n {
					for j := range n {
						q[i][j] = phi[i][j] + reach[s]*p[s-1][i][j]
					}
				}
			}
		}
		if phi == nil {
			o.F(&at, &k[s], nil)
			continue
		}
		var jac Mat7
		o.F(&at, &k[s], &jac)
		for i := range n {
			for j := range n {
				sum := 0.0
				for l := range n {
					sum += jac[i][l] * q[l][j]
				}
				p[s][i][j] = sum
			}
		}
	}
	for i := range n {
		x[i] += h / 6 * (k[0][i] + 2*(k[1][i]+k[2][i]) + k[3][i])
		if phi != nil {
			for j := range n {
				phi[i][j] += h / 6 * (p[0][i][j] + 2*(p[1][i][j]+p[2][i][j]) + p[3][i][j])
			}
		}
	}
}

// Reentry is the seven-state free flight of the project: position, velocity and
// ln beta under the flight model's own acceleration.
func Reentry(e flight.Earth) *ODE {
	return &ODE{States: N, MaxStepS: 0.5, F: func(x, slope *State, jac *Mat7) {
		r, v := [3]float64{x[0], x[1], x[2]}, [3]float64{x[3], x[4], x[5]}
		beta := math.Exp(math.Max(-20, math.Min(20, x[6])))
		var a [3]float64
		e.Accel(&r, &v, beta, &a)
		*slope = State{v[0], v[1], v[2], a[0], a[1], a[2], 0}
		if jac == nil {
			return
		}
		var j [3][N]float64
		e.Jacobian(&r, &v, beta, &j)
		for i := range 3 {
			jac[i][3+i] = 1
			jac[3+i] = j[i]
		}
	}}
}

// RangeAzEl is a radar's measurement of a state whose first three components
// are an Earth-fixed position: range (m), azimuth clockwise from north and
// elevation (rad) in the frame of the radar.
type RangeAzEl struct{ Frame geo.Frame }

// Dim is 3.
func (RangeAzEl) Dim() int { return 3 }

// Measure gives range, azimuth and elevation.
func (s RangeAzEl) Measure(x *State, z *[3]float64, h *[3][N]float64) {
	u := s.Frame.ENU(geo.ECEF{x[0], x[1], x[2]})
	ground2 := u[0]*u[0] + u[1]*u[1]
	ground := math.Sqrt(ground2)
	range2 := ground2 + u[2]*u[2]
	slant := math.Sqrt(range2)
	z[0], z[1], z[2] = slant, math.Atan2(u[0], u[1]), math.Atan2(u[2], ground)
	if h == nil {
		return
	}
	*h = [3][N]float64{}
	m := &s.Frame.R
	for j := range 3 {
		level := u[0]*m[0][j] + u[1]*m[1][j]
		h[0][j] = (level + u[2]*m[2][j]) / slant
		h[1][j] = (u[1]*m[0][j] - u[0]*m[1][j]) / ground2
		h[2][j] = (ground*m[2][j] - u[2]*level/ground) / range2
	}
}

// Residual wraps the azimuth.
func (RangeAzEl) Residual(a, b *[3]float64) [3]float64 {
	return [3]float64{a[0] - b[0], math.Remainder(a[1]-b[1], 2*math.Pi), a[2] - b[2]}
}

// Noise gives the variances of a measurement whose errors are sigmaRangeM in
// range and sigmaAngleRad in each of two angles on the sky: an angle across the
// sky is a larger change of azimuth the higher it is.
func (RangeAzEl) Noise(z [3]float64, sigmaRangeM, sigmaAngleRad float64) [3]float64 {
	c := math.Max(1e-6, math.Cos(z[2]))
	a := sigmaAngleRad * sigmaAngleRad
	return [3]float64{sigmaRangeM * sigmaRangeM, a / (c * c), a}
}

// EKF is an extended Kalman filter with the Joseph form of the update. FadeS,
// when positive, inflates the covariance by e per so many seconds, which is
// exactly the fading of Gather.
//
// With LnBeta the last state is the logarithm of a ballistic coefficient, in
// which drag is an exponential: Predict then adds ½σ⁴·ggᵀ, the variance of the
// second-order term that the linearisation drops, g being the last column of
// the transition matrix without its 1. Source of second-order filters: A. H.
// Jazwinski, Stochastic Processes and Filtering Theory (1970), chapter 9.
type EKF struct {
	Process Process
	T       float64 // s, time of the state
	X       State
	P       Mat7
	FadeS   float64
	LnBeta  bool
}

// Predict carries the estimate to time toS and adds q (nil: none) to the
// covariance.
func (f *EKF) Predict(toS float64, q *Mat7) {
	var phi Mat7
	f.Process.Move(&f.X, f.T, toS, &phi)
	n := f.Process.Dim()
	curve := 0.0
	if f.LnBeta {
		curve = 0.5 * f.P[n-1][n-1] * f.P[n-1][n-1]
	}
	f.P = propagate(n, &phi, &f.P)
	if curve > 0 {
		for i := range n - 1 {
			for j := range n - 1 {
				f.P[i][j] += curve * phi[i][n-1] * phi[j][n-1]
			}
		}
	}
	age(n, &f.P, toS-f.T, f.FadeS, q)
	f.T = toS
}

// propagate is Φ P Φᵀ, n by n. The loops run over all N with bounds known to the
// compiler, which is faster than to leave out the zeros beyond n.
func propagate(n int, phi, p *Mat7) (out Mat7) {
	var b Mat7
	for i := range n {
		f := &phi[i]
		for k := range N {
			if w := f[k]; w != 0 {
				q := &p[k]
				for j := range N {
					b[i][j] += w * q[j]
				}
			}
		}
	}
	for i := range n {
		g := &b[i]
		for j := i; j < n; j++ {
			f := &phi[j]
			s := 0.0
			for k := range N {
				s += g[k] * f[k]
			}
			out[i][j], out[j][i] = s, s
		}
	}
	return out
}

func age(n int, p *Mat7, ageS, fadeS float64, q *Mat7) {
	grow := 1.0
	if fadeS > 0 && ageS > 0 {
		grow = math.Exp(ageS / fadeS)
	}
	for i := range n {
		for j := range n {
			p[i][j] *= grow
			if q != nil {
				p[i][j] += q[i][j]
			}
		}
	}
}

// Update takes in a measurement z with variances r. It returns the normalised
// innovation squared; false, and no change, when the innovation covariance is
// not positive definite.
func (f *EKF) Update(s Sensor, z, r *[3]float64) (nis float64, ok bool) {
	n, m := f.Process.Dim(), s.Dim()
	var zp [3]float64
	var h [3][N]float64
	s.Measure(&f.X, &zp, &h)
	y := s.Residual(z, &zp)
	var ph [N][3]float64
	for i := range n {
		for j := range m {
			for k := range n {
				ph[i][j] += f.P[i][k] * h[j][k]
			}
		}
	}
	var sm Mat7
	for i := range m {
		for j := range m {
			for k := range n {
				sm[i][j] += h[i][k] * ph[k][j]
			}
		}
		sm[i][i] += r[i]
	}
	inv, ok := Invert(m, &sm)
	if !ok {
		return math.NaN(), false
	}
	var gain [N][3]float64
	for i := range n {
		for j := range m {
			for k := range m {
				gain[i][j] += ph[i][k] * inv[k][j]
			}
		}
		for j := range m {
			f.X[i] += gain[i][j] * y[j]
		}
	}
	var l Mat7
	for i := range n {
		for j := range n {
			for k := range m {
				l[i][j] -= gain[i][k] * h[k][j]
			}
		}
		l[i][i]++
	}
	f.P = propagate(n, &l, &f.P)
	for i := range n {
		for j := range n {
			for k := range m {
				f.P[i][j] += gain[i][k] * r[k] * gain[j][k]
			}
		}
	}
	return innovation(m, &y, &inv), true
}

func innovation(m int, y *[3]float64, inv *Mat7) float64 {
	s := 0.0
	for i := range m {
		for j := range m {
			s += y[i] * inv[i][j] * y[j]
		}
	}
	return s
}

// Measurement is one radar measurement.
type Measurement struct {
	T                          float64 // s after launch
	Z                          [3]float64
	SigmaRangeM, SigmaAngleRad float64
}

// Start makes a first estimate from two measurements of one radar (two-point
// differencing): the position of the second, the velocity between the two
// carried to the second by the acceleration, and a ballistic coefficient given
// beforehand. The two times must differ.
func Start(e flight.Earth, s RangeAzEl, a, b Measurement, beta float64) (x State, p Mat7, ok bool) {
	dt := b.T - a.T
	if !(dt > 0) || !(beta > 0) {
		return x, p, false
	}
	ra, ca := s.fix(&a)
	rb, cb := s.fix(&b)
	mid, vel := [3]float64{}, [3]float64{}
	for i := range 3 {
		mid[i], vel[i] = 0.5*(ra[i]+rb[i]), (rb[i]-ra[i])/dt
	}
	var acc [3]float64
	e.Accel(&mid, &vel, beta, &acc)
	for i := range 3 {
		x[i], x[3+i] = rb[i], vel[i]+0.5*dt*acc[i]
		for j := range 3 {
			p[i][j] = cb[i][j]
			p[i][3+j], p[3+j][i] = cb[i][j]/dt, cb[i][j]/dt
			p[3+i][3+j] = (ca[i][j] + cb[i][j]) / (dt * dt)
		}
	}
	x[6], p[6][6] = math.Log(beta), PriorLnBeta*PriorLnBeta
	return x, p, true
}

// fix is the position of a measurement and its covariance.
func (s RangeAzEl) fix(m *Measurement) (r [3]float64, c [3][3]float64) {
	sa, ca := math.Sincos(m.Z[1])
	se, ce := math.Sincos(m.Z[2])
	u := s.Frame.RotateToECEF([3]float64{ce * sa, ce * ca, se})
	across := m.Z[0] * m.SigmaAngleRad
	across *= across
	along := m.SigmaRangeM*m.SigmaRangeM - across
	for i := range 3 {
		r[i] = s.Frame.Origin[i] + m.Z[0]*u[i]
		for j := range 3 {
			c[i][j] = along * u[i] * u[j]
		}
		c[i][i] += across
	}
	return r, c
}
