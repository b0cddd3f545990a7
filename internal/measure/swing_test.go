package measure

import "testing"

func TestFlips(t *testing.T) {
	f := func(lo, hi float64) Figure { return Figure{(lo + hi) / 2, lo, hi} }
	for _, c := range []struct {
		base, end Figure
		want      string
	}{
		{f(1, 2), f(0.5, 0.9), ""},
		{f(1, 2), f(-0.1, 0.9), "is lost"},
		{f(1, 2), f(-2, -1), "reverses"},
		{f(-2, -1), f(1, 2), "reverses"},
		{f(-1, 1), f(-1, 2), ""},
		{f(-1, 1), f(1, 2), ""},
		{f(1, 2), f(0, 0), "is lost"},
	} {
		if got := Flips(c.base, c.end); got != c.want {
			t.Errorf("%v at an end %v: %q, want %q", c.base, c.end, got, c.want)
		}
	}
	if s := (&Swing{AtLow: f(-1, 1), AtHigh: f(-3, -2)}); s.Flip(f(1, 2)) != "reverses" {
		t.Error("the worse end does not count")
	}
}

func TestSortSwings(t *testing.T) {
	all := []Swing{{Entry: "b"}, {Entry: "c", AtHigh: Figure{Value: -2}}, {Entry: "a", Figure: "z"}, {Entry: "a", Figure: "y"}}
	SortSwings(all)
	if all[0].Entry != "c" || all[1].Figure != "y" || all[2].Figure != "z" || all[3].Entry != "b" {
		t.Errorf("order %+v", all)
	}
}
