package sim

import "slices"

// Alike gives for each posture the first one that is like it in all but its name:
// what the agreements make of every path is the same, in every state of what may
// fail. Alike postures have the same outcome in every run, so that one of them
// need be played. Among the coalitions of many nations they are common: a nation
// that has nothing to tell and nothing to shoot with changes nothing by joining.
func (b *Board) Alike() []int {
	out := make([]int, len(b.Postures))
	numbers := make([][]PathState, len(b.Paths)) // different ones met so far
	first := map[string]int{}
	for q := range b.Postures {
		p := &b.Postures[q]
		var key []byte
		num := func(x int) { key = append(key, byte(x), byte(x>>8), byte(x>>16), byte(x>>24)) }
		for _, g := range p.Group {
			num(int(g))
		}
		num(len(p.Chance))
		for _, c := range p.Chance {
			key = append(key, c.ID...)
			key = append(key, 0)
			num(int(c.Works))
			num(int(c.Works >> 32))
		}
		for s := range p.States {
			for _, down := range p.Down[s] {
				num(int(one(down)))
			}
			for i := range p.States[s] {
				st := &p.States[s][i]
				n := slices.IndexFunc(numbers[i], func(x PathState) bool { return alike(&x, st) })
				if n < 0 {
					n = len(numbers[i])
					numbers[i] = append(numbers[i], *st)
				}
				num(n)
			}
		}
		at, met := first[string(key)]
		if !met {
			at = q
			first[string(key)] = q
		}
		out[q] = at
	}
	return out
}

func alike(a, b *PathState) bool {
	return slices.EqualFunc(a.Commands, b.Commands, func(x, y PathCommand) bool {
		return x.Nation == y.Nation && x.KnownMs == y.KnownMs && sameFeeds(x.Alerts, y.Alerts) && sameFeeds(x.Tracks, y.Tracks) && slices.EqualFunc(x.Engs, y.Engs, func(x, y Engagement) bool {
			return x.Battery == y.Battery && x.Own == y.Own && x.Cueable == y.Cueable && x.Kin == y.Kin && x.OnOthers == y.OnOthers && sameFeeds(x.Launch, y.Launch) && sameFeeds(x.Engage, y.Engage) && slices.Equal(x.Slots, y.Slots)
		})
	}) && slices.EqualFunc(a.Cues, b.Cues, func(x, y NationCue) bool {
		return sameFeeds(x.Warnings, y.Warnings) && sameFeeds(x.Tracks, y.Tracks) && slices.Equal(x.Views, y.Views)
	})
}

// sameFeeds compares lists, most of which are the very same.
func sameFeeds(a, b []Feed) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0] || slices.Equal(a, b))
}
