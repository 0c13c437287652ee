package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"arobase/domain"
	"arobase/eventstore/vault"
)

// sealed is one sealed field of a record, with the value that is disclosed for it, if one is.
type sealed struct {
	commitment vault.Commitment
	field      domain.SealedField
	answer     []byte // what the log gives for it; nil where it gives nothing
}

func sealsOf(e domain.Event) []sealed {
	var all []sealed
	for f := range domain.SealedFields(e) {
		c, err := vault.ParseCommitment(f.Field.Commitment())
		if err != nil {
			continue // the strict decoder has refused it already
		}
		all = append(all, sealed{commitment: c, field: f})
	}
	return all
}

// askDisclosed asks for the values of the public fields of some records. It runs on many bundles at once.
func (a *Auditor) askDisclosed(ctx context.Context, records []record) error {
	for i := range records {
		for j := range records[i].seals {
			s := &records[i].seals[j]
			if s.field.Visibility != domain.VisiblePublic {
				continue
			}
			path := "disclosed/" + s.commitment.URL()
			answer, err := a.place.Log.Read(ctx, path, maxDisclosed)
			switch {
			case errors.Is(err, ErrAbsent):
			case errors.Is(err, ErrTooLarge):
				return records[i].fail("sealed", "commitment", "%v", err)
			case err != nil:
				return err
			default:
				s.answer = answer
			}
		}
	}
	return nil
}

// Values are the disclosed values that fit their commitments.
type Values interface {
	// Get gives a value: vault.ErrErased where the log says that it was erased, vault.ErrUnknown where it is not public.
	Get(ctx context.Context, c vault.Commitment) (vault.Secret, error)
}

// place is one field of one record.
type place struct {
	event   uuid.UUID
	pointer string
}

// values gathers commitments, values and erasures in the order of the log. One goroutine at a time.
type values struct {
	ledger uuid.UUID
	known  map[vault.Commitment]bool
	kept   map[vault.Commitment]vault.Secret
	absent map[place]absence
	erased map[place]bool
	closed int64 // fields that are not public
	gone   map[vault.Commitment]bool
}

type absence struct {
	commitment vault.Commitment
	failure    *Failure // of a value that is missing although nothing says that it was erased
}

func newValues() *values {
	return &values{
		known: map[vault.Commitment]bool{}, kept: map[vault.Commitment]vault.Secret{}, absent: map[place]absence{},
		erased: map[place]bool{}, gone: map[vault.Commitment]bool{},
	}
}

// disclosedValue is the document of /log/disclosed.
type disclosedValue struct {
	Commitment string          `json:"commitment"`
	LedgerID   uuid.UUID       `json:"ledgerId"`
	Event      uuid.UUID       `json:"event"`
	Pointer    string          `json:"pointer"`
	Salt       []byte          `json:"salt"`
	Value      json.RawMessage `json:"value"`
}

// take holds what is disclosed for a record against its commitments.
func (v *values) take(r *record) *Failure {
	if e, ok := r.event.(*domain.PersonalDataErased); ok {
		v.erased[place{e.Event, e.Pointer}] = true
	}
	for _, s := range r.seals {
		if v.known[s.commitment] {
			return r.fail("sealed", "commitment", "the commitment at %s stands in the log twice", s.field.Pointer)
		}
		v.known[s.commitment] = true
		at := place{r.env.ID, s.field.Pointer}
		switch {
		case s.field.Visibility != domain.VisiblePublic:
			v.closed++
		case s.answer == nil:
			v.absent[at] = absence{s.commitment, r.fail("sealed", "commitment", "the value at %s is not disclosed, and no record says that it was erased", s.field.Pointer)}
		default:
			secret, err := v.verify(at, s)
			if err != nil {
				return r.fail("sealed", "commitment", "what is disclosed for %s is not what was committed to: %v", s.field.Pointer, err)
			}
			v.kept[s.commitment] = secret
		}
	}
	return nil
}

func (v *values) verify(at place, s sealed) (vault.Secret, error) {
	var d disclosedValue
	if err := json.Unmarshal(s.answer, &d); err != nil {
		return vault.Secret{}, errors.New("it is not a disclosed value")
	}
	secret := vault.Secret{Commitment: s.commitment, Event: at.event, Pointer: at.pointer, Value: d.Value, Visibility: vault.Public}
	if len(d.Salt) != vault.SaltSize {
		return vault.Secret{}, fmt.Errorf("its salt has %d bytes", len(d.Salt))
	}
	copy(secret.Salt[:], d.Salt)
	if !secret.Verify(v.ledger) {
		return vault.Secret{}, errors.New("the value, its salt and its place do not give the commitment")
	}
	return secret, nil
}

// sealedFigures count commitments by what became of them.
type sealedFigures struct{ commitments, disclosed, erased, closed int64 }

// finish holds what is not disclosed against the erasures of the whole log, and what is disclosed too.
func (v *values) finish() (sealedFigures, *Failure) {
	f := sealedFigures{commitments: int64(len(v.known)), closed: v.closed, disclosed: int64(len(v.kept))}
	var first *Failure
	for at, missing := range v.absent {
		switch {
		case v.erased[at]:
			f.erased++
			v.gone[missing.commitment] = true
		case first == nil || missing.failure.Leaf < first.Leaf:
			first = missing.failure
		}
	}
	for _, s := range v.kept {
		if v.erased[place{s.Event, s.Pointer}] {
			x := failed("sealed", "the value at %s was erased, as a record says, and is disclosed all the same", s.Pointer)
			x.Event = s.Event
			return f, x
		}
	}
	return f, first
}

// Get implements Values.
func (v *values) Get(_ context.Context, c vault.Commitment) (vault.Secret, error) {
	switch s, ok := v.kept[c]; {
	case ok:
		return s, nil
	case v.gone[c]:
		return vault.Secret{}, vault.ErrErased
	}
	return vault.Secret{}, vault.ErrUnknown
}
