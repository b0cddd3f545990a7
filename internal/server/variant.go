package server

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
	"unicode/utf8"

	"testudo"
	"testudo/internal/scenario"
	"testudo/scenarios"
)

// Variant is what is on the screen: a scenario, what is laid over it, and a
// raid. Overlay is the text of a scenario file that includes the scenario, or
// stands for itself; empty, the scenario stands as it is.
type Variant struct {
	Scenario string `json:"scenario" maxLength:"80" doc:"id of a shipped or a saved scenario"`
	Overlay  string `json:"overlay,omitempty" maxLength:"2097152" doc:"YAML text of what differs; it includes the scenario"`
	Raid     string `json:"raid,omitempty" maxLength:"80" doc:"id of a raid; empty: the scenario's own"`
}

// overlayName is what errors call the overlay.
const overlayName = "overlay.yaml"

// shipped gives the text of a shipped scenario by its id: its path without
// ending, such as gulf or textbook/pooled.
func shipped(id string) ([]byte, bool) {
	if path.Clean(id) != id || strings.HasPrefix(id, "/") || strings.HasPrefix(id, "..") {
		return nil, false
	}
	b, err := scenarios.FS.ReadFile(id + ".yaml")
	return b, err == nil
}

// shippedIDs lists the shipped scenarios, theatres before textbook problems.
func shippedIDs() []string {
	var top, rest []string
	_ = fs.WalkDir(scenarios.FS, ".", func(p string, d fs.DirEntry, err error) error {
		if id, ok := strings.CutSuffix(p, ".yaml"); ok && err == nil && !d.IsDir() {
			if strings.Contains(id, "/") {
				rest = append(rest, id)
			} else {
				top = append(top, id)
			}
		}
		return err
	})
	return append(top, rest...)
}

// text gives a scenario's text by its id, for a user.
func (s *Server) text(id, user string) ([]byte, error) {
	if b, ok := shipped(id); ok {
		return b, nil
	}
	x, err := s.store.scenario(id, user)
	if err != nil {
		return nil, err
	}
	return []byte(x.Text), nil
}

// include reads what a scenario of a user includes: shipped scenarios, and those
// the user may see; never a file.
func (s *Server) include(user string) func(string) ([]byte, error) {
	return func(p string) ([]byte, error) {
		id := strings.TrimSuffix(strings.TrimPrefix(path.Clean(p), "scenarios/"), ".yaml")
		b, err := s.text(id, user)
		if errors.Is(err, errNone) {
			return nil, fmt.Errorf("there is no scenario %q here", id)
		}
		return b, err
	}
}

// load reads and checks a variant. The error is a *yamldoc.Problems where the
// text is wrong.
func (s *Server) load(v Variant, user string, sets ...string) (*testudo.Scenario, error) {
	name, text := overlayName, []byte(v.Overlay)
	if v.Overlay == "" {
		var err error
		if text, err = s.text(v.Scenario, user); err != nil {
			if errors.Is(err, errNone) {
				return nil, &Problem{Title: "Not Found", Status: 404, Detail: "there is no such scenario, or it is not yours"}
			}
			return nil, err
		}
		name = v.Scenario + ".yaml"
	} else if !utf8.ValidString(v.Overlay) {
		return nil, wrong("the overlay is not UTF-8")
	}
	read := s.include(user)
	f, err := scenario.Load(name, func(p string) ([]byte, error) {
		if p == name {
			return text, nil
		}
		return read(p)
	}, s.book, sets)
	if err != nil {
		return nil, err
	}
	return &testudo.Scenario{File: f}, nil
}

// withSets compiles a variant with values overridden, without keeping it.
func (s *Server) withSets(v Variant, user string, sets []string) (*testudo.World, error) {
	sc, err := s.load(v, user, sets...)
	if err != nil {
		return nil, err
	}
	return sc.Compile(v.Raid)
}

// key is the digest of a question: what is asked of what.
func key(what string, sc *testudo.Scenario, rest ...any) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s|%s|%s|%s", testudo.Version, what, sc.File.Digest, sc.File.Name)
	for _, x := range rest {
		fmt.Fprintf(h, "|%v", x)
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}

// worlds keeps the theatres compiled last. Compiling the same one twice at once
// is possible and harmless.
type worlds struct {
	most int
	mu   sync.Mutex
	of   map[string]*testudo.World
	last map[string]*testudo.World // compiled last of a name
	line []string
}

func newWorlds(most int) *worlds {
	return &worlds{most: most, of: map[string]*testudo.World{}, last: map[string]*testudo.World{}}
}

func (w *worlds) get(sc *testudo.Scenario, raid string) (*testudo.World, error) {
	if raid == "" {
		raid = sc.File.DefaultRaid
	}
	k := key("world", sc, raid)
	w.mu.Lock()
	x := w.of[k]
	w.mu.Unlock()
	if x != nil {
		return x, nil
	}
	w.mu.Lock()
	like := w.last[sc.File.Name]
	w.mu.Unlock()
	// Most questions differ little from the one before about the same theatre.
	x, err := sc.CompileFrom(like, raid)
	if err != nil {
		return nil, asked(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.last) >= w.most {
		clear(w.last)
	}
	w.last[sc.File.Name] = x
	if w.of[k] == nil {
		w.of[k] = x
		w.line = append(w.line, k)
		if len(w.line) > w.most {
			delete(w.of, w.line[0])
			w.line = w.line[1:]
		}
	}
	return x, nil
}
