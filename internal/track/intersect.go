package track

import (
	"fmt"
	"math"
)

// Criterion is what covariance intersection makes small.
type Criterion uint8

// The two usual criteria.
const (
	ByTrace       Criterion = iota // the trace of the fused covariance
	ByDeterminant                  // its determinant
)

// Intersection is the outcome of covariance intersection: the weight Omega of
// the first estimate, the fused state and covariance (the first n rows and
// columns count).
type Intersection struct {
	Omega float64
	X     [N]float64
	P     Mat7
}

// Intersect fuses two estimates of the same n states (1 to 7) whose errors are
// correlated in an unknown way: P⁻¹ = ω·Pa⁻¹ + (1-ω)·Pb⁻¹, and the states
// accordingly. The weight solves the optimality condition of the criterion to
// the last bits; both criteria are convex in ω, so it is the global optimum.
// An error is returned for covariances that are not positive definite.
// Source: S. Julier, J. Uhlmann, American Control Conference 1997.
func Intersect(n int, xa *[N]float64, pa *Mat7, xb *[N]float64, pb *Mat7, by Criterion) (Intersection, error) {
	var out Intersection
	if n < 1 || n > N {
		return out, fmt.Errorf("covariance intersection of %d states: allowed 1 to %d", n, N)
	}
	if by > ByDeterminant {
		return out, fmt.Errorf("covariance intersection: unknown criterion %d", by)
	}
	ya, oka := Invert(n, pa)
	yb, okb := Invert(n, pb)
	if !oka || !okb {
		return out, fmt.Errorf("covariance intersection: a covariance is not positive definite")
	}
	// The slope of ln det P, and of tr P, with respect to ω.
	slope := func(w float64) (float64, bool) {
		var y, d Mat7
		for i := range n {
			for j := range n {
				y[i][j] = w*ya[i][j] + (1-w)*yb[i][j]
				d[i][j] = ya[i][j] - yb[i][j]
			}
		}
		p, ok := Invert(n, &y)
		s := 0.0
		for i := range n {
			for j := range n {
				if by == ByDeterminant {
					s -= p[i][j] * d[j][i]
					continue
				}
				for k := range n {
					s -= p[i][j] * d[j][k] * p[k][i]
				}
			}
		}
		return s, ok
	}
	lo, hi := 0.0, 1.0
	for hi-lo > 1e-15 {
		mid := 0.5 * (lo + hi)
		s, ok := slope(mid)
		if !ok {
			return out, fmt.Errorf("covariance intersection: the blend at %g is not positive definite", mid)
		}
		if s < 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	w := 0.5 * (lo + hi)
	if lo == 0 {
		w = 0
	}
	if hi == 1 {
		w = 1
	}
	out.Omega = w
	var y Mat7
	var v [N]float64
	for i := range n {
		for j := range n {
			y[i][j] = w*ya[i][j] + (1-w)*yb[i][j]
			v[i] += w*ya[i][j]*xa[j] + (1-w)*yb[i][j]*xb[j]
		}
	}
	p, ok := Invert(n, &y)
	if !ok {
		return out, fmt.Errorf("covariance intersection: the blend is not positive definite")
	}
	out.P = p
	for i := range n {
		for j := range n {
			out.X[i] += p[i][j] * v[j]
		}
	}
	return out, nil
}

// Invert inverts the leading n by n part of a symmetric positive definite
// matrix by Cholesky; false when it is not. The rest of the result is zero.
func Invert(n int, a *Mat7) (out Mat7, ok bool) {
	var l Mat7
	for i := range n {
		for j := 0; j <= i; j++ {
			sum := a[i][j]
			for k := range j {
				sum -= l[i][k] * l[j][k]
			}
			if i == j {
				if !(sum > 0) || math.IsInf(sum, 0) {
					return out, false
				}
				l[i][i] = math.Sqrt(sum)
			} else {
				l[i][j] = sum / l[j][j]
			}
		}
	}
	// Columns of the inverse of L, then their products.
	var z Mat7
	for c := range n {
		for i := c; i < n; i++ {
			sum := 0.0
			if i == c {
				sum = 1
			}
			for k := c; k < i; k++ {
				sum -= l[i][k] * z[k][c]
			}
			z[i][c] = sum / l[i][i]
		}
	}
	for i := range n {
		for j := i; j < n; j++ {
			sum := 0.0
			for k := j; k < n; k++ {
				sum += z[k][i] * z[k][j]
			}
			out[i][j], out[j][i] = sum, sum
		}
	}
	return out, true
}
