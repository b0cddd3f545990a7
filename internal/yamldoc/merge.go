package yamldoc

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Merge lays one document over another: mappings merge key by key, anything
// else is replaced, and a null deletes. A mapping whose keys are all numbers,
// over a list of mappings, changes items of that list, counted from 0 as in a
// path. Every value keeps its own place, so an error in a merged document still
// names the file it was written in.
func Merge(base, over Node, ps *Problems) Node {
	return Node{merge(base.y, over.y, make([]step, 0, MaxDepth+2), ps), over.file, over.trail}
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func merge(base, over *yaml.Node, at []step, ps *Problems) *yaml.Node {
	if base != nil && over != nil && base.Kind == yaml.SequenceNode && numbers(over) && mappings(base) {
		return mergeItems(base, over, at, ps)
	}
	if base == nil || over == nil || base.Kind != yaml.MappingNode || over.Kind != yaml.MappingNode {
		if over == nil {
			return base
		}
		return over
	}
	out := *over
	out.Content = nil
	used := map[string]bool{}
	for i := 0; i+1 < len(base.Content); i += 2 {
		k, v := base.Content[i], base.Content[i+1]
		for j := 0; j+1 < len(over.Content); j += 2 {
			if over.Content[j].Value == k.Value {
				used[k.Value] = true
				k, v = over.Content[j], merge(v, over.Content[j+1], append(at, byKey(k.Value)), ps)
				break
			}
		}
		if isNull(v) {
			continue
		}
		out.Content = append(out.Content, k, v)
	}
	for j := 0; j+1 < len(over.Content); j += 2 {
		k, v := over.Content[j], over.Content[j+1]
		if used[k.Value] || isNull(v) {
			continue
		}
		out.Content = append(out.Content, k, v)
	}
	return &out
}

// numbers reports whether a node is a mapping whose keys are all numbers.
func numbers(n *yaml.Node) bool {
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		return false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if k, err := strconv.Atoi(n.Content[i].Value); err != nil || k < 0 || strconv.Itoa(k) != n.Content[i].Value {
			return false
		}
	}
	return true
}

func mappings(list *yaml.Node) bool {
	return !slices.ContainsFunc(list.Content, func(n *yaml.Node) bool { return n.Kind != yaml.MappingNode })
}

func mergeItems(base, over *yaml.Node, at []step, ps *Problems) *yaml.Node {
	list := slices.Clone(base.Content)
	for j := 0; j+1 < len(over.Content); j += 2 {
		k, v := over.Content[j], over.Content[j+1]
		i, _ := strconv.Atoi(k.Value)
		if i >= len(list) {
			path := ""
			for _, s := range at {
				path = s.after(path)
			}
			ps.Add(Problem{Pos: Pos{k.HeadComment, k.Line, k.Column}, Path: path, Message: noItem(len(list)), Given: k.Value})
			continue
		}
		if isNull(v) {
			list[i] = nil
			continue
		}
		list[i] = merge(list[i], v, append(at, step{item: i + 1}), ps)
	}
	out := *base
	out.Content = slices.DeleteFunc(list, func(n *yaml.Node) bool { return n == nil })
	return &out
}

func noItem(n int) string {
	return "no such item; the list has " + strconv.Itoa(n) + ", counted from 0"
}

// Set replaces the value at a path ("commands.JPN.salvo", "raids.a[0].count" or
// "raids.a.0.count"). A missing key at the end of the path is added; a missing
// one on the way, or an index beyond a list, is a problem with the nearest name.
// from names the origin of the value in errors.
func Set(root Node, path, value, from string, ps *Problems) Node {
	fail := func(msg, given string, options []string) Node {
		p := Problem{Pos: Pos{File: from}, Path: path, Message: msg, Given: given}
		if len(options) > 0 && len(options) <= 40 {
			p.Allowed = strings.Join(options, ", ")
		}
		p.Hint, _ = Nearest(given, options)
		ps.Add(p)
		return root
	}
	parts := splitPath(path)
	if len(parts) == 0 {
		return fail("a path is missing before '='", "", nil)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(value), &doc); err != nil || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.ScalarNode && doc.Content[0].Kind != yaml.SequenceNode {
		return fail("the value is not a word, a number or a list", value, nil)
	}
	val := doc.Content[0]
	count := 0
	before := ps.Len()
	sanitise(from, val, path, nil, &count, ps)
	if ps.Len() != before {
		return root
	}
	top := clone(root.y)
	at := top
	for i, p := range parts {
		last := i == len(parts)-1
		switch at.Kind {
		case yaml.MappingNode:
			found := false
			var keys []string
			for j := 0; j+1 < len(at.Content); j += 2 {
				keys = append(keys, at.Content[j].Value)
				if at.Content[j].Value != p {
					continue
				}
				found = true
				if last {
					at.Content[j+1] = val
				} else {
					at.Content[j+1] = clone(at.Content[j+1])
					at = at.Content[j+1]
				}
				break
			}
			if !found {
				if !last {
					return fail("nothing of this name", p, keys)
				}
				key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: p, HeadComment: from}
				at.Content = append(at.Content, key, val)
			}
		case yaml.SequenceNode:
			k, err := strconv.Atoi(p)
			if err != nil || k < 0 || k >= len(at.Content) {
				return fail(noItem(len(at.Content)), p, nil)
			}
			if last {
				at.Content[k] = val
			} else {
				at.Content[k] = clone(at.Content[k])
				at = at.Content[k]
			}
		default:
			return fail("the path goes on below a plain value", p, nil)
		}
	}
	return Node{top, root.file, root.trail}
}

// clone copies a node one level deep, so that a change does not reach the
// document it came from.
func clone(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = append([]*yaml.Node(nil), n.Content...)
	return &c
}

func splitPath(path string) []string {
	path = strings.NewReplacer("[", ".", "]", "").Replace(path)
	var out []string
	for _, p := range strings.Split(path, ".") {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}

// Canonical writes a document's content to w in a form that does not depend on
// layout, comments or where its parts came from: what a digest is taken of.
func Canonical(n Node, w interface{ Write([]byte) (int, error) }) { w.Write(canonical(n.y, nil)) }

func canonical(n *yaml.Node, to []byte) []byte {
	if n == nil {
		return to
	}
	switch n.Kind {
	case yaml.MappingNode:
		to = append(to, '{')
		for _, c := range n.Content {
			to = canonical(c, to)
		}
		return append(to, '}')
	case yaml.SequenceNode:
		to = append(to, '[')
		for _, c := range n.Content {
			to = canonical(c, to)
		}
		return append(to, ']')
	}
	return AppendQuote(to, n.Value)
}

// AppendQuote is strconv.AppendQuote, many times faster where a text is mostly
// plain ASCII: digests quote the whole of a catalogue.
func AppendQuote(to []byte, s string) []byte {
	plain := func(c byte) bool { return c >= ' ' && c < 0x7f && c != '"' && c != '\\' }
	to = append(to, '"')
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && plain(s[j]) {
			j++
		}
		to = append(to, s[i:j]...)
		for i = j; j < len(s) && !plain(s[j]); {
			j++
		}
		if i < j {
			// What stands between plain bytes is quoted as it would be in the whole.
			q := len(to)
			to = strconv.AppendQuote(to, s[i:j])
			to = append(to[:q], to[q+1:len(to)-1]...)
			i = j
		}
	}
	return append(to, '"')
}
