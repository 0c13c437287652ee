package ledger

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/vault"
)

// Request is a command with who gives it and, where it may be sent twice, a key.
type Request struct {
	// Actor is a role and a body: registrar:history.
	Actor   string
	Command domain.Command
	// Key makes the command safe to send again: the same key with the same payload appends nothing and answers from
	// the stored bytes; with another payload it is ErrKeyReused.
	Key string
	// Operation and Payload say what the key stands for. They are never stored, only a keyed digest of them.
	Operation string
	Payload   []byte
	// Expected is the revision that the stream must be at when the command is decided, -1 for a stream that must not be
	// there; where it is not, the error is *Stale. Nil: any.
	Expected *int64
	// hold is asked before the command is decided, and not for one that was carried out before. Nil: nothing is asked.
	hold func(context.Context) error
	// at is the moment that it is decided and recorded at. Zero: now.
	at time.Time
}

// Receipt says what became of a command.
type Receipt struct {
	Events   []uuid.UUID
	Stream   domain.StreamName
	First    eventstore.Revision
	Last     eventstore.Revision
	Position eventstore.Position // of the last event
	// Unplaced says that the position is not known on this node yet, which lags: the events are durable all the same.
	Unplaced bool
	Recorded time.Time
	// Duplicate says that the command had been carried out before.
	Duplicate bool
	// Applied says that every answer given from now on includes it. False after a wait that took too long: the events
	// are durable all the same.
	Applied bool
}

// ErrKeyReused says that an idempotency key came with another request than the first time.
var ErrKeyReused = errors.New("the idempotency key was used before for another request")

// readYourWrites bounds the wait for the projections after a durable append.
const readYourWrites = 2 * time.Second

// attempts bounds how often a decision is made again after somebody else wrote to the stream.
const attempts = 8

// Execute carries out a command. Errors of the caller's making are domain.Invalid, *domain.Broken or ErrKeyReused.
func (l *Ledger) Execute(ctx context.Context, req Request) (Receipt, error) {
	receipt, err := l.write(ctx, req)
	if err != nil {
		return Receipt{}, err
	}
	return l.applied(ctx, receipt), nil
}

// applied waits, for a bounded time, until answers include what was written.
func (l *Ledger) applied(ctx context.Context, r Receipt) Receipt {
	if r.Unplaced {
		return r
	}
	wait, cancel := context.WithTimeout(ctx, readYourWrites)
	defer cancel()
	r.Applied = l.runner.Wait(wait, r.Position+1) == nil
	return r
}

// write decides, seals and appends, and tries again where somebody else was quicker.
func (l *Ledger) write(ctx context.Context, req Request) (Receipt, error) {
	if l.vault == nil {
		return Receipt{}, ErrReadOnly
	}
	ids, err := l.ids(req)
	if err != nil {
		return Receipt{}, err
	}
	for range attempts {
		if req.Key != "" {
			if r, ok, err := l.answered(ctx, req, ids); ok || err != nil {
				return r, err
			}
		}
		if req.hold != nil {
			if err := req.hold(ctx); err != nil {
				return Receipt{}, err
			}
		}
		b, err := l.prepare(ctx, req, ids)
		if err != nil {
			return Receipt{}, err
		}
		if err := l.vault.Put(ctx, b.secrets, b.requests); err != nil {
			return Receipt{}, fmt.Errorf("keeping sealed values: %w", err)
		}
		r, err := l.append(ctx, b)
		var conflict *eventstore.RevisionConflict
		if errors.As(err, &conflict) {
			continue
		}
		// The same request under the same key, here or on another node, may have been quicker: its ids are ours, its salts and
		// so its bytes are not. Then it is found above.
		var same *eventstore.IDConflict
		if req.Key != "" && errors.As(err, &same) {
			continue
		}
		return r, err
	}
	return Receipt{}, fmt.Errorf("stream %s: others kept writing to it; try again", req.Command.Stream())
}

// prepare decides on a command and makes its events, sealed and in their envelopes. Nothing is kept or recorded.
func (l *Ledger) prepare(ctx context.Context, req Request, ids func(int) (uuid.UUID, error)) (batch, error) {
	d, err := l.decide(ctx, req)
	if err != nil {
		return batch{}, err
	}
	return l.encode(req, d.events, d.basis, d.history, ids)
}

// decided is what the rules make of a command, and what they looked at.
type decided struct {
	events  []domain.Event
	history []domain.Recorded // of its stream
	basis   map[string]int64
}

// decide asks the rules about a command, from the streams as they are now.
func (l *Ledger) decide(ctx context.Context, req Request) (decided, error) {
	in, basis, err := l.input(ctx, req.Command, l.history)
	if err != nil {
		return decided{}, err
	}
	if current := int64(len(in.History)) - 1; req.Expected != nil && *req.Expected != current {
		return decided{}, &Stale{req.Command.Stream(), current}
	}
	in.Now = l.moment(req).UTC()
	events, err := domain.Decide(in, req.Command)
	return decided{events, in.History, basis}, err
}

// moment is when a request is decided and recorded.
func (l *Ledger) moment(req Request) time.Time {
	if req.at.IsZero() {
		return l.clock()
	}
	return req.at
}

// batch is one command's events, ready to be appended.
type batch struct {
	stream   domain.StreamName
	expected eventstore.Revision
	events   []eventstore.Proposed
	secrets  []vault.Secret
	requests []vault.Request
}

// append writes a batch and resolves its position.
func (l *Ledger) append(ctx context.Context, b batch) (Receipt, error) {
	done, err := l.store.Append(ctx, string(b.stream), b.expected, b.events)
	if err != nil {
		return Receipt{}, fmt.Errorf("appending to %s: %w", b.stream, err)
	}
	wait, cancel := context.WithTimeout(ctx, readYourWrites)
	defer cancel()
	position, err := l.store.Resolve(wait, done.Token)
	unplaced := err != nil && ctx.Err() == nil && wait.Err() != nil // what is durable is no failure because this node lags
	if err != nil && !unplaced {
		return Receipt{}, fmt.Errorf("finding the position in %s: %w", b.stream, err)
	}
	r := Receipt{
		Unplaced: unplaced,
		Stream:   b.stream, First: done.First, Last: done.Last, Position: position, Duplicate: done.Duplicate,
		Recorded: b.events[len(b.events)-1].Recorded,
	}
	for _, e := range b.events {
		r.Events = append(r.Events, e.ID)
	}
	return r, nil
}

// answered looks for a command that was carried out before under the same key, and answers from the stored bytes.
func (l *Ledger) answered(ctx context.Context, req Request, ids func(int) (uuid.UUID, error)) (Receipt, bool, error) {
	r := Receipt{Stream: req.Command.Stream(), Duplicate: true}
	for n := 0; ; n++ {
		id, err := ids(n)
		if err != nil {
			return Receipt{}, false, err
		}
		e, err := l.store.Lookup(ctx, id)
		if errors.Is(err, eventstore.ErrNotFound) {
			return r, n > 0, nil
		}
		if err != nil {
			return Receipt{}, false, fmt.Errorf("looking for an earlier answer: %w", err)
		}
		if n == 0 {
			mark, err := l.vault.Request(ctx, tlog.RecordHash(e.Bytes))
			if err != nil {
				return Receipt{}, false, fmt.Errorf("looking for the earlier request: %w", err)
			}
			if want := l.requestMAC(req); !hmac.Equal(mark.MAC[:], want[:]) {
				return Receipt{}, false, ErrKeyReused
			}
			r.First = e.Revision
			r.Stream = domain.StreamName(e.Stream)
		}
		r.Events = append(r.Events, e.ID)
		r.Last, r.Position, r.Recorded = e.Revision, e.Position, e.Recorded
	}
}

// input gathers all that a decision may look at, and the revisions of the basis.
func (l *Ledger) input(ctx context.Context, c domain.Command, history func(context.Context, domain.StreamName) ([]domain.Recorded, error)) (domain.Input, map[string]int64, error) {
	own, err := history(ctx, c.Stream())
	if err != nil {
		return domain.Input{}, nil, err
	}
	in := domain.Input{Now: l.clock().UTC(), History: own, Others: map[domain.StreamName][]domain.Recorded{}, Opened: map[domain.Opening]string{}, LedgerID: l.LedgerID}
	basis := map[string]int64{}
	for _, s := range c.Basis() {
		other, err := history(ctx, s)
		if err != nil {
			return domain.Input{}, nil, err
		}
		if len(other) > 0 {
			in.Others[s] = other
			basis[string(s)] = int64(len(other) - 1)
		}
	}
	for _, o := range c.Opens(own) {
		text, ok, err := l.open(ctx, own, o)
		if err != nil {
			return domain.Input{}, nil, err
		}
		if ok {
			in.Opened[o] = text
		}
	}
	return in, basis, nil
}

// encode seals the events and puts them into envelopes. Salts are fresh for each attempt, so an envelope is never built
// twice alike.
func (l *Ledger) encode(req Request, events []domain.Event, basis map[string]int64, history []domain.Recorded, ids func(int) (uuid.UUID, error)) (batch, error) {
	b := batch{stream: req.Command.Stream(), expected: eventstore.Revision(len(history) - 1)}
	recorded := l.now(history, l.moment(req))
	for n, e := range events {
		id, err := ids(n)
		if err != nil {
			return batch{}, err
		}
		secrets, err := l.seal(id, e)
		if err != nil {
			return batch{}, err
		}
		data, err := envelope.Canonical(e)
		if err != nil {
			return batch{}, fmt.Errorf("writing %s: %w", e.EventName(), err)
		}
		t := domain.TypeOf(e)
		bytes, err := envelope.Envelope{
			Actor: req.Actor, Basis: basis, Data: data, ID: id, Ledger: l.LedgerID, Revision: int64(len(history) + n),
			Subject: string(b.stream), Time: recorded, Type: t.String(),
		}.Encode()
		if err != nil {
			return batch{}, fmt.Errorf("writing %s: %w", e.EventName(), err)
		}
		b.events = append(b.events, eventstore.Proposed{ID: id, Type: t.String(), Recorded: recorded, Bytes: bytes})
		b.secrets = append(b.secrets, secrets...)
		if n == 0 && req.Key != "" {
			b.requests = append(b.requests, vault.Request{LeafHash: tlog.RecordHash(bytes), Event: id, MAC: l.requestMAC(req)})
		}
	}
	return b, nil
}

// now is the time that events of a moment are recorded at: the greatest of it, the stream's last time and the last time
// this node has written, to the millisecond.
func (l *Ledger) now(history []domain.Recorded, moment time.Time) time.Time {
	t := moment.UTC().Truncate(time.Millisecond)
	if n := len(history); n > 0 && history[n-1].Time.After(t) {
		t = history[n-1].Time
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last.After(t) {
		t = l.last
	}
	l.last = t
	return t
}

// ids gives the ids of a command's events. They are fixed for a command, whatever the attempt.
func (l *Ledger) ids(req Request) (func(n int) (uuid.UUID, error), error) {
	if req.Key != "" {
		return func(n int) (uuid.UUID, error) { return l.keyedID(req, n), nil }, nil
	}
	var made []uuid.UUID
	return func(n int) (uuid.UUID, error) {
		for len(made) <= n {
			id, err := l.timeID(l.moment(req))
			if err != nil {
				return uuid.Nil, err
			}
			made = append(made, id)
		}
		return made[n], nil
	}, nil
}

// timeID is a UUIDv7 (RFC 9562, section 5.7) of a moment and the ledger's randomness.
func (l *Ledger) timeID(moment time.Time) (uuid.UUID, error) {
	var id uuid.UUID
	if _, err := io.ReadFull(l.random, id[:]); err != nil {
		return uuid.Nil, fmt.Errorf("making an id: %w", err)
	}
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(moment.UnixMilli()))
	copy(id[:6], ms[2:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id, nil
}

// keyedID is a UUIDv8 (RFC 9562, section 5.8) from a keyed hash, so that a guessable key reveals nothing.
func (l *Ledger) keyedID(req Request, n int) uuid.UUID {
	sum := l.mac("arobase/id/v1", []byte(req.Actor), []byte(req.Operation), []byte(req.Key), binary.BigEndian.AppendUint32(nil, uint32(n)))
	id := uuid.UUID(sum[:16])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}

func (l *Ledger) requestMAC(req Request) [32]byte {
	return l.mac("arobase/request/v1", []byte(req.Actor), []byte(req.Operation), req.Payload)
}

// mac is HMAC-SHA256 of parts, each with its length before it, under the ledger's secret.
func (l *Ledger) mac(purpose string, parts ...[]byte) [32]byte {
	m := hmac.New(sha256.New, l.secret[:])
	for _, p := range append([][]byte{[]byte(purpose)}, parts...) {
		m.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		m.Write(p)
	}
	return [32]byte(m.Sum(nil))
}
