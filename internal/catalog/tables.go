package catalog

import (
	"math"

	"testudo/internal/units"
)

// The tables that say which kinds of entries there are, what each must and may
// state, and in which range a figure is possible at all.

type figureRule struct {
	name     string
	kind     units.Kind
	required bool
	lo, hi   float64 // SI
}

type attributeRule struct {
	name    string
	words   []string // allowed; empty: free text
	needs   bool
	refKind string // the attribute names an entry of this kind
}

type kindRule struct {
	name       string
	attributes []attributeRule
	figures    []figureRule
	free       func(figure string) (figureRule, bool)
}

const km = 1000.0

func length(name string, required bool, lo, hi float64) figureRule {
	return figureRule{name, units.KindLength, required, lo, hi}
}
func duration(name string, required bool, lo, hi float64) figureRule {
	return figureRule{name, units.KindDuration, required, lo, hi}
}
func number(name string, lo, hi float64) figureRule {
	return figureRule{name, units.KindNumber, false, lo, hi}
}
func count(name string, required bool, hi float64) figureRule {
	return figureRule{name, units.KindCount, required, 0, hi}
}
func probability(name string, required bool) figureRule {
	return figureRule{name, units.KindProbability, required, 0, 1}
}
func angle(name string, required bool, lo, hi float64) figureRule {
	return figureRule{name, units.KindAngle, required, lo, hi}
}
func money(name string) figureRule { return figureRule{name, units.KindMoney, false, 0, 1e15} }
func area(name string, required bool) figureRule {
	return figureRule{name, units.KindArea, required, 1e-6, 1e4}
}

var kindRules = []kindRule{
	{"missile", []attributeRule{
		{name: "model", words: []string{"boosted", "impulsive"}}, {name: "class", words: []string{"CRBM", "SRBM", "MRBM", "IRBM", "ICBM", "SLBM"}, needs: true},
		{name: "basing"}, {name: "propellant", words: []string{"liquid", "solid"}}, {name: "quasi-ballistic", words: []string{"yes", "no"}}, {name: "separating", words: []string{"yes", "no"}},
	}, []figureRule{
		length("range", true, km, 20000*km), length("range-demonstrated", false, km, 20000*km), {"payload", units.KindMass, false, 1, 2e4}, count("stages", false, 4),
		duration("burn-time", true, 0, 600), duration("burn-time-1", false, 1, 400), duration("burn-time-2", false, 1, 400), duration("burn-time-3", false, 1, 400),
		{"ballistic-coefficient", units.KindLoading, true, 50, 1e6}, area("rcs", true), area("rcs-boost", false), length("cep", false, 0, 50*km), probability("reliability", false),
		money("unit-cost"), money("package-cost"), count("stock", false, 1e5), count("launchers", false, 1e4), count("production-per-year", false, 1e5), length("apogee", false, km, 10000*km), length("apogee-demonstrated", false, km, 10000*km), number("depressed-fraction", 0, 1),
	}, nil},
	{"interceptor", []attributeRule{
		{name: "model", words: []string{"flyout", "constant-speed"}}, {name: "seeker"}, {name: "layer", words: []string{"exo", "upper", "lower"}},
	}, []figureRule{
		{"burnout-speed", units.KindSpeed, true, 100, 12000}, duration("burn-time", false, 0.1, 300), length("reach", true, km, 10000*km), length("min-range", false, 0, 1000*km), length("min-altitude", true, 0, 500*km), length("max-altitude", true, km, 3000*km),
		probability("kill-probability", true), probability("claimed-rate", false), count("test-hits", false, 1000), count("test-shots", false, 1000), probability("reliability", false), probability("discrimination", false), length("basket", false, 1, 100*km),
		probability("handover-probability", false), probability("common-mode", false), money("unit-cost"), money("package-cost"), count("stock", false, 1e5), count("production-per-year", false, 1e5), {"ballistic-coefficient", units.KindLoading, false, 50, 1e6},
	}, nil},
	{"radar", []attributeRule{
		{name: "model", words: []string{"radar-equation", "range-limited"}}, {name: "band", words: []string{"VHF", "UHF", "L", "S", "C", "X", "Ku", "Ka"}}, {name: "mode"},
	}, []figureRule{
		length("reference-range", true, km, 50000*km), area("reference-rcs", false), angle("azimuth-field", true, 0.01, 2*math.Pi+1e-9), angle("min-elevation", false, -0.2, 1.5), angle("max-elevation", false, 0.01, math.Pi/2+1e-9),
		duration("revisit", false, 0.01, 600), duration("track-interval", false, 0.01, 60), count("capacity", false, 1e6), length("range-accuracy", false, 0.01, 10*km), angle("angle-accuracy", false, 1e-7, 0.2),
		number("cue-factor", 1, 10), number("warned-factor", 1, 10), duration("firm-time", false, 0, 300), length("antenna-height", false, 0, 5*km), money("unit-cost"), money("operating-cost"), money("package-cost"),
	}, nil},
	{"infrared", []attributeRule{{name: "orbit"}, {name: "model"}}, []figureRule{
		duration("delay", true, 0, 3600), probability("detection-probability", false), duration("revisit", false, 0.01, 600), length("launch-point-accuracy", false, 1, 200*km), angle("heading-accuracy", false, 1e-5, 3.2), length("cloud-height", false, 0, 20*km), duration("firm-time", false, 0, 300), count("capacity", false, 1e6), money("unit-cost"), money("operating-cost"), count("satellites", false, 1e4),
	}, nil},
	{"system", []attributeRule{
		{name: "interceptor", needs: true, refKind: "interceptor"}, {name: "radar", refKind: "radar"}, {name: "modes"}, {name: "basing", words: []string{"land", "ship", "site"}},
	}, []figureRule{
		count("launchers", false, 1e4), count("missiles-per-launcher", false, 1e3), count("load", true, 1e6), count("channels", true, 1e6), duration("reaction-time", true, 0, 600), count("salvo", false, 64),
		money("unit-cost"), money("package-cost"), money("operating-cost"), count("crew", false, 1e5),
	}, nil},
	{"link", []attributeRule{{name: "model"}}, []figureRule{duration("delay", false, 0, 600), money("unit-cost"), money("operating-cost")}, nil},
	{"deflator", []attributeRule{{name: "index"}, {name: "currency"}}, nil, func(f string) (figureRule, bool) {
		if len(f) == 9 && f[:5] == "year-" && f[5] >= '1' && f[5] <= '2' {
			return number(f, 1, 1e6), true
		}
		return figureRule{}, false
	}},
}

// KindNames lists the kinds of entries.
func KindNames() []string {
	var out []string
	for _, k := range kindRules {
		out = append(out, k.name)
	}
	return out
}

func ruleOf(kind string) *kindRule {
	for i := range kindRules {
		if kindRules[i].name == kind {
			return &kindRules[i]
		}
	}
	return nil
}

func (k *kindRule) figure(name string) (figureRule, bool) {
	for _, f := range k.figures {
		if f.name == name {
			return f, true
		}
	}
	if k.free != nil {
		return k.free(name)
	}
	return figureRule{}, false
}

func (k *kindRule) figureNames() []string {
	var out []string
	for _, f := range k.figures {
		out = append(out, f.name)
	}
	if k.free != nil {
		out = append(out, "year-2014 and the like")
	}
	return out
}
