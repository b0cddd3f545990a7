package testudo

import (
	"fmt"
	"runtime"
	"sort"

	"testudo/internal/catalog"
	"testudo/internal/report"
	"testudo/internal/scenario"
	"testudo/internal/sim"
)

// Document puts a comparison together with what it rests on.
func (w *World) Document(c *Comparison, command string) *report.Document {
	f := w.Scenario.File
	d := &report.Document{
		Tool: "testudo " + Version, Built: runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH, Command: command, Scenario: f.Name, Date: f.Date, About: f.About, Digest: f.Digest, Catalogue: f.Book.Digest(),
		Overridden: f.Book.Overridden(), Added: f.Book.Added(), Result: c, Ledger: f.Book.Ledger(w.Theatre.Used), Defaults: f.Defaults,
		Model: []string{
			fmt.Sprintf("Costs are US dollars of %d, brought there by %s of the catalogue; an interceptor without a price in dollars counts nothing, and is listed by cost.", w.PriceYear(), catalog.Deflator),
			"One hit destroys a tenth of what still stands of an asset's value.",
			fmt.Sprintf("Track information fades with a time constant of %.0f s; an interceptor's seeker takes over %.0f s before the intercept.", sim.FadeS, sim.HandoverS),
			"Kill probabilities are the catalogue's assumptions given handover, times reliability and discrimination, not above the published test record.",
			"The attacker's plan is the scenario's; the tool does not optimise it. No decoys, no jamming, no manoeuvring re-entry beyond depressed flight.",
		},
	}
	if c.Witness != nil {
		d.Model = append(d.Model, c.Witness.Words())
	}
	used := map[string]bool{}
	for _, r := range d.Ledger.Rows {
		used[r.Source] = true
	}
	cite := func(c scenario.Cite) {
		for _, s := range c.Sources {
			used[s] = true
		}
	}
	for _, x := range f.Nations {
		cite(x.Cite)
	}
	for _, x := range f.Assets {
		cite(x.Cite)
	}
	for _, x := range f.LaunchAreas {
		cite(x.Cite)
	}
	for _, x := range f.Sensors {
		cite(x.Cite)
	}
	for _, x := range f.Batteries {
		cite(x.Cite)
	}
	for _, x := range f.Commands {
		cite(x.Cite)
	}
	for _, x := range f.Raids {
		for _, g := range x.Groups {
			cite(g.Cite)
		}
	}
	for _, x := range f.Postures {
		cite(x.Cite)
		for _, e := range x.Edges {
			cite(e.Cite)
		}
	}
	for _, s := range f.Book.Sources {
		if used[s.ID] {
			d.Sources = append(d.Sources, report.SourceLine{ID: s.ID, Title: s.Title, URL: s.URL})
		}
	}
	sort.Slice(d.Sources, func(i, j int) bool { return d.Sources[i].ID < d.Sources[j].ID })
	return d
}

// Summary says what a scenario holds, and of its items how many are cited.
func (s *Scenario) Summary() *report.Summary {
	f := s.File
	sum := &report.Summary{Name: f.Name, Date: f.Date, About: f.About, Digest: f.Digest, Nations: len(f.Nations), Assets: len(f.Assets), Sensors: len(f.Sensors), Batteries: len(f.Batteries), Ladder: f.Ladder, Defaults: f.Defaults, Overridden: f.Book.Overridden(), Added: f.Book.Added()}
	count := func(c scenario.Cite) {
		switch {
		case len(c.Sources) == 0:
			sum.Assumed++
		case c.Assumption != "":
			sum.Mixed++
		default:
			sum.Cited++
		}
	}
	for _, x := range f.Assets {
		count(x.Cite)
	}
	for _, x := range f.LaunchAreas {
		count(x.Cite)
	}
	for _, x := range f.Sensors {
		count(x.Cite)
	}
	for _, x := range f.Batteries {
		count(x.Cite)
	}
	for _, r := range f.Raids {
		n := 0
		for _, g := range r.Groups {
			n += g.Count
			count(g.Cite)
		}
		sum.Raids = append(sum.Raids, report.RaidLine{ID: r.ID, About: r.About, Missiles: n})
	}
	for _, p := range f.Postures {
		sum.Postures = append(sum.Postures, report.PostureLine{ID: p.ID, About: p.About, Links: len(p.Edges)})
	}
	return sum
}

// Schema is the JSON Schema of scenario files.
func Schema() []byte { return scenario.Schema() }
