package verify

import (
	"context"
	"fmt"

	"testudo/internal/cover"
	"testudo/internal/geo"
	"testudo/internal/scenario"
	"testudo/scenarios"
)

// file loads a scenario that comes with the program.
func file(name string, sets ...string) (*scenario.File, error) {
	b, err := shipped()
	if err != nil {
		return nil, err
	}
	return scenario.Load(name, scenarios.FS.ReadFile, b, sets)
}

// toy maps the fully specified toy footprint: cueing multiplies the area only
// where the battery's own radar is the limit, and saturates exactly.
func toy(c *collector) error {
	c.set(Strong, "an independent script's 10 km grid of the fully specified toy (the project's own reference; no claim about any real system)", "3 %: the reference's grid error")
	area := func(radarKm, distanceKm int, posture string) (float64, error) {
		f, err := file("textbook/toy-footprint.yaml", fmt.Sprintf("sensors.radar.system=toy-radar-%d", radarKm))
		if err != nil {
			return 0, err
		}
		m, err := cover.Footprint(context.Background(), f, cover.Query{Battery: "battery", Posture: posture, Missile: "toy-missile", From: fmt.Sprintf("at-%d-km", distanceKm), GridM: 10e3})
		if err != nil {
			return 0, err
		}
		return m.AreaM2(cover.EngageOnRemote, 0.5) / 1e6, nil
	}
	for _, r := range []struct {
		distance, radar int
		posture         string
		want            float64
	}{{600, 200, "uncued", 59100}, {600, 300, "uncued", 141600}, {600, 500, "cued", 164200}, {2000, 300, "uncued", 31500}, {2000, 300, "cued", 145900}} {
		got, err := area(r.radar, r.distance, r.posture)
		if err != nil {
			return err
		}
		c.check(fmt.Sprintf("launched %d km away, radar sees %d km, %s: defended area", r.distance, r.radar, r.posture), "km2", got, r.want, 0.03*r.want)
	}
	c.set(Strong, "the same", "exact: where the radar is not the limit a cue adds nothing")
	a, err := area(500, 600, "uncued")
	if err != nil {
		return err
	}
	b, err := area(500, 600, "cued")
	if err != nil {
		return err
	}
	c.check("launched 600 km away, radar sees 500 km: cued area less uncued", "km2", b-a, 0, 0)
	return nil
}

// seongju asks what was said of the one THAAD battery in Korea.
func seongju(c *collector) error {
	f, err := file("northeast-asia-2017.yaml")
	if err != nil {
		return err
	}
	m, err := cover.Footprint(context.Background(), f, cover.Query{Battery: "korea-thaad", Posture: "alone", Missile: "scud-c", From: "chihari", GridM: 20e3})
	if err != nil {
		return err
	}
	inside := func(lat, lon float64) float64 {
		if m.Kill(cover.Alone, geo.Deg(lat, lon)) >= cover.LeastShot {
			return 1
		}
		return 0
	}
	c.set(Medium, "ROK Ministry of National Defence, July 2016 (Shephard 2016-07-21); RSIS 192/2016", "yes or no; interceptor and radar figures are assumptions of the catalogue")
	c.check("THAAD at Seongju against a Scud-C: Seoul inside (1 yes, 0 no)", "", inside(37.5683, 126.9778), 0, 0)
	c.check("THAAD at Seongju against a Scud-C: Busan inside", "", inside(35.1028, 129.0403), 1, 0)
	c.check("THAAD at Seongju against a Scud-C: Daegu inside", "", inside(35.8703, 128.5911), 1, 0)
	if c.country == nil {
		return nil
	}
	if land, ok := c.country("KOR"); ok {
		n := 0
		for j := m.J0; j < m.J0+m.NJ; j++ {
			for i := m.I0; i < m.I0+m.NI; i++ {
				if m.At(i, j).P[cover.Alone] >= cover.LeastShot && land.Contains(m.Place(i, j)) {
					n++
				}
			}
		}
		c.set(Medium, "ROK Ministry of National Defence, July 2016: one half to two thirds of the country", "0.45 to 0.72: the statement and a margin for the outline and for what it counts as defended; one launch area here, many in the statement")
		c.check("THAAD at Seongju against a Scud-C: share of South Korea's area inside", "", float64(n)*m.StepM*m.StepM/land.AreaM2(), 0.585, 0.135)
	}
	return nil
}
