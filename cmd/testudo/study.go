package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"testudo"
	"testudo/internal/report"
)

func gainCommand() *cobra.Command {
	var c common
	var o outputs
	var tab tables
	cmd := &cobra.Command{
		Use: "gain SCENARIO", Short: "How much better together than alone: the staircase from alone to joint", Args: cobra.ExactArgs(1),
		Example: "  testudo gain scenarios/northeast-asia-2014.yaml\n  testudo gain scenarios/northeast-asia-2014.yaml --raid nodongs-at-japan --html out/gain.html\n  testudo gain scenarios/northeast-asia-2014.yaml --set commands.JPN.salvo=1 --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := tab.check(); err != nil {
				return err
			}
			w, err := c.load(args[0])
			if err != nil {
				return err
			}
			start := time.Now()
			r, err := w.Gain(cmd.Context(), c.options(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			line := commandLine("gain", args[0], c)
			if err := tab.write(cmd.Context(), w, r, c.options(nil), line); err != nil {
				return err
			}
			return deliver(cmd, w, r, c, o, line, time.Since(start))
		},
	}
	c.addStudy(cmd)
	c.addFidelity(cmd)
	o.add(cmd)
	tab.add(cmd)
	return cmd
}

func runCommand() *cobra.Command {
	var c common
	var posture string
	var o outputs
	var tab tables
	cmd := &cobra.Command{
		Use: "run SCENARIO --posture NAME", Short: "What happens under one posture: leakers, assets, layers, batteries", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := tab.check(); err != nil {
				return err
			}
			w, err := c.load(args[0])
			if err != nil {
				return err
			}
			start := time.Now()
			r, err := w.Compare(cmd.Context(), []string{posture}, c.options(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			line := commandLine("run", args[0], c) + " --posture " + posture
			if err := tab.write(cmd.Context(), w, r, c.options(nil), line); err != nil {
				return err
			}
			return deliver(cmd, w, r, c, o, line, time.Since(start))
		},
	}
	c.addStudy(cmd)
	c.addFidelity(cmd)
	cmd.Flags().StringVar(&posture, "posture", "", "posture to play")
	o.add(cmd)
	tab.add(cmd)
	cmd.MarkFlagRequired("posture")
	return cmd
}

// commandLine is what reproduces a result.
func commandLine(verb, path string, c common) string {
	s := fmt.Sprintf("testudo %s %s --seed %d --runs %d", verb, path, c.seed, c.runs)
	if c.raid != "" {
		s += " --raid " + c.raid
	}
	if c.precision > 0 {
		s += fmt.Sprintf(" --precision %g", c.precision)
	}
	if c.fidelity == "witness" {
		s += " --fidelity witness --filter " + c.filter
	}
	for _, x := range c.catalogs {
		s += " --catalog " + x
	}
	for _, x := range c.sets {
		s += fmt.Sprintf(" --set %q", x)
	}
	return s
}

// outputs are the files a study may write beside what it prints.
type outputs struct{ html, figures string }

func (o *outputs) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.html, "html", "", "also write the report as one HTML `file`")
	cmd.Flags().StringVar(&o.figures, "figures", "", "also write each figure as SVG and PNG, and its data as CSV, into a `folder`")
}

func deliver(cmd *cobra.Command, w *testudo.World, r *testudo.Comparison, c common, o outputs, line string, took time.Duration) error {
	out := cmd.OutOrStdout()
	doc := w.Document(r, line)
	err := present(cmd, c.json, o, shown{doc, func() string {
		width, colour := terminal(out)
		return report.Text(doc, width, colour)
	}, func() ([]byte, error) { return report.HTML(doc) }, func() []report.Drawing { return report.Figures(doc) }})
	if err != nil || c.json {
		return err
	}
	if isTerminal(cmd.ErrOrStderr()) {
		fmt.Fprintf(cmd.ErrOrStderr(), "%d runs × %d postures in %.2f s\n", r.Runs, len(r.Rows), took.Seconds())
	}
	return nil
}

func explainCommand() *cobra.Command {
	var c common
	var posture, missile string
	var number uint64
	cmd := &cobra.Command{
		Use: "explain SCENARIO --posture NAME --run N --missile M", Short: "A dated account, in words, of one missile in one run", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			w, err := c.load(args[0])
			if err != nil {
				return err
			}
			a, err := w.Explain(posture, missile, c.seed, number)
			if err != nil {
				return err
			}
			if c.json {
				return printJSON(cmd.OutOrStdout(), a)
			}
			say(cmd.OutOrStdout(), report.AccountText(a))
			return nil
		},
	}
	c.add(cmd)
	f := cmd.Flags()
	f.StringVar(&c.raid, "raid", "", "raid to play (default: the scenario's)")
	f.StringVar(&posture, "posture", "", "posture to play")
	f.Uint64Var(&number, "run", 0, "number of the run, from 0")
	f.StringVar(&missile, "missile", "1", "missile: a number from 1, or its id")
	cmd.MarkFlagRequired("posture")
	return cmd
}

func checkCommand() *cobra.Command {
	var c common
	cmd := &cobra.Command{
		Use: "check SCENARIO", Short: "Is my file right? Every error with its place; else what it holds and what was assumed", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := c.scenario(args[0])
			if err != nil {
				return err
			}
			sum := s.Summary()
			var w *testudo.World
			for _, r := range s.File.Raids {
				// Only flying shows whether every target is within reach.
				if w, err = s.CompileFrom(w, r.ID); err != nil {
					return coded(exitInput, err)
				}
			}
			if c.json {
				return printJSON(cmd.OutOrStdout(), sum)
			}
			say(cmd.OutOrStdout(), report.SummaryText(sum))
			return nil
		},
	}
	c.add(cmd)
	return cmd
}

func schemaCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "schema", Short: "The JSON Schema of scenario files, for editors", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(testudo.Schema())
			return coded(exitInternal, err)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", true, "the schema is JSON in any case")
	return cmd
}

func versionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "version", Short: "Version of the program and digest of its catalogue", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := testudo.Catalogue()
			if err != nil {
				return coded(exitInternal, err)
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), map[string]string{"version": testudo.Version, "catalogue": b.Digest()})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "testudo %s\ncatalogue %s\n", testudo.Version, b.Digest()[:16])
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}
