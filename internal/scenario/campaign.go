package scenario

import (
	"testudo/internal/units"
	"testudo/internal/yamldoc"
)

// Campaign is a series of raids over days, and what lies behind the batteries.
type Campaign struct {
	Stated    bool // the file has one; otherwise the default raid comes daily
	About     string
	Days      int
	Raids     []RaidDays
	Reload    units.Duration // for a battery that is empty to be full again, rounds being at hand
	Stocks    []Stock
	Attrition Attrition
	Scarce    Scarcity
	Lend      []Lend
	Cite
}

// RaidDays says on which days a raid comes.
type RaidDays struct {
	Raid            string
	From, To, Every int // days from 1
	Cite
}

// Stock is what a nation has of an interceptor behind its batteries.
type Stock struct {
	Nation, Interceptor string
	Rounds              int
	PerYear             float64 // made, arriving evenly
	Arrivals            []Arrival
	Cite
}

// Arrival is a delivery: rounds that are there from the morning of a day.
type Arrival struct{ Day, Rounds int }

// Attrition is what a hit does to batteries and radars near by.
type Attrition struct {
	Destroyed float64 // probability that one hit puts one of them out of action
	Within    units.Length
	Repair    units.Duration
	Cite
}

// Scarcity changes doctrine: below a share of what a nation had of an
// interceptor, its batteries fire salvoes of so many.
type Scarcity struct {
	Below float64
	Salvo int
	Cite
}

// Lend moves rounds from one nation's stock to another's, under postures in
// which the first defends the second: when the other's falls below a share of
// what it had, a share of the lender's stock is sent, and arrives after a delay.
type Lend struct {
	From, To, Interceptor string
	Share, Below          float64
	Delay                 units.Duration
	Cite
}

// MaxDays bounds a campaign.
const MaxDays = 366

const day = 86400.0

func (l *loader) readCampaign(top yamldoc.Fields) {
	c := Campaign{Days: 7, Reload: day, Scarce: Scarcity{Salvo: 1}}
	defer func() {
		if len(c.Raids) == 0 && l.f.DefaultRaid != "" {
			c.Raids = []RaidDays{{Raid: l.f.DefaultRaid, From: 1, To: c.Days, Every: 1}}
		}
		l.f.Campaign = c
	}()
	n, ok := top.Get("campaign")
	if !ok {
		return
	}
	c.Stated = true
	f := l.fields(n, "about", "days", "raids", "reload", "stocks", "attrition", "scarce", "lend")
	c.About = text(f, "about", l.ps)
	if d, ok := f.Need(l.ps, "days"); ok {
		c.Days = d.Int(l.ps, 1, MaxDays)
	}
	c.Reload = units.Duration(l.quantity(f, "reload", units.KindDuration, 60, 366*day, day))
	if _, ok := f.Get("source"); ok {
		c.Cite = l.cite(f)
	}
	for _, x := range l.each(f, "raids") {
		g := l.fields(x, "raid", "day", "from", "to", "every")
		r := RaidDays{From: 1, To: c.Days, Every: l.int(g, "every", 1, MaxDays, 1), Cite: l.cite(g)}
		if y, ok := g.Need(l.ps, "raid"); ok {
			r.Raid = l.ref(y, "raid", l.raids)
		}
		if y, ok := g.Get("day"); ok {
			r.From = y.Int(l.ps, 1, c.Days)
			r.To = r.From
			for _, k := range []string{"from", "to", "every"} {
				if z, ok := g.Get(k); ok {
					l.add(z, "stands beside day: give either one day, or from and to")
				}
			}
		} else {
			r.From, r.To = l.int(g, "from", 1, c.Days, 1), l.int(g, "to", 1, c.Days, c.Days)
		}
		if r.To < r.From {
			l.add(x, "ends on day %d, before it begins on day %d", r.To, r.From)
		}
		c.Raids = append(c.Raids, r)
	}
	seen := map[[2]string]bool{}
	for _, x := range l.each(f, "stocks") {
		g := l.fields(x, "nation", "interceptor", "rounds", "per-year", "arrivals")
		s := Stock{Nation: l.nation(g), Interceptor: l.system(g, "interceptor", "interceptor"), Rounds: l.int(g, "rounds", 0, MaxRounds, 0), PerYear: l.float(g, "per-year", 0, 1e6, 0), Cite: l.cite(g)}
		for _, y := range l.each(g, "arrivals") {
			h := y.Fields(l.ps, "day", "rounds")
			a := Arrival{}
			if z, ok := h.Need(l.ps, "day"); ok {
				a.Day = z.Int(l.ps, 1, MaxDays)
			}
			if z, ok := h.Need(l.ps, "rounds"); ok {
				a.Rounds = z.Int(l.ps, 0, MaxRounds)
			}
			s.Arrivals = append(s.Arrivals, a)
		}
		if k := [2]string{s.Nation, s.Interceptor}; s.Nation == "" || s.Interceptor == "" {
			continue // said already
		} else if seen[k] {
			l.add(x, "%s has a stock of %s already", s.Nation, s.Interceptor)
		} else {
			seen[k] = true
		}
		c.Stocks = append(c.Stocks, s)
	}
	if x, ok := f.Get("attrition"); ok {
		g := l.fields(x, "destroyed", "within", "repair")
		c.Attrition = Attrition{Destroyed: l.probability(g, "destroyed", 0), Within: units.Length(l.quantity(g, "within", units.KindLength, 0, 1e6, 5000)), Repair: units.Duration(l.quantity(g, "repair", units.KindDuration, 0, 366*day, 366*day)), Cite: l.cite(g)}
	}
	if x, ok := f.Get("scarce"); ok {
		g := l.fields(x, "below", "salvo")
		c.Scarce = Scarcity{Below: l.probability(g, "below", 0), Salvo: l.int(g, "salvo", 1, 64, 1), Cite: l.cite(g)}
	}
	for _, x := range l.each(f, "lend") {
		g := l.fields(x, "from", "to", "interceptor", "share", "below", "delay")
		r := Lend{Interceptor: l.system(g, "interceptor", "interceptor"), Share: l.probability(g, "share", 0.5), Below: l.probability(g, "below", 0.5), Delay: units.Duration(l.quantity(g, "delay", units.KindDuration, 0, 366*day, 2*day)), Cite: l.cite(g)}
		if y, ok := g.Need(l.ps, "from"); ok {
			r.From = l.ref(y, "nation", l.nations)
		}
		if y, ok := g.Need(l.ps, "to"); ok {
			r.To = l.ref(y, "nation", l.nations)
			if r.To != "" && r.To == r.From {
				l.add(y, "lends to itself")
			}
		}
		c.Lend = append(c.Lend, r)
	}
}

// each lists the items of a list that may be missing.
func (l *loader) each(f yamldoc.Fields, key string) []yamldoc.Node {
	n, ok := f.Get(key)
	if !ok {
		return nil
	}
	return n.List(l.ps)
}

func campaignSchema(id schema) schema {
	seconds := func(about string) schema { return quantity(units.KindDuration, about) }
	return object([]string{"days"}, cited(schema{
		"about": anyText("what it is"), "days": integer(1, MaxDays), "reload": seconds("for an empty battery to be full again"),
		"raids":     listOf(object([]string{"raid"}, cited(schema{"raid": id, "day": integer(1, MaxDays), "from": integer(1, MaxDays), "to": integer(1, MaxDays), "every": integer(1, MaxDays)}))),
		"stocks":    listOf(object([]string{"nation", "interceptor"}, cited(schema{"nation": id, "interceptor": id, "rounds": integer(0, MaxRounds), "per-year": number("made in a year"), "arrivals": listOf(object([]string{"day", "rounds"}, schema{"day": integer(1, MaxDays), "rounds": integer(0, MaxRounds)}))}))),
		"attrition": object(nil, cited(schema{"destroyed": probability(), "within": quantity(units.KindLength, "distance from the asset that was hit"), "repair": seconds("until it works again")})),
		"scarce":    object(nil, cited(schema{"below": probability(), "salvo": integer(1, 64)})),
		"lend":      listOf(object([]string{"from", "to", "interceptor"}, cited(schema{"from": id, "to": id, "interceptor": id, "share": probability(), "below": probability(), "delay": seconds("until it arrives")}))),
	}))
}
