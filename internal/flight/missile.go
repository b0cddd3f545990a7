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
	Impulsive bool             // textbook: all its speed at launch, at the surface
	Range     units.Length     // greatest range
	Stages    []units.Duration // burn times, first stage first
	Beta      units.Loading    // ballistic coefficient on re-entry; 0: no drag
}

// Missile is a calibrated missile: one whose best flight over a non-rotating
// Earth reaches the published range.
type Missile struct {
	spec  Spec
	burnS float64
	// gain is the ideal velocity gain of the full burn, m/s.
	gain float64
	// best lists flights of greatest range for growing cut-offs.
	best []bestFlight
}

// bestFlight is the least-energy flight to a range.
type bestFlight struct{ rangeM, cutS, pitch float64 }

// MaxRange is the published range the missile was calibrated to.
func (m *Missile) MaxRange() units.Length { return m.spec.Range }

// DeltaV is the ideal velocity gain of the full burn (impulsive: the launch
// speed for the greatest range).
func (m *Missile) DeltaV() units.Speed { return units.Speed(m.gain) }

// BurnTime is the length of the full burn.
func (m *Missile) BurnTime() units.Duration { return units.Duration(m.burnS) }

// program is the thrust of a kinematic boost: vertical rise, then a pitch-over
// at a constant rate from the vertical to the final pitch at cut-off. Each
// stage's acceleration grows linearly from 0.7 to 1.3 times its mean, as a
// stage's does that burns its mass away; all stages have the same mean. Drag in
// boost is not modelled: the calibrated gain stands for what is left after it.
type program struct {
	up, ahead [3]float64 // launch vertical and horizontal direction of flight, Earth-fixed
	mean      float64    // m/s²
	stages    []units.Duration
	riseS     float64
	cutS      float64
	pitch     float64 // final, rad above the launch horizon
}

const (
	profileFrom  = 0.7
	profileSlope = 0.6
	riseShare    = 0.08 // of the burn, straight up
)

func (p *program) accel(tS float64, out *[3]float64) {
	if tS < 0 {
		tS = 0
	}
	t := tS
	a := p.mean
	for i, s := range p.stages {
		if d := float64(s); t <= d || i == len(p.stages)-1 {
			a = p.mean * (profileFrom + profileSlope*t/d)
			break
		} else {
			t -= d
		}
	}
	theta := math.Pi / 2
	if tS > p.riseS && p.cutS > p.riseS {
		theta -= (math.Pi/2 - p.pitch) * math.Min(1, (tS-p.riseS)/(p.cutS-p.riseS))
	}
	s, c := math.Sincos(theta)
	for i := range out {
		out[i] = a * (s*p.up[i] + c*p.ahead[i])
	}
}

// kinks lists the times at which the thrust program is not smooth.
func (p *program) kinks() []float64 {
	out := []float64{math.Min(p.riseS, p.cutS)}
	t := 0.0
	for _, s := range p.stages {
		if t += float64(s); t < p.cutS-1e-9 {
			out = append(out, t)
		}
	}
	if len(out) > 1 && out[1] < out[0] {
		out[0], out[1] = out[1], out[0]
	}
	return append(out, p.cutS)
}

// shot is one flight's controls.
type shot struct {
	azimuth float64
	pitch   float64 // final pitch (impulsive: elevation), rad
	cutS    float64 // cut-off (impulsive: launch speed in m/s)
}

// fly flies a shot from a place.
func (m *Missile) fly(e *Earth, from geo.Frame, s shot, tol tolerance, keep bool, floorM float64) (*flier, error) {
	sa, ca := math.Sincos(s.azimuth)
	f := &flier{e: e, tol: tol, keep: keep, floorM: floorM, downT: -1}
	f.y = [6]float64{from.Origin[0], from.Origin[1], from.Origin[2]}
	if keep {
		f.segs = make([]segment, 0, 96)
	}
	if m.spec.Beta > 0 {
		f.invBeta, f.drag = 1/float64(m.spec.Beta), e.Air
	}
	if m.spec.Impulsive {
		sp, cp := math.Sincos(s.pitch)
		v := from.RotateToECEF([3]float64{s.cutS * cp * sa, s.cutS * cp * ca, s.cutS * sp})
		f.y[3], f.y[4], f.y[5] = v[0], v[1], v[2]
		return f, f.coast()
	}
	p := &program{up: from.RotateToECEF([3]float64{0, 0, 1}), ahead: from.RotateToECEF([3]float64{sa, ca, 0}), mean: m.gain / m.burnS, stages: m.spec.Stages, riseS: riseShare * m.burnS, cutS: s.cutS, pitch: s.pitch}
	for _, k := range p.kinks() {
		if err := f.powered(p, k); err != nil {
			return f, err
		}
	}
	f.apogeeT, f.apogeeM = f.t, e.Ellipsoid.Height(geo.ECEF{f.y[0], f.y[1], f.y[2]})
	if f.apogeeM <= floorM {
		return f, errNoImpact
	}
	return f, f.coast()
}

// ErrSpec is wrapped by the errors of Calibrate.
var ErrSpec = errors.New("the figures do not make a missile")

// Calibrate finds the velocity gain with which the missile's best flight over
// the Earth, rotation left out, reaches its published range, and the least-energy
// flights to shorter ranges.
func Calibrate(e Earth, s Spec) (*Missile, error) {
	if !(s.Range > 0) || math.IsInf(float64(s.Range), 0) {
		return nil, fmt.Errorf("%w: range %s", ErrSpec, s.Range)
	}
	half := math.Pi * e.Ellipsoid.A
	if float64(s.Range) > 0.99*half {
		return nil, fmt.Errorf("%w: a range of %s goes round the Earth (at most %s)", ErrSpec, s.Range, units.Length(0.99*half))
	}
	m := &Missile{spec: s}
	still := e
	still.Omega = 0
	if s.Impulsive {
		phi := float64(s.Range) / e.Ellipsoid.A
		sh := math.Sin(phi / 2)
		m.gain = math.Sqrt(2 * sh / (1 + sh) * e.Mu / e.Ellipsoid.A)
		return m, nil
	}
	for _, b := range s.Stages {
		if !(b > 0) {
			return nil, fmt.Errorf("%w: a stage burns for %s", ErrSpec, b)
		}
		m.burnS += float64(b)
	}
	if m.burnS == 0 {
		return nil, fmt.Errorf("%w: no burn time", ErrSpec)
	}
	// First guess: the free flight's speed, plus what gravity takes on the way up.
	phi := float64(s.Range) / e.Ellipsoid.A
	sh := math.Sin(phi / 2)
	m.gain = math.Sqrt(2*sh/(1+sh)*e.Mu/e.Ellipsoid.A)*0.95 + 0.7*9.8*m.burnS*0.8
	from := still.Ellipsoid.Frame(geo.LLA{})
	lo, hi := 0.0, 0.0
	pitch := 0.6
	last, lastR := 0.0, 0.0
	for i := 0; ; i++ {
		if i == 40 {
			return nil, fmt.Errorf("%w: no velocity gain gives %s a range of %s with a burn of %.0f s", ErrSpec, s.ID, s.Range, m.burnS)
		}
		r, p := m.reach(&still, from, m.burnS, pitch)
		pitch = p
		d := r - float64(s.Range)
		if math.Abs(d) < 1e-4*float64(s.Range) {
			break
		}
		if d < 0 {
			lo = m.gain
		} else {
			hi = m.gain
		}
		var next float64
		if last > 0 && math.Abs(r-lastR) > 1 {
			next = m.gain - d*(m.gain-last)/(r-lastR)
		} else {
			next = m.gain * math.Sqrt(float64(s.Range)/math.Max(r, 1000))
		}
		last, lastR = m.gain, r
		next = math.Max(m.gain*0.6, math.Min(m.gain*1.5, next))
		if hi > 0 && lo > 0 && !(next > lo && next < hi) {
			next = (lo + hi) / 2
		}
		m.gain = next
	}
	// Least-energy flights for shorter burns: the greatest range of a burn is
	// the range for which that burn is the least.
	const rows = 12
	pitch = 0.6
	for i := rows; i >= 1; i-- {
		cut := m.burnS * (0.22 + 0.78*float64(i)/rows)
		r, p := m.reach(&still, from, cut, pitch)
		pitch = p
		if r < 5000 {
			break
		}
		m.best = append([]bestFlight{{r, cut, p}}, m.best...)
	}
	return m, nil
}

// reach gives the greatest range of a burn and the final pitch that gives it.
func (m *Missile) reach(e *Earth, from geo.Frame, cutS, near float64) (rangeM, pitch float64) {
	try := func(p float64) float64 {
		f, err := m.fly(e, from, shot{azimuth: math.Pi / 2, pitch: p, cutS: cutS}, coarse, false, 0)
		if err != nil {
			return -1
		}
		end := e.Ellipsoid.LLA(geo.ECEF{f.y[0], f.y[1], f.y[2]})
		lon := float64(end.Lon)
		if lon < 0 {
			lon += 2 * math.Pi
		}
		return lon * e.Ellipsoid.A
	}
	// Three points around the last best one, then parabolas.
	const lowest, highest = -0.3, 1.4
	step := 0.12
	b := math.Max(lowest+step, math.Min(highest-step, near))
	fb := try(b)
	a, c := b-step, b+step
	fa, fc := try(a), try(c)
	for i := 0; i < 20 && (fa > fb || fc > fb); i++ {
		if fa > fb {
			c, fc, b, fb = b, fb, a, fa
			a = b - step
			if a < lowest {
				break
			}
			fa = try(a)
		} else {
			a, fa, b, fb = b, fb, c, fc
			c = b + step
			if c > highest {
				break
			}
			fc = try(c)
		}
	}
	for i := 0; i < 5 && c-a > 0.02; i++ {
		// Vertex of the parabola through the three.
		d := (b-a)*(fb-fc) - (b-c)*(fb-fa)
		if d == 0 {
			break
		}
		x := b - 0.5*((b-a)*(b-a)*(fb-fc)-(b-c)*(b-c)*(fb-fa))/d
		if !(x > a && x < c) || math.Abs(x-b) < 1e-3 {
			break
		}
		fx := try(x)
		if fx > fb {
			if x > b {
				a, fa = b, fb
			} else {
				c, fc = b, fb
			}
			b, fb = x, fx
		} else if x > b {
			c, fc = x, fx
		} else {
			a, fa = x, fx
		}
	}
	return fb, b
}
