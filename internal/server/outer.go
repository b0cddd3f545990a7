package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"testudo/internal/yamldoc"
)

// csp lets the page load its own files and nothing else. Styles that scripts
// set through the object model need no exception; CesiumJS writes a style
// element, and its workers come as blobs.
const csp = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self' data: blob:; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// op describes an operation of the API.
func (s *Server) op(method, path, summary string) huma.Operation {
	id := strings.ToLower(method) + strings.NewReplacer("/", "-", "{", "", "}", "").Replace(path)
	return huma.Operation{MaxBodyBytes: s.Limits.BodyBytes, OperationID: id, Method: method, Path: apiPrefix + path, Summary: summary, Security: []map[string][]string{{"token": {}}}}
}

// outer is what every request passes: who may ask, in what form, and what is
// written down about it.
func (s *Server) outer(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	inner := cross.Handler(next)
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
		rec := &recorder{ResponseWriter: w}
		defer func() {
			if x := recover(); x != nil {
				if x == http.ErrAbortHandler {
					panic(x)
				}
				s.Log.Error("a request went wrong", "path", r.URL.Path, "what", fmt.Sprint(x), "stack", string(debug.Stack()))
				if rec.status == 0 {
					problem(rec, http.StatusInternalServerError, "something went wrong that should not; the log has it")
				}
			}
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
		if s.Users == nil && !loopbackHost(r.Host) {
			// A name of the outer world that somebody pointed at this machine.
			problem(rec, http.StatusForbidden, "this server answers to localhost only")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, s.Limits.BodyBytes+1<<16)
		rec.user = s.identify(r)
		if strings.HasPrefix(r.URL.Path, apiPrefix+"/") {
			h.Set("Cache-Control", "no-store")
			if rec.user == "" && r.URL.Path != apiPrefix+"/session" {
				h.Set("WWW-Authenticate", `Bearer realm="testudo"`)
				problem(rec, http.StatusUnauthorized, "sign in with a token")
				return
			}
		}
		if r.URL.Path == "/metrics" && rec.user == "" {
			problem(rec, http.StatusUnauthorized, "sign in with a token")
			return
		}
		// The pattern of the mux is read back from the request that was served.
		q := r.WithContext(context.WithValue(r.Context(), userKey{}, rec.user))
		inner.ServeHTTP(rec, q)
		r.Pattern = q.Pattern
	})
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

// recorder notes the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
	user   string
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
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Flush sends what has been written.
func (r *recorder) Flush() {
	if f, ok := r.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

func problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	fmt.Fprintf(w, "{\"title\":%q,\"status\":%d,\"detail\":%q}\n", http.StatusText(status), status, detail)
}

// Problem is an error of the API in the form of RFC 9457, with the places in the
// scenario that are wrong.
type Problem struct {
	Type    string  `json:"type,omitempty"`
	Title   string  `json:"title"`
	Status  int     `json:"status"`
	Detail  string  `json:"detail"`
	Errors  []Fault `json:"errors,omitempty"`
	headers http.Header
}

// Fault is one thing wrong with a text.
type Fault struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Col     int    `json:"col,omitempty"`
	Path    string `json:"path,omitempty"`
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
	later := func(status int, seconds string) error {
		return &Problem{Title: http.StatusText(status), Status: status, Detail: err.Error(), headers: http.Header{"Retry-After": {seconds}}}
	}
	var p *Problem
	var ps *yamldoc.Problems
	var in *inputError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &ps):
		return &Problem{Title: "The scenario is wrong", Status: http.StatusUnprocessableEntity, Detail: fmt.Sprintf("%d errors in the scenario", ps.Len()), Errors: faults(ps)}
	case errors.As(err, &in):
		return &Problem{Title: http.StatusText(http.StatusUnprocessableEntity), Status: http.StatusUnprocessableEntity, Detail: err.Error()}
	case errors.Is(err, errBusy):
		return later(http.StatusServiceUnavailable, "2")
	case errors.Is(err, errMine):
		return later(http.StatusTooManyRequests, "2")
	case errors.Is(err, errSpent):
		return later(http.StatusTooManyRequests, "600")
	case errors.Is(err, context.DeadlineExceeded):
		return &Problem{Title: http.StatusText(http.StatusServiceUnavailable), Status: http.StatusServiceUnavailable, Detail: "the question took longer than this server waits; ask for fewer runs, or start a study", headers: http.Header{"Retry-After": {"5"}}}
	case errors.Is(err, context.Canceled):
		return &Problem{Title: "Cancelled", Status: 499, Detail: "the client went away"}
	}
	s.Log.Error("a computation went wrong", "user", user(ctx), "what", err.Error())
	return huma.Error500InternalServerError("something went wrong that should not; the log has it")
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
