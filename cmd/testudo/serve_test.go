package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// program is `testudo serve` as a process of its own.
type program struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	err  *bytes.Buffer
	data string
}

// start runs the test's own binary under the name by which it is the program.
func start(t *testing.T, data string, args ...string) *program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "testudo")
	if err := os.Symlink(self, name); err != nil {
		t.Skip(err)
	}
	p := &program{t: t, data: data, err: &bytes.Buffer{}}
	p.cmd = exec.Command(name, append([]string{"serve", "--listen", "127.0.0.1:0", "--data", data}, args...)...)
	p.cmd.Stderr = p.err
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%v: %s", err, p.err)
	}
	p.url = regexp.MustCompile(`https?://[0-9.:]+`).FindString(line)
	return p
}

func (p *program) ask(method, path, body string) (int, []byte) {
	p.t.Helper()
	q, err := http.NewRequest(method, p.url+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return r.StatusCode, b
}

type aStudy struct {
	ID, State, Problem string
	Done, Total, Tries int
}

func (p *program) study(body string) aStudy {
	p.t.Helper()
	var s aStudy
	if status, b := p.ask("POST", "/studies", body); status != 202 || json.Unmarshal(b, &s) != nil {
		p.t.Fatalf("%d %s", status, b)
	}
	return s
}

func (p *program) until(id string, is func(aStudy) bool) (s aStudy) {
	p.t.Helper()
	for range 1200 {
		if status, b := p.ask("GET", "/studies/"+id, ""); status != 200 || json.Unmarshal(b, &s) != nil {
			p.t.Fatalf("%d %s", status, b)
		}
		if is(s) {
			return s
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.t.Fatalf("study %s: %+v", id, s)
	return s
}

func done(s aStudy) bool { return s.State == "done" }

// Whatever ends the program, what was finished is there when it starts again,
// whole, and what was not begins anew.
func TestServeEndsWithoutLoss(t *testing.T) {
	data := t.TempDir()
	p := start(t, data)
	first := p.study(`{"scenario": "gulf", "kind": "gain", "runs": 50}`)
	p.until(first.ID, done)
	_, want := p.ask("GET", "/studies/"+first.ID+"/files/result.json", "")
	long := p.study(`{"scenario": "northeast-asia-2014", "kind": "gain", "runs": 150000}`)
	behind := p.study(`{"scenario": "gulf", "kind": "gain", "runs": 60}`)
	p.until(long.ID, func(s aStudy) bool { return s.Done > 0 })
	// Killed in the middle of it, with no time for anything.
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()
	p = start(t, data)
	if status, b := p.ask("GET", "/studies/"+first.ID+"/files/result.json", ""); status != 200 || !bytes.Equal(b, want) {
		t.Errorf("what was finished: %d, %d bytes, not %d", status, len(b), len(want))
	}
	p.until(long.ID, func(s aStudy) bool { return s.State == "running" && s.Done > 0 && s.Tries == 2 })
	// Told to end while a question is open: it is answered, and the study goes back
	// to the queue.
	answer := make(chan string, 1)
	go func() {
		status, b := p.ask("POST", "/whatif", `{"scenario": "northeast-asia-2014", "runs": 8000}`)
		answer <- fmt.Sprintln(status, bytes.Count(b, []byte("event: figures")), bytes.Contains(b, []byte(`"final":true`)))
	}()
	time.Sleep(200 * time.Millisecond)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if got := <-answer; got != "200 4 true\n" {
		t.Errorf("the open question: %s", got)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("ended with %v: %s", err, p.err)
	}
	p = start(t, data)
	if s := p.until(long.ID, func(s aStudy) bool { return s.State == "running" }); s.Tries != 2 {
		t.Errorf("ended in good order, it counts as begun %d times", s.Tries)
	}
	if status, b := p.ask("DELETE", "/studies/"+long.ID, ""); status != 204 {
		t.Errorf("cancelled: %d %s", status, b)
	}
	p.until(behind.ID, done)
	left, err := filepath.Glob(filepath.Join(data, "studies", "*", ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// Who sends a request byte by byte is not waited for without end, a head that is
// too large is refused, and neither keeps others out.
func TestServeDoesNotWaitForSlowClients(t *testing.T) {
	p := start(t, t.TempDir())
	host := strings.TrimPrefix(p.url, "http://")
	dial := func(text string) net.Conn {
		c, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, text); err != nil {
			t.Fatal(err)
		}
		return c
	}
	slow := dial("GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
	defer slow.Close()
	var idle []net.Conn
	for range 300 {
		idle = append(idle, dial("GET / HT"))
	}
	defer func() {
		for _, c := range idle {
			c.Close()
		}
	}()
	if status, b := p.ask("GET", "/me", ""); status != 200 {
		t.Errorf("beside three hundred slow ones: %d %s", status, b)
	}
	huge := dial("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 200<<10) + "\r\n\r\n")
	defer huge.Close()
	b, _ := io.ReadAll(huge)
	if !bytes.HasPrefix(b, []byte("HTTP/1.1 431")) {
		t.Errorf("a huge head: %.60s", b)
	}
	if err := slow.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(slow); err != nil || len(b) > 0 && !bytes.HasPrefix(b, []byte("HTTP/1.1 4")) {
		t.Errorf("a head without end: %v %.60s", err, b)
	}
}
