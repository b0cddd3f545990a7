package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"syscall"
	"time"

	"testudo"
	"testudo/internal/scenario"
	"testudo/internal/study"
)

// Growth: what one more doubling of each dimension of a study costs. The theatres
// are the shipped one of Northeast Asia with more of the same: further missiles in
// its groups, further sensors and batteries beside its own, its postures again
// under other names.

// size is how much there is of everything; 0 keeps what the scenario has.
type size struct{ missiles, sensors, batteries, postures, runs, workers int }

type cost struct{ compile, play, wall float64 } // s; the first two user CPU

func growth(w io.Writer, file string) error {
	s, err := testudo.Load(file)
	if err != nil {
		return err
	}
	base := size{60, 20, 15, 2, 500, 1}
	dims := []struct {
		name string
		set  func(*size, int)
	}{
		{"missiles", func(z *size, k int) { z.missiles *= k }},
		{"sensors", func(z *size, k int) { z.sensors *= k }},
		{"batteries", func(z *size, k int) { z.batteries *= k }},
		{"postures", func(z *size, k int) { z.postures *= k }},
		{"runs", func(z *size, k int) { z.runs *= k }},
	}
	fmt.Fprintf(w, "Times the user CPU time of each doubling; from %d missiles, %d sensors, %d batteries, %d postures, %d runs\n\n", base.missiles, base.sensors, base.batteries, base.postures, base.runs)
	fmt.Fprintf(w, "%-10s %5s %11s %8s\n", "", "times", "compile s", "play s")
	for _, d := range dims {
		for k := 1; k <= 8; k *= 2 {
			z := base
			d.set(&z, k)
			c, err := measure(s.File, z)
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "%-10s %5d %11.3f %8.3f\n", d.name, k, c.compile, c.play)
		}
	}
	for _, workers := range []int{1, 2} {
		z := size{1000, 100, 60, 2, 200, workers}
		c, err := measure(s.File, z)
		if err != nil {
			return err
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		fmt.Fprintf(w, "large      %d missiles, %d sensors, %d batteries: compile %.2f s, %d runs of %d postures with %d workers %.2f s (%.2f s of CPU); memory from the system %d MiB\n", z.missiles, z.sensors, z.batteries, c.compile, z.runs, z.postures, workers, c.wall, c.play, m.Sys>>20)
	}
	return nil
}

func measure(f *scenario.File, z size) (cost, error) {
	s := &testudo.Scenario{File: enlarge(f, z)}
	runtime.GC()
	t0 := user()
	w, err := s.Compile("")
	if err != nil {
		return cost{}, err
	}
	t1 := user()
	var all []int
	for i := range w.Board.Postures {
		all = append(all, i)
	}
	start := time.Now()
	_, err = study.Run(context.Background(), study.Plan{Board: w.Board, Postures: all, Seed: 1, Runs: z.runs, Workers: z.workers})
	return cost{t1 - t0, user() - t1, time.Since(start).Seconds()}, err
}

// enlarge gives a scenario with as many of everything as asked.
func enlarge(f *scenario.File, z size) *scenario.File {
	g := *f
	own := 0
	g.Batteries = nil
	for i := 0; i < z.batteries; i++ {
		b := f.Batteries[i%len(f.Batteries)]
		if i >= len(f.Batteries) {
			b.ID = fmt.Sprintf("%s-%d", b.ID, i)
			b.At.Lat += 1e-4
		}
		if b.Radar == "" {
			own++
		}
		g.Batteries = append(g.Batteries, b)
	}
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
	first, last := f.Postures[0], f.Postures[len(f.Postures)-1]
	g.Postures, g.Ladder = nil, nil
	for i := 0; i < z.postures; i++ {
		p := first
		if i%2 == 1 {
			p = last
		}
		p.ID = fmt.Sprintf("p%d", i)
		g.Postures = append(g.Postures, p)
		g.Ladder = append(g.Ladder, p.ID)
	}
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
	return &g
}

// user is the user CPU time of this process, s.
func user() float64 {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return float64(r.Utime.Sec) + 1e-6*float64(r.Utime.Usec)
}

func runGrowth(file string) {
	if err := growth(os.Stdout, file); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
