package witness

import (
	"math"

	"testudo/internal/draw"
	"testudo/internal/geo"
	"testudo/internal/sim"
	"testudo/internal/track"
)

// given tells package sim what the commands of one run know (sim.Given).
type given struct {
	p       *Player
	posture *state
	sight   *sight
}

func (g *given) DetMs(missile, view int) int32  { return g.sight.detMs[missile][view] }
func (g *given) FirmMs(missile, view int) int32 { return g.sight.firmMs[missile][view] }

// lookS is how often a command looks whether its picture tells yet where the
// missile falls; the time is then found to within a tenth of it.
const lookS = 5.0

// KnownMs is when the command's own estimate first tells, to the accuracy it
// asks for, where the missile falls, and the place is the asset's.
func (g *given) KnownMs(missile, command int) int32 {
	p := g.p
	path := p.path[missile]
	cmd := &g.posture.paths[path].Commands[command]
	how := &p.w.theatre.Nations[cmd.Nation].Command
	if how.AccuracyM >= anywhere || len(cmd.Engs) == 0 {
		return 0 // nothing hangs on it
	}
	from := g.posture.sources[path][command].Track
	k := knownKey{g.sight, missile, from.id, how.AccuracyM}
	t, ok := p.known[k]
	if !ok {
		t = g.learns(missile, cmd, from.list, how.AccuracyM)
		p.known[k] = t
	}
	return t
}

// knownKey tells pictures apart: the same sensors over the same ways, having
// found the same, are the same picture under any posture.
type knownKey struct {
	sight     *sight
	missile   int
	sources   int32
	accuracyM float64
}

// learns searches for the time of KnownMs.
func (g *given) learns(missile int, cmd *sim.PathCommand, from []sim.Source, accuracyM float64) int32 {
	p := g.p
	path := p.path[missile]
	first := math.Inf(1)
	for k := range cmd.Tracks {
		f := &cmd.Tracks[k]
		if t := g.sight.firmMs[missile][f.View]; t != sim.Never {
			first = math.Min(first, float64(t+f.DelayMs)/1000)
		}
	}
	last := p.w.flight(path).Duration()
	lo := math.Max(first, p.w.burnoutS[path])
	if !(lo < last) {
		return sim.Never
	}
	wrong := false
	for at, was := lo, lo; at < last; was, at = at, at+lookS {
		told, right := g.tells(missile, from, at, accuracyM)
		if told && !right {
			wrong = true
		}
		if !told || !right {
			continue
		}
		for at-was > lookS/10 {
			mid := (was + at) / 2
			if told, right := g.tells(missile, from, mid, accuracyM); told && right {
				at = mid
			} else {
				was = mid
			}
		}
		p.count.Told++
		if wrong {
			p.count.Misjudged++
		}
		return msOf(at)
	}
	return sim.Never
}

// anywhere is an accuracy that any track meets: larger than the Earth.
const anywhere = 2.1e7

// threeSigma is how far from the predicted point of impact, in half-axes of its
// ellipse, a command looks for what is threatened.
const threeSigma = 3

// leastM is the least radius of an asset in the eyes of a command, m: ten times
// what the flights of the raid are aimed to.
const leastM = 1e3

// tells says whether the picture at a time from launch predicts the impact to
// the accuracy asked, and whether the asset aimed at is among what it threatens.
func (g *given) tells(missile int, from []sim.Source, at, accuracyM float64) (told, right bool) {
	p := g.p
	e, ok := p.fuse(missile, from, p.startS[missile]+at)
	if !ok {
		return false, false
	}
	place, major, ok := p.w.impact(e)
	if !ok || major > accuracyM {
		return false, false
	}
	a := &p.w.theatre.Assets[p.w.board.Paths[p.path[missile]].Asset]
	aim := p.w.theatre.Earth.Ellipsoid.ECEF(a.At)
	dx, dy, dz := place[0]-aim[0], place[1]-aim[1], place[2]-aim[2]
	return true, math.Sqrt(dx*dx+dy*dy+dz*dz) <= threeSigma*major+math.Max(a.RadiusM, leastM)
}

// impact carries an estimate to the ground: where, and the major half-axis
// (1 sigma, m) of its ellipse there. False when it does not come down.
func (w *Witness) impact(e estimate) (place geo.ECEF, majorM float64, ok bool) {
	el := w.theatre.Earth.Ellipsoid
	height := func() float64 { return el.Height(geo.ECEF{e.x[0], e.x[1], e.x[2]}) }
	for tries := 0; ; tries++ {
		h := height()
		if h <= 0 {
			break
		}
		if tries > 4000 {
			return place, 0, false
		}
		// No step passes the ground by more than a second's fall.
		if !w.motion.predict(&e, e.t+math.Max(fineS, h/quickestMs), 0) {
			return place, 0, false
		}
	}
	frame := el.Frame(el.LLA(geo.ECEF{e.x[0], e.x[1], e.x[2]}))
	up := frame.R[2]
	v := [3]float64{e.x[3], e.x[4], e.x[5]}
	vu := up[0]*v[0] + up[1]*v[1] + up[2]*v[2]
	speed := math.Sqrt(v[0]*v[0] + v[1]*v[1] + v[2]*v[2])
	if !(math.Abs(vu) > 1e-3*speed) {
		return place, 0, false
	}
	dt := -height() / vu
	for i := range 3 {
		place[i] = e.x[i] + dt*v[i]
	}
	// The position error slid along the velocity to the ground.
	var c [2][2]float64
	var m [2][3]float64
	for k := range 2 {
		axis := frame.R[k]
		along := (axis[0]*v[0] + axis[1]*v[1] + axis[2]*v[2]) / vu
		for i := range 3 {
			m[k][i] = axis[i] - along*up[i]
		}
	}
	for a := range 2 {
		for b := range 2 {
			for i := range 3 {
				for j := range 3 {
					c[a][b] += m[a][i] * e.p[i][j] * m[b][j]
				}
			}
		}
	}
	mean, half := (c[0][0]+c[1][1])/2, (c[0][0]-c[1][1])/2
	return place, math.Sqrt(mean + math.Hypot(half, c[0][1])), true
}

// slots gives the board's table of one engagement.
func (g *given) slots(missile, command, engagement, slot int) (*sim.Engagement, *sim.Slot) {
	e := &g.posture.paths[g.p.path[missile]].Commands[command].Engs[engagement]
	return e, &e.Slots[slot]
}

func (g *given) sources(missile, command, engagement, mode int) sources {
	return g.posture.sources[g.p.path[missile]][command].Engs[engagement][mode]
}

// Promise is what the command expects of a shot when it launches: the kill
// probability with the chance, by its own covariance, that the missile will be
// where it says.
func (g *given) Promise(missile, command, engagement, slot, mode int) uint64 {
	e, sl := g.slots(missile, command, engagement, slot)
	board := [3]uint64{sl.Organic, sl.Launch, sl.Eng}[mode]
	k := &g.p.w.theatre.Batteries[e.Battery].Kill
	if board == 0 || !math.IsNaN(k.Handover) {
		return board
	}
	x := g.predicted(missile, g.sources(missile, command, engagement, mode), sl.LaunchMs, sl.InterceptMs)
	if !x.ok {
		return 0
	}
	return draw.Threshold(k.Probability(track.HandoverProbability(x.cov, k.BasketM)))
}

// Threshold is what the shot gets: the kill probability if, when the seeker takes
// over, the estimate's actual error lies within its basket, and none if not.
func (g *given) Threshold(missile, command, engagement, slot, mode int) uint64 {
	e, sl := g.slots(missile, command, engagement, slot)
	p := g.p
	k := &p.w.theatre.Batteries[e.Battery].Kill
	if !math.IsNaN(k.Handover) {
		return [3]uint64{sl.Organic, sl.Launch, sl.Eng}[mode]
	}
	from := g.sources(missile, command, engagement, mode)
	at := max(sl.HandoverMs, sl.LaunchMs)
	x := g.predicted(missile, from, at, sl.InterceptMs)
	if !x.ok {
		return 0
	}
	in := p.count.handover(&x, k.BasketM)
	if b, ok := p.w.compiler.Belief(int(p.path[missile]), from.list, float64(at)/1000, float64(sl.InterceptMs)/1000); ok {
		p.count.belief(b, x.miss, k.BasketM)
	}
	if !in {
		return 0
	}
	return draw.Threshold(k.Probability(1))
}

// prediction is a picture carried on to the time of an intercept, with its
// actual error there.
type prediction struct {
	cov  [3][3]float64
	miss [3]float64
	ok   bool
}

type predictionKey struct {
	sight      *sight
	missile    int
	sources    int32
	atMs, toMs int32
}

// predicted is the picture at one time from launch carried on to another.
func (g *given) predicted(missile int, from sources, atMs, toMs int32) prediction {
	p := g.p
	k := predictionKey{g.sight, missile, from.id, atMs, toMs}
	if out, ok := p.predictions[k]; ok {
		return out
	}
	var out prediction
	x, ok := p.fuse(missile, from.list, p.startS[missile]+float64(atMs)/1000)
	if ok && p.w.motion.predict(&x, p.startS[missile]+float64(toMs)/1000, 0) {
		r, _ := p.w.flight(p.path[missile]).At(float64(toMs) / 1000)
		for i := range 3 {
			out.miss[i] = x.x[i] - r[i]
			copy(out.cov[i][:], x.p[i][:3])
		}
		out.ok = true
	}
	p.predictions[k] = out
	return out
}
