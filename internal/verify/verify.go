// Package verify computes published and textbook cases with the product's own
// packages and sets the figures side by side: the scorecard of `testudo verify`.
package verify

import (
	"fmt"
	"math"
)

// Strength says what an anchor is worth.
type Strength string

// The strengths. Only strong anchors decide whether verification passes.
const (
	Strong  Strength = "strong"  // all inputs published, or a textbook problem
	Medium  Strength = "medium"  // inputs partly assumed: shown with the difference
	History Strength = "history" // claims of the parties: shown, never judged
)

// Check is one figure beside the one it is held against.
type Check struct {
	Anchor    string   `json:"anchor"`
	What      string   `json:"what"`
	Strength  Strength `json:"strength"`
	Ours      float64  `json:"ours"`
	Published float64  `json:"published"`
	Tolerance float64  `json:"tolerance"` // largest allowed difference, in the unit
	Unit      string   `json:"unit"`
	Why       string   `json:"why"`    // of the tolerance, or of the difference
	Source    string   `json:"source"` // of the published figure
	Pass      bool     `json:"pass"`
}

// Scorecard is the outcome of a verification.
type Scorecard struct {
	Checks []Check `json:"checks"`
	Strong int     `json:"strong"`
	Failed int     `json:"strong_failed"`
	Medium int     `json:"medium"`
	Apart  int     `json:"medium_apart"` // medium anchors outside their band
}

// anchor computes one family of checks.
type anchor struct {
	name string
	run  func(c *collector) error
}

// anchors in the order of the scorecard.
var anchors = []anchor{
	{"NASA/NESC atmospheric check-cases", nesc},
	{"Kepler minimum-energy flights", kepler},
	{"Geodesics", geodesics},
	{"US Standard Atmosphere 1976", atmosphere},
	{"Horizon of the 4/3 Earth", horizon},
	{"Detection of fluctuating targets", detection},
	{"Covariance intersection", intersection},
	{"Track metrics", metrics},
	{"Consistency bounds", consistency},
	{"Falling body (Athans 1968)", athans},
	{"Re-entry (Julier & Uhlmann 2004)", reentry},
	{"Layered defence, closed forms", layered},
	{"Reference raid", referenceRaid},
	{"Greedy allocation (den Broeder 1959)", greedy},
	{"Toy footprint and the saturation of cueing", toy},
	{"Lofted test flights", lofted},
	{"Ranges estimated from lofted flights", estimated},
	{"THAAD at Seongju", seongju},
	{"Records of tests and wars", history},
}

// Names lists the anchors.
func Names() []string {
	var out []string
	for _, a := range anchors {
		out = append(out, a.name)
	}
	return out
}

// Run computes every anchor. It returns an error only if one could not be
// computed at all.
func Run(progress func(done, total int, name string)) (*Scorecard, error) {
	c := &collector{card: &Scorecard{}}
	for i, a := range anchors {
		if progress != nil {
			progress(i, len(anchors), a.name)
		}
		c.anchor = a.name
		if err := a.run(c); err != nil {
			return nil, fmt.Errorf("%s: %w", a.name, err)
		}
	}
	for _, k := range c.card.Checks {
		switch k.Strength {
		case Strong:
			c.card.Strong++
			if !k.Pass {
				c.card.Failed++
			}
		case Medium:
			c.card.Medium++
			if !k.Pass {
				c.card.Apart++
			}
		}
	}
	return c.card, nil
}

type collector struct {
	card     *Scorecard
	anchor   string
	strength Strength
	source   string
	why      string
}

// set says what the following checks are held against.
func (c *collector) set(s Strength, source, why string) { c.strength, c.source, c.why = s, source, why }

func (c *collector) check(what, unit string, ours, published, tolerance float64) {
	c.card.Checks = append(c.card.Checks, Check{Anchor: c.anchor, What: what, Strength: c.strength, Ours: ours, Published: published, Tolerance: tolerance, Unit: unit, Why: c.why, Source: c.source,
		Pass: math.Abs(ours-published) <= tolerance})
}
