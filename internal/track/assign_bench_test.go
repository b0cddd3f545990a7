package track

import (
	"fmt"
	"testing"

	"testudo/internal/draw"
)

// BenchmarkAssign pairs echoes with tracks at random costs; gated leaves most
// pairs out of reach, as a radar's gates do.
func BenchmarkAssign(b *testing.B) {
	for _, gated := range []bool{false, true} {
		for _, n := range []int{50, 100, 200, 400} {
			cost := make([][]float64, n)
			for i := range cost {
				cost[i] = make([]float64, n)
				for j := range cost[i] {
					u := draw.U64(1, uint64(i), uint64(j), 0)
					if cost[i][j] = draw.Float(u) * 40; gated && u%16 != 0 {
						cost[i][j] = 60
					}
				}
			}
			b.Run(fmt.Sprintf("gated=%t/n=%d", gated, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					Assign(cost)
				}
			})
		}
	}
}
