package flight

import (
	"math"

	"testudo/internal/units"
)

// The US Standard Atmosphere 1976 (NOAA-S/T 76-1562): its defining formulas in
// seven layers of geopotential height up to 86 km, and above that the standard's
// own temperature profile with polynomials of ours through its tabulated total
// densities and mean molecular weights (within 0.5 % of the tables to 1,000 km).
//
// The hot path does not evaluate powers: in every layer ln(density) is a
// polynomial in geometric height, which agrees with the defining formula to
// 1e-10 and stays smooth a little outside the layer, so that an integration step
// belongs to one layer's formula from its first stage to its last.

const (
	geopotentialRadiusM = 6356766.0
	gravity0Mps2        = 9.80665
	universalGas        = 8314.32 // J/(kmol K), the standard's own value
	molarMassSea        = 28.9644 // kg/kmol
	gasConstant         = universalGas / molarMassSea
	heatRatio           = 1.4

	lowerTopM   = 86000.0   // geometric; 84,852 m geopotential
	airTopM     = 200000.0  // above, drag on these bodies is below 1e-6 m/s² and left out
	standardTop = 1000000.0 // the standard ends here
)

// The seven lower layers: geopotential base (m) and lapse rate (K/m).
var (
	layerBaseM = [...]float64{0, 11000, 20000, 32000, 47000, 51000, 71000}
	layerLapse = [...]float64{-6.5e-3, 0, 1e-3, 2.8e-3, 0, -2.8e-3, -2e-3}
)

const lowerLayers = 7

// ln(density) between 86 and 120, 120 and 200, 200 and 1,000 km, and the mean
// molecular weight between 86 and 120, 120 and 1,000 km, as polynomials in the
// height scaled to -1..1 over the interval. Least-squares fits of ours to the
// standard's tables I and VIII, exact at the joints.
var (
	lnTail1    = []float64{-14.92569456, -3.014309515, 0.1170649998, 0.01544827167, -0.04159090316, 0.1255466211, 0.10126203}
	lnTail2    = []float64{-20.51375369, -1.942379921, 0.5124499848, -0.1970826585, 0.08917452346, -0.09604750688, 0.05434604007}
	lnTail3    = []float64{-29.80558325, -5.735624889, 1.682902211, 1.210519457, 0.6125045965, -1.311705327, -0.6483414609, 0.4912231656, 0.4775171118, -0.2421199723}
	molarTail1 = []float64{28.10582051, -1.788401418, -0.8186220168, 0.4145902033, 0.2911969391}
	molarTail2 = []float64{12.79154029, -13.18322622, -12.58300455, 12.05119345, 35.8520623, -13.36475235, -34.96361171, -0.1751318197, 13.97534071, 3.539659775}
)

// polyDegree is the degree of a layer's polynomial: the least at which the
// lowest layer, the widest in temperature, is good to 1e-10.
const polyDegree = 10

// airLayer is one layer of the atmosphere in geometric height: ln(density in
// kg/m³) as a polynomial in t = (h-midM)·invHalf.
type airLayer struct {
	loM, hiM, midM, invHalf float64
	scaleM                  float64 // scale height at the middle
	c                       [polyDegree + 1]float64
}

// maxT bounds how far outside its layer a polynomial is believed; only a trial
// step that will be refused anyway goes farther.
const maxT = 1.5

// density gives the density in kg/m³ at a geometric height in m.
func (l *airLayer) density(hM float64) float64 {
	t := (hM - l.midM) * l.invHalf
	if t > maxT {
		t = maxT
	} else if t < -maxT {
		t = -maxT
	}
	c := &l.c
	t2 := t * t
	t4 := t2 * t2
	lo := (c[0] + c[1]*t) + (c[2]+c[3]*t)*t2
	mi := (c[4] + c[5]*t) + (c[6]+c[7]*t)*t2
	hi := (c[8] + c[9]*t) + c[10]*t2
	return exp(lo + t4*(mi+t4*hi))
}

// slope gives d(ln density)/dh in 1/m.
func (l *airLayer) slope(hM float64) float64 {
	t := (hM - l.midM) * l.invHalf
	s := 0.0
	for i := polyDegree; i > 0; i-- {
		s = s*t + float64(i)*l.c[i]
	}
	return s * l.invHalf
}

// exp2Steps is the table of 2^(k/32).
var exp2Steps = func() (t [32]float64) {
	for k := range t {
		t[k] = math.Exp2(float64(k) / 32)
	}
	return t
}()

// Constants of exp.
const (
	perLn2     = 32 / math.Ln2
	ln2High    = 6.93147180369123816490e-01 / 32
	ln2Low     = 1.90821492927058770002e-10 / 32
	roundShift = 6755399441055744.0 // 1.5·2^52: adding it rounds to a whole number
)

// exp is e^x for |x| < 600, good to 3e-15 relative: a table of 32 steps and a
// polynomial, cheaper than math.Exp.
func exp(x float64) float64 {
	n := x*perLn2 + roundShift
	k := int64(int32(math.Float64bits(n)))
	n -= roundShift
	r := (x - n*ln2High) - n*ln2Low
	r2 := r * r
	p := 1 + (r + r2*(0.5+r*(1.0/6)) + r2*r2*(1.0/24+r*(1.0/120)))
	return math.Float64frombits(math.Float64bits(exp2Steps[k&31]*p) + uint64(k>>5)<<52)
}

// us76 is the table of layers in which drag acts, from the ground up.
var us76 = buildLayers()

// geometric converts a geopotential height to a geometric one, m.
func geometric(hM float64) float64 {
	return hM * geopotentialRadiusM / (geopotentialRadiusM - hM)
}

// lower gives molecular-scale temperature and pressure by the formulas of lower
// layer i at a geopotential height.
func lower(i int, geopotentialM float64) (tK, pPa float64) {
	tK, pPa = 288.15, 101325
	for k := 0; ; k++ {
		d := geopotentialM - layerBaseM[k]
		if k < i {
			d = layerBaseM[k+1] - layerBaseM[k]
		}
		if l := layerLapse[k]; l != 0 {
			next := tK + l*d
			pPa *= math.Pow(next/tK, -gravity0Mps2/(gasConstant*l))
			tK = next
		} else {
			pPa *= math.Exp(-gravity0Mps2 / (gasConstant * tK) * d)
		}
		if k == i {
			return tK, pPa
		}
	}
}

func buildLayers() []airLayer {
	var out []airLayer
	for i := range lowerLayers {
		lo, hi := geometric(layerBaseM[i]), lowerTopM
		if i == 0 {
			lo = -5000 // the standard begins below sea level
		}
		if i+1 < lowerLayers {
			hi = geometric(layerBaseM[i+1])
		}
		out = append(out, fitLayer(lo, hi, func(h float64) float64 {
			t, p := lower(i, h*geopotentialRadiusM/(geopotentialRadiusM+h))
			return math.Log(p / (gasConstant * t))
		}))
	}
	out = append(out, seriesLayer(lowerTopM, 120000, lnTail1), seriesLayer(120000, airTopM, lnTail2))
	return out
}

// fitLayer interpolates a function at Chebyshev's nodes.
func fitLayer(loM, hiM float64, f func(hM float64) float64) airLayer {
	const n = polyDegree + 1
	l := airLayer{loM: loM, hiM: hiM, midM: (loM + hiM) / 2, invHalf: 2 / (hiM - loM)}
	var node, divided [n]float64
	for i := range n {
		node[i] = math.Cos(math.Pi * (float64(i) + 0.5) / n)
		divided[i] = f(l.midM + node[i]/l.invHalf)
	}
	// Newton's divided differences, then expanded into powers.
	for k := 1; k < n; k++ {
		for i := n - 1; i >= k; i-- {
			divided[i] = (divided[i] - divided[i-1]) / (node[i] - node[i-k])
		}
	}
	for i := n - 1; i >= 0; i-- {
		for k := n - 1; k > 0; k-- {
			l.c[k] = l.c[k-1] - node[i]*l.c[k]
		}
		l.c[0] = divided[i] - node[i]*l.c[0]
	}
	l.scaleM = -1 / l.slope(l.midM)
	return l
}

func seriesLayer(loM, hiM float64, c []float64) airLayer {
	l := airLayer{loM: loM, hiM: hiM, midM: (loM + hiM) / 2, invHalf: 2 / (hiM - loM)}
	copy(l.c[:], c)
	l.scaleM = -1 / l.slope(l.midM)
	return l
}

// layerAt finds the layer of a height; len(layers) above the last.
func layerAt(layers []airLayer, hM float64) int {
	i := 0
	for i < len(layers) && hM >= layers[i].hiM {
		i++
	}
	return i
}

func series(c []float64, t float64) float64 {
	s := 0.0
	for i := len(c) - 1; i >= 0; i-- {
		s = s*t + c[i]
	}
	return s
}

func scaled(hM, loM, hiM float64) float64 { return (2*hM - loM - hiM) / (hiM - loM) }

// AirTop is the height above which flights feel no drag. The air there slows even
// a light body at orbital speed by less than 1e-5 m/s².
const AirTop units.Length = airTopM

// Density is the air's density in kg/m³ at a geometric height in m, from 5 km
// below the sea (lower counts as that) to 1,000 km; 0 above. It agrees with
// Atmosphere to 1e-10.
func Density(altitudeM float64) float64 {
	h := max(altitudeM, -5000)
	if i := layerAt(us76, h); i < len(us76) {
		return us76[i].density(h)
	}
	if !(h <= standardTop) {
		return 0
	}
	return exp(series(lnTail3, scaled(h, airTopM, standardTop)))
}

// Atmosphere gives the US Standard Atmosphere 1976 at a geometric height in m:
// kinetic temperature (K; below 86 km the molecular-scale one, which differs
// from it by less than 0.05 % above 80 km only), pressure (Pa), density (kg/m³)
// and speed of sound (m/s). Exact below 86 km; within 0.5 % in density above;
// pressure and density are 0 above 1,000 km, where the standard ends. The
// standard gives no speed of sound above 86 km; what is returned there is
// sqrt(1.4 p/rho).
func Atmosphere(altitudeM float64) (tK, pPa, rho, soundMps float64) {
	h := math.Max(altitudeM, -5000)
	if h < lowerTopM {
		i := 0
		g := h * geopotentialRadiusM / (geopotentialRadiusM + h)
		for i+1 < lowerLayers && g >= layerBaseM[i+1] {
			i++
		}
		tK, pPa = lower(i, g)
		rho = pPa / (gasConstant * tK)
		return tK, pPa, rho, math.Sqrt(heatRatio * gasConstant * tK)
	}
	tK = upperTemperature(h)
	if h > standardTop || math.IsNaN(h) {
		return tK, 0, 0, math.Sqrt(heatRatio * universalGas / molarTop * tK)
	}
	var molar float64
	switch {
	case h < 120000:
		rho = math.Exp(series(lnTail1, scaled(h, lowerTopM, 120000)))
		molar = series(molarTail1, scaled(h, lowerTopM, 120000))
	case h < airTopM:
		rho = math.Exp(series(lnTail2, scaled(h, 120000, airTopM)))
		molar = series(molarTail2, scaled(h, 120000, standardTop))
	default:
		rho = math.Exp(series(lnTail3, scaled(h, airTopM, standardTop)))
		molar = series(molarTail2, scaled(h, 120000, standardTop))
	}
	pPa = rho * universalGas / molar * tK
	return tK, pPa, rho, math.Sqrt(heatRatio * pPa / rho)
}

// molarTop is the mean molecular weight at 1,000 km, kg/kmol.
const molarTop = 3.94

// upperTemperature is the standard's kinetic temperature above 86 km, K.
func upperTemperature(hM float64) float64 {
	z := hM / 1000
	switch {
	case z <= 91:
		return 186.8673
	case z <= 110:
		x := (z - 91) / -19.9429
		return 263.1905 - 76.3232*math.Sqrt(math.Max(0, 1-x*x))
	case z <= 120:
		return 240 + 12*(z-110)
	}
	const r0 = geopotentialRadiusM / 1000
	return 1000 - 640*math.Exp(-0.01875*(z-120)*(r0+120)/(r0+z))
}
