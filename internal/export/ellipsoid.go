package export

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// quaternion is a rotation: x, y, z, w, as CZML has it.
type quaternion [4]float64

// ellipsoidOf gives the standard deviations along the axes of a covariance and
// the rotation from those axes to those of the covariance. An ellipsoid has 24
// such rotations, by the order and the sense of its axes; that nearest to the
// last one is taken, lest the picture tumble between two samples.
func ellipsoidOf(cov [3][3]float64, last quaternion) (spread [3]float64, turn quaternion) {
	var e mat.EigenSym
	if !e.Factorize(mat.NewSymDense(3, []float64{cov[0][0], cov[0][1], cov[0][2], cov[1][0], cov[1][1], cov[1][2], cov[2][0], cov[2][1], cov[2][2]}), true) {
		return spread, quaternion{0, 0, 0, 1}
	}
	values := e.Values(nil)
	var v mat.Dense
	e.VectorsTo(&v)
	best := math.Inf(-1)
	for _, order := range [...][3]int{{2, 1, 0}, {1, 0, 2}, {0, 2, 1}, {0, 1, 2}, {1, 2, 0}, {2, 0, 1}} {
		for signs := range 4 {
			var m [3][3]float64
			for col, k := range order {
				sign := 1.0
				if signs>>col&1 == 1 { // of two axes; the third follows from the others
					sign = -1
				}
				for row := range 3 {
					m[row][col] = sign * v.At(row, k)
				}
			}
			for row := range 3 { // right-handed
				a, b := (row+1)%3, (row+2)%3
				m[row][2] = m[a][0]*m[b][1] - m[b][0]*m[a][1]
			}
			q := rotation(m)
			near := q[0]*last[0] + q[1]*last[1] + q[2]*last[2] + q[3]*last[3]
			if near < 0 { // a rotation has two quaternions
				near, q = -near, quaternion{-q[0], -q[1], -q[2], -q[3]}
			}
			if near > best+1e-9 {
				best, turn = near, q
				for col, k := range order {
					spread[col] = math.Sqrt(math.Max(0, values[k]))
				}
			}
		}
	}
	return spread, turn
}

// rotation is the quaternion of a rotation matrix, by the largest of its parts.
func rotation(m [3][3]float64) quaternion {
	if t := m[0][0] + m[1][1] + m[2][2]; t > 0 {
		w := math.Sqrt(1+t) / 2
		return quaternion{(m[2][1] - m[1][2]) / (4 * w), (m[0][2] - m[2][0]) / (4 * w), (m[1][0] - m[0][1]) / (4 * w), w}
	}
	i := 0
	if m[1][1] > m[0][0] {
		i = 1
	}
	if m[2][2] > m[i][i] {
		i = 2
	}
	j, k := (i+1)%3, (i+2)%3
	var q quaternion
	q[i] = math.Sqrt(math.Max(0, 1+m[i][i]-m[j][j]-m[k][k])) / 2
	q[j], q[k], q[3] = (m[j][i]+m[i][j])/(4*q[i]), (m[k][i]+m[i][k])/(4*q[i]), (m[k][j]-m[j][k])/(4*q[i])
	return q
}
