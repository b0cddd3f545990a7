package testudo

import (
	"context"
	"fmt"
	"math"

	"testudo/internal/cover"
	"testudo/internal/report"
)

// The runs and the radar target of a report's pictures.
const (
	picturesRuns      = 500
	picturesAltitudeM = 100e3
	picturesRCS       = 0.1
	picturesRadars    = 3
	picturesGridM     = 50e3
)

// Whole puts a comparison together with all that a report shows of it: what it
// rests on, the figures of the catalogue that would flip it, and the pictures. load
// compiles the scenario under further overrides; without it, nothing is flipped,
// which takes longest.
func (w *World) Whole(ctx context.Context, c *Comparison, command string, load func(sets ...string) (*World, error), o Options) (d *report.Document, pictures []report.Drawing, err error) {
	stage := func(what string) {
		if o.Stage != nil {
			o.Stage(what)
		}
	}
	d = w.Document(c, command)
	if load != nil {
		stage("moving figures")
		if d.Flip, err = w.Swings(ctx, c, load, o); err != nil {
			return nil, nil, err
		}
	}
	stage("drawing maps")
	pictures, d.Notes, err = w.Pictures(ctx, c, o)
	return d, pictures, err
}

// Pictures draws what a report shows of where and when: the theatre, the
// footprint of all batteries under the posture that a comparison finds best
// on a coarse grid, what the radars see that stand apart
// from a battery, the timeline and the map of warning. What cannot be drawn is
// said in notes.
func (w *World) Pictures(ctx context.Context, c *Comparison, o Options) (all []report.Drawing, notes []string, err error) {
	f := w.Scenario.File
	all = report.Maps(w.Theatre, f.Book)
	if len(w.Board.Paths) > 0 {
		p := &w.Board.Paths[0]
		q := cover.Query{Posture: c.Rows[report.Best(c)].Posture, Missile: w.Board.MissileTypes[p.Type], From: w.Board.Areas[p.Area], GridM: w.picturesGrid(), Workers: o.Workers}
		m, err := cover.Footprint(ctx, f, q)
		switch {
		case ctx.Err() != nil:
			return nil, nil, ctx.Err()
		case err != nil:
			notes = append(notes, "No footprint is drawn: "+err.Error())
		default:
			d := report.CoverMap(w.Theatre, f.Book, m, report.NewCoverage(f, w.Theatre, m, "", true))
			d.Name = "footprint"
			notes = append(notes, fmt.Sprintf("The footprint is drawn on a coarse grid of %.0f km: what a battery with a short reach defends may be missing; cover draws it finely.", m.StepM/1000))
			all = append(all, d)
		}
	}
	chosen, apart := w.radarsApart()
	for k, i := range chosen {
		s := &w.Theatre.Sensors[i]
		v, err := cover.Radar(w.Theatre, s.ID, picturesAltitudeM, picturesRCS)
		if err != nil {
			notes = append(notes, fmt.Sprintf("The coverage of %s is not drawn: %v", s.ID, err))
			continue
		}
		d := report.RadarMap(w.Theatre, f.Book, v)
		d.Name = fmt.Sprintf("radar-%d", k+1)
		all = append(all, d)
	}
	if apart > len(chosen) {
		notes = append(notes, fmt.Sprintf("Of the %d radars that stand apart from a battery %d are drawn, of different kinds; cover --radar draws the others.", apart, len(chosen)))
	}
	var postures []int
	for i := range c.Rows {
		p, err := w.posture(c.Rows[i].Posture)
		if err != nil {
			return nil, nil, err
		}
		postures = append(postures, p)
	}
	t, err := cover.Warn(ctx, w.Theatre, w.Board, postures, c.Seed, min(c.Runs, picturesRuns), nil)
	if err != nil {
		return nil, nil, err
	}
	detail := report.WarnDetail(w.Theatre, f.Book, report.MostGained(t))
	return append(all, report.WarnChart(w.Theatre, f.Book, t), detail, report.WarnMap(w.Theatre, w.Scenario.File.Book, t)), notes, nil
}

// picturesGrid is the grid of a report's footprint: a twentieth of the longest
// reach, so that a homeland's interceptors do not take minutes to draw.
func (w *World) picturesGrid() float64 {
	grid := float64(picturesGridM)
	for _, id := range w.Theatre.Used {
		if e, ok := w.Scenario.File.Book.Entry(id); ok && e.Kind == "interceptor" {
			grid = max(grid, 10e3*math.Round(e.Value("reach", 0)/20/10e3))
		}
	}
	return grid
}

// radarsApart chooses radars to draw among those that stand apart from a battery:
// first of each kind, in the order of the scenario. It also says how many there are.
func (w *World) radarsApart() (chosen []int, apart int) {
	kinds := map[string]bool{}
	for i := range w.Theatre.Sensors {
		s := &w.Theatre.Sensors[i]
		if s.Radar == nil || w.besideBattery(i) {
			continue
		}
		apart++
		if !kinds[s.System] && len(chosen) < picturesRadars {
			kinds[s.System] = true
			chosen = append(chosen, i)
		}
	}
	return chosen, apart
}

// besideBattery reports whether a sensor is the radar of a battery.
func (w *World) besideBattery(sensor int) bool {
	s := &w.Theatre.Sensors[sensor]
	for i := range w.Theatre.Batteries {
		b := &w.Theatre.Batteries[i]
		if b.At.Lat == s.At.Lat && b.At.Lon == s.At.Lon {
			return true
		}
	}
	return false
}
