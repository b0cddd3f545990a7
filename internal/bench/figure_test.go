package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"testudo"
	"testudo/internal/coalition"
)

// TestVerdict: a bar not reached and a figure that could not be had are told
// apart, in words and in the exit code.
func TestVerdict(t *testing.T) {
	reached := figure{ID: "a", Value: 1, Most: bar(1)}
	failed := figure{ID: "b", Value: 0.6, Least: bar(0.7)}
	missing := figure{ID: "c", Least: bar(1), Missing: "no compiler"}
	plain := figure{ID: "d", Value: 7}
	for _, c := range []struct {
		figures []figure
		code    int
		says    string
	}{
		{[]figure{reached, plain}, allReached, "1 of 1 bars reached"},
		{[]figure{reached, failed}, notReached, "NOT REACHED: b"},
		{[]figure{failed, missing}, notMeasured, "NOT MEASURED: c"},
	} {
		var b bytes.Buffer
		r := results{Figures: c.figures}
		if code := r.verdict(&b, []string{"loops"}); code != c.code || !strings.Contains(b.String(), c.says) {
			t.Errorf("code %d, want %d: %s", code, c.code, b.String())
		}
	}
}

// TestFilesOfResults: what is written as JSON is read again, and benchstat gets
// one line for every round.
func TestFilesOfResults(t *testing.T) {
	r := results{Figures: []figure{{ID: "gain/gulf", Unit: "s", Value: 2, Rounds: []float64{2, 3}, Most: bar(1)}, {ID: "none", Missing: "why"}}}
	dir := t.TempDir()
	if err := r.writeJSON(filepath.Join(dir, "r.json")); err != nil {
		t.Fatal(err)
	}
	back, err := readResults(filepath.Join(dir, "r.json"))
	if err != nil || len(back.Figures) != 2 || *back.Figures[0].Most != 1 || back.Figures[0].Rounds[1] != 3 {
		t.Errorf("read back %+v, %v", back, err)
	}
	if err := r.writeBench(filepath.Join(dir, "r.txt")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "r.txt"))
	if err != nil || !strings.HasSuffix(string(text), "Benchmarkgain/gulf 1 2 s\nBenchmarkgain/gulf 1 3 s\n") {
		t.Errorf("%v: %s", err, text)
	}
}

// TestEnlarge: the theatre has as much of everything as was asked, and what it is
// made of stays as it was.
func TestEnlarge(t *testing.T) {
	s, err := testudo.Load(filepath.Join("..", "..", mainScenario))
	if err != nil {
		t.Fatal(err)
	}
	had := len(s.File.Batteries)
	w, err := (&testudo.Scenario{File: enlarge(s.File, size{missiles: 77, sensors: 60, batteries: 50, postures: 3})}).Compile("")
	if err != nil {
		t.Fatal(err)
	}
	if h := w.Theatre; len(h.Missiles) != 77 || len(h.Sensors) < 60 || len(h.Batteries) != 50 || len(h.Postures) != 3 || len(s.File.Batteries) != had {
		t.Errorf("%d missiles, %d sensors, %d batteries, %d postures; the file has %d batteries, had %d", len(h.Missiles), len(h.Sensors), len(h.Batteries), len(h.Postures), len(s.File.Batteries), had)
	}
}

// TestMoreNations: the further nations defend, each with a battery of its own, and
// stand in the postures as the one they are like.
func TestMoreNations(t *testing.T) {
	s, err := testudo.Load(filepath.Join("..", "..", "scenarios", "gulf.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := (&testudo.Scenario{File: moreNations(s.File, 11, "SAU")}).Compile("")
	if err != nil {
		t.Fatal(err)
	}
	h := w.Theatre
	if n := len(coalition.Players(h)); n != 11 {
		t.Fatalf("%d nations defend", n)
	}
	last := &h.Postures[h.Posture("gulf-mutual")]
	for n := len(h.Nations) - 3; n < len(h.Nations); n++ {
		own, links := 0, 0
		for _, b := range h.Batteries {
			if b.Nation == n {
				own++
			}
		}
		for _, e := range last.Net.Edges {
			if e.From == n || e.To == n {
				links++
			}
		}
		if own != 1 || links < 2*7 {
			t.Errorf("%s has %d batteries, %d links", h.Nations[n].ID, own, links)
		}
	}
}
