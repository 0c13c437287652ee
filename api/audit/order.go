package audit

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"arobase/api/tlog"
	"arobase/domain"
)

// order holds records against those before them. One goroutine at a time.
type order struct {
	ledger  uuid.UUID
	genesis *domain.LedgerOpened
	// streams are the ends of all streams.
	streams map[string]end
	// names are the records that name the log and its keys.
	names []domain.Recorded
}

// end is the end of a stream: the revision that comes next, and when the last record was recorded, in Unix milliseconds.
type end struct{ next, last int64 }

// take holds the next record against its place: its ledger, its stream, its revision and its time, and the revisions
// that it was decided from, which must come before it.
func (o *order) take(r *record) *Failure {
	e := r.env
	if o.genesis == nil {
		g, ok := r.event.(*domain.LedgerOpened)
		if !ok {
			return r.fail("order", string(domain.RuleGenesis), "the first record is not the opening of a ledger")
		}
		o.genesis, o.ledger = g, g.LedgerID
		if e.Subject != string(domain.LedgerStream) {
			return r.fail("order", "stream", "the opening of a ledger is in the stream %s", e.Subject)
		}
	}
	if e.Ledger != o.ledger {
		return r.fail("order", "ledger", "it is of the ledger %s, not of %s", e.Ledger, o.ledger)
	}
	if r.event != nil {
		if t := domain.TypeOf(r.event); !slices.Contains(t.Streams, domain.StreamName(e.Subject).Category()) {
			return r.fail("order", "stream", "it does not belong into the stream %s", e.Subject)
		}
	}
	at := o.streams[e.Subject]
	if e.Revision != at.next {
		return r.fail("order", "revision", "it has revision %d of %s, where %d comes next", e.Revision, e.Subject, at.next)
	}
	if at.next > 0 && e.Time.UnixMilli() < at.last {
		return r.fail("order", "time", "it was recorded at %s, before the record before it in %s", e.Time.Format(time.RFC3339Nano), e.Subject)
	}
	for stream, revision := range e.Basis {
		if revision >= o.streams[stream].next {
			return r.fail("order", "basis", "it was decided from revision %d of %s, which does not come before it", revision, stream)
		}
	}
	o.streams[e.Subject] = end{e.Revision + 1, e.Time.UnixMilli()}
	switch r.event.(type) {
	case *domain.LedgerOpened, *domain.KeyRotated, *domain.OriginOpened:
		o.names = append(o.names, r.recorded())
	}
	return nil
}

// checkNames holds a checkpoint against what the records that it covers say of the log: its name, and its key in force
// where they tell one.
func (o *order) checkNames(head checkpoint) *Failure {
	all := domain.LogOrigins(o.names)
	in := all[len(all)-1]
	if in.Name != head.origin {
		return o.says(in.Since, "origin", "the checkpoint is of the log %s, and this record names the log %s", head.origin, in.Name)
	}
	if n := len(in.Keys); n > 0 {
		key := in.Keys[n-1]
		if _, err := tlog.OpenCheckpoint(head.signed, key.Key); err != nil {
			return o.says(key.Since, "key", "this record says that the key in force is %s, and the checkpoint is not signed by it: %v", domain.VerifierKeyID(key.Key), err)
		}
	}
	return nil
}

// key is the key of the log that the records say is in force, "" where they tell of none.
func (o *order) key() string {
	all := domain.LogOrigins(o.names)
	in := all[len(all)-1]
	if len(in.Keys) == 0 {
		return ""
	}
	return in.Keys[len(in.Keys)-1].Key
}

// says is a failure about what the record at a leaf says of the log.
func (o *order) says(leaf uint64, rule, format string, args ...any) *Failure {
	f := failed("signature", format, args...)
	f.Leaf, f.Rule = int64(leaf), rule
	if i := slices.IndexFunc(o.names, func(r domain.Recorded) bool { return r.Position == leaf }); i >= 0 {
		f.Event, f.Type = o.names[i].ID, domain.TypeOf(o.names[i].Event).String()
	}
	return f
}
