package sim

// EventKind says what happened.
type EventKind uint8

// The events of a replication's log. A and B are indices whose meaning depends
// on the kind.
const (
	EvLaunch     EventKind = iota // missile flies; A path
	EvFailed                      // missile fails at launch; A path it would have flown
	EvDown                        // a link or sensor is down in this run; A Chance index
	EvDetect                      // A sensor, B the sensor that pointed it there (-1: none)
	EvSaturated                   // A sensor had no track to spare; B time when it had (0: never)
	EvAlert                       // A nation is told
	EvFirm                        // A nation has a firm track
	EvReady                       // A battery may shoot from here; B when it means to
	EvTooLate                     // A battery can reach the missile but is ready too late; B last launch
	EvShot                        // A battery, B rounds, C slot, D mode
	EvKill                        // A battery
	EvMiss                        // A battery, B rounds
	EvWasted                      // A battery, B rounds: the target was dead before they met it
	EvDry                         // A battery has no round left
	EvReserved                    // A battery keeps its last rounds for assets of more value
	EvBusy                        // A battery has no channel free
	EvWaits                       // A battery waits for another's result; B until
	EvSpared                      // A battery leaves the missile to another's shot, to save its rounds
	EvCommon                      // A interceptor type fails as a kind in this raid
	EvThinksKill                  // A nation believes a miss was a kill and stops
	EvMissedKill                  // A nation does not see that the missile is dead
	EvImpact                      // missile arrives; A asset, B 1 if it struck within it
)

// Event is one line of the log. TMs is raid time.
type Event struct {
	TMs     int32
	Kind    EventKind
	Missile int32
	A, B    int32
	C, D    int32
	Sspk    uint64
}

// Log collects the events of one replication.
type Log struct{ Events []Event }

// add is safe on a nil log, so that play need not ask.
func (l *Log) add(e Event) {
	if l != nil {
		l.Events = append(l.Events, e)
	}
}
