package draw

import "math"

// Normal turns a draw into a standard normal deviate: the inverse of the normal
// distribution function at (k+½)/2^53, k the draw's upper 53 bits. It grows
// with u, lies within ±8.2924, and Normal(^u) is exactly -Normal(u). Rational
// approximations of Wichura, "Algorithm AS 241: the percentage points of the
// normal distribution", Applied Statistics 37, 477-484 (1988), PPND16: good to
// about 1e-15 relative.
//
// One draw gives one deviate, because a pair drawn together (Box and Muller)
// would tie two keys to each other. It uses divisions, square roots and
// products that are rounded one by one, and a logarithm of its own, so that no
// machine fuses or approximates a step differently: the bits are the same
// everywhere.
func Normal(u uint64) float64 {
	// j/2^54 is the distance of the probability from one half, without
	// rounding: j is odd and below 2^53.
	j := int64(u>>11)*2 + 1 - 1<<53
	q := float64(j) * 0x1p-54
	if math.Abs(q) <= 0.425 {
		r := 0.180625 - float64(q*q)
		return float64(q*horner(r, &ppndA)) / horner(r, &ppndB)
	}
	a := j
	if a < 0 {
		a = -a
	}
	// The probability of the nearer tail, again without rounding.
	r := math.Sqrt(-stableLog(float64(1<<53-a) * 0x1p-54))
	var x float64
	if r <= 5 {
		r -= 1.6
		x = horner(r, &ppndC) / horner(r, &ppndD)
	} else {
		r -= 5
		x = horner(r, &ppndE) / horner(r, &ppndF)
	}
	if j < 0 {
		return -x
	}
	return x
}

// horner sums c[0] + c[1]x + … + c[7]x⁷. The conversions forbid fused
// multiply-adds, which some machines have and others have not.
func horner(x float64, c *[8]float64) float64 {
	y := c[7]
	for i := 6; i >= 0; i-- {
		y = float64(y*x) + c[i]
	}
	return y
}

// stableLog is the natural logarithm of a positive normal number to about one
// unit in the last place, by the series of FreeBSD's e_log.c (Sun Microsystems
// 1993); the library's own logarithm differs between machines.
func stableLog(x float64) float64 {
	f, e := math.Frexp(x)
	if f < math.Sqrt2/2 {
		f *= 2
		e--
	}
	f--
	k := float64(e)
	s := f / (2 + f)
	s2 := float64(s * s)
	s4 := float64(s2 * s2)
	odd := float64(s2 * (6.666666666666735130e-01 + float64(s4*(2.857142874366239149e-01+float64(s4*(1.818357216161805012e-01+float64(s4*1.479819860511658591e-01)))))))
	even := float64(s4 * (3.999999999940941908e-01 + float64(s4*(2.222219843214978396e-01+float64(s4*1.531383769920937332e-01)))))
	half := float64(0.5 * float64(f*f))
	const ln2Hi, ln2Lo = 6.93147180369123816490e-01, 1.90821492927058770002e-10
	return float64(k*ln2Hi) - ((half - (float64(s*(half+odd+even)) + float64(k*ln2Lo))) - f)
}

// The coefficients of PPND16, lowest power first: numerator and denominator for
// the middle, the tails, and the far tails.
var (
	ppndA = [8]float64{3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3}
	ppndB = [8]float64{1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3}
	ppndC = [8]float64{1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4}
	ppndD = [8]float64{1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9}
	ppndE = [8]float64{6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7}
	ppndF = [8]float64{1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15}
)
