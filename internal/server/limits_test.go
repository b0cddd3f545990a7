package server

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// What is being computed goes to all who ask for it meanwhile, in parts; it goes
// on when the first of them leaves and stops with the last.
func TestAFlowIsForAll(t *testing.T) {
	a := newAnswers(1 << 20)
	var began, stopped atomic.Int32
	step := make(chan struct{})
	compute := func(ctx context.Context, tell func(part)) error {
		began.Add(1)
		for i := range 3 {
			select {
			case <-step:
				tell(part{i, []byte{byte('0' + i)}})
			case <-ctx.Done():
				stopped.Add(1)
				return ctx.Err()
			}
		}
		return nil
	}
	first := a.join(t.Context(), "k", compute)
	step <- struct{}{}
	if p, ok, err := first.next(t.Context()); !ok || err != nil || string(p.body) != "0" {
		t.Fatal(p, ok, err)
	}
	second := a.join(t.Context(), "k", compute)
	first.leave()
	for i := range 3 {
		if i > 0 {
			step <- struct{}{}
		}
		// Who comes later sees what was there already.
		if p, ok, err := second.next(t.Context()); !ok || err != nil || p.runs != i {
			t.Fatal(p, ok, err)
		}
	}
	if _, ok, err := second.next(t.Context()); ok || err != nil {
		t.Fatal("after the last", ok, err)
	}
	second.leave()
	if body, ok := a.find("k"); !ok || string(body) != "2" || began.Load() != 1 || stopped.Load() != 0 {
		t.Errorf("kept %q, begun %d, stopped %d", body, began.Load(), stopped.Load())
	}
	// The last who waits goes away.
	third, fourth := a.join(t.Context(), "other", compute), a.join(t.Context(), "other", compute)
	step <- struct{}{}
	third.leave()
	fourth.leave()
	for range 200 {
		if stopped.Load() == 1 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if _, ok := a.find("other"); ok || stopped.Load() != 1 {
		t.Errorf("nobody waits: stopped %d", stopped.Load())
	}
}

// A panic is an error of the question, and an error that is one user's is not
// another's.
func TestAnswersFailForTheRight(t *testing.T) {
	a := newAnswers(1 << 20)
	_, err := a.get(t.Context(), "p", func(context.Context) ([]byte, error) { panic("at the disco") })
	if err == nil || !strings.Contains(err.Error(), "at the disco") {
		t.Errorf("panic: %v", err)
	}
	enter, gone := make(chan struct{}), make(chan error)
	go func() {
		_, err := a.get(t.Context(), "m", func(context.Context) ([]byte, error) {
			close(enter)
			time.Sleep(50 * time.Millisecond)
			return nil, errMine
		})
		gone <- err
	}()
	<-enter
	body, err := a.get(t.Context(), "m", func(context.Context) ([]byte, error) { return []byte("mine"), nil })
	if string(body) != "mine" || err != nil {
		t.Errorf("another: %q %v", body, err)
	}
	if err := <-gone; !errors.Is(err, errMine) {
		t.Errorf("the first: %v", err)
	}
}

// What is kept is bounded, by bytes and by number, and the oldest goes first.
func TestAnswersAreBounded(t *testing.T) {
	a := newAnswers(20 << 10)
	ask := func(k string) {
		_, _ = a.get(t.Context(), k, func(context.Context) ([]byte, error) { return make([]byte, 3<<10), nil })
	}
	for _, k := range []string{"a", "b", "c", "a", "d", "e", "f"} {
		ask(k)
	}
	if _, ok := a.find("b"); ok {
		t.Error("the oldest is kept")
	}
	if _, ok := a.find("a"); !ok || a.bytes > a.most || len(a.kept) != len(a.order) {
		t.Errorf("a kept %v, %d of %d bytes, %d names of %d", ok, a.bytes, a.most, len(a.order), len(a.kept))
	}
	for i := range 1000 {
		_, _ = a.get(t.Context(), strings.Repeat("x", i), func(context.Context) ([]byte, error) { return nil, nil })
	}
	if len(a.kept) > 20 {
		t.Errorf("%d empty answers are kept", len(a.kept))
	}
}

// One user's long computation leaves room for another's, and one user has one at
// a time.
func TestTheGateIsFair(t *testing.T) {
	g := newGate(Limits{PerUser: 3, Waiting: 4}.orDefault())
	in := func(who string, wait time.Duration) (func(), error) {
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		defer cancel()
		return g.enter(ctx, who, time.Now(), false)
	}
	ada, err := in("ada", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in("ada", 50*time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("two of ada's at a time: %v", err)
	}
	bob, err := in("bob", time.Second)
	if err != nil {
		t.Fatalf("bob beside ada: %v", err)
	}
	if _, err := in("cyd", 50*time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third: %v", err)
	}
	ada()
	cyd, err := in("cyd", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	bob()
	cyd()
	if g.waiting() != 0 || len(g.mine) != 0 {
		t.Errorf("%d wait, %d have something under way", g.waiting(), len(g.mine))
	}
}

// Whoever has spent an hour's share is told when the hour is over.
func TestRestOfTheHour(t *testing.T) {
	g, now := newGate(Limits{CPUSeconds: 10}.orDefault()), time.Now()
	g.charge("ada", now, 11)
	for after, want := range map[time.Duration]int{0: 3601, 50 * time.Minute: 601, time.Hour: 1} {
		at := now.Add(after)
		if left, rest := g.Left("ada", at), g.rest("ada", at); left > 0 || rest != want {
			t.Errorf("after %v: %v s left, told to wait %d s", after, left, rest)
		}
	}
	if at := now.Add(3601 * time.Second); g.Left("ada", at) <= 0 {
		t.Error("who waited as told is sent away")
	}
}
