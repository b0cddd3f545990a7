package testudo

import (
	"context"
	"errors"
	"fmt"

	"testudo/internal/campaign"
	"testudo/internal/measure"
	"testudo/internal/measure/stats"
	"testudo/internal/report"
	"testudo/internal/sim"
	"testudo/internal/theatre"
)

// Campaign plays the scenario's campaign under every posture of the ladder: raids
// over days, with magazines, stocks, deliveries, losses and scarcity. days
// overrides the number of days; 0 keeps the scenario's.
func (s *Scenario) Campaign(ctx context.Context, days int, o Options) (*report.CampaignDocument, error) {
	f := *s.File
	if days > 0 {
		f.Campaign.Days = days
		if !f.Campaign.Stated {
			f.Campaign.Raids[0].To = days
		}
	}
	p, t, err := s.campaignPlan(ctx, &Scenario{&f}, nil)
	if err != nil {
		return nil, err
	}
	b := p.Boards[0]
	var list []int
	for _, l := range b.Ladder {
		list = append(list, int(l))
	}
	opts := campaign.Options{Postures: list, Seed: o.Seed, Runs: o.Runs, Workers: o.Workers, Progress: o.Progress}
	all, err := campaign.Run(ctx, p, opts)
	if err != nil {
		return nil, err
	}
	d := &report.CampaignDocument{Scenario: f.Name, About: f.Campaign.About, Days: f.Campaign.Days, Raids: p.Raids, Seed: o.Seed, Runs: o.Runs, Stated: f.Campaign.Stated}
	fig := func(v stats.Interval) measure.Figure { return measure.Figure{Value: v.Mid, Low: v.Low, High: v.High} }
	for _, c := range all {
		x := report.CampaignRow{Posture: b.Postures[c.Posture].ID, Leakers: fig(c.Leakers), Damage: fig(c.Damage), Shots: fig(c.Shots), Lent: c.Lent, Base: fig(c.Base), Pooled: fig(c.Pooled), PooledDry: fig(c.Dry)}
		for _, l := range c.Stocks {
			pool := &p.Pools[l.Pool]
			x.Stocks = append(x.Stocks, report.StockLine{Nation: b.Nations[pool.Nation], Interceptor: b.Interceptors[pool.Interceptor].ID, Start: int(l.Start), Days: l.Days,
				Dry: fig(l.Dry.Share), Median: l.Dry.Median, P5: l.Dry.P5, P95: l.Dry.P95, ByDay: l.Dry.Days})
		}
		for _, l := range c.Days {
			x.Days = append(x.Days, report.CampaignDay{Launched: l.Launched, Leakers: l.Leakers, Share: fig(l.Share), Shots: l.Shots, OutOfAction: l.OutOfAction})
		}
		d.Rows = append(d.Rows, x)
	}
	if harmless(t) {
		if err := s.ignoring(ctx, &Scenario{&f}, p, opts, d); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// campaignPlan compiles every raid of the campaign.
func (s *Scenario) campaignPlan(ctx context.Context, f *Scenario, change func(*theatre.Theatre)) (*campaign.Plan, *theatre.Theatre, error) {
	var raids []string
	seen := map[string]bool{}
	for _, r := range f.File.Campaign.Raids {
		if !seen[r.Raid] {
			seen[r.Raid] = true
			raids = append(raids, r.Raid)
		}
	}
	var worlds []*theatre.Theatre
	var boards []*sim.Board
	var last *theatre.Theatre // raids share missiles, interceptors and flights
	var c *sim.Compiler
	for _, r := range raids {
		t, err := theatre.Resolve(f.File, theatre.Options{Raid: r, Previous: last, Each: onAllCores, Stop: ended(ctx)})
		if errors.Is(err, theatre.ErrStopped) {
			return nil, nil, ctx.Err()
		}
		if err != nil {
			return nil, nil, err
		}
		if change != nil {
			change(t)
		}
		c = sim.NewCompilerFrom(c, t, onAllCores, ended(ctx))
		b, err := c.Board(t.Postures, t.Ladder)
		if errors.Is(err, theatre.ErrStopped) {
			return nil, nil, ctx.Err()
		}
		if err != nil {
			return nil, nil, fmt.Errorf("raid %s: %w", r, err)
		}
		last = t
		worlds, boards = append(worlds, t), append(boards, b)
	}
	p, err := campaign.Resolve(f.File, raids, worlds, boards)
	if err != nil {
		return nil, nil, err
	}
	return p, worlds[0], nil
}

// harmless reports whether missiles of the raid may fall on nothing defended.
func harmless(t *theatre.Theatre) bool {
	for i := range t.Paths {
		if n := t.Assets[t.Paths[i].Asset].Nation; n >= 0 && t.Nations[n].Attacker {
			return true
		}
	}
	return false
}

// ignoring plays the last posture with and without the doctrine of leaving alone
// what falls on nothing defended.
func (s *Scenario) ignoring(ctx context.Context, f *Scenario, p *campaign.Plan, o campaign.Options, d *report.CampaignDocument) error {
	last := o.Postures[len(o.Postures)-1]
	with := func(ignore bool) (leakers, shots []int64, err error) {
		q, _, err := s.campaignPlan(ctx, f, func(t *theatre.Theatre) {
			for i := range t.Nations {
				t.Nations[i].Command.IgnoreHarmless = ignore
			}
		})
		if err != nil {
			return nil, nil, err
		}
		return campaign.Totals(ctx, q, last, o)
	}
	l1, s1, err := with(true)
	if err != nil {
		return err
	}
	l0, s0, err := with(false)
	if err != nil {
		return err
	}
	x, y := campaign.Difference(s1, s0), campaign.Difference(l1, l0)
	d.Ignoring = &report.Ignoring{Posture: p.Boards[0].Postures[last].ID, Shots: measure.Figure{Value: x.Mid, Low: x.Low, High: x.High}, Leakers: measure.Figure{Value: y.Mid, Low: y.Low, High: y.High}}
	return nil
}
