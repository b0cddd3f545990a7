package export

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"testudo/internal/report"
)

// SWAP writes the scene as an archive of Dstl's SWAP Common Data Format: tables
// of entities, events and combat power as CSV and metadata as YAML. Fields and
// event types after CDFOutputs.md of github defencedigital/SWAP-Processor_Common
// (Apache-2.0): x is longitude and y latitude in degrees, time is seconds of the
// raid. The case is the posture, the replication the run.
func SWAP(s *Scene, w io.Writer) error {
	c := swap{s: s, index: map[string]int{}}
	c.entities()
	c.happenings()
	sort.SliceStable(c.events, func(i, j int) bool { return c.events[i].t < c.events[j].t })
	z := zip.NewWriter(w)
	// Named as the format's own processor names them; the time is the raid's, so
	// that the same run is the same bytes.
	serial := fmt.Sprintf("%s-%d_S1_%s", fileSafe(s.Posture), s.Run, s.Epoch.Format("02-01-2006_15-04-05"))
	for _, f := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"CDF_EntityTable_" + serial + ".csv", c.entityTable}, {"CDF_Events_" + serial + ".csv", c.eventTable}, {"CDF_Cbt_pwr_" + serial + ".csv", c.powerTable}, {"CDF_Metadata_" + serial + ".yaml", c.metadata},
	} {
		e, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate})
		if err != nil {
			return err
		}
		if err := f.write(e); err != nil {
			return err
		}
	}
	return z.Close()
}

func fileSafe(s string) string {
	out := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, s)
	return out[:min(len(out), 60)]
}

// The event types in the order of the entity table's columns, with the prefix of
// their ids.
var swapKinds = []struct{ kind, prefix, column string }{
	{"status update", "status", "status_events"}, {"location update", "loc", "location_events"}, {"seen by secondary", "seen", "seen_events"}, {"spotted secondary", "spot", "spot_events"},
	{"stopped seeing secondary", "stop", "stop_events"}, {"shot", "shot", "shot_events"}, {"kill", "kill", "kill_events"}, {"loss", "loss", "loss_events"},
}

type swapEntity struct {
	id, name, kind, affiliation, force string
	x, y                               float64
	nowhere                            bool
	counts                             [8]int
	added                              float64
	start                              bool
}

type swapEvent struct {
	t                  float64
	kind               int
	id                 string
	primary, secondary int       // -1: none
	place, other       [2]string // x and y of the two; empty if nowhere
	detail             map[string]string
}

type swap struct {
	s      *Scene
	all    []swapEntity
	index  map[string]int
	events []swapEvent
	number [8]int // events of each kind
}

func (c *swap) entity(key string, e swapEntity) int {
	c.index[key] = len(c.all)
	c.all = append(c.all, e)
	return len(c.all) - 1
}

func (c *swap) entities() {
	s := c.s
	add := func(prefix string, p *Place, kind string) {
		c.entity(prefix+p.ID, swapEntity{id: prefix + p.ID, name: nameOf(p), kind: kind, affiliation: p.Nation, force: "defence", x: p.At.Lon.Degrees(), y: p.At.Lat.Degrees(), start: true})
	}
	for i := range s.Assets {
		add("asset:", &s.Assets[i], "asset")
	}
	for i := range s.Sensors {
		add("sensor:", &s.Sensors[i].Place, "sensor")
		c.all[len(c.all)-1].nowhere = s.Sensors[i].Space
	}
	for i := range s.Batteries {
		add("battery:", &s.Batteries[i], "battery")
	}
	for i := range s.Missiles {
		m := &s.Missiles[i]
		c.entity("missile:"+m.ID, swapEntity{id: "missile:" + m.ID, name: m.ID, kind: m.Type, affiliation: "attacker", force: "attack", added: m.LaunchS})
	}
}

// event adds one, with the places of those in it.
func (c *swap) event(t float64, kind string, primary, secondary int, at *Sample, detail map[string]string) {
	k := 0
	for swapKinds[k].kind != kind {
		k++
	}
	e := swapEvent{t: t, kind: k, primary: primary, secondary: secondary, detail: detail}
	where := func(i int) [2]string {
		// A missile is where the event puts it; everything else stands still.
		switch x := &c.all[i]; {
		case !x.start && at != nil:
			return [2]string{number(at.At.Lon.Degrees()), number(at.At.Lat.Degrees())}
		case x.nowhere || !x.start:
			return [2]string{}
		default:
			return [2]string{number(x.x), number(x.y)}
		}
	}
	e.place = where(primary)
	if secondary >= 0 {
		e.other = where(secondary)
	}
	c.all[primary].counts[k]++
	c.number[k]++
	e.id = fmt.Sprintf("%s-%d", swapKinds[k].prefix, c.number[k])
	c.events = append(c.events, e)
}

func (c *swap) happenings() {
	s := c.s
	for i := range c.all {
		if c.all[i].start && !c.all[i].nowhere {
			c.event(0, "location update", i, -1, nil, nil)
		}
	}
	for i := range s.Sensors {
		if x := &s.Sensors[i]; x.WorksUntilS < s.EndS {
			c.event(math.Max(0, x.WorksUntilS), "status update", c.index["sensor:"+x.ID], -1, nil, map[string]string{"status": "out of order"})
		}
	}
	for i := range s.Missiles {
		m := &s.Missiles[i]
		k := c.index["missile:"+m.ID]
		if len(m.Samples) == 0 {
			continue
		}
		first, last := m.Samples[0], m.Samples[len(m.Samples)-1]
		if m.Failed {
			c.event(m.LaunchS, "status update", k, -1, &first, map[string]string{"status": "failed at launch"})
			continue
		}
		c.event(m.LaunchS, "status update", k, -1, &first, map[string]string{"status": "launched", "from": m.From, "at": m.Asset})
		for j := range m.Samples {
			x := &m.Samples[j]
			c.event(x.S, "location update", k, -1, x, map[string]string{"altitude_m": strconv.FormatFloat(float64(x.At.Alt), 'f', 0, 64)})
		}
		for _, see := range m.Seen {
			at := m.near(see.S)
			sensor := c.index["sensor:"+s.Sensors[see.Sensor].ID]
			c.event(see.S, "spotted secondary", sensor, k, at, map[string]string{"sensor": s.Sensors[see.Sensor].System})
			c.event(see.S, "seen by secondary", k, sensor, at, nil)
		}
		if m.Killed {
			by := c.index["battery:"+m.By]
			c.event(m.EndS, "kill", by, k, &last, map[string]string{"altitude_m": strconv.FormatFloat(float64(last.At.Alt), 'f', 0, 64)})
			c.event(m.EndS, "loss", k, by, &last, nil)
			continue
		}
		c.event(m.EndS, "status update", k, -1, &last, map[string]string{"status": "arrived", "struck": strconv.FormatBool(m.Struck)})
		if m.Struck {
			asset := c.index["asset:"+m.Asset]
			// Hit is not lost: the model says no more of an asset than its damage.
			c.event(m.EndS, "status update", asset, k, &last, map[string]string{"status": "hit"})
		}
	}
	for i := range s.Shots {
		x := &s.Shots[i]
		b, m := c.index["battery:"+x.Battery], c.index["missile:"+x.Missile]
		var at *Sample
		for j := range s.Missiles {
			if s.Missiles[j].ID == x.Missile && len(s.Missiles[j].Samples) > 0 {
				at = s.Missiles[j].near(x.FromS)
			}
		}
		c.event(x.FromS, "shot", b, m, at, map[string]string{"weapon": x.Interceptor, "rds": strconv.Itoa(x.Rounds), "result": x.Result})
	}
}

// near is the sample nearest in time.
func (m *Missile) near(t float64) *Sample {
	best := 0
	for i := range m.Samples {
		if d, e := m.Samples[i].S-t, m.Samples[best].S-t; d*d < e*e {
			best = i
		}
	}
	return &m.Samples[best]
}

// field is a text in a table: printable, and no formula to a spreadsheet.
func field(s string) string { return report.NoFormula(s) }

func number(x float64) string { return strconv.FormatFloat(round(x, 6), 'f', -1, 64) }

func (c *swap) key() []string { return []string{field(c.s.Posture), strconv.FormatUint(c.s.Run, 10)} }

func (c *swap) table(w io.Writer, head []string, rows [][]string) error {
	t := csv.NewWriter(w)
	if err := t.Write(append([]string{"case", "rep"}, head...)); err != nil {
		return err
	}
	for _, r := range rows {
		if err := t.Write(append(c.key(), r...)); err != nil {
			return err
		}
	}
	t.Flush()
	return t.Error()
}

func (c *swap) entityTable(w io.Writer) error {
	head := strings.Split("id,name,type,commander_id,commander_name,level,affiliation,force,init_comps,cbt_per_comp,init_cbt_pwr,system_entity,start_entity,time_added,total_events", ",")
	for _, k := range swapKinds {
		head = append(head, k.column)
	}
	var rows [][]string
	for i := range c.all {
		e := &c.all[i]
		total := 0
		for _, n := range e.counts {
			total += n
		}
		r := []string{field(e.id), field(e.name), field(e.kind), "not set", "", "1", field(e.affiliation), field(e.force), "1", "1", "1", "FALSE", strings.ToUpper(strconv.FormatBool(e.start)), number(e.added), strconv.Itoa(total)}
		for _, n := range e.counts {
			r = append(r, strconv.Itoa(n))
		}
		rows = append(rows, r)
	}
	return c.table(w, head, rows)
}

func (c *swap) eventTable(w io.Writer) error {
	// The space in "secondary_entity commander" is the format's own.
	head := strings.Split("time,primary_entity_id,primary_entity_name,primary_entity_type,primary_entity_commander,primary_entity_level,primary_entity_affiliation,primary_entity_force,primary_x,primary_y,event_id,event_type,event_detail,secondary_entity_id,secondary_entity_name,secondary_entity_type,secondary_entity commander,secondary_entity_level,secondary_entity_affiliation,secondary_entity_force,secondary_x,secondary_y", ",")
	var rows [][]string
	for i := range c.events {
		e := &c.events[i]
		clean := map[string]string{}
		for k, v := range e.detail {
			clean[k] = report.Clean(v)
		}
		detail, err := json.Marshal(clean)
		if err != nil {
			return err
		}
		who := func(k int) []string {
			x := &c.all[k]
			return []string{field(x.id), field(x.name), field(x.kind), "not set", "1.0", field(x.affiliation), field(x.force)}
		}
		r := append([]string{number(e.t)}, who(e.primary)...)
		r = append(r, e.place[0], e.place[1], e.id, swapKinds[e.kind].kind, string(detail))
		if e.secondary >= 0 {
			r = append(append(r, who(e.secondary)...), e.other[0], e.other[1])
		} else {
			r = append(r, "", "", "", "", "", "", "", "", "")
		}
		rows = append(rows, r)
	}
	return c.table(w, head, rows)
}

// powerTable counts what is left of each affiliation and force: one component
// for each entity, taken off by its loss.
func (c *swap) powerTable(w io.Writer) error {
	left := map[string]int{}
	var items []string
	for i := range c.all {
		for _, k := range []string{c.all[i].affiliation, c.all[i].force} {
			if _, ok := left[k]; !ok {
				items = append(items, k)
			}
			left[k]++
		}
	}
	sort.Strings(items)
	var rows [][]string
	for _, k := range items {
		rows = append(rows, []string{"0", field(k), strconv.Itoa(left[k]), strconv.Itoa(left[k]), "none"})
	}
	for i := range c.events {
		e := &c.events[i]
		if swapKinds[e.kind].kind != "loss" {
			continue
		}
		for _, k := range []string{c.all[e.primary].affiliation, c.all[e.primary].force} {
			left[k]--
			rows = append(rows, []string{number(e.t), field(k), strconv.Itoa(left[k]), strconv.Itoa(left[k]), e.id})
		}
	}
	return c.table(w, []string{"time", "item", "components", "combat_power", "event_id"}, rows)
}

func (c *swap) metadata(w io.Writer) error {
	s := c.s
	items := map[string]bool{}
	for i := range c.all {
		items[c.all[i].affiliation], items[c.all[i].force] = true, true
	}
	first, last := 0.0, 0.0
	if n := len(c.events); n > 0 {
		first, last = c.events[0].t, c.events[n-1].t
	}
	var doc bytes.Buffer
	e := yaml.NewEncoder(&doc)
	e.SetIndent(2)
	// A mapping node keeps the order of the fields.
	node := &yaml.Node{Kind: yaml.MappingNode}
	put := func(key string, value any) error {
		k, v := new(yaml.Node), new(yaml.Node)
		if err := k.Encode(key); err != nil {
			return err
		}
		if err := v.Encode(value); err != nil {
			return err
		}
		node.Content = append(node.Content, k, v)
		return nil
	}
	for _, f := range []struct {
		key   string
		value any
	}{
		{"case", report.Clean(s.Posture)}, {"replication", strconv.FormatUint(s.Run, 10)}, {"serial", "1"}, {"model_name", "Testudo"}, {"data_name", report.Clean(s.Name)}, {"data_details", report.Clean(fmt.Sprintf("raid %s, posture %s, run %d, seed %d", s.Raid, s.Posture, s.Run, s.Seed))},
		{"data_date", s.Epoch.Format("2006-01-02")}, {"distance_unit", "degrees: x is longitude, y is latitude, WGS-84"}, {"time_unit", "s"}, {"cbt_pwr_unit", "entities"},
		{"entity_data_from_table", false}, {"force_unique_unit_names", false}, {"split_files_by_type", false}, {"drop_location_events", false}, {"drop_seen_events", false}, {"drop_shot_events", false}, {"drop_spot_events", false},
		{"status", "complete"}, {"total_entities", len(c.all)}, {"total_events", len(c.events)}, {"total_forces_and_affiliations", len(items)}, {"first_event", number(first) + " s"}, {"last_event", number(last) + " s"},
	} {
		if err := put(f.key, f.value); err != nil {
			return err
		}
	}
	if err := e.Encode(node); err != nil {
		return err
	}
	if err := e.Close(); err != nil {
		return err
	}
	_, err := w.Write(doc.Bytes())
	return err
}
