package esdbtest

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// record is one event of the transaction log.
type record struct {
	id       uuid.UUID
	stream   string
	revision uint64
	metadata map[string]string // the system's: type, content-type, created
	custom   []byte
	data     []byte
	// place is its position in the log, which is both commit and prepare position (source of the server: ReadAllEvents
	// gives an event of a single write the log position of its prepare for both).
	place uint64
}

func (r *record) eventType() string { return r.metadata["type"] }

// transactionLog is what the nodes of a cluster share. The server's mutex guards it.
type transactionLog struct {
	records []*record
	streams map[string][]*record
	end     uint64
	grown   chan struct{} // closed, and replaced, when records were added
}

func newTransactionLog() *transactionLog {
	l := &transactionLog{streams: make(map[string][]*record), grown: make(chan struct{})}
	// A server writes records of its own from its first start on; `$all` never begins with what clients write.
	l.system("$scavenges", "$maxAge")
	return l
}

// wrong is a refused append: the stream is at this revision, or does not exist.
type wrong struct {
	exists  bool
	current uint64
}

// append adds events to a stream, expecting its last revision or, with -1, that it does not exist. Where it is elsewhere,
// the ids decide: events that stand from the expected revision on, in this order, are there already, and the answer is
// as if they had been written now. Half of them is a conflict (source of the server: IndexWriter.CheckCommit; its
// decision "corrupted idempotency" is answered as a wrong expected version). Bytes are not compared.
func (l *transactionLog) append(stream string, expected int64, events []*record) (last *record, refused *wrong) {
	there := l.streams[stream]
	current := int64(len(there)) - 1
	if current != expected {
		if n := expected + 1; n >= 0 && n+int64(len(events)) <= int64(len(there)) {
			for i, e := range events {
				if there[n+int64(i)].id != e.id {
					return nil, &wrong{exists: current >= 0, current: uint64(max(0, current))}
				}
			}
			return there[n+int64(len(events))-1], nil
		}
		return nil, &wrong{exists: current >= 0, current: uint64(max(0, current))}
	}
	for i, e := range events {
		e.stream, e.revision = stream, uint64(current+1+int64(i))
		e.metadata["created"] = ticks(time.Now())
		e.place = l.end
		// Positions are places in a file: a record takes its bytes and some more, and what is not an event (epochs, names)
		// lies between.
		l.end += uint64(len(e.data)+len(e.custom)+len(stream)) + 96
		if len(l.records)%7 == 0 {
			l.end += 411
		}
		l.records = append(l.records, e)
		l.streams[stream] = append(l.streams[stream], e)
	}
	close(l.grown)
	l.grown = make(chan struct{})
	return events[len(events)-1], nil
}

// system adds an event that nobody asked for, as projections, statistics and settings do.
func (l *transactionLog) system(stream, kind string) {
	e := &record{id: uuid.New(), data: []byte("{}"), metadata: map[string]string{"type": kind, "content-type": "application/json"}}
	l.append(stream, int64(len(l.streams[stream]))-1, []*record{e})
}

// from gives the index of the first record at or after a place, or strictly after it. O(log n).
func (l *transactionLog) from(place uint64, after bool) int {
	low, high := 0, len(l.records)
	for low < high {
		mid := (low + high) / 2
		if p := l.records[mid].place; p < place || after && p == place {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

func hasPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
