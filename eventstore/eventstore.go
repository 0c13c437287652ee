// Package eventstore says how events are kept: append-only streams of bytes in one total order.
//
// A store keeps bytes and a type name. It does not know what an event means, it never decodes one, and it gives back
// exactly the bytes it was given: those bytes are a leaf of the public log, and a leaf can never be repaired.
//
// This file is the whole contract. Package storetest is its conformance suite, which every implementation must pass;
// package sqlite is the embedded default.
package eventstore

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/google/uuid"
)

// MaxEventSize is the greatest size of one event in bytes: an entry of a tile-based log has a 16-bit length
// (C2SP tlog-tiles, section "Log Entries").
const MaxEventSize = 65535

// Position is the place of an event in the total order of a store: 0, 1, 2, ... without gaps. It is also the index of
// the event's leaf in the log. Used as a size it counts events: a store of size n holds positions 0 to n-1.
type Position uint64

// Revision is the number of an event in its own stream: 0, 1, 2, ... without gaps.
type Revision int64

// NoStream is the expected revision of a stream that must not exist yet.
const NoStream Revision = -1

// Event is one stored event.
type Event struct {
	Position Position
	Stream   string
	Revision Revision
	ID       uuid.UUID
	Type     string
	// Recorded is when the event was recorded, UTC, to the millisecond. It repeats what the bytes say.
	Recorded time.Time
	// Bytes are the stored bytes, exactly as they were appended. They must not be modified.
	Bytes []byte
}

// Proposed is an event that is to be appended. Its revision follows from its place in the batch.
type Proposed struct {
	ID       uuid.UUID
	Type     string
	Recorded time.Time
	Bytes    []byte
}

// Token says where an append ended, in the words of the store that took it. A store on one machine puts the position
// in it; a cluster puts what it needs to find the position later.
type Token string

// Appended is the answer to an append.
type Appended struct {
	// First and Last are the revisions of the first and the last event of the batch.
	First, Last Revision
	// Token resolves to the position of the last event of the batch.
	Token Token
	// Duplicate says that nothing was appended, because the same events, byte for byte, were there already.
	Duplicate bool
}

// Store keeps events. All methods may be called by many goroutines at once.
type Store interface {
	// Append adds events to the end of a stream, all or none, and returns when they are durable: they survive the loss
	// of power. The stream's last revision must be expected (NoStream where it must not exist); there is no "any".
	//
	// Ids come before revisions. If the ids of the batch are already stored, in this stream, contiguous and in this
	// order, with the same bytes, nothing is appended and the answer is that of the first time, marked Duplicate. If an
	// id is stored in any other way the error is an *IDConflict. Otherwise, if the stream's last revision is another
	// than expected, the error is a *RevisionConflict.
	//
	// An empty batch, an empty stream name, type or body, an id given twice and a body over MaxEventSize are
	// ErrInvalid and leave nothing behind.
	//
	// If the context ends before the outcome is known the error wraps ctx.Err() and the outcome is unclear: send the
	// same bytes again with the same expected revision. Events given up on before the store began to write them are
	// not written.
	Append(ctx context.Context, stream string, expected Revision, events []Proposed) (Appended, error)

	// Resolve gives the position of the last event of the append that returned the token, waiting until it is known
	// here. A token of another form is ErrInvalid.
	Resolve(ctx context.Context, token Token) (Position, error)

	// ReadStream gives the events of a stream in order, from a revision on. A stream that does not exist is empty.
	// The sequence ends with the stream as it was when the reading began, or with an error as its last pair.
	ReadStream(ctx context.Context, stream string, from Revision) iter.Seq2[Event, error]

	// ReadAll gives all events in order, from a position on, up to the end as it was when the reading began.
	ReadAll(ctx context.Context, from Position) iter.Seq2[Event, error]

	// Follow is ReadAll that does not end: past the last event it waits for the next one, until the context ends
	// (the last pair then carries an error that wraps ctx.Err()) or the store is closed (ErrClosed).
	Follow(ctx context.Context, from Position) iter.Seq2[Event, error]

	// Lookup gives the event with an id, or ErrNotFound.
	Lookup(ctx context.Context, id uuid.UUID) (Event, error)

	// Size is the number of events: the position that the next one will get.
	Size(ctx context.Context) (Position, error)

	// SizeAt gives the greatest size n such that every event before n was recorded at or before t: clocks of several
	// writers may run backwards a little, so the running maximum decides. O(log n).
	SizeAt(ctx context.Context, t time.Time) (Position, error)

	// Close releases the store. Appends under way are finished first; later calls are ErrClosed.
	Close() error
}

// Replica is a store that can be a copy of another one: of a ledger that is audited, of a mirror, of a cluster.
type Replica interface {
	Store

	// Replicate adds events as another store holds them, all or none, and returns when they are durable. They may be of
	// several streams; the first has at most the position that comes next here, each further one the position after it.
	// What is here already must be the same bytes in the same place and changes nothing. A gap, a revision that does not follow its
	// stream, an id that is known elsewhere and anything else that differs is ErrDiverged.
	Replicate(ctx context.Context, events []Event) error
}

var (
	// ErrDiverged says that events do not continue a copy: the two stores do not hold the same history.
	ErrDiverged = errors.New("events do not continue the copy")
	// ErrNotFound says that there is no such event.
	ErrNotFound = errors.New("event not found")
	// ErrInvalid says that a call cannot mean anything: an empty batch, a body that is too large, a token of another store.
	ErrInvalid = errors.New("invalid call")
	// ErrClosed says that the store is closed.
	ErrClosed = errors.New("store is closed")
	// ErrReadOnly says that the store was opened for reading.
	ErrReadOnly = errors.New("store is open for reading only")
	// ErrPoisoned says that a write to disk failed and that its outcome cannot be known. The store refuses every
	// further write until it is opened again; reads go on. Retrying after a failed fsync is how databases lose data.
	ErrPoisoned = errors.New("store refuses writes after a failed write to disk")
	// ErrDamaged says that what a store holds is not what it should hold: an event between others is not there, or its
	// file is malformed. Reading it again will not help.
	ErrDamaged = errors.New("store is damaged")
	// ErrUnavailable says that the store cannot be written to at the moment, because what keeps it does not answer. Reading
	// goes on. The outcome is unclear: send the same bytes again with the same expected revision.
	ErrUnavailable = errors.New("store does not take writes at the moment")
	// ErrHalted says that the store takes no writes any more until somebody has acted. Reading goes on.
	ErrHalted = errors.New("store takes no writes until somebody has acted")
	// ErrForeign says that a file belongs to another ledger.
	ErrForeign = errors.New("file belongs to another ledger")
)

// RevisionConflict says that somebody else wrote to the stream.
type RevisionConflict struct {
	Stream   string
	Expected Revision
	Actual   Revision
}

func (e *RevisionConflict) Error() string {
	return fmt.Sprintf("stream %s is at revision %d, not %d", e.Stream, e.Actual, e.Expected)
}

// IDConflict says that an id is stored already with other bytes, in another stream or in another order.
type IDConflict struct {
	ID uuid.UUID
}

func (e *IDConflict) Error() string {
	return fmt.Sprintf("event %s is already stored and is not the same", e.ID)
}
