// Package flight flies missiles and interceptors: three degrees of freedom,
// point masses, figures from the open literature only. A missile is known by its
// published range and burn times; everything else is derived from them.
//
// References: Bate, Mueller & White, Fundamentals of Astrodynamics (1971), ch. 6;
// Wheelon, Free flight of a ballistic missile (ARS J., 1959); Hairer, Nørsett &
// Wanner, Solving Ordinary Differential Equations I (1993), II.4-6; US Standard
// Atmosphere 1976.
package flight

import (
	"math"

	"testudo/internal/geo"
	"testudo/internal/units"
)

// Earth is the body flown over. Its parts may be combined freely, as check-cases
// do: a sphere that turns, a sphere with air, an ellipsoid without J2.
type Earth struct {
	Ellipsoid geo.Ellipsoid
	Mu        float64 // gravitational parameter, m³/s²
	J2        float64 // second zonal coefficient, referred to the ellipsoid's equatorial radius
	Omega     float64 // rotation, rad/s; the frame is fixed to the Earth
	Air       bool    // US Standard Atmosphere 1976 that turns with the Earth, or none
}

// RealEarth is WGS-84 with rotation, J2 and air (constants as in table 73 of
// NASA/TM-2015-218675 vol. II).
func RealEarth() Earth {
	return Earth{Ellipsoid: geo.WGS84, Mu: 3.986004418e14, J2: 0.00108262982, Omega: 7.292115e-5, Air: true}
}

// SphereEarth is the textbook's: spherical, non-rotating, airless.
func SphereEarth(radius units.Length, mu float64) Earth {
	return Earth{Ellipsoid: geo.Sphere(radius), Mu: mu}
}

// meanRadiusM is the mean radius (2a+b)/3, m.
func (e *Earth) meanRadiusM() float64 { return e.Ellipsoid.A * (1 - e.Ellipsoid.F/3) }

// still is the sphere of the same size without rotation, on which published
// ranges are understood.
func (e *Earth) still() Earth {
	return Earth{Ellipsoid: geo.Sphere(units.Length(e.meanRadiusM())), Mu: e.Mu, Air: e.Air}
}

// keplerian reports whether closed-form conics hold.
func (e *Earth) keplerian() bool {
	return e.Ellipsoid.F == 0 && e.J2 == 0 && e.Omega == 0 && !e.Air
}

// field is an Earth prepared for evaluation.
type field struct {
	mu, j2k, om2, omx2 float64 // j2k = 3/2 J2 a²; omx2 = 2 omega
	polarM, e2, bend   float64 // polar radius, squared eccentricity, e2²/2
	drag               float64 // 1/(2 beta); 0: none
	air                *airLayer
	push               *thrust
	heightM            float64 // left behind by accel when there is air
}

func (e *Earth) field() field {
	f := e.Ellipsoid.F
	e2 := f * (2 - f)
	return field{
		mu: e.Mu, j2k: 1.5 * e.J2 * e.Ellipsoid.A * e.Ellipsoid.A, om2: e.Omega * e.Omega, omx2: 2 * e.Omega,
		polarM: e.Ellipsoid.A * (1 - f), e2: e2, bend: 0.5 * e2 * e2,
	}
}

// height is the height above the ellipsoid at a distance rM from the centre, its
// inverse, and the squared sine of the geocentric latitude: the distance from the
// ellipsoid along the radius, corrected for the normal's tilt against it and the
// ellipsoid's curvature under it. Within 1e-8 m on the ground, 2e-6 m at 200 km,
// 1 mm at 10,000 km.
func (f *field) height(rM, ir, s2 float64) float64 {
	x := f.e2 * (1 - s2)
	x2 := x * x
	ground := f.polarM * ((1 + x*(1.0/2)) + x2*((3.0/8+x*(5.0/16))+x2*((35.0/128+x*(63.0/256))+x2*(231.0/1024))))
	d := rM - ground
	k := d * ir
	q := f.bend * s2 * (1 - s2) * (1 + x*(2+3*x))
	return d - q*(1-1.5*q)*d*(1-k)*(1+f.e2*(2*s2-1)*k)
}

// heightOf is height for a position.
func (f *field) heightOf(y *[6]float64) float64 {
	r2 := y[0]*y[0] + y[1]*y[1] + y[2]*y[2]
	r := math.Sqrt(r2)
	ir2 := 1 / r2
	return f.height(r, r*ir2, y[2]*y[2]*ir2)
}

// climb is the vertical speed over the ellipsoid, and climbRate its estimated
// rate of change, which serves to foresee when a height is met.
func (f *field) climb(y *[6]float64) float64 {
	r2 := y[0]*y[0] + y[1]*y[1] + y[2]*y[2]
	r := math.Sqrt(r2)
	rDot := (y[0]*y[3] + y[1]*y[4] + y[2]*y[5]) / r
	s := y[2] / r
	sDot := (y[5] - s*rDot) / r
	x := f.e2 * (1 - s*s)
	return rDot + f.polarM*(1+0.5*x)*f.e2*(1+x)*s*sDot
}

// accel is the acceleration at state y and time t, written to k[3..5], with the
// velocity in k[0..2].
func (f *field) accel(tS float64, y, k *[6]float64) {
	x, w, z, vx, vy, vz := y[0], y[1], y[2], y[3], y[4], y[5]
	zz := z * z
	r2 := x*x + w*w + zz
	r := math.Sqrt(r2)
	ir2 := 1 / r2
	s2 := zz * ir2
	mu3 := f.mu * r * ir2 * ir2
	j := f.j2k * ir2
	g := mu3 * (1 + j*(1-5*s2))
	gxy := f.om2 - g
	gz := -(g + 2*mu3*j)
	ax := gxy*x + f.omx2*vy
	ay := gxy*w - f.omx2*vx
	az := gz * z
	if f.air != nil {
		h := f.height(r, r*ir2, s2)
		f.heightM = h
		// The layer's density, written out: a call here is a tenth of the cost.
		l := f.air
		t := (h - l.midM) * l.invHalf
		if t > maxT {
			t = maxT
		} else if t < -maxT {
			t = -maxT
		}
		t2 := t * t
		t4 := t2 * t2
		e := (l.c[0] + l.c[1]*t) + (l.c[2]+l.c[3]*t)*t2 + t4*((l.c[4]+l.c[5]*t)+(l.c[6]+l.c[7]*t)*t2+t4*((l.c[8]+l.c[9]*t)+l.c[10]*t2))
		n := e*perLn2 + roundShift
		i := int64(int32(math.Float64bits(n)))
		n -= roundShift
		q := (e - n*ln2High) - n*ln2Low
		q2 := q * q
		p := exp2Steps[i&31] * (1 + (q + q2*(0.5+q*(1.0/6)) + q2*q2*(1.0/24+q*(1.0/120))))
		d := f.drag * math.Float64frombits(math.Float64bits(p)+uint64(i>>5)<<52) * math.Sqrt(vx*vx+vy*vy+vz*vz)
		ax -= d * vx
		ay -= d * vy
		az -= d * vz
	}
	if f.push != nil {
		var u [3]float64
		f.push.accel(tS, &u)
		ax += u[0]
		ay += u[1]
		az += u[2]
	}
	k[0], k[1], k[2], k[3], k[4], k[5] = vx, vy, vz, ax, ay, az
}

// Accel gives the acceleration in the Earth-fixed frame, m/s², at position r (m)
// and Earth-fixed velocity v (m/s): gravity with J2, centrifugal and Coriolis
// terms, and drag for a ballistic coefficient beta in kg/m² (+Inf: none), which
// acts below 200 km.
func (e Earth) Accel(r, v *[3]float64, beta float64, out *[3]float64) {
	f := e.field()
	y := [6]float64{r[0], r[1], r[2], v[0], v[1], v[2]}
	if e.Air && !math.IsInf(beta, 1) {
		if i := layerAt(us76, f.heightOf(&y)); i < len(us76) {
			f.air, f.drag = &us76[i], 0.5/beta
		}
	}
	var k [6]float64
	f.accel(0, &y, &k)
	out[0], out[1], out[2] = k[3], k[4], k[5]
}

// Jacobian gives the partial derivatives of Accel with respect to position
// (columns 0 to 2), velocity (3 to 5) and ln beta (6), in the Earth-fixed
// rotating frame. Exact but for the direction of the vertical in the density's
// gradient, which is good to 1e-5 rad.
func (e Earth) Jacobian(r, v *[3]float64, beta float64, out *[3][7]float64) {
	x, y, z := r[0], r[1], r[2]
	ir2 := 1 / (x*x + y*y + z*z)
	ir := math.Sqrt(ir2)
	mu3 := e.Mu * ir * ir2
	s2 := z * z * ir2
	j := 1.5 * e.J2 * e.Ellipsoid.A * e.Ellipsoid.A * ir2
	// a = -mu3·(1 + j(1-5s²))·r - 2·mu3·j·z·ẑ ; differentiate term by term.
	g := mu3 * (1 + j*(1-5*s2))
	// dg/dr along position: mu3 falls with r^-3, j with r^-2, s² = z²/r².
	along := -mu3 * ir2 * (3 + j*(5-35*s2)) // coefficient of r in grad g
	upon := -10 * mu3 * j * z * ir2         // coefficient of ẑ in grad g
	for i := range 3 {
		for k := range 3 {
			grad := along * r[k]
			if k == 2 {
				grad += upon
			}
			out[i][k] = -r[i] * grad
			out[i][3+k] = 0
		}
		out[i][i] -= g
		out[i][6] = 0
	}
	// The ẑ term: -2 mu3 j z, with mu3·j falling as r^-5.
	q := 2 * mu3 * j
	for k := range 3 {
		out[2][k] += 5 * q * z * ir2 * r[k]
	}
	out[2][2] -= q
	w := e.Omega
	out[0][0] += w * w
	out[1][1] += w * w
	out[0][4] += 2 * w
	out[1][3] -= 2 * w
	if !e.Air || math.IsInf(beta, 1) {
		return
	}
	f := e.field()
	st := [6]float64{x, y, z, v[0], v[1], v[2]}
	h := f.heightOf(&st)
	i := layerAt(us76, h)
	if i == len(us76) {
		return
	}
	l := &us76[i]
	rho := l.density(h)
	speed := math.Sqrt(v[0]*v[0] + v[1]*v[1] + v[2]*v[2])
	if rho == 0 || speed == 0 {
		return
	}
	kappa := 0.5 / beta * rho
	slope := l.slope(h)
	// The vertical: the geocentric one tilted by e²·sin·cos toward the pole.
	tilt := f.e2 * (1 + f.e2*(1-s2)) * f.polarM * (1 + 0.5*f.e2*(1-s2)) * ir
	s := z * ir
	n := [3]float64{x * ir * (1 - tilt*s2), y * ir * (1 - tilt*s2), s * (1 + tilt*(1-s2))}
	for i := range 3 {
		for k := range 3 {
			out[i][k] -= kappa * slope * speed * v[i] * n[k]
			out[i][3+k] -= kappa * v[i] * v[k] / speed
		}
		out[i][3+i] -= kappa * speed
		out[i][6] = kappa * speed * v[i]
	}
}
