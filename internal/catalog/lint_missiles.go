package catalog

import (
	"math"

	"testudo/internal/units"
)

// Rules about missiles, and the ballistics they need.

// Earth as far as these bounds care: a sphere without air and spin.
const (
	earthRadius = 6371008.8      // m, mean radius
	earthMu     = 3.986004418e14 // m³/s², WGS-84
	earthTurn   = 2 * math.Pi    // rad
	halfway     = earthTurn / 2  // the antipode
	circular    = earthMu / earthRadius
)

// ballisticRange is the greatest ground range in m of a body that leaves the
// surface at v m/s: R·2·asin(q/(2−q)) with q = v²R/μ, to the antipode from
// circular speed on. It tends to v²/g for small v. (Bate, Mueller & White,
// Fundamentals of Astrodynamics, ch. 6.)
func ballisticRange(v float64) float64 {
	q := v * v / circular
	if q >= 1 {
		return earthRadius * halfway
	}
	return earthRadius * 2 * math.Asin(q/(2-q))
}

// ballisticHeight is the greatest height in m of a body that leaves the surface
// straight up at v m/s; without bound from escape speed on.
func ballisticHeight(v float64) float64 {
	x := v * v / (2 * circular)
	if x >= 1 {
		return math.Inf(1)
	}
	return earthRadius * x / (1 - x)
}

// ballisticSpeed is the least speed in m/s that reaches a ground range in m: the
// inverse of ballisticRange.
func ballisticSpeed(rangeM float64) float64 {
	s := math.Sin(math.Min(rangeM/earthRadius, halfway) / 2)
	return math.Sqrt(circular * 2 * s / (1 + s))
}

// classRange bounds the ranges of the classes, m, both ends allowed since the
// published figures are round. Source: the usual division of the open
// literature (short to 1,000 km, medium to 3,000, intermediate to 5,500,
// intercontinental beyond; close to 300). A submarine's missile may have any.
var classRange = map[string][2]float64{
	"CRBM": {0, 300 * km}, "SRBM": {0, 1000 * km}, "MRBM": {1000 * km, 3000 * km}, "IRBM": {3000 * km, 5500 * km}, "ICBM": {5500 * km, 20100 * km},
}

func checkClass(l *linter) {
	l.each("missile", func(e *Entry) {
		lim, ok := classRange[e.Attr("class")]
		if r := e.Value("range", 0); ok && e.Has("range") && (r < lim[0] || r > lim[1]) {
			l.add(e, "range", "%s is not the range of class %s (%s to %s)", units.Length(r), e.Attr("class"), units.Length(lim[0]), units.Length(lim[1]))
		}
	})
}

// Mean accelerations of a boost, m/s². Below the first a missile would hardly
// leave the ground; above the second it is no ballistic missile but an
// interceptor. Scud-B, 300 km in 62 s, has 27; a guided rocket of 400 km in
// 20 s about 100.
const leastBoost, mostBoost = 10.0, 130.0

// mostSprint is the same bound for interceptors, some of which are built to leap.
const mostSprint = 1000.0

func checkBurn(l *linter) {
	l.each("missile", func(e *Entry) {
		if e.textbook() {
			return
		}
		sum, n, last := 0.0, 0, 0
		for i, name := range [...]string{"burn-time-1", "burn-time-2", "burn-time-3"} {
			if f, ok := e.Figure(name); ok {
				sum += f.Value
				n++
				last = i + 1
			}
		}
		total := e.Value("burn-time", sum)
		if n > 0 {
			switch stages := int(e.Value("stages", float64(n))); {
			case last != n:
				l.add(e, "burn-time", "the burn of a stage before stage %d is missing", last)
			case stages != n:
				l.add(e, "stages", "%d stages, but %d burns", stages, n)
			case math.Abs(sum-total) > 0.01*total:
				l.add(e, "burn-time", "the stages burn %s together, not %s", units.Duration(sum), units.Duration(total))
			}
		}
		if total <= 0 || !e.Has("range") {
			return
		}
		v := ballisticSpeed(e.Value("range", 0))
		if a := v / total; a < leastBoost || a > mostBoost {
			l.add(e, "burn-time", "%s in %s is a mean acceleration of %.0f m/s²; %.0f to %.0f is usual", units.Speed(math.Round(v)), units.Duration(total), a, leastBoost, mostBoost)
		}
	})
	l.each("interceptor", func(e *Entry) {
		t, v := e.Value("burn-time", 0), e.Value("burnout-speed", 0)
		if t <= 0 || v <= 0 {
			return
		}
		if a := v / t; a < leastBoost || a > mostSprint {
			l.add(e, "burn-time", "%s in %s is a mean acceleration of %.0f m/s²; %.0f to %.0f is usual", units.Speed(v), units.Duration(t), a, leastBoost, mostSprint)
		}
	})
}

func checkDemonstrated(l *linter) {
	l.each("missile", func(e *Entry) {
		for _, pair := range [...][2]string{{"range-demonstrated", "range"}, {"apogee-demonstrated", "apogee"}} {
			flown, ok1 := e.Figure(pair[0])
			stated, ok2 := e.Figure(pair[1])
			// A lofted flight goes higher than the apogee of the least-energy one:
			// to half the range, and that is no contradiction.
			limit := stated.High
			if pair[1] == "apogee" {
				r, _ := e.Figure("range")
				limit = math.Max(limit, ballisticHeight(ballisticSpeed(r.High)))
			}
			if ok1 && ok2 && flown.Value > limit*rounding {
				l.add(e, pair[0], "has flown %s, beyond the stated %s", flown.Text, units.Length(limit))
			}
		}
	})
}

func checkQuasi(l *linter) {
	l.each("missile", func(e *Entry) {
		if e.Attr("quasi-ballistic") == "yes" && !e.Has("depressed-fraction") {
			l.add(e, "", "quasi-ballistic, but depressed-fraction is not stated: it would be flown at least energy, high and easily seen")
		}
	})
}

// classCEP bounds the accuracies of the classes, m. They are our bracket around
// everything the open literature gives, from guided rockets to first-generation
// missiles; beyond them a unit or a decimal has slipped.
var classCEP = map[string][2]float64{
	"CRBM": {1, 3 * km}, "SRBM": {3, 4 * km}, "MRBM": {10, 8 * km}, "IRBM": {20, 15 * km}, "ICBM": {40, 40 * km}, "SLBM": {40, 15 * km},
}

func checkCEP(l *linter) {
	l.each("missile", func(e *Entry) {
		f, ok := e.Figure("cep")
		if !ok || e.textbook() {
			return
		}
		class := e.Attr("class")
		if lim, known := classCEP[class]; known && (f.Value < lim[0] || f.Value > lim[1]) {
			l.add(e, "cep", "%s is unusual for class %s (%s to %s)", f.Text, class, units.Length(lim[0]), units.Length(lim[1]))
		} else if r := e.Value("range", math.Inf(1)); f.Value > 0.05*r {
			l.add(e, "cep", "%s is more than a twentieth of the range", f.Text)
		}
	})
}

// Cross-sections of re-entry bodies in open radar studies run from about a
// thousandth of a square metre to a whole missile body's one; of a burning
// missile up to some tens.
const leastRCS, mostRCS, mostBoostRCS = 1e-4, 2.0, 100.0

// leastReference and mostReference bound the cross-section that a quoted radar
// range may refer to: from a small warhead to an airliner.
const leastReference, mostReference = 1e-3, 100.0

func checkRCS(l *linter) {
	l.each("missile", func(e *Entry) {
		f, ok := e.Figure("rcs")
		if !ok || e.textbook() {
			return
		}
		if f.Value < leastRCS || f.Value > mostRCS {
			l.add(e, "rcs", "%s is unusual for what re-enters (%s to %s)", f.Text, units.Area(leastRCS), units.Area(mostRCS))
		}
		if g, ok := e.Figure("rcs-boost"); ok {
			if g.Value < f.Value {
				l.add(e, "rcs-boost", "the burning missile shows less (%s) than its warhead (%s)", g.Text, f.Text)
			} else if g.Value > mostBoostRCS {
				l.add(e, "rcs-boost", "%s is unusual for a burning missile (up to %s)", g.Text, units.Area(mostBoostRCS))
			}
		}
	})
	l.each("radar", func(e *Entry) {
		if f, ok := e.Figure("reference-rcs"); ok && !e.textbook() && (f.Value < leastReference || f.Value > mostReference) {
			l.add(e, "reference-rcs", "%s is unusual as what a radar's range refers to (%s to %s)", f.Text, units.Area(leastReference), units.Area(mostReference))
		}
	})
}
