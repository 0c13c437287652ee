package territory

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// How a former commune went.
const (
	Merged  = "merged"  // into another commune, or with others into a commune nouvelle
	Split   = "split"   // a commune nouvelle undone: its parts are communes again
	Recoded = "recoded" // the same legal body goes on under another INSEE code
)

// Former is a commune that went between 1999-01-01, the year of the first label, and 2019-01-01, where the history ends.
//
// What counts is the legal body, not the code: a commune nouvelle is a new body even where it keeps the code and the name
// of one of its parts (Forges-les-Eaux, 76276, in 2016), and a commune that took in others under the law of 1971 is not
// (Lille, with Lomme, in 2000). A change of name ends nothing.
type Former struct {
	// ID is the id of the legal body: fr-commune-<Code>-<LastYear>. Two cases differ. A commune recoded has the id that it
	// has under its last code. A commune that was separated again, and is in force today with the same code, name and SIREN
	// (Bois-Guillaume, Troarn, ...), has the id of today: see Restored.
	ID       string
	Code     string // INSEE, at the time
	Name     string // official, at the end
	LastYear int    // the last calendar year in which it was in force on some day
	On       string // the first day on which it was not in force any more, 2016-01-01
	How      string // Merged, Split or Recoded
	// Successors are the ids of the legal bodies that took over that day, one unless the commune was split. They may be gone
	// themselves. Empty where the body that took over is gone since 2019, and so has no id that the sources allow to write
	// (Saline).
	Successors    []string
	SuccessorName string // official, that day; of the first one
}

// Restored tells whether the same legal body is in force again today, so that its facts belong to its present id.
func (f Former) Restored() bool { return f.ID == communePrefix+f.Code }

// Part is a commune déléguée or associée: a former commune that has kept a name within the one it is in.
type Part struct {
	Code    string // INSEE; the part at the seat often has the code of the commune itself
	Status  string // "deleguee" or "associee"
	Commune string // INSEE code of the commune in force that it is in
	Name    string
}

// oldCode is a row G: a code that is gone, and the code of the commune where it lay.
type oldCode struct{ code, today string }

// Former finds the commune that had a code and was last in force in a year: Former("76476", 2015) is
// Notre-Dame-de-Gravenchon. False also where the sources are silent: before 1999 and after 2019-01-01. O(log n).
func (r *Reference) Former(insee string, lastYear int) (Former, bool) {
	for _, f := range r.Formers(insee) {
		if f.LastYear == lastYear {
			return f, true
		}
	}
	return Former{}, false
}

// FormerByID is Former for an id such as fr-commune-76476-2015.
func (r *Reference) FormerByID(id string) (Former, bool) {
	rest, ok := strings.CutPrefix(id, communePrefix)
	code, year, dated := strings.Cut(rest, "-")
	n, err := strconv.Atoi(year)
	if !ok || !dated || err != nil {
		return Former{}, false
	}
	f, ok := r.Former(code, n)
	return f, ok && f.ID == id
}

// Formers lists the communes that have had a code and are gone, the earliest first.
func (r *Reference) Formers(insee string) []Former {
	i, _ := slices.BinarySearchFunc(r.formers, insee, func(f [8]string, code string) int { return cmp.Compare(f[0], code) })
	var out []Former
	for ; i < len(r.formers) && r.formers[i][0] == insee; i++ {
		out = append(out, r.former(i))
	}
	return out
}

// FindFormer gives the former communes that bore a name, spelled as for Find; a hint may name their département or région
// of today. It is apart from Find so that a body that is gone is never taken for one in force.
func (r *Reference) FindFormer(name string) []Former {
	var out []Former
	r.readings(name, func(q query) bool {
		for _, i := range r.names().formers.lookup(q.key) {
			f := r.former(int(i))
			d, _ := r.departement(departementOf(f.Code))
			if q.form == "" && all(q.hints, func(h hint) bool { return h.fits(d.Code, d.Region, f.Code) }) {
				out = append(out, f)
			}
		}
		return len(out) > 0
	})
	return out
}

// Standing gives the commune in force where the commune with a code stands, or stood: itself, or the one it is in. It knows
// every code gone since 1943, also those gone since 2019, of which no date is known. Where a commune was split up it
// gives one: see Successors.
func (r *Reference) Standing(insee string) (Territory, bool) {
	if i, ok := r.communeAt(insee); ok {
		return r.commune(i), true
	}
	today := ""
	if i, ok := slices.BinarySearchFunc(r.parts, insee, func(p Part, code string) int { return cmp.Compare(p.Code, code) }); ok {
		today = r.parts[i].Commune
	} else if i, ok := slices.BinarySearchFunc(r.old, insee, func(o oldCode, code string) int { return cmp.Compare(o.code, code) }); ok {
		today = r.old[i].today
	}
	if i, ok := r.communeAt(today); ok {
		return r.commune(i), true
	}
	return Territory{}, false
}

// Successors gives the ids of the communes in force today where the commune stood that had a code and was last in force in a
// year; nil if there was none (see Former). A successor is another legal body: it inherits nothing by that.
func (r *Reference) Successors(insee string, lastYear int) []string {
	f, ok := r.Former(insee, lastYear)
	if !ok {
		return nil
	}
	codes := []string{insee}
	if f.How == Split {
		codes = codes[:0]
		for _, id := range f.Successors {
			codes = append(codes, id[len(communePrefix):][:5])
		}
	}
	var ids []string
	for _, code := range codes {
		if t, ok := r.Standing(code); ok && !slices.Contains(ids, t.ID) {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// Parts lists the communes déléguées and associées of a commune in force, by code.
func (r *Reference) Parts(communeID string) []Part {
	var out []Part
	for _, p := range r.parts {
		if communePrefix+p.Commune == communeID {
			out = append(out, p)
		}
	}
	return out
}

// former makes a Former of row i of the table.
func (r *Reference) former(i int) Former {
	row := r.formers[i]
	year, _ := strconv.Atoi(row[1]) // tests read every row
	f := Former{
		ID: communePrefix + row[4], Code: row[0], Name: row[6], LastYear: year, On: row[2], How: row[3], SuccessorName: row[7],
	}
	for id := range strings.FieldsSeq(row[5]) {
		f.Successors = append(f.Successors, communePrefix+id)
	}
	return f
}
