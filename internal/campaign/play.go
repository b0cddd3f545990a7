package campaign

import (
	"math"

	"testudo/internal/draw"
	"testudo/internal/sim"
)

// raidsADay bounds the raids of one day, and gives each raid of a campaign a run
// number of its own.
const raidsADay = 8

const purposeAttrition = 0x61747472 // "attr"

// Variant is what is changed against the plan, over the same dice.
type Variant struct {
	Pooled bool // stocks of the same interceptor are one, whoever owns them
}

// Outcome is one campaign under one posture. It is reused from run to run.
type Outcome struct {
	Launched, Leakers, Shots, Damage []int64   // per day; damage in thousandths
	Stock                            [][]int32 // [day][pool]: in batteries and behind them, in the evening
	DryDay                           []int     // per pool: the first day that ends without a round; 0 never
	Lent                             int64     // rounds sent to allies
	OutOfAction                      []int64   // per day: batteries and radars
}

// player plays campaigns; one per goroutine. All sides of a run are played day
// by day together, so that they share what does not depend on them.
type player struct {
	plan    *Plan
	players []*sim.Player
	rows    [][]int32
	sides   []*side
}

// side is one campaign under way: a posture, and what is changed in it.
type side struct {
	plan    *Plan
	posture int
	variant Variant
	day     *sim.Day
	rounds  []int32 // per battery
	stock   []int32 // per pool
	coming  [][]int32
	made    []float64
	downB   []int // per battery: day from which it works again
	downS   []int
	start   []int32 // per pool: what it began with
	out     Outcome
}

// cell says what a side is to be.
type cell struct {
	posture int
	variant Variant
}

func newPlayer(p *Plan, cells []cell) *player {
	x := &player{plan: p}
	for _, b := range p.Boards {
		q := sim.NewPlayer(b)
		x.players = append(x.players, q)
		x.rows = append(x.rows, make([]int32, q.Layout().Len()))
	}
	for _, c := range cells {
		x.sides = append(x.sides, newSide(p, c))
	}
	return x
}

func newSide(p *Plan, c cell) *side {
	b := p.Boards[0]
	x := &side{plan: p, posture: c.posture, variant: c.variant, day: b.NewDay()}
	x.rounds, x.downB, x.downS = make([]int32, len(b.Batteries)), make([]int, len(b.Batteries)), make([]int, len(b.Sensors))
	n := len(p.Pools)
	x.stock, x.made, x.start, x.coming = make([]int32, n), make([]float64, n), make([]int32, n), make([][]int32, n)
	for k := range x.coming {
		x.coming[k] = make([]int32, p.Days)
	}
	o := &x.out
	o.Launched, o.Leakers, o.Shots, o.Damage, o.OutOfAction = make([]int64, p.Days), make([]int64, p.Days), make([]int64, p.Days), make([]int64, p.Days), make([]int64, p.Days)
	o.DryDay = make([]int, n)
	for d := 0; d < p.Days; d++ {
		o.Stock = append(o.Stock, make([]int32, n))
	}
	return x
}

// play plays one run; the outcomes are the sides' own.
func (x *player) play(seed, run uint64) {
	p := x.plan
	for _, s := range x.sides {
		s.begin()
	}
	for d := 0; d < p.Days; d++ {
		for _, s := range x.sides {
			s.morning(d)
		}
		for k, which := range p.today[d] {
			if k == raidsADay {
				break
			}
			number := (run*uint64(p.Days)+uint64(d))*raidsADay + uint64(k)
			for _, s := range x.sides {
				s.raid(x.players[which], x.rows[which], which, d, seed, number)
			}
		}
		for _, s := range x.sides {
			s.evening(d)
		}
	}
}

func (x *side) begin() {
	p, b, o := x.plan, x.plan.Boards[0], &x.out
	for i := range x.rounds {
		x.rounds[i], x.downB[i] = b.Batteries[i].Rounds, 0
	}
	clear(x.downS)
	for k := range p.Pools {
		x.stock[k], x.made[k], o.DryDay[k] = p.Pools[k].Stock, 0, 0
		x.start[k] = p.Pools[k].Stock + p.Pools[k].Loaded
		clear(x.coming[k])
	}
	o.Lent = 0
}

func (x *side) morning(d int) {
	x.supply(d)
	x.lend(d)
	x.reload(d)
	x.doctrine()
	o := &x.out
	o.Launched[d], o.Leakers[d], o.Shots[d], o.Damage[d] = 0, 0, 0, 0
}

func (x *side) evening(d int) {
	o := &x.out
	o.OutOfAction[d] = 0
	for i := range x.downB {
		if x.downB[i] > d+1 {
			o.OutOfAction[d]++
		}
	}
	for i := range x.downS {
		if x.downS[i] > d+1 {
			o.OutOfAction[d]++
		}
	}
	copy(o.Stock[d], x.stock)
	for i, r := range x.rounds {
		o.Stock[d][x.plan.pool[i]] += r
	}
	for k, s := range o.Stock[d] {
		if s == 0 && o.DryDay[k] == 0 {
			o.DryDay[k] = d + 1
		}
	}
}

// supply brings what arrives and what was made by the morning of a day.
func (x *side) supply(d int) {
	p := x.plan
	for k := range x.stock {
		x.made[k] += p.perYear[k] / 365.25
		whole := math.Floor(x.made[k])
		x.made[k] -= whole
		x.stock[k] += p.arrivals[k][d] + x.coming[k][d] + int32(whole)
	}
}

// lend sends rounds to allies that run short, where the posture lets the lender
// defend them.
func (x *side) lend(d int) {
	p := x.plan
	for i := range p.lends {
		l := &p.lends[i]
		if !p.defends[x.posture][l.by*p.nations+l.of] || d+l.delay >= p.Days {
			continue
		}
		if float64(x.have(l.to)) >= l.below*float64(x.start[l.to]) {
			continue
		}
		n := int32(l.share * float64(x.stock[l.from]))
		if l.delay == 0 {
			x.stock[l.to] += n
		} else {
			x.coming[l.to][d+l.delay] += n
		}
		x.stock[l.from] -= n
		x.out.Lent += int64(n)
	}
}

// have is what a pool has, in batteries and behind them.
func (x *side) have(pool int) int32 {
	n := x.stock[pool]
	for i, r := range x.rounds {
		if x.plan.pool[i] == pool {
			n += r
		}
	}
	return n
}

// reload fills the batteries that work, in their order, from their own nation's
// stock; pooled, from anybody's of the same interceptor once that is empty.
func (x *side) reload(d int) {
	p, b := x.plan, x.plan.Boards[0]
	for i := range x.rounds {
		if x.downB[i] > d {
			continue
		}
		want := min(b.Batteries[i].Rounds-x.rounds[i], p.perDay[i])
		take := func(k int) {
			n := min(want, x.stock[k])
			x.stock[k] -= n
			x.rounds[i] += n
			want -= n
		}
		take(p.pool[i])
		if !x.variant.Pooled {
			continue
		}
		for k := range p.Pools {
			if want > 0 && p.Pools[k].Interceptor == b.Batteries[i].Interceptor {
				take(k)
			}
		}
	}
}

// doctrine sets what each battery goes into the day's raids with.
func (x *side) doctrine() {
	p, b := x.plan, x.plan.Boards[0]
	for i := range x.rounds {
		x.day.Salvo[i] = b.Batteries[i].Salvo
		if p.scarce.Below > 0 {
			k := p.pool[i]
			have, start := x.have(k), x.start[k]
			if x.variant.Pooled {
				have, start = 0, 0
				for q := range p.Pools {
					if p.Pools[q].Interceptor == p.Pools[k].Interceptor {
						have, start = have+x.have(q), start+x.start[q]
					}
				}
			}
			if float64(have) < p.scarce.Below*float64(start) {
				x.day.Salvo[i] = min(x.day.Salvo[i], int32(p.scarce.Salvo))
			}
		}
	}
}

// raid plays one raid of a day and carries its outcome on.
func (x *side) raid(q *sim.Player, row []int32, which, d int, seed, run uint64) {
	b := x.plan.Boards[which]
	for i := range x.rounds {
		x.day.Rounds[i] = x.rounds[i]
		if x.downB[i] > d {
			x.day.Rounds[i] = 0
		}
	}
	for i := range x.downS {
		x.day.Blind[i] = x.downS[i] > d
	}
	q.PlayDay(x.day, x.posture, seed, run, row, nil)
	for i, left := range q.Left() {
		if x.downB[i] <= d {
			x.rounds[i] = left
		}
	}
	l, o := q.Layout(), &x.out
	o.Launched[d] += int64(row[l.At(sim.Launched, sim.Whole, 0)])
	o.Leakers[d] += int64(row[l.At(sim.Leakers, sim.Whole, 0)])
	o.Shots[d] += int64(row[l.At(sim.Shots, sim.Whole, 0)])
	o.Damage[d] += int64(row[l.At(sim.Damage, sim.Whole, 0)])
	for a := range b.Assets {
		hits := row[l.At(sim.Hits, sim.PerAsset, a)]
		if hits == 0 || len(x.plan.near[a]) == 0 {
			continue
		}
		for _, m := range x.plan.near[a] {
			for h := int32(0); h < hits; h++ {
				if draw.Hit(draw.U64(seed, run, m.entity, purposeAttrition+uint64(h)), x.plan.destroy) {
					if m.battery >= 0 {
						x.downB[m.battery] = d + 1 + x.plan.repair
					} else {
						x.downS[m.sensor] = d + 1 + x.plan.repair
					}
					break
				}
			}
		}
	}
}
