package flight

import (
	"math"
	"testing"

	"testudo/internal/geo"
	"testudo/internal/units"

	"pgregory.net/rapid"
)

// leastEnergyTable holds least-energy flights over the still, airless sphere of
// 6371.0 km and 398600.4418 km³/s², launched at its surface: closed form (Bate,
// Mueller & White ch. 6), computed by a script of the project that shares no code
// with this package.
var leastEnergyTable = []struct{ rangeKm, speedMps, angleDeg, apogeeKm, timeS, apogeeSpeedMps, eccentricity float64 }{
	{300, 1696.4810, 44.325509, 74.11020, 251.0348, 1199.6764, 0.97672869},
	{500, 2173.3750, 43.875848, 122.51572, 327.3640, 1537.1040, 0.96150993},
	{600, 2371.7483, 43.651018, 146.41360, 360.3927, 1677.5442, 0.95398648},
	{1000, 3016.1183, 42.751696, 239.93840, 474.3601, 2134.3607, 0.92444539},
	{1300, 3400.9112, 42.077205, 307.87182, 548.4887, 2407.9397, 0.90284692},
	{1500, 3626.5297, 41.627544, 352.08727, 594.5629, 2568.7923, 0.88870159},
	{2000, 4112.8736, 40.503392, 458.78965, 701.7845, 2917.2201, 0.85418308},
	{2500, 4518.1675, 39.379240, 559.88126, 801.1211, 3210.2619, 0.82080264},
	{3000, 4864.9956, 38.255088, 655.20648, 895.0356, 3464.0465, 0.78848043},
	{3500, 5167.0637, 37.130936, 744.61852, 984.8864, 3688.3975, 0.75714317},
	{4000, 5433.4749, 36.006784, 827.97974, 1071.4789, 3889.8656, 0.72672345},
	{5000, 5883.3711, 33.758480, 976.04584, 1236.6845, 4241.5494, 0.66839274},
	{5500, 6075.2394, 32.634328, 1040.52275, 1315.7938, 4397.8702, 0.64037118},
	{6000, 6249.1149, 31.510176, 1098.49326, 1392.7444, 4544.1587, 0.61304511},
	{7000, 6551.6046, 29.261872, 1194.56823, 1540.3389, 4813.1209, 0.56029913},
	{8000, 6804.6272, 27.013568, 1263.67929, 1679.4818, 5058.8245, 0.50982377},
	{9000, 7017.7968, 24.765264, 1305.40100, 1809.8505, 5288.7338, 0.46132938},
	{10000, 7198.0835, 22.516960, 1319.47651, 1930.9565, 5508.4995, 0.41456040},
	{11000, 7350.6842, 20.268656, 1305.81918, 2042.2426, 5722.5986, 0.36928944},
	{12000, 7479.5518, 18.020352, 1264.51309, 2143.1447, 5934.7322, 0.32531245},
	{13000, 7587.7342, 15.772048, 1195.81250, 2233.1327, 6148.0885, 0.28244463},
}

func TestValidateKeplerClosedForm(t *testing.T) {
	for _, w := range leastEnergyTable {
		e := LeastEnergy(units.Km(w.rangeKm), sphereR, sphereMu)
		// The table's printed digits.
		for _, c := range []struct {
			what           string
			got, want, tol float64
		}{
			{"speed", float64(e.Speed), w.speedMps, 5.1e-5}, {"angle", e.Angle.Degrees(), w.angleDeg, 5.1e-7},
			{"apogee", e.Apogee.Km(), w.apogeeKm, 5.1e-6}, {"time", float64(e.Time), w.timeS, 5.1e-5},
			{"apogee speed", float64(e.ApogeeSpeed), w.apogeeSpeedMps, 5.1e-5}, {"eccentricity", e.Eccentricity, w.eccentricity, 5.1e-9},
		} {
			if math.Abs(c.got-c.want) > c.tol {
				t.Errorf("%g km: %s %.9g, table %.9g", w.rangeKm, c.what, c.got, c.want)
			}
		}
	}
}

// An impulsive missile flown by the integrator meets the closed form within 1 m
// and 1 ms.
func TestValidateKeplerByIntegrator(t *testing.T) {
	e := SphereEarth(sphereR, sphereMu)
	m, err := Calibrate(e, Spec{ID: "kepler", Impulsive: true, Range: units.Km(13000)})
	if err != nil {
		t.Fatal(err)
	}
	from := geo.Deg(12, -50)
	for _, w := range leastEnergyTable {
		to, _ := e.Ellipsoid.Direct(from, units.Degrees(77), units.Km(w.rangeKm))
		tr, err := m.Aim(e, Aim{From: from, To: to})
		if err != nil {
			t.Fatal(err)
		}
		p, _ := tr.At(tr.Duration())
		if d := norm(less(p, 1, [3]float64(e.Ellipsoid.ECEF(to)))); d > 1 {
			t.Errorf("%g km: misses by %g m", w.rangeKm, d)
		}
		if d := math.Abs(tr.Duration() - w.timeS); d > 1e-3 {
			t.Errorf("%g km: %.5f s, closed form %.5f s", w.rangeKm, tr.Duration(), w.timeS)
		}
		if d := math.Abs(float64(tr.Apogee()) - 1000*w.apogeeKm); d > 1 {
			t.Errorf("%g km: apogee %g m off", w.rangeKm, d)
		}
		if d := math.Abs(float64(tr.Gain()) - w.speedMps); d > 1e-3 {
			t.Errorf("%g km: launched at %g m/s", w.rangeKm, tr.Gain())
		}
		if tr.BurnoutS() != 0 || tr.Phase(1) != Coast {
			t.Errorf("%g km: a burnout at %g s", w.rangeKm, tr.BurnoutS())
		}
	}
}

// Free flights of published tests in closed form: range, apogee, seconds (the
// project's recomputation, rounded to seconds).
func TestValidateKeplerThroughApogee(t *testing.T) {
	for _, c := range []struct{ rangeKm, apogeeKm, timeS, speedKms, angleDeg float64 }{
		{787, 2111.5, 1676, 5.605, 82.93}, {933, 2802, 2065, 6.204, 83.16}, {950, 4475, 3017, 7.195, 84.83},
		{1090, 6248.5, 4075, 7.879, 85.06}, {1080, 6000, 3923, 7.798, 85.00}, {4500, 970, 1193, 5.674, 36.52}, {1001, 6648, 4319, 7.999, 85.60},
	} {
		e := ThroughApogee(units.Km(c.rangeKm), units.Km(c.apogeeKm), sphereR, sphereMu)
		if math.Abs(float64(e.Time)-c.timeS) > 0.6 || math.Abs(float64(e.Speed)/1000-c.speedKms) > 6e-4 || math.Abs(e.Angle.Degrees()-c.angleDeg) > 6e-3 {
			t.Errorf("%g km through %g km: %+v", c.rangeKm, c.apogeeKm, e)
		}
	}
}

// Lofted, depressed and through-apogee flights of the impulsive missile: the
// target within 1 m, the apogee within 1 m, the time by Kepler's equation within
// 1 ms, and the order of the shapes.
func TestKeplerShapes(t *testing.T) {
	e := SphereEarth(sphereR, sphereMu)
	m, err := Calibrate(e, Spec{ID: "kepler", Impulsive: true, Range: units.Km(6000)})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		from := geo.Deg(rapid.Float64Range(-89, 89).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lon"))
		d := rapid.Float64Range(60, 5900).Draw(t, "km")
		to, _ := e.Ellipsoid.Direct(from, units.Degrees(rapid.Float64Range(0, 360).Draw(t, "azimuth")), units.Km(d))
		fraction := rapid.Float64Range(0.01, 1).Draw(t, "fraction")
		fly := func(a Aim) *Trajectory {
			a.From, a.To = from, to
			tr, err := m.Aim(e, a)
			if err != nil {
				t.Fatal(err)
			}
			p, _ := tr.At(tr.Duration())
			if x := norm(less(p, 1, [3]float64(e.Ellipsoid.ECEF(to)))); x > 1 {
				t.Fatalf("misses by %g m", x)
			}
			return tr
		}
		least := fly(Aim{})
		high := fly(Aim{Shape: Lofted, Fraction: fraction})
		low := fly(Aim{Shape: Depressed, Fraction: fraction})
		if !(low.Duration() < least.Duration() && least.Duration() < high.Duration()) {
			t.Fatalf("times %g, %g, %g s", low.Duration(), least.Duration(), high.Duration())
		}
		if x := math.Abs(float64(high.Gain() - low.Gain())); x > 1e-6 || high.Gain() < least.Gain() || high.Gain() > m.DeltaV()*(1+1e-12) {
			t.Fatalf("gains %v, %v, %v", low.Gain(), least.Gain(), high.Gain())
		}
		want := ThroughApogee(units.Km(d), high.Apogee(), sphereR, sphereMu)
		through := fly(Aim{Shape: ToApogee, Apogee: high.Apogee()})
		for _, tr := range []*Trajectory{high, through} {
			if math.Abs(tr.Duration()-float64(want.Time)) > 1e-3 || math.Abs(float64(tr.Apogee()-want.Apogee)) > 1 {
				t.Fatalf("%g s, closed form %v; apogee %v, %v", tr.Duration(), want.Time, tr.Apogee(), want.Apogee)
			}
		}
	})
}

// Over a rotating ellipsoid the impulsive missile is aimed numerically.
func TestImpulsiveOverRealEarth(t *testing.T) {
	e := RealEarth()
	m, err := Calibrate(e, Spec{ID: "kepler", Impulsive: true, Range: units.Km(9000), Beta: 4000})
	if err != nil {
		t.Fatal(err)
	}
	from := geo.Deg(40, 127)
	for _, a := range []Aim{{}, {Shape: Lofted, Fraction: 0.7}, {Shape: Depressed, Fraction: 0.5}, {Shape: ToApogee, Apogee: 2500e3}} {
		a.From = from
		a.To, _ = e.Ellipsoid.Direct(from, units.Degrees(35), units.Km(6500))
		tr, err := m.Aim(e, a)
		if err != nil {
			t.Errorf("%v: %v", a.Shape, err)
			continue
		}
		p, _ := tr.At(tr.Duration())
		if x := norm(less(p, 1, [3]float64(e.Ellipsoid.ECEF(a.To)))); x > 1 {
			t.Errorf("%v misses by %g m", a.Shape, x)
		}
		if tr.Earth().Air || tr.Beta() != 4000 {
			t.Errorf("%v: flown in air", a.Shape)
		}
	}
}

func TestKeplerOutOfReach(t *testing.T) {
	e := SphereEarth(sphereR, sphereMu)
	m, err := Calibrate(e, Spec{ID: "kepler", Impulsive: true, Range: units.Km(1000)})
	if err != nil {
		t.Fatal(err)
	}
	from := geo.Deg(0, 0)
	to, _ := e.Ellipsoid.Direct(from, 1, units.Km(1001))
	_, err = m.Aim(e, Aim{From: from, To: to})
	if o, ok := err.(*OutOfReachError); !ok || math.Abs(float64(o.Distance)-1001e3) > 1 || o.MaxRange != 1000e3 {
		t.Errorf("error %v", err)
	}
	to, _ = e.Ellipsoid.Direct(from, 1, units.Km(999.999))
	if _, err = m.Aim(e, Aim{From: from, To: to}); err != nil {
		t.Error(err)
	}
	if _, err = m.Aim(e, Aim{From: from, To: to, Shape: ToApogee, Apogee: 2000e3}); err == nil {
		t.Error("an apogee far above its means")
	} else if _, ok := err.(*ApogeeError); !ok {
		t.Errorf("error %v", err)
	}
}
