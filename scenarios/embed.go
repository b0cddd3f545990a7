// Package scenarios holds the shipped scenario files. They are the tutorials:
// docs/scenarios has a page of text for each.
package scenarios

import "embed"

// FS is the tree of scenario files: the theatres at the top, published and
// closed-form problems under textbook.
//
//go:embed *.yaml textbook/*.yaml
var FS embed.FS
