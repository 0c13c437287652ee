// Package auth says who may do what: tokens, their roles, and what each role may touch.
//
// A token is aro_<id>_<secret>. The secret is 160 random bits and is kept only as a hash, so whoever reads the file of
// tokens can use none of them. A token belongs to a person, has one role, may be bound to one collectivity or one seat on
// a jury, ends by itself, and can be revoked at once.
//
// The log shows of a writer a role and a body, never a person ([Principal.Actor]); the person is a sealed value of every
// event.
package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"arobase/domain"
)

// Role is what somebody does for the label.
type Role string

// The roles, as interface.md has them. Public is nobody in particular and may read what everybody may read.
const (
	Public    Role = "public"
	Declarant Role = "declarant" // acts for one collectivity
	Registrar Role = "registrar" // the secretariat: registrations, membership, payments, sources, facts
	Juror     Role = "juror"     // one seat on the jury of one edition
	President Role = "president" // convenes, decides, publishes together with a second person
	Auditor   Role = "auditor"   // reads sealed values; each reading is recorded
	Admin     Role = "admin"     // gives and takes tokens, erases
)

// Roles are those that a token can have.
func Roles() []Role { return []Role{Declarant, Registrar, Juror, President, Auditor, Admin} }

// Principal is who makes a request.
type Principal struct {
	Token string // the id of the token, or "" for the public
	Role  Role
	// For is what the token is bound to: the id of a collectivity for a declarant, <edition>-<number> for a juror.
	For string
	// Person is who it is. It enters the ledger sealed and is never shown to the public.
	Person string
}

// Actor is what the log shows: a role and a body. A seat on the jury is shown as the jury of its edition.
func (p Principal) Actor() string {
	switch p.Role {
	case Declarant:
		return "declarant:" + p.For
	case Juror:
		edition, _, _ := strings.Cut(p.For, "-")
		return "jury:" + edition
	case President:
		return "president:jury"
	case Registrar:
		return "registrar:secretariat"
	}
	return string(p.Role) + ":ledger"
}

// Is tells whether the principal has one of some roles.
func (p Principal) Is(roles ...Role) bool { return slices.Contains(roles, p.Role) }

// Token is what is kept of a token.
type Token struct {
	ID      string
	Hash    [sha256.Size]byte // of the secret
	Role    Role
	For     string
	Person  string
	Created time.Time
	Expires time.Time
	Revoked time.Time // zero: it is not
}

// Tokens keeps tokens. All methods may be called by many goroutines at once.
type Tokens interface {
	// Add keeps a new token and returns when it is durable.
	Add(ctx context.Context, t Token) error
	// Get gives the token with an id, or ErrUnknown.
	Get(ctx context.Context, id string) (Token, error)
	// All gives every token, the oldest first.
	All(ctx context.Context) ([]Token, error)
	// Revoke ends a token at a moment, for good. One that is revoked already stays as it is. ErrUnknown.
	Revoke(ctx context.Context, id string, at time.Time) error
}

var (
	// ErrUnknown says that there is no such token.
	ErrUnknown = errors.New("no such token")
	// ErrDenied says that a token is none, is wrong, is over or was revoked. It does not say which.
	ErrDenied = errors.New("the token is not valid")
	// ErrGrant says that a token cannot be given as it was asked for.
	ErrGrant = errors.New("token cannot be given")
)

// Authority gives tokens and recognises them. Its fields do not change.
type Authority struct {
	Tokens Tokens
	Now    func() time.Time
	Random io.Reader
}

// Grant says what a new token is for.
type Grant struct {
	Role   Role
	For    string
	Person string
	Life   time.Duration
}

// MaxLife bounds how long a token lives.
const MaxLife = 2 * 366 * 24 * time.Hour

var (
	seat      = regexp.MustCompile(`^[1-9][0-9]{0,2}-[1-9][0-9]{0,2}$`)
	tokenForm = regexp.MustCompile(`^aro_([a-z2-7]{16})_([a-z2-7]{32})$`)
	alphabet  = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
)

// check holds what belongs to a role.
func (g Grant) check() error {
	switch {
	case !slices.Contains(Roles(), g.Role):
		return refuse(noRole, "role", string(g.Role), words(Roles()))
	case g.Role == Declarant && !domain.CollectivityID(g.For).Valid():
		return refuse(noBody, "for", g.For)
	case g.Role == Juror && !seat.MatchString(g.For):
		return refuse(noSeat, "for", g.For)
	case g.Role != Declarant && g.Role != Juror && g.For != "":
		return refuse(bound, "for", string(g.Role), g.For)
	case strings.TrimSpace(g.Person) == "" || !utf8.ValidString(g.Person) || utf8.RuneCountInString(g.Person) > 200:
		return refuse(noPerson, "person")
	case g.Life <= 0 || g.Life > MaxLife:
		return refuse(noLife, "days")
	}
	return nil
}

func words(roles []Role) []string {
	all := make([]string, len(roles))
	for i, r := range roles {
		all[i] = string(r)
	}
	return all
}

// Issue makes a token. The text is shown once and kept nowhere. Errors of the caller's making are ErrGrant.
func (a *Authority) Issue(ctx context.Context, g Grant) (text string, _ Token, err error) {
	if err := g.check(); err != nil {
		return "", Token{}, err
	}
	var random [30]byte
	if _, err := io.ReadFull(a.Random, random[:]); err != nil {
		return "", Token{}, fmt.Errorf("making a token: %w", err)
	}
	id, secret := alphabet.EncodeToString(random[:10]), alphabet.EncodeToString(random[10:])
	now := a.Now().UTC().Truncate(time.Second)
	t := Token{
		ID: id, Hash: sha256.Sum256([]byte(secret)), Role: g.Role, For: g.For, Person: strings.TrimSpace(g.Person),
		Created: now, Expires: now.Add(g.Life).Truncate(time.Second),
	}
	if err := a.Tokens.Add(ctx, t); err != nil {
		return "", Token{}, fmt.Errorf("keeping a token: %w", err)
	}
	return "aro_" + id + "_" + secret, t, nil
}

// Authenticate recognises a token. What it is compared with takes the same time whether the token is known or not. The
// error is ErrDenied, or one of the store.
func (a *Authority) Authenticate(ctx context.Context, text string) (Principal, error) {
	m := tokenForm.FindStringSubmatch(text)
	if m == nil {
		return Principal{}, ErrDenied
	}
	t, err := a.Tokens.Get(ctx, m[1])
	known := 1
	if errors.Is(err, ErrUnknown) {
		known = 0
	} else if err != nil {
		return Principal{}, fmt.Errorf("looking for a token: %w", err)
	}
	given := sha256.Sum256([]byte(m[2]))
	same := subtle.ConstantTimeCompare(given[:], t.Hash[:])
	if same&known != 1 || !t.ValidAt(a.Now()) {
		return Principal{}, ErrDenied
	}
	return t.principal(), nil
}

func (t Token) principal() Principal {
	return Principal{Token: t.ID, Role: t.Role, For: t.For, Person: t.Person}
}

// ValidAt tells whether a token is neither over nor revoked.
func (t Token) ValidAt(now time.Time) bool {
	return now.Before(t.Expires) && (t.Revoked.IsZero() || now.Before(t.Revoked))
}

// State says in one word how a token is: valid, expired or revoked.
func (t Token) State(now time.Time) string {
	switch {
	case !t.Revoked.IsZero() && !now.Before(t.Revoked):
		return "revoked"
	case !now.Before(t.Expires):
		return "expired"
	}
	return "valid"
}

// Revoke ends a token now. ErrUnknown where there is none.
func (a *Authority) Revoke(ctx context.Context, id string) error {
	if err := a.Tokens.Revoke(ctx, id, a.Now().UTC().Truncate(time.Second)); err != nil {
		return fmt.Errorf("revoking %s: %w", id, err)
	}
	return nil
}
