package burden

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Games of the literature, built for the tests.

func letters(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("P%d", i+1)
	}
	return out
}

func tabulate(t testing.TB, players []string, cost bool, f func(Coalition) float64) *Game {
	t.Helper()
	v := make([]float64, 1<<len(players))
	for s := range v {
		v[s] = f(Coalition(s))
	}
	g, err := NewGameSense(players, v, cost)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// airport: a runway costs what its largest user needs (Littlechild and Owen).
func airport(t testing.TB, costs ...float64) *Game {
	return tabulate(t, letters(len(costs)), true, func(c Coalition) float64 {
		most := 0.0
		for _, i := range c.Members() {
			most = math.Max(most, costs[i])
		}
		return most
	})
}

// bankruptcy: a coalition is worth what is left when the others are paid in full.
func bankruptcy(t testing.TB, estate float64, claims ...float64) *Game {
	return tabulate(t, letters(len(claims)), false, func(c Coalition) float64 {
		left := estate
		for i, d := range claims {
			if !c.Has(i) {
				left -= d
			}
		}
		return math.Max(0, left)
	})
}

func majority(t testing.TB, quota int, weights ...int) *Game {
	return tabulate(t, letters(len(weights)), false, func(c Coalition) float64 {
		sum := 0
		for _, i := range c.Members() {
			sum += weights[i]
		}
		if sum >= quota {
			return 1
		}
		return 0
	})
}

func glove(t testing.TB) *Game { // two right gloves, one left
	return tabulate(t, []string{"R1", "R2", "L"}, false, func(c Coalition) float64 {
		return float64(min((c & 3).Size(), (c >> 2).Size()))
	})
}

// defence: ten missiles at J, ten at K; one shot saves 0.6 of a missile, two
// save 0.84. K's forward radar gives J a second shot, U's sensors each of them.
const defenceCSV = `# the defence game
coalition,value
J,6
K,6
U,0
J+K,14.4
J+U,8.4
K|U,8.4
J+K+U,16.8
`

func defence(t testing.TB) *RatGame {
	t.Helper()
	g, err := FromCSV("defence.csv", strings.NewReader(defenceCSV))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func rats(t testing.TB, text string) []*big.Rat {
	t.Helper()
	var out []*big.Rat
	for _, f := range strings.Fields(text) {
		r, ok := new(big.Rat).SetString(f)
		if !ok {
			t.Fatalf("%q is no fraction", f)
		}
		out = append(out, r)
	}
	return out
}

func same(a, b []*big.Rat) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Cmp(b[i]) != 0 {
			return false
		}
	}
	return true
}

func show(x []*big.Rat) string {
	out := make([]string, len(x))
	for i, r := range x {
		out[i] = r.RatString()
	}
	return strings.Join(out, " ")
}

func exact(t testing.TB, g *Game) *RatGame {
	t.Helper()
	r, err := g.Rat()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wantExact(t *testing.T, what string, got []*big.Rat, err error, want string) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if !same(got, rats(t, want)) {
		t.Errorf("%s = %s, want %s", what, show(got), want)
	}
}

func wantNear(t *testing.T, what string, got []float64, err error, tol float64, want ...float64) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if len(got) != len(want) {
		t.Fatalf("%s = %v, want %v", what, got, want)
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tol) {
			t.Errorf("%s: share %d is %.15g, want %.15g ± %g", what, i, got[i], want[i], tol)
		}
	}
}

func sumOf(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s
}

// anyGame draws a game of whole numbers, so that ties are common.
func anyGame(t *rapid.T, most int) *Game {
	n := rapid.IntRange(1, most).Draw(t, "players")
	v := make([]float64, 1<<n)
	for s := 1; s < len(v); s++ {
		v[s] = float64(rapid.IntRange(-6, 12).Draw(t, "value"))
	}
	g, err := NewGameSense(letters(n), v, rapid.Bool().Draw(t, "cost"))
	if err != nil {
		t.Fatal(err)
	}
	return g
}
