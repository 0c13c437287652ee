package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"arobase/api/auth"
	"arobase/api/ledger"
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
	c, ok := commandOf("decisions")
	if !ok || !c.allows(b.who) {
		return nil
	}
	return []labelled{{b.T("op.decisions"), b.href("decision", ofCandidacy(b.run.Edition, id))}}
}

// flatten writes JSON as a form sends it.
func flatten(values url.Values, name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, member := range v {
			at := key
			if name != "" {
				at = name + "." + key
			}
			flatten(values, at, member)
		}
	case []any:
		for i, item := range v {
			if _, isObject := item.(map[string]any); isObject {
				flatten(values, rowName(name, i), item)
			} else {
				flatten(values, name, item)
			}
		}
	case float64:
		values.Add(name, strconv.FormatFloat(v, 'f', -1, 64))
	case string:
		values.Add(name, v)
	case nil:
	default:
		values.Add(name, fmt.Sprint(v))
	}
}

// isDrafted tells whether what somebody asks for is the draft that they wrote last, in a stream of drafts.
func (s *site) isDrafted(ctx context.Context, who auth.Principal, input json.RawMessage, stream domain.StreamName) bool {
	d, err := s.draftOf(ctx, who, stream)
	return err == nil && d != nil && d.By == who.Person && bytes.Equal(d.Input, input)
}

// draftOf gives the draft that a stream of drafts names, nil where it names none.
func (s *site) draftOf(ctx context.Context, who auth.Principal, stream domain.StreamName) (*draft, error) {
	var edition int
	var id string
	if _, err := fmt.Sscanf(string(stream), "draft/%d/%s", &edition, &id); err != nil {
		return nil, nil
	}
	all, err := s.Ledger.Drafts(ctx, who, domain.Edition(edition))
	for _, d := range all {
		if string(d.Collectivity) == id {
			return &d, nil
		}
	}
	return nil, err
}

// drafted says who wrote a draft meanwhile, and leads to it.
func (p *page) drafted(who auth.Principal, stale *ledger.Stale) ([]changeView, error) {
	d, err := p.site.draftOf(p.ctx, who, stale.Stream)
	if d == nil || err != nil {
		return nil, err
	}
	values := url.Values{}
	var written map[string]any
	if json.Unmarshal(d.Input, &written) == nil {
		flatten(values, "", written)
	}
	to := p.formHref("decisions", prefill{Values: values, Expected: &d.Revision})
	return []changeView{{to, p.T("board.drafted", p.Int(int(d.Revision))), p.H("board.byat", d.By, p.MomentShort(d.At))}}, nil
}
