package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func openAt(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := New(Config{Data: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func shut(t *testing.T, s *Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
}

// A study during which the server died is begun anew, but not for ever.
func TestAStudyThatKillsTheServerIsGivenUp(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, dir)
	shut(t, s)
	st, err := openStore(dir + "/testudo.db")
	if err != nil {
		t.Fatal(err)
	}
	sc, err := s.read(Variant{Scenario: "gulf"}, localUser)
	if err != nil {
		t.Fatal(err)
	}
	for id, tries := range map[string]int{"s-once": 1, "s-always": maxTries} {
		k := &kept{Study: Study{ID: id, Kind: "gain", State: running, Owner: localUser, Created: time.Now(), Digest: sc.File.Digest, Runs: 20, Tries: tries}}
		k.Question.Body.Scenario, k.Question.Body.Kind = "gulf", "gain"
		if err := st.putStudy(k); err != nil {
			t.Fatal(err)
		}
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, dir)
	defer shut(t, s)
	for range 400 {
		if s.studies.open() == 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	for id, want := range map[string]string{"s-once": done, "s-always": failed} {
		if k, err := s.studies.get(id, localUser); err != nil || k.State != want || want == failed && !strings.Contains(k.Problem, "the server ended 3 times") {
			t.Errorf("%s: %v %+v", id, err, k)
		}
	}
	// Meanwhile nobody else has the folder.
	if _, err := New(Config{Data: dir}); err == nil || !strings.Contains(err.Error(), "another testudo serves this folder") {
		t.Errorf("a second server over the folder: %v", err)
	}
}

// A client that does not read is given up, and what it holds is free again; one
// that reads slowly gets all of it.
func TestWhoDoesNotRead(t *testing.T) {
	var wrote error
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: w, rc: http.NewResponseController(w)}
		n, err := rec.Write(make([]byte, 3*chunk+5))
		if wrote = err; err == nil && n != 3*chunk+5 {
			t.Errorf("%d bytes written", n)
		}
	}))
	defer h.Close()
	r, err := http.Get(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	n := 0
	for b := make([]byte, 16<<10); ; {
		m, err := r.Body.Read(b)
		if n += m; err != nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if n != 3*chunk+5 || wrote != nil {
		t.Errorf("%d bytes read, %v", n, wrote)
	}
}

// fuse is a context that ends after it has been asked so many times.
type fuse struct {
	context.Context
	left *atomic.Int64
}

func (f fuse) Err() error {
	if f.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// A study that is cancelled, or a question nobody waits for, stops where its theatre
// is being compiled; nothing half made is kept.
func TestCancellingStopsACompile(t *testing.T) {
	s := openAt(t, t.TempDir())
	defer shut(t, s)
	sc, err := s.read(Variant{Scenario: "gulf"}, localUser)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"gain", "report", "burden", "links", "cost", "deny"} {
		k := &kept{Study: Study{ID: "s-1", Kind: kind, Owner: localUser, Digest: sc.File.Digest, Runs: 20}}
		k.Question.Body.Scenario, k.Question.Body.Kind = "gulf", kind
		// A few hundred pairs of a flight with a sensor or battery are asked about.
		for _, n := range []int64{0, 3, 100, 400} {
			f := fuse{t.Context(), new(atomic.Int64)}
			f.left.Store(n)
			files, err := s.perform(f, k, func(string) {}, func(int, int) { t.Errorf("%s: it was played", kind) })
			if files != nil || !errors.Is(err, context.Canceled) {
				t.Errorf("%s, after %d: %d files, %v", kind, n, len(files), err)
			}
		}
	}
	if n := len(s.worlds.line); n != 0 || s.worlds.taken != 0 {
		t.Errorf("%d worlds are kept", n)
	}
}

// What may fail doubles tables, and so do coalitions: a small text must not take all
// the memory.
func TestAgreementsCount(t *testing.T) {
	s := openAt(t, t.TempDir())
	defer shut(t, s)
	text := "testudo: 1\ninclude: gulf.yaml\npostures:\n"
	for i := range 150 {
		text += fmt.Sprintf("  p%d:\n    share:\n", i)
		for _, pair := range []string{"SAU, to: USA", "USA, to: SAU", "ARE, to: USA", "USA, to: ARE", "QAT, to: USA", "USA, to: QAT", "BHR, to: USA", "USA, to: BHR"} {
			text += fmt.Sprintf("      - {from: %s, level: track, delay: %d s, availability: 0.9, source: assumption, reason: a test}\n", pair, i+1)
		}
	}
	sc, err := s.read(Variant{Scenario: "gulf", Overlay: text}, localUser)
	if err != nil {
		t.Fatal(err)
	}
	if pairs, _ := size(sc.File, "across-the-gulf"); agreed(sc.File, pairs) < 20*pairs {
		t.Errorf("%d pairs, agreements worth %d", pairs, agreed(sc.File, pairs))
	}
	s.Limits.Pairs = 2000
	if err := s.fits(sc, "across-the-gulf"); err == nil || !strings.Contains(err.Error(), "what may fail in 15") {
		t.Errorf("150 postures of 256 states: %v", err)
	}
	s.Limits.Pairs = 650
	if sc, _ = s.shippedAsIs("gulf"); s.fits(sc, "across-the-gulf") != nil {
		t.Error("the shipped theatre does not fit")
	}
	if err := s.playsCoalitions(sc.File, "across-the-gulf", "mutual"); err != nil {
		t.Errorf("coalitions of the shipped theatre: %v", err)
	}
	s.Limits.Pairs = 10
	if err := s.playsCoalitions(sc.File, "across-the-gulf", "mutual"); err == nil {
		t.Error("no limit to coalitions")
	}
}

// Lists hold no name that turns their lines about, or fills the page.
func TestNamesOfLists(t *testing.T) {
	for given, want := range map[string]string{
		"The Gulf": "The Gulf", "<b>": "<b>", "a\r\nSet-Cookie: x": "a· Set-Cookie: x", "\u202egnp.exe": "·gnp.exe", "日本": "日本",
		strings.Repeat("日", 1000): strings.Repeat("日", 199) + "…",
	} {
		if got := listName(given); got != want {
			t.Errorf("%.20q: %q", given, got)
		}
	}
}
