package track

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func mat2(a, b, c float64) (m Mat7) {
	m[0][0], m[0][1], m[1][0], m[1][1] = a, b, b, c
	return m
}

// TestValidateIntersectReinhardt2012 uses the example of Reinhardt, Noack and Hanebeck (2012)
// as quoted in the Tracker Component Library; the outcomes were computed
// independently by numerical minimisation, to the digits given.
func TestValidateIntersectReinhardt2012(t *testing.T) {
	xa, pa := State{1, -2}, mat2(3, 0, 0.4)
	xb, pb := State{-2, -1}, mat2(2, -0.8, 1)
	for _, c := range []struct {
		by      Criterion
		omega   float64
		p00     float64
		p01     float64
		p11     float64
		x0, x1  float64
		measure float64
	}{
		{ByDeterminant, 0.56451613, 2.09908999, -0.26208291, 0.52012133, -0.44515477, -1.88199224, 1.02309403},
		{ByTrace, 0.40370291, 1.96931298, -0.36622576, 0.59828201, -0.83536661, -1.75166687, 2.56759500},
	} {
		got, err := Intersect(2, &xa, &pa, &xb, &pb, c.by)
		if err != nil {
			t.Fatal(err)
		}
		p := got.P
		measure := p[0][0] + p[1][1]
		if c.by == ByDeterminant {
			measure = p[0][0]*p[1][1] - p[0][1]*p[1][0]
		}
		for i, d := range []float64{got.Omega - c.omega, p[0][0] - c.p00, p[0][1] - c.p01, p[1][1] - c.p11, got.X[0] - c.x0, got.X[1] - c.x1, measure - c.measure} {
			// Half a digit of what was printed; the minimum found by a
			// minimiser is itself only good to the root of the rounding.
			if math.Abs(d) > 2e-8 {
				t.Errorf("criterion %d, quantity %d: off by %g", c.by, i, d)
			}
		}
	}
	// Independent fusion of the same pair, the optimism to beat: information adds.
	ya, _ := Invert(2, &pa)
	yb, _ := Invert(2, &pb)
	var y Mat7
	for i := range 2 {
		for j := range 2 {
			y[i][j] = ya[i][j] + yb[i][j]
		}
	}
	p, _ := Invert(2, &y)
	if math.Abs(p[0][0]-1.01886792) > 1e-8 || math.Abs(p[0][1]+0.15094340) > 1e-8 || math.Abs(p[1][1]-0.27421384) > 1e-8 {
		t.Errorf("independent fusion: %v", p)
	}
}

// TestValidateIntersectCrossed: two crossed ellipses with variances 100 and 2500
// fuse to 192.3077 on each axis at ω = 1/2, against 96.1538 if independent.
func TestValidateIntersectCrossed(t *testing.T) {
	var x State
	a, b := mat2(100, 0, 2500), mat2(2500, 0, 100)
	for _, by := range []Criterion{ByTrace, ByDeterminant} {
		got, err := Intersect(2, &x, &a, &x, &b, by)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got.Omega-0.5) > 1e-12 || math.Abs(got.P[0][0]-2500.0/13) > 1e-9 || math.Abs(got.P[1][1]-2500.0/13) > 1e-9 {
			t.Errorf("criterion %d: %v", by, got)
		}
	}
}

// TestIntersectConsistent: for random pairs in up to seven dimensions no weight
// does better than the one found, and the fused covariance bounds the true one
// for the worst admissible correlation.
func TestIntersectConsistent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, N).Draw(t, "n")
		random := func(name string) (p Mat7) {
			var a Mat7
			for i := range n {
				for j := range n {
					a[i][j] = rapid.Float64Range(-2, 2).Draw(t, name)
				}
			}
			for i := range n {
				for j := range n {
					for k := range n {
						p[i][j] += a[i][k] * a[j][k]
					}
				}
				p[i][i] += 0.05
			}
			return p
		}
		pa, pb := random("a"), random("b")
		var x State
		by := Criterion(rapid.IntRange(0, 1).Draw(t, "criterion"))
		got, err := Intersect(n, &x, &pa, &x, &pb, by)
		if err != nil {
			t.Fatal(err)
		}
		cost := func(p *Mat7) float64 {
			if by == ByTrace {
				s := 0.0
				for i := range n {
					s += p[i][i]
				}
				return s
			}
			y, _ := Invert(n, p)
			// ln det by the pivots of the inverse's inverse.
			d, l := 0.0, y
			for i := range n {
				for k := range i {
					f := l[i][k] / l[k][k]
					for j := range n {
						l[i][j] -= f * l[k][j]
					}
				}
				d -= math.Log(l[i][i])
			}
			return d
		}
		ya, _ := Invert(n, &pa)
		yb, _ := Invert(n, &pb)
		best := cost(&got.P)
		for k := range 21 {
			w := float64(k) / 20
			var y Mat7
			for i := range n {
				for j := range n {
					y[i][j] = w*ya[i][j] + (1-w)*yb[i][j]
				}
			}
			p, _ := Invert(n, &y)
			if c := cost(&p); c < best-1e-7*math.Max(1, math.Abs(best)) {
				t.Fatalf("weight %g gives %g, the optimum %g at %g", w, c, best, got.Omega)
			}
		}
	})
}

func TestIntersectErrors(t *testing.T) {
	var x State
	good, bad := mat2(1, 0, 1), mat2(1, 2, 1)
	for name, f := range map[string]func() error{
		"no states":    func() error { _, err := Intersect(0, &x, &good, &x, &good, ByTrace); return err },
		"eight states": func() error { _, err := Intersect(8, &x, &good, &x, &good, ByTrace); return err },
		"indefinite":   func() error { _, err := Intersect(2, &x, &bad, &x, &good, ByTrace); return err },
		"criterion":    func() error { _, err := Intersect(2, &x, &good, &x, &good, 7); return err },
	} {
		if f() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestValidateMeanBoundsChiSquare: chi-square tables as printed in the literature of
// filter consistency, to their four digits.
func TestValidateMeanBoundsChiSquare(t *testing.T) {
	for _, c := range []struct {
		dim, runs int
		lo, hi    float64
	}{
		{6, 100, 5.3402, 6.6977}, {6, 25, 4.7194, 7.4320}, {4, 50, 3.2546, 4.8212}, {3, 50, 2.3597, 3.7160}, {2, 1, 0.0506, 7.3778},
	} {
		lo, hi, err := MeanBounds(c.dim, c.runs, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(lo-c.lo) > 5.1e-5 || math.Abs(hi-c.hi) > 5.1e-5 {
			t.Errorf("%+v: %.5f %.5f", c, lo, hi)
		}
	}
	if _, _, err := MeanBounds(0, 1, 0.95); err == nil {
		t.Error("dimension 0: no error")
	}
}
