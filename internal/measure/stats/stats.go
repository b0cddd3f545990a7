// Package stats turns what many runs counted into figures with 95 % intervals:
// means and paired differences, proportions and differences of paired
// proportions, quantiles and histograms. Whatever is summed over runs is an
// integer, so that the figures are the same bits for any split of the work over
// workers; only the last step, from the sums to the figure, is floating point.
package stats

// Interval is an estimate with the ends of its 95 % confidence interval, in the
// unit of what was measured.
type Interval struct{ Mid, Low, High float64 }

// Contains reports whether x lies in the interval, its ends included.
func (v Interval) Contains(x float64) bool { return x >= v.Low && x <= v.High }

// z95 is the 97.5 % point of the standard normal distribution.
const z95 = 1.959963984540054

// tail95 is what a 95 % interval leaves out on each side.
const tail95 = 0.025
