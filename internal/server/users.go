package server

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"testudo"
)

// Users are the people of a hosted server: a name and the SHA-256 of a token of
// 32 random bytes. A random token needs no slow hash, and the file is worth
// nothing to who steals it.
type Users struct{ hash map[string][sha256.Size]byte }

var validUser = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// ReadUsers reads lines "name: hash"; # begins a comment.
func ReadUsers(r io.Reader) (*Users, error) {
	u := &Users{hash: map[string][sha256.Size]byte{}}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		name, hash, ok := strings.Cut(text, ":")
		name = strings.TrimSpace(name)
		sum, err := hex.DecodeString(strings.TrimSpace(hash))
		switch {
		case !ok || err != nil || len(sum) != sha256.Size:
			return nil, fmt.Errorf("line %d: write it as name: hash, as testudo serve token prints it", n)
		case !validUser.MatchString(name):
			return nil, fmt.Errorf("line %d: %q is no name: letters, digits, '.', '_' and '-', at most 64", n, name)
		}
		if _, twice := u.hash[name]; twice {
			return nil, fmt.Errorf("line %d: %s stands twice", n, name)
		}
		u.hash[name] = [sha256.Size]byte(sum)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(u.hash) == 0 {
		return nil, fmt.Errorf("there is no user in it; testudo serve token NAME makes one")
	}
	return u, nil
}

// NewToken makes a token and the line of the users' file that admits it.
func NewToken(name string) (token, line string, err error) {
	if !validUser.MatchString(name) {
		return "", "", fmt.Errorf("%q is no name: letters, digits, '.', '_' and '-', at most 64", name)
	}
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", "", err
	}
	token = base64.RawURLEncoding.EncodeToString(b)
	sum := sha256.Sum256([]byte(token))
	return token, name + ": " + hex.EncodeToString(sum[:]), nil
}

// who finds the user of a token. Every user is tried, so that the time says
// nothing.
func (u *Users) who(token string) (string, bool) {
	if u == nil {
		return "", false
	}
	sum := sha256.Sum256([]byte(token))
	found := ""
	for name, h := range u.hash {
		if subtle.ConstantTimeCompare(h[:], sum[:]) == 1 {
			found = name
		}
	}
	return found, found != ""
}

// sessions are the browsers that are signed in, by the hash of their cookie. The
// index keeps them, so that a restart does not sign everybody out.
type sessions struct {
	now   func() time.Time
	store *store
	mu    sync.Mutex
	of    map[string]session
}

type session struct {
	user  string
	until time.Time
	// By what it was opened: the hash of a token, or who the provider said it was.
	// When the server starts it must still admit the same user.
	by credential
}

// credential is what somebody signed in with.
type credential struct {
	Token   string `json:"token,omitempty"` // its hash, as in the users' file
	Issuer  string `json:"issuer,omitempty"`
	Subject string `json:"subject,omitempty"`
	Email   string `json:"email,omitempty"` // verified by the provider
}

const (
	sessionFor  = 12 * time.Hour
	maxSessions = 10_000
	cookieName  = "testudo_session"
	secureName  = "__Host-" + cookieName // by https browsers hold it to this host
	localUser   = "local"
)

// newSessions takes up the sessions that the index has, of those who would be let in
// today as well; the others end.
func newSessions(s *Server) (*sessions, error) {
	all, err := s.store.sessions()
	if err != nil {
		return nil, err
	}
	x := &sessions{now: s.Now, store: s.store, of: map[string]session{}}
	for id, k := range all {
		if s.Now().Before(k.until) && s.admits(k) {
			x.of[id] = k
		} else if err := s.store.dropSession(id); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// admits reports whether a session's user may come in with what it was opened by.
func (s *Server) admits(k session) bool {
	if k.by.Token != "" {
		if s.Users == nil {
			return false
		}
		hash, ok := s.Users.hash[k.user]
		return ok && hex.EncodeToString(hash[:]) == k.by.Token
	}
	return s.oidc != nil && k.by.Issuer == s.oidc.c.Issuer && k.user == personID(k.by.Issuer, k.by.Subject) && s.oidc.admits(k.by.Subject, k.by.Email)
}

func cookieHash(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}

func (s *sessions) open(user string, by credential) (string, error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", err
	}
	id := base64.RawURLEncoding.EncodeToString(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, x := range s.of {
		if s.now().After(x.until) || len(s.of) >= maxSessions {
			if err := s.store.dropSession(k); err != nil {
				return "", err
			}
			delete(s.of, k)
		}
	}
	k, x := cookieHash(id), session{user, s.now().Add(sessionFor), by}
	if err := s.store.putSession(k, x); err != nil {
		return "", err
	}
	s.of[k] = x
	return id, nil
}

func (s *sessions) who(id string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, ok := s.of[cookieHash(id)]
	return x.user, ok && s.now().Before(x.until)
}

func (s *sessions) end(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := cookieHash(id)
	if _, ok := s.of[k]; !ok {
		return nil
	}
	delete(s.of, k)
	return s.store.dropSession(k)
}

type userKey struct{}

// user is who asks; "" where nobody has signed in.
func user(ctx context.Context) string {
	u, _ := ctx.Value(userKey{}).(string)
	return u
}

// hosted reports whether the server has users.
func (s *Server) hosted() bool { return s.Users != nil || s.oidc != nil }

func (s *Server) cookieName() string {
	if s.TLS {
		return secureName
	}
	return cookieName
}

// identify finds who asks, from the token or the cookie.
func (s *Server) identify(r *http.Request) string {
	if !s.hosted() {
		return localUser
	}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		name, _ := s.Users.who(token)
		return name
	}
	if c, err := r.Cookie(s.cookieName()); err == nil {
		name, _ := s.session.who(c.Value)
		return name
	}
	return ""
}

type meOut struct {
	Body struct {
		User      string `json:"user"`
		Hosted    bool   `json:"hosted"`
		Version   string `json:"version"`
		Catalogue string `json:"catalogue_digest"`
		Quotas    struct {
			CPUSeconds    float64 `json:"cpu_s_left"`
			RunsXMissiles int64   `json:"runs_x_missiles_max"`
			Runs          int     `json:"runs_max"`
			Queued        int     `json:"studies_at_once_max"`
			DiskLeft      int64   `json:"disk_bytes_left"`
		} `json:"quotas"`
	}
}

type sessionIn struct {
	Body struct {
		Token string `json:"token" maxLength:"200"`
	}
}

type cookieOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

type sessionOut struct {
	Body struct {
		SignedIn bool `json:"signed_in"`
		Token    bool `json:"token" doc:"there are users with tokens: POST one here"`
		OIDC     bool `json:"oidc" doc:"there is a provider of identities: send the browser to /api/v1/session/oidc"`
	}
}

func (s *Server) cookie(value string, age int) http.Cookie {
	return http.Cookie{Name: s.cookieName(), Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: s.TLS}
}

func (s *Server) registerAccounts() {
	huma.Register(s.api, s.op("GET", "/me", "Who asks, and what is left of the quotas"), func(ctx context.Context, _ *struct{}) (*meOut, error) {
		out := &meOut{}
		b := &out.Body
		b.User, b.Hosted, b.Version, b.Catalogue = s.called(user(ctx)), s.hosted(), testudo.Version, s.book.Digest()
		disk, err := s.store.disk(user(ctx))
		if err != nil {
			return nil, s.fault(ctx, err)
		}
		b.Quotas.CPUSeconds, b.Quotas.RunsXMissiles, b.Quotas.Runs, b.Quotas.Queued, b.Quotas.DiskLeft = s.gate.Left(user(ctx), s.Now()), s.Limits.RunsXMissiles, s.Limits.Runs, s.Limits.Queued, max(0, s.Limits.DiskBytes-disk)
		return out, nil
	})
	huma.Register(s.api, s.op("GET", "/session", "How one may sign in, and whether one has"), func(ctx context.Context, _ *struct{}) (*sessionOut, error) {
		out := &sessionOut{}
		out.Body.SignedIn, out.Body.Token, out.Body.OIDC = user(ctx) != "", s.Users != nil, s.oidc != nil
		return out, nil
	})
	signIn := s.op("POST", "/session", "Sign in with a token; the answer sets a cookie")
	signIn.DefaultStatus, signIn.MaxBodyBytes = http.StatusNoContent, 4<<10
	huma.Register(s.api, signIn, func(ctx context.Context, in *sessionIn) (*cookieOut, error) {
		if s.Users == nil {
			return nil, huma.Error404NotFound("this server has no users with tokens")
		}
		name, ok := s.Users.who(in.Body.Token)
		if !ok {
			return nil, huma.Error401Unauthorized("the token admits nobody")
		}
		hash := s.Users.hash[name]
		id, err := s.session.open(name, credential{Token: hex.EncodeToString(hash[:])})
		if err != nil {
			return nil, s.fault(ctx, err)
		}
		return &cookieOut{s.cookie(id, int(sessionFor/time.Second))}, nil
	})
	signOut := s.op("DELETE", "/session", "Sign out")
	signOut.DefaultStatus = http.StatusNoContent
	huma.Register(s.api, signOut, func(ctx context.Context, in *struct {
		Session string `cookie:"testudo_session"`
		Secure  string `cookie:"__Host-testudo_session"`
	}) (*cookieOut, error) {
		if s.TLS {
			in.Session = in.Secure
		}
		if err := s.session.end(in.Session); err != nil {
			return nil, s.fault(ctx, err)
		}
		return &cookieOut{s.cookie("", -1)}, nil
	})
	s.registerOIDC()
}
