package forms

import (
	"strings"

	"arobase/api/web/words"
	"arobase/domain"
)

// word says what is asked for: what is "field" for the label of a field and "help" for its help. It is that of the event
// and the path, of the path alone, or of its last part, which several objects have.
func (c Command) word(l *words.Language, what string, b blank) string {
	for _, key := range c.keys(b) {
		if l.Has(what + "." + key) {
			return l.T(what + "." + key)
		}
	}
	return l.T(what + "." + b.Path)
}

// keys are those under which the words of a field may stand, the most special first.
func (c Command) keys(b blank) []string {
	last := b.Path[strings.LastIndexByte(b.Path, '.')+1:]
	return []string{c.Resource + ":" + b.Path, b.Path, "*." + last}
}

// choiceWord says what can be chosen.
func (c Command) choiceWord(l *words.Language, b blank, value string) string {
	for _, key := range c.keys(b) {
		if l.Has("choice." + key + "." + value) {
			return l.T("choice." + key + "." + value)
		}
	}
	return l.T("choice." + value)
}

// Break adds the rule that is broken to the field that shows it.
func (m *Maker) Break(c Command, view *View, b *domain.Broken) {
	text := m.BrokenText(b)
	set := &setting{Maker: m, command: c, labels: map[string]string{}}
	var at func(all []Field)
	at = func(all []Field) {
		for i := range all {
			f := &all[i]
			set.labels[f.Name] = f.Label
			if f.Name == b.Field || owner(b.Field) == f.Name && f.Kind != rows && f.Kind != aGroup {
				f.Faults = append(f.Faults, text)
			}
			at(f.Members)
			for _, row := range f.Rows {
				at(row)
			}
		}
	}
	at(view.Fields)
	at(view.More)
	fault := set.fault(b.Field, text)
	if rule := m.ruleText(b.Rule); rule != text {
		fault.Rule = rule
	}
	if b.Article != "" {
		fault.Article = m.T("form.article", b.Article)
	}
	view.Faults = append(view.Faults, fault)
}
