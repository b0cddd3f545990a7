package study_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"testudo/internal/sim"
	"testudo/internal/study"
)

func plan(workers int) study.Plan {
	return study.Plan{Board: sim.ReferenceRaid(), Postures: []int{0, 0}, Seed: 5, Runs: 777, Workers: workers}
}

// A study is the same, bit for bit, for any number of workers.
func TestWorkersDoNotMatter(t *testing.T) {
	one, err := study.Run(context.Background(), plan(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []int{2, 7} {
		got, err := study.Run(context.Background(), plan(w))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(one.Levels, got.Levels); d != "" || got.N != one.N {
			t.Errorf("%d workers: %s", w, d)
		}
	}
}

// Segments of a study add up to the whole.
func TestSegmentsAddUp(t *testing.T) {
	whole, err := study.Run(context.Background(), plan(2))
	if err != nil {
		t.Fatal(err)
	}
	var sum *study.Result
	for first := 0; first < 777; first += 259 {
		p := plan(2)
		p.First, p.Runs = first, 259
		part, err := study.Run(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		if sum == nil {
			sum = part
		} else if err := sum.Add(part); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(whole.Levels, sum.Levels); d != "" || sum.N != whole.N {
		t.Error(d)
	}
	if err := sum.Add(whole); !errors.Is(err, study.ErrPlan) {
		t.Errorf("a segment that does not follow: %v", err)
	}
}

// A posture compared with itself differs in no run.
func TestPairedDifferenceToItselfIsZero(t *testing.T) {
	r, err := study.Run(context.Background(), plan(3))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range r.Levels[1].Step.Sq {
		if v != 0 {
			t.Fatalf("column %d: sum of squared differences %d", i, v)
		}
	}
	if r.Levels[1].Worse != 0 {
		t.Errorf("%d runs worse than themselves", r.Levels[1].Worse)
	}
}

// A study stops at the asked precision, at the same run for any workers.
func TestPrecisionStops(t *testing.T) {
	var n []int
	for _, w := range []int{1, 2, 7} {
		p := plan(w)
		p.Runs, p.Precision = 200000, 0.03
		r, err := study.Run(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Met || r.N >= p.Runs || r.N < 2*study.Batch {
			t.Fatalf("%d workers: %d runs, met %t", w, r.N, r.Met)
		}
		n = append(n, r.N)
	}
	if n[0] != n[1] || n[1] != n[2] {
		t.Errorf("stopped after %v runs", n)
	}
}

func TestPlansThatCannotBe(t *testing.T) {
	for what, change := range map[string]func(*study.Plan){
		"no runs": func(p *study.Plan) { p.Runs = 0 }, "no posture": func(p *study.Plan) { p.Postures = nil }, "unknown posture": func(p *study.Plan) { p.Postures = []int{3} },
	} {
		p := plan(1)
		change(&p)
		if _, err := study.Run(context.Background(), p); !errors.Is(err, study.ErrPlan) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestCancelledStudyGivesNoResult(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if r, err := study.Run(ctx, plan(2)); r != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", r, err)
	}
}
