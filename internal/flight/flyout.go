package flight

import (
	"fmt"
	"math"

	"testudo/internal/geo"
	"testudo/internal/units"
)

// FlyoutSpec is what is published about an interceptor's flight.
type FlyoutSpec struct {
	// ConstantSpeed is the textbook kind: straight at BurnoutSpeed from launch;
	// Reach is then a slant range.
	ConstantSpeed bool
	BurnoutSpeed  units.Speed
	Burn          units.Duration // 0: all its speed at launch
	Reach         units.Length   // greatest ground range
	MinRange      units.Length   // least slant range
	MinAltitude   units.Length
	MaxAltitude   units.Length
	Beta          units.Loading // ballistic coefficient after burnout; 0: DefaultBeta
	EarthRadius   units.Length  // of the sphere flown over; 0: the mean radius
}

// DefaultBeta is the ballistic coefficient of an interceptor after burnout where
// none is stated. Assumption: a slender body of some hundred kilograms.
const DefaultBeta units.Loading = 3000

// Flyout answers how soon an interceptor can be where. It is immutable.
//
// The model is a planar point mass over a sphere, one of a family of launch
// elevations: under power it follows a straight line at its launch elevation with
// a speed that grows evenly to the published burnout speed; after burnout it
// coasts under gravity and drag. A place is reached by the member of the family
// that comes there first. How it is steered is no matter of this model.
type Flyout struct {
	spec    FlyoutSpec
	radiusM float64
	// Table of least times over ground range and altitude. Ranges go with the
	// square of their index: time is curved most overhead. Times beyond limitM
	// are extrapolated, for interpolation's sake only.
	rangeUnitM, altStepM float64
	timeS                [flyoutAlts][flyoutRanges]float64
	limitM               [flyoutAlts]float64 // greatest ground range at an altitude; <0: not reached
}

const (
	flyoutRanges  = 64
	flyoutAlts    = 64
	flyoutFan     = 48  // launch elevations
	flyoutMoments = 144 // of each flight
)

// NewFlyout builds the table. It fails if the figures make no envelope, or if the
// interceptor cannot reach any place of it.
func NewFlyout(s FlyoutSpec) (*Flyout, error) {
	if s.Beta == 0 {
		s.Beta = DefaultBeta
	}
	if s.EarthRadius == 0 {
		s.EarthRadius = geo.MeanRadius
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	f := &Flyout{spec: s, radiusM: float64(s.EarthRadius)}
	if s.ConstantSpeed {
		return f, nil
	}
	f.build()
	for _, l := range f.limitM {
		if l >= 0 {
			return f, nil
		}
	}
	return nil, fmt.Errorf("an interceptor of %s at burnout does not reach the altitudes from %s to %s", s.BurnoutSpeed, s.MinAltitude, s.MaxAltitude)
}

func (s *FlyoutSpec) check() error {
	positive := func(x float64) bool { return x > 0 && !math.IsInf(x, 0) }
	switch {
	case !positive(float64(s.BurnoutSpeed)) || s.BurnoutSpeed > 20000:
		return fmt.Errorf("a burnout speed of %s lies outside 0 to 20 km/s", s.BurnoutSpeed)
	case !positive(float64(s.Reach)) || float64(s.Reach) > math.Pi*float64(s.EarthRadius):
		return fmt.Errorf("a reach of %s lies outside 0 to half the Earth's circumference", s.Reach)
	case !(s.Burn >= 0) || s.Burn > 1000:
		return fmt.Errorf("a burn time of %s lies outside 0 to 1000 s", s.Burn)
	case !(s.MinRange >= 0) || s.MinRange >= s.Reach:
		return fmt.Errorf("a least range of %s does not lie between 0 and the reach, %s", s.MinRange, s.Reach)
	case !(s.MinAltitude >= 0) || !(s.MaxAltitude > s.MinAltitude) || s.MaxAltitude > 1e7:
		return fmt.Errorf("altitudes from %s to %s make no band between 0 and 10,000 km", s.MinAltitude, s.MaxAltitude)
	case !(s.Beta > 0):
		return fmt.Errorf("a ballistic coefficient of %s is not above 0", s.Beta)
	case !positive(float64(s.EarthRadius)):
		return fmt.Errorf("an Earth radius of %s is not above 0", s.EarthRadius)
	}
	return nil
}

// slant is the straight distance to a place.
func (f *Flyout) slant(groundRangeM, altM float64) float64 {
	h := math.Sin(groundRangeM / (2 * f.radiusM))
	return math.Sqrt(altM*altM + 4*f.radiusM*(f.radiusM+altM)*h*h)
}

// Time gives the least time of flight in s to a ground range (arc over the sphere,
// m) and an altitude (m); ok is false outside the envelope. The constant-speed
// kind is exact: the straight slant distance over the speed. The other never
// decreases with ground range; it interpolates a table, within 2 % or 0.3 s of
// the model.
func (f *Flyout) Time(groundRangeM, altM float64) (tS float64, ok bool) {
	s := &f.spec
	if !(groundRangeM >= 0) || !(altM >= float64(s.MinAltitude)) || altM > float64(s.MaxAltitude) {
		return 0, false
	}
	if s.ConstantSpeed || s.MinRange > 0 {
		d := f.slant(groundRangeM, altM)
		if d < float64(s.MinRange) {
			return 0, false
		}
		if s.ConstantSpeed {
			return d / float64(s.BurnoutSpeed), d <= float64(s.Reach)
		}
	}
	if groundRangeM > float64(s.Reach) {
		return 0, false
	}
	y := (altM - float64(s.MinAltitude)) / f.altStepM
	j := min(int(y), flyoutAlts-2)
	y -= float64(j)
	if f.limitM[j] < 0 || f.limitM[j+1] < 0 || groundRangeM > f.limitM[j]+y*(f.limitM[j+1]-f.limitM[j]) {
		return 0, false
	}
	x := math.Sqrt(groundRangeM / f.rangeUnitM)
	i := min(int(x), flyoutRanges-2)
	// Linear in range within the cell.
	x = (x - float64(i)) * (x + float64(i)) / float64(2*i+1)
	a, b := &f.timeS[j], &f.timeS[j+1]
	return (1-y)*((1-x)*a[i]+x*a[i+1]) + y*((1-x)*b[i]+x*b[i+1]), true
}

// moment is a point of one flight of the family.
type moment struct{ rangeM, altM, tS float64 }

// build flies the family and carries its net of times onto the table: where four
// neighbouring moments span a patch, the grid points inside take the patch's
// time, and the least of all patches stays.
func (f *Flyout) build() {
	s := &f.spec
	f.rangeUnitM = float64(s.Reach) / ((flyoutRanges - 1) * (flyoutRanges - 1))
	f.altStepM = float64(s.MaxAltitude-s.MinAltitude) / (flyoutAlts - 1)
	for j := range f.timeS {
		for i := range f.timeS[j] {
			f.timeS[j][i] = math.Inf(1)
		}
	}
	// One clock for all flights, finer at first: the farthest corner at a third
	// of the burnout speed is late enough.
	far := f.slant(float64(s.Reach), float64(s.MaxAltitude))
	last := float64(s.Burn) + 3*far/float64(s.BurnoutSpeed)
	// The lowest elevation is that of the chord that comes back to the surface
	// at burnout, so that the family covers the ground itself.
	lowest := -0.26 * float64(s.BurnoutSpeed) * float64(s.Burn) / f.radiusM
	var prev, next [flyoutMoments]moment
	nPrev := 0
	for k := range flyoutFan {
		// Denser toward the horizon, where flights part most in range.
		u := float64(k) / (flyoutFan - 1)
		n := f.flight(lowest+(math.Pi/2-lowest)*u*(0.6+0.4*u), last, &next)
		if k > 0 {
			for m := 0; m+1 < max(n, nPrev); m++ {
				a, b := prev[min(m, nPrev-1)], prev[min(m+1, nPrev-1)]
				c, d := next[min(m, n-1)], next[min(m+1, n-1)]
				f.patch(a, b, c)
				f.patch(b, c, d)
			}
		}
		prev, nPrev = next, n
	}
	f.finish()
}

// flight fills in the moments of one launch elevation, until it falls below the
// lowest altitude, and gives their number.
func (f *Flyout) flight(elevation, lastS float64, out *[flyoutMoments]moment) int {
	s := &f.spec
	v, burn := float64(s.BurnoutSpeed), float64(s.Burn)
	se, ce := math.Sincos(elevation)
	r := f.radiusM
	const g0r2 = 3.986004418e14
	kappa := 0.5 / float64(s.Beta)
	// A straight line at the launch elevation, in the plane through the centre.
	along := func(d float64) (rangeM, altM, climb, ahead float64) {
		x, y := d*ce, r+d*se
		rr := math.Sqrt(x*x + y*y)
		return r * math.Atan2(x, y), rr - r, (x*ce + y*se) / rr, (y*ce - x*se) / rr
	}
	// State after burnout: radius, angle, climb and level speed.
	var q [4]float64
	coasting := false
	layer := 0
	rate := 0.0 // of loss of speed to drag, 1/s
	slope := func(q *[4]float64) (d [4]float64) {
		alt := q[0] - r
		drag := 0.0
		if alt < airTopM {
			for layer+1 < len(us76) && alt >= us76[layer].hiM {
				layer++
			}
			for layer > 0 && alt < us76[layer].loM {
				layer--
			}
			drag = kappa * us76[layer].density(max(alt, 0)) * math.Sqrt(q[2]*q[2]+q[3]*q[3])
		}
		rate = drag
		d[0] = q[2]
		d[1] = q[3] / q[0]
		d[2] = q[3]*q[3]/q[0] - g0r2/(q[0]*q[0]) - drag*q[2]
		d[3] = -q[2]*q[3]/q[0] - drag*q[3]
		return d
	}
	t := 0.0
	for m := range out {
		u := float64(m) / (flyoutMoments - 1)
		to := lastS * u * (0.5 + 0.5*u)
		if to <= burn && burn > 0 {
			d := 0.5 * v / burn * to * to
			x, y, _, _ := along(d)
			out[m] = moment{x, y, to}
			t = to
			continue
		}
		if !coasting {
			x, y, up, on := along(0.5 * v * burn)
			q = [4]float64{r + y, x / r, v * up, v * on}
			t, coasting = burn, true
		}
		for t < to {
			k1 := slope(&q)
			h := to - t
			if most := min(4, 0.25/rate); h > most {
				h = most
			}
			k2 := slope(ahead(&q, &k1, 0.5*h))
			k3 := slope(ahead(&q, &k2, 0.5*h))
			k4 := slope(ahead(&q, &k3, h))
			for i := range q {
				q[i] += h / 6 * (k1[i] + 2*(k2[i]+k3[i]) + k4[i])
			}
			t += h
		}
		out[m] = moment{r * q[1], q[0] - r, to}
		if q[2] < 0 && q[0]-r < min(0, float64(s.MinAltitude)) || !(q[0] > r-20000) {
			return m + 1
		}
	}
	return flyoutMoments
}

func ahead(q, d *[4]float64, h float64) *[4]float64 {
	return &[4]float64{q[0] + h*d[0], q[1] + h*d[1], q[2] + h*d[2], q[3] + h*d[3]}
}

// patch lowers the table's times at the grid points inside a triangle.
func (f *Flyout) patch(a, b, c moment) {
	// In grid coordinates.
	y0 := float64(f.spec.MinAltitude)
	ax, ay := a.rangeM/f.rangeUnitM, (a.altM-y0)/f.altStepM
	bx, by := b.rangeM/f.rangeUnitM, (b.altM-y0)/f.altStepM
	cx, cy := c.rangeM/f.rangeUnitM, (c.altM-y0)/f.altStepM
	area := (bx-ax)*(cy-ay) - (cx-ax)*(by-ay)
	if math.Abs(area) < 1e-14 {
		return
	}
	const eps = 1e-6
	const far = (flyoutRanges - 1) * (flyoutRanges - 1)
	i0, i1 := int(math.Ceil(math.Sqrt(max(0, min(ax, bx, cx)-eps)))), int(math.Sqrt(max(0, min(far, max(ax, bx, cx))+eps)))
	j0, j1 := int(math.Ceil(max(0, min(ay, by, cy)-eps))), int(math.Floor(min(flyoutAlts-1, max(ay, by, cy)+eps)))
	for j := j0; j <= j1; j++ {
		y := float64(j)
		for i := i0; i <= i1; i++ {
			x := float64(i * i)
			u := ((x-ax)*(cy-ay) - (cx-ax)*(y-ay)) / area
			w := ((bx-ax)*(y-ay) - (x-ax)*(by-ay)) / area
			if u < -eps || w < -eps || u+w > 1+eps {
				continue
			}
			if t := a.tS + u*(b.tS-a.tS) + w*(c.tS-a.tS); t < f.timeS[j][i] {
				f.timeS[j][i] = t
			}
		}
	}
}

// finish finds how far each altitude is reached, makes times grow with range, and
// extends them past the limit so that the last cell can be interpolated.
func (f *Flyout) finish() {
	for j := range f.timeS {
		row := &f.timeS[j]
		n := 0
		for n < flyoutRanges && !math.IsInf(row[n], 1) {
			n++
		}
		f.limitM[j] = float64((n-1)*(n-1)) * f.rangeUnitM
		if n == 0 {
			f.limitM[j] = -1
			continue
		}
		for i := 1; i < n; i++ {
			row[i] = max(row[i], row[i-1])
		}
		for i := n; i < flyoutRanges; i++ {
			slope := 0.0 // s per unit of range
			if n > 1 {
				slope = (row[n-1] - row[n-2]) / float64(2*n-3)
			}
			row[i] = row[i-1] + slope*float64(2*i-1)
		}
	}
}
