package flight

import (
	"math"
	"strings"
	"testing"

	"testudo/internal/units"
)

// Missiles of every class, with made-up but plausible figures.
var classes = []Spec{
	{ID: "close", Range: 120e3, Stages: []units.Duration{20}, Beta: 3000},
	{ID: "short", Range: 300e3, Stages: []units.Duration{62}, Beta: 6000},
	{ID: "short-solid", Range: 600e3, Stages: []units.Duration{40}, Beta: 8000},
	{ID: "medium", Range: 1300e3, Stages: []units.Duration{110}, Beta: 3000},
	{ID: "medium-two", Range: 2000e3, Stages: []units.Duration{50, 40}, Beta: 6000},
	{ID: "intermediate", Range: 4500e3, Stages: []units.Duration{145}, Beta: 5000},
	{ID: "long", Range: 10000e3, Stages: []units.Duration{145, 120}, Beta: 6000},
	{ID: "long-solid", Range: 15000e3, Stages: []units.Duration{60, 60, 60}, Beta: 8000},
}

func calibrated(t testing.TB, e Earth, s Spec) *Missile {
	t.Helper()
	m, err := Calibrate(e, s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The farthest of all pitches at the full gain reaches the published range within
// 1e-5, found here by a plain scan at full tolerance.
func TestCalibrationMeetsThePublishedRange(t *testing.T) {
	for _, spec := range classes {
		m := calibrated(t, RealEarth(), spec)
		p := m.equator()
		s := m.stepper(&m.still, fine)
		best := 0.0
		centre := m.best[len(m.best)-1].zenith
		for k := -40; k <= 40; k++ {
			if _, err := m.fly(&s, &p, controls{gain: m.gain, ahead: centre + 0.01*float64(k)}); err == nil {
				x, _ := p.chart([3]float64{s.y[0], s.y[1], s.y[2]})
				best = max(best, x)
			}
		}
		if r := best/float64(spec.Range) - 1; math.Abs(r) > 1e-5 {
			t.Errorf("%s: the best flight reaches %.1f km (%+.2g), published %v", spec.ID, best/1000, r, spec.Range)
		}
		if m.MaxRange() != spec.Range || m.ID() != spec.ID {
			t.Error("what the missile says of itself")
		}
		// Ideal gain exceeds the speed of the least-energy ellipse, by what
		// gravity and the air take.
		v := float64(LeastEnergy(spec.Range, units.Length(m.still.Ellipsoid.A), m.still.Mu).Speed)
		if dv := float64(m.DeltaV()); dv < 0.9*v || dv > 1.5*v+gravity0Mps2*float64(m.BurnTime()) {
			t.Errorf("%s: gain %v, ellipse %g m/s", spec.ID, m.DeltaV(), v)
		}
	}
}

// The thrust profile gives what is asked: the acceleration integrates to the gain,
// stage by stage, and cutoff is its inverse.
func TestStagesGiveTheirGain(t *testing.T) {
	for _, spec := range classes {
		m := calibrated(t, RealEarth(), spec)
		sum := 0.0
		for i := range m.stages.n {
			th := thrust{up: [3]float64{0, 0, 1}, stage: m.stages.s[i], riseS: math.Inf(1)}
			const n = 2000
			h := th.stage.burnS / n
			for k := range n {
				var u [3]float64
				th.accel(th.stage.startS+(float64(k)+0.5)*h, &u)
				sum += u[2] * h
			}
			if got := m.stages.cutoff(sum); math.Abs(got-th.stage.startS-th.stage.burnS) > 1e-3 {
				t.Errorf("%s: gain after stage %d is reached at %g s", spec.ID, i+1, got)
			}
		}
		if math.Abs(sum/m.gain-1) > 1e-5 {
			t.Errorf("%s: the stages give %g m/s, want %g", spec.ID, sum, m.gain)
		}
		if a := m.stages.s[0].exhaust * m.stages.s[0].rate; a < leastLift*gravity0Mps2*0.999 {
			t.Errorf("%s: lift-off with %g m/s²", spec.ID, a)
		}
	}
}

// Range and speed of the burn are reached; stages burn in order; the start is at
// rest on the pad.
func TestBoostPhase(t *testing.T) {
	e := RealEarth()
	m := calibrated(t, e, classes[7])
	tr := aimed(t, m, e, Aim{From: deg(40, 127), To: at(e, deg(40, 127), 30, 11000)})
	r, v := tr.At(0)
	if v != [3]float64{} || norm(less(r, 1, [3]float64(e.Ellipsoid.ECEF(deg(40, 127))))) > 1e-6 {
		t.Errorf("starts at %v with %v", r, v)
	}
	var names []string
	for _, ev := range tr.Events() {
		names = append(names, ev.Name)
	}
	if got := strings.Join(names, " "); got != "launch staging staging burnout apogee re-entry impact" {
		t.Errorf("events %s", got)
	}
	if tr.Phase(tr.BurnoutS()-1) != Boost || tr.Phase(tr.BurnoutS()) != Coast {
		t.Error("phases about burnout")
	}
	// It climbs all the way to burnout, and first straight up.
	last := -1.0
	for s := 0.0; s <= tr.BurnoutS(); s++ {
		p, _ := tr.At(s)
		h := e.Ellipsoid.Height(p)
		if h <= last {
			t.Fatalf("sinks at %g s", s)
		}
		last = h
	}
}

func TestCalibrateRefuses(t *testing.T) {
	e := RealEarth()
	one := []units.Duration{60}
	for name, c := range map[string]struct {
		e    Earth
		s    Spec
		word string
	}{
		"no range":         {e, Spec{Stages: one}, "range"},
		"NaN range":        {e, Spec{Range: units.Length(math.NaN()), Stages: one}, "range"},
		"round the Earth":  {e, Spec{Range: 25000e3, Stages: one}, "range"},
		"no stage":         {e, Spec{Range: 300e3}, "stages"},
		"nine stages":      {e, Spec{Range: 300e3, Stages: make([]units.Duration, 9)}, "stages"},
		"no burn":          {e, Spec{Range: 300e3, Stages: []units.Duration{0}}, "burn"},
		"NaN burn":         {e, Spec{Range: 300e3, Stages: []units.Duration{units.Duration(math.NaN())}}, "burn"},
		"too long a burn":  {e, Spec{Range: 300e3, Stages: []units.Duration{500}}, "gain"},
		"negative drag":    {e, Spec{Range: 300e3, Stages: one, Beta: -1}, "coefficient"},
		"no Earth":         {Earth{}, Spec{Range: 300e3, Stages: one}, "Earth"},
		"endless range":    {e, Spec{Range: units.Length(math.Inf(1)), Stages: one}, "range"},
		"impulsive, no go": {e, Spec{Range: -1, Impulsive: true}, "range"},
	} {
		_, err := Calibrate(c.e, c.s)
		if err == nil || !strings.Contains(err.Error(), c.word) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// A caller's slice is not kept.
func TestMissileIsImmutable(t *testing.T) {
	st := []units.Duration{62}
	m := calibrated(t, RealEarth(), Spec{ID: "x", Range: 300e3, Stages: st, Beta: 5000})
	a := aimed(t, m, RealEarth(), Aim{From: deg(39, 126), To: deg(37.5, 127)})
	st[0] = 5
	b := aimed(t, m, RealEarth(), Aim{From: deg(39, 126), To: deg(37.5, 127)})
	if a.Duration() != b.Duration() || a.Gain() != b.Gain() {
		t.Error("the missile changed")
	}
}

func BenchmarkCalibrate(b *testing.B) {
	e := RealEarth()
	for _, s := range classes {
		b.Run(s.ID, func(b *testing.B) {
			for b.Loop() {
				if _, err := Calibrate(e, s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
