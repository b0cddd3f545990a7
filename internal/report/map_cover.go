package report

import (
	"fmt"
	"math"
	"strings"

	"testudo/internal/catalog"
	"testudo/internal/cover"
	"testudo/internal/geo"
	"testudo/internal/theatre"
)

// km2 prints an area in km².
func km2(m2 float64) string {
	s := fmt.Sprintf("%.0f", m2/1e6)
	var out []string
	for len(s) > 3 {
		out = append([]string{s[len(s)-3:]}, out...)
		s = s[:len(s)-3]
	}
	return strings.Join(append([]string{s}, out...), " ") + " km²"
}

// CoverMap draws a footprint: tinted where a shot is possible under the posture,
// lines of kill probability, of a second opportunity, and of what is left with
// less sharing.
func CoverMap(t *theatre.Theatre, book *catalog.Book, c *cover.Map) Drawing {
	who := "everybody's batteries"
	switch {
	case c.Query.Battery != "":
		who = "battery " + c.Query.Battery
	case c.Query.Nation != "":
		who = "the batteries of " + c.Query.Nation
	}
	title := fmt.Sprintf("What %s can defend against %s from %s, posture %s", who, c.Query.Missile, c.Query.From, c.Query.Posture)
	if c.Query.Asset != "" {
		title = fmt.Sprintf("From where %s can be reached past %s: launch places of %s that are denied, posture %s", c.Query.Asset, who, c.Query.Missile, c.Query.Posture)
	}
	const full = cover.EngageOnRemote
	desc := fmt.Sprintf("A shot is possible over %s; kill probability at least 0.5 over %s; two opportunities over %s.", km2(c.ShotsM2(full, 1)), km2(c.AreaM2(full, 0.5)), km2(c.ShotsM2(full, 2)))
	draw := func(page bool) string {
		zone := c.ShotContour(full, 1)
		var places []geo.LLA
		for _, l := range zone {
			places = append(places, l...)
		}
		mine := map[string]bool{}
		for _, id := range c.Batteries {
			mine[id] = true
		}
		for i := range t.Batteries {
			if mine[t.Batteries[i].ID] {
				places = append(places, t.Batteries[i].At)
			}
		}
		for i := range t.Areas {
			if t.Areas[i].ID == c.Query.From && c.Query.Asset == "" {
				places = append(places, t.Areas[i].At)
			}
		}
		m := newMap(places, 1000, 60e3)
		m.tintAndBase(t)
		m.shape(zone, "zone0", true)
		y := m.top + m.mapH + 20
		column := 0
		key := func(class, text string, patch bool) {
			x := m.left + 4 + float64(column%2)*500
			if patch {
				m.legendPatch(x, y, class)
			} else {
				m.legendLine(x, y, class)
			}
			m.legendText(x+34, y+4, text)
			if column%2 == 1 {
				y += 20
			}
			column++
		}
		key("zone0", "a shot is possible under the posture: "+km2(c.ShotsM2(full, 1)), true)
		if a := c.ShotsM2(full, 2); a > 0 {
			m.shape(c.ShotContour(full, 2), "shot", true)
			key("shot", "two opportunities or more: "+km2(a), false)
		}
		for k, l := range cover.Levels {
			if a := c.AreaM2(full, l); a > 0 {
				class := fmt.Sprintf("c%d", k+1)
				m.shape(c.Contour(full, l), class, true)
				key(class, fmt.Sprintf("best shot kills with %s or more: %s", measureProb(l), km2(a)), false)
			}
		}
		// With less sharing: only what differs, or lines would hide each other.
		last := c.ShotsM2(full, 1)
		for mode := full - 1; mode >= 0; mode-- {
			a := c.ShotsM2(mode, 1)
			if last == 0 || math.Abs(last-a) < 0.005*last {
				continue
			}
			last = a
			class := fmt.Sprintf("m%d", mode)
			m.shape(c.ShotContour(mode, 1), class, true)
			key(class, "a shot is possible with no more than "+cover.ModeNames[mode]+": "+km2(a), false)
		}
		if column%2 == 1 {
			y += 20
		}
		some := *t
		some.Batteries = nil
		for _, b := range t.Batteries {
			if mine[b.ID] {
				some.Batteries = append(some.Batteries, b)
			}
		}
		// Radars that belong to batteries not mapped would only be clutter.
		some.Sensors = nil
		for i := range t.Sensors {
			if t.Sensors[i].Battery < 0 {
				some.Sensors = append(some.Sensors, t.Sensors[i])
			}
		}
		some.Areas = nil
		for _, a := range t.Areas {
			if a.ID == c.Query.From && c.Query.Asset == "" {
				some.Areas = append(some.Areas, a)
			}
		}
		m.marks(&some, book)
		m.scaleBar()
		m.legendText(m.left+2, y+4, fmt.Sprintf("Median detections, everything agreed at work; grid of %s km; equal-area projection; outlines: Natural Earth.", n2(c.StepM/1000)))
		m.h = y + 14
		return m.finish("map-cover", title, desc, page)
	}
	var csv strings.Builder
	csv.WriteString("latitude_deg,longitude_deg,reached")
	for _, n := range cover.ModeNames {
		csv.WriteString(",kill_probability_" + n + ",opportunities_" + n)
	}
	csv.WriteByte('\n')
	for j := c.J0; j < c.J0+c.NJ; j++ {
		for i := c.I0; i < c.I0+c.NI; i++ {
			v, p := c.At(i, j), c.Place(i, j)
			reached := 0.0
			if v.Reached {
				reached = 1
			}
			row := []float64{float64(p.Lon) * 180 / math.Pi, reached}
			for k := range v.P {
				row = append(row, v.P[k], float64(v.Shots[k]))
			}
			csvRow(&csv, num6(float64(p.Lat)*180/math.Pi), row...)
		}
	}
	return Drawing{Name: "cover", Title: title, Alt: desc, Wide: true, svg: draw, CSV: csv.String()}
}

func num6(x float64) string { return strings.TrimPrefix(fmt.Sprintf("%.6f", x), "+") }

// measureProb prints a contour's level.
func measureProb(p float64) string { return tick(p) }

// RadarMap draws the ground over which a radar sees a target at a height.
func RadarMap(t *theatre.Theatre, r *cover.RadarView) Drawing {
	title := fmt.Sprintf("What radar %s sees at %s km", r.Sensor, n2(r.AltitudeM/1000))
	desc := fmt.Sprintf("Over %s a target of %s m² at that height is found by its own search, over %s when cued.", km2(r.SearchM2), n2(r.RCS), km2(r.CuedM2))
	draw := func(page bool) string {
		var places []geo.LLA
		for _, l := range append(append([]cover.Line(nil), r.Search...), r.Cued...) {
			places = append(places, l...)
		}
		for i := range t.Sensors {
			if t.Sensors[i].ID == r.Sensor {
				places = append(places, t.Sensors[i].At)
			}
		}
		m := newMap(places, 1000, 60e3)
		m.tintAndBase(t)
		m.shape(r.Search, "zone0", false)
		m.shape(r.Cued, "m0", false)
		m.shape(r.Search, "m3", false)
		some := *t
		some.Batteries, some.Sensors = nil, nil
		for _, s := range t.Sensors {
			if s.ID == r.Sensor {
				some.Sensors = append(some.Sensors, s)
			}
		}
		m.marks(&some, nil)
		m.scaleBar()
		y := m.top + m.mapH + 20
		m.legendLine(m.left+4, y, "m3")
		m.legendText(m.left+38, y+4, "found by its own search: "+km2(r.SearchM2))
		m.legendLine(m.left+504, y, "m0")
		m.legendText(m.left+538, y+4, "found when cued: "+km2(r.CuedM2))
		m.legendText(m.left+2, y+24, fmt.Sprintf("Target of %s m² at %s km; one look in two detects at the edge; horizon of a 4/3 Earth. Equal-area projection; outlines: Natural Earth.", n2(r.RCS), n2(r.AltitudeM/1000)))
		m.h = y + 34
		return m.finish("map-radar", title, desc, page)
	}
	var csv strings.Builder
	csv.WriteString("line,latitude_deg,longitude_deg\n")
	for k, ls := range [][]cover.Line{r.Search, r.Cued} {
		for _, l := range ls {
			for _, p := range l {
				csvRow(&csv, []string{"search", "cued"}[k], float64(p.Lat)*180/math.Pi, float64(p.Lon)*180/math.Pi)
			}
		}
	}
	return Drawing{Name: "radar", Title: title, Alt: desc, Wide: true, svg: draw, CSV: csv.String()}
}
