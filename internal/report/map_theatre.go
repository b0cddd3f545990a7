package report

import (
	"fmt"
	"math"
	"sort"
	"strings"
	"unicode/utf8"

	"testudo/internal/catalog"
	"testudo/internal/geo"
	"testudo/internal/theatre"
)

// The symbols of a map follow APP-6 and MIL-STD-2525: the frame tells friend (on
// land a rectangle, at sea a circle) from hostile (a diamond), the sign inside
// what it is: the dome of air defence with the missile in it, the radar's dish
// with the flash, the missile of a launch area. They tell apart without colour.
type symbol uint8

const (
	symBattery symbol = iota
	symShip
	symRadar
	symSeaRadar
	symLaunch
	symAsset
)

var symbolNames = [...]string{"interceptor battery", "interceptor ship", "radar", "radar at sea", "launch area", "defended place"}

// symbolHalf is a symbol's half-width, symbolTall its half-height.
var (
	symbolHalf = [...]float64{9.5, 8.5, 9.5, 8.5, 10, 3}
	symbolTall = [...]float64{6.5, 8.5, 6.5, 8.5, 10, 3}
)

// sign draws a symbol.
func (c *canvas) sign(s symbol, x, y float64) {
	at := func(f string, v ...float64) string {
		a := make([]any, len(v))
		for i := range v {
			a[i] = num(v[i])
		}
		return fmt.Sprintf(f, a...)
	}
	// A missile standing on (x, foot): two sides and a round nose.
	missile := func(foot, tall float64, class string) {
		c.path(at("M%s %sV%sA1.8 2.6 0 0 1 %s %sV%s", x-1.8, foot, foot-tall, x+1.8, foot-tall, foot), class)
	}
	dish := func() {
		c.path(at("M%s %sA6 6 0 0 0 %s %sM%s %sL%s %sL%s %sL%s %s", x-4, y-3.8, x+3, y+3.4, x-1, y+.6, x+1.2, y-1.8, x+2.2, y-.2, x+5, y-3.6), "glyph")
	}
	switch s {
	case symBattery:
		c.rect(x-9.5, y-6.5, 19, 13, "friend")
		c.path(at("M%s %sA9.5 5.5 0 0 1 %s %s", x-9.5, y+6.5, x+9.5, y+6.5), "glyph")
		missile(y+6.2, 7, "glyph")
	case symShip:
		c.circle(x, y, 8.5, "friend")
		c.path(at("M%s %sA7 5.5 0 0 1 %s %s", x-6.6, y+5.2, x+6.6, y+5.2), "glyph")
		missile(y+5.6, 7, "glyph")
	case symRadar:
		c.rect(x-9.5, y-6.5, 19, 13, "friend")
		dish()
	case symSeaRadar:
		c.circle(x, y, 8.5, "friend")
		dish()
	case symLaunch:
		c.path(at("M%s %sL%s %sL%s %sL%s %sZ", x, y-10, x+10, y, x, y+10, x-10, y), "hostile")
		missile(y+5, 6.6, "glyphfoe")
	case symAsset:
		c.circle(x, y, 3, "asset")
	}
}

// mark is one thing, or several of a kind that stand too close to tell apart.
type mark struct {
	kind  symbol
	x, y  float64
	names []string
	texts []string // labels, each once
	worth float64  // who is labelled first

	dx, dy float64 // by how much the sign stands beside its place
}

// label is the text beside a mark: what fits, and how many more there are.
func (k *mark) label() string {
	const most = 38
	out := k.texts[0]
	for i, t := range k.texts[1:] {
		if utf8.RuneCountInString(out)+utf8.RuneCountInString(t)+2 > most {
			return fmt.Sprintf("%s and %d more", out, len(k.texts)-1-i)
		}
		out += ", " + t
	}
	return out
}

// apart moves signs that would stand on a defended place beside it, where no
// other sign is in the way.
func apart(all []mark) {
	box := func(k *mark, dx, dy float64) [4]float64 {
		h, v := symbolHalf[k.kind], symbolTall[k.kind]
		return [4]float64{k.x + dx - h, k.y + dy - v, k.x + dx + h, k.y + dy + v}
	}
	for i := range all {
		k := &all[i]
		if k.kind == symAsset || k.kind == symLaunch {
			continue
		}
		covers := false
		for j := range all {
			covers = covers || all[j].kind == symAsset && overlap(box(k, 0, 0), box(&all[j], 0, 0))
		}
		if !covers {
			continue
		}
		h, v := symbolHalf[k.kind]+5, symbolTall[k.kind]+5
	next:
		for _, d := range [...][2]float64{{h, 0}, {-h, 0}, {0, -v}, {0, v}, {h, -v}, {-h, -v}, {h, v}, {-h, v}, {h + 10, 0}, {-h - 10, 0}, {0, -v - 8}, {0, v + 8}} {
			b := box(k, d[0], d[1])
			for j := range all {
				if j != i && overlap(b, box(&all[j], 0, 0)) {
					continue next
				}
			}
			k.x, k.y, k.dx, k.dy = k.x+d[0], k.y+d[1], d[0], d[1]
			break
		}
	}
}

// cluster joins marks of a kind that would overlap, in the order given.
func cluster(in []mark) []mark {
	var out []mark
next:
	for _, m := range in {
		for i := range out {
			o := &out[i]
			if o.kind == m.kind && o.kind != symAsset && o.kind != symLaunch && math.Abs(o.x-m.x) < 20 && math.Abs(o.y-m.y) < 14 {
				o.names = append(o.names, m.names...)
				for _, t := range m.texts {
					if !within(o.texts, t) {
						o.texts = append(o.texts, t)
					}
				}
				continue next
			}
		}
		out = append(out, m)
	}
	return out
}

func within(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// basing tells whether a system is at sea; without a catalogue nothing is.
func basing(book *catalog.Book, system string) symbol {
	if atSea(book, system) {
		return symShip
	}
	return symBattery
}

func atSea(book *catalog.Book, system string) bool {
	if book == nil {
		return false
	}
	e, ok := book.Entry(system)
	return ok && (e.Attr("basing") == "ship" || e.Attr("basing") == "sea")
}

// naval reports whether a radar is the one of some ship in the catalogue.
func naval(book *catalog.Book, system string) bool {
	if book == nil {
		return false
	}
	for _, id := range book.IDs("system") {
		if e, ok := book.Entry(id); ok && e.Attr("radar") == system && e.Attr("basing") == "ship" {
			return true
		}
	}
	return false
}

// radarSign tells a radar ashore from one at sea, by its catalogue entry or by
// where it stands.
func (m *chartMap) radarSign(book *catalog.Book, s *theatre.Sensor) symbol {
	if atSea(book, s.System) || m.offshore[[2]float64{float64(s.At.Lat), float64(s.At.Lon)}] {
		return symSeaRadar
	}
	return symRadar
}

// entryName is the name of a catalogue entry, its id where there is none.
func entryName(book *catalog.Book, id string) string {
	if book != nil {
		if e, ok := book.Entry(id); ok && e.Name != "" {
			return e.Name
		}
	}
	return id
}

// kindWords are the words of a system's name that its symbol says already.
var kindWords = strings.NewReplacer(" BMD ship,", "", " battery,", "", " ship,", "", " battery", "", " BMD ship", "", " site", "")

// systemLabel is what a map writes beside a symbol: the system's name without
// what the symbol says.
func systemLabel(book *catalog.Book, id string, radar bool) string {
	s := entryName(book, id)
	if radar {
		for _, cut := range []string{", ", " ("} {
			s, _, _ = strings.Cut(s, cut)
		}
		return s
	}
	return kindWords.Replace(s)
}

// frame gives what a map of the theatre must show: where the raid comes from,
// where it goes, and the batteries no farther from there than nearM.
func frame(t *theatre.Theatre) []geo.LLA {
	const nearM = 1000e3
	var out []geo.LLA
	areas, assets := map[int]bool{}, map[int]bool{}
	for i := range t.Paths {
		areas[t.Paths[i].Area], assets[t.Paths[i].Asset] = true, true
	}
	for i := range t.Areas {
		if areas[i] {
			out = append(out, t.Areas[i].At)
		}
	}
	for i := range t.Assets {
		if assets[i] {
			out = append(out, t.Assets[i].At)
		}
	}
	n := len(out)
	for i := range t.Batteries {
		for _, p := range out[:n] {
			if distance(t.Batteries[i].At, p) < nearM {
				out = append(out, t.Batteries[i].At)
				break
			}
		}
	}
	return out
}

// distance is the great-circle distance on a sphere, m.
func distance(a, b geo.LLA) float64 {
	s, c := math.Sin(float64(b.Lat-a.Lat)/2), math.Sin(float64(b.Lon-a.Lon)/2)
	return 2 * 6371e3 * math.Asin(math.Min(1, math.Sqrt(s*s+math.Cos(float64(a.Lat))*math.Cos(float64(b.Lat))*c*c)))
}

// crowd gives the places of a frame that stand close together while others lie
// far out, nil if they do not.
func crowd(places []geo.LLA) []geo.LLA {
	span := 0.0
	for _, p := range places {
		for _, q := range places {
			span = math.Max(span, distance(p, q))
		}
	}
	var best []geo.LLA
	for _, p := range places {
		var in []geo.LLA
		for _, q := range places {
			if distance(p, q) < span/4 {
				in = append(in, q)
			}
		}
		if len(in) > len(best) {
			best = in
		}
	}
	if 10*len(best) < 6*len(places) || len(best) > len(places)-2 || span < 600e3 {
		return nil
	}
	return best
}

// Maps draws the theatre and, where most of it crowds into a corner, that corner
// once more and larger. book, which may be nil, tells ships from land systems.
func Maps(t *theatre.Theatre, book *catalog.Book) []Drawing {
	all := frame(t)
	out := []Drawing{theatreMap(t, book, all, "theatre", "The theatre: "+t.Name)}
	if c := crowd(all); c != nil {
		out = append(out, theatreMap(t, book, c, "theatre-detail", "Where it is crowded: "+t.Name))
	}
	return out
}

// theatreMap draws who stands where, and the ground tracks of the raid.
func theatreMap(t *theatre.Theatre, book *catalog.Book, places []geo.LLA, name, title string) Drawing {
	desc := fmt.Sprintf("Map with %d defended places, %d batteries, %d sensors and %d launch areas; dotted lines are the ground tracks of raid %s.", len(t.Assets), len(t.Batteries), len(t.Sensors), len(t.Areas), t.Raid)
	draw := func(page bool) string {
		m := newMap(places, 1000, 120e3)
		m.tintAndBase(t, book)
		done := map[[2]int]bool{}
		for i := range t.Paths {
			p := &t.Paths[i]
			if k := [2]int{p.Area, p.Asset}; done[k] {
				continue
			} else {
				done[k] = true
			}
			m.track(p)
		}
		m.marks(t, book)
		m.scaleBar()
		m.legend(t, book)
		return m.finish("map-"+name, title, desc, page)
	}
	var csv strings.Builder
	csv.WriteString("kind,id,name,nation,system,latitude_deg,longitude_deg\n")
	put := func(kind, id, name string, nation int, system string, at geo.LLA) {
		n := ""
		if nation >= 0 {
			n = t.Nations[nation].ID
		}
		csvRow(&csv, strings.Join([]string{kind, csvText(id), csvText(name), csvText(n), csvText(system)}, ","), float64(at.Lat)*180/math.Pi, float64(at.Lon)*180/math.Pi)
	}
	for _, a := range t.Areas {
		put("launch area", a.ID, a.Name, a.Nation, "", a.At)
	}
	for _, a := range t.Assets {
		put("asset", a.ID, a.Name, a.Nation, "", a.At)
	}
	for _, s := range t.Sensors {
		put("sensor", s.ID, s.Name, s.Nation, s.System, s.At)
	}
	for _, b := range t.Batteries {
		put("battery", b.ID, b.Name, b.Nation, b.System, b.At)
	}
	return Drawing{Name: name, Wide: true, Title: title, Alt: desc, svg: draw, CSV: csv.String()}
}

// tintAndBase draws the land with the parties' countries tinted.
func (m *chartMap) tintAndBase(t *theatre.Theatre, book *catalog.Book) {
	m.offshore = map[[2]float64]bool{}
	for i := range t.Sensors {
		if at := t.Sensors[i].At; t.Sensors[i].Radar != nil {
			sea := naval(book, t.Sensors[i].System) && offshore(at)
			for k := range t.Batteries {
				sea = sea || near(t.Batteries[k].At, at) && atSea(book, t.Batteries[k].System)
			}
			m.offshore[[2]float64{float64(at.Lat), float64(at.Lon)}] = sea
		}
	}
	ours, theirs := map[string]bool{}, map[string]bool{}
	for i := range t.Nations {
		if t.Nations[i].Attacker {
			theirs[t.Nations[i].ID] = true
		} else {
			ours[t.Nations[i].ID] = true
		}
	}
	m.base(ours, theirs)
}

// track draws the ground track of a flight.
func (m *chartMap) track(p *theatre.Path) {
	el := p.Flight.Earth().Ellipsoid
	var line []geo.LLA
	n := 40
	for i := 0; i <= n; i++ {
		r, _ := p.Flight.At(p.Flight.Duration() * float64(i) / float64(n))
		line = append(line, el.LLA(geo.ECEF(r)))
	}
	m.ground(line, "flight", false)
}

// marks draws the symbols, the scarce and important above the common, and then
// labels them as far as there is room.
func (m *chartMap) marks(t *theatre.Theatre, book *catalog.Book) {
	var all []mark
	add := func(k symbol, at geo.LLA, name, text string, worth float64) {
		x, y, ok := m.xy(at)
		if !ok || !m.inside(x, y) {
			return
		}
		all = append(all, mark{kind: k, x: x, y: y, names: []string{name}, texts: []string{text}, worth: worth})
	}
	own := map[int]bool{}
	for i := range t.Batteries {
		b := &t.Batteries[i]
		text := systemLabel(book, b.System, false)
		if m.byName && b.Name != "" {
			text = b.Name
		}
		add(basing(book, b.System), b.At, fmt.Sprintf("%s (%s, %s)", b.ID, t.Nations[b.Nation].ID, b.System), text, 0)
		// A radar that stands at its battery needs no sign of its own.
		for k := range t.Sensors {
			if near(b.At, t.Sensors[k].At) {
				own[k] = true
			}
		}
	}
	for i := range t.Sensors {
		if s := &t.Sensors[i]; s.Radar != nil && !own[i] {
			kind := m.radarSign(book, s)
			add(kind, s.At, fmt.Sprintf("%s (%s, %s)", s.ID, t.Nations[s.Nation].ID, s.System), systemLabel(book, s.System, true), 0)
		}
	}
	for i := range t.Areas {
		add(symLaunch, t.Areas[i].At, t.Areas[i].Name, brief(t.Areas[i].Name), 0)
	}
	for i := range t.Assets {
		add(symAsset, t.Assets[i].At, t.Assets[i].Name, brief(t.Assets[i].Name), t.Assets[i].Value)
	}
	all = cluster(all)
	apart(all)
	order := [...]int{symBattery: 1, symShip: 2, symRadar: 0, symSeaRadar: 0, symLaunch: 4, symAsset: 3}
	sort.SliceStable(all, func(i, j int) bool {
		if all[i].kind != all[j].kind {
			return order[all[i].kind] < order[all[j].kind]
		}
		return all[i].worth > all[j].worth
	})
	for _, k := range all {
		h, v := symbolHalf[k.kind], symbolTall[k.kind]
		m.keep(k.x-h, k.y-v, k.x+h, k.y+v)
	}
	for _, k := range all {
		m.group(strings.Join(k.names, "; "))
		if k.dx != 0 || k.dy != 0 {
			m.line(k.x, k.y, k.x-k.dx, k.y-k.dy, "lead")
		}
		m.sign(k.kind, k.x, k.y)
		if n := len(k.names); n > 1 {
			text := fmt.Sprintf("×%d", n)
			if !m.label(k.x+11, k.y-5, text, "x b o", "start") && !m.label(k.x-11, k.y-5, text, "x b o", "end") && !m.label(k.x+11, k.y+13, text, "x b o", "start") {
				m.label(k.x-11, k.y+13, text, "x b o", "end")
			}
		}
		m.end()
	}
	for _, want := range []symbol{symLaunch, symAsset, symShip, symBattery, symRadar, symSeaRadar} {
		for _, k := range all {
			if k.kind != want {
				continue
			}
			class := "x m o"
			if want == symAsset || want == symLaunch {
				class = "s b o"
			}
			m.beside(k.x, k.y, symbolHalf[k.kind], k.label(), class)
		}
	}
}

// near reports whether two places are within a kilometre or so.
func near(a, b geo.LLA) bool {
	return math.Abs(float64(a.Lat-b.Lat)) < 2e-4 && math.Abs(math.Remainder(float64(a.Lon-b.Lon), 2*math.Pi)) < 2e-4
}

// symbolKey explains symbols in the legend, in one line.
func (m *chartMap) symbolKey(kinds ...symbol) {
	if m.keyX > m.left {
		m.keyX, m.keyY = m.left, m.keyY+19
	}
	if m.keyY == 0 {
		m.keyX, m.keyY = m.left, m.under()
	}
	x := m.left + 10
	for _, s := range kinds {
		m.legendSign(s, x, m.keyY)
		m.legendText(x+symbolHalf[s]+6, m.keyY+4, symbolNames[s])
		x += symbolHalf[s] + 28 + 6.2*float64(len(symbolNames[s]))
	}
	m.keyY += 22
}

// shown lists the kinds of symbols that the window holds.
func (m *chartMap) shown(t *theatre.Theatre, book *catalog.Book) []symbol {
	var has [len(symbolNames)]bool
	see := func(k symbol, at geo.LLA) {
		if x, y, ok := m.xy(at); ok && m.inside(x, y) {
			has[k] = true
		}
	}
	for i := range t.Batteries {
		see(basing(book, t.Batteries[i].System), t.Batteries[i].At)
	}
next:
	for i := range t.Sensors {
		s := &t.Sensors[i]
		if s.Radar == nil {
			continue
		}
		for k := range t.Batteries {
			if near(t.Batteries[k].At, s.At) {
				continue next
			}
		}
		see(m.radarSign(book, s), s.At)
	}
	for i := range t.Areas {
		see(symLaunch, t.Areas[i].At)
	}
	for i := range t.Assets {
		see(symAsset, t.Assets[i].At)
	}
	var out []symbol
	for k, yes := range has {
		if yes {
			out = append(out, symbol(k))
		}
	}
	return out
}

// parties names the two sides by their nations.
func parties(t *theatre.Theatre) string {
	var ours, theirs []string
	for i := range t.Nations {
		n := t.Nations[i].Name
		if n == "" {
			n = t.Nations[i].ID
		}
		if t.Nations[i].Attacker {
			theirs = append(theirs, n)
		} else {
			ours = append(ours, n)
		}
	}
	return fmt.Sprintf("Defenders (green tint): %s. Attacker (red tint): %s.", strings.Join(ours, ", "), strings.Join(theirs, ", "))
}

// mapNote is what every map says of itself.
const mapNote = "Lambert azimuthal equal-area projection; outlines: Natural Earth 1:50 million."

// legend explains the symbols below the map.
func (m *chartMap) legend(t *theatre.Theatre, book *catalog.Book) {
	m.symbolKey(m.shown(t, book)...)
	m.key("flight", "ground track of a flight of the raid")
	m.key("", "×n: several of a kind at one place")
	m.note(parties(t) + " Symbols after APP-6. " + mapNote)
}
