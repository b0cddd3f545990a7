package witness

import (
	"math"

	"testudo/internal/draw"
	"testudo/internal/sim"
	"testudo/internal/track"
)

// pairGate is the 0.9999 quantile of chi-square with six degrees of freedom: two
// radars' tracks further apart (position and velocity, over the sum of their
// covariances) are taken for two missiles.
const pairGate = 27.86

// fuse is the picture a command has of a missile at raid time t from the given
// sources: each sensor's track as of its delay, thinned by the quality of the
// way, aged to t; direct ones added as information, what was relayed brought in
// by covariance intersection. False when nothing has reached it.
func (p *Player) fuse(missile int, from []sim.Source, t float64) (estimate, bool) {
	got := make([]arrived, len(from))
	best := -1
	for k := range from {
		if got[k] = p.arrive(missile, &from[k], missile, t); got[k].ok && (best < 0 || trace(&got[k].estimate) < trace(&got[best].estimate)) {
			best = k
		}
	}
	if best < 0 {
		return estimate{}, false
	}
	var parts [2][]estimate
	for k := range from {
		x := &got[k]
		if k != best {
			p.pair(missile, &from[k], &got[best].estimate, x, t)
		}
		if !x.ok {
			continue
		}
		way := 0
		if from[k].Relayed {
			way = 1
		}
		parts[way] = append(parts[way], x.estimate)
	}
	direct, d := p.add(missile, parts[0])
	relayed, r := p.add(missile, parts[1])
	switch {
	case d && r:
		c, err := track.Intersect(track.N, &direct.x, &direct.p, &relayed.x, &relayed.p, track.ByTrace)
		if err != nil {
			return direct, true
		}
		return estimate{t, c.X, c.P}, true
	case d:
		return direct, true
	}
	return relayed, r
}

// arrived is a sensor's track as a command holds it.
type arrived struct {
	estimate
	ok bool
}

// arrive is the track of one missile as a source brings it at raid time t, by
// the way on which a path's data travel.
func (p *Player) arrive(of int, s *sim.Source, missile int, t float64) (out arrived) {
	v := &p.w.views[p.path[missile]][s.View]
	if v.watch == nil {
		return out
	}
	e := p.picture(v.sensor).latest(of, math.Min(t, s.LostS)-s.DelayS)
	if e == nil {
		return out
	}
	out.estimate = e.estimate()
	if s.Quality < 1 {
		p.thin(of, v, s.Quality, &out.estimate)
	}
	out.ok = p.w.motion.predict(&out.estimate, t, p.w.fadeS)
	return out
}

// pair decides which of a sensor's tracks is the one of a command's best track:
// the nearest in position and velocity, over the sum of the covariances. It may
// be another missile's, or none.
func (p *Player) pair(missile int, s *sim.Source, best *estimate, x *arrived, t float64) {
	nearest := math.Inf(1)
	if x.ok {
		p.count.Pairs++
		nearest = apartness(best, &x.estimate)
	}
	wrong := false
	v := &p.w.views[p.path[missile]][s.View]
	if v.watch == nil {
		return
	}
	q := p.picture(v.sensor)
	for other := range p.path {
		if other == missile {
			continue
		}
		e := q.latest(other, math.Min(t, s.LostS)-s.DelayS)
		if e == nil || t-e.t > coastS || !near(best, e, t) {
			continue
		}
		if y := p.arrive(other, s, missile, t); y.ok {
			if d := apartness(best, &y.estimate); d < nearest {
				nearest, *x, wrong = d, y, true
			}
		}
	}
	if nearest > pairGate {
		if x.ok {
			p.count.Unpaired++
		}
		x.ok = false
		return
	}
	if wrong {
		p.count.Mispaired++
	}
}

// near says whether a track could come close to another at raid time t: a cheap
// look before the exact one.
func near(best *estimate, e *snap, t float64) bool {
	dt := t - e.t
	d2 := 0.0
	for i := range 3 {
		d := best.x[i] - e.x[i] - dt*e.x[3+i]
		d2 += d * d
	}
	reach := 6*(math.Sqrt(trace(best))+math.Sqrt(e.trace())) + 10*dt*(1+dt)
	return d2 < reach*reach
}

// thin degrades an estimate so that it holds only a share of its information:
// noise of covariance P(1/q - 1) is added to it, one draw per missile and radar,
// as a bias of the coarser data that are passed on would be.
func (p *Player) thin(missile int, v *view, quality float64, x *estimate) {
	if !(quality > 0) {
		return
	}
	l, ok := root(&x.p)
	if !ok {
		return
	}
	more := 1/quality - 1
	for j := range track.N {
		g := p.w.noise * math.Sqrt(more) * draw.Normal(draw.U64(p.seed, p.run, p.w.board.Missiles[missile].Entity, key(v.entity, drawRelay, j)))
		for i := j; i < track.N; i++ {
			x.x[i] += l[i][j] * g
		}
	}
	for i := range track.N {
		for j := range track.N {
			x.p[i][j] /= quality
		}
	}
	x.bound()
}

// root is the Cholesky factor of a covariance.
func root(p *track.Mat7) (l track.Mat7, ok bool) {
	for i := range track.N {
		for j := 0; j <= i; j++ {
			sum := p[i][j]
			for k := range j {
				sum -= l[i][k] * l[j][k]
			}
			if i != j {
				l[i][j] = sum / l[j][j]
			} else if l[i][i] = math.Sqrt(sum); !(sum > 0) {
				return l, false
			}
		}
	}
	return l, true
}

// add fuses tracks of independent radars: informations add, the prior knowledge
// of the missile's class, which all of them share, counts once.
func (p *Player) add(missile int, list []estimate) (estimate, bool) {
	if len(list) == 0 {
		return estimate{}, false
	}
	best := 0
	for k := range list {
		if trace(&list[k]) < trace(&list[best]) {
			best = k
		}
	}
	out := list[best]
	if len(list) == 1 {
		return out, true
	}
	var y track.Mat7
	var v track.State
	n := 0
	for k := range list {
		e := &list[k]
		inf, ok := track.Invert(track.N, &e.p)
		if !ok {
			continue
		}
		n++
		for i := range track.N {
			for j := range track.N {
				y[i][j] += inf[i][j]
				v[i] += inf[i][j] * e.x[j]
			}
		}
	}
	if n < 2 {
		return out, true
	}
	const prior = 1 / (track.PriorLnBeta * track.PriorLnBeta)
	y[6][6] -= float64(n-1) * prior
	v[6] -= float64(n-1) * prior * p.lnBeta[missile]
	cov, ok := track.Invert(track.N, &y)
	if !ok {
		return out, true
	}
	fused := estimate{t: out.t, p: cov}
	for i := range track.N {
		for j := range track.N {
			fused.x[i] += cov[i][j] * v[j]
		}
	}
	if !fused.sound() {
		return out, true
	}
	return fused, true
}

// trace is that of the position.
func trace(e *estimate) float64 { return e.p[0][0] + e.p[1][1] + e.p[2][2] }

// apartness is the squared Mahalanobis distance between two tracks, in position
// and velocity.
func apartness(a, b *estimate) float64 {
	var d track.State
	var s track.Mat7
	for i := range 6 {
		d[i] = a.x[i] - b.x[i]
		for j := range 6 {
			s[i][j] = a.p[i][j] + b.p[i][j]
		}
	}
	return track.SquaredError(6, &d, &s)
}
