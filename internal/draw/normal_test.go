package draw

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// at makes the draw whose upper 53 bits are k.
func at(k uint64) uint64 { return k << 11 }

// Against gonum's normal quantile (an implementation of its own, through the
// inverse error function), over the whole range of draws: 1e-9 asked; far out,
// where gonum's argument 1-p loses digits, its lower tail stands for the upper.
func TestValidateNormalAgainstGonum(t *testing.T) {
	check := func(k uint64) {
		p := (float64(k) + 0.5) * 0x1p-53
		want := 0.0
		if k < 1<<52 {
			want = distuv.UnitNormal.Quantile(p)
		} else {
			want = -distuv.UnitNormal.Quantile((float64(1<<53-1-k) + 0.5) * 0x1p-53)
		}
		if got := Normal(at(k)); !(math.Abs(got-want) <= 1e-9) {
			t.Errorf("k = %d, p = %g: %.15g, gonum %.15g", k, p, got, want)
		}
	}
	for i := uint64(0); i < 20000; i++ {
		check(U64(1, i, 2, 3) >> 11)
	}
	for s := 0; s < 53; s++ { // both far tails and the middle
		check(uint64(1) << s)
		check(1<<53 - 1 - uint64(1)<<s)
		check(1<<52 + uint64(1)<<s - 1)
	}
}

// The distribution function of the deviate is the probability it was made from,
// by the library's complementary error function: 2e-13 relative, the error that
// erfc amplifies in the tails.
func TestNormalInvertsTheDistribution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.Uint64Range(0, 1<<52-1).Draw(t, "k") >> rapid.IntRange(0, 51).Draw(t, "shift")
		p := (float64(k) + 0.5) * 0x1p-53
		if got := 0.5 * math.Erfc(-Normal(at(k))/math.Sqrt2); math.Abs(got-p) > 2e-13*p {
			t.Fatalf("p = %.17g came back as %.17g", p, got)
		}
	})
}

// Published percentage points (Abramowitz & Stegun 1964, tables 26.5 and 26.6,
// to the digits printed), and the middle, which is as near to zero as a draw
// gets: half a step over the density 0.3989.
func TestValidateNormalPoints(t *testing.T) {
	for _, c := range []struct{ p, z, tol float64 }{
		{0.975, 1.95996398, 6e-9}, {0.95, 1.64485363, 6e-9}, {0.995, 2.57582930, 6e-9}, {0.9995, 3.29052673, 6e-9}, {0.75, 0.67448975, 6e-9},
	} {
		if z := Normal(uint64(math.Ldexp(c.p, 64))); math.Abs(z-c.z) > c.tol {
			t.Errorf("point of %g: %.9f, published %.8f", c.p, z, c.z)
		}
	}
	if z := Normal(1 << 63); !(z > 0 && z < 2*0x1p-53) {
		t.Errorf("the middle gives %g", z)
	}
}

func TestNormalIsSymmetricAndGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u, v := rapid.Uint64().Draw(t, "u"), rapid.Uint64().Draw(t, "v")
		if Normal(^u) != -Normal(u) {
			t.Fatalf("Normal(%#x) = %v, of the complement %v", u, Normal(u), Normal(^u))
		}
		if u > v {
			u, v = v, u
		}
		if Normal(u) > Normal(v) {
			t.Fatalf("Normal falls from %v to %v between %#x and %#x", Normal(u), Normal(v), u, v)
		}
	})
	if lo, hi := Normal(0), Normal(math.MaxUint64); !(lo > -8.2924 && lo < -8.2923) || hi != -lo {
		t.Errorf("the ends are %v and %v", lo, hi)
	}
	// Where one approximation hands over to the next the deviate still grows:
	// |p-½| = 0.425, and a tail of exp(-25).
	for _, p := range []float64{0.075, 0.925, math.Exp(-25), 1 - math.Exp(-25)} {
		k := uint64(math.Ldexp(p, 53))
		for i := k - 200; i < k+200; i++ {
			if Normal(at(i)) > Normal(at(i+1)) {
				t.Fatalf("Normal falls at k = %d near p = %g", i, p)
			}
		}
	}
}

// Moments of 2^18 deviates: mean, variance, skewness and kurtosis within four
// standard errors (1, √2, √15·…: √(Var z^n) over √n), which for fixed keys is a
// fixed statement.
func TestNormalMoments(t *testing.T) {
	const n = 1 << 18
	var m [5]float64
	for i := uint64(0); i < n; i++ {
		z := Normal(U64(9, i, Entity("a"), 4))
		x := 1.0
		for k := 1; k <= 4; k++ {
			x *= z
			m[k] += x
		}
	}
	for k, c := range map[int]struct{ want, sd float64 }{1: {0, 1}, 2: {1, math.Sqrt2}, 3: {0, math.Sqrt(15)}, 4: {3, math.Sqrt(96)}} {
		if got := m[k] / n; math.Abs(got-c.want) > 4*c.sd/math.Sqrt(n) {
			t.Errorf("moment %d: %.4f, want %.0f", k, got, c.want)
		}
	}
}

// The own logarithm within two units in the last place of the library's.
func TestStableLog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := math.Ldexp(rapid.Float64Range(1, 2).Draw(t, "mantissa"), rapid.IntRange(-60, 3).Draw(t, "exponent"))
		got, want := stableLog(x), math.Log(x)
		if math.Abs(got-want) > 2*0x1p-52*math.Abs(want) {
			t.Fatalf("log %v = %.17g, library %.17g", x, got, want)
		}
	})
	if stableLog(1) != 0 {
		t.Errorf("log 1 = %v", stableLog(1))
	}
}

// Bits frozen from ourselves: they must not differ between machines.
func TestRegressNormal(t *testing.T) {
	for u, want := range map[uint64]uint64{
		0x0: 0xc02095b059d67c4c, 0x4000000000000000: 0xbfe5956b87528a48, 0xe2322d3bcb043218: 0x3ff316cbd4a87306, 0x19e6d53cb5cbade3: 0xbff465d909e98b64, 0x0000000012345678: 0xc01a872ec982fa80, 0xffffffffff000000: 0x401c30da902e18b5,
	} {
		if got := math.Float64bits(Normal(u)); got != want {
			t.Errorf("Normal(%#x) has the bits %#x (%v), had %#x", u, got, Normal(u), want)
		}
	}
}

func BenchmarkNormal(b *testing.B) {
	x := 0.0
	for i := 0; i < b.N; i++ {
		x += Normal(uint64(i) * 0x9e3779b97f4a7c15)
	}
	sinkF = x
}

var sinkF float64
