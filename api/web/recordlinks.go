package web

import (
	"errors"
	"fmt"
	"html/template"
	"maps"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/domain"
	"arobase/eventstore/envelope"
)

// recordLinks are the records that a record has to do with. On the page a stream is called a thread.
type recordLinks struct {
	Thread     string // the name of its thread
	ThreadHref string
	Place      string  // its number in the thread
	Of         *linked // what it corrects, disputes or answers
	By         []linked
	// Corrected are those of By that take the record back, or take its place: its page leads with them.
	Corrected []linked
	Basis     []linked
}

// linked is another record: its number, and what it says.
type linked struct {
	Text, Href string
	Says       template.HTML
	Words      string // of a dispute, of its answer, of whoever took a record back
}

// linksOf finds them. What corrects a fact stands in the fact's own thread, after it; only erasures stand elsewhere, in
// that of the ledger itself. The cost is reading the threads that are named.
func (p *page) linksOf(e ledger.EventView) (recordLinks, error) {
	v := recordLinks{Thread: e.Stream, ThreadHref: p.thread(e.Stream), Place: p.Int(int(e.Revision))}
	if about := referred(e); about != uuid.Nil {
		of, err := p.site.Ledger.Event(p.ctx, about)
		switch {
		case err == nil:
			l := p.linked(of)
			v.Of = &l
		case !errors.Is(err, ledger.ErrUnknown):
			return v, err
		}
	}
	about := map[uuid.UUID]bool{e.ID: true}
	threads := []string{e.Stream}
	if len(e.Erased) > 0 && e.Stream != string(domain.LedgerStream) {
		threads = append(threads, string(domain.LedgerStream))
	}
	for _, thread := range threads {
		for later, err := range p.site.Ledger.Events(p.ctx, ledger.EventFilter{Stream: thread, After: e.Index + 1}) {
			switch {
			case err != nil:
				return v, err
			case later.Index >= p.size:
			case corrects(later, e):
				v.Corrected = append(v.Corrected, p.linked(later))
			case about[referred(later)]:
				about[later.ID] = true // so that the answer to a dispute stands with it
				v.By = append(v.By, p.linked(later))
			}
		}
	}
	var err error
	v.Basis, err = p.basisOf(e)
	return v, err
}

// corrects tells whether a later record of a thread takes another one back, or takes its place.
func corrects(later, e ledger.EventView) bool {
	switch typeName(later.Type) {
	case "record-retracted", "figure-retracted", "membership-corrected", "membership-retracted", "payment-retracted":
		return referred(later) == e.ID
	case "source-corrected":
		return typeName(e.Type) == "source-cited" || typeName(e.Type) == "source-corrected"
	case "action-amended":
		return typeName(e.Type) == "action-declared" || typeName(e.Type) == "action-amended"
	}
	return false
}

// basisOf gives, of each thread that the record was decided from, the last record that was in it then.
func (p *page) basisOf(e ledger.EventView) ([]linked, error) {
	env, err := envelope.Parse([]byte(e.Envelope))
	if err != nil {
		return nil, fmt.Errorf("reading the basis of record %d: %w", e.Index, err)
	}
	var all []linked
	for _, thread := range slices.Sorted(maps.Keys(env.Basis)) {
		for last, err := range p.site.Ledger.Events(p.ctx, ledger.EventFilter{Stream: thread}) {
			if err != nil {
				return nil, err
			}
			if last.Revision == env.Basis[thread] {
				all = append(all, p.linked(last))
				break
			}
		}
	}
	return all, nil
}

func (p *page) linked(e ledger.EventView) linked {
	says, _ := p.tells(e)
	l := linked{Text: p.T("record.short", p.Int(int(e.Index))), Href: p.href("record", e.ID.String()), Says: says}
	switch typeName(e.Type) {
	case "fact-disputed":
		l.Words = asText(e.Disclosed["/data/claim"])
	case "dispute-answered":
		l.Words = asText(e.Disclosed["/data/answer"])
	case "record-retracted", "figure-retracted", "source-corrected":
		l.Words = asText(e.Disclosed["/data/reason"])
	case "membership-corrected", "membership-retracted", "payment-retracted":
		l.Words = asText(e.Disclosed["/data/why"])
	}
	return l
}

// thread is the address of the records of one thread.
func (p *page) thread(stream string) string {
	return p.hrefWith("register", "", url.Values{"thread": {stream}}) + recordsHere
}

// referred gives the record that a record is about, or uuid.Nil.
func referred(e ledger.EventView) uuid.UUID {
	data, err := domain.Decode(e.Type, e.Data)
	if err != nil {
		return uuid.Nil
	}
	switch d := data.(type) {
	case *domain.RecordRetracted:
		return d.Event
	case *domain.FigureRetracted:
		return d.Event
	case *domain.FactDisputed:
		return d.Event
	case *domain.DisputeAnswered:
		return d.Dispute
	case *domain.PersonalDataErased:
		return d.Event
	case *domain.MembershipCorrected:
		return d.Of
	case *domain.MembershipRetracted:
		return d.Of
	case *domain.PaymentRetracted:
		return d.Of
	}
	return uuid.Nil
}
