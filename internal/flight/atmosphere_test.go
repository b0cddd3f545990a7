package flight

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// within fails unless got lies within a relative tolerance of want.
func within(t *testing.T, what string, got, want, rel float64) {
	t.Helper()
	if !(math.Abs(got-want) <= rel*math.Abs(want)) {
		t.Errorf("%s: %.9g, want %.9g within %g", what, got, want, rel)
	}
}

// Single values of table I of the US Standard Atmosphere 1976 (NOAA-S/T 76-1562);
// printed to four or five digits, hence 1e-4. Arguments are geopotential heights.
func TestValidateAtmosphereLowerUS76(t *testing.T) {
	for _, v := range []struct{ geopotentialM, tK, pPa, rho float64 }{
		{0, 288.15, 101325, 1.225},
		{5250, 254.025, 52239, 0.71641},
		{17900, 216.65, 7624.1, 0.12259},
		{40000, 251.05, 277.52, 0.003851},
		{61500, 241.25, 16.456, 0.00023764},
		{79500, 197.65, 0.96649, 1.7035e-05},
	} {
		tK, p, rho, a := Atmosphere(geometric(v.geopotentialM))
		within(t, "temperature", tK, v.tK, 1e-6)
		within(t, "pressure", p, v.pPa, 1e-4)
		within(t, "density", rho, v.rho, 1e-4)
		within(t, "sound", a, math.Sqrt(1.4*p/rho), 1e-12)
	}
	_, _, _, a := Atmosphere(0)
	within(t, "speed of sound at sea level, table III", a, 340.294, 1e-6)
}

// Above 86 km: kinetic temperatures of table I and densities of tables I and VIII.
// 1 %: the polynomials are within 0.5 % of the table.
func TestValidateAtmosphereUpperUS76(t *testing.T) {
	for _, v := range []struct{ km, tK, rho float64 }{
		{90, 186.87, 3.416e-6}, {100, 195.08, 5.604e-7}, {110, 240, 9.708e-8}, {120, 360, 2.222e-8},
		{130, 469.27, 8.152e-9}, {160, 696.29, 1.233e-9}, {200, 854.56, 2.541e-10}, {500, 999.24, 5.216e-13}, {1000, 1000, 3.561e-15},
	} {
		tK, p, rho, _ := Atmosphere(v.km * 1000)
		within(t, "temperature", tK, v.tK, 5e-5)
		within(t, "density", rho, v.rho, 0.01)
		if !(p > 0) {
			t.Errorf("pressure %g at %g km", p, v.km)
		}
	}
	// Pressures of table I.
	for _, v := range []struct{ km, pPa float64 }{{100, 3.2011e-2}, {120, 2.5382e-3}, {200, 8.4736e-5}, {500, 3.0236e-7}} {
		_, p, _, _ := Atmosphere(v.km * 1000)
		within(t, "pressure", p, v.pPa, 0.01)
	}
}

func TestDensityPolynomialIsTheFormula(t *testing.T) {
	for h := -5000.0; h < 1.1e6; h += 173 {
		_, _, rho, _ := Atmosphere(h)
		if got := Density(h); math.Abs(got-rho) > 1e-10*rho {
			t.Fatalf("density %g at %g m, formula %g", got, h, rho)
		}
	}
	if Density(-9000) != Density(-5000) || Density(2e6) != 0 || Density(math.Inf(1)) != 0 {
		t.Error("density outside the standard")
	}
}

func TestDensityHasNoJumps(t *testing.T) {
	for _, l := range us76 {
		a, b := Density(math.Nextafter(l.hiM, 0)), Density(l.hiM)
		within(t, "across an edge", a, b, 1e-6)
	}
}

func TestDensityFalls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := rapid.Float64Range(-5000, 999000).Draw(t, "h")
		d := rapid.Float64Range(1, 1000).Draw(t, "d")
		if !(Density(h+d) < Density(h)) {
			t.Fatalf("density %g at %g m, %g at %g m", Density(h), h, Density(h+d), h+d)
		}
	})
}

func TestOwnExponential(t *testing.T) {
	for x := -60.0; x < 20; x += 0.00137 {
		if r := exp(x)/math.Exp(x) - 1; math.Abs(r) > 5e-15 {
			t.Fatalf("exp(%g) is off by %g", x, r)
		}
	}
}
