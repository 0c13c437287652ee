package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// writeNew writes a file that its owner alone can read, and that is there only once it is whole and durable. One that is
// there already is not touched.
func writeNew(path string, write func(w io.Writer) error) (err error) {
	refuse := fmt.Errorf("%s is there already, and is not overwritten", path)
	if _, err := os.Lstat(path); err == nil {
		return refuse
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // its other name stays
	if err := errors.Join(write(f), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	switch err := os.Link(f.Name(), path); {
	case errors.Is(err, fs.ErrExist):
		return refuse
	case err != nil: // not every file system has links
		if err := os.Rename(f.Name(), path); err != nil {
			return err
		}
	}
	return syncDir(filepath.Dir(path))
}
