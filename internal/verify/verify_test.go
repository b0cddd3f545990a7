package verify

import "testing"

// Every strong anchor holds; every anchor has at least one check.
func TestValidateStrongAnchors(t *testing.T) {
	card, err := Run(Options{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, c := range card.Checks {
		seen[c.Anchor]++
		if c.Source == "" || c.Why == "" {
			t.Errorf("%s: %s has no source or no reason for its tolerance", c.Anchor, c.What)
		}
		if c.Strength == Strong && !c.Pass {
			t.Errorf("%s: %s: %.9g %s, published %.9g, tolerance %g", c.Anchor, c.What, c.Ours, c.Unit, c.Published, c.Tolerance)
		}
		if c.Strength == Medium && !c.Pass {
			t.Logf("%s: %s: %.5g %s, published %.5g, band %g", c.Anchor, c.What, c.Ours, c.Unit, c.Published, c.Tolerance)
		}
	}
	for _, n := range Names() {
		if seen[n] == 0 {
			t.Errorf("%s: no check", n)
		}
	}
}
