package catalog

import (
	"fmt"
	"slices"
	"strings"

	"testudo/internal/units"
	"testudo/internal/yamldoc"
)

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
	l.fresh = append(l.fresh, e)
	changed := func(what string) {
		if over != nil {
			l.overridden = append(l.overridden, e.ID+"."+what)
		}
	}
	if !yamldoc.ValidID(x.Key) {
		ps.Add(yamldoc.Problem{Pos: x.KeyPos, Path: x.Value.Path(), Message: "not a usable id", Given: x.Key})
	}
	if x.Value.Kind() != yamldoc.Mapping {
		x.Value.Fields(ps, "kind", "name", "nation", "about", "attributes", "figures")
		return e // one problem, not one for each thing that is therefore missing
	}
	f := x.Value.Fields(ps, "kind", "name", "nation", "about", "attributes", "figures")
	l.readKind(f, e, over)
	if v, ok := f.Get("name"); ok {
		e.Name = filled(v, ps)
		changed("name")
	} else if over == nil {
		e.Name = x.Key
	}
	if v, ok := f.Get("about"); ok {
		e.About = v.Text(ps)
		changed("about")
	}
	if v, ok := f.Get("nation"); ok {
		e.Nations = readNations(v, ps)
		changed("nation")
	}
	rule := ruleOf(e.Kind)
	if rule == nil {
		return e
	}
	before := ps.Len()
	if v, ok := f.Get("attributes"); ok {
		l.readAttributes(v, e, rule, changed)
	}
	// Which figures are needed depends on the attributes: what is said to be
	// missing because an attribute was misspelt would only mislead.
	attributesRead := ps.Len() == before
	if v, ok := f.Get("figures"); ok {
		l.readFigures(v, e, rule, changed)
	}
	if missing := rule.needed(e); len(missing) > 0 && attributesRead {
		word := "figure"
		if len(missing) > 1 {
			word = "figures"
		}
		ps.Add(yamldoc.Problem{Pos: x.KeyPos, Path: x.Value.Path(), Message: fmt.Sprintf("%s %s needs the %s %s", article(e.Kind), e.Kind, word, strings.Join(missing, ", "))})
	}
	for _, a := range rule.attributes {
		if a.needs && e.Attr(a.name) == "" && attributesRead {
			ps.Add(yamldoc.Problem{Pos: x.KeyPos, Path: x.Value.Path(), Message: fmt.Sprintf("%s %s needs the attribute %q", article(e.Kind), e.Kind, a.name), Allowed: strings.Join(a.words, ", ")})
		}
	}
	if e.Kind == "missile" && e.Attr("model") != "impulsive" && e.Has("burn-time") && e.Value("burn-time", 0) < 1 {
		g, _ := e.Figure("burn-time")
		ps.Add(yamldoc.Problem{Pos: g.Pos, Path: e.ID + ".burn-time", Message: "a boosted missile burns for at least 1 s; a missile without a burn is model: impulsive", Given: g.Text})
	}
	return e
}

// readKind reads the kind of an entry. A misspelt kind is reported, and the
// nearest one taken so that the rest of the entry can be looked at too.
func (l *loader) readKind(f yamldoc.Fields, e, over *Entry) {
	var n yamldoc.Node
	var ok bool
	if over == nil {
		n, ok = f.Need(l.ps, "kind")
	} else {
		n, ok = f.Get("kind")
	}
	if !ok {
		return
	}
	k := n.OneOf(l.ps, KindNames()...)
	if over != nil {
		if k != "" && k != over.Kind {
			l.ps.Add(yamldoc.Problem{Pos: n.Pos(), Path: n.Path(), Message: fmt.Sprintf("%s is %s %s in the catalogue; its kind cannot change", e.ID, article(over.Kind), over.Kind), Given: k})
		}
		return
	}
	if k == "" && n.Kind() == yamldoc.Scalar && !n.IsNull() {
		k, _ = yamldoc.Nearest(n.Text(l.ps), KindNames())
	}
	e.Kind = k
}

func readNations(v yamldoc.Node, ps *yamldoc.Problems) []string {
	list := []yamldoc.Node{v}
	if v.Kind() == yamldoc.Sequence {
		list = v.List(ps)
	}
	var out []string
	for _, n := range list {
		if s := n.ID(ps); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (l *loader) readAttributes(v yamldoc.Node, e *Entry, rule *kindRule, changed func(string)) {
	ps := l.ps
	for _, x := range v.Entries(ps) {
		a, known := rule.attribute(x.Key)
		if !known {
			p := yamldoc.Problem{Pos: x.KeyPos, Path: v.Path(), Message: fmt.Sprintf("%s %s has no attribute %q", article(e.Kind), e.Kind, x.Key), Allowed: strings.Join(rule.attributeNames(), ", ")}
			p.Hint, _ = yamldoc.Nearest(x.Key, rule.attributeNames())
			if _, figure := rule.figure(x.Key); figure {
				p.Message, p.Hint = fmt.Sprintf("%q is a figure: it belongs under figures", x.Key), ""
			}
			ps.Add(p)
			continue
		}
		val := ""
		switch {
		case a.list:
			val = readWords(x.Value, a.words, ps)
		case len(a.words) > 0:
			val = x.Value.OneOf(ps, a.words...)
		case a.refKind != "":
			val = x.Value.ID(ps)
			l.refPos[e.ID+"."+x.Key] = x.Value.Pos()
		default:
			val = filled(x.Value, ps)
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
		changed(x.Key)
	}
}

// readWords reads several allowed words separated by spaces, or a list of them.
func readWords(v yamldoc.Node, allowed []string, ps *yamldoc.Problems) string {
	if v.Kind() == yamldoc.Sequence {
		var out []string
		for _, n := range v.List(ps) {
			if w := n.OneOf(ps, allowed...); w != "" {
				out = append(out, w)
			}
		}
		return strings.Join(out, " ")
	}
	words := strings.Fields(filled(v, ps))
	for i, w := range words {
		known := false
		for _, a := range allowed {
			known = known || a == w
		}
		if !known {
			p := yamldoc.Problem{Pos: v.Pos(), Path: v.Path(), Message: "unknown word", Given: w, Allowed: strings.Join(allowed, ", ")}
			p.Hint, _ = yamldoc.Nearest(w, allowed)
			ps.Add(p)
		}
		for _, earlier := range words[:i] {
			if earlier == w {
				ps.Add(yamldoc.Problem{Pos: v.Pos(), Path: v.Path(), Message: "the word stands there twice", Given: w})
			}
		}
	}
	return strings.Join(words, " ")
}

func (l *loader) readFigures(v yamldoc.Node, e *Entry, rule *kindRule, changed func(string)) {
	ps := l.ps
	list := v.Entries(ps)
	e.Figures = slices.Grow(e.Figures, len(list))
	for _, x := range list {
		r, known := rule.figure(x.Key)
		if !known {
			p := yamldoc.Problem{Pos: x.KeyPos, Path: v.Path(), Message: fmt.Sprintf("%s %s has no figure %q", article(e.Kind), e.Kind, x.Key), Allowed: strings.Join(rule.figureNames(), ", ")}
			p.Hint, _ = yamldoc.Nearest(x.Key, rule.figureNames())
			if _, attribute := rule.attribute(x.Key); attribute {
				p.Message, p.Hint = fmt.Sprintf("%q is an attribute: it belongs under attributes", x.Key), ""
			}
			ps.Add(p)
			continue
		}
		fig := l.readFigure(x, r)
		done := false
		for i := range e.Figures {
			if e.Figures[i].Name == fig.Name {
				e.Figures[i], done = fig, true
			}
		}
		if !done {
			e.Figures = append(e.Figures, fig)
		}
		changed(fig.Name)
	}
}

// readFigure reads one figure with its provenance. A figure of a user's file
// replaces the whole record: a new value under the old source would be a forged
// citation.
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
	if y.Value.Kind() != yamldoc.Mapping {
		y.Value.Fields(ps, figureKeys...)
		return fig
	}
	f := y.Value.Fields(ps, figureKeys...)
	complain := func(n yamldoc.Node, message, given string) {
		ps.Add(yamldoc.Problem{Pos: n.Pos(), Path: n.Path(), Message: message, Given: given})
	}
	// quantity reads one of value, low and high; ok tells whether it may be
	// compared with the others.
	yearInText := 0
	quantity := func(n yamldoc.Node) (v float64, text string, ok bool) {
		before := ps.Len()
		v = n.Quantity(ps, r.kind, r.lo, r.hi)
		if ps.Len() != before {
			return v, "", false
		}
		text = n.Text(ps)
		if r.kind != units.KindMoney {
			return v, text, true
		}
		m, err := units.ParseMoney(text)
		switch {
		case err != nil:
			complain(n, err.Error(), "")
			return v, text, false
		case fig.Currency != "" && m.Currency != fig.Currency:
			complain(n, "value, low and high of one figure must be in one currency", text)
			return v, text, false
		case m.Year != 0 && yearInText != 0 && m.Year != yearInText:
			complain(n, "value, low and high of one figure must be at the prices of one year", text)
			return v, text, false
		}
		fig.Currency = m.Currency
		if m.Year != 0 {
			yearInText = m.Year
		}
		return v, text, true
	}
	valued := false
	if n, ok := f.Need(ps, "value"); ok {
		fig.Value, fig.Text, valued = quantity(n)
	}
	fig.Low, fig.High = fig.Value, fig.Value
	if n, ok := f.Get("low"); ok {
		if v, text, ok := quantity(n); ok {
			fig.Low, fig.LowText = v, text
			if valued && v > fig.Value {
				complain(n, "low is above the value "+fig.Text, text)
			}
		}
	}
	if n, ok := f.Get("high"); ok {
		if v, text, ok := quantity(n); ok {
			fig.High, fig.HighText = v, text
			if valued && v < fig.Value {
				complain(n, "high is below the value "+fig.Text, text)
			}
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
		fig.Source = filled(n, ps)
		if fig.Assumed() && strings.TrimSpace(fig.Reason) == "" {
			complain(n, "an assumption needs a reason", "")
		}
	}
	fig.PriceYear = yearInText
	if n, ok := f.Get("price-year"); ok {
		switch year := n.Int(ps, firstYear, lastYear); {
		case r.kind != units.KindMoney:
			complain(n, "only money has a price year", "")
		case yearInText != 0 && year != yearInText:
			complain(n, fmt.Sprintf("the price year contradicts the year %d written with the amount", yearInText), fmt.Sprint(year))
		default:
			fig.PriceYear = year
		}
	} else if r.kind == units.KindMoney && yearInText == 0 {
		ps.Add(yamldoc.Problem{Pos: y.KeyPos, Path: y.Value.Path(), Message: "money needs a price-year"})
	}
	return fig
}

var figureKeys = []string{"value", "low", "high", "source", "page", "note", "reason", "price-year", "confidence"}

func article(kind string) string {
	if strings.ContainsRune("aeiou", rune((kind + " ")[0])) {
		return "an"
	}
	return "a"
}
