package rest

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"arobase/api/ledger"
)

// Event is one stored event and the moment of the answer.
type Event struct {
	ledger.EventView
	AsOf uint64 `json:"asOf"`
}

// EventPath is the parameter that names an event.
type EventPath struct {
	ID string `path:"id" doc:"The id of the event: a UUID." example:"0192f0a0-0000-7000-8000-000000000001"`
}

// EventFilters narrow a list of events.
type EventFilters struct {
	Type   string `query:"type" maxLength:"100" doc:"One type of event, as in the catalogue (award-recorded) or as in the envelope (arobase.award-recorded.v1)." example:"award-recorded"`
	Stream string `query:"stream" maxLength:"200" doc:"One stream." example:"candidacy-18-fr-commune-73008"`
	After  uint64 `query:"after" maximum:"9007199254740991" doc:"How many events to pass over: the first one given has at least this index. The asOf of an earlier answer gives what has come since."`
}

// filter checks the type: one that is misspelt must not look like one that never happened.
func (f EventFilters) filter() (ledger.EventFilter, error) {
	if f.Type != "" && !ledger.KnownType(f.Type) {
		p := problem(invalidQuery, "type %q is not in the catalogue of events", short(f.Type))
		p.Errors = []ProblemField{{Field: "type", Rule: "catalogue", Message: p.Detail}}
		return ledger.EventFilter{}, p
	}
	return ledger.EventFilter{Type: f.Type, Stream: f.Stream, After: f.After}, nil
}

func (a *api) events() {
	get(a, operation{
		id: "listEvents", path: "/v1/events", tag: "ledger", summary: "Events in the order of the ledger",
		about: "From the first on, as they were recorded, with the texts that belong to them and are public.",
		forms: []string{mediaJSON, mediaCSV}, result: List[ledger.EventView]{}, texts: true, file: "events",
	}, func(ctx context.Context, in *struct {
		EventFilters
		Moment
		Page
		Dialect
	}, q asked) (answer, error) {
		f, err := in.filter()
		if err != nil {
			return answer{}, err
		}
		return a.listEvents(ctx, f, q)
	})
	get(a, operation{
		id: "getEvent", path: "/v1/events/{id}", tag: "ledger", summary: "One event",
		about: "As JSON: the event with the texts that belong to it and are public. As application/cloudevents+json: the stored bytes, exactly. Their hash, SHA-256 over a zero byte and these bytes, is the leaf of the log.",
		forms: []string{mediaJSON, mediaEvent}, result: Event{}, unknown: unknownEvent, texts: true,
	}, func(ctx context.Context, in *struct {
		EventPath
		Moment
	}, q asked) (answer, error) {
		v, err := a.event(ctx, in.ID, q.size)
		if err == nil && q.media == mediaEvent {
			return answer{bytes: []byte(v.Envelope), forever: true}, nil
		}
		return answer{body: Event{v, q.size}}, err
	})
	get(a, operation{
		id: "getProof", path: "/v1/events/{id}/proof", tag: "ledger", summary: "The proof that an event is in the log",
		about: "A C2SP tlog-proof against the last signed checkpoint, with the event in its extra line. arobase verify checks it offline, and so does any other program that knows the format.",
		forms: []string{mediaText}, unknown: unknownEvent, texts: true,
	}, func(ctx context.Context, in *EventPath, q asked) (answer, error) {
		v, err := a.event(ctx, in.ID, q.size)
		if err != nil {
			return answer{}, err
		}
		if a.Log == nil {
			return answer{}, problem(notSigned, "no signed checkpoint yet: this node does not sign the log")
		}
		proof, err := a.Log.Proof(ctx, v.Index)
		return answer{bytes: proof}, err
	})
	get(a, operation{
		id: "followEvents", path: "/v1/events/live", tag: "ledger", summary: "Events as they come",
		about: "Server-sent events: id is the index of the event, event its type, data the event as JSON in one line. Without Last-Event-ID and after it begins with what is recorded next. A reader that reconnects names the last id it saw, as browsers do by themselves, and misses nothing. Lines that begin with a colon say only that the connection stands.",
		forms: []string{mediaStream}, fixed: true, texts: true,
	}, func(ctx context.Context, in *struct {
		EventFilters
		LastEventID string `header:"Last-Event-ID" doc:"The id of the last event that was seen: the next one given has a greater one." example:"350"`
	}, q asked) (answer, error) {
		f, err := in.filter()
		if err != nil {
			return answer{}, err
		}
		if f.After, err = a.resume(in.LastEventID, q, f.After); err != nil {
			return answer{}, err
		}
		f.Follow = true
		leave, err := a.seat()
		if err != nil {
			return answer{}, err
		}
		return answer{stream: func(w http.ResponseWriter, r *http.Request) {
			defer leave()
			a.follow(w, r, f)
		}}, nil
	})
}

// event gives one event if the ledger held it at a size.
func (a *api) event(ctx context.Context, id string, size uint64) (ledger.EventView, error) {
	u, err := uuid.Parse(id)
	if err != nil || u.String() != id {
		return ledger.EventView{}, problem(unknownEvent, "%q is no id of an event: a UUID in lower case, such as 0192f0a0-0000-7000-8000-000000000001", short(id))
	}
	v, err := a.Ledger.Event(ctx, u)
	if err != nil {
		return v, err
	}
	if v.Index >= size {
		return v, problem(unknownEvent, "the ledger with %d events does not hold %s yet", size, u)
	}
	return v, nil
}

// listEvents gives a page of events. It looks one further than the page, to know whether there is another.
func (a *api) listEvents(ctx context.Context, f ledger.EventFilter, q asked) (answer, error) {
	f.After = max(f.After, q.from)
	page := List[ledger.EventView]{Items: []ledger.EventView{}, AsOf: q.size}
	for v, err := range a.Ledger.Events(ctx, f) {
		if err != nil {
			return answer{}, err
		}
		if v.Index >= q.size {
			break
		}
		if len(page.Items) == q.limit {
			page.Next = q.link(v.Index)
			break
		}
		page.Items = append(page.Items, v)
	}
	return answer{body: page, rows: table(eventColumns, page.Items), next: page.Next}, nil
}
