package audit

import (
	"testing"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"arobase/domain"
)

// What is wrong with the name or the key of a log is a failure of the record that tells them.
func TestCheckNames(t *testing.T) {
	opened, rotated := uuid.UUID{15: 1}, uuid.UUID{15: 2}
	const from, to = "a.example/log+12345678+from", "a.example/log+87654321+to"
	names := []domain.Recorded{
		{ID: opened, Position: 0, Event: &domain.LedgerOpened{Origin: "a.example/log"}},
		{ID: rotated, Position: 7, Event: &domain.KeyRotated{From: from, To: to}},
	}
	for name, test := range map[string]struct {
		names  []domain.Recorded
		origin string
		want   Failure
	}{
		"as it says": {names[:1], "a.example/log", Failure{}},
		"a name":     {names, "b.example/log", Failure{Leaf: 0, Event: opened, Type: "arobase.ledger-opened.v1", Rule: "origin"}},
		"a key":      {names, "a.example/log", Failure{Leaf: 7, Event: rotated, Type: "arobase.key-rotated.v1", Rule: "key"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := order{names: test.names}
			f := o.checkNames(checkpoint{origin: test.origin, tree: tlog.Tree{N: 8}})
			if f == nil {
				f = &Failure{}
			}
			if f.Leaf != test.want.Leaf || f.Event != test.want.Event || f.Type != test.want.Type || f.Rule != test.want.Rule {
				t.Errorf("%+v, want %+v", f, test.want)
			}
		})
	}
}
