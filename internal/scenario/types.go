// Package scenario reads the scenario file: who is where, what is shot at whom,
// and who has agreed what with whom. It finds every error of a file at once,
// each with its place.
package scenario

import (
	"testudo/internal/catalog"
	"testudo/internal/geo"
	"testudo/internal/units"
	"testudo/internal/yamldoc"
)

// Cite says where an item comes from: sources of the register, or the reason of
// an assumption.
type Cite struct {
	Sources    []string
	Assumption string
	Pos        yamldoc.Pos
}

// File is a loaded scenario. Lists are in the file's order.
type File struct {
	Name, About, Date string
	Sources           []catalog.Source
	Book              *catalog.Book // the catalogue with the file's own entries laid over it
	World             World
	Nations           []Nation
	Assets            []Asset
	LaunchAreas       []LaunchArea
	Sensors           []Sensor
	Batteries         []Battery
	Commands          []Command // one for every defender
	Raids             []Raid
	DefaultRaid       string
	Objectives        []Objective
	Campaign          Campaign
	Postures          []Posture
	Bare              []Posture // as they are before what the top of the file lays over them and cuts
	Ladder            []string
	Digest            string   // SHA-256 of the merged content and the catalogue under it
	Defaults          []string // what the file did not say and what was taken, in words
}

// World is the Earth the missiles fly over.
type World struct {
	Earth      string // wgs84 or sphere
	Rotation   bool
	Atmosphere string // us76 or none
	Radius     units.Length
	Mu         float64 // m³/s²
}

// Nation is a party.
type Nation struct {
	ID, Name   string
	Attacker   bool
	GDP        units.Money
	Population float64
	Budget     units.Money
	NATOShare  float64
	Cite
}

// Asset is a defended place.
type Asset struct {
	ID, Nation, Name  string
	At                geo.LLA
	Value, Population float64
	Radius            units.Length
	Cite
}

// LaunchArea is a place missiles come from.
type LaunchArea struct {
	ID, Nation, Name string
	At               geo.LLA
	Cite
}

// Sensor is a radar or satellite of a nation.
type Sensor struct {
	ID, Nation, Name, System string
	At                       geo.LLA
	Facing                   units.Angle
	Availability             float64
	LostAt                   units.Duration
	Cite
}

// Battery is a group of launchers with one kind of interceptor. Counts below
// zero mean: as the catalogue says.
type Battery struct {
	ID, Nation, Name, System string
	At                       geo.LLA
	Facing                   units.Angle
	Launchers, Interceptors  int
	Radar                    string
	Defends                  []string
	Salvo, Channels          int
	Fire                     string
	LostAt                   units.Duration
	KillProbability          float64 // NaN: the catalogue's
	CommonModePer            string
	Cite
}

// Command is how a nation fights.
type Command struct {
	Nation                string
	DecisionDelay         units.Duration
	Fire                  string
	Timing                string
	Salvo                 int
	IgnoreHarmless        bool
	Reserve               int
	ReserveValue          float64
	Ration                int
	Coordinate            string // when-short or always: whether its batteries wait for each other's results
	AssessDelay           units.Duration
	MissedKill, FalseKill float64
	TrackAccuracy         units.Length
	Cite
}

// Raid is a list of groups of missiles.
type Raid struct {
	ID, About string
	Plain     bool // written as a list of groups and nothing else
	Groups    []Group
}

// Group is a number of missiles of one kind from one place.
type Group struct {
	Missile      string
	Count        int
	From         string
	Aims         []Aim
	Shape        string
	LoftFraction float64
	Apogee       units.Length
	Start, Over  units.Duration
	Spacing      string
	Reliability  float64 // NaN: the catalogue's
	Cite
}

// Aim is an asset with its weight among a group's aim points.
type Aim struct {
	Asset  string
	Weight float64
}

// Objective is what the attacker wants.
type Objective struct {
	ID, About string
	AtLeast   int
	On        []string
	Damage    float64
	Cite
}

// Posture is a named set of agreements, with includes and cuts carried out.
type Posture struct {
	ID, About   string
	Edges       []Edge
	JointFire   [][]string
	Mutual      []Mutual
	LostSensors []string
	Cite
}

// Mutual lets one nation's batteries defend others' assets, in order of
// priority.
type Mutual struct {
	By string
	Of []string
}

// Edge is one directed agreement.
type Edge struct {
	From, To                           string
	Level                              string
	Delay                              units.Duration
	Quality, Availability              float64
	Veto, Forwardable                  bool
	OnlyClasses, OnlyFrom, OnlySensors []string
	LostAt                             units.Duration
	Cite
}
