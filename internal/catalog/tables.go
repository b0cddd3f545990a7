package catalog

import (
	"math"

	"testudo/internal/units"
)

// The tables that say which kinds of entries there are, what each must and may
// state, what it means, and between which bounds a figure is possible at all.
// The loader, the JSON Schema and the documentation read the same tables, so
// that they cannot drift apart. The bounds are physical or practical limits that
// catch a wrong unit or a slipped decimal, not opinions; opinions are lint rules.

type figureRule struct {
	name     string
	kind     units.Kind
	required bool
	lo, hi   float64 // SI, inclusive
	about    string
}

type attributeRule struct {
	name    string
	about   string
	words   []string // allowed; empty: free text
	list    bool     // several words, separated by spaces
	needs   bool
	refKind string // the attribute names an entry of this kind
}

type kindRule struct {
	name       string
	about      string
	attributes []attributeRule
	figures    []figureRule
	years      bool // figures are named year-2014 and the like
}

const (
	km   = 1000.0
	must = true
	may  = false

	kLength   = units.KindLength
	kSpeed    = units.KindSpeed
	kDuration = units.KindDuration
	kAngle    = units.KindAngle
	kMass     = units.KindMass
	kArea     = units.KindArea
	kLoading  = units.KindLoading
	kMoney    = units.KindMoney
	kNumber   = units.KindNumber
	kProb     = units.KindProbability
	kCount    = units.KindCount

	// A full turn in radians needs a little room: "360 deg" is not exact in binary.
	turn = 2*math.Pi + 1e-9
)

// Modes lists the ways in which a system may engage, from needing nobody to
// needing another's track throughout.
var Modes = [...]string{"organic", "cued", "launch-on-remote", "engage-on-remote"}

var kindRules = []kindRule{
	{"missile", "a ballistic missile of the attacker",
		[]attributeRule{
			{name: "model", about: "boosted: a powered boost calibrated to the range (default); impulsive: the textbook missile that has its speed at once", words: []string{"boosted", "impulsive"}},
			{name: "class", about: "by range: CRBM to 300 km, SRBM to 1000, MRBM to 3000, IRBM to 5500, ICBM beyond; SLBM from a submarine", words: []string{"CRBM", "SRBM", "MRBM", "IRBM", "ICBM", "SLBM"}, needs: true},
			{name: "basing", about: "road-mobile, silo, submarine, rail, …"},
			{name: "propellant", about: "of the boost", words: []string{"liquid", "solid"}},
			{name: "quasi-ballistic", about: "flies low and pulls up at the end; modelled as depressed, which flatters the defence", words: []string{"yes", "no"}},
			{name: "separating", about: "whether the warhead leaves the body", words: []string{"yes", "no"}},
		}, []figureRule{
			{"range", kLength, must, km, 20000 * km, "greatest range with the payload"},
			{"range-demonstrated", kLength, may, km, 20000 * km, "longest range flown in a known flight"},
			{"payload", kMass, may, 1, 2e4, "that the range refers to"},
			{"stages", kCount, may, 1, 4, "that burn one after another"},
			{"burn-time", kDuration, must, 0, 600, "of all stages together; not needed by an impulsive missile or where the stages' burns are stated"},
			{"burn-time-1", kDuration, may, 1, 400, "of the first stage"},
			{"burn-time-2", kDuration, may, 1, 400, "of the second stage"},
			{"burn-time-3", kDuration, may, 1, 400, "of the third stage"},
			{"ballistic-coefficient", kLoading, must, 50, 1e6, "m/(Cd·A) of what re-enters"},
			{"rcs", kArea, must, 1e-6, 1e4, "radar cross-section of what re-enters, nose-on"},
			{"rcs-boost", kArea, may, 1e-6, 1e4, "radar cross-section of the burning missile"},
			{"cep", kLength, may, 0, 50 * km, "radius within which half of them fall"},
			{"reliability", kProb, may, 0, 1, "chance that a launched missile flies as meant"},
			{"unit-cost", kMoney, may, 0, 1e15, "average price of one"},
			{"package-cost", kMoney, may, 0, 1e15, "price of one as sold, with support"},
			{"stock", kCount, may, 0, 1e5, "number in all hands"},
			{"launchers", kCount, may, 0, 1e4, "number in all hands"},
			{"production-per-year", kCount, may, 0, 1e5, "made in a year"},
			{"apogee", kLength, may, km, 10000 * km, "of the least-energy flight to the range"},
			{"apogee-demonstrated", kLength, may, km, 10000 * km, "highest in a known flight"},
			{"depressed-fraction", kNumber, may, 0, 1, "of the way from the least-energy flight to the flattest, for what flies low"},
		}, false},
	{"interceptor", "a missile of the defence",
		[]attributeRule{
			{name: "model", about: "flyout: boost, coast and drag (default); constant-speed: the textbook interceptor", words: []string{"flyout", "constant-speed"}},
			{name: "seeker", about: "how it kills", words: []string{"hit-to-kill", "fragment"}},
			{name: "layer", about: "where it works: outside the air, at its edge, inside it", words: []string{"exo", "upper", "lower"}},
		}, []figureRule{
			{"burnout-speed", kSpeed, must, 100, 12000, "at the end of the boost"},
			{"burn-time", kDuration, may, 0.1, 300, "of the boost"},
			{"reach", kLength, must, km, 10000 * km, "greatest ground distance of an intercept (slant for constant-speed)"},
			{"min-range", kLength, may, 0, 1000 * km, "least ground distance of an intercept"},
			{"min-altitude", kLength, must, 0, 500 * km, "least altitude of an intercept"},
			{"max-altitude", kLength, must, km, 3000 * km, "greatest altitude of an intercept"},
			{"kill-probability", kProb, must, 0, 1, "of one shot, given handover; assumed, not the test record"},
			{"claimed-rate", kProb, may, 0, 1, "in combat or tests, as claimed by an interested party"},
			{"test-hits", kCount, may, 0, 1000, "successful tests"},
			{"test-shots", kCount, may, 1, 1000, "tests that count"},
			{"reliability", kProb, may, 0, 1, "chance that a launched round works up to handover"},
			{"discrimination", kProb, may, 0, 1, "chance that it goes for the warhead"},
			{"basket", kLength, may, 1, 100 * km, "radius within which it can see and reach the target at handover"},
			{"handover-probability", kProb, may, 0, 1, "fixed, in place of the basket; for textbook problems"},
			{"common-mode", kProb, may, 0, 1, "chance that the type as a whole works on the day"},
			{"unit-cost", kMoney, may, 0, 1e15, "average price of one"},
			{"package-cost", kMoney, may, 0, 1e15, "price of one as sold, with stations and support"},
			{"stock", kCount, may, 0, 1e5, "number in all hands"},
			{"production-per-year", kCount, may, 0, 1e5, "made in a year"},
			{"ballistic-coefficient", kLoading, may, 50, 1e6, "after burnout"},
		}, false},
	{"radar", "a radar, of a battery or by itself",
		[]attributeRule{
			{name: "model", about: "radar-equation: range grows with the fourth root of the cross-section (default); range-limited: the textbook radar that sees to its range and no further", words: []string{"radar-equation", "range-limited"}},
			{name: "band", about: "of frequency", words: []string{"VHF", "UHF", "L", "S", "C", "X", "Ku", "Ka"}},
			{name: "mode", about: "where a radar has several, which this entry is"},
		}, []figureRule{
			{"reference-range", kLength, must, km, 50000 * km, "at which the reference cross-section is found in search"},
			{"reference-rcs", kArea, may, 1e-6, 1e4, "that the reference range refers to; needed unless range-limited"},
			{"azimuth-field", kAngle, must, 0.01, turn, "full width seen; 360 deg is all round"},
			{"min-elevation", kAngle, may, -0.2, 1.5, "lowest look"},
			{"max-elevation", kAngle, may, 0.01, math.Pi/2 + 1e-9, "highest look"},
			{"revisit", kDuration, may, 0.01, 600, "time between two looks in search"},
			{"track-interval", kDuration, may, 0.01, 60, "time between two looks in track"},
			{"capacity", kCount, may, 1, 1e6, "tracks kept at once"},
			{"range-accuracy", kLength, may, 0.01, 10 * km, "one sigma of one look, at best"},
			{"angle-accuracy", kAngle, may, 1e-7, 0.2, "one sigma of one look, at best"},
			{"cue-factor", kNumber, may, 1, 10, "by which another's track multiplies the range"},
			{"warned-factor", kNumber, may, 1, 10, "by which a launch warning multiplies the range"},
			{"firm-time", kDuration, may, 0, 300, "of tracking before a track may be acted on"},
			{"antenna-height", kLength, may, 0, 5 * km, "above the site"},
			{"unit-cost", kMoney, may, 0, 1e15, "average price of one"},
			{"package-cost", kMoney, may, 0, 1e15, "price of one as sold, with support"},
			{"operating-cost", kMoney, may, 0, 1e15, "per year"},
		}, false},
	{"infrared", "early-warning satellites, as one constellation",
		[]attributeRule{{name: "model", about: "in words"}, {name: "orbit", about: "in words"}},
		[]figureRule{
			{"delay", kDuration, must, 0, 3600, "from first sight to a report at the user"},
			{"detection-probability", kProb, may, 0, 1, "of one look at a burn above cloud"},
			{"revisit", kDuration, may, 0.01, 600, "time between two looks"},
			{"launch-point-accuracy", kLength, may, 1, 200 * km, "one sigma"},
			{"heading-accuracy", kAngle, may, 1e-5, 3.2, "one sigma"},
			{"cloud-height", kLength, may, 0, 20 * km, "below which a burn is not seen"},
			{"firm-time", kDuration, may, 0, 300, "of sight before a warning goes out"},
			{"capacity", kCount, may, 1, 1e6, "burns followed at once"},
			{"satellites", kCount, may, 1, 1e4, "in the constellation"},
			{"unit-cost", kMoney, may, 0, 1e15, "of the whole constellation"},
			{"operating-cost", kMoney, may, 0, 1e15, "per year"},
		}, false},
	{"system", "a battery, a ship or a site that shoots",
		[]attributeRule{
			{name: "interceptor", about: "that it fires", needs: true, refKind: "interceptor"},
			{name: "radar", about: "of its own; none where it depends on others'", refKind: "radar"},
			{name: "modes", about: "in which it may engage, separated by spaces", words: Modes[:], list: true},
			{name: "basing", about: "what it stands on", words: []string{"land", "ship", "site"}},
		}, []figureRule{
			{"launchers", kCount, may, 1, 1e4, "of one battery"},
			{"missiles-per-launcher", kCount, may, 1, 1e3, "ready to fire"},
			{"load", kCount, must, 1, 1e6, "interceptors ready to fire"},
			{"channels", kCount, must, 1, 1e6, "engagements at once"},
			{"reaction-time", kDuration, must, 0, 600, "from a firm track and permission to launch"},
			{"salvo", kCount, may, 1, 64, "rounds at one missile by habit; a scenario's command decides"},
			{"unit-cost", kMoney, may, 0, 1e15, "of one battery, ship or site"},
			{"package-cost", kMoney, may, 0, 1e15, "of one as sold, with missiles and support"},
			{"operating-cost", kMoney, may, 0, 1e15, "per year"},
			{"crew", kCount, may, 0, 1e5, "people"},
		}, false},
	{"link", "what carries one nation's tracks to another",
		[]attributeRule{{name: "model", about: "in words"}},
		[]figureRule{
			{"delay", kDuration, may, 0, 600, "of one passage"},
			{"unit-cost", kMoney, may, 0, 1e15, "to set up"},
			{"operating-cost", kMoney, may, 0, 1e15, "per year"},
		}, false},
	{"deflator", "a price index that brings money of one year to another",
		[]attributeRule{
			{name: "currency", about: "whose prices it follows", words: units.Currencies(), needs: true},
			{name: "index", about: "what it is, and its base year"},
		}, nil, true},
}

// FigureInfo describes a figure that entries of a kind may state. Low and High
// are the bounds in SI between which a value loads.
type FigureInfo struct {
	Name      string
	Kind      units.Kind
	Required  bool
	Low, High float64
	About     string
}

// AttributeInfo describes an attribute that entries of a kind may have. Words
// are the allowed values, none for free text; a List holds several of them,
// separated by spaces. RefKind is the kind of entry the attribute names, if any.
type AttributeInfo struct {
	Name, About string
	Words       []string
	List        bool
	Required    bool
	RefKind     string
}

// KindInfo describes a kind of entry. Where Years is set, the figures are named
// year-1998, year-2014 and the like.
type KindInfo struct {
	Name, About string
	Attributes  []AttributeInfo
	Figures     []FigureInfo
	Years       bool
}

// Kinds describes the kinds of entries: what the loader goes by, for a schema
// or a page of documentation.
func Kinds() []KindInfo {
	var out []KindInfo
	for _, k := range kindRules {
		i := KindInfo{Name: k.name, About: k.about, Years: k.years}
		for _, a := range k.attributes {
			i.Attributes = append(i.Attributes, AttributeInfo{a.name, a.about, append([]string(nil), a.words...), a.list, a.needs, a.refKind})
		}
		for _, f := range k.figures {
			i.Figures = append(i.Figures, FigureInfo{f.name, f.kind, f.required, f.lo, f.hi, f.about})
		}
		out = append(out, i)
	}
	return out
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
	if _, ok := yearOf(name); ok && k.years {
		return figureRule{name: name, kind: kNumber, lo: 1e-6, hi: 1e9}, true
	}
	return figureRule{}, false
}

func (k *kindRule) attribute(name string) (attributeRule, bool) {
	for _, a := range k.attributes {
		if a.name == name {
			return a, true
		}
	}
	return attributeRule{}, false
}

func (k *kindRule) figureNames() []string {
	var out []string
	for _, f := range k.figures {
		out = append(out, f.name)
	}
	if k.years {
		out = append(out, "year-2014")
	}
	return out
}

func (k *kindRule) attributeNames() []string {
	var out []string
	for _, a := range k.attributes {
		out = append(out, a.name)
	}
	return out
}

// needed lists the figures an entry of this kind lacks. Which ones it must state
// depends on its model: a textbook missile has no burn, a textbook radar no
// reference cross-section.
func (k *kindRule) needed(e *Entry) []string {
	var out []string
	for _, r := range k.figures {
		need := r.required
		switch r.name {
		case "burn-time":
			need = need && (k.name != "missile" || e.Attr("model") != "impulsive" && !e.Has("burn-time-1"))
		case "reference-rcs":
			need = e.Attr("model") != "range-limited"
		}
		if need && !e.Has(r.name) {
			out = append(out, r.name)
		}
	}
	return out
}

// yearOf reads the year out of the name of a deflator's figure.
func yearOf(figure string) (int, bool) {
	if len(figure) != len("year-2014") || figure[:5] != "year-" {
		return 0, false
	}
	y := 0
	for _, c := range []byte(figure[5:]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		y = 10*y + int(c-'0')
	}
	return y, y >= firstYear && y <= lastYear
}

// Price years outside these bounds are slips.
const firstYear, lastYear = 1900, 2100
