package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"

	"arobase/eventstore"
)

// peer is a plain event store over database/sql, to compare with: the same engine, the same durability, the same
// grouping of appends into one transaction, statements prepared once, and no check but the expected revision and the
// two unique indexes.
type peer struct {
	db    *sql.DB
	queue chan *peerAppend
	done  chan struct{}
}

type peerAppend struct {
	stream   string
	expected eventstore.Revision
	events   []eventstore.Proposed
	answer   chan error
}

func newPeer(b *testing.B) *peer {
	b.Helper()
	db, err := sql.Open("sqlite", filepath.Join(b.TempDir(), "peer.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-16384)&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := db.Exec(`CREATE TABLE events (
			position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL,
			type TEXT NOT NULL, recorded INTEGER NOT NULL, id BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL,
			UNIQUE (stream, revision)
		) STRICT`); err != nil {
		b.Fatal(err)
	}
	p := &peer{db: db, queue: make(chan *peerAppend, 1024), done: make(chan struct{})}
	go p.run(b)
	b.Cleanup(func() {
		close(p.queue)
		<-p.done
		_ = db.Close()
	})
	return p
}

func (p *peer) Append(_ context.Context, stream string, expected eventstore.Revision, events []eventstore.Proposed) (eventstore.Appended, error) {
	a := &peerAppend{stream, expected, events, make(chan error, 1)}
	p.queue <- a
	return eventstore.Appended{}, <-a.answer
}

func (p *peer) run(b *testing.B) {
	defer close(p.done)
	head, err := p.db.Prepare("SELECT coalesce(max(revision), -1) FROM events WHERE stream = ?")
	if err != nil {
		b.Error(err)
		return
	}
	insert, err := p.db.Prepare("INSERT INTO events (stream, revision, type, recorded, id, bytes) VALUES (?, ?, ?, ?, ?, ?)")
	if err != nil {
		b.Error(err)
		return
	}
	defer func() { _, _ = head.Close(), insert.Close() }()
	for first := range p.queue {
		batch := []*peerAppend{first}
		for more := true; more && len(batch) < maxBatchEvents; {
			select {
			case a, open := <-p.queue:
				if more = open; open {
					batch = append(batch, a)
				}
			default:
				more = false
			}
		}
		err := p.write(batch, head, insert)
		for _, a := range batch {
			a.answer <- err
		}
	}
}

func (p *peer) write(batch []*peerAppend, head, insert *sql.Stmt) error {
	tx, err := p.db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	head, insert = tx.Stmt(head), tx.Stmt(insert)
	for _, a := range batch {
		var revision eventstore.Revision
		if err := head.QueryRow(a.stream).Scan(&revision); err != nil {
			return err
		}
		if revision != a.expected {
			return errors.New("conflict")
		}
		for _, e := range a.events {
			revision++
			if _, err := insert.Exec(a.stream, revision, e.Type, e.Recorded.UnixMilli(), e.ID[:], e.Bytes); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}

// ReadAll reads everything in one query.
func (p *peer) ReadAll(ctx context.Context, f func(eventstore.Event)) (int, error) {
	rows, err := p.db.QueryContext(ctx, "SELECT position, stream, revision, type, recorded, id, bytes FROM events ORDER BY position")
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	n := 0
	for rows.Next() {
		var e eventstore.Event
		var recorded int64
		var id []byte
		if err := rows.Scan(&e.Position, &e.Stream, &e.Revision, &e.Type, &recorded, &id, &e.Bytes); err != nil {
			return n, err
		}
		f(e)
		n++
	}
	return n, rows.Err()
}
