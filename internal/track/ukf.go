package track

import "math"

// UKF is an unscented Kalman filter with the symmetric set of 2n points and,
// when Kappa is positive, a weighted centre (Kappa = 0 gives the cubature
// filter). FadeS as in EKF.
// Source: S. Julier, J. Uhlmann, Proc. IEEE 92 (2004) 401; I. Arasaratnam,
// S. Haykin, IEEE Trans. AC 54 (2009) 1254.
type UKF struct {
	Process Process
	T       float64 // s, time of the state
	X       State
	P       Mat7
	Kappa   float64
	FadeS   float64
}

const maxSigma = 2*N + 1

// points spreads the sigma points; the centre, with its weight, comes first.
func (f *UKF) points(n int) (x [maxSigma]State, centre, side float64, ok bool) {
	kappa := math.Max(0, f.Kappa)
	scale := float64(n) + kappa
	var l Mat7
	for i := range n {
		for j := 0; j <= i; j++ {
			sum := f.P[i][j]
			for k := range j {
				sum -= l[i][k] * l[j][k]
			}
			if i == j {
				if !(sum > 0) {
					return x, 0, 0, false
				}
				l[i][i] = math.Sqrt(sum)
			} else {
				l[i][j] = sum / l[j][j]
			}
		}
	}
	root := math.Sqrt(scale)
	x[0] = f.X
	for c := range n {
		a, b := f.X, f.X
		for i := c; i < n; i++ {
			d := root * l[i][c]
			a[i] += d
			b[i] -= d
		}
		x[1+2*c], x[2+2*c] = a, b
	}
	return x, kappa / scale, 0.5 / scale, true
}

// Predict carries the estimate to time toS and adds q (nil: none) to the
// covariance; false, and no change, when the covariance has degenerated.
func (f *UKF) Predict(toS float64, q *Mat7) bool {
	n := f.Process.Dim()
	x, centre, side, ok := f.points(n)
	if !ok {
		return false
	}
	first := 0
	if centre == 0 {
		first = 1
	}
	var mean State
	for s := first; s <= 2*n; s++ {
		f.Process.Move(&x[s], f.T, toS, nil)
		w := side
		if s == 0 {
			w = centre
		}
		for i := range n {
			mean[i] += w * x[s][i]
		}
	}
	var p Mat7
	for s := first; s <= 2*n; s++ {
		w := side
		if s == 0 {
			w = centre
		}
		for i := range n {
			for j := range n {
				p[i][j] += w * (x[s][i] - mean[i]) * (x[s][j] - mean[j])
			}
		}
	}
	age(n, &p, toS-f.T, f.FadeS, q)
	f.X, f.P, f.T = mean, p, toS
	return true
}

// Update takes in a measurement z with variances r. It returns the normalised
// innovation squared; false, and no change, when a covariance has degenerated.
func (f *UKF) Update(s Sensor, z, r *[3]float64) (nis float64, ok bool) {
	n, m := f.Process.Dim(), s.Dim()
	x, centre, side, ok := f.points(n)
	if !ok {
		return math.NaN(), false
	}
	first := 0
	if centre == 0 {
		first = 1
	}
	// Measurements are handled as residuals from that of the centre, so that
	// an azimuth next to the cut does no harm.
	var ref [3]float64
	s.Measure(&f.X, &ref, nil)
	var dz [maxSigma][3]float64
	var mean [3]float64
	for k := first; k <= 2*n; k++ {
		var zk [3]float64
		s.Measure(&x[k], &zk, nil)
		dz[k] = s.Residual(&zk, &ref)
		w := side
		if k == 0 {
			w = centre
		}
		for i := range m {
			mean[i] += w * dz[k][i]
		}
	}
	var sm Mat7
	var cross [N][3]float64
	for k := first; k <= 2*n; k++ {
		w := side
		if k == 0 {
			w = centre
		}
		for j := range m {
			d := w * (dz[k][j] - mean[j])
			for i := range m {
				sm[i][j] += (dz[k][i] - mean[i]) * d
			}
			for i := range n {
				cross[i][j] += (x[k][i] - f.X[i]) * d
			}
		}
	}
	for i := range m {
		sm[i][i] += r[i]
	}
	inv, ok := Invert(m, &sm)
	if !ok {
		return math.NaN(), false
	}
	y := s.Residual(z, &ref)
	for i := range m {
		y[i] -= mean[i]
	}
	var gain [N][3]float64
	for i := range n {
		for j := range m {
			for k := range m {
				gain[i][j] += cross[i][k] * inv[k][j]
			}
		}
	}
	for i := range n {
		for j := range m {
			f.X[i] += gain[i][j] * y[j]
		}
		for j := i; j < n; j++ {
			d := 0.0
			for k := range m {
				d += gain[i][k] * cross[j][k]
			}
			f.P[i][j] -= d
			f.P[j][i] = f.P[i][j]
		}
	}
	return innovation(m, &y, &inv), true
}
