package report

import (
	"fmt"
	"slices"
	"strings"

	"testudo/internal/verify"
)

// ScorecardText prints a verification: every check on a line, the tolerance and
// the source under each family.
func ScorecardText(card *verify.Scorecard, failedOnly bool) string {
	var b strings.Builder
	last := ""
	var rows [][]string
	var notes, against []string
	flush := func() {
		if len(rows) > 0 {
			fmt.Fprintf(&b, "%s\n", last)
			table(&b, append(append([]string{"what"}, against...), "difference", "allowed", ""), rows)
			for _, n := range notes {
				b.WriteString("  " + n + "\n")
			}
			b.WriteByte('\n')
		}
		rows, notes = nil, nil
	}
	for _, c := range card.Checks {
		if c.Anchor != last {
			flush()
			last = c.Anchor
		}
		if failedOnly && c.Pass {
			continue
		}
		against = columns(c.Strength)
		rows = append(rows, []string{c.What, ours(&c), fmt.Sprintf("%.10g %s", c.Published, c.Unit), fmt.Sprintf("%.2g", c.Ours-c.Published), fmt.Sprintf("%.2g", c.Tolerance), scoreMark(&c)})
		notes = include(notes, fmt.Sprintf("%s; source: %s; tolerance: %s", c.Strength, c.Source, c.Why))
	}
	flush()
	fmt.Fprintf(&b, "strong: %d of %d hold; medium: %d of %d within their band; the witness agrees in %d of %d\n", card.Strong-card.Failed, card.Strong, card.Medium-card.Apart, card.Medium, card.Agree-card.Beyond, card.Agree)
	return b.String()
}

// columns names the two figures of a check.
func columns(s verify.Strength) []string {
	if s == verify.Agreement {
		return []string{"board", "witness"}
	}
	return []string{"ours", "published"}
}

// ours prints our figure, or that there is none to set beside a record.
func ours(c *verify.Check) string {
	if c.Strength == verify.History && c.High > 0 && c.Ours == 0 {
		return "–"
	}
	return strings.TrimSpace(fmt.Sprintf("%.10g %s", c.Ours, c.Unit))
}

// include adds a note unless it is there.
func include(notes []string, n string) []string {
	if slices.Contains(notes, n) {
		return notes
	}
	return append(notes, n)
}
