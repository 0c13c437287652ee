package web

import (
	"context"
	"sync"

	"arobase/api/auth"
	"arobase/api/ledger"
)

// sentOnce remembers what became of forms of which the ledger keeps no key, so that a double click does them once. It lasts
// as long as the process: what is done twice after a restart is refused by a rule, or is a token more.
type sentOnce struct {
	mu  sync.Mutex // held while one is carried out: these are few, and most take their turn anyway
	all map[string]outcome
}

// mostSent bounds what is remembered. All of it is forgotten then.
const mostSent = 1000

// once carries out a command, unless the same form was sent before.
func (s *site) once(ctx context.Context, c command, who auth.Principal, ask ledger.Ask) (outcome, error) {
	if !c.Remembered {
		return c.act(ctx, s, who, ask)
	}
	key := who.Token + "/" + c.Resource + "/" + ask.Key
	s.sent.mu.Lock()
	defer s.sent.mu.Unlock()
	if done, ok := s.sent.all[key]; ok {
		return done, nil
	}
	done, err := c.act(ctx, s, who, ask)
	if err != nil {
		return done, err
	}
	if s.sent.all == nil || len(s.sent.all) >= mostSent {
		s.sent.all = map[string]outcome{}
	}
	kept := done
	kept.Secret, kept.Given = "", done.Secret != ""
	s.sent.all[key] = kept
	return done, nil
}
