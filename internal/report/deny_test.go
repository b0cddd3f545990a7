package report

import "testing"

// The raid needed lies where the curve crosses, between the sizes played.
func TestRaidNeeded(t *testing.T) {
	d := &DenyDocument{Sizes: []int{10, 20, 40}, Postures: []string{"alone", "mutual"}, Objectives: []DenyObjective{{Denied: [][]DenyPoint{
		{{Value: 0.9}, {Value: 0.3}, {Value: 0.02}}, {{Value: 1}, {Value: 0.8}, {Value: 0.2}},
	}}}}
	d.Solve()
	o := d.Objectives[0]
	want50 := [2]float64{10 + 10*(0.4/0.6), 20 + 20*0.5}
	for p := range want50 {
		if diff := o.Need50[p] - want50[p]; diff > 1e-9 || diff < -1e-9 {
			t.Errorf("posture %d: %g, want %g", p, o.Need50[p], want50[p])
		}
	}
	if o.Need90[1] != -1 {
		t.Errorf("mutual is never overcome at 90 %%, got %g", o.Need90[1])
	}
	if m := want50[1] / want50[0]; o.Multiplier-m > 1e-12 || m-o.Multiplier > 1e-12 {
		t.Errorf("multiplier %g, want %g", o.Multiplier, m)
	}
}
