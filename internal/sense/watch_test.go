package sense

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"testudo/internal/draw"
	"testudo/internal/flight"
)

// The share of echoes detected is that of a Swerling 1 target in one look, exact:
// Pd = Pfa^(1/(1+SNR)) (Swerling, IRE Trans. IT-6 (1960) 269). 40,000 draws,
// allowed four standard errors.
func TestValidateEchoesOfSwerling1(t *testing.T) {
	const n = 40000
	for _, snr := range []float64{3, 18.93, 100, 5000} {
		seen := 0
		for run := range uint64(n) {
			if x, ok := Echo(draw.Float(draw.U64(1, run, 2, 3)), snr); ok {
				seen++
				if x <= 0 {
					t.Fatalf("an echo was detected with a ratio of %g", x)
				}
			}
		}
		want := math.Pow(FalseAlarm, 1/(1+snr))
		if got := float64(seen) / n; math.Abs(got-want) > 4*math.Sqrt(want*(1-want)/n) {
			t.Errorf("SNR %g: %.4f detected, exact %.4f", snr, got, want)
		}
	}
	if _, ok := Echo(0.999999, 0); ok {
		t.Error("a target out of reach gave an echo")
	}
	if _, ok := Echo(0, math.Inf(1)); !ok {
		t.Error("the textbook radar missed")
	}
}

// More effort never loses an echo.
func TestMoreEffortNeverLosesAnEcho(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		u := rapid.Float64Range(0, 0.9999999).Draw(r, "u")
		a, b := rapid.Float64Range(0, 1e4).Draw(r, "a"), rapid.Float64Range(0, 1e4).Draw(r, "b")
		_, weak := Echo(u, math.Min(a, b))
		if _, strong := Echo(u, math.Max(a, b)); weak && !strong {
			r.Fatalf("an echo at SNR %g was lost at %g", math.Min(a, b), math.Max(a, b))
		}
	})
}

// Look by look the radar has the mean ratio and the errors that Observe sums up.
func TestWatchIsWhatObserveSumsUp(t *testing.T) {
	tr := medium(t)
	r := forward(beside(tr, -2, 0), 0)
	r.AzimuthField = 0
	s := Signature{RCS: 0.1}
	v := r.Observe(flight.RealEarth(), tr, s)
	w, ok := r.Watch(flight.RealEarth(), tr, s)
	if !ok || w.FirstS != v.First || w.LastS != v.Last || len(v.Looks) < denseLooks {
		t.Fatalf("watch %v to %v, view %v to %v, %d looks", w.FirstS, w.LastS, v.First, v.Last, len(v.Looks))
	}
	for _, l := range v.Looks[:denseLooks] {
		snr := w.SNR(l.T, Pointed)
		rangeM, angle := w.Sigmas(snr)
		if !w.InView(l.T) || math.Abs(snr-l.SNR) > 1e-9*snr || math.Abs(rangeM-l.SigmaRangeM) > 1e-9 || math.Abs(angle-l.SigmaAngleRad) > 1e-12 {
			t.Errorf("at %.1f s: watch SNR %g, errors %g m, %g rad; look %+v", l.T, snr, rangeM, angle, l)
		}
	}
	if w.InView(v.First-1) || w.InView(v.Last+1) || w.SNR(v.First, Unaided) > w.SNR(v.First, Pointed) {
		t.Error("in view outside the view, or a cue worth less than none")
	}
	if _, ok := (Radar{}).Watch(flight.RealEarth(), tr, s); ok {
		t.Error("a radar without range sees")
	}
}
