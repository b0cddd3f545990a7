package report

import (
	"fmt"
	"strings"

	"testudo/internal/campaign"
	"testudo/internal/measure"
)

// CampaignDocument tells how stocks and leakers go over the days of a campaign,
// under each posture.
type CampaignDocument struct {
	Scenario string        `json:"scenario"`
	About    string        `json:"about,omitempty"`
	Days     int           `json:"days"`
	Raids    []string      `json:"raids"`
	Stated   bool          `json:"stated"` // the scenario has a campaign; otherwise its raid comes daily
	Seed     uint64        `json:"seed"`
	Runs     int           `json:"runs"`
	Rows     []CampaignRow `json:"postures"`
	Ignoring *Ignoring     `json:"ignoring,omitempty"`
}

// CampaignRow is one posture. Leakers, damage and shots are over the whole
// campaign; Base, Pooled and PooledDry are paired differences: to the first
// posture, and to stocks held apart (leakers, and magazines that run dry).
type CampaignRow struct {
	Posture   string         `json:"posture"`
	Leakers   measure.Figure `json:"leakers"`
	Damage    measure.Figure `json:"damage"`
	Shots     measure.Figure `json:"shots"`
	Lent      float64        `json:"lent"`
	Base      measure.Figure `json:"base_leakers"`
	Pooled    measure.Figure `json:"pooled_leakers"`
	PooledDry measure.Figure `json:"pooled_dry_magazines"`
	Stocks    []StockLine    `json:"stocks"`
	Days      []CampaignDay  `json:"by_day"`
}

// StockLine is one nation's rounds of one interceptor, by the evening of each
// day; Dry is the share of runs in which it runs out, the days are of those.
type StockLine struct {
	Nation      string          `json:"nation"`
	Interceptor string          `json:"interceptor"`
	Start       int             `json:"start"`
	Days        []campaign.Span `json:"by_day"`
	Dry         measure.Figure  `json:"runs_dry"`
	Median      int             `json:"dry_day_median"`
	P5          int             `json:"dry_day_p5"`
	P95         int             `json:"dry_day_p95"`
	ByDay       []int64         `json:"dry_runs_by_day"`
}

// CampaignDay is what a day brought, means over runs.
type CampaignDay struct {
	Launched    float64        `json:"launched"`
	Leakers     float64        `json:"leakers"`
	Share       measure.Figure `json:"leak_share"`
	Shots       float64        `json:"shots"`
	OutOfAction float64        `json:"out_of_action"`
}

// Ignoring is what it saves to leave alone what falls on nothing defended.
type Ignoring struct {
	Posture string         `json:"posture"`
	Shots   measure.Figure `json:"shots"`
	Leakers measure.Figure `json:"leakers"`
}

func (l *StockLine) name() string { return l.Nation + " " + l.Interceptor }

// last is the posture under which fewest arrive.
func (d *CampaignDocument) best() int {
	b := len(d.Rows) - 1
	for i := range d.Rows {
		if d.Rows[i].Leakers.Value < d.Rows[b].Leakers.Value {
			b = i
		}
	}
	return b
}

// Verdict says in words when magazines run dry and what sharing changes.
func (d *CampaignDocument) Verdict() []string {
	first, best := &d.Rows[0], &d.Rows[d.best()]
	var out []string
	s := fmt.Sprintf("Over %d days %s missiles arrive under %q", d.Days, measure.Num(first.Leakers.Value), first.Posture)
	if best != first && best.Base.Clear() {
		s += fmt.Sprintf(", %s under %q: %s fewer %s", measure.Num(best.Leakers.Value), best.Posture, measure.Num(0-best.Base.Value), interval(measure.Figure{Value: 0 - best.Base.Value, Low: 0 - best.Base.High, High: 0 - best.Base.Low}))
	}
	out = append(out, s+".")
	var dry []string
	for i := range first.Stocks {
		if l := &first.Stocks[i]; l.Dry.Value >= 0.5 {
			dry = append(dry, fmt.Sprintf("%s on day %d (in %s of the runs)", l.name(), l.Median, measure.Percent(l.Dry.Value)))
		}
	}
	if len(dry) > 0 {
		out = append(out, fmt.Sprintf("Under %q these run dry more often than not: %s.", first.Posture, strings.Join(dry, "; ")))
	} else {
		out = append(out, fmt.Sprintf("Under %q no magazine runs dry in half of the runs.", first.Posture))
	}
	switch {
	case best.Pooled.Zero() && best.PooledDry.Zero():
		out = append(out, "Pooling the stocks of the same interceptor would change no run.")
	case best.Pooled.Clear():
		out = append(out, fmt.Sprintf("Pooling the stocks of the same interceptor would, under %q, change the missiles that arrive by %s %s.", best.Posture, signed(best.Pooled.Value), interval(best.Pooled)))
	default:
		out = append(out, fmt.Sprintf("Pooling the stocks of the same interceptor changes the missiles that arrive under %q by nothing that can be measured: %s %s.", best.Posture, signed(best.Pooled.Value), interval(best.Pooled)))
	}
	if g := d.Ignoring; g != nil {
		out = append(out, fmt.Sprintf("Leaving alone what falls on nothing defended changes, under %q, the rounds fired by %s %s and the missiles that arrive at what is defended by %s %s.", g.Posture, signed(g.Shots.Value), interval(g.Shots), signed(g.Leakers.Value), interval(g.Leakers)))
	}
	if !d.Stated {
		out = append(out, "The scenario states no campaign: its raid is taken to come every day, with full reloads from no stock behind the batteries.")
	}
	return out
}

// days picks at most ten days to print.
func (d *CampaignDocument) show() []int {
	step := (d.Days + 9) / 10
	var out []int
	for k := step - 1; k < d.Days; k += step {
		out = append(out, k)
	}
	if len(out) == 0 || out[len(out)-1] != d.Days-1 {
		out = append(out, d.Days-1)
	}
	return out
}

func (d *CampaignDocument) sheets() []sheet {
	n := func(x string) cell { return cell{minus(x), "n"} }
	i := func(x string) cell { return cell{minus(x), "i"} }
	t := sheet{Caption: fmt.Sprintf("The whole campaign, %d days: means and 95 %% intervals", d.Days), Head: []cell{{"posture", ""}, {"leakers", "n"}, {"95 %", ""}, {"since first", "n"}, {"95 %", ""}, {"damage", "n"}, {"shots", "n"}, {"lent", "n"}, {"pooled: leakers", "n"}, {"95 %", ""}, {"pooled: dry magazines", "n"}}}
	for k := range d.Rows {
		r := &d.Rows[k]
		a, b := change(r.Base, k == 0)
		p, q := change(r.Pooled, false)
		x, _ := change(r.PooledDry, false)
		t.row(when(k == d.best() && len(d.Rows) > 1, "best"), txt(r.Posture), n(measure.Num(r.Leakers.Value)), i(interval(r.Leakers)), a, b, n(measure.Num(r.Damage.Value)), n(measure.Num(r.Shots.Value)), n(measure.Num(r.Lent)), p, q, x)
	}
	out := []sheet{t}
	pick := []int{0}
	if b := d.best(); b != 0 {
		pick = append(pick, b)
	}
	for _, k := range pick {
		r := &d.Rows[k]
		s := sheet{Caption: "Rounds left by the evening of a day, under " + Clean(r.Posture), Head: []cell{{"nation and interceptor", ""}, {"start", "n"}}}
		for _, day := range d.show() {
			s.Head = append(s.Head, cell{fmt.Sprintf("day %d", day+1), "n"})
		}
		s.Head = append(s.Head, cell{"runs dry", "n"}, cell{"on day", "n"})
		for j := range r.Stocks {
			l := &r.Stocks[j]
			cells := []cell{txt(l.name()), n(fmt.Sprint(l.Start))}
			for _, day := range d.show() {
				cells = append(cells, n(measure.Num(l.Days[day].Mean)))
			}
			when := "–"
			if l.Dry.Value > 0 {
				when = fmt.Sprintf("%d (%d to %d)", l.Median, l.P5, l.P95)
			}
			s.row("", append(cells, n(measure.Percent(l.Dry.Value)), n(when))...)
		}
		out = append(out, s)
		g := sheet{Caption: "Day by day, under " + Clean(r.Posture), Head: []cell{{"day", ""}, {"launched", "n"}, {"arrive", "n"}, {"leak share", "n"}, {"95 %", ""}, {"shots", "n"}, {"out of action", "n"}}}
		for _, day := range d.show() {
			x := &r.Days[day]
			g.row("", cell{fmt.Sprint(day + 1), ""}, n(measure.Num(x.Launched)), n(measure.Num(x.Leakers)), n(measure.Percent(x.Share.Value)), pctRange(x.Share), n(measure.Num(x.Shots)), n(measure.Num(x.OutOfAction)))
		}
		out = append(out, g)
	}
	return out
}

// CampaignText prints the campaign.
func CampaignText(d *CampaignDocument) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%d days, raids %s; %d runs, seed %d\n\n", Clean(d.Scenario), d.Days, Clean(strings.Join(d.Raids, ", ")), d.Runs, d.Seed)
	for _, v := range d.Verdict() {
		b.WriteString(wrap(v, 100))
	}
	b.WriteByte('\n')
	for _, s := range d.sheets() {
		s.text(&b)
	}
	return b.String()
}

// CampaignHTML sets the campaign as a page.
func CampaignHTML(d *CampaignDocument, tool, command string) ([]byte, error) {
	p := plainPage{Tool: tool, Title: d.Scenario, Kicker: "Testudo · when do magazines run dry?", Command: command, Verdict: d.Verdict(),
		Sub: fmt.Sprintf("%d days, raids %s. %d runs, seed %d.", d.Days, strings.Join(d.Raids, ", "), d.Runs, d.Seed), Facts: []fact{{"Program", tool}}}
	all := d.sheets()
	s := sectionView{ID: "whole", Title: "The whole campaign", Tables: all[:1], Intro: []string{"“Pooled” plays the same campaign with the stocks of the same interceptor held in common, whoever owns them; its columns are paired differences to stocks held apart."}}
	if d.About != "" {
		s.Intro = append([]string{Clean(d.About)}, s.Intro...)
	}
	p.Sections = []sectionView{s}
	charts := d.Drawings()
	v := sectionView{ID: "days", Title: "Stocks and leakers, day by day", Tables: all[1:], Intro: []string{"Rounds in the batteries and behind them, by the evening of each day. Shaded: nine runs in ten."}}
	for k, c := range charts {
		note := "Line: mean; band: 5 to 95 % of the runs."
		if k == len(charts)-1 {
			note = "Band: 95 % interval of the mean."
		}
		v.Figures = append(v.Figures, drawn(c, note))
	}
	p.Sections = append(p.Sections, v)
	return p.html(d)
}

// Drawings are the charts: stock against day, for the first posture and the
// best, by nation, and the share that leaks.
func (d *CampaignDocument) Drawings() []Drawing {
	var out []Drawing
	pick := []int{0}
	if b := d.best(); b != 0 {
		pick = append(pick, b)
	}
	for _, k := range pick {
		r := &d.Rows[k]
		by := map[string][]series{}
		var order []string
		for j := range r.Stocks {
			l := &r.Stocks[j]
			s := series{Name: l.Interceptor, X: []float64{0}, Y: []float64{float64(l.Start)}, Low: []float64{float64(l.Start)}, High: []float64{float64(l.Start)}}
			for day, x := range l.Days {
				s.X, s.Y = append(s.X, float64(day+1)), append(s.Y, x.Mean)
				s.Low, s.High = append(s.Low, x.P5), append(s.High, x.P95)
			}
			if by[l.Nation] == nil {
				order = append(order, l.Nation)
			}
			by[l.Nation] = append(by[l.Nation], s)
		}
		for _, nation := range order {
			out = append(out, lines(fmt.Sprintf("stock-%s-%s", fileName(nation), fileName(r.Posture)), fmt.Sprintf("%s: stock against day, under %s", nation, r.Posture), "day", "rounds left in the evening", "day,rounds,rounds_p5,rounds_p95", false, by[nation]))
		}
	}
	var leaks []series
	for _, k := range pick {
		r := &d.Rows[k]
		s := series{Name: r.Posture}
		for day := range r.Days {
			x := &r.Days[day]
			if x.Launched == 0 {
				continue
			}
			s.X, s.Y = append(s.X, float64(day+1)), append(s.Y, x.Share.Value)
			s.Low, s.High = append(s.Low, x.Share.Low), append(s.High, x.Share.High)
		}
		leaks = append(leaks, s)
	}
	return append(out, lines("leak-share", "Share of the missiles launched that arrive", "day", "leak share", "day,leak_share,leak_share_low_95,leak_share_high_95", true, leaks))
}
