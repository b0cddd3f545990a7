package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"testudo"
	"testudo/internal/cover"
	"testudo/internal/export"
	"testudo/internal/report"
	"testudo/internal/scenario"
	"testudo/internal/yamldoc"
)

// answerOut is a computed answer: JSON, named by the digest of its question.
type answerOut struct {
	Status      int
	ContentType string `header:"Content-Type"`
	ETag        string `header:"ETag"`
	Digest      string `header:"X-Testudo-Digest"`
	Body        []byte
}

type variantIn struct {
	IfNoneMatch string `header:"If-None-Match"`
	Body        Variant
}

// Dice are the seed and the runs of a question; left out, those of the command.
type Dice struct {
	Seed *uint64 `json:"seed,omitempty"`
	Runs int     `json:"runs,omitempty" minimum:"0"`
}

func (d Dice) options(s *Server) testudo.Options {
	o := testudo.Options{Seed: testudo.DefaultSeed, Runs: d.Runs}
	if d.Seed != nil {
		o.Seed = *d.Seed
	}
	if o.Runs == 0 {
		o.Runs = testudo.DefaultRuns
	}
	return o
}

// affordable refuses what a user may not ask at once.
func (s *Server) affordable(runs, postures, missiles int) error {
	if runs > s.Limits.Runs {
		return wrong("%d runs: at most %d here", runs, s.Limits.Runs)
	}
	if n := int64(runs) * int64(max(1, postures)) * int64(missiles); n > s.Limits.RunsXMissiles {
		return wrong("%d runs of %d postures of %d missiles are more than the %d missile flights allowed at once", runs, max(1, postures), missiles, s.Limits.RunsXMissiles)
	}
	return nil
}

// inTurn waits for the processors, works, and books what it took. A question
// that comes again, for its next step, keeps its place.
func (s *Server) inTurn(ctx context.Context, again bool, f func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.Limits.ComputeDeadline)
	defer cancel()
	leave, err := s.gate.enter(ctx, user(ctx), s.Now(), again)
	if err != nil {
		return err
	}
	// Those at work share the processors.
	n := max(1, s.Workers/max(1, len(s.gate.slot)))
	start := time.Now()
	defer func() {
		s.gate.charge(user(ctx), s.Now(), time.Since(start).Seconds()*float64(n))
		leave()
	}()
	return f(context.WithValue(ctx, workersKey{}, n))
}

type workersKey struct{}

// workers is how many processors a computation has in its turn.
func workers(ctx context.Context) int {
	n, _ := ctx.Value(workersKey{}).(int)
	return max(1, n)
}

// world compiles a theatre that is not too large, while the context lasts.
func (s *Server) world(ctx context.Context, sc *testudo.Scenario, raid string) (*testudo.World, error) {
	if err := s.fits(sc, raid); err != nil {
		return nil, err
	}
	return s.worlds.get(ctx, sc, raid)
}

// answer computes the JSON answer to a question about a variant, once for all
// who ask it. Its name is made of the question alone: who has it need not be
// told again, nor need it be computed.
func (s *Server) answer(ctx context.Context, what string, v Variant, match string, rest []any, f func(ctx context.Context, w *testudo.World) (any, error)) (*answerOut, error) {
	sc, err := s.load(ctx, v)
	if err != nil {
		return nil, s.fault(ctx, err)
	}
	k := key(what, sc, append([]any{v.Raid}, rest...)...)
	out := &answerOut{Status: http.StatusOK, ContentType: "application/json", ETag: `"` + k + `"`, Digest: sc.File.Digest}
	if matches(match, out.ETag) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	out.Body, err = s.answers.get(ctx, k, func(ctx context.Context) (body []byte, err error) {
		err = s.inTurn(ctx, false, func(ctx context.Context) error {
			w, err := s.world(ctx, sc, v.Raid)
			if err != nil {
				return err
			}
			x, err := f(ctx, w)
			if err != nil {
				return err
			}
			body, err = json.Marshal(x)
			body = report.InertJSON(body)
			return err
		})
		return body, err
	})
	if err != nil {
		return nil, s.fault(ctx, err)
	}
	return out, nil
}

// matches reports whether If-None-Match names an answer. What is between may
// have made the name a weak one.
func matches(header, etag string) bool {
	for _, x := range strings.Split(header, ",") {
		if strings.TrimPrefix(strings.TrimSpace(x), "W/") == etag {
			return true
		}
	}
	return false
}

type overlayIn struct {
	Body struct {
		Variant
		Edits      []Edit   `json:"edits,omitempty" maxItems:"200"`
		Agreements []Switch `json:"agreements,omitempty" maxItems:"20" doc:"switched after the edits, one after the other"`
	}
}

type overlayOut struct {
	Body struct {
		Overlay string `json:"overlay"`
		Digest  string `json:"digest"`
	}
}

type checkOut struct {
	Body struct {
		OK       bool            `json:"ok"`
		Problems []Fault         `json:"problems"`
		Summary  *report.Summary `json:"summary,omitempty"`
	}
}

type whatifIn struct {
	Body struct {
		Variant
		Dice
	}
}

// figuresEvent is one answer of a what-if: coarse first. It is settled when its
// intervals are narrow enough to argue over, final when it is what the command
// gives for as many runs as were asked for.
type figuresEvent struct {
	Runs    int             `json:"runs"`
	Settled bool            `json:"settled"`
	Final   bool            `json:"final"`
	Digest  string          `json:"digest"`
	TookMS  int64           `json:"took_ms"`
	Result  json.RawMessage `json:"result" doc:"a comparison, as testudo gain --json prints under result"`
}

type gainIn struct {
	IfNoneMatch string `header:"If-None-Match"`
	Body        struct {
		Variant
		Dice
		Postures []string `json:"postures,omitempty" maxItems:"50"`
	}
}

type footprintIn struct {
	IfNoneMatch string `header:"If-None-Match"`
	Body        struct {
		Variant
		Battery string  `json:"battery,omitempty"`
		Nation  string  `json:"nation,omitempty"`
		Posture string  `json:"posture"`
		Missile string  `json:"missile"`
		From    string  `json:"from,omitempty"`
		Asset   string  `json:"asset,omitempty"`
		GridKM  float64 `json:"grid_km,omitempty" minimum:"0" maximum:"500"`
	}
}

type radarIn struct {
	IfNoneMatch string `header:"If-None-Match"`
	Body        struct {
		Variant
		Sensor    string  `json:"sensor"`
		AltitudeM float64 `json:"altitude_m" minimum:"0" maximum:"10000000"`
		RCS       float64 `json:"rcs_m2" exclusiveMinimum:"0" maximum:"1000000"`
	}
}

type compareIn struct {
	IfNoneMatch string `header:"If-None-Match"`
	Body        struct {
		Dice
		A        Variant `json:"a"`
		B        Variant `json:"b"`
		PostureA string  `json:"posture_a"`
		PostureB string  `json:"posture_b"`
	}
}

type replayIn struct {
	IfNoneMatch string `header:"If-None-Match"`
	Body        struct {
		Variant
		Seed    *uint64 `json:"seed,omitempty"`
		Posture string  `json:"posture"`
		Run     *uint64 `json:"run,omitempty"`
		Pick    string  `json:"pick,omitempty" enum:"best,worst,median,hit"`
		Asset   string  `json:"asset,omitempty"`
		Among   int     `json:"among,omitempty" minimum:"0" maximum:"100000"`
	}
}

type explainIn struct {
	IfNoneMatch string `header:"If-None-Match"`
	Body        struct {
		Variant
		Seed    *uint64 `json:"seed,omitempty"`
		Posture string  `json:"posture"`
		Missile string  `json:"missile"`
		Run     uint64  `json:"run"`
	}
}

// replayDoc is one run to play: what a globe reads, and the events in words.
type replayDoc struct {
	Run        uint64             `json:"run"`
	Posture    string             `json:"posture"`
	Seed       uint64             `json:"seed"`
	EndS       float64            `json:"end_s"`
	Epoch      time.Time          `json:"epoch"`
	Leakers    int                `json:"leakers"`
	Kills      int                `json:"kills"`
	CZML       json.RawMessage    `json:"czml"`
	Happenings []report.Happening `json:"happenings"`
}

func (s *Server) registerCompute() {
	huma.Register(s.api, s.answering(s.op("POST", "/theatre", "All that a map shows, with the figures behind it"), Theatre{}), func(ctx context.Context, in *variantIn) (*answerOut, error) {
		return s.answer(ctx, "theatre", in.Body, in.IfNoneMatch, nil, func(_ context.Context, w *testudo.World) (any, error) {
			return theatreOf(w, s.book), nil
		})
	})
	huma.Register(s.api, s.op("POST", "/overlay", "Write edits into the overlay"), s.overlay)
	huma.Register(s.api, s.op("POST", "/check", "Is the text right? Every error with its place"), s.check)
	huma.Register(s.api, s.streaming(s.op("POST", "/whatif", "The staircase, from coarse to fine"), event{"figures", figuresEvent{}}, event{"problem", Problem{}}), s.whatif)
	huma.Register(s.api, s.answering(s.op("POST", "/gain", "The staircase with all that stands behind it"), report.Document{}), func(ctx context.Context, in *gainIn) (*answerOut, error) {
		b := &in.Body
		o := b.Dice.options(s)
		// The answer names the file, which is one user's.
		cmd := line("gain", b.Variant, o)
		return s.answer(ctx, "gain", b.Variant, in.IfNoneMatch, []any{o.Seed, o.Runs, b.Postures, cmd}, func(ctx context.Context, w *testudo.World) (any, error) {
			o.Workers = workers(ctx)
			c, err := s.play(ctx, w, b.Postures, o)
			if err != nil {
				return nil, err
			}
			return w.Document(c, cmd), nil
		})
	})
	huma.Register(s.api, s.answering(s.op("POST", "/footprint", "What a battery, a nation or all defend"), report.Coverage{}), s.footprint)
	huma.Register(s.api, s.answering(s.op("POST", "/radar", "What a radar sees at a height"), report.RadarCoverage{}), func(ctx context.Context, in *radarIn) (*answerOut, error) {
		b := &in.Body
		return s.answer(ctx, "radar", b.Variant, in.IfNoneMatch, []any{b.Sensor, b.AltitudeM, b.RCS}, func(_ context.Context, w *testudo.World) (any, error) {
			v, err := cover.Radar(w.Theatre, b.Sensor, b.AltitudeM, b.RCS)
			if err != nil {
				return nil, asked(err)
			}
			return report.NewRadarCoverage(w.Theatre, v), nil
		})
	})
	huma.Register(s.api, s.answering(s.op("POST", "/warn", "When each kind of flight is seen, reported, tracked, shot at"), cover.Timeline{}), func(ctx context.Context, in *gainIn) (*answerOut, error) {
		b := &in.Body
		o := b.Dice.options(s)
		o.Runs = min(o.Runs, 2000)
		return s.answer(ctx, "warn", b.Variant, in.IfNoneMatch, []any{o.Seed, o.Runs, b.Postures}, func(ctx context.Context, w *testudo.World) (any, error) {
			postures, err := postureIndices(w, b.Postures)
			if err != nil {
				return nil, err
			}
			return cover.Warn(ctx, w.Theatre, w.Board, postures, o.Seed, o.Runs, nil)
		})
	})
	huma.Register(s.api, s.answering(s.op("POST", "/compare", "Two variants over the same dice: paired differences"), testudo.Pairing{}), s.compare)
	huma.Register(s.api, s.answering(s.op("POST", "/replay", "One run to look at"), replayDoc{}), s.replay)
	huma.Register(s.api, s.answering(s.op("POST", "/explain", "One missile of one run, in words"), report.Account{}), func(ctx context.Context, in *explainIn) (*answerOut, error) {
		b := &in.Body
		seed := Dice{Seed: b.Seed}.options(s).Seed
		return s.answer(ctx, "explain", b.Variant, in.IfNoneMatch, []any{seed, b.Posture, b.Missile, b.Run}, func(_ context.Context, w *testudo.World) (any, error) {
			a, err := w.Explain(b.Posture, b.Missile, seed, b.Run)
			return a, asked(err)
		})
	})
	s.registerReference()
}

// play plays the ladder, or the postures named.
func (s *Server) play(ctx context.Context, w *testudo.World, postures []string, o testudo.Options) (*testudo.Comparison, error) {
	n := len(postures)
	if n == 0 {
		n = len(w.Board.Ladder)
	}
	if err := s.affordable(o.Runs, n, len(w.Theatre.Missiles)); err != nil {
		return nil, err
	}
	if len(postures) == 0 {
		return w.Gain(ctx, o)
	}
	c, err := w.Compare(ctx, postures, o)
	return c, asked(err)
}

func postureIndices(w *testudo.World, names []string) ([]int, error) {
	var out []int
	for _, n := range names {
		i := w.Theatre.Posture(n)
		if i < 0 {
			return nil, wrong("no posture %q", n)
		}
		out = append(out, i)
	}
	if len(out) == 0 {
		for _, l := range w.Board.Ladder {
			out = append(out, int(l))
		}
	}
	return out, nil
}

// line is the command that gives the same figures from the saved file.
func line(verb string, v Variant, o testudo.Options) string {
	file := v.Scenario + ".yaml"
	if v.Overlay != "" {
		file = overlayName
	}
	out := "testudo " + verb + " " + file + " --seed " + strconv.FormatUint(o.Seed, 10) + " --runs " + strconv.Itoa(o.Runs)
	if v.Raid != "" {
		out += " --raid " + v.Raid
	}
	return out
}

func (s *Server) overlay(ctx context.Context, in *overlayIn) (*overlayOut, error) {
	b := &in.Body
	text, f, err := s.edit(ctx, b.Variant, b.Edits, b.Agreements)
	if err != nil {
		return nil, s.fault(ctx, err)
	}
	out := &overlayOut{}
	out.Body.Overlay, out.Body.Digest = text, f.Digest
	return out, nil
}

// check compiles as well: only flying shows whether each target is in reach.
func (s *Server) check(ctx context.Context, in *variantIn) (*checkOut, error) {
	out := &checkOut{}
	out.Body.Problems = []Fault{}
	sc, err := s.load(ctx, in.Body)
	if err == nil {
		out.Body.Summary = sc.Summary()
		err = s.inTurn(ctx, false, func(ctx context.Context) error {
			_, err := s.world(ctx, sc, in.Body.Raid)
			return err
		})
	}
	var ps *yamldoc.Problems
	var wrong *inputError
	switch {
	case err == nil:
		out.Body.OK = true
	case errors.As(err, &ps):
		out.Body.Problems = faults(ps)
	case errors.As(err, &wrong):
		out.Body.Problems = []Fault{{File: overlayName, Message: err.Error()}}
	default:
		return nil, s.fault(ctx, err)
	}
	return out, nil
}

// coarse are the runs after which a what-if shows where it stands. From
// settledRuns on it calls itself settled: the 95 % interval of the leakers is
// then about a fiftieth of their number, and the shipped scenarios get there in
// some two seconds on two cores.
var coarse = []int{100, 1000, settledRuns}

const settledRuns = 3000

// whatif streams the staircase from coarse to fine. What is wrong with the
// question, or too much at the moment, is said by the status of the answer; only
// what goes wrong later is an event of the stream.
func (s *Server) whatif(ctx context.Context, in *whatifIn) (*huma.StreamResponse, error) {
	start := time.Now()
	sc, err := s.load(ctx, in.Body.Variant)
	if err != nil {
		return nil, s.fault(ctx, err)
	}
	full := in.Body.Dice.options(s)
	k := key("whatif", sc, in.Body.Raid, full.Seed, full.Runs)
	event := func(p part) figuresEvent {
		return figuresEvent{Runs: p.runs, Settled: p.runs >= min(settledRuns, full.Runs), Final: p.runs == full.Runs, Digest: sc.File.Digest, TookMS: time.Since(start).Milliseconds(), Result: p.body}
	}
	if body, ok := s.answers.find(k); ok {
		return stream(func(_ context.Context, send func(string, any) error) {
			_ = send("figures", event(part{full.Runs, body}))
		}), nil
	}
	var w *waiter
	var first part
	for {
		w = s.answers.join(ctx, k, func(ctx context.Context, tell func(part)) error {
			return s.staircase(ctx, sc, in.Body.Raid, full, tell)
		})
		var more bool
		if first, more, err = w.next(ctx); more {
			break
		}
		w.leave()
		if err == nil || !own(err) || w.first {
			return nil, s.fault(ctx, err)
		}
	}
	return stream(func(ctx context.Context, send func(string, any) error) {
		defer w.leave()
		for p, more := first, true; more; {
			if send("figures", event(p)) != nil {
				return
			}
			if p, more, err = w.next(ctx); err != nil {
				_ = send("problem", s.problem(ctx, err))
			}
		}
	}), nil
}

// staircase plays a what-if's stages one after another.
func (s *Server) staircase(ctx context.Context, sc *testudo.Scenario, raid string, full testudo.Options, tell func(part)) error {
	stages := []int{}
	for _, n := range coarse {
		if n < full.Runs {
			stages = append(stages, n)
		}
	}
	var stairs *testudo.Stairs
	// Between stages others get their turn: the coarse answer of one comes
	// before the fine answer of another.
	for i, runs := range append(stages, full.Runs) {
		err := s.inTurn(ctx, i > 0, func(ctx context.Context) error {
			if stairs == nil {
				w, err := s.world(ctx, sc, raid)
				if err != nil {
					return err
				}
				if err := s.affordable(full.Runs, len(w.Board.Ladder), len(w.Theatre.Missiles)); err != nil {
					return err
				}
				full.Workers = workers(ctx)
				stairs = w.Stairs(full)
			}
			c, err := stairs.To(ctx, runs)
			if err != nil {
				return err
			}
			body, err := json.Marshal(c)
			if err == nil {
				tell(part{runs, report.InertJSON(body)})
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) footprint(ctx context.Context, in *footprintIn) (*answerOut, error) {
	b := &in.Body
	q := cover.Query{Battery: b.Battery, Nation: b.Nation, Posture: b.Posture, Missile: b.Missile, From: b.From, Asset: b.Asset, GridM: b.GridKM * 1000}
	if q.Asset != "" && q.From != "" {
		return nil, s.fault(ctx, wrong("give from or asset, not both"))
	}
	return s.answer(ctx, "footprint", b.Variant, in.IfNoneMatch, []any{b.Battery, b.Nation, b.Posture, b.Missile, b.From, b.Asset, b.GridKM}, func(ctx context.Context, w *testudo.World) (any, error) {
		q.Workers = workers(ctx)
		m, err := cover.Footprint(ctx, w.Scenario.File, q)
		if err != nil {
			return nil, asked(err)
		}
		return report.NewCoverage(w.Scenario.File, w.Theatre, m, "", true), nil
	})
}

func (s *Server) compare(ctx context.Context, in *compareIn) (*answerOut, error) {
	b := &in.Body
	other, err := s.load(ctx, b.B)
	if err != nil {
		return nil, s.fault(ctx, err)
	}
	o := b.Dice.options(s)
	return s.answer(ctx, "compare", b.A, in.IfNoneMatch, []any{other.File.Digest, b.B.Raid, b.PostureA, b.PostureB, o.Seed, o.Runs}, func(ctx context.Context, w *testudo.World) (any, error) {
		v, err := s.world(ctx, other, b.B.Raid)
		if err != nil {
			return nil, err
		}
		if err := errors.Join(s.affordable(o.Runs, 1, len(w.Theatre.Missiles)), s.affordable(o.Runs, 1, len(v.Theatre.Missiles))); err != nil {
			return nil, err
		}
		o.Workers = workers(ctx)
		p, err := testudo.ComparePair(ctx, w, b.PostureA, v, b.PostureB, o)
		return p, asked(err)
	})
}

func (s *Server) replay(ctx context.Context, in *replayIn) (*answerOut, error) {
	b := &in.Body
	seed := Dice{Seed: b.Seed}.options(s).Seed
	run := uint64(0)
	if b.Run != nil {
		run = *b.Run
	}
	if b.Among == 0 {
		b.Among = 1000
	}
	return s.answer(ctx, "replay", b.Variant, in.IfNoneMatch, []any{seed, b.Posture, b.Run == nil, run, b.Pick, b.Asset, b.Among}, func(ctx context.Context, w *testudo.World) (any, error) {
		if b.Run == nil {
			how, asset := b.Pick, ""
			switch how {
			case "":
				how = "median"
			case "hit":
				if asset = b.Asset; asset == "" {
					return nil, wrong("pick hit needs an asset")
				}
			}
			var err error
			if run, err = w.Pick(ctx, b.Posture, how, asset, seed, b.Among, nil); err != nil {
				return nil, asked(err)
			}
		}
		r, err := w.Replay(b.Posture, seed, run)
		if err != nil {
			return nil, asked(err)
		}
		czml, err := export.CZML(r.Scene)
		if err != nil {
			return nil, err
		}
		return &replayDoc{run, b.Posture, seed, r.Scene.EndS, r.Scene.Epoch, r.Scene.Leakers, r.Scene.Kills, czml, r.Happenings}, nil
	})
}

// entryDoc is an entry of the catalogue.
type entryDoc struct {
	ID      string   `json:"id"`
	Kind    string   `json:"kind"`
	Name    string   `json:"name"`
	About   string   `json:"about"`
	Figures []figure `json:"figures"`
}

// registerReference registers what does not depend on a scenario.
func (s *Server) registerReference() {
	fixed := func(k string, body func() ([]byte, error)) func(context.Context, *struct {
		IfNoneMatch string `header:"If-None-Match"`
	}) (*answerOut, error) {
		once := sync.OnceValues(body)
		return func(ctx context.Context, in *struct {
			IfNoneMatch string `header:"If-None-Match"`
		}) (*answerOut, error) {
			b, err := once()
			if err != nil {
				return nil, s.fault(ctx, err)
			}
			out := &answerOut{Status: http.StatusOK, ContentType: "application/json", ETag: `"` + k + "-" + testudo.Version + `"`, Body: b}
			if matches(in.IfNoneMatch, out.ETag) {
				out.Status, out.Body = http.StatusNotModified, nil
			}
			return out, nil
		}
	}
	huma.Register(s.api, s.answering(s.op("GET", "/schema", "The JSON Schema of scenario files"), nil), fixed("schema", func() ([]byte, error) { return scenario.Schema(), nil }))
	huma.Register(s.api, s.answering(s.op("GET", "/outlines", "Land and borders as GeoJSON"), nil), fixed("outlines", report.OutlinesGeoJSON))
	huma.Register(s.api, s.answering(s.op("GET", "/catalogue/{id}", "An entry of the catalogue with its figures"), entryDoc{}), func(ctx context.Context, in *struct {
		ID          string `path:"id" maxLength:"80"`
		IfNoneMatch string `header:"If-None-Match"`
	}) (*answerOut, error) {
		e, ok := s.book.Entry(in.ID)
		if !ok {
			return nil, huma.Error404NotFound("the catalogue has no such entry")
		}
		body, err := json.Marshal(entryDoc{e.ID, e.Kind, e.Name, e.About, figuresOf(s.book, e)})
		if err != nil {
			return nil, s.fault(ctx, err)
		}
		out := &answerOut{Status: http.StatusOK, ContentType: "application/json", ETag: `"` + s.book.Digest()[:16] + "-" + e.ID + `"`, Body: body}
		if matches(in.IfNoneMatch, out.ETag) {
			out.Status, out.Body = http.StatusNotModified, nil
		}
		return out, nil
	})
}
