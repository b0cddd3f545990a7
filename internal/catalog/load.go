package catalog

import (
	"fmt"
	"sort"
	"strings"

	"testudo/internal/yamldoc"
)

// Load reads the files of a catalogue. Its error, a *yamldoc.Problems, lists
// everything that is wrong: unknown kinds, figures and attributes (with the
// nearest name), wrong units, missing figures, sources that are not in the
// register, sources that support nothing, references to entries that are not
// there. The order of the files does not matter.
func Load(files []yamldoc.File) (*Book, error) {
	return LoadEach(files, func(n int, do func(i int)) {
		for i := range n {
			do(i)
		}
	})
}

// LoadEach is Load for a caller who lets several files be parsed at a time: each
// does do(0) to do(n-1) in any order.
func LoadEach(files []yamldoc.File, each func(n int, do func(i int))) (*Book, error) {
	ps := new(yamldoc.Problems)
	l := loader{ps: ps, entries: map[string]*Entry{}, sources: map[string]Source{}, refPos: map[string]yamldoc.Pos{}}
	type document struct {
		root yamldoc.Node
		ok   bool
		ps   yamldoc.Problems
	}
	docs := make([]document, len(files))
	each(len(files), func(i int) {
		d := &docs[i]
		d.root, d.ok = yamldoc.Parse(files[i].Name, files[i].Data, &d.ps)
	})
	for i := range docs {
		if ps.Join(&docs[i].ps); !docs[i].ok {
			continue
		}
		sources, entries := readTop(docs[i].root, ps)
		if !sources.IsZero() {
			l.readSources(sources)
		}
		if entries.IsZero() {
			continue
		}
		for _, x := range entries.Entries(ps) {
			if have, twice := l.entries[x.Key]; twice {
				ps.Add(yamldoc.Problem{Pos: x.KeyPos, Path: x.Value.Path(), Message: fmt.Sprintf("entry %q is given twice; the first stands at %s", x.Key, have.Pos)})
				continue
			}
			l.entries[x.Key] = l.readEntry(x, nil)
		}
	}
	b := l.book()
	l.check(b, true)
	// A source that supports nothing is an error in a catalogue that stands by
	// itself, because the register is also the list of what was read. In a user's
	// file laid over it the scenario may cite the source instead: there it is only
	// a finding of Lint.
	cited := map[string]bool{}
	for _, e := range b.Entries {
		for i := range e.Figures {
			cited[e.Figures[i].Source] = true
		}
	}
	for _, s := range b.Sources {
		if !cited[s.ID] {
			ps.Add(yamldoc.Problem{Pos: s.Pos, Path: "sources." + s.ID, Message: "supports no figure: remove it or cite it"})
		}
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return b, nil
}

// readTop reads the head of a catalogue file and gives its two parts.
func readTop(root yamldoc.Node, ps *yamldoc.Problems) (sources, entries yamldoc.Node) {
	top := root.Fields(ps, "testudo-catalog", "sources", "entries")
	if v, ok := top.Need(ps, "testudo-catalog"); ok {
		v.Int(ps, 1, 1)
	}
	sources, _ = top.Get("sources")
	entries, _ = top.Get("entries")
	return sources, entries
}

// Overlay lays a user's entries over the book: new entries are added, figures
// of existing ones replaced one by one. The book itself stays as it was.
// entries is a mapping of entries, sources a mapping of further sources; either
// may be zero. Problems go to ps; the returned book is usable for finding more
// of them, but no result should rest on it while there are any.
func (b *Book) Overlay(entries, sources yamldoc.Node, ps *yamldoc.Problems) *Book {
	l := loader{ps: ps, entries: map[string]*Entry{}, sources: map[string]Source{}, refPos: map[string]yamldoc.Pos{}}
	for _, e := range b.Entries {
		l.entries[e.ID] = e
	}
	for _, s := range b.Sources {
		l.sources[s.ID] = s
	}
	l.overridden = append(l.overridden, b.overridden...)
	l.added = append(l.added, b.added...)
	l.own = append(l.own, b.own...)
	if !sources.IsZero() {
		before := len(l.registered)
		l.readSources(sources)
		l.own = append(l.own, l.registered[before:]...)
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

// OverlayFiles lays whole catalogue files of a user's over the book, in the
// order given; where two say something about one figure, the later one holds,
// and Overridden says so. The error lists everything that is wrong in them.
func (b *Book) OverlayFiles(files []yamldoc.File) (*Book, error) {
	ps := new(yamldoc.Problems)
	out := b
	for _, f := range files {
		if root, ok := yamldoc.Parse(f.Name, f.Data, ps); ok {
			sources, entries := readTop(root, ps)
			out = out.Overlay(entries, sources, ps)
		}
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return out, nil
}

type loader struct {
	ps         *yamldoc.Problems
	entries    map[string]*Entry
	sources    map[string]Source
	registered []string // ids of sources in the order read
	overridden []string
	added      []string
	own        []string // sources a user's file registered
	fresh      []*Entry
	refPos     map[string]yamldoc.Pos // where "thaad.radar" was written
}

func (l *loader) book() *Book {
	b := &Book{overridden: unique(l.overridden), added: unique(l.added), own: unique(l.own)}
	for _, e := range l.entries {
		b.Entries = append(b.Entries, e)
	}
	sort.Slice(b.Entries, func(i, j int) bool { return b.Entries[i].ID < b.Entries[j].ID })
	for _, s := range l.sources {
		b.Sources = append(b.Sources, s)
	}
	sort.Slice(b.Sources, func(i, j int) bool { return b.Sources[i].ID < b.Sources[j].ID })
	return b
}

// unique sorts and drops what stands there twice.
func unique(list []string) []string {
	out := append([]string(nil), list...)
	sort.Strings(out)
	n := 0
	for i, s := range out {
		if i == 0 || s != out[n-1] {
			out[n] = s
			n++
		}
	}
	return out[:n]
}

func (l *loader) readSources(n yamldoc.Node) {
	for _, s := range ReadSources(n, l.ps) {
		if have, twice := l.sources[s.ID]; twice {
			l.ps.Add(yamldoc.Problem{Pos: s.Pos, Path: "sources." + s.ID, Message: fmt.Sprintf("source %q is registered twice; the first stands at %s", s.ID, have.Pos)})
			continue
		}
		l.sources[s.ID] = s
		l.registered = append(l.registered, s.ID)
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
			s.Title = filled(v, ps)
		}
		if v, ok := f.Need(ps, "url"); ok {
			s.URL = filled(v, ps)
		}
		s.Published, s.Note = text("published"), text("note")
		if v, ok := f.Get("published"); ok && s.Published != "" && !IsDate(s.Published) {
			ps.Add(yamldoc.Problem{Pos: v.Pos(), Path: v.Path(), Message: "not a date", Given: s.Published, Allowed: Dates})
		}
		if v, ok := f.Get("read"); ok {
			s.Read = v.OneOf(ps, "full", "opening", "abstract", "data")
		}
		if unread(s.Title + " " + s.URL) {
			ps.Add(yamldoc.Problem{Pos: s.Pos, Path: x.Value.Path(), Message: "what is recalled and unverified is an assumption, not a source"})
		}
		out = append(out, s)
	}
	return out
}

// filled reads a text that must not be blank.
func filled(n yamldoc.Node, ps *yamldoc.Problems) string {
	before := ps.Len()
	s := strings.TrimSpace(n.Text(ps))
	if s == "" && ps.Len() == before {
		ps.Add(yamldoc.Problem{Pos: n.Pos(), Path: n.Path(), Message: "is blank"})
	}
	return s
}

// unread reports whether a citation says of itself that nobody read it.
func unread(citation string) bool {
	c := strings.ToLower(citation)
	for _, w := range []string{"recalled", "unverified", "from memory"} {
		if strings.Contains(c, w) {
			return true
		}
	}
	return false
}

// Dates shows how a date is written.
const Dates = "2014, 2014-05 or 2014-05-28"

// IsDate reports whether a text is a year, a month of a year, or a day.
func IsDate(s string) bool {
	part := func(t string, lo, hi int) bool {
		v := 0
		for _, c := range []byte(t) {
			if c < '0' || c > '9' {
				return false
			}
			v = 10*v + int(c-'0')
		}
		return v >= lo && v <= hi
	}
	p := strings.Split(s, "-")
	if len(p) > 3 || len(p[0]) != 4 || !part(p[0], firstYear-100, lastYear) {
		return false
	}
	if len(p) > 1 && (len(p[1]) != 2 || !part(p[1], 1, 12)) {
		return false
	}
	return len(p) < 3 || len(p[2]) == 2 && part(p[2], 1, 31)
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
			if _, ok := l.sources[f.Source]; ok {
				continue
			}
			p := yamldoc.Problem{Pos: f.Pos, Path: e.ID + "." + f.Name, Message: "source not in the register", Given: f.Source, Allowed: "an id under sources, or assumption with a reason"}
			if unread(f.Source) {
				p.Message = "what is recalled or unverified is an assumption: source: assumption, with a reason"
			}
			p.Hint, _ = yamldoc.Nearest(f.Source, append(ids, Assumption))
			l.ps.Add(p)
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
			x, ok := b.Entry(id)
			if ok && x.Kind == a.refKind {
				continue
			}
			at, written := l.refPos[e.ID+"."+a.name]
			if !written {
				continue // as it stood in the book below
			}
			p := yamldoc.Problem{Pos: at, Path: e.ID + "." + a.name, Message: "no " + a.refKind + " of this id in the catalogue", Given: id}
			if ok {
				p.Message = fmt.Sprintf("must name %s %s; this is %s %s", article(a.refKind), a.refKind, article(x.Kind), x.Kind)
			}
			p.Hint, _ = yamldoc.Nearest(id, b.IDs(a.refKind))
			l.ps.Add(p)
		}
	}
}
