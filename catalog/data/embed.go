// Package data carries the catalogue's files inside the program.
package data

import "embed"

// FS holds the catalogue's YAML files.
//
//go:embed *.yaml
var FS embed.FS
