package sim_test

import (
	"fmt"
	"strings"
	"testing"

	"testudo/internal/catalog"
	"testudo/internal/scenario"
	"testudo/internal/sim"
	"testudo/internal/theatre"
)

// Scenarios for the tests are written as ordinary scenario files with textbook
// kinds, and go the same way as any user's.

const why = `source: assumption, reason: textbook`

// textbook is one asset under a raid of perfect Kepler missiles, defended by
// batteries whose shots kill with probability k.
type textbook struct {
	warheads   int
	k          float64
	commonMode float64 // probability that the type works; 0: always
	perMissile bool
	batteries  []string // lines of the batteries mapping; %s-free
	command    string
	more       string // further top-level text
	postures   string
	raidMore   string
	over       string
}

func (x textbook) text() string {
	cm, per := "", ""
	if x.commonMode > 0 {
		cm = fmt.Sprintf("      common-mode: {value: %g, %s}\n", x.commonMode, why)
	}
	if x.perMissile {
		per = ", common-mode-per: missile"
	}
	if x.over == "" {
		x.over = "60 s"
	}
	if x.postures == "" {
		x.postures = "  alone: {}\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, `testudo: 1
name: textbook
world: {earth: sphere, radius: 6371 km, mu: 398600.4418 km3/s2, %[1]s}
nations:
  BLU: {name: Blue}
  GRN: {name: Green}
  WHT: {name: White}
  RED: {name: Red, side: attacker}
assets:
  city: {nation: BLU, at: [0, 0], value: 100, %[1]s}
  port: {nation: GRN, at: [0.2, 0.4], value: 50, %[1]s}
launch-areas:
  pad: {nation: RED, at: [9, 0], %[1]s}
catalog:
  kepler:
    kind: missile
    attributes: {model: impulsive, class: MRBM}
    figures:
      range: {value: 1500 km, %[1]s}
      rcs: {value: 1 m2, %[1]s}
      ballistic-coefficient: {value: 5000 kg/m2, %[1]s}
  beam:
    kind: interceptor
    attributes: {model: constant-speed}
    figures:
      burnout-speed: {value: 3 km/s, %[1]s}
      reach: {value: 300 km, %[1]s}
      min-altitude: {value: 20 km, %[1]s}
      max-altitude: {value: 200 km, %[1]s}
      kill-probability: {value: %[2]g, %[1]s}
      handover-probability: {value: 1, %[1]s}
%[3]s  eye:
    kind: radar
    attributes: {model: range-limited}
    figures:
      reference-range: {value: 3000 km, %[1]s}
      azimuth-field: {value: 360 deg, %[1]s}
  short-eye:
    kind: radar
    attributes: {model: range-limited}
    figures:
      reference-range: {value: 120 km, %[1]s}
      azimuth-field: {value: 360 deg, %[1]s}
  site:
    kind: system
    attributes: {interceptor: beam, radar: eye, modes: organic cued launch-on-remote engage-on-remote}
    figures:
      load: {value: 1000000, %[1]s}
      channels: {value: 1000000, %[1]s}
      reaction-time: {value: 0 s, %[1]s}
  blind-site:
    kind: system
    attributes: {interceptor: beam, radar: short-eye, modes: organic cued launch-on-remote engage-on-remote}
    figures:
      load: {value: 1000000, %[1]s}
      channels: {value: 1000000, %[1]s}
      reaction-time: {value: 0 s, %[1]s}
`, why, x.k, cm)
	b.WriteString("batteries:\n")
	for i, l := range x.batteries {
		fmt.Fprintf(&b, "  b%d: {nation: BLU, system: site, at: [0, 0], %s%s, %s}\n", i, l, per, why)
	}
	if x.command == "" {
		x.command = "fire: salvo, salvo: 1"
	}
	for _, n := range []string{"BLU", "GRN", "WHT"} {
		if n == "BLU" {
			fmt.Fprintf(&b, "commands:\n")
		}
		fmt.Fprintf(&b, "  %s: {decision-delay: 0 s, assess-delay: 0 s, track-accuracy: 100000 km, %s, %s}\n", n, x.command, why)
	}
	fmt.Fprintf(&b, "raids:\n  raid:\n    - {missile: kepler, count: %d, from: pad, at: city, over: %s, %s}\n%s", x.warheads, x.over, why, x.raidMore)
	b.WriteString("postures:\n" + x.postures)
	b.WriteString(x.more)
	return b.String()
}

func load(t testing.TB, text string) *scenario.File {
	t.Helper()
	empty, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := scenario.Load("test.yaml", func(string) ([]byte, error) { return []byte(text), nil }, empty, nil)
	if err != nil {
		t.Fatalf("the scenario does not load:\n%v\n%s", err, text)
	}
	return f
}

func world(t testing.TB, text string) *theatre.Theatre {
	t.Helper()
	th, err := theatre.Resolve(load(t, text), theatre.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return th
}

func compile(t testing.TB, text string) *sim.Board {
	t.Helper()
	b, err := sim.Compile(world(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// tally plays n runs of a posture and gives sum and sum of squares per column.
func tally(b *sim.Board, posture, n int) (l *sim.Layout, sum, sq []float64) {
	p := sim.NewPlayer(b)
	l = p.Layout()
	row := make([]int32, l.Len())
	sum, sq = make([]float64, l.Len()), make([]float64, l.Len())
	for r := 0; r < n; r++ {
		p.Play(posture, 7, uint64(r), row, nil)
		for i, v := range row {
			sum[i] += float64(v)
			sq[i] += float64(v) * float64(v)
		}
	}
	return
}

func posture(t testing.TB, b *sim.Board, id string) int {
	t.Helper()
	for i := range b.Postures {
		if b.Postures[i].ID == id {
			return i
		}
	}
	t.Fatalf("no posture %s", id)
	return -1
}
