package witness

import (
	"io/fs"
	"testing"

	data "testudo/catalog/data"
	"testudo/internal/catalog"
	"testudo/internal/scenario"
	"testudo/internal/sim"
	"testudo/internal/theatre"
	"testudo/internal/yamldoc"
	"testudo/scenarios"
)

// shipped gives a scenario that comes with the program, and its board.
func shipped(t testing.TB, name, raid string, sets ...string) (*theatre.Theatre, *sim.Board) {
	t.Helper()
	names, err := fs.Glob(data.FS, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var files []yamldoc.File
	for _, n := range names {
		b, err := data.FS.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, yamldoc.File{Name: n, Data: b})
	}
	book, err := catalog.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	f, err := scenario.Load(name, scenarios.FS.ReadFile, book, sets)
	if err != nil {
		t.Fatal(err)
	}
	th, err := theatre.Resolve(f, theatre.Options{Raid: raid})
	if err != nil {
		t.Fatal(err)
	}
	b, err := sim.Compile(th)
	if err != nil {
		t.Fatal(err)
	}
	return th, b
}

// witnessed plays n runs of every rung of the ladder and gives the rows.
func witnessed(w *Witness, b *sim.Board, n int) (rows [][]int32) {
	p := w.NewPlayer()
	for run := range n {
		for _, q := range b.Ladder {
			row := make([]int32, b.Layout().Len())
			p.Play(int(q), 7, uint64(run), row, nil)
			rows = append(rows, row)
		}
	}
	return rows
}
