package track

import (
	"math"
	"slices"

	"testudo/internal/geo"
	"testudo/internal/sense"
)

// Info is what one sensor has learned about one flight: after each of its looks
// the information gathered so far, referred to the epoch of the Motion it came
// from and faded with age. Between two looks it only ages. It is immutable but for
// Begin and More.
type Info struct {
	t     []float64 // s after launch
	y     []Sym     // y[i]: all looks up to t[i], as of t[i]
	fadeS float64   // e-folding time of the fading; 0 means none
}

// Gather turns the looks of a sensor at a place into information. Each look
// counts with its probability of detection (expected information). fadeS is the
// e-folding time of the fading in seconds; zero, negative or infinite means
// that nothing fades. Looks during the burn say nothing about the free flight
// and are left out, as are looks that carry no usable numbers.
//
// One look of a radar at distance R with errors σr along the line of sight u and
// Rσa across it carries the information (1/σr²) uuᵀ + (1/(Rσa)²)(I - uuᵀ) about
// the position then.
func (m *Motion) Gather(at geo.LLA, looks []sense.Look, fadeS float64) *Info {
	in := new(Info)
	in.Begin(fadeS)
	m.More(in, at, looks)
	return in
}

// Begin forgets all looks; what they took is used for those to come.
func (in *Info) Begin(fadeS float64) {
	if !(fadeS > 0) || math.IsInf(fadeS, 1) {
		fadeS = 0
	}
	in.t, in.y, in.fadeS = in.t[:0], in.y[:0], fadeS
}

// More gathers later looks of the same sensor: what was known at any time before
// them stays what it was, bit for bit.
func (m *Motion) More(in *Info, at geo.LLA, looks []sense.Look) {
	usable := 0
	for i := range looks {
		if m.usable(&looks[i]) {
			usable++
		}
	}
	if usable == 0 {
		return
	}
	in.t, in.y = slices.Grow(in.t, usable), slices.Grow(in.y, usable)
	site := m.ellipsoid.ECEF(at)
	var j [3][N]float64
	var g [N]float64
	for i := range looks {
		l := &looks[i]
		if !m.usable(l) {
			continue
		}
		r, _ := m.tr.At(l.T)
		dx, dy, dz := r[0]-site[0], r[1]-site[1], r[2]-site[2]
		r2 := dx*dx + dy*dy + dz*dz
		if !(r2 > 1) {
			r2 = 1
		}
		ir := 1 / math.Sqrt(r2)
		ux, uy, uz := dx*ir, dy*ir, dz*ir
		across := l.Pd / (r2 * l.SigmaAngleRad * l.SigmaAngleRad)
		along := l.Pd/(l.SigmaRangeM*l.SigmaRangeM) - across
		m.position(l.T, &j)
		for c := range N {
			g[c] = ux*j[0][c] + uy*j[1][c] + uz*j[2][c]
		}
		n := len(in.t)
		in.y = in.y[:n+1]
		y := &in.y[n]
		if n == 0 {
			*y = Sym{}
		} else {
			// Looks are in order of time; one that is not ages by nothing.
			f := fade(math.Max(0, l.T-in.t[n-1]), in.fadeS)
			prev := &in.y[n-1]
			for k := range y {
				y[k] = f * prev[k]
			}
		}
		k := 0
		for a := range N {
			pa0, pa1, pa2, ga := across*j[0][a], across*j[1][a], across*j[2][a], along*g[a]
			for b := a; b < N; b++ {
				y[k] += pa0*j[0][b] + pa1*j[1][b] + pa2*j[2][b] + ga*g[b]
				k++
			}
		}
		t := l.T
		if n > 0 && t < in.t[n-1] {
			t = in.t[n-1]
		}
		in.t = append(in.t, t)
	}
}

// Clone is the information of a second sensor that has learned the same: fused
// with the first, each counts.
func (in *Info) Clone() *Info {
	c := *in
	return &c
}

func (m *Motion) usable(l *sense.Look) bool {
	return l.T >= m.epochS && l.T <= m.endS && l.Pd > 0 && l.SigmaRangeM > 0 && l.SigmaAngleRad > 0
}

// fade is the share of information left after an age.
func fade(ageS, fadeS float64) float64 {
	if fadeS == 0 || ageS == 0 {
		return 1
	}
	return math.Exp(-ageS / fadeS)
}

// Looks returns the number of looks that count.
func (in *Info) Looks() int { return len(in.t) }

// SpanS returns the times of the first and the last look that count, seconds
// after launch; false when there is none.
func (in *Info) SpanS() (first, last float64, ok bool) {
	if len(in.t) == 0 {
		return 0, 0, false
	}
	return in.t[0], in.t[len(in.t)-1], true
}

// upTo is the number of looks no later than tS.
func (in *Info) upTo(tS float64) int {
	lo, hi := 0, len(in.t)
	for lo < hi {
		mid := (lo + hi) / 2
		if in.t[mid] <= tS {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// before is the number of looks earlier than tS.
func (in *Info) before(tS float64) int {
	lo, hi := 0, len(in.t)
	for lo < hi {
		mid := (lo + hi) / 2
		if in.t[mid] < tS {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// Contribution is one sensor's part in somebody's track: its information, how
// late it arrives, how much of it survives the way (Quality, 0 to 1: the share
// of the information), and whether it comes through a third party that fuses
// before it forwards. Looks before SinceS do not count: it is the time at which
// the sensor first found the target (zero: all count).
type Contribution struct {
	Info    *Info
	DelayS  float64
	Quality float64
	Relayed bool
	SinceS  float64
}

// weigh returns what the contribution holds at time tS: newest - oldest, each a
// share of a stored sum. Nothing is copied before it is known to count.
func (c *Contribution) weigh(tS float64) (newest *Sym, share float64, oldest *Sym, less float64) {
	q := c.Quality
	if c.Info == nil || !(q > 0) || !(c.DelayS >= 0) {
		return nil, 0, nil, 0
	}
	q = math.Min(q, 1)
	n := c.Info.upTo(tS - c.DelayS)
	if n == 0 {
		return nil, 0, nil, 0
	}
	var k int
	if c.SinceS > 0 {
		if k = c.Info.before(c.SinceS); k >= n {
			return nil, 0, nil, 0
		}
	}
	newest, share = &c.Info.y[n-1], q*fade(tS-c.Info.t[n-1], c.Info.fadeS)
	if k > 0 {
		oldest, less = &c.Info.y[k-1], q*fade(tS-c.Info.t[k-1], c.Info.fadeS)
	}
	return newest, share, oldest, less
}

// addTo adds the contribution at time tS to a sum.
func (c *Contribution) addTo(sum *Sym, tS float64) {
	newest, share, oldest, less := c.weigh(tS)
	if newest == nil {
		return
	}
	if oldest == nil {
		sum.add(newest, share)
		return
	}
	for k := range sum {
		sum[k] += share*newest[k] - less*oldest[k]
	}
}

// mass is a scalar by which two ways of receiving the same sensor are compared.
func (c *Contribution) mass(tS float64) float64 {
	newest, share, oldest, less := c.weigh(tS)
	if newest == nil {
		return 0
	}
	m := share * (newest[0] + newest[7] + newest[13])
	if oldest != nil {
		m -= less * (oldest[0] + oldest[7] + oldest[13])
	}
	return m
}
