package testudo

import (
	"context"
	"fmt"
	"math"

	"testudo/internal/report"
	"testudo/internal/scenario"
)

// DefaultFactors are the sizes of a raid, as multiples of the scenario's own, at
// which denial is worked out.
var DefaultFactors = []float64{0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3}

// Deny plays a raid at several sizes, the attacker's mix and aim as given, and
// tells how likely each posture denies each stated objective.
func (s *Scenario) Deny(ctx context.Context, raid string, factors []float64, o Options) (*report.DenyDocument, error) {
	if len(s.File.Objectives) == 0 {
		return nil, fmt.Errorf("the scenario states no objectives: add some under objectives")
	}
	if raid == "" {
		raid = s.File.DefaultRaid
	}
	d := &report.DenyDocument{Scenario: s.File.Name, Raid: raid, Seed: o.Seed, Runs: o.Runs}
	var w *World
	for k, f := range factors {
		var err error
		if w, err = s.scaled(raid, f).CompileWhile(ctx, w, raid); err != nil {
			return nil, err
		}
		opts := o
		if o.Progress != nil {
			opts.Progress = func(done, total int) { o.Progress(k*total+done, len(factors)*total) }
		}
		c, err := w.Gain(ctx, opts)
		if err != nil {
			return nil, err
		}
		d.Sizes = append(d.Sizes, c.Missiles)
		if k == 0 {
			for _, r := range c.Rows {
				d.Postures = append(d.Postures, r.Posture)
			}
			for _, ob := range c.Rows[0].Objectives {
				d.Objectives = append(d.Objectives, report.DenyObjective{ID: ob.Objective, About: ob.About, Denied: make([][]report.DenyPoint, len(c.Rows))})
			}
		}
		for p, r := range c.Rows {
			for i, ob := range r.Objectives {
				d.Objectives[i].Denied[p] = append(d.Objectives[i].Denied[p], report.DenyPoint{Value: ob.Denied.Value, Low: ob.Denied.Low, High: ob.Denied.High})
			}
		}
	}
	d.Solve()
	return d, nil
}

// scaled is the scenario with one raid made larger or smaller; every group keeps
// at least one missile.
func (s *Scenario) scaled(raid string, f float64) *Scenario {
	file := *s.File
	file.Raids = append([]scenario.Raid(nil), file.Raids...)
	for i := range file.Raids {
		if file.Raids[i].ID != raid {
			continue
		}
		groups := append([]scenario.Group(nil), file.Raids[i].Groups...)
		for g := range groups {
			groups[g].Count = max(1, int(math.Round(float64(groups[g].Count)*f)))
		}
		file.Raids[i].Groups = groups
	}
	return &Scenario{&file}
}

// DenyAll is Deny for each of several raids, and which of them serves the
// attacker best.
func (s *Scenario) DenyAll(ctx context.Context, raids []string, factors []float64, o Options) (*report.DenySet, error) {
	if len(raids) == 0 {
		raids = []string{""}
	}
	set := &report.DenySet{}
	for k, r := range raids {
		opts := o
		if o.Progress != nil {
			opts.Progress = func(done, total int) { o.Progress(k*total+done, len(raids)*total) }
		}
		d, err := s.Deny(ctx, r, factors, opts)
		if err != nil {
			return nil, err
		}
		set.Raids = append(set.Raids, d)
	}
	set.Choose()
	return set, nil
}
