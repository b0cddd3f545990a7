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
	l.agreeAll(top)
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
	f := l.fields(n, itemKeys["postures"]...)
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
	agreed, cuts := l.readAgreements(f, false)
	l.lay(q, agreed)
	q.cut(cuts)
	for i := range cuts {
		if c := &cuts[i]; !c.found && c.whole() {
			l.add(c.n, "there is no %s to cut", c)
		}
	}
	if v, ok := f.Get("without"); ok {
		q.LostSensors = append(q.LostSensors, l.refs(v, "sensor", l.sensors)...)
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

// agreeAll lays what the top of the file says over the postures named with in, or
// over every posture, and then carries out its cuts. A cut that finds nothing in
// any of them is an error: it would change nothing.
func (l *loader) agreeAll(top yamldoc.Fields) {
	l.f.Bare = slices.Clone(l.f.Postures)
	agreed, cuts := l.readAgreements(top, true)
	for i := range l.f.Postures {
		if !l.lay(&l.f.Postures[i], agreed) {
			break
		}
		l.f.Postures[i].cut(cuts)
	}
	for i := range cuts {
		switch c := &cuts[i]; {
		case c.found || !c.whole():
		case c.in != nil:
			l.add(c.n, "%s: no %s to cut", strings.Join(c.in, ", "), c)
		default:
			l.add(c.n, "no posture has a %s to cut", c)
		}
	}
}

// agreement is an entry of share, joint-fire-control or mutual-defence. With
// instead it takes the place of all that stood there: of every link from the one
// to the other, of the fire control its nations shared, of whom a nation
// defended.
type agreement struct {
	n       yamldoc.Node
	edges   []Edge
	joint   []string
	by, of  []string
	instead bool
	in      []string // postures; nil: all
}

// readAgreements reads what is agreed and what is cut, in a posture or at the top
// of the file, where entries may say in which postures.
func (l *loader) readAgreements(f yamldoc.Fields, top bool) (list []agreement, cuts []aCut) {
	fields := func(n yamldoc.Node, kind string) yamldoc.Fields { return l.fields(n, agreementKeys(kind, top)...) }
	// named reads what every entry may say; it is false where in names nothing.
	named := func(f yamldoc.Fields) (a agreement, ok bool) {
		a.n = f.Node()
		if a.instead = l.flag(f, "instead", false); a.instead {
			ok = l.oneMoreCut(a.n)
		} else {
			ok = true
		}
		if v, given := f.Get("in"); given && top {
			if a.in = l.refs(v, "posture", l.postures); len(a.in) == 0 {
				ok = false
			}
		}
		return a, ok
	}
	for _, n := range l.each(f, "share") {
		g := fields(n, "share")
		edges := l.readEdges(g)
		if a, ok := named(g); ok && len(edges) > 0 {
			a.edges = edges
			list = append(list, a)
		}
	}
	if v, ok := f.Get("joint-fire-control"); ok {
		groups := v.List(l.ps)
		if len(groups) > 0 && groups[0].Kind() == yamldoc.Scalar {
			groups = []yamldoc.Node{v}
		}
		for _, n := range groups {
			a, ok := agreement{n: n}, true
			nations := n
			if n.Kind() == yamldoc.Mapping {
				g := fields(n, "joint-fire-control")
				a, ok = named(g)
				var given bool
				if nations, given = g.Need(l.ps, "nations"); !given {
					continue
				}
			}
			before := l.ps.Len()
			a.joint = l.partners(nations)
			if len(a.joint) < 2 && l.ps.Len() == before {
				l.add(n, "joint fire control needs two nations")
			}
			if ok && len(a.joint) > 1 {
				list = append(list, a)
			}
		}
	}
	for _, n := range l.each(f, "mutual-defence") {
		g := fields(n, "mutual-defence")
		a, good := named(g)
		by, ok1 := g.Need(l.ps, "by")
		of, ok2 := g.Need(l.ps, "of")
		if !ok1 || !ok2 {
			continue
		}
		a.by, a.of = l.partners(by), l.partners(of)
		if by.Kind() == yamldoc.Sequence || len(a.by) == 1 {
			for _, b := range a.by {
				if len(a.of) > 0 && !slices.ContainsFunc(a.of, func(o string) bool { return o != b }) {
					l.add(n, "%s defends itself in any case: name another nation", b)
					good = false
				}
			}
		}
		if good && len(a.by) > 0 && len(a.of) > 0 {
			list = append(list, a)
		}
	}
	for _, n := range l.each(f, "cut") {
		if c, ok := l.readCut(n, top); ok {
			cuts = append(cuts, c)
		}
	}
	return list, cuts
}

// partners reads a defending nation, a list of them, or all.
func (l *loader) partners(n yamldoc.Node) []string {
	if n.Kind() == yamldoc.Scalar && n.Text(l.ps) == "all" {
		return l.defenders
	}
	return l.refs(n, "nation", l.defenders)
}

// lay lays agreements over a posture, as far as there is room.
func (l *loader) lay(q *Posture, list []agreement) bool {
	on := layer{q: q}
	defer on.done()
	for i := range list {
		a := &list[i]
		if a.in != nil && !slices.Contains(a.in, q.ID) {
			continue
		}
		links := len(a.edges)
		if len(a.joint) > 0 {
			links = 1
		}
		if !l.room(a.n, q, links, len(a.by)*len(a.of)) {
			return false
		}
		on.lay(a.edges, a.instead)
		if len(a.joint) > 0 {
			if a.instead {
				q.leave(set(a.joint))
			}
			q.JointFire = append(q.JointFire, a.joint)
		}
		if a.instead && len(a.by) > 0 {
			by := set(a.by)
			q.Mutual = slices.DeleteFunc(slices.Clone(q.Mutual), func(m Mutual) bool { return by[m.By] })
		}
		for _, b := range a.by {
			m := Mutual{By: b}
			for _, o := range a.of {
				if o != b {
					m.Of = append(m.Of, o)
				}
			}
			if len(m.Of) > 0 {
				q.Mutual = append(q.Mutual, m)
			}
		}
	}
	return true
}

// leave takes nations out of the fire control they share: the others keep theirs.
func (q *Posture) leave(who map[string]bool) {
	var left [][]string
	for _, g := range q.JointFire {
		stay := slices.DeleteFunc(slices.Clone(g), func(n string) bool { return who[n] })
		if len(stay) > 1 {
			left = append(left, stay)
		}
	}
	q.JointFire = left
}

func set(list []string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, s := range list {
		m[s] = true
	}
	return m
}

// layer lays links over those of a posture: one between the same two nations
// with the same filter that stood before is replaced, so that an including
// posture can change a link.
type layer struct {
	q     *Posture
	begun bool
	at    map[string]int   // the first link of each key
	pairs map[string][]int // the links from one nation to another; made when first asked for
	gone  map[int]bool     // links that others stand instead of
}

// begin copies the links: they may be those of a posture that is included
// elsewhere, too.
func (y *layer) begin() {
	if y.begun {
		return
	}
	y.begun = true
	y.q.Edges = slices.Clone(y.q.Edges)
	y.at = make(map[string]int, len(y.q.Edges))
	for i := range y.q.Edges {
		y.note(i)
	}
}

func (y *layer) note(i int) {
	e := &y.q.Edges[i]
	if k := linkKey(e); !y.has(k) {
		y.at[k] = i
	}
	if y.pairs != nil {
		k := e.From + " " + e.To
		y.pairs[k] = append(y.pairs[k], i)
	}
}

func (y *layer) has(k string) bool { _, ok := y.at[k]; return ok }

func (y *layer) lay(edges []Edge, instead bool) {
	if len(edges) == 0 {
		return
	}
	y.begin()
	if instead {
		for i := range edges {
			y.clear(&edges[i])
		}
	}
	for i := range edges {
		if at, ok := y.at[linkKey(&edges[i])]; ok {
			y.q.Edges[at] = edges[i]
			continue
		}
		y.q.Edges = append(y.q.Edges, edges[i])
		y.note(len(y.q.Edges) - 1)
	}
}

// clear takes away every link between the ends of one, filtered ones too.
func (y *layer) clear(e *Edge) {
	if y.pairs == nil {
		y.pairs, y.gone = make(map[string][]int, len(y.q.Edges)), map[int]bool{}
		for i := range y.q.Edges {
			k := y.q.Edges[i].From + " " + y.q.Edges[i].To
			y.pairs[k] = append(y.pairs[k], i)
		}
	}
	k := e.From + " " + e.To
	for _, i := range y.pairs[k] {
		y.gone[i] = true
		delete(y.at, linkKey(&y.q.Edges[i]))
	}
	delete(y.pairs, k)
}

func (y *layer) done() {
	if len(y.gone) == 0 {
		return
	}
	var left []Edge
	for i := range y.q.Edges {
		if !y.gone[i] {
			left = append(left, y.q.Edges[i])
		}
	}
	y.q.Edges = left
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

// readEdges reads a link between nations or lists of them.
func (l *loader) readEdges(f yamldoc.Fields) []Edge {
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
		l.add(f.Node(), "%d links; at most %d", len(from)*len(to), MaxLinks)
		return nil
	}
	var out []Edge
	for _, a := range from {
		for _, b := range to {
			if a == b {
				if len(from) == 1 && len(to) == 1 {
					l.add(f.Node(), "%s cannot have an agreement with itself", a)
				}
				continue
			}
			x := e
			x.From, x.To = a, b
			out = append(out, x)
		}
	}
	return out
}

// ownRadars are the ids of the radars that batteries bring with them.
func (l *loader) ownRadars() []string {
	var out []string
	for _, b := range l.batteries {
		out = append(out, b+"/radar")
	}
	return out
}

// aCut takes away links, mutual defence, or nations out of joint fire control.
type aCut struct {
	n            yamldoc.Node
	a, b         []string // who tells whom, who defends whom, who leaves
	inA, inB     map[string]bool
	joint, links bool // what is cut; neither: mutual defence
	both         bool
	in           []string // postures; nil: all
	found        bool     // there was something to cut
}

// oneMoreCut counts what is taken away against the limit.
func (l *loader) oneMoreCut(n yamldoc.Node) bool {
	if l.cuts++; l.cuts == MaxCuts+1 {
		l.add(n, "more than %d cuts and entries that stand instead of others", MaxCuts)
	}
	return l.cuts <= MaxCuts
}

func (l *loader) readCut(n yamldoc.Node, top bool) (c aCut, ok bool) {
	if !l.oneMoreCut(n) {
		return c, false
	}
	f := n.Fields(l.ps, agreementKeys("cut", top)...)
	if n.Kind() != yamldoc.Mapping {
		return c, false
	}
	has := func(keys ...string) bool {
		return slices.ContainsFunc(keys, func(k string) bool { _, ok := f.Get(k); return ok })
	}
	c = aCut{n: n, both: l.flag(f, "both", false), joint: has("joint-fire-control"), links: has("from", "to") || !has("by", "of", "joint-fire-control")}
	if c.joint && has("from", "to", "by", "of", "both") || c.links && has("by", "of") {
		l.add(n, "a cut names links (from, to), mutual defence (by, of) or who leaves the joint-fire-control: one of them")
		return c, false
	}
	who := func(key string) []string {
		if v, ok := f.Need(l.ps, key); ok {
			return l.partners(v)
		}
		return nil
	}
	switch {
	case c.joint:
		c.a = who("joint-fire-control")
	case c.links:
		c.a, c.b = l.ends(f, "from"), l.ends(f, "to")
	default:
		c.a, c.b = who("by"), who("of")
	}
	if v, given := f.Get("in"); given && top {
		if c.in = l.refs(v, "posture", l.postures); len(c.in) == 0 {
			return c, false
		}
	}
	c.inA, c.inB = set(c.a), set(c.b)
	return c, true
}

// whole reports whether all that a cut names could be read.
func (c *aCut) whole() bool { return len(c.a) > 0 && (c.joint || len(c.b) > 0) }

// String says in words what a cut would take away.
func (c *aCut) String() string {
	a, b := strings.Join(c.a, ", "), strings.Join(c.b, ", ")
	switch {
	case c.joint:
		return "fire control shared by " + a
	case c.links:
		return "link from " + a + " to " + b
	}
	return "defence of " + b + " by " + a
}

func (c *aCut) takes(a, b string) bool {
	return c.inA[a] && c.inB[b] || c.both && c.inA[b] && c.inB[a]
}

// cut takes away what the cuts name and notes which of them found something. All
// see the posture as it was, so that their order means nothing.
func (q *Posture) cut(cuts []aCut) {
	var links, mutual []*aCut
	out := map[string]bool{}
	for i := range cuts {
		c := &cuts[i]
		switch {
		case c.in != nil && !slices.Contains(c.in, q.ID):
		case c.joint:
			for _, g := range q.JointFire {
				c.found = c.found || slices.ContainsFunc(g, func(n string) bool { return c.inA[n] })
			}
			for _, n := range c.a {
				out[n] = true
			}
		case c.links:
			links = append(links, c)
		default:
			mutual = append(mutual, c)
		}
	}
	taken := func(cuts []*aCut, a, b string) (hit bool) {
		for _, c := range cuts {
			if c.takes(a, b) {
				c.found, hit = true, true
			}
		}
		return hit
	}
	if len(links) > 0 {
		q.Edges = slices.DeleteFunc(slices.Clone(q.Edges), func(e Edge) bool { return taken(links, e.From, e.To) })
	}
	if len(mutual) > 0 {
		var left []Mutual
		for _, m := range q.Mutual {
			m.Of = slices.DeleteFunc(slices.Clone(m.Of), func(o string) bool { return taken(mutual, m.By, o) })
			if len(m.Of) > 0 {
				left = append(left, m)
			}
		}
		q.Mutual = left
	}
	if len(out) > 0 {
		q.leave(out)
	}
}
