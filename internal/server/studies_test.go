package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
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
