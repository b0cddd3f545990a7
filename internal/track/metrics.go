package track

import (
	"fmt"
	"math"
)

// Point is a position in metres.
type Point = [3]float64

// OSPA returns the optimal sub-pattern assignment distance between two sets of
// points with cut-off c > 0 and order p in [1, +Inf].
// Source: D. Schuhmacher, B.-T. Vo, B.-N. Vo, IEEE Trans. SP 56 (2008) 3447.
func OSPA(a, b []Point, c, p float64) (float64, error) {
	if !(c > 0) || !(p >= 1) {
		return 0, fmt.Errorf("OSPA: cut-off %g, order %g: allowed above 0, 1 and above", c, p)
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	n := len(b)
	if n == 0 {
		return 0, nil
	}
	if math.IsInf(p, 1) {
		if len(a) < n {
			return c, nil
		}
		return bottleneck(distances(a, b, c)), nil
	}
	cost := distances(a, b, c)
	for i := range cost {
		for j := range cost[i] {
			cost[i][j] = math.Pow(cost[i][j], p)
		}
	}
	sum := float64(n-len(a)) * math.Pow(c, p)
	for i, j := range Assign(cost) {
		sum += cost[i][j]
	}
	return math.Pow(sum/float64(n), 1/p), nil
}

// distances is the table of distances, cut off at c.
func distances(a, b []Point, c float64) [][]float64 {
	out := make([][]float64, len(a))
	for i := range a {
		out[i] = make([]float64, len(b))
		for j := range b {
			dx, dy, dz := a[i][0]-b[j][0], a[i][1]-b[j][1], a[i][2]-b[j][2]
			out[i][j] = math.Min(c, math.Sqrt(dx*dx+dy*dy+dz*dz))
		}
	}
	return out
}

// bottleneck is the least possible largest distance of a complete assignment.
func bottleneck(d [][]float64) float64 {
	best := math.Inf(1)
	for i := range d {
		for j := range d[i] {
			limit := d[i][j]
			if limit >= best {
				continue
			}
			allowed := make([][]float64, len(d))
			for r := range d {
				allowed[r] = make([]float64, len(d[r]))
				for k := range d[r] {
					if d[r][k] > limit {
						allowed[r][k] = 1
					}
				}
			}
			broken := 0.0
			for r, k := range Assign(allowed) {
				broken += allowed[r][k]
			}
			if broken == 0 {
				best = limit
			}
		}
	}
	return best
}

// GOSPAResult is the generalised OSPA distance and its parts, each to the power
// p: Distance^p = Localisation + Missed + False + Switching. Assigned holds for
// each truth the index of its track, or -1.
type GOSPAResult struct {
	Distance, Localisation, Missed, False, Switching float64
	Assigned                                         []int
}

// GOSPA returns the generalised OSPA metric with alpha = 2 between truths and
// tracks, cut-off c > 0, order p in [1, +Inf).
// Source: A. S. Rahmathullah, A. F. García-Fernández, L. Svensson, FUSION 2017.
func GOSPA(truths, tracks []Point, c, p float64) (GOSPAResult, error) {
	var g GOSPAResult
	if !(c > 0) || !(p >= 1) || math.IsInf(p, 1) {
		return g, fmt.Errorf("GOSPA: cut-off %g, order %g: allowed above 0, 1 and above (finite)", c, p)
	}
	half := math.Pow(c, p) / 2
	g.Assigned = make([]int, len(truths))
	for i := range g.Assigned {
		g.Assigned[i] = -1
	}
	// A pair at the cut-off costs as much as one missed and one false.
	if len(truths) <= len(tracks) {
		cost := distances(truths, tracks, c)
		for i, j := range Assign(powers(cost, p)) {
			g.Assigned[i] = j
		}
	} else {
		cost := distances(tracks, truths, c)
		for j, i := range Assign(powers(cost, p)) {
			g.Assigned[i] = j
		}
	}
	paired := 0
	for i, j := range g.Assigned {
		if j < 0 {
			continue
		}
		dx, dy, dz := truths[i][0]-tracks[j][0], truths[i][1]-tracks[j][1], truths[i][2]-tracks[j][2]
		d := math.Sqrt(dx*dx + dy*dy + dz*dz)
		if d >= c {
			g.Assigned[i] = -1
			continue
		}
		paired++
		g.Localisation += math.Pow(d, p)
	}
	g.Missed = float64(len(truths)-paired) * half
	g.False = float64(len(tracks)-paired) * half
	g.Distance = math.Pow(g.Localisation+g.Missed+g.False, 1/p)
	return g, nil
}

func powers(d [][]float64, p float64) [][]float64 {
	for i := range d {
		for j := range d[i] {
			d[i][j] = math.Pow(d[i][j], p)
		}
	}
	return d
}

// Snapshot is the truths and tracks of one instant, each with an identity that
// lasts over time.
type Snapshot struct {
	TruthID, TrackID []int
	Truth, Track     []Point
}

// SwitchingGOSPA returns GOSPA at each snapshot with a penalty for changes of
// assignment since the one before: a truth that goes from one track to another
// counts 1, one that gains or loses its track a half; the count times
// penalty^p is added. Source of the convention: the GOSPA metric of Stone Soup.
func SwitchingGOSPA(steps []Snapshot, c, p, penalty float64) ([]GOSPAResult, error) {
	out := make([]GOSPAResult, len(steps))
	for s := range steps {
		now := &steps[s]
		if len(now.TruthID) != len(now.Truth) || len(now.TrackID) != len(now.Track) {
			return nil, fmt.Errorf("GOSPA: snapshot %d has not as many identities as points", s)
		}
		g, err := GOSPA(now.Truth, now.Track, c, p)
		if err != nil {
			return nil, err
		}
		if s > 0 {
			switches := 0.0
			last := &steps[s-1]
			for i, id := range now.TruthID {
				for k, was := range last.TruthID {
					if was != id {
						continue
					}
					a, b := out[s-1].Assigned[k], g.Assigned[i]
					switch {
					case (a < 0) != (b < 0):
						switches += 0.5
					case a >= 0 && last.TrackID[a] != now.TrackID[b]:
						switches++
					}
				}
			}
			g.Switching = switches * math.Pow(penalty, p)
			g.Distance = math.Pow(g.Localisation+g.Missed+g.False+g.Switching, 1/p)
		}
		out[s] = g
	}
	return out, nil
}
