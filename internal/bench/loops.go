package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// loop is one comparison. Ours is a benchmark of the package, through the same
// functions that the product uses.
type loop struct {
	id, what, pkg, bench string
	ops                  int // of our benchmark in a round
	src                  string
	c                    func(exe, build string) (run []string, err error)
	rate                 *regexp.Regexp // work per second, as the C loop prints it
	bar                  float64
	still                bool // one operation must allocate nothing
	note                 string
}

var loops = []loop{
	{"W1", "free flight with drag, a state each second, impact", "./internal/flight", "^BenchmarkW1$", 8000, "w1/w1.c",
		func(exe, _ string) ([]string, error) { return []string{exe, "dp5", "6000"}, nil },
		regexp.MustCompile(`C-dp5 .* ([0-9.]+) traj/s`), 1, false, "floor 0.8"},
	{"W2", "extended Kalman filter, six states, 10 Hz", "./internal/track", "^BenchmarkEKF6$", 1_500_000, "w2/w2.c",
		func(exe, build string) ([]string, error) {
			data := filepath.Join(build, "w2.bin")
			return []string{exe, "run", data, "500"}, exec.Command(exe, "gen", data).Run()
		}, regexp.MustCompile(`([0-9.]+) (?:upd|updates)/s`), 0.7, true, ""},
	{"W3", "event-driven raid of thirty missiles, three layers", "./internal/sim", "^BenchmarkReferenceRaid$", 60_000, "w3/w3.c",
		func(exe, _ string) ([]string, error) { return []string{exe, "150000"}, nil },
		regexp.MustCompile(`([0-9.]+) reps/s`), 0.85, true, "aim 2.0"},
}

// reference builds the C loop, or says why it cannot.
func (l *loop) reference(perf, build string) (run []string, missing string) {
	src := filepath.Join(perf, filepath.FromSlash(l.src))
	if _, err := os.Stat(src); err != nil {
		return nil, fmt.Sprintf("no reference loop: there is no %s; PERF=folder names the folder with w1, w2 and w3", src)
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		return nil, "no reference loop: gcc is not installed"
	}
	exe := filepath.Join(build, strings.ToLower(l.id)+"c")
	if msg, err := exec.Command("gcc", "-O3", "-march=native", "-o", exe, src, "-lm").CombinedOutput(); err != nil {
		return nil, fmt.Sprintf("no reference loop: gcc %s: %v\n%s", src, err, msg)
	}
	run, err := l.c(exe, build)
	if err != nil {
		return nil, fmt.Sprintf("no reference loop: %s: %v", exe, err)
	}
	return run, ""
}

func (b *bench) loops() error {
	pin, _ := pinned(b.cpu)
	type side struct {
		ours, c           []string
		missing           string
		mine, ref, ratios []float64
		allocs            []float64 // of one operation of ours
	}
	sides := make([]side, len(loops))
	for i := range loops {
		l, s := &loops[i], &sides[i]
		exe := filepath.Join(b.build, l.id+".test")
		if msg, err := exec.Command("go", "test", "-c", "-o", exe, l.pkg).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", l.pkg, err, msg)
		}
		s.ours = append(slices.Clone(pin), exe, "-test.run=^$", "-test.bench="+l.bench, "-test.cpu=1")
		c, missing := l.reference(b.perf, b.build)
		s.c, s.missing = append(slices.Clone(pin), c...), missing
	}
	for range b.rounds {
		for i := range loops {
			s := &sides[i]
			m, allocs, err := ourRate(s.ours, loops[i].ops)
			if err != nil {
				return err
			}
			s.mine, s.allocs = append(s.mine, m), append(s.allocs, allocs)
			if s.missing != "" {
				continue
			}
			r, err := theirRate(s.c, loops[i].rate)
			if err != nil {
				return err
			}
			s.ref, s.ratios = append(s.ref, r), append(s.ratios, m/r)
		}
	}
	b.out.head()
	for i := range loops {
		l, s := &loops[i], &sides[i]
		f := figure{ID: l.id, What: l.id + " " + l.what, Unit: "x C", Least: bar(l.bar), Missing: s.missing, Note: l.note}
		if s.missing == "" {
			f.Value, f.Rounds = median(s.ratios), s.ratios
		}
		b.out.add(f)
		b.out.add(figure{ID: l.id + "/ours", What: "   ours", Unit: "1/s", Value: median(s.mine), Rounds: s.mine})
		if s.missing == "" {
			b.out.add(figure{ID: l.id + "/C", What: "   C", Unit: "1/s", Value: median(s.ref), Rounds: s.ref})
		}
		if l.still {
			b.out.add(figure{ID: l.id + "/allocs", What: "   allocations of one of ours", Unit: "allocs", Value: slices.Max(s.allocs), Most: bar(0)})
		}
	}
	return nil
}

var allocsOp = regexp.MustCompile(`([0-9]+) allocs/op`)

// ourRate runs a benchmark and gives its operations per second of user time, and
// the allocations of one. A run of one operation before it takes the start of the
// process off.
func ourRate(args []string, ops int) (rate, allocs float64, err error) {
	of := func(n int) (took, error) {
		return timed(nil, append(slices.Clone(args), fmt.Sprintf("-test.benchtime=%dx", n))...)
	}
	start, err := of(1)
	if err != nil {
		return 0, 0, err
	}
	whole, err := of(ops)
	if err != nil {
		return 0, 0, err
	}
	m := allocsOp.FindSubmatch(whole.out)
	if m == nil {
		return 0, 0, fmt.Errorf("%s does not say what it allocates:\n%s", strings.Join(args, " "), whole.out)
	}
	if allocs, err = strconv.ParseFloat(string(m[1]), 64); err != nil {
		return 0, 0, err
	}
	return float64(ops-1) / max(whole.User-start.User, 1e-6), allocs, nil
}

func theirRate(args []string, rate *regexp.Regexp) (float64, error) {
	t, err := timed(nil, args...)
	if err != nil {
		return 0, err
	}
	m := rate.FindSubmatch(t.out)
	if m == nil {
		return 0, fmt.Errorf("%s prints no rate:\n%s", strings.Join(args, " "), t.out)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}
