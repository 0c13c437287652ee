package tlog

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"

	"arobase/eventstore"
)

// MaxCosignatures is how many cosignatures one checkpoint can have. A note with more than 100 signatures cannot be read
// by the package note, and the log's own keys need some of them.
const MaxCosignatures = 64

// Cosigned gives the head with a cosignature as its last line. One that is there already, of the same witness, is left
// as it is. It does not verify: that is done once, when a witness answers. What could not stand in a note, or is one too
// many, is eventstore.ErrInvalid.
func (h Head) Cosigned(by note.Signature) (Head, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(by.Base64)
	bad := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == '+' }
	switch {
	case by.Name == "" || !utf8.ValidString(by.Name) || strings.ContainsFunc(by.Name, bad):
		return Head{}, fmt.Errorf("%w: cosignature by %q, which is no name", eventstore.ErrInvalid, by.Name)
	case err != nil || len(raw) < 5 || binary.BigEndian.Uint32(raw) != by.Hash || strings.ContainsAny(by.Base64, "\r\n"):
		return Head{}, fmt.Errorf("%w: cosignature by %s is not written as a signature", eventstore.ErrInvalid, by.Name)
	}
	n, err := parseNote(h.Signed)
	if err != nil {
		return Head{}, err
	}
	if slices.ContainsFunc(n.UnverifiedSigs, func(s note.Signature) bool { return s.Name == by.Name && s.Hash == by.Hash }) {
		return h, nil
	}
	if len(n.UnverifiedSigs) > MaxCosignatures {
		return Head{}, fmt.Errorf("%w: more than %d cosignatures", eventstore.ErrInvalid, MaxCosignatures)
	}
	h.Signed = fmt.Appendf(slices.Clip(h.Signed), "— %s %s\n", by.Name, by.Base64)
	return h, nil
}

// parseNote takes a note apart and verifies nothing: all signatures are among the UnverifiedSigs.
func parseNote(signed []byte) (*note.Note, error) {
	_, err := note.Open(signed, note.VerifierList())
	if unverified, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
		return unverified.Note, nil
	}
	return nil, fmt.Errorf("reading a signed checkpoint: %w", err)
}

// bySelf is a checkpoint with the log's own signatures only, those by the name of its origin: what a witness is shown.
func bySelf(signed []byte) (text string, own []byte, err error) {
	n, err := parseNote(signed)
	if err != nil {
		return "", nil, err
	}
	origin, _, _ := strings.Cut(n.Text, "\n")
	own = []byte(n.Text + "\n")
	for _, s := range n.UnverifiedSigs {
		if s.Name == origin {
			own = fmt.Appendf(own, "— %s %s\n", s.Name, s.Base64)
		}
	}
	return n.Text, own, nil
}
