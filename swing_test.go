package testudo

import (
	"context"
	"math"
	"os"
	"strings"
	"testing"

	"testudo/internal/report"
)

// spread is the textbook footprint seen from 2000 km with a kill probability of
// 0.7 between 0.2 and 0.9: alone the radar sees too late and the missile
// always arrives; with the forward radar's cue the gain is the chance of a kill in two looks.
func spread(t *testing.T, sets ...string) (*World, error) {
	t.Helper()
	raw, err := os.ReadFile("scenarios/textbook/toy-footprint.yaml")
	if err != nil {
		t.Fatal(err)
	}
	old := "kill-probability: {value: 1,"
	text := strings.Replace(string(raw), old, "kill-probability: {value: 0.7, low: 0.2, high: 0.9,", 1)
	text = strings.Replace(text, "reach: {value: 200 km,", "reach: {value: 200 km, low: 10 km, high: 201 km,", 1)
	s, err := Parse("toy.yaml", []byte(text), nil, sets...)
	if err != nil {
		return nil, err
	}
	return s.Compile("from-2000-km")
}

func TestSwings(t *testing.T) {
	w, err := spread(t)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Seed: 3, Runs: 2000, Workers: 1}
	c, err := w.Gain(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	load := func(sets ...string) (*World, error) { return spread(t, sets...) }
	s, err := w.Swings(context.Background(), c, load, o)
	if err != nil {
		t.Fatal(err)
	}
	if s.From != "uncued" || s.To != "cued" || s.Figures != 2 || len(s.Rows) != 2 || len(s.Left) != 0 {
		t.Fatalf("swings %+v", s)
	}
	near := func(what string, got, want float64) {
		// 3.5 sigma of a proportion over 2000 runs.
		if math.Abs(got-want) > 3.5*math.Sqrt(0.25/2000) {
			t.Errorf("%s: gain %.3f, want %.3f", what, got, want)
		}
	}
	// Two looks, each a chance of its own.
	near("at its value", s.Base.Value, 1-0.3*0.3)
	for _, r := range s.Rows {
		switch r.Figure {
		case "kill-probability":
			near("kill probability 0.2", r.AtLow.Value, 1-0.8*0.8)
			near("kill probability 0.9", r.AtHigh.Value, 1-0.1*0.1)
			if r.Flip(s.Base) != "" {
				t.Error("a gain of a third is one")
			}
		case "reach":
			// It cannot climb to 40 km with a reach of 10.
			near("reach 10 km", r.AtLow.Value, 0)
			near("reach 201 km", r.AtHigh.Value, 1-0.3*0.3)
			if r.Flip(s.Base) != "is lost" {
				t.Errorf("without reach the gain %q", r.Flip(s.Base))
			}
		default:
			t.Errorf("figure %s", r.Figure)
		}
	}
	if v := s.Words()[0]; !strings.Contains(v, "toy-interceptor reach") {
		t.Errorf("in words: %s", v)
	}
	// The same for any number of workers.
	o.Workers = 3
	again, err := w.Swings(context.Background(), c, load, o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.Rows {
		if s.Rows[i] != again.Rows[i] {
			t.Errorf("row %d: %+v with one worker, %+v with three", i, s.Rows[i], again.Rows[i])
		}
	}
	// A picture of it, and a page that holds it.
	d := w.Document(c, "testudo report toy.yaml")
	d.Flip = s
	var drawing *report.Drawing
	all := report.Figures(d)
	for i := range all {
		if all[i].Name == "tornado" {
			drawing = &all[i]
		}
	}
	if drawing == nil || !strings.Contains(drawing.CSV, "toy-interceptor.reach,10 km,200 km,201 km,true,") {
		t.Fatal("no tornado with its data")
	}
	if _, err := drawing.PNG(); err != nil {
		t.Error(err)
	}
	page, err := report.HTML(d)
	if err != nil || !strings.Contains(string(page), `id="flip"`) {
		t.Errorf("the page does not say what would flip it: %v", err)
	}
}
