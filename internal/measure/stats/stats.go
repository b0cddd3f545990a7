// Package stats gives intervals for means, paired differences and proportions
// from exact integer sums, so that they are the same for any split of the work.
package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Interval is an estimate with its 95 % interval.
type Interval struct{ Mid, Low, High float64 }

// z95 is the standard normal's 97.5 % point.
const z95 = 1.959963984540054

// Mean gives a mean and its Student-t interval from n, the sum and the sum of
// squares. Paired differences are means of differences and use it too.
func Mean(n, sum, sq int64) Interval {
	if n == 0 {
		return Interval{}
	}
	m := float64(sum) / float64(n)
	if n == 1 {
		return Interval{m, math.Inf(-1), math.Inf(1)}
	}
	// Centred in integers where it fits, so that equal values give exactly zero.
	v := (float64(sq) - m*float64(sum)) / float64(n-1)
	if exact(n, sum, sq) || v < 0 {
		v = 0
	}
	h := t95(n-1) * math.Sqrt(v/float64(n))
	return Interval{m, m - h, m + h}
}

// exact reports whether all n values were equal: n·sq = sum².
func exact(n, sum, sq int64) bool {
	if sum%n != 0 {
		return false
	}
	m := sum / n
	return sq == m*sum
}

func t95(df int64) float64 {
	if df > 1000 {
		return z95
	}
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(df)}.Quantile(0.975)
}

// Wilson gives a proportion and its score interval (Wilson 1927).
func Wilson(k, n int64) Interval {
	if n == 0 {
		return Interval{}
	}
	p, N := float64(k)/float64(n), float64(n)
	z2 := z95 * z95
	mid := (p + z2/(2*N)) / (1 + z2/N)
	h := z95 / (1 + z2/N) * math.Sqrt(p*(1-p)/N+z2/(4*N*N))
	iv := Interval{p, math.Max(0, mid-h), math.Min(1, mid+h)}
	if k == 0 {
		iv.Low = 0
	}
	if k == n {
		iv.High = 1
	}
	return iv
}

// ClopperPearson gives a proportion and its exact interval (Clopper & Pearson
// 1934), from the quantiles of the beta distribution.
func ClopperPearson(k, n int64) Interval {
	if n == 0 {
		return Interval{0, 0, 1}
	}
	iv := Interval{Mid: float64(k) / float64(n), Low: 0, High: 1}
	if k > 0 {
		iv.Low = mathext.InvRegIncBeta(float64(k), float64(n-k+1), 0.025)
	}
	if k < n {
		iv.High = mathext.InvRegIncBeta(float64(k+1), float64(n-k), 0.975)
	}
	return iv
}
