package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/vault"
)

// seal commits to every sealed field of an event and gives the secrets that belong into the vault.
func (l *Ledger) seal(id uuid.UUID, e domain.Event) ([]vault.Secret, error) {
	var secrets []vault.Secret
	for f := range domain.SealedFields(e) {
		value, err := envelope.Canonical(f.Field.Value())
		if err != nil {
			return nil, fmt.Errorf("sealing %s of %s: %w", f.Pointer, e.EventName(), err)
		}
		s := vault.Secret{Event: id, Pointer: f.Pointer, Value: value, Visibility: vault.Visibility(f.Visibility)}
		if _, err := io.ReadFull(l.random, s.Salt[:]); err != nil {
			return nil, fmt.Errorf("making a salt: %w", err)
		}
		s.Commitment = vault.Commit(s.Salt, l.LedgerID, id, f.Pointer, value)
		f.Field.Seal(s.Commitment.String())
		secrets = append(secrets, s)
	}
	return secrets, nil
}

// open reads one sealed text that a decision needs; false where it was erased.
func (l *Ledger) open(ctx context.Context, history []domain.Recorded, o domain.Opening) (string, bool, error) {
	for _, r := range history {
		if r.ID != o.Event {
			continue
		}
		for f := range domain.SealedFields(r.Event) {
			if f.Pointer != o.Pointer {
				continue
			}
			return l.read(ctx, f.Field.Commitment())
		}
	}
	return "", false, nil
}

// read gives a sealed text by its commitment; false where it was erased or was never here.
func (l *Ledger) read(ctx context.Context, commitment string) (string, bool, error) {
	if l.vault == nil || commitment == "" {
		return "", false, nil
	}
	c, err := vault.ParseCommitment(commitment)
	if err != nil {
		return "", false, err
	}
	s, err := l.vault.Get(ctx, c)
	if errors.Is(err, vault.ErrErased) || errors.Is(err, vault.ErrUnknown) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("reading a sealed value: %w", err)
	}
	var text string
	if err := json.Unmarshal(s.Value, &text); err != nil {
		return "", false, nil // a sealed number or list: not a text
	}
	return text, true, nil
}

// Text gives a public text by its commitment, or "" where there is none to show.
func (l *Ledger) Text(ctx context.Context, commitment string) string {
	text, _ := l.disclosed(ctx, commitment)
	return text
}

// disclosed gives a public text by its commitment; false where it was erased, is not public or is not at hand.
func (l *Ledger) disclosed(ctx context.Context, commitment string) (string, bool) {
	s, err := l.Disclosed(ctx, commitment)
	if err != nil {
		return "", false
	}
	var text string
	if json.Unmarshal(s.Value, &text) != nil {
		return "", false
	}
	return text, true
}

// Disclosed gives a public sealed value with its salt, so that anyone can check the commitment: one that is public at once,
// or one of a decision that was disclosed, once the projections have its palmarès; of one that was superseded never.
// vault.ErrErased once it was erased; vault.ErrUnknown where it is not public. No history is read for it.
func (l *Ledger) Disclosed(ctx context.Context, commitment string) (vault.Secret, error) {
	c, err := vault.ParseCommitment(commitment)
	if err != nil || l.vault == nil {
		return vault.Secret{}, vault.ErrUnknown
	}
	place, err := l.vault.Place(ctx, c) // the value is not touched before it is known that it may be shown
	if err != nil {
		return vault.Secret{}, err
	}
	if place.Visibility == vault.Public || place.Visibility == vault.Ceremony && l.past.Opened(place.Event) {
		return l.vault.Get(ctx, c)
	}
	return vault.Secret{}, vault.ErrUnknown
}

// PurgeOrphans removes sealed values whose event was never written: the process ended between the two. Only values
// older than a moment are looked at, so that no write under way loses its own.
func (l *Ledger) PurgeOrphans(ctx context.Context, before time.Time) (int, error) {
	if l.vault == nil {
		return 0, ErrReadOnly
	}
	return l.vault.Purge(ctx, before, func(ctx context.Context, id uuid.UUID, c vault.Commitment) (bool, error) {
		e, err := l.store.Lookup(ctx, id)
		if errors.Is(err, eventstore.ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return true, err
		}
		if c == (vault.Commitment{}) {
			return true, nil // the mark of a request whose event is there
		}
		env, err := envelope.Parse(e.Bytes)
		if err != nil {
			return true, err
		}
		return holds(env, c), nil
	})
}

// holds tells whether an event holds a commitment. It looks for the text rather than for a field, so that it is right
// for events of a type that this program does not know.
func holds(env envelope.Envelope, c vault.Commitment) bool {
	return bytes.Contains(env.Data, []byte(`{"sealed":"`+c.String()+`"}`))
}
