package flight

import "math"

// Drag is the air's part of an acceleration, made ready for a body: for filters,
// which need it beside the acceleration and work out the rest themselves.
type Drag struct {
	f    field
	half float64 // ½/β; 0: no air
	topM float64 // farther than this from the centre there is none
}

// Drag makes ready for a ballistic coefficient, kg/m² (+Inf: no drag).
func (e Earth) Drag(beta float64) Drag {
	d := Drag{f: e.field(), topM: e.Ellipsoid.A + airTopM}
	if e.Air && !math.IsInf(beta, 1) {
		d.half = 0.5 / beta
	}
	return d
}

// At is ½ρ/β in 1/m at a distance rM from the Earth's centre, given also the
// inverse of that distance and the squared sine of the geocentric latitude: times
// speed and velocity it is what Accel takes off. 0 above AirTop. The ellipsoid
// lies inside the sphere of its equator, so that most places without air are told
// by their distance alone.
func (d *Drag) At(rM, ir, s2 float64) float64 {
	if rM > d.topM || d.half == 0 {
		return 0
	}
	h := d.f.height(rM, ir, s2)
	i := layerAt(us76, h)
	if i == len(us76) {
		return 0
	}
	return d.half * us76[i].density(h)
}
