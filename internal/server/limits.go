package server

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Limits bound what one server and one of its users may ask. A zero takes the
// default; a local server without users has the same.
type Limits struct {
	BodyBytes       int64         // of a request
	Runs            int           // replications of one question
	RunsXMissiles   int64         // replications times missiles times postures
	Waiting         int           // computations that wait; more are sent away
	PerUser         int           // computations of one user at a time, running or waiting
	Queued          int           // studies of one user, queued or running
	Studies         int           // studies of one user kept
	Scenarios       int           // scenarios of one user kept
	DiskBytes       int64         // results of one user
	CPUSeconds      float64       // of one user in an hour
	Worlds          int           // compiled theatres kept in memory
	AnswerBytes     int64         // answers kept in memory
	ComputeDeadline time.Duration // of one question that somebody waits for
}

// alone lifts what protects users from each other where there is one user.
func (l Limits) alone() Limits {
	if l.CPUSeconds == 0 {
		l.CPUSeconds = 1e12
	}
	if l.PerUser == 0 {
		l.PerUser = 1 << 20
	}
	if l.DiskBytes == 0 {
		l.DiskBytes = 1 << 50
	}
	return l
}

func (l Limits) orDefault() Limits {
	number := func(x *int, def int) {
		if *x <= 0 {
			*x = def
		}
	}
	big := func(x *int64, def int64) {
		if *x <= 0 {
			*x = def
		}
	}
	big(&l.BodyBytes, 3<<20)
	number(&l.Runs, 1_000_000)
	big(&l.RunsXMissiles, 2_000_000_000)
	number(&l.Waiting, 16)
	number(&l.PerUser, 4)
	number(&l.Queued, 8)
	number(&l.Studies, 200)
	number(&l.Scenarios, 500)
	big(&l.DiskBytes, 1<<30)
	if l.CPUSeconds <= 0 {
		l.CPUSeconds = 1800
	}
	number(&l.Worlds, 12)
	big(&l.AnswerBytes, 24<<20)
	if l.ComputeDeadline <= 0 {
		l.ComputeDeadline = 2 * time.Minute
	}
	return l
}

// errBusy says that too many wait already; errMine that this user has too many
// under way.
var (
	errBusy  = errors.New("too many computations wait already; try again in a moment")
	errMine  = errors.New("you have too many computations under way; wait for one to end")
	errSpent = errors.New("your share of computing time for this hour is spent")
)

// gate lets one computation that somebody waits for onto the processors at a
// time, keeps a short line before it, and sends the rest away.
type gate struct {
	limits Limits
	slot   chan struct{}

	mu    sync.Mutex
	line  int
	mine  map[string]int
	spent map[string]*spending
}

// spending is what a user has computed in the hour that began at since.
type spending struct {
	since   time.Time
	seconds float64
}

func newGate(l Limits) *gate {
	return &gate{limits: l, slot: make(chan struct{}, 1), mine: map[string]int{}, spent: map[string]*spending{}}
}

func (g *gate) waiting() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.line
}

// enter waits for the processors; leave must be called after it.
func (g *gate) enter(ctx context.Context, user string, now time.Time) (leave func(), err error) {
	g.mu.Lock()
	switch {
	case g.left(user, now) <= 0:
		g.mu.Unlock()
		return nil, errSpent
	case g.mine[user] >= g.limits.PerUser:
		g.mu.Unlock()
		return nil, errMine
	case g.line >= g.limits.Waiting:
		g.mu.Unlock()
		return nil, errBusy
	}
	g.line++
	g.mine[user]++
	g.mu.Unlock()
	out := func() {
		g.mu.Lock()
		if g.mine[user]--; g.mine[user] == 0 {
			delete(g.mine, user)
		}
		g.mu.Unlock()
	}
	select {
	case g.slot <- struct{}{}:
	case <-ctx.Done():
		err = ctx.Err()
	}
	g.mu.Lock()
	g.line--
	g.mu.Unlock()
	if err != nil {
		out()
		return nil, err
	}
	return func() { <-g.slot; out() }, nil
}

// left is what a user may still compute in this hour, s. The caller holds mu.
func (g *gate) left(user string, now time.Time) float64 {
	x := g.spent[user]
	if x == nil || now.Sub(x.since) > time.Hour {
		return g.limits.CPUSeconds
	}
	return g.limits.CPUSeconds - x.seconds
}

// Left is left with the lock.
func (g *gate) Left(user string, now time.Time) float64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.left(user, now)
}

// charge books seconds of processors to a user.
func (g *gate) charge(user string, now time.Time, seconds float64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	x := g.spent[user]
	if x == nil || now.Sub(x.since) > time.Hour {
		x = &spending{since: now}
		g.spent[user] = x
	}
	x.seconds += seconds
}

// answers keeps computed answers by the digest of their question, the least
// recently used leaving first, and computes each question once: who asks what
// is being computed waits for it.
type answers struct {
	most int64

	mu    sync.Mutex
	kept  map[string]*answer
	order []string
	bytes int64
	open  map[string]chan struct{}
}

type answer struct {
	body []byte
}

func newAnswers(most int64) *answers {
	return &answers{most: most, kept: map[string]*answer{}, open: map[string]chan struct{}{}}
}

// get gives the answer to a question, computing it with f if need be. An error
// is nobody's answer but that of whoever computed: others try for themselves.
func (a *answers) get(ctx context.Context, key string, f func() ([]byte, error)) ([]byte, error) {
	for {
		a.mu.Lock()
		if x := a.kept[key]; x != nil {
			a.touch(key)
			a.mu.Unlock()
			return x.body, nil
		}
		wait, busy := a.open[key]
		if !busy {
			wait = make(chan struct{})
			a.open[key] = wait
		}
		a.mu.Unlock()
		if busy {
			select {
			case <-wait:
				continue
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		return a.lead(key, wait, f)
	}
}

func (a *answers) lead(key string, wait chan struct{}, f func() ([]byte, error)) (body []byte, err error) {
	defer func() {
		a.mu.Lock()
		delete(a.open, key)
		a.mu.Unlock()
		close(wait)
	}()
	if body, err = f(); err == nil {
		a.put(key, body)
	}
	return body, err
}

// find gives an answer that is kept.
func (a *answers) find(key string) ([]byte, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	x := a.kept[key]
	if x == nil {
		return nil, false
	}
	a.touch(key)
	return x.body, true
}

func (a *answers) put(key string, body []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if int64(len(body)) > a.most/4 || a.kept[key] != nil {
		return
	}
	a.kept[key] = &answer{body: body}
	a.order = append(a.order, key)
	a.bytes += int64(len(body))
	for a.bytes > a.most {
		first := a.order[0]
		a.order = a.order[1:]
		a.bytes -= int64(len(a.kept[first].body))
		delete(a.kept, first)
	}
}

// touch moves a key to the end of the line; the caller holds mu.
func (a *answers) touch(key string) {
	for i, k := range a.order {
		if k == key {
			a.order = append(append(a.order[:i:i], a.order[i+1:]...), key)
			return
		}
	}
}
