package sense

import (
	"math"

	"testudo/internal/flight"
)

// Effort says how much of its energy a radar spends on a target.
type Effort uint8

// The efforts: searching unaided, searching where a warning points, and looking
// where a track points or following a track of its own.
const (
	Unaided Effort = iota
	Warned
	Pointed
)

// Watch is one radar and one flight, look by look: what Observe sums up, for
// those who draw each echo. It is immutable.
type Watch struct {
	sc             scene
	windows        []window
	sigmaR, sigmaA float64
	RevisitS       float64 // s between two search looks
	IntervalS      float64 // s between two looks of a track
	FirstS, LastS  float64 // s after launch: bounds of the time in view
	AlwaysDetects  bool    // the textbook radar of a given range
	gain           [3]float64
}

// Watch prepares the looks of the radar at a flight; false when the target is
// never in view.
func (r Radar) Watch(e flight.Earth, tr *flight.Trajectory, s Signature) (*Watch, bool) {
	sc, ok := r.scene(e, tr, s)
	if !ok {
		return nil, false
	}
	ws, n := sc.windows(NewScan(tr))
	if n == 0 {
		return nil, false
	}
	w := &Watch{sc: sc, windows: append([]window(nil), ws[:n]...), RevisitS: orDefault(r.Revisit, DefaultRevisit), IntervalS: orDefault(r.TrackInterval, DefaultTrackInterval), FirstS: ws[0].from, LastS: ws[n-1].to, AlwaysDetects: sc.textbook}
	w.sigmaR, w.sigmaA = r.sigmas()
	w.gain = [3]float64{1, sc.warned4, sc.cued4}
	return w, true
}

// InView says whether the target is within the radar's field and, at the
// greatest effort, its range.
func (w *Watch) InView(tS float64) bool {
	for _, x := range w.windows {
		if tS >= x.from && tS <= x.to {
			return true
		}
	}
	return false
}

// SNR is the mean signal-to-noise ratio (linear) of one look with an effort; 0
// when the target is out of reach, +Inf for the textbook radar.
func (w *Watch) SNR(tS float64, how Effort) float64 {
	if w.AlwaysDetects {
		return math.Inf(1)
	}
	_, rangeM := w.sc.rangeAt(tS)
	snr := w.sc.snr(tS, rangeM) * w.gain[how]
	if snr < leastSNR {
		return 0
	}
	return snr
}

// Echo turns a uniform number u in [0, 1) into one echo of a target with the
// mean ratio snr: of a Swerling 1 target, signal and noise together have an
// exponentially distributed power of mean 1 + snr, and it is detected above the
// threshold of FalseAlarm, so that P(detected) = Pfa^(1/(1+snr)). It returns the
// ratio that the radar reads off the echo. A larger snr never loses an echo.
func Echo(u, snr float64) (seen float64, ok bool) {
	if !(snr > 0) {
		return 0, false
	}
	if math.IsInf(snr, 1) {
		return rangeLimited, true
	}
	power := -math.Log1p(-u) * (1 + snr)
	return power - 1, power > logFalseAlarm
}

// Sigmas are the 1-sigma errors of a look whose echo had the ratio seen: in
// range (m) and in each of two angles on the sky (rad), as in Look.
func (w *Watch) Sigmas(seen float64) (rangeM, angleRad float64) {
	k := math.Sqrt(1 + TrackSNR/seen)
	return w.sigmaR * k, w.sigmaA * k
}
