package esdb

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"arobase/eventstore"
	"arobase/eventstore/envelope"
)

// prefix begins the type of every event that is ours in `$all`; followers filter by it.
const prefix = "arobase."

// Namespace is put before all names in the cluster, see [Options].
type Namespace string

func (n Namespace) prefix() string { return string(n) + prefix }

// foreign begins the type of an event whose own type does not begin with prefix, or would be mistaken for such a one.
const foreign = prefix + ":"

// toWire gives the type that an event has in the cluster. Those of Arobase are the same there.
func (n Namespace) toWire(t string) string {
	if strings.HasPrefix(t, prefix) && !strings.HasPrefix(t, foreign) {
		return string(n) + t
	}
	return string(n) + foreign + t
}

func (n Namespace) fromWire(t string) string {
	return strings.TrimPrefix(strings.TrimPrefix(t, string(n)), foreign)
}

func (n Namespace) stream(s string) string { return string(n) + s }

// about is the metadata of an event in the cluster. The stored bytes say everything that matters; this says what a store
// that does not decode them must know.
type about struct {
	// Recorded is in Unix milliseconds.
	Recorded int64 `json:"recorded"`
	// Attempt is that of the append which wrote the event. The cluster answers alike to whoever sends the same ids: by this
	// an append knows whether it was the one.
	Attempt uuid.UUID `json:"attempt"`
}

// proposal gives events in the client's form: the bytes are the data, as they are. The buffers are shared.
func (n Namespace) proposal(events []eventstore.Proposed, attempt uuid.UUID) ([]esdb.EventData, error) {
	data := make([]esdb.EventData, len(events))
	for i, e := range events {
		m, err := json.Marshal(about{Recorded: e.Recorded.UnixMilli(), Attempt: attempt})
		if err != nil {
			return nil, err
		}
		data[i] = esdb.EventData{EventID: e.ID, EventType: n.toWire(e.Type), ContentType: esdb.ContentTypeJson, Data: e.Bytes, Metadata: m}
	}
	return data, nil
}

// arrival is an event as the cluster gives it.
type arrival struct {
	eventstore.Event // its position is not known yet
	place            esdb.Position
	attempt          uuid.UUID
	created          time.Time
}

func (n Namespace) arrived(r *esdb.ResolvedEvent) (arrival, error) {
	e := r.Event
	if e == nil {
		return arrival{}, fmt.Errorf("%w: an event without content", eventstore.ErrDiverged)
	}
	stream, ours := strings.CutPrefix(e.StreamID, string(n))
	if !ours {
		return arrival{}, fmt.Errorf("%w: event %d of %s is not in the namespace of its type", eventstore.ErrForeign, e.EventNumber, e.StreamID)
	}
	var m about
	if err := json.Unmarshal(e.UserMetadata, &m); err != nil {
		return arrival{}, fmt.Errorf("%w: event %d of %s was not written by Arobase: its metadata: %w", eventstore.ErrForeign, e.EventNumber, e.StreamID, err)
	}
	return arrival{
		Event: eventstore.Event{
			Stream: stream, Revision: eventstore.Revision(e.EventNumber), ID: e.EventID, Type: n.fromWire(e.EventType),
			Recorded: time.UnixMilli(m.Recorded).UTC(), Bytes: e.Data,
		},
		place: e.Position, attempt: m.Attempt, created: e.CreatedDate,
	}, nil
}

// Envelopes gives a check that an event is an envelope of a ledger and says of itself what the store says of it. The error
// is eventstore.ErrForeign.
func Envelopes(ledger uuid.UUID) func(eventstore.Event) error {
	return func(e eventstore.Event) error {
		n, err := envelope.Parse(e.Bytes)
		if err != nil {
			return fmt.Errorf("%w: event %d of %s: %w", eventstore.ErrForeign, e.Revision, e.Stream, err)
		}
		var what string
		switch {
		case n.Ledger != ledger:
			what = "source"
		case n.Subject != e.Stream:
			what = "subject"
		case n.Revision != int64(e.Revision):
			what = "revision"
		case n.ID != e.ID:
			what = "id"
		case n.Type != e.Type:
			what = "type"
		case !n.Time.Equal(e.Recorded):
			what = "time"
		default:
			return nil
		}
		return fmt.Errorf("%w: event %d of %s is filed under another %s than it states", eventstore.ErrForeign, e.Revision, e.Stream, what)
	}
}
