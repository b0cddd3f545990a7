package report

import (
	"fmt"
	"math"
	"strings"

	"testudo/internal/cover"
	"testudo/internal/geo"
	"testudo/internal/measure"
	"testudo/internal/scenario"
	"testudo/internal/theatre"
	"testudo/internal/units"
)

// Coverage is what is said of a footprint.
type Coverage struct {
	Scenario  string           `json:"scenario"`
	Digest    string           `json:"scenario_digest"`
	Command   string           `json:"command"`
	Batteries []string         `json:"batteries"`
	Posture   string           `json:"posture"`
	Missile   string           `json:"missile"`
	From      string           `json:"from,omitempty"`
	Asset     string           `json:"asset,omitempty"`
	GridKM    float64          `json:"grid_km"`
	Flown     int              `json:"places_flown"`
	Modes     []CoverageMode   `json:"modes"`
	Nations   []CoverageNation `json:"nations,omitempty"`
	Contours  []CoverageLine   `json:"contours"`
}

// CoverageMode is the ground, km², at which a mode has a shot or kills with a
// chance: the best single shot, and a round at every look.
type CoverageMode struct {
	Mode    string  `json:"mode"`
	Shot    float64 `json:"one_opportunity_km2"`
	TwoShot float64 `json:"two_opportunities_km2"`
	P50     float64 `json:"kill_0.5_km2"`
	P80     float64 `json:"kill_0.8_km2"`
	P90     float64 `json:"kill_0.9_km2"`
	All50   float64 `json:"kill_all_looks_0.5_km2"`
	All80   float64 `json:"kill_all_looks_0.8_km2"`
	All90   float64 `json:"kill_all_looks_0.9_km2"`
}

// CoverageNation is what of a nation lies where a shot is possible: a defender's
// land and places or, where launch places are mapped, an attacker's land and
// launch areas.
type CoverageNation struct {
	Nation     string   `json:"nation"`
	AreaShare  *float64 `json:"area_share,omitempty"` // of its land; absent without an outline
	Places     int      `json:"places_inside"`
	PlacesAll  int      `json:"places"`
	People     float64  `json:"people_inside"`
	PeopleAll  float64  `json:"people"`
	AloneShare *float64 `json:"area_share_alone,omitempty"`
}

// CoverageLine is one contour: rings of longitude and latitude, degrees.
type CoverageLine struct {
	Mode   string         `json:"mode"`
	Kind   string         `json:"kind"` // kill-probability (of the best shot), kill-probability-all-looks or opportunities
	Level  float64        `json:"level"`
	Points [][][2]float64 `json:"rings_lon_lat"`
}

// NewCoverage sums a map up: areas, contours and, with shares, what of each
// defender lies inside.
func NewCoverage(f *scenario.File, t *theatre.Theatre, m *cover.Map, command string, shares bool) *Coverage {
	q := m.Query
	out := &Coverage{Scenario: f.Name, Digest: f.Digest, Command: command, Batteries: m.Batteries, Posture: q.Posture, Missile: q.Missile, From: q.From, Asset: q.Asset, GridKM: m.StepM / 1000, Flown: m.Flown}
	for mode, name := range cover.ModeNames {
		out.Modes = append(out.Modes, CoverageMode{name, m.ShotsM2(mode, 1) / 1e6, m.ShotsM2(mode, 2) / 1e6, m.AreaM2(mode, 0.5) / 1e6, m.AreaM2(mode, 0.8) / 1e6, m.AreaM2(mode, 0.9) / 1e6, m.AllM2(mode, 0.5) / 1e6, m.AllM2(mode, 0.8) / 1e6, m.AllM2(mode, 0.9) / 1e6})
		for _, l := range cover.Levels {
			if ls := m.Contour(mode, l); len(ls) > 0 {
				out.Contours = append(out.Contours, CoverageLine{name, "kill-probability", l, rings(ls)})
			}
			if ls := m.AllContour(mode, l); len(ls) > 0 {
				out.Contours = append(out.Contours, CoverageLine{name, "kill-probability-all-looks", l, rings(ls)})
			}
		}
		for n := 1; n <= 2; n++ {
			if ls := m.ShotContour(mode, n); len(ls) > 0 {
				out.Contours = append(out.Contours, CoverageLine{name, "opportunities", float64(n), rings(ls)})
			}
		}
	}
	if !shares {
		return out
	}
	const full = cover.EngageOnRemote
	for n := range t.Nations {
		if t.Nations[n].Attacker != (q.Asset != "") {
			continue
		}
		x := CoverageNation{Nation: t.Nations[n].ID}
		for i := range t.Areas {
			if a := &t.Areas[i]; q.Asset != "" && a.Nation == n {
				x.PlacesAll++
				if m.Kill(full, a.At) >= cover.LeastShot {
					x.Places++
				}
			}
		}
		for i := range t.Assets {
			a := &t.Assets[i]
			if a.Nation != n || q.Asset != "" {
				continue
			}
			x.PlacesAll++
			x.PeopleAll += a.Population
			if m.Kill(full, a.At) >= cover.LeastShot {
				x.Places++
				x.People += a.Population
			}
		}
		if o, ok := CountryOutline(x.Nation); ok {
			if all := o.AreaM2(); all > 0 {
				in, alone := 0, 0
				for j := m.J0; j < m.J0+m.NJ; j++ {
					for i := m.I0; i < m.I0+m.NI; i++ {
						v := m.At(i, j)
						if v.Shots[full] == 0 && v.Shots[cover.Alone] == 0 || !o.Contains(m.Place(i, j)) {
							continue
						}
						if v.Shots[full] > 0 {
							in++
						}
						if v.Shots[cover.Alone] > 0 {
							alone++
						}
					}
				}
				a, b := math.Min(1, float64(in)*m.StepM*m.StepM/all), math.Min(1, float64(alone)*m.StepM*m.StepM/all)
				x.AreaShare, x.AloneShare = &a, &b
			}
		}
		out.Nations = append(out.Nations, x)
	}
	return out
}

func rings(ls []cover.Line) [][][2]float64 {
	var out [][][2]float64
	for _, l := range ls {
		var r [][2]float64
		for _, p := range l {
			r = append(r, lonLat(p))
		}
		out = append(out, r)
	}
	return out
}

func lonLat(p geo.LLA) [2]float64 {
	deg := func(x units.Angle) float64 { return math.Round(float64(x)*180/math.Pi*1e5) / 1e5 }
	return [2]float64{deg(p.Lon), deg(p.Lat)}
}

// CoverageText prints a coverage as tables.
func CoverageText(o *Coverage) string {
	w := new(strings.Builder)
	fmt.Fprintf(w, "%s\n", Clean(o.Scenario))
	what, inside, places := "from "+o.From, "Where a shot is possible", "places"
	if o.Asset != "" {
		what, inside, places = "launch places denied against "+o.Asset, "Denied to the attacker", "areas"
	}
	batteries := fmt.Sprintf("%d batteries", len(o.Batteries))
	if len(o.Batteries) == 1 {
		batteries = "battery " + o.Batteries[0]
	}
	fmt.Fprintf(w, "%s, posture %s, missile %s, %s; grid %g km, %d places flown\n\n", Clean(batteries), Clean(o.Posture), Clean(o.Missile), Clean(what), o.GridKM, o.Flown)
	fmt.Fprintf(w, "%-18s %14s %14s %12s %12s %12s   (km²)\n", "with no more than", "a shot", "two shots", "killed 0.5", "0.8", "0.9")
	for _, m := range o.Modes {
		fmt.Fprintf(w, "%-18s %14.0f %14.0f %12.0f %12.0f %12.0f\n", m.Mode, m.Shot, m.TwoShot, m.All50, m.All80, m.All90)
	}
	if len(o.Nations) > 0 {
		people := o.Asset == ""
		fmt.Fprintf(w, "\n%s:\n%-8s %14s %14s %10s", inside, "nation", "of its area", "alone", places)
		if people {
			fmt.Fprintf(w, " %16s %10s", "people there", "of all")
		}
		fmt.Fprintln(w)
		for _, n := range o.Nations {
			share := func(p *float64) string {
				if p == nil {
					return "-"
				}
				return measure.Percent(*p)
			}
			of := "-"
			if n.PeopleAll > 0 {
				of = measure.Percent(n.People / n.PeopleAll)
			}
			fmt.Fprintf(w, "%-8s %14s %14s %10s", Clean(n.Nation), share(n.AreaShare), share(n.AloneShare), fmt.Sprintf("%d of %d", n.Places, n.PlacesAll))
			if people {
				fmt.Fprintf(w, " %16.0f %10s", n.People, of)
			}
			fmt.Fprintln(w)
		}
		if people {
			fmt.Fprintln(w, "People are those the scenario counts at its places.")
		}
	}
	fmt.Fprintf(w, "\nSensors detect as in half of all runs; a shot is one that kills with at least %g;\nkilled: at least one of a round at every look hits, looks taken as independent.\n%s\n", cover.LeastShot, Clean(o.Command))
	return w.String()
}

// RadarCoverage is what a radar sees of a target at a height.
type RadarCoverage struct {
	Scenario   string         `json:"scenario"`
	Sensor     string         `json:"sensor"`
	AltitudeKM float64        `json:"altitude_km"`
	RCS        float64        `json:"rcs_m2"`
	SearchKM2  float64        `json:"search_km2"`
	CuedKM2    float64        `json:"cued_km2"`
	HorizonKM  float64        `json:"horizon_km"`
	Search     [][][2]float64 `json:"search_lon_lat"`
	Cued       [][][2]float64 `json:"cued_lon_lat"`
}

// NewRadarCoverage sums a radar's view up.
func NewRadarCoverage(t *theatre.Theatre, v *cover.RadarView) *RadarCoverage {
	return &RadarCoverage{t.Name, v.Sensor, v.AltitudeM / 1000, v.RCS, v.SearchM2 / 1e6, v.CuedM2 / 1e6, v.HorizonM / 1000, rings(v.Search), rings(v.Cued)}
}
