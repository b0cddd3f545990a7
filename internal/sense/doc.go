// Package sense says what a sensor sees of a flight: when, with what
// probability, and how precisely.
//
// The models are those of the open literature. A radar is known by one
// published pair, the range at which it detects a stated cross-section, and by
// its field of regard; everything else follows from the radar equation
// (SNR ∝ σ/R⁴) and from the statistics of a fluctuating target. An infrared
// satellite sees the burn above the clouds.
//
// Nothing here is drawn: a View holds the cumulative probability of detection
// against time and the list of expected looks, and the dice stand elsewhere.
package sense
