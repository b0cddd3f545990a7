package theatre

import (
	"fmt"

	"testudo/internal/flight"
)

// flown keeps what was flown for a world by all that it depends on, so that a
// world that differs in something else need not fly it again. All of it is
// immutable, and the maps are only written while their own world is resolved.
type flown struct {
	missiles map[string]*flight.Missile // by Earth and specification
	flights  map[flightKey]*flight.Trajectory
	flyouts  map[flight.FlyoutSpec]*flight.Flyout
}

// flightKey names a flight. A calibrated missile stands for its specification
// and for the Earth it was calibrated on.
type flightKey struct {
	missile *flight.Missile
	aim     flight.Aim
}

func newFlown() flown {
	return flown{map[string]*flight.Missile{}, map[flightKey]*flight.Trajectory{}, map[flight.FlyoutSpec]*flight.Flyout{}}
}

func (r *resolver) calibrate(s flight.Spec) (*flight.Missile, error) {
	return recall(r, r.before.missiles, r.t.flown.missiles, r.missileKey(s), func() (*flight.Missile, error) { return flight.Calibrate(r.t.Earth, s) })
}

func (r *resolver) missileKey(s flight.Spec) string {
	return fmt.Sprintf("%#v|%#v", r.t.Earth, s) // in this form every bit of a figure shows
}

func (r *resolver) fly(m *flight.Missile, a flight.Aim) (*flight.Trajectory, error) {
	return recall(r, r.before.flights, r.t.flown.flights, flightKey{m, a}, func() (*flight.Trajectory, error) { return m.Aim(r.t.Earth, a) })
}

func (r *resolver) flyout(s flight.FlyoutSpec) (*flight.Flyout, error) {
	return recall(r, r.before.flyouts, r.t.flown.flyouts, s, func() (*flight.Flyout, error) { return flight.NewFlyout(s) })
}

// recall takes a value from what an earlier world has, or else makes it, and
// notes it for a later one. What fails is not noted, and nothing is made any more
// when it is to stop.
func recall[K comparable, V any](r *resolver, before, now map[K]*V, key K, make func() (*V, error)) (*V, error) {
	v, ok := now[key]
	if !ok {
		v, ok = before[key]
	}
	if !ok {
		if r.stopped() {
			return nil, ErrStopped
		}
		var err error
		if v, err = make(); err != nil {
			return nil, err
		}
	}
	now[key] = v
	return v, nil
}

// flyAhead works out what takes long, all that does not depend on each other at
// once: missiles and fly-outs, then flights. What fails is left to those who need
// it, who say where.
func (r *resolver) flyAhead() {
	each := r.o.Each
	if each == nil {
		return // one after the other as well when they are needed
	}
	_, raid := r.chosen()
	if raid == nil {
		return
	}
	missiles, flyouts := newAhead(r, r.before.missiles, r.t.flown.missiles), newAhead(r, r.before.flyouts, r.t.flown.flyouts)
	specs := map[string]flight.Spec{}
	for _, g := range raid.Groups {
		if e, ok := r.f.Book.Entry(g.Missile); ok {
			spec := missileSpec(&figures{e, r.o.Figure})
			specs[g.Missile] = spec
			missiles.need(r.missileKey(spec), func() (*flight.Missile, error) { return flight.Calibrate(r.t.Earth, spec) })
		}
	}
	for _, b := range r.f.Batteries {
		if sys, ok := r.f.Book.Entry(b.System); ok {
			if in, ok := r.f.Book.Entry(sys.Attr("interceptor")); ok {
				spec := flyoutSpec(&figures{in, r.o.Figure})
				flyouts.need(spec, func() (*flight.Flyout, error) { return flight.NewFlyout(spec) })
			}
		}
	}
	n := len(missiles.keys)
	each(n+len(flyouts.keys), func(i int) {
		if i < n {
			missiles.do(i)
		} else {
			flyouts.do(i - n)
		}
	})
	missiles.note()
	flyouts.note()
	flights := newAhead(r, r.before.flights, r.t.flown.flights)
	for g := range raid.Groups {
		gr := &raid.Groups[g]
		spec, ok := specs[gr.Missile]
		if !ok {
			continue
		}
		m, err := r.calibrate(spec)
		if err != nil {
			continue
		}
		for i := range r.t.Areas {
			if r.t.Areas[i].ID != gr.From {
				continue
			}
			for _, a := range gr.Aims {
				if k := r.t.Asset(a.Asset); k >= 0 {
					to := aim(gr, r.t.Areas[i].At, r.t.Assets[k].At)
					flights.need(flightKey{m, to}, func() (*flight.Trajectory, error) { return m.Aim(r.t.Earth, to) })
				}
			}
		}
	}
	each(len(flights.keys), flights.do)
	flights.note()
}

// ahead is a list of things to make that an earlier world does not have.
type ahead[K comparable, V any] struct {
	r           *resolver
	before, now map[K]*V
	listed      map[K]bool
	keys        []K
	make        []func() (*V, error)
	made        []*V
}

func newAhead[K comparable, V any](r *resolver, before, now map[K]*V) *ahead[K, V] {
	return &ahead[K, V]{r: r, before: before, now: now, listed: map[K]bool{}}
}

func (a *ahead[K, V]) need(key K, make func() (*V, error)) {
	if _, ok := a.before[key]; ok || a.listed[key] {
		return
	}
	a.listed[key] = true
	a.keys, a.make, a.made = append(a.keys, key), append(a.make, make), append(a.made, nil)
}

func (a *ahead[K, V]) do(i int) {
	if a.r.stopped() {
		return
	}
	if v, err := a.make[i](); err == nil {
		a.made[i] = v
	}
}

func (a *ahead[K, V]) note() {
	for i, v := range a.made {
		if v != nil {
			a.now[a.keys[i]] = v
		}
	}
}
