package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"testudo/internal/report"
)

// What a browser shows where a program would be told a problem: whoever follows a
// link to a study that is gone, or is turned away at the door, reads a page.

// wantsPage reports whether a request is a browser's that will show the answer. A
// page's own scripts ask for anything.
func wantsPage(r *http.Request) bool {
	mode := r.Header.Get("Sec-Fetch-Mode") // old browsers do not tell
	return r.Method == http.MethodGet && (mode == "" || mode == "navigate") && strings.Contains(r.Header.Get("Accept"), "text/html")
}

const troubleStyle = `
:root { color-scheme: light dark; --ink: #16212c; --dim: #55626f; --paper: #fff; --sheet: #f3f6f9; --line: #cfd8e1; --blue: #1f5f99; font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', 'Noto Sans', sans-serif; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf4; --dim: #a3b1bf; --paper: #10171f; --sheet: #18212b; --line: #33414f; --blue: #7db7ea; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; color: var(--ink); background: var(--sheet); }
main { box-sizing: border-box; width: min(36rem, 100vw - 2rem); margin: 1rem 0; padding: 1.6rem 1.8rem; background: var(--paper); border: 1px solid var(--line); border-radius: 10px; overflow-wrap: anywhere; }
.name { margin: 0; font-weight: 650; letter-spacing: .06em; color: var(--dim); }
h1 { margin: .2rem 0 .6rem; font-size: 1.45rem; line-height: 1.25; }
p { margin: .5rem 0; }
.dim { color: var(--dim); font-size: .875rem; }
a { color: var(--blue); }
.go { display: inline-block; margin: .6rem .8rem 0 0; padding: .4rem .9rem; border: 1px solid var(--blue); border-radius: 6px; text-decoration: none; }
.go.main { background: var(--blue); color: var(--paper); }
a:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
`

// troublePolicy lets the page have its style, by its hash, and nothing else.
var troublePolicy = func() string {
	sum := sha256.Sum256([]byte(troubleStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

var troublePage = template.Must(template.New("trouble").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{.Title}} – Testudo</title>
<link rel="icon" href="data:,">
<style>{{.Style}}</style>
</head>
<body>
<main>
<p class="name">Testudo</p>
<h1>{{.Title}}</h1>
<p>{{.Detail}}</p>
{{- if .Errors}}
<ul>{{range .Errors}}<li>{{.}}</li>{{end}}</ul>
{{- end}}
{{- range $i, $x := .Links}}
<a class="go{{if eq $i 0}} main{{end}}" href="{{$x.To}}">{{$x.Text}}</a>
{{- end}}
<p class="dim">{{.Small}}</p>
</main>
</body>
</html>
`))

type troubleLink struct{ To, Text string }

// troubleTitles are what happened, in few words.
var troubleTitles = map[int]string{
	http.StatusBadRequest: "This cannot be answered", http.StatusUnauthorized: "Sign in first", http.StatusForbidden: "Not allowed", http.StatusNotFound: "There is nothing here", http.StatusMethodNotAllowed: "Not asked this way",
	http.StatusUnprocessableEntity: "This cannot be answered", http.StatusTooManyRequests: "Too much at once", http.StatusInternalServerError: "Something went wrong", http.StatusServiceUnavailable: "Not at the moment",
}

// troubleOf renders a problem as a page. again is the address that was asked for.
func (s *Server) troubleOf(p *Problem, again, after string) []byte {
	title := troubleTitles[p.Status]
	if title == "" {
		title = p.Title
	}
	var links []troubleLink
	home := troubleLink{"/", "To the workbench"}
	path, _, _ := strings.Cut(again, "?")
	switch {
	case s.oidc != nil && (path == callbackPath || path == loginPath):
		title = "You are not signed in"
		links = append(links, troubleLink{loginPath, "Sign in again"}, home)
	case p.Status == http.StatusUnauthorized:
		links = append(links, troubleLink{"/", "Sign in"})
	case after != "" && !strings.HasPrefix(again, "//"):
		links = append(links, troubleLink{again, "Try again"}, home)
	case s.Page == nil:
		links = append(links, troubleLink{"/openapi.json", "What the API answers"})
	default:
		links = append(links, home)
	}
	small := http.StatusText(p.Status)
	if after != "" {
		small += "; try again in " + after + " s"
	}
	var errs []string
	for _, f := range p.Errors {
		errs = append(errs, report.Clean(strings.TrimPrefix(f.Path+": "+f.Message, ": ")))
	}
	detail := report.Clean(p.Detail)
	if detail != "" {
		first, n := utf8.DecodeRuneInString(detail)
		detail = string(unicode.ToUpper(first)) + detail[n:]
		if !strings.HasSuffix(detail, ".") {
			detail += "."
		}
	}
	var out bytes.Buffer
	_ = troublePage.Execute(&out, map[string]any{"Title": title, "Detail": detail, "Errors": errs, "Links": links, "Small": small, "Style": template.CSS(troubleStyle)})
	return out.Bytes()
}

// hold keeps a problem back that is to become a page.
func (r *recorder) hold(status int) bool {
	if !r.page || status < 400 || r.Header().Get("Content-Type") != "application/problem+json" {
		return false
	}
	r.held = new(bytes.Buffer)
	return true
}

// release sends what was held as a page.
func (r *recorder) release(s *Server, q *http.Request) {
	if r.held == nil {
		return
	}
	var p Problem
	if json.Unmarshal(r.held.Bytes(), &p) != nil {
		p = Problem{Detail: unforeseen}
	}
	p.Status = r.status
	h := r.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", troublePolicy)
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept, Sec-Fetch-Mode")
	h.Del("Content-Length")
	h.Del("Link")
	r.held = nil
	r.ResponseWriter.WriteHeader(r.status)
	_, _ = r.Write(s.troubleOf(&p, q.URL.RequestURI(), h.Get("Retry-After")))
}
