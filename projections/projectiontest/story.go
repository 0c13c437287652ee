package projectiontest

import (
	"fmt"
	"slices"
	"time"

	"arobase/domain"
	"arobase/projections"
)

// Step adds one event to a story. Steps are written in the order in which a ledger would record them; a step that names
// an earlier one (Retract, Dispute) finds it by the name that As gave it.
type Step func(*story)

type story struct {
	out       []domain.Recorded
	revisions map[domain.StreamName]int64
	named     map[string]domain.Recorded
}

func (s *story) add(stream domain.StreamName, e domain.Event) {
	p := uint64(len(s.out))
	s.out = append(s.out, domain.Recorded{
		ID: ID(p), Position: p, Stream: stream, Revision: s.revisions[stream], Actor: "registrar:test", Time: base.Add(time.Duration(p) * time.Second), Event: e,
	})
	s.revisions[stream]++
}

func (s *story) find(name string) domain.Recorded {
	r, ok := s.named[name]
	if !ok {
		panic("no step is called " + name)
	}
	return r
}

// Tell gives the events of a story, at the positions 0, 1, 2, ...
func Tell(steps ...Step) []domain.Recorded {
	s := &story{revisions: map[domain.StreamName]int64{}, named: map[string]domain.Recorded{}}
	for _, step := range steps {
		step(s)
	}
	return s.out
}

// Fold applies events to projections, each to those that ask for it, as the runner does.
func Fold(events []domain.Recorded, all ...projections.Projection) {
	for _, p := range all {
		wants := p.Events()
		for _, r := range events {
			if slices.Contains(wants, r.Event.EventName()) {
				p.Apply(r)
			}
		}
	}
}

// As names the event of a step.
func As(name string, step Step) Step {
	return func(s *story) {
		step(s)
		s.named[name] = s.out[len(s.out)-1]
	}
}

// Together makes one step of several; a name that As gives it is that of the last.
func Together(steps ...Step) Step {
	return func(s *story) {
		for _, step := range steps {
			step(s)
		}
	}
}

// Event records any event in a stream.
func Event(stream domain.StreamName, e domain.Event) Step {
	return func(s *story) { s.add(stream, e) }
}

// Source cites a work, published on a day, in a month, in a year, or nobody knows when ("").
func Source(id domain.SourceID, publisher, publishedOn string) Step {
	return Event(domain.SourceStream(id), &domain.SourceCited{
		Source: id, SourceParticulars: domain.SourceParticulars{Publisher: publisher, Title: "Title of " + string(id), PublishedOn: publishedOn},
	})
}

// Copy cites a work that copies another.
func Copy(id domain.SourceID, publisher string, of domain.SourceID) Step {
	return Event(domain.SourceStream(id), &domain.SourceCited{
		Source: id, SourceParticulars: domain.SourceParticulars{Publisher: publisher, Title: "Title of " + string(id), OriginOf: of},
	})
}

// Correct replaces the particulars of a source.
func Correct(id domain.SourceID, p domain.SourceParticulars) Step {
	return Event(domain.SourceStream(id), &domain.SourceCorrected{Source: id, SourceParticulars: p})
}

// Commune registers a commune under a name, in a département and a region by their codes.
func Commune(id domain.CollectivityID, name, departement, region string) Step {
	return Event(domain.CollectivityStream(id), &domain.CollectivityRegistered{
		Collectivity: id, Type: "commune", Name: name, INSEE: id.INSEE(), Departement: departement, Region: region,
	})
}

// Register registers a body of any type.
func Register(id domain.CollectivityID, kind, name string) Step {
	return Event(domain.CollectivityStream(id), &domain.CollectivityRegistered{Collectivity: id, Type: kind, Name: name})
}

// Contest says that a name fits several bodies.
func Contest(id domain.CollectivityID, name string, candidates ...domain.CollectivityID) Step {
	return Event(domain.CollectivityStream(id), &domain.IdentityContested{Collectivity: id, Name: name, Candidates: candidates})
}

// Settle says which body a contested name means.
func Settle(id, as domain.CollectivityID) Step {
	return Event(domain.CollectivityStream(id), &domain.IdentitySettled{Collectivity: id, As: as})
}

// How bends a holding: its certainty, its holder.
type How func(*domain.Holding)

// Reasoned is a fact that is worked out from its source.
func Reasoned(h *domain.Holding) { h.Certainty = domain.Derived }

// Held is the name that the source uses for the holder.
func Held(name string) How { return func(h *domain.Holding) { h.Holder = name } }

func holding(e domain.Edition, id domain.CollectivityID, source domain.SourceID, how []How) domain.Holding {
	h := domain.Holding{Edition: e, Collectivity: id, Holder: string(id), Certainty: domain.Stated, Source: source}
	if e == 0 {
		h.Certainty = domain.Undated
	}
	for _, f := range how {
		f(&h)
	}
	return h
}

// Labelled records that a source gives a body a label of a level; edition 0 where it does not say which.
func Labelled(e domain.Edition, id domain.CollectivityID, level domain.Level, source domain.SourceID, how ...How) Step {
	return Awarded(e, id, domain.Award{Distinction: domain.DistinctionLevel, Level: level}, source, how...)
}

// Awarded records any award.
func Awarded(e domain.Edition, id domain.CollectivityID, a domain.Award, source domain.SourceID, how ...How) Step {
	return Event(domain.CandidacyStream(e, id), &domain.AwardRecorded{Award: a, Holding: holding(e, id, source, how)})
}

// Mentioned records that a source gives a body a mention.
func Mentioned(e domain.Edition, id domain.CollectivityID, mention domain.MentionID, source domain.SourceID, how ...How) Step {
	return Event(domain.CandidacyStream(e, id), &domain.MentionRecorded{Mention: mention, Holding: holding(e, id, source, how)})
}

// Arbitrate settles a contested label.
func Arbitrate(e domain.Edition, id domain.CollectivityID, level domain.Level) Step {
	return Event(domain.CandidacyStream(e, id), &domain.AwardArbitrated{
		Candidacy: domain.Candidacy{Edition: e, Collectivity: id}, Chosen: domain.Award{Distinction: domain.DistinctionLevel, Level: level},
	})
}

// Retract takes back a fact that As named, by the kind of retraction that its stream asks for.
func Retract(name string) Step {
	return func(s *story) {
		f := s.find(name)
		if f.Stream.Category() == "figures" {
			s.add(f.Stream, &domain.FigureRetracted{Event: f.ID, Cause: "transcription"})
			return
		}
		s.add(f.Stream, &domain.RecordRetracted{Event: f.ID, Cause: "transcription"})
	}
}

// Dispute objects to a fact that As named.
func Dispute(name string) Step {
	return func(s *story) {
		f := s.find(name)
		s.add(f.Stream, &domain.FactDisputed{Event: f.ID})
	}
}

// Answer answers a dispute that As named.
func Answer(name, outcome string) Step {
	return func(s *story) {
		d := s.find(name)
		s.add(d.Stream, &domain.DisputeAnswered{Dispute: d.ID, Outcome: outcome})
	}
}

// Enumerate says that a source lists every holder of an edition.
func Enumerate(e domain.Edition, source domain.SourceID, count int) Step {
	return Event(domain.EditionStream(e), &domain.EditionEnumerated{Edition: e, Source: source, Count: count})
}

// Figure publishes a number for a whole edition. value is as in a file: 56, 3.6.
func Figure(e domain.Edition, metric, value, unit string, precision domain.Precision, source domain.SourceID) Step {
	return Scoped(e, metric, "", value, unit, precision, source)
}

// Scoped publishes a number for a part of an edition.
func Scoped(e domain.Edition, metric, scope, value, unit string, precision domain.Precision, source domain.SourceID) Step {
	n, err := domain.ParseNumber(value)
	if err != nil {
		panic(err)
	}
	return Event(domain.FiguresStream(e), &domain.FigurePublished{
		Edition: e, Metric: metric, Scope: scope, Number: n, Unit: unit, Precision: precision, Source: source,
	})
}

// Day says on which day a ceremony was, or will be, held; until is "" where it took one day.
func Day(e domain.Edition, on, until, precision string, source domain.SourceID) Step {
	return Event(domain.EditionStream(e), &domain.CeremonyFactRecorded{
		Edition: e, Attribute: "date", On: on, Until: until, Precision: precision, Source: source,
	})
}

// Numbered says which number a source gives an edition.
func Numbered(e domain.Edition, n int, source domain.SourceID) Step {
	return Event(domain.EditionStream(e), &domain.CeremonyFactRecorded{
		Edition: e, Attribute: "edition_number", Number: n, Precision: "stated", Source: source,
	})
}

// Attribute is a worded attribute of a ceremony. Its commitment is the text itself, so that a test can disclose it.
func Attribute(e domain.Edition, attribute, text, precision string, source domain.SourceID) Step {
	return Event(domain.EditionStream(e), &domain.CeremonyFactRecorded{
		Edition: e, Attribute: attribute, Value: Sealed(text), Precision: precision, Source: source,
	})
}

// Explain proposes a reason for which the figures of a metric differ; source is "" for a hypothesis.
func Explain(e domain.Edition, metric, test string, source domain.SourceID) Step {
	x := &domain.ExplanationProposed{Edition: e, Metric: metric, Kind: "hypothesis", Test: test, Source: source}
	if source != "" {
		x.Kind = "established"
	}
	return Event(domain.FiguresStream(e), x)
}

// Sealed stands for a sealed text: the commitment is the text.
func Sealed(text string) *domain.Sealed {
	s := domain.Secret(text)
	s.Seal(text)
	return s
}

// Country records the registration of a number of communes, spread over a hundred départements, a label of each in
// each of a number of editions, and the figures that ten sources publish of every edition: the design size is 35,000
// and 27. One event at a time, so that nothing but the projections grows.
func Country(bodies, editions int, apply func(domain.Recorded)) {
	var position uint64
	put := func(stream domain.StreamName, e domain.Event) {
		apply(domain.Recorded{ID: ID(position), Position: position, Stream: stream, Actor: "registrar:test", Time: base, Event: e})
		position++
	}
	source := func(n int) domain.SourceID { return domain.SourceID(fmt.Sprintf("source-%d", n%10)) }
	for n := range 10 {
		put(domain.SourceStream(source(n)), &domain.SourceCited{Source: source(n), SourceParticulars: domain.SourceParticulars{
			Publisher: fmt.Sprintf("Publisher %d", n), Title: "Title", PublishedOn: fmt.Sprint(1999 + 3*n),
		}})
	}
	ids := make([]domain.CollectivityID, bodies)
	for i := range ids {
		ids[i] = domain.CollectivityID(fmt.Sprintf("fr-commune-%05d", 1000+i))
		put(domain.CollectivityStream(ids[i]), &domain.CollectivityRegistered{
			Collectivity: ids[i], Type: "commune", Name: fmt.Sprintf("Commune %d", i), INSEE: ids[i].INSEE(),
			Departement: fmt.Sprintf("%02d", 1+i%95), Region: fmt.Sprintf("%02d", 1+i%13),
		})
	}
	for e := domain.FirstEdition; int(e) <= editions; e++ {
		put(domain.EditionStream(e), &domain.CeremonyFactRecorded{Edition: e, Attribute: "date", On: fmt.Sprintf("%d-02-01", e.Year()), Precision: "stated", Source: source(0)})
		for n := range 10 {
			for i, metric := range []string{"level1", "level2", "level3", "level4", "level5", "labelled", "participants", "mention_awards"} {
				put(domain.FiguresStream(e), &domain.FigurePublished{
					Edition: e, Metric: metric, Number: domain.Number{Value: int64(100*i + n)}, Unit: "collectivities", Precision: domain.Exact, Source: source(n),
				})
			}
		}
		for i, id := range ids {
			put(domain.CandidacyStream(e, id), &domain.AwardRecorded{
				Award:   domain.Award{Distinction: domain.DistinctionLevel, Level: domain.Level(1 + (i+int(e))%5)},
				Holding: domain.Holding{Edition: e, Collectivity: id, Holder: "Commune", Certainty: domain.Stated, Source: source(i)},
			})
		}
	}
}
