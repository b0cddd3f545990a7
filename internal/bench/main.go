// Command bench measures how fast the product is: `make bench`. It sets the hot
// loops beside reference loops in C doing the same, exactly defined work (both in
// turn, on one pinned core, by user CPU time, so that other work on the machine
// disturbs both alike), and times the program itself on the shipped scenarios.
// Every figure stands beside the bar it is measured by.
//
// The C loops are not part of this repository: PERF names their folder (with w1,
// w2 and w3 in it). Without it, or without a compiler, our own rates are printed,
// what is missing is said, and the command does not succeed.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Exit codes: a bar that is not reached is another thing than a figure that could
// not be had.
const (
	allReached  = 0
	notReached  = 1
	notMeasured = 2
)

// bench is one run of the command.
type bench struct {
	rounds int
	cpu    string // core to pin to
	perf   string // folder of the C loops
	build  string // folder of what is built for the measurement
	out    *results
}

// group is a part of the measurement.
type group struct {
	name, about string
	byDefault   bool
	run         func(*bench) error
}

// groups are in the order in which they run.
var groups = []group{
	{"loops", "W1, W2, W3 beside the reference loops", true, (*bench).loops},
	{"product", "the program on the shipped scenarios, a million runs, compiling, a footprint, coalitions", true, (*bench).product},
	{"growth", "three doublings of missiles, sensors, batteries, postures, coalitions, runs", false, (*bench).growth},
	{"large", "a thousand missiles; memory; two workers", false, (*bench).large},
}

func main() {
	rounds := flag.Int("rounds", 5, "rounds, each running both sides in turn")
	cpu := flag.String("cpu", "0", "core to pin to where one core is asked for")
	perf := flag.String("perf", os.Getenv("PERF"), "folder of the C loops (default $PERF, else ../shared/perf)")
	all := flag.Bool("all", false, "measure everything: also growth and large theatres (about a quarter of an hour)")
	only := flag.String("only", "", "measure only these groups, by commas")
	jsonFile := flag.String("json", "", "also write every figure with all its rounds to this file")
	benchFile := flag.String("benchfmt", "", "also write every round in the format of Go benchmarks, for benchstat")
	before := flag.String("before", "", "a file of --json from before: print what changed")
	task := flag.String("task", "", "for the command's own use: play one theatre and print what it took")
	relayTo := flag.String("relay", "", "for the command's own use: run a command and write what it took to this file")
	on := map[string]*bool{}
	for _, g := range groups {
		if !g.byDefault {
			on[g.name] = flag.Bool(g.name, false, "also measure "+g.about)
		}
	}
	flag.Parse()
	if *relayTo != "" {
		if err := relay(*relayTo, flag.Args()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(notMeasured)
		}
		return
	}
	if *task != "" {
		if err := runTask(*task); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(notMeasured)
		}
		return
	}
	if *perf == "" {
		*perf = filepath.Join("..", "shared", "perf")
	}
	if flag.NArg() > 0 || *rounds < 1 {
		fmt.Fprintln(os.Stderr, "bench: no argument is expected, and at least one round; see --help")
		os.Exit(notMeasured)
	}
	var list []string
	for _, g := range groups {
		if g.byDefault || *all || *on[g.name] {
			list = append(list, g.name)
		}
	}
	if *only != "" {
		list = strings.Split(*only, ",")
		for _, name := range list {
			if !slices.ContainsFunc(groups, func(g group) bool { return g.name == name }) {
				fmt.Fprintf(os.Stderr, "bench: there is no group %q (loops, product, growth, large)\n", name)
				os.Exit(notMeasured)
			}
		}
	}
	b := &bench{rounds: *rounds, cpu: *cpu, perf: *perf, out: &results{Rounds: *rounds, Machine: machine()}}
	code, err := b.run(list, *before, *jsonFile, *benchFile)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		code = notMeasured
	}
	os.Exit(code)
}

func (b *bench) run(list []string, before, jsonFile, benchFile string) (int, error) {
	var was *results
	if before != "" {
		var err error
		if was, err = readResults(before); err != nil {
			return 0, err
		}
	}
	var err error
	if b.build, err = os.MkdirTemp("", "testudo-bench-"); err != nil {
		return 0, err
	}
	defer os.RemoveAll(b.build)
	fmt.Printf("%s\n", b.out.Machine)
	if _, ok := pinned(b.cpu); !ok {
		fmt.Println("taskset is not installed: nothing is pinned to a core")
	}
	begin, busy := time.Now(), newBusy()
	for _, g := range groups {
		if !slices.Contains(list, g.name) {
			continue
		}
		fmt.Printf("\n%s: %s\n\n", strings.ToUpper(g.name[:1])+g.name[1:], g.about)
		if err := g.run(b); err != nil {
			return 0, fmt.Errorf("%s: %w", g.name, err)
		}
	}
	fmt.Printf("\n%s in all", time.Since(begin).Round(time.Second))
	if other, ok := busy.others(); ok {
		b.out.Others = other
		fmt.Printf("; other programs took %.2f of the machine's %d cores meanwhile (wall times suffer from it, ratios and CPU times little)", other, b.out.Machine.Cores)
	}
	fmt.Println(".")
	if was != nil {
		b.out.compare(os.Stdout, was)
	}
	if jsonFile != "" {
		if err := b.out.writeJSON(jsonFile); err != nil {
			return 0, err
		}
	}
	if benchFile != "" {
		if err := b.out.writeBench(benchFile); err != nil {
			return 0, err
		}
	}
	return b.out.verdict(os.Stdout, list), nil
}
