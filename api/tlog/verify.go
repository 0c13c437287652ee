package tlog

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore/envelope"
)

// Step is one thing that VerifyProof checks.
type Step string

// The steps, in their order.
const (
	// StepForm: the file is a C2SP tlog-proof, in its one form, and carries an event.
	StepForm Step = "form"
	// StepSignatures: its checkpoint is signed as the key or the policy demands, by the log with that origin.
	StepSignatures Step = "signatures"
	// StepRotations, where it is asked for: the key that signed follows from the one that is held.
	StepRotations Step = "rotations"
	// StepLeaf: the hash of the event leads to the signed root, at the stated index.
	StepLeaf Step = "leaf"
	// StepEnvelope: the event is an envelope, by the strict parser.
	StepEnvelope Step = "envelope"
)

// Verified is what a proof shows.
type Verified struct {
	// Steps are those that were checked, all of them with success.
	Steps []Step
	// Envelope is the event, and Bytes are its bytes.
	Envelope envelope.Envelope
	Bytes    []byte
	// Index is its place in the log; Origin, Size and Root are those of the signed checkpoint.
	Index  int64
	Origin string
	Size   int64
	Root   tlog.Hash
}

// VerifyError says which step failed. The steps before it had succeeded.
type VerifyError struct {
	Step Step
	Err  error
}

func (e *VerifyError) Error() string { return fmt.Sprintf("verifying %s: %v", e.Step, e.Err) }

func (e *VerifyError) Unwrap() error { return e.Err }

// maxProofSize bounds what is read of a stranger's proof: an event in base64, 63 hashes, and many cosignatures.
const maxProofSize = 1 << 20

// VerifyProof verifies a proof of a log with nothing but the log's public key, which names its origin. The error is a
// [*VerifyError], or says that the key is not one. One that wraps an [*OtherKeyError] may be due to a rotation of the
// key: a [Chain] can tell.
func VerifyProof(proof []byte, vkey string) (Verified, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return Verified{}, fmt.Errorf("reading the key: %w", err)
	}
	v, err := VerifyProofUnder(proof, policyOf(verifier))
	if failed, ok := errors.AsType[*VerifyError](err); ok && failed.Step == StepSignatures {
		failed.Err = otherKey(failed.Err, verifier)
	}
	return v, err
}

// VerifyProofUnder is VerifyProof for a policy, which may ask for witnesses too ([ParsePolicy]). It must check
// the origin.
func VerifyProofUnder(proof []byte, policy torchwood.Policy) (Verified, error) {
	var v Verified
	failed := func(step Step, err error) (Verified, error) { return Verified{}, &VerifyError{Step: step, Err: err} }

	index, event, signed, err := splitProof(proof)
	if err != nil {
		return failed(StepForm, err)
	}
	v.Index, v.Bytes = index, event
	v.Steps = append(v.Steps, StepForm)

	checkpoint, _, err := torchwood.VerifyCheckpoint(signed, policy)
	if err != nil {
		return failed(StepSignatures, signedByOthers(err))
	}
	v.Origin, v.Size, v.Root = checkpoint.Origin, checkpoint.N, checkpoint.Hash
	v.Steps = append(v.Steps, StepSignatures)

	if err := torchwood.VerifyProof(policy, tlog.RecordHash(event), proof); err != nil {
		return failed(StepLeaf, err)
	}
	v.Steps = append(v.Steps, StepLeaf)

	if v.Envelope, err = envelope.Parse(event); err != nil {
		return failed(StepEnvelope, err)
	}
	v.Steps = append(v.Steps, StepEnvelope)
	return v, nil
}

// OpenCheckpoint verifies a signed checkpoint with the log's public key, which names its origin, and gives what it states.
func OpenCheckpoint(signed []byte, vkey string) (torchwood.Checkpoint, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return torchwood.Checkpoint{}, fmt.Errorf("reading the key: %w", err)
	}
	return OpenCheckpointUnder(signed, policyOf(verifier))
}

// OpenCheckpointUnder is OpenCheckpoint for a policy, which must check the origin. The signatures must be written in
// their one form, so that no bit of a checkpoint can be changed unnoticed.
func OpenCheckpointUnder(signed []byte, policy torchwood.Policy) (torchwood.Checkpoint, error) {
	c, _, err := torchwood.VerifyCheckpoint(signed, policy)
	if err == nil && !strictSignatures(signed) {
		return torchwood.Checkpoint{}, errors.New("a signature is not written in its one form")
	}
	return c, signedByOthers(err)
}

// signedByOthers says by whom a checkpoint is signed that is signed by nobody who is believed.
func signedByOthers(err error) error {
	unverified, ok := errors.AsType[*note.UnverifiedNoteError](err)
	if !ok || len(unverified.Note.UnverifiedSigs) == 0 {
		return err
	}
	var signers []string
	for _, s := range unverified.Note.UnverifiedSigs {
		signers = append(signers, fmt.Sprintf("%s+%08x", s.Name, s.Hash))
	}
	return fmt.Errorf("it is signed by %s, and by none whose key was given: %w", strings.Join(signers, ", "), err)
}

// policyOf demands the signature of one key, on a checkpoint whose origin is the key's name.
func policyOf(v note.Verifier) torchwood.Policy {
	return torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(v.Name()), torchwood.SingleVerifierPolicy(v))
}

// splitProof takes a proof apart, strictly: it must be what formatting the parts gives (C2SP tlog-proof, "Format").
func splitProof(proof []byte) (index int64, event, signed []byte, err error) {
	malformed := errors.New("not a tlog-proof in its one form")
	if len(proof) > maxProofSize {
		return 0, nil, nil, errors.New("larger than any proof")
	}
	if event, err = torchwood.ProofExtraData(proof); err != nil {
		return 0, nil, nil, err
	}
	head, signed, found := bytes.Cut(proof, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 3 {
		return 0, nil, nil, malformed
	}
	number, found := strings.CutPrefix(lines[2], "index ")
	if !found {
		return 0, nil, nil, malformed
	}
	if index, err = strconv.ParseInt(number, 10, 64); err != nil || index < 0 {
		return 0, nil, nil, malformed
	}
	var path tlog.RecordProof
	for _, line := range lines[3:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return 0, nil, nil, malformed
		}
		path = append(path, h)
	}
	if !bytes.Equal(proof, torchwood.FormatProofWithExtraData(index, event, path, signed)) || !strictSignatures(signed) {
		return 0, nil, nil, malformed
	}
	return index, event, signed, nil
}

// strictSignatures tells whether the signatures of a note are written in their one form. Package note reads base64 whose
// last character has bits that mean nothing set.
func strictSignatures(signed []byte) bool {
	_, signatures, _ := bytes.Cut(signed, []byte("\n\n"))
	for line := range strings.Lines(string(signatures)) {
		line = strings.TrimSuffix(line, "\n")
		if _, err := base64.StdEncoding.Strict().DecodeString(line[strings.LastIndexByte(line, ' ')+1:]); err != nil {
			return false
		}
	}
	return true
}
