package measure

import (
	"fmt"
	"strings"

	"testudo/internal/sim"
)

// Idle is a step, or several on end, after which no run differs, and what was found
// when some of the runs were looked at shot by shot: why it brings nothing. All
// counts are sums over those runs.
type Idle struct {
	From  string   `json:"from"`  // the posture before
	Steps []string `json:"steps"` // the postures that change nothing
	Runs  int      `json:"runs"`  // looked at, the first of the study
	Words []string `json:"words"` // all of it as sentences

	Told    int `json:"told"`     // missiles that commands hear of, under From
	Heard   int `json:"heard"`    // of these, sooner under the last step; and those only then
	Chances int `json:"chances"`  // of a battery to shoot at a missile, under From
	InTime  int `json:"in_time"`  // of these, ready before the first look that its reach allows
	Unknown int `json:"unknown"`  // of the others, those whose first look comes before a track tells where the missile will fall
	Decides int `json:"decides"`  // before the command has decided
	Unseen  int `json:"unseen"`   // before a radar that the battery may shoot on has it
	Sooner  int `json:"sooner"`   // ready sooner under the last step
	Won     int `json:"won"`      // may shoot sooner
	Surer   int `json:"surer"`    // shots with another chance of a kill
	Added   int `json:"added"`    // chances there were none of before
	Lost    int `json:"lost"`     // chances that are gone
	Late    int `json:"too_late"` // chances missed under From because the battery is ready too late
	Saved   int `json:"saved"`    // of these, no longer

	Joined bool `json:"joined"` // commands are under one fire control that were not
	Both   int  `json:"both"`   // missiles that batteries of two commands could shoot at, under From

	Arrive    int `json:"arrive"`    // under From, at what is defended
	Unreached int `json:"unreached"` // of these, nobody could shoot
	Unshot    int `json:"unshot"`    // somebody could, and had no round or channel left for it
	Missed    int `json:"missed"`    // shot at
}

// idleRuns is how many runs are looked at shot by shot.
const idleRuns = 20

// Why looks for the steps of a comparison after which no run differs, and why.
func Why(b *sim.Board, c *Comparison) []Idle {
	var out []Idle
	for i := 1; i < len(c.Rows); {
		j := i
		for ; j < len(c.Rows) && c.Rows[j].Step.Leakers.Zero(); j++ {
		}
		if j == i {
			i++
			continue
		}
		x := Idle{From: c.Rows[i-1].Posture, Runs: min(idleRuns, c.Runs)}
		for k := i; k < j; k++ {
			x.Steps = append(x.Steps, c.Rows[k].Posture)
		}
		if x.look(b, c.Seed) {
			x.Words = x.said()
			out = append(out, x)
		}
		i = j
	}
	return out
}

// pair is a missile and a nation or battery.
type pair struct{ missile, of int32 }

// shotAt is a look of a battery at a missile.
type shotAt struct{ missile, battery, slot int32 }

// told is what the log of a run says of who knew what and could do what.
type told struct {
	start, path     map[int32]int32 // per missile that flew
	state           int             // of what may fail
	alert           map[pair]int32
	ready, when     map[pair]int32 // a battery is ready; means to shoot
	late            map[pair]bool
	shot            map[shotAt]uint64
	shotAt, arrived map[int32]bool
}

// listener plays runs with one log and one row for all.
type listener struct {
	p    *sim.Player
	b    *sim.Board
	seed uint64
	log  sim.Log
	row  []int32
}

func (l *listener) run(posture int, run uint64) *told {
	l.log.Events = l.log.Events[:0]
	l.p.Play(posture, l.seed, run, l.row, &l.log)
	x := &told{map[int32]int32{}, map[int32]int32{}, 0, map[pair]int32{}, map[pair]int32{}, map[pair]int32{}, map[pair]bool{}, map[shotAt]uint64{}, map[int32]bool{}, map[int32]bool{}}
	for i := range l.log.Events {
		e := &l.log.Events[i]
		k := pair{e.Missile, e.A}
		switch e.Kind {
		case sim.EvDown:
			x.state |= 1 << e.A
		case sim.EvLaunch:
			x.start[e.Missile], x.path[e.Missile] = e.TMs, e.A
		case sim.EvAlert:
			x.alert[k] = e.TMs
		case sim.EvReady:
			x.ready[k], x.when[k] = e.TMs, e.B
		case sim.EvTooLate:
			x.late[k] = true
		case sim.EvShot:
			x.shot[shotAt{e.Missile, e.A, e.C}] = e.Sspk
			x.shotAt[e.Missile] = true
		case sim.EvImpact:
			if e.A >= 0 && !l.b.Attackers[l.b.Assets[e.A].Nation] {
				x.arrived[e.Missile] = true
			}
		}
	}
	return x
}

// look plays the runs under the posture before and under the last step.
func (x *Idle) look(b *sim.Board, seed uint64) bool {
	// A board of these two alone is laid out sooner.
	two := *b
	two.Postures = nil
	for _, id := range []string{x.From, x.Steps[len(x.Steps)-1]} {
		for i := range b.Postures {
			if b.Postures[i].ID == id {
				two.Postures = append(two.Postures, b.Postures[i])
			}
		}
	}
	if len(two.Postures) != 2 {
		return false
	}
	before := &two.Postures[0]
	for n, g := range before.Group {
		for m := range n {
			x.Joined = x.Joined || g != before.Group[m] && two.Postures[1].Group[n] == two.Postures[1].Group[m]
		}
	}
	p := sim.NewPlayer(&two)
	l := listener{p: p, b: &two, seed: seed, row: make([]int32, p.Layout().Len())}
	for run := range uint64(x.Runs) {
		u, v := l.run(0, run), l.run(1, run)
		x.Told += len(u.alert)
		for k, at := range v.alert {
			if was, ok := u.alert[k]; !ok || at < was {
				x.Heard++
			}
		}
		x.Chances += len(u.ready)
		x.Late += len(u.late)
		groups := map[int32]int32{} // per missile: whose batteries could shoot, the number of the group plus one; -1: of several
		for k, at := range u.ready {
			path := u.path[k.missile]
			o, e := engagement(&before.States[u.state][path], k.of)
			ready := at - u.start[k.missile] - b.Batteries[k.of].ReactionMs
			switch {
			case at-u.start[k.missile] <= e.Slots[0].LaunchMs:
				x.InTime++
			case ready == o.KnownMs:
				x.Unknown++
			case ready == u.alert[pair{k.missile, o.Nation}]-u.start[k.missile]+b.Commands[o.Nation].DecisionMs:
				x.Decides++
			default:
				x.Unseen++
			}
			if _, ok := v.ready[k]; !ok {
				x.Lost++
			}
			switch g := before.Group[b.Batteries[k.of].Nation] + 1; groups[k.missile] {
			case 0:
				groups[k.missile] = g
			case g, -1:
			default:
				groups[k.missile] = -1
				x.Both++
			}
		}
		for k, at := range v.ready {
			was, ok := u.ready[k]
			switch {
			case ok && at < was:
				x.Sooner++
			case u.late[k]:
				x.Saved++
			case !ok:
				x.Added++
			}
			if ok && v.when[k] < u.when[k] {
				x.Won++
			}
		}
		for k, chance := range v.shot {
			if was, ok := u.shot[k]; ok && was != chance {
				x.Surer++
			}
		}
		for m := range u.arrived {
			x.Arrive++
			switch {
			case u.shotAt[m]:
				x.Missed++
			case groups[m] != 0:
				x.Unshot++
			default:
				x.Unreached++
			}
		}
	}
	return true
}

// engagement is what a battery that is ready against a path can do, and the command
// that lets it.
func engagement(s *sim.PathState, battery int32) (*sim.PathCommand, *sim.Engagement) {
	for i := range s.Commands {
		for k := range s.Commands[i].Engs {
			if e := &s.Commands[i].Engs[k]; e.Battery == battery {
				return &s.Commands[i], e
			}
		}
	}
	panic("measure: a battery is ready against a path it has nothing to do with")
}

// said puts it in words.
func (x *Idle) said() []string {
	steps := fmt.Sprintf("%q", x.Steps[0])
	switch n := len(x.Steps); {
	case n == 2:
		steps += fmt.Sprintf(" and %q", x.Steps[1])
	case n > 2:
		steps += fmt.Sprintf(" to %q", x.Steps[n-1])
	}
	verb := "changes"
	if len(x.Steps) > 1 {
		verb = "change"
	}
	head := fmt.Sprintf("Why %s %s nothing (%s, shot by shot): ", steps, verb, many(x.Runs, "run"))
	if x.Arrive == 0 {
		return []string{head + fmt.Sprintf("nothing arrives under %q to begin with.", x.From)}
	}
	out := []string{head + x.information()}
	if x.Joined {
		if x.Both == 0 {
			out = append(out, "One fire control has nothing to share out: no missile is in reach of batteries of two commands that may shoot at it.")
		} else {
			out = append(out, fmt.Sprintf("One fire control has %s to share out that batteries of two commands may shoot at, and the same number arrives.", many(x.Both, "missile")))
		}
	}
	var fates []string
	for _, c := range []struct {
		n    int
		what string
	}{{x.Unreached, "%d could be shot at by nobody"}, {x.Unshot, "for %d no round or channel was left"}, {x.Missed, "%d were shot at and missed"}} {
		switch c.n {
		case 0:
		case x.Arrive:
			return append(out, fmt.Sprintf("Of the %s that arrive, "+strings.Replace(c.what, "%d", "all", 1)+".", many(x.Arrive, "missile")))
		default:
			fates = append(fates, fmt.Sprintf(c.what, c.n))
		}
	}
	return append(out, fmt.Sprintf("Of the %s that arrive, %s.", many(x.Arrive, "missile"), and(fates)))
}

// information says what was shared, and why it won nothing.
func (x *Idle) information() string {
	var won []string
	for _, c := range []struct {
		n    int
		what string
	}{{x.Won, "may be taken sooner"}, {x.Surer, "have another chance of a kill"}, {x.Added + x.Saved, "are added"}, {x.Lost, "are lost"}} {
		if c.n > 0 {
			won = append(won, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	out := "what is shared tells no command of a missile sooner and readies no battery sooner"
	if x.Heard+x.Sooner > 0 {
		out = fmt.Sprintf("what is shared tells commands of a missile sooner %d times of %d and readies ", x.Heard, x.Told)
		if x.Sooner > 0 {
			out += fmt.Sprintf("batteries sooner for %d of %s to shoot", x.Sooner, many(x.Chances, "chance"))
		} else {
			out += "no battery sooner"
		}
	}
	switch {
	case x.Chances == 0:
		return out + "; no battery can shoot at anything."
	case len(won) > 0:
		return out + "; " + and(won) + ", and the same number arrives."
	case x.Sooner > 0:
		out += ", but wins no shot"
	}
	if x.InTime == x.Chances {
		out += ". Each battery is ready before the first look that its reach allows"
	} else {
		var why []string
		for _, c := range []struct {
			n    int
			what string
		}{{x.Unknown, "a track tells where the missile will fall"}, {x.Decides, "the command has decided"}, {x.Unseen, "a radar that the battery may shoot on has the missile"}} {
			if c.n > 0 {
				why = append(why, fmt.Sprintf("for %d before %s", c.n, c.what))
			}
		}
		out += fmt.Sprintf(". For %d of %s the battery is ready before the first look that its reach allows; that look comes %s", x.InTime, many(x.Chances, "chance"), and(why))
	}
	if x.Late > 0 {
		out += fmt.Sprintf("; %d more are missed for being ready too late, as before", x.Late)
	}
	return out + "."
}

// many counts things.
func many(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// and joins parts of a sentence.
func and(w []string) string {
	if len(w) < 2 {
		return strings.Join(w, "")
	}
	return strings.Join(w[:len(w)-1], ", ") + " and " + w[len(w)-1]
}
