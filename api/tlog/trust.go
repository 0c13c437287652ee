package tlog

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Two things keep a node from signing although its tree extends the last checkpoint that it remembers.
//
// It may not remember the newest one. A ledger that was restored, copied or given another key may have gone on
// elsewhere, and what is signed here would be a second history. Then it is unproven, until it is shown the newest
// checkpoint that anyone has: by its operator, by a mirror, or by a witness ([Signer.Show], [Signer.Confirm]).
//
// Or a record is not what it was when it became a leaf. The tree still has the old hash, so everything that is signed
// would be right, and the ledger behind it would not. Such a difference is looked for whenever a record is served and by
// [Scrubber], and once found it is kept until the whole ledger agrees again.
//
// Both are kept with the checkpoints ([Doubts]), so that no restart forgets them.

// Doubts are what speaks against signing.
type Doubts struct {
	// Unproven is why the last checkpoint may not be the newest that anyone was ever shown; "" where it is.
	Unproven string
	// Shown is a checkpoint of this log that others have and that the tree is not known to contain; the zero Head where
	// there is none.
	Shown Head
	// Difference is where records and leaves part; nil where they are not known to.
	Difference *Difference
}

// Difference says which record is not what it was when it became a leaf.
type Difference struct {
	// Leaf is the first leaf that differs, if End is the one after it. Otherwise it is one of those from Leaf to End-1: a
	// root tells that something is wrong below it, not what.
	Leaf int64 `json:"leaf"`
	End  int64 `json:"end"`
	// Event is the id of the event that the ledger has at the leaf, "" where it has none or the leaf is not known.
	Event string `json:"event,omitempty"`
	// Missing says that the ledger has no event for the leaf, or cannot read it.
	Missing bool `json:"missing,omitempty"`
	// Found is when it was found.
	Found time.Time `json:"found"`
}

func (d Difference) String() string {
	switch {
	case d.Missing && d.End > d.Leaf+1:
		return fmt.Sprintf("events %d to %d are missing from the ledger", d.Leaf, d.End-1)
	case d.Missing:
		return fmt.Sprintf("event %d is missing from the ledger", d.Leaf)
	case d.End > d.Leaf+1:
		return fmt.Sprintf("one of the events %d to %d of the ledger is not what was signed", d.Leaf, d.End-1)
	case d.Event == "":
		return fmt.Sprintf("event %d of the ledger is not leaf %d of the log", d.Leaf, d.Leaf)
	}
	return fmt.Sprintf("event %d of the ledger (%s) is not leaf %d of the log", d.Leaf, d.Event, d.Leaf)
}

// Cause is the kind of reason why a tree is not signed.
type Cause string

// The causes. Only the first two may go away by themselves.
const (
	// Shorter: leaves under the last checkpoint, or under one that was shown, are not in the tree. It may catch up.
	Shorter Cause = "shorter"
	// Unproven: the last checkpoint may not be the newest that anyone has. It waits to be shown that one.
	Unproven Cause = "unproven"
	// Contradicts: the tree has other leaves than the last checkpoint, or than one that was shown.
	Contradicts Cause = "contradicts"
	// Differs: a record is not what it was when it became a leaf.
	Differs Cause = "differs"
	// Unverified: the last checkpoint is not signed by a key of this log, as far as its keys are known.
	Unverified Cause = "unverified"
	// Superseded: another key took the place of the signer's. Whoever has that one signs.
	Superseded Cause = "superseded"
	// Held: whoever runs the signer has stopped it.
	Held Cause = "held"
)

// ErrNotShown says that what was shown is no checkpoint of this log.
var ErrNotShown = errors.New("not a checkpoint of this log")

// Show tells the signer of a checkpoint that others have. It is kept, durably, until the tree contains it; then it is the
// last checkpoint, unless a greater one was signed here, and the next Sign goes on from it. What is not signed by a key of
// this log is ErrNotShown. The error is a [*Refusal] if it contradicts another that was shown.
func (s *Signer) Show(ctx context.Context, signed []byte) (Head, error) {
	shown, err := s.verified(signed)
	if err != nil {
		return Head{}, err
	}
	if err := s.show(ctx, shown); err != nil {
		return Head{}, fmt.Errorf("taking a checkpoint of size %d that was shown: %w", shown.Size, err)
	}
	s.wake()
	return shown, nil
}

func (s *Signer) show(ctx context.Context, shown Head) error {
	doubts, err := s.heads.Doubts(ctx)
	if err != nil {
		return err
	}
	last, err := s.heads.Last(ctx)
	if err != nil {
		return err
	}
	before := doubts.Shown
	switch fits, err := s.contains(shown); {
	case err != nil:
		return err
	case !fits && shown.Size <= s.tree.Size():
		// It contradicts the tree, and must not be forgotten for a greater one that does not.
	case fits && shown.Size <= last.Size && doubts.Unproven == "":
		return nil // it says nothing new
	case before.Size == shown.Size && before.Root != shown.Root:
		reason := fmt.Sprintf("two checkpoints of size %d with different roots are signed by the key of this log", shown.Size)
		s.Hold(Contradicts, reason)
		return &Refusal{Cause: Contradicts, Reason: reason, Last: before, Size: shown.Size, Root: shown.Root}
	case before.Size >= shown.Size:
		return nil // the greater one decides
	}
	return s.heads.Show(ctx, shown)
}

// Confirm tells the signer that a witness, which remembers the greatest checkpoint that it was ever shown, says that one
// has a size. If that is one of the checkpoints that are kept here, the last of them is taken to be the newest; otherwise
// the error says what is missing, and nothing changes. A checkpoint that was shown is not outweighed by a witness.
func (s *Signer) Confirm(ctx context.Context, size int64) error {
	doubts, err := s.heads.Doubts(ctx)
	if err != nil || doubts.Unproven == "" || doubts.Shown.Size > 0 {
		return err
	}
	kept, err := s.heads.At(ctx, size)
	if errors.Is(err, ErrNoHead) || err == nil && kept.Size != size {
		return fmt.Errorf("a witness has seen a checkpoint of size %d, which is not known here", size)
	}
	if err != nil {
		return err
	}
	last, err := s.last(ctx)
	if err != nil {
		return err
	}
	if err := s.heads.Accept(ctx, last, last); err != nil {
		return fmt.Errorf("taking the last checkpoint as the newest: %w", err)
	}
	s.wake()
	return nil
}

// Differs tells the signer that a record is not what it was. It signs nothing from then on, also after a restart. The
// first difference is the one that is kept.
func (s *Signer) Differs(ctx context.Context, d Difference) error {
	s.mu.Lock()
	known := s.difference != nil
	if !known {
		s.difference = &d // whatever becomes of the file
	}
	s.mu.Unlock()
	if known {
		return nil
	}
	s.wake()
	// Who found it may be a visitor, who leaves.
	if err := s.heads.SetDifference(context.WithoutCancel(ctx), &d); err != nil {
		return fmt.Errorf("keeping that %s: %w", d, err)
	}
	return nil
}

// Agrees tells the signer that every record was compared with its leaf and is what it was. A difference that was found
// before has been repaired then, if the leaves are those that were signed. derived says that the tree was computed from
// these very records: then that they agree shows nothing of its own, and only what is signed is taken as repaired.
func (s *Signer) Agrees(ctx context.Context, derived bool) error {
	d := s.known(ctx)
	if d == nil {
		return nil
	}
	last, err := s.heads.Last(ctx)
	if err != nil {
		return err
	}
	fits, err := s.contains(last)
	if err != nil || !fits || derived && d.Leaf >= last.Size {
		return err
	}
	if err := s.heads.SetDifference(ctx, nil); err != nil {
		return fmt.Errorf("forgetting that %s: %w", d, err)
	}
	s.mu.Lock()
	s.difference = nil
	s.mu.Unlock()
	s.wake()
	return nil
}

// Hold stops the signer for as long as the process lasts, and says why. The first reason is the one that is kept.
func (s *Signer) Hold(cause Cause, reason string) {
	s.mu.Lock()
	if s.held == nil {
		s.held = &Refusal{Cause: cause, Reason: reason}
	}
	s.mu.Unlock()
	s.wake()
}

// holding gives the refusal of a signer that was stopped, or nil.
func (s *Signer) holding(ctx context.Context) error {
	s.mu.Lock()
	held := s.held
	s.mu.Unlock()
	if held == nil {
		return nil
	}
	last, err := s.heads.Last(ctx)
	if err != nil {
		return fmt.Errorf("reading the last checkpoint: %w", err)
	}
	return &Refusal{Cause: held.Cause, Reason: held.Reason, Last: last, Size: s.tree.Size()}
}

// differs tells of a record that is not its leaf, and gives the error for whoever asked for it.
func (l *Log) differs(ctx context.Context, d Difference) error {
	if l.Differs != nil {
		l.Differs(ctx, d)
	}
	return fmt.Errorf("%w: %s", ErrDisagree, d)
}

// contains tells whether the tree has a root at a size.
func (s *Signer) contains(head Head) (bool, error) {
	if head.Size > s.tree.Size() {
		return false, nil
	}
	root, err := s.tree.Root(head.Size)
	return root == head.Root || head.Size == 0, err
}

// verified is a checkpoint that a key of this log has signed, with the signatures of these keys only. It was signed, or
// shown, now.
func (s *Signer) verified(signed []byte) (Head, error) {
	c, n, err := torchwood.VerifyCheckpoint(signed, s.key.policy())
	if err != nil {
		return Head{}, fmt.Errorf("%w: %w", ErrNotShown, err)
	}
	for i, sig := range n.Sigs { // the one form of base64: it will be served
		raw, err := base64.StdEncoding.DecodeString(sig.Base64)
		if err != nil {
			return Head{}, fmt.Errorf("%w: %w", ErrNotShown, err)
		}
		n.Sigs[i].Base64 = base64.StdEncoding.EncodeToString(raw)
	}
	own, err := note.Sign(&note.Note{Text: n.Text, Sigs: n.Sigs})
	if err != nil {
		return Head{}, fmt.Errorf("%w: %w", ErrNotShown, err)
	}
	if c.N == 0 {
		return Head{}, fmt.Errorf("%w: it is of nothing", ErrNotShown)
	}
	return Head{Size: c.N, Root: c.Hash, Signed: own, At: s.now().UTC().Truncate(time.Millisecond)}, nil
}

// undoubted says what speaks against signing a tree that extends the last checkpoint. accepted tells that a checkpoint
// that was shown is the last one from now on.
func (s *Signer) undoubted(ctx context.Context, last Head, size int64, root tlog.Hash) (accepted bool, err error) {
	refuse := func(cause Cause, reason string, d *Difference) (bool, error) {
		return false, &Refusal{Cause: cause, Reason: reason, Difference: d, Last: last, Size: size, Root: root}
	}
	doubts, err := s.heads.Doubts(ctx)
	if err != nil {
		return false, fmt.Errorf("reading what speaks against signing: %w", err)
	}
	difference, shown := s.known(ctx), doubts.Shown
	switch {
	case difference != nil:
		return refuse(Differs, difference.String(), difference)
	case shown.Size > size:
		missing := &Difference{Leaf: size, End: shown.Size, Missing: true, Found: shown.At}
		return refuse(Shorter, fmt.Sprintf("others have a checkpoint of size %d: %s", shown.Size, missing), missing)
	case shown.Size > 0:
		if _, err := s.verified(shown.Signed); err != nil {
			return refuse(Unverified, "a checkpoint that was shown is not signed by a key of this log any more", nil)
		}
		if fits, err := s.contains(shown); err != nil {
			return false, err
		} else if !fits {
			return refuse(Contradicts, fmt.Sprintf("others have a checkpoint of size %d with another root", shown.Size), nil)
		}
		if err := s.heads.Accept(ctx, last, shown); err != nil {
			return false, fmt.Errorf("taking a checkpoint that was shown: %w", err)
		}
		return true, nil
	case doubts.Unproven != "":
		return refuse(Unproven, doubts.Unproven, nil)
	}
	return false, nil
}

// narrow finds where a tree first parts from what was signed, as closely as is known: by the difference that was found
// before, if it is one below the first checkpoint that the tree does not have, or else from the last checkpoint that it
// still has to that one.
func (s *Signer) narrow(ctx context.Context, last Head) *Difference {
	d := &Difference{End: last.Size, Found: s.now().UTC()}
	for low, high := int64(1), last.Size; low < high; {
		middle := low + (high-low)/2
		head, err := s.heads.At(ctx, middle)
		if err != nil {
			return nil // it is known that they part, and that is what matters
		}
		if fits, err := s.contains(head); err != nil {
			return nil
		} else if fits {
			d.Leaf, low = head.Size, head.Size+1
		} else {
			d.End, high = head.Size, middle
		}
	}
	if known := s.known(ctx); known != nil && d.Leaf <= known.Leaf && known.End <= d.End {
		return known
	}
	return d
}

// known is the difference that was found, or nil.
func (s *Signer) known(ctx context.Context) *Difference {
	s.mu.Lock()
	difference := s.difference
	s.mu.Unlock()
	if difference != nil {
		return difference
	}
	doubts, err := s.heads.Doubts(ctx)
	if err != nil {
		return nil
	}
	return doubts.Difference
}
