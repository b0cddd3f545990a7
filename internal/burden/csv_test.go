package burden

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFromCSVKeepsDecimalsExact(t *testing.T) {
	g := defence(t)
	if !cmp.Equal(g.Players, []string{"J", "K", "U"}) {
		t.Fatalf("players %v", g.Players)
	}
	if want := rats(t, "0 6 6 72/5 0 42/5 42/5 84/5"); !same(g.V, want) {
		t.Errorf("values %s, want %s", show(g.V), show(want))
	}
	h, err := FromCSV("x", strings.NewReader("\ufeff\"A\", 1/3\r\n,0\r\n# a note\r\n\r\nB,-2e1\r\n\"B | A\",.5"))
	if err != nil || !same(h.V, rats(t, "0 1/3 -20 1/2")) {
		t.Errorf("game %v, %v", h, err)
	}
}

// All problems at once, each at its line.
func TestFromCSVReportsEverything(t *testing.T) {
	_, err := FromCSV("g.csv", strings.NewReader(`coalition,value
A,1
B,one
A+B,2,5
A+X,3
B+A+B,4
A+,1
,7
A,2
A+B 9
C,1e999999999
D,1/0
E,0x1p4
`))
	var ce *CSVError
	if !errors.As(err, &ce) {
		t.Fatalf("want a *CSVError, got %v", err)
	}
	var got []string
	for _, p := range ce.Problems {
		got = append(got, p.String())
	}
	want := []string{
		`g.csv: 31 of 31 coalitions have no readable row`,
		`g.csv:3: value: "one" is not a number such as 14.4, -3, 1.2e6 or 84/5`,
		`g.csv:4: want two fields, coalition,value; members are joined by + or |, and the decimal mark is a point`,
		`g.csv:5: member "X" has no row of its own; the players are A, B, C, D, E`,
		`g.csv:6: member "B" is named twice`,
		`g.csv:7: a member has no name: two joining signs follow each other, or one stands at an end`,
		`g.csv:8: the empty coalition is worth 7; it must be worth 0`,
		`g.csv:9: coalition A was given before, on line 2`,
		`g.csv:10: want two fields, coalition,value; members are joined by + or |, and the decimal mark is a point`,
		`g.csv:11: value: "1e999999999" is too large`,
		`g.csv:12: value: "1/0" divides by zero`,
		`g.csv:13: value: "0x1p4" is not a number such as 14.4, -3, 1.2e6 or 84/5`,
	}
	// A has a readable row; the rest do not.
	want[0] = `g.csv: 30 of 31 coalitions have no readable row`
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("problems differ (-want +got):\n%s", d)
	}
	for text, want := range map[string]string{
		"":                     "no player",
		"A,1\nB,1\n":           "1 of 3 coalitions have no row: A+B",
		"A,1e-400\n":           "exponent",
		"A,nan\n":              "not a number",
		"A,inf\n":              "not a number",
		"A,1_000\n":            "not a number",
		"A,\xff\n":             "UTF-8",
		"+,1\n":                "no name",
		strings.Repeat("1", 9): "two fields",
	} {
		if _, err := FromCSV("f", strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: want an error with %q, got %v", text, want, err)
		}
	}
}

func TestCSVRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGame(t, 5)
		g.Cost = false
		for s := range g.V {
			g.V[s] *= 0.1
		}
		text, err := g.CSV()
		if err != nil {
			t.Fatal(err)
		}
		r, err := FromCSV("round", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		h, err := r.Float()
		if err != nil || !cmp.Equal(g, h) {
			t.Fatalf("wrote %v, read %v (%v)", g, h, err)
		}
	})
	if _, err := (&Game{Players: []string{"A+B"}, V: []float64{0, 1}}).CSV(); err == nil {
		t.Error("a name that cannot be read back was written")
	}
}

// Whatever the text, the reader returns; it never panics.
func FuzzFromCSV(f *testing.F) {
	f.Add(defenceCSV)
	f.Add("A,1e300\nB,1/1e-300\nA+B,0")
	f.Add("coalition,value\n,,\n+|,\nA++B,1")
	f.Fuzz(func(t *testing.T, text string) {
		g, err := FromCSV("f", strings.NewReader(text))
		if (g == nil) == (err == nil) {
			t.Fatalf("game %v and error %v", g, err)
		}
	})
}
