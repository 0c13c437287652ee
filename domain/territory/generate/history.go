package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// firstChange bounds what is kept of the history: the label exists since 1999, so a commune that was gone before cannot
// have held it. Where a code gone earlier lies today is still known, from the reference in force.
const firstChange = "1999-01-01"

// How a commune went.
const (
	merged  = "merged"  // into another one, or with others into a commune nouvelle
	split   = "split"   // a commune nouvelle undone
	recoded = "recoded" // the same legal body under another INSEE code
)

// mergers are the ends that make a commune a part of another one.
var mergers = map[string]bool{
	"commune devenant déléguée":                                      true,
	"commune devenant commune déléguée":                              true,
	"commune restant ou devenant commune déléguée":                   true,
	"commune absorbée par la commune nouvelle":                       true,
	"dissolution ou élargissement de la commune nouvelle":            true,
	"dissolution de la fusion-association dans une commune nouvelle": true,
	"fusion simple":      true,
	"fusion-association": true,
	"changement de département + commune devenant déléguée":         true,
	"changement de département + commune devenant commune déléguée": true,
}

// continuations are the ends after which the same legal body goes on, so that it is not a former commune: another name,
// or a change in the status of its parts.
var continuations = map[string]bool{
	"changement de nom":                  true,
	"fusion totale":                      true, // of parts that had been associées
	"fusion partielle":                   true,
	"recomposition de la commune groupe": true,
	"renommage suite à création d’une commune fille": true,
}

// recodings are the ends after which the same legal body goes on under another code.
var recodings = map[string]bool{
	"changement de département": true,
	"changement de chef lieu":   true,
}

// former is one row of the table: a commune that is gone, or one that had another code.
type former struct {
	code, name string
	lastYear   int    // the last calendar year in which it was in force on some day
	on         string // the first day on which it was not
	how        string
	id         string   // of the legal body, without "fr-commune-"
	into       []string // ids of the bodies that took over, without the prefix; empty if the data cannot name them
	intoName   string   // their name that day, the first one's if there are several
}

// historian answers questions about the records.
type historian struct {
	byID   map[string]*record
	after  map[string][]*record // by predecessor's ID: the communes that began from it
	today  map[string]commune   // communes in force by code
	ground map[string]string    // code of any time -> code of the commune there today
}

// formers lists the communes that ended from firstChange on, in the order of code and year.
func (h *historian) formers(records []record) ([]former, error) {
	var out []former
	for i := range records {
		r := &records[i]
		if r.Type != "COM" || r.DateFin == "" || r.DateFin < firstChange {
			continue
		}
		f, ok, err := h.former(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.ID, err)
		}
		if ok {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b former) int {
		return cmp.Or(strings.Compare(a.code, b.code), cmp.Compare(a.lastYear, b.lastYear))
	})
	for i := 1; i < len(out); i++ {
		if out[i].code == out[i-1].code && out[i].lastYear == out[i-1].lastYear {
			return nil, fmt.Errorf("%s ended twice in %d", out[i].code, out[i].lastYear)
		}
	}
	return out, nil
}

func (h *historian) former(r *record) (former, bool, error) {
	f := former{code: r.Code, name: r.Nom, on: r.DateFin, lastYear: lastYear(r.DateFin), id: r.Code + "-" + strconv.Itoa(lastYear(r.DateFin))}
	var into []*record
	switch kind := h.ends(r); kind {
	case "":
		return f, false, nil
	case split:
		f.how = split
		for _, part := range r.Membres {
			into = append(into, h.after[part]...)
		}
	default:
		f.how = kind
		next, err := h.next(r)
		if err != nil {
			return f, false, err
		}
		into = []*record{next}
	}
	if len(into) == 0 {
		return f, false, fmt.Errorf("ended with nobody after it")
	}
	slices.SortFunc(into, func(a, b *record) int { return strings.Compare(a.Code, b.Code) })
	f.intoName = into[0].Nom
	for _, n := range into {
		id, err := h.bodyID(n)
		if err != nil {
			return f, false, err
		}
		if id != "" {
			f.into = append(f.into, id)
		}
	}
	switch {
	case f.how == recoded:
		// One legal body, one id: the one it has under its last code.
		if len(f.into) == 0 {
			return f, false, fmt.Errorf("recoded into a body that has no id")
		}
		f.id = f.into[0]
	case h.restored(r):
		f.id = r.Code
	}
	return f, true, nil
}

// ends says how the legal body of a record ended, or "" if it went on (or the record says nothing that tells).
func (h *historian) ends(r *record) string {
	switch {
	case recodings[r.RaisonFin]:
		return recoded
	case mergers[r.RaisonFin]:
		// Under the law of 1971 a commune that took in others went on, with its SIREN (Lille and Lomme, 2000). A commune
		// nouvelle (law of 2010) is a new legal body, even with the code and the name of one of its parts.
		if next, err := h.next(r); err == nil && next.Code == r.Code && next.RaisonDebut != "commune nouvelle" {
			return ""
		}
		return merged
	case r.RaisonFin == "dé-fusion" && r.RaisonDebut == "commune nouvelle":
		return split
	}
	return ""
}

// next follows a record to the commune that took over.
func (h *historian) next(r *record) (*record, error) {
	s := h.byID[r.Successeur]
	for s != nil && s.Type != "COM" {
		s = h.byID[s.Pole]
	}
	if s == nil {
		return nil, fmt.Errorf("ended by %q, but no commune follows", r.RaisonFin)
	}
	return s, nil
}

// bodyID is the id of the legal body that began with a record, however it was renamed afterwards: the bare code if it is in
// force today, the code and the last year if it is gone, "" if it is gone since the history ended, at an unknown date.
func (h *historian) bodyID(r *record) (string, error) {
	for r.DateFin != "" {
		switch kind := h.ends(r); kind {
		case merged, split:
			if h.restored(r) {
				return r.Code, nil
			}
			return r.Code + "-" + strconv.Itoa(lastYear(r.DateFin)), nil
		default:
			if kind == "" && !continuations[r.RaisonFin] && !mergers[r.RaisonFin] {
				return "", fmt.Errorf("%s ended by %q, which this program does not know", r.ID, r.RaisonFin)
			}
			next, err := h.next(r)
			if err != nil {
				return "", fmt.Errorf("%s: %w", r.ID, err)
			}
			r = next
		}
	}
	if c, ok := h.today[r.Code]; ok && !(r.RaisonDebut == "commune nouvelle" && oldSeries(c.Siren)) {
		return r.Code, nil
	}
	// Its code changed after 2019: the same body only if the name is the same (Orée d'Anjou, 49069 and now 49126).
	for _, part := range append([]string{r.Code}, memberCodes(h, r)...) {
		if c, ok := h.today[h.ground[part]]; ok && sameName(c.Nom, r.Nom) {
			return c.Code, nil
		}
	}
	return "", nil
}

func memberCodes(h *historian, r *record) []string {
	var codes []string
	for _, m := range r.Membres {
		if p := h.byID[m]; p != nil {
			codes = append(codes, p.Code)
		}
	}
	return codes
}

// restored tells a commune that merged and was later separated again, and is in force with the code, the name and the SIREN
// it had: one legal body, whose id today is its id for the years before too (Bois-Guillaume, Bihorel, Troarn).
func (h *historian) restored(r *record) bool {
	c, ok := h.today[r.Code]
	return ok && oldSeries(c.Siren) && sameName(c.Nom, r.Nom)
}

// oldSeries tells a SIREN of a commune that was there when the numbers were first given: 21, then its code.
// A commune nouvelle gets a new number of another series (20, 92, 93).
func oldSeries(siren string) bool { return strings.HasPrefix(siren, "21") }

func sameName(a, b string) bool {
	plain := strings.NewReplacer("-", " ", "’", "'")
	return strings.EqualFold(plain.Replace(a), plain.Replace(b))
}

// lastYear is the year of the day before date (2016-01-01 gives 2015).
func lastYear(date string) int {
	year, err := strconv.Atoi(date[:4])
	if err != nil {
		panic("history: date " + date)
	}
	if date[4:] == "-01-01" {
		year--
	}
	return year
}
