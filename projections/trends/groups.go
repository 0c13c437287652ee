package trends

import (
	"slices"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"arobase/domain"
	"arobase/projections/labels"
	"arobase/projections/phrase"
)

// groups gives the points of an edition by a dimension: for each group that a source gives a figure for, or that the
// ledger has recorded.
func (w World) groups(e domain.Edition, by string) []Point {
	scope := map[string]string{"kind": "kind:", "region": "region:", "departement": "departement:", "size": "population:"}[by]
	type key struct{ metric, group string }
	var keys []key
	add := func(k key) {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	for _, f := range w.Figures.Of(e, w.Size) {
		if group, ok := strings.CutPrefix(f.Scope, scope); ok && slices.Contains(Metrics, f.Metric) {
			add(key{f.Metric, group})
		}
		if by == "kind" && f.Scope == "" && kindMetrics[f.Metric] != "" {
			add(key{"labelled", kindMetrics[f.Metric]})
		}
	}
	for _, l := range w.Labels.In(e, w.Size) {
		if group := w.group(l, by); group != "" && l.Standing.Status != "" {
			add(key{"labelled", group})
		}
	}
	french := collate.New(language.French) // Île-de-France stands with the I
	slices.SortFunc(keys, func(a, b key) int {
		if a.metric != b.metric {
			return slices.Index(Metrics, a.metric) - slices.Index(Metrics, b.metric)
		}
		return french.CompareString(a.group, b.group)
	})
	var out []Point
	for _, k := range keys {
		out = append(out, w.groupPoint(e, by, scope, k.metric, k.group))
	}
	return out
}

// kindMetrics are figures that sources give for a kind as a metric of its own.
var kindMetrics = map[string]string{"villages": "village", "villes": "ville", "territoires": "territoire"}

func (w World) groupPoint(e domain.Edition, by, scope, metric, group string) Point {
	p := Point{Edition: e, Metric: metric, Group: group, Published: w.Published(e, metric, scope+group)}
	if by == "kind" && p.Published.Figure == nil {
		for own, kind := range kindMetrics {
			if kind == group && metric == "labelled" {
				p.Published = w.Published(e, own, "")
			}
		}
	}
	switch {
	case metric == "participants":
		p.Reason = phrase.New("Le registre ne connaît que les labellisés, pas les candidats.",
			"The ledger knows those who were labelled, not those who applied.")
		return p
	case by == "size":
		p.Reason = phrase.New("La population de l'époque n'est pas connue du registre : rien n'est compté par taille.",
			"The population of the time is not known to the ledger: nothing is counted by size.")
		return p
	case by == "kind" && group != "epci" && group != "commune" && group != "foreign" && group != "other":
		p.Reason = phrase.New("Village, ville ou territoire : le genre est celui que l'édition dit, et les sources ne le disent pas pour chaque nom.",
			"Village, town or territory: the kind is what the edition says, and the sources do not say it for each name.")
		return p
	}
	p.Recorded = w.count(e, metric, func(l labels.Label) bool { return w.group(l, by) == group })
	if by == "region" {
		p.Reason = phrase.New("Les sources comptent par région de l'époque, le registre par région d'aujourd'hui.",
			"Sources count by the regions of the time, the ledger by those of today.")
		return p
	}
	w.cover(&p)
	return p
}

// group tells to which group of a dimension a label belongs, or "" where that is not known.
func (w World) group(l labels.Label, by string) string {
	b, ok := w.Labels.Body(l.Collectivity, w.Size)
	if !ok {
		return ""
	}
	switch by {
	case "kind":
		return b.Type
	case "departement":
		return b.Departement
	case "region":
		if w.RegionName != nil {
			return w.RegionName(b.Region)
		}
		return b.Region
	}
	return ""
}
