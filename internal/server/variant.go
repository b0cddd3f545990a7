package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"testudo"
	"testudo/internal/coalition"
	"testudo/internal/scenario"
	"testudo/internal/sim"
	"testudo/internal/units"
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

// load reads and checks a variant for whoever asks, and books the time. The
// error is a *yamldoc.Problems where the text is wrong.
func (s *Server) load(ctx context.Context, v Variant) (*testudo.Scenario, error) {
	who := user(ctx)
	if v.Overlay == "" {
		if sc, ok := s.shippedAsIs(v.Scenario); ok {
			return sc, nil
		}
	}
	if s.gate.Left(who, s.Now()) <= 0 {
		return nil, errSpent
	}
	if len(v.Overlay) > largeText {
		// Large texts are read one at a time, of one user two more waiting.
		leave, err := s.reading.enter(ctx, who, s.Now(), false)
		if err != nil {
			return nil, err
		}
		defer leave()
	}
	start := time.Now()
	defer func() { s.gate.charge(who, s.Now(), time.Since(start).Seconds()) }()
	return s.read(v, who)
}

// largeText is the size from which on a text waits for its turn to be read,
// bytes.
const largeText = 64 << 10

// shippedAsIs gives a shipped scenario with nothing laid over it, read once.
func (s *Server) shippedAsIs(id string) (*testudo.Scenario, bool) {
	if _, ok := shipped(id); !ok {
		return nil, false
	}
	s.asIs.mu.Lock()
	defer s.asIs.mu.Unlock()
	if sc := s.asIs.of[id]; sc != nil {
		return sc, true
	}
	sc, err := s.read(Variant{Scenario: id}, "")
	if err != nil {
		return nil, false
	}
	s.asIs.of[id] = sc
	return sc, true
}

// read is load without its turn and its price.
func (s *Server) read(v Variant, user string, sets ...string) (*testudo.Scenario, error) {
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

// withSets compiles a variant with values overridden, from the variant's own world
// and without keeping it.
func (s *Server) withSets(ctx context.Context, w *testudo.World, v Variant, user string, sets []string) (*testudo.World, error) {
	sc, err := s.read(v, user, sets...)
	if err != nil {
		return nil, err
	}
	return sc.CompileWhile(ctx, w, v.Raid)
}

// key is the digest of a question: what is asked of what.
func key(what string, sc *testudo.Scenario, rest ...any) string {
	b, err := json.Marshal(append([]any{testudo.Version, what, sc.File.Digest}, rest...))
	if err != nil {
		panic(err) // words and finite numbers
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// size is what a theatre takes to compile and to keep: flights times what may
// see or shoot them, and missiles times the same.
func size(f *scenario.File, raid string) (pairs, looks int) {
	if raid == "" {
		raid = f.DefaultRaid
	}
	type flown struct {
		missile, from, asset, shape string
		loft                        float64
		apogee                      units.Length
	}
	flights := map[flown]bool{}
	for i := range f.Raids {
		if f.Raids[i].ID != raid {
			continue
		}
		for _, g := range f.Raids[i].Groups {
			for _, a := range g.Aims {
				flights[flown{g.Missile, g.From, a.Asset, g.Shape, g.LoftFraction, g.Apogee}] = true
			}
		}
	}
	// Most batteries bring a radar with them.
	seers := len(f.Sensors) + 2*len(f.Batteries)
	return len(flights) * seers, missiles(f, raid) * seers
}

// missiles is how many a raid has; without a raid's name, the scenario's own.
func missiles(f *scenario.File, raid string) (n int) {
	if raid == "" {
		raid = f.DefaultRaid
	}
	for i := range f.Raids {
		if f.Raids[i].ID == raid {
			for _, g := range f.Raids[i].Groups {
				n += g.Count
			}
		}
	}
	return n
}

// agreed is what the agreements of a theatre take to compile and to keep, in the
// measure of pairs: each posture about a sixtieth of what the pairs do, each of its
// states about a two-thousandth.
func agreed(f *scenario.File, pairs int) int {
	n := 32 * len(f.Postures)
	for i := range f.Postures {
		n += states(f, &f.Postures[i])
	}
	return pairs * n / perState
}

// perState is how many states of what may fail take what the pairs do.
const perState = 2000

// states is how many ways there are for the links and sensors of a posture to be up
// or down.
func states(f *scenario.File, p *scenario.Posture) int {
	n := 0
	for k := range p.Edges {
		if p.Edges[k].Availability < 1 {
			n++
		}
	}
	for k := range f.Sensors {
		if f.Sensors[k].Availability < 1 && !slices.Contains(p.LostSensors, f.Sensors[k].ID) {
			n++
		}
	}
	// With more of them it does not compile.
	return 1 << min(n, sim.MaxChance)
}

// playsCoalitions refuses to play every coalition of a posture's nations where their
// boards would take more than a theatre may.
func (s *Server) playsCoalitions(f *scenario.File, raid, posture string) error {
	pairs, _ := size(f, raid)
	nations, of := 0, 1
	for i := range f.Nations {
		if !f.Nations[i].Attacker {
			nations++
		}
	}
	for i := range f.Postures {
		if f.Postures[i].ID == posture {
			of = states(f, &f.Postures[i])
		}
	}
	if n := pairs * (of << min(nations, coalition.MaxNations)) / perState; n > s.Limits.Pairs {
		return wrong("the theatre is too large for every coalition of its %d nations to be played on this server", nations)
	}
	return nil
}

// fits refuses a theatre that would take more time and memory to compile than
// this server has for one.
func (s *Server) fits(sc *testudo.Scenario, raid string) error {
	pairs, looks := size(sc.File, raid)
	more := agreed(sc.File, pairs)
	switch {
	case pairs > s.Limits.Pairs:
		return wrong("the theatre is too large for this server: %d pairs of a flight with a sensor or battery; at most %d (--max-pairs)", pairs, s.Limits.Pairs)
	case looks > s.Limits.Looks:
		return wrong("the theatre is too large for this server: %d pairs of a missile with a sensor or battery; at most %d", looks, s.Limits.Looks)
	case more > s.Limits.Pairs:
		return wrong("the theatre is too large for this server: what may fail in %d postures makes of %d pairs of a flight with a sensor or battery as much as %d more would; at most %d (--max-pairs)", len(sc.File.Postures), pairs, more, s.Limits.Pairs)
	}
	return nil
}

// worlds keeps the theatres compiled last, as many as there is room for.
// Compiling the same one twice at once is possible and harmless.
type worlds struct {
	most, room int

	mu    sync.Mutex
	line  []*compiled // the newest last
	taken int
}

type compiled struct {
	key, name string
	w         *testudo.World
	weight    int
}

func newWorlds(l Limits) *worlds { return &worlds{most: l.Worlds, room: l.Pairs} }

func (w *worlds) get(ctx context.Context, sc *testudo.Scenario, raid string) (*testudo.World, error) {
	if raid == "" {
		raid = sc.File.DefaultRaid
	}
	k := key("world", sc, raid)
	var like *testudo.World
	w.mu.Lock()
	for _, c := range w.line {
		if c.key == k {
			w.mu.Unlock()
			return c.w, nil
		}
		if c.name == sc.File.Name {
			like = c.w
		}
	}
	w.mu.Unlock()
	// Most questions differ little from the one before about the same theatre.
	x, err := sc.CompileWhile(ctx, like, raid)
	if err != nil {
		return nil, asked(err)
	}
	// Twenty missiles' looks take about what one pair does.
	pairs, looks := size(sc.File, raid)
	c := &compiled{k, sc.File.Name, x, pairs + looks/20 + agreed(sc.File, pairs)}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.line = append(w.line, c)
	w.taken += c.weight
	for len(w.line) > 1 && (len(w.line) > w.most || w.taken > w.room) {
		w.taken -= w.line[0].weight
		w.line = slices.Delete(w.line, 0, 1)
	}
	return x, nil
}
