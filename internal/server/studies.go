package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"testudo"
	"testudo/internal/coalition"
	"testudo/internal/export"
	"testudo/internal/report"
	"testudo/internal/scenario"
)

// Study is a longer question, kept with its results.
type Study struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Kind     string     `json:"kind"`
	State    string     `json:"state" enum:"queued,running,done,failed,cancelled"`
	Owner    string     `json:"owner"`
	Mine     bool       `json:"mine"`
	Shared   bool       `json:"shared"`
	Created  time.Time  `json:"created_at"`
	Started  *time.Time `json:"started_at,omitempty"`
	Ended    *time.Time `json:"ended_at,omitempty"`
	Stage    string     `json:"stage,omitempty" doc:"what is being worked on, of a study that runs"`
	Done     int        `json:"done"`
	Total    int        `json:"total" doc:"of the stage; 0 where it is not known"`
	LeftS    *float64   `json:"left_s,omitempty" doc:"seconds until it ends, by the pace so far"`
	Digest   string     `json:"digest"`
	Scenario string     `json:"scenario"`
	Seed     uint64     `json:"seed"`
	Runs     int        `json:"runs"`
	CPUS     float64    `json:"cpu_s"`
	Tries    int        `json:"tries,omitempty" doc:"times it was begun without the server stopping in good order"`
	Problem  string     `json:"problem,omitempty"`
	Files    []kindFile `json:"files"`
}

type kindFile struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	Sum   string `json:"sha256,omitempty"`
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

	mu     sync.Mutex
	queue  []*kept
	now    *kept
	stop   context.CancelCauseFunc // of the one that runs
	served map[string]int          // the number of the study of a user that ran last
	count  int
	seen   map[string]map[chan Study]bool
}

// The causes for which a study is stopped.
var (
	errCancelled = errors.New("cancelled")
	errUsedUp    = errors.New("your share of computing time for this hour was spent while it ran; start it again later, or with fewer runs")
)

// maxTries is how often a study is begun that the server does not survive.
const maxTries = 3

func newStudies(s *Server) (*studies, error) {
	ctx, cancel := context.WithCancel(context.Background())
	t := &studies{s: s, ctx: ctx, cancel: cancel, ended: make(chan struct{}), wake: make(chan struct{}, 1), served: map[string]int{}, seen: map[string]map[chan Study]bool{}}
	left, err := s.store.unfinished()
	if err != nil {
		cancel()
		return nil, err
	}
	for _, k := range left {
		x := &k.Study
		if x.State == running && x.Tries >= maxTries {
			at := s.Now().UTC()
			x.State, x.Ended, x.Problem = failed, &at, fmt.Sprintf("the server ended %d times while it ran", x.Tries)
			t.keep(k)
			continue
		}
		x.State, x.Started, x.Done = queued, nil, 0
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

// again is how often the queue is looked at for a user whose hour has passed.
const again = 30 * time.Second

func (t *studies) loop() {
	defer close(t.ended)
	for t.ctx.Err() == nil {
		k, ctx := t.next()
		if k == nil {
			select {
			case <-t.wake:
			case <-time.After(again):
			case <-t.ctx.Done():
			}
			continue
		}
		t.run(ctx, k)
	}
}

// next takes the study of the user who has waited longest for one to run; users
// whose time is spent wait.
func (t *studies) next() (*kept, context.Context) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := -1
	for i, k := range t.queue {
		if t.s.gate.Left(k.Study.Owner, t.s.Now()) <= 0 {
			continue
		}
		if at < 0 || t.served[k.Study.Owner] < t.served[t.queue[at].Study.Owner] {
			at = i
		}
	}
	if at < 0 || t.ctx.Err() != nil {
		return nil, nil
	}
	k := t.queue[at]
	t.queue = slices.Delete(t.queue, at, at+1)
	t.count++
	t.served[k.Study.Owner] = t.count
	t.now = k
	start := t.s.Now().UTC()
	k.Study.State, k.Study.Started = running, &start
	k.Study.Tries++
	ctx, stop := context.WithCancelCause(context.WithValue(t.ctx, userKey{}, k.Study.Owner))
	t.stop = stop
	t.keep(k)
	t.tell(k)
	return k, ctx
}

// keep writes down where a study stands. Its progress is not written: who starts
// again begins anew.
func (t *studies) keep(k *kept) {
	if err := t.s.store.putStudy(k); err != nil {
		t.s.Log.Error("the index does not take a study", "study", k.Study.ID, "what", err.Error())
	}
}

// tell shows a study to those who watch; the caller holds mu.
func (t *studies) tell(k *kept) {
	for c := range t.seen[k.Study.ID] {
		// Who reads slowly misses steps, never the last one.
		select {
		case <-c:
		default:
		}
		c <- k.Study
	}
}

// meter books the time of the study that runs, second by second, and stops it
// when its user has none left.
func (t *studies) meter(ctx context.Context, owner string, stop context.CancelCauseFunc) (end func() (seconds float64)) {
	start, booked := time.Now(), 0.0
	book := func() {
		d := time.Since(start).Seconds() - booked
		booked += d
		t.s.gate.charge(owner, t.s.Now(), d)
	}
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if book(); t.s.gate.Left(owner, t.s.Now()) <= 0 {
					stop(errUsedUp)
				}
			case <-quit:
				return
			}
		}
	}()
	return func() float64 {
		close(quit)
		<-gone
		book()
		return booked
	}
}

func (t *studies) run(ctx context.Context, k *kept) {
	start := time.Now()
	t.mu.Lock()
	stop, owner := t.stop, k.Study.Owner
	t.mu.Unlock()
	last := time.Time{}
	stage := func(what string) {
		t.mu.Lock()
		defer t.mu.Unlock()
		x := &k.Study
		start, last = time.Now(), time.Time{}
		x.Stage, x.Done, x.Total, x.LeftS = what, 0, 0, nil
		t.tell(k)
	}
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
	end := t.meter(ctx, owner, stop)
	var files []resultFile
	err := calmly(func() (err error) {
		if files, err = t.s.perform(ctx, k, stage, progress); err == nil {
			err = t.fits(owner, files)
		}
		if err == nil {
			err = writeAll(filepath.Join(t.s.Data, "studies", k.Study.ID), files)
		}
		return err
	})
	took := end()
	why := context.Cause(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	stop(nil)
	t.now = nil
	x := &k.Study
	x.CPUS += took
	at := t.s.Now().UTC()
	x.Ended, x.LeftS, x.Stage = &at, nil, ""
	switch {
	case err == nil:
		x.State, x.Done, x.Total, x.Files = done, x.Runs, x.Runs, nil
		for _, f := range files {
			sum := sha256.Sum256(f.data)
			x.Files = append(x.Files, kindFile{f.name, int64(len(f.data)), hex.EncodeToString(sum[:])})
		}
	case errors.Is(why, errCancelled):
		x.State = cancelled
	case errors.Is(why, errUsedUp):
		x.State, x.Problem = failed, why.Error()
	case t.ctx.Err() != nil:
		// The server stops: the study begins anew when it starts again.
		x.State, x.Ended, x.Started, x.Done = queued, nil, nil, 0
		x.Tries--
	default:
		x.State, x.Problem = failed, t.s.problem(ctx, err).Detail
	}
	t.keep(k)
	t.tell(k)
}

// fits refuses results that their owner has no room for.
func (t *studies) fits(owner string, files []resultFile) error {
	n, err := t.s.store.disk(owner)
	if err != nil {
		return err
	}
	for _, f := range files {
		n += int64(len(f.data))
	}
	if n > t.s.Limits.DiskBytes {
		return wrong("with these results you would keep %d bytes; at most %d are kept: remove something first", n, t.s.Limits.DiskBytes)
	}
	return nil
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
		if err := errors.Join(writeThrough(tmp, f.data), os.Rename(tmp, filepath.Join(dir, f.name))); err != nil {
			return err
		}
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	// The names, too; not every system can.
	_ = d.Sync()
	return d.Close()
}

// writeThrough writes a file and waits until it is on the disk.
func writeThrough(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

// lastOf is the posture asked about; where none is, the last of the ladder.
func lastOf(f *scenario.File, posture string) string {
	if n := len(f.Ladder); posture == "" && n > 0 {
		return f.Ladder[n-1]
	}
	return posture
}

// perform answers the question of a study.
func (s *Server) perform(ctx context.Context, k *kept, stage func(what string), progress func(done, total int)) ([]resultFile, error) {
	q := &k.Question.Body
	sc, err := s.read(q.Variant, k.Study.Owner)
	if err != nil {
		return nil, err
	}
	if sc.File.Digest != k.Study.Digest {
		return nil, wrong("what the scenario includes was changed after the study was asked; start it again")
	}
	stage("compiling")
	w, err := s.world(ctx, sc, q.Raid)
	if err != nil {
		return nil, err
	}
	stage("playing")
	o := testudo.Options{Seed: k.Study.Seed, Runs: k.Study.Runs, Workers: 1, Progress: progress, Stage: stage}
	posture := lastOf(sc.File, q.Posture)
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
		var load func(sets ...string) (*testudo.World, error)
		if k.Study.Kind == "report" {
			// What would flip the answer plays two postures dozens of times.
			load = func(sets ...string) (*testudo.World, error) {
				return s.withSets(ctx, w, q.Variant, k.Study.Owner, sets)
			}
		}
		d, pictures, err := w.Whole(ctx, c, cmd, load, o)
		if err != nil {
			return nil, err
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

// remove stops a study that runs or waits, or takes away one that has ended.
func (t *studies) remove(id, owner string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	x, err := t.find(id, owner)
	if err != nil {
		return err
	}
	if x.Owner != owner {
		return anothers()
	}
	if t.now != nil && t.now.Study.ID == id {
		t.stop(errCancelled)
		return nil
	}
	for i, k := range t.queue {
		if k.Study.ID == id {
			t.queue = slices.Delete(t.queue, i, i+1)
			at := t.s.Now().UTC()
			k.Study.State, k.Study.Ended = cancelled, &at
			t.keep(k)
			t.tell(k)
			return nil
		}
	}
	if err := t.s.store.dropStudy(id, owner); err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(t.s.Data, "studies", id)); err != nil {
		t.s.Log.Error("results could not be removed", "study", id, "what", err.Error())
	}
	return nil
}

func anothers() error {
	return &Problem{Title: "Forbidden", Status: http.StatusForbidden, Detail: "it is another's; only its owner may change it"}
}

// change alters a study where it is kept in memory, or in the index.
func (t *studies) change(id, owner string, f func(*Study)) (Study, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	x, err := t.find(id, owner)
	if err != nil {
		return Study{}, err
	}
	if x.Owner != owner {
		return Study{}, anothers()
	}
	k := t.inHand(id)
	if k == nil {
		if k, err = t.s.store.question(id, owner); err != nil {
			return Study{}, err
		}
	}
	f(&k.Study)
	t.keep(k)
	t.tell(k)
	return k.Study, nil
}

// inHand gives a study that waits or runs, or nil; the caller holds mu.
func (t *studies) inHand(id string) *kept {
	if t.now != nil && t.now.Study.ID == id {
		return t.now
	}
	for _, k := range t.queue {
		if k.Study.ID == id {
			return k
		}
	}
	return nil
}

// find gives a study as it stands: from memory while it is open. The caller
// holds mu.
func (t *studies) find(id, user string) (Study, error) {
	x, err := t.s.store.study(id, user)
	if err != nil {
		return Study{}, err
	}
	if k := t.inHand(id); k != nil {
		return k.Study, nil
	}
	return x, nil
}

func (t *studies) get(id, user string) (Study, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	x, err := t.find(id, user)
	if err != nil {
		return Study{}, err
	}
	return t.s.shown(x, user), nil
}

func (t *studies) list(user string) ([]Study, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	all, err := t.s.store.listStudies(user)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if k := t.inHand(all[i].ID); k != nil {
			all[i] = k.Study
		}
		all[i] = t.s.shown(all[i], user)
	}
	return all, nil
}

// shown is a study as a user sees it.
func (s *Server) shown(x Study, user string) Study {
	x.Mine = x.Owner == user
	x.Owner = s.called(x.Owner)
	if x.Files == nil {
		x.Files = []kindFile{}
	}
	return x
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

func (s *Server) registerStudies() {
	create := s.op("POST", "/studies", "Start a study")
	create.DefaultStatus = http.StatusAccepted
	huma.Register(s.api, create, s.startStudy)
	huma.Register(s.api, s.op("GET", "/studies", "One's own studies, and those others share"), func(ctx context.Context, _ *struct{}) (*studiesOut, error) {
		all, err := s.studies.list(user(ctx))
		if err != nil {
			return nil, s.fault(ctx, err)
		}
		out := &studiesOut{}
		out.Body.Items = append([]Study{}, all...)
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
				x.Name = listName(*in.Body.Name)
			}
			if in.Body.Shared != nil {
				x.Shared = *in.Body.Shared
			}
		})
		if err != nil {
			return nil, s.known(ctx, err)
		}
		return &studyOut{s.shown(k, user(ctx))}, nil
	})
	drop := s.op("DELETE", "/studies/{id}", "Cancel a study of one's own that is open, or remove one that has ended")
	drop.DefaultStatus = http.StatusNoContent
	huma.Register(s.api, drop, func(ctx context.Context, in *idIn) (*struct{}, error) {
		return nil, s.gone(ctx, s.studies.remove(in.ID, user(ctx)))
	})
	whole := s.op("POST", "/studies/{id}/report", "Start the full report of what a study asks")
	whole.DefaultStatus = http.StatusAccepted
	huma.Register(s.api, whole, func(ctx context.Context, in *idIn) (*studyOut, error) {
		k, err := s.store.question(in.ID, user(ctx))
		if err != nil {
			return nil, s.known(ctx, err)
		}
		q := &studyIn{}
		q.Body = k.Question.Body
		q.Body.Kind, q.Body.Name, q.Body.Runs, q.Body.Seed = "report", "", k.Study.Runs, &k.Study.Seed
		return s.startStudy(ctx, q)
	})
	huma.Register(s.api, s.streaming(s.op("GET", "/studies/{id}/events", "Where a study stands, until it ends"), event{"study", Study{}}, event{"alive", struct{}{}}), s.watchStudy)
	files := s.op("GET", "/studies/{id}/files/{name}", "A file of a study's results")
	files = s.tagged(files)
	files.Responses["200"] = &huma.Response{Description: "The file", Content: map[string]*huma.MediaType{}}
	for _, kind := range resultKinds {
		files.Responses["200"].Content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	}
	huma.Register(s.api, files, s.file)
}

// startStudy takes a study into the queue. A saved scenario is asked about as it
// stands now, whatever becomes of it.
func (s *Server) startStudy(ctx context.Context, in *studyIn) (*studyOut, error) {
	b := &in.Body
	if _, ships := shipped(b.Scenario); !ships && b.Overlay == "" {
		text, err := s.text(b.Scenario, user(ctx))
		if err != nil {
			return nil, s.known(ctx, err)
		}
		b.Overlay = string(text)
	}
	sc, err := s.load(ctx, b.Variant)
	if err == nil {
		err = s.fits(sc, b.Raid)
	}
	if err == nil && b.Posture != "" && !slices.ContainsFunc(sc.File.Postures, func(p scenario.Posture) bool { return p.ID == b.Posture }) {
		err = wrong("no posture %q", b.Posture)
	}
	if err == nil && b.Raid != "" && !slices.ContainsFunc(sc.File.Raids, func(r scenario.Raid) bool { return r.ID == b.Raid }) {
		err = wrong("no raid %q", b.Raid)
	}
	if err == nil && (b.Kind == "burden" || b.Kind == "links") {
		err = s.playsCoalitions(sc.File, b.Raid, lastOf(sc.File, b.Posture))
	}
	if err != nil {
		return nil, s.fault(ctx, err)
	}
	o := b.Dice.options(s)
	if err := s.affordable(o.Runs, len(sc.File.Ladder), missiles(sc.File, b.Raid)); err != nil {
		return nil, s.fault(ctx, err)
	}
	id, err := newID("s")
	if err != nil {
		return nil, s.fault(ctx, err)
	}
	k := &kept{Study{ID: id, Name: listName(named(b.Name, b.Kind+" of "+sc.File.Name)), Kind: b.Kind, State: queued, Owner: user(ctx), Created: s.Now().UTC(), Digest: sc.File.Digest, Scenario: listName(sc.File.Name), Seed: o.Seed, Runs: o.Runs, Total: o.Runs, Files: []kindFile{}}, *in}
	if err := s.studies.admit(k); err != nil {
		return nil, s.fault(ctx, err)
	}
	return s.studyNow(ctx, id)
}

// listName is a name as lists show it: on one line, from left to right, and no longer
// than a line.
func listName(s string) string {
	r := []rune(report.Clean(s))
	if len(r) > 200 {
		r = append(r[:199], '…')
	}
	return string(r)
}

func (s *Server) studyNow(ctx context.Context, id string) (*studyOut, error) {
	k, err := s.studies.get(id, user(ctx))
	if err != nil {
		return nil, s.known(ctx, err)
	}
	return &studyOut{k}, nil
}

// watchStudy streams where a study stands. Each step asks anew whether it may be
// seen: its owner may have stopped sharing it.
func (s *Server) watchStudy(ctx context.Context, in *idIn) (*huma.StreamResponse, error) {
	who := user(ctx)
	c, leave := s.studies.watch(in.ID)
	k, err := s.studies.get(in.ID, who)
	if err != nil {
		leave()
		return nil, s.known(ctx, err)
	}
	return stream(func(ctx context.Context, send func(string, any) error) {
		defer leave()
		beat := time.NewTicker(heartbeat)
		defer beat.Stop()
		for send("study", k) == nil && !k.ended() {
		wait:
			for {
				select {
				case x := <-c:
					if s.called(x.Owner) != k.Owner || !k.Mine && !x.Shared {
						return
					}
					k = s.shown(x, who)
					break wait
				case <-beat.C:
					if _, err := s.studies.get(in.ID, who); err != nil || send("alive", struct{}{}) != nil {
						return
					}
				case <-ctx.Done():
					return
				case <-s.studies.ended:
					return
				}
			}
		}
	}), nil
}

type fileIn struct {
	ID          string `path:"id" maxLength:"80"`
	Name        string `path:"name" maxLength:"80"`
	View        bool   `query:"view" doc:"show the report instead of downloading it"`
	IfNoneMatch string `header:"If-None-Match"`
}

// resultKinds are the content types of results by the ending of their names.
var resultKinds = map[string]string{".json": "application/json", ".csv": "text/csv; charset=utf-8", ".yaml": "text/plain; charset=utf-8", ".html": "text/html; charset=utf-8", ".parquet": "application/octet-stream"}

// file gives a result. The report is our own page, but of somebody's words: it
// runs no script, loads nothing, and stands in an origin of its own.
func (s *Server) file(ctx context.Context, in *fileIn) (*huma.StreamResponse, error) {
	k, err := s.studies.get(in.ID, user(ctx))
	if err != nil {
		return nil, s.known(ctx, err)
	}
	at := slices.IndexFunc(k.Files, func(f kindFile) bool { return f.Name == in.Name })
	if at < 0 {
		return nil, notFound()
	}
	f, err := os.Open(filepath.Join(s.Data, "studies", k.ID, in.Name))
	if err != nil {
		return nil, notFound()
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer f.Close()
		disposition, policy := `attachment; filename="`+k.ID+"-"+in.Name+`"`, "default-src 'none'; sandbox"
		if in.View && filepath.Ext(in.Name) == ".html" {
			disposition, policy = "inline", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
		}
		c.SetHeader("Content-Type", resultKinds[filepath.Ext(in.Name)])
		c.SetHeader("Content-Disposition", disposition)
		c.SetHeader("Content-Security-Policy", policy)
		etag := `"` + k.Files[at].Sum + `"`
		if k.Files[at].Sum != "" {
			c.SetHeader("ETag", etag)
		}
		if k.Files[at].Sum != "" && matches(in.IfNoneMatch, etag) {
			c.SetStatus(http.StatusNotModified)
			return
		}
		c.SetHeader("Content-Length", strconv.FormatInt(k.Files[at].Bytes, 10))
		c.SetStatus(http.StatusOK)
		_, _ = io.Copy(c.BodyWriter(), f)
	}}, nil
}
