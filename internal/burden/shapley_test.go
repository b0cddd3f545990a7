package burden

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The Shapley values of the table of small games: published ones where named,
// all recomputed by enumeration with fractions.
func TestValidateShapley_PublishedGames(t *testing.T) {
	for _, c := range []struct {
		name string
		game *Game
		want string
	}{
		{"airport 40..90 (Littlechild-Owen rule)", airport(t, 40, 50, 60, 70, 80, 90), "20/3 26/3 67/6 29/2 39/2 59/2"},
		{"airport 1 2 3", airport(t, 1, 2, 3), "1/3 5/6 11/6"},
		{"gloves", glove(t), "1/6 1/6 2/3"},
		{"weighted majority", majority(t, 51, 40, 30, 20, 10), "5/12 1/4 1/4 1/12"},
		{"EEC 1958; Luxembourg is a dummy", majority(t, 12, 4, 4, 4, 2, 2, 1), "7/30 7/30 7/30 3/20 3/20 0"},
		{"bankruptcy 300", bankruptcy(t, 300, 100, 200, 300), "50 100 150"},
		{"bankruptcy 100", bankruptcy(t, 100, 100, 200, 300), "100/3 100/3 100/3"},
		// The Shapley value averages over orders in which claimants are paid
		// in full while anything is left: orders 123 132 213 231 312 321 give
		// 1: 100 100 0 0 0 0, 2: 100 0 200 200 0 0, 3: 0 100 0 0 200 200.
		{"bankruptcy 200", bankruptcy(t, 200, 100, 200, 300), "100/3 250/3 250/3"},
	} {
		r := exact(t, c.game)
		got, err := r.Shapley()
		wantExact(t, c.name, got, err, c.want)
		x, err := c.game.Shapley()
		wantNear(t, c.name, x, err, 1e-12, floats(rats(t, c.want))...)
	}
}

func TestValidateShapley_DefenceGame(t *testing.T) {
	x, err := defence(t).Shapley()
	wantExact(t, "defence game", x, err, "38/5 38/5 8/5")
}

// UN Security Council after 1965: five vetoes, nine of fifteen votes; as a
// weighted game 39 of 5×7 + 10×1. Three ways must agree: counting, the table of
// 32,768 coalitions, and random orders within their own error.
func TestValidateShapley_SecurityCouncil(t *testing.T) {
	weights := []int{7, 7, 7, 7, 7, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
	x, err := ShapleyWeightedMajority(39, weights)
	want := strings.Repeat("421/2145 ", 5) + strings.Repeat("4/2145 ", 10)
	wantExact(t, "counted", x, err, want)
	g := majority(t, 39, weights...)
	full, err := g.Shapley()
	wantNear(t, "tabulated", full, err, 1e-12, floats(x)...)

	s, err := SampleShapley(15, func(c Coalition) (float64, error) { return g.V[c], nil }, 1, 4000)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range floats(x) {
		// Fifteen shares at four standard errors: a false alarm in a thousand;
		// the seed is fixed, so there is none after the first look.
		if d := math.Abs(s.Share[i] - r); d > 4*s.StdErr[i] || s.StdErr[i] == 0 {
			t.Errorf("sampled share %d is %.5f ± %.5f, exact %.5f", i, s.Share[i], s.StdErr[i], r)
		}
	}
	if s.StdErr[0] > 0.006 {
		t.Errorf("standard error %.4f after 8000 orders: more than 0.4/sqrt(4000)", s.StdErr[0])
	}
	if d := math.Abs(sumOf(s.Share) - 1); d > 1e-12 {
		t.Errorf("sampled shares miss the whole by %g", d)
	}
	again, _ := SampleShapley(15, func(c Coalition) (float64, error) { return g.V[c], nil }, 1, 4000)
	for i := range again.Share {
		if again.Share[i] != s.Share[i] || again.StdErr[i] != s.StdErr[i] {
			t.Fatal("the same seed gave another result")
		}
	}
}

// Sampling reaches 64 players: an additive game is exact in every order, and an
// airport game of 64 costs must meet the closed rule of Littlechild and Owen.
func TestValidateSampleShapley_Airport64(t *testing.T) {
	n := 64
	s, err := SampleShapley(n, func(c Coalition) (float64, error) {
		m := c.Members()
		if len(m) == 0 {
			return 0, nil
		}
		return float64(m[len(m)-1] + 1), nil
	}, 7, 1500)
	if err != nil {
		t.Fatal(err)
	}
	out := 0
	rule := 0.0
	for i := 0; i < n; i++ {
		rule += 1 / float64(n-i)
		if math.Abs(s.Share[i]-rule) > 3*s.StdErr[i]+1e-12 {
			out++
		}
	}
	if out > 1 {
		t.Errorf("%d of 64 shares lie more than three standard errors off", out)
	}
	if d := math.Abs(sumOf(s.Share) - 64); d > 1e-9 {
		t.Errorf("shares miss the whole by %g", d)
	}
	boom := errors.New("boom")
	if _, err := SampleShapley(3, func(c Coalition) (float64, error) { return float64(c.Size()), nil }, 1, 1); err == nil {
		t.Error("one pair gives no error estimate and must be refused")
	}
	if _, err := SampleShapley(3, func(c Coalition) (float64, error) {
		if c.Size() == 2 {
			return 0, boom
		}
		return float64(c.Size()), nil
	}, 1, 5); !errors.Is(err, boom) {
		t.Errorf("the function's error is lost: %v", err)
	}
}

// The counting rule against the formula, on random small weights.
func TestWeightedMajorityMatchesTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.SliceOfN(rapid.IntRange(0, 5), 1, 7).Draw(t, "weights")
		total := 0
		for _, x := range w {
			total += x
		}
		if total == 0 {
			t.Skip("nobody has a vote")
		}
		q := rapid.IntRange(1, total).Draw(t, "quota")
		got, err := ShapleyWeightedMajority(q, w)
		if err != nil {
			t.Fatal(err)
		}
		v := make([]*big.Rat, 1<<len(w))
		for s := range v {
			sum := 0
			for _, i := range Coalition(s).Members() {
				sum += w[i]
			}
			v[s] = new(big.Rat)
			if sum >= q {
				v[s].SetInt64(1)
			}
		}
		want, err := (&RatGame{Players: letters(len(w)), V: v}).Shapley()
		if err != nil {
			t.Fatal(err)
		}
		if !same(got, want) {
			t.Fatalf("counted %s, by formula %s", show(got), show(want))
		}
	})
	for _, bad := range []struct {
		quota   int
		weights []int
	}{{0, []int{1}}, {2, []int{1}}, {1, nil}, {1, []int{-1, 3}}, {900_000_000, []int{900_000_000, 1 << 40}}, {1_500_000, []int{1_000_000, 1_000_000}}} {
		if _, err := ShapleyWeightedMajority(bad.quota, bad.weights); err == nil {
			t.Errorf("quota %d, weights %v: no error", bad.quota, bad.weights)
		}
	}
}

// Efficiency, symmetry, dummy, additivity: together they are the Shapley value.
func TestShapleyAxioms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGame(t, 6)
		n := g.N()
		x, err := g.Shapley()
		if err != nil {
			t.Fatal(err)
		}
		if d := math.Abs(sumOf(x) - g.V[g.All()]); d > 1e-12*50 {
			t.Fatalf("shares miss the whole by %g", d)
		}
		dummies, _ := g.Dummies(0)
		for _, i := range dummies {
			if math.Abs(x[i]-g.V[1<<i]) > 1e-12 {
				t.Fatalf("dummy %d is worth %g alone and gets %g", i, g.V[1<<i], x[i])
			}
		}
		groups, _ := g.Symmetric(0)
		for _, group := range groups {
			for _, i := range group {
				if math.Abs(x[i]-x[group[0]]) > 1e-12 {
					t.Fatalf("players %d and %d are alike and get %g and %g", i, group[0], x[i], x[group[0]])
				}
			}
		}
		w := make([]float64, len(g.V))
		for s := 1; s < len(w); s++ {
			w[s] = g.V[s] + math.Sin(float64(s*s))
		}
		other := make([]float64, len(g.V))
		for s := range other {
			other[s] = w[s] - g.V[s]
		}
		xw, xo := shapley(n, w), shapley(n, other)
		for i := range x {
			if math.Abs(xw[i]-x[i]-xo[i]) > 1e-12*10 {
				t.Fatalf("not additive at player %d", i)
			}
		}
	})
}

// A dummy and two twins put into a game by construction: random games have few.
func TestShapleyDummyAndTwins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := anyGame(t, 3)
		n := base.N()
		twin := rapid.SliceOfN(rapid.IntRange(-5, 5), 3<<n, 3<<n).Draw(t, "twin")
		// Players n and n+1 are twins, n+2 is a dummy worth 2.
		g := tabulateRapid(t, n+3, func(c Coalition) float64 {
			core := c & everyone(n)
			k := (c >> n & 3).Size()
			v := base.V[core] + float64(twin[3*int(core)+k]) - float64(twin[0])
			if c.Has(n + 2) {
				v += 2
			}
			return v
		})
		dummies, _ := g.Dummies(0)
		found := false
		for _, i := range dummies {
			found = found || i == n+2
		}
		if !found {
			t.Fatalf("the dummy was not found among %v", dummies)
		}
		if !g.exchangeable(n, n+1, 0) {
			t.Fatal("the twins were not found")
		}
		for _, rule := range []Rule{(*Game).Shapley, (*Game).Prenucleolus} {
			x, err := rule(g)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(x[n]-x[n+1]) > 1e-12 || math.Abs(x[n+2]-2) > 1e-12 {
				t.Fatalf("twins get %g and %g, the dummy %g", x[n], x[n+1], x[n+2])
			}
		}
	})
}

func tabulateRapid(t *rapid.T, n int, f func(Coalition) float64) *Game {
	v := make([]float64, 1<<n)
	for s := range v {
		v[s] = f(Coalition(s))
	}
	g, err := NewGame(letters(n), v)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Banzhaf index of the EEC of 1958: 5/21 for the three large, 1/7 for Belgium
// and the Netherlands, nothing for Luxembourg (Brams 1975, and any textbook).
func TestValidateBanzhaf_EEC1958(t *testing.T) {
	x, err := majority(t, 12, 4, 4, 4, 2, 2, 1).BanzhafNormalised()
	wantNear(t, "EEC", x, err, 1e-12, 5./21, 5./21, 5./21, 1./7, 1./7, 0)
	x, err = glove(t).Banzhaf()
	wantNear(t, "gloves", x, err, 1e-12, 0.25, 0.25, 0.75)
}

// The covariance formula against batches of one run each: both are exact for a
// linear rule, so they agree to rounding.
func TestShapleyStdErrMatchesRuns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "players")
		runs := rapid.IntRange(2, 9).Draw(t, "runs")
		v := make([][]float64, runs)
		mean := make([]float64, 1<<n)
		for k := range v {
			v[k] = make([]float64, 1<<n)
			for s := 1; s < 1<<n; s++ {
				v[k][s] = float64(rapid.IntRange(-9, 9).Draw(t, "value"))
				mean[s] += v[k][s] / float64(runs)
			}
		}
		cov := make([][]float64, 1<<n)
		for s := range cov {
			cov[s] = make([]float64, 1<<n)
			for u := range cov[s] {
				for k := range v {
					cov[s][u] += (v[k][s] - mean[s]) * (v[k][u] - mean[u]) / float64(runs-1)
				}
			}
		}
		se, err := ShapleyStdErr(n, cov, runs)
		if err != nil {
			t.Fatal(err)
		}
		b, err := NewBatches(letters(n), v)
		if err != nil {
			t.Fatal(err)
		}
		e, err := b.Shares((*Game).Shapley)
		if err != nil {
			t.Fatal(err)
		}
		for i := range se {
			if math.Abs(se[i]-e.StdErr[i]) > 1e-6 { // square roots of rounded zeros
				t.Fatalf("player %d: %g by covariance, %g by runs", i, se[i], e.StdErr[i])
			}
		}
	})
}
