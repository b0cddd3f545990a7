package witness

import (
	"math"

	"testudo/internal/flight"
	"testudo/internal/track"
)

// Filter is the kind of filter the radars run.
type Filter uint8

// The filters.
const (
	EKF Filter = iota // extended: linearised about the estimate
	UKF               // unscented: a set of points carried through the motion
)

// String gives the filter's name.
func (f Filter) String() string { return [...]string{"ekf", "ukf"}[f] }

// ParseFilter reads a filter's name, ekf or ukf.
func ParseFilter(s string) (f Filter, ok bool) {
	switch s {
	case "ekf":
		return EKF, true
	case "ukf":
		return UKF, true
	}
	return 0, false
}

// estimate is seven states (position, velocity, ln beta) with their covariance
// at raid time t.
type estimate struct {
	t float64
	x track.State
	p track.Mat7
}

// motion carries estimates along free flight.
type motion struct {
	flight freeFlight
	filter Filter
}

// predict carries an estimate to a later time; fade is the e-folding time by
// which its information ages on the way (0: it does not). What is known of the
// class of missile does not age: the variance of ln beta never exceeds that of
// the prior. False when the covariance has degenerated.
func (m *motion) predict(e *estimate, to, fade float64) bool {
	if to == e.t {
		return true
	}
	if m.filter == UKF {
		f := track.UKF{Process: &m.flight, T: e.t, X: e.x, P: e.p, FadeS: fade}
		if !f.Predict(to, nil) {
			return false
		}
		e.t, e.x, e.p = f.T, f.X, f.P
	} else {
		f := track.EKF{Process: &m.flight, T: e.t, X: e.x, P: e.p, FadeS: fade, LnBeta: true}
		f.Predict(to, nil)
		e.t, e.x, e.p = f.T, f.X, f.P
	}
	e.bound()
	return e.sound()
}

// bound holds the variance of ln beta to that of the prior. Rows and columns are
// scaled, which keeps the matrix positive definite.
func (e *estimate) bound() {
	const most = track.PriorLnBeta * track.PriorLnBeta
	if v := e.p[6][6]; v > most {
		k := math.Sqrt(most / v)
		for i := range 6 {
			e.p[i][6] *= k
			e.p[6][i] *= k
		}
		e.p[6][6] = most
	}
}

// update takes in one measurement.
func (m *motion) update(e *estimate, s track.RangeAzEl, z, r *[3]float64) bool {
	ok := false
	if m.filter == UKF {
		f := track.UKF{Process: &m.flight, T: e.t, X: e.x, P: e.p}
		_, ok = f.Update(s, z, r)
		e.x, e.p = f.X, f.P
	} else {
		rc := *r
		rc[0] += e.curvature(s)
		f := track.EKF{Process: &m.flight, T: e.t, X: e.x, P: e.p}
		_, ok = f.Update(s, z, &rc)
		e.x, e.p = f.X, f.P
	}
	return ok && e.sound()
}

// curvature is what a linear view of a range leaves out, as a variance (m²): a
// target that may stand a distance c aside may be c²/2r further away. It is the
// second-order term ½ tr(GPGP) with G = (I - uuᵀ)/r, u being the line of sight.
// Source as of track.EKF.LnBeta.
func (e *estimate) curvature(s track.RangeAzEl) float64 {
	var u, pu [3]float64
	r2 := 0.0
	for i := range 3 {
		u[i] = e.x[i] - s.Frame.Origin[i]
		r2 += u[i] * u[i]
	}
	r := math.Sqrt(r2)
	for i := range 3 {
		for j := range 3 {
			pu[i] += e.p[i][j] * u[j] / r
		}
	}
	upu := 0.0
	for i := range 3 {
		upu += u[i] / r * pu[i]
	}
	// With Q = I - uuᵀ: tr(QPQP) = tr P² - 2|Pu|² + (uᵀPu)².
	t2, pu2 := 0.0, 0.0
	for i := range 3 {
		pu2 += pu[i] * pu[i]
		for j := range 3 {
			t2 += e.p[i][j] * e.p[j][i]
		}
	}
	return math.Max(0, t2-2*pu2+upu*upu) / (2 * r2)
}

// sound says whether the estimate is one to go on with: finite, not inside the
// Earth, not beyond any missile's reach.
func (e *estimate) sound() bool {
	r2 := e.x[0]*e.x[0] + e.x[1]*e.x[1] + e.x[2]*e.x[2]
	v2 := e.x[3]*e.x[3] + e.x[4]*e.x[4] + e.x[5]*e.x[5]
	return r2 > 6e6*6e6 && r2 < 4e7*4e7 && v2 < 2e4*2e4 && math.Abs(e.x[6]) < 40 && e.p[0][0] > 0 && e.p[0][0] < 1e16
}

// freeFlight is the motion of track.Reentry in few evaluations: classical
// Runge-Kutta steps that are long where there is no air, with the transition
// matrix of a step from one Jacobian at its middle, to second order.
type freeFlight struct {
	earth, space flight.Earth // with air and without
	clear        float64      // m from the centre: above it the air does not matter
}

const (
	airTopM    = 120e3 // m above the equator's sphere: drag there is below 1e-4 of its value at 60 km
	coarseS    = 10.0  // s per step above it: errors of a step below a millimetre
	fineS      = 1.0   // s per step below it
	quickestMs = 9e3   // m/s: no missile of the catalogue sinks faster
)

func newFreeFlight(e flight.Earth) freeFlight {
	f := freeFlight{earth: e, space: e, clear: e.Ellipsoid.A + airTopM}
	f.space.Air = false
	if !e.Air {
		f.clear = 0
	}
	return f
}

// Dim is the number of states.
func (f *freeFlight) Dim() int { return track.N }

// Move carries the state; phi, when not nil, receives the transition matrix.
func (f *freeFlight) Move(x *track.State, from, to float64, phi *track.Mat7) {
	first := true
	for t := from; t < to || first; {
		e, h := &f.earth, fineS
		if high := math.Sqrt(x[0]*x[0]+x[1]*x[1]+x[2]*x[2]) - f.clear; high > quickestMs*fineS {
			e, h = &f.space, math.Min(coarseS, high/quickestMs)
		}
		n := math.Ceil((to-t)/h - 1e-9)
		if n > 1 {
			h = math.Min(h, (to-t)/2)
		} else {
			h = to - t
		}
		switch {
		case phi == nil:
			step(e, x, h, nil)
		case first:
			step(e, x, h, phi)
		default:
			var next track.Mat7
			step(e, x, h, &next)
			*phi = product(&next, phi)
		}
		if t, first = t+h, false; n <= 1 {
			return
		}
	}
}

// step moves a state over h seconds.
func step(e *flight.Earth, x *track.State, h float64, phi *track.Mat7) {
	beta := math.Exp(math.Max(-20, math.Min(20, x[6])))
	r, v := [3]float64{x[0], x[1], x[2]}, [3]float64{x[3], x[4], x[5]}
	var a1, a2, a3, a4, r2, v2, v3, v4 [3]float64
	e.Accel(&r, &v, beta, &a1)
	for i := range 3 {
		r2[i], v2[i] = r[i]+0.5*h*v[i], v[i]+0.5*h*a1[i]
	}
	e.Accel(&r2, &v2, beta, &a2)
	for i := range 3 {
		r2[i], v3[i] = r[i]+0.5*h*v2[i], v[i]+0.5*h*a2[i]
	}
	e.Accel(&r2, &v3, beta, &a3)
	mid, midV := r2, v3
	for i := range 3 {
		r2[i], v4[i] = r[i]+h*v3[i], v[i]+h*a3[i]
	}
	e.Accel(&r2, &v4, beta, &a4)
	for i := range 3 {
		x[i] += h / 6 * (v[i] + 2*(v2[i]+v3[i]) + v4[i])
		x[3+i] += h / 6 * (a1[i] + 2*(a2[i]+a3[i]) + a4[i])
	}
	if phi == nil {
		return
	}
	// With F = [0 I 0; G D b; 0 0 0]: Φ = I + hF + h²/2·F².
	var j [3][track.N]float64
	e.Jacobian(&mid, &midV, beta, &j)
	q := 0.5 * h * h
	*phi = track.Mat7{}
	for i := range 3 {
		for k := range 3 {
			phi[i][k] = q * j[i][k]
			phi[i][3+k] = q * j[i][3+k]
			dg, dd := 0.0, 0.0
			for l := range 3 {
				dg += j[i][3+l] * j[l][k]
				dd += j[i][3+l] * j[l][3+k]
			}
			phi[3+i][k] = h*j[i][k] + q*dg
			phi[3+i][3+k] = h*j[i][3+k] + q*(j[i][k]+dd)
		}
		phi[i][i]++
		phi[i][3+i] += h
		phi[3+i][3+i]++
		phi[i][6] = q * j[i][6]
		db := 0.0
		for l := range 3 {
			db += j[i][3+l] * j[l][6]
		}
		phi[3+i][6] = h*j[i][6] + q*db
	}
	phi[6][6] = 1
}

func product(a, b *track.Mat7) (out track.Mat7) {
	for i := range track.N {
		for k := range track.N {
			if v := a[i][k]; v != 0 {
				for j := range track.N {
					out[i][j] += v * b[k][j]
				}
			}
		}
	}
	return out
}
