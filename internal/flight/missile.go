package flight

import (
	"errors"
	"fmt"
	"math"

	"testudo/internal/geo"
	"testudo/internal/units"
)

// Spec is what is published about a missile.
type Spec struct {
	ID        string
	Impulsive bool             // textbook: all its speed at launch, on the ground, without air
	Range     units.Length     // greatest range over the ground
	Stages    []units.Duration // burn times, first stage first; empty if impulsive
	Beta      units.Loading    // ballistic coefficient after burnout, kg/m²; 0: no drag
}

// Missile is a calibrated missile. It is immutable.
//
// The boost is kinematic: it follows from published figures alone. Each stage
// burns its published time and gives an equal share of the ideal velocity gain,
// with an acceleration that rises as a rocket's does whose mass flow is constant
// (effective exhaust velocity exhaustMps: an assumption, typical of the storable
// liquids and solids concerned; higher where the first stage would not lift off
// otherwise). The thrust points straight up for the first few seconds, then turns
// at a constant rate to its final pitch, reached when the first stage is burnt out
// (or at an earlier cut-off), and is held there, all in axes fixed to the launch
// point. Drag in boost is left out: the calibrated gain is what remains after it.
type Missile struct {
	spec Spec
	// gain is the ideal velocity gain of the full burn, m/s; of an impulsive
	// missile its launch speed.
	gain   float64
	burnS  float64
	beta   float64 // +Inf: none
	stages stageList
	// best lists the farthest flights for growing cut-offs over the still sphere;
	// it starts the search for a solution.
	best []farthest
	// still is the sphere on which the range was calibrated.
	still Earth
}

// farthest is the flight of greatest range for a velocity gain.
type farthest struct{ gainMps, zenith, rangeM float64 }

const (
	exhaustMps = 2500.0
	// leastLift is the acceleration at lift-off, in g, below which the first
	// stage's profile is flattened.
	leastLift = 1.3
	// bareLift is that below which a missile is refused.
	bareLift  = 1.02
	maxStages = 8
	// lightGain is how far beyond its calibrated gain a missile may be flown to a
	// stated apogee. Published test flights went farther up than the published
	// ranges allow, because they are thought to have carried light payloads.
	lightGain = 1.2
	// farthestShare of half the circumference bounds a range: beyond, a flight is
	// nearly an orbit and neither direction is the short one.
	farthestShare = 0.95
)

// stage is one burn: acceleration exhaust·rate/(1-rate·t) for t from its start.
type stage struct{ startS, burnS, gain, exhaust, rate float64 }

type stageList struct {
	n int
	s [maxStages]stage
}

// makeStages shares a gain out equally.
func makeStages(burns []units.Duration, gain float64) (l stageList) {
	t := 0.0
	dv := gain / float64(len(burns))
	for i, b := range burns {
		x := stage{startS: t, burnS: float64(b), gain: dv, exhaust: exhaustMps}
		if i == 0 {
			x.exhaust = liftingExhaust(dv, x.burnS)
		}
		x.rate = -math.Expm1(-dv/x.exhaust) / x.burnS
		l.s[i] = x
		t += x.burnS
	}
	l.n = len(burns)
	return l
}

// liftingExhaust gives the exhaust velocity at which a stage starts with at least
// leastLift g; nearly constant acceleration if none does.
func liftingExhaust(dv, burnS float64) float64 {
	want := leastLift * gravity0Mps2 * burnS
	start := func(ve float64) float64 { return -ve * math.Expm1(-dv/ve) }
	if start(exhaustMps) >= want {
		return exhaustMps
	}
	lo, hi := exhaustMps, 1e6
	if start(hi) < want {
		return hi
	}
	for range 60 {
		if mid := math.Sqrt(lo * hi); start(mid) < want {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}

// cutoff gives the time at which a gain is reached.
func (l *stageList) cutoff(gain float64) float64 {
	for i := range l.n {
		x := &l.s[i]
		if gain < x.gain || i == l.n-1 {
			tau := -math.Expm1(-gain/x.exhaust) / x.rate
			return x.startS + min(tau, x.burnS)
		}
		gain -= x.gain
	}
	return 0
}

// thrust is the push of one boost.
type thrust struct {
	up, ahead [3]float64 // Earth-fixed unit vectors: the launch vertical, the way of the pitch-over
	stage     stage      // the one that burns
	zenith    float64    // final angle of the thrust from the vertical, rad
	// The turn begins at riseS and ends at turnS.
	riseS, turnS float64
}

// accel gives the acceleration at a time since launch, m/s².
func (p *thrust) accel(tS float64, out *[3]float64) {
	x := &p.stage
	a := x.exhaust * x.rate / (1 - x.rate*(tS-x.startS))
	if tS <= p.riseS {
		out[0], out[1], out[2] = a*p.up[0], a*p.up[1], a*p.up[2]
		return
	}
	s, c := math.Sincos(p.zenith * min(1, (tS-p.riseS)/(p.turnS-p.riseS)))
	s, c = s*a, c*a
	for i := range out {
		out[i] = c*p.up[i] + s*p.ahead[i]
	}
}

// riseFor is the time of the vertical rise: a tenth of a short turn, not more
// than 10 s of a long one.
func riseFor(turnS float64) float64 { return 10 * turnS / (100 + turnS) }

// pad is a launch point with an aim: directions, and a map of the Earth about it.
type pad struct {
	r0           [3]float64
	up, fwd, lft [3]float64 // local vertical, horizontal toward the target, horizontal to its left
	u0, e1, e2   [3]float64 // geocentric: direction of the point, and the map's axes
	radiusM      float64
	heightM      float64
}

func dot(a, b [3]float64) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

func cross(a, b [3]float64) [3]float64 {
	return [3]float64{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

// less is a - k·b.
func less(a [3]float64, k float64, b [3]float64) [3]float64 {
	return [3]float64{a[0] - k*b[0], a[1] - k*b[1], a[2] - k*b[2]}
}

func unit(a [3]float64) [3]float64 {
	n := 1 / math.Sqrt(dot(a, a))
	return [3]float64{a[0] * n, a[1] * n, a[2] * n}
}

// makePad sets up a launch point and the direction to a target.
func makePad(e *Earth, from geo.LLA, target [3]float64) pad {
	f := e.Ellipsoid.Frame(from)
	p := pad{r0: f.Origin, up: f.R[2], radiusM: e.meanRadiusM(), heightM: float64(from.Alt)}
	p.u0 = unit(p.r0)
	u := unit(target)
	t := less(u, dot(u, p.u0), p.u0)
	if dot(t, t) < 1e-24 { // right above, or the antipode: any direction serves
		t = less(f.R[1], dot(f.R[1], p.u0), p.u0)
	}
	p.e1 = unit(t)
	p.e2 = cross(p.u0, p.e1)
	p.fwd = unit(less(p.e1, dot(p.e1, p.up), p.up))
	p.lft = cross(p.up, p.fwd)
	return p
}

// chart maps a position to metres ahead and to the left, by geocentric distance
// and direction from the launch point (azimuthal equidistant).
func (p *pad) chart(r [3]float64) (x, y float64) {
	u := unit(r)
	a, b, c := dot(u, p.e1), dot(u, p.e2), dot(u, p.u0)
	s := math.Sqrt(a*a + b*b)
	k := p.radiusM
	if s > 1e-12 {
		k *= math.Atan2(s, c) / s
	}
	return k * a, k * b
}

// controls of a flight: velocity gain (m/s), and the angle of the final thrust
// from the vertical, as a vector ahead and to the left (rad). A vector, because a
// steep flight's azimuth means nothing.
type controls struct{ gain, ahead, left float64 }

// fly runs one flight in a stepper that has been set up for the Earth. Boost
// events go to the stepper's segments if it keeps them.
func (m *Missile) fly(s *stepper, p *pad, c controls) (cutS float64, err error) {
	zenith := math.Hypot(c.ahead, c.left)
	way := p.fwd
	if zenith > 1e-12 {
		for i := range way {
			way[i] = (c.ahead*p.fwd[i] + c.left*p.lft[i]) / zenith
		}
	}
	if !(c.gain > 0) || zenith > math.Pi {
		return 0, errTooLow
	}
	y := [6]float64{p.r0[0], p.r0[1], p.r0[2]}
	s.segs = s.segs[:0]
	s.steps, s.refused = 0, 0
	if m.spec.Impulsive {
		sz, cz := math.Sincos(zenith)
		for i := range 3 {
			y[3+i] = c.gain * (cz*p.up[i] + sz*way[i])
		}
		s.begin(0, &y)
		return 0, s.free()
	}
	s.begin(0, &y)
	stages := &m.stages
	var scaled stageList
	if c.gain > m.gain {
		scaled = makeStages(m.spec.Stages, c.gain)
		stages = &scaled
	}
	cutS = stages.cutoff(c.gain)
	turnS := min(cutS, stages.s[0].burnS)
	th := thrust{up: p.up, ahead: way, zenith: zenith, riseS: riseFor(turnS), turnS: turnS}
	s.f.push, s.f.air = &th, nil
	for i := 0; i < stages.n && stages.s[i].startS < cutS; i++ {
		th.stage = stages.s[i]
		end := min(th.stage.startS+th.stage.burnS, cutS)
		if i == stages.n-1 {
			end = cutS
		}
		if s.tS < th.riseS && th.riseS < end {
			if err := s.powered(th.riseS); err != nil {
				return cutS, err
			}
		}
		if err := s.powered(end); err != nil {
			return cutS, err
		}
	}
	if s.f.heightOf(&s.y) < p.heightM-1 {
		return cutS, errTooLow
	}
	return cutS, s.free()
}

// stagings lists the times at which stages before the last to burn go out.
func (m *Missile) stagings(cutS float64) []float64 {
	var out []float64
	for i := 1; i < m.stages.n; i++ {
		if t := m.stages.s[i].startS; t < cutS {
			out = append(out, t)
		}
	}
	return out
}

// stepper prepares one for this missile over an Earth.
func (m *Missile) stepper(e *Earth, tol tolerance) stepper {
	s := stepper{f: e.field(), layers: us76, tol: tol}
	if e.Air && !m.spec.Impulsive {
		s.f.drag = 0.5 / m.beta
	}
	return s
}

// ID is the missile's name.
func (m *Missile) ID() string { return m.spec.ID }

// MaxRange is the published range the missile was calibrated to, over a
// non-rotating Earth.
func (m *Missile) MaxRange() units.Length { return m.spec.Range }

// DeltaV is the ideal velocity gain of the full burn; of an impulsive missile its
// greatest launch speed.
func (m *Missile) DeltaV() units.Speed { return units.Speed(m.gain) }

// BurnTime is the length of the full burn.
func (m *Missile) BurnTime() units.Duration { return units.Duration(m.burnS) }

// Calibrate finds the velocity gain at which the missile's best flight reaches
// its published range. That range is taken over a sphere of the Earth's mean
// radius that does not rotate, with the Earth's air if it has any: published
// ranges name neither latitude nor direction. The range is met within 1e-5 of it.
func Calibrate(e Earth, s Spec) (*Missile, error) {
	if err := s.check(&e); err != nil {
		return nil, err
	}
	m := &Missile{spec: s, beta: float64(s.Beta), still: e.still()}
	m.spec.Stages = append([]units.Duration(nil), s.Stages...)
	if m.beta == 0 {
		m.beta = math.Inf(1)
	}
	if s.Impulsive {
		m.still.Air = false
		m.gain, _ = leastSpeed(float64(s.Range)/m.still.Ellipsoid.A, m.still.Mu, m.still.Ellipsoid.A)
		return m, nil
	}
	for _, b := range s.Stages {
		m.burnS += float64(b)
	}
	if err := m.findGain(); err != nil {
		return nil, fmt.Errorf("no velocity gain brings the missile %s to %s: %w", s.ID, s.Range, err)
	}
	if lift := m.stages.s[0].exhaust * m.stages.s[0].rate / gravity0Mps2; lift < bareLift {
		return nil, fmt.Errorf("a burn of %s is too long for a range of %s: the missile would start with %.2f g and not lift off", s.Stages[0], s.Range, lift)
	}
	m.tabulate()
	return m, nil
}

func (s *Spec) check(e *Earth) error {
	r := e.meanRadiusM()
	if !(r > 0) || !(e.Mu > 0) || math.IsInf(r, 0) || math.IsInf(e.Mu, 0) {
		return fmt.Errorf("an Earth of radius %g m and gravitational parameter %g m3/s2 cannot be flown over", r, e.Mu)
	}
	if d := float64(s.Range); !(d >= 1000) || d > farthestShare*math.Pi*r {
		return fmt.Errorf("a range of %s lies outside 1 km to %s", s.Range, units.Length(math.Floor(farthestShare*math.Pi*r/1e6)*1e6))
	}
	if !(s.Beta >= 0) {
		return fmt.Errorf("a ballistic coefficient of %s is negative", s.Beta)
	}
	if s.Impulsive {
		return nil
	}
	if len(s.Stages) == 0 || len(s.Stages) > maxStages {
		return fmt.Errorf("%d burn times given; 1 to %d stages are possible", len(s.Stages), maxStages)
	}
	for i, b := range s.Stages {
		if !(b >= 1) || b > 1000 {
			return fmt.Errorf("a burn time of %s for stage %d lies outside 1 s to 1000 s", b, i+1)
		}
	}
	return nil
}

var errNoBest = errors.New("no pitch gives a flight")

// equator is a launch point of the still sphere; the map's x is the range.
func (m *Missile) equator() pad {
	return makePad(&m.still, geo.LLA{}, [3]float64{0, 1, 0})
}

// farthestZenith finds the thrust angle of greatest range for a gain by
// successive parabolas, from a guess and a spacing that is reduced twice.
func (m *Missile) farthestZenith(s *stepper, p *pad, gain, guess, span float64) (farthest, error) {
	try := func(z float64) float64 {
		if z < 0 || z > 2.5 {
			return math.Inf(-1)
		}
		if _, err := m.fly(s, p, controls{gain: gain, ahead: z}); err != nil {
			return math.Inf(-1)
		}
		x, _ := p.chart([3]float64{s.y[0], s.y[1], s.y[2]})
		if x < 0 { // past the antipode
			x += 2 * math.Pi * p.radiusM
		}
		return x
	}
	z, f := guess, try(guess)
	for round := 0; round < 2; round++ {
		lo, hi := try(z-span), try(z+span)
		for moves := 0; moves < 40 && (lo > f || hi > f || math.IsInf(f, -1)); moves++ {
			if lo > f || math.IsInf(f, -1) && math.IsInf(hi, -1) && z-span > 0 {
				z, f, hi = z-span, lo, f
				lo = try(z - span)
			} else {
				z, f, lo = z+span, hi, f
				hi = try(z + span)
			}
		}
		if math.IsInf(f, -1) {
			return farthest{}, errNoBest
		}
		for k := 0; k < 6 && (math.IsInf(lo, -1) || math.IsInf(hi, -1)); k++ {
			span /= 2
			lo, hi = try(z-span), try(z+span)
			if lo > f || hi > f {
				k, round = 6, -1
			}
		}
		if bend := lo + hi - 2*f; bend < 0 && !math.IsInf(bend, -1) {
			z += max(-span, min(span, span*0.5*(lo-hi)/bend))
		}
		f = try(z)
		span *= 0.25
	}
	return farthest{gain, z, f}, nil
}

// findGain is a secant search in the logarithms of range and gain, kept inside
// what is known to be too little and too much; rough flights first.
func (m *Missile) findGain() error {
	want := float64(m.spec.Range)
	p := m.equator()
	v, fpa := leastSpeed(want/p.radiusM, m.still.Mu, p.radiusM)
	gain := v + 0.35*gravity0Mps2*min(m.burnS, 300)
	zenith, span := math.Pi/2-0.8*fpa, 0.15
	tol := rough
	low, high := 0.0, math.Inf(1)
	var lastGain, lastRange float64
	// How the gain grows with the range, from the ellipse: half as fast for
	// short ranges, hardly at all near the antipode, where too long a step would
	// go round the Earth and be taken for a short flight.
	further, _ := leastSpeed(min(want*1.02/p.radiusM, 0.999*math.Pi), m.still.Mu, p.radiusM)
	slope := max(0.02, min(0.5, math.Log(further/v)/math.Log(1.02)))
	// There the last digits of the best angle decide; the nearest flight found
	// then serves.
	const near = 5e-4
	var nearest farthest
	nearestGain, nearestMiss := 0.0, near
	for range 60 {
		m.gain = gain
		m.stages = makeStages(m.spec.Stages, gain)
		s := m.stepper(&m.still, tol)
		b, err := m.farthestZenith(&s, &p, gain, zenith, span)
		if err != nil || !(b.rangeM > 0) {
			// Too little to fly; or so much that it does not come back.
			if gain > 1.15*v && math.IsInf(high, 1) && low > 0 || gain > 2*v {
				high = gain
			} else {
				low = gain
			}
			lastGain = 0
			gain = between(low, high)
			continue
		}
		zenith = b.zenith
		miss := math.Log(want / b.rangeM)
		if tol == fine && math.Abs(miss) < 3e-6 {
			m.best = []farthest{b}
			return nil
		}
		if tol == fine && math.Abs(miss) < nearestMiss {
			nearest, nearestGain, nearestMiss = b, gain, math.Abs(miss)
		}
		if miss > 0 {
			low = gain
		} else {
			high = gain
		}
		if lastGain > 0 && lastRange != b.rangeM && lastGain != gain {
			if x := math.Log(gain/lastGain) / math.Log(b.rangeM/lastRange); x > 0.005 && x < 3 {
				slope = x
			}
		}
		lastGain, lastRange = gain, b.rangeM
		if tol != fine && math.Abs(miss) < 2e-3 {
			// What was flown roughly bounds nothing any more.
			tol, span = fine, 0.04
			low, high = gain*(1-3e-3), gain*(1+3e-3)
		}
		next := gain * math.Exp(max(-0.3, min(0.3, slope*miss)))
		if !(next > low && next < high) {
			next = between(low, high)
		}
		gain = next
		span = min(span, 0.06)
	}
	if nearestGain == 0 {
		return errNoBest
	}
	m.gain = nearestGain
	m.stages = makeStages(m.spec.Stages, nearestGain)
	m.best = []farthest{nearest}
	return nil
}

// between halves a bracket of gains, or opens it.
func between(low, high float64) float64 {
	switch {
	case math.IsInf(high, 1):
		return low * 1.15
	case low == 0:
		return high * 0.85
	}
	return 0.5 * (low + high)
}

// tableSteps is the number of cut-offs in the table of best flights; a step is a
// factor of tableRatio in gain.
const (
	tableSteps = 22
	tableRatio = 0.88
)

// tabulate adds the farthest flights of smaller gains.
func (m *Missile) tabulate() {
	p := m.equator()
	s := m.stepper(&m.still, rough)
	b := m.best[0]
	list := []farthest{b}
	for range tableSteps {
		n, err := m.farthestZenith(&s, &p, b.gainMps*tableRatio, b.zenith, 0.08)
		if err != nil || !(n.rangeM > 0) || n.rangeM >= b.rangeM {
			break
		}
		list = append(list, n)
		b = n
	}
	// Ascending in range.
	m.best = make([]farthest, len(list))
	for i := range list {
		m.best[len(list)-1-i] = list[i]
	}
}

// least gives, roughly, the least-energy controls for a distance over the still
// sphere: gain and zenith angle.
func (m *Missile) least(distanceM float64) (gain, zenith float64) {
	if m.spec.Impulsive {
		r := m.still.Ellipsoid.A
		v, fpa := leastSpeed(min(distanceM/r, farthestShare*math.Pi), m.still.Mu, r)
		return v, math.Pi/2 - fpa
	}
	b := m.best
	n := len(b)
	if n == 1 {
		return b[0].gainMps * math.Pow(distanceM/b[0].rangeM, 0.45), b[0].zenith
	}
	i := 1
	for i < n-1 && b[i].rangeM < distanceM {
		i++
	}
	lo, hi := b[i-1], b[i]
	w := math.Log(distanceM/lo.rangeM) / math.Log(hi.rangeM/lo.rangeM)
	w = max(-6, min(1.5, w))
	return lo.gainMps * math.Pow(hi.gainMps/lo.gainMps, w), lo.zenith + max(-2, min(1.5, w))*(hi.zenith-lo.zenith)
}
