// Package sharedlog keeps the signed checkpoints of a log where the nodes of a cluster share them. It is the tlog.Heads of
// several machines.
//
// Every change is a record at the end of a register, added by compare-and-swap: whoever adds one has seen all that were
// there. What is known is the fold of the records, kept in memory and brought up to date before each answer. While the
// register cannot be reached, questions are answered from what was read last, and nothing changes: a signer that goes by
// an old answer fails when it replaces the checkpoint.
package sharedlog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
	"arobase/eventstore"
)

// Register is a list that grows by compare-and-swap. Append at another expected revision than that of the last record,
// eventstore.NoStream where there is none, is *eventstore.RevisionConflict.
type Register interface {
	Read(ctx context.Context, from eventstore.Revision) ([][]byte, error)
	Append(ctx context.Context, expected eventstore.Revision, record []byte) error
}

// patience is how long a question waits for the register before it is answered from what is known.
const patience = 500 * time.Millisecond

// Heads is a tlog.Heads in a register.
type Heads struct {
	register Register

	mu    sync.Mutex // held while the register is read or written, so that one reading serves all
	state state      // guarded by mu
}

var _ tlog.Heads = (*Heads)(nil)

// Open gives the checkpoints that are in a register.
func Open(r Register) *Heads { return &Heads{register: r} }

// state is the fold of the records.
type state struct {
	count    eventstore.Revision // of records
	heads    []tlog.Head         // ascending, each with its cosignatures
	cosigned map[witness]int64   // the greatest size that each has cosigned
	doubts   tlog.Doubts
}

type witness struct {
	name string
	hash uint32
}

// record is one change; exactly one of its members is set.
type record struct {
	Head       *tlog.Head       `json:"head,omitempty"`
	Cosign     *cosignature     `json:"cosign,omitempty"`
	Shown      *tlog.Head       `json:"shown,omitempty"`
	Accepted   *acceptance      `json:"accepted,omitempty"`
	Difference *tlog.Difference `json:"difference,omitempty"`
	Agrees     bool             `json:"agrees,omitempty"`
	Unproven   string           `json:"unproven,omitempty"`
}

type cosignature struct {
	Size   int64  `json:"size"`
	Name   string `json:"name"`
	Hash   uint32 `json:"hash"`
	Base64 string `json:"base64"`
}

// acceptance ends the doubt whether the last checkpoint is the newest; with a head where that was greater.
type acceptance struct {
	Head *tlog.Head `json:"head,omitempty"`
}

// apply takes a record into the state.
func (s *state) apply(b []byte) error {
	var r record
	if err := json.Unmarshal(b, &r); err != nil {
		return err
	}
	add := func(h *tlog.Head) error {
		if last := s.last(); h.Size <= last.Size {
			return fmt.Errorf("checkpoint of %d after %d", h.Size, last.Size)
		}
		s.heads = append(s.heads, *h)
		return nil
	}
	switch {
	case r.Head != nil:
		return add(r.Head)
	case r.Cosign != nil:
		i, found := s.find(r.Cosign.Size)
		if !found {
			return fmt.Errorf("cosignature of a checkpoint of %d, which is not there", r.Cosign.Size)
		}
		head, err := s.heads[i].Cosigned(note.Signature{Name: r.Cosign.Name, Hash: r.Cosign.Hash, Base64: r.Cosign.Base64})
		if err != nil {
			return err
		}
		s.heads[i] = head
		if s.cosigned == nil {
			s.cosigned = make(map[witness]int64)
		}
		w := witness{r.Cosign.Name, r.Cosign.Hash}
		s.cosigned[w] = max(s.cosigned[w], r.Cosign.Size)
	case r.Shown != nil:
		s.doubts.Shown = *r.Shown
	case r.Accepted != nil:
		s.doubts.Unproven, s.doubts.Shown = "", tlog.Head{}
		if r.Accepted.Head != nil {
			return add(r.Accepted.Head)
		}
	case r.Difference != nil:
		if s.doubts.Difference == nil {
			s.doubts.Difference = r.Difference
		}
	case r.Unproven != "":
		s.doubts.Unproven = r.Unproven
	case r.Agrees:
		s.doubts.Difference = nil
	default:
		return errors.New("a record of no known kind: it was written by a newer program")
	}
	return nil
}

func (s *state) last() tlog.Head {
	if len(s.heads) == 0 {
		return tlog.Head{}
	}
	return s.heads[len(s.heads)-1]
}

// find gives the first checkpoint of at least a size, and whether it is of exactly that.
func (s *state) find(size int64) (int, bool) {
	return slices.BinarySearchFunc(s.heads, size, func(h tlog.Head, size int64) int {
		switch {
		case h.Size < size:
			return -1
		case h.Size > size:
			return 1
		}
		return 0
	})
}

// catchUp reads what others have added. Called with mu held.
func (h *Heads) catchUp(ctx context.Context) error {
	records, err := h.register.Read(ctx, h.state.count)
	if err != nil {
		return err
	}
	for _, b := range records {
		if err := h.state.apply(b); err != nil {
			return fmt.Errorf("%w: record %d of the checkpoints: %w", eventstore.ErrDamaged, h.state.count, err)
		}
		h.state.count++
	}
	return nil
}

// ask answers a question from the newest state that can be had.
func (h *Heads) ask(ctx context.Context, question func(s *state) (tlog.Head, error)) (tlog.Head, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := h.catchUp(limited); err != nil {
		switch {
		case ctx.Err() != nil:
			return tlog.Head{}, ctx.Err()
		case h.state.count == 0, errors.Is(err, eventstore.ErrDamaged):
			return tlog.Head{}, err // nothing is known: not that there is nothing
		}
	}
	return question(&h.state)
}

// change adds a record that is decided from the newest state; none if decide gives nil. Who is slower decides again.
func (h *Heads) change(ctx context.Context, decide func(s *state) (*record, error)) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := h.catchUp(ctx); err != nil {
			return err
		}
		r, err := decide(&h.state)
		if err != nil || r == nil {
			return err
		}
		b, err := json.Marshal(r)
		if err != nil {
			return err
		}
		err = h.register.Append(ctx, h.state.count-1, b)
		if _, slower := errors.AsType[*eventstore.RevisionConflict](err); !slower {
			return err // what was added is taken into the state when it is read
		}
	}
}

// Last implements tlog.Heads.
func (h *Heads) Last(ctx context.Context) (tlog.Head, error) {
	return h.ask(ctx, func(s *state) (tlog.Head, error) { return s.last(), nil })
}

// At implements tlog.Heads.
func (h *Heads) At(ctx context.Context, size int64) (tlog.Head, error) {
	return h.ask(ctx, func(s *state) (tlog.Head, error) {
		i, _ := s.find(size)
		if i == len(s.heads) {
			return tlog.Head{}, fmt.Errorf("checkpoint of at least %d: %w", size, tlog.ErrNoHead)
		}
		return s.heads[i], nil
	})
}

// Before implements tlog.Heads.
func (h *Heads) Before(ctx context.Context, size int64) (tlog.Head, error) {
	return h.ask(ctx, func(s *state) (tlog.Head, error) {
		if i, _ := s.find(size); i > 0 {
			return s.heads[i-1], nil
		}
		return tlog.Head{}, nil
	})
}

// LastCosigned implements tlog.Heads.
func (h *Heads) LastCosigned(ctx context.Context, name string, keyHash uint32) (tlog.Head, error) {
	return h.ask(ctx, func(s *state) (tlog.Head, error) {
		if i, found := s.find(s.cosigned[witness{name, keyHash}]); found {
			return s.heads[i], nil
		}
		return tlog.Head{}, nil
	})
}

// Replace implements tlog.Heads. While the last checkpoint may not be the newest nothing is added: a signer that looked
// before that was said finds out here, so that whoever says it knows what the last one is.
func (h *Heads) Replace(ctx context.Context, old, next tlog.Head) error {
	if next.Size <= old.Size || len(next.Signed) == 0 {
		return fmt.Errorf("%w: size %d after %d", eventstore.ErrInvalid, next.Size, old.Size)
	}
	return h.change(ctx, func(s *state) (*record, error) {
		if s.doubts.Unproven != "" {
			return nil, fmt.Errorf("%w: the last is in doubt: %s", tlog.ErrMoved, s.doubts.Unproven)
		}
		return &record{Head: &next}, s.unmoved(old)
	})
}

func (s *state) unmoved(old tlog.Head) error {
	if last := s.last(); last.Size != old.Size || last.Root != old.Root {
		return fmt.Errorf("%w: the last has size %d, not %d", tlog.ErrMoved, last.Size, old.Size)
	}
	return nil
}

// Cosign implements tlog.Heads.
func (h *Heads) Cosign(ctx context.Context, size int64, root xtlog.Hash, by note.Signature) error {
	return h.change(ctx, func(s *state) (*record, error) {
		i, found := s.find(size)
		if !found || s.heads[i].Root != root {
			return nil, fmt.Errorf("cosigning a checkpoint of size %d: %w", size, tlog.ErrNoHead)
		}
		cosigned, err := s.heads[i].Cosigned(by)
		if err != nil || len(cosigned.Signed) == len(s.heads[i].Signed) {
			return nil, err
		}
		return &record{Cosign: &cosignature{Size: size, Name: by.Name, Hash: by.Hash, Base64: by.Base64}}, nil
	})
}

// Doubts implements tlog.Heads. They must be the newest: where the register cannot be reached nothing is signed.
func (h *Heads) Doubts(ctx context.Context) (d tlog.Doubts, err error) {
	err = h.change(ctx, func(s *state) (*record, error) {
		d = s.doubts
		return nil, nil
	})
	return d, err
}

// Show implements tlog.Heads.
func (h *Heads) Show(ctx context.Context, shown tlog.Head) error {
	if shown.Size < 1 || len(shown.Signed) == 0 {
		return fmt.Errorf("%w: a checkpoint of nothing was shown", eventstore.ErrInvalid)
	}
	return h.change(ctx, func(*state) (*record, error) { return &record{Shown: &shown}, nil })
}

// Accept implements tlog.Heads.
func (h *Heads) Accept(ctx context.Context, old, shown tlog.Head) error {
	return h.change(ctx, func(s *state) (*record, error) {
		r := &record{Accepted: &acceptance{}}
		if shown.Size > old.Size {
			r.Accepted.Head = &shown
		}
		return r, s.unmoved(old)
	})
}

// SetDifference implements tlog.Heads.
func (h *Heads) SetDifference(ctx context.Context, d *tlog.Difference) error {
	return h.change(ctx, func(s *state) (*record, error) {
		switch {
		case (d == nil) == (s.doubts.Difference == nil):
			return nil, nil
		case d == nil:
			return &record{Agrees: true}, nil
		}
		return &record{Difference: d}, nil
	})
}

// Unprove says why the last checkpoint may not be the newest: no node signs until one is shown that.
func (h *Heads) Unprove(ctx context.Context, why string) error {
	return h.change(ctx, func(s *state) (*record, error) {
		if why == "" || s.doubts.Unproven != "" {
			return nil, nil // the first reason is the one that is kept
		}
		return &record{Unproven: why}, nil
	})
}

// Begin is Unprove for a register that holds nothing yet: whoever is faster has begun it.
func (h *Heads) Begin(ctx context.Context, why string) error {
	return h.change(ctx, func(s *state) (*record, error) {
		if s.count > 0 || why == "" {
			return nil, nil
		}
		return &record{Unproven: why}, nil
	})
}
