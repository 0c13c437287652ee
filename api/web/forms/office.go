package forms

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/domain"
)

// Office carries out commands. It remembers what became of forms of which the ledger keeps no key, so that a double click
// does them once. That lasts as long as the process: what is done twice after a restart is refused by a rule, or is a token
// more. It may be used by many at once.
type Office struct {
	ledger *ledger.Ledger
	tokens func() *auth.Authority
	mu     sync.Mutex // held while one that is remembered is carried out: these are few, and most take their turn anyway
	sent   map[string]Outcome
}

// NewOffice makes an office over a ledger. Tokens are given and taken by an authority, which is asked for when one is.
func NewOffice(l *ledger.Ledger, tokens func() *auth.Authority) *Office {
	return &Office{ledger: l, tokens: tokens}
}

// mostSent bounds what is remembered. All of it is forgotten then.
const mostSent = 1000

// CarryOut carries out a command, unless the same form was sent before.
func (o *Office) CarryOut(ctx context.Context, c Command, who auth.Principal, ask ledger.Ask) (Outcome, error) {
	if !c.Remembered {
		return c.act(ctx, o, who, ask)
	}
	key := who.Token + "/" + c.Resource + "/" + ask.Key
	o.mu.Lock()
	defer o.mu.Unlock()
	if done, ok := o.sent[key]; ok {
		return done, nil
	}
	done, err := c.act(ctx, o, who, ask)
	if err != nil {
		return done, err
	}
	if o.sent == nil || len(o.sent) >= mostSent {
		o.sent = map[string]Outcome{}
	}
	kept := done
	kept.Secret, kept.Read, kept.Given = "", nil, done.Secret != "" || done.Read != nil
	o.sent[key] = kept
	return done, nil
}

// isDrafted tells whether what somebody asks for is the draft that they wrote last, in a stream of drafts.
func (o *Office) isDrafted(ctx context.Context, who auth.Principal, input json.RawMessage, stream domain.StreamName) bool {
	d, err := DraftOf(ctx, o.ledger, who, stream)
	return err == nil && d != nil && d.By == who.Person && bytes.Equal(d.Input, input)
}

// DraftOf gives the draft that a stream of drafts names, nil where it names none.
func DraftOf(ctx context.Context, l *ledger.Ledger, who auth.Principal, stream domain.StreamName) (*ledger.Draft, error) {
	var edition int
	var id string
	if _, err := fmt.Sscanf(string(stream), "draft/%d/%s", &edition, &id); err != nil {
		return nil, nil
	}
	all, err := l.Drafts(ctx, who, domain.Edition(edition))
	for _, d := range all {
		if string(d.Collectivity) == id {
			return &d, nil
		}
	}
	return nil, err
}
