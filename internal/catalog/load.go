package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"
	"strings"

	"testudo/internal/units"
	"testudo/internal/yamldoc"
)

// Load reads the files of a catalogue. Its error lists everything that is
// wrong: unknown kinds, figures and attributes (with the nearest name), wrong
// units, missing figures, sources that are not in the register, sources that
// support nothing, references to entries that are not there.
func Load(files []yamldoc.File) (*Book, error) {
	ps := new(yamldoc.Problems)
	l := loader{ps: ps, entries: map[string]*Entry{}, sources: map[string]Source{}}
	for _, f := range files {
		root, ok := yamldoc.Parse(f.Name, f.Data, ps)
		if !ok {
			continue
		}
		top := root.Fields(ps, "testudo-catalog", "sources", "entries")
		if v, ok := top.Need(ps, "testudo-catalog"); ok {
			v.Int(ps, 1, 1)
		}
		if s, ok := top.Get("sources"); ok {
			l.readSources(s)
		}
		if e, ok := top.Get("entries"); ok {
			for _, x := range e.Entries(ps) {
				if have, twice := l.entries[x.Key]; twice {
					ps.Add(yamldoc.Problem{Pos: x.KeyPos, Path: x.Value.Path(), Message: fmt.Sprintf("entry %q is given twice; the first stands at %s", x.Key, have.Pos)})
					continue
				}
				l.entries[x.Key] = l.readEntry(x, nil)
			}
		}
	}
	b := l.book()
	l.check(b, true)
	for _, s := range b.Sources {
		if len(b.Supports(s.ID)) == 0 {
			ps.Add(yamldoc.Problem{Pos: s.Pos, Path: "sources." + s.ID, Message: "supports no figure: remove it or cite it"})
		}
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return b, nil
}

// Overlay lays a user's entries over the book: new entries are added, figures
// of existing ones replaced one by one. The book itself stays as it was.
// sources, if not zero, is a mapping of further sources. Problems go to ps; the
// returned book is usable for finding more of them.
func (b *Book) Overlay(entries, sources yamldoc.Node, ps *yamldoc.Problems) *Book {
	l := loader{ps: ps, entries: map[string]*Entry{}, sources: map[string]Source{}}
	for _, e := range b.Entries {
		l.entries[e.ID] = e
	}
	for _, s := range b.Sources {
		l.sources[s.ID] = s
	}
	l.overridden = append(l.overridden, b.overridden...)
	l.added = append(l.added, b.added...)
	if !sources.IsZero() {
		l.readSources(sources)
	}
	if !entries.IsZero() {
		for _, x := range entries.Entries(ps) {
			have := l.entries[x.Key]
			l.entries[x.Key] = l.readEntry(x, have)
			if have == nil {
				l.added = append(l.added, x.Key)
			}
		}
	}
	out := l.book()
	l.check(out, false)
	return out
}

type loader struct {
	ps         *yamldoc.Problems
	entries    map[string]*Entry
	sources    map[string]Source
	overridden []string
	added      []string
	fresh      []*Entry
}

func (l *loader) book() *Book {
	b := &Book{overridden: l.overridden, added: l.added}
	for _, e := range l.entries {
		b.Entries = append(b.Entries, e)
	}
	sort.Slice(b.Entries, func(i, j int) bool { return b.Entries[i].ID < b.Entries[j].ID })
	for _, s := range l.sources {
		b.Sources = append(b.Sources, s)
	}
	sort.Slice(b.Sources, func(i, j int) bool { return b.Sources[i].ID < b.Sources[j].ID })
	sort.Strings(b.overridden)
	sort.Strings(b.added)
	return b
}

func (l *loader) readSources(n yamldoc.Node) {
	for _, s := range ReadSources(n, l.ps) {
		if have, twice := l.sources[s.ID]; twice {
			l.ps.Add(yamldoc.Problem{Pos: s.Pos, Path: "sources." + s.ID, Message: fmt.Sprintf("source %q is registered twice; the first stands at %s", s.ID, have.Pos)})
			continue
		}
		l.sources[s.ID] = s
	}
}

// ReadSources reads a register of sources: a mapping from id to title, address,
// date, how much of it was read, and a note.
func ReadSources(n yamldoc.Node, ps *yamldoc.Problems) []Source {
	var out []Source
	for _, x := range n.Entries(ps) {
		s := Source{ID: x.Key, Pos: x.KeyPos}
		if !yamldoc.ValidID(x.Key) || x.Key == Assumption {
			ps.Add(yamldoc.Problem{Pos: x.KeyPos, Path: x.Value.Path(), Message: "not a usable id for a source", Given: x.Key})
		}
		f := x.Value.Fields(ps, "title", "url", "published", "read", "note")
		text := func(key string) string {
			if v, ok := f.Get(key); ok {
				return v.Text(ps)
			}
			return ""
		}
		if v, ok := f.Need(ps, "title"); ok {
			s.Title = v.Text(ps)
		}
		if v, ok := f.Need(ps, "url"); ok {
			s.URL = v.Text(ps)
		}
		s.Published, s.Note = text("published"), text("note")
		if v, ok := f.Get("read"); ok {
			s.Read = v.OneOf(ps, "full", "opening", "abstract", "data")
		}
		if t := strings.ToLower(s.Title + " " + s.URL); strings.Contains(t, "recalled, unverified") {
			ps.Add(yamldoc.Problem{Pos: s.Pos, Path: x.Value.Path(), Message: "what is recalled and unverified is an assumption, not a source"})
		}
		out = append(out, s)
	}
	return out
}

// readEntry reads an entry; over is the entry it changes, nil for a new one.
func (l *loader) readEntry(x yamldoc.Entry, over *Entry) *Entry {
	ps := l.ps
	e := &Entry{ID: x.Key, Pos: x.KeyPos, Origin: x.KeyPos.File}
	if over != nil {
		c := *over
		e = &c
		e.Attributes = append([]Attribute(nil), over.Attributes...)
		e.Figures = append([]Figure(nil), over.Figures...)
	}
	if !yamldoc.ValidID(x.Key) {
		ps.Add(yamldoc.Problem{Pos: x.KeyPos, Path: x.Value.Path(), Message: "not a usable id", Given: x.Key})
	}
	f := x.Value.Fields(ps, "kind", "name", "nation", "about", "attributes", "figures")
	l.fresh = append(l.fresh, e)
	var kindNode yamldoc.Node
	if over == nil {
		kindNode, _ = f.Need(ps, "kind")
	} else {
		kindNode, _ = f.Get("kind")
	}
	if !kindNode.IsZero() {
		k := kindNode.OneOf(ps, KindNames()...)
		if over != nil && k != over.Kind && k != "" {
			p := yamldoc.Problem{Pos: kindNode.Pos(), Path: kindNode.Path(), Message: fmt.Sprintf("%s is a %s in the catalogue; its kind cannot change", e.ID, over.Kind), Given: k}
			ps.Add(p)
		} else {
			e.Kind = k
		}
	}
	if v, ok := f.Get("name"); ok {
		e.Name = v.Text(ps)
	} else if over == nil {
		e.Name = x.Key
	}
	if v, ok := f.Get("about"); ok {
		e.About = v.Text(ps)
	}
	if v, ok := f.Get("nation"); ok {
		e.Nations = nil
		if v.Kind() == yamldoc.Sequence {
			for _, n := range v.List(ps) {
				e.Nations = append(e.Nations, n.Text(ps))
			}
		} else {
			e.Nations = []string{v.Text(ps)}
		}
	}
	rule := ruleOf(e.Kind)
	if rule == nil {
		return e
	}
	if v, ok := f.Get("attributes"); ok {
		l.readAttributes(v, e, rule)
	}
	if v, ok := f.Get("figures"); ok {
		for _, y := range v.Entries(ps) {
			fr, known := rule.figure(y.Key)
			if !known {
				p := yamldoc.Problem{Pos: y.KeyPos, Path: v.Path(), Message: fmt.Sprintf("a %s has no figure %q", e.Kind, y.Key), Allowed: strings.Join(rule.figureNames(), ", ")}
				p.Hint, _ = yamldoc.Nearest(y.Key, rule.figureNames())
				ps.Add(p)
				continue
			}
			fig := l.readFigure(y, fr)
			replaced := false
			for i := range e.Figures {
				if e.Figures[i].Name == fig.Name {
					e.Figures[i], replaced = fig, true
				}
			}
			if !replaced {
				e.Figures = append(e.Figures, fig)
			}
			if over != nil {
				l.overridden = append(l.overridden, e.ID+"."+fig.Name)
			}
		}
	}
	var missing []string
	for _, fr := range rule.figures {
		need := fr.required && !(fr.name == "burn-time" && (e.Attr("model") == "impulsive" || e.Has("burn-time-1")))
		if fr.name == "reference-rcs" && e.Attr("model") != "range-limited" {
			need = true
		}
		if need && !e.Has(fr.name) {
			missing = append(missing, fr.name)
		}
	}
	if len(missing) > 0 {
		ps.Add(yamldoc.Problem{Pos: x.KeyPos, Path: x.Value.Path(), Message: fmt.Sprintf("a %s needs the figures %s", e.Kind, strings.Join(missing, ", "))})
	}
	for _, a := range rule.attributes {
		if a.needs && e.Attr(a.name) == "" {
			p := yamldoc.Problem{Pos: x.KeyPos, Path: x.Value.Path(), Message: fmt.Sprintf("a %s needs the attribute %q", e.Kind, a.name), Allowed: strings.Join(a.words, ", ")}
			ps.Add(p)
		}
	}
	return e
}

func (l *loader) readAttributes(v yamldoc.Node, e *Entry, rule *kindRule) {
	ps := l.ps
	var names []string
	for _, a := range rule.attributes {
		names = append(names, a.name)
	}
	for _, x := range v.Entries(ps) {
		at := -1
		for i, a := range rule.attributes {
			if a.name == x.Key {
				at = i
			}
		}
		if at < 0 {
			p := yamldoc.Problem{Pos: x.KeyPos, Path: v.Path(), Message: fmt.Sprintf("a %s has no attribute %q", e.Kind, x.Key), Allowed: strings.Join(names, ", ")}
			p.Hint, _ = yamldoc.Nearest(x.Key, names)
			ps.Add(p)
			continue
		}
		val := ""
		if words := rule.attributes[at].words; len(words) > 0 {
			val = x.Value.OneOf(ps, words...)
		} else {
			val = x.Value.Text(ps)
		}
		done := false
		for i := range e.Attributes {
			if e.Attributes[i].Name == x.Key {
				e.Attributes[i].Value, done = val, true
			}
		}
		if !done {
			e.Attributes = append(e.Attributes, Attribute{x.Key, val})
		}
	}
}

func (l *loader) readFigure(y yamldoc.Entry, r figureRule) Figure {
	ps := l.ps
	fig := Figure{Name: y.Key, Kind: r.kind, Pos: y.KeyPos}
	if y.Value.Kind() == yamldoc.Scalar {
		p := yamldoc.Problem{Pos: y.Value.Pos(), Path: y.Value.Path(), Message: "a bare number does not load: write {value: …, source: …}"}
		if !y.Value.IsNull() {
			p.Given = y.Value.Text(ps)
		}
		ps.Add(p)
		return fig
	}
	f := y.Value.Fields(ps, "value", "low", "high", "source", "page", "note", "reason", "price-year", "confidence")
	read := func(n yamldoc.Node) (float64, string) {
		t := n.Text(ps)
		if r.kind == units.KindMoney {
			m, err := units.ParseMoney(t)
			if err != nil {
				n.Quantity(ps, r.kind, r.lo, r.hi)
				return 0, t
			}
			if fig.Currency != "" && m.Currency != fig.Currency {
				ps.Add(yamldoc.Problem{Pos: n.Pos(), Path: n.Path(), Message: "value, low and high of one figure must be in one currency", Given: t})
			}
			fig.Currency = m.Currency
			if m.Year != 0 {
				fig.PriceYear = m.Year
			}
		}
		return n.Quantity(ps, r.kind, r.lo, r.hi), t
	}
	v, ok := f.Need(ps, "value")
	if ok {
		fig.Value, fig.Text = read(v)
	}
	fig.Low, fig.High = fig.Value, fig.Value
	if n, ok := f.Get("low"); ok {
		fig.Low, fig.LowText = read(n)
		if fig.Low > fig.Value {
			ps.Add(yamldoc.Problem{Pos: n.Pos(), Path: n.Path(), Message: "low is above the value " + fig.Text, Given: fig.LowText})
		}
	}
	if n, ok := f.Get("high"); ok {
		fig.High, fig.HighText = read(n)
		if fig.High < fig.Value {
			ps.Add(yamldoc.Problem{Pos: n.Pos(), Path: n.Path(), Message: "high is below the value " + fig.Text, Given: fig.HighText})
		}
	}
	text := func(key string) string {
		if n, ok := f.Get(key); ok {
			return n.Text(ps)
		}
		return ""
	}
	fig.Page, fig.Note, fig.Reason = text("page"), text("note"), text("reason")
	if n, ok := f.Get("confidence"); ok {
		fig.Confidence = n.OneOf(ps, "high", "med", "low")
	}
	if n, ok := f.Need(ps, "source"); ok {
		fig.Source = n.Text(ps)
		if fig.Assumed() && strings.TrimSpace(fig.Reason) == "" {
			ps.Add(yamldoc.Problem{Pos: n.Pos(), Path: y.Value.Path(), Message: "an assumption needs a reason"})
		}
	}
	if n, ok := f.Get("price-year"); ok {
		fig.PriceYear = n.Int(ps, 1900, 2100)
	}
	if r.kind == units.KindMoney && fig.PriceYear == 0 {
		ps.Add(yamldoc.Problem{Pos: y.KeyPos, Path: y.Value.Path(), Message: "money needs a price-year"})
	}
	return fig
}

// check looks across entries. whole is set when a catalogue is loaded on its
// own; an overlay checks only what it brought.
func (l *loader) check(b *Book, whole bool) {
	var ids []string
	for _, s := range b.Sources {
		ids = append(ids, s.ID)
	}
	list := l.fresh
	if whole {
		list = b.Entries
	}
	for _, e := range list {
		for _, f := range e.Figures {
			if f.Source == "" || f.Assumed() {
				continue
			}
			if _, ok := l.sources[f.Source]; !ok {
				p := yamldoc.Problem{Pos: f.Pos, Path: e.ID + "." + f.Name, Message: "source not in the register", Given: f.Source, Allowed: "an id under sources, or assumption"}
				p.Hint, _ = yamldoc.Nearest(f.Source, ids)
				l.ps.Add(p)
			}
		}
		rule := ruleOf(e.Kind)
		if rule == nil {
			continue
		}
		for _, a := range rule.attributes {
			id := e.Attr(a.name)
			if a.refKind == "" || id == "" {
				continue
			}
			if x, ok := b.Entry(id); !ok || x.Kind != a.refKind {
				p := yamldoc.Problem{Pos: e.Pos, Path: e.ID + "." + a.name, Message: "no " + a.refKind + " of this id in the catalogue", Given: id}
				p.Hint, _ = yamldoc.Nearest(id, b.IDs(a.refKind))
				l.ps.Add(p)
			}
		}
	}
}

// Digest is the SHA-256 of the book's content in canonical order.
func (b *Book) Digest() string {
	h := sha256.New()
	for _, s := range b.Sources {
		fmt.Fprintf(h, "s|%s|%s|%s|%s\n", s.ID, s.Title, s.URL, s.Published)
	}
	for _, e := range b.Entries {
		fmt.Fprintf(h, "e|%s|%s|%s|%v\n", e.ID, e.Kind, e.Name, e.Nations)
		as := append([]Attribute(nil), e.Attributes...)
		sort.Slice(as, func(i, j int) bool { return as[i].Name < as[j].Name })
		for _, a := range as {
			fmt.Fprintf(h, "a|%s|%s\n", a.Name, a.Value)
		}
		fs := append([]Figure(nil), e.Figures...)
		sort.Slice(fs, func(i, j int) bool { return fs[i].Name < fs[j].Name })
		for _, f := range fs {
			fmt.Fprintf(h, "f|%s|%x|%x|%x|%s|%d|%s|%s\n", f.Name, f.Value, f.Low, f.High, f.Currency, f.PriceYear, f.Source, f.Reason)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
