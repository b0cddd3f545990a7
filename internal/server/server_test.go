package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

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

// Nobody sees anything of another's: every operation the API describes, asked
// with the other's ids, says that there is no such thing, and no answer to
// another holds a word of it.
func TestUsersAreApart(t *testing.T) {
	x := hosted(t, server.Config{}, "ada", "bob")
	const secret = "Zanzibar-secret"
	var sc struct{ ID string }
	x.want(201, &sc, "ada", "POST", "/api/v1/scenarios", dict{"name": secret, "text": gulf + "name: " + secret + "\n"})
	study := x.study("ada", dict{"scenario": sc.ID, "kind": "gain", "runs": 50, "name": secret})
	if s := x.ended("ada", study); s.State != "done" {
		t.Fatalf("study: %+v", s)
	}
	api, err := x.s.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(api, &doc); err != nil {
		t.Fatal(err)
	}
	// A body that names the other's scenario, for every route that takes one.
	variant := dict{"scenario": sc.ID, "overlay": "", "raid": ""}
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
	bodies := map[string]any{
		"post /api/v1/theatre": variant, "post /api/v1/check": variant, "post /api/v1/whatif": with(dict{"runs": 20}), "post /api/v1/gain": with(dict{"runs": 20}),
		"post /api/v1/overlay": with(dict{"edits": []any{}}), "post /api/v1/footprint": with(dict{"posture": "alone", "missile": "scud-b"}), "post /api/v1/radar": with(dict{"sensor": "x", "altitude_m": 1, "rcs_m2": 1}),
		"post /api/v1/warn": with(dict{"runs": 20}), "post /api/v1/compare": dict{"a": variant, "b": variant, "posture_a": "alone", "posture_b": "alone", "runs": 20}, "post /api/v1/replay": with(dict{"posture": "alone"}),
		"post /api/v1/explain": with(dict{"posture": "alone", "missile": "1", "run": 0}), "post /api/v1/studies": with(dict{"kind": "gain", "runs": 20}),
		"put /api/v1/scenarios/{id}": dict{"text": gulf}, "patch /api/v1/studies/{id}": dict{"name": "mine"}, "post /api/v1/scenarios": dict{"text": "testudo: 1\ninclude: " + sc.ID + ".yaml\n"}, "post /api/v1/session": dict{"token": "wrong"},
	}
	asked := 0
	for path, ops := range doc.Paths {
		for verb := range ops {
			asked++
			id := sc.ID
			if strings.Contains(path, "/studies/") {
				id = study
			}
			p := strings.NewReplacer("{id}", id, "{name}", "result.json").Replace(path)
			body, has := bodies[verb+" "+path]
			if !has && verb != "get" && verb != "delete" {
				t.Errorf("%s %s: the test has no body for it", verb, path)
				continue
			}
			for _, who := range []string{"bob", ""} {
				status, _, b := x.do(who, strings.ToUpper(verb), p, body)
				if bytes.Contains(b, []byte(secret)) {
					t.Errorf("%s %s as %q tells what is ada's: %.200s", verb, p, who, b)
				}
				switch {
				case who == "" && !strings.HasSuffix(path, "/session") && status != 401:
					t.Errorf("%s %s as nobody: %d", verb, p, status)
				case who == "bob" && strings.Contains(path, "{id}") && !strings.Contains(path, "/catalogue/") && status != 404 && !strings.HasSuffix(path, "/events"):
					t.Errorf("%s %s as bob: %d: %.200s", verb, p, status, b)
				}
			}
		}
	}
	if asked < 20 {
		t.Errorf("only %d operations are described", asked)
	}
	// An overlay cannot reach it either.
	status, _, b := x.do("bob", "POST", "/api/v1/check", dict{"scenario": "gulf", "overlay": "testudo: 1\ninclude: " + sc.ID + ".yaml\n"})
	if status != 200 || bytes.Contains(b, []byte(secret)) || !bytes.Contains(b, []byte("there is no scenario")) {
		t.Errorf("an overlay over another's scenario: %d %.300s", status, b)
	}
	// All is still there, and what is shared is seen, but not changed.
	x.want(200, nil, "ada", "GET", "/api/v1/scenarios/"+sc.ID, nil)
	x.want(200, nil, "ada", "GET", "/api/v1/studies/"+study+"/files/result.json", nil)
	x.want(200, nil, "ada", "PUT", "/api/v1/scenarios/"+sc.ID, dict{"text": gulf + "name: " + secret + "\n", "shared": true})
	x.want(200, nil, "ada", "PATCH", "/api/v1/studies/"+study, dict{"shared": true})
	x.want(200, nil, "bob", "GET", "/api/v1/scenarios/"+sc.ID, nil)
	x.want(200, nil, "bob", "GET", "/api/v1/studies/"+study+"/files/result.json", nil)
	x.want(403, nil, "bob", "PUT", "/api/v1/scenarios/"+sc.ID, dict{"text": gulf})
	x.want(404, nil, "bob", "DELETE", "/api/v1/scenarios/"+sc.ID, nil)
	x.want(403, nil, "bob", "PATCH", "/api/v1/studies/"+study, dict{"name": "bob's"})
	x.want(403, nil, "bob", "DELETE", "/api/v1/studies/"+study, nil)
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
			if status >= 500 || status < 400 && path != "/api/v1/check" && path != "/api/v1/whatif" {
				t.Errorf("%s at %s: %d %.200s", name, path, status, b)
			}
			if bytes.Contains(b, []byte("root:")) || strings.Contains(h.Get("Content-Type"), "html") {
				t.Errorf("%s at %s: %s %.200s", name, path, h.Get("Content-Type"), b)
			}
			if path == "/api/v1/whatif" && !bytes.Contains(b, []byte("event: problem")) {
				t.Errorf("%s at %s: %.200s", name, path, b)
			}
		}
	}
	for name, body := range map[string]string{"no JSON": "{", "another type": `{"scenario": 7}`, "a stranger's key": `{"scenario": "gulf", "evil": 1}`, "deep": strings.Repeat("[", 100000), "too large": `{"scenario": "` + strings.Repeat("x", 4<<20) + `"}`} {
		status, h, b := x.do("", "POST", "/api/v1/theatre", body)
		if status < 400 || status >= 500 || !strings.Contains(h.Get("Content-Type"), "problem+json") {
			t.Errorf("%s: %d %s %.200s", name, status, h.Get("Content-Type"), b)
		}
	}
	for _, e := range []dict{{"path": "", "value": 1}, {"path": "a..b", "value": 1}, {"path": "testudo.x", "value": 1}, {"path": "name", "value": dict{"a": dict{"b": dict{"c": dict{"d": dict{"e": dict{"f": dict{"g": dict{"h": dict{"i": dict{"j": 1}}}}}}}}}}}} {
		if status, _, b := x.do("", "POST", "/api/v1/overlay", dict{"scenario": "gulf", "edits": []any{e}}); status != 422 {
			t.Errorf("edit %v: %d %.200s", e, status, b)
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
	want := "testudo: 1\ninclude: northeast-asia-2014.yaml\nbatteries:\n  guam-thaad: {at: [13.6, 144.9]}\ncommands:\n  JPN: {salvo: 1}\ncut: [{both: true, from: KOR, to: JPN}]\n"
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
