package server_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"testudo/internal/server"
)

// A browser that follows a link reads a page, under a policy that lets it run
// nothing; whoever else asks is told a problem.
func TestTroubleIsAPageForABrowser(t *testing.T) {
	html := []string{"Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Sec-Fetch-Mode", "navigate"}
	x := hosted(t, server.Config{NoPage: "built without the page"}, "ada")
	for _, c := range []struct {
		user, path string
		status     int
		says       []string
	}{
		{"", "/api/v1/studies/s-1/files/report.html?view=true", 401, []string{"Sign in first", `href="/"`}},
		{"ada", "/api/v1/studies/s-1/files/report.html?view=true", 404, []string{"There is nothing here", "or it is not yours"}},
		{"ada", "/api/v1/nothing", 404, []string{"There is nothing here"}},
		{"ada", "/nothing/at/all", 404, []string{"There is nothing here"}},
		{"ada", "/api/v1/gain", 405, []string{"Not asked this way"}},
		{"ada", "/api/v1/session/oidc", 404, []string{"There is nothing here", "has no provider", "/openapi.json"}},
		{"", "/", 503, []string{"Built without the page."}},
		{"ada", "/api/v1/catalogue/%3Cscript%3Ealert(1)%3C%2Fscript%3E", 404, nil},
		{"ada", "//evil.example/%3Cscript%3E?x=<script>", 404, nil},
		{"ada", "/api/v1/studies/" + strings.Repeat("s", 90), 422, []string{"This cannot be answered", "path.id"}},
	} {
		status, h, b := x.do(c.user, "GET", c.path, nil, html...)
		text := string(b)
		if status != c.status || h.Get("Content-Type") != "text/html; charset=utf-8" || !strings.HasPrefix(text, "<!doctype html>") {
			t.Errorf("%s: %d, %s, %.200s", c.path, status, h.Get("Content-Type"), text)
		}
		for _, s := range c.says {
			if !strings.Contains(text, s) {
				t.Errorf("%s: does not say %q: %s", c.path, s, text)
			}
		}
		if p := h.Get("Content-Security-Policy"); !strings.Contains(p, "default-src 'none'; style-src 'sha256-") || strings.Contains(p, "unsafe") {
			t.Errorf("%s: policy %q", c.path, p)
		}
		if strings.Contains(text, "<script") || strings.Contains(text, "evil.example") {
			t.Errorf("%s: %s", c.path, text)
		}
	}
	for _, headers := range [][]string{nil, {"Accept", "*/*"}, {"Accept", "text/html", "Sec-Fetch-Mode", "cors"}, {"Accept", "application/json"}} {
		if status, h, b := x.do("ada", "GET", "/api/v1/studies/s-1", nil, headers...); status != 404 || h.Get("Content-Type") != "application/problem+json" || b[0] != '{' {
			t.Errorf("%v: %d, %s, %.100s", headers, status, h.Get("Content-Type"), b)
		}
	}
	if status, h, _ := x.do("ada", "POST", "/api/v1/gain", dict{"scenario": "nothing"}, html...); status != 404 || h.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a question that is posted: %d, %s", status, h.Get("Content-Type"))
	}
}

// Whoever the provider does not sign in may begin again; while it is away, the page
// says so.
func TestARefusedSignInIsAPage(t *testing.T) {
	p := newIDP(t)
	var h http.Handler
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(w, r) }))
	defer front.Close()
	x := hosted(t, server.Config{OIDC: &server.OIDC{Issuer: p.URL, ClientID: "testudo", ClientSecret: "hush", URL: front.URL, Allow: []string{"ada@example.org"}}})
	h = x.s.Handler()
	ask := func(path string) (int, http.Header, string) {
		c := browser(t)
		q, _ := http.NewRequest("GET", front.URL+path, nil)
		q.Header.Set("Accept", "text/html")
		r, err := c.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return r.StatusCode, r.Header, string(b)
	}
	p.claims = dict{"sub": "9", "email": "eve@example.org", "email_verified": true}
	for path, want := range map[string]struct {
		status int
		says   string
	}{
		"/api/v1/session/oidc": {403, "you are not among those"},
		"/api/v1/session/oidc/callback?error=access_denied&error_description=%3Cscript%3E&state=x": {400, "not begun in this browser"},
	} {
		status, head, text := ask(path)
		if status != want.status || !strings.Contains(text, want.says) || !strings.Contains(text, "Sign in again") || strings.Contains(text, "<script") || head.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d, %s, %s", path, status, head.Get("Content-Type"), text)
		}
	}
	gone := hosted(t, server.Config{OIDC: &server.OIDC{Issuer: "http://127.0.0.1:1", ClientID: "testudo", URL: front.URL, Allow: []string{"*"}}})
	h = gone.s.Handler()
	if status, head, text := ask("/api/v1/session/oidc"); status != 503 || head.Get("Retry-After") == "" || !strings.Contains(text, "does not answer") || !strings.Contains(text, "try again in 10 s") {
		t.Errorf("the provider is away: %d, %s", status, text)
	}
}
