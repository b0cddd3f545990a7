package catalog

// Ledger lists what a result rests on.
type Ledger struct {
	Cited   int         `json:"cited"`
	Assumed int         `json:"assumed"`
	Rows    []LedgerRow `json:"figures"`
}

// LedgerRow is one figure of the ledger.
type LedgerRow struct {
	Entry   string `json:"entry"`
	Figure  string `json:"figure"`
	Value   string `json:"value"`
	Low     string `json:"low,omitempty"`
	High    string `json:"high,omitempty"`
	Source  string `json:"source"`
	Page    string `json:"page,omitempty"`
	Reason  string `json:"reason,omitempty"`
	Assumed bool   `json:"assumed"`
}

// Ledger lists the figures of the given entries with their sources, and how
// many are cited and how many assumed.
func (b *Book) Ledger(ids []string) Ledger {
	var l Ledger
	for _, id := range ids {
		e, ok := b.Entry(id)
		if !ok {
			continue
		}
		for _, f := range e.Figures {
			r := LedgerRow{Entry: id, Figure: f.Name, Value: f.Text, Low: f.LowText, High: f.HighText, Source: f.Source, Page: f.Page, Reason: f.Reason, Assumed: f.Assumed()}
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

// matters are the figures by which a catalogue is judged: range, altitude,
// count, cost, date, place.
var matters = map[string]bool{
	"range": true, "range-demonstrated": true, "apogee": true, "apogee-demonstrated": true, "stages": true, "reach": true, "min-range": true, "min-altitude": true, "max-altitude": true, "test-hits": true, "test-shots": true,
	"stock": true, "launchers": true, "production-per-year": true, "missiles-per-launcher": true, "load": true, "crew": true, "unit-cost": true, "package-cost": true, "operating-cost": true, "reference-range": true, "satellites": true,
}

// CitedShare counts, over the figures that matter, the cited ones and all.
func (b *Book) CitedShare() (cited, all int) {
	for _, e := range b.Entries {
		if e.Kind == "deflator" {
			continue
		}
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
