package catalog

// Ledger lists what a result rests on.
type Ledger struct {
	Cited   int         `json:"cited"`
	Assumed int         `json:"assumed"`
	Rows    []LedgerRow `json:"figures"`
}

// LedgerRow is one figure of the ledger: its value and spread as written, and
// either its source, with the place in it, or the reason of an assumption.
type LedgerRow struct {
	Entry     string `json:"entry"`
	Figure    string `json:"figure"`
	Value     string `json:"value"`
	Low       string `json:"low,omitempty"`
	High      string `json:"high,omitempty"`
	PriceYear int    `json:"price_year,omitempty"`
	Source    string `json:"source"`
	Page      string `json:"page,omitempty"`
	Reason    string `json:"reason,omitempty"`
	Assumed   bool   `json:"assumed"`
}

// Ledger lists the figures of the given entries with their sources, and how
// many are cited and how many assumed. Entries come in the order given, each
// once; ids that are not in the book are passed over, since a scenario's items
// need not all have one.
func (b *Book) Ledger(ids []string) Ledger {
	var l Ledger
	seen := map[string]bool{}
	for _, id := range ids {
		e, ok := b.Entry(id)
		if !ok || seen[id] {
			continue
		}
		seen[id] = true
		for _, f := range e.Figures {
			r := LedgerRow{Entry: id, Figure: f.Name, Value: f.Text, Low: f.LowText, High: f.HighText, PriceYear: f.PriceYear, Source: f.Source, Page: f.Page, Reason: f.Reason, Assumed: f.Assumed()}
			if r.Assumed {
				l.Assumed++
			} else {
				l.Cited++
			}
			l.Rows = append(l.Rows, r)
		}
	}
	return l
}

// matters are the figures by which a catalogue is judged: ranges, altitudes,
// counts and costs of the systems. Counts that only steer the model (salvo,
// channels, track capacity) are not among them: nobody publishes them, and a
// scenario may set them.
var matters = map[string]bool{
	"range": true, "range-demonstrated": true, "apogee": true, "apogee-demonstrated": true, "reach": true, "min-range": true, "min-altitude": true, "max-altitude": true, "reference-range": true,
	"stages": true, "test-hits": true, "test-shots": true, "stock": true, "launchers": true, "production-per-year": true, "missiles-per-launcher": true, "load": true, "crew": true, "satellites": true,
	"unit-cost": true, "package-cost": true, "operating-cost": true,
}

// Matters reports whether a figure is among those by which a catalogue is
// judged: range, altitude, count, cost. (Dates and places are the scenario's.)
func Matters(figure string) bool { return matters[figure] }

// CitedShare counts, over the figures that matter, the cited ones and all. The
// deflator is left out: its many years would flatter the share.
func (b *Book) CitedShare() (cited, all int) { return b.CitedShareOf(b.IDs("")) }

// CitedShareOf is CitedShare for some entries only, such as those a scenario
// uses.
func (b *Book) CitedShareOf(ids []string) (cited, all int) {
	seen := map[string]bool{}
	for _, id := range ids {
		e, ok := b.Entry(id)
		if !ok || seen[id] || e.Kind == "deflator" {
			continue
		}
		seen[id] = true
		for _, f := range e.Figures {
			if !matters[f.Name] {
				continue
			}
			all++
			if !f.Assumed() {
				cited++
			}
		}
	}
	return cited, all
}
