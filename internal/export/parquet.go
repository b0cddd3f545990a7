package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// Parquet writes a table as Apache Parquet (Snappy, which every reader knows). What a result rests on stands
// in the key-value metadata of the file: testudo.rows, one testudo.KEY for each
// line of Meta, and testudo.columns, a JSON object from column to meaning.
func Parquet(t *Table) ([]byte, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	// A struct made for the table keeps the order of its columns, which a group
	// of nodes would sort by name.
	fields := make([]reflect.StructField, len(t.Columns))
	about := map[string]string{}
	for i := range t.Columns {
		c := &t.Columns[i]
		f := reflect.StructField{Name: fmt.Sprintf("C%d", i), Tag: reflect.StructTag(fmt.Sprintf("parquet:%q", c.Name+",dict"))}
		switch {
		case c.Text != nil:
			f.Type = reflect.TypeFor[string]()
		case c.Int != nil:
			how := ",dict" // counts repeat
			if slices.IsSorted(c.Int) {
				how = ",delta"
			}
			f.Type, f.Tag = reflect.TypeFor[int64](), reflect.StructTag(fmt.Sprintf("parquet:%q", c.Name+how))
		default:
			f.Type, f.Tag = reflect.TypeFor[*float64](), reflect.StructTag(fmt.Sprintf("parquet:%q", c.Name+",optional"))
		}
		fields[i], about[c.Name] = f, c.About
	}
	row := reflect.New(reflect.StructOf(fields))
	columns, err := json.Marshal(about)
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	options := []parquet.WriterOption{parquet.SchemaOf(row.Interface()), parquet.Compression(&parquet.Snappy),
		parquet.KeyValueMetadata("testudo.rows", t.About), parquet.KeyValueMetadata("testudo.columns", string(columns))}
	for _, m := range t.Meta {
		options = append(options, parquet.KeyValueMetadata("testudo."+m[0], m[1]))
	}
	var b bytes.Buffer
	w := parquet.NewWriter(&b, options...)
	for r := range t.Len() {
		for i := range t.Columns {
			switch c := &t.Columns[i]; {
			case c.Text != nil:
				row.Elem().Field(i).SetString(c.Text[r])
			case c.Int != nil:
				row.Elem().Field(i).SetInt(c.Int[r])
			case math.IsNaN(c.Num[r]) || math.IsInf(c.Num[r], 0):
				row.Elem().Field(i).SetZero()
			default:
				row.Elem().Field(i).Set(reflect.ValueOf(&c.Num[r]))
			}
		}
		if err := w.Write(row.Interface()); err != nil {
			return nil, fmt.Errorf("export: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	return b.Bytes(), nil
}
