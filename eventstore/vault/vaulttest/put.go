package vaulttest

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"arobase/eventstore/vault"
)

var putTests = []test{
	{"what is put can be got", func(t *testing.T, v vault.Vault, _ *Clock) {
		secrets := []vault.Secret{
			secret(0), secret(1), secret(2),
			Secret(3, `""`), Secret(4, `5`), Secret(5, `["éco",{"a":null}]`), Secret(6, `"`+strings.Repeat("long ", 10_000)+`"`),
		}
		mustPut(t, v, secrets...)
		for _, s := range secrets {
			wantSecret(t, v, s)
		}
		wantEverything(t, v, secrets...)
	}},
	{"what was never put is unknown", func(t *testing.T, v vault.Vault, _ *Clock) {
		mustPut(t, v, secret(0))
		if s, err := v.Get(t.Context(), secret(1).Commitment); !errors.Is(err, vault.ErrUnknown) {
			t.Errorf("Get = %v, %v; want ErrUnknown", s, err)
		}
		if s, err := v.Place(t.Context(), secret(1).Commitment); !errors.Is(err, vault.ErrUnknown) {
			t.Errorf("Place = %v, %v; want ErrUnknown", s, err)
		}
	}},
	{"the same again changes nothing", func(t *testing.T, v vault.Vault, _ *Clock) {
		mustPut(t, v, secret(0), secret(1))
		mustPut(t, v, secret(1), secret(0), secret(2), secret(2))
		wantEverything(t, v, secret(0), secret(1), secret(2))
	}},
	{"nothing may be put", func(t *testing.T, v vault.Vault, _ *Clock) {
		mustPut(t, v)
		wantEverything(t, v)
	}},
	{"the value is not shared with the caller", func(t *testing.T, v vault.Vault, _ *Clock) {
		s := secret(0)
		mustPut(t, v, s)
		clear(s.Value)
		wantSecret(t, v, secret(0))
	}},
	{"all or none, and only with the right commitment", func(t *testing.T, v vault.Vault, _ *Clock) {
		for name, spoil := range map[string]func(s *vault.Secret){
			"commitment": func(s *vault.Secret) { s.Commitment[0] ^= 1 },
			"value":      func(s *vault.Secret) { s.Value[0] ^= 1 },
			"salt":       func(s *vault.Secret) { s.Salt[31] ^= 1 },
			"event":      func(s *vault.Secret) { s.Event = eventID(77) },
			"pointer":    func(s *vault.Secret) { s.Pointer = "/data/other" },
			"no value":   func(s *vault.Secret) { *s = Secret(1, "") },
			"visibility": func(s *vault.Secret) { s.Visibility = "everyone" },
			"ledger": func(s *vault.Secret) {
				s.Commitment = vault.Commit(s.Salt, uuid.MustParse("0190a6e4-2f6b-7c3e-9d2a-000000000000"), s.Event, s.Pointer, s.Value)
			},
		} {
			spoilt := secret(1)
			spoil(&spoilt)
			if err := v.Put(t.Context(), []vault.Secret{secret(0), spoilt, secret(2)}, []vault.Request{request(0)}); err == nil {
				t.Errorf("a secret with a wrong %s was put", name)
			}
			wantEverything(t, v)
			if _, err := v.Request(t.Context(), request(0).LeafHash); !errors.Is(err, vault.ErrUnknown) {
				t.Errorf("wrong %s: the request mark was put: %v", name, err)
			}
		}
		mustPut(t, v, secret(0)) // the vault takes secrets as before
		wantEverything(t, v, secret(0))
	}},
	{"another visibility of the same secret is refused", func(t *testing.T, v vault.Vault, _ *Clock) {
		mustPut(t, v, secret(0))
		other := secret(0)
		other.Visibility = vault.Restricted
		if err := v.Put(t.Context(), []vault.Secret{secret(1), other}, nil); err == nil {
			t.Error("it was put")
		}
		wantEverything(t, v, secret(0))
	}},
	{"many at once", func(t *testing.T, v vault.Vault, _ *Clock) {
		const writers, each = 8, 10
		var group sync.WaitGroup
		var all []vault.Secret
		for w := range writers {
			for i := range each {
				all = append(all, secret(w*each+i))
			}
			group.Go(func() {
				for i := range each {
					s := secret(w*each + i)
					if err := v.Put(t.Context(), []vault.Secret{s, secret(0)}, []vault.Request{request(w)}); err != nil {
						t.Errorf("Put: %v", err)
					}
					if _, err := v.Get(t.Context(), s.Commitment); err != nil {
						t.Errorf("Get after Put: %v", err)
					}
				}
			})
		}
		group.Wait()
		wantEverything(t, v, all...)
	}},
}

var requestTests = []test{
	{"what is put can be got", func(t *testing.T, v vault.Vault, _ *Clock) {
		for range 2 { // again changes nothing
			if err := v.Put(t.Context(), []vault.Secret{secret(0)}, []vault.Request{request(0), request(1)}); err != nil {
				t.Fatalf("Put: %v", err)
			}
		}
		for n := range 2 {
			if got, err := v.Request(t.Context(), request(n).LeafHash); err != nil || got != request(n) {
				t.Errorf("Request = %v, %v; want %v", got, err, request(n))
			}
		}
		if got, err := v.Request(t.Context(), request(2).LeafHash); !errors.Is(err, vault.ErrUnknown) {
			t.Errorf("Request = %v, %v; want ErrUnknown", got, err)
		}
	}},
	{"another request for the same leaf is refused", func(t *testing.T, v vault.Vault, _ *Clock) {
		if err := v.Put(t.Context(), nil, []vault.Request{request(0)}); err != nil {
			t.Fatalf("Put: %v", err)
		}
		mac, event := request(0), request(0)
		mac.MAC, event.Event = request(1).MAC, request(1).Event
		for _, other := range []vault.Request{mac, event} {
			if err := v.Put(t.Context(), []vault.Secret{secret(0)}, []vault.Request{other}); err == nil {
				t.Error("it was put")
			}
		}
		if got, err := v.Request(t.Context(), request(0).LeafHash); err != nil || got != request(0) {
			t.Errorf("Request = %v, %v; want %v", got, err, request(0))
		}
		wantEverything(t, v)
	}},
}
