package cover_test

import (
	"context"
	"testing"

	"testudo"
	"testudo/internal/cover"
)

// BenchmarkNationalFootprint maps what Japan's batteries defend against a
// Nodong, at 10 km: the widest map of the shipped scenarios.
func BenchmarkNationalFootprint(b *testing.B) {
	s, err := testudo.Load("../../scenarios/northeast-asia-2014.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for range b.N {
		m, err := cover.Footprint(context.Background(), s.File, cover.Query{Nation: "JPN", Posture: "engage-on-remote", Missile: "nodong", From: "kittaeryong", GridM: 10e3})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(m.Flown), "places")
	}
}
