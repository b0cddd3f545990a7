package report

import (
	"strings"
)

// Fit lays a text out for a terminal of the given width; none (0) leaves it as
// it is. Paragraphs are wrapped, under where they begin to speak; a table that is
// too wide goes on below with its first column repeated, so that nothing is
// lost, and its sentences are wrapped in their column.
func Fit(text string, width int) string {
	if width <= 0 {
		return text
	}
	width = max(width, 20)
	var b strings.Builder
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		if i+1 < len(lines) {
			if cols := ruler(lines[i+1]); cols != nil {
				end := i + 2
				for end < len(lines) && row(lines[end], cols) {
					end++
				}
				fitTable(&b, lines[i:end], cols, width)
				i = end - 1
				continue
			}
		}
		l := lines[i]
		if cells(l) > width && !strings.HasPrefix(l, "testudo ") { // a command is to be copied
			l = hang(l, width)
		}
		b.WriteString(l)
		if i+1 < len(lines) {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// colours are the only escapes of our own texts, those of the bars.
var colours = strings.NewReplacer("\x1b[34m", "", "\x1b[0m", "")

// span is a column of a table, in cells; the last one goes to the end of a line.
type span struct{ from, to int }

// ruler reads the columns off the line under the head of a table.
func ruler(l string) (cols []span) {
	if !strings.HasPrefix(l, "-") || strings.Trim(l, "- ") != "" {
		return nil
	}
	for i := 0; i < len(l); {
		j := i
		for j < len(l) && l[j] == '-' {
			j++
		}
		if j == i || j < len(l) && !strings.HasPrefix(l[j:], "  -") {
			return nil
		}
		cols = append(cols, span{i, j})
		i = j + 2
	}
	return cols
}

// row reports whether a line keeps to the columns.
func row(l string, cols []span) bool {
	if strings.TrimSpace(l) == "" {
		return false
	}
	for _, c := range cols[1:] {
		if strings.TrimSpace(slice(l, c.from-2, c.from)) != "" {
			return false
		}
	}
	return true
}

// slice cuts cells out of a line.
func slice(l string, from, to int) string {
	at, begin := 0, -1
	for i, r := range l {
		if begin < 0 && at >= from {
			begin = i
		}
		if at >= to {
			return l[max(begin, 0):i]
		}
		at += cells(string(r))
	}
	if begin < 0 {
		return ""
	}
	return l[begin:]
}

func fitTable(b *strings.Builder, lines []string, cols []span, width int) {
	wide := 0
	for _, l := range lines {
		wide = max(wide, cells(colours.Replace(l)))
	}
	if wide <= width {
		b.WriteString(strings.Join(lines, "\n") + "\n")
		return
	}
	last := len(cols) - 1
	grid := [][]string{}
	w := make([]int, len(cols))
	for k, l := range lines {
		if k == 1 {
			continue
		}
		r := make([]string, len(cols))
		for i, c := range cols {
			to := c.to
			if i == last {
				to = 1 << 30
			}
			r[i] = strings.TrimSpace(slice(l, c.from, to))
			w[i] = max(w[i], cells(r[i]))
		}
		grid = append(grid, r)
	}
	for i := range w { // a name longer than half the terminal is cut
		if most := max(12, width/2-2); i < last && w[i] > most {
			for _, r := range grid {
				if cells(r[i]) > most {
					r[i] = slice(r[i], 0, most-1) + "…"
				}
			}
			w[i] = most
		}
	}
	others := w[0]
	for _, x := range w[1:] {
		others += x + 2
	}
	sentence := last > 0 && speaks(grid, last)
	if sentence && others-w[last]-2 <= width {
		fitSentences(b, grid, w, width)
		return
	}
	for from := 1; ; {
		to, n := from, w[0]
		for to <= last && (to == from || n+2+w[to] <= width && (to < last || !sentence)) {
			n += 2 + w[to]
			to++
		}
		if from > 1 {
			b.WriteByte('\n')
		}
		var part [][]string
		for _, r := range grid {
			part = append(part, append([]string{r[0]}, r[from:to]...))
		}
		if to > last && sentence {
			fitSentences(b, part, []int{w[0], w[last]}, width)
			return
		}
		for _, r := range part { // a column alone may be too wide yet
			i, room := len(r)-1, width
			if i > 0 {
				room -= w[0] + 2
			}
			if i < 2 && cells(r[i]) > room {
				r[i] = slice(r[i], 0, room-1) + "…"
			}
		}
		table(b, part[0], part[1:])
		if from = to; from > last {
			return
		}
	}
}

// speaks reports whether a column holds them rather than figures.
func speaks(grid [][]string, col int) bool {
	for _, r := range grid[1:] {
		if cells(r[col]) > 24 && strings.Count(r[col], " ") > 2 {
			return true
		}
	}
	return false
}

// fitSentences wraps the last column beside the others, or under them.
func fitSentences(b *strings.Builder, grid [][]string, w []int, width int) {
	last := len(w) - 1
	indent := 0
	for _, x := range w[:last] {
		indent += x + 2
	}
	under := width-indent < 24
	if under {
		indent = 4
	}
	for k, r := range grid {
		line := ""
		for i, c := range r[:last] {
			pad := strings.Repeat(" ", w[i]-cells(c))
			if i == 0 {
				line += c + pad
			} else {
				line += "  " + pad + c
			}
		}
		words := strings.Split(strings.TrimSuffix(wrap(r[last], width-indent), "\n"), "\n")
		if under {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
		} else {
			b.WriteString(line + "  " + words[0] + "\n")
			words = words[1:]
		}
		for _, x := range words {
			if x != "" {
				b.WriteString(strings.Repeat(" ", indent) + x + "\n")
			}
		}
		if k == 0 {
			n := width
			if !under {
				n = min(width, indent+60)
			}
			b.WriteString(strings.Repeat("-", n) + "\n")
		}
	}
}

// hang wraps a line and begins the next under where this one began to speak: after
// its last gap of two spaces, if that is not too far to the right.
func hang(l string, width int) string {
	indent := 0
	for i := 0; i+2 < len(l) && cells(l[:i]) < width*3/5-2; i++ {
		if l[i] == ' ' && l[i+1] == ' ' && l[i+2] != ' ' {
			indent = cells(l[:i+2])
		}
	}
	front := slice(l, 0, indent)
	if indent == 0 || strings.TrimSpace(front) == "" {
		lead := len(l) - len(strings.TrimLeft(l, " "))
		front = strings.Repeat(" ", min(lead, width/2))
		l = front + strings.TrimLeft(l, " ")
		indent = len(front)
	}
	rest := strings.Split(strings.TrimSuffix(wrap(slice(l, indent, 1<<30), width-indent), "\n"), "\n")
	return front + strings.Join(rest, "\n"+strings.Repeat(" ", indent))
}
