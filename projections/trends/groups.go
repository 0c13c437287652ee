package trends

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"arobase/domain"
	"arobase/projections/labels"
	"arobase/projections/phrase"
)

// scopes are the beginnings of the scopes of figures, by dimension.
var scopes = map[string]string{"kind": "kind:", "region": "region:", "departement": "departement:", "size": "population:"}

// kindMetrics are figures that sources give for a kind as a metric of its own, by kind.
var kindMetrics = map[string]string{"village": "villages", "ville": "villes", "territoire": "territoires"}

// bodyTypes are the kinds that the ledger knows of a body by itself.
var bodyTypes = []string{"commune", "epci", "foreign", "other"}

// groups gives the points of an edition by a dimension: for each group that a source gives a figure for, or that the
// ledger has recorded.
func (w World) groups(e domain.Edition, by string) []Point {
	type key struct{ metric, group string }
	keys := map[key]bool{}
	for _, f := range w.sheet(e).all {
		if group, ok := strings.CutPrefix(f.Scope, scopes[by]); ok && slices.Contains(Metrics, f.Metric) {
			keys[key{f.Metric, group}] = true
		}
		for kind, metric := range kindMetrics {
			if by == "kind" && f.Scope == "" && f.Metric == metric {
				keys[key{"labelled", kind}] = true
			}
		}
	}
	recorded := w.tallies(e, by)
	for group, t := range recorded {
		if t.tally[labelledAt] != (tally{}[labelledAt]) {
			keys[key{"labelled", group}] = true
		}
	}
	french := collate.New(language.French) // Île-de-France stands with the I
	sorted := slices.SortedFunc(maps.Keys(keys), func(a, b key) int {
		return cmp.Or(
			cmp.Compare(slices.Index(Metrics, a.metric), slices.Index(Metrics, b.metric)),
			french.CompareString(a.group, b.group),
			cmp.Compare(a.group, b.group),
		)
	})
	var out []Point
	for _, k := range sorted {
		out = append(out, w.groupPoint(e, by, k.metric, k.group, recorded[k.group]))
	}
	return out
}

// tallies counts the labels of an edition by group. Who belongs to no known group is left out.
func (w World) tallies(e domain.Edition, by string) map[string]groupTally {
	groups := w.count(e).groups[by]
	if by != "region" || w.RegionName == nil {
		return groups
	}
	named := make(map[string]groupTally, len(groups))
	for code, t := range groups {
		named[w.RegionName(code)] = t
	}
	return named
}

func (w World) groupPoint(e domain.Edition, by, metric, group string, recorded groupTally) Point {
	p := Point{Edition: e, Metric: metric, Group: group, Published: w.Published(e, metric, scopes[by]+group)}
	if own := kindMetrics[group]; own != "" && by == "kind" && metric == "labelled" && p.Published.Figure == nil && len(p.Published.Alternatives) == 0 {
		p.Published = w.Published(e, own, "")
	}
	switch {
	case metric == "participants":
		p.Reason = phrase.New("Le registre ne connaît que les labellisés, pas les candidats.",
			"The ledger knows those who were labelled, not those who applied.")
	case slices.Contains(movements, metric):
		p.Reason = phrase.New("Le registre ne compte pas par groupe qui entre, sort, monte ou descend.",
			"The ledger does not count by group who enters, leaves, rises or falls.")
	case by == "size" && recorded.members == 0:
		p.Reason = phrase.New("La population de l'époque n'est pas connue du registre : rien n'est compté par taille.",
			"The population of the time is not known to the ledger: nothing is counted by size.")
	case by == "kind" && !slices.Contains(bodyTypes, group) && recorded.members == 0:
		p.Reason = phrase.New("Village, ville ou territoire : le genre est celui que l'édition dit, et les sources ne le disent pas pour chaque nom.",
			"Village, town or territory: the kind is what the edition says, and the sources do not say it for each name.")
	case by == "region":
		p.Recorded = recorded.recorded(metric)
		p.Reason = phrase.New("Les sources comptent par région de l'époque, le registre par région d'aujourd'hui.",
			"Sources count by the regions of the time, the ledger by those of today.")
	default:
		p.Recorded = recorded.recorded(metric)
		w.cover(&p)
	}
	return p
}

// Size is a class of population.
type Size struct {
	Name  string
	Below int // inhabitants; 0 for no bound
}

// Sizes are the classes of population of those who applied here: those that the press used in 2006, without its gap
// between 20,000 and 21,000. The first number is in a class, the last is not.
var Sizes = []Size{{"under-3000", 3_000}, {"3000-20000", 20_000}, {"20000-100000", 100_000}, {"over-100000", 0}}

// place is to which groups a label belongs, "" where that is not known. Département and region are those of today. Kind and
// size are those that the candidacy states; where none was registered here, the size of the time is not known, and the kind
// is the type of the body.
type place struct{ kind, size, departement, region string }

func (w World) place(l *labels.Label) place {
	b, _ := w.Labels.Registered(l.Collectivity, w.Size)
	at := place{kind: cmp.Or(l.Stated.Kind, b.Type), departement: b.Departement, region: b.Region}
	if l.Stated.Population > 0 {
		i := slices.IndexFunc(Sizes, func(s Size) bool { return s.Below == 0 || l.Stated.Population < s.Below })
		at.size = Sizes[i].Name
	}
	return at
}

// grouped are the dimensions by which the ledger counts.
var grouped = []string{"kind", "size", "region", "departement"}

// of is the group of a dimension; of a region its code.
func (p place) of(dimension string) string {
	switch dimension {
	case "kind":
		return p.kind
	case "size":
		return p.size
	case "departement":
		return p.departement
	case "region":
		return p.region
	}
	return ""
}

// group is to which group of a dimension a label belongs.
func (w World) group(l *labels.Label, by string) string {
	group := w.place(l).of(by)
	if by == "region" && w.RegionName != nil && group != "" {
		return w.RegionName(group)
	}
	return group
}
