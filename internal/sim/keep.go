package sim

import (
	"testudo/internal/engage"
	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/sense"
	"testudo/internal/theatre"
)

// What a compiler takes over from an earlier one.

// kept says which of an earlier theatre's sensors and batteries each of the new
// one is, and where the physics of a flight stands.
type kept struct {
	prev               *Compiler
	sensors, batteries []int // per sensor and battery of the new theatre; -1: none
	paths              map[pathKey]int
}

// pathKey names a path: its flight, which has the Earth in it, and what flies.
type pathKey struct {
	flight *flight.Trajectory
	sig    sense.Signature
}

// sensorKey is all that the physics asks of a sensor.
type sensorKey struct {
	at       geo.LLA
	isRadar  bool
	radar    sense.Radar
	infrared sense.Infrared
}

func keyOf(s *theatre.Sensor) sensorKey {
	k := sensorKey{at: s.At, isRadar: s.Radar != nil}
	if k.isRadar {
		k.radar = *s.Radar
	} else {
		k.infrared = *s.Infrared
	}
	return k
}

// keep compares an earlier theatre with the new one. Of an Earth that differs
// nothing is kept, because no flight of it is.
func keep(prev *Compiler, t *theatre.Theatre) *kept {
	k := &kept{prev: prev, paths: map[pathKey]int{}}
	was := prev.t
	for i := range was.Paths {
		p := &was.Paths[i]
		k.paths[pathKey{p.Flight, was.Types[p.Type].Signature}] = i
	}
	sensors := map[sensorKey]int{}
	for i := range was.Sensors {
		sensors[keyOf(&was.Sensors[i])] = i
	}
	batteries := map[engage.Shooter]int{}
	for i := range was.Batteries {
		batteries[was.Batteries[i].Shooter] = i
	}
	for i := range t.Sensors {
		k.sensors = append(k.sensors, find(sensors, keyOf(&t.Sensors[i])))
	}
	for i := range t.Batteries {
		k.batteries = append(k.batteries, find(batteries, t.Batteries[i].Shooter))
	}
	return k
}

func find[K comparable](in map[K]int, key K) int {
	if i, ok := in[key]; ok {
		return i
	}
	return -1
}

// path gives the earlier physics of a path, nil if there is none.
func (k *kept) path(key pathKey) *pathPhysics {
	if k == nil {
		return nil
	}
	if i, ok := k.paths[key]; ok {
		return &k.prev.paths[i]
	}
	return nil
}

// names numbers contents, so that what is equal has one number. A number is kept
// by the compilers that follow one another as long as it is used.
type names[K comparable] struct{ now, old map[K]uint32 }

// heir begins the names of the compiler that follows.
func (n names[K]) heir() names[K] { return names[K]{map[K]uint32{}, n.now} }

// of gives the number of a content; next is the number last given away.
func (n names[K]) of(key K, next *uint32) uint32 {
	return recall(n.now, n.old, key, func() uint32 { *next++; return *next })
}

// killNumbers numbers the batteries' ways to kill. The textbook's given handover plays
// no part where the covariance is asked.
func (c *Compiler) killNumbers() (of []uint32) {
	for i := range c.t.Batteries {
		k := c.t.Batteries[i].Kill
		k.Handover = 0
		of = append(of, c.kills.of(k, &c.next))
	}
	return of
}

// recall takes a value from what has been made, or from what a compiler before
// made, or else makes it. What is recalled is noted, so that it lives on as long
// as it is used.
func recall[K comparable, V any](now, before map[K]V, key K, make func() V) V {
	v, ok := now[key]
	if !ok {
		if v, ok = before[key]; !ok {
			v = make()
		}
		now[key] = v
	}
	return v
}
