package track

import (
	"math"
	"testing"

	"testudo/internal/draw"
)

// Of errors drawn from a covariance, the share inside the basket is the handover
// probability: 20,000 draws, allowed four standard errors.
func TestErrorsFallIntoTheBasketAsPromised(t *testing.T) {
	l := [3][3]float64{{300, 0, 0}, {-200, 150, 0}, {40, 90, 60}}
	var cov [3][3]float64
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				cov[i][j] += l[i][k] * l[j][k]
			}
		}
	}
	const n = 20000
	for _, basket := range []float64{100, 400, 900} {
		in := 0
		for run := range uint64(n) {
			var e [3]float64
			for k := range 3 {
				z := draw.Normal(draw.U64(1, run, 2, uint64(k)))
				for i := range 3 {
					e[i] += l[i][k] * z
				}
			}
			if InBasket(cov, e, basket) {
				in++
			}
		}
		p := HandoverProbability(cov, basket)
		if got := float64(in) / n; math.Abs(got-p) > 4*math.Sqrt(p*(1-p)/n) {
			t.Errorf("basket of %g m: %.4f inside, promised %.4f", basket, got, p)
		}
	}
}

// An error along the axis that is left out is in any basket; with a covariance
// that is the same in all directions one axis is left out all the same.
func TestBasketLeavesOutTheLeastAxis(t *testing.T) {
	cov := [3][3]float64{{9e4, 0, 0}, {0, 1, 0}, {0, 0, 4e4}}
	if !InBasket(cov, [3]float64{0, 1e4, 0}, 10) {
		t.Error("an error along the line of sight was held against the seeker")
	}
	if InBasket(cov, [3]float64{11, 0, 0}, 10) || InBasket(cov, [3]float64{0, 0, 11}, 10) {
		t.Error("an error across it was not")
	}
}

// The second-order term goes part of the way to the true spread of drag: for a
// body whose ballistic coefficient is known to a factor of e^±0.5 the speed lost
// in air of one density is lognormal, with a spread of √((e^σ²-1)·e^σ²) = 0.6040
// times the loss (exact); the first order says σ = 0.5, the second
// √(σ²+σ⁴/2) = 0.5303.
func TestValidateSecondOrderTermOfDrag(t *testing.T) {
	fall := &ODE{States: 2, MaxStepS: 0.1, F: func(x, slope *State, jac *Mat7) {
		slope[0] = -20 * math.Exp(-x[1]) // deceleration for ln beta = 0
		if jac != nil {
			jac[0][1] = 20 * math.Exp(-x[1])
		}
	}}
	for second, want := range map[bool]float64{false: 0.5, true: 0.5303} {
		f := EKF{Process: fall, LnBeta: second}
		f.P[1][1] = PriorLnBeta * PriorLnBeta
		f.Predict(3, nil)
		if got := math.Sqrt(f.P[0][0]) / 60; math.Abs(got-want) > 1e-4 {
			t.Errorf("second order %t: spread %.4f of the loss, want %.4f", second, got, want)
		}
	}
}
