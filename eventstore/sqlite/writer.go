package sqlite

import (
	"errors"
	"fmt"
	"runtime"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/eventstore"
)

const (
	// A transaction takes further appends until it has this many events or bytes.
	maxBatchEvents = 4096
	maxBatchBytes  = 4 << 20

	// The write-ahead log is copied into the file after this many commits or bytes of events. A commit writes each page
	// that it touches, at least five of 4 KiB, so both are needed to keep the log at some tens of megabytes.
	checkpointCommits = 1000
	checkpointBytes   = 8 << 20
)

// writer is the one goroutine that writes. Only queue is shared; all other fields belong to its goroutine (and to
// whoever starts and stops it, before and after).
type writer struct {
	queue chan *request
	done  chan struct{} // closed when run has ended; nil before start

	conn     *sqlite.Conn
	commit   func(*sqlite.Conn) error
	onCommit func() // tells the followers

	poison error // why no further write is tried; nil while all is well
	tail   *tail // what the last transaction left behind

	commits, bytes int // since the last checkpoint
}

func newWriter(conn *sqlite.Conn, commit func(*sqlite.Conn) error, onCommit func()) *writer {
	return &writer{queue: make(chan *request, 1024), conn: conn, commit: commit, onCommit: onCommit}
}

func (w *writer) start() {
	w.done = make(chan struct{})
	go w.run()
}

// stop lets the writer finish what it has and closes its connection. No append may be sent any more.
func (w *writer) stop() error {
	if w.done != nil {
		close(w.queue)
		<-w.done
	}
	return w.conn.Close()
}

func (w *writer) run() {
	defer close(w.done)
	for first := range w.queue {
		// Writers that the last commit has woken are about to come back: let them.
		runtime.Gosched()
		if batch := w.gather(first); len(batch) > 0 {
			w.write(batch)
		}
	}
}

// gather takes the appends that wait, within bounds, without those whose callers have given up.
func (w *writer) gather(first *request) []*request {
	var batch []*request
	events, size := 0, 0
	for r := first; ; {
		if r.claimed.CompareAndSwap(false, true) {
			batch = append(batch, r)
			events += len(r.events) + len(r.copies)
			size += r.size
		}
		if events >= maxBatchEvents || size >= maxBatchBytes {
			return batch
		}
		select {
		case next, open := <-w.queue:
			if !open {
				return batch
			}
			r = next
		default:
			return batch
		}
	}
}

// write puts a batch into one transaction and answers everyone once it is durable.
func (w *writer) write(batch []*request) {
	if w.poison != nil {
		refuse(batch, w.poison)
		return
	}
	if err := sqlitex.Execute(w.conn, "BEGIN IMMEDIATE", nil); err != nil {
		// Nothing was begun: another process is writing, and for too long.
		refuse(batch, fmt.Errorf("waiting to write: %w", err))
		return
	}
	answers, err := w.transact(batch)
	if err != nil {
		w.poison = fmt.Errorf("%w: %w", eventstore.ErrPoisoned, err)
		refuse(batch, w.poison)
		return
	}
	w.onCommit()
	for i, r := range batch {
		r.answer <- answers[i]
	}
	w.checkpoint(batch)
}

func refuse(batch []*request, err error) {
	for _, r := range batch {
		r.answer <- answer{err: err}
	}
}

// transact applies each append of the batch and commits. An append that is refused leaves nothing behind and does not
// concern the others. An error is one of the disk: then nobody knows what is durable.
func (w *writer) transact(batch []*request) ([]answer, error) {
	answers, err := w.apply(batch)
	if err == nil {
		err = w.commit(w.conn)
	}
	if err != nil {
		if !w.conn.AutocommitEnabled() {
			err = errors.Join(err, sqlitex.ExecuteTransient(w.conn, "ROLLBACK", nil))
		}
		return nil, err
	}
	return answers, nil
}

func (w *writer) apply(batch []*request) ([]answer, error) {
	var err error
	if w.tail, err = openTail(w.conn, w.tail); err != nil {
		return nil, fmt.Errorf("reading the end of the ledger: %w", err)
	}
	answers := make([]answer, len(batch))
	for i, r := range batch {
		var appended eventstore.Appended
		var err error
		if r.copies != nil {
			err = w.tail.replicate(r.copies)
		} else {
			appended, err = w.tail.append(r)
		}
		var ids *eventstore.IDConflict
		var revisions *eventstore.RevisionConflict
		if err != nil && !errors.As(err, &ids) && !errors.As(err, &revisions) && !errors.Is(err, eventstore.ErrDiverged) {
			return nil, err
		}
		answers[i] = answer{appended, err}
	}
	return answers, nil
}

// checkpoint copies the write-ahead log into the file now and then. SQLite could do that by itself, but would keep a
// failed fsync to itself too. Readers do not wait; a reader that needs the log leaves the rest for the next time.
func (w *writer) checkpoint(batch []*request) {
	w.commits++
	for _, r := range batch {
		w.bytes += r.size
	}
	if w.commits < checkpointCommits && w.bytes < checkpointBytes {
		return
	}
	w.commits, w.bytes = 0, 0
	if err := sqlitex.Execute(w.conn, "PRAGMA wal_checkpoint(PASSIVE)", nil); err != nil {
		w.poison = fmt.Errorf("%w: copying the write-ahead log: %w", eventstore.ErrPoisoned, err)
	}
}
