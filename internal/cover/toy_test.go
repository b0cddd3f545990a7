package cover_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"testudo"
	"testudo/internal/cover"
)

// toyRows are the sixteen rows of an independent script's toy footprint (our
// own, made once in another language: 10 km grid of aim points, 0.5 s steps;
// areas in km2, edges in km towards and away from the launch point and across).
// The geometry is that of scenarios/textbook/toy-footprint.yaml.
var toyRows = []struct {
	distanceKM, radarKM int
	cued                bool
	areaKM2             float64
	xMin, xMax, yMax    float64
}{
	{600, 200, false, 59100, -260, 20, 120}, {600, 200, true, 164200, -330, 140, 210},
	{600, 300, false, 141600, -330, 80, 210}, {600, 300, true, 164200, -330, 140, 210},
	{600, 500, false, 164200, -330, 140, 210}, {600, 500, true, 164200, -330, 140, 210},
	{600, 1000, false, 164200, -330, 140, 210}, {600, 1000, true, 164200, -330, 140, 210},
	{2000, 200, false, 2600, -90, -40, 20}, {2000, 200, true, 145900, -320, 140, 190},
	{2000, 300, false, 31500, -190, 10, 90}, {2000, 300, true, 145900, -320, 140, 190},
	{2000, 500, false, 127400, -320, 90, 190}, {2000, 500, true, 145900, -320, 140, 190},
	{2000, 1000, false, 145900, -320, 140, 190}, {2000, 1000, true, 145900, -320, 140, 190},
}

// TestValidateToyFootprint compares the defended area with the reference on the
// same 10 km cells. Tolerance: 3 %, which the reference's header states as its
// grid error, and one cell on the edges.
func TestValidateToyFootprint(t *testing.T) {
	for _, r := range toyRows {
		t.Run(fmt.Sprintf("%d-%d-%t", r.distanceKM, r.radarKM, r.cued), func(t *testing.T) {
			s, err := testudo.Load("../../scenarios/textbook/toy-footprint.yaml", fmt.Sprintf("sensors.radar.system=toy-radar-%d", r.radarKM))
			if err != nil {
				t.Fatal(err)
			}
			posture := "uncued"
			if r.cued {
				posture = "cued"
			}
			m, err := cover.Footprint(context.Background(), s.File, cover.Query{Battery: "battery", Posture: posture, Missile: "toy-missile", From: fmt.Sprintf("at-%d-km", r.distanceKM), GridM: 10e3})
			if err != nil {
				t.Fatal(err)
			}
			got := m.AreaM2(cover.EngageOnRemote, 0.5) / 1e6
			t.Logf("%.0f km2, reference %.0f (%+.2f %%), %d places flown", got, r.areaKM2, 100*(got/r.areaKM2-1), m.Flown)
			if math.Abs(got-r.areaKM2) > 0.03*r.areaKM2 {
				t.Errorf("defended area %.0f km2, reference %.0f km2 (%+.1f %%)", got, r.areaKM2, 100*(got/r.areaKM2-1))
			}
			// The reference's edges: x towards the launch point (north), y across.
			lo, hi, side := math.Inf(1), math.Inf(-1), 0.0
			for j := m.J0; j < m.J0+m.NJ; j++ {
				for i := m.I0; i < m.I0+m.NI; i++ {
					if m.At(i, j).P[cover.EngageOnRemote] >= 0.5 {
						lo, hi, side = math.Min(lo, 10*float64(j)), math.Max(hi, 10*float64(j)), math.Max(side, 10*math.Abs(float64(i)))
					}
				}
			}
			if math.Abs(lo-r.xMin) > 10 || math.Abs(hi-r.xMax) > 10 || math.Abs(side-r.yMax) > 10 {
				t.Errorf("edges %.0f %.0f %.0f km, reference %.0f %.0f %.0f km; they may differ by one cell of 10 km", lo, hi, side, r.xMin, r.xMax, r.yMax)
			}
		})
	}
}
