package coalition_test

import (
	"context"
	"math"
	"testing"

	"testudo/internal/coalition"
)

// Sampled orders give the exact Shapley value of a small game within their error,
// and shares that sum to the whole.
func TestSampledAgreesWithExact(t *testing.T) {
	th := world(t)
	for _, posture := range []string{"hub", "mesh"} {
		o := coalition.Options{Measure: coalition.Leakers, Seed: 1, Runs: 400, Batches: 4}
		g, exact := shares(t, posture)
		r, err := coalition.Sampled(context.Background(), th, th.Posture(posture), o)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for i := range exact {
			sum += r.Share[i]
			if math.Abs(r.Share[i]-exact[i]) > 4*r.StdErr[i]+1e-9 {
				t.Errorf("%s: share %d is %g ± %g, exactly %g", posture, i, r.Share[i], r.StdErr[i], exact[i])
			}
		}
		if whole := g.V[len(g.V)-1]; math.Abs(sum-whole) > 1e-9 {
			t.Errorf("%s: shares sum to %g of %g", posture, sum, whole)
		}
	}
}
