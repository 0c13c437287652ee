package esdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"arobase/eventstore"
)

// registerType is the type of a register's records. It does not begin with prefix, so that no follower takes them for events.
const registerType = "log.record.v1"

// Register is a list of records that the nodes of a cluster share beside the events: each is added by compare-and-swap.
type Register struct {
	store *Store
	name  string
}

// Register gives the register with a name, which must not be that of a stream of events. It need not exist.
func (s *Store) Register(name string) *Register {
	return &Register{store: s, name: s.options.Namespace.stream(name)}
}

// Read gives the records from a revision on, from the leader unless the connection string says otherwise.
func (r *Register) Read(ctx context.Context, from eventstore.Revision) ([][]byte, error) {
	events, err := r.read(ctx, from)
	if err != nil {
		return nil, fmt.Errorf("reading register %s: %w", r.name, unavailable(ctx, err))
	}
	records := make([][]byte, len(events))
	for i, e := range events {
		records[i] = e.Data
	}
	return records, nil
}

// unavailable marks what may pass by itself.
func unavailable(ctx context.Context, err error) error {
	if ctx.Err() == nil && passing(err) && !errors.Is(err, eventstore.ErrUnavailable) {
		return fmt.Errorf("%w: %w", eventstore.ErrUnavailable, err)
	}
	return err
}

// Append adds a record after the last one, which must be at the expected revision: else *eventstore.RevisionConflict,
// whose Actual is not known. After an unclear answer the same record is sent again; eventstore.ErrUnavailable after
// Options.Patience, or at once where the cluster is known to be away.
func (r *Register) Append(ctx context.Context, expected eventstore.Revision, record []byte) error {
	data := esdb.EventData{EventID: uuid.New(), EventType: registerType, ContentType: esdb.ContentTypeJson, Data: record}
	_, limited, cancel := r.store.patiently(ctx)
	defer cancel()
	err := r.store.repeatedly(limited, func(int) error {
		return r.store.write(limited, r.name, expected, []esdb.EventData{data})
	})
	switch {
	case isCode(err, esdb.ErrorCodeWrongExpectedVersion):
		// Not ours: with the same id at the same place the cluster would have said that all is well.
		return &eventstore.RevisionConflict{Stream: r.name, Expected: expected, Actual: eventstore.NoStream}
	case err != nil && ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("adding to register %s: %w", r.name, err)
	}
	return nil
}

func (r *Register) read(ctx context.Context, from eventstore.Revision) ([]*esdb.RecordedEvent, error) {
	done := make(chan []*esdb.RecordedEvent, 1)
	err := r.store.within(ctx, func(ctx context.Context, c *esdb.Client) error {
		var got []*esdb.RecordedEvent
		stream, err := c.ReadStream(ctx, r.name, esdb.ReadStreamOptions{From: esdb.Revision(uint64(from))}, math.MaxInt64)
		if err != nil {
			return err
		}
		defer stream.Close()
		for {
			e, err := stream.Recv()
			if errors.Is(err, io.EOF) || isCode(err, esdb.ErrorCodeResourceNotFound) {
				done <- got
				return nil
			}
			if err != nil {
				return err
			}
			if want := from + eventstore.Revision(len(got)); e.Event == nil || eventstore.Revision(e.Event.EventNumber) != want {
				return fmt.Errorf("%w: record %d is missing", eventstore.ErrDamaged, want)
			}
			got = append(got, e.Event)
		}
	})
	if err != nil {
		return nil, err
	}
	return <-done, nil
}
