package export

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"image/color"
	"io"
	"math"
	"strings"
	"time"

	kml "github.com/twpayne/go-kml/v3"

	"testudo/internal/geo"
	"testudo/internal/report"
)

// KML writes the scene for globes that read KML 2.2: the elements of each thing in
// the order of the OGC's schema. Descriptions are HTML there, so that every text
// of a scenario is escaped in them; XML escapes the rest.
func KML(s *Scene, w io.Writer) error {
	d := []kml.Element{kml.Name(balloonName(s.Name)), kml.Description(words(s.summary())), s.lookAt()}
	d = append(d, styles()...)
	folder := func(name string, list []kml.Element) {
		if len(list) > 0 {
			d = append(d, kml.Folder(append([]kml.Element{kml.Name(name)}, list...)...))
		}
	}
	places := func(all []Place, style string) (out []kml.Element) {
		for i := range all {
			p := &all[i]
			out = append(out, mark(nameOf(p), p.Nation+" "+p.System, nil, style, kml.Point(kml.Coordinates(coordinate(p.At)))))
		}
		return out
	}
	folder("Launch areas", places(s.Areas, "area"))
	folder("Assets", places(s.Assets, "asset"))
	folder("Batteries", places(s.Batteries, "battery"))
	var sensors []kml.Element
	for i := range s.Sensors {
		p := &s.Sensors[i]
		about := p.Nation + " " + p.System
		if p.WorksUntilS <= 0 {
			about += ", out of order in this run"
		}
		if p.Space { // it stands nowhere
			sensors = append(sensors, mark(nameOf(&p.Place), about+", watches from space", nil, "sensor", nil))
			continue
		}
		sensors = append(sensors, mark(nameOf(&p.Place), about, nil, "sensor", kml.Point(kml.Coordinates(coordinate(p.At)))))
		if p.RangeM > 0 && p.WorksUntilS > 0 {
			var ring []kml.Coordinate
			for _, at := range p.Outline(geo.WGS84, 72) {
				ring = append(ring, coordinate(at))
			}
			sensors = append(sensors, mark("field of "+nameOf(&p.Place), "", s.during(0, p.WorksUntilS), "field", kml.LineString(kml.Tessellate(true), kml.Coordinates(ring...))))
		}
	}
	folder("Sensors", sensors)
	var flights, ends, shots, links []kml.Element
	aloft := func(list []Sample) kml.Element {
		var line []kml.Coordinate
		for _, x := range list {
			line = append(line, coordinate(x.At))
		}
		return kml.LineString(kml.AltitudeMode(kml.AltitudeModeAbsolute), kml.Coordinates(line...))
	}
	for i := range s.Missiles {
		m := &s.Missiles[i]
		if len(m.Samples) == 0 {
			continue
		}
		story := fmt.Sprintf("%s from %s at %s (%s); %s", m.Type, m.From, m.Asset, m.Nation, m.fate())
		end := kml.Point(kml.AltitudeMode(kml.AltitudeModeAbsolute), kml.Coordinates(coordinate(m.Samples[len(m.Samples)-1].At)))
		switch {
		case m.Failed:
			ends = append(ends, mark("failed at launch: "+m.ID, story, s.during(m.LaunchS, s.EndS), "area", end))
			continue
		case m.Killed:
			ends = append(ends, mark("kill: "+m.ID, story, s.during(m.EndS, s.EndS), "killed", end))
		case m.Struck:
			ends = append(ends, mark("hit: "+m.Asset, story, s.during(m.EndS, s.EndS), "leaker", end))
		default:
			ends = append(ends, mark("arrives: "+m.Asset, story, s.during(m.EndS, s.EndS), "leaker", end))
		}
		if len(m.Samples) > 1 {
			flights = append(flights, mark(m.ID, story, s.during(m.LaunchS, s.EndS), map[bool]string{true: "killed", false: "leaker"}[m.Killed], aloft(m.Samples)))
		}
	}
	folder("Missiles", flights)
	folder("Kills and arrivals", ends)
	for i := range s.Shots {
		if x := &s.Shots[i]; x.ToS > x.FromS {
			shots = append(shots, mark(x.Interceptor+" of "+x.Battery, fmt.Sprintf("%d at %s: %s", x.Rounds, x.Missile, x.Result), s.during(x.FromS, s.EndS), "shot", aloft(x.Path)))
		}
	}
	folder("Shots", shots)
	for i := range s.Links {
		x := &s.Links[i]
		line := kml.LineString(kml.Tessellate(true), kml.Coordinates(coordinate(x.A), coordinate(x.B)))
		about := ""
		if x.Down {
			about = "out of order in this run"
		}
		links = append(links, mark(x.From+" to "+x.To+": "+x.Level, about, nil, "link", line))
		for _, b := range x.Busy {
			links = append(links, mark(x.From+" tells "+x.To, "", s.during(b.FromS, b.ToS), "message", line))
		}
	}
	folder("Agreements", links)
	return kml.KML(kml.Document(d...)).WriteIndent(w, "", " ")
}

// mark is a placemark; about, when and where may be missing.
func mark(name, about string, when kml.Element, style string, where kml.Element) kml.Element {
	list := []kml.Element{kml.Name(balloonName(name))}
	if about = strings.TrimSpace(about); about != "" {
		list = append(list, kml.Description(words(about)))
	}
	if when != nil {
		list = append(list, when)
	}
	list = append(list, kml.StyleURL("#"+style))
	if where != nil {
		list = append(list, where)
	}
	return kml.Placemark(list...)
}

// during is a stretch of the raid.
func (s *Scene) during(from, to float64) kml.Element {
	return kml.TimeSpan(kml.Begin(s.time(from)), kml.End(s.time(math.Min(to, s.EndS))))
}

// lookAt shows all that stands on the ground. Its middle is that of points on a
// sphere, which knows no edge of a map.
func (s *Scene) lookAt() kml.Element {
	el := geo.WGS84
	var sum [3]float64
	var all []geo.LLA
	for _, list := range [][]Place{s.Areas, s.Assets, s.Batteries} {
		for i := range list {
			r := el.ECEF(list[i].At)
			for k := range sum {
				sum[k] += r[k]
			}
			all = append(all, list[i].At)
		}
	}
	middle := geo.LLA{}
	if sum[0]*sum[0]+sum[1]*sum[1]+sum[2]*sum[2] > 1 {
		middle = el.LLA(geo.ECEF(sum))
		middle.Alt = 0
	}
	far := 5e5
	for _, at := range all {
		d, _, _ := el.Inverse(middle, at)
		far = math.Max(far, float64(d))
	}
	at := coordinate(middle)
	return kml.LookAt(kml.Longitude(at.Lon), kml.Latitude(at.Lat), kml.Altitude(0), kml.Heading(0), kml.Tilt(0), kml.Range(math.Min(2.5*far, 1.5e7)))
}

// KMZ is KML in a zip archive. The archive carries no time of its own, so that
// the same scene gives the same bytes.
func KMZ(s *Scene, w io.Writer) error {
	var doc bytes.Buffer
	if err := KML(s, &doc); err != nil {
		return err
	}
	z := zip.NewWriter(w)
	f, err := z.CreateHeader(&zip.FileHeader{Name: "doc.kml", Method: zip.Deflate})
	if err != nil {
		return err
	}
	if _, err := f.Write(doc.Bytes()); err != nil {
		return err
	}
	return z.Close()
}

func (s *Scene) time(at float64) time.Time {
	return s.Epoch.Add(time.Duration(at * float64(time.Second))).Truncate(time.Millisecond)
}

func coordinate(at geo.LLA) kml.Coordinate {
	return kml.Coordinate{Lon: round(at.Lon.Degrees(), 6), Lat: round(at.Lat.Degrees(), 6), Alt: round(float64(at.Alt), 0)}
}

// plain keeps of a text what XML may hold.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, report.Clean(s))
}

// balloonName is a name: text in the list of a viewer, but HTML where its balloon takes
// it up ($[name]), so that no escaping suits both.
func balloonName(s string) string {
	return strings.NewReplacer("<", "‹", ">", "›").Replace(plain(s))
}

func words(s string) string { return html.EscapeString(plain(s)) }

func styles() []kml.Element {
	line := func(id string, c color.Color, width float64) kml.Element {
		return kml.SharedStyle(id, kml.IconStyle(kml.Color(c), kml.Scale(0.7)), kml.LineStyle(kml.Color(c), kml.Width(width)))
	}
	return []kml.Element{
		line("area", color.RGBA{154, 45, 19, 255}, 1), line("asset", color.RGBA{70, 70, 70, 255}, 1), line("battery", color.RGBA{31, 78, 121, 255}, 1), line("sensor", color.RGBA{73, 138, 97, 255}, 1),
		line("field", color.RGBA{73, 138, 97, 160}, 1.5), line("killed", color.RGBA{230, 150, 60, 255}, 2), line("leaker", color.RGBA{200, 20, 20, 255}, 3), line("shot", color.RGBA{60, 140, 220, 255}, 2), line("link", color.RGBA{120, 120, 120, 180}, 2), line("message", color.RGBA{255, 200, 60, 255}, 5),
	}
}

// Outline is the ground under a radar's field: out to its range between the edges
// of its face, and back; closed.
func (s *Sensor) Outline(el geo.Ellipsoid, n int) []geo.LLA {
	full := s.FieldDeg >= 360
	var out []geo.LLA
	if !full {
		out = append(out, s.At)
	}
	for k := 0; k <= n; k++ {
		az := s.FacingDeg - s.FieldDeg/2 + s.FieldDeg*float64(k)/float64(n)
		at, _ := el.Direct(s.At, degreesOf(az), metres(s.RangeM))
		out = append(out, at)
	}
	if !full {
		out = append(out, s.At)
	}
	return out
}
