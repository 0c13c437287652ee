package esdbtest

import (
	"errors"
	"io"
	"maps"
	"strconv"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
)

// Append takes the events of one write (protos/streams.proto: options first, then the events).
func (n *node) Append(s streams.Streams_AppendServer) error {
	if err := n.authenticate(s.Context()); err != nil {
		return err
	}
	fault := n.cluster.broken(Append)
	if fault.Before != nil {
		return fault.Before
	}
	// The server reads the whole call before it says that it does not lead. To say so at once is what the client copes with
	// worst, and what a server does where a right is missing.
	if err := n.refuses(s.Context(), s.SetTrailer); err != nil {
		return err
	}
	first, err := s.Recv()
	if err != nil {
		return err
	}
	options := first.GetOptions()
	if options == nil {
		return status.Error(codes.InvalidArgument, "options come first")
	}
	var events []*record
	size := 0
	for {
		req, err := s.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		p := req.GetProposedMessage()
		id, err := fromWire(p.GetId())
		if err != nil {
			return status.Error(codes.InvalidArgument, err.Error())
		}
		for _, name := range []string{"type", "content-type"} {
			if p.GetMetadata()[name] == "" {
				return status.Errorf(codes.InvalidArgument, "Required Metadata Property '%s' is missing", name)
			}
		}
		// Source of the server: Event.SizeOnDisk counts the type as UTF-16, the data and the metadata.
		if size += 2*len(p.GetMetadata()["type"]) + len(p.GetData()) + len(p.GetCustomMetadata()); size > MaxAppendSize {
			s.SetTrailer(metadata.Pairs("exception", "maximum-append-size-exceeded", "maximum-append-size", strconv.Itoa(MaxAppendSize)))
			return status.Errorf(codes.InvalidArgument, "Maximum Append Size of %d Exceeded.", MaxAppendSize)
		}
		events = append(events, &record{id: id, metadata: maps.Clone(p.GetMetadata()), custom: p.GetCustomMetadata(), data: p.GetData()})
	}
	resp, err := n.write(options, events, s.SetTrailer)
	if err != nil {
		return err
	}
	if fault.After != nil {
		return fault.After
	}
	return s.SendAndClose(resp)
}

func (n *node) write(options *streams.AppendReq_Options, events []*record, trailer func(metadata.MD)) (*streams.AppendResp, error) {
	stream := string(options.GetStreamIdentifier().GetStreamName())
	expected := int64(-1)
	switch e := options.GetExpectedStreamRevision().(type) {
	case *streams.AppendReq_Options_Revision:
		expected = int64(e.Revision)
	case *streams.AppendReq_Options_NoStream:
	default:
		return nil, status.Error(codes.Unimplemented, "the stand-in takes no append at any revision: nor does Arobase")
	}
	n.cluster.mu.Lock()
	defer n.cluster.mu.Unlock()
	if n.cluster.leader < 0 {
		return nil, status.Error(codes.Aborted, "Operation timed out: Forwarding timeout")
	}
	last, refused := n.cluster.log.append(stream, expected, events)
	if refused != nil && refused.deleted {
		trailer(metadata.Pairs("exception", "stream-deleted", "stream-name", stream))
		return nil, status.Errorf(codes.FailedPrecondition, "Event stream '%s' is deleted.", stream)
	}
	if refused != nil {
		w := &streams.AppendResp_WrongExpectedVersion{CurrentRevisionOption: &streams.AppendResp_WrongExpectedVersion_CurrentNoStream{CurrentNoStream: &shared.Empty{}}}
		if refused.exists {
			w.CurrentRevisionOption = &streams.AppendResp_WrongExpectedVersion_CurrentRevision{CurrentRevision: refused.current}
		}
		w.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedNoStream{ExpectedNoStream: &shared.Empty{}}
		if expected >= 0 {
			w.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedRevision{ExpectedRevision: uint64(expected)}
		}
		return &streams.AppendResp{Result: &streams.AppendResp_WrongExpectedVersion_{WrongExpectedVersion: w}}, nil
	}
	return &streams.AppendResp{Result: &streams.AppendResp_Success_{Success: &streams.AppendResp_Success{
		CurrentRevisionOption: &streams.AppendResp_Success_CurrentRevision{CurrentRevision: last.revision},
		PositionOption:        &streams.AppendResp_Success_Position{Position: &streams.AppendResp_Position{CommitPosition: last.place, PreparePosition: last.place}},
	}}}, nil
}

// Read reads a stream or `$all`, once or without end.
func (n *node) Read(req *streams.ReadReq, s streams.Streams_ReadServer) error {
	if err := n.authenticate(s.Context()); err != nil {
		return err
	}
	o := req.GetOptions()
	switch {
	case o.GetSubscription() != nil && o.GetAll() != nil:
		return n.subscribe(o, s)
	case o.GetSubscription() != nil:
		return status.Error(codes.Unimplemented, "the stand-in has no subscriptions to one stream")
	}
	fault := n.cluster.broken(Read)
	if fault.Before != nil {
		return fault.Before
	}
	if err := n.refuses(s.Context(), s.SetTrailer); err != nil {
		return err
	}
	if o.GetStream() != nil {
		return n.readStream(o, s)
	}
	return n.readAll(o, s)
}

func (n *node) readStream(o *streams.ReadReq_Options, s streams.Streams_ReadServer) error {
	name := o.GetStream().GetStreamIdentifier()
	stream := string(name.GetStreamName())
	n.cluster.mu.Lock()
	seen := n.seen()
	there := n.cluster.log.streams[stream]
	for len(there) > 0 && there[len(there)-1].place > seen[len(seen)-1].place {
		there = there[:len(there)-1] // not here yet
	}
	before, deleted := n.cluster.log.before(stream), n.cluster.log.deleted[stream]
	n.cluster.mu.Unlock()
	if deleted {
		s.SetTrailer(metadata.Pairs("exception", "stream-deleted", "stream-name", stream))
		return status.Errorf(codes.FailedPrecondition, "Event stream '%s' is deleted.", stream)
	}
	if len(there) == 0 || before == softDeleted {
		return s.Send(&streams.ReadResp{Content: &streams.ReadResp_StreamNotFound_{StreamNotFound: &streams.ReadResp_StreamNotFound{StreamIdentifier: name}}})
	}
	backwards := o.GetReadDirection() == streams.ReadReq_Options_Backwards
	at, step := 0, 1
	if backwards {
		at, step = len(there)-1, -1
	}
	if r, ok := o.GetStream().GetRevisionOption().(*streams.ReadReq_Options_StreamOptions_Revision); ok {
		at = int(min(r.Revision, uint64(len(there))))
		if backwards {
			at = min(at, len(there)-1)
		}
	}
	for sent := uint64(0); at >= 0 && at < len(there) && sent < o.GetCount(); at += step {
		if there[at].revision < before {
			continue
		}
		if err := n.send(s, there[at], nil); err != nil {
			return err
		}
		sent++
	}
	return nil
}

// at gives the place in records of a position that a client names. Where the log has no record that begins there the
// position is invalid, unless it lies beyond the end (source of the server: StorageReaderWorker and AllReader; it reads a
// record there, and finds that it makes no sense).
func (l *transactionLog) at(p *streams.ReadReq_Options_Position, after bool) (int, error) {
	place := p.GetCommitPosition()
	i := l.from(place, false)
	if place != 0 && i < len(l.records) && l.records[i].place != place {
		return 0, status.Error(codes.InvalidArgument, "Trying to read from an invalid position.")
	}
	return l.from(place, after), nil
}

// readAll reads from a position on, that of the event at it included; backwards it is not (source of the server: an event
// at the position is not before it).
func (n *node) readAll(o *streams.ReadReq_Options, s streams.Streams_ReadServer) error {
	n.cluster.mu.Lock()
	records := n.seen()
	at, err := 0, error(nil)
	backwards := o.GetReadDirection() == streams.ReadReq_Options_Backwards
	if p := o.GetAll().GetPosition(); p != nil {
		at, err = n.cluster.log.at(p, false)
	} else if o.GetAll().GetEnd() != nil {
		at = len(records)
	}
	n.cluster.mu.Unlock()
	if err != nil {
		return err
	}
	if backwards {
		at = min(at, len(records))
		for sent := uint64(0); at > 0 && sent < o.GetCount(); sent++ {
			at--
			if err := n.send(s, records[at], nil); err != nil {
				return err
			}
		}
		return nil
	}
	for sent := uint64(0); at < len(records) && sent < o.GetCount(); sent++ {
		if err := n.send(s, records[at], nil); err != nil {
			return err
		}
		at++
	}
	return nil
}

// subscribe gives what comes after a position, first what is there and then what is written. A filter leaves out events,
// and a checkpoint tells now and then how far it got (protos/streams.proto; the window times the multiplier), and once when
// all is given that there was, before that is said (source of the server: Enumerator.AllSubscriptionFiltered). A call that
// is for the leader is refused after it was confirmed, when the server begins to read.
func (n *node) subscribe(o *streams.ReadReq_Options, s streams.Streams_ReadServer) error {
	if fault := n.cluster.broken(Subscribe); fault.Before != nil {
		return fault.Before
	}
	confirmation := &streams.ReadResp_SubscriptionConfirmation{SubscriptionId: uuid.NewString()}
	if err := s.Send(&streams.ReadResp{Content: &streams.ReadResp_Confirmation{Confirmation: confirmation}}); err != nil {
		return err
	}
	if err := n.refuses(s.Context(), s.SetTrailer); err != nil {
		return err
	}
	n.cluster.mu.Lock()
	at, err := 0, error(nil)
	if p := o.GetAll().GetPosition(); p != nil {
		at, err = n.cluster.log.at(p, true)
	} else if o.GetAll().GetEnd() != nil {
		at = len(n.seen())
	}
	n.cluster.mu.Unlock()
	if err != nil {
		return err
	}
	prefixes := o.GetFilter().GetEventType().GetPrefix()
	interval := int(o.GetFilter().GetMax() * o.GetFilter().GetCheckpointIntervalMultiplier())
	caughtUp, passed := false, 0
	for {
		n.cluster.mu.Lock()
		seen, grown := n.seen(), n.cluster.log.grown
		n.cluster.mu.Unlock()
		records := seen[min(at, len(seen)):]
		for _, r := range records {
			at++
			if len(prefixes) == 0 || hasPrefix(r.eventType(), prefixes) {
				if err := n.deliver(s, r); err != nil {
					return err
				}
			}
			if passed++; interval > 0 && passed%interval == 0 {
				if err := checkpoint(s, r.place); err != nil {
					return err
				}
			}
		}
		if !caughtUp {
			caughtUp = true
			if at > 0 && len(seen) > 0 {
				if err := checkpoint(s, seen[min(at, len(seen))-1].place); err != nil {
					return err
				}
			}
			if err := s.Send(&streams.ReadResp{Content: &streams.ReadResp_CaughtUp_{CaughtUp: &streams.ReadResp_CaughtUp{}}}); err != nil {
				return err
			}
		}
		select {
		case <-grown:
		case <-s.Context().Done():
			return s.Context().Err()
		}
	}
}

func checkpoint(s streams.Streams_ReadServer, place uint64) error {
	c := &streams.ReadResp_Checkpoint{CommitPosition: place, PreparePosition: place}
	return s.Send(&streams.ReadResp{Content: &streams.ReadResp_Checkpoint_{Checkpoint: c}})
}

func (n *node) deliver(s streams.Streams_ReadServer, r *record) error {
	fault := n.cluster.broken(Deliver)
	if fault.Before != nil {
		return fault.Before
	}
	if err := n.send(s, r, fault.Change); err != nil {
		return err
	}
	if fault.Twice {
		return n.send(s, r, nil)
	}
	return fault.After
}

func (n *node) send(s streams.Streams_ReadServer, r *record, change func(*streams.ReadResp_ReadEvent_RecordedEvent)) error {
	most, least := esdb.UUIDAsInt64(r.id)
	e := &streams.ReadResp_ReadEvent_RecordedEvent{
		Id:               &shared.UUID{Value: &shared.UUID_Structured_{Structured: &shared.UUID_Structured{MostSignificantBits: most, LeastSignificantBits: least}}},
		StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte(r.stream)},
		StreamRevision:   r.revision, PreparePosition: r.place, CommitPosition: r.place,
		Metadata: r.metadata, CustomMetadata: r.custom, Data: r.data,
	}
	if change != nil {
		change(e)
	}
	return s.Send(&streams.ReadResp{Content: &streams.ReadResp_Event{Event: &streams.ReadResp_ReadEvent{
		Event: e, Position: &streams.ReadResp_ReadEvent_CommitPosition{CommitPosition: r.place},
	}}})
}

func fromWire(id *shared.UUID) (uuid.UUID, error) {
	if s := id.GetStructured(); s != nil {
		return esdb.ParseUUIDFromInt64(s.GetMostSignificantBits(), s.GetLeastSignificantBits())
	}
	return uuid.Parse(id.GetString_())
}
