package transparency

import (
	"fmt"
	"sync"

	"golang.org/x/mod/sumdb/tlog"
)

// hashStorage keeps hashes by stored hash index. Writes come from one goroutine at a time; reads of what is written may
// come from any number meanwhile.
type hashStorage interface {
	// read gives hashes, all or none.
	read(indexes []int64) ([]tlog.Hash, error)
	// write puts hashes from an index on, which is where the storage ends. They are encoded one after the other.
	write(from int64, encoded []byte) error
	// count is the number of hashes that are there in full.
	count() (int64, error)
	// truncate keeps the first count hashes.
	truncate(count int64) error
	// sync returns when everything written is durable.
	sync() error
	close() error
}

// memory keeps hashes in memory.
type memory struct {
	mu     sync.RWMutex
	hashes []tlog.Hash // guarded by mu
}

func (m *memory) read(indexes []int64) ([]tlog.Hash, error) {
	m.mu.RLock()
	all := m.hashes // what is in a slice stays as it is while the slice grows
	m.mu.RUnlock()
	out := make([]tlog.Hash, len(indexes))
	for at, i := range indexes {
		if i >= int64(len(all)) {
			return nil, fmt.Errorf("stored hash %d of %d: %w", i, len(all), ErrBeyond)
		}
		out[at] = all[i]
	}
	return out, nil
}

func (m *memory) write(from int64, encoded []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if from != int64(len(m.hashes)) {
		return fmt.Errorf("writing hash %d after %d", from, len(m.hashes))
	}
	for ; len(encoded) > 0; encoded = encoded[tlog.HashSize:] {
		m.hashes = append(m.hashes, tlog.Hash(encoded[:tlog.HashSize]))
	}
	return nil
}

func (m *memory) count() (int64, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return int64(len(m.hashes)), nil
}

func (m *memory) truncate(count int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	// A copy, so that readers of what is cut off do not see it change.
	m.hashes = append([]tlog.Hash(nil), m.hashes[:count]...)
	return nil
}

func (m *memory) sync() error { return nil }

func (m *memory) close() error { return nil }
