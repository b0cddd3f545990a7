// Package layers holds the test that keeps the house's floors in order.
package layers

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// The floors, from the ground up. A package may import packages of the floors
// below it and, on its own floor, packages that stand earlier in the list.
var floors = []struct {
	name     string
	pure     bool
	packages []string
}{
	{"words", true, []string{"units", "geo", "draw"}},
	{"papers", true, []string{"yamldoc", "catalog", "scenario", "pact"}},
	{"models", true, []string{"flight", "sense", "track", "engage"}},
	{"world", true, []string{"theatre", "sim", "witness"}},
	{"study", false, []string{"study", "cover", "measure/stats", "measure/closed", "measure", "burden", "coalition", "campaign", "verify", "plan"}},
	{"faces", false, []string{"picture", "report", "export", "server", "fleet"}},
}

// What a pure package may not touch, and the reason that is printed when it does.
var impure = map[string]string{
	"os":           "pure packages read no files: the caller passes the bytes, so that the same input gives the same result anywhere",
	"io/ioutil":    "pure packages read no files",
	"net":          "pure packages know no network",
	"net/http":     "pure packages know no network",
	"log":          "pure packages return what went wrong, they do not log it",
	"log/slog":     "pure packages return what went wrong, they do not log it",
	"sync":         "only study starts goroutines; a pure package has nothing to lock",
	"sync/atomic":  "only study starts goroutines; a pure package has nothing to share",
	"math/rand":    "draws are keyed: use testudo/internal/draw, never a stream",
	"math/rand/v2": "draws are keyed: use testudo/internal/draw, never a stream",
}

const module = "testudo/"

// TestFloors reads every import of every non-test file and says, for each that
// breaks the order, which floor it stands on, which it reaches for, and why
// that is not allowed.
func TestFloors(t *testing.T) {
	root := filepath.Join("..", "..")
	type place struct{ floor, index int }
	where := map[string]place{}
	for f, floor := range floors {
		for i, p := range floor.packages {
			where["testudo/internal/"+p] = place{f, i}
		}
	}
	seen := 0
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel, _ := filepath.Rel(root, filepath.Dir(path))
		pkg := module + filepath.ToSlash(rel)
		at, known := where[pkg]
		if !known {
			if pkg == "testudo/internal/layers" || pkg == "testudo/internal/bench" || pkg == "testudo/internal/bench/load" {
				return nil
			}
			t.Errorf("%s: package %s stands on no floor; give it a place in the list of this test and in docs/architecture.md", path, pkg)
			return nil
		}
		seen++
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		for _, im := range file.Imports {
			name, _ := strconv.Unquote(im.Path.Value)
			line := fmt.Sprintf("%s:%d", path, fset.Position(im.Pos()).Line)
			if floors[at.floor].pure {
				if why, bad := impure[name]; bad {
					t.Errorf("%s: %s (floor %s) imports %s: %s", line, pkg, floors[at.floor].name, name, why)
				}
			}
			if !strings.HasPrefix(name, module) {
				continue
			}
			to, ok := where[name]
			switch {
			case !ok && at.floor < 4:
				t.Errorf("%s: %s (floor %s) imports %s, which is not one of the house's packages; data and faces come from above", line, pkg, floors[at.floor].name, name)
			case ok && to.floor > at.floor:
				t.Errorf("%s: %s (floor %s) imports %s of the higher floor %s: what it needs must be passed in, or declared lower", line, pkg, floors[at.floor].name, name, floors[to.floor].name)
			case ok && to.floor == at.floor && to.index >= at.index:
				t.Errorf("%s: %s imports %s, a later name on its own floor %s: the order there is %s", line, pkg, name, floors[at.floor].name, strings.Join(floors[at.floor].packages, " < "))
			}
		}
		if floors[at.floor].pure {
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for i, l := range strings.Split(string(src), "\n") {
				code, _, _ := strings.Cut(l, "//")
				if strings.HasPrefix(strings.TrimSpace(code), "go func") || strings.Contains(code, "time.Now(") {
					t.Errorf("%s:%d: a pure package starts no goroutine and reads no clock; that is study's and cmd's work", path, i+1)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen == 0 {
		t.Fatal("no source file found: the test looks in the wrong place")
	}
}

// TestFloorsNamesAreUnique guards the table itself.
func TestFloorsNamesAreUnique(t *testing.T) {
	var all []string
	for _, f := range floors {
		all = append(all, f.packages...)
	}
	sort.Strings(all)
	for i := 1; i < len(all); i++ {
		if all[i] == all[i-1] {
			t.Errorf("package %s stands twice in the table of floors", all[i])
		}
	}
}
