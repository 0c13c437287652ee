package rest

import (
	"encoding/base64"
	"encoding/binary"
	"hash/fnv"
	"strconv"
)

// window is the part of a list that a page shows.
type window struct {
	from  uint64 // the number of entries before it; for events, the index of the first to look at
	limit int    // 0: everything
}

// cursorSize is that of a cursor: the size of the ledger, where the page begins, and a digest of the question.
const cursorSize = 8 + 8 + 4

// turnTo reads where a page begins. A cursor keeps the size of the ledger, so that all pages of a list are of one
// moment. Beside another moment, or with another question, it means nothing and is refused.
func (q *asked) turnTo(limit int, cursor string, momentGiven bool) error {
	q.limit = limit
	if cursor == "" {
		return nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(b) != cursorSize {
		return problem(invalidCursor, "this is not a cursor that was given out here")
	}
	size, from, question := binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:]), binary.BigEndian.Uint32(b[16:])
	switch {
	case question != q.question():
		return problem(invalidCursor, "the cursor belongs to another question; begin again without it")
	case momentGiven && size != q.size:
		return problem(invalidCursor, "the cursor is of the ledger with %d events and as_of asks for %d; leave out one of them", size, q.size)
	}
	q.size, q.from = size, from
	return nil
}

// question is a digest of what is asked, leaving out the page, the moment and the form.
func (q *asked) question() uint32 {
	v := q.r.URL.Query()
	for _, name := range []string{"cursor", "limit", "as_of", "dialect"} {
		v.Del(name)
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(q.r.URL.EscapedPath() + "?" + v.Encode()))
	return h.Sum32()
}

// link is the address of the page that begins at an entry, as of the same size.
func (q *asked) link(from uint64) string {
	b := binary.BigEndian.AppendUint64(nil, q.size)
	b = binary.BigEndian.AppendUint64(b, from)
	b = binary.BigEndian.AppendUint32(b, q.question())
	return again(q.r.URL, map[string]string{
		"cursor": base64.RawURLEncoding.EncodeToString(b), "as_of": strconv.FormatUint(q.size, 10),
	})
}

// cut gives the entries of the page out of the whole list, and the address of the next page, if there is one.
func cut[T any](q asked, all []T) ([]T, string) {
	if q.from >= uint64(len(all)) {
		return []T{}, ""
	}
	all = all[q.from:]
	if q.limit == 0 || len(all) <= q.limit {
		return all, ""
	}
	return all[:q.limit], q.link(q.from + uint64(q.limit))
}
