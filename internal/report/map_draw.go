package report

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"testudo/internal/cover"
	"testudo/internal/geo"
)

// mapRules are the classes of maps, beside svgRules.
const mapRules = `.sea{fill:$sea}.land{fill:$land}.ours{fill:$ours}.theirs{fill:$theirs}
.coast{fill:none;stroke:$muted;stroke-width:.8;stroke-linejoin:round}.border{fill:none;stroke:$muted;stroke-width:.7;stroke-dasharray:4 2 1 2}
.net{fill:none;stroke:$muted;stroke-width:.5;opacity:.32}.frame{fill:none;stroke:$ink;stroke-width:1}
.friend{fill:$paper;stroke:$own;stroke-width:1.6}.hostile{fill:$paper;stroke:$foe;stroke-width:1.6}.glyph{fill:none;stroke:$own;stroke-width:1.4}.glyphfoe{fill:none;stroke:$foe;stroke-width:1.4}
.asset{fill:$ink;stroke:$paper;stroke-width:1}.flight{fill:none;stroke:$foe;stroke-width:1;stroke-dasharray:2 3;opacity:.75}
.o{paint-order:stroke;stroke:$paper;stroke-width:3px;stroke-linejoin:round}
.box{fill:$paper;stroke:$line;stroke-width:1;opacity:.94}.ink{fill:$ink}.scale{fill:$paper;stroke:$ink;stroke-width:1}
.zone0{fill:$own;fill-opacity:.14;stroke:none}.c1{fill:none;stroke:$ink;stroke-width:1}.c2{fill:none;stroke:$ink;stroke-width:1.6}.c3{fill:none;stroke:$ink;stroke-width:2.4}
.m0{fill:none;stroke:$muted;stroke-width:1.6;stroke-dasharray:6 3}.m1{fill:none;stroke:$own;stroke-width:1.8}.m2{fill:none;stroke:$own;stroke-width:1.8;stroke-dasharray:8 2 2 2}.m3{fill:none;stroke:$ink;stroke-width:2.2}
.shot{fill:none;stroke:$foe;stroke-width:1.2;stroke-dasharray:1.5 3;stroke-linecap:round}
`

// chartMap is a drawing with a projection: metres of the plane to pixels.
type chartMap struct {
	canvas
	plane      cover.Plane
	x0, y1     float64 // plane coordinates of the window's upper left corner
	perM       float64
	top, left  float64
	mapW, mapH float64
	taken      [][4]float64 // boxes that labels keep clear of
	below      canvas       // what stands below the frame and is not cut by it
}

func (m *chartMap) legendSign(s symbol, x, y float64)      { m.below.sign(s, x, y) }
func (m *chartMap) legendText(x, y float64, s string)      { m.below.text(x, y, "s", "start", s) }
func (m *chartMap) legendLine(x, y float64, class string)  { m.below.line(x, y, x+26, y, class) }
func (m *chartMap) legendPatch(x, y float64, class string) { m.below.rect(x, y-6, 26, 12, class) }

// newMap frames the given places with a margin on a drawing of the given width;
// the height follows, between 0.55 and 1.25 of the width.
func newMap(places []geo.LLA, width, leastM float64) *chartMap {
	c := centreOf(places)
	m := &chartMap{plane: cover.NewPlane(geo.WGS84, c), left: 1, top: 1}
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range places {
		if x, y, ok := m.plane.Forward(p); ok {
			x0, y0, x1, y1 = math.Min(x0, x), math.Min(y0, y), math.Max(x1, x), math.Max(y1, y)
		}
	}
	if !(x1 >= x0) {
		x0, x1, y0, y1 = 0, 0, 0, 0
	}
	margin := 0.07*math.Max(x1-x0, y1-y0) + 20e3
	x0, x1, y0, y1 = x0-margin, x1+margin, y0-margin, y1+margin
	grow := func(a, b *float64, to float64) {
		if d := to - (*b - *a); d > 0 {
			*a, *b = *a-d/2, *b+d/2
		}
	}
	grow(&x0, &x1, leastM)
	grow(&y0, &y1, 0.62*(x1-x0))
	grow(&x0, &x1, (y1-y0)/1.25)
	m.perM = (width - 2) / (x1 - x0)
	m.x0, m.y1 = x0, y1
	m.mapW, m.mapH = width-2, (y1-y0)*m.perM
	m.w, m.h = width, m.mapH+2
	return m
}

// centreOf is the middle of places on the sphere.
func centreOf(places []geo.LLA) geo.LLA {
	var s [3]float64
	for _, p := range places {
		s[0] += math.Cos(float64(p.Lat)) * math.Cos(float64(p.Lon))
		s[1] += math.Cos(float64(p.Lat)) * math.Sin(float64(p.Lon))
		s[2] += math.Sin(float64(p.Lat))
	}
	if s == [3]float64{} {
		return geo.LLA{}
	}
	return geo.Deg(math.Atan2(s[2], math.Hypot(s[0], s[1]))*180/math.Pi, math.Atan2(s[1], s[0])*180/math.Pi)
}

// xy is a place on the drawing.
func (m *chartMap) xy(p geo.LLA) (x, y float64, ok bool) {
	e, n, ok := m.plane.Forward(p)
	return m.left + (e-m.x0)*m.perM, m.top + (m.y1-n)*m.perM, ok
}

func (m *chartMap) inside(x, y float64) bool {
	return x >= m.left && y >= m.top && x <= m.left+m.mapW && y <= m.top+m.mapH
}

// base draws sea, land, coasts, borders and the graticule. ours and theirs are
// codes of countries to tint.
func (m *chartMap) base(ours, theirs map[string]bool) {
	m.rect(m.left, m.top, m.mapW, m.mapH, "sea")
	a, err := loadAtlas()
	if err != nil {
		return
	}
	for _, k := range a.countries {
		class := "land"
		if ours[k.code] {
			class = "ours"
		} else if theirs[k.code] {
			class = "theirs"
		}
		var d strings.Builder
		for _, p := range k.polygons {
			for _, r := range p {
				m.area(&d, a.ring(r))
			}
		}
		if d.Len() > 0 {
			m.fill(d.String(), class)
		}
	}
	m.graticule()
	var coast, border strings.Builder
	for i, arc := range a.arcs {
		if a.users[i] > 1 {
			m.run(&border, arc)
		} else {
			m.run(&coast, arc)
		}
	}
	m.path(coast.String(), "coast")
	m.path(border.String(), "border")
}

// degrees projects a point of the atlas.
func (m *chartMap) degrees(p [2]float64) (x, y float64, ok bool) {
	return m.xy(geo.Deg(p[1], p[0]))
}

// farSideM is the distance on the plane from the map's centre to what lies 100°
// away from it: 2R sin(50°).
const farSideM = 2 * 6.371e6 * 0.766

// area adds a ring to a path, cut to the window.
func (m *chartMap) area(d *strings.Builder, ring [][2]float64) {
	var pts [][2]float64
	// A ring all of which lies on the far side of the Earth surrounds the map
	// without holding any of it: Antarctica on a map of the Arctic.
	hither := false
	add := func(p [2]float64) {
		at := geo.Deg(p[1], p[0])
		e, n, ok := m.plane.Forward(at)
		if !ok {
			return
		}
		x, y, _ := m.xy(at)
		hither = hither || math.Hypot(e, n) < farSideM
		pts = append(pts, [2]float64{x, y})
	}
	for i, p := range ring {
		q := ring[(i+len(ring)-1)%len(ring)]
		// Long straight edges (the cut at the date line, a parallel as a border)
		// are curves on this map.
		if n := int(math.Max(math.Abs(p[0]-q[0]), math.Abs(p[1]-q[1]))); n > 1 && n < 170 {
			for k := 1; k < n; k++ {
				f := float64(k) / float64(n)
				add([2]float64{q[0] + f*(p[0]-q[0]), q[1] + f*(p[1]-q[1])})
			}
		}
		add(p)
	}
	if !hither {
		return
	}
	pts = clip(pts, m.left-3, m.top-3, m.left+m.mapW+3, m.top+m.mapH+3)
	if len(pts) < 3 {
		return
	}
	if box := bounds(pts); box[2]-box[0] < 0.5 && box[3]-box[1] < 0.5 {
		return
	}
	lastX, lastY := math.Inf(1), math.Inf(1)
	letter := "M"
	for i, p := range pts {
		if i > 0 && i < len(pts)-1 && math.Abs(p[0]-lastX) < 0.45 && math.Abs(p[1]-lastY) < 0.45 {
			continue
		}
		fmt.Fprintf(d, "%s%s %s", letter, short1(p[0]), short1(p[1]))
		letter = "L"
		lastX, lastY = p[0], p[1]
	}
	d.WriteString("Z")
}

func bounds(pts [][2]float64) [4]float64 {
	b := [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, p := range pts {
		b[0], b[1], b[2], b[3] = math.Min(b[0], p[0]), math.Min(b[1], p[1]), math.Max(b[2], p[0]), math.Max(b[3], p[1])
	}
	return b
}

// short1 prints a pixel to a tenth.
func short1(x float64) string { return num(math.Round(x*10) / 10) }

// clip cuts a ring to a rectangle, edge by edge (Sutherland and Hodgman, 1974).
func clip(in [][2]float64, x0, y0, x1, y1 float64) [][2]float64 {
	for side := 0; side < 4 && len(in) > 0; side++ {
		axis, limit, sign := side%2, []float64{x0, y0, x1, y1}[side], 1.0
		if side >= 2 {
			sign = -1
		}
		var out [][2]float64
		for i, p := range in {
			q := in[(i+len(in)-1)%len(in)]
			a, b := sign*(q[axis]-limit), sign*(p[axis]-limit)
			if (a < 0) != (b < 0) {
				f := a / (a - b)
				out = append(out, [2]float64{q[0] + f*(p[0]-q[0]), q[1] + f*(p[1]-q[1])})
			}
			if b >= 0 {
				out = append(out, p)
			}
		}
		in = out
	}
	return in
}

// run adds an open line to a path where it is within the window. The cuts of the
// data along the date line and at the pole are no coasts.
func (m *chartMap) run(d *strings.Builder, line [][2]float64) {
	pen := false
	lastX, lastY := 0.0, 0.0
	for i, p := range line {
		x, y, ok := m.degrees(p)
		if i > 0 {
			q := line[i-1]
			if cut := math.Abs(math.Abs(p[0])-180) < 0.02 && math.Abs(math.Abs(q[0])-180) < 0.02 || p[1] < -89.9 && q[1] < -89.9; cut {
				pen = false
				continue
			}
		}
		if !ok || x < m.left-60 || y < m.top-60 || x > m.left+m.mapW+60 || y > m.top+m.mapH+60 {
			pen = false
			continue
		}
		if !pen {
			// Take the point before along, or a line that enters would begin late.
			if i > 0 {
				if px, py, ok := m.degrees(line[i-1]); ok && math.Hypot(px-x, py-y) < 400 {
					fmt.Fprintf(d, "M%s %sL%s %s", short1(px), short1(py), short1(x), short1(y))
					pen, lastX, lastY = true, x, y
					continue
				}
			}
			fmt.Fprintf(d, "M%s %s", short1(x), short1(y))
			pen, lastX, lastY = true, x, y
			continue
		}
		if math.Abs(x-lastX) < 0.5 && math.Abs(y-lastY) < 0.5 && i < len(line)-1 {
			continue
		}
		fmt.Fprintf(d, "L%s %s", short1(x), short1(y))
		lastX, lastY = x, y
	}
}

// ground adds a line over the ground (places) to the drawing.
func (m *chartMap) ground(places []geo.LLA, class string, closed bool) {
	var d strings.Builder
	pen := false
	for _, p := range places {
		x, y, ok := m.xy(p)
		if !ok || math.Abs(x) > 1e5 || math.Abs(y) > 1e5 {
			pen = false
			continue
		}
		c := "L"
		if !pen {
			c = "M"
		}
		pen = true
		fmt.Fprintf(&d, "%s%s %s", c, short1(x), short1(y))
	}
	if closed && d.Len() > 0 {
		d.WriteString("Z")
	}
	if d.Len() > 0 {
		m.path(d.String(), class)
	}
}

// rounded cuts the corners of a closed line (Chaikin, 1974): within a quarter of
// a step, so that what a grid makes look like stairs looks like a line.
func rounded(pts [][2]float64) [][2]float64 {
	out := make([][2]float64, 0, 2*len(pts))
	for i, p := range pts {
		q := pts[(i+1)%len(pts)]
		out = append(out, [2]float64{0.75*p[0] + 0.25*q[0], 0.75*p[1] + 0.25*q[1]}, [2]float64{0.25*p[0] + 0.75*q[0], 0.25*p[1] + 0.75*q[1]})
	}
	return out
}

// shape adds several closed lines as one shape, holes staying open.
func (m *chartMap) shape(lines []cover.Line, class string, smooth bool) {
	var d strings.Builder
	for _, l := range lines {
		var pts [][2]float64
		for _, p := range l {
			if x, y, ok := m.xy(p); ok {
				pts = append(pts, [2]float64{x, y})
			}
		}
		if smooth {
			pts = rounded(rounded(pts))
		}
		for i, p := range pts {
			c := "L"
			if i == 0 {
				c = "M"
			}
			fmt.Fprintf(&d, "%s%s %s", c, short1(p[0]), short1(p[1]))
		}
		if len(pts) > 0 {
			d.WriteString("Z")
		}
	}
	if d.Len() > 0 {
		m.fill(d.String(), class)
	}
}

// graticule draws meridians and parallels at a round step, with their degrees on
// the frame's left and lower edge.
func (m *chartMap) graticule() {
	span := m.mapH / m.perM / 111e3
	step := 30.0
	for _, s := range []float64{0.5, 1, 2, 5, 10, 20} {
		if span/s <= 6 {
			step = s
			break
		}
	}
	var d strings.Builder
	latLo, latHi, lonC, lonSpan := m.span()
	var labels []func()
	for lat := math.Ceil(latLo/step) * step; lat <= latHi; lat += step {
		var line [][2]float64
		for l := lonC - lonSpan; l <= lonC+lonSpan+1e-9; l += math.Max(lonSpan/60, 0.05) {
			line = append(line, [2]float64{l, lat})
		}
		m.run(&d, line)
		if y, ok := m.crossing(line, true); ok {
			text := degrees(lat, "N", "S")
			labels = append(labels, func() { m.label(m.left+4, y-3, text, "s m o", "start") })
		}
	}
	from, to, lonStep, pole := lonC-lonSpan, lonC+lonSpan, step, 89.0
	if lonSpan >= 180 {
		// Around a pole, or the world: meridians that meet there, none twice.
		from, to, lonStep, pole = -180, 150, 30, 90-step/4
	}
	for lon := math.Ceil(from/lonStep) * lonStep; lon <= to; lon += lonStep {
		var line [][2]float64
		for l := math.Max(-pole, latLo-step); l <= math.Min(pole, latHi+step); l += step / 20 {
			line = append(line, [2]float64{lon, l})
		}
		m.run(&d, line)
		if x, ok := m.crossing(line, false); ok {
			text := degrees(math.Remainder(lon, 360), "E", "W")
			labels = append(labels, func() { m.label(x, m.top+m.mapH-8, text, "s m o", "middle") })
		}
	}
	m.path(d.String(), "net")
	for _, l := range labels {
		l()
	}
}

// span is the window in degrees, by looking along its edges.
func (m *chartMap) span() (latLo, latHi, lonC, lonSpan float64) {
	latLo, latHi = 90, -90
	centre, _ := m.plane.Inverse(m.x0+m.mapW/m.perM/2, m.y1-m.mapH/m.perM/2)
	lonC = float64(centre.Lon) * 180 / math.Pi
	for i := 0; i <= 12; i++ {
		for j := 0; j <= 12; j++ {
			p, ok := m.plane.Inverse(m.x0+m.mapW/m.perM*float64(i)/12, m.y1-m.mapH/m.perM*float64(j)/12)
			if !ok {
				continue
			}
			lat := float64(p.Lat) * 180 / math.Pi
			latLo, latHi = math.Min(latLo, lat), math.Max(latHi, lat)
			lonSpan = math.Max(lonSpan, math.Abs(math.Remainder(float64(p.Lon)*180/math.Pi-lonC, 360)))
		}
	}
	if latHi > 84 || latLo < -84 {
		lonSpan = 180
	}
	return latLo, latHi, lonC, lonSpan
}

// crossing finds where a line crosses the left edge (a parallel) or the lower
// edge (a meridian) of the window.
func (m *chartMap) crossing(line [][2]float64, left bool) (float64, bool) {
	for i := 1; i < len(line); i++ {
		ax, ay, ok1 := m.degrees(line[i-1])
		bx, by, ok2 := m.degrees(line[i])
		if !ok1 || !ok2 {
			continue
		}
		a, b, s, t, hi := ax-m.left, bx-m.left, ay, by, m.top+m.mapH-22
		lo := m.top + 14
		if !left {
			a, b, s, t, lo, hi = ay-m.top-m.mapH, by-m.top-m.mapH, ax, bx, m.left+40, m.left+m.mapW-24
		}
		if (a < 0) != (b < 0) {
			v := s + (t-s)*a/(a-b)
			return v, v > lo && v < hi
		}
	}
	return 0, false
}

func degrees(x float64, plus, minus string) string {
	s := plus
	if x < 0 {
		s = minus
	}
	if x == 0 || math.Abs(x) == 180 {
		s = ""
	}
	return tick(math.Abs(x)) + "°" + s
}

// textBox is about what a text covers.
func textBox(x, y float64, s, anchor string, size float64) [4]float64 {
	w := float64(utf8.RuneCountInString(s)) * size * 0.61
	switch anchor {
	case "end":
		x -= w
	case "middle":
		x -= w / 2
	}
	return [4]float64{x - 1, y - size*0.85, x + w + 1, y + size*0.28}
}

func overlap(a, b [4]float64) bool {
	return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

func (m *chartMap) free(b [4]float64) bool {
	if b[0] < m.left+2 || b[1] < m.top+2 || b[2] > m.left+m.mapW-2 || b[3] > m.top+m.mapH-2 {
		return false
	}
	for _, t := range m.taken {
		if overlap(b, t) {
			return false
		}
	}
	return true
}

// label writes where the caller says, if nothing stands there.
func (m *chartMap) label(x, y float64, s, class, anchor string) bool {
	size := 11.5
	if strings.Contains(" "+class+" ", " b ") {
		size *= 1.1 // bold runs wider
	}
	b := textBox(x, y, s, anchor, size)
	if !m.free(b) {
		return false
	}
	m.taken = append(m.taken, b)
	m.text(x, y, class, anchor, s)
	return true
}

// beside tries the places around a symbol of the given half-size in the order
// cartographers prefer, and leaves the label out if all are taken.
func (m *chartMap) beside(x, y, half float64, s, class string) bool {
	s = short(Clean(s), 30)
	g := half + 3
	for _, p := range [...]struct {
		dx, dy float64
		anchor string
	}{{g, -g + 4, "start"}, {g, 4, "start"}, {g, g + 5, "start"}, {-g, -g + 4, "end"}, {-g, 4, "end"}, {-g, g + 5, "end"}, {0, -g - 2, "middle"}, {0, g + 10, "middle"}} {
		if m.label(x+p.dx, y+p.dy, s, class, p.anchor) {
			return true
		}
	}
	return false
}

// brief leaves out of a long name what stands after a comma or in brackets.
func brief(s string) string {
	if utf8.RuneCountInString(s) <= 20 {
		return s
	}
	for _, cut := range []string{", ", " ("} {
		if head, _, ok := strings.Cut(s, cut); ok && len(head) > 3 {
			return head
		}
	}
	return s
}

// keep marks ground as taken.
func (m *chartMap) keep(x0, y0, x1, y1 float64) {
	m.taken = append(m.taken, [4]float64{x0, y0, x1, y1})
}

// scaleBar draws a bar of a round length in the lower right corner; the scale of
// an azimuthal map is that of its centre to within some percent.
func (m *chartMap) scaleBar() {
	want := m.mapW / 5 / m.perM
	p := math.Pow(10, math.Floor(math.Log10(want)))
	l := p
	for _, k := range []float64{1, 2, 5} {
		if k*p <= want {
			l = k * p
		}
	}
	w := l * m.perM
	x, y := m.left+m.mapW-w-44, m.top+m.mapH-16
	m.rect(x-10, y-18, w+48, 28, "box")
	m.rect(x, y, w/2, 4, "ink")
	m.rect(x+w/2, y, w/2, 4, "scale")
	m.text(x, y-4, "s", "middle", "0")
	m.text(x+w, y-4, "s", "middle", tick(l/1000)+" km")
	m.keep(x-10, y-18, x+w+38, y+10)
}

// finish draws the frame and hides what hangs over it.
func (m *chartMap) finish(id, title, desc string, page bool) string {
	inner := m.canvas.b.String()
	m.canvas.b.Reset()
	fmt.Fprintf(&m.canvas.b, `<clipPath id="%s-clip"><rect x="%s" y="%s" width="%s" height="%s"/></clipPath><g clip-path="url(#%s-clip)">%s</g>`, id, num(m.left), num(m.top), num(m.mapW), num(m.mapH), id, inner)
	m.rect(m.left, m.top, m.mapW, m.mapH, "frame")
	m.canvas.b.WriteString(m.below.b.String())
	return m.document(id, title, desc, mapRules, page)
}
