package audit

import (
	"context"
	"errors"
	"fmt"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/projections"
)

// parseBundle takes an entry bundle apart (C2SP tlog-tiles, "Log Entries"): exactly width entries and nothing behind. The
// entries share the memory of the bundle.
func parseBundle(data []byte, width int) ([][]byte, error) {
	entries := make([][]byte, 0, width)
	for range width {
		entry, rest, err := torchwood.ReadTileEntry(data)
		if err != nil {
			return nil, fmt.Errorf("it ends within entry %d of %d", len(entries), width)
		}
		entries = append(entries, entry[:len(entry):len(entry)])
		data = rest
	}
	if len(data) > 0 {
		return nil, fmt.Errorf("something follows its %d entries", width)
	}
	return entries, nil
}

// record is one entry of the log, examined by itself.
type record struct {
	leaf  int64
	bytes []byte
	hash  tlog.Hash
	env   envelope.Envelope
	event domain.Event // nil where this program does not know the type
	seals []sealed
	// failure is what is wrong with it, or nil.
	failure *Failure
}

func (r *record) fail(check, rule, format string, args ...any) *Failure {
	return &Failure{
		Check: check, Leaf: r.leaf, Event: r.env.ID, Type: r.env.Type, Rule: rule, Reason: fmt.Sprintf(format, args...),
	}
}

// recorded is the record as the domain knows it.
func (r *record) recorded() domain.Recorded {
	return domain.Recorded{
		ID: r.env.ID, Position: uint64(r.leaf), Stream: domain.StreamName(r.env.Subject), Revision: r.env.Revision,
		Actor: r.env.Actor, Time: r.env.Time, Basis: projections.Basis(r.env), Event: r.event,
	}
}

// stored is the record as a store keeps it.
func (r *record) stored() eventstore.Event {
	return eventstore.Event{
		Position: eventstore.Position(r.leaf), Stream: r.env.Subject, Revision: eventstore.Revision(r.env.Revision), ID: r.env.ID,
		Type: r.env.Type, Recorded: r.env.Time, Bytes: r.bytes,
	}
}

// examine reads one bundle and its tile of hashes and looks at each record by itself, from a leaf on. It runs on many
// bundles at once.
func (a *Auditor) examine(ctx context.Context, head checkpoint, number, from int64) ([]record, error) {
	first := number * torchwood.TileWidth
	t := tlog.Tile{H: torchwood.TileHeight, L: -1, N: number, W: int(min(torchwood.TileWidth, head.tree.N-first))}
	data, width, err := readTile(ctx, a.place.Log, t)
	if err != nil {
		return nil, missing(err, "entries", torchwood.TilePath(t))
	}
	entries, err := parseBundle(data, width)
	if err != nil {
		return nil, wrongAnswer("entries", torchwood.TilePath(t), "%v", err)
	}
	records := make([]record, t.W)
	leaves := make([]tlog.Hash, t.W)
	for i := range records {
		leaves[i] = tlog.RecordHash(entries[i])
		records[i] = record{leaf: first + int64(i), bytes: entries[i], hash: leaves[i]}
	}
	t.L = 0
	if err := a.compareTile(ctx, head, t, leaves, func(i int) []byte { return entries[i] }); err != nil {
		return nil, err
	}
	unknown := records[min(max(0, from-first), int64(len(records))):]
	for i := range unknown {
		examineRecord(&unknown[i])
	}
	if err := a.askDisclosed(ctx, unknown); err != nil {
		return nil, err
	}
	return records, nil
}

// compareTile holds a tile that the log serves against the hashes that were computed here. Where they differ, it finds
// out which of the two is not the signed one. entry gives the entry behind a hash; nil above the lowest level.
func (a *Auditor) compareTile(ctx context.Context, head checkpoint, t tlog.Tile, computed []tlog.Hash, entry func(i int) []byte) error {
	served, err := hashTile(ctx, a.place.Log, t)
	if err != nil {
		return err
	}
	a.tiles.Add(1)
	for i, h := range computed {
		if h == tlog.Hash(served[i*tlog.HashSize:(i+1)*tlog.HashSize]) {
			continue
		}
		if entry != nil {
			if err := a.blame(ctx, head.tree, t.N*torchwood.TileWidth, computed, entry); err != nil {
				return err
			}
		}
		return wrongAnswer("tiles", torchwood.TilePath(t), "hash %d of the tile is not that of the records", i)
	}
	return nil
}

// examineRecord holds a record against its one form and its type. What the strict decoder takes fits the published schema
// of the type too (package domain tests that), and more: check digits, days of the calendar.
func examineRecord(r *record) {
	var err error
	if r.env, err = envelope.Parse(r.bytes); err != nil {
		r.failure = r.fail("records", "form", "%v", err)
		return
	}
	r.event, err = domain.DecodeStrict(r.env.Type, r.env.Data)
	r.decoded(err)
}

// decode reads a record that was examined before.
func (r *record) decode() {
	var err error
	if r.env, err = envelope.Parse(r.bytes); err == nil {
		r.event, err = domain.Decode(r.env.Type, r.env.Data)
	}
	r.decoded(err)
}

func (r *record) decoded(err error) {
	switch {
	case errors.Is(err, domain.ErrUnknownType):
		r.event = nil
	case err != nil:
		r.failure = r.fail("records", "form", "%v", err)
	default:
		r.seals = sealsOf(r.event)
	}
}
