package closed

import (
	"errors"
	"fmt"
	"math"
	"sort"

	"testudo/internal/units"
)

// Exchange is what stopping a missile costs against what the missile costs. The
// plain ratio misleads: it leaves out what the missile would have destroyed,
// and what it takes to have the shots in place.
type Exchange struct {
	Shots      float64 // expected interceptors per missile
	Kill       float64 // probability that it is stopped
	PerMissile float64 // cost of the interceptors over cost of the missile
	PerKill    float64 // the same per missile stopped; +Inf if none ever is
}

// CostExchange compares the price of interceptors spent by a doctrine with that
// of the missile. The two must be in the same currency and price year.
func CostExchange(interceptor, missile units.Money, k float64, d Doctrine) (Exchange, error) {
	if _, err := interceptor.Add(missile); err != nil {
		return Exchange{}, err
	}
	if !(missile.Amount > 0) || !(interceptor.Amount >= 0) || math.IsInf(missile.Amount, 0) || math.IsInf(interceptor.Amount, 0) {
		return Exchange{}, fmt.Errorf("interceptor at %s, missile at %s: need prices, the missile's above zero", interceptor, missile)
	}
	shots, leak, err := d.Expect(k)
	if err != nil {
		return Exchange{}, err
	}
	e := Exchange{Shots: shots, Kill: 1 - leak}
	e.PerMissile = shots * interceptor.Amount / missile.Amount
	e.PerKill = math.Inf(1)
	if e.Kill > 0 {
		e.PerKill = e.PerMissile / e.Kill
	}
	return e, nil
}

// CostPerLeakerPrevented is what was spent over the leakers it prevented. It
// fails when none were.
func CostPerLeakerPrevented(spent units.Money, without, with float64) (units.Money, error) {
	if !(without-with > 0) || math.IsInf(without, 0) {
		return units.Money{}, fmt.Errorf("%v leakers without and %v with: nothing was prevented", without, with)
	}
	return spent.Scale(1 / (without - with)), nil
}

// ValuePerCost is value saved per unit of money spent; both are money of one
// currency and price year.
func ValuePerCost(saved, spent units.Money) (float64, error) {
	if _, err := saved.Add(spent); err != nil {
		return 0, err
	}
	if !(spent.Amount > 0) {
		return 0, fmt.Errorf("spent %s: nothing to divide by", spent)
	}
	return saved.Amount / spent.Amount, nil
}

// PresentValue discounts yearly amounts to the first year:
// sum of flow[t]/(1+rate)^t. Rate and amounts are real: all amounts must be at
// the prices of one year, in one currency.
func PresentValue(flows []units.Money, rate float64) (units.Money, error) {
	if len(flows) == 0 {
		return units.Money{}, errors.New("no amounts to discount")
	}
	if !(rate > -1) || math.IsInf(rate, 0) {
		return units.Money{}, fmt.Errorf("discount rate %v must be above -1", rate)
	}
	sum := flows[0].Scale(0)
	factor := 1.0
	for t, f := range flows {
		var err error
		if sum, err = sum.Add(f.Scale(factor)); err != nil {
			return units.Money{}, fmt.Errorf("year %d: %w", t, err)
		}
		factor /= 1 + rate
	}
	return sum, nil
}

// Annuity is the equal yearly amount, first paid at the end of the first year,
// whose present value over the given years is the capital.
func Annuity(capital units.Money, rate float64, years int) (units.Money, error) {
	if err := count("years", years, 1); err != nil {
		return units.Money{}, err
	}
	if !(rate > -1) || math.IsInf(rate, 0) {
		return units.Money{}, fmt.Errorf("discount rate %v must be above -1", rate)
	}
	if rate == 0 {
		return capital.Scale(1 / float64(years)), nil
	}
	// rate/(1-(1+rate)^-years), in a form that keeps small rates exact.
	return capital.Scale(-rate / math.Expm1(-float64(years)*math.Log1p(rate))), nil
}

// Deflator is a price index of one currency by year.
type Deflator struct {
	Name     string // as named in the catalogue, for messages
	Currency string
	Years    []int
	Index    []float64 // of the same length; any base
}

// To brings an amount to the prices of another year:
// amount·index(year)/index(its year). It fails for another currency and for
// years the index does not have; it never extrapolates.
func (d Deflator) To(m units.Money, year int) (units.Money, error) {
	if m.Currency != d.Currency {
		return units.Money{}, fmt.Errorf("%s cannot be deflated by %s, an index of %s", m, d.Name, d.Currency)
	}
	if len(d.Years) != len(d.Index) {
		return units.Money{}, fmt.Errorf("%s: %d years and %d index numbers", d.Name, len(d.Years), len(d.Index))
	}
	if m.Year == year {
		return m, nil
	}
	from, err := d.at(m.Year)
	if err != nil {
		return units.Money{}, err
	}
	to, err := d.at(year)
	if err != nil {
		return units.Money{}, err
	}
	return units.Money{Amount: m.Amount * (to / from), Currency: m.Currency, Year: year}, nil
}

func (d Deflator) at(year int) (float64, error) {
	for i, y := range d.Years {
		if y == year {
			if !(d.Index[i] > 0) || math.IsInf(d.Index[i], 0) {
				return 0, fmt.Errorf("%s: index %v of %d must be above zero", d.Name, d.Index[i], y)
			}
			return d.Index[i], nil
		}
	}
	if year == 0 {
		return 0, fmt.Errorf("%s: the amount has no price year", d.Name)
	}
	years := append([]int(nil), d.Years...)
	sort.Ints(years)
	if len(years) == 0 {
		return 0, fmt.Errorf("%s has no years", d.Name)
	}
	return 0, fmt.Errorf("%s has no year %d; it covers %d to %d", d.Name, year, years[0], years[len(years)-1])
}

// LearningCost is the cost of buying n units in one run when each doubling of
// the number made brings unit cost down to rate of what it was (Wright 1936):
// first · sum of j^log2(rate) for j from 1 to n.
func LearningCost(first units.Money, rate float64, n int) (units.Money, error) {
	if !(rate > 0 && rate <= 1) {
		return units.Money{}, fmt.Errorf("learning rate %v must lie above 0, at most 1", rate)
	}
	if n < 0 || n > 10_000_000 {
		return units.Money{}, fmt.Errorf("%d units: must lie between 0 and ten million", n)
	}
	b := math.Log2(rate)
	sum := 0.0
	for j := 1; j <= n; j++ {
		sum += math.Pow(float64(j), b)
	}
	return first.Scale(sum), nil
}
