package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/vault"
)

// Reading asks to be shown one sealed value.
type Reading struct {
	Event   uuid.UUID // the record that holds its commitment
	Pointer string    // where, such as /data/by
	Purpose string    // audit, appeal, dispute, request, court or other
}

// readers of sealed values.
var readers = []auth.Role{auth.Auditor}

// ReadSealed records that somebody reads a sealed value, and gives the value. The record comes first and is durable before
// anybody sees anything; where it cannot be written nothing is shown.
//
// An event that is not there is ErrUnknown, a value that this node does not have vault.ErrUnknown, one that was destroyed
// vault.ErrErased; the rules are those of domain.ReadSealedValue.
func (l *Ledger) ReadSealed(ctx context.Context, who auth.Principal, r Reading) (vault.Secret, Receipt, error) {
	if err := (Operation{Resource: "a sealed value", Roles: readers}).Allows(who); err != nil {
		return vault.Secret{}, Receipt{}, err
	}
	if l.vault == nil {
		return vault.Secret{}, Receipt{}, ErrReadOnly
	}
	data := domain.SealedValueRead{Event: r.Event, Pointer: r.Pointer, Purpose: r.Purpose, Provenance: domain.Provenance{By: domain.Text(who.Person)}}
	if err := domain.Validate(&data); err != nil {
		return vault.Secret{}, Receipt{}, err
	}
	target, err := l.store.Lookup(ctx, r.Event)
	if errors.Is(err, eventstore.ErrNotFound) {
		return vault.Secret{}, Receipt{}, fmt.Errorf("event %s: %w", r.Event, ErrUnknown)
	}
	if err != nil {
		return vault.Secret{}, Receipt{}, fmt.Errorf("reading event %s: %w", r.Event, err)
	}
	command := domain.ReadSealedValue{In: domain.StreamName(target.Stream), SealedValueRead: data}
	if err := l.tryOut(ctx, command); err != nil { // so that what the vault says below is of a value that there was
		return vault.Secret{}, Receipt{}, err
	}
	var place graves
	if err := place.add(target, r.Pointer); err != nil {
		return vault.Secret{}, Receipt{}, err
	}
	value, err := l.vault.Get(ctx, place.values[0].Commitment) // the rules let nothing but a sealed value be read
	if err != nil {
		return vault.Secret{}, Receipt{}, fmt.Errorf("%s of event %s: %w", r.Pointer, r.Event, err)
	}
	done, err := l.Execute(ctx, Request{Actor: who.Actor(), Command: command})
	if err != nil {
		return vault.Secret{}, Receipt{}, err
	}
	return value, done, nil
}
