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
// brings mostly comes later than what it brought before and is put near the end
// of a short sorted list. Each time the earlier of the two is next.
type agenda struct {
	sorted    []event    // the first looks; behind them, never
	next      int        // of sorted
	spare     []event    // to sort with
	low, high [256]int32 // to sort with: first looks per low and per high digit of time
	shift     uint       // log2 of the milliseconds that the low one counts
	recent    []event    // in order from head on; behind them, never
	head      int
}

// newAgenda makes an agenda for at most so many first looks, the last of which
// may come at lastMs.
func newAgenda(most int, lastMs int32) agenda {
	shift := max(bits.Len32(uint32(max(lastMs, 1)))-16, 0)
	return agenda{sorted: make([]event, 0, most+1), spare: make([]event, most+1), shift: uint(shift), recent: make([]event, 1, most+16)}
}

func (a *agenda) reset() {
	a.sorted, a.next = a.sorted[:0], 0
	a.recent, a.head = append(a.recent[:0], never), 0
}

// arrive notes a battery's first look before the fight; sort follows the last.
func (a *agenda) arrive(tMs, eng int32) {
	a.sorted = append(a.sorted, eventAt(tMs, evFire, eng))
}

// sort puts the first looks in order: by the low digit of their time, then by the
// high one, each in one go over all; the few that have both in common, by insertion.
func (a *agenda) sort() {
	low, high, shift := &a.low, &a.high, a.shift&31
	*low, *high = [256]int32{}, [256]int32{}
	for _, e := range a.sorted {
		t := uint32(e>>32) >> shift
		low[t&255]++
		high[t>>8&255]++
	}
	var lows, highs int32
	for k := range low {
		lows, low[k] = lows+low[k], lows
		highs, high[k] = highs+high[k], highs
	}
	s, out := a.spare[:len(a.sorted)], a.sorted
	for _, e := range out {
		at := &low[uint32(e>>32)>>shift&255]
		s[*at] = e
		*at++
	}
	for _, e := range s {
		at := &high[uint32(e>>32)>>shift>>8&255]
		out[*at] = e
		*at++
	}
	last := event(0)
	for i, e := range out {
		if e >= last {
			last = e
			continue
		}
		k := i
		for ; k > 0 && out[k-1] > e; k-- {
			out[k] = out[k-1]
		}
		out[k] = e
		if i-k > far { // very many have both digits in common
			slices.Sort(out)
			break
		}
	}
	a.sorted = append(out, never)
}

// far is how far an event is moved in a list one place after the other.
const far = 24

// push adds an event that comes after the last one handed out.
func (a *agenda) push(e event) {
	if len(a.recent) == cap(a.recent) && a.head > 0 {
		a.recent = a.recent[:copy(a.recent, a.recent[a.head:])]
		a.head = 0
	}
	a.recent = append(a.recent, never)
	r := a.recent[a.head:]
	k := len(r) - 2
	if k > far && r[k-far] > e {
		at, _ := slices.BinarySearch(r[:k-far], e)
		copy(r[at+1:k+1], r[at:k])
		r[at] = e
		return
	}
	for ; k > 0 && r[k-1] > e; k-- {
		r[k] = r[k-1]
	}
	r[k] = e
}

// never comes after every event.
const never = ^event(0)

// pop gives the next event, never if there is none. It is not to be asked again
// after that.
func (a *agenda) pop() event {
	first, soon := a.sorted[a.next], a.recent[a.head]
	if soon < first {
		a.head++
		return soon
	}
	a.next++
	return first
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
