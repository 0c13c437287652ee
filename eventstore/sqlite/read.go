package sqlite

import (
	"context"
	"fmt"
	"iter"
	"math"
	"sort"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"

	"arobase/eventstore"
)

// columns begins a query for events. The name of a stream comes with the row: most streams are short, so that to remember
// names saves little, and to look each up by itself took half the time of a scan.
const columns = `SELECT position, streams.name, revision, type, recorded, id, bytes
	FROM events LEFT JOIN streams ON streams.stream = events.stream `

// ReadStream implements eventstore.Store.
func (s *Store) ReadStream(ctx context.Context, stream string, from eventstore.Revision) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		if err := s.readStream(ctx, stream, from, yield); err != nil {
			yield(eventstore.Event{}, fmt.Errorf("reading stream %q: %w", stream, err))
		}
	}
}

func (s *Store) readStream(ctx context.Context, stream string, from eventstore.Revision, yield func(eventstore.Event, error) bool) error {
	var number, last int64
	err := s.read(ctx, func(conn *sqlite.Conn) (err error) {
		if number, err = queryInt(conn, "SELECT stream FROM streams WHERE name = ?", 0, stream); err != nil {
			return err
		}
		last, err = queryInt(conn, "SELECT revision FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1", int64(eventstore.NoStream), number)
		return err
	})
	if err != nil {
		return err
	}
	p := s.newPager(columns + "WHERE events.stream = ? AND revision >= ? AND revision <= ? ORDER BY revision LIMIT CAST(? AS INTEGER)")
	for next := max(0, int64(from)); next <= last; {
		events, err := p.read(ctx, number, next, last)
		if err != nil {
			return err
		}
		for _, e := range events {
			if int64(e.Revision) != next {
				return fmt.Errorf("%w: revision %d is missing, found %d", eventstore.ErrDamaged, next, e.Revision)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if !yield(e, nil) {
				return nil
			}
			next++
		}
		if len(events) == 0 {
			return fmt.Errorf("%w: revision %d is missing", eventstore.ErrDamaged, next)
		}
	}
	return nil
}

// ReadAll implements eventstore.Store. Reading from the middle costs O(log n).
func (s *Store) ReadAll(ctx context.Context, from eventstore.Position) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		end, err := s.Size(ctx)
		if err == nil {
			_, _, err = s.readRange(ctx, s.allPager(), from, end, yield)
		}
		if err != nil {
			yield(eventstore.Event{}, fmt.Errorf("reading all events: %w", err))
		}
	}
}

func (s *Store) allPager() *pager {
	return s.newPager(columns + "WHERE position >= ? AND position < ? ORDER BY position LIMIT CAST(? AS INTEGER)")
}

// readRange yields the events from next up to end, as far as they exist. It gives the position after the last one that
// was yielded, and whether the caller wants more.
func (s *Store) readRange(ctx context.Context, p *pager, next, end eventstore.Position, yield func(eventstore.Event, error) bool) (eventstore.Position, bool, error) {
	for next < end {
		// Where a page cannot be read to its end, what stands before is given.
		events, err := p.read(ctx, clamp(next), clamp(end))
		if err == nil && len(events) == 0 {
			return next, true, nil
		}
		for _, e := range events {
			if e.Position != next {
				return next, false, fmt.Errorf("%w: position %d is missing, found %d", eventstore.ErrDamaged, next, e.Position)
			}
			if err := ctx.Err(); err != nil {
				return next, false, err
			}
			if !yield(e, nil) {
				return next, false, nil
			}
			next++
		}
		if err != nil {
			return next, false, err
		}
	}
	return next, true, nil
}

// clamp turns a position into an SQLite integer; there are none beyond.
func clamp(p eventstore.Position) int64 { return int64(min(p, math.MaxInt64)) }

// Pages begin small, for those who want one event, and grow, for those who want all. A page ends early after
// maxPageBytes, so a reader holds at most about a megabyte.
const (
	firstPageRows = 32
	maxPageRows   = 1024
	maxPageBytes  = 1 << 20
)

// pager copies events out of the file, page by page. Between pages it holds nothing but memory.
type pager struct {
	store *Store
	query string // its last parameter is the number of rows
	rows  int64
	page  []eventstore.Event // reused; the bodies in it are not
}

func (s *Store) newPager(query string) *pager {
	return &pager{store: s, query: query, rows: firstPageRows}
}

// read gives the next page for the arguments of the query. It is valid until the next call.
func (p *pager) read(ctx context.Context, arguments ...int64) ([]eventstore.Event, error) {
	p.page = p.page[:0]
	err := p.store.read(ctx, func(conn *sqlite.Conn) error {
		stmt, err := conn.Prepare(p.query)
		if err != nil {
			return err
		}
		for i, a := range append(arguments, p.rows) {
			stmt.BindInt64(i+1, a)
		}
		for size := 0; size < maxPageBytes; {
			found, err := stmt.Step()
			if err != nil {
				return err
			}
			if !found {
				break
			}
			event, err := p.store.scan(conn, stmt)
			if err != nil {
				return errorAfterReset(stmt, err)
			}
			size += len(event.Bytes)
			p.page = append(p.page, event)
		}
		return stmt.Reset() // ends the read transaction
	})
	p.rows = min(p.rows*4, maxPageRows)
	if code := sqlite.ErrCode(err).ToPrimary(); err != nil && (code == sqlite.ResultCorrupt || code == sqlite.ResultNotADB) {
		err = fmt.Errorf("%w: %w", eventstore.ErrDamaged, err)
	}
	return p.page, err
}

// errorAfterReset ends a statement's transaction before its connection is given back.
func errorAfterReset(stmt *sqlite.Stmt, err error) error {
	_ = stmt.Reset() // it can only repeat an error of Step
	return err
}

// scan copies the event of the current row. Queries for it begin with columns.
func (s *Store) scan(conn *sqlite.Conn, stmt *sqlite.Stmt) (eventstore.Event, error) {
	e := eventstore.Event{
		Position: eventstore.Position(stmt.ColumnInt64(0)),
		Revision: eventstore.Revision(stmt.ColumnInt64(2)),
		Recorded: time.UnixMilli(stmt.ColumnInt64(4)).UTC(),
	}
	if e.Stream = stmt.ColumnText(1); e.Stream == "" { // none is called so
		return e, fmt.Errorf("the stream of event %d has no name", e.Position)
	}
	var err error
	if e.Type, err = s.types.get(conn, "SELECT name FROM types WHERE type = ?", stmt.ColumnInt64(3)); err != nil {
		return e, fmt.Errorf("type of event %d: %w", e.Position, err)
	}
	stmt.ColumnBytes(5, e.ID[:])
	e.Bytes = make([]byte, stmt.ColumnLen(6))
	stmt.ColumnBytes(6, e.Bytes)
	return e, nil
}

// Lookup implements eventstore.Store. O(log n).
func (s *Store) Lookup(ctx context.Context, id uuid.UUID) (eventstore.Event, error) {
	var event eventstore.Event
	err := s.read(ctx, func(conn *sqlite.Conn) error {
		stmt, err := conn.Prepare(columns + "WHERE id = ?")
		if err != nil {
			return err
		}
		stmt.BindBytes(1, id[:])
		found, err := stmt.Step()
		switch {
		case err != nil:
			return err
		case !found:
			return eventstore.ErrNotFound
		}
		event, err = s.scan(conn, stmt)
		return errorAfterReset(stmt, err)
	})
	if err != nil {
		return eventstore.Event{}, fmt.Errorf("looking up event %s: %w", id, err)
	}
	return event, nil
}

// Size implements eventstore.Store. O(log n).
func (s *Store) Size(ctx context.Context) (eventstore.Position, error) {
	var size eventstore.Position
	err := s.read(ctx, func(conn *sqlite.Conn) (err error) {
		size, err = sizeOf(conn)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("counting events: %w", err)
	}
	return size, nil
}

// sizeOf is one more than the last position.
func sizeOf(conn *sqlite.Conn) (eventstore.Position, error) {
	last, err := queryInt(conn, "SELECT position FROM events WHERE position >= ? ORDER BY position DESC LIMIT 1", -1, int64(0))
	return eventstore.Position(last + 1), err
}

// SizeAt implements eventstore.Store, with log2 n reads of one row each.
func (s *Store) SizeAt(ctx context.Context, t time.Time) (eventstore.Position, error) {
	var size int
	err := s.read(ctx, func(conn *sqlite.Conn) error {
		end, err := sizeOf(conn)
		if err != nil {
			return err
		}
		// The first position whose running maximum is after t is how many events there were.
		size = sort.Search(int(end), func(position int) bool {
			high, queryErr := queryInt(conn, "SELECT high FROM events WHERE position = ?", minTime, int64(position))
			if queryErr != nil {
				err = queryErr
			}
			return high > t.UnixMilli()
		})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("counting events at %s: %w", t.UTC().Format(time.RFC3339Nano), err)
	}
	return eventstore.Position(size), nil
}
