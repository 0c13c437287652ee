package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/projections/labels"
	"arobase/projections/reconciliation"
)

// BodyShort is what lists show of a body. It is shared by the lines that name it and must not be changed.
type BodyShort struct {
	ID, Name, Kind string
	Departement    *Place // nil where it is in none, or in none that is known
	Region         *Place
	// Rank is its place in the alphabetical order of French among the bodies it was given with.
	Rank int
}

// RollLine is one holder in an edition in short: enough to filter, sort and count by, and no text that could be erased, so
// that an answer may be kept.
type RollLine struct {
	Body        *BodyShort
	Status      string
	Distinction string
	Level       int // 0 where none is known
	Derived     bool
	Held        bool // it is a label, whatever is known of it
	Mentions    []string
	// Kind is what the edition says the holder is, village, ville or territoire; where it says nothing, the kind of body.
	Kind string
}

// Bodies gives every body and contested name that the ledger has entered, by id. Ranking them takes time in n log n.
func (l *Ledger) Bodies(ctx context.Context, size uint64) map[string]*BodyShort {
	var all []*BodyShort
	l.world(ctx, size, func(w reconciliation.World) {
		for _, b := range w.Labels.Bodies(w.Size) {
			all = append(all, l.bodyShort(b))
		}
	})
	keys := l.collated.keys(all)
	slices.SortStableFunc(all, func(a, b *BodyShort) int {
		switch x, y := keys[a], keys[b]; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	out := make(map[string]*BodyShort, len(all))
	for i, b := range all {
		b.Rank = i
		out[b.ID] = b
	}
	return out
}

func (l *Ledger) bodyShort(b labels.Body) *BodyShort {
	v := &BodyShort{ID: string(b.ID), Name: b.Name, Kind: b.Type, Departement: l.departement(b.Departement), Region: l.region(b.Region)}
	if b.Contested != nil {
		v.Kind = "unsettled"
	}
	return v
}

// Roll gives the holders of an edition in short, in the order of ids; nothing for an edition of which nothing is known. It
// takes time in the number of holders. As of a size that is gone by, who asks waits for others who do, and is given nothing
// where the context ends meanwhile.
func (l *Ledger) Roll(ctx context.Context, n int, bodies map[string]*BodyShort, size uint64) []RollLine {
	var out []RollLine
	l.listed(ctx, size, func(w reconciliation.World) {
		for _, label := range w.Labels.In(domain.Edition(n), w.Size) {
			out = append(out, l.rollLine(w, label, bodies))
		}
	})
	return out
}

// RollOf gives those lines of Roll that are about some bodies, in the order in which they are asked for.
func (l *Ledger) RollOf(ctx context.Context, n int, ids []string, bodies map[string]*BodyShort, size uint64) []RollLine {
	var out []RollLine
	l.world(ctx, size, func(w reconciliation.World) {
		for _, id := range ids {
			if label, ok := w.Labels.Label(domain.Edition(n), domain.CollectivityID(id), w.Size); ok {
				out = append(out, l.rollLine(w, label, bodies))
			}
		}
	})
	return out
}

func (l *Ledger) rollLine(w reconciliation.World, label labels.Label, bodies map[string]*BodyShort) RollLine {
	line := RollLine{
		Body: bodies[string(label.Collectivity)], Status: string(label.Standing.Status), Derived: label.Standing.Derived, Held: label.Held(),
	}
	if line.Body == nil { // named by a fact and never entered
		id := string(label.Collectivity)
		line.Body = &BodyShort{ID: id, Name: l.nameOf(w, label.Collectivity), Rank: len(bodies)}
	}
	line.Kind = cmp.Or(label.Stated.Kind, line.Body.Kind)
	if a := label.Standing.Award; a != nil {
		line.Distinction = string(a.Distinction)
		if a.Level.Valid() {
			line.Level = int(a.Level)
		}
	}
	for _, m := range label.Mentions {
		line.Mentions = append(line.Mentions, string(m.ID))
	}
	if line.Status == "" && len(label.Mentions) > 0 {
		line.Status = string(label.Mentions[0].Status)
	}
	return line
}

// Touched gives the bodies of an edition of which something else may be known at the later of two sizes than at the earlier,
// each once; all others have the same line in Roll. false: it may be any of them.
func (l *Ledger) Touched(n int, earlier, later uint64) (ids []string, known bool) {
	l.runner.View(func(eventstore.Position) {
		var touched []domain.CollectivityID
		touched, known = l.labels.Touched(domain.Edition(n), earlier, later)
		for _, id := range touched {
			ids = append(ids, string(id))
		}
	})
	slices.Sort(ids)
	return slices.Compact(ids), known
}

// NamesSince is the size from which on Bodies gives what it gives at a size: it is the same for two sizes that have the
// same bodies.
func (l *Ledger) NamesSince(size uint64) (since uint64) {
	l.runner.View(func(eventstore.Position) { since = l.labels.NamesSince(size) })
	return since
}

// PalmaresOf gives the lines of some holders of an edition with their facts, in the order in which they are asked for. Who
// is not in the edition is left out.
func (l *Ledger) PalmaresOf(ctx context.Context, n int, ids []string, size uint64) []PalmaresLine {
	lines := []PalmaresLine{}
	l.world(ctx, size, func(w reconciliation.World) {
		for _, id := range ids {
			for _, label := range w.Labels.Of(domain.CollectivityID(id), w.Size) {
				if label.Edition == domain.Edition(n) && label.Live() {
					lines = append(lines, l.palmaresLine(ctx, w, label))
				}
			}
		}
	})
	return lines
}

func (l *Ledger) palmaresLine(ctx context.Context, w reconciliation.World, label labels.Label) PalmaresLine {
	line := PalmaresLine{Collectivity: string(label.Collectivity), Name: l.nameOf(w, label.Collectivity), EditionView: l.editionView(ctx, label)}
	if b, ok := w.Labels.Body(label.Collectivity, w.Size); ok {
		short := l.bodyShort(b)
		line.Kind, line.Departement, line.Region = short.Kind, short.Departement, short.Region
	}
	return line
}

// Short gives lines of a list for some bodies, in the order in which they are asked for.
func (l *Ledger) Short(ctx context.Context, ids []string, size uint64) []CollectivityShort {
	out := []CollectivityShort{}
	l.world(ctx, size, func(w reconciliation.World) {
		add := l.adder(w, &out)
		for _, id := range ids {
			add(domain.CollectivityID(id))
		}
	})
	return out
}

// DepartementName gives the name of a département by its code, or ErrUnknown.
func (l *Ledger) DepartementName(code string) (string, error) {
	if p := l.departement(code); p != nil {
		return p.Name, nil
	}
	return "", fmt.Errorf("département %q: %w", code, ErrUnknown)
}

// NamedBy gives whom a source names in an edition, in the order of ids. It looks through the facts of the edition, if it
// rests on the source at all.
func (l *Ledger) NamedBy(ctx context.Context, source string, n int, size uint64) []string {
	var out []string
	l.world(ctx, size, func(w reconciliation.World) {
		for _, label := range w.Labels.NamedBy(domain.SourceID(source), domain.Edition(n), w.Size) {
			out = append(out, string(label.Collectivity))
		}
	})
	return out
}

// collation keeps the keys by which names are put in the alphabetical order of French: to compare two names by the rules
// of a language is slow, and so is making a key. The zero value is ready.
type collation struct {
	mu    sync.Mutex
	known map[string]string // by name; guarded by mu
}

// keys gives the key of each body.
func (c *collation) keys(all []*BodyShort) map[*BodyShort]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil {
		c.known = map[string]string{}
	}
	french, buffer := collate.New(language.French), new(collate.Buffer)
	keys := make(map[*BodyShort]string, len(all))
	for _, b := range all {
		key, ok := c.known[b.Name]
		if !ok {
			key = string(french.KeyFromString(buffer, b.Name))
			buffer.Reset()
			c.known[b.Name] = key
		}
		keys[b] = key
	}
	return keys
}
