package sim

// Sensors that can follow only so many missiles at a time.

// capacity makes a sensor that can follow only so many tracks at once take a
// missile when it loses another. A sensor that can follow the whole raid is
// not asked. sight is the number under which all see alike.
func (p *table) capacity(sight int32, log *Log) {
	if len(p.crowded) == 0 {
		return
	}
	if p.kind == full {
		p.limit(sight, nil, p.crowded, log)
	} else if sensors := p.filling(); len(sensors) > 0 {
		p.limit(sight, nil, sensors, log)
	}
}

// limit gives missiles rows of their own and applies the capacities of some sensors
// to these. only lists the missiles; nil: all.
func (p *table) limit(sight int32, only, sensors []int32, log *Log) {
	n := len(p.path)
	at := int(sight) % len(p.crowdKeys)
	k := &p.crowdKeys[at]
	known := k.serial == p.serial && k.way == sight
	if !known {
		*k = rowKey{p.serial, sight, p.tags(n)}
	}
	first := n*p.perMissile + at*n
	put := func(i int) {
		if !known {
			copy(p.row(first+i), p.row(int(p.rowOf[i])))
		}
		p.rowOf[i] = int32(first + i)
	}
	if only != nil {
		for _, i := range only {
			put(int(i))
		}
	} else {
		for i, path := range p.path {
			if path >= 0 {
				put(i)
			}
		}
	}
	if !known {
		p.crowd(sensors, log)
	}
}

// Tracks of a sensor are counted by spans of time. The last span is the rest of
// time.
const (
	spans    = 256
	spanBits = 13 // 8.2 s
)

func spanOf(tMs int32) int { return min(max(int(tMs)>>spanBits, 0), spans-1) }

// bySpan is how many tracks there are per span of time.
type bySpan [spans]int32

// overfull gives the first and the last span that more tracks touch than a sensor
// has room for: at no other time may it be full. It reports false if there is none.
func overfull(begin, end *bySpan, room int32) (first, last int, any bool) {
	now := int32(0)
	for k := range begin {
		now += begin[k]
		if now > room {
			if !any {
				first, any = k, true
			}
			last = k
		}
		now -= end[k]
	}
	return first, last, any
}

// watch is when a sensor may follow a missile of a path, from launch: from the
// earliest that it can find it to the last that it sees of it. Never and Never: it
// never finds it.
type watch struct{ firstMs, lastMs int32 }

// filling lists the crowded sensors that may have more to follow at a time than
// they can in the run at hand, however early everything is found.
func (p *table) filling() []int32 {
	if p.filled == p.serial {
		return p.mayFill
	}
	p.filled, p.mayFill = p.serial, p.mayFill[:0]
	if len(p.crowded) == 0 {
		return p.mayFill
	}
	clear(p.flown)
	for _, path := range p.path {
		if path >= 0 {
			p.flown[path]++
		}
	}
	for n, s := range p.crowded {
		room, most := p.b.Sensors[s].Capacity, int32(0)
		watches := p.watches[n*len(p.flown) : (n+1)*len(p.flown)]
		for path, n := range p.flown {
			if watches[path].firstMs != Never {
				most += n
			}
		}
		if most <= room {
			continue
		}
		var begin, end bySpan
		for i, path := range p.path {
			if path < 0 {
				continue
			}
			if w := watches[path]; w.firstMs != Never {
				begin[spanOf(p.startMs[i]+w.firstMs)]++
				end[spanOf(p.startMs[i]+w.lastMs)]++
			}
		}
		if _, _, any := overfull(&begin, &end, room); any {
			p.mayFill = append(p.mayFill, s)
		}
	}
	return p.mayFill
}

// following is a sensor that has more to follow than it can, with scratch for it.
// Of an event of a track the engagement's place holds the missile.
type following struct {
	begins, ends   []event // of tracks, as the missiles come
	inTime, ending []event // the same in time
	turn           []int32 // per missile: its track's place in ending
	held           []bool  // by the same place: the sensor follows it now
}

func newFollowing(missiles int) following {
	return following{
		begins: make([]event, 0, missiles), ends: make([]event, 0, missiles), inTime: make([]event, missiles), ending: make([]event, missiles),
		turn: make([]int32, missiles), held: make([]bool, missiles),
	}
}

// crowd applies the capacities of some sensors to the rows of the posture being
// played.
func (p *table) crowd(sensors []int32, log *Log) {
	for _, s := range sensors {
		p.follow(s, p.b.Sensors[s].Capacity, log)
	}
}

// follow makes a sensor that has more to follow than it has room for take missiles
// in the order in which it finds them, each when it has a place free: when the
// first of those that it follows goes out of its sight.
func (p *table) follow(s, room int32, log *Log) {
	f := &p.following
	f.begins, f.ends = f.begins[:0], f.ends[:0]
	var begin, end bySpan
	eyeOf, startMs := p.eyesOf(s), p.startMs[:len(p.path)]
	for i, path := range p.path {
		if path < 0 || eyeOf[path] < 0 {
			continue
		}
		k := eyeOf[path]
		if d := p.det[int(p.rowOf[i])*p.maxEyes+int(k)]; d != Never {
			from := startMs[i] + d
			upto := max(from, startMs[i]+p.eyes[p.courses[path].eye0+k].lastMs)
			f.begins, f.ends = append(f.begins, eventAt(from, evResult, int32(i))), append(f.ends, eventAt(upto, evResult, int32(i)))
			begin[spanOf(from)]++
			end[spanOf(upto)]++
		}
	}
	if len(f.begins) <= int(room) {
		return
	}
	first, last, any := overfull(&begin, &end, room)
	if !any {
		return
	}
	f.ending = inTime(f.ends, f.ending, &end)
	held := f.held[:len(f.ending)]
	clear(held)
	for k, e := range f.ending {
		_, _, i := e.parts()
		f.turn[i] = int32(k)
	}
	free, next := room, len(held) // next: no track held ends before that of this turn
	take := func(i int32) {
		k := f.turn[i]
		held[k], next = true, min(next, int(k))
	}
	for _, r := range inTime(f.begins, f.inTime, &begin) {
		det, _, i := r.parts()
		if spanOf(det) > last {
			break // from here on there is room for all
		}
		if free > 0 {
			// What is out of sight again before the sensor is full takes nobody's place.
			upto, _, _ := f.ending[f.turn[i]].parts()
			if spanOf(upto) >= first {
				take(i)
				free--
			}
			continue
		}
		for !held[next] {
			next++
		}
		goes, _, _ := f.ending[next].parts()
		t := max(det, goes)
		k := eyeOf[p.path[i]]
		d := &p.det[int(p.rowOf[i])*p.maxEyes+int(k)]
		if t > p.startMs[i]+p.eyes[p.courses[p.path[i]].eye0+k].lastMs {
			*d = Never
			log.add(Event{Kind: EvSaturated, TMs: det, Missile: i, A: s})
			continue
		}
		held[next] = false
		take(i)
		if t != det {
			*d = t - p.startMs[i]
			log.add(Event{Kind: EvSaturated, TMs: det, Missile: i, A: s, B: t})
		}
	}
}

// inTime puts events in order: laid out by spans first, of which count says how
// many each has, then each moved to its place among the few before it.
func inTime(events, out []event, count *bySpan) []event {
	var next bySpan
	at := int32(0)
	for k, n := range count {
		next[k] = at
		at += n
	}
	out = out[:len(events)]
	for _, e := range events {
		t, _, _ := e.parts()
		k := spanOf(t)
		out[next[k]] = e
		next[k]++
	}
	for i := 1; i < len(out); i++ {
		e, k := out[i], i
		for ; k > 0 && out[k-1] > e; k-- {
			out[k] = out[k-1]
		}
		out[k] = e
	}
	return out
}

// eyesOf gives a sensor's eye among those of each path, -1 where it never sees it.
func (p *program) eyesOf(sensor int32) []int32 {
	n := len(p.b.Paths)
	return p.eyeOf[int(sensor)*n : (int(sensor)+1)*n]
}
