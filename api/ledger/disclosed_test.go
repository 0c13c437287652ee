package ledger_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/domain"
	"arobase/eventstore/vault"
)

// disclosed lists what AllDisclosed gives, as texts.
func disclosed(t *testing.T, l *ledger.Ledger, size int64) string {
	t.Helper()
	var texts []string
	for c, err := range l.AllDisclosed(t.Context(), size) {
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, l.Text(t.Context(), c.String()))
	}
	return strings.Join(texts, ", ")
}

// Everything that anyone may read is listed, as far as its record is among the first so many; and nothing that belongs to
// certain roles, to no record, or is erased.
func TestAllDisclosed(t *testing.T) {
	p := newParts(t)
	one := p.do(t, cite("one", "first")).Events[0]
	p.do(t, cite("two", "second"))
	p.do(t, domain.CiteSource{SourceCited: domain.SourceCited{
		Source: "three", SourceParticulars: domain.SourceParticulars{Publisher: "Somebody", Title: "Something"}, Provenance: domain.Provenance{By: domain.Text("Ms Private")},
	}})
	orphan := vault.Secret{Event: uuid.New(), Pointer: "/data/note", Value: []byte(`"never written"`), Visibility: vault.Public}
	orphan.Commitment = vault.Commit(orphan.Salt, testLedgerID, orphan.Event, orphan.Pointer, orphan.Value)
	stray := vault.Secret{Event: one, Pointer: "/data/note", Value: []byte(`"of another attempt"`), Visibility: vault.Public}
	stray.Commitment = vault.Commit(stray.Salt, testLedgerID, stray.Event, stray.Pointer, stray.Value)
	if err := p.vault.Put(t.Context(), []vault.Secret{orphan, stray}, nil); err != nil {
		t.Fatal(err)
	}
	for size, want := range map[int64]string{0: "", 2: "", 3: "first", 4: "first, second", 100: "first, second"} {
		if got := disclosed(t, p.Ledger, size); got != want {
			t.Errorf("of the first %d: %q, want %q", size, got, want)
		}
	}
	n := 0
	for range p.AllDisclosed(t.Context(), 100) {
		n++
		break
	}
	if n != 1 {
		t.Errorf("a reader who has enough got %d", n)
	}
	if _, err := p.Erase(t.Context(), erasing(one)); err != nil {
		t.Fatal(err)
	}
	if got := disclosed(t, p.Ledger, 100); got != "second" {
		t.Errorf("after an erasure: %q", got)
	}
}

// lying is a vault that gives other values than were committed to.
type lying struct{ vault.Vault }

func (l lying) Each(ctx context.Context, f func(vault.Secret) error) error {
	return l.Vault.Each(ctx, func(s vault.Secret) error {
		s.Value = []byte(`"something else"`)
		return f(s)
	})
}

// What does not fit its commitment is an error, and so is a vault that is not there: nobody takes it for one that is empty.
func TestAllDisclosedRefuses(t *testing.T) {
	p := newParts(t)
	p.do(t, cite("one", "first"))
	for why, v := range map[string]vault.Vault{"another value than was committed to": lying{p.vault}, "not at hand": nil} {
		parts := p.parts()
		parts.Vault = v
		l, err := ledger.Open(t.Context(), parts)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, err := range l.AllDisclosed(t.Context(), 100) {
			if n++; err == nil || !strings.Contains(err.Error(), why) || errors.Is(err, ledger.ErrNoVault) != (v == nil) {
				t.Errorf("%v, want an error that says %q", err, why)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d", why, n)
		}
	}
}

// An erasure that is recorded counts, whether or not it was carried out.
func TestErasures(t *testing.T) {
	p := newParts(t)
	one := p.do(t, cite("one", "first")).Events[0]
	p.do(t, cite("two", "second"))
	parts := p.parts()
	parts.Vault = stuck{p.vault}
	l, err := ledger.Open(t.Context(), parts)
	if err != nil {
		t.Fatal(err)
	}
	if erased, err := l.Erasures(t.Context()); err != nil || len(erased) > 0 {
		t.Errorf("before: %v, %v", erased, err)
	}
	if _, err := l.Erase(t.Context(), erasing(one)); !errors.Is(err, errRefused) {
		t.Fatal(err)
	}
	erased, err := l.Erasures(t.Context())
	if err != nil || len(erased) != 1 {
		t.Fatalf("%v, %v", erased, err)
	}
	for c := range erased {
		if text := l.Text(t.Context(), c.String()); text != "first" {
			t.Errorf("the vault was to hold it still; it holds %q", text)
		}
	}
}
