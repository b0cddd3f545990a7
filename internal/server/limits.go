package server

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// Limits bound what one server and one of its users may ask. A zero takes the
// default; a local server without users has the same, but for what is of one
// user.
type Limits struct {
	BodyBytes       int64         // of a request
	Large           int           // requests with large bodies at a time; more are sent away
	Requests        int           // requests of one user at a time, streams among them
	Pairs           int           // flights times sensors and batteries of one theatre
	Looks           int           // missiles times sensors and batteries of one theatre
	Runs            int           // replications of one question
	RunsXMissiles   int64         // replications times missiles times postures
	Waiting         int           // computations that wait; more are sent away
	PerUser         int           // computations of one user at a time, running or waiting
	Queued          int           // studies of one user, queued or running
	Studies         int           // studies of one user kept
	Scenarios       int           // scenarios of one user kept
	DiskBytes       int64         // scenarios, questions and results of one user
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
	if l.Requests == 0 {
		l.Requests = 1 << 10
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
	number(&l.Large, 16)
	number(&l.Requests, 64)
	number(&l.Pairs, 30_000)
	number(&l.Looks, 2_000_000)
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

// gate lets few computations that somebody waits for onto the processors at a
// time, one of each user, so that who asks much does not stand before everybody;
// it keeps a short line before it, and sends the rest away.
type gate struct {
	limits Limits
	slot   chan struct{}

	mu    sync.Mutex
	line  int
	mine  map[string]*turns
	spent map[string]*spending
}

// turns are what a user has under way.
type turns struct {
	n   int
	one chan struct{}
}

// slots is the number of computations at a time.
const slots = 2

// spending is what a user has computed in the hour that began at since.
type spending struct {
	since   time.Time
	seconds float64
}

func newGate(l Limits) *gate {
	return &gate{limits: l, slot: make(chan struct{}, slots), mine: map[string]*turns{}, spent: map[string]*spending{}}
}

func (g *gate) waiting() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.line
}

// enter waits for the processors; leave must be called after it. Who comes
// again, for the next step of a question that has begun, keeps the place in the
// line that its user had.
func (g *gate) enter(ctx context.Context, user string, now time.Time, again bool) (leave func(), err error) {
	g.mu.Lock()
	mine := g.mine[user]
	if mine == nil {
		mine = &turns{one: make(chan struct{}, 1)}
	}
	switch {
	case g.left(user, now) <= 0:
		err = errSpent
	case !again && mine.n >= g.limits.PerUser:
		err = errMine
	case !again && g.line >= g.limits.Waiting:
		err = errBusy
	}
	if err != nil {
		g.mu.Unlock()
		return nil, err
	}
	g.line++
	mine.n++
	g.mine[user] = mine
	g.mu.Unlock()
	out := func() {
		g.mu.Lock()
		if mine.n--; mine.n == 0 {
			delete(g.mine, user)
		}
		g.mu.Unlock()
	}
	held := 0
	for _, c := range []chan struct{}{mine.one, g.slot} {
		select {
		case c <- struct{}{}:
			held++
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil {
			break
		}
	}
	g.mu.Lock()
	g.line--
	g.mu.Unlock()
	if err != nil {
		if held > 0 {
			<-mine.one
		}
		out()
		return nil, err
	}
	return func() { <-g.slot; <-mine.one; out() }, nil
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

// rest is how long it is until a user's hour is over, s.
func (g *gate) rest(user string, now time.Time) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if x := g.spent[user]; x != nil {
		return max(1, int((time.Hour-now.Sub(x.since)).Seconds())+1)
	}
	return 1
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
// is being computed gets what comes of it.
type answers struct {
	most int64

	mu    sync.Mutex
	kept  map[string][]byte
	order []string
	bytes int64
	open  map[string]*flow
}

// flow is a question that is being computed, for all who wait for it; when the
// last of them goes away, it stops.
type flow struct {
	cancel  context.CancelFunc
	waiting int
	parts   []part
	err     error
	ended   bool
	more    chan struct{} // closed and made anew when there is more to see
}

// part is an answer, or one on the way to it.
type part struct {
	runs int
	body []byte
}

func newAnswers(most int64) *answers {
	return &answers{most: most, kept: map[string][]byte{}, open: map[string]*flow{}}
}

// waiter reads what comes of a question; leave must be called.
type waiter struct {
	a     *answers
	key   string
	f     *flow
	at    int
	first bool
}

// join waits for a question, which f computes if nobody does already. What f
// tells last is the answer that is kept.
func (a *answers) join(ctx context.Context, key string, f func(ctx context.Context, tell func(part)) error) *waiter {
	a.mu.Lock()
	defer a.mu.Unlock()
	x := a.open[key]
	w := &waiter{a: a, key: key, f: x, first: x == nil}
	if x == nil {
		// It belongs to whoever waits, not to the one who asked first.
		alone, cancel := context.WithCancel(context.WithoutCancel(ctx))
		x = &flow{cancel: cancel, more: make(chan struct{})}
		a.open[key], w.f = x, x
		go a.compute(alone, key, x, f)
	}
	x.waiting++
	return w
}

func (a *answers) compute(ctx context.Context, key string, x *flow, f func(ctx context.Context, tell func(part)) error) {
	show := func(change func()) {
		a.mu.Lock()
		defer a.mu.Unlock()
		change()
		close(x.more)
		x.more = make(chan struct{})
	}
	err := calmly(func() error {
		return f(ctx, func(p part) { show(func() { x.parts = append(x.parts, p) }) })
	})
	show(func() {
		x.err, x.ended = err, true
		if err == nil && len(x.parts) > 0 {
			a.put(key, x.parts[len(x.parts)-1].body)
		}
		if a.open[key] == x {
			delete(a.open, key)
		}
	})
	x.cancel()
}

// calmly turns a panic into an error: it is outside the request that would
// catch it, and one question must not end the server.
func calmly(f func() error) (err error) {
	defer func() {
		if x := recover(); x != nil {
			err = fmt.Errorf("panic: %v\n%s", x, debug.Stack())
		}
	}()
	return f()
}

// next gives the next part; ok is false after the last.
func (w *waiter) next(ctx context.Context) (p part, ok bool, err error) {
	for {
		w.a.mu.Lock()
		more, f := w.f.more, w.f
		switch {
		case w.at < len(f.parts):
			p = f.parts[w.at]
			w.at++
			w.a.mu.Unlock()
			return p, true, nil
		case f.ended:
			w.a.mu.Unlock()
			return part{}, false, f.err
		}
		w.a.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			return part{}, false, ctx.Err()
		}
	}
}

func (w *waiter) leave() {
	w.a.mu.Lock()
	defer w.a.mu.Unlock()
	if w.f.waiting--; w.f.waiting == 0 && !w.f.ended {
		w.f.cancel()
		// Who asks from now on begins anew.
		if w.a.open[w.key] == w.f {
			delete(w.a.open, w.key)
		}
	}
}

// get gives the answer to a question, computing it with f if need be.
func (a *answers) get(ctx context.Context, key string, f func(ctx context.Context) ([]byte, error)) ([]byte, error) {
	for {
		if body, ok := a.find(key); ok {
			return body, nil
		}
		w := a.join(ctx, key, func(ctx context.Context, tell func(part)) error {
			body, err := f(ctx)
			if err == nil {
				tell(part{body: body})
			}
			return err
		})
		p, _, err := w.next(ctx)
		w.leave()
		if err != nil && !w.first && own(err) {
			continue // it was refused to the one who asked first
		}
		return p.body, err
	}
}

// own reports whether an error concerns one user and not another who asks the
// same.
func own(err error) bool { return errors.Is(err, errMine) || errors.Is(err, errSpent) }

// find gives an answer that is kept.
func (a *answers) find(key string) ([]byte, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	body, ok := a.kept[key]
	if ok {
		i := slices.Index(a.order, key)
		a.order = append(slices.Delete(a.order, i, i+1), key)
	}
	return body, ok
}

// besides is what an answer takes beside its body, bytes: it bounds their number.
const besides = 1 << 10

// put keeps an answer; the caller holds mu.
func (a *answers) put(key string, body []byte) {
	if int64(len(body)) > a.most/4 || a.kept[key] != nil {
		return
	}
	a.kept[key] = body
	a.order = append(a.order, key)
	a.bytes += int64(len(body)) + besides
	for a.bytes > a.most {
		first := a.order[0]
		a.order = slices.Delete(a.order, 0, 1)
		a.bytes -= int64(len(a.kept[first])) + besides
		delete(a.kept, first)
	}
}
