package cover

import (
	"fmt"
	"math"

	"testudo/internal/geo"
	"testudo/internal/theatre"
	"testudo/internal/units"
)

// RadarView is the ground over which a radar sees a target at a height.
type RadarView struct {
	Sensor    string
	AltitudeM float64
	RCS       float64 // of the target, m²
	// Edges of the field: where one search look in two detects, unaided and
	// pointed by a track.
	Search, Cued     []Line
	SearchM2, CuedM2 float64
	// Where the least elevation would end the field whatever the range; nil if it
	// lies beyond what even a pointed radar reaches.
	Horizon             []Line
	HorizonM2           float64
	FacingDeg, FieldDeg float64 // 0 for all round
	HorizonM            float64 // ground distance of the least elevation at that height, straight ahead; 0 if range binds first
}

// azimuthStep is the spacing of the rays that trace a field's edge, degrees.
const azimuthStep = 1.0

// Radar maps what a sensor sees of a target with the cross-section rcs (m²) at a
// height (m), from its public range, field of regard and the horizon.
func Radar(t *theatre.Theatre, sensor string, altitudeM, rcs float64) (*RadarView, error) {
	at := -1
	var ids []string
	for i := range t.Sensors {
		ids = append(ids, t.Sensors[i].ID)
		if t.Sensors[i].ID == sensor {
			at = i
		}
	}
	switch {
	case at < 0:
		return nil, unknown("sensor", sensor, ids)
	case t.Sensors[at].Radar == nil:
		return nil, fmt.Errorf("%s is a satellite: it sees launches, not places", sensor)
	case !(altitudeM > 0 && altitudeM < 2e6):
		return nil, fmt.Errorf("a height of %g m: allowed are above 0 to 2000 km", altitudeM)
	case !(rcs > 0):
		return nil, fmt.Errorf("a cross-section of %g m²: it must be above 0", rcs)
	}
	r := t.Sensors[at].Radar
	v := &RadarView{Sensor: sensor, AltitudeM: altitudeM, RCS: rcs}
	reach := float64(r.ReferenceRange)
	cue := reach
	if !r.RangeLimited {
		reach *= math.Pow(rcs/float64(r.ReferenceRCS), 0.25)
		cue = reach * math.Max(1, math.Max(r.CueFactor, r.WarnedFactor))
	}
	el := t.Earth.Ellipsoid
	fr := el.Frame(r.At)
	maxElev := float64(r.MaxElevation)
	if maxElev <= 0 {
		maxElev = math.Pi / 2
	}
	minElev := math.Max(float64(r.MinElevation), -0.2)
	look := func(azimuth, groundM float64) (elevation, slantM float64) {
		p, _ := el.Direct(geo.LLA{Lat: r.At.Lat, Lon: r.At.Lon}, units.Angle(azimuth), units.Length(groundM))
		p.Alt = units.Length(altitudeM)
		e := el.ECEF(p)
		u := fr.ENU(e)
		slantM = math.Sqrt(u[0]*u[0] + u[1]*u[1] + u[2]*u[2])
		if t.Earth.Air {
			return float64(geo.Elevation43(el, fr, e)), slantM
		}
		return math.Atan2(u[2], math.Hypot(u[0], u[1])), slantM
	}
	// Along a ray elevation falls and slant grows: each limit is one crossing.
	cross := func(ok func(groundM float64) bool) float64 {
		lo, hi := 0.0, math.Pi*6371e3*0.9
		if !ok(lo) {
			return 0
		}
		for hi-lo > 50 {
			if m := (lo + hi) / 2; ok(m) {
				lo = m
			} else {
				hi = m
			}
		}
		return lo
	}
	edge := func(azimuth, slant float64) (inner, outer float64) {
		inner = cross(func(g float64) bool { e, _ := look(azimuth, g); return e > maxElev })
		horizon := cross(func(g float64) bool { e, _ := look(azimuth, g); return e >= minElev })
		byRange := cross(func(g float64) bool { _, s := look(azimuth, g); return s <= slant })
		if azimuth == float64(r.Facing) && horizon < byRange {
			v.HorizonM = horizon
		}
		return inner, math.Min(horizon, byRange)
	}
	v.Search, v.SearchM2 = v.field(r.At, float64(r.Facing), float64(r.AzimuthField), el, func(az float64) (float64, float64) { return edge(az, reach) })
	v.Cued, v.CuedM2 = v.field(r.At, float64(r.Facing), float64(r.AzimuthField), el, func(az float64) (float64, float64) { return edge(az, cue) })
	v.FacingDeg, v.FieldDeg = float64(r.Facing)*180/math.Pi, float64(r.AzimuthField)*180/math.Pi
	const beyond = 1e9
	binds := v.HorizonM
	lines, area := v.field(r.At, float64(r.Facing), float64(r.AzimuthField), el, func(az float64) (float64, float64) { return edge(az, beyond) })
	if _, h := edge(float64(r.Facing), beyond); h <= 1.5*farthestGround(v.Cued, r.At, el) {
		v.Horizon, v.HorizonM2 = lines, area
	}
	v.HorizonM = binds
	return v, nil
}

// farthestGround is the ground distance from a place to the farthest point of
// some lines, m, on a sphere.
func farthestGround(lines []Line, from geo.LLA, el geo.Ellipsoid) float64 {
	far := 0.0
	for _, l := range lines {
		for _, p := range l {
			s, c := math.Sin(float64(p.Lat-from.Lat)/2), math.Sin(float64(p.Lon-from.Lon)/2)
			h := s*s + math.Cos(float64(p.Lat))*math.Cos(float64(from.Lat))*c*c
			far = math.Max(far, 2*el.A*math.Asin(math.Min(1, math.Sqrt(h))))
		}
	}
	return far
}

// field traces the edge ray by ray and sums the area of its sectors.
func (v *RadarView) field(at geo.LLA, facing, width float64, el geo.Ellipsoid, edge func(azimuth float64) (inner, outer float64)) ([]Line, float64) {
	all := width <= 0 || width >= 2*math.Pi-1e-9
	if all {
		width = 2 * math.Pi
	}
	n := int(math.Ceil(width * 180 / math.Pi / azimuthStep))
	n += n % 2 // a ray straight ahead
	var out, in Line
	area := 0.0
	ring := func(s float64) float64 { return 1 - math.Cos(s/6371e3) }
	hole, any := false, false
	for k := 0; k <= n; k++ {
		if all && k == n {
			break
		}
		az := facing + width*(float64(k)/float64(n)-0.5)
		if 2*k == n {
			az = facing
		}
		a, b := edge(az)
		if b <= a {
			a, b = 0, 0
		}
		any, hole = any || b > 0, hole || a > 1000
		w := width / float64(n)
		if !all && (k == 0 || k == n) {
			w /= 2
		}
		area += w * 6371e3 * 6371e3 * (ring(b) - ring(a))
		start := geo.LLA{Lat: at.Lat, Lon: at.Lon}
		p, _ := el.Direct(start, units.Angle(az), units.Length(b))
		q, _ := el.Direct(start, units.Angle(az), units.Length(a))
		out, in = append(out, p), append(in, q)
	}
	switch {
	case !any:
		return nil, 0
	case all && hole:
		return []Line{out, in}, area
	case all:
		return []Line{out}, area
	}
	// A sector: out along the far edge, back along the near one.
	for i := len(in) - 1; i >= 0; i-- {
		if hole || i == len(in)-1 {
			out = append(out, in[i])
		}
	}
	return []Line{out}, area
}
