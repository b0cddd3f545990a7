package burden

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func mustGraph(t testing.TB, n int, links ...[2]int) *Graph {
	t.Helper()
	g, err := NewGraph(n, links)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// The defence game without a link between J and K: the missing friendship moves
// 0.8 to the broker U.
func TestValidateMyerson_Broker(t *testing.T) {
	r := defence(t)
	star := mustGraph(t, 3, [2]int{0, 2}, [2]int{1, 2})
	rr, err := r.Restricted(star)
	if err != nil {
		t.Fatal(err)
	}
	x, err := rr.Shapley()
	wantExact(t, "Myerson", x, err, "36/5 36/5 12/5")
	g, _ := r.Float()
	y, err := g.Myerson(star)
	wantNear(t, "Myerson", y, err, 1e-12, 7.2, 7.2, 2.4)
	b, err := g.Brokerage(star)
	wantNear(t, "brokerage", b, err, 1e-12, 0, 0, 0.8)
	full, err := CompleteGraph(3)
	if err != nil {
		t.Fatal(err)
	}
	y, err = g.Myerson(full)
	wantNear(t, "Myerson on the complete graph is Shapley", y, err, 1e-12, 7.6, 7.6, 1.6)
}

// Who brings nothing of its own earns exactly its brokerage, and what Myerson
// asks for holds: parts share their own worth, and a link is worth the same to
// both its players.
func TestMyersonAxioms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGame(t, 5)
		n := g.N()
		var links [][2]int
		for i := 0; i < n; i++ {
			for j := i + 1; j < n; j++ {
				if rapid.Bool().Draw(t, "link") {
					links = append(links, [2]int{i, j})
				}
			}
		}
		gr, err := NewGraph(n, links)
		if err != nil {
			t.Fatal(err)
		}
		x, err := g.Myerson(gr)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range gr.Components(g.All()) {
			sum := 0.0
			for _, i := range part.Members() {
				sum += x[i]
			}
			if math.Abs(sum-g.V[part]) > 1e-9 {
				t.Fatalf("part %s shares %g, is worth %g", g.Name(part), sum, g.V[part])
			}
		}
		for k, l := range links {
			less, err := NewGraph(n, append(append([][2]int{}, links[:k]...), links[k+1:]...))
			if err != nil {
				t.Fatal(err)
			}
			y, _ := g.Myerson(less)
			if d := (x[l[0]] - y[l[0]]) - (x[l[1]] - y[l[1]]); math.Abs(d) > 1e-9 {
				t.Fatalf("link %v is worth %g more to one end", l, d)
			}
		}
		idle := rapid.IntRange(0, n-1).Draw(t, "idle")
		v := make([]float64, len(g.V))
		for s := range v {
			v[s] = g.V[Coalition(s)&^(1<<idle)]
		}
		h := &Game{g.Players, v, g.Cost}
		m, _ := h.Myerson(gr)
		b, err := h.Brokerage(gr)
		if err != nil || math.Abs(m[idle]-b[idle]) > 1e-12 {
			t.Fatalf("player %d brings nothing, gets %g, brokerage %g (%v)", idle, m[idle], b[idle], err)
		}
	})
}

// Links as players. In the defence game on the star both links are needed for
// J+K+U: worth of JU 2.4, of KU 2.4, of both 4.8, so 2.4 each.
func TestLinkGame(t *testing.T) {
	g, _ := defence(t).Float()
	star := mustGraph(t, 3, [2]int{0, 2}, [2]int{1, 2})
	lg, err := g.LinkGame(star)
	if err != nil {
		t.Fatal(err)
	}
	if want := (&Game{Players: []string{"J-U", "K-U"}, V: []float64{0, 2.4, 2.4, 4.8}}); !cmp.Equal(lg, want, approx) {
		t.Errorf("game of links %v, want %v", lg, want)
	}
	x, err := lg.Shapley()
	wantNear(t, "worth of links", x, err, 1e-12, 2.4, 2.4)
	p, err := g.PositionValue(star)
	wantNear(t, "position value", p, err, 1e-12, 7.2, 7.2, 2.4)
	// With the third link one of the three is always to spare: drop-one finds
	// nothing for each, Shapley 1.6.
	full, _ := CompleteGraph(3)
	lg, err = g.LinkGame(full)
	if err != nil {
		t.Fatal(err)
	}
	x, err = lg.Marginals()
	wantNear(t, "drop-one", x, err, 1e-12, 0, 0, 0)
	x, err = lg.Shapley()
	wantNear(t, "Shapley of links", x, err, 1e-12, 1.6, 1.6, 1.6)
	worth, err := g.LinkWorth(full)
	if err != nil {
		t.Fatal(err)
	}
	s, err := SampleShapley(3, worth, 3, 300)
	if err != nil || math.Abs(sumOf(s.Share)-4.8) > 1e-9 || math.Abs(s.Share[0]-1.6) > 4*s.StdErr[0] {
		t.Errorf("sampled worth of links %v ± %v, %v", s.Share, s.StdErr, err)
	}
}

func TestGraphErrors(t *testing.T) {
	for _, links := range [][][2]int{{{0, 0}}, {{0, 3}}, {{-1, 0}}, {{0, 1}, {1, 0}}} {
		if _, err := NewGraph(3, links); err == nil {
			t.Errorf("links %v: no error", links)
		}
	}
	if _, err := CompleteGraph(65); err == nil {
		t.Error("65 players: no error")
	}
	g, _ := defence(t).Float()
	if _, err := g.Myerson(mustGraph(t, 4)); err == nil {
		t.Error("graph of another size: no error")
	}
	if _, err := g.Myerson(nil); err == nil {
		t.Error("no graph: no error")
	}
	if got := mustGraph(t, 5, [2]int{0, 4}, [2]int{2, 4}).Components(0b10111); !cmp.Equal(got, []Coalition{0b10101, 0b00010}) {
		t.Errorf("components %v", got)
	}
}
