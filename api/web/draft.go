package web

import (
	"encoding/json"
	"errors"
	"net/url"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/web/forms"
	"arobase/domain"
)

type draft = ledger.Draft

// noRoom lets a board stand where nothing is drafted on this node.
func noRoom(err error) error {
	if errors.Is(err, ledger.ErrNoWorkspace) {
		return nil
	}
	return err
}

// draft leads to the form of a decision, which stands beside what to decide by.
func (b *board) draft(id domain.CollectivityID) []labelled {
	c, ok := forms.CommandOf("decisions")
	if !ok || !c.Allows(b.who) || b.run.State.DeliberationClosed {
		return nil
	}
	return []labelled{{b.T("op.decisions"), b.href("decision", ofCandidacy(b.run.Edition, id))}}
}

// drafted says who wrote a draft meanwhile, and leads to it.
func (p *page) drafted(who auth.Principal, stale *ledger.Stale) ([]forms.Change, error) {
	d, err := forms.DraftOf(p.ctx, p.site.Ledger, who, stale.Stream)
	if d == nil || err != nil {
		return nil, err
	}
	values := url.Values{}
	var written map[string]any
	if json.Unmarshal(d.Input, &written) == nil {
		forms.Flatten(values, "", written)
	}
	to := p.formHref("decisions", forms.Prefill{Values: values, Expected: &d.Revision})
	return []forms.Change{{Href: to, Text: p.T("board.drafted", p.Int(int(d.Revision))), Says: p.H("board.byat", d.By, p.MomentShort(d.At))}}, nil
}
