// Command load puts a hosted workbench under load: people who read and people
// who compute, for a while, on the machine it runs on. It starts the program it
// is given and prints how long reads took, what was refused, and how the
// server's memory went.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"testudo/internal/draw"
	"testudo/internal/server"
)

func main() {
	program := flag.String("program", "bin/testudo", "the program")
	readers := flag.Int("readers", 200, "people who read, once in two seconds each")
	computing := flag.Int("computing", 20, "people who change something and wait for the staircase")
	minutes := flag.Float64("minutes", 10, "how long")
	runs := flag.Int("runs", 2000, "runs of each staircase, from 100 on")
	flag.Parse()
	if err := run(*program, *readers, *computing, *minutes, *runs); err != nil {
		log.Fatal(err)
	}
}

// tally is what happened to one kind of request.
type tally struct {
	mu     sync.Mutex
	took   []time.Duration
	status map[int]int
	bare   int // refused without Retry-After
	failed int
}

func (t *tally) add(d time.Duration, status int, after bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.failed++
		return
	}
	t.status[status]++
	if (status == 429 || status == 503) && !after {
		t.bare++
	}
	if status == 200 || status == 304 {
		t.took = append(t.took, d)
	}
}

func newTally() *tally { return &tally{status: map[int]int{}} }

// asked is the number of requests, wrong that of those that failed otherwise
// than by being sent away.
func (t *tally) asked() int { return t.failed + t.count(func(int) bool { return true }) }

func (t *tally) wrong() int {
	return t.failed + t.count(func(status int) bool { return status >= 400 && status != 429 && status != 503 })
}

func (t *tally) count(is func(status int) bool) (n int) {
	for s, k := range t.status {
		if is(s) {
			n += k
		}
	}
	return n
}

func (t *tally) at(q float64) time.Duration {
	if len(t.took) == 0 {
		return 0
	}
	return t.took[min(len(t.took)-1, int(q*float64(len(t.took))))].Round(100 * time.Microsecond)
}

func (t *tally) print(name string) {
	sort.Slice(t.took, func(i, j int) bool { return t.took[i] < t.took[j] })
	fmt.Printf("%-10s %7d answered, p50 %v, p99 %v, most %v; statuses %v; refused without Retry-After %d; broken %d\n", name, len(t.took), t.at(0.5), t.at(0.99), t.at(1), t.status, t.bare, t.failed)
}

func run(program string, readers, computing int, minutes float64, runs int) error {
	dir, err := os.MkdirTemp("", "testudo-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var tokens []string
	var lines strings.Builder
	for i := range readers + computing {
		token, line, err := server.NewToken(fmt.Sprintf("user%d", i))
		if err != nil {
			return err
		}
		tokens = append(tokens, token)
		fmt.Fprintln(&lines, line)
	}
	users := filepath.Join(dir, "users.txt")
	if err := os.WriteFile(users, []byte(lines.String()), 0o600); err != nil {
		return err
	}
	cmd := exec.Command(program, "serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(dir, "data"), "--users", users, "--max-cpu", "1000000")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer cmd.Process.Kill()
	first, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return err
	}
	url := regexp.MustCompile(`http://[0-9.:]+`).FindString(first)
	fmt.Printf("%d readers and %d computing for %g minutes at %s\n", readers, computing, minutes, url)

	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: readers + computing}}
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(minutes*float64(time.Minute)))
	defer cancel()
	// ask puts a question and reads the answer; of a stream, seen is told when each
	// event came.
	ask := func(t *tally, token, method, path string, body any, seen func(event []byte, after time.Duration)) {
		var r io.Reader
		if body != nil {
			b, err := json.Marshal(body)
			if err != nil {
				log.Fatal(err)
			}
			r = bytes.NewReader(b)
		}
		q, err := http.NewRequestWithContext(ctx, method, url+path, r)
		if err != nil {
			log.Fatal(err)
		}
		q.Header.Set("Authorization", "Bearer "+token)
		if body != nil {
			q.Header.Set("Content-Type", "application/json")
		}
		start := time.Now()
		res, err := client.Do(q)
		if err == nil {
			err = events(res.Body, func(e []byte) {
				if seen != nil && res.StatusCode == 200 {
					seen(e, time.Since(start))
				}
			})
			res.Body.Close()
		}
		if ctx.Err() != nil {
			return // cut off by the end of the test
		}
		if err != nil {
			t.add(0, 0, false, err)
			return
		}
		t.add(time.Since(start), res.StatusCode, res.Header.Get("Retry-After") != "", nil)
		if res.StatusCode == 429 || res.StatusCode == 503 {
			s, _ := strconv.Atoi(res.Header.Get("Retry-After"))
			sleep(ctx, time.Duration(max(1, s))*time.Second)
		}
	}
	read, compute, coarse, settled := newTally(), newTally(), newTally(), newTally()
	ask(compute, tokens[0], "POST", "/api/v1/theatre", map[string]any{"scenario": "gulf"}, nil)
	var wg sync.WaitGroup
	for i := range readers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			pages := []func(){
				func() { ask(read, tokens[i], "GET", "/api/v1/scenarios", nil, nil) },
				func() { ask(read, tokens[i], "GET", "/api/v1/scenarios/gulf", nil, nil) },
				func() { ask(read, tokens[i], "GET", "/api/v1/me", nil, nil) },
				func() { ask(read, tokens[i], "GET", "/api/v1/studies", nil, nil) },
				func() { ask(read, tokens[i], "POST", "/api/v1/theatre", map[string]any{"scenario": "gulf"}, nil) },
			}
			for n := uint64(0); ctx.Err() == nil; n++ {
				// Spread evenly over two seconds, by the reader's number.
				sleep(ctx, time.Duration(draw.Float(draw.U64(1, n, uint64(i), 0))*4*float64(time.Second)))
				if ctx.Err() == nil {
					pages[n%uint64(len(pages))]()
				}
			}
		}()
	}
	for i := range computing {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for n := 0; ctx.Err() == nil; n++ {
				// Another question each time, so that no answer is at hand: a battery
				// somewhere else, or a doctrine and a value. It is asked as the page
				// does, from coarse to fine.
				overlay := fmt.Sprintf("testudo: 1\ninclude: gulf.yaml\nbatteries:\n  qat-patriot-doha: {at: [%.6f, 51.5224]}\n", 25.2+float64(i)*0.01+float64(n)*1e-6)
				if n%2 == 1 {
					overlay = fmt.Sprintf("testudo: 1\ninclude: gulf.yaml\ncommands:\n  SAU: {salvo: %d}\nassets:\n  riyadh: {value: %d.%06d}\n", 1+n/2%3, 1+i, n)
				}
				ask(compute, tokens[readers+i], "POST", "/api/v1/whatif", map[string]any{"scenario": "gulf", "overlay": overlay, "runs": runs}, func(e []byte, after time.Duration) {
					switch {
					case bytes.Contains(e, []byte("event: problem")):
						compute.add(0, 0, false, errors.New("a problem in the stream"))
					case bytes.Contains(e, []byte(`"runs":100,"settled"`)):
						coarse.add(after, 200, false, nil)
					case bytes.Contains(e, []byte(`"final":true`)):
						settled.add(after, 200, false, nil)
					}
				})
				sleep(ctx, 2*time.Second)
			}
		}()
	}
	tick := time.NewTicker(30 * time.Second)
	defer tick.Stop()
	for start := time.Now(); ctx.Err() == nil; {
		select {
		case <-tick.C:
			fmt.Printf("after %3.0f s: %s\n", time.Since(start).Seconds(), memory(cmd.Process.Pid))
		case <-ctx.Done():
		}
	}
	wg.Wait()
	fmt.Printf("at the end: %s\n", memory(cmd.Process.Pid))
	read.print("reads")
	compute.print("computes")
	coarse.print("  coarse")
	settled.print("  final")
	if wrong := read.wrong() + compute.wrong(); read.at(0.99) >= 200*time.Millisecond || 1000*wrong >= read.asked()+compute.asked() || read.bare+compute.bare > 0 {
		fmt.Printf("NOT within bounds: p99 of reads below 200 ms, errors below 0.1 %% (%d of %d), every refusal with Retry-After\n", wrong, read.asked()+compute.asked())
	} else {
		fmt.Printf("within bounds: p99 of reads below 200 ms, errors below 0.1 %% (%d of %d), every refusal with Retry-After\n", wrong, read.asked()+compute.asked())
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return cmd.Wait()
}

// events reads an answer to its end, block by block as server-sent events are.
func events(r io.Reader, f func([]byte)) error {
	in := bufio.NewReaderSize(r, 1<<16)
	var block []byte
	for {
		line, err := in.ReadSlice('\n')
		if len(block) < 4096 {
			block = append(block, line...)
		}
		if len(line) == 1 {
			f(block)
			block = block[:0]
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// memory is what the system says the server takes.
func memory(pid int) string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "memory is not known here"
	}
	for _, l := range strings.Split(string(b), "\n") {
		if v, ok := strings.CutPrefix(l, "VmRSS:"); ok {
			return "resident " + strings.TrimSpace(v)
		}
	}
	return "memory is not known here"
}
