package coalition_test

import (
	"context"
	"testing"

	"testudo"
	"testudo/internal/coalition"
)

// BenchmarkValues plays the 256 coalitions of the Gulf, where all talk through
// one and where everybody talks to everybody.
func BenchmarkValues(b *testing.B) {
	s, err := testudo.Load("../../scenarios/gulf.yaml")
	if err != nil {
		b.Fatal(err)
	}
	w, err := s.Compile("")
	if err != nil {
		b.Fatal(err)
	}
	for _, posture := range []string{"star-of-tracks", "gulf-mutual"} {
		b.Run(posture, func(b *testing.B) {
			for b.Loop() {
				if _, err := coalition.Values(context.Background(), w.Theatre, w.Theatre.Posture(posture), coalition.Options{Measure: coalition.Damage, Seed: 1, Runs: 500, Batches: 10, Workers: 1}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
