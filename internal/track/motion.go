package track

import (
	"math"
	"slices"

	"testudo/internal/flight"
	"testudo/internal/geo"
)

// The prior knowledge that every track starts with, 1 sigma. That on the
// ballistic coefficient (a factor of about 1.65 either way) is real: the class
// of the missile is known within that. Those on position and velocity say no
// more than that the missile flies in this theatre, and only keep the algebra
// regular until the looks take over.
const (
	PriorLnBeta       = 0.5  // 1
	PriorPositionM    = 1e6  // m, each axis
	PriorVelocityMps  = 5e3  // m/s, each axis
	MaxPositionSigmaM = 1e5  // m: a position known worse than this (root of the trace) counts as unknown
	cellS             = 10.0 // s, base grid of the transition matrix
	maxSubsteps       = 40   // per cell
)

// phi is the part of the transition matrix that is not constant: the partial
// derivatives of position (rows 0 to 2) and velocity (rows 3 to 5) at some time
// with respect to the state at the epoch.
type phi [6][N]float64

// Motion is the linearised motion about one nominal trajectory: the
// state-transition matrix from the epoch, which is the end of the burn, on a
// grid that is coarse above the air and as fine as the drag asks below. It is
// immutable but for Follow and serves every sensor and every sharing arrangement.
type Motion struct {
	tr           *flight.Trajectory
	ellipsoid    geo.Ellipsoid
	epochS, endS float64
	first        []int32 // per cell: its first node
	nodes        []phi
	impact       [2][N]float64 // east and north miss on the ground per epoch state
	impactKnown  bool
	prior        Sym
}

// gradient is the Jacobian of the acceleration, as flight.Earth gives it.
type gradient func(r, v *[3]float64, beta float64, out *[3][N]float64)

// NewMotion integrates the variational equations along the trajectory by
// classical Runge-Kutta (RK4) with the flight model's own Jacobian. The scheme's
// relative error is below 1e-3 everywhere; the Jacobian's simplifications (no
// gradient of J2) make some 0.5 % at impact.
func NewMotion(tr *flight.Trajectory) *Motion {
	m := new(Motion)
	m.Follow(tr)
	return m
}

// Follow turns to another trajectory; what the last one took is used again.
func (m *Motion) Follow(tr *flight.Trajectory) {
	e := tr.Earth()
	m.follow(tr, e.Jacobian)
}

func newMotion(tr *flight.Trajectory, gradient gradient) *Motion {
	m := new(Motion)
	m.follow(tr, gradient)
	return m
}

func (m *Motion) follow(tr *flight.Trajectory, gradient gradient) {
	*m = Motion{tr: tr, epochS: tr.BurnoutS(), endS: tr.Duration(), ellipsoid: tr.Earth().Ellipsoid, first: m.first[:0], nodes: m.nodes[:0]}
	if !(m.epochS >= 0) {
		m.epochS = 0
	}
	if m.epochS > m.endS {
		m.epochS = m.endS
	}
	for i := range 3 {
		m.prior[rowAt[i]] = 1 / (PriorPositionM * PriorPositionM)
		m.prior[rowAt[i+3]] = 1 / (PriorVelocityMps * PriorVelocityMps)
	}
	m.prior[rowAt[6]] = 1 / (PriorLnBeta * PriorLnBeta)

	cells := max(1, int(math.Ceil((m.endS-m.epochS)/cellS)))
	m.first = append(slices.Grow(m.first, cells+1), 0)
	m.nodes = slices.Grow(m.nodes, cells+64)
	var p phi
	for i := range p {
		p[i][i] = 1
	}
	e := tr.Earth()
	beta := float64(tr.Beta())
	var j0, jm, j1 [3][N]float64
	// One home for the arguments of the call through gradient: they escape.
	args := new([2][3]float64)
	jacobian := func(t float64, out *[3][N]float64) (r, v [3]float64) {
		args[0], args[1] = tr.At(t)
		gradient(&args[0], &args[1], beta, out)
		return args[0], args[1]
	}
	r0, v0 := jacobian(m.epochS, &j0)
	m.nodes = append(m.nodes, p)
	for c := range cells {
		a := m.epochS + cellS*float64(c)
		b := math.Min(a+cellS, m.endS)
		r1, v1 := jacobian(b, &j1)
		steps := substeps(e.Air, b-a, &r0, &v0, &j0, &r1, &v1, &j1)
		h := (b - a) / float64(steps)
		jb := j1
		for s := range steps {
			t := a + h*float64(s)
			jacobian(t+0.5*h, &jm)
			if s == steps-1 {
				j1 = jb
			} else {
				jacobian(t+h, &j1)
			}
			p.advance(h, &j0, &jm, &j1)
			m.nodes = append(m.nodes, p)
			j0 = j1
		}
		m.first = append(m.first, int32(len(m.nodes)-1))
		r0, v0 = r1, v1
	}
	m.setImpact()
}

// substeps chooses the number of RK4 steps in a cell. In vacuum the whole cell
// is one step (its error is about (ωh)⁵/120 with ω = 1.2e-3/s). In the air the
// drag rate k and the rate λ at which the density changes set it: the error of
// one cell, k·cell·(λh)⁵/2880, is held below 1e-6.
func substeps(air bool, cell float64, r0, v0 *[3]float64, j0 *[3][N]float64, r1, v1 *[3]float64, j1 *[3][N]float64) int {
	if !air {
		return 1
	}
	rate := func(r, v *[3]float64, j *[3][N]float64) (drag, change float64) {
		drag = -(j[0][3] + j[1][4] + j[2][5]) / 4
		down := math.Abs(r[0]*v[0]+r[1]*v[1]+r[2]*v[2]) / math.Sqrt(r[0]*r[0]+r[1]*r[1]+r[2]*r[2])
		return drag, down/6500 + 2*drag
	}
	d0, c0 := rate(r0, v0, j0)
	d1, c1 := rate(r1, v1, j1)
	drag, change := math.Max(d0, d1), math.Max(c0, c1)
	if !(drag > 1e-9) {
		return 1
	}
	h := math.Pow(1e-3/(cell*drag), 0.2) / change
	n := math.Ceil(cell / h)
	if !(n > 1) {
		return 1
	}
	return int(math.Min(n, maxSubsteps))
}

// advance moves the transition matrix over one RK4 step of h seconds, given the
// Jacobian of the acceleration at its start, middle and end.
func (p *phi) advance(h float64, j0, jm, j1 *[3][N]float64) {
	var k1, k2, k3, k4, q phi
	p.slope(j0, &k1)
	q.shift(p, &k1, 0.5*h)
	q.slope(jm, &k2)
	q.shift(p, &k2, 0.5*h)
	q.slope(jm, &k3)
	q.shift(p, &k3, h)
	q.slope(j1, &k4)
	w := h / 6
	for i := range p {
		for c := range N {
			p[i][c] += w * (k1[i][c] + 2*(k2[i][c]+k3[i][c]) + k4[i][c])
		}
	}
}

func (p *phi) shift(from, slope *phi, h float64) {
	for i := range p {
		for c := range N {
			p[i][c] = from[i][c] + h*slope[i][c]
		}
	}
}

// slope is the time derivative: that of position is velocity, that of velocity
// is the Jacobian applied, with its last column acting on ln beta itself.
func (p *phi) slope(j *[3][N]float64, out *phi) {
	out[0], out[1], out[2] = p[3], p[4], p[5]
	for i := range 3 {
		g := &j[i]
		o := &out[3+i]
		for c := range N {
			o[c] = g[0]*p[0][c] + g[1]*p[1][c] + g[2]*p[2][c] + g[3]*p[3][c] + g[4]*p[4][c] + g[5]*p[5][c]
		}
		o[6] += g[6]
	}
}

// EpochS returns the time, seconds after launch, to which information is
// referred: the end of the burn.
func (m *Motion) EpochS() float64 { return m.epochS }

// EndS returns the time of impact, seconds after launch.
func (m *Motion) EndS() float64 { return m.endS }

// place is where a time falls on the grid: the nodes before and after, the
// step between them and the share of it that has passed.
func (m *Motion) place(tS float64) (a, b *phi, h, s float64) {
	x := tS - m.epochS
	span := m.endS - m.epochS
	if !(x > 0) {
		x = 0
	}
	if x > span {
		x = span
	}
	cells := len(m.first) - 1
	c := int(x / cellS)
	if c >= cells {
		c = cells - 1
	}
	begin := cellS * float64(c)
	width := math.Min(cellS, span-begin)
	if !(width > 0) { // a flight that ends at its epoch
		return &m.nodes[0], &m.nodes[0], 1, 0
	}
	n := int(m.first[c+1] - m.first[c])
	h = width / float64(n)
	k := int((x - begin) / h)
	if k >= n {
		k = n - 1
	}
	node := int(m.first[c]) + k
	return &m.nodes[node], &m.nodes[node+1], h, (x-begin)/h - float64(k)
}

// position returns the partial derivatives of the position at time tS with
// respect to the epoch state, by cubic Hermite interpolation between the nodes
// (whose slopes are the velocity rows). Times outside the flight are clamped.
func (m *Motion) position(tS float64, out *[3][N]float64) {
	a, b, h, s := m.place(tS)
	s2 := s * s
	s3 := s2 * s
	wa, wb := 1-3*s2+2*s3, 3*s2-2*s3
	da, db := h*(s-2*s2+s3), h*(s3-s2)
	for i := range 3 {
		pa, pb, va, vb, o := &a[i], &b[i], &a[i+3], &b[i+3], &out[i]
		for j := range N {
			o[j] = wa*pa[j] + wb*pb[j] + da*va[j] + db*vb[j]
		}
	}
}

// velocity returns those of the velocity, the slope of the same interpolation.
func (m *Motion) velocity(tS float64, out *[3][N]float64) {
	a, b, h, s := m.place(tS)
	w := 6 * s * (1 - s) / h
	da, db := 1-4*s+3*s*s, 3*s*s-2*s
	for i := range 3 {
		pa, pb, va, vb, o := &a[i], &b[i], &a[i+3], &b[i+3], &out[i]
		for j := range N {
			o[j] = w*(pb[j]-pa[j]) + da*va[j] + db*vb[j]
		}
	}
}

// setImpact prepares the map from the epoch state to the point of impact: the
// position error at the nominal time of impact, slid along the velocity to the
// ground.
func (m *Motion) setImpact() {
	r, v := m.tr.At(m.endS)
	frame := m.ellipsoid.Frame(m.ellipsoid.LLA(geo.ECEF(r)))
	up := frame.R[2]
	vu := up[0]*v[0] + up[1]*v[1] + up[2]*v[2]
	speed := math.Sqrt(v[0]*v[0] + v[1]*v[1] + v[2]*v[2])
	if !(math.Abs(vu) > 1e-3*speed) { // it skims the ground: the point of impact is not defined to first order
		return
	}
	var j [3][N]float64
	m.position(m.endS, &j)
	for k := range 2 {
		axis := frame.R[k]
		along := (axis[0]*v[0] + axis[1]*v[1] + axis[2]*v[2]) / vu
		for i := range 3 {
			w := axis[i] - along*up[i]
			for c := range N {
				m.impact[k][c] += w * j[i][c]
			}
		}
	}
	m.impactKnown = true
}
