// Package trends says how the label moved from edition to edition: what sources published, what the ledger recorded,
// and how far the second covers the first. It is computed on demand from what packages labels and figures hold.
//
// Two lines never mix: published and recorded. Figures in different units are never compared, added or joined. What
// needs the whole list of an edition (entries, exits, progressions, regressions) is null, with the reason, unless both
// editions were enumerated.
package trends

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"arobase/domain"
	"arobase/projections/phrase"
)

// Metrics in the order in which they are shown.
var Metrics = []string{
	"level1", "level2", "level3", "level4", "level5", "level4to5", "labelled", "participants", "mention_awards",
	"entries", "exits", "progressions", "regressions",
}

// movements are the metrics that need the whole list of two editions.
var movements = Metrics[len(Metrics)-4:]

// Recorded counts what the ledger holds. Value counts what sources state; Derived counts apart what only reasoning
// gives.
type Recorded struct {
	// Value is nil where the ledger cannot know.
	Value   *int
	Derived int
}

// Point is one metric of one edition.
type Point struct {
	Edition   domain.Edition
	Metric    string
	Group     string
	Published Published
	Recorded  Recorded
	// Coverage is recorded over published where both count the same thing in the same unit, rounded to a thousandth: 1 is
	// all. Above 1 the reconciliation has a verdict on it.
	Coverage *float64
	// Reason says why something is missing, or what to know of the point.
	Reason phrase.Phrase
}

// Query narrows a series.
type Query struct {
	From, To domain.Edition // 0: from the first, to the last that is known
	By       string         // "", level, kind, region, departement, size
}

// Dimensions are the values of Query.By.
var Dimensions = []string{"level", "kind", "region", "departement", "size"}

// Points gives the series, in the order of editions and metrics. It takes time in the number of labels of the editions
// asked for, and of their figures.
func (w World) Points(q Query) []Point {
	w = w.OneQuestion()
	first, last := w.span(q)
	var out []Point
	for e := first; e <= last; e++ {
		switch q.By {
		case "":
			for _, m := range Metrics {
				out = append(out, w.point(e, m))
			}
		case "level":
			for i, m := range levels {
				p := w.point(e, m)
				p.Group = fmt.Sprint(i + 1)
				out = append(out, p)
			}
		default:
			out = append(out, w.groups(e, q.By)...)
		}
	}
	return out
}

// span gives the first and last edition to show.
func (w World) span(q Query) (first, last domain.Edition) {
	first, last = max(q.From, domain.FirstEdition), q.To
	if last == 0 {
		last = w.Labels.Latest(w.Size)
		if all := w.Figures.Editions(w.Size); len(all) > 0 {
			last = max(last, all[len(all)-1])
		}
	}
	return first, last
}

func (w World) point(e domain.Edition, metric string) Point {
	p := Point{Edition: e, Metric: metric, Published: w.Published(e, metric, "")}
	switch {
	case slices.Contains(movements, metric):
		if p.Recorded.Value, p.Reason = w.moved(e, metric); p.Recorded.Value != nil {
			w.cover(&p)
		}
		return p
	case metric == "participants":
		p.Reason = phrase.Join(p.Published.Reason, phrase.New("Le registre ne connaît que les labellisés, pas les candidats.",
			"The ledger knows those who were labelled, not those who applied."))
		return p
	}
	p.Recorded = w.Count(e, metric, "")
	w.cover(&p)
	if metric == "level4to5" && p.Published.Figure != nil {
		p.Reason = phrase.Join(p.Reason, w.noPercentage(e))
	}
	return p
}

// noPercentage says why the share of levels 4 and 5 is not compared with that of the edition before: their totals do
// not count the same thing.
func (w World) noPercentage(e domain.Edition) phrase.Phrase {
	if e <= domain.FirstEdition {
		return phrase.Phrase{} // before it are only figures of no known edition
	}
	before, now := w.Published(e-1, "labelled", "").Figure, w.Published(e, "labelled", "").Figure
	if before == nil || now == nil || before.Unit == now.Unit {
		return phrase.Phrase{}
	}
	return phrase.New("Pas de pourcentage : les totaux des éditions %[1]d (%[2]d %[5]s) et %[3]d (%[4]d %[6]s) ne sont pas dans la même unité.",
		"No percentage: the totals of editions %[1]d (%[2]d %[7]s) and %[3]d (%[4]d %[8]s) are not in one unit.",
		int(e-1), int(before.Value), int(e), int(now.Value), unitWord(before.Unit, "fr"), unitWord(now.Unit, "fr"), unitWord(before.Unit, "en"), unitWord(now.Unit, "en"))
}

// unitWord is a unit in a language, or that it is not stated.
func unitWord(unit, lang string) string {
	if unit == "" {
		return phrase.Phrase{FR: "d'unité non précisée", EN: "of an unstated unit"}.In(lang)
	}
	if lang == "fr" {
		return FrenchUnit(unit)
	}
	return unit
}

// counted are the metrics that the ledger counts by name: labels and mentions. tally has them in this order.
var counted = append(slices.Clone(levels), "level4to5", "labelled", "mention_awards")

// Count counts in the ledger what a figure of a metric and a scope counts. Value is nil where it cannot: for other metrics
// than those of the series, for a movement unless both editions are enumerated, and for a part of an edition that is
// not a département or a type of body.
func (w World) Count(e domain.Edition, metric, scope string) Recorded {
	w = w.OneQuestion()
	by, group, _ := strings.Cut(scope, ":")
	switch {
	case scope == "" && slices.Contains(movements, metric):
		n, _ := w.moved(e, metric)
		return Recorded{Value: n}
	case !slices.Contains(counted, metric):
	case scope == "":
		return w.count(e).tally.recorded(metric)
	case by == "departement", by == "kind" && slices.Contains(bodyTypes, group):
		return w.tallies(e, by)[group].recorded(metric)
	}
	return Recorded{}
}

// UnitOfRecord is what the ledger counts for a metric.
func UnitOfRecord(metric string) string {
	switch metric {
	case "mention_awards":
		return "awards"
	case "mentions_kinds":
		return "mentions"
	}
	return "collectivities"
}

// cover sets coverage, or the reason why there is none.
func (w World) cover(p *Point) {
	f := p.Published.Figure
	unit := UnitOfRecord(p.Metric)
	switch {
	case f == nil:
		p.Reason = p.Published.Reason
	case f.Unit != unit && f.SameAs != unit:
		p.Reason = unitReason(*f, unit)
	case f.Precision == domain.MoreThan:
		p.Reason = phrase.New("Le chiffre publié est un minimum : aucune couverture n'en découle.",
			"The published figure is a minimum: no coverage follows from it.")
	case f.Value == 0:
		p.Reason = phrase.New("Le chiffre publié est zéro : aucune couverture n'en découle.",
			"The published figure is zero: no coverage follows from it.")
	default:
		c := math.Round(float64(*p.Recorded.Value)/f.Value*1000) / 1000
		p.Coverage = &c
		if c > 1 {
			p.Reason = phrase.New("Le registre compte plus que le chiffre publié : voir le rapprochement.",
				"The ledger counts more than the published figure: see the reconciliation.")
		}
	}
}

func unitReason(f Figure, unit string) phrase.Phrase {
	if f.Unit == "" {
		return phrase.New("La source ne dit pas ce qu'elle compte ; le registre compte des %[1]s.",
			"The source does not say what it counts; the ledger counts %[2]s.", FrenchUnit(unit), unit)
	}
	return phrase.New("La source compte des %[1]s, le registre des %[2]s : pas de couverture.",
		"The source counts %[3]s, the ledger %[4]s: no coverage.", FrenchUnit(f.Unit), FrenchUnit(unit), f.Unit, unit)
}

// FrenchUnit says a unit in French; words of French sources stay as they are.
func FrenchUnit(unit string) string {
	if fr, ok := frenchUnits[unit]; ok {
		return fr
	}
	return unit
}

var frenchUnits = map[string]string{
	"collectivities": "collectivités", "awards": "récompenses", "intercommunalities": "intercommunalités",
	"sheets": "fiches", "persons": "personnes", "inhabitants": "habitants", "percent": "pour cent", "year": "années",
	"arobases": "arobases", "actors": "acteurs", "initiatives": "initiatives",
}
