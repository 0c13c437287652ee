package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"arobase/domain"
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
	// Keys are made once for each name: to compare two names by the rules of a language is slow.
	french, buffer := collate.New(language.French), new(collate.Buffer)
	keys := make(map[*BodyShort]string, len(all))
	for _, b := range all {
		keys[b] = string(french.KeyFromString(buffer, b.Name))
		buffer.Reset()
	}
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
// takes time in the number of holders.
func (l *Ledger) Roll(ctx context.Context, n int, bodies map[string]*BodyShort, size uint64) []RollLine {
	var out []RollLine
	l.world(ctx, size, func(w reconciliation.World) {
		for _, label := range w.Labels.In(domain.Edition(n), w.Size) {
			line := RollLine{Body: bodies[string(label.Collectivity)], Status: string(label.Standing.Status), Derived: label.Standing.Derived}
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
			out = append(out, line)
		}
	})
	return out
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

// Naming is one body in one edition, by its id.
type Naming struct {
	Edition      int
	Collectivity string
}

// NamedBy gives whom a source names, the latest edition first, those without an edition last, each edition in the order of
// ids. It looks through every edition.
func (l *Ledger) NamedBy(ctx context.Context, source string, size uint64) []Naming {
	var out []Naming
	l.world(ctx, size, func(w reconciliation.World) {
		editions := w.Labels.Editions(w.Size)
		slices.Reverse(editions)
		for _, e := range append(editions, 0) {
			for _, label := range w.Labels.In(e, w.Size) {
				if isNamedBy(label, domain.SourceID(source)) {
					out = append(out, Naming{int(e), string(label.Collectivity)})
				}
			}
		}
	})
	return out
}

// isNamedBy tells whether a source says anything of a label or a mention that stands.
func isNamedBy(label labels.Label, source domain.SourceID) bool {
	of := func(c domain.Cite) bool { return c.Source == source && !c.Retracted() }
	if slices.ContainsFunc(label.Awards, func(a domain.AwardFact) bool { return of(a.Cite) }) {
		return true
	}
	return slices.ContainsFunc(label.Mentions, func(m labels.Mention) bool {
		return slices.ContainsFunc(m.Facts, func(f domain.MentionFact) bool { return of(f.Cite) })
	})
}
