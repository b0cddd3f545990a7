package testudo_test

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"testudo"
)

// TestValidateMagazineOverDays: 48 rounds, salvoes of two at k = 0.8, twenty
// missiles a day and no reload. In closed form 0.04 of those shot at leak: 0.8
// on the first day; four more can be shot at on the second: 16 + 4·0.04; all
// twenty arrive on the third. Within 4 standard errors of the simulator's runs.
func TestValidateMagazineOverDays(t *testing.T) {
	const runs = 4000
	s, err := testudo.Load("scenarios/textbook/closed-form.yaml", "batteries.battery.interceptors=48", "batteries.battery.salvo=2", "commands.A.salvo=2",
		"catalog.bernoulli-interceptor.figures.kill-probability.value=0.8", "catalog.bernoulli-interceptor.figures.common-mode.value=1")
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Campaign(context.Background(), 3, testudo.Options{Seed: 5, Runs: runs})
	if err != nil {
		t.Fatal(err)
	}
	r := d.Rows[0]
	for day, want := range []float64{0.8, 16.16, 20} {
		shot := []float64{20, 4, 0}[day]
		tol := 4*math.Sqrt(shot*0.04*0.96/runs) + 1e-9
		if got := r.Days[day].Leakers; math.Abs(got-want) > tol {
			t.Errorf("day %d: %g arrive, want %g ± %g", day+1, got, want, tol)
		}
	}
	l := r.Stocks[0]
	if l.Start != 48 || l.Days[0].Mean != 8 || l.Days[1].Mean != 0 || l.Dry.Value != 1 || l.Median != 2 {
		t.Errorf("stock %+v", l)
	}
}

// What is fired and left is what there was and what came, on every line.
func TestCampaignKeepsCount(t *testing.T) {
	s, err := testudo.Load("scenarios/levant-2025.yaml", "campaign.attrition.destroyed=0")
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Campaign(context.Background(), 0, testudo.Options{Seed: 2, Runs: 20})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range d.Rows {
		start, left := 0.0, 0.0
		for _, l := range r.Stocks {
			start += float64(l.Start)
			left += l.Days[d.Days-1].Mean
			prev := math.Inf(1)
			for day, x := range l.Days {
				if x.P5 < 0 || x.P5 > x.P95 {
					t.Errorf("%s %s %s day %d: %+v", r.Posture, l.Nation, l.Interceptor, day+1, x)
				}
				// Only Arrow 3 has a delivery, on day 8.
				if x.Mean > prev && !(l.Interceptor == "arrow-3-interceptor" && day == 7) {
					t.Errorf("%s: %s grows on day %d", r.Posture, l.Interceptor, day+1)
				}
				prev = x.Mean
			}
		}
		if got, want := left+r.Shots.Value, start+8; math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: %g fired and left, %g there and delivered", r.Posture, got, want)
		}
	}
}

// Any number of workers gives the same bits; another seed does not.
func TestCampaignWorkers(t *testing.T) {
	s, err := testudo.Load("scenarios/levant-2025.yaml")
	if err != nil {
		t.Fatal(err)
	}
	play := func(workers int, seed uint64) string {
		d, err := s.Campaign(context.Background(), 4, testudo.Options{Seed: seed, Runs: 24, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		d.Seed = 0
		b, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	one := play(1, 7)
	if play(3, 7) != one {
		t.Error("three workers give another result than one")
	}
	if play(1, 8) == one {
		t.Error("the seed changes nothing")
	}
}

// Lending acts only where an agreement lets the lender defend the borrower, and
// scarcity and losses do what they say.
func TestCampaignRules(t *testing.T) {
	base := []string{"campaign.attrition.destroyed=0", "campaign.scarce.below=0"}
	load := func(sets ...string) *testudo.Scenario {
		s, err := testudo.Load("scenarios/levant-2025.yaml", append(base, sets...)...)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	play := func(s *testudo.Scenario) map[string]float64 {
		d, err := s.Campaign(context.Background(), 6, testudo.Options{Seed: 3, Runs: 30})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]float64{}
		for _, r := range d.Rows {
			out[r.Posture] = r.Leakers.Value
			out[r.Posture+" shots"] = r.Shots.Value
			out[r.Posture+" out"] = r.Days[5].OutOfAction
		}
		return out
	}
	plain := play(load())
	if plain["israel-alone out"] != 0 {
		t.Error("something is out of action though nothing is destroyed")
	}
	hurt := play(load("campaign.attrition.destroyed=0.5"))
	if hurt["israel-alone out"] <= 0 || hurt["israel-alone"] <= plain["israel-alone"] {
		t.Errorf("losses change nothing: %g out, %g arrive instead of %g", hurt["israel-alone out"], hurt["israel-alone"], plain["israel-alone"])
	}
	spare := play(load("campaign.scarce.below=1", "campaign.scarce.salvo=1"))
	if spare["israel-alone shots"] >= plain["israel-alone shots"] && spare["israel-alone"] == plain["israel-alone"] {
		t.Error("scarcity changes nothing")
	}
}

// What is wrong in a campaign is said at its place.
func TestCampaignErrors(t *testing.T) {
	text := func(campaign string) string {
		return "testudo: 1\ninclude: scenarios/northeast-asia-2014.yaml\nname: test\ncampaign: " + campaign + "\n"
	}
	for campaign, want := range map[string]string{
		"{}":          "days",
		"{days: 0}":   "days",
		"{days: 400}": "366",
		"{days: 3, raids: [{raid: nope, source: assumption, reason: test}]}":                                     "no raid of this id",
		"{days: 3, raids: [{raid: opening-salvo, day: 9, source: assumption, reason: test}]}":                    "day",
		"{days: 3, raids: [{raid: opening-salvo, from: 3, to: 2, source: assumption, reason: test}]}":            "before it begins",
		"{days: 3, raids: [{raid: opening-salvo, day: 1, every: 2, source: assumption, reason: test}]}":          "beside day",
		"{days: 3, stocks: [{nation: JPN, interceptor: thaad, rounds: 3, source: assumption, reason: test}]}":    "system",
		"{days: 3, stocks: [{nation: JPN, interceptor: sm-3-ia, rounds: -3, source: assumption, reason: test}]}": "-3",
		"{days: 3, lend: [{from: JPN, to: JPN, interceptor: sm-3-ia, source: assumption, reason: test}]}":        "lends to itself",
		"{days: 3, attrition: {destroyed: 1.5, source: assumption, reason: test}}":                               "destroyed",
		"{days: 3, stocks: [{nation: JPN, interceptor: sm-3-ia, rounds: 3}]}":                                    "source",
		"{days: 3, raidz: []}": "raids",
	} {
		_, err := testudo.Parse("test.yaml", []byte(text(campaign)), testudo.ReadFile)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want something about %q", campaign, err, want)
		}
	}
	s, err := testudo.Parse("test.yaml", []byte(text("{days: 2, stocks: [{nation: KOR, interceptor: sm-3-ia, rounds: 3, source: assumption, reason: test}]}")), testudo.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Campaign(context.Background(), 0, testudo.Options{Seed: 1, Runs: 2}); err == nil || !strings.Contains(err.Error(), "no battery that fires") {
		t.Errorf("a stock without a battery: %v", err)
	}
}
