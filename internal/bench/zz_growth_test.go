package main

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"os"
	"strings"
	"testing"
	"time"

	"testudo"
	"testudo/internal/sim"
)

// N="missiles sensors batteries postures runs;..." 
func zzBoards(t *testing.T) (out []*sim.Board, zs []size) {
	os.Chdir("../..")
	s, err := testudo.Load(mainScenario)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range strings.Split(os.Getenv("N"), ";") {
		var z size
		if n, _ := fmt.Sscan(text, &z.missiles, &z.sensors, &z.batteries, &z.postures, &z.runs); n == 0 {
			t.Skip()
		}
		w, err := (&testudo.Scenario{File: enlarge(s.File, z)}).Compile("")
		if err != nil {
			t.Fatal(err)
		}
		out, zs = append(out, w.Board), append(zs, z)
	}
	return
}

func TestZZTime(t *testing.T) {
	boards, zs := zzBoards(t)
	for k, b := range boards {
		p := sim.NewPlayer(b)
		row := make([]int32, p.Layout().Len())
		var best time.Duration = 1 << 60
		for rep := 0; rep < 2; rep++ {
			c := userTime()
			for run := 0; run < zs[k].runs; run++ {
				for q := range b.Postures {
					p.Play(q, uint64(1+rep), uint64(run), row, nil)
				}
			}
			best = min(best, time.Duration(1e9*(userTime()-c)))
			if os.Getenv("ONCE") != "" {
				break
			}
		}
		fmt.Printf("%v: %v per run\n", zs[k], best/time.Duration(zs[k].runs))
	}
}

func TestZZHash(t *testing.T) {
	boards, zs := zzBoards(t)
	for k, b := range boards {
		p := sim.NewPlayer(b)
		row := make([]int32, p.Layout().Len())
		for q := range b.Postures {
			h := fnv.New64a()
			for run := 0; run < zs[k].runs; run++ {
				p.Play(q, 3, uint64(run), row, nil)
				binary.Write(h, binary.LittleEndian, row)
			}
			fmt.Printf("%v posture %d %x\n", zs[k], q, h.Sum64())
		}
		h := fnv.New64a()
		for run := 0; run < zs[k].runs; run++ {
			for q := range b.Postures {
				p.Play(q, 4, uint64(run), row, nil)
				binary.Write(h, binary.LittleEndian, row)
			}
		}
		fmt.Printf("%v all %x\n", zs[k], h.Sum64())
	}
}
