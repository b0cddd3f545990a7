package coalition

import (
	"context"
	"fmt"
	"math"

	"testudo/internal/burden"
	"testudo/internal/draw"
	"testudo/internal/pact"
	"testudo/internal/theatre"
)

// Link is what stands between two nations, both ways taken together: what they
// tell each other, a common fire control, and the defence of each other's assets.
type Link struct {
	A, B   string  `json:"-"`
	Name   string  `json:"link"`
	Levels string  `json:"levels"`
	Value  float64 `json:"value"` // lost without it, the others standing
	StdErr float64 `json:"std_err"`
	// Shapley is its mean contribution over all orders in which the links may be
	// made; with ShapleyErr from the runs and, where orders are sampled, from those too.
	Shapley    float64 `json:"shapley"`
	ShapleyErr float64 `json:"shapley_std_err"`
	// What is lost if what the two tell each other, alone, comes later, poorer,
	// in half of all runs only, or not at all.
	Late30  float64 `json:"loss_30s_later"`
	Late120 float64 `json:"loss_120s_later"`
	Poor    float64 `json:"loss_half_quality"`
	Half    float64 `json:"loss_half_available"`
	Veto    float64 `json:"loss_veto"`
	VetoErr float64 `json:"loss_veto_std_err"`
}

// Broker is a nation that passes on what others told it, and what that is worth:
// the loss if it kept it to itself.
type Broker struct {
	Nation string  `json:"nation"`
	Worth  float64 `json:"worth"`
	StdErr float64 `json:"std_err"`
}

// Network is the worth of a posture's agreements.
type Network struct {
	Whole   float64 // saved by all together
	Links   []Link
	Brokers []Broker
	Orders  int // orders of links sampled for the Shapley values; 0: all, exactly
}

// ExactLinks is the most links whose every set is played; beyond it orders are
// sampled.
const ExactLinks = 7

// orders is how many orders are sampled beyond it, half of them the others
// backwards.
const orders = 12

type pair struct{ a, b int }

func (q pair) has(x, y int) bool { return min(x, y) == q.a && max(x, y) == q.b }

// pairsOf lists the pairs of nations between which anything is agreed, with
// words for it, in the order of the nations.
func pairsOf(n *pact.Net) (out []pair, words []string) {
	for a := range n.Nations {
		for b := a + 1; b < len(n.Nations); b++ {
			w := ""
			add := func(s string) {
				if w != "" {
					w += "; "
				}
				w += s
			}
			for _, e := range n.Edges {
				if (pair{a, b}).has(e.From, e.To) {
					add(n.Nations[e.From] + " to " + n.Nations[e.To] + ": " + e.Level.String())
				}
			}
			for _, g := range n.Joint {
				if in(g, a) && in(g, b) {
					add("one fire control")
					break
				}
			}
			for _, m := range n.Mutual {
				switch {
				case m.By == a && in(m.Of, b):
					add(n.Nations[a] + " defends " + n.Nations[b])
				case m.By == b && in(m.Of, a):
					add(n.Nations[b] + " defends " + n.Nations[a])
				}
			}
			if w != "" {
				out, words = append(out, pair{a, b}), append(words, w)
			}
		}
	}
	return out, words
}

func in(list []int, x int) bool {
	for _, y := range list {
		if y == x {
			return true
		}
	}
	return false
}

// only keeps of a posture what stands between the pairs that are kept. A fire
// control of several nations is kept pair by pair: two of them still share it
// through a third.
func only(p *theatre.Posture, keep func(pair) bool, id string) (theatre.Posture, error) {
	kept := func(a, b int) bool { return keep(pair{min(a, b), max(a, b)}) }
	var edges []pact.Edge
	for _, e := range p.Net.Edges {
		if kept(e.From, e.To) {
			edges = append(edges, e)
		}
	}
	var joint [][]int
	for _, g := range p.Net.Joint {
		for i := range g {
			for j := i + 1; j < len(g); j++ {
				if kept(g[i], g[j]) {
					joint = append(joint, []int{g[i], g[j]})
				}
			}
		}
	}
	var mutual []pact.Mutual
	for _, m := range p.Net.Mutual {
		x := pact.Mutual{By: m.By}
		for _, of := range m.Of {
			if kept(m.By, of) {
				x.Of = append(x.Of, of)
			}
		}
		if len(x.Of) > 0 {
			mutual = append(mutual, x)
		}
	}
	net, err := pact.New(p.Net.Nations, edges, joint, mutual)
	return theatre.Posture{ID: id, Net: net, Lost: p.Lost}, err
}

// edged changes or leaves out edges of a posture and keeps the rest.
func edged(p *theatre.Posture, change func(*pact.Edge) bool, id string) (theatre.Posture, error) {
	var edges []pact.Edge
	for _, e := range p.Net.Edges {
		if change(&e) {
			edges = append(edges, e)
		}
	}
	net, err := pact.New(p.Net.Nations, edges, p.Net.Joint, p.Net.Mutual)
	return theatre.Posture{ID: id, Net: net, Lost: p.Lost}, err
}

// plan collects the variants to play.
type plan struct {
	list []theatre.Posture
	sets map[uint64]int // of links kept, to the variant that keeps them
	err  error
}

func (l *plan) add(p theatre.Posture, err error) int {
	if l.err == nil {
		l.err = err
	}
	p.ID = fmt.Sprintf("variant-%d", len(l.list))
	l.list = append(l.list, p)
	return len(l.list) - 1
}

// Links gives the worth of each pair's agreements under a posture: what is lost
// without them, their Shapley value among the links, what delay, poor quality,
// unreliability or a veto cost, and what it is worth that a nation passes on
// what it was told. At most 63 pairs.
func Links(ctx context.Context, t *theatre.Theatre, posture int, o Options) (*Network, error) {
	p := &t.Postures[posture]
	pairs, words := pairsOf(p.Net)
	m := len(pairs)
	if m > 63 {
		return nil, fmt.Errorf("%d pairs of nations have agreements; at most 63 are valued", m)
	}
	l := plan{sets: map[uint64]int{}}
	all := uint64(1)<<m - 1
	set := func(s uint64) int {
		if i, ok := l.sets[s]; ok {
			return i
		}
		i := l.add(only(p, func(q pair) bool {
			for k := range pairs {
				if pairs[k] == q {
					return s>>k&1 == 1
				}
			}
			return false
		}, ""))
		l.sets[s] = i
		return i
	}
	// The first variant is the one everything is compared with.
	set(0)
	whole := set(all)
	var losses [][5]int
	for k, q := range pairs {
		set(all &^ (1 << k))
		on := func(f func(*pact.Edge) bool) int {
			return l.add(edged(p, func(e *pact.Edge) bool { return !q.has(e.From, e.To) || f(e) }, ""))
		}
		losses = append(losses, [5]int{
			on(func(e *pact.Edge) bool { e.DelayS += 30; return true }),
			on(func(e *pact.Edge) bool { e.DelayS += 120; return true }),
			on(func(e *pact.Edge) bool { e.Quality /= 2; return true }),
			on(func(e *pact.Edge) bool { e.Availability /= 2; return true }),
			on(func(*pact.Edge) bool { return false }),
		})
	}
	brokers, keeps := []int(nil), []int(nil)
	for n := range p.Net.Nations {
		if !relays(p.Net, n) {
			continue
		}
		brokers = append(brokers, n)
		keeps = append(keeps, l.add(edged(p, func(e *pact.Edge) bool {
			if e.To == n {
				e.Forwardable = false
			}
			return true
		}, "")))
	}
	sampled := sampleOrders(m, o.Seed)
	for _, order := range sampled {
		s := uint64(0)
		for _, k := range order {
			s |= 1 << k
			set(s)
		}
	}
	if len(sampled) == 0 {
		for s := uint64(0); s <= all; s++ {
			set(s)
		}
	}
	if l.err != nil {
		return nil, l.err
	}
	v, err := worth(ctx, t, l.list, o.batches(), o)
	if err != nil {
		return nil, err
	}
	// lost is how much less a variant saves than the whole.
	lost := func(i int) (mean, se float64) {
		return spread(len(v), func(b int) float64 { return v[b][whole] - v[b][i] })
	}
	out := &Network{Orders: len(sampled)}
	out.Whole, _ = spread(len(v), func(b int) float64 { return v[b][whole] })
	shares, errs, err := shapleyOf(m, sampled, v, func(s uint64) int { return l.sets[s] })
	if err != nil {
		return nil, err
	}
	for k, q := range pairs {
		x := Link{A: p.Net.Nations[q.a], B: p.Net.Nations[q.b], Levels: words[k], Shapley: shares[k], ShapleyErr: errs[k]}
		x.Name = x.A + "–" + x.B
		x.Value, x.StdErr = lost(l.sets[all&^(1<<k)])
		x.Late30, _ = lost(losses[k][0])
		x.Late120, _ = lost(losses[k][1])
		x.Poor, _ = lost(losses[k][2])
		x.Half, _ = lost(losses[k][3])
		x.Veto, x.VetoErr = lost(losses[k][4])
		out.Links = append(out.Links, x)
	}
	for i, n := range brokers {
		b := Broker{Nation: p.Net.Nations[n]}
		b.Worth, b.StdErr = lost(keeps[i])
		out.Brokers = append(out.Brokers, b)
	}
	return out, nil
}

// relays reports whether a nation may pass on to a third what one told it.
func relays(n *pact.Net, nation int) bool {
	for _, e := range n.Edges {
		if e.To != nation || !e.Forwardable {
			continue
		}
		for _, f := range n.Edges {
			if f.From == nation && f.To != e.From {
				return true
			}
		}
	}
	return false
}

// spread is the mean over batches and its standard error.
func spread(n int, x func(int) float64) (mean, se float64) {
	for i := 0; i < n; i++ {
		mean += x(i)
	}
	mean /= float64(n)
	for i := 0; i < n; i++ {
		d := x(i) - mean
		se += d * d
	}
	return mean, math.Sqrt(se / float64(max(n-1, 1)) / float64(n))
}

// sampleOrders draws orders of the links, keyed by seed, each followed by itself
// backwards; none where all sets are played.
func sampleOrders(m int, seed uint64) [][]int {
	if m <= ExactLinks {
		return nil
	}
	var out [][]int
	for r := 0; r < orders/2; r++ {
		a := make([]int, m)
		for i := range a {
			a[i] = i
		}
		for i := m - 1; i > 0; i-- {
			j := int(draw.U64(seed, uint64(r), draw.Entity("order of links"), uint64(i)) % uint64(i+1))
			a[i], a[j] = a[j], a[i]
		}
		back := make([]int, m)
		for i := range a {
			back[i] = a[m-1-i]
		}
		out = append(out, a, back)
	}
	return out
}

// shapleyOf is the Shapley value over links: exactly, with the error of the
// runs, or over the orders sampled, with the error of both.
func shapleyOf(m int, sampled [][]int, v [][]float64, at func(uint64) int) (shares, errs []float64, err error) {
	shares, errs = make([]float64, m), make([]float64, m)
	if m == 0 {
		return shares, errs, nil
	}
	if len(sampled) == 0 {
		w := burden.ShapleyWeights(m)
		for k := range shares {
			shares[k], errs[k] = spread(len(v), func(b int) float64 {
				sum := 0.0
				for s := uint64(0); s < 1<<m; s++ {
					if s>>k&1 == 0 {
						sum += w[burden.Coalition(s).Size()] * (v[b][at(s|1<<k)] - v[b][at(s)])
					}
				}
				return sum
			})
		}
		return shares, errs, nil
	}
	// adds[k][r][b]: what link k adds in order r, in batch b of the runs.
	adds := make([][][]float64, m)
	for _, order := range sampled {
		s := uint64(0)
		for _, k := range order {
			var by []float64
			for b := range v {
				by = append(by, v[b][at(s|1<<k)]-v[b][at(s)])
			}
			adds[k] = append(adds[k], by)
			s |= 1 << k
		}
	}
	for k := range adds {
		over := func(r, b int) float64 { return adds[k][r][b] }
		var ofRuns, ofOrders float64
		shares[k], ofRuns = spread(len(v), func(b int) float64 {
			x, _ := spread(len(sampled), func(r int) float64 { return over(r, b) })
			return x
		})
		// An order and itself backwards are one draw.
		_, ofOrders = spread(len(sampled)/2, func(i int) float64 {
			x, _ := spread(len(v), func(b int) float64 { return (over(2*i, b) + over(2*i+1, b)) / 2 })
			return x
		})
		errs[k] = math.Hypot(ofRuns, ofOrders)
	}
	return shares, errs, nil
}
