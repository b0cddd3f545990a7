package sim

import (
	"math"

	"testudo/internal/draw"
)

// ReferenceRaid is the board of the published reference loop by which the speed
// of the dice stage is measured: 30 missiles at uniform times in 600 s, three
// layers that shoot at once, look, and shoot again while the fly-out still fits
// the window, a first-in first-out queue for each layer's channels, and kills
// known at launch. It is played by the same code as any other board.
func ReferenceRaid() *Board {
	off, win := [3]int32{0, 120, 200}, [3]int32{100, 60, 30}
	fly, look := [3]int32{40, 20, 10}, [3]int32{10, 5, 3}
	pk, rounds, channels := [3]float64{0.70, 0.65, 0.60}, [3]int32{24, 24, 36}, [3]int32{4, 4, 6}
	names := [3]string{"layer-1", "layer-2", "layer-3"}
	b := &Board{
		Name: "reference raid", Nations: []string{"BLU"}, Attackers: []bool{false}, Oracle: true,
		Assets: []Asset{{ID: "city", ValueMilli: 1000}}, Sensors: []Sensor{{ID: "eye", Entity: draw.Entity("eye"), LostMs: Never}},
		Commands: []Command{{AtOnce: true}}, MissileTypes: []string{"missile"}, Areas: []string{"pad"}, DamageMilli: []int32{0, 1000},
		Paths: []Path{{DurationMs: 400_000, Hit: always, Views: 1}},
		Views: []View{{LastMs: 400_000, Search: Curve{TMs: []int32{0}, Upto: []uint64{always}}}},
	}
	cmd := PathCommand{Alerts: []Feed{{LostMs: Never}}, Tracks: []Feed{{LostMs: Never}}}
	for k := range names {
		b.Interceptors = append(b.Interceptors, Interceptor{ID: names[k], Works: always})
		b.Batteries = append(b.Batteries, Battery{ID: names[k], Entity: draw.Entity(names[k]), Interceptor: int32(k), Rounds: rounds[k], Channels: channels[k], Salvo: 1, AssessMs: look[k] * 1000, ReactionMs: off[k] * 1000, LostMs: Never})
		kin := Kin{FirstMs: off[k] * 1000, StepMs: 1}
		last := (off[k] + win[k] - fly[k]) * 1000
		for t := kin.FirstMs; t <= last; t++ {
			kin.LaunchMs = append(kin.LaunchMs, t)
			kin.Intercept = append(kin.Intercept, t+fly[k]*1000)
		}
		b.Kins = append(b.Kins, kin)
		e := Engagement{Battery: int32(k), Kin: int32(k)}
		var back []Slot
		for t := last; t >= kin.FirstMs; t -= (fly[k] + look[k]) * 1000 {
			back = append(back, Slot{LaunchMs: t, InterceptMs: t + fly[k]*1000, Organic: draw.Threshold(pk[k])})
		}
		for i := len(back) - 1; i >= 0; i-- {
			e.Slots = append(e.Slots, back[i])
		}
		cmd.Engs = append(cmd.Engs, e)
	}
	const missiles = 30
	for i := 0; i < missiles; i++ {
		b.Missiles = append(b.Missiles, Missile{ID: "missile", Entity: draw.Entity("missile") + uint64(i)*0x9e3779b97f4a7c15, OverMs: 600_000 - 1, Of: missiles, Index: int32(i), Random: true, Works: always, Aims: []Aim{{Upto: math.MaxUint64}}})
	}
	b.Postures = []Posture{{ID: "alone", Group: []int32{0}, States: [][]PathState{{{Commands: []PathCommand{cmd}}}}, Down: [][]bool{{false}}, Sight: []int32{0}}}
	b.Sights = 1
	b.Ladder = []int32{0}
	return b
}
