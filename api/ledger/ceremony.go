package ledger

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"arobase/api/auth"
	"arobase/api/ledger/workspace"
	"arobase/domain"
	"arobase/eventstore/vault"
)

// Publication is the publication of an edition's results, which two people ask for.
type Publication struct {
	Edition domain.Edition `json:"edition"`
	On      string         `json:"on"` // the day of the ceremony
	First   string         `json:"first"`
	At      time.Time      `json:"at"` // when the first asked
	// Waiting says that a second person has to ask for the same.
	Waiting bool `json:"waiting"`
	// Disclosed is how many decisions this call opened.
	Disclosed int     `json:"disclosed"`
	Receipt   Receipt `json:"-"` // of palmares-published
}

func publicationKey(e domain.Edition) string { return fmt.Sprintf("publication/%d", e) }

// publishing is what the workspace keeps of the first person's request.
type publishing struct {
	On    string `json:"on"`
	First string `json:"first"`
	Token string `json:"token"`
	// Second is the person who began to carry it out; "" until somebody does.
	Second string `json:"second,omitempty"`
}

// Publish holds the ceremony of an edition, for two people together. The first to ask leaves the request in the workspace;
// the second, another person, carries it out: every decision is opened, in the order of the collectivities' ids, and
// palmares-published comes last. Nothing that was opened is shown before it. A process that ends half-way leaves a part of
// them opened: asked again by either person, the rest follows. What must be known is read before the first is opened: a
// vault that lacks one value stops it whole. Expected is the revision that the edition's stream must be at, as in
// CloseDeliberation.
func (l *Ledger) Publish(ctx context.Context, who auth.Principal, e domain.Edition, on string, expected *int64) (Publication, error) {
	if err := mayDeliberate(who); err != nil {
		return Publication{}, err
	}
	if l.room == nil {
		return Publication{}, ErrNoWorkspace
	}
	l.ceremonies.Lock()
	defer l.ceremonies.Unlock()
	if err := l.rests(ctx, domain.EditionStream(e), expected); err != nil {
		return Publication{}, err
	}
	run, _, err := l.run(ctx, e)
	if err != nil {
		return Publication{}, err
	}
	state := run.State()
	under := domain.Under{Regulation: state.Opened.Regulation}
	p, begun, err := l.publishing(ctx, who, e, on)
	if err != nil {
		return Publication{}, err
	}
	last := domain.PublishPalmares{Under: under}
	last.Edition, last.On = e, p.On
	last.By, last.Second = domain.Text(p.First), domain.Text(who.Person)
	again := domain.SamePerson(p.First, who.Person)
	switch {
	case p.Second != "":
		last.Second = domain.Text(p.Second) // who began, whoever asks for the rest
	case !begun || again:
		// The same rules as in the end, but for the second person and the counts, which are not there yet.
		last.Second = domain.Text(who.Person + " and another person")
	}
	due := domain.DecisionsFor(e, run.Candidacies)
	opened, results, err := l.toOpen(ctx, due)
	if err != nil {
		return Publication{}, err
	}
	palmares := domain.PalmaresOf(results)
	last.Digest, last.Labelled, last.CountsByLevel = palmares.Digest, palmares.Labelled, palmares.CountsByLevel
	last.HorsConcours, last.Mentions = palmares.HorsConcours, palmares.Mentions
	if err := l.tryOut(ctx, last); err != nil {
		return Publication{}, err
	}
	done := Publication{Edition: e, On: p.On, First: p.First}
	halfway := state.DeliberationClosed && anyDisclosed(due)
	switch {
	case !begun:
		body, err := json.Marshal(p)
		if err != nil {
			return Publication{}, fmt.Errorf("keeping the request: %w", err)
		}
		kept, err := l.room.Put(ctx, workspace.Document{Key: publicationKey(e), Body: body, By: who.Person, At: l.clock().UTC()}, 0)
		if err := staleDraft(err); err != nil {
			return Publication{}, err
		}
		done.Waiting, done.At = true, kept.At
		return done, nil
	case again && (!halfway || p.Second == ""):
		return Publication{}, twoPeopleAgain.Broken("second")
	case p.Second == "":
		// Kept before the first is opened: the record names the two, whoever asks for the rest after an interruption.
		p.Second = who.Person
		body, err := json.Marshal(p)
		if err != nil {
			return Publication{}, fmt.Errorf("keeping the request: %w", err)
		}
		if _, err := l.room.Put(ctx, workspace.Document{Key: publicationKey(e), Body: body, By: who.Person, At: l.clock().UTC()}, -1); err != nil {
			return Publication{}, fmt.Errorf("keeping the request: %w", err)
		}
	}
	for _, d := range opened {
		if d.State.Disclosed != nil {
			continue // by a ceremony that was interrupted
		}
		command := domain.DiscloseDecision{Under: under, DecisionDisclosed: domain.DecisionDisclosed{
			Candidacy: d.Candidacy, Of: d.State.Seal().Event, Opened: d.opened,
		}}
		command.By = domain.Text(who.Person)
		if _, command.Jurors, err = l.sitting(ctx, e, d.State.Seal().Decision.Session); err != nil {
			return done, err
		}
		if _, err := l.write(ctx, Request{Actor: who.Actor(), Command: command}); err != nil {
			return done, fmt.Errorf("opening the decision on %s: %w", d.Collectivity, err)
		}
		done.Disclosed++
	}
	done.Receipt, err = l.Execute(ctx, Request{Actor: who.Actor(), Command: last})
	return done, err
}

// PublicationAsked gives the request of the first person to publish, false where nobody asked yet. For those who publish.
func (l *Ledger) PublicationAsked(ctx context.Context, who auth.Principal, e domain.Edition) (Publication, bool, error) {
	if err := mayDeliberate(who); err != nil {
		return Publication{}, false, err
	}
	if l.room == nil {
		return Publication{}, false, nil
	}
	kept, err := l.room.Get(ctx, publicationKey(e))
	if errors.Is(err, workspace.ErrAbsent) {
		return Publication{}, false, nil
	}
	if err != nil {
		return Publication{}, false, fmt.Errorf("reading the request to publish: %w", err)
	}
	var p publishing
	if err := json.Unmarshal(kept.Body, &p); err != nil {
		return Publication{}, false, fmt.Errorf("reading the request to publish: %w", err)
	}
	return Publication{Edition: e, On: p.On, First: p.First, At: kept.At, Waiting: true}, true, nil
}

func anyDisclosed(due []domain.Due) bool {
	for _, d := range due {
		if d.State.Disclosed != nil {
			return true
		}
	}
	return false
}

// publishing gives the request of the first person, or makes it of this one. begun says that it was there.
func (l *Ledger) publishing(ctx context.Context, who auth.Principal, e domain.Edition, on string) (p publishing, begun bool, err error) {
	kept, err := l.room.Get(ctx, publicationKey(e))
	if errors.Is(err, workspace.ErrAbsent) {
		return publishing{On: on, First: who.Person, Token: who.Token}, false, nil
	}
	if err != nil {
		return p, false, fmt.Errorf("reading the request to publish: %w", err)
	}
	if err := json.Unmarshal(kept.Body, &p); err != nil {
		return p, false, fmt.Errorf("reading the request to publish: %w", err)
	}
	if on != p.On {
		return p, true, domain.Invalid{anotherDay.Fault("on", p.On)}
	}
	return p, true, nil
}

// opening is a decision with its values and their salts.
type opening struct {
	domain.Due
	opened domain.Opened
}

// toOpen reads the values of all decisions from the vault, and what they come to.
func (l *Ledger) toOpen(ctx context.Context, due []domain.Due) ([]opening, []domain.Laureate, error) {
	var all []opening
	var results []domain.Laureate
	var wrong domain.Invalid
	for _, d := range due {
		seal := d.State.Seal()
		if seal == nil {
			wrong = append(wrong, notDecided.Fault(string(d.Collectivity)))
			continue
		}
		opened, err := l.opened(ctx, seal)
		if err != nil {
			return nil, nil, fmt.Errorf("opening the decision on %s: %w", d.Collectivity, err)
		}
		all = append(all, opening{d, opened})
		results = append(results, domain.Laureate{Collectivity: d.Collectivity, Result: opened.Result()})
	}
	if wrong != nil {
		return nil, nil, wrong
	}
	return all, results, nil
}

// ErrLocked says that a value that is to be opened is not in the vault: restore it from its encrypted backup.
var ErrLocked = errors.New("the vault does not hold what is to be opened; restore it from its backup")

// opened reads the enumerations of a decision from the vault, each with its salt.
func (l *Ledger) opened(ctx context.Context, seal *domain.Seal) (o domain.Opened, err error) {
	d := seal.Decision
	for _, f := range []struct {
		field *domain.Sealed
		salt  *domain.Salt
		value any
	}{
		{d.Distinction, &o.Distinction.Salt, &o.Distinction.Value},
		{d.Level, &o.Level.Salt, &o.Level.Value},
		{d.Mentions, &o.Mentions.Salt, &o.Mentions.Value},
		{d.Tally, &o.Tally.Salt, &o.Tally.Value},
	} {
		c, err := vault.ParseCommitment(f.field.Commitment())
		if err != nil {
			return o, err
		}
		s, err := l.vault.Get(ctx, c)
		if errors.Is(err, vault.ErrUnknown) || errors.Is(err, vault.ErrErased) {
			return o, ErrLocked
		}
		if err != nil {
			return o, fmt.Errorf("reading a sealed value: %w", err)
		}
		*f.salt = domain.Salt(base64.StdEncoding.EncodeToString(s.Salt[:]))
		if err := json.Unmarshal(s.Value, f.value); err != nil {
			return o, fmt.Errorf("reading a sealed value: %w", err)
		}
	}
	return o, nil
}
