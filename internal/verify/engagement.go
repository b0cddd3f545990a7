package verify

import (
	"fmt"
	"math"

	"testudo/internal/catalog"
	"testudo/internal/measure/closed"
	"testudo/internal/scenario"
	"testudo/internal/sim"
	"testudo/internal/theatre"
	"testudo/internal/track"
)

func athans(c *collector) error {
	c.set(Strong, "Athans, Wishner & Bertolini, IEEE Trans. AC 13 (1968) 504; truth (RK4) and posterior Cramér–Rao bound computed independently", "truth to the printed digits; bound to 5e-4 of itself")
	f := track.EKF{Process: track.FallingBody(), X: track.State{300000, -20000, 1e-3}}
	f.P[0][0], f.P[1][1], f.P[2][2] = 1e6, 4e6, 10
	truth := f.X
	want := map[float64][2]float64{10: {101028.5473, 791.2828}, 20: {38794.5940, 61.1792}, 30: {31124.8168, 35.2000}}
	for k := 1; k <= 60; k++ {
		now := 0.5 * float64(k)
		f.Process.Move(&truth, now-0.5, now, nil)
		f.Predict(now, nil)
		// Linearised about the truth, the extended filter's covariance is the bound.
		f.X = truth
		var z [3]float64
		track.FallingBodyRadar{}.Measure(&truth, &z, nil)
		if _, ok := f.Update(track.FallingBodyRadar{}, &z, &[3]float64{1e4}); !ok {
			return fmt.Errorf("the filter lost its covariance at %g s", now)
		}
		if w, ok := want[now]; ok {
			c.check(fmt.Sprintf("altitude at %.0f s", now), "ft", truth[0], w[0], 1e-3)
			c.check(fmt.Sprintf("bound on altitude at %.0f s", now), "ft", math.Sqrt(f.P[0][0]), w[1], 5e-4*w[1])
		}
	}
	return nil
}

func reentry(c *collector) error {
	c.set(Strong, "Julier & Uhlmann, Proc. IEEE 92 (2004) 401, parameters of EEA-sensors/ekfukf; truth computed independently", "the printed digits")
	x := track.State{6500.4, 349.14, -1.8093, -6.7967, 0.6932}
	p := track.PlaneReentry()
	last := 0.0
	for _, w := range [][2]float64{{25, 82.0567}, {50, 48.1552}, {100, 29.7166}, {200, 10.1666}} {
		p.Move(&x, last, w[0], nil)
		last = w[0]
		c.check(fmt.Sprintf("height at %.0f s", w[0]), "km", math.Hypot(x[0], x[1])-6374, w[1], 1e-4)
	}
	return nil
}

// bernoulli is the textbook of layered defence as a scenario file.
func bernoulli(warheads, shots int, k, pcm float64, perMissile bool) string {
	per := "raid"
	if perMissile {
		per = "missile"
	}
	const why = "source: assumption, reason: textbook"
	return fmt.Sprintf(`testudo: 1
name: Bernoulli model
world: {earth: sphere, radius: 6371 km, mu: 398600.4418 km3/s2, %[1]s}
nations: {BLU: {name: Blue}, RED: {name: Red, side: attacker}}
assets: {city: {nation: BLU, at: [0, 0], value: 1, %[1]s}}
launch-areas: {pad: {nation: RED, at: [9, 0], %[1]s}}
catalog:
  rocket: {kind: missile, attributes: {model: impulsive, class: MRBM}, figures: {range: {value: 1500 km, %[1]s}, rcs: {value: 1 m2, %[1]s}, ballistic-coefficient: {value: 5000 kg/m2, %[1]s}}}
  beam: {kind: interceptor, attributes: {model: constant-speed}, figures: {burnout-speed: {value: 3 km/s, %[1]s}, reach: {value: 300 km, %[1]s}, min-altitude: {value: 20 km, %[1]s}, max-altitude: {value: 200 km, %[1]s}, kill-probability: {value: %[2]g, %[1]s}, handover-probability: {value: 1, %[1]s}, common-mode: {value: %[3]g, %[1]s}}}
  eye: {kind: radar, attributes: {model: range-limited}, figures: {reference-range: {value: 3000 km, %[1]s}, azimuth-field: {value: 360 deg, %[1]s}}}
  site: {kind: system, attributes: {interceptor: beam, radar: eye}, figures: {load: {value: 1000, %[1]s}, channels: {value: 1000, %[1]s}, reaction-time: {value: 0 s, %[1]s}}}
batteries: {site: {nation: BLU, system: site, at: [0, 0], salvo: %[4]d, common-mode-per: %[5]s, %[1]s}}
commands: {BLU: {decision-delay: 0 s, fire: salvo, salvo: 1, assess-delay: 0 s, track-accuracy: 100000 km, %[1]s}}
raids: {raid: [{missile: rocket, count: %[6]d, from: pad, at: city, over: 60 s, %[1]s}]}
postures: {alone: {}}
`, why, k, pcm, shots, per, warheads)
}

// Compile makes a board of a scenario text with an empty catalogue.
func compile(text string) (*sim.Board, error) {
	empty, err := catalog.Load(nil)
	if err != nil {
		return nil, err
	}
	f, err := scenario.Load("verify.yaml", func(string) ([]byte, error) { return []byte(text), nil }, empty, nil)
	if err != nil {
		return nil, err
	}
	t, err := theatre.Resolve(f, theatre.Options{})
	if err != nil {
		return nil, err
	}
	return sim.Compile(t)
}

// mean plays n runs and gives a column's mean and its standard error.
func mean(b *sim.Board, n int, column func(*sim.Layout) int) (m, se float64) {
	p := sim.NewPlayer(b)
	row := make([]int32, p.Layout().Len())
	i := column(p.Layout())
	var sum, sq float64
	for r := 0; r < n; r++ {
		p.Play(0, 1, uint64(r), row, nil)
		x := float64(row[i])
		sum += x
		sq += x * x
	}
	m = sum / float64(n)
	return m, math.Sqrt(math.Max(sq/float64(n)-m*m, 1e-12) / float64(n))
}

const runs = 40000

func layered(c *collector) error {
	const src = "Wilkening, Science & Global Security 8 (1999/2000): K_w = P_cm[1-(1-k)^n]; values from the formulas"
	for _, r := range []struct {
		pcm, k float64
		n, w   int
		per    bool
		want   float64
	}{
		{0.95, 0.7, 4, 20, false, 0.807386}, {0.95, 0.7, 4, 20, true, 0.304670}, {0.9, 0.7, 4, 20, false, 0.764892}, {0.9, 0.8, 2, 4, true, 0.557256}, {0.999, 0.8, 2, 20, false, 0.441560},
	} {
		b, err := compile(bernoulli(r.w, r.n, r.k, r.pcm, r.per))
		if err != nil {
			return err
		}
		kind := "one common draw for the raid"
		if r.per {
			kind = "a draw for each warhead"
		}
		m, se := mean(b, runs, func(l *sim.Layout) int { return l.At(sim.NoLeaker, sim.Whole, 0) })
		c.set(Strong, src, fmt.Sprintf("3 standard errors of %d runs of the simulator", runs))
		c.check(fmt.Sprintf("P(no leaker): P_cm %g, k %g, n %d, W %d, %s", r.pcm, r.k, r.n, r.w, kind), "", m, r.want, 3*se)
		exact, err := closed.ZeroLeak(r.pcm, r.k, r.n, r.w, !r.per)
		if err != nil {
			return err
		}
		c.set(Strong, src, "the digits printed")
		c.check("the closed form of the same", "", exact, r.want, 6e-7)
	}
	return nil
}

func referenceRaid(c *collector) error {
	c.set(Strong, "the project's reference loop of an event-driven raid (an independent C program)", "4 standard errors, and half of the last printed digit")
	b := sim.ReferenceRaid()
	m, se := mean(b, runs, func(l *sim.Layout) int { return l.At(sim.Leakers, sim.Whole, 0) })
	c.check("leakers", "", m, 0.270, 4*se+0.0005)
	for k, want := range []float64{24.00, 17.72, 2.36} {
		m, se := mean(b, runs, func(l *sim.Layout) int { return l.At(sim.Shots, sim.PerBattery, k) })
		c.check(fmt.Sprintf("shots of layer %d", k+1), "", m, want, 4*se+0.005)
	}
	return nil
}

// greedy holds the marginal-return allocation against trying everything.
func greedy(c *collector) error {
	c.set(Strong, "den Broeder, Ellison & Emerling, Operations Research 7 (1959) 322: greedy is optimal for identical weapons", "rounding")
	values := []float64{9, 5, 4, 1.5}
	for _, k := range []float64{0.4, 0.7, 0.9} {
		kill := []float64{k, k * 0.9, k, k * 0.5}
		for _, n := range []int{3, 6} {
			_, lost, err := closed.Greedy(values, kill, n)
			if err != nil {
				return err
			}
			best := math.Inf(1)
			var try func(i, left int, sum float64)
			try = func(i, left int, sum float64) {
				if i == len(values) {
					best = math.Min(best, sum)
					return
				}
				for s := 0; s <= left; s++ {
					try(i+1, left-s, sum+values[i]*math.Pow(1-kill[i], float64(s)))
				}
			}
			try(0, n, 0)
			c.check(fmt.Sprintf("value lost, k %g, %d rounds on 4 missiles", k, n), "", lost, best, 1e-12)
		}
	}
	return nil
}
