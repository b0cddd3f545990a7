package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"testudo"
	"testudo/internal/report"
)

func denyCommand() *cobra.Command {
	var c common
	var factors []float64
	cmd := &cobra.Command{
		Use: "deny SCENARIO", Short: "Can the attacker reach its aim? P(objective denied) against the size of the raid", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for i, f := range factors {
				if !(f > 0 && f <= 1000) || i > 0 && f <= factors[i-1] {
					return coded(exitUsage, fmt.Errorf("--sizes: rising multiples of the raid above 0, at most 1000"))
				}
			}
			s, err := c.scenario(args[0])
			if err != nil {
				return err
			}
			d, err := s.Deny(cmd.Context(), c.raid, factors, c.options(cmd.ErrOrStderr()))
			if err != nil {
				return coded(exitInput, err)
			}
			if c.json {
				return printJSON(cmd.OutOrStdout(), d)
			}
			fmt.Fprint(cmd.OutOrStdout(), report.DenyText(d))
			return nil
		},
	}
	c.addStudy(cmd)
	cmd.Flags().Lookup("runs").DefValue, c.runs = "1000", 1000
	cmd.Flags().Float64SliceVar(&factors, "sizes", testudo.DefaultFactors, "sizes of the raid, as multiples of the scenario's")
	return cmd
}
