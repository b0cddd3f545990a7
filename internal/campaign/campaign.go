// Package campaign plays raids over days: magazines empty and are filled again
// from stocks, stocks from deliveries, production and allies; hits put radars and
// launchers out of action; doctrine changes when rounds run short. The raids are
// those of a study, played on the same boards.
package campaign

import (
	"fmt"
	"math"

	"testudo/internal/draw"
	"testudo/internal/geo"
	"testudo/internal/scenario"
	"testudo/internal/sim"
	"testudo/internal/theatre"
)

// Plan is a campaign resolved against its boards. It is immutable.
type Plan struct {
	Days     int
	Boards   []*sim.Board // one for each raid that is played
	Raids    []string
	today    [][]int // [day]: boards played, in order
	Pools    []Pool  // stocks, one for each nation and interceptor in use
	pool     []int   // per battery
	perDay   []int32 // per battery: rounds that can be loaded in a day
	arrivals [][]int32
	perYear  []float64
	lends    []lend
	defends  [][]bool // [posture][by*n+of]
	near     [][]mark // per asset: what a hit on it may put out of action
	destroy  uint64
	repair   int
	scarce   scenario.Scarcity
	nations  int
}

// Pool is what one nation has of one interceptor: in its batteries, full, and
// behind them.
type Pool struct {
	Nation, Interceptor int32
	Loaded, Stock       int32
}

// mark is a battery (sensor -1) or a sensor (battery -1).
type mark struct {
	battery, sensor int32
	entity          uint64
}

type lend struct {
	from, to     int // pools
	by, of       int // nations
	share, below float64
	delay        int // days
}

// Resolve puts a scenario's campaign and the worlds of its raids together: the
// worlds in the order of raids, all of the same scenario.
func Resolve(f *scenario.File, raids []string, worlds []*theatre.Theatre, boards []*sim.Board) (*Plan, error) {
	c := &f.Campaign
	if len(boards) == 0 {
		return nil, fmt.Errorf("the campaign plays no raid")
	}
	t, b := worlds[0], boards[0]
	p := &Plan{Days: c.Days, Boards: boards, Raids: raids, scarce: c.Scarce, nations: len(b.Nations), destroy: draw.Threshold(c.Attrition.Destroyed), repair: max(1, int(math.Ceil(float64(c.Attrition.Repair)/86400)))}
	p.today = make([][]int, c.Days)
	for _, r := range c.Raids {
		for k, id := range raids {
			if id != r.Raid {
				continue
			}
			for d := r.From; d <= min(r.To, c.Days); d += r.Every {
				p.today[d-1] = append(p.today[d-1], k)
			}
		}
	}
	at := map[[2]int32]int{}
	p.pool = make([]int, len(b.Batteries))
	for i := range b.Batteries {
		x := &b.Batteries[i]
		key := [2]int32{x.Nation, x.Interceptor}
		k, ok := at[key]
		if !ok {
			k = len(p.Pools)
			at[key] = k
			p.Pools = append(p.Pools, Pool{Nation: x.Nation, Interceptor: x.Interceptor})
		}
		p.pool[i] = k
		p.Pools[k].Loaded += x.Rounds
		days := float64(c.Reload) / 86400
		p.perDay = append(p.perDay, max(1, int32(math.Ceil(float64(x.Rounds)/math.Max(1, days)))))
	}
	p.arrivals = make([][]int32, len(p.Pools))
	p.perYear = make([]float64, len(p.Pools))
	for k := range p.arrivals {
		p.arrivals[k] = make([]int32, c.Days)
	}
	find := func(nation, interceptor string) int {
		for k := range p.Pools {
			if b.Nations[p.Pools[k].Nation] == nation && b.Interceptors[p.Pools[k].Interceptor].ID == interceptor {
				return k
			}
		}
		return -1
	}
	for _, s := range c.Stocks {
		k := find(s.Nation, s.Interceptor)
		if k < 0 {
			return nil, fmt.Errorf("campaign.stocks: %s has no battery that fires %s", s.Nation, s.Interceptor)
		}
		p.Pools[k].Stock, p.perYear[k] = int32(s.Rounds), s.PerYear
		for _, a := range s.Arrivals {
			if a.Day <= c.Days {
				p.arrivals[k][a.Day-1] += int32(a.Rounds)
			}
		}
	}
	for _, l := range c.Lend {
		from, to := find(l.From, l.Interceptor), find(l.To, l.Interceptor)
		if from < 0 || to < 0 {
			return nil, fmt.Errorf("campaign.lend: both %s and %s must have batteries that fire %s", l.From, l.To, l.Interceptor)
		}
		p.lends = append(p.lends, lend{from, to, int(p.Pools[from].Nation), int(p.Pools[to].Nation), l.Share, l.Below, int(math.Ceil(float64(l.Delay) / 86400))})
	}
	for q := range t.Postures {
		row := make([]bool, p.nations*p.nations)
		for by := 0; by < p.nations; by++ {
			for of := 0; of < p.nations; of++ {
				row[by*p.nations+of] = t.Postures[q].Net.Defends(by, of)
			}
		}
		p.defends = append(p.defends, row)
	}
	p.near = make([][]mark, len(b.Assets))
	if c.Attrition.Destroyed > 0 {
		el := t.Earth.Ellipsoid
		close := func(a, at geo.LLA) bool {
			d, _, _ := el.Inverse(a, at)
			return d <= c.Attrition.Within
		}
		for a := range t.Assets {
			for i := range t.Batteries {
				if close(t.Assets[a].At, t.Batteries[i].At) {
					p.near[a] = append(p.near[a], mark{int32(i), -1, draw.Entity("battery " + t.Batteries[i].ID)})
				}
			}
			for i := range t.Sensors {
				if t.Sensors[i].Radar != nil && close(t.Assets[a].At, t.Sensors[i].At) {
					p.near[a] = append(p.near[a], mark{-1, int32(i), draw.Entity("sensor " + t.Sensors[i].ID)})
				}
			}
		}
	}
	return p, nil
}

// backed reports whether anything stands behind the batteries.
func (p *Plan) backed() bool {
	for k := range p.Pools {
		if p.Pools[k].Stock > 0 || p.perYear[k] > 0 {
			return true
		}
		for _, n := range p.arrivals[k] {
			if n > 0 {
				return true
			}
		}
	}
	return false
}
