package verify

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	data "testudo/catalog/data"
	"testudo/internal/catalog"
	"testudo/internal/measure"
	"testudo/internal/measure/stats"
	"testudo/internal/sim"
	"testudo/internal/study"
	"testudo/internal/theatre"
	"testudo/internal/yamldoc"
)

// record is what a party says of launches and intercepts. Claims differ by more
// than intervals do; they are shown, never judged.
type record struct {
	what        string
	hits, shots int64
	interceptor string // of the catalogue, whose assumed single-shot figure stands beside it; "" none
	source      string
	missing     string // what the model leaves out
}

var records = []record{
	{"THAAD tests since 2005, to July 2017", 15, 15, "thaad-interceptor", "pipedot.org/article/2Y04R (The Diplomat)", "scripted tests, prepared crews; not combat"},
	{"THAAD tests 1995 to 1999", 2, 8, "thaad-interceptor", "scottdstrader.com 001105 (UCS)", "an earlier design"},
	{"GMD tests to January 2013", 7, 14, "gbi", "armscontrol.org/act/2013-02/mda-interceptor-flies-successfully", "all tests of all configurations; one interceptor each"},
	{"all US hit-to-kill tests to May 2014", 65, 80, "", "rp.pl art5039711 (MDA)", "about 80 attempts; several systems"},
	{"Patriot in Iraq, 2003: engaged missiles destroyed", 9, 9, "pac-3-cri", "armscontrol.org/act/2003-05/news/patriot-scorecard-mixed-pac-3-use-limited", "several rounds at each missile; six harmless missiles left alone; two coalition aircraft shot down"},
	{"Patriot in the Gulf, 1991: the Army's claim of 1992", 24, 85, "pac-2-gem-t", "newscientist.com mg13418171-600", "the same war is put between 2 % and 96 % by others; another missile than today's"},
	{"Saudi Arabia, June 2015 to July 2016 (claimed)", 17, 19, "pac-2-gem-t", "defenseone.com 2016/08 130813 quoting CSIS", "one side's claim; several rounds at each"},
}

// shipped loads the catalogue that is built in.
func shipped() (*catalog.Book, error) {
	names, err := fs.Glob(data.FS, "*.yaml")
	if err != nil {
		return nil, err
	}
	var files []yamldoc.File
	for _, n := range names {
		b, err := data.FS.ReadFile(n)
		if err != nil {
			return nil, err
		}
		files = append(files, yamldoc.File{Name: "catalog/data/" + n, Data: b})
	}
	return catalog.Load(files)
}

func history(c *collector) error {
	b, err := shipped()
	if err != nil {
		return err
	}
	for _, r := range records {
		iv := stats.ClopperPearson(r.hits, r.shots)
		c.set(History, r.source, fmt.Sprintf("95 %% interval of %d of %d: %.2f to %.2f; not modelled: %s", r.hits, r.shots, iv.Low, iv.High, r.missing))
		ours := 0.0
		what := r.what
		if e, ok := b.Entry(r.interceptor); ok {
			ours = e.Value("kill-probability", 0) * e.Value("reliability", 1) * e.Value("discrimination", 1)
			what += "; ours: one shot of " + r.interceptor + " with a good track, as assumed"
		}
		c.check(what, "", ours, float64(r.hits)/float64(r.shots), (iv.High-iv.Low)/2)
		k := &c.card.Checks[len(c.card.Checks)-1]
		k.Low, k.High = iv.Low, iv.High
	}
	return april2024(c)
}

// april2024 sets what the scenario of the night of 13 April 2024 gives beside
// what was published of it.
func april2024(c *collector) error {
	const launched, runs, seed = 120, 1000, 2014
	f, err := file("levant-2024.yaml")
	if err != nil {
		return err
	}
	t, err := theatre.Resolve(f, theatre.Options{Raid: "april-2024"})
	if err != nil {
		return err
	}
	b, err := sim.Compile(t)
	if err != nil {
		return err
	}
	p := t.Posture("coalition-2024")
	if p < 0 {
		return fmt.Errorf("the scenario of the Levant has no posture coalition-2024")
	}
	r, err := study.Run(context.Background(), study.Plan{Board: b, Postures: []int{p}, Seed: seed, Runs: runs})
	if err != nil {
		return err
	}
	row := &measure.Compare(t, b, r, func(string) float64 { return 0 }).Rows[0]
	ships := 0.0
	for i := range row.Batteries {
		if x := &row.Batteries[i]; strings.HasPrefix(x.Battery, "ddg-levant-") {
			ships += x.Killed.Value
		}
	}
	for _, k := range []struct {
		what   string
		ours   float64
		count  int64
		source string
		note   string
	}{
		{"13 April 2024: ballistic missiles that hit an air base, of 120 launched; ours: levant-2024, posture coalition-2024", row.Hits.Value, 9, "ABC, as reported by ildomaniditalia.eu; launched: IDF (africa.businessinsider.com mfnd63z), which speaks of a few hits", "drones and cruise missiles flown with them; hits beside a base; sites, stocks and aim shares are assumptions; reported failures of one in two are an input"},
		{"13 April 2024: ballistic missiles stopped by two US destroyers, of 120 launched; ours: the same run", ships, 5, "africa.businessinsider.com mfnd63z: four to six", "which ship could reach what: the stations are assumptions"},
	} {
		iv := stats.ClopperPearson(k.count, launched)
		c.set(History, k.source, fmt.Sprintf("95 %% interval of %d of %d: %.2f to %.2f; not modelled: %s", k.count, launched, iv.Low, iv.High, k.note))
		c.check(k.what, "", k.ours/launched, float64(k.count)/launched, (iv.High-iv.Low)/2)
		x := &c.card.Checks[len(c.card.Checks)-1]
		x.Low, x.High = iv.Low, iv.High
	}
	return nil
}
