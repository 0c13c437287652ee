package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"arobase/domain"
	"arobase/projections/reconciliation"
	"arobase/projections/trends"
)

// EditionShort is a line of the list of editions.
type EditionShort struct {
	Edition int    `json:"edition"`
	Year    int    `json:"year"`
	HeldOn  string `json:"heldOn,omitempty"` // the first day of the ceremony, where known
	// Recorded counts the labels that the ledger holds by name, Published what sources say of all.
	Recorded   int            `json:"recorded"`
	Mentions   int            `json:"mentions"`
	Published  *FigureView    `json:"published"`
	Enumerated bool           `json:"enumerated"`
	Levels     map[string]int `json:"levels"` // recorded, by level; stated only
}

// EditionDetail is one edition: its ceremony, its figures, the rules that sources tell of it.
type EditionDetail struct {
	EditionShort
	Ceremony []ItemView  `json:"ceremony"`
	Figures  []ItemView  `json:"figures"`
	Rules    []RuleView  `json:"rules"`
	Points   []PointView `json:"points"`
	AsOf     uint64      `json:"asOf"`
}

// RuleView is a rule of the label as a source tells it.
type RuleView struct {
	Edition      int    `json:"edition,omitempty"`
	YearAsStated string `json:"yearAsStated,omitempty"`
	Topic        string `json:"topic"`
	Statement    string `json:"statement"`
	Source       string `json:"source"`
	Event        string `json:"event"`
}

// PalmaresLine is one holder in an edition.
type PalmaresLine struct {
	Collectivity string `json:"collectivity"`
	Name         string `json:"name"`
	Kind         string `json:"kind"`
	Departement  *Place `json:"departement,omitempty"`
	Region       *Place `json:"region,omitempty"`
	EditionView
}

// PalmaresView is what the ledger holds of an edition: never more than what its sources name.
type PalmaresView struct {
	Edition    int            `json:"edition"`
	Year       int            `json:"year"`
	HeldOn     string         `json:"heldOn,omitempty"`
	Enumerated bool           `json:"enumerated"`
	Published  *FigureView    `json:"published"` // how many were labelled, as sources say
	Lines      []PalmaresLine `json:"lines"`
	AsOf       uint64         `json:"asOf"`
}

// Editions gives every edition of which anything is known, the latest first.
func (l *Ledger) Editions(ctx context.Context, size uint64) []EditionShort {
	out := []EditionShort{}
	l.counted(ctx, size, func(w reconciliation.World) {
		for _, e := range knownEditions(w) {
			out = append(out, l.editionShort(w, e))
		}
	})
	slices.Reverse(out)
	return out
}

// knownEditions gives the editions of which a label, a figure or a ceremony is known, in order.
func knownEditions(w reconciliation.World) []domain.Edition {
	all := append(w.Labels.Editions(w.Size), w.Figures.Editions(w.Size)...)
	slices.Sort(all)
	return slices.Compact(all)
}

func (l *Ledger) editionShort(w reconciliation.World, e domain.Edition) EditionShort {
	v := EditionShort{Edition: int(e), Year: e.Year(), HeldOn: w.Figures.HeldOn(e, w.Size), Levels: map[string]int{}}
	held := w.Census(e)
	v.Recorded, v.Mentions, v.Enumerated = held.Labelled, held.Mentions, held.Enumerated
	for level, n := range held.Levels {
		if n > 0 {
			v.Levels[strconv.Itoa(level)] = n
		}
	}
	v.Published = figureView(w.Published(e, "labelled", "").Figure)
	return v
}

// Edition gives one edition. ErrUnknown where nothing is known of it.
func (l *Ledger) Edition(ctx context.Context, n int, size uint64) (EditionDetail, error) {
	v := EditionDetail{AsOf: size, Ceremony: []ItemView{}, Figures: []ItemView{}, Rules: []RuleView{}, Points: []PointView{}}
	e := domain.Edition(n)
	var err error
	l.listed(ctx, size, func(w reconciliation.World) {
		if !slices.Contains(knownEditions(w), e) {
			err = fmt.Errorf("edition %d: %w", n, ErrUnknown)
			return
		}
		v.EditionShort = l.editionShort(w, e)
		for _, it := range w.Items(e) {
			view := l.itemView(ctx, w, it)
			if len(it.Statements) > 0 {
				v.Ceremony = append(v.Ceremony, view)
			} else {
				v.Figures = append(v.Figures, view)
			}
		}
		for _, r := range w.Figures.Rules(w.Size) {
			if r.Edition == e {
				v.Rules = append(v.Rules, RuleView{int(r.Edition), r.YearAsStated, r.Topic, l.Text(ctx, r.Statement), string(r.Source), r.Event.String()})
			}
		}
		for _, p := range w.Points(trends.Query{From: e, To: e}) {
			v.Points = append(v.Points, pointView(p))
		}
	})
	return v, err
}

// Palmares gives the holders of an edition, the highest level first, then in the alphabetical order of French.
func (l *Ledger) Palmares(ctx context.Context, n int, size uint64) (PalmaresView, error) {
	e := domain.Edition(n)
	v := PalmaresView{Edition: n, Year: e.Year(), Lines: []PalmaresLine{}, AsOf: size}
	var err error
	l.listed(ctx, size, func(w reconciliation.World) {
		if !slices.Contains(knownEditions(w), e) {
			err = fmt.Errorf("edition %d: %w", n, ErrUnknown)
			return
		}
		v.HeldOn = w.Figures.HeldOn(e, w.Size)
		v.Published = figureView(w.Published(e, "labelled", "").Figure)
		v.Enumerated = w.Census(e).Enumerated
		v.Lines = l.palmaresLines(ctx, w, e)
	})
	return v, err
}

// Undated gives what sources say of holders without saying of which edition, in the same order.
func (l *Ledger) Undated(ctx context.Context, size uint64) []PalmaresLine {
	var out []PalmaresLine
	l.world(ctx, size, func(w reconciliation.World) { out = l.palmaresLines(ctx, w, 0) })
	return out
}

func (l *Ledger) palmaresLines(ctx context.Context, w reconciliation.World, e domain.Edition) []PalmaresLine {
	lines := []PalmaresLine{}
	for _, label := range w.Labels.In(e, w.Size) {
		lines = append(lines, l.palmaresLine(ctx, w, label))
	}
	french := collate.New(language.French)
	slices.SortStableFunc(lines, func(a, b PalmaresLine) int {
		return cmp.Or(palmaresRank(b)-palmaresRank(a), french.CompareString(a.Name, b.Name))
	})
	return lines
}

// palmaresRank puts hors concours first, then the levels, then labels of unknown level, then mentions alone.
func palmaresRank(l PalmaresLine) int {
	switch {
	case l.Distinction == string(domain.DistinctionHorsConcours):
		return 10
	case l.Level != nil:
		return *l.Level + 1
	case l.Distinction == string(domain.DistinctionUnspecified):
		return 1
	case l.Status == string(domain.Contested):
		return 1
	}
	return 0
}

// Rules gives every rule of the label that sources tell.
func (l *Ledger) Rules(ctx context.Context, size uint64) []RuleView {
	out := []RuleView{}
	l.world(ctx, size, func(w reconciliation.World) {
		for _, r := range w.Figures.Rules(w.Size) {
			out = append(out, RuleView{int(r.Edition), r.YearAsStated, r.Topic, l.Text(ctx, r.Statement), string(r.Source), r.Event.String()})
		}
	})
	return out
}
