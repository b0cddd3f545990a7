package server

import (
	"context"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"testudo/internal/pact"
	"testudo/internal/scenario"
	"testudo/internal/yamldoc"
)

// Switch changes one agreement in one posture, by what it means; how that is
// written is found by trying (decision 9).
type Switch struct {
	Kind    string `json:"kind" enum:"link,cut,joint-fire-control,mutual-defence" doc:"link: from tells to, at a level; cut: neither tells the other anything in any posture; joint-fire-control: from shares that of to, or leaves its own; mutual-defence: from shoots for to"`
	Posture string `json:"posture,omitempty" maxLength:"80" doc:"id of a posture; cut holds in all"`
	From    string `json:"from" maxLength:"80" doc:"id of a nation"`
	To      string `json:"to,omitempty" maxLength:"80" doc:"id of a nation"`
	Level   string `json:"level,omitempty" enum:"none,warning,track,launch-on-remote,engage-on-remote" doc:"of a link"`
	On      bool   `json:"on,omitempty" doc:"of all but a link"`
}

// edit writes edits and switches into the overlay of a variant and loads what
// comes of them.
func (s *Server) edit(ctx context.Context, v Variant, edits []Edit, switches []Switch) (string, *scenario.File, error) {
	text, err := edited(v.Scenario, v.Overlay, edits)
	if err != nil {
		return "", nil, err
	}
	try := func(text string) (*scenario.File, error) {
		sc, err := s.load(ctx, Variant{Scenario: v.Scenario, Overlay: text, Raid: v.Raid})
		if err != nil {
			return nil, err
		}
		return sc.File, nil
	}
	f, err := try(text)
	if err != nil || len(switches) == 0 {
		return text, f, err
	}
	p := &pad{base: v.Scenario, text: text, f: f, try: try, include: s.include(user(ctx))}
	defer func() { s.gate.charge(user(ctx), s.Now(), p.spent.Seconds()) }()
	for _, w := range switches {
		if err := p.turn(w); err != nil {
			return "", nil, err
		}
	}
	return p.text, p.f, nil
}

// The keys at the top of a file that hold agreements, as they are carried out.
var agreementKeys = []string{"share", "joint-fire-control", "mutual-defence", "cut"}

// pad is an overlay on which a switch is tried out.
type pad struct {
	base, text string
	f          *scenario.File // what the text says
	try        func(string) (*scenario.File, error)
	include    func(string) ([]byte, error)
	lists      map[string][]entryOf // what the text has under each key, or what is included has
	known      map[string]map[string][]any
	spent      time.Duration // on reading texts, beside trying them
}

// entryOf is an entry of one of the lists: as it is written, if it stays as it
// is, and what it says.
type entryOf struct {
	node *yaml.Node
	says map[string]any
}

// names reads one id or a list of them; all stands for every defender.
func (p *pad) names(v any) []string {
	if v != "all" {
		return words(v)
	}
	var out []string
	for i := range p.f.Nations {
		if !p.f.Nations[i].Attacker {
			out = append(out, p.f.Nations[i].ID)
		}
	}
	return out
}

// words reads one word or a list of them.
func words(v any) (out []string) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, e := range list {
		switch x := e.(type) {
		case string:
			out = append(out, x)
		case int: // an id may be a number
			out = append(out, strconv.Itoa(x))
		}
	}
	return out
}

// under gives the lists at the top of a text laid over what it includes.
func (p *pad) under(text string) (map[string][]any, error) {
	if lists := p.known[text]; lists != nil {
		return lists, nil
	}
	start := time.Now()
	defer func() { p.spent += time.Since(start) }()
	doc, err := scenario.Document(overlayName, func(name string) ([]byte, error) {
		if name == overlayName {
			return []byte(text), nil
		}
		return p.include(name)
	})
	if err != nil {
		return nil, err
	}
	lists := map[string][]any{}
	for _, e := range doc.Entries(new(yamldoc.Problems)) {
		if slices.Contains(agreementKeys, e.Key) {
			lists[e.Key], _ = e.Value.Plain().([]any)
		}
	}
	if p.known == nil {
		p.known = map[string]map[string][]any{}
	}
	p.known[text] = lists
	return lists, nil
}

// read collects the lists as they hold now.
func (p *pad) read() error {
	doc, err := opened(p.base, p.text)
	if err != nil {
		return err
	}
	lists, err := p.under(p.text)
	if err != nil {
		return err
	}
	p.lists = map[string][]entryOf{}
	for _, key := range agreementKeys {
		list := lists[key]
		var own []*yaml.Node
		if i := entry(doc.Content[0], key); i >= 0 && doc.Content[0].Content[i+1].Kind == yaml.SequenceNode {
			own = doc.Content[0].Content[i+1].Content
		}
		if key == "joint-fire-control" && len(list) > 0 {
			if _, flat := list[0].(string); flat {
				list, own = []any{list}, nil
			}
		}
		for i, v := range list {
			e := entryOf{}
			if e.says, _ = v.(map[string]any); e.says == nil {
				e.says = map[string]any{"nations": v} // a group written as a list
			}
			if i < len(own) {
				e.node = own[i]
			}
			p.lists[key] = append(p.lists[key], e)
		}
	}
	return nil
}

// write puts the lists into the text, each only if it is another than that which
// is included, and tries it.
func (p *pad) write() error {
	doc, err := opened(p.base, p.text)
	if err != nil {
		return err
	}
	was, err := p.under(p.text)
	if err != nil {
		return err
	}
	top := doc.Content[0]
	for _, key := range agreementKeys {
		var says []any
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for _, e := range p.lists[key] {
			says = append(says, e.says)
			if e.node == nil {
				if e.node, err = nodeOf(e.says, []string{key, "0"}, 1); err != nil {
					return asked(err)
				}
			}
			list.Content = append(list.Content, e.node)
		}
		if same(was[key], says) {
			continue
		}
		below, err := p.without(key)
		if err != nil {
			return err
		}
		if same(below, says) {
			remove(top, []string{key})
			continue
		}
		if i := entry(top, key); i >= 0 && top.Content[i+1].Kind == yaml.SequenceNode {
			list.Style = top.Content[i+1].Style
		} else {
			list.Style = yaml.FlowStyle
		}
		if ownLines(says) {
			list.Style = 0
		}
		if err := put(top, []string{key}, 0, list); err != nil {
			return asked(err)
		}
	}
	text, err := written(doc)
	if err != nil {
		return err
	}
	f, err := p.try(text)
	if err != nil {
		return err
	}
	p.text, p.f = text, f
	return p.read()
}

// without gives a list as what is included has it by itself.
func (p *pad) without(key string) ([]any, error) {
	doc, err := opened(p.base, p.text)
	if err != nil {
		return nil, err
	}
	remove(doc.Content[0], []string{key})
	text, err := written(doc)
	if err != nil {
		return nil, err
	}
	lists, err := p.under(text)
	return lists[key], err
}

// same compares lists by what they say: a group is one however it is written.
func same(a, b []any) bool {
	as := func(list []any) (out []any) {
		if len(list) > 0 {
			if _, flat := list[0].(string); flat {
				list = []any{list}
			}
		}
		for _, v := range list {
			if group, ok := v.([]any); ok {
				v = map[string]any{"nations": group}
			}
			out = append(out, v)
		}
		return out
	}
	return reflect.DeepEqual(as(a), as(b))
}

// drop takes away the entries about just what is given; a filtered link is
// another.
func (p *pad) drop(key string, says map[string]any) {
	p.lists[key] = slices.DeleteFunc(p.lists[key], func(e entryOf) bool {
		if e.says["only"] != nil {
			return false
		}
		for k, v := range says {
			if one := p.names(e.says[k]); len(one) != 1 || one[0] != v {
				return false
			}
		}
		return true
	})
}

// add writes a new entry, or, where another says the same but for one name, that
// name into it.
func (p *pad) add(key string, says map[string]any, lists ...string) {
	for i, e := range p.lists[key] {
		for _, k := range lists {
			if e.says[k] == nil || says[k] == nil || e.says[k] == "all" {
				continue
			}
			rest := maps.Clone(e.says)
			rest[k] = says[k]
			if !reflect.DeepEqual(rest, says) {
				continue
			}
			merged := p.names(e.says[k])
			for _, n := range p.names(says[k]) {
				if !slices.Contains(merged, n) {
					merged = append(merged, n)
				}
			}
			rest[k] = anys(merged)
			p.lists[key][i] = entryOf{says: rest}
			return
		}
	}
	p.lists[key] = append(p.lists[key], entryOf{says: says})
}

// anys is a list as it is written: one name stands alone.
func anys(list []string) any {
	if len(list) == 1 {
		return list[0]
	}
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// spare takes a case out of what is cut: who (under a) towards whom (under b,
// nothing for a fire control), in one posture or, with none, in all. An entry
// that cuts more goes on to cut the rest.
func (p *pad) spare(a, b, from, to, posture string) {
	var out []entryOf
	for _, e := range p.lists["cut"] {
		out = append(out, p.spared(e, a, b, from, to, posture)...)
	}
	p.lists["cut"] = out
}

func (p *pad) spared(e entryOf, a, b, from, to, posture string) []entryOf {
	if e.says[a] == nil {
		return []entryOf{e}
	}
	who, whom, in := p.names(e.says[a]), p.names(e.says[b]), words(e.says["in"])
	if e.says["in"] == nil {
		in = p.postures()
	}
	hit := func(x, y string) bool {
		return slices.Contains(who, x) && (b == "" || slices.Contains(whom, y)) && (posture == "" || slices.Contains(in, posture))
	}
	both := bothWays(e.says)
	switch {
	case both && (hit(from, to) || hit(to, from)):
		// Each way by itself.
		one, other := maps.Clone(e.says), maps.Clone(e.says)
		delete(one, "both")
		delete(other, "both")
		other[a], other[b] = e.says[b], e.says[a]
		return append(p.spared(entryOf{says: one}, a, b, from, to, posture), p.spared(entryOf{says: other}, a, b, from, to, posture)...)
	case !hit(from, to):
		return []entryOf{e}
	}
	var out []entryOf
	rest := maps.Clone(e.says)
	for _, d := range []struct {
		key, name string
		all       []string
	}{{a, from, who}, {b, to, whom}, {"in", posture, in}} {
		if d.key == "" || d.name == "" {
			continue
		}
		left := slices.DeleteFunc(slices.Clone(d.all), func(n string) bool {
			return n == d.name || d.key == b && len(p.names(rest[a])) == 1 && n == from
		})
		x := maps.Clone(rest)
		x[d.key] = anys(left)
		// A cut that finds nothing would be told.
		where := p.bites(x, a, b)
		if d.key == "in" {
			x["in"] = anys(where)
		}
		if len(left) > 0 && len(where) > 0 {
			out = append(out, entryOf{says: x})
		}
		rest[d.key] = d.name
	}
	return out
}

// bothWays reports whether an entry holds each way.
func bothWays(says map[string]any) bool { return says["both"] == true || says["both"] == "yes" }

// bites lists the postures in which there is something for a cut to take away:
// as they are without the top of the text, or laid over them there.
func (p *pad) bites(says map[string]any, a, b string) (in []string) {
	who, whom := p.names(says[a]), p.names(says[b])
	both := bothWays(says)
	takes := func(x, y string) bool {
		return slices.Contains(who, x) && slices.Contains(whom, y) || both && slices.Contains(who, y) && slices.Contains(whom, x)
	}
	key, x, y := "share", "from", "to"
	switch a {
	case "by":
		key, x, y = "mutual-defence", "by", "of"
	case "joint-fire-control":
		key, x, y = "joint-fire-control", "nations", "nations"
		takes = func(x, _ string) bool { return slices.Contains(who, x) }
	}
	laid := func(posture string) bool {
		return slices.ContainsFunc(p.lists[key], func(e entryOf) bool {
			return (e.says["in"] == nil || slices.Contains(words(e.says["in"]), posture)) && slices.ContainsFunc(p.names(e.says[x]), func(m string) bool {
				return slices.ContainsFunc(p.names(e.says[y]), func(n string) bool { return takes(m, n) })
			})
		})
	}
	for i := range p.f.Bare {
		q := &p.f.Bare[i]
		if says["in"] != nil && !slices.Contains(words(says["in"]), q.ID) {
			continue
		}
		found := laid(q.ID)
		switch a {
		case "from":
			found = found || slices.ContainsFunc(q.Edges, func(e scenario.Edge) bool { return takes(e.From, e.To) })
		case "by":
			for _, m := range q.Mutual {
				found = found || slices.ContainsFunc(m.Of, func(o string) bool { return takes(m.By, o) })
			}
		default:
			for _, g := range q.JointFire {
				found = found || slices.ContainsFunc(g, func(n string) bool { return takes(n, "") })
			}
		}
		if found {
			in = append(in, q.ID)
		}
	}
	return in
}

// pair puts cuts that have been taken apart together again where each is the
// other's way back.
func (p *pad) pair(a, b string) {
	list := p.lists["cut"]
	for i := 0; i < len(list); i++ {
		for j := i + 1; j < len(list); j++ {
			x, y := list[i], list[j]
			if x.node != nil || y.node != nil || x.says[a] == nil || x.says["both"] != nil {
				continue
			}
			back := maps.Clone(y.says)
			back[a], back[b] = y.says[b], y.says[a]
			if reflect.DeepEqual(x.says, back) {
				says := maps.Clone(x.says)
				says["both"] = true
				list[i] = entryOf{says: says}
				list = slices.Delete(list, j, j+1)
				break
			}
		}
	}
	p.lists["cut"] = list
}

func (p *pad) postures() (ids []string) {
	for i := range p.f.Postures {
		ids = append(ids, p.f.Postures[i].ID)
	}
	return ids
}

func (p *pad) posture(id string) *scenario.Posture {
	for i := range p.f.Postures {
		if p.f.Postures[i].ID == id {
			return &p.f.Postures[i]
		}
	}
	return nil
}

// turn carries out one switch.
func (p *pad) turn(w Switch) error {
	for _, n := range []string{w.From, w.To} {
		if n != "" && !slices.ContainsFunc(p.f.Nations, func(x scenario.Nation) bool { return x.ID == n }) {
			return wrong("there is no nation %q", n)
		}
	}
	alone := w.Kind == "joint-fire-control" && !w.On
	if w.From == w.To || w.To == "" && !alone {
		return wrong("an agreement is between two nations")
	}
	if w.Kind != "cut" && p.posture(w.Posture) == nil {
		return wrong("there is no posture %q", w.Posture)
	}
	if err := p.read(); err != nil {
		return err
	}
	switch w.Kind {
	case "link":
		return p.link(w)
	case "cut":
		p.spare("from", "to", w.From, w.To, "")
		p.spare("from", "to", w.To, w.From, "")
		p.pair("from", "to")
		if w.On {
			p.lists["cut"] = append(p.lists["cut"], entryOf{says: map[string]any{"from": w.From, "to": w.To, "both": true}})
		}
		return p.write()
	case "mutual-defence":
		return p.defend(w)
	}
	return p.join(w)
}

// strongest is the link from one nation to another that allows most.
func strongest(p *scenario.Posture, from, to string) (best *scenario.Edge, level pact.Level) {
	for i := range p.Edges {
		e := &p.Edges[i]
		if l, _ := pact.ParseLevel(e.Level); e.From == from && e.To == to && (best == nil || l > level) {
			best, level = e, l
		}
	}
	return best, level
}

func (p *pad) link(w Switch) error {
	want, ok := pact.ParseLevel(w.Level)
	if !ok {
		return wrong("a link has a level")
	}
	reached := func() bool { _, l := strongest(p.posture(w.Posture), w.From, w.To); return l == want }
	p.drop("share", map[string]any{"from": w.From, "to": w.To, "in": w.Posture})
	if want > pact.None {
		p.spare("from", "to", w.From, w.To, w.Posture)
		p.pair("from", "to")
	}
	if err := p.write(); err != nil || reached() {
		return err
	}
	if want == pact.None {
		p.add("cut", map[string]any{"from": w.From, "to": w.To, "in": w.Posture}, "to", "in")
		return p.write()
	}
	// What else is agreed about the link stays.
	says := map[string]any{"from": w.From, "to": w.To, "level": w.Level, "delay": "10 s", "in": w.Posture, "source": "assumption", "reason": "set in the workbench"}
	if e, _ := strongest(p.posture(w.Posture), w.From, w.To); e != nil {
		seconds := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) + " s" }
		says["delay"] = seconds(float64(e.Delay))
		if e.Quality != 1 {
			says["quality"] = e.Quality
		}
		if e.Availability != 1 {
			says["availability"] = e.Availability
		}
		if e.Veto {
			says["veto"] = true
		}
		if e.Forwardable {
			says["forwardable"] = true
		}
		if !math.IsInf(float64(e.LostAt), 0) {
			says["lost-at"] = seconds(float64(e.LostAt))
		}
	}
	p.lists["share"] = append(p.lists["share"], entryOf{says: says})
	if err := p.write(); err != nil || reached() {
		return err
	}
	// A filtered link still allows more.
	last := &p.lists["share"][len(p.lists["share"])-1]
	*last = entryOf{says: maps.Clone(last.says)}
	last.says["instead"] = true
	return p.settled(reached)
}

// settled writes and sees that what was asked for has come.
func (p *pad) settled(reached func() bool) error {
	if err := p.write(); err != nil {
		return err
	}
	if !reached() {
		return wrong("the text says otherwise in a way that cannot be switched: change it there")
	}
	return nil
}

func (p *pad) defend(w Switch) error {
	reached := func() bool {
		return w.On == slices.ContainsFunc(p.posture(w.Posture).Mutual, func(m scenario.Mutual) bool { return m.By == w.From && slices.Contains(m.Of, w.To) })
	}
	p.drop("mutual-defence", map[string]any{"by": w.From, "of": w.To, "in": w.Posture})
	p.unjoin("mutual-defence", "of", w)
	if w.On {
		p.spare("by", "of", w.From, w.To, w.Posture)
		p.pair("by", "of")
	}
	if err := p.write(); err != nil || reached() {
		return err
	}
	key := "cut"
	if w.On {
		key = "mutual-defence"
	}
	p.add(key, map[string]any{"by": w.From, "of": w.To, "in": w.Posture}, "of", "in")
	return p.settled(reached)
}

// unjoin takes what add may have written together apart again: a name out of a
// list, where the rest says just this.
func (p *pad) unjoin(key, list string, w Switch) {
	for i, e := range p.lists[key] {
		by, of, in := p.names(e.says["by"]), p.names(e.says[list]), words(e.says["in"])
		if len(by) != 1 || by[0] != w.From || !slices.Contains(of, w.To) || !slices.Contains(in, w.Posture) || len(of) > 1 == (len(in) > 1) || e.says["instead"] != nil {
			continue
		}
		says, k, name := maps.Clone(e.says), list, w.To
		if len(in) > 1 {
			k, name, of = "in", w.Posture, in
		}
		says[k] = anys(slices.DeleteFunc(slices.Clone(of), func(n string) bool { return n == name }))
		p.lists[key][i] = entryOf{says: says}
	}
}

// groups gives who shares a fire control with whom: the nation that leads the
// group, by nation. Groups that share a nation are one.
func groups(p *scenario.Posture) map[string][]string {
	of := map[string][]string{}
	for _, g := range p.JointFire {
		var all []string
		for _, n := range g {
			if of[n] == nil {
				of[n] = []string{n}
			}
			for _, m := range of[n] {
				if !slices.Contains(all, m) {
					all = append(all, m)
				}
			}
		}
		slices.Sort(all)
		for _, n := range all {
			of[n] = all
		}
	}
	return of
}

func (p *pad) join(w Switch) error {
	want := groups(p.posture(w.Posture))
	if others := want[w.From]; others != nil {
		others = slices.DeleteFunc(slices.Clone(others), func(n string) bool { return n == w.From })
		for _, n := range others {
			want[n] = others
		}
	}
	delete(want, w.From)
	if w.On {
		with := append(slices.Clone(want[w.To]), w.From)
		if !slices.Contains(with, w.To) {
			with = append(with, w.To)
		}
		slices.Sort(with)
		for _, n := range with {
			want[n] = with
		}
	}
	maps.DeleteFunc(want, func(_ string, g []string) bool { return len(g) < 2 })
	reached := func() bool { return reflect.DeepEqual(groups(p.posture(w.Posture)), want) }

	// First without what the text itself says of this posture alone.
	p.lists["joint-fire-control"] = slices.DeleteFunc(p.lists["joint-fire-control"], func(e entryOf) bool {
		in := words(e.says["in"])
		return len(in) == 1 && in[0] == w.Posture
	})
	for i := range p.f.Nations {
		if n := p.f.Nations[i].ID; want[n] != nil {
			p.spare("joint-fire-control", "", n, "", w.Posture)
		}
	}
	if err := p.write(); err != nil || reached() {
		return err
	}
	now := groups(p.posture(w.Posture))
	var leave []string
	var lay [][]string
	for i := range p.f.Nations {
		n := p.f.Nations[i].ID
		switch g := want[n]; {
		case g == nil && now[n] != nil:
			leave = append(leave, n)
		case g != nil && g[0] == n && !slices.Equal(g, now[n]):
			lay = append(lay, g)
		}
	}
	// Who was asked for leaves; then all who must; then, if that is not all, who
	// joins is laid; then what is laid stands instead of what was.
	type way struct {
		leave        []string
		lay, instead bool
	}
	var ways []way
	if !w.On && now[w.From] != nil {
		ways = append(ways, way{leave: []string{w.From}})
	}
	if len(leave) > 0 {
		ways = append(ways, way{leave: leave})
	}
	before := p.lists
	for _, x := range append(ways, way{leave, true, false}, way{leave, true, true}) {
		p.lists = map[string][]entryOf{}
		for k, l := range before {
			p.lists[k] = slices.Clone(l)
		}
		if x.lay {
			for _, g := range lay {
				says := map[string]any{"nations": anys(g), "in": w.Posture}
				if x.instead {
					says["instead"] = true
				}
				p.lists["joint-fire-control"] = append(p.lists["joint-fire-control"], entryOf{says: says})
			}
		}
		if len(x.leave) > 0 {
			p.add("cut", map[string]any{"joint-fire-control": anys(x.leave), "in": w.Posture}, "joint-fire-control", "in")
		}
		if err := p.write(); err != nil || reached() {
			return err
		}
	}
	return wrong("the text says otherwise in a way that cannot be switched: change it there")
}
