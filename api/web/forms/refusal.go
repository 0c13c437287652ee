package forms

import (
	"github.com/google/uuid"

	"arobase/domain"
)

var noSuchToken = domain.FormCase("known.token", "there is no such token")

// BrokenText says how a command breaks a rule, with its particulars. What has none is told as the rule itself.
func (m *Maker) BrokenText(b *domain.Broken) string {
	if text := m.Refusal(b.Telling, namesOf{m}); text != "" {
		return text
	}
	return m.ruleText(b.Rule)
}

// ruleText says what a rule asks.
func (m *Maker) ruleText(r domain.Rule) string { return m.T("rule." + string(r)) }

// FaultText says what is wrong with a field: by its case, or else by its rule.
func (m *Maker) FaultText(f domain.FieldError) string {
	if text := m.Refusal(f.Telling, namesOf{m}); text != "" {
		return text
	}
	return m.Or("fault."+f.Rule, m.T("fault.value"))
}

// namesOf gives the names that the ledger of a maker knows.
type namesOf struct{ *Maker }

func (n namesOf) Body(id string) string { return n.NameOf(id) }

func (n namesOf) Record(id string) (string, bool) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return "", false
	}
	e, err := n.ledger.Event(n.ctx, parsed)
	if err != nil {
		return "", false
	}
	return n.Int(int(e.Index)), true
}
