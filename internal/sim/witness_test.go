package sim_test

import (
	"testing"

	"testudo/internal/sim"
)

// tables gives a run back what the board itself says about it.
type tables struct {
	b     *sim.Board
	paths []sim.PathState
	path  []int32
	det   [][]int32
}

func (g *tables) DetMs(missile, view int) int32 { return g.det[missile][view] }

func (g *tables) FirmMs(missile, view int) int32 {
	return g.det[missile][view] + g.b.Views[int(g.b.Paths[g.path[missile]].FirstView)+view].FirmMs
}

func (g *tables) KnownMs(missile, command int) int32 {
	return g.paths[g.path[missile]].Commands[command].KnownMs
}

func (g *tables) Promise(missile, command, engagement, slot, mode int) uint64 {
	s := &g.paths[g.path[missile]].Commands[command].Engs[engagement].Slots[slot]
	return [3]uint64{s.Organic, s.Launch, s.Eng}[mode]
}

func (g *tables) Threshold(missile, command, engagement, slot, mode int) uint64 {
	return g.Promise(missile, command, engagement, slot, mode)
}

// A witness that reports what the board assumes plays the board's own outcome,
// bit for bit.
func TestGivenTheTablesThePlayIsTheSame(t *testing.T) {
	b := compile(t, allies(ladderOfThree))
	shots := int32(0)
	for q := range b.Postures {
		p, w := sim.NewPlayer(b), sim.NewPlayer(b)
		a, c := make([]int32, p.Layout().Len()), make([]int32, p.Layout().Len())
		for run := uint64(0); run < 100; run++ {
			var log sim.Log
			p.Play(q, 5, run, a, &log)
			state, path, start := w.Raid(q, 5, run)
			g := &tables{b, b.Postures[q].States[state], path, make([][]int32, len(path))}
			for i := range g.det {
				if path[i] < 0 {
					continue
				}
				pa := &b.Paths[path[i]]
				g.det[i] = make([]int32, pa.Views)
				for v := range g.det[i] {
					g.det[i][v] = sim.Never
					for _, e := range log.Events {
						if e.Kind == sim.EvDetect && e.Missile == int32(i) && e.A == b.Views[int(pa.FirstView)+v].Sensor {
							g.det[i][v] = e.TMs - start[i]
						}
					}
				}
			}
			w.PlayGiven(q, 5, run, g, c, nil)
			same(t, b.Postures[q].ID, [][]int32{a}, [][]int32{c})
			shots += c[w.Layout().At(sim.Shots, sim.Whole, 0)]
			// The hook leaves nothing behind.
			w.Play(q, 5, run, c, nil)
			same(t, b.Postures[q].ID+", after the hook", [][]int32{a}, [][]int32{c})
		}
	}
	if shots == 0 {
		t.Fatal("nobody shot: the test shows nothing")
	}
}
