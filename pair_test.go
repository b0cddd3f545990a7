package testudo_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"testudo"
)

// Two postures of one world, held against each other as if they were two
// worlds, give what the staircase gives for its step: both play the same dice.
func TestPairIsTheStepOfTheStaircase(t *testing.T) {
	s, err := testudo.Load("scenarios/gulf.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Compile("")
	if err != nil {
		t.Fatal(err)
	}
	o := testudo.Options{Seed: 7, Runs: 400}
	c, err := w.Compare(context.Background(), []string{"alone", "gulf-mutual"}, o)
	if err != nil {
		t.Fatal(err)
	}
	o.Workers = 3
	p, err := testudo.ComparePair(context.Background(), w, "alone", w, "gulf-mutual", o)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][3]any{
		"leakers":   {c.Rows[0].Leakers, c.Rows[1].Leakers, c.Rows[1].Step.Leakers},
		"damage":    {c.Rows[0].Damage, c.Rows[1].Damage, c.Rows[1].Step.Damage},
		"no leaker": {c.Rows[0].NoLeaker, c.Rows[1].NoLeaker, c.Rows[1].Step.NoLeaker},
		"shots":     {c.Rows[0].Shots, c.Rows[1].Shots, c.Rows[1].Step.Shots},
	}
	seen := 0
	for _, r := range p.Rows {
		x, ok := want[r.What]
		if !ok || r.Nation != "" {
			continue
		}
		seen++
		if d := cmp.Diff(x, [3]any{r.A, r.B, r.Difference}); d != "" {
			t.Errorf("%s: %s", r.What, d)
		}
	}
	if seen != len(want) {
		t.Errorf("%d of %d figures compared", seen, len(want))
	}
	// A variant against itself differs in nothing; a changed one in something.
	moved, err := testudo.Load("scenarios/gulf.yaml", "commands.SAU.salvo=1")
	if err != nil {
		t.Fatal(err)
	}
	v, err := moved.Compile("")
	if err != nil {
		t.Fatal(err)
	}
	if p, err = testudo.ComparePair(context.Background(), w, "alone", v, "alone", o); err != nil {
		t.Fatal(err)
	}
	if p.Rows[5].What != "shots" || !p.Rows[5].Significant || p.Rows[5].Difference.Value >= 0 {
		t.Errorf("one round in place of two for each shot of one nation: %+v", p.Rows[5])
	}
}
