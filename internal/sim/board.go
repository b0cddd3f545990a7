// Package sim compiles a theatre into a board of tables and plays the board:
// all physics once, then dice only.
package sim

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
)

// Never stands for a time that does not come, in milliseconds.
const Never int32 = 1<<31 - 1

// BoardVersion changes whenever a board's layout or meaning does; a board of
// another version is refused rather than misread.
const BoardVersion = 6

// Board is a compiled raid: everything a replication needs and nothing it must
// compute. All probabilities are thresholds for draw.Hit, all times integer
// milliseconds, so that a replication uses integer arithmetic, comparisons,
// look-ups and additions only and comes out the same on every machine.
type Board struct {
	Name   string // scenario and raid, for people
	Digest string // of the resolved scenario

	Nations      []string
	Attackers    []bool
	Assets       []Asset
	Sensors      []Sensor
	Batteries    []Battery
	Interceptors []Interceptor
	Commands     []Command // one per nation
	MissileTypes []string
	Areas        []string // launch areas
	Objectives   []Objective

	Paths    []Path
	Views    []View
	Kins     []Kin
	Missiles []Missile
	Postures []Posture
	Ladder   []int32 // postures in the order of the staircase
	Sights   int32   // how many numbers there are in Posture.Sight

	// DamageMilli[h] is the share of an asset's value lost to h hits, in
	// thousandths; the last entry serves for more hits.
	DamageMilli []int32
	// Oracle makes every kill known at launch of the shot that will make it:
	// the assumption of the closed forms and of the published reference loop.
	Oracle bool
}

// Asset is a defended place.
type Asset struct {
	ID     string
	Nation int32
	// ValueMilli is the asset's value times 1000, rounded.
	ValueMilli int32
}

// Sensor is what play needs to know of one.
type Sensor struct {
	ID       string
	Entity   uint64
	Nation   int32
	Capacity int32 // tracks at once; 0: unlimited
	LostMs   int32
}

// Battery is what play needs to know of one.
type Battery struct {
	ID          string
	Entity      uint64
	Nation      int32
	Interceptor int32
	Rounds      int32
	Channels    int32 // simultaneous engagements; 0: unlimited
	Salvo       int32
	Once        bool // one salvo and no second look
	ReactionMs  int32
	AssessMs    int32
	LostMs      int32
}

// Interceptor is a type of round, with the common-mode failure that makes all
// of its kind fail together.
type Interceptor struct {
	ID         string
	Entity     uint64
	Works      uint64 // threshold: the type works
	PerMissile bool   // drawn for each missile instead of once for the raid
}

// Command is a nation's way of fighting.
type Command struct {
	Nation       int32
	DecisionMs   int32
	Coordinate   bool // batteries wait for each other's results always, not only when short
	AtOnce       bool // fire as soon as possible instead of at the scheduled look
	Reserve      int32
	ReserveValue int32 // milli-value from which on the reserve may be used
	Ration       int32 // rounds of one battery on one missile; 0: no limit
	MissedKill   uint64
	FalseKill    uint64
}

// Objective is what the attacker wants.
type Objective struct {
	ID          string
	AtLeast     int32 // leakers on the assets; 0: not asked
	On          []int32
	DamageMilli int64 // or damage of at least this; 0: not asked
}

// Path is one distinct trajectory.
type Path struct {
	Type, Area, Asset int32
	DurationMs        int32
	BurnoutMs         int32
	ApogeeM           int32
	Hit               uint64 // threshold: a missile that arrives strikes within the asset
	FirstView, Views  int32
}

// View is one sensor's sight of one path.
type View struct {
	Sensor int32
	FirmMs int32 // from detection to a firm track
	LastMs int32 // last sight
	Plain  bool  // pointing changes nothing: the three curves are one
	Search Curve
	Warned Curve
	Cued   Curve
}

// Curve is a cumulative detection curve: detected by TMs[i] if the draw is
// below Upto[i].
type Curve struct {
	TMs  []int32
	Upto []uint64
}

// Kin is the kinematic window of a battery against a path: for a shooter ready
// at FirstMs+i·StepMs, the next launch and its intercept.
type Kin struct {
	FirstMs, StepMs     int32
	LaunchMs, Intercept []int32
}

// Missile is one missile of the raid.
type Missile struct {
	ID        string
	Entity    uint64
	StartMs   int32
	OverMs    int32
	Index, Of int32
	Random    bool
	Works     uint64
	Aims      []Aim
}

// Aim is one of the places a missile may be sent to.
type Aim struct {
	Upto uint64 // cumulative threshold
	Path int32
}

// Posture is one set of agreements, compiled.
type Posture struct {
	ID    string
	Group []int32 // fire-control group of each nation
	// Chance are the links and sensors that may fail; bit k of a state's number
	// says that Chance[k] failed.
	Chance []Chance
	States [][]PathState // [state][path]
	Down   [][]bool      // [state][sensor]: out of order or not there
	// Sight numbers, per state, what the sensors see: states with the same
	// number detect alike, whatever else is agreed.
	Sight []int32
}

// Chance is a link or sensor with an availability below one.
type Chance struct {
	ID     string
	Entity uint64
	Works  uint64
}

// PathState is what the agreements make of one path.
type PathState struct {
	Cues     []NationCue
	Commands []PathCommand
}

// NationCue is what can point one nation's radars at one path: a track narrows
// the search to a spot, a warning to a sector.
type NationCue struct {
	Warnings []Feed
	Tracks   []Feed
	Views    []int32 // the nation's views, among the path's, that pointing helps
}

// Feed is a way by which one view's data reach a command.
type Feed struct {
	View    int32 // among the path's views
	DelayMs int32
	LostMs  int32
	// BoundMs is the earliest the feed can bring anything; feeds stand in its
	// order, so that a search for the earliest may stop early.
	BoundMs int32
}

// PathCommand is what one nation can do about one path.
type PathCommand struct {
	Nation  int32
	Alerts  []Feed // who tells it that something was launched
	Tracks  []Feed // whose tracks reach it
	KnownMs int32  // its track tells what is threatened, from launch
	Engs    []Engagement
}

// Engagement is what one battery can do about one path.
type Engagement struct {
	Battery  int32
	Own      int32 // view of the battery's radar; -1: it never sees the path
	Cueable  bool  // cueing is among the battery's modes
	Launch   []Feed
	Engage   []Feed
	Kin      int32
	Slots    []Slot
	OnOthers bool // the asset belongs to another nation
}

// Slot is one look: a launch, its intercept, and the threshold of a kill in
// each mode (0: the mode is not allowed).
type Slot struct {
	LaunchMs, InterceptMs int32
	HandoverMs            int32 // own radar must have the missile by now to take over
	Organic, Launch, Eng  uint64
}

var magic = [8]byte{'T', 'S', 'T', 'D', 'B', 'R', 'D', 0}

// ErrBoard is wrapped by every error of Unmarshal.
var ErrBoard = errors.New("not a usable board")

// Marshal writes the board: magic, version, length, SHA-256, payload. Another
// process that reads it plays the same outcomes.
func (b *Board) Marshal() ([]byte, error) {
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(b); err != nil {
		return nil, fmt.Errorf("board: %w", err)
	}
	var out bytes.Buffer
	out.Write(magic[:])
	var head [12]byte
	binary.BigEndian.PutUint32(head[:4], BoardVersion)
	binary.BigEndian.PutUint64(head[4:], uint64(body.Len()))
	out.Write(head[:])
	sum := sha256.Sum256(body.Bytes())
	out.Write(sum[:])
	out.Write(body.Bytes())
	return out.Bytes(), nil
}

// Unmarshal reads what Marshal wrote. A file that is not a board, is of another
// version, was cut short or changed gives an error that wraps ErrBoard.
func Unmarshal(data []byte) (*Board, error) {
	const head = 8 + 12 + sha256.Size
	if len(data) < head || !bytes.Equal(data[:8], magic[:]) {
		return nil, fmt.Errorf("%w: it does not begin like one", ErrBoard)
	}
	if v := binary.BigEndian.Uint32(data[8:12]); v != BoardVersion {
		return nil, fmt.Errorf("%w: version %d, this program reads version %d; compile it again", ErrBoard, v, BoardVersion)
	}
	body := data[head:]
	if n := binary.BigEndian.Uint64(data[12:20]); n != uint64(len(body)) {
		return nil, fmt.Errorf("%w: %d bytes announced, %d there", ErrBoard, n, len(body))
	}
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], data[20:head]) {
		return nil, fmt.Errorf("%w: the checksum does not match", ErrBoard)
	}
	b := new(Board)
	if err := gob.NewDecoder(bytes.NewReader(body)).Decode(b); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrBoard, err)
	}
	return b, nil
}
