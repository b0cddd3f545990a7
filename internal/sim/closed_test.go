package sim_test

import (
	"fmt"
	"math"
	"testing"

	"testudo/internal/sim"
)

// The closed forms of layered defence (Wilkening, Science & Global Security 8,
// 1999/2000): K_w = P_cm [1-(1-k)^n], P(0 leakers | W) = K_w^W, and with one
// common-mode draw for the raid P_cm [1-(1-k)^n]^W. Reproduced by Monte Carlo to
// three standard errors, through the same compile and play as any scenario.

const closedRuns = 40000

func close3(t *testing.T, what string, sum, sq float64, n int, want float64) {
	t.Helper()
	m := sum / float64(n)
	se := math.Sqrt(math.Max(sq/float64(n)-m*m, 1e-12) / float64(n))
	if math.Abs(m-want) > 3*se+1e-12 {
		t.Errorf("%s: simulated %.5f ± %.5f, closed form %.5f", what, m, se, want)
	}
}

func TestValidateWilkeningWithCommonMode(t *testing.T) {
	for _, c := range []struct {
		pcm, k float64
		n, w   int
	}{{0.9, 0.7, 4, 4}, {0.9, 0.7, 4, 20}, {0.95, 0.7, 4, 20}, {0.95, 0.8, 2, 20}, {0.99, 0.5, 4, 4}, {0.999, 0.8, 2, 20}} {
		for _, per := range []bool{false, true} {
			b := compile(t, textbook{warheads: c.w, k: c.k, commonMode: c.pcm, perMissile: per, batteries: []string{fmt.Sprintf("salvo: %d", c.n)}}.text())
			l, sum, sq := tally(b, 0, closedRuns)
			kn := 1 - math.Pow(1-c.k, float64(c.n))
			zero := c.pcm * math.Pow(kn, float64(c.w))
			if per {
				zero = math.Pow(c.pcm*kn, float64(c.w))
			}
			what := fmt.Sprintf("P_cm %g, k %g, n %d, W %d, per missile %t", c.pcm, c.k, c.n, c.w, per)
			i, j := l.At(sim.NoLeaker, sim.Whole, 0), l.At(sim.Leakers, sim.Whole, 0)
			close3(t, what+": P(no leaker)", sum[i], sq[i], closedRuns, zero)
			close3(t, what+": leakers", sum[j], sq[j], closedRuns, float64(c.w)*(1-c.pcm*kn))
		}
	}
}

func TestValidateExpectedLeakers(t *testing.T) {
	for _, c := range []struct {
		w, n int
		k    float64
	}{{10, 2, 0.8}, {20, 2, 0.7}, {100, 1, 0.9}, {5, 4, 0.5}} {
		b := compile(t, textbook{warheads: c.w, k: c.k, batteries: []string{fmt.Sprintf("salvo: %d", c.n)}}.text())
		l, sum, sq := tally(b, 0, closedRuns/4)
		i := l.At(sim.Leakers, sim.Whole, 0)
		close3(t, fmt.Sprintf("W %d, k %g, n %d", c.w, c.k, c.n), sum[i], sq[i], closedRuns/4, float64(c.w)*math.Pow(1-c.k, float64(c.n)))
	}
}

// Two looks of one shot: kill 1-(1-k)², expected shots 2-k.
func TestValidateShootLookShoot(t *testing.T) {
	for _, k := range []float64{0.5, 0.7, 0.8} {
		b := compile(t, textbook{warheads: 1, k: k, batteries: []string{"salvo: 1"}, command: "fire: shoot-look-shoot, salvo: 1, ration: 2"}.text())
		l, sum, sq := tally(b, 0, closedRuns)
		i, j := l.At(sim.Killed, sim.Whole, 0), l.At(sim.Shots, sim.Whole, 0)
		close3(t, fmt.Sprintf("k %g: kills", k), sum[i], sq[i], closedRuns, 1-(1-k)*(1-k))
		close3(t, fmt.Sprintf("k %g: shots", k), sum[j], sq[j], closedRuns, 2-k)
	}
}

// 48 rounds, k = .8, split evenly: of 20 warheads 8 get three rounds and 12 get
// two (0.544 leakers); of 100 warheads 48 get one (61.6 leakers).
func TestValidateInventory(t *testing.T) {
	even := textbook{warheads: 20, k: 0.8, batteries: []string{"salvo: 2, interceptors: 40", "salvo: 1, interceptors: 8"}}
	l, sum, sq := tally(compile(t, even.text()), 0, closedRuns)
	i := l.At(sim.Leakers, sim.Whole, 0)
	close3(t, "48 rounds against 20", sum[i], sq[i], closedRuns, 0.544)
	l, sum, sq = tally(compile(t, textbook{warheads: 100, k: 0.8, batteries: []string{"salvo: 1, interceptors: 48"}}.text()), 0, closedRuns/4)
	i = l.At(sim.Leakers, sim.Whole, 0)
	close3(t, "48 rounds against 100", sum[i], sq[i], closedRuns/4, 61.6)
}

// Two layers of 80 % stop 96 % (published illustration: Forbes, 23 March 2020,
// via lexingtoninstitute.org).
func TestValidateTwoLayers(t *testing.T) {
	b := compile(t, textbook{warheads: 10, k: 0.8, batteries: []string{"salvo: 1", "salvo: 1"}}.text())
	l, sum, sq := tally(b, 0, closedRuns/2)
	i := l.At(sim.Killed, sim.Whole, 0)
	close3(t, "two layers of 80 %", sum[i], sq[i], closedRuns/2, 9.6)
}

// The published reference loop of an event-driven raid with channels, queues and
// inventories: 30 missiles, three layers (entered at 0, 120 and 200 s; windows
// 100, 60, 30 s; fly-outs 40, 20, 10 s; looks 10, 5, 3 s; kill probabilities
// 0.70, 0.65, 0.60; rounds 24, 24, 36; channels 4, 4, 6). Its check figures are
// 0.270 leakers and 24.00, 17.72, 2.36 shots a replication.
func TestValidateReferenceRaid(t *testing.T) {
	b := sim.ReferenceRaid()
	const n = 40000
	l, sum, sq := tally(b, 0, n)
	i := l.At(sim.Leakers, sim.Whole, 0)
	close3(t, "leakers", sum[i], sq[i], n, 0.270)
	for k, want := range []float64{24.00, 17.72, 2.36} {
		i := l.At(sim.Shots, sim.PerBattery, k)
		m := sum[i] / n
		// The reference figures are printed to two digits.
		if se := math.Sqrt((sq[i]/n - m*m) / n); math.Abs(m-want) > 4*se+0.005 {
			t.Errorf("layer %d: %.3f shots, reference %.2f", k+1, m, want)
		}
	}
}
