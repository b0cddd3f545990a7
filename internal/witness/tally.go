package witness

import (
	"fmt"
	"math"

	"testudo/internal/track"
)

// Account is what a witness counted, with the filter it ran.
type Account struct {
	Filter string `json:"filter"`
	Tally
}

// Words says in a few sentences what the counts show.
func (a *Account) Words() string {
	s := fmt.Sprintf("Witness: every look of every radar drawn, %s filter on seven states, decisions on the estimates.", map[string]string{"ekf": "extended", "ukf": "unscented"}[a.Filter])
	if a.Echoes > 0 {
		s += fmt.Sprintf(" Tracks took %d echoes, %d of them from another missile than the one before; %d of %d tracks began with echoes of two missiles.", a.Echoes, a.Swapped, a.Mixed, a.Started)
	}
	if a.Told > 0 {
		s += fmt.Sprintf(" Of %d missiles that a command could judge, it first judged %d to threaten something else.", a.Told, a.Misjudged)
	}
	if a.Handovers > 0 {
		in, own, board := a.Handover()
		_, place, belief := a.NEES()
		s += fmt.Sprintf(" At %d handovers the actual error lay inside the seeker's basket in %.2f %% (the tracks promised %.2f %%, the board's tables %.2f %%); squared errors were %.2f times what the tracks' covariance says and %.2f times what the board's does.", a.Handovers, 100*in, 100*own, 100*board, place, belief)
	}
	return s + " docs/witness.md says when to trust which."
}

// Tally is what the witness counted. All numbers are integers, sums of errors in
// thousandths, so that the order of adding does not matter and any number of
// workers gives the same.
type Tally struct {
	Echoes    int64 `json:"echoes"`    // echoes taken by tracks
	Swapped   int64 `json:"swapped"`   // of these, echoes of another missile than the track's last
	Started   int64 `json:"started"`   // tracks started and confirmed by a third echo
	Mixed     int64 `json:"mixed"`     // of these, from echoes of two missiles
	Pairs     int64 `json:"pairs"`     // tracks of a second radar offered for fusion
	Unpaired  int64 `json:"unpaired"`  // of these, taken for another missile
	Mispaired int64 `json:"mispaired"` // times another missile's track was fused
	Told      int64 `json:"told"`      // missiles of which a command learned what they threaten
	Misjudged int64 `json:"misjudged"` // of these, first taken to threaten something else
	Handovers int64 `json:"handovers"` // shots with a picture at handover
	InBasket  int64 `json:"in_basket"` // of these, with the actual error inside the basket

	States      int64 `json:"states"`       // states of single tracks looked at
	StateMilli  int64 `json:"state_milli"`  // sum of their normalised squared errors (7 dimensions)
	PlaceMilli  int64 `json:"place_milli"`  // sum over handovers, fused covariance (3 dimensions)
	Beliefs     int64 `json:"beliefs"`      // handovers for which the board has a covariance
	BeliefMilli int64 `json:"belief_milli"` // sum over them, the board's covariance
	OwnMilli    int64 `json:"own_milli"`    // sum of the handover probabilities by the fused covariance
	BoardMilli  int64 `json:"board_milli"`  // sum of those by the board's covariance
	// The same for a basket of a tenth, which says more of the covariances.
	InTenth    int64 `json:"in_tenth"`
	TenthMilli int64 `json:"tenth_milli"` // sum of the probabilities by the board's covariance
}

// add adds another tally.
func (t *Tally) add(o *Tally) {
	for _, p := range [][2]*int64{
		{&t.Echoes, &o.Echoes}, {&t.Swapped, &o.Swapped}, {&t.Started, &o.Started}, {&t.Mixed, &o.Mixed},
		{&t.Pairs, &o.Pairs}, {&t.Unpaired, &o.Unpaired}, {&t.Mispaired, &o.Mispaired}, {&t.Told, &o.Told}, {&t.Misjudged, &o.Misjudged}, {&t.Handovers, &o.Handovers}, {&t.InBasket, &o.InBasket},
		{&t.States, &o.States}, {&t.StateMilli, &o.StateMilli}, {&t.PlaceMilli, &o.PlaceMilli}, {&t.Beliefs, &o.Beliefs}, {&t.BeliefMilli, &o.BeliefMilli}, {&t.OwnMilli, &o.OwnMilli}, {&t.BoardMilli, &o.BoardMilli},
		{&t.InTenth, &o.InTenth}, {&t.TenthMilli, &o.TenthMilli},
	} {
		*p[0] += *p[1]
	}
}

// mostError bounds one normalised squared error, so that a lost track shows in
// the mean but does not drown it.
const mostError = 1000

func milli(x float64) int64 {
	if !(x < mostError) {
		x = mostError
	}
	return int64(math.Round(1000 * x))
}

// state looks at the actual error of one track's seven states.
func (t *Tally) state(truth track.State, e *estimate) {
	for i := range truth {
		truth[i] -= e.x[i]
	}
	t.States++
	t.StateMilli += milli(track.SquaredError(track.N, &truth, &e.p))
}

// handover looks at a predicted place and its actual error, and says whether the
// error lies inside the basket.
func (t *Tally) handover(x *prediction, basketM float64) (in bool) {
	t.Handovers++
	if in = track.InBasket(x.cov, x.miss, basketM); in {
		t.InBasket++
	}
	if track.InBasket(x.cov, x.miss, basketM/10) {
		t.InTenth++
	}
	t.PlaceMilli += milli(squared(x.cov, x.miss))
	t.OwnMilli += milli(track.HandoverProbability(x.cov, basketM))
	return in
}

// belief looks at the same error with the covariance the board assumes.
func (t *Tally) belief(cov [3][3]float64, miss [3]float64, basketM float64) {
	t.Beliefs++
	t.BeliefMilli += milli(squared(cov, miss))
	t.BoardMilli += milli(track.HandoverProbability(cov, basketM))
	t.TenthMilli += milli(track.HandoverProbability(cov, basketM/10))
}

func squared(cov [3][3]float64, miss [3]float64) float64 {
	var e track.State
	var p track.Mat7
	copy(e[:], miss[:])
	for i := range 3 {
		copy(p[i][:], cov[i][:])
	}
	return track.SquaredError(3, &e, &p)
}

// NEES is the mean normalised squared error per dimension of the single tracks'
// states, of the fused places at handover, and of the same errors by the board's
// covariance: 1 is consistent, less is cautious, more is optimistic. NaN where
// nothing was counted.
func (t *Tally) NEES() (states, places, board float64) {
	return ratio(t.StateMilli, 7000*t.States), ratio(t.PlaceMilli, 3000*t.Handovers), ratio(t.BeliefMilli, 3000*t.Beliefs)
}

// Handover is the share of shots whose actual error at handover lay inside the
// basket, and the mean probability of it by the fused and by the board's
// covariance. NaN where nothing was counted.
func (t *Tally) Handover() (actual, fused, board float64) {
	return ratio(t.InBasket, t.Handovers), ratio(t.OwnMilli, 1000*t.Handovers), ratio(t.BoardMilli, 1000*t.Beliefs)
}

// Tenth is the share of shots whose actual error lay inside a tenth of the
// basket, and the mean probability of it by the board's covariance.
func (t *Tally) Tenth() (actual, board float64) {
	return ratio(t.InTenth, t.Handovers), ratio(t.TenthMilli, 1000*t.Beliefs)
}

func ratio(a, b int64) float64 { return float64(a) / float64(b) }
