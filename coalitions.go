package testudo

import (
	"context"
	"strings"

	"testudo/internal/burden"
	"testudo/internal/coalition"
	"testudo/internal/report"
)

// BurdenDocument is a game of coalitions and the ways to share it.
type BurdenDocument = report.BurdenDocument

// Burden plays every coalition of nations under a posture and shares out what
// they save together.
func (w *World) Burden(ctx context.Context, posture string, o coalition.Options) (*BurdenDocument, error) {
	i, err := w.posture(posture)
	if err != nil {
		return nil, err
	}
	o.Compiler = w.compiler
	if len(coalition.Players(w.Theatre)) > coalition.MaxNations {
		return w.burdenSampled(ctx, i, o)
	}
	batches, err := coalition.Values(ctx, w.Theatre, i, o)
	if err != nil {
		return nil, err
	}
	game, err := batches.Mean()
	if err != nil {
		return nil, err
	}
	players := coalition.Players(w.Theatre)
	var links [][2]int
	seen := map[[2]int]bool{}
	at := map[int]int{}
	for k, n := range players {
		at[n] = k
	}
	for _, e := range w.Theatre.Postures[i].Net.Edges {
		a, okA := at[e.From]
		b, okB := at[e.To]
		l := [2]int{min(a, b), max(a, b)}
		if okA && okB && !seen[l] {
			seen[l] = true
			links = append(links, l)
		}
	}
	c := burden.Comparison{Batches: batches}
	if len(links) > 0 {
		if c.Graph, err = burden.NewGraph(len(players), links); err != nil {
			return nil, err
		}
	}
	gdp, people, value, nato := make([]float64, len(players)), make([]float64, len(players)), make([]float64, len(players)), make([]float64, len(players))
	for k, n := range players {
		gdp[k], people[k] = w.Theatre.Nations[n].GDP.Amount, w.Theatre.Nations[n].Population
		for _, f := range w.Scenario.File.Nations {
			if f.ID == w.Theatre.Nations[n].ID {
				nato[k] = f.NATOShare
			}
		}
	}
	for _, a := range w.Theatre.Assets {
		if k, ok := at[a.Nation]; ok {
			value[k] += a.Value
		}
	}
	var lacking []burden.Split
	for _, k := range []burden.Key{{Name: "GDP", Weights: gdp}, {Name: "population", Weights: people}, {Name: "value defended", Weights: value}, {Name: "NATO key", Weights: nato}} {
		var without []string
		for j, x := range k.Weights {
			if !(x > 0) {
				without = append(without, w.Theatre.Nations[players[j]].ID)
			}
		}
		if len(without) == 0 {
			c.Keys = append(c.Keys, k)
			continue
		}
		lacking = append(lacking, burden.Split{Rule: "by " + k.Name, Reason: "the scenario states none for " + strings.Join(without, ", ")})
	}
	splits, err := burden.Compare(c)
	if err != nil {
		return nil, err
	}
	var alliance *report.Alliance
	if p, err := burden.OlsonZeckhauser(gdp, []float64{taste}); err == nil {
		alliance = &report.Alliance{Taste: taste, Share: make([]float64, len(gdp)), Efficient: make([]float64, len(gdp)), Provided: p.Total / p.Efficient}
		for k := range gdp {
			alliance.Share[k], alliance.Efficient[k] = p.Contributions[k]/p.Total, p.Lindahl[k]/p.Efficient
		}
	}
	var least *report.LeastCore
	if lc, err := game.LeastCore(); err == nil {
		least = &report.LeastCore{Epsilon: lc.Epsilon, Shares: lc.Shares}
	}
	own, err := coalition.Own(ctx, w.Theatre, i, o)
	if err != nil {
		return nil, err
	}
	return &BurdenDocument{Whole: game.V[len(game.V)-1], Alliance: alliance, LeastCore: least, Own: own, Scenario: w.Theatre.Name, Raid: w.Theatre.Raid, Posture: posture, Measure: string(o.Measure), Seed: o.Seed, Runs: o.Runs, Players: game.Players, Values: game.V, Splits: append(splits, lacking...)}, nil
}

// burdenSampled shares out by sampled orders what too many nations save for every
// coalition to be played.
func (w *World) burdenSampled(ctx context.Context, posture int, o coalition.Options) (*BurdenDocument, error) {
	r, err := coalition.Sampled(ctx, w.Theatre, posture, o)
	if err != nil {
		return nil, err
	}
	own, err := coalition.Own(ctx, w.Theatre, posture, o)
	if err != nil {
		return nil, err
	}
	whole := 0.0
	for _, x := range r.Share {
		whole += x
	}
	equal := make([]float64, len(r.Share))
	for k := range equal {
		equal[k] = whole / float64(len(equal))
	}
	const why = "needs the worth of every coalition, and only those met by the sampled orders are played"
	splits := []burden.Split{{Rule: "Shapley", Shares: r.Share, StdErr: r.StdErr, Core: burden.Undecided}, {Rule: "equal", Shares: equal, Core: burden.Undecided}}
	for _, rule := range []string{"Myerson", "nucleolus", "SCRB", "tau"} {
		splits = append(splits, burden.Split{Rule: rule, Reason: why})
	}
	return &BurdenDocument{Scenario: w.Theatre.Name, Raid: w.Theatre.Raid, Posture: w.Theatre.Postures[posture].ID, Measure: string(o.Measure), Seed: o.Seed, Runs: o.Runs, Players: w.defenders(), Whole: whole, Orders: r.Permutations, Splits: splits, Own: own}, nil
}

// taste is the share of its income a nation would spend on the common good if it
// stood alone, in the alliance of Olson and Zeckhauser: about what members of
// NATO promise for all defence. Assumption; who pays depends on it little.
const taste = 0.02

// Links values the agreements of a posture.
func (w *World) Links(ctx context.Context, posture string, o coalition.Options) (*report.LinksDocument, error) {
	i, err := w.posture(posture)
	if err != nil {
		return nil, err
	}
	o.Compiler = w.compiler
	n, err := coalition.Links(ctx, w.Theatre, i, o)
	if err != nil {
		return nil, err
	}
	return &report.LinksDocument{Scenario: w.Theatre.Name, Raid: w.Theatre.Raid, Posture: posture, Measure: string(o.Measure), Seed: o.Seed, Runs: o.Runs, Whole: n.Whole, Links: n.Links, Brokers: n.Brokers, Orders: n.Orders, Nations: w.defenders()}, nil
}

// defenders lists the ids of the nations that defend.
func (w *World) defenders() []string {
	var out []string
	for _, n := range coalition.Players(w.Theatre) {
		out = append(out, w.Theatre.Nations[n].ID)
	}
	return out
}
