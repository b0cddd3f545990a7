package draw

import (
	"fmt"
	"math"
	"math/bits"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// limits are the ends between which a chi-square of so many degrees of freedom
// lies with probability 99.99 %; with fixed keys the tests below are fixed
// statements, and a mixing that fails them is visibly not random.
func limits(df int) (lo, hi float64) {
	d := distuv.ChiSquared{K: float64(df)}
	return d.Quantile(5e-5), d.Quantile(1 - 5e-5)
}

func chiSquare(t *testing.T, what string, counts []int, n int) {
	t.Helper()
	e := float64(n) / float64(len(counts))
	x := 0.0
	for _, c := range counts {
		x += (float64(c) - e) * (float64(c) - e) / e
	}
	if lo, hi := limits(len(counts) - 1); x < lo || x > hi {
		t.Errorf("%s: chi-square %.1f, expected %.1f to %.1f", what, x, lo, hi)
	}
}

// Keys as the dice stage makes them: 100 missiles "x#0" … (an entity plus
// multiples of an odd constant), few purposes, many runs. Each (missile,
// purpose) is uniform over the runs, and so is each run over the missiles.
func TestKeysOfARaidAreUniform(t *testing.T) {
	const runs, missiles, purposes, bins = 512, 100, 4, 32
	perMissile := make([][]int, missiles*purposes)
	for i := range perMissile {
		perMissile[i] = make([]int, bins)
	}
	all := make([]int, bins*bins)
	for r := uint64(0); r < runs; r++ {
		for m := uint64(0); m < missiles; m++ {
			e := Entity("nodong@kittaeryong") + m*0x9e3779b97f4a7c15
			for p := uint64(0); p < purposes; p++ {
				u := U64(2014, r, e, p)
				perMissile[m*purposes+p][u>>59]++
				all[u>>54]++
			}
		}
	}
	chiSquare(t, "all draws of the raid", all, runs*missiles*purposes)
	// 400 chi-squares: their sum is a chi-square itself.
	x := 0.0
	for _, counts := range perMissile {
		for _, c := range counts {
			d := float64(c) - runs/float64(bins)
			x += d * d / (runs / float64(bins))
		}
	}
	if lo, hi := limits(missiles * purposes * (bins - 1)); x < lo || x > hi {
		t.Errorf("over the runs of each missile and purpose: chi-square %.0f, expected %.0f to %.0f", x, lo, hi)
	}
}

// Two draws whose keys differ in one part only, by one or by one bit, fall
// independently into an 8 × 8 table.
func TestPairsOfKeysAreIndependent(t *testing.T) {
	const n = 1 << 15
	part := [4]string{"seed", "run", "entity", "purpose"}
	for k := 0; k < 4; k++ {
		for _, step := range []struct {
			name string
			of   func(uint64) uint64
		}{
			{"plus one", func(x uint64) uint64 { return x + 1 }},
			{"lowest bit", func(x uint64) uint64 { return x ^ 1 }},
			{"highest bit", func(x uint64) uint64 { return x ^ 1<<63 }},
			{"all bits", func(x uint64) uint64 { return ^x }},
		} {
			counts := make([]int, 64)
			for i := uint64(0); i < n; i++ {
				a := [4]uint64{i / 64, i % 64 * 3, Entity("b") + i/8, i % 8}
				b := a
				b[k] = step.of(b[k])
				counts[U64(a[0], a[1], a[2], a[3])>>61<<3|U64(b[0], b[1], b[2], b[3])>>61]++
			}
			chiSquare(t, part[k]+", "+step.name, counts, n)
		}
	}
}

// Every bit of the key changes every bit of the draw half of the time: within
// 0.5 ± 0.04 over 4,096 keys (five standard errors of 1/128).
func TestEveryKeyBitChangesEveryBit(t *testing.T) {
	const n = 4096
	for k := 0; k < 4; k++ {
		for bit := 0; bit < 64; bit++ {
			var flips [64]int
			for i := uint64(0); i < n; i++ {
				a := [4]uint64{i * 7, i, Entity("c") ^ i, i % 11}
				b := a
				b[k] ^= 1 << bit
				for d := U64(a[0], a[1], a[2], a[3]) ^ U64(b[0], b[1], b[2], b[3]); d != 0; d &= d - 1 {
					flips[bits.TrailingZeros64(d)]++
				}
			}
			for o, f := range flips {
				if share := float64(f) / n; math.Abs(share-0.5) > 0.04 {
					t.Fatalf("bit %d of part %d changes bit %d of the draw in %.3f of the keys", bit, k, o, share)
				}
			}
		}
	}
}

// The four parts do not stand for one another: exchanging any two of them gives
// another draw, and no two of a million keys of a study give the same.
func TestKeysAreToldApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := [4]uint64{rapid.Uint64().Draw(t, "seed"), rapid.Uint64().Draw(t, "run"), rapid.Uint64().Draw(t, "entity"), rapid.Uint64().Draw(t, "purpose")}
		u := U64(k[0], k[1], k[2], k[3])
		for i := 0; i < 4; i++ {
			for j := 0; j < i; j++ {
				x := k
				x[i], x[j] = x[j], x[i]
				if x != k && U64(x[0], x[1], x[2], x[3]) == u {
					t.Fatalf("parts %d and %d of %v may be exchanged", i, j, k)
				}
			}
		}
	})
	seen := make(map[uint64]struct{}, 1<<20)
	for run := uint64(0); run < 1<<10; run++ {
		for e := uint64(0); e < 1<<7; e++ {
			for p := uint64(0); p < 8; p++ {
				seen[U64(1, run, e, p)] = struct{}{}
			}
		}
	}
	if len(seen) != 1<<20 {
		t.Errorf("%d different draws from %d keys", len(seen), 1<<20)
	}
}

// FNV-1a before the mixing: the published test values of the empty text and of
// "a" and "foobar" (draft-eastlake-fnv, appendix C) are undone from the key.
func TestValidateEntityAgainstFNV(t *testing.T) {
	for id, want := range map[string]uint64{"": 0xcbf29ce484222325, "a": 0xaf63dc4c8601ec8c, "foobar": 0x85944171f73967e8} {
		if got := Entity(id); got != mix64(want) {
			t.Errorf("Entity(%q) = %#x, want the mixed %#x", id, got, want)
		}
	}
	seen := map[uint64]string{}
	for i := 0; i < 200000; i++ {
		id := fmt.Sprintf("missile#%d", i)
		if other, taken := seen[Entity(id)]; taken {
			t.Fatalf("%q and %q have the same key", id, other)
		}
		seen[Entity(id)] = id
	}
}

// SplitMix64 with seed 0 begins 0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4,
// 0x06c45d188009454f (S. Vigna, splitmix64.c; the values of Java's
// SplittableRandom): the finaliser on multiples of the golden constant.
func TestValidateMixAgainstSplitMix(t *testing.T) {
	for i, want := range []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f} {
		if got := mix64(uint64(i+1) * 0x9e3779b97f4a7c15); got != want {
			t.Errorf("number %d: %#x, published %#x", i+1, got, want)
		}
	}
}

// A threshold is exact: of the 2^53 numbers a draw can take as a fraction,
// Threshold(p) lets through precisely p·2^53 for every p that is such a
// fraction, and it grows with p.
func TestThresholdIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.Uint64Range(1, 1<<53-1).Draw(t, "k")
		th := Threshold(float64(k) * 0x1p-53)
		if th != k<<11 {
			t.Fatalf("threshold of %d/2^53 is %#x, want %#x", k, th, k<<11)
		}
		if !Hit(k<<11-1, th) || Hit(k<<11, th) {
			t.Fatalf("the edge of %d/2^53 is not sharp", k)
		}
		p, q := rapid.Float64Range(0, 1).Draw(t, "p"), rapid.Float64Range(0, 1).Draw(t, "q")
		if p > q {
			p, q = q, p
		}
		if Threshold(p) > Threshold(q) {
			t.Fatalf("the threshold falls between %v and %v", p, q)
		}
		u := rapid.Uint64().Draw(t, "u")
		if Hit(u, Threshold(p)) != (Float(u) < p) && math.Abs(Float(u)-p) > 0x1p-53 {
			t.Fatalf("draw %#x (%v): Hit and Float disagree about %v", u, Float(u), p)
		}
		if Hit(u, Threshold(p)) && !Hit(u, Threshold(q)) {
			t.Fatalf("draw %#x met %v and not %v", u, p, q)
		}
	})
	for p, want := range map[float64]uint64{
		0: 0, -1: 0, math.Inf(-1): 0, 0x1p-64: 1, 0x1p-65: 0, 5e-324: 0, 0.5: 1 << 63,
		math.Nextafter(1, 0): math.MaxUint64 - 1<<11 + 1, 1: math.MaxUint64, 2: math.MaxUint64, math.Inf(1): math.MaxUint64,
	} {
		if got := Threshold(p); got != want {
			t.Errorf("Threshold(%g) = %#x, want %#x", p, got, want)
		}
	}
}

func TestFloatAndBelowStayInRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := rapid.Uint64().Draw(t, "u")
		n := rapid.IntRange(1, math.MaxInt).Draw(t, "n")
		if f := Float(u); !(f >= 0 && f < 1) || f != float64(u>>11)/(1<<53) {
			t.Fatalf("Float(%#x) = %v", u, f)
		}
		// As the integer part of u·n/2^64, with the arithmetic of floats as witness.
		k := Below(u, n)
		if k < 0 || k >= n || math.Abs(float64(k)-math.Ldexp(float64(u), -64)*float64(n)) > 1+1e-15*float64(n) {
			t.Fatalf("Below(%#x, %d) = %d", u, n, k)
		}
	})
	if Float(math.MaxUint64) != 1-0x1p-53 || Float(0) != 0 {
		t.Error("the ends of Float are wrong")
	}
}

// One stream over another: a pair (a draw, its follower by purpose) gives π by
// the quarter circle, within four standard errors.
func TestPairsFillTheSquare(t *testing.T) {
	const n = 1 << 18
	in := 0
	for i := uint64(0); i < n; i++ {
		x, y := Float(U64(3, i, 1, 1)), Float(U64(3, i, 1, 2))
		if x*x+y*y < 1 {
			in++
		}
	}
	p := math.Pi / 4
	if got := float64(in) / n; math.Abs(got-p) > 4*math.Sqrt(p*(1-p)/n) {
		t.Errorf("π comes out as %.4f", 4*got)
	}
}

// Nothing is allocated for a draw.
func TestDrawsAllocateNothing(t *testing.T) {
	i := uint64(0)
	if a := testing.AllocsPerRun(100, func() {
		i++
		u := U64(1, i, 3, 4)
		sinkF += Normal(u) + Float(u) + float64(Below(u, 10))
		if Hit(u, Threshold(0.3)) {
			sinkF++
		}
	}); a != 0 {
		t.Errorf("%g allocations a draw", a)
	}
}
