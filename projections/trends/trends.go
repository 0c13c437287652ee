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

	"arobase/domain"
	"arobase/projections/labels"
	"arobase/projections/phrase"
)

// Metrics in the order in which they are shown.
var Metrics = []string{
	"level1", "level2", "level3", "level4", "level5", "level4to5", "labelled", "participants", "mention_awards",
	"entries", "exits", "progressions", "regressions",
}

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
	// Coverage is recorded over published where both count the same thing in the same unit, rounded to a thousandth.
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

// Points gives the series, in the order of editions and metrics.
func (w World) Points(q Query) []Point {
	first, last := w.span(q)
	var out []Point
	for e := first; e <= last; e++ {
		switch q.By {
		case "":
			for _, m := range Metrics {
				out = append(out, w.point(e, m))
			}
		case "level":
			for l := domain.MinLevel; l <= domain.MaxLevel; l++ {
				p := w.point(e, fmt.Sprintf("level%d", l))
				p.Group = fmt.Sprint(l)
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
	switch metric {
	case "entries", "exits", "progressions", "regressions":
		return w.movement(p)
	case "participants":
		p.Reason = phrase.Join(p.Published.Reason, phrase.New("Le registre ne connaît que les labellisés, pas les candidats.",
			"The ledger knows those who were labelled, not those who applied."))
		return p
	}
	p.Recorded = w.Count(e, metric)
	w.cover(&p)
	if metric == "level4to5" && p.Published.Figure != nil {
		p.Reason = phrase.Join(p.Reason, w.noPercentage(e))
	}
	return p
}

// noPercentage says why the share of levels 4 and 5 is not compared with that of the edition before: their totals do
// not count the same thing.
func (w World) noPercentage(e domain.Edition) phrase.Phrase {
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
		return frenchUnit(unit)
	}
	return unit
}

// Count counts in the ledger what a metric counts, for a whole edition.
func (w World) Count(e domain.Edition, metric string) Recorded {
	return w.count(e, metric, func(labels.Label) bool { return true })
}

// count counts the labels of an edition that a metric asks for.
func (w World) count(e domain.Edition, metric string, keep func(labels.Label) bool) Recorded {
	var stated, derived int
	for _, l := range w.Labels.In(e, w.Size) {
		if !keep(l) {
			continue
		}
		if metric == "mention_awards" {
			for _, m := range l.Mentions {
				if statedMention(m) {
					stated++
				} else {
					derived++
				}
			}
			continue
		}
		switch s := l.Standing; {
		case s.Status == "":
		case !s.Derived && counts(metric, s.Award):
			stated++
		case counts(metric, s.Award), counts(metric, l.Reasoned):
			derived++
		}
	}
	return Recorded{&stated, derived}
}

func statedMention(m labels.Mention) bool {
	for _, f := range m.Facts {
		if !f.Retracted() && f.Certainty != domain.Derived {
			return true
		}
	}
	return false
}

// counts tells whether an award counts for a metric. A contested label is a label all the same.
func counts(metric string, a *domain.Award) bool {
	switch metric {
	case "labelled":
		return true
	case "level4to5":
		return a != nil && a.Level >= 4
	case "level1", "level2", "level3", "level4", "level5":
		return a != nil && a.Level == domain.Level(metric[5]-'0')
	}
	return false
}

// unitOfRecord is what the ledger counts for a metric.
func unitOfRecord(metric string) string {
	if metric == "mention_awards" {
		return "awards"
	}
	return "collectivities"
}

// cover sets coverage, or the reason why there is none.
func (w World) cover(p *Point) {
	f := p.Published.Figure
	unit := unitOfRecord(p.Metric)
	switch {
	case f == nil:
		p.Reason = p.Published.Reason
	case f.Unit != unit && f.SameAs != unit:
		p.Reason = unitReason(*f, unit)
	case f.Precision == domain.MoreThan:
		p.Reason = phrase.New("Le chiffre publié est un minimum : aucune couverture n'en découle.",
			"The published figure is a minimum: no coverage follows from it.")
	case f.Value == 0:
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
			"The source does not say what it counts; the ledger counts %[2]s.", frenchUnit(unit), unit)
	}
	return phrase.New("La source compte des %[1]s, le registre des %[2]s : pas de couverture.",
		"The source counts %[3]s, the ledger %[4]s: no coverage.", frenchUnit(f.Unit), frenchUnit(unit), f.Unit, unit)
}

// frenchUnit says a unit of the sources in French.
func frenchUnit(unit string) string {
	if fr, ok := map[string]string{
		"collectivities": "collectivités", "awards": "récompenses", "intercommunalities": "intercommunalités",
		"sheets": "fiches", "persons": "personnes", "inhabitants": "habitants", "percent": "pour cent", "year": "années",
		"arobases": "arobases", "actors": "acteurs", "initiatives": "initiatives",
	}[unit]; ok {
		return fr
	}
	return unit
}

// FrenchUnit says a unit in French; words of French sources stay as they are.
func FrenchUnit(unit string) string { return frenchUnit(unit) }

func year(e domain.Edition) string { return fmt.Sprintf("%04d", e.Year()) }
