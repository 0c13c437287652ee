package sqlite

import (
	"bytes"
	"fmt"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"

	"arobase/eventstore"
)

// maxHeads bounds the streams whose heads are remembered, some tens of megabytes. The map is emptied when full.
const maxHeads = 1 << 16

// tail is the end of the ledger inside a write transaction: what the next event follows.
type tail struct {
	next eventstore.Position
	high int64 // running maximum of the recorded times, Unix milliseconds

	// What this process wrote or read, so that it need not be looked up. Valid as long as nobody else has written.
	heads map[string]head
	types map[string]int64

	find, last, insert *sqlite.Stmt
	conn               *sqlite.Conn
}

// head is the end of one stream.
type head struct {
	stream   int64 // 0 where the stream does not exist
	revision eventstore.Revision
}

// openTail reads where the ledger ends. What previous remembers stays valid if the ledger ends where it left it: events
// are only ever added, so an end at the same place is the same end.
func openTail(conn *sqlite.Conn, previous *tail) (*tail, error) {
	t := previous
	if t == nil {
		var err error
		if t, err = prepareTail(conn); err != nil {
			return nil, err
		}
	}
	next, high := eventstore.Position(0), int64(minTime)
	found, err := t.last.Step()
	if err != nil {
		return nil, err
	}
	if found {
		next, high = eventstore.Position(t.last.ColumnInt64(0))+1, t.last.ColumnInt64(1)
	}
	if err := t.last.Reset(); err != nil {
		return nil, err
	}
	if next != t.next {
		clear(t.heads)
		clear(t.types)
	}
	t.next, t.high = next, high
	return t, nil
}

func prepareTail(conn *sqlite.Conn) (*tail, error) {
	t := &tail{conn: conn, heads: make(map[string]head), types: make(map[string]int64)}
	for query, stmt := range map[string]**sqlite.Stmt{
		"SELECT position, high FROM events ORDER BY position DESC LIMIT 1":  &t.last,
		"SELECT position, stream, revision, bytes FROM events WHERE id = ?": &t.find,
		`INSERT INTO events (position, stream, revision, type, recorded, high, id, bytes)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`: &t.insert,
	} {
		var err error
		if *stmt, err = conn.Prepare(query); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// append decides what becomes of one append and inserts its events. An *IDConflict or *RevisionConflict means that
// nothing was inserted; any other error means that the transaction must not be committed.
func (t *tail) append(r *request) (eventstore.Appended, error) {
	h, err := t.head(r.stream)
	if err != nil {
		return eventstore.Appended{}, fmt.Errorf("reading the end of stream %q: %w", r.stream, err)
	}
	known, found, err := t.known(h.stream, r.events)
	if err != nil || found {
		return known, err
	}
	if h.revision != r.expected {
		return eventstore.Appended{}, &eventstore.RevisionConflict{Stream: r.stream, Expected: r.expected, Actual: h.revision}
	}
	if h.stream == 0 {
		if h.stream, err = t.intern("INSERT INTO streams (name) VALUES (?)", r.stream); err != nil {
			return eventstore.Appended{}, fmt.Errorf("naming stream %q: %w", r.stream, err)
		}
	}
	first := h.revision + 1
	for _, e := range r.events {
		h.revision++
		if err := t.put(h, e); err != nil {
			return eventstore.Appended{}, fmt.Errorf("inserting event %s: %w", e.ID, err)
		}
	}
	t.remember(r.stream, h)
	return eventstore.Appended{First: first, Last: h.revision, Token: formatToken(t.next - 1)}, nil
}

// known looks for the ids of a batch among the stored events. If all are there as the contract asks of a duplicate it
// gives the first answer again; if none is there found is false; anything else is an *IDConflict.
func (t *tail) known(stream int64, events []eventstore.Proposed) (_ eventstore.Appended, found bool, _ error) {
	var answer eventstore.Appended
	for i, e := range events {
		row, stored, err := t.lookup(e.ID, e.Bytes)
		switch {
		case err != nil:
			return eventstore.Appended{}, false, fmt.Errorf("looking for event %s: %w", e.ID, err)
		case !stored && answer.Duplicate:
			return eventstore.Appended{}, false, &eventstore.IDConflict{ID: events[0].ID}
		case !stored:
			continue
		case i == 0:
			answer.First, answer.Duplicate = row.revision, true
		}
		if !answer.Duplicate || row.stream != stream || !row.sameBytes || row.revision != answer.First+eventstore.Revision(i) {
			return eventstore.Appended{}, false, &eventstore.IDConflict{ID: e.ID}
		}
		answer.Last, answer.Token = row.revision, formatToken(row.position)
	}
	return answer, answer.Duplicate, nil
}

type storedRow struct {
	position  eventstore.Position
	stream    int64
	revision  eventstore.Revision
	sameBytes bool
}

// lookup finds an event by its id and compares its bytes.
func (t *tail) lookup(id uuid.UUID, body []byte) (row storedRow, found bool, err error) {
	t.find.BindBytes(1, id[:])
	if found, err = t.find.Step(); err != nil || !found {
		if err == nil {
			err = t.find.Reset()
		}
		return storedRow{}, false, err
	}
	stored := make([]byte, t.find.ColumnLen(3))
	t.find.ColumnBytes(3, stored)
	row = storedRow{
		position:  eventstore.Position(t.find.ColumnInt64(0)),
		stream:    t.find.ColumnInt64(1),
		revision:  eventstore.Revision(t.find.ColumnInt64(2)),
		sameBytes: bytes.Equal(stored, body),
	}
	return row, true, t.find.Reset()
}

func (t *tail) put(h head, e eventstore.Proposed) error {
	number, err := t.typeNumber(e.Type)
	if err != nil {
		return err
	}
	recorded := e.Recorded.UnixMilli()
	t.high = max(t.high, recorded)
	t.insert.BindInt64(1, int64(t.next))
	t.insert.BindInt64(2, h.stream)
	t.insert.BindInt64(3, int64(h.revision))
	t.insert.BindInt64(4, number)
	t.insert.BindInt64(5, recorded)
	t.insert.BindInt64(6, t.high)
	t.insert.BindBytes(7, e.ID[:])
	t.insert.BindBytes(8, e.Bytes)
	if _, err := t.insert.Step(); err != nil {
		return err
	}
	t.next++
	return t.insert.Reset()
}

// head gives the end of a stream.
func (t *tail) head(stream string) (head, error) {
	if h, ok := t.heads[stream]; ok {
		return h, nil
	}
	h := head{revision: eventstore.NoStream}
	var err error
	if h.stream, err = queryInt(t.conn, "SELECT stream FROM streams WHERE name = ?", 0, stream); err != nil || h.stream == 0 {
		return h, err
	}
	last, err := queryInt(t.conn, "SELECT revision FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1", int64(eventstore.NoStream), h.stream)
	if err != nil {
		return h, err
	}
	h.revision = eventstore.Revision(last)
	t.remember(stream, h)
	return h, nil
}

func (t *tail) remember(stream string, h head) {
	if len(t.heads) >= maxHeads {
		clear(t.heads)
	}
	t.heads[stream] = h
}

func (t *tail) typeNumber(name string) (int64, error) {
	if number, ok := t.types[name]; ok {
		return number, nil
	}
	number, err := queryInt(t.conn, "SELECT type FROM types WHERE name = ?", 0, name)
	if err != nil {
		return 0, err
	}
	if number == 0 {
		if number, err = t.intern("INSERT INTO types (name) VALUES (?)", name); err != nil {
			return 0, err
		}
	}
	if len(t.types) >= maxHeads {
		clear(t.types)
	}
	t.types[name] = number
	return number, nil
}

// intern gives a new name its number.
func (t *tail) intern(insert, name string) (int64, error) {
	stmt, err := t.conn.Prepare(insert)
	if err != nil {
		return 0, err
	}
	stmt.BindText(1, name)
	if _, err := stmt.Step(); err != nil {
		return 0, err
	}
	return t.conn.LastInsertRowID(), stmt.Reset()
}
