package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/eventstore"
	"arobase/eventstore/esdb"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault"
)

// dataDir is the directory of a ledger on this machine.
//
//	ledger.db      the events: the truth
//	vault.db       the sealed values, which can be erased; where --vault says another place, not there
//	ledger.secret  makes the ids of keyed commands unguessable (0600)
//	tree.hashes    the hashes of the log's tree; can be made again from ledger.db
//	log.key        signs the log (0600); not in backups
//	auth.db        who may write: tokens, as hashes, with the names of their owners (0600)
//	workspace.db   what the jury prepares: drafts of decisions; never public (0600)
//	evidence.db    files that were uploaded to show what is declared; can be erased (0600)
//	words.db       words of public texts, while a server runs; made again by each, and not in backups
//	log.key.next   there while it changes; log.key.<id>.retired where one was kept (both 0600, and not in backups)
//	log.db         every checkpoint that was signed; those under a second origin are in log.2.db, and so on
//	lock           held by the one process that writes
//	creating       there while the directory is being made; a directory that has it holds nothing yet
type dataDir string

func (d dataDir) file(name string) string { return filepath.Join(string(d), name) }

const (
	ledgerFile   = "ledger.db"
	vaultFile    = "vault.db"
	secretFile   = "ledger.secret"
	treeFile     = "tree.hashes"
	keyFile      = "log.key"
	headsFile    = "log.db"
	authFile     = "auth.db"
	roomFile     = "workspace.db"
	evidenceFile = "evidence.db"
	wordsFile    = "words.db"
	lockFile     = "lock"
	creatingFile = "creating"
)

// errNoLedger says that a directory holds no ledger.
var errNoLedger = errors.New("there is no ledger")

// errInUse says that another process holds the lock of a directory.
var errInUse = errors.New("another arobase is using this directory")

// exists tells whether the directory holds a ledger.
func (d dataDir) exists() (bool, error) {
	if _, err := os.Stat(d.file(creatingFile)); err == nil {
		return false, nil
	}
	_, err := os.Stat(d.file(ledgerFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// opened is a ledger with what it is made of.
type opened struct {
	*ledger.Ledger
	dir dataDir
	// store is where records are written and read. local is ledger.db: the same store, or the replica of a cluster.
	store   eventstore.Store
	local   *sqlite.Store
	cluster *esdb.Store // nil where the ledger is on this machine
	meter   *storeMeter
	hears   *slog.Logger // nil: nobody

	vault vault.Vault
	// files are those that were uploaded. Nil where there are none, and for whoever only reads.
	files fileStore
	// rotating says that whoever opened it changes the key of the log.
	rotating bool
	secret   [32]byte // known to the one process that writes
	lock     *os.File
}

func (o *opened) close() error {
	var errs []error
	if o.store != nil {
		errs = append(errs, o.store.Close())
	}
	if o.vault != nil {
		errs = append(errs, o.vault.Close())
	}
	if o.files != nil {
		errs = append(errs, o.files.Close())
	}
	if o.lock != nil {
		errs = append(errs, o.lock.Close())
	}
	return errors.Join(errs...)
}

// read opens the ledger for questions; another process may be writing meanwhile.
func (d dataDir) read(ctx context.Context) (_ *opened, err error) {
	o, err := d.readUnanswered(ctx)
	if err != nil {
		return nil, err
	}
	defer closeOnError(o, &err)
	if err = o.Runner().CatchUp(ctx); err != nil {
		return nil, err
	}
	return o, nil
}

// readUnanswered is read for those who want the records and no answer that rests on them.
func (d dataDir) readUnanswered(ctx context.Context) (_ *opened, err error) {
	if ok, err := d.exists(); err != nil {
		return nil, err
	} else if !ok {
		return nil, fmt.Errorf("%w in %s; `arobase import` makes one, or say --data DIR", errNoLedger, d)
	}
	o := &opened{dir: d}
	defer closeOnError(o, &err)
	if o.local, err = sqlite.OpenReadOnly(ctx, d.file(ledgerFile)); err != nil {
		return nil, fmt.Errorf("opening %s: %w", d.file(ledgerFile), err)
	}
	o.store = o.local
	o.vault, err = d.openVaultReadOnly(ctx, o.local.LedgerID())
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
		return nil, err
	}
	if o.Ledger, err = ledger.Open(ctx, ledger.Parts{Store: o.store, Vault: o.vault, Clock: time.Now}); err != nil {
		return nil, fmt.Errorf("opening %s: %w", d, err)
	}
	return o, o.sameLedger()
}

// sameLedger holds the ledger that the database names against the one that its first record opens.
func (o *opened) sameLedger() error {
	if o.LedgerID != o.local.LedgerID() {
		return fmt.Errorf("%s says that it is of the ledger %s, and its first record is of %s", o.dir.file(ledgerFile), o.local.LedgerID(), o.LedgerID)
	}
	return nil
}

func closeOnError(o *opened, err *error) {
	if *err != nil {
		*err = errors.Join(*err, o.close())
	}
}

// genesis says how a ledger begins where there is none.
type genesis struct {
	origin string
	madeUp bool
	// onCluster makes it in the cluster that the command was given, where there is none yet: never by the way.
	onCluster bool
	// logger hears how opening goes; nil: nobody.
	logger *slog.Logger
}

// defaultOrigin is the origin of a ledger that nobody named: that of this machine only.
const defaultOrigin = "arobase.localhost/log"

// write opens the ledger as the one process that writes, and makes it where there is none.
func (d dataDir) write(ctx context.Context, g genesis) (_ *opened, created bool, err error) {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return nil, false, fmt.Errorf("making the directory of the ledger: %w", err)
	}
	o := &opened{dir: d, hears: g.logger}
	defer closeOnError(o, &err)
	if o.lock, err = lock(d.file(lockFile)); err != nil {
		return nil, false, err
	}
	if err := d.dropRestoring(); err != nil {
		return nil, false, err
	}
	there, err := d.exists()
	if err != nil {
		return nil, false, err
	}
	if storeOf(ctx).shared() {
		created, err = o.writeNode(ctx, g, there)
		return o, created, err
	}
	if err := d.notANode("say with --store where that is; commands that have no --store write nothing there"); err != nil {
		return nil, false, err
	}
	if !there {
		if err := d.create(ctx, g); err != nil {
			return nil, false, fmt.Errorf("making a ledger in %s: %w", d, err)
		}
	}
	if err := o.open(ctx, d.file(vaultFile)); err != nil {
		return nil, false, err
	}
	return o, !there, nil
}

// open opens the files of a ledger whose lock is held, for writing. vaultPath is that of the vault.
func (o *opened) open(ctx context.Context, vaultPath string) (err error) {
	if o.local, err = sqlite.Open(ctx, o.dir.file(ledgerFile)); err != nil {
		return fmt.Errorf("opening %s: %w", o.dir.file(ledgerFile), err)
	}
	o.store = o.measured(o.local)
	return o.openRest(ctx, vaultPath)
}

// openRest opens what belongs to a store that is open.
func (o *opened) openRest(ctx context.Context, vaultPath string) (err error) {
	// A server that did not end by itself has left its index of words: no text is erased while a word of it stands there.
	if err := os.Remove(o.dir.file(wordsFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the index of words of a server that ended: %w", err)
	}
	if o.vault, err = o.dir.openVault(ctx, vaultPath, o.local.LedgerID()); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w; `arobase vault restore` brings it back from a backup, and --vault says where it is if it is elsewhere", err)
		}
		return err
	}
	if o.secret, err = readSecret(o.dir.file(secretFile), o.local.LedgerID()); err != nil {
		return err
	}
	if o.Ledger, err = ledger.Open(ctx, ledger.Parts{Store: o.store, Vault: o.vault, Secret: o.secret, Clock: time.Now}); err != nil {
		return fmt.Errorf("opening %s: %w", o.dir, err)
	}
	if err := o.sameLedger(); err != nil {
		return err
	}
	// Uploaded files are there for whatever is erased, whichever command erases it.
	if o.files, err = o.openFiles(ctx); err == nil {
		o.UseEvidence(o.files, ledger.DefaultEvidenceLimits())
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// The process before may have ended between the record of an erasure and the erasure.
	if _, err := o.RedoErasures(ctx); err != nil {
		return fmt.Errorf("opening %s: %w", o.dir, err)
	}
	return nil
}

// change opens a ledger that is there for writing. Nothing is written after records that were signed and are lost: what
// came then could never be signed. nothing says what did not happen in that case.
func (d dataDir) change(ctx context.Context, nothing string) (*opened, error) {
	if there, err := d.exists(); err != nil {
		return nil, err
	} else if !there {
		return nil, fmt.Errorf("%w in %s", errNoLedger, d)
	}
	o, _, err := d.write(ctx, genesis{})
	if err != nil {
		return nil, err
	}
	if o.cluster != nil { // what is decided rests on all that there is, and not on what has come so far
		if _, err := o.cluster.CatchUp(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", nothing, err), o.close())
		}
	}
	if err := o.signNow(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", nothing, err), o.close())
	}
	return o, nil
}

// create makes the files of a ledger. A marker stands while it does: what is found with the marker was never used.
func (d dataDir) create(ctx context.Context, g genesis) (err error) {
	if err := d.clear(ctx); err != nil {
		return err
	}
	if err := writeDurably(d.file(creatingFile), nil, 0o600); err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("making an id: %w", err)
	}
	var secret [32]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return fmt.Errorf("making a secret: %w", err)
	}
	if err := writeDurably(d.file(secretFile), secretText(secret, id), 0o600); err != nil {
		return err
	}
	if err := createLog(d, id, g.origin); err != nil {
		return err
	}
	o := &opened{}
	defer func() { err = errors.Join(err, o.close()) }()
	if o.local, err = sqlite.Create(ctx, d.file(ledgerFile), id); err != nil {
		return err
	}
	o.store = o.local
	if o.vault, err = createVault(ctx, d.file(vaultFile), id); err != nil {
		return err
	}
	parts := ledger.Parts{Store: o.store, Vault: o.vault, Secret: secret, Clock: time.Now}
	if _, err := ledger.Create(ctx, parts, ledger.Genesis{LedgerID: id, Origin: g.origin, MadeUp: g.madeUp}); err != nil {
		return err
	}
	if err := os.Remove(d.file(creatingFile)); err != nil {
		return fmt.Errorf("finishing: %w", err)
	}
	return syncDir(string(d))
}

// clear removes what an interrupted creation left, and refuses to touch anything else.
func (d dataDir) clear(ctx context.Context) error {
	if err := d.neverUsed(ctx); err != nil {
		return err
	}
	ours := map[string]bool{lockFile: true}
	all := []string{creatingFile, ledgerFile, vaultFile, secretFile, treeFile, keyFile, headsFile, authFile, roomFile, evidenceFile, wordsFile, cursorFile, cursorFile + ".confirmed"}
	if _, err := os.Stat(d.file(creatingFile)); err == nil {
		for _, f := range all {
			ours[f] = true
		}
	}
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return err
	}
	for _, e := range entries {
		base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(e.Name(), "-wal"), "-shm"), "-journal")
		if !ours[base] && slices.Contains(all, base) {
			return fmt.Errorf("%s is there and %s is not: bring that back, or name another directory", e.Name(), ledgerFile)
		}
		if !ours[base] || e.IsDir() {
			return fmt.Errorf("the directory is not empty: %s is not part of a ledger", e.Name())
		}
	}
	for _, e := range entries {
		if e.Name() != lockFile && e.Name() != creatingFile {
			if err := os.Remove(d.file(e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// genesisRecords is how many records a ledger is made with.
const genesisRecords = 2

// neverUsed refuses to clear a directory whose ledger holds more than its making wrote, whatever marker stands there.
func (d dataDir) neverUsed(ctx context.Context) error {
	store, err := sqlite.OpenReadOnly(ctx, d.file(ledgerFile))
	if err != nil {
		return nil // there is none, or one that was never finished
	}
	size, err := store.Size(ctx)
	if err = errors.Join(err, store.Close()); err != nil || size <= genesisRecords {
		return err
	}
	return fmt.Errorf("%s holds %d records, and the file %s says that it was never finished; remove that file if it is yours", d.file(ledgerFile), size, creatingFile)
}

// secretText is the secret of a ledger as a file: it names its ledger, so that it is never used for another.
func secretText(secret [32]byte, id uuid.UUID) []byte {
	return fmt.Appendf(nil, "# ledger %s\n%s\n", id, hex.EncodeToString(secret[:]))
}

func readSecret(path string, id uuid.UUID) ([32]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return [32]byte{}, fmt.Errorf("reading the secret of the ledger: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if len(lines) != 2 || lines[0] != "# ledger "+id.String() {
		return [32]byte{}, fmt.Errorf("%s is not the secret of the ledger %s", path, id)
	}
	raw, err := hex.DecodeString(lines[1])
	if err != nil || len(raw) != 32 {
		return [32]byte{}, fmt.Errorf("%s does not hold 32 bytes in hexadecimal", path)
	}
	return [32]byte(raw), nil
}

// writeDurably writes a file so that it is there, whole, after the loss of power.
func writeDurably(path string, content []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = bytes.NewReader(content).WriteTo(f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes the names in a directory durable.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
