// Package vaulttest is the conformance suite of vault.Vault: every sentence of the contract is a test here, and every
// vault must pass all of them.
package vaulttest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"arobase/eventstore/vault"
)

// Ledger is the ledger that the vaults of the suite belong to.
var Ledger = uuid.MustParse("0190a6e4-2f6b-7c3e-9d2a-5b1c7e8f9a10")

// Clock is a clock that stands still until it is told otherwise.
type Clock struct {
	mu  sync.Mutex
	now time.Time // guarded by mu
}

// NewClock gives a clock that stands at some moment.
func NewClock() *Clock { return &Clock{now: time.Date(2017, 2, 1, 18, 30, 0, 0, time.UTC)} }

// Now is what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock and gives what it shows.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

// test is one part of the contract. It gets an empty vault of its own.
type test struct {
	name string
	run  func(t *testing.T, v vault.Vault, clock *Clock)
}

// Run tests a vault. open gives a new, empty one for Ledger, which takes the time from the clock, and releases it when
// its test ends; tests close some vaults themselves, so an error of Close at that time is to be ignored.
func Run(t *testing.T, open func(t *testing.T, clock *Clock) vault.Vault) {
	for _, group := range []struct {
		name  string
		tests []test
	}{
		{"put", putTests},
		{"request", requestTests},
		{"erase", eraseTests},
		{"purge", purgeTests},
		{"each", eachTests},
		{"close", closeTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, test := range group.tests {
				t.Run(test.name, func(t *testing.T) {
					clock := NewClock()
					test.run(t, open(t, clock), clock)
				})
			}
		})
	}
}

// Secret gives the n-th secret of a test, with that value: the same for the same n and value.
func Secret(n int, value string) vault.Secret {
	s := vault.Secret{
		Event:      eventID(n),
		Pointer:    "/data/motivation",
		Salt:       sha256.Sum256(fmt.Appendf(nil, "salt %d", n)),
		Value:      []byte(value),
		Visibility: []vault.Visibility{vault.Public, vault.Ceremony, vault.Restricted}[n%3],
	}
	s.Commitment = vault.Commit(s.Salt, Ledger, s.Event, s.Pointer, s.Value)
	return s
}

// secret gives the n-th secret of a test with a value of its own.
func secret(n int) vault.Secret { return Secret(n, fmt.Sprintf(`"secret %d of Vandœuvre"`, n)) }

func eventID(n int) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "event %d", n))
}

// request gives the n-th request mark of a test.
func request(n int) vault.Request {
	return vault.Request{
		LeafHash: sha256.Sum256(fmt.Appendf(nil, "leaf %d", n)),
		Event:    eventID(n),
		MAC:      sha256.Sum256(fmt.Appendf(nil, "mac %d", n)),
	}
}

// tombstone is what is left of an erased secret.
func tombstone(s vault.Secret) vault.Secret {
	s.Salt, s.Value = [vault.SaltSize]byte{}, nil
	return s
}

func mustPut(t *testing.T, v vault.Vault, secrets ...vault.Secret) {
	t.Helper()
	if err := v.Put(t.Context(), secrets, nil); err != nil {
		t.Fatalf("Put: %v", err)
	}
}

func wantSecret(t *testing.T, v vault.Vault, want vault.Secret) {
	t.Helper()
	got, err := v.Get(t.Context(), want.Commitment)
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("the secret differs (-want +got):\n%s", diff)
	}
	want.Salt, want.Value = [vault.SaltSize]byte{}, nil
	if place, err := v.Place(t.Context(), want.Commitment); err != nil || cmp.Diff(want, place) != "" {
		t.Fatalf("Place = %+v, %v; want %+v", place, err, want)
	}
}

// everything gives all secrets and tombstones by commitment.
func everything(ctx context.Context, v vault.Vault) (map[vault.Commitment]vault.Secret, error) {
	all := make(map[vault.Commitment]vault.Secret)
	err := v.Each(ctx, func(s vault.Secret) error {
		if _, twice := all[s.Commitment]; twice {
			return fmt.Errorf("secret %s came twice", s.Commitment)
		}
		all[s.Commitment] = s
		return nil
	})
	return all, err
}

// wantEverything checks that a vault holds these secrets and tombstones and nothing else.
func wantEverything(t *testing.T, v vault.Vault, secrets ...vault.Secret) {
	t.Helper()
	want := make(map[vault.Commitment]vault.Secret)
	for _, s := range secrets {
		want[s.Commitment] = s
	}
	got, err := everything(t.Context(), v)
	if err != nil {
		t.Fatalf("Each: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("the vault differs (-want +got):\n%s", diff)
	}
}
