package flight

import (
	"fmt"
	"math"
	"slices"

	"testudo/internal/geo"
	"testudo/internal/units"
)

// Phase is a part of a flight.
type Phase uint8

// The phases: under power; free outside the air; free and below 100 km on the
// way down. A flight that never rises to 100 km coasts to its end.
const (
	Boost Phase = iota
	Coast
	Reentry
)

// String names the phase.
func (p Phase) String() string {
	if int(p) < len(phaseNames) {
		return phaseNames[p]
	}
	return "unknown"
}

var phaseNames = [...]string{"boost", "coast", "re-entry"}

// Event is a moment of a flight.
type Event struct {
	Name string  // launch, staging, burnout, apogee, re-entry, impact
	TS   float64 // s after launch
}

// Trajectory is a flight from launch to impact, dense in time. It is immutable.
type Trajectory struct {
	earth     Earth
	beta      float64
	segs      []segment
	index     []int32 // for equal slices of time: the segment in which the slice begins
	perSecond float64 // slices per second
	endS      float64
	burnoutS  float64
	stagingS  []float64
	apogeeS   float64
	apogeeM   float64
	reentryS  float64
	gainMps   float64
}

// Room is what a flight takes. A trajectory that was flown in a room holds until the
// next one is. The zero value will do; it is one goroutine's.
type Room struct {
	tr   Trajectory
	segs []segment
}

// trajectory hands over what a stepper kept.
func (s *stepper) trajectory(e Earth, beta, gainMps, burnoutS float64, stagingS []float64) *Trajectory {
	if cap(s.segs) > 2*len(s.segs) {
		s.segs = append(make([]segment, 0, len(s.segs)), s.segs...)
	}
	tr := new(Trajectory)
	s.lay(tr, e, beta, gainMps, burnoutS, stagingS)
	return tr
}

// lay is trajectory in the place of another.
func (s *stepper) lay(tr *Trajectory, e Earth, beta, gainMps, burnoutS float64, stagingS []float64) {
	n := 2*len(s.segs) + 1
	*tr = Trajectory{
		earth: e, beta: beta, segs: s.segs, index: slices.Grow(tr.index[:0], n+1)[:n+1], endS: s.tS,
		burnoutS: burnoutS, stagingS: stagingS, apogeeS: s.apogeeS, apogeeM: s.apogeeM, reentryS: s.reentryS, gainMps: gainMps,
	}
	if math.IsNaN(tr.reentryS) {
		tr.reentryS = tr.endS
	}
	tr.perSecond = float64(n) / tr.endS
	k := 0
	for i := range tr.index {
		t := float64(i) / tr.perSecond
		for k+1 < len(tr.segs) && tr.segs[k+1].t0 <= t {
			k++
		}
		// One slice early, so that rounding in the look-up cannot overshoot.
		tr.index[i] = int32(max(k-1, 0))
	}
}

// Earth is the body flown over.
func (tr *Trajectory) Earth() Earth { return tr.earth }

// Beta is the ballistic coefficient after burnout, kg/m²; +Inf without drag.
func (tr *Trajectory) Beta() float64 { return tr.beta }

// Duration is the time from launch to impact, s.
func (tr *Trajectory) Duration() float64 { return tr.endS }

// Gain is the ideal velocity gain spent; of an impulsive missile its launch speed,
// of a free flight 0.
func (tr *Trajectory) Gain() units.Speed { return units.Speed(tr.gainMps) }

// BurnoutS is the end of powered flight, s after launch.
func (tr *Trajectory) BurnoutS() float64 { return tr.burnoutS }

// ApogeeS is the time of the highest point, s after launch.
func (tr *Trajectory) ApogeeS() float64 { return tr.apogeeS }

// Apogee is the greatest height above the ellipsoid.
func (tr *Trajectory) Apogee() units.Length { return units.Length(tr.apogeeM) }

// ReentryS is the time at which the flight comes down through 100 km; its
// duration if it never does.
func (tr *Trajectory) ReentryS() float64 { return tr.reentryS }

// At gives the Earth-fixed position (m) and the velocity relative to the turning
// Earth (m/s) at a time in s after launch, by the integrator's own interpolant:
// within the integration's tolerance, some centimetres. Times outside the flight
// give its ends. It does not allocate.
func (tr *Trajectory) At(tS float64) (r, v [3]float64) {
	if !(tS > 0) {
		tS = 0
	} else if tS > tr.endS {
		tS = tr.endS
	}
	k := int(tr.index[int(tS*tr.perSecond)])
	for k+1 < len(tr.segs) && tr.segs[k+1].t0 <= tS {
		k++
	}
	var y [6]float64
	tr.segs[k].at(tS, &y)
	return [3]float64{y[0], y[1], y[2]}, [3]float64{y[3], y[4], y[5]}
}

// Speed is the speed relative to the turning Earth at a time.
func (tr *Trajectory) Speed(tS float64) units.Speed {
	_, v := tr.At(tS)
	return units.Speed(math.Sqrt(v[0]*v[0] + v[1]*v[1] + v[2]*v[2]))
}

// Impact is where the flight ends.
func (tr *Trajectory) Impact() geo.LLA {
	r, _ := tr.At(tr.endS)
	return tr.earth.Ellipsoid.LLA(geo.ECEF(r))
}

// Phase tells the phase at a time.
func (tr *Trajectory) Phase(tS float64) Phase {
	switch {
	case tS < tr.burnoutS:
		return Boost
	case tS < tr.reentryS:
		return Coast
	}
	return Reentry
}

// Events lists the flight's moments in order of time.
func (tr *Trajectory) Events() []Event {
	out := []Event{{"launch", 0}}
	for _, t := range tr.stagingS {
		out = append(out, Event{"staging", t})
	}
	if tr.burnoutS > 0 {
		out = append(out, Event{"burnout", tr.burnoutS})
	}
	if tr.apogeeS > tr.burnoutS {
		out = append(out, Event{"apogee", tr.apogeeS})
	}
	if tr.reentryS < tr.endS {
		out = append(out, Event{"re-entry", tr.reentryS})
	}
	return append(out, Event{"impact", tr.endS})
}

// Free is the ballistic flight to the ground (height 0) from an Earth-fixed
// position r (m) and a velocity v relative to the turning Earth (m/s), with a
// ballistic coefficient beta in kg/m² (+Inf: no drag). It fails if the start lies
// below the ground, or if the flight does not come down within a day.
func (e Earth) Free(r, v [3]float64, beta float64) (*Trajectory, error) {
	return e.free(r, v, beta, us76, fine)
}

func (e Earth) free(r, v [3]float64, beta float64, layers []airLayer, tol tolerance) (*Trajectory, error) {
	s := stepper{f: e.field(), layers: layers, tol: tol, keep: true, segs: make([]segment, 0, roomForSegments)}
	if err := s.setDrag(&e, beta); err != nil {
		return nil, err
	}
	y := [6]float64{r[0], r[1], r[2], v[0], v[1], v[2]}
	s.begin(0, &y)
	if h := s.f.heightOf(&y); h < -edgeM {
		return nil, fmt.Errorf("the flight would begin %.3g m below the ground", -h)
	} else if h < 0 {
		s.floorM = h
	}
	if err := s.free(); err != nil {
		return nil, err
	}
	return s.trajectory(e, beta, 0, 0, nil), nil
}

// roomForSegments is what most flights need; more costs a second allocation.
const roomForSegments = 96

// setDrag checks and sets the ballistic coefficient.
func (s *stepper) setDrag(e *Earth, beta float64) error {
	if !(beta > 0) {
		return fmt.Errorf("a ballistic coefficient of %g kg/m2 is not above 0", beta)
	}
	s.f.drag = 0
	if e.Air {
		s.f.drag = 0.5 / beta
	}
	return nil
}
