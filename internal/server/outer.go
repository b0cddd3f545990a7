package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"testudo/internal/yamldoc"
)

// csp lets the page load its own files and nothing else. Styles that scripts
// set through the object model need no exception; CesiumJS writes a style
// element, and its workers come as blobs.
const csp = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self' data: blob:; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// bodyTime is how long a request's body may take to come.
const bodyTime = 30 * time.Second

// op describes an operation of the API.
func (s *Server) op(method, path, summary string) huma.Operation {
	ownErrors()
	id := strings.ToLower(method) + strings.NewReplacer("/", "-", "{", "", "}", "").Replace(path)
	o := huma.Operation{MaxBodyBytes: s.Limits.BodyBytes, BodyReadTimeout: bodyTime, OperationID: id, Method: method, Path: apiPrefix + path, Summary: summary, Security: []map[string][]string{{"token": {}}, {"session": {}}}}
	if open(o.Path) {
		o.Security = nil
	}
	o.Responses = map[string]*huma.Response{"default": {Description: "A problem: 4xx for what is wrong with the question, 429 and 503 with Retry-After for too much of it", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: s.schema(Problem{})}, "text/html": {Schema: &huma.Schema{Type: huma.TypeString, Description: "the same as a page, for a browser that shows it"}}}}}
	return o
}

// answering describes the JSON of an operation whose answer is kept as bytes, by
// an example of its type.
func (s *Server) answering(o huma.Operation, example any) huma.Operation {
	schema := &huma.Schema{Type: huma.TypeObject, Description: "See /api/v1/schema and RFC 7946."}
	if example != nil {
		schema = s.schema(example)
	}
	o.Responses["200"] = &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}
	return s.tagged(o)
}

// tagged marks an operation whose answers have a name for If-None-Match.
func (s *Server) tagged(o huma.Operation) huma.Operation {
	o.Responses["304"] = &huma.Response{Description: "Not Modified: the name in If-None-Match is that of the answer"}
	return o
}

// outer is what every request passes: who may ask, in what form, and what is
// written down about it.
func (s *Server) outer(mux *http.ServeMux) http.Handler {
	cross := http.NewCrossOriginProtection()
	inner := cross.Handler(s.only(mux))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if s.TLS {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		rec := &recorder{ResponseWriter: w, rc: http.NewResponseController(w), page: wantsPage(r)}
		defer func() {
			if x := recover(); x != nil {
				if x == http.ErrAbortHandler {
					panic(x)
				}
				s.Log.Error("a request went wrong", "path", r.URL.Path, "what", fmt.Sprint(x), "stack", string(debug.Stack()))
				if rec.status == 0 {
					tell(rec, http.StatusInternalServerError, unforeseen)
				}
			}
			rec.release(s, r)
			route := r.Pattern
			if _, p, ok := strings.Cut(route, " "); ok {
				route = p
			}
			if rec.status == 0 {
				rec.status = http.StatusOK
			}
			took := time.Since(start)
			s.count.WithLabelValues(route, method(r.Method), fmt.Sprint(rec.status)).Inc()
			s.took.WithLabelValues(route).Observe(took.Seconds())
			s.Log.Info("request", "method", r.Method, "path", r.URL.Path, "status", rec.status, "ms", took.Milliseconds(), "user", rec.user)
		}()
		if !s.hosted() && !loopbackHost(r.Host) {
			// A name of the outer world that somebody pointed at this machine.
			tell(rec, http.StatusForbidden, "this server answers to localhost only")
			return
		}
		rec.user = s.identify(r)
		api := strings.HasPrefix(r.URL.Path, apiPrefix+"/")
		if api {
			h.Set("Cache-Control", "no-store")
		}
		if (api && !open(r.URL.Path) || r.URL.Path == "/metrics") && rec.user == "" {
			h.Set("WWW-Authenticate", `Bearer realm="testudo"`)
			tell(rec, http.StatusUnauthorized, "sign in")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, s.Limits.BodyBytes+1<<16)
		if api {
			leave, why := s.doors.enter(rec.user, r.ContentLength)
			if why != nil {
				h.Set("Retry-After", "2")
				tell(rec, why.Status, why.Detail)
				return
			}
			defer leave()
		}
		// The pattern of the mux is read back from the request that was served.
		q := r.WithContext(context.WithValue(r.Context(), userKey{}, rec.user))
		inner.ServeHTTP(rec, q)
		r.Pattern = q.Pattern
	})
}

// open reports whether a path is for those who have not signed in: how to, and
// what is the same for everybody and drawn behind the question.
func open(path string) bool {
	switch p := strings.TrimPrefix(path, apiPrefix); p {
	case "/session", "/outlines", "/schema":
		return true
	default:
		return strings.HasPrefix(p, "/session/")
	}
}

// only answers with a problem where the API has no such route, or not by this
// method; the mux would answer in plain words.
func (s *Server) only(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			mux.ServeHTTP(w, r)
			return
		}
		if _, p := mux.Handler(r); p != "" && p != pagePattern {
			mux.ServeHTTP(w, r)
			return
		}
		var allow []string
		for _, m := range []string{"DELETE", "GET", "PATCH", "POST", "PUT"} {
			q := r.Clone(r.Context())
			q.Method = m
			if _, p := mux.Handler(q); p != "" && p != pagePattern {
				allow = append(allow, m)
			}
		}
		if len(allow) == 0 {
			tell(w, http.StatusNotFound, "there is nothing here")
			return
		}
		w.Header().Set("Allow", strings.Join(allow, ", "))
		tell(w, http.StatusMethodNotAllowed, "this is not asked by "+method(r.Method))
	})
}

// doors count what is inside at a time: requests of each user, and large bodies
// of all.
type doors struct {
	limits Limits
	mu     sync.Mutex
	mine   map[string]int
	large  int
}

// largeBody is the size from which on a body is large, bytes.
const largeBody = 256 << 10

func (d *doors) enter(user string, length int64) (leave func(), why *Problem) {
	large := length < 0 || length > largeBody
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.mine[user] >= d.limits.Requests:
		return nil, &Problem{Status: http.StatusTooManyRequests, Detail: "you have too many requests under way; wait for one to end"}
	case large && d.large >= d.limits.Large:
		return nil, &Problem{Status: http.StatusServiceUnavailable, Detail: "too many large requests are under way; try again in a moment"}
	}
	d.mine[user]++
	if large {
		d.large++
	}
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.mine[user]--; d.mine[user] == 0 {
			delete(d.mine, user)
		}
		if large {
			d.large--
		}
	}, nil
}

// method keeps made-up methods out of the metrics.
func method(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return m
	}
	return "other"
}

func loopbackHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// recorder notes the status of an answer, and gives up on who does not read it.
type recorder struct {
	http.ResponseWriter
	rc     *http.ResponseController
	status int
	user   string
	page   bool          // problems are shown as pages
	held   *bytes.Buffer // a problem that will be
}

func (r *recorder) WriteHeader(status int) {
	if r.status != 0 {
		return // the answer has begun: what went wrong after that cannot be told
	}
	if status == http.StatusRequestEntityTooLarge {
		// What is left of the body must not be taken for another request.
		r.Header().Set("Connection", "close")
	}
	r.status = status
	if !r.hold(status) {
		r.ResponseWriter.WriteHeader(status)
	}
}

// patience is how long a client may take to read the next chunk of an answer. A
// stream lasts as long as it lasts, but each of its events must be read.
const (
	patience = 30 * time.Second
	chunk    = 64 << 10
)

func (r *recorder) Write(b []byte) (n int, err error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	if r.status == http.StatusNotModified {
		return len(b), nil // it has no body, whatever is written
	}
	if r.held != nil {
		return r.held.Write(b)
	}
	for {
		// A writer without deadlines is a test's.
		if err := r.rc.SetWriteDeadline(time.Now().Add(patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return n, err
		}
		m, err := r.ResponseWriter.Write(b[:min(len(b), chunk)])
		n += m
		if b = b[m:]; err != nil || len(b) == 0 {
			return n, err
		}
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Flush sends what has been written.
func (r *recorder) Flush() {
	if r.held == nil {
		_ = r.rc.Flush()
	}
}

// tell answers with a problem outside the API's operations.
func tell(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(&Problem{Title: http.StatusText(status), Status: status, Detail: detail})
}

// stream is an answer of server-sent events.
func stream(f func(ctx context.Context, send func(event string, data any) error)) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "text/event-stream")
		// A proxy must not hold events back.
		c.SetHeader("X-Accel-Buffering", "no")
		w := c.BodyWriter()
		f(c.Context(), func(event string, data any) error {
			b, err := json.Marshal(data)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, b); err != nil {
				return err
			}
			if x, ok := w.(http.Flusher); ok {
				x.Flush()
			}
			return c.Context().Err()
		})
	}}
}

// event is a kind of event of a stream with an example of its data.
type event struct {
	name string
	data any
}

// streaming describes the events of an operation, as huma's own package does.
func (s *Server) streaming(o huma.Operation, events ...event) huma.Operation {
	var kinds []*huma.Schema
	for _, e := range events {
		kinds = append(kinds, &huma.Schema{Title: "Event " + e.name, Type: huma.TypeObject, Required: []string{"event", "data"}, Properties: map[string]*huma.Schema{
			"event": {Type: huma.TypeString, Extensions: map[string]any{"const": e.name}},
			"data":  s.schema(e.data),
		}})
	}
	o.Responses["200"] = &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{
		Title: "Server Sent Events", Description: "Each item is one event, written as the standard of server-sent events says.", Type: huma.TypeArray, Items: &huma.Schema{Extensions: map[string]any{"oneOf": kinds}}}}}}
	return o
}

func (s *Server) schema(x any) *huma.Schema {
	return s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(x), true, "")
}

// Problem is an error of the API in the form of RFC 9457, with the places in the
// scenario that are wrong.
type Problem struct {
	Type    string  `json:"type,omitempty"`
	Title   string  `json:"title"`
	Status  int     `json:"status"`
	Detail  string  `json:"detail"`
	Errors  []Fault `json:"errors,omitempty" doc:"all that is wrong, with places"`
	headers http.Header
}

// Fault is one thing wrong with a text.
type Fault struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Col     int    `json:"col,omitempty"`
	Path    string `json:"path,omitempty" doc:"where in the scenario, or in the request: body.runs"`
	Message string `json:"message"`
	Given   string `json:"given,omitempty"`
	Allowed string `json:"allowed,omitempty"`
	Hint    string `json:"hint,omitempty"`
}

// Error is the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the status for huma.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders are headers for huma.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType is that of problems.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

func errorsIn(n int) string {
	if n == 1 {
		return "1 error in the scenario"
	}
	return fmt.Sprintf("%d errors in the scenario", n)
}

func faults(ps *yamldoc.Problems) []Fault {
	var out []Fault
	for _, x := range ps.List() {
		out = append(out, Fault{x.File, x.Line, x.Col, x.Path, x.Message, x.Given, x.Allowed, x.Hint})
	}
	return out
}

// fault turns an error into the problem a client is told. What is the server's
// own trouble is logged and not told.
func (s *Server) fault(ctx context.Context, err error) error {
	return s.problem(ctx, err)
}

// unforeseen is what a client is told of the server's own trouble.
const unforeseen = "something went wrong that should not; the log has it"

func (s *Server) problem(ctx context.Context, err error) *Problem {
	later := func(status int, seconds string) *Problem {
		return &Problem{Title: http.StatusText(status), Status: status, Detail: err.Error(), headers: http.Header{"Retry-After": {seconds}}}
	}
	var p *Problem
	var ps *yamldoc.Problems
	var in *inputError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &ps):
		return &Problem{Title: "The scenario is wrong", Status: http.StatusUnprocessableEntity, Detail: errorsIn(ps.Len()), Errors: faults(ps)}
	case errors.As(err, &in):
		return &Problem{Title: http.StatusText(http.StatusUnprocessableEntity), Status: http.StatusUnprocessableEntity, Detail: err.Error()}
	case errors.Is(err, errBusy):
		return later(http.StatusServiceUnavailable, "2")
	case errors.Is(err, errMine):
		return later(http.StatusTooManyRequests, "2")
	case errors.Is(err, errSpent):
		return later(http.StatusTooManyRequests, strconv.Itoa(s.gate.rest(user(ctx), s.Now())))
	case errors.Is(err, context.DeadlineExceeded):
		return &Problem{Title: http.StatusText(http.StatusServiceUnavailable), Status: http.StatusServiceUnavailable, Detail: "the question took longer than this server waits; ask for fewer runs, or start a study", headers: http.Header{"Retry-After": {"5"}}}
	case errors.Is(err, context.Canceled):
		return &Problem{Title: "Cancelled", Status: 499, Detail: "the client went away"}
	}
	s.Log.Error("a computation went wrong", "user", user(ctx), "what", err.Error())
	return &Problem{Title: http.StatusText(http.StatusInternalServerError), Status: http.StatusInternalServerError, Detail: unforeseen}
}

// ownErrors lets huma's errors be problems like ours. They are variables of the
// whole package, set once.
var ownErrors = sync.OnceFunc(func() {
	huma.ValidateStrictCasing = true
	huma.NewError = func(status int, detail string, errs ...error) huma.StatusError {
		p := &Problem{Title: http.StatusText(status), Status: status, Detail: detail}
		for _, err := range errs {
			var d huma.ErrorDetailer
			switch {
			case err == nil:
			case errors.As(err, &d):
				x := d.ErrorDetail()
				p.Errors = append(p.Errors, Fault{Path: short(x.Location), Message: short(x.Message), Given: given(x.Value)})
			default:
				p.Errors = append(p.Errors, Fault{Message: short(err.Error())})
			}
		}
		if len(p.Errors) > 0 && detail == "validation failed" {
			p.Detail = "the request is wrong: " + p.Errors[0].Path + ": " + p.Errors[0].Message
		}
		return p
	}
})

// short keeps what somebody sent from coming back whole: a key may be as long as a
// request.
func short(s string) string {
	const most = 300
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + " …"
}

// given repeats what was wrong in a request if it is a short word or a number;
// never a whole body.
func given(v any) string {
	switch x := v.(type) {
	case string:
		if len(x) <= 80 && !strings.HasPrefix(x, "{") {
			return x
		}
	case bool, float64, int, int64, uint64:
		return fmt.Sprint(x)
	}
	return ""
}

// strictJSON reads JSON as a request may have it: UTF-8, no key twice, not
// nested without end.
func strictJSON(data []byte, v any) error {
	if !utf8.Valid(data) {
		return errors.New("the body is not UTF-8")
	}
	if err := onceEach(data); err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

// deepestJSON bounds how deep a request nests.
const deepestJSON = 32

func onceEach(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	type level struct {
		keys map[string]bool // nil: a list
		key  bool            // the next token is a key
	}
	var in []level
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		at := len(in) - 1
		switch x := t.(type) {
		case json.Delim:
			if x == '}' || x == ']' {
				in = in[:at]
				at--
				break
			}
			if len(in) >= deepestJSON {
				return fmt.Errorf("nested deeper than %d levels", deepestJSON)
			}
			l := level{}
			if x == '{' {
				l = level{map[string]bool{}, true}
			}
			in = append(in, l)
			continue
		case string:
			if at >= 0 && in[at].key {
				if in[at].keys[x] {
					return fmt.Errorf("the key %.60q stands twice", x)
				}
				in[at].keys[x], in[at].key = true, false
				continue
			}
		}
		if at >= 0 && in[at].keys != nil {
			in[at].key = true
		}
	}
}

// inputError is a question that cannot be answered as asked.
type inputError struct{ err error }

func (e *inputError) Error() string { return e.err.Error() }
func (e *inputError) Unwrap() error { return e.err }

func wrong(format string, args ...any) error { return &inputError{fmt.Errorf(format, args...)} }

// asked marks an error of the asked names: an unknown posture, battery, missile.
func asked(err error) error {
	var ps *yamldoc.Problems
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &ps) {
		return err
	}
	return &inputError{err}
}
