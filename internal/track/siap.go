package track

import "math"

// Association says that at one instant a track was taken for a truth, with the
// errors it had.
type Association struct {
	Truth, Track     int // identities
	ErrorM, ErrorMps float64
}

// Picture is the air picture at one instant: which truths exist, which tracks
// are held, and which stands for which.
type Picture struct {
	T              float64 // s
	Truths, Tracks []int   // identities
	Pairs          []Association
}

// SIAP are the single integrated air picture measures over a time.
// Completeness: share of truths that are tracked. Ambiguity: tracks per tracked
// truth (1 is best). Spuriousness: share of tracks that stand for nothing.
// PositionM, VelocityMps: mean errors of the tracks that stand for something.
// NumberChangeRate: changes of track number per second of tracked time.
// LongestSegment: longest time on one track, as a share of the truth's life.
// Source: Single Integrated Air Picture (SIAP) Metrics Implementation,
// Votruba et al. (2001), in the form of Stone Soup's SIAPMetrics.
type SIAP struct {
	Completeness, Ambiguity, Spuriousness float64
	PositionM, VelocityMps                float64
	NumberChangeRate, LongestSegment      float64
}

// segment is an unbroken stretch of pictures in which one track stood for one
// truth.
type segment struct{ truth, from, to int }

// Measure computes the measures from pictures in order of time.
func Measure(steps []Picture) SIAP {
	var s SIAP
	var truths, tracked, tracks, used, pos, vel float64
	var segs []segment
	var ids []int
	for k := range steps {
		p := &steps[k]
		truths += float64(len(p.Truths))
		tracks += float64(len(p.Tracks))
		for _, id := range p.Truths {
			ids = include(ids, id)
			for _, a := range p.Pairs {
				if a.Truth == id {
					tracked++
					break
				}
			}
		}
		for _, id := range p.Tracks {
			for _, a := range p.Pairs {
				if a.Track == id {
					used++
					break
				}
			}
		}
		for _, a := range p.Pairs {
			pos += a.ErrorM
			vel += a.ErrorMps
			if k > 0 && paired(&steps[k-1], a) {
				continue // not the beginning of a segment
			}
			end := k
			for end+1 < len(steps) && paired(&steps[end+1], a) {
				end++
			}
			segs = append(segs, segment{a.Truth, k, end})
		}
	}
	s.Ambiguity = 1
	if truths > 0 {
		s.Completeness = tracked / truths
	}
	if tracked > 0 {
		s.Ambiguity = used / tracked
	}
	if tracks > 0 {
		s.Spuriousness = (tracks - used) / tracks
	}
	if used > 0 {
		s.PositionM, s.VelocityMps = pos/used, vel/used
	}
	changes, heldS, longestS, lifeS := 0.0, 0.0, 0.0, 0.0
	for _, id := range ids {
		first, last := -1, -1
		for k := range steps {
			if contains(steps[k].Truths, id) {
				if first < 0 {
					first = k
				}
				last = k
			}
		}
		lifeS += steps[last].T - steps[first].T
		best := 0.0
		for _, g := range segs {
			if g.truth == id {
				best = math.Max(best, steps[g.to].T-steps[g.from].T)
			}
		}
		longestS += best
		needed := 0
		for k := first; k <= last; {
			// The segment that covers this instant and lasts longest.
			reach := -1
			for _, g := range segs {
				if g.truth == id && g.from <= k && g.to >= k && g.to > reach {
					reach = g.to
				}
			}
			if reach < 0 {
				k++
				continue
			}
			needed++
			k = reach + 1
		}
		if needed > 0 {
			changes += float64(needed - 1)
		}
		for k := first; k < last; k++ {
			for _, g := range segs {
				if g.truth == id && g.from <= k && g.to >= k+1 {
					heldS += steps[k+1].T - steps[k].T
					break
				}
			}
		}
	}
	if heldS > 0 {
		s.NumberChangeRate = changes / heldS
	}
	if lifeS > 0 {
		s.LongestSegment = longestS / lifeS
	}
	return s
}

func paired(p *Picture, a Association) bool {
	for _, b := range p.Pairs {
		if b.Truth == a.Truth && b.Track == a.Track {
			return true
		}
	}
	return false
}

func contains(ids []int, id int) bool {
	for _, x := range ids {
		if x == id {
			return true
		}
	}
	return false
}

func include(ids []int, id int) []int {
	if contains(ids, id) {
		return ids
	}
	return append(ids, id)
}
