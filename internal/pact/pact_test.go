package pact

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// everyRoute is Routes by the definition: all the ways there are, less those
// that another beats.
func everyRoute(n *Net, from, to int) []Route {
	var found []Route
	var walk func(r Route)
	walk = func(r Route) {
		at := r.Path[len(r.Path)-1]
		for i := range n.Edges {
			e := &n.Edges[i]
			if e.From != at || e.Veto || e.Level == None || visited(r.Path, e.To) {
				continue
			}
			next := Route{min(r.Level, e.Level), r.DelayS + e.DelayS, r.Quality * e.Quality, r.Hops + 1, math.Min(r.LostAtS, e.LostAtS), append(append([]int(nil), r.Path...), e.To)}
			if e.To == to {
				found = append(found, next)
			} else if e.Forwardable && next.Hops < MaxHops {
				walk(next)
			}
		}
	}
	walk(Route{Level: EngageOnRemote, Quality: 1, LostAtS: math.Inf(1), Path: []int{from}})
	var best []Route
	for i, r := range found {
		beaten := false
		for j, o := range found {
			beaten = beaten || i != j && o.asGood(r) && (!r.asGood(o) || j < i)
		}
		if !beaten {
			best = append(best, r)
		}
	}
	return best
}

// The ways that are not followed would have been beaten: the same routes, in the
// same order, by the same nations. Few values of each figure make many ties.
func TestRoutesAreThoseOfTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const most = 6
		names := []string{"A", "B", "C", "D", "E", "F"}
		edges := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Edge {
			from := rapid.IntRange(0, most-1).Draw(t, "from")
			return Edge{From: from, To: (from + rapid.IntRange(1, most-1).Draw(t, "step")) % most, Level: Level(rapid.IntRange(0, 4).Draw(t, "level")), DelayS: rapid.SampledFrom([]float64{0, 0.1, 7}).Draw(t, "delay"),
				Quality: rapid.SampledFrom([]float64{1, 0.7, 0.3, 0}).Draw(t, "quality"), Forwardable: rapid.IntRange(0, 3).Draw(t, "passes on") > 0, Veto: rapid.IntRange(0, 9).Draw(t, "veto") == 0, LostAtS: rapid.SampledFrom([]float64{math.Inf(1), 30}).Draw(t, "lost")}
		}), 0, 40).Draw(t, "edges")
		n, err := New(names, edges, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(everyRoute(n, 0, 1), n.Routes(0, 1, Content{}, nil)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// Among n nations that all pass everything on: with every way walked, thirty of
// them take minutes.
func BenchmarkRoutesAmongAll(b *testing.B) {
	for _, nations := range []int{10, 30, 60} {
		b.Run(fmt.Sprint(nations), func(b *testing.B) {
			var edges []Edge
			for i := range nations {
				for j := range nations {
					if i != j {
						edges = append(edges, edge(i, j, Track, 1, true))
					}
				}
			}
			n, err := New(make([]string, nations), edges, nil, nil)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				n.Routes(0, nations-1, Content{}, nil)
			}
		})
	}
}
