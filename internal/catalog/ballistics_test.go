package catalog

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestValidateBallisticsKeplerTable compares the bounds of the cross-checks with
// least-energy burnout speeds from the closed form of Bate, Mueller & White
// (Fundamentals of Astrodynamics, ch. 6) on R = 6371.0 km, computed elsewhere.
// Tolerance 1e-5: the radius here differs by 1.4e-6, and the table has four
// decimals.
func TestValidateBallisticsKeplerTable(t *testing.T) {
	for _, x := range []struct{ rangeKm, speedMps float64 }{{300, 1696.4810}, {1000, 3016.1183}, {3500, 5167.0637}, {5500, 6075.2394}, {10000, 7198.0835}, {13000, 7587.7342}} {
		if v := ballisticSpeed(x.rangeKm * km); math.Abs(v/x.speedMps-1) > 1e-5 {
			t.Errorf("%g km: %.4f m/s, want %.4f", x.rangeKm, v, x.speedMps)
		}
		if r := ballisticRange(x.speedMps); math.Abs(r/(x.rangeKm*km)-1) > 5e-5 {
			t.Errorf("%g m/s: %.3f km, want %g", x.speedMps, r/km, x.rangeKm)
		}
	}
	// Small speeds: the flat Earth's v²/g and v²/2g.
	const v = 300.0
	g := earthMu / (earthRadius * earthRadius)
	if r := ballisticRange(v); math.Abs(r/(v*v/g)-1) > 2e-3 {
		t.Errorf("range at %g m/s is %g, want about v²/g = %g", v, r, v*v/g)
	}
	if h := ballisticHeight(v); math.Abs(h/(v*v/(2*g))-1) > 2e-3 {
		t.Errorf("height at %g m/s is %g, want about v²/2g = %g", v, h, v*v/(2*g))
	}
	if !math.IsInf(ballisticHeight(11.3e3), 1) || ballisticRange(8e3) != earthRadius*math.Pi {
		t.Error("escape and circular speed are without bound and to the antipode")
	}
}

// TestBallisticsInverse: range and least speed undo each other, and grow together.
func TestBallisticsInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.Float64Range(1e3, 19e6).Draw(t, "range")
		v := ballisticSpeed(r)
		if back := ballisticRange(v); math.Abs(back/r-1) > 1e-6 {
			t.Fatalf("range %g, speed %g, range %g", r, v, back)
		}
		if ballisticSpeed(r*1.01) <= v {
			t.Fatalf("speed does not grow with range at %g", r)
		}
	})
}

func TestRobust(t *testing.T) {
	// 1…9 and a wild 1000: median 5.5, deviations 4.5…3.5, of which the median is 2.5.
	mid, scale := robust([]float64{1000, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	if mid != 5.5 || math.Abs(scale-1.4826*2.5) > 1e-12 {
		t.Errorf("median %v, scale %v", mid, scale)
	}
	if _, scale := robust([]float64{2, 2, 2}); scale != leastScale {
		t.Errorf("scale of equal values %v", scale)
	}
}

func TestIsDate(t *testing.T) {
	for s, want := range map[string]bool{"2014": true, "2014-05": true, "2014-05-28": true, "1809": true, "14": false, "2014-13": false, "2014-5": false, "2014-05-32": false, "2014-05-28-1": false, "May 2014": false, "": false, "20x4": false, "2014-": false, "201:": false, "201/": false} {
		if IsDate(s) != want {
			t.Errorf("IsDate(%q) = %v", s, !want)
		}
	}
}
