package pgauth_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/api/auth/pgauth"
	"arobase/eventstore/vault/pgvault"
	"arobase/eventstore/vault/pgvault/pgtest"
)

// A token that one node gives is known to the other, and one that it revokes is not any more.
func TestTwoNodes(t *testing.T) {
	address := pgtest.Start(t).Schema(t)
	var nodes []*pgauth.Tokens
	for n := range 2 {
		open := pgvault.Open
		if n == 0 {
			open = pgvault.Create
		}
		v, err := open(t.Context(), address, uuid.Max)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = v.Close() })
		tokens, err := pgauth.Open(t.Context(), v)
		if err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, tokens)
	}
	at := time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC)
	given := auth.Token{ID: "a", Hash: [32]byte{1, 2}, Role: auth.Juror, For: "28-3", Person: "Anne Martin", Created: at, Expires: at.Add(time.Hour)}
	if err := nodes[0].Add(t.Context(), given); err != nil {
		t.Fatal(err)
	}
	if err := nodes[1].Add(t.Context(), given); err == nil {
		t.Error("one id twice")
	}
	found, err := nodes[1].Get(t.Context(), "a")
	if diff := cmp.Diff(given, found); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for range 2 { // the second changes nothing
		if err := nodes[1].Revoke(t.Context(), "a", at.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	given.Revoked = at.Add(time.Minute)
	all, err := nodes[0].All(t.Context())
	if diff := cmp.Diff([]auth.Token{given}, all); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if _, err := nodes[0].Get(t.Context(), "b"); !errors.Is(err, auth.ErrUnknown) {
		t.Errorf("%v, want ErrUnknown", err)
	}
	if err := nodes[0].Revoke(t.Context(), "b", at); !errors.Is(err, auth.ErrUnknown) {
		t.Errorf("%v, want ErrUnknown", err)
	}
}
