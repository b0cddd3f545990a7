package flight

import (
	"errors"
	"fmt"
	"math"

	"testudo/internal/geo"
	"testudo/internal/units"
)

// Shape is the kind of arc wanted.
type Shape uint8

// The shapes. MinimumEnergy is the flight of least velocity gain that reaches the
// target. Lofted and Depressed spend a fraction of the velocity gain that is left
// on a higher or a lower arc. ToApogee flies through a stated height.
const (
	MinimumEnergy Shape = iota
	Lofted
	Depressed
	ToApogee
)

var shapeNames = [...]string{"minimum-energy", "lofted", "depressed", "to-apogee"}

// String names the shape.
func (s Shape) String() string {
	if int(s) < len(shapeNames) {
		return shapeNames[s]
	}
	return "unknown"
}

// Aim is what a flight is to do.
type Aim struct {
	From, To geo.LLA
	Shape    Shape
	// Fraction says how far a lofted or depressed flight goes from the
	// least-energy one (0) to the extreme (1): the velocity gain used is
	// least + Fraction²·(extreme - least), which makes the launch angle about
	// linear in Fraction. The extreme of a lofted flight is the full gain; that
	// of a depressed one the full gain, or the gain at which the apogee has sunk
	// to a quarter of the least-energy one's or to the point of burnout.
	Fraction float64
	Apogee   units.Length // height, for ToApogee
}

// OutOfReachError says that a target lies beyond what the missile reaches in that
// direction over the Earth as it is, rotating or not.
type OutOfReachError struct{ Distance, MaxRange units.Length }

// Error gives both distances.
func (e *OutOfReachError) Error() string {
	return fmt.Sprintf("out of reach: the target is %s away and the missile reaches %s in that direction", e.Distance, e.MaxRange)
}

// ApogeeError says that no flight of the missile to the target has the apogee.
type ApogeeError struct {
	Apogee, Distance units.Length
	Needs, Has       units.Speed // velocity gain; Needs 0: not known
}

// Error says what is missing.
func (e *ApogeeError) Error() string {
	s := fmt.Sprintf("no flight over %s with an apogee of %s", e.Distance, e.Apogee)
	if e.Needs > 0 {
		s += fmt.Sprintf(": it needs a velocity gain of %s, and %s can be had", e.Needs, e.Has)
	}
	return s
}

var errNoSolution = errors.New("the search for a flight to the target does not settle")

const (
	// Misses in m: content within a search, content at the end, never more.
	searchMissM = 200.0 // at most; searchMiss of the distance
	searchMiss  = 1e-4
	finalMissM  = 1.0
	worstMissM  = 100.0
	kindMissM   = 0.02 // for the textbook kinds
	nearestM    = 1000.0
	// depressedApogee is the share of the least-energy apogee at which a
	// depressed flight counts as extreme.
	depressedApogee = 0.25
	foldRad         = 0.03 // pitch from the least-energy one within which high and low arcs are not told apart
	maxGainShare    = 1.5  // of the full gain; a search does not look beyond
)

// spend gives the velocity gain of a fraction between the least and the full one.
func spend(least, full, fraction float64) float64 {
	return least + fraction*fraction*(full-least)
}

// Aim finds the flight from one place to another over an Earth, within 1 m of the
// target (100 m at worst). A target the missile cannot reach gives an
// *OutOfReachError, an apogee it cannot have an *ApogeeError.
func (m *Missile) Aim(e Earth, a Aim) (*Trajectory, error) {
	return m.aim(e, a, nil, nil)
}

// Course is where the search for one flight ended, for the next target near by.
// The zero value knows nothing. It is one goroutine's.
type Course struct {
	c       controls
	jac     [3][3]float64
	x       float64 // m, distance of its target; 0: knows nothing
	between bool    // its pitch needs no search
}

// Between is the course to a target half-way between those of two others: what
// least energy asks changes so smoothly that the mean of both is it. The zero
// value if either knows nothing.
func Between(a, b *Course) Course {
	if a.x == 0 || b.x == 0 {
		return Course{}
	}
	mean := func(a, b float64) float64 { return 0.5 * (a + b) }
	m := Course{c: controls{mean(a.c.gain, b.c.gain), mean(a.c.ahead, b.c.ahead), mean(a.c.left, b.c.left)}, x: mean(a.x, b.x), between: true}
	for i := range m.jac {
		for k := range m.jac[i] {
			m.jac[i][k] = mean(a.jac[i][k], b.jac[i][k])
		}
	}
	return m
}

const (
	// nearShare is the change of distance up to which a target counts as near.
	nearShare = 0.1
	// halfShare is the change of distance up to which the mean of two courses counts
	// as half-way: the two then lie within a thirtieth of it from the target.
	halfShare = 5e-4
	// amply is the share of the full gain up to which a flight between two others
	// is within reach beyond doubt.
	amply = 0.99
)

// AimNear is Aim, least-energy flights only, for one of many targets that lie
// close together: the search begins where the last one ended, and a target
// beyond reach gives an *OutOfReachError that does not say how far the missile
// gets. The flight is as good as Aim's, but not the same to the last bit. It is
// flown in the room, if one is given.
func (m *Missile) AimNear(e Earth, a Aim, last *Course, room *Room) (*Trajectory, error) {
	a.Shape = MinimumEnergy
	return m.aim(e, a, last, room)
}

func (m *Missile) aim(e Earth, a Aim, last *Course, room *Room) (*Trajectory, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	target := [3]float64(e.Ellipsoid.ECEF(a.To))
	p := makePad(&e, a.From, target)
	x, _ := p.chart(target)
	if x < nearestM {
		return nil, fmt.Errorf("the target is %s from the launch point; at least %s is needed", units.Length(x), units.Length(nearestM))
	}
	if m.spec.Impulsive && onSphere(&e, a.From, a.To) {
		return m.aimKepler(e, a, &p, x)
	}
	h := hunt{m: m, e: e, a: a, p: p, room: room, target: target, targetX: x, rough: m.stepper(&e, rough), fine: m.stepper(&e, fine)}
	h.missM, h.searchM = finalMissM, min(searchMissM, searchMiss*x)
	if m.spec.Impulsive {
		h.fine.tol, h.missM = exact, kindMissM
	}
	floor := float64(a.To.Alt)
	h.rough.floorM, h.fine.floorM = floor, floor
	h.last, h.brief = last, last != nil
	if h.midway() {
		if tr, err := h.deliver(last.c); err == nil {
			return tr, nil
		}
	}
	if last != nil {
		last.between = false
	}
	c, err := h.find()
	if err != nil {
		return nil, err
	}
	return h.deliver(c)
}

// midway begins with a course between two others, if there is one and it fits.
func (h *hunt) midway() bool {
	l := h.last
	if l == nil || !l.between || math.Abs(h.targetX-l.x) > halfShare*l.x || l.c.gain > amply*h.m.gain {
		return false
	}
	h.jac, h.jacFor, h.jacSize = l.jac, [3]int{uGain, uLeft}, 2
	return true
}

func (a *Aim) check() error {
	for _, p := range []geo.LLA{a.From, a.To} {
		if !(math.Abs(float64(p.Lat)) <= math.Pi/2+1e-9) || !(math.Abs(float64(p.Lon)) <= 4*math.Pi) || !(math.Abs(float64(p.Alt)) < 20000) {
			return fmt.Errorf("latitude %s, longitude %s, height %s is no place on the Earth", p.Lat, p.Lon, p.Alt)
		}
	}
	switch a.Shape {
	case MinimumEnergy:
	case Lofted, Depressed:
		if !(a.Fraction >= 0 && a.Fraction <= 1) {
			return fmt.Errorf("a loft fraction of %g lies outside 0 to 1", a.Fraction)
		}
	case ToApogee:
		if !(a.Apogee > 0) || a.Apogee > 1e8 {
			return fmt.Errorf("an apogee of %s lies outside 0 to 100,000 km", a.Apogee)
		}
	default:
		return fmt.Errorf("unknown shape %d", a.Shape)
	}
	return nil
}

// hunt is one search for a flight.
type hunt struct {
	m           *Missile
	e           Earth
	a           Aim
	p           pad
	target      [3]float64
	targetX     float64
	rough, fine stepper
	missM       float64 // at which the final flight is content
	searchM     float64 // at which a search is
	// The derivatives of the residual, from the last search; good for the next
	// point near by.
	jac     [3][3]float64
	jacFor  [3]int
	jacSize int
	last    *Course // where a search near by ended; nil if there was none
	brief   bool    // how far the missile gets need not be said
	atFold  bool    // the solution lies so near the least-energy one that pitch cannot correct it
	cutS    float64 // burnout of the flight last tried
	room    *Room   // for the flight handed over; nil: its own
}

// try flies and gives the residual: metres beyond the target, to its left, and above
// the wanted apogee.
func (h *hunt) try(s *stepper, c controls) (f [3]float64, err error) {
	if c.gain > maxGainShare*h.m.gain {
		return f, errNoSolution
	}
	if h.cutS, err = h.m.fly(s, &h.p, c); err != nil {
		return f, err
	}
	f[0], f[1] = h.p.chart([3]float64{s.y[0], s.y[1], s.y[2]})
	f[0] -= h.targetX
	f[2] = s.apogeeM - float64(h.a.Apogee)
	return f, nil
}

// The unknowns of a search.
const (
	uGain = iota
	uAhead
	uLeft
)

func (c *controls) at(u int) *float64 {
	switch u {
	case uGain:
		return &c.gain
	case uAhead:
		return &c.ahead
	}
	return &c.left
}

// nudge is the step of a difference quotient, and stride the longest step of a
// search, in one unknown.
func (h *hunt) nudge(u int) float64 {
	if u == uGain {
		return 1e-3 * h.m.gain
	}
	return 2e-3
}

func (h *hunt) stride(u int, c *controls) float64 {
	if u == uGain {
		return 0.25 * c.gain
	}
	return 0.3
}

// solve drives the first len(us) residuals to zero in the unknowns us by Newton's
// method with Broyden's updates, at the tolerance of the given stepper.
func (h *hunt) solve(s *stepper, c controls, us []int, missM float64) (controls, error) {
	n := len(us)
	f, err := h.try(s, c)
	if err != nil {
		return c, err
	}
	norm := func(f *[3]float64) float64 {
		t := 0.0
		for i := range n {
			t += f[i] * f[i]
		}
		return math.Sqrt(t)
	}
	now := norm(&f)
	known := h.jacSize == n
	for i := range n {
		known = known && h.jacFor[i] == us[i]
	}
	fresh := false
	for range 40 {
		if now < missM {
			return c, nil
		}
		if !known {
			for k, u := range us {
				d := h.nudge(u)
				g := c
				*g.at(u) += d
				fg, err := h.try(s, g)
				if err != nil {
					g = c
					d = -d
					*g.at(u) += d
					if fg, err = h.try(s, g); err != nil {
						return c, err
					}
				}
				for i := range n {
					h.jac[i][k] = (fg[i] - f[i]) / d
				}
				h.jacFor[k] = u
			}
			h.jacSize, known, fresh = n, true, true
		}
		step, ok := solveLinear(n, &h.jac, &f)
		if !ok {
			if fresh {
				return c, errNoSolution
			}
			known = false
			continue
		}
		shrink := 1.0
		for k, u := range us {
			if most := h.stride(u, &c); math.Abs(step[k]) > most {
				shrink = min(shrink, most/math.Abs(step[k]))
			}
		}
		var g controls
		var fg [3]float64
		var then float64
		taken := false
		for cut := 0; cut < 5; cut++ {
			g = c
			for k, u := range us {
				*g.at(u) -= shrink * step[k]
			}
			if fg, err = h.try(s, g); err == nil {
				if then = norm(&fg); then < now*(1-0.05*shrink) || then < missM {
					taken = true
					break
				}
				if !fresh {
					break // the derivatives are stale: renew them first
				}
			}
			shrink *= 0.4
		}
		if !taken {
			if fresh {
				return c, errNoSolution
			}
			h.jacSize, known = 0, false
			continue
		}
		// Broyden: J += (Δf - JΔx)Δxᵀ/ΔxᵀΔx in scaled unknowns.
		var dx, scale [3]float64
		len2 := 0.0
		for k, u := range us {
			scale[k] = 1 / h.nudge(u)
			dx[k] = -shrink * step[k] * scale[k]
			len2 += dx[k] * dx[k]
		}
		for i := range n {
			// fg - f + shrink·f is what the linear model missed.
			e := fg[i] - (1-shrink)*f[i]
			for k := range n {
				h.jac[i][k] += e * dx[k] / len2 * scale[k]
			}
		}
		fresh = false
		if then > 0.5*now && shrink == 1 {
			known = false
		}
		c, f, now = g, fg, then
	}
	return c, errNoSolution
}

// solveLinear solves a system of up to three equations by elimination.
func solveLinear(n int, a *[3][3]float64, b *[3]float64) (x [3]float64, ok bool) {
	m, v := *a, *b
	for i := range n {
		best := i
		for k := i + 1; k < n; k++ {
			if math.Abs(m[k][i]) > math.Abs(m[best][i]) {
				best = k
			}
		}
		m[i], m[best] = m[best], m[i]
		v[i], v[best] = v[best], v[i]
		if !(math.Abs(m[i][i]) > 1e-12) {
			return x, false
		}
		for k := i + 1; k < n; k++ {
			f := m[k][i] / m[i][i]
			for j := i; j < n; j++ {
				m[k][j] -= f * m[i][j]
			}
			v[k] -= f * v[i]
		}
	}
	for i := n - 1; i >= 0; i-- {
		t := v[i]
		for j := i + 1; j < n; j++ {
			t -= m[i][j] * x[j]
		}
		x[i] = t / m[i][i]
	}
	return x, true
}

var (
	forGain    = []int{uGain, uLeft}
	forPitch   = []int{uAhead, uLeft}
	forApogee  = []int{uGain, uAhead, uLeft}
	leastSpans = [...]float64{0.05, 0.02}
)

// find gives the controls of the wanted flight, good to the rough tolerance.
func (h *hunt) find() (controls, error) {
	if h.a.Shape == ToApogee {
		return h.findApogee()
	}
	c, bend, err := h.findLeast()
	if err != nil {
		c, bend, err = h.approach()
	}
	if err == nil && c.gain <= h.m.gain*(1+2e-6) {
		switch h.a.Shape {
		case Lofted:
			return h.findLofted(c, bend)
		case Depressed:
			return h.findDepressed(c)
		}
		return c, nil
	}
	if h.brief {
		if err == nil {
			distance, _, _ := h.e.Ellipsoid.Inverse(h.a.From, h.a.To)
			err = &OutOfReachError{Distance: distance}
		}
		return c, err
	}
	// Whether it is out of reach or the search got lost: see how far it goes.
	far, farErr := h.reach()
	if farErr != nil {
		if err == nil {
			err = farErr
		}
		return c, err
	}
	if err != nil && far > h.targetX*1.001 {
		return c, err
	}
	distance, _, _ := h.e.Ellipsoid.Inverse(h.a.From, h.a.To)
	return c, &OutOfReachError{Distance: distance, MaxRange: distance * units.Length(min(far/h.targetX, 1))}
}

// findLeast finds the flight of least gain, and the curvature of the gain over
// the pitch (m/s per rad²).
func (h *hunt) findLeast() (controls, float64, error) {
	gain, zenith := h.m.least(h.targetX)
	start, spans := controls{gain: min(gain, 1.2*h.m.gain), ahead: zenith}, leastSpans[:]
	near := h.last != nil && h.last.x > 0 && math.Abs(h.targetX-h.last.x) < nearShare*h.targetX
	if near {
		// Near by the pitch of least gain is nearly the same: the wide look is
		// not needed.
		start, spans = h.last.c, spans[len(spans)-1:]
		h.jac, h.jacFor, h.jacSize = h.last.jac, [3]int{uGain, uLeft}, 2
	}
	c, err := h.solve(&h.rough, start, forGain, h.searchM)
	if near && err != nil {
		h.last.x, h.jacSize = 0, 0
		return h.findLeast()
	}
	if err != nil {
		return c, 0, err
	}
	bend := c.gain // of the right size, should the neighbours not fly
	for _, span := range spans {
		lo, hi := c, c
		lo.ahead -= span
		hi.ahead += span
		lo, errLo := h.solve(&h.rough, lo, forGain, h.searchM/10)
		hi, errHi := h.solve(&h.rough, hi, forGain, h.searchM/10)
		for moves := 0; moves < 20; moves++ {
			if errLo == nil && lo.gain < c.gain {
				hi, errHi, c = c, nil, lo
				lo.ahead -= span
				lo, errLo = h.solve(&h.rough, lo, forGain, h.searchM/10)
				continue
			}
			if errHi == nil && hi.gain < c.gain {
				lo, errLo, c = c, nil, hi
				hi.ahead += span
				hi, errHi = h.solve(&h.rough, hi, forGain, h.searchM/10)
				continue
			}
			break
		}
		if errLo != nil || errHi != nil {
			continue
		}
		b := lo.gain + hi.gain - 2*c.gain
		if !(b > 0) {
			continue
		}
		bend = b / (span * span)
		c.ahead += max(-span, min(span, span*0.5*(lo.gain-hi.gain)/b))
		if c, err = h.solve(&h.rough, c, forGain, h.searchM/10); err != nil {
			return c, bend, err
		}
	}
	if h.last != nil && h.jacSize == 2 && h.jacFor[0] == uGain && h.jacFor[1] == uLeft {
		*h.last = Course{c: c, jac: h.jac, x: h.targetX}
	}
	return c, bend, nil
}

// approach is findLeast for a target that it does not find from afar: it walks
// there from nearer ones in the same direction.
func (h *hunt) approach() (c controls, bend float64, err error) {
	keep, full := h.last, h.targetX
	defer func() { h.last, h.targetX = keep, full }()
	course := Course{}
	h.last = &course
	for _, share := range [...]float64{0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1} {
		h.targetX, h.jacSize = share*full, 0
		c, bend, err = h.findLeast()
	}
	return c, bend, err
}

// reach gives the greatest distance in the target's direction at the full gain.
func (h *hunt) reach() (float64, error) {
	// along is the distance flown in that direction at a pitch; the lean to the
	// left that keeps the direction is carried from one pitch to the next.
	left := 0.0
	along := func(ahead float64) float64 {
		x := math.Inf(-1)
		for range 4 {
			c := controls{gain: h.m.gain, ahead: ahead, left: left}
			f, err := h.try(&h.rough, c)
			if err != nil {
				return math.Inf(-1)
			}
			if x = f[0] + h.targetX; x < -h.p.radiusM*math.Pi/2 { // past the antipode
				x += 2 * math.Pi * h.p.radiusM
			}
			if math.Abs(f[1]) < 1e-4*math.Abs(x) {
				break
			}
			c.left += 2e-3
			g, err := h.try(&h.rough, c)
			if err != nil || g[1] == f[1] {
				break
			}
			left -= max(-0.2, min(0.2, 2e-3*f[1]/(g[1]-f[1])))
		}
		return x
	}
	_, z := h.m.least(float64(h.m.spec.Range))
	best := along(z)
	for span := 0.1; span > 0.004; span *= 0.4 {
		for range 8 {
			lo, hi := along(z-span), along(z+span)
			if lo > best && lo >= hi {
				z, best = z-span, lo
			} else if hi > best {
				z, best = z+span, hi
			} else {
				break
			}
		}
	}
	if math.IsInf(best, -1) {
		return 0, errNoSolution
	}
	return best, nil
}

// follow walks along the flights of one branch from the least-energy one to a
// gain: the launch angle is about linear in the share, so each solution foretells
// the next.
func (h *hunt) follow(least controls, bend, side, full, share float64) (controls, error) {
	if !(full > least.gain) {
		return least, nil
	}
	if lean := share * math.Sqrt(2*(full-least.gain)/bend); lean < foldRad {
		// Both branches are one here, and pitch decides nothing: the gain must.
		h.atFold = true
		least.ahead += side * lean
		return h.solve(&h.rough, least, forGain, h.searchM)
	}
	at, prev := 0.0, 0.0
	c, last := least, least
	step := min(share, 0.3)
	for at < share {
		next := min(share, at+step)
		if share-next < 0.05*step {
			next = share
		}
		g := c
		if at == 0 {
			lean := next * math.Sqrt(2*(full-least.gain)/bend)
			g.ahead += side * min(lean, 0.7*math.Abs(least.ahead))
		} else {
			w := (next - at) / (at - prev)
			g.ahead += w * (c.ahead - last.ahead)
			g.left += w * (c.left - last.left)
		}
		g.gain = spend(least.gain, full, next)
		h.jacSize = 0
		got, err := h.solve(&h.rough, g, forPitch, h.searchM)
		// Near the fold both branches are close: it must be the right one.
		if err == nil && at == 0 && side*(got.ahead-c.ahead) <= 0 {
			err = errNoSolution
		}
		if err != nil {
			if step *= 0.5; step < 0.01 {
				return c, err
			}
			continue
		}
		prev, at = at, next
		last, c = c, got
	}
	return c, nil
}

func (h *hunt) findLofted(least controls, bend float64) (controls, error) {
	return h.follow(least, bend, -1, h.m.gain, h.a.Fraction)
}

// findDepressed walks down the pitch to the extreme, and then takes the flight of
// the wanted share.
func (h *hunt) findDepressed(least controls) (controls, error) {
	if h.a.Fraction == 0 {
		return least, nil
	}
	// After a solve the stepper still holds the solution's flight.
	if _, err := h.try(&h.rough, least); err != nil {
		return least, err
	}
	floor := depressedApogee * h.rough.apogeeM
	c := least
	span := 0.1
	h.jacSize = 0
	for span > 0.01 {
		g := c
		g.ahead += span
		g, err := h.solve(&h.rough, g, forGain, h.searchM)
		climbs := h.rough.apogeeS > h.rough.freeS || h.m.spec.Impulsive
		if err == nil && g.gain <= h.m.gain && climbs && h.rough.apogeeM >= floor {
			c = g
			continue
		}
		if err != nil {
			h.jacSize = 0
		}
		span *= 0.4
	}
	g := least
	g.ahead += h.a.Fraction * (c.ahead - least.ahead)
	g.gain = spend(least.gain, max(c.gain, least.gain), h.a.Fraction)
	h.jacSize = 0
	return h.solve(&h.rough, g, forGain, h.searchM)
}

// findApogee starts from the conic through the apogee and corrects.
func (h *hunt) findApogee() (controls, error) {
	m := h.m
	r := m.still.Ellipsoid.A
	phi := min(h.targetX/r, farthestShare*math.Pi)
	speed, fpa := conic(phi, float64(h.a.Apogee), m.still.Mu, r)
	// The range the same speed would reach at best tells the gain.
	q := min(speed*speed*r/m.still.Mu, 0.99)
	same := 2 * math.Asin(min(1, q/(2-q))) * r
	gain, zenith := m.least(same)
	_, sameFpa := leastSpeed(same/r, m.still.Mu, r)
	c := controls{gain: min(gain, lightGain*m.gain), ahead: zenith * (math.Pi/2 - fpa) / (math.Pi/2 - sameFpa)}
	c, err := h.solve(&h.rough, c, forApogee, h.searchM)
	if err != nil {
		return c, &ApogeeError{Apogee: h.a.Apogee, Distance: units.Length(h.targetX)}
	}
	if c.gain > lightGain*m.gain {
		return c, &ApogeeError{Apogee: h.a.Apogee, Distance: units.Length(h.targetX), Needs: units.Speed(c.gain), Has: units.Speed(lightGain * m.gain)}
	}
	return c, nil
}

// deliver flies the solution at the full tolerance, corrects what the rough one
// missed, and keeps it.
func (h *hunt) deliver(c controls) (*Trajectory, error) {
	us := forGain
	switch h.a.Shape {
	case Lofted:
		if !h.atFold {
			us = forPitch
		}
	case ToApogee:
		us = forApogee
	}
	s := &h.fine
	s.keep = true
	if h.room != nil {
		s.segs = h.room.segs
	}
	if s.segs == nil {
		s.segs = make([]segment, 0, 2*roomForSegments)
	}
	got, err := h.solve(s, c, us, h.missM)
	if h.room != nil {
		h.room.segs = s.segs // it may have grown
	}
	if err != nil {
		return nil, err
	}
	// After a solve the stepper holds the solution's flight.
	if d := less([3]float64{s.y[0], s.y[1], s.y[2]}, 1, h.target); !(dot(d, d) < worstMissM*worstMissM) {
		return nil, errNoSolution
	}
	if h.last != nil && h.jacSize == 2 && h.jacFor[0] == uGain {
		*h.last = Course{c: got, jac: h.jac, x: h.targetX}
	}
	e := h.e
	if h.m.spec.Impulsive {
		e.Air = false
	}
	if h.room != nil {
		s.lay(&h.room.tr, e, h.m.beta, got.gain, h.cutS, h.m.stagings(h.cutS))
		return &h.room.tr, nil
	}
	return s.trajectory(e, h.m.beta, got.gain, h.cutS, h.m.stagings(h.cutS)), nil
}
