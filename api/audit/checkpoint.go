package audit

import (
	"context"
	"errors"
	"fmt"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	merkle "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
)

// Keys say which signatures are believed.
type Keys interface {
	// Checkpoint verifies a checkpoint: the signatures that it must have, in the name of its origin.
	Checkpoint(signed []byte) (torchwood.Checkpoint, error)
	// Proof verifies a C2SP tlog-proof that has the record in it.
	Proof(proof []byte) (tlog.Verified, error)
}

// Trust gives the keys that are believed. It is asked with the document that the log serves under rotations, which shows
// how its keys followed one another; nil where it serves none. What was given to the auditor must lead to them.
type Trust func(rotations []byte) (Keys, error)

// ByPolicy believes what satisfies a policy, which names all keys itself (C2SP tlog-policy).
func ByPolicy(policy torchwood.Policy) Trust {
	return func([]byte) (Keys, error) { return underPolicy{policy}, nil }
}

type underPolicy struct{ policy torchwood.Policy }

func (k underPolicy) Checkpoint(signed []byte) (torchwood.Checkpoint, error) {
	return tlog.OpenCheckpointUnder(signed, k.policy)
}

func (k underPolicy) Proof(proof []byte) (tlog.Verified, error) {
	return tlog.VerifyProofUnder(proof, k.policy)
}

// ByKey believes a key of the log, and those that took its place since, each in its time, as the log's rotations show.
func ByKey(vkey string) (Trust, error) {
	if _, err := note.NewVerifier(vkey); err != nil {
		return nil, fmt.Errorf("reading the key: %w", err)
	}
	return func(rotations []byte) (Keys, error) {
		if rotations == nil {
			return oneKey{vkey}, nil
		}
		chain, err := tlog.ParseChain(rotations)
		if err != nil {
			return nil, err
		}
		if _, err := chain.InForce(vkey); err != nil {
			return nil, err
		}
		return followedBy{vkey, chain}, nil
	}, nil
}

type oneKey struct{ vkey string }

func (k oneKey) Checkpoint(signed []byte) (torchwood.Checkpoint, error) {
	return tlog.OpenCheckpoint(signed, k.vkey)
}

func (k oneKey) Proof(proof []byte) (tlog.Verified, error) { return tlog.VerifyProof(proof, k.vkey) }

// followedBy is a key with those that took its place.
type followedBy struct {
	vkey  string
	chain *tlog.Chain
}

func (k followedBy) Checkpoint(signed []byte) (torchwood.Checkpoint, error) {
	return k.chain.OpenCheckpoint(signed, k.vkey)
}

func (k followedBy) Proof(proof []byte) (tlog.Verified, error) {
	return k.chain.VerifyProof(proof, k.vkey)
}

// checkpoint is a signed checkpoint that satisfies the policy.
type checkpoint struct {
	origin string
	tree   merkle.Tree
	signed []byte
}

// maxRotations bounds the document of key rotations.
const maxRotations = 4 << 20

// newest reads the checkpoint that the log shows now, and believes it only if its signatures are those it must have.
func (a *Auditor) newest(ctx context.Context) (checkpoint, error) {
	signed, err := a.place.Log.Read(ctx, "checkpoint", maxCheckpoint)
	switch {
	case errors.Is(err, ErrAbsent):
		return checkpoint{}, &UnreachableError{"checkpoint", errors.New("the log shows no checkpoint; nothing is signed yet")}
	case errors.Is(err, ErrTooLarge):
		return checkpoint{}, failed("checkpoint", "%v", err)
	case err != nil:
		return checkpoint{}, err
	}
	rotations, err := a.place.Log.Read(ctx, "rotations", maxRotations)
	switch {
	case errors.Is(err, ErrAbsent):
		rotations = nil
	case errors.Is(err, ErrTooLarge):
		return checkpoint{}, failed("checkpoint", "%v", err)
	case err != nil:
		return checkpoint{}, err
	}
	if a.keys, err = a.opt.Trust(rotations); err != nil {
		return checkpoint{}, failed("checkpoint", "the log's keys: %v", err)
	}
	c, err := believe(signed, a.keys)
	if err != nil {
		return checkpoint{}, failed("checkpoint", "%v", err)
	}
	return c, nil
}

func believe(signed []byte, keys Keys) (checkpoint, error) {
	c, err := keys.Checkpoint(signed)
	if err != nil {
		return checkpoint{}, err
	}
	if c.N == 0 {
		return checkpoint{}, errors.New("it is of an empty tree, which is never signed")
	}
	return checkpoint{c.Origin, c.Tree, signed}, nil
}

// seenBefore gives the checkpoints that the log must hold: those that were seen elsewhere, and the newest that an earlier
// audit believed.
func (a *Auditor) seenBefore() ([]checkpoint, error) {
	var all []checkpoint
	for _, signed := range a.opt.Seen {
		c, err := believe(signed, a.keys)
		if err != nil {
			return nil, fmt.Errorf("a checkpoint seen elsewhere proves nothing: %w", err)
		}
		all = append(all, c)
	}
	if a.note.Checkpoint != "" {
		c, err := believe([]byte(a.note.Checkpoint), a.keys)
		if err != nil {
			return nil, fmt.Errorf("the checkpoint that an earlier audit kept: %w; if it is of another log, name another place for what is kept", err)
		}
		all = append(all, c)
	}
	return all, nil
}

// extends holds a checkpoint against one that was seen before: the later tree must hold the earlier one whole. It reads
// O(log n) tiles, each of which leads to the signed root.
func (a *Auditor) extends(ctx context.Context, head, seen checkpoint) error {
	contradiction := func(format string, args ...any) error {
		f := failed("seen", format, args...)
		f.Evidence = []string{string(seen.signed), string(head.signed)}
		return f
	}
	switch {
	case seen.origin != head.origin:
		return fmt.Errorf("the checkpoint seen before is of %s, not of %s", seen.origin, head.origin)
	case head.tree.N < seen.tree.N:
		return contradiction("the log shows a stale checkpoint: %d records, where %d were signed before", head.tree.N, seen.tree.N)
	}
	same, err := a.holds(ctx, head.tree, seen.tree)
	if err == nil && !same {
		return contradiction("the log shows two histories: its %d records do not continue the %d that it signed before", head.tree.N, seen.tree.N)
	}
	return err
}
