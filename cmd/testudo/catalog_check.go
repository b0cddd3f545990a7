package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"testudo"
	"testudo/internal/catalog"
	"testudo/internal/report"
)

func catalogLint() *cobra.Command {
	var asJSON, rules bool
	cmd := &cobra.Command{
		Use: "lint [FILE...]", Short: "Cross-checks: what a careful reader of the figures would stumble over",
		Long: `Checks the catalogue, or the catalogue with your own files laid over it, for figures
that contradict each other or stand out: loads that do not add up, a radar that
cannot see what its battery shoots at, prices outside their class, outliers.
Exit code 4 if anything is found.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if rules {
				if asJSON {
					return printJSON(cmd.OutOrStdout(), catalog.Rules())
				}
				var rows [][]string
				for _, r := range catalog.Rules() {
					rows = append(rows, []string{r.ID, r.About})
				}
				say(cmd.OutOrStdout(), report.Columns([]string{"rule", "about"}, rows))
				return nil
			}
			b, err := testudo.CatalogueWith(args...)
			if err != nil {
				return coded(exitInput, err)
			}
			found := b.Lint()
			if asJSON {
				if err := printJSON(cmd.OutOrStdout(), found); err != nil {
					return err
				}
			} else {
				for _, f := range found {
					say(cmd.OutOrStdout(), report.Clean(f.String())+"\n")
				}
				cited, all := b.CitedShare()
				fmt.Fprintf(cmd.OutOrStdout(), "%d entries, %d findings; of the figures that matter %d of %d (%.0f %%) are cited\n", len(b.Entries), len(found), cited, all, 100*float64(cited)/float64(max(all, 1)))
			}
			if len(found) > 0 {
				return coded(exitFailed, fmt.Errorf("%d findings", len(found)))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	cmd.Flags().BoolVar(&rules, "rules", false, "list the rules")
	return cmd
}

func catalogDiff() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "diff A [B]", Short: "What differs between two catalogues, or between a file of yours and ours",
		Long: `Each of A and B is a catalogue file or a folder of them, laid over the built-in
catalogue if it only adds to it or changes it, or standing alone if it holds a
whole one (--whole). With one argument the built-in catalogue is the other side.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			whole, _ := cmd.Flags().GetBool("whole")
			read := func(path string) (*catalog.Book, error) {
				if whole {
					return testudo.CatalogueAlone(path)
				}
				return testudo.CatalogueWith(path)
			}
			a, err := book()
			if err != nil {
				return err
			}
			if len(args) == 2 {
				if a, err = read(args[0]); err != nil {
					return coded(exitInput, err)
				}
			}
			b, err := read(args[len(args)-1])
			if err != nil {
				return coded(exitInput, err)
			}
			changes := catalog.Diff(a, b)
			if asJSON {
				return printJSON(cmd.OutOrStdout(), changes)
			}
			for _, c := range changes {
				say(cmd.OutOrStdout(), report.Clean(c.String())+"\n")
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d differences\n", len(changes))
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	cmd.Flags().Bool("whole", false, "the files hold whole catalogues of their own")
	return cmd
}
