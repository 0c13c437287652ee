package esdbtest

import (
	"encoding/json"
	"fmt"
	"math"
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
	deleted map[string]bool // by a tombstone
	end     uint64
	grown   chan struct{} // closed, and replaced, when records were added
}

func newTransactionLog() *transactionLog {
	l := &transactionLog{streams: make(map[string][]*record), deleted: make(map[string]bool), grown: make(chan struct{})}
	// A server writes records of its own from its first start on; `$all` never begins with what clients write.
	l.system("$scavenges", "$maxAge")
	return l
}

// wrong is a refused append: the stream is at this revision, or does not exist, or is deleted for good.
type wrong struct {
	exists  bool
	current uint64
	deleted bool
}

// softDeleted is the first revision that counts in a stream that was deleted and may begin anew (source of the server:
// EventNumber.DeletedStream as TruncateBefore).
const softDeleted = math.MaxInt64

// before gives the revision that a stream is truncated before, by the newest of its settings.
func (l *transactionLog) before(stream string) uint64 {
	all := l.streams["$$"+stream]
	if len(all) == 0 {
		return 0
	}
	var settings struct {
		Before uint64 `json:"$tb"`
	}
	_ = json.Unmarshal(all[len(all)-1].data, &settings) // what is malformed sets nothing (the server: StreamMetadata.Empty)
	return settings.Before
}

// tombstone deletes a stream for good: its events stay in `$all` until they are scavenged, and one more says it.
func (l *transactionLog) tombstone(stream string) {
	l.system(stream, "$streamDeleted")
	l.deleted[stream] = true
}

// append adds events to a stream, expecting its last revision or, with -1, that it does not exist. Where it is elsewhere,
// the ids decide: events that stand from the expected revision on, in this order, are there already, and the answer is
// as if they had been written now. Half of them is a conflict (source of the server: IndexWriter.CheckCommit; its
// decision "corrupted idempotency" is answered as a wrong expected version). Bytes are not compared. Who expects no stream
// where one was deleted, but not for good, begins it anew after its last revision.
//
// The server does not answer at all while the events that are there already are not yet replicated: the append ends with
// its "prepare timeout", as codes.Aborted. Tests put that in as a Fault.
func (l *transactionLog) append(stream string, expected int64, events []*record) (last *record, refused *wrong) {
	there := l.streams[stream]
	current := int64(len(there)) - 1
	if l.deleted[stream] {
		return nil, &wrong{deleted: true}
	}
	anew := expected == -1 && l.before(stream) == softDeleted && (current < 0 || there[0].id != events[0].id)
	if current != expected && !anew {
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
	if l.before(stream) == softDeleted {
		// Source of the server: SoftUndeleteStream.
		l.set(stream, fmt.Sprintf(`{"$tb":%d}`, current+1))
	}
	l.wake()
	return events[len(events)-1], nil
}

// wake tells those who wait for records.
func (l *transactionLog) wake() {
	close(l.grown)
	l.grown = make(chan struct{})
}

// set writes the settings of a stream.
func (l *transactionLog) set(stream, settings string) {
	name := "$$" + stream
	e := &record{id: uuid.New(), data: []byte(settings), metadata: map[string]string{"type": "$metadata", "content-type": "application/json"}}
	l.append(name, int64(len(l.streams[name]))-1, []*record{e})
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
