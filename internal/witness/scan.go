package witness

import (
	"cmp"
	"math"
	"slices"

	"testudo/internal/draw"
	"testudo/internal/sim"
	"testudo/internal/track"
)

// The gate of association: the 0.9999 quantile of chi-square with three degrees
// of freedom. Source of the practice: Bar-Shalom, Li & Kirubarajan, Estimation
// with Applications to Tracking and Navigation (2001).
const gate = 21.11

const (
	notAssigned = 60.0 // cost of leaving a track without echo: above any cost within the gate
	pairS       = 6.0  // s: two echoes further apart do not start a track
	fastestMps  = 9e3  // m/s: nor do two that imply more speed
	coastS      = 60.0 // s without an echo after which a track is dropped: the memory of the filter
	youngHits   = 3    // a track with fewer echoes is dropped
	youngMisses = 3    // after so many looks without one
)

// echoOf is one measurement: whose echo it is, which only the bookkeeping knows,
// and what the radar reads off it.
type echoOf struct {
	missile int32
	m       track.Measurement
	r       [3]float64
	used    bool
}

// target is one track of a radar.
type target struct {
	estimate
	of     int32 // missile of its last echo
	mixed  bool  // it was started from echoes of two missiles
	hits   int
	misses int
	lastT  float64
	z      [3]float64 // predicted measurement
	s      track.Mat7 // its covariance
	echo   int        // chosen in this scan, -1
	cands  []int32
}

// picture is what one radar knew at any time: the state of the track that held
// a missile after each echo of it.
type picture struct {
	det   []int32 // ms from launch, by missile: the detections it was made for
	snaps []snap
	index [][]int32 // by missile: its snaps, in order of time
}

// snap is an estimate with half of its symmetric covariance: pictures are large.
type snap struct {
	t float64
	x track.State
	p [track.N * (track.N + 1) / 2]float64
}

func (e *estimate) snap() (s snap) {
	s.t, s.x = e.t, e.x
	k := 0
	for i := range track.N {
		k += copy(s.p[k:], e.p[i][i:])
	}
	return s
}

func (s *snap) estimate() (e estimate) {
	e.t, e.x = s.t, s.x
	k := 0
	for i := range track.N {
		for j := i; j < track.N; j++ {
			e.p[i][j], e.p[j][i] = s.p[k], s.p[k]
			k++
		}
	}
	return e
}

// trace is that of the position.
func (s *snap) trace() float64 { return s.p[0] + s.p[track.N] + s.p[2*track.N-1] }

// latest gives the estimate of the track that held a missile at raid time t, as
// of its last echo; nil if there was none.
func (q *picture) latest(missile int, t float64) *snap {
	list := q.index[missile]
	lo, hi := 0, len(list)
	for lo < hi {
		mid := (lo + hi) / 2
		if q.snaps[list[mid]].t <= t {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return nil
	}
	return &q.snaps[list[lo-1]]
}

// scan runs one radar through the raid: one look at each missile it has found,
// every track interval.
func (p *Player) scan(sensor int, det []int32) *picture {
	q := &picture{det: slices.Clone(det), index: make([][]int32, len(det))}
	if n := len(p.spare[sensor]); n > 0 {
		q.snaps, p.spare[sensor] = p.spare[sensor][n-1], p.spare[sensor][:n-1]
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	var any *view
	for i, d := range det {
		if d == sim.Never {
			continue
		}
		v := p.w.viewOf(p.path[i], sensor)
		any = v
		lo = math.Min(lo, math.Max(p.startS[i]+float64(d)/1000, p.startS[i]+p.w.burnoutS[p.path[i]]))
		hi = math.Max(hi, math.Min(p.startS[i]+math.Min(v.watch.LastS, p.w.untilS[p.path[i]]), v.lostS))
	}
	if any == nil {
		return q
	}
	at := p.w.radars[sensor]
	var live []*target
	var loose []echoOf
	for n := p.after(any, lo); ; n++ {
		t := p.clockS[sensor] + float64(n)*any.watch.IntervalS
		if t > hi {
			break
		}
		echoes := p.echoes(sensor, n, t, det)
		keep := live[:0]
		for _, x := range live {
			if x.hits < youngHits && x.misses >= youngMisses || t-x.lastT > coastS || !p.w.motion.predict(&x.estimate, t, p.w.fadeS) {
				continue
			}
			var h [3][track.N]float64
			at.Measure(&x.x, &x.z, &h)
			x.s = inMeasurement(&x.p, &h)
			x.s[0][0] += x.curvature(at)
			keep = append(keep, x)
		}
		live = keep
		associate(at, live, echoes)
		for _, x := range live {
			if x.echo < 0 {
				x.misses++
				continue
			}
			e := &echoes[x.echo]
			if !p.w.motion.update(&x.estimate, at, &e.m.Z, &e.r) {
				x.lastT = math.Inf(-1) // degenerate: dropped at the next scan
				continue
			}
			p.count.Echoes++
			if e.missile != x.of {
				p.count.Swapped++
				x.of = e.missile
			}
			x.hits, x.misses, x.lastT = x.hits+1, 0, t
			if x.hits == youngHits {
				p.count.Started++
				if x.mixed {
					p.count.Mixed++
				}
			}
			if x.hits >= youngHits {
				p.keep(q, x)
			}
		}
		loose = p.begin(at, &live, loose, echoes, t)
	}
	return q
}

// keepS is how close in time states of an old track are kept, s: a radar may
// look a hundred times a second.
const keepS = 0.5

// keep stores the state of a track after an echo.
func (p *Player) keep(q *picture, x *target) {
	if list := q.index[x.of]; x.hits > neesEvery && len(list) > 0 && x.t-q.snaps[list[len(list)-1]].t < keepS {
		return
	}
	q.index[x.of] = append(q.index[x.of], int32(len(q.snaps)))
	q.snaps = append(q.snaps, x.estimate.snap())
	if x.hits%neesEvery == 0 {
		p.count.state(p.trueState(int(x.of), x.t), &x.estimate)
	}
}

// neesEvery is how many echoes apart the errors of one track are looked at: the
// errors of neighbouring looks are nearly the same.
const neesEvery = 16

// echoes draws what one scan of a radar brings.
func (p *Player) echoes(sensor, n int, t float64, det []int32) []echoOf {
	at := p.w.radars[sensor]
	out := p.buffer[:0]
	for i, d := range det {
		if d == sim.Never || p.path[i] < 0 {
			continue
		}
		rel := t - p.startS[i]
		if rel <= float64(d)/1000 || rel < p.w.burnoutS[p.path[i]] || rel > p.w.untilS[p.path[i]] {
			continue
		}
		v := p.w.viewOf(p.path[i], sensor)
		seen, ok := p.echo(i, v, n)
		if !ok {
			continue
		}
		e := echoOf{missile: int32(i), m: track.Measurement{T: t}}
		e.m.SigmaRangeM, e.m.SigmaAngleRad = v.watch.Sigmas(seen)
		r, _ := p.w.flight(p.path[i]).At(rel)
		var z [3]float64
		at.Measure(&track.State{r[0], r[1], r[2]}, &z, nil)
		spread := at.Noise(z, e.m.SigmaRangeM, e.m.SigmaAngleRad)
		for k, purpose := range [3]uint64{drawRange, drawAzimuth, drawElevation} {
			e.m.Z[k] = z[k] + math.Sqrt(spread[k])*p.w.noise*draw.Normal(draw.U64(p.seed, p.run, p.w.board.Missiles[i].Entity, key(v.entity, purpose, n)))
		}
		// What the radar believes: the noise at the place it measured.
		e.r = at.Noise(e.m.Z, e.m.SigmaRangeM, e.m.SigmaAngleRad)
		out = append(out, e)
	}
	p.buffer = out
	return out
}

// inMeasurement is H P Hᵀ.
func inMeasurement(p *track.Mat7, h *[3][track.N]float64) (s track.Mat7) {
	for i := range 3 {
		var hp [track.N]float64
		for k := range 3 { // a radar measures position only
			for j := range 3 {
				hp[j] += h[i][k] * p[k][j]
			}
		}
		for k := range 3 {
			for j := range 3 {
				s[i][k] += hp[j] * h[k][j]
			}
		}
	}
	return s
}

// distance is the squared Mahalanobis distance of an echo from a track's
// prediction and the cost of giving it to the track; false outside the gate.
func (x *target) distance(at track.RangeAzEl, e *echoOf) (cost float64, ok bool) {
	y := at.Residual(&e.m.Z, &x.z)
	s := x.s
	det := 1.0
	for k := range 3 {
		s[k][k] += e.r[k]
		if y[k]*y[k] > gate*s[k][k] {
			return 0, false
		}
	}
	var d [track.N]float64
	copy(d[:], y[:])
	d2 := track.SquaredError(3, &d, &s)
	if !(d2 <= gate) {
		return 0, false
	}
	// A well-known track has the better claim: ln |S|/|R|, bounded.
	for k := range 3 {
		det *= s[k][k] / e.r[k]
	}
	return d2 + math.Min(math.Log(math.Max(det, 1)), notAssigned-gate-1), true
}

// associate gives each track at most one echo and each echo to at most one
// track: global nearest neighbour, the least sum of costs over the tracks.
func associate(at track.RangeAzEl, live []*target, echoes []echoOf) {
	claims := make([]int, len(echoes))
	for k, x := range live {
		x.echo, x.cands = -1, x.cands[:0]
		for j := range echoes {
			if _, ok := x.distance(at, &echoes[j]); ok {
				live[k].cands = append(x.cands, int32(j))
				claims[j]++
			}
		}
	}
	// Tracks that compete, directly or by way of others, are settled together.
	claimed := make([][]int, len(echoes)) // the tracks that an echo is a candidate of
	for k, x := range live {
		if len(x.cands) == 1 && claims[x.cands[0]] == 1 {
			x.echo = int(x.cands[0])
			echoes[x.echo].used = true
			continue
		}
		for _, j := range x.cands {
			claimed[j] = append(claimed[j], k)
		}
	}
	seen := make([]bool, len(live))
	column := make([]int, len(echoes)) // from 1
	for k := range live {
		if seen[k] || live[k].echo >= 0 || len(live[k].cands) == 0 {
			continue
		}
		seen[k] = true
		tracks, columns := []int{k}, []int(nil)
		for n := 0; n < len(tracks); n++ {
			for _, j := range live[tracks[n]].cands {
				if column[j] != 0 {
					continue
				}
				columns = append(columns, int(j))
				column[j] = len(columns)
				for _, other := range claimed[j] {
					if !seen[other] {
						seen[other] = true
						tracks = append(tracks, other)
					}
				}
			}
		}
		settle(at, live, echoes, tracks, columns, column)
	}
}

// settle assigns the echoes in columns to the tracks that compete for them.
func settle(at track.RangeAzEl, live []*target, echoes []echoOf, tracks, columns, column []int) {
	cost := make([][]float64, len(tracks))
	for r, k := range tracks {
		row := make([]float64, len(columns)+len(tracks))
		for j := range row {
			row[j] = 1e6 // not allowed
		}
		for _, j := range live[k].cands {
			row[column[j]-1], _ = live[k].distance(at, &echoes[j])
		}
		row[len(columns)+r] = notAssigned
		cost[r] = row
	}
	for r, j := range track.Assign(cost) {
		if j < len(columns) && cost[r][j] < notAssigned {
			live[tracks[r]].echo = columns[j]
			echoes[columns[j]].used = true
		}
	}
}

// begin tries a track from every pair of echoes that no track took, and gives
// the echoes that may yet make a pair. Of tracks that share an echo the looks
// that follow keep the right one: the others find no third.
func (p *Player) begin(at track.RangeAzEl, live *[]*target, loose, echoes []echoOf, t float64) []echoOf {
	keep := loose[:0]
	for _, e := range loose {
		if t-e.m.T <= pairS {
			keep = append(keep, e)
		}
	}
	loose = keep
	old := len(loose)
	for k := range echoes {
		e := &echoes[k]
		if e.used {
			continue
		}
		var near []partner
		for j := range loose[:old] {
			a := &loose[j]
			if d := apart(a, e); d <= fastestMps*(t-a.m.T)+spread(a)+spread(e) {
				near = append(near, partner{d, j})
			}
		}
		slices.SortStableFunc(near, func(a, b partner) int { return cmp.Compare(a.apart, b.apart) })
		alone := true
		for _, x := range near[:min(len(near), mostPairs)] {
			a := &loose[x.of]
			x, cov, ok := track.Start(p.w.theatre.Earth, at, a.m, e.m, math.Exp(p.lnBeta[e.missile]))
			n := &target{estimate: estimate{t, x, cov}, of: e.missile, mixed: a.missile != e.missile, hits: 2, lastT: t}
			if !ok || !n.sound() {
				continue
			}
			a.used, alone = true, false
			*live = append(*live, n)
		}
		if alone {
			loose = append(loose, *e)
		}
	}
	out := loose[:0]
	for _, e := range loose {
		if !e.used {
			out = append(out, e)
		}
	}
	return out
}

// mostPairs bounds the tracks tried from one echo, the nearest partners first: in
// a salvo of hundreds every echo could follow every other.
const mostPairs = 8

// partner is an earlier echo that may be of the same missile.
type partner struct {
	apart float64
	of    int
}

// apart is the distance between the places of two echoes, m.
func apart(a, b *echoOf) float64 {
	u, v := direction(a.m.Z), direction(b.m.Z)
	s := 0.0
	for i := range 3 {
		d := a.m.Z[0]*u[i] - b.m.Z[0]*v[i]
		s += d * d
	}
	return math.Sqrt(s)
}

func direction(z [3]float64) [3]float64 {
	sa, ca := math.Sincos(z[1])
	se, ce := math.Sincos(z[2])
	return [3]float64{ce * sa, ce * ca, se}
}

// spread is three sigmas of an echo's place across the line of sight, m.
func spread(e *echoOf) float64 { return 3 * e.m.Z[0] * e.m.SigmaAngleRad }
