package esdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
)

// ErrRetention says that the cluster deletes events of the ledger, or is told to.
var ErrRetention = errors.New("the cluster is set to delete events")

const (
	// settingsType and deletedType are the types of the server's own events by which events go.
	settingsType, deletedType = "$metadata", "$streamDeleted"
	// settingsPrefix begins the name of the stream that a stream's settings are in.
	settingsPrefix = "$$"
	// retentionPatience bounds how long the settings of all streams are read at start: the server reads the whole log.
	retentionPatience = 5 * time.Minute
)

// retention looks for what deletes events of the ledger: settings in the metadata of its streams, of which each stream's
// newest count, and tombstones. One subscription to these events only, up to where it has caught up; servers from 23.10 on
// tell that. What is set afterwards the follower meets, see retained.
func (s *Store) retention(ctx context.Context) error {
	g, err := s.cluster.take()
	if err != nil {
		return err
	}
	defer g.calls.Done()
	ctx, cancel := context.WithTimeout(ctx, retentionPatience)
	defer cancel()
	sub, err := s.subscribe(ctx, esdb.Start{}, settingsType, deletedType)
	if err != nil {
		return err
	}
	found := make(map[string]string)
	for {
		switch e := sub.Recv(); {
		case e.SubscriptionDropped != nil:
			return fmt.Errorf("reading the settings of streams: %w", e.SubscriptionDropped.Error)
		case e.CaughtUp != nil:
			return s.refuse(ctx, found)
		case e.EventAppeared != nil && e.EventAppeared.Event != nil:
			stream, setting := deletes(e.EventAppeared.Event)
			switch {
			case setting != "":
				found[stream] = setting
			case found[stream] != deletedType: // which nothing undoes
				delete(found, stream)
			}
		}
	}
}

// deletes says what in an event of the server's own deletes events of a stream, "" where nothing does.
func deletes(e *esdb.RecordedEvent) (stream, setting string) {
	if e.EventType == deletedType {
		return e.StreamID, deletedType
	}
	stream = strings.TrimPrefix(e.StreamID, settingsPrefix)
	var settings map[string]json.RawMessage
	if json.Unmarshal(e.Data, &settings) != nil {
		return stream, "" // the server would not understand it either
	}
	for _, name := range []string{"$maxCount", "$maxAge", "$tb"} {
		if _, set := settings[name]; set {
			return stream, name
		}
	}
	return stream, ""
}

// refuse gives the error for settings that concern the ledger, by their streams; nil where none does. Those of a stream that
// nobody has written to are kept until somebody does.
func (s *Store) refuse(ctx context.Context, found map[string]string) error {
	var all []string
	for stream, setting := range found {
		whose, err := s.whose(ctx, stream)
		switch {
		case err != nil:
			return fmt.Errorf("reading whether stream %q is of the ledger: %w", stream, err)
		case whose == ours:
			all = append(all, setting+" of "+stream)
		case whose == nobodys:
			s.suspects[stream] = setting
		}
	}
	return retentionError(all)
}

func retentionError(all []string) error {
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	return fmt.Errorf("%w: %s; remove the setting and start again", ErrRetention, strings.Join(all[:min(len(all), 10)], ", "))
}

// whose is who writes to a stream.
type whose int

const (
	theirs whose = iota
	ours
	nobodys
)

// whose says whether a stream of the cluster holds what is ours, or is all streams: the settings of other applications do
// not matter. A stream that gives nothing any more is known by the replica.
func (s *Store) whose(ctx context.Context, stream string) (whose, error) {
	switch {
	case stream == "$all":
		return ours, nil
	case !s.options.Namespace.mayHold(stream):
		return theirs, nil
	}
	for _, err := range s.replica.ReadStream(ctx, strings.TrimPrefix(stream, string(s.options.Namespace)), 0) {
		return ours, err
	}
	first, err := s.edge(ctx, stream, esdb.Forwards, esdb.Start{})
	switch {
	case err != nil:
		return theirs, err
	case first == nil:
		return nobodys, nil
	case strings.HasPrefix(first.EventType, s.options.Namespace.prefix()), first.EventType == registerType:
		return ours, nil
	}
	return theirs, nil
}

// suspected says that events came in a stream whose settings were noticed when it was empty.
func (s *Store) suspected(batch []arrival) error {
	if len(s.suspects) == 0 {
		return nil
	}
	for _, a := range batch {
		stream := s.options.Namespace.stream(a.Stream)
		if setting, is := s.suspects[stream]; is {
			return retentionError([]string{setting + " of " + stream})
		}
	}
	return nil
}

// mayHold says that a stream of the cluster may be one of the ledger, by its name.
func (n Namespace) mayHold(stream string) bool {
	return strings.HasPrefix(stream, string(n)) && !strings.HasPrefix(stream, "$")
}

// edge gives the event at an end of a stream, nil where it gives none.
func (s *Store) edge(ctx context.Context, stream string, direction esdb.Direction, from esdb.StreamPosition) (*esdb.RecordedEvent, error) {
	found := make(chan *esdb.RecordedEvent, 1)
	err := s.within(ctx, func(ctx context.Context, c *esdb.Client) error {
		r, err := c.ReadStream(ctx, stream, esdb.ReadStreamOptions{Direction: direction, From: from}, 1)
		if err != nil {
			return err
		}
		defer r.Close()
		e, err := r.Recv()
		switch {
		case errors.Is(err, io.EOF), isCode(err, esdb.ErrorCodeResourceNotFound), isCode(err, esdb.ErrorCodeStreamDeleted):
			found <- nil
			return nil
		case err != nil:
			return err
		}
		found <- e.Event
		return nil
	})
	if err != nil {
		return nil, err
	}
	return <-found, nil
}

// retained judges an event of the server's own that came by the subscription, in its place among those of the ledger. It may
// be an old one, since when the settings were mended: the newest count.
func (s *Store) retained(ctx context.Context, e *esdb.RecordedEvent) error {
	stream, setting := deletes(e)
	if setting == "" {
		delete(s.suspects, stream)
		return nil
	}
	if stream != "$all" && !s.options.Namespace.mayHold(stream) {
		return nil
	}
	if setting != deletedType {
		newest, err := s.edge(ctx, settingsPrefix+stream, esdb.Backwards, esdb.End{})
		if err != nil {
			return fmt.Errorf("reading the settings of stream %q: %w", stream, err)
		}
		if newest == nil {
			return nil
		}
		if _, setting = deletes(newest); setting == "" {
			return nil
		}
	}
	return s.refuse(ctx, map[string]string{stream: setting})
}

// isOurs says that an event is one of the ledger, and not the server's own.
func (n Namespace) isOurs(e *esdb.ResolvedEvent) bool {
	return e.Event == nil || strings.HasPrefix(e.Event.EventType, n.prefix())
}
