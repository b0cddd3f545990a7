package testudo_test

import (
	"context"
	"math"
	"testing"

	"testudo"
	"testudo/internal/measure/closed"
)

// TestValidatePooledMagazines: the worked case of two nations with twelve rounds
// each, k = 0.7, two at each of twelve missiles, through the whole program: 6.54,
// 3.81 and 1.08 leak apart, 1.08 pooled. From 0.09 for each missile shot at and 1
// for each that is not; within 3 standard errors of the runs.
func TestValidatePooledMagazines(t *testing.T) {
	const runs = 20000
	s, err := testudo.Load("scenarios/textbook/pooled.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for raid, want := range map[string]struct{ apart, shot float64 }{"twelve-zero": {6.54, 6}, "nine-three": {3.81, 9}, "six-six": {1.08, 12}} {
		w, err := s.Compile(raid)
		if err != nil {
			t.Fatal(err)
		}
		c, err := w.Gain(context.Background(), testudo.Options{Seed: 9, Runs: runs})
		if err != nil {
			t.Fatal(err)
		}
		se := func(shot float64) float64 { return 3 * math.Sqrt(shot*0.09*0.91/runs) }
		if got := c.Rows[0].Leakers.Value; math.Abs(got-want.apart) > se(want.shot) {
			t.Errorf("%s, apart: %g leak, want %g ± %g", raid, got, want.apart, se(want.shot))
		}
		if got := c.Rows[1].Leakers.Value; math.Abs(got-1.08) > se(12) {
			t.Errorf("%s, pooled: %g leak, want 1.08 ± %g", raid, got, se(12))
		}
	}
}

// TestValidateDenialTable: P(objective denied) against raid size through the
// simulator, for a leak probability of 0.2: the raid that has a chance of 0.9 of
// one leaker is 11 missiles, that of three 25 (binomial, exact). Within 3 standard
// errors.
func TestValidateDenialTable(t *testing.T) {
	const runs = 20000
	for _, c := range []struct {
		atLeast string
		m, size int
	}{{"1", 1, 11}, {"3", 3, 25}} {
		s, err := testudo.Load("scenarios/textbook/closed-form.yaml", "batteries.battery.salvo=1", "commands.A.salvo=1", "catalog.bernoulli-interceptor.figures.kill-probability.value=0.8",
			"catalog.bernoulli-interceptor.figures.common-mode.value=1", "objectives.hit-the-town.at-least="+c.atLeast)
		if err != nil {
			t.Fatal(err)
		}
		factors := []float64{float64(c.size-1) / 20, float64(c.size) / 20}
		d, err := s.Deny(context.Background(), "twenty", factors, testudo.Options{Seed: 4, Runs: runs})
		if err != nil {
			t.Fatal(err)
		}
		for k, size := range d.Sizes {
			want, err := closed.Denied(size, c.m, 0.2)
			if err != nil {
				t.Fatal(err)
			}
			got := d.Objectives[0].Denied[0][k].Value
			if tol := 3 * math.Sqrt(want*(1-want)/runs); math.Abs(got-want) > tol {
				t.Errorf("%d missiles, %d leakers: denied with %g, want %g ± %g", size, c.m, got, want, tol)
			}
			if (want > 0.1) != (size < c.size) {
				t.Errorf("%d missiles: the table's own size is not the least", size)
			}
		}
	}
}

// Lending moves rounds only where the posture lets the lender defend the borrower.
func TestCampaignLends(t *testing.T) {
	const text = `testudo: 1
include: scenarios/textbook/pooled.yaml
name: lending
campaign:
  days: 4
  stocks: [{nation: K, interceptor: magazine-interceptor, rounds: 40, source: assumption, reason: test}]
  lend: [{from: K, to: J, interceptor: magazine-interceptor, share: 0.5, below: 0.9, delay: 1 d, source: assumption, reason: test}]
`
	s, err := testudo.Parse("lending.yaml", []byte(text), testudo.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Campaign(context.Background(), 0, testudo.Options{Seed: 1, Runs: 50})
	if err != nil {
		t.Fatal(err)
	}
	apart, pooled := d.Rows[0], d.Rows[1]
	if apart.Lent != 0 {
		t.Errorf("%g rounds are lent without an agreement", apart.Lent)
	}
	if pooled.Lent <= 0 {
		t.Error("nothing is lent")
	}
	// With stocks in common the neighbour's rounds reach J at once.
	if apart.Pooled.Value >= 0 {
		t.Errorf("pooling changes the leakers of the first posture by %g", apart.Pooled.Value)
	}
}
