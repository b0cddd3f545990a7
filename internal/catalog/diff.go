package catalog

import (
	"fmt"
	"sort"
	"strings"
)

// What may have happened to a part of a catalogue.
const (
	Added      = "added"
	Removed    = "removed"
	Changed    = "changed"    // another number or word
	Provenance = "provenance" // the same number, told otherwise: source, page, note, reason or confidence
)

// Change is one difference between two books. Entry is empty for a change of
// the register of sources. Item is the figure, the attribute, "name", "nation",
// "about" or the source; empty where a whole entry came or went. Old and New say
// in words what stood and stands there.
type Change struct {
	What  string `json:"what"`
	Entry string `json:"entry,omitempty"`
	Item  string `json:"item,omitempty"`
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
}

// String prints the change on one line.
func (c Change) String() string {
	where := c.Entry
	switch {
	case c.Entry == "":
		where = "source " + c.Item
	case c.Item != "":
		where += "." + c.Item
	}
	s := c.What + " " + where
	switch {
	case c.Old != "" && c.New != "":
		s += ": " + c.Old + " -> " + c.New
	case c.Old != "" || c.New != "":
		s += ": " + c.Old + c.New
	}
	return s
}

// Diff lists what differs between two books, from a to b: entries and sources
// that came or went, and every figure and attribute of the others that changed,
// with the old and the new. The order is by entry and item; sources come last.
// Two books of one digest have no differences.
func Diff(a, b *Book) []Change {
	var out []Change
	merge(entryIDs(a), entryIDs(b), func(id string, inA, inB bool) {
		switch {
		case !inB:
			e, _ := a.Entry(id)
			out = append(out, Change{What: Removed, Entry: id, Old: e.Kind + ", " + e.Name})
		case !inA:
			e, _ := b.Entry(id)
			out = append(out, Change{What: Added, Entry: id, New: e.Kind + ", " + e.Name})
		default:
			x, _ := a.Entry(id)
			y, _ := b.Entry(id)
			out = append(out, diffEntry(x, y)...)
		}
	})
	merge(sourceIDs(a), sourceIDs(b), func(id string, inA, inB bool) {
		x, _ := a.Source(id)
		y, _ := b.Source(id)
		c := Change{What: Changed, Item: id, Old: describeSource(x), New: describeSource(y)}
		switch {
		case !inB:
			c.What, c.New = Removed, ""
		case !inA:
			c.What, c.Old = Added, ""
		case c.Old == c.New:
			return
		}
		out = append(out, c)
	})
	return out
}

func diffEntry(x, y *Entry) []Change {
	var out []Change
	word := func(item, a, b string) {
		switch {
		case a == b:
		case a == "":
			out = append(out, Change{Added, x.ID, item, "", b})
		case b == "":
			out = append(out, Change{Removed, x.ID, item, a, ""})
		default:
			out = append(out, Change{Changed, x.ID, item, a, b})
		}
	}
	word("kind", x.Kind, y.Kind)
	word("name", x.Name, y.Name)
	word("nation", strings.Join(x.Nations, ", "), strings.Join(y.Nations, ", "))
	word("about", x.About, y.About)
	var xs, ys []string
	for _, a := range x.Attributes {
		xs = append(xs, a.Name)
	}
	for _, a := range y.Attributes {
		ys = append(ys, a.Name)
	}
	merge(xs, ys, func(name string, _, _ bool) { word(name, x.Attr(name), y.Attr(name)) })
	xs, ys = nil, nil
	for _, f := range x.Figures {
		xs = append(xs, f.Name)
	}
	for _, f := range y.Figures {
		ys = append(ys, f.Name)
	}
	merge(xs, ys, func(name string, inX, inY bool) {
		f, _ := x.Figure(name)
		g, _ := y.Figure(name)
		switch {
		case !inY:
			out = append(out, Change{Removed, x.ID, name, describeFigure(f), ""})
		case !inX:
			out = append(out, Change{Added, x.ID, name, "", describeFigure(g)})
		case amount(f) != amount(g):
			out = append(out, Change{Changed, x.ID, name, describeFigure(f), describeFigure(g)})
		case provenance(f) != provenance(g):
			out = append(out, Change{Provenance, x.ID, name, provenance(f), provenance(g)})
		}
	})
	return out
}

// amount is what of a figure enters a computation, in canonical form.
func amount(f Figure) string {
	return number12(f.Value) + " " + number12(f.Low) + " " + number12(f.High) + " " + f.Currency + fmt.Sprint(f.PriceYear)
}

// describeFigure gives a figure as its author wrote it.
func describeFigure(f Figure) string {
	s := f.Text
	if f.PriceYear != 0 && !strings.Contains(s, "(") {
		s += fmt.Sprintf("(%d)", f.PriceYear)
	}
	if f.LowText != "" || f.HighText != "" {
		lo, hi := f.LowText, f.HighText
		if lo == "" {
			lo = f.Text
		}
		if hi == "" {
			hi = f.Text
		}
		s += " [" + lo + " to " + hi + "]"
	}
	return s + ", " + f.Source
}

func provenance(f Figure) string {
	var s []string
	for _, p := range [...]struct{ key, text string }{{"source", f.Source}, {"page", f.Page}, {"reason", f.Reason}, {"note", f.Note}, {"confidence", f.Confidence}} {
		if p.text != "" {
			s = append(s, p.key+": "+p.text)
		}
	}
	return strings.Join(s, "; ")
}

func describeSource(s Source) string {
	var out []string
	for _, t := range [...]string{s.Title, s.URL, s.Published, s.Read, s.Note} {
		if t != "" {
			out = append(out, t)
		}
	}
	return strings.Join(out, "; ")
}

func entryIDs(b *Book) []string { return b.IDs("") }

func sourceIDs(b *Book) []string {
	var out []string
	for _, s := range b.Sources {
		out = append(out, s.ID)
	}
	return out
}

// merge visits the names of both lists in order, each once.
func merge(a, b []string, visit func(name string, inA, inB bool)) {
	a, b = append([]string(nil), a...), append([]string(nil), b...)
	sort.Strings(a)
	sort.Strings(b)
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0] < b[0]:
			visit(a[0], true, false)
			a = a[1:]
		case len(a) == 0 || b[0] < a[0]:
			visit(b[0], false, true)
			b = b[1:]
		default:
			visit(a[0], true, true)
			a, b = a[1:], b[1:]
		}
	}
}
