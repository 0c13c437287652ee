package transparency

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/mod/sumdb/tlog"
)

// file keeps hashes in a file. Reads are positioned reads, writes positioned writes: they need no lock among them.
type file struct {
	*os.File
}

// openFile opens the file of hashes for writing, makes it if it is not there, and locks it against other processes. Its
// name is not synced: a file that is lost is a file that is built again.
func openFile(path string) (*file, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &file{f}, nil
}

// gap is how many hashes that nobody asked for are read along, to save a read of their neighbours. A tile's hashes lie
// two apart on average and at most a few levels.
const gap = 32

func (f *file) read(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	var buffer []byte
	for first := 0; first < len(indexes); {
		// One read for a run of indexes that ascend in small steps.
		last := first
		for last+1 < len(indexes) && indexes[last+1] > indexes[last] && indexes[last+1]-indexes[last] <= gap {
			last++
		}
		from := indexes[first]
		size := int(indexes[last]-from+1) * tlog.HashSize
		if cap(buffer) < size {
			buffer = make([]byte, size)
		}
		if _, err := f.ReadAt(buffer[:size], from*tlog.HashSize); err != nil {
			return nil, fmt.Errorf("reading stored hash %d: %w", from, err)
		}
		for ; first <= last; first++ {
			copy(out[first][:], buffer[(indexes[first]-from)*tlog.HashSize:])
		}
	}
	return out, nil
}

func (f *file) write(from int64, encoded []byte) error {
	_, err := f.WriteAt(encoded, from*tlog.HashSize)
	return err
}

func (f *file) count() (int64, error) {
	size, err := f.Seek(0, io.SeekEnd)
	return size / tlog.HashSize, err
}

func (f *file) truncate(count int64) error { return f.Truncate(count * tlog.HashSize) }

func (f *file) sync() error { return f.Sync() }

func (f *file) close() error { return f.Close() }
