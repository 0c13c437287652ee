package web

import (
	"encoding/hex"
	"fmt"
	"html/template"
	"io"

	"arobase/api/ledger"
	"arobase/api/web/forms"
)

// formOf makes a form for a page that embeds it:
//
//	v.Form, err = p.formOf("recusals", prefill{
//		Values: url.Values{"edition": {"28"}, "juror": {"3"}, "collectivity": {id}},
//		Hidden: []string{"edition", "juror"}, Fixed: []string{"collectivity"}, Next: p.href("jury", ""),
//	})
//
// A link does the same: [page.formHref]. Whether somebody may send it is asked when it is sent; offer it to those who may
// ([command.allows]). Fields that the prefill does not name begin empty, or with the edition, the grid and the regulation
// that are under way.
func (p *page) formOf(resource string, with forms.Prefill) (*forms.View, error) {
	c, ok := forms.CommandOf(resource)
	if !ok {
		return nil, ledger.ErrUnknown
	}
	form := with.State()
	key, err := p.site.newKey()
	if err != nil {
		return nil, err
	}
	form.Set(forms.KeyField, key)
	m := p.maker()
	m.Begin(c, form)
	return m.Form(c, form, m.AsTyped(form)), nil
}

// formHref is the address of a form that begins with something.
func (p *page) formHref(resource string, with forms.Prefill) string {
	return p.path("entry", resource, with.State())
}

// maker makes the forms of a page.
func (p *page) maker() *forms.Maker {
	if p.forms == nil {
		p.forms = forms.NewMaker(p.ctx, p.Language, p.site.Ledger, p.size,
			func(resource string) (here, elsewhere string) {
				return p.path("entry", resource, nil), p.other.path("entry", resource, nil)
			},
			func(e ledger.EventView) template.HTML {
				says, _ := p.tells(e)
				return link(p.href("record", e.ID.String()), p.T("record.short", p.Int(int(e.Index)))) + ". " + says
			})
	}
	return p.forms
}

// newKey makes a form one that is recorded once, however often it is sent.
func (s *site) newKey() (string, error) {
	var random [16]byte
	if _, err := io.ReadFull(s.Random, random[:]); err != nil {
		return "", fmt.Errorf("making a form: %w", err)
	}
	return hex.EncodeToString(random[:]), nil
}
