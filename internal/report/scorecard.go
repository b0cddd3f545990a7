package report

import (
	"fmt"
	"strings"

	"testudo/internal/verify"
)

// ScorecardText prints a verification: every check on a line, the tolerance and
// the source under each family.
func ScorecardText(card *verify.Scorecard, failedOnly bool) string {
	var b strings.Builder
	last := ""
	var rows [][]string
	var notes []string
	flush := func() {
		if len(rows) > 0 {
			fmt.Fprintf(&b, "%s\n", last)
			table(&b, []string{"what", "ours", "published", "difference", "allowed", ""}, rows)
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
		mark := "ok"
		switch {
		case c.Strength == verify.History:
			mark = "shown"
		case !c.Pass && c.Strength == verify.Medium:
			mark = "apart"
		case !c.Pass:
			mark = "FAILED"
		}
		rows = append(rows, []string{c.What, fmt.Sprintf("%.10g %s", c.Ours, c.Unit), fmt.Sprintf("%.10g %s", c.Published, c.Unit), fmt.Sprintf("%.2g", c.Ours-c.Published), fmt.Sprintf("%.2g", c.Tolerance), mark})
		note := fmt.Sprintf("%s; source: %s; tolerance: %s", c.Strength, c.Source, c.Why)
		if len(notes) == 0 || notes[len(notes)-1] != note {
			notes = append(notes, note)
		}
	}
	flush()
	fmt.Fprintf(&b, "strong: %d of %d hold; medium: %d of %d within their band\n", card.Strong-card.Failed, card.Strong, card.Medium-card.Apart, card.Medium)
	return b.String()
}
