package measure

import (
	"math"
	"sort"
)

// Gain is a headline: how many missiles fewer arrive under one posture than under
// another, with the 95 % interval of the paired difference.
func Gain(c *Comparison) Figure {
	f := c.Rows[len(c.Rows)-1].Base.Leakers
	// Adding zero turns the negative zero into zero.
	return Figure{-f.Value + 0, -f.High + 0, -f.Low + 0}
}

// Swing is what one uncertain figure of the catalogue, set to its low and to its
// high end while all others keep their values, makes of the headline.
type Swing struct {
	Entry   string `json:"entry"`
	Figure  string `json:"figure"`
	Value   string `json:"value"`
	Low     string `json:"low,omitempty"` // as written; empty where the catalogue gives none
	High    string `json:"high,omitempty"`
	Assumed bool   `json:"assumed"`
	AtLow   Figure `json:"gain_at_low_missiles"`
	AtHigh  Figure `json:"gain_at_high_missiles"`
}

// Span is how far the headline moves between the ends.
func (s *Swing) Span() float64 { return math.Abs(s.AtHigh.Value - s.AtLow.Value) }

// Flips says what an end makes of a headline: "reverses" it where the interval
// lies on the other side of zero, "is lost" where it holds zero while the
// headline's does not, "" where it stands.
func Flips(base, end Figure) string {
	switch {
	case base.Low > 0 && end.High < 0 || base.High < 0 && end.Low > 0:
		return "reverses"
	case base.Clear() && !end.Clear():
		return "is lost"
	}
	return ""
}

// Flip is the worse of what the two ends make of the headline.
func (s *Swing) Flip(base Figure) string {
	low, high := Flips(base, s.AtLow), Flips(base, s.AtHigh)
	if low == "reverses" || high == "" {
		return low
	}
	return high
}

// SortSwings puts first what moves the headline most; equal ones by name.
func SortSwings(all []Swing) {
	sort.SliceStable(all, func(i, j int) bool {
		a, b := &all[i], &all[j]
		if a.Span() != b.Span() {
			return a.Span() > b.Span()
		}
		if a.Entry != b.Entry {
			return a.Entry < b.Entry
		}
		return a.Figure < b.Figure
	})
}
