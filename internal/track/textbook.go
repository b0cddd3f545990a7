package track

import "math"

// Two re-entry problems of the filtering literature, with the parameters in
// which they are usually coded, as processes for the filters of this package.

// FallingBody is the vertical fall of Athans, Wishner and Bertolini (IEEE Trans.
// AC 13 (1968) 504) in the form of Julier, Uhlmann and Durrant-Whyte (IEEE
// Trans. AC 45 (2000) 477): states altitude (ft), velocity (ft/s, negative when
// falling) and ballistic parameter; exponential air.
func FallingBody() *ODE {
	const rho0, scaleFt, g = 2.0, 20000.0, 32.2
	return &ODE{States: 3, MaxStepS: 0.005, F: func(x, slope *State, jac *Mat7) {
		air := rho0 * math.Exp(-x[0]/scaleFt) / 2
		drag := air * x[1] * x[1] * x[2]
		slope[0], slope[1], slope[2] = x[1], drag-g, 0
		if jac != nil {
			jac[0][1] = 1
			jac[1][0] = -drag / scaleFt
			jac[1][1] = 2 * air * x[1] * x[2]
			jac[1][2] = air * x[1] * x[1]
		}
	}}
}

// FallingBodyRadar measures the slant range (ft) of a FallingBody from a radar
// 100,000 ft aside and 100,000 ft up.
type FallingBodyRadar struct{}

// Dim is 1.
func (FallingBodyRadar) Dim() int { return 1 }

// Measure gives the slant range.
func (FallingBodyRadar) Measure(x *State, z *[3]float64, h *[3][N]float64) {
	const asideFt, upFt = 1e5, 1e5
	z[0] = math.Hypot(asideFt, x[0]-upFt)
	if h != nil {
		*h = [3][N]float64{}
		h[0][0] = (x[0] - upFt) / z[0]
	}
}

// Residual is the plain difference.
func (FallingBodyRadar) Residual(a, b *[3]float64) [3]float64 { return [3]float64{a[0] - b[0]} }

// PlaneReentry is the re-entry in a plane of Julier and Uhlmann (Proc. IEEE 92
// (2004) 401): states position (km), velocity (km/s) and the logarithm of the
// drag factor; exponential air over a round Earth.
func PlaneReentry() *ODE {
	const b0, scaleKm, gm, radiusKm = -0.59783, 13.406, 3.986e5, 6374.0
	return &ODE{States: 5, MaxStepS: 0.1, F: func(x, slope *State, jac *Mat7) {
		r := math.Hypot(x[0], x[1])
		v := math.Hypot(x[2], x[3])
		d := b0 * math.Exp(x[4]) * math.Exp((radiusKm-r)/scaleKm) * v
		g := -gm / (r * r * r)
		*slope = State{x[2], x[3], d*x[2] + g*x[0], d*x[3] + g*x[1]}
		if jac == nil {
			return
		}
		jac[0][2], jac[1][3] = 1, 1
		for i := range 2 {
			for k := range 2 {
				jac[2+i][k] = -d/scaleKm*x[k]/r*x[2+i] - 3*g*x[k]/(r*r)*x[i]
				jac[2+i][2+k] = d * x[2+k] / (v * v) * x[2+i]
			}
			jac[2+i][i] += g
			jac[2+i][2+i] += d
			jac[2+i][4] = d * x[2+i]
		}
	}}
}
