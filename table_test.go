package testudo

import (
	"context"
	"math"
	"testing"
)

// TestTableOfRuns: the means of the rows are the figures of the result.
func TestTableOfRuns(t *testing.T) {
	s, err := Load("scenarios/northeast-asia-2014.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Compile("")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Seed: 5, Runs: 40, Workers: 1}
	c, err := w.Compare(context.Background(), []string{"alone", "mutual"}, o)
	if err != nil {
		t.Fatal(err)
	}
	table, err := w.Table(context.Background(), c, o, "testudo gain", true)
	if err != nil {
		t.Fatal(err)
	}
	if table.Len() != 80 {
		t.Fatalf("%d rows, want 80", table.Len())
	}
	mean := func(column, posture string) float64 {
		for i := range table.Columns {
			if table.Columns[i].Name == column {
				sum := 0.0
				for k, x := range table.Columns[i].Int {
					if table.Columns[0].Text[k] == posture {
						sum += float64(x)
					}
				}
				return sum / 40
			}
		}
		t.Fatalf("no column %s", column)
		return 0
	}
	for i := range c.Rows {
		r := &c.Rows[i]
		for column, want := range map[string]float64{"leakers_missiles": r.Leakers.Value, "shots_rounds": r.Shots.Value, "damage_thousandths_of_value": r.Damage.Value * 1000, "nation:" + r.Nations[0].Nation + ":leakers_missiles": r.Nations[0].Leakers.Value, "battery:" + r.Batteries[0].Battery + ":left_rounds": r.Batteries[0].Left.Value} {
			if got := mean(column, r.Posture); math.Abs(got-want) > 1e-9*math.Max(1, want) {
				t.Errorf("%s under %s: %g, the result says %g", column, r.Posture, got, want)
			}
		}
	}
}
