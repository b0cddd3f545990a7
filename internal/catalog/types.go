// Package catalog holds the systems of the world and their published figures.
// Every figure is a record with its value, its spread, its unit, its source and
// how far to trust it; a number without a source does not load.
package catalog

import (
	"testudo/internal/units"
	"testudo/internal/yamldoc"
)

// Assumption is the word that stands in place of a source; it needs a reason.
const Assumption = "assumption"

// Figure is one number with its provenance. Values are SI; money is in whole
// units of its currency.
type Figure struct {
	Name                    string
	Kind                    units.Kind
	Value, Low, High        float64
	Text, LowText, HighText string // as written; Low and High are empty where none was given
	Currency                string
	PriceYear               int
	Source                  string // an id of the register, or Assumption
	Page                    string // page, row or paragraph of the source
	Note                    string // among others the arithmetic of a conversion
	Reason                  string // of an assumption
	Confidence              string // high, med, low
	Pos                     yamldoc.Pos
}

// Assumed reports whether the figure is an assumption.
func (f Figure) Assumed() bool { return f.Source == Assumption }

// Money gives a cost with its currency and price year.
func (f Figure) Money() units.Money {
	return units.Money{Amount: f.Value, Currency: f.Currency, Year: f.PriceYear}
}

// Attribute is a property that is a word, not a number.
type Attribute struct{ Name, Value string }

// Entry is one system.
type Entry struct {
	ID, Kind, Name, About string
	Nations               []string
	Attributes            []Attribute
	Figures               []Figure
	Pos                   yamldoc.Pos
	Origin                string // the file it comes from
}

// Attr gives an attribute's value, "" if it has none.
func (e *Entry) Attr(name string) string {
	for _, a := range e.Attributes {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

// Figure gives a figure by name.
func (e *Entry) Figure(name string) (Figure, bool) {
	for _, f := range e.Figures {
		if f.Name == name {
			return f, true
		}
	}
	return Figure{}, false
}

// Has reports whether the entry states a figure.
func (e *Entry) Has(name string) bool { _, ok := e.Figure(name); return ok }

// Value gives a figure's value in SI, or def if the entry does not state it.
func (e *Entry) Value(name string, def float64) float64 {
	if f, ok := e.Figure(name); ok {
		return f.Value
	}
	return def
}

// Source is an entry of the register.
type Source struct {
	ID, Title, URL, Published, Read, Note string
	Pos                                   yamldoc.Pos
}

// Ref points at a figure.
type Ref struct{ Entry, Figure string }

// Book is a catalogue: entries and sources, each sorted by id.
type Book struct {
	Entries    []*Entry
	Sources    []Source
	overridden []string // "thaad.load", by a user's file
	added      []string // entries of a user's file
	own        []string // sources a user's file registered
}

// Entry finds an entry.
func (b *Book) Entry(id string) (*Entry, bool) {
	lo, hi := 0, len(b.Entries)
	for lo < hi {
		if m := (lo + hi) / 2; b.Entries[m].ID < id {
			lo = m + 1
		} else {
			hi = m
		}
	}
	if lo < len(b.Entries) && b.Entries[lo].ID == id {
		return b.Entries[lo], true
	}
	return nil, false
}

// Source finds a source of the register.
func (b *Book) Source(id string) (Source, bool) {
	for _, s := range b.Sources {
		if s.ID == id {
			return s, true
		}
	}
	return Source{}, false
}

// IDs lists the entries of a kind ("" for all).
func (b *Book) IDs(kind string) []string {
	var out []string
	for _, e := range b.Entries {
		if kind == "" || e.Kind == kind {
			out = append(out, e.ID)
		}
	}
	return out
}

// Overridden lists the figures a user's file replaced ("thaad.load").
func (b *Book) Overridden() []string { return append([]string(nil), b.overridden...) }

// Added lists the entries a user's file added.
func (b *Book) Added() []string { return append([]string(nil), b.added...) }

// Supports lists the figures that rest on a source.
func (b *Book) Supports(source string) []Ref {
	var out []Ref
	for _, e := range b.Entries {
		for _, f := range e.Figures {
			if f.Source == source {
				out = append(out, Ref{e.ID, f.Name})
			}
		}
	}
	return out
}
