package scenario

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"testudo/internal/units"
	"testudo/internal/yamldoc"
)

// StandardLadder names the seven postures that `ladder: {nations: …}` makes,
// each holding all of the one before it.
var StandardLadder = []string{"alone", "warning", "tracks", "launch-on-remote", "engage-on-remote", "joint", "mutual"}

var standardAbout = map[string]string{
	"alone":            "each nation sees, decides and shoots for itself",
	"warning":          "each tells the others of every launch it sees",
	"tracks":           "each also sends its radars' tracks: they cue the others' radars and tell what is threatened",
	"launch-on-remote": "each may launch on another's track; its own radar takes over before handover",
	"engage-on-remote": "each may guide the whole engagement by another's tracks",
	"joint":            "one fire control: nobody shoots where another's shot is on its way, when rounds are short",
	"mutual":           "each also spends its interceptors on the others' assets",
}

// readPostures reads the postures with their includes and cuts, and the ladder.
func (l *loader) readPostures(top yamldoc.Fields) {
	explicit := map[string]yamldoc.Node{}
	var order []string
	for _, e := range l.items(top, "postures", false) {
		explicit[e.Key] = e.Value
		order = append(order, e.Key)
	}
	if len(order) > MaxPostures {
		if n, ok := top.Get("postures"); ok {
			l.add(n, "%d postures; at most %d", len(order), MaxPostures)
		}
		return
	}
	p := postureReader{l: l, nodes: explicit, done: map[string]*Posture{}}
	ladder, ok := top.Get("ladder")
	if ok && ladder.Kind() == yamldoc.Mapping {
		p.standard(ladder)
		l.f.Ladder = StandardLadder
	}
	for _, s := range StandardLadder {
		if _, own := explicit[s]; !own && p.made[s] != nil {
			l.f.Postures = append(l.f.Postures, *p.made[s])
		}
	}
	for _, id := range order {
		if q := p.get(id, nil); q != nil {
			l.f.Postures = append(l.f.Postures, *q)
		}
	}
	l.shareAll(top)
	l.cutAll(top)
	switch {
	case ok && ladder.Kind() == yamldoc.Sequence:
		for _, n := range ladder.List(l.ps) {
			if id := l.ref(n, "posture", l.postures); id != "" {
				l.f.Ladder = append(l.f.Ladder, id)
			}
		}
	case !ok:
		for _, q := range l.f.Postures {
			l.f.Ladder = append(l.f.Ladder, q.ID)
		}
		if len(l.f.Postures) > 0 {
			l.taken("ladder not stated: the postures in the file's order")
		}
	}
	if len(l.f.Ladder) == 0 && l.ps.Len() == 0 {
		n := top.Node()
		l.add(n, "no posture to play: give postures, or ladder: {nations: [...]}")
	}
}

type postureReader struct {
	l     *loader
	nodes map[string]yamldoc.Node
	done  map[string]*Posture
	made  map[string]*Posture
}

// standard makes the seven-step ladder.
func (p *postureReader) standard(n yamldoc.Node) {
	l := p.l
	f := l.fields(n, "nations", "delay", "quality", "availability", "forwardable")
	nations := append([]string(nil), l.defenders...)
	if v, ok := f.Get("nations"); ok {
		nations = l.refs(v, "nation", l.defenders)
	}
	e := Edge{Delay: units.Duration(l.quantity(f, "delay", units.KindDuration, 0, 3600, 0)), Quality: l.probability(f, "quality", 1), Availability: l.probability(f, "availability", 1), Forwardable: l.flag(f, "forwardable", false), LostAt: units.Duration(math.Inf(1)), Cite: l.cite(f)}
	if _, ok := f.Get("delay"); !ok {
		l.taken("ladder: delay of the links not stated, none taken")
	}
	p.made = map[string]*Posture{}
	if n2 := len(nations) * len(nations); n2 > MaxLinks || 7*n2 > MaxAllLinks {
		l.add(n, "%d nations: the links of all to all are more than %d in a posture or %d in all", len(nations), MaxLinks, MaxAllLinks)
		return
	}
	l.links += 7 * len(nations) * len(nations)
	levels := map[string]string{"warning": "warning", "tracks": "track", "launch-on-remote": "launch-on-remote", "engage-on-remote": "engage-on-remote", "joint": "engage-on-remote", "mutual": "engage-on-remote"}
	for _, id := range StandardLadder {
		q := &Posture{ID: id, About: standardAbout[id], Cite: e.Cite}
		if level := levels[id]; level != "" {
			for _, a := range nations {
				for _, b := range nations {
					if a != b {
						x := e
						x.From, x.To, x.Level = a, b, level
						q.Edges = append(q.Edges, x)
					}
				}
			}
		}
		if id == "joint" || id == "mutual" {
			q.JointFire = [][]string{append([]string(nil), nations...)}
		}
		if id == "mutual" {
			for _, a := range nations {
				m := Mutual{By: a}
				for _, b := range nations {
					if a != b {
						m.Of = append(m.Of, b)
					}
				}
				q.Mutual = append(q.Mutual, m)
			}
		}
		p.made[id] = q
	}
}

// get reads a posture once, following its include; chain is the way here.
func (p *postureReader) get(id string, chain []string) *Posture {
	l := p.l
	if q, ok := p.done[id]; ok {
		return q
	}
	n, ok := p.nodes[id]
	if !ok {
		return p.made[id]
	}
	p.done[id] = nil
	f := n.Fields(l.ps, "about", "include", "share", "cut", "without", "joint-fire-control", "mutual-defence", "source", "reason")
	q := &Posture{ID: id, About: text(f, "about", l.ps)}
	q.Cite.Pos = n.Pos()
	if _, ok := f.Get("source"); ok {
		q.Cite = l.cite(f)
	}
	chain = append(chain, id)
	if v, ok := f.Get("include"); ok {
		for _, base := range l.refs(v, "posture", l.postures) {
			if own := p.made[base]; base == id && own != nil {
				// A step of the standard ladder laid over itself: what the file
				// says of it changes the step where it stands.
				q.take(own)
				if q.About == "" {
					q.About = own.About
				}
				continue
			}
			circle := false
			for i, c := range chain {
				if c == base {
					l.add(v, "include goes in a circle: %s", strings.Join(append(append([]string(nil), chain[i:]...), base), " includes "))
					circle = true
				}
			}
			if circle {
				continue
			}
			if b := p.get(base, chain); b != nil && l.room(v, q, len(b.Edges)+len(b.JointFire)+len(b.LostSensors), b.defends()) {
				q.take(b)
			}
		}
	}
	if v, ok := f.Get("share"); ok {
		on := layOn(q)
		for _, x := range v.List(l.ps) {
			if es := l.edges(x); l.room(x, q, len(es), 0) {
				on.lay(es)
			}
		}
	}
	if v, ok := f.Get("cut"); ok {
		for _, x := range v.List(l.ps) {
			q.Edges = l.cut(x, q.Edges)
		}
	}
	if v, ok := f.Get("without"); ok {
		q.LostSensors = append(q.LostSensors, l.refs(v, "sensor", l.sensors)...)
	}
	if v, ok := f.Get("joint-fire-control"); ok {
		list := v.List(l.ps)
		if len(list) > 0 && list[0].Kind() == yamldoc.Scalar {
			list = []yamldoc.Node{v}
		}
		for _, g := range list {
			if ns := l.refs(g, "nation", l.defenders); len(ns) > 1 {
				q.JointFire = append(q.JointFire, ns)
			} else if g.Kind() == yamldoc.Sequence && len(g.List(l.ps)) < 2 {
				l.add(g, "joint fire control needs two nations")
			}
		}
	}
	if v, ok := f.Get("mutual-defence"); ok {
		for _, x := range v.List(l.ps) {
			mf := x.Fields(l.ps, "by", "of", "source", "reason")
			by, ok1 := mf.Need(l.ps, "by")
			of, ok2 := mf.Need(l.ps, "of")
			if !ok1 || !ok2 {
				continue
			}
			ofs := l.refs(of, "nation", l.defenders)
			bys := l.refs(by, "nation", l.defenders)
			if !l.room(x, q, 0, len(bys)*len(ofs)) {
				continue
			}
			for _, b := range bys {
				m := Mutual{By: b}
				for _, o := range ofs {
					if o != b {
						m.Of = append(m.Of, o)
					}
				}
				if len(m.Of) == 0 {
					l.add(x, "%s defends itself in any case: name another nation", b)
					continue
				}
				q.Mutual = append(q.Mutual, m)
			}
		}
	}
	p.done[id] = q
	return q
}

// defends is the number of nations whose assets others may defend.
func (q *Posture) defends() int {
	n := 0
	for _, m := range q.Mutual {
		n += len(m.Of)
	}
	return n
}

// room reports whether a posture may have more links and more mutual defence,
// and says so where it may not. All to all among many nations, or postures that
// include each other twice over, would else fill the memory.
func (l *loader) room(n yamldoc.Node, q *Posture, links, defends int) bool {
	all, of := len(q.Edges)+links, q.defends()+defends
	if all > MaxLinks || of > MaxLinks || l.links+links+defends > MaxAllLinks {
		l.add(n, "%d links and %d of mutual defence in posture %s, %d in all postures: at most %d and %d", all, of, q.ID, l.links+links+defends, MaxLinks, MaxAllLinks)
		return false
	}
	l.links += links + defends
	return true
}

// take adds all that another posture holds.
func (q *Posture) take(b *Posture) {
	q.Edges = append(q.Edges, b.Edges...)
	q.JointFire = append(q.JointFire, b.JointFire...)
	q.Mutual = append(q.Mutual, b.Mutual...)
	q.LostSensors = append(q.LostSensors, b.LostSensors...)
}

// shareAll lays links over the postures named with in, or over every posture.
func (l *loader) shareAll(top yamldoc.Fields) {
	v, ok := top.Get("share")
	if !ok {
		return
	}
	on := make([]*layer, len(l.f.Postures))
	for _, n := range v.List(l.ps) {
		f, edges := l.readEdges(n, "in")
		var in []string
		if names, ok := f.Get("in"); ok {
			if in = l.refs(names, "posture", l.postures); len(in) == 0 {
				continue
			}
		}
		for i := range l.f.Postures {
			q := &l.f.Postures[i]
			if in != nil && !slices.Contains(in, q.ID) {
				continue
			}
			if !l.room(n, q, len(edges), 0) {
				return
			}
			if on[i] == nil {
				on[i] = layOn(q)
			}
			on[i].lay(edges)
		}
	}
}

// cutAll carries out the cuts that hold in every posture. A cut that finds no
// link in any of them is an error: it would change nothing.
func (l *loader) cutAll(top yamldoc.Fields) {
	v, ok := top.Get("cut")
	if !ok {
		return
	}
	for _, n := range v.List(l.ps) {
		c := l.readCut(n)
		found := false
		for i := range l.f.Postures {
			q := &l.f.Postures[i]
			left := c.from(q.Edges)
			found = found || len(left) < len(q.Edges)
			q.Edges = left
		}
		if !found && c.whole() {
			l.add(n, "no posture has a link from %s to %s to cut", strings.Join(c.a, ", "), strings.Join(c.b, ", "))
		}
	}
}

// layer lays links over those of a posture: one between the same two nations
// with the same filter that stood before is replaced, so that an including
// posture can change a link.
type layer struct {
	q  *Posture
	at map[string]int // the first link of each key
}

func layOn(q *Posture) *layer {
	// The links may be those of a posture that is included elsewhere, too.
	q.Edges = slices.Clone(q.Edges)
	y := &layer{q, make(map[string]int, len(q.Edges))}
	for i := range q.Edges {
		y.note(i)
	}
	return y
}

func (y *layer) note(i int) {
	if k := linkKey(&y.q.Edges[i]); !y.has(k) {
		y.at[k] = i
	}
}

func (y *layer) has(k string) bool { _, ok := y.at[k]; return ok }

func (y *layer) lay(edges []Edge) {
	for i := range edges {
		if at, ok := y.at[linkKey(&edges[i])]; ok {
			y.q.Edges[at] = edges[i]
			continue
		}
		y.q.Edges = append(y.q.Edges, edges[i])
		y.note(len(y.q.Edges) - 1)
	}
}

func linkKey(e *Edge) string {
	k := e.From + " " + e.To
	if len(e.OnlyClasses)+len(e.OnlyFrom)+len(e.OnlySensors) > 0 {
		k += fmt.Sprint(" ", e.OnlyClasses, e.OnlyFrom, e.OnlySensors)
	}
	return k
}

// ends reads from or to: a nation, a list, or all defenders.
func (l *loader) ends(f yamldoc.Fields, key string) []string {
	n, ok := f.Need(l.ps, key)
	if !ok {
		return nil
	}
	if n.Kind() == yamldoc.Scalar && n.Text(l.ps) == "all" {
		return l.defenders
	}
	return l.refs(n, "nation", l.nations)
}

func (l *loader) edges(n yamldoc.Node) []Edge {
	_, edges := l.readEdges(n)
	return edges
}

// readEdges reads a link between nations or lists of them; further are keys
// that may stand beside those of a link.
func (l *loader) readEdges(n yamldoc.Node, further ...string) (yamldoc.Fields, []Edge) {
	f := l.fields(n, append([]string{"from", "to", "level", "delay", "quality", "availability", "veto", "forwardable", "only", "lost-at"}, further...)...)
	e := Edge{Level: "track", Delay: units.Duration(l.quantity(f, "delay", units.KindDuration, 0, 3600, 0)), Quality: l.probability(f, "quality", 1), Availability: l.probability(f, "availability", 1), Veto: l.flag(f, "veto", false), Forwardable: l.flag(f, "forwardable", false), LostAt: l.lostAt(f), Cite: l.cite(f)}
	if v, ok := f.Need(l.ps, "level"); ok {
		e.Level = v.OneOf(l.ps, "none", "warning", "track", "launch-on-remote", "engage-on-remote")
	}
	if v, ok := f.Get("only"); ok {
		o := v.Fields(l.ps, "classes", "from", "sensors")
		if c, ok := o.Get("classes"); ok {
			e.OnlyClasses = l.refs(c, "missile class", []string{"CRBM", "SRBM", "MRBM", "IRBM", "ICBM", "SLBM"})
		}
		if c, ok := o.Get("from"); ok {
			e.OnlyFrom = l.refs(c, "launch area", l.areas)
		}
		if c, ok := o.Get("sensors"); ok {
			e.OnlySensors = l.refs(c, "sensor", append(append([]string(nil), l.sensors...), l.ownRadars()...))
		}
	}
	from, to := l.ends(f, "from"), l.ends(f, "to")
	if len(from)*len(to) > MaxLinks {
		l.add(n, "%d links; at most %d", len(from)*len(to), MaxLinks)
		return f, nil
	}
	var out []Edge
	for _, a := range from {
		for _, b := range to {
			if a == b {
				if len(from) == 1 && len(to) == 1 {
					l.add(n, "%s cannot have an agreement with itself", a)
				}
				continue
			}
			x := e
			x.From, x.To = a, b
			out = append(out, x)
		}
	}
	return f, out
}

// ownRadars are the ids of the radars that batteries bring with them.
func (l *loader) ownRadars() []string {
	var out []string
	for _, b := range l.batteries {
		out = append(out, b+"/radar")
	}
	return out
}

// aCut names the links between some nations and others.
type aCut struct {
	a, b []string
	both bool
}

func (l *loader) readCut(n yamldoc.Node) aCut {
	if l.cuts++; l.cuts == MaxCuts+1 {
		l.add(n, "more than %d cuts", MaxCuts)
	}
	if l.cuts > MaxCuts {
		return aCut{}
	}
	f := n.Fields(l.ps, "from", "to", "both")
	return aCut{both: l.flag(f, "both", false), a: l.ends(f, "from"), b: l.ends(f, "to")}
}

// whole reports whether both ends could be read.
func (c aCut) whole() bool { return len(c.a) > 0 && len(c.b) > 0 }

// from gives the edges that the cut leaves.
func (c aCut) from(list []Edge) []Edge {
	var out []Edge
	for _, e := range list {
		if slices.Contains(c.a, e.From) && slices.Contains(c.b, e.To) || c.both && slices.Contains(c.a, e.To) && slices.Contains(c.b, e.From) {
			continue
		}
		out = append(out, e)
	}
	return out
}

// cut removes the edges between two nations from a posture's.
func (l *loader) cut(n yamldoc.Node, list []Edge) []Edge {
	c := l.readCut(n)
	out := c.from(list)
	if len(out) == len(list) && c.whole() {
		l.add(n, "there is no link from %s to %s to cut", strings.Join(c.a, ", "), strings.Join(c.b, ", "))
	}
	return out
}
