package docs_test

import (
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"testudo"
	"testudo/internal/scenario"
	"testudo/scenarios"
)

// Every example of a scenario file is right: as it stands, or laid over the
// scenario of Northeast Asia where it is a part of a file.
func TestExamplesOfScenarioFiles(t *testing.T) {
	text, err := os.ReadFile("scenario-file.md")
	if err != nil {
		t.Fatal(err)
	}
	book, err := testudo.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(text, -1)
	if len(blocks) < 4 {
		t.Fatalf("%d examples", len(blocks))
	}
	for i, b := range blocks {
		file := string(b[1])
		if !strings.HasPrefix(file, "testudo: 1\n") {
			file = "testudo: 1\ninclude: northeast-asia-2014.yaml\n" + file
		}
		_, err := scenario.Load("example.yaml", func(name string) ([]byte, error) {
			if name == "example.yaml" {
				return []byte(file), nil
			}
			return scenarios.FS.ReadFile(path.Base(name))
		}, book, nil)
		if err != nil {
			t.Errorf("example %d: %v\n%s", i+1, err, file)
		}
	}
}
