package sim

// The counts of one replication are one row of integers, so that sums over
// replications are exact and the same for any number of workers. A Metric names
// one column.

// Kind is what a column counts.
type Kind uint8

// The kinds of columns. Times are summed over missiles, in tenths of a second.
const (
	Launched    Kind = iota // missiles that flew
	Failed                  // missiles that failed at launch
	Engaged                 // missiles shot at at least once
	Killed                  // missiles killed
	Leakers                 // missiles that arrived at a defended asset
	Hits                    // leakers that struck within the asset
	Shots                   // interceptors launched
	Wasted                  // interceptors whose target was dead before they met it
	OnOthers                // interceptors spent on another nation's assets
	Exposed                 // missiles at its own assets that a nation let pass for want of rounds after spending some on others
	Damage                  // value lost, thousandths
	NoLeaker                // 1 if nothing arrived
	Met                     // 1 if the attacker met the objective
	Left                    // rounds left
	WarnedCount             // missiles of which the asset's nation was told before impact
	WarnedTime              // sum of seconds from that to impact, tenths
	FirmCount               // missiles on which the asset's nation had a firm track
	FirmTime                // sum of seconds from that to impact, tenths
	ShotCount               // missiles at which somebody could have shot
	FirstShot               // sum of seconds from the first possible shot to impact, tenths
	LastShot                // sum of seconds from the last possible shot to impact, tenths
	kinds
)

var kindNames = [...]string{"launched", "failed", "engaged", "killed", "leakers", "hits", "shots", "wasted", "on-others", "exposed",
	"damage", "no-leaker", "objective", "left", "warned", "warned-time", "firm", "firm-time", "shootable", "first-shot", "last-shot"}

// String gives the kind's name as results carry it.
func (k Kind) String() string { return kindNames[k] }

// Scope is what a column is about.
type Scope uint8

// The scopes.
const (
	Whole Scope = iota
	PerObjective
	PerNation
	PerAsset
	PerBattery
)

// Metric names one column: what it counts and about which nation, asset,
// battery or objective (an index into the board's list).
type Metric struct {
	Kind  Kind
	Scope Scope
	Of    int
}

var wholeKinds = []Kind{Launched, Failed, Engaged, Killed, Leakers, Hits, Shots, Wasted, OnOthers, Exposed, Damage, NoLeaker}
var nationKinds = []Kind{Leakers, Hits, Shots, Wasted, OnOthers, Exposed, Damage, NoLeaker}
var assetKinds = []Kind{Launched, Leakers, Hits, Damage, WarnedCount, WarnedTime, FirmCount, FirmTime, ShotCount, FirstShot, LastShot}
var batteryKinds = []Kind{Shots, Wasted, Killed, OnOthers, Left}

// Layout says which column is where.
type Layout struct {
	Metrics []Metric
	start   [PerBattery + 1]int
	column  [PerBattery + 1][kinds]int
	width   [PerBattery + 1]int
}

// Layout gives the columns of the board's outcomes.
func (b *Board) Layout() *Layout {
	l := new(Layout)
	add := func(s Scope, ks []Kind, n int) {
		l.start[s], l.width[s] = len(l.Metrics), len(ks)
		for i := range l.column[s] {
			l.column[s][i] = -1
		}
		for i, k := range ks {
			l.column[s][k] = i
		}
		for of := 0; of < n; of++ {
			for _, k := range ks {
				l.Metrics = append(l.Metrics, Metric{k, s, of})
			}
		}
	}
	add(Whole, wholeKinds, 1)
	add(PerObjective, []Kind{Met}, len(b.Objectives))
	add(PerNation, nationKinds, len(b.Nations))
	add(PerAsset, assetKinds, len(b.Assets))
	add(PerBattery, batteryKinds, len(b.Batteries))
	return l
}

// At gives the column of a metric, or -1 if outcomes have none.
func (l *Layout) At(k Kind, s Scope, of int) int {
	c := l.column[s][k]
	if c < 0 {
		return -1
	}
	return l.start[s] + of*l.width[s] + c
}

// Len is the number of columns.
func (l *Layout) Len() int { return len(l.Metrics) }
