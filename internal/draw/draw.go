// Package draw gives random numbers keyed by identity: the same (seed, run,
// entity, purpose) gives the same number whatever was drawn before, so that two
// postures are compared over the same dice. The mixing is integer arithmetic
// and comes out the same on every machine.
package draw

import (
	"math"
	"math/bits"
)

// mix64 is the finaliser of SplitMix64 in the variant of Stafford (Mix13):
// every input bit changes every output bit with probability close to one half.
func mix64(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// Entity turns an id into a key: FNV-1a, then mixed.
func Entity(id string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(id); i++ {
		h ^= uint64(id[i])
		h *= 1099511628211
	}
	return mix64(h)
}

// U64 is the draw of one key, uniform over all 64-bit integers.
func U64(seed, run, entity, purpose uint64) uint64 {
	return Dice(seed, run).U64(entity, purpose)
}

// Run is the part of a key that all draws of one run share, already mixed.
type Run uint64

// Dice begins the draws of a run.
func Dice(seed, run uint64) Run {
	h := mix64(seed + 0x9e3779b97f4a7c15)
	return Run(mix64(h ^ (run*0xd1342543de82ef95 + 0x2545f4914f6cdd1d)))
}

// U64 is the draw of one key of the run, the same as that of the function U64.
func (r Run) U64(entity, purpose uint64) uint64 { return r.For(entity, For(purpose)) }

// Purpose is the part of a key that says what is drawn, already spread.
type Purpose uint64

// For spreads a purpose: done once for a purpose that is drawn for many times.
func For(purpose uint64) Purpose {
	return Purpose(bits.RotateLeft64(purpose*0xaf251af3b0f025b5, 29))
}

// For is U64 with a purpose spread before.
func (r Run) For(entity uint64, p Purpose) uint64 { return mix64(uint64(r) ^ entity ^ uint64(p)) }

// Threshold turns a probability into the bound for Hit. p at or below zero
// gives zero (never), at or above one the largest integer (always).
func Threshold(p float64) uint64 {
	if !(p > 0) {
		return 0
	}
	if p >= 1 {
		return math.MaxUint64
	}
	// Exact: a float64 in (0, 1) times 2^64 loses nothing but its last bits
	// below one.
	return uint64(math.Ldexp(p, 64))
}

// Hit reports whether a draw falls below a threshold; the largest threshold is
// always met. One comparison tells: a branch on a draw is nobody's to predict.
func Hit(u, threshold uint64) bool { return min(u, math.MaxUint64-1) < threshold }

// Below turns a draw into an integer from 0 to n-1 (0 if n < 1).
func Below(u uint64, n int) int {
	if n < 1 {
		return 0
	}
	hi, _ := bits.Mul64(u, uint64(n))
	return int(hi)
}

// Float turns a draw into a number in [0, 1) with 53 bits.
func Float(u uint64) float64 { return float64(u>>11) * 0x1p-53 }
