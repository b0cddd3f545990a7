package server_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"testudo/internal/server"
)

// idp is a provider of identities on the loopback: discovery, keys, authorization
// and tokens as OpenID Connect Core 1.0 and RFC 7636 have them.
type idp struct {
	*httptest.Server
	t      *testing.T
	key    *rsa.PrivateKey
	claims dict       // of who signs in
	bend   func(dict) // spoils the claims of a token
	forge  bool       // signs with another key
	codes  map[string]url.Values
	tokens int
}

func newIDP(t *testing.T) *idp {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &idp{t: t, key: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	say := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		say(w, dict{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}, "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		say(w, dict{"keys": []dict{{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k", "n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("response_type") != "code" || q.Get("client_id") != "testudo" || q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || !strings.Contains(q.Get("scope"), "openid") {
			t.Errorf("asked to sign in with %v", q)
		}
		code := rand.Text()
		p.codes[code] = q
		http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		p.tokens++
		id, secret, basic := r.BasicAuth()
		if !basic {
			id, secret = r.FormValue("client_id"), r.FormValue("client_secret")
		}
		q, ok := p.codes[r.FormValue("code")]
		delete(p.codes, r.FormValue("code"))
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if !ok || id != "testudo" || secret != "hush" || b64(sum[:]) != q.Get("code_challenge") || r.FormValue("redirect_uri") != q.Get("redirect_uri") {
			w.WriteHeader(http.StatusBadRequest)
			say(w, dict{"error": "invalid_grant"})
			return
		}
		now := time.Now().Unix()
		claims := dict{"iss": p.URL, "aud": "testudo", "iat": now, "exp": now + 60, "nonce": q.Get("nonce")}
		maps.Copy(claims, p.claims)
		if p.bend != nil {
			p.bend(claims)
		}
		say(w, dict{"access_token": "x", "token_type": "Bearer", "id_token": p.sign(claims)})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (p *idp) sign(claims dict) string {
	head, _ := json.Marshal(dict{"alg": "RS256", "kid": "k", "typ": "JWT"})
	body, _ := json.Marshal(claims)
	text := b64(head) + "." + b64(body)
	key := p.key
	if p.forge {
		key, _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		p.t.Fatal(err)
	}
	return text + "." + b64(sig)
}

// browser keeps cookies and follows where it is sent.
func browser(t *testing.T) *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

func fetch(t *testing.T, c *http.Client, address string) (int, string) {
	t.Helper()
	r, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

// Whom the provider vouches for and the server admits gets a session of their
// own; whoever brings anything else gets none.
func TestSignInByProvider(t *testing.T) {
	p := newIDP(t)
	// The server's address is known when it listens.
	var h http.Handler
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(w, r) }))
	defer front.Close()
	x := hosted(t, server.Config{NoPage: "no page", OIDC: &server.OIDC{Issuer: p.URL, ClientID: "testudo", ClientSecret: "hush", URL: front.URL, Allow: []string{"ada@example.org", "@allies.example", "sub:42"}}}, "carl")
	h = x.s.Handler()
	me := func(c *http.Client) (int, string) {
		status, b := fetch(t, c, front.URL+"/api/v1/me")
		var m struct{ User string }
		_ = json.Unmarshal([]byte(b), &m)
		return status, m.User
	}
	signIn := func(c *http.Client, claims dict) int {
		p.claims = claims
		status, _ := fetch(t, c, front.URL+"/api/v1/session/oidc")
		return status
	}
	ada, bob := browser(t), browser(t)
	if status, _ := me(ada); status != 401 {
		t.Fatalf("nobody yet: %d", status)
	}
	if _, b := fetch(t, ada, front.URL+"/api/v1/session"); !strings.Contains(b, `"oidc":true`) || !strings.Contains(b, `"signed_in":false`) {
		t.Errorf("ways to sign in: %s", b)
	}
	// At the end stands the page, which this server does not have.
	if status := signIn(ada, dict{"sub": "1", "email": "ada@example.org", "email_verified": true}); status != 503 {
		t.Fatalf("signing in: %d", status)
	}
	if status, name := me(ada); status != 200 || name != "ada@example.org" {
		t.Fatalf("%d, called %q", status, name)
	}
	signIn(bob, dict{"sub": "2", "email": "bob@allies.example", "email_verified": true})
	if _, name := me(bob); name != "bob@allies.example" {
		t.Fatalf("called %q", name)
	}
	// What one saves the other does not see, until it is shared, and then by name.
	r, err := ada.Post(front.URL+"/api/v1/scenarios", "application/json", strings.NewReader(`{"name": "hers", "text": "testudo: 1\ninclude: gulf.yaml\n"}`))
	if err != nil || r.StatusCode != 201 {
		t.Fatalf("saving: %v %v", r, err)
	}
	var s struct{ ID string }
	if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if status, _ := fetch(t, bob, front.URL+"/api/v1/scenarios/"+s.ID); status != 404 {
		t.Errorf("hers as bob: %d", status)
	}
	q, _ := http.NewRequest("PUT", front.URL+"/api/v1/scenarios/"+s.ID, strings.NewReader(`{"text": "testudo: 1\ninclude: gulf.yaml\n", "shared": true}`))
	q.Header.Set("Content-Type", "application/json")
	if r, err := ada.Do(q); err != nil || r.StatusCode != 200 {
		t.Fatalf("sharing: %v %v", r, err)
	}
	if _, b := fetch(t, bob, front.URL+"/api/v1/scenarios/"+s.ID); !strings.Contains(b, `"owner":"ada@example.org"`) || strings.Contains(b, "oidc:") {
		t.Errorf("hers, shared, as bob: %.300s", b)
	}
	// The same person under another address is the same person; another with the
	// address is not.
	again := browser(t)
	signIn(again, dict{"sub": "1", "email": "ada@allies.example", "email_verified": true})
	if _, b := fetch(t, again, front.URL+"/api/v1/scenarios/"+s.ID); !strings.Contains(b, `"mine":true`) {
		t.Errorf("the same person: %.300s", b)
	}
	other := browser(t)
	signIn(other, dict{"sub": "3", "email": "ada@example.org", "email_verified": true})
	if _, b := fetch(t, other, front.URL+"/api/v1/scenarios/"+s.ID); !strings.Contains(b, `"mine":false`) {
		t.Errorf("another with the address: %.300s", b)
	}
	// A token user of that name is somebody else, too.
	x.want(200, nil, "carl", "GET", "/api/v1/me", nil)
	good := dict{"sub": "42"}
	for name, c := range map[string]struct {
		claims dict
		bend   func(dict)
		forge  bool
		status int
	}{
		"by the provider's own name":  {good, nil, false, 503},
		"an address that is not hers": {dict{"sub": "9", "email": "ada@example.org"}, nil, false, 403},
		"a stranger":                  {dict{"sub": "9", "email": "eve@example.net", "email_verified": true}, nil, false, 403},
		"a domain that ends so":       {dict{"sub": "9", "email": "eve@evil-allies.example", "email_verified": true}, nil, false, 403},
		"another's key":               {good, nil, true, 403},
		"for another client":          {good, func(c dict) { c["aud"] = "other" }, false, 403},
		"of another issuer":           {good, func(c dict) { c["iss"] = "https://evil.example" }, false, 403},
		"run out":                     {good, func(c dict) { c["exp"] = time.Now().Add(-time.Hour).Unix() }, false, 403},
		"of another sign-in":          {good, func(c dict) { c["nonce"] = "other" }, false, 403},
		"without a nonce":             {good, func(c dict) { delete(c, "nonce") }, false, 403},
	} {
		b := browser(t)
		p.bend, p.forge = c.bend, c.forge
		status := signIn(b, c.claims)
		p.bend, p.forge = nil, false
		in, _ := me(b)
		if status != c.status || (in == 200) != (c.status == 503) {
			t.Errorf("%s: %d, then %d", name, status, in)
		}
	}
	// A sign-in that another browser began is not taken over, nor one without its
	// cookie, nor a refusal.
	stop := browser(t)
	stop.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.Contains(r.URL.Path, "/callback") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	p.claims = good
	r, err = stop.Get(front.URL + "/api/v1/session/oidc")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	back := r.Header.Get("Location")
	before := p.tokens
	victim := browser(t)
	if status, _ := fetch(t, victim, back); status != 400 {
		t.Errorf("a sign-in without its cookie: %d", status)
	}
	begun := browser(t)
	begun.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	fetch(t, begun, front.URL+"/api/v1/session/oidc")
	begun.CheckRedirect = nil
	if status, _ := fetch(t, begun, back); status != 400 {
		t.Errorf("another's sign-in: %d", status)
	}
	if p.tokens != before {
		t.Error("a code of another's sign-in was traded")
	}
	if status, _ := fetch(t, stop, front.URL+"/api/v1/session/oidc/callback?error=access_denied&state=x"); status != 400 {
		t.Errorf("a refusal of no sign-in: %d", status)
	}
	if status, _ := me(victim); status != 401 {
		t.Errorf("the victim is %d", status)
	}
	stop.CheckRedirect = nil
	if status, _ := fetch(t, stop, back); status != 503 {
		t.Errorf("the one who began: %d", status)
	}
	if status, _ := fetch(t, stop, back); status == 503 {
		t.Error("a sign-in is taken twice")
	}
	// Signing out ends the session, not only the cookie.
	u, _ := url.Parse(front.URL)
	held := ada.Jar.Cookies(u)
	q, _ = http.NewRequest("DELETE", front.URL+"/api/v1/session", nil)
	if r, err := ada.Do(q); err != nil || r.StatusCode != 204 {
		t.Fatalf("signing out: %v %v", r, err)
	}
	stolen := browser(t)
	stolen.Jar.SetCookies(u, held)
	if status, _ := me(stolen); status != 401 {
		t.Errorf("the cookie of an ended session: %d", status)
	}
}

// What does not say who may come in, or would send secrets in the clear, is
// refused.
func TestProviderIsChecked(t *testing.T) {
	good := server.OIDC{Issuer: "https://login.example.org", ClientID: "testudo", URL: "https://testudo.example.org", Allow: []string{"@example.org"}}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for i, bend := range []func(*server.OIDC){
		func(c *server.OIDC) { c.Issuer = "http://login.example.org" }, func(c *server.OIDC) { c.URL = "" }, func(c *server.OIDC) { c.URL = "http://testudo.example.org" },
		func(c *server.OIDC) { c.ClientID = "" }, func(c *server.OIDC) { c.Allow = nil }, func(c *server.OIDC) { c.Allow = []string{"everybody"} },
	} {
		c := good
		bend(&c)
		if c.Check() == nil {
			t.Errorf("case %d: %+v is taken", i, c)
		}
	}
	p := newIDP(t)
	p.Close()
	x := hosted(t, server.Config{OIDC: &server.OIDC{Issuer: p.URL, ClientID: "testudo", URL: "http://127.0.0.1:1", Allow: []string{"*"}}})
	if status, h, b := x.do("", "GET", "/api/v1/session/oidc", nil); status != 503 || h.Get("Retry-After") == "" {
		t.Errorf("a provider that is away: %d %s", status, fmt.Sprint(string(b)))
	}
}
