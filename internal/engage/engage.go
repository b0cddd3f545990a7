// Package engage finds when a battery can shoot at a missile, over which looks,
// and how likely a shot is to kill. It knows kinematics and probabilities; who
// may shoot on whose track is decided by the agreements, above it.
package engage

import (
	"math"
	"slices"
	"strings"

	"testudo/internal/flight"
	"testudo/internal/geo"
)

// Mode is a way of using tracks in an engagement.
type Mode uint8

// The modes, each asking more of the agreements and less of the own radar.
const (
	Organic        Mode = iota // own radar found it, own radar tracks it
	Cued                       // own radar tracks it, found earlier because another pointed
	LaunchOnRemote             // launched on another's track, own radar takes over before handover
	EngageOnRemote             // another's track throughout
	modes
)

var modeNames = [...]string{"organic", "cued", "launch-on-remote", "engage-on-remote"}

// String gives the name the catalogue uses.
func (m Mode) String() string { return modeNames[m] }

// Modes is a set of modes.
type Modes uint8

// Has reports whether the set holds the mode.
func (s Modes) Has(m Mode) bool { return s&(1<<m) != 0 }

// ParseModes reads the catalogue's space-separated list; an unknown word is
// returned in bad. An empty list means organic and cued: what any battery with
// a radar can do.
func ParseModes(list string) (s Modes, bad string) {
	if strings.TrimSpace(list) == "" {
		return 1<<Organic | 1<<Cued, ""
	}
next:
	for _, w := range strings.Fields(list) {
		for m := Organic; m < modes; m++ {
			if modeNames[m] == w {
				s |= 1 << m
				continue next
			}
		}
		return s, w
	}
	return s, ""
}

// StepS is the grid of launch times, seconds. A launch is rounded up to it.
const StepS = 1.0

// MaxSlots bounds the looks kept for one battery against one missile; no
// published system has time for more.
const MaxSlots = 16

// Path is a trajectory sampled every StepS for the search over intercept times:
// one Path serves every battery.
type Path struct {
	FirstS float64      // time of the first sample, seconds after launch
	Unit   [][3]float64 // geocentric direction
	AltM   []float64    // height above the Earth, m
	radius float64      // mean radius of that Earth, m
}

// NewPath samples a trajectory from its burnout on: nothing is intercepted
// under power, because nobody can say where it will go.
func NewPath(tr *flight.Trajectory) *Path {
	p := new(Path)
	p.Sample(tr)
	return p
}

// Sample turns to another trajectory; what the last one took is used again.
func (p *Path) Sample(tr *flight.Trajectory) {
	first := math.Ceil(tr.BurnoutS()/StepS) * StepS
	n := int((tr.Duration()-first)/StepS) + 1
	if n < 0 {
		n = 0
	}
	el := tr.Earth().Ellipsoid
	*p = Path{FirstS: first, Unit: slices.Grow(p.Unit[:0], n), AltM: slices.Grow(p.AltM[:0], n), radius: el.A * (1 - el.F/3)}
	for i := 0; i < n; i++ {
		r, _ := tr.At(first + float64(i)*StepS)
		d := math.Sqrt(r[0]*r[0] + r[1]*r[1] + r[2]*r[2])
		p.Unit = append(p.Unit, [3]float64{r[0] / d, r[1] / d, r[2] / d})
		p.AltM = append(p.AltM, el.Height(geo.ECEF(r)))
	}
}

// Shooter is a battery as kinematics sees it.
type Shooter struct {
	At      geo.LLA
	Flyout  *flight.Flyout
	ReachM  float64 // no intercept farther than this over the ground, m; a quick rejection
	AssessS float64 // from intercept until the next shot may be launched, s
}

// Launch is one possible launch and the meeting it leads to, seconds after the
// missile's launch.
type Launch struct{ LaunchS, InterceptS float64 }

// Window is what kinematics allows one battery against one trajectory.
type Window struct {
	First, Last Launch // earliest and latest launch that still meets the missile
	// Table answers, for a shooter ready at FirstS+i·StepS, which launch comes
	// next; it ends at the last possible launch.
	FirstS float64
	Table  []Launch
	// Slots are launch times counted back from the last possible launch, each
	// as late as still leaves time to see the result and shoot again. A shooter
	// ready at t has exactly as many looks left as slots remain after t, which
	// is the most any schedule allows; and because the slots belong to the
	// geometry, not to who told whom, another posture can only add some.
	Slots []Launch
	meets []Launch // room for Find
}

// Empty reports whether the battery cannot reach the missile at all.
func (w *Window) Empty() bool { return len(w.Slots) == 0 }

// Find searches the meetings of a shooter with a path.
func Find(p *Path, s Shooter, el geo.Ellipsoid) Window {
	var w Window
	w.Find(p, s, el)
	w.meets = nil
	return w
}

// Find is Find in the room that another window took.
func (w *Window) Find(p *Path, s Shooter, el geo.Ellipsoid) {
	*w = Window{Table: w.Table[:0], Slots: w.Slots[:0], meets: w.meets}
	site := el.ECEF(geo.LLA{Lat: s.At.Lat, Lon: s.At.Lon})
	d := math.Sqrt(site[0]*site[0] + site[1]*site[1] + site[2]*site[2])
	u := [3]float64{site[0] / d, site[1] / d, site[2] / d}
	cosReach := -1.0
	if a := s.ReachM * 1.02 / p.radius; a < math.Pi {
		cosReach = math.Cos(a)
	}
	// Every intercept time in reach, with the launch it asks for.
	meets := w.meets[:0]
	for i := range p.Unit {
		c := u[0]*p.Unit[i][0] + u[1]*p.Unit[i][1] + u[2]*p.Unit[i][2]
		if c < cosReach {
			continue
		}
		// The chord keeps its precision where the cosine loses it.
		dx, dy, dz := u[0]-p.Unit[i][0], u[1]-p.Unit[i][1], u[2]-p.Unit[i][2]
		ground := 2 * p.radius * math.Asin(math.Min(1, math.Sqrt(dx*dx+dy*dy+dz*dz)/2))
		tof, ok := s.Flyout.Time(ground, p.AltM[i])
		if !ok {
			continue
		}
		tau := p.FirstS + float64(i)*StepS
		if l := tau - tof; l >= 0 {
			if cap(meets) == 0 {
				meets = make([]Launch, 0, len(p.Unit)-i)
			}
			meets = append(meets, Launch{l, tau})
		}
	}
	w.meets = meets
	if len(meets) == 0 {
		return
	}
	first, last := meets[0], meets[0]
	for _, m := range meets {
		if m.LaunchS < first.LaunchS {
			first = m
		}
		if m.LaunchS > last.LaunchS {
			last = m
		}
	}
	w.First, w.Last = first, last
	// Walking back from the latest launch, keep for every grid time the meeting
	// that comes first among those still open.
	w.FirstS = math.Floor(first.LaunchS/StepS) * StepS
	n := int(math.Ceil((last.LaunchS-w.FirstS)/StepS)) + 1
	w.Table = slices.Grow(w.Table, n)[:n]
	at := 0
	for i := 0; i < n; i++ {
		t := w.FirstS + float64(i)*StepS
		for at < len(meets) && meets[at].LaunchS < t {
			at++
		}
		if at == len(meets) {
			n = i
			break
		}
		w.Table[i] = meets[at]
	}
	w.Table = w.Table[:n]
	if n == 0 || w.Table[n-1].LaunchS < last.LaunchS {
		w.Table = append(w.Table, last)
	}
	next := math.Inf(1)
	var back [MaxSlots]Launch
	k := MaxSlots
	for i := len(w.Table) - 1; i >= 0 && k > 0; i-- {
		if l := w.Table[i]; l.InterceptS+s.AssessS <= next || math.IsInf(next, 1) {
			k--
			back[k] = l
			next = l.LaunchS
		}
	}
	w.Slots = append(w.Slots, back[k:]...)
}

// After gives the first launch possible for a shooter ready at tS.
func (w *Window) After(tS float64) (Launch, bool) {
	i := int(math.Ceil((tS - w.FirstS) / StepS))
	if i < 0 {
		i = 0
	}
	for ; i < len(w.Table); i++ {
		if w.Table[i].LaunchS >= tS {
			return w.Table[i], true
		}
	}
	return Launch{}, false
}

// Kill is what the catalogue says about one shot.
type Kill struct {
	GivenHandover  float64 // assumed P(kill | handover), reliability apart
	Reliability    float64
	Discrimination float64
	BasketM        float64 // radius within which the seeker can take over, m
	Handover       float64 // textbook P(handover); NaN: from the covariance
	TestHits       int     // published record; caps the product where there is one
	TestShots      int
}

// Probability is the single-shot kill probability for a given probability that
// the predicted error at handover lies inside the basket.
//
// SSPK = reliability × P(handover) × P(discrimination) × P(kill | handover),
// not above the published test record.
func (k Kill) Probability(handover float64) float64 {
	p := k.Reliability * handover * k.Discrimination * k.GivenHandover
	if k.TestShots > 0 {
		p = math.Min(p, float64(k.TestHits)/float64(k.TestShots))
	}
	return p
}
