package sense

import (
	"math"
	"slices"

	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/units"
)

// FalseAlarm is the false-alarm probability of one look, the usual textbook
// choice. The range of a radar hardly depends on it: it is the published range
// that fixes the strength of the radar.
const FalseAlarm = 1e-6

// LeastDetection is the single-look probability of detection below which a
// target counts as out of reach. Without such a cut a far target would be found
// by its false alarms alone.
const LeastDetection = 0.01

// TrackSNR is the signal-to-noise ratio (linear, 20 dB) at which the noise of
// one tracking look is as large as the stated accuracy of the radar:
// σ² = accuracy²·(1 + TrackSNR/SNR). The stated accuracy is thus the floor that
// a strong echo reaches and a weak one misses. Assumption: public accuracy
// figures, where they exist, are those of good conditions.
const TrackSNR = 100

// Values taken for figures that are zero, that is, not stated. Whoever builds a
// Radar can use them to tell the reader which were assumed.
const (
	DefaultRevisit       units.Duration = 10   // s, search frame
	DefaultTrackInterval units.Duration = 1    // s, between two looks of a track
	LeastRangeAccuracy   units.Length   = 1    // m: no accuracy is better than this
	LeastAngleAccuracy   units.Angle    = 1e-5 // rad, likewise
)

const (
	logFalseAlarm = 13.815510557964274 // -ln(1e-6), the threshold of one pulse
	// The SNR at which a Swerling-1 target is seen with probability 0.5, and
	// with LeastDetection, from Pd = Pfa^(1/(1+SNR)).
	referenceSNR = logFalseAlarm/math.Ln2 - 1
	leastSNR     = logFalseAlarm/4.605170185988091 - 1 // ln 100
	rangeLimited = 1e6                                 // SNR quoted for a textbook radar, 60 dB
)

const (
	maxLooks    = 100 // tracking looks kept per view
	denseLooks  = 32  // of which the first so many are never thinned
	maxSegments = 60  // of a detection curve
	maxWindows  = 8   // separate stretches of visibility
)

// Signature is what a missile shows to a radar: the radar cross-section of what
// flies on after burnout and that of the whole missile before. A BoostRCS of
// zero means not stated; RCS is then taken throughout.
type Signature struct{ RCS, BoostRCS units.Area }

// Radar is a ground or ship radar as public figures describe it.
//
// ReferenceRange is the range at which a target of ReferenceRCS is detected
// with probability 0.5 in one search look; SNR ∝ RCS/R⁴ does the rest. A cue
// (a track to look at) multiplies the range by CueFactor, a mere warning by
// WarnedFactor, both at least 1: the SNR grows with their fourth power because
// the radar spends its time on less sky. Tracking looks have the cued energy.
//
// With RangeLimited the radar is the textbook one: it sees with certainty
// whatever is within ReferenceRange and in its field, cued or not.
//
// AzimuthField is the full width about Facing; zero or 2π and above is all
// round. A MaxElevation of zero is 90 degrees. Zero factors are 1; zero
// durations are the defaults above. FirmTime is not used in sensing: the track
// must be held for it (see track.FirmTime).
type Radar struct {
	RangeLimited                                     bool
	At                                               geo.LLA
	Facing, AzimuthField, MinElevation, MaxElevation units.Angle
	ReferenceRange                                   units.Length
	ReferenceRCS                                     units.Area
	Revisit, TrackInterval, FirmTime                 units.Duration
	CueFactor, WarnedFactor                          float64
	RangeAccuracy                                    units.Length
	AngleAccuracy                                    units.Angle
}

// Look is one expected tracking measurement: time (s after launch), mean SNR
// (linear), probability that it yields a detection, and the 1-sigma errors of
// range and of each of two angles on the sky. Long views are thinned: a look
// may stand for several, spread over SpanS seconds up to T; its sigmas are then
// divided by the root of their number, which keeps the information they carry,
// and it stands at the end of its span, so that nothing is known too early.
type Look struct{ T, SNR, Pd, SigmaRangeM, SigmaAngleRad, SpanS float64 }

// View is what one sensor sees of one flight. Search, Warned and Cued are the
// cumulative detection probabilities in the three states of knowledge, with
// Cued.P >= Warned.P >= Search.P at every time. Looks are the tracking looks
// while the target is in view. First and Last bound the time in view (field of
// regard, horizon and cued energy; there may be gaps); First is +Inf when the
// target never is, and Last then -Inf.
type View struct {
	Search, Warned, Cued Curve
	Looks                []Look
	First, Last          float64
	windows              []window
}

// unseen is the view of a sensor that never sees the target.
func unseen() View { return View{First: math.Inf(1), Last: math.Inf(-1)} }

// scene is one radar, one flight and one signature, reduced to numbers.
type scene struct {
	e        flight.Earth
	tr       *flight.Trajectory
	frame    geo.Frame
	burnoutS float64

	allRound           bool
	facing, half       float64
	minElev, maxElev   float64
	sinMin             float64 // sine of the least elevation
	sinLow, sinHigh    float64 // sines of elevations between which the field certainly is
	ahead              [2]float64
	cosHalf            float64
	boostReach, reach  float64 // greatest range in view before and after burnout
	boostPower, power  float64 // SNR·R⁴ in search, before and after burnout
	warned4, cued4     float64
	textbook, refracts bool
}

// refractionMargin is the largest elevation by which bending near the ground
// can matter; further from the limits the geometric elevation will do.
const refractionMargin = 0.03

// clearRad is how far above the least elevation a target is in view whatever rounding
// does. Bending only lifts it.
const clearRad = 1e-6

func (r Radar) scene(e flight.Earth, tr *flight.Trajectory, s Signature) (sc scene, ok bool) {
	sc, ok = r.blank(e, s)
	sc.watch(tr)
	return sc, ok
}

// watch turns a scene to a flight.
func (sc *scene) watch(tr *flight.Trajectory) { sc.tr, sc.burnoutS = tr, tr.BurnoutS() }

// blank is a scene without a flight.
func (r Radar) blank(e flight.Earth, s Signature) (sc scene, ok bool) {
	if !(r.ReferenceRange > 0) || (!r.RangeLimited && !(r.ReferenceRCS > 0 && s.RCS > 0)) {
		return sc, false
	}
	sc = scene{e: e, frame: e.Ellipsoid.Frame(r.At), textbook: r.RangeLimited, refracts: e.Air}
	sc.allRound = r.AzimuthField <= 0 || float64(r.AzimuthField) >= 2*math.Pi
	sc.facing, sc.half = float64(r.Facing), float64(r.AzimuthField)/2
	sc.minElev, sc.maxElev = float64(r.MinElevation), float64(r.MaxElevation)
	if sc.maxElev <= 0 {
		sc.maxElev = math.Pi / 2
	}
	// A radar on a hill may look down, but not through the Earth: the dip of
	// the horizon on the 4/3 Earth bounds the elevation (on the plain one
	// without air).
	if h := float64(r.At.Alt); sc.minElev < 0 {
		re := e.Ellipsoid.A
		if e.Air {
			re *= 4.0 / 3.0
		}
		dip := 0.0
		if h > 0 {
			dip = math.Acos(re / (re + h))
		}
		sc.minElev = math.Max(sc.minElev, -dip)
	}
	sc.sinMin, sc.sinLow, sc.sinHigh = math.Sin(sc.minElev), math.Sin(math.Min(math.Pi/2, sc.minElev+clearRad)), math.Sin(math.Min(math.Pi/2, sc.maxElev))
	sinF, cosF := math.Sincos(sc.facing)
	sc.ahead, sc.cosHalf = [2]float64{sinF, cosF}, math.Cos(sc.half)
	sc.warned4, sc.cued4 = 1, 1
	if r.RangeLimited {
		sc.reach = float64(r.ReferenceRange)
		sc.boostReach = sc.reach
		return sc, true
	}
	if r.WarnedFactor > 1 {
		sc.warned4 = fourth(r.WarnedFactor)
	}
	if r.CueFactor > 1 {
		sc.cued4 = fourth(r.CueFactor)
	}
	// By construction a cue is never worth less than a warning.
	sc.cued4 = math.Max(sc.cued4, sc.warned4)
	boost := s.BoostRCS
	if !(boost > 0) {
		boost = s.RCS
	}
	k := referenceSNR * fourth(float64(r.ReferenceRange)) / float64(r.ReferenceRCS)
	sc.power, sc.boostPower = k*float64(s.RCS), k*float64(boost)
	sc.reach = math.Sqrt(math.Sqrt(sc.power * sc.cued4 / leastSNR))
	sc.boostReach = math.Sqrt(math.Sqrt(sc.boostPower * sc.cued4 / leastSNR))
	return sc, true
}

func fourth(x float64) float64 { return x * x * x * x }

// margin says by how much the target is inside the field at time tS: the least
// of the distances to the limits, in radians or as a share of the range, and
// the range. Positive is in view, by how much is then not worked out.
func (sc *scene) margin(tS float64) (m, rangeM float64) {
	r, _ := sc.tr.At(tS)
	return sc.marginAt(tS, &r)
}

// marginAt is margin with the target's place given, m Earth-fixed.
func (sc *scene) marginAt(tS float64, r *[3]float64) (m, rangeM float64) {
	u := sc.frame.ENU(geo.ECEF(*r))
	ground := math.Sqrt(u[0]*u[0] + u[1]*u[1])
	rangeM = math.Sqrt(ground*ground + u[2]*u[2])
	reach := sc.reachAt(tS)
	if rangeM < reach && u[2] > rangeM*sc.sinLow && u[2] < rangeM*sc.sinHigh && (sc.allRound || u[0]*sc.ahead[0]+u[1]*sc.ahead[1] > ground*sc.cosHalf) {
		return 1, rangeM
	}
	return sc.off(r, &u, ground, rangeM, reach), rangeM
}

// off is the margin worked out: where marginAt says by how much the target is out
// of view, and near an edge.
func (sc *scene) off(r *[3]float64, u *geo.ENU, ground, rangeM, reach float64) float64 {
	m := 1 - rangeM/reach
	elev := math.Atan2(u[2], ground)
	if sc.refracts && elev < sc.minElev+refractionMargin && elev > sc.minElev-refractionMargin {
		elev += float64(geo.Lift43(sc.e.Ellipsoid, geo.ECEF(*r), units.Length(rangeM)))
	}
	m = math.Min(m, math.Min(elev-sc.minElev, sc.maxElev-elev))
	if !sc.allRound {
		off := math.Abs(math.Remainder(math.Atan2(u[0], u[1])-sc.facing, 2*math.Pi))
		m = math.Min(m, sc.half-off)
	}
	return m
}

// whole is margin worked out inside the field too.
func (sc *scene) whole(tS float64) float64 {
	r, _ := sc.tr.At(tS)
	u := sc.frame.ENU(geo.ECEF(r))
	ground := math.Sqrt(u[0]*u[0] + u[1]*u[1])
	rangeM := math.Sqrt(ground*ground + u[2]*u[2])
	return sc.off(&r, &u, ground, rangeM, sc.reachAt(tS))
}

// low reports whether the target is so low that rays to it bend.
func (sc *scene) low(tS float64) bool {
	r, _ := sc.tr.At(tS)
	return geo.Lift43(sc.e.Ellipsoid, geo.ECEF(r), 1) > 0
}

// reachAt is the greatest range in view.
func (sc *scene) reachAt(tS float64) float64 {
	if tS < sc.burnoutS {
		return sc.boostReach
	}
	return sc.reach
}

// snr is the mean signal-to-noise ratio of one search look.
func (sc *scene) snr(tS, rangeM float64) float64 { return sc.powerAt(tS) / fourth(rangeM) }

// powerAt is SNR·R⁴ in search.
func (sc *scene) powerAt(tS float64) float64 {
	if tS < sc.burnoutS {
		return sc.boostPower
	}
	return sc.power
}

// window is one stretch of visibility, seconds after launch.
type window struct{ from, to float64 }

const (
	scanStepS  = 5.0
	scanPoints = 400
	edgeS      = 5e-4 // edges are found to this
)

// Scan is a flight sampled coarsely: what every sensor that looks at it begins
// with, taken once.
type Scan struct {
	tr *flight.Trajectory
	t  []float64    // s after launch
	r  [][3]float64 // m, Earth-fixed
	// Blocks of samples and their halves, quarters and so on, as heaps: how far from
	// the middle sample the target is at most at any time from the sample before the
	// first to the one after the last, m.
	ballM [][2 * blockSamples]float64
}

// blockSamples is the size of the blocks that looking begins with.
const blockSamples = 16

// bendMS bounds by how much a target's velocity turns away from the chord between two
// samples in half the time between them, m/s: gravity, and a motor that steers.
const bendMS = 500

// NewScan samples a flight. The change of the cross-section at burnout is a
// sample of its own, so that no edge of a view hides in it.
func NewScan(tr *flight.Trajectory) *Scan {
	s := new(Scan)
	s.Take(tr)
	return s
}

// Take turns to another flight; what the last one took is used again.
func (s *Scan) Take(tr *flight.Trajectory) {
	end, burnout := tr.Duration(), tr.BurnoutS()
	step := math.Max(scanStepS, end/scanPoints)
	n := int(end/step) + 4
	*s = Scan{tr: tr, t: append(slices.Grow(s.t[:0], n), 0), r: slices.Grow(s.r[:0], n), ballM: s.ballM[:0]}
	for t := 0.0; t < end; {
		next := math.Min(t+step, end)
		if t < burnout && next > burnout {
			next = burnout
		}
		t = next
		s.t = append(s.t, t)
	}
	for _, t := range s.t {
		r, _ := tr.At(t)
		s.r = append(s.r, r)
	}
	blocks := (len(s.t) + blockSamples - 1) / blockSamples
	s.ballM = slices.Grow(s.ballM, blocks)[:blocks]
	bend := step * bendMS / 4
	for b := range s.ballM {
		lo := b * blockSamples
		s.ballM[b] = [2 * blockSamples]float64{}
		s.balls(&s.ballM[b], 1, lo, min(lo+blockSamples, len(s.t)), bend)
	}
}

// balls works out the heap of a block.
func (s *Scan) balls(heap *[2 * blockSamples]float64, node, lo, hi int, bendM float64) {
	mid := (lo + hi) / 2
	far := 0.0
	for _, r := range s.r[max(lo-1, 0):min(hi+1, len(s.r))] {
		dx, dy, dz := r[0]-s.r[mid][0], r[1]-s.r[mid][1], r[2]-s.r[mid][2]
		far = math.Max(far, dx*dx+dy*dy+dz*dz)
	}
	heap[node] = math.Sqrt(far) + bendM
	if hi-lo > 1 {
		s.balls(heap, 2*node, lo, mid, bendM)
		s.balls(heap, 2*node+1, mid, hi, bendM)
	}
}

// What geo.Lift43 does: it lifts what is lower than this, by so much for its distance.
const (
	bendsBelowM = 10000
	liftPerM    = 1 / (8 * geo.MeanRadius)
)

// far reports whether the target is so far out of range, so far below the least
// elevation or so far beside the field that it is not in view anywhere within slackM:
// no angle need be worked out then.
func (sc *scene) far(r *[3]float64, slackM float64) bool {
	dx, dy, dz := r[0]-sc.frame.Origin[0], r[1]-sc.frame.Origin[1], r[2]-sc.frame.Origin[2]
	d := math.Sqrt(dx*dx + dy*dy + dz*dz)
	if d-slackM > math.Max(sc.reach, sc.boostReach) {
		return true
	}
	// The sine of an elevation below which nothing is seen: no steeper than its angle,
	// which bending lowers for what is low.
	lowest := sc.sinMin
	if top := sc.e.Ellipsoid.A + bendsBelowM + slackM; sc.refracts && r[0]*r[0]+r[1]*r[1]+r[2]*r[2] < top*top {
		lowest -= math.Min(refractionMargin, (d+slackM)*liftPerM)
	}
	if lowest > 0 {
		d = math.Max(0, d-slackM)
	} else {
		d += slackM
	}
	up := &sc.frame.R[2]
	if up[0]*dx+up[1]*dy+up[2]*dz+slackM < d*lowest {
		return true
	}
	if sc.allRound {
		return false
	}
	e, n := &sc.frame.R[0], &sc.frame.R[1]
	east, north := e[0]*dx+e[1]*dy+e[2]*dz, n[0]*dx+n[1]*dy+n[2]*dz
	return east*sc.ahead[0]+north*sc.ahead[1]+slackM < sc.cosHalf*math.Sqrt(east*east+north*north)-math.Abs(sc.cosHalf)*slackM
}

// deep reports whether the target is so far inside the field that it stays there
// over a way of slackM.
func (sc *scene) deep(r *[3]float64, slackM float64) bool {
	u := sc.frame.ENU(geo.ECEF(*r))
	ground := math.Sqrt(u[0]*u[0] + u[1]*u[1])
	rangeM := math.Sqrt(ground*ground + u[2]*u[2])
	if !(rangeM+slackM < math.Min(sc.reach, sc.boostReach)) {
		return false
	}
	above := func(x, of, share float64) bool { // x > of·share wherever it moves
		return x-slackM > of*share+math.Abs(share)*slackM
	}
	return above(u[2], rangeM, sc.sinLow) && above(-u[2], rangeM, -sc.sinHigh) && (sc.allRound || above(u[0]*sc.ahead[0]+u[1]*sc.ahead[1], ground, sc.cosHalf))
}

// margins gives the margin at each sample of a node of a block: 1 well inside, -Inf
// where the target is so far out of view that no hump begins there. Samples are looked
// at as one where it is deep inside the field or far outside all the time.
func (sc *scene) margins(s *Scan, m []float64, heap *[2 * blockSamples]float64, node, lo, hi int) {
	mid := (lo + hi) / 2
	all := 0.0
	switch {
	case sc.far(&s.r[mid], heap[node]):
		all = math.Inf(-1)
	case sc.deep(&s.r[mid], heap[node]):
		all = 1
	case hi-lo > 1:
		sc.margins(s, m, heap, 2*node, lo, mid)
		sc.margins(s, m, heap, 2*node+1, mid, hi)
		return
	default:
		all, _ = sc.marginAt(s.t[mid], &s.r[mid])
	}
	for k := lo; k < hi; k++ {
		m[k] = all
	}
}

// windows goes through the samples and refines each edge by bisection. A
// glimpse shorter than the step is caught when it shows as a hump of the
// margin between three samples.
func (sc *scene) windows(s *Scan) (out [maxWindows]window, n int) {
	end := sc.tr.Duration()
	var room [scanPoints + 4]float64
	look := room[:len(s.t)]
	for b := range s.ballM {
		lo := b * blockSamples
		sc.margins(s, look, &s.ballM[b], 1, lo, min(lo+blockSamples, len(look)))
	}
	var (
		t0, m0  float64
		t1      float64
		m1      = look[0]
		open    = m1 > 0
		from    = 0.0
		samples = 1
	)
	closeAt := func(t float64) {
		if n < maxWindows {
			out[n] = window{from, t}
			n++
		} else {
			out[n-1].to = t // more gaps than any real field has: bridge them
		}
		open = false
	}
	for k := 1; k < len(s.t); k++ {
		t2, m2 := s.t[k], look[k]
		if t2 == sc.burnoutS && t1 < sc.burnoutS && sc.boostReach != sc.reach {
			// The value at burnout is that after it; just before, another holds.
			before := math.Nextafter(t2, 0)
			mb, _ := sc.margin(before)
			if (mb > 0) != open {
				e := sc.edge(t1, before)
				if open {
					closeAt(e)
				} else {
					open, from = true, e
				}
			}
			if (m2 > 0) != open {
				if open {
					closeAt(t2)
				} else {
					open, from = true, t2
				}
			}
		} else {
			if samples > 1 && !open && m1 <= 0 && m2 <= 0 && !math.IsInf(m1, -1) && m1 >= m0 && m1 >= m2 {
				if peak, m := sc.peak(t0, t2); m > 0 {
					from = sc.edge(t0, peak)
					closeAt(sc.edge(peak, t2))
				}
			}
			if (m2 > 0) != open {
				e := sc.edge(t1, t2)
				if open {
					closeAt(e)
				} else {
					open, from = true, e
				}
			}
		}
		t0, m0, t1, m1 = t1, m1, t2, m2
		samples++
	}
	if open {
		closeAt(end)
	}
	return out, n
}

// edge finds the crossing of the margin between a and b, on the visible side, by
// halving. Where it lies is foreseen by false position, which asks for the margin
// a few times instead of at every half.
func (sc *scene) edge(a, b float64) float64 {
	at, foreseen := sc.foresee(a, b)
	ma, _ := sc.margin(a)
	inside := ma > 0
	for b-a > edgeS {
		mid := 0.5 * (a + b)
		same := mid < at
		if !foreseen || math.Abs(mid-at) < sureS {
			m, _ := sc.margin(mid)
			same = (m > 0) == inside
		}
		if same {
			a = mid
		} else {
			b = mid
		}
	}
	if inside {
		return a
	}
	return b
}

// sureS is how near a foreseen crossing lies to the true one at the farthest.
const sureS = 1e-6

// foresee finds the crossing of the margin between a and b; false if there may be
// more than one, as where bent rays end and the margin jumps, or if it does not
// settle soon.
func (sc *scene) foresee(a, b float64) (float64, bool) {
	if sc.refracts && sc.low(a) != sc.low(b) {
		return 0, false
	}
	fa, fb := sc.whole(a), sc.whole(b)
	if (fa > 0) == (fb > 0) {
		return 0, false
	}
	was, side := math.Inf(1), 0
	for range 10 {
		x := b - fb*(b-a)/(fb-fa)
		if math.Abs(x-was) < sureS/10 {
			return x, true
		}
		f := sc.whole(x)
		// Illinois: halve the weight of an end that stays.
		if (f > 0) == (fb > 0) {
			b, fb = x, f
			if side == 1 {
				fa *= 0.5
			}
			side = 1
		} else {
			a, fa = x, f
			if side == -1 {
				fb *= 0.5
			}
			side = -1
		}
		was = x
	}
	return 0, false
}

// peak finds the largest margin between a and b by golden section.
func (sc *scene) peak(a, b float64) (t, m float64) {
	const g = 0.6180339887498949
	x1, x2 := b-g*(b-a), a+g*(b-a)
	m1, _ := sc.margin(x1)
	m2, _ := sc.margin(x2)
	for b-a > 0.01 {
		if m1 > 0 {
			return x1, m1
		}
		if m2 > 0 {
			return x2, m2
		}
		if m1 < m2 {
			a, x1, m1 = x1, x2, m2
			x2 = a + g*(b-a)
			m2, _ = sc.margin(x2)
		} else {
			b, x2, m2 = x2, x1, m1
			x1 = b - g*(b-a)
			m1, _ = sc.margin(x1)
		}
	}
	return x1, m1
}

// Observe returns what the radar sees of the trajectory. The cost is some
// hundred evaluations of the trajectory and does not depend on the revisit.
func (r Radar) Observe(e flight.Earth, tr *flight.Trajectory, s Signature) View {
	return r.ObserveScan(e, NewScan(tr), s)
}

// ObserveScan is Observe of a flight that was sampled before: for many radars
// looking at one flight.
func (r Radar) ObserveScan(e flight.Earth, scan *Scan, s Signature) View {
	v := r.Sight(e, scan, s)
	v.Looks = r.Track(e, scan.tr, s, v, 0, math.Inf(1))
	return v
}

// Sight is ObserveScan without the looks, which Track adds for those who need
// them: detection alone costs half.
func (r Radar) Sight(e flight.Earth, scan *Scan, s Signature) View {
	p := r.Post(e, s)
	return p.Sight(scan, 1)
}

// Track lists the looks between two times of a view that Sight gave without.
func (r Radar) Track(e flight.Earth, tr *flight.Trajectory, s Signature, v View, fromS, untilS float64) []Look {
	p := r.Post(e, s)
	return p.AppendTrack(nil, tr, v, fromS, untilS)
}

// Post is a radar that looks for one kind of target, flight after flight: what does
// not depend on the flight is worked out once.
type Post struct {
	blank scene
	of    Radar
	sees  bool // anything at all
}

// Post posts the radar.
func (r Radar) Post(e flight.Earth, s Signature) Post {
	p := Post{of: r}
	p.blank, p.sees = r.blank(e, s)
	return p
}

// Soonest bounds from below when the target comes into view: +Inf if it never does.
// It takes a small part of the time of Sight.
func (p *Post) Soonest(s *Scan) float64 {
	if p.sees {
		for b := range s.ballM {
			lo := b * blockSamples
			hi := min(lo+blockSamples, len(s.t))
			if k := p.blank.nearest(s, &s.ballM[b], 1, lo, hi); k < hi {
				return s.t[k]
			}
		}
	}
	return math.Inf(1)
}

// nearest gives the first of the samples of a node at which the target is not far, hi
// if it is at all of them.
func (sc *scene) nearest(s *Scan, heap *[2 * blockSamples]float64, node, lo, hi int) int {
	mid := (lo + hi) / 2
	if sc.far(&s.r[mid], heap[node]) {
		return hi
	}
	if hi-lo == 1 {
		return lo
	}
	if k := sc.nearest(s, heap, 2*node, lo, mid); k < mid {
		return k
	}
	return sc.nearest(s, heap, 2*node+1, mid, hi)
}

// Sight is that of the radar. Its curves end once the search has passed a cumulative
// probability, for those who ask no further.
func (p *Post) Sight(scan *Scan, enough float64) View {
	if !p.sees {
		return unseen()
	}
	sc := p.blank
	sc.watch(scan.tr)
	ws, n := sc.windows(scan)
	if n == 0 {
		return unseen()
	}
	v := View{First: ws[0].from, Last: ws[n-1].to, windows: append([]window(nil), ws[:n]...)}
	if sc.textbook {
		c := Curve{T: []float64{v.First}, P: []float64{1}}
		v.Search, v.Warned, v.Cued = c, c, c
	} else {
		sc.curves(ws[:n], orDefault(p.of.Revisit, DefaultRevisit), enough, &v)
	}
	return v
}

// AppendTrack is Track of the radar, behind other looks.
func (p *Post) AppendTrack(out []Look, tr *flight.Trajectory, v View, fromS, untilS float64) []Look {
	if !p.sees || len(v.windows) == 0 {
		return out
	}
	sc := p.blank
	sc.watch(tr)
	return sc.looks(out, v.windows, p.of, fromS, untilS)
}

// Tracks reports whether Track gives any look.
func (r Radar) Tracks(v View) bool {
	return len(v.windows) > 0 && inView(v.windows) >= orDefault(r.TrackInterval, DefaultTrackInterval)
}

// inView is the time in view, s.
func inView(ws []window) float64 {
	total := 0.0
	for _, w := range ws {
		total += w.to - w.from
	}
	return total
}

// leastIntervalS bounds revisit and track interval: no radar looks more often
// than a hundred times a second at one target.
const leastIntervalS = 0.01

func orDefault(d, def units.Duration) float64 {
	if d > 0 {
		return math.Max(leastIntervalS, float64(d))
	}
	return float64(def)
}

// curves accumulates the three detection curves. A scan of unknown phase finds
// the target at the rate -ln(1-Pd)/revisit, which at whole revisits is exactly
// the product of the misses; long views use coarser steps of the same integral.
func (sc *scene) curves(ws []window, revisitS, enough float64, v *View) {
	total := inView(ws)
	step := math.Max(revisitS, total/float64(maxSegments-2*len(ws)))
	// One point per segment and one more per window: never more than maxSegments.
	var room [4][maxSegments]float64
	t, ps, pw, pc := &room[0], &room[1], &room[2], &room[3]
	var hs, hw, hc, p1, p2, p3 float64
	i := 0
	put := func(at float64) {
		t[i], ps[i], pw[i], pc[i] = at, p1, p2, p3
		i++
	}
windows:
	for _, w := range ws {
		put(w.from)
		k := segments(w, step)
		for j := range k {
			a := w.from + float64(j)*step
			b := math.Min(a+step, w.to)
			if j == k-1 {
				b = w.to
			}
			if hs >= mostHazard || p1 > enough { // the others stand there too: nothing more happens
				break windows
			}
			mid := 0.5 * (a + b)
			r, _ := sc.tr.At(mid)
			dx, dy, dz := r[0]-sc.frame.Origin[0], r[1]-sc.frame.Origin[1], r[2]-sc.frame.Origin[2]
			r2 := dx*dx + dy*dy + dz*dz
			snr := sc.powerAt(mid) / (r2 * r2)
			share := (b - a) / revisitS
			found := func(h, p *float64, gain, least float64) {
				if *h < mostHazard {
					*h = math.Min(mostHazard, *h+share*hazard(snr*gain))
					*p = math.Max(*p, -math.Expm1(-*h))
				}
				*p = math.Max(*p, least)
			}
			found(&hs, &p1, 1, 0)
			found(&hw, &p2, sc.warned4, p1)
			found(&hc, &p3, sc.cued4, p2)
			put(b)
		}
	}
	buf := make([]float64, 4*i)
	for k := range room {
		copy(buf[k*i:], room[k][:i])
	}
	times := buf[:i:i]
	v.Search, v.Warned, v.Cued = Curve{times, buf[i : 2*i : 2*i]}, Curve{times, buf[2*i : 3*i : 3*i]}, Curve{times, buf[3*i:]}
}

// mostHazard keeps the cumulative probability just below one, 1 - 2e-16. At one
// the time of detection within a step would be lost, and a cue that makes
// detection certain could seem to come later than a search that does not.
const mostHazard = 36

// segments is the number of steps in a window; a last short one is merged.
func segments(w window, step float64) int {
	return max(1, int((w.to-w.from)/step+0.5))
}

// hazard is -ln(1-Pd) of one look, zero when out of reach.
func hazard(snr float64) float64 {
	if snr < leastSNR {
		return 0
	}
	return -math.Log(-math.Expm1(-logFalseAlarm / (1 + snr)))
}

// looks lists the tracking looks, one per track interval while in view. Of a
// long view the first denseLooks are kept as they are, because a young track
// depends on each of them; the rest is spread evenly over what remains.
func (sc *scene) looks(out []Look, ws []window, r Radar, fromS, untilS float64) []Look {
	interval := orDefault(r.TrackInterval, DefaultTrackInterval)
	sigmaR, sigmaA := r.sigmas()
	total := inView(ws)
	n := maxLooks
	thin := interval
	if total < interval {
		return out
	}
	if all := total / interval; all < maxLooks+1 {
		n = int(all)
	} else {
		thin = (total - denseLooks*interval) / (maxLooks - denseLooks)
	}
	out = slices.Grow(out, max(0, min(n, int(math.Min((untilS-math.Max(fromS, ws[0].from))/math.Min(interval, thin), maxLooks))+2)))
	seen, w, gone := 0.0, 0, 0.0 // time in view so far; window; time in earlier windows
	for i := range n {
		span := interval
		if i >= denseLooks {
			span = thin
		}
		seen += span
		for w < len(ws)-1 && seen > gone+ws[w].to-ws[w].from {
			gone += ws[w].to - ws[w].from
			w++
		}
		t := math.Min(ws[w].from+(seen-gone), ws[w].to)
		if t < fromS {
			continue
		}
		if t > untilS {
			break
		}
		look := Look{T: t, SpanS: span}
		if sc.textbook {
			look.SNR, look.Pd = rangeLimited, 1
		} else {
			_, rangeM := sc.rangeAt(t)
			look.SNR = sc.snr(t, rangeM) * sc.cued4
			look.Pd = math.Exp(-logFalseAlarm / (1 + look.SNR))
		}
		spread := math.Sqrt((1 + TrackSNR/look.SNR) * interval / span)
		look.SigmaRangeM, look.SigmaAngleRad = sigmaR*spread, sigmaA*spread
		out = append(out, look)
	}
	return out
}

// sigmas are the accuracies of a strong echo: range (m), angle (rad).
func (r Radar) sigmas() (rangeM, angleRad float64) {
	return math.Max(float64(r.RangeAccuracy), float64(LeastRangeAccuracy)), math.Max(float64(r.AngleAccuracy), float64(LeastAngleAccuracy))
}

// rangeAt is the position and the distance of the target from the radar.
func (sc *scene) rangeAt(tS float64) (r [3]float64, rangeM float64) {
	r, _ = sc.tr.At(tS)
	dx, dy, dz := r[0]-sc.frame.Origin[0], r[1]-sc.frame.Origin[1], r[2]-sc.frame.Origin[2]
	return r, math.Sqrt(dx*dx + dy*dy + dz*dz)
}
