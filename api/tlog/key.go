package tlog

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"filippo.io/torchwood"
	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"

	"arobase/eventstore"
)

var (
	// ErrKeyMode says that others can read or write a key file.
	ErrKeyMode = errors.New("key file is open to others")
	// ErrKeyFormat says that a file is not a key file.
	ErrKeyFormat = errors.New("not a key file of a log")
	// ErrOrigin says that an origin is not one, or is another.
	ErrOrigin = errors.New("wrong origin")
)

// Key is the Ed25519 key of a log. Its name in signatures is the log's origin (C2SP tlog-checkpoint). It never prints
// its secret.
type Key struct {
	ledger   uuid.UUID
	signer   note.Signer
	verifier note.Verifier
	vkey     string
	earlier  []note.Verifier // the keys of the same origin that it follows
	beside   note.Signer     // the key that it is about to replace, which signs too; or nil
}

// GenerateKey makes a new key and its file, which only the owner can read, and returns when the file is durable. It
// never writes over a file: an existing one is an error that wraps fs.ErrExist. The randomness is 32 bytes.
//
// The file has two lines:
//
//	# ledger <uuid> origin <origin>
//	PRIVATE+KEY+<origin>+<hash>+<base64>
func GenerateKey(path string, ledger uuid.UUID, origin string, random io.Reader) (_ *Key, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("making key %s: %w", path, err)
		}
	}()
	if err := checkOrigin(origin); err != nil {
		return nil, err
	}
	skey, _, err := note.GenerateKey(random, origin)
	if err != nil {
		return nil, err
	}
	key, err := newKey(ledger, skey)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(f, "# ledger %s origin %s\n%s\n", ledger, origin, skey)
	// Signatures by a key that is then lost would be signatures by nobody, so its name is synced too.
	if err := errors.Join(err, f.Sync(), f.Close(), syncDirectory(filepath.Dir(path))); err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	return key, nil
}

// LoadKey reads the key of a ledger. A file that others can read is ErrKeyMode, one of another ledger
// eventstore.ErrForeign, one of another origin ErrOrigin, anything else that is not a key file ErrKeyFormat.
func LoadKey(path string, ledger uuid.UUID, origin string) (_ *Key, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("loading key %s: %w", path, err)
		}
	}()
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%w: its mode is %04o, and must be 0600", ErrKeyMode, mode)
	}
	const limit = 4096
	text, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return nil, err
	}
	return parseKey(string(text), ledger, origin)
}

func parseKey(text string, ledger uuid.UUID, origin string) (*Key, error) {
	comment, rest, _ := strings.Cut(text, "\n")
	skey, end, found := strings.Cut(rest, "\n")
	fields := strings.Split(comment, " ")
	if !found || end != "" || len(fields) != 5 || fields[0] != "#" || fields[1] != "ledger" || fields[3] != "origin" {
		return nil, ErrKeyFormat
	}
	// What errors repeat has the form of an id and of an origin: in a broken file the secret may stand in their place.
	if _, err := uuid.Parse(fields[2]); err != nil || checkOrigin(fields[4]) != nil {
		return nil, ErrKeyFormat
	}
	if fields[2] != ledger.String() {
		return nil, fmt.Errorf("%w: it is of %s, not of %s", eventstore.ErrForeign, fields[2], ledger)
	}
	if fields[4] != origin {
		return nil, fmt.Errorf("%w: the key's is %s, the ledger's %s", ErrOrigin, fields[4], origin)
	}
	key, err := newKey(ledger, skey)
	if err != nil {
		return nil, err
	}
	if key.Origin() != origin {
		return nil, fmt.Errorf("%w: the key is named %s, the ledger's is %s", ErrOrigin, key.Origin(), origin)
	}
	return key, nil
}

func newKey(ledger uuid.UUID, skey string) (*Key, error) {
	signer, err := note.NewSigner(skey)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyFormat, err)
	}
	// NewSigner has checked the form: PRIVATE+KEY+<name>+<hash>+<base64 of the algorithm and the seed>. The base64 may
	// have pluses of its own.
	secret, err := base64.StdEncoding.DecodeString(strings.SplitN(skey, "+", 5)[4])
	if err != nil {
		return nil, ErrKeyFormat
	}
	public := ed25519.NewKeyFromSeed(secret[1:]).Public().(ed25519.PublicKey)
	vkey, err := note.NewEd25519VerifierKey(signer.Name(), public)
	if err != nil {
		return nil, err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, err
	}
	return &Key{ledger: ledger, signer: signer, verifier: verifier, vkey: vkey}, nil
}

// Origin is the log's origin, which is the key's name.
func (k *Key) Origin() string { return k.signer.Name() }

// Ledger is the ledger that the key belongs to.
func (k *Key) Ledger() uuid.UUID { return k.ledger }

// VerifierKey is the public key in the form of C2SP signed-note ("vkey"): <origin>+<hash>+<base64>.
func (k *Key) VerifierKey() string { return k.vkey }

// String is VerifierKey: a key that is printed shows its public half.
func (k *Key) String() string { return k.vkey }

// GoString is VerifierKey.
func (k *Key) GoString() string { return k.vkey }

// Following gives the key as one that follows others of the same origin, whose checkpoints a signer goes on from. The
// key itself among them changes nothing.
func (k *Key) Following(vkeys ...string) (*Key, error) {
	next := *k
	next.earlier = nil
	for _, vkey := range vkeys {
		v, err := note.NewVerifier(vkey)
		if err != nil {
			return nil, fmt.Errorf("reading an earlier key: %w", err)
		}
		if v.Name() != k.Origin() {
			return nil, fmt.Errorf("%w: the earlier key is of %s, the key of %s", ErrOrigin, v.Name(), k.Origin())
		}
		if v.KeyHash() != k.verifier.KeyHash() {
			next.earlier = append(next.earlier, v)
		}
	}
	return &next, nil
}

// Beside gives the key together with the one that it replaces: both sign. It is for the checkpoint that covers the
// event key-rotated.
func (k *Key) Beside(old *Key) *Key {
	both := *k
	both.beside = old.signer
	return &both
}

// policy demands a signature by the key or by one that it follows, on a checkpoint of its origin.
func (k *Key) policy() torchwood.Policy {
	trusted := []torchwood.Policy{torchwood.SingleVerifierPolicy(k.verifier)}
	for _, v := range k.earlier {
		trusted = append(trusted, torchwood.SingleVerifierPolicy(v))
	}
	return torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(k.Origin()), torchwood.ThresholdPolicy(1, trusted...))
}

// signers are those whose signatures a checkpoint gets, the older key first.
func (k *Key) signers() []note.Signer {
	if k.beside == nil {
		return []note.Signer{k.signer}
	}
	return []note.Signer{k.beside, k.signer}
}

// checkOrigin holds the rules for a key's name (C2SP signed-note): not empty, no space, no plus. Control characters
// would break the lines of a checkpoint.
func checkOrigin(origin string) error {
	bad := func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '+' || r == unicode.ReplacementChar
	}
	if origin == "" || strings.ContainsFunc(origin, bad) {
		return fmt.Errorf("%w: %q must be a name without space or plus, like example.org/log", ErrOrigin, origin)
	}
	return nil
}

func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	err = directory.Sync()
	if errors.Is(err, fs.ErrInvalid) {
		err = nil // a file system without it
	}
	return errors.Join(err, directory.Close())
}
