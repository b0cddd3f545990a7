package report

import (
	"strings"
	"testing"
)

func TestCells(t *testing.T) {
	for s, want := range map[string]int{"": 0, "Seoul": 5, "서울": 4, "東京": 4, "e\u0301": 1, "Hagåtña": 7, "−1.96": 5} {
		if got := cells(s); got != want {
			t.Errorf("%q takes %d cells, want %d", s, got, want)
		}
	}
}

// TestTextFits: no line of the tables is wider than the terminal, the staircase
// keeps its leakers and intervals, and what is left out is said.
func TestTextFits(t *testing.T) {
	d := sample("東京")
	for _, width := range []int{50, 60, 80, 100, 120, 200} {
		text := Text(d, width, false)
		tables, _, _ := strings.Cut(text, "Together is")
		for _, l := range strings.Split(tables, "\n") {
			if cells(l) > width && !strings.HasPrefix(l, "(") {
				t.Errorf("width %d: a line of %d: %q", width, cells(l), l)
			}
		}
		if !strings.Contains(tables, "5.50") || !strings.Contains(tables, "[5.25, 5.75]") {
			t.Errorf("width %d: the leakers or their interval are missing", width)
		}
		if said := strings.Contains(tables, "do not fit"); said != !strings.Contains(tables, "MUSD") && width < 100 {
			t.Errorf("width %d: left out without a word, or a word about nothing", width)
		}
		if strings.Contains(text, "\x1b") {
			t.Errorf("width %d: colour where none is wanted", width)
		}
	}
	if wide := Text(d, 200, true); !strings.Contains(wide, "\x1b[34m█") {
		t.Error("no bar in colour")
	}
}
