package track

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// An assignment is the best if there are prices at which each row has the column
// that is cheapest for it, and a column that nobody has costs nothing (duality of
// linear programs): no other one need be looked at, however large the table.
func TestAssignmentsHavePrices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "rows")
		m := n + rapid.SampledFrom([]int{0, 0, 1, 7, 40}).Draw(t, "more columns")
		one := rapid.SampledFrom([]*rapid.Generator[float64]{
			rapid.Float64Range(0, 1e3),
			rapid.Map(rapid.IntRange(0, 3), func(k int) float64 { return float64(k) }), // many ties
			rapid.SampledFrom([]float64{0.5, 1, 16, 1e6, 1e6}),                         // gated
			rapid.Float64Range(-1e9, 1e-9),
		}).Draw(t, "costs")
		cost := make([][]float64, n)
		scale := 0.
		for i := range cost {
			for range m {
				c := one.Draw(t, "cost")
				cost[i] = append(cost[i], c)
				scale = math.Max(scale, math.Abs(c))
			}
		}
		a := assign(cost)
		small := 1e-12 * scale * float64(n)
		taken := make([]bool, m)
		for i, j := range a.column {
			if taken[j] {
				t.Fatalf("column %d given twice", j)
			}
			taken[j] = true
			for k, c := range cost[i] {
				if c-a.price[k] < cost[i][j]-a.price[j]-small {
					t.Fatalf("row %d has column %d at %g, %d would cost it %g", i, j, cost[i][j]-a.price[j], k, c-a.price[k])
				}
			}
		}
		for j, p := range a.price {
			if p > small || !taken[j] && p != 0 {
				t.Fatalf("column %d, taken: %t, has the price %g", j, taken[j], p)
			}
		}
	})
}
