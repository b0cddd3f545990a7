package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"testudo"
	"testudo/internal/export"
)

// tables are the files with a result's figures that a study may write.
type tables struct {
	out  []string
	rows bool
}

var tableFormats = map[string]func(*export.Table) ([]byte, error){".csv": export.CSV, ".parquet": export.Parquet}

func (o *tables) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&o.out, "out", nil, "also write the figures as a table to this `file`, .csv or .parquet by its ending (repeatable)")
	f.BoolVar(&o.rows, "rows", false, "with --out: one row per run and posture instead of means and intervals")
}

// check refuses before anything is played.
func (o *tables) check() error {
	for _, p := range o.out {
		if tableFormats[strings.ToLower(filepath.Ext(p))] == nil {
			return coded(exitUsage, fmt.Errorf("--out %s: the ending must be .csv or .parquet", p))
		}
	}
	if o.rows && len(o.out) == 0 {
		return coded(exitUsage, errors.New("--rows goes with --out: it says what the table holds"))
	}
	return nil
}

func (o *tables) write(ctx context.Context, w *testudo.World, r *testudo.Comparison, opt testudo.Options, line string) error {
	if len(o.out) == 0 {
		return nil
	}
	t, err := w.Table(ctx, r, opt, line, o.rows)
	if err != nil {
		return coded(exitUsage, err)
	}
	for _, p := range o.out {
		data, err := tableFormats[strings.ToLower(filepath.Ext(p))](t)
		if err != nil {
			return coded(exitInternal, err)
		}
		if err := write(p, data); err != nil {
			return err
		}
	}
	return nil
}
