package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/domain"
	"arobase/eventstore"
)

// Ask is what somebody asks to have recorded.
type Ask struct {
	Resource string // of the table of operations
	// Input is the data of the event as JSON, with plain values in the place of sealed ones and without the person.
	Input json.RawMessage
	// Key makes the request safe to send again. "": none.
	Key string
	// Expected is the revision that the stream must be at, -1 for a stream that must not be there. Nil: any.
	Expected *int64
}

var (
	// ErrUnauthenticated says that somebody must say who they are before this can be done.
	ErrUnauthenticated = errors.New("this needs a token")
	// ErrForbidden says that a role, or the seat or the collectivity that a token is bound to, does not allow this.
	ErrForbidden = errors.New("this is not yours to do")
)

// Stale says that a stream is not at the revision that a request rests on.
type Stale struct {
	Stream  domain.StreamName
	Current int64 // -1: the stream is not there
}

func (e *Stale) Error() string {
	if e.Current < 0 {
		return fmt.Sprintf("the stream %s is not there", e.Stream)
	}
	return fmt.Sprintf("the stream %s is at revision %d", e.Stream, e.Current)
}

// Act carries out what somebody asks for, if they may and the rules allow it. Errors of the caller's making are
// ErrUnknown, ErrUnauthenticated, ErrForbidden, domain.Invalid, *domain.Broken, *Stale and ErrKeyReused; nothing is
// written then.
func (l *Ledger) Act(ctx context.Context, who auth.Principal, ask Ask) (Receipt, error) {
	o, err := OperationOf(ask.Resource)
	if err != nil {
		return Receipt{}, err
	}
	if err := o.Allows(who); err != nil {
		return Receipt{}, err
	}
	input, stream, err := domain.TakePlace(o.Type(), ask.Input)
	if err != nil {
		return Receipt{}, err
	}
	e, err := domain.DecodeInput(o.Type(), input)
	if err != nil {
		return Receipt{}, err
	}
	if stream == "" {
		if stream, err = l.streamOf(ctx, e); err != nil {
			return Receipt{}, err
		}
	}
	if err := l.owns(ctx, who, e); err != nil {
		return Receipt{}, err
	}
	domain.SetBy(e, who.Person)
	if err := domain.Validate(e); err != nil {
		return Receipt{}, err // every wrong field at once, before any rule is asked
	}
	if err := l.today(who, e); err != nil {
		return Receipt{}, err
	}
	basis, err := l.under(ctx, e)
	if err != nil {
		return Receipt{}, err
	}
	command, err := domain.CommandOf(domain.Recorded{Event: e, Stream: stream, Basis: basis})
	if err != nil {
		return Receipt{}, err
	}
	if _, ok := e.(*domain.DecisionSuperseded); ok { // not while decisions are sealed or opened
		l.ceremonies.Lock()
		defer l.ceremonies.Unlock()
	}
	if closing, ok := e.(*domain.EditionClosed); ok {
		l.appeals.Lock()
		defer l.appeals.Unlock()
		if err := l.noAppealIn(ctx, closing.Edition); err != nil {
			return Receipt{}, err
		}
	}
	if _, ok := e.(*domain.AppealLodged); ok {
		l.appeals.Lock()
		defer l.appeals.Unlock()
	}
	return l.Execute(ctx, Request{
		Actor: who.Actor(), Command: command, Key: ask.Key, Operation: o.Resource, Payload: ask.Input, Expected: ask.Expected,
		hold: func(ctx context.Context) error { return l.holdFiles(ctx, who, e) },
	})
}

// Allows holds that a role may do something at all.
func (o Operation) Allows(who auth.Principal) error {
	switch {
	case who.Is(o.Roles...):
		return nil
	case who.Is(auth.Public):
		return ErrUnauthenticated
	}
	return fmt.Errorf("%w: %s is for %s, and the token is one of %s", ErrForbidden, o.Resource, roleWords(o.Roles), who.Role)
}

func roleWords(roles []auth.Role) string {
	words := ""
	for i, r := range roles {
		switch {
		case i == 0:
		case i == len(roles)-1:
			words += " or "
		default:
			words += ", "
		}
		words += string(r)
	}
	return words
}

// streamOf finds the stream of an event whose data do not tell it: that of the event that it is about.
func (l *Ledger) streamOf(ctx context.Context, e domain.Event) (domain.StreamName, error) {
	var about uuid.UUID
	field := "event"
	switch e := e.(type) {
	case *domain.RecordRetracted:
		about = e.Event
	case *domain.FigureRetracted:
		about = e.Event
	case *domain.FactDisputed:
		about = e.Event
	case *domain.DisputeAnswered:
		about, field = e.Dispute, "dispute"
	default:
		return "", nil
	}
	found, err := l.store.Lookup(ctx, about)
	if errors.Is(err, eventstore.ErrNotFound) {
		return "", domain.Invalid{noSuchEvent.Fault(field, about)}
	}
	if err != nil {
		return "", fmt.Errorf("looking for event %s: %w", about, err)
	}
	return domain.StreamName(found.Stream), nil
}

// under names the regulation that the edition of an event is held under: what happens in an edition is decided from it. Nil
// where the event is of no edition, or of one that is not run here.
func (l *Ledger) under(ctx context.Context, e domain.Event) (map[domain.StreamName]int64, error) {
	edition := domain.Edition(number(e, "Edition"))
	if edition == 0 {
		return nil, nil
	}
	history, err := l.history(ctx, domain.EditionStream(edition))
	if err != nil {
		return nil, err
	}
	opened := domain.StateOfEdition(history).Opened
	if opened == nil {
		return nil, nil
	}
	return map[domain.StreamName]int64{domain.RegulationStream(opened.Regulation): 0}, nil
}

// owns holds that whoever is bound to a collectivity or a seat acts for no other one.
func (l *Ledger) owns(ctx context.Context, who auth.Principal, e domain.Event) error {
	switch who.Role {
	case auth.Declarant:
		id, err := l.concerns(ctx, e)
		if err != nil {
			return err
		}
		if id != "" && string(id) != who.For {
			return fmt.Errorf("%w: the token acts for %s, not for %s", ErrForbidden, who.For, id)
		}
	case auth.Juror:
		edition, juror := number(e, "Edition"), number(e, "Juror")
		if juror == 0 {
			return nil // what is not about a seat: a dispute
		}
		if at := fmt.Sprintf("%d-%d", edition, juror); at != who.For {
			return fmt.Errorf("%w: the token has the seat %s, not %s", ErrForbidden, who.For, at)
		}
	}
	return nil
}

// concerns gives the collectivity that an event is about, or "".
func (l *Ledger) concerns(ctx context.Context, e domain.Event) (domain.CollectivityID, error) {
	v := reflect.ValueOf(e).Elem()
	if f := v.FieldByName("Collectivity"); f.IsValid() {
		return domain.CollectivityID(f.String()), nil
	}
	action := v.FieldByName("Action")
	if !action.IsValid() {
		return "", nil
	}
	history, err := l.history(ctx, domain.ActionStream(domain.ActionID(action.String())))
	if err != nil {
		return "", fmt.Errorf("looking for the action: %w", err)
	}
	if len(history) > 0 {
		if declared, ok := history[0].Event.(*domain.ActionDeclared); ok {
			return declared.Collectivity, nil
		}
	}
	return "", nil // the rules say that it is not there
}

// noAppealIn holds that no appeal of an edition is open: what is closed is settled.
func (l *Ledger) noAppealIn(ctx context.Context, e domain.Edition) (err error) {
	if err := l.asStored(ctx); err != nil {
		return err
	}
	l.runner.View(func(eventstore.Position) {
		run, ok := l.campaigns.Edition(e)
		if !ok {
			return
		}
		for _, c := range run.InOrder() {
			if c.State.OpenAppeal() != nil {
				err = appealPending.Broken("edition", c.Collectivity)
				return
			}
		}
	})
	return err
}

// today holds that whoever lodges an appeal for the own collectivity lodges it today: a day that is over is that of a letter,
// which the secretariat has and enters.
func (l *Ledger) today(who auth.Principal, e domain.Event) error {
	appeal, ok := e.(*domain.AppealLodged)
	if today := domain.DayInParis(l.clock()); ok && who.Is(auth.Declarant) && appeal.On != today {
		return appealToday.Broken("on", today)
	}
	return nil
}

func number(e domain.Event, field string) int64 {
	if f := reflect.ValueOf(e).Elem().FieldByName(field); f.IsValid() && f.CanInt() {
		return f.Int()
	}
	return 0
}
