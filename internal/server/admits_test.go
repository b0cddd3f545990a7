package server

import "testing"

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
