// Package verify computes published and textbook cases with the product's own
// packages and sets the figures side by side: the scorecard of `testudo verify`.
package verify

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"testudo/internal/geo"
)

// Strength says what an anchor is worth.
type Strength string

// The strengths. Only strong anchors decide whether verification passes.
const (
	Strong  Strength = "strong"  // all inputs published, or a textbook problem
	Medium  Strength = "medium"  // inputs partly assumed: shown with the difference
	History Strength = "history" // claims of the parties: shown, never judged
	// Agreement holds the board against the witness, both our own: it shows where
	// the short cut is good and where not, and decides nothing.
	Agreement Strength = "agreement"
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
	Low       float64  `json:"low_95,omitempty"` // of a published count, where it is one
	High      float64  `json:"high_95,omitempty"`
}

// Scorecard is the outcome of a verification.
type Scorecard struct {
	Checks []Check `json:"checks"`
	Strong int     `json:"strong"`
	Failed int     `json:"strong_failed"`
	Medium int     `json:"medium"`
	Apart  int     `json:"medium_apart"` // medium anchors outside their band
	Agree  int     `json:"agreement"`
	Beyond int     `json:"agreement_beyond"` // of these, outside their bounds
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
	{"THAAD in the Korean press of 2016", simulated},
	{"Low flights and Japan's radars", lowFlights},
	{"Warning times", warned},
	{"The board against the witness", agreement},
	{"The board against the witness, under strain (Europe)", underStrain},
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

// ErrNone says that no anchor has such a name.
var ErrNone = errors.New("no anchor is named like")

// Land is a country on the map.
type Land interface {
	Contains(at geo.LLA) bool
	AreaM2() float64
}

// Options of a verification; all may be left out.
type Options struct {
	Progress func(done, total int, name string)
	// Country gives a nation's outline. Without it shares of countries are left
	// out of the scorecard.
	Country func(code string) (Land, bool)
	// Only, if not empty, leaves out the anchors whose names do not contain it
	// (case does not matter).
	Only string
	// WitnessRuns is how often each shipped scenario is witnessed; 0 for a few
	// runs of the smaller ones.
	WitnessRuns int
}

// Run computes every anchor. It returns an error only if one could not be
// computed at all.
func Run(o Options) (*Scorecard, error) {
	c := &collector{card: &Scorecard{}, country: o.Country, witnessRuns: o.WitnessRuns}
	chosen := chosen(o.Only)
	if len(chosen) == 0 {
		return nil, fmt.Errorf("%w %q: there are %s", ErrNone, o.Only, strings.Join(Names(), "; "))
	}
	for i, a := range chosen {
		if o.Progress != nil {
			o.Progress(i, len(chosen), a.name)
		}
		c.anchor, c.note = a.name, func(what string) {
			if o.Progress != nil {
				o.Progress(i, len(chosen), a.name+": "+what)
			}
		}
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
		case Agreement:
			c.card.Agree++
			if !k.Pass {
				c.card.Beyond++
			}
		}
	}
	return c.card, nil
}

func chosen(only string) []anchor {
	var out []anchor
	for _, a := range anchors {
		if strings.Contains(strings.ToLower(a.name), strings.ToLower(only)) {
			out = append(out, a)
		}
	}
	return out
}

type collector struct {
	card     *Scorecard
	anchor   string
	strength Strength
	source   string
	why      string
	country  func(code string) (Land, bool)

	witnessRuns int
	note        func(what string) // says how far a long anchor has come
}

// set says what the following checks are held against.
func (c *collector) set(s Strength, source, why string) { c.strength, c.source, c.why = s, source, why }

func (c *collector) check(what, unit string, ours, published, tolerance float64) {
	c.card.Checks = append(c.card.Checks, Check{Anchor: c.anchor, What: what, Strength: c.strength, Ours: ours, Published: published, Tolerance: tolerance, Unit: unit, Why: c.why, Source: c.source,
		Pass: math.Abs(ours-published) <= tolerance})
}
