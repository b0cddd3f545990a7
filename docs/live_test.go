// Package docs_test keeps the documentation true: every name it calls code is in
// the source, every value it writes beside a constant is the constant's, every
// file is there, and every link leads somewhere.
package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	code = regexp.MustCompile("`([^`\n]+)`")
	name = regexp.MustCompile(`^([a-z]+)\.([A-Z]\w*)(?:\.(\w+))?(?: = (\S+))?$`)
	file = regexp.MustCompile(`^(internal|cmd|scenarios|catalog|docs|web|validation)/[\w./-]*\w$`)
	link = regexp.MustCompile(`\]\(([^)\s]+)\)`)
)

// declared holds what the packages under internal/ declare: "flight.Calibrate",
// "flight.Missile.Aim" (methods and fields), and the text of constants.
type declared map[string]string

func (d declared) load(t *testing.T, pkg, dir string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		text := func(n ast.Node) string { return string(src[n.Pos()-1 : n.End()-1]) }
		for _, decl := range f.Decls {
			switch x := decl.(type) {
			case *ast.FuncDecl:
				if x.Recv == nil {
					d[pkg+"."+x.Name.Name] = ""
					continue
				}
				d[pkg+"."+strings.TrimPrefix(text(x.Recv.List[0].Type), "*")+"."+x.Name.Name] = ""
			case *ast.GenDecl:
				for _, spec := range x.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						d[pkg+"."+s.Name.Name] = ""
						if st, ok := s.Type.(*ast.StructType); ok {
							for _, field := range st.Fields.List {
								for _, n := range field.Names {
									d[pkg+"."+s.Name.Name+"."+n.Name] = ""
								}
							}
						}
					case *ast.ValueSpec:
						for i, n := range s.Names {
							v := ""
							if i < len(s.Values) {
								v = text(s.Values[i])
							}
							d[pkg+"."+n.Name] = v
						}
					}
				}
			}
		}
	}
}

// packages maps a package's name to its folder; names are unique in this house.
func packages(t *testing.T) map[string]string {
	out := map[string]string{}
	err := filepath.WalkDir(filepath.Join("..", "internal"), func(path string, e os.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			if files, _ := filepath.Glob(filepath.Join(path, "*.go")); len(files) > 0 {
				out[filepath.Base(path)] = path
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func pages(t *testing.T) []string {
	out := []string{"../README.md", "../CHANGELOG.md", "../validation/README.md"}
	err := filepath.WalkDir(".", func(path string, e os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".md") {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNamesAreLive(t *testing.T) {
	dirs := packages(t)
	known := declared{}
	for pkg, dir := range dirs {
		known.load(t, pkg, dir)
	}
	seen := 0
	for _, page := range pages(t) {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(b), "\n") {
			for _, m := range code.FindAllStringSubmatch(line, -1) {
				if file.MatchString(m[1]) {
					if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(m[1]))); err != nil {
						t.Errorf("%s:%d: there is no %s", page, i+1, m[1])
					}
				}
				p := name.FindStringSubmatch(m[1])
				if p == nil || dirs[p[1]] == "" {
					continue
				}
				seen++
				id := p[1] + "." + p[2]
				if p[3] != "" {
					id += "." + p[3]
				}
				value, ok := known[id]
				switch {
				case !ok:
					t.Errorf("%s:%d: `%s`: the source has no such name", page, i+1, id)
				case p[4] != "" && p[4] != value:
					t.Errorf("%s:%d: `%s` is %s in the source, not %s", page, i+1, id, value, p[4])
				}
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d names found: the pages are no longer read", seen)
	}
}

func TestLinksLeadSomewhere(t *testing.T) {
	for _, page := range pages(t) {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(b), "\n") {
			for _, m := range link.FindAllStringSubmatch(line, -1) {
				to, _, _ := strings.Cut(m[1], "#")
				if to == "" || strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
					continue
				}
				if _, err := os.Stat(filepath.Join(filepath.Dir(page), filepath.FromSlash(to))); err != nil {
					t.Errorf("%s:%d: the link to %s leads nowhere", page, i+1, m[1])
				}
			}
		}
	}
}

// Each decision has a number of its own, in its name and in its title.
func TestDecisionsHaveNumbersOfTheirOwn(t *testing.T) {
	files, err := filepath.Glob("decisions/*.md")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	seen := map[string]string{}
	for _, f := range files {
		n, _, _ := strings.Cut(filepath.Base(f), "-")
		if other, twice := seen[n]; twice {
			t.Errorf("%s bears the number of %s", f, other)
		}
		seen[n] = f
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if want := "# " + strings.TrimLeft(n, "0") + ". "; !strings.HasPrefix(string(b), want) {
			t.Errorf("%s does not begin with %q", f, want)
		}
	}
}
