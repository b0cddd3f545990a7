package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"testudo"
	"testudo/internal/catalog"
	"testudo/internal/cover"
	"testudo/internal/report"
	"testudo/internal/scenario"
	"testudo/internal/theatre"
	"testudo/internal/units"
)

func coverCommand() *cobra.Command {
	var c common
	var q cover.Query
	var grid, altitude, rcs, radar, beside string
	var files drawn
	var people bool
	cmd := &cobra.Command{
		Use: "cover SCENARIO", Short: "What a battery, a nation or a radar covers: areas, shares, maps", Args: cobra.ExactArgs(1),
		Long: `Maps where a defence reaches: at every place of a grid a missile of one kind is
aimed from one launch area, and the compiler of the simulation says who could
shoot, with what chance, under which mode. Every sensor detects as in half of
all runs; what is agreed works; magazines and channels do not bind.

With --asset instead of --from the grid holds launch places, and the map shows
from where the asset is denied. With --radar it shows what a radar sees at a
height or, with --missile and --from, how long before impact it sees that missile
by the place it is aimed at. With --beside two candidate sites are compared.`,
		Example: "  testudo cover scenarios/northeast-asia-2014.yaml --battery guam-thaad --posture tracks --missile musudan --from wonsan --svg thaad.svg\n  testudo cover scenarios/northeast-asia-2014.yaml --nation JPN --posture engage-on-remote --missile nodong --from kittaeryong --grid 20km\n  testudo cover scenarios/northeast-asia-2014.yaml --radar kyogamisaki --altitude 100km\n  testudo cover scenarios/northeast-asia-2014.yaml --radar kyogamisaki --missile nodong --from wonsan --svg sight.svg",
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := c.scenario(args[0])
			if err != nil {
				return err
			}
			w, err := theatre.Resolve(s.File, theatre.Options{})
			if err != nil {
				return coded(exitInput, err)
			}
			if radar != "" && (q.Missile != "" || q.From != "") {
				if cmd.Flags().Changed("altitude") || cmd.Flags().Changed("rcs") {
					return coded(exitUsage, fmt.Errorf("give --radar with --missile and --from, or with --altitude and --rcs, not both"))
				}
				if err := coverQuery(s.File, w, &q, grid); err != nil {
					return coded(exitUsage, err)
				}
				return coverSight(cmd, s, w, radar, args[0], q, &files, c)
			}
			if radar != "" {
				return coverRadar(cmd, w, s.File.Book, radar, altitude, rcs, &files, c.json)
			}
			if err := coverQuery(s.File, w, &q, grid); err != nil {
				return coded(exitUsage, err)
			}
			q.Workers = c.workers
			m, err := footprint(cmd, s.File, q)
			if err != nil {
				return err
			}
			if beside != "" {
				return coverBeside(cmd, s, w, m, args[0], beside, &files, c)
			}
			line := coverCommandLine(args[0], m.Query, c)
			out := report.NewCoverage(s.File, w, m, line, people || q.Battery == "")
			d := report.CoverMap(w, s.File.Book, m, out)
			d.Source = fmt.Sprintf("testudo %s, scenario %.8s; %s", testudo.Version, s.File.Digest, s.File.Name)
			if err := files.write(d); err != nil {
				return err
			}
			if c.json {
				return printJSON(cmd.OutOrStdout(), out)
			}
			say(cmd.OutOrStdout(), report.CoverageText(out))
			return nil
		},
	}
	f := cmd.Flags()
	f.BoolVar(&c.json, "json", false, "print the result as JSON, and nothing else, on standard output")
	f.StringArrayVar(&c.sets, "set", nil, "override a value of the scenario, `path=value` (repeatable)")
	f.IntVar(&c.workers, "workers", 0, "workers (default: one per processor); the result does not depend on it")
	f.StringVar(&q.Battery, "battery", "", "map one battery")
	f.StringVar(&q.Nation, "nation", "", "map all batteries of a nation (default: everybody's)")
	f.StringVar(&q.Posture, "posture", "", "posture whose agreements hold (default: the one of the ladder that shares most)")
	f.StringVar(&q.Missile, "missile", "", "missile of the catalogue (default: the first of the default raid); with --radar, what it is to see")
	f.StringVar(&q.From, "from", "", "launch area (default: the first of the default raid)")
	f.StringVar(&q.Asset, "asset", "", "map launch places from which this asset is denied, instead of places defended")
	f.StringVar(&grid, "grid", "", "grid, such as 10km (default: from the batteries' reach)")
	f.StringVar(&beside, "beside", "", "lay the footprint of another `battery`, or of another scenario file (.yaml), over it and compare")
	f.StringVar(&radar, "radar", "", "map what this sensor sees instead")
	f.StringVar(&altitude, "altitude", "100 km", "height of the target for --radar")
	f.StringVar(&rcs, "rcs", "0.1 m2", "cross-section of the target for --radar")
	files.add(f, "the map", "the grid (or the radar's edge)")
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
		q.Posture = t.Postures[mostShared(t)].ID
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

// mostShared is the posture of the ladder under which most may be done with what
// others give: there the modes of a footprint differ.
func mostShared(t *theatre.Theatre) int {
	best, most := t.Ladder[0], -1
	for _, l := range t.Ladder {
		sum := 0
		for _, e := range t.Postures[l].Net.Edges {
			if !e.Veto {
				sum += int(e.Level)
			}
		}
		if sum > most {
			best, most = l, sum
		}
	}
	return best
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

// drawn are the files one picture may be written to.
type drawn struct{ svg, png, csv string }

func (f *drawn) add(flags *pflag.FlagSet, what, data string) {
	flags.StringVar(&f.svg, "svg", "", "also draw "+what+" to this `file`")
	flags.StringVar(&f.png, "png", "", "also draw "+what+" to this PNG `file`")
	flags.StringVar(&f.csv, "csv", "", "also write "+data+" to this `file`")
}

// drawnTo takes the kind of picture from a file's name.
func drawnTo(file string) *drawn {
	if strings.HasSuffix(strings.ToLower(file), ".png") {
		return &drawn{png: file}
	}
	return &drawn{svg: file}
}

func (f *drawn) write(d report.Drawing) error {
	if f.svg != "" {
		if err := write(f.svg, []byte(d.SVG())); err != nil {
			return err
		}
	}
	if f.png != "" {
		png, err := d.PNG()
		if err != nil {
			return coded(exitInternal, err)
		}
		if err := write(f.png, png); err != nil {
			return err
		}
	}
	if f.csv != "" {
		return write(f.csv, []byte(d.CSV))
	}
	return nil
}

// footprint maps a query, with its progress on a terminal.
func footprint(cmd *cobra.Command, f *scenario.File, q cover.Query) (*cover.Map, error) {
	if isTerminal(cmd.ErrOrStderr()) {
		q.Progress = counted(cmd.ErrOrStderr(), "places flown")
	}
	m, err := cover.Footprint(cmd.Context(), f, q)
	if q.Progress != nil {
		fmt.Fprint(cmd.ErrOrStderr(), "\r\033[K")
	}
	return m, coded(exitUsage, err)
}

// coverBeside lays a second footprint over a first: that of another battery, or of
// the same query in another scenario.
func coverBeside(cmd *cobra.Command, s *testudo.Scenario, t *theatre.Theatre, m *cover.Map, path, beside string, files *drawn, c common) error {
	q, f, u := m.Query, s.File, t
	switch {
	case q.Asset != "":
		return coded(exitUsage, fmt.Errorf("--beside compares places defended: leave --asset out"))
	case strings.HasSuffix(beside, ".yaml") || strings.HasSuffix(beside, ".yml"):
		other := c
		o, err := other.scenario(beside)
		if err != nil {
			return err
		}
		f = o.File
		if u, err = theatre.Resolve(f, theatre.Options{}); err != nil {
			return coded(exitInput, err)
		}
	default:
		q.Battery, q.Nation = beside, ""
	}
	n, err := footprint(cmd, f, q)
	if err != nil {
		return err
	}
	line := coverCommandLine(path, m.Query, c) + " --beside " + beside
	a := report.Footprinted{Theatre: t, Map: m, Coverage: report.NewCoverage(s.File, t, m, line, true)}
	b := report.Footprinted{Theatre: u, Map: n, Coverage: report.NewCoverage(f, u, n, line, true)}
	out := report.NewBeside(f.Book, a, b, line)
	d := report.BesideMap(f.Book, a, b, out)
	d.Source = fmt.Sprintf("testudo %s, scenario %.8s; %s", testudo.Version, s.File.Digest, s.File.Name)
	if f != s.File {
		d.Source += fmt.Sprintf("; beside %.8s; %s", f.Digest, f.Name)
	}
	if err := files.write(d); err != nil {
		return err
	}
	if c.json {
		return printJSON(cmd.OutOrStdout(), out)
	}
	fmt.Fprint(cmd.OutOrStdout(), report.BesideText(out))
	return nil
}

// coverSight maps how long before impact a radar sees a missile.
func coverSight(cmd *cobra.Command, s *testudo.Scenario, t *theatre.Theatre, sensor, path string, q cover.Query, files *drawn, c common) error {
	q.Workers = c.workers
	if isTerminal(cmd.ErrOrStderr()) {
		q.Progress = counted(cmd.ErrOrStderr(), "places flown")
	}
	v, err := cover.Sight(cmd.Context(), s.File, sensor, q)
	if q.Progress != nil {
		fmt.Fprint(cmd.ErrOrStderr(), "\r\033[K")
	}
	if err != nil {
		return coded(exitUsage, err)
	}
	d := report.SightMap(t, s.File.Book, v)
	d.Source = fmt.Sprintf("testudo %s, scenario %.8s; %s", testudo.Version, t.Digest, t.Name)
	if err := files.write(d); err != nil {
		return err
	}
	line := fmt.Sprintf("testudo cover %s --radar %s --missile %s --from %s --grid %gkm", path, sensor, v.Missile, v.From, v.StepM/1000)
	for _, x := range c.sets {
		line += fmt.Sprintf(" --set %q", x)
	}
	out := report.NewSight(t, v, line)
	if c.json {
		return printJSON(cmd.OutOrStdout(), out)
	}
	say(cmd.OutOrStdout(), report.SightText(out))
	return nil
}

func coverRadar(cmd *cobra.Command, t *theatre.Theatre, book *catalog.Book, sensor, altitude, rcs string, files *drawn, asJSON bool) error {
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
	d := report.RadarMap(t, book, v)
	d.Source = fmt.Sprintf("testudo %s, scenario %.8s; %s", testudo.Version, t.Digest, t.Name)
	if err := files.write(d); err != nil {
		return err
	}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), report.NewRadarCoverage(t, v))
	}
	say(cmd.OutOrStdout(), fmt.Sprintf("%s\nradar %s, target of %g m2 at %g km\nseen by its own search over %.0f km², cued over %.0f km²\n", report.Clean(t.Name), report.Clean(v.Sensor), v.RCS, v.AltitudeM/1000, v.SearchM2/1e6, v.CuedM2/1e6))
	if v.HorizonM > 0 {
		say(cmd.OutOrStdout(), fmt.Sprintf("straight ahead the least elevation binds, at %.0f km over the ground\n", v.HorizonM/1000))
	}
	return nil
}
