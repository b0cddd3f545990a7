package report

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"

	"testudo/internal/sim"
	"testudo/internal/theatre"
	"testudo/internal/yamldoc"
)

// Account is a dated list of what happened to one missile in one run.
type Account struct {
	Scenario string        `json:"scenario"`
	Raid     string        `json:"raid"`
	Posture  string        `json:"posture"`
	Missile  string        `json:"missile"`
	Seed     uint64        `json:"seed"`
	Run      uint64        `json:"run"`
	Outcome  string        `json:"outcome"`
	Lines    []AccountLine `json:"events"`
}

// AccountLine is one event in words. TimeS is seconds since the raid began,
// FlightS since this missile's launch.
type AccountLine struct {
	TimeS   float64 `json:"time_s"`
	FlightS float64 `json:"flight_s"`
	Text    string  `json:"text"`
}

// Explain replays one run and tells one missile's story: launched, seen by, told
// to whom, who could have shot, who shot, and how it ended. missile is an id or
// a number from 1.
func Explain(t *theatre.Theatre, b *sim.Board, posture int, missile string, seed, run uint64) (*Account, error) {
	m := -1
	var ids []string
	for i := range b.Missiles {
		ids = append(ids, b.Missiles[i].ID)
		if b.Missiles[i].ID == missile {
			m = i
		}
	}
	if n, err := strconv.Atoi(missile); m < 0 && err == nil && n >= 1 && n <= len(ids) {
		m = n - 1
	}
	if m < 0 {
		hint := ""
		if n, ok := yamldoc.Nearest(missile, ids); ok {
			hint = fmt.Sprintf("; did you mean %q?", n)
		}
		return nil, fmt.Errorf("no missile %q in raid %s (allowed: a number from 1 to %d, or an id such as %q)%s", missile, t.Raid, len(ids), ids[0], hint)
	}
	p := sim.NewPlayer(b)
	log := new(sim.Log)
	p.Play(posture, seed, run, make([]int32, p.Layout().Len()), log)
	a := &Account{Scenario: t.Name, Raid: t.Raid, Posture: b.Postures[posture].ID, Missile: b.Missiles[m].ID, Seed: seed, Run: run}
	var start int32
	path := int32(-1)
	for _, e := range log.Events {
		if int(e.Missile) == m && (e.Kind == sim.EvLaunch || e.Kind == sim.EvFailed) {
			start, path = e.TMs, e.A
		}
	}
	add := func(at int32, format string, args ...any) {
		a.Lines = append(a.Lines, AccountLine{float64(at) / 1000, float64(at-start) / 1000, fmt.Sprintf(format, args...)})
	}
	n := narrator{t, b, &b.Postures[posture]}
	a.Outcome = "it was stopped"
	for _, e := range log.Events {
		if e.Missile >= 0 && int(e.Missile) != m {
			continue
		}
		switch e.Kind {
		case sim.EvImpact:
			a.Outcome = "it leaked"
		case sim.EvFailed:
			a.Outcome = "it failed at launch"
		}
		if text := n.say(e, start); text != "" {
			at := e.TMs
			if e.Missile < 0 {
				at = start
			}
			add(at, "%s", text)
		}
	}
	if path >= 0 && a.Outcome != "it failed at launch" {
		n.couldHave(path, posture, log, m, add, start)
	}
	sort.SliceStable(a.Lines, func(i, j int) bool { return a.Lines[i].TimeS < a.Lines[j].TimeS })
	return a, nil
}

type narrator struct {
	t *theatre.Theatre
	b *sim.Board
	p *sim.Posture
}

func (n narrator) sensor(i int32) string {
	return n.b.Sensors[i].ID + " (" + n.b.Nations[n.b.Sensors[i].Nation] + ")"
}

func (n narrator) battery(i int32) string {
	return n.b.Batteries[i].ID + " (" + n.b.Nations[n.b.Batteries[i].Nation] + ", " + n.b.Interceptors[n.b.Batteries[i].Interceptor].ID + ")"
}

func rounds(n int32) string {
	if n == 1 {
		return "one round"
	}
	return fmt.Sprintf("%d rounds", n)
}

// say puts one event in words.
func (n narrator) say(e sim.Event, start int32) string {
	b := n.b
	switch e.Kind {
	case sim.EvLaunch:
		p := &b.Paths[e.A]
		ar := b.Assets[p.Asset]
		return fmt.Sprintf("launched: %s from %s at %s (%s); burn %.0f s, apogee %.0f km, impact after %.0f s",
			b.MissileTypes[p.Type], b.Areas[p.Area], ar.ID, b.Nations[ar.Nation], float64(p.BurnoutMs)/1000, float64(p.ApogeeM)/1000, float64(p.DurationMs)/1000)
	case sim.EvFailed:
		return "failed at launch: its reliability draw went against it"
	case sim.EvDown:
		return "out of order in this run: " + n.p.Chance[e.A].ID
	case sim.EvCommon:
		return "fails as a kind in this raid (common mode): " + b.Interceptors[e.A].ID
	case sim.EvDetect:
		if e.B >= 0 {
			return fmt.Sprintf("seen by %s, pointed by %s", n.sensor(e.A), n.sensor(e.B))
		}
		return "seen by " + n.sensor(e.A)
	case sim.EvSaturated:
		if e.B == 0 {
			return n.sensor(e.A) + " had no track to spare and never took it up"
		}
		return fmt.Sprintf("%s had no track to spare until %.0f s later", n.sensor(e.A), float64(e.B-e.TMs)/1000)
	case sim.EvAlert:
		return b.Nations[e.A] + " knows of the launch"
	case sim.EvFirm:
		return b.Nations[e.A] + " has a firm track"
	case sim.EvReady:
		return fmt.Sprintf("%s may shoot; its next look is launched %.0f s after the missile's launch", n.battery(e.A), float64(e.B-start)/1000)
	case sim.EvTooLate:
		if e.TMs >= sim.Never-1 || e.TMs < 0 {
			return fmt.Sprintf("%s could reach it until %.0f s after launch, but never had a track it may shoot on", n.battery(e.A), float64(e.B-start)/1000)
		}
		return fmt.Sprintf("%s is ready, but too late: its last possible launch was %.0f s after the missile's", n.battery(e.A), float64(e.B-start)/1000)
	case sim.EvShot:
		mode := [...]string{"on its own radar's track", "launched on a remote track, own radar takes over", "on remote tracks throughout"}[e.D]
		return fmt.Sprintf("%s launches %s (look %d), %s; each kills with probability %.2f", n.battery(e.A), rounds(e.B), e.C+1, mode, float64(e.Sspk)/math.Ldexp(1, 64))
	case sim.EvKill:
		return "KILLED by " + n.battery(e.A)
	case sim.EvMiss:
		return fmt.Sprintf("%s misses with %s", n.battery(e.A), rounds(e.B))
	case sim.EvWasted:
		return fmt.Sprintf("%s of %s meet a target already dead: wasted", rounds(e.B), n.battery(e.A))
	case sim.EvDry:
		return n.battery(e.A) + " has no round left"
	case sim.EvReserved:
		return n.battery(e.A) + " keeps its rounds for assets that come first"
	case sim.EvBusy:
		return n.battery(e.A) + " has no fire channel free and waits for one"
	case sim.EvWaits:
		return n.battery(e.A) + " holds fire until the result of a shot already on its way, to save rounds"
	case sim.EvSpared:
		return n.battery(e.A) + " leaves it to the shot already on its way: it has fewer rounds than missiles still to meet"
	case sim.EvThinksKill:
		return b.Nations[e.A] + " takes the miss for a kill and stops shooting"
	case sim.EvMissedKill:
		return b.Nations[e.A] + " does not see that it is dead and goes on shooting"
	case sim.EvImpact:
		hit := "misses the asset's area"
		if e.B == 1 {
			hit = "strikes within it"
		}
		return fmt.Sprintf("LEAKED: arrives at %s and %s", b.Assets[e.A].ID, hit)
	}
	return ""
}

// couldHave adds, at the end, the batteries that geometry would let shoot but
// agreements or lack of a track did not.
func (n narrator) couldHave(path int32, posture int, log *sim.Log, m int, add func(int32, string, ...any), start int32) {
	told := map[int32]bool{}
	for _, e := range log.Events {
		if int(e.Missile) == m {
			switch e.Kind {
			case sim.EvReady, sim.EvTooLate, sim.EvShot:
				told[e.A] = true
			}
		}
	}
	var idle []string
	for k := range n.b.Batteries {
		kin := &n.b.Kins[int(path)*len(n.b.Batteries)+k]
		if told[int32(k)] || len(kin.LaunchMs) == 0 {
			continue
		}
		idle = append(idle, n.battery(int32(k)))
	}
	if len(idle) > 0 {
		add(start+n.b.Paths[path].DurationMs, "within reach of, but not defended or not seen in time by: %s", strings.Join(idle, "; "))
	}
}

// Happening is one event of a run in words. Missile is its id, "" for what
// concerns the whole raid.
type Happening struct {
	TimeS   float64 `json:"time_s"`
	Missile string  `json:"missile,omitempty"`
	Kind    string  `json:"kind"` // launch, detect, alert, track, shot, kill, miss, leak, other
	Text    string  `json:"text"`
}

// Narrate puts a run's log in words, in the order of time.
func Narrate(t *theatre.Theatre, b *sim.Board, posture int, log *sim.Log) []Happening {
	start := make([]int32, len(b.Missiles))
	for _, e := range log.Events {
		if e.Kind == sim.EvLaunch || e.Kind == sim.EvFailed {
			start[e.Missile] = e.TMs
		}
	}
	n := narrator{t, b, &b.Postures[posture]}
	var out []Happening
	for _, e := range log.Events {
		h := Happening{TimeS: float64(e.TMs) / 1000, Kind: kindOf(e.Kind)}
		at := int32(0)
		if e.Missile >= 0 {
			h.Missile, at = b.Missiles[e.Missile].ID, start[e.Missile]
		}
		if e.Kind == sim.EvTooLate && (e.TMs >= sim.Never-1 || e.TMs < 0) {
			h.TimeS = float64(e.B) / 1000
		}
		if h.Text = n.say(e, at); h.Text != "" {
			out = append(out, h)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].TimeS < out[j].TimeS })
	return out
}

func kindOf(k sim.EventKind) string {
	switch k {
	case sim.EvLaunch, sim.EvFailed:
		return "launch"
	case sim.EvDetect:
		return "detect"
	case sim.EvAlert:
		return "alert"
	case sim.EvFirm:
		return "track"
	case sim.EvShot:
		return "shot"
	case sim.EvKill:
		return "kill"
	case sim.EvMiss, sim.EvWasted:
		return "miss"
	case sim.EvImpact:
		return "leak"
	}
	return "other"
}

// ReplayDocument is one run in words.
type ReplayDocument struct {
	Scenario string      `json:"scenario"`
	Raid     string      `json:"raid"`
	Posture  string      `json:"posture"`
	Seed     uint64      `json:"seed"`
	Run      uint64      `json:"run"`
	Missiles int         `json:"missiles"`
	Leakers  int         `json:"leakers"`
	Kills    int         `json:"kills"`
	Events   []Happening `json:"events"`
}

// HappeningsText prints events, one on a line.
func HappeningsText(list []Happening) string {
	var b strings.Builder
	wide := 0
	for _, h := range list {
		wide = max(wide, len([]rune(h.Missile)))
	}
	for _, h := range list {
		fmt.Fprintf(&b, "%8.1f s  %-*s  %s\n", h.TimeS, min(wide, 40), Clean(h.Missile), Clean(h.Text))
	}
	return b.String()
}
