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

// SightMap draws where a radar sees a missile from one launch area, by the place
// it is aimed at, with lines of equal seconds before impact.
func SightMap(t *theatre.Theatre, book *catalog.Book, s *cover.SightMap) Drawing {
	title := fmt.Sprintf("How long before impact %s sees %s from %s", sensorName(t, s.Sensor), entryName(book, s.Missile), areaName(t, s.From))
	searchM2, cuedM2 := s.AreaM2(cover.Alone, 1), s.AreaM2(cover.Cued, 1)
	desc := fmt.Sprintf("By its own search the radar sees the flights to %s of the ground, at best %.0f s before impact; pointed by another, to %s.", km2(searchM2), s.Best, km2(cuedM2))
	sights := map[string]cover.PlaceSight{}
	for _, p := range s.Places {
		sights[p.Asset] = p
	}
	draw := func(page bool) string {
		reached := s.Reached()
		var places []geo.LLA
		for _, l := range reached {
			places = append(places, l...)
		}
		some := *t
		some.Batteries, some.Sensors, some.Areas = nil, nil, nil
		for _, x := range t.Sensors {
			if x.ID == s.Sensor {
				some.Sensors = append(some.Sensors, x)
				places = append(places, x.At)
			}
		}
		for _, a := range t.Areas {
			if a.ID == s.From {
				some.Areas = append(some.Areas, a)
			}
		}
		some.Assets = nil
		for _, a := range t.Assets {
			if p, ok := sights[a.ID]; ok {
				name := brief(a.Name)
				if name == "" {
					name = a.ID
				}
				switch {
				case p.SearchS > 0:
					a.Name = fmt.Sprintf("%s %.0f s", name, p.SearchS)
				case p.CuedS > 0:
					a.Name = fmt.Sprintf("%s (%.0f s)", name, p.CuedS)
				default:
					a.Name = name + " unseen"
				}
				some.Assets = append(some.Assets, a)
			}
		}
		m := newMap(places, 1000, 120e3)
		m.tintAndBase(t, book)
		m.shape(reached, "reach", s.StepM)
		seen := s.Contour(cover.Alone, 1)
		m.shape(seen, "zone0", s.StepM)
		m.key("zone0", "the flight is seen by the radar's own search: "+km2(searchM2))
		if cuedM2 > 1.005*searchM2 {
			m.shape(s.Contour(cover.Cued, 1), "m0", s.StepM)
			m.key("m0", "seen when another points the radar there: "+km2(cuedM2))
		} else {
			m.key("", "pointed by another it sees no other flights")
		}
		type named struct {
			lines []cover.Line
			text  string
		}
		var names []named
		for _, v := range ticks(0, s.Best, 6) {
			if v < 1 || s.AreaM2(cover.Alone, v) == 0 {
				continue
			}
			ls := s.IsoLines(cover.Alone, v)
			for _, l := range ls {
				m.ground(l, "c1", false)
			}
			names = append(names, named{ls, tick(v) + " s"})
		}
		if len(names) > 0 {
			m.key("c1", "first seen so many seconds before impact, own search")
		}
		m.key("reach", "as far as the missile flies")
		m.scaleBar()
		m.marks(&some, book)
		for _, n := range names {
			m.onLine(n.lines, n.text)
		}
		m.symbolKey(m.shown(&some, book)...)
		m.note(fmt.Sprintf("Each place stands for a flight aimed there, on its least-energy path; seconds from the first detection in half of all runs to impact; in brackets where only a pointed radar sees it. Grid of %s km, lines drawn smooth within half of it. %s", n2(s.StepM/1000), mapNote))
		return m.finish("map-sight", title, desc, page)
	}
	var csv strings.Builder
	csv.WriteString("latitude_deg,longitude_deg,seen_before_impact_own_search_s,seen_before_impact_pointed_s\n")
	s.Each(func(at geo.LLA, search, cued float64) {
		csvRow(&csv, num6(float64(at.Lat)*180/math.Pi), float64(at.Lon)*180/math.Pi, search, cued)
	})
	return Drawing{Name: "sight", Title: title, Alt: desc, Wide: true, svg: draw, CSV: csv.String()}
}

// Sight is what a radar sees of a missile from a launch area.
type Sight struct {
	Scenario  string         `json:"scenario"`
	Digest    string         `json:"scenario_digest"`
	Command   string         `json:"command"`
	Sensor    string         `json:"sensor"`
	Missile   string         `json:"missile"`
	From      string         `json:"from"`
	GridKM    float64        `json:"grid_km"`
	Flown     int            `json:"places_flown"`
	SearchKM2 float64        `json:"search_km2"`
	CuedKM2   float64        `json:"cued_km2"`
	BestS     float64        `json:"longest_before_impact_s"`
	Places    []SightPlace   `json:"places"`
	Search    [][][2]float64 `json:"search_lon_lat"`
	Cued      [][][2]float64 `json:"cued_lon_lat"`
}

// SightPlace is a defended place: seconds before impact of the first sight, 0 if
// there is none.
type SightPlace struct {
	Asset   string  `json:"asset"`
	SearchS float64 `json:"search_before_impact_s"`
	CuedS   float64 `json:"pointed_before_impact_s"`
}

// NewSight sums a radar's sight of a missile up.
func NewSight(t *theatre.Theatre, s *cover.SightMap, command string) *Sight {
	out := &Sight{Scenario: t.Name, Digest: t.Digest, Command: command, Sensor: s.Sensor, Missile: s.Missile, From: s.From, GridKM: s.StepM / 1000, Flown: s.Flown,
		SearchKM2: s.AreaM2(cover.Alone, 1) / 1e6, CuedKM2: s.AreaM2(cover.Cued, 1) / 1e6, BestS: s.Best, Search: rings(s.Contour(cover.Alone, 1)), Cued: rings(s.Contour(cover.Cued, 1))}
	for _, p := range s.Places {
		out.Places = append(out.Places, SightPlace{p.Asset, p.SearchS, p.CuedS})
	}
	return out
}

// SightText prints it.
func SightText(s *Sight) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nradar %s, missile %s from %s; grid %g km, %d places flown\nflights seen by its own search: to %.0f km², pointed by another: to %.0f km²; at best %.0f s before impact\n\n",
		Clean(s.Scenario), Clean(s.Sensor), Clean(s.Missile), Clean(s.From), s.GridKM, s.Flown, s.SearchKM2, s.CuedKM2, s.BestS)
	var rows [][]string
	secs := func(v float64) string {
		if v <= 0 {
			return "unseen"
		}
		return fmt.Sprintf("%.0f", v)
	}
	for _, p := range s.Places {
		rows = append(rows, []string{Clean(p.Asset), secs(p.SearchS), secs(p.CuedS)})
	}
	table(&b, []string{"aimed at", "seen, s before impact", "pointed"}, rows)
	fmt.Fprintf(&b, "\nMedians of detection; flights on least-energy paths.\n%s\n", Clean(s.Command))
	return b.String()
}
