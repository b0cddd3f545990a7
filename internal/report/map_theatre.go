package report

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"testudo/internal/catalog"
	"testudo/internal/geo"
	"testudo/internal/theatre"
)

// The symbols of a map follow the idea of APP-6: the frame tells friend (a
// rectangle, at sea a circle) from foe (a diamond), the sign inside what it is.
// They tell apart without colour.
type symbol uint8

const (
	symBattery symbol = iota
	symShip
	symRadar
	symLaunch
	symAsset
)

var symbolNames = [...]string{"interceptor battery", "interceptor ship", "radar", "launch area", "defended place"}

// half is a symbol's half-width.
var symbolHalf = [...]float64{8, 8, 8, 9, 3}

// sign draws a symbol.
func (c *canvas) sign(s symbol, x, y float64) {
	at := func(f string, v ...float64) string {
		a := make([]any, len(v))
		for i := range v {
			a[i] = num(v[i])
		}
		return fmt.Sprintf(f, a...)
	}
	switch s {
	case symBattery:
		c.rect(x-8, y-5.5, 16, 11, "friend")
		c.path(at("M%s %sA6 7 0 0 1 %s %s", x-6, y+5.5, x+6, y+5.5), "glyph")
	case symShip:
		c.circle(x, y, 7.5, "friend")
		c.path(at("M%s %sA5 6 0 0 1 %s %s", x-5, y+5.5, x+5, y+5.5), "glyph")
	case symRadar:
		c.rect(x-8, y-5.5, 16, 11, "friend")
		c.path(at("M%s %sA6 6 0 0 0 %s %sM%s %sL%s %sL%s %sL%s %s", x-4, y-3.5, x+3, y+3, x-1.2, y+.8, x+1, y-1.6, x+2, y-.2, x+5, y-3.4), "glyph")
	case symLaunch:
		c.path(at("M%s %sL%s %sL%s %sL%s %sZ", x, y-9, x+9, y, x, y+9, x-9, y), "hostile")
		c.path(at("M%s %sV%sM%s %sL%s %sL%s %s", x, y+5, y-4.5, x-2.5, y-1.5, x, y-4.8, x+2.5, y-1.5), "glyphfoe")
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
}

// cluster joins marks of a kind that would overlap, in the order given.
func cluster(in []mark) []mark {
	var out []mark
next:
	for _, m := range in {
		for i := range out {
			o := &out[i]
			if o.kind == m.kind && o.kind != symAsset && o.kind != symLaunch && math.Abs(o.x-m.x) < 17 && math.Abs(o.y-m.y) < 12 {
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
	if book != nil {
		if e, ok := book.Entry(system); ok && e.Attr("basing") == "ship" {
			return symShip
		}
	}
	return symBattery
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
		m.tintAndBase(t)
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
		m.legend(t)
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
func (m *chartMap) tintAndBase(t *theatre.Theatre) {
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
		all = append(all, mark{k, x, y, []string{name}, []string{text}, worth})
	}
	own := map[int]bool{}
	for i := range t.Batteries {
		b := &t.Batteries[i]
		add(basing(book, b.System), b.At, fmt.Sprintf("%s (%s, %s)", b.ID, t.Nations[b.Nation].ID, b.System), b.System, 0)
		// A radar that stands at its battery needs no sign of its own.
		for k := range t.Sensors {
			if near(b.At, t.Sensors[k].At) {
				own[k] = true
			}
		}
	}
	for i := range t.Sensors {
		if s := &t.Sensors[i]; s.Radar != nil && !own[i] {
			add(symRadar, s.At, fmt.Sprintf("%s (%s, %s)", s.ID, t.Nations[s.Nation].ID, s.System), s.System, 0)
		}
	}
	for i := range t.Areas {
		add(symLaunch, t.Areas[i].At, t.Areas[i].Name, brief(t.Areas[i].Name), 0)
	}
	for i := range t.Assets {
		add(symAsset, t.Assets[i].At, t.Assets[i].Name, brief(t.Assets[i].Name), t.Assets[i].Value)
	}
	all = cluster(all)
	order := [...]int{symBattery: 1, symShip: 2, symRadar: 0, symLaunch: 4, symAsset: 3}
	sort.SliceStable(all, func(i, j int) bool {
		if all[i].kind != all[j].kind {
			return order[all[i].kind] < order[all[j].kind]
		}
		return all[i].worth > all[j].worth
	})
	for _, k := range all {
		h := symbolHalf[k.kind]
		m.keep(k.x-h, k.y-math.Min(h, 6), k.x+h, k.y+math.Min(h, 6))
	}
	for _, k := range all {
		m.group(strings.Join(k.names, "; "))
		m.sign(k.kind, k.x, k.y)
		if n := len(k.names); n > 1 {
			text := fmt.Sprintf("×%d", n)
			if !m.label(k.x+9, k.y-6, text, "x b o", "start") && !m.label(k.x-9, k.y-6, text, "x b o", "end") && !m.label(k.x+9, k.y+14, text, "x b o", "start") {
				m.label(k.x-9, k.y+14, text, "x b o", "end")
			}
		}
		m.end()
	}
	for _, want := range []symbol{symLaunch, symAsset, symRadar, symShip, symBattery} {
		for _, k := range all {
			if k.kind != want {
				continue
			}
			class := "x m o"
			if want == symAsset || want == symLaunch {
				class = "s b o"
			}
			m.beside(k.x, k.y, symbolHalf[k.kind], strings.Join(k.texts, ", "), class)
		}
	}
}

// near reports whether two places are within a kilometre or so.
func near(a, b geo.LLA) bool {
	return math.Abs(float64(a.Lat-b.Lat)) < 2e-4 && math.Abs(math.Remainder(float64(a.Lon-b.Lon), 2*math.Pi)) < 2e-4
}

// legend explains the symbols below the map.
func (m *chartMap) legend(t *theatre.Theatre) {
	y := m.top + m.mapH + 20
	x := m.left + 12
	for s := symBattery; s <= symAsset; s++ {
		w := 26 + 6.6*float64(len(symbolNames[s]))
		m.legendSign(s, x, y)
		m.legendText(x+14, y+4, symbolNames[s])
		x += w + 6
	}
	m.legendLine(x, y, "flight")
	m.legendText(x+32, y+4, "ground track")
	m.h = m.top + m.mapH + 52
	var ours, theirs []string
	for i := range t.Nations {
		if t.Nations[i].Attacker {
			theirs = append(theirs, t.Nations[i].ID)
		} else {
			ours = append(ours, t.Nations[i].ID)
		}
	}
	m.legendText(m.left+2, y+24, fmt.Sprintf("Defenders: %s. Attackers: %s. ×n: several at one place. Lambert azimuthal equal-area projection; outlines: Natural Earth.", strings.Join(ours, ", "), strings.Join(theirs, ", ")))
}
