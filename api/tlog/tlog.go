// Package tlog is the public side of the transparency log: it signs checkpoints over the tree of package transparency,
// serves checkpoints, tiles and entries, and makes and verifies proofs that anyone can check without us.
//
// It implements the C2SP specifications tlog-checkpoint, tlog-tiles, tlog-proof and the client of tlog-witness
// (c2sp.org), over RFC 6962 trees.
//
// # What a signature promises
//
// There is one history. Before a checkpoint is shown to anyone it has replaced the last one by compare-and-swap, in a
// store that keeps every checkpoint ever signed ([Heads]); and only a tree that provably extends the last checkpoint is
// signed. So no two signed checkpoints contradict each other, whatever happens to the tree, to its file or to a node. A
// node that may have forgotten what was signed, or whose records are not what they were, signs nothing ([Doubts]).
//
// # What witnesses add
//
// A signature is the log's own word. Witnesses (C2SP tlog-witness) are strangers who are shown every checkpoint with a
// proof that it extends the last one that they saw, and sign it too. [Collector] shows it to them and keeps their
// cosignatures; a checkpoint waits for them a moment at most before it is public ([Log.Checkpoint]), so that a witness
// that does not answer never stops the log.
package tlog

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"arobase/domain"
	"arobase/eventstore"
)

// Tree is what the log needs of a transparency.Tree.
type Tree interface {
	tlog.HashReader
	// Size is the number of leaves.
	Size() int64
	// Root is the root at a size up to the present one.
	Root(size int64) (tlog.Hash, error)
	// Inclusion proves a leaf, Consistency that newSize extends oldSize.
	Inclusion(index, size int64) (tlog.RecordProof, error)
	Consistency(oldSize, newSize int64) (tlog.TreeProof, error)
	// Sync makes the tree durable and gives the size that is.
	Sync() (int64, error)
	// Wait returns when the tree has a number of leaves.
	Wait(ctx context.Context, size int64) error
}

// Events is what the log needs of an eventstore.Store.
type Events interface {
	ReadAll(ctx context.Context, from eventstore.Position) iter.Seq2[eventstore.Event, error]
}

// Head is a signed checkpoint. The zero Head stands for a log that has signed nothing yet; an empty tree is not signed.
type Head struct {
	Size int64
	Root tlog.Hash
	// Signed is the signed note (C2SP tlog-checkpoint), exactly as it is served: the log's signature first, then the
	// cosignatures of witnesses that there are by now.
	Signed []byte
	// At is when it was signed, by this node's clock. The signature does not cover it.
	At time.Time
}

// Heads keeps every checkpoint that was signed. On one machine it is a file (package sqlitelog); nodes of a cluster
// share one. All methods may be called by many goroutines at once.
type Heads interface {
	// Last is the greatest checkpoint, or the zero Head.
	Last(ctx context.Context) (Head, error)
	// Replace makes next the last checkpoint if the last one has the size and the root of old, and returns when that is
	// durable. If it is another one, the error is ErrMoved and nothing has changed. next must be greater than old.
	Replace(ctx context.Context, old, next Head) error
	// At is the first checkpoint of at least a size, which covers every leaf below it, or ErrNoHead.
	At(ctx context.Context, size int64) (Head, error)
	// Before is the greatest checkpoint of less than a size, or the zero Head.
	Before(ctx context.Context, size int64) (Head, error)
	// Cosign adds a cosignature to the checkpoint of exactly this size and root and returns when that is durable: from
	// then on the checkpoint is given with it, as [Head.Cosigned] says. ErrNoHead if there is no such checkpoint. The
	// cosignature is not verified here.
	Cosign(ctx context.Context, size int64, root tlog.Hash, by note.Signature) error
	// Doubts is what speaks against signing.
	Doubts(ctx context.Context) (Doubts, error)
	// Show keeps a checkpoint that others have in the place of one that was kept before, durably.
	Show(ctx context.Context, shown Head) error
	// Accept makes a checkpoint that was shown the last one, if it is greater than old, which must still be the last
	// (else ErrMoved). With it the doubt ends whether the last one is the newest: Unproven and Shown are empty.
	Accept(ctx context.Context, old, shown Head) error
	// SetDifference keeps a difference, unless there is one already, or with nil ends the one there is.
	SetDifference(ctx context.Context, d *Difference) error
	// LastCosigned is the greatest checkpoint that the witness with this key has cosigned, or the zero Head.
	LastCosigned(ctx context.Context, name string, keyHash uint32) (Head, error)
}

var (
	// ErrMoved says that another signer was faster.
	ErrMoved = errors.New("another checkpoint was signed meanwhile")
	// ErrElsewhere says that it is another node's turn to sign.
	ErrElsewhere = errors.New("another node signs")
	// ErrNoHead says that there is no such checkpoint, or none at all.
	ErrNoHead = errors.New("no such checkpoint is signed")
	// ErrDisagree says that tree, events and checkpoint do not fit together on this node. Nothing of it is served.
	ErrDisagree = errors.New("log and ledger disagree")
)

// NotSignedYet says that an event is not under a public checkpoint yet. That takes a second at most while the signer runs.
type NotSignedYet struct {
	// Index is the leaf that was asked for, Size the size of the last public checkpoint.
	Index, Size int64
}

func (e *NotSignedYet) Error() string {
	return fmt.Sprintf("event %d is not yet under a public checkpoint, the last of which has %d", e.Index, e.Size)
}

// Log is the log as its readers see it. It has no key. Its fields do not change; all methods may be called by many
// goroutines at once.
type Log struct {
	Tree   Tree
	Events Events
	Heads  Heads
	// Witnesses are those whose cosignatures a checkpoint waits for, a moment at most, before readers are given it; nil if
	// there are none. Now is the clock of that; it may be nil where there are none.
	Witnesses *Witnesses
	Now       func() time.Time
	// Origins gives the names of the log with their keys, as the ledger tells them; the one in force is the last. It is for
	// Rotations only, and may be nil.
	Origins func(context.Context) ([]domain.LogOrigin, error)
	// Differs is told of every record that is found not to be its leaf; may be nil.
	Differs func(context.Context, Difference)
	// Logger hears of what readers are not told: why a request failed on our side. May be nil.
	Logger *slog.Logger
}
