package scenarios_test

import (
	"io/fs"
	"strings"
	"testing"

	data "testudo/catalog/data"
	"testudo/internal/catalog"
	"testudo/internal/scenario"
	"testudo/internal/theatre"
	"testudo/internal/yamldoc"
	"testudo/scenarios"
)

func book(t *testing.T) *catalog.Book {
	t.Helper()
	names, err := fs.Glob(data.FS, "*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("catalogue files: %v, %d found", err, len(names))
	}
	var files []yamldoc.File
	for _, n := range names {
		b, err := data.FS.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, yamldoc.File{Name: n, Data: b})
	}
	b, err := catalog.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func names(t *testing.T) []string {
	t.Helper()
	var out []string
	err := fs.WalkDir(scenarios.FS, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, p)
		}
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("scenario files: %v, %d found", err, len(out))
	}
	return out
}

// TestShippedLoads: every shipped file loads with the shipped catalogue, and
// every raid of it flies: no target out of reach, no battery without a radar.
func TestShippedLoads(t *testing.T) {
	b := book(t)
	for _, n := range names(t) {
		t.Run(strings.TrimSuffix(n, ".yaml"), func(t *testing.T) {
			f, err := scenario.Load(n, scenarios.FS.ReadFile, b, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range f.Raids {
				if _, err := theatre.Resolve(f, theatre.Options{Raid: r.ID}); err != nil {
					t.Errorf("raid %s: %v", r.ID, err)
				}
			}
		})
	}
}
