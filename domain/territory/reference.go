package territory

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
)

// Reference is a list of territories as of a date. It is immutable and safe for use by several goroutines; the indexes of
// names are built when they are first asked for.
type Reference struct {
	table          string
	name, version  string
	populationYear int

	// All sorted by code.
	communes     []commune
	epci         []epci
	departements []Division
	regions      []Division
	formers      [][8]string // rows F of the table, see former.go
	parts        []Part
	old          []oldCode

	members []int32 // positions in communes, by EPCI, each EPCI's in the order of code

	hash   func() string
	names  func() *nameIndex
	search func() *searchIndex
}

// commune is a row C. Strings are substrings of the table.
type commune struct {
	code, siren, name string
	epciSIREN         string
	population        int32
}

// epci is a row E.
type epci struct {
	siren, form, departement, name string
	population                     int32
	first, last                    int32 // its part of Reference.members
}

// unknown is the population of a commune of which the reference gives none.
const unknown = -1

// Official is the Code officiel géographique 2026, parsed when it is first asked for (about 40 ms) and kept (5 MB).
func Official() *Reference { return official() }

var official = sync.OnceValue(func() *Reference {
	table, err := Table()
	if err == nil {
		var r *Reference
		if r, err = parse(table); err == nil {
			return r
		}
	}
	panic("territory: the embedded table is damaged: " + err.Error()) // the build is broken, not the input
})

// link joins the rows and prepares what is built later.
func (r *Reference) link() error {
	r.members = make([]int32, len(r.communes))
	for i, c := range r.communes {
		if c.epciSIREN == "" {
			continue
		}
		j, ok := r.epciAt(c.epciSIREN)
		if !ok {
			return fmt.Errorf("commune %s is in the EPCI %s, which is not in the table", c.code, c.epciSIREN)
		}
		r.epci[j].last++ // a count for now
		r.members[i] = int32(j)
	}
	var at int32
	for j := range r.epci {
		n := r.epci[j].last
		r.epci[j].first, r.epci[j].last = at, at
		at += n
	}
	members := make([]int32, at)
	for i, c := range r.communes {
		if c.epciSIREN != "" {
			e := &r.epci[r.members[i]]
			members[e.last] = int32(i)
			e.last++
		}
	}
	r.members = members
	last := ""
	for _, c := range r.communes {
		if d := departementOf(c.code); d == "" || d != last {
			if _, ok := r.departement(d); !ok {
				return fmt.Errorf("commune %s is in no département", c.code)
			}
			last = d
		}
	}
	r.hash = sync.OnceValue(func() string {
		sum := sha256.Sum256([]byte(r.table))
		return hex.EncodeToString(sum[:])
	})
	r.names = sync.OnceValue(func() *nameIndex { return newNameIndex(r) })
	r.search = sync.OnceValue(func() *searchIndex { return newSearchIndex(r) })
	return nil
}

// Name is the short name of the reference, "cog".
func (r *Reference) Name() string { return r.name }

// Version is the year of the reference, "2026": the communes and EPCI in force on 1 January.
func (r *Reference) Version() string { return r.version }

// SHA256 is the hash of the canonical table (see Table), 64 hexadecimal digits. With Name and Version it is what the
// ledger's event reference-adopted names.
func (r *Reference) SHA256() string { return r.hash() }

// PopulationYear is the year of the reference that carries the populations, 2026. It is not the year of a census: INSEE
// publishes them later, and those of Mayotte and of the Pacific come from censuses of their own.
func (r *Reference) PopulationYear() int { return r.populationYear }

// Len is the number of territories in force: communes and EPCI.
func (r *Reference) Len() int { return len(r.communes) + len(r.epci) }

// ByID finds a territory in force. O(log n).
func (r *Reference) ByID(id string) (Territory, bool) {
	if code, ok := strings.CutPrefix(id, communePrefix); ok {
		if i, ok := r.communeAt(code); ok {
			return r.commune(i), true
		}
	} else if siren, ok := strings.CutPrefix(id, epciPrefix); ok {
		if i, ok := r.epciAt(siren); ok {
			return r.intercommunality(i), true
		}
	}
	return Territory{}, false
}

// All gives every territory in force: the communes by INSEE code, then the EPCI by SIREN.
func (r *Reference) All() iter.Seq[Territory] {
	return func(yield func(Territory) bool) {
		for i := range r.Len() {
			if !yield(r.at(i)) {
				return
			}
		}
	}
}

// Members gives the ids of the communes of an EPCI, by INSEE code; nil if there is no such EPCI.
func (r *Reference) Members(epciID string) []string {
	siren, ok := strings.CutPrefix(epciID, epciPrefix)
	if !ok {
		return nil
	}
	i, ok := r.epciAt(siren)
	if !ok {
		return nil
	}
	e := r.epci[i]
	ids := make([]string, 0, e.last-e.first)
	for _, m := range r.members[e.first:e.last] {
		ids = append(ids, communePrefix+r.communes[m].code)
	}
	return ids
}

// EPCIOf gives the id of the EPCI of a commune in force, or "".
func (r *Reference) EPCIOf(communeID string) string {
	t, _ := r.ByID(communeID)
	return t.EPCI
}

// Departement gives the name of a département: "70" is Haute-Saône, "988" Nouvelle-Calédonie.
func (r *Reference) Departement(code string) (name string, ok bool) {
	d, ok := r.departement(code)
	return d.Name, ok
}

// Region gives the name of a région: "27" is Bourgogne-Franche-Comté.
func (r *Reference) Region(code string) (name string, ok bool) {
	i, ok := slices.BinarySearchFunc(r.regions, code, byCode)
	if !ok {
		return "", false
	}
	return r.regions[i].Name, true
}

// Departements lists the départements and the collectivities overseas, by code.
func (r *Reference) Departements() []Division { return slices.Clone(r.departements) }

// Regions lists the régions and the collectivities overseas, by code.
func (r *Reference) Regions() []Division { return slices.Clone(r.regions) }

// at gives the territory at a position: the communes first, then the EPCI. Every index speaks of these positions.
func (r *Reference) at(i int) Territory {
	if i < len(r.communes) {
		return r.commune(i)
	}
	return r.intercommunality(i - len(r.communes))
}

// nameAt is the official name at a position.
func (r *Reference) nameAt(i int) string {
	if i < len(r.communes) {
		return r.communes[i].name
	}
	return r.epci[i-len(r.communes)].name
}

func (r *Reference) commune(i int) Territory {
	c := r.communes[i]
	d, _ := r.departement(departementOf(c.code))
	t := Territory{
		ID: communePrefix + c.code, Kind: KindCommune, Code: c.code, SIREN: c.siren, Name: c.name,
		Departement: d.Code, Region: d.Region,
		Population: int(max(c.population, 0)), PopulationKnown: c.population != unknown,
	}
	if c.epciSIREN != "" {
		t.EPCI = epciPrefix + c.epciSIREN
	}
	return t
}

func (r *Reference) intercommunality(i int) Territory {
	e := r.epci[i]
	d, _ := r.departement(e.departement)
	return Territory{
		ID: epciPrefix + e.siren, Kind: KindEPCI, Code: e.siren, SIREN: e.siren, Name: e.name, LegalForm: e.form,
		Departement: d.Code, Region: d.Region,
		Population: int(max(e.population, 0)), PopulationKnown: e.population != unknown,
	}
}

func (r *Reference) departement(code string) (Division, bool) {
	i, ok := slices.BinarySearchFunc(r.departements, code, byCode)
	if !ok {
		return Division{}, false
	}
	return r.departements[i], true
}

func (r *Reference) communeAt(code string) (int, bool) {
	return slices.BinarySearchFunc(r.communes, code, func(c commune, code string) int { return cmp.Compare(c.code, code) })
}

func (r *Reference) epciAt(siren string) (int, bool) {
	return slices.BinarySearchFunc(r.epci, siren, func(e epci, siren string) int { return cmp.Compare(e.siren, siren) })
}

func byCode(d Division, code string) int { return cmp.Compare(d.Code, code) }

// departementOf is the beginning of an INSEE code: two characters, three overseas.
func departementOf(code string) string {
	switch {
	case len(code) != 5:
		return ""
	case code >= "97":
		return code[:3]
	}
	return code[:2]
}
