package catalog

import (
	"fmt"

	"testudo/internal/units"
)

// Deflator is the entry used for dollars: the GDP price index of the United
// States.
const Deflator = "us-gdp-deflator"

// Deflate brings money to the prices of another year with the price index of
// its currency in the catalogue: amount × index(toYear) / index(m.Year). For
// dollars that is the entry us-gdp-deflator; for another currency the first
// deflator, by id, that names it.
//
// It is an error if the money states no price year, if the catalogue holds no
// index for its currency (exchange rates are not prices, so none is converted),
// or if the index lacks one of the two years: nothing is extrapolated.
func (b *Book) Deflate(m units.Money, toYear int) (units.Money, error) {
	if m.Year == 0 {
		return units.Money{}, fmt.Errorf("cannot bring %s to %d: it states no price year", m, toYear)
	}
	if m.Year == toYear {
		return m, nil
	}
	e, ok := b.deflator(m.Currency)
	if !ok {
		return units.Money{}, fmt.Errorf("cannot bring %s to %d: the catalogue holds no price index for %s", m, toYear, m.Currency)
	}
	from, ok1 := e.Figure(fmt.Sprintf("year-%d", m.Year))
	to, ok2 := e.Figure(fmt.Sprintf("year-%d", toYear))
	if !ok1 || !ok2 {
		lack := toYear
		if !ok1 {
			lack = m.Year
		}
		lo, hi := e.years()
		return units.Money{}, fmt.Errorf("cannot bring %s to %d: %s has no index for %d (it runs from %d to %d)", m, toYear, e.ID, lack, lo, hi)
	}
	if from.Value <= 0 || to.Value <= 0 {
		return units.Money{}, fmt.Errorf("cannot bring %s to %d: %s has an index that is not above zero", m, toYear, e.ID)
	}
	return units.Money{Amount: m.Amount * (to.Value / from.Value), Currency: m.Currency, Year: toYear}, nil
}

// PriceYears bounds the years of the dollar index; 0, 0 without one.
func (b *Book) PriceYears() (first, last int) {
	e, ok := b.deflator("USD")
	if !ok {
		return 0, 0
	}
	return e.years()
}

// deflator finds the price index of a currency.
func (b *Book) deflator(currency string) (*Entry, bool) {
	if e, ok := b.Entry(Deflator); ok && e.Kind == "deflator" && e.Attr("currency") == currency {
		return e, true
	}
	for _, e := range b.Entries {
		if e.Kind == "deflator" && currency != "" && e.Attr("currency") == currency {
			return e, true
		}
	}
	return nil, false
}

// years gives the first and last year of a deflator, 0 and 0 if it has none.
func (e *Entry) years() (first, last int) {
	for _, f := range e.Figures {
		if y, ok := yearOf(f.Name); ok {
			if first == 0 || y < first {
				first = y
			}
			last = max(last, y)
		}
	}
	return first, last
}
