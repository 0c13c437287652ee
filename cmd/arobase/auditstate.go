package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"arobase/api/audit"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault/sqlitevault"
)

// auditState is a directory in which the audits of one log keep what they have verified:
//
//	ledger.db   the records
//	vault.db    the values that were disclosed for them
//	audit.json  how far the audits have come, and the newest checkpoint that was believed
//	lock        held by the audit that runs
type auditState struct {
	dir   string
	lock  *os.File
	store *sqlite.Store
	vault *sqlitevault.Vault
}

const noteFile = "audit.json"

// defaultStateDir is where audits of the log of an origin keep what they have verified, if nobody names another place. What
// the auditor trusts, a key or a policy, is a part of its name: two ledgers on two machines may have one origin.
func defaultStateDir(origin, trusted string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("%w; name a directory with --state", err)
	}
	name := strings.ReplaceAll(url.PathEscape(origin), ".", "%2E") // no name of a directory means anything else
	sum := sha256.Sum256([]byte(trusted))
	return filepath.Join(cache, "arobase", "audit", name+"-"+hex.EncodeToString(sum[:4])), nil
}

// openAuditState opens a directory of audits, or makes it. fresh removes what earlier audits kept there, but nothing else.
func openAuditState(dir string, fresh bool) (_ *auditState, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the directory of the audits: %w", err)
	}
	if _, err := os.Stat(dataDir(dir).file(keyFile)); err == nil {
		return nil, usagef("%s is the directory of a ledger; name another one with --state", dir)
	}
	s := &auditState{dir: dir}
	if s.lock, err = lock(s.file(lockFile)); err != nil {
		return nil, err
	}
	if fresh {
		if err := s.clear(); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

func (s *auditState) file(name string) string { return filepath.Join(s.dir, name) }

// clear removes what audits kept, the note first: it says how much of the rest was found to be right.
func (s *auditState) clear() error {
	for _, name := range []string{noteFile, ledgerFile, vaultFile} {
		for _, suffix := range []string{"-wal", "-shm", "-journal", ""} {
			if err := os.Remove(s.file(name + suffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("beginning anew: %w", err)
			}
		}
	}
	return nil
}

// Open implements audit.Workspace.
func (s *auditState) Open(ctx context.Context) (audit.Kept, bool, error) {
	if _, err := os.Stat(s.file(ledgerFile)); errors.Is(err, fs.ErrNotExist) {
		return audit.Kept{}, false, nil
	}
	var err error
	if s.store, err = sqlite.Open(ctx, s.file(ledgerFile)); err != nil {
		return audit.Kept{}, false, err
	}
	// Between the making of the one file and of the other an audit may have ended.
	if _, err := os.Stat(s.file(vaultFile)); errors.Is(err, fs.ErrNotExist) {
		s.vault, err = sqlitevault.Create(ctx, s.file(vaultFile), s.store.LedgerID())
		return audit.Kept{Store: s.store, Vault: s.vault}, err == nil, err
	}
	if s.vault, err = sqlitevault.Open(ctx, s.file(vaultFile), s.store.LedgerID()); err != nil {
		s.vault = nil
		return audit.Kept{}, false, err
	}
	return audit.Kept{Store: s.store, Vault: s.vault}, true, nil
}

// Create implements audit.Workspace.
func (s *auditState) Create(ctx context.Context, ledger uuid.UUID) (_ audit.Kept, err error) {
	if s.store, err = sqlite.Create(ctx, s.file(ledgerFile), ledger); err != nil {
		return audit.Kept{}, err
	}
	if s.vault, err = sqlitevault.Create(ctx, s.file(vaultFile), ledger); err != nil {
		s.vault = nil
		return audit.Kept{}, err
	}
	return audit.Kept{Store: s.store, Vault: s.vault}, nil
}

// Note implements audit.Workspace.
func (s *auditState) Note() (n audit.Note, err error) {
	b, err := os.ReadFile(s.file(noteFile))
	if errors.Is(err, fs.ErrNotExist) {
		return n, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &n)
	}
	return n, err
}

// WriteNote implements audit.Workspace.
func (s *auditState) WriteNote(n audit.Note) error {
	b, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		return err
	}
	next := s.file(noteFile + ".next")
	if err := writeDurably(next, append(b, '\n'), 0o600); err != nil {
		return err
	}
	if err := os.Rename(next, s.file(noteFile)); err != nil {
		return err
	}
	return syncDir(s.dir)
}

// Close implements audit.Workspace.
func (s *auditState) Close() error {
	var errs []error
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	if s.vault != nil {
		errs = append(errs, s.vault.Close())
	}
	return errors.Join(append(errs, s.lock.Close())...)
}
