// Package forms turns what can be recorded into forms, and what was typed back into what is recorded.
//
// A command is one thing that a person can ask for; its fields are those of the schema of its event, so that a new event has
// its form at once (blank.go). A maker sets a form for one reader: the words of its fields, what the ledger offers to choose
// from, what was typed and what is wrong with it (view.go, offer.go). A reading makes the input of the command from what was
// typed: days and amounts as people write them, bodies by their names, records by their numbers (read.go). An office carries
// the command out (office.go).
//
// Who may ask, and when, is decided by the ledger and the domain; a form narrows nothing. What a form has around it, its
// page, its address and its session, is the site's, which gives a maker the few addresses that it needs.
package forms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/domain"
)

// Command is one thing that a person can ask for with a form: every operation of the ledger, and the few that are no
// operation because they record nothing, or many things at once.
type Command struct {
	Resource string // as in POST /v1/<resource>
	Event    string // which its words may be told by
	Roles    []auth.Role
	Fields   []blank
	// Remembered says that the ledger does not know a form that is sent twice, so that the site remembers it for a while.
	Remembered bool
	// act carries it out. Keys and revisions that it has no use for are left alone.
	act func(ctx context.Context, o *Office, who auth.Principal, ask ledger.Ask) (Outcome, error)
}

// Outcome is what became of a command.
type Outcome struct {
	Events []uuid.UUID // the last of them is the one that a receipt shows
	// Waiting and Kept say that nothing was recorded yet: a second person has to ask for the same; a draft was kept.
	Waiting, Kept bool
	// Secret is shown once, on the very answer, and kept nowhere: a new token.
	Secret string
	// Read is a sealed value that was read: shown as a secret is.
	Read json.RawMessage
	// Given says that a secret was shown before, for the same form.
	Given bool
}

// commands are all of them, in the order of an edition. They are made once: their fields are those of the schemas.
var commands = func() []Command {
	var all []Command
	for _, o := range ledger.Operations() {
		all = append(all, Command{Resource: o.Resource, Event: o.Event, Roles: o.Roles, Fields: blanksOf(o.Type()), act: record(o.Resource)})
	}
	at := slices.IndexFunc(all, func(c Command) bool { return c.Resource == "deferrals" }) + 1
	all = append(append(slices.Insert(all, at, together...), offices...), readings)
	for _, c := range all {
		for i := range c.Fields {
			f := &c.Fields[i]
			f.Path = f.Name
			f.Required = f.Required || f.Name == "edition" && runs(c) // facts of sources may tell of none
		}
	}
	return all
}()

// record asks the ledger for one of its operations.
func record(resource string) func(context.Context, *Office, auth.Principal, ledger.Ask) (Outcome, error) {
	return func(ctx context.Context, o *Office, who auth.Principal, ask ledger.Ask) (Outcome, error) {
		ask.Resource = resource
		done, err := o.ledger.Act(ctx, who, ask)
		return Outcome{Events: done.Events}, err
	}
}

// together are what the jury does in its private room.
var together = []Command{
	{
		Resource: "decisions", Event: "decision-sealed", Roles: []auth.Role{auth.President},
		Fields: slices.DeleteFunc(blanksOf(ledger.Operation{Event: "decision-sealed"}.Type()), func(b blank) bool { return b.Name == "assessment" }),
		act: func(ctx context.Context, o *Office, who auth.Principal, ask ledger.Ask) (Outcome, error) {
			_, err := o.ledger.DraftDecision(ctx, who, ask.Input, ask.Expected)
			var stale *ledger.Stale
			if errors.As(err, &stale) && o.isDrafted(ctx, who, ask.Input, stale.Stream) {
				err = nil // by this very form, sent twice
			}
			return Outcome{Kept: true}, err
		},
	},
	{
		Resource: "deliberations", Remembered: true, Roles: []auth.Role{auth.President}, Fields: []blank{editionBlank},
		act: func(ctx context.Context, o *Office, who auth.Principal, ask ledger.Ask) (Outcome, error) {
			var in struct{ Edition domain.Edition }
			if err := json.Unmarshal(ask.Input, &in); err != nil {
				return Outcome{}, fmt.Errorf("reading a form: %w", err)
			}
			done, err := o.ledger.CloseDeliberation(ctx, who, in.Edition, ask.Expected)
			return Outcome{Events: done.Receipt.Events}, err
		},
	},
	{
		Resource: "publications", Remembered: true, Roles: []auth.Role{auth.President},
		Fields: []blank{editionBlank, {Name: "on", Kind: aDay, Required: true}},
		act: func(ctx context.Context, o *Office, who auth.Principal, ask ledger.Ask) (Outcome, error) {
			var in struct {
				Edition domain.Edition
				On      string
			}
			if err := json.Unmarshal(ask.Input, &in); err != nil {
				return Outcome{}, fmt.Errorf("reading a form: %w", err)
			}
			done, err := o.ledger.Publish(ctx, who, in.Edition, in.On, ask.Expected)
			return Outcome{Events: done.Receipt.Events, Waiting: done.Waiting}, err
		},
	},
}

var editionBlank = blank{Name: "edition", Kind: aNumber, Required: true}

// offices are what the administration does.
var offices = []Command{
	{
		Resource: "tokens", Remembered: true, Roles: []auth.Role{auth.Admin},
		Fields: []blank{
			{Name: "role", Kind: aChoice, Required: true, Choices: roleNames()}, {Name: "person", Kind: aLine, Required: true},
			{Name: "for", Kind: aLine}, {Name: "days", Kind: aNumber, Required: true},
		},
		act: func(ctx context.Context, o *Office, _ auth.Principal, ask ledger.Ask) (Outcome, error) {
			var in struct {
				Role        auth.Role
				Person, For string
				Days        int
			}
			if err := json.Unmarshal(ask.Input, &in); err != nil {
				return Outcome{}, fmt.Errorf("reading a form: %w", err)
			}
			text, _, err := o.tokens().Issue(ctx, auth.Grant{
				Role: in.Role, For: in.For, Person: in.Person, Life: time.Duration(in.Days) * 24 * time.Hour,
			})
			if refused, ok := errors.AsType[*auth.Ungranted](err); ok {
				return Outcome{}, domain.Invalid{refused.Fault}
			}
			return Outcome{Secret: text}, err
		},
	},
	{
		Resource: "token-revocations", Remembered: true, Roles: []auth.Role{auth.Admin}, Fields: []blank{{Name: "id", Kind: aLine, Required: true}},
		act: func(ctx context.Context, o *Office, _ auth.Principal, ask ledger.Ask) (Outcome, error) {
			var in struct{ ID string }
			if err := json.Unmarshal(ask.Input, &in); err != nil {
				return Outcome{}, fmt.Errorf("reading a form: %w", err)
			}
			err := o.tokens().Revoke(ctx, in.ID)
			if errors.Is(err, auth.ErrUnknown) {
				err = domain.Invalid{noSuchToken.Fault("id")}
			}
			return Outcome{Kept: true}, err
		},
	},
	{
		Resource: "erasures", Remembered: true, Event: "personal-data-erased", Roles: []auth.Role{auth.Admin},
		Fields: []blank{
			{Name: "event", Kind: aRecord, Required: true}, {Name: "pointer", Kind: aLine, Required: true},
			{Name: "ground", Kind: aChoice, Required: true, Choices: erasureGrounds()}, {Name: "reason", Kind: aText},
		},
		act: func(ctx context.Context, o *Office, who auth.Principal, ask ledger.Ask) (Outcome, error) {
			var in struct {
				Event                   uuid.UUID
				Pointer, Ground, Reason string
			}
			if err := json.Unmarshal(ask.Input, &in); err != nil {
				return Outcome{}, fmt.Errorf("reading a form: %w", err)
			}
			erasure := ledger.Erasure{Event: in.Event, Pointer: in.Pointer, Ground: in.Ground, Reason: in.Reason, By: who.Person}
			if err := erasure.Check(); err != nil {
				return Outcome{}, err
			}
			done, err := o.ledger.Erase(ctx, erasure)
			return Outcome{Events: done.Events}, err
		},
	},
}

// readings shows a sealed value to whoever may read it, once that is recorded. The event it becomes has the same fields.
var readings = Command{
	Resource: "readings", Event: "sealed-value-read", Remembered: true, Roles: []auth.Role{auth.Auditor},
	Fields: slices.DeleteFunc(blanksOf(ledger.Operation{Event: "sealed-value-read"}.Type()), func(b blank) bool { return b.Name == "occurred" }),
	act: func(ctx context.Context, o *Office, who auth.Principal, ask ledger.Ask) (Outcome, error) {
		var in ledger.Reading
		if err := json.Unmarshal(ask.Input, &in); err != nil {
			return Outcome{}, fmt.Errorf("reading a form: %w", err)
		}
		value, done, err := o.ledger.ReadSealed(ctx, who, in)
		return Outcome{Events: done.Events, Read: value.Value}, err
	},
}

func roleNames() []string {
	var all []string
	for _, r := range auth.Roles() {
		all = append(all, string(r))
	}
	return all
}

// erasureGrounds are those of the schema of the event.
func erasureGrounds() []string {
	for _, b := range blanksOf(ledger.Operation{Event: "personal-data-erased"}.Type()) {
		if b.Name == "ground" {
			return b.Choices
		}
	}
	return nil
}

// CommandOf gives the command of a resource; false where there is none.
func CommandOf(resource string) (Command, bool) {
	i := slices.IndexFunc(commands, func(c Command) bool { return c.Resource == resource })
	if i < 0 {
		return Command{}, false
	}
	return commands[i], true
}

// Allows tells whether somebody who is signed in may give a command at all. What the public may do, a dispute, has a page of
// its own, which confirms an address.
func (c Command) Allows(who auth.Principal) bool { return who.Is(c.Roles...) && !who.Is(auth.Public) }

// Offered are the commands that somebody may give, in the order of an edition.
func Offered(who auth.Principal) []Command {
	return slices.DeleteFunc(slices.Clone(commands), func(c Command) bool { return !c.Allows(who) })
}
