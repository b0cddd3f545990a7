package burden

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxCSV bounds the text of a game: 2^20 rows of some fifty bytes.
const maxCSV = 64 << 20

// RowProblem is one thing wrong in the text of a game.
type RowProblem struct {
	File    string
	Line    int // 0: the file as a whole
	Message string
}

// String gives "game.csv:7: …".
func (p RowProblem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Message
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message)
}

// CSVError holds everything wrong with the text of a game, by line.
type CSVError struct{ Problems []RowProblem }

// Error prints one problem a line, at most forty.
func (e *CSVError) Error() string {
	const most = 40
	var b strings.Builder
	for i, p := range e.Problems {
		if i == most {
			fmt.Fprintf(&b, "\n… and %d more", len(e.Problems)-most)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.String())
	}
	return b.String()
}

type csvRow struct {
	line    int
	members []string
	value   *big.Rat
}

// FromCSV reads a game from text with one coalition a line:
//
//	coalition,value
//	J,6
//	J+K,14.4
//	J|K|U,84/5
//
// Members are joined by + or |; the value is a decimal number or a fraction and
// is kept exactly. The header is optional, lines that begin with # and empty
// lines are skipped. A player is whoever has a row of its own; all 2^n - 1
// coalitions must be there once. The empty coalition may be given (as an empty
// field) and must be worth 0. file is used in messages only. The error is a
// *CSVError with all problems at once.
func FromCSV(file string, r io.Reader) (*RatGame, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxCSV+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	e := &CSVError{}
	bad := func(line int, format string, args ...any) {
		e.Problems = append(e.Problems, RowProblem{file, line, fmt.Sprintf(format, args...)})
	}
	switch {
	case len(data) > maxCSV:
		bad(0, "longer than %d MiB", maxCSV>>20)
		return nil, e
	case !utf8.Valid(data):
		bad(0, "not UTF-8 text")
		return nil, e
	}
	rows := csvRows(strings.TrimPrefix(string(data), "\ufeff"), bad)
	players, index := csvPlayers(rows, bad)
	n := len(players)
	switch {
	case n == 0:
		if len(e.Problems) == 0 {
			bad(0, "no player: a player is whoever has a row of its own, such as \"J,6\"")
		}
		return nil, e
	case n > MaxPlayers:
		bad(0, "%d players: the limit is %d", n, MaxPlayers)
		return nil, e
	}
	g := &RatGame{Players: players, V: make([]*big.Rat, 1<<n)}
	g.V[0] = new(big.Rat)
	lines := make([]int, 1<<n)
	unread := len(e.Problems) > 0
	for _, row := range rows {
		s, ok := csvCoalition(row, players, index, bad)
		if !ok {
			unread = true
			continue
		}
		switch {
		case lines[s] != 0:
			bad(row.line, "coalition %s was given before, on line %d", name(players, s), lines[s])
		case s == 0 && row.value.Sign() != 0:
			bad(row.line, "the empty coalition is worth %s; it must be worth 0", row.value.RatString())
		}
		lines[s] = row.line
		g.V[s] = row.value
	}
	csvMissing(g, unread, bad)
	if len(e.Problems) > 0 {
		sort.SliceStable(e.Problems, func(i, j int) bool { return e.Problems[i].Line < e.Problems[j].Line })
		return nil, e
	}
	return g, nil
}

func csvRows(text string, bad func(int, string, ...any)) []csvRow {
	var rows []csvRow
	first := true
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		left, right, ok := strings.Cut(line, ",")
		left, right = unquote(left), unquote(right)
		if first && strings.EqualFold(left, "coalition") && strings.EqualFold(right, "value") {
			first = false
			continue
		}
		first = false
		if !ok || strings.Contains(right, ",") {
			bad(i+1, "want two fields, coalition,value; members are joined by + or |, and the decimal mark is a point")
			continue
		}
		v, err := exactNumber(right)
		if err != nil {
			bad(i+1, "value: %v", err)
		}
		row := csvRow{line: i + 1, value: v}
		if left != "" {
			row.members = strings.FieldsFunc(left, func(r rune) bool { return r == '+' || r == '|' })
			for k := range row.members {
				row.members[k] = strings.TrimSpace(row.members[k])
			}
			if strings.Count(left, "+")+strings.Count(left, "|") != len(row.members)-1 {
				row.members = append(row.members, "")
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func unquote(s string) string {
	s = strings.TrimSpace(s)
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	return s
}

// csvPlayers collects the single-member rows in the order of the file.
func csvPlayers(rows []csvRow, bad func(int, string, ...any)) ([]string, map[string]int) {
	var players []string
	index := map[string]int{}
	for _, r := range rows {
		if len(r.members) != 1 {
			continue
		}
		p := r.members[0]
		if p == "" {
			bad(r.line, "a member has no name")
			continue
		}
		if _, dup := index[p]; !dup {
			index[p] = len(players)
			players = append(players, p)
		}
	}
	return players, index
}

func csvCoalition(row csvRow, players []string, index map[string]int, bad func(int, string, ...any)) (Coalition, bool) {
	var s Coalition
	ok := row.value != nil
	for _, m := range row.members {
		if m == "" {
			if len(row.members) > 1 {
				bad(row.line, "a member has no name: two joining signs follow each other, or one stands at an end")
			}
			ok = false
			continue
		}
		i, known := index[m]
		switch {
		case !known:
			bad(row.line, "member %q has no row of its own; the players are %s", m, strings.Join(players, ", "))
			ok = false
		case s.Has(i):
			bad(row.line, "member %q is named twice", m)
			ok = false
		default:
			s |= 1 << i
		}
	}
	return s, ok
}

// csvMissing names the coalitions without a row. When some rows could not be
// read they may be the missing ones, so only their number is said.
func csvMissing(g *RatGame, unread bool, bad func(int, string, ...any)) {
	const most = 8
	var names []string
	missing := 0
	for s, v := range g.V {
		if v == nil {
			missing++
			if len(names) < most {
				names = append(names, name(g.Players, Coalition(s)))
			}
		}
	}
	switch {
	case missing == 0:
	case unread:
		bad(0, "%d of %d coalitions have no readable row", missing, len(g.V)-1)
	case missing > most:
		bad(0, "%d of %d coalitions have no row: %s, …", missing, len(g.V)-1, strings.Join(names, ", "))
	default:
		bad(0, "%d of %d coalitions have no row: %s", missing, len(g.V)-1, strings.Join(names, ", "))
	}
}

// exactNumber reads a decimal number or a fraction of two. It bounds length and
// exponent first: an exact reading of 1e999999999 would fill the memory.
func exactNumber(s string) (*big.Rat, error) {
	num, den, frac := strings.Cut(s, "/")
	a, err := exactDecimal(num)
	if err != nil || !frac {
		return a, err
	}
	b, err := exactDecimal(den)
	if err != nil {
		return nil, err
	}
	if b.Sign() == 0 {
		return nil, fmt.Errorf("%q divides by zero", s)
	}
	return a.Quo(a, b), nil
}

func exactDecimal(s string) (*big.Rat, error) {
	s = strings.TrimSpace(s)
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case errors.Is(err, strconv.ErrRange), err == nil && math.Abs(f) > 1e300 && !math.IsInf(f, 0):
		return nil, fmt.Errorf("%q is too large", s)
	case err != nil, math.IsInf(f, 0), len(s) > 80, strings.ContainsAny(s, "xX_iInN"):
		return nil, fmt.Errorf("%q is not a number such as 14.4, -3, 1.2e6 or 84/5", s)
	}
	if k := strings.IndexAny(s, "eE"); k >= 0 {
		if x, err := strconv.Atoi(s[k+1:]); err != nil || x < -300 || x > 300 {
			return nil, fmt.Errorf("%q: the exponent must lie between -300 and 300", s)
		}
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil, fmt.Errorf("%q is not a number such as 14.4, -3, 1.2e6 or 84/5", s)
	}
	return r, nil
}

// CSV writes the game as FromCSV reads it, smaller coalitions first. The
// numbers are the shortest decimals that read back to the same float64.
func (g *Game) CSV() (string, error) {
	if err := g.Valid(); err != nil {
		return "", err
	}
	for _, p := range g.Players {
		if strings.ContainsAny(p, "+|,\"\n\r#") || p != strings.TrimSpace(p) {
			return "", fmt.Errorf("player %q cannot be written: names in a CSV game hold no + | , # or quotes", p)
		}
	}
	var b strings.Builder
	b.WriteString("coalition,value\n")
	for _, s := range bySize(len(g.Players)) {
		if s != 0 {
			b.WriteString(g.Name(s))
			b.WriteByte(',')
			b.WriteString(strconv.FormatFloat(g.V[s], 'g', -1, 64))
			b.WriteByte('\n')
		}
	}
	return b.String(), nil
}

// bySize lists all coalitions of n players, smaller ones first and equal ones
// by mask.
func bySize(n int) []Coalition {
	out := make([]Coalition, 1<<n)
	for s := range out {
		out[s] = Coalition(s)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Size() < out[j].Size() })
	return out
}
