package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// machineInfo says where the figures were taken.
type machineInfo struct {
	CPU     string `json:"cpu"`
	Cores   int    `json:"cores"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	Go      string `json:"go"`
	C       string `json:"c,omitempty"`
	Kernel  string `json:"kernel,omitempty"`
	Commit  string `json:"commit,omitempty"`
	Changed bool   `json:"changed,omitempty"` // the tree differs from the commit
	Date    string `json:"date"`
	AMD64   string `json:"goamd64,omitempty"`
}

func (m machineInfo) String() string {
	s := fmt.Sprintf("%s, %d cores; %s %s/%s", m.CPU, m.Cores, m.Go, m.OS, m.Arch)
	if m.AMD64 != "" {
		s += " " + m.AMD64
	}
	if m.C != "" {
		s += "; " + m.C
	}
	s += "; " + m.Date
	if m.Commit != "" {
		s += "; commit " + m.Commit
		if m.Changed {
			s += " with changes"
		}
	}
	return s
}

func machine() machineInfo {
	m := machineInfo{CPU: "unknown processor", Cores: runtime.NumCPU(), OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version(), Date: time.Now().Format("2 January 2006")}
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for _, l := range strings.Split(string(b), "\n") {
			if k, v, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(k) == "model name" {
				m.CPU = strings.TrimSpace(v)
				break
			}
		}
	}
	said := func(name string, args ...string) string {
		out, err := exec.Command(name, args...).Output()
		if err != nil {
			return ""
		}
		first, _, _ := strings.Cut(string(out), "\n")
		return strings.TrimSpace(first)
	}
	m.C = said("gcc", "--version")
	m.Kernel = said("uname", "-sr")
	m.Commit = said("git", "rev-parse", "--short", "HEAD")
	m.Changed = m.Commit != "" && said("git", "status", "--porcelain", "--untracked-files=no") != ""
	if m.Arch == "amd64" {
		m.AMD64 = said("go", "env", "GOAMD64")
	}
	return m
}

// pinned is the command prefix that pins to a core; false if there is none.
func pinned(cpu string) ([]string, bool) {
	if _, err := exec.LookPath("taskset"); err != nil {
		return nil, false
	}
	return []string{"taskset", "-c", cpu}, true
}

// took is what one process needed.
type took struct {
	User, CPU, Wall float64 // s; CPU is user and system
	RSSMiB          float64 // most memory held
	out             []byte
}

// timed runs a command and says what it took. What it prints on standard error is
// part of the error if it fails. It is started by a process between: Linux counts
// the memory of whoever starts a process as its own, and this one may have grown.
func timed(env []string, args ...string) (took, error) {
	var t took
	self, err := os.Executable()
	if err != nil {
		return t, err
	}
	file, err := os.CreateTemp("", "testudo-bench-took-")
	if err != nil {
		return t, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	cmd := exec.Command(self, append([]string{"--relay", file.Name(), "--"}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	var out, msg bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &msg
	err = cmd.Run()
	t.out = out.Bytes()
	if err != nil {
		return t, fmt.Errorf("%s: %w\n%s%s", strings.Join(args, " "), err, out.Bytes(), msg.Bytes())
	}
	return t, json.NewDecoder(file).Decode(&t)
}

// relay runs a command and writes what it took to a file.
func relay(file string, args []string) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		return err
	}
	t := took{Wall: time.Since(begin).Seconds()}
	s := cmd.ProcessState
	t.User, t.CPU = s.UserTime().Seconds(), s.UserTime().Seconds()+s.SystemTime().Seconds()
	if r, ok := s.SysUsage().(*syscall.Rusage); ok {
		t.RSSMiB = float64(r.Maxrss) / 1024
		if runtime.GOOS == "darwin" {
			t.RSSMiB /= 1024 // bytes there
		}
	}
	b, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o600)
}

// userTime is the user CPU time of this process, s.
func userTime() float64 {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return float64(r.Utime.Sec) + 1e-6*float64(r.Utime.Usec)
}

// busy measures what other programs take of the machine, where Linux tells.
type busy struct {
	begin time.Time
	all   float64
	own   float64
	ok    bool
}

func newBusy() busy {
	all, ok := machineTime()
	return busy{time.Now(), all, ownTime(), ok}
}

// others is the number of cores that other programs kept busy since.
func (b busy) others() (float64, bool) {
	all, ok := machineTime()
	wall := time.Since(b.begin).Seconds()
	if !ok || !b.ok || wall <= 0 {
		return 0, false
	}
	return max(0, (all-b.all-(ownTime()-b.own))/wall), true
}

// machineTime is the time all processors together were not idle, s.
func machineTime() (float64, bool) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, false
	}
	first, _, _ := strings.Cut(string(b), "\n")
	f := strings.Fields(first)
	if len(f) < 8 || f[0] != "cpu" {
		return 0, false
	}
	sum := 0.0
	for i, s := range f[1:8] { // user nice system idle iowait irq softirq
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return 0, false
		}
		if i != 3 && i != 4 {
			sum += x
		}
	}
	return sum / 100, true // USER_HZ is 100 on every Linux that Go runs on
}

// ownTime is the CPU time of this process and of its children that have ended, s.
func ownTime() float64 {
	sum := 0.0
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var r syscall.Rusage
		if syscall.Getrusage(who, &r) == nil {
			sum += float64(r.Utime.Sec+r.Stime.Sec) + 1e-6*float64(r.Utime.Usec+r.Stime.Usec)
		}
	}
	return sum
}
