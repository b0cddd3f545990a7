package export

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"testudo/internal/report"
)

// ASI writes the scene as a SIMDIS ASCII Scenario Input file, version 21:
// platforms in latitude, longitude (degrees) and height (m), times as day of the
// year, year and clock, interceptors as platforms of their own. Keywords and the
// order of their values are those of the SIMDIS SDK's example reader (github
// USNavalResearchLaboratory/simdissdk, SimpleAsiParser) and of the reader and
// writer of IDA's battleVerse (github battleVerse/sandTable, R/read_ASI.R,
// R/create_ASI_*.R).
func ASI(s *Scene) ([]byte, error) {
	var b bytes.Buffer
	year := s.Epoch.Year()
	fmt.Fprintf(&b, "# SIMDIS ASCII Scenario Input (ASI) File Format\n# %s; raid %s, posture %s, run %d, seed %d\n", asiText(s.Name), asiText(s.Raid), asiText(s.Posture), s.Run, s.Seed)
	fmt.Fprintf(&b, "Version 21\nRefLLA 0. 0. 0.\nDegreeAngles 1\nCoordSystem \"LLA\"\nReferenceYear %d\nClassification \"Unclassified\" 0x8000FF00\nScenarioInfo \"%s\"\n\n", year, asiText(s.Name))
	id := 0
	platform := func(name, kind, icon, colour string) int {
		id++
		fmt.Fprintf(&b, "PlatformID %d\nPlatformName %d \"%s\"\nPlatformType %d \"%s\"\nPlatformIcon %d \"%s\"\nGenericData %d \"SIMDIS_TrackColor\" \"%s\" \"%s\"\n", id, id, asiText(name), id, kind, id, icon, id, colour, s.asiTime(0))
		return id
	}
	place := func(id int, at Sample) {
		fmt.Fprintf(&b, "PlatformData %d \"%s\" %.6f %.6f %.1f\n", id, s.asiTime(at.S), at.At.Lat.Degrees(), at.At.Lon.Degrees(), float64(at.At.Alt))
	}
	said := func(id int, key, value string, at float64) {
		fmt.Fprintf(&b, "GenericData %d \"%s\" \"%s\" \"%s\"\n\n", id, key, asiText(value), s.asiTime(at))
	}
	still := func(p *Place, kind, icon, colour string) int {
		n := platform(nameOf(p), kind, icon, colour)
		place(n, Sample{0, p.At})
		place(n, Sample{s.EndS, p.At})
		b.WriteByte('\n')
		return n
	}
	batteries := map[string]int{}
	for i := range s.Assets {
		still(&s.Assets[i], "0", "NTDSNeutralSurface2D", "green")
	}
	for i := range s.Sensors {
		if !s.Sensors[i].Space {
			still(&s.Sensors[i].Place, "0", "NTDSFriendlySurface2D", "cyan")
		}
	}
	for i := range s.Batteries {
		batteries[s.Batteries[i].ID] = still(&s.Batteries[i], "0", "NTDSFriendlySurface2D", "blue")
	}
	for i := range s.Missiles {
		m := &s.Missiles[i]
		if m.Failed || len(m.Samples) < 2 {
			continue
		}
		n := platform(m.ID, "missile", "NTDSHostileAir2D", "red")
		for _, x := range m.Samples {
			place(n, x)
		}
		said(n, "Fate", m.fate(), m.EndS)
	}
	for i := range s.Shots {
		x := &s.Shots[i]
		if x.ToS <= x.FromS || len(x.Path) < 2 {
			continue
		}
		n := platform(fmt.Sprintf("%s %d of %s", x.Interceptor, i+1, x.Battery), "missile", "NTDSFriendlyAir2D", "yellow")
		for _, p := range x.Path {
			place(n, p)
		}
		said(n, "Result", x.Result, x.ToS)
	}
	return b.Bytes(), nil
}

// asiTime is day of the year, year and clock: "365 2014 12:05:00.000".
func (s *Scene) asiTime(at float64) string {
	t := s.time(math.Round(at*1000) / 1000)
	return fmt.Sprintf("%03d %d %s", t.YearDay(), t.Year(), t.Format("15:04:05.000"))
}

// asiText is a text that cannot end its quotes or its line.
func asiText(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '"', '\'', '\\', '#':
			return '_'
		}
		return r
	}, report.Clean(s))
}
