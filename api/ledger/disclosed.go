package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"arobase/api/ledger/evidence"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/vault"
)

// ErrNoVault says that the vault is not at hand, so that nobody knows what may be shown.
var ErrNoVault = errors.New("the sealed values are not at hand")

// AllDisclosed gives the commitments of all sealed values that [Ledger.Disclosed] gives, as far as their events are among
// the first size. A value without its event, as an interrupted write leaves one, is not among them. A value that is not the
// one that was committed to is an error.
func (l *Ledger) AllDisclosed(ctx context.Context, size int64) iter.Seq2[vault.Commitment, error] {
	return func(yield func(vault.Commitment, error) bool) {
		if l.vault == nil {
			yield(vault.Commitment{}, ErrNoVault)
			return
		}
		enough := errors.New("enough")
		err := l.vault.Each(ctx, func(s vault.Secret) error {
			if s.Value == nil {
				return nil
			}
			if _, err := l.Disclosed(ctx, s.Commitment.String()); errors.Is(err, vault.ErrUnknown) || errors.Is(err, vault.ErrErased) {
				return nil
			} else if err != nil {
				return err
			}
			committed, err := l.commits(ctx, s, size)
			switch {
			case err != nil:
				return err
			case committed && !s.Verify(l.LedgerID):
				return fmt.Errorf("%s of event %s: the vault holds another value than was committed to", s.Pointer, s.Event)
			case committed && !yield(s.Commitment, nil):
				return enough
			}
			return nil
		})
		if err != nil && !errors.Is(err, enough) {
			yield(vault.Commitment{}, err)
		}
	}
}

// Erasures gives the commitments of all values whose erasure is recorded. A vault may still hold one of them, where the
// process that recorded it ended before it was carried out: nobody is shown it any more.
func (l *Ledger) Erasures(ctx context.Context) (map[vault.Commitment]bool, error) {
	erased, err := l.erasures(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[vault.Commitment]bool, len(erased.values))
	for _, s := range erased.values {
		out[s.Commitment] = true
	}
	return out, nil
}

// ErasedFiles gives the uploaded files whose erasure is recorded.
func (l *Ledger) ErasedFiles(ctx context.Context) (map[evidence.Hash]bool, error) {
	erased, err := l.erasures(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[evidence.Hash]bool, len(erased.files))
	for _, h := range erased.files {
		out[h] = true
	}
	return out, nil
}

// commits tells whether one of the first size events holds the commitment of a secret.
func (l *Ledger) commits(ctx context.Context, s vault.Secret, size int64) (bool, error) {
	e, err := l.store.Lookup(ctx, s.Event)
	if errors.Is(err, eventstore.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if int64(e.Position) >= size {
		return false, nil
	}
	env, err := envelope.Parse(e.Bytes)
	if err != nil {
		return false, fmt.Errorf("reading event %d: %w", e.Position, err)
	}
	return holds(env, s.Commitment), nil
}
