package cover

import (
	"math"

	"testudo/internal/geo"
	"testudo/internal/units"
)

// Plane is the Lambert azimuthal equal-area projection about a centre, on the
// authalic sphere of the ellipsoid: a square of the plane is the same area
// wherever it lies (Snyder, Map Projections: A Working Manual, USGS 1987, ch. 24
// and eq. 3-11 to 3-18).
type Plane struct {
	el         geo.Ellipsoid
	lon0       float64
	sin0, cos0 float64
	e2, e, qp  float64
	radius     float64
}

// NewPlane is the projection about a centre, on an ellipsoid or a sphere.
func NewPlane(el geo.Ellipsoid, centre geo.LLA) Plane {
	p := Plane{el: el, lon0: float64(centre.Lon), e2: el.F * (2 - el.F)}
	p.e = math.Sqrt(p.e2)
	p.qp = p.q(1)
	p.radius = el.A * math.Sqrt(p.qp/2)
	b := p.authalic(float64(centre.Lat))
	p.sin0, p.cos0 = math.Sin(b), math.Cos(b)
	return p
}

func (p *Plane) q(sin float64) float64 {
	if p.e2 == 0 {
		return 2 * sin
	}
	return (1 - p.e2) * (sin/(1-p.e2*sin*sin) + math.Atanh(p.e*sin)/p.e)
}

func (p *Plane) authalic(lat float64) float64 {
	return math.Asin(math.Max(-1, math.Min(1, p.q(math.Sin(lat))/p.qp)))
}

// Forward gives metres east and north of the centre; a point within some metres
// of the antipode has no place.
func (p *Plane) Forward(at geo.LLA) (east, north float64, ok bool) {
	b, d := p.authalic(float64(at.Lat)), float64(at.Lon)-p.lon0
	sin, cos := math.Sin(b), math.Cos(b)
	c := 1 + p.sin0*sin + p.cos0*cos*math.Cos(d)
	if c < 1e-9 {
		return 0, 0, false
	}
	k := p.radius * math.Sqrt(2/c)
	return k * cos * math.Sin(d), k * (p.cos0*sin - p.sin0*cos*math.Cos(d)), true
}

// Inverse is the point of a place on the plane; false beyond the antipode.
func (p *Plane) Inverse(east, north float64) (geo.LLA, bool) {
	rho := math.Hypot(east, north)
	if rho > 1.9999*p.radius {
		return geo.LLA{}, false
	}
	if rho == 0 {
		rho = 1e-9
	}
	c := 2 * math.Asin(rho/(2*p.radius))
	sin, cos := math.Sin(c), math.Cos(c)
	b := math.Asin(math.Max(-1, math.Min(1, cos*p.sin0+north*sin*p.cos0/rho)))
	lon := p.lon0 + math.Atan2(east*sin, rho*p.cos0*cos-north*p.sin0*sin)
	e2, e4, e6 := p.e2, p.e2*p.e2, p.e2*p.e2*p.e2
	lat := b + (e2/3+31*e4/180+517*e6/5040)*math.Sin(2*b) + (23*e4/360+251*e6/3780)*math.Sin(4*b) + 761*e6/45360*math.Sin(6*b)
	return geo.LLA{Lat: units.Angle(lat), Lon: units.Angle(math.Remainder(lon, 2*math.Pi))}, true
}
