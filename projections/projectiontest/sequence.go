// Package projectiontest makes sequences of events for property tests of the projections: small worlds in which
// sources, bodies, facts, corrections and figures meet often, in every order that the ledger allows.
package projectiontest

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"arobase/domain"
)

// World is what the sequences are about.
var (
	Sources  = []domain.SourceID{"alpha", "beta", "gamma", "alpha-copy"}
	Bodies   = []domain.CollectivityID{"fr-commune-73008", "fr-commune-33032", "fr-commune-73031", "fr-epci-200041507", "ca-bromont"}
	Unsettle = domain.CollectivityID("unsettled-bassens")
	Editions = []domain.Edition{0, 16, 17, 18}
	Metrics  = []string{"level1", "level4", "level5", "level4to5", "labelled", "participants", "mention_awards"}
)

// base is the time of the first event.
var base = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// ID is the id of the event at a position.
func ID(position uint64) uuid.UUID {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[8:], position+1)
	id[6] = 0x70
	return id
}

// Draw makes a sequence of events.
func Draw(t *rapid.T, most int) []domain.Recorded {
	d := &drawing{
		t: t, revisions: map[domain.StreamName]int64{}, decisions: map[domain.Candidacy]*decision{}, published: map[domain.Edition]bool{},
	}
	d.opening()
	for n := rapid.IntRange(0, most).Draw(t, "events"); n > 0; n-- {
		d.any()
	}
	return d.out
}

type drawing struct {
	t         *rapid.T
	out       []domain.Recorded
	revisions map[domain.StreamName]int64
	facts     []domain.Recorded // that can be retracted or disputed
	disputes  []domain.Recorded
	decisions map[domain.Candidacy]*decision
	published map[domain.Edition]bool
}

// decision is how far one decision of the jury has come.
type decision struct {
	seal, appeal uuid.UUID
	disclosed    bool
	result       domain.Result // that stands
	withdrawn    bool
}

func (d *drawing) add(s domain.StreamName, e domain.Event) domain.Recorded {
	p := uint64(len(d.out))
	r := domain.Recorded{ID: ID(p), Position: p, Stream: s, Revision: d.revisions[s], Actor: "registrar:test", Time: base.Add(time.Duration(p) * time.Second), Event: e}
	d.revisions[s]++
	d.out = append(d.out, r)
	return r
}

func pick[T any](d *drawing, what string, from []T) T { return rapid.SampledFrom(from).Draw(d.t, what) }

// sealed stands for a sealed text: a commitment like no other.
func (d *drawing) sealed() *domain.Sealed {
	s := domain.Secret("text")
	s.Seal(fmt.Sprintf("%044d", len(d.out)))
	return s
}

// opening enters the sources and the bodies, without which nothing else can be said.
func (d *drawing) opening() {
	for _, id := range Sources {
		p := domain.SourceParticulars{Publisher: "Publisher of " + string(id), Title: string(id), PublishedOn: "2016"}
		if id == "alpha-copy" {
			p.OriginOf = "alpha"
		}
		d.add(domain.SourceStream(id), &domain.SourceCited{Source: id, SourceParticulars: p})
	}
	for _, id := range Bodies {
		d.add(domain.CollectivityStream(id), &domain.CollectivityRegistered{Collectivity: id, Type: "commune", Name: string(id), Departement: "73", Region: "84"})
	}
	d.add(domain.CollectivityStream(Unsettle), &domain.IdentityContested{
		Collectivity: Unsettle, Name: "Bassens", Candidates: []domain.CollectivityID{"fr-commune-33032", "fr-commune-73031"},
	})
}

// any adds one event of any kind.
func (d *drawing) any() {
	kinds := []func(){d.award, d.award, d.award, d.mention, d.figure, d.figure, d.retract, d.arbitrate, d.dispute, d.answer, d.body, d.source, d.edition, d.apply, d.decide, d.decide, d.decide, d.publish}
	pick(d, "kind", kinds)()
}

func (d *drawing) holding() domain.Holding {
	e := pick(d, "edition", Editions)
	certainty := pick(d, "certainty", []domain.Certainty{domain.Stated, domain.Stated, domain.Derived})
	if e == 0 {
		certainty = domain.Undated
	}
	id := pick(d, "body", append([]domain.CollectivityID{Unsettle}, Bodies...))
	return domain.Holding{Edition: e, Collectivity: id, Holder: string(id), Certainty: certainty, Source: pick(d, "source", Sources)}
}

func (d *drawing) award() {
	a := pick(d, "award", []domain.Award{
		{Distinction: domain.DistinctionLevel, Level: 1}, {Distinction: domain.DistinctionLevel, Level: 4}, {Distinction: domain.DistinctionLevel, Level: 5},
		{Distinction: domain.DistinctionHorsConcours}, {Distinction: domain.DistinctionUnspecified},
	})
	h := d.holding()
	d.facts = append(d.facts, d.add(domain.CandidacyStream(h.Edition, h.Collectivity), &domain.AwardRecorded{Award: a, Holding: h}))
}

func (d *drawing) apply() {
	h := d.holding()
	if h.Edition == 0 {
		return
	}
	e := &domain.CandidacyRegistered{Candidacy: domain.Candidacy{Edition: h.Edition, Collectivity: h.Collectivity}, Kind: pick(d, "kind", []string{"village", "ville"})}
	if population := pick(d, "population", []int{0, 2_999, 3_000, 250_000}); population > 0 {
		e.Population, e.PopulationYear = population, 2026
	}
	d.add(domain.CandidacyStream(h.Edition, h.Collectivity), e)
}

func (d *drawing) mention() {
	h := d.holding()
	m := pick(d, "mention", []domain.MentionID{"teletravail", "accessibilite"})
	d.facts = append(d.facts, d.add(domain.CandidacyStream(h.Edition, h.Collectivity), &domain.MentionRecorded{Mention: m, Label: d.sealed(), Holding: h}))
}

func (d *drawing) figure() {
	e := pick(d, "edition", Editions)
	if rapid.IntRange(0, 5).Draw(d.t, "what") == 0 && e != 0 {
		d.facts = append(d.facts, d.add(domain.EditionStream(e), &domain.CeremonyFactRecorded{
			Edition: e, Attribute: "date", On: pick(d, "day", []string{"2016-02-18", "2016-02-19"}),
			Precision: pick(d, "precision", []string{"stated", "announced"}), Source: pick(d, "source", Sources),
		}))
		return
	}
	f := &domain.FigurePublished{
		Edition: e, Metric: pick(d, "metric", Metrics), Number: domain.Number{Value: int64(rapid.IntRange(0, 4).Draw(d.t, "value"))},
		Precision: pick(d, "precision", []domain.Precision{domain.Exact, domain.Exact, domain.About, domain.MoreThan, domain.DerivedFigure}),
		Unit:      pick(d, "unit", []string{"collectivities", "communes", ""}), Scope: pick(d, "scope", []string{"", "", "region:Bretagne", "kind:epci", "departement:73"}),
		Source: pick(d, "source", Sources),
	}
	d.facts = append(d.facts, d.add(domain.FiguresStream(e), f))
}

func (d *drawing) retract() {
	if len(d.facts) == 0 {
		return
	}
	i := rapid.IntRange(0, len(d.facts)-1).Draw(d.t, "fact")
	f := d.facts[i]
	d.facts = append(d.facts[:i:i], d.facts[i+1:]...)
	if f.Stream.Category() == "figures" {
		d.add(f.Stream, &domain.FigureRetracted{Event: f.ID, Cause: "transcription"})
		return
	}
	d.add(f.Stream, &domain.RecordRetracted{Event: f.ID, Cause: "transcription"})
}

func (d *drawing) arbitrate() {
	for _, f := range d.facts {
		if a, ok := f.Event.(*domain.AwardRecorded); ok {
			d.add(f.Stream, &domain.AwardArbitrated{Candidacy: domain.Candidacy{Edition: a.Edition, Collectivity: a.Collectivity}, Chosen: a.Award, Reason: d.sealed()})
			return
		}
	}
}

func (d *drawing) dispute() {
	if len(d.facts) > 0 {
		f := pick(d, "fact", d.facts)
		d.disputes = append(d.disputes, d.add(f.Stream, &domain.FactDisputed{Event: f.ID, Claim: d.sealed()}))
	}
}

func (d *drawing) answer() {
	if len(d.disputes) > 0 {
		x := d.disputes[0]
		d.disputes = d.disputes[1:]
		d.add(x.Stream, &domain.DisputeAnswered{Dispute: x.ID, Outcome: "noted", Answer: d.sealed()})
	}
}

// body changes what is known of a body.
func (d *drawing) body() {
	id := pick(d, "body", Bodies)
	switch rapid.IntRange(0, 5).Draw(d.t, "change") {
	case 0:
		d.add(domain.CollectivityStream(id), &domain.NameRecorded{Collectivity: id, Name: fmt.Sprint("alias ", len(d.out))})
	case 1:
		d.add(domain.CollectivityStream(id), &domain.CollectivityRenamed{Collectivity: id, Name: fmt.Sprint("name ", len(d.out))})
	case 2:
		d.add(domain.CollectivityStream(id), &domain.PopulationRecorded{Collectivity: id, Value: len(d.out), Year: 2020, Reference: "cog"})
	case 3:
		d.add(domain.CollectivityStream(id), &domain.CollectivitySucceeded{From: []domain.CollectivityID{id}, To: []domain.CollectivityID{"fr-commune-76476"}})
	case 4:
		if d.revisions[domain.CollectivityStream(Unsettle)] == 1 {
			d.add(domain.CollectivityStream(Unsettle), &domain.IdentitySettled{Collectivity: Unsettle, As: "fr-commune-33032", Reason: d.sealed()})
		}
	case 5:
		s := domain.DistinctionStream("excellence", id)
		switch d.revisions[s] % 3 {
		case 0:
			d.add(s, &domain.DistinctionGranted{Distinction: "excellence", Collectivity: id, Term: domain.Term{From: "2021", Until: "2024"}})
		case 1:
			d.add(s, &domain.DistinctionRenewed{Until: "2027"})
		case 2:
			d.add(s, &domain.DistinctionLapsed{On: "2026", Cause: "withdrawn"})
		}
	}
}

func (d *drawing) source() {
	id := pick(d, "source", Sources)
	p := domain.SourceParticulars{
		Publisher: pick(d, "publisher", []string{"One", "Other"}), Title: fmt.Sprint("title ", len(d.out)),
		PublishedOn: pick(d, "published", []string{"2015", "2016", "2016-03-01", "2017", ""}),
		OriginOf:    pick(d, "origin", []domain.SourceID{"", "", "alpha", "beta"}), // corrections can make a circle
	}
	if p.OriginOf == id {
		p.OriginOf = ""
	}
	d.add(domain.SourceStream(id), &domain.SourceCorrected{Source: id, SourceParticulars: p, Reason: d.sealed()})
}

func (d *drawing) edition() {
	e := pick(d, "edition", Editions[1:])
	var fact domain.Recorded
	switch rapid.IntRange(0, 2).Draw(d.t, "what") {
	case 0:
		fact = d.add(domain.EditionStream(e), &domain.EditionEnumerated{Edition: e, Source: pick(d, "source", Sources), Count: rapid.IntRange(1, 3).Draw(d.t, "count")})
	case 1:
		fact = d.add(domain.FiguresStream(e), &domain.ExplanationProposed{Edition: e, Metric: "level4to5", Kind: "hypothesis", Text: d.sealed()})
	case 2:
		fact = d.add(domain.FiguresStream(e), &domain.RuleRecorded{Edition: e, Topic: "grid", Statement: d.sealed(), Source: pick(d, "source", Sources)})
	}
	d.facts = append(d.facts, fact)
}

// Results are those that a jury gives in the sequences.
var Results = []domain.Result{
	{Distinction: domain.DistinctionLevel, Level: 1},
	{Distinction: domain.DistinctionLevel, Level: 4, Mentions: []domain.MentionID{"accessibilite"}},
	{Distinction: domain.DistinctionLevel, Level: 5, Mentions: []domain.MentionID{"accessibilite", "teletravail"}},
	{Distinction: domain.DistinctionHorsConcours}, {Distinction: domain.DistinctionNone},
}

// Opened is a result as a disclosure opens it.
func Opened(r domain.Result) domain.Opened {
	return domain.Opened{
		Distinction: domain.OpenedDistinction{Value: r.Distinction}, Level: domain.OpenedLevel{Value: int(r.Level)}, Mentions: domain.OpenedMentions{Value: r.Mentions},
	}
}

// publish publishes the palmarès of an edition.
func (d *drawing) publish() {
	e := pick(d, "edition", Editions[2:])
	if !d.published[e] {
		d.published[e] = true
		d.add(domain.EditionStream(e), &domain.PalmaresPublished{Edition: e})
	}
}

// decide takes the decision on a candidacy one step further: sealed, taken back, disclosed, and what can follow.
func (d *drawing) decide() {
	c := domain.Candidacy{Edition: pick(d, "edition", Editions[2:]), Collectivity: pick(d, "body", Bodies[:3])}
	x := d.decisions[c]
	if x == nil {
		x = new(decision)
		d.decisions[c] = x
	}
	result := pick(d, "result", Results)
	add := func(e domain.Event) uuid.UUID { return d.add(c.Stream(), e).ID }
	step := rapid.IntRange(0, 5).Draw(d.t, "step")
	switch {
	case x.seal == uuid.Nil && !d.published[c.Edition]:
		x.seal = add(&domain.DecisionSealed{Candidacy: c, Session: 1})
	case x.seal == uuid.Nil:
	case !x.disclosed && step == 0:
		add(&domain.DecisionSuperseded{Candidacy: c, Of: x.seal})
		x.seal = uuid.Nil
	case !x.disclosed:
		add(&domain.DecisionDisclosed{Candidacy: c, Of: x.seal, Opened: Opened(result)})
		x.disclosed, x.result = true, result
	case !d.published[c.Edition]:
	case x.appeal != uuid.Nil && step == 0:
		add(&domain.AppealRejected{Candidacy: c, Appeal: x.appeal})
		x.appeal = uuid.Nil
	case x.appeal != uuid.Nil && step == 1:
		add(&domain.AppealDecided{Candidacy: c, Appeal: x.appeal, Outcome: "confirmed"})
		x.appeal = uuid.Nil
	case x.appeal != uuid.Nil:
		add(&domain.AppealDecided{Candidacy: c, Appeal: x.appeal, Outcome: "changed", To: &result})
		x.appeal, x.result, x.withdrawn = uuid.Nil, result, false
	case step < 2:
		x.appeal = add(&domain.AppealLodged{Candidacy: c, Of: x.seal})
	case step < 4 && !x.withdrawn:
		add(&domain.DecisionRectified{Candidacy: c, Of: x.seal, From: x.result, To: result})
		x.result = result
	case !x.withdrawn:
		add(&domain.LabelWithdrawn{Candidacy: c, Of: x.seal})
		x.withdrawn = true
	}
}
