// Package figures keeps what was published about editions: numbers with their units, attributes of ceremonies, rules of
// the label, explanations. It draws no conclusion; packages trends and reconciliation do.
package figures

import (
	"slices"

	"github.com/google/uuid"

	"arobase/domain"
)

// Figures is the fold. The runner serialises Apply; questions change nothing and may be asked side by side. Each takes
// time in what was entered about the edition, a few dozen facts.
type Figures struct {
	figures      map[domain.Edition][]Figure
	ceremonies   map[domain.Edition][]Ceremony
	explanations map[domain.Edition][]Explanation
	rules        []Rule
	// retracted gives the position of the retraction of a fact plus one.
	retracted map[uuid.UUID]uint64
	// disputes are about any of these facts, by the fact.
	disputes map[uuid.UUID][]domain.Dispute
	// changed is the size after the last fact about an edition, taken the one after the last retraction of any.
	changed map[domain.Edition]uint64
	taken   uint64
}

// Entry says where a fact stands.
type Entry struct {
	Event    uuid.UUID
	Position uint64
	Source   domain.SourceID
	Note     string // a commitment, or ""
}

// standing copies the facts that were known at a size and stood.
func standing[T any](f *Figures, all []T, size uint64, entry func(*T) *Entry) []T {
	var out []T
	for _, x := range all {
		e := entry(&x)
		if at := f.retracted[e.Event]; e.Position < size && (at == 0 || at > size) {
			out = append(out, x)
		}
	}
	return out
}

// Figure is one number that one source gives.
type Figure struct {
	Edition      domain.Edition
	YearAsStated string
	Metric       string
	Scope        string // "" for the whole edition, else such as region:Bretagne
	Value        domain.Number
	Precision    domain.Precision
	Unit         string // the word of the source, "" where it does not say
	Entry
}

// Ceremony is one attribute of a ceremony as one source gives it: days, a number or a text (docs/adr/0001).
type Ceremony struct {
	Attribute string
	On, Until string // days of ISO 8601; Until is "" where it took one day
	Number    int
	Value     string // a commitment, or ""
	Precision string // stated, announced or implied
	Entry
}

// Explanation is a reason for which figures differ.
type Explanation struct {
	Edition      domain.Edition
	Metric       string
	Scope        string
	Kind         string // hypothesis or established
	Test         string
	Text, TextEN string // commitments
	Entry
}

// Rule is a rule of the label as a source tells it.
type Rule struct {
	Edition      domain.Edition
	YearAsStated string
	Topic        string
	Statement    string // a commitment
	Entry
}

// New gives an empty fold.
func New() *Figures {
	return &Figures{
		figures: map[domain.Edition][]Figure{}, ceremonies: map[domain.Edition][]Ceremony{}, explanations: map[domain.Edition][]Explanation{},
		retracted: map[uuid.UUID]uint64{}, disputes: map[uuid.UUID][]domain.Dispute{},
		changed: map[domain.Edition]uint64{},
	}
}

// Name implements projections.Projection.
func (*Figures) Name() string { return "figures" }

// Events implements projections.Projection.
func (*Figures) Events() []string {
	return []string{"figure-published", "figure-retracted", "explanation-proposed", "rule-recorded", "ceremony-fact-recorded", "record-retracted", "fact-disputed", "dispute-answered"}
}

// Apply implements projections.Projection.
func (f *Figures) Apply(r domain.Recorded) {
	switch e := r.Event.(type) {
	case *domain.FigurePublished:
		f.changed[e.Edition] = r.Position + 1
		f.figures[e.Edition] = append(f.figures[e.Edition], Figure{
			e.Edition, e.YearAsStated, e.Metric, e.Scope, e.Number, e.Precision, e.Unit, entry(r, e.Source, e.Note),
		})
	case *domain.CeremonyFactRecorded:
		f.changed[e.Edition] = r.Position + 1
		f.ceremonies[e.Edition] = append(f.ceremonies[e.Edition], Ceremony{
			e.Attribute, e.On, e.Until, e.Number, e.Value.Commitment(), e.Precision, entry(r, e.Source, e.Note),
		})
	case *domain.ExplanationProposed:
		f.changed[e.Edition] = r.Position + 1
		f.explanations[e.Edition] = append(f.explanations[e.Edition], Explanation{
			e.Edition, e.Metric, e.Scope, e.Kind, e.Test, e.Text.Commitment(), e.TextEN.Commitment(), entry(r, e.Source, nil),
		})
	case *domain.RuleRecorded:
		f.rules = append(f.rules, Rule{e.Edition, e.YearAsStated, e.Topic, e.Statement.Commitment(), entry(r, e.Source, nil)})
	case *domain.FigureRetracted:
		f.retract(e.Event, r)
	case *domain.RecordRetracted:
		if r.Stream.Category() == "edition" {
			f.retract(e.Event, r)
		}
	case *domain.FactDisputed:
		if c := r.Stream.Category(); c == "edition" || c == "figures" {
			f.disputes[e.Event] = append(f.disputes[e.Event], domain.NewDispute(r, e))
		}
	case *domain.DisputeAnswered:
		for _, all := range f.disputes {
			domain.AnswerIn(all, r, e)
		}
	}
}

// retract keeps the first retraction of a fact: what was taken back stays so.
func (f *Figures) retract(fact uuid.UUID, r domain.Recorded) {
	if f.retracted[fact] == 0 {
		f.retracted[fact] = r.Position + 1
		f.taken = r.Position + 1
	}
}

// AllDisputes gives every objection to a fact of an edition, in no order.
func (f *Figures) AllDisputes(size uint64) []domain.Dispute {
	var all []domain.Dispute
	for _, of := range f.disputes {
		all = append(all, domain.DisputesAsOf(of, size)...)
	}
	return all
}

// Since is the size from which on the figures, attributes and explanations of an edition are those of now. Disputes are not
// among them.
func (f *Figures) Since(e domain.Edition) uint64 { return max(f.changed[e], f.taken) }

// Disputes gives the objections to a fact.
func (f *Figures) Disputes(fact uuid.UUID, size uint64) []domain.Dispute {
	return domain.DisputesAsOf(f.disputes[fact], size)
}

func entry(r domain.Recorded, source domain.SourceID, note *domain.Sealed) Entry {
	return Entry{Event: r.ID, Position: r.Position, Source: source, Note: note.Commitment()}
}

// Of gives the figures of an edition that stand, in the order in which they were entered.
func (f *Figures) Of(e domain.Edition, size uint64) []Figure {
	return standing(f, f.figures[e], size, func(x *Figure) *Entry { return &x.Entry })
}

// Ceremony gives the attributes of a ceremony that stand.
func (f *Figures) Ceremony(e domain.Edition, size uint64) []Ceremony {
	return standing(f, f.ceremonies[e], size, func(x *Ceremony) *Entry { return &x.Entry })
}

// Explanations gives what was proposed for a metric of an edition.
func (f *Figures) Explanations(e domain.Edition, metric, scope string, size uint64) []Explanation {
	var out []Explanation
	for _, x := range standing(f, f.explanations[e], size, func(x *Explanation) *Entry { return &x.Entry }) {
		if x.Metric == metric && x.Scope == scope {
			out = append(out, x)
		}
	}
	return out
}

// Rules gives every rule that sources tell, in the order in which they were entered.
func (f *Figures) Rules(size uint64) []Rule {
	return standing(f, f.rules, size, func(x *Rule) *Entry { return &x.Entry })
}

// Editions gives the editions of which a figure or an attribute of the ceremony is known; never the undated one.
func (f *Figures) Editions(size uint64) []domain.Edition {
	seen := map[domain.Edition]bool{}
	for e := range f.figures {
		seen[e] = seen[e] || len(f.Of(e, size)) > 0
	}
	for e := range f.ceremonies {
		seen[e] = seen[e] || len(f.Ceremony(e, size)) > 0
	}
	var out []domain.Edition
	for e, any := range seen {
		if any && e != 0 {
			out = append(out, e)
		}
	}
	slices.Sort(out)
	return out
}

// HeldOn is the first day of a ceremony: the earliest that a source states, else the earliest announced or implied,
// else "".
func (f *Figures) HeldOn(e domain.Edition, size uint64) string {
	var stated, other string
	for _, c := range f.Ceremony(e, size) {
		if c.Attribute != "date" {
			continue
		}
		best := &other
		if c.Precision == "stated" {
			best = &stated
		}
		if *best == "" || c.On < *best {
			*best = c.On
		}
	}
	if stated != "" {
		return stated
	}
	return other
}
