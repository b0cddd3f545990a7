package scenario

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"path"
	"slices"
	"strings"

	"testudo/internal/catalog"
	"testudo/internal/geo"
	"testudo/internal/units"
	"testudo/internal/yamldoc"
)

// Limits of a scenario: far above any real theatre, so that a slip of the
// keyboard is told instead of tried.
const (
	MaxMissiles = 100_000
	MaxItems    = 10_000
	MaxPostures = 200
	MaxIncludes = 8
	MaxFiles    = 64                   // a scenario and what it includes, each time it does
	MaxText     = 4 * yamldoc.MaxBytes // bytes of them together
	MaxLinks    = 20_000               // of a posture; likewise who defends whom
	MaxAllLinks = 200_000              // of all postures
	MaxCuts     = 1_000
	MaxRounds   = 1_000_000
)

// Load reads a scenario. read gives the text of a file by its path; includes are
// looked up beside the file that names them. sets are overrides "path=value".
// The error is a *yamldoc.Problems with everything that is wrong, or read's own
// error if the scenario itself cannot be read.
func Load(name string, read func(path string) ([]byte, error), book *catalog.Book, sets []string) (*File, error) {
	ps := new(yamldoc.Problems)
	data, err := read(name)
	if err != nil {
		return nil, err
	}
	l := &loader{ps: ps, read: read, book: book}
	root, ok := l.document(name, data, nil)
	if !ok {
		return nil, ps.Err()
	}
	for i, s := range sets {
		p, v, found := strings.Cut(s, "=")
		from := fmt.Sprintf("--set #%d", i+1)
		if !found {
			ps.Add(yamldoc.Problem{Pos: yamldoc.Pos{File: from}, Message: "write it as path=value", Given: s})
			continue
		}
		p, v = strings.TrimSpace(p), strings.TrimSpace(v)
		if over, ok := l.figure(p, v, from); ok {
			root = yamldoc.Merge(root, over, ps)
			continue
		}
		root = yamldoc.Set(root, p, v, from, ps)
	}
	f := l.file(root)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	// Where a part came from is not what it says: an overlay has the digest of
	// the file it makes.
	if none, ok := yamldoc.Parse(name, []byte("include: null"), ps); ok {
		root = yamldoc.Merge(root, none, ps)
	}
	h := sha256.New()
	yamldoc.Canonical(root, h)
	fmt.Fprintf(h, "catalogue %s\n", f.Book.Digest())
	f.Digest = hex.EncodeToString(h.Sum(nil))
	return f, nil
}

// Document reads a scenario's text laid over what it includes, and checks
// nothing of what it means.
func Document(name string, read func(path string) ([]byte, error)) (yamldoc.Node, error) {
	data, err := read(name)
	if err != nil {
		return yamldoc.Node{}, err
	}
	l := &loader{ps: new(yamldoc.Problems), read: read}
	root, _ := l.document(name, data, nil)
	return root, l.ps.Err()
}

// figure turns catalog.ENTRY.FIGURE=value into an override of one figure of the
// catalogue, marked as set on the command line.
func (l *loader) figure(path, value, from string) (yamldoc.Node, bool) {
	parts := strings.Split(path, ".")
	if len(parts) != 3 || parts[0] != "catalog" {
		return yamldoc.Node{}, false
	}
	e, ok := l.book.Entry(parts[1])
	if !ok {
		return yamldoc.Node{}, false
	}
	year := ""
	if f, ok := e.Figure(parts[2]); ok && f.PriceYear != 0 {
		year = fmt.Sprintf("price-year: %d, ", f.PriceYear)
	}
	text := fmt.Sprintf("catalog: {%s: {figures: {%q: {value: %q, %ssource: assumption, reason: set on the command line}}}}", parts[1], parts[2], value, year)
	return yamldoc.Parse(from, []byte(text), l.ps)
}

type loader struct {
	ps   *yamldoc.Problems
	read func(string) ([]byte, error)
	book *catalog.Book
	f    *File
	// What ids there are, for references and their hints.
	nations, defenders, assets, areas, sensors, batteries, raids, postures []string
	nationOf                                                               map[string]string
	attacker                                                               map[string]bool
	sources                                                                map[string]bool
	sourceIDs                                                              []string
	// What has been read so far, against the limits.
	files, bytes, links, cuts, hinted int
}

func (l *loader) add(n yamldoc.Node, format string, args ...any) {
	l.ps.Add(yamldoc.Problem{Pos: n.Pos(), Path: n.Path(), Message: fmt.Sprintf(format, args...)})
}

// document parses a file and lays it over what it includes.
func (l *loader) document(name string, data []byte, chain []string) (yamldoc.Node, bool) {
	l.files++
	l.bytes += len(data)
	root, ok := yamldoc.Parse(name, data, l.ps)
	if root.Kind() != yamldoc.Mapping {
		if ok {
			l.add(root, "a scenario is a mapping that begins with testudo: 1")
		}
		return root, false
	}
	chain = append(chain, name)
	var inc yamldoc.Node
	for _, e := range root.Entries(l.ps) {
		if e.Key == "include" {
			inc = e.Value
		}
	}
	if inc.IsZero() {
		return root, ok
	}
	list := []yamldoc.Node{inc}
	if inc.Kind() == yamldoc.Sequence {
		list = inc.List(l.ps)
	}
	var base yamldoc.Node
	for _, n := range list {
		file := n.Text(l.ps)
		if file == "" {
			ok = false
			continue
		}
		at := file
		if !path.IsAbs(file) {
			at = path.Join(path.Dir(strings.ReplaceAll(name, "\\", "/")), file)
		}
		for i, c := range chain {
			if path.Clean(c) == path.Clean(at) {
				l.add(n, "include goes in a circle: %s", strings.Join(append(append([]string(nil), chain[i:]...), at), " includes "))
				return root, false
			}
		}
		if len(chain) >= MaxIncludes {
			l.add(n, "includes are nested deeper than %d", MaxIncludes)
			return root, false
		}
		// A few files that include each other many times over are a great many.
		if l.files >= MaxFiles || l.bytes > MaxText {
			l.add(n, "more is included than is read: %d files, %d bytes; at most %d and %d", l.files, l.bytes, MaxFiles, MaxText)
			return root, false
		}
		text, err := l.read(at)
		if err != nil {
			l.add(n, "cannot be included: %v", err)
			ok = false
			continue
		}
		doc, good := l.document(at, text, chain)
		ok = ok && good
		if base.IsZero() {
			base = doc
		} else {
			base = yamldoc.Merge(base, doc, l.ps)
		}
	}
	if base.IsZero() {
		return root, ok
	}
	return yamldoc.Merge(base, root, l.ps), ok
}

func (l *loader) file(root yamldoc.Node) *File {
	ps := l.ps
	f := &File{Book: l.book}
	l.f = f
	l.nationOf, l.attacker, l.sources = map[string]string{}, map[string]bool{}, map[string]bool{}
	top := root.Fields(ps, topKeys...)
	if v, ok := top.Need(ps, "testudo"); ok {
		v.Int(ps, 1, 1)
	}
	if v, ok := top.Need(ps, "name"); ok {
		f.Name = v.Text(ps)
	}
	f.Date, f.About = text(top, "date", ps), text(top, "about", ps)
	if v, ok := top.Get("date"); ok && f.Date != "" && !catalog.IsDate(f.Date) {
		ps.Add(yamldoc.Problem{Pos: v.Pos(), Path: v.Path(), Message: "not a date", Given: f.Date, Allowed: catalog.Dates})
	}
	var sources, entries yamldoc.Node
	if v, ok := top.Get("sources"); ok {
		sources = v
	}
	if v, ok := top.Get("catalog"); ok {
		entries = v
	}
	if !sources.IsZero() || !entries.IsZero() {
		f.Book = l.book.Overlay(entries, sources, ps)
	}
	for _, s := range f.Book.Sources {
		l.sources[s.ID] = true
		l.sourceIDs = append(l.sourceIDs, s.ID)
	}
	if !sources.IsZero() {
		f.Sources = catalog.ReadSources(sources, new(yamldoc.Problems))
	}
	l.world(top)
	l.collect(top)
	l.readNations(top)
	l.readAssets(top)
	l.readAreas(top)
	l.readSensors(top)
	l.readBatteries(top)
	l.readCommands(top)
	l.readRaids(top)
	l.readObjectives(top)
	l.readCampaign(top)
	l.readPostures(top)
	return f
}

func text(f yamldoc.Fields, key string, ps *yamldoc.Problems) string {
	if v, ok := f.Get(key); ok {
		return v.Text(ps)
	}
	return ""
}

// items reads a mapping of items by id.
func (l *loader) items(top yamldoc.Fields, key string, need bool) []yamldoc.Entry {
	v, ok := top.Get(key)
	if !ok {
		if need {
			top.Need(l.ps, key)
		}
		return nil
	}
	es := v.Entries(l.ps)
	if len(es) > MaxItems {
		l.add(v, "%d items; at most %d", len(es), MaxItems)
		return nil
	}
	for _, e := range es {
		if !yamldoc.ValidID(e.Key) {
			l.ps.Add(yamldoc.Problem{Pos: e.KeyPos, Path: v.Path(), Message: "not a usable id", Given: e.Key, Allowed: "letters, digits, '.', '_' and '-', beginning with a letter or digit, at most 64"})
		}
	}
	return es
}

// collect lists the ids before anything refers to them.
func (l *loader) collect(top yamldoc.Fields) {
	quiet := new(yamldoc.Problems)
	ids := func(key string) []string {
		var out []string
		if v, ok := top.Get(key); ok && v.Kind() == yamldoc.Mapping {
			for _, e := range v.Entries(quiet) {
				out = append(out, e.Key)
			}
		}
		return out
	}
	l.nations, l.assets, l.areas, l.sensors, l.batteries, l.raids = ids("nations"), ids("assets"), ids("launch-areas"), ids("sensors"), ids("batteries"), ids("raids")
	l.postures = ids("postures")
	if v, ok := top.Get("ladder"); ok && v.Kind() == yamldoc.Mapping {
		have := map[string]bool{}
		for _, p := range l.postures {
			have[p] = true
		}
		for _, s := range StandardLadder {
			if !have[s] {
				l.postures = append(l.postures, s)
			}
		}
	}
	seen := map[string]string{}
	for kind, list := range map[string][]string{"sensor": l.sensors} {
		for _, s := range list {
			seen[s] = kind
		}
	}
	if v, ok := top.Get("batteries"); ok && v.Kind() == yamldoc.Mapping {
		for _, e := range v.Entries(quiet) {
			if seen[e.Key] != "" {
				l.ps.Add(yamldoc.Problem{Pos: e.KeyPos, Path: "batteries", Message: fmt.Sprintf("%q is also the id of a sensor; ids of sensors and batteries must differ", e.Key)})
			}
		}
	}
}

// ref reads a reference to one of the ids.
func (l *loader) ref(n yamldoc.Node, what string, ids []string) string {
	s := n.Text(l.ps)
	if s == "" {
		return s
	}
	for _, id := range ids {
		if id == s {
			return s
		}
	}
	p := yamldoc.Problem{Pos: n.Pos(), Path: n.Path(), Message: "no " + what + " of this id", Given: s}
	if len(ids) <= 30 {
		p.Allowed = strings.Join(ids, ", ")
	}
	// Thousands of unknown names among thousands of ids take their time.
	if l.hinted += len(ids); l.hinted <= maxHinted {
		p.Hint, _ = yamldoc.Nearest(s, ids)
	}
	l.ps.Add(p)
	return ""
}

// maxHinted bounds the ids that unknown names are compared with for a hint.
const maxHinted = 200_000

// refs reads one reference or a list of them.
func (l *loader) refs(n yamldoc.Node, what string, ids []string) []string {
	if n.Kind() != yamldoc.Sequence {
		if s := l.ref(n, what, ids); s != "" {
			return []string{s}
		}
		return nil
	}
	var out []string
	for _, x := range n.List(l.ps) {
		if s := l.ref(x, what, ids); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// system reads a reference to a catalogue entry of one of the kinds.
func (l *loader) system(f yamldoc.Fields, key string, kinds ...string) string {
	n, ok := f.Need(l.ps, key)
	if !ok {
		return ""
	}
	var ids []string
	for _, k := range kinds {
		ids = append(ids, l.f.Book.IDs(k)...)
	}
	s := n.Text(l.ps)
	if e, ok := l.f.Book.Entry(s); ok {
		for _, k := range kinds {
			if e.Kind == k {
				return s
			}
		}
		l.ps.Add(yamldoc.Problem{Pos: n.Pos(), Path: n.Path(), Message: fmt.Sprintf("%s is a %s, not a %s", s, e.Kind, strings.Join(kinds, " or ")), Given: s})
		return ""
	}
	if s != "" {
		p := yamldoc.Problem{Pos: n.Pos(), Path: n.Path(), Message: "no " + strings.Join(kinds, " or ") + " of this id in the catalogue", Given: s}
		p.Hint, _ = yamldoc.Nearest(s, ids)
		l.ps.Add(p)
	}
	return ""
}

// cite reads where an item comes from.
func (l *loader) cite(f yamldoc.Fields) Cite {
	c := Cite{Pos: f.Node().Pos()}
	reason := text(f, "reason", l.ps)
	n, ok := f.Get("source")
	if !ok {
		if !f.Node().IsZero() && f.Node().Kind() == yamldoc.Mapping {
			l.add(f.Node(), "says nothing of where it comes from: give a source, or source: assumption with a reason")
		}
		return c
	}
	list := []yamldoc.Node{n}
	if n.Kind() == yamldoc.Sequence {
		list = n.List(l.ps)
	}
	for _, x := range list {
		s := x.Text(l.ps)
		switch {
		case s == "":
		case s == catalog.Assumption:
			c.Assumption = reason
			if strings.TrimSpace(reason) == "" {
				l.add(x, "an assumption needs a reason")
			}
		case !l.sources[s]:
			p := yamldoc.Problem{Pos: x.Pos(), Path: x.Path(), Message: "source not in the register", Given: s, Allowed: "an id under sources, or assumption"}
			p.Hint, _ = yamldoc.Nearest(s, l.sourceIDs)
			l.ps.Add(p)
		default:
			c.Sources = append(c.Sources, s)
		}
	}
	return c
}

func (l *loader) fields(n yamldoc.Node, keys ...string) yamldoc.Fields {
	return n.Fields(l.ps, slices.Concat(keys, citeKeys)...)
}

// at reads a place: [latitude, longitude] or [latitude, longitude, altitude].
func (l *loader) at(f yamldoc.Fields) geo.LLA {
	n, ok := f.Need(l.ps, "at")
	if !ok {
		return geo.LLA{}
	}
	list := n.List(l.ps)
	if n.Kind() != yamldoc.Sequence {
		return geo.LLA{}
	}
	if len(list) != 2 && len(list) != 3 {
		l.add(n, "a place is [latitude, longitude] in degrees, with an altitude as a third if need be; %d values given", len(list))
		return geo.LLA{}
	}
	deg := func(x yamldoc.Node, what string, lo, hi float64) float64 {
		before := l.ps.Len()
		v := x.Float(l.ps, lo, hi)
		if l.ps.Len() > before {
			l.ps.Amend(func(p *yamldoc.Problem) { p.Message = what + " " + p.Message })
		}
		return v
	}
	p := geo.Deg(deg(list[0], "latitude", -90, 90), deg(list[1], "longitude", -180, 360))
	if len(list) == 3 {
		p.Alt = units.Length(list[2].Quantity(l.ps, units.KindLength, -500, 100e3))
	}
	return p
}

func (l *loader) quantity(f yamldoc.Fields, key string, k units.Kind, lo, hi, def float64) float64 {
	if n, ok := f.Get(key); ok {
		return n.Quantity(l.ps, k, lo, hi)
	}
	return def
}

func (l *loader) float(f yamldoc.Fields, key string, lo, hi, def float64) float64 {
	if n, ok := f.Get(key); ok {
		return n.Float(l.ps, lo, hi)
	}
	return def
}

func (l *loader) probability(f yamldoc.Fields, key string, def float64) float64 {
	return l.quantity(f, key, units.KindProbability, 0, 1, def)
}

func (l *loader) int(f yamldoc.Fields, key string, lo, hi, def int) int {
	if n, ok := f.Get(key); ok {
		return n.Int(l.ps, lo, hi)
	}
	return def
}

func (l *loader) flag(f yamldoc.Fields, key string, def bool) bool {
	if n, ok := f.Get(key); ok {
		return n.Bool(l.ps)
	}
	return def
}

func (l *loader) word(f yamldoc.Fields, key, def string, options ...string) string {
	if n, ok := f.Get(key); ok {
		return n.OneOf(l.ps, options...)
	}
	return def
}

func (l *loader) money(f yamldoc.Fields, key string) units.Money {
	n, ok := f.Get(key)
	if !ok {
		return units.Money{}
	}
	n.Quantity(l.ps, units.KindMoney, 0, 1e18)
	m, err := units.ParseMoney(n.Text(l.ps))
	if err == nil && m.Year == 0 {
		l.ps.Add(yamldoc.Problem{Pos: n.Pos(), Path: n.Path(), Message: "money needs its price year, as in 40 GUSD(2014)", Given: n.Text(l.ps)})
	}
	return m
}

func (l *loader) taken(format string, args ...any) {
	l.f.Defaults = append(l.f.Defaults, fmt.Sprintf(format, args...))
}

func (l *loader) world(top yamldoc.Fields) {
	w := World{Earth: "wgs84", Rotation: true, Atmosphere: "us76", Radius: 6371000, Mu: 3.986004418e14}
	defer func() { l.f.World = w }()
	n, ok := top.Get("world")
	if !ok {
		return
	}
	f := l.fields(n, "earth", "rotation", "atmosphere", "radius", "mu")
	w.Earth = l.word(f, "earth", w.Earth, "wgs84", "sphere")
	if w.Earth == "sphere" {
		w.Rotation, w.Atmosphere = false, "none"
	}
	w.Rotation = l.flag(f, "rotation", w.Rotation)
	w.Atmosphere = l.word(f, "atmosphere", w.Atmosphere, "us76", "none")
	w.Radius = units.Length(l.quantity(f, "radius", units.KindLength, 1e6, 1e8, float64(w.Radius)))
	if n, ok := f.Get("mu"); ok {
		s := n.Text(l.ps)
		scale := 1.0
		if v, found := strings.CutSuffix(s, "km3/s2"); found {
			s, scale = strings.TrimSpace(v), 1e9
		} else if v, found := strings.CutSuffix(s, "m3/s2"); found {
			s = strings.TrimSpace(v)
		}
		var v float64
		if _, err := fmt.Sscanf(s, "%g", &v); err != nil || !(v*scale > 1e12 && v*scale < 1e17) {
			l.ps.Add(yamldoc.Problem{Pos: n.Pos(), Path: n.Path(), Message: "gravitational parameter out of range", Given: n.Text(l.ps), Allowed: "1e12 to 1e17 m3/s2, or in km3/s2"})
		} else {
			w.Mu = v * scale
		}
	}
	for _, k := range []string{"radius", "mu"} {
		if x, ok := f.Get(k); ok && w.Earth != "sphere" {
			l.add(x, "applies to earth: sphere only")
		}
	}
}

func (l *loader) readNations(top yamldoc.Fields) {
	for _, e := range l.items(top, "nations", true) {
		f := l.fields(e.Value, itemKeys["nations"]...)
		n := Nation{ID: e.Key, Name: text(f, "name", l.ps), Attacker: l.word(f, "side", "defender", "defender", "attacker") == "attacker",
			GDP: l.money(f, "gdp"), Budget: l.money(f, "budget"), Population: l.quantity(f, "population", units.KindNumber, 0, 1e11, 0), NATOShare: l.probability(f, "nato-share", 0)}
		if n.Name == "" {
			n.Name = e.Key
		}
		// A name alone needs no source; a figure does.
		_, a := f.Get("gdp")
		_, b := f.Get("population")
		_, c := f.Get("budget")
		_, d := f.Get("nato-share")
		if _, s := f.Get("source"); s || a || b || c || d {
			n.Cite = l.cite(f)
		} else {
			n.Cite.Pos = e.Value.Pos()
		}
		l.attacker[e.Key] = n.Attacker
		if !n.Attacker {
			l.defenders = append(l.defenders, e.Key)
		}
		l.f.Nations = append(l.f.Nations, n)
	}
	if len(l.f.Nations) > 0 && len(l.defenders) == 0 {
		if v, ok := top.Get("nations"); ok {
			l.add(v, "no nation defends: all have side: attacker")
		}
	}
}

func (l *loader) nation(f yamldoc.Fields) string {
	if n, ok := f.Need(l.ps, "nation"); ok {
		return l.ref(n, "nation", l.nations)
	}
	return ""
}

func (l *loader) readAssets(top yamldoc.Fields) {
	plain := 0
	for _, e := range l.items(top, "assets", true) {
		f := l.fields(e.Value, itemKeys["assets"]...)
		a := Asset{ID: e.Key, Nation: l.nation(f), Name: text(f, "name", l.ps), At: l.at(f), Value: l.float(f, "value", 0, 1e6, 1), Population: l.quantity(f, "population", units.KindNumber, 0, 1e10, 0), Radius: units.Length(l.quantity(f, "radius", units.KindLength, 0, 1e6, 0)), Cite: l.cite(f)}
		if _, ok := f.Get("radius"); !ok {
			plain++
		}
		l.nationOf[e.Key] = a.Nation
		l.f.Assets = append(l.f.Assets, a)
	}
	if plain > 0 {
		l.taken("%d assets state no radius: whatever arrives there counts as a hit", plain)
	}
}

func (l *loader) readAreas(top yamldoc.Fields) {
	for _, e := range l.items(top, "launch-areas", true) {
		f := l.fields(e.Value, itemKeys["launch-areas"]...)
		l.f.LaunchAreas = append(l.f.LaunchAreas, LaunchArea{ID: e.Key, Nation: l.nation(f), Name: text(f, "name", l.ps), At: l.at(f), Cite: l.cite(f)})
	}
}

func (l *loader) lostAt(f yamldoc.Fields) units.Duration {
	return units.Duration(l.quantity(f, "lost-at", units.KindDuration, 0, 1e7, math.Inf(1)))
}

func (l *loader) readSensors(top yamldoc.Fields) {
	for _, e := range l.items(top, "sensors", false) {
		f := l.fields(e.Value, itemKeys["sensors"]...)
		s := Sensor{ID: e.Key, Nation: l.nation(f), Name: text(f, "name", l.ps), System: l.system(f, "system", "radar", "infrared"), Facing: units.Angle(l.quantity(f, "facing", units.KindAngle, -2*math.Pi, 2*math.Pi, 0)), Availability: l.probability(f, "availability", 1), LostAt: l.lostAt(f), Cite: l.cite(f)}
		sys, known := l.f.Book.Entry(s.System)
		if _, given := f.Get("at"); given || !known || sys.Kind == "radar" {
			s.At = l.at(f) // a satellite needs no place on the ground
		}
		if _, given := f.Get("facing"); !given && known && sys.Kind == "radar" && sys.Value("azimuth-field", 2*math.Pi) < 2*math.Pi-1e-6 {
			l.add(e.Value, "the radar %s sees %s only: say where it faces (facing: 315 deg)", s.System, units.Angle(sys.Value("azimuth-field", 0)))
		}
		l.f.Sensors = append(l.f.Sensors, s)
	}
}

func (l *loader) readBatteries(top yamldoc.Fields) {
	for _, e := range l.items(top, "batteries", false) {
		f := l.fields(e.Value, itemKeys["batteries"]...)
		b := Battery{ID: e.Key, Nation: l.nation(f), Name: text(f, "name", l.ps), System: l.system(f, "system", "system"), At: l.at(f), Facing: units.Angle(l.quantity(f, "facing", units.KindAngle, -2*math.Pi, 2*math.Pi, 0)),
			Launchers: l.int(f, "launchers", 0, 10000, -1), Interceptors: l.int(f, "interceptors", 0, MaxRounds, -1), Salvo: l.int(f, "salvo", 1, 64, 0), Channels: l.int(f, "channels", 0, 1_000_000, -1),
			Fire: l.word(f, "fire", "", "shoot-look-shoot", "salvo"), LostAt: l.lostAt(f), KillProbability: l.probability(f, "kill-probability", math.NaN()), CommonModePer: l.word(f, "common-mode-per", "raid", "raid", "missile"), Cite: l.cite(f)}
		if b.Nation != "" && l.attacker[b.Nation] {
			l.add(e.Value, "%s is an attacker: its batteries play no part", b.Nation)
		}
		if n, ok := f.Get("radar"); ok {
			b.Radar = l.ref(n, "sensor", l.sensors)
			for _, s := range l.f.Sensors {
				if s.ID == b.Radar && s.Nation != b.Nation && s.Nation != "" && b.Nation != "" {
					l.add(n, "the radar belongs to %s, the battery to %s: another nation's radar is used by agreement, not by right", s.Nation, b.Nation)
				}
			}
		}
		if b.Interceptors < 0 {
			if sys, ok := l.f.Book.Entry(b.System); ok {
				if b.Launchers >= 0 && sys.Has("missiles-per-launcher") {
					b.Interceptors = b.Launchers * int(sys.Value("missiles-per-launcher", 0))
				} else {
					l.taken("battery %s: interceptors not stated, the catalogue's load of %s taken (%g)", b.ID, b.System, sys.Value("load", 0))
				}
			}
		}
		if n, ok := f.Get("defends"); ok {
			b.Defends = l.refs(n, "nation or asset", append(append([]string(nil), l.nations...), l.assets...))
		} else if b.Nation != "" {
			b.Defends = []string{b.Nation}
		}
		l.f.Batteries = append(l.f.Batteries, b)
	}
}

// What a command does where the file does not say. Assumptions, listed in
// File.Defaults whenever they are taken.
func defaultCommand(nation string) Command {
	return Command{Nation: nation, DecisionDelay: 30, Fire: "shoot-look-shoot", Timing: "hold", Salvo: 2, IgnoreHarmless: true, Coordinate: "when-short", AssessDelay: 10, TrackAccuracy: 50e3}
}

func (l *loader) readCommands(top yamldoc.Fields) {
	have := map[string]bool{}
	for _, e := range l.items(top, "commands", false) {
		f := l.fields(e.Value, itemKeys["commands"]...)
		known := false
		for _, n := range l.nations {
			known = known || n == e.Key
		}
		if !known {
			p := yamldoc.Problem{Pos: e.KeyPos, Path: "commands", Message: "no nation of this id", Given: e.Key, Allowed: strings.Join(l.nations, ", ")}
			p.Hint, _ = yamldoc.Nearest(e.Key, l.nations)
			l.ps.Add(p)
		}
		d := defaultCommand(e.Key)
		c := Command{Nation: e.Key, DecisionDelay: units.Duration(l.quantity(f, "decision-delay", units.KindDuration, 0, 3600, float64(d.DecisionDelay))), Fire: l.word(f, "fire", d.Fire, "shoot-look-shoot", "salvo"), Timing: l.word(f, "timing", d.Timing, "hold", "at-once"), Salvo: l.int(f, "salvo", 1, 64, d.Salvo),
			IgnoreHarmless: l.flag(f, "ignore-harmless", true), Reserve: l.int(f, "reserve", 0, MaxRounds, 0), ReserveValue: l.float(f, "reserve-value", 0, 1e6, 0), Ration: l.int(f, "ration", 0, 1000, 0),
			Coordinate:  l.word(f, "coordinate", d.Coordinate, "when-short", "always"),
			AssessDelay: units.Duration(l.quantity(f, "assess-delay", units.KindDuration, 0, 3600, float64(d.AssessDelay))), MissedKill: l.probability(f, "missed-kill", 0), FalseKill: l.probability(f, "false-kill", 0),
			TrackAccuracy: units.Length(l.quantity(f, "track-accuracy", units.KindLength, 1, 1e9, float64(d.TrackAccuracy))), Cite: l.cite(f)}
		var missing []string
		for _, k := range []string{"decision-delay", "fire", "salvo", "assess-delay", "track-accuracy"} {
			if _, ok := f.Get(k); !ok {
				missing = append(missing, k)
			}
		}
		if len(missing) > 0 {
			l.taken("command %s: %s not stated, taken from: decision-delay %s, shoot-look-shoot, salvo %d, assess-delay %s, track-accuracy %s", e.Key, strings.Join(missing, ", "), d.DecisionDelay, d.Salvo, d.AssessDelay, d.TrackAccuracy)
		}
		have[e.Key] = true
		l.f.Commands = append(l.f.Commands, c)
	}
	for _, n := range l.defenders {
		if !have[n] {
			d := defaultCommand(n)
			l.f.Commands = append(l.f.Commands, d)
			l.taken("command %s: nothing stated, taken: decision-delay %s, %s, salvo %d, assess-delay %s, track-accuracy %s", n, d.DecisionDelay, d.Fire, d.Salvo, d.AssessDelay, d.TrackAccuracy)
		}
	}
}

func (l *loader) readRaids(top yamldoc.Fields) {
	for _, e := range l.items(top, "raids", true) {
		r := Raid{ID: e.Key, Plain: e.Value.Kind() == yamldoc.Sequence}
		list := e.Value
		if list.Kind() == yamldoc.Mapping {
			f := list.Fields(l.ps, itemKeys["raids"]...)
			r.About = text(f, "about", l.ps)
			list, _ = f.Need(l.ps, "groups")
		}
		if list.IsZero() {
			continue
		}
		total, given := 0, list.List(l.ps)
		for _, n := range given {
			if g, ok := l.group(n); ok {
				total += g.Count
				r.Groups = append(r.Groups, g)
			}
		}
		if total > MaxMissiles {
			l.add(list, "%d missiles in one raid; at most %d", total, MaxMissiles)
		}
		if list.Kind() == yamldoc.Sequence && len(given) == 0 {
			l.add(list, "a raid needs at least one group of missiles")
		}
		l.f.Raids = append(l.f.Raids, r)
	}
	if n, ok := top.Get("raid"); ok {
		l.f.DefaultRaid = l.ref(n, "raid", l.raids)
	} else if len(l.raids) > 0 {
		l.f.DefaultRaid = l.raids[0]
		if len(l.raids) > 1 {
			l.taken("raid not stated, the first taken: %s", l.raids[0])
		}
	}
}

func (l *loader) group(n yamldoc.Node) (Group, bool) {
	before := l.ps.Len()
	f := l.fields(n, itemKeys["groups"]...)
	g := Group{Missile: l.system(f, "missile", "missile"), Shape: l.word(f, "shape", "minimum-energy", "minimum-energy", "lofted", "depressed"), LoftFraction: l.float(f, "loft-fraction", 0, 1, 0.5), Apogee: units.Length(l.quantity(f, "apogee", units.KindLength, 1000, 2e7, 0)),
		Start: units.Duration(l.quantity(f, "start", units.KindDuration, 0, 2e6, 0)), Over: units.Duration(l.quantity(f, "over", units.KindDuration, 0, 1e6, 0)), Spacing: l.word(f, "spacing", "random", "even", "random"), Reliability: l.probability(f, "reliability", math.NaN()), Cite: l.cite(f)}
	if c, ok := f.Need(l.ps, "count"); ok {
		g.Count = c.Int(l.ps, 1, MaxMissiles)
	}
	if x, ok := f.Need(l.ps, "from"); ok {
		g.From = l.ref(x, "launch area", l.areas)
	}
	if x, ok := f.Need(l.ps, "at"); ok {
		switch x.Kind() {
		case yamldoc.Mapping:
			for _, a := range x.Entries(l.ps) {
				known := false
				for _, id := range l.assets {
					known = known || id == a.Key
				}
				if !known {
					p := yamldoc.Problem{Pos: a.KeyPos, Path: x.Path(), Message: "no asset of this id", Given: a.Key}
					p.Hint, _ = yamldoc.Nearest(a.Key, l.assets)
					l.ps.Add(p)
				}
				g.Aims = append(g.Aims, Aim{a.Key, a.Value.Float(l.ps, 1e-9, 1e9)})
			}
			if len(g.Aims) == 0 {
				l.add(x, "no aim point given")
			}
		case yamldoc.Sequence:
			for _, a := range l.refs(x, "asset", l.assets) {
				g.Aims = append(g.Aims, Aim{a, 1})
			}
		default:
			if a := l.ref(x, "asset", l.assets); a != "" {
				g.Aims = []Aim{{a, 1}}
			}
		}
	}
	return g, l.ps.Len() == before
}

func (l *loader) readObjectives(top yamldoc.Fields) {
	for _, e := range l.items(top, "objectives", false) {
		f := l.fields(e.Value, itemKeys["objectives"]...)
		o := Objective{ID: e.Key, About: text(f, "about", l.ps), AtLeast: l.int(f, "at-least", 1, MaxMissiles, 0), Damage: l.float(f, "damage", 1e-9, 1e9, 0), Cite: l.cite(f)}
		if n, ok := f.Need(l.ps, "on"); ok {
			o.On = l.refs(n, "asset", l.assets)
		}
		if o.AtLeast == 0 && o.Damage == 0 {
			l.add(e.Value, "an objective states at-least (leakers) or damage (value lost)")
		}
		l.f.Objectives = append(l.f.Objectives, o)
	}
}
