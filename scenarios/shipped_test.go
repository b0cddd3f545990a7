package scenarios_test

import (
	"io/fs"
	"os"
	"path/filepath"
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

// TestShippedPlaysEverything: every missile, radar, satellite and system of the
// catalogue, and every interceptor through its system, has a part in at least
// one shipped scenario. An entry that plays nowhere is data nobody has tried.
func TestShippedPlaysEverything(t *testing.T) {
	b := book(t)
	played := map[string]bool{}
	for _, n := range names(t) {
		f, err := scenario.Load(n, scenarios.FS.ReadFile, b, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range f.Sensors {
			played[s.System] = true
		}
		for _, x := range f.Batteries {
			played[x.System] = true
			if e, ok := b.Entry(x.System); ok {
				played[e.Attr("interceptor")] = true
				if x.Radar == "" {
					played[e.Attr("radar")] = true
				}
			}
		}
		for _, r := range f.Raids {
			for _, g := range r.Groups {
				played[g.Missile] = true
			}
		}
	}
	for _, kind := range []string{"missile", "interceptor", "radar", "infrared", "system"} {
		for _, id := range b.IDs(kind) {
			if !played[id] {
				t.Errorf("%s %s plays in no shipped scenario", kind, id)
			}
		}
	}
}

// TestShippedSourcesUsed: a source that a scenario lists is cited by something
// in a shipped scenario, so that the registers hold no idle references.
func TestShippedSourcesUsed(t *testing.T) {
	b := book(t)
	own := map[string]string{}
	used := map[string]bool{}
	for _, n := range names(t) {
		f, err := scenario.Load(n, scenarios.FS.ReadFile, b, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range f.Sources {
			own[s.ID] = n
			if !strings.HasPrefix(s.ID, "s-") {
				t.Errorf("%s: source %s: a scenario's own sources begin with s-, so that they never hide one of the catalogue's", n, s.ID)
			}
		}
		for _, c := range cites(f) {
			for _, s := range c.Sources {
				used[s] = true
			}
			if len(c.Sources) == 0 && c.Assumption == "" && c.Pos.Line > 0 {
				t.Errorf("%s: nothing cited", c.Pos)
			}
		}
	}
	for id, n := range own {
		if !used[id] {
			t.Errorf("%s: source %s is cited nowhere", n, id)
		}
	}
}

// cites collects the citations of a scenario's items. Nations and postures may
// go without: a name or a list of agreements that cite for themselves.
func cites(f *scenario.File) []scenario.Cite {
	var out []scenario.Cite
	optional := func(c scenario.Cite) {
		if len(c.Sources) > 0 {
			out = append(out, c)
		}
	}
	for _, x := range f.Nations {
		optional(x.Cite)
	}
	for _, x := range f.Assets {
		out = append(out, x.Cite)
	}
	for _, x := range f.LaunchAreas {
		out = append(out, x.Cite)
	}
	for _, x := range f.Sensors {
		out = append(out, x.Cite)
	}
	for _, x := range f.Batteries {
		out = append(out, x.Cite)
	}
	for _, x := range f.Commands {
		out = append(out, x.Cite)
	}
	for _, x := range f.Objectives {
		out = append(out, x.Cite)
	}
	for _, x := range f.Raids {
		for _, g := range x.Groups {
			out = append(out, g.Cite)
		}
	}
	for _, x := range f.Postures {
		optional(x.Cite)
		for _, e := range x.Edges {
			out = append(out, e.Cite)
		}
	}
	return out
}

// TestShippedPages: each theatre, overlays included, is told of in a page of
// docs/scenarios.
func TestShippedPages(t *testing.T) {
	pages, err := filepath.Glob("../docs/scenarios/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("pages: %v, %d found", err, len(pages))
	}
	var all strings.Builder
	for _, p := range pages {
		text, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	for _, n := range names(t) {
		if !strings.Contains(all.String(), n) {
			t.Errorf("no page of docs/scenarios speaks of %s", n)
		}
	}
}
