// Package server is the workbench: an HTTP API over the same packages the
// command uses, and the page that is built on it. Everything the page does goes
// through the API.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"testudo"
	"testudo/internal/catalog"
)

// Config says how a server runs. The zero value of a limit takes its default.
type Config struct {
	Data    string // folder of the index and of results
	Page    *Page  // the built page; nil: the API alone
	NoPage  string // why there is no page and what to do, shown at /
	Users   *Users // who may come in with a token
	OIDC    *OIDC  // who may come in by a provider of identities; without it and Users, whoever reaches the loopback is "local"
	TLS     bool   // browsers come by https, here or at a proxy: cookies are marked so
	Log     *slog.Logger
	Workers int // processors a computation may use; 0: all
	Limits  Limits
	Now     func() time.Time // for tests; nil: the clock
}

// Server answers requests; Handler gives its face, Close ends its studies.
type Server struct {
	Config
	book    *catalog.Book
	store   *store
	worlds  *worlds
	answers *answers
	gate    *gate
	reading *gate
	doors   *doors
	asIs    struct {
		mu sync.Mutex
		of map[string]*testudo.Scenario
	}
	oidc    *oidcLogin
	names   *names
	studies *studies
	session *sessions
	reg     *prometheus.Registry
	count   *prometheus.CounterVec
	took    *prometheus.HistogramVec
	handler http.Handler
	api     huma.API
}

// New opens the data folder and prepares the server.
func New(c Config) (*Server, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Workers <= 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.Users == nil && c.OIDC == nil {
		// One's own machine: nothing to share out.
		c.Limits = c.Limits.alone()
	}
	c.Limits = c.Limits.orDefault()
	book, err := testudo.Catalogue()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(c.Data, "studies"), 0o700); err != nil {
		return nil, err
	}
	st, err := openStore(filepath.Join(c.Data, "testudo.db"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Data, err)
	}
	s := &Server{Config: c, book: book, store: st, worlds: newWorlds(c.Limits), answers: newAnswers(c.Limits.AnswerBytes)}
	s.asIs.of = map[string]*testudo.Scenario{}
	s.gate = newGate(c.Limits)
	s.reading = newGate(Limits{PerUser: 6, Waiting: 16, CPUSeconds: math.MaxFloat64})
	s.doors = &doors{limits: c.Limits, mine: map[string]int{}}
	if s.names, err = newNames(st); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	if c.OIDC != nil {
		if s.oidc, err = newOIDC(s, *c.OIDC); err != nil {
			return nil, errors.Join(err, st.Close())
		}
	}
	if s.session, err = newSessions(s); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	s.metrics()
	if s.studies, err = newStudies(s); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	s.routes()
	return s, nil
}

// Handler is the whole face: API, page, health and metrics.
func (s *Server) Handler() http.Handler { return s.handler }

// OpenAPI is the description of the API as JSON.
func (s *Server) OpenAPI() ([]byte, error) { return s.api.OpenAPI().MarshalJSON() }

// StopStudies ends the running study, which goes back to the queue, and the
// streams that watch studies: before a shutdown that waits for open requests.
func (s *Server) StopStudies(ctx context.Context) error { return s.studies.close(ctx) }

// Close stops studies, keeps what they finished, and closes the index. Studies
// that ran begin anew when the server starts again.
func (s *Server) Close(ctx context.Context) error {
	return errors.Join(s.studies.close(ctx), s.store.Close())
}

func (s *Server) metrics() {
	s.reg = prometheus.NewRegistry()
	s.count = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "testudo_requests_total", Help: "Requests by route, method and status."}, []string{"route", "method", "status"})
	s.took = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "testudo_request_seconds", Help: "Time to answer, by route.", Buckets: []float64{.005, .02, .05, .1, .2, .5, 1, 2, 5, 20}}, []string{"route"})
	s.reg.MustRegister(s.count, s.took, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "testudo_waiting", Help: "Computations that wait for a processor."}, func() float64 { return float64(s.gate.waiting()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "testudo_studies", Help: "Studies queued or running."}, func() float64 { return float64(s.studies.open()) }))
}

const apiPrefix = "/api/v1"

func (s *Server) routes() {
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Testudo", testudo.Version)
	config.Info.Description = "How much better do allies defend against ballistic missiles together than alone? A question is a scenario, an overlay text laid over it, and a raid; the same question has the same answer for everybody."
	config.DocsPath, config.SchemasPath = "", ""
	config.CreateHooks = nil
	config.OpenAPIPath = "/openapi"
	config.Formats = map[string]huma.Format{"application/json": {Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: strictJSON}, "json": {Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: strictJSON}}
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}, "session": {Type: "apiKey", In: "cookie", Name: s.cookieName()}}
	s.api = humago.New(mux, config)
	s.registerAccounts()
	s.registerScenarios()
	s.registerCompute()
	s.registerStudies()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if err := s.store.Ping(); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(w, "the index does not answer")
			return
		}
		fmt.Fprintln(w, "ok")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.reg, promhttp.HandlerOpts{}))
	mux.HandleFunc(pagePattern, s.servePage)
	s.describeRest()
	s.handler = s.outer(mux)
}

// schemaName names a type in the description; one of another package by that
// package, too, for two may have a Source.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if p := path.Base(t.PkgPath()); t.Name() != "" && p != "server" && p != "." {
		name = strings.ToUpper(p[:1]) + p[1:] + name
	}
	return name
}

// pagePattern is the route of whatever has none of its own.
const pagePattern = "GET /{path...}"

// describeRest describes what is served beside the operations of the API.
func (s *Server) describeRest() {
	for route, what := range map[string]string{"/healthz": "Does the server live?", "/metrics": "Counters for Prometheus; for those who have signed in", "/openapi.json": "This description", "/": "The page"} {
		kind := map[string]string{"/openapi.json": "application/openapi+json", "/": "text/html"}[route]
		if kind == "" {
			kind = "text/plain"
		}
		s.api.OpenAPI().AddOperation(&huma.Operation{Method: "GET", Path: route, OperationID: "get-" + named(strings.Trim(route, "/"), "page"), Summary: what,
			Responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{kind: {Schema: &huma.Schema{Type: huma.TypeString}}}}}})
	}
}
