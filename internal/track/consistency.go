package track

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// MeanBounds returns the two-sided bounds at the given level (0.95, say) between
// which the mean over runs of a normalised squared error of so many dimensions
// lies when the filter is consistent: the chi-square quantiles of dim·runs
// degrees, divided by runs. For states it is the test of NEES, for innovations
// that of NIS. Source: Bar-Shalom, Li & Kirubarajan (2001), section 5.4.
func MeanBounds(dim, runs int, level float64) (lo, hi float64, err error) {
	if dim < 1 || runs < 1 || !(level > 0 && level < 1) {
		return 0, 0, fmt.Errorf("consistency bounds: dimension %d, runs %d, level %g: allowed 1 and above, 1 and above, between 0 and 1", dim, runs, level)
	}
	half := 0.5 * float64(dim) * float64(runs)
	tail := 0.5 * (1 - level)
	n := float64(runs)
	return 2 * mathext.GammaIncRegInv(half, tail) / n, 2 * mathext.GammaIncRegInv(half, 1-tail) / n, nil
}

// SquaredError is the normalised (Mahalanobis) squared error eᵀ P⁻¹ e of the
// first n components; NaN when P is not positive definite.
func SquaredError(n int, e *[N]float64, p *Mat7) float64 {
	y, ok := Invert(n, p)
	if !ok {
		return math.NaN()
	}
	s := 0.0
	for i := range n {
		for j := range n {
			s += e[i] * y[i][j] * e[j]
		}
	}
	return s
}
