// Package geo is the Earth: ellipsoid, Earth-fixed and local frames as distinct
// types, geodesics and the radar horizon.
package geo

import (
	"math"

	"testudo/internal/units"
)

// LLA is a geodetic place: latitude, longitude, height above the ellipsoid.
type LLA struct {
	Lat, Lon units.Angle
	Alt      units.Length
}

// Deg makes a place on the ellipsoid from degrees.
func Deg(lat, lon float64) LLA { return LLA{Lat: units.Degrees(lat), Lon: units.Degrees(lon)} }

// ECEF is a place in the Earth-centred Earth-fixed frame, m.
type ECEF [3]float64

// ENU is a place in a local east-north-up frame, m.
type ENU [3]float64

// NED is a place or velocity in a local north-east-down frame, m or m/s.
type NED [3]float64

// Ellipsoid is a body of revolution: equatorial radius A (m) and flattening F.
type Ellipsoid struct{ A, F float64 }

// WGS84 is the World Geodetic System's ellipsoid (NIMA TR8350.2).
var WGS84 = Ellipsoid{6378137, 1 / 298.257223563}

// Sphere is an Earth without flattening.
func Sphere(r units.Length) Ellipsoid { return Ellipsoid{A: float64(r)} }

func (e Ellipsoid) e2() float64 { return e.F * (2 - e.F) }

// ECEF converts a geodetic place to Earth-fixed axes (WGS-84: NIMA TR8350.2,
// §4.3).
func (e Ellipsoid) ECEF(p LLA) ECEF {
	sl, cl := math.Sincos(float64(p.Lat))
	so, co := math.Sincos(float64(p.Lon))
	e2 := e.e2()
	n := e.A / math.Sqrt(1-e2*sl*sl)
	h := float64(p.Alt)
	return ECEF{(n + h) * cl * co, (n + h) * cl * so, (n*(1-e2) + h) * sl}
}

// LLA converts an Earth-fixed place, by Bowring's formula (B. R. Bowring,
// "Transformation from spatial to geographical coordinates", Survey Review 23,
// 323-327, 1976) with Newton steps on the parametric latitude: what comes back
// through ECEF is within 1e-8 m from the centre to 10,000 km out. At the poles
// the longitude is 0. Near the centre, where several latitudes fit, it is that of
// the nearest point of the surface, and on the plane of the equator 0.
func (e Ellipsoid) LLA(r ECEF) LLA {
	p := math.Hypot(r[0], r[1])
	lon := 0.0
	if p > 0 {
		lon = math.Atan2(r[1], r[0])
	}
	if p == 0 && r[2] == 0 {
		return LLA{0, 0, units.Length(-e.A)}
	}
	e2 := e.e2()
	lat := 0.0
	// Bowring's formula fails inside the evolute of the meridian ellipse, which
	// reaches e²·A/(1-F) = 43 km from the centre of the Earth.
	if math.Hypot(p, r[2]) < 1.5*e2*e.A/(1-e.F) {
		lat = e.deepLat(p, r[2])
	} else {
		lat = e.bowring(p, r[2])
	}
	sl, cl := math.Sincos(lat)
	// Projected on the normal this holds at the poles and the equator alike.
	h := p*cl + r[2]*sl - e.A*math.Sqrt(1-e2*sl*sl)
	return LLA{units.Angle(lat), units.Angle(lon), units.Length(h)}
}

// bowring gives the latitude of a place p from the axis and z above the equator.
func (e Ellipsoid) bowring(p, z float64) float64 {
	e2, b := e.e2(), e.A*(1-e.F)
	ep2 := e2 / (1 - e2)
	beta := math.Atan2(e.A*z, b*p)
	lat := 0.0
	for i := 0; i < 6; i++ {
		sb, cb := math.Sincos(beta)
		lat = math.Atan2(z+ep2*b*sb*sb*sb, p-e2*e.A*cb*cb*cb)
		next := math.Atan2((1-e.F)*math.Sin(lat), math.Cos(lat))
		if math.Abs(next-beta) < 1e-16 {
			break
		}
		beta = next
	}
	return lat
}

// deepLat gives the latitude of the surface point nearest to a place near the
// centre. The point (x, y) has p = x(1 + t/A²), z = y(1 + t/B²) for one t above
// -B², found by halving the bracket in s = t + B² (D. Eberly, "Distance from a
// point to an ellipse", 2013): slow, but it cannot fail.
func (e Ellipsoid) deepLat(p, z float64) float64 {
	if z == 0 {
		return 0
	}
	b := e.A * (1 - e.F)
	c2 := e.A*e.A - b*b
	y := math.Abs(z)
	lo, hi := b*y, math.Hypot(e.A*p, b*y)
	for {
		s := lo + (hi-lo)/2
		if !(s > lo && s < hi) {
			return math.Copysign(math.Atan2(y/s, p/(s+c2)), z)
		}
		if math.Hypot(e.A*p/(s+c2), b*y/s) > 1 {
			lo = s
		} else {
			hi = s
		}
	}
}

// Height is the height above the ellipsoid, m: the fast way, for the inner loop
// of the integrator. On WGS-84 within 1e-8 m of LLA's from the surface up, and within
// 1e-4 m down to 1,000 km from the centre.
func (e Ellipsoid) Height(r ECEF) float64 {
	if e.F == 0 {
		return math.Sqrt(r[0]*r[0]+r[1]*r[1]+r[2]*r[2]) - e.A
	}
	p2 := r[0]*r[0] + r[1]*r[1]
	p := math.Sqrt(p2)
	e2 := e.e2()
	b := e.A * (1 - e.F)
	ep2 := e2 / (1 - e2)
	// One step of Bowring's formula; the tiny number stands in for p at the poles.
	tb := r[2] * e.A / (p*b + 1e-300)
	cb := 1 / math.Sqrt(1+tb*tb)
	sb := tb * cb
	y, x := r[2]+ep2*b*sb*sb*sb, p-e2*e.A*cb*cb*cb
	d := math.Sqrt(x*x + y*y)
	sl, cl := y/d, x/d
	return p*cl + r[2]*sl - e.A*math.Sqrt(1-e2*sl*sl)
}

// Frame is a local frame: its origin, and the directions east, north and up as
// the rows of a rotation from Earth-fixed axes.
type Frame struct {
	Origin ECEF
	R      [3][3]float64
}

// Frame gives the local frame at a place.
func (e Ellipsoid) Frame(p LLA) Frame {
	sl, cl := math.Sincos(float64(p.Lat))
	so, co := math.Sincos(float64(p.Lon))
	return Frame{e.ECEF(p), [3][3]float64{{-so, co, 0}, {-sl * co, -sl * so, cl}, {cl * co, cl * so, sl}}}
}

// ENU gives a place in the frame.
func (f Frame) ENU(r ECEF) ENU {
	return ENU(f.RotateToENU([3]float64{r[0] - f.Origin[0], r[1] - f.Origin[1], r[2] - f.Origin[2]}))
}

// ECEF gives back the Earth-fixed place.
func (f Frame) ECEF(u ENU) ECEF {
	d := f.RotateToECEF(u)
	return ECEF{f.Origin[0] + d[0], f.Origin[1] + d[1], f.Origin[2] + d[2]}
}

// RotateToENU turns an Earth-fixed direction or velocity into the frame.
func (f Frame) RotateToENU(v [3]float64) [3]float64 {
	var o [3]float64
	for i := range o {
		o[i] = f.R[i][0]*v[0] + f.R[i][1]*v[1] + f.R[i][2]*v[2]
	}
	return o
}

// RotateToECEF turns a direction or velocity of the frame into Earth-fixed axes.
func (f Frame) RotateToECEF(v [3]float64) [3]float64 {
	var o [3]float64
	for i := range o {
		o[i] = f.R[0][i]*v[0] + f.R[1][i]*v[1] + f.R[2][i]*v[2]
	}
	return o
}

// AzElRange gives azimuth clockwise from north (from 0, below 2π), elevation
// above the horizontal (-π/2 to π/2) and slant range.
func (u ENU) AzElRange() (az, el units.Angle, r units.Length) {
	g := math.Hypot(u[0], u[1])
	a := math.Atan2(u[0], u[1])
	if a < 0 {
		a += 2 * math.Pi
	}
	if a >= 2*math.Pi { // a hair west of north rounds to a full turn
		a = 0
	}
	return units.Angle(a), units.Angle(math.Atan2(u[2], g)), units.Length(math.Sqrt(g*g + u[2]*u[2]))
}

// FromAzElRange is the inverse of AzElRange.
func FromAzElRange(az, el units.Angle, r units.Length) ENU {
	sa, ca := math.Sincos(float64(az))
	se, ce := math.Sincos(float64(el))
	d := float64(r)
	return ENU{d * ce * sa, d * ce * ca, d * se}
}

// NED turns a local place into north-east-down order.
func (u ENU) NED() NED { return NED{u[1], u[0], -u[2]} }

// MeanRadius is the Earth's mean radius (2a+b)/3 on WGS-84, m, which the radar
// horizon uses.
const MeanRadius = 6371008.8

// Horizon is the distance at which a radar at ground level loses a target at
// height h: 4/3-Earth refraction, sqrt(2·(4/3)R·h + h²).
func Horizon(h units.Length) units.Length {
	if h <= 0 {
		return 0
	}
	x := float64(h)
	return units.Length(math.Sqrt(2*4.0/3.0*MeanRadius*x + x*x))
}

// raySwitchM is the height above which a target is seen along a straight line:
// the 4/3-Earth rule stands for the bending of rays low in the atmosphere only.
const raySwitchM = 10000

// Elevation43 is the apparent elevation of a target: geometric, plus, below
// 10 km, what the 4/3-Earth rule adds (a quarter of the sagitta s²/2R turned
// into an angle).
func Elevation43(e Ellipsoid, sensor Frame, target ECEF) units.Angle {
	u := sensor.ENU(target)
	_, el, r := u.AzElRange()
	return el + Lift43(e, target, r)
}

// Lift43 is what the 4/3-Earth rule adds to the elevation of a target at a slant
// range.
func Lift43(e Ellipsoid, target ECEF, slant units.Length) units.Angle {
	// Nothing this far from the centre is low, whatever its latitude.
	if top := e.A + raySwitchM; target[0]*target[0]+target[1]*target[1]+target[2]*target[2] > top*top || !(slant > 0) {
		return 0
	}
	if e.Height(target) < raySwitchM {
		return units.Angle(float64(slant) / (8 * MeanRadius))
	}
	return 0
}
