// Package export writes results and runs in the formats of other programs:
// Parquet and CSV tables, Dstl's Common Data Format, SIMDIS.
package export

import (
	"fmt"
	"math"
)

// Table is a table of results. All columns are of one length.
type Table struct {
	About   string      // what a row is
	Meta    [][2]string // what is needed to judge and repeat it: key, value
	Columns []Column
}

// Column is one column; its name ends in its unit. One of Text, Int and Num is
// set. A number that does not exist for a row is NaN: an empty cell in CSV, null
// in Parquet.
type Column struct {
	Name, About string
	Text        []string
	Int         []int64
	Num         []float64
}

// Len is the number of rows.
func (t *Table) Len() int {
	if len(t.Columns) == 0 {
		return 0
	}
	c := &t.Columns[0]
	return max(len(c.Text), len(c.Int), len(c.Num))
}

// check says whether the table is one.
func (t *Table) check() error {
	seen := map[string]bool{}
	for i := range t.Columns {
		c := &t.Columns[i]
		if n := len(c.Text) + len(c.Int) + len(c.Num); n != t.Len() {
			return fmt.Errorf("export: column %s has %d rows, the table %d", c.Name, n, t.Len())
		}
		if seen[c.Name] {
			return fmt.Errorf("export: two columns %s", c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}

// missing is a number that does not exist.
var missing = math.NaN()
