package verify

import (
	"context"
	"fmt"
	"math"

	"testudo/internal/cover"
	"testudo/internal/engage"
	"testudo/internal/flight"
	"testudo/internal/geo"
	"testudo/internal/sense"
	"testudo/internal/sim"
	"testudo/internal/theatre"
	"testudo/internal/units"
)

// Places of the public debate, degrees north and east.
var (
	pyeongtaek  = geo.Deg(36.9622, 127.0315) // Camp Humphreys
	busan       = geo.Deg(35.1028, 129.0403)
	kittaeryong = geo.Deg(38.9908, 127.6236)
	hwanghae    = geo.Deg(38.67, 126.30) // North Hwanghae, Hwangju county
	sohae       = geo.Deg(39.66, 124.71) // launching station of 2012
)

// theatre2017 resolves the scenario of the debate on THAAD in Korea.
func theatre2017() (*theatre.Theatre, error) {
	f, err := file("northeast-asia-2017.yaml")
	if err != nil {
		return nil, err
	}
	return theatre.Resolve(f, theatre.Options{})
}

// fly aims a missile of the catalogue.
func fly(entry string, from, to geo.LLA, shape flight.Shape, apogee units.Length) (*flight.Trajectory, error) {
	s, err := testFlight{entry: entry}.spec()
	if err != nil {
		return nil, err
	}
	e := flight.RealEarth()
	m, err := flight.Calibrate(e, s)
	if err != nil {
		return nil, err
	}
	return m.Aim(e, flight.Aim{From: from, To: to, Shape: shape, Apogee: apogee})
}

func yes(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// simulated asks what two simulations in the Korean press of 2016 said of the
// THAAD battery at Seongju, and prints the input that turns each answer round:
// the reaction time.
func simulated(c *collector) error {
	const reaction = 203.0 // s: detect, track and launch, in the university's simulation
	t, err := theatre2017()
	if err != nil {
		return err
	}
	b := t.Battery("korea-thaad")
	if b < 0 {
		return fmt.Errorf("the scenario of 2017 has no korea-thaad")
	}
	last := func(tr *flight.Trajectory) float64 {
		w := engage.Find(engage.NewPath(tr), t.Batteries[b].Shooter, t.Earth.Ellipsoid)
		if w.Empty() {
			return 0
		}
		return w.Last.LaunchS
	}
	low, err := fly("nodong", kittaeryong, pyeongtaek, flight.MinimumEnergy, 0)
	if err != nil {
		return err
	}
	south, err := fly("nodong", kittaeryong, busan, flight.MinimumEnergy, 0)
	if err != nil {
		return err
	}
	lofted, err := fly("nodong", hwanghae, busan, flight.ToApogee, units.Km(400))
	if err != nil {
		return err
	}
	c.set(Medium, "Korea Aerospace University's simulation, as quoted by sinodefenceforum.com t/260 p34: 203 s to detect, track and launch", "yes or no; launch place and trajectory are ours, interceptor figures assumed")
	c.check("Nodong at Pyeongtaek: in time for THAAD at Seongju after 203 s (1 yes, 0 no)", "", yes(last(low) >= reaction), 0, 0)
	c.check("Nodong at Busan, minimum energy: in time after 203 s", "", yes(last(south) >= reaction), 1, 0)
	c.set(History, "the same", "the input that flips the answer: a battery that reacts faster than our figure has a shot at the Nodong at Pyeongtaek; the published figure is the time it needed. Zero means that no launch meets it at any time")
	c.check("Nodong at Pyeongtaek: latest launch that still meets it, after the missile's", "s", last(low), reaction, 0)
	c.check("Nodong at Busan: latest launch that still meets it", "s", last(south), reaction, 0)
	c.set(Medium, "ROK military simulation (rki.kbs.co.kr 120567): interceptable as it passes Seongju", "yes or no; apogee of 400 km is ours, the report says only that it was fired high, over 600 km")
	c.check("Nodong lofted from North Hwanghae to Busan: interceptable from Seongju", "", yes(last(lofted) > 0), 1, 0)
	return nil
}

// A flight of 2019 as the CNS database has it.
type shortFlight struct {
	day, site         string
	lat, lon          float64
	bearing           float64 // degrees; added by the repository that carries the table
	rangeKm, apogeeKm float64
}

var flights2019 = []shortFlight{
	{"9 May, first", "Baegun", 40.029678, 125.227326, 89, 420, 50},
	{"9 May, second", "Baegun", 40.029678, 125.227326, 91, 270, 50},
	{"25 July", "Hodo peninsula", 39.40167, 127.5369, 70, 600, 50},
	{"31 July", "Wonsan Kalma", 39.1677, 127.4817, 44, 250, 30},
	{"2 August", "Yonghung", 39.538, 127.241, 55, 220, 25},
	{"6 August", "Kwail", 38.421522, 125.024421, 55, 450, 37},
	{"10 August", "Hungnam", 39.811611, 127.66375, 70, 400, 48},
	{"16 August", "Tongchon", 38.953797, 127.891882, 34, 230, 30},
	{"24 August", "Sondok", 39.7437, 127.4732, 68, 380, 97},
	{"10 September", "Kaechon", 39.752321, 125.899905, 70, 330, 50},
}

// arc is the airless arc through the published range and apogee: what a low
// flight with a pull-up does in between is not published.
func (f shortFlight) arc() (*flight.Trajectory, error) {
	e := flight.RealEarth()
	e.Air = false
	m, err := flight.Calibrate(e, flight.Spec{ID: f.day, Impulsive: true, Range: units.Km(1000)})
	if err != nil {
		return nil, err
	}
	from := geo.Deg(f.lat, f.lon)
	to, _ := e.Ellipsoid.Direct(from, units.Degrees(f.bearing), units.Km(f.rangeKm))
	return m.Aim(e, flight.Aim{From: from, To: to, Shape: flight.ToApogee, Apogee: units.Km(f.apogeeKm)})
}

// lowFlights asks who saw the short-range flights of 2019: in two of them or
// more nobody in Japan saw what South Korea did.
func lowFlights(c *collector) error {
	t, err := theatre2017()
	if err != nil {
		return err
	}
	sees := func(nation string, tr *flight.Trajectory) bool {
		n := t.Nation(nation)
		for i := range t.Sensors {
			s := &t.Sensors[i]
			if s.Nation != n || s.Radar == nil || s.Battery >= 0 {
				continue
			}
			if _, ok := s.Radar.Observe(t.Earth, tr, kn23).Search.Quantile(0.5); ok {
				return true
			}
		}
		return false
	}
	missed, followed := 0, 0
	for _, f := range flights2019 {
		tr, err := f.arc()
		if err != nil {
			return fmt.Errorf("%s: %w", f.day, err)
		}
		if !sees("JPN", tr) {
			missed++
		}
		if sees("KOR", tr) {
			followed++
		}
	}
	c.set(Medium, "flights: CNS North Korea Missile Test Database (nk-missile-tests); not seen by Japan in two occasions or more, all seen by South Korea: UPI and The Japan Times (Kyodo), 23 September 2019",
		"Japan: half of the ten, since the reports say \"some\" and \"twice\"; airless arcs, the radars of the 2017 scenario, their figures assumed. South Korea: none may be missed")
	c.check("ten flights of 2019: not found by any Japanese radar", "", float64(missed), 2, 3)
	c.check("ten flights of 2019: found by a South Korean radar", "", float64(followed), float64(len(flights2019)), 0)
	// What turns a flight that Japan sees into one it does not: its apogee.
	low, high := 15.0, 150.0
	for high-low > 1 {
		f := flights2019[3]
		f.apogeeKm = (low + high) / 2
		tr, err := f.arc()
		if err != nil {
			return err
		}
		if sees("JPN", tr) {
			high = f.apogeeKm
		} else {
			low = f.apogeeKm
		}
	}
	c.set(Medium, "the same: those not seen flew below about 60 km", "yes or no; in between, at our figure for the flight of 31 July at its place and bearing, the answer turns")
	c.check(fmt.Sprintf("flight of 31 July flown higher: a Japanese radar finds it from an apogee of %.0f km, below 60 km", high), "", yes(high < 60), 1, 0)
	return nil
}

// kn23 is what the catalogue's solid short-range missile shows to a radar.
var kn23 = sense.Signature{RCS: 0.1, BoostRCS: 2}

// warned asks how long after a launch a nation knows.
func warned(c *collector) error {
	t, err := theatre2017()
	if err != nil {
		return err
	}
	// April 2012: a satellite reported the launch after about a minute.
	for i := range t.Sensors {
		if t.Sensors[i].Infrared == nil {
			continue
		}
		to, _ := t.Earth.Ellipsoid.Direct(sohae, units.Degrees(180), units.Km(3000))
		tr, err := fly("hwasong-15", sohae, to, flight.MinimumEnergy, 0)
		if err != nil {
			return err
		}
		v := t.Sensors[i].Infrared.Observe(t.Earth, tr)
		c.set(Medium, "Japan, 13 April 2012: satellite warning about a minute after the launch (Stars and Stripes quoting Yomiuri, 15 April 2012)", "30 s: \"about a minute\" against a burn seen above the cloud at about 40 s and the catalogue's report delay of a minute, both assumed; ours is the slower")
		if s, ok := v.Search.Quantile(0.5); ok {
			c.check("satellites: report of a large rocket from Sohae, after its launch", "s", s, 60, 30)
		}
		break
	}
	b, err := sim.Compile(t)
	if err != nil {
		return err
	}
	p := t.Posture("alone")
	tl, err := cover.Warn(context.Background(), t, b, []int{p}, 2014, 60, nil)
	if err != nil {
		return err
	}
	alert := math.Inf(1)
	for _, f := range tl.Postures[0].Flights {
		if f.Nation == "JPN" && f.DecidedS != nil && f.Missile == "nodong" {
			alert = math.Min(alert, *f.DecidedS)
		}
	}
	c.set(Medium, "J-Alert times after launch: about 3 min (2017), 6 min (2012), 7 min (4 October 2022: launch 07:22, alert 07:29): tellerreport.com 2022-10-05", "two minutes: a public alert waits for people, ours for the first sight and the decision delay of the scenario")
	c.check("Japan alone, Nodong: first warned command after the decision delay, after the launch", "s", alert, 180, 120)
	return nil
}
