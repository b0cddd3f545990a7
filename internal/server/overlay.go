package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"testudo/internal/scenario"
	"testudo/internal/yamldoc"
)

// Edit sets one value of a scenario, or with null takes it away.
type Edit struct {
	Path  string          `json:"path" maxLength:"300" doc:"keys from the top, with dots between: batteries.guam-thaad.at; items of a list by number, from 0; a dot within a key has a backslash before it"`
	Value json.RawMessage `json:"value" doc:"any JSON value; null takes away"`
}

// edited writes edits into an overlay text as a person would: keys are added
// where they belong, what stands keeps its comments and its order, and what an
// edit takes away leaves no empty shells behind.
func edited(base, overlay string, edits []Edit) (string, error) {
	doc, err := opened(base, overlay)
	if err != nil {
		return "", err
	}
	for _, e := range edits {
		keys := keysOf(e.Path)
		for _, k := range keys {
			if k == "" || len(k) > 64 {
				return "", wrong("%q is no path: write keys with dots between", e.Path)
			}
		}
		value, err := yamlOf(e.Value, keys)
		if err != nil {
			return "", wrong("%s: %v", e.Path, err)
		}
		if value == nil {
			remove(doc.Content[0], keys)
			continue
		}
		if err := put(doc.Content[0], keys, 0, value); err != nil {
			return "", wrong("%s: %v", e.Path, err)
		}
	}
	return written(doc)
}

// pathOf writes keys as a path, keysOf reads them: a dot within a key has a
// backslash before it.
func pathOf(keys ...string) string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = strings.ReplaceAll(k, ".", `\.`)
	}
	return strings.Join(out, ".")
}

func keysOf(path string) (keys []string) {
	begun := ""
	for i, part := range strings.Split(path, ".") {
		if i > 0 {
			if k, ok := strings.CutSuffix(begun, `\`); ok {
				begun = k + "." + part
				continue
			}
			keys = append(keys, begun)
		}
		begun = part
	}
	return append(keys, begun)
}

// opened reads an overlay text to be edited; where there is none, its first lines.
func opened(base, overlay string) (*yaml.Node, error) {
	if overlay == "" {
		overlay = "testudo: 1\ninclude: " + base + ".yaml\n"
	}
	// The strict reader first: what the other accepts and it does not must not
	// be written back.
	ps := new(yamldoc.Problems)
	if _, ok := yamldoc.Parse(overlayName, []byte(overlay), ps); !ok {
		return nil, ps.Err()
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(overlay), &doc); err != nil {
		return nil, asked(err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, wrong("the overlay is no mapping")
	}
	return &doc, nil
}

func written(doc *yaml.Node) (string, error) {
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(doc), enc.Close()); err != nil {
		return "", err
	}
	return out.String(), nil
}

// yamlOf turns a JSON value into a node for a path, short lists on one line; nil
// for null.
func yamlOf(raw json.RawMessage, path []string) (*yaml.Node, error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, errors.New("the value is no JSON")
	}
	return nodeOf(v, path, 0)
}

// deepest bounds a value; no part of a scenario is deeper.
const deepest = 8

func nodeOf(v any, path []string, depth int) (*yaml.Node, error) {
	if depth > deepest {
		return nil, errors.New("the value is nested too deep")
	}
	switch x := v.(type) {
	case nil:
		return nil, nil
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(x)}, nil
	case json.Number:
		tag := "!!int"
		if strings.ContainsAny(x.String(), ".eE") {
			tag = "!!float"
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: x.String()}, nil
	case string:
		n := &yaml.Node{}
		n.SetString(x)
		return n, nil
	case int:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(x)}, nil
	case float64:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!float", Value: strconv.FormatFloat(x, 'g', -1, 64)}, nil
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		if depth == 0 && ownLines(x) {
			n.Style = 0
		}
		for i, e := range x {
			c, err := nodeOf(e, append(path, strconv.Itoa(i)), depth+1)
			if err != nil {
				return nil, err
			}
			if c == nil {
				return nil, errors.New("a list holds null")
			}
			n.Content = append(n.Content, c)
		}
		return n, nil
	case map[string]any:
		n := &yaml.Node{Kind: yaml.MappingNode}
		if depth > 0 {
			n.Style = yaml.FlowStyle
		}
		for _, k := range inOrder(x, path) {
			c, err := nodeOf(x[k], append(path, k), depth+1)
			if err != nil {
				return nil, err
			}
			if c == nil {
				c = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
			}
			n.Content = append(n.Content, text(k), c)
		}
		return n, nil
	}
	return nil, errors.New("the value is of no kind a scenario has")
}

// ownLines says whether items of a list stand on a line each: several, or one of
// many words.
func ownLines(list []any) bool {
	for _, e := range list {
		if m, ok := e.(map[string]any); ok && (len(list) > 1 || len(m) > 4) {
			return true
		}
	}
	return false
}

// inOrder lists the keys of a mapping as a person writes them there: those the
// language has an order for, then the others by name.
func inOrder(m map[string]any, path []string) []string {
	order := scenario.Keys(path...)
	rank := func(k string) int {
		if i := slices.Index(order, k); i >= 0 {
			return i
		}
		return len(order)
	}
	keys := sortedKeys(m)
	slices.SortStableFunc(keys, func(a, b string) int { return rank(a) - rank(b) })
	return keys
}

// entry finds a key of a mapping: its index, or -1.
func entry(m *yaml.Node, key string) int {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// put sets a value at a path; keys[:at] lead to m.
func put(m *yaml.Node, keys []string, at int, value *yaml.Node) error {
	key, last := keys[at], at == len(keys)-1
	if m.Kind == yaml.SequenceNode {
		i, err := strconv.Atoi(key)
		if err != nil || i < 0 || i >= len(m.Content) {
			return fmt.Errorf("no item %s in a list of %d, counted from 0", key, len(m.Content))
		}
		if last {
			m.Content[i] = value
			return nil
		}
		return put(m.Content[i], keys, at+1, value)
	}
	if m.Kind != yaml.MappingNode {
		return errors.New("what stands on the way is no mapping")
	}
	i := entry(m, key)
	if i >= 0 && last {
		old := m.Content[i+1]
		value.LineComment, value.HeadComment, value.FootComment = old.LineComment, old.HeadComment, old.FootComment
		m.Content[i+1] = value
		return nil
	}
	if i >= 0 {
		return put(m.Content[i+1], keys, at+1, value)
	}
	if !last {
		below := &yaml.Node{Kind: yaml.MappingNode}
		if len(keys)-at == 2 && m.Style == 0 && depthHint(key) {
			below.Style = yaml.FlowStyle
		}
		if err := put(below, keys, at+1, value); err != nil {
			return err
		}
		value = below
	}
	insert(m, keys[:at], key, value)
	return nil
}

// insert adds a key where it belongs: before the first that stands after it in
// the order of the language, numbers before greater ones, else at the end.
func insert(m *yaml.Node, path []string, key string, value *yaml.Node) {
	order := scenario.Keys(path...)
	rank := func(k string) int {
		if n, err := strconv.Atoi(k); err == nil {
			return n
		}
		return slices.Index(order, k)
	}
	i := 0
	for mine := rank(key); i+1 < len(m.Content); i += 2 {
		if mine >= 0 && rank(m.Content[i].Value) > mine {
			break
		}
	}
	m.Content = slices.Insert(m.Content, i, text(key), value)
}

// depthHint says whether a new mapping holds values rather than items: those of
// one item stand on one line, as in the shipped files.
func depthHint(key string) bool {
	switch key {
	case "nations", "assets", "launch-areas", "sensors", "batteries", "commands", "raids", "postures", "catalog":
		return false
	}
	return true
}

// text is a key; that of a list's item is its number.
func text(s string) *yaml.Node {
	if i, err := strconv.Atoi(s); err == nil && strconv.Itoa(i) == s {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: s}
	}
	n := &yaml.Node{}
	n.SetString(s)
	return n
}

// remove takes a key away, and what is then empty above it.
func remove(m *yaml.Node, keys []string) {
	if m.Kind == yaml.SequenceNode {
		if i, err := strconv.Atoi(keys[0]); err == nil && i >= 0 && i < len(m.Content) && len(keys) > 1 {
			remove(m.Content[i], keys[1:])
		}
		return
	}
	i := -1
	if m.Kind == yaml.MappingNode {
		i = entry(m, keys[0])
	}
	if i < 0 {
		return
	}
	if len(keys) > 1 {
		below := m.Content[i+1]
		remove(below, keys[1:])
		if below.Kind != yaml.MappingNode || len(below.Content) > 0 {
			return
		}
	}
	m.Content = slices.Delete(m.Content, i, i+2)
}
