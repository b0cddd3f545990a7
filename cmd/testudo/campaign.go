package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"testudo/internal/report"
	"testudo/internal/scenario"
)

func campaignCommand() *cobra.Command {
	var c common
	var o outputs
	var days int
	cmd := &cobra.Command{
		Use: "campaign SCENARIO", Short: "When do magazines run dry? Raids over days, with stocks, deliveries, losses and scarcity", Args: cobra.ExactArgs(1),
		Long: `Plays the scenario's campaign under each posture of the ladder: raids day after
day, batteries filled again from their nation's stock, stocks from deliveries,
production and allies, hits that put radars and launchers out of action, doctrine
that changes when rounds run short. Every posture is played with stocks apart and
pooled, over the same dice. Without a campaign in the scenario its raid comes
every day and nothing stands behind the batteries.`,
		Example: "  testudo campaign scenarios/levant-2024.yaml\n  testudo campaign scenarios/northeast-asia-2014.yaml --days 5 --html out/campaign.html",
		RunE: func(cmd *cobra.Command, args []string) error {
			if days < 0 || days > scenario.MaxDays {
				return coded(exitUsage, fmt.Errorf("--days %d: allowed are 1 to %d", days, scenario.MaxDays))
			}
			s, err := c.scenario(args[0])
			if err != nil {
				return err
			}
			d, err := s.Campaign(cmd.Context(), days, c.options(cmd.ErrOrStderr()))
			if err != nil {
				return coded(exitInput, err)
			}
			line := commandLine("campaign", args[0], c)
			if days > 0 {
				line += fmt.Sprintf(" --days %d", days)
			}
			return present(cmd, c.json, o, shown{d, func() string { return report.CampaignText(d) }, func() ([]byte, error) { return report.CampaignHTML(d, tool, line) }, d.Drawings})
		},
	}
	c.add(cmd)
	cmd.Flags().Lookup("runs").DefValue, c.runs = "1000", 1000
	cmd.Flags().IntVar(&c.workers, "workers", 0, "workers (default: one per processor); the result does not depend on it")
	cmd.Flags().BoolVar(&c.quiet, "quiet", false, "no progress bar")
	cmd.Flags().IntVar(&days, "days", 0, "days played (default: the scenario's)")
	o.add(cmd)
	return cmd
}
