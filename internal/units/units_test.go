package units

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Conversion factors: the SI brochure and NIST SP 811 (foot 0.3048 m, nautical
// mile 1852 m, mile 1609.344 m).
func TestValidateParse(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		in   string
		want float64
	}{
		{KindLength, "600 km", 600e3}, {KindLength, "600km", 600e3}, {KindLength, "-1.5e2 m", -150}, {KindLength, "1 nmi", 1852}, {KindLength, "1 mi", 1609.344}, {KindLength, "10 ft", 3.048},
		{KindSpeed, "2.8 km/s", 2800}, {KindSpeed, "36 km/h", 10}, {KindDuration, "90 s", 90}, {KindDuration, "2 min", 120}, {KindDuration, "1 d", 86400}, {KindDuration, "5 ms", 0.005},
		{KindAngle, "180 deg", math.Pi}, {KindAngle, "2 mrad", 0.002}, {KindMass, "1 t", 1000}, {KindArea, "-20 dBsm", 0.01}, {KindArea, "1 cm2", 1e-4}, {KindLoading, "5000 kg/m2", 5000},
		{KindNumber, "13.4 M", 13.4e6}, {KindCount, "48", 48}, {KindProbability, "85 %", 0.85}, {KindProbability, "0.7", 0.7}, {KindMoney, "11 MUSD", 11e6}, {KindMoney, "1.5 GKRW", 1.5e9},
	} {
		got, err := Parse(c.kind, c.in)
		if err != nil || math.Abs(got-c.want) > 1e-12*math.Abs(c.want) {
			t.Errorf("%s %q: %v, %v; want %v", c.kind, c.in, got, err, c.want)
		}
	}
}

func TestParseErrorsSayWhatIsAllowed(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		in   string
		must []string
	}{
		{KindLength, "600", []string{"no unit", "m, km, ft, nmi, mi"}},
		{KindLength, "600 kmm", []string{`unknown unit "kmm"`, `did you mean "600 km"?`}},
		{KindLength, "90 s", []string{`"s" is a unit of duration`, "km"}},
		{KindDuration, "5 km", []string{`"km" is a unit of length`, "min"}},
		{KindLength, "far", []string{"does not begin with a number"}},
		{KindLength, "1e400 km", []string{"finite"}},
		{KindLength, "nan km", []string{"number"}},
		{KindProbability, "1.2", []string{"outside 0 to 1"}},
		{KindCount, "2.5", []string{"whole number"}},
		{KindCount, "-1", []string{"whole number"}},
		{KindMoney, "11 MUSDD", []string{"unknown currency", "MUSD"}},
		{KindMoney, "11", []string{"no currency"}},
		{KindMoney, "11 MUSD(14)", []string{"price year"}},
		{KindLength, strings.Repeat("9", 500) + " km", []string{"too long"}},
	} {
		_, err := Parse(c.kind, c.in)
		var pe *ParseError
		if !errors.As(err, &pe) {
			t.Errorf("%s %.20q: %v, want a ParseError", c.kind, c.in, err)
			continue
		}
		for _, m := range c.must {
			if !strings.Contains(err.Error(), m) {
				t.Errorf("%s %.20q: %q does not say %q", c.kind, c.in, err, m)
			}
		}
	}
}

func TestTwoPriceYearsNeverAdd(t *testing.T) {
	a, _ := ParseMoney("11 MUSD(2014)")
	b, _ := ParseMoney("3 MUSD(2014)")
	c, _ := ParseMoney("3 MUSD(2015)")
	d, _ := ParseMoney("3 MJPY(2014)")
	if s, err := a.Add(b); err != nil || s.Amount != 14e6 || s.String() != "14 MUSD(2014)" {
		t.Errorf("11 + 3 = %v, %v", s, err)
	}
	if _, err := a.Add(c); err == nil || !strings.Contains(err.Error(), "price years") {
		t.Errorf("two price years added: %v", err)
	}
	if _, err := a.Add(d); err == nil || !strings.Contains(err.Error(), "currencies") {
		t.Errorf("two currencies added: %v", err)
	}
}

// What Format prints, Parse reads back to the printed digits.
func TestFormatRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom([]Kind{KindLength, KindSpeed, KindDuration, KindAngle, KindMass, KindArea, KindLoading, KindNumber}).Draw(t, "kind")
		x := rapid.Float64Range(-1e9, 1e9).Draw(t, "x")
		got, err := Parse(k, Format(k, x))
		if err != nil || math.Abs(got-x) > 1e-5*math.Abs(x)+1e-300 {
			t.Fatalf("%s %v printed as %q, read as %v, %v", k, x, Format(k, x), got, err)
		}
	})
}

// Whatever is written, a quantity is finite or the error is a *ParseError of
// readable length; a hint is itself a quantity.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"600 km", "", " ", "e5 m", "1e", "1e5e5 m", "-", "+1 s", "1 (2014)", "()", "11 MUSD(2014)", "\x00", "１ km", "0x10 m", "1_000 m", "inf s", "1e308 km", "-9999 dBsm", "5e-324 ms", "−20 dBsm", "\xff\xfe", "1 \xff", "11 M$", "85 %", "13.4 million"} {
		for k := KindLength; k <= KindCount; k++ {
			f.Add(uint8(k), s)
		}
	}
	f.Fuzz(func(t *testing.T, k uint8, s string) {
		kind := Kind(k % 12) // one beyond the last
		x, err := Parse(kind, s)
		if math.IsNaN(x) || math.IsInf(x, 0) {
			t.Errorf("%s %q read as %v", kind, s, x)
		}
		var pe *ParseError
		switch {
		case err == nil:
		case !errors.As(err, &pe) || x != 0 || len(pe.Given) > 2*64 || pe.Reason == "":
			t.Errorf("%s %q: %v, %v", kind, s, x, err)
		case pe.Hint != "":
			if _, again := Parse(kind, pe.Hint); again != nil {
				t.Errorf("%s %q: the hint %q is itself wrong: %v", kind, s, pe.Hint, again)
			}
		}
	})
}
