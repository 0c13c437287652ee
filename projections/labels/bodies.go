package labels

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"arobase/domain"
)

// body is what is known of one legal body, or of one contested name.
type body struct {
	id          domain.CollectivityID
	entered     uint64
	event       uuid.UUID
	particulars domain.CollectivityRegistered
	names       []named
	populations []Population
	contested   *Contested
}

type named struct {
	name     string
	official bool
	position uint64
}

// Population is the number of inhabitants that a list or a source gives.
type Population struct {
	Value, Year int
	Source      domain.SourceID
	Reference   string
	Position    uint64
}

// Contested is a name that fits several bodies.
type Contested struct {
	Name       string
	Candidates []domain.CollectivityID
	Event      uuid.UUID
	Position   uint64
	// SettledAs is the body that it was found to mean, or "".
	SettledAs domain.CollectivityID
	// settledAt is the position of that finding plus one.
	settledAt uint64
}

// settlement says that a contested name means a body.
type settlement struct {
	name     domain.CollectivityID
	position uint64
}

type succession struct {
	Succession
	position uint64
}

// Succession says that bodies ended and others took their place.
type Succession struct {
	From, To []domain.CollectivityID
	On       string
	Event    uuid.UUID
}

// Tenure is a distinction held for a term.
type Tenure struct {
	Distinction domain.MentionID
	From, Until string // days, months or years of ISO 8601
	LapsedOn    string // or ""
	// Source, Event and Position are those of the last grant, renewal or lapse; a change that names no source leaves the
	// source as it was.
	Source   domain.SourceID
	Event    uuid.UUID
	Position uint64
}

// Body is one legal body, or one contested name, as known at a size.
type Body struct {
	ID          domain.CollectivityID
	Event       uuid.UUID // the one that entered it
	Position    uint64
	Type        string // commune, epci, foreign, other; "" for a contested name
	Name        string
	Names       []string // others, as sources have them or as they were before
	INSEE       string
	SIREN       string
	Departement string
	Region      string
	InForce     *domain.InForce
	Note        string // a commitment, or ""
	Populations []Population
	Contested   *Contested
}

func (l *Labels) applyBody(r domain.Recorded) {
	switch e := r.Event.(type) {
	case *domain.CollectivityRegistered:
		b := l.body(e.Collectivity, r)
		b.particulars = *e
		l.touchBody(e.Collectivity, r.Position+1)
		b.names = append(b.names, named{e.Name, true, r.Position})
		l.name(r.Position + 1)
	case *domain.NameRecorded:
		b := l.body(e.Collectivity, r)
		b.names = append(b.names, named{e.Name, false, r.Position})
		l.name(r.Position + 1)
	case *domain.CollectivityRenamed:
		b := l.body(e.Collectivity, r)
		l.touchBody(e.Collectivity, r.Position+1)
		b.names = append(b.names, named{e.Name, true, r.Position})
		l.name(r.Position + 1)
	case *domain.PopulationRecorded:
		b := l.body(e.Collectivity, r)
		b.populations = append(b.populations, Population{e.Value, e.Year, e.Source, e.Reference, r.Position})
	case *domain.CollectivitySucceeded:
		l.successions = append(l.successions, succession{Succession{e.From, e.To, e.On, r.ID}, r.Position})
	case *domain.IdentityContested:
		b := l.body(e.Collectivity, r)
		b.names = append(b.names, named{e.Name, true, r.Position})
		l.name(r.Position + 1)
		b.particulars.Note = e.Note
		l.touchBody(e.Collectivity, r.Position+1)
		if b.contested == nil {
			l.contested = append(l.contested, b)
		}
		b.contested = &Contested{Name: e.Name, Candidates: e.Candidates, Event: r.ID, Position: r.Position}
	case *domain.IdentitySettled:
		if b := l.bodies[e.Collectivity]; b != nil && b.contested != nil {
			b.contested.SettledAs, b.contested.settledAt = e.As, r.Position+1
			l.settled[e.As] = append(l.settled[e.As], settlement{e.Collectivity, r.Position})
			l.means[e.Collectivity] = append(l.means[e.Collectivity], e.As)
			for _, c := range l.byBody[e.Collectivity] {
				l.touch(c.Edition, e.Collectivity, r.Position+1)
			}
		}
	}
}

func (l *Labels) body(id domain.CollectivityID, r domain.Recorded) *body {
	b := l.bodies[id]
	if b == nil {
		b = &body{id: id, entered: r.Position, event: r.ID}
		l.bodies[id] = b
	}
	return b
}

// Registered gives the particulars that a body was registered with, without its names and populations: the zero value for
// a contested name. It is what is wanted of every body of an edition; Body builds more.
func (l *Labels) Registered(id domain.CollectivityID, size uint64) (domain.CollectivityRegistered, bool) {
	b := l.bodies[id]
	if b == nil || b.entered >= size {
		return domain.CollectivityRegistered{}, false
	}
	return b.particulars, true
}

// Body gives what is known of a body.
func (l *Labels) Body(id domain.CollectivityID, size uint64) (Body, bool) {
	b := l.bodies[id]
	if b == nil || b.entered >= size {
		return Body{}, false
	}
	p := b.particulars
	v := Body{
		ID: id, Event: b.event, Position: b.entered, Type: p.Type, INSEE: p.INSEE, SIREN: p.SIREN,
		Departement: p.Departement, Region: p.Region, InForce: p.InForce, Note: p.Note.Commitment(),
	}
	for _, n := range b.names {
		if n.position >= size {
			continue
		}
		if n.official {
			if v.Name != "" {
				v.Names = append(v.Names, v.Name)
			}
			v.Name = n.name
		} else {
			v.Names = append(v.Names, n.name)
		}
	}
	for _, p := range b.populations {
		if p.Position < size {
			v.Populations = append(v.Populations, p)
		}
	}
	if b.contested != nil {
		c := *b.contested
		if c.settledAt > size {
			c.SettledAs, c.settledAt = "", 0
		}
		v.Contested = &c
	}
	return v, true
}

// Bodies gives every body and contested name that was entered, in the order of ids.
func (l *Labels) Bodies(size uint64) []Body {
	ids := make([]domain.CollectivityID, 0, len(l.bodies))
	for id := range l.bodies {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var out []Body
	for _, id := range ids {
		if b, ok := l.Body(id, size); ok {
			out = append(out, b)
		}
	}
	return out
}

// ContestedWith gives the contested names that might mean a body and are not settled, in the order of ids.
func (l *Labels) ContestedWith(id domain.CollectivityID, size uint64) []Body {
	var out []Body
	for _, b := range l.contested {
		if !slices.Contains(b.contested.Candidates, id) {
			continue
		}
		if v, ok := l.Body(b.id, size); ok && v.Contested.SettledAs == "" {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b Body) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Predecessors gives what a body took the place of. Their labels are theirs, not its own.
func (l *Labels) Predecessors(id domain.CollectivityID, size uint64) []Succession {
	return l.succeeded(size, func(s succession) bool { return slices.Contains(s.To, id) })
}

// Successors gives what took the place of a body.
func (l *Labels) Successors(id domain.CollectivityID, size uint64) []Succession {
	return l.succeeded(size, func(s succession) bool { return slices.Contains(s.From, id) })
}

func (l *Labels) succeeded(size uint64, keep func(succession) bool) []Succession {
	var out []Succession
	for _, s := range l.successions {
		if s.position < size && keep(s) {
			out = append(out, s.Succession)
		}
	}
	return out
}

// tenure is one state of a tenure.
type tenure struct {
	Tenure
	grant uint64 // the position of the grant, which is what the states of one tenure have in common
}

// term is what a stream of a distinction is about: a renewal and a lapse name nothing but their stream.
type term struct {
	collectivity domain.CollectivityID
	grant        uint64 // the last
}

// applyTenure keeps the earlier states for questions as of then: a change adds a state.
func (l *Labels) applyTenure(r domain.Recorded) {
	switch e := r.Event.(type) {
	case *domain.DistinctionGranted:
		l.terms[r.Stream] = term{e.Collectivity, r.Position}
		l.tenures[e.Collectivity] = append(l.tenures[e.Collectivity], tenure{Tenure{
			Distinction: e.Distinction, From: e.From, Until: e.Until, Source: e.Source, Event: r.ID, Position: r.Position,
		}, r.Position})
	case *domain.DistinctionRenewed:
		l.changeTenure(r, func(t *Tenure) { t.Until, t.Source = e.Until, cmp.Or(e.Source, t.Source) })
	case *domain.DistinctionLapsed:
		l.changeTenure(r, func(t *Tenure) { t.LapsedOn = e.On })
	}
}

// changeTenure changes the tenure that was granted last in a stream.
func (l *Labels) changeTenure(r domain.Recorded, change func(*Tenure)) {
	of := l.terms[r.Stream]
	all := l.tenures[of.collectivity]
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].grant == of.grant {
			t := all[i]
			change(&t.Tenure)
			t.Event, t.Position = r.ID, r.Position
			l.tenures[of.collectivity] = append(all, t)
			return
		}
	}
}

// Tenures gives the distinctions with a term that a body holds or held, each in its last known state, in the order in
// which they were granted.
func (l *Labels) Tenures(id domain.CollectivityID, size uint64) []Tenure {
	var out []Tenure
	at := map[uint64]int{} // by grant
	for _, t := range l.tenures[id] {
		i, known := at[t.grant]
		switch {
		case t.Position >= size:
		case known:
			out[i] = t.Tenure
		default:
			at[t.grant] = len(out)
			out = append(out, t.Tenure)
		}
	}
	return out
}
