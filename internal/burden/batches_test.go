package burden

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"testudo/internal/draw"
)

// noise makes batches of a game: each value is the true one plus noise.
func noise(g *Game, batches int, sigma float64, seed uint64) *Batches {
	b := &Batches{Players: g.Players, Cost: g.Cost}
	for k := 0; k < batches; k++ {
		v := make([]float64, len(g.V))
		for s := 1; s < len(v); s++ {
			v[s] = g.V[s] + sigma*normal(seed, uint64(k), uint64(s))
		}
		b.V = append(b.V, v)
	}
	return b
}

// normal is near enough to a standard normal: a sum of twelve uniform numbers.
func normal(seed, k, s uint64) float64 {
	x := -6.0
	for p := uint64(0); p < 12; p++ {
		x += draw.Float(draw.U64(seed, k, s, p))
	}
	return x
}

// The stated standard error is the true one: over 400 repetitions the 95 %
// interval must hold the true share about 380 times (3.3 standard deviations
// either way), for the Shapley value and for the nucleolus where it is smooth.
func TestSharesIntervalsCover(t *testing.T) {
	g, _ := defence(t).Float()
	for name, rule := range map[string]Rule{"Shapley": (*Game).Shapley, "nucleolus": (*Game).Nucleolus} {
		held := 0
		for seed := uint64(0); seed < 400; seed++ {
			e, err := noise(g, 12, 0.3, seed).Shares(rule)
			if err != nil {
				t.Fatal(err)
			}
			truth := 7.6
			if low, high := e.Interval(0); low <= truth && truth <= high {
				held++
			}
		}
		if held < 366 || held > 394 {
			t.Errorf("%s: the interval held the truth %d times of 400, want 366 to 394", name, held)
		}
	}
}

// Values that repeat exactly leave no error at all.
func TestSharesWithoutNoise(t *testing.T) {
	g, _ := defence(t).Float()
	b := &Batches{Players: g.Players, V: [][]float64{g.V, g.V, g.V}}
	e, err := b.Shares((*Game).Shapley)
	wantNear(t, "shares", e.Share, err, 1e-12, 7.6, 7.6, 1.6)
	wantNear(t, "errors", e.StdErr, nil, 0, 0, 0, 0)
	if _, err := NewBatches(g.Players, [][]float64{g.V}); err == nil {
		t.Error("one batch gives no error and must be refused")
	}
	if _, err := NewBatches(g.Players, [][]float64{g.V, g.V[:4]}); err == nil || !strings.Contains(err.Error(), "batch 1") {
		t.Errorf("a short batch must be named, got %v", err)
	}
}

// The core test decides what the noise lets it decide: the Shapley value is 0.8
// inside the core, the equal split 3.2 outside, and noise of that size leaves
// both open.
func TestCoreUnderNoise(t *testing.T) {
	g, _ := defence(t).Float()
	for _, c := range []struct {
		rule  Rule
		sigma float64
		want  Verdict
	}{
		{(*Game).Shapley, 0.05, InCore},
		{(*Game).EqualSplit, 0.05, Blocked},
		{(*Game).Shapley, 3, Undecided},
	} {
		got, err := noise(g, 20, c.sigma, 5).Core(c.rule)
		if err != nil || got.Verdict != c.want {
			t.Errorf("noise %g: %q (%v), want %q; worst %+v", c.sigma, got.Verdict, err, c.want, got.Worst)
		}
		if c.want == Blocked && (g.Name(got.Worst.Coalition) != "J+K" || !got.Worst.Sure || math.Abs(got.Worst.Excess-3.2) > 0.2) {
			t.Errorf("worst objection %s by %g, sure %v; want J+K by about 3.2", g.Name(got.Worst.Coalition), got.Worst.Excess, got.Worst.Sure)
		}
	}
	// On the border of the core "blocked" may come up by chance in at most one
	// report of twenty: gloves at their only core point (0, 0, 1).
	wrong := 0
	glv := glove(t)
	atCore := func(*Game) ([]float64, error) { return []float64{0, 0, 1}, nil }
	for seed := uint64(0); seed < 200; seed++ {
		b := noise(glv, 15, 0.2, 100+seed)
		for _, v := range b.V {
			v[7] = 1 // the whole is known, so that the point shares it out
		}
		r, err := b.Core(atCore)
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict == Blocked {
			wrong++
		}
	}
	if wrong > 20 { // 10 expected at most; 20 is 3.2 standard deviations above
		t.Errorf("blocked without cause in %d reports of 200", wrong)
	}
}

func TestCompare(t *testing.T) {
	g, _ := defence(t).Float()
	star := mustGraph(t, 3, [2]int{0, 2}, [2]int{1, 2})
	keys := []Key{{"GDP", []float64{4, 2, 25}}, {"population", []float64{125, 52, -1}}}
	rows, err := Compare(Comparison{Game: g, Graph: star, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range rows {
		names = append(names, r.Rule)
		if (r.Reason == "") == (r.Shares == nil) {
			t.Errorf("%s: shares %v and reason %q", r.Rule, r.Shares, r.Reason)
		}
		if r.Reason == "" && math.Abs(sumOf(r.Shares)-16.8) > 1e-9 {
			t.Errorf("%s shares out %g", r.Rule, sumOf(r.Shares))
		}
	}
	if got, want := strings.Join(names, ", "), "Shapley, Myerson, nucleolus, SCRB, ENSC, tau, equal, by GDP, by population"; got != want {
		t.Errorf("rules %s, want %s", got, want)
	}
	wantNear(t, "Myerson", rows[1].Shares, nil, 1e-12, 7.2, 7.2, 2.4)
	gdp := rows[7]
	if gdp.Core != Blocked || g.Name(gdp.Objector) != "J+K" || len(gdp.WorseAlone) != 2 {
		t.Errorf("by GDP: %+v; want J+K to block, both worse off than alone", gdp)
	}
	if rows[0].Core != InCore || rows[0].WorseAlone != nil {
		t.Errorf("Shapley: %+v", rows[0])
	}
	if !strings.Contains(rows[8].Reason, "weight of U is -1") {
		t.Errorf("reason %q", rows[8].Reason)
	}
	rows, err = Compare(Comparison{Batches: noise(g, 20, 0.05, 9), Graph: star, Keys: keys[:1]})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.Reason != "" {
			t.Errorf("%s: %s", r.Rule, r.Reason)
			continue
		}
		if len(r.StdErr) != 3 || !(r.StdErr[0] > 0 && r.StdErr[0] < 0.05) || r.Core == "" {
			t.Errorf("%s: errors %v, verdict %q", r.Rule, r.StdErr, r.Core)
		}
	}
	if _, err := json.Marshal(rows); err != nil {
		t.Error(err)
	}
	one, err := Compare(Comparison{Game: &Game{Players: letters(1), V: []float64{0, 5}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := json.Marshal(one); err != nil || one[0].Core != InCore {
		t.Errorf("a single player: %+v, %v", one[0], err)
	}
	if _, err := Compare(Comparison{}); err == nil {
		t.Error("no game: no error")
	}
}
