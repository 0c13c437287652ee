package transparency

import "golang.org/x/mod/sumdb/tlog"

// sequence reads stored hashes one after the other, some thousands at a time.
type sequence struct {
	hashes    hashStorage
	next, end int64 // stored hash indexes: what is read next from the storage, and where to end
	ready     []tlog.Hash
}

func newSequence(hashes hashStorage, from, end int64) *sequence {
	return &sequence{hashes: hashes, next: from, end: end}
}

// startsWith says whether the hashes that come next are these, and moves past them. At the end it says no.
func (s *sequence) startsWith(hashes []tlog.Hash) (bool, error) {
	if len(s.ready) < len(hashes) {
		if err := s.fill(); err != nil {
			return false, err
		}
	}
	if len(s.ready) < len(hashes) {
		return false, nil
	}
	for i, h := range hashes {
		if s.ready[i] != h {
			return false, nil
		}
	}
	s.ready = s.ready[len(hashes):]
	return true, nil
}

func (s *sequence) fill() error {
	const chunk = 4096
	indexes := make([]int64, min(chunk, s.end-s.next))
	for i := range indexes {
		indexes[i] = s.next + int64(i)
	}
	more, err := s.hashes.read(indexes)
	if err != nil {
		return err
	}
	s.ready = append(s.ready, more...)
	s.next += int64(len(more))
	return nil
}
