package ledger

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/projections/campaigns"
	"arobase/projections/reconciliation"
)

// Minutes are those of the deliberation of an edition: who sat, and for each candidacy who took no part, whether quorum
// held without them, and how the votes fell. They show seats; names are for the presidency.
type Minutes struct {
	Edition    domain.Edition `json:"edition"`
	Year       int            `json:"year"`
	Regulation string         `json:"regulation"`
	Ceremony   string         `json:"ceremony"` // the day
	// Closed tells that the deliberation is, Published that the palmarès is: from then on the minutes are everybody's.
	Closed    bool               `json:"closed"`
	Published bool               `json:"published"`
	Jury      []MinutesJuror     `json:"jury"`
	Sessions  []MinutesSession   `json:"sessions"`
	Decisions []MinutesDecision  `json:"decisions"` // in the order of the collectivities' ids
	NotJudged []MinutesNotJudged `json:"notJudged"` // as well
}

// MinutesNotJudged is a candidacy on which nothing is decided, and why.
type MinutesNotJudged struct {
	Collectivity domain.CollectivityID `json:"collectivity"`
	Name         string                `json:"name"`
	Stage        domain.Stage          `json:"stage"` // withdrawn or inadmissible, or registered: nothing was submitted
	// Ground and Article are those of a ruling that it is inadmissible.
	Ground  string `json:"ground,omitempty"`
	Article string `json:"article,omitempty"`
	// Event is the record that says so; that of the registration where nothing was submitted.
	Event uuid.UUID `json:"event"`
}

// MinutesJuror is one seat.
type MinutesJuror struct {
	Juror       int    `json:"juror"`
	Seat        string `json:"seat"` // juror-28-3
	College     string `json:"college"`
	Chair       bool   `json:"chair,omitempty"`
	Affiliation string `json:"affiliation,omitempty"`
	Ended       bool   `json:"ended,omitempty"` // sits no more
	// Name is there for the presidency alone.
	Name  string    `json:"name,omitempty"`
	Event uuid.UUID `json:"event"`
}

// MinutesSession is one sitting.
type MinutesSession struct {
	Session int       `json:"session"`
	On      string    `json:"on"`
	Present []int     `json:"present"`
	Absent  []int     `json:"absent"` // of the list that was published
	Quorum  int       `json:"quorum"`
	Event   uuid.UUID `json:"event"`
}

// How far a decision has come.
const (
	MinutesOpen      = "open"      // nothing is decided
	MinutesDrafted   = "drafted"   // for the presidency alone
	MinutesSealed    = "sealed"    // the record shows that there is a decision, and not which
	MinutesPublished = "published" // opened at the ceremony
)

// MinutesDecision is the decision on one candidacy.
type MinutesDecision struct {
	Collectivity domain.CollectivityID `json:"collectivity"`
	Name         string                `json:"name"`
	State        string                `json:"state"`
	Session      int                   `json:"session,omitempty"` // 0: none yet
	On           string                `json:"on,omitempty"`
	Reporting    []int                 `json:"reporting"`
	Recused      []DossierRecusal      `json:"recused"`
	Present      []int                 `json:"present"`
	Voters       []int                 `json:"voters"` // present, without the recused
	Quorum       int                   `json:"quorum"`
	Held         bool                  `json:"held"` // the quorum, among those who could vote
	// Result, Tally, Motivation and Departure are there once the palmarès is published; for the presidency as drafted.
	Result     *domain.Result `json:"result"`
	Tally      *domain.Tally  `json:"tally"`
	Motivation string         `json:"motivation,omitempty"` // "" where it was erased
	Departure  string         `json:"departure,omitempty"`
	// Departs tells the presidency that no precedent has such a result.
	Departs   bool       `json:"departsFromPrecedents,omitempty"`
	Sealed    *uuid.UUID `json:"sealed,omitempty"`
	Disclosed *uuid.UUID `json:"disclosed,omitempty"`
	// Deferred are the sessions that put the decision off, Superseded the decisions that were sealed before and taken back.
	Deferred   []int       `json:"deferred,omitempty"`
	Superseded []uuid.UUID `json:"superseded,omitempty"`
	// After is what came of it once it was published: it stands as the last of these says.
	After []AfterView `json:"after,omitempty"`
}

// minutesRoles may read the minutes before the ceremony. Afterwards everybody may.
var minutesRoles = []auth.Role{auth.Juror, auth.Registrar, auth.President}

// Minutes gives the minutes of an edition as far as a reader may see them. Before the palmarès is published they are for
// the jury of the edition, its secretariat and the presidency, and hold no outcome but for the presidency, which has its own
// drafts. ErrUnknown, ErrUnauthenticated, ErrForbidden. It reads the reasons of every decision, and the streams of candidacies
// in which somebody takes no part.
func (l *Ledger) Minutes(ctx context.Context, who auth.Principal, e domain.Edition) (Minutes, error) {
	run, _, err := l.run(ctx, e)
	if err != nil {
		return Minutes{}, err
	}
	state := run.State()
	if state.Published == nil {
		if err := (Operation{Resource: "the minutes before the ceremony", Roles: minutesRoles}).Allows(who); err != nil {
			return Minutes{}, err
		}
		if who.Is(auth.Juror) && seatOf(who, e) == 0 {
			return Minutes{}, fmt.Errorf("%w: the token has the seat %s", ErrForbidden, who.For)
		}
	}
	m := Minutes{
		Edition: e, Year: e.Year(), Regulation: state.Opened.Regulation, Ceremony: state.Calendar.Ceremony, Closed: state.DeliberationClosed,
		Published: state.Published != nil, Jury: []MinutesJuror{}, Sessions: []MinutesSession{}, Decisions: []MinutesDecision{}, NotJudged: []MinutesNotJudged{},
	}
	if m.Published {
		m.Ceremony = state.Published.On
	}
	if m.Jury, err = l.minutesJury(ctx, who, e, run.Jurors); err != nil {
		return m, err
	}
	m.sit(run)
	drafts := map[domain.CollectivityID]Draft{}
	if !m.Published && who.Is(auth.President) {
		all, err := l.Drafts(ctx, who, e)
		if err != nil && !errors.Is(err, ErrNoWorkspace) {
			return m, err
		}
		for _, d := range all {
			drafts[d.Collectivity] = d
		}
	}
	decisions := domain.DecisionsFor(e, run.Candidacies)
	names := l.namesOf(ctx, run.InOrder())
	for _, due := range decisions {
		draft, drafted := drafts[due.Collectivity]
		line, err := l.minutesDecision(ctx, m, due, run.Jurors)
		if err != nil {
			return m, err
		}
		line.Name = names[due.Collectivity]
		if drafted {
			line.add(draft)
			line.sat(m)
		}
		m.Decisions = append(m.Decisions, line)
	}
	for _, c := range run.InOrder() {
		if c.State.Registered == nil || c.State.Admissible() {
			continue
		}
		line, err := l.notJudged(ctx, c)
		if err != nil {
			return m, err
		}
		line.Name = names[c.Collectivity]
		m.NotJudged = append(m.NotJudged, line)
	}
	return m, nil
}

// sit enters the sittings, each with who of the list that held on that day was not there.
func (m *Minutes) sit(run *campaigns.Campaign) {
	var listed []int
	for _, r := range run.History {
		switch e := r.Event.(type) {
		case *domain.JuryListPublished:
			listed = e.Jurors
		case *domain.JurySessionHeld:
			absent := slices.DeleteFunc(slices.Clone(listed), func(n int) bool { return slices.Contains(e.Present, n) })
			m.Sessions = append(m.Sessions, MinutesSession{e.Session, e.On, e.Present, append([]int{}, absent...), e.Quorum, r.ID})
		}
	}
}

// notJudged finds the record by which a candidacy is not judged.
func (l *Ledger) notJudged(ctx context.Context, c domain.Due) (MinutesNotJudged, error) {
	line := MinutesNotJudged{Collectivity: c.Collectivity, Stage: c.State.Stage}
	history, err := l.history(ctx, c.Stream())
	if err != nil {
		return line, err
	}
	for _, r := range history {
		switch e := r.Event.(type) {
		case *domain.CandidacyRegistered, *domain.CandidacyWithdrawn:
			line.Event = r.ID
		case *domain.CandidacyRuledInadmissible:
			line.Event, line.Ground, line.Article = r.ID, e.Ground, e.Article
		}
	}
	return line, nil
}

// decidedOn gives the decision on a candidacy as the minutes have it, nil until the palmarès is published.
func (l *Ledger) decidedOn(ctx context.Context, c domain.Candidacy) (*MinutesDecision, error) {
	run, _, err := l.run(ctx, c.Edition)
	if err != nil {
		return nil, err
	}
	state := run.Candidacies[c.Collectivity]
	if run.State().Published == nil || state == nil || state.Disclosed == nil {
		return nil, nil
	}
	m := Minutes{Edition: c.Edition, Published: true}
	m.sit(run)
	line, err := l.minutesDecision(ctx, m, domain.Due{Candidacy: c, State: state}, run.Jurors)
	return &line, err
}

// Published tells whether the palmarès of an edition was published here: its minutes are everybody's. O(1).
func (l *Ledger) Published(e domain.Edition) (published bool) {
	l.runner.View(func(eventstore.Position) {
		if run, ok := l.campaigns.Edition(e); ok {
			published = run.State().Published != nil
		}
	})
	return published
}

func (l *Ledger) minutesJury(ctx context.Context, who auth.Principal, e domain.Edition, jurors map[int][]domain.Recorded) ([]MinutesJuror, error) {
	all := []MinutesJuror{}
	for _, n := range slices.Sorted(maps.Keys(jurors)) {
		s := domain.StateOfJuror(jurors[n])
		if s.Appointed == nil {
			continue
		}
		j := MinutesJuror{
			Juror: n, Seat: string(domain.JurorStream(e, n)), College: s.Appointed.College, Chair: s.Appointed.Chair == "yes", Ended: s.Ended,
			Affiliation: l.Text(ctx, s.Appointed.Affiliation.Commitment()), Event: jurors[n][0].ID,
		}
		if who.Is(auth.President) {
			var err error
			if j.Name, _, err = l.read(ctx, s.Appointed.Person.Commitment()); err != nil {
				return nil, err
			}
		}
		all = append(all, j)
	}
	return all, nil
}

func (l *Ledger) minutesDecision(ctx context.Context, m Minutes, due domain.Due, jurors map[int][]domain.Recorded) (MinutesDecision, error) {
	var history []domain.Recorded
	if len(due.State.Recusals) > 0 {
		var err error
		if history, err = l.history(ctx, due.Stream()); err != nil {
			return MinutesDecision{}, err
		}
	}
	d := MinutesDecision{
		Deferred:     due.State.Deferrals,
		Collectivity: due.Collectivity, State: MinutesOpen, Reporting: append([]int{}, due.State.Reporting()...),
		Recused: append([]DossierRecusal{}, recusedIn(jurors, due.Collectivity, history)...), Present: []int{}, Voters: []int{},
	}
	seal := due.State.Seal()
	for _, s := range due.State.Seals {
		if s.Superseded {
			d.Superseded = append(d.Superseded, s.Event)
		}
	}
	if seal != nil {
		// As it was when it was taken: who is recused since, or declared an interest since, voted.
		d.State, d.Session, d.Sealed = MinutesSealed, seal.Decision.Session, &seal.Event
		then := func(n int) bool { return due.State.RecusedAt(seal, due.Candidacy, n, jurors[n]) }
		for i := range d.Recused {
			d.Recused[i].Later = !then(d.Recused[i].Juror)
		}
		d.Reporting = slices.DeleteFunc(slices.Clone(due.State.Assigned), then)
	}
	d.sat(m)
	if opened := due.State.Disclosed; m.Published && opened != nil && seal != nil {
		d.State, d.Result, d.Tally = MinutesPublished, new(opened.Opened.Result()), new(opened.Opened.Tally.Value)
		d.Motivation, d.Departure = l.Text(ctx, seal.Decision.Motivation.Commitment()), l.Text(ctx, seal.Decision.Departure.Commitment())
		for _, step := range due.State.Course {
			if step.Name == "decision-disclosed" {
				d.Disclosed = &step.Event
			}
		}
		if outcome, ok := due.State.Course.Outcome(); ok {
			d.After = l.afterwards(ctx, outcome.Since)
		}
	}
	return d, nil
}

// namesOf gives the names of candidates as they are now.
func (l *Ledger) namesOf(ctx context.Context, all []domain.Due) map[domain.CollectivityID]string {
	names := make(map[domain.CollectivityID]string, len(all))
	l.world(ctx, l.Size(), func(w reconciliation.World) {
		for _, due := range all {
			names[due.Collectivity] = l.nameOf(w, due.Collectivity)
		}
	})
	return names
}

// sat tells who was there when the decision was taken, and whether enough could vote.
func (d *MinutesDecision) sat(m Minutes) {
	for _, s := range m.Sessions {
		if s.Session == d.Session {
			d.On, d.Present, d.Quorum = s.On, s.Present, s.Quorum
			d.Voters = without(s.Present, d.Recused)
			d.Held = len(d.Voters) >= s.Quorum
		}
	}
}

// add shows the presidency what it has drafted.
func (d *MinutesDecision) add(draft Draft) {
	e := draft.decision()
	if e == nil {
		return
	}
	if d.State == MinutesOpen {
		d.State, d.Session = MinutesDrafted, e.Session
	}
	d.Result, d.Departs = new(resultOf(e)), draft.Departs
	if tally, ok := e.Tally.Value().(domain.Tally); ok {
		d.Tally = &tally
	}
	d.Motivation, _ = e.Motivation.Value().(string)
	d.Departure, _ = e.Departure.Value().(string)
}
