package coalition_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"testudo"
	"testudo/internal/coalition"
)

// BenchmarkValues plays the coalitions of more and more of the Gulf's nations.
func BenchmarkValues(b *testing.B) {
	s, err := testudo.Load("../../scenarios/gulf.yaml")
	if err != nil {
		b.Fatal(err)
	}
	w, err := s.Compile("")
	if err != nil {
		b.Fatal(err)
	}
	players := coalition.Players(w.Theatre)
	slices.Reverse(players) // the United States first, through which all others talk
	for n := 5; n <= len(players); n++ {
		b.Run(fmt.Sprintf("coalitions=%d", 1<<n), func(b *testing.B) {
			for b.Loop() {
				if _, err := coalition.Values(context.Background(), w.Theatre, len(w.Theatre.Postures)-1, coalition.Options{Measure: coalition.Damage, Seed: 1, Runs: 500, Batches: 10, Workers: 1, Among: players[:n]}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
