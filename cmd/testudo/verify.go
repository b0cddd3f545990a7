package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"testudo"
	"testudo/internal/report"
	"testudo/internal/verify"
)

func verifyCommand() *cobra.Command {
	var asJSON, failedOnly bool
	var only, htmlFile string
	var witnessRuns int
	cmd := &cobra.Command{
		Use: "verify", Short: "Is the model right? Every anchor beside its published figure", Args: cobra.NoArgs,
		Long: `Computes published and textbook cases with the product's own packages and prints
a scorecard: what was computed, our figure, the published figure, the tolerance
and why, the source. Strong anchors (all inputs published) decide the exit code;
medium ones are shown with the difference. Agreement sets the compiled tables
beside the witness (see docs/witness.md): a few runs of the smaller scenarios, or
--witness-runs N of all that are shipped.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if witnessRuns < 0 || witnessRuns > 100_000 {
				return coded(exitUsage, fmt.Errorf("--witness-runs %d: allowed are 0 to 100000", witnessRuns))
			}
			show := func(done, total int, name string) {}
			if errOut := cmd.ErrOrStderr(); !asJSON && isTerminal(errOut) {
				show = func(done, total int, name string) {
					fmt.Fprintf(errOut, "\r%d of %d: %s\033[K", done+1, total, name)
					if done == total-1 {
						fmt.Fprint(errOut, "\r\033[K")
					}
				}
			}
			card, err := verify.Run(verify.Options{Progress: show, Only: only, WitnessRuns: witnessRuns, Country: func(code string) (verify.Land, bool) { return report.CountryOutline(code) }})
			if errors.Is(err, verify.ErrNone) {
				return coded(exitUsage, err)
			}
			if err != nil {
				return coded(exitFailed, err)
			}
			if htmlFile != "" {
				page, err := report.ScorecardHTML(card, "testudo "+testudo.Version, verifyLine(only, witnessRuns))
				if err != nil {
					return err
				}
				if err := write(htmlFile, page); err != nil {
					return err
				}
			}
			if asJSON {
				if err := printJSON(cmd.OutOrStdout(), card); err != nil {
					return err
				}
			} else {
				say(cmd.OutOrStdout(), report.ScorecardText(card, failedOnly))
			}
			if card.Failed > 0 {
				return coded(exitFailed, fmt.Errorf("%d of %d strong checks failed", card.Failed, card.Strong))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	cmd.Flags().BoolVar(&failedOnly, "failed", false, "only what does not hold")
	cmd.Flags().StringVar(&only, "only", "", "only the anchors whose names contain this `text`")
	cmd.Flags().IntVar(&witnessRuns, "witness-runs", 0, "witness every shipped scenario so many times (default: a few runs of the smaller ones)")
	cmd.Flags().StringVar(&htmlFile, "html", "", "also write the scorecard as a page to this `file`")
	return cmd
}

func verifyLine(only string, witnessRuns int) string {
	line := "testudo verify"
	if only != "" {
		line += fmt.Sprintf(" --only %q", only)
	}
	if witnessRuns > 0 {
		line += fmt.Sprintf(" --witness-runs %d", witnessRuns)
	}
	return line
}
