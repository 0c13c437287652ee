package trends

import (
	"cmp"
	"fmt"
	"slices"

	"arobase/domain"
	"arobase/projections/figures"
	"arobase/projections/phrase"
)

// Figure is a number that sources give, or that follows from theirs by adding.
type Figure struct {
	Value     float64
	Unit      string
	Precision domain.Precision
	Sources   []domain.SourceID
	// Events are the facts that say it: those of the figure itself or, for a sum, those that were added.
	Events []figures.Entry
	// SameAs is the unit that the sources are known to mean by theirs, or "": where the levels of one article add up
	// to the total of that article, its two words count the same thing.
	SameAs string
}

// Published is what sources say of one metric.
type Published struct {
	// Figure is nil where no source gives one, or where nothing decides between several.
	Figure       *Figure
	Alternatives []Figure
	Reason       phrase.Phrase
}

// Stated gives every figure that sources state for a metric and a scope, those that say the same joined into one, and
// then those that follow by adding. The order is that of preference: nearest after the ceremony first.
func (w World) Stated(e domain.Edition, metric, scope string) []Figure {
	return figuresOf(w.OneQuestion().sheet(e).stated(metric, scope))
}

// candidate is a figure that may be chosen.
type candidate struct {
	Figure
	near distance // of the nearest of its sources
}

func figuresOf(all []candidate) []Figure {
	var out []Figure
	for _, c := range all {
		out = append(out, c.Figure)
	}
	return out
}

// stated gives the candidates for a metric and a scope, in the order of preference.
func (s *sheet) stated(metric, scope string) []candidate {
	var all []candidate
	for _, f := range s.bySlot[slot{metric, scope}] {
		all = append(all, candidate{
			Figure{f.Value.Float(), f.Unit, f.Precision, []domain.SourceID{f.Source}, []figures.Entry{f.Entry}, ""}, s.near[f.Source],
		})
	}
	if scope == "" {
		all = append(all, s.sums(metric)...)
	}
	slices.SortStableFunc(all, candidate.compare)
	return join(all)
}

// compare puts stated figures before derived ones, and the nearest first.
func (c candidate) compare(o candidate) int {
	return cmp.Or(cmp.Compare(c.rank(), o.rank()), c.near.compare(o.near))
}

func (c candidate) rank() int {
	if c.Precision == domain.DerivedFigure {
		return 1
	}
	return 0
}

// says tells whether two figures are the same number, of the same thing, as precise.
func (f Figure) says(g Figure) bool {
	return f.Value == g.Value && f.Unit == g.Unit && f.Precision == g.Precision
}

// join makes one figure of those that say the same; the nearest keeps its place. A sum whose source shows what its unit
// means does not join one whose source does not.
func join(all []candidate) []candidate {
	var out []candidate
	for _, c := range all {
		i := slices.IndexFunc(out, func(f candidate) bool { return f.says(c.Figure) && f.SameAs == c.SameAs })
		if i < 0 {
			out = append(out, c)
			continue
		}
		for _, s := range c.Sources {
			if !slices.Contains(out[i].Sources, s) {
				out[i].Sources = append(out[i].Sources, s)
			}
		}
		out[i].Events = append(out[i].Events, c.Events...)
	}
	return out
}

// Published chooses, by the rule of the interface: a figure that a source states for that very metric; of several, the
// one published nearest after the ceremony; where none is stated, one derived by adding levels of one unit; where
// nothing decides, none. Every other figure is an alternative.
func (w World) Published(e domain.Edition, metric, scope string) Published {
	s := w.OneQuestion().sheet(e)
	all := s.stated(metric, scope)
	if len(all) == 0 {
		return Published{Reason: s.whyNone(metric, scope)}
	}
	var tied, exact []candidate
	for _, c := range all {
		if c.compare(all[0]) == 0 {
			tied = append(tied, c)
			if c.Precision == domain.Exact {
				exact = append(exact, c)
			}
		}
	}
	// Of those equally near, an exact figure decides over one that is not, unless the two name different units.
	tied = slices.DeleteFunc(tied, func(c candidate) bool {
		return c.Precision != domain.Exact && slices.ContainsFunc(exact, func(x candidate) bool {
			return c.Unit == x.Unit || c.Unit == "" || x.Unit == ""
		})
	})
	if slices.ContainsFunc(tied, func(c candidate) bool { return !c.says(tied[0].Figure) }) {
		return Published{Alternatives: figuresOf(all), Reason: undecided(tied)}
	}
	i := slices.IndexFunc(all, func(c candidate) bool { return c.says(tied[0].Figure) })
	chosen := all[i].Figure
	return Published{Figure: &chosen, Alternatives: figuresOf(slices.Delete(all, i, i+1))}
}

func undecided(tied []candidate) phrase.Phrase {
	if slices.ContainsFunc(tied, func(c candidate) bool { return c.Unit != tied[0].Unit }) {
		return phrase.New("Des sources parues au même moment ne comptent pas dans la même unité, et rien ne permet de choisir.",
			"Sources that appeared at the same time count in different units, and nothing decides between them.")
	}
	return phrase.New("Des sources parues au même moment donnent des chiffres différents, et rien ne permet de choisir.",
		"Sources that appeared at the same time give different figures, and nothing decides between them.")
}

// Summed are the metrics that can follow from others by adding.
var Summed = []string{"level4to5", "labelled"}

// summands are the metrics that are added up.
var summands = map[string][]string{"level4to5": levels[3:], "labelled": levels}

// sums adds the levels that one source gives in one unit.
func (s *sheet) sums(metric string) []candidate {
	parts := summands[metric]
	if parts == nil {
		return nil
	}
	var out []candidate
	for _, source := range s.sources {
		if sum, why := s.add(source, parts); why == added {
			if total, adds := s.total(source); adds && total.Unit != sum.Unit {
				sum.SameAs = total.Unit
			}
			out = append(out, candidate{sum, s.near[source]})
		}
	}
	return out
}

// addition says how adding the figures of one source ended.
type addition int

const (
	added      addition = iota
	incomplete          // the source does not give every part, or gives one twice
	minimum             // one of them is a minimum
	units               // they are not all in one unit that the source names
)

// add adds the metrics of one source. All must be there, exact or approximate, in one unit that the source names.
func (s *sheet) add(source domain.SourceID, parts []string) (Figure, addition) {
	sum, outcome := Figure{Precision: domain.DerivedFigure, Sources: []domain.SourceID{source}}, added
	for i, metric := range parts {
		f, ok := s.single(source, metric)
		switch {
		case !ok:
			return Figure{}, incomplete
		case f.Precision == domain.MoreThan:
			outcome = minimum
		case outcome == added && (f.Unit == "" || i > 0 && f.Unit != sum.Unit):
			outcome = units
		}
		sum.Unit = f.Unit
		sum.Value += f.Value.Float()
		sum.Events = append(sum.Events, f.Entry)
	}
	return sum, outcome
}

// single is the one figure that a source gives for a metric of the whole edition.
func (s *sheet) single(source domain.SourceID, metric string) (figures.Figure, bool) {
	var found []figures.Figure
	for _, f := range s.bySlot[slot{metric, ""}] {
		if f.Source == source && f.Precision != domain.DerivedFigure {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		return figures.Figure{}, false
	}
	return found[0], true
}

// total gives the total of a source, and tells whether its five levels add up to exactly that: what the source counts
// by levels is then what it counts in all, whatever the two words (docs/adr/0005-one-unit-by-arithmetic.md).
func (s *sheet) total(source domain.SourceID) (figures.Figure, bool) {
	total, ok := s.single(source, "labelled")
	if !ok || total.Precision == domain.MoreThan {
		return figures.Figure{}, false
	}
	sum, why := s.add(source, levels)
	return total, why == added && sum.Value == total.Value.Float()
}

// Total gives the number of labelled that a source states, where its five levels add up to exactly that.
func (w World) Total(e domain.Edition, source domain.SourceID) (total float64, adds bool) {
	f, adds := w.OneQuestion().sheet(e).total(source)
	return f.Value.Float(), adds
}

// whyNone says why there is no figure, and names the source whose parts could not be added.
func (s *sheet) whyNone(metric, scope string) phrase.Phrase {
	if parts := summands[metric]; parts != nil && scope == "" {
		for _, source := range s.sources {
			switch _, why := s.add(source, parts); why {
			case minimum:
				return phrase.New("Aucune source ne donne ce chiffre. %s donne chaque niveau, mais pour l'un d'eux un minimum : on ne les additionne pas.",
					"No source gives this figure. %s gives each level, but one of them as a minimum: they are not added.", string(source))
			case units:
				return phrase.New("Aucune source ne donne ce chiffre. %s donne chaque niveau, mais pas tous dans une même unité : on ne les additionne pas.",
					"No source gives this figure. %s gives each level, but not all in one stated unit: they are not added.", string(source))
			}
		}
	}
	return phrase.New("Aucune source trouvée.", "No source found.")
}

// distance says how near after the ceremony a work was published.
type distance struct {
	side int    // 0 after the ceremony or in its year, 1 before, 2 unknown
	day  string // of the publication, as far as known; for works before the ceremony later is nearer
}

func (d distance) compare(o distance) int {
	if c := cmp.Compare(d.side, o.side); c != 0 {
		return c
	}
	if d.side == 1 {
		return cmp.Compare(o.day, d.day)
	}
	return cmp.Compare(d.day, o.day)
}

// distance places a source relative to the ceremony. A work of which only the year is known, the year of the ceremony,
// counts as after it, at the day of the ceremony: nothing nearer can be said.
func (w World) distance(s domain.SourceID, held string, e domain.Edition) distance {
	src, ok := w.Labels.Source(s, w.Size)
	if !ok || src.PublishedOn == "" {
		return distance{2, ""}
	}
	if held == "" {
		held = fmt.Sprintf("%04d", e.Year())
	}
	p := src.PublishedOn
	if n := min(len(p), len(held)); p[:n] == held[:n] && len(p) < 10 {
		return distance{0, held}
	}
	if p < held {
		return distance{1, p}
	}
	return distance{0, p}
}
