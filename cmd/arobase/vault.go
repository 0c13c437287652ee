package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"arobase/eventstore"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault"
	"arobase/eventstore/vault/sqlitevault"
	"arobase/eventstore/vault/vaultbackup"
)

func newVault() *cobra.Command {
	cmd := &cobra.Command{
		Use: "vault", Short: "All that is private: encrypted backups that end, and bringing it back",
		Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newVaultBackup(), newVaultRestore(), newVaultPrune(), newVaultPurge())
	return cmd
}

func newVaultBackup() *cobra.Command {
	cmd := &cobra.Command{
		Use: "backup FILE --recipient AGE1...", Short: "Write an encrypted backup of all that is private",
		Long: `Write all sealed values and the secret of the ledger, what is in preparation (drafts of
decisions), the uploaded files and the tokens into a new FILE, encrypted to every
--recipient with age (age-encryption.org). Only who has one of their private keys can
open it: keep those elsewhere than the ledger. serve may run meanwhile. log.key is not
in it: copy that once, by hand.

A backup ends: what is erased from the ledger lives on in the backups that were made
before, until they end. After --keep it is not restored any more, and vault prune
removes it. The file says in the open which ledger it is of and when it ends.

    age-keygen -o vault.key        makes a pair of keys; prints the public one, age1...
    arobase vault backup vault-2026-11-23.age --recipient age1...`,
		Args: between(1, 1, "the file to write"),
	}
	data := dataFlag(cmd)
	to := cmd.Flags().StringArray("recipient", nil, "who can open it: a public `key`, age1...; several are possible")
	keep := cmd.Flags().String("keep", "30d", "after how many `days` it ends")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		days, err := parseDays(*keep)
		if err != nil {
			return err
		}
		recipients, err := parseRecipients(*to)
		if err != nil {
			return err
		}
		return dataDir(*data).backUpVault(cmd.Context(), args[0], days, recipients, cmd.OutOrStdout())
	}
	return cmd
}

// parseDays reads a number of days: 30d.
func parseDays(s string) (time.Duration, error) {
	text, ok := strings.CutSuffix(s, "d")
	days, err := strconv.Atoi(text)
	if !ok || err != nil || days < 1 || days > 3650 {
		return 0, usagef("--keep is a number of days from 1d to 3650d, such as 30d, not %q", s)
	}
	return time.Duration(days) * 24 * time.Hour, nil
}

func parseRecipients(keys []string) ([]age.Recipient, error) {
	if len(keys) == 0 {
		return nil, usagef("name with --recipient who can open the backup: a public key, age1...; age-keygen makes one")
	}
	var all []age.Recipient
	for _, k := range keys {
		if strings.HasPrefix(strings.ToUpper(k), "AGE-SECRET-KEY-") {
			return nil, usagef("--recipient is a public key, age1...; what was given is a private one")
		}
		r, err := age.ParseX25519Recipient(k)
		if err != nil {
			return nil, usagef("--recipient is a public key, age1..., not %q: %w", k, err)
		}
		all = append(all, r)
	}
	return all, nil
}

// backUpVault writes a backup of the vault into a new file.
func (d dataDir) backUpVault(ctx context.Context, path string, keep time.Duration, recipients []age.Recipient, out io.Writer) (err error) {
	o, err := d.readUnanswered(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	if o.vault == nil {
		return fmt.Errorf("%s is missing or cannot be read", d.vaultName(ctx))
	}
	secret, err := readSecret(d.file(secretFile), o.LedgerID)
	if err != nil {
		return err
	}
	now := time.Now()
	h := vaultbackup.Header{Ledger: o.LedgerID, Made: now, Until: now.Add(keep)}
	var c vaultbackup.Counts
	var beside roomCounts
	rooms, err := o.rooms(&beside)
	if err != nil {
		return err
	}
	err = writeNew(path, func(w io.Writer) (err error) {
		c, err = vaultbackup.WriteWith(ctx, w, h, o.vault, secret, rooms, recipients...)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %d values, %d erased, %d marks of requests; it ends on %s\n", path, c.Secrets, c.Erased, c.Requests, day(h.Until))
	if len(rooms) > 0 {
		fmt.Fprintf(out, "%s: and %s\n", path, beside)
	}
	return nil
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func newVaultRestore() *cobra.Command {
	cmd := &cobra.Command{
		Use: "restore FILE --identity KEYFILE", Short: "Bring back from a backup all that is private",
		Long: `Bring the sealed values back from a backup into the directory of their ledger, whose
vault may be missing, empty or incomplete, or, with --vault, into a database, where a
vault is made if there is none; and with them the documents in preparation, the
uploaded files and the tokens that are missing. What is there stays as it is, what was
erased stays erased and what was revoked stays revoked, whatever the backup holds. The
whole file is verified before anything is written; a damaged one, one of another ledger
and one that has ended change nothing. A file that is missing gets its name once it is
whole. serve must not run meanwhile.

Tokens come back as they were on the day of the backup: where auth.db was lost, revoke
again what was revoked since.`,
		Args: between(1, 1, "the backup"),
	}
	data := dataFlag(cmd)
	identity := cmd.Flags().String("identity", "", "the `file` with the private key, as age-keygen writes it")
	ended := cmd.Flags().Bool("expired", false, "restore even a backup that has ended")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *identity == "" {
			return usagef("name with --identity the file with the private key that opens the backup")
		}
		keys, err := os.Open(*identity)
		if err != nil {
			return err
		}
		defer keys.Close()
		identities, err := age.ParseIdentities(keys)
		if err != nil {
			return fmt.Errorf("reading %s: %w", *identity, err)
		}
		r := vaultRestore{dir: dataDir(*data), identities: identities, ended: *ended, stderr: cmd.ErrOrStderr()}
		return r.run(cmd.Context(), args[0], cmd.OutOrStdout())
	}
	return cmd
}

// vaultRestore brings a backup back into a directory.
type vaultRestore struct {
	dir        dataDir
	identities []age.Identity
	ended      bool // take a backup that has ended
	stderr     io.Writer
}

func (r vaultRestore) run(ctx context.Context, path string, out io.Writer) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if there, err := r.dir.exists(); err != nil {
		return err
	} else if !there {
		return fmt.Errorf("%w in %s: its records come first", errNoLedger, r.dir)
	}
	held, err := lock(r.dir.file(lockFile))
	if err != nil {
		return err
	}
	defer held.Close()
	b, err := r.verify(ctx, file)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := r.secret(ctx, b); err != nil {
		return err
	}
	if err := r.dir.dropRestoring(); err != nil {
		return err
	}
	missing, err := r.create(ctx, b.Ledger)
	if err != nil {
		return err
	}
	vaultPath := r.dir.file(vaultFile)
	missing = missing && !vaultOf(ctx).shared() // its name is given once it is whole; a database has no such name
	if missing {
		vaultPath += restoring
	}
	beside := &roomRestore{dir: r.dir, ledger: b.Ledger}
	if missing {
		beside.missing = append(beside.missing, vaultFile)
	}
	kept, erased, err := r.merge(ctx, file, vaultPath, beside)
	if err == nil {
		err = r.dir.name(beside.missing)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, errors.Join(err, r.dir.dropRestoring()))
	}
	fmt.Fprintf(out, "the backup of %s holds %d values and %d erased; the vault now holds %d, and %d are erased\n",
		day(b.Made), b.Secrets, b.Erased, kept, erased)
	if b.Items > 0 {
		fmt.Fprintf(out, "besides came back %s\n", beside.added)
	}
	if beside.added.tokens > 0 {
		fmt.Fprintf(r.stderr, "the tokens are as they were on %s: revoke again those that were revoked since (arobase token list)\n", day(b.Made))
	}
	return nil
}

// name gives the files that were made their names. One that got its name before another could not be is whole by itself.
func (d dataDir) name(files []string) error {
	for _, file := range files {
		if err := os.Rename(d.file(file)+restoring, d.file(file)); err != nil {
			return err
		}
	}
	return syncDir(string(d))
}

// merge adds what the backup holds to a vault and to what lies beside it, and counts what the vault holds then.
func (r vaultRestore) merge(ctx context.Context, file io.Reader, vaultPath string, beside *roomRestore) (kept, erased int, err error) {
	o := &opened{dir: r.dir}
	defer func() { err = errors.Join(err, beside.close(), o.close()) }()
	// Opening it redoes every erasure of the ledger: their tombstones stand before any value comes.
	if err := o.open(ctx, vaultPath); err != nil {
		return 0, 0, err
	}
	take := func(room string, item json.RawMessage) error { return beside.take(ctx, o, room, item) }
	if _, err := vaultbackup.RestoreWith(ctx, file, o.vault, take, r.identities...); err != nil {
		return 0, 0, err
	}
	if err := beside.finish(ctx, o); err != nil {
		return 0, 0, err
	}
	err = o.vault.Each(ctx, func(s vault.Secret) error {
		if s.Value == nil {
			erased++
		} else {
			kept++
		}
		return nil
	})
	return kept, erased, err
}

// verify reads the whole backup and holds it against the ledger, and leaves the file at its beginning.
func (r vaultRestore) verify(ctx context.Context, file *os.File) (vaultbackup.Backup, error) {
	b, err := vaultbackup.VerifyWith(ctx, file, checkRoomItem, r.identities...)
	if err != nil {
		return b, err
	}
	store, err := sqlite.OpenReadOnly(ctx, r.dir.file(ledgerFile))
	if err != nil {
		return b, fmt.Errorf("opening %s: %w", r.dir.file(ledgerFile), err)
	}
	ledgerID := store.LedgerID()
	switch err := store.Close(); {
	case err != nil:
		return b, err
	case b.Ledger != ledgerID:
		return b, fmt.Errorf("%w: it is of %s, and %s holds %s", eventstore.ErrForeign, b.Ledger, r.dir, ledgerID)
	case b.Ended(time.Now()) && !r.ended:
		return b, fmt.Errorf("the backup ended on %s and is not meant to be used any more; --expired restores it all the same", day(b.Until))
	}
	_, err = file.Seek(0, io.SeekStart)
	return b, err
}

// secret brings the secret of the ledger back where it is missing, or where another has never been used, as after a
// restore without the vault. One that was used stays.
func (r vaultRestore) secret(ctx context.Context, b vaultbackup.Backup) error {
	path := r.dir.file(secretFile)
	there, err := readSecret(path, b.Ledger)
	if err == nil && there == b.LedgerSecret {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil {
		used, err := r.used(ctx, b.Ledger)
		if err != nil {
			return err
		}
		if used {
			fmt.Fprintf(r.stderr, "%s is another than that of the backup, and stays\n", path)
			return nil
		}
	}
	return writeDurably(path, secretText(b.LedgerSecret, b.Ledger), 0o600)
}

// used tells whether the vault that is there holds a value or the mark of a request, and so the secret beside it has been
// used.
func (r vaultRestore) used(ctx context.Context, id uuid.UUID) (used bool, err error) {
	v, err := r.dir.openVaultReadOnly(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil // nobody knows
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	return used, errors.Join(
		v.Each(ctx, func(s vault.Secret) error { used = used || s.Value != nil; return nil }),
		v.EachRequest(ctx, func(vault.Request) error { used = true; return nil }),
	)
}

// restoring ends the name of a file that is being made from a backup: it gets its own once it is whole.
const restoring = ".restoring"

// dropRestoring removes what an interrupted restoration left: values that nobody erases lie there.
func (d dataDir) dropRestoring() error {
	for _, file := range []string{vaultFile, roomFile, evidenceFile, authFile} {
		for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
			if err := os.Remove(d.file(file) + restoring + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// create makes a vault to restore into where there is none.
func (r vaultRestore) create(ctx context.Context, id uuid.UUID) (missing bool, err error) {
	if vaultOf(ctx).shared() {
		v, err := createVault(ctx, "", id)
		if errors.Is(err, fs.ErrExist) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		return true, v.Close()
	}
	path := r.dir.file(vaultFile)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	// What SQLite keeps beside a file would be taken for that of the new one. Readers leave an empty log and its index.
	for _, suffix := range []string{"-wal", "-journal"} {
		if info, err := os.Stat(path + suffix); err == nil && info.Size() > 0 {
			return false, fmt.Errorf("%s is there and %s is not: move it away first", path+suffix, path)
		}
	}
	for _, suffix := range []string{"-wal", "-journal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	v, err := sqlitevault.Create(ctx, path+restoring, id)
	if err != nil {
		return false, err
	}
	return true, v.Close()
}

func newVaultPrune() *cobra.Command {
	cmd := &cobra.Command{
		Use: "prune DIR", Short: "Remove the backups of sealed values that have ended",
		Long: `Remove from a directory every backup of a vault that has ended, of whatever ledger.
Backups that have not ended and all other files stay. No key is needed. Run it every
day where backups are kept: what is erased lives on in them until they end.`,
		Args: between(1, 1, "the directory with the backups"),
	}
	dry := cmd.Flags().Bool("dry-run", false, "say what would be removed, remove nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return pruneBackups(args[0], time.Now(), *dry, cmd.OutOrStdout())
	}
	return cmd
}

// pruneBackups removes the backups of a directory that have ended by now, and says what it did with each.
func pruneBackups(dir string, now time.Time, dry bool, out io.Writer) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	removed := "removed"
	if dry {
		removed = "would remove"
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		path := filepath.Join(dir, e.Name())
		h, err := headerOfBackup(path)
		switch {
		case errors.Is(err, vaultbackup.ErrFormat):
			continue
		case err != nil:
			return err
		case !h.Ended(now):
			fmt.Fprintf(out, "%s: kept, it ends on %s\n", path, day(h.Until))
			continue
		case !dry:
			if err := os.Remove(path); err != nil {
				return err
			}
		}
		fmt.Fprintf(out, "%s: %s, it ended on %s\n", path, removed, day(h.Until))
	}
	return syncDir(dir)
}

func headerOfBackup(path string) (vaultbackup.Header, error) {
	f, err := os.Open(path)
	if err != nil {
		return vaultbackup.Header{}, err
	}
	defer f.Close()
	return vaultbackup.ReadHeader(f)
}
