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

// On a later day of a campaign, with fewer rounds and other salvoes, a player that has
// seen what its runs have in common comes to the rows of one with a log, too.
func TestALaterDayIsPlayedAlike(t *testing.T) {
	s, err := Load("scenarios/levant-2025.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Compile(s.File.DefaultRaid)
	if err != nil {
		t.Fatal(err)
	}
	p := sim.NewPlayer(w.Board)
	lean, full := make([]int32, p.Layout().Len()), make([]int32, p.Layout().Len())
	day, log := w.Board.NewDay(), new(sim.Log)
	for i := range day.Rounds {
		day.Rounds[i], day.Salvo[i] = day.Rounds[i]*2/3, 3-day.Salvo[i]
	}
	const looks = 200 // plays after which a player has looked ahead for certain
	for run := range uint64(looks) {
		p.Play(0, 3, run, lean, nil)
	}
	for run := range uint64(20) {
		for q := range w.Board.Postures {
			log.Events = log.Events[:0]
			p.PlayDay(day, q, 3, run, lean, nil)
			p.PlayDay(day, q, 3, run, full, log)
			if !slices.Equal(lean, full) {
				t.Fatalf("posture %s, run %d: with a log another outcome", w.Board.Postures[q].ID, run)
			}
		}
	}
}
