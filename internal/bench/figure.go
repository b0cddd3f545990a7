package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

// figure is one thing measured, with its bar.
type figure struct {
	ID     string    `json:"id"`
	What   string    `json:"what"`
	Unit   string    `json:"unit"`
	Value  float64   `json:"value"`
	Rounds []float64 `json:"rounds,omitempty"` // what the value was taken from
	// Most or Least is the bar. A figure with neither is there to be read beside
	// another.
	Most  *float64 `json:"most,omitempty"`
	Least *float64 `json:"least,omitempty"`
	// Missing says why there is no value.
	Missing string `json:"missing,omitempty"`
	Note    string `json:"note,omitempty"`
}

// ok reports whether the bar is reached.
func (f *figure) ok() bool {
	switch {
	case f.Missing != "":
		return false
	case f.Most != nil:
		return f.Value <= *f.Most
	case f.Least != nil:
		return f.Value >= *f.Least
	}
	return true
}

func (f *figure) barred() bool { return f.Most != nil || f.Least != nil }

// bar makes a bar of a number.
func bar(x float64) *float64 { return &x }

func (f *figure) word() string {
	switch {
	case f.Missing != "":
		return "NOT MEASURED"
	case !f.barred():
		return ""
	case f.ok():
		return "PASS"
	}
	return "NOT REACHED"
}

// results is what a run of the command gives.
type results struct {
	Machine machineInfo `json:"machine"`
	Rounds  int         `json:"rounds"`
	// Others is how many cores other programs kept busy meanwhile.
	Others  float64  `json:"others"`
	Figures []figure `json:"figures"`
}

const line = "%-12s  %-66s %10s %-8s %17s %9s\n"

// head prints the head of a table.
func (r *results) head() {
	fmt.Printf(line, "", "", "", "", "spread", "bar")
}

// add keeps a figure and prints its row.
func (r *results) add(f figure) {
	r.Figures = append(r.Figures, f)
	value, spread, bar := "-", "", ""
	if f.Missing == "" {
		value = short(f.Value)
	}
	if len(f.Rounds) > 1 {
		spread = short(slices.Min(f.Rounds)) + " to " + short(slices.Max(f.Rounds))
	}
	if f.Most != nil {
		bar = "<= " + short(*f.Most)
	}
	if f.Least != nil {
		bar = ">= " + short(*f.Least)
	}
	fmt.Printf(line, f.word(), f.What, value, f.Unit, spread, bar)
	for _, s := range []string{f.Missing, f.Note} {
		if s != "" {
			fmt.Printf("%-12s    %s\n", "", s)
		}
	}
}

// short writes a number with three figures, or whole if it has more.
func short(x float64) string {
	if x >= 100 || x <= -100 {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.3g", x)
}

// verdict says what was not reached and what not measured, and gives the exit code.
func (r *results) verdict(w io.Writer, groups []string) int {
	barred, reached, code := 0, 0, allReached
	var failed, missing []string
	for i := range r.Figures {
		f := &r.Figures[i]
		switch {
		case f.Missing != "":
			missing = append(missing, f.ID)
		case f.barred():
			barred++
			if f.ok() {
				reached++
			} else {
				failed = append(failed, f.ID)
			}
		}
	}
	fmt.Fprintf(w, "%d of %d bars reached (%s).\n", reached, barred, strings.Join(groups, ", "))
	if len(failed) > 0 {
		code = notReached
		fmt.Fprintf(w, "NOT REACHED: %s\n", strings.Join(failed, ", "))
	}
	if len(missing) > 0 {
		code = notMeasured
		fmt.Fprintf(w, "NOT MEASURED: %s\n", strings.Join(missing, ", "))
	}
	return code
}

// compare prints what became of the figures of a run before.
func (r *results) compare(w io.Writer, was *results) {
	fmt.Fprintf(w, "\nBefore and after\n\n")
	if was.Machine.CPU != r.Machine.CPU || was.Machine.Go != r.Machine.Go {
		fmt.Fprintf(w, "Another machine or toolchain before: %s\n\n", was.Machine)
	}
	for i := range r.Figures {
		f := &r.Figures[i]
		k := slices.IndexFunc(was.Figures, func(x figure) bool { return x.ID == f.ID })
		if k < 0 || f.Missing != "" || was.Figures[k].Missing != "" || was.Figures[k].Value == 0 {
			continue
		}
		x := &was.Figures[k]
		fmt.Fprintf(w, "%-66s %10s -> %10s %-8s %+7.1f %%\n", f.What, short(x.Value), short(f.Value), f.Unit, 100*(f.Value/x.Value-1))
	}
	fmt.Fprintln(w)
}

func (r *results) writeJSON(file string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}

func readResults(file string) (*results, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := new(results)
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("%s is not a file of --json: %w", file, err)
	}
	return r, nil
}

var notInName = regexp.MustCompile(`[^A-Za-z0-9/=.-]+`)

// writeBench writes each round as one line of a Go benchmark, so that benchstat
// compares two such files.
func (r *results) writeBench(file string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "goos: %s\ngoarch: %s\ncpu: %s\n", r.Machine.OS, r.Machine.Arch, r.Machine.CPU)
	for i := range r.Figures {
		f := &r.Figures[i]
		if f.Missing != "" {
			continue
		}
		rounds := f.Rounds
		if len(rounds) == 0 {
			rounds = []float64{f.Value}
		}
		for _, x := range rounds {
			fmt.Fprintf(&b, "Benchmark%s 1 %g %s\n", notInName.ReplaceAllString(f.ID, "_"), x, strings.ReplaceAll(f.Unit, " ", "-"))
		}
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

func median(x []float64) float64 {
	s := slices.Clone(x)
	slices.Sort(s)
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}
