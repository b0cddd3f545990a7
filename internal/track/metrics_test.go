package track

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func line(n int, from float64) (out []Point) {
	for i := range n {
		out = append(out, Point{float64(i) + from})
	}
	return out
}

// TestValidateOSPAStoneSoup repeats the cases of Stone Soup's own tests
// (stonesoup/metricgenerator/tests/test_ospametric.py, MIT).
func TestValidateOSPAStoneSoup(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		truths, tracks []Point
		p, want, tol   float64
	}{
		{line(5, 0), line(5, 0.5), 1, 0.5, 1e-9}, {line(5, 0), line(5, 0.5), 2, 0.5, 1e-9}, {line(5, 0), line(5, 0.5), inf, 0.5, 1e-9},
		{line(5, 1), line(5, 1.2), 1, 0.2, 1e-9}, {line(5, 1), line(5, 1.2), 2, 0.2, 1e-9}, {line(5, 1), line(5, 1.2), inf, 0.2, 1e-9},
		{line(5, 0), line(4, 0.5), 1, 2.4, 1e-9}, {line(5, 0), line(4, 0.5), 2, 4.49444, 1e-5}, {line(5, 0), line(4, 0.5), inf, 10, 1e-9},
		{line(5, 1), line(4, 1.2), 1, 2.16, 1e-9}, {line(5, 1), line(4, 1.2), 2, 4.47571, 1e-5},
	} {
		got, err := OSPA(c.truths, c.tracks, 10, c.p)
		if err != nil || math.Abs(got-c.want) > c.tol {
			t.Errorf("p=%g, %d against %d: %g, want %g (%v)", c.p, len(c.truths), len(c.tracks), got, c.want, err)
		}
	}
}

// TestValidateGOSPAStoneSoup: the unnormalised metric, likewise.
func TestValidateGOSPAStoneSoup(t *testing.T) {
	for _, c := range []struct {
		shift, want float64
	}{{0.5, 2.5}, {1, 5}} {
		g, err := GOSPA(line(5, 0), line(5, c.shift), 10, 1)
		if err != nil || math.Abs(g.Distance-c.want) > 1e-12 || g.Missed != 0 || g.False != 0 {
			t.Errorf("shift %g: %+v (%v)", c.shift, g, err)
		}
	}
	for n := range 4 {
		g, err := GOSPA(line(n, 0), nil, 10, 1)
		if err != nil || g.Distance != 5*float64(n) || g.Missed != 5*float64(n) {
			t.Errorf("%d truths and no track: %+v (%v)", n, g, err)
		}
	}
	// Three truths; at the second step two tracks have changed places and the
	// third has gone astray: 2.5 switches, one missed, one false.
	far := func(k float64) Point { return Point{100 * k} }
	steps := []Snapshot{
		{TruthID: []int{1, 2, 3}, TrackID: []int{11, 12, 13}, Truth: []Point{far(1), far(2), far(3)}, Track: []Point{far(1), far(2), far(3)}},
		{TruthID: []int{1, 2, 3}, TrackID: []int{11, 12, 13}, Truth: []Point{far(1), far(2), far(3)}, Track: []Point{far(2), far(1), far(7)}},
	}
	g, err := SwitchingGOSPA(steps, 2, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(g[1].Distance-5.14782) > 1e-5 || g[1].Missed != 2 || g[1].False != 2 || g[0].Distance != 0 {
		t.Errorf("switching: %+v", g)
	}
}

// TestValidateSIAPStoneSoup: three truths followed for 3, 2 and 1 s, the first
// two by two tracks in turn: (2-1 + 2-1 + 1-1)/(3+2+1) changes a second.
func TestValidateSIAPStoneSoup(t *testing.T) {
	pair := func(truth, track int) Association {
		return Association{Truth: truth, Track: track, ErrorM: 2, ErrorMps: 1}
	}
	steps := []Picture{
		{T: 0, Truths: []int{1, 2, 3}, Tracks: []int{11, 13, 15}, Pairs: []Association{pair(1, 11), pair(2, 13), pair(3, 15)}},
		{T: 1, Truths: []int{1, 2, 3}, Tracks: []int{11, 12, 13, 14, 15}, Pairs: []Association{pair(1, 11), pair(1, 12), pair(2, 13), pair(2, 14), pair(3, 15)}},
		{T: 2, Truths: []int{1, 2, 3}, Tracks: []int{12, 14, 99}, Pairs: []Association{pair(1, 12), pair(2, 14)}},
		{T: 3, Truths: []int{1, 2, 3}, Tracks: []int{12, 99}, Pairs: []Association{pair(1, 12)}},
	}
	s := Measure(steps)
	if math.Abs(s.NumberChangeRate-1.0/3) > 1e-15 {
		t.Errorf("rate of track number change %g, want 1/3", s.NumberChangeRate)
	}
	for name, c := range map[string][2]float64{
		"completeness": {s.Completeness, 9.0 / 12}, "ambiguity": {s.Ambiguity, 11.0 / 9}, "spuriousness": {s.Spuriousness, 2.0 / 13},
		"position": {s.PositionM, 2}, "velocity": {s.VelocityMps, 1}, "longest": {s.LongestSegment, (2 + 1 + 1) / 9.0},
	} {
		if math.Abs(c[0]-c[1]) > 1e-15 {
			t.Errorf("%s %g, want %g", name, c[0], c[1])
		}
	}
	if e := Measure(nil); e.Ambiguity != 1 || e.Completeness != 0 {
		t.Errorf("of nothing: %+v", e)
	}
}

// TestAssignAgainstBruteForce tries all permutations of small tables.
func TestAssignAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "rows")
		m := rapid.IntRange(n, 6).Draw(t, "columns")
		cost := make([][]float64, n)
		for i := range cost {
			for range m {
				cost[i] = append(cost[i], float64(rapid.IntRange(0, 9).Draw(t, "c")))
			}
		}
		best := math.Inf(1)
		var try func(i int, used uint, sum float64)
		try = func(i int, used uint, sum float64) {
			if i == n {
				best = math.Min(best, sum)
				return
			}
			for j := range m {
				if used&(1<<j) == 0 {
					try(i+1, used|1<<j, sum+cost[i][j])
				}
			}
		}
		try(0, 0, 0)
		sum, used := 0.0, uint(0)
		for i, j := range Assign(cost) {
			if used&(1<<j) != 0 {
				t.Fatal("a column given twice")
			}
			used |= 1 << j
			sum += cost[i][j]
		}
		if sum != best {
			t.Fatalf("sum %g, best %g", sum, best)
		}
	})
}

// TestOSPAIsAMetric: symmetry, identity and the triangle inequality.
func TestOSPAIsAMetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := func(name string) (out []Point) {
			for range rapid.IntRange(0, 4).Draw(t, name) {
				out = append(out, Point{rapid.Float64Range(0, 20).Draw(t, "x"), rapid.Float64Range(0, 20).Draw(t, "y")})
			}
			return out
		}
		a, b, c := set("a"), set("b"), set("c")
		p := rapid.SampledFrom([]float64{1, 2, math.Inf(1)}).Draw(t, "p")
		d := func(x, y []Point) float64 {
			v, err := OSPA(x, y, 8, p)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		if d(a, a) > 1e-12 || math.Abs(d(a, b)-d(b, a)) > 1e-12 || d(a, c) > d(a, b)+d(b, c)+1e-9 {
			t.Fatalf("not a metric: %g %g %g", d(a, b), d(b, c), d(a, c))
		}
	})
	if _, err := OSPA(nil, nil, 0, 1); err == nil {
		t.Error("cut-off 0: no error")
	}
	if _, err := GOSPA(nil, nil, 1, math.Inf(1)); err == nil {
		t.Error("order infinity: no error")
	}
}
