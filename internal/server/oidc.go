package server

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/oauth2"
)

// OIDC lets people in by a provider of identities (OpenID Connect, authorization
// code with PKCE).
type OIDC struct {
	Issuer       string
	ClientID     string
	ClientSecret string
	URL          string       // where browsers reach this server
	Allow        []string     // who may come in: verified addresses, @domains, sub:VALUE, or * for whomever the provider knows
	Client       *http.Client // to reach the provider; nil: one that waits ten seconds
}

// Check says what is missing.
func (c OIDC) Check() error {
	for _, x := range []struct{ what, text string }{{"the issuer", c.Issuer}, {"the server's own address", c.URL}} {
		u, err := url.Parse(x.text)
		if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && loopbackHost(u.Host)) {
			return fmt.Errorf("%s is to be an https address, not %q", x.what, x.text)
		}
	}
	if c.ClientID == "" {
		return errors.New("the client's id at the provider is missing")
	}
	if len(c.Allow) == 0 {
		return errors.New("say who may come in: addresses, @domains, sub:VALUE, or * for whomever the provider knows")
	}
	for _, a := range c.Allow {
		if a != "*" && !strings.Contains(a, "@") && !strings.HasPrefix(a, "sub:") {
			return fmt.Errorf("%q is no address, no @domain, no sub:VALUE and not *", a)
		}
	}
	return nil
}

// oidcLogin keeps what the provider says of itself and the key that seals a
// sign-in that is under way.
type oidcLogin struct {
	s    *Server
	c    OIDC
	seal cipher.AEAD

	mu       sync.Mutex
	provider *oidc.Provider
}

func newOIDC(s *Server, c OIDC) (*oidcLogin, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if c.Client == nil {
		c.Client = &http.Client{Timeout: 10 * time.Second}
	}
	var key [32]byte
	if _, err := rand.Read(key[:]); err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	seal, err := cipher.NewGCM(block)
	return &oidcLogin{s: s, c: c, seal: seal}, err
}

// known asks the provider once where its doors are; a provider that is away now
// is asked again by the next who signs in.
func (l *oidcLogin) known(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.provider == nil {
		p, err := oidc.NewProvider(oidc.ClientContext(ctx, l.c.Client), l.c.Issuer)
		if err != nil {
			l.s.Log.Error("the provider of identities does not answer", "issuer", l.c.Issuer, "what", err.Error())
			return nil, nil, &Problem{Title: http.StatusText(http.StatusServiceUnavailable), Status: http.StatusServiceUnavailable, Detail: "the provider of identities does not answer; try again in a moment", headers: http.Header{"Retry-After": {"10"}}}
		}
		l.provider = p
	}
	return l.provider, &oauth2.Config{ClientID: l.c.ClientID, ClientSecret: l.c.ClientSecret, Endpoint: l.provider.Endpoint(), RedirectURL: strings.TrimSuffix(l.c.URL, "/") + callbackPath, Scopes: []string{oidc.ScopeOpenID, "email"}}, nil
}

const (
	loginPath    = apiPrefix + "/session/oidc"
	callbackPath = loginPath + "/callback"
	loginCookie  = "testudo_login"
	loginFor     = 10 * time.Minute
)

// pending is a sign-in under way. It is kept by the browser, sealed, so that who
// begins a thousand fills no memory here.
type pending struct {
	State, Nonce, Verifier string
	Until                  time.Time
}

func (l *oidcLogin) sealed(p pending) (string, error) {
	b, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, l.seal.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(l.seal.Seal(nonce, nonce, b, nil)), nil
}

func (l *oidcLogin) opened(text string, now time.Time) (pending, bool) {
	var p pending
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) < l.seal.NonceSize() {
		return p, false
	}
	b, err = l.seal.Open(nil, b[:l.seal.NonceSize()], b[l.seal.NonceSize():], nil)
	if err != nil || json.Unmarshal(b, &p) != nil {
		return p, false
	}
	return p, now.Before(p.Until)
}

type redirectOut struct {
	Status    int
	Location  string        `header:"Location"`
	SetCookie []http.Cookie `header:"Set-Cookie"`
}

func (l *oidcLogin) cookie(value string, age int) http.Cookie {
	// The provider sends the browser back from another site: Strict would keep the
	// cookie from it.
	return http.Cookie{Name: loginCookie, Value: value, Path: loginPath, MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: l.s.TLS}
}

// begin sends the browser to the provider.
func (l *oidcLogin) begin(ctx context.Context) (*redirectOut, error) {
	_, o, err := l.known(ctx)
	if err != nil {
		return nil, err
	}
	p := pending{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Until: l.s.Now().Add(loginFor)}
	text, err := l.sealed(p)
	if err != nil {
		return nil, err
	}
	return &redirectOut{http.StatusFound, o.AuthCodeURL(p.State, oidc.Nonce(p.Nonce), oauth2.S256ChallengeOption(p.Verifier)), []http.Cookie{l.cookie(text, int(loginFor/time.Second))}}, nil
}

type callbackIn struct {
	Code  string `query:"code" maxLength:"4096"`
	State string `query:"state" maxLength:"200"`
	Error string `query:"error" maxLength:"200"`
	Login string `cookie:"testudo_login"`
}

// end takes what the provider says of who comes back.
func (l *oidcLogin) end(ctx context.Context, in *callbackIn) (*redirectOut, error) {
	refuse := func(status int, detail string) (*redirectOut, error) {
		return nil, &Problem{Title: http.StatusText(status), Status: status, Detail: detail}
	}
	p, ok := l.opened(in.Login, l.s.Now())
	if !ok || subtle.ConstantTimeCompare([]byte(p.State), []byte(in.State)) != 1 {
		return refuse(http.StatusBadRequest, "this sign-in was not begun in this browser, or too long ago; begin again")
	}
	if in.Error != "" || in.Code == "" {
		return refuse(http.StatusForbidden, "the provider did not sign you in")
	}
	provider, o, err := l.known(ctx)
	if err != nil {
		return nil, err
	}
	// What exactly was wrong is for the log: it may quote the provider.
	failed := func(err error) (*redirectOut, error) {
		l.s.Log.Warn("a sign-in went wrong", "issuer", l.c.Issuer, "what", firstLine(err))
		return refuse(http.StatusForbidden, "the provider's answer does not hold; begin again")
	}
	ctx = oidc.ClientContext(ctx, l.c.Client)
	token, err := o.Exchange(ctx, in.Code, oauth2.VerifierOption(p.Verifier))
	if err != nil {
		return failed(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: l.c.ClientID, Now: l.s.Now}).Verify(ctx, raw)
	if err != nil {
		return failed(err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(p.Nonce)) != 1 {
		return failed(errors.New("the nonce is another"))
	}
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	if err := id.Claims(&claims); err != nil {
		return failed(err)
	}
	if !claims.Verified {
		claims.Email = ""
	}
	if !l.admits(id.Subject, claims.Email) {
		return refuse(http.StatusForbidden, "the provider knows you, but you are not among those this workbench lets in")
	}
	// The provider's name for a person stays; an address may pass to another.
	who, called := personID(id.Issuer, id.Subject), claims.Email
	if called == "" {
		called = id.Subject + " (" + id.Issuer + ")"
	}
	if err := l.s.names.set(who, called); err != nil {
		return nil, err
	}
	session, err := l.s.session.open(who, credential{Issuer: id.Issuer, Subject: id.Subject, Email: claims.Email})
	if err != nil {
		return nil, err
	}
	return &redirectOut{http.StatusFound, "/", []http.Cookie{l.s.cookie(session, int(sessionFor/time.Second)), l.cookie("", -1)}}, nil
}

// personID is the user that a provider's person is here.
func personID(issuer, subject string) string {
	sum := sha256.Sum256([]byte(issuer + "\x00" + subject))
	return "oidc:" + hex.EncodeToString(sum[:16])
}

// firstLine keeps a provider's answer, which may hold what is secret, out of the
// log.
func firstLine(err error) string {
	var r *oauth2.RetrieveError
	if errors.As(err, &r) {
		return "the provider refused the code: " + r.ErrorCode
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}

// admits reports whether somebody is among those who may come in; email is empty
// unless the provider has verified it.
func (l *oidcLogin) admits(sub, email string) bool {
	for _, a := range l.c.Allow {
		switch {
		case a == "*", a == "sub:"+sub:
			return true
		case strings.HasPrefix(a, "sub:") || email == "":
		case strings.EqualFold(a, email):
			return true
		case strings.HasPrefix(a, "@") && strings.EqualFold(a, domain(email)):
			return true
		}
	}
	return false
}

// names are those by which users of the provider are known to others.
type names struct {
	store *store
	mu    sync.RWMutex
	of    map[string]string
}

func newNames(s *store) (*names, error) {
	of, err := s.people()
	return &names{store: s, of: of}, err
}

func (n *names) set(id, name string) error {
	if err := n.store.person(id, name); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.of[id] = name
	return nil
}

// called is the name of a user for others.
func (s *Server) called(id string) string {
	s.names.mu.RLock()
	defer s.names.mu.RUnlock()
	if n, ok := s.names.of[id]; ok {
		return n
	}
	return id
}

func (s *Server) registerOIDC() {
	none := func() error {
		return &Problem{Title: "Not Found", Status: http.StatusNotFound, Detail: "this server has no provider of identities"}
	}
	begin := s.op("GET", "/session/oidc", "Sign in by the provider of identities: a browser is sent there")
	begin.DefaultStatus = http.StatusFound
	huma.Register(s.api, begin, func(ctx context.Context, _ *struct{}) (*redirectOut, error) {
		if s.oidc == nil {
			return nil, none()
		}
		out, err := s.oidc.begin(ctx)
		if err != nil {
			return nil, s.fault(ctx, err)
		}
		return out, nil
	})
	end := s.op("GET", "/session/oidc/callback", "Where the provider sends the browser back")
	end.DefaultStatus = http.StatusFound
	huma.Register(s.api, end, func(ctx context.Context, in *callbackIn) (*redirectOut, error) {
		if s.oidc == nil {
			return nil, none()
		}
		out, err := s.oidc.end(ctx, in)
		if err != nil {
			return nil, s.fault(ctx, err)
		}
		return out, nil
	})
}

// domain gives what stands after the last @ of an address, with it; nothing if
// there is none.
func domain(email string) string {
	if i := strings.LastIndex(email, "@"); i >= 0 {
		return email[i:]
	}
	return ""
}
