package export

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"testudo/internal/report"
)

// CSV writes a table as RFC 4180 text in UTF-8. What a result rests on stands in
// front, in lines that begin with #, which the W3C's model of tabular data takes
// for comments (https://www.w3.org/TR/tabular-data-model/, commentPrefix). Texts
// that a spreadsheet would take for a formula begin with an apostrophe; numbers
// stay numbers.
func CSV(t *Table) ([]byte, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	note := func(k, v string) { fmt.Fprintf(&b, "# %s: %s\n", k, report.Clean(v)) }
	note("rows", t.About)
	for _, m := range t.Meta {
		note(report.Clean(m[0]), m[1])
	}
	for i := range t.Columns {
		note("column "+report.Clean(t.Columns[i].Name), t.Columns[i].About)
	}
	for i := range t.Columns {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(report.CSVText(t.Columns[i].Name))
	}
	b.WriteByte('\n')
	for r := range t.Len() {
		for i := range t.Columns {
			if i > 0 {
				b.WriteByte(',')
			}
			switch c := &t.Columns[i]; {
			case c.Text != nil:
				b.WriteString(report.CSVText(c.Text[r]))
			case c.Int != nil:
				b.WriteString(strconv.FormatInt(c.Int[r], 10))
			case !math.IsNaN(c.Num[r]) && !math.IsInf(c.Num[r], 0):
				b.WriteString(strconv.FormatFloat(c.Num[r], 'g', -1, 64))
			}
		}
		b.WriteByte('\n')
	}
	return b.Bytes(), nil
}
