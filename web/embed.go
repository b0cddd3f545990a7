// Package web holds the built page of the workbench.
package web

import (
	"archive/zip"
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

//go:embed dist
var dist embed.FS

// ErrNotBuilt says that the program was built without the page, and how to have
// it.
var ErrNotBuilt = errors.New("this program was built without the page: run `make build` where Node 20 is, then start it again")

// Page opens the built page: each file compressed by gzip, its name with .gz.
func Page() (*zip.Reader, error) {
	b, err := dist.ReadFile("dist/page.zip")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotBuilt
	}
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, fmt.Errorf("the built page: %w", err)
	}
	return z, nil
}
