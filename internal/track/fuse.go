package track

import "math"

// Pool is the information somebody holds at one time, before the last step of
// fusion: Direct is the sum of what came straight from the sensors, Relayed the
// sum of what a third party fused and forwarded. The two may share data, so
// they must not be added. For every w in [0, 1] the blend
//
//	(1-w)·Direct + w·Relayed
//
// is a consistent track whatever they share (covariance intersection); which w
// is best depends on what is asked. The Best methods answer each question with
// its own best w, out of a fixed set. Because the set is fixed, and each member
// grows with every contribution, their answers never get worse when a
// contribution is added.
type Pool struct{ Direct, Relayed Sym }

// blends is the number of steps of the weight: w = 0, 1/8, ..., 1.
const blends = 8

// Pool sums the contributions as they stand at time tS: each as of its delay,
// faded over the delay, times its quality. A sensor that is listed twice (by
// two ways) counts once in each sum, by the way that brings more.
func (m *Motion) Pool(cs []Contribution, tS float64) Pool {
	var p Pool
	for i := range cs {
		c := &cs[i]
		if c.Info == nil || beaten(cs, i, tS) {
			continue
		}
		if c.Relayed {
			c.addTo(&p.Relayed, tS)
		} else {
			c.addTo(&p.Direct, tS)
		}
	}
	return p
}

// beaten says whether another contribution of the same sensor in the same sum
// brings more, or as much and stands earlier.
func beaten(cs []Contribution, i int, tS float64) bool {
	for k := range cs {
		if k == i || cs[k].Info != cs[i].Info || cs[k].Relayed != cs[i].Relayed {
			continue
		}
		a, b := cs[k].mass(tS), cs[i].mass(tS)
		if a > b || (a == b && k < i) {
			return true
		}
	}
	return false
}

// blend returns the member k (0 to blends) of the family of consistent tracks.
func (p *Pool) blend(k int) Sym {
	switch k {
	case 0:
		return p.Direct
	case blends:
		return p.Relayed
	}
	w := float64(k) / blends
	var y Sym
	for i := range y {
		y[i] = (1-w)*p.Direct[i] + w*p.Relayed[i]
	}
	return y
}

// family is the range of members worth looking at.
func (p *Pool) family() (from, to int) {
	switch {
	case p.Relayed.zero():
		return 0, 0
	case p.Direct.zero():
		return blends, blends
	}
	return 0, blends
}

// Fuse returns the information that the contributions make together at time
// tS: direct ones add, the relayed ones (added among themselves) are brought in
// by covariance intersection, with the weight that makes the position at tS
// best known. It is never optimistic, never worse for the position at tS than
// the direct sum alone, and in that sense never worse for a contribution more.
// Prior knowledge is not in it: the methods that use it add it.
func (m *Motion) Fuse(cs []Contribution, tS float64) Sym {
	p := m.Pool(cs, tS)
	from, to := p.family()
	if from == to {
		return p.blend(from)
	}
	var j [3][N]float64
	m.position(tS, &j)
	best, at := math.Inf(1), from
	for k := from; k <= to; k++ {
		y := p.blend(k)
		if t, ok := m.trace(&y, &j); ok && t < best {
			best, at = t, k
		}
	}
	return p.blend(at)
}

// trace is the trace of the position covariance for the partials j.
func (m *Motion) trace(y *Sym, j *[3][N]float64) (float64, bool) {
	var c ldl
	if !m.factor(y, &c) {
		return 0, false
	}
	t := 0.0
	for i := range 3 {
		z := c.whiten(&j[i])
		t += dot7(&z, &z)
	}
	return t, true
}

// factor decomposes information plus prior.
func (m *Motion) factor(y *Sym, c *ldl) bool {
	var s Sym
	for k := range s {
		s[k] = y[k] + m.prior[k]
	}
	return c.factor(&s)
}

// BestPosition returns the 1-sigma error (root of the trace, m) of the position
// predicted for time atS, with the best consistent blend; false when it is
// worse than MaxPositionSigmaM.
func (m *Motion) BestPosition(p *Pool, atS float64) (sigmaM float64, ok bool) {
	var j [3][N]float64
	m.position(atS, &j)
	best := math.Inf(1)
	from, to := p.family()
	for k := from; k <= to; k++ {
		y := p.blend(k)
		if t, fine := m.trace(&y, &j); fine && t < best {
			best = t
		}
	}
	s := math.Sqrt(best)
	return s, s <= MaxPositionSigmaM
}

// BestHandover returns the probability that the target lies inside a basket of
// radius basketM about the position predicted for time atS, with the best
// consistent blend; zero when the position is not known.
func (m *Motion) BestHandover(p *Pool, atS, basketM float64) float64 {
	best := 0.0
	from, to := p.family()
	for k := from; k <= to; k++ {
		y := p.blend(k)
		if cov, ok := m.PositionCov(y, atS); ok {
			best = math.Max(best, HandoverProbability(cov, basketM))
		}
	}
	return best
}

// BestImpact returns the 1-sigma major half-axis (m) of the impact ellipse, with
// the best consistent blend; false when the impact is not predictable.
func (m *Motion) BestImpact(p *Pool) (majorM float64, ok bool) {
	best := math.Inf(1)
	from, to := p.family()
	for k := from; k <= to; k++ {
		y := p.blend(k)
		if a, _, _, fine := m.ImpactEllipse(y); fine {
			best = math.Min(best, a)
		}
	}
	return best, !math.IsInf(best, 1)
}
