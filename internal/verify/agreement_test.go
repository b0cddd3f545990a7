package verify

import (
	"strings"
	"testing"

	"testudo/internal/theatre"
)

// The witness decides nothing, says so, and finds the textbook's raids played
// alike to the last leaker.
func TestAgreementDecidesNothing(t *testing.T) {
	card, err := Run(Options{Only: "witness", WitnessRuns: 0})
	if err != nil {
		t.Fatal(err)
	}
	if card.Strong+card.Medium+card.Failed != 0 || card.Agree != len(card.Checks) || card.Agree < 10 {
		t.Fatalf("%d checks, counted as %+v", len(card.Checks), card)
	}
	for _, c := range card.Checks {
		if strings.HasPrefix(c.What, "textbook/") && c.Ours != c.Published {
			t.Errorf("%s: board %g, witness %g", c.What, c.Ours, c.Published)
		}
	}
}

// Figures moved apart are found beyond their bounds, and a basket of a metre is
// missed by both.
func TestAgreementCanFail(t *testing.T) {
	f, err := file("europe-epaa.yaml")
	if err != nil {
		t.Fatal(err)
	}
	th, err := theatre.Resolve(f, theatre.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for b := range th.Batteries {
		th.Batteries[b].Kill.BasketM = 1 // nobody's error is that small
	}
	rungs, seen, err := playBoth(th, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	if in, _, board := seen.Handover(); in > 0.2 || board > 0.2 {
		t.Errorf("a basket of a metre: inside %.2f, by the board %.2f", in, board)
	}
	beyond := func() (n int) {
		c := &collector{card: &Scorecard{}, anchor: "t"}
		c.rows("t", "source", rungs, seen)
		for _, x := range c.card.Checks {
			if !x.Pass {
				n++
			}
		}
		return n
	}
	before := beyond()
	for k := range rungs {
		rungs[k].kill[1] += 0.2
		rungs[k].firm[1] += 10
	}
	if got := beyond(); got != before+2 {
		t.Errorf("two figures were moved beyond their bounds, %d were found", got-before)
	}
}
