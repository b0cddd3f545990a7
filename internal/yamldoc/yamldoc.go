// Package yamldoc reads YAML strictly and keeps the place of everything, so
// that all errors of a file can be told at once, each with line and column.
package yamldoc

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"testudo/internal/units"
)

// Limits of what is read. They are far above any real file and far below what
// could hurt.
const (
	MaxBytes = 2 << 20
	MaxDepth = 64
	MaxNodes = 120_000
)

// File is a named text.
type File struct {
	Name string
	Data []byte
}

// Pos is a place in a file; lines and columns count from 1.
type Pos struct {
	File      string
	Line, Col int
}

// String prints file:line:col.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Problem is one thing wrong with a file.
type Problem struct {
	Pos
	Path    string // where in the document, "batteries.seoul.at[0]"
	Message string
	Given   string
	Allowed string
	Hint    string // the nearest valid name
}

// String prints the problem on one line.
func (p Problem) String() string {
	var s []string
	if at := p.Pos.String(); at != "" {
		s = append(s, at)
	}
	if p.Path != "" {
		s = append(s, p.Path)
	}
	s = append(s, p.Message)
	out := strings.Join(s, ": ")
	var more []string
	if p.Given != "" {
		more = append(more, "given "+clip(p.Given))
	}
	if p.Allowed != "" {
		more = append(more, "allowed: "+p.Allowed)
	}
	if len(more) > 0 {
		out += " (" + strings.Join(more, "; ") + ")"
	}
	if p.Hint != "" {
		out += fmt.Sprintf("; did you mean %q?", p.Hint)
	}
	return out
}

// clip shortens and quotes what a hostile file may have made long or unprintable.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return strconv.Quote(s)
}

// Problems collects what is wrong. The zero value is ready.
type Problems struct {
	list []Problem
	more int // beyond maxKept
}

// maxKept bounds what is remembered of a file that is wrong throughout.
const maxKept = 1000

// Add notes a problem; of more than maxKept only the number is kept.
func (p *Problems) Add(x Problem) {
	if len(p.list) >= maxKept {
		p.more++
		return
	}
	p.list = append(p.list, x)
}

// Join adds the problems of another collection.
func (p *Problems) Join(o *Problems) {
	for _, x := range o.list {
		p.Add(x)
	}
	p.more += o.more
}

// Len is the number of problems.
func (p *Problems) Len() int { return len(p.list) + p.more }

// List gives the problems by file, line and column.
func (p *Problems) List() []Problem {
	out := append([]Problem(nil), p.list...)
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Col < b.Col
	})
	return out
}

// Err gives the problems as one error, nil if there are none.
func (p *Problems) Err() error {
	if p == nil || len(p.list) == 0 {
		return nil
	}
	return p
}

// maxPrinted bounds what an error prints; the count says how many there are.
const maxPrinted = 200

// Error prints one problem a line.
func (p *Problems) Error() string {
	var b strings.Builder
	for i, x := range p.List() {
		if i == maxPrinted {
			fmt.Fprintf(&b, "and %d more\n", p.Len()-maxPrinted)
			break
		}
		b.WriteString(x.String())
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Kind is what a node is.
type Kind uint8

// The kinds of nodes.
const (
	Nothing Kind = iota
	Scalar
	Mapping
	Sequence
)

// Node is a piece of a document with its place.
type Node struct {
	y    *yaml.Node
	file string
	trail
}

// trail is where in a document something stands: under a path, by a step. It is
// put into words when asked for.
type trail struct {
	under string
	step
}

func (t trail) String() string { return t.after(t.under) }

// step leads to the value of a key or to an item of a list.
type step struct {
	key  string
	item int // from 1; 0 stands still, below 0 it is a key
}

func byKey(key string) step { return step{key, -1} }

// after gives the path that a step makes of one.
func (s step) after(path string) string {
	switch {
	case s.item > 0:
		return path + "[" + strconv.Itoa(s.item-1) + "]"
	case s.item < 0:
		return join(path, s.key)
	}
	return path
}

// Plain gives what a node holds as maps, lists and words; keys are texts.
func (n Node) Plain() any { return plain(n.y) }

func plain(n *yaml.Node) any {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plain(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			list[i] = plain(c)
		}
		return list
	}
	var v any
	if n.Decode(&v) != nil {
		return n.Value
	}
	switch v.(type) {
	case nil, bool, string, int, float64:
		return v
	}
	return n.Value // a date, a number beyond int
}

// IsZero reports whether there is no node.
func (n Node) IsZero() bool { return n.y == nil }

// Pos is the node's place.
func (n Node) Pos() Pos {
	if n.y == nil {
		return Pos{File: n.file}
	}
	return Pos{n.fileName(), n.y.Line, n.y.Column}
}

// fileName is the file the node came from: merged documents keep it in the
// node's head comment, which parsing has emptied.
func (n Node) fileName() string {
	if n.y != nil && n.y.HeadComment != "" {
		return n.y.HeadComment
	}
	return n.file
}

// Path is where in the document the node stands.
func (n Node) Path() string { return n.trail.String() }

// Kind says what the node is.
func (n Node) Kind() Kind {
	if n.y == nil {
		return Nothing
	}
	switch n.y.Kind {
	case yaml.ScalarNode:
		return Scalar
	case yaml.MappingNode:
		return Mapping
	case yaml.SequenceNode:
		return Sequence
	}
	return Nothing
}

// IsNull reports whether the node is an explicit null.
func (n Node) IsNull() bool { return n.y != nil && n.y.Kind == yaml.ScalarNode && n.y.Tag == "!!null" }

func (n Node) problem(format string, args ...any) Problem {
	return Problem{Pos: n.Pos(), Path: n.Path(), Message: fmt.Sprintf(format, args...)}
}

// Parse reads one document. It refuses, with places: files that are too large,
// not UTF-8, empty or more than one document, nesting beyond MaxDepth, anchors,
// aliases, merge keys, tags, and keys given twice.
func Parse(file string, data []byte, ps *Problems) (Node, bool) {
	at := func(line, col int, format string, args ...any) {
		ps.Add(Problem{Pos: Pos{file, line, col}, Message: fmt.Sprintf(format, args...)})
	}
	if len(data) > MaxBytes {
		at(0, 0, "the file has %d bytes; at most %d are read", len(data), MaxBytes)
		return Node{}, false
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) {
		line, col := 1, 1
		for i := 0; i < len(data); {
			r, n := utf8.DecodeRune(data[i:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			if r == '\n' {
				line, col = line+1, 0
			}
			col++
			i += n
		}
		at(line, col, "the file is not UTF-8 text from here on")
		return Node{}, false
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		at(1+bytes.Count(data[:i], []byte("\n")), i-bytes.LastIndexByte(data[:i], '\n'), "the file holds a zero byte: it is not text")
		return Node{}, false
	}
	if line, col, deep, many := prescan(data); deep || many {
		if deep {
			at(line, col, "nested deeper than %d levels", MaxDepth)
		} else {
			at(line, col, "more than %d values", MaxNodes)
		}
		return Node{}, false
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if err.Error() == "EOF" {
			at(1, 1, "the file is empty")
			return Node{}, false
		}
		line, msg := yamlError(err)
		at(line, 1, "not valid YAML: %s", msg)
		return Node{}, false
	}
	var second yaml.Node
	if err := dec.Decode(&second); err == nil {
		at(second.Line, second.Column, "a second document begins here; one file holds one document")
		return Node{}, false
	} else if err.Error() != "EOF" {
		line, msg := yamlError(err)
		at(line, 1, "not valid YAML: %s", msg)
		return Node{}, false
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind == yaml.ScalarNode && doc.Content[0].Tag == "!!null" {
		at(1, 1, "the file is empty")
		return Node{}, false
	}
	before := ps.Len()
	count := 0
	sanitise(file, doc.Content[0], "", make([]step, 0, MaxDepth+2), &count, ps)
	return Node{y: doc.Content[0], file: file}, ps.Len() == before
}

// prescan looks, before any parsing, for brackets or indentation deeper than
// MaxDepth and for more values than MaxNodes: the parser would take its time and
// memory over them.
func prescan(data []byte) (line, col int, deep, many bool) {
	line, col = 1, 0
	values := 0
	depth, quote := 0, byte(0)
	comment := false
	dashes, lineStart := 0, true
	for i := 0; i < len(data); i++ {
		c := data[i]
		col++
		if c == '\n' || c == ',' && quote == 0 && !comment {
			if values++; values > MaxNodes {
				return line, col, false, true
			}
		}
		if c == '\n' {
			line, col, comment, lineStart, dashes = line+1, 0, false, true, 0
			continue
		}
		if comment {
			continue
		}
		if quote != 0 {
			if c == '\\' && quote == '"' {
				i++
				col++
			} else if c == quote {
				quote = 0
			}
			continue
		}
		if lineStart {
			// "- - - -" nests without brackets.
			switch {
			case c == ' ':
				continue
			case c == '-' && i+1 < len(data) && (data[i+1] == ' ' || data[i+1] == '\n'):
				if dashes++; dashes > MaxDepth {
					return line, col, true, false
				}
				continue
			}
			lineStart = false
			if col > 40*MaxDepth {
				return line, col, true, false
			}
		}
		switch c {
		case '"', '\'':
			if i == 0 || strings.IndexByte(" \n[{,:", data[i-1]) >= 0 {
				quote = c
			}
		case '#':
			comment = i == 0 || data[i-1] == ' ' || data[i-1] == '\n'
		case '[', '{':
			if depth++; depth > MaxDepth {
				return line, col, true, false
			}
		case ']', '}':
			depth = max(0, depth-1)
		}
	}
	return 0, 0, false, false
}

func yamlError(err error) (line int, msg string) {
	msg = strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(msg, "line "); ok {
		if i := strings.Index(rest, ":"); i > 0 {
			if n, err := strconv.Atoi(rest[:i]); err == nil {
				return n, strings.TrimSpace(rest[i+1:])
			}
		}
	}
	return 1, msg
}

// sanitise walks the nodes once, refuses what is not plain data, and writes the
// file's name into each. The node stands under a path, some steps down.
func sanitise(file string, n *yaml.Node, under string, steps []step, count *int, ps *Problems) {
	*count++
	if *count > MaxNodes {
		if *count == MaxNodes+1 {
			ps.Add(Problem{Pos: Pos{file, n.Line, n.Column}, Message: fmt.Sprintf("more than %d values", MaxNodes)})
		}
		return
	}
	bad := func(n *yaml.Node, format string, args ...any) {
		path := under
		for _, s := range steps {
			path = s.after(path)
		}
		ps.Add(Problem{Pos: Pos{file, n.Line, n.Column}, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	n.HeadComment, n.LineComment, n.FootComment = file, "", ""
	if len(steps) > MaxDepth {
		bad(n, "nested deeper than %d levels", MaxDepth)
		return
	}
	if n.Anchor != "" {
		bad(n, "anchors (&%s) are not allowed: write the value where it is used", n.Anchor)
	}
	if n.Kind == yaml.AliasNode {
		bad(n, "aliases (*%s) are not allowed: write the value where it is used", n.Value)
		n.Alias, n.Kind, n.Tag = nil, yaml.ScalarNode, "!!null"
		return
	}
	if n.Style&yaml.TaggedStyle != 0 {
		bad(n, "tags (%s) are not allowed", n.Tag)
	}
	switch n.Kind {
	case yaml.MappingNode:
		seen := make(map[string]int, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			if k.Kind != yaml.ScalarNode {
				bad(k, "a key must be a word")
				continue
			}
			if k.Tag == "!!merge" {
				bad(k, "merge keys (<<) are not allowed: use include or write the values out")
				continue
			}
			if first, twice := seen[k.Value]; twice {
				bad(k, "key %s is given twice; the first stands in line %d", clip(k.Value), first)
			}
			seen[k.Value] = k.Line
			sanitise(file, k, under, append(steps, step{}), count, ps)
			sanitise(file, n.Content[i+1], under, append(steps, byKey(k.Value)), count, ps)
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			sanitise(file, c, under, append(steps, step{item: i + 1}), count, ps)
		}
	}
}

func join(path, key string) string {
	if len(key) > 60 { // bytes are no fewer than runes
		if r := []rune(key); len(r) > 60 {
			key = string(r[:60]) + "…"
		}
	}
	if strings.ContainsAny(key, "\n\r\t\x1b") {
		key = strconv.Quote(key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// Fields is a mapping with known keys.
type Fields struct {
	of   Node
	path string
}

// Get gives the value of a key.
func (f Fields) Get(key string) (Node, bool) {
	if f.of.Kind() != Mapping {
		return Node{}, false
	}
	list := f.of.y.Content
	for i := len(list)&^1 - 2; i >= 0; i -= 2 { // the last of several, if a key stands there twice
		if list[i].Value == key {
			return f.of.child(i, f.path), true
		}
	}
	return Node{}, false
}

// child is the value of a mapping's key, which stands at i of its content.
func (n Node) child(i int, path string) Node {
	return Node{n.y.Content[i+1], n.file, trail{path, byKey(n.y.Content[i].Value)}}
}

// Need gives the value of a key and notes a problem if it is missing.
func (f Fields) Need(ps *Problems, key string) (Node, bool) {
	n, ok := f.Get(key)
	if !ok && f.of.Kind() == Mapping {
		p := f.of.problem("%q is missing", key)
		ps.Add(p)
	}
	return n, ok
}

// Node gives the mapping itself.
func (f Fields) Node() Node { return f.of }

// Fields reads a mapping whose keys must be among allowed.
func (n Node) Fields(ps *Problems, allowed ...string) Fields {
	f := Fields{n, n.Path()}
	if n.Kind() != Mapping {
		ps.Add(n.wrong("a mapping with keys " + strings.Join(allowed, ", ")))
		return f
	}
	for i := 0; i+1 < len(n.y.Content); i += 2 {
		k := n.y.Content[i]
		if slices.Contains(allowed, k.Value) {
			continue
		}
		p := Problem{Pos: Node{y: k, file: n.file}.Pos(), Path: f.path, Message: "unknown key " + clip(k.Value), Allowed: strings.Join(allowed, ", ")}
		if ps.Len() < maxPrinted {
			p.Hint, _ = Nearest(k.Value, allowed)
		}
		ps.Add(p)
	}
	return f
}

func (n Node) wrong(want string) Problem {
	p := n.problem("%s expected", want)
	switch n.Kind() {
	case Scalar:
		p.Given = n.y.Value
		if n.IsNull() {
			p.Given, p.Message = "", want+" expected, nothing given"
		}
	case Mapping:
		p.Message += ", a mapping given"
	case Sequence:
		p.Message += ", a list given"
	}
	return p
}

// Entry is one key and its value.
type Entry struct {
	Key    string
	KeyPos Pos
	Value  Node
}

// Entries reads a mapping with free keys, in the file's order.
func (n Node) Entries(ps *Problems) []Entry {
	if n.Kind() != Mapping {
		ps.Add(n.wrong("a mapping"))
		return nil
	}
	out := make([]Entry, 0, len(n.y.Content)/2)
	path := n.Path()
	for i := 0; i+1 < len(n.y.Content); i += 2 {
		k := n.y.Content[i]
		out = append(out, Entry{k.Value, Node{y: k, file: n.file}.Pos(), n.child(i, path)})
	}
	return out
}

// List reads a sequence.
func (n Node) List(ps *Problems) []Node {
	if n.Kind() != Sequence {
		ps.Add(n.wrong("a list"))
		return nil
	}
	out := make([]Node, len(n.y.Content))
	path := n.Path()
	for i, c := range n.y.Content {
		out[i] = Node{c, n.file, trail{path, step{item: i + 1}}}
	}
	return out
}

// Text reads a scalar as it stands.
func (n Node) Text(ps *Problems) string {
	if n.Kind() != Scalar || n.IsNull() {
		ps.Add(n.wrong("a text"))
		return ""
	}
	return n.y.Value
}

// Int reads a whole number within bounds.
func (n Node) Int(ps *Problems, lo, hi int) int {
	if n.Kind() != Scalar {
		ps.Add(n.wrong("a whole number"))
		return lo
	}
	allowed := func() string { return fmt.Sprintf("%d to %d", lo, hi) }
	v, err := strconv.ParseInt(n.y.Value, 10, 64)
	if err != nil {
		// "1e12" and "5.0" are whole numbers to a reader.
		if f, ferr := strconv.ParseFloat(n.y.Value, 64); ferr == nil && f == math.Trunc(f) && math.Abs(f) < 9e18 {
			v, err = int64(f), nil
		}
	}
	if err != nil {
		p := n.wrong("a whole number")
		p.Allowed = allowed()
		ps.Add(p)
		return lo
	}
	if v < int64(lo) || v > int64(hi) {
		p := n.problem("out of range")
		p.Given, p.Allowed = n.y.Value, allowed()
		ps.Add(p)
		return lo
	}
	return int(v)
}

// Float reads a finite number within bounds.
func (n Node) Float(ps *Problems, lo, hi float64) float64 {
	if n.Kind() != Scalar {
		ps.Add(n.wrong("a number"))
		return lo
	}
	v, err := strconv.ParseFloat(n.y.Value, 64)
	allowed := func() string { return fmt.Sprintf("%g to %g", lo, hi) }
	switch {
	case err != nil || math.IsNaN(v) || math.IsInf(v, 0):
		p := n.wrong("a finite number")
		p.Allowed = allowed()
		ps.Add(p)
		return lo
	case v < lo || v > hi:
		p := n.problem("out of range")
		p.Given, p.Allowed = n.y.Value, allowed()
		ps.Add(p)
		return lo
	}
	return v
}

// Bool reads true, false, yes or no.
func (n Node) Bool(ps *Problems) bool {
	if n.Kind() == Scalar {
		switch n.y.Value {
		case "true", "yes":
			return true
		case "false", "no":
			return false
		}
	}
	p := n.wrong("yes or no")
	ps.Add(p)
	return false
}

// Quantity reads a number with its unit, within bounds given in SI.
func (n Node) Quantity(ps *Problems, k units.Kind, lo, hi float64) float64 {
	if n.Kind() != Scalar || n.IsNull() {
		ps.Add(n.wrong("a " + k.String() + " with its unit"))
		return lo
	}
	v, err := units.Parse(k, n.y.Value)
	if err != nil {
		p := n.problem("not a %s", k)
		p.Given = n.y.Value
		if e, ok := err.(*units.ParseError); ok {
			p.Message, p.Allowed, p.Hint = k.String()+" "+e.Reason, strings.Join(e.Allowed, ", "), e.Hint
		}
		ps.Add(p)
		return lo
	}
	if v < lo || v > hi {
		p := n.problem("%s out of range", k)
		p.Given, p.Allowed = n.y.Value, units.Format(k, lo)+" to "+units.Format(k, hi)
		ps.Add(p)
		return lo
	}
	return v
}

// OneOf reads one of the given words.
func (n Node) OneOf(ps *Problems, options ...string) string {
	if n.Kind() != Scalar {
		ps.Add(n.wrong("one of " + strings.Join(options, ", ")))
		return ""
	}
	for _, o := range options {
		if n.y.Value == o {
			return o
		}
	}
	p := n.problem("unknown word")
	p.Given, p.Allowed = n.y.Value, strings.Join(options, ", ")
	p.Hint, _ = Nearest(n.y.Value, options)
	ps.Add(p)
	return ""
}

// ID reads a name that other parts of a file refer to.
func (n Node) ID(ps *Problems) string {
	s := n.Text(ps)
	if s != "" && !ValidID(s) {
		p := n.problem("not a usable id")
		p.Given, p.Allowed = s, "letters, digits, '.', '_' and '-', beginning with a letter or digit, at most 64"
		ps.Add(p)
	}
	return s
}

// ValidID reports whether a word may be an id.
func ValidID(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i, c := range []byte(s) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && (i == 0 || c != '.' && c != '_' && c != '-') {
			return false
		}
	}
	return true
}

// Nearest gives the option closest to a misspelt word, if one is close enough
// to be what was meant.
func Nearest(given string, options []string) (string, bool) {
	if len(given) > 80 {
		return "", false
	}
	best, at := math.MaxInt, -1
	for i, o := range options {
		d := distance(strings.ToLower(given), strings.ToLower(o))
		if d < best || d == best && common(given, o) > common(given, options[at]) {
			best, at = d, i
		}
	}
	if at < 0 || best > 1+max(len(given), len(options[at]))/3 {
		return "", false
	}
	return options[at], true
}

// common is the length of the beginning two words share: people misspell the
// end of a word more than its beginning.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// distance counts insertions, deletions, replacements and swaps of neighbours.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	two, one := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range one {
		one[j] = j
	}
	for i := 1; i <= len(x); i++ {
		cur := make([]int, len(y)+1)
		cur[0] = i
		for j := 1; j <= len(y); j++ {
			c := 1
			if x[i-1] == y[j-1] {
				c = 0
			}
			cur[j] = min(one[j-1]+c, one[j]+1, cur[j-1]+1)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], two[j-2]+1)
			}
		}
		two, one = one, cur
	}
	return one[len(y)]
}

// Amend changes the problem added last.
func (p *Problems) Amend(change func(*Problem)) {
	if n := len(p.list); n > 0 {
		change(&p.list[n-1])
	}
}
