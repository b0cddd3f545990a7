package geo

import (
	"math"

	"testudo/internal/units"
)

// Inverse solves the inverse geodesic problem.
func (e Ellipsoid) Inverse(a, b LLA) (s units.Length, azi1, azi2 units.Angle) {
	f := e.F
	L := math.Remainder(float64(b.Lon-a.Lon), 2*math.Pi)
	U1, U2 := math.Atan((1-f)*math.Tan(float64(a.Lat))), math.Atan((1-f)*math.Tan(float64(b.Lat)))
	su1, cu1 := math.Sincos(U1)
	su2, cu2 := math.Sincos(U2)
	lam := L
	var ss, cs, sig, sa, c2a, c2m, sl, cl float64
	for i := 0; i < 200; i++ {
		sl, cl = math.Sincos(lam)
		ss = math.Hypot(cu2*sl, cu1*su2-su1*cu2*cl)
		if ss == 0 {
			return 0, 0, 0
		}
		cs = su1*su2 + cu1*cu2*cl
		sig = math.Atan2(ss, cs)
		sa = cu1 * cu2 * sl / ss
		c2a = 1 - sa*sa
		c2m = 0
		if c2a != 0 {
			c2m = cs - 2*su1*su2/c2a
		}
		C := f / 16 * c2a * (4 + f*(4-3*c2a))
		next := L + (1-C)*f*sa*(sig+C*ss*(c2m+C*cs*(-1+2*c2m*c2m)))
		if math.Abs(next-lam) < 1e-13 {
			lam = next
			break
		}
		lam = next
	}
	bb := e.A * (1 - f)
	u2 := c2a * (e.A*e.A - bb*bb) / (bb * bb)
	A := 1 + u2/16384*(4096+u2*(-768+u2*(320-175*u2)))
	B := u2 / 1024 * (256 + u2*(-128+u2*(74-47*u2)))
	ds := B * ss * (c2m + B/4*(cs*(-1+2*c2m*c2m)-B/6*c2m*(-3+4*ss*ss)*(-3+4*c2m*c2m)))
	return units.Length(bb * A * (sig - ds)), units.Angle(math.Atan2(cu2*sl, cu1*su2-su1*cu2*cl)), units.Angle(math.Atan2(cu1*sl, -su1*cu2+cu1*su2*cl))
}

// Direct solves the direct geodesic problem.
func (e Ellipsoid) Direct(a LLA, azi units.Angle, s units.Length) (LLA, units.Angle) {
	f := e.F
	b := e.A * (1 - f)
	sa1, ca1 := math.Sincos(float64(azi))
	tu := (1 - f) * math.Tan(float64(a.Lat))
	cu := 1 / math.Sqrt(1+tu*tu)
	su := tu * cu
	s1 := math.Atan2(tu, ca1)
	sa := cu * sa1
	c2a := 1 - sa*sa
	u2 := c2a * (e.A*e.A - b*b) / (b * b)
	A := 1 + u2/16384*(4096+u2*(-768+u2*(320-175*u2)))
	B := u2 / 1024 * (256 + u2*(-128+u2*(74-47*u2)))
	sig := float64(s) / (b * A)
	var ss, cs, c2m float64
	for i := 0; i < 100; i++ {
		c2m = math.Cos(2*s1 + sig)
		ss, cs = math.Sincos(sig)
		d := B * ss * (c2m + B/4*(cs*(-1+2*c2m*c2m)-B/6*c2m*(-3+4*ss*ss)*(-3+4*c2m*c2m)))
		next := float64(s)/(b*A) + d
		if math.Abs(next-sig) < 1e-14 {
			break
		}
		sig = next
	}
	x := su*ss - cu*cs*ca1
	lat := math.Atan2(su*cs+cu*ss*ca1, (1-f)*math.Hypot(sa, x))
	lam := math.Atan2(ss*sa1, cu*cs-su*ss*ca1)
	C := f / 16 * c2a * (4 + f*(4-3*c2a))
	L := lam - (1-C)*f*sa*(sig+C*ss*(c2m+C*cs*(-1+2*c2m*c2m)))
	return LLA{Lat: units.Angle(lat), Lon: units.Angle(math.Remainder(float64(a.Lon)+L, 2*math.Pi))}, units.Angle(math.Atan2(sa, -x))
}
