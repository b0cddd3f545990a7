package units

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Conversion factors of NIST SP 811 (2008), appendix B.8, one row each for what
// the first table leaves out; the Julian year is that of the IAU.
func TestValidateEveryUnit(t *testing.T) {
	want := map[string]float64{
		"m": 1, "km": 1e3, "ft": 0.3048, "nmi": 1852, "mi": 1609.344,
		"m/s": 1, "km/s": 1e3, "km/h": 2.777778e-1, "kn": 5.144444e-1,
		"s": 1, "ms": 1e-3, "min": 60, "h": 3600, "d": 86400, "yr": 31557600,
		"deg": 1.745329e-2, "rad": 1, "mrad": 1e-3, "kg": 1, "t": 1e3, "m2": 1, "cm2": 1e-4, "dBsm": math.Pow(10, 0.1), "kg/m2": 1,
	}
	seen := 0
	for k := KindLength; k <= KindLoading; k++ {
		for _, u := range Units(k) {
			for _, text := range []string{"1 " + u, "1" + u, " +1.0e0  " + u + " "} {
				// Seven digits are printed.
				if got, err := Parse(k, text); err != nil || math.Abs(got/want[u]-1) > 5e-7 {
					t.Errorf("%s %q: %v, %v; published %v", k, text, got, err, want[u])
				}
			}
			seen++
		}
	}
	if seen != len(want) {
		t.Errorf("%d units, %d in the published table", seen, len(want))
	}
}

// A decimal number in a decimal unit comes out as the float nearest to what is
// written, by exact rational arithmetic.
func TestDecimalsRoundOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom([]struct {
			kind Kind
			unit string
			ten  int
		}{
			{KindLength, "m", 0}, {KindLength, "km", 3}, {KindSpeed, "km/s", 3}, {KindDuration, "ms", -3}, {KindAngle, "mrad", -3},
			{KindMass, "t", 3}, {KindArea, "cm2", -4}, {KindNumber, "k", 3}, {KindNumber, "M", 6}, {KindNumber, "", 0}, {KindMoney, "MUSD", 6}, {KindMoney, "GKRW(2014)", 9},
		}).Draw(t, "unit")
		num := rapid.StringMatching(`[+-]?[0-9]{1,6}(\.[0-9]{0,6})?([eE][+-]?[0-9]{1,2})?`).Draw(t, "number")
		r, ok := new(big.Rat).SetString(num)
		if !ok {
			t.Skip()
		}
		ten := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(c.ten, -c.ten))), nil))
		if c.ten < 0 {
			ten.Inv(ten)
		}
		want, _ := r.Mul(r, ten).Float64()
		if got, err := Parse(c.kind, num+" "+c.unit); err != nil || got != want {
			t.Fatalf("%q %s: %v, %v; exactly %v", num, c.unit, got, err, want)
		}
	})
	if n, err := Parse(KindCount, "1.1 M"); err != nil || n != 1_100_000 {
		t.Errorf("1.1 M as a count: %v, %v", n, err)
	}
}

// The hint is what was most likely meant, and is itself a quantity of the kind.
func TestHints(t *testing.T) {
	for _, c := range []struct {
		kind     Kind
		in, hint string
	}{
		{KindLength, "600 kmm", "600 km"}, {KindLength, "600 KM", "600 km"}, {KindLength, "600 kilometres", "600 km"}, {KindLength, "5 nm", "5 nmi"},
		{KindSpeed, "2.8 kmps", "2.8 km/s"}, {KindSpeed, "2.8 kps", "2.8 km/s"}, {KindSpeed, "15 knots", "15 kn"},
		{KindDuration, "5 minutes", "5 min"}, {KindDuration, "90 sec", "90 s"}, {KindDuration, "2 Hours", "2 h"},
		{KindAngle, "315°", "315 deg"}, {KindAngle, "315 degs", "315 deg"}, {KindMass, "2 tonnes", "2 t"}, {KindMass, "650 Kg", "650 kg"},
		{KindArea, "0.1 m²", "0.1 m2"}, {KindArea, "-20 dbsm", "-20 dBsm"}, {KindArea, "-20 dB", "-20 dBsm"}, {KindLoading, "5000 kg/m^2", "5000 kg/m2"},
		{KindNumber, "13.4 million", "13.4 M"}, {KindNumber, "13.4 m", "13.4 M"}, {KindProbability, "85 percent", "85 %"},
		{KindMoney, "11 MUSDD", "11 MUSD"}, {KindMoney, "11 musd", "11 MUSD"}, {KindMoney, "11 M$", "11 MUSD"}, {KindMoney, "3 GSKE", ""}, {KindMoney, "3 GSEKK", "3 GSEK"}, {KindMoney, "40 G€", "40 GEUR"},
		{KindArea, "−20 dBsm", "-20 dBsm"}, // a typographer's minus
		{KindLength, "600 parsecs", ""}, {KindLength, "600", ""}, {KindLength, "x", ""}, {KindMoney, "300 M", ""},
	} {
		_, err := Parse(c.kind, c.in)
		var pe *ParseError
		if !errors.As(err, &pe) {
			t.Errorf("%s %q: %v, want a ParseError", c.kind, c.in, err)
			continue
		}
		if pe.Hint != c.hint {
			t.Errorf("%s %q: hint %q, want %q (%v)", c.kind, c.in, pe.Hint, c.hint, err)
		}
		if pe.Kind != c.kind || pe.Given != c.in || len(pe.Allowed) == 0 {
			t.Errorf("%s %q: error says %+v", c.kind, c.in, *pe)
		}
		if c.hint != "" {
			if _, err := Parse(c.kind, c.hint); err != nil {
				t.Errorf("the hint %q is itself wrong: %v", c.hint, err)
			}
		}
	}
}

// What is not a quantity is refused, whatever its kind, with the reason.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		kind     Kind
		in, must string
	}{
		{KindLength, "", "begin with a number"}, {KindLength, "km", "begin with a number"}, {KindLength, ".", "begin with a number"}, {KindLength, "- m", "begin with a number"},
		{KindLength, "NaN m", "begin with a number"}, {KindLength, "+Inf m", "begin with a number"}, {KindLength, "１ km", "begin with a number"},
		{KindLength, "1e999 m", "finite"}, {KindLength, "1e308 km", "finite"}, {KindNumber, "1e308 G", "finite"}, {KindMoney, "1e308 GUSD", "finite"}, {KindArea, "4000 dBsm", "finite"}, {KindMoney, "1e999 USD", "finite"},
		{KindLength, "1e-999 m", "near to zero"}, {KindDuration, "5e-324 ms", "near to zero"}, {KindArea, "-9999 dBsm", "near to zero"},
		{KindLength, "1.2.3 m", "finite number"}, {KindLength, "1,5 km", "no separators"}, {KindLength, "1 000 km", "no separators"}, {KindLength, "1_000 km", "no separators"}, {KindLength, "0x10 m", "unknown unit"}, {KindLength, "1e5e5 m", "unknown unit"},
		{KindLength, "5 km 3 m", "unknown unit"}, {KindLength, "600 m2", `"m2" is a unit of area`}, {KindMass, "600 kg/m2", "unit of ballistic coefficient"}, {KindSpeed, "5 km", "unit of length"},
		{KindProbability, "101 %", "outside 0 to 1"}, {KindProbability, "-0.1", "outside 0 to 1"}, {KindProbability, "0.5 km", "unit of length"},
		{KindCount, "0.0005 k", "whole number"}, {KindCount, "1 km", "unit of length"},
		{KindMoney, "USD 11", "begin with a number"}, {KindMoney, "11 USD(999)", "price year"}, {KindMoney, "11 USD(+2014)", "price year"}, {KindMoney, "11 USD()", "price year"}, {KindMoney, "11 USD(2101)", "price year"},
		{KindMoney, "11 USD(2014", "unknown currency"}, {KindMoney, "11 kMUSD", "unknown currency"}, {KindMoney, "11 (2014)", "no currency"}, {KindMoney, "11 M(2014)", `no currency after "M"`}, {KindMoney, strings.Repeat("1", 70), "too long"},
		{Kind(200), "5 m", "unit of length"}, {Kind(200), "5", "no unit"},
	} {
		x, err := Parse(c.kind, c.in)
		var pe *ParseError
		if !errors.As(err, &pe) || x != 0 {
			t.Errorf("%s %q: read as %v, %v", c.kind, c.in, x, err)
			continue
		}
		if !strings.Contains(pe.Reason, c.must) {
			t.Errorf("%s %q: %q does not say %q", c.kind, c.in, pe.Reason, c.must)
		}
	}
	// A long text is cut at a whole character.
	_, err := Parse(KindLength, strings.Repeat("ä", 100))
	var pe *ParseError
	if !errors.As(err, &pe) || !utf8.ValidString(pe.Given) || len(pe.Given) > maxText {
		t.Errorf("a long text is quoted as %q", pe.Given)
	}
}

// Zero is zero, without a sign, in every unit that has a zero.
func TestZero(t *testing.T) {
	for k := KindLength; k <= KindCount; k++ {
		u := ""
		switch {
		case k <= KindLoading:
			u = Units(k)[0]
		case k == KindMoney:
			u = "MUSD"
		}
		for _, num := range []string{"0", "-0", "0.000", "0e99999999999999999999"} {
			if x, err := Parse(k, num+" "+u); err != nil || x != 0 || math.Signbit(x) {
				t.Errorf("%s %q: %v, %v", k, num+" "+u, x, err)
			}
		}
		if s := Format(k, math.Copysign(0, -1)); strings.HasPrefix(s, "-") {
			t.Errorf("%s: minus zero prints as %q", k, s)
		}
	}
}

func TestTypesPrintAndParse(t *testing.T) {
	for want, got := range map[string]fmt.Stringer{
		"600 km": Km(600), "999.5 m": Length(999.5), "1 km": Length(999.9996), "-13 km": Km(-13), "2.8 km/s": Speed(2800), "340 m/s": Speed(340),
		"90 s": Duration(90), "0.005 s": Duration(0.005), "315 deg": Degrees(315), "1.5 mrad": Angle(0.0015), "0.114592 deg": Angle(0.002), "0 deg": Angle(0), "650 kg": Mass(650), "1.2 t": Mass(1200),
		"0.01 m2": Area(0.01), "5000 kg/m2": Loading(5000),
		"11 MUSD(2014)": Money{11e6, "USD", 2014}, "12.7 MUSD": Money{12.7e6, "USD", 0}, "950 USD": Money{950, "USD", 0}, "1 MUSD": Money{999_999.9, "USD", 0}, "40 GUSD(2014)": Money{40e9, "USD", 2014}, "996 kUSD": Money{996_000, "USD", 0}, "0 USD(2014)": Money{0, "USD", 2014},
	} {
		if got.String() != want {
			t.Errorf("%#v prints as %q, want %q", got, got.String(), want)
		}
	}
	for _, c := range []struct {
		kind Kind
		x    float64
		want string
	}{{KindNumber, 13.4e6, "13.4 M"}, {KindNumber, 48000, "48000"}, {KindCount, 48, "48"}, {KindCount, 2e9, "2 G"}, {KindProbability, 0.85, "0.85"}, {KindMoney, 950, "950"}} {
		if got := Format(c.kind, c.x); got != c.want {
			t.Errorf("%s %v prints as %q, want %q", c.kind, c.x, got, c.want)
		}
	}
	check := func(text string, x any, err error, want any) {
		t.Helper()
		if err != nil || x != want {
			t.Errorf("%q: %v, %v; want %v", text, x, err, want)
		}
	}
	l, err := ParseLength("1.5 km")
	check("1.5 km", l, err, Length(1500))
	s, err := ParseSpeed("2.8 km/s")
	check("2.8 km/s", s, err, Speed(2800))
	d, err := ParseDuration("10 min")
	check("10 min", d, err, Duration(600))
	a, err := ParseAngle("90 deg")
	check("90 deg", a, err, Degrees(90))
	m, err := ParseMass("1.2 t")
	check("1.2 t", m, err, Mass(1200))
	r, err := ParseArea("50 cm2")
	check("50 cm2", r, err, Area(0.005))
	b, err := ParseLoading("5000 kg/m2")
	check("5000 kg/m2", b, err, Loading(5000))
	y, err := ParseMoney(" 12.7 MUSD (2025) ")
	check("12.7 MUSD (2025)", y, err, Money{12.7e6, "USD", 2025})
	if Km(600).Km() != 600 || Degrees(315).Degrees() != 315 {
		t.Error("km and degrees do not come back")
	}
	if s := Kind(200).String(); s != "quantity" {
		t.Errorf("an unknown kind is called %q", s)
	}
}

// Every amount that prints is read back, with currency and year, to six digits.
func TestMoneyRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Money{rapid.Float64Range(-1e14, 1e14).Draw(t, "amount"), rapid.SampledFrom(Currencies()).Draw(t, "currency"), rapid.SampledFrom([]int{0, 1900, 2014, 2100}).Draw(t, "year")}
		got, err := ParseMoney(m.String())
		if err != nil || got.Currency != m.Currency || got.Year != m.Year || math.Abs(got.Amount-m.Amount) > 5e-6*math.Abs(m.Amount) {
			t.Fatalf("%+v printed as %q, read as %+v, %v", m, m, got, err)
		}
		// An amount that was printed once prints the same again.
		if got.String() != m.String() {
			t.Fatalf("%q printed again as %q", m, got)
		}
	})
}

// Adding commutes, scaling distributes, and an unstated year is a year of its own.
func TestMoneyAdds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) Money {
			return Money{float64(rapid.IntRange(-1e9, 1e9).Draw(t, name)), rapid.SampledFrom([]string{"USD", "JPY"}).Draw(t, name+" currency"), rapid.SampledFrom([]int{0, 2014, 2015}).Draw(t, name+" year")}
		}
		a, b := draw("a"), draw("b")
		s, err := a.Add(b)
		r, err2 := b.Add(a)
		if (err == nil) != (a.Currency == b.Currency && a.Year == b.Year) || (err == nil) != (err2 == nil) {
			t.Fatalf("%v and %v: %v, %v", a, b, err, err2)
		}
		if s != r || err == nil && (s != Money{a.Amount + b.Amount, a.Currency, a.Year}) || err != nil && s != (Money{}) {
			t.Fatalf("%v and %v: %v and %v", a, b, s, r)
		}
		if d, _ := a.Add(a); d != a.Scale(2) {
			t.Fatalf("twice %v is %v", a, d)
		}
	})
}
