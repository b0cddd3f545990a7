package witness

import (
	"math"

	"testudo/internal/draw"
	"testudo/internal/sense"
	"testudo/internal/sim"
)

// Purposes of the draws that the board does not make. The echo of a look
// belongs to (missile, sensor, number of the look), so that a radar which finds
// a missile earlier sees the same echoes from then on.
const (
	drawPhase uint64 = 0x5eac_0000 + iota // of the search
	drawSearch
	drawClock // of the tracking looks
	drawEcho
	drawRange
	drawAzimuth
	drawElevation
	drawBeta
	drawRelay
)

func key(sensor, purpose uint64, n int) uint64 {
	return (sensor ^ purpose*0x9e3779b97f4a7c15) + uint64(n)*0xd1342543de82ef95
}

// firmEchoes is how many echoes, that of the detection among them, a track
// takes to be firm, unless the radar's firm time is too short for them: two give
// a velocity, the third confirms it.
const firmEchoes = 3

// find gives the first detection, seconds from launch, by a radar that is
// warned from warnS on and pointed by a track from cueS on; +Inf if none. With
// the same draws an earlier pointing never finds later.
func (p *Player) find(i int, v *view, warnS, cueS float64) float64 {
	w := v.watch
	lost := v.lostS - p.startS[i]
	if w.AlwaysDetects {
		if w.FirstS > lost {
			return math.Inf(1)
		}
		return w.FirstS
	}
	m := &p.w.board.Missiles[i]
	t := w.FirstS + w.RevisitS*draw.Float(draw.U64(p.seed, p.run, m.Entity, key(v.entity, drawPhase, 0)))
	for n := 0; t <= w.LastS && t <= lost; n, t = n+1, t+w.RevisitS {
		if !w.InView(t) {
			continue
		}
		how := sense.Unaided
		if t >= cueS {
			how = sense.Pointed
		} else if t >= warnS {
			how = sense.Warned
		}
		if _, ok := sense.Echo(draw.Float(draw.U64(p.seed, p.run, m.Entity, key(v.entity, drawSearch, n))), w.SNR(t, how)); ok {
			return t
		}
	}
	return math.Inf(1)
}

// echo is the radar's tracking look number n at a missile: the ratio seen,
// false when there is no echo.
func (p *Player) echo(i int, v *view, n int) (seen float64, ok bool) {
	at := p.clockS[v.sensor] + float64(n)*v.watch.IntervalS
	t := at - p.startS[i]
	if at > v.lostS || !v.watch.InView(t) {
		return 0, false
	}
	return sense.Echo(draw.Float(draw.U64(p.seed, p.run, p.w.board.Missiles[i].Entity, key(v.entity, drawEcho, n))), v.watch.SNR(t, sense.Pointed))
}

// after is the number of the radar's first tracking look after raid time t.
func (p *Player) after(v *view, t float64) int {
	return int(math.Floor((t-p.clockS[v.sensor])/v.watch.IntervalS)) + 1
}

// firm gives when the track that a detection starts is firm, seconds from
// launch: after the radar's firm time, once enough echoes have come, if the
// missile is still in view. +Inf if never.
func (p *Player) firm(i int, v *view, detS float64) float64 {
	if v.watch == nil || math.IsInf(detS, 1) {
		return detS
	}
	w := v.watch
	need := min(firmEchoes, 1+int(v.firmS/w.IntervalS))
	at := detS + v.firmS
	if need > 1 && (at > w.LastS || at+p.startS[i] > v.lostS) {
		return math.Inf(1)
	}
	for n := p.after(v, p.startS[i]+detS); need > 1; n++ {
		t := p.clockS[v.sensor] + float64(n)*w.IntervalS - p.startS[i]
		if t > w.LastS || t+p.startS[i] > v.lostS {
			return math.Inf(1)
		}
		if _, ok := p.echo(i, v, n); ok {
			need--
			at = math.Max(at, t)
		}
	}
	return at
}

// look finds all first detections and firm tracks of a raid in the state of
// what may fail. Pointing makes a detection only earlier, so that the repeated
// passes end.
func (p *Player) look(paths []sim.PathState, down []bool) *sight {
	b := p.w.board
	s := &sight{detMs: make([][]int32, len(b.Missiles)), firmMs: make([][]int32, len(b.Missiles))}
	for i := range b.Missiles {
		if p.path[i] < 0 {
			continue
		}
		views := p.w.views[p.path[i]]
		det, firm := make([]float64, len(views)), make([]float64, len(views))
		set := func(v int, t float64) {
			det[v], firm[v] = t, p.firm(i, &views[v], t)
		}
		for v := range views {
			x := &views[v]
			switch {
			case down[x.sensor]:
				set(v, math.Inf(1))
			case x.watch == nil:
				u := draw.Float(sim.DetectDraw(p.seed, p.run, b.Missiles[i].Entity, x.entity))
				t, ok := x.seen.Search.Quantile(u)
				if !ok || p.startS[i]+t > x.lostS {
					t = math.Inf(1)
				}
				set(v, t)
			default:
				set(v, p.find(i, x, math.Inf(1), math.Inf(1)))
			}
		}
		st := &paths[p.path[i]]
		for changed := len(st.Cues) > 0; changed; {
			changed = false
			for k := range st.Cues {
				c := &st.Cues[k]
				warn := earliest(c.Warnings, det, p.startS[i])
				if math.IsInf(warn, 1) {
					continue
				}
				cue := earliest(c.Tracks, firm, p.startS[i])
				for _, to := range c.Views {
					if t := p.find(i, &views[to], warn, cue); t < det[to] {
						set(int(to), t)
						changed = true
					}
				}
			}
		}
		s.detMs[i] = make([]int32, len(views))
		for v := range views {
			s.detMs[i][v] = msOf(det[v])
		}
	}
	p.dice.Limit(s.detMs)
	for i := range s.detMs {
		s.firmMs[i] = make([]int32, len(s.detMs[i]))
		for v, d := range s.detMs[i] {
			s.firmMs[i][v] = sim.Never
			if d == sim.Never {
				continue
			}
			x := &p.w.views[p.path[i]][v]
			if f := msOf(p.firm(i, x, float64(d)/1000)); f != sim.Never {
				s.firmMs[i][v] = max(f, d+x.firmMs)
			}
		}
	}
	return s
}

// sight is what the radars and satellites of one state find, ms from launch, by
// missile and view.
type sight struct{ detMs, firmMs [][]int32 }

// earliest is when the first of the feeds brings what the views had at the given
// times, seconds from launch.
func earliest(feeds []sim.Feed, at []float64, startS float64) float64 {
	best := math.Inf(1)
	for k := range feeds {
		f := &feeds[k]
		t := at[f.View]
		if f.LostMs != sim.Never && startS+t > float64(f.LostMs)/1000 {
			continue
		}
		best = math.Min(best, t+float64(f.DelayMs)/1000)
	}
	return best
}

func msOf(s float64) int32 {
	if !(s < float64(sim.Never)/1000) {
		return sim.Never
	}
	return int32(math.Round(s * 1000))
}
