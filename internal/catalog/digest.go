package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"testudo/internal/yamldoc"
)

// Digest is the SHA-256 of the book's content in canonical order: two books have
// the same digest when they say the same, whatever their layout, units, file
// names or order. Provenance counts as content: another source or note is
// another catalogue.
//
// Numbers enter with twelve digits, so that the last bit of a conversion, which
// may differ between architectures, does not change the digest.
func (b *Book) Digest() string {
	buf := make([]byte, 0, 1<<18)
	put := func(words ...string) {
		for _, w := range words {
			// Quoted, so that no text can pass for the boundary of two.
			buf = yamldoc.AppendQuote(buf, w)
		}
		buf = append(buf, '\n')
	}
	for _, s := range b.Sources {
		put("source", s.ID, s.Title, s.URL, s.Published, s.Read, s.Note)
	}
	for _, e := range b.Entries {
		put("entry", e.ID, e.Kind, e.Name, e.About)
		for _, n := range e.Nations {
			put("nation", n)
		}
		as := append([]Attribute(nil), e.Attributes...)
		slices.SortFunc(as, func(a, b Attribute) int { return strings.Compare(a.Name, b.Name) })
		for _, a := range as {
			put("attribute", a.Name, a.Value)
		}
		for _, f := range sortedFigures(e) {
			put("figure", f.Name, number12(f.Value), number12(f.Low), number12(f.High), f.Currency, strconv.Itoa(f.PriceYear), f.Source, f.Page, f.Note, f.Reason, f.Confidence)
		}
	}
	sum := sha256.Sum256(buf)
	return hex.EncodeToString(sum[:])
}

func sortedFigures(e *Entry) []*Figure {
	fs := make([]*Figure, len(e.Figures))
	for i := range fs {
		fs[i] = &e.Figures[i]
	}
	slices.SortFunc(fs, func(a, b *Figure) int { return strings.Compare(a.Name, b.Name) })
	return fs
}

func number12(x float64) string { return strconv.FormatFloat(x, 'g', 12, 64) }
