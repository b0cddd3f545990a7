package export

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"image/color"
	"io"
	"strings"
	"time"

	kml "github.com/twpayne/go-kml/v3"

	"testudo/internal/geo"
	"testudo/internal/report"
)

// KML writes the scene for globes that read KML 2.2. Descriptions are HTML there,
// so that every text of a scenario is escaped in them; XML escapes the rest.
func KML(s *Scene, w io.Writer) error {
	d := []kml.Element{kml.Name(balloonName(s.Name)), kml.Description(words(fmt.Sprintf("raid %s, posture %s, run %d with seed %d: %d killed, %d arrive", s.Raid, s.Posture, s.Run, s.Seed, s.Kills, s.Leakers)))}
	d = append(d, styles()...)
	folder := func(name string, list []kml.Element) {
		if len(list) > 0 {
			d = append(d, kml.Folder(append([]kml.Element{kml.Name(name)}, list...)...))
		}
	}
	places := func(all []Place, style string) (out []kml.Element) {
		for i := range all {
			p := &all[i]
			out = append(out, kml.Placemark(kml.Name(balloonName(nameOf(p))), kml.Description(words(p.Nation+" "+p.System)), kml.StyleURL("#"+style), kml.Point(kml.Coordinates(coordinate(p.At)))))
		}
		return out
	}
	folder("Launch areas", places(s.Areas, "area"))
	folder("Assets", places(s.Assets, "asset"))
	folder("Batteries", places(s.Batteries, "battery"))
	var sensors []kml.Element
	for i := range s.Sensors {
		p := &s.Sensors[i]
		sensors = append(sensors, kml.Placemark(kml.Name(balloonName(nameOf(&p.Place))), kml.Description(words(p.Nation+" "+p.System)), kml.StyleURL("#sensor"), kml.Point(kml.Coordinates(coordinate(p.At)))))
		if p.RangeM > 0 {
			var ring []kml.Coordinate
			for _, at := range p.Outline(geo.WGS84, 72) {
				ring = append(ring, coordinate(at))
			}
			sensors = append(sensors, kml.Placemark(kml.Name(balloonName("field of "+nameOf(&p.Place))), kml.StyleURL("#field"), kml.LineString(kml.Tessellate(true), kml.Coordinates(ring...))))
		}
	}
	folder("Sensors", sensors)
	var flights []kml.Element
	for i := range s.Missiles {
		m := &s.Missiles[i]
		if m.Failed || len(m.Samples) < 2 {
			continue
		}
		var line []kml.Coordinate
		for _, x := range m.Samples {
			line = append(line, coordinate(x.At))
		}
		flights = append(flights, kml.Placemark(kml.Name(balloonName(m.ID)), kml.Description(words(fate(m))), kml.TimeSpan(kml.Begin(s.time(m.LaunchS)), kml.End(s.time(s.EndS))), kml.StyleURL("#"+map[bool]string{true: "killed", false: "leaker"}[m.Killed]),
			kml.LineString(kml.AltitudeMode(kml.AltitudeModeAbsolute), kml.Coordinates(line...))))
	}
	folder("Missiles", flights)
	var shots []kml.Element
	for i := range s.Shots {
		x := &s.Shots[i]
		if x.ToS <= x.FromS {
			continue
		}
		var line []kml.Coordinate
		for _, p := range x.Path {
			line = append(line, coordinate(p.At))
		}
		shots = append(shots, kml.Placemark(kml.Name(balloonName(x.Interceptor+" of "+x.Battery)), kml.Description(words(fmt.Sprintf("%d at %s: %s", x.Rounds, x.Missile, x.Result))), kml.TimeSpan(kml.Begin(s.time(x.FromS)), kml.End(s.time(s.EndS))), kml.StyleURL("#shot"),
			kml.LineString(kml.AltitudeMode(kml.AltitudeModeAbsolute), kml.Coordinates(line...))))
	}
	folder("Shots", shots)
	var links []kml.Element
	for i := range s.Links {
		x := &s.Links[i]
		links = append(links, kml.Placemark(kml.Name(balloonName(x.From+" to "+x.To+": "+x.Level)), kml.StyleURL("#link"), kml.LineString(kml.Tessellate(true), kml.Coordinates(coordinate(x.A), coordinate(x.B)))))
	}
	folder("Agreements", links)
	return kml.KML(kml.Document(d...)).WriteIndent(w, "", " ")
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

func fate(m *Missile) string {
	end := "arrives"
	switch {
	case m.Killed:
		end = "killed by " + m.By
	case m.Struck:
		end = "strikes"
	}
	return fmt.Sprintf("%s from %s at %s (%s); %s after %.0f s", m.Type, m.From, m.Asset, m.Nation, end, m.EndS-m.LaunchS)
}

func styles() []kml.Element {
	line := func(id string, c color.Color, width float64) kml.Element {
		return kml.SharedStyle(id, kml.LineStyle(kml.Color(c), kml.Width(width)), kml.IconStyle(kml.Color(c), kml.Scale(0.7)))
	}
	return []kml.Element{
		line("area", color.RGBA{154, 45, 19, 255}, 1), line("asset", color.RGBA{70, 70, 70, 255}, 1), line("battery", color.RGBA{31, 78, 121, 255}, 1), line("sensor", color.RGBA{73, 138, 97, 255}, 1),
		line("field", color.RGBA{73, 138, 97, 160}, 1.5), line("killed", color.RGBA{230, 150, 60, 255}, 2), line("leaker", color.RGBA{200, 20, 20, 255}, 3), line("shot", color.RGBA{60, 140, 220, 255}, 2), line("link", color.RGBA{120, 120, 120, 180}, 2),
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
