package ledger

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"arobase/api/ledger/tabular"
	"arobase/domain"
)

// steps turns a row into commands, by the shape of its file.
func (p *plan) steps(ctx context.Context, row tabular.Row) ([]step, error) {
	switch p.file.Shape.Name {
	case "sources":
		return p.source(row), nil
	case "collectivities":
		return p.collectivity(ctx, row)
	case "ceremonies":
		return p.ceremony(row)
	case "awards":
		return p.award(ctx, row)
	case "mentions":
		return p.mention(ctx, row)
	case "figures":
		return p.figure(row)
	case "rules":
		return p.rule(row)
	case "explanations":
		return p.explanation(row)
	}
	return nil, wrong("", "shape", "rows of %s cannot be imported", p.file.Shape.Name)
}

func (p *plan) provenance() domain.Provenance { return domain.Provenance{By: domain.Text(p.opt.By)} }

func (p *plan) source(row tabular.Row) []step {
	return []step{{command: domain.CiteSource{SourceCited: domain.SourceCited{
		Source: domain.SourceID(row.Get("source_id")),
		SourceParticulars: domain.SourceParticulars{
			Publisher: row.Get("publisher"), Title: row.Get("title"), URL: row.Get("url"), PublishedOn: row.Get("published_on"),
		},
		Note: domain.Text(row.Get("note")), Provenance: p.provenance(),
	}}}}
}

func (p *plan) ceremony(row tabular.Row) ([]step, error) {
	e, err := edition(row, true)
	if err != nil {
		return nil, err
	}
	if y := row.Get("year"); y != strconv.Itoa(e.Year()) {
		return nil, wrong("year", "edition-year", "edition %d is the ceremony of %d, not of %q", e, e.Year(), y)
	}
	f := domain.CeremonyFactRecorded{
		Edition: e, Attribute: row.Get("attribute"), Precision: row.Get("precision"), Source: domain.SourceID(row.Get("source_id")),
		Note: domain.Text(row.Get("note")), Provenance: p.provenance(),
	}
	value := row.Get("value")
	if value == "" {
		return nil, wrong("value", "required", "is missing")
	}
	switch f.Attribute {
	case "date":
		f.On, f.Until, _ = strings.Cut(value, "/")
		f.Occurred = f.On
	case "edition_number", "assembly_number":
		n, err := strconv.Atoi(value)
		if err != nil {
			return nil, wrong("value", "number", "%q is not a whole number", value)
		}
		f.Number = n
	default:
		f.Value = domain.Text(value)
	}
	return []step{{command: domain.RecordCeremonyFact{CeremonyFactRecorded: f}}}, nil
}

func (p *plan) award(ctx context.Context, row tabular.Row) ([]step, error) {
	h, steps, err := p.holding(ctx, row)
	if err != nil {
		return nil, err
	}
	a := domain.Award{Distinction: domain.Distinction(strings.ReplaceAll(row.Get("distinction"), "_", "-"))}
	if s := row.Get("level"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || !domain.Level(n).Valid() {
			return nil, wrong("level", "level", "%q is not a level: an integer from %d to %d", s, domain.MinLevel, domain.MaxLevel)
		}
		a.Level = domain.Level(n)
	}
	return append(steps, step{command: domain.RecordAward{AwardRecorded: domain.AwardRecorded{Award: a, Holding: h}}}), nil
}

func (p *plan) mention(ctx context.Context, row tabular.Row) ([]step, error) {
	h, steps, err := p.holding(ctx, row)
	if err != nil {
		return nil, err
	}
	return append(steps, step{command: domain.RecordMention{MentionRecorded: domain.MentionRecorded{
		Mention: domain.MentionID(row.Get("mention_id")), Label: domain.Text(row.Get("mention_label")), Holding: h,
	}}}), nil
}

// holding reads what awards and mentions share. A holder that only the official list knows is entered first.
func (p *plan) holding(ctx context.Context, row tabular.Row) (domain.Holding, []step, error) {
	e, err := edition(row, false)
	if err != nil {
		return domain.Holding{}, nil, err
	}
	name := row.Get("holder")
	if name == "" {
		return domain.Holding{}, nil, wrong("holder", "required", "is missing")
	}
	m, err := p.l.holder(p.names, name)
	if err != nil {
		return domain.Holding{}, nil, wrong("holder", "identity", "%s", err)
	}
	var steps []step
	if !m.Entered {
		if stored, err := p.history(ctx, domain.CollectivityStream(m.ID)); err != nil {
			return domain.Holding{}, nil, err
		} else if register, ok := p.l.registration(m.ID); ok && len(stored) == 0 {
			steps = append(steps, step{command: register, suffix: "collectivity-registered"})
		}
	}
	return domain.Holding{
		Edition: e, YearAsStated: row.Get("year_as_stated"), Collectivity: m.ID, Holder: name,
		Certainty: domain.Certainty(row.Get("certainty")), Source: domain.SourceID(row.Get("source_id")),
		Note: domain.Text(row.Get("note")), Provenance: p.provenance(),
	}, steps, nil
}

func (p *plan) figure(row tabular.Row) ([]step, error) {
	e, err := edition(row, false)
	if err != nil {
		return nil, err
	}
	n, err := domain.ParseNumber(row.Get("value"))
	if err != nil {
		return nil, err
	}
	return []step{{command: domain.PublishFigure{FigurePublished: domain.FigurePublished{
		Edition: e, YearAsStated: row.Get("year_as_stated"), Metric: row.Get("metric"), Scope: row.Get("scope"), Number: n,
		Precision: domain.Precision(row.Get("precision")), Unit: row.Get("unit"), Source: domain.SourceID(row.Get("source_id")),
		Note: domain.Text(row.Get("note")), Provenance: p.provenance(),
	}}}}, nil
}

func (p *plan) rule(row tabular.Row) ([]step, error) {
	e, err := edition(row, false)
	if err != nil {
		return nil, err
	}
	return []step{{command: domain.RecordRule{RuleRecorded: domain.RuleRecorded{
		Edition: e, YearAsStated: row.Get("year_as_stated"), Topic: row.Get("topic"), Statement: domain.Text(row.Get("statement")),
		Source: domain.SourceID(row.Get("source_id")), Provenance: p.provenance(),
	}}}}, nil
}

func (p *plan) explanation(row tabular.Row) ([]step, error) {
	e, err := edition(row, false)
	if err != nil {
		return nil, err
	}
	if err := domain.CheckStatedYear(e, row.Get("year_as_stated")); err != nil {
		return nil, err
	}
	return []step{{command: domain.ProposeExplanation{ExplanationProposed: domain.ExplanationProposed{
		Edition: e, Metric: row.Get("metric"), Scope: row.Get("scope"), Kind: row.Get("kind"), Test: row.Get("test"),
		Text: domain.Text(row.Get("text_fr")), TextEN: domain.Text(row.Get("text_en")), Source: domain.SourceID(row.Get("source_id")),
		Provenance: p.provenance(),
	}}}}, nil
}

// edition reads an ordinal; empty where the source does not say which one.
func edition(row tabular.Row, needed bool) (domain.Edition, error) {
	s := row.Get("edition")
	if s == "" && !needed {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || strconv.Itoa(n) != s {
		return 0, wrong("edition", "edition", "%q is not an edition: an ordinal from 1 (1999) on", s)
	}
	return domain.Edition(n), nil
}

// collectivity enters what a name stands for: a body, another name of one, or a name that fits several.
func (p *plan) collectivity(ctx context.Context, row tabular.Row) ([]step, error) {
	name := row.Get("name_as_stated")
	if name == "" {
		return nil, wrong("name_as_stated", "required", "is missing")
	}
	if row.Get("status") == "ambiguous" {
		return p.contested(row, name)
	}
	id := domain.CollectivityID(row.Get("collectivity_id"))
	c, err := p.body(row, id, name)
	if err != nil {
		return nil, err
	}
	p.names.add(name, id)
	p.names.add(c.Name, id)
	stored, err := p.history(ctx, domain.CollectivityStream(id))
	if err != nil {
		return nil, err
	}
	mine, err := p.has(ctx, p.id(row, ""), domain.CollectivityStream(id))
	if err != nil {
		return nil, err
	}
	alias := domain.RecordName{NameRecorded: domain.NameRecorded{Collectivity: id, Name: name, Note: domain.Text(row.Get("note")), Provenance: p.provenance()}}
	if mine && slices.ContainsFunc(stored, func(r domain.Recorded) bool {
		_, isName := r.Event.(*domain.NameRecorded)
		return isName && r.ID == p.id(row, "")
	}) {
		return nil, nil
	}
	if len(stored) > 0 && !mine {
		return []step{{command: alias}}, nil
	}
	steps := []step{{command: domain.RegisterCollectivity{CollectivityRegistered: c}}}
	if name != c.Name {
		alias.Note = nil
		steps = append(steps, step{command: alias, suffix: "name-recorded"})
	}
	population, err := p.population(row, id)
	if err != nil {
		return nil, err
	}
	return append(append(steps, population...), p.succession(id)...), nil
}

// contested enters a name that fits several bodies.
func (p *plan) contested(row tabular.Row, name string) ([]step, error) {
	id := domain.CollectivityID("unsettled-" + slugOf(name))
	var candidates []domain.CollectivityID
	for _, c := range strings.Split(row.Get("candidates"), "|") {
		candidate := domain.CollectivityID(strings.TrimSpace(c))
		if k := candidate.Kind(); k == "" {
			return nil, wrong("candidates", "collectivity", "%q is not the id of a body", c)
		} else if _, ok := p.l.cog.ByID(string(candidate)); (k == domain.Commune || k == domain.EPCI) && !ok {
			return nil, wrong("candidates", "reference", "%s is not in the official list %s %s", candidate, p.l.cog.Name(), p.l.cog.Version())
		}
		candidates = append(candidates, candidate)
	}
	p.names.add(name, id)
	return []step{{command: domain.ContestIdentity{IdentityContested: domain.IdentityContested{
		Collectivity: id, Name: name, Candidates: candidates, Note: domain.Text(row.Get("note")), Provenance: p.provenance(),
	}}}}, nil
}

// body reads the particulars of a body and holds them against the official list.
func (p *plan) body(row tabular.Row, id domain.CollectivityID, name string) (domain.CollectivityRegistered, error) {
	statuses := map[string][]domain.BodyKind{
		"resolved": {domain.Commune, domain.EPCI}, "historic": {domain.FormerCommune, domain.FormerEPCI},
		"foreign": {domain.Foreign}, "not_a_collectivity": {domain.Other},
	}
	kinds, ok := statuses[row.Get("status")]
	switch {
	case !ok:
		return domain.CollectivityRegistered{}, wrong("status", "oneof", "%q is none of: resolved, ambiguous, historic, foreign, not_a_collectivity", row.Get("status"))
	case strings.HasPrefix(string(id), "fr-epci-") && !strings.HasPrefix(string(id), "fr-epci-x-") && id.Kind() == "":
		return domain.CollectivityRegistered{}, wrong("collectivity_id", "siren", "%q does not end in a SIREN: nine digits of which the last is the check digit", id)
	case strings.HasPrefix(string(id), "fr-commune-") && id.Kind() == "":
		return domain.CollectivityRegistered{}, wrong("collectivity_id", "insee", "%q does not have a commune's code: five characters, such as 73008, 2A004 or 97103", id)
	case id.Kind() == "":
		return domain.CollectivityRegistered{}, wrong("collectivity_id", "collectivity", "%q is not the id of a body: fr-commune-<INSEE>, fr-epci-<SIREN> or another form of the identity rules, with valid codes", id)
	case !slices.Contains(kinds, id.Kind()):
		return domain.CollectivityRegistered{}, wrong("status", "identity-form", "a %s body cannot have the id %s", row.Get("status"), id)
	}
	c := domain.CollectivityRegistered{
		Collectivity: id, Type: row.Get("kind"), Name: row.Get("official_name"), INSEE: row.Get("insee"), SIREN: row.Get("siren"),
		Departement: row.Get("departement_code"), Region: row.Get("region_code"),
		Note: domain.Text(row.Get("note")), Provenance: p.provenance(),
	}
	if c.Name == "" {
		c.Name = name
	}
	if k := id.Kind(); k == domain.FormerCommune {
		c.InForce = &domain.InForce{To: string(id[len(id)-4:])}
	} else if k == domain.FormerEPCI {
		c.InForce = &domain.InForce{}
	}
	if row.Get("status") == "resolved" {
		t, ok := p.l.cog.ByID(string(id))
		if !ok {
			return c, wrong("collectivity_id", "reference", "%s is not in the official list %s %s", id, p.l.cog.Name(), p.l.cog.Version())
		}
		if c.SIREN != "" && t.SIREN != "" && c.SIREN != t.SIREN {
			return c, wrong("siren", "reference", "the official list gives %s the SIREN %s, not %s", id, t.SIREN, c.SIREN)
		}
		c.Reference = p.l.cog.Name()
	}
	return c, nil
}

// population enters the population that a row carries, for the year that it names. That of a year after the body ended
// is another body's, and is left out.
func (p *plan) population(row tabular.Row, id domain.CollectivityID) ([]step, error) {
	value, year := row.Get("population"), row.Get("population_year")
	if value == "" {
		return nil, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		return nil, wrong("population", "number", "%q is not a whole number", value)
	}
	y, err := strconv.Atoi(year)
	if err != nil {
		return nil, wrong("population_year", "number", "%q is not a year", year)
	}
	if k := id.Kind(); k == domain.FormerEPCI || k == domain.FormerCommune && year > string(id[len(id)-4:]) {
		return nil, nil
	}
	return []step{{suffix: "population-recorded", command: domain.RecordPopulation{PopulationRecorded: domain.PopulationRecorded{
		Collectivity: id, Value: n, Year: y, Reference: p.l.cog.Name(), Provenance: p.provenance(),
	}}}}, nil
}

// succession enters what the official list says took the place of a commune that is gone.
func (p *plan) succession(id domain.CollectivityID) []step {
	if id.Kind() != domain.FormerCommune {
		return nil
	}
	f, ok := p.l.cog.FormerByID(string(id))
	if !ok || len(f.Successors) == 0 {
		return nil
	}
	c := domain.CollectivitySucceeded{From: []domain.CollectivityID{id}, On: f.On, Reference: p.l.cog.Name(), Provenance: p.provenance()}
	for _, s := range f.Successors {
		c.To = append(c.To, domain.CollectivityID(s))
	}
	c.Occurred = f.On
	return []step{{suffix: "collectivity-succeeded", command: domain.SucceedCollectivity{CollectivitySucceeded: c}}}
}
