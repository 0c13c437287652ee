package trends

import (
	"cmp"
	"slices"

	"arobase/domain"
	"arobase/projections/figures"
	"arobase/projections/labels"
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

// World is what the answers are drawn from, at a size of the ledger.
type World struct {
	Labels  *labels.Labels
	Figures *figures.Figures
	Size    uint64
	// RegionName gives the name of a region by its code; nil leaves the codes.
	RegionName func(code string) string
}

// Stated gives every figure that sources state for a metric and a scope, those that say the same joined into one, and
// then those that follow by adding. The order is that of preference: nearest after the ceremony first.
func (w World) Stated(e domain.Edition, metric, scope string) []Figure {
	var all []candidate
	held := w.Figures.HeldOn(e, w.Size)
	for _, f := range w.Figures.Of(e, w.Size) {
		if f.Metric == metric && f.Scope == scope {
			all = append(all, candidate{
				Figure{f.Value.Float(), f.Unit, f.Precision, []domain.SourceID{f.Source}, []figures.Entry{f.Entry}, ""},
				w.distance(f.Source, held, e),
			})
		}
	}
	if scope == "" {
		all = append(all, w.sums(e, metric, held)...)
	}
	slices.SortStableFunc(all, func(a, b candidate) int {
		return cmp.Or(
			cmp.Compare(rank(a.Precision), rank(b.Precision)),
			a.distance.compare(b.distance),
		)
	})
	return join(all)
}

type candidate struct {
	Figure
	distance distance
}

// rank puts stated figures before derived ones.
func rank(p domain.Precision) int {
	if p == domain.DerivedFigure {
		return 1
	}
	return 0
}

// join makes one figure of those that say the same with the same precision; the nearest keeps its place.
func join(all []candidate) []Figure {
	var out []Figure
	for _, c := range all {
		i := slices.IndexFunc(out, func(f Figure) bool {
			return f.Value == c.Value && f.Unit == c.Unit && f.Precision == c.Precision && f.SameAs == c.SameAs
		})
		if i < 0 {
			out = append(out, c.Figure)
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
	all := w.Stated(e, metric, scope)
	if len(all) == 0 {
		return Published{Reason: w.whyNone(e, metric, scope)}
	}
	held := w.Figures.HeldOn(e, w.Size)
	near := func(f Figure) distance {
		best := w.distance(f.Sources[0], held, e)
		for _, s := range f.Sources[1:] {
			if d := w.distance(s, held, e); d.compare(best) < 0 {
				best = d
			}
		}
		return best
	}
	first := all[0]
	tied := slices.DeleteFunc(slices.Clone(all), func(f Figure) bool {
		return rank(f.Precision) != rank(first.Precision) || near(f).compare(near(first)) != 0
	})
	// Of those equally near, an exact figure decides over an approximate one of the same unit.
	tied = slices.DeleteFunc(tied, func(f Figure) bool {
		return f.Precision != domain.Exact && slices.ContainsFunc(tied, func(g Figure) bool { return g.Precision == domain.Exact })
	})
	if len(tied) > 1 {
		return Published{Alternatives: all, Reason: undecided(tied)}
	}
	i := slices.IndexFunc(all, func(f Figure) bool {
		return f.Value == tied[0].Value && f.Unit == tied[0].Unit && f.Precision == tied[0].Precision
	})
	chosen := all[i]
	return Published{Figure: &chosen, Alternatives: slices.Delete(slices.Clone(all), i, i+1)}
}

func undecided(tied []Figure) phrase.Phrase {
	for _, f := range tied[1:] {
		if f.Unit != tied[0].Unit {
			return phrase.New("Des sources parues au même moment ne comptent pas dans la même unité, et rien ne permet de choisir.",
				"Sources that appeared at the same time count in different units, and nothing decides between them.")
		}
	}
	return phrase.New("Des sources parues au même moment donnent des chiffres différents, et rien ne permet de choisir.",
		"Sources that appeared at the same time give different figures, and nothing decides between them.")
}

// sums adds the levels that one source gives in one unit.
func (w World) sums(e domain.Edition, metric, held string) []candidate {
	parts, ok := summands[metric]
	if !ok {
		return nil
	}
	var out []candidate
	for _, s := range w.sourcesOf(e) {
		if sum, ok := w.add(e, s, parts); ok {
			sum.SameAs = w.sameAs(e, s, sum.Unit)
			out = append(out, candidate{sum, w.distance(s, held, e)})
		}
	}
	return out
}

// summands are the metrics that can be added up, and from which.
var summands = map[string][]string{
	"level4to5": {"level4", "level5"},
	"labelled":  {"level1", "level2", "level3", "level4", "level5"},
}

// add adds the metrics of one source. All must be there, exact or approximate, in one unit that the source names.
func (w World) add(e domain.Edition, s domain.SourceID, parts []string) (Figure, bool) {
	sum := Figure{Precision: domain.DerivedFigure, Sources: []domain.SourceID{s}}
	for i, metric := range parts {
		f, ok := w.single(e, s, metric)
		if !ok || f.Unit == "" || i > 0 && f.Unit != sum.Unit || f.Precision == domain.MoreThan {
			return Figure{}, false
		}
		sum.Unit = f.Unit
		sum.Value += f.Value.Float()
		sum.Events = append(sum.Events, f.Entry)
	}
	return sum, true
}

// single is the one figure that a source gives for a metric of the whole edition.
func (w World) single(e domain.Edition, s domain.SourceID, metric string) (figures.Figure, bool) {
	var found []figures.Figure
	for _, f := range w.Figures.Of(e, w.Size) {
		if f.Source == s && f.Metric == metric && f.Scope == "" && f.Precision != domain.DerivedFigure {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		return figures.Figure{}, false
	}
	return found[0], true
}

// sameAs is the unit of a source's total, where the five levels of that source add up to it.
func (w World) sameAs(e domain.Edition, s domain.SourceID, unit string) string {
	total, ok := w.single(e, s, "labelled")
	if !ok || total.Unit == unit {
		return ""
	}
	if sum, ok := w.add(e, s, summands["labelled"]); ok && sum.Unit == unit && sum.Value == total.Value.Float() {
		return total.Unit
	}
	return ""
}

func (w World) sourcesOf(e domain.Edition) []domain.SourceID {
	var out []domain.SourceID
	for _, f := range w.Figures.Of(e, w.Size) {
		if !slices.Contains(out, f.Source) {
			out = append(out, f.Source)
		}
	}
	return out
}

// whyNone says why there is no figure, and names the parts that could not be added.
func (w World) whyNone(e domain.Edition, metric, scope string) phrase.Phrase {
	if parts, ok := summands[metric]; ok && scope == "" {
		for _, s := range w.sourcesOf(e) {
			all := true
			for _, p := range parts {
				if _, ok := w.single(e, s, p); !ok {
					all = false
				}
			}
			if all {
				return phrase.New("Aucune source ne donne ce chiffre. %s donne chaque niveau, mais pas tous dans une même unité : on ne les additionne pas.",
					"No source gives this figure. %s gives each level, but not all in one stated unit: they are not added.", s)
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
		held = year(e)
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
