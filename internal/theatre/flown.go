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
	key := fmt.Sprintf("%#v|%#v", r.t.Earth, s) // in this form every bit of a figure shows
	return recall(r.before.missiles, r.t.flown.missiles, key, func() (*flight.Missile, error) { return flight.Calibrate(r.t.Earth, s) })
}

func (r *resolver) fly(m *flight.Missile, a flight.Aim) (*flight.Trajectory, error) {
	return recall(r.before.flights, r.t.flown.flights, flightKey{m, a}, func() (*flight.Trajectory, error) { return m.Aim(r.t.Earth, a) })
}

func (r *resolver) flyout(s flight.FlyoutSpec) (*flight.Flyout, error) {
	return recall(r.before.flyouts, r.t.flown.flyouts, s, func() (*flight.Flyout, error) { return flight.NewFlyout(s) })
}

// recall takes a value from what an earlier world has, or else makes it, and
// notes it for a later one. What fails is not noted.
func recall[K comparable, V any](before, now map[K]*V, key K, make func() (*V, error)) (*V, error) {
	v, ok := now[key]
	if !ok {
		v, ok = before[key]
	}
	if !ok {
		var err error
		if v, err = make(); err != nil {
			return nil, err
		}
	}
	now[key] = v
	return v, nil
}
