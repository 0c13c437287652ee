package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/vault"
	"arobase/projections"
)

// laborious is a vault in which time goes by with what it is given and asked for: a millisecond for each byte. It makes of
// the time that work takes a figure that is the same on every machine.
type laborious struct {
	vault.Vault
	spent *atomic.Int64
}

func (l laborious) Put(ctx context.Context, secrets []vault.Secret, requests []vault.Request) error {
	n := 0
	for _, s := range secrets {
		n += len(s.Value)
	}
	l.spent.Add(int64(n))
	return l.Vault.Put(ctx, secrets, requests)
}

func (l laborious) Get(ctx context.Context, c vault.Commitment) (vault.Secret, error) {
	s, err := l.Vault.Get(ctx, c)
	l.spent.Add(int64(len(s.Value)))
	return s, err
}

// The decisions of a deliberation are of one moment, whatever is sealed in them: neither their times nor the times in
// their ids, nor what goes by between one and the next, tell how long the texts are.
func TestSealsAreOfOneMoment(t *testing.T) {
	c := deliberated(t)
	c.draft(aixID, 3, strings.Repeat("Une longue explication. ", 500))
	c.draft(bourgesID, 5, "Courte")
	size := c.Size()
	var given []int64 // what the vault had been given before each decision
	c.store.watch = func(stream string) {
		if strings.HasPrefix(stream, "candidacy-") {
			given = append(given, c.spent.Load())
		}
	}
	if _, err := c.CloseDeliberation(t.Context(), president, editionRun, nil); err != nil {
		t.Fatal(err)
	}
	var times, ids []string
	for _, r := range c.recorded(size) {
		if r.Event.EventName() == "decision-sealed" {
			times, ids = append(times, r.Time.Format(time.RFC3339Nano)), append(ids, fmt.Sprintf("%x", r.ID[:6]))
		}
	}
	if len(times) != 3 || len(slices.Compact(times)) != 1 || len(slices.Compact(ids)) != 1 {
		t.Errorf("the decisions were recorded at %v, with ids of the moments %v: want three, of one moment", times, ids)
	}
	if len(given) != 3 || len(slices.Compact(given)) != 1 {
		t.Errorf("when the decisions were recorded, one after the other, the vault had been given %v bytes: want all of them before the first", given)
	}
}

// recorded gives what was recorded from a size on.
func (c *campaign) recorded(from uint64) []domain.Recorded {
	c.t.Helper()
	var all []domain.Recorded
	for e, err := range c.store.ReadAll(c.t.Context(), eventstore.Position(from)) {
		if err != nil {
			c.t.Fatal(err)
		}
		r, err := projections.Decode(e)
		if err != nil {
			c.t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// What is not to be shown is not read either: how long it takes to say no tells nothing of the value.
func TestSayingNoReadsNothing(t *testing.T) {
	c := deliberated(t)
	c.draft(aixID, 3, strings.Repeat("Une longue explication. ", 500))
	size := c.Size()
	if _, err := c.CloseDeliberation(t.Context(), president, editionRun, nil); err != nil {
		t.Fatal(err)
	}
	before, asked := c.spent.Load(), 0
	for _, r := range c.recorded(size) {
		for f := range domain.SealedFields(r.Event) {
			asked++
			if s, err := c.Disclosed(t.Context(), f.Field.Commitment()); !errors.Is(err, vault.ErrUnknown) {
				t.Errorf("%s of %s: %s, %v", f.Pointer, r.Stream, s.Value, err)
			}
		}
	}
	if read := c.spent.Load() - before; asked < 3*8 || read != 0 {
		t.Errorf("to keep %d values to itself it read %d bytes of them", asked, read)
	}
}
