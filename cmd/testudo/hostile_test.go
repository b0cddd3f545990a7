package main

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"testudo"
)

// hostileNames are what a scenario of somebody else's might call its things: each
// is meant to act in some reader.
var hostileNames = []string{
	`"><x-evil onload="alert(1)"></x-evil></title></text></svg></script><script>alert(2)</script><img src=x onerror=alert(3)>`,
	`=cmd|'/C calc'!A0`, `@SUM(A1:A9)`, `+1+cmd`, `-2+3`, "\t=1",
	"\x1b]0;owned\x07\x1b[2J\x1b[31m red \u009b31m", "\u202eelbadaer ton\u202c \u2066x", `]]></description><x-evil/><![CDATA[`, "two\nlines\r\nthree: \"x\", 'y'",
	`${7*7} {{.}} %s %n`, "--><x-evil>", strings.Repeat("long ", 2000),
	"a\x00b\u2028c\u2029d\u0085e\ufefff", "$[description] {{constructor.constructor('alert(5)')()}} #rest",
}

// hostileScenario lays hostile names, descriptions and sources over a shipped
// scenario.
func hostileScenario(t *testing.T, dir string) (path string, s *testudo.Scenario) {
	t.Helper()
	base, err := filepath.Abs("../../scenarios/levant-2025.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err = testudo.Load(base)
	if err != nil {
		t.Fatal(err)
	}
	k := 0
	next := func() string { k++; return hostileNames[k%len(hostileNames)] }
	type m = map[string]any
	doc := m{"testudo": 1, "include": base, "name": hostileNames[0], "about": hostileNames[6] + hostileNames[0],
		"sources": m{"evil": m{"title": hostileNames[0], "url": "javascript:alert(4)", "note": hostileNames[0]}}}
	each := func(key, field string, ids []string) {
		x := m{}
		for _, id := range ids {
			x[id] = m{field: next()}
		}
		doc[key] = x
	}
	var ids []string
	for _, n := range s.File.Nations {
		ids = append(ids, n.ID)
	}
	each("nations", "name", ids)
	ids = nil
	for _, a := range s.File.LaunchAreas {
		ids = append(ids, a.ID)
	}
	each("launch-areas", "name", ids)
	ids = nil
	for _, p := range s.File.Objectives {
		ids = append(ids, p.ID)
	}
	each("objectives", "about", ids)
	ids = nil
	for _, p := range s.File.Postures {
		ids = append(ids, p.ID)
	}
	each("postures", "about", ids)
	each("sensors", "name", idsOf(len(s.File.Sensors), func(i int) string { return s.File.Sensors[i].ID }))
	each("batteries", "name", idsOf(len(s.File.Batteries), func(i int) string { return s.File.Batteries[i].ID }))
	each("raids", "about", idsOf(len(s.File.Raids), func(i int) string { return s.File.Raids[i].ID }))
	// The catalogue's texts, laid over from the scenario.
	figure := m{"value": "1 m2", "source": "evil", "page": hostileNames[0], "note": hostileNames[6] + hostileNames[0]}
	doc["catalog"] = m{"shahab-3": m{"name": hostileNames[0] + hostileNames[6], "about": next(), "figures": m{"rcs": figure}},
		"arrow-3-interceptor": m{"name": next(), "about": hostileNames[0]}}
	assets := m{}
	for i, a := range s.File.Assets {
		x := m{"name": next()}
		if i == 0 {
			x["source"], x["reason"] = []string{"evil", "assumption"}, hostileNames[0]
		}
		assets[a.ID] = x
	}
	doc["assets"] = assets
	raw, err := json.Marshal(doc) // JSON is YAML
	if err != nil {
		t.Fatal(err)
	}
	var ascii strings.Builder // YAML wants control characters escaped
	for _, r := range string(raw) {
		if r > 126 {
			fmt.Fprintf(&ascii, "\\u%04x", r)
			continue
		}
		ascii.WriteRune(r)
	}
	path = filepath.Join(dir, "hostile.yaml")
	if err := os.WriteFile(path, []byte(ascii.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, s
}

func idsOf(n int, id func(int) string) (ids []string) {
	for i := range n {
		ids = append(ids, id(i))
	}
	return ids
}

// TestHostileNames runs every verb that reads a scenario, with every format it
// writes, and looks into what comes out: markup holds no element or attribute of
// a name's, a table no formula, a terminal no escape.
func TestHostileNames(t *testing.T) {
	dir := t.TempDir()
	file, s := hostileScenario(t, dir)
	posture := s.File.Ladder[len(s.File.Ladder)-1]
	radar := ""
	for _, x := range s.File.Sensors {
		if e, ok := s.File.Book.Entry(x.System); ok && e.Kind == "radar" {
			radar = x.ID
		}
	}
	out := func(name string) string { return filepath.Join(dir, "out", name) }
	do := func(args ...string) {
		t.Helper()
		root := command()
		var text bytes.Buffer
		root.SetOut(&text)
		root.SetErr(&text)
		root.SetArgs(args)
		if err := root.Execute(); err != nil {
			t.Errorf("%s: %v", args[0], err)
			return
		}
		asJSON := strings.Contains(strings.Join(args, " "), "--json")
		if asJSON && !json.Valid(text.Bytes()) {
			t.Errorf("%v: no JSON", args)
		}
		for _, r := range text.String() {
			if r != '\n' && (unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) || !asJSON && unicode.Is(unicode.Bidi_Control, r)) {
				t.Errorf("%s prints %U", args[0], r)
				break
			}
		}
	}
	run := func(verb string, more ...string) { t.Helper(); do(append([]string{verb, file}, more...)...) }
	few := []string{"--runs", "4", "--quiet"}
	study := func(verb string, more ...string) {
		t.Helper()
		run(verb, append(append([]string{"--html", out(verb + ".html"), "--figures", out(verb)}, few...), more...)...)
		run(verb, append(append([]string{"--json"}, few...), more...)...)
	}
	run("check")
	run("check", "--json")
	study("gain", "--out", out("gain.csv"), "--out", out("gain.parquet"))
	study("run", "--posture", posture, "--rows", "--out", out("run.csv"))
	run("report", "--out", out("report.html"), "--figures", out("report"), "--swings=false", "--runs", "4", "--quiet")
	study("deny", "--sizes", "0.5,1")
	study("cost")
	study("burden")
	study("links")
	study("campaign")
	run("explain", "--posture", posture)
	run("explain", "--posture", posture, "--json")
	run("warn", "--runs", "4", "--svg", out("warn.svg"), "--map", out("warn-map.svg"), "--csv", out("warn.csv"))
	run("warn", "--runs", "4", "--json")
	run("cover", "--battery", s.File.Batteries[0].ID, "--grid", "60km", "--svg", out("cover.svg"), "--csv", out("cover.csv"))
	run("cover", "--radar", radar, "--svg", out("radar.svg"), "--csv", out("radar.csv"))
	run("cover", "--radar", radar, "--missile", s.File.Raids[0].Groups[0].Missile, "--grid", "100km", "--svg", out("sight.svg"), "--csv", out("sight.csv"))
	run("cover", "--battery", s.File.Batteries[0].ID, "--beside", s.File.Batteries[1].ID, "--grid", "60km", "--svg", out("beside.svg"), "--csv", out("beside.csv"))
	run("warn", "--runs", "4", "--asset", s.File.Assets[0].ID, "--svg", out("warn-asset.svg"), "--csv", out("warn-asset.csv"))
	run("replay", "--posture", posture, "--events", "--out", out("r.czml"), "--out", out("r.kml"), "--out", out("r.kmz"), "--out", out("r.geojson"), "--out", out("r.asi"), "--out", out("r.swap.zip"))
	seen := map[string]int{}
	err := filepath.WalkDir(filepath.Join(dir, "out"), func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		inspect(t, filepath.Base(path), raw, seen)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, ext := range []string{".html", ".svg", ".png", ".csv", ".parquet", ".czml", ".kml", ".geojson", ".asi", ".yaml"} {
		if seen[ext] == 0 {
			t.Errorf("nothing was written as %s", ext)
		}
	}
}

var evil = regexp.MustCompile(`(?i)<\s*/?\s*(x-evil|script|img|svg|title)\b`)

// inspect looks into one file by its ending.
func inspect(t *testing.T, name string, raw []byte, seen map[string]int) {
	t.Helper()
	ext := filepath.Ext(name)
	seen[ext]++
	switch ext {
	case ".html", ".svg", ".kml":
		if bytes.ContainsAny(raw, "\x1b\u202e\u2066") {
			t.Errorf("%s holds an escape or a direction override", name)
		}
		d := xml.NewDecoder(bytes.NewReader(raw))
		d.Entity = xml.HTMLEntity
		for {
			tok, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				break
			}
			switch x := tok.(type) {
			case xml.StartElement:
				if e := strings.ToLower(x.Name.Local); e == "x-evil" || e == "img" || e == "iframe" {
					t.Errorf("%s holds <%s>", name, e)
				}
				for _, a := range x.Attr {
					k := strings.ToLower(a.Name.Local)
					if strings.HasPrefix(k, "on") || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Value)), "javascript:") {
						t.Errorf("%s: <%s %s=%q>", name, x.Name.Local, k, a.Value)
					}
					if x.Name.Local == "script" && k == "type" && a.Value != "application/json" {
						t.Errorf("%s: a script of type %q", name, a.Value)
					}
				}
				if x.Name.Local == "script" && len(x.Attr) == 0 {
					t.Errorf("%s holds a script", name)
				}
			case xml.CharData:
				// The balloon of a KML placemark is HTML once more.
				if ext == ".kml" && evil.Match(x) {
					t.Errorf("%s: a balloon would hold %.60q", name, x)
				}
			}
		}
	case ".csv":
		r := csv.NewReader(bytes.NewReader(raw))
		r.Comment, r.FieldsPerRecord = '#', -1
		rows, err := r.ReadAll()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		number := regexp.MustCompile(`^[-+]?[0-9.]+([eE][-+]?[0-9]+)?$|^[-+](Inf|inf)$`)
		for _, row := range rows {
			for _, c := range row {
				if s := strings.TrimLeft(c, " "); s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) && !number.MatchString(s) {
					t.Errorf("%s: cell %.60q would be a formula", name, c)
				}
			}
		}
		if bytes.ContainsAny(raw, "\x1b\x00\u2028\u2029") {
			t.Errorf("%s holds an escape or a line end that is none", name)
		}
	case ".czml", ".geojson":
		var doc any
		if err := json.Unmarshal(raw, &doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		descriptions(doc, func(s string) {
			if evil.MatchString(s) {
				t.Errorf("%s: a description would hold %.80q", name, s)
			}
		})
	case ".asi":
		for i, l := range strings.Split(string(raw), "\n") {
			if strings.ContainsAny(l, "\x1b\r\x07") || strings.Count(l, `"`)%2 != 0 {
				t.Errorf("%s:%d: %.80q", name, i+1, l)
			}
		}
	case ".kmz", ".zip":
		z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		for _, f := range z.File {
			if strings.Contains(f.Name, "..") || strings.ContainsAny(f.Name, "<>\"'\x1b\n") || len(f.Name) > 200 {
				t.Errorf("%s holds a file %.80q", name, f.Name)
			}
			r, err := f.Open()
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			part, err := io.ReadAll(r)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			inspect(t, fmt.Sprintf("%s!%s", name, f.Name), part, seen)
		}
	}
}

// descriptions visits every text under a key that viewers show as HTML.
func descriptions(v any, visit func(string)) {
	switch x := v.(type) {
	case map[string]any:
		for k, y := range x {
			if s, ok := y.(string); ok && (k == "description" || k == "popup") {
				visit(s)
			}
			descriptions(y, visit)
		}
	case []any:
		for _, y := range x {
			descriptions(y, visit)
		}
	}
}
