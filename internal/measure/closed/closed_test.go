package closed

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"testudo/internal/units"
)

func near(t *testing.T, what string, got float64, err error, want, tol float64) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	} else if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s = %.12g, want %.12g ± %g", what, got, want, tol)
	}
}

// Half a unit of the last digit of numbers given to six, and to four, decimals.
const (
	six  = 0.500001e-6
	four = 0.500001e-4
)

// Numbers worked out for the Bernoulli model of Wilkening (1999) apart from
// this code, with exact fractions; the model is the source, no table of the
// paper was seen.
func TestValidateEngagement_BernoulliModel(t *testing.T) {
	for _, c := range []struct {
		k    float64
		n    int
		want float64
	}{{0.5, 1, .5}, {0.5, 2, .75}, {0.5, 4, .9375}, {0.6, 1, .6}, {0.6, 3, .936}, {0.6, 4, .9744}, {0.7, 2, .91}, {0.7, 3, .973}, {0.8, 1, .8}, {0.8, 2, .96}, {0.8, 4, .9984}, {0.85, 1, .85}, {0.85, 3, .996625}, {0.85, 4, .999494}, {0.9, 2, .99}, {0.9, 3, .999}} {
		got, err := WarheadKill(1, c.k, c.n)
		near(t, fmt.Sprint("kill ", c.k, c.n), got, err, c.want, six)
	}
	for _, c := range []struct {
		zero float64
		w    int
		want float64
	}{{.5, 1, .5}, {.5, 4, .840896}, {.5, 20, .965936}, {.5, 50, .986233}, {.8, 1, .8}, {.8, 4, .945742}, {.8, 20, .988905}, {.8, 50, .995547}, {.9, 4, .974004}, {.9, 20, .994746}, {.9, 50, .997895}, {.95, 4, .987259}, {.95, 20, .997439}, {.95, 50, .998975}} {
		got, err := RequiredKill(c.zero, c.w)
		near(t, fmt.Sprint("required ", c.zero, c.w), got, err, c.want, six)
	}
	for _, c := range []struct {
		track, k      float64
		n, w          int
		apart, shared float64 // NaN: not given
	}{
		{1, .7, 1, 20, .000798, .000798}, {1, .7, 2, 20, .151645, .151645}, {1, .7, 4, 20, .849880, .849880},
		{.95, .7, 1, 20, .000286, .000758}, {.95, .7, 2, 20, .054363, .144063}, {.95, .7, 4, 20, .304670, .807386},
		{.9, .7, 1, 20, .000097, .000718}, {.9, .7, 2, 20, .018436, .136480}, {.9, .7, 4, 20, .103326, .764892},
		{.9, .8, 2, 4, .557256, .764412}, {.9, .8, 2, 20, math.NaN(), .397802}, {.9, .5, 4, 4, math.NaN(), .695229}, {.9, .5, 4, 20, .033441, math.NaN()},
		{.9, .7, 4, 4, .635099, math.NaN()}, {.95, .7, 4, 4, .788435, math.NaN()}, {.95, .8, 2, 4, .691798, .806879}, {.95, .8, 2, 20, math.NaN(), .419902},
		{.99, .7, 4, 20, .695123, .841382}, {.99, .8, 2, 4, .815879, .840853}, {.999, .7, 4, 20, .833043, .849031}, {.999, .8, 2, 20, math.NaN(), .441560}, {.999, .5, 4, 4, math.NaN(), .771704}, {.999, .5, 4, 20, .269610, math.NaN()},
	} {
		got, err := ZeroLeak(c.track, c.k, c.n, c.w, false)
		if !math.IsNaN(c.apart) {
			near(t, fmt.Sprintf("independent %+v", c), got, err, c.apart, six)
		}
		got, err = ZeroLeak(c.track, c.k, c.n, c.w, true)
		if !math.IsNaN(c.shared) {
			near(t, fmt.Sprintf("common %+v", c), got, err, c.shared, six)
		}
	}
	got, err := WarheadKill(.9, .7, 4)
	near(t, "K_w", got, err, .892710, six)
	for _, c := range []struct {
		k, target float64
		want      int
	}{{.5, .95, 5}, {.7, .95, 3}, {.8, .99, 3}, {.8, .999, 5}, {.9, .99, 2}, {.9, .999, 3}, {.5, .75, 2}, {1, 1, 1}, {.3, 0, 0}} {
		if n, ok, err := ShotsNeeded(c.k, c.target); n != c.want || !ok || err != nil {
			t.Errorf("shots for %g at %g: %d %v %v, want %d", c.target, c.k, n, ok, err, c.want)
		}
	}
	if n, ok, err := ShotsNeeded(1e-8, .5); !ok || err != nil || math.Abs(float64(n)-69314718) > 1 {
		t.Errorf("weak shots: %d %v %v, want ln 2 / 1e-8", n, ok, err)
	}
	for _, c := range [][2]float64{{0, .5}, {.9, 1}} {
		if _, ok, err := ShotsNeeded(c[0], c[1]); ok || err != nil {
			t.Errorf("%g cannot reach %g: %v %v", c[0], c[1], ok, err)
		}
	}
	got, err = LayersLeak(.2, .2)
	near(t, "two layers (the published 96 %)", got, err, .04, 1e-12)
	got, err = LayersLeak(.2, .2, .2)
	near(t, "three layers", got, err, .008, 1e-12)
}

func TestValidateDoctrines(t *testing.T) {
	for _, c := range []struct {
		k           float64
		d           Doctrine
		shots, leak float64
	}{
		{.5, ShootLookShoot(), 1.5, .25}, {.7, ShootLookShoot(), 1.3, .09}, {.8, ShootLookShoot(), 1.2, .04}, {.7, Salvo(2), 2, .09},
		// Two rounds of two: the second is fired at 0.09 of the missiles.
		{.7, Doctrine{Rounds: 2, PerRound: 2}, 2.18, .0081},
		// Looks that see nothing fire always; looks that see only kills never.
		{.7, Doctrine{Rounds: 2, PerRound: 1, MissedKill: 1}, 2, .09}, {.7, Doctrine{Rounds: 2, PerRound: 1, FalseKill: 1}, 1, .3},
		// 0.3 missed, a tenth of them taken for kills; 0.7 killed, a fifth not
		// seen: 1 + 0.27 + 0.14 shots, 0.03 + 0.27·0.3 leak.
		{.7, Doctrine{2, 1, .2, .1}, 1.41, .111},
	} {
		shots, leak, err := c.d.Expect(c.k)
		near(t, fmt.Sprintf("shots %+v", c), shots, err, c.shots, 1e-12)
		near(t, fmt.Sprintf("leak %+v", c), leak, err, c.leak, 1e-12)
		// A large magazine makes no difference to either.
		l, s, err := MagazineLeakers(4*7, 7, c.k, c.d)
		near(t, "magazine leakers", l, err, 7*c.leak, 1e-12)
		near(t, "magazine shots", s, err, 7*c.shots, 1e-12)
	}
	for _, d := range []Doctrine{{}, {Rounds: 1}, {1, 1, 2, 0}, {1, 1, 0, math.NaN()}, {5000, 1, 0, 0}} {
		if _, _, err := d.Expect(.5); err == nil {
			t.Errorf("%+v: no error", d)
		}
	}
}

func TestValidateInventory(t *testing.T) {
	for _, c := range []struct {
		i, w int
		want float64
	}{{48, 20, .544}, {48, 100, 61.6}, {0, 7, 7}, {5, 0, 0}} {
		got, err := EvenSplit(c.i, c.w, .8)
		near(t, fmt.Sprint("even split ", c.i, c.w), got, err, c.want, 1e-12)
	}
	for _, c := range []struct {
		w            int
		k            float64
		n            int
		mean, atOnce float64
	}{{10, .8, 2, .4, .335167}, {20, .7, 2, 1.8, .848355}, {100, .9, 1, 10, .999973}} {
		leak, _ := Leak(c.k, c.n)
		got, err := ExpectedLeakers(c.w, leak)
		near(t, "expected leakers", got, err, c.mean, 1e-12)
		d, err := Denied(c.w, 1, leak)
		near(t, "at least one leaker", 1-d, err, c.atOnce, six)
	}
}

// Two nations with twelve interceptors each, twelve missiles, k 0.7, salvoes of
// two: pooling is insurance against all flying one way.
func TestValidatePooling(t *testing.T) {
	two := []int{12, 12}
	for _, c := range []struct {
		attack   []int
		separate float64
	}{{[]int{12, 0}, 6.54}, {[]int{9, 3}, 3.81}, {[]int{6, 6}, 1.08}} {
		p, err := PoolingFixed(two, c.attack, .7, Salvo(2))
		near(t, fmt.Sprint("separate ", c.attack), p.Separate, err, c.separate, 1e-12)
		near(t, "pooled", p.Pooled, err, 1.08, 1e-12)
	}
	p, err := PoolingRandom(two, []float64{.5, .5}, 12, .7, Salvo(2))
	near(t, "separate, random split", p.Separate, err, 2.311699, six)
	near(t, "pooled", p.Pooled, err, 1.08, 1e-12)
	if _, err := PoolingRandom(two, []float64{.5, .6}, 12, .7, Salvo(2)); err == nil {
		t.Error("shares of 1.1 in sum: no error")
	}
	if _, err := PoolingFixed(two, []int{1}, .7, Salvo(2)); err == nil {
		t.Error("one attack on two nations: no error")
	}
}

// Pooling never hurts when shots are single (with salvoes it can: the odd last
// rounds of two stocks serve two missiles, of one stock only one), and a
// magazine is the expectation
// over all ways the engagements can go, by brute force.
func TestMagazineBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Doctrine{rapid.IntRange(1, 3).Draw(t, "rounds"), rapid.IntRange(1, 2).Draw(t, "per"),
			rapid.Float64Range(0, 1).Draw(t, "missed"), rapid.Float64Range(0, 1).Draw(t, "false")}
		k := rapid.Float64Range(0, 1).Draw(t, "k")
		w := rapid.IntRange(0, 3).Draw(t, "missiles")
		stock := rapid.IntRange(0, 7).Draw(t, "stock")
		leakers, shots, err := MagazineLeakers(stock, w, k, d)
		if err != nil {
			t.Fatal(err)
		}
		l, s := brute(stock, w, k, d)
		if math.Abs(l-leakers) > 1e-12 || math.Abs(s-shots) > 1e-12 {
			t.Fatalf("%g leakers and %g shots, by brute force %g and %g", leakers, shots, l, s)
		}
		attack := []int{w, rapid.IntRange(0, 4).Draw(t, "other")}
		stocks := []int{stock, rapid.IntRange(0, 7).Draw(t, "other stock")}
		p, err := PoolingFixed(stocks, attack, k, Salvo(1))
		if err != nil || p.Pooled > p.Separate+1e-12 {
			t.Fatalf("pooled %g, separate %g, %v", p.Pooled, p.Separate, err)
		}
	})
}

// brute follows every outcome of every shot and look, one missile at a time.
func brute(stock, missiles int, k float64, d Doctrine) (leakers, shots float64) {
	if missiles == 0 {
		return 0, 0
	}
	var round func(r, left int, alive bool) (float64, float64)
	next := func(left int, leaked float64) (float64, float64) {
		l, s := brute(left, missiles-1, k, d)
		return l + leaked, s
	}
	b := map[bool]float64{true: 1, false: 0}
	round = func(r, left int, alive bool) (float64, float64) {
		n := min(d.PerRound, left)
		if r == d.Rounds || n == 0 {
			return next(left, b[alive])
		}
		left -= n
		pAlive := 0.0
		if alive {
			pAlive = math.Pow(1-k, float64(n))
		}
		l, s := 0.0, 0.0
		add := func(p float64, f func() (float64, float64)) {
			if p > 0 {
				x, y := f()
				l += p * x
				s += p * y
			}
		}
		if r == d.Rounds-1 {
			add(pAlive, func() (float64, float64) { return next(left, 1) })
			add(1-pAlive, func() (float64, float64) { return next(left, 0) })
			return l, s + float64(n)
		}
		add(pAlive*d.FalseKill, func() (float64, float64) { return next(left, 1) })
		add(pAlive*(1-d.FalseKill), func() (float64, float64) { return round(r+1, left, true) })
		add((1-pAlive)*d.MissedKill, func() (float64, float64) { return round(r+1, left, false) })
		add((1-pAlive)*(1-d.MissedKill), func() (float64, float64) { return next(left, 0) })
		return l, s + float64(n)
	}
	return round(0, stock, true)
}

// The attacker's price at 90 %.
func TestValidateDenial_AttackSize(t *testing.T) {
	for _, c := range []struct {
		leak       float64
		one, three int
	}{{.2, 11, 25}, {.04, 57, 132}, {.01, 230, 531}, {.008, 287, 664}} {
		for m, want := range map[int]int{1: c.one, 3: c.three} {
			if w, ok, err := AttackSize(m, c.leak, .9); w != want || !ok || err != nil {
				t.Errorf("leak %g, %d leakers: %d %v %v, want %d", c.leak, m, w, ok, err, want)
			}
		}
	}
	r, ok, err := Multiplier(1, .008, .2, .9)
	if !ok {
		t.Error("no multiplier")
	}
	near(t, "multiplier", r, err, 287./11, 1e-12)
	if w, ok, _ := AttackSize(5, 1, 1); w != 5 || !ok {
		t.Errorf("no defence: %d %v, want 5", w, ok)
	}
	// 1 - 0.8² is 0.36 and comes out a little below it.
	if w, ok, _ := AttackSize(1, .2, .36); w != 2 || !ok {
		t.Errorf("exactly reached: %d %v, want 2", w, ok)
	}
	for _, c := range [][2]float64{{0, .9}, {.5, 1}} {
		if _, ok, err := AttackSize(1, c[0], c[1]); ok || err != nil {
			t.Errorf("leak %g cannot give certainty %g: %v %v", c[0], c[1], ok, err)
		}
	}
	p, err := DeterrenceThreshold(3, 10)
	near(t, "threshold", p, err, .3, 1e-15)
}

// The sum and the incomplete beta function agree where both apply, and D falls
// with the size of the attack.
func TestDeniedBothWays(t *testing.T) {
	for _, c := range []struct {
		w, m int
		p    float64
	}{{10, 1, .2}, {100, 9, .1}, {2000, 60, .03}, {5000, 20, .1}, {100000, 5000, .05}, {40, 39, .99}} {
		// Independent of both: a sum of logarithms of gamma functions.
		want := 0.0
		for j := 0; j < c.m; j++ {
			a, _ := math.Lgamma(float64(c.w + 1))
			b, _ := math.Lgamma(float64(j + 1))
			d, _ := math.Lgamma(float64(c.w - j + 1))
			want += math.Exp(a - b - d + float64(j)*math.Log(c.p) + float64(c.w-j)*math.Log1p(-c.p))
		}
		got, err := Denied(c.w, c.m, c.p)
		near(t, fmt.Sprintf("%+v", c), got, err, want, 1e-8*want+1e-15)
	}
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.IntRange(1, 30).Draw(t, "m")
		w := rapid.IntRange(0, 3000).Draw(t, "missiles")
		p := rapid.Float64Range(0, 1).Draw(t, "leak")
		a, _ := Denied(w, m, p)
		b, _ := Denied(w+1, m, p)
		if b > a+1e-12 || a < 0 || a > 1 {
			t.Fatalf("D(%d) = %g, D(%d) = %g", w, a, w+1, b)
		}
		c, _ := DeniedCommon(w, m, p, .25)
		if want := .75 * a; w >= m && math.Abs(c-want) > 1e-15 || w < m && c != 1 {
			t.Fatalf("with common failure %g", c)
		}
	})
}

func TestValidateAllocation(t *testing.T) {
	values := []float64{12, 8, 5, 3}
	d, err := PrimRead(values, 2)
	if want := []int{5, 3, 2, 1}; err != nil || !cmp.Equal(d, want) {
		t.Errorf("Prim-Read %v, want %v (%v)", d, want, err)
	}
	d, best, err := PrimReadStock(values, 11)
	if want := []int{5, 3, 2, 1}; err != nil || !cmp.Equal(d, want) || best != 2 {
		t.Errorf("Prim-Read of eleven: %v, best %g (%v)", d, best, err)
	}
	a, err := CaldwellAlpha(.8, 1)
	near(t, "Caldwell's alpha", a, err, .13516027, .5e-8)
	// Survival by following each interceptor: a binomial number gets through.
	for _, c := range [][2]int{{3, 5}, {5, 3}, {4, 4}, {0, 2}} {
		got, err := CaldwellSurvival(c[0], c[1], .6, .7)
		met := min(c[0], c[1])
		want := 0.0
		for j, p := range binomial(met, .4) {
			want += p * math.Exp(-.7*float64(j+c[0]-met))
		}
		near(t, fmt.Sprint("survival ", c), got, err, want, 1e-12)
	}
	for _, bad := range []func() error{
		func() error { _, err := PrimRead(values, 0); return err },
		func() error { _, err := PrimRead(nil, 1); return err },
		func() error { _, err := PrimRead([]float64{1e300}, 1e-300); return err },
		func() error { _, _, err := PrimReadStock([]float64{-1}, 3); return err },
		func() error { _, err := CaldwellAlpha(1.5, 1); return err },
		func() error { _, err := CaldwellAlpha(.5, -1); return err },
		func() error { _, _, err := Greedy(values, []float64{1}, 3); return err },
	} {
		if bad() == nil {
			t.Error("no error for wrong input")
		}
	}
}

// Greedy is best for identical interceptors (den Broeder, Ellison and Emerling
// 1959): no other way to spread them loses less.
func TestValidateGreedy_DenBroeder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "missiles")
		values, kill := make([]float64, n), make([]float64, n)
		for i := range values {
			values[i] = rapid.Float64Range(0, 10).Draw(t, "value")
			kill[i] = rapid.Float64Range(0, 1).Draw(t, "kill")
		}
		stock := rapid.IntRange(0, 5).Draw(t, "stock")
		shots, lost, err := Greedy(values, kill, stock)
		if err != nil {
			t.Fatal(err)
		}
		used := 0
		for _, s := range shots {
			used += s
		}
		if used != stock {
			t.Fatalf("%d of %d used", used, stock)
		}
		var best func(i, left int) float64
		best = func(i, left int) float64 {
			if i == n {
				return 0
			}
			m := math.Inf(1)
			for s := 0; s <= left; s++ {
				m = math.Min(m, values[i]*math.Pow(1-kill[i], float64(s))+best(i+1, left-s))
			}
			return m
		}
		if b := best(0, stock); lost > b+1e-9 {
			t.Fatalf("greedy loses %g, the best way %g", lost, b)
		}
	})
}

// Prices of 2014: 11 M$ for a THAAD interceptor, 3 M$ for a Scud, k 0.8.
func TestValidateCostExchange(t *testing.T) {
	thaad := units.Money{Amount: 11e6, Currency: "USD", Year: 2014}
	scud := units.Money{Amount: 3e6, Currency: "USD", Year: 2014}
	salvo, err := CostExchange(thaad, scud, .8, Salvo(2))
	near(t, "salvo", salvo.PerMissile, err, 7.333, .0005)
	near(t, "salvo per kill", salvo.PerKill, err, 7.639, .0005)
	sls, err := CostExchange(thaad, scud, .8, ShootLookShoot())
	near(t, "shoot-look-shoot", sls.PerMissile, err, 4.4, 1e-12)
	near(t, "shoot-look-shoot per kill", sls.PerKill, err, 4.583, .0005)
	scud.Year = 2024
	if _, err := CostExchange(thaad, scud, .8, Salvo(2)); err == nil || !strings.Contains(err.Error(), "price years") {
		t.Errorf("two price years: %v", err)
	}
	c, err := CostPerLeakerPrevented(thaad.Scale(20), 10, 2)
	near(t, "per leaker prevented", c.Amount, err, 27.5e6, 1e-6)
	if _, err := CostPerLeakerPrevented(thaad, 2, 2); err == nil {
		t.Error("nothing prevented: no error")
	}
	v, err := ValuePerCost(thaad.Scale(3), thaad)
	near(t, "value per cost", v, err, 3, 1e-12)
}

func TestValidateMoneyOverTime(t *testing.T) {
	m := func(a float64) units.Money { return units.Money{Amount: a, Currency: "USD", Year: 2020} }
	pv, err := PresentValue([]units.Money{m(100), m(110), m(121)}, .1)
	near(t, "present value", pv.Amount, err, 300, 1e-9)
	other := m(5)
	other.Year = 2021
	if _, err := PresentValue([]units.Money{m(1), other}, .1); err == nil || !strings.Contains(err.Error(), "year 1") {
		t.Errorf("two price years: %v", err)
	}
	a, err := Annuity(m(1000), .05, 10)
	near(t, "annuity (any table: 0.129505)", a.Amount, err, 129.5046, four)
	flows := []units.Money{m(0)}
	for range 10 {
		flows = append(flows, a)
	}
	pv, err = PresentValue(flows, .05)
	near(t, "annuity's present value", pv.Amount, err, 1000, 1e-9)
	a, err = Annuity(m(1000), 0, 10)
	near(t, "annuity at zero", a.Amount, err, 100, 1e-12)

	d := Deflator{Name: "test-index", Currency: "USD", Years: []int{2021, 2020}, Index: []float64{120, 100}}
	x, err := d.To(m(50), 2021)
	if want := (units.Money{Amount: 60, Currency: "USD", Year: 2021}); err != nil || !cmp.Equal(x, want, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })) {
		t.Errorf("deflated %v, want %v (%v)", x, want, err)
	}
	for want, f := range map[string]func() (units.Money, error){
		"covers 2020 to 2021": func() (units.Money, error) { return d.To(m(50), 2030) },
		"index of USD":        func() (units.Money, error) { return d.To(units.Money{Amount: 1, Currency: "EUR", Year: 2020}, 2021) },
		"no price year":       func() (units.Money, error) { return d.To(units.Money{Amount: 1, Currency: "USD"}, 2021) },
	} {
		if _, err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}

	// A 90 % curve: 100, 50 and 50 bought apart against 200 together.
	sum := 0.0
	for _, n := range []int{100, 50, 50} {
		c, err := LearningCost(m(1), .9, n)
		if err != nil {
			t.Fatal(err)
		}
		sum += c.Amount
	}
	near(t, "bought apart", sum, nil, 122.4249, four)
	c, err := LearningCost(m(1), .9, 200)
	near(t, "bought together", c.Amount, err, 104.9641, four)
	near(t, "saving", 1-c.Amount/sum, err, .14263, .000005)
}

func TestWrongInputIsRefused(t *testing.T) {
	nan := math.NaN()
	for i, f := range []func() error{
		func() error { _, err := Leak(nan, 1); return err },
		func() error { _, err := Leak(.5, -1); return err },
		func() error { _, err := WarheadKill(1.1, .5, 1); return err },
		func() error { _, err := ZeroLeak(.9, .5, 1, -1, true); return err },
		func() error { _, err := RequiredKill(.5, 0); return err },
		func() error { _, _, err := ShotsNeeded(nan, .5); return err },
		func() error { _, err := LayersLeak(.1, -.1); return err },
		func() error { _, err := EvenSplit(-1, 2, .5); return err },
		func() error { _, err := Denied(5, 0, .5); return err },
		func() error { _, _, err := AttackSize(1, nan, .5); return err },
		func() error { _, _, err := AttackSize(1, .5, 1.5); return err },
		func() error { _, err := DeniedCommon(5, 1, .5, 2); return err },
		func() error { _, _, err := MagazineLeakers(1<<30, 1<<30, .5, Salvo(1)); return err },
		func() error { _, err := DeterrenceThreshold(1, 0); return err },
		func() error { _, err := PresentValue(nil, .1); return err },
		func() error { _, err := PresentValue([]units.Money{{}}, -1); return err },
		func() error { _, err := LearningCost(units.Money{}, 0, 5); return err },
		func() error { _, err := ValuePerCost(units.Money{}, units.Money{}); return err },
	} {
		if f() == nil {
			t.Errorf("case %d: no error", i)
		}
	}
}
