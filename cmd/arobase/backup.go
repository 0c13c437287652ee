package main

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/eventstore/sqlite"
	"arobase/projections/transparency"
)

// A backup is a tar archive that any tool can look into:
//
//	manifest.json   what it is, with size and SHA-256 of each part
//	ledger.db       the records, as they were at one moment
//	log.db          every checkpoint that was signed before that moment; log.2.db and so on under later names
//	SHA256SUMS      of all of these, for sha256sum -c; a backup that was cut has none
//
// All of it is public. What must stay secret (vault.db, ledger.secret, log.key) is not in it.
const (
	backupFormat = "arobase-backup-v1"
	manifestFile = "manifest.json"
	sumsFile     = "SHA256SUMS"
)

// manifest says what a backup holds.
type manifest struct {
	Format string    `json:"format"`
	Ledger uuid.UUID `json:"ledger"`
	Origin string    `json:"origin"`
	// Size is the number of records, and Root the root of the tree over them, computed from the copy.
	Size int64      `json:"size"`
	Root xtlog.Hash `json:"root"`
	// Signed is the size of the last checkpoint; 0 if nothing is signed.
	Signed  int64     `json:"signed"`
	Made    time.Time `json:"made"`
	Program string    `json:"program"`
	Parts   []part    `json:"parts"`
}

type part struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// partName is what a part of a backup can be called: a name that is safe to write.
var partName = regexp.MustCompile(`^(ledger|log(\.[1-9][0-9]*)?)\.db$`)

func newBackup() *cobra.Command {
	cmd := &cobra.Command{
		Use: "backup FILE", Short: "Write a backup of the records and the checkpoints",
		Long: `Write a backup of the records and of every signed checkpoint into a new FILE, as they
are at one moment. serve may run meanwhile. Before the file has its name the copy is
read back, and held against the last checkpoint: a ledger that is not what was signed
gives no backup.

All that is in it is public. The sealed values and the secret of the ledger are in the
backups of the vault, which are encrypted and end (arobase vault backup); log.key is in
neither: keep a copy of it where nobody else can read it.

    arobase backup ledger-2026-11-23.tar
    arobase restore ledger-2026-11-23.tar --data DIR --key log.key

It is a tar archive: tar -tf lists it. While it is made, its directory needs room for it
twice.`,
		Args: between(1, 1, "the file to write"),
	}
	data := dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		m, err := dataDir(*data).backUp(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d records of the ledger %s, %d of them signed; root %s\n", args[0], m.Size, m.Ledger, m.Signed, m.Root)
		return err
	}
	return cmd
}

// backUp writes a backup into a new file.
func (d dataDir) backUp(ctx context.Context, path string) (m manifest, err error) {
	if err := d.notANode("back up the cluster, and the vault with arobase vault backup"); err != nil {
		return m, err
	}
	o, err := d.readUnanswered(ctx)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	copies, err := os.MkdirTemp(filepath.Dir(path), ".arobase-backup-*")
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(copies)) }()
	if m, err = o.copyInto(ctx, dataDir(copies)); err != nil {
		return m, err
	}
	if m.Parts, err = partsOf(copies, m.Parts); err != nil {
		return m, err
	}
	return m, writeNew(path, func(w io.Writer) error { return writeBackup(w, copies, m) })
}

// copyInto copies what belongs into a backup, and holds the copy against its last checkpoint. The checkpoints come first:
// whatever they cover is in the ledger by then.
func (o *opened) copyInto(ctx context.Context, to dataDir) (m manifest, err error) {
	origins, err := o.Origins(ctx)
	if err != nil {
		return m, err
	}
	m = manifest{Format: backupFormat, Ledger: o.LedgerID, Origin: o.Origin, Made: time.Now().UTC().Truncate(time.Second), Program: programVersion()}
	m.Parts = []part{{Name: ledgerFile}}
	var last tlog.Head
	for i := range origins {
		heads, err := sqlitelog.Open(o.dir.headsOf(i), o.LedgerID)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return m, err
		}
		if err = errors.Join(heads.CopyTo(ctx, to.headsOf(i)), heads.Close()); err != nil {
			return m, err
		}
		if i == len(origins)-1 { // of the copy: a server may sign meanwhile
			if last, err = lastIn(ctx, to.headsOf(i), o.LedgerID); err != nil {
				return m, err
			}
		}
		m.Parts = append(m.Parts, part{Name: filepath.Base(to.headsOf(i))})
	}
	m.Signed = last.Size
	if err := o.local.CopyTo(ctx, to.file(ledgerFile)); err != nil {
		return m, err
	}
	store, err := sqlite.OpenReadOnly(ctx, to.file(ledgerFile))
	if err != nil {
		return m, err
	}
	size, roots, err := transparency.Roots(ctx, store, last.Size)
	if errors.Is(err, transparency.ErrBeyond) || err == nil && last.Size > 0 && roots[last.Size] != last.Root {
		err = &unprovenError{fmt.Errorf("the ledger is not what was signed, and no backup is made of it; arobase check says what differs: the last checkpoint is of %d records", last.Size)}
	}
	m.Size, m.Root = size, roots[size]
	return m, errors.Join(err, store.Close())
}

// lastIn is the last checkpoint of a file.
func lastIn(ctx context.Context, path string, ledger uuid.UUID) (last tlog.Head, err error) {
	heads, err := sqlitelog.Open(path, ledger)
	if err != nil {
		return last, err
	}
	last, err = heads.Last(ctx)
	return last, errors.Join(err, heads.Close())
}

// partsOf fills in size and hash of each part.
func partsOf(dir string, parts []part) ([]part, error) {
	for i := range parts {
		f, err := os.Open(filepath.Join(dir, parts[i].Name))
		if err != nil {
			return nil, err
		}
		sum := sha256.New()
		n, err := io.Copy(sum, f)
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		parts[i].Bytes, parts[i].SHA256 = n, hex.EncodeToString(sum.Sum(nil))
	}
	return parts, nil
}

// writeBackup writes the archive.
func writeBackup(w io.Writer, dir string, m manifest) error {
	about, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	about = append(about, '\n')
	archive := tar.NewWriter(w)
	header := func(name string, size int64) error {
		return archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: m.Made})
	}
	text := func(name string, content []byte) error {
		if err := header(name, int64(len(content))); err != nil {
			return err
		}
		_, err := archive.Write(content)
		return err
	}
	if err := text(manifestFile, about); err != nil {
		return err
	}
	for _, p := range m.Parts {
		if err := header(p.Name, p.Bytes); err != nil {
			return err
		}
		f, err := os.Open(filepath.Join(dir, p.Name))
		if err != nil {
			return err
		}
		if _, err = io.Copy(archive, f); err != nil {
			return errors.Join(err, f.Close())
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	if err := text(sumsFile, sums(about, m)); err != nil {
		return err
	}
	return archive.Close()
}

// sums are the lines of SHA256SUMS.
func sums(about []byte, m manifest) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(about), manifestFile)
	for _, p := range m.Parts {
		fmt.Fprintf(&b, "%s  %s\n", p.SHA256, p.Name)
	}
	return []byte(b.String())
}
