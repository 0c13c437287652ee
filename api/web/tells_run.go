package web

import (
	"html/template"

	"arobase/domain"
)

// tellsRun says in words what a record of an edition that is run here says; "" for a record of another kind.
func (p *page) tellsRun(data domain.Event) template.HTML {
	switch d := data.(type) {
	case *domain.RegulationPublished:
		return p.H("tells.regulation", d.Title, p.Edition(int(d.From), d.From.Year()))
	case *domain.GridPublished:
		return p.H("tells.grid", d.Grid, p.Int(len(d.Services)), p.Int(len(d.Stakes)))
	case *domain.EditionOpened:
		return p.H("tells.edition.opened", p.editionOf(d.Edition, ""), p.Date(d.Calendar.Opens), p.Date(d.Calendar.Closes), p.Date(d.Calendar.Jury), p.Date(d.Calendar.Ceremony))
	case *domain.DeadlineExtended:
		return p.H("tells.extended."+d.Deadline, p.Date(d.Until))
	case *domain.DeclarationsClosed:
		return p.H("tells.closed", p.Int(d.Candidacies))
	case *domain.JurorAppointed:
		return p.H("tells.juror", d.Juror, p.editionOf(d.Edition, ""), p.Or("college."+d.College, d.College))
	case *domain.JurorTermEnded:
		return p.H("tells.juror.ended", d.Juror, p.editionOf(d.Edition, ""))
	case *domain.ConflictDeclared:
		return p.H("tells.conflict", d.Juror, p.body(d.Collectivity, string(d.Collectivity)))
	case *domain.JuryListPublished:
		return p.H("tells.jury", p.Int(len(d.Jurors)))
	case *domain.JurySessionHeld:
		return p.H("tells.session", d.Session, p.Date(d.On), p.Int(len(d.Present)), p.Int(d.Quorum))
	case *domain.DeliberationClosed:
		return p.H("tells.deliberated", p.Int(d.Decisions))
	case *domain.CeremonyPostponed:
		return p.H("tells.postponed", p.Date(d.To))
	case *domain.PalmaresPublished:
		return p.H("tells.published", p.editionOf(d.Edition, ""), p.Date(d.On), p.Int(d.Labelled))
	case *domain.EditionClosed:
		return p.H("tells.edition.closed", p.editionOf(d.Edition, ""))
	case *domain.EditionEnumerated:
		return p.H("tells.enumerated", p.named(string(d.Source)), p.editionOf(d.Edition, ""), p.Int(d.Count))
	}
	return p.tellsCandidacy(data)
}

// tellsCandidacy says what a record of a candidacy says. No result is told before the palmarès of its edition is there.
func (p *page) tellsCandidacy(data domain.Event) template.HTML {
	of := func(key string, c domain.Candidacy, args ...any) template.HTML {
		return p.H(key, append([]any{p.body(c.Collectivity, string(c.Collectivity)), p.editionOf(c.Edition, "")}, args...)...)
	}
	switch d := data.(type) {
	case *domain.CandidacyRegistered:
		return of("tells.applied", d.Candidacy, p.Kind(d.Kind))
	case *domain.CandidacySubmitted:
		return of("tells.submitted", d.Candidacy, p.Int(len(d.Actions)))
	case *domain.CandidacyWithdrawn:
		return of("tells.withdrew", d.Candidacy)
	case *domain.CandidacyRuledInadmissible:
		return of("tells.inadmissible", d.Candidacy, d.Article)
	case *domain.InformationRequested:
		return of("tells.asked", d.Candidacy, p.Date(d.Until))
	case *domain.InformationAnswered:
		return of("tells.answered", d.Candidacy)
	case *domain.JurorAssigned:
		return of("tells.assigned", d.Candidacy, d.Juror)
	case *domain.JurorRecused:
		return of("tells.recused", d.Candidacy, d.Juror)
	case *domain.OpinionSealed:
		return of("tells.opinion", d.Candidacy, d.Juror)
	case *domain.DecisionDeferred:
		return of("tells.deferred", d.Candidacy, d.Session)
	case *domain.DecisionSealed:
		return of("tells.decided", d.Candidacy, d.Session)
	case *domain.DecisionSuperseded:
		return of("tells.superseded", d.Candidacy)
	case *domain.DecisionDisclosed:
		if !p.site.Ledger.Opened(*d) {
			return of("tells.disclosed.early", d.Candidacy)
		}
		return of("tells.disclosed", d.Candidacy, p.outcome(d.Opened.Result()))
	case *domain.DecisionNotified:
		return of("tells.notified", d.Candidacy, p.Date(d.On))
	case *domain.DecisionRectified:
		return of("tells.rectified", d.Candidacy, p.outcome(d.From), p.outcome(d.To))
	case *domain.LabelWithdrawn:
		return of("tells.label.withdrawn", d.Candidacy, d.Article)
	case *domain.AppealLodged:
		return of("tells.appeal", d.Candidacy, p.Date(d.On))
	case *domain.AppealAdmitted:
		return of("tells.appeal.admitted", d.Candidacy)
	case *domain.AppealRejected:
		return of("tells.appeal.rejected", d.Candidacy, d.Article)
	case *domain.AppealDecided:
		if d.To != nil {
			return of("tells.appeal.changed", d.Candidacy, p.outcome(*d.To))
		}
		return of("tells.appeal.upheld", d.Candidacy)
	case *domain.AwardArbitrated:
		return of("tells.arbitrated", d.Candidacy, p.outcome(domain.Result{Distinction: d.Chosen.Distinction, Level: d.Chosen.Level}))
	}
	return p.tellsBody(data)
}

// tellsBody says what a record of a collectivity, of one of its actions or of another record says.
func (p *page) tellsBody(data domain.Event) template.HTML {
	body := func(id domain.CollectivityID) template.HTML { return p.body(id, string(id)) }
	switch d := data.(type) {
	case *domain.MembershipRecorded:
		return p.H("tells.member", body(d.Collectivity), d.Year, p.Euros(d.Fee))
	case *domain.MembershipCorrected:
		return p.H("tells.member.corrected", body(d.Collectivity), d.Year, p.Euros(d.Fee), p.T("cause."+d.Cause))
	case *domain.PaymentRecorded:
		return p.H("tells.paid", body(d.Collectivity), d.Year, p.Euros(d.Amount), p.Date(d.On))
	case *domain.MembershipRetracted:
		return p.H("tells.member.retracted", body(d.Collectivity), d.Year, p.T("cause."+d.Cause))
	case *domain.PaymentRetracted:
		return p.H("tells.paid.retracted", body(d.Collectivity), d.Year, p.T("cause."+d.Cause))
	case *domain.ActionDeclared:
		return p.H("tells.action", body(d.Collectivity), p.actionNamed(d.Action), p.Int(len(d.Services)))
	case *domain.ActionAmended:
		return p.H("tells.action.amended", p.actionNamed(d.Action))
	case *domain.ActionConfirmed:
		return p.H("tells.action.confirmed", p.actionNamed(d.Action), p.Date(d.On))
	case *domain.ActionEnded:
		return p.H("tells.action.ended", p.actionNamed(d.Action), p.Date(d.On))
	case *domain.CollectivityRenamed:
		return p.H("tells.renamed", body(d.Collectivity), d.Name)
	case *domain.EPCIMembersRecorded:
		return p.H("tells.members", body(d.Collectivity), p.Int(len(d.Members)), p.Date(d.On))
	case *domain.IdentitySettled:
		return p.H("tells.settled", body(d.Collectivity), body(d.As))
	case *domain.SourceCorrected:
		return p.H("tells.source.corrected", p.named(string(d.Source)))
	case *domain.DistinctionGranted:
		return p.H("tells.distinction", body(d.Collectivity), string(d.Distinction), p.Date(d.From), p.Date(d.Until))
	case *domain.DistinctionRenewed:
		return p.H("tells.distinction.renewed", p.Date(d.Until))
	case *domain.DistinctionLapsed:
		return p.H("tells.distinction.lapsed", p.Date(d.On))
	case *domain.RecordRetracted:
		return p.H("tells.retracted", p.recordOf(d.Event))
	case *domain.FigureRetracted:
		return p.H("tells.retracted", p.recordOf(d.Event))
	case *domain.FactDisputed:
		return p.H("tells.disputed", p.recordOf(d.Event))
	case *domain.DisputeAnswered:
		return p.H("tells.dispute.answered", p.recordOf(d.Dispute))
	case *domain.SealedValueRead:
		return p.H("tells.read", p.textName(d.Pointer), p.recordOf(d.Event))
	}
	return ""
}

// outcome says what was decided: a level or a distinction, and how many mentions.
func (p *page) outcome(r domain.Result) string {
	said := p.T("result.none")
	switch {
	case r.Level.Valid():
		said = p.N("level.spoken", int(r.Level))
	case r.Distinction == domain.DistinctionHorsConcours:
		said = p.T("level.horsconcours")
	case r.Distinction != "":
		said = p.Or("result."+string(r.Distinction), string(r.Distinction))
	}
	if n := len(r.Mentions); n > 0 {
		said += p.N("result.mentions", n)
	}
	return said
}
