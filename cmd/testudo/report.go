package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"testudo"
	"testudo/internal/report"
)

func reportCommand() *cobra.Command {
	var c common
	var out, figures, posture string
	var swings bool
	cmd := &cobra.Command{
		Use: "report SCENARIO --out FILE.html", Short: "The whole answer as one HTML file: verdict, staircase, maps, timeline, ledger, what would flip it", Args: cobra.ExactArgs(1),
		Long: `Plays the ladder of postures and writes one file that needs no network: the
verdict in words, the staircase with its intervals, every nation, layer and
battery, the distribution of leakers, maps, the timeline of warning, which
uncertain figure moves the gain most, and the ledger of sources and
assumptions. It prints, and reads on a phone, in light and in dark.`,
		Example: "  testudo report scenarios/northeast-asia-2014.yaml --out report.html --figures figures",
		RunE: func(cmd *cobra.Command, args []string) error {
			load := func(sets ...string) (*testudo.World, error) {
				v := c
				v.sets = append(append([]string(nil), c.sets...), sets...)
				return v.load(args[0])
			}
			w, err := c.load(args[0])
			if err != nil {
				return err
			}
			c.like = w
			o := c.options(cmd.ErrOrStderr())
			var r *testudo.Comparison
			line := commandLine("report", args[0], c)
			if posture != "" {
				r, err = w.Compare(cmd.Context(), []string{posture}, o)
				line += " --posture " + posture
			} else {
				r, err = w.Gain(cmd.Context(), o)
			}
			if err != nil {
				return err
			}
			if !swings {
				line += " --swings=false"
				load = nil
			}
			q := o
			if q.Progress != nil {
				q.Progress = bar(cmd.ErrOrStderr(), "figures moved")
			}
			d, pictures, err := w.Whole(cmd.Context(), r, line, load, q)
			if err != nil {
				return err
			}
			page, err := report.HTML(d, pictures...)
			if err != nil {
				return coded(exitInternal, err)
			}
			if err := write(out, page); err != nil {
				return err
			}
			if figures != "" {
				all := report.Figures(d)
				if err := writeFigures(figures, append(all, report.Sourced(pictures, all[0].Source)...)); err != nil {
					return err
				}
			}
			if c.json {
				return printJSON(cmd.OutOrStdout(), d)
			}
			width, _ := terminal(cmd.OutOrStdout())
			say(cmd.OutOrStdout(), report.Verdict(d, width))
			fmt.Fprintf(cmd.OutOrStdout(), "Report: %s\n", out)
			return nil
		},
	}
	c.addStudy(cmd)
	f := cmd.Flags()
	f.StringVar(&out, "out", "", "write the report to this `file`")
	f.StringVar(&figures, "figures", "", "also write each figure as SVG and PNG, and its data as CSV, into a `folder`")
	f.StringVar(&posture, "posture", "", "report one posture instead of the ladder")
	f.BoolVar(&swings, "swings", true, "look which uncertain figure moves the gain (the longest part)")
	cmd.MarkFlagRequired("out")
	return cmd
}
