package testudo

import (
	"context"
	"fmt"
	"math"
	"sort"

	"testudo/internal/catalog"
	"testudo/internal/measure"
	"testudo/internal/measure/closed"
	"testudo/internal/pact"
	"testudo/internal/report"
	"testudo/internal/study"
	"testudo/internal/theatre"
	"testudo/internal/units"
)

// CostOptions say how money is counted.
type CostOptions struct {
	Years     int     // of operation, counted into programme costs
	Discount  float64 // real, per year
	PriceYear int     // all money is brought to the prices of this year
}

// DefaultCost is twenty years at 3 % in the prices of the mission's article.
var DefaultCost = CostOptions{Years: 20, Discount: 0.03, PriceYear: 2014}

// spentRuns bounds the runs whose logs say who fired for whom.
const spentRuns = 2000

// Cost says what a raid costs the defenders under each posture of the ladder,
// what that buys, what the nations' systems cost to have, and what an
// interceptor costs beside a missile.
func (w *World) Cost(ctx context.Context, c CostOptions, o Options) (*report.CostDocument, error) {
	if c.Years < 0 || c.Years > 100 || !(c.Discount > -1 && c.Discount <= 1) {
		return nil, fmt.Errorf("%d years at a discount of %g: allowed are 0 to 100 years and rates above -1, at most 1", c.Years, c.Discount)
	}
	if o.Runs == 0 {
		o.Runs = DefaultRuns
	}
	p := pricer{book: w.Scenario.File.Book, year: c.PriceYear, unknown: map[string]string{}}
	board := w.Board.Undefended("no defence", int(w.Board.Ladder[0]))
	none := len(board.Postures) - 1
	t := *w.Theatre
	t.Postures = append(append([]theatre.Posture(nil), t.Postures...), theatre.Posture{ID: "no defence", About: "nobody shoots"})
	list := []int{none}
	for _, l := range w.Board.Ladder {
		list = append(list, int(l))
	}
	r, err := study.Run(ctx, study.Plan{Board: board, Postures: list, Seed: o.Seed, Runs: o.Runs, Workers: o.Workers, Precision: o.Precision, Progress: o.Progress})
	if err != nil {
		return nil, err
	}
	cmp := measure.Compare(&t, board, r, func(id string) float64 { x, _ := p.price(id, "unit-cost"); return x })
	d := &report.CostDocument{Scenario: t.Name, Raid: t.Raid, Seed: o.Seed, Runs: cmp.Runs, Missiles: cmp.Missiles, PriceYear: c.PriceYear, Years: c.Years, Discount: c.Discount, Deflator: catalog.Deflator}
	d.MissilesUSD = p.raid(&t)
	for _, a := range t.Assets {
		d.Value += a.Value
	}
	for k := range cmp.Rows {
		row := &cmp.Rows[k]
		x := report.CostRow{Posture: row.Posture, Spent: row.CostUSD, Leakers: row.Leakers, Damage: row.Damage, Prevented: negative(row.Base.Leakers), Saved: negative(row.Base.Damage)}
		x.PerLeaker = ratio(x.Spent, x.Prevented)
		x.PerMillion = ratio(x.Saved, million(x.Spent))
		if d.MissilesUSD > 0 {
			x.Exchange = x.Spent.Value / d.MissilesUSD
		}
		if k > 0 {
			if x.Accounts, err = w.accounts(ctx, list[k], &p, o); err != nil {
				return nil, err
			}
		}
		d.Rows = append(d.Rows, x)
	}
	d.Nations = w.programmes(c, &p)
	d.Sharing = w.sharing(c, &p)
	d.Pairs = w.pairs(&p)
	d.Unpriced = p.missing()
	return d, nil
}

// pricer looks prices up in the prices of one year and remembers what it could
// not find: nothing unpriced counts as free without being named.
type pricer struct {
	book    *catalog.Book
	year    int
	unknown map[string]string
}

func (p *pricer) price(entry, figure string) (usd float64, ok bool) {
	e, ok := p.book.Entry(entry)
	if !ok || !e.Has(figure) {
		p.unknown[entry+"."+figure] = "the catalogue states none"
		return 0, false
	}
	f, _ := e.Figure(figure)
	m, err := p.book.Deflate(f.Money(), p.year)
	if err != nil {
		p.unknown[entry+"."+figure] = err.Error()
		return 0, false
	}
	if m.Currency != "USD" {
		p.unknown[entry+"."+figure] = fmt.Sprintf("stated in %s, and nothing is converted", m.Currency)
		return 0, false
	}
	return m.Amount, true
}

func (p *pricer) missing() []report.Unpriced {
	var out []report.Unpriced
	for k, why := range p.unknown {
		out = append(out, report.Unpriced{Figure: k, Why: why})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Figure < out[j].Figure })
	return out
}

// raid is what the attacker's missiles cost; 0 if one of them has no price.
func (p *pricer) raid(t *theatre.Theatre) float64 {
	sum := 0.0
	for _, m := range t.Missiles {
		x, ok := p.price(t.Types[m.Type].ID, "unit-cost")
		if !ok {
			return 0
		}
		sum += x
	}
	return sum
}

func negative(f measure.Figure) measure.Figure {
	return measure.Figure{Value: 0 - f.Value, Low: 0 - f.High, High: 0 - f.Low}
}

func million(f measure.Figure) measure.Figure {
	return measure.Figure{Value: f.Value / 1e6, Low: f.Low / 1e6, High: f.High / 1e6}
}

// ratio is a ratio of two means with an interval that is wide enough whatever
// the two have to do with each other: the worst of both. Nil where the lower one
// cannot be told from nothing.
func ratio(a, b measure.Figure) *measure.Figure {
	if !(b.Low > 0) {
		return nil
	}
	return &measure.Figure{Value: a.Value / b.Value, Low: math.Max(0, a.Low) / b.High, High: a.High / b.Low}
}

// accounts keeps who fired apart from who was defended.
func (w *World) accounts(ctx context.Context, posture int, p *pricer, o Options) ([]report.CostAccount, error) {
	s, err := measure.CountSpent(ctx, w.Board, posture, o.Seed, min(o.Runs, spentRuns))
	if err != nil {
		return nil, err
	}
	var out []report.CostAccount
	at := map[int]int{}
	for n := range w.Theatre.Nations {
		if !w.Theatre.Nations[n].Attacker {
			at[n] = len(out)
			out = append(out, report.CostAccount{Nation: w.Theatre.Nations[n].ID})
		}
	}
	for i := range s.Rounds {
		price, _ := p.price(w.Board.Interceptors[w.Board.Batteries[i].Interceptor].ID, "unit-cost")
		by := int(w.Board.Batteries[i].Nation)
		for n, rounds := range s.Rounds[i] {
			usd := rounds * price
			if k, ok := at[by]; ok {
				out[k].FiredUSD += usd
				if n != by {
					out[k].ForOthersUSD += usd
				}
			}
			if k, ok := at[n]; ok {
				out[k].DefendedUSD += usd
			}
		}
	}
	for k := range out {
		out[k].OwedUSD = out[k].DefendedUSD - out[k].FiredUSD
	}
	return out, nil
}

// present is the present value of a yearly sum over the horizon.
func (c CostOptions) present() float64 {
	sum := 0.0
	for y := 1; y <= c.Years; y++ {
		sum += math.Pow(1+c.Discount, -float64(y))
	}
	return sum
}

// programmes is what each nation's batteries and radars cost over the horizon:
// to buy, and to run, discounted.
func (w *World) programmes(c CostOptions, p *pricer) []report.Programme {
	run := c.present()
	var out []report.Programme
	for n := range w.Theatre.Nations {
		if w.Theatre.Nations[n].Attacker {
			continue
		}
		x := report.Programme{Nation: w.Theatre.Nations[n].ID}
		add := func(system string) {
			x.Items++
			if usd, ok := p.price(system, "unit-cost"); ok {
				x.BuyUSD += usd
			} else {
				x.Unpriced++
			}
			if usd, ok := p.price(system, "operating-cost"); ok {
				x.RunUSD += usd * run
			} else {
				x.UnpricedRun++
			}
		}
		for i := range w.Theatre.Batteries {
			if w.Theatre.Batteries[i].Nation == n {
				add(w.Theatre.Batteries[i].System)
			}
		}
		for i := range w.Theatre.Sensors {
			if s := &w.Theatre.Sensors[i]; s.Nation == n && s.Battery < 0 {
				add(s.System)
			}
		}
		out = append(out, x)
	}
	return out
}

// sharingEntry is the catalogue's infrastructure of one pair that shares.
const sharingEntry = "link-16-gateway"

// sharing is what the agreements of each posture cost to have: one set of
// infrastructure for each pair of nations between which anything passes.
func (w *World) sharing(c CostOptions, p *pricer) []report.SharingCost {
	buy, _ := p.price(sharingEntry, "unit-cost")
	op, _ := p.price(sharingEntry, "operating-cost")
	var out []report.SharingCost
	for _, l := range w.Board.Ladder {
		net := w.Theatre.Postures[l].Net
		pairs := map[[2]int]bool{}
		for i := range net.Edges {
			if e := &net.Edges[i]; e.Level > pact.None && !e.Veto {
				pairs[[2]int{min(e.From, e.To), max(e.From, e.To)}] = true
			}
		}
		out = append(out, report.SharingCost{Posture: w.Theatre.Postures[l].ID, Pairs: len(pairs), USD: float64(len(pairs)) * (buy + op*c.present())})
	}
	return out
}

// pairs sets each interceptor's price beside each missile's: plainly, and per
// missile stopped under both doctrines.
func (w *World) pairs(p *pricer) []report.CostPair {
	usd := func(x float64) units.Money { return units.Money{Amount: x, Currency: "USD", Year: p.year} }
	doctrines := []closed.Doctrine{closed.Salvo(2), closed.ShootLookShoot()}
	var out []report.CostPair
	seen := map[string]bool{}
	for i := range w.Theatre.Batteries {
		b := &w.Theatre.Batteries[i]
		if seen[b.Interceptor] {
			continue
		}
		seen[b.Interceptor] = true
		k := b.Kill.Probability(1)
		cost, ok := p.price(b.Interceptor, "unit-cost")
		if !ok || !(k > 0) {
			continue
		}
		for _, ty := range w.Theatre.Types {
			missile, ok := p.price(ty.ID, "unit-cost")
			if !ok || !(missile > 0) {
				continue
			}
			x := report.CostPair{Interceptor: b.Interceptor, Missile: ty.ID, InterceptorUSD: cost, MissileUSD: missile, Kill: k, Plain: cost / missile}
			for j, dn := range doctrines {
				e, err := closed.CostExchange(usd(cost), usd(missile), k, dn)
				if err != nil {
					continue
				}
				if j == 0 {
					x.Salvo, x.SalvoPerKill = e.PerMissile, e.PerKill
				} else {
					x.Look, x.LookPerKill = e.PerMissile, e.PerKill
				}
			}
			out = append(out, x)
		}
	}
	return out
}
