// Package audit verifies a ledger from outside, with nothing but the public key of its log. It trusts neither the server
// nor whoever runs it: every byte is hashed up to a root that the key signed, every record is parsed by the strict parser
// and judged by the rules of the domain, every disclosed text is held against its commitment; and then everything that the
// server answers about the label is computed here, from the records alone, and compared.
//
// Read it in this order:
//
//	source.go     where a log is read: over HTTP, or from a directory
//	checkpoint.go which checkpoints are believed, and which were seen before
//	bundle.go     entry bundles taken apart; records examined one by one, on all processors
//	round.go      the audit: from the checkpoint to the verdict
//	prefix.go     what was seen before is proved to be a part of the signed tree
//	order.go      records in their order: streams, places
//	judge.go      the rules of the domain, judged at the basis of each record
//	seals.go      commitments and the values that are disclosed for them
//	answers.go    the same questions to the server and to the ledger that was computed here
//
// Memory grows with streams, with sealed fields and with the facts that answers rest on, not with records: those lie in a
// store that the caller gives.
package audit

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"arobase/eventstore"
)

// Options choose how a ledger is audited.
type Options struct {
	// Trust says which signatures are believed: ByKey or ByPolicy.
	Trust Trust
	// Seen are checkpoints that were seen elsewhere: by an earlier audit, by a second client, at a witness. The log must
	// hold each of them.
	Seen [][]byte
	// Store makes the empty store that the records of a ledger are kept in during the audit.
	Store func(ledger uuid.UUID) (eventstore.Replica, error)
	// Answer makes the handler that answers, from records and disclosed values alone, what a server answers. Nil: the
	// server's answers are not compared.
	Answer func(ctx context.Context, store eventstore.Replica, values Values) (http.Handler, error)
	// Pause waits; nil: the clock of the machine.
	Pause func(ctx context.Context, d time.Duration) error
	// Progress is told how many records were read, of how many.
	Progress func(done, of int64)
}

// Auditor audits one place.
type Auditor struct {
	place      Place
	opt        Options
	keys       Keys
	tileReader *tileReader
	store      eventstore.Replica
	values     *values
	histories  histories
}

// New prepares an audit.
func New(p Place, opt Options) *Auditor {
	if opt.Pause == nil {
		opt.Pause = pause
	}
	return &Auditor{place: p, opt: opt, tileReader: &tileReader{log: p.Log}, values: newValues()}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
