package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"testudo"
	"testudo/internal/catalog"
	"testudo/internal/report"
	"testudo/internal/witness"
	"testudo/internal/yamldoc"
)

// common are the flags of every verb that plays a scenario.
type common struct {
	json      bool
	sets      []string
	catalogs  []string
	seed      uint64
	runs      int
	raid      string
	workers   int
	precision float64
	quiet     bool
	fidelity  string
	filter    string

	// What was loaded before for the same command, to be taken over where a
	// further override does not touch it.
	book *catalog.Book
	like *testudo.World
}

func (c *common) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&c.json, "json", false, "print the result as JSON, and nothing else, on standard output")
	f.StringArrayVar(&c.sets, "set", nil, "override a value of the scenario, `path=value`, for instance commands.JPN.salvo=1 (repeatable)")
	f.StringArrayVar(&c.catalogs, "catalog", nil, "lay a catalogue `file` of your own over the built-in one (repeatable)")
	f.Uint64Var(&c.seed, "seed", testudo.DefaultSeed, "seed of the draws: the same seed gives the same figures")
	f.IntVar(&c.runs, "runs", testudo.DefaultRuns, "replications per posture")
}

func (c *common) addStudy(cmd *cobra.Command) {
	c.add(cmd)
	f := cmd.Flags()
	f.StringVar(&c.raid, "raid", "", "raid to play (default: the scenario's)")
	f.IntVar(&c.workers, "workers", 0, "workers (default: one per processor); the result does not depend on it")
	f.Float64Var(&c.precision, "precision", 0, "stop when the 95 % interval of the mean leakers is within ± this, --runs being the most that is played")
	f.BoolVar(&c.quiet, "quiet", false, "no progress bar")
}

// addFidelity adds the choice between the board and the witness.
func (c *common) addFidelity(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&c.fidelity, "fidelity", "fast", "fast plays the compiled tables; witness draws every radar look, filters the tracks and decides on the estimates (thousands of times slower; --runs is then 200 unless given; see docs/witness.md)")
	f.StringVar(&c.filter, "filter", "ekf", "filter of the witness: ekf (extended) or ukf (unscented)")
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if c.fidelity != "fast" && c.fidelity != "witness" {
			return coded(exitUsage, fmt.Errorf("--fidelity %q: allowed are fast and witness", c.fidelity))
		}
		if _, ok := witness.ParseFilter(c.filter); !ok {
			return coded(exitUsage, fmt.Errorf("--filter %q: allowed are ekf and ukf", c.filter))
		}
		if c.fidelity == "fast" && cmd.Flags().Changed("filter") {
			return coded(exitUsage, errors.New("--filter goes with --fidelity witness: the compiled tables have no filter"))
		}
		if c.fidelity == "witness" && !cmd.Flags().Changed("runs") {
			c.runs = testudo.DefaultWitnessRuns
		}
		return run(cmd, args)
	}
}

func (c *common) check() error {
	if c.runs < 1 || c.runs > 1_000_000_000 {
		return coded(exitUsage, fmt.Errorf("--runs %d: allowed are 1 to 1000000000", c.runs))
	}
	if c.workers < 0 || c.workers > 4096 {
		return coded(exitUsage, fmt.Errorf("--workers %d: allowed are 0 to 4096", c.workers))
	}
	if c.precision < 0 || c.precision != c.precision {
		return coded(exitUsage, fmt.Errorf("--precision %g: it must be a positive number of leakers", c.precision))
	}
	return nil
}

// load reads the scenario of a verb and compiles its raid.
func (c *common) load(path string) (*testudo.World, error) {
	s, err := c.scenario(path)
	if err != nil {
		return nil, err
	}
	w, err := s.CompileFrom(c.like, c.raid)
	return w, coded(exitInput, err)
}

func (c *common) scenario(path string) (*testudo.Scenario, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.book == nil {
		b, err := testudo.CatalogueWith(c.catalogs...)
		if err != nil {
			return nil, coded(exitInput, err)
		}
		c.book = b
	}
	s, err := testudo.LoadWith(c.book, path, c.sets...)
	var ps *yamldoc.Problems
	switch {
	case err == nil:
		return s, nil
	case errors.As(err, &ps):
		return nil, coded(exitInput, err)
	case errors.Is(err, fs.ErrNotExist):
		return nil, coded(exitInput, fmt.Errorf("%s: there is no such file%s", path, nearFile(path)))
	}
	return nil, coded(exitInput, err)
}

// nearFile suggests a file of the same folder with a like name.
func nearFile(path string) string {
	dir := filepath.Dir(path)
	es, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	var names []string
	for _, e := range es {
		names = append(names, e.Name())
	}
	if n, ok := yamldoc.Nearest(filepath.Base(path), names); ok {
		return fmt.Sprintf("; did you mean %q?", filepath.Join(dir, n))
	}
	return ""
}

func (c *common) options(errOut io.Writer) testudo.Options {
	o := testudo.Options{Seed: c.seed, Runs: c.runs, Workers: c.workers, Precision: c.precision}
	if c.fidelity == "witness" {
		o.Fidelity = testudo.Witnessed
		o.Filter, _ = witness.ParseFilter(c.filter)
	}
	if !c.quiet && !c.json && isTerminal(errOut) {
		o.Progress = bar(errOut, "runs")
	}
	return o
}

// bar draws a progress line at most ten times a second, with the time left.
func bar(w io.Writer, of string) func(done, total int) {
	start, last := time.Now(), time.Time{}
	return func(done, total int) {
		now := time.Now()
		if done < total && now.Sub(last) < 100*time.Millisecond {
			return
		}
		last = now
		left := ""
		if el := now.Sub(start); done > 0 && done < total && el > time.Second {
			left = fmt.Sprintf(", %s left", (el * time.Duration(total-done) / time.Duration(done)).Round(time.Second))
		}
		says := fmt.Sprintf("%d of %d %s%s", done, total, of, left)
		columns, _ := terminal(w)
		if width := min(30, columns-len(says)-4); width >= 5 { // a line that wraps cannot be overwritten
			n := width * done / max(total, 1)
			says = "[" + strings.Repeat("=", n) + strings.Repeat(" ", width-n) + "] " + says
		}
		fmt.Fprintf(w, "\r%.*s\033[K", max(1, columns-1), says)
		if done >= total {
			fmt.Fprint(w, "\r\033[K")
		}
	}
}

// counted shows how far work has come whose end nobody knows.
func counted(w io.Writer, of string) func(done int) {
	last := time.Time{}
	return func(done int) {
		if now := time.Now(); now.Sub(last) > 100*time.Millisecond {
			last = now
			fmt.Fprintf(w, "\r%d %s\033[K", done, of)
		}
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(f.Fd()))
}

// terminal gives the width of the terminal w is, and whether it takes colour:
// one that is none does not, nor one whose user asked for none
// (https://no-color.org).
func terminal(w io.Writer) (width int, colour bool) {
	if f, ok := w.(interface{ Fd() uintptr }); ok && term.IsTerminal(int(f.Fd())) {
		colour = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n, colour
		}
		return 80, colour
	}
	return 120, false
}

// say prints a text, laid out for the terminal if it goes to one.
func say(w io.Writer, text string) {
	width := 0
	if isTerminal(w) {
		width, _ = terminal(w)
	}
	fmt.Fprint(w, report.Fit(text, width))
}

func printJSON(w io.Writer, v any) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		_, err = w.Write(append(report.InertJSON(raw), '\n'))
	}
	return coded(exitInternal, err)
}

// write writes a file whole or not at all: temporary file, sync, rename.
func write(path string, data []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return coded(exitInternal, err)
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return coded(exitInternal, err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return coded(exitInternal, err)
}
