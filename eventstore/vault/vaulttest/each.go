package vaulttest

import (
	"context"
	"errors"
	"testing"

	"arobase/eventstore/vault"
)

var eachTests = []test{
	{"an empty vault has none", func(t *testing.T, v vault.Vault, _ *Clock) { wantEverything(t, v) }},
	{"the function may use the vault", func(t *testing.T, v vault.Vault, _ *Clock) {
		var want []vault.Secret
		for n := range 200 {
			mustPut(t, v, secret(n))
			want = append(want, tombstone(secret(n)))
		}
		err := v.Each(t.Context(), func(s vault.Secret) error {
			if _, err := v.Get(t.Context(), s.Commitment); err != nil {
				return err
			}
			return v.Erase(t.Context(), s.Commitment)
		})
		if err != nil {
			t.Fatalf("Each: %v", err)
		}
		wantEverything(t, v, want...)
	}},
	{"an error of the function ends it", func(t *testing.T, v vault.Vault, _ *Clock) {
		mustPut(t, v, secret(0), secret(1))
		enough, n := errors.New("enough"), 0
		if err := v.Each(t.Context(), func(vault.Secret) error { n++; return enough }); !errors.Is(err, enough) || n != 1 {
			t.Errorf("Each: %v after %d, want the error of the function after 1", err, n)
		}
	}},
}

var closeTests = []test{
	{"later calls fail", func(t *testing.T, v vault.Vault, _ *Clock) {
		mustPut(t, v, secret(0))
		if err := v.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
		for name, call := range calls(v) {
			if err := call(t.Context()); err == nil {
				t.Errorf("%s succeeds after Close", name)
			}
		}
	}},
	{"nothing begins after the context has ended", func(t *testing.T, v vault.Vault, _ *Clock) {
		mustPut(t, v, secret(0))
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		for name, call := range calls(v) {
			if err := call(ended); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v, want context.Canceled", name, err)
			}
		}
		wantEverything(t, v, secret(0))
	}},
}

// calls gives a call of every method but Close for a vault that holds secret 0.
func calls(v vault.Vault) map[string]func(ctx context.Context) error {
	return map[string]func(ctx context.Context) error{
		"Put":     func(ctx context.Context) error { return v.Put(ctx, []vault.Secret{secret(1)}, nil) },
		"Get":     func(ctx context.Context) error { _, err := v.Get(ctx, secret(0).Commitment); return err },
		"Request": func(ctx context.Context) error { _, err := v.Request(ctx, request(0).LeafHash); return err },
		"Erase":   func(ctx context.Context) error { return v.Erase(ctx, secret(0).Commitment) },
		"Purge": func(ctx context.Context) error {
			_, err := v.Purge(ctx, NewClock().Advance(1), nobodyLives)
			return err
		},
		"Each": func(ctx context.Context) error { return v.Each(ctx, func(vault.Secret) error { return nil }) },
	}
}
