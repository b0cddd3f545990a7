package testudo_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"testudo"
)

// The example of docs/scenario-file.md (a nation, a radar and a battery of one's
// own in one file) loads and plays as it stands there.
func TestDocumentedExamplePlays(t *testing.T) {
	page, err := os.ReadFile("docs/scenario-file.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(page), "```yaml\n")
	text, _, closed := strings.Cut(text, "```")
	if !found || !closed {
		t.Fatal("the page has no example")
	}
	s, err := testudo.Parse("scenarios/example.yaml", []byte(text), func(p string) ([]byte, error) { return os.ReadFile(filepath.Clean(p)) })
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Compile("")
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Gain(context.Background(), testudo.Options{Seed: 1, Runs: 50})
	if err != nil {
		t.Fatal(err)
	}
	doc := w.Document(r, "test")
	if len(doc.Added) != 2 || len(doc.Overridden) == 0 {
		t.Errorf("the result does not say what the file brought: added %v, changed %v", doc.Added, doc.Overridden)
	}
	if len(r.Rows[0].Nations) != 4 {
		t.Errorf("%d nations in the result, the example adds a fourth", len(r.Rows[0].Nations))
	}
}
