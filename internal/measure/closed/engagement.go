// Package closed holds the closed forms of the field: what salvoes, magazines,
// denial and money come to when kills are independent and geometry plays no
// part. They are the sanity checks of the simulator and the quick answers of
// the report; the simulator is not built on them.
//
// Notation: k is the single-shot kill probability, n shots per missile, W the
// number of missiles, p the probability that one of them leaks.
package closed

import (
	"fmt"
	"math"
)

// maxCount bounds numbers of missiles and interceptors.
const maxCount = 1 << 40

func probability(what string, p float64) error {
	if !(p >= 0 && p <= 1) {
		return fmt.Errorf("%s %v is not a probability", what, p)
	}
	return nil
}

func count(what string, n, least int) error {
	if n < least || n > maxCount {
		return fmt.Errorf("%s %d: must lie between %d and %d", what, n, least, maxCount)
	}
	return nil
}

// power is x^n by repeated squaring: the same bits on every machine, which
// math.Pow does not promise.
func power(x float64, n int) float64 {
	r := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			r *= x
		}
		x *= x
	}
	return r
}

// Leak is the probability that a missile survives n independent shots:
// (1-k)^n.
func Leak(k float64, n int) (float64, error) {
	if err := probability("kill probability", k); err != nil {
		return 0, err
	}
	if err := count("shots", n, 0); err != nil {
		return 0, err
	}
	return power(1-k, n), nil
}

// WarheadKill is Wilkening's K_w = P_track·[1-(1-k)^n]: the probability that a
// missile is stopped when tracking must succeed first (Science & Global
// Security 8, 1999/2000).
func WarheadKill(track, k float64, n int) (float64, error) {
	if err := probability("tracking probability", track); err != nil {
		return 0, err
	}
	leak, err := Leak(k, n)
	return track * (1 - leak), err
}

// ZeroLeak is the probability that none of W missiles leaks. With common the
// tracking fails or succeeds for the whole raid at once, P_track·[1-(1-k)^n]^W;
// otherwise missile by missile, K_w^W.
func ZeroLeak(track, k float64, n, missiles int, common bool) (float64, error) {
	kw, err := WarheadKill(track, k, n)
	if err != nil {
		return 0, err
	}
	if err := count("missiles", missiles, 0); err != nil {
		return 0, err
	}
	if !common {
		return power(kw, missiles), nil
	}
	leak, _ := Leak(k, n)
	if missiles == 0 {
		return 1, nil
	}
	return track * power(1-leak, missiles), nil
}

// RequiredKill is the probability with which each of W missiles must be stopped
// for none to leak with probability zero: zero^(1/W).
func RequiredKill(zero float64, missiles int) (float64, error) {
	if err := probability("probability of no leaker", zero); err != nil {
		return 0, err
	}
	if err := count("missiles", missiles, 1); err != nil {
		return 0, err
	}
	return math.Pow(zero, 1/float64(missiles)), nil
}

// ShotsNeeded is the least number of independent shots that stop a missile with
// at least the target probability; false if no number does.
func ShotsNeeded(k, target float64) (n int, reachable bool, err error) {
	if err := probability("kill probability", k); err != nil {
		return 0, false, err
	}
	if err := probability("target", target); err != nil {
		return 0, false, err
	}
	if target == 0 {
		return 0, true, nil
	}
	if k == 0 || target == 1 && k < 1 {
		return 0, false, nil
	}
	// The slack keeps 1-(1-0.9)^2 from missing 0.99 by rounding.
	const slack = 1e-12
	if guess := math.Log1p(-target) / math.Log1p(-k); guess > 1e6 {
		return int(math.Ceil(guess * (1 - slack))), true, nil
	}
	leak := 1.0
	for n = 0; leak > (1-target)+slack*(1-target)+1e-15; n++ {
		leak *= 1 - k
	}
	return n, true, nil
}

// LayersLeak is the probability of leaking through independent layers: the
// product of theirs.
func LayersLeak(leaks ...float64) (float64, error) {
	p := 1.0
	for i, l := range leaks {
		if err := probability(fmt.Sprintf("leak of layer %d", i+1), l); err != nil {
			return 0, err
		}
		p *= l
	}
	return p, nil
}

// Doctrine says how a missile is fired at: so many rounds of so many shots,
// with a look after each round but the last. A look can miss a kill (the dead
// missile is fired at again) or see one that was none (the missile leaks).
type Doctrine struct {
	Rounds     int     // 1: a salvo; 2: shoot-look-shoot
	PerRound   int     // shots in each round
	MissedKill float64 // probability that a kill is not seen
	FalseKill  float64 // probability that a miss is taken for a kill
}

// Salvo fires n shots at once.
func Salvo(n int) Doctrine { return Doctrine{Rounds: 1, PerRound: n} }

// ShootLookShoot fires one shot, looks, and fires a second one if needed; the
// look is perfect.
func ShootLookShoot() Doctrine { return Doctrine{Rounds: 2, PerRound: 1} }

func (d Doctrine) check(k float64) error {
	if err := probability("kill probability", k); err != nil {
		return err
	}
	if err := count("rounds", d.Rounds, 1); err != nil {
		return err
	}
	if d.Rounds > 1000 || d.PerRound > 1_000_000 {
		return fmt.Errorf("%d rounds of %d shots: the limits are 1000 rounds and a million shots", d.Rounds, d.PerRound)
	}
	if err := count("shots per round", d.PerRound, 1); err != nil {
		return err
	}
	if err := probability("probability of a missed kill", d.MissedKill); err != nil {
		return err
	}
	return probability("probability of a false kill", d.FalseKill)
}

// Expect gives the expected shots per missile and the probability that it
// leaks, with interceptors enough.
func (d Doctrine) Expect(k float64) (shots, leak float64, err error) {
	if err := d.check(k); err != nil {
		return 0, 0, err
	}
	miss := power(1-k, d.PerRound)
	alive, dead := 1.0, 0.0 // being fired at, and really so
	for r := 0; r < d.Rounds; r++ {
		shots += float64(d.PerRound) * (alive + dead)
		dead += alive * (1 - miss)
		alive *= miss
		if r < d.Rounds-1 {
			leak += alive * d.FalseKill
			alive *= 1 - d.FalseKill
			dead *= d.MissedKill
		}
	}
	return shots, leak + alive, nil
}

// EvenSplit is the expected number of leakers when I interceptors are spread as
// evenly as possible over W missiles, all fired.
func EvenSplit(interceptors, missiles int, k float64) (float64, error) {
	if err := probability("kill probability", k); err != nil {
		return 0, err
	}
	if err := count("interceptors", interceptors, 0); err != nil {
		return 0, err
	}
	if err := count("missiles", missiles, 0); err != nil {
		return 0, err
	}
	if missiles == 0 {
		return 0, nil
	}
	each, more := interceptors/missiles, interceptors%missiles
	return float64(more)*power(1-k, each+1) + float64(missiles-more)*power(1-k, each), nil
}
