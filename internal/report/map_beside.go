package report

import (
	"fmt"
	"math"
	"strings"

	"testudo/internal/catalog"
	"testudo/internal/cover"
	"testudo/internal/geo"
	"testudo/internal/measure"
	"testudo/internal/theatre"
)

// Beside are two footprints against the same missile from the same area: two
// candidate sites, or one battery in two scenarios.
type Beside struct {
	A, B *Coverage `json:"-"` // as in Covers
	// Ground, km², at which a shot is possible from the one alone, the other alone,
	// and both.
	OnlyA   float64      `json:"only_a_km2"`
	OnlyB   float64      `json:"only_b_km2"`
	Both    float64      `json:"both_km2"`
	Covers  [2]*Coverage `json:"a_b"`
	Names   [2]string    `json:"names"`
	Places  []BesideAt   `json:"places"`
	command string
}

// BesideAt is a defended place: whether each side can shoot for it, and the chance
// that a round at every look kills.
type BesideAt struct {
	Asset  string  `json:"asset"`
	Nation string  `json:"nation"`
	People float64 `json:"people"`
	A      float64 `json:"kill_a"`
	B      float64 `json:"kill_b"`
}

// Footprinted is a footprint with the theatre it belongs to.
type Footprinted struct {
	Theatre  *theatre.Theatre
	Map      *cover.Map
	Coverage *Coverage
}

// NewBeside compares two footprints.
func NewBeside(book *catalog.Book, a, b Footprinted, command string) *Beside {
	const full = cover.EngageOnRemote
	out := &Beside{A: a.Coverage, B: b.Coverage, Covers: [2]*Coverage{a.Coverage, b.Coverage}, Names: [2]string{sideName(book, a), sideName(book, b)}, command: command}
	if out.Names[0] == out.Names[1] {
		out.Names[0] += ", " + a.Theatre.Name
		out.Names[1] += ", " + b.Theatre.Name
	}
	cell := a.Map.StepM * a.Map.StepM / 1e6
	for j := a.Map.J0; j < a.Map.J0+a.Map.NJ; j++ {
		for i := a.Map.I0; i < a.Map.I0+a.Map.NI; i++ {
			if v := a.Map.At(i, j); v.Shots[full] == 0 {
				continue
			}
			if b.Map.Kill(full, a.Map.Place(i, j)) >= cover.LeastShot {
				out.Both += cell
			} else {
				out.OnlyA += cell
			}
		}
	}
	out.OnlyB = math.Max(0, b.Map.ShotsM2(full, 1)/1e6-out.Both)
	for i := range a.Theatre.Assets {
		x := &a.Theatre.Assets[i]
		if x.Nation < 0 || a.Theatre.Nations[x.Nation].Attacker {
			continue
		}
		p := BesideAt{Asset: x.ID, Nation: a.Theatre.Nations[x.Nation].ID, People: x.Population, A: a.Map.KillAll(full, x.At), B: b.Map.KillAll(full, x.At)}
		if p.A > 0 || p.B > 0 {
			out.Places = append(out.Places, p)
		}
	}
	return out
}

func sideName(book *catalog.Book, f Footprinted) string { return who(f.Theatre, book, f.Map.Query) }

// BesideText prints the comparison.
func BesideText(s *Beside) string {
	b := new(strings.Builder)
	fmt.Fprintf(b, "A: %s\nB: %s\nmissile %s from %s; posture %s\n\n", Clean(s.Names[0]), Clean(s.Names[1]), Clean(s.A.Missile), Clean(s.A.From), Clean(s.A.Posture))
	full := func(c *Coverage) CoverageMode { return c.Modes[cover.EngageOnRemote] }
	x, y := full(s.A), full(s.B)
	var rows [][]string
	for _, r := range []struct {
		what string
		a, b float64
	}{{"a shot", x.Shot, y.Shot}, {"two shots", x.TwoShot, y.TwoShot}, {"killed with 0.5", x.All50, y.All50}, {"killed with 0.8", x.All80, y.All80}, {"killed with 0.9", x.All90, y.All90}, {"a shot from this one alone", s.OnlyA, s.OnlyB}} {
		rows = append(rows, []string{r.what, fmt.Sprintf("%.0f", r.a), fmt.Sprintf("%.0f", r.b)})
	}
	rows = append(rows, []string{"a shot from both", fmt.Sprintf("%.0f", s.Both), fmt.Sprintf("%.0f", s.Both)})
	table(b, []string{"ground, km²", "A", "B"}, rows)
	rows = nil
	for i, n := range s.A.Nations {
		if i >= len(s.B.Nations) {
			break
		}
		m := s.B.Nations[i]
		share := func(p *float64) string {
			if p == nil {
				return "-"
			}
			return measure.Percent(*p)
		}
		rows = append(rows, []string{Clean(n.Nation), share(n.AreaShare), share(m.AreaShare), fmt.Sprintf("%d of %d", n.Places, n.PlacesAll), fmt.Sprintf("%d of %d", m.Places, m.PlacesAll), fmt.Sprintf("%.0f", n.People), fmt.Sprintf("%.0f", m.People)})
	}
	b.WriteByte('\n')
	table(b, []string{"nation", "of its area: A", "B", "places: A", "B", "people there: A", "B"}, rows)
	rows = nil
	for _, p := range s.Places {
		rows = append(rows, []string{Clean(p.Asset), Clean(p.Nation), chanceText(p.A), chanceText(p.B), fmt.Sprintf("%.0f", p.People)})
	}
	b.WriteByte('\n')
	table(b, []string{"place", "nation", "killed: A", "B", "people"}, rows)
	fmt.Fprintf(b, "\nKilled: at least one of a round at every look hits, looks taken as independent. No dice are in it:\nwhat a site is worth in a raid, magazines and all, says gain.\n%s\n", Clean(s.command))
	return b.String()
}

func chanceText(p float64) string {
	if p == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", p)
}

// BesideMap overlays two footprints.
func BesideMap(book *catalog.Book, a, b Footprinted, s *Beside) Drawing {
	q := a.Map.Query
	title := fmt.Sprintf("%s (A) and %s (B) against %s from %s, posture %s", s.Names[0], s.Names[1], entryName(book, q.Missile), areaName(a.Theatre, q.From), q.Posture)
	desc := fmt.Sprintf("Ground where a shot is possible: from A alone %.0f km², from B alone %.0f km², from both %.0f km².", s.OnlyA, s.OnlyB, s.Both)
	const full = cover.EngageOnRemote
	draw := func(page bool) string {
		sides := [2]Footprinted{a, b}
		var places []geo.LLA
		for _, f := range sides {
			for _, l := range f.Map.ShotContour(full, 1) {
				places = append(places, l...)
			}
		}
		var area *theatre.Area
		for i := range a.Theatre.Areas {
			if x := &a.Theatre.Areas[i]; x.ID == q.From {
				area = x
				places = append(places, x.At)
			}
		}
		some := *a.Theatre
		some.Batteries, some.Sensors, some.Areas = nil, nil, nil
		if area != nil {
			some.Areas = []theatre.Area{*area}
		}
		for k, f := range sides {
			mine := map[string]bool{}
			for _, id := range f.Map.Batteries {
				mine[id] = true
			}
			for _, x := range f.Theatre.Batteries {
				if mine[x.ID] && (k == 0 || !in(some.Batteries, &x)) {
					some.Batteries = append(some.Batteries, x)
				}
			}
		}
		if len(places) == 0 {
			for i := range some.Batteries {
				places = append(places, some.Batteries[i].At)
			}
		}
		m := newMap(places, 1000, 60e3)
		m.byName = true
		m.tintAndBase(a.Theatre, book)
		var lines [2][]cover.Line
		for k, f := range sides {
			lines[k] = f.Map.ShotContour(full, 1)
			m.shape(lines[k], []string{"sidea", "sideb"}[k], f.Map.StepM)
		}
		for k, f := range sides {
			m.shape(lines[k], []string{"linea", "lineb"}[k], f.Map.StepM)
			m.shape(f.Map.ShotContour(full, 2), []string{"twoa", "twob"}[k], f.Map.StepM)
		}
		m.scaleBar()
		m.marks(&some, book)
		for k := range sides {
			m.onLine(lines[k], []string{"A", "B"}[k])
		}
		for k, f := range sides {
			name := string(rune('A' + k))
			m.key([]string{"linea", "lineb"}[k], fmt.Sprintf("%s: a shot is possible: %s", name, km2(f.Map.ShotsM2(full, 1))))
			m.key([]string{"twoa", "twob"}[k], fmt.Sprintf("%s: two opportunities or more: %s", name, km2(f.Map.ShotsM2(full, 2))))
		}
		m.key("", fmt.Sprintf("from A alone %s, from B alone %s", km2(s.OnlyA*1e6), km2(s.OnlyB*1e6)))
		m.key("", "from both "+km2(s.Both*1e6))
		m.symbolKey(m.shown(&some, book)...)
		var only [2][]string
		for _, p := range s.Places {
			switch {
			case p.B == 0:
				only[0] = append(only[0], assetName(a.Theatre, p.Asset))
			case p.A == 0:
				only[1] = append(only[1], assetName(a.Theatre, p.Asset))
			}
		}
		note := ""
		for k, list := range only {
			if len(list) > 0 {
				note += fmt.Sprintf("Within %c alone: %s. ", 'A'+k, strings.Join(list, ", "))
			}
		}
		for k, f := range sides {
			if w := shareWords(f.Coverage); w != "" {
				note += fmt.Sprintf("%c: %s ", 'A'+k, w)
			}
		}
		m.note(fmt.Sprintf("%sA: %s. B: %s. Sensors detect as in half of all runs, every link works, magazines do not bind. Grid of %s km, lines drawn smooth within half of it. %s", note, s.Names[0], s.Names[1], n2(a.Map.StepM/1000), mapNote))
		return m.finish("map-beside", title, desc, page)
	}
	var csv strings.Builder
	csv.WriteString("asset,nation,people,kill_probability_all_looks_a,kill_probability_all_looks_b\n")
	for _, p := range s.Places {
		csvRow(&csv, csvText(p.Asset)+","+csvText(p.Nation), p.People, p.A, p.B)
	}
	return Drawing{Name: "beside", Title: title, Alt: desc, Wide: true, svg: draw, CSV: csv.String()}
}

// in reports whether a battery stands among others, at the same place.
func in(list []theatre.Battery, b *theatre.Battery) bool {
	for i := range list {
		if list[i].ID == b.ID && near(list[i].At, b.At) {
			return true
		}
	}
	return false
}
