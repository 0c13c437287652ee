package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/google/uuid"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/vault"
	"arobase/projections/labels"
	"arobase/projections/reconciliation"
)

// EventView is one stored event with the texts that belong to it and are public.
type EventView struct {
	Index    uint64          `json:"index"` // of the leaf, from 0
	ID       uuid.UUID       `json:"id"`
	Type     string          `json:"type"`
	Stream   string          `json:"stream"`
	Revision int64           `json:"revision"`
	Actor    string          `json:"actor"`
	Recorded time.Time       `json:"recorded"`
	Data     json.RawMessage `json:"data"`
	// Disclosed gives the public sealed texts by their pointer; Erased lists the pointers of values that were erased, be
	// they public or not, and of uploaded files that were, wherever these were named; NotAtHand those of public texts that this node does not have, although nothing erased them.
	Disclosed map[string]json.RawMessage `json:"disclosed,omitempty"`
	Erased    []string                   `json:"erased,omitempty"`
	NotAtHand []string                   `json:"notAtHand,omitempty"`
	// Envelope is the stored text, exactly: the leaf.
	Envelope string `json:"-"`
}

// EventFilter narrows a list of events.
type EventFilter struct {
	Type   string // award-recorded, or arobase.award-recorded.v1
	Stream string
	After  uint64 // events with a greater or equal index
	Before uint64 // events with a smaller index; 0: up to the end
	Follow bool
}

// Events gives events in order.
func (l *Ledger) Events(ctx context.Context, f EventFilter) iter.Seq2[EventView, error] {
	return func(yield func(EventView, error) bool) {
		read := l.store.ReadAll
		if f.Follow {
			read = l.store.Follow
		}
		all := read(ctx, eventstore.Position(f.After))
		if f.Stream != "" && !f.Follow {
			all = l.store.ReadStream(ctx, f.Stream, 0)
		}
		for e, err := range all {
			if err != nil {
				yield(EventView{}, fmt.Errorf("reading events: %w", err))
				return
			}
			if f.Before != 0 && uint64(e.Position) >= f.Before {
				return
			}
			if f.Stream != "" && e.Stream != f.Stream || uint64(e.Position) < f.After || !f.matches(e.Type) {
				continue
			}
			v, err := l.eventView(ctx, e)
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

func (f EventFilter) matches(typ string) bool {
	name, _, _ := envelope.SplitType(typ)
	return f.Type == "" || f.Type == typ || f.Type == name
}

// KnownType tells whether a filter names a type of the catalogue.
func KnownType(s string) bool {
	for _, t := range domain.Types() {
		if s == t.Name || s == t.String() {
			return true
		}
	}
	return false
}

// Event gives one event, or ErrUnknown.
func (l *Ledger) Event(ctx context.Context, id uuid.UUID) (EventView, error) {
	e, err := l.store.Lookup(ctx, id)
	if errors.Is(err, eventstore.ErrNotFound) {
		return EventView{}, fmt.Errorf("event %s: %w", id, ErrUnknown)
	}
	if err != nil {
		return EventView{}, fmt.Errorf("reading event %s: %w", id, err)
	}
	return l.eventView(ctx, e)
}

func (l *Ledger) eventView(ctx context.Context, e eventstore.Event) (EventView, error) {
	env, err := envelope.Parse(e.Bytes)
	if err != nil {
		return EventView{}, fmt.Errorf("reading event %d: %w", e.Position, err)
	}
	v := EventView{
		Index: uint64(e.Position), ID: env.ID, Type: env.Type, Stream: env.Subject, Revision: env.Revision, Actor: env.Actor,
		Recorded: env.Time, Data: env.Data, Envelope: string(e.Bytes),
	}
	data, err := domain.Decode(env.Type, env.Data)
	if err != nil {
		return v, nil // of a type that this program does not know: shown as it is
	}
	for f := range domain.SealedFields(data) {
		s, err := l.Disclosed(ctx, f.Field.Commitment())
		switch {
		case errors.Is(err, vault.ErrErased):
			v.Erased = append(v.Erased, f.Pointer)
		case err == nil && (f.Visibility == domain.VisiblePublic || f.Visibility == domain.VisibleCeremony && !f.Kept): // a result is told by its disclosure
			if v.Disclosed == nil {
				v.Disclosed = map[string]json.RawMessage{}
			}
			v.Disclosed[f.Pointer] = s.Value
		case errors.Is(err, vault.ErrUnknown) && (f.Visibility == domain.VisiblePublic || f.Visibility == domain.VisibleCeremony && !f.Kept && l.past.Opened(e.ID)):
			v.NotAtHand = append(v.NotAtHand, f.Pointer)
		}
	}
	for pointer, file := range domain.FilesOf(data) {
		erased := false
		l.runner.View(func(eventstore.Position) { erased = l.actions.FileErased(file) })
		if erased {
			v.Erased = append(v.Erased, pointer)
		}
	}
	return v, nil
}

// SourceView is a published work.
type SourceView struct {
	ID          string `json:"id"`
	Publisher   string `json:"publisher"`
	Title       string `json:"title"`
	URL         string `json:"url,omitempty"`
	PublishedOn string `json:"publishedOn,omitempty"`
	OriginOf    string `json:"originOf,omitempty"`
	Note        string `json:"note,omitempty"`
	Index       uint64 `json:"index"`
}

// Sources gives every source.
func (l *Ledger) Sources(ctx context.Context, size uint64) []SourceView {
	out := []SourceView{}
	l.world(ctx, size, func(w reconciliation.World) {
		for _, s := range w.Labels.Sources(size) {
			out = append(out, l.sourceView(ctx, s))
		}
	})
	return out
}

// Source gives one source as of a size, or ErrUnknown.
func (l *Ledger) Source(ctx context.Context, id string, size uint64) (SourceView, error) {
	var v SourceView
	err := fmt.Errorf("source %q: %w", id, ErrUnknown)
	l.world(ctx, size, func(w reconciliation.World) {
		if s, ok := w.Labels.Source(domain.SourceID(id), size); ok {
			v, err = l.sourceView(ctx, s), nil
		}
	})
	return v, err
}

func (l *Ledger) sourceView(ctx context.Context, s labels.Source) SourceView {
	return SourceView{string(s.ID), s.Publisher, s.Title, s.URL, s.PublishedOn, string(s.OriginOf), l.Text(ctx, s.Note), s.Position}
}
