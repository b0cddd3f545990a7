package sim

import "slices"

// The event queue and the log.

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

// heap hands out events in their order. The first looks of all engagements are
// known before the fight begins: they are sorted once and merged with what the
// fight itself brings, which is little at any time and stands in a binary heap
// without interfaces.
type heap struct {
	items  []event
	sorted []event // the first looks, in order
	next   int     // of sorted
}

func (h *heap) reset() { h.items, h.sorted, h.next = h.items[:0], h.sorted[:0], 0 }

// arrive notes an event before the fight; sort follows the last of them.
func (h *heap) arrive(e event) { h.sorted = append(h.sorted, e) }

func (h *heap) sort() { slices.Sort(h.sorted) }

func (h *heap) more() bool { return len(h.items) > 0 || h.next < len(h.sorted) }

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
	if h.next < len(h.sorted) && (len(h.items) == 0 || h.sorted[h.next] < h.items[0]) {
		h.next++
		return h.sorted[h.next-1]
	}
	top := h.items[0]
	last := h.items[len(h.items)-1]
	h.items = h.items[:len(h.items)-1]
	n := len(h.items)
	if n == 0 {
		return top
	}
	i := 0
	for {
		c := 2*i + 1
		if c >= n {
			break
		}
		if c+1 < n && h.items[c+1] < h.items[c] {
			c++
		}
		if h.items[c] >= last {
			break
		}
		h.items[i] = h.items[c]
		i = c
	}
	h.items[i] = last
	return top
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

// EventKind says what happened.
type EventKind uint8

// The events of a replication's log. A and B are indices whose meaning depends
// on the kind.
const (
	EvLaunch     EventKind = iota // missile flies; A path
	EvFailed                      // missile fails at launch; A path it would have flown
	EvDown                        // a link or sensor is down in this run; A Chance index
	EvDetect                      // A sensor, B the sensor that pointed it there (-1: none)
	EvSaturated                   // A sensor had no track to spare; B time when it had (0: never)
	EvAlert                       // A nation is told
	EvFirm                        // A nation has a firm track
	EvReady                       // A battery may shoot from here; B when it means to
	EvTooLate                     // A battery can reach the missile but is ready too late; B last launch
	EvShot                        // A battery, B rounds, C slot, D mode
	EvKill                        // A battery
	EvMiss                        // A battery, B rounds
	EvWasted                      // A battery, B rounds: the target was dead before they met it
	EvDry                         // A battery has no round left
	EvReserved                    // A battery keeps its last rounds for assets of more value
	EvBusy                        // A battery has no channel free
	EvWaits                       // A battery waits for another's result; B until
	EvSpared                      // A battery leaves the missile to another's shot, to save its rounds
	EvCommon                      // A interceptor type fails as a kind in this raid
	EvThinksKill                  // A nation believes a miss was a kill and stops
	EvMissedKill                  // A nation does not see that the missile is dead
	EvImpact                      // missile arrives; A asset, B 1 if it struck within it
)

// Event is one line of the log. TMs is raid time.
type Event struct {
	TMs     int32
	Kind    EventKind
	Missile int32
	A, B    int32
	C, D    int32
	Sspk    uint64
}

// Log collects the events of one replication.
type Log struct{ Events []Event }

// add is safe on a nil log, so that play need not ask.
func (l *Log) add(e Event) {
	if l != nil {
		l.Events = append(l.Events, e)
	}
}
