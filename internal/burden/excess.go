package burden

import (
	"math"
	"math/big"
	"math/bits"
)

// This file holds the linear programme behind the least core and the
// nucleolus: make the smallest advantage t of staying as large as possible,
//
//	max t   subject to   x(S) - w(S)·t >= v(S)   for every open coalition S
//	                     x(S) = a(S)             for every settled one
//	                     x_i >= v(i)             where a floor is asked for
//
// with w(S) = 1, or the number of members for the per-capita kinds. It is
// solved by the dual simplex method: a basis is n+1 constraints taken as
// equalities, and the most violated constraint enters. Everything that decides
// is exact: the basis inverse is an integer matrix over its determinant, and
// those are small, since a basis is a matrix of zeros and ones; values are big
// integers. Floating point only proposes which constraint to look at.

type rowKind uint8

const (
	rowSettled rowKind = iota // equality, no t
	rowExcess                 // x(S) - w·t >= v(S)
	rowFloor                  // x_i >= v(i)
)

type row struct {
	set  Coalition
	kind rowKind
	rhs  *big.Int // over the common denominator of the stage
}

type settled struct {
	set    Coalition
	amount *big.Rat // in units of 1/denominator of the game
}

type program struct {
	n         int
	perCapita bool
	floors    bool
	v         []*big.Int // values over a common denominator
	denom     *big.Int   // that denominator
	vf        []float64  // v divided by the largest, for proposing only
	largest   *big.Int

	done   []settled // independent settled coalitions, everyone first
	open   []bool    // coalitions not in the span of done
	stage  *big.Int  // extra denominator of this stage's settled amounts
	rows   []row     // the basis; n+1
	filled []bool    // rows that hold a constraint already
	a      [][]int64 // det times the inverse of the basis; variables × rows
	det    int64     // > 0
	z      []*big.Int
	zden   *big.Int // z/zden are the shares and, last, t; in units of 1/denom
	zf     []float64
	xs     []float64
}

// newProgram sets up stage one for benefits (cost games come in negated).
func newProgram(v []*big.Rat, n int, perCapita, floors bool) *program {
	p := &program{n: n, perCapita: perCapita, floors: floors, denom: big.NewInt(1), largest: big.NewInt(1)}
	g := new(big.Int)
	for _, x := range v {
		d := x.Denom()
		if g.GCD(nil, nil, p.denom, d); g.Cmp(d) != 0 {
			p.denom.Mul(p.denom, new(big.Int).Quo(d, g))
		}
	}
	p.v = make([]*big.Int, len(v))
	for s, x := range v {
		y := new(big.Int).Quo(p.denom, x.Denom())
		p.v[s] = y.Mul(y, x.Num())
		if p.v[s].CmpAbs(p.largest) > 0 {
			p.largest = new(big.Int).Abs(p.v[s])
		}
	}
	p.vf = make([]float64, len(v))
	for s, x := range p.v {
		p.vf[s] = ratio(x, p.largest)
	}
	p.xs = make([]float64, len(v))
	p.open = make([]bool, len(v))
	p.settle(settled{everyone(n), new(big.Rat).SetInt(p.v[len(v)-1])})
	return p
}

func ratio(a, b *big.Int) float64 {
	f, _ := new(big.Rat).SetFrac(a, b).Float64()
	return f
}

// settle adds a coalition whose share is decided, if it is not decided by the
// earlier ones already, and says whether that decided anything new.
func (p *program) settle(s settled) bool {
	sets := make([]Coalition, 0, len(p.done)+1)
	for _, d := range p.done {
		sets = append(sets, d.set)
	}
	if len(sets) > 0 && !p.open[s.set] {
		return false
	}
	p.done = append(p.done, s)
	p.open = outside(p.n, append(sets, s.set))
	return true
}

// tcoef is the coefficient of t in a row.
func (p *program) tcoef(k rowKind, s Coalition) int64 {
	switch {
	case k != rowExcess:
		return 0
	case p.perCapita:
		return -int64(s.Size())
	}
	return -1
}

// expand writes a row in terms of the basis rows, times det.
func (p *program) expand(k rowKind, s Coalition) []int64 {
	w := make([]int64, p.n+1)
	c := p.tcoef(k, s)
	for j := range w {
		sum := c * p.a[p.n][j]
		for r := uint64(s); r != 0; r &= r - 1 {
			sum += p.a[bits.TrailingZeros64(r)][j]
		}
		w[j] = sum
	}
	return w
}

// pivot puts a row in place of basis row l, given its expansion w.
func (p *program) pivot(l int, r row, w []int64) {
	pw, det := w[l], p.det
	sign := int64(1)
	if pw < 0 {
		sign = -1
	}
	for i := range p.a {
		ai := p.a[i]
		al := ai[l]
		for j := range ai {
			if j != l {
				ai[j] = sign * ((pw*ai[j] - w[j]*al) / det)
			}
		}
		ai[l] = sign * al
	}
	p.det = sign * pw
	p.rows[l], p.filled[l] = r, true
}

// insert adds a row while the first basis of a stage is built; false if it
// depends on those that are there.
func (p *program) insert(k rowKind, s Coalition, rhs *big.Int) bool {
	w := p.expand(k, s)
	for l := range w {
		if !p.filled[l] && w[l] != 0 {
			p.pivot(l, row{s, k, rhs}, w)
			return true
		}
	}
	return false
}

// start builds a basis from which the dual simplex can go: the settled rows and
// a coalition with its complement, which together bound t, carry the
// multipliers; what is left of the last basis and then single players fill it
// up with multiplier zero.
func (p *program) start() {
	m := p.n + 1
	last := p.rows
	p.rows, p.filled, p.a, p.det = make([]row, m), make([]bool, m), make([][]int64, m), 1
	for i := range p.a {
		p.a[i] = make([]int64, m)
		p.a[i][i] = 1
	}
	p.stage = big.NewInt(1)
	g := new(big.Int)
	for _, d := range p.done {
		if g.GCD(nil, nil, p.stage, d.amount.Denom()); g.Cmp(d.amount.Denom()) != 0 {
			p.stage.Mul(p.stage, new(big.Int).Quo(d.amount.Denom(), g))
		}
	}
	for _, d := range p.done {
		rhs := new(big.Int).Quo(p.stage, d.amount.Denom())
		p.insert(rowSettled, d.set, rhs.Mul(rhs, d.amount.Num()))
	}
	all := everyone(p.n)
	best, bound := Coalition(0), math.Inf(1)
	for s := Coalition(1); s < all; s++ {
		if p.open[s] {
			if b := -p.vf[s] - p.vf[all^s]; b < bound {
				best, bound = s, b
			}
		}
	}
	p.insert(rowExcess, best, p.rhs(best))
	p.insert(rowExcess, all^best, p.rhs(all^best))
	for _, r := range last {
		if r.kind == rowFloor || r.kind == rowExcess && p.open[r.set] {
			p.insert(r.kind, r.set, p.rhs(r.set))
		}
	}
	for i := 0; i < p.n; i++ {
		if s := Coalition(1) << i; p.open[s] {
			p.insert(rowExcess, s, p.rhs(s))
		}
	}
}

func (p *program) rhs(s Coalition) *big.Int { return new(big.Int).Mul(p.v[s], p.stage) }

// point computes the corner that the basis stands for.
func (p *program) point() {
	m := p.n + 1
	if p.z == nil {
		p.z, p.zf = make([]*big.Int, m), make([]float64, m)
		for i := range p.z {
			p.z[i] = new(big.Int)
		}
	}
	p.zden = new(big.Int).Mul(p.stage, big.NewInt(p.det))
	whole := new(big.Int).Mul(p.zden, p.largest)
	var t, c big.Int
	for i := range p.z {
		p.z[i].SetInt64(0)
		for j, r := range p.rows {
			if p.a[i][j] != 0 {
				p.z[i].Add(p.z[i], t.Mul(c.SetInt64(p.a[i][j]), r.rhs))
			}
		}
		p.zf[i] = ratio(p.z[i], whole)
	}
}

// short is by how much the corner violates a constraint, exactly (times zden);
// positive means violated.
func (p *program) short(k rowKind, s Coalition) *big.Int {
	d := new(big.Int).Mul(p.v[s], p.zden)
	for r := uint64(s); r != 0; r &= r - 1 {
		d.Sub(d, p.z[bits.TrailingZeros64(r)])
	}
	if c := p.tcoef(k, s); c != 0 {
		d.Sub(d, new(big.Int).Mul(big.NewInt(c), p.z[p.n]))
	}
	return d
}

// violated finds a constraint the corner violates: the worst one, or the first
// one in a fixed order (Bland's rule, which cannot cycle) when first is set.
func (p *program) violated(first bool) (row, bool) {
	p.xs[0] = 0
	sum := 1.0
	for _, z := range p.zf[:p.n] {
		sum += math.Abs(z)
	}
	t := p.zf[p.n]
	sum += float64(math.Abs(t) * float64(p.n))
	// Far above what rounding can do to n+2 terms of this size.
	unsure := 1e-13 * sum
	worst := unsure
	found := row{}
	ok := false
	var near []row
	try := func(k rowKind, s Coalition, d float64) bool {
		switch {
		case d > worst:
			found, ok = row{set: s, kind: k}, true
			if first {
				return true
			}
			worst = d
		case d >= -unsure && d <= unsure:
			if first {
				if p.short(k, s).Sign() > 0 {
					found, ok = row{set: s, kind: k}, true
					return true
				}
			} else {
				near = append(near, row{set: s, kind: k})
			}
		}
		return false
	}
	all := everyone(p.n)
	for s := Coalition(1); s < all; s++ {
		x := p.xs[s&(s-1)] + p.zf[bits.TrailingZeros64(uint64(s))]
		p.xs[s] = x
		if p.open[s] && try(rowExcess, s, p.vf[s]-x-float64(float64(p.tcoef(rowExcess, s))*t)) {
			break
		}
	}
	if p.floors && !(first && ok) {
		for i := 0; i < p.n; i++ {
			if s := Coalition(1) << i; p.open[s] && try(rowFloor, s, p.vf[s]-p.zf[i]) {
				break
			}
		}
	}
	if !ok {
		// Nothing is violated for certain: settle the close calls exactly.
		var most *big.Int
		for _, r := range near {
			if d := p.short(r.kind, r.set); d.Sign() > 0 && (most == nil || d.Cmp(most) > 0) {
				most, found, ok = d, r, true
			}
		}
	}
	if ok {
		found.rhs = p.rhs(found.set)
	}
	return found, ok
}

// leaving picks the basis row to go: the smallest ratio of multiplier to
// expansion, ties by the order of constraints. Multipliers are -a[n][j]/det.
func (p *program) leaving(w []int64) int {
	l := -1
	for j, r := range p.rows {
		if r.kind == rowSettled || w[j] <= 0 {
			continue
		}
		if l < 0 {
			l = j
			continue
		}
		x, y := -p.a[p.n][j]*w[l], -p.a[p.n][l]*w[j]
		if x < y || x == y && before(r, p.rows[l]) {
			l = j
		}
	}
	return l
}

func before(a, b row) bool {
	if a.kind != b.kind {
		return a.kind < b.kind
	}
	return a.set < b.set
}

// solve runs one stage to its optimum; false when no share-out meets the floors.
func (p *program) solve() bool {
	p.start()
	stuck := 0
	for {
		p.point()
		r, more := p.violated(stuck > 2*p.n)
		if !more {
			return true
		}
		w := p.expand(r.kind, r.set)
		l := p.leaving(w)
		if l < 0 {
			return false
		}
		if p.a[p.n][l] == 0 {
			stuck++ // a step of length zero: only these can cycle
		} else {
			stuck = 0
		}
		p.pivot(l, r, w)
	}
}

// advantage is the t of the corner in the units of the game.
func (p *program) advantage() *big.Rat {
	return new(big.Rat).SetFrac(p.z[p.n], new(big.Int).Mul(p.zden, p.denom))
}

// shares are the x of the corner in the units of the game.
func (p *program) shares() []*big.Rat {
	d := new(big.Int).Mul(p.zden, p.denom)
	out := make([]*big.Rat, p.n)
	for i := range out {
		out[i] = new(big.Rat).SetFrac(p.z[i], d)
	}
	return out
}

// binding lists the open coalitions whose multiplier is positive, with it: by
// duality they are tight in every optimum, and no other certificate is needed.
func (p *program) binding() []Weighted {
	var out []Weighted
	for j, r := range p.rows {
		if r.kind == rowExcess && p.a[p.n][j] < 0 {
			out = append(out, Weighted{r.set, big.NewRat(-p.a[p.n][j], p.det)})
		}
	}
	return out
}

// advance settles what the optimum decides: coalitions (and floors) with a
// positive multiplier. At least one of them was open, so n-1 stages are enough.
func (p *program) advance() {
	t := new(big.Rat).SetFrac(p.z[p.n], p.zden)
	for j, r := range p.rows {
		if r.kind == rowSettled || p.a[p.n][j] >= 0 {
			continue
		}
		amount := new(big.Rat).SetInt(p.v[r.set])
		if c := p.tcoef(r.kind, r.set); c != 0 {
			amount.Sub(amount, new(big.Rat).Mul(big.NewRat(c, 1), t))
		}
		p.settle(settled{r.set, amount})
	}
}

// The rank computations run modulo the prime 2^61 - 1. Determinants of 0-1
// matrices of up to 17 rows are far smaller, so a determinant vanishes modulo
// the prime only when it is zero.
const prime = 1<<61 - 1

func mulmod(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	s := lo&prime + (lo>>61 | hi<<3)
	if s >= prime {
		s -= prime
	}
	return s
}

func submod(a, b uint64) uint64 {
	if a >= b {
		return a - b
	}
	return a + prime - b
}

func invmod(a uint64) uint64 {
	r, e := uint64(1), uint64(prime-2)
	for ; e > 0; e >>= 1 {
		if e&1 == 1 {
			r = mulmod(r, a)
		}
		a = mulmod(a, a)
	}
	return r
}

// echelon reduces coalition vectors to row echelon form with unit pivots and
// gives the rows and their pivot columns.
func echelon(n int, sets []Coalition) ([][]uint64, []int) {
	var rows [][]uint64
	var pivots []int
	for _, s := range sets {
		v := make([]uint64, n)
		for i := range v {
			if s.Has(i) {
				v[i] = 1
			}
		}
		for k, r := range rows {
			eliminate(v, r, pivots[k])
		}
		for i, x := range v {
			if x == 0 {
				continue
			}
			inv := invmod(x)
			for j := range v {
				v[j] = mulmod(v[j], inv)
			}
			for _, r := range rows {
				eliminate(r, v, i)
			}
			rows, pivots = append(rows, v), append(pivots, i)
			break
		}
	}
	return rows, pivots
}

func eliminate(v, r []uint64, pivot int) {
	if f := v[pivot]; f != 0 {
		for j := range v {
			v[j] = submod(v[j], mulmod(f, r[j]))
		}
	}
}

func rank(n int, sets []Coalition) int {
	r, _ := echelon(n, sets)
	return len(r)
}

// outside marks the coalitions that are not linear combinations of sets: those
// on which some vector that vanishes on all of sets does not vanish.
func outside(n int, sets []Coalition) []bool {
	rows, pivots := echelon(n, sets)
	at := make([]int, n)
	for i := range at {
		at[i] = -1
	}
	for k, c := range pivots {
		at[c] = k
	}
	out := make([]bool, 1<<n)
	y := make([]uint64, n)
	sum := make([]uint64, 1<<n)
	for free := 0; free < n; free++ {
		if at[free] >= 0 {
			continue
		}
		for i := range y {
			switch {
			case i == free:
				y[i] = 1
			case at[i] >= 0:
				y[i] = submod(0, rows[at[i]][free])
			default:
				y[i] = 0
			}
		}
		for s := 1; s < len(sum); s++ {
			x := sum[s&(s-1)] + y[bits.TrailingZeros(uint(s))]
			if x >= prime {
				x -= prime
			}
			sum[s] = x
			if x != 0 {
				out[s] = true
			}
		}
	}
	return out
}
