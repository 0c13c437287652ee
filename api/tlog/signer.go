package tlog

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Refusal says why a tree is not signed. It does not go away by itself: somebody has to find out which of tree, records
// and checkpoint is wrong, or to show the newest checkpoint. Only a tree that is merely shorter than the last checkpoint,
// as one is that lags behind, may catch up.
type Refusal struct {
	Cause  Cause
	Reason string
	// Difference is where the records part from what was signed, as far as that is known; else nil.
	Difference *Difference
	// Last is the last signed checkpoint; Size and Root are the tree's.
	Last Head
	Size int64
	Root tlog.Hash
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("refused to sign a tree of size %d after a checkpoint of size %d: %s", r.Size, r.Last.Size, r.Reason)
}

// State is how the signer does, for readiness and for pages.
type State struct {
	// Head is the last checkpoint that this signer has seen, signed by it or by another.
	Head Head
	// Refused is why the present tree is not signed, Failed why the last attempt did not come to an end. Both are nil
	// when all is well.
	Refused *Refusal
	Failed  error
	// Since is when the signer came into this state.
	Since time.Time
}

func (s State) String() string {
	switch {
	case s.Refused != nil:
		return "refused: " + s.Refused.Reason
	case s.Failed != nil:
		return "failing: " + s.Failed.Error()
	case s.Head.Size == 0:
		return "nothing signed yet"
	}
	return fmt.Sprintf("signed at %d", s.Head.Size)
}

// Signer signs checkpoints over a tree that grows. All methods may be called by many goroutines at once. Several signers
// may share one Heads: still there is one history.
type Signer struct {
	key   *Key
	tree  Tree
	heads Heads
	now   func() time.Time
	told  func() // nil, or called after every success
	// before is nil, or called before a tree is signed.
	before  func(ctx context.Context, size int64) error
	fits    func(ctx context.Context) error // nil, or called before anything is looked at
	follows bool                            // others may have signed a greater tree

	mu         sync.Mutex
	state      State         // guarded by mu
	difference *Difference   // the one that was found by this process, or nil; guarded by mu
	held       *Refusal      // why it was stopped for good, or nil: cause and reason; guarded by mu
	woken      chan struct{} // closed, and replaced, when an attempt may have another outcome; guarded by mu
}

// NewSigner prepares a signer. now is the clock for Head.At and State.Since.
func NewSigner(key *Key, tree Tree, heads Heads, now func() time.Time) *Signer {
	return &Signer{key: key, tree: tree, heads: heads, now: now, state: State{Since: now()}, woken: make(chan struct{})}
}

// OnSigned has a function called whenever the last checkpoint is known to be signed. It must not block, and is to be set
// before the first Sign.
func (s *Signer) OnSigned(f func()) { s.told = f }

// BeforeSigning has a function called before a tree of a size is signed; its error is why it is not. Where events come by way
// of a network it reads them again, by another way. ErrElsewhere says that another node signs: then Sign gives the last
// checkpoint as it is, which is no failure. It is to be set before the first Sign.
func (s *Signer) BeforeSigning(f func(ctx context.Context, size int64) error) { s.before = f }

// OnlyIf has a function called at the beginning of each attempt; its error is why the signer may not sign. A [*Refusal] of
// the cause Superseded is for a key whose place another one took. It is to be set before the first Sign.
func (s *Signer) OnlyIf(f func(ctx context.Context) error) { s.fits = f }

// Follows says that others sign the same tree, and that this one comes to its events by following: where it is shorter than
// the last checkpoint it lags, and Sign gives that one, which is no failure. It is to be set before the first Sign.
func (s *Signer) Follows() { s.follows = true }

// State is how the signer does.
func (s *Signer) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Sign signs the tree as it is now and gives the checkpoint, which is durable. If the last checkpoint has the same size
// and root it is given as it is, and if the tree is empty and nothing is signed, the zero Head. A tree that does not
// extend the last checkpoint is a [*Refusal].
func (s *Signer) Sign(ctx context.Context) (Head, error) {
	head, err := s.sign(ctx)
	s.remember(head, err)
	if err != nil {
		return Head{}, fmt.Errorf("signing a checkpoint: %w", err)
	}
	if s.told != nil {
		s.told()
	}
	return head, nil
}

// sign tries a few times to be the one who replaces the last checkpoint. Whoever is faster has signed an equal or a
// newer tree, so being slower is not a failure for the log, only for the attempt.
func (s *Signer) sign(ctx context.Context) (Head, error) {
	const attempts = 10
	for range attempts {
		if err := s.holding(ctx); err != nil {
			return Head{}, err
		}
		if s.fits != nil {
			if err := s.fits(ctx); err != nil {
				return Head{}, err
			}
		}
		// The last checkpoint first: read after the tree, it could be of a greater tree although all is well.
		last, err := s.last(ctx)
		if err != nil {
			return Head{}, err
		}
		size, err := s.tree.Sync()
		if err != nil {
			return Head{}, err
		}
		root, err := s.tree.Root(size)
		if err != nil {
			return Head{}, err
		}
		if s.follows && size < last.Size {
			return last, nil
		}
		if err := s.extends(ctx, last, size, root); err != nil {
			return Head{}, err
		}
		switch accepted, err := s.undoubted(ctx, last, size, root); {
		case errors.Is(err, ErrMoved), accepted:
			continue // from another last checkpoint
		case err != nil:
			return Head{}, err
		}
		if size == last.Size {
			return last, nil
		}
		if s.before != nil {
			err := s.before(ctx, size)
			if errors.Is(err, ErrElsewhere) {
				return last, nil
			}
			if err != nil {
				return Head{}, fmt.Errorf("confirming the events: %w", err)
			}
		}
		next, err := s.checkpoint(size, root)
		if err != nil {
			return Head{}, err
		}
		if err = s.heads.Replace(ctx, last, next); err == nil {
			return next, nil
		}
		if !errors.Is(err, ErrMoved) {
			return Head{}, fmt.Errorf("replacing the last checkpoint: %w", err)
		}
	}
	return Head{}, ErrMoved
}

// last reads the last checkpoint, and believes it only if the log's own key has signed it, or one that it follows.
func (s *Signer) last(ctx context.Context) (Head, error) {
	last, err := s.heads.Last(ctx)
	if err != nil {
		return Head{}, fmt.Errorf("reading the last checkpoint: %w", err)
	}
	if last.Size == 0 {
		return last, nil
	}
	refuse := func(reason string) (Head, error) {
		return Head{}, &Refusal{Cause: Unverified, Reason: reason, Last: last, Size: s.tree.Size()}
	}
	behind := s.follows && s.tree.Size() < last.Size
	c, _, err := torchwood.VerifyCheckpoint(last.Signed, s.key.policy())
	if err != nil && behind { // the event that brought another key into force may be among those that are still to come
		return Head{}, &Refusal{Cause: Superseded, Last: last, Size: s.tree.Size(), Reason: fmt.Sprintf(
			"the newest checkpoint, of size %d, is signed by another key than this node's, and its events have not come here yet", last.Size)}
	}
	if err != nil {
		return refuse("the last checkpoint is not signed by this log's key: " + err.Error())
	}
	if c.N != last.Size || c.Hash != last.Root {
		return refuse("the last checkpoint is filed under another size or root than it states")
	}
	return last, nil
}

// extends says whether the tree extends a checkpoint, by the same proof that it gives to anyone.
func (s *Signer) extends(ctx context.Context, last Head, size int64, root tlog.Hash) error {
	refuse := func(reason string) error {
		r := &Refusal{Cause: Contradicts, Reason: reason, Difference: s.narrow(ctx, last), Last: last, Size: size, Root: root}
		if r.Difference != nil {
			r.Reason += ": " + r.Difference.String()
		}
		return r
	}
	switch {
	case last.Size == 0:
		return nil
	case size < last.Size:
		missing := &Difference{Leaf: size, End: last.Size, Missing: true, Found: s.now().UTC()}
		return &Refusal{Cause: Shorter, Reason: "the tree is shorter: " + missing.String(), Difference: missing, Last: last, Size: size, Root: root}
	case size == last.Size && root != last.Root:
		return refuse("the tree has the same size and another root")
	}
	proof, err := s.tree.Consistency(last.Size, size)
	if err != nil {
		return err
	}
	if tlog.CheckTree(proof, size, root, last.Size, last.Root) != nil {
		return refuse("the tree does not extend the checkpoint")
	}
	return nil
}

// checkpoint signs (C2SP tlog-checkpoint).
func (s *Signer) checkpoint(size int64, root tlog.Hash) (Head, error) {
	c := torchwood.Checkpoint{Origin: s.key.Origin(), Tree: tlog.Tree{N: size, Hash: root}}
	signed, err := note.Sign(&note.Note{Text: c.String()}, s.key.signers()...)
	if err != nil {
		return Head{}, err
	}
	return Head{Size: size, Root: root, Signed: signed, At: s.now().UTC().Truncate(time.Millisecond)}, nil
}

// wake has Run try again at once.
func (s *Signer) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.woken)
	s.woken = make(chan struct{})
}

func (s *Signer) waking() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.woken
}

// remember takes the outcome of an attempt into the state.
func (s *Signer) remember(head Head, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.state
	s.state.Refused, s.state.Failed = nil, nil
	if err == nil {
		if head.Size > before.Head.Size {
			s.state.Head = head
		}
	} else if refusal, ok := errors.AsType[*Refusal](err); ok {
		s.state.Refused = refusal
		s.state.Head = refusal.Last
	} else {
		s.state.Failed = err
	}
	if (before.Refused == nil) != (s.state.Refused == nil) || (before.Failed == nil) != (s.state.Failed == nil) {
		s.state.Since = s.now()
	}
}
