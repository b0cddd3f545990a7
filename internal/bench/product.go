package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"testudo"
	"testudo/internal/scenario"
	"testudo/internal/units"
)

// mainScenario is the theatre that compiling and growth are measured on.
var mainScenario = filepath.Join("scenarios", "northeast-asia-2014.yaml")

// program builds the program as make does.
func (b *bench) program() (string, error) {
	exe := filepath.Join(b.build, "testudo")
	if msg, err := exec.Command("go", "build", "-trimpath", "-o", exe, "./cmd/testudo").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, msg)
	}
	return exe, nil
}

// onTwo is the prefix and environment of a command on two cores.
func (b *bench) onTwo() (prefix, env []string) {
	if runtime.NumCPU() > 2 {
		prefix, _ = pinned("0,1")
	}
	return prefix, []string{"GOMAXPROCS=2"}
}

// onOne is that of a command on the one core.
func (b *bench) onOne() (prefix, env []string) {
	prefix, _ = pinned(b.cpu)
	return prefix, []string{"GOMAXPROCS=1"}
}

// rounds runs commands in turn, round by round, and gives what each took.
func inTurn(rounds int, env []string, commands [][]string) ([][]took, error) {
	out := make([][]took, len(commands))
	for range rounds {
		for i, c := range commands {
			t, err := timed(env, c...)
			if err != nil {
				return nil, err
			}
			out[i] = append(out[i], t)
		}
	}
	return out, nil
}

func pick(ts []took, of func(took) float64) []float64 {
	var out []float64
	for _, t := range ts {
		out = append(out, of(t))
	}
	return out
}

func wall(t took) float64 { return t.Wall }
func cpu(t took) float64  { return t.CPU }
func rss(t took) float64  { return t.RSSMiB }

// wallFigure is a time by the clock: the least of the rounds, which other work on
// the machine disturbed least.
func wallFigure(id, what string, most float64, ts []took, note string) figure {
	w := pick(ts, wall)
	if note != "" {
		note += "; "
	}
	return figure{ID: id, What: what, Unit: "s", Value: slices.Min(w), Rounds: w, Most: bar(most),
		Note: fmt.Sprintf("%s%.2f s of CPU, %.0f MiB at most", note, median(pick(ts, cpu)), slices.Max(pick(ts, rss)))}
}

func (b *bench) product() error {
	exe, err := b.program()
	if err != nil {
		return err
	}
	b.out.head()
	for _, step := range []func(string) error{b.staircases, b.million, b.footprint, b.coalitions} {
		if err := step(exe); err != nil {
			return err
		}
	}
	return b.compiling()
}

// staircases times the main command on every shipped theatre, cold.
func (b *bench) staircases(exe string) error {
	files, err := filepath.Glob(filepath.Join("scenarios", "*.yaml"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no shipped scenario here (%v): run this at the top of the repository", err)
	}
	prefix, env := b.onTwo()
	var commands [][]string
	for _, f := range files {
		commands = append(commands, append(slices.Clone(prefix), exe, "gain", f, "--quiet", "--runs", "10000"))
	}
	ts, err := inTurn(min(b.rounds, 3), env, commands)
	if err != nil {
		return err
	}
	for i, f := range files {
		s, err := testudo.Load(f)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(filepath.Base(f), ".yaml")
		b.out.add(wallFigure("gain/"+name, "staircase, cold, 10,000 runs: "+name, 1, ts[i], fmt.Sprintf("%d postures", len(s.File.Ladder))))
	}
	return nil
}

// million plays a raid of thirty missiles a million times on one core.
func (b *bench) million(exe string) error {
	prefix, env := b.onOne()
	file := filepath.Join("scenarios", "textbook", "three-layers.yaml")
	of := func(runs int) []string {
		return append(slices.Clone(prefix), exe, "run", file, "--posture", "alone", "--quiet", "--workers", "1", "--runs", fmt.Sprint(runs))
	}
	ts, err := inTurn(min(b.rounds, 2), env, [][]string{of(100_000), of(1_000_000)})
	if err != nil {
		return err
	}
	few, many := ts[0], ts[1]
	c := pick(many, cpu)
	b.out.add(figure{ID: "million", What: "a million runs of 30 missiles, cold, one core", Unit: "s CPU", Value: median(c), Rounds: c, Most: bar(10), Note: fmt.Sprintf("%.2f s by the clock", slices.Min(pick(many, wall)))})
	m := pick(many, rss)
	b.out.add(figure{ID: "million/memory", What: "memory of it", Unit: "MiB", Value: slices.Max(m), Rounds: m, Most: bar(64)})
	b.out.add(figure{ID: "million/flat", What: "the same against a tenth of the runs", Unit: "x", Value: slices.Max(m) / slices.Max(pick(few, rss)), Most: bar(1.1)})
	return nil
}

// footprint maps what a nation with ships defends while every ally's sensors share.
func (b *bench) footprint(exe string) error {
	prefix, env := b.onTwo()
	ts, err := inTurn(min(b.rounds, 3), env, [][]string{append(prefix, exe, "cover", mainScenario, "--nation", "JPN", "--posture", "engage-on-remote", "--missile", "nodong", "--from", "kittaeryong", "--grid", "10km")})
	if err != nil {
		return err
	}
	b.out.add(wallFigure("footprint", "national footprint at 10 km, cold: Japan, ships, all share", 2, ts[0], ""))
	return nil
}

// coalitions plays every coalition of the Gulf.
func (b *bench) coalitions(exe string) error {
	prefix, env := b.onTwo()
	ts, err := inTurn(min(b.rounds, 2), env, [][]string{append(prefix, exe, "burden", filepath.Join("scenarios", "gulf.yaml"), "--quiet", "--runs", "2000")})
	if err != nil {
		return err
	}
	b.out.add(wallFigure("coalitions", "2^8 coalitions x 2,000 runs, the Gulf, cold", 20, ts[0], ""))
	return nil
}

// compiling times a theatre of thirty missiles, twenty sensors and fifteen
// batteries from its file's content to its tables, and both that and the shipped
// theatre again after one thing changed.
func (b *bench) compiling() error {
	s, err := testudo.Load(mainScenario)
	if err != nil {
		return err
	}
	small := &testudo.Scenario{File: enlarge(s.File, size{missiles: 30, sensors: 20, batteries: 15})}
	w, err := small.Compile("")
	if err != nil {
		return err
	}
	t := w.Theatre
	cold, err := each(b.rounds, 5, func(int) error { _, err := small.Compile(""); return err })
	if err != nil {
		return err
	}
	b.out.add(figure{ID: "compile", What: fmt.Sprintf("compile %d missiles, %d sensors, %d batteries, %d postures", len(t.Missiles), len(t.Sensors), len(t.Batteries), len(t.Postures)), Unit: "ms CPU", Value: median(cold), Rounds: cold, Most: bar(100)})
	for _, x := range []struct {
		id, what string
		s        *testudo.Scenario
	}{{"small", "that theatre", small}, {"2014", "Northeast Asia 2014", s}} {
		w, err := x.s.Compile("") // every change is one change from here
		if err != nil {
			return err
		}
		f := x.s.File
		for _, c := range []struct {
			id, what string
			how      func(f *scenario.File, i int)
		}{
			{"battery", "a battery moved", func(f *scenario.File, i int) { f.Batteries[i%len(f.Batteries)].At.Lat += units.Angle(i+1) * 1e-6 }},
			{"radar", "a radar moved", func(f *scenario.File, i int) { f.Sensors[i%2].At.Lon += units.Angle(i+1) * 1e-6 }},
			{"link", "a link cut", func(f *scenario.File, i int) {
				p := &f.Postures[1+i%(len(f.Postures)-1)]
				if n := len(p.Edges); n > 0 {
					p.Edges = slices.Clone(p.Edges[:n-1])
				}
			}},
		} {
			i := 0
			ts, err := each(b.rounds, 7, func(int) error {
				g := *f
				g.Batteries, g.Sensors, g.Postures = slices.Clone(f.Batteries), slices.Clone(f.Sensors), slices.Clone(f.Postures)
				c.how(&g, i)
				i++
				_, err := (&testudo.Scenario{File: &g}).CompileFrom(w, "")
				return err
			})
			if err != nil {
				return err
			}
			b.out.add(figure{ID: "recompile/" + x.id + "/" + c.id, What: "compile " + x.what + " again: " + c.what, Unit: "ms CPU", Value: median(ts), Rounds: ts, Most: bar(30)})
		}
	}
	return nil
}

// each gives, per round, the user CPU time of one of n calls, ms.
func each(rounds, n int, do func(i int) error) ([]float64, error) {
	var out []float64
	for range rounds {
		runtime.GC()
		begin := userTime()
		for i := range n {
			if err := do(i); err != nil {
				return nil, err
			}
		}
		out = append(out, 1000*(userTime()-begin)/float64(n))
	}
	return out, nil
}
