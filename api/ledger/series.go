package ledger

import (
	"context"
	"fmt"
	"slices"

	"arobase/domain"
	"arobase/projections/figures"
	"arobase/projections/phrase"
	"arobase/projections/reconciliation"
	"arobase/projections/trends"
)

// FigureView is a published number with its unit and its sources.
type FigureView struct {
	Value     float64  `json:"value"`
	Unit      string   `json:"unit"`
	Precision string   `json:"precision"`
	Sources   []string `json:"sources"`
	Events    []string `json:"events,omitempty"`
}

// PublishedView is what sources say of one metric.
type PublishedView struct {
	Value        *float64     `json:"value"`
	Unit         string       `json:"unit"`
	Precision    string       `json:"precision"`
	Sources      []string     `json:"sources"`
	Events       []string     `json:"events,omitempty"`
	Alternatives []FigureView `json:"alternatives"`
}

// RecordedView is what the ledger counts.
type RecordedView struct {
	Value   *int `json:"value"`
	Derived int  `json:"derived"`
}

// PointView is one metric of one edition.
type PointView struct {
	Edition   int           `json:"edition"`
	Year      int           `json:"year"`
	Metric    string        `json:"metric"`
	Group     string        `json:"group"`
	Published PublishedView `json:"published"`
	Recorded  RecordedView  `json:"recorded"`
	Coverage  *float64      `json:"coverage"`
	Reason    string        `json:"reason"`
	ReasonFR  string        `json:"reasonFr,omitempty"`
}

// TrendsView is a series.
type TrendsView struct {
	Points []PointView `json:"points"`
	AsOf   uint64      `json:"asOf"`
}

// ErrQuery says that a question is not one that can be asked.
var ErrQuery = fmt.Errorf("question")

// Trends gives the series of every metric.
func (l *Ledger) Trends(ctx context.Context, q trends.Query, size uint64) (TrendsView, error) {
	switch {
	case q.By != "" && !slices.Contains(trends.Dimensions, q.By):
		return TrendsView{}, fmt.Errorf("%w: by is one of level, kind, region, departement, size, not %q", ErrQuery, q.By)
	case q.From < 0 || q.To < 0 || q.From > 999 || q.To > 999 || q.To != 0 && q.From > q.To:
		return TrendsView{}, fmt.Errorf("%w: editions go from 1 on, and the first is not after the last", ErrQuery)
	}
	v := TrendsView{Points: []PointView{}, AsOf: size}
	l.counted(ctx, size, func(w reconciliation.World) {
		for _, p := range w.Points(q) {
			v.Points = append(v.Points, pointView(p))
		}
	})
	return v, nil
}

func pointView(p trends.Point) PointView {
	v := PointView{
		Edition: int(p.Edition), Year: p.Edition.Year(), Metric: p.Metric, Group: p.Group,
		Published: PublishedView{Sources: []string{}, Alternatives: []FigureView{}},
		Recorded:  RecordedView{p.Recorded.Value, p.Recorded.Derived}, Coverage: p.Coverage, Reason: p.Reason.EN, ReasonFR: p.Reason.FR,
	}
	if f := figureView(p.Published.Figure); f != nil {
		v.Published.Value, v.Published.Unit, v.Published.Precision = &f.Value, f.Unit, f.Precision
		v.Published.Sources, v.Published.Events = f.Sources, f.Events
	}
	for _, f := range p.Published.Alternatives {
		v.Published.Alternatives = append(v.Published.Alternatives, *figureView(&f))
	}
	return v
}

func figureView(f *trends.Figure) *FigureView {
	if f == nil {
		return nil
	}
	v := &FigureView{f.Value, f.Unit, string(f.Precision), []string{}, nil}
	for _, s := range f.Sources {
		v.Sources = append(v.Sources, string(s))
	}
	v.Events = eventIDs(f.Events)
	return v
}

func eventIDs(all []figures.Entry) []string {
	var out []string
	for _, e := range all {
		out = append(out, e.Event.String())
	}
	return out
}

// MoveView is one collectivity seen at a level in both editions.
type MoveView struct {
	Collectivity string `json:"collectivity"`
	Name         string `json:"name"`
	From         int    `json:"from"`
	To           int    `json:"to"`
}

// TransitionsView compares two editions among those seen in both.
type TransitionsView struct {
	From         int                 `json:"from"`
	To           int                 `json:"to"`
	RecordedFrom int                 `json:"recordedFrom"`
	RecordedTo   int                 `json:"recordedTo"`
	Seen         int                 `json:"seenInBoth"`
	N            int                 `json:"n"` // seen in both with a stated level
	Rose         []MoveView          `json:"rose"`
	Fell         []MoveView          `json:"fell"`
	Same         []MoveView          `json:"same"`
	Entered      []CollectivityShort `json:"entered"` // null unless both editions are enumerated
	Left         []CollectivityShort `json:"left"`
	Enumerated   bool                `json:"enumerated"`
	Flows        []FlowView          `json:"flows"`            // how many went from which level to which, those that stayed among them
	Groups       []GroupMovesView    `json:"groups,omitempty"` // where by was asked for
	Reason       string              `json:"reason"`
	ReasonFR     string              `json:"reasonFr,omitempty"`
	AsOf         uint64              `json:"asOf"`
}

// Between is Transitions without who moved, and without their number.
func (l *Ledger) Between(ctx context.Context, from, to int, size uint64) (TransitionsView, error) {
	if from < 1 || from >= to || to > 999 {
		return TransitionsView{}, fmt.Errorf("%w: transitions go from an edition to a later one", ErrQuery)
	}
	var v TransitionsView
	l.listed(ctx, size, func(w reconciliation.World) {
		v = transitionsView(w.Between(domain.Edition(from), domain.Edition(to)), size)
	})
	return v, nil
}

func transitionsView(t trends.Transitions, size uint64) TransitionsView {
	return TransitionsView{
		From: int(t.From), To: int(t.To), RecordedFrom: t.RecordedFrom, RecordedTo: t.RecordedTo, Seen: t.Seen, N: t.N,
		Enumerated: t.Enumerated, Reason: t.Reason.EN, ReasonFR: t.Reason.FR, AsOf: size,
	}
}

// FlowView is how many collectivities went from one level to another.
type FlowView struct {
	From  int `json:"from"`
	To    int `json:"to"`
	Count int `json:"count"`
}

// GroupMovesView counts what moved within one group.
type GroupMovesView struct {
	Group        string `json:"group"` // "" for those of whom it is not known
	RecordedFrom int    `json:"recordedFrom"`
	RecordedTo   int    `json:"recordedTo"`
	Seen         int    `json:"seenInBoth"`
	N            int    `json:"n"`
	Rose         int    `json:"rose"`
	Fell         int    `json:"fell"`
	Same         int    `json:"same"`
	Entered      *int   `json:"entered"` // null unless both editions are enumerated
	Left         *int   `json:"left"`
}

// MoveDimensions are the ways in which what moved can be split.
var MoveDimensions = []string{"kind", "region", "departement", "size"}

// Transitions compares two editions, and where by is not "" counts what moved by group as well.
func (l *Ledger) Transitions(ctx context.Context, from, to int, by string, size uint64) (TransitionsView, error) {
	if from < 1 || to < 1 || from >= to || to > 999 {
		return TransitionsView{}, fmt.Errorf("%w: transitions go from an edition to a later one", ErrQuery)
	}
	if by != "" && !slices.Contains(MoveDimensions, by) {
		return TransitionsView{}, fmt.Errorf("%w: transitions by %q", ErrQuery, by)
	}
	var v TransitionsView
	l.listed(ctx, size, func(w reconciliation.World) {
		t := w.Transitions(domain.Edition(from), domain.Edition(to))
		v = transitionsView(t, size)
		moves := func(all []trends.Move) []MoveView {
			out := []MoveView{}
			for _, m := range all {
				out = append(out, MoveView{string(m.Collectivity), l.nameOf(w, m.Collectivity), int(m.From), int(m.To)})
			}
			return out
		}
		v.Rose, v.Fell, v.Same = moves(t.Rose), moves(t.Fell), moves(t.Same)
		v.Flows = flowsOf(t)
		if by != "" {
			for _, g := range w.TransitionsBy(domain.Edition(from), domain.Edition(to), by) {
				line := GroupMovesView{
					Group: g.Group, RecordedFrom: g.RecordedFrom, RecordedTo: g.RecordedTo, Seen: g.Seen, N: g.N,
					Rose: g.Rose, Fell: g.Fell, Same: g.Same,
				}
				if t.Enumerated {
					line.Entered, line.Left = &g.Entered, &g.Left
				}
				v.Groups = append(v.Groups, line)
			}
		}
		if t.Enumerated {
			v.Entered, v.Left = []CollectivityShort{}, []CollectivityShort{}
			addEntered, addLeft := l.adder(w, &v.Entered), l.adder(w, &v.Left)
			for _, id := range t.Entered {
				addEntered(id)
			}
			for _, id := range t.Left {
				addLeft(id)
			}
		}
	})
	return v, nil
}

// flowsOf counts the moves by the two levels, from the highest down.
func flowsOf(t trends.Transitions) []FlowView {
	var counts [domain.MaxLevel + 1][domain.MaxLevel + 1]int
	for _, moves := range [][]trends.Move{t.Rose, t.Fell, t.Same} {
		for _, m := range moves {
			counts[m.From][m.To]++
		}
	}
	return Flows(func(from, to int) int { return counts[from][to] })
}

// Flows lists how many went from which level to which, from the highest down.
func Flows(count func(from, to int) int) []FlowView {
	out := []FlowView{}
	for from := int(domain.MaxLevel); from >= 1; from-- {
		for to := int(domain.MaxLevel); to >= 1; to-- {
			if n := count(from, to); n > 0 {
				out = append(out, FlowView{from, to, n})
			}
		}
	}
	return out
}

// ItemFigure is one number of an item.
type ItemFigure struct {
	Metric    string   `json:"metric,omitempty"` // where it is another than the item's
	Value     float64  `json:"value"`
	Precision string   `json:"precision"`
	Unit      string   `json:"unit"`
	Source    string   `json:"source"`
	Events    []string `json:"events,omitempty"`
	Note      string   `json:"note,omitempty"`
	// Disputes are objections to any of the facts behind the figure.
	Disputes []DisputeView `json:"disputes,omitempty"`
}

// StatementView is one attribute of a ceremony by one source.
type StatementView struct {
	Value     string `json:"value"`
	Precision string `json:"precision"`
	Source    string `json:"source"`
	Event     string `json:"event"`
	Note      string `json:"note,omitempty"`
	// Disputes are objections to it.
	Disputes []DisputeView `json:"disputes,omitempty"`
}

// HypothesisView is an explanation, never the explanation.
type HypothesisView struct {
	Kind   string `json:"kind"`
	Text   string `json:"text"`
	TextFR string `json:"textFr"`
	Test   string `json:"test,omitempty"`
	Fits   *bool  `json:"fits,omitempty"`
	// Arithmetic is what the ledger computed to test it.
	Arithmetic   string `json:"arithmetic,omitempty"`
	ArithmeticFR string `json:"arithmeticFr,omitempty"`
	Source       string `json:"source,omitempty"`
	Event        string `json:"event,omitempty"` // of the proposal; empty where the arithmetic alone suggests it
}

// ItemView is one thing that sources say something about, with the verdict.
type ItemView struct {
	Edition    int              `json:"edition"`
	Metric     string           `json:"metric"`
	Scope      string           `json:"scope"`
	Verdict    string           `json:"verdict"`
	Reason     string           `json:"reason"`
	ReasonFR   string           `json:"reasonFr,omitempty"`
	Hypotheses []HypothesisView `json:"hypotheses"`
	Figures    []ItemFigure     `json:"figures"`
	Statements []StatementView  `json:"statements,omitempty"`
	Recorded   *int             `json:"recorded"`
}

// ReconciliationView is the reconciliation of one edition or of all.
type ReconciliationView struct {
	Items []ItemView `json:"items"`
	AsOf  uint64     `json:"asOf"`
}

// Reconciliation sets published figures against each other and against the ledger; edition 0 is all of them.
func (l *Ledger) Reconciliation(ctx context.Context, edition int, size uint64) (ReconciliationView, error) {
	v := ReconciliationView{Items: []ItemView{}, AsOf: size}
	var err error
	ask := l.listed
	if edition == 0 {
		ask = l.counted
	}
	ask(ctx, size, func(w reconciliation.World) {
		var items []reconciliation.Item
		switch e := domain.Edition(edition); {
		case e == 0:
			items = w.All()
		case slices.Contains(knownEditions(w), e):
			items = w.Items(e)
		default:
			err = fmt.Errorf("edition %d: %w", edition, ErrUnknown)
		}
		for _, it := range items {
			v.Items = append(v.Items, l.itemView(ctx, w, it))
		}
	})
	return v, err
}

// SaidBy gives what one source says: the items of Reconciliation with its own figures and statements and no others, without
// explanations.
func (l *Ledger) SaidBy(ctx context.Context, source string, size uint64) []ItemView {
	var out []ItemView
	l.counted(ctx, size, func(w reconciliation.World) {
		for _, it := range w.All() { // shared: what is left out is left out of a copy
			own := it
			own.Figures, own.Statements, own.Hypotheses = nil, nil, nil
			for _, f := range it.Figures {
				if string(f.Source) == source {
					own.Figures = append(own.Figures, f)
				}
			}
			for _, s := range it.Statements {
				if string(s.Source) == source {
					own.Statements = append(own.Statements, s)
				}
			}
			if len(own.Figures)+len(own.Statements) > 0 {
				out = append(out, l.itemView(ctx, w, own))
			}
		}
	})
	return out
}

func (l *Ledger) itemView(ctx context.Context, w reconciliation.World, it reconciliation.Item) ItemView {
	v := ItemView{
		Edition: int(it.Edition), Metric: it.Metric, Scope: it.Scope, Verdict: string(it.Verdict), Reason: it.Reason.EN, ReasonFR: it.Reason.FR,
		Hypotheses: []HypothesisView{}, Figures: []ItemFigure{}, Recorded: it.Recorded,
	}
	for _, f := range it.Figures {
		fv := ItemFigure{
			Metric: f.Metric, Value: f.Value, Precision: string(f.Precision), Unit: f.Unit, Source: string(f.Source),
			Events: eventIDs(f.Events), Disputes: l.disputes(ctx, w, it.Edition, f.Events...),
		}
		if len(f.Events) == 1 {
			fv.Note = l.Text(ctx, f.Events[0].Note)
		}
		v.Figures = append(v.Figures, fv)
	}
	for _, s := range it.Statements {
		v.Statements = append(v.Statements, StatementView{
			s.Value, s.Precision, string(s.Source), s.Event.Event.String(), l.Text(ctx, s.Event.Note), l.disputes(ctx, w, it.Edition, s.Event),
		})
	}
	for _, h := range it.Hypotheses {
		v.Hypotheses = append(v.Hypotheses, l.hypothesisView(ctx, h))
	}
	return v
}

func (l *Ledger) hypothesisView(ctx context.Context, h reconciliation.Hypothesis) HypothesisView {
	text := h.Arithmetic
	if h.Event != nil {
		text = phrase.Phrase{FR: l.Text(ctx, h.Text), EN: l.Text(ctx, h.TextEN)}
		if text.EN == "" {
			text.EN = text.FR
		}
	}
	v := HypothesisView{
		Kind: h.Kind, Text: text.EN, TextFR: text.FR, Test: h.Test, Fits: h.Fits,
		Arithmetic: h.Arithmetic.EN, ArithmeticFR: h.Arithmetic.FR, Source: string(h.Source),
	}
	if h.Event != nil {
		v.Event = h.Event.Event.String()
	}
	return v
}

// disputes gives the objections to facts about an edition.
func (l *Ledger) disputes(ctx context.Context, w reconciliation.World, e domain.Edition, facts ...figures.Entry) []DisputeView {
	var out []DisputeView
	for _, f := range facts {
		for _, d := range w.Figures.Disputes(f.Event, w.Size) {
			out = append(out, l.disputeView(ctx, e, d))
		}
	}
	return out
}
