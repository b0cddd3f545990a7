package draw

import (
	"math"
	"testing"
)

// Uniform over 256 bins in each of the four parts of the key: chi-square with
// 255 degrees of freedom stays within its 99.99 % range [180, 350].
func TestDrawsAreUniform(t *testing.T) {
	const n = 1 << 18
	for part := 0; part < 4; part++ {
		var bins, low [256]int
		for i := uint64(0); i < n; i++ {
			k := [4]uint64{1, 2, Entity("missile"), 5}
			k[part] += i
			u := U64(k[0], k[1], k[2], k[3])
			bins[u>>56]++
			low[u&255]++
		}
		for _, b := range [][256]int{bins, low} {
			x := 0.0
			for _, c := range b {
				d := float64(c) - n/256.0
				x += d * d / (n / 256.0)
			}
			if x < 180 || x > 350 {
				t.Errorf("part %d of the key: chi-square %.1f with 255 degrees of freedom", part, x)
			}
		}
	}
}

// Draws of neighbouring keys do not follow each other: correlation within four
// standard errors of zero.
func TestNeighbouringKeysAreIndependent(t *testing.T) {
	const n = 1 << 18
	for part := 0; part < 4; part++ {
		sum := 0.0
		for i := uint64(0); i < n; i++ {
			k := [4]uint64{1, 2, 3, 5}
			k[part] += i
			a := Float(U64(k[0], k[1], k[2], k[3])) - 0.5
			k[part]++
			b := Float(U64(k[0], k[1], k[2], k[3])) - 0.5
			sum += a * b * 12
		}
		if r := sum / n; math.Abs(r) > 4/math.Sqrt(n) {
			t.Errorf("part %d of the key: correlation %.4f", part, r)
		}
	}
}

// The numbers themselves are frozen: results are compared across versions.
func TestRegressDraws(t *testing.T) {
	for _, c := range []struct{ seed, run, entity, purpose, want uint64 }{
		{0, 0, 0, 0, frozen[0]}, {1, 0, 0, 0, frozen[1]}, {2014, 7, Entity("nodong@wonsan#3"), 2, frozen[2]},
	} {
		if got := U64(c.seed, c.run, c.entity, c.purpose); got != c.want {
			t.Errorf("U64(%d, %d, %d, %d) = %#x, was %#x", c.seed, c.run, c.entity, c.purpose, got, c.want)
		}
	}
}

func TestThresholds(t *testing.T) {
	for _, p := range []float64{0, 1e-9, 0.1, 0.25, 0.5, 0.7, 1 - 1e-12} {
		if got := math.Ldexp(float64(Threshold(p)), -64); math.Abs(got-p) > 1e-15 {
			t.Errorf("threshold of %g is that of %g", p, got)
		}
	}
	if Hit(0, Threshold(0)) || Hit(0, Threshold(-1)) || Hit(0, Threshold(math.NaN())) {
		t.Error("probability zero hit")
	}
	if !Hit(math.MaxUint64, Threshold(1)) || !Hit(math.MaxUint64, Threshold(2)) {
		t.Error("probability one missed")
	}
}

func TestBelow(t *testing.T) {
	var n [7]int
	for i := uint64(0); i < 70000; i++ {
		n[Below(U64(1, i, 2, 3), 7)]++
	}
	for k, c := range n {
		if c < 9600 || c > 10400 {
			t.Errorf("%d came %d times of 70000", k, c)
		}
	}
	if Below(math.MaxUint64, 7) != 6 || Below(5, 0) != 0 || Below(5, -3) != 0 {
		t.Error("the ends are wrong")
	}
}

func BenchmarkU64(b *testing.B) {
	var x uint64
	for i := 0; i < b.N; i++ {
		x ^= U64(1, uint64(i), 3, 4)
	}
	sink = x
}

var sink uint64

// Frozen from ourselves.
var frozen = [3]uint64{0xe2322d3bcb043218, 0x19e6d53cb5cbade3, 0x82bfbcf7c654bec4}
