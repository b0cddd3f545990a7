package export

import (
	"encoding/json"
	"fmt"
	"html"
	"math"
	"strings"
	"time"

	"testudo/internal/report"
)

// CZML is JSON that CesiumJS plays: a document packet with a clock, and one
// packet for each thing. Structure after the CZML guide of the Cesium project
// (github AnalyticalGraphicsInc/czml-writer). Names go in as plain text;
// descriptions are HTML there, so that everything from a scenario is escaped.

type packet map[string]any

func rgba(r, g, b, a int) map[string]any { return map[string]any{"rgba": []int{r, g, b, a}} }
func solid(r, g, b, a int) map[string]any {
	return map[string]any{"solidColor": map[string]any{"color": rgba(r, g, b, a)}}
}

type czml struct {
	s    *Scene
	list []packet
}

// CZML writes the scene for CesiumJS.
func CZML(s *Scene) ([]byte, error) {
	c := czml{s: s}
	c.add(packet{"id": "document", "version": "1.0", "name": report.Clean(s.Name), "description": describe(s.summary()),
		"clock": map[string]any{"interval": c.span(0, s.EndS), "currentTime": c.at(0), "multiplier": 10, "range": "LOOP_STOP", "step": "SYSTEM_CLOCK_MULTIPLIER"}})
	for i := range s.Areas {
		c.place("area-", &s.Areas[i], "launch area", 154, 45, 19, 8)
	}
	for i := range s.Assets {
		p := &s.Assets[i]
		if p.Hit {
			c.place("asset-", p, "asset, hit in this run", 154, 45, 19, 9)
		} else {
			c.place("asset-", p, "asset", 60, 60, 60, 7)
		}
	}
	for i := range s.Batteries {
		c.place("battery-", &s.Batteries[i], "battery, "+s.Batteries[i].System, 31, 78, 121, 9)
	}
	for i := range s.Sensors {
		c.sensor(i)
	}
	for i := range s.Links {
		c.link(i)
	}
	for i := range s.Missiles {
		c.missile(i)
	}
	for i := range s.Shots {
		c.shot(i)
	}
	return json.Marshal(c.list)
}

func (c *czml) add(p packet) { c.list = append(c.list, p) }

// at is an instant, to the millisecond.
func (c *czml) at(s float64) string {
	return c.s.Epoch.Add(time.Duration(math.Round(s*1000)) * time.Millisecond).Format("2006-01-02T15:04:05.000Z")
}

func (c *czml) span(from, to float64) string {
	return c.at(from) + "/" + c.at(math.Max(to, from+0.001))
}

func round(x float64, digits int) float64 {
	p := math.Pow(10, float64(digits))
	return math.Round(x*p)/p + 0 // a negative zero becomes zero
}

// describe sets lines of a description; every one is escaped.
func describe(lines ...string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString("<p>" + html.EscapeString(report.Clean(l)) + "</p>")
	}
	return b.String()
}

func label(text string, px int) map[string]any {
	return map[string]any{"text": report.Clean(text), "font": fmt.Sprintf("%dpx sans-serif", px), "fillColor": rgba(255, 255, 255, 255), "outlineColor": rgba(0, 0, 0, 255), "outlineWidth": 2, "style": "FILL_AND_OUTLINE",
		"horizontalOrigin": "LEFT", "pixelOffset": map[string]any{"cartesian2": []int{9, 0}}, "distanceDisplayCondition": map[string]any{"distanceDisplayCondition": []float64{0, 1.2e6}}}
}

func degrees(s Sample) []float64 {
	return []float64{round(s.At.Lon.Degrees(), 5), round(s.At.Lat.Degrees(), 5), round(float64(s.At.Alt), 0)}
}

func (c *czml) place(prefix string, p *Place, what string, r, g, b, size int) {
	c.add(packet{"id": prefix + p.ID, "name": report.Clean(nameOf(p)), "description": describe(nameOf(p), what, "nation: "+p.Nation),
		"position": map[string]any{"cartographicDegrees": degrees(Sample{At: p.At})},
		"point":    map[string]any{"pixelSize": size, "color": rgba(r, g, b, 255), "outlineColor": rgba(255, 255, 255, 220), "outlineWidth": 1},
		"label":    label(nameOf(p), 12)})
}

func nameOf(p *Place) string {
	if p.Name != "" {
		return p.Name
	}
	return p.ID
}

// sensor draws the field a radar searches, as a part of a sphere: a radius by the
// range at which it finds the raid's commonest missile, angles by its face. A
// satellite system stands nowhere, and one out of order has no field.
func (c *czml) sensor(i int) {
	s := &c.s.Sensors[i]
	lines := []string{nameOf(&s.Place), "sensor, " + s.System, "nation: " + s.Nation}
	switch {
	case s.WorksUntilS <= 0:
		lines = append(lines, "out of order in this run")
	case s.Space:
		lines = append(lines, "watches from space: drawn only where it sees a missile")
	default:
		lines = append(lines, fmt.Sprintf("finds the raid's commonest missile at %.0f km with a probability of one half in a look", s.RangeM/1000))
	}
	if s.WorksUntilS > 0 && s.WorksUntilS < c.s.EndS {
		lines = append(lines, fmt.Sprintf("lost %.0f s into the raid", s.WorksUntilS))
	}
	p := packet{"id": fmt.Sprintf("sensor-%d", i), "name": report.Clean(nameOf(&s.Place)), "description": describe(lines...)}
	if s.Space {
		c.add(p)
		return
	}
	dot := rgba(73, 138, 97, 255)
	if s.WorksUntilS <= 0 {
		dot = rgba(140, 140, 140, 255)
	}
	p["position"] = map[string]any{"cartographicDegrees": degrees(Sample{At: s.At})}
	p["point"] = map[string]any{"pixelSize": 8, "color": dot, "outlineColor": rgba(255, 255, 255, 220), "outlineWidth": 1}
	p["label"] = label(nameOf(&s.Place), 12)
	if s.RangeM > 0 && s.WorksUntilS > 0 {
		// Clock angles turn from east to north, cones open from the zenith.
		half := s.FieldDeg / 2
		e := map[string]any{"radii": map[string]any{"cartesian": []float64{round(s.RangeM, 0), round(s.RangeM, 0), round(s.RangeM, 0)}},
			"innerRadii":  map[string]any{"cartesian": []float64{1000, 1000, 1000}},
			"minimumCone": radians(90 - s.MaxElDeg), "maximumCone": radians(90 - s.MinElDeg),
			"material": solid(73, 138, 97, c.veil()), "outline": false, "slicePartitions": 24, "stackPartitions": 12}
		if s.FieldDeg < 360 {
			e["minimumClock"], e["maximumClock"] = radians(90-s.FacingDeg-half), radians(90-s.FacingDeg+half)
		}
		if s.WorksUntilS < c.s.EndS {
			e["show"] = c.shown([]Span{{0, s.WorksUntilS}})
		}
		p["ellipsoid"] = e
	}
	c.add(p)
}

// veil is how opaque a field is: the thinner the more of them lie over each other.
func (c *czml) veil() int { return max(7, min(22, 300/max(1, len(c.s.Sensors)))) }

func radians(deg float64) float64 { return round(deg*math.Pi/180, 5) }

// shown is a show property that is true within spans of time.
func (c *czml) shown(spans []Span) []map[string]any {
	out := []map[string]any{{"interval": c.span(0, c.s.EndS), "boolean": false}}
	for _, x := range spans {
		out = append(out, map[string]any{"interval": c.span(x.FromS, x.ToS), "boolean": true})
	}
	return out
}

func (c *czml) link(i int) {
	l := &c.s.Links[i]
	ends := []float64{round(l.A.Lon.Degrees(), 5), round(l.A.Lat.Degrees(), 5), 0, round(l.B.Lon.Degrees(), 5), round(l.B.Lat.Degrees(), 5), 0}
	state := fmt.Sprintf("messages pass in %d stretches of this run", len(l.Busy))
	switch {
	case l.Down:
		state = "out of order in this run"
	case l.LostAtS < c.s.EndS:
		state += fmt.Sprintf("; lost %.0f s into the raid", l.LostAtS)
	}
	words := describe(l.From+" tells "+l.To+": "+l.Level, state)
	name := report.Clean(l.From + " to " + l.To + ": " + l.Level)
	c.add(packet{"id": fmt.Sprintf("link-%d", i), "name": name, "description": words,
		"polyline": map[string]any{"positions": map[string]any{"cartographicDegrees": ends}, "arcType": "GEODESIC", "width": 2, "material": solid(140, 140, 140, 90)}})
	if len(l.Busy) > 0 {
		c.add(packet{"id": fmt.Sprintf("message-%d", i), "name": name, "description": words,
			"polyline": map[string]any{"positions": map[string]any{"cartographicDegrees": ends}, "arcType": "GEODESIC", "width": 7, "show": c.shown(l.Busy),
				"material": map[string]any{"polylineArrow": map[string]any{"color": rgba(255, 200, 60, 255)}}}})
	}
}

// missile writes the moving point with its positions, its path by phase, what
// sees it, and how well it is known.
func (c *czml) missile(i int) {
	m := &c.s.Missiles[i]
	id := fmt.Sprintf("missile-%d", i)
	words := describe(m.ID, m.Type+" from "+m.From+" at "+m.Asset+" ("+m.Nation+")", fmt.Sprintf("launched %.0f s into the raid; %s", m.LaunchS, m.fate()))
	if m.Failed || len(m.Samples) < 2 {
		c.add(packet{"id": id, "name": report.Clean(m.ID), "description": words})
		if len(m.Samples) > 0 {
			c.flash(id+"-end", report.Clean("failed at launch: "+m.ID), m.Samples[0], m.LaunchS, m.LaunchS+20, 10, 130, 130, 130)
		}
		return
	}
	c.add(packet{"id": id, "name": report.Clean(m.ID), "description": words, "availability": c.span(m.LaunchS, m.EndS),
		"position": c.pieces(m),
		"point":    map[string]any{"pixelSize": 6, "color": rgba(230, 90, 50, 255), "outlineColor": rgba(0, 0, 0, 255), "outlineWidth": 1},
		"label":    label(m.Type, 11)})
	for _, ph := range []struct {
		name     string
		from, to float64
		color    map[string]any
		width    float64
	}{{"boost", m.LaunchS, math.Min(m.BurnoutS, m.EndS), solid(255, 190, 90, 230), 3}, {"coast", m.BurnoutS, math.Min(m.ReentryS, m.EndS), solid(230, 90, 50, 130), 1.5}, {"re-entry", m.ReentryS, m.EndS, solid(200, 30, 30, 230), 3}} {
		var line []float64
		for _, s := range m.Samples {
			if s.S >= ph.from-1e-6 && s.S <= ph.to+1e-6 {
				line = append(line, degrees(s)...)
			}
		}
		if len(line) < 6 {
			continue
		}
		c.add(packet{"id": id + "-" + ph.name, "parent": id, "name": report.Clean(m.ID) + ", " + ph.name, "availability": c.span(ph.from, m.EndS),
			"polyline": map[string]any{"positions": map[string]any{"cartographicDegrees": line}, "arcType": "NONE", "width": ph.width, "material": ph.color}})
	}
	for k, see := range m.Seen {
		sn := &c.s.Sensors[see.Sensor]
		p := packet{"id": fmt.Sprintf("%s-seen-%d", id, k), "parent": id, "name": report.Clean(sn.ID + " finds " + m.ID), "availability": c.span(see.S, math.Min(m.EndS, see.S+10))}
		if sn.Space { // no line from nowhere: a ring about the missile
			p["position"] = map[string]any{"reference": id + "#position"}
			p["point"] = map[string]any{"pixelSize": 14, "color": rgba(0, 0, 0, 0), "outlineColor": rgba(120, 220, 150, 255), "outlineWidth": 2}
		} else {
			p["polyline"] = map[string]any{"positions": map[string]any{"references": []string{fmt.Sprintf("sensor-%d#position", see.Sensor), id + "#position"}}, "arcType": "NONE", "width": 1.5, "material": map[string]any{"polylineDash": map[string]any{"color": rgba(120, 220, 150, 255)}}}
		}
		c.add(p)
	}
	c.track(id, m)
	last := m.Samples[len(m.Samples)-1]
	switch {
	case m.Killed:
		c.flash(id+"-end", report.Clean("kill: "+m.ID+", by "+m.By), last, m.EndS, m.EndS+20, 14, 255, 240, 120)
	default:
		what := "arrives: "
		if m.Struck {
			what = "hit: "
		}
		c.flash(id+"-end", report.Clean(what+m.Asset), last, m.EndS, c.s.EndS, 16, 220, 20, 20)
	}
}

// track draws what is known of a missile's place: the ellipsoid of three standard
// deviations of the covariance, along its own axes.
func (c *czml) track(id string, m *Missile) {
	if len(m.Belief) < 2 {
		return
	}
	var radii, turns []float64
	var last quaternion
	for i := range m.Belief {
		b := &m.Belief[i]
		spread, q := ellipsoidOf(b.Cov, last)
		last = q
		at := round(b.S-m.LaunchS, 3)
		radii = append(radii, at)
		for _, x := range spread {
			radii = append(radii, round(3*x, 0)+1)
		}
		turns = append(turns, at)
		for _, x := range q {
			turns = append(turns, round(x, 4))
		}
	}
	timed := func(kind string, list []float64) map[string]any {
		return map[string]any{"epoch": c.at(m.LaunchS), kind: list, "interpolationAlgorithm": "LINEAR", "interpolationDegree": 1}
	}
	c.add(packet{"id": id + "-track", "parent": id, "name": report.Clean(m.Nation + "'s track of " + m.ID), "description": describe("the fused track of " + m.Nation + ", from the time it is firm: three standard deviations of the place, along the axes of its covariance"),
		"availability": c.span(m.Belief[0].S, m.Belief[len(m.Belief)-1].S), "position": map[string]any{"reference": id + "#position"}, "orientation": timed("unitQuaternion", turns),
		"ellipsoid": map[string]any{"radii": timed("cartesian", radii), "material": solid(90, 170, 240, 60), "outline": false, "slicePartitions": 12, "stackPartitions": 8}})
}

// pieces are the intervals of a flight between its joints, each with samples of
// its own: an interpolation across burnout would be off by kilometres.
func (c *czml) pieces(m *Missile) []map[string]any {
	var out []map[string]any
	from, k := m.LaunchS, 0
	for _, to := range m.Joints {
		var flat []float64
		for ; k < len(m.Samples) && m.Samples[k].S <= to+1e-6; k++ {
			flat = append(append(flat, round(m.Samples[k].S-m.LaunchS, 3)), degrees(m.Samples[k])...)
		}
		out = append(out, map[string]any{"interval": c.span(from, to), "epoch": c.at(m.LaunchS), "cartographicDegrees": flat, "interpolationAlgorithm": "LAGRANGE", "interpolationDegree": 5})
		from, k = to, k-1 // the joint's sample belongs to both
	}
	return out
}

func (c *czml) flash(id, name string, at Sample, from, to float64, size, r, g, b int) {
	c.add(packet{"id": id, "name": name, "description": describe(name), "availability": c.span(from, math.Min(to, c.s.EndS)), "position": map[string]any{"cartographicDegrees": degrees(at)},
		"point": map[string]any{"pixelSize": size, "color": rgba(r, g, b, 200), "outlineColor": rgba(255, 255, 255, 255), "outlineWidth": 1}, "label": label(name, 12)})
}

// shot flies an interceptor from its battery to the meeting.
func (c *czml) shot(i int) {
	s := &c.s.Shots[i]
	if s.ToS <= s.FromS {
		return
	}
	id := fmt.Sprintf("shot-%d", i)
	var flat []float64
	for _, x := range s.Path {
		flat = append(append(flat, round(x.S-s.FromS, 2)), degrees(x)...)
	}
	r, g, b := 90, 170, 240
	if s.Result != "kill" {
		r, g, b = 150, 150, 160
	}
	c.add(packet{"id": id, "name": report.Clean(s.Interceptor + " of " + s.Battery), "availability": c.span(s.FromS, s.ToS),
		"description": describe(fmt.Sprintf("%d × %s of %s at %s: %s", s.Rounds, s.Interceptor, s.Battery, s.Missile, s.Result)),
		"position":    map[string]any{"epoch": c.at(s.FromS), "cartographicDegrees": flat, "interpolationAlgorithm": "LAGRANGE", "interpolationDegree": 2},
		"point":       map[string]any{"pixelSize": 5, "color": rgba(r, g, b, 255)},
		"path":        map[string]any{"leadTime": 0, "trailTime": round(s.ToS-s.FromS, 2), "width": 2, "resolution": 10, "material": solid(r, g, b, 220)}})
	if s.Result != "kill" {
		c.flash(id+"-end", report.Clean(s.Result+": "+s.Battery), Sample{At: s.To}, s.ToS, s.ToS+8, 8, r, g, b)
	}
}
