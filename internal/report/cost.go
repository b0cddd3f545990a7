package report

import (
	"fmt"
	"math"
	"strings"

	"testudo/internal/measure"
)

// CostDocument says what a raid and its defence cost. All money is in US
// dollars of PriceYear, brought there by the catalogue's Deflator.
type CostDocument struct {
	Scenario    string        `json:"scenario"`
	Raid        string        `json:"raid"`
	Seed        uint64        `json:"seed"`
	Runs        int           `json:"runs"`
	Missiles    int           `json:"missiles"`
	PriceYear   int           `json:"price_year"`
	Deflator    string        `json:"deflator"`
	Years       int           `json:"years"`
	Discount    float64       `json:"discount"`
	MissilesUSD float64       `json:"missiles_usd"` // what the raid costs the attacker; 0: some have no price
	Value       float64       `json:"value"`        // of all assets, in the scenario's units
	Rows        []CostRow     `json:"postures"`
	Nations     []Programme   `json:"programmes"`
	Sharing     []SharingCost `json:"sharing"`
	Pairs       []CostPair    `json:"pairs"`
	Unpriced    []Unpriced    `json:"unpriced"`
}

// CostRow is one posture; the first is no defence at all. Prevented and Saved
// are paired differences to it. PerLeaker and PerMillion are nil where nothing
// is prevented or spent.
type CostRow struct {
	Posture    string          `json:"posture"`
	Spent      measure.Figure  `json:"spent_usd"`
	Leakers    measure.Figure  `json:"leakers"`
	Damage     measure.Figure  `json:"damage"`
	Prevented  measure.Figure  `json:"leakers_prevented"`
	Saved      measure.Figure  `json:"value_saved"`
	PerLeaker  *measure.Figure `json:"usd_per_leaker_prevented,omitempty"`
	PerMillion *measure.Figure `json:"value_saved_per_musd,omitempty"`
	Exchange   float64         `json:"cost_exchange"` // interceptors fired over missiles launched
	Accounts   []CostAccount   `json:"accounts,omitempty"`
}

// CostAccount keeps who fired apart from who was defended: FiredUSD is what the
// nation's batteries fired, ForOthersUSD the part of it at missiles aimed at
// others, DefendedUSD what anybody fired at missiles aimed at it. OwedUSD is
// what it would pay (or be paid, below zero) if those defended paid.
type CostAccount struct {
	Nation       string  `json:"nation"`
	FiredUSD     float64 `json:"fired_usd"`
	ForOthersUSD float64 `json:"for_others_usd"`
	DefendedUSD  float64 `json:"defended_usd"`
	OwedUSD      float64 `json:"owed_usd"`
}

// Programme is what a nation's batteries and radars cost over the horizon.
type Programme struct {
	Nation      string  `json:"nation"`
	Items       int     `json:"items"`
	BuyUSD      float64 `json:"buy_usd"`
	RunUSD      float64 `json:"run_usd"` // present value
	Unpriced    int     `json:"without_price"`
	UnpricedRun int     `json:"without_operating_cost"`
}

// SharingCost is what a posture's agreements cost to have: infrastructure for
// each pair of nations between which something passes, present value.
type SharingCost struct {
	Posture string  `json:"posture"`
	Pairs   int     `json:"pairs"`
	USD     float64 `json:"usd"`
}

// CostPair sets an interceptor beside a missile: the plain ratio of prices, and
// what both doctrines spend per missile and per missile stopped, in missiles.
type CostPair struct {
	Interceptor    string  `json:"interceptor"`
	Missile        string  `json:"missile"`
	InterceptorUSD float64 `json:"interceptor_usd"`
	MissileUSD     float64 `json:"missile_usd"`
	Kill           float64 `json:"kill_probability"`
	Plain          float64 `json:"plain_ratio"`
	Salvo          float64 `json:"salvo_of_two"`
	SalvoPerKill   float64 `json:"salvo_of_two_per_kill"`
	Look           float64 `json:"shoot_look_shoot"`
	LookPerKill    float64 `json:"shoot_look_shoot_per_kill"`
}

// Unpriced is a price the account goes without.
type Unpriced struct {
	Figure string `json:"figure"`
	Why    string `json:"why"`
}

const whyPlain = "The plain ratio of prices misleads: it leaves out how many rounds a doctrine fires for each missile, how many missiles it stops, what the missile would have destroyed, and what it takes to have radars and launchers in place. It also sets a defender's wealth against an attacker's as if both were equally poor."

// bestCost is the row with the least damage among the defended ones.
func (d *CostDocument) best() int {
	b := len(d.Rows) - 1
	for i := 1; i < len(d.Rows); i++ {
		if d.Rows[i].Damage.Value < d.Rows[b].Damage.Value {
			b = i
		}
	}
	return b
}

// Verdict says in words what the account shows.
func (d *CostDocument) Verdict() []string {
	if len(d.Rows) < 2 {
		return nil
	}
	first, last := &d.Rows[1], &d.Rows[d.best()]
	var out []string
	if x := first.PerLeaker; x != nil {
		s := fmt.Sprintf("Under %q each missile kept from arriving costs %s million dollars of interceptors", first.Posture, musd(x.Value))
		if y := last.PerLeaker; y != nil && last != first {
			s += fmt.Sprintf("; under %q it costs %s", last.Posture, musd(y.Value))
		}
		out = append(out, s+fmt.Sprintf(" (prices of %d).", d.PriceYear))
	}
	if d.MissilesUSD > 0 {
		out = append(out, fmt.Sprintf("The raid costs the attacker %s MUSD; the interceptors fired under %q cost %s, %s times as much.", musd(d.MissilesUSD), last.Posture, musd(last.Spent.Value), measure.Num(last.Exchange)))
	} else {
		out = append(out, "Some of the attacker's missiles have no price, so that no ratio to the raid's cost is given.")
	}
	for _, a := range last.Accounts {
		if a.ForOthersUSD >= 5e5 {
			out = append(out, fmt.Sprintf("Under %q %s fires %s MUSD a raid at missiles that were aimed at others.", last.Posture, a.Nation, musd(a.ForOthersUSD)))
		}
	}
	return out
}

func musd(usd float64) string { return measure.Num(usd / 1e6) }

func musdRange(f measure.Figure) string {
	return "[" + musd(f.Low) + ", " + musd(f.High) + "]"
}

func orDash(f *measure.Figure, scale float64) (value, interval string) {
	if f == nil {
		return "–", ""
	}
	return measure.Num(f.Value / scale), "[" + measure.Num(f.Low/scale) + ", " + measure.Num(f.High/scale) + "]"
}

// CostText prints the account.
func CostText(d *CostDocument) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nraid %s: %d missiles; %d runs, seed %d; US dollars of %d (%s)\n\n", Clean(d.Scenario), Clean(d.Raid), d.Missiles, d.Runs, d.Seed, d.PriceYear, d.Deflator)
	for _, s := range d.sheets() {
		s.text(&b)
	}
	for _, v := range d.Verdict() {
		b.WriteString(wrap(v, 100))
	}
	b.WriteString(wrap(whyPlain, 100))
	if len(d.Unpriced) > 0 {
		fmt.Fprintf(&b, "\nwithout a price, and therefore not counted (%d)\n", len(d.Unpriced))
		for _, u := range d.Unpriced {
			fmt.Fprintf(&b, "  %s: %s\n", Clean(u.Figure), Clean(u.Why))
		}
	}
	return b.String()
}

// sheets are the tables of the account, for the terminal and the page alike.
func (d *CostDocument) sheets() []sheet {
	n := func(s string) cell { return cell{minus(s), "n"} }
	i := func(s string) cell { return cell{minus(s), "i"} }
	spent := sheet{Caption: "What is spent, and what it buys: means per raid, against no defence at all", Head: []cell{{"posture", ""}, {"spent, MUSD", "n"}, {"95 %", ""}, {"leakers prevented", "n"}, {"95 %", ""}, {"MUSD each", "n"}, {"95 %", ""}, {"value saved", "n"}, {"saved per MUSD", "n"}, {"times the raid's cost", "n"}}}
	for k := range d.Rows {
		r := &d.Rows[k]
		each, eachIv := orDash(r.PerLeaker, 1e6)
		per, _ := orDash(r.PerMillion, 1)
		ex := "–"
		if d.MissilesUSD > 0 {
			ex = measure.Num(r.Exchange)
		}
		spent.row("", txt(r.Posture), n(musd(r.Spent.Value)), i(musdRange(r.Spent)), n(measure.Num(r.Prevented.Value)), i(interval(r.Prevented)), n(each), i(eachIv), n(measure.Num(r.Saved.Value)), n(per), n(ex))
	}
	out := []sheet{spent}
	if len(d.Rows) > 1 {
		last := &d.Rows[d.best()]
		t := sheet{Caption: fmt.Sprintf("Who fired and who was defended, under %s: MUSD per raid", Clean(last.Posture)), Head: []cell{{"nation", ""}, {"its batteries fired", "n"}, {"of it for others", "n"}, {"fired for its assets", "n"}, {"it would owe, if those defended paid", "n"}}}
		for _, a := range last.Accounts {
			t.row("", txt(a.Nation), n(musd(a.FiredUSD)), n(musd(a.ForOthersUSD)), n(musd(a.DefendedUSD)), n(signed(a.OwedUSD/1e6)))
		}
		out = append(out, t)
	}
	p := sheet{Caption: fmt.Sprintf("What the batteries and radars cost to have: GUSD over %d years at %s %% a year", d.Years, measure.Num(100*d.Discount)), Head: []cell{{"nation", ""}, {"items", "n"}, {"to buy", "n"}, {"to run", "n"}, {"together", "n"}, {"without price", "n"}, {"without operating cost", "n"}}}
	for _, x := range d.Nations {
		p.row("", txt(x.Nation), n(fmt.Sprint(x.Items)), n(measure.Num(x.BuyUSD/1e9)), n(measure.Num(x.RunUSD/1e9)), n(measure.Num((x.BuyUSD+x.RunUSD)/1e9)), n(fmt.Sprint(x.Unpriced)), n(fmt.Sprint(x.UnpricedRun)))
	}
	out = append(out, p)
	s := sheet{Caption: fmt.Sprintf("What the agreements cost to have: MUSD over %d years", d.Years), Head: []cell{{"posture", ""}, {"pairs that share", "n"}, {"MUSD", "n"}}}
	for _, x := range d.Sharing {
		s.row("", txt(x.Posture), n(fmt.Sprint(x.Pairs)), n(musd(x.USD)))
	}
	out = append(out, s)
	c := sheet{Caption: "An interceptor beside a missile: prices, and what a doctrine spends in missiles' worth", Head: []cell{{"interceptor", ""}, {"missile", ""}, {"MUSD", "n"}, {"MUSD", "n"}, {"plain ratio", "n"}, {"kill", "n"}, {"salvo of two", "n"}, {"per kill", "n"}, {"shoot-look-shoot", "n"}, {"per kill", "n"}}}
	for _, x := range d.Pairs {
		c.row("", txt(x.Interceptor), txt(x.Missile), n(musd(x.InterceptorUSD)), n(musd(x.MissileUSD)), n(measure.Num(x.Plain)), n(measure.Num(x.Kill)), n(measure.Num(x.Salvo)), n(measure.Num(x.SalvoPerKill)), n(measure.Num(x.Look)), n(measure.Num(x.LookPerKill)))
	}
	return append(out, c)
}

// text prints a sheet on a terminal.
func (s *sheet) text(b *strings.Builder) {
	if len(s.Rows) == 0 {
		return
	}
	var head []string
	for _, c := range s.Head {
		head = append(head, c.Text)
	}
	var rows [][]string
	for _, r := range s.Rows {
		var x []string
		for _, c := range r.Cells {
			x = append(x, strings.ReplaceAll(c.Text, "−", "-"))
		}
		rows = append(rows, x)
	}
	b.WriteString(Clean(s.Caption) + "\n")
	table(b, head, rows)
	for _, n := range s.Notes {
		b.WriteString(wrap(n, 100))
	}
	b.WriteByte('\n')
}

// CostHTML sets the account as a page.
func CostHTML(d *CostDocument, tool, command string) ([]byte, error) {
	p := plainPage{Tool: tool, Title: d.Scenario, Kicker: "Testudo · what does it cost?", Command: command, Verdict: d.Verdict(),
		Sub:   fmt.Sprintf("Raid %s: %d missiles. %d runs per posture, seed %d. US dollars of %d.", d.Raid, d.Missiles, d.Runs, d.Seed, d.PriceYear),
		Facts: []fact{{"Program", tool}, {"Prices", fmt.Sprintf("US dollars of %d, by %s of the catalogue", d.PriceYear, d.Deflator)}},
		Foot:  "Intervals are 95 % intervals of the dice; those of ratios are wide enough whatever the two parts have to do with each other."}
	all := d.sheets()
	s := sectionView{ID: "raid", Title: "What a raid costs", Intro: []string{"Spent is the price of the interceptors fired. Prevented and saved are paired differences to the same raid with nobody shooting."}, Tables: all[:len(all)-3]}
	s.Figures = []figureView{drawn(d.spentChart(), "Price of the interceptors fired in one raid."), drawn(d.eachChart(), "The same, for each missile that would have arrived and did not.")}
	p.Sections = append(p.Sections, s,
		sectionView{ID: "have", Title: "What it costs to have", Intro: []string{"Buying and running what the scenario lists, whether a raid comes or not. A battery's price is the catalogue's for that system; rounds beyond it are not counted twice."}, Tables: all[len(all)-3 : len(all)-1]},
		sectionView{ID: "pairs", Title: "An interceptor beside a missile", Intro: []string{whyPlain}, Tables: all[len(all)-1:]})
	if len(d.Unpriced) > 0 {
		t := sheet{Caption: fmt.Sprintf("Without a price, and therefore not counted (%d)", len(d.Unpriced)), Head: []cell{{"figure", ""}, {"why", ""}}}
		for _, u := range d.Unpriced {
			t.row("", txt(u.Figure), long(u.Why))
		}
		p.Sections = append(p.Sections, sectionView{ID: "unpriced", Title: "What has no price", Folded: []sheet{t}})
	}
	return p.html(d)
}

func (d *CostDocument) spentChart() Drawing {
	var rows []bar
	for k := range d.Rows {
		if k > 0 {
			r := &d.Rows[k]
			rows = append(rows, bar{Label: r.Posture, Figure: measure.Figure{Value: r.Spent.Value / 1e6, Low: r.Spent.Low / 1e6, High: r.Spent.High / 1e6}})
		}
	}
	return bars("cost-spent", "Interceptors fired", fmt.Sprintf("MUSD of %d per raid", d.PriceYear), "spent_musd", rows)
}

func (d *CostDocument) eachChart() Drawing {
	var rows []bar
	for k := range d.Rows {
		if x := d.Rows[k].PerLeaker; x != nil && !math.IsInf(x.High, 0) {
			rows = append(rows, bar{Label: d.Rows[k].Posture, Figure: measure.Figure{Value: x.Value / 1e6, Low: x.Low / 1e6, High: x.High / 1e6}})
		}
	}
	return bars("cost-each", "Cost per leaker prevented", fmt.Sprintf("MUSD of %d", d.PriceYear), "musd_per_leaker_prevented", rows)
}

// Drawings are the charts of the account, as files of their own.
func (d *CostDocument) Drawings() []Drawing { return []Drawing{d.spentChart(), d.eachChart()} }
