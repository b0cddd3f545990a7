package flight

import (
	"math"

	"testudo/internal/geo"
	"testudo/internal/units"
)

// Closed forms of free flight between two points on a sphere (Bate, Mueller &
// White ch. 6; Wheelon 1959). Q is the speed parameter v²R/mu.

// leastSpeed gives the least launch speed (m/s) for a range angle phi (rad) and
// the flight-path angle (rad) that goes with it.
func leastSpeed(phi, mu, radiusM float64) (speed, fpa float64) {
	s := math.Sin(phi / 2)
	return math.Sqrt(2 * s / (1 + s) * mu / radiusM), (math.Pi - phi) / 4
}

// angles gives the low and the high flight-path angle (rad) at which a launch
// speed reaches a range angle phi; ok is false if none does.
func angles(speed, phi, mu, radiusM float64) (low, high float64, ok bool) {
	q := speed * speed * radiusM / mu
	x := (2 - q) / q * math.Sin(phi/2)
	if x > 1 {
		if x > 1+1e-9 {
			return 0, 0, false
		}
		x = 1
	}
	if x < -1 {
		return 0, 0, false
	}
	a := math.Asin(x)
	return (a - phi/2) / 2, (math.Pi - a - phi/2) / 2, true
}

// conic gives launch speed (m/s) and flight-path angle (rad) of the flight over a
// range angle phi with a stated apogee height.
func conic(phi, apogeeM, mu, radiusM float64) (speed, fpa float64) {
	ra := radiusM + apogeeM
	c := math.Cos(phi / 2)
	// The launch lies half the range angle from the apogee:
	// R = ra(1-e)/(1-e cos(phi/2)).
	e := (ra - radiusM) / (ra - radiusM*c)
	a := ra / (1 + e)
	speed = math.Sqrt(mu * (2/radiusM - 1/a))
	return speed, math.Acos(min(1, math.Sqrt(mu*ra*(1-e))/(radiusM*speed)))
}

// Ellipse is a ballistic flight between two points of a sphere in closed form.
type Ellipse struct {
	Speed        units.Speed    // at launch and impact
	Angle        units.Angle    // of flight path at launch, above the horizon
	Apogee       units.Length   // height
	Time         units.Duration // of flight
	ApogeeSpeed  units.Speed
	Eccentricity float64
}

// ellipseOf gives the flight with a launch flight-path
// angle and speed on a sphere.
func ellipseOf(speed, fpa, mu, radiusM float64) Ellipse {
	q := speed * speed * radiusM / mu
	c := math.Cos(fpa)
	e := math.Sqrt(max(0, 1-q*(2-q)*c*c))
	a := radiusM / (2 - q)
	// Eccentric anomaly at launch, from R = a(1 - e cos E) and the climb.
	ec := 1 - radiusM/a
	es := math.Sin(fpa) * math.Sqrt(q) * math.Sqrt(radiusM/a)
	anomaly := math.Atan2(es, ec)
	mean := anomaly - es
	t := 2 * (math.Pi - mean) * math.Sqrt(a*a*a/mu)
	return Ellipse{
		Speed: units.Speed(speed), Angle: units.Angle(fpa), Apogee: units.Length(a*(1+e) - radiusM), Time: units.Duration(t),
		ApogeeSpeed: units.Speed(speed * c * radiusM / (a * (1 + e))), Eccentricity: e,
	}
}

// LeastEnergy is the least-energy flight over a ground distance on a sphere,
// launched impulsively at its surface.
func LeastEnergy(distance, radius units.Length, mu float64) Ellipse {
	r := float64(radius)
	v, g := leastSpeed(float64(distance)/r, mu, r)
	return ellipseOf(v, g, mu, r)
}

// ThroughApogee is the flight over a ground distance with a stated apogee height.
func ThroughApogee(distance, apogee, radius units.Length, mu float64) Ellipse {
	r := float64(radius)
	v, g := conic(float64(distance)/r, float64(apogee), mu, r)
	return ellipseOf(v, g, mu, r)
}

// aimKepler solves an impulsive missile's flight on the still, airless sphere in
// closed form.
func (m *Missile) aimKepler(e Earth, a Aim, p *pad, distanceM float64) (*Trajectory, error) {
	r := e.Ellipsoid.A
	phi := distanceM / r
	least, fpa := leastSpeed(phi, e.Mu, r)
	if least > m.gain*(1+1e-9) {
		return nil, &OutOfReachError{Distance: units.Length(distanceM), MaxRange: m.spec.Range}
	}
	speed := least
	switch a.Shape {
	case Lofted, Depressed:
		speed = spend(least, max(m.gain, least), a.Fraction)
		low, high, ok := angles(speed, phi, e.Mu, r)
		if !ok {
			return nil, errNoSolution
		}
		if fpa = low; a.Shape == Lofted {
			fpa = high
		}
	case ToApogee:
		speed, fpa = conic(phi, float64(a.Apogee), e.Mu, r)
		if speed > m.gain*lightGain {
			return nil, &ApogeeError{Apogee: a.Apogee, Distance: units.Length(distanceM), Needs: units.Speed(speed), Has: units.Speed(m.gain * lightGain)}
		}
	}
	s := m.stepper(&e, exact)
	s.keep, s.segs = true, make([]segment, 0, 2*roomForSegments)
	s.floorM = 0
	if _, err := m.fly(&s, p, controls{gain: speed, ahead: math.Pi/2 - fpa}); err != nil {
		return nil, err
	}
	e.Air = false
	return s.trajectory(e, m.beta, speed, 0, nil), nil
}

// onSphere reports whether both places lie on the surface of a Keplerian Earth.
func onSphere(e *Earth, a, b geo.LLA) bool {
	return e.keplerian() && a.Alt == 0 && b.Alt == 0
}
