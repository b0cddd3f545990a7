package testudo

import (
	"context"

	"testudo/internal/export"
	"testudo/internal/sim"
	"testudo/internal/study"
	"testudo/internal/witness"
)

// Table lays a comparison out as a table for other programs, with its means and
// intervals or, with rows, with one row per run and posture; export.CSV and
// export.Parquet write it.
func (w *World) Table(ctx context.Context, c *Comparison, o Options, command string, rows bool) (*export.Table, error) {
	d := w.Document(c, command)
	if !rows {
		return export.Results(d, w.PriceYear()), nil
	}
	var postures []int
	for i := range c.Rows {
		q, err := w.posture(c.Rows[i].Posture)
		if err != nil {
			return nil, err
		}
		postures = append(postures, q)
	}
	var p study.Player = sim.NewPlayer(w.Board)
	if o.Fidelity == Witnessed {
		p = witness.New(w.Theatre, w.Board, o.Filter).NewPlayer()
	}
	return export.Runs(ctx, d, w.Board, postures, p)
}
