package report

import (
	"fmt"
	"math"
	"strings"

	"testudo/internal/burden"
	"testudo/internal/measure"
)

// BurdenDocument is a game and its splits, with what is needed to repeat it.
type BurdenDocument struct {
	Scenario  string         `json:"scenario"`
	Raid      string         `json:"raid,omitempty"`
	Posture   string         `json:"posture,omitempty"`
	Measure   string         `json:"measure,omitempty"`
	Seed      uint64         `json:"seed,omitempty"`
	Runs      int            `json:"runs,omitempty"`
	Players   []string       `json:"players"`
	Whole     float64        `json:"whole"`                    // what all save together
	Orders    int            `json:"orders_sampled,omitempty"` // 0: every coalition was played
	Values    []float64      `json:"values,omitempty"`         // by coalition: bit i for player i
	Splits    []burden.Split `json:"splits"`
	Own       []float64      `json:"own_benefit,omitempty"` // what each is itself spared when all hold together
	Alliance  *Alliance      `json:"alliance,omitempty"`
	LeastCore *LeastCore     `json:"least_core,omitempty"`
}

// LeastCore is how much the coalition that objects most must gain at least,
// whatever the split: below zero the core is not empty, and everybody can be
// left that much better off than by leaving.
type LeastCore struct {
	Epsilon float64   `json:"epsilon"`
	Shares  []float64 `json:"shares"`
}

// Alliance is the equilibrium of Olson and Zeckhauser (1966) for a pure public
// good, for comparison: what share of the common effort each nation would carry
// of its own accord, what share if the effort were efficient, and how much of
// the efficient effort would come about.
type Alliance struct {
	Taste     float64   `json:"taste"`
	Share     []float64 `json:"share"`
	Efficient []float64 `json:"efficient_share"`
	Provided  float64   `json:"provided_of_efficient"`
}

func members(players []string, c burden.Coalition) string {
	var in []string
	for i, p := range players {
		if c.Has(i) {
			in = append(in, Clean(p))
		}
	}
	if len(in) == 0 {
		return "nobody"
	}
	return strings.Join(in, " + ")
}

// BurdenText prints a game and its splits and says in words what they mean.
func BurdenText(d *BurdenDocument) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", Clean(d.Scenario))
	if d.Raid != "" {
		fmt.Fprintf(&b, "raid %s, posture %s: %s saved over everybody alone; %d runs, seed %d\n", Clean(d.Raid), Clean(d.Posture), d.Measure, d.Runs, d.Seed)
	}
	b.WriteByte('\n')
	for _, t := range d.sheets() {
		t.text(&b)
	}
	for _, v := range d.Verdict() {
		b.WriteString(wrap(v, 100))
	}
	return b.String()
}

// sheets are the tables, for terminal and page.
func (d *BurdenDocument) sheets() []sheet {
	n := func(x string) cell { return cell{minus(x), "n"} }
	all := len(d.Values) - 1
	var out []sheet
	if len(d.Players) <= 5 && all > 0 {
		t := sheet{Caption: "What each coalition saves", Head: []cell{{"coalition", ""}, {"worth", "n"}}}
		for s := 1; s <= all; s++ {
			t.row("", cell{members(d.Players, burden.Coalition(s)), ""}, n(measure.Num(d.Values[s])))
		}
		out = append(out, t)
	}
	t := sheet{Caption: "The whole shared out, rule by rule", Head: []cell{{"rule", ""}}}
	for _, p := range d.Players {
		t.Head = append(t.Head, cell{Clean(p), "n"})
	}
	t.Head = append(t.Head, cell{"who would object", ""})
	for _, s := range d.Splits {
		if len(s.Shares) == 0 {
			t.Notes = append(t.Notes, Clean(fmt.Sprintf("%s does not apply: %s.", s.Rule, s.Reason)))
			continue
		}
		cells := []cell{txt(s.Rule)}
		for i, x := range s.Shares {
			if len(s.StdErr) > i {
				cells = append(cells, n(pm(x, s.StdErr[i])))
			} else {
				cells = append(cells, n(measure.Num(x)))
			}
		}
		t.row("", append(cells, long(d.objection(&s)))...)
	}
	if d.Orders > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("From %d random orders of joining; the errors are those of the orders. Whether some coalition would object is not worked out.", d.Orders))
	}
	if lc := d.LeastCore; lc != nil {
		if lc.Epsilon > 1e-9*math.Abs(d.Whole) {
			t.Notes = append(t.Notes, fmt.Sprintf("The core is empty: whatever the split, some coalition gains at least %s by leaving (least core).", measure.Num(lc.Epsilon)))
		} else {
			t.Notes = append(t.Notes, fmt.Sprintf("The core is not empty: a split exists that leaves every coalition at least %s better off than by itself (least core).", measure.Num(0-lc.Epsilon)))
		}
	}
	out = append(out, t)
	if a := d.Alliance; a != nil {
		x := sheet{Caption: "For comparison: who would carry a common effort of its own accord (Olson and Zeckhauser 1966)", Head: []cell{{"nation", ""}, {"carries", "n"}, {"would carry if the effort were efficient", "n"}}}
		for i, p := range d.Players {
			x.row("", txt(p), n(Percent(a.Share[i])), n(Percent(a.Efficient[i])))
		}
		x.Notes = []string{fmt.Sprintf("A pure public good, incomes by GDP, each willing to spend %s of its income if it stood alone (assumption). %s of the efficient effort would come about: the large carry the small, and too little is done.", measure.Percent(a.Taste), Percent(a.Provided))}
		out = append(out, x)
	}
	return out
}

// objection says who would do better by itself under a split.
func (d *BurdenDocument) objection(s *burden.Split) string {
	if d.Orders > 0 {
		return "not worked out"
	}
	if s.Gain <= 1e-9*math.Abs(d.Whole) {
		return "nobody: in the core"
	}
	who := fmt.Sprintf("%s, by %s", members(d.Players, s.Objector), measure.Num(s.Gain))
	if s.Core == burden.Undecided {
		who += " (not significant)"
	}
	return who
}

// Verdict says who should pay what by the Shapley value, why, and who would
// object to the plain keys.
func (d *BurdenDocument) Verdict() []string {
	total := d.Whole
	if len(d.Splits) == 0 || len(d.Splits[0].Shares) == 0 {
		return nil
	}
	if math.Abs(total) < 1e-12 {
		return []string{"Together they save nothing over standing alone here: there is nothing to share, and nobody owes anybody."}
	}
	sh := d.Splits[0].Shares
	var parts []string
	for i, p := range d.Players {
		parts = append(parts, fmt.Sprintf("%s %s (%s)", p, measure.Num(sh[i]), Percent(sh[i]/total)))
	}
	out := []string{
		fmt.Sprintf("Together they save %s. By what each adds to every coalition it may join (Shapley), the credit for it is due to %s.", measure.Num(total), strings.Join(parts, ", ")),
	}
	if len(d.Own) == len(sh) {
		var falls, moves []string
		for i, p := range d.Players {
			falls = append(falls, fmt.Sprintf("%s %s", p, measure.Num(d.Own[i])))
		}
		if ps, err := burden.Transfers(d.Own, sh); err == nil {
			for _, p := range ps {
				moves = append(moves, fmt.Sprintf("%s owes %s the worth of %s", d.Players[p.From], d.Players[p.To], measure.Num(p.Amount)))
			}
		}
		s := "The savings fall where the missiles would have: " + strings.Join(falls, ", ") + "."
		if len(moves) > 0 {
			s += " Whoever is spared more than it brings owes the rest to whoever brings more: " + strings.Join(moves, ", ") + "."
		}
		out = append(out, s)
	}
	var blocked []string
	for i := range d.Splits {
		s := &d.Splits[i]
		if len(s.Shares) > 0 && s.Gain > 1e-9*math.Abs(total) && s.Core != burden.Undecided {
			blocked = append(blocked, fmt.Sprintf("%s (%s)", s.Rule, d.objection(s)))
		}
	}
	switch {
	case d.Orders > 0:
		out = append(out, "There are too many nations to play every coalition: the shares are estimated from random orders of joining, and who would object is not worked out.")
	case len(blocked) > 0:
		out = append(out, "Some would do better by themselves, and so object, under these rules: "+strings.Join(blocked, "; ")+".")
	default:
		out = append(out, "No rule shown here leaves any group of nations better off by itself: nobody has a reason to object to being in, only to the share.")
	}
	return append(out, "Fair division of this kind is usual for airports, dams and power lines; no published use of it for missile defence was found. Read it as a way to argue, not as a customary rule.")
}

// BurdenHTML sets the shares as a page.
func BurdenHTML(d *BurdenDocument, tool, command string) ([]byte, error) {
	p := plainPage{Tool: tool, Title: d.Scenario, Kicker: "Testudo · who should pay what?", Command: command, Verdict: d.Verdict(), Facts: []fact{{"Program", tool}}}
	if d.Raid != "" {
		p.Sub = fmt.Sprintf("Raid %s, posture %s: %s saved over everybody alone. %d runs, seed %d.", d.Raid, d.Posture, d.Measure, d.Runs, d.Seed)
	}
	p.Sections = []sectionView{{ID: "shares", Title: "Shares side by side", Intro: []string{
		"Each row is a rule; each bar the part of the whole it gives a nation. A share of the benefit is also a share of any common cost: who has most of the benefit can be asked for most of the money. " +
			"A split is in the core if no group of nations would save more by leaving and holding together without the others.",
	}, Figures: []figureView{drawn(d.chart(), "Bars with 95 % intervals where the dice leave any.")}, Tables: d.sheets()},
		{ID: "rules", Title: "What the rules mean", Tables: []sheet{ruleSheet()}}}
	return p.html(d)
}

func ruleSheet() sheet {
	t := sheet{Caption: "The rules in words", Head: []cell{{"rule", ""}, {"idea", ""}, {"who may dislike it", ""}}}
	for _, r := range [][3]string{
		{"Shapley", "the average of what a nation adds, over all orders in which the nations could have joined", "whoever is easily replaced"},
		{"Myerson", "the same, where only nations that talk to each other, directly or through others, can act together", "whoever depends on a broker"},
		{"nucleolus", "makes the unhappiest group as little unhappy as possible, then the next", "whoever adds much on average but has no good alternative"},
		{"SCRB", "each keeps what it alone adds to the rest; what remains is split by what each could gain at most", "small partners with good alternatives"},
		{"ENSC", "the same, the remainder split equally", "large partners"},
		{"tau", "a compromise between the most and the least each could ask for", "nobody in particular"},
		{"equal", "as many parts as nations", "whoever brings most"},
		{"by GDP, by population, by value defended, NATO key", "plain keys: by means, by heads, by what is protected, by the alliance's common funding", "whoever gains less than its key asks"},
	} {
		t.row("", txt(r[0]), long(r[1]), long(r[2]))
	}
	return t
}

// chart sets the rules' shares side by side, a panel for each nation.
func (d *BurdenDocument) chart() Drawing {
	const labelW, rowH, top = 120.0, 24.0, 40.0
	var rows []*burden.Split
	lo, hi := 0.0, 0.0
	for i := range d.Splits {
		if s := &d.Splits[i]; len(s.Shares) > 0 {
			rows = append(rows, s)
			for _, x := range s.Shares {
				lo, hi = math.Min(lo, x), math.Max(hi, x)
			}
		}
	}
	if hi == lo {
		hi = lo + 1
	}
	n := float64(len(d.Players))
	panel := math.Max(84, math.Min(190, 560/math.Max(1, n)))
	var csv, alt strings.Builder
	csv.WriteString("rule,nation,share,std_err\n")
	alt.WriteString("Shares of the whole by rule.")
	for _, s := range rows {
		fmt.Fprintf(&alt, " %s:", s.Rule)
		for i, x := range s.Shares {
			se := 0.0
			if i < len(s.StdErr) {
				se = s.StdErr[i]
			}
			csvRow(&csv, csvText(s.Rule)+","+csvText(d.Players[i]), x, se)
			fmt.Fprintf(&alt, " %s %s", d.Players[i], measure.Num(x))
		}
		alt.WriteString(".")
	}
	return Drawing{Name: "burden-shares", Title: "Shares of what all save together", Alt: alt.String(), CSV: csv.String(), Wide: n*panel+labelW > 700, svg: func(onPage bool) string {
		c := &canvas{w: labelW + n*panel + 10, h: top + rowH*float64(len(rows)) + 12}
		for k, s := range rows {
			c.text(labelW-8, top+rowH*float64(k)+15, "s", "end", short(s.Rule, 20))
		}
		for i, p := range d.Players {
			left := labelW + panel*float64(i)
			wide := panel - 46
			x := func(v float64) float64 { return left + wide*(math.Max(lo, math.Min(hi, v))-lo)/(hi-lo) }
			c.text(left, 24, "b s", "", short(p, 12))
			c.line(x(0), top-6, x(0), c.h-8, "axis")
			for k, s := range rows {
				y := top + rowH*float64(k)
				v := s.Shares[i]
				c.group(fmt.Sprintf("%s, %s: %s", s.Rule, p, measure.Num(v)))
				c.rect(x(math.Min(0, v)), y+3, x(math.Max(0, v))-x(math.Min(0, v)), 14, when(k == 0, "bar")+when(k > 0, "quiet"))
				end := x(v)
				if i < len(s.StdErr) && s.StdErr[i] > 0 {
					e := 1.96 * s.StdErr[i]
					c.whisker(x(v-e), x(v+e), y+10, 3)
					end = x(v + e)
				}
				c.end()
				c.text(math.Max(end, x(0))+5, y+14, "x", "", n2(v))
			}
		}
		return c.document("burden-shares", "Shares of what all save together", alt.String(), "", onPage)
	}}
}

// Drawings are the figures as files of their own.
func (d *BurdenDocument) Drawings() []Drawing { return []Drawing{d.chart()} }

// Percent prints a share that may lie outside 0 to 1.
func Percent(x float64) string { return fmt.Sprintf("%.0f %%", 100*x) }
