package main

import (
	"fmt"
	"slices"

	"testudo/internal/scenario"
)

// moreNations gives a scenario with further nations, up to n that defend: each
// takes over one of the batteries of those that have most and stands in every
// agreement as another nation, like, does.
func moreNations(f *scenario.File, n int, like string) *scenario.File {
	g := *f
	g.Nations, g.Batteries, g.Commands, g.Postures = slices.Clone(f.Nations), slices.Clone(f.Batteries), slices.Clone(f.Commands), slices.Clone(f.Postures)
	defend := 0
	for _, x := range f.Nations {
		if !x.Attacker {
			defend++
		}
	}
	for k := defend; k < n; k++ {
		id := fmt.Sprintf("X%02d", k)
		x := g.Nations[slices.IndexFunc(g.Nations, func(x scenario.Nation) bool { return x.ID == like })]
		x.ID, x.Name = id, id
		g.Nations = append(g.Nations, x)
		c := g.Commands[slices.IndexFunc(g.Commands, func(c scenario.Command) bool { return c.Nation == like })]
		c.Nation = id
		g.Commands = append(g.Commands, c)
		has := map[string]int{}
		most := ""
		for _, b := range g.Batteries {
			if has[b.Nation]++; has[b.Nation] > has[most] {
				most = b.Nation
			}
		}
		g.Batteries[slices.IndexFunc(g.Batteries, func(b scenario.Battery) bool { return b.Nation == most })].Nation = id
		for i := range g.Postures {
			g.Postures[i] = joined(g.Postures[i], id, like)
		}
	}
	return &g
}

// joined lets a nation into a posture as another stands in it, and lets the two
// stand to each other as the other stands to the first it has an agreement with.
func joined(p scenario.Posture, id, like string) scenario.Posture {
	var edges []scenario.Edge
	for _, e := range p.Edges {
		edges = append(edges, e)
		for _, end := range []*string{&e.From, &e.To} {
			if *end == like {
				other := e
				if end == &e.From {
					other.From = id
				} else {
					other.To = id
				}
				edges = append(edges, other)
			}
		}
	}
	p.Edges = edges
	p.JointFire = slices.Clone(p.JointFire)
	for i, group := range p.JointFire {
		if slices.Contains(group, like) {
			p.JointFire[i] = append(slices.Clone(group), id)
		}
	}
	p.Mutual = slices.Clone(p.Mutual)
	for i, m := range p.Mutual {
		if slices.Contains(m.Of, like) {
			p.Mutual[i].Of = append(slices.Clone(m.Of), id)
		}
		if m.By == like {
			m.By = id
			p.Mutual = append(p.Mutual, m)
		}
	}
	return p
}
