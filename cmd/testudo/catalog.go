package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"testudo"
	"testudo/internal/catalog"
	"testudo/internal/report"
	"testudo/internal/yamldoc"
)

func catalogCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "catalog", Short: "The catalogue of systems: every figure with its source"}
	cmd.AddCommand(catalogList(), catalogShow(), catalogSources(), catalogLint(), catalogDiff())
	return cmd
}

func book() (*catalog.Book, error) {
	b, err := testudo.Catalogue()
	return b, coded(exitInput, err)
}

func catalogList() *cobra.Command {
	var asJSON bool
	var kind, nation string
	cmd := &cobra.Command{
		Use: "list", Short: "The entries, by kind and nation", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := book()
			if err != nil {
				return err
			}
			if kind != "" && len(b.IDs(kind)) == 0 {
				hint := ""
				if n, ok := yamldoc.Nearest(kind, catalog.KindNames()); ok {
					hint = fmt.Sprintf("; did you mean %q?", n)
				}
				return coded(exitUsage, fmt.Errorf("--kind %q: allowed are %s%s", kind, strings.Join(catalog.KindNames(), ", "), hint))
			}
			var list []*catalog.Entry
			for _, e := range b.Entries {
				if kind != "" && e.Kind != kind || nation != "" && !strings.Contains(" "+strings.Join(e.Nations, " ")+" ", " "+nation+" ") {
					continue
				}
				list = append(list, e)
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), list)
			}
			var rows [][]string
			for _, e := range list {
				rows = append(rows, []string{e.ID, e.Kind, strings.Join(e.Nations, ","), e.Name})
			}
			cited, all := b.CitedShare()
			say(cmd.OutOrStdout(), report.Columns([]string{"id", "kind", "nations", "name"}, rows)+fmt.Sprintf("\nOf the figures that matter (range, altitude, count, cost), %d of %d (%.0f %%) are cited.\n", cited, all, 100*float64(cited)/float64(max(all, 1))))
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	cmd.Flags().StringVar(&kind, "kind", "", "only this kind")
	cmd.Flags().StringVar(&nation, "nation", "", "only this nation")
	return cmd
}

func catalogShow() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show ID", Short: "One entry: every figure, its range and its source in full", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := book()
			if err != nil {
				return err
			}
			e, ok := b.Entry(args[0])
			if !ok {
				hint := ""
				if n, ok := yamldoc.Nearest(args[0], b.IDs("")); ok {
					hint = fmt.Sprintf("; did you mean %q?", n)
				}
				return coded(exitUsage, fmt.Errorf("no entry %q in the catalogue%s", args[0], hint))
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), e)
			}
			var text strings.Builder
			showEntry(&text, b, e)
			say(cmd.OutOrStdout(), text.String())
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

func showEntry(w io.Writer, b *catalog.Book, e *catalog.Entry) {
	fmt.Fprintf(w, "%s (%s, %s) %s\n%s\n", e.Name, e.Kind, e.ID, strings.Join(e.Nations, ", "), e.About)
	for _, a := range e.Attributes {
		fmt.Fprintf(w, "  %s: %s\n", a.Name, a.Value)
	}
	for _, f := range e.Figures {
		spread := ""
		if f.LowText != "" || f.HighText != "" {
			lo, hi := f.LowText, f.HighText
			if lo == "" {
				lo = f.Text
			}
			if hi == "" {
				hi = f.Text
			}
			spread = fmt.Sprintf("  [%s to %s]", lo, hi)
		}
		year := ""
		if f.PriceYear != 0 {
			year = fmt.Sprintf(", prices of %d", f.PriceYear)
		}
		conf := ""
		if f.Confidence != "" {
			conf = "  confidence " + f.Confidence
		}
		fmt.Fprintf(w, "\n  %s: %s%s%s%s\n", f.Name, f.Text, year, spread, conf)
		if f.Assumed() {
			fmt.Fprintf(w, "    assumption: %s\n", f.Reason)
		} else if s, ok := b.Source(f.Source); ok {
			fmt.Fprintf(w, "    source: %s\n            %s\n", s.Title, s.URL)
			if f.Page != "" {
				fmt.Fprintf(w, "            at: %s\n", f.Page)
			}
		}
		if f.Note != "" {
			fmt.Fprintf(w, "    note: %s\n", f.Note)
		}
	}
}

func catalogSources() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "sources", Short: "The register of sources and what each supports", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := book()
			if err != nil {
				return err
			}
			type line struct {
				catalog.Source
				Supports []catalog.Ref
			}
			var out []line
			for _, s := range b.Sources {
				out = append(out, line{s, b.Supports(s.ID)})
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), out)
			}
			var text strings.Builder
			for _, l := range out {
				fmt.Fprintf(&text, "%s: %s\n  %s\n", l.ID, l.Title, l.URL)
				for _, r := range l.Supports {
					fmt.Fprintf(&text, "  supports %s.%s\n", r.Entry, r.Figure)
				}
			}
			say(cmd.OutOrStdout(), text.String())
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}
