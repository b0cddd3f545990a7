package sense

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The table was computed independently of this package (numerical inversion of
// the Marcum and Swerling integrals with scipy; Shnidman's and Albersheim's
// formulas as documented at mathworks phased/ref), printed to 5 and 4 decimals.
var requiredSNR = []struct {
	swerling, pulses int
	pd, pfa          float64
	exact, shnidman  float64
	albersheim       float64 // NaN where the formula does not apply
}{
	{0, 1, 0.5, 1e-4, 9.39795, 9.4256, 9.3956},
	{0, 1, 0.5, 1e-6, 11.24255, 11.1716, 11.2320},
	{0, 1, 0.9, 1e-6, 13.18349, 13.1217, 13.1145},
	{0, 10, 0.5, 1e-4, 2.21558, 2.3464, 2.1574},
	{0, 10, 0.9, 1e-4, 4.13774, 4.2237, 3.8933},
	{0, 10, 0.9, 1e-6, 5.26749, 5.3336, 4.9904},
	{0, 50, 0.5, 1e-6, -0.80913, -0.8117, -0.8002},
	{0, 50, 0.9, 1e-4, -0.40220, -0.3944, -0.4972},
	{1, 1, 0.5, 1e-4, 10.89471, 10.7678, nan},
	{1, 1, 0.5, 1e-6, 12.77187, 12.5137, nan},
	{1, 1, 0.9, 1e-6, 21.14364, 21.3461, nan},
	{1, 10, 0.5, 1e-4, 3.71665, 3.6885, nan},
	{1, 10, 0.9, 1e-4, 12.09300, 12.1482, nan},
	{1, 10, 0.9, 1e-6, 13.49956, 13.5805, nan},
	{1, 50, 0.5, 1e-6, 0.72543, 0.5304, nan},
	{1, 50, 0.9, 1e-4, 7.76279, 7.6301, nan},
	{2, 1, 0.9, 1e-6, 21.14364, 21.3461, nan},
	{2, 10, 0.5, 1e-4, 2.32754, 2.4806, nan},
	{2, 10, 0.9, 1e-4, 5.06533, 5.0161, nan},
	{2, 10, 0.9, 1e-6, 6.29185, 6.1583, nan},
	{2, 50, 0.5, 1e-6, -0.79107, -0.7848, nan},
	{2, 50, 0.9, 1e-4, -0.18297, -0.2339, nan},
	{3, 1, 0.5, 1e-4, 10.08763, 10.0967, nan},
	{3, 1, 0.9, 1e-6, 17.29596, 17.2339, nan},
	{3, 10, 0.5, 1e-4, 2.90331, 3.0174, nan},
	{3, 10, 0.9, 1e-4, 8.25012, 8.1859, nan},
	{3, 10, 0.9, 1e-6, 9.60135, 9.4571, nan},
	{3, 50, 0.5, 1e-6, -0.09821, -0.1406, nan},
	{3, 50, 0.9, 1e-4, 3.88087, 3.6179, nan},
	{4, 1, 0.9, 1e-6, 17.29596, 17.2339, nan},
	{4, 10, 0.5, 1e-4, 2.26737, 2.4135, nan},
	{4, 10, 0.9, 1e-4, 4.61794, 4.6199, nan},
	{4, 10, 0.9, 1e-6, 5.80624, 5.7460, nan},
	{4, 50, 0.5, 1e-6, -0.80072, -0.7983, nan},
	{4, 50, 0.9, 1e-4, -0.29094, -0.3141, nan},
}

var nan = math.NaN()

// TestValidateRequiredSNRMarcumSwerling compares with the independent inversion
// to half a unit of its last printed digit, and the two formulas likewise.
func TestValidateRequiredSNRMarcumSwerling(t *testing.T) {
	for _, row := range requiredSNR {
		got, err := RequiredSNR(row.swerling, row.pulses, row.pd, row.pfa)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got-row.exact) > 6e-6 {
			t.Errorf("%+v: exact %.7f dB", row, got)
		}
		s, err := Shnidman(row.swerling, row.pulses, row.pd, row.pfa)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(s-row.shnidman) > 6e-5 {
			t.Errorf("%+v: Shnidman %.5f dB", row, s)
		}
		if math.IsNaN(row.albersheim) {
			continue
		}
		a, err := Albersheim(row.pulses, row.pd, row.pfa)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(a-row.albersheim) > 6e-5 {
			t.Errorf("%+v: Albersheim %.5f dB", row, a)
		}
	}
}

// TestValidateRequiredSNRHostetter is the published value of the sdr library
// (mhostetter.github.io/sdr, min_snr, square law, one pulse), 15 digits.
func TestValidateRequiredSNRHostetter(t *testing.T) {
	got, err := RequiredSNR(0, 1, 0.9, 1e-6)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got-13.183490056794499) > 1e-9 {
		t.Errorf("got %.15f", got)
	}
}

// TestValidateDetectionClosedForms: one pulse has closed forms, Pd = Pfa^(1/(1+S)) for case 1, and
// (1 + 2TS/(2+S)²)·exp(-2T/(2+S)) for case 3; case 2 is an incomplete gamma.
func TestValidateDetectionClosedForms(t *testing.T) {
	for _, pfa := range []float64{1e-3, 1e-6, 1e-9} {
		T := -math.Log(pfa)
		for _, s := range []float64{0.1, 1, 7, 20, 300, 1e4} {
			check := func(swerling, pulses int, want float64) {
				got, err := DetectionProbability(swerling, pulses, s, pfa)
				if err != nil || math.Abs(got-want) > 1e-13 {
					t.Errorf("case %d N %d snr %g pfa %g: %.16g, want %.16g (%v)", swerling, pulses, s, pfa, got, want, err)
				}
			}
			check(1, 1, math.Pow(pfa, 1/(1+s)))
			check(2, 1, math.Pow(pfa, 1/(1+s)))
			check(3, 1, (1+2*T*s/((2+s)*(2+s)))*math.Exp(-2*T/(2+s)))
			check(2, 12, upperGamma(12, threshold(12, pfa)/(1+s)))
		}
	}
}

// TestDetectionOrder states the known order of the five cases at Pd >= 0.9, and
// that the pairs 1, 2 and 3, 4 are the same for one pulse.
func TestDetectionOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pd := rapid.Float64Range(0.9, 0.995).Draw(t, "pd")
		pfa := math.Pow(10, rapid.Float64Range(-10, -3).Draw(t, "log pfa"))
		n := rapid.IntRange(2, 40).Draw(t, "pulses")
		var db [5]float64
		for c := range db {
			db[c], _ = RequiredSNR(c, n, pd, pfa)
		}
		if !(db[0] < db[4] && db[4] <= db[2] && db[2] < db[1] && db[4] < db[3] && db[3] < db[1]) {
			t.Fatalf("order of cases broken: %v", db)
		}
		for _, pair := range [][2]int{{1, 2}, {3, 4}} {
			a, _ := RequiredSNR(pair[0], 1, pd, pfa)
			b, _ := RequiredSNR(pair[1], 1, pd, pfa)
			if math.Abs(a-b) > 1e-9 {
				t.Fatalf("cases %v differ for one pulse: %g %g", pair, a, b)
			}
		}
	})
}

// TestDetectionErrors lists inputs that must be refused with words, not digits.
func TestDetectionErrors(t *testing.T) {
	for name, f := range map[string]func() error{
		"case 5":     func() error { _, err := DetectionProbability(5, 1, 1, 1e-6); return err },
		"no pulses":  func() error { _, err := DetectionProbability(0, 0, 1, 1e-6); return err },
		"pfa 0":      func() error { _, err := DetectionProbability(0, 1, 1, 0); return err },
		"pfa NaN":    func() error { _, err := DetectionThreshold(1, nan); return err },
		"snr NaN":    func() error { _, err := DetectionProbability(0, 1, nan, 1e-6); return err },
		"snr inf":    func() error { _, err := DetectionProbability(0, 1, math.Inf(1), 1e-6); return err },
		"pd 1":       func() error { _, err := RequiredSNR(0, 1, 1, 1e-6); return err },
		"pd < pfa":   func() error { _, err := RequiredSNR(0, 1, 1e-7, 1e-6); return err },
		"albersheim": func() error { _, err := Albersheim(1, 0, 1e-6); return err },
		"shnidman":   func() error { _, err := Shnidman(1, 1, 0.999, 1e-6); return err },
	} {
		if f() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
