package catalog_test

import (
	"io/fs"
	"testing"

	data "testudo/catalog/data"
	"testudo/internal/catalog"
	"testudo/internal/yamldoc"
)

func shipped(t testing.TB) *catalog.Book {
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
		files = append(files, yamldoc.File{Name: "catalog/data/" + n, Data: b})
	}
	book, err := catalog.Load(files)
	if err != nil {
		t.Fatalf("the shipped catalogue does not load:\n%v", err)
	}
	return book
}

// The shipped catalogue loads without a problem: every figure has a source that
// is in the register, every source supports a figure.
func TestShippedCatalogueLoads(t *testing.T) {
	if n := len(shipped(t).Entries); n < 20 {
		t.Errorf("%d entries; the scenarios need more", n)
	}
}
