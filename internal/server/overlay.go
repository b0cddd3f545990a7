package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"testudo/internal/yamldoc"
)

// Edit sets one value of a scenario, or with null takes it away.
type Edit struct {
	Path  string          `json:"path" maxLength:"300" doc:"keys from the top, with dots between: batteries.guam-thaad.at"`
	Value json.RawMessage `json:"value" doc:"any JSON value; null takes away"`
}

// edited writes edits into an overlay text as a person would: keys are added
// where they belong, what stands keeps its comments and its order, and what an
// edit takes away leaves no empty shells behind.
func edited(base, overlay string, edits []Edit) (string, error) {
	if overlay == "" {
		overlay = "testudo: 1\ninclude: " + base + ".yaml\n"
	}
	// The strict reader first: what the other accepts and it does not must not
	// be written back.
	ps := new(yamldoc.Problems)
	if _, ok := yamldoc.Parse(overlayName, []byte(overlay), ps); !ok {
		return "", ps.Err()
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(overlay), &doc); err != nil {
		return "", asked(err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return "", wrong("the overlay is no mapping")
	}
	for _, e := range edits {
		value, err := yamlOf(e.Value)
		if err != nil {
			return "", wrong("%s: %v", e.Path, err)
		}
		keys := strings.Split(e.Path, ".")
		for _, k := range keys {
			if k == "" || len(k) > 64 {
				return "", wrong("%q is no path: write keys with dots between", e.Path)
			}
		}
		if value == nil {
			remove(doc.Content[0], keys)
			continue
		}
		if err := put(doc.Content[0], keys, value); err != nil {
			return "", wrong("%s: %v", e.Path, err)
		}
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(&doc), enc.Close()); err != nil {
		return "", err
	}
	return out.String(), nil
}

// yamlOf turns a JSON value into a node, short lists on one line; nil for null.
func yamlOf(raw json.RawMessage) (*yaml.Node, error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, errors.New("the value is no JSON")
	}
	return nodeOf(v, 0)
}

// deepest bounds a value; no part of a scenario is deeper.
const deepest = 8

func nodeOf(v any, depth int) (*yaml.Node, error) {
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
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, e := range x {
			c, err := nodeOf(e, depth+1)
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
		for _, k := range sortedKeys(x) {
			c, err := nodeOf(x[k], depth+1)
			if err != nil {
				return nil, err
			}
			if c == nil {
				c = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
			}
			kn := &yaml.Node{}
			kn.SetString(k)
			n.Content = append(n.Content, kn, c)
		}
		return n, nil
	}
	return nil, errors.New("the value is of no kind a scenario has")
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

func put(m *yaml.Node, keys []string, value *yaml.Node) error {
	i := entry(m, keys[0])
	if len(keys) == 1 {
		if i >= 0 {
			old := m.Content[i+1]
			value.LineComment, value.HeadComment, value.FootComment = old.LineComment, old.HeadComment, old.FootComment
			m.Content[i+1] = value
			return nil
		}
		m.Content = append(m.Content, text(keys[0]), value)
		return nil
	}
	if i < 0 {
		below := &yaml.Node{Kind: yaml.MappingNode}
		if len(keys) == 2 && m.Style == 0 && depthHint(keys) {
			below.Style = yaml.FlowStyle
		}
		if err := put(below, keys[1:], value); err != nil {
			return err
		}
		m.Content = append(m.Content, text(keys[0]), below)
		return nil
	}
	if m.Content[i+1].Kind != yaml.MappingNode {
		return errors.New("what stands on the way is no mapping")
	}
	return put(m.Content[i+1], keys[1:], value)
}

// depthHint says whether a new mapping holds values rather than items: those of
// one item stand on one line, as in the shipped files.
func depthHint(keys []string) bool {
	switch keys[0] {
	case "nations", "assets", "launch-areas", "sensors", "batteries", "commands", "raids", "postures", "catalog":
		return false
	}
	return true
}

func text(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	return n
}

// remove takes a key away, and what is then empty above it.
func remove(m *yaml.Node, keys []string) {
	i := entry(m, keys[0])
	if i < 0 {
		return
	}
	if len(keys) > 1 {
		below := m.Content[i+1]
		if below.Kind != yaml.MappingNode {
			return
		}
		remove(below, keys[1:])
		if len(below.Content) > 0 {
			return
		}
	}
	m.Content = append(m.Content[:i:i], m.Content[i+2:]...)
}
