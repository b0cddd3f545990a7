package burden

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestRulesOnDefenceGame(t *testing.T) {
	g, err := defence(t).Float()
	if err != nil {
		t.Fatal(err)
	}
	// Marginals 8.4 8.4 2.4 sum to 19.2; the gap to 16.8 is 2.4 for every
	// coalition, so each gives up 0.8 under ENSC, tau and SCRB alike.
	for name, rule := range map[string]Rule{"ENSC": (*Game).ENSC, "tau": (*Game).Tau, "SCRB": (*Game).SCRB} {
		x, err := rule(g)
		wantNear(t, name, x, err, 1e-12, 7.6, 7.6, 1.6)
	}
	x, err := g.EqualSplit()
	wantNear(t, "equal", x, err, 1e-12, 5.6, 5.6, 5.6)
	in, o, err := g.InCore(x, 1e-9)
	if in || err != nil || g.Name(o.Coalition) != "J+K" || math.Abs(o.Excess-3.2) > 1e-12 {
		t.Errorf("equal split: in core %v, %s gains %g, %v; want J+K by 3.2", in, g.Name(o.Coalition), o.Excess, err)
	}
	all, err := g.Objections(x, 1e-9)
	if want := []Objection{{3, 14.4 - 11.2}, {1, 6 - 5.6}, {2, 6 - 5.6}}; err != nil || !cmp.Equal(all, want, approx) {
		t.Errorf("objections %v, want %v (%v)", all, want, err)
	}
	x, err = g.EqualSurplus()
	wantNear(t, "equal surplus", x, err, 1e-12, 7.6, 7.6, 1.6)
	x, err = g.Shapley()
	if in, o, _ := g.InCore(x, 1e-9); !in || math.Abs(o.Excess+0.8) > 1e-12 {
		t.Errorf("Shapley: in core %v, tightest by %g; want in, 0.8 from any objection (%v)", in, o.Excess, err)
	}
	if x, err := g.ByKey([]float64{22, 11, 33}); err != nil || math.Abs(x[1]-16.8/6) > 1e-12 {
		t.Errorf("by key: %v, %v", x, err)
	}
	for _, bad := range [][]float64{{1, 2}, {1, -1, 3}, {0, 0, 0}, {1, math.NaN(), 1}, {1, math.Inf(1), 1}} {
		if _, err := g.ByKey(bad); err == nil {
			t.Errorf("key %v: no error", bad)
		}
	}
	if _, _, err := g.InCore([]float64{1, 2, 3}, 0); err == nil {
		t.Error("shares that do not sum to the whole must be refused")
	}
	if _, _, err := g.InCore([]float64{16.8, math.NaN(), 0}, 0); err == nil {
		t.Error("NaN must be refused")
	}
}

var approx = cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-9 })

// Every rule that shares does share the whole, and a cost game gives the
// mirror image of its benefit game.
func TestRulesShareTheWhole(t *testing.T) {
	rules := []Rule{(*Game).Shapley, (*Game).Nucleolus, (*Game).Prenucleolus, (*Game).PerCapitaNucleolus,
		(*Game).SCRB, (*Game).ENSC, (*Game).EqualSurplus, (*Game).EqualSplit, (*Game).Tau, (*Game).BanzhafNormalised}
	shared := make([]int, len(rules))
	rapid.Check(t, func(t *rapid.T) {
		g := anyGame(t, 5)
		mirror := &Game{g.Players, make([]float64, len(g.V)), !g.Cost}
		for s, v := range g.V {
			mirror.V[s] = 0 - v
		}
		for k, rule := range rules {
			x, err := rule(g)
			y, err2 := rule(mirror)
			if (err == nil) != (err2 == nil) {
				t.Fatalf("rule %d: %v for the game, %v for its mirror", k, err, err2)
			}
			if err != nil {
				continue
			}
			shared[k]++
			size := g.scale()
			for i := range x {
				size = math.Max(size, math.Abs(x[i]))
			}
			if d := math.Abs(sumOf(x) - g.V[g.All()]); d > 1e-11*(1+size) {
				t.Fatalf("rule %d misses the whole by %g", k, d)
			}
			for i := range x {
				if math.Abs(x[i]+y[i]) > 1e-11*(1+size) {
					t.Fatalf("rule %d: %v, mirrored %v", k, x, y)
				}
			}
		}
	})
	for k, n := range shared {
		if n < 5 {
			t.Errorf("rule %d shared only %d games", k, n)
		}
	}
}

// Savings of a cost game: shares of the savings and of the costs belong
// together for rules that move with the game (Shapley, nucleolus, tau, SCRB).
func TestSavingsAgree(t *testing.T) {
	c := towns(t)
	v, err := c.Savings()
	if err != nil {
		t.Fatal(err)
	}
	alone, _ := c.Alone()
	for name, rule := range map[string]Rule{"Shapley": (*Game).Shapley, "nucleolus": (*Game).Nucleolus, "tau": (*Game).Tau, "SCRB": (*Game).SCRB} {
		x, err := rule(c)
		y, err2 := rule(v)
		if err != nil || err2 != nil {
			t.Fatal(name, err, err2)
		}
		for i := range x {
			if math.Abs(x[i]+y[i]-alone[i]) > 1e-11 {
				t.Errorf("%s: town %s pays %g and saves %g of %g", name, c.Players[i], x[i], y[i], alone[i])
			}
		}
	}
	if _, err := v.Savings(); err == nil {
		t.Error("savings of a benefit game must be refused")
	}
}

func TestTraits(t *testing.T) {
	g, _ := defence(t).Float()
	if ok, b, err := g.Superadditive(1e-12); !ok || err != nil {
		t.Errorf("the defence game is superadditive; %v %v", b, err)
	}
	if ok, b, err := g.Convex(1e-12); !ok || err != nil {
		t.Errorf("the defence game is convex; %v %v", b, err)
	}
	m := majority(t, 2, 1, 1, 1)
	if ok, b, _ := m.Convex(1e-12); ok || b.By != 1 {
		t.Errorf("two of three: convex %v, worst breach %v; want one by 1", ok, b)
	}
	if ok, _, _ := m.Superadditive(0); !ok {
		t.Error("two of three is superadditive")
	}
	p := tabulate(t, letters(2), false, func(c Coalition) float64 { return []float64{0, 3, 4, 2}[c] })
	if ok, b, _ := p.Superadditive(0); ok || b != (Breach{1, 2, 5}) {
		t.Errorf("want 1 and 2 to lose 5 together, got %v %v", ok, b)
	}
	if ok, b, _ := p.Monotone(0); ok || b != (Breach{2, 3, 2}) {
		t.Errorf("want a fall of 2 from player 2 to both, got %v %v", ok, b)
	}
	a := airport(t, 1, 2, 2, 3)
	if ok, _, _ := a.Superadditive(0); !ok {
		t.Error("airport costs are subadditive")
	}
	if ok, _, _ := a.Convex(0); !ok {
		t.Error("airport costs are concave, which for costs counts as convex")
	}
	groups, err := a.Symmetric(0)
	if want := [][]int{{0}, {1, 2}, {3}}; err != nil || !cmp.Equal(groups, want) {
		t.Errorf("alike: %v, want %v (%v)", groups, want, err)
	}
	d, err := majority(t, 12, 4, 4, 4, 2, 2, 1).Dummies(0)
	if want := []int{5}; err != nil || !cmp.Equal(d, want) {
		t.Errorf("dummies %v, want Luxembourg (%v)", d, err)
	}
}

// A convex game has the Shapley value in its core (Shapley 1971); squares of
// weights make convex games.
func TestConvexGamesHoldShapley(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 6).Draw(t, "players")
		w := rapid.SliceOfN(rapid.IntRange(0, 9), n, n).Draw(t, "weights")
		g := tabulateRapid(t, n, func(c Coalition) float64 {
			s := 0.0
			for _, i := range c.Members() {
				s += float64(w[i])
			}
			return s * s
		})
		if ok, b, _ := g.Convex(0); !ok {
			t.Fatalf("squares are convex: %v", b)
		}
		x, _ := g.Shapley()
		if in, o, err := g.InCore(x, 1e-9); !in || err != nil {
			t.Fatalf("%v objects to %v (%v)", o, x, err)
		}
	})
}

// Of coalitions that object alike the smallest is named, whatever its mask.
func TestWorstObjectionNamesTheSmallest(t *testing.T) {
	g := tabulate(t, letters(3), false, func(c Coalition) float64 {
		switch c {
		case 0b011, 0b100:
			return 2
		case 0b111:
			return 3
		}
		return 0
	})
	o, err := g.WorstObjection([]float64{0.75, 0.75, 1.5})
	if err != nil || o != (Objection{0b100, 0.5}) {
		t.Errorf("worst objection %v (%v); want player 3 by 0.5, before players 1 and 2 by the same", o, err)
	}
}

func TestTransfers(t *testing.T) {
	// In the defence game J and K are each spared 8.4 missiles and U nothing;
	// by the Shapley value each owes U 0.8.
	got, err := Transfers([]float64{8.4, 8.4, 0}, []float64{7.6, 7.6, 1.6})
	want := []Payment{{0, 2, 0.8}, {1, 2, 0.8}}
	if err != nil || !cmp.Equal(got, want, approx) {
		t.Errorf("payments %v, want %v (%v)", got, want, err)
	}
	if _, err := Transfers([]float64{1, 1}, []float64{1, 2}); err == nil {
		t.Error("unequal sums must be refused")
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "players")
		have := make([]float64, n)
		fair := make([]float64, n)
		for i := range have {
			have[i] = float64(rapid.IntRange(-20, 20).Draw(t, "have"))
			fair[i] = float64(rapid.IntRange(-20, 20).Draw(t, "fair"))
		}
		fair[n-1] += sumOf(have) - sumOf(fair)
		ps, err := Transfers(have, fair)
		if err != nil || len(ps) > n-1 {
			t.Fatalf("%d payments among %d, %v", len(ps), n, err)
		}
		for _, p := range ps {
			if p.Amount <= 0 {
				t.Fatalf("payment of %g", p.Amount)
			}
			have[p.From] -= p.Amount
			have[p.To] += p.Amount
		}
		if !cmp.Equal(have, fair, approx) {
			t.Fatalf("after payments %v, fair %v", have, fair)
		}
	})
}

// Olson and Zeckhauser's exploitation of the great by the small: with taste 0.1
// and incomes 25, 4, 2 only the large one pays, 2.5; 3.1 would be efficient.
func TestValidateOlsonZeckhauser(t *testing.T) {
	p, err := OlsonZeckhauser([]float64{25, 4, 2}, []float64{0.1})
	wantNear(t, "contributions", p.Contributions, err, 1e-12, 2.5, 0, 0)
	if math.Abs(p.Total-2.5) > 1e-12 || math.Abs(p.Efficient-3.1) > 1e-12 || p.Payers != 1 {
		t.Errorf("total %g, efficient %g, payers %d", p.Total, p.Efficient, p.Payers)
	}
	// All interior: Q = sum(I)/(1 + n(1-a)/a).
	p, err = OlsonZeckhauser([]float64{10, 11, 12}, []float64{0.4})
	wantNear(t, "interior total", []float64{p.Total}, err, 1e-12, 33/(1+3*0.6/0.4))
	// Each contribution is the best reply to the others', and pays as stated.
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "nations")
		in, a := make([]float64, n), make([]float64, n)
		for i := range in {
			in[i] = rapid.Float64Range(0.1, 100).Draw(t, "income")
			a[i] = rapid.Float64Range(0.01, 0.99).Draw(t, "taste")
		}
		p, err := OlsonZeckhauser(in, a)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(sumOf(p.Contributions)-p.Total) > 1e-9*p.Total {
			t.Fatalf("contributions %v sum to other than %g", p.Contributions, p.Total)
		}
		for i, q := range p.Contributions {
			best := math.Max(0, a[i]*in[i]-(1-a[i])*(p.Total-q))
			if math.Abs(best-q) > 1e-9*(in[i]+p.Total) {
				t.Fatalf("nation %d pays %g, its best reply is %g", i, q, best)
			}
		}
		if p.Total > p.Efficient*(1+1e-12) {
			t.Fatalf("Nash provides %g, more than the efficient %g", p.Total, p.Efficient)
		}
	})
	for _, bad := range [][2][]float64{{nil, {0.1}}, {{1}, {0}}, {{1, 2}, {0.1, 0.2, 0.3}}, {{-1}, {0.5}}, {{math.NaN()}, {0.5}}} {
		if _, err := OlsonZeckhauser(bad[0], bad[1]); err == nil {
			t.Errorf("%v: no error", bad)
		}
	}
}

func TestGameErrors(t *testing.T) {
	for want, g := range map[string]*Game{
		"at least one player": {},
		"need 2^2 = 4":        {Players: letters(2), V: []float64{0, 1, 2}},
		"both called":         {Players: []string{"A", "A"}, V: make([]float64, 4)},
		"has no name":         {Players: []string{"A", " "}, V: make([]float64, 4)},
		"must be worth 0":     {Players: letters(1), V: []float64{1, 1}},
		"not a usable number": {Players: letters(1), V: []float64{0, math.NaN()}},
		"20":                  {Players: letters(21), V: make([]float64, 1<<21)},
	} {
		err := g.Valid()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
		// Rules on a broken game say so; none panics.
		for _, rule := range []Rule{(*Game).Shapley, (*Game).Nucleolus, (*Game).SCRB, (*Game).ENSC, (*Game).Tau, (*Game).EqualSplit, (*Game).Banzhaf, (*Game).EqualSurplus} {
			if _, err := rule(g); err == nil {
				t.Errorf("%q: a rule took the broken game", want)
			}
		}
	}
}
