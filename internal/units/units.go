// Package units holds the typed quantities that cross package borders, and the
// strict reading and printing of quantities as text: "600 km", "90 s",
// "11 MUSD(2014)". Everything is SI inside.
package units

import (
	"fmt"
	"math"
)

// Length in metres.
type Length float64

// Speed in metres per second.
type Speed float64

// Duration in seconds.
type Duration float64

// Angle in radians.
type Angle float64

// Mass in kilograms.
type Mass float64

// Area in square metres; radar cross-sections are areas.
type Area float64

// Loading in kilograms per square metre: the ballistic coefficient m/(Cd·A).
type Loading float64

// Degrees makes an angle from degrees.
func Degrees(d float64) Angle { return Angle(d * (math.Pi / 180)) }

// Degrees gives the angle in degrees.
func (a Angle) Degrees() float64 { return float64(a) * (180 / math.Pi) }

// Km makes a length from kilometres.
func Km(km float64) Length { return Length(km * 1000) }

// Km gives the length in kilometres.
func (l Length) Km() float64 { return float64(l) / 1000 }

// String prints the length in m or km.
func (l Length) String() string { return Format(KindLength, float64(l)) }

// String prints the speed in m/s or km/s.
func (s Speed) String() string { return Format(KindSpeed, float64(s)) }

// String prints the duration in s.
func (d Duration) String() string { return Format(KindDuration, float64(d)) }

// String prints the angle in degrees.
func (a Angle) String() string { return Format(KindAngle, float64(a)) }

// String prints the mass in kg or t.
func (m Mass) String() string { return Format(KindMass, float64(m)) }

// String prints the area in m2.
func (a Area) String() string { return Format(KindArea, float64(a)) }

// String prints the ballistic coefficient in kg/m2.
func (l Loading) String() string { return Format(KindLoading, float64(l)) }

// Money is an amount in whole units of a currency at the prices of a year.
type Money struct {
	Amount   float64
	Currency string // ISO 4217
	Year     int    // price year; 0: not stated
}

// Add sums two amounts. Different currencies or price years are an error, also
// when one year is not stated: they never add silently.
func (m Money) Add(o Money) (Money, error) {
	if m.Currency != o.Currency {
		return Money{}, fmt.Errorf("cannot add %s to %s: different currencies", o, m)
	}
	if m.Year != o.Year {
		return Money{}, fmt.Errorf("cannot add %s to %s: different price years; deflate one first", o, m)
	}
	return Money{m.Amount + o.Amount, m.Currency, m.Year}, nil
}

// Scale multiplies the amount; currency and price year stay.
func (m Money) Scale(k float64) Money { return Money{m.Amount * k, m.Currency, m.Year} }

// String prints "11 MUSD(2014)", or "11 MUSD" without a price year.
func (m Money) String() string {
	digits, multiple := scaled(m.Amount)
	s := digits + " " + multiple + m.Currency
	if m.Year != 0 {
		s += fmt.Sprintf("(%d)", m.Year)
	}
	return s
}
