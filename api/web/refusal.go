package web

import (
	"github.com/google/uuid"

	"arobase/domain"
)

var noSuchToken = domain.FormCase("known.token", "there is no such token")

// brokenText says how a command breaks a rule, with its particulars. What has none is told as the rule itself.
func (p *page) brokenText(b *domain.Broken) string {
	if text := p.Refusal(b.Telling, namesOf{p}); text != "" {
		return text
	}
	return p.ruleText(b.Rule)
}

// ruleText says what a rule asks.
func (p *page) ruleText(r domain.Rule) string { return p.T("rule." + string(r)) }

// faultText says what is wrong with a field: by its case, or else by its rule.
func (p *page) faultText(f domain.FieldError) string {
	if text := p.Refusal(f.Telling, namesOf{p}); text != "" {
		return text
	}
	return p.Or("fault."+f.Rule, p.T("fault.value"))
}

// namesOf gives the names that the ledger of a page knows.
type namesOf struct{ *page }

func (n namesOf) Body(id string) string { return n.nameOf(id) }

func (n namesOf) Record(id string) (string, bool) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return "", false
	}
	e, err := n.site.Ledger.Event(n.ctx, parsed)
	if err != nil {
		return "", false
	}
	return n.Int(int(e.Index)), true
}
