package exports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Directory writes the files and their two descriptions into a directory, which it makes, and gives what it wrote. Each
// file is replaced whole or not at all. progress hears of each file before it is written; it may be nil.
func Directory(ctx context.Context, dir string, s Source, formats []Format, progress func(path string)) ([]File, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the directory of the export: %w", err)
	}
	files := Files(formats)
	for i := range files {
		if progress != nil {
			progress(files[i].Path)
		}
		if err := writeFile(ctx, dir, &files[i], s); err != nil {
			return nil, err
		}
	}
	about := About{
		Ledger: s.Ledger.LedgerID.String(), Origin: s.Ledger.Origin, MadeUp: s.Ledger.MadeUp, Size: s.Size, Files: files,
	}
	for name, describe := range map[string]func(About) ([]byte, error){"datapackage.json": DataPackage, "catalog.jsonld": Catalog} {
		b, err := describe(about)
		if err != nil {
			return nil, err
		}
		if err := replace(filepath.Join(dir, name), func(w *os.File) error { _, err := w.Write(b); return err }); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// writeFile writes one file and notes its size and hash.
func writeFile(ctx context.Context, dir string, f *File, s Source) error {
	path := filepath.Join(dir, f.Path)
	return replace(path, func(w *os.File) error {
		var err error
		switch {
		case f.Format == FormatSQLite:
			err = WriteSQLite(ctx, w.Name(), Tables, s)
		case f.Table == "":
			err = WriteWorkbook(ctx, w, Tables, s)
		default:
			t, _ := Find(f.Table)
			err = Write(ctx, w, t, s, f.Format, f.ExcelFR)
		}
		if err != nil {
			return err
		}
		if _, err := w.Seek(0, io.SeekStart); err != nil {
			return err
		}
		sum := sha256.New()
		f.Bytes, err = io.Copy(sum, w)
		f.SHA256 = hex.EncodeToString(sum.Sum(nil))
		return err
	})
}

// replace puts a file in the place of another once it is whole.
func replace(path string, write func(*os.File) error) (err error) {
	w, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("writing %s: %w", path, err), w.Close(), os.Remove(w.Name()))
		}
	}()
	if err := write(w); err != nil {
		return err
	}
	if err := errors.Join(w.Chmod(0o644), w.Sync()); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.Rename(w.Name(), path)
}
