package sense

import (
	"fmt"
	"math"
)

// This file holds the detection statistics of a square-law detector with
// non-coherent integration of N pulses: the exact probabilities for the five
// Swerling cases and the two closed formulas most often quoted.
//
// Method of the exact part. The sum of N squared envelopes, in units in which
// the noise alone has a Gamma(N, 1) law, is for a given echo energy a Poisson
// mixture of Gamma laws: K ~ Poisson(N·S·x), sum ~ Gamma(N+K). Over the target's
// fluctuation x ~ Gamma(m, mean 1) the Poisson becomes a negative binomial with
// m degrees (m = 1, N, 2, 2N for Swerling 1 to 4, infinite for the steady
// target). All five cases are thus one rapidly converging sum,
//
//	1 - Pd = Σ_k w_k P(N+k, T),  P(n, T) = Pr(Poisson(T) >= n),
//
// which needs no special function and holds to about 1e-15.
// Source: P. Swerling, RAND RM-1217 (1954); J. I. Marcum, RAND RM-754 (1947);
// the mixture form is textbook (e.g. M. A. Richards, Fundamentals of Radar
// Signal Processing, ch. 6).

// maxPulses bounds the number of integrated pulses, so that a slip of the pen
// cannot ask for an hour of summation.
const maxPulses = 100_000

// checkDetection refuses arguments outside the domain of the detection formulas.
func checkDetection(swerling, pulses int, pfa float64) error {
	switch {
	case swerling < 0 || swerling > 4:
		return fmt.Errorf("no Swerling case %d: allowed 0 to 4", swerling)
	case pulses < 1 || pulses > maxPulses:
		return fmt.Errorf("%d pulses: allowed 1 to %d", pulses, maxPulses)
	case !(pfa > 0 && pfa < 1):
		return fmt.Errorf("false-alarm probability %g: allowed between 0 and 1", pfa)
	}
	return nil
}

// DetectionThreshold returns the threshold, in units of the mean noise power of
// one pulse, that a sum of so many noise-only pulses exceeds with probability pfa.
func DetectionThreshold(pulses int, pfa float64) (float64, error) {
	if err := checkDetection(0, pulses, pfa); err != nil {
		return 0, err
	}
	return threshold(pulses, pfa), nil
}

func threshold(pulses int, pfa float64) float64 {
	if pulses == 1 {
		return -math.Log(pfa)
	}
	n := float64(pulses)
	lo, hi := 0.0, n+1
	for upperGamma(pulses, hi) > pfa {
		lo, hi = hi, 2*hi
	}
	// Bisection to the last bit: 60 evaluations once per radar cost nothing.
	for range 200 {
		mid := 0.5 * (lo + hi)
		if mid <= lo || mid >= hi {
			break
		}
		if upperGamma(pulses, mid) > pfa {
			lo = mid
		} else {
			hi = mid
		}
	}
	return 0.5 * (lo + hi)
}

// upperGamma is Q(n, t), the probability that a Gamma(n, 1) variable exceeds t:
// the Poisson probability of fewer than n events.
func upperGamma(n int, t float64) float64 {
	if t <= 0 {
		return 1
	}
	if t < float64(n) { // few terms are missing: sum the complement
		return 1 - lowerGamma(n, t)
	}
	// From the largest term, j = n-1, downwards.
	lg, _ := math.Lgamma(float64(n))
	term := math.Exp(float64(n-1)*math.Log(t) - t - lg)
	sum := 0.0
	for j := n - 1; j >= 0; j-- {
		sum += term
		if term < 1e-18*sum {
			break
		}
		term *= float64(j) / t
	}
	return sum
}

// lowerGamma is P(n, t) = 1 - Q(n, t), summed directly so that it keeps its
// relative precision when small.
func lowerGamma(n int, t float64) float64 {
	if t <= 0 {
		return 0
	}
	if t >= float64(n) {
		return 1 - upperGamma(n, t)
	}
	lg, _ := math.Lgamma(float64(n) + 1)
	term := math.Exp(float64(n)*math.Log(t) - t - lg)
	sum := 0.0
	for j := n; ; j++ {
		sum += term
		if term < 1e-18*sum {
			return sum
		}
		term *= t / float64(j+1)
	}
}

// DetectionProbability returns the probability of detection of a target of the
// Swerling case (0 is the steady target) by a square-law detector that adds up
// so many pulses, at the mean signal-to-noise ratio per pulse snr (linear) and
// the false-alarm probability pfa. Exact to about 1e-14.
func DetectionProbability(swerling, pulses int, snr, pfa float64) (float64, error) {
	if err := checkDetection(swerling, pulses, pfa); err != nil {
		return 0, err
	}
	if !(snr >= 0) || math.IsInf(snr, 1) {
		return 0, fmt.Errorf("signal-to-noise ratio %g: allowed 0 and above", snr)
	}
	return detection(swerling, pulses, snr, threshold(pulses, pfa)), nil
}

func detection(swerling, pulses int, snr, t float64) float64 {
	if snr == 0 {
		return upperGamma(pulses, t)
	}
	n := float64(pulses)
	mean := n * snr
	var degrees float64
	switch swerling {
	case 1:
		degrees = 1
	case 2:
		degrees = n
	case 3:
		degrees = 2
	case 4:
		degrees = 2 * n
	}
	// Start of the weights, in logarithms so that a strong target does not
	// underflow them: w_0 = exp(-mean), or (1 + mean/m)^-m.
	var logW float64
	if swerling == 0 {
		logW = -mean
	} else {
		logW = -degrees * math.Log1p(mean/degrees)
	}
	p := mean / (degrees + mean) // ratio of the negative binomial

	// P(n+k, t) falls by one Poisson term each time k grows by one. The list is
	// made from its far end backwards, where the sum of small terms is exact.
	last := int(t+12*math.Sqrt(t+1)) + 60
	if last < pulses {
		last = pulses
	}
	count := last - pulses + 1
	tail := make([]float64, count)
	lg, _ := math.Lgamma(float64(last) + 1)
	term := math.Exp(float64(last)*math.Log(t) - t - lg)
	sum := 0.0
	for j := last; j >= 0; j-- {
		sum += term
		if j >= pulses {
			tail[j-pulses] = sum
		}
		term *= float64(j) / t
	}
	// All Poisson terms add up to one: dividing by what they did add up to takes
	// out the rounding of the logarithms above, which is some 1e-13.
	for k := range tail {
		tail[k] /= sum
	}
	miss := 0.0
	for k := range count {
		miss += math.Exp(logW) * tail[k]
		if swerling == 0 {
			logW += math.Log(mean / float64(k+1))
		} else {
			logW += math.Log(p * (degrees + float64(k)) / float64(k+1))
		}
	}
	return math.Min(1, math.Max(0, 1-miss))
}

// RequiredSNR returns the mean signal-to-noise ratio per pulse, in decibels,
// that gives the probability of detection pd. It inverts DetectionProbability
// to 1e-10 dB.
func RequiredSNR(swerling, pulses int, pd, pfa float64) (float64, error) {
	if err := checkDetection(swerling, pulses, pfa); err != nil {
		return 0, err
	}
	if !(pd > pfa && pd < 1) {
		return 0, fmt.Errorf("detection probability %g: allowed between the false-alarm probability %g and 1", pd, pfa)
	}
	t := threshold(pulses, pfa)
	const least, most = -100.0, 200.0
	lo, hi := least, most
	if detection(swerling, pulses, math.Pow(10, most/10), t) < pd {
		return 0, fmt.Errorf("detection probability %g needs more than %g dB", pd, most)
	}
	for hi-lo > 1e-11 {
		mid := 0.5 * (lo + hi)
		if detection(swerling, pulses, math.Pow(10, mid/10), t) < pd {
			lo = mid
		} else {
			hi = mid
		}
	}
	return 0.5 * (lo + hi), nil
}

// Albersheim returns the signal-to-noise ratio per pulse, in decibels, by
// Albersheim's formula for a steady target and a linear detector; claimed good
// to 0.2 dB for pd 0.1 to 0.9, pfa 1e-7 to 1e-3, up to 8096 pulses.
// Source: W. J. Albersheim, Proc. IEEE 69 (1981) 839.
func Albersheim(pulses int, pd, pfa float64) (float64, error) {
	if err := checkDetection(0, pulses, pfa); err != nil {
		return 0, err
	}
	if !(pd > 0 && pd < 1) || pfa >= 0.62 {
		return 0, fmt.Errorf("sense: Albersheim's formula: detection probability %g, false-alarm probability %g out of its domain", pd, pfa)
	}
	n := float64(pulses)
	a := math.Log(0.62 / pfa)
	b := math.Log(pd / (1 - pd))
	arg := a + 0.12*a*b + 1.7*b
	if arg <= 0 {
		return 0, fmt.Errorf("sense: Albersheim's formula has no value at detection probability %g, false-alarm probability %g", pd, pfa)
	}
	return -5*math.Log10(n) + (6.2+4.54/math.Sqrt(n+0.44))*math.Log10(arg), nil
}

// Shnidman returns the signal-to-noise ratio per pulse, in decibels, by
// Shnidman's formula for the Swerling cases 0 to 4; claimed good to 0.5 dB for
// pd 0.1 to 0.99, pfa 1e-9 to 1e-3, up to 100 pulses.
// Source: D. A. Shnidman, IEEE Trans. AES 38 (2002) 1059.
func Shnidman(swerling, pulses int, pd, pfa float64) (float64, error) {
	if err := checkDetection(swerling, pulses, pfa); err != nil {
		return 0, err
	}
	if !(pd >= 0.1 && pd <= 0.99) || pfa >= 0.5 {
		return 0, fmt.Errorf("sense: Shnidman's formula: detection probability %g, false-alarm probability %g out of its domain", pd, pfa)
	}
	n := float64(pulses)
	k := math.Inf(1)
	switch swerling {
	case 1:
		k = 1
	case 2:
		k = n
	case 3:
		k = 2
	case 4:
		k = 2 * n
	}
	alpha := 0.0
	if pulses >= 40 {
		alpha = 0.25
	}
	eta := math.Sqrt(-0.8*math.Log(4*pfa*(1-pfa))) +
		math.Copysign(1, pd-0.5)*math.Sqrt(-0.8*math.Log(4*pd*(1-pd)))
	x := eta * (eta + 2*math.Sqrt(n/2+(alpha-0.25)))
	c := (((17.7006*pd-18.4496)*pd+14.5339)*pd - 3.525) / k
	if pd > 0.872 {
		c += (math.Exp(27.31*pd-25.14) + (pd-0.8)*(0.7*math.Log(1e-5/pfa)+(2*n-20)/80)) / k
	}
	if !(x > 0) {
		return 0, fmt.Errorf("sense: Shnidman's formula has no value at detection probability %g, false-alarm probability %g", pd, pfa)
	}
	return c + 10*math.Log10(x/n), nil
}
