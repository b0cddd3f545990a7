package units

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
)

// Kind is what a quantity measures.
type Kind uint8

// The kinds.
const (
	KindLength Kind = iota
	KindSpeed
	KindDuration
	KindAngle
	KindMass
	KindArea
	KindLoading
	KindMoney
	KindNumber
	KindProbability
	KindCount
)

var kindNames = [...]string{"length", "speed", "duration", "angle", "mass", "area", "ballistic coefficient", "money", "number", "probability", "count"}

// String names the kind in words.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "quantity"
}

type unit struct {
	name string
	si   float64
}

const foot, nmi, mile = 0.3048, 1852.0, 1609.344

var tables = map[Kind][]unit{
	KindLength:   {{"m", 1}, {"km", 1000}, {"ft", foot}, {"nmi", nmi}, {"mi", mile}},
	KindSpeed:    {{"m/s", 1}, {"km/s", 1000}, {"km/h", 1 / 3.6}, {"kn", nmi / 3600}},
	KindDuration: {{"s", 1}, {"ms", 0.001}, {"min", 60}, {"h", 3600}, {"d", 86400}, {"yr", 365.25 * 86400}},
	KindAngle:    {{"deg", math.Pi / 180}, {"rad", 1}, {"mrad", 0.001}},
	KindMass:     {{"kg", 1}, {"t", 1000}},
	KindArea:     {{"m2", 1}, {"cm2", 1e-4}, {"dBsm", 0}},
	KindLoading:  {{"kg/m2", 1}},
}

var currencies = []string{"USD", "EUR", "JPY", "KRW", "GBP", "ILS", "AED", "SAR", "CNY", "RUB", "AUD", "CAD", "TRY", "PLN", "RON", "QAR", "KWD", "BHD", "OMR", "IRR", "NOK", "SEK", "CHF"}

// Currencies lists the currency codes that are known.
func Currencies() []string { return append([]string(nil), currencies...) }

// Units lists the units a kind allows, the base unit first.
func Units(k Kind) []string {
	switch k {
	case KindMoney:
		var out []string
		for _, c := range currencies[:5] {
			out = append(out, c, "k"+c, "M"+c, "G"+c)
		}
		return out
	case KindNumber, KindCount:
		return []string{"no unit", "k", "M", "G"}
	case KindProbability:
		return []string{"a number from 0 to 1", "%"}
	}
	var out []string
	for _, u := range tables[k] {
		out = append(out, u.name)
	}
	return out
}

// ParseError says what was wrong with a quantity and what would be right.
type ParseError struct {
	Kind    Kind
	Given   string
	Reason  string
	Allowed []string
	Hint    string
}

// Error names the kind, what was given, why it is wrong and what is allowed.
func (e *ParseError) Error() string {
	s := fmt.Sprintf("%s %q: %s (allowed: %s)", e.Kind, e.Given, e.Reason, strings.Join(e.Allowed, ", "))
	if e.Hint != "" {
		s += fmt.Sprintf("; did you mean %q?", e.Hint)
	}
	return s
}

func fail(k Kind, given, format string, args ...any) error {
	return &ParseError{Kind: k, Given: given, Reason: fmt.Sprintf(format, args...), Allowed: Units(k)}
}

// split parts a number from what follows it.
func split(s string) (num, unit string) {
	i := 0
	for i < len(s) {
		c := s[i]
		if c >= '0' && c <= '9' || c == '.' || (c == '+' || c == '-') && (i == 0 || s[i-1] == 'e' || s[i-1] == 'E') {
			i++
			continue
		}
		// An exponent only if a digit follows: "1 d" and "3 e" are not numbers.
		if (c == 'e' || c == 'E') && i > 0 && i+1 < len(s) && (s[i+1] >= '0' && s[i+1] <= '9' || (s[i+1] == '-' || s[i+1] == '+') && i+2 < len(s) && s[i+2] >= '0' && s[i+2] <= '9') {
			i++
			continue
		}
		break
	}
	return s[:i], strings.TrimSpace(s[i:])
}

// Parse reads a quantity of a kind and gives its SI value (money: whole
// currency units; probability: 0 to 1). The error is a *ParseError.
func Parse(k Kind, s string) (float64, error) {
	if k == KindMoney {
		m, err := ParseMoney(s)
		return m.Amount, err
	}
	given := s
	s = strings.TrimSpace(s)
	if len(s) > 64 {
		return 0, fail(k, given[:32]+"…", "is too long for a quantity")
	}
	num, u := split(s)
	if num == "" {
		return 0, fail(k, given, "does not begin with a number")
	}
	x, err := strconv.ParseFloat(num, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return 0, fail(k, given, "is not a finite number")
	}
	switch k {
	case KindNumber, KindCount:
		f, ok := map[string]float64{"": 1, "k": 1e3, "M": 1e6, "G": 1e9}[u]
		if !ok {
			return 0, fail(k, given, "unknown unit %q", u)
		}
		x *= f
		if k == KindCount && (x < 0 || x != math.Trunc(x)) {
			return 0, fail(k, given, "is not a whole number from 0 up")
		}
	case KindProbability:
		switch u {
		case "":
		case "%":
			x /= 100
		default:
			return 0, fail(k, given, "unknown unit %q", u)
		}
		if x < 0 || x > 1 {
			return 0, fail(k, given, "lies outside 0 to 1")
		}
	case KindArea:
		if u == "dBsm" {
			x = math.Pow(10, x/10)
			break
		}
		fallthrough
	default:
		if u == "" {
			return 0, fail(k, given, "has no unit")
		}
		found := false
		for _, t := range tables[k] {
			if t.name == u {
				x *= t.si
				found = true
			}
		}
		if !found {
			e := fail(k, given, "unknown unit %q", u).(*ParseError)
			for other, list := range tables {
				for _, t := range list {
					if t.name == u && other != k {
						e.Reason = fmt.Sprintf("%q is a unit of %s", u, other)
					}
				}
			}
			if n := nearest(u, Units(k)); n != "" {
				e.Hint = num + " " + n
			}
			return 0, e
		}
	}
	if math.IsInf(x, 0) {
		return 0, fail(k, given, "is not a finite number")
	}
	return x, nil
}

// ParseMoney reads "11 MUSD" or "11 MUSD(2014)".
func ParseMoney(s string) (Money, error) {
	given := s
	s = strings.TrimSpace(s)
	year := 0
	if i := strings.IndexByte(s, '('); i >= 0 && strings.HasSuffix(s, ")") {
		y, err := strconv.Atoi(s[i+1 : len(s)-1])
		if err != nil || y < 1900 || y > 2100 {
			return Money{}, fail(KindMoney, given, "the price year must lie between 1900 and 2100")
		}
		year, s = y, strings.TrimSpace(s[:i])
	}
	num, u := split(s)
	x, err := strconv.ParseFloat(num, 64)
	if num == "" || err != nil || math.IsInf(x, 0) {
		return Money{}, fail(KindMoney, given, "does not begin with a finite number")
	}
	if u == "" {
		return Money{}, fail(KindMoney, given, "has no currency")
	}
	scale, cur := 1.0, u
	if len(u) == 4 {
		switch u[0] {
		case 'k':
			scale, cur = 1e3, u[1:]
		case 'M':
			scale, cur = 1e6, u[1:]
		case 'G':
			scale, cur = 1e9, u[1:]
		}
	}
	for _, c := range currencies {
		if c == cur {
			if a := x * scale; !math.IsInf(a, 0) {
				return Money{a, cur, year}, nil
			}
			return Money{}, fail(KindMoney, given, "is not a finite amount")
		}
	}
	e := fail(KindMoney, given, "unknown currency %q", u).(*ParseError)
	if n := nearest(u, e.Allowed); n != "" {
		e.Hint = num + " " + n
	}
	return Money{}, e
}

// ParseLength reads a length, "600 km".
func ParseLength(s string) (Length, error) { x, err := Parse(KindLength, s); return Length(x), err }

// ParseSpeed reads a speed, "2.8 km/s".
func ParseSpeed(s string) (Speed, error) { x, err := Parse(KindSpeed, s); return Speed(x), err }

// ParseDuration reads a duration, "90 s".
func ParseDuration(s string) (Duration, error) {
	x, err := Parse(KindDuration, s)
	return Duration(x), err
}

// ParseAngle reads an angle, "315 deg".
func ParseAngle(s string) (Angle, error) { x, err := Parse(KindAngle, s); return Angle(x), err }

// ParseMass reads a mass, "650 kg".
func ParseMass(s string) (Mass, error) { x, err := Parse(KindMass, s); return Mass(x), err }

// ParseArea reads an area, "0.01 m2" or "-20 dBsm".
func ParseArea(s string) (Area, error) { x, err := Parse(KindArea, s); return Area(x), err }

// ParseLoading reads a ballistic coefficient, "5000 kg/m2".
func ParseLoading(s string) (Loading, error) { x, err := Parse(KindLoading, s); return Loading(x), err }

func trimFloat(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }

// Format prints an SI value in a unit people use for it.
func Format(k Kind, x float64) string {
	a := math.Abs(x)
	switch k {
	case KindLength:
		if a >= 1000 {
			return trimFloat(x/1000) + " km"
		}
		return trimFloat(x) + " m"
	case KindSpeed:
		if a >= 1000 {
			return trimFloat(x/1000) + " km/s"
		}
		return trimFloat(x) + " m/s"
	case KindDuration:
		return trimFloat(x) + " s"
	case KindAngle:
		if d := x * (180 / math.Pi); math.Abs(d) >= 0.1 || d == 0 {
			return trimFloat(d) + " deg"
		}
		return trimFloat(x*1000) + " mrad"
	case KindMass:
		if a >= 1000 {
			return trimFloat(x/1000) + " t"
		}
		return trimFloat(x) + " kg"
	case KindArea:
		return trimFloat(x) + " m2"
	case KindLoading:
		return trimFloat(x) + " kg/m2"
	}
	return trimFloat(x)
}

// nearest gives the option with the least edit distance, "" if none is near.
func nearest(s string, options []string) string {
	type cand struct {
		d int
		o string
	}
	var cs []cand
	for _, o := range options {
		if d := distance(s, o); d <= 1+len(o)/3 && d < max(len(s), len(o)) {
			cs = append(cs, cand{d, o})
		}
	}
	if len(cs) == 0 {
		return ""
	}
	sort.SliceStable(cs, func(i, j int) bool { return cs[i].d < cs[j].d })
	return cs[0].o
}

// distance is the Levenshtein distance.
func distance(a, b string) int {
	prev := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur := make([]int, len(b)+1)
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			c := prev[j-1]
			if a[i-1] != b[j-1] {
				c++
			}
			cur[j] = min(c, prev[j]+1, cur[j-1]+1)
		}
		prev = cur
	}
	return prev[len(b)]
}
