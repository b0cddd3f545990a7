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
.coast{fill:none;stroke:$coast;stroke-width:.9;stroke-linejoin:round}.border{fill:none;stroke:$muted;stroke-width:.8;stroke-dasharray:5 2 1 2}
.net{fill:none;stroke:$coast;stroke-width:.5;opacity:.4}.frame{fill:none;stroke:$ink;stroke-width:1.2}.hair{fill:none;stroke:$ink;stroke-width:.7}
.friend{fill:$unit;stroke:$own;stroke-width:1.5}.hostile{fill:$enemy;stroke:$foe;stroke-width:1.5}.glyph{fill:none;stroke:$own;stroke-width:1.4;stroke-linecap:round}.glyphfoe{fill:none;stroke:$foe;stroke-width:1.4;stroke-linecap:round}
.asset{fill:$ink;stroke:$paper;stroke-width:1}.flight{fill:none;stroke:$foe;stroke-width:1;stroke-dasharray:2 3;opacity:.75}
.o{paint-order:stroke;stroke:$paper;stroke-width:2.6px;stroke-linejoin:round}.lead{fill:none;stroke:$muted;stroke-width:.8}
.box{fill:$paper;stroke:$line;stroke-width:1;opacity:.94}.ink{fill:$ink}.scale{fill:$paper;stroke:$ink;stroke-width:1}
.zone0{fill:$own;fill-opacity:.2;stroke:$own;stroke-width:.8}.c1{fill:none;stroke:$ink;stroke-width:1}.c2{fill:none;stroke:$ink;stroke-width:1.7}.c3{fill:none;stroke:$ink;stroke-width:2.6}
.m0{fill:none;stroke:$muted;stroke-width:1.6;stroke-dasharray:6 3}.m1{fill:none;stroke:$own;stroke-width:1.9}.m2{fill:none;stroke:$own;stroke-width:1.9;stroke-dasharray:8 2 2 2}.m3{fill:none;stroke:$ink;stroke-width:2.2}
.shot{fill:none;stroke:$foe;stroke-width:1.3;stroke-dasharray:1.5 3;stroke-linecap:round}.sidea{fill:$own;fill-opacity:.16;stroke:none}.sideb{fill:$foe;fill-opacity:.16;stroke:none}.linea{fill:none;stroke:$own;stroke-width:2.2}.lineb{fill:none;stroke:$foe;stroke-width:2.2;stroke-dasharray:9 4}
.twoa{fill:none;stroke:$own;stroke-width:1}.twob{fill:none;stroke:$foe;stroke-width:1;stroke-dasharray:5 3}
.reach{fill:none;stroke:$coast;stroke-width:1;stroke-dasharray:2 2}.horizon{fill:none;stroke:$foe;stroke-width:1.3;stroke-dasharray:7 3}
`

// chartMap is a drawing with a projection: metres of the plane to pixels.
type chartMap struct {
	canvas
	plane      cover.Plane
	x0, y1     float64 // plane coordinates of the window's upper left corner
	perM       float64
	top, left  float64
	mapW, mapH float64
	taken      [][4]float64        // boxes that labels keep clear of
	rim        [][4]float64        // boxes of the degrees outside the frame
	below      canvas              // what stands outside the frame and is not cut by it
	offshore   map[[2]float64]bool // by place: whether a radar stands at sea
	byName     bool                // batteries are labelled by their names
	keyX, keyY float64             // where the next entry of the legend stands
}

// The room left of and below the window for degrees, and above it.
const rimLeft, rimBelow, rimTop = 46.0, 18.0, 16.0

// under is where the first line of a legend stands.
func (m *chartMap) under() float64 { return m.top + m.mapH + rimBelow + 18 }

func (m *chartMap) legendSign(s symbol, x, y float64)      { m.below.sign(s, x, y) }
func (m *chartMap) legendText(x, y float64, s string)      { m.below.text(x, y, "s", "start", s) }
func (m *chartMap) legendLine(x, y float64, class string)  { m.below.line(x, y, x+28, y, class) }
func (m *chartMap) legendPatch(x, y float64, class string) { m.below.rect(x, y-7, 28, 13, class) }

// key adds an entry to the legend: two columns, a long text alone on its line. An
// empty class is a text without a sign.
func (m *chartMap) key(class, text string) {
	if m.keyY == 0 {
		m.keyX, m.keyY = m.left, m.under()
	}
	const column = 480.0
	wide := m.keyX == m.left && float64(utf8.RuneCountInString(text))*6.1 > column-36
	if m.keyX > m.left && float64(utf8.RuneCountInString(text))*6.1 > m.left+m.mapW-m.keyX-36 {
		m.keyX, m.keyY = m.left, m.keyY+19
		wide = true
	}
	x := m.keyX
	switch {
	case class == "zone0":
		m.legendPatch(x, m.keyY, class)
		x += 36
	case class != "":
		m.legendLine(x, m.keyY, class)
		x += 36
	}
	m.legendText(x, m.keyY+4, text)
	if wide || m.keyX > m.left {
		m.keyX, m.keyY = m.left, m.keyY+19
	} else {
		m.keyX += column
	}
}

// note writes a line of its own under the legend.
func (m *chartMap) note(text string) {
	if m.keyY == 0 {
		m.keyX, m.keyY = m.left, m.under()
	}
	if m.keyX > m.left {
		m.keyX, m.keyY = m.left, m.keyY+19
	}
	for _, l := range strings.Split(strings.TrimSpace(wrap(text, int(m.mapW/6.4))), "\n") {
		m.below.text(m.left, m.keyY+4, "s m", "start", l)
		m.keyY += 16
	}
	m.h = m.keyY + 4
}

// newMap frames the given places with a margin on a drawing of the given width;
// the height follows, between 0.5 and 0.92 of the width: what is taller hardly
// fits a screen or a page.
func newMap(places []geo.LLA, width, leastM float64) *chartMap {
	c := centreOf(places)
	m := &chartMap{plane: cover.NewPlane(geo.WGS84, c), left: rimLeft, top: rimTop}
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
	grow(&y0, &y1, 0.5*(x1-x0))
	grow(&x0, &x1, (y1-y0)/0.92)
	m.mapW = width - rimLeft - 1
	m.perM = m.mapW / (x1 - x0)
	m.x0, m.y1 = x0, y1
	m.mapH = (y1 - y0) * m.perM
	m.w, m.h = width, m.top+m.mapH+rimBelow
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

// run adds an open line to a path where it comes near the window, segment by
// segment, so that it runs on beyond the frame, which cuts it. The cuts of the
// data along the date line and at the pole are no coasts.
func (m *chartMap) run(d *strings.Builder, line [][2]float64) {
	const near, longest = 60, 3000 // pixels; what is longer turns round the far side
	x0, y0, x1, y1 := m.left-near, m.top-near, m.left+m.mapW+near, m.top+m.mapH+near
	pen := false // whether the path ends where the segment begins
	var px, py, lastX, lastY float64
	known := false
	for i, p := range line {
		x, y, ok := m.degrees(p)
		if i > 0 {
			q := line[i-1]
			cut := math.Abs(math.Abs(p[0])-180) < 0.02 && math.Abs(math.Abs(q[0])-180) < 0.02 || p[1] < -89.9 && q[1] < -89.9
			seen := ok && known && !cut && math.Hypot(x-px, y-py) < longest &&
				math.Min(x, px) < x1 && math.Max(x, px) > x0 && math.Min(y, py) < y1 && math.Max(y, py) > y0
			switch {
			case !seen:
				pen = false
			case !pen:
				fmt.Fprintf(d, "M%s %sL%s %s", short1(px), short1(py), short1(x), short1(y))
				pen, lastX, lastY = true, x, y
			case math.Abs(x-lastX) >= 0.5 || math.Abs(y-lastY) >= 0.5 || i == len(line)-1:
				fmt.Fprintf(d, "L%s %s", short1(x), short1(y))
				lastX, lastY = x, y
			}
		}
		px, py, known = x, y, ok
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

// rounded cuts the corners of a closed line (Chaikin, 1974).
func rounded(pts [][2]float64) [][2]float64 {
	out := make([][2]float64, 0, 2*len(pts))
	for i, p := range pts {
		q := pts[(i+1)%len(pts)]
		out = append(out, [2]float64{0.75*p[0] + 0.25*q[0], 0.75*p[1] + 0.25*q[1]}, [2]float64{0.25*p[0] + 0.75*q[0], 0.25*p[1] + 0.75*q[1]})
	}
	return out
}

// settled lays a closed line that a grid makes look like stairs through the middle
// of its steps: each point moves to the mean of its neighbours, but never farther
// than most from where the grid has it.
func settled(pts [][2]float64, most float64) [][2]float64 {
	const reach = 4
	n := len(pts)
	if n < 4*reach {
		return pts
	}
	out := make([][2]float64, n)
	for i, p := range pts {
		var sx, sy, sw float64
		for k := -reach; k <= reach; k++ {
			w := math.Exp(-float64(k*k) / 8)
			q := pts[(i+k+n)%n]
			sx, sy, sw = sx+w*q[0], sy+w*q[1], sw+w
		}
		dx, dy := sx/sw-p[0], sy/sw-p[1]
		if d := math.Hypot(dx, dy); d > most {
			dx, dy = dx*most/d, dy*most/d
		}
		out[i] = [2]float64{p[0] + dx, p[1] + dy}
	}
	return out
}

// shape adds several closed lines as one shape, holes staying open. With a step,
// the spacing in metres of the grid they come from, they are drawn smooth within
// half of it.
func (m *chartMap) shape(lines []cover.Line, class string, stepM float64) {
	var d strings.Builder
	for _, l := range lines {
		var pts [][2]float64
		for _, p := range l {
			if x, y, ok := m.xy(p); ok {
				pts = append(pts, [2]float64{x, y})
			}
		}
		if stepM > 0 {
			pts = rounded(rounded(settled(pts, stepM*m.perM/2)))
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

// graticule draws meridians and parallels at a round step, with their degrees
// outside the frame: meridians below it or, where they do not come there, above;
// parallels on its left. About a pole a line that meets none of these sides is
// named where it crosses the middle.
func (m *chartMap) graticule() {
	span := m.mapH / m.perM / 111e3
	step := 30.0
	for _, s := range []float64{0.25, 0.5, 1, 2, 5, 10, 20} {
		if span/s <= 6 {
			step = s
			break
		}
	}
	var d strings.Builder
	latLo, latHi, lonC, lonSpan := m.span()
	reach := math.Min(180, 1.1*lonSpan) // beyond the frame, which cuts it
	for lat := math.Ceil(latLo/step) * step; lat <= latHi; lat += step {
		if math.Abs(lat) > 89.9 {
			continue
		}
		var line [][2]float64
		for l := lonC - reach; l <= lonC+reach+1e-9; l += math.Max(lonSpan/90, 0.05) {
			line = append(line, [2]float64{l, lat})
		}
		m.run(&d, line)
		text := degrees(lat, "N", "S")
		if y, ok := m.crossing(line, sideLeft); ok {
			m.rimLabel(m.left-7, y+4, text, "end")
			m.below.line(m.left-4, y, m.left, y, "hair")
		} else if lonSpan >= 180 {
			if x, y, ok := m.degrees([2]float64{lonC + 15, lat}); ok && m.inside(x, y) {
				m.label(x, y+4, text, "x m o", "middle")
			}
		}
	}
	from, to, lonStep, pole := lonC-lonSpan, lonC+lonSpan, step, 89.0
	if lonSpan >= 180 {
		// Around a pole, or the world: meridians that meet there, none twice.
		from, to, lonStep, pole = -180, 150, 30, 90-step/4
	} else if mid := math.Cos((latLo + latHi) / 2 * math.Pi / 180); mid < 0.7 && step < 20 {
		// Far from the equator degrees of longitude are short.
		for _, s := range []float64{0.5, 1, 2, 5, 10, 20} {
			if s*mid >= 0.7*step {
				lonStep = s
				break
			}
		}
	}
	for lon := math.Ceil(from/lonStep) * lonStep; lon <= to; lon += lonStep {
		var line [][2]float64
		for l := math.Max(-pole, latLo-step); l <= math.Min(pole, latHi+step); l += step / 20 {
			line = append(line, [2]float64{lon, l})
		}
		m.run(&d, line)
		text := degrees(math.Remainder(lon, 360), "E", "W")
		if x, ok := m.crossing(line, sideBelow); ok {
			m.rimLabel(x, m.top+m.mapH+15, text, "middle")
			m.below.line(x, m.top+m.mapH, x, m.top+m.mapH+4, "hair")
		} else if x, ok := m.crossing(line, sideAbove); ok {
			m.rimLabel(x, m.top-5, text, "middle")
			m.below.line(x, m.top-4, x, m.top, "hair")
		} else if y, ok := m.crossing(line, sideLeft); ok && lonSpan >= 180 {
			m.rimLabel(m.left-7, y+4, text, "end")
			m.below.line(m.left-4, y, m.left, y, "hair")
		}
	}
	m.path(d.String(), "net")
}

// rimLabel writes degrees outside the frame, unless others stand there.
func (m *chartMap) rimLabel(x, y float64, s, anchor string) {
	b := textBox(x, y, s, anchor, 10.5)
	for _, t := range m.rim {
		if overlap(b, t) {
			return
		}
	}
	m.rim = append(m.rim, b)
	m.below.text(x, y, "x m", anchor, s)
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

// The sides of the window along which degrees stand.
const (
	sideLeft = iota
	sideBelow
	sideAbove
)

// crossing finds where a line crosses a side of the window: the height on the
// left, the place along it below or above.
func (m *chartMap) crossing(line [][2]float64, side int) (float64, bool) {
	lo, hi := m.left+6, m.left+m.mapW-6
	if side == sideLeft {
		lo, hi = m.top+2, m.top+m.mapH-2
	}
	for i := 1; i < len(line); i++ {
		ax, ay, ok1 := m.degrees(line[i-1])
		bx, by, ok2 := m.degrees(line[i])
		if !ok1 || !ok2 {
			continue
		}
		var a, b, s, t float64
		switch side {
		case sideLeft:
			a, b, s, t = ax-m.left, bx-m.left, ay, by
		case sideBelow:
			a, b, s, t = ay-m.top-m.mapH, by-m.top-m.mapH, ax, bx
		default:
			a, b, s, t = ay-m.top, by-m.top, ax, bx
		}
		if (a < 0) != (b < 0) {
			if v := s + (t-s)*a/(a-b); v > lo && v < hi {
				return v, true
			}
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
	if strings.Contains(" "+class+" ", " x ") {
		size = 10.5
	}
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
// cartographers prefer, then places farther off with a line that leads there, and
// leaves the label out if all are taken.
func (m *chartMap) beside(x, y, half float64, s, class string) bool {
	s = short(Clean(s), 50)
	g := half + 3
	for _, p := range [...]struct {
		dx, dy float64
		anchor string
	}{{g, -g + 4, "start"}, {g, 4, "start"}, {g, g + 5, "start"}, {-g, -g + 4, "end"}, {-g, 4, "end"}, {-g, g + 5, "end"}, {0, -g - 2, "middle"}, {0, g + 10, "middle"}} {
		if m.label(x+p.dx, y+p.dy, s, class, p.anchor) {
			return true
		}
	}
	for _, r := range [...]float64{22, 34, 48, 66} {
		for _, k := range [...]float64{1, -1, 3, -3, 0, 7, 8, -7, 5, -5, 2, -2, 4, -4, 6, -6} {
			a := k * math.Pi / 8
			dx, dy := math.Cos(a), -math.Sin(a)
			fx, fy := x+(half+1)*dx, y+(half+1)*dy
			tx, ty := x+(half+r)*dx, y+(half+r)*dy
			anchor, lx := "start", tx+2
			if dx < -0.1 {
				anchor, lx = "end", tx-2
			} else if dx < 0.1 {
				anchor, lx = "middle", tx
			}
			ly := ty + 4
			if anchor == "middle" {
				ly = ty - 2
				if dy > 0 {
					ly = ty + 10
				}
			}
			if !m.clear(fx, fy, tx, ty, x, y) || !m.label(lx, ly, s, class, anchor) {
				continue
			}
			m.line(fx, fy, tx, ty, "lead")
			return true
		}
	}
	return false
}

// clear reports whether a short line crosses nothing that is taken, but for what
// covers the place (x, y) it starts from.
func (m *chartMap) clear(ax, ay, bx, by, x, y float64) bool {
	for _, t := range m.taken {
		if x >= t[0] && x <= t[2] && y >= t[1] && y <= t[3] {
			continue
		}
		for k := 0.0; k <= 8; k++ {
			px, py := ax+(bx-ax)*k/8, ay+(by-ay)*k/8
			if px >= t[0] && px <= t[2] && py >= t[1] && py <= t[3] {
				return false
			}
		}
	}
	return true
}

// onLine writes a label on the longest of some lines, where there is room.
func (m *chartMap) onLine(lines []cover.Line, text string) {
	var best []([2]float64)
	for _, l := range lines {
		if len(l) <= len(best) {
			continue
		}
		best = best[:0]
		for _, p := range l {
			if x, y, ok := m.xy(p); ok {
				best = append(best, [2]float64{x, y})
			}
		}
	}
	if len(best) < 8 {
		return
	}
	// Begin where the line is lowest on the page: there labels of places are few.
	from := 0
	for i, p := range best {
		if p[1] > best[from][1] && p[1] < m.top+m.mapH-12 {
			from = i
		}
	}
	for k := 0; k < 32; k++ {
		p := best[(from+k*len(best)/32)%len(best)]
		if m.inside(p[0], p[1]) && m.label(p[0], p[1]+4, text, when(len(text) > 1, "x o")+when(len(text) == 1, "b o"), "middle") {
			return
		}
	}
}

// brief leaves out of a long name what stands after a comma or in brackets.
func brief(s string) string {
	if utf8.RuneCountInString(s) <= 20 {
		return s
	}
	for _, cut := range []string{" (", ", "} {
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
	m.rect(x-12, y-18, w+50, 28, "box")
	m.rect(x, y, w/2, 4, "ink")
	m.rect(x+w/2, y, w/2, 4, "scale")
	m.text(x, y-4, "x", "middle", "0")
	m.text(x+w/2, y-4, "x", "middle", tick(l/2000))
	m.text(x+w, y-4, "x", "middle", tick(l/1000)+" km")
	m.keep(x-12, y-18, x+w+38, y+10)
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
