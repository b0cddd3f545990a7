package report

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"testudo/internal/catalog"
	"testudo/internal/cover"
	"testudo/internal/geo"
	"testudo/internal/theatre"
)

// warnRules are the classes of the timeline.
const warnRules = `.life{stroke:$muted;stroke-width:1;fill:none}.shots{fill:$bar}.seen{stroke:$ink;stroke-width:1.2}.alert{fill:$paper;stroke:$ink;stroke-width:1.6}.firm{fill:$ink}
`

// before is a time as seconds before impact, or a dash.
func before(f *cover.FlightTime, t *float64) string {
	if t == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f", f.ImpactS-*t)
}

func gain(t *float64) string {
	switch {
	case t == nil:
		return "-"
	case math.Round(*t) == 0:
		return "0"
	}
	return fmt.Sprintf("%+.0f", *t)
}

// WarnText prints a timeline for a terminal: one table per posture, all times in
// seconds before impact.
func WarnText(w *cover.Timeline) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nraid %s: medians of %d runs, seed %d; times in seconds before impact\n", Clean(w.Scenario), Clean(w.Raid), w.Runs, w.Seed)
	for k, p := range w.Postures {
		fmt.Fprintf(&b, "\n%s", Clean(p.Posture))
		if k > 0 {
			fmt.Fprintf(&b, " (gained: against %s)", Clean(w.Postures[k-1].Posture))
		}
		b.WriteByte('\n')
		head := []string{"asset", "missile", "from", "flight", "first seen by", "seen", "alert", "track", "first shot", "last shot", "gained: alert", "track", "shot"}
		if k == 0 {
			head = head[:10]
		}
		var rows [][]string
		for i := range p.Flights {
			f := &p.Flights[i]
			by, seen := "-", "-"
			if len(f.Seen) > 0 {
				by, seen = f.Seen[0].Sensor, before(f, &f.Seen[0].S)
			}
			r := []string{Clean(f.Asset), Clean(f.Missile), Clean(f.From), fmt.Sprintf("%.0f", f.ImpactS), Clean(by), seen, before(f, f.AlertS), before(f, f.FirmS), before(f, f.FirstS), before(f, f.LastS)}
			if k > 0 {
				r = append(r, gain(f.AlertGainS), gain(f.FirmGainS), gain(f.FirstGainS))
			}
			rows = append(rows, r)
		}
		table(&b, head, rows)
	}
	return b.String()
}

// WarnChart draws the flights as lines from launch to impact, aligned at impact:
// who saw it, the alert, the firm track, and the time in which it can be shot
// at; one line per posture.
func WarnChart(w *cover.Timeline) Drawing {
	title := fmt.Sprintf("From launch to impact: raid %s", w.Raid)
	var csv strings.Builder
	csv.WriteString("posture,asset,missile,from,event,sensor_battery_or_layer,after_launch_s,before_impact_s\n")
	for _, p := range w.Postures {
		for i := range p.Flights {
			f := &p.Flights[i]
			put := func(event, by string, t *float64) {
				if t != nil {
					csvRow(&csv, strings.Join([]string{csvText(p.Posture), csvText(f.Asset), csvText(f.Missile), csvText(f.From), event, csvText(by)}, ","), *t, f.ImpactS-*t)
				}
			}
			zero := 0.0
			put("launch", "", &zero)
			put("burnout", "", &f.BurnoutS)
			for _, s := range f.Seen {
				put("first sight", s.Sensor, &s.S)
			}
			put("alert", "", f.AlertS)
			put("decided", "", f.DecidedS)
			put("firm track", "", f.FirmS)
			put("first possible shot", f.FirstBy, f.FirstS)
			put("last possible shot", "", f.LastS)
			for _, l := range f.Layers {
				put("first possible shot of a layer", l.Layer, l.FirstS)
				put("last possible shot of a layer", l.Layer, l.LastS)
			}
			put("impact", "", &f.ImpactS)
		}
	}
	desc := "Timeline per defended place: seconds before impact of first sights, alert, firm track and possible shots, for each posture."
	draw := func(page bool) string {
		const width, left, right, rowH, head = 1000.0, 250.0, 150.0, 15.0, 58.0
		n := len(w.Postures)
		flights := 0
		longest := 1.0
		if n > 0 {
			flights = len(w.Postures[0].Flights)
			for i := range w.Postures[0].Flights {
				longest = math.Max(longest, w.Postures[0].Flights[i].ImpactS)
			}
		}
		block := rowH*float64(n) + 12
		k := &canvas{w: width, h: head + block*float64(flights) + 34}
		x := func(beforeS float64) float64 { return left + (width-left-right)*(1-beforeS/longest) }
		// The key.
		kx := 4.0
		key := func(draw func(x float64), text string) {
			draw(kx)
			k.text(kx+16, 18, "s", "start", text)
			kx += 30 + 6.5*float64(len(text))
		}
		key(func(x float64) { k.line(x, 14, x+12, 14, "life") }, "launch to impact")
		key(func(x float64) { k.line(x+6, 8, x+6, 20, "seen") }, "first sight, per nation")
		key(func(x float64) { k.circle(x+6, 14, 4, "alert") }, "alert")
		key(func(x float64) { k.circle(x+6, 14, 4, "firm") }, "firm track")
		key(func(x float64) { k.rect(x, 10, 12, 8, "shots") }, "first to last possible shot")
		base := head + block*float64(flights)
		for _, v := range ticks(0, longest, 8) {
			k.line(x(v), head-12, x(v), base, "grid")
			k.text(x(v), base+14, "s m", "middle", tick(v))
		}
		k.text((left+width-right)/2, base+30, "s m", "middle", "seconds before impact (medians)")
		k.text(width, head-18, "s m", "end", "warning, s")
		for i := 0; i < flights; i++ {
			y0 := head + block*float64(i)
			f0 := &w.Postures[0].Flights[i]
			k.text(4, y0+8, "b", "start", short(brief(Clean(f0.AssetName)), 22))
			if n > 1 {
				k.text(4, y0+21, "x m", "start", short(f0.Missile+" from "+f0.From, 30))
			}
			for p := range w.Postures {
				f := &w.Postures[p].Flights[i]
				y := y0 + rowH*float64(p) + 4
				k.group(fmt.Sprintf("%s, %s from %s, %s: alert %s s, firm track %s s, shots from %s to %s s before impact", f.AssetName, f.Missile, f.From, w.Postures[p].Posture, before(f, f.AlertS), before(f, f.FirmS), before(f, f.FirstS), before(f, f.LastS)))
				k.text(left-8, y+4, "x m", "end", short(w.Postures[p].Posture, 18))
				k.line(x(f.ImpactS), y, x(0), y, "life")
				if f.FirstS != nil && f.LastS != nil {
					a, b := x(f.ImpactS-*f.FirstS), x(f.ImpactS-*f.LastS)
					k.rect(a, y-4, math.Max(2, b-a), 8, "shots")
				}
				nations := map[string]bool{}
				for _, s := range f.Seen {
					if nations[s.Nation] {
						continue
					}
					nations[s.Nation] = true
					k.line(x(f.ImpactS-s.S), y-5, x(f.ImpactS-s.S), y+5, "seen")
				}
				if f.AlertS != nil {
					k.circle(x(f.ImpactS-*f.AlertS), y, 4, "alert")
				}
				if f.FirmS != nil {
					k.circle(x(f.ImpactS-*f.FirmS), y, 3.6, "firm")
				}
				text := before(f, f.AlertS)
				if p > 0 && f.AlertGainS != nil && math.Round(*f.AlertGainS) != 0 {
					text += " (" + minus(gain(f.AlertGainS)) + ")"
				}
				k.text(width, y+4, "s", "end", text)
				k.end()
			}
		}
		return k.document("fig-warn", title, desc, warnRules, page)
	}
	return Drawing{Name: "warning", Title: title, Alt: desc, Wide: true, svg: draw, CSV: csv.String()}
}

// WarnMap writes the least seconds of warning beside each defended place, and
// what the last posture of the timeline adds to the first.
func WarnMap(t *theatre.Theatre, book *catalog.Book, w *cover.Timeline) Drawing {
	title := "Seconds of warning"
	if n := len(w.Postures); n > 0 {
		title += " under " + w.Postures[n-1].Posture
		if n > 1 {
			title += ", and against " + w.Postures[0].Posture
		}
	}
	desc := "Map of the defended places with the seconds from the alert of the place's nation to impact."
	type warning struct{ s, gain float64 }
	least := map[string]warning{}
	if n := len(w.Postures); n > 0 {
		for i := range w.Postures[n-1].Flights {
			f, g := &w.Postures[n-1].Flights[i], &w.Postures[0].Flights[i]
			if f.AlertS == nil {
				continue
			}
			x := warning{f.ImpactS - *f.AlertS, math.NaN()}
			if g.AlertS != nil {
				x.gain = *g.AlertS - *f.AlertS
			}
			if old, ok := least[f.Asset]; !ok || x.s < old.s {
				least[f.Asset] = x
			}
		}
	}
	draw := func(page bool) string {
		var places []geo.LLA
		for i := range t.Assets {
			if _, ok := least[t.Assets[i].ID]; ok {
				places = append(places, t.Assets[i].At)
			}
		}
		for i := range t.Paths {
			places = append(places, t.Areas[t.Paths[i].Area].At)
		}
		m := newMap(places, 1000, 120e3)
		m.tintAndBase(t, book)
		for i := range t.Assets {
			if x, y, ok := m.xy(t.Assets[i].At); ok {
				if _, known := least[t.Assets[i].ID]; known {
					m.keep(x-4, y-4, x+4, y+4)
				}
			}
		}
		order := make([]int, len(t.Assets))
		for i := range order {
			order[i] = i
		}
		sort.SliceStable(order, func(i, j int) bool { return t.Assets[order[i]].Value > t.Assets[order[j]].Value })
		for _, i := range order {
			a := &t.Assets[i]
			v, known := least[a.ID]
			x, y, ok := m.xy(a.At)
			if !known || !ok || !m.inside(x, y) {
				continue
			}
			text := fmt.Sprintf("%.0f s", v.s)
			if len(w.Postures) > 1 {
				if math.IsNaN(v.gain) {
					text += " (none before)"
				} else if g := math.Round(v.gain); g != 0 {
					text += minus(fmt.Sprintf(" (%+.0f)", g))
				}
			}
			m.group(a.Name + ": " + text)
			m.sign(symAsset, x, y)
			m.end()
			m.beside(x, y, 3, short(brief(a.Name), 18)+" "+text, "s b o")
		}
		drawn := map[int]bool{}
		for i := range t.Paths {
			k := t.Paths[i].Area
			if x, y, ok := m.xy(t.Areas[k].At); ok && !drawn[k] {
				drawn[k] = true
				m.sign(symLaunch, x, y)
			}
		}
		m.scaleBar()
		m.symbolKey(symLaunch, symAsset)
		m.note("Beside each place: median seconds from the alert of its nation to impact, of the flight with the least; in brackets what the posture adds. " + mapNote)
		return m.finish("map-warn", title, desc, page)
	}
	var csv strings.Builder
	csv.WriteString("asset,warning_s,gained_s\n")
	for i := range t.Assets {
		if v, ok := least[t.Assets[i].ID]; ok {
			gained := ""
			if !math.IsNaN(v.gain) {
				gained = fmt.Sprintf("%g", v.gain)
			}
			fmt.Fprintf(&csv, "%s,%g,%s\n", csvText(t.Assets[i].ID), v.s, gained)
		}
	}
	return Drawing{Name: "warning-map", Title: title, Alt: desc, Wide: true, svg: draw, CSV: csv.String()}
}
