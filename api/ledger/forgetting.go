package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"arobase/api/ledger/workspace"
	"arobase/domain"
	"arobase/eventstore"
)

// ForgetDrafts destroys the drafts of decisions that nobody needs any more, with all their versions, and the requests to
// publish what is published; it gives how many documents it forgot. What the jury decided is sealed in the
// ledger; what it had thought of before is not to outlive the ceremony for ever. A draft goes once the palmarès is published
// and the edition is closed, or the time to appeal against the decision is over; while an appeal is open it stays. Where the
// answers are behind the records none is forgotten.
func (l *Ledger) ForgetDrafts(ctx context.Context) (int, error) {
	if l.room == nil {
		return 0, nil
	}
	size, err := l.store.Size(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the size of the store: %w", err)
	}
	if l.runner.Size() < size {
		return 0, nil
	}
	today := domain.DayInParis(l.clock())
	var editions []domain.Edition
	over := map[domain.Candidacy]bool{}
	l.runner.View(func(eventstore.Position) {
		for _, run := range l.campaigns.Editions() {
			state := run.State()
			if state.Published == nil || state.Opened == nil {
				continue
			}
			editions = append(editions, run.Edition)
			rules := domain.RegulationOf(l.campaigns.Regulation(state.Opened.Regulation))
			for _, c := range run.InOrder() {
				over[c.Candidacy] = c.State.OpenAppeal() == nil && (state.Closed || appealTimeOver(c.State, rules, today))
			}
		}
	})
	var keys []string
	for _, e := range editions {
		drafts, err := l.room.List(ctx, fmt.Sprintf("%s%d/", draftPrefix, e))
		if err != nil {
			return 0, fmt.Errorf("reading drafts: %w", err)
		}
		stays := false
		var gone []string
		for _, d := range drafts {
			if over[draftOf(e, d).Candidacy] {
				gone = append(gone, d.Key)
			} else {
				stays = true
			}
		}
		if len(gone) > 0 && !stays {
			gone = []string{fmt.Sprintf("%s%d/", draftPrefix, e)} // all of them at once
		}
		keys = append(keys, gone...)
		if _, err := l.room.Get(ctx, publicationKey(e)); err == nil {
			keys = append(keys, publicationKey(e))
		} else if !errors.Is(err, workspace.ErrAbsent) {
			return 0, fmt.Errorf("reading what waits: %w", err)
		}
	}
	forgotten := 0
	for _, key := range keys {
		all, err := l.room.List(ctx, key)
		if err != nil {
			return forgotten, fmt.Errorf("reading what is to be forgotten: %w", err)
		}
		if !strings.HasSuffix(key, "/") && len(all) > 1 {
			continue // it is the beginning of another key too: it goes with that
		}
		if err := l.room.Forget(ctx, key); err != nil {
			return forgotten, err
		}
		forgotten += len(all)
	}
	return forgotten, nil
}

// appealTimeOver tells whether nobody can appeal against the decision on a candidacy any more. Where there is none nobody
// ever could.
func appealTimeOver(c *domain.CandidacyState, rules *domain.RegulationPublished, today string) bool {
	if c.Disclosed == nil {
		return true
	}
	if c.Notified == nil || rules == nil {
		return false
	}
	told, err := time.Parse(time.DateOnly, c.Notified.On)
	return err == nil && told.AddDate(0, 0, rules.AppealDays.Value).Format(time.DateOnly) < today
}
