package vaulttest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/eventstore/vault"
)

var eraseTests = []test{
	{"a tombstone is left", func(t *testing.T, v vault.Vault, _ *Clock) {
		mustPut(t, v, secret(0), secret(1), secret(2))
		for range 2 { // twice changes nothing
			mustErase(t, v, secret(1))
			if s, err := v.Get(t.Context(), secret(1).Commitment); !errors.Is(err, vault.ErrErased) || s.Value != nil {
				t.Errorf("Get = %v, %v; want ErrErased", s, err)
			}
			if s, err := v.Place(t.Context(), secret(1).Commitment); !errors.Is(err, vault.ErrErased) {
				t.Errorf("Place = %v, %v; want ErrErased", s, err)
			}
			wantEverything(t, v, secret(0), tombstone(secret(1)), secret(2))
		}
	}},
	{"what was never here cannot come any more", func(t *testing.T, v vault.Vault, _ *Clock) {
		mustPut(t, v, secret(0))
		for range 2 {
			mustErase(t, v, secret(1))
			mustPut(t, v, secret(1)) // from a backup
			wantEverything(t, v, secret(0), tombstone(secret(1)))
		}
	}},
	{"what other attempts to write the field left goes too, and does not come back", func(t *testing.T, v vault.Vault, clock *Clock) {
		attempt, other := another(secret(0), func(s *vault.Secret) { s.Salt[0] ^= 1 }), another(secret(0), func(s *vault.Secret) { s.Pointer += "/1" })
		mustPut(t, v, secret(0), attempt, other, secret(1))
		mustErase(t, v, secret(0))
		wantEverything(t, v, tombstone(secret(0)), other, secret(1))
		if _, err := v.Get(t.Context(), attempt.Commitment); !errors.Is(err, vault.ErrUnknown) {
			t.Errorf("the other attempt: %v, want ErrUnknown", err)
		}
		late := another(secret(0), func(s *vault.Secret) { s.Salt[0] ^= 2 })
		mustPut(t, v, attempt, late)
		wantEverything(t, v, tombstone(secret(0)), other, secret(1))
		mustErase(t, v, attempt) // and what was purged can be erased
		wantEverything(t, v, tombstone(secret(0)), tombstone(attempt), other, secret(1))
	}},
	{"many at once, all or none", func(t *testing.T, v vault.Vault, _ *Clock) {
		var secrets, tombstones []vault.Secret
		for n := range 200 {
			secrets, tombstones = append(secrets, secret(n)), append(tombstones, tombstone(secret(n)))
		}
		mustPut(t, v, secrets...)
		spoilt := secret(201)
		spoilt.Visibility = "everyone"
		if err := v.Erase(t.Context(), append(secrets[:100:100], spoilt)...); err == nil {
			t.Error("a secret of unknown visibility was erased")
		}
		wantEverything(t, v, secrets...)
		mustErase(t, v, secrets...)
		wantEverything(t, v, tombstones...)
		mustErase(t, v)
		wantEverything(t, v, tombstones...)
	}},
	{"what is erased stays erased", func(t *testing.T, v vault.Vault, _ *Clock) {
		mustPut(t, v, secret(0))
		mustErase(t, v, secret(0))
		mustPut(t, v, secret(0), secret(1)) // a retry of the command
		wantEverything(t, v, tombstone(secret(0)), secret(1))
	}},
}

// mustErase knows no more of secrets than what is left of them.
func mustErase(t *testing.T, v vault.Vault, secrets ...vault.Secret) {
	t.Helper()
	var erased []vault.Secret
	for _, s := range secrets {
		erased = append(erased, tombstone(s))
	}
	if err := v.Erase(t.Context(), erased...); err != nil {
		t.Fatalf("Erase: %v", err)
	}
}

// another is a secret that was changed before it was sealed.
func another(s vault.Secret, change func(*vault.Secret)) vault.Secret {
	change(&s)
	s.Commitment = vault.Commit(s.Salt, Ledger, s.Event, s.Pointer, s.Value)
	return s
}

var purgeTests = []test{
	{"only what is old and not live goes", func(t *testing.T, v vault.Vault, clock *Clock) {
		if err := v.Put(t.Context(), []vault.Secret{secret(0), secret(1), secret(2)}, []vault.Request{request(0), request(1)}); err != nil {
			t.Fatalf("Put: %v", err)
		}
		before := clock.Advance(time.Hour)
		if err := v.Put(t.Context(), []vault.Secret{secret(3), secret(4)}, []vault.Request{request(3)}); err != nil {
			t.Fatalf("Put: %v", err)
		}
		asked := make(map[uuid.UUID]bool)
		n, err := v.Purge(t.Context(), before, func(_ context.Context, event uuid.UUID, c vault.Commitment) (bool, error) {
			if asked[event] = true; c != (vault.Commitment{}) && c != secret(0).Commitment && c != secret(1).Commitment && c != secret(2).Commitment {
				t.Errorf("asked about %s", c)
			}
			return event == eventID(1), nil
		})
		if err != nil || n != 2 {
			t.Errorf("Purge = %d, %v; want 2 secrets", n, err)
		}
		if want := []uuid.UUID{eventID(0), eventID(1), eventID(2)}; len(asked) != 3 || !asked[want[0]] || !asked[want[1]] || !asked[want[2]] {
			t.Errorf("asked about %v, want %v", slices.Collect(maps.Keys(asked)), want)
		}
		wantEverything(t, v, secret(1), secret(3), secret(4))
		if _, err := v.Get(t.Context(), secret(0).Commitment); !errors.Is(err, vault.ErrUnknown) {
			t.Errorf("Get what was purged: %v, want ErrUnknown", err)
		}
		if _, err := v.Request(t.Context(), request(0).LeafHash); !errors.Is(err, vault.ErrUnknown) {
			t.Errorf("the mark of what was purged: %v, want ErrUnknown", err)
		}
		for _, n := range []int{1, 3} {
			if got, err := v.Request(t.Context(), request(n).LeafHash); err != nil || got != request(n) {
				t.Errorf("the mark of what was kept: %v, %v", got, err)
			}
		}
	}},
	{"an event that is stored with other commitments does not protect an old attempt", func(t *testing.T, v vault.Vault, clock *Clock) {
		again := another(secret(0), func(s *vault.Secret) { s.Salt[0] ^= 1 })
		mustPut(t, v, secret(0))
		mustPut(t, v, again)
		n, err := v.Purge(t.Context(), clock.Advance(time.Hour), func(_ context.Context, _ uuid.UUID, c vault.Commitment) (bool, error) {
			return c == again.Commitment, nil
		})
		if err != nil || n != 1 {
			t.Errorf("Purge = %d, %v; want 1", n, err)
		}
		wantEverything(t, v, again)
	}},
	{"what is put again is not old", func(t *testing.T, v vault.Vault, clock *Clock) {
		put := func() {
			if err := v.Put(t.Context(), []vault.Secret{secret(0)}, []vault.Request{request(0)}); err != nil {
				t.Fatalf("Put: %v", err)
			}
		}
		put()
		before := clock.Advance(time.Hour)
		put() // its event is about to be appended once more
		if n, err := v.Purge(t.Context(), before, nobodyLives); err != nil || n != 0 {
			t.Errorf("Purge = %d, %v; want 0", n, err)
		}
		wantEverything(t, v, secret(0))
		if _, err := v.Request(t.Context(), request(0).LeafHash); err != nil {
			t.Errorf("its mark: %v", err)
		}
	}},
	{"what is put while live is asked is kept", func(t *testing.T, v vault.Vault, clock *Clock) {
		mustPut(t, v, secret(0))
		n, err := v.Purge(t.Context(), clock.Advance(time.Hour), func(ctx context.Context, _ uuid.UUID, _ vault.Commitment) (bool, error) {
			return false, v.Put(ctx, []vault.Secret{secret(0)}, nil)
		})
		if err != nil || n != 0 {
			t.Errorf("Purge = %d, %v; want 0", n, err)
		}
		wantEverything(t, v, secret(0))
	}},
	{"what was purged can be put again", func(t *testing.T, v vault.Vault, clock *Clock) {
		for range 3 {
			mustPut(t, v, secret(0), secret(1))
			wantEverything(t, v, secret(0), secret(1))
			if n, err := v.Purge(t.Context(), clock.Advance(time.Hour), nobodyLives); err != nil || n != 2 {
				t.Errorf("Purge = %d, %v; want 2", n, err)
			}
			wantEverything(t, v)
		}
	}},
	{"tombstones stay", func(t *testing.T, v vault.Vault, clock *Clock) {
		mustPut(t, v, secret(0))
		mustErase(t, v, secret(0))
		if n, err := v.Purge(t.Context(), clock.Advance(time.Hour), nobodyLives); err != nil || n != 0 {
			t.Errorf("Purge = %d, %v; want 0", n, err)
		}
		wantEverything(t, v, tombstone(secret(0)))
	}},
	{"an error of live ends it", func(t *testing.T, v vault.Vault, clock *Clock) {
		mustPut(t, v, secret(0), secret(1))
		away := errors.New("the cluster is away")
		_, err := v.Purge(t.Context(), clock.Advance(time.Hour), func(context.Context, uuid.UUID, vault.Commitment) (bool, error) { return false, away })
		if !errors.Is(err, away) {
			t.Errorf("Purge: %v, want the error of live", err)
		}
		wantEverything(t, v, secret(0), secret(1))
	}},
	{"many", func(t *testing.T, v vault.Vault, clock *Clock) {
		var secrets, kept []vault.Secret
		var requests []vault.Request
		for n := range 500 {
			secrets, requests = append(secrets, secret(n)), append(requests, request(n))
			if n%5 != 0 {
				kept = append(kept, secret(n))
			}
		}
		if err := v.Put(t.Context(), secrets, requests); err != nil {
			t.Fatalf("Put: %v", err)
		}
		dead := make(map[uuid.UUID]bool)
		for n := 0; n < 500; n += 5 {
			dead[eventID(n)] = true
		}
		n, err := v.Purge(t.Context(), clock.Advance(time.Hour), func(_ context.Context, event uuid.UUID, _ vault.Commitment) (bool, error) {
			return !dead[event], nil
		})
		if err != nil || n != 100 {
			t.Errorf("Purge = %d, %v; want 100", n, err)
		}
		wantEverything(t, v, kept...)
		for n := range 500 {
			if _, err := v.Request(t.Context(), request(n).LeafHash); errors.Is(err, vault.ErrUnknown) != dead[eventID(n)] {
				t.Errorf("mark %d: %v", n, err)
			}
		}
	}},
}

func nobodyLives(context.Context, uuid.UUID, vault.Commitment) (bool, error) { return false, nil }
