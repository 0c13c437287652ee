package ledger

import (
	"fmt"
	"strings"

	"arobase/domain"
	"arobase/domain/territory"
	"arobase/projections/labels"
)

// Match is one body, or one contested name, that a text may mean.
type Match struct {
	ID   domain.CollectivityID
	Name string
	// Entered tells whether the ledger knows it; otherwise it comes from the official list.
	Entered bool
	// Candidates are the bodies that a contested name fits.
	Candidates []domain.CollectivityID
}

// names finds bodies by the names that the ledger has entered, exactly as they were written.
type names map[string][]domain.CollectivityID

func (n names) add(name string, id domain.CollectivityID) {
	for _, known := range n[name] {
		if known == id {
			return
		}
	}
	n[name] = append(n[name], id)
}

// entered gives the names that the ledger knows at a size.
func entered(l *labels.Labels, size uint64) names {
	n := names{}
	for _, b := range l.Bodies(size) {
		n.add(b.Name, b.ID)
		for _, other := range b.Names {
			n.add(other, b.ID)
		}
	}
	return n
}

// holder finds the one body that a file means by a name: first the names that were entered, as they are written; then
// the official list, whatever the accents, hyphens and articles. A name that fits several bodies is never guessed.
func (l *Ledger) holder(known names, name string) (Match, error) {
	if ids := known[name]; len(ids) == 1 {
		return Match{ID: ids[0], Name: name, Entered: true}, nil
	} else if len(ids) > 1 {
		return Match{}, fmt.Errorf("%q is the name of several bodies of the ledger: %s", name, join(ids))
	}
	found := l.cog.Find(name)
	switch len(found) {
	case 1:
		return Match{ID: domain.CollectivityID(found[0].ID), Name: found[0].Name}, nil
	case 0:
		return Match{}, fmt.Errorf("no body is known by the name %q; enter it with collectivities.csv, or write it as the official list does", name)
	}
	return Match{}, fmt.Errorf("%q fits %d bodies: %s; add the département in parentheses, or settle it with collectivities.csv",
		name, len(found), l.list(found))
}

func join(ids []domain.CollectivityID) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = string(id)
	}
	return strings.Join(parts, ", ")
}

// list names homonyms with their départements; a long list is cut.
func (l *Ledger) list(found []territory.Territory) string {
	var parts []string
	for i, t := range found {
		if i == 10 {
			parts = append(parts, fmt.Sprintf("and %d more", len(found)-i))
			break
		}
		d, _ := l.cog.Departement(t.Departement)
		parts = append(parts, fmt.Sprintf("%s (%s, %s)", t.Name, d, t.ID))
	}
	return strings.Join(parts, "; ")
}

// slugOf makes an id's slug of a name: "CC Action Fourmies" is cc-action-fourmies.
func slugOf(name string) string {
	return strings.Join(strings.FieldsFunc(territory.Fold(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), "-")
}

// registration enters a body of the official list.
func (l *Ledger) registration(id domain.CollectivityID) (domain.RegisterCollectivity, bool) {
	t, ok := l.cog.ByID(string(id))
	if !ok {
		return domain.RegisterCollectivity{}, false
	}
	c := domain.RegisterCollectivity{CollectivityRegistered: domain.CollectivityRegistered{
		Collectivity: id, Type: t.Kind, Name: t.Name, INSEE: id.INSEE(), SIREN: t.SIREN,
		Departement: t.Departement, Region: t.Region, Reference: l.cog.Name(),
	}}
	return c, true
}
