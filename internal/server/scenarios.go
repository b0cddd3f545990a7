package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Listed is a scenario in a list.
type Listed struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	About   string     `json:"about,omitempty"`
	Date    string     `json:"date,omitempty"`
	Owner   string     `json:"owner,omitempty"`
	Shipped bool       `json:"shipped"`
	Shared  bool       `json:"shared"`
	Mine    bool       `json:"mine"`
	Changed *time.Time `json:"changed_at,omitempty"`
}

type listOut struct {
	Body struct {
		Items []Listed `json:"items"`
	}
}

// Whole is a scenario with its text.
type Whole struct {
	Listed
	Text string `json:"text"`
	ETag string `json:"etag"`
}

type wholeOut struct {
	Status int
	ETag   string `header:"ETag"`
	Body   Whole
}

type newScenarioIn struct {
	Body struct {
		Name   string `json:"name,omitempty" maxLength:"200" doc:"name in the list; left out, the scenario's own"`
		Text   string `json:"text" maxLength:"2097152"`
		Shared bool   `json:"shared,omitempty"`
	}
}

type putScenarioIn struct {
	ID      string `path:"id" maxLength:"80"`
	IfMatch string `header:"If-Match"`
	Body    struct {
		Name   string `json:"name,omitempty" maxLength:"200"`
		Text   string `json:"text" maxLength:"2097152"`
		Shared bool   `json:"shared,omitempty"`
	}
}

type getScenarioIn struct {
	ID          string `path:"id" maxLength:"80"`
	IfNoneMatch string `header:"If-None-Match"`
}

type idIn struct {
	ID string `path:"id" maxLength:"80"`
}

func etagOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return `"` + hex.EncodeToString(sum[:8]) + `"`
}

func (s *Server) listed(x *saved, user string) Listed {
	at := x.Changed
	return Listed{ID: x.ID, Name: x.Name, Owner: s.called(x.Owner), Shared: x.Shared, Mine: x.Owner == user, Changed: &at}
}

// whole is a scenario with its text, named for caches and for those who change
// it: 304 for who has it.
func whole(x Listed, text, match string) (*wholeOut, error) {
	out := &wholeOut{Status: http.StatusOK, ETag: tagOf(x, text), Body: Whole{x, text, tagOf(x, text)}}
	if matches(match, out.ETag) {
		out.Status = http.StatusNotModified
	}
	return out, nil
}

func tagOf(x Listed, text string) string {
	return etagOf(fmt.Sprintf("%q %v %v %s", x.Name, x.Shared, x.Mine, text))
}

func notFound() error {
	return &Problem{Title: "Not Found", Status: http.StatusNotFound, Detail: errNone.Error()}
}

// known turns what the index does not have into 404.
func (s *Server) known(ctx context.Context, err error) error {
	if errors.Is(err, errNone) {
		return notFound()
	}
	return s.fault(ctx, err)
}

func (s *Server) registerScenarios() {
	ships := s.shippedList()
	huma.Register(s.api, s.op("GET", "/scenarios", "The shipped scenarios, one's own, and those others share"), func(ctx context.Context, _ *struct{}) (*listOut, error) {
		own, err := s.store.scenarios(user(ctx))
		if err != nil {
			return nil, s.fault(ctx, err)
		}
		out := &listOut{}
		out.Body.Items = append([]Listed{}, ships...)
		for _, x := range own {
			out.Body.Items = append(out.Body.Items, s.listed(x, user(ctx)))
		}
		return out, nil
	})
	create := s.op("POST", "/scenarios", "Save a scenario")
	create.DefaultStatus = http.StatusCreated
	huma.Register(s.api, create, func(ctx context.Context, in *newScenarioIn) (*wholeOut, error) {
		n, err := s.store.countScenarios(user(ctx))
		if err != nil {
			return nil, s.fault(ctx, err)
		}
		if n >= s.Limits.Scenarios {
			return nil, &Problem{Title: http.StatusText(http.StatusTooManyRequests), Status: http.StatusTooManyRequests, Detail: "you have as many scenarios as are kept here; delete one first", headers: http.Header{"Retry-After": {"60"}}}
		}
		id, err := newID("u")
		if err != nil {
			return nil, s.fault(ctx, err)
		}
		return s.save(ctx, &saved{ID: id, Owner: user(ctx), Name: in.Body.Name, Text: in.Body.Text, Shared: in.Body.Shared}, http.StatusCreated)
	})
	huma.Register(s.api, s.tagged(s.op("GET", "/scenarios/{id}", "A scenario with its text")), func(ctx context.Context, in *getScenarioIn) (*wholeOut, error) {
		id := strings.ReplaceAll(in.ID, "~", "/")
		if b, ok := shipped(id); ok {
			for _, x := range ships {
				if x.ID == id {
					return whole(x, string(b), in.IfNoneMatch)
				}
			}
		}
		x, err := s.store.scenario(in.ID, user(ctx))
		if err != nil {
			return nil, s.known(ctx, err)
		}
		return whole(s.listed(x, user(ctx)), x.Text, in.IfNoneMatch)
	})
	huma.Register(s.api, s.op("PUT", "/scenarios/{id}", "Change a scenario of one's own"), func(ctx context.Context, in *putScenarioIn) (*wholeOut, error) {
		x, err := s.store.scenario(in.ID, user(ctx))
		if err != nil {
			return nil, s.known(ctx, err)
		}
		switch {
		case x.Owner != user(ctx):
			return nil, anothers()
		case in.IfMatch != "" && !matches(in.IfMatch, tagOf(s.listed(x, user(ctx)), x.Text)):
			return nil, huma.Error412PreconditionFailed("it was changed meanwhile; read it again")
		}
		x.Text, x.Shared = in.Body.Text, in.Body.Shared
		if in.Body.Name != "" {
			x.Name = in.Body.Name
		}
		return s.save(ctx, x, http.StatusOK)
	})
	drop := s.op("DELETE", "/scenarios/{id}", "Delete a scenario of one's own")
	drop.DefaultStatus = http.StatusNoContent
	huma.Register(s.api, drop, func(ctx context.Context, in *idIn) (*struct{}, error) {
		return nil, s.gone(ctx, s.store.dropScenario(in.ID, user(ctx)))
	})
}

// gone is the answer to a deletion.
func (s *Server) gone(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	return s.known(ctx, err)
}

// shippedList describes the shipped scenarios; they do not change while the
// program runs.
func (s *Server) shippedList() []Listed {
	out := []Listed{}
	for _, id := range shippedIDs() {
		x := Listed{ID: id, Name: id, Shipped: true}
		if sc, ok := s.shippedAsIs(id); ok {
			x.Name, x.About, x.Date = sc.File.Name, sc.File.About, sc.File.Date
		}
		out = append(out, x)
	}
	return out
}

// save checks a scenario and keeps it: what is kept can be played.
func (s *Server) save(ctx context.Context, x *saved, status int) (*wholeOut, error) {
	if x.Text == "" {
		return nil, s.fault(ctx, wrong("the text is empty"))
	}
	sc, err := s.load(ctx, Variant{Scenario: x.ID, Overlay: x.Text})
	if err != nil {
		return nil, s.fault(ctx, err)
	}
	// What stood there before makes room.
	old := int64(0)
	if was, err := s.store.scenario(x.ID, x.Owner); err == nil {
		old = int64(len(was.Text))
	}
	disk, err := s.store.disk(x.Owner)
	if err != nil {
		return nil, s.fault(ctx, err)
	}
	if disk-old+int64(len(x.Text)) > s.Limits.DiskBytes {
		return nil, &Problem{Title: http.StatusText(http.StatusTooManyRequests), Status: http.StatusTooManyRequests, Detail: "your scenarios and results fill the room they may take; remove some first", headers: http.Header{"Retry-After": {"60"}}}
	}
	if x.Name == "" {
		x.Name = sc.File.Name
	}
	x.Name = listName(x.Name)
	x.Changed = s.Now().UTC()
	if err := s.store.putScenario(x); err != nil {
		return nil, s.fault(ctx, err)
	}
	out, err := whole(s.listed(x, user(ctx)), x.Text, "")
	out.Status = status
	return out, err
}
