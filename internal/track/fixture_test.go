package track

import (
	"math"
	"testing"

	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/sense"
	"testudo/internal/units"
)

// start is a state on a free flight: height, speed over the ground, flight-path
// angle and azimuth at a place.
func start(e flight.Earth, at geo.LLA, speedMps, fpaDeg, azDeg float64) (r, v [3]float64) {
	f := e.Ellipsoid.Frame(at)
	sf, cf := math.Sincos(fpaDeg * math.Pi / 180)
	sa, ca := math.Sincos(azDeg * math.Pi / 180)
	v = f.RotateToECEF([3]float64{speedMps * cf * sa, speedMps * cf * ca, speedMps * sf})
	return e.Ellipsoid.ECEF(at), v
}

// nodong is a flight of some 1,000 km over 9 to 10 minutes on the real Earth,
// followed from a burnout 40 km up (the case of the project's speed bars).
func nodong(t testing.TB) *flight.Trajectory {
	t.Helper()
	e := flight.RealEarth()
	at := geo.Deg(39, 127)
	at.Alt = 40_000
	r, v := start(e, at, 2900, 42, 120)
	tr, err := e.Free(r, v, 5000)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// site is a place d degrees north and east of the impact point.
func site(tr *flight.Trajectory, north, east float64) geo.LLA {
	p := tr.Impact()
	return geo.LLA{Lat: p.Lat + units.Degrees(north), Lon: p.Lon + units.Degrees(east)}
}

// fullLooks are looks at even times over the whole flight, all with the same
// errors: the geometry alone decides.
func fullLooks(tr *flight.Trajectory, from, to, step, sigmaR, sigmaA, pd float64) []sense.Look {
	var out []sense.Look
	for t := from; t <= to; t += step {
		out = append(out, sense.Look{T: t, SNR: 100, Pd: pd, SigmaRangeM: sigmaR, SigmaAngleRad: sigmaA, SpanS: step})
	}
	return out
}
