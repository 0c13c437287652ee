package main

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arobase/api/ledger"
	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/eventstore/sqlite"
	"arobase/projections/transparency"
)

func newRestore() *cobra.Command {
	var r restoration
	cmd := &cobra.Command{
		Use: "restore FILE --data DIR", Short: "Bring a ledger back from a backup",
		Long: `Bring the records and the checkpoints back from a backup into an empty directory. All
of the file is verified before anything is in place: every hash, the records against
the root, and the last checkpoint against the records and, with --key, its signature.

--key brings the private key of the log. Without it a new one is made, by which nothing
can be signed under the name of the log.

serve signs nothing from the directory until it is shown the newest checkpoint that
anyone has: the ledger may have gone on after the backup was made. --seen shows it one
at once. The sealed values are not in the backup; arobase vault restore brings them
back, and until then texts are shown as not at hand.

    arobase restore ledger-2026-11-23.tar --data DIR --key log.key
    arobase vault restore vault-2026-11-23.age --data DIR --identity vault.key
    arobase serve --data DIR --mirror https://label.example

Exit code 3 where the file, or what is shown, does not verify; then nothing is in place.`,
		Args: between(1, 1, "the backup"),
	}
	data := dataFlag(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&r.seen, "seen", nil, "a `file` with the newest checkpoint of this log that anyone has, or with several; needs --key")
	f.StringVar(&r.key, "key", "", "the `file` with the private key of the log")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(r.seen) > 0 && r.key == "" {
			return usagef("--seen needs --key: what is shown is verified with the key of the log")
		}
		r.dir, r.out = dataDir(*data), cmd.OutOrStdout()
		return r.run(cmd.Context(), args[0])
	}
	return cmd
}

// restoration is one backup on its way into a directory.
type restoration struct {
	dir  dataDir
	seen []string // files with checkpoints
	key  string   // the file of the private key, or ""
	out  io.Writer
	// What to say of a ledger that came from elsewhere: why it may have gone on there, why its texts are not at hand, and what
	// it is that does not verify.
	doubt, absent string
	refused       error

	staged dataDir // where the files are until all of them are verified
	manifest
}

// stagingDir is below the directory that is restored into, so that the files come into place by their names alone. A
// directory that has it holds no ledger.
const stagingDir = "restoring"

// errBackup says that a file is not a backup, or not as it was made.
var errBackup = errors.New("the backup does not verify")

func (r *restoration) run(ctx context.Context, path string) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	seen, err := readSeen(r.seen)
	if err != nil {
		return err
	}
	held, made, err := r.prepare()
	if err != nil {
		return err
	}
	inPlace := false
	defer func() {
		if !inPlace {
			err = errors.Join(err, r.discard(made))
		}
		held.Close()
	}()
	if err := r.unpack(file); err != nil {
		return &unprovenError{fmt.Errorf("%s: %w: %w", path, errBackup, err)}
	}
	r.doubt, r.absent, r.refused = "it was restored from a backup of "+day(r.Made), "restored without the vault", errBackup
	last, shown, err := r.assemble(ctx, seen)
	if err != nil {
		return err
	}
	if err := r.intoPlace(); err != nil {
		return err
	}
	inPlace = true
	return r.tell(last, shown)
}

// discard removes what was made in a directory that was empty.
func (r *restoration) discard(made bool) error {
	if made {
		return os.RemoveAll(string(r.dir))
	}
	entries, err := os.ReadDir(string(r.dir))
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(r.dir.file(e.Name())))
	}
	return err
}

// prepare makes the directory, which must be empty, and holds its lock.
func (r *restoration) prepare() (held *os.File, made bool, err error) {
	err = os.Mkdir(string(r.dir), 0o700)
	made = err == nil
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, false, fmt.Errorf("making %s: %w", r.dir, err)
	}
	entries, err := os.ReadDir(string(r.dir))
	if err != nil {
		return nil, made, err
	}
	if len(entries) > 0 {
		return nil, made, fmt.Errorf("%s is not empty: %s is there; restore into an empty directory", r.dir, entries[0].Name())
	}
	if held, err = lock(r.dir.file(lockFile)); err != nil {
		return nil, made, err
	}
	r.staged = dataDir(r.dir.file(stagingDir))
	if err := os.Mkdir(string(r.staged), 0o700); err != nil {
		return nil, made, errors.Join(err, held.Close())
	}
	return held, made, nil
}

// unpack verifies the file and writes its parts where they are not in place yet.
func (r *restoration) unpack(file io.Reader) error {
	const most = 1 << 20
	archive := tar.NewReader(file)
	next := func(name string) (int64, error) {
		h, err := archive.Next()
		switch {
		case errors.Is(err, io.EOF):
			return 0, fmt.Errorf("it ends where %s should be", name)
		case err != nil:
			return 0, err
		case h.Name != name || h.Typeflag != tar.TypeReg:
			return 0, fmt.Errorf("%q is where %s should be", h.Name, name)
		}
		return h.Size, nil
	}
	text := func(name string) ([]byte, error) {
		size, err := next(name)
		if err != nil {
			return nil, err
		}
		if size > most {
			return nil, fmt.Errorf("%s has %d bytes", name, size)
		}
		return io.ReadAll(archive)
	}
	about, err := text(manifestFile)
	if err != nil {
		return err
	}
	if err := r.readManifest(about); err != nil {
		return err
	}
	for _, p := range r.Parts {
		size, err := next(p.Name)
		if err != nil {
			return err
		}
		if size != p.Bytes {
			return fmt.Errorf("%s has %d bytes, not %d", p.Name, size, p.Bytes)
		}
		if err := r.unpackPart(p, archive); err != nil {
			return err
		}
	}
	found, err := text(sumsFile)
	if err != nil {
		return err
	}
	if !bytes.Equal(found, sums(about, r.manifest)) {
		return fmt.Errorf("%s does not fit what is there", sumsFile)
	}
	if _, err := archive.Next(); !errors.Is(err, io.EOF) {
		return errors.Join(errors.New("there is more than there should be"), err)
	}
	if n, err := io.Copy(io.Discard, file); n > 0 || err != nil {
		return errors.Join(errors.New("there is more behind its end"), err)
	}
	return nil
}

// readManifest reads the manifest strictly.
func (r *restoration) readManifest(about []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(about))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&r.manifest); err != nil {
		return fmt.Errorf("reading %s: %w", manifestFile, err)
	}
	if r.Format != backupFormat {
		return fmt.Errorf("its format is %q, and this program knows %s", r.Format, backupFormat)
	}
	names := map[string]bool{}
	for _, p := range r.Parts {
		if !partName.MatchString(p.Name) || names[p.Name] || p.Bytes < 0 {
			return fmt.Errorf("%s names a part %q", manifestFile, p.Name)
		}
		names[p.Name] = true
	}
	if !names[ledgerFile] {
		return fmt.Errorf("%s names no %s", manifestFile, ledgerFile)
	}
	return nil
}

func (r *restoration) unpackPart(p part, from io.Reader) error {
	to, err := os.OpenFile(r.staged.file(p.Name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(to, sum), from)
	if err = errors.Join(err, to.Sync(), to.Close()); err != nil {
		return fmt.Errorf("unpacking %s: %w", p.Name, err)
	}
	if found := hex.EncodeToString(sum.Sum(nil)); found != p.SHA256 {
		return fmt.Errorf("%s has another SHA-256 than it should", p.Name)
	}
	return nil
}

// assemble makes of the parts a whole directory, and verifies what they say against each other. It gives the last
// checkpoint, and the greatest that was shown.
func (r *restoration) assemble(ctx context.Context, seen [][]byte) (last, shown tlog.Head, err error) {
	o := &opened{dir: r.staged}
	defer func() { err = errors.Join(err, o.close()) }()
	bad := func(format string, args ...any) error {
		return &unprovenError{fmt.Errorf("%w: "+format, append([]any{r.refused}, args...)...)}
	}
	if o.local, err = sqlite.OpenReadOnly(ctx, r.staged.file(ledgerFile)); err != nil {
		return last, shown, bad("%w", err)
	}
	o.store = o.local
	if o.Ledger, err = ledger.Open(ctx, ledger.Parts{Store: o.store, Clock: time.Now}); err != nil {
		return last, shown, bad("%w", err)
	}
	if err := o.sameLedger(); err != nil || o.LedgerID != r.Ledger || o.Origin != r.Origin {
		return last, shown, bad("it says that it is of the ledger %s, %s, and its records are of %s, %s", r.Ledger, r.Origin, o.LedgerID, o.Origin)
	}
	tree, _, err := transparency.Open(ctx, r.staged.file(treeFile), o.store)
	if err != nil {
		return last, shown, bad("%w", err)
	}
	defer func() { err = errors.Join(err, tree.Close()) }()
	if root, err := tree.Root(tree.Size()); err != nil || tree.Size() != r.Size || root != r.Root {
		return last, shown, bad("its records are %d with the root %s, and it says %d with the root %s", tree.Size(), root, r.Size, r.Root)
	}
	origins, err := o.Origins(ctx)
	if err != nil {
		return last, shown, err
	}
	heads, err := sqlitelog.Open(r.staged.headsOf(len(origins)-1), o.LedgerID)
	if errors.Is(err, fs.ErrNotExist) {
		heads, err = sqlitelog.Create(r.staged.headsOf(len(origins)-1), o.LedgerID)
	}
	if err != nil {
		return last, shown, bad("%w", err)
	}
	defer func() { err = errors.Join(err, heads.Close()) }()
	if last, err = heads.Last(ctx); err != nil {
		return last, shown, bad("%w", err)
	}
	if last.Size != r.Signed || last.Size > tree.Size() {
		return last, shown, bad("its last checkpoint is of %d records, and it says %d, and holds %d", last.Size, r.Signed, tree.Size())
	}
	if root, err := tree.Root(last.Size); err != nil || last.Size > 0 && root != last.Root {
		return last, shown, bad("its last checkpoint has another root than its first %d records", last.Size)
	}
	absent := sqlitelog.Absent{From: 0, End: r.Size, Why: r.absent, At: time.Now().UTC().Truncate(time.Second)}
	if err := errors.Join(heads.Unprove(r.doubt), heads.AddAbsent(ctx, absent)); err != nil {
		return last, shown, err
	}
	if err := r.private(ctx, o); err != nil {
		return last, shown, err
	}
	if r.key == "" {
		return last, shown, makeStranger(r.staged, heads, o.LedgerID, o.Origin)
	}
	key, err := r.bringKey(ctx, o, last)
	if err != nil {
		return last, shown, err
	}
	shown, err = r.show(ctx, tlog.NewSigner(key, tree, heads, time.Now), tree, seen)
	return last, shown, err
}

// private makes what was not in the backup, empty.
func (r *restoration) private(ctx context.Context, o *opened) error {
	v, err := createVault(ctx, r.staged.file(vaultFile), o.LedgerID)
	if shared := vaultOf(ctx).shared(); shared && errors.Is(err, fs.ErrExist) {
		v, err = r.dir.openVault(ctx, "", o.LedgerID) // the other nodes have it
	}
	if err != nil {
		return err
	}
	if err := v.Close(); err != nil {
		return err
	}
	var secret [32]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return fmt.Errorf("making a secret: %w", err)
	}
	return writeDurably(r.staged.file(secretFile), secretText(secret, o.LedgerID), 0o600)
}

// bringKey takes the private key that was given, if it is the one that signs this log.
func (r *restoration) bringKey(ctx context.Context, o *opened, last tlog.Head) (*tlog.Key, error) {
	if _, err := tlog.LoadKey(r.key, o.LedgerID, o.Origin); err != nil {
		return nil, err
	}
	content, err := os.ReadFile(r.key)
	if err != nil {
		return nil, err
	}
	if err := writeDurably(r.staged.file(keyFile), content, 0o600); err != nil {
		return nil, err
	}
	s, err := o.signing(ctx)
	if err != nil {
		return nil, err
	}
	keys := []string{s.key.VerifierKey()}
	for _, k := range s.origin().Keys {
		keys = append(keys, k.Key)
	}
	if s.unfit == nil && last.Size > 0 {
		s.unfit = checkHead(last, keys...)
	}
	if s.unfit != nil {
		return nil, &unprovenError{fmt.Errorf("%s is not the key that signs this log: %w", r.key, s.unfit)}
	}
	return s.key, nil
}

// show shows the signer what was seen. What contradicts the backup ends it: something else than this was signed.
func (r *restoration) show(ctx context.Context, signer *tlog.Signer, tree *transparency.Tree, seen [][]byte) (greatest tlog.Head, err error) {
	for _, signed := range seen {
		head, err := signer.Show(ctx, signed)
		if err != nil {
			return greatest, &unprovenError{fmt.Errorf("--seen: %w", err)}
		}
		root, err := tree.Root(min(head.Size, tree.Size()))
		if err != nil {
			return greatest, err
		}
		if head.Size <= tree.Size() && root != head.Root {
			return greatest, &unprovenError{fmt.Errorf("--seen: the checkpoint of %d records contradicts the backup: something else was signed. Find the backup that is what was signed; where there is none, restore without --seen, and see arobase log reopen (docs/operating.md)", head.Size)}
		}
		if head.Size > greatest.Size {
			greatest = head
		}
	}
	return greatest, nil
}

// intoPlace gives the files their names, the records last: without them the directory holds no ledger.
func (r *restoration) intoPlace() error {
	entries, err := os.ReadDir(string(r.staged))
	if err != nil {
		return err
	}
	if err := syncDir(string(r.staged)); err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == ledgerFile {
			continue
		}
		// Whoever only reads a database leaves an empty log of it, with its index.
		if strings.HasSuffix(e.Name(), "-wal") || strings.HasSuffix(e.Name(), "-shm") {
			if err := os.Remove(r.staged.file(e.Name())); err != nil {
				return err
			}
			continue
		}
		if err := os.Rename(r.staged.file(e.Name()), r.dir.file(e.Name())); err != nil {
			return err
		}
	}
	if err := syncDir(string(r.dir)); err != nil {
		return err
	}
	return errors.Join(os.Rename(r.staged.file(ledgerFile), r.dir.file(ledgerFile)), os.Remove(string(r.staged)), syncDir(string(r.dir)), syncDir(filepath.Dir(string(r.dir))))
}

// tell says what is there, and what is not.
func (r *restoration) tell(last, shown tlog.Head) error {
	line := func(format string, args ...any) { fmt.Fprintf(r.out, format+"\n", args...) }
	line("restored %d records of the ledger %s, %s, into %s; root %s", r.Size, r.Ledger, r.Origin, r.dir, r.Root)
	if last.Size == 0 {
		line("nothing was signed when the backup was made")
	} else {
		line("the last checkpoint in the backup is of %d records", last.Size)
	}
	return r.tellStanding(shown)
}

// tellStanding says what is missing, and what serve will do.
func (r *restoration) tellStanding(shown tlog.Head) error {
	line := func(format string, args ...any) { fmt.Fprintf(r.out, format+"\n", args...) }
	line("the sealed values are not in it: arobase vault restore brings them back; until then texts are not at hand")
	switch {
	case r.key == "":
		line("the key of the log is not in it: put log.key back; the one that was made signs nothing")
		line("serve signs nothing until then, and until it is shown the newest checkpoint: serve --seen FILE, or --mirror URL")
	case shown.Size == 0:
		line("serve signs nothing until it is shown the newest checkpoint: serve --seen FILE, or --mirror URL")
	case shown.Size > r.Size:
		line("others have a checkpoint of %d records: records %d to %d are missing here; serve --mirror URL fetches them, and signs nothing until they are there", shown.Size, r.Size, shown.Size-1)
	default:
		line("it was shown a checkpoint of %d records, which it holds: serve goes on from there", shown.Size)
	}
	return nil
}
