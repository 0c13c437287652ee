package ledger_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"arobase/api/ledger"
	"arobase/api/ledger/tabular"
	"arobase/eventstore"
)

// failing is a store whose disk is full after some appends.
type failing struct {
	eventstore.Store
	left int
}

func (f *failing) Append(ctx context.Context, stream string, expected eventstore.Revision, events []eventstore.Proposed) (eventstore.Appended, error) {
	if f.left--; f.left < 0 {
		return eventstore.Appended{}, errRefused
	}
	return f.Store.Append(ctx, stream, expected, events)
}

// An import that ends midway says how many rows it wrote, and the next one writes the others.
func TestInterruptedImportCounts(t *testing.T) {
	p := newParts(t)
	broken := p.parts()
	broken.Store = &failing{p.store, 5}
	l, err := ledger.Open(t.Context(), broken)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("../../history/sources.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sources, err := tabular.Read(t.Context(), "sources.csv", f, tabular.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	i, err := l.Import(t.Context(), sources, ledger.ImportOptions{})
	if !errors.Is(err, errRefused) || i.Appended != 5 || i.Events != 5 {
		t.Errorf("%d rows and %d events appended, %v; want 5, 5 and a failure", i.Appended, i.Events, err)
	}
	if again, err := p.Import(t.Context(), sources, ledger.ImportOptions{}); err != nil || again.Skipped != 5 || again.Appended != again.Rows-5 {
		t.Errorf("again: %+v, %v", again, err)
	}
}
