package server

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// What a provider calls an address need not be one.
func TestAdmitsOddAddresses(t *testing.T) {
	l := &oidcLogin{c: OIDC{Allow: []string{"ada@example.org", "@allies.example", "sub:42"}}}
	for _, c := range []struct {
		sub, email string
		want       bool
	}{
		{"1", "ada@example.org", true}, {"1", "ADA@Example.org", true}, {"1", "eve@allies.example", true}, {"42", "", true},
		{"1", "", false}, {"1", "nobody", false}, {"1", "allies.example", false}, {"1", "@", false},
		{"1", "eve@allies.example@evil.example", false}, {"1", "eve@evil.allies.example", false}, {"sub:42", "sub:42", false},
	} {
		if got := l.admits(c.sub, c.email); got != c.want {
			t.Errorf("subject %q, address %q: admitted %v, want %v", c.sub, c.email, got, c.want)
		}
	}
}

// A restart signs nobody out whom it would let in today, and everybody else.
func TestSessionsOutliveARestart(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	users := func(names ...string) *Users {
		var lines []string
		for _, n := range names {
			_, line, err := NewToken(n)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, line)
		}
		u, err := ReadUsers(strings.NewReader(strings.Join(lines, "\n")))
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	start := func(u *Users, allow ...string) *Server {
		c := Config{Data: dir, Users: u, Now: func() time.Time { return now }}
		if len(allow) > 0 {
			c.OIDC = &OIDC{Issuer: "https://login.example.org", ClientID: "testudo", URL: "https://testudo.example.org", Allow: allow}
		}
		s, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	// both holds the tokens of ada and bob; after that ada's is another.
	both := users("ada", "bob")
	other := users("ada")
	other.hash["bob"] = both.hash["bob"]
	s := start(both, "*")
	cookies := map[string]string{}
	for who, by := range map[string]credential{
		"ada": {Token: fmt.Sprintf("%x", both.hash["ada"])}, "bob": {Token: fmt.Sprintf("%x", both.hash["bob"])},
		personID("https://login.example.org", "7"): {Issuer: "https://login.example.org", Subject: "7", Email: "eve@allies.example"},
		personID("https://old.example.org", "7"):   {Issuer: "https://old.example.org", Subject: "7"},
	} {
		id, err := s.session.open(who, by)
		if err != nil {
			t.Fatal(err)
		}
		cookies[who] = id
	}
	left, err := s.session.open("bob", credential{Token: fmt.Sprintf("%x", both.hash["bob"])})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.session.end(left); err != nil {
		t.Fatal(err)
	}
	eve, old := personID("https://login.example.org", "7"), personID("https://old.example.org", "7")
	in := func(what string, s *Server, want ...string) {
		t.Helper()
		for who, id := range cookies {
			name, ok := s.session.who(id)
			if should := slices.Contains(want, who); ok != should || ok && name != who {
				t.Errorf("%s: %s is %q, %v; should be in: %v", what, who, name, ok, should)
			}
		}
		if _, ok := s.session.who(left); ok {
			t.Errorf("%s: who signed out is in", what)
		}
		shut(t, s)
	}
	in("before", s, "ada", "bob", eve, old)
	in("again", start(both, "@allies.example"), "ada", "bob", eve)
	in("ada's token is another", start(other, "*"), "bob", eve)
	in("and back again", start(both, "*"), "bob", eve)
	in("nobody of eve's domain", start(both, "@example.org"), "bob")
	now = now.Add(sessionFor + time.Second)
	in("a day later", start(both, "*"))
}
