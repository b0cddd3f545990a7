// Command bench sets the product's hot loops beside reference loops in C doing
// the same, exactly defined work: `make bench`. Both run in turn, pinned to one
// core, and what is compared is user CPU time, so that other work on the machine
// disturbs both alike. The C loops are not part of this repository: PERF names
// their folder (with w1, w2 and w3 in it). Without it, or without a compiler,
// our own figures are printed alone.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// loop is one comparison. Ours is a benchmark of the package, through the same
// functions that the product uses; perOp is the work of one of its operations.
type loop struct {
	id, what, pkg, bench string
	ops                  int
	c                    func(folder string, build string) (run []string, err error)
	rate                 *regexp.Regexp // work per second, as the C loop prints it
	bar                  string
}

var loops = []loop{
	{"W1", "trajectories/s: free flight with drag, a state each second, impact", "./internal/flight", "^BenchmarkW1$", 4000,
		func(p, b string) ([]string, error) {
			return []string{b + "/w1c", "dp5", "4000"}, gcc(p+"/w1/w1.c", b+"/w1c")
		}, regexp.MustCompile(`C-dp5 .* ([0-9.]+) traj/s`), "at least 1.0 (floor 0.8)"},
	{"W2", "filter updates/s: extended Kalman filter, six states, 10 Hz", "./internal/track", "^BenchmarkEKF6$", 1_500_000,
		func(p, b string) ([]string, error) {
			if err := gcc(p+"/w2/w2.c", b+"/w2c"); err != nil {
				return nil, err
			}
			return []string{b + "/w2c", "run", b + "/w2.bin", "500"}, exec.Command(b+"/w2c", "gen", b+"/w2.bin").Run()
		}, regexp.MustCompile(`([0-9.]+) (?:upd|updates)/s`), "at least 0.7"},
	{"W3", "replications/s: event-driven raid of thirty missiles, three layers", "./internal/sim", "^BenchmarkReferenceRaid$", 40_000,
		func(p, b string) ([]string, error) {
			return []string{b + "/w3c", "100000"}, gcc(p+"/w3/w3.c", b+"/w3c")
		}, regexp.MustCompile(`([0-9.]+) reps/s`), "at least 0.85"},
}

func gcc(src, out string) error {
	msg, err := exec.Command("gcc", "-O3", "-march=native", "-o", out, src, "-lm").CombinedOutput()
	if err != nil {
		return fmt.Errorf("gcc %s: %w\n%s", src, err, msg)
	}
	return nil
}

func main() {
	rounds := flag.Int("rounds", 5, "rounds, each running both sides in turn")
	cpu := flag.String("cpu", "0", "core to pin to")
	perf := flag.String("perf", os.Getenv("PERF"), "folder of the C loops (default $PERF, else ../shared/perf)")
	grow := flag.Bool("growth", false, "measure how time grows with the size of a study instead")
	flag.Parse()
	if *grow {
		runGrowth(filepath.Join("scenarios", "northeast-asia-2014.yaml"))
		return
	}
	if err := run(*rounds, *cpu, *perf); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(rounds int, cpu, perf string) error {
	if perf == "" {
		perf = filepath.Join("..", "shared", "perf")
	}
	build, err := os.MkdirTemp("", "testudo-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(build)
	pin := []string{}
	if _, err := exec.LookPath("taskset"); err == nil {
		pin = []string{"taskset", "-c", cpu}
	}
	fmt.Printf("%s, %s/%s, %d rounds in turn, user CPU time, medians; pinned: %v\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, rounds, len(pin) > 0)
	for _, l := range loops {
		ours := filepath.Join(build, l.id+".test")
		if msg, err := exec.Command("go", "test", "-c", "-o", ours, l.pkg).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", l.pkg, err, msg)
		}
		c, err := l.c(perf, build)
		if err != nil {
			fmt.Printf("%s  no reference: %v\n", l.id, err)
		}
		var mine, ref, ratio []float64
		for range rounds {
			m, err := ourRate(append(slices.Clone(pin), ours, "-test.run=^$", "-test.bench="+l.bench, fmt.Sprintf("-test.benchtime=%dx", l.ops), "-test.cpu=1"), l.ops)
			if err != nil {
				return err
			}
			mine = append(mine, m)
			if c == nil {
				continue
			}
			r, err := theirRate(append(slices.Clone(pin), c...), l.rate)
			if err != nil {
				return err
			}
			ref, ratio = append(ref, r), append(ratio, m/r)
		}
		fmt.Printf("%s  %s\n    ours %.0f", l.id, l.what, median(mine))
		if len(ref) > 0 {
			fmt.Printf("   C %.0f   ratio %.2f (%.2f to %.2f); bar: %s", median(ref), median(ratio), slices.Min(ratio), slices.Max(ratio), l.bar)
		}
		fmt.Println()
	}
	return nil
}

// ourRate runs a benchmark and gives its operations per second of user time. A
// run of one operation before it takes the start of the process off.
func ourRate(args []string, ops int) (float64, error) {
	user := func(a []string) (float64, error) {
		cmd := exec.Command(a[0], a[1:]...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return 0, fmt.Errorf("%s: %w\n%s", strings.Join(a, " "), err, out)
		}
		return cmd.ProcessState.UserTime().Seconds(), nil
	}
	short := slices.Clone(args)
	for i := range short {
		if strings.HasPrefix(short[i], "-test.benchtime=") {
			short[i] = "-test.benchtime=1x"
		}
	}
	start, err := user(short)
	if err != nil {
		return 0, err
	}
	whole, err := user(args)
	if err != nil {
		return 0, err
	}
	return float64(ops-1) / max(whole-start, 1e-6), nil
}

func theirRate(args []string, rate *regexp.Regexp) (float64, error) {
	out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
	}
	m := rate.FindStringSubmatch(string(out))
	if m == nil {
		return 0, fmt.Errorf("%s prints no rate:\n%s", args[0], out)
	}
	return strconv.ParseFloat(m[1], 64)
}

func median(x []float64) float64 {
	s := slices.Clone(x)
	slices.Sort(s)
	return s[len(s)/2]
}
