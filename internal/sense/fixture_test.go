package sense

import (
	"math"
	"testing"

	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/units"
)

// fly is a free flight from a place: speed over the ground, flight-path angle
// and azimuth in degrees.
func fly(t testing.TB, e flight.Earth, at geo.LLA, speedMps, fpaDeg, azDeg, beta float64) *flight.Trajectory {
	t.Helper()
	f := e.Ellipsoid.Frame(at)
	sf, cf := math.Sincos(fpaDeg * math.Pi / 180)
	sa, ca := math.Sincos(azDeg * math.Pi / 180)
	v := f.RotateToECEF([3]float64{speedMps * cf * sa, speedMps * cf * ca, speedMps * sf})
	tr, err := e.Free(e.Ellipsoid.ECEF(at), v, beta)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// medium is a flight of some 1,000 km over 8 minutes on the real Earth.
func medium(t testing.TB) *flight.Trajectory {
	at := geo.Deg(39, 127)
	at.Alt = 40_000
	return fly(t, flight.RealEarth(), at, 2900, 42, 120, 5000)
}

// beside is a place so many degrees from the point of impact.
func beside(tr *flight.Trajectory, north, east float64) geo.LLA {
	p := tr.Impact()
	return geo.LLA{Lat: p.Lat + units.Degrees(north), Lon: p.Lon + units.Degrees(east), Alt: 20}
}

// forward is a radar of the strong, narrow kind; the numbers are made up.
func forward(at geo.LLA, facingDeg float64) Radar {
	return Radar{
		At: at, Facing: units.Degrees(facingDeg), AzimuthField: units.Degrees(120), MinElevation: units.Degrees(2),
		MaxElevation: units.Degrees(85), ReferenceRange: 700e3, ReferenceRCS: 0.1, Revisit: 8, TrackInterval: 1,
		CueFactor: 1.5, WarnedFactor: 1.2, RangeAccuracy: 10, AngleAccuracy: 8e-4,
	}
}
