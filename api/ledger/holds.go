package ledger

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"arobase/domain/territory"
	"arobase/eventstore"
	"arobase/eventstore/vault"
)

// Named is one sealed value that names a person.
type Named struct {
	Index      uint64    `json:"index"` // of the record in the log
	Event      uuid.UUID `json:"event"`
	Type       string    `json:"type"`
	Stream     string    `json:"stream"`
	Pointer    string    `json:"pointer"`
	Visibility string    `json:"visibility"`
}

// Holds finds every sealed value in which a name stands, in the order of the log. Case, accents and hyphens do not count.
// The values themselves are not given: whoever may see them reads them, and that is recorded. Values without a record are
// left out: nobody can be shown them, and they are removed.
//
// O(n) in the values of the vault.
func (l *Ledger) Holds(ctx context.Context, person string) ([]Named, error) {
	name := " " + territory.Fold(person) + " "
	if strings.TrimSpace(name) == "" {
		return nil, fmt.Errorf("%w: a name is needed", ErrQuery)
	}
	if l.vault == nil {
		return nil, ErrReadOnly
	}
	var found []vault.Secret
	err := l.vault.Each(ctx, func(s vault.Secret) error {
		if s.Value != nil && strings.Contains(" "+territory.Fold(texts(s.Value))+" ", name) {
			found = append(found, vault.Secret{Event: s.Event, Pointer: s.Pointer, Visibility: s.Visibility})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("searching the sealed values: %w", err)
	}
	held := make([]Named, 0, len(found))
	for _, s := range found {
		e, err := l.store.Lookup(ctx, s.Event)
		if errors.Is(err, eventstore.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading event %s: %w", s.Event, err)
		}
		held = append(held, Named{uint64(e.Position), e.ID, e.Type, e.Stream, s.Pointer, string(s.Visibility)})
	}
	slices.SortFunc(held, func(a, b Named) int {
		return cmp.Or(cmp.Compare(a.Index, b.Index), strings.Compare(a.Pointer, b.Pointer))
	})
	return slices.Compact(held), nil // two attempts to write one event may have left its value twice
}

// texts gives the words of a JSON value, whatever its form.
func texts(value []byte) string {
	var v any
	if json.Unmarshal(value, &v) != nil {
		return ""
	}
	var words []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			words = append(words, v)
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			for _, one := range v {
				walk(one)
			}
		}
	}
	walk(v)
	return strings.Join(words, " ")
}
