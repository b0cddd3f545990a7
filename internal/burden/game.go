// Package burden answers who should pay what. A cooperative game gives every
// coalition of nations a value; the rules of this package turn the game into
// shares, say whether a coalition would do better by leaving, and carry the
// sampling error of simulated values into every share.
//
// Coalitions are bit masks: bit i is player i. A game is a benefit game (more
// is better) unless Cost is set; every rule and test knows the difference, and
// shares come back in the units and the sense of the game they were made from.
//
// Applying these rules to missile defence is new to that field; the rules
// themselves are standard and named by their usual names.
package burden

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strings"
)

// MaxPlayers is the largest game held as a table of all coalitions: 2^20
// values. Larger ones are sampled through a function (SampleShapley).
const MaxPlayers = 20

// Coalition is a set of players, bit i for player i.
type Coalition uint64

// Has reports whether player i belongs to the coalition.
func (c Coalition) Has(i int) bool { return c>>uint(i)&1 == 1 }

// Size is the number of members.
func (c Coalition) Size() int { return bits.OnesCount64(uint64(c)) }

// Members lists the players in rising order.
func (c Coalition) Members() []int {
	out := make([]int, 0, c.Size())
	for r := uint64(c); r != 0; r &= r - 1 {
		out = append(out, bits.TrailingZeros64(r))
	}
	return out
}

// everyone is the grand coalition of n players, n up to 64.
func everyone(n int) Coalition {
	if n >= 64 {
		return ^Coalition(0)
	}
	return Coalition(1)<<uint(n) - 1
}

// Game gives each coalition its value.
type Game struct {
	Players []string  // names, at most MaxPlayers
	V       []float64 // 2^n values by coalition; V[0] is 0
	Cost    bool      // values are costs: less is better
}

// RatGame is a game in exact fractions. Rules applied to it give exact shares.
type RatGame struct {
	Players []string
	V       []*big.Rat
	Cost    bool
}

// Rule turns a game into one share per player, summing to the value of all.
// The method expressions (*Game).Shapley, (*Game).Nucleolus and so on are rules.
type Rule func(*Game) ([]float64, error)

// NewGame checks and makes a benefit game; set Cost on the result for a cost
// game. It copies neither slice. The error names everything that is wrong.
func NewGame(players []string, v []float64) (*Game, error) {
	g := &Game{Players: players, V: v}
	return g, g.Valid()
}

// Valid reports what is wrong with the game: no or too many players, empty or
// repeated names, a table of the wrong length, values that are not finite, an
// empty coalition that is worth something.
func (g *Game) Valid() error {
	if err := validPlayers(g.Players, len(g.V)); err != nil {
		return err
	}
	var errs []error
	if g.V[0] != 0 {
		errs = append(errs, fmt.Errorf("the empty coalition is worth %v; it must be worth 0", g.V[0]))
	}
	for s, v := range g.V {
		// Half of the largest number, so that differences stay finite.
		if math.IsNaN(v) || math.Abs(v) > math.MaxFloat64/1e6 {
			errs = append(errs, fmt.Errorf("coalition %s: value %v is not a usable number", name(g.Players, Coalition(s)), v))
		}
	}
	return joined(errs)
}

func (r *RatGame) valid() error {
	if err := validPlayers(r.Players, len(r.V)); err != nil {
		return err
	}
	var errs []error
	for s, v := range r.V {
		if v == nil {
			errs = append(errs, fmt.Errorf("coalition %s has no value", name(r.Players, Coalition(s))))
		}
	}
	if r.V[0] != nil && r.V[0].Sign() != 0 {
		errs = append(errs, fmt.Errorf("the empty coalition is worth %s; it must be worth 0", r.V[0].RatString()))
	}
	return joined(errs)
}

func validPlayers(players []string, values int) error {
	n := len(players)
	switch {
	case n == 0:
		return errors.New("a game needs at least one player")
	case n > MaxPlayers:
		return fmt.Errorf("%d players: a table of all coalitions goes to %d; use SampleShapley beyond", n, MaxPlayers)
	case values != 1<<n:
		return fmt.Errorf("%d values for %d players: need 2^%d = %d, one for each coalition", values, n, n, 1<<n)
	}
	var errs []error
	seen := map[string]int{}
	for i, p := range players {
		if strings.TrimSpace(p) == "" {
			errs = append(errs, fmt.Errorf("player %d has no name", i))
		} else if j, dup := seen[p]; dup {
			errs = append(errs, fmt.Errorf("players %d and %d are both called %q", j, i, p))
		} else {
			seen[p] = i
		}
	}
	return joined(errs)
}

// joined joins errors but prints at most twenty, so that a table full of NaN
// does not fill the screen.
func joined(errs []error) error {
	const most = 20
	if n := len(errs); n > most {
		errs = append(errs[:most:most], fmt.Errorf("… and %d more", n-most))
	}
	return errors.Join(errs...)
}

// N is the number of players.
func (g *Game) N() int { return len(g.Players) }

// All is the grand coalition.
func (g *Game) All() Coalition { return everyone(len(g.Players)) }

// Name writes a coalition as "J+K"; the empty one as "nobody".
func (g *Game) Name(c Coalition) string { return name(g.Players, c) }

func name(players []string, c Coalition) string {
	if c == 0 {
		return "nobody"
	}
	var b strings.Builder
	for i, p := range players {
		if c.Has(i) {
			if b.Len() > 0 {
				b.WriteByte('+')
			}
			b.WriteString(p)
		}
	}
	return b.String()
}

// Rat gives the same game in exact fractions. A float64 is a fraction of a
// power of two, so nothing is lost; but 0.1 is not one tenth. For decimals that
// must stay exact read the game with FromCSV.
func (g *Game) Rat() (*RatGame, error) {
	if err := g.Valid(); err != nil {
		return nil, err
	}
	r := &RatGame{Players: g.Players, V: make([]*big.Rat, len(g.V)), Cost: g.Cost}
	for s, v := range g.V {
		r.V[s] = new(big.Rat).SetFloat64(v)
	}
	return r, nil
}

// Float rounds an exact game to float64. Values beyond float64 are an error.
func (r *RatGame) Float() (*Game, error) {
	if err := r.valid(); err != nil {
		return nil, err
	}
	return NewGameSense(r.Players, floats(r.V), r.Cost)
}

// NewGameSense is NewGame with the sense given: cost true makes a cost game.
func NewGameSense(players []string, v []float64, cost bool) (*Game, error) {
	g := &Game{Players: players, V: v, Cost: cost}
	return g, g.Valid()
}

func floats(x []*big.Rat) []float64 {
	out := make([]float64, len(x))
	for i, r := range x {
		out[i], _ = r.Float64()
	}
	return out
}

// sense is +1 for benefits and -1 for costs.
func (g *Game) sense() float64 {
	if g.Cost {
		return -1
	}
	return 1
}

// Savings turns a cost game into the benefit game of what joining saves:
// v(S) = sum of the members' costs alone - c(S).
func (g *Game) Savings() (*Game, error) {
	if err := g.Valid(); err != nil {
		return nil, err
	}
	if !g.Cost {
		return nil, errors.New("savings are defined for a cost game; this is a benefit game")
	}
	v := make([]float64, len(g.V))
	for s := range v {
		sum := 0.0
		for _, i := range Coalition(s).Members() {
			sum += g.V[1<<i]
		}
		v[s] = sum - g.V[s]
	}
	return NewGame(g.Players, v)
}

// scale is the largest absolute value of the game, for tolerances.
func (g *Game) scale() float64 {
	m := 0.0
	for _, v := range g.V {
		m = math.Max(m, math.Abs(v))
	}
	return m
}
