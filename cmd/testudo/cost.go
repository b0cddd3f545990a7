package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"testudo"
	"testudo/internal/report"
)

const tool = "testudo " + testudo.Version

func costCommand() *cobra.Command {
	var c common
	var o outputs
	k := testudo.DefaultCost
	cmd := &cobra.Command{
		Use: "cost SCENARIO", Short: "What does it cost? Cost exchange, cost per leaker prevented, who fires and who is defended, programmes", Args: cobra.ExactArgs(1),
		Long: `Plays the raid under each posture and once with nobody shooting, over the same
dice, and says what the interceptors fired cost, what they bought, who fired them
and whose assets they defended, what the nations' systems and the agreements cost
to have over a horizon, and what an interceptor costs beside a missile. All money
is brought to one year's prices; what has no price is listed, never counted as
free.`,
		Example: "  testudo cost scenarios/northeast-asia-2014.yaml\n  testudo cost scenarios/gulf.yaml --years 30 --discount 0.02 --price-year 2019 --html out/cost.html",
		RunE: func(cmd *cobra.Command, args []string) error {
			w, err := c.load(args[0])
			if err != nil {
				return err
			}
			d, err := w.Cost(cmd.Context(), k, c.options(cmd.ErrOrStderr()))
			if err != nil {
				return coded(exitUsage, err)
			}
			line := commandLine("cost", args[0], c) + fmt.Sprintf(" --years %d --discount %g --price-year %d", k.Years, k.Discount, k.PriceYear)
			return present(cmd, c.json, o, shown{d, func() string { return report.CostText(d) }, func() ([]byte, error) { return report.CostHTML(d, tool, line) }, d.Drawings})
		},
	}
	c.addStudy(cmd)
	o.add(cmd)
	f := cmd.Flags()
	f.IntVar(&k.Years, "years", k.Years, "years of operation that programme costs cover")
	f.Float64Var(&k.Discount, "discount", k.Discount, "real discount rate per year")
	f.IntVar(&k.PriceYear, "price-year", k.PriceYear, "year to whose prices all money is brought")
	return cmd
}
