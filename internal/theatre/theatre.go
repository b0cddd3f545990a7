// Package theatre turns a scenario and the catalogue into one immutable world:
// nations, assets, sensors, batteries and a raid whose missiles have flown.
package theatre

import (
	"testudo/internal/engage"
	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/pact"
	"testudo/internal/sense"
	"testudo/internal/units"
)

// Theatre is a resolved scenario with one raid. Every list is in the order of
// its ids, so that the order of a file's entries changes nothing.
type Theatre struct {
	Name, Raid string
	Digest     string // of the scenario as resolved
	Earth      flight.Earth

	Nations    []Nation
	Assets     []Asset
	Sensors    []Sensor
	Batteries  []Battery
	Types      []MissileType
	Areas      []Area
	Paths      []Path
	Missiles   []Missile
	Postures   []Posture
	Ladder     []int // postures of the staircase, in order
	Objectives []Objective

	// Used lists the catalogue entries the world was built from, sorted.
	Used []string

	flown flown
}

// Nation is a party.
type Nation struct {
	ID, Name   string
	Attacker   bool
	Population float64
	GDP        units.Money
	Command    Command
}

// Command is how a nation fights.
type Command struct {
	DecisionS      float64
	Once           bool // one salvo, no second look
	AtOnce         bool // fire at once instead of at the scheduled look
	Salvo          int
	IgnoreHarmless bool
	Reserve        int
	ReserveValue   float64
	Ration         int
	Coordinate     bool // wait for each other's results always, not only when rounds are short
	AssessS        float64
	MissedKill     float64
	FalseKill      float64
	AccuracyM      float64 // major half-axis of the impact ellipse (1 sigma) at which a track tells what is threatened
}

// Asset is a defended place.
type Asset struct {
	ID, Name   string
	Nation     int
	At         geo.LLA
	Value      float64
	Population float64
	RadiusM    float64
}

// Area is a place missiles are launched from.
type Area struct {
	ID, Name string
	Nation   int
	At       geo.LLA
}

// Sensor is a radar or a satellite; exactly one of Radar and Infrared is set.
type Sensor struct {
	ID, Name, System string
	Nation           int
	At               geo.LLA
	Radar            *sense.Radar
	Infrared         *sense.Infrared
	FirmS            float64 // from detection to a firm track
	Capacity         int     // tracks at once; 0: unlimited
	Availability     float64
	LostS            float64 // seconds into the raid; +Inf never
	Battery          int     // the battery it belongs to alone; -1
}

// Battery is a group of launchers with one kind of interceptor.
type Battery struct {
	ID, Name, System string
	Nation           int
	At               geo.LLA
	Interceptor      string
	Shooter          engage.Shooter
	Kill             engage.Kill
	Modes            engage.Modes
	Rounds           int
	Channels         int
	Salvo            int
	Once             bool
	ReactionS        float64
	Radar            int     // index in Sensors
	Defends          []bool  // per asset, by its own orders
	LostS            float64 // +Inf never
	CommonMode       float64 // probability that the type works in a raid
	PerMissile       bool    // common mode drawn per missile
	Layer            string
}

// MissileType is a calibrated missile.
type MissileType struct {
	ID, Name, Class string
	Flight          *flight.Missile
	Signature       sense.Signature
	CEPM            float64
	Reliability     float64
}

// Path is a distinct flight: type, launch area, aim point and shape.
type Path struct {
	Type, Area, Asset int
	Flight            *flight.Trajectory
}

// Missile is one missile of the raid.
type Missile struct {
	ID            string // canonical: type, area and a number
	Type          int
	Aims          []Aim
	StartS, OverS float64
	Index, Of     int
	Random        bool
	Reliability   float64
}

// Aim is one of the places a missile may go, with its weight.
type Aim struct {
	Path   int
	Weight float64
}

// Posture is a named set of agreements.
type Posture struct {
	ID, About string
	Net       *pact.Net
	Lost      []bool // per sensor: not there in this posture
}

// Objective is what the attacker wants.
type Objective struct {
	ID, About string
	AtLeast   int
	On        []int
	Damage    float64
}

// Asset gives the index of an asset by its id, -1 if there is none.
func (t *Theatre) Asset(id string) int {
	for i := range t.Assets {
		if t.Assets[i].ID == id {
			return i
		}
	}
	return -1
}

// Battery gives the index of a battery by its id, -1 if there is none.
func (t *Theatre) Battery(id string) int {
	for i := range t.Batteries {
		if t.Batteries[i].ID == id {
			return i
		}
	}
	return -1
}

// Posture gives the index of a posture by its id, -1 if there is none.
func (t *Theatre) Posture(id string) int {
	for i := range t.Postures {
		if t.Postures[i].ID == id {
			return i
		}
	}
	return -1
}

// Nation gives the index of a nation by its id, -1 if there is none.
func (t *Theatre) Nation(id string) int {
	for i := range t.Nations {
		if t.Nations[i].ID == id {
			return i
		}
	}
	return -1
}
