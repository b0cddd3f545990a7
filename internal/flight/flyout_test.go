package flight

import (
	"math"
	"testing"

	"testudo/internal/units"

	"pgregory.net/rapid"
)

// Interceptors of each layer, with made-up but plausible figures.
var layersOfDefence = []FlyoutSpec{
	{BurnoutSpeed: 1600, Burn: 10, Reach: 35e3, MinAltitude: 50, MaxAltitude: 24e3},
	{BurnoutSpeed: 2800, Burn: 17, Reach: 200e3, MinAltitude: 40e3, MaxAltitude: 150e3},
	{BurnoutSpeed: 3000, Burn: 65, Reach: 1000e3, MinAltitude: 80e3, MaxAltitude: 500e3},
	{BurnoutSpeed: 7000, Burn: 170, Reach: 5000e3, MinAltitude: 100e3, MaxAltitude: 2000e3},
}

func flyout(t testing.TB, s FlyoutSpec) *Flyout {
	t.Helper()
	f, err := NewFlyout(s)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The constant-speed kind is a straight line: its times are slant distances over
// speed, checked against distances between points of the sphere.
func TestConstantSpeedIsExact(t *testing.T) {
	f := flyout(t, FlyoutSpec{ConstantSpeed: true, BurnoutSpeed: 2000, Reach: 200e3, MinAltitude: 40e3, MaxAltitude: 150e3, EarthRadius: sphereR})
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.Float64Range(0, 250e3).Draw(t, "g")
		h := rapid.Float64Range(30e3, 160e3).Draw(t, "h")
		a := g / sphereR
		slant := norm([3]float64{(sphereR + h) * math.Sin(a), (sphereR+h)*math.Cos(a) - sphereR, 0})
		s, ok := f.Time(g, h)
		if want := slant <= 200e3 && h >= 40e3 && h <= 150e3; ok != want && math.Abs(slant-200e3) > 1e-6 {
			t.Fatalf("ok %v at a slant of %g m", ok, slant)
		}
		if ok && math.Abs(s-slant/2000) > 1e-9*s {
			t.Fatalf("%.12g s, want %.12g s", s, slant/2000)
		}
	})
	// A point straight above.
	if s, ok := f.Time(0, 100e3); !ok || s != 50 {
		t.Errorf("%g s, %v", s, ok)
	}
}

// Farther over the ground never takes less time, and what lies beyond a place out
// of reach is out of reach.
func TestFlyoutMonotone(t *testing.T) {
	var fs []*Flyout
	for _, s := range layersOfDefence {
		fs = append(fs, flyout(t, s))
	}
	rapid.Check(t, func(t *rapid.T) {
		f := fs[rapid.IntRange(0, len(fs)-1).Draw(t, "interceptor")]
		h := rapid.Float64Range(float64(f.spec.MinAltitude), float64(f.spec.MaxAltitude)).Draw(t, "h")
		g := rapid.Float64Range(0, float64(f.spec.Reach)).Draw(t, "g")
		d := rapid.Float64Range(0, float64(f.spec.Reach)).Draw(t, "d")
		near, okNear := f.Time(g, h)
		far, okFar := f.Time(g+d, h)
		if okFar && (!okNear || far < near-1e-9) {
			t.Fatalf("%g s (%v) to %g m, %g s (%v) to %g m, at %g m", near, okNear, g, far, okFar, g+d, h)
		}
		// Nothing is faster than the burnout speed all the way.
		if okNear && near*float64(f.spec.BurnoutSpeed) < f.slant(g, h)*0.995 {
			t.Fatalf("%g s for %g m", near, f.slant(g, h))
		}
	})
}

// The table against flights of the model itself, each integrated for its own
// elevation at small steps: along every flight the table is never later than the
// flight by more than 2 % or 0.3 s, and on the flights' rising legs, where no
// other is sooner, never earlier by as much.
func TestFlyoutTableAgreesWithFlights(t *testing.T) {
	for _, s := range layersOfDefence {
		f := flyout(t, s)
		late, early, n := 0.0, 0.0, 0
		for el := 8.0; el <= 90; el += 3.7 {
			v, burn, beta := float64(s.BurnoutSpeed), float64(s.Burn), float64(DefaultBeta)
			se, ce := math.Sincos(el * math.Pi / 180)
			x, y := 0.0, f.radiusM
			vx, vy := 0.0, 0.0
			const dt = 0.02
			for now := 0.0; now < 900; now += dt {
				if now < burn {
					a := v / burn
					d := 0.5 * a * (now + dt) * (now + dt)
					x, y = d*ce, f.radiusM+d*se
					vx, vy = a*(now+dt)*ce, a*(now+dt)*se
				} else {
					// Leapfrog with drag.
					acc := func() (ax, ay float64) {
						r := math.Hypot(x, y)
						k := 0.5 / beta * Density(r-f.radiusM) * math.Hypot(vx, vy)
						if r-f.radiusM > airTopM {
							k = 0
						}
						g := 3.986004418e14 / (r * r * r)
						return -g*x - k*vx, -g*y - k*vy
					}
					ax, ay := acc()
					vx, vy = vx+ax*dt/2, vy+ay*dt/2
					x, y = x+vx*dt, y+vy*dt
					ax, ay = acc()
					vx, vy = vx+ax*dt/2, vy+ay*dt/2
				}
				alt := math.Hypot(x, y) - f.radiusM
				if alt < 0 {
					break
				}
				got, ok := f.Time(f.radiusM*math.Atan2(x, y), alt)
				if !ok {
					continue
				}
				n++
				scale := max(0.3, 0.02*(now+dt))
				late = max(late, (got-now-dt)/scale)
				if vx*x+vy*y > 0.3*math.Hypot(vx, vy)*f.radiusM {
					early = max(early, (now+dt-got)/scale)
				}
			}
		}
		if late > 1 || early > 1 || n < 1000 {
			t.Errorf("burnout speed %v: late by %.2f, early by %.2f of the allowance, over %d points", s.BurnoutSpeed, late, early, n)
		}
	}
}

// Straight up, in vacuum to speak of: the published burnout speed less gravity.
func TestFlyoutStraightUp(t *testing.T) {
	f := flyout(t, FlyoutSpec{BurnoutSpeed: 7000, Burn: 20, Reach: 1000e3, MinAltitude: 100e3, MaxAltitude: 1000e3, Beta: 1e9})
	const mu, r0 = 3.986004418e14, 6371008.8
	// From 70 km at 20 s the time to 800 km by quadrature of dr/v.
	want := 20.0
	e := 7000.0*7000/2 - mu/(r0+70e3)
	for h := 70e3; h < 800e3; h += 10 {
		want += 10 / math.Sqrt(2*(e+mu/(r0+h+5)))
	}
	got, ok := f.Time(0, 800e3)
	if !ok || math.Abs(got-want) > 0.1 {
		t.Errorf("%g s, want %g s", got, want)
	}
}

func TestFlyoutEnvelope(t *testing.T) {
	s := layersOfDefence[1]
	s.MinRange = 60e3
	f := flyout(t, s)
	for _, c := range []struct {
		g, h float64
		ok   bool
	}{
		{50e3, 100e3, true}, {0, 100e3, true}, {199e3, 100e3, true}, {201e3, 100e3, false}, {50e3, 39e3, false}, {50e3, 151e3, false},
		{0, 55e3, false}, {30e3, 50e3, false}, {40e3, 50e3, true}, {-1, 100e3, false}, {math.NaN(), 100e3, false}, {50e3, math.NaN(), false}, {math.Inf(1), 100e3, false},
	} {
		if s, ok := f.Time(c.g, c.h); ok != c.ok || ok && !(s > 0 && s < 1000) {
			t.Errorf("at %g, %g m: %g s, %v", c.g, c.h, s, ok)
		}
	}
	// A slow one does not reach all of its band.
	slow := flyout(t, FlyoutSpec{BurnoutSpeed: 900, Burn: 8, Reach: 100e3, MinAltitude: 100, MaxAltitude: 30e3})
	if _, ok := slow.Time(90e3, 10e3); ok {
		t.Error("too slow to get there")
	}
	if _, ok := slow.Time(2e3, 3e3); !ok {
		t.Error("near by")
	}
}

func TestNewFlyoutRefuses(t *testing.T) {
	good := layersOfDefence[1]
	nan := math.NaN()
	for name, change := range map[string]func(*FlyoutSpec){
		"no speed":          func(s *FlyoutSpec) { s.BurnoutSpeed = 0 },
		"NaN speed":         func(s *FlyoutSpec) { s.BurnoutSpeed = units.Speed(nan) },
		"no reach":          func(s *FlyoutSpec) { s.Reach = 0 },
		"NaN reach":         func(s *FlyoutSpec) { s.Reach = units.Length(nan) },
		"negative burn":     func(s *FlyoutSpec) { s.Burn = -1 },
		"no band":           func(s *FlyoutSpec) { s.MaxAltitude = s.MinAltitude },
		"range the wrong":   func(s *FlyoutSpec) { s.MinRange = s.Reach },
		"negative drag":     func(s *FlyoutSpec) { s.Beta = -1 },
		"below the ground":  func(s *FlyoutSpec) { s.MinAltitude = -10 },
		"never so high":     func(s *FlyoutSpec) { s.BurnoutSpeed, s.MinAltitude, s.MaxAltitude = 500, 100e3, 200e3 },
		"constant, nowhere": func(s *FlyoutSpec) { s.ConstantSpeed, s.Reach = true, 0 },
	} {
		s := good
		change(&s)
		if _, err := NewFlyout(s); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func BenchmarkNewFlyout(b *testing.B) {
	for _, s := range layersOfDefence {
		b.Run(s.BurnoutSpeed.String(), func(b *testing.B) {
			for b.Loop() {
				if _, err := NewFlyout(s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkFlyoutTime(b *testing.B) {
	f := flyout(b, layersOfDefence[1])
	sum := 0.0
	for i := 0; b.Loop(); i++ {
		s, _ := f.Time(float64(i%200)*1e3, 90e3)
		sum += s
	}
	_ = sum
}
