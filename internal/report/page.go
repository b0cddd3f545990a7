package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
)

//go:embed page.tmpl
var plainTemplate string

// fact is a line of what a result rests on: seed, runs, digests.
type fact struct{ Name, Text string }

// plainPage is the page of a verb: verdict in words, tiles, sections with
// drawings and tables, how to repeat it, and the data. All texts are made inert
// when the page is set.
type plainPage struct {
	Tool, Title, Kicker, Sub string
	Verdict                  []string
	Tiles                    []tile
	Sections                 []sectionView
	Command                  string
	Facts                    []fact
	Foot                     string

	// Set by html.
	CSS  template.CSS
	Data template.JS
}

// html sets the page as one self-contained file; data goes into it as JSON.
func (p plainPage) html(data any) ([]byte, error) {
	var err error
	if p.Data, err = dataBlock(data); err != nil {
		return nil, err
	}
	p.CSS = template.CSS(pageCSS + svgCSS(svgRules+mapRules+warnRules+lineRules+graphRules, true))
	p.Tool, p.Title, p.Kicker, p.Sub, p.Command, p.Foot = Clean(p.Tool), Clean(p.Title), Clean(p.Kicker), Clean(p.Sub), Clean(p.Command), Clean(p.Foot)
	verdict := p.Verdict
	p.Verdict = nil
	for _, s := range verdict {
		p.Verdict = append(p.Verdict, minusSigns(Clean(s)))
	}
	var b bytes.Buffer
	if err := page.ExecuteTemplate(&b, "plain", p); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return b.Bytes(), nil
}
