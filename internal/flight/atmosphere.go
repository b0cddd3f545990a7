package flight

import "math"

// US Standard Atmosphere 1976 (NOAA-S/T 76-1562) up to 84.852 km of
// geopotential height, and an exponential tail fitted to it above.

const (
	geopotentialRadiusM = 6356766.0
	gravity0            = 9.80665
	gasConstant         = 287.05287 // J/(kg K), R*/M0 = 8314.32/28.9644
	tailFromM           = 86000.0   // geometric
	tailScaleM          = 6000.0    // scale height of the tail
	tailEndM            = 150000.0  // above, drag on these bodies is below 1e-7 g
	layers              = 7
	// regions: the seven layers, the tail, and the vacuum above.
	regionTail   = layers
	regionVacuum = layers + 1
)

var layerBaseM = [layers + 1]float64{0, 11000, 20000, 32000, 47000, 51000, 71000, 84852}
var layerLapse = [layers]float64{-6.5e-3, 0, 1e-3, 2.8e-3, 0, -2.8e-3, -2e-3}

var air struct {
	t, p, rho [layers + 1]float64 // at the base of each layer
	exponent  [layers]float64     // of the density in a layer with a lapse
	k         [layers]float64     // 1/scale height in an isothermal layer
	// Geometric height at which region i gives way to region i+1.
	topM [regionVacuum]float64
}

func init() {
	t, p := 288.15, 101325.0
	for i := 0; i < layers; i++ {
		air.t[i], air.p[i], air.rho[i] = t, p, p/(gasConstant*t)
		d := layerBaseM[i+1] - layerBaseM[i]
		if l := layerLapse[i]; l != 0 {
			next := t + l*d
			air.exponent[i] = gravity0/(gasConstant*l) + 1
			p *= math.Pow(next/t, -gravity0/(gasConstant*l))
			t = next
		} else {
			air.k[i] = gravity0 / (gasConstant * t)
			p *= math.Exp(-air.k[i] * d)
		}
		h := layerBaseM[i+1]
		air.topM[i] = h * geopotentialRadiusM / (geopotentialRadiusM - h)
	}
	air.t[layers], air.p[layers], air.rho[layers] = t, p, p/(gasConstant*t)
	// The last layer ends where the tail begins, at 86 km.
	air.topM[layers-1] = tailFromM
	air.topM[layers] = tailEndM
}

// region gives the number of the atmosphere's region at a geometric height.
func region(hM float64) int {
	for i, top := range air.topM {
		if hM < top {
			return i
		}
	}
	return regionVacuum
}

// densityIn gives the density by the formula of a region, which is smooth also
// a little outside it: a step that begins in a region is taken by its formula
// and ends on the boundary.
func densityIn(i int, hM float64) float64 {
	switch {
	case i == regionVacuum:
		return 0
	case i == regionTail:
		return air.rho[layers] * math.Exp(-(hM-tailFromM)*(1/tailScaleM))
	}
	d := hM*geopotentialRadiusM/(geopotentialRadiusM+hM) - layerBaseM[i]
	if x := air.exponent[i]; x != 0 {
		return air.rho[i] * math.Exp(-x*math.Log(1+layerLapse[i]/air.t[i]*d))
	}
	return air.rho[i] * math.Exp(-air.k[i]*d)
}

// Density is the air's density in kg/m³ at a geometric height in m; below the
// ground it stays at its value there.
func Density(hM float64) float64 {
	if hM < 0 {
		hM = 0
	}
	return densityIn(region(hM), hM)
}

// Atmosphere gives temperature (K), pressure (Pa), density (kg/m³) and speed of
// sound (m/s) at a geometric height up to 86 km; above, temperature and speed
// of sound stay at their last value and density follows the tail.
func Atmosphere(hM float64) (tK, pPa, rho, soundMps float64) {
	rho = Density(hM)
	i := min(region(math.Max(hM, 0)), layers-1)
	d := math.Max(hM, 0)*geopotentialRadiusM/(geopotentialRadiusM+math.Max(hM, 0)) - layerBaseM[i]
	tK = air.t[i] + layerLapse[i]*d
	if hM >= tailFromM {
		tK = air.t[layers]
	}
	pPa = rho * gasConstant * tK
	return tK, pPa, rho, math.Sqrt(1.4 * gasConstant * tK)
}
