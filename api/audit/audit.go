// Package audit verifies a ledger from outside, with nothing but the public key of its log. It trusts neither the server
// nor whoever runs it: every byte is hashed up to a root that the key signed, every record is parsed by the strict parser
// and judged by the rules of the domain, every disclosed text is held against its commitment; and then everything that the
// server answers about the label is computed here, from the records alone, and compared.
//
// Read it in this order:
//
//	source.go     where a log is read: over HTTP, or from a directory
//	checkpoint.go which checkpoints are believed, and which were seen before
//	workspace.go  what is kept from one audit to the next
//	round.go      one round of an audit: from the checkpoint to the verdict
//	read.go       new records: hashed, proved to be in the signed tree, kept, judged
//	bundle.go     entry bundles taken apart; records examined one by one, on all processors
//	prefix.go     what proves that a tree begins with a smaller one, and which leaf is not the signed one
//	order.go      records in their order: streams, places
//	judge.go      the rules of the domain, judged at the basis of each record
//	ceremony.go   what all candidacies of an edition together are held against: its palmarès
//	seals.go      commitments and the values that are disclosed for them
//	questions.go  what is asked
//	site.go       what is asked of the site, and the links that are followed
//	ways.go       how else the same is asked: as browsers do, or for what was there before
//	answers.go    the same questions to the server and to the ledger that was computed here
//	evidence.go   files that actions name by their hash
//	pages.go      the text of pages, compared
//	recheck.go    what was right before: checkpoints, disclosed values and erased ones, some of them in each round
//	follow.go     a monitor: one round after the other
//
// # What is kept
//
// Records are kept once they are proved to be in a signed tree, and it is noted how many of them were found to be right.
// So an audit can end anywhere, and the next one goes on from there (workspace.go).
//
// # Cost
//
// Memory grows with streams, with sealed fields (some 16 bytes each) and with the facts that answers rest on, not with
// records. docs/audit.md says what was measured.
package audit

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/vault"
)

// Options choose how a ledger is audited.
type Options struct {
	// Trust says which signatures are believed: ByKey or ByPolicy.
	Trust Trust
	// Seen are checkpoints that were seen elsewhere: by a second client, at a witness. The log must hold each of them.
	Seen [][]byte
	// Workspace gives the place where the audits of the log of an origin keep what they have verified.
	Workspace func(origin string) (Workspace, error)
	// Answer makes what answers, from records and disclosed values alone, as a server does. Nil: the server's answers are
	// not compared.
	Answer func(ctx context.Context, rests Rests) (Answers, error)
	// Program is the version of this program. What another version has judged is judged again. Pages are compared with
	// those of a server that runs the same one.
	Program string
	// Whole makes a failure of what cannot be compared: answers and pages where there is only a log, pages of another version
	// of the program.
	Whole bool
	// Unhurried bounds how many addresses about single bodies and records a round asks for where nothing is new, in turn.
	// 0: all of them, in every round.
	Unhurried int
	// Pause waits; nil: the clock of the machine.
	Pause func(ctx context.Context, d time.Duration) error
	// Progress is told how far a stage has come. May be nil.
	Progress func(stage string, done, of int64)
	// Checked is told of each check as it is finished. May be nil.
	Checked func(Check)
}

// Rests is what answers rest on.
type Rests struct {
	Store eventstore.Store
	// Values are the disclosed values, and what is left of those that were erased.
	Values vault.Vault
	// Key is the key of the log that the records say is in force, "" where they tell of none.
	Key func() string
	// Checkpoint gives the checkpoint that was verified: how many records it covers, and its text.
	Checkpoint func() (size uint64, signed []byte)
}

// Answers are computed from records and disclosed values alone.
type Answers struct {
	// Handler answers as a server does: the interface under /v1, and the pages.
	Handler http.Handler
	// CatchUp takes in the records that came since.
	CatchUp func(ctx context.Context) error
	// OfSomeNodes are the texts, without their numbers, that the pages of some servers have and those of others have not:
	// they tell of the server. Each is marked as such.
	OfSomeNodes []string

	ofSomeNodes map[string]bool
}

// Auditor audits one place, round after round. One goroutine at a time.
type Auditor struct {
	place      Place
	opt        Options
	tileReader *tileReader
	asking     chan struct{} // has a place for each value that is asked for at once

	keys Keys
	work Workspace
	note Note
	Kept
	// grown is the tree of the records that are kept.
	grown     grown
	order     order
	histories histories
	values    values
	files     files
	campaigns campaigns
	// ceremonies are the editions whose palmarès is to come.
	ceremonies ceremonies
	appeals    appeals
	unknown    int64          // records of types that this program does not know
	before     int64          // records that earlier audits kept
	rules      domain.Verdict // of all records that were judged
	judged     int64          // their number
	opened     int64          // of the deferred rules, those that were judged because what they need stands open
	tiles      atomic.Int64   // of hashes, that were held against the records

	shown   checkpoint // the last one that was verified, with all that it covers
	answers *Answers
	turn    int // where the next unhurried round begins
}

// New prepares an audit. Whoever made it closes it.
func New(p Place, opt Options) *Auditor {
	if opt.Pause == nil {
		opt.Pause = pause
	}
	if opt.Progress == nil {
		opt.Progress = func(string, int64, int64) {}
	}
	return &Auditor{
		place: p, opt: opt, tileReader: &tileReader{log: p.Log}, asking: make(chan struct{}, mostAsked),
		order: order{streams: map[string]end{}}, values: newValues(), files: files{map[string]*Failure{}, map[string]bool{}}, ceremonies: ceremonies{}, appeals: appeals{},
	}
}

// Close closes the workspace.
func (a *Auditor) Close() error {
	if a.work == nil {
		return nil
	}
	return a.work.Close()
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
