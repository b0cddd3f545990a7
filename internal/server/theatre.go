package server

import (
	"math"
	"slices"
	"sort"
	"strconv"

	"testudo"
	"testudo/internal/catalog"
	"testudo/internal/export"
	"testudo/internal/geo"
	"testudo/internal/pact"
	"testudo/internal/scenario"
	"testudo/internal/theatre"
	"testudo/internal/units"
)

// Theatre is all that a map of a scenario shows, with the figures behind it.
type Theatre struct {
	Name      string        `json:"name"`
	About     string        `json:"about"`
	Date      string        `json:"date"`
	Digest    string        `json:"digest"`
	Raid      string        `json:"raid"`
	Raids     []raidLine    `json:"raids"`
	Ladder    []string      `json:"ladder"`
	Defaults  []string      `json:"defaults"`
	Nations   []nationItem  `json:"nations"`
	Assets    []assetItem   `json:"assets"`
	Areas     []areaItem    `json:"areas"`
	Sensors   []sensorItem  `json:"sensors"`
	Batteries []batteryItem `json:"batteries"`
	Commands  []commandItem `json:"commands"`
	Groups    []groupItem   `json:"groups"`
	Arcs      []arcItem     `json:"arcs"`
	Postures  []postureItem `json:"postures"`
	Cut       [][2]string   `json:"cut"` // who would tell each other something, and do in no posture
}

type raidLine struct {
	ID       string `json:"id"`
	About    string `json:"about"`
	Missiles int    `json:"missiles"`
}

type nationItem struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Attacker bool   `json:"attacker"`
}

// cite says where an item comes from.
type cite struct {
	Sources    []source `json:"sources"`
	Assumption string   `json:"assumption,omitempty"`
}

type source struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	URL   string `json:"url,omitempty"`
}

type assetItem struct {
	ID         string  `json:"id"`
	Name       string  `json:"name"`
	Nation     string  `json:"nation"`
	Lat        float64 `json:"lat"`
	Lon        float64 `json:"lon"`
	Value      float64 `json:"value"`
	Population float64 `json:"population"`
	RadiusM    float64 `json:"radius_m"`
	Cite       cite    `json:"cite"`
}

type areaItem struct {
	ID     string  `json:"id"`
	Name   string  `json:"name"`
	Nation string  `json:"nation"`
	Lat    float64 `json:"lat"`
	Lon    float64 `json:"lon"`
	Cite   cite    `json:"cite"`
}

type sensorItem struct {
	ID           string       `json:"id"`
	Name         string       `json:"name"`
	Nation       string       `json:"nation"`
	System       string       `json:"system"`
	SystemName   string       `json:"system_name"`
	Kind         string       `json:"kind"` // radar or infrared
	Lat          float64      `json:"lat"`
	Lon          float64      `json:"lon"`
	FacingDeg    float64      `json:"facing_deg"`
	FieldDeg     float64      `json:"field_deg"`
	MinElDeg     float64      `json:"min_el_deg"`
	MaxElDeg     float64      `json:"max_el_deg"`
	RangeM       float64      `json:"range_m"` // against the raid's commonest missile; 0 for a satellite
	Outline      [][2]float64 `json:"outline_lon_lat"`
	Availability float64      `json:"availability"`
	LostAtS      *float64     `json:"lost_at_s"`
	Platform     string       `json:"platform"` // land, ship or space
	Figures      []figure     `json:"figures"`
	Cite         cite         `json:"cite"`
	Edit         string       `json:"edit,omitempty"` // where the scenario says it; a battery's own radar moves with it
}

type batteryItem struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Nation      string   `json:"nation"`
	System      string   `json:"system"`
	SystemName  string   `json:"system_name"`
	Interceptor string   `json:"interceptor"`
	Lat         float64  `json:"lat"`
	Lon         float64  `json:"lon"`
	FacingDeg   float64  `json:"facing_deg"`
	Launchers   int      `json:"launchers"` // below zero: as the catalogue says
	Rounds      int      `json:"rounds"`
	Channels    int      `json:"channels"`
	Salvo       int      `json:"salvo"`
	Fire        string   `json:"fire"`
	Radar       string   `json:"radar"`
	ReachM      float64  `json:"reach_m"`
	Layer       string   `json:"layer"`
	Platform    string   `json:"platform"`
	Figures     []figure `json:"figures"`
	Cite        cite     `json:"cite"`
	Edit        string   `json:"edit"`
}

type commandItem struct {
	Nation     string  `json:"nation"`
	DecisionS  float64 `json:"decision_delay_s"`
	Fire       string  `json:"fire"`
	Timing     string  `json:"timing"`
	Salvo      int     `json:"salvo"`
	Reserve    int     `json:"reserve"`
	Ration     int     `json:"ration"`
	Coordinate string  `json:"coordinate"`
	AssessS    float64 `json:"assess_delay_s"`
	MissedKill float64 `json:"missed_kill"`
	FalseKill  float64 `json:"false_kill"`
	Cite       cite    `json:"cite"`
}

type groupItem struct {
	Missile     string    `json:"missile"`
	MissileName string    `json:"missile_name"`
	Count       int       `json:"count"`
	From        string    `json:"from"`
	Aims        []aimItem `json:"aims"`
	Edit        string    `json:"edit"` // where the scenario says it
	StartS      float64   `json:"start_s"`
	OverS       float64   `json:"over_s"`
	Figures     []figure  `json:"figures"`
	Cite        cite      `json:"cite"`
}

type aimItem struct {
	Asset  string  `json:"asset"`
	Weight float64 `json:"weight"`
}

type arcItem struct {
	Missile   string       `json:"missile"`
	From      string       `json:"from"`
	Asset     string       `json:"asset"`
	DurationS float64      `json:"duration_s"`
	ApogeeM   float64      `json:"apogee_m"`
	Samples   [][4]float64 `json:"samples"` // s, lon, lat (degrees), height (m)
}

type postureItem struct {
	ID       string       `json:"id"`
	About    string       `json:"about"`
	OnLadder bool         `json:"on_ladder"`
	Edges    []edgeItem   `json:"edges"`
	Joint    [][]string   `json:"joint_fire"` // no nation is in two groups
	Mutual   []mutualItem `json:"mutual"`
	Lost     []string     `json:"lost_sensors"`
	Cut      [][2]string  `json:"cut"` // from, to: links that the top of the file takes away
}

type edgeItem struct {
	From         string   `json:"from"`
	To           string   `json:"to"`
	Level        string   `json:"level"`
	DelayS       float64  `json:"delay_s"`
	Quality      float64  `json:"quality"`
	Availability float64  `json:"availability"`
	Veto         bool     `json:"veto"`
	Forwardable  bool     `json:"forwardable"`
	Only         []string `json:"only"` // what alone passes: missile classes, launch areas, sensors
	LostAtS      *float64 `json:"lost_at_s"`
}

type mutualItem struct {
	By string   `json:"by"`
	Of []string `json:"of"`
}

// figure is a number of the catalogue with its spread and its source.
type figure struct {
	Name        string   `json:"name"`
	Entry       string   `json:"entry"`
	Text        string   `json:"text"`
	LowText     string   `json:"low_text,omitempty"`
	HighText    string   `json:"high_text,omitempty"`
	Value       float64  `json:"value"` // SI
	Low         *float64 `json:"low"`
	High        *float64 `json:"high"`
	Assumed     bool     `json:"assumed"`
	Reason      string   `json:"reason,omitempty"`
	Source      string   `json:"source,omitempty"`
	SourceTitle string   `json:"source_title,omitempty"`
	SourceURL   string   `json:"source_url,omitempty"`
	Page        string   `json:"page,omitempty"`
	Note        string   `json:"note,omitempty"`
	Confidence  string   `json:"confidence,omitempty"`
	Published   string   `json:"published,omitempty"` // what the catalogue says where the scenario says otherwise
	Edit        string   `json:"edit"`
}

// view builds the document of a world; base is the catalogue as shipped.
type view struct {
	w    *testudo.World
	f    *scenario.File
	t    *theatre.Theatre
	base *catalog.Book
}

func theatreOf(w *testudo.World, base *catalog.Book) *Theatre {
	v := view{w, w.Scenario.File, w.Theatre, base}
	f, t := v.f, v.t
	out := &Theatre{Name: f.Name, About: f.About, Date: f.Date, Digest: f.Digest, Raid: t.Raid, Ladder: f.Ladder, Defaults: f.Defaults}
	sum := w.Scenario.Summary()
	for _, r := range sum.Raids {
		out.Raids = append(out.Raids, raidLine{r.ID, r.About, r.Missiles})
	}
	for i := range t.Nations {
		n := &t.Nations[i]
		out.Nations = append(out.Nations, nationItem{n.ID, n.Name, n.Attacker})
	}
	for i := range f.Assets {
		a := &f.Assets[i]
		out.Assets = append(out.Assets, assetItem{a.ID, named(a.Name, a.ID), a.Nation, deg(a.At.Lat), deg(a.At.Lon), a.Value, a.Population, float64(a.Radius), v.cite(a.Cite)})
	}
	for i := range f.LaunchAreas {
		a := &f.LaunchAreas[i]
		out.Areas = append(out.Areas, areaItem{a.ID, named(a.Name, a.ID), a.Nation, deg(a.At.Lat), deg(a.At.Lon), v.cite(a.Cite)})
	}
	out.Sensors, out.Batteries = v.sensors(), v.batteries()
	for i := range f.Commands {
		c := &f.Commands[i]
		out.Commands = append(out.Commands, commandItem{c.Nation, float64(c.DecisionDelay), c.Fire, c.Timing, c.Salvo, c.Reserve, c.Ration, c.Coordinate, float64(c.AssessDelay), c.MissedKill, c.FalseKill, v.cite(c.Cite)})
	}
	out.Groups, out.Arcs, out.Postures = v.groups(), v.arcs(), v.postures()
	out.Cut = cutEverywhere(out.Postures)
	return out
}

func named(name, id string) string {
	if name == "" {
		return id
	}
	return name
}

func deg(a units.Angle) float64 { return math.Round(a.Degrees()*1e5) / 1e5 }

// finite is nil for what never comes: JSON has no infinity.
func finite(x float64) *float64 {
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return nil
	}
	return &x
}

func (v *view) cite(c scenario.Cite) cite {
	out := cite{Assumption: c.Assumption, Sources: []source{}}
	for _, id := range c.Sources {
		s := source{ID: id, Title: id}
		if x, ok := v.f.Book.Source(id); ok {
			s.Title, s.URL = x.Title, x.URL
		}
		out.Sources = append(out.Sources, s)
	}
	return out
}

// figures lists those of some entries, in the entries' order.
func (v *view) figures(entries ...string) []figure {
	out := []figure{}
	for _, id := range entries {
		if e, ok := v.f.Book.Entry(id); ok {
			out = append(out, v.published(figuresOf(v.f.Book, e))...)
		}
	}
	return out
}

// published adds to figures that the scenario sets otherwise what the catalogue
// says of them, so that a value beyond its range is seen to be so.
func (v *view) published(list []figure) []figure {
	for i := range list {
		g := &list[i]
		e, ok := v.base.Entry(g.Entry)
		if !ok {
			continue
		}
		x, ok := e.Figure(g.Name)
		if !ok || x.Text == g.Text && x.Reason == g.Reason {
			continue
		}
		g.Published = x.Text
		if g.LowText == "" && g.HighText == "" {
			was := figureOf(v.base, e, &x)
			g.LowText, g.HighText, g.Low, g.High = was.LowText, was.HighText, was.Low, was.High
		}
	}
	return list
}

func figuresOf(book *catalog.Book, e *catalog.Entry) []figure {
	var out []figure
	for i := range e.Figures {
		out = append(out, figureOf(book, e, &e.Figures[i]))
	}
	return out
}

func figureOf(book *catalog.Book, e *catalog.Entry, x *catalog.Figure) figure {
	g := figure{Name: x.Name, Entry: e.ID, Text: x.Text, LowText: x.LowText, HighText: x.HighText, Value: x.Value, Assumed: x.Assumed(), Reason: x.Reason, Page: x.Page, Note: x.Note, Confidence: x.Confidence, Edit: pathOf("catalog", e.ID, "figures", x.Name)}
	if x.LowText != "" {
		g.Low = finite(x.Low)
	}
	if x.HighText != "" {
		g.High = finite(x.High)
	}
	if !g.Assumed {
		g.Source = x.Source
		if s, ok := book.Source(x.Source); ok {
			g.SourceTitle, g.SourceURL = s.Title, s.URL
		}
	}
	return g
}

func (v *view) name(entry string) string {
	if e, ok := v.f.Book.Entry(entry); ok {
		return named(e.Name, entry)
	}
	return entry
}

// afloat reports whether a system of the catalogue is based on ships.
func (v *view) afloat(entry string) bool {
	e, ok := v.f.Book.Entry(entry)
	return ok && (e.Attr("basing") == "ship" || e.Attr("basing") == "sea")
}

func (v *view) sensors() []sensorItem {
	own := map[string]*scenario.Sensor{}
	for i := range v.f.Sensors {
		own[v.f.Sensors[i].ID] = &v.f.Sensors[i]
	}
	stand := export.Stand(v.t)
	var out []sensorItem
	for i := range v.t.Sensors {
		s, x := &v.t.Sensors[i], &stand.Sensors[i]
		n := sensorItem{ID: s.ID, Name: named(s.Name, s.ID), Nation: x.Nation, System: s.System, SystemName: v.name(s.System), Kind: "radar", Lat: deg(s.At.Lat), Lon: deg(s.At.Lon),
			FacingDeg: x.FacingDeg, FieldDeg: x.FieldDeg, MinElDeg: x.MinElDeg, MaxElDeg: x.MaxElDeg, RangeM: x.RangeM, Availability: s.Availability, LostAtS: finite(s.LostS), Platform: "land", Outline: [][2]float64{}, Cite: cite{Sources: []source{}}}
		switch {
		case s.Radar == nil:
			n.Kind, n.Platform = "infrared", "space"
		case v.afloat(s.System):
			n.Platform = "ship"
		}
		if x.RangeM > 0 {
			for _, p := range x.Outline(geo.WGS84, 48) {
				n.Outline = append(n.Outline, [2]float64{deg(p.Lon), deg(p.Lat)})
			}
		}
		n.Figures = v.figures(s.System)
		if o := own[s.ID]; o != nil {
			n.Edit, n.Cite = pathOf("sensors", s.ID), v.cite(o.Cite)
		}
		out = append(out, n)
	}
	return out
}

func (v *view) batteries() []batteryItem {
	own := map[string]*scenario.Battery{}
	for i := range v.f.Batteries {
		own[v.f.Batteries[i].ID] = &v.f.Batteries[i]
	}
	var out []batteryItem
	for i := range v.t.Batteries {
		b := &v.t.Batteries[i]
		n := batteryItem{ID: b.ID, Name: named(b.Name, b.ID), Nation: v.t.Nations[b.Nation].ID, System: b.System, SystemName: v.name(b.System), Interceptor: b.Interceptor, Lat: deg(b.At.Lat), Lon: deg(b.At.Lon),
			Rounds: b.Rounds, Channels: b.Channels, Salvo: b.Salvo, Fire: "shoot-look-shoot", ReachM: b.Shooter.ReachM, Layer: b.Layer, Platform: "land", Launchers: -1, Edit: pathOf("batteries", b.ID), Cite: cite{Sources: []source{}}}
		if b.Once {
			n.Fire = "salvo"
		}
		if b.Radar >= 0 {
			n.Radar = v.t.Sensors[b.Radar].ID
		}
		if v.afloat(b.System) {
			n.Platform = "ship"
		}
		n.Figures = v.figures(b.Interceptor, b.System)
		if o := own[b.ID]; o != nil {
			n.Launchers, n.FacingDeg, n.Cite = o.Launchers, deg(o.Facing), v.cite(o.Cite)
		}
		out = append(out, n)
	}
	return out
}

func (v *view) groups() []groupItem {
	var out []groupItem
	for _, r := range v.f.Raids {
		if r.ID != v.t.Raid {
			continue
		}
		at := []string{"raids", r.ID, "groups"}
		if r.Plain {
			at = at[:2]
		}
		for i, g := range r.Groups {
			n := groupItem{Edit: pathOf(append(at, strconv.Itoa(i))...), Missile: g.Missile, MissileName: v.name(g.Missile), Count: g.Count, From: g.From, StartS: float64(g.Start), OverS: float64(g.Over), Figures: v.figures(g.Missile), Cite: v.cite(g.Cite)}
			for _, a := range g.Aims {
				n.Aims = append(n.Aims, aimItem{a.Asset, a.Weight})
			}
			out = append(out, n)
		}
	}
	return out
}

// arcPoints is the number of places by which a map draws a flight.
const arcPoints = 40

func (v *view) arcs() []arcItem {
	var out []arcItem
	el := v.t.Earth.Ellipsoid
	for i := range v.t.Paths {
		p := &v.t.Paths[i]
		a := arcItem{Missile: v.t.Types[p.Type].ID, From: v.t.Areas[p.Area].ID, Asset: v.t.Assets[p.Asset].ID, DurationS: p.Flight.Duration(), ApogeeM: float64(p.Flight.Apogee())}
		for k := range arcPoints + 1 {
			at := p.Flight.Duration() * float64(k) / arcPoints
			r, _ := p.Flight.At(at)
			x := el.LLA(geo.ECEF(r))
			a.Samples = append(a.Samples, [4]float64{math.Round(at*10) / 10, deg(x.Lon), deg(x.Lat), math.Round(float64(x.Alt))})
		}
		out = append(out, a)
	}
	return out
}

func (v *view) postures() []postureItem {
	var out []postureItem
	bare := map[string][]scenario.Edge{}
	for i := range v.f.Bare {
		bare[v.f.Bare[i].ID] = v.f.Bare[i].Edges
	}
	for i := range v.t.Postures {
		p := &v.t.Postures[i]
		n := postureItem{ID: p.ID, About: p.About, OnLadder: slices.Contains(v.f.Ladder, p.ID), Edges: []edgeItem{}, Joint: [][]string{}, Mutual: []mutualItem{}, Lost: []string{}, Cut: [][2]string{}}
		tells := map[[2]string]bool{}
		for _, e := range p.Net.Edges {
			from, to := p.Net.Nations[e.From], p.Net.Nations[e.To]
			n.Edges = append(n.Edges, edgeItem{from, to, e.Level.String(), e.DelayS, e.Quality, e.Availability, e.Veto, e.Forwardable, append([]string{}, slices.Concat(e.Filter.Classes, e.Filter.From, e.Filter.Sensors)...), finite(e.LostAtS)})
			tells[[2]string{from, to}] = tells[[2]string{from, to}] || e.Level > pact.None
		}
		for _, e := range bare[p.ID] {
			if way := [2]string{e.From, e.To}; e.Level != pact.None.String() && !tells[way] && !slices.Contains(n.Cut, way) {
				n.Cut = append(n.Cut, way)
			}
		}
		of := p.Net.Groups()
		for first := range of {
			var ids []string
			for k, g := range of {
				if g == of[first] && of[first] == first {
					ids = append(ids, p.Net.Nations[k])
				}
			}
			if len(ids) > 1 {
				n.Joint = append(n.Joint, ids)
			}
		}
		for by := range p.Net.Nations {
			x := mutualItem{By: p.Net.Nations[by]}
			for k := range p.Net.Nations {
				if k != by && p.Net.Defends(by, k) {
					x.Of = append(x.Of, p.Net.Nations[k])
				}
			}
			if len(x.Of) > 0 {
				n.Mutual = append(n.Mutual, x)
			}
		}
		for k, lost := range p.Lost {
			if lost {
				n.Lost = append(n.Lost, v.t.Sensors[k].ID)
			}
		}
		out = append(out, n)
	}
	return out
}

// cutEverywhere lists the pairs of nations whose links have been taken away in
// every posture that had one.
func cutEverywhere(postures []postureItem) [][2]string {
	out := [][2]string{}
	pair := func(a, b string) [2]string { return [2]string{min(a, b), max(a, b)} }
	stand := map[[2]string]bool{}
	for i := range postures {
		for _, e := range postures[i].Edges {
			if e.Level != pact.None.String() {
				stand[pair(e.From, e.To)] = true
			}
		}
	}
	for i := range postures {
		for _, c := range postures[i].Cut {
			if p := pair(c[0], c[1]); !stand[p] && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

func sortedKeys(m map[string]any) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
