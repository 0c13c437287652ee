package audit

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/vault"
)

// Workspace is where audits of one log keep what they have verified. It may end with the audit: then the next one begins
// anew.
type Workspace interface {
	// Open gives what earlier audits kept; false where there is nothing yet.
	Open(ctx context.Context) (Kept, bool, error)
	// Create makes an empty store and an empty vault for a ledger.
	Create(ctx context.Context, ledger uuid.UUID) (Kept, error)
	// Note gives the note that was written last, or the zero Note. WriteNote returns when it is durable.
	Note() (Note, error)
	WriteNote(n Note) error
	// Close closes all of it, with what Open and Create gave.
	Close() error
}

// Kept are the records that were proved to be in the tree of a signed checkpoint, and the values that were disclosed for
// them. What was erased is erased here too.
type Kept struct {
	Store eventstore.Replica
	Vault vault.Vault
}

// Note is what an audit tells the next one.
type Note struct {
	// Checkpoint is the newest one that was believed, as it was signed. The log must hold to it for ever, whatever was
	// found in what it covers.
	Checkpoint string `json:"checkpoint,omitempty"`
	// Found is how many of the kept records were found to be right, and Program by which version of the program. Judged is
	// how many of them could be judged, and Rules count what they were asked.
	Found   int64          `json:"found"`
	Program string         `json:"program"`
	Judged  int64          `json:"judged"`
	Rules   domain.Verdict `json:"rules"`
}

// with is the note with a newer checkpoint.
func (n Note) with(head checkpoint) Note {
	n.Checkpoint = string(head.signed)
	return n
}

// foundSoFar is the note of what is kept by now.
func (a *Auditor) foundSoFar() Note {
	return Note{a.note.Checkpoint, a.grown.tree.Size(), a.opt.Program, a.judged, a.rules}
}

// ErrDamaged says that what an audit kept is not what the next one finds.
var ErrDamaged = errors.New("what earlier audits kept is damaged; begin anew without it")

// open opens the workspace for the log of an origin, if it is not open yet.
func (a *Auditor) open(origin string) (err error) {
	if a.work != nil {
		return nil
	}
	work, err := a.opt.Workspace(origin)
	if err != nil {
		return fmt.Errorf("opening what earlier audits kept: %w", err)
	}
	if a.note, err = work.Note(); err != nil {
		return errors.Join(fmt.Errorf("reading what an earlier audit noted: %w", err), work.Close())
	}
	a.work = work
	return nil
}

// noteDown makes a note durable.
func (a *Auditor) noteDown(n Note) error {
	if n == a.note {
		return nil
	}
	if err := a.work.WriteNote(n); err != nil {
		return fmt.Errorf("noting how far the audit has come: %w", err)
	}
	a.note = n
	return nil
}
