package tlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"filippo.io/torchwood"
	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"arobase/domain"
)

// Chain is the keys that followed each other under one origin, for verifiers: from a key that somebody holds to the one
// in force. It comes from a document that anybody may hand over ([ParseChain]); nothing of it is believed but what the
// signatures show.
//
// That two keys signed one checkpoint shows nothing: whoever finds a checkpoint can sign it too. What shows that a key
// was replaced by another is the event key-rotated, which names both, under a checkpoint that the older key signed. The
// signature of the newer key beside it shows that its owner has it.
//
// A chain cannot show that it is whole: a document that leaves out the last rotations leads to a key that was in force
// once. Nor does it help whoever trusts a key that was stolen: the thief signs another chain.
type Chain struct {
	origin string
	keys   []string // keys[i] was replaced by keys[i+1], as links[i] shows; none if there was no rotation
	links  []link
}

// link is one rotation: the index of its event, and the checkpoint that both keys signed.
type link struct {
	index, size int64
	root        tlog.Hash
}

// ErrNotInChain says that a key is none of those of a chain.
var ErrNotInChain = errors.New("the key is none of those that the rotations lead from or to")

// LinkError says which rotation of a document does not hold.
type LinkError struct {
	// Link is its number in the document, from 1. Index is the event that the document states for it.
	Link  int
	Index int64
	Err   error
}

func (e *LinkError) Error() string {
	return fmt.Sprintf("rotation %d (event %d): %v", e.Link, e.Index, e.Err)
}

func (e *LinkError) Unwrap() error { return e.Err }

// rotations is the document of /log/rotations, as JSON.
type rotations struct {
	Origin    string     `json:"origin"`
	Rotations []rotation `json:"rotations"`
}

// rotation states an event key-rotated and proves it: Proof is a C2SP tlog-proof of the event, under the checkpoint that
// both keys signed.
type rotation struct {
	Index int64  `json:"index"`
	From  string `json:"from"`
	To    string `json:"to"`
	Proof string `json:"proof"`
}

// maxRotations bounds what is read of a stranger's document: more than a key a week for a quarter of a century.
const maxRotations = 2000

// ParseChain reads the document that the log serves at /log/rotations ([Log.Rotations]) and verifies every rotation in
// it: the older key signed that the newer one takes its place, the newer one signed too, each begins with the key that
// the one before it ends with, no key comes twice, and each was recorded after the one before it was signed. The first
// that does not hold is a [*LinkError].
func ParseChain(document []byte) (*Chain, error) {
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	var r rotations
	if err := d.Decode(&r); err != nil {
		return nil, fmt.Errorf("not a document of rotations: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("not a document of rotations: something follows it")
	}
	if err := checkOrigin(r.Origin); err != nil {
		return nil, fmt.Errorf("not a document of rotations: %w", err)
	}
	if len(r.Rotations) > maxRotations {
		return nil, fmt.Errorf("%d rotations are more than any log has", len(r.Rotations))
	}
	c := &Chain{origin: r.Origin}
	var ledger uuid.UUID
	for i, next := range r.Rotations {
		if err := c.append(next, &ledger); err != nil {
			return nil, &LinkError{Link: i + 1, Index: next.Index, Err: err}
		}
	}
	return c, nil
}

// append verifies the next rotation of the document. ledger is that of the rotations before it.
func (c *Chain) append(r rotation, ledger *uuid.UUID) error {
	if domain.VerifierKeyName(r.From) != c.origin || domain.VerifierKeyName(r.To) != c.origin {
		return fmt.Errorf("%w: the keys are of another log than %s", ErrOrigin, c.origin)
	}
	if n := len(c.keys); n == 0 {
		c.keys = []string{r.From}
	} else if c.keys[n-1] != r.From {
		return errors.New("it does not begin with the key that the rotation before it ends with")
	}
	if slices.Contains(c.keys, r.To) {
		return errors.New("it leads back to a key that was in force before")
	}
	v, err := VerifyProof([]byte(r.Proof), r.From)
	if err != nil {
		return fmt.Errorf("by the older key: %w", err)
	}
	if v.Index != r.Index {
		return fmt.Errorf("its proof is of event %d", v.Index)
	}
	if v.Envelope.Subject != string(domain.LedgerStream) {
		return fmt.Errorf("its event stands in the stream %s", v.Envelope.Subject)
	}
	e, err := domain.DecodeStrict(v.Envelope.Type, v.Envelope.Data)
	if err != nil {
		return err
	}
	if said, ok := e.(*domain.KeyRotated); !ok || said.From != r.From || said.To != r.To {
		return errors.New("its event does not say that the one key takes the place of the other")
	}
	if _, err := VerifyProof([]byte(r.Proof), r.To); err != nil {
		return fmt.Errorf("by the newer key: %w", err)
	}
	if n := len(c.links); n > 0 && (v.Index < c.links[n-1].size || v.Envelope.Ledger != *ledger) {
		return errors.New("it was not recorded after the rotation before it was signed, in the same ledger")
	}
	*ledger = v.Envelope.Ledger
	c.keys = append(c.keys, r.To)
	c.links = append(c.links, link{v.Index, v.Size, v.Root})
	return nil
}

// Origin is the log whose keys these are.
func (c *Chain) Origin() string { return c.origin }

// InForce gives the last key that the rotations lead to from a key that somebody holds. Where the document tells of no
// rotation it is the held key.
func (c *Chain) InForce(held string) (string, error) {
	keys, err := c.from(held)
	if err != nil {
		return "", err
	}
	return keys[len(keys)-1], nil
}

// from gives the keys from a held one on.
func (c *Chain) from(held string) ([]string, error) {
	if domain.VerifierKeyName(held) != c.origin {
		return nil, fmt.Errorf("%w: the key is of the log %s, and this is the log %s", ErrOrigin, domain.VerifierKeyName(held), c.origin)
	}
	if len(c.keys) == 0 {
		return []string{held}, nil
	}
	i := slices.Index(c.keys, held)
	if i < 0 {
		return nil, ErrNotInChain
	}
	return c.keys[i:], nil
}

// VerifyProof is [VerifyProof] for somebody who holds a key that may have been replaced since: the proof verifies if the
// key that signed it follows from the held one and was in force at that size of the log. A key that signs a size before
// the checkpoint that brought it into force, or after the one that ended it, is not believed.
func (c *Chain) VerifyProof(proof []byte, held string) (Verified, error) {
	keys, err := c.from(held)
	if err != nil {
		return Verified{}, &VerifyError{Step: StepRotations, Err: err}
	}
	for _, key := range slices.Backward(keys) { // the last one signs nearly all
		var v Verified
		v, err = VerifyProof(proof, key)
		if failed, ok := errors.AsType[*VerifyError](err); ok && failed.Step == StepSignatures {
			continue
		}
		if err == nil {
			err = c.inForceAt(key, v.Size, v.Root)
		}
		if err != nil {
			return Verified{}, err
		}
		v.Steps = append([]Step{StepRotations}, v.Steps...)
		return v, nil
	}
	if len(keys) > 1 {
		err = &VerifyError{Step: StepSignatures, Err: errors.New("the checkpoint is signed neither by the key given nor by one that follows from it; if it is signed by an earlier key, ask the log for the proof again")}
	}
	return Verified{}, err
}

// OpenCheckpoint is [OpenCheckpoint] for somebody who holds a key that may have been replaced since: what signed must be
// that key or one that follows from it, in its time.
func (c *Chain) OpenCheckpoint(signed []byte, held string) (torchwood.Checkpoint, error) {
	keys, err := c.from(held)
	if err != nil {
		return torchwood.Checkpoint{}, err
	}
	var opened torchwood.Checkpoint
	for _, key := range slices.Backward(keys) { // the last one signs nearly all
		if opened, err = OpenCheckpoint(signed, key); err == nil {
			err = c.inForceAt(key, opened.N, opened.Hash)
			break
		}
	}
	if err != nil {
		return torchwood.Checkpoint{}, err
	}
	return opened, nil
}

// inForceAt says whether a key signed at a size that was its time, and there the root that the rotations show.
func (c *Chain) inForceAt(key string, size int64, root tlog.Hash) error {
	failed := func(format string, args ...any) error {
		return &VerifyError{Step: StepRotations, Err: fmt.Errorf(format, args...)}
	}
	i := slices.Index(c.keys, key)
	for n, l := range c.links {
		switch {
		case n == i-1 && size < l.size:
			return failed("the key %s signed at size %d, and came into force at %d", domain.VerifierKeyID(key), size, l.size)
		case n == i && size > l.size:
			return failed("the key %s signed at size %d, and was replaced at %d", domain.VerifierKeyID(key), size, l.size)
		case size == l.size && root != l.root:
			return failed("two roots are signed at size %d: the log has two histories", size)
		}
	}
	return nil
}

// OtherKeyError says that a checkpoint is signed in the name of the log by other keys than the one that was held
// against it. Whether one of them took its place cannot be known from the proof: a [Chain] shows it.
type OtherKeyError struct {
	Origin string
	// Held is the id of the key that was given, Signed are those that signed, or claim to.
	Held   uint32
	Signed []uint32
}

func (e *OtherKeyError) Error() string {
	signed := make([]string, len(e.Signed))
	for i, id := range e.Signed {
		signed[i] = fmt.Sprintf("%08x", id)
	}
	return fmt.Sprintf("the checkpoint of %s bears a signature of the key %s, and none of the key given, %08x",
		e.Origin, strings.Join(signed, " and of the key "), e.Held)
}

// otherKey tells whether a note that could not be verified is signed in the verifier's name by other keys than it.
func otherKey(err error, v note.Verifier) error {
	unverified, ok := errors.AsType[*note.UnverifiedNoteError](err)
	if !ok {
		return err
	}
	c, parseErr := torchwood.ParseCheckpoint(unverified.Note.Text)
	if parseErr != nil || c.Origin != v.Name() {
		return err
	}
	other := &OtherKeyError{Origin: v.Name(), Held: v.KeyHash()}
	for _, s := range unverified.Note.UnverifiedSigs {
		if s.Name == v.Name() {
			other.Signed = append(other.Signed, s.Hash)
		}
	}
	if len(other.Signed) == 0 {
		return err
	}
	return other
}
