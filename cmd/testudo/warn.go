package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"testudo"
	"testudo/internal/cover"
	"testudo/internal/report"
)

func warnCommand() *cobra.Command {
	var c common
	var postures []string
	var asset, chartMap string
	var files drawn
	cmd := &cobra.Command{
		Use: "warn SCENARIO", Short: "How many seconds of warning sharing buys: timelines per asset and posture", Args: cobra.ExactArgs(1),
		Long: `Plays runs of the raid and gives medians for each kind of flight (a missile from
an area at an asset): when each sensor first sees it, when the asset's nation is
told and has a firm track, when the first and the last shot anybody has could be
fired, and what each posture gains over the one before it. With --asset the
timeline names every sensor, the decision and each layer's shots.`,
		Example: "  testudo warn scenarios/northeast-asia-2014.yaml --posture alone --posture tracks\n  testudo warn scenarios/northeast-asia-2014.yaml --asset tokyo --svg tokyo.svg",
		RunE: func(cmd *cobra.Command, args []string) error {
			w, err := c.load(args[0])
			if err != nil {
				return err
			}
			if c.runs > cover.MaxWarnRuns {
				return coded(exitUsage, fmt.Errorf("--runs %d: medians take at most %d", c.runs, cover.MaxWarnRuns))
			}
			var list []int
			for _, p := range postures {
				i := w.Theatre.Posture(p)
				if i < 0 {
					_, err := w.Compare(cmd.Context(), []string{p}, c.options(cmd.ErrOrStderr()))
					return coded(exitUsage, err)
				}
				list = append(list, i)
			}
			if len(list) == 0 {
				for _, l := range w.Board.Ladder {
					list = append(list, int(l))
				}
			}
			if asset != "" && w.Theatre.Asset(asset) < 0 {
				return coded(exitUsage, fmt.Errorf("no asset %q", asset))
			}
			t, err := cover.Warn(cmd.Context(), w.Theatre, w.Board, list, c.seed, c.runs, c.options(cmd.ErrOrStderr()).Progress)
			if err != nil {
				return err
			}
			if asset != "" {
				for i := range t.Postures {
					var keep []cover.FlightTime
					for _, f := range t.Postures[i].Flights {
						if f.Asset == asset {
							keep = append(keep, f)
						}
					}
					t.Postures[i].Flights = keep
				}
			}
			chart := report.WarnChart(w.Theatre, w.Scenario.File.Book, t)
			if asset != "" && len(t.Postures[0].Flights) <= report.MaxWarnDetail {
				chart = report.WarnDetail(w.Theatre, w.Scenario.File.Book, t)
			}
			d := report.Sourced([]report.Drawing{chart, report.WarnMap(w.Theatre, w.Scenario.File.Book, t)}, fmt.Sprintf("testudo %s, scenario %.8s, %d runs, seed %d; raid %s; %s", testudo.Version, w.Scenario.File.Digest, t.Runs, t.Seed, t.Raid, t.Scenario))
			if err := files.write(d[0]); err != nil {
				return err
			}
			if err := drawnTo(chartMap).write(d[1]); err != nil {
				return err
			}
			if c.json {
				return printJSON(cmd.OutOrStdout(), t)
			}
			say(cmd.OutOrStdout(), report.WarnText(t))
			return nil
		},
	}
	c.add(cmd)
	f := cmd.Flags()
	f.Lookup("runs").DefValue = "500"
	c.runs = 500
	f.StringVar(&c.raid, "raid", "", "raid to play (default: the scenario's)")
	f.StringArrayVar(&postures, "posture", nil, "posture (repeatable, in order; default: the ladder)")
	f.StringVar(&asset, "asset", "", "this asset only")
	files.add(f, "the timeline", "the times")
	f.StringVar(&chartMap, "map", "", "also draw a map of seconds of warning to this SVG or, by its name, PNG `file`")
	return cmd
}
