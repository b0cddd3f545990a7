package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"testudo"
	"testudo/internal/coalition"
	"testudo/internal/scenario"
	"testudo/internal/study"
)

// Growth: what one more doubling of each dimension of a study costs. The theatres
// are the shipped one of Northeast Asia with more of the same: further missiles in
// its groups, further sensors and batteries beside its own, its postures again
// under other names; the coalitions are those of the Gulf, where further nations take
// over some of the batteries.

// size is how much there is of everything; 0 keeps what the scenario has.
type size struct{ missiles, sensors, batteries, postures, runs, workers int }

type cost struct{ compile, play, wall float64 } // s; the first two user CPU, the last that of playing by the clock

// perDoubling is the most that a doubling may cost.
const perDoubling = 2.2

func (b *bench) growth() error {
	s, err := testudo.Load(mainScenario)
	if err != nil {
		return err
	}
	base := size{60, 20, 15, 2, 2000, 1}
	dims := []struct {
		name string
		set  func(*size, int)
		upTo int // times the first
	}{
		// From half as many, up to where sensors fill up, which is a figure of its own.
		{"missiles", func(z *size, k int) { z.missiles = z.missiles / 2 * k }, 16},
		{"sensors", func(z *size, k int) { z.sensors *= k }, 8},
		{"batteries", func(z *size, k int) { z.batteries *= k }, 8},
		{"postures", func(z *size, k int) { z.postures *= k }, 8},
		{"runs", func(z *size, k int) { z.runs *= k }, 8},
	}
	fmt.Printf("User CPU time, one worker; from %d missiles, %d sensors, %d batteries, %d postures, %d runs.\n\n", base.missiles, base.sensors, base.batteries, base.postures, base.runs)
	b.out.head()
	for _, d := range dims {
		var compile, play []float64
		for k := 1; k <= d.upTo; k *= 2 {
			z := base
			d.set(&z, k)
			c, err := least(min(b.rounds, 3), func() (cost, error) { return measure(s.File, z) })
			if err != nil {
				return err
			}
			compile, play = append(compile, c.compile), append(play, c.play)
		}
		b.grown(d.name+"/play", "twice the "+d.name+": play", play[:4])
		if len(play) > 4 {
			b.grown(d.name+"/full", "twice once more, to "+fmt.Sprint(base.missiles/2*d.upTo)+", which fill ten sensors: play", play[3:])
		}
		if d.name != "runs" {
			b.grown(d.name+"/compile", "twice the "+d.name+": compile", compile)
		}
	}
	g, err := testudo.Load(filepath.Join("scenarios", "gulf.yaml"))
	if err != nil {
		return err
	}
	var all []float64
	for n := 8; n <= 11; n++ {
		w, err := (&testudo.Scenario{File: moreNations(g.File, n, "SAU")}).Compile("")
		if err != nil {
			return err
		}
		c, err := least(min(b.rounds, 3), func() (cost, error) {
			runtime.GC()
			begin := userTime()
			_, err := coalition.Values(context.Background(), w.Theatre, w.Theatre.Posture("gulf-mutual"), coalition.Options{Measure: coalition.Damage, Seed: testudo.DefaultSeed, Runs: 500, Batches: 10, Workers: 1})
			return cost{play: userTime() - begin}, err
		})
		if err != nil {
			return err
		}
		all = append(all, c.play)
	}
	b.grown("coalitions", "twice the coalitions: one nation more, from the Gulf's eight", all)
	return nil
}

// grown adds the worst of the doublings as a figure.
func (b *bench) grown(id, what string, times []float64) {
	f := figure{ID: "growth/" + id, What: what, Unit: "x", Most: bar(perDoubling), Note: "s:"}
	for i, t := range times {
		f.Note += fmt.Sprintf(" %.3f", t)
		if i > 0 {
			f.Rounds = append(f.Rounds, t/times[i-1])
		}
	}
	f.Value = slices.Max(f.Rounds)
	b.out.add(f)
}

// least measures a few times and keeps the least of each.
func least(rounds int, of func() (cost, error)) (cost, error) {
	var out cost
	for i := range rounds {
		c, err := of()
		if err != nil {
			return out, err
		}
		if i == 0 {
			out = c
		}
		out = cost{min(out.compile, c.compile), min(out.play, c.play), min(out.wall, c.wall)}
	}
	return out, nil
}

func measure(f *scenario.File, z size) (cost, error) {
	s := &testudo.Scenario{File: enlarge(f, z)}
	runtime.GC()
	t0 := userTime()
	w, err := s.Compile("")
	if err != nil {
		return cost{}, err
	}
	t1 := userTime()
	var all []int
	for i := range w.Board.Postures {
		all = append(all, i)
	}
	start := time.Now()
	_, err = study.Run(context.Background(), study.Plan{Board: w.Board, Postures: all, Seed: 1, Runs: z.runs, Workers: z.workers})
	return cost{t1 - t0, userTime() - t1, time.Since(start).Seconds()}, err
}

// task is one theatre played in a process of its own, so that its memory can be
// seen.
type task struct {
	Missiles, Sensors, Batteries, Postures, Runs, Workers int
}

// done is what the process prints.
type done struct{ Compile, CompileWall, Play, Wall float64 }

func runTask(text string) error {
	var k task
	if err := json.Unmarshal([]byte(text), &k); err != nil {
		return err
	}
	s, err := testudo.Load(mainScenario)
	if err != nil {
		return err
	}
	start := time.Now()
	z := size{k.Missiles, k.Sensors, k.Batteries, k.Postures, k.Runs, k.Workers}
	c, err := measure(s.File, z)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(done{c.compile, time.Since(start).Seconds() - c.wall, c.play, c.wall})
}

// apart runs a task in a process of its own.
func (b *bench) apart(k task) (done, took, error) {
	var d done
	self, err := os.Executable()
	if err != nil {
		return d, took{}, err
	}
	text, err := json.Marshal(k)
	if err != nil {
		return d, took{}, err
	}
	prefix, env := b.onTwo()
	t, err := timed(env, append(prefix, self, "--task", string(text))...)
	if err != nil {
		return d, t, err
	}
	return d, t, json.Unmarshal(t.out, &d)
}

// large measures what only large theatres show, memory, and two workers.
func (b *bench) large() error {
	b.out.head()
	k := task{Missiles: 1000, Sensors: 100, Batteries: 60, Postures: 1, Runs: 10_000, Workers: 2}
	d, t, err := b.apart(k)
	if err != nil {
		return err
	}
	b.out.add(figure{ID: "large/compile", What: "compile 1,000 missiles, 100 sensors, 60 batteries, all sharing", Unit: "s", Value: d.CompileWall, Most: bar(10), Note: fmt.Sprintf("%.2f s of CPU", d.Compile)})
	b.out.add(figure{ID: "large/play", What: "10,000 runs of it, two workers", Unit: "s", Value: d.Wall, Most: bar(60), Note: fmt.Sprintf("%.1f s of CPU", d.Play)})
	b.out.add(figure{ID: "large/memory", What: "memory of it", Unit: "MiB", Value: t.RSSMiB, Most: bar(256)})
	k.Runs = 1000
	_, few, err := b.apart(k)
	if err != nil {
		return err
	}
	b.out.add(figure{ID: "large/flat", What: "the same against a tenth of the runs", Unit: "x", Value: t.RSSMiB / few.RSSMiB, Most: bar(1.1)})

	// Thirty missiles of the shipped theatre a million times, by the program itself.
	exe, err := b.program()
	if err != nil {
		return err
	}
	prefix, env := b.onTwo()
	t, err = timed(env, append(prefix, exe, "run", mainScenario, "--raid", "scuds-at-korea", "--posture", "mutual", "--quiet", "--runs", "1000000")...)
	if err != nil {
		return err
	}
	b.out.add(figure{ID: "memory/30", What: "memory of a million runs of 30 missiles, Northeast Asia 2014", Unit: "MiB", Value: t.RSSMiB, Most: bar(64), Note: fmt.Sprintf("%.1f s of CPU", t.CPU)})

	// Two workers against one, in turn. By the clock, so only a machine with
	// nothing else to do shows it; the CPU times say what the second one wastes.
	var speed, waste []float64
	for range b.rounds {
		var d [2]done
		for i := range d {
			if d[i], _, err = b.apart(task{Runs: 10_000, Workers: i + 1}); err != nil {
				return err
			}
		}
		speed, waste = append(speed, d[0].Wall/d[1].Wall), append(waste, d[1].Play/d[0].Play)
	}
	b.out.add(figure{ID: "workers", What: "two workers against one: best round", Unit: "x", Value: slices.Max(speed), Rounds: speed, Least: bar(1.8), Note: fmt.Sprintf("two take %.2f times the CPU time of one", median(waste))})
	return nil
}

// enlarge gives a scenario with as many of everything as asked.
func enlarge(f *scenario.File, z size) *scenario.File {
	g := *f
	own := 0
	if z.batteries > 0 {
		g.Batteries = nil
		for i := 0; i < z.batteries; i++ {
			b := f.Batteries[i%len(f.Batteries)]
			if i >= len(f.Batteries) {
				b.ID = fmt.Sprintf("%s-%d", b.ID, i)
				b.At.Lat += 1e-4
			}
			g.Batteries = append(g.Batteries, b)
		}
	}
	for _, b := range g.Batteries {
		if b.Radar == "" {
			own++
		}
	}
	if z.sensors > 0 {
		g.Sensors = nil
		for i := 0; i < max(len(f.Sensors), z.sensors-own); i++ {
			x := f.Sensors[i%len(f.Sensors)]
			if i >= len(f.Sensors) {
				x.ID = fmt.Sprintf("%s-%d", x.ID, i)
				x.At.Lat += 1e-4
				x.Availability = 1
			}
			g.Sensors = append(g.Sensors, x)
		}
	}
	if z.postures > 0 {
		first, last := f.Postures[0], f.Postures[len(f.Postures)-1]
		g.Postures, g.Ladder = nil, nil
		for i := 0; i < z.postures; i++ {
			p := last
			if i%2 == 0 && z.postures > 1 {
				p = first
			}
			p.ID = fmt.Sprintf("p%d", i)
			g.Postures = append(g.Postures, p)
			g.Ladder = append(g.Ladder, p.ID)
		}
	}
	if z.missiles > 0 {
		g.Raids = append([]scenario.Raid(nil), f.Raids...)
		for i := range g.Raids {
			if g.Raids[i].ID != f.DefaultRaid {
				continue
			}
			groups := append([]scenario.Group(nil), g.Raids[i].Groups...)
			total, had, given := 0, 0, 0
			for k := range groups {
				total += groups[k].Count
			}
			for k := range groups {
				had += groups[k].Count
				groups[k].Count = z.missiles*had/total - given
				given += groups[k].Count
			}
			g.Raids[i].Groups = groups
		}
	}
	return &g
}
