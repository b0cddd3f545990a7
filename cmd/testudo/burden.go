package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"testudo"
	"testudo/internal/burden"
	"testudo/internal/coalition"
	"testudo/internal/report"
)

func burdenCommand() *cobra.Command {
	var c common
	var posture, measure, csv string
	var out outputs
	cmd := &cobra.Command{
		Use: "burden [SCENARIO]", Short: "Who should pay what: Shapley, Myerson, nucleolus and the usual keys, side by side", Args: cobra.MaximumNArgs(1),
		Long: `Plays the raid for every coalition of nations over the same dice: v(S) is what is
saved when the nations of S hold to the posture among themselves and the others
stand alone. Shares out what all save together by every rule, with the sampling
error, and says of each split whether some coalition would do better by itself.

With --csv FILE a game of your own is shared instead: lines of coalition,value
with members joined by +, for instance "A+B,12.5".`,
		Example: "  testudo burden scenarios/northeast-asia-2014.yaml --posture mutual\n  testudo burden --csv game.csv",
		RunE: func(cmd *cobra.Command, args []string) error {
			if csv != "" {
				return burdenOfFile(cmd, csv, c.json, out)
			}
			if len(args) == 0 {
				return coded(exitUsage, errors.New("a scenario, or --csv FILE, is needed"))
			}
			if measure != string(coalition.Damage) && measure != string(coalition.Leakers) {
				return coded(exitUsage, fmt.Errorf("--measure %q: allowed are damage and leakers", measure))
			}
			w, err := c.load(args[0])
			if err != nil {
				return err
			}
			if posture == "" {
				posture = w.Theatre.Postures[w.Theatre.Ladder[len(w.Theatre.Ladder)-1]].ID
			}
			o := c.options(cmd.ErrOrStderr())
			d, err := w.Burden(cmd.Context(), posture, coalition.Options{Measure: coalition.Measure(measure), Seed: c.seed, Runs: c.runs, Batches: 25, Workers: c.workers, Progress: o.Progress})
			if err != nil {
				return err
			}
			line := commandLine("burden", args[0], c) + fmt.Sprintf(" --posture %s --measure %s", posture, measure)
			return presentBurden(cmd, d, c.json, out, line)
		},
	}
	c.addStudy(cmd)
	out.add(cmd)
	cmd.Flags().Lookup("runs").DefValue, c.runs = "2000", 2000
	cmd.Flags().StringVar(&posture, "posture", "", "posture whose agreements are shared out (default: the last of the ladder)")
	cmd.Flags().StringVar(&measure, "measure", "damage", "what is saved: damage or leakers")
	cmd.Flags().StringVar(&csv, "csv", "", "share a game of your own from this `file`")
	return cmd
}

func presentBurden(cmd *cobra.Command, d *testudo.BurdenDocument, asJSON bool, out outputs, line string) error {
	return present(cmd, asJSON, out, shown{d, func() string { return report.BurdenText(d) }, func() ([]byte, error) { return report.BurdenHTML(d, tool, line) }, d.Drawings})
}

func burdenOfFile(cmd *cobra.Command, path string, asJSON bool, out outputs) error {
	f, err := os.Open(path)
	if err != nil {
		return coded(exitInput, err)
	}
	defer f.Close()
	r, err := burden.FromCSV(path, f)
	if err != nil {
		return coded(exitInput, err)
	}
	g, err := r.Float()
	if err != nil {
		return coded(exitInput, err)
	}
	splits, err := burden.Compare(burden.Comparison{Game: g})
	if err != nil {
		return coded(exitInput, err)
	}
	d := &testudo.BurdenDocument{Scenario: path, Players: g.Players, Whole: g.V[len(g.V)-1], Values: g.V, Splits: splits}
	return presentBurden(cmd, d, asJSON, out, "testudo burden --csv "+path)
}

func linksCommand() *cobra.Command {
	var c common
	var posture, measure string
	var out outputs
	cmd := &cobra.Command{
		Use: "links SCENARIO", Short: "Which agreement is worth most, and what delay, poor quality or a link that is down cost", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if measure != string(coalition.Damage) && measure != string(coalition.Leakers) {
				return coded(exitUsage, fmt.Errorf("--measure %q: allowed are damage and leakers", measure))
			}
			w, err := c.load(args[0])
			if err != nil {
				return err
			}
			if posture == "" {
				posture = w.Theatre.Postures[w.Theatre.Ladder[len(w.Theatre.Ladder)-1]].ID
			}
			o := c.options(cmd.ErrOrStderr())
			d, err := w.Links(cmd.Context(), posture, coalition.Options{Measure: coalition.Measure(measure), Seed: c.seed, Runs: c.runs, Batches: 25, Workers: c.workers, Progress: o.Progress})
			if err != nil {
				return err
			}
			line := commandLine("links", args[0], c) + fmt.Sprintf(" --posture %s --measure %s", posture, measure)
			return present(cmd, c.json, out, shown{d, func() string { return report.LinksText(d) }, func() ([]byte, error) { return report.LinksHTML(d, tool, line) }, d.Drawings})
		},
	}
	c.addStudy(cmd)
	out.add(cmd)
	cmd.Flags().Lookup("runs").DefValue, c.runs = "2000", 2000
	cmd.Flags().StringVar(&posture, "posture", "", "posture whose links are valued (default: the last of the ladder)")
	cmd.Flags().StringVar(&measure, "measure", "damage", "what is saved: damage or leakers")
	return cmd
}
