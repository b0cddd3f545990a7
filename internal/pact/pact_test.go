package pact

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func edge(from, to int, l Level, delay float64, fwd bool) Edge {
	return Edge{From: from, To: to, Level: l, DelayS: delay, Quality: 0.9, Availability: 1, Forwardable: fwd, LostAtS: math.Inf(1)}
}

func net(t *testing.T, edges ...Edge) *Net {
	t.Helper()
	n, err := New([]string{"JPN", "KOR", "USA"}, edges, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The United States as hub: Japan's data reach Korea only if Japan lets them be
// passed on. The expected figures are the path rule itself (design §4).
func TestBrokerPassesOnOnlyWhatIsForwardable(t *testing.T) {
	const jpn, kor, usa = 0, 1, 2
	allowed := net(t, edge(jpn, usa, Track, 10, true), edge(usa, kor, LaunchOnRemote, 5, false))
	r := allowed.Routes(jpn, kor, Content{}, nil)
	if len(r) != 1 || r[0].Level != Track || r[0].DelayS != 15 || math.Abs(r[0].Quality-0.81) > 1e-15 || !r[0].Relayed() {
		t.Fatalf("hub with release: got %+v, want one relayed track route of 15 s and quality 0.81", r)
	}
	forbidden := net(t, edge(jpn, usa, Track, 10, false), edge(usa, kor, LaunchOnRemote, 5, false))
	if r := forbidden.Routes(jpn, kor, Content{}, nil); len(r) != 0 {
		t.Fatalf("hub without third-party release: got %+v, want no route, as if there were no link", r)
	}
	if r := forbidden.Routes(usa, kor, Content{}, nil); len(r) != 1 || r[0].Relayed() {
		t.Fatalf("the hub's own data must still pass: got %+v", r)
	}
}

func TestFiltersIntersectAlongAPath(t *testing.T) {
	a := edge(0, 2, Track, 1, true)
	a.Filter.Classes = []string{"MRBM", "SRBM"}
	b := edge(2, 1, Track, 1, false)
	b.Filter.Classes = []string{"MRBM"}
	n := net(t, a, b)
	for class, want := range map[string]int{"MRBM": 1, "SRBM": 0, "IRBM": 0} {
		if got := len(n.Routes(0, 1, Content{Class: class}, nil)); got != want {
			t.Errorf("%s: %d routes, want %d", class, got, want)
		}
	}
}

func TestVetoAndDownLinksCarryNothing(t *testing.T) {
	e := edge(0, 1, Track, 1, true)
	e.Veto = true
	if r := net(t, e).Routes(0, 1, Content{}, nil); len(r) != 0 {
		t.Errorf("vetoed edge passed %+v", r)
	}
	n := net(t, edge(0, 1, Track, 1, true))
	if r := n.Routes(0, 1, Content{}, func(int) bool { return false }); len(r) != 0 {
		t.Errorf("edge that is down passed %+v", r)
	}
}

func TestNewRefusesEdgesToOneself(t *testing.T) {
	if _, err := New([]string{"JPN"}, []Edge{{From: 0, To: 0}}, nil, nil); err == nil {
		t.Error("an edge to itself was taken")
	}
	if _, err := New([]string{"JPN"}, []Edge{{From: 0, To: 3}}, nil, nil); err == nil {
		t.Error("an edge to nowhere was taken")
	}
}

func TestGroupsMerge(t *testing.T) {
	n, err := New([]string{"A", "B", "C", "D"}, nil, [][]int{{3, 1}, {1, 0}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	g := n.Groups()
	if g[0] != g[1] || g[1] != g[3] || g[2] == g[0] {
		t.Errorf("groups %v: A, B and D belong together, C apart", g)
	}
}

// More agreements never leave a nation with a slower or thinner best route.
func TestAddedEdgeNeverWorsensTheBestRoute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nations := []string{"A", "B", "C", "D"}
		gen := rapid.Custom(func(t *rapid.T) Edge {
			from := rapid.IntRange(0, 3).Draw(t, "from")
			to := (from + rapid.IntRange(1, 3).Draw(t, "step")) % 4
			e := edge(from, to, Level(rapid.IntRange(1, 4).Draw(t, "level")), float64(rapid.IntRange(0, 30).Draw(t, "delay")), rapid.Bool().Draw(t, "fwd"))
			return e
		})
		some := rapid.SliceOfN(gen, 0, 6).Draw(t, "edges")
		more := append(append([]Edge(nil), some...), gen.Draw(t, "extra"))
		a, _ := New(nations, some, nil, nil)
		b, _ := New(nations, more, nil, nil)
		for l := Warning; l <= EngageOnRemote; l++ {
			if fastest(b.Routes(0, 1, Content{}, nil), l) > fastest(a.Routes(0, 1, Content{}, nil), l) {
				t.Fatalf("an added edge slowed the fastest %s route", l)
			}
		}
	})
}

func fastest(rs []Route, l Level) float64 {
	best := math.Inf(1)
	for _, r := range rs {
		if r.Level >= l {
			best = math.Min(best, r.DelayS)
		}
	}
	return best
}
