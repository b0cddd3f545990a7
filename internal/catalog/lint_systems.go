package catalog

import (
	"math"
	"strings"

	"testudo/internal/units"
)

// Rules about batteries, interceptors and radars: figures of one system that
// contradict each other.

func checkLoad(l *linter) {
	l.each("system", func(e *Entry) {
		load := e.Value("load", 0)
		launchers, each := e.Value("launchers", 0), e.Value("missiles-per-launcher", 0)
		switch {
		case launchers > 0 && each > 0 && launchers*each != load:
			l.add(e, "load", "%g launchers of %g hold %g, not %g", launchers, each, launchers*each, load)
		case launchers == 0 && each > 0 && math.Mod(load, each) != 0:
			l.add(e, "load", "%g is not a whole number of launchers of %g", load, each)
		case launchers > load:
			l.add(e, "load", "%g launchers cannot hold only %g", launchers, load)
		}
		if s := e.Value("salvo", 0); s > load {
			l.add(e, "salvo", "a salvo of %g is more than the load of %g", s, load)
		}
	})
}

func checkAltitudeOrder(l *linter) {
	l.each("interceptor", func(e *Entry) {
		lo, ok1 := e.Figure("min-altitude")
		hi, ok2 := e.Figure("max-altitude")
		if ok1 && ok2 && lo.Value >= hi.Value {
			l.add(e, "min-altitude", "minimum altitude %s is not below the maximum %s", lo.Text, hi.Text)
		}
	})
}

func checkRangeOrder(l *linter) {
	l.each("interceptor", func(e *Entry) {
		lo, ok1 := e.Figure("min-range")
		hi, ok2 := e.Figure("reach")
		if ok1 && ok2 && lo.Value >= hi.Value {
			l.add(e, "min-range", "minimum range %s is not below the reach %s", lo.Text, hi.Text)
		}
	})
}

// typicalRCS stands for the warheads a battery shoots at, m²: the middle of the
// tenth of a square metre to a few hundredths that open radar-range studies take
// for short- to medium-range re-entry bodies.
const typicalRCS = 0.1

// checkRadar compares how far a battery's radar finds a typical warhead with how
// far its interceptor flies. A battery that can only shoot on its own radar's
// track needs to see to the end of its interceptor's reach: what is quoted as
// reach would be a promise it cannot keep. One that may launch on another's
// track is built to outreach its radar, and must only see into the nearest
// corner of its envelope, where its own radar takes over.
func checkRadar(l *linter) {
	l.each("system", func(e *Entry) {
		radar, ok := l.b.Entry(e.Attr("radar"))
		if !ok || radar.Kind != "radar" {
			return
		}
		in, ok := l.b.Entry(e.Attr("interceptor"))
		if !ok {
			return
		}
		sees := radar.Value("reference-range", 0)
		if radar.Attr("model") != "range-limited" {
			sees *= math.Pow(typicalRCS/radar.Value("reference-rcs", 1), 0.25)
			modes := " " + e.Attr("modes") + " "
			if strings.Contains(modes, " cued ") {
				sees *= radar.Value("cue-factor", 1)
			}
		}
		need, what := in.Value("reach", 0), "its interceptor's reach"
		if strings.Contains(e.Attr("modes"), "remote") {
			need, what = math.Max(in.Value("min-range", 0), in.Value("min-altitude", 0)), "the nearest intercept"
		}
		if sees < need {
			l.add(e, "", "radar %s finds %s at %s, short of %s of %s (%s)", radar.ID, units.Area(typicalRCS), units.Length(math.Round(sees)), what, in.ID, units.Length(need))
		}
	})
}

// Published figures are rounded: a bound is broken only beyond a tenth.
const rounding = 1.1

// leastReach is the share of the ballistic range below which a reach is too
// short for its speed. The lower-tier missiles of the open literature, which
// spend their speed on manoeuvring in thick air, keep about a twelfth.
const leastReach = 0.05

func checkReach(l *linter) {
	l.each("interceptor", func(e *Entry) {
		speed, ok := e.Figure("burnout-speed")
		if !ok || e.textbook() {
			return // a textbook interceptor flies straight, and for ever
		}
		// While it burns, it covers at most its mean speed times the burn.
		boost := 0.5 * speed.Value * e.Value("burn-time", 0)
		far := ballisticRange(speed.Value) + boost
		if r := e.Value("reach", 0); r > far*rounding {
			l.add(e, "reach", "reach %s is beyond what %s can fly without air, %s", units.Length(r), speed.Text, units.Length(math.Round(far)))
		} else if r > 0 && r < leastReach*far {
			l.add(e, "reach", "reach %s is less than a twentieth of what %s could fly, %s: one of the two is wrong, or it is no reach", units.Length(r), speed.Text, units.Length(math.Round(far)))
		}
		high := ballisticHeight(speed.Value) + boost
		if h := e.Value("max-altitude", 0); h > high*rounding {
			l.add(e, "max-altitude", "maximum altitude %s is beyond what %s can climb, %s", units.Length(h), speed.Text, units.Length(math.Round(high)))
		}
	})
}

func checkTests(l *linter) {
	l.each("interceptor", func(e *Entry) {
		hits, ok1 := e.Figure("test-hits")
		shots, ok2 := e.Figure("test-shots")
		switch {
		case ok1 && ok2 && hits.Value > shots.Value:
			l.add(e, "test-hits", "%g hits of %g shots", hits.Value, shots.Value)
		case ok1 && !ok2:
			l.add(e, "test-hits", "hits without the number of shots (test-shots) say nothing")
		case ok2 && !ok1:
			l.add(e, "test-shots", "shots without the number of hits (test-hits) say nothing")
		}
	})
}

func checkKill(l *linter) {
	l.each("interceptor", func(e *Entry) {
		if e.textbook() {
			return // a problem from a book states its probabilities
		}
		for _, name := range [...]string{"kill-probability", "handover-probability"} {
			if f, ok := e.Figure(name); ok && f.Assumed() && f.Value > 0.9 {
				l.add(e, name, "%s is assumed: above 0.9 it needs a source", f.Text)
			}
		}
	})
}

func checkCue(l *linter) {
	l.each("radar", func(e *Entry) {
		warned, cued := e.Value("warned-factor", 1), e.Value("cue-factor", 1)
		switch {
		case warned < 1:
			l.add(e, "warned-factor", "a warning cannot shorten a radar's range")
		case cued < warned && e.Has("cue-factor"):
			l.add(e, "cue-factor", "a track (%g) must help at least as much as a warning (%g)", cued, warned)
		case cued < warned:
			l.add(e, "warned-factor", "a warning (%g) would help more than a track, for which no cue-factor is stated (1)", warned)
		}
	})
}
