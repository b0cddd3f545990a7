package catalog

import (
	"fmt"
	"sort"

	"testudo/internal/yamldoc"
)

// Finding is something in a catalogue that loads but is doubtful: a figure that
// contradicts another, or that stands far from all others.
type Finding struct {
	Rule    string      `json:"rule"`
	Entry   string      `json:"entry,omitempty"`
	Figure  string      `json:"figure,omitempty"`
	Message string      `json:"message"`
	Pos     yamldoc.Pos `json:"at"`
}

// String prints the finding on one line.
func (f Finding) String() string {
	what := f.Entry
	if f.Figure != "" {
		what += "." + f.Figure
	}
	s := f.Pos.String() + ": "
	if what != "" {
		s += what + ": "
	}
	return s + f.Message + " [" + f.Rule + "]"
}

// Rule is a cross-check of the catalogue.
type Rule struct {
	ID    string
	About string
	check func(*linter)
}

// lintRules in the order of the page that describes them. Each has a fixture in
// testdata/lint that provokes it.
var lintRules = []Rule{
	{"load-arithmetic", "launchers × missiles per launcher = load, and a salvo fits in the load", checkLoad},
	{"altitude-order", "an interceptor's minimum altitude lies below its maximum", checkAltitudeOrder},
	{"range-order", "an interceptor's minimum range lies below its reach", checkRangeOrder},
	{"radar-blind", "a battery's own radar sees, at a typical cross-section, what its battery shoots at", checkRadar},
	{"reach-speed", "an interceptor's reach and ceiling fit its burnout speed: not beyond the ballistic bound, not absurdly short of it", checkReach},
	{"missile-class", "a missile's range fits its class", checkClass},
	{"burn-time", "the burn is plausible for the speed it must give, and its stages add up", checkBurn},
	{"demonstrated", "nothing has flown further than the stated range", checkDemonstrated},
	{"quasi-ballistic", "a quasi-ballistic missile says how far it is depressed", checkQuasi},
	{"price-class", "a price lies within what such things cost", checkPrice},
	{"price-year", "every price can be brought to the prices of another year", checkPriceYear},
	{"package-cost", "a package price, which includes support, is not below the average price", checkPackage},
	{"spread", "low, value and high are in order, and not so far apart that they say nothing", checkSpread},
	{"test-record", "tests that hit are at most the tests", checkTests},
	{"kill-probability", "no assumed kill probability above 0.9", checkKill},
	{"cue-factor", "a track helps a radar at least as much as a warning, and a warning does not harm", checkCue},
	{"assumption-reason", "an assumption says why", checkReason},
	{"unverified-source", "what is recalled and unverified is not cited as a source", checkUnverified},
	{"unused-source", "every source of a user's file supports something", checkUnused},
	{"cep-class", "accuracy is plausible for the class", checkCEP},
	{"rcs-outlier", "radar cross-sections are plausible, and a burning missile shows no less than its warhead", checkRCS},
	{"outlier", "no figure stands far from the same figure of all others of its kind", checkOutliers},
}

// Rules lists the cross-checks with what each is for.
func Rules() []Rule { return append([]Rule(nil), lintRules...) }

// Lint checks the book against its rules and lists what it finds, by place. It
// looks at all entries, also those a user's file brought. cited names sources
// that the caller's own items rest on, so that those are not said to be unused.
func (b *Book) Lint(cited ...string) []Finding {
	l := linter{b: b, cited: map[string]bool{}}
	for _, s := range cited {
		l.cited[s] = true
	}
	for _, r := range lintRules {
		l.rule = r.ID
		r.check(&l)
	}
	sort.SliceStable(l.out, func(i, j int) bool {
		p, q := l.out[i].Pos, l.out[j].Pos
		if p.File != q.File {
			return p.File < q.File
		}
		if p.Line != q.Line {
			return p.Line < q.Line
		}
		return p.Col < q.Col
	})
	return l.out
}

type linter struct {
	b     *Book
	cited map[string]bool
	rule  string
	out   []Finding
}

// add notes a finding about a figure of an entry, or about the entry if it does
// not state the figure.
func (l *linter) add(e *Entry, figure, format string, args ...any) {
	at := e.Pos
	if f, ok := e.Figure(figure); ok {
		at = f.Pos
	} else {
		figure = ""
	}
	l.out = append(l.out, Finding{l.rule, e.ID, figure, fmt.Sprintf(format, args...), at})
}

// each visits the entries of a kind, "" for all.
func (l *linter) each(kind string, visit func(*Entry)) {
	for _, e := range l.b.Entries {
		if kind == "" || e.Kind == kind {
			visit(e)
		}
	}
}

// figures visits every figure of every entry.
func (l *linter) figures(visit func(*Entry, Figure)) {
	for _, e := range l.b.Entries {
		for _, f := range e.Figures {
			visit(e, f)
		}
	}
}

// textbook reports whether an entry poses a problem from a book: what it states
// is given, and need not be plausible for a real system.
func (e *Entry) textbook() bool {
	switch e.Attr("model") {
	case "impulsive", "constant-speed", "range-limited":
		return e.Kind == "missile" || e.Kind == "interceptor" || e.Kind == "radar"
	}
	return false
}
