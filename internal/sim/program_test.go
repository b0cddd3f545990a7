package sim

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"testudo/internal/draw"
)

// Whatever is noted before and brought during a fight, the agenda hands it out in
// order: an event pushed later than the last one handed out comes in its place.
func TestAgendaIsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		last := rapid.SampledFrom([]int32{5_000, 50_000_000}).Draw(t, "last") // ms: sorted by time in full, and by digits first
		n := rapid.IntRange(0, 200).Draw(t, "n")
		first := rapid.SliceOfN(rapid.Int32Range(0, last), n, n).Draw(t, "first")
		// All missiles at once; or nearly, so that more have the digits in common than
		// insertion is for.
		within := rapid.SampledFrom([]int32{1, 50, last + 1}).Draw(t, "within")
		for i := range first {
			first[i] = first[0]/2 + first[i]%within
		}
		a := newAgenda(len(first), last)
		for round := 0; round < 2; round++ { // the second uses what the first left
			a.reset()
			var want []event
			eng := int32(0)
			for _, at := range first {
				a.arrive(at, eng)
				want = append(want, eventAt(at, evFire, eng))
				eng++
			}
			a.sort()
			n := rapid.IntRange(0, 300).Draw(t, "brought")
			more := rapid.SliceOfN(rapid.Int32Range(0, 3*last), n, n).Draw(t, "more")
			var got []event
			for {
				e := a.pop()
				if e == never {
					break
				}
				got = append(got, e)
				at, _, _ := e.parts()
				for range min(len(more), 5) {
					x := eventAt(at+more[0], evResult, eng)
					more = more[1:]
					eng++
					if x < e {
						continue // an event brings nothing before itself
					}
					a.push(x)
					want = append(want, x)
				}
			}
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("handed out %v, in order it is %v", got, want)
			}
		}
	})
}

// The index into a curve finds what a search from its beginning finds.
func TestCurveIndexFindsTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := Curve{}
		upto := rapid.SliceOfN(rapid.Uint64(), 0, 80).Draw(t, "upto")
		slices.Sort(upto)
		if rapid.Bool().Draw(t, "sure") {
			upto = append(upto, always)
		}
		for i, u := range upto {
			x.TMs, x.Upto = append(x.TMs, int32(10*i)), append(x.Upto, u)
		}
		var c curves
		c.add(&Curve{TMs: []int32{7}, Upto: []uint64{1 << 60}}) // another before it
		k := c.add(&x)
		for _, u := range append(rapid.SliceOfN(rapid.Uint64(), 1, 20).Draw(t, "draws"), 0, always, 1<<59, 1<<59-1) {
			want := Never
			for i := range x.Upto {
				if draw.Hit(u, x.Upto[i]) {
					want = x.TMs[i]
					break
				}
			}
			if got := c.at(k, u); got != want {
				t.Fatalf("draw %x: %d, want %d", u, got, want)
			}
		}
	})
}

// A window in which the flight always takes as long is answered as its table is.
func TestKinAnswersAsItsTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := Kin{FirstMs: rapid.Int32Range(0, 9000).Draw(t, "first"), StepMs: rapid.Int32Range(1, 1500).Draw(t, "step")}
		steady := rapid.Bool().Draw(t, "steady")
		n := rapid.IntRange(1, 60).Draw(t, "n")
		at := k.FirstMs
		for i := 0; i < n; i++ {
			fly := int32(40_000)
			if !steady {
				at += rapid.Int32Range(0, 2*k.StepMs).Draw(t, "later")
				fly = rapid.Int32Range(1000, 90_000).Draw(t, "fly")
			}
			k.LaunchMs, k.Intercept = append(k.LaunchMs, at), append(k.Intercept, at+fly)
			if steady {
				at += k.StepMs
			}
		}
		q := newKin(&k)
		if steady && q.steadyMs != 40_000 {
			t.Fatalf("a steady window is not taken for one: %d", q.steadyMs)
		}
		upto := k.LaunchMs[n-1]
		for _, x := range rapid.SliceOfN(rapid.Int32Range(0, k.FirstMs+int32(n)*k.StepMs), 1, 10).Draw(t, "times") {
			i := 0
			if x > k.FirstMs {
				i = int((x - k.FirstMs + k.StepMs - 1) / k.StepMs)
			}
			next := upto
			for j := i; j < n; j++ {
				if k.LaunchMs[j] >= x {
					next = min(k.LaunchMs[j], upto)
					break
				}
			}
			if got := q.next(x, upto); got != next {
				t.Fatalf("next launch after %d: %d, want %d", x, got, next)
			}
			if got, want := q.meets(x), k.Intercept[min(i, n-1)]; got != want {
				t.Fatalf("a launch at %d meets at %d, want %d", x, got, want)
			}
		}
	})
}

// Rows are numbered, and the numbers run out after some thousand million: what a
// player then plays is what one that has just begun plays.
func TestNumbersOfRowsBeginAnew(t *testing.T) {
	b := ReferenceRaid()
	b.Views[0].Search = Curve{TMs: []int32{0, 3000, 9000}, Upto: []uint64{1 << 62, 1 << 63, always}} // not steady
	for _, capacity := range []int32{0, 4} {
		b.Sensors[0].Capacity = capacity
		fresh, old := NewPlayer(b), NewPlayer(b)
		n := fresh.Layout().Len()
		want, got := make([]int32, n), make([]int32, n)
		old.Play(0, 1, 1000, got, nil)
		old.quick().rowTag = lastTag - 100
		for run := range uint64(40) {
			fresh.Play(0, 1, run, want, nil)
			old.Play(0, 1, run, got, nil)
			if !slices.Equal(want, got) {
				t.Fatalf("capacity %d, run %d: another outcome", capacity, run)
			}
		}
		if old.quick().rowTag > lastTag {
			t.Fatalf("capacity %d: the numbers did not begin anew: %d", capacity, old.quick().rowTag)
		}
	}
}
