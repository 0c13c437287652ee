package sqlite

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/eventstore"
)

// maxFindings is where each part of a check stops counting.
const maxFindings = 100

// Check reads the whole file and says what is wrong with it: findings that each name a position or a stream, at most a
// hundred of each sort. No finding means that the file is sound. An error means that it could not be read.
//
// It verifies what SQLite promises (pages, indexes, that each id is there once) and what this package promises: dense
// positions; contiguous revisions, in the order of positions; the running maximum of the recorded times; a name for
// every number; ids and bodies of a possible size. It does not know what the bytes mean.
//
// O(n). The file is seen as it was when the check began. Writers go on meanwhile, but the write-ahead log only grows.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	c := new(checker)
	err := s.read(ctx, func(conn *sqlite.Conn) (err error) {
		conn.SetInterrupt(ctx.Done())
		defer conn.SetInterrupt(nil)
		defer sqlitex.Transaction(conn)(&err)
		c.conn = conn
		for _, check := range []func() error{c.file, c.positions, c.streams, c.names} {
			c.room = maxFindings
			if err := check(); err != nil {
				return err
			}
		}
		return nil
	})
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return c.findings, fmt.Errorf("checking the ledger: %w", err)
	}
	return c.findings, nil
}

// checker collects findings inside one read transaction.
type checker struct {
	conn     *sqlite.Conn
	findings []string
	room     int // findings that may still be added by this part
}

func (c *checker) add(format string, arguments ...any) {
	if c.room > 0 {
		c.findings = append(c.findings, fmt.Sprintf(format, arguments...))
	}
	c.room--
}

// each calls f for every row of a query.
func (c *checker) each(query string, f func(row *sqlite.Stmt)) error {
	return sqlitex.ExecuteTransient(c.conn, query, &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
		f(row)
		return nil
	}})
}

// file lets SQLite verify its pages, and each index against its table.
func (c *checker) file() error {
	return c.each("PRAGMA integrity_check", func(row *sqlite.Stmt) {
		if text := row.ColumnText(0); text != "ok" {
			c.add("SQLite: %s", text)
		}
	})
}

func (c *checker) positions() error {
	next, high := int64(0), int64(minTime)
	// NOT INDEXED reads the table itself, in the order of positions.
	return c.each("SELECT position, recorded, high, length(id), length(bytes) FROM events NOT INDEXED ORDER BY position", func(row *sqlite.Stmt) {
		position, recorded := row.ColumnInt64(0), row.ColumnInt64(1)
		if position != next {
			c.add("position %d: expected position %d", position, next)
		}
		next = position + 1
		high = max(high, recorded)
		if stored := row.ColumnInt64(2); stored != high {
			c.add("position %d: the running maximum of recorded times is %d, not %d", position, high, stored)
			high = stored // name the place where it went wrong, not all that follow
		}
		if n := row.ColumnInt64(3); n != 16 {
			c.add("position %d: the id has %d bytes", position, n)
		}
		if n := row.ColumnInt64(4); n < 1 || n > eventstore.MaxEventSize {
			c.add("position %d: the event has %d bytes", position, n)
		}
	})
}

func (c *checker) streams() error {
	stream, next, after := int64(0), int64(0), int64(-1)
	return c.each("SELECT stream, revision, position FROM events INDEXED BY events_by_stream ORDER BY stream, revision", func(row *sqlite.Stmt) {
		revision, position := row.ColumnInt64(1), row.ColumnInt64(2)
		if s := row.ColumnInt64(0); s != stream {
			stream, next, after = s, 0, -1
		}
		if revision != next {
			c.add("stream %s: expected revision %d, found %d at position %d", c.name(stream), next, revision, position)
		}
		if position <= after {
			c.add("stream %s: revision %d is at position %d, before the one it follows", c.name(stream), revision, position)
		}
		next, after = revision+1, position
	})
}

// names looks for numbers without a name and for names without an event.
func (c *checker) names() error {
	err := c.each(`SELECT min(position), stream FROM events WHERE stream NOT IN (SELECT stream FROM streams) GROUP BY stream`, func(row *sqlite.Stmt) {
		c.add("position %d: its stream, number %d, has no name", row.ColumnInt64(0), row.ColumnInt64(1))
	})
	if err != nil {
		return err
	}
	err = c.each(`SELECT min(position), type FROM events WHERE type NOT IN (SELECT type FROM types) GROUP BY type`, func(row *sqlite.Stmt) {
		c.add("position %d: its type, number %d, has no name", row.ColumnInt64(0), row.ColumnInt64(1))
	})
	if err != nil {
		return err
	}
	return c.each(`SELECT name FROM streams WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.stream = streams.stream)`, func(row *sqlite.Stmt) {
		c.add("stream %q: it has a name and no event", row.ColumnText(0))
	})
}

// name gives a stream's name as far as it is known.
func (c *checker) name(stream int64) string {
	name := fmt.Sprintf("number %d", stream)
	_ = sqlitex.ExecuteTransient(c.conn, "SELECT name FROM streams WHERE stream = ?", &sqlitex.ExecOptions{
		Args:       []any{stream},
		ResultFunc: func(row *sqlite.Stmt) error { name = fmt.Sprintf("%q", row.ColumnText(0)); return nil },
	})
	return name
}
