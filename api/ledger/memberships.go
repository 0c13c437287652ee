package ledger

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"arobase/domain"
	"arobase/eventstore"
)

// MembershipsView are the memberships of a collectivity, with what it would pay by the regulation that was published last.
type MembershipsView struct {
	Collectivity string           `json:"collectivity"`
	Name         string           `json:"name"`
	Items        []MembershipView `json:"items"`
	// Retracted is what was taken back: it counts in none of the items.
	Retracted []DuesRetracted `json:"retracted"`
	// Quote is nil where no regulation is published.
	Quote *FeeQuote `json:"quote"`
	AsOf  uint64    `json:"asOf"`
}

// MembershipView is the membership of one year as it stands. Amounts are in cents.
type MembershipView struct {
	Year       int    `json:"year"`
	Regulation string `json:"regulation"`
	Fee        int    `json:"fee"`
	// Calculation is nil where the fee was set by hand.
	Calculation *FeeCalculation    `json:"calculation"`
	Reason      string             `json:"reason,omitempty"` // why it was set by hand
	Paid        int                `json:"paid"`
	Event       uuid.UUID          `json:"event"`
	Recorded    time.Time          `json:"recorded"`
	Corrected   []MembershipBefore `json:"corrected"`
}

// MembershipBefore is what was recorded and no longer holds, with why.
type MembershipBefore struct {
	Event uuid.UUID `json:"event"` // that said so
	Fee   int       `json:"fee"`
	By    uuid.UUID `json:"by"` // the correction
	Cause string    `json:"cause"`
	Why   string    `json:"why,omitempty"`
}

// DuesRetracted is a membership or a payment that was taken back, with why.
type DuesRetracted struct {
	What   string    `json:"what"` // membership or payment
	Year   int       `json:"year"`
	Amount int       `json:"amount"` // in cents: the fee, or what was paid
	Event  uuid.UUID `json:"event"`  // that said so
	By     uuid.UUID `json:"by"`     // the record that takes it back
	Cause  string    `json:"cause"`
	Why    string    `json:"why,omitempty"`
}

// FeeCalculation shows how a fee is found.
type FeeCalculation struct {
	Population     int    `json:"population"`
	PopulationYear int    `json:"populationYear"`
	PerInhabitant  int    `json:"perInhabitant"`
	Least          int    `json:"least"`
	Most           int    `json:"most"`
	Known          string `json:"known"`
	Article        string `json:"article,omitempty"`
	Text           string `json:"text"`
}

// FeeQuote is what a membership would cost. Where no population is known there is no fee, which is not 0.
type FeeQuote struct {
	Regulation  string          `json:"regulation"`
	Fee         *int            `json:"fee"`
	Source      string          `json:"source,omitempty"` // of the population
	Calculation *FeeCalculation `json:"calculation"`
	Reason      string          `json:"reason,omitempty"`
}

// Memberships gives the memberships of a collectivity as of a size of the ledger. ErrUnknown where nobody knows it.
func (l *Ledger) Memberships(ctx context.Context, id string, size uint64) (MembershipsView, error) {
	v := MembershipsView{Collectivity: id, Items: []MembershipView{}, Retracted: []DuesRetracted{}, AsOf: size}
	body, err := l.Collectivity(ctx, id, size)
	if err != nil {
		return v, err
	}
	v.Name = body.Name
	var history []domain.Recorded
	var last *domain.RegulationPublished
	regulations := map[string]*domain.RegulationPublished{}
	l.runner.View(func(eventstore.Position) {
		for _, r := range l.campaigns.Memberships(domain.CollectivityID(id)) {
			if r.Position < size {
				history = append(history, r)
			}
		}
		last = l.campaigns.LastRegulation(size)
		for _, r := range history {
			name := regulationOfMembership(r.Event)
			regulations[name] = domain.RegulationOf(l.campaigns.Regulation(name))
		}
	})
	var years []int
	for i, r := range history {
		switch e := r.Event.(type) {
		case *domain.MembershipRecorded:
			years = append(years, e.Year)
		case *domain.MembershipRetracted:
			before := domain.StateOfMembership(history[:i], e.Year)
			v.Retracted = append(v.Retracted, DuesRetracted{"membership", e.Year, before.Membership.Fee, e.Of, r.ID, e.Cause, l.Text(ctx, e.Why.Commitment())})
		case *domain.PaymentRetracted:
			for _, p := range domain.StateOfMembership(history[:i], e.Year).Payments {
				if p.Event == e.Of {
					v.Retracted = append(v.Retracted, DuesRetracted{"payment", e.Year, p.Amount, e.Of, r.ID, e.Cause, l.Text(ctx, e.Why.Commitment())})
				}
			}
		}
	}
	slices.Sort(years)
	for _, year := range slices.Compact(years) {
		if domain.StateOfMembership(history, year).Membership == nil {
			continue // taken back
		}
		v.Items = append(v.Items, l.membership(ctx, history, year, regulations))
	}
	if last != nil {
		v.Quote = l.quote(body, last)
	}
	return v, nil
}

func regulationOfMembership(e domain.Event) string {
	switch e := e.(type) {
	case *domain.MembershipRecorded:
		return e.Regulation
	case *domain.MembershipCorrected:
		return e.Regulation
	}
	return ""
}

func (l *Ledger) membership(ctx context.Context, history []domain.Recorded, year int, regulations map[string]*domain.RegulationPublished) MembershipView {
	state := domain.StateOfMembership(history, year)
	m := state.Membership
	v := MembershipView{Year: year, Regulation: m.Regulation, Fee: m.Fee, Paid: state.Paid, Event: state.Event, Corrected: []MembershipBefore{}}
	var before MembershipBefore // what stands so far
	for _, r := range history {
		switch e := r.Event.(type) {
		case *domain.MembershipRecorded:
			if e.Year == year {
				before, v.Recorded, v.Corrected = MembershipBefore{Event: r.ID, Fee: e.Fee}, r.Time, []MembershipBefore{}
			}
		case *domain.MembershipCorrected:
			if e.Year == year {
				before.By, before.Cause, before.Why = r.ID, e.Cause, l.Text(ctx, e.Why.Commitment())
				v.Corrected = append(v.Corrected, before)
				before, v.Recorded = MembershipBefore{Event: r.ID, Fee: e.Fee}, r.Time
			}
		}
	}
	if m.Reason != nil {
		v.Reason = l.Text(ctx, m.Reason.Commitment())
	} else if rules := regulations[m.Regulation]; rules != nil {
		v.Calculation = calculation(rules, m.Population, m.PopulationYear)
	}
	return v
}

// quote is what a membership would cost, by the newest population that is known.
func (l *Ledger) quote(body CollectivityView, rules *domain.RegulationPublished) *FeeQuote {
	q := &FeeQuote{Regulation: rules.Regulation}
	populations := body.Populations
	if t, ok := l.cog.ByID(body.ID); ok && t.PopulationKnown && len(populations) == 0 {
		populations = []PopulationView{{t.Population, l.cog.PopulationYear(), l.cog.Name()}}
	}
	var newest PopulationView
	for _, p := range populations {
		if p.Value > 0 && p.Year >= newest.Year {
			newest = p
		}
	}
	if newest.Value == 0 {
		q.Reason = "population needed: the fee is calculated from it, or set by hand with a reason"
		return q
	}
	fee := rules.Fee.FeeFor(newest.Value)
	q.Fee, q.Source, q.Calculation = &fee, newest.Source, calculation(rules, newest.Value, newest.Year)
	return q
}

func calculation(rules *domain.RegulationPublished, population, year int) *FeeCalculation {
	f := rules.Fee
	return &FeeCalculation{
		Population: population, PopulationYear: year, PerInhabitant: f.PerInhabitant, Least: f.Least, Most: f.Most, Known: f.Known, Article: f.Article,
		Text: fmt.Sprintf("%d inhabitants (%d) at %s EUR make %s EUR; at least %s and at most %s: %s EUR", population, year, inEuros(f.PerInhabitant),
			inEuros(population*f.PerInhabitant), inEuros(f.Least), inEuros(f.Most), inEuros(f.FeeFor(population))),
	}
}

// inEuros writes an amount in cents: 1500.00.
func inEuros(cents int) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }
