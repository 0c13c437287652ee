package ledger_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"

	"arobase/api/ledger"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault/sqlitevault"
)

func verifierKey(t *testing.T, name string, fill byte) string {
	t.Helper()
	key, err := note.NewEd25519VerifierKey(name, bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// The name and the keys of the log are those that its own stream tells, whatever it was called when it began.
func TestOrigins(t *testing.T) {
	dir := t.TempDir()
	store, err := sqlite.Create(t.Context(), filepath.Join(dir, "ledger.db"), testLedgerID)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	v, err := sqlitevault.Create(t.Context(), filepath.Join(dir, "vault.db"), testLedgerID)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	parts := ledger.Parts{Store: store, Vault: v, Clock: func() time.Time { return at }}
	l, err := ledger.Create(t.Context(), parts, ledger.Genesis{LedgerID: testLedgerID, Origin: "test.example/log", MadeUp: true})
	if err != nil {
		t.Fatal(err)
	}
	told := func(want ...domain.LogOrigin) {
		t.Helper()
		again, err := ledger.Open(t.Context(), parts)
		if err != nil {
			t.Fatal(err)
		}
		if name := want[len(want)-1].Name; again.Origin != name || again.LedgerID != testLedgerID || !again.MadeUp {
			t.Errorf("opened as %+v, want the name %s", again.Genesis, name)
		}
		got, err := again.Origins(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("origins (-want +got):\n%s", diff)
		}
		l = again
	}
	first, second, third := verifierKey(t, "test.example/log", 1), verifierKey(t, "test.example/log", 2), verifierKey(t, "test.example/second", 3)
	told(domain.LogOrigin{Name: "test.example/log"})

	if r, err := l.RotateKey(t.Context(), first, second); err != nil || r.Position != 2 || len(r.Events) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	keys := []domain.LogKey{{Key: first, Since: 0}, {Key: second, Since: 2}}
	told(domain.LogOrigin{Name: "test.example/log", Keys: keys})
	var broken *domain.Broken
	if _, err := l.RotateKey(t.Context(), first, second); !errors.As(err, &broken) || broken.Rule != domain.RuleKeyInForce {
		t.Errorf("from a key that is not in force: %v", err)
	}

	closed := domain.ClosedOrigin{Origin: "test.example/log", Size: 3, Root: "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=", Key: second}
	if _, err := l.OpenOrigin(t.Context(), domain.OriginOpened{Origin: "test.example/second", Key: third, Closed: closed, Cause: "other"}); err != nil {
		t.Fatal(err)
	}
	ended := domain.LogOrigin{Name: "test.example/log", Keys: keys, Closed: &closed}
	now := domain.LogOrigin{Name: "test.example/second", Since: 3, Keys: []domain.LogKey{{Key: third, Since: 3}}}
	told(ended, now)

	// A newer program may write what this one does not know.
	id, typ := uuid.New(), "arobase.not-thought-of.v1"
	b, err := envelope.Envelope{
		Actor: "operator:ledger", Data: []byte(`{}`), ID: id, Ledger: testLedgerID, Revision: 4, Subject: "ledger", Time: at, Type: typ,
	}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Append(t.Context(), "ledger", 3, []eventstore.Proposed{{ID: id, Type: typ, Recorded: at, Bytes: b}}); err != nil {
		t.Fatal(err)
	}
	told(ended, now)
}
