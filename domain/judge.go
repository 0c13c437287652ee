package domain

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// decided is an event that knows the command whose decision it is: one line beside each command.
type decided interface {
	Event
	command(r Recorded) Command
}

// CommandOf gives the command whose decision an event is. The data of the event tell it, with its stream and its basis.
func CommandOf(r Recorded) (Command, error) {
	e, ok := r.Event.(decided)
	if !ok {
		return nil, fmt.Errorf("%w: no command decides %s", ErrUnknownType, r.Event.EventName())
	}
	return e.command(r), nil
}

// ErrIncomplete says that an event cannot be judged, because events before it are not among those given: their types are
// not known here, for example.
var ErrIncomplete = errors.New("not all that came before is known")

// Verdict counts the rules that were asked of events, by who can check them.
type Verdict struct {
	Public   int // were judged, and kept
	Deferred int // can be judged once sealed values are opened
	Attested int // are vouched for by the operator of the ledger
}

// Add adds the rules that were asked of another event.
func (v *Verdict) Add(w Verdict) {
	v.Public += w.Public
	v.Deferred += w.Deferred
	v.Attested += w.Attested
}

// Judge decides again what was recorded, as anyone can who has the log and nothing else: at the time of recording, with
// what came before. It holds that the outcome is this very event, up to sealed values, and counts the rules that it was
// asked. The error is *Broken where a rule was broken, and ErrIncomplete where that cannot be told. The form of the event
// is DecodeStrict's to hold.
//
// in.History is the stream of the event before it, whole. in.Others are the streams that the command's Basis asks for,
// from their beginning: whatever the log has of them before the event. What came after the revision that the event names
// is not looked at, so they may be longer. in.LedgerID is that of the ledger. Nothing else of in is read, and nothing of it is changed. The cost is that of
// the decision: some look at each event of their own stream, those that erase at each event of one other.
func Judge(in Input, r Recorded) (Verdict, error) {
	c, err := CommandOf(r)
	if err != nil {
		return Verdict{}, err
	}
	if int64(len(in.History)) != r.Revision || !isWhole(in.History) {
		return Verdict{}, fmt.Errorf("judging revision %d of %s: %w", r.Revision, r.Stream, ErrIncomplete)
	}
	if _, opens := r.Event.(*LedgerOpened); opens != (r.Position == 0) {
		return Verdict{}, broken(genesisFirst, "", r.Position, r.Event.EventName())
	}
	if c.Stream() != r.Stream {
		return Verdict{}, broken(outcomeStream, "", r.Stream, c.Stream())
	}
	others, err := basisOf(c, in.Others, r)
	if err != nil {
		return Verdict{}, err
	}
	events, err := c.Decide(Input{Now: r.Time.UTC(), History: in.History, Others: others, LedgerID: in.LedgerID, judged: true})
	if err != nil {
		return Verdict{}, err
	}
	t := TypeOf(r.Event)
	switch {
	case !slices.Contains(t.Streams, r.Stream.Category()):
		return Verdict{}, broken(outcomeNoSuch, "", t.Name, r.Stream)
	case len(events) != 1 || !reflect.DeepEqual(events[0], r.Event):
		return Verdict{}, broken(outcomeOtherwise, differing(events, r.Event))
	}
	return asked[t.Name], nil
}

// basisOf holds that an event names the streams that it was decided from, and gives each up to the revision named.
func basisOf(c Command, others map[StreamName][]Recorded, r Recorded) (map[StreamName][]Recorded, error) {
	asks := c.Basis()
	if len(asks)+len(r.Basis) == 0 {
		return nil, nil
	}
	read := make(map[StreamName][]Recorded, len(asks))
	for _, s := range asks {
		stream := others[s]
		revision, named := r.Basis[s]
		there := named && 0 <= revision && revision < int64(len(stream))
		switch {
		case !named && len(stream) > 0 && stream[0].Position < r.Position:
			return nil, broken(basisUnnamed, "", s)
		case !named:
		case there && stream[revision].Revision == revision && stream[revision].Position < r.Position:
			read[s] = stream[:revision+1]
		case revision >= 0 && !isWhole(stream):
			return nil, fmt.Errorf("judging revision %d of %s, at revision %d of %s: %w", r.Revision, r.Stream, revision, s, ErrIncomplete)
		default:
			return nil, broken(basisLater, "", revision, s)
		}
	}
	for s := range r.Basis {
		if _, ok := read[s]; !ok {
			return nil, broken(basisUnread, "", s)
		}
	}
	return read, nil
}

// isWhole tells whether a stream has no gap.
func isWhole(stream []Recorded) bool {
	return len(stream) == 0 || stream[len(stream)-1].Revision == int64(len(stream)-1)
}

// differing names the first member in which an event is not the one decided, or "".
func differing(events []Event, recorded Event) string {
	if len(events) != 1 || reflect.TypeOf(events[0]) != reflect.TypeOf(recorded) {
		return ""
	}
	a, b := reflect.ValueOf(events[0]).Elem(), reflect.ValueOf(recorded).Elem()
	for _, p := range parts(a.Type()) {
		if !reflect.DeepEqual(a.FieldByIndex(p.index).Interface(), b.FieldByIndex(p.index).Interface()) {
			return p.name
		}
	}
	return ""
}
