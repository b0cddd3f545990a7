package sim

import (
	"testudo/internal/draw"
)

// Purposes of the draws. A draw is keyed by (seed, run, entity, purpose): the
// reliability of missile 7 is the same under every posture.
const (
	purposeWorks uint64 = iota + 1
	purposeAim
	purposeTime
	purposeHit
	purposeChance
	purposeCommon
	purposeMissed
	purposeFalse
	purposeKill // combined with the battery's entity, slot and round
)

// Odd constants that keep the keys of different slots and purposes apart; the
// hash behind draw.U64 does the mixing.
const (
	spreadPurpose = 0x9e3779b97f4a7c15
	spreadSlot    = 0xd1342543de82ef95
)

func keyDetect(sensor uint64) uint64 { return sensor + spreadPurpose }

func keyKill(battery uint64, slot, round int32) uint64 {
	return (battery ^ purposeKill) + uint64(slot*64+round+1)*spreadSlot
}

const always = ^uint64(0)

// Player plays replications of one board. It owns the scratch space, so that a
// replication allocates nothing; use one per goroutine.
type Player struct {
	b      *Board
	layout *Layout
	lean   *table  // for outcomes alone
	full   *table  // for logs, for detections that are given, for blinded sensors
	left   []int32 // per battery: rounds it had after the last raid
	plays  int     // of lean
}

// aheadAfter gives how many plays a player makes before it looks for what nearly all
// of them have in common. It takes about as long as these: no longer for more missiles
// on the same paths. It changes nothing in what comes out.
func aheadAfter(b *Board) int { return max(8, min(128, 128*60/max(1, len(b.Missiles)))) }

// NewPlayer makes a player. Its tables are laid out when they are first needed.
func NewPlayer(b *Board) *Player { return &Player{b: b, layout: b.Layout()} }

// Layout gives the columns of the rows that Play fills.
func (p *Player) Layout() *Layout { return p.layout }

// Play plays one replication of one posture and fills out, which must have
// Layout().Len() entries. log may be nil; if not, every event is appended to it.
func (p *Player) Play(posture int, seed, run uint64, out []int32, log *Log) {
	t := p.quick()
	if log != nil {
		t = p.whole()
	}
	p.one(t, posture, seed, run, out, log)
}

// one plays a replication on a table and keeps what is left.
func (p *Player) one(t *table, posture int, seed, run uint64, out []int32, log *Log) {
	if t == p.lean {
		if p.plays++; p.plays == aheadAfter(p.b) {
			t.doubt()
			t.ahead = newAhead(t)
		}
	}
	t.play(posture, seed, run, out, log)
	p.leave(t, out)
}

// leave keeps what a row says is left.
func (p *Player) leave(t *table, out []int32) {
	p.left = p.left[:0]
	for k := range p.b.Batteries {
		p.left = append(p.left, out[t.col.battery0+k*t.col.batteryW+t.col.battery[Left]])
	}
}

func (p *Player) quick() *table {
	if p.lean == nil {
		p.lean = newTable(newProgram(p.b, lean), p.layout)
	}
	return p.lean
}

func (p *Player) whole() *table {
	if p.full == nil {
		p.full = newTable(newProgram(p.b, full), p.layout)
	}
	return p.full
}

// table is a program with the scratch space of a replication.
type table struct {
	*program
	layout *Layout
	col    columns

	// What flies: shared by the postures of a run.
	path                  []int32 // per missile: the path flown, -1 if it failed at launch
	startMs               []int32 // per missile: launch time in the raid
	launched              bool    // path and startMs hold those of launchSeed, launchRun
	launchSeed, launchRun uint64

	// What is seen, when: rows of detections, one number per eye.
	looked            bool // sights holds those of lookSeed, lookRun
	lookSeed, lookRun uint64
	sight             []sight  // per missile × eye
	serial            uint64   // of the looks
	lookedAt          []uint64 // per missile: serial of its sights
	rowKeys           []rowKey
	det               []int32 // per row × eye: detection, from launch; Never
	firm              []int32 // the same for the lists of tracks: det, unless detections are given
	rowOf             []int32 // per missile: its row under the posture being played
	perMissile        int     // rows kept per missile
	crowdKeys         []rowKey
	filled            uint64   // the run of mayFill
	mayFill           []int32  // sensors that may have more to follow than they can
	fullIn            []period // per sensor: when it may
	doubted           []bool   // per sensor: it may have more to follow than it can in many runs
	takings           []taking // per sensor
	waited            []int32  // sensors that may be too full for the missile at hand
	ownTag            []uint32 // per missile: of a row of its own, behind all others
	flown             []int32  // per path: missiles that fly it
	flights           []flying // all that fly
	rowTag            uint32
	cuedBy            []int32 // per eye, of the missile at hand: eye that pointed it, -1
	memo              []memoed
	apart             []int32   // a row to work in
	pointing          []pointed // per cue, of the missile at hand
	dark              []bool    // per sensor, on a day of a campaign; nil otherwise
	following         following

	// The fight.
	eng       []engState
	bouts     []bout
	entrants  []entrant  // of the missile at hand
	engaged   int        // of bouts: how many this run has
	whenMs    []int32    // when each first means to shoot, from launch
	targets   []target   // per missile
	magazines []magazine // per battery
	flying    []int32    // per missile × nation: raid time until which a shot's result is awaited
	nations   int
	group     []int32 // per nation: its fire-control group under the posture
	minded    bool    // it may have mattered whose batteries fight as one
	lent      []int32 // per nation: how often it has fired at missiles that fly at others
	works     []bool  // per type of round: no common-mode failure in this raid
	hits      []int32 // per asset
	leaks     []int32 // per asset
	events    agenda
	dice      draw.Run
	log       *Log

	ahead *ahead // what nearly every run has in common; nil: not known

	rounds, salvo []int32 // per battery: what takes the place of the board's; nil: nothing

	given Given  // in witness mode: what takes the place of the board's tables
	shown []slot // slots as the program has them, or as given
}

// columns caches where the counts go.
type columns struct {
	whole   [kinds]int
	nation  [kinds]int
	asset   [kinds]int
	battery [kinds]int
	nationW, assetW, batteryW,
	nation0, asset0, battery0, objective0 int
}

// waysKept is how many ways of being seen are kept of a missile at a time: more
// than the postures of a staircase have.
const waysKept = 16

func newTable(pr *program, layout *Layout) *table {
	b := pr.b
	n := len(b.Missiles)
	p := &table{program: pr, layout: layout, shown: pr.slots}
	p.path, p.startMs, p.rowOf = make([]int32, n), make([]int32, n), make([]int32, n)
	p.sight, p.lookedAt = make([]sight, n*pr.maxEyes), make([]uint64, n)
	p.perMissile = max(1, min(pr.maxWays, waysKept))
	rows := n * p.perMissile
	p.rowKeys = make([]rowKey, rows)
	if len(pr.crowded) > 0 {
		p.crowdKeys = make([]rowKey, min(int(b.Sights), waysKept))
		rows += n * (len(p.crowdKeys) + 1)
	}
	p.fullIn, p.doubted, p.takings = make([]period, len(b.Sensors)), make([]bool, len(b.Sensors)), make([]taking, len(b.Sensors))
	for s := range p.fullIn {
		p.fullIn[s] = noPeriod
	}
	for _, s := range pr.crowded {
		p.takings[s].atMs = make([]int32, n)
	}
	p.mayFill, p.waited, p.ownTag = make([]int32, 0, len(pr.crowded)), make([]int32, 0, len(pr.crowded)), make([]uint32, n)
	p.det = make([]int32, rows*pr.maxEyes)
	p.firm = p.det
	p.cuedBy, p.apart = make([]int32, pr.maxEyes), make([]int32, pr.maxEyes)
	p.memo = make([]memoed, n*pr.maxLists)
	p.pointing = make([]pointed, len(b.Nations)+1)
	p.flown, p.flights = make([]int32, len(b.Paths)), make([]flying, 0, n)
	p.following = newFollowing(n)

	p.eng, p.bouts, p.whenMs = make([]engState, pr.maxEngs), make([]bout, pr.maxEngs), make([]int32, 0, pr.maxEngs)
	p.entrants = make([]entrant, 0, pr.maxEngs)
	p.targets, p.magazines = make([]target, n), make([]magazine, len(b.Batteries))
	p.nations = len(b.Nations)
	p.flying = make([]int32, n*p.nations)
	for i := range p.magazines {
		p.magazines[i].waiting.items = make([]int32, 0, 8)
	}
	for i := range p.targets {
		p.targets[i].entity, p.targets[i].missile = pr.entity[i], int32(i)
	}
	p.lent = make([]int32, len(b.Nations))
	p.works = make([]bool, len(b.Interceptors))
	p.hits, p.leaks = make([]int32, len(b.Assets)), make([]int32, len(b.Assets))
	p.events = newAgenda(pr.maxEngs, pr.lastMs)
	c := &p.col
	for k := Kind(0); k < kinds; k++ {
		c.whole[k], c.nation[k], c.asset[k], c.battery[k] = layout.column[Whole][k], layout.column[PerNation][k], layout.column[PerAsset][k], layout.column[PerBattery][k]
	}
	c.nationW, c.assetW, c.batteryW = layout.width[PerNation], layout.width[PerAsset], layout.width[PerBattery]
	c.nation0, c.asset0, c.battery0, c.objective0 = layout.start[PerNation], layout.start[PerAsset], layout.start[PerBattery], layout.start[PerObjective]
	return p
}

func (p *table) play(posture int, seed, run uint64, out []int32, log *Log) {
	ps := &p.b.Postures[posture]
	dice := draw.Dice(seed, run)
	state := ps.state(dice, log)
	p.launch(seed, run, log)
	if !p.looked || p.lookSeed != seed || p.lookRun != run {
		p.looked, p.lookSeed, p.lookRun = true, seed, run
		p.serial++
	}
	if p.ahead != nil && p.playAhead(posture, state, dice, out) {
		return
	}
	clear(out)
	p.look(dice)
	if p.dark != nil {
		p.darken()
	}
	if log != nil {
		p.serial++ // what was seen is worked out again, to be told
	}
	briefs := p.states[posture][state]
	p.detect(briefs, dice, log)
	p.capacity(ps.Sight[state], log)
	p.stock()
	p.ready(briefs, out, log)
	p.fight(ps, dice, log)
	p.count(dice, out, log)
}

// state draws which links and sensors are down in this run.
func (ps *Posture) state(dice draw.Run, log *Log) int {
	state := 0
	for k := range ps.Chance {
		if !draw.Hit(dice.U64(ps.Chance[k].Entity, purposeChance), ps.Chance[k].Works) {
			state |= 1 << k
			log.add(Event{Kind: EvDown, Missile: -1, A: int32(k)})
		}
	}
	return state
}

// launch decides which missiles fly, where to and when.
// Where that of this run stands already it is left: the postures share it.
func (p *table) launch(seed, run uint64, log *Log) {
	if p.launched && p.launchSeed == seed && p.launchRun == run && log == nil {
		return
	}
	p.launched, p.launchSeed, p.launchRun = true, seed, run
	dice := draw.Dice(seed, run)
	b := p.b
	for i := range b.Missiles {
		m := &b.Missiles[i]
		t := m.StartMs
		if m.Random {
			t += int32(draw.Below(dice.U64(m.Entity, purposeTime), int(m.OverMs)+1))
		} else if m.Of > 1 {
			t += int32(int64(m.OverMs) * int64(m.Index) / int64(m.Of-1))
		}
		p.startMs[i] = t
		path := m.Aims[0].Path
		if len(m.Aims) > 1 {
			u := dice.U64(m.Entity, purposeAim)
			for k := range m.Aims {
				path = m.Aims[k].Path
				if draw.Hit(u, m.Aims[k].Upto) {
					break
				}
			}
		}
		if m.Works != always && !draw.Hit(dice.U64(m.Entity, purposeWorks), m.Works) {
			log.add(Event{Kind: EvFailed, TMs: t, Missile: int32(i), A: path})
			path = -1
		} else {
			log.add(Event{Kind: EvLaunch, TMs: t, Missile: int32(i), A: path})
		}
		p.path[i] = path
	}
}
