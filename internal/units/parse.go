package units

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind is what a quantity measures.
type Kind uint8

// The kinds, with the SI unit their values are in.
const (
	KindLength      Kind = iota // m
	KindSpeed                   // m/s
	KindDuration                // s
	KindAngle                   // rad
	KindMass                    // kg
	KindArea                    // m²
	KindLoading                 // kg/m²
	KindMoney                   // whole units of the currency
	KindNumber                  // any number
	KindProbability             // 0 to 1
	KindCount                   // a whole number from 0 up
)

var kindNames = [...]string{"length", "speed", "duration", "angle", "mass", "area", "ballistic coefficient", "money", "number", "probability", "count"}

// String names the kind in words.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "quantity"
}

// unit is a name and the SI value of one of it: num/den · 10^shift. Powers of ten
// are shifts of the decimal point in the text, so that what is written comes
// out correctly rounded: "1.1 M" is the whole number 1,100,000.
type unit struct {
	name     string
	shift    int
	num, den float64
}

// tables holds the units of each kind, the base unit first. dBsm (decibels
// above a square metre) is a logarithm and is converted where it is read.
var tables = [...][]unit{
	KindLength:   {{"m", 0, 1, 1}, {"km", 3, 1, 1}, {"ft", 0, 0.3048, 1}, {"nmi", 0, 1852, 1}, {"mi", 0, 1609.344, 1}},
	KindSpeed:    {{"m/s", 0, 1, 1}, {"km/s", 3, 1, 1}, {"km/h", 3, 1, 3600}, {"kn", 0, 1852, 3600}},
	KindDuration: {{"s", 0, 1, 1}, {"ms", -3, 1, 1}, {"min", 0, 60, 1}, {"h", 0, 3600, 1}, {"d", 0, 86400, 1}, {"yr", 0, 365.25 * 86400, 1}},
	KindAngle:    {{"deg", 0, math.Pi / 180, 1}, {"rad", 0, 1, 1}, {"mrad", -3, 1, 1}},
	KindMass:     {{"kg", 0, 1, 1}, {"t", 3, 1, 1}},
	KindArea:     {{"m2", 0, 1, 1}, {"cm2", -4, 1, 1}, {"dBsm", 0, 0, 1}},
	KindLoading:  {{"kg/m2", 0, 1, 1}},
}

// multiples are the letters that may follow a plain number or precede a
// currency.
var multiples = [...]struct {
	name  string
	shift int
	x     float64
}{{"", 0, 1}, {"k", 3, 1e3}, {"M", 6, 1e6}, {"G", 9, 1e9}}

// spoken maps what people write in place of a unit to the unit, for hints only.
var spoken = map[string]string{
	"metre": "m", "metres": "m", "meter": "m", "meters": "m", "kilometre": "km", "kilometres": "km", "kilometer": "km", "kilometers": "km", "kms": "km",
	"feet": "ft", "foot": "ft", "mile": "mi", "miles": "mi", "nm": "nmi",
	"mps": "m/s", "kps": "km/s", "kmh": "km/h", "kph": "km/h", "kt": "kn", "kts": "kn", "knot": "kn", "knots": "kn",
	"sec": "s", "secs": "s", "second": "s", "seconds": "s", "minute": "min", "minutes": "min", "mins": "min", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
	"day": "d", "days": "d", "y": "yr", "year": "yr", "years": "yr", "msec": "ms",
	"°": "deg", "degree": "deg", "degrees": "deg", "radian": "rad", "radians": "rad",
	"kilogram": "kg", "kilograms": "kg", "kgs": "kg", "ton": "t", "tonne": "t", "tonnes": "t", "tons": "t",
	"m²": "m2", "m^2": "m2", "sqm": "m2", "cm²": "cm2", "cm^2": "cm2", "db": "dBsm", "dbm2": "dBsm", "kg/m²": "kg/m2", "kg/m^2": "kg/m2",
	"thousand": "k", "million": "M", "mn": "M", "billion": "G", "bn": "G", "b": "G", "percent": "%", "pct": "%",
}

var currencies = []string{"USD", "EUR", "JPY", "KRW", "GBP", "ILS", "AED", "SAR", "CNY", "RUB", "AUD", "CAD", "TRY", "PLN", "RON", "QAR", "KWD", "BHD", "OMR", "IRR", "NOK", "SEK", "CHF"}

// Currencies lists the currency codes that are known.
func Currencies() []string { return append([]string(nil), currencies...) }

// Units lists what a kind allows after the number, the base unit first; for
// kinds without units, what may be written in words.
func Units(k Kind) []string {
	switch {
	case k == KindMoney:
		return append(Currencies(), "each also with k, M or G before it")
	case k == KindNumber || k == KindCount:
		return []string{"no unit", "k", "M", "G"}
	case k == KindProbability:
		return []string{"a number from 0 to 1", "%"}
	case int(k) < len(tables):
		var out []string
		for _, u := range tables[k] {
			out = append(out, u.name)
		}
		return out
	}
	return nil
}

// ParseError says what was wrong with a quantity and what would be right.
type ParseError struct {
	Kind    Kind
	Given   string   // the text, cut if it is long
	Reason  string   // what is wrong with it
	Allowed []string // the units of the kind
	Hint    string   // the whole text as it was probably meant; "" if nothing is near
}

// Error names the kind, what was given, why it is wrong and what is allowed.
func (e *ParseError) Error() string {
	s := fmt.Sprintf("%s %q: %s (allowed: %s)", e.Kind, e.Given, e.Reason, strings.Join(e.Allowed, ", "))
	if e.Hint != "" {
		s += fmt.Sprintf("; did you mean %q?", e.Hint)
	}
	return s
}

// fail makes the error. What was given is cut when it is long, at a whole
// character.
func fail(k Kind, given, format string, args ...any) *ParseError {
	if len(given) > maxText {
		n := maxText / 2
		for n > 0 && !utf8.RuneStart(given[n]) {
			n--
		}
		given = given[:n] + "…"
	}
	return &ParseError{Kind: k, Given: given, Reason: fmt.Sprintf(format, args...), Allowed: Units(k)}
}

// suggest sets the hint, if it is itself right.
func (e *ParseError) suggest(text string) {
	if _, err := Parse(e.Kind, text); err == nil {
		e.Hint = text
	}
}

// maxText is how many bytes a quantity may have.
const maxText = 64

// split parts a number from what follows it.
func split(s string) (num, unit string) {
	digit := func(i int) bool { return i < len(s) && s[i] >= '0' && s[i] <= '9' }
	sign := func(i int) bool { return i < len(s) && (s[i] == '+' || s[i] == '-') }
	i := 0
	if sign(i) {
		i++
	}
	for digit(i) || i < len(s) && s[i] == '.' {
		i++
	}
	// An exponent only if a digit follows it: "1 d" and "3 e" have none.
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') && (digit(i+1) || sign(i+1) && digit(i+2)) {
		for i += 2; digit(i); i++ {
		}
	}
	return s[:i], strings.TrimSpace(s[i:])
}

// number reads the text that split cut off. A number too small to hold is
// refused as one too large is: 0 was not what was meant.
func number(k Kind, given, num string) (float64, error) {
	if strings.Trim(num, "+-.") == "" {
		e := fail(k, given, "does not begin with a number")
		if rest, ok := strings.CutPrefix(strings.TrimSpace(given), "\u2212"); ok {
			e.suggest("-" + rest)
		}
		return 0, e
	}
	x, err := strconv.ParseFloat(num, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return 0, fail(k, given, "is not a finite number")
	}
	mantissa, _, _ := strings.Cut(strings.ToLower(num), "e")
	if x == 0 && strings.ContainsAny(mantissa, "123456789") {
		return 0, fail(k, given, "is too near to zero")
	}
	return x, nil
}

// Parse reads a quantity of a kind and gives its SI value (money: whole
// currency units; probability: 0 to 1). The text is a number, blanks if wanted,
// and a unit of that kind; a bare number is an error where the kind has units.
// The error is a *ParseError that lists the units and, where one is near, the
// likely one.
func Parse(k Kind, s string) (float64, error) {
	if k == KindMoney {
		m, err := ParseMoney(s)
		return m.Amount, err
	}
	given := s
	s = strings.TrimSpace(s)
	if len(s) > maxText {
		return 0, fail(k, given, "is too long for a quantity")
	}
	num, u := split(s)
	x, err := number(k, given, num)
	if err != nil {
		return 0, err
	}
	si, ok := convert(k, num, x, u)
	switch {
	case !ok && u == "":
		return 0, fail(k, given, "has no unit")
	case !ok:
		return 0, unknown(k, given, num, u)
	case math.IsInf(si, 0):
		return 0, fail(k, given, "is not a finite number")
	case si == 0 && (x != 0 || u == "dBsm"):
		return 0, fail(k, given, "is too near to zero")
	case k == KindCount && (si < 0 || si != math.Trunc(si)):
		return 0, fail(k, given, "is not a whole number from 0 up")
	case k == KindProbability && (si < 0 || si > 1):
		return 0, fail(k, given, "lies outside 0 to 1")
	case si == 0:
		return 0, nil // and not the minus zero of "-0 m"
	}
	return si, nil
}

// shifted is the number written in num with its decimal point moved: x·10^by,
// rounded once. x is num as it stands.
func shifted(num string, x float64, by int) float64 {
	if x == 0 || by == 0 {
		return x
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(num), "e")
	e, _ := strconv.Atoi(exponent) // 0 without one; x is finite, so it fits
	y, _ := strconv.ParseFloat(mantissa+"e"+strconv.Itoa(e+by), 64)
	return y // ±Inf beyond the range, for the caller to refuse
}

// convert gives the SI value of the number num, which is x, of a unit, and
// whether the kind has the unit.
func convert(k Kind, num string, x float64, u string) (float64, bool) {
	switch {
	case k == KindNumber || k == KindCount:
		for _, m := range multiples {
			if m.name == u {
				return shifted(num, x, m.shift), true
			}
		}
	case k == KindProbability:
		switch u {
		case "":
			return x, true
		case "%":
			return shifted(num, x, -2), true
		}
	case k == KindArea && u == "dBsm":
		return math.Pow(10, x/10), true
	case int(k) < len(tables):
		for _, t := range tables[k] {
			if t.name == u {
				return shifted(num, x, t.shift) * t.num / t.den, true
			}
		}
	}
	return 0, false
}

// unknown says what is wrong with a unit that the kind has not, as helpfully as
// can be: a slip in the number, another kind's unit, or the nearest name.
func unknown(k Kind, given, num, u string) *ParseError {
	e := fail(k, given, "unknown unit %q", u)
	if c := u[0]; c == ',' || c == '_' || c == '\'' || c == '.' || c >= '0' && c <= '9' {
		e.Reason = fmt.Sprintf("%q is not a number: digits and one decimal point only, no separators", num+u)
		return e
	}
	for other, list := range tables {
		for _, t := range list {
			if t.name == u && Kind(other) != k {
				e.Reason = fmt.Sprintf("%q is a unit of %s", u, Kind(other))
			}
		}
	}
	var names []string
	switch {
	case k == KindNumber || k == KindCount:
		names = []string{"k", "M", "G"}
	case k == KindProbability:
		names = []string{"%"}
	default:
		names = e.Allowed
	}
	if n := likely(u, names); n != "" {
		e.suggest(num + " " + n)
	}
	return e
}

// likely gives the name that was probably meant: what the word stands for, the
// same letters in another case, or the nearest spelling; "" if none is near.
func likely(u string, names []string) string {
	if word := spoken[strings.ToLower(u)]; word != "" {
		for _, n := range names {
			if n == word {
				return n
			}
		}
	}
	for _, n := range names {
		if strings.EqualFold(n, u) {
			return n
		}
	}
	return nearest(u, names)
}

// ParseMoney reads "11 MUSD" or, with its price year, "11 MUSD(2014)". The error
// is a *ParseError.
func ParseMoney(s string) (Money, error) {
	given := s
	s = strings.TrimSpace(s)
	if len(s) > maxText {
		return Money{}, fail(KindMoney, given, "is too long for a quantity")
	}
	year := 0
	if i := strings.IndexByte(s, '('); i >= 0 && strings.HasSuffix(s, ")") {
		text := s[i+1 : len(s)-1]
		y, err := strconv.ParseUint(text, 10, 32)
		if err != nil || len(text) != 4 || y < 1900 || y > 2100 {
			return Money{}, fail(KindMoney, given, "the price year must lie between 1900 and 2100")
		}
		year, s = int(y), strings.TrimSpace(s[:i])
	}
	num, u := split(s)
	x, err := number(KindMoney, given, num)
	if err != nil {
		return Money{}, err
	}
	if u == "" {
		return Money{}, fail(KindMoney, given, "has no currency")
	}
	for _, c := range currencies {
		for _, m := range multiples {
			if m.name+c == u {
				a := shifted(num, x, m.shift)
				if math.IsInf(a, 0) {
					return Money{}, fail(KindMoney, given, "is not a finite amount")
				}
				if a == 0 {
					a = 0 // and not the minus zero of "-0 USD"
				}
				return Money{a, c, year}, nil
			}
		}
	}
	e := fail(KindMoney, given, "unknown currency %q", u)
	for _, m := range multiples {
		if u == m.name {
			e.Reason = fmt.Sprintf("has no currency after %q", u)
			return Money{}, e
		}
	}
	var names []string
	for _, c := range currencies {
		for _, m := range multiples {
			names = append(names, m.name+c)
		}
	}
	for _, sign := range [...][2]string{{"US$", "USD"}, {"$", "USD"}, {"€", "EUR"}, {"£", "GBP"}, {"¥", "JPY"}, {"₩", "KRW"}, {"₪", "ILS"}} {
		u = strings.Replace(u, sign[0], sign[1], 1)
	}
	if n := likely(u, names); n != "" {
		e.suggest(num + " " + n)
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

// trimFloat prints six significant digits at most, and no minus zero.
func trimFloat(x float64) string {
	if x == 0 {
		return "0"
	}
	return strconv.FormatFloat(x, 'g', 6, 64)
}

// scaled prints a number with the multiple that keeps it short: "13.4 M".
func scaled(x float64) (digits, multiple string) {
	for i := len(multiples) - 1; i > 0; i-- {
		// Half a unit of the sixth digit below, so that 999,999.9 prints as 1 M.
		if m := multiples[i]; math.Abs(x) >= m.x*(1-5e-7) {
			return trimFloat(x / m.x), m.name
		}
	}
	return trimFloat(x), ""
}

// Format prints an SI value, to six digits, in a unit people use for it. Parse
// reads it back.
func Format(k Kind, x float64) string {
	big := math.Abs(x) >= 1000*(1-5e-7)
	switch k {
	case KindLength:
		if big {
			return trimFloat(x/1000) + " km"
		}
		return trimFloat(x) + " m"
	case KindSpeed:
		if big {
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
		if big {
			return trimFloat(x/1000) + " t"
		}
		return trimFloat(x) + " kg"
	case KindArea:
		return trimFloat(x) + " m2"
	case KindLoading:
		return trimFloat(x) + " kg/m2"
	case KindNumber, KindCount:
		// Thousands stay as they are: 48,000 people read better than 48 k.
		if d, m := scaled(x); m == "M" || m == "G" {
			return d + " " + m
		}
	}
	return trimFloat(x)
}

// nearest gives the option with the least edit distance, the first of equals;
// "" if none is near: one slip in a short name, one in three letters of a long.
func nearest(s string, options []string) string {
	best, least := "", len(s)+1
	for _, o := range options {
		d := distance(s, o)
		if d < least && d <= max(1, len(o)/3) && d < max(len(s), len(o)) {
			best, least = o, d
		}
	}
	return best
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
