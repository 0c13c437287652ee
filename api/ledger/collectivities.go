package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"arobase/domain"
	"arobase/domain/territory"
	"arobase/projections/labels"
	"arobase/projections/reconciliation"
)

// ErrUnknown says that there is no such body, edition, event or source.
var ErrUnknown = errors.New("not found")

// Fact is one source's word.
type Fact struct {
	Event        uuid.UUID `json:"event"`
	Index        uint64    `json:"index"` // of the leaf
	Source       string    `json:"source"`
	Certainty    string    `json:"certainty"`
	Distinction  string    `json:"distinction,omitempty"`
	Level        *int      `json:"level,omitempty"`
	Mention      string    `json:"mention,omitempty"`
	Label        string    `json:"label,omitempty"` // what the source calls the mention
	Note         string    `json:"note,omitempty"`
	YearAsStated string    `json:"yearAsStated,omitempty"`
	Retracted    bool      `json:"retracted,omitempty"`
}

// MentionView is one mention of an edition with how it is known.
type MentionView struct {
	ID     string `json:"id"`
	Label  string `json:"label"` // what its source calls it, or the edition that was run here
	Status string `json:"status"`
}

// EditionView is what is known of one body in one edition.
type EditionView struct {
	Edition     int      `json:"edition,omitempty"`
	Year        int      `json:"year,omitempty"`
	Status      string   `json:"status"`
	Distinction string   `json:"distinction,omitempty"`
	Level       *int     `json:"level,omitempty"`
	Derived     bool     `json:"derived,omitempty"` // the award rests on reasoning only
	Reasoned    *int     `json:"reasoned,omitempty"`
	Mentions    []string `json:"mentions"`
	Facts       []Fact   `json:"facts"`
	// MentionsDetail says how each mention is known.
	MentionsDetail []MentionView `json:"mentionsDetail,omitempty"`
	Holders        []string      `json:"holders,omitempty"`
	RecordedAs     string        `json:"recordedAs,omitempty"` // where a contested name was settled
	Arbitration    *Arbitration  `json:"arbitration,omitempty"`
	// Decision is what the jury's decision rests on, where the edition was run here and its palmarès is published.
	Decision *DecisionView `json:"decision,omitempty"`
}

// DecisionView names the event by which a decision stands as it does: the one that disclosed it, a rectification, the
// withdrawal of the label or the outcome of an appeal.
type DecisionView struct {
	Event uuid.UUID `json:"event"`
	Index uint64    `json:"index"`
	By    string    `json:"by"` // the type of the event: decision-rectified
	// Appeal is the open appeal, or nil.
	Appeal *uuid.UUID `json:"appeal,omitempty"`
	// Sealed is the event that the jury's reasons were sealed in. Motivation are the reasons, "" where they were erased or
	// are not at hand; Departure says why the jury left the assessment, "" where it did not.
	Sealed     uuid.UUID `json:"sealed"`
	Motivation string    `json:"motivation"`
	Departure  string    `json:"departure,omitempty"`
}

// Arbitration is a settled contradiction.
type Arbitration struct {
	Event  uuid.UUID `json:"event"`
	Index  uint64    `json:"index"`
	Reason string    `json:"reason"`
}

// Held is a label of an edition, in short.
type Held struct {
	Edition     int    `json:"edition"`
	Year        int    `json:"year"`
	Distinction string `json:"distinction"`
	Level       *int   `json:"level"`
	Status      string `json:"status"`
	Sources     int    `json:"sources"`
}

// DisputeView is an objection with its answer.
type DisputeView struct {
	Event   uuid.UUID `json:"event"`
	Index   uint64    `json:"index"`
	Edition int       `json:"edition,omitempty"`
	Fact    uuid.UUID `json:"fact"`
	Claim   string    `json:"claim"`
	Outcome string    `json:"outcome,omitempty"`
	Answer  string    `json:"answer,omitempty"`
}

// Relative is a body that another took the place of, with its own labels.
type Relative struct {
	ID       string        `json:"id"`
	Name     string        `json:"name"`
	On       string        `json:"on,omitempty"`
	Event    uuid.UUID     `json:"event"`
	Editions []EditionView `json:"editions"`
}

// PopulationView is a population with its year and where it comes from.
type PopulationView struct {
	Value  int    `json:"value"`
	Year   int    `json:"year"`
	Source string `json:"source"`
}

// Candidate is one body that a contested name fits.
type Candidate struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Departement *Place `json:"departement,omitempty"`
}

// CollectivityView is all that is known of one body.
type CollectivityView struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Names       []string         `json:"names,omitempty"`
	Kind        string           `json:"kind"` // commune, epci, foreign, other, unsettled
	INSEE       string           `json:"insee,omitempty"`
	SIREN       string           `json:"siren,omitempty"`
	Departement *Place           `json:"departement,omitempty"`
	Region      *Place           `json:"region,omitempty"`
	InForce     *domain.InForce  `json:"inForce,omitempty"`
	Populations []PopulationView `json:"populations,omitempty"`
	Note        string           `json:"note,omitempty"`
	// Entered says whether the ledger knows the body by an event; otherwise it stands in the official list only.
	Entered   bool       `json:"entered"`
	Event     *uuid.UUID `json:"event,omitempty"`
	Latest    int        `json:"latestEdition"`
	Current   *Held      `json:"current"`
	LastKnown *Held      `json:"lastKnown"`
	// Reasoned is a later label that rests on reasoning only.
	Reasoned     *Held         `json:"reasoned,omitempty"`
	Editions     []EditionView `json:"editions"`
	Undated      []EditionView `json:"undated,omitempty"`
	Predecessors []Relative    `json:"predecessors"`
	Successors   []Relative    `json:"successors,omitempty"`
	Disputes     []DisputeView `json:"disputes"`
	// Candidates are the bodies that a contested name fits; SettledAs is the one that it was found to mean.
	Candidates []Candidate `json:"candidates,omitempty"`
	SettledAs  string      `json:"settledAs,omitempty"`
	// PerhapsAlso are contested names that may mean this body: their facts are not counted here.
	PerhapsAlso []CollectivityShort `json:"perhapsAlso,omitempty"`
	AsOf        uint64              `json:"asOf"`
}

// CollectivityShort is a line of a list.
type CollectivityShort struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Kind        string `json:"kind"`
	Departement *Place `json:"departement,omitempty"`
	Entered     bool   `json:"entered"`
	Current     *Held  `json:"current"`
	LastKnown   *Held  `json:"lastKnown"`
}

// Collectivity gives all that is known of a body as of a size. A body that only the official list knows has a page too:
// one that says that no source was found. ErrUnknown where neither knows it.
func (l *Ledger) Collectivity(ctx context.Context, id string, size uint64) (CollectivityView, error) {
	var v CollectivityView
	var err error
	l.world(ctx, size, func(w reconciliation.World) { v, err = l.collectivity(ctx, w, domain.CollectivityID(id)) })
	return v, err
}

func (l *Ledger) collectivity(ctx context.Context, w reconciliation.World, id domain.CollectivityID) (CollectivityView, error) {
	v := CollectivityView{ID: string(id), AsOf: w.Size, Editions: []EditionView{}, Predecessors: []Relative{}, Disputes: []DisputeView{}}
	b, entered := w.Labels.Body(id, w.Size)
	t, official := l.cog.ByID(string(id))
	switch {
	case entered:
		l.fromBody(ctx, &v, b)
	case official:
		v.Name, v.Kind, v.INSEE, v.SIREN = t.Name, t.Kind, id.INSEE(), t.SIREN
		v.Departement, v.Region = l.departement(t.Departement), l.region(t.Region)
		if t.PopulationKnown {
			v.Populations = []PopulationView{{t.Population, l.cog.PopulationYear(), l.cog.Name()}}
		}
	default:
		return v, fmt.Errorf("collectivity %q: %w", id, ErrUnknown)
	}
	today := w.Labels.Today(id, w.Size)
	v.Latest = int(today.Latest)
	v.Current, v.LastKnown, v.Reasoned = held(today.Current), held(today.LastKnown), held(today.Reasoned)
	v.Editions, v.Undated, v.Disputes = l.editions(ctx, w, id)
	for _, s := range w.Labels.Predecessors(id, w.Size) {
		for _, from := range s.From {
			v.Predecessors = append(v.Predecessors, l.relative(ctx, w, from, s))
		}
	}
	for _, s := range w.Labels.Successors(id, w.Size) {
		for _, to := range s.To {
			v.Successors = append(v.Successors, l.relative(ctx, w, to, s))
		}
	}
	for _, c := range w.Labels.ContestedWith(id, w.Size) {
		v.PerhapsAlso = append(v.PerhapsAlso, CollectivityShort{ID: string(c.ID), Name: c.Name, Kind: "unsettled", Entered: true})
	}
	return v, nil
}

func (l *Ledger) fromBody(ctx context.Context, v *CollectivityView, b labels.Body) {
	v.Name, v.Names, v.Kind, v.INSEE, v.SIREN, v.InForce = b.Name, b.Names, b.Type, b.INSEE, b.SIREN, b.InForce
	v.Departement, v.Region, v.Entered, v.Event, v.Note = l.departement(b.Departement), l.region(b.Region), true, &b.Event, l.Text(ctx, b.Note)
	for _, p := range b.Populations {
		source := string(p.Source)
		if source == "" {
			source = p.Reference
		}
		v.Populations = append(v.Populations, PopulationView{p.Value, p.Year, source})
	}
	if c := b.Contested; c != nil {
		v.Kind, v.SettledAs = "unsettled", string(c.SettledAs)
		for _, id := range c.Candidates {
			t, _ := l.cog.ByID(string(id))
			v.Candidates = append(v.Candidates, Candidate{string(id), t.Name, l.departement(t.Departement)})
		}
	}
}

// editions gives the labels of a body by edition, the undated apart, and the disputes about any of them.
func (l *Ledger) editions(ctx context.Context, w reconciliation.World, id domain.CollectivityID) (dated, undated []EditionView, disputes []DisputeView) {
	dated, disputes = []EditionView{}, []DisputeView{}
	for _, label := range w.Labels.Of(id, w.Size) {
		v := l.editionView(ctx, label)
		if label.Edition == 0 {
			undated = append(undated, v)
		} else {
			dated = append(dated, v)
		}
		for _, d := range label.Disputes {
			disputes = append(disputes, l.disputeView(ctx, label.Edition, d))
		}
	}
	return dated, undated, disputes
}

func (l *Ledger) disputeView(ctx context.Context, e domain.Edition, d domain.Dispute) DisputeView {
	return DisputeView{d.Event, d.Position, int(e), d.Fact, l.Text(ctx, d.Claim), d.Outcome, l.Text(ctx, d.Answer)}
}

func (l *Ledger) relative(ctx context.Context, w reconciliation.World, id domain.CollectivityID, s labels.Succession) Relative {
	r := Relative{ID: string(id), Name: l.nameOf(w, id), On: s.On, Event: s.Event}
	r.Editions, _, _ = l.editions(ctx, w, id)
	return r
}

// nameOf is the name of a body in the ledger, else in the official list, else its id.
func (l *Ledger) nameOf(w reconciliation.World, id domain.CollectivityID) string {
	if b, ok := w.Labels.Body(id, w.Size); ok && b.Name != "" {
		return b.Name
	}
	if t, ok := l.cog.ByID(string(id)); ok {
		return t.Name
	}
	return string(id)
}

func (l *Ledger) editionView(ctx context.Context, label labels.Label) EditionView {
	v := EditionView{
		Edition: int(label.Edition), Year: label.Edition.Year(), Status: string(label.Standing.Status), Level: level(label.Standing.Award),
		Derived: label.Standing.Derived, Reasoned: level(label.Reasoned), Mentions: []string{}, Facts: []Fact{}, Holders: label.Holders,
	}
	if a := label.Standing.Award; a != nil {
		v.Distinction = string(a.Distinction)
	}
	v.RecordedAs = string(label.RecordedAs)
	if a := label.Arbitration; a != nil {
		v.Arbitration = &Arbitration{a.Event, a.Position, l.Text(ctx, a.Reason)}
	}
	if d := label.Decision; d != nil {
		v.Decision = &DecisionView{Event: d.By.Event, Index: d.By.Position, By: d.By.Name}
		if d.Appeal != uuid.Nil {
			v.Decision.Appeal = &d.Appeal
		}
		l.reasons(ctx, v.Decision, label)
	}
	for _, a := range label.Awards {
		f := l.fact(ctx, a.Cite)
		f.Distinction, f.Level = string(a.Distinction), level(&a.Award)
		v.Facts = append(v.Facts, f)
	}
	for _, m := range label.Mentions {
		detail := MentionView{string(m.ID), "", string(m.Status)}
		v.Mentions = append(v.Mentions, string(m.ID))
		for _, mf := range m.Facts {
			f := l.fact(ctx, mf.Cite)
			f.Mention, f.Label = string(mf.Mention), l.Text(ctx, mf.Label)
			if detail.Label == "" {
				detail.Label = f.Label
			}
			v.Facts = append(v.Facts, f)
		}
		if detail.Label == "" && label.Decision != nil {
			detail.Label = l.mentionOffered(label.Edition, m.ID)
		}
		v.MentionsDetail = append(v.MentionsDetail, detail)
	}
	if v.Status == "" && len(label.Mentions) > 0 {
		v.Status = string(label.Mentions[0].Status)
	}
	return v
}

// mentionOffered is the name under which an edition that was run here offered a mention, or "". It is for whoever looks at
// the projections while they stand still.
func (l *Ledger) mentionOffered(edition domain.Edition, id domain.MentionID) string {
	run, ok := l.campaigns.Edition(edition)
	if !ok {
		return ""
	}
	for _, r := range run.History {
		opened, ok := r.Event.(*domain.EditionOpened)
		if !ok {
			continue
		}
		for _, m := range opened.Mentions {
			if m.Mention == id {
				return m.Name
			}
		}
	}
	return ""
}

// reasons adds what the jury wrote when it decided. It is for whoever looks at the projections while they stand still.
func (l *Ledger) reasons(ctx context.Context, v *DecisionView, label labels.Label) {
	run, ok := l.campaigns.Edition(label.Edition)
	if !ok || run.Candidacies[label.Collectivity] == nil {
		return
	}
	if seal := run.Candidacies[label.Collectivity].Seal(); seal != nil {
		v.Sealed = seal.Event
		v.Motivation = l.Text(ctx, seal.Decision.Motivation.Commitment())
		v.Departure = l.Text(ctx, seal.Decision.Departure.Commitment())
	}
}

func (l *Ledger) fact(ctx context.Context, c domain.Cite) Fact {
	return Fact{
		Event: c.Event, Index: c.Position, Source: string(c.Source), Certainty: string(c.Certainty),
		YearAsStated: c.YearAsStated, Note: l.Text(ctx, c.Note), Retracted: c.Retracted(),
	}
}

func held(v *labels.Label) *Held {
	if v == nil {
		return nil
	}
	h := &Held{Edition: int(v.Edition), Year: v.Edition.Year(), Level: level(v.Standing.Award), Status: string(v.Standing.Status)}
	if v.Standing.Award != nil {
		h.Distinction = string(v.Standing.Award.Distinction)
	}
	var sources []domain.SourceID
	for _, a := range v.Awards {
		if !a.Retracted() && !slices.Contains(sources, a.Source) {
			sources = append(sources, a.Source)
		}
	}
	h.Sources = len(sources)
	return h
}

// Find gives every body and contested name that an id, a code or a name may mean: what the ledger has entered first, then the
// official list; whatever the accents, ligatures, hyphens and articles. It never guesses among several.
func (l *Ledger) Find(ctx context.Context, text string, size uint64) []CollectivityShort {
	var out []CollectivityShort
	text = strings.TrimSpace(text)
	l.world(ctx, size, func(w reconciliation.World) {
		add := l.adder(w, &out)
		if id := domain.CollectivityID(text); id.Valid() {
			add(id)
			return
		}
		if domain.ValidINSEE(text) || domain.ValidSIREN(text) {
			for _, b := range l.indexed(w) {
				if b.insee == text || b.siren == text {
					add(b.id)
				}
			}
			add(domain.CollectivityID("fr-commune-" + text))
			add(domain.CollectivityID("fr-epci-" + text))
			return
		}
		folded := territory.Fold(text)
		for _, b := range l.indexed(w) {
			if slices.Contains(b.foldedNames, folded) {
				add(b.id)
			}
		}
		for _, t := range l.cog.Find(text) {
			add(domain.CollectivityID(t.ID))
		}
		for _, f := range l.cog.FindFormer(text) {
			if _, ok := w.Labels.Body(domain.CollectivityID(f.ID), w.Size); ok {
				add(domain.CollectivityID(f.ID))
			}
		}
	})
	return out
}

// Search gives what a search box shows: bodies of the ledger whose name begins with the words, then the official list.
func (l *Ledger) Search(ctx context.Context, text string, limit int, size uint64) []CollectivityShort {
	out := []CollectivityShort{}
	l.world(ctx, size, func(w reconciliation.World) {
		add := l.adder(w, &out)
		folded := territory.Fold(text)
		if folded == "" {
			return
		}
		for _, b := range l.indexed(w) {
			if slices.ContainsFunc(b.foldedNames, func(n string) bool { return beginsWord(n, folded) }) ||
				b.insee == text || b.siren == text || string(b.id) == text {
				add(b.id)
			}
		}
		for _, t := range l.cog.Search(text, limit) {
			add(domain.CollectivityID(t.ID))
		}
	})
	return out[:min(limit, len(out))]
}

// beginsWord tells whether a folded name has the text at the beginning of one of its words.
func beginsWord(name, text string) bool {
	return strings.HasPrefix(name, text) || strings.Contains(name, " "+text)
}

// adder appends bodies once each.
func (l *Ledger) adder(w reconciliation.World, out *[]CollectivityShort) func(domain.CollectivityID) {
	known := map[domain.CollectivityID]bool{}
	return func(id domain.CollectivityID) {
		if known[id] {
			return
		}
		known[id] = true
		c := CollectivityShort{ID: string(id)}
		if b, ok := w.Labels.Body(id, w.Size); ok {
			c.Name, c.Kind, c.Departement, c.Entered = b.Name, b.Type, l.departement(b.Departement), true
			if b.Contested != nil {
				c.Kind = "unsettled"
			}
		} else if t, ok := l.cog.ByID(string(id)); ok {
			c.Name, c.Kind, c.Departement = t.Name, t.Kind, l.departement(t.Departement)
		} else {
			return
		}
		today := w.Labels.Today(id, w.Size)
		c.Current, c.LastKnown = held(today.Current), held(today.LastKnown)
		*out = append(*out, c)
	}
}

// Collectivities gives every body and contested name that the ledger has entered, in the order of ids.
func (l *Ledger) Collectivities(ctx context.Context, size uint64) []CollectivityShort {
	out := []CollectivityShort{}
	l.world(ctx, size, func(w reconciliation.World) {
		add := l.adder(w, &out)
		for _, b := range w.Labels.Bodies(w.Size) {
			add(b.ID)
		}
	})
	return out
}

// Size is the number of events that answers rest on.
func (l *Ledger) Size() uint64 { return uint64(l.runner.Size()) }
