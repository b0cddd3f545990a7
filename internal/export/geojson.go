package export

import (
	"encoding/json"
	"math"

	"testudo/internal/geo"
	"testudo/internal/report"
	"testudo/internal/units"
)

func degreesOf(d float64) units.Angle { return units.Degrees(d) }
func metres(m float64) units.Length   { return units.Length(m) }

type feature struct {
	Type       string         `json:"type"`
	Geometry   geometry       `json:"geometry"`
	Properties map[string]any `json:"properties"`
}

type geometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

// GeoJSON writes the scene as a FeatureCollection after RFC 7946: longitude
// before latitude, heights in metres, lines and rings cut where they cross the
// antimeridian. Times are seconds of the raid.
func GeoJSON(s *Scene) ([]byte, error) {
	var out []feature
	point := func(p *Place, what string, more map[string]any) {
		props := map[string]any{"kind": what, "id": report.Clean(p.ID), "name": report.Clean(nameOf(p)), "nation": report.Clean(p.Nation)}
		if p.System != "" {
			props["system"] = report.Clean(p.System)
		}
		for k, v := range more {
			props[k] = v
		}
		out = append(out, feature{"Feature", geometry{"Point", position(p.At, false)}, props})
	}
	for i := range s.Areas {
		point(&s.Areas[i], "launch-area", nil)
	}
	for i := range s.Assets {
		point(&s.Assets[i], "asset", map[string]any{"hit": s.Assets[i].Hit})
	}
	for i := range s.Batteries {
		point(&s.Batteries[i], "battery", nil)
	}
	for i := range s.Sensors {
		x := &s.Sensors[i]
		point(&x.Place, "sensor", map[string]any{"range_m": round(x.RangeM, 0), "facing_deg": round(x.FacingDeg, 2), "field_deg": round(x.FieldDeg, 2)})
		if x.RangeM > 0 {
			out = append(out, feature{"Feature", cutLine(x.Outline(geo.WGS84, 72), false), map[string]any{"kind": "sensor-field", "id": report.Clean(x.ID)}})
		}
	}
	for i := range s.Links {
		l := &s.Links[i]
		var busy [][2]float64
		for _, b := range l.Busy {
			busy = append(busy, [2]float64{round(b.FromS, 3), round(b.ToS, 3)})
		}
		out = append(out, feature{"Feature", cutLine([]geo.LLA{l.A, l.B}, false), map[string]any{"kind": "agreement", "from": report.Clean(l.From), "to": report.Clean(l.To), "level": l.Level, "busy_s": busy}})
	}
	for i := range s.Missiles {
		m := &s.Missiles[i]
		if m.Failed || len(m.Samples) < 2 {
			continue
		}
		var line []geo.LLA
		for _, x := range m.Samples {
			line = append(line, x.At)
		}
		out = append(out, feature{"Feature", cutLine(line, true), map[string]any{"kind": "missile", "id": report.Clean(m.ID), "type": report.Clean(m.Type), "from": report.Clean(m.From), "at": report.Clean(m.Asset), "nation": report.Clean(m.Nation),
			"launch_s": round(m.LaunchS, 3), "burnout_s": round(m.BurnoutS, 3), "apogee_s": round(m.ApogeeS, 3), "end_s": round(m.EndS, 3), "killed": m.Killed, "killed_by": report.Clean(m.By), "struck": m.Struck}})
	}
	for i := range s.Shots {
		x := &s.Shots[i]
		if x.ToS > x.FromS {
			var line []geo.LLA
			for _, p := range x.Path {
				line = append(line, p.At)
			}
			out = append(out, feature{"Feature", cutLine(line, true), map[string]any{"kind": "shot", "battery": report.Clean(x.Battery), "nation": report.Clean(x.Nation), "interceptor": report.Clean(x.Interceptor), "missile": report.Clean(x.Missile),
				"rounds": x.Rounds, "from_s": round(x.FromS, 3), "to_s": round(x.ToS, 3), "result": x.Result}})
		}
	}
	return json.Marshal(map[string]any{"type": "FeatureCollection", "features": out,
		"testudo": map[string]any{"scenario": report.Clean(s.Name), "raid": report.Clean(s.Raid), "posture": report.Clean(s.Posture), "seed": s.Seed, "run": s.Run, "epoch": s.Epoch.Format("2006-01-02T15:04:05Z")}})
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
func cutLine(points []geo.LLA, height bool) geometry {
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
		return geometry{"LineString", parts[0]}
	}
	return geometry{"MultiLineString", parts}
}
