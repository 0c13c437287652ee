package vaulttest

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

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
			return v.Erase(t.Context(), s)
		})
		if err != nil {
			t.Fatalf("Each: %v", err)
		}
		wantEverything(t, v, want...)
	}},
	{"every mark comes once, and the function may use the vault", func(t *testing.T, v vault.Vault, _ *Clock) {
		want, got := map[vault.Request]int{}, map[vault.Request]int{}
		for n := range 200 {
			if err := v.Put(t.Context(), nil, []vault.Request{request(n)}); err != nil {
				t.Fatalf("Put: %v", err)
			}
			want[request(n)] = 1
		}
		err := v.EachRequest(t.Context(), func(r vault.Request) error {
			got[r]++
			_, err := v.Request(t.Context(), r.LeafHash)
			return err
		})
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("EachRequest: %v (-want +got):\n%s", err, diff)
		}
	}},
	{"an error of the function ends the marks", func(t *testing.T, v vault.Vault, _ *Clock) {
		if err := v.Put(t.Context(), nil, []vault.Request{request(0), request(1)}); err != nil {
			t.Fatalf("Put: %v", err)
		}
		enough, n := errors.New("enough"), 0
		if err := v.EachRequest(t.Context(), func(vault.Request) error { n++; return enough }); !errors.Is(err, enough) || n != 1 {
			t.Errorf("EachRequest: %v after %d, want the error of the function after 1", err, n)
		}
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
		"Place":   func(ctx context.Context) error { _, err := v.Place(ctx, secret(0).Commitment); return err },
		"Request": func(ctx context.Context) error { _, err := v.Request(ctx, request(0).LeafHash); return err },
		"Erase":   func(ctx context.Context) error { return v.Erase(ctx, secret(0)) },
		"Purge": func(ctx context.Context) error {
			_, err := v.Purge(ctx, NewClock().Advance(1), nobodyLives)
			return err
		},
		"Each":        func(ctx context.Context) error { return v.Each(ctx, func(vault.Secret) error { return nil }) },
		"EachRequest": func(ctx context.Context) error { return v.EachRequest(ctx, func(vault.Request) error { return nil }) },
	}
}
