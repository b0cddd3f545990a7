package testudo_test

import (
	"context"
	"math"
	"testing"

	"testudo"
)

// TestValidateCostOfTheArticle: an interceptor at 11 M$ against a Scud at 3 M$
// (the article of 2014), a salvo of two and shoot-look-shoot in closed form; and
// the accounts balance.
func TestValidateCostOfTheArticle(t *testing.T) {
	s, err := testudo.Load("scenarios/northeast-asia-2014.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Compile("")
	if err != nil {
		t.Fatal(err)
	}
	d, err := w.Cost(context.Background(), testudo.DefaultCost, testudo.Options{Seed: 1, Runs: 400})
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, p := range d.Pairs {
		if p.Interceptor != "thaad-interceptor" || p.Missile != "scud-b" {
			continue
		}
		found = true
		k := p.Kill
		for _, c := range []struct {
			what      string
			got, want float64
		}{
			{"plain", p.Plain, 11.0 / 3}, {"salvo", p.Salvo, 22.0 / 3}, {"salvo per kill", p.SalvoPerKill, 22.0 / 3 / (1 - (1-k)*(1-k))},
			{"shoot-look-shoot", p.Look, 11.0 / 3 * (2 - k)}, {"per kill", p.LookPerKill, 11.0 / 3 * (2 - k) / (1 - (1-k)*(1-k))},
		} {
			if math.Abs(c.got-c.want) > 1e-9*c.want {
				t.Errorf("%s: %g, want %g", c.what, c.got, c.want)
			}
		}
	}
	if !found {
		t.Error("THAAD against a Scud is not among the pairs")
	}
	for _, r := range d.Rows[1:] {
		if got, want := r.Leakers.Value+r.Prevented.Value, d.Rows[0].Leakers.Value; math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: leakers and those prevented make %g, undefended %g", r.Posture, got, want)
		}
		owed, fired, defended := 0.0, 0.0, 0.0
		for _, a := range r.Accounts {
			owed, fired, defended = owed+a.OwedUSD, fired+a.FiredUSD, defended+a.DefendedUSD
		}
		if math.Abs(owed) > 1e-3 || math.Abs(fired-defended) > 1e-3 || math.Abs(fired-r.Spent.Value) > 1e-6*fired {
			t.Errorf("%s: owed %g, fired %g, defended %g, spent %g", r.Posture, owed, fired, defended, r.Spent.Value)
		}
	}
	if d.Rows[1].Posture != "alone" || d.Rows[1].Accounts[0].ForOthersUSD != 0 {
		t.Error("alone, nobody fires for others")
	}
}
