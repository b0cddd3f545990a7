package burden

import (
	"fmt"
	"testing"
)

// BenchmarkShapley is exact over all coalitions: n·2^n.
func BenchmarkShapley(b *testing.B) {
	for _, n := range []int{12, 14, 16, 18, 20} {
		g := noisy(b, n)
		b.Run(fmt.Sprintf("nations=%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := g.Shapley(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkShapleyRat is the same in exact fractions.
func BenchmarkShapleyRat(b *testing.B) {
	for _, n := range []int{10, 12, 14} {
		g, err := noisy(b, n).Rat()
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("nations=%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := g.Shapley(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkMyerson is over a ring, whose coalitions fall into many parts.
func BenchmarkMyerson(b *testing.B) {
	for _, n := range []int{12, 14, 16} {
		g := noisy(b, n)
		var links [][2]int
		for i := range n {
			links = append(links, [2]int{i, (i + 1) % n})
		}
		ring, err := NewGraph(n, links)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("nations=%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := g.Myerson(ring); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkNucleolus is exact; a stage looks at all coalitions in every step.
func BenchmarkNucleolus(b *testing.B) {
	for _, n := range []int{8, 10, 12, 14, 16} {
		g := noisy(b, n)
		b.Run(fmt.Sprintf("nations=%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := g.Nucleolus(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCompare applies all rules with their sampling errors, as burden does.
func BenchmarkCompare(b *testing.B) {
	for _, n := range []int{8, 10, 12} {
		g := noisy(b, n)
		var v [][]float64
		for k := range 10 {
			row := make([]float64, len(g.V))
			for s := 1; s < len(row); s++ {
				row[s] = g.V[s] + 0.01*float64((s*(k+3))%7)
			}
			v = append(v, row)
		}
		batches, err := NewBatches(g.Players, v)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("nations=%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := Compare(Comparison{Batches: batches}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
