package report

import (
	"fmt"
	"math"
	"strings"

	"testudo/internal/measure"
)

// DenyPoint is a probability with its 95 % interval.
type DenyPoint struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// DenyDocument tells how likely each posture denies each objective against the
// size of the raid.
type DenyDocument struct {
	Scenario   string          `json:"scenario"`
	Raid       string          `json:"raid"`
	Seed       uint64          `json:"seed"`
	Runs       int             `json:"runs"`
	Sizes      []int           `json:"raid_sizes"`
	Postures   []string        `json:"postures"`
	Objectives []DenyObjective `json:"objectives"`
}

// DenyObjective is one objective. Need50 and Need90 give, per posture, the raid
// size at which the attacker reaches it with probability 0.5 and 0.9; -1 beyond
// the sizes played, 0 if the smallest played already suffices.
type DenyObjective struct {
	ID         string        `json:"objective"`
	About      string        `json:"about,omitempty"`
	Denied     [][]DenyPoint `json:"denied"` // [posture][size]
	Need50     []float64     `json:"raid_size_50"`
	Need90     []float64     `json:"raid_size_90"`
	Range50    [][2]float64  `json:"raid_size_50_95"` // where the ends of the 95 % intervals cross
	Range90    [][2]float64  `json:"raid_size_90_95"`
	Multiplier float64       `json:"multiplier_50"` // last posture over first; 0 if not known
	// MultiplierLow and MultiplierHigh bound it, whatever the two raid sizes have
	// to do with each other; 0 if not known.
	MultiplierLow  float64 `json:"multiplier_50_low"`
	MultiplierHigh float64 `json:"multiplier_50_high"`
}

// DenySet is denial for each of a list of raids, the attacker's choice among
// them open.
type DenySet struct {
	Raids []*DenyDocument `json:"raids"`
	Worst []DenyWorst     `json:"worst"`
}

// DenyWorst names, for an objective and a posture, the raid of the list that
// needs the fewest missiles for a chance of one half.
type DenyWorst struct {
	Objective string  `json:"objective"`
	Posture   string  `json:"posture"`
	Raid      string  `json:"raid"`
	Need50    float64 `json:"raid_size_50"`
	Need90    float64 `json:"raid_size_90"`
}

// Choose finds the worst raid of the set for every objective and posture.
func (s *DenySet) Choose() {
	if len(s.Raids) == 0 {
		return
	}
	// A raid that never gets there is no choice; one for which the smallest
	// played suffices is the best there is.
	less := func(a, b float64) bool { return a >= 0 && (b < 0 || a < b) }
	for i, o := range s.Raids[0].Objectives {
		for p, name := range s.Raids[0].Postures {
			w := DenyWorst{Objective: o.ID, Posture: name, Need50: -1, Need90: -1}
			for _, d := range s.Raids {
				if x := &d.Objectives[i]; w.Raid == "" || less(x.Need50[p], w.Need50) {
					w.Raid, w.Need50, w.Need90 = d.Raid, x.Need50[p], x.Need90[p]
				}
			}
			s.Worst = append(s.Worst, w)
		}
	}
}

// Solve finds the raid sizes that reach the objectives, between the sizes played.
func (d *DenyDocument) Solve() {
	for i := range d.Objectives {
		o := &d.Objectives[i]
		for p := range d.Postures {
			at := func(level float64, of func(DenyPoint) float64) float64 { return need(d.Sizes, o.Denied[p], level, of) }
			value := func(x DenyPoint) float64 { return x.Value }
			low := func(x DenyPoint) float64 { return x.Low }
			high := func(x DenyPoint) float64 { return x.High }
			o.Need50 = append(o.Need50, at(0.5, value))
			o.Need90 = append(o.Need90, at(0.1, value))
			o.Range50 = append(o.Range50, [2]float64{at(0.5, low), at(0.5, high)})
			o.Range90 = append(o.Range90, [2]float64{at(0.1, low), at(0.1, high)})
		}
		last := len(o.Need50) - 1
		if a, b := o.Need50[0], o.Need50[last]; a > 0 && b > 0 {
			o.Multiplier = b / a
			if x, y := o.Range50[0], o.Range50[last]; x[0] > 0 && x[1] > 0 && y[0] > 0 && y[1] > 0 {
				o.MultiplierLow, o.MultiplierHigh = y[0]/x[1], y[1]/x[0]
			}
		}
	}
}

// need interpolates the size at which a probability of denial falls to a level.
func need(sizes []int, ps []DenyPoint, level float64, of func(DenyPoint) float64) float64 {
	if of(ps[0]) <= level {
		return 0
	}
	for k := 1; k < len(ps); k++ {
		if a, b := of(ps[k-1]), of(ps[k]); b <= level {
			x := (a - level) / (a - b)
			return float64(sizes[k-1]) + x*float64(sizes[k]-sizes[k-1])
		}
	}
	return -1
}

func size(x float64, sizes []int) string {
	switch {
	case x < 0:
		return fmt.Sprintf("> %d", sizes[len(sizes)-1])
	case x == 0:
		return fmt.Sprintf("< %d", sizes[0])
	}
	return fmt.Sprintf("%.0f", x)
}

// sizeRange writes a size with its interval.
func sizeRange(x float64, r [2]float64, sizes []int) string {
	if x <= 0 {
		return size(x, sizes)
	}
	return size(x, sizes) + " [" + size(r[0], sizes) + ", " + size(r[1], sizes) + "]"
}

// Verdict says how much larger the attacker's raid must be together than alone.
func (d *DenyDocument) Verdict() []string {
	first, last := d.Postures[0], d.Postures[len(d.Postures)-1]
	var out []string
	for i := range d.Objectives {
		o := &d.Objectives[i]
		s := ""
		switch {
		case o.Multiplier > 0 && math.Abs(o.Multiplier-1) > 0.02:
			s = fmt.Sprintf("To have an even chance of %s the attacker needs %.2f times as many missiles under %q as under %q", o.ID, o.Multiplier, last, first)
			if o.MultiplierLow > 0 {
				s += fmt.Sprintf(" (%.2f to %.2f)", o.MultiplierLow, o.MultiplierHigh)
			}
			s += fmt.Sprintf(": %s instead of %s.", size(o.Need50[len(o.Need50)-1], d.Sizes), size(o.Need50[0], d.Sizes))
		case o.Multiplier > 0:
			s = fmt.Sprintf("For an even chance of %s, %q asks no more missiles of the attacker than %q: %s.", o.ID, last, first, size(o.Need50[0], d.Sizes))
		case o.Need50[0] == 0:
			s = fmt.Sprintf("Under %q the smallest raid played already has an even chance of %s.", first, o.ID)
		default:
			s = fmt.Sprintf("No raid played has an even chance of %s under every posture.", o.ID)
		}
		out = append(out, s)
	}
	return out
}

func (d *DenyDocument) sheets() []sheet {
	n := func(x string) cell { return cell{minus(x), "n"} }
	var out []sheet
	for i := range d.Objectives {
		o := &d.Objectives[i]
		about := o.ID
		if o.About != "" {
			about += ", " + o.About
		}
		t := sheet{Caption: Clean(about) + ": probability that it is denied, by number of missiles; missiles needed", Head: []cell{{"posture", ""}}}
		for _, s := range d.Sizes {
			t.Head = append(t.Head, cell{fmt.Sprint(s), "n"})
		}
		t.Head = append(t.Head, cell{"for 50 %", "n"}, cell{"for 90 %", "n"})
		for p, name := range d.Postures {
			cells := []cell{txt(name)}
			for _, x := range o.Denied[p] {
				cells = append(cells, n(measure.Percent(x.Value)))
			}
			t.row("", append(cells, n(sizeRange(o.Need50[p], o.Range50[p], d.Sizes)), n(sizeRange(o.Need90[p], o.Range90[p], d.Sizes)))...)
		}
		out = append(out, t)
	}
	return out
}

func (d *DenyDocument) head() string {
	return fmt.Sprintf("raid %s at several sizes, mix and aim as given; %d runs each, seed %d", d.Raid, d.Runs, d.Seed)
}

// DenyText prints P(objective denied) against raid size, and the raid the
// attacker needs; for a set of raids, also which one serves him best.
func DenyText(s *DenySet) string {
	var b strings.Builder
	for k, d := range s.Raids {
		if k == 0 {
			fmt.Fprintf(&b, "%s\n", Clean(d.Scenario))
		}
		fmt.Fprintf(&b, "%s\n\n", Clean(d.head()))
		for _, v := range d.Verdict() {
			b.WriteString(wrap(v, 100))
		}
		b.WriteByte('\n')
		for _, t := range d.sheets() {
			t.text(&b)
		}
	}
	if len(s.Raids) > 1 {
		t := s.worstSheet()
		t.text(&b)
	}
	return b.String()
}

func (s *DenySet) worstSheet() sheet {
	t := sheet{Caption: "The raid of the list that needs the fewest missiles", Head: []cell{{"objective", ""}, {"posture", ""}, {"raid", ""}, {"for 50 %", "n"}, {"for 90 %", "n"}}}
	for _, w := range s.Worst {
		sizes := s.Raids[0].Sizes
		for _, d := range s.Raids {
			if d.Raid == w.Raid {
				sizes = d.Sizes
			}
		}
		t.row("", txt(w.Objective), txt(w.Posture), txt(w.Raid), cell{size(w.Need50, sizes), "n"}, cell{size(w.Need90, sizes), "n"})
	}
	return t
}

// DenyHTML sets denial as a page with its curves.
func DenyHTML(s *DenySet, tool, command string) ([]byte, error) {
	d := s.Raids[0]
	p := plainPage{Tool: tool, Title: d.Scenario, Kicker: "Testudo · can the attacker reach its aim?", Command: command, Sub: strings.ToUpper(d.head()[:1]) + d.head()[1:] + ".", Facts: []fact{{"Program", tool}}}
	for _, d := range s.Raids {
		for _, v := range d.Verdict() {
			if len(s.Raids) > 1 {
				v = "Raid " + d.Raid + ": " + v
			}
			p.Verdict = append(p.Verdict, v)
		}
	}
	if len(s.Raids) > 1 {
		p.Sections = append(p.Sections, sectionView{ID: "worst", Title: "The attacker's choice", Tables: []sheet{s.worstSheet()}})
	}
	for _, d := range s.Raids {
		v := sectionView{ID: "raid-" + fileName(d.Raid), Title: "Raid " + Clean(d.Raid), Tables: d.sheets(), Intro: []string{"Each curve falls from a raid too small to one too large: the farther right it falls, the more the attacker must spend. Missiles needed are read off between the sizes played; their ranges are where the ends of the 95 % intervals cross."}}
		for _, g := range d.charts() {
			v.Figures = append(v.Figures, drawn(g, "Bands are 95 % intervals."))
		}
		p.Sections = append(p.Sections, v)
	}
	return p.html(s)
}

// charts are the curves, one drawing for each objective.
func (d *DenyDocument) charts() []Drawing {
	var out []Drawing
	for i := range d.Objectives {
		o := &d.Objectives[i]
		var all []series
		same := map[string]int{}
		for p, name := range d.Postures {
			s := series{Name: name}
			key := ""
			for k, x := range o.Denied[p] {
				s.X, s.Y = append(s.X, float64(d.Sizes[k])), append(s.Y, x.Value)
				s.Low, s.High = append(s.Low, x.Low), append(s.High, x.High)
				key += fmt.Sprint(x.Value, " ")
			}
			// Postures that come out the same in every run are one line.
			if at, ok := same[key]; ok {
				first, _, _ := strings.Cut(all[at].Name, " to ")
				all[at].Name = first + " to " + name
				continue
			}
			same[key] = len(all)
			all = append(all, s)
		}
		out = append(out, lines(fmt.Sprintf("deny-%d", i+1), "Denied: "+o.ID, "missiles in the raid", "probability that the objective is denied", "missiles,denied,denied_low_95,denied_high_95", true, all))
	}
	return out
}

// Drawings are the curves of all raids.
func (s *DenySet) Drawings() []Drawing {
	var out []Drawing
	for _, d := range s.Raids {
		for _, g := range d.charts() {
			if len(s.Raids) > 1 {
				g.Name += "-" + fileName(d.Raid)
			}
			out = append(out, g)
		}
	}
	return out
}

// fileName keeps of a name what is safe in a file's.
func fileName(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, short(s, 60))
}
