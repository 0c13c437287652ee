// Package campaigns follows the editions that are run here: how far each has come, who sits on its jury, and where every
// candidacy stands. It answers those who run an edition, as of now; what the public may see of it is the business of
// package labels.
package campaigns

import (
	"cmp"
	"maps"
	"slices"

	"arobase/domain"
)

// Campaigns is the fold. It is not safe for concurrent use by itself: the runner serialises Apply; any number of questions
// may be asked in between, for none of them changes anything.
type Campaigns struct {
	editions    map[domain.Edition]*Campaign
	regulations map[string][]domain.Recorded
	grids       map[string]*domain.GridPublished
	memberships map[domain.CollectivityID][]domain.Recorded
}

// Campaign is one edition. Whoever is given one changes nothing of it.
type Campaign struct {
	Edition domain.Edition
	// History are the events of the edition's stream that belong to its run.
	History []domain.Recorded
	// Jurors are the streams of its jurors, by number.
	Jurors      map[int][]domain.Recorded
	Candidacies map[domain.CollectivityID]*domain.CandidacyState
	// Moments are the steps of candidacies that change how many take part, in their order: registered, submitted, withdrawn,
	// ruled inadmissible.
	Moments []Moment
	// Changed is the position after the last event of the edition or of one of its candidacies.
	Changed uint64
}

// Moment is one step of one candidacy.
type Moment struct {
	Position     uint64
	Collectivity domain.CollectivityID
	Name         string // of the event
}

// counted are the steps that change how many take part.
var counted = []string{"candidacy-registered", "candidacy-submitted", "candidacy-withdrawn", "candidacy-ruled-inadmissible"}

// Turnout is how many took part when the ledger had a size. Registered are all that ever registered; of these some have
// submitted, and of these or others some have withdrawn or were ruled inadmissible.
type Turnout struct{ Registered, Submitted, Withdrawn, Inadmissible int }

// TurnoutAt counts those that took part when the ledger had a size: whoever withdrew or was ruled inadmissible no longer
// counts as having submitted. O(n) in the steps of the edition's candidacies.
func (c *Campaign) TurnoutAt(size uint64) Turnout {
	last := map[domain.CollectivityID]string{}
	for _, m := range c.Moments {
		if m.Position < size {
			last[m.Collectivity] = m.Name
		}
	}
	t := Turnout{Registered: len(last)}
	for _, name := range last {
		switch name {
		case "candidacy-submitted":
			t.Submitted++
		case "candidacy-withdrawn":
			t.Withdrawn++
		case "candidacy-ruled-inadmissible":
			t.Inadmissible++
		}
	}
	return t
}

// State is how far the edition has come.
func (c *Campaign) State() domain.EditionState { return domain.StateOfEdition(c.History) }

// InOrder gives the candidacies of the edition in the order of their ids.
func (c *Campaign) InOrder() []domain.Due {
	all := make([]domain.Due, 0, len(c.Candidacies))
	for id, s := range c.Candidacies {
		all = append(all, domain.Due{Candidacy: domain.Candidacy{Edition: c.Edition, Collectivity: id}, State: s})
	}
	slices.SortFunc(all, func(a, b domain.Due) int { return cmp.Compare(a.Collectivity, b.Collectivity) })
	return all
}

// Clone is the edition as it is now, whatever comes after.
func (c *Campaign) Clone() *Campaign {
	clone := &Campaign{
		Edition: c.Edition, History: slices.Clone(c.History), Jurors: make(map[int][]domain.Recorded, len(c.Jurors)),
		Candidacies: make(map[domain.CollectivityID]*domain.CandidacyState, len(c.Candidacies)),
	}
	for n, history := range c.Jurors {
		clone.Jurors[n] = slices.Clone(history)
	}
	for id, s := range c.Candidacies {
		copied := *s
		copied.Requests, copied.Seals, copied.Appeals = slices.Clone(s.Requests), slices.Clone(s.Seals), slices.Clone(s.Appeals)
		clone.Candidacies[id] = &copied
	}
	return clone
}

// New gives an empty fold.
func New() *Campaigns {
	return &Campaigns{
		editions: map[domain.Edition]*Campaign{}, regulations: map[string][]domain.Recorded{}, grids: map[string]*domain.GridPublished{},
		memberships: map[domain.CollectivityID][]domain.Recorded{},
	}
}

// Name implements projections.Projection.
func (*Campaigns) Name() string { return "campaigns" }

// The events of an edition's stream, of a juror's, and of a candidacy's that belong to a run.
var (
	ofEdition = []string{
		"edition-opened", "deadline-extended", "declarations-closed", "jury-list-published", "jury-session-held",
		"deliberation-closed", "ceremony-postponed", "palmares-published", "edition-closed",
	}
	ofJuror     = []string{"juror-appointed", "conflict-declared", "juror-term-ended"}
	ofCandidacy = []string{
		"candidacy-registered", "candidacy-submitted", "candidacy-withdrawn", "candidacy-ruled-inadmissible",
		"information-requested", "information-answered", "juror-assigned", "juror-recused", "opinion-sealed",
		"decision-deferred", "decision-sealed", "decision-superseded", "decision-disclosed", "decision-notified",
		"decision-rectified", "label-withdrawn", "appeal-lodged", "appeal-admitted", "appeal-rejected", "appeal-decided",
	}
	ofMember = []string{"membership-recorded", "membership-corrected", "membership-retracted", "payment-recorded", "payment-retracted"}
)

// Events implements projections.Projection.
func (*Campaigns) Events() []string {
	return slices.Concat([]string{"regulation-published", "grid-published"}, ofEdition, ofJuror, ofCandidacy, ofMember)
}

// Apply implements projections.Projection.
func (c *Campaigns) Apply(r domain.Recorded) {
	switch e := r.Event.(type) {
	case *domain.RegulationPublished:
		c.regulations[e.Regulation] = append(c.regulations[e.Regulation], r)
		return
	case *domain.GridPublished:
		c.grids[e.Grid] = e
		return
	case *domain.MembershipRecorded:
		c.memberships[e.Collectivity] = append(c.memberships[e.Collectivity], r)
		return
	case *domain.MembershipCorrected:
		c.memberships[e.Collectivity] = append(c.memberships[e.Collectivity], r)
		return
	case *domain.PaymentRecorded:
		c.memberships[e.Collectivity] = append(c.memberships[e.Collectivity], r)
		return
	case *domain.MembershipRetracted:
		c.memberships[e.Collectivity] = append(c.memberships[e.Collectivity], r)
		return
	case *domain.PaymentRetracted:
		c.memberships[e.Collectivity] = append(c.memberships[e.Collectivity], r)
		return
	case *domain.JurorAppointed:
		c.juror(e.Edition, e.Juror, r)
		return
	case *domain.ConflictDeclared:
		c.juror(e.Edition, e.Juror, r)
		return
	case *domain.JurorTermEnded:
		c.juror(e.Edition, e.Juror, r)
		return
	}
	if key, ok := domain.ParseCandidacyStream(r.Stream); ok {
		run := c.campaign(key.Edition)
		if run.Candidacies[key.Collectivity] == nil {
			run.Candidacies[key.Collectivity] = new(domain.CandidacyState)
		}
		run.Candidacies[key.Collectivity].Apply(r)
		if name := r.Event.EventName(); slices.Contains(counted, name) {
			run.Moments = append(run.Moments, Moment{r.Position, key.Collectivity, name})
		}
		run.Changed = r.Position + 1
		return
	}
	if edition, ok := editionOf(r.Event); ok {
		run := c.campaign(edition)
		run.History = append(run.History, r)
		run.Changed = r.Position + 1
	}
}

func (c *Campaigns) juror(e domain.Edition, n int, r domain.Recorded) {
	run := c.campaign(e)
	run.Jurors[n] = append(run.Jurors[n], r)
}

func editionOf(e domain.Event) (domain.Edition, bool) {
	switch e := e.(type) {
	case *domain.EditionOpened:
		return e.Edition, true
	case *domain.DeadlineExtended:
		return e.Edition, true
	case *domain.DeclarationsClosed:
		return e.Edition, true
	case *domain.JuryListPublished:
		return e.Edition, true
	case *domain.JurySessionHeld:
		return e.Edition, true
	case *domain.DeliberationClosed:
		return e.Edition, true
	case *domain.CeremonyPostponed:
		return e.Edition, true
	case *domain.PalmaresPublished:
		return e.Edition, true
	case *domain.EditionClosed:
		return e.Edition, true
	}
	return 0, false
}

func (c *Campaigns) campaign(e domain.Edition) *Campaign {
	if c.editions[e] == nil {
		c.editions[e] = &Campaign{Edition: e, Jurors: map[int][]domain.Recorded{}, Candidacies: map[domain.CollectivityID]*domain.CandidacyState{}}
	}
	return c.editions[e]
}

// Edition gives one edition that is run here; false where it is not.
func (c *Campaigns) Edition(e domain.Edition) (*Campaign, bool) {
	run := c.editions[e]
	return run, run != nil && len(run.History) > 0
}

// Editions gives the editions that are run here, in order.
func (c *Campaigns) Editions() []*Campaign {
	var all []*Campaign
	for _, run := range c.editions {
		if len(run.History) > 0 {
			all = append(all, run)
		}
	}
	slices.SortFunc(all, func(a, b *Campaign) int { return cmp.Compare(a.Edition, b.Edition) })
	return all
}

// Regulation gives the history of a regulation's stream.
func (c *Campaigns) Regulation(id string) []domain.Recorded { return c.regulations[id] }

// LastRegulation gives the regulation that was published last before a position, or nil.
func (c *Campaigns) LastRegulation(before uint64) *domain.RegulationPublished {
	var last *domain.RegulationPublished
	var at uint64
	for _, history := range c.regulations {
		if first := history[0]; first.Position < before && (last == nil || first.Position > at) {
			last, at = domain.RegulationOf(history), first.Position
		}
	}
	return last
}

// Grid gives a version of the grid, or nil.
func (c *Campaigns) Grid(id string) *domain.GridPublished { return c.grids[id] }

// Members gives the collectivities that are members for a year, in the order of their ids.
func (c *Campaigns) Members(year int) []domain.CollectivityID {
	var all []domain.CollectivityID
	for id, history := range c.memberships {
		if domain.StateOfMembership(history, year).Membership != nil {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

// Grids gives the ids of all that were published, in order.
func (c *Campaigns) Grids() []string { return slices.Sorted(maps.Keys(c.grids)) }

// Regulations gives the ids of the regulations.
func (c *Campaigns) Regulations() []string { return slices.Sorted(maps.Keys(c.regulations)) }

// Memberships gives the memberships and payments of a collectivity, in their order.
func (c *Campaigns) Memberships(id domain.CollectivityID) []domain.Recorded { return c.memberships[id] }
