package main

import (
	"fmt"
	"io"
	"math"

	"github.com/spf13/cobra"

	"testudo"
	"testudo/internal/cover"
	"testudo/internal/geo"
	"testudo/internal/measure"
	"testudo/internal/report"
	"testudo/internal/scenario"
	"testudo/internal/theatre"
	"testudo/internal/units"
)

// coverOut is what cover prints of a footprint.
type coverOut struct {
	Scenario  string        `json:"scenario"`
	Digest    string        `json:"scenario_digest"`
	Command   string        `json:"command"`
	Batteries []string      `json:"batteries"`
	Posture   string        `json:"posture"`
	Missile   string        `json:"missile"`
	From      string        `json:"from,omitempty"`
	Asset     string        `json:"asset,omitempty"`
	GridKM    float64       `json:"grid_km"`
	Flown     int           `json:"places_flown"`
	Modes     []coverMode   `json:"modes"`
	Nations   []coverNation `json:"nations,omitempty"`
	Contours  []coverLine   `json:"contours"`
}

type coverMode struct {
	Mode    string  `json:"mode"`
	Shot    float64 `json:"one_opportunity_km2"`
	TwoShot float64 `json:"two_opportunities_km2"`
	P50     float64 `json:"kill_0.5_km2"`
	P80     float64 `json:"kill_0.8_km2"`
	P90     float64 `json:"kill_0.9_km2"`
}

// coverNation is what of a nation lies where a shot is possible.
type coverNation struct {
	Nation     string   `json:"nation"`
	AreaShare  *float64 `json:"area_share,omitempty"` // of its land; absent without an outline
	Places     int      `json:"places_inside"`
	PlacesAll  int      `json:"places"`
	People     float64  `json:"people_inside"`
	PeopleAll  float64  `json:"people"`
	AloneShare *float64 `json:"area_share_alone,omitempty"`
}

type coverLine struct {
	Mode   string         `json:"mode"`
	Kind   string         `json:"kind"` // kill-probability or opportunities
	Level  float64        `json:"level"`
	Points [][][2]float64 `json:"rings_lon_lat"`
}

func coverCommand() *cobra.Command {
	var c common
	var q cover.Query
	var grid, altitude, rcs, svg, csv, radar string
	var people bool
	cmd := &cobra.Command{
		Use: "cover SCENARIO", Short: "What a battery, a nation or a radar covers: areas, shares, maps", Args: cobra.ExactArgs(1),
		Long: `Maps where a defence reaches: at every place of a grid a missile of one kind is
aimed from one launch area, and the compiler of the simulation says who could
shoot, with what chance, under which mode. Every sensor detects as in half of
all runs; what is agreed works; magazines and channels do not bind.

With --asset instead of --from the grid holds launch places, and the map shows
from where the asset is denied. With --radar it shows what a radar sees at a
height.`,
		Example: "  testudo cover scenarios/northeast-asia-2014.yaml --battery guam-thaad --posture tracks --missile musudan --from wonsan --svg thaad.svg\n  testudo cover scenarios/northeast-asia-2014.yaml --nation JPN --posture engage-on-remote --missile nodong --from kittaeryong --grid 20km\n  testudo cover scenarios/northeast-asia-2014.yaml --radar kyogamisaki --altitude 100km",
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := c.scenario(args[0])
			if err != nil {
				return err
			}
			w, err := theatre.Resolve(s.File, theatre.Options{})
			if err != nil {
				return coded(exitInput, err)
			}
			if radar != "" {
				return coverRadar(cmd, w, radar, altitude, rcs, svg, csv, c.json)
			}
			if err := coverQuery(s.File, w, &q, grid); err != nil {
				return coded(exitUsage, err)
			}
			q.Workers = c.workers
			m, err := cover.Footprint(cmd.Context(), s.File, q)
			if err != nil {
				return coded(exitUsage, err)
			}
			line := coverCommandLine(args[0], m.Query, c)
			d := report.CoverMap(w, s.File.Book, m)
			if err := writeDrawing(d, svg, csv); err != nil {
				return err
			}
			out := summarise(s, w, m, line, people || q.Battery == "")
			if c.json {
				return printJSON(cmd.OutOrStdout(), out)
			}
			printCover(cmd.OutOrStdout(), out)
			return nil
		},
	}
	f := cmd.Flags()
	f.BoolVar(&c.json, "json", false, "print the result as JSON, and nothing else, on standard output")
	f.StringArrayVar(&c.sets, "set", nil, "override a value of the scenario, `path=value` (repeatable)")
	f.IntVar(&c.workers, "workers", 0, "workers (default: one per processor); the result does not depend on it")
	f.StringVar(&q.Battery, "battery", "", "map one battery")
	f.StringVar(&q.Nation, "nation", "", "map all batteries of a nation (default: everybody's)")
	f.StringVar(&q.Posture, "posture", "", "posture whose agreements hold (default: the first of the ladder)")
	f.StringVar(&q.Missile, "missile", "", "missile of the catalogue (default: the first of the default raid)")
	f.StringVar(&q.From, "from", "", "launch area (default: the first of the default raid)")
	f.StringVar(&q.Asset, "asset", "", "map launch places from which this asset is denied, instead of places defended")
	f.StringVar(&grid, "grid", "", "grid, such as 10km (default: from the batteries' reach)")
	f.StringVar(&radar, "radar", "", "map what this sensor sees instead")
	f.StringVar(&altitude, "altitude", "100 km", "height of the target for --radar")
	f.StringVar(&rcs, "rcs", "0.1 m2", "cross-section of the target for --radar")
	f.StringVar(&svg, "svg", "", "also draw the map to this `file`")
	f.StringVar(&csv, "csv", "", "also write the grid (or the radar's edge) to this `file`")
	f.BoolVar(&people, "shares", false, "with --battery: also the share of each nation's area and people inside")
	c.runs = 1
	return cmd
}

// spaced puts the space between number and unit that a shell makes awkward.
func spaced(s string) string {
	for i, r := range s {
		if (r < '0' || r > '9') && r != '.' && r != '-' && r != '+' {
			if r == ' ' || i == 0 {
				return s
			}
			return s[:i] + " " + s[i:]
		}
	}
	return s
}

// coverQuery fills in what the command line leaves open.
func coverQuery(f *scenario.File, t *theatre.Theatre, q *cover.Query, grid string) error {
	if grid != "" {
		l, err := units.ParseLength(spaced(grid))
		if err != nil {
			return fmt.Errorf("--grid: %w", err)
		}
		if !(l > 0) {
			return fmt.Errorf("--grid %s: it must be above 0", grid)
		}
		q.GridM = float64(l)
	}
	if q.Posture == "" && len(t.Ladder) > 0 {
		q.Posture = t.Postures[t.Ladder[0]].ID
	}
	if q.Asset != "" && q.From != "" {
		return fmt.Errorf("give --from or --asset, not both")
	}
	for _, r := range f.Raids {
		if r.ID != f.DefaultRaid || len(r.Groups) == 0 {
			continue
		}
		if q.Missile == "" {
			q.Missile = r.Groups[0].Missile
		}
		if q.From == "" && q.Asset == "" {
			q.From = r.Groups[0].From
		}
	}
	return nil
}

func coverCommandLine(path string, q cover.Query, c common) string {
	s := "testudo cover " + path
	for _, x := range [...][2]string{{"battery", q.Battery}, {"nation", q.Nation}, {"posture", q.Posture}, {"missile", q.Missile}, {"from", q.From}, {"asset", q.Asset}} {
		if x[1] != "" {
			s += fmt.Sprintf(" --%s %s", x[0], x[1])
		}
	}
	s += fmt.Sprintf(" --grid %gkm", q.GridM/1000)
	for _, x := range c.sets {
		s += fmt.Sprintf(" --set %q", x)
	}
	return s
}

func writeDrawing(d report.Drawing, svg, csv string) error {
	if svg != "" {
		if err := write(svg, []byte(d.SVG())); err != nil {
			return err
		}
	}
	if csv != "" {
		return write(csv, []byte(d.CSV))
	}
	return nil
}

func summarise(s *testudo.Scenario, t *theatre.Theatre, m *cover.Map, line string, shares bool) *coverOut {
	q := m.Query
	out := &coverOut{Scenario: s.File.Name, Digest: s.File.Digest, Command: line, Batteries: m.Batteries, Posture: q.Posture, Missile: q.Missile, From: q.From, Asset: q.Asset, GridKM: m.StepM / 1000, Flown: m.Flown}
	for mode, name := range cover.ModeNames {
		out.Modes = append(out.Modes, coverMode{name, m.ShotsM2(mode, 1) / 1e6, m.ShotsM2(mode, 2) / 1e6, m.AreaM2(mode, 0.5) / 1e6, m.AreaM2(mode, 0.8) / 1e6, m.AreaM2(mode, 0.9) / 1e6})
		for _, l := range cover.Levels {
			if ls := m.Contour(mode, l); len(ls) > 0 {
				out.Contours = append(out.Contours, coverLine{name, "kill-probability", l, rings(ls)})
			}
		}
		for n := 1; n <= 2; n++ {
			if ls := m.ShotContour(mode, n); len(ls) > 0 {
				out.Contours = append(out.Contours, coverLine{name, "opportunities", float64(n), rings(ls)})
			}
		}
	}
	if !shares {
		return out
	}
	const full = cover.EngageOnRemote
	for n := range t.Nations {
		if t.Nations[n].Attacker {
			continue
		}
		x := coverNation{Nation: t.Nations[n].ID}
		for i := range t.Assets {
			a := &t.Assets[i]
			if a.Nation != n {
				continue
			}
			x.PlacesAll++
			x.PeopleAll += a.Population
			if m.Kill(full, a.At) >= cover.LeastShot {
				x.Places++
				x.People += a.Population
			}
		}
		if o, ok := report.CountryOutline(x.Nation); ok && q.Asset == "" {
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

func printCover(w io.Writer, o *coverOut) {
	fmt.Fprintf(w, "%s\n", report.Clean(o.Scenario))
	what := "from " + o.From
	if o.Asset != "" {
		what = "launch places denied against " + o.Asset
	}
	fmt.Fprintf(w, "%d batteries, posture %s, missile %s, %s; grid %g km, %d places flown\n\n", len(o.Batteries), o.Posture, o.Missile, what, o.GridKM, o.Flown)
	fmt.Fprintf(w, "%-18s %14s %14s %12s %12s %12s   (km²)\n", "with no more than", "a shot", "two shots", "kill 0.5", "kill 0.8", "kill 0.9")
	for _, m := range o.Modes {
		fmt.Fprintf(w, "%-18s %14.0f %14.0f %12.0f %12.0f %12.0f\n", m.Mode, m.Shot, m.TwoShot, m.P50, m.P80, m.P90)
	}
	if len(o.Nations) > 0 {
		fmt.Fprintf(w, "\nWhere a shot is possible:\n%-8s %14s %14s %10s %16s %10s\n", "nation", "of its area", "alone", "places", "people there", "of all")
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
			fmt.Fprintf(w, "%-8s %14s %14s %10s %16.0f %10s\n", report.Clean(n.Nation), share(n.AreaShare), share(n.AloneShare), fmt.Sprintf("%d of %d", n.Places, n.PlacesAll), n.People, of)
		}
		fmt.Fprintln(w, "People are those the scenario counts at its places.")
	}
	fmt.Fprintf(w, "\nSensors detect as in half of all runs; a shot is one that kills with at least %g.\n%s\n", cover.LeastShot, report.Clean(o.Command))
}

func coverRadar(cmd *cobra.Command, t *theatre.Theatre, sensor, altitude, rcs, svg, csv string, asJSON bool) error {
	h, err := units.ParseLength(spaced(altitude))
	if err != nil {
		return coded(exitUsage, fmt.Errorf("--altitude: %w", err))
	}
	a, err := units.ParseArea(spaced(rcs))
	if err != nil {
		return coded(exitUsage, fmt.Errorf("--rcs: %w", err))
	}
	v, err := cover.Radar(t, sensor, float64(h), float64(a))
	if err != nil {
		return coded(exitUsage, err)
	}
	if err := writeDrawing(report.RadarMap(t, v), svg, csv); err != nil {
		return err
	}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), map[string]any{"scenario": t.Name, "sensor": v.Sensor, "altitude_km": v.AltitudeM / 1000, "rcs_m2": v.RCS, "search_km2": v.SearchM2 / 1e6, "cued_km2": v.CuedM2 / 1e6, "horizon_km": v.HorizonM / 1000, "search_lon_lat": rings(v.Search), "cued_lon_lat": rings(v.Cued)})
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s\nradar %s, target of %g m2 at %g km\nseen by its own search over %.0f km², cued over %.0f km²\n", report.Clean(t.Name), report.Clean(v.Sensor), v.RCS, v.AltitudeM/1000, v.SearchM2/1e6, v.CuedM2/1e6)
	if v.HorizonM > 0 {
		fmt.Fprintf(cmd.OutOrStdout(), "straight ahead the least elevation binds, at %.0f km over the ground\n", v.HorizonM/1000)
	}
	return nil
}
