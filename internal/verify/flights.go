package verify

import (
	"fmt"
	"math"

	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/units"
)

const foot = 0.3048

// nesc re-derives NASA's point-mass check-cases from their published inputs: a
// sphere of one slug dropped from 30,000 ft, or fired at 1,000 ft/s east and up.
func nesc(c *collector) error {
	round := geo.Ellipsoid{A: 6371007.1809}
	drag := 14.59390294 / (0.1 * 0.1963495 * foot * foot) // kg/m²
	real := flight.RealEarth()
	vacuum := real
	vacuum.Air = false
	still := flight.Earth{Ellipsoid: round, Mu: 3.986004418e14, Air: true}
	turning := still
	turning.Omega = 7.292115e-5
	for _, k := range []struct {
		name  string
		earth flight.Earth
		beta  float64
		v     [3]float64 // north, east, up, m/s
		h     float64
		tol   float64
		rows  [][2]float64 // time, published altitude
		lon   float64      // published longitude at 30 s, degrees
	}{
		{"case 1, no drag, WGS-84", vacuum, math.Inf(1), [3]float64{}, 9144, 1e-4, [][2]float64{{10, 8656.382201}, {20, 7193.379886}, {30, 4754.546047}}, 5.74552213287e-05},
		{"case 4, round, not turning", still, drag, [3]float64{}, 9144, 0.01, [][2]float64{{10, 8656.711682}, {20, 7224.367232}, {30, 4947.302046}}, 0},
		{"case 5, round, turning", turning, drag, [3]float64{}, 9144, 0.01, [][2]float64{{10, 8658.391872}, {20, 7230.876846}, {30, 4961.042010}}, 5.34699823728e-05},
		{"case 6, WGS-84", real, drag, [3]float64{}, 9144, 0.01, [][2]float64{{10, 8658.692268}, {20, 7232.040648}, {30, 4963.498462}}, 5.33798251362e-05},
		{"case 9, fired east", real, drag, [3]float64{0, 1000 * foot, 1000 * foot}, 0, 0.02, [][2]float64{{10, 2227.053494}, {20, 3177.221233}, {30, 3097.069680}}, 0.0616478507138},
	} {
		c.set(Strong, "NASA/TM-2015-218675 (2015), SIM 4, as in github nasa/simupy-flight NESC_data", "the spread of NASA's own tools, where larger than a tenth of a millimetre")
		at := geo.LLA{Alt: units.Length(k.h)}
		f := k.earth.Ellipsoid.Frame(at)
		tr, err := k.earth.Free(f.Origin, f.RotateToECEF([3]float64{k.v[1], k.v[0], k.v[2]}), k.beta)
		if err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
		var r [3]float64
		for _, row := range k.rows {
			r, _ = tr.At(row[0])
			c.check(fmt.Sprintf("%s: altitude at %.0f s", k.name, row[0]), "m", k.earth.Ellipsoid.Height(geo.ECEF(r)), row[1], k.tol)
		}
		// Coriolis moves a dropped body east; a metre of longitude is 9e-6 deg.
		c.check(k.name+": longitude at 30 s", "deg", k.earth.Ellipsoid.LLA(geo.ECEF(r)).Lon.Degrees(), k.lon, k.tol*9e-6+1e-11)
	}
	return nil
}

// kepler flies the textbook kind over the textbook Earth.
func kepler(c *collector) error {
	c.set(Strong, "Bate, Mueller & White, Fundamentals of Astrodynamics (1971), ch. 6", "1 m and 1 ms: the aim of the integrator")
	e := flight.SphereEarth(6371000, 398600.4418e9)
	for _, km := range []float64{300, 1000, 1300, 3500, 5500, 10000} {
		phi := km / 6371
		s := math.Sin(phi / 2)
		q := 2 * s / (1 + s)
		gamma := (math.Pi - phi) / 4
		// Vis-viva and Kepler's equation.
		cg := math.Cos(gamma)
		ecc := math.Sqrt(1 - q*(2-q)*cg*cg)
		a := 6371e3 / (2 - q)
		apogee := a*(1+ecc) - 6371e3
		E := math.Acos((1 - 6371e3/a) / ecc)
		tof := 2 * math.Sqrt(a*a*a/398600.4418e9) * (math.Pi - E + ecc*math.Sin(E))
		m, err := flight.Calibrate(e, flight.Spec{ID: "kepler", Impulsive: true, Range: units.Km(km)})
		if err != nil {
			return err
		}
		to, _ := e.Ellipsoid.Direct(geo.Deg(20, 30), units.Degrees(70), units.Km(km))
		tr, err := m.Aim(e, flight.Aim{From: geo.Deg(20, 30), To: to})
		if err != nil {
			return err
		}
		miss, _, _ := e.Ellipsoid.Inverse(tr.Impact(), to)
		c.check(fmt.Sprintf("%.0f km: miss", km), "m", float64(miss), 0, 1)
		c.check(fmt.Sprintf("%.0f km: apogee", km), "m", float64(tr.Apogee()), apogee, 1)
		c.check(fmt.Sprintf("%.0f km: time of flight", km), "s", tr.Duration(), tof, 1e-3)
	}
	return nil
}

// geodesics holds distances against Karney's published lines.
func geodesics(c *collector) error {
	for _, l := range []struct {
		lat1, lon1, lat2, lon2, s, tol float64
		what                           string
	}{
		{35.60777, -139.44815, -11.17491, -69.95921, 8935244.5604818305, 1e-6, "8,935 km"},
		{-17.42761, 173.34268, -15.84784, 5.93557, 16076603.1631180673, 1e-6, "16,077 km over the dateline"},
		{-87.85331, 85.66836, 66.48646, 16.09921, 17286615.3147144645, 1e-6, "17,287 km past the pole"},
		{88.202499451857, 0, -88.202499451857, 179.981022032992859592, 20003898.214, 5e-4, "nearly antipodal, polar"},
		{48.522876735459, 0, -48.52287673545898293, 179.599720456223079643, 19989144.774, 5e-4, "nearly antipodal, middle latitudes"},
	} {
		c.set(Strong, "C. F. F. Karney, GeodTest.dat and GeographicLib's tests (MIT)", "a micrometre; half a millimetre where the published figure has three digits")
		s, _, _ := geo.WGS84.Inverse(geo.Deg(l.lat1, l.lon1), geo.Deg(l.lat2, l.lon2))
		c.check("distance, "+l.what, "m", float64(s), l.s, l.tol)
	}
	return nil
}

// atmosphere holds the 1976 tables.
func atmosphere(c *collector) error {
	c.set(Strong, "NOAA-S/T 76-1562 (1976), Table 1, as quoted by github nollety/ussa1976", "1e-4 of the value, the digits printed")
	for _, r := range []struct{ hp, t, p, rho float64 }{{0, 288.15, 101325, 1.225}, {40000, 251.050, 277.52, 3.8510e-3}} {
		h := r.hp * 6356766 / (6356766 - r.hp)
		t, p, rho, _ := flight.Atmosphere(h)
		c.check(fmt.Sprintf("%.0f km': temperature", r.hp/1000), "K", t, r.t, 1e-4*r.t)
		c.check(fmt.Sprintf("%.0f km': pressure", r.hp/1000), "Pa", p, r.p, 1e-4*r.p)
		c.check(fmt.Sprintf("%.0f km': density", r.hp/1000), "kg/m3", rho, r.rho, 1e-4*r.rho)
	}
	return nil
}

func horizon(c *collector) error {
	c.set(Strong, "sqrt(2·4/3·R·h + h²), R = 6371.0088 km", "the digits of the table")
	for _, r := range [][2]float64{{10, 13.034}, {100, 41.218}, {1000, 130.347}, {10000, 412.303}, {100000, 1307.263}} {
		c.check(fmt.Sprintf("target at %.0f m", r[0]), "km", geo.Horizon(units.Length(r[0])).Km(), r[1], 6e-4)
	}
	return nil
}

// testFlight is a published lofted flight and what is assumed to fly it.
type testFlight struct {
	what           string
	rangeKm, apoKm float64
	seconds        float64
	entry          string  // of the catalogue, whose assumed burn times are flown
	estimateKm     float64 // published range on a flat trajectory; 0: none found
	source         string
	atLeast        bool // the estimate is a lower bound
}

var testFlights = []testFlight{
	{"Hwasong-12, 14 May 2017", 787, 2111.5, 1800, "hwasong-12", 4500, "KCNA via CNS database (nk-missile-tests); 30 min: strategicstudyindia.com 2017-07-08", false},
	{"Hwasong-14, 4 July 2017", 933, 2802, 2220, "hwasong-14", 6000, "CNS database; 37 min: blog.ucsusa.org/david-wright/nk-longest-missile-test-yet; range: strategicstudyindia.com", true},
	{"Hwasong-15, 29 November 2017", 950, 4475, 3240, "hwasong-15", 13000, "CNS database; 54 min: UCS post", true},
	{"Hwasong-18, 12 July 2023", 1001, 6648, 4440, "hwasong-18", 0, "CNS database; Japan 74 min: AP", false},
}

// spec gives the missile as the catalogue has it: its burn times and ballistic
// coefficient are assumptions.
func (f testFlight) spec() (flight.Spec, error) {
	s := flight.Spec{ID: f.entry}
	b, err := shipped()
	if err != nil {
		return s, err
	}
	e, ok := b.Entry(f.entry)
	if !ok {
		return s, fmt.Errorf("the catalogue has no %s", f.entry)
	}
	s.Range, s.Beta = units.Length(e.Value("range", 0)), units.Loading(e.Value("ballistic-coefficient", 0))
	var out []units.Duration
	for _, n := range []string{"burn-time-1", "burn-time-2", "burn-time-3"} {
		if e.Has(n) {
			out = append(out, units.Duration(e.Value(n, 0)))
		}
	}
	if len(out) == 0 {
		n := max(1, int(e.Value("stages", 1)))
		for range n {
			out = append(out, units.Duration(e.Value("burn-time", 0)/float64(n)))
		}
	}
	s.Stages = out
	return s, nil
}

func (f testFlight) fly() (s flight.Spec, tr *flight.Trajectory, err error) {
	if s, err = f.spec(); err != nil {
		return s, nil, err
	}
	e := flight.RealEarth()
	from := geo.Deg(39.9, 125.3)
	to, _ := e.Ellipsoid.Direct(from, units.Degrees(75), units.Km(f.rangeKm))
	m, err := flight.Calibrate(e, s)
	if err != nil {
		return s, nil, err
	}
	tr, err = m.Aim(e, flight.Aim{From: from, To: to, Shape: flight.ToApogee, Apogee: units.Km(f.apoKm)})
	return s, tr, err
}

func lofted(c *collector) error {
	for _, f := range testFlights {
		c.set(Medium, f.source, "a minute: published times are rounded to minutes and differ by two between sources; burn times assumed")
		_, tr, err := f.fly()
		if err != nil {
			return fmt.Errorf("%s: %w", f.what, err)
		}
		c.check(f.what+": time of flight at the published range and apogee", "s", tr.Duration(), f.seconds, 60)
	}
	return nil
}

// estimated flies the speed of a lofted test flat.
func estimated(c *collector) error {
	e := flight.RealEarth()
	e.Omega = 0
	for _, f := range testFlights {
		if f.estimateKm == 0 {
			continue
		}
		why := "15 %: the published estimates are rounded, and made with other burn times"
		if f.atLeast {
			why += "; this one is published as \"more than\" the figure, so that a larger one does not contradict it"
		}
		c.set(Medium, f.source, why)
		s, tr, err := f.fly()
		if err != nil {
			return err
		}
		// The same speed at the same burnout, at the best angle: search over ranges
		// a missile of this burn can be calibrated to until the gains agree.
		want := float64(tr.Gain())
		lo, hi := 1000.0, 18000.0
		for hi-lo > 20 {
			km := (lo + hi) / 2
			s.Range = units.Km(km)
			m, err := flight.Calibrate(e, s)
			if err != nil || float64(m.DeltaV()) > want {
				hi = km
			} else {
				lo = km
			}
		}
		c.check(f.what+": greatest range with the same velocity gain", "km", (lo+hi)/2, f.estimateKm, 0.15*f.estimateKm)
	}
	return nil
}
