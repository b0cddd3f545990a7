package sim

import (
	"math/bits"
	"slices"
)

// The order of events.

const (
	evFire   = iota // a battery wants to launch
	evResult        // a shot's result is known
)

// event is ordered by time, then by kind (results free channels before new
// shots ask for them), then by engagement, which has a canonical order. All three
// stand in one number, the time first, so that one comparison orders two events.
type event uint64

func eventAt(tMs, kind, eng int32) event {
	return event(uint32(tMs)^1<<31)<<32 | event(evResult-kind)<<31 | event(eng)
}

func (e event) parts() (tMs, kind, eng int32) {
	return int32(uint32(e>>32) ^ 1<<31), evResult - int32(e>>31&1), int32(e & (1<<31 - 1))
}

// agenda hands out events in their order. The first looks of all engagements are
// known before the fight begins: they are sorted once. What the fight itself
// brings mostly comes later than what it brought before and is put at the end of
// a short sorted list; what would have to go far forward in it goes to a heap.
// Each time the earliest of the three is next.
type agenda struct {
	sorted  []event // the first looks; behind them, never
	next    int     // of sorted
	spare   []event // to sort with
	count   []int32 // of first looks, per bucket of time
	shift   uint    // log2 of a bucket's milliseconds
	recent  []event // in order from head on; behind them, never
	head    int
	distant heap
}

// newAgenda makes an agenda for at most so many first looks, the last of which
// may come at lastMs.
func newAgenda(most int, lastMs int32) agenda {
	// A quarter as many buckets as there may be looks, for there are rarely so many,
	// but no fewer than serve a small raid.
	width := max(bits.Len(uint(most))-2, 7)
	shift := max(bits.Len32(uint32(max(lastMs, 1)))-width, 0)
	return agenda{sorted: make([]event, 0, most+1), spare: make([]event, most+1), count: make([]int32, max(int(lastMs), 0)>>shift+1), shift: uint(shift), recent: make([]event, 1, most+16), distant: heap{make([]event, 0, 64)}}
}

func (a *agenda) reset() {
	a.sorted, a.next = a.sorted[:0], 0
	clear(a.count)
	a.recent, a.head = append(a.recent[:0], never), 0
	a.distant.items = a.distant.items[:0]
}

// arrive notes a battery's first look before the fight; sort follows the last.
func (a *agenda) arrive(tMs, eng int32) {
	a.sorted = append(a.sorted, eventAt(tMs, evFire, eng))
	a.count[a.bucket(tMs)]++
}

func (a *agenda) bucket(tMs int32) int {
	return int(min(uint(tMs)>>(a.shift&63), uint(len(a.count)-1)))
}

// few events are sorted by insertion; a bucket with more than these is sorted by
// itself.
const few = 24

// sort puts the first looks in order: into buckets of time, then each by
// insertion, which finds most near their place.
func (a *agenda) sort() {
	at, crowded := int32(0), false
	for k, n := range a.count {
		a.count[k] = at
		at += n
		crowded = crowded || n > few
	}
	s := a.spare[:len(a.sorted)]
	for _, e := range a.sorted {
		tMs, _, _ := e.parts()
		k := a.bucket(tMs)
		s[a.count[k]] = e
		a.count[k]++
	}
	a.sorted, a.spare = s, a.sorted[:cap(a.sorted)]
	if crowded {
		from := int32(0)
		for _, upto := range a.count { // each now points behind its bucket
			if upto-from > few {
				slices.Sort(s[from:upto])
			}
			from = upto
		}
	}
	for i := 1; i < len(s); i++ {
		e := s[i]
		if s[i-1] <= e {
			continue
		}
		k := i
		for ; k > 0 && s[k-1] > e; k-- {
			s[k] = s[k-1]
		}
		s[k] = e
	}
	a.sorted = append(s, never)
}

// far is how far forward in the list of recent events one is put before the heap
// takes it.
const far = 24

func (a *agenda) push(e event) {
	r := a.recent
	if len(r) == cap(r) && a.head > 0 {
		r = r[:copy(r, r[a.head:])]
		a.head = 0
	}
	n := len(r) - 1
	if n-a.head > far && r[n-far] > e {
		a.recent = r
		a.distant.push(e)
		return
	}
	r = append(r, never)
	k := n
	for k > a.head && r[k-1] > e {
		r[k] = r[k-1]
		k--
	}
	r[k] = e
	a.recent = r
}

// never comes after every event.
const never = ^event(0)

// pop gives the next event, never if there is none.
func (a *agenda) pop() event {
	first, soon := a.sorted[a.next], a.recent[a.head]
	if len(a.distant.items) > 0 && a.distant.items[0] < min(first, soon) {
		return a.distant.pop()
	}
	if soon < first {
		a.head++
		return soon
	}
	if first != never {
		a.next++
	}
	return first
}

// heap is a binary heap without interfaces.
type heap struct{ items []event }

func (h *heap) push(e event) {
	h.items = append(h.items, e)
	i := len(h.items) - 1
	for i > 0 {
		up := (i - 1) / 2
		if e >= h.items[up] {
			break
		}
		h.items[i] = h.items[up]
		i = up
	}
	h.items[i] = e
}

func (h *heap) pop() event {
	top := h.items[0]
	last := h.items[len(h.items)-1]
	h.items = h.items[:len(h.items)-1]
	if len(h.items) > 0 {
		h.replace(last)
	}
	return top
}

// replace takes the first away and puts another in.
func (h *heap) replace(e event) {
	n, i := len(h.items), 0
	for {
		c := 2*i + 1
		if c >= n {
			break
		}
		if c+1 < n && h.items[c+1] < h.items[c] {
			c++
		}
		if h.items[c] >= e {
			break
		}
		h.items[i] = h.items[c]
		i = c
	}
	h.items[i] = e
}

// queue is a first-in first-out list of engagements that wait for a channel.
type queue struct {
	items []int32
	head  int
}

func (q *queue) reset()       { q.items, q.head = q.items[:0], 0 }
func (q *queue) push(e int32) { q.items = append(q.items, e) }
func (q *queue) empty() bool  { return q.head == len(q.items) }
func (q *queue) pop() int32   { e := q.items[q.head]; q.head++; return e }
