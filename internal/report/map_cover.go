package report

import (
	"fmt"
	"hash/fnv"
	"math"
	"strings"

	"testudo/internal/catalog"
	"testudo/internal/cover"
	"testudo/internal/geo"
	"testudo/internal/measure"
	"testudo/internal/pact"
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

// who names the batteries of a footprint, as a sentence would.
func who(t *theatre.Theatre, book *catalog.Book, q cover.Query) string {
	switch {
	case q.Battery != "":
		i := t.Battery(q.Battery)
		if i < 0 {
			return q.Battery
		}
		if b := &t.Batteries[i]; b.Name != "" && b.Name != b.ID {
			return b.Name
		}
		return fmt.Sprintf("%s (%s)", q.Battery, entryName(book, t.Batteries[i].System))
	case q.Nation != "":
		return "the batteries of " + nationName(t, q.Nation)
	}
	return "all batteries together"
}

func nationName(t *theatre.Theatre, id string) string {
	if i := t.Nation(id); i >= 0 && t.Nations[i].Name != "" {
		return t.Nations[i].Name
	}
	return id
}

func areaName(t *theatre.Theatre, id string) string {
	for i := range t.Areas {
		if t.Areas[i].ID == id && t.Areas[i].Name != "" {
			return t.Areas[i].Name
		}
	}
	return id
}

func assetName(t *theatre.Theatre, id string) string {
	if i := t.Asset(id); i >= 0 && t.Assets[i].Name != "" {
		return t.Assets[i].Name
	}
	return id
}

// informed marks the nations whose data can come to the batteries mapped.
func informed(t *theatre.Theatre, c *cover.Map) []bool {
	in := make([]bool, len(t.Nations))
	for _, id := range c.Batteries {
		if i := t.Battery(id); i >= 0 {
			in[t.Batteries[i].Nation] = true
		}
	}
	p := t.Posture(c.Query.Posture)
	if p < 0 || t.Postures[p].Net == nil {
		return in
	}
	for again := true; again; {
		again = false
		for _, e := range t.Postures[p].Net.Edges {
			if !e.Veto && e.Level > pact.None && in[e.To] && !in[e.From] {
				in[e.From], again = true, true
			}
		}
	}
	return in
}

// hole is an open ring within a shape.
type hole struct {
	line   cover.Line
	areaM2 float64
}

// holes gives the rings of a shape that are open. Outer rings run one way round,
// holes the other; the largest ring is an outer one.
func holes(lines []cover.Line, pl cover.Plane) (out []hole, areaM2 float64) {
	areas, big := make([]float64, len(lines)), 0
	for k, l := range lines {
		for i := range l {
			ax, ay, _ := pl.Forward(l[i])
			bx, by, _ := pl.Forward(l[(i+1)%len(l)])
			areas[k] += (ax*by - bx*ay) / 2
		}
		if math.Abs(areas[k]) > math.Abs(areas[big]) {
			big = k
		}
	}
	for k := range lines {
		if areas[k]*areas[big] < 0 {
			out = append(out, hole{lines[k], math.Abs(areas[k])})
			areaM2 += math.Abs(areas[k])
		}
	}
	return out, areaM2
}

// CoverMap draws a footprint: tinted where a shot is possible under the posture,
// lines of kill probability, of a second opportunity, and of what is left with
// less sharing. With a coverage the shares of the nations stand below.
func CoverMap(t *theatre.Theatre, book *catalog.Book, c *cover.Map, shares *Coverage) Drawing {
	q := c.Query
	missile := entryName(book, q.Missile)
	title := fmt.Sprintf("What %s can defend against %s from %s", who(t, book, q), missile, areaName(t, q.From))
	if q.Asset != "" {
		title = fmt.Sprintf("Launch areas denied to %s aimed at %s, by %s", missile, assetName(t, q.Asset), who(t, book, q))
	}
	title += ", posture " + q.Posture
	const full = cover.EngageOnRemote
	zoneM2 := c.ShotsM2(full, 1)
	desc := fmt.Sprintf("A shot is possible over %s, two over %s; a round at every look kills with 0.5 or more over %s, with 0.8 over %s, with 0.9 over %s.", km2(zoneM2), km2(c.ShotsM2(full, 2)), km2(c.AllM2(full, 0.5)), km2(c.AllM2(full, 0.8)), km2(c.AllM2(full, 0.9)))
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
		if i := t.Asset(q.Asset); i >= 0 {
			places = append(places, t.Assets[i].At)
		}
		// Batteries far from whatever they could defend here would only make the
		// map small.
		near := append([]geo.LLA(nil), places...)
		for i := range t.Batteries {
			b := &t.Batteries[i]
			if !mine[b.ID] {
				continue
			}
			keep := len(near) == 0
			for _, p := range near {
				keep = keep || distance(p, b.At) < 400e3
			}
			if keep {
				places = append(places, b.At)
			}
		}
		for i := range t.Areas {
			if t.Areas[i].ID == q.From && q.Asset == "" {
				places = append(places, t.Areas[i].At)
			}
		}
		m := newMap(places, 1000, 60e3)
		m.tintAndBase(t, book)
		m.shape(zone, "zone0", c.StepM)
		type named struct {
			lines []cover.Line
			text  string
		}
		var names []named
		// Lines that say the same as one drawn before would only hide it.
		same := func(a, b float64) bool { return math.Abs(a-b) <= 0.005*math.Max(a, b) }
		reach := "a shot is possible: "
		if zoneM2 == 0 {
			reach += "nowhere"
		} else {
			reach += km2(zoneM2)
		}
		m.key("zone0", reach)
		// Levels whose lines coincide are one line, as thick as the highest.
		twoM2 := c.ShotsM2(full, 2)
		twoDrawn := false
		var nowhere []string
		for k := 0; k < len(cover.Levels); k++ {
			a := c.AllM2(full, cover.Levels[k])
			names0 := tick(cover.Levels[k])
			for k+1 < len(cover.Levels) && same(a, c.AllM2(full, cover.Levels[k+1])) {
				k++
				names0 += ", " + tick(cover.Levels[k])
			}
			switch {
			case a == 0:
				nowhere = append(nowhere, names0)
				continue
			case same(a, zoneM2):
				m.key("", fmt.Sprintf("killed with %s or more wherever a shot is possible", names0))
				continue
			}
			text := fmt.Sprintf("killed with %s or more: %s", names0, km2(a))
			if same(a, twoM2) {
				text += ", with two opportunities"
				twoDrawn = true
			}
			class := fmt.Sprintf("c%d", k+1)
			ls := c.AllContour(full, cover.Levels[k])
			m.shape(ls, class, c.StepM)
			names = append(names, named{ls, names0})
			m.key(class, text)
		}
		switch {
		case twoM2 == 0 && zoneM2 > 0:
			m.key("", "two opportunities: nowhere")
		case twoM2 > 0 && !twoDrawn && !same(twoM2, zoneM2):
			m.shape(c.ShotContour(full, 2), "shot", c.StepM)
			m.key("shot", "two opportunities or more: "+km2(twoM2))
		case same(twoM2, zoneM2) && zoneM2 > 0:
			m.key("", "two opportunities wherever there is one")
		}
		if len(nowhere) > 0 && zoneM2 > 0 {
			m.key("", "killed with "+strings.Join(nowhere, ", ")+": nowhere")
		}
		// With less sharing: only what differs, or lines would hide each other.
		last, lastName := zoneM2, "the posture"
		var alike []string
		for mode := full; mode >= 0; mode-- {
			a := c.ShotsM2(mode, 1)
			name := cover.ModeNames[mode]
			if same(last, a) {
				if mode < full {
					alike = append(alike, fmt.Sprintf("%s as %s", name, lastName))
				}
				lastName = name
				continue
			}
			last, lastName = a, name
			class := fmt.Sprintf("m%d", mode)
			ls := c.ShotContour(mode, 1)
			m.shape(ls, class, c.StepM)
			names = append(names, named{ls, name})
			m.key(class, "a shot with no more than "+name+": "+km2(a))
		}
		open, openM2 := holes(zone, m.plane)
		if openM2 > 0.002*zoneM2 {
			m.key("", fmt.Sprintf("holes where the intercept would be too near or too low: %s", km2(openM2)))
		}
		some := *t
		some.Batteries, some.Sensors, some.Areas = nil, nil, nil
		for _, b := range t.Batteries {
			if mine[b.ID] {
				some.Batteries = append(some.Batteries, b)
			}
		}
		// Radars whose data cannot come here, and those that belong to batteries
		// not mapped, would only be clutter.
		in := informed(t, c)
		for i := range t.Sensors {
			if s := &t.Sensors[i]; s.Battery < 0 && in[s.Nation] {
				some.Sensors = append(some.Sensors, *s)
			}
		}
		for _, a := range t.Areas {
			if q.Asset != "" || a.ID == q.From {
				some.Areas = append(some.Areas, a)
			}
		}
		m.scaleBar()
		m.marks(&some, book)
		for _, n := range names {
			m.onLine(n.lines, n.text)
		}
		for _, h := range open {
			if h.areaM2*m.perM*m.perM < 600 {
				continue // too small on the map to write into
			}
			l := h.line
			var x, y float64
			for _, p := range l {
				px, py, _ := m.xy(p)
				x, y = x+px/float64(len(l)), y+py/float64(len(l))
			}
			m.label(x, y+4, "no shot", "x m o", "middle")
		}
		m.symbolKey(m.shown(&some, book)...)
		note := "Killed: at least one of a round at every look hits, looks taken as independent."
		if len(alike) > 0 {
			note = "The same ground: " + strings.Join(alike, ", ") + ". " + note
		}
		if s := shareWords(shares); s != "" {
			note = s + " " + note
		}
		if q.Asset != "" {
			note = "Tinted: from there a missile at the asset can be shot at. " + note
		}
		m.note(fmt.Sprintf("%s Sensors detect as in half of all runs, every link works, magazines do not bind. Grid of %s km, lines drawn smooth within half of it. %s", note, n2(c.StepM/1000), mapNote))
		return m.finish("map-cover", title, desc, page)
	}
	var csv strings.Builder
	csv.WriteString("latitude_deg,longitude_deg,reached")
	for _, n := range cover.ModeNames {
		csv.WriteString(",kill_probability_one_shot_" + n + ",kill_probability_all_looks_" + n + ",opportunities_" + n)
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
				row = append(row, v.P[k], v.All[k], float64(v.Shots[k]))
			}
			csvRow(&csv, num6(float64(p.Lat)*180/math.Pi), row...)
		}
	}
	return Drawing{Name: "cover", Title: title, Alt: desc, Wide: true, svg: draw, CSV: csv.String()}
}

func num6(x float64) string { return strings.TrimPrefix(fmt.Sprintf("%.6f", x), "+") }

// shareWords says what of each nation lies where a shot is possible; nations of
// which nothing does are left out.
func shareWords(c *Coverage) string {
	if c == nil {
		return ""
	}
	var out []string
	for _, n := range c.Nations {
		var parts []string
		if n.AreaShare != nil && *n.AreaShare > 0 {
			parts = append(parts, measure.Percent(*n.AreaShare)+" of its land")
		}
		if n.Places > 0 {
			p := fmt.Sprintf("%d of %d %s", n.Places, n.PlacesAll, when(c.Asset == "", "places")+when(c.Asset != "", "launch areas"))
			if n.People > 0 {
				p += fmt.Sprintf(" with %s of %s people", people(n.People), people(n.PeopleAll))
			}
			parts = append(parts, p)
		}
		if len(parts) > 0 {
			out = append(out, n.Nation+" "+strings.Join(parts, " and "))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return when(c.Asset == "", "Inside: ") + when(c.Asset != "", "Denied: ") + strings.Join(out, "; ") + "."
}

// people prints a number of people, in millions from one on.
func people(n float64) string {
	if n >= 1e6 {
		return fmt.Sprintf("%.1f million", n/1e6)
	}
	return fmt.Sprintf("%.0f thousand", n/1e3)
}

// fieldWords says where a radar's face can look.
func fieldWords(r *cover.RadarView) string {
	if r.FieldDeg <= 0 || r.FieldDeg >= 360 {
		return "all round"
	}
	return fmt.Sprintf("%s° about azimuth %s°", n2(r.FieldDeg), n2(r.FacingDeg))
}

// sensorName is a sensor's name, its id where it has none.
func sensorName(t *theatre.Theatre, id string) string {
	for i := range t.Sensors {
		if t.Sensors[i].ID == id && t.Sensors[i].Name != "" {
			return t.Sensors[i].Name
		}
	}
	return id
}

// RadarMap draws the ground over which a radar sees a target at a height.
func RadarMap(t *theatre.Theatre, book *catalog.Book, r *cover.RadarView) Drawing {
	title := fmt.Sprintf("What %s sees of a target at %s km", sensorName(t, r.Sensor), n2(r.AltitudeM/1000))
	desc := fmt.Sprintf("Over %s a target of %s m² at that height is found by its own search, over %s when cued.", km2(r.SearchM2), n2(r.RCS), km2(r.CuedM2))
	draw := func(page bool) string {
		var places []geo.LLA
		for _, ls := range [][]cover.Line{r.Search, r.Cued} {
			for _, l := range ls {
				places = append(places, l...)
			}
		}
		for i := range t.Sensors {
			if t.Sensors[i].ID == r.Sensor {
				places = append(places, t.Sensors[i].At)
			}
		}
		m := newMap(places, 1000, 60e3)
		m.tintAndBase(t, book)
		m.shape(r.Search, "zone0", 0)
		if r.CuedM2 > 1.005*r.SearchM2 {
			m.shape(r.Cued, "m0", 0)
		}
		edge := math.Abs(r.HorizonM2-r.SearchM2) < 0.005*r.SearchM2
		if !edge {
			m.shape(r.Horizon, "horizon", 0)
		}
		m.shape(r.Search, "m3", 0)
		some := *t
		some.Batteries, some.Sensors = nil, nil
		for _, s := range t.Sensors {
			if s.ID == r.Sensor {
				some.Sensors = append(some.Sensors, s)
			}
		}
		m.scaleBar()
		m.marks(&some, book)
		m.key("m3", "found by its own search: "+km2(r.SearchM2))
		if r.CuedM2 > 1.005*r.SearchM2 {
			m.key("m0", "found when another points it there: "+km2(r.CuedM2))
		} else {
			m.key("", "pointed by another it finds no farther")
		}
		switch {
		case edge:
			m.key("", fmt.Sprintf("its edge is the horizon, %.0f km straight ahead: the range reaches beyond", r.HorizonM/1000))
		case len(r.Horizon) > 0:
			m.key("horizon", "horizon at this height, whatever the range: "+km2(r.HorizonM2))
		default:
			m.key("", "the range binds: the horizon lies beyond")
		}
		m.symbolKey(m.shown(&some, book)...)
		m.note(fmt.Sprintf("Target of %s m² at %s km; field of regard %s; at the edge one look in two detects; Earth of 4/3 radius for refraction. %s", n2(r.RCS), n2(r.AltitudeM/1000), fieldWords(r), mapNote))
		// A report holds several of these, and their clips must not be mixed up.
		h := fnv.New32a()
		h.Write([]byte(r.Sensor))
		return m.finish(fmt.Sprintf("map-radar-%08x", h.Sum32()), title, desc, page)
	}
	var csv strings.Builder
	csv.WriteString("line,latitude_deg,longitude_deg\n")
	for k, ls := range [][]cover.Line{r.Search, r.Cued, r.Horizon} {
		for _, l := range ls {
			for _, p := range l {
				csvRow(&csv, []string{"search", "cued", "horizon"}[k], float64(p.Lat)*180/math.Pi, float64(p.Lon)*180/math.Pi)
			}
		}
	}
	return Drawing{Name: "radar", Title: title, Alt: desc, Wide: true, svg: draw, CSV: csv.String()}
}
