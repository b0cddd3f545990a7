package sim

import "testudo/internal/draw"

// count adds up what was fired and what arrived.
func (p *table) count(dice draw.Run, out []int32, log *Log) {
	b := p.b
	for k := range p.magazines {
		m := &p.magazines[k]
		row := out[p.col.battery0+k*p.col.batteryW:]
		row[p.col.battery[Left]] = m.left
		if m.shots == 0 {
			continue
		}
		row[p.col.battery[Shots]], row[p.col.battery[Wasted]], row[p.col.battery[OnOthers]] = m.shots, m.wasted, m.onOthers
		nation := out[p.col.nation0+int(m.nation)*p.col.nationW:]
		nation[p.col.nation[Shots]] += m.shots
		nation[p.col.nation[Wasted]] += m.wasted
		nation[p.col.nation[OnOthers]] += m.onOthers
		out[p.col.whole[Shots]] += m.shots
		out[p.col.whole[Wasted]] += m.wasted
		out[p.col.whole[OnOthers]] += m.onOthers
	}
	clear(p.hits)
	clear(p.leaks)
	for i := range p.targets {
		x := &p.targets[i]
		if p.path[i] < 0 {
			out[p.col.whole[Failed]]++
			continue
		}
		pa := &b.Paths[p.path[i]]
		out[p.col.whole[Launched]]++
		if x.shots > 0 {
			out[p.col.whole[Engaged]]++
		}
		if pa.Asset < 0 {
			continue
		}
		arow := out[p.col.asset0+int(pa.Asset)*p.col.assetW:]
		arow[p.col.asset[Launched]]++
		if x.killMs != Never {
			out[p.col.whole[Killed]]++
			out[p.col.battery0+int(x.killBy)*p.col.batteryW+p.col.battery[Killed]]++
			continue
		}
		nation := b.Assets[pa.Asset].Nation
		nrow := out[p.col.nation0+int(nation)*p.col.nationW:]
		// What falls on the attacker's own, where nothing is defended, is counted
		// there and not among the leakers of the whole.
		defended := one(!b.Attackers[nation])
		out[p.col.whole[Leakers]] += defended
		nrow[p.col.nation[Leakers]]++
		arow[p.col.asset[Leakers]]++
		p.leaks[pa.Asset]++
		struck := draw.Hit(dice.U64(x.entity, purposeHit), pa.Hit)
		if struck {
			out[p.col.whole[Hits]] += defended
			nrow[p.col.nation[Hits]]++
			arow[p.col.asset[Hits]]++
			p.hits[pa.Asset]++
		}
		if x.exposed {
			out[p.col.whole[Exposed]] += defended
			nrow[p.col.nation[Exposed]]++
		}
		if log != nil {
			ev := Event{Kind: EvImpact, TMs: x.startMs + pa.DurationMs, Missile: int32(i), A: pa.Asset}
			if struck {
				ev.B = 1
			}
			log.add(ev)
		}
	}
	for n := range b.Nations {
		out[p.col.nation0+n*p.col.nationW+p.col.nation[NoLeaker]] = 1
	}
	for a := range b.Assets {
		h := min(int(p.hits[a]), len(b.DamageMilli)-1)
		lost := int32(int64(b.Assets[a].ValueMilli) * int64(b.DamageMilli[h]) / 1000)
		n := p.col.nation0 + int(b.Assets[a].Nation)*p.col.nationW
		out[p.col.whole[Damage]] += lost * one(!b.Attackers[b.Assets[a].Nation])
		out[p.col.asset0+a*p.col.assetW+p.col.asset[Damage]] = lost
		out[n+p.col.nation[Damage]] += lost
		if p.leaks[a] > 0 {
			out[n+p.col.nation[NoLeaker]] = 0
		}
	}
	if out[p.col.whole[Leakers]] == 0 {
		out[p.col.whole[NoLeaker]] = 1
	}
	for k := range b.Objectives {
		o := &b.Objectives[k]
		var leaks int32
		var lost int64
		for _, a := range o.On {
			leaks += p.leaks[a]
			lost += int64(out[p.col.asset0+int(a)*p.col.assetW+p.col.asset[Damage]])
		}
		if o.AtLeast > 0 && leaks >= o.AtLeast || o.DamageMilli > 0 && lost >= o.DamageMilli {
			out[p.col.objective0+k] = 1
		}
	}
}

func one(yes bool) int32 {
	if yes {
		return 1
	}
	return 0
}
