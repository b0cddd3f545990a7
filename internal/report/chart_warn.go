package report

import (
	"fmt"
	"math"
	"sort"
	"strings"
	"unicode/utf8"

	"testudo/internal/catalog"
	"testudo/internal/cover"
	"testudo/internal/geo"
	"testudo/internal/theatre"
)

// warnRules are the classes of the timeline.
const warnRules = `.life{stroke:$muted;stroke-width:1;fill:none}.shots{fill:$bar}.seen{stroke:$ink;stroke-width:1.2}.alert{fill:$paper;stroke:$ink;stroke-width:1.6}.firm{fill:$ink}
.delay{stroke:$quiet;stroke-width:4;fill:none}.burn{fill:$paper;stroke:$foe;stroke-width:1.4}.heat{stroke:$foe;stroke-width:1;stroke-dasharray:3 2;fill:none}.band{fill:$quiet;opacity:.22}
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

// rung is a run of postures under which a flight has the same times.
type rung struct{ from, to int }

// rungs groups the postures of a timeline by a flight's times.
func rungs(w *cover.Timeline, flight int) []rung {
	var out []rung
	for p := range w.Postures {
		if p > 0 && w.Postures[p].Flights[flight].Same(w.Postures[p-1].Flights[flight]) {
			out[len(out)-1].to = p
			continue
		}
		out = append(out, rung{p, p})
	}
	return out
}

func (r rung) name(w *cover.Timeline) string {
	if r.from == r.to {
		return w.Postures[r.from].Posture
	}
	return w.Postures[r.from].Posture + " to " + w.Postures[r.to].Posture
}

// flightName says which missile comes from where.
func flightName(t *theatre.Theatre, book *catalog.Book, f *cover.FlightTime) string {
	missile, _, _ := strings.Cut(entryName(book, f.Missile), " (")
	return missile + " from " + brief(areaName(t, f.From))
}

// warnCSV is the data of a timeline: one line per event, times to a millisecond.
func warnCSV(w *cover.Timeline) string {
	var csv strings.Builder
	csv.WriteString("posture,asset,missile,from,event,sensor_battery_or_layer,after_launch_s,before_impact_s\n")
	ms := func(x float64) float64 { return math.Round(x*1000) / 1000 }
	for _, p := range w.Postures {
		for i := range p.Flights {
			f := &p.Flights[i]
			put := func(event, by string, t *float64) {
				if t != nil {
					csvRow(&csv, strings.Join([]string{csvText(p.Posture), csvText(f.Asset), csvText(f.Missile), csvText(f.From), event, csvText(by)}, ","), ms(*t), ms(f.ImpactS-*t))
				}
			}
			zero := 0.0
			put("launch", "", &zero)
			put("burnout", "", &f.BurnoutS)
			for _, s := range f.Seen {
				if s.Burn {
					put("burn seen", s.Sensor, &s.S)
				} else {
					put("first sight", s.Sensor, &s.S)
				}
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
	return csv.String()
}

// WarnChart draws the flights as lines from launch to impact, aligned at impact:
// who saw it, the alert, the firm track, and the time in which it can be shot
// at; one line per posture, those of postures that change nothing joined.
func WarnChart(t *theatre.Theatre, book *catalog.Book, w *cover.Timeline) Drawing {
	title := fmt.Sprintf("From launch to impact: raid %s", w.Raid)
	desc := "Timeline per defended place: seconds before impact of first sights, alert, firm track and possible shots, for each posture."
	draw := func(page bool) string {
		const width, left, right, rowH, head = 1000.0, 345.0, 96.0, 16.0, 64.0
		flights := 0
		longest := 1.0
		if len(w.Postures) > 0 {
			flights = len(w.Postures[0].Flights)
			for i := range w.Postures[0].Flights {
				longest = math.Max(longest, w.Postures[0].Flights[i].ImpactS)
			}
		}
		base := head
		for i := 0; i < flights; i++ {
			base += math.Max(2, float64(len(rungs(w, i))))*rowH + 10
		}
		k := &canvas{w: width, h: base + 34}
		x := func(beforeS float64) float64 { return left + (width-left-right)*(1-beforeS/longest) }
		// The key.
		kx := 4.0
		key := func(draw func(x float64), text string) {
			draw(kx)
			k.text(kx+18, 18, "s", "start", text)
			kx += 30 + 6.4*float64(len(text))
		}
		key(func(x float64) { k.line(x, 14, x+14, 14, "life") }, "launch to impact")
		key(func(x float64) { k.path(diamond(x+7, 14, 4.5), "burn") }, "burn seen")
		key(func(x float64) { k.line(x+7, 8, x+7, 20, "seen") }, "first sight, per nation")
		key(func(x float64) { k.line(x+6, 14, x+16, 14, "delay"); k.circle(x+4, 14, 4, "alert") }, "alert, decision delay")
		key(func(x float64) { k.circle(x+7, 14, 4, "firm") }, "firm track")
		key(func(x float64) { k.rect(x, 10, 14, 8, "shots") }, "first to last possible shot")
		for _, v := range ticks(0, longest, 8) {
			k.line(x(v), head-12, x(v), base, "grid")
			k.text(x(v), base+14, "s m", "middle", tick(v))
		}
		k.text((left+width-right)/2, base+30, "s m", "middle", "seconds before impact (medians)")
		k.text(width, head-18, "s m", "end", "warning, s (gain)")
		y0 := head
		for i := 0; i < flights; i++ {
			f0 := &w.Postures[0].Flights[i]
			k.text(4, y0+8, "b", "start", short(brief(Clean(f0.AssetName)), 24))
			k.text(4, y0+22, "x m", "start", short(flightName(t, book, f0), 34))
			rs := rungs(w, i)
			for n, r := range rs {
				f := &w.Postures[r.from].Flights[i]
				y := y0 + rowH*float64(n) + 4
				k.group(fmt.Sprintf("%s, %s from %s, %s: alert %s s, firm track %s s, shots from %s to %s s before impact", f.AssetName, f.Missile, f.From, r.name(w), before(f, f.AlertS), before(f, f.FirmS), before(f, f.FirstS), before(f, f.LastS)))
				if len(w.Postures) > 1 {
					k.text(left-8, y+4, "x m", "end", short(when(len(rs) > 1, r.name(w))+when(len(rs) == 1, "every posture"), 26))
				}
				k.line(x(f.ImpactS), y, x(0), y, "life")
				if f.FirstS != nil && f.LastS != nil {
					a, b := x(f.ImpactS-*f.FirstS), x(f.ImpactS-*f.LastS)
					k.rect(a, y-4, math.Max(2, b-a), 8, "shots")
				}
				nations := map[string]bool{}
				for _, s := range f.Seen {
					if s.Burn {
						k.path(diamond(x(f.ImpactS-s.S), y, 4.2), "burn")
						continue
					}
					if nations[s.Nation] {
						continue
					}
					nations[s.Nation] = true
					k.line(x(f.ImpactS-s.S), y-5, x(f.ImpactS-s.S), y+5, "seen")
				}
				if f.AlertS != nil {
					if f.DecidedS != nil {
						k.line(x(f.ImpactS-*f.AlertS), y, x(f.ImpactS-*f.DecidedS), y, "delay")
					}
					k.circle(x(f.ImpactS-*f.AlertS), y, 4, "alert")
				}
				if f.FirmS != nil {
					k.circle(x(f.ImpactS-*f.FirmS), y, 3.4, "firm")
				}
				text := before(f, f.AlertS)
				if n > 0 && f.AlertGainS != nil && math.Round(*f.AlertGainS) != 0 {
					text += " (" + minus(gain(f.AlertGainS)) + ")"
				}
				k.text(width, y+4, "s", "end", text)
				k.end()
			}
			y0 += math.Max(2, float64(len(rs)))*rowH + 10
		}
		return k.document("fig-warn", title, desc, warnRules, page)
	}
	return Drawing{Name: "warning", Title: title, Alt: desc, Wide: true, svg: draw, CSV: warnCSV(w)}
}

func diamond(x, y, r float64) string {
	return fmt.Sprintf("M%s %sL%s %sL%s %sL%s %sZ", num(x), num(y-r), num(x+r), num(y), num(x), num(y+r), num(x-r), num(y))
}

// MostGained is a timeline of the one flight for which the last posture gains most
// over the first: seconds to the alert and to the first shot together.
func MostGained(w *cover.Timeline) *cover.Timeline {
	out := *w
	out.Postures = nil
	n := len(w.Postures)
	if n == 0 || len(w.Postures[0].Flights) == 0 {
		return &out
	}
	best, most := 0, -1.0
	for i := range w.Postures[0].Flights {
		a, b := &w.Postures[0].Flights[i], &w.Postures[n-1].Flights[i]
		won := 0.0
		for _, x := range [][2]*float64{{a.AlertS, b.AlertS}, {a.FirstS, b.FirstS}} {
			switch {
			case x[0] != nil && x[1] != nil:
				won += *x[0] - *x[1]
			case x[1] != nil:
				won += b.ImpactS - *x[1]
			}
		}
		if won > most {
			best, most = i, won
		}
	}
	for _, p := range w.Postures {
		out.Postures = append(out.Postures, cover.PostureTimes{Posture: p.Posture, Flights: p.Flights[best : best+1]})
	}
	return &out
}

// MaxWarnDetail is the number of flights up to which each is drawn in detail.
const MaxWarnDetail = 6

// WarnDetail draws each flight of a timeline by itself, under every posture that
// changes something: every sensor's first sight, alert, decision and firm track
// of the place's nation, and the first and last possible shot of each layer.
func WarnDetail(t *theatre.Theatre, book *catalog.Book, w *cover.Timeline) Drawing {
	title, flights := "From launch to impact", 0
	if len(w.Postures) > 0 && len(w.Postures[0].Flights) > 0 {
		flights = len(w.Postures[0].Flights)
		title += ": " + w.Postures[0].Flights[0].AssetName
		for i := range w.Postures[0].Flights {
			if w.Postures[0].Flights[i].Asset != w.Postures[0].Flights[0].Asset {
				title = "From launch to impact"
			}
		}
	}
	desc := "Timeline of each flight and posture: burn seen, first sight of every sensor, alert, decision, firm track, first and last possible shot of each layer."
	draw := func(page bool) string {
		const width, left, right, top = 1000.0, 128.0, 24.0, 8.0
		const laneH, sightH = 19.0, 70.0
		k := &canvas{w: width}
		y := top
		for i := 0; i < flights; i++ {
			f0 := &w.Postures[0].Flights[i]
			x := func(after float64) float64 { return left + (width-left-right)*after/math.Max(1, f0.ImpactS) }
			k.text(0, y+12, "b", "start", short(f0.AssetName+": "+flightName(t, book, f0)+fmt.Sprintf(", %.0f s of flight", f0.ImpactS), 110))
			y += 22
			rs := rungs(w, i)
			y1 := y
			for n, r := range rs {
				f := &w.Postures[r.from].Flights[i]
				h := 18 + sightH + laneH*float64(1+max(1, len(f.Layers))) + 6
				if n%2 == 0 {
					k.rect(0, y1, width, h, "band")
				}
				y1 += h
			}
			// Seconds before impact, with launch, burnout and impact.
			for _, v := range ticks(0, f0.ImpactS, 8) {
				at := x(f0.ImpactS - v)
				k.line(at, y, at, y1, "grid")
				k.text(at, y1+14, "s m", "middle", tick(v))
			}
			k.line(x(f0.BurnoutS), y, x(f0.BurnoutS), y1, "heat")
			k.text(x(f0.BurnoutS)+4, y1+28, "x m", "start", "burnout")
			k.text(x(0), y1+28, "x m", "middle", "launch")
			k.text(width-right, y1+28, "x m", "end", "impact")
			k.text((left+width)/2, y1+28, "s m", "middle", "seconds before impact (medians)")
			for _, r := range rs {
				f := &w.Postures[r.from].Flights[i]
				k.group(r.name(w))
				k.text(4, y+14, "b", "start", short(r.name(w), 60))
				y += 18
				warnSights(k, t, f, y, x)
				y += sightH
				warnCommand(k, f, y+laneH/2, r.from > 0, x)
				y += laneH
				if len(f.Layers) == 0 {
					k.text(left-10, y+laneH/2+4, "x m", "end", "shots")
					k.text(left, y+laneH/2+4, "s m", "start", "nobody can shoot")
					y += laneH
				}
				for _, l := range f.Layers {
					k.text(left-10, y+laneH/2+4, "x m", "end", "shots, "+short(l.Layer, 12))
					if l.FirstS != nil && l.LastS != nil {
						a, b := x(*l.FirstS), x(*l.LastS)
						k.rect(a, y+laneH/2-5, math.Max(2, b-a), 10, "shots")
						text := fmt.Sprintf("%s to %s s", before(f, l.FirstS), before(f, l.LastS))
						if f.FirstS != nil && *l.FirstS == *f.FirstS {
							if f.FirstBy != "" {
								text += ", first " + short(f.FirstBy, 24)
							}
							if r.from > 0 && f.FirstGainS != nil && math.Round(*f.FirstGainS) != 0 {
								text += " (" + minus(gain(f.FirstGainS)) + " s)"
							}
						}
						if room := 6.4 * float64(utf8.RuneCountInString(text)); b+6+room < width {
							k.text(b+6, y+laneH/2+4, "s", "start", text)
						} else {
							k.text(a-6, y+laneH/2+4, "s", "end", text)
						}
					}
					y += laneH
				}
				y += 6
				k.end()
			}
			y = y1 + 44
		}
		k.h = y
		return k.document("fig-warn-detail", title, desc, mapRules+warnRules, page)
	}
	return Drawing{Name: "warning-detail", Title: title, Alt: desc, Wide: true, svg: draw, CSV: warnCSV(w)}
}

// warnSights draws the lane of first sights: a tick per sensor, names where there
// is room, those that are the first of their nation before the others.
func warnSights(k *canvas, t *theatre.Theatre, f *cover.FlightTime, y float64, x func(float64) float64) {
	const rows, rowH = 5, 11.5
	base := y + rows*rowH + 6
	k.text(118, base+1, "x m", "end", "first sights")
	k.line(x(0), base, x(f.ImpactS), base, "life")
	var taken [rows][][2]float64
	nations := map[string]bool{}
	order := make([]int, 0, len(f.Seen))
	var rest []int
	for i := range f.Seen {
		if s := &f.Seen[i]; s.Burn || !nations[s.Nation] {
			nations[s.Nation] = nations[s.Nation] || !s.Burn
			order = append(order, i)
		} else {
			rest = append(rest, i)
		}
	}
	for n, i := range append(order, rest...) {
		s := &f.Seen[i]
		at := x(s.S)
		if s.Burn {
			k.path(diamond(at, base, 4.5), "burn")
		} else {
			k.line(at, base-4, at, base+4, "seen")
		}
		text := fmt.Sprintf("%s %.0f", short(sensorName(t, s.Sensor), 26), f.ImpactS-s.S)
		w := 5.9 * float64(utf8.RuneCountInString(text))
		for r := rows - 1; r >= 0; r-- {
			a, b := at+3, at+3+w
			if b > k.w {
				a, b = at-3-w, at-3
			}
			free := true
			for _, o := range taken[r] {
				free = free && (b+6 < o[0] || a > o[1]+6)
			}
			if !free {
				continue
			}
			taken[r] = append(taken[r], [2]float64{math.Min(a, at), math.Max(b, at)})
			class := "x o"
			if n >= len(order) {
				class = "x m o"
			}
			ty := y + rowH*float64(r) + 9
			if r < rows-1 {
				k.line(at, ty+2, at, base-4, "net")
			}
			k.text(a, ty, class, "start", text)
			break
		}
	}
}

// warnCommand draws the lane of the nation that is aimed at.
func warnCommand(k *canvas, f *cover.FlightTime, y float64, gains bool, x func(float64) float64) {
	k.text(118, y+4, "x m", "end", "told and sure")
	var words []string
	right, first := x(0), &f.ImpactS
	with := func(what string, s, g *float64) {
		text := what + " " + before(f, s) + " s"
		if gains && g != nil && math.Round(*g) != 0 {
			text += " (" + minus(gain(g)) + ")"
		}
		words = append(words, text)
		right = math.Max(right, x(*s))
	}
	if f.AlertS != nil {
		first = f.AlertS
		if f.DecidedS != nil {
			right = math.Max(right, x(*f.DecidedS))
		}
		with("alert", f.AlertS, f.AlertGainS)
	}
	if f.DecidedS != nil {
		with("decided", f.DecidedS, nil)
	}
	if f.FirmS != nil {
		if *f.FirmS < *first {
			first = f.FirmS
		}
		with("firm track", f.FirmS, f.FirmGainS)
	}
	text := strings.Join(words, ", ")
	if text == "" {
		text = "never told"
	}
	// The words stand where the line of the flight carries no mark: after the last,
	// between the decision and a late track, or before the first.
	w := 6.2 * float64(utf8.RuneCountInString(text))
	told := math.Max(x(*first), x(0))
	if f.AlertS != nil && f.DecidedS != nil {
		told = math.Max(told, x(*f.DecidedS))
	}
	at := right + 10
	switch {
	case at+w <= k.w:
	case f.FirmS != nil && f.AlertS != nil && x(*f.FirmS)-told > w+24:
		at = told + 12
	default:
		at = math.Max(x(0), x(*first)-w-16)
	}
	k.line(x(0), y, at-6, y, "life")
	if at+w+6 < x(f.ImpactS) {
		k.line(at+w+6, y, x(f.ImpactS), y, "life")
	}
	if f.AlertS != nil {
		if f.DecidedS != nil {
			k.line(x(*f.AlertS), y, x(*f.DecidedS), y, "delay")
		}
		k.circle(x(*f.AlertS), y, 4.5, "alert")
	}
	if f.FirmS != nil {
		k.circle(x(*f.FirmS), y, 3.8, "firm")
	}
	k.text(at, y+4, "s o", "start", text)
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
		if c := crowd(places); c != nil {
			places = c
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
		// Launch areas first: labels keep clear of them.
		drawn := map[int]bool{}
		for i := range t.Paths {
			k := t.Paths[i].Area
			if x, y, ok := m.xy(t.Areas[k].At); ok && !drawn[k] {
				drawn[k] = true
				m.sign(symLaunch, x, y)
				m.keep(x-10, y-10, x+10, y+10)
			}
		}
		m.scaleBar()
		var outside []string
		for _, i := range order {
			a := &t.Assets[i]
			v, known := least[a.ID]
			x, y, ok := m.xy(a.At)
			if !known {
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
			if !ok || !m.inside(x, y) {
				outside = append(outside, a.Name+" "+text)
				continue
			}
			m.group(a.Name + ": " + text)
			m.sign(symAsset, x, y)
			m.end()
			m.beside(x, y, 3, short(brief(a.Name), 26)+" "+text, "s b o")
		}
		m.symbolKey(symLaunch, symAsset)
		note := ""
		if len(outside) > 0 {
			note = "Outside the map: " + strings.Join(outside, ", ") + ". "
		}
		m.note(note + "Beside each place: median seconds from the alert of its nation to impact, of the flight with the least; in brackets what the posture adds. " + mapNote)
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
