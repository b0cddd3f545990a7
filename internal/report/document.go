// Package report puts results before a reader: tables on a terminal, accounts in
// words, and one self-contained HTML file.
package report

import (
	"testudo/internal/catalog"
	"testudo/internal/measure"
)

// Document is a result with everything needed to judge and repeat it.
type Document struct {
	Tool       string              `json:"tool"`
	Built      string              `json:"built_with,omitempty"`
	Command    string              `json:"command"`
	Scenario   string              `json:"scenario"`
	Date       string              `json:"date,omitempty"`
	About      string              `json:"about,omitempty"`
	Digest     string              `json:"scenario_digest"`
	Catalogue  string              `json:"catalogue_digest"`
	Overridden []string            `json:"catalogue_overrides,omitempty"`
	Added      []string            `json:"catalogue_additions,omitempty"`
	Result     *measure.Comparison `json:"result"`
	Flip       *Swings             `json:"flip,omitempty"`
	Notes      []string            `json:"notes,omitempty"` // what the pictures leave out
	Ledger     catalog.Ledger      `json:"ledger"`
	Sources    []SourceLine        `json:"sources"`
	Defaults   []string            `json:"defaults,omitempty"`
	Model      []string            `json:"model_assumptions"`
}

// SourceLine is one source a result rests on.
type SourceLine struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	URL   string `json:"url"`
}
