package sim_test

import (
	"bytes"
	"fmt"
	"sort"
	"strings"
	"testing"

	"testudo/internal/sim"
)

// The invariants of the design that hold exactly.

// allies is Blue with a city and a battery that sees late, Green with a radar
// near the launch area, White with nothing: what sharing can do shows.
func allies(postures string) string {
	x := textbook{warheads: 8, k: 0.6, command: "fire: shoot-look-shoot, salvo: 1", over: "120 s",
		raidMore: "    - {missile: kepler, count: 4, from: pad, at: port, over: 90 s, " + why + "}\n",
		postures: postures}
	s := x.text()
	s = strings.Replace(s, "batteries:\n", fmt.Sprintf(`sensors:
  forward: {nation: GRN, system: eye, at: [8.5, 0.5], %[1]s}
batteries:
  blue-1: {nation: BLU, system: blind-site, at: [0, 0], %[1]s}
  green-1: {nation: GRN, system: blind-site, at: [0.3, 0.3], %[1]s}
`, why), 1)
	return s
}

const ladderOfThree = `  alone: {}
  nothing: {share: [{from: all, to: all, level: none, delay: 5 s, source: assumption, reason: textbook}]}
  warned: {share: [{from: all, to: all, level: warning, delay: 5 s, source: assumption, reason: textbook}]}
  tracks: {share: [{from: all, to: all, level: track, delay: 5 s, source: assumption, reason: textbook}]}
  remote: {share: [{from: all, to: all, level: launch-on-remote, delay: 5 s, source: assumption, reason: textbook}]}
  engage: {share: [{from: all, to: all, level: engage-on-remote, delay: 5 s, source: assumption, reason: textbook}]}
  vetoed: {share: [{from: all, to: all, level: engage-on-remote, veto: yes, source: assumption, reason: textbook}]}
  joint: {include: engage, joint-fire-control: [BLU, GRN, WHT]}
  mutual: {include: joint, mutual-defence: [{by: GRN, of: [BLU]}, {by: BLU, of: [GRN]}]}
  hub-closed: {share: [{from: GRN, to: WHT, level: engage-on-remote, forwardable: no, source: assumption, reason: textbook}, {from: WHT, to: BLU, level: engage-on-remote, source: assumption, reason: textbook}]}
  hub-open: {share: [{from: GRN, to: WHT, level: engage-on-remote, forwardable: yes, source: assumption, reason: textbook}, {from: WHT, to: BLU, level: engage-on-remote, source: assumption, reason: textbook}]}
  hub-half: {share: [{from: GRN, to: WHT, level: engage-on-remote, forwardable: yes, source: assumption, reason: textbook}]}
`

func rowsOf(b *sim.Board, posture, n int) [][]int32 {
	p := sim.NewPlayer(b)
	var out [][]int32
	for r := 0; r < n; r++ {
		row := make([]int32, p.Layout().Len())
		p.Play(posture, 11, uint64(r), row, nil)
		out = append(out, row)
	}
	return out
}

func same(t *testing.T, what string, a, b [][]int32) {
	t.Helper()
	for r := range a {
		for i := range a[r] {
			if a[r][i] != b[r][i] {
				t.Fatalf("%s: run %d, column %d: %d and %d", what, r, i, a[r][i], b[r][i])
			}
		}
	}
}

// An agreement that shares nothing, or is vetoed, changes nothing, bit for bit.
func TestNullAgreementChangesNothing(t *testing.T) {
	b := compile(t, allies(ladderOfThree))
	alone := rowsOf(b, posture(t, b, "alone"), 300)
	for _, id := range []string{"nothing", "vetoed"} {
		same(t, id, alone, rowsOf(b, posture(t, b, id), 300))
	}
}

// A broker that may not pass on what it gets is as good as no link.
func TestBrokerWithoutReleaseIsNoLink(t *testing.T) {
	b := compile(t, allies(ladderOfThree))
	alone := rowsOf(b, posture(t, b, "alone"), 300)
	same(t, "hub without release", alone, rowsOf(b, posture(t, b, "hub-closed"), 300))
	same(t, "hub without a second leg", alone, rowsOf(b, posture(t, b, "hub-half"), 300))
	open := rowsOf(b, posture(t, b, "hub-open"), 300)
	leak := b.Layout().At(sim.Leakers, sim.Whole, 0)
	gain := 0
	for r := range open {
		gain += int(alone[r][leak] - open[r][leak])
	}
	if gain <= 0 {
		t.Errorf("a hub that may release brought %d fewer leakers in 300 runs; the scenario was built so that it must help", gain)
	}
}

// Where no magazine, channel or capacity binds, no run is ever worse for an
// added agreement.
func TestNeverWorseWhereNothingBinds(t *testing.T) {
	b := compile(t, allies(ladderOfThree))
	leak := b.Layout().At(sim.Leakers, sim.Whole, 0)
	steps := []string{"alone", "warned", "tracks", "remote", "engage", "joint", "mutual"}
	better := 0
	for k := 1; k < len(steps); k++ {
		before, after := rowsOf(b, posture(t, b, steps[k-1]), 2000), rowsOf(b, posture(t, b, steps[k]), 2000)
		for r := range before {
			if after[r][leak] > before[r][leak] {
				t.Fatalf("run %d: %d leakers under %s, %d under %s", r, before[r][leak], steps[k-1], after[r][leak], steps[k])
			}
			if after[r][leak] < before[r][leak] {
				better++
			}
		}
	}
	if better == 0 {
		t.Error("no step ever helped: the test shows nothing")
	}
}

// A battery whose own radar is not the binding limit gains exactly nothing.
func TestCueingSaturates(t *testing.T) {
	text := strings.ReplaceAll(allies(ladderOfThree), "system: blind-site, at", "system: site, at")
	b := compile(t, text)
	alone := rowsOf(b, posture(t, b, "alone"), 300)
	for _, id := range []string{"warned", "tracks", "remote", "engage"} {
		after := rowsOf(b, posture(t, b, id), 300)
		for r := range alone {
			for _, k := range []sim.Kind{sim.Leakers, sim.Shots, sim.Killed} {
				i := b.Layout().At(k, sim.Whole, 0)
				if alone[r][i] != after[r][i] {
					t.Fatalf("%s: run %d: %s %d alone, %d shared, though the own radar sees from the start", id, r, k, alone[r][i], after[r][i])
				}
			}
		}
	}
}

// The order in which a file names nations, assets, batteries, sensors, groups
// and postures changes nothing but the order of the labels, which are sorted.
func TestOrderOfEntriesChangesNothing(t *testing.T) {
	text := allies(ladderOfThree)
	b := compile(t, text)
	// Reverse the lines of each one-line-per-entry block.
	lines := strings.Split(text, "\n")
	for at := 0; at < len(lines); at++ {
		switch lines[at] {
		case "nations:", "assets:", "batteries:", "commands:", "postures:", "  raid:":
			end := at + 1
			for end < len(lines) && strings.HasPrefix(lines[end], "  ") && (lines[at] != "  raid:" || strings.HasPrefix(lines[end], "    ")) {
				end++
			}
			for i, j := at+1, end-1; i < j; i, j = i+1, j-1 {
				lines[i], lines[j] = lines[j], lines[i]
			}
		}
	}
	shuffled := strings.Join(lines, "\n")
	if shuffled == text {
		t.Fatal("nothing was shuffled")
	}
	c := compile(t, shuffled)
	for _, id := range []string{"alone", "tracks", "engage", "mutual"} {
		same(t, id, rowsOf(b, posture(t, b, id), 200), rowsOf(c, posture(t, c, id), 200))
	}
	if !sort.StringsAreSorted(c.Nations) {
		t.Error("the board's nations are not in canonical order")
	}
}

// A board that went through bytes plays to the same outcomes; a damaged one is
// refused.
func TestBoardSerialises(t *testing.T) {
	b := compile(t, allies(ladderOfThree))
	data, err := b.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.Marshal()
	if err != nil || !bytes.Equal(data, again) {
		t.Fatalf("two marshals of one board differ (%v)", err)
	}
	c, err := sim.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b.Postures {
		same(t, b.Postures[i].ID, rowsOf(b, i, 50), rowsOf(c, i, 50))
	}
	for what, bad := range map[string][]byte{
		"empty": nil, "cut short": data[:len(data)/2], "one bit flipped": flip(data, len(data)-7), "another version": flip(data, 11), "not a board": []byte("hello, this is not a board at all, is it? certainly not, no, no"),
	} {
		if _, err := sim.Unmarshal(bad); err == nil {
			t.Errorf("%s: taken for a board", what)
		}
	}
}

func flip(data []byte, at int) []byte {
	c := append([]byte(nil), data...)
	c[at] ^= 4
	return c
}

// A replication allocates nothing, whether sensors can be full or not.
func TestPlayAllocatesNothing(t *testing.T) {
	for _, capacity := range []int32{0, 5} {
		playAllocatesNothing(t, capacity)
	}
}

func playAllocatesNothing(t *testing.T, capacity int32) {
	b := compile(t, allies(ladderOfThree))
	for s := range b.Sensors {
		b.Sensors[s].Capacity = capacity
	}
	p := sim.NewPlayer(b)
	row := make([]int32, p.Layout().Len())
	run := uint64(0)
	for ; run < 400; run++ { // its tables and lists are laid out by then
		p.Play(int(run)%len(b.Postures), 3, run, row, nil)
	}
	if n := testing.AllocsPerRun(200, func() {
		p.Play(int(run)%len(b.Postures), 3, run, row, nil)
		run++
	}); n != 0 {
		t.Errorf("sensors that can follow %d (0: all): %g allocations a replication", capacity, n)
	}
}

// The log tells the same story as the counts.
func TestLogAgreesWithTheCounts(t *testing.T) {
	b := compile(t, allies(ladderOfThree))
	p := sim.NewPlayer(b)
	l := p.Layout()
	quiet, loud := make([]int32, l.Len()), make([]int32, l.Len())
	for run := uint64(0); run < 100; run++ {
		for q := range b.Postures {
			log := new(sim.Log)
			p.Play(q, 5, run, quiet, nil)
			p.Play(q, 5, run, loud, log)
			var shots, kills, leaks int32
			for _, e := range log.Events {
				switch e.Kind {
				case sim.EvShot:
					shots += e.B
				case sim.EvKill:
					kills++
				case sim.EvImpact:
					leaks++
				}
			}
			for i := range quiet {
				if quiet[i] != loud[i] {
					t.Fatalf("run %d: asking for a log changed column %d", run, i)
				}
			}
			if shots != quiet[l.At(sim.Shots, sim.Whole, 0)] || leaks != quiet[l.At(sim.Leakers, sim.Whole, 0)] || kills != quiet[l.At(sim.Killed, sim.Whole, 0)] {
				t.Fatalf("run %d, %s: log has %d shots, %d kills, %d leakers; counts %d, %d, %d", run, b.Postures[q].ID, shots, kills, leaks,
					quiet[l.At(sim.Shots, sim.Whole, 0)], quiet[l.At(sim.Killed, sim.Whole, 0)], quiet[l.At(sim.Leakers, sim.Whole, 0)])
			}
		}
	}
}

func BenchmarkReferenceRaid(b *testing.B) {
	p := sim.NewPlayer(sim.ReferenceRaid())
	row := make([]int32, p.Layout().Len())
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		p.Play(0, 1, uint64(i), row, nil)
	}
}
