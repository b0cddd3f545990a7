// Package flight flies missiles and interceptors: three degrees of freedom,
// point masses, figures from the open literature. A missile is known by its
// published range and burn times; everything else is derived.
package flight

import (
	"math"

	"testudo/internal/geo"
	"testudo/internal/units"
)

// Earth is the body flown over. Its parts can be combined for check-cases.
type Earth struct {
	Ellipsoid geo.Ellipsoid
	Mu        float64 // gravitational parameter, m³/s²
	J2        float64
	Omega     float64 // rotation, rad/s
	Air       bool    // US Standard Atmosphere 1976, or none
}

// RealEarth is WGS-84 with rotation, J2 and air.
func RealEarth() Earth {
	return Earth{Ellipsoid: geo.WGS84, Mu: 3.986004418e14, J2: 0.00108262982, Omega: 7.292115e-5, Air: true}
}

// SphereEarth is the textbook's: spherical, non-rotating, airless.
func SphereEarth(radius units.Length, mu float64) Earth {
	return Earth{Ellipsoid: geo.Sphere(radius), Mu: mu}
}

// Accel gives the acceleration in the Earth-fixed frame, m/s²: gravity with J2,
// centrifugal and Coriolis terms, and drag for a ballistic coefficient beta in
// kg/m² (+Inf: none).
func (e *Earth) Accel(r, v *[3]float64, beta float64, out *[3]float64) {
	reg := regionVacuum
	if e.Air && !math.IsInf(beta, 1) {
		reg = region(math.Max(e.Ellipsoid.Height(geo.ECEF(*r)), 0))
	}
	y := [6]float64{r[0], r[1], r[2], v[0], v[1], v[2]}
	var f [6]float64
	e.rhs(&y, 1/beta, reg, &f)
	out[0], out[1], out[2] = f[3], f[4], f[5]
}

// rhs is the derivative of position and velocity, the air being that of one
// region's formula.
func (e *Earth) rhs(y *[6]float64, invBeta float64, reg int, f *[6]float64) {
	x, Y, z, vx, vy, vz := y[0], y[1], y[2], y[3], y[4], y[5]
	ir2 := 1 / (x*x + Y*Y + z*z)
	mu3 := e.Mu * math.Sqrt(ir2) * ir2
	gxy, gz := -mu3, -mu3
	if e.J2 != 0 {
		k := 1.5 * e.J2 * e.Ellipsoid.A * e.Ellipsoid.A * ir2
		z2 := 5 * z * z * ir2
		gxy, gz = -mu3*(1+k*(1-z2)), -mu3*(1+k*(3-z2))
	}
	d := 0.0
	if reg != regionVacuum {
		h := e.Ellipsoid.Height(geo.ECEF{x, Y, z})
		if reg == 0 && h < 0 {
			h = 0
		}
		d = 0.5 * invBeta * densityIn(reg, h) * math.Sqrt(vx*vx+vy*vy+vz*vz)
	}
	w := e.Omega
	f[0], f[1], f[2] = vx, vy, vz
	f[3] = gxy*x + w*w*x + 2*w*vy - d*vx
	f[4] = gxy*Y + w*w*Y - 2*w*vx - d*vy
	f[5] = gz*z - d*vz
}

// Jacobian gives ∂a/∂(r, v, ln beta) of Accel. Gravity's J2 part is left out of
// the gradient: it is a thousandth of it and far below what a filter's process
// noise covers.
func (e *Earth) Jacobian(r, v *[3]float64, beta float64, out *[3][7]float64) {
	r2 := r[0]*r[0] + r[1]*r[1] + r[2]*r[2]
	ir2 := 1 / r2
	mu3 := e.Mu * ir2 * math.Sqrt(ir2)
	for i := 0; i < 3; i++ {
		for j := 0; j < 3; j++ {
			out[i][j] = 3 * mu3 * ir2 * r[i] * r[j]
			out[i][3+j] = 0
		}
		out[i][i] -= mu3
		out[i][6] = 0
	}
	w := e.Omega
	out[0][0] += w * w
	out[1][1] += w * w
	out[0][4] += 2 * w
	out[1][3] -= 2 * w
	if !e.Air || math.IsInf(beta, 1) {
		return
	}
	h := e.Ellipsoid.Height(geo.ECEF(*r))
	rho := Density(h)
	if rho == 0 {
		return
	}
	s := math.Sqrt(v[0]*v[0] + v[1]*v[1] + v[2]*v[2])
	if s == 0 {
		return
	}
	k := 0.5 / beta * rho
	// Density falls with height by its local scale height.
	const dh = 10
	slope := (Density(h+dh) - Density(h-dh)) / (2 * dh * rho)
	up := 1 / math.Sqrt(r2)
	for i := 0; i < 3; i++ {
		for j := 0; j < 3; j++ {
			out[i][3+j] -= k * v[i] * v[j] / s
			out[i][j] -= k * s * v[i] * slope * r[j] * up
		}
		out[i][3+i] -= k * s
		out[i][6] = k * s * v[i]
	}
}
