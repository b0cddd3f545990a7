package export

import (
	"encoding/json"
	"math"
	"slices"

	"testudo/internal/geo"
	"testudo/internal/report"
	"testudo/internal/units"
)

func degreesOf(d float64) units.Angle { return units.Degrees(d) }
func metres(m float64) units.Length   { return units.Length(m) }

type feature struct {
	Type       string         `json:"type"`
	Geometry   *geometry      `json:"geometry"` // null: it stands nowhere
	Properties map[string]any `json:"properties"`
}

type geometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

// GeoJSON writes the scene as a FeatureCollection after RFC 7946: longitude
// before latitude, heights in metres, lines and rings cut where they cross the
// antimeridian, rings to the left of what they hold. Times are seconds of the raid.
func GeoJSON(s *Scene) ([]byte, error) {
	out := []feature{}
	add := func(g *geometry, kind string, props map[string]any) {
		props["kind"] = kind
		for k, v := range props {
			if text, ok := v.(string); ok {
				props[k] = report.Clean(text)
			}
		}
		out = append(out, feature{"Feature", g, props})
	}
	point := func(p *Place, kind string, props map[string]any) {
		props["id"], props["name"], props["nation"] = p.ID, nameOf(p), p.Nation
		if p.System != "" {
			props["system"] = p.System
		}
		add(&geometry{"Point", position(p.At, false)}, kind, props)
	}
	for i := range s.Areas {
		point(&s.Areas[i], "launch-area", map[string]any{})
	}
	for i := range s.Assets {
		point(&s.Assets[i], "asset", map[string]any{"hit": s.Assets[i].Hit})
	}
	for i := range s.Batteries {
		point(&s.Batteries[i], "battery", map[string]any{})
	}
	for i := range s.Sensors {
		x := &s.Sensors[i]
		props := map[string]any{"in_space": x.Space, "works": x.WorksUntilS > 0}
		if x.WorksUntilS > 0 && x.WorksUntilS < s.EndS {
			props["lost_s"] = round(x.WorksUntilS, 3)
		}
		if x.RangeM > 0 {
			props["range_m"], props["facing_deg"], props["field_deg"] = round(x.RangeM, 0), round(x.FacingDeg, 2), round(x.FieldDeg, 2)
			props["min_elevation_deg"], props["max_elevation_deg"] = round(x.MinElDeg, 2), round(x.MaxElDeg, 2)
		}
		point(&x.Place, "sensor", props)
		if x.Space {
			out[len(out)-1].Geometry = nil
		}
		if x.RangeM > 0 && x.WorksUntilS > 0 {
			add(cutRing(dense(x.Outline(geo.WGS84, 72))), "sensor-field", map[string]any{"id": x.ID})
		}
	}
	for i := range s.Links {
		l := &s.Links[i]
		busy := [][2]float64{}
		for _, b := range l.Busy {
			busy = append(busy, [2]float64{round(b.FromS, 3), round(b.ToS, 3)})
		}
		add(cutLine([]geo.LLA{l.A, l.B}, false), "agreement", map[string]any{"from": l.From, "to": l.To, "level": l.Level, "busy_s": busy, "works": !l.Down})
	}
	for i := range s.Missiles {
		m := &s.Missiles[i]
		props := func() map[string]any {
			return map[string]any{"id": m.ID, "type": m.Type, "from": m.From, "at": m.Asset, "nation": m.Nation}
		}
		if len(m.Samples) > 1 {
			p := props()
			p["launch_s"], p["burnout_s"], p["apogee_s"], p["end_s"] = round(m.LaunchS, 3), round(m.BurnoutS, 3), round(m.ApogeeS, 3), round(m.EndS, 3)
			p["killed"], p["killed_by"], p["struck"] = m.Killed, m.By, m.Struck
			seen := [][2]any{}
			for _, x := range m.Seen {
				seen = append(seen, [2]any{round(x.S, 3), report.Clean(s.Sensors[x.Sensor].ID)})
			}
			p["seen_s"] = seen
			add(cutLine(places(m.Samples), true), "missile", p)
		}
		if n := len(m.Samples); n > 0 {
			p := props()
			p["at_s"] = round(m.EndS, 3)
			add(&geometry{"Point", position(m.Samples[n-1].At, true)}, m.end(), p)
		}
	}
	for i := range s.Shots {
		if x := &s.Shots[i]; x.ToS > x.FromS {
			add(cutLine(places(x.Path), true), "shot", map[string]any{"battery": x.Battery, "nation": x.Nation, "interceptor": x.Interceptor, "missile": x.Missile,
				"rounds": x.Rounds, "from_s": round(x.FromS, 3), "to_s": round(x.ToS, 3), "result": x.Result})
		}
	}
	return json.Marshal(map[string]any{"type": "FeatureCollection", "features": out,
		"testudo": map[string]any{"scenario": report.Clean(s.Name), "raid": report.Clean(s.Raid), "posture": report.Clean(s.Posture), "seed": s.Seed, "run": s.Run, "epoch": s.Epoch.Format("2006-01-02T15:04:05Z")}})
}

func places(list []Sample) (out []geo.LLA) {
	for _, x := range list {
		out = append(out, x.At)
	}
	return out
}

// end is the kind of the point at which a flight ends.
func (m *Missile) end() string {
	switch {
	case m.Failed:
		return "failed-launch"
	case m.Killed:
		return "kill"
	case m.Struck:
		return "hit"
	}
	return "arrival"
}

func position(at geo.LLA, height bool) []float64 {
	p := []float64{round(at.Lon.Degrees(), 6), round(at.Lat.Degrees(), 6)}
	if height {
		p = append(p, round(float64(at.Alt), 0))
	}
	return p
}

// cutLine makes a line of points, cut at the antimeridian as RFC 7946 asks
// (section 3.1.9).
func cutLine(points []geo.LLA, height bool) *geometry {
	var parts [][][]float64
	var now [][]float64
	for i, at := range points {
		p := position(at, height)
		if i > 0 {
			a := position(points[i-1], height)
			if d := p[0] - a[0]; math.Abs(d) > 180 {
				// Where the short way crosses, by linear interpolation.
				edge := math.Copysign(180, a[0])
				span := 360 - math.Abs(d)
				f := 0.0
				if span > 0 {
					f = (180 - math.Abs(a[0])) / span
				}
				meet := func(lon float64) []float64 {
					q := []float64{lon, round(a[1]+f*(p[1]-a[1]), 6)}
					if height {
						q = append(q, round(a[2]+f*(p[2]-a[2]), 0))
					}
					return q
				}
				now = append(now, meet(edge))
				parts = append(parts, now)
				now = [][]float64{meet(-edge)}
			}
		}
		now = append(now, p)
	}
	parts = append(parts, now)
	if len(parts) == 1 {
		return &geometry{"LineString", parts[0]}
	}
	return &geometry{"MultiLineString", parts}
}

// dense puts points into the long sides of an outline: a map draws them straight.
func dense(points []geo.LLA) (out []geo.LLA) {
	el := geo.WGS84
	for i, at := range points {
		if i > 0 {
			d, az, _ := el.Inverse(points[i-1], at)
			for n, k := int(math.Ceil(float64(d)/2e5)), 1; k < n; k++ {
				p, _ := el.Direct(points[i-1], az, units.Length(float64(d)*float64(k)/float64(n)))
				out = append(out, p)
			}
		}
		out = append(out, at)
	}
	return out
}

// cutRing makes a polygon of a closed ring: without a jump at the antimeridian,
// with the pole if that lies inside, cut where the map ends (RFC 7946, section
// 3.1.9), and counterclockwise (section 3.1.6).
func cutRing(points []geo.LLA) *geometry {
	var ring [][2]float64
	turn := 0.0
	for i, at := range points {
		lon, lat := at.Lon.Degrees(), at.Lat.Degrees()
		if i > 0 {
			if d := lon + turn - ring[i-1][0]; d > 180 {
				turn -= 360
			} else if d < -180 {
				turn += 360
			}
		}
		ring = append(ring, [2]float64{lon + turn, lat})
	}
	if round := ring[len(ring)-1][0] - ring[0][0]; math.Abs(round) > 180 {
		ring = withPole(ring, math.Copysign(360, round))
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range ring {
		low, high = math.Min(low, p[0]), math.Max(high, p[0])
	}
	var parts [][][][]float64
	for world := math.Floor((low + 180) / 360); world <= math.Floor((high+180)/360); world++ {
		part := beyond(beyond(ring, 1, 360*world-180), -1, 360*world+180)
		area := 0.0
		var flat [][]float64
		for i, p := range part {
			q := part[(i+1)%len(part)]
			area += p[0]*q[1] - q[0]*p[1]
			flat = append(flat, []float64{round(p[0]-360*world, 6), round(p[1], 6)})
		}
		if math.Abs(area) < 1e-9 {
			continue
		}
		if area < 0 {
			slices.Reverse(flat)
		}
		flat = slices.CompactFunc(flat, slices.Equal)
		if !slices.Equal(flat[0], flat[len(flat)-1]) {
			flat = append(flat, flat[0])
		}
		parts = append(parts, [][][]float64{flat})
	}
	if len(parts) == 1 {
		return &geometry{"Polygon", parts[0]}
	}
	return &geometry{"MultiPolygon", parts}
}

// withPole closes an outline that goes round a pole, along the map's edges and its
// upper or lower side.
func withPole(ring [][2]float64, round float64) [][2]float64 {
	world := func(lon float64) float64 { return math.Floor((lon + 180) / 360) }
	for i := 0; i+1 < len(ring); i++ {
		p, q := ring[i], ring[i+1]
		if world(p[0]) == world(q[0]) {
			continue
		}
		edge := 360*math.Max(world(p[0]), world(q[0])) - 180
		lat := p[1] + (q[1]-p[1])*(edge-p[0])/(q[0]-p[0])
		pole := math.Copysign(90, lat)
		out := append([][2]float64{{edge, lat}}, ring[i+1:]...)
		for _, r := range ring[1 : i+1] { // the first is the last once more
			out = append(out, [2]float64{r[0] + round, r[1]})
		}
		return append(out, [2]float64{edge + round, lat}, [2]float64{edge + round, pole}, [2]float64{edge, pole}, [2]float64{edge, lat})
	}
	return ring
}

// beyond is the part of a ring east (side 1) or west (-1) of a meridian.
func beyond(ring [][2]float64, side, lon float64) (out [][2]float64) {
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		a, b := side*(p[0]-lon), side*(q[0]-lon)
		if a >= 0 {
			out = append(out, p)
		}
		if (a >= 0) != (b >= 0) {
			f := a / (a - b)
			out = append(out, [2]float64{lon, p[1] + f*(q[1]-p[1])})
		}
	}
	return out
}
