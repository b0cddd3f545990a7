package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"testudo/internal/report"
)

// shown is a result ready to be given out: as data, in words, as a page and as
// figures.
type shown struct {
	data     any
	text     func() string
	page     func() ([]byte, error) // nil: the verb has no page
	drawings func() []report.Drawing
}

// present writes what was asked for: the files first, then JSON or text.
func present(cmd *cobra.Command, asJSON bool, o outputs, s shown) error {
	if o.html != "" {
		page, err := s.page()
		if err != nil {
			return coded(exitInternal, err)
		}
		if err := write(o.html, page); err != nil {
			return err
		}
	}
	if o.figures != "" {
		if err := writeFigures(o.figures, s.drawings()); err != nil {
			return err
		}
	}
	out := cmd.OutOrStdout()
	if asJSON {
		return printJSON(out, s.data)
	}
	say(out, s.text())
	if o.html != "" {
		fmt.Fprintf(out, "\nReport: %s\n", o.html)
	}
	return nil
}

// writeFigures writes each figure as SVG and PNG, and its data as CSV.
func writeFigures(folder string, all []report.Drawing) error {
	for _, f := range all {
		base := filepath.Join(folder, f.Name)
		png, err := f.PNG()
		if err != nil {
			return coded(exitInternal, err)
		}
		if err := errors.Join(write(base+".svg", []byte(f.SVG())), write(base+".png", png), write(base+".csv", []byte(f.CSV))); err != nil {
			return err
		}
	}
	return nil
}
