package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/sse"

	"testudo"
	"testudo/internal/coalition"
	"testudo/internal/export"
	"testudo/internal/report"
)

// Study is a longer question, kept with its results.
type Study struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Kind     string     `json:"kind"`
	State    string     `json:"state"` // queued, running, done, failed or cancelled
	Owner    string     `json:"owner"`
	Mine     bool       `json:"mine"`
	Shared   bool       `json:"shared"`
	Created  time.Time  `json:"created_at"`
	Started  *time.Time `json:"started_at,omitempty"`
	Ended    *time.Time `json:"ended_at,omitempty"`
	Done     int        `json:"done"`
	Total    int        `json:"total"`
	LeftS    *float64   `json:"left_s,omitempty"`
	Digest   string     `json:"digest"`
	Scenario string     `json:"scenario"`
	Seed     uint64     `json:"seed"`
	Runs     int        `json:"runs"`
	CPUS     float64    `json:"cpu_s"`
	Problem  string     `json:"problem,omitempty"`
	Files    []kindFile `json:"files"`
}

type kindFile struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

// The states of a study.
const (
	queued    = "queued"
	running   = "running"
	done      = "done"
	failed    = "failed"
	cancelled = "cancelled"
)

func (s *Study) ended() bool { return s.State == done || s.State == failed || s.State == cancelled }

type studyIn struct {
	Body struct {
		Variant
		Dice
		Kind    string `json:"kind" enum:"gain,report,burden,links,cost,campaign,deny"`
		Name    string `json:"name,omitempty" maxLength:"200"`
		Posture string `json:"posture,omitempty" maxLength:"80"`
		Days    int    `json:"days,omitempty" minimum:"0" maximum:"60"`
	}
}

type studyOut struct{ Body Study }

type studiesOut struct {
	Body struct {
		Items []Study `json:"items"`
	}
}

type patchStudyIn struct {
	ID   string `path:"id" maxLength:"80"`
	Body struct {
		Name   *string `json:"name,omitempty" maxLength:"200"`
		Shared *bool   `json:"shared,omitempty"`
	}
}

// studies runs them one after another, beside what people wait for.
type studies struct {
	s      *Server
	ctx    context.Context
	cancel context.CancelFunc
	ended  chan struct{}
	wake   chan struct{}

	mu    sync.Mutex
	queue []*kept
	now   *kept
	stop  context.CancelFunc // of the one that runs
	why   string             // why it was stopped
	seen  map[string]map[chan Study]bool
}

func newStudies(s *Server) (*studies, error) {
	ctx, cancel := context.WithCancel(context.Background())
	t := &studies{s: s, ctx: ctx, cancel: cancel, ended: make(chan struct{}), wake: make(chan struct{}, 1), seen: map[string]map[chan Study]bool{}}
	left, err := s.store.unfinished()
	if err != nil {
		cancel()
		return nil, err
	}
	for _, k := range left {
		k.Study.State, k.Study.Started, k.Study.Done = queued, nil, 0
		t.queue = append(t.queue, k)
	}
	go t.loop()
	t.poke()
	return t, nil
}

func (t *studies) poke() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// close lets the running study go back to the queue and waits for the worker.
func (t *studies) close(ctx context.Context) error {
	t.cancel()
	select {
	case <-t.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *studies) open() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(t.queue)
	if t.now != nil {
		n++
	}
	return n
}

func (t *studies) loop() {
	defer close(t.ended)
	for {
		k, ctx := t.next()
		if k == nil {
			select {
			case <-t.wake:
				continue
			case <-t.ctx.Done():
				return
			}
		}
		t.run(ctx, k)
		if t.ctx.Err() != nil {
			return
		}
	}
}

func (t *studies) next() (*kept, context.Context) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queue) == 0 || t.ctx.Err() != nil {
		return nil, nil
	}
	k := t.queue[0]
	t.queue = t.queue[1:]
	t.now, t.why = k, ""
	at := t.s.Now().UTC()
	k.Study.State, k.Study.Started = running, &at
	ctx, stop := context.WithCancel(context.WithValue(t.ctx, userKey{}, k.Study.Owner))
	t.stop = stop
	t.tell(k)
	return k, ctx
}

// tell keeps where a study stands and shows it to those who watch; the caller
// holds mu.
func (t *studies) tell(k *kept) {
	if err := t.s.store.putStudy(k); err != nil {
		t.s.Log.Error("the index does not take a study", "study", k.Study.ID, "what", err.Error())
	}
	for c := range t.seen[k.Study.ID] {
		// Who reads slowly misses steps, never the last one.
		select {
		case <-c:
		default:
		}
		c <- k.Study
	}
}

func (t *studies) run(ctx context.Context, k *kept) {
	start := time.Now()
	dir := filepath.Join(t.s.Data, "studies", k.Study.ID)
	last := time.Time{}
	progress := func(n, of int) {
		t.mu.Lock()
		defer t.mu.Unlock()
		if now := time.Now(); now.Sub(last) > 200*time.Millisecond {
			last = now
			k.Study.Done, k.Study.Total = n, of
			if el := now.Sub(start).Seconds(); n > 0 && el > 0.5 {
				left := el * float64(of-n) / float64(n)
				k.Study.LeftS = &left
			}
			t.tell(k)
		}
	}
	files, err := t.s.perform(ctx, k, progress)
	if err == nil {
		err = writeAll(dir, files)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stop()
	t.now = nil
	k.Study.CPUS += time.Since(start).Seconds()
	t.s.gate.charge(k.Study.Owner, t.s.Now(), time.Since(start).Seconds())
	at := t.s.Now().UTC()
	k.Study.Ended, k.Study.LeftS = &at, nil
	switch {
	case err == nil:
		k.Study.State, k.Study.Done, k.Study.Files = done, max(k.Study.Done, k.Study.Total), nil
		for _, f := range files {
			k.Study.Files = append(k.Study.Files, kindFile{f.name, int64(len(f.data))})
		}
	case t.why != "":
		k.Study.State = cancelled
	case t.ctx.Err() != nil:
		// The server stops: the study begins anew when it starts again.
		k.Study.State, k.Study.Ended, k.Study.Started = queued, nil, nil
	default:
		k.Study.State, k.Study.Problem = failed, "something went wrong that should not; the log has it"
		var p *Problem
		if errors.As(t.s.fault(ctx, err), &p) {
			k.Study.Problem = p.Detail
		}
	}
	t.tell(k)
}

type resultFile struct {
	name string
	data []byte
}

func writeAll(dir string, files []resultFile) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, f := range files {
		// Whole or not at all: written beside, then named.
		tmp := filepath.Join(dir, "."+f.name)
		if err := errors.Join(os.WriteFile(tmp, f.data, 0o600), os.Rename(tmp, filepath.Join(dir, f.name))); err != nil {
			return err
		}
	}
	return nil
}

// perform answers the question of a study.
func (s *Server) perform(ctx context.Context, k *kept, progress func(done, total int)) ([]resultFile, error) {
	q := &k.Question.Body
	sc, err := s.load(q.Variant, k.Study.Owner)
	if err != nil {
		return nil, err
	}
	w, err := s.worlds.get(sc, q.Raid)
	if err != nil {
		return nil, err
	}
	o := testudo.Options{Seed: k.Study.Seed, Runs: k.Study.Runs, Workers: 1, Progress: progress}
	posture := q.Posture
	if posture == "" && len(sc.File.Ladder) > 0 {
		posture = sc.File.Ladder[len(sc.File.Ladder)-1]
	}
	cmd := line(k.Study.Kind, q.Variant, o)
	tool := "testudo " + testudo.Version
	var doc any
	var page []byte
	var more []resultFile
	switch k.Study.Kind {
	case "gain", "report":
		c, err := s.play(ctx, w, nil, o)
		if err != nil {
			return nil, err
		}
		d := w.Document(c, cmd)
		var pictures []report.Drawing
		if k.Study.Kind == "report" {
			// What would flip the answer plays the whole ladder dozens of times.
			so := o
			so.Runs = min(o.Runs, 1000)
			if d.Flip, err = w.Swings(ctx, c, func(sets ...string) (*testudo.World, error) { return s.withSets(q.Variant, k.Study.Owner, sets) }, so); err != nil {
				return nil, err
			}
			if pictures, d.Notes, err = w.Pictures(ctx, c, o); err != nil {
				return nil, err
			}
		}
		if page, err = report.HTML(d, pictures...); err != nil {
			return nil, err
		}
		t, err := w.Table(ctx, c, o, cmd, false)
		if err != nil {
			return nil, err
		}
		csv, err := export.CSV(t)
		if err != nil {
			return nil, err
		}
		parquet, err := export.Parquet(t)
		if err != nil {
			return nil, err
		}
		doc, more = d, []resultFile{{"results.csv", csv}, {"results.parquet", parquet}}
	case "burden":
		d, err := w.Burden(ctx, posture, coalition.Options{Measure: coalition.Damage, Batches: 25, Seed: o.Seed, Runs: min(o.Runs, 2000), Workers: 1, Progress: progress})
		if err != nil {
			return nil, asked(err)
		}
		page, err = report.BurdenHTML(d, tool, cmd)
		if err != nil {
			return nil, err
		}
		doc = d
	case "links":
		d, err := w.Links(ctx, posture, coalition.Options{Measure: coalition.Damage, Batches: 25, Seed: o.Seed, Runs: min(o.Runs, 2000), Workers: 1, Progress: progress})
		if err != nil {
			return nil, asked(err)
		}
		page, err = report.LinksHTML(d, tool, cmd)
		if err != nil {
			return nil, err
		}
		doc = d
	case "cost":
		d, err := w.Cost(ctx, testudo.CostOptions{}, o)
		if err != nil {
			return nil, asked(err)
		}
		page, err = report.CostHTML(d, tool, cmd)
		if err != nil {
			return nil, err
		}
		doc = d
	case "campaign":
		d, err := sc.Campaign(ctx, q.Days, o)
		if err != nil {
			return nil, asked(err)
		}
		page, err = report.CampaignHTML(d, tool, cmd)
		if err != nil {
			return nil, err
		}
		doc = d
	case "deny":
		d, err := sc.DenyAll(ctx, []string{w.Theatre.Raid}, testudo.DefaultFactors, o)
		if err != nil {
			return nil, asked(err)
		}
		page, err = report.DenyHTML(d, tool, cmd)
		if err != nil {
			return nil, err
		}
		doc = d
	}
	body, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, err
	}
	text := q.Overlay
	if text == "" {
		b, err := s.text(q.Scenario, k.Study.Owner)
		if err != nil {
			return nil, err
		}
		text = string(b)
	}
	return append([]resultFile{{"result.json", report.InertJSON(body)}, {"report.html", page}, {"scenario.yaml", []byte(text)}}, more...), nil
}

// admit takes a study into the queue.
func (t *studies) admit(k *kept) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	all, open, err := t.s.store.countStudies(k.Study.Owner)
	if err != nil {
		return err
	}
	disk, err := t.s.store.disk(k.Study.Owner)
	if err != nil {
		return err
	}
	full := func(detail, after string) error {
		return &Problem{Title: http.StatusText(http.StatusTooManyRequests), Status: http.StatusTooManyRequests, Detail: detail, headers: http.Header{"Retry-After": {after}}}
	}
	switch {
	case open >= t.s.Limits.Queued:
		return full(fmt.Sprintf("%d of your studies are queued or running, as many as may be; wait for one to end", open), "10")
	case all >= t.s.Limits.Studies:
		return full("you have as many studies as are kept here; remove one first", "60")
	case disk >= t.s.Limits.DiskBytes:
		return full("your results fill the room they may take; remove some first", "60")
	case t.s.gate.Left(k.Study.Owner, t.s.Now()) <= 0:
		return errSpent
	}
	if err := t.s.store.putStudy(k); err != nil {
		return err
	}
	t.queue = append(t.queue, k)
	t.poke()
	return nil
}

// halt stops a study that runs or waits; false if it does neither.
func (t *studies) halt(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.now != nil && t.now.Study.ID == id {
		t.why = cancelled
		t.stop()
		return true
	}
	for i, k := range t.queue {
		if k.Study.ID == id {
			t.queue = append(t.queue[:i:i], t.queue[i+1:]...)
			at := t.s.Now().UTC()
			k.Study.State, k.Study.Ended = cancelled, &at
			t.tell(k)
			return true
		}
	}
	return false
}

// change alters a study where it is kept in memory, or in the index.
func (t *studies) change(id, owner string, f func(*Study)) (Study, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, err := t.find(id, owner)
	if err != nil {
		return Study{}, err
	}
	if k.Study.Owner != owner {
		return Study{}, &Problem{Title: "Forbidden", Status: http.StatusForbidden, Detail: "it is another's"}
	}
	f(&k.Study)
	t.tell(k)
	return k.Study, nil
}

// find gives a study as it stands: from memory while it is open. The caller
// holds mu.
func (t *studies) find(id, user string) (*kept, error) {
	k, err := t.s.store.study(id, user)
	if err != nil {
		return nil, err
	}
	if t.now != nil && t.now.Study.ID == id {
		return t.now, nil
	}
	for _, x := range t.queue {
		if x.Study.ID == id {
			return x, nil
		}
	}
	return k, nil
}

func (t *studies) get(id, user string) (Study, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, err := t.find(id, user)
	if err != nil {
		return Study{}, err
	}
	return k.Study.For(user), nil
}

// For marks a study as the user's own or not.
func (s Study) For(user string) Study {
	s.Mine = s.Owner == user
	if s.Files == nil {
		s.Files = []kindFile{}
	}
	return s
}

// watch gives the changes of a study, as they come.
func (t *studies) watch(id string) (c chan Study, leave func()) {
	c = make(chan Study, 1)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen[id] == nil {
		t.seen[id] = map[chan Study]bool{}
	}
	t.seen[id][c] = true
	return c, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if delete(t.seen[id], c); len(t.seen[id]) == 0 {
			delete(t.seen, id)
		}
	}
}

// heartbeat is how often a stream says that it still lives.
const heartbeat = 15 * time.Second

var resultName = regexp.MustCompile(`^[a-z]+\.(json|html|csv|parquet|yaml)$`)

func (s *Server) registerStudies() {
	create := s.op("POST", "/studies", "Start a study")
	create.DefaultStatus = http.StatusAccepted
	huma.Register(s.api, create, func(ctx context.Context, in *studyIn) (*studyOut, error) {
		b := &in.Body
		sc, err := s.load(b.Variant, user(ctx))
		if err != nil {
			return nil, s.fault(ctx, err)
		}
		if b.Posture != "" {
			found := false
			for i := range sc.File.Postures {
				found = found || sc.File.Postures[i].ID == b.Posture
			}
			if !found {
				return nil, s.fault(ctx, wrong("no posture %q", b.Posture))
			}
		}
		o := b.Dice.options(s)
		missiles := 0
		for _, r := range sc.File.Raids {
			if r.ID == b.Raid || b.Raid == "" && r.ID == sc.File.DefaultRaid {
				for _, g := range r.Groups {
					missiles += g.Count
				}
			}
		}
		if o.Runs > s.Limits.Runs || int64(o.Runs)*int64(missiles)*int64(max(1, len(sc.File.Ladder))) > s.Limits.RunsXMissiles {
			return nil, s.fault(ctx, wrong("%d runs of %d missiles are more than is allowed at once", o.Runs, missiles))
		}
		id, err := newID("s")
		if err != nil {
			return nil, s.fault(ctx, err)
		}
		k := &kept{Study{ID: id, Name: named(b.Name, b.Kind+" of "+sc.File.Name), Kind: b.Kind, State: queued, Owner: user(ctx), Created: s.Now().UTC(), Digest: sc.File.Digest, Scenario: sc.File.Name, Seed: o.Seed, Runs: o.Runs, Total: o.Runs, Files: []kindFile{}}, *in}
		if err := s.studies.admit(k); err != nil {
			return nil, s.fault(ctx, err)
		}
		return &studyOut{k.Study.For(user(ctx))}, nil
	})
	huma.Register(s.api, s.op("GET", "/studies", "One's own studies, and those others share"), func(ctx context.Context, _ *struct{}) (*studiesOut, error) {
		all, err := s.store.listStudies(user(ctx))
		if err != nil {
			return nil, s.fault(ctx, err)
		}
		out := &studiesOut{}
		out.Body.Items = []Study{}
		for _, k := range all {
			out.Body.Items = append(out.Body.Items, k.Study.For(user(ctx)))
		}
		return out, nil
	})
	huma.Register(s.api, s.op("GET", "/studies/{id}", "A study"), func(ctx context.Context, in *idIn) (*studyOut, error) {
		k, err := s.studies.get(in.ID, user(ctx))
		if err != nil {
			return nil, s.known(ctx, err)
		}
		return &studyOut{k}, nil
	})
	huma.Register(s.api, s.op("PATCH", "/studies/{id}", "Name or share a study of one's own"), func(ctx context.Context, in *patchStudyIn) (*studyOut, error) {
		k, err := s.studies.change(in.ID, user(ctx), func(x *Study) {
			if in.Body.Name != nil {
				x.Name = *in.Body.Name
			}
			if in.Body.Shared != nil {
				x.Shared = *in.Body.Shared
			}
		})
		if err != nil {
			return nil, s.known(ctx, err)
		}
		return &studyOut{k.For(user(ctx))}, nil
	})
	drop := s.op("DELETE", "/studies/{id}", "Cancel a study of one's own that is open, or remove one that has ended")
	drop.DefaultStatus = http.StatusNoContent
	huma.Register(s.api, drop, func(ctx context.Context, in *idIn) (*struct{}, error) {
		k, err := s.studies.get(in.ID, user(ctx))
		switch {
		case err != nil:
			return nil, s.known(ctx, err)
		case !k.Mine:
			return nil, huma.Error403Forbidden("it is another's")
		case s.studies.halt(in.ID):
			return nil, nil
		}
		if err := s.store.dropStudy(in.ID, user(ctx)); err != nil {
			return nil, s.known(ctx, err)
		}
		if err := os.RemoveAll(filepath.Join(s.Data, "studies", k.ID)); err != nil {
			s.Log.Error("results could not be removed", "study", k.ID, "what", err.Error())
		}
		return nil, nil
	})
	sse.Register(s.api, s.op("GET", "/studies/{id}/events", "Where a study stands, until it ends"), map[string]any{"study": Study{}, "problem": problemEvent{}, "alive": struct{}{}}, func(ctx context.Context, in *idIn, send sse.Sender) {
		c, leave := s.studies.watch(in.ID)
		defer leave()
		k, err := s.studies.get(in.ID, user(ctx))
		if err != nil {
			_ = send.Data(problemEvent{&Problem{Title: "Not Found", Status: http.StatusNotFound, Detail: errNone.Error()}})
			return
		}
		beat := time.NewTicker(heartbeat)
		defer beat.Stop()
		for {
			if send.Data(k) != nil || k.ended() {
				return
			}
		wait:
			for {
				select {
				case k = <-c:
					k = k.For(user(ctx))
					break wait
				case <-beat.C:
					if send.Data(struct{}{}) != nil {
						return
					}
				case <-ctx.Done():
					return
				case <-s.studies.ended:
					return
				}
			}
		}
	})
	huma.Register(s.api, s.op("GET", "/studies/{id}/files/{name}", "A file of a study's results"), s.file)
}

type fileIn struct {
	ID   string `path:"id" maxLength:"80"`
	Name string `path:"name" maxLength:"80"`
	View bool   `query:"view" doc:"show the report instead of downloading it"`
}

type fileOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

// file gives a result. The report is our own page, but of somebody's words: it
// runs no script, loads nothing, and stands in an origin of its own.
func (s *Server) file(ctx context.Context, in *fileIn) (*fileOut, error) {
	k, err := s.studies.get(in.ID, user(ctx))
	if err != nil {
		return nil, s.known(ctx, err)
	}
	if !resultName.MatchString(in.Name) {
		return nil, notFound()
	}
	b, err := os.ReadFile(filepath.Join(s.Data, "studies", k.ID, in.Name))
	if err != nil {
		return nil, notFound()
	}
	out := &fileOut{ContentType: "application/octet-stream", Disposition: `attachment; filename="` + k.ID + "-" + in.Name + `"`, Policy: "default-src 'none'; sandbox", Body: b}
	switch filepath.Ext(in.Name) {
	case ".json":
		out.ContentType = "application/json"
	case ".csv":
		out.ContentType = "text/csv; charset=utf-8"
	case ".yaml":
		out.ContentType = "text/plain; charset=utf-8"
	case ".html":
		out.ContentType = "text/html; charset=utf-8"
		if in.View {
			out.Disposition = "inline"
			out.Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
		}
	}
	return out, nil
}
