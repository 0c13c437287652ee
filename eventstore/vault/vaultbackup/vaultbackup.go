// Package vaultbackup writes and reads encrypted backups of a vault.
//
// A backup is an ordinary age file (age-encryption.org/v1), so that `age -d` opens it too. Its header has one stanza
// besides those of the recipients, which names the ledger, when the backup was made and when it ends:
//
//	-> arobase-vault v1 <ledger> <made> <until>
//
// A backup that holds what other rooms keep besides, such as uploaded files, says v2, so that a program which knows of none
// does not take it for a damaged one.
//
// The stanza can be read without a key, so that whoever keeps backups can remove those that have ended, and it is
// authenticated with the rest of the header to whoever has one. Inside is one JSON object a line: first the header once
// more with the secret of the ledger, then every sealed value, every tombstone and every mark of a request, then what the
// other rooms hold, and at last how many of each there are. A file that is cut off or altered is an error, wherever that is.
//
// Backups end because the vault forgets: what is erased from it lives on in every backup that was made before.
package vaultbackup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"

	"arobase/eventstore/vault"
)

var (
	// ErrFormat says that a file is no backup of a vault, or one of a form that this program does not know.
	ErrFormat = errors.New("not a backup of a vault")
	// ErrDamaged says that a backup is cut off, was altered or contradicts itself.
	ErrDamaged = errors.New("the backup is damaged")
)

// Header says what a backup is.
type Header struct {
	Ledger uuid.UUID
	Made   time.Time // to the second, as is Until
	Until  time.Time // when it ends
}

// Ended tells whether a backup is not to be used any more.
func (h Header) Ended(now time.Time) bool { return !now.Before(h.Until) }

// Counts says how much a backup holds.
type Counts struct {
	Secrets  int `json:"secrets"`
	Erased   int `json:"erased"`
	Requests int `json:"requests"`
	// Items are those of the rooms.
	Items int `json:"items,omitempty"`
}

// Room is what else is as private as the vault, and is lost with it: drafts, uploaded files, tokens. What its items are is
// up to whoever keeps it.
type Room struct {
	Name string
	// Each gives every item, which is written as JSON.
	Each func(ctx context.Context, put func(item any) error) error
}

// Take is given every item of a room, in the order in which they were written.
type Take func(room string, item json.RawMessage) error

const (
	stanzaType = "arobase-vault"
	form       = "v1"
	formRooms  = "v2"
	// mostHeader bounds what is read of a file that may be no backup. A recipient takes some 120 bytes.
	mostHeader = 64 << 10
	// mostLine bounds one line. A sealed text has at most 20,000 characters.
	mostLine = 1 << 20
	// mostItem bounds one item of a room. An uploaded file takes a third more than its bytes.
	mostItem = 32 << 20
)

// stanza is the header as it stands in the file.
func (h Header) stanza(form string) *age.Stanza {
	return &age.Stanza{Type: stanzaType, Args: []string{form, h.Ledger.String(), h.Made.Format(time.RFC3339), h.Until.Format(time.RFC3339)}}
}

// wholeSeconds is the header as it is written: UTC, to the second.
func (h Header) wholeSeconds() Header {
	h.Made, h.Until = h.Made.UTC().Truncate(time.Second), h.Until.UTC().Truncate(time.Second)
	return h
}

// headerOf finds the header among the stanzas of a file.
func headerOf(stanzas []*age.Stanza) (h Header, inForm string, err error) {
	for _, s := range stanzas {
		if s.Type != stanzaType {
			continue
		}
		if len(s.Args) != 4 || s.Args[0] != form && s.Args[0] != formRooms {
			return Header{}, "", fmt.Errorf("%w: its form is not known to this program", ErrFormat)
		}
		ledger, errLedger := uuid.Parse(s.Args[1])
		made, errMade := time.Parse(time.RFC3339, s.Args[2])
		until, errUntil := time.Parse(time.RFC3339, s.Args[3])
		if err := errors.Join(errLedger, errMade, errUntil); err != nil {
			return Header{}, "", fmt.Errorf("%w: %w", ErrFormat, err)
		}
		return Header{ledger, made, until}, s.Args[0], nil
	}
	return Header{}, "", ErrFormat
}

// Wrap makes the header a recipient, one that can decrypt nothing.
func (h Header) Wrap([]byte) ([]*age.Stanza, error) { return []*age.Stanza{h.stanza(form)}, nil }

// outside is the header of a backup of some form.
type outside struct {
	Header
	form string
}

// Wrap implements age.Recipient.
func (o outside) Wrap([]byte) ([]*age.Stanza, error) { return []*age.Stanza{o.stanza(o.form)}, nil }

// reader is an identity that reads the header before the identities of the reader are tried.
type reader struct {
	header     Header
	form       string
	err        error // why there is no header
	identities []age.Identity
}

// Unwrap implements age.Identity.
func (r *reader) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if r.header, r.form, r.err = headerOf(stanzas); r.err != nil {
		return nil, r.err
	}
	for _, identity := range r.identities {
		key, err := identity.Unwrap(stanzas)
		if !errors.Is(err, age.ErrIncorrectIdentity) {
			return key, err
		}
	}
	return nil, age.ErrIncorrectIdentity
}

// ReadHeader reads what a backup says of itself, without a key: nothing vouches for it. A file that is no backup is
// ErrFormat.
func ReadHeader(src io.Reader) (Header, error) {
	r := reader{err: ErrFormat}
	_, err := age.Decrypt(io.LimitReader(src, mostHeader), &r)
	if r.err == nil {
		return r.header, nil
	}
	if errors.Is(err, ErrFormat) {
		return Header{}, err
	}
	return Header{}, fmt.Errorf("%w: %w", ErrFormat, err)
}

// line is one line of a backup: exactly one of its members is there.
type line struct {
	Backup  *preamble  `json:"backup,omitempty"`
	Secret  *secret    `json:"secret,omitempty"`
	Erased  *tombstone `json:"erased,omitempty"`
	Request *request   `json:"request,omitempty"`
	Item    *item      `json:"item,omitempty"`
	End     *Counts    `json:"end,omitempty"`
}

type preamble struct {
	Form         string    `json:"form"`
	Ledger       uuid.UUID `json:"ledger"`
	Made         time.Time `json:"made"`
	Until        time.Time `json:"until"`
	LedgerSecret []byte    `json:"ledgerSecret"`
}

type item struct {
	Room  string          `json:"room"`
	Value json.RawMessage `json:"value"`
}

type tombstone struct {
	Commitment string    `json:"commitment"`
	Event      uuid.UUID `json:"event"`
	Pointer    string    `json:"pointer"`
	Visibility string    `json:"visibility"`
}

type secret struct {
	tombstone
	Salt  []byte          `json:"salt"`
	Value json.RawMessage `json:"value"`
}

type request struct {
	Leaf  []byte    `json:"leaf"`
	Event uuid.UUID `json:"event"`
	MAC   []byte    `json:"mac"`
}

func tombstoneOf(s vault.Secret) tombstone {
	return tombstone{s.Commitment.String(), s.Event, s.Pointer, string(s.Visibility)}
}

// secret gives what a line says, without salt and value.
func (t tombstone) secret() (vault.Secret, error) {
	c, err := vault.ParseCommitment(t.Commitment)
	s := vault.Secret{Commitment: c, Event: t.Event, Pointer: t.Pointer, Visibility: vault.Visibility(t.Visibility)}
	if err == nil && !s.Visibility.Known() {
		err = fmt.Errorf("the visibility %q", t.Visibility)
	}
	return s, err
}

// secret gives what a line says, if it is what its commitment says.
func (s secret) secret(ledger uuid.UUID) (vault.Secret, error) {
	v, err := s.tombstone.secret()
	if err != nil {
		return v, err
	}
	if len(s.Salt) != vault.SaltSize || len(s.Value) == 0 {
		return v, errors.New("no salt, or no value")
	}
	v.Salt, v.Value = [vault.SaltSize]byte(s.Salt), bytes.Clone(s.Value)
	if !v.Verify(ledger) {
		return v, errors.New("a value that is not the one committed to")
	}
	return v, nil
}

func (r request) request() (vault.Request, error) {
	if len(r.Leaf) != 32 || len(r.MAC) != 32 {
		return vault.Request{}, errors.New("a mark of another size")
	}
	return vault.Request{LeafHash: [32]byte(r.Leaf), Event: r.Event, MAC: [32]byte(r.MAC)}, nil
}
