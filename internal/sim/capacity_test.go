package sim_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"testudo/internal/sim"
)

// A sensor takes missiles in the order in which it finds them, each as soon as it
// follows fewer than it can, and none that is out of its sight by then: told here
// once more, by looking at every track each time.
func TestFullSensorTakesInTurn(t *testing.T) {
	delayed, lost := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		b := sim.ReferenceRaid()
		other := b.Paths[0]
		other.FirstView = 1
		b.Paths, b.Views = append(b.Paths, other), append(b.Views, b.Views[0])
		b.Postures[0].States[0] = append(b.Postures[0].States[0], b.Postures[0].States[0][0])
		for v := range b.Views {
			b.Views[v].LastMs = rapid.Int32Range(0, 400_000).Draw(t, "last")
		}
		together := rapid.SampledFrom([]int32{0, 1, 60_000, 600_000, 3_000_000}).Draw(t, "launched within")
		for i := range b.Missiles {
			b.Missiles[i].OverMs = together
			b.Missiles[i].Aims = []sim.Aim{{Path: 0, Upto: rapid.Uint64().Draw(t, "path")}, {Path: 1, Upto: 1<<64 - 1}}
		}
		room := rapid.Int32Range(1, 29).Draw(t, "room")
		b.Sensors[0].Capacity = room
		p := sim.NewPlayer(b)
		_, path, start := p.Raid(0, rapid.Uint64().Draw(t, "seed"), 0)
		got := make([][]int32, len(path))
		type track struct {
			found, last int32
			missile     int
		}
		var tracks []track
		for i := range path {
			last := b.Views[path[i]].LastMs
			got[i] = []int32{sim.Never}
			if rapid.IntRange(0, 9).Draw(t, "found") > 0 {
				got[i][0] = rapid.Int32Range(0, last).Draw(t, "at")
				tracks = append(tracks, track{start[i] + got[i][0], start[i] + last, i})
			}
		}
		slices.SortFunc(tracks, func(x, y track) int {
			if x.found != y.found {
				return int(x.found) - int(y.found)
			}
			return x.missile - y.missile
		})
		want := make([]int32, len(path))
		for i := range want {
			want[i] = got[i][0]
		}
		var held []int32 // when each goes out of sight
		for _, x := range tracks {
			at := x.found
			for free := false; !free; {
				n, soonest := int32(0), sim.Never
				for _, goes := range held {
					if goes > at {
						n++
						soonest = min(soonest, goes)
					}
				}
				if free = n < room; !free {
					at = soonest
				}
			}
			if at > x.last {
				want[x.missile] = sim.Never
				lost++
				continue
			}
			if at > x.found {
				delayed++
			}
			want[x.missile] = at - start[x.missile]
			held = append(held, x.last)
		}
		p.Limit(got)
		for i := range want {
			if got[i][0] != want[i] {
				t.Fatalf("missile %d is taken at %d, want %d", i, got[i][0], want[i])
			}
		}
	})
	if delayed == 0 || lost == 0 {
		t.Errorf("%d missiles were taken late, %d never: the test shows too little", delayed, lost)
	}
}
