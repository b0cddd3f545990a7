package export

import (
	"bytes"
	"encoding/csv"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"testudo/internal/measure"
	"testudo/internal/report"
)

// hostile are names that a scenario may bring and a reader must not act on.
var hostile = []string{"=cmd|'/C calc'!A0", "+1", "-1+2", "@SUM(A1)", "\t=1", " =1", "#note", "a,b\"c", "two\nlines", "\x1b[31mred", "\u202eabc", "＝1", "<script>alert(1)</script>"}

func sample() *report.Document {
	f := func(x float64) measure.Figure { return measure.Figure{Value: x, Low: x - 0.5, High: x + 0.5} }
	c := &measure.Comparison{Scenario: hostile[0], Raid: "r", Seed: 7, Runs: 100, Missiles: 9, Verdict: "Together\nis better."}
	for i, h := range hostile {
		c.Rows = append(c.Rows, measure.Row{Posture: h, Leakers: f(float64(i) + 1.0/3), Nations: []measure.NationRow{{Nation: h, Leakers: f(2)}},
			Assets: []measure.AssetRow{{Asset: h, Nation: h, Leakers: f(1)}}, Objectives: []measure.ObjectiveRow{{Objective: h, Denied: measure.Figure{Value: 0.5, Low: math.Inf(-1), High: math.Inf(1)}}}})
	}
	return &report.Document{Tool: "testudo test", Command: "testudo gain x", Scenario: hostile[0], Result: c}
}

// TestCSVHoldsTheTable reads a table back with the library's reader, as a
// spreadsheet would: every number to the last bit, no text that acts.
func TestCSVHoldsTheTable(t *testing.T) {
	table := Results(sample(), 2014)
	raw, err := CSV(table)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(raw))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != table.Len()+1 || table.Len() != 4*len(hostile) {
		t.Fatalf("%d lines for %d rows", len(rows), table.Len())
	}
	for i := range table.Columns {
		c := &table.Columns[i]
		if rows[0][i] != c.Name {
			t.Errorf("column %d is %q, want %q", i, rows[0][i], c.Name)
		}
		for k, row := range rows[1:] {
			s := row[i]
			if c.Num == nil {
				if s != "" && strings.ContainsRune("=+-@\t\r＝", []rune(strings.TrimLeft(s, " "))[0]) {
					t.Errorf("cell %q would be a formula", s)
				}
				continue
			}
			if math.IsNaN(c.Num[k]) || math.IsInf(c.Num[k], 0) {
				if s != "" {
					t.Errorf("%s of row %d: %q where nothing exists", c.Name, k, s)
				}
				continue
			}
			if x, err := strconv.ParseFloat(s, 64); err != nil || x != c.Num[k] {
				t.Errorf("%s of row %d: %q, want %v", c.Name, k, s, c.Num[k])
			}
		}
	}
	for _, l := range strings.Split(string(raw), "\n") {
		if strings.ContainsAny(l, "\x1b\u202e") {
			t.Errorf("line %q holds an escape", l)
		}
	}
	for _, want := range []string{"# tool: testudo test\n", "# seed: 7\n", "# column leakers_missiles: missiles that arrive, mean per raid\n", "# verdict: Together is better.\n"} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no line %q", want)
		}
	}
}

func TestParquetHoldsTheTable(t *testing.T) {
	table := Results(sample(), 2014)
	raw, err := Parquet(table)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := Parquet(table); !bytes.Equal(raw, again) {
		t.Error("the same table gives other bytes")
	}
	f, err := parquet.OpenFile(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := f.Lookup("testudo.scenario"); v != hostile[0] {
		t.Errorf("scenario %q", v)
	}
	if v, _ := f.Lookup("testudo.columns"); !strings.Contains(v, `"leakers_missiles":"missiles that arrive, mean per raid"`) {
		t.Errorf("columns %q", v)
	}
	rows, err := parquet.Read[any](bytes.NewReader(raw), int64(len(raw)))
	if err != nil || len(rows) != table.Len() {
		t.Fatalf("%d rows, %v; want %d", len(rows), err, table.Len())
	}
	for k, row := range rows {
		m := row.(map[string]any)
		for i := range table.Columns {
			c := &table.Columns[i]
			got := m[c.Name]
			switch {
			case c.Text != nil:
				if got != c.Text[k] {
					t.Errorf("%s of row %d: %v, want %q", c.Name, k, got, c.Text[k])
				}
			case math.IsNaN(c.Num[k]) || math.IsInf(c.Num[k], 0):
				if got != nil {
					t.Errorf("%s of row %d: %v where nothing exists", c.Name, k, got)
				}
			case got != c.Num[k]:
				t.Errorf("%s of row %d: %v, want %v", c.Name, k, got, c.Num[k])
			}
		}
	}
	if names := f.Schema().Columns(); names[0][0] != "posture" || names[4][0] != "leakers_missiles" {
		t.Errorf("columns in the order %v", names[:5])
	}
}

func TestTableThatIsNone(t *testing.T) {
	for _, bad := range []*Table{
		{Columns: []Column{{Name: "a", Int: []int64{1}}, {Name: "b", Int: []int64{1, 2}}}},
		{Columns: []Column{{Name: "a", Int: []int64{1}}, {Name: "a", Int: []int64{1}}}},
	} {
		if _, err := CSV(bad); err == nil {
			t.Error("CSV wrote it")
		}
		if _, err := Parquet(bad); err == nil {
			t.Error("Parquet wrote it")
		}
	}
}
