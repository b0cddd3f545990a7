package track

import "math"

// N is the number of states: position (m) and velocity (m/s) in the Earth-fixed
// frame, and the natural logarithm of the ballistic coefficient.
const N = 7

// Sym is a symmetric 7 by 7 matrix: the upper triangle, row by row. As
// information its units are the inverse products of those of the states.
type Sym [N * (N + 1) / 2]float64

// Mat7 is a 7 by 7 matrix, row by row.
type Mat7 [N][N]float64

// rowAt is the place in a Sym of the diagonal element of each row.
var rowAt = [N]int{0, 7, 13, 18, 22, 25, 27}

// At returns the element in row i, column j.
func (s *Sym) At(i, j int) float64 {
	if i > j {
		i, j = j, i
	}
	return s[rowAt[i]+j-i]
}

// Mat returns the matrix in full.
func (s *Sym) Mat() Mat7 {
	var m Mat7
	for i := range N {
		for j := i; j < N; j++ {
			m[i][j] = s[rowAt[i]+j-i]
			m[j][i] = m[i][j]
		}
	}
	return m
}

// add adds w times o.
func (s *Sym) add(o *Sym, w float64) {
	for k := range s {
		s[k] += w * o[k]
	}
}

// zero says whether every element is zero.
func (s *Sym) zero() bool {
	for _, x := range s {
		if x != 0 {
			return false
		}
	}
	return true
}

// ldl is the decomposition L·D·Lᵀ of a symmetric 7 by 7 matrix: the unit lower
// triangle and the square roots of the inverse pivots.
type ldl struct {
	l   [N][N]float64
	inv [N]float64 // 1/√d
}

// factor decomposes the matrix; false when it is not positive definite to the
// precision of the numbers.
func (c *ldl) factor(s *Sym) bool {
	var d, id [N]float64
	for j := range N {
		// Row j of the triangle, and v = D·row, from the rows above.
		lj := &c.l[j]
		at := rowAt[j]
		diag := s[at]
		pivot := diag
		var v [N]float64
		for k := range j {
			v[k] = lj[k] * d[k]
			pivot -= lj[k] * v[k]
		}
		// A pivot that is only rounding of what was subtracted from it says
		// nothing about the state.
		if !(pivot > 1e-15*diag) || math.IsInf(pivot, 0) {
			return false
		}
		d[j], id[j] = pivot, 1/pivot
		for i := j + 1; i < N; i++ {
			li := &c.l[i]
			sum := s[at+i-j]
			for k := range j {
				sum -= li[k] * v[k]
			}
			li[j] = sum * id[j]
		}
	}
	for j := range N {
		c.inv[j] = math.Sqrt(id[j])
	}
	return true
}

// whiten returns D^-½ L⁻¹ b. The scalar product of two such vectors is
// bᵀ (matrix)⁻¹ b.
func (c *ldl) whiten(b *[N]float64) (z [N]float64) {
	l := &c.l
	z0 := b[0]
	z1 := b[1] - l[1][0]*z0
	z2 := b[2] - l[2][0]*z0 - l[2][1]*z1
	z3 := b[3] - l[3][0]*z0 - l[3][1]*z1 - l[3][2]*z2
	z4 := b[4] - l[4][0]*z0 - l[4][1]*z1 - l[4][2]*z2 - l[4][3]*z3
	z5 := b[5] - l[5][0]*z0 - l[5][1]*z1 - l[5][2]*z2 - l[5][3]*z3 - l[5][4]*z4
	z6 := b[6] - l[6][0]*z0 - l[6][1]*z1 - l[6][2]*z2 - l[6][3]*z3 - l[6][4]*z4 - l[6][5]*z5
	i := &c.inv
	return [N]float64{z0 * i[0], z1 * i[1], z2 * i[2], z3 * i[3], z4 * i[4], z5 * i[5], z6 * i[6]}
}

func dot7(a, b *[N]float64) float64 {
	return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] + a[3]*b[3] + a[4]*b[4] + a[5]*b[5] + a[6]*b[6]
}

// eigen3 returns the eigenvalues of a symmetric 3 by 3 matrix, largest first,
// by cyclic Jacobi rotations: slower than the cubic formula, but accurate for
// the needle-shaped covariances that radars make.
func eigen3(a [3][3]float64) [3]float64 {
	for range 30 {
		off := a[0][1]*a[0][1] + a[0][2]*a[0][2] + a[1][2]*a[1][2]
		scale := a[0][0]*a[0][0] + a[1][1]*a[1][1] + a[2][2]*a[2][2]
		if !(off > 1e-34*scale) {
			break
		}
		for p := range 2 {
			for q := p + 1; q < 3; q++ {
				if a[p][q] == 0 {
					continue
				}
				theta := (a[q][q] - a[p][p]) / (2 * a[p][q])
				t := 1 / (math.Abs(theta) + math.Sqrt(theta*theta+1))
				if theta < 0 {
					t = -t
				}
				c := 1 / math.Sqrt(t*t+1)
				s := t * c
				k := 3 - p - q // the third index
				apq, akp, akq := a[p][q], a[k][p], a[k][q]
				a[p][p] -= t * apq
				a[q][q] += t * apq
				a[p][q], a[q][p] = 0, 0
				a[k][p] = c*akp - s*akq
				a[p][k] = a[k][p]
				a[k][q] = s*akp + c*akq
				a[q][k] = a[k][q]
			}
		}
	}
	e := [3]float64{a[0][0], a[1][1], a[2][2]}
	if e[0] < e[1] {
		e[0], e[1] = e[1], e[0]
	}
	if e[1] < e[2] {
		e[1], e[2] = e[2], e[1]
	}
	if e[0] < e[1] {
		e[0], e[1] = e[1], e[0]
	}
	return e
}
