package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"testudo"
	"testudo/internal/server"
)

// site is a server under test with its users' tokens.
type site struct {
	t      *testing.T
	s      *server.Server
	url    string
	data   string
	tokens map[string]string
}

// hosted opens a server with users; without names it is one's own machine's.
func hosted(t *testing.T, c server.Config, names ...string) *site {
	t.Helper()
	x := &site{t: t, data: t.TempDir(), tokens: map[string]string{}}
	c.Data = x.data
	var lines []string
	for _, n := range names {
		token, line, err := server.NewToken(n)
		if err != nil {
			t.Fatal(err)
		}
		x.tokens[n] = token
		lines = append(lines, line)
	}
	if len(lines) > 0 {
		u, err := server.ReadUsers(strings.NewReader(strings.Join(lines, "\n")))
		if err != nil {
			t.Fatal(err)
		}
		c.Users = u
	}
	s, err := server.New(c)
	if err != nil {
		t.Fatal(err)
	}
	x.s = s
	h := httptest.NewServer(s.Handler())
	x.url = h.URL
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := s.StopStudies(ctx); err != nil {
			t.Error(err)
		}
		h.Close()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return x
}

// do asks as a user ("" nobody) and gives status, headers and body.
func (x *site) do(user, method, path string, body any, headers ...string) (int, http.Header, []byte) {
	x.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		j, err := json.Marshal(b)
		if err != nil {
			x.t.Fatal(err)
		}
		r = bytes.NewReader(j)
	}
	q, err := http.NewRequest(method, x.url+path, r)
	if err != nil {
		x.t.Fatal(err)
	}
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	if user != "" {
		q.Header.Set("Authorization", "Bearer "+x.tokens[user])
	}
	for i := 0; i+1 < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
	}
	if h := q.Header.Get("Host"); h != "" {
		q.Host = h
	}
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		x.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		x.t.Fatal(err)
	}
	return res.StatusCode, res.Header, b
}

// want is do for an answer that must have a status; it is read into out.
func (x *site) want(status int, out any, user, method, path string, body any, headers ...string) {
	x.t.Helper()
	got, _, b := x.do(user, method, path, body, headers...)
	if got != status {
		x.t.Fatalf("%s %s as %q: %d, not %d: %.400s", method, path, user, got, status, b)
	}
	if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			x.t.Fatalf("%s %s: %v in %.200s", method, path, err, b)
		}
	}
}

type dict = map[string]any

const gulf = "testudo: 1\ninclude: gulf.yaml\n"

func (x *site) study(user string, body dict) string {
	x.t.Helper()
	var s struct{ ID string }
	x.want(202, &s, user, "POST", "/api/v1/studies", body)
	return s.ID
}

func (x *site) ended(user, id string) server.Study {
	x.t.Helper()
	for range 600 {
		var s server.Study
		x.want(200, &s, user, "GET", "/api/v1/studies/"+id, nil)
		if s.State != "queued" && s.State != "running" {
			return s
		}
		time.Sleep(50 * time.Millisecond)
	}
	x.t.Fatalf("study %s does not end", id)
	return server.Study{}
}

// described is the API as its description has it: the operations by method and
// path.
type described struct {
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]json.RawMessage }
}

type operation struct {
	OperationID string
	RequestBody json.RawMessage
	Responses   map[string]struct {
		Content map[string]struct{ Schema json.RawMessage }
	}
}

func (x *site) described() (doc described, text []byte) {
	x.t.Helper()
	text, err := x.s.OpenAPI()
	if err != nil {
		x.t.Fatal(err)
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		x.t.Fatal(err)
	}
	return doc, text
}

// bodies are requests that every route with a body answers, about a variant and
// a study.
func bodies(variant dict) map[string]any {
	with := func(more dict) dict {
		out := dict{}
		for k, v := range variant {
			out[k] = v
		}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	return map[string]any{
		"post /api/v1/theatre": variant, "post /api/v1/check": variant, "post /api/v1/whatif": with(dict{"runs": 20}), "post /api/v1/gain": with(dict{"runs": 20}),
		"post /api/v1/overlay":   with(dict{"edits": []any{dict{"path": "commands.SAU.salvo", "value": 1}}}),
		"post /api/v1/footprint": with(dict{"battery": "qat-patriot-doha", "posture": "alone", "missile": "zolfaghar", "from": "shiraz", "grid_km": 40}), "post /api/v1/radar": with(dict{"sensor": "tpy-2-qatar", "altitude_m": 100000, "rcs_m2": 0.1}),
		"post /api/v1/warn": with(dict{"runs": 20}), "post /api/v1/compare": dict{"a": variant, "b": variant, "posture_a": "alone", "posture_b": "gulf-mutual", "runs": 20}, "post /api/v1/replay": with(dict{"posture": "alone", "among": 20}),
		"post /api/v1/explain": with(dict{"posture": "alone", "missile": "emad@kermanshah#1", "run": 0}), "post /api/v1/studies": with(dict{"kind": "gain", "runs": 20}), "post /api/v1/studies/{id}/report": nil,
		"put /api/v1/scenarios/{id}": dict{"text": gulf}, "patch /api/v1/studies/{id}": dict{"name": "renamed"}, "post /api/v1/scenarios": dict{"text": gulf}, "post /api/v1/session": dict{"token": "wrong"},
	}
}

// forAll says which paths need no sign-in; a path that is not here does.
var forAll = map[string]bool{"/": true, "/healthz": true, "/openapi.json": true, "/api/v1/session": true, "/api/v1/session/oidc": true, "/api/v1/session/oidc/callback": true, "/api/v1/outlines": true, "/api/v1/schema": true}

// Nobody sees anything of another's: every operation the API describes, asked
// with the other's ids, says that there is no such thing, and no answer to
// another holds a word of it. The routes are those of the description, so that a
// new one cannot be forgotten.
func TestUsersAreApart(t *testing.T) {
	var log bytes.Buffer
	x := hosted(t, server.Config{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}, "ada", "bob")
	const secret = "Zanzibar-secret"
	var sc struct{ ID, ETag string }
	hers := gulf + "name: " + secret + "\nabout: " + secret + "\n"
	x.want(201, &sc, "ada", "POST", "/api/v1/scenarios", dict{"name": secret, "text": hers})
	study := x.study("ada", dict{"scenario": sc.ID, "kind": "gain", "runs": 50, "name": secret})
	if s := x.ended("ada", study); s.State != "done" {
		t.Fatalf("study: %+v", s)
	}
	variant := dict{"scenario": sc.ID, "overlay": "", "raid": ""}
	hidden := []string{secret, sc.ID, study}
	// She has asked everything about it: what is kept for her is kept from him.
	tags := map[string]string{}
	for route, body := range bodies(variant) {
		if verb, path, _ := strings.Cut(route, " "); verb == "post" && !strings.Contains(path, "/studies") && !strings.Contains(path, "/session") && path != "/api/v1/scenarios" {
			status, h, b := x.do("ada", "POST", path, body)
			if status != 200 {
				t.Errorf("%s as ada: %d %.300s", route, status, b)
			}
			tags[path] = h.Get("ETag")
		}
	}
	doc, _ := x.described()
	ask := bodies(variant)
	ask["post /api/v1/scenarios"] = dict{"text": "testudo: 1\ninclude: " + sc.ID + ".yaml\n"}
	asked := 0
	every := func(who string, tell func(verb, path, asked string, status int, h http.Header, b []byte)) {
		for path, ops := range doc.Paths {
			for verb, op := range ops {
				asked++
				id := sc.ID
				if strings.Contains(path, "/studies/") {
					id = study
				}
				body, has := ask[verb+" "+path]
				if !has && op.RequestBody != nil {
					t.Errorf("%s %s: the test has no body for it", verb, path)
					continue
				}
				names := []string{"result.json"}
				if strings.Contains(path, "{name}") {
					names = []string{"result.json", "report.html", "results.csv", "results.parquet", "scenario.yaml", "nothing.json"}
				}
				for _, name := range names {
					p := strings.NewReplacer("{id}", id, "{name}", name).Replace(path)
					// The name of her answer is no key to it.
					status, h, b := x.do(who, strings.ToUpper(verb), p, body, "If-None-Match", sc.ETag+", "+tags[path])
					tell(verb, path, p, status, h, b)
				}
			}
		}
	}
	for _, who := range []string{"bob", ""} {
		every(who, func(verb, path, p string, status int, h http.Header, b []byte) {
			for _, word := range hidden {
				// An error may repeat what was asked for.
				if bytes.Contains(bytes.ReplaceAll(b, []byte(fmt.Sprintf("there is no scenario \\\"%s\\\" here", sc.ID)), nil), []byte(word)) {
					t.Errorf("%s %s as %q tells %s: %.200s", verb, p, who, word, b)
				}
				if strings.Contains(fmt.Sprint(h), word) {
					t.Errorf("%s %s as %q tells %s: %v", verb, p, who, word, h)
				}
			}
			switch {
			case who == "" && !forAll[path] && status != 401:
				t.Errorf("%s %s as nobody: %d", verb, p, status)
			case who == "bob" && strings.Contains(path, "{id}") && !strings.Contains(path, "/catalogue/") && status != 404:
				t.Errorf("%s %s as bob: %d: %.200s", verb, p, status, b)
			case who == "bob" && ask[verb+" "+path] != nil && !strings.Contains(path, "{id}") && !strings.Contains(path, "/session") && path != "/api/v1/scenarios" && status != 404 && (status != 422 || path != "/api/v1/overlay"):
				t.Errorf("%s %s about ada's as bob: %d: %.200s", verb, p, status, b)
			}
		})
	}
	if asked < 60 {
		t.Errorf("only %d operations are described", asked/2)
	}
	// An overlay cannot reach it either.
	status, _, b := x.do("bob", "POST", "/api/v1/check", dict{"scenario": "gulf", "overlay": "testudo: 1\ninclude: " + sc.ID + ".yaml\n"})
	if status != 200 || bytes.Contains(b, []byte(secret)) || !bytes.Contains(b, []byte("there is no scenario")) {
		t.Errorf("an overlay over another's scenario: %d %.300s", status, b)
	}
	// Who asks the very same of his own gets an answer that speaks of his own.
	status, h, b := x.do("bob", "POST", "/api/v1/gain", dict{"scenario": "gulf", "overlay": hers, "runs": 20})
	if status != 200 || bytes.Contains(b, []byte(sc.ID)) || h.Get("ETag") == tags["/api/v1/gain"] {
		t.Errorf("the same by bob: %d %.200s", status, b)
	}
	// Signing out another way, the counters and the log hold neither names nor tokens.
	_, _, metrics := x.do("bob", "GET", "/metrics", nil)
	for _, word := range append(hidden, `"ada"`, x.tokens["ada"]) {
		if bytes.Contains(metrics, []byte(word)) {
			t.Errorf("the metrics tell %s", word)
		}
	}
	for _, word := range []string{x.tokens["ada"], x.tokens["bob"], secret} {
		if bytes.Contains(log.Bytes(), []byte(word)) {
			t.Errorf("the log tells %s", word)
		}
	}
	// All is still there, and what is shared is seen, but not changed.
	x.want(200, nil, "ada", "GET", "/api/v1/scenarios/"+sc.ID, nil)
	x.want(200, nil, "ada", "GET", "/api/v1/studies/"+study+"/files/result.json", nil)
	x.want(200, nil, "ada", "PUT", "/api/v1/scenarios/"+sc.ID, dict{"text": hers, "shared": true})
	x.want(200, nil, "ada", "PATCH", "/api/v1/studies/"+study, dict{"shared": true})
	x.want(200, nil, "bob", "GET", "/api/v1/scenarios/"+sc.ID, nil)
	x.want(200, nil, "bob", "GET", "/api/v1/studies/"+study+"/files/result.json", nil)
	x.want(200, nil, "bob", "POST", "/api/v1/theatre", variant)
	x.want(403, nil, "bob", "PUT", "/api/v1/scenarios/"+sc.ID, dict{"text": gulf})
	x.want(404, nil, "bob", "DELETE", "/api/v1/scenarios/"+sc.ID, nil)
	x.want(403, nil, "bob", "PATCH", "/api/v1/studies/"+study, dict{"name": "bob's"})
	x.want(403, nil, "bob", "DELETE", "/api/v1/studies/"+study, nil)
	// And is not seen any more when it is not.
	x.want(200, nil, "ada", "PUT", "/api/v1/scenarios/"+sc.ID, dict{"text": hers, "shared": false})
	x.want(200, nil, "ada", "PATCH", "/api/v1/studies/"+study, dict{"shared": false})
	every("bob", func(verb, path, p string, status int, _ http.Header, b []byte) {
		if bytes.Contains(b, []byte(secret)) || strings.Contains(path, "{id}") && !strings.Contains(path, "/catalogue/") && status != 404 {
			t.Errorf("%s %s as bob, no longer shared: %d %.200s", verb, p, status, b)
		}
	})
}

// Who watches a study that is shared sees no more of it when it is not.
func TestAStreamEndsWithTheSharing(t *testing.T) {
	x := hosted(t, server.Config{}, "ada", "bob")
	id := x.study("ada", dict{"scenario": "northeast-asia-2014", "kind": "gain", "runs": 200000})
	x.want(200, nil, "ada", "PATCH", "/api/v1/studies/"+id, dict{"shared": true})
	seen := make(chan []byte, 1)
	go func() {
		_, _, b := x.do("bob", "GET", "/api/v1/studies/"+id+"/events", nil)
		seen <- b
	}()
	time.Sleep(300 * time.Millisecond)
	x.want(200, nil, "ada", "PATCH", "/api/v1/studies/"+id, dict{"shared": false, "name": "Zanzibar"})
	select {
	case b := <-seen:
		if bytes.Contains(b, []byte("Zanzibar")) || !bytes.Contains(b, []byte("event: study")) {
			t.Errorf("bob saw %.300s", b)
		}
	case <-time.After(20 * time.Second):
		t.Error("the stream does not end")
	}
	x.want(204, nil, "ada", "DELETE", "/api/v1/studies/"+id, nil)
}

// Every operation answers what the description says it does, and every problem
// is one.
func TestAnswersAreAsDescribed(t *testing.T) {
	x := hosted(t, server.Config{NoPage: "built without the page"})
	study := x.study("", dict{"scenario": "gulf", "kind": "gain", "runs": 20})
	x.ended("", study)
	var own struct{ ID string }
	x.want(201, &own, "", "POST", "/api/v1/scenarios", dict{"text": gulf})
	doc, text := x.described()
	var whole any
	if err := json.Unmarshal(text, &whole); err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("mem:api.json", whole); err != nil {
		t.Fatal(err)
	}
	fits := func(at string, v any) {
		t.Helper()
		sch, err := c.Compile("mem:api.json#" + at)
		if err != nil {
			t.Fatalf("%s: %v", at, err)
		}
		if err := sch.Validate(v); err != nil {
			t.Errorf("%s: %.600v", at, err)
		}
	}
	part := strings.NewReplacer("~", "~0", "/", "~1")
	ask := bodies(dict{"scenario": "gulf", "overlay": "", "raid": ""})
	ask["put /api/v1/scenarios/{id}"] = dict{"text": gulf}
	// Without a provider and a page, these are not there.
	absent := map[string]bool{"get /api/v1/session/oidc": true, "get /api/v1/session/oidc/callback": true, "get /": true, "post /api/v1/session": true}
	for path, ops := range doc.Paths {
		for verb, op := range ops {
			if op.RequestBody == nil && ask[verb+" "+path] != nil {
				t.Errorf("%s %s: the description has no body", verb, path)
			}
			if verb == "delete" {
				continue // tried by the others
			}
			id := "gulf"
			switch {
			case strings.Contains(path, "/studies/"):
				id = study
			case strings.Contains(path, "/catalogue/"):
				id = "qiam"
			case verb == "put":
				id = own.ID
			}
			p := strings.NewReplacer("{id}", id, "{name}", "result.json").Replace(path)
			status, h, b := x.do("", strings.ToUpper(verb), p, ask[verb+" "+path])
			kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
			if status >= 300 {
				if !absent[verb+" "+path] {
					t.Errorf("%s %s: %d %.300s", verb, p, status, b)
				}
				if path == "/" {
					continue
				}
				var v any
				if kind != "application/problem+json" || json.Unmarshal(b, &v) != nil {
					t.Errorf("%s %s: %d of %s", verb, p, status, kind)
					continue
				}
				fits("/paths/"+part.Replace(path)+"/"+verb+"/responses/default/content/application~1problem+json/schema", v)
				continue
			}
			r, ok := op.Responses[fmt.Sprint(status)]
			if !ok {
				t.Errorf("%s %s: a status %d is not described", verb, p, status)
				continue
			}
			if _, ok := r.Content[kind]; !ok && len(b) > 0 {
				t.Errorf("%s %s: an answer of %s is not described", verb, p, kind)
				continue
			}
			at := "/paths/" + part.Replace(path) + "/" + verb + "/responses/" + fmt.Sprint(status) + "/content/" + part.Replace(kind) + "/schema"
			switch {
			case strings.Contains(path, "/files/"):
			case kind == "application/json":
				v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
				if err != nil {
					t.Fatal(err)
				}
				fits(at, v)
			case kind == "text/event-stream":
				names, data := events(t, b)
				var list []any
				for i, d := range data {
					v, err := jsonschema.UnmarshalJSON(bytes.NewReader(d))
					if err != nil {
						t.Fatal(err)
					}
					list = append(list, map[string]any{"event": names[i], "data": v})
				}
				if len(list) == 0 {
					t.Errorf("%s %s: no event", verb, p)
				}
				fits(at, list)
			}
			// What an answer is called is known again.
			_, again := op.Responses["304"]
			if tag := h.Get("ETag"); again != (tag != "") && path != "/api/v1/scenarios" && verb != "put" {
				t.Errorf("%s %s: the name %q and the description differ", verb, p, tag)
			} else if again {
				for _, name := range []string{tag, "W/" + tag, `"x", ` + tag} {
					if status, _, b := x.do("", strings.ToUpper(verb), p, ask[verb+" "+path], "If-None-Match", name); status != 304 || len(b) > 0 {
						t.Errorf("%s %s with If-None-Match %s: %d, %d bytes", verb, p, name, status, len(b))
					}
				}
			}
		}
	}
	// What there is not, and what is asked the wrong way, are problems as well.
	for _, q := range [][2]string{{"GET", "/api/v1/nothing"}, {"PUT", "/api/v1/gain"}, {"GET", "/api/v1/gain"}, {"FOO", "/api/v1/studies"}, {"DELETE", "/api/v1/me"}, {"POST", "/api/v2/x"}} {
		status, h, b := x.do("", q[0], q[1], nil)
		var p server.Problem
		if status != 404 && status != 405 || h.Get("Content-Type") != "application/problem+json" || json.Unmarshal(b, &p) != nil || p.Status != status || status == 405 && h.Get("Allow") == "" {
			t.Errorf("%s %s: %d %s %s", q[0], q[1], status, h.Get("Content-Type"), b)
		}
	}
}

// A session's cookie admits until it is signed out, is not read by scripts, and
// a request from another site is refused.
func TestSessions(t *testing.T) {
	x := hosted(t, server.Config{TLS: true}, "ada")
	x.want(401, nil, "", "POST", "/api/v1/session", dict{"token": "nonsense"})
	status, h, _ := x.do("", "POST", "/api/v1/session", dict{"token": x.tokens["ada"]})
	c := h.Get("Set-Cookie")
	if status != 204 || !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Strict") || !strings.Contains(c, "Secure") {
		t.Fatalf("%d, cookie %q", status, c)
	}
	value, _, _ := strings.Cut(c, ";")
	x.want(200, nil, "", "GET", "/api/v1/me", nil, "Cookie", value)
	if status, _, _ := x.do("", "POST", "/api/v1/scenarios", dict{"text": gulf}, "Cookie", value, "Sec-Fetch-Site", "cross-site"); status != 403 {
		t.Errorf("a request from another site: %d", status)
	}
	if status, _, _ := x.do("", "POST", "/api/v1/scenarios", dict{"text": gulf}, "Cookie", value, "Origin", "https://evil.example"); status != 403 {
		t.Errorf("a request of another origin, by an old browser: %d", status)
	}
	x.want(204, nil, "", "DELETE", "/api/v1/session", nil, "Cookie", value)
	x.want(401, nil, "", "GET", "/api/v1/me", nil, "Cookie", value)
	// The users' file holds no token.
	_, line, err := server.NewToken("eve")
	if err != nil || strings.Contains(line, x.tokens["ada"]) || len(line) < 64 {
		t.Errorf("%v %q", err, line)
	}
	for _, bad := range []string{"", "ada", "ada: xyz", "a b: " + strings.Repeat("0", 64), line + "\n" + line} {
		if _, err := server.ReadUsers(strings.NewReader(bad)); err == nil {
			t.Errorf("users %q are read", bad)
		}
	}
}

// A name of the outer world that was pointed at this machine is refused, and
// every answer carries the policy that keeps scripts out.
func TestLoopbackAndHeaders(t *testing.T) {
	x := hosted(t, server.Config{NoPage: "built without the page"})
	if status, _, _ := x.do("", "GET", "/api/v1/me", nil, "Host", "evil.example"); status != 403 {
		t.Errorf("another host's name: %d", status)
	}
	status, h, b := x.do("", "GET", "/", nil)
	if status != 503 || !bytes.Contains(b, []byte("built without the page")) || strings.Contains(h.Get("Content-Type"), "html") {
		t.Errorf("without a page: %d %s %s", status, h.Get("Content-Type"), b)
	}
	p := h.Get("Content-Security-Policy")
	if !strings.Contains(p, "default-src 'none'") || strings.Contains(p, "script-src 'self' 'unsafe-inline'") || strings.Contains(p, "'unsafe-eval'") || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", h)
	}
	x.want(404, nil, "", "GET", "/api/v1/nothing", nil)
	if status, _, b := x.do("", "GET", "/healthz", nil); status != 200 || string(b) != "ok\n" {
		t.Errorf("health %d %s", status, b)
	}
	if _, _, b := x.do("", "GET", "/metrics", nil); !bytes.Contains(b, []byte("testudo_requests_total")) {
		t.Error("no metrics")
	}
}

// Hostile bodies and texts get a clear error, quickly, and never a fault of the
// server's own.
func TestHostile(t *testing.T) {
	x := hosted(t, server.Config{})
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b]\n"
	for name, text := range map[string]string{
		"bomb": bomb, "deep": strings.Repeat("[", 5000), "deep keys": strings.Repeat("a: {", 3000), "two documents": "testudo: 1\n---\ntestudo: 1\n", "tag": "testudo: !!python/object 1\n", "binary": "\x00\x01\x02", "alone": "testudo: 1\n",
		"circle": "testudo: 1\ninclude: overlay.yaml\n", "file": "testudo: 1\ninclude: /etc/passwd\n", "up": "testudo: 1\ninclude: ../../../etc/passwd\n", "infinite": "testudo: 1\nname: x\nassets: {a: {nation: X, at: [.inf, .nan]}}\n",
		"many": "testudo: 1\ninclude: gulf.yaml\nraids:\n  x: [{missile: scud-b, count: 99999999, from: semnan, at: riyadh}]\n", "script": "testudo: 1\nname: \"<script>alert(1)</script>\"\n",
	} {
		for _, path := range []string{"/api/v1/check", "/api/v1/theatre", "/api/v1/whatif", "/api/v1/overlay", "/api/v1/scenarios", "/api/v1/studies"} {
			body := dict{"scenario": "gulf", "overlay": text}
			switch path {
			case "/api/v1/overlay":
				body["edits"] = []any{dict{"path": "name", "value": "x"}}
			case "/api/v1/scenarios":
				body = dict{"text": text}
			case "/api/v1/studies":
				body["kind"] = "gain"
			}
			status, h, b := x.do("", "POST", path, body)
			if status >= 500 || status < 400 && path != "/api/v1/check" {
				t.Errorf("%s at %s: %d %.200s", name, path, status, b)
			}
			if bytes.Contains(b, []byte("root:")) || strings.Contains(h.Get("Content-Type"), "html") {
				t.Errorf("%s at %s: %s %.200s", name, path, h.Get("Content-Type"), b)
			}
		}
	}
	for name, body := range map[string]string{"no JSON": "{", "another type": `{"scenario": 7}`, "a stranger's key": `{"scenario": "gulf", "evil": 1}`, "deep": strings.Repeat("[", 100000), "a key twice": `{"scenario": "gulf", "scenario": "levant-2024"}`, "another case": `{"Scenario": "gulf"}`, "not UTF-8": "{\"scenario\": \"gulf\", \"overlay\": \"\xff\"}", "not a number": `{"scenario": NaN}`, "a huge number": `{"scenario": 1e999}`, "nested": `{"scenario": ` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, "more": `{"scenario": "gulf"} {}`,
		"a long key": `{"` + strings.Repeat("k", 1<<20) + `": 1, "scenario": "gulf"}`, "too large": `{"scenario": "` + strings.Repeat("x", 4<<20) + `"}`} {
		status, h, b := x.do("", "POST", "/api/v1/theatre", body)
		if status < 400 || status >= 500 || !strings.Contains(h.Get("Content-Type"), "problem+json") {
			t.Errorf("%s: %d %s %.200s", name, status, h.Get("Content-Type"), b)
		}
		if len(b) > 1000 {
			t.Errorf("%s: the answer repeats the question: %d bytes", name, len(b))
		}
	}
	for name, q := range map[string]string{"a thousand million runs": `{"scenario": "gulf", "runs": 1000000000}`, "runs beyond numbers": `{"scenario": "gulf", "runs": 1e30}`, "half a run": `{"scenario": "gulf", "runs": 1.5}`, "less than none": `{"scenario": "gulf", "runs": -1}`, "a seed below zero": `{"scenario": "gulf", "seed": -1}`, "a posture of none": `{"scenario": "gulf", "postures": ["nothing"]}`} {
		for _, path := range []string{"/api/v1/gain", "/api/v1/whatif"} {
			if status, _, b := x.do("", "POST", path, q); status < 400 || status >= 500 {
				t.Errorf("%s at %s: %d %.200s", name, path, status, b)
			}
		}
	}
	for _, e := range []dict{{"path": "", "value": 1}, {"path": "a..b", "value": 1}, {"path": "testudo.x", "value": 1}, {"path": "name", "value": dict{"a": dict{"b": dict{"c": dict{"d": dict{"e": dict{"f": dict{"g": dict{"h": dict{"i": dict{"j": 1}}}}}}}}}}}} {
		if status, _, b := x.do("", "POST", "/api/v1/overlay", dict{"scenario": "gulf", "edits": []any{e}}); status != 422 {
			t.Errorf("edit %v: %d %.200s", e, status, b)
		}
	}
	for _, a := range []dict{{"kind": "link", "posture": "nothing", "from": "USA", "to": "SAU", "level": "track"}, {"kind": "link", "posture": "alone", "from": "USA", "to": "USA", "level": "track"}, {"kind": "link", "posture": "alone", "from": "USA", "to": "SAU"}, {"kind": "link", "posture": "alone", "from": "USA", "to": "SAU", "level": "all"},
		{"kind": "mutual-defence", "posture": "alone", "from": "USA", "to": "<script>", "on": true}, {"kind": "mutual-defence", "posture": "alone", "from": "USA", "to": "IRN", "on": true}, {"kind": "joint-fire-control", "posture": "alone", "from": "USA", "on": true}, {"kind": "cut", "from": "BHR", "to": "KWT", "on": true}, {"kind": "love", "from": "USA", "to": "SAU"}, {"kind": "cut", "from": "USA", "to": "SAU", "evil": 1}} {
		if status, _, b := x.do("", "POST", "/api/v1/overlay", dict{"scenario": "gulf", "agreements": []any{a}}); status != 422 {
			t.Errorf("agreement %v: %d %.200s", a, status, b)
		}
	}
	for _, name := range []string{"..%2f..%2ftestudo.db", "....json", "x.json%00", ".result.json"} {
		if status, _, _ := x.do("", "GET", "/api/v1/studies/s-0/files/"+name, nil); status != 404 {
			t.Errorf("file %s: %d", name, status)
		}
	}
}

// The same errors a file has on the command line come with their places.
func TestProblemsHavePlaces(t *testing.T) {
	x := hosted(t, server.Config{})
	var p server.Problem
	x.want(422, &p, "", "POST", "/api/v1/theatre", dict{"scenario": "gulf", "overlay": gulf + "commands:\n  SAU: {salvos: 2}\n  QAT: {salvo: 99}\n"})
	if len(p.Errors) != 2 || p.Errors[0].Line != 4 || p.Errors[0].Path != "commands.SAU" || p.Errors[0].Hint != "salvo" || p.Errors[1].Line != 5 {
		t.Errorf("%+v", p.Errors)
	}
}

// events reads a stream of server-sent events.
func events(t *testing.T, body []byte) (names []string, data []json.RawMessage) {
	t.Helper()
	for _, block := range strings.Split(string(body), "\n\n") {
		name, text := "", ""
		for _, l := range strings.Split(block, "\n") {
			if v, ok := strings.CutPrefix(l, "event: "); ok {
				name = v
			}
			if v, ok := strings.CutPrefix(l, "data: "); ok {
				text += v
			}
		}
		if name != "" {
			names, data = append(names, name), append(data, json.RawMessage(text))
		}
	}
	return names, data
}

// A what-if ends with the figures that the package gives for the same file,
// bit for bit, coarse answers first.
func TestWhatIfIsTheGain(t *testing.T) {
	x := hosted(t, server.Config{})
	overlay := gulf + "commands:\n  SAU: {salvo: 1}\ncut: [{from: SAU, to: USA, both: true}]\n"
	status, _, b := x.do("", "POST", "/api/v1/whatif", dict{"scenario": "gulf", "overlay": overlay, "runs": 4000, "seed": 5})
	names, data := events(t, b)
	if status != 200 || len(names) != 4 {
		t.Fatalf("%d, events %v: %.300s", status, names, b)
	}
	var last struct {
		Runs    int
		Settled bool
		Final   bool
		Digest  string
		Result  json.RawMessage
	}
	for i, d := range data {
		if err := json.Unmarshal(d, &last); err != nil {
			t.Fatal(err)
		}
		if last.Settled != (i >= 2) || last.Final != (i == 3) || last.Runs != []int{100, 1000, 3000, 4000}[i] {
			t.Errorf("event %d: %d runs, settled %v, final %v", i, last.Runs, last.Settled, last.Final)
		}
	}
	s, err := testudo.Load("../../scenarios/gulf.yaml", "commands.SAU.salvo=1", "cut=[{from: SAU, to: USA, both: true}]")
	if err != nil {
		t.Fatal(err)
	}
	if s.File.Digest != last.Digest {
		t.Errorf("digest %s of the overlay, %s of the same by --set", last.Digest, s.File.Digest)
	}
	w, err := s.Compile("")
	if err != nil {
		t.Fatal(err)
	}
	c, err := w.Gain(context.Background(), testudo.Options{Seed: 5, Runs: 4000})
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var a, o any
	if json.Unmarshal(want, &a) != nil || json.Unmarshal(last.Result, &o) != nil || fmt.Sprint(a) != fmt.Sprint(o) {
		t.Errorf("what-if and gain differ:\n%.300s\n%.300s", last.Result, want)
	}
}

// Edits are written as a person would: comments and order stay, new keys stand
// where they belong, and what is taken away leaves no shell.
func TestOverlayReadsLikeAPersons(t *testing.T) {
	x := hosted(t, server.Config{})
	var out struct{ Overlay, Digest string }
	x.want(200, &out, "", "POST", "/api/v1/overlay", dict{"scenario": "northeast-asia-2014", "edits": []any{
		dict{"path": "batteries.guam-thaad.at", "value": []float64{13.6, 144.9}}, dict{"path": "commands.JPN.salvo", "value": 1}, dict{"path": "cut", "value": []any{dict{"from": "KOR", "to": "JPN", "both": true}}}}})
	want := "testudo: 1\ninclude: northeast-asia-2014.yaml\nbatteries:\n  guam-thaad: {at: [13.6, 144.9]}\ncommands:\n  JPN: {salvo: 1}\ncut: [{from: KOR, to: JPN, both: true}]\n"
	if out.Overlay != want {
		t.Errorf("overlay\n%s\nnot\n%s", out.Overlay, want)
	}
	commented := "# my idea\ntestudo: 1\ninclude: northeast-asia-2014.yaml\ncommands:\n  JPN: {salvo: 1} # thrift\n"
	x.want(200, &out, "", "POST", "/api/v1/overlay", dict{"scenario": "northeast-asia-2014", "overlay": commented, "edits": []any{dict{"path": "commands.JPN.reserve", "value": 2}, dict{"path": "commands.KOR.salvo", "value": 1}}})
	if !strings.HasPrefix(out.Overlay, "# my idea\n") || !strings.Contains(out.Overlay, "JPN: {salvo: 1, reserve: 2} # thrift\n  KOR: {salvo: 1}\n") {
		t.Errorf("overlay\n%s", out.Overlay)
	}
	x.want(200, &out, "", "POST", "/api/v1/overlay", dict{"scenario": "northeast-asia-2014", "overlay": want, "edits": []any{dict{"path": "batteries.guam-thaad.at", "value": nil}, dict{"path": "commands.JPN.salvo", "value": nil}, dict{"path": "cut", "value": nil}}})
	if out.Overlay != "testudo: 1\ninclude: northeast-asia-2014.yaml\n" {
		t.Errorf("all taken away leaves\n%s", out.Overlay)
	}
}

// A figure that a scenario sets otherwise keeps the range that was published, so
// that a page can mark it as beyond.
func TestFiguresKeepTheirPublishedRange(t *testing.T) {
	x := hosted(t, server.Config{})
	var seen struct {
		Batteries []struct {
			Figures []struct {
				Edit, Text, Published string
				Value                 float64
				High                  *float64
			}
		}
	}
	const edit = "catalog.thaad-interceptor.figures.kill-probability"
	x.want(200, &seen, "", "POST", "/api/v1/theatre", dict{"scenario": "gulf", "overlay": gulf + "catalog:\n  thaad-interceptor:\n    figures:\n      kill-probability: {value: 0.99, source: assumption, reason: tried}\n"})
	found := false
	for _, b := range seen.Batteries {
		for _, f := range b.Figures {
			if f.Edit != edit {
				continue
			}
			found = true
			if f.Text != "0.99" || f.Published == "" || f.Published == "0.99" || f.High == nil || f.Value <= *f.High {
				t.Errorf("%+v", f)
			}
		}
	}
	if !found {
		t.Errorf("no figure %s", edit)
	}
}

// A list of an overlay takes the place of the one below it: a cut switched on top
// of a scenario that was saved with one must keep that one, and the saved one can
// be restored.
func TestCutsOfASavedScenarioAreKept(t *testing.T) {
	x := hosted(t, server.Config{})
	var saved struct{ ID string }
	x.want(201, &saved, "", "POST", "/api/v1/scenarios", dict{"name": "first cut", "text": gulf + "cut: [{from: SAU, to: USA, both: true}]\n"})
	var out struct{ Overlay string }
	cuts := func(on bool, a, b string) dict {
		return dict{"scenario": saved.ID, "overlay": out.Overlay, "agreements": []any{dict{"kind": "cut", "from": a, "to": b, "on": on}}}
	}
	for _, c := range []struct {
		name     string
		on       bool
		a, b     string
		want     string
		cut, not [2]string
	}{
		{"another", true, "BHR", "USA", "cut:\n  - {from: SAU, to: USA, both: true}\n  - {from: BHR, to: USA, both: true}\n", [2]string{"BHR", "USA"}, [2]string{}},
		{"and restored", false, "USA", "BHR", "", [2]string{"SAU", "USA"}, [2]string{"BHR", "USA"}},
		{"the saved one restored", false, "SAU", "USA", "cut: []\n", [2]string{}, [2]string{"SAU", "USA"}},
		{"and cut again", true, "SAU", "USA", "", [2]string{"SAU", "USA"}, [2]string{}},
	} {
		x.want(200, &out, "", "POST", "/api/v1/overlay", cuts(c.on, c.a, c.b))
		if want := "testudo: 1\ninclude: " + saved.ID + ".yaml\n" + c.want; out.Overlay != want {
			t.Errorf("%s:\n%s\nnot\n%s", c.name, out.Overlay, want)
		}
		var seen struct{ Cut [][2]string }
		x.want(200, &seen, "", "POST", "/api/v1/theatre", dict{"scenario": saved.ID, "overlay": out.Overlay})
		if (c.cut != [2]string{} && !slices.Contains(seen.Cut, c.cut)) || slices.Contains(seen.Cut, c.not) {
			t.Errorf("%s: cut is %v", c.name, seen.Cut)
		}
	}
}

// The same question is computed once however many ask at once, and an answer
// that is known is not sent again.
func TestOneQuestionOneAnswer(t *testing.T) {
	x := hosted(t, server.Config{})
	body := dict{"scenario": "gulf", "runs": 3000}
	var wg sync.WaitGroup
	tags := make([]string, 8)
	for i := range tags {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_, h, _ := x.do("", "POST", "/api/v1/gain", body)
			tags[i] = h.Get("ETag")
		}()
	}
	wg.Wait()
	for _, tag := range tags {
		if tag == "" || tag != tags[0] {
			t.Fatalf("tags %v", tags)
		}
	}
	status, _, b := x.do("", "POST", "/api/v1/gain", body, "If-None-Match", tags[0])
	if status != 304 || len(b) != 0 {
		t.Errorf("a known answer: %d, %d bytes", status, len(b))
	}
	if status, h, _ := x.do("", "POST", "/api/v1/gain", dict{"scenario": "gulf", "runs": 300}); status != 200 || h.Get("ETag") == tags[0] {
		t.Errorf("another question: %d %s", status, h.Get("ETag"))
	}
}

// More than can wait are sent away with the time to come back; a user with too
// much under way is too.
func TestOverload(t *testing.T) {
	x := hosted(t, server.Config{Limits: server.Limits{Waiting: 1, PerUser: 2, Queued: 1}}, "ada", "bob", "cyd", "dan")
	var wg sync.WaitGroup
	var mu sync.Mutex
	seen := map[int]int{}
	for i, who := range []string{"ada", "ada", "ada", "bob", "bob", "cyd", "dan", "dan"} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			status, h, b := x.do(who, "POST", "/api/v1/gain", dict{"scenario": "northeast-asia-2014", "runs": 3000, "seed": i})
			mu.Lock()
			defer mu.Unlock()
			seen[status]++
			if (status == 429 || status == 503) && h.Get("Retry-After") == "" {
				t.Errorf("%d without Retry-After: %.200s", status, b)
			}
			if status != 200 && status != 429 && status != 503 {
				t.Errorf("%d %.200s", status, b)
			}
		}()
	}
	wg.Wait()
	if seen[200] == 0 || seen[503]+seen[429] == 0 {
		t.Errorf("statuses %v", seen)
	}
	id := x.study("ada", dict{"scenario": "northeast-asia-2014", "kind": "gain", "runs": 100000})
	status, h, b := x.do("ada", "POST", "/api/v1/studies", dict{"scenario": "gulf", "kind": "gain", "runs": 10})
	if status != 429 || h.Get("Retry-After") == "" {
		t.Errorf("a study too many: %d %.200s", status, b)
	}
	x.want(204, nil, "ada", "DELETE", "/api/v1/studies/"+id, nil)
	if s := x.ended("ada", id); s.State != "cancelled" {
		t.Errorf("cancelled study: %s", s.State)
	}
	x.want(422, nil, "bob", "POST", "/api/v1/gain", dict{"scenario": "gulf", "runs": 900_000_000})
}

// A study that ran when the server stopped goes on when it starts again; one
// that was done is kept, with its files.
func TestShutdownLosesNoFinishedWork(t *testing.T) {
	dir := t.TempDir()
	open := func() (*server.Server, *httptest.Server) {
		s, err := server.New(server.Config{Data: dir})
		if err != nil {
			t.Fatal(err)
		}
		return s, httptest.NewServer(s.Handler())
	}
	shut := func(s *server.Server, h *httptest.Server) {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := s.StopStudies(ctx); err != nil {
			t.Fatal(err)
		}
		h.Close()
		if err := s.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
	s, h := open()
	x := &site{t: t, url: h.URL}
	first := x.study("", dict{"scenario": "gulf", "kind": "gain", "runs": 100})
	if k := x.ended("", first); k.State != "done" {
		t.Fatalf("%+v", k)
	}
	long := x.study("", dict{"scenario": "northeast-asia-2014", "kind": "gain", "runs": 3000})
	shut(s, h)
	s, h = open()
	defer shut(s, h)
	x.url = h.URL
	if k := x.ended("", long); k.State != "done" {
		t.Errorf("the study that ran: %+v", k)
	}
	for _, id := range []string{first, long} {
		var d struct {
			Result struct{ Runs int } `json:"result"`
		}
		x.want(200, &d, "", "GET", "/api/v1/studies/"+id+"/files/result.json", nil)
		if d.Result.Runs == 0 {
			t.Errorf("study %s has no result", id)
		}
		if _, err := os.Stat(filepath.Join(dir, "studies", id, "report.html")); err != nil {
			t.Error(err)
		}
	}
	status, hd, _ := x.do("", "GET", "/api/v1/studies/"+first+"/files/report.html", nil)
	if status != 200 || !strings.HasPrefix(hd.Get("Content-Disposition"), "attachment") || !strings.Contains(hd.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("report: %d %v", status, hd)
	}
	status, _, b := x.do("", "GET", "/api/v1/studies/"+first+"/events", nil)
	if names, _ := events(t, b); status != 200 || len(names) != 1 || names[0] != "study" {
		t.Errorf("events of an ended study: %d %s", status, b)
	}
	x.want(204, nil, "", "DELETE", "/api/v1/studies/"+first, nil)
	x.want(404, nil, "", "GET", "/api/v1/studies/"+first, nil)
	if _, err := os.Stat(filepath.Join(dir, "studies", first)); !os.IsNotExist(err) {
		t.Errorf("results of a removed study: %v", err)
	}
}

// A study stops when its user's time is spent, and keeps no more than there is
// room for.
func TestStudiesKeepWithinTheirLimits(t *testing.T) {
	x := hosted(t, server.Config{Limits: server.Limits{CPUSeconds: 1.5}}, "ada", "bob")
	id := x.study("ada", dict{"scenario": "northeast-asia-2014", "kind": "gain", "runs": 400000})
	if s := x.ended("ada", id); s.State != "failed" || !strings.Contains(s.Problem, "share of computing time") {
		t.Errorf("beyond the time: %s, %s", s.State, s.Problem)
	}
	for _, path := range []string{"/api/v1/gain", "/api/v1/whatif", "/api/v1/studies"} {
		body := dict{"scenario": "gulf", "runs": 10}
		if path == "/api/v1/studies" {
			body["kind"] = "gain"
		}
		if status, h, b := x.do("ada", "POST", path, body); status != 429 || h.Get("Retry-After") == "" {
			t.Errorf("%s with no time left: %d %.200s", path, status, b)
		}
	}
	x.want(200, nil, "bob", "POST", "/api/v1/gain", dict{"scenario": "gulf", "runs": 10})
	x = hosted(t, server.Config{Limits: server.Limits{DiskBytes: 20_000}}, "ada")
	id = x.study("ada", dict{"scenario": "gulf", "kind": "gain", "runs": 10})
	if s := x.ended("ada", id); s.State != "failed" || !strings.Contains(s.Problem, "at most 20000") || len(s.Files) > 0 {
		t.Errorf("beyond the room: %+v", s)
	}
	if _, err := os.Stat(filepath.Join(x.data, "studies", id)); !os.IsNotExist(err) {
		t.Errorf("results beyond the room lie there: %v", err)
	}
	big := gulf + "about: " + strings.Repeat("x", 19_900) + "\n"
	if status, h, b := x.do("ada", "POST", "/api/v1/scenarios", dict{"text": big}); status != 429 || h.Get("Retry-After") == "" {
		t.Errorf("a scenario beyond the room: %d %.200s", status, b)
	}
}

// A study answers what was asked when it was asked: of a saved scenario as it
// stood then, and not at all where what that includes has changed.
func TestAStudyIsOfWhatWasAsked(t *testing.T) {
	x := hosted(t, server.Config{})
	var base, child struct{ ID string }
	x.want(201, &base, "", "POST", "/api/v1/scenarios", dict{"text": gulf})
	x.want(201, &child, "", "POST", "/api/v1/scenarios", dict{"text": "testudo: 1\ninclude: " + base.ID + ".yaml\n"})
	first := x.study("", dict{"scenario": "northeast-asia-2014", "kind": "gain", "runs": 400000})
	of, over := x.study("", dict{"scenario": base.ID, "kind": "gain", "runs": 20}), x.study("", dict{"scenario": child.ID, "kind": "gain", "runs": 20})
	x.want(200, nil, "", "PUT", "/api/v1/scenarios/"+base.ID, dict{"text": gulf + "commands:\n  SAU: {salvo: 1}\n"})
	x.want(204, nil, "", "DELETE", "/api/v1/studies/"+first, nil)
	if s := x.ended("", of); s.State != "done" {
		t.Errorf("of the scenario: %+v", s)
	}
	var text []byte
	if _, _, text = x.do("", "GET", "/api/v1/studies/"+of+"/files/scenario.yaml", nil); string(text) != gulf {
		t.Errorf("its scenario is %q", text)
	}
	if s := x.ended("", over); s.State != "failed" || !strings.Contains(s.Problem, "was changed") {
		t.Errorf("over the scenario: %+v", s)
	}
	// The full report of what a study asks, whatever became of the scenario.
	var report server.Study
	x.want(202, &report, "", "POST", "/api/v1/studies/"+of+"/report", nil)
	if report.Kind != "report" || report.Runs != 20 || report.Digest != x.ended("", of).Digest {
		t.Errorf("report of it: %+v", report)
	}
	x.want(204, nil, "", "DELETE", "/api/v1/studies/"+report.ID, nil)
}

// A theatre that would take all the memory is refused before it is compiled.
func TestTooLargeATheatre(t *testing.T) {
	x := hosted(t, server.Config{Limits: server.Limits{Pairs: 500}})
	for path, body := range map[string]dict{"/api/v1/theatre": {}, "/api/v1/gain": {"runs": 10}, "/api/v1/whatif": {"runs": 10}, "/api/v1/studies": {"runs": 10, "kind": "gain"}, "/api/v1/radar": {"sensor": "x", "altitude_m": 1, "rcs_m2": 1}} {
		body["scenario"] = "gulf"
		if status, _, b := x.do("", "POST", path, body); status != 422 || !bytes.Contains(b, []byte("too large for this server")) {
			t.Errorf("%s: %d %.200s", path, status, b)
		}
	}
}
