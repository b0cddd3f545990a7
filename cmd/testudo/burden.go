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

// sharing are the flags of the verbs that share out what agreements are worth.
type sharing struct {
	common
	out              outputs
	posture, measure string
}

func (q *sharing) add(cmd *cobra.Command, posture string) {
	q.addStudy(cmd)
	q.out.add(cmd)
	cmd.Flags().Lookup("runs").DefValue, q.runs = "2000", 2000
	cmd.Flags().StringVar(&q.posture, "posture", "", posture)
	cmd.Flags().StringVar(&q.measure, "measure", "damage", "what is saved: damage or leakers")
}

// begin loads the scenario and settles the posture; line repeats the command.
func (q *sharing) begin(verb, path string) (w *testudo.World, line string, err error) {
	if q.measure != string(coalition.Damage) && q.measure != string(coalition.Leakers) {
		return nil, "", coded(exitUsage, fmt.Errorf("--measure %q: allowed are damage and leakers", q.measure))
	}
	if w, err = q.load(path); err != nil {
		return nil, "", err
	}
	if q.posture == "" {
		q.posture = w.Theatre.Postures[w.Theatre.Ladder[len(w.Theatre.Ladder)-1]].ID
	}
	return w, commandLine(verb, path, q.common) + fmt.Sprintf(" --posture %s --measure %s", q.posture, q.measure), nil
}

func (q *sharing) game(cmd *cobra.Command) coalition.Options {
	return coalition.Options{Measure: coalition.Measure(q.measure), Seed: q.seed, Runs: q.runs, Batches: 25, Workers: q.workers, Progress: q.options(cmd.ErrOrStderr()).Progress}
}

func burdenCommand() *cobra.Command {
	var q sharing
	var csv string
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
				return burdenOfFile(cmd, csv, q.json, q.out)
			}
			if len(args) == 0 {
				return coded(exitUsage, errors.New("a scenario, or --csv FILE, is needed"))
			}
			w, line, err := q.begin("burden", args[0])
			if err != nil {
				return err
			}
			d, err := w.Burden(cmd.Context(), q.posture, q.game(cmd))
			if err != nil {
				return err
			}
			return presentBurden(cmd, d, q.json, q.out, line)
		},
	}
	q.add(cmd, "posture whose agreements are shared out (default: the last of the ladder)")
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
	var q sharing
	cmd := &cobra.Command{
		Use: "links SCENARIO", Short: "Which agreement is worth most, and what delay, poor quality or a link that is down cost", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			w, line, err := q.begin("links", args[0])
			if err != nil {
				return err
			}
			d, err := w.Links(cmd.Context(), q.posture, q.game(cmd))
			if err != nil {
				return err
			}
			return present(cmd, q.json, q.out, shown{d, func() string { return report.LinksText(d) }, func() ([]byte, error) { return report.LinksHTML(d, tool, line) }, d.Drawings})
		},
	}
	q.add(cmd, "posture whose links are valued (default: the last of the ladder)")
	return cmd
}
