package report

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	eaw "golang.org/x/text/width"

	"testudo/internal/measure"
)

// Summary is what `check` prints of a good file.
type Summary struct {
	Name       string        `json:"name"`
	Date       string        `json:"date,omitempty"`
	About      string        `json:"about,omitempty"`
	Digest     string        `json:"digest"`
	Nations    int           `json:"nations"`
	Assets     int           `json:"assets"`
	Sensors    int           `json:"sensors"`
	Batteries  int           `json:"batteries"`
	Raids      []RaidLine    `json:"raids"`
	Postures   []PostureLine `json:"postures"`
	Ladder     []string      `json:"ladder"`
	Cited      int           `json:"items_cited"`
	Mixed      int           `json:"items_partly_assumed"`
	Assumed    int           `json:"items_assumed"`
	Defaults   []string      `json:"defaults,omitempty"`
	Overridden []string      `json:"catalogue_overrides,omitempty"`
	Added      []string      `json:"catalogue_additions,omitempty"`
}

// RaidLine is one raid of a summary.
type RaidLine struct {
	ID       string `json:"id"`
	About    string `json:"about,omitempty"`
	Missiles int    `json:"missiles"`
}

// PostureLine is one posture of a summary.
type PostureLine struct {
	ID    string `json:"id"`
	About string `json:"about,omitempty"`
	Links int    `json:"links"`
}

// Clean makes a text from a scenario safe to print: control characters, among
// them the escapes that move a terminal's cursor, become a visible mark.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r == '\u2028' || r == '\u2029' { // some readers end a line at the last two
			return ' '
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError {
			return '·'
		}
		return r
	}, s)
}

// cells is the width of a text on a terminal: East Asian letters take two cells,
// marks that combine with the letter before none.
func cells(s string) int {
	n := 0
	for _, r := range s {
		switch k := eaw.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case k == eaw.EastAsianWide || k == eaw.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// narrow takes columns out of a table, those of least weight first, until it fits
// a terminal of the given width with room to spare for a bar; spare names them in
// that order. It says how many went.
func narrow(head []string, rows [][]string, room int, spare []int) ([]string, [][]string, int) {
	gone := map[int]bool{}
	pick := func(r []string) (out []string) {
		for i, c := range r {
			if !gone[i] {
				out = append(out, c)
			}
		}
		return out
	}
	wide := func() int {
		n := -2
		for i := range head {
			if gone[i] {
				continue
			}
			w := cells(head[i])
			for _, r := range rows {
				w = max(w, cells(r[i]))
			}
			n += w + 2
		}
		return n
	}
	for _, i := range spare {
		if wide() <= room {
			break
		}
		gone[i] = true
	}
	out := make([][]string, len(rows))
	for k, r := range rows {
		out[k] = pick(r)
	}
	return pick(head), out, len(gone)
}

// worded are the columns that hold words rather than figures.
var worded = map[string]bool{"about": true, "what it is": true, "name": true, "kind": true, "nations": true}

// Columns prints a table of texts that may be anybody's.
func Columns(head []string, rows [][]string) string {
	clean := make([][]string, len(rows))
	for k, r := range rows {
		for _, c := range r {
			clean[k] = append(clean[k], Clean(c))
		}
	}
	var b strings.Builder
	table(&b, head, clean)
	return b.String()
}

// table prints aligned columns; the first is left-aligned, the others right. The
// line under the head shows where each begins and ends: Fit goes by it.
func table(b *strings.Builder, head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	w := make([]int, len(head))
	for i := range w {
		w[i] = 1
	}
	all := append([][]string{head}, rows...)
	for _, r := range all {
		for i, c := range r {
			w[i] = max(w[i], cells(c))
		}
	}
	for k, r := range all {
		for i, c := range r {
			pad := strings.Repeat(" ", w[i]-cells(c))
			switch {
			case i == 0:
				b.WriteString(c + pad)
			case worded[head[i]]: // words begin in line
				if i == len(r)-1 {
					pad = ""
				}
				b.WriteString("  " + c + pad)
			default:
				b.WriteString("  " + pad + c)
			}
		}
		b.WriteByte('\n')
		if k == 0 {
			for i, x := range w {
				if i > 0 {
					b.WriteString("  ")
				}
				if i == len(w)-1 {
					x = min(x, 60) // a sentence
				}
				b.WriteString(strings.Repeat("-", x))
			}
			b.WriteByte('\n')
		}
	}
}

func signed(x float64) string {
	if x > 0 {
		return "+" + measure.Num(x)
	}
	return measure.Num(x)
}

func interval(f measure.Figure) string {
	if math.IsInf(f.Low, 0) || math.IsInf(f.High, 0) {
		return "[one run tells none]"
	}
	return "[" + measure.Num(f.Low) + ", " + measure.Num(f.High) + "]"
}

func millions(usd float64) string {
	if usd == 0 {
		return "0"
	}
	return measure.Num(usd / 1e6)
}

// Text prints a comparison for a terminal of the given width.
func Text(d *Document, width int, colour bool) string {
	var b strings.Builder
	c := d.Result
	fmt.Fprintf(&b, "%s\n", Clean(d.Scenario))
	fmt.Fprintf(&b, "raid %s: %d missiles; %d runs, seed %d\n\n", Clean(c.Raid), c.Missiles, c.Runs, c.Seed)
	staircase(&b, c, width, colour)
	for n := range c.Rows[0].Nations {
		b.WriteByte('\n')
		nationTable(&b, c, n, width)
	}
	if len(c.Rows) == 1 {
		single(&b, &c.Rows[0], width)
	}
	b.WriteByte('\n')
	b.WriteString(wrap(c.Verdict, min(width, 100)))
	for i := range c.Idle {
		b.WriteByte('\n')
		b.WriteString(wrap(strings.Join(c.Idle[i].Words, " "), min(width, 100)))
	}
	if c.Witness != nil {
		b.WriteByte('\n')
		b.WriteString(wrap(c.Witness.Words(), min(width, 100)))
	}
	fmt.Fprintf(&b, "\nRests on %d cited figures and %d assumptions", d.Ledger.Cited, d.Ledger.Assumed)
	if n := len(d.Overridden) + len(d.Added); n > 0 {
		fmt.Fprintf(&b, ", and on %d entries or figures of the scenario's own", n)
	}
	b.WriteString(".\n")
	fmt.Fprintf(&b, "%s\n", Clean(d.Command))
	return b.String()
}

// Verdict prints what a document finds, and what would flip it, in words.
func Verdict(d *Document, width int) string {
	out := wrap(d.Result.Verdict, min(width, 100))
	if d.Flip != nil {
		out += wrap(d.Flip.Words()[0], min(width, 100))
	}
	return out
}

// staircase prints one line per posture with a bar of its leakers.
func staircase(b *strings.Builder, c *measure.Comparison, width int, colour bool) {
	head := []string{"posture", "leakers", "95 %", "step", "95 %", "P(none)", "damage", "shots", "wasted", "MUSD"}
	var rows [][]string
	most := 0.0
	for _, r := range c.Rows {
		most = math.Max(most, r.Leakers.Value)
	}
	for i, r := range c.Rows {
		step, iv := "", ""
		if i > 0 {
			step, iv = signed(r.Step.Leakers.Value), interval(r.Step.Leakers)
			if r.Step.Leakers.Zero() {
				step, iv = "0", "no run differs"
			}
		}
		rows = append(rows, []string{Clean(r.Posture), measure.Num(r.Leakers.Value), interval(r.Leakers), step, iv, measure.Percent(r.NoLeaker.Value), measure.Num(r.Damage.Value), measure.Num(r.Shots.Value), measure.Num(r.Wasted.Value), millions(r.CostUSD.Value)})
	}
	var t strings.Builder
	// Damage, cost and what was wasted go first; the leakers with their interval
	// stay.
	head, rows, gone := narrow(head, rows, width-9, []int{6, 9, 8, 7, 5, 4, 3})
	table(&t, head, rows)
	lines := strings.Split(strings.TrimSuffix(t.String(), "\n"), "\n")
	room := width - cells(lines[0]) - 3
	for i, l := range lines {
		b.WriteString(l)
		if i >= 2 && room >= 6 && most > 0 {
			n := int(math.Round(float64(min(room, 30)) * c.Rows[i-2].Leakers.Value / most))
			bar := strings.Repeat("█", n)
			if colour {
				bar = "\x1b[34m" + bar + "\x1b[0m"
			}
			b.WriteString("   " + bar)
		}
		b.WriteByte('\n')
	}
	if gone > 0 {
		b.WriteString(wrap(fmt.Sprintf("(%d columns do not fit this terminal; a wider one, --html or --json shows them)", gone), width))
	}
}

func nationTable(b *strings.Builder, c *measure.Comparison, n, width int) {
	head := []string{Clean(c.Rows[0].Nations[n].Nation), "leakers", "95 %", "since first", "95 %", "damage", "shots", "for others", "exposed"}
	var rows [][]string
	for i, r := range c.Rows {
		x := r.Nations[n]
		since, iv := "", ""
		if i > 0 {
			since, iv = signed(x.Base.Value), interval(x.Base)
			if x.Base.Zero() {
				since, iv = "0", "no run differs"
			}
		}
		rows = append(rows, []string{Clean(r.Posture), measure.Num(x.Leakers.Value), interval(x.Leakers), since, iv, measure.Num(x.Damage.Value), measure.Num(x.Shots.Value), measure.Num(x.OnOthers.Value), measure.Num(x.Exposed.Value)})
	}
	head, rows, _ = narrow(head, rows, width, []int{5, 6, 8, 7, 4, 2})
	table(b, head, rows)
}

// single prints the tables of one posture.
func single(b *strings.Builder, r *measure.Row, width int) {
	b.WriteByte('\n')
	var rows [][]string
	for _, a := range r.Assets {
		rows = append(rows, []string{Clean(a.Asset), a.Nation, measure.Num(a.Threats.Value), measure.Num(a.Leakers.Value), interval(a.Leakers), measure.Num(a.Hits.Value), measure.Percent(a.Warned.Value), measure.Num(a.WarningS.Value), measure.Percent(a.Shootable.Value), measure.Num(a.FirstS.Value), measure.Num(a.LastS.Value)})
	}
	table(b, []string{"asset", "nation", "threats", "leakers", "95 %", "hits", "warned", "s before", "shootable", "first shot s", "last shot s"}, rows)
	b.WriteByte('\n')
	rows = nil
	for _, x := range r.Batteries {
		rows = append(rows, []string{Clean(x.Battery), x.Nation, Clean(x.Interceptor), measure.Num(x.Shots.Value), measure.Num(x.Wasted.Value), measure.Num(x.Killed.Value), measure.Num(x.OnOthers.Value), measure.Num(x.Left.Value)})
	}
	table(b, []string{"battery", "nation", "interceptor", "shots", "wasted", "kills", "for others", "left"}, rows)
	b.WriteByte('\n')
	rows = nil
	for _, x := range r.Layers {
		rows = append(rows, []string{Clean(x.Interceptor), measure.Num(x.Shots), measure.Num(x.Wasted), measure.Num(x.Killed), measure.Num(x.Left)})
	}
	table(b, []string{"layer", "shots", "wasted", "kills", "left"}, rows)
	if len(r.Objectives) > 0 {
		b.WriteByte('\n')
		rows = nil
		for _, x := range r.Objectives {
			rows = append(rows, []string{Clean(x.Objective), measure.Percent(x.Denied.Value), "[" + measure.Percent(x.Denied.Low) + ", " + measure.Percent(x.Denied.High) + "]", Clean(x.About)})
		}
		table(b, []string{"objective", "P(denied)", "95 %", "what it is"}, rows)
	}
	b.WriteString("\nleakers  runs\n")
	most := int64(1)
	total := int64(0)
	for _, n := range r.Histogram {
		most = max(most, n)
		total += n
	}
	for k, n := range r.Histogram {
		if n > 0 {
			fmt.Fprintf(b, "%7d  %s %s\n", k, strings.Repeat("█", int(int64(max(10, min(40, width-18)))*n/most)), measure.Percent(float64(n)/float64(total)))
		}
	}
}

// wrap breaks a paragraph at a width.
func wrap(s string, width int) string {
	var b strings.Builder
	n := 0
	for i, w := range strings.Fields(Clean(s)) {
		l := cells(w)
		switch {
		case i == 0:
		case n+1+l > width:
			b.WriteByte('\n')
			n = 0
		default:
			b.WriteByte(' ')
			n++
		}
		b.WriteString(w)
		n += l
	}
	b.WriteByte('\n')
	return b.String()
}

// AccountText prints an account.
func AccountText(a *Account) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, raid %s, posture %s\nmissile %s, run %d, seed %d: %s\n\n", Clean(a.Scenario), Clean(a.Raid), Clean(a.Posture), Clean(a.Missile), a.Run, a.Seed, a.Outcome)
	b.WriteString("raid time  in flight\n")
	for _, l := range a.Lines {
		fmt.Fprintf(&b, "%7.1f s  %7.1f s  %s\n", l.TimeS, l.FlightS, Clean(l.Text))
	}
	return b.String()
}

// SummaryText prints what a scenario holds.
func SummaryText(s *Summary) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: no error found\n", Clean(s.Name))
	fmt.Fprintf(&b, "%d nations, %d assets, %d sensors, %d batteries; of its items %d are cited, %d cited in part (weight, facing or station assumed), %d assumed\n\n", s.Nations, s.Assets, s.Sensors, s.Batteries, s.Cited, s.Mixed, s.Assumed)
	var rows [][]string
	for _, r := range s.Raids {
		rows = append(rows, []string{Clean(r.ID), fmt.Sprint(r.Missiles), Clean(r.About)})
	}
	table(&b, []string{"raid", "missiles", "about"}, rows)
	b.WriteByte('\n')
	rows = nil
	for _, p := range s.Postures {
		rows = append(rows, []string{Clean(p.ID), fmt.Sprint(p.Links), Clean(p.About)})
	}
	table(&b, []string{"posture", "links", "about"}, rows)
	if len(s.Defaults) > 0 {
		b.WriteString("\nNot stated in the file, and what was taken:\n")
		for _, d := range s.Defaults {
			fmt.Fprintf(&b, "  %s\n", Clean(d))
		}
	}
	if n := append(append([]string(nil), s.Overridden...), s.Added...); len(n) > 0 {
		fmt.Fprintf(&b, "\nOf the file's own in the catalogue: %s\n", Clean(strings.Join(n, ", ")))
	}
	return b.String()
}
