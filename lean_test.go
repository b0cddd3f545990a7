package testudo

import (
	"path/filepath"
	"slices"
	"testing"

	"testudo/internal/sim"
)

// A player leaves out what no draw can make matter; one with a log leaves out
// nothing. Both must come to the same row, in every run of every shipped raid
// under every posture.
func TestWhatIsLeftOutDoesNotMatter(t *testing.T) {
	files, err := filepath.Glob("scenarios/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenario found", err)
	}
	for _, file := range files {
		s, err := Load(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range s.File.Raids {
			w, err := s.Compile(r.ID)
			if err != nil {
				t.Fatal(file, r.ID, err)
			}
			p := sim.NewPlayer(w.Board)
			lean, full := make([]int32, p.Layout().Len()), make([]int32, p.Layout().Len())
			log := new(sim.Log)
			for run := uint64(0); run < 12; run++ {
				for q := range w.Board.Postures {
					log.Events = log.Events[:0]
					p.Play(q, 3, run, lean, nil)
					p.Play(q, 3, run, full, log)
					if !slices.Equal(lean, full) {
						t.Fatalf("%s, raid %s, posture %s, run %d: with a log another outcome", file, r.ID, w.Board.Postures[q].ID, run)
					}
				}
			}
		}
	}
}
