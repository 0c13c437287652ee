package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"

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

// draft is the form of a decision: with what was drafted, or empty. Where somebody wrote it again meanwhile it says so.
func (b *board) draft(id domain.CollectivityID, revision int64, input json.RawMessage) []labelled {
	c, ok := commandOf("decisions")
	if !ok || !c.allows(b.who) || b.run.State.DeliberationClosed {
		return nil
	}
	values := url.Values{}
	var written map[string]any
	if input != nil && json.Unmarshal(input, &written) == nil {
		flatten(values, "", written)
	}
	values.Set("edition", b.edition())
	values.Set("collectivity", string(id))
	return []labelled{{b.T("op.decisions"), b.formHref("decisions", prefill{
		Values: values, Fixed: []string{"edition", "collectivity"}, Expected: &revision, Next: b.req.URL.RequestURI() + "#decisions",
	})}}
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
