package testudo

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"testudo/internal/sim"
)

func gainOf(t *testing.T, text, raid string, runs int) (*World, *Comparison) {
	t.Helper()
	s, err := Parse("why.yaml", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Compile(raid)
	if err != nil {
		t.Fatal(err)
	}
	c, err := w.Gain(context.Background(), Options{Seed: 11, Runs: runs})
	if err != nil {
		t.Fatal(err)
	}
	return w, c
}

// Why a step brings nothing, where it can be told by thought. From 2000 km the
// textbook's battery sees the missile too late; a track that comes 3000 s late helps
// nobody. In the closed form everything is in reach and seen in
// time; the ally's radar, nearer to the launch, sees it sooner still.
func TestWhyNothingChanges(t *testing.T) {
	toy, err := os.ReadFile("scenarios/textbook/toy-footprint.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, c := gainOf(t, strings.Replace(string(toy), "delay: 120 s", "delay: 3000 s", 1), "from-2000-km", 50)
	if len(c.Idle) != 1 {
		t.Fatalf("%d idle steps", len(c.Idle))
	}
	// One missile in each of twenty runs, which nobody can shoot at.
	x := c.Idle[0]
	if x.From != "uncued" || x.Runs != 20 || x.Chances != 0 || x.Late != 20 || x.Saved != 0 || x.Arrive != 20 || x.Unreached != 20 || x.Told != 20 || x.Heard != 0 {
		t.Errorf("too late a track: %+v", x)
	}
	if text := strings.Join(x.Words, " "); !strings.Contains(text, `Why "cued" changes nothing (20 runs, shot by shot)`) || !strings.Contains(text, "no battery can shoot at anything") || !strings.Contains(text, "Of the 20 missiles that arrive, all could be shot at by nobody.") {
		t.Errorf("too late a track: %s", text)
	}
	if _, c := gainOf(t, string(toy), "from-2000-km", 50); len(c.Idle) != 0 {
		t.Errorf("a step that helps: %+v", c.Idle)
	}

	closed, err := os.ReadFile("scenarios/textbook/closed-form.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(closed), "  X: {name: Attacker, side: attacker}\n", "  X: {name: Attacker, side: attacker}\n  B: {name: Ally}\n", 1)
	text, _, _ = strings.Cut(text, "\npostures:")
	text = strings.Replace(text, "sensors:\n", "sensors:\n  other: {nation: B, system: bernoulli-radar, at: [1, 0], source: assumption, reason: a test}\n", 1) +
		"\npostures:\n  alone: {}\n  tracks:\n    share: [{from: B, to: A, level: engage-on-remote, delay: 1 s, source: assumption, reason: a test}]\n  joint:\n    share: [{from: B, to: A, level: engage-on-remote, delay: 1 s, source: assumption, reason: a test}]\n    joint-fire-control: [A, B]\n    source: assumption\n    reason: a test\nladder: [alone, tracks, joint]\n"
	_, c = gainOf(t, text, "", 50)
	if len(c.Idle) != 1 {
		t.Fatalf("closed form: %d idle steps", len(c.Idle))
	}
	x = c.Idle[0]
	if x.InTime != x.Chances || x.Chances != 20*c.Missiles || x.Heard != x.Told || x.Sooner+x.Late+x.Both != 0 || !x.Joined || x.Missed != x.Arrive || x.Arrive == 0 {
		t.Errorf("closed form: %+v", x)
	}
	if text := strings.Join(x.Words, " "); !strings.Contains(text, `Why "tracks" and "joint" change nothing`) || !strings.Contains(text, "Each battery is ready before the first look that its reach allows.") || !strings.Contains(text, "One fire control has nothing to share out") || !strings.Contains(text, "all were shot at and missed") {
		t.Errorf("closed form: %s", text)
	}
}

// What is said of the shipped theatres adds up, holds for every step that brings
// nothing, and agrees with the runs played without a log.
func TestWhyAddsUp(t *testing.T) {
	files, err := filepath.Glob("scenarios/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	said := 0
	for _, f := range files {
		s, err := Load(f)
		if err != nil {
			t.Fatal(err)
		}
		w, err := s.Compile("")
		if err != nil {
			t.Fatal(err)
		}
		c, err := w.Gain(context.Background(), Options{Seed: DefaultSeed, Runs: 300})
		if err != nil {
			t.Fatal(err)
		}
		idle := map[string]bool{}
		p := sim.NewPlayer(w.Board)
		row := make([]int32, p.Layout().Len())
		at := p.Layout().At(sim.Leakers, sim.Whole, 0)
		for _, x := range c.Idle {
			said++
			for _, n := range x.Steps {
				idle[n] = true
			}
			if x.InTime+x.Unknown+x.Decides+x.Unseen != x.Chances || x.Unreached+x.Unshot+x.Missed != x.Arrive || x.Saved > x.Late || len(x.Words) < 1 {
				t.Errorf("%s: %+v", f, x)
			}
			arrive := 0
			for run := range uint64(x.Runs) {
				p.Play(w.Theatre.Posture(x.From), DefaultSeed, run, row, nil)
				arrive += int(row[at])
			}
			if arrive != x.Arrive {
				t.Errorf("%s, %s: %d arrive, %d are accounted for", f, x.From, arrive, x.Arrive)
			}
		}
		for i := 1; i < len(c.Rows); i++ {
			if r := &c.Rows[i]; r.Step.Leakers.Zero() != idle[r.Posture] {
				t.Errorf("%s: the step to %s, of %v, is explained: %v", f, r.Posture, r.Step.Leakers, idle[r.Posture])
			}
		}
	}
	if said == 0 {
		t.Error("no theatre has a step that brings nothing")
	}
}
