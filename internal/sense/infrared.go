package sense

import (
	"math"

	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/units"
)

// Infrared is an early-warning satellite system. It sees the burning motor once
// the missile is above the clouds, and reports Delay later, with probability
// DetectionProbability per flight (not per scan: clouds, plume and processing
// are the same for the whole burn). The report carries the launch point to
// LaunchPointAccuracy and the heading to HeadingAccuracy, both 1 sigma: enough
// to warn and to cue a radar, not to guide anything. It has no part in the
// fused track.
type Infrared struct {
	Delay, Revisit       units.Duration
	DetectionProbability float64
	LaunchPointAccuracy  units.Length
	HeadingAccuracy      units.Angle
	CloudHeight          units.Length
}

// Observe returns the view of the satellites. The curve gives the time at which
// the report is out: Delay is already in it. First and Last bound the burn
// above the clouds. Search, Warned and Cued are the same; there are no looks.
// A missile without a burn (the impulsive textbook kind) is never seen.
func (i Infrared) Observe(e flight.Earth, tr *flight.Trajectory) View {
	burnout := tr.BurnoutS()
	cloud := float64(i.CloudHeight)
	p := clamp(i.DetectionProbability, 0, 1)
	height := func(t float64) float64 {
		r, _ := tr.At(t)
		return e.Ellipsoid.Height(geo.ECEF(r))
	}
	if !(burnout > 0) || !(p > 0) || height(burnout) < cloud {
		return unseen()
	}
	// The height grows all through the burn, so one bisection finds the clouds.
	from := 0.0
	if height(0) < cloud {
		lo, hi := 0.0, burnout
		for hi-lo > edgeS {
			mid := 0.5 * (lo + hi)
			if height(mid) < cloud {
				lo = mid
			} else {
				hi = mid
			}
		}
		from = hi
	}
	v := View{First: from, Last: burnout}
	delay, revisit := math.Max(0, float64(i.Delay)), math.Max(0, float64(i.Revisit))
	var c Curve
	switch {
	case revisit == 0:
		c = Curve{T: []float64{from + delay}, P: []float64{p}}
	case from+revisit <= burnout:
		c = ramp(from+delay, revisit, p)
	default:
		// The burn may end between two scans: only part of the scans catch it.
		c = ramp(from+delay, burnout-from, p*(burnout-from)/revisit)
	}
	v.Search, v.Warned, v.Cued = c, c, c
	return v
}

// ramp is a probability that rises evenly from zero over spanS to p.
func ramp(fromS, spanS, p float64) Curve {
	const n = 8 // points enough that constant hazard between them looks straight
	c := Curve{T: make([]float64, n+1), P: make([]float64, n+1)}
	for k := range c.T {
		c.T[k] = fromS + spanS*float64(k)/n
		c.P[k] = p * float64(k) / n
	}
	return c
}
