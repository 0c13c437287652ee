package web

import (
	"fmt"
	"html/template"
	"reflect"
	"slices"
	"strings"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/api/web/words"
	"arobase/domain"
)

// tells says in words what a record says, and who is its source.
func (p *page) tells(e ledger.EventView) (template.HTML, []cite) {
	data, err := domain.Decode(e.Type, e.Data)
	if err != nil {
		return p.H("tells.unknown"), nil
	}
	switch d := data.(type) {
	case *domain.AwardRecorded:
		f := ledger.Fact{Distinction: string(d.Distinction), Certainty: string(d.Certainty)}
		if d.Level.Valid() {
			n := int(d.Level)
			f.Level = &n
		}
		return p.H("tells.award", p.named(string(d.Source)), p.body(d.Collectivity, d.Holder), p.award(f), p.editionOf(d.Edition, d.YearAsStated)), p.cited(d.Source)
	case *domain.MentionRecorded:
		f := ledger.Fact{Mention: string(d.Mention), Label: p.site.Ledger.Text(p.ctx, d.Label.Commitment()), Certainty: string(d.Certainty)}
		return p.H("tells.award", p.named(string(d.Source)), p.body(d.Collectivity, d.Holder), p.award(f), p.editionOf(d.Edition, d.YearAsStated)), p.cited(d.Source)
	case *domain.FigurePublished:
		what := words.Uncapital(p.Metric(d.Metric))
		if d.Scope != "" {
			what += ", " + p.scope(d.Scope)
		}
		return p.H("tells.figure", p.named(string(d.Source)), p.editionOf(d.Edition, d.YearAsStated), what, p.Figure(d.Float(), d.Unit, string(d.Precision))), p.cited(d.Source)
	case *domain.CeremonyFactRecorded:
		return p.ceremonyFact(d), p.cited(d.Source)
	case *domain.ExplanationProposed:
		var sources []cite
		if d.Source != "" {
			sources = p.cited(d.Source)
		}
		return p.H("tells.explanation."+d.Kind, p.editionOf(d.Edition, ""), words.Uncapital(p.Metric(d.Metric))), sources
	case *domain.RuleRecorded:
		return p.H("tells.rule", p.named(string(d.Source)), p.editionOf(d.Edition, d.YearAsStated), p.Topic(d.Topic)), p.cited(d.Source)
	case *domain.SourceCited:
		return p.H("tells.source", p.named(string(d.Source)), d.Title), p.cited(d.Source)
	case *domain.CollectivityRegistered:
		return p.H("tells.registered", p.body(d.Collectivity, d.Name), p.Kind(d.Type)), nil
	case *domain.NameRecorded:
		return p.H("tells.name", p.body(d.Collectivity, string(d.Collectivity)), d.Name), nil
	case *domain.PopulationRecorded:
		return p.H("tells.population", p.body(d.Collectivity, string(d.Collectivity)), p.Int(d.Value), d.Year), nil
	case *domain.IdentityContested:
		return p.H("tells.contested", p.body(d.Collectivity, d.Name), len(d.Candidates)), nil
	case *domain.CollectivitySucceeded:
		return p.H("tells.succeeded", p.bodies(d.From), p.bodies(d.To), p.Date(d.On)), nil
	case *domain.PersonalDataErased:
		if _, ok := fileAt(d.Pointer); ok {
			return p.H("tells.erasedFile", p.textName(d.Pointer), p.recordOf(d.Event), p.Or("ground."+d.Ground, d.Ground)), nil
		}
		return p.H("tells.erased", p.textName(d.Pointer), p.recordOf(d.Event), p.Or("ground."+d.Ground, d.Ground)), nil
	case *domain.ReferenceAdopted:
		return p.H("tells.reference", d.Name, d.Version), nil
	case *domain.LedgerOpened:
		return p.H("tells.opened", d.Origin), nil
	case *domain.KeyRotated:
		return p.H("tells.rotated", domain.VerifierKeyID(d.To), domain.VerifierKeyID(d.From)), nil
	case *domain.OriginOpened:
		return p.H("tells.reopen."+d.Cause, d.Closed.Origin, d.Origin, p.Int(int(d.Closed.Size))), nil
	}
	if said := p.tellsRun(data); said != "" {
		var sources []cite
		if d, ok := data.(*domain.EditionEnumerated); ok {
			sources = p.cited(d.Source)
		}
		return said, sources
	}
	return p.tellsAbout(e, data), nil
}

// tellsAbout says of what kind a record is, and what it is about: of steps whose particulars are on their own pages.
func (p *page) tellsAbout(e ledger.EventView, data domain.Event) template.HTML {
	var about []string
	v := reflect.ValueOf(data).Elem()
	if f := v.FieldByName("Collectivity"); f.IsValid() {
		about = append(about, string(p.body(domain.CollectivityID(f.String()), f.String())))
	}
	if f := v.FieldByName("Edition"); f.IsValid() && f.CanInt() && f.Int() > 0 {
		about = append(about, string(p.editionOf(domain.Edition(f.Int()), "")))
	}
	what := p.Or("record.type."+typeName(e.Type), typeName(e.Type))
	if about == nil {
		return p.H("tells.other", what)
	}
	return p.H("tells.about", words.Capital(what), template.HTML(strings.Join(about, ", "))) // each part is escaped
}

// actionNamed names an action by its title as of this page, with a link.
func (p *page) actionNamed(id domain.ActionID) template.HTML {
	a, err := p.site.Ledger.Action(p.ctx, id, p.size)
	if err != nil {
		return template.HTML(template.HTMLEscapeString(string(id))) // escaped
	}
	return link(p.href("action", string(id)), p.actionTitle(a.Title).Text)
}

// recordOf names a record by its number, with a link.
func (p *page) recordOf(id uuid.UUID) template.HTML {
	e, err := p.site.Ledger.Event(p.ctx, id)
	if err != nil {
		return template.HTML(template.HTMLEscapeString(id.String())) // escaped
	}
	return link(p.href("record", id.String()), p.T("record.named", p.Int(int(e.Index))))
}

func (p *page) ceremonyFact(d *domain.CeremonyFactRecorded) template.HTML {
	value := p.site.Ledger.Text(p.ctx, d.Value.Commitment())
	switch {
	case d.On != "" && d.Until != "":
		value = p.Date(d.On + "/" + d.Until)
	case d.On != "":
		value = p.Date(d.On)
	case d.Number != 0:
		value = p.Int(d.Number)
	default:
		value = p.written(value)
	}
	return p.H("tells.ceremony."+d.Precision, p.named(string(d.Source)), p.editionOf(d.Edition, ""), words.Uncapital(p.Metric("ceremony_"+d.Attribute)), value)
}

func (p *page) cited(id domain.SourceID) []cite { return []cite{p.cite(string(id))} }

// body names a collectivity, linked to its page where it has one as of this page.
func (p *page) body(id domain.CollectivityID, name string) template.HTML {
	c, err := p.site.Ledger.Collectivity(p.ctx, string(id), p.size)
	if err != nil {
		return template.HTML(template.HTMLEscapeString(name)) // escaped
	}
	if name == string(id) {
		name = c.Name
	}
	return link(p.href("collectivity", string(id)), name)
}

func (p *page) bodies(ids []domain.CollectivityID) template.HTML {
	var parts []string
	for _, id := range ids {
		parts = append(parts, string(p.body(id, string(id))))
	}
	return template.HTML(p.List(parts)) // each part is escaped
}

// editionOf names an edition with a link, or says what little is known.
func (p *page) editionOf(e domain.Edition, stated string) template.HTML {
	if e == 0 {
		return template.HTML(template.HTMLEscapeString(p.T("undated.edition", p.undatedYear([]ledger.Fact{{YearAsStated: stated}})))) // escaped
	}
	to := labelled{p.Edition(int(e), e.Year()), p.href("edition", fmt.Sprint(int(e)))}
	if !slices.ContainsFunc(p.editions(), func(known ledger.EditionShort) bool { return known.Edition == int(e) }) {
		return template.HTML(template.HTMLEscapeString(to.Text)) // escaped
	}
	return link(to.Href, to.Text)
}
