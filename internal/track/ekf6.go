package track

import (
	"math"

	"testudo/internal/flight"
	"testudo/internal/geo"
)

// EKF6 is the fast extended Kalman filter of one radar with a fixed look
// interval: six states (Earth-fixed position and velocity), ballistic
// coefficient known, range, azimuth and elevation measured. The prediction
// moves the state by one RK4 step of the flight model and the covariance by
// Φ = I + F·dt + F²·dt²/2, where F holds the gradient of the central gravity, the
// rotation of the frame and the drag as a function of speed (its change with
// height over one look is left out). The update has the Joseph form. Everything
// is in fixed arrays; a step allocates nothing.
type EKF6 struct {
	X [6]float64    // m, m/s
	P [6][6]float64 // symmetric; m², m²/s, m²/s²

	air           flight.Drag
	mu, w         float64
	oblate        float64 // 1.5·J2·A²
	frame         geo.Frame
	dt            float64
	varR, varA    float64
	qpp, qpv, qvv float64
}

// NewEKF6 makes a filter for a radar at a frame, look interval dtS (s),
// ballistic coefficient beta (kg/m²), 1-sigma errors in range (m) and in each
// angle (rad), and white acceleration noise of density q (m²/s³). The caller
// sets X and P.
func NewEKF6(e flight.Earth, frame geo.Frame, dtS, beta, sigmaRangeM, sigmaAngleRad, q float64) *EKF6 {
	return &EKF6{
		air: e.Drag(beta), mu: e.Mu, w: e.Omega, oblate: 1.5 * e.J2 * e.Ellipsoid.A * e.Ellipsoid.A,
		frame: frame, dt: dtS,
		varR: sigmaRangeM * sigmaRangeM, varA: sigmaAngleRad * sigmaAngleRad,
		qpp: q * dtS * dtS * dtS / 3, qpv: q * dtS * dtS / 2, qvv: q * dtS,
	}
}

// accel is flight.Earth's acceleration, and the air's share k = ½ρ/β in it.
func (f *EKF6) accel(x, y, z, vx, vy, vz float64) (ax, ay, az, k float64) {
	r2 := x*x + y*y + z*z
	r, ir2 := math.Sqrt(r2), 1/r2
	ir, s2 := r*ir2, z*z*ir2
	k = f.air.At(r, ir, s2)
	mu3 := f.mu * ir * ir2
	j := f.oblate * ir2
	w := f.w
	gxy, gz := w*w-mu3*(1+j*(1-5*s2)), -mu3*(1+j*(3-5*s2))
	d := 0.0
	if k != 0 {
		d = k * math.Sqrt(vx*vx+vy*vy+vz*vz)
	}
	return gxy*x + 2*w*vy - d*vx, gxy*y - 2*w*vx - d*vy, gz*z - d*vz, k
}

// Step predicts over one look interval and takes in the measurement z: range
// (m), azimuth and elevation (rad).
func (f *EKF6) Step(z *[3]float64) {
	f.predict()
	f.update(z)
}

func (f *EKF6) predict() {
	// Partial derivatives of the acceleration: g by position, d by velocity.
	rx, ry, rz := f.X[0], f.X[1], f.X[2]
	vx, vy, vz := f.X[3], f.X[4], f.X[5]
	air := f.move()
	r2 := rx*rx + ry*ry + rz*rz
	ir2 := 1 / r2
	mu3 := f.mu * ir2 * ir2 * math.Sqrt(r2)
	w := f.w
	c := 3 * mu3 * ir2
	var g, d [3][3]float64
	g[0][0], g[1][1], g[2][2] = c*rx*rx-mu3+w*w, c*ry*ry-mu3+w*w, c*rz*rz-mu3
	g[0][1], g[0][2], g[1][2] = c*rx*ry, c*rx*rz, c*ry*rz
	g[1][0], g[2][0], g[2][1] = g[0][1], g[0][2], g[1][2]
	d[0][1], d[1][0] = 2*w, -2*w
	if s2 := vx*vx + vy*vy + vz*vz; air > 0 && s2 > 0 {
		s := math.Sqrt(s2)
		ks := air / s
		d[0][0], d[1][1], d[2][2] = -ks*vx*vx-air*s, -ks*vy*vy-air*s, -ks*vz*vz-air*s
		xy, xz, yz := ks*vx*vy, ks*vx*vz, ks*vy*vz
		d[0][1] -= xy
		d[1][0] -= xy
		d[0][2], d[2][0], d[1][2], d[2][1] = -xz, -xz, -yz, -yz
	}
	// Φ = [I + h²/2·G, h·I + h²/2·D; h·G + h²/2·D·G, I + h·D + h²/2·(G + D·D)].
	h := f.dt
	h2 := 0.5 * h * h
	var a [6][6]float64
	for i := range 3 {
		di := &d[i]
		for j := range 3 {
			a[i][j] = h2 * g[i][j]
			a[i][3+j] = h2 * di[j]
			a[3+i][j] = h*g[i][j] + h2*(di[0]*g[0][j]+di[1]*g[1][j]+di[2]*g[2][j])
			a[3+i][3+j] = h*di[j] + h2*(g[i][j]+di[0]*d[0][j]+di[1]*d[1][j]+di[2]*d[2][j])
		}
		a[i][i]++
		a[i][3+i] += h
		a[3+i][3+i]++
	}

	p := &f.P
	var b [6][6]float64
	for i := range 6 {
		ai, bi := &a[i], &b[i]
		a0, a1, a2, a3, a4, a5 := ai[0], ai[1], ai[2], ai[3], ai[4], ai[5]
		bi[0] = a0*p[0][0] + a1*p[1][0] + a2*p[2][0] + a3*p[3][0] + a4*p[4][0] + a5*p[5][0]
		bi[1] = a0*p[0][1] + a1*p[1][1] + a2*p[2][1] + a3*p[3][1] + a4*p[4][1] + a5*p[5][1]
		bi[2] = a0*p[0][2] + a1*p[1][2] + a2*p[2][2] + a3*p[3][2] + a4*p[4][2] + a5*p[5][2]
		bi[3] = a0*p[0][3] + a1*p[1][3] + a2*p[2][3] + a3*p[3][3] + a4*p[4][3] + a5*p[5][3]
		bi[4] = a0*p[0][4] + a1*p[1][4] + a2*p[2][4] + a3*p[3][4] + a4*p[4][4] + a5*p[5][4]
		bi[5] = a0*p[0][5] + a1*p[1][5] + a2*p[2][5] + a3*p[3][5] + a4*p[4][5] + a5*p[5][5]
	}
	// The result is symmetric: only its upper triangle is computed.
	for i := range 6 {
		bi := &b[i]
		b0, b1, b2, b3, b4, b5 := bi[0], bi[1], bi[2], bi[3], bi[4], bi[5]
		for j := i; j < 6; j++ {
			aj := &a[j]
			s := b0*aj[0] + b1*aj[1] + b2*aj[2] + b3*aj[3] + b4*aj[4] + b5*aj[5]
			p[i][j], p[j][i] = s, s
		}
	}
	for i := range 3 {
		p[i][i] += f.qpp
		p[i][i+3] += f.qpv
		p[i+3][i] += f.qpv
		p[i+3][i+3] += f.qvv
	}
}

// move takes the state over one look interval by a classical RK4 step. It gives
// the air's share ½ρ/β at the start.
func (f *EKF6) move() (air float64) {
	h := f.dt
	half := 0.5 * h
	x, y, z, u, v, w := f.X[0], f.X[1], f.X[2], f.X[3], f.X[4], f.X[5]
	ax, ay, az, air := f.accel(x, y, z, u, v, w)
	u2, v2, w2 := u+half*ax, v+half*ay, w+half*az
	bx, by, bz, _ := f.accel(x+half*u, y+half*v, z+half*w, u2, v2, w2)
	u3, v3, w3 := u+half*bx, v+half*by, w+half*bz
	cx, cy, cz, _ := f.accel(x+half*u2, y+half*v2, z+half*w2, u3, v3, w3)
	u4, v4, w4 := u+h*cx, v+h*cy, w+h*cz
	dx, dy, dz, _ := f.accel(x+h*u3, y+h*v3, z+h*w3, u4, v4, w4)
	h /= 6
	f.X[0] = x + h*(u+2*(u2+u3)+u4)
	f.X[1] = y + h*(v+2*(v2+v3)+v4)
	f.X[2] = z + h*(w+2*(w2+w3)+w4)
	f.X[3] = u + h*(ax+2*(bx+cx)+dx)
	f.X[4] = v + h*(ay+2*(by+cy)+dy)
	f.X[5] = w + h*(az+2*(bz+cz)+dz)
	return air
}

func (f *EKF6) update(z *[3]float64) {
	p := &f.P
	m := &f.frame.R
	dx, dy, dz := f.X[0]-f.frame.Origin[0], f.X[1]-f.frame.Origin[1], f.X[2]-f.frame.Origin[2]
	e := m[0][0]*dx + m[0][1]*dy + m[0][2]*dz
	n := m[1][0]*dx + m[1][1]*dy + m[1][2]*dz
	u := m[2][0]*dx + m[2][1]*dy + m[2][2]*dz
	g2 := e*e + n*n
	g := math.Sqrt(g2)
	r2 := g2 + u*u
	slant := math.Sqrt(r2)
	y0, y1, y2 := z[0]-slant, z[1]-math.Atan2(e, n), z[2]-math.Atan2(u, g)
	if y1 > math.Pi {
		y1 -= 2 * math.Pi
	}
	if y1 < -math.Pi {
		y1 += 2 * math.Pi
	}
	var h [3][3]float64
	dd := [3]float64{dx, dy, dz}
	ir, ig2, ig, ir2 := 1/slant, 1/g2, 1/g, 1/r2
	for j := range 3 {
		h[0][j] = dd[j] * ir
		h[1][j] = (n*m[0][j] - e*m[1][j]) * ig2
		h[2][j] = (g*m[2][j] - u*(e*m[0][j]+n*m[1][j])*ig) * ir2
	}
	var ph [6][3]float64
	for i := range 6 {
		pi, o := &p[i], &ph[i]
		p0, p1, p2 := pi[0], pi[1], pi[2]
		o[0] = p0*h[0][0] + p1*h[0][1] + p2*h[0][2]
		o[1] = p0*h[1][0] + p1*h[1][1] + p2*h[1][2]
		o[2] = p0*h[2][0] + p1*h[2][1] + p2*h[2][2]
	}
	s00 := h[0][0]*ph[0][0] + h[0][1]*ph[1][0] + h[0][2]*ph[2][0] + f.varR
	s01 := h[0][0]*ph[0][1] + h[0][1]*ph[1][1] + h[0][2]*ph[2][1]
	s02 := h[0][0]*ph[0][2] + h[0][1]*ph[1][2] + h[0][2]*ph[2][2]
	s11 := h[1][0]*ph[0][1] + h[1][1]*ph[1][1] + h[1][2]*ph[2][1] + f.varA
	s12 := h[1][0]*ph[0][2] + h[1][1]*ph[1][2] + h[1][2]*ph[2][2]
	s22 := h[2][0]*ph[0][2] + h[2][1]*ph[1][2] + h[2][2]*ph[2][2] + f.varA
	c0, c1, c2 := s11*s22-s12*s12, s12*s02-s01*s22, s01*s12-s11*s02
	id := 1 / (s00*c0 + s01*c1 + s02*c2)
	i00, i01, i02 := c0*id, c1*id, c2*id
	i11, i12, i22 := (s00*s22-s02*s02)*id, (s01*s02-s00*s12)*id, (s00*s11-s01*s01)*id

	// The gain K = P·Hᵀ·S⁻¹, and what it moves the state by.
	var k [6][3]float64
	for i := range 6 {
		q, o := &ph[i], &k[i]
		k0 := q[0]*i00 + q[1]*i01 + q[2]*i02
		k1 := q[0]*i01 + q[1]*i11 + q[2]*i12
		k2 := q[0]*i02 + q[1]*i12 + q[2]*i22
		f.X[i] += k0*y0 + k1*y1 + k2*y2
		o[0], o[1], o[2] = k0, k1, k2
	}
	// Joseph form, P = (I-KH)·P·(I-KH)ᵀ + K·R·Kᵀ, product by product: B = P - K·(PHᵀ)ᵀ,
	// then B + (K·R - B·Hᵀ)·Kᵀ, of which the upper triangle is computed. B·Hᵀ needs
	// the three columns of B that belong to the position.
	var b [6][6]float64
	var c [6][3]float64
	for i := range 6 {
		ki, pi, bi, ci := &k[i], &p[i], &b[i], &c[i]
		k0, k1, k2 := ki[0], ki[1], ki[2]
		b0 := pi[0] - k0*ph[0][0] - k1*ph[0][1] - k2*ph[0][2]
		b1 := pi[1] - k0*ph[1][0] - k1*ph[1][1] - k2*ph[1][2]
		b2 := pi[2] - k0*ph[2][0] - k1*ph[2][1] - k2*ph[2][2]
		bi[0], bi[1], bi[2] = b0, b1, b2
		bi[3] = pi[3] - k0*ph[3][0] - k1*ph[3][1] - k2*ph[3][2]
		bi[4] = pi[4] - k0*ph[4][0] - k1*ph[4][1] - k2*ph[4][2]
		bi[5] = pi[5] - k0*ph[5][0] - k1*ph[5][1] - k2*ph[5][2]
		ci[0] = k0*f.varR - (b0*h[0][0] + b1*h[0][1] + b2*h[0][2])
		ci[1] = k1*f.varA - (b0*h[1][0] + b1*h[1][1] + b2*h[1][2])
		ci[2] = k2*f.varA - (b0*h[2][0] + b1*h[2][1] + b2*h[2][2])
	}
	for i := range 6 {
		bi, ci := &b[i], &c[i]
		c0, c1, c2 := ci[0], ci[1], ci[2]
		for j := i; j < 6; j++ {
			kj := &k[j]
			s := bi[j] + (c0*kj[0] + c1*kj[1] + c2*kj[2])
			p[i][j], p[j][i] = s, s
		}
	}
}
