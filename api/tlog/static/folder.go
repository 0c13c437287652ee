package static

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
)

// names that are ours and not served for anyone.
const (
	// markPath names the ledger that the directory belongs to, so that it is never used for another.
	markPath = "export.json"
	// lockPath is held by the export under way.
	lockPath = ".lock"
	// stagingPath holds files that are not whole yet. It is emptied when an export begins: it may hold part of a text that
	// was erased since.
	stagingPath = ".writing"
)

// folder is the directory of an export. Its methods may be called by many goroutines at once.
type folder struct {
	root *os.Root
	lock io.Closer
	next atomic.Int64 // numbers the files in staging

	mu    sync.Mutex
	dirty map[string]bool // directories with names that are not on disk yet; guarded by mu
}

// mark is what markPath holds.
type mark struct {
	Kind   string    `json:"kind"`
	Ledger uuid.UUID `json:"ledgerId"`
	Origin string    `json:"origin"`
}

const kind = "arobase log export, version 1"

// open takes a directory for an export, and makes it where there is none. One that is not empty must be marked as an
// export of the same log.
func open(dir string, s Source) (_ *folder, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	f := &folder{dirty: map[string]bool{}}
	if f.root, err = os.OpenRoot(dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.close())
		}
	}()
	want := mark{kind, s.Ledger, s.Origin}
	marked, err := f.check(want) // before anything of ours is written
	if err != nil {
		return nil, err
	}
	if f.lock, err = s.Lock(filepath.Join(dir, lockPath)); err != nil {
		return nil, err
	}
	if err := errors.Join(f.root.RemoveAll(stagingPath), f.root.Mkdir(stagingPath, 0o755)); err != nil {
		return nil, err
	}
	if marked {
		return f, nil
	}
	text, err := json.Marshal(want)
	if err != nil {
		return nil, err
	}
	if _, err := f.update(markPath, append(text, '\n')); err != nil {
		return nil, err
	}
	return f, f.sync()
}

// check says whether the directory is marked as an export of a log. One that is neither marked nor empty is ErrNotOurs.
func (f *folder) check(want mark) (marked bool, err error) {
	text, err := f.read(markPath)
	if err != nil {
		return false, err
	}
	if text != nil {
		var found mark
		if err := json.Unmarshal(text, &found); err != nil || found.Kind != want.Kind {
			return false, fmt.Errorf("%w: %s in it is not what an export leaves", ErrNotOurs, markPath)
		}
		if found != want {
			return false, fmt.Errorf("%w: it is of the ledger %s with the origin %s", ErrNotOurs, found.Ledger, found.Origin)
		}
		return true, nil
	}
	names, err := f.list(".")
	if err != nil {
		return false, err
	}
	for _, name := range names {
		if name != lockPath && name != stagingPath {
			return false, fmt.Errorf("%w: it holds %s; name one that is new or empty", ErrNotOurs, name)
		}
	}
	return false, nil
}

func (f *folder) close() error {
	var errs []error
	if f.lock != nil {
		errs = append(errs, f.root.RemoveAll(stagingPath), f.lock.Close())
	}
	return errors.Join(append(errs, f.root.Close())...)
}

// read gives a file, or nil where there is none.
func (f *folder) read(name string) ([]byte, error) {
	content, err := f.root.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return content, err
}

// size gives the size of a file, or 0 where there is none.
func (f *folder) size(name string) (int64, error) {
	info, err := f.root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// update writes a file if it is not there with that content, and gives the number of bytes that were written. Its content
// is on disk before it has its name; its name is when sync returns.
func (f *folder) update(name string, content []byte) (int, error) {
	f.touch(path.Dir(name)) // in either case: an interrupted export may have left a name that is not on disk
	found, err := f.read(name)
	if err != nil {
		return 0, err
	}
	if found != nil && bytes.Equal(found, content) {
		return 0, nil
	}
	temporary := path.Join(stagingPath, strconv.FormatInt(f.next.Add(1), 10))
	w, err := f.root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return 0, err
	}
	_, err = w.Write(content)
	if err := errors.Join(err, w.Sync(), w.Close()); err != nil {
		return 0, fmt.Errorf("writing %s: %w", name, err)
	}
	if err := f.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return 0, err
	}
	return len(content), f.root.Rename(temporary, name)
}

// touch notes that the names in a directory, and those of the directories that it is in, are not on disk yet.
func (f *folder) touch(dir string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for ; !f.dirty[dir]; dir = path.Dir(dir) {
		f.dirty[dir] = true
	}
}

// sync returns when every name that was written or removed is on disk.
func (f *folder) sync() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for dir := range f.dirty {
		d, err := f.root.Open(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed since
		}
		if err != nil {
			return err
		}
		if err := errors.Join(d.Sync(), d.Close()); err != nil {
			return fmt.Errorf("syncing %s: %w", dir, err)
		}
	}
	clear(f.dirty)
	return nil
}

// remove removes a file, and the directory of partial tiles that it leaves empty.
func (f *folder) remove(name string) error {
	dir := path.Dir(name)
	f.touch(dir)
	if err := f.root.RemoveAll(name); err != nil {
		return err
	}
	if path.Ext(dir) == ".p" {
		_ = f.root.Remove(dir) // fails while others are in it
	}
	return nil
}

// list gives the names in a directory; none where there is no directory.
func (f *folder) list(dir string) ([]string, error) {
	entries, err := fs.ReadDir(f.root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

// walk calls a function with the path of every file below a directory.
func (f *folder) walk(dir string, each func(name string) error) error {
	return fs.WalkDir(f.root.FS(), dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return each(name)
	})
}
