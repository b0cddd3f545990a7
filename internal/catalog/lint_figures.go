package catalog

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"testudo/internal/units"
)

// Rules about any figure: money, spread, provenance, and figures that stand
// alone among their like.

// priceBracket holds what things cost, in millions of dollars at 2014 prices. The
// brackets are ours, a factor of about three beyond everything the open
// literature gives; a price outside has most likely lost or gained a thousand, or
// counts something else.
var priceBracket = map[string][2]float64{
	"missile CRBM": {0.01, 5}, "missile SRBM": {0.05, 20}, "missile MRBM": {0.1, 40}, "missile IRBM": {0.5, 80}, "missile ICBM": {3, 300}, "missile SLBM": {0.5, 300},
	"interceptor lower": {0.02, 20}, "interceptor upper": {0.3, 50}, "interceptor exo": {0.5, 200}, "interceptor": {0.02, 200},
	"radar": {1, 5000}, "infrared": {50, 60000},
	"system land": {20, 5000}, "system ship": {200, 10000}, "system site": {50, 100000}, "system": {20, 100000},
	"link": {0.05, 1000},
}

// priceClass names the bracket of an entry, "" if it has none.
func priceClass(e *Entry) string {
	for _, k := range [...]string{e.Kind + " " + e.Attr("class"), e.Kind + " " + e.Attr("layer"), e.Kind + " " + e.Attr("basing"), e.Kind} {
		if _, ok := priceBracket[k]; ok {
			return k
		}
	}
	return ""
}

const bracketYear = 2014

// inDollars gives an amount in millions of dollars of a year, false where it is
// in another currency or cannot be brought there.
func (l *linter) inDollars(m units.Money, year int) (float64, bool) {
	d, err := l.b.Deflate(m, year)
	if err != nil || d.Currency != "USD" {
		return 0, false
	}
	return d.Amount / 1e6, true
}

func checkPrice(l *linter) {
	l.figures(func(e *Entry, f Figure) {
		class := priceClass(e)
		if class == "" || f.Kind != units.KindMoney || f.Value == 0 {
			return
		}
		x, ok := l.inDollars(f.Money(), bracketYear)
		if !ok {
			return
		}
		lim := priceBracket[class]
		switch f.Name {
		case "unit-cost", "package-cost":
		case "operating-cost":
			lim = [2]float64{lim[0] / 100, lim[1] / 2} // a year costs a share of what the thing cost
		default:
			return
		}
		if x < lim[0] || x > lim[1] {
			l.add(e, f.Name, "%s is %.3g MUSD(%d), outside what such a %s costs (%g to %g MUSD)", f.Money(), x, bracketYear, class, lim[0], lim[1])
		}
	})
}

func checkPriceYear(l *linter) {
	l.figures(func(e *Entry, f Figure) {
		if f.Kind != units.KindMoney {
			return
		}
		if f.PriceYear == 0 {
			l.add(e, f.Name, "states no price year")
			return
		}
		d, ok := l.b.deflator(f.Currency)
		if !ok {
			l.add(e, f.Name, "the catalogue holds no price index for %s: this price cannot be brought to another year; add a deflator", f.Currency)
			return
		}
		if !d.Has(fmt.Sprintf("year-%d", f.PriceYear)) {
			lo, hi := d.years()
			l.add(e, f.Name, "%s has no index for %d (it runs from %d to %d): this price cannot be brought to another year", d.ID, f.PriceYear, lo, hi)
		}
	})
}

func checkPackage(l *linter) {
	l.each("", func(e *Entry) {
		unit, ok1 := e.Figure("unit-cost")
		pack, ok2 := e.Figure("package-cost")
		if !ok1 || !ok2 {
			return
		}
		u := unit.Money()
		if pack.PriceYear != unit.PriceYear {
			d, err := l.b.Deflate(u, pack.PriceYear)
			if err != nil {
				return // price-year says so
			}
			u = d
		}
		if u.Currency == pack.Currency && pack.Value*rounding < u.Amount {
			l.add(e, "package-cost", "the package (%s) costs less than the average price (%s, that is %s)", pack.Money(), unit.Money(), u)
		}
	})
}

// widest is the ratio of high to low beyond which a spread says nothing: the
// entry should be split, or the estimate made.
const widest = 100.0

func checkSpread(l *linter) {
	l.figures(func(e *Entry, f Figure) {
		switch {
		case f.Low > f.Value || f.Value > f.High:
			l.add(e, f.Name, "low %s, value %s, high %s are not in order", f.LowText, f.Text, f.HighText)
		case f.Low > 0 && f.High > widest*f.Low:
			l.add(e, f.Name, "from %s to %s is a factor of %.0f: so wide that it says nothing", spreadText(f.LowText, f.Text), spreadText(f.HighText, f.Text), f.High/f.Low)
		}
	})
}

func spreadText(end, value string) string {
	if end == "" {
		return value
	}
	return end
}

// filler is what stands where a reason should.
var filler = map[string]bool{
	"": true, "assumption": true, "assumed": true, "an assumption": true, "guess": true, "a guess": true, "guessed": true, "estimate": true, "estimated": true, "own estimate": true,
	"unknown": true, "none": true, "no reason": true, "n/a": true, "na": true, "tbd": true, "default": true, "see note": true, "?": true, "-": true, "…": true, "...": true,
}

func checkReason(l *linter) {
	l.figures(func(e *Entry, f Figure) {
		if !f.Assumed() {
			return
		}
		if s := strings.ToLower(strings.TrimSpace(f.Reason)); filler[strings.TrimRight(s, ".")] || filler[s] {
			l.add(e, f.Name, "the reason %q does not say why this value was taken", f.Reason)
		}
	})
}

func checkUnverified(l *linter) {
	l.figures(func(e *Entry, f Figure) {
		if f.Assumed() {
			return
		}
		// A note may say that a bound is recalled; the place in the source may not.
		if unread(f.Source) || unread(f.Page) || strings.Contains(strings.ToLower(f.Note), "unverified") {
			l.add(e, f.Name, "cites %s for what is recalled or unverified: that is an assumption", f.Source)
		}
	})
	for _, s := range l.b.Sources {
		if unread(s.Title) || unread(s.URL) || strings.Contains(strings.ToLower(s.Note), "unverified") {
			l.out = append(l.out, Finding{l.rule, "", "", fmt.Sprintf("source %s was not read: what rests on it is an assumption", s.ID), s.Pos})
		}
	}
}

func checkUnused(l *linter) {
	for _, id := range l.b.own {
		s, ok := l.b.Source(id)
		if ok && !l.cited[id] && len(l.b.Supports(id)) == 0 {
			l.out = append(l.out, Finding{l.rule, "", "", fmt.Sprintf("source %s supports nothing: remove it or cite it", id), s.Pos})
		}
	}
}

// Statistical outliers. Figures of one kind are compared on the scale on which
// they vary evenly (logarithm; log-odds for probabilities) by the robust z-score:
// distance from the median over 1.4826 × the median absolute deviation, which a
// few wild values do not move. (Iglewicz & Hoaglin, How to Detect and Handle
// Outliers, 1993; they advise 3.5 for normal data; we take more, because the
// kinds are mixtures of classes.) A cited figure, which somebody has looked up,
// may stand half as far again before it is doubted.
const (
	fewest     = 8   // figures to compare with, at least
	farthest   = 6.0 // robust standard deviations
	citedMore  = 1.5
	leastScale = 0.35 // of the spread: where most entries share one value, a factor of e^(6·0.35) = 8 is still no outlier
)

func checkOutliers(l *linter) {
	type point struct {
		e *Entry
		f Figure
		x float64
	}
	for _, k := range kindRules {
		for _, r := range k.figures {
			var ps []point
			l.each(k.name, func(e *Entry) {
				f, ok := e.Figure(r.name)
				if !ok {
					return
				}
				if x, ok := l.scale(e, f); ok && !e.textbook() {
					ps = append(ps, point{e, f, x})
				}
			})
			if len(ps) < fewest {
				continue
			}
			xs := make([]float64, len(ps))
			for i, p := range ps {
				xs[i] = p.x
			}
			mid, scale := robust(xs)
			for _, p := range ps {
				limit := farthest
				if !p.f.Assumed() {
					limit *= citedMore
				}
				if z := (p.x - mid) / scale; math.Abs(z) > limit {
					l.add(p.e, p.f.Name, "%s stands %.1f robust standard deviations from the median of %d %s entries: check the unit and what is counted", p.f.Text, z, len(ps), k.name)
				}
			}
		}
	}
}

// scale brings a figure to the scale on which it is compared; false where it
// cannot be.
func (l *linter) scale(e *Entry, f Figure) (float64, bool) {
	x := f.Value
	switch {
	case f.Name == "reference-rcs":
		return 0, false // a convention of the source, one or a tenth; it counts with the range
	case f.Name == "reference-range":
		x /= math.Pow(math.Max(e.Value("reference-rcs", 1), 1e-9), 0.25) // at 1 m²
	case f.Kind == units.KindMoney:
		m, ok := l.inDollars(f.Money(), bracketYear)
		if !ok {
			return 0, false
		}
		x = m
	case f.Kind == units.KindProbability:
		if x <= 0 || x >= 1 {
			return 0, false
		}
		return math.Log(x / (1 - x)), true
	}
	if x <= 0 {
		return 0, false
	}
	return math.Log(x), true
}

// robust gives the median and the scaled median absolute deviation, the latter
// at least leastScale.
func robust(xs []float64) (mid, scale float64) {
	mid = median(xs)
	d := make([]float64, len(xs))
	for i, x := range xs {
		d[i] = math.Abs(x - mid)
	}
	return mid, math.Max(1.4826*median(d), leastScale)
}

func median(xs []float64) float64 {
	s := append([]float64(nil), xs...)
	sort.Float64s(s)
	n := len(s)
	if n%2 == 1 {
		return s[n/2]
	}
	return 0.5 * (s[n/2-1] + s[n/2])
}
