package ledger

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/projections/campaigns"
)

// Desk is what somebody of the jury has to do: a juror in the edition of the seat, the presidency in every edition that is
// run here, the latest first.
type Desk struct {
	Seat     int // of a juror; 0 for the presidency
	Editions []DeskEdition
}

// DeskEdition is one edition and how far its jury has come.
type DeskEdition struct {
	Edition  domain.Edition
	Calendar domain.Calendar
	// Listed tells that the jury is public; Sessions are the sittings that were recorded.
	Listed, DeclarationsClosed, DeliberationClosed, Published bool
	Jurors                                                    []int
	Sessions                                                  []domain.JurySessionHeld
	Quorum, Reporting                                         int // that the regulation asks for
	Candidacies                                               []DeskCandidacy
	// First is the person who asked for the publication and waits for a second one, "" where nobody has. On is the day.
	First, On string
	FirstAt   time.Time
	// Undone are the sealed decisions that stand no more, because of what became known of a juror since: for the presidency.
	Undone []domain.CollectivityID
}

// DeskCandidacy is one candidacy that is to be decided, or was.
type DeskCandidacy struct {
	Collectivity domain.CollectivityID
	Name, Kind   string
	Population   int
	Stage        domain.Stage
	Assigned     []int
	Opinions     []int
	Recused      []DossierRecusal
	Draft        *Draft // for the presidency, until the ceremony
	// Seal is the decision that is sealed, the zero id where none is.
	Seal uuid.UUID
}

// deskRoles have one.
var deskRoles = []auth.Role{auth.Juror, auth.President}

// Desk gives the desk of a juror or of the presidency. ErrUnauthenticated, ErrForbidden. It reads the streams of the
// candidacies in which somebody takes no part.
func (l *Ledger) Desk(ctx context.Context, who auth.Principal) (Desk, error) {
	if err := (Operation{Resource: "the desk of the jury", Roles: deskRoles}).Allows(who); err != nil {
		return Desk{}, err
	}
	var d Desk
	var runs []*campaigns.Campaign
	l.runner.View(func(eventstore.Position) {
		for _, run := range slices.Backward(l.campaigns.Editions()) {
			if seat := seatOf(who, run.Edition); who.Is(auth.President) || seat != 0 {
				d.Seat = seat
				runs = append(runs, run.Clone())
			}
		}
	})
	for _, run := range runs {
		e, err := l.deskEdition(ctx, who, run)
		if err != nil {
			return d, err
		}
		d.Editions = append(d.Editions, e)
	}
	return d, nil
}

func (l *Ledger) deskEdition(ctx context.Context, who auth.Principal, run *campaigns.Campaign) (DeskEdition, error) {
	s := run.State()
	e := DeskEdition{
		Edition: run.Edition, Calendar: s.Calendar, Listed: s.Jurors != nil, DeclarationsClosed: s.DeclarationsClosed,
		DeliberationClosed: s.DeliberationClosed, Published: s.Published != nil, Jurors: s.Jurors, Sessions: s.Sessions,
	}
	regulation, err := l.history(ctx, domain.RegulationStream(s.Opened.Regulation))
	if err != nil {
		return e, err
	}
	if r := domain.RegulationOf(regulation); r != nil {
		e.Quorum, e.Reporting = r.Quorum.Value, r.JurorsPerCandidacy.Value
	}
	drafts := map[domain.CollectivityID]Draft{}
	if who.Is(auth.President) && !e.Published && l.room != nil {
		all, err := l.Drafts(ctx, who, run.Edition)
		if err != nil {
			return e, err
		}
		for _, d := range all {
			drafts[d.Collectivity] = d
		}
		if err := l.waiting(ctx, &e, domain.DecisionsFor(run.Edition, run.Candidacies)); err != nil {
			return e, err
		}
		for _, c := range domain.Corrections(run.History, regulation, run.Jurors, domain.DecisionsFor(run.Edition, run.Candidacies)) {
			if c.Undone != nil {
				e.Undone = append(e.Undone, c.Collectivity)
			}
		}
	}
	decisions := domain.DecisionsFor(run.Edition, run.Candidacies)
	names := l.namesOf(ctx, decisions)
	for _, due := range decisions {
		c := DeskCandidacy{
			Collectivity: due.Collectivity, Name: names[due.Collectivity], Kind: due.State.Registered.Kind, Population: due.State.Registered.Population,
			Stage: due.State.Stage, Assigned: due.State.Assigned, Opinions: due.State.Opinions,
		}
		if seal := due.State.Seal(); seal != nil {
			c.Seal = seal.Event
		}
		var history []domain.Recorded
		if len(due.State.Recusals) > 0 {
			var err error
			if history, err = l.history(ctx, due.Stream()); err != nil {
				return e, err
			}
		}
		c.Recused = recusedIn(run.Jurors, due.Collectivity, history)
		if draft, ok := drafts[due.Collectivity]; ok {
			c.Draft = &draft
		}
		e.Candidacies = append(e.Candidacies, c)
	}
	return e, nil
}

// waiting tells of a publication that waits for a second person.
func (l *Ledger) waiting(ctx context.Context, e *DeskEdition, due []domain.Due) error {
	p, kept, asked, err := l.asked(ctx, e.Edition)
	if err != nil || !asked || !p.standsFor(due) {
		return err
	}
	e.First, e.On, e.FirstAt = p.First, p.On, kept.At
	return nil
}
