// Package testudo computes how much better allies defend against ballistic
// missiles together than alone: it loads a scenario, flies its raid, works out
// who sees, who may tell whom and who can shoot, plays the raid many times
// under each set of agreements, and compares.
//
// It is a thin face over the packages under internal/. The command testudo is
// built on it; so can other programs be.
package testudo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	data "testudo/catalog/data"
	"testudo/internal/catalog"
	"testudo/internal/measure"
	"testudo/internal/report"
	"testudo/internal/scenario"
	"testudo/internal/sim"
	"testudo/internal/study"
	"testudo/internal/theatre"
	"testudo/internal/witness"
	"testudo/internal/yamldoc"
)

// Version of the program; results carry it.
const Version = "0.1.0"

// DefaultSeed is used where none is given, so that the same command gives the
// same figures to everybody.
const DefaultSeed = 2014

// DefaultRuns is the number of replications where none is given.
const DefaultRuns = 10000

// Comparison is a set of postures compared over the same dice.
type Comparison = measure.Comparison

// Catalogue loads the catalogue that is built in.
func Catalogue() (*catalog.Book, error) {
	var files []yamldoc.File
	names, err := fs.Glob(data.FS, "*.yaml")
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		b, err := data.FS.ReadFile(n)
		if err != nil {
			return nil, err
		}
		files = append(files, yamldoc.File{Name: "catalog/data/" + n, Data: b})
	}
	return catalog.LoadEach(files, onAllCores)
}

// CatalogueWith lays catalogue files of the user's, or all those of a folder,
// over the built-in catalogue: further entries, and other figures for its own.
func CatalogueWith(paths ...string) (*catalog.Book, error) {
	b, err := Catalogue()
	if err != nil || len(paths) == 0 {
		return b, err
	}
	files, err := catalogueFiles(paths)
	if err != nil {
		return nil, err
	}
	return b.OverlayFiles(files)
}

// CatalogueAlone reads catalogue files as a whole catalogue of their own.
func CatalogueAlone(paths ...string) (*catalog.Book, error) {
	files, err := catalogueFiles(paths)
	if err != nil {
		return nil, err
	}
	return catalog.Load(files)
}

func catalogueFiles(paths []string) ([]yamldoc.File, error) {
	var files []yamldoc.File
	for _, p := range paths {
		names := []string{p}
		if st, err := os.Stat(p); err == nil && st.IsDir() {
			if names, err = filepath.Glob(filepath.Join(p, "*.yaml")); err != nil {
				return nil, err
			}
		}
		for _, n := range names {
			b, err := ReadFile(n)
			if err != nil {
				return nil, err
			}
			files = append(files, yamldoc.File{Name: n, Data: b})
		}
	}
	return files, nil
}

// Scenario is a loaded and checked scenario file.
type Scenario struct{ File *scenario.File }

// MaxFile is the largest scenario file that is read, bytes.
const MaxFile = 2 << 20

// Load reads a scenario file with its includes. sets are overrides of the form
// path=value. The error, if any, lists everything that is wrong, with places.
func Load(path string, sets ...string) (*Scenario, error) {
	book, err := Catalogue()
	if err != nil {
		return nil, err
	}
	return LoadWith(book, path, sets...)
}

// LoadWith is Load over another catalogue.
func LoadWith(book *catalog.Book, path string, sets ...string) (*Scenario, error) {
	f, err := scenario.Load(path, ReadFile, book, sets)
	if err != nil {
		return nil, err
	}
	return &Scenario{f}, nil
}

// Parse is Load for a scenario held in memory under a name; its includes are
// looked up beside that name by read, which may be nil if there are none.
func Parse(name string, text []byte, read func(string) ([]byte, error), sets ...string) (*Scenario, error) {
	book, err := Catalogue()
	if err != nil {
		return nil, err
	}
	f, err := scenario.Load(name, func(p string) ([]byte, error) {
		if p == name {
			return text, nil
		}
		if read == nil {
			return nil, fmt.Errorf("%s: no file to include", p)
		}
		return read(p)
	}, book, sets)
	if err != nil {
		return nil, err
	}
	return &Scenario{f}, nil
}

// ReadFile reads a file, but no more than MaxFile bytes of it, and nothing that
// is not a regular file.
func ReadFile(path string) ([]byte, error) {
	st, err := os.Stat(filepath.Clean(path))
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	if st.Size() > MaxFile {
		return nil, fmt.Errorf("%s: %d bytes; a scenario may have at most %d", path, st.Size(), MaxFile)
	}
	return os.ReadFile(path)
}

// World is a compiled raid.
type World struct {
	Scenario *Scenario
	Theatre  *theatre.Theatre
	Board    *sim.Board

	compiler *sim.Compiler
}

// Compile flies a raid of the scenario ("" for its default) and does all the
// physics once.
func (s *Scenario) Compile(raid string) (*World, error) {
	return s.CompileFrom(nil, raid)
}

// CompileFrom is Compile for a scenario much like one compiled before: flights,
// views and windows that what was changed does not touch are taken over from
// prev (nil: from nothing). The world is that of Compile, bit for bit; prev stays
// as it is and may serve several at a time.
func (s *Scenario) CompileFrom(prev *World, raid string) (*World, error) {
	return s.CompileWhile(context.Background(), prev, raid)
}

// CompileWhile is CompileFrom that is given up, between two small pieces of work,
// when the context ends; then its error is the context's.
func (s *Scenario) CompileWhile(ctx context.Context, prev *World, raid string) (*World, error) {
	w, err := s.compile(prev, raid, ended(ctx))
	if errors.Is(err, theatre.ErrStopped) {
		return nil, ctx.Err()
	}
	return w, err
}

// ended asks a context whether it has ended, for packages that know of none.
func ended(ctx context.Context) func() bool { return func() bool { return ctx.Err() != nil } }

func (s *Scenario) compile(prev *World, raid string, stop func() bool) (*World, error) {
	o := theatre.Options{Raid: raid, Each: onAllCores, Stop: stop}
	var before *sim.Compiler
	if prev != nil {
		o.Previous, before = prev.Theatre, prev.compiler
	}
	t, err := theatre.Resolve(s.File, o)
	if err != nil {
		return nil, err
	}
	c := sim.NewCompilerFrom(before, t, onAllCores, stop)
	b, err := c.Board(t.Postures, t.Ladder)
	if err != nil {
		return nil, err
	}
	return &World{Scenario: s, Theatre: t, Board: b, compiler: c}, nil
}

// onAllCores does n pieces of work that do not depend on each other on all cores. What
// goes wrong in one of them goes wrong in the caller.
func onAllCores(n int, do func(i int)) {
	var next atomic.Int64
	var failed atomic.Value
	work := func() {
		defer func() {
			if p := recover(); p != nil {
				failed.Store(fmt.Sprint(p))
			}
		}()
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			do(i)
		}
	}
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) - 1 {
		all.Go(work)
	}
	work()
	all.Wait()
	if p := failed.Load(); p != nil {
		panic(p)
	}
}

// Options of a study.
type Options struct {
	Seed      uint64
	Runs      int
	Workers   int
	Precision float64
	Progress  func(done, total int)
	// Stage, if set, hears what Whole works on next; Progress begins anew then.
	Stage func(what string)
	// Fidelity is Fast (the board's tables; the default) or Witnessed (every
	// look drawn, tracks filtered, decisions on the estimates).
	Fidelity Fidelity
	// Filter is that of a witness: extended by default.
	Filter witness.Filter
}

// Fidelity says how a raid is played.
type Fidelity uint8

// The fidelities.
const (
	Fast Fidelity = iota
	Witnessed
)

// DefaultWitnessRuns is the number of replications of a witness where none is
// given: it takes thousands of times longer than the board.
const DefaultWitnessRuns = 200

// ErrPosture says that a posture's name is not in the scenario.
var ErrPosture = errors.New("no such posture")

// Gain plays the scenario's ladder of postures and compares them step by step.
func (w *World) Gain(ctx context.Context, o Options) (*Comparison, error) {
	var all []int
	for _, l := range w.Board.Ladder {
		all = append(all, int(l))
	}
	return w.compare(ctx, all, o)
}

// Stairs is a staircase that is climbed in stages: coarse first.
type Stairs struct {
	w    *World
	plan study.Plan
	sum  *study.Result
}

// Stairs begins a staircase of the scenario's ladder.
func (w *World) Stairs(o Options) *Stairs {
	p := study.Plan{Board: w.Board, Seed: o.Seed, Workers: o.Workers, Progress: o.Progress}
	for _, l := range w.Board.Ladder {
		p.Postures = append(p.Postures, int(l))
	}
	return &Stairs{w: w, plan: p}
}

// To plays on until there are so many runs, and compares. After the last stage
// the comparison is bit for bit what Gain gives for as many runs.
func (s *Stairs) To(ctx context.Context, runs int) (*Comparison, error) {
	p := s.plan
	if s.sum != nil {
		p.First = s.sum.N
	}
	if p.Runs = runs - p.First; p.Runs > 0 {
		r, err := study.Run(ctx, p)
		if err != nil {
			return nil, err
		}
		if s.sum == nil {
			s.sum = r
		} else if err := s.sum.Add(r); err != nil {
			return nil, err
		}
	}
	if s.sum == nil {
		return nil, fmt.Errorf("%w: %d runs asked for, at least 1 is needed", study.ErrPlan, runs)
	}
	c := measure.Compare(s.w.Theatre, s.w.Board, s.sum, s.w.Price)
	c.Idle = measure.Why(s.w.Board, c)
	return c, nil
}

// Compare plays the named postures, the first being the base of comparison.
func (w *World) Compare(ctx context.Context, postures []string, o Options) (*Comparison, error) {
	var list []int
	for _, name := range postures {
		i, err := w.posture(name)
		if err != nil {
			return nil, err
		}
		list = append(list, i)
	}
	return w.compare(ctx, list, o)
}

func (w *World) posture(name string) (int, error) {
	i := w.Theatre.Posture(name)
	if i < 0 {
		var ids []string
		for _, p := range w.Theatre.Postures {
			ids = append(ids, p.ID)
		}
		hint := ""
		if n, ok := yamldoc.Nearest(name, ids); ok {
			hint = fmt.Sprintf("; did you mean %q?", n)
		}
		return -1, fmt.Errorf("%w: %q (allowed: %s)%s", ErrPosture, name, strings.Join(ids, ", "), hint)
	}
	return i, nil
}

func (w *World) compare(ctx context.Context, postures []int, o Options) (*Comparison, error) {
	p := study.Plan{Board: w.Board, Postures: postures, Seed: o.Seed, Runs: o.Runs, Workers: o.Workers, Precision: o.Precision, Progress: o.Progress}
	var wit *witness.Witness
	if o.Fidelity == Witnessed {
		wit = witness.New(w.Theatre, w.Board, o.Filter)
		p.NewPlayer, p.Block = func() study.Player { return wit.NewPlayer() }, 1
	}
	switch {
	case o.Runs == 0 && wit != nil:
		p.Runs = DefaultWitnessRuns
	case o.Runs == 0:
		p.Runs = DefaultRuns
	}
	r, err := study.Run(ctx, p)
	if err != nil {
		return nil, err
	}
	c := measure.Compare(w.Theatre, w.Board, r, w.Price)
	if wit != nil {
		c.Witness = wit.Account()
	} else {
		c.Idle = measure.Why(w.Board, c)
	}
	return c, nil
}

// PriceYear is the year to whose prices costs are brought: that of the scenario's
// date, or the nearest the catalogue's price index has.
func (w *World) PriceYear() int {
	year := 2014
	if d := w.Scenario.File.Date; len(d) >= 4 {
		if y, err := strconv.Atoi(d[:4]); err == nil {
			year = y
		}
	}
	first, last := w.Scenario.File.Book.PriceYears()
	return max(first, min(last, year))
}

// Price is the catalogue's unit cost of an interceptor in dollars of PriceYear, 0
// if it states none that can be brought there.
func (w *World) Price(interceptor string) float64 {
	p := pricer{book: w.Scenario.File.Book, year: w.PriceYear(), unknown: map[string]string{}}
	usd, _ := p.price(interceptor, "unit-cost")
	return usd
}

// Explain gives a dated account, in words, of one missile in one run.
func (w *World) Explain(posture, missile string, seed, run uint64) (*report.Account, error) {
	i, err := w.posture(posture)
	if err != nil {
		return nil, err
	}
	return report.Explain(w.Theatre, w.Board, i, missile, seed, run)
}
