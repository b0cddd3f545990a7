package flight

import (
	"math"

	"testudo/internal/geo"
	"testudo/internal/units"
)

// Phase is a part of a flight.
type Phase uint8

// The phases. A flight that never leaves the air below 100 km is under way in
// Coast until its apogee and in Reentry after.
const (
	Boost Phase = iota
	Coast
	Reentry
)

// String names the phase.
func (p Phase) String() string { return [...]string{"boost", "coast", "re-entry"}[p] }

// Event is a moment of a flight.
type Event struct {
	Name string // burnout, apogee, re-entry, impact
	TS   float64
}

// Trajectory is a flight from launch to impact, dense in time: Earth-fixed
// position (m) and Earth-fixed velocity (m/s) at any time in seconds from launch.
type Trajectory struct {
	earth    Earth
	beta     float64
	segs     []segment
	index    []int32 // per second: the segment that holds it
	burnoutS float64
	apogeeS  float64
	apogeeM  float64
	downS    float64
	endS     float64
}

func newTrajectory(f *flier, burnoutS float64) *Trajectory {
	tr := &Trajectory{earth: *f.e, beta: 1 / f.invBeta, segs: f.segs, burnoutS: burnoutS, apogeeS: f.apogeeT, apogeeM: f.apogeeM, downS: f.downT, endS: f.t}
	if tr.downS < 0 {
		tr.downS = tr.endS
		if tr.apogeeM < reentryM {
			tr.downS = math.Max(tr.apogeeS, burnoutS)
		}
	}
	tr.index = make([]int32, int(tr.endS)+2)
	k := 0
	for s := range tr.index {
		for k < len(tr.segs)-1 && tr.segs[k].end <= float64(s) {
			k++
		}
		tr.index[s] = int32(k)
	}
	return tr
}

// Earth is the body flown over.
func (tr *Trajectory) Earth() Earth { return tr.earth }

// Beta is the ballistic coefficient after burnout, kg/m²; +Inf without drag.
func (tr *Trajectory) Beta() float64 { return tr.beta }

// Duration is the time from launch to impact, s.
func (tr *Trajectory) Duration() float64 { return tr.endS }

// BurnoutS is the end of powered flight, s.
func (tr *Trajectory) BurnoutS() float64 { return tr.burnoutS }

// ApogeeS is the time of the highest point, s.
func (tr *Trajectory) ApogeeS() float64 { return tr.apogeeS }

// Apogee is the greatest height.
func (tr *Trajectory) Apogee() units.Length { return units.Length(tr.apogeeM) }

// ReentryS is the time at which the flight comes down through 100 km, or its
// apogee if it stays below.
func (tr *Trajectory) ReentryS() float64 { return tr.downS }

// At gives position and velocity; times outside the flight give its ends.
func (tr *Trajectory) At(tS float64) (r, v [3]float64) {
	if !(tS > 0) {
		tS = 0
	} else if tS > tr.endS {
		tS = tr.endS
	}
	k := int(tr.index[int(tS)])
	for k < len(tr.segs)-1 && tr.segs[k].end < tS {
		k++
	}
	var y [6]float64
	tr.segs[k].at(tS, &y)
	return [3]float64{y[0], y[1], y[2]}, [3]float64{y[3], y[4], y[5]}
}

// HeightM is the height above the ellipsoid at a time, m.
func (tr *Trajectory) HeightM(tS float64) float64 {
	r, _ := tr.At(tS)
	return tr.earth.Ellipsoid.Height(geo.ECEF(r))
}

// Impact is where the flight ends.
func (tr *Trajectory) Impact() geo.LLA {
	r, _ := tr.At(tr.endS)
	return tr.earth.Ellipsoid.LLA(geo.ECEF(r))
}

// Phase gives the part of the flight a time falls in.
func (tr *Trajectory) Phase(tS float64) Phase {
	switch {
	case tS < tr.burnoutS:
		return Boost
	case tS < tr.downS:
		return Coast
	}
	return Reentry
}

// Events lists burnout, apogee, re-entry and impact in the order of time.
func (tr *Trajectory) Events() []Event {
	var out []Event
	if tr.burnoutS > 0 {
		out = append(out, Event{"burnout", tr.burnoutS})
	}
	out = append(out, Event{"apogee", tr.apogeeS})
	if tr.downS < tr.endS {
		out = append(out, Event{"re-entry", tr.downS})
	}
	return append(out, Event{"impact", tr.endS})
}

// Free flies a body from an Earth-fixed state (m, m/s) to the ground; beta is
// its ballistic coefficient in kg/m², +Inf for no drag.
func (e Earth) Free(r, v [3]float64, beta float64) (*Trajectory, error) {
	f := flier{e: &e, invBeta: 1 / beta, drag: e.Air && !math.IsInf(beta, 1), tol: fine, keep: true, y: [6]float64{r[0], r[1], r[2], v[0], v[1], v[2]}, downT: -1}
	f.apogeeM = e.Ellipsoid.Height(geo.ECEF(r))
	f.segs = make([]segment, 0, 64)
	if err := f.coast(); err != nil {
		return nil, err
	}
	return newTrajectory(&f, 0), nil
}
