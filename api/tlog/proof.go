package tlog

import (
	"context"
	"errors"
	"fmt"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore"
)

// Proof proves to anyone, for ever and offline, that an event is in the log: a C2SP tlog-proof against the last public
// checkpoint, with the event's bytes as its extra data. [VerifyProof] checks it. An event that is not under a checkpoint
// yet is a [*NotSignedYet]. The proof is checked before it is given: what would not verify is ErrDisagree.
func (l *Log) Proof(ctx context.Context, index int64) ([]byte, error) {
	proof, err := l.proof(ctx, index)
	if err != nil {
		return nil, fmt.Errorf("proving event %d: %w", index, err)
	}
	return proof, nil
}

func (l *Log) proof(ctx context.Context, index int64) ([]byte, error) {
	head, err := l.published(ctx)
	if err != nil {
		return nil, err
	}
	if index < 0 {
		return nil, eventstore.ErrNotFound
	}
	if index >= head.Size {
		return nil, &NotSignedYet{Index: index, Size: head.Size}
	}
	return l.proofUnder(ctx, index, head)
}

// proofUnder proves an event that a checkpoint covers.
func (l *Log) proofUnder(ctx context.Context, index int64, head Head) ([]byte, error) {
	path, err := l.Tree.Inclusion(index, head.Size)
	if err != nil {
		return nil, err
	}
	leaf, err := l.Tree.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
	if err != nil {
		return nil, err
	}
	for e, err := range l.Events.ReadAll(ctx, eventstore.Position(index)) {
		hash := tlog.RecordHash(e.Bytes)
		switch {
		case errors.Is(err, eventstore.ErrDamaged), err == nil && int64(e.Position) != index:
			return nil, l.differs(ctx, Difference{Leaf: index, End: index + 1, Missing: true})
		case err != nil:
			return nil, err
		case hash != leaf[0]:
			return nil, l.differs(ctx, Difference{Leaf: index, End: index + 1, Event: e.ID.String()})
		case tlog.CheckRecord(path, head.Size, head.Root, index, hash) != nil:
			return nil, fmt.Errorf("%w: event %d is not under the checkpoint of size %d", ErrDisagree, index, head.Size)
		}
		return torchwood.FormatProofWithExtraData(index, e.Bytes, path, head.Signed), nil
	}
	return nil, l.differs(ctx, Difference{Leaf: index, End: index + 1, Missing: true})
}
