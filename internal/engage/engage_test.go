package engage

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/units"
)

func arc(t testing.TB, km float64) (*flight.Trajectory, flight.Earth, geo.LLA) {
	t.Helper()
	e := flight.SphereEarth(6371000, 398600.4418e9)
	m, err := flight.Calibrate(e, flight.Spec{ID: "kepler", Impulsive: true, Range: units.Km(3000)})
	if err != nil {
		t.Fatal(err)
	}
	from := geo.Deg(0, 0)
	to, _ := e.Ellipsoid.Direct(from, 0, units.Km(km))
	tr, err := m.Aim(e, flight.Aim{From: from, To: to})
	if err != nil {
		t.Fatal(err)
	}
	return tr, e, to
}

func shooter(t testing.TB, at geo.LLA, speed, reachKm, assess float64) Shooter {
	t.Helper()
	f, err := flight.NewFlyout(flight.FlyoutSpec{ConstantSpeed: true, BurnoutSpeed: units.Speed(speed), Reach: units.Km(reachKm), MinAltitude: 40e3, MaxAltitude: 150e3})
	if err != nil {
		t.Fatal(err)
	}
	return Shooter{At: at, Flyout: f, ReachM: reachKm * 1000, AssessS: assess}
}

// A window holds only launches that meet the missile inside the envelope at the
// time the interceptor needs: checked against the straight-line geometry itself.
func TestWindowMeetsTheMissile(t *testing.T) {
	tr, e, to := arc(t, 1000)
	s := shooter(t, to, 2000, 200, 10)
	w := Find(NewPath(tr), s, e.Ellipsoid)
	if w.Empty() {
		t.Fatal("a battery at the aim point cannot reach the missile")
	}
	site := e.Ellipsoid.ECEF(to)
	for _, l := range append([]Launch{w.First, w.Last}, w.Table...) {
		r, _ := tr.At(l.InterceptS)
		d := math.Sqrt((r[0]-site[0])*(r[0]-site[0]) + (r[1]-site[1])*(r[1]-site[1]) + (r[2]-site[2])*(r[2]-site[2]))
		h := e.Ellipsoid.Height(geo.ECEF(r))
		// The fly-out's sphere has the mean radius of the Earth, not the scenario's.
		if math.Abs(d/2000-(l.InterceptS-l.LaunchS)) > 0.02 || d > 200.5e3 || h < 40e3-1 || h > 150e3+1 {
			t.Errorf("launch %.2f, intercept %.2f: %.1f km away at %.1f km, fly-out %.2f s", l.LaunchS, l.InterceptS, d/1000, h/1000, l.InterceptS-l.LaunchS)
		}
	}
}

// After any time, the slots left are as many looks as any schedule allows: a
// greedy schedule from that time on finds no more.
func TestSlotsAreAsManyAsCanBe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		km := rapid.Float64Range(300, 2500).Draw(t, "range")
		tr, e, to := arc(&testing.T{}, km)
		assess := rapid.Float64Range(0, 30).Draw(t, "assess")
		w := Find(NewPath(tr), shooter(&testing.T{}, to, rapid.Float64Range(1000, 4000).Draw(t, "speed"), 250, assess), e.Ellipsoid)
		if w.Empty() || len(w.Slots) == MaxSlots {
			return
		}
		for i := 1; i < len(w.Slots); i++ {
			if w.Slots[i-1].InterceptS+assess > w.Slots[i].LaunchS {
				t.Fatalf("slot %d is launched before the result of slot %d is known", i, i-1)
			}
		}
		ready := rapid.Float64Range(w.First.LaunchS-10, w.Last.LaunchS+10).Draw(t, "ready")
		slots := 0
		for _, l := range w.Slots {
			if l.LaunchS >= ready {
				slots++
			}
		}
		greedy := 0
		for at := ready; ; {
			l, ok := w.After(at)
			if !ok {
				break
			}
			greedy++
			at = l.InterceptS + assess
		}
		if greedy > slots {
			t.Fatalf("ready at %.1f: %d slots, but shooting at once gives %d looks", ready, slots, greedy)
		}
	})
}

func TestOutOfReachIsEmpty(t *testing.T) {
	tr, e, _ := arc(t, 1000)
	far, _ := e.Ellipsoid.Direct(geo.Deg(0, 0), units.Degrees(180), units.Km(1500))
	if w := Find(NewPath(tr), shooter(t, far, 2000, 200, 10), e.Ellipsoid); !w.Empty() {
		t.Errorf("a battery 1500 km behind the launch point has %d slots", len(w.Slots))
	}
}

func TestModes(t *testing.T) {
	s, bad := ParseModes("organic cued launch-on-remote")
	if bad != "" || !s.Has(Organic) || !s.Has(LaunchOnRemote) || s.Has(EngageOnRemote) {
		t.Errorf("%b %q", s, bad)
	}
	if _, bad := ParseModes("organic remote"); bad != "remote" {
		t.Errorf("unknown word taken: %q", bad)
	}
	if s, _ := ParseModes(""); !s.Has(Organic) || !s.Has(Cued) || s.Has(LaunchOnRemote) {
		t.Errorf("default %b", s)
	}
}

// SSPK = reliability × handover × discrimination × P(kill | handover), capped by
// the record.
func TestKillProbability(t *testing.T) {
	k := Kill{GivenHandover: 0.8, Reliability: 0.9, Discrimination: 0.95}
	if got, want := k.Probability(0.5), 0.8*0.9*0.95*0.5; math.Abs(got-want) > 1e-15 {
		t.Errorf("%g, want %g", got, want)
	}
	k.TestHits, k.TestShots = 1, 4
	if got := k.Probability(1); got != 0.25 {
		t.Errorf("a record of 1 in 4 allows %g", got)
	}
}

func BenchmarkFind(b *testing.B) {
	tr, e, to := arc(b, 1000)
	p, s := NewPath(tr), shooter(b, to, 2000, 200, 10)
	for i := 0; i < b.N; i++ {
		Find(p, s, e.Ellipsoid)
	}
}

// TestFindInTheSameRoom: windows and samples made where others were are those made
// anew.
func TestFindInTheSameRoom(t *testing.T) {
	var p Path
	var w Window
	for _, km := range []float64{2400, 300, 1500, 900} {
		tr, e, to := arc(t, km)
		p.Sample(tr)
		if !reflect.DeepEqual(&p, NewPath(tr)) {
			t.Errorf("%g km: other samples", km)
		}
		for _, speed := range []float64{3000, 1200} {
			s := shooter(t, to, speed, 200, 10)
			w.Find(&p, s, e.Ellipsoid)
			want := Find(&p, s, e.Ellipsoid)
			if want.Empty() || w.First != want.First || w.Last != want.Last || w.FirstS != want.FirstS || !slices.Equal(w.Table, want.Table) || !slices.Equal(w.Slots, want.Slots) {
				t.Errorf("%g km, %g m/s: another window", km, speed)
			}
		}
		far, _ := e.Ellipsoid.Direct(geo.Deg(0, 0), units.Degrees(180), units.Km(1500))
		if w.Find(&p, shooter(t, far, 2000, 200, 10), e.Ellipsoid); !w.Empty() {
			t.Errorf("%g km: a window from far behind", km)
		}
	}
}
