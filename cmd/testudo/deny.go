package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"testudo"
	"testudo/internal/report"
)

func denyCommand() *cobra.Command {
	var c common
	var o outputs
	var factors []float64
	var raids []string
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
			list := raids
			if len(list) == 0 {
				list = []string{c.raid}
			}
			d, err := s.DenyAll(cmd.Context(), list, factors, c.options(cmd.ErrOrStderr()))
			if err != nil {
				return coded(exitInput, err)
			}
			line := commandLine("deny", args[0], c)
			if len(raids) > 0 {
				line += " --raids " + strings.Join(raids, ",")
			}
			return present(cmd, c.json, o, shown{d, func() string { return report.DenyText(d) }, func() ([]byte, error) { return report.DenyHTML(d, tool, line) }, d.Drawings})
		},
	}
	c.addStudy(cmd)
	o.add(cmd)
	cmd.Flags().Lookup("runs").DefValue, c.runs = "1000", 1000
	cmd.Flags().Float64SliceVar(&factors, "sizes", testudo.DefaultFactors, "sizes of the raid, as multiples of the scenario's")
	cmd.Flags().StringSliceVar(&raids, "raids", nil, "several raids of the scenario; the worst of them is named for each objective and posture")
	return cmd
}
