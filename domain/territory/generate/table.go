package main

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

var (
	inseeForm = regexp.MustCompile(`^(\d{2}|2[AB])\d{3}$`)
	sirenForm = regexp.MustCompile(`^\d{9}$`)
)

// header is the first line: format, reference, version, year of the populations, the two publications, first change kept.
var header = []string{"#arobase-territory", "1", "cog", "2026", "2026", "6.0.0", "0.7.0", firstChange}

// encode makes the canonical table, documented in package territory (table.go).
func encode(c cog, records []record) ([]byte, error) {
	t := &table{regions: map[string]bool{}, departements: map[string]bool{}, today: map[string]commune{}, epciOf: map[string]string{}, ground: map[string]string{}}
	for _, step := range []func(cog) error{t.divisions, t.communesInForce, t.intercommunalities, t.communes, t.parts} {
		if err := step(c); err != nil {
			return nil, err
		}
	}
	if err := t.formers(records); err != nil {
		return nil, err
	}
	slices.Sort(t.lines)
	var b bytes.Buffer
	b.WriteString(strings.Join(header, "\t") + "\n")
	for _, l := range t.lines {
		b.WriteString(l + "\n")
	}
	return b.Bytes(), t.err
}

type table struct {
	lines        []string
	err          error // the first bad field
	regions      map[string]bool
	departements map[string]bool
	today        map[string]commune
	epciOf       map[string]string // commune -> SIREN
	ground       map[string]string // any code -> code in force
}

func (t *table) add(fields ...string) {
	for _, f := range fields {
		if t.err == nil && (strings.ContainsAny(f, "\t\r\n") || !norm.NFC.IsNormalString(f) || strings.TrimSpace(f) != f) {
			t.err = fmt.Errorf("field %q of %q is not plain NFC text", f, fields)
		}
	}
	t.lines = append(t.lines, strings.Join(fields, "\t"))
}

func (t *table) divisions(c cog) error {
	for _, r := range c.regions {
		if t.regions[r.Code] {
			return fmt.Errorf("région %s twice", r.Code)
		}
		t.regions[r.Code] = true
		t.add("R", r.Code, r.Nom)
	}
	for _, d := range c.departements {
		if t.departements[d.Code] || !t.regions[d.Region] {
			return fmt.Errorf("département %s twice, or in an unknown région %s", d.Code, d.Region)
		}
		t.departements[d.Code] = true
		t.add("D", d.Code, d.Region, d.Nom)
	}
	return nil
}

func (t *table) communesInForce(c cog) error {
	regionOf := map[string]string{}
	for _, d := range c.departements {
		regionOf[d.Code] = d.Region
	}
	for _, m := range c.communes {
		if m.Type != inForce {
			continue
		}
		_, twice := t.today[m.Code]
		switch {
		case twice:
			return fmt.Errorf("commune %s twice", m.Code)
		case !inseeForm.MatchString(m.Code), m.Siren != "" && !sirenForm.MatchString(m.Siren):
			return fmt.Errorf("commune %s (SIREN %q): not a code", m.Code, m.Siren)
		case m.Departement != departementOf(m.Code) || !t.departements[m.Departement] || regionOf[m.Departement] != m.Region:
			return fmt.Errorf("commune %s is in département %s, région %s", m.Code, m.Departement, m.Region)
		}
		t.today[m.Code] = m
		t.ground[m.Code] = m.Code
	}
	return nil
}

// departementOf is the beginning of the code: two characters, three overseas.
func departementOf(code string) string {
	if code >= "97" {
		return code[:3]
	}
	return code[:2]
}

func (t *table) intercommunalities(c cog) error {
	for _, e := range c.epci {
		if !sirenForm.MatchString(e.Code) || len(e.Membres) == 0 {
			return fmt.Errorf("EPCI %s: not a SIREN, or without members", e.Code)
		}
		// An EPCI has no département of its own: it is given the one of its most populous member.
		largest := e.Membres[0]
		for _, m := range e.Membres {
			if _, ok := t.today[m.Code]; !ok || t.epciOf[m.Code] != "" {
				return fmt.Errorf("EPCI %s: member %s is not in force, or in %s too", e.Code, m.Code, t.epciOf[m.Code])
			}
			t.epciOf[m.Code] = e.Code
			if m.PopulationMunicipale > largest.PopulationMunicipale {
				largest = m
			}
		}
		t.add("E", e.Code, e.Type, departementOf(largest.Code), strconv.Itoa(e.PopulationMunicipale), e.Nom)
	}
	return nil
}

func (t *table) communes(cog) error {
	for _, m := range t.today {
		population := ""
		if m.Population != nil {
			population = strconv.Itoa(*m.Population)
		}
		t.add("C", m.Code, m.Siren, t.epciOf[m.Code], population, m.Nom)
	}
	return nil
}

// parts writes the communes déléguées and associées, and the other codes that are known to be gone. Where the list of old
// codes of a commune disagrees with the Code officiel on a part (55273, 60455), the Code officiel is followed.
func (t *table) parts(c cog) error {
	isPart := map[string]bool{}
	for _, m := range c.communes {
		if m.Type != deleguee && m.Type != associee {
			if m.Type != inForce && m.Type != municipal {
				return fmt.Errorf("%s is of unknown type %q", m.Code, m.Type)
			}
			continue
		}
		if _, ok := t.today[m.ChefLieu]; !ok || isPart[m.Code] || !inseeForm.MatchString(m.Code) {
			return fmt.Errorf("part %s twice, or of %s, which is not in force", m.Code, m.ChefLieu)
		}
		isPart[m.Code] = true
		if _, ok := t.today[m.Code]; !ok {
			t.ground[m.Code] = m.ChefLieu
		}
		t.add("P", m.Code, strings.TrimPrefix(m.Type, "commune-"), m.ChefLieu, m.Nom)
	}
	for _, m := range t.today {
		for _, old := range m.AnciensCodes {
			if isPart[old] {
				continue
			}
			if _, ok := t.ground[old]; ok || !inseeForm.MatchString(old) {
				return fmt.Errorf("old code %s of %s is in force, or claimed twice", old, m.Code)
			}
			t.ground[old] = m.Code
			t.add("G", old, m.Code)
		}
	}
	return nil
}

func (t *table) formers(records []record) error {
	h := &historian{byID: map[string]*record{}, after: map[string][]*record{}, today: t.today, ground: t.ground}
	for i := range records {
		r := &records[i]
		h.byID[r.ID] = r
		if r.Type == "COM" && r.Predecesseur != "" {
			h.after[r.Predecesseur] = append(h.after[r.Predecesseur], r)
		}
	}
	formers, err := h.formers(records)
	if err != nil {
		return fmt.Errorf("reading the history of the communes: %w", err)
	}
	known := map[string]bool{}
	for code := range t.today {
		known[code] = true
	}
	for _, f := range formers {
		known[f.id] = true
	}
	for _, f := range formers {
		if t.ground[f.code] == "" {
			return fmt.Errorf("former commune %s (%s): nothing says where it lies today", f.code, f.name)
		}
		for _, id := range f.into {
			if !known[id] {
				return fmt.Errorf("former commune %s: its successor %s is unknown", f.id, id)
			}
		}
		t.add("F", f.code, strconv.Itoa(f.lastYear), f.on, f.how, f.id, strings.Join(f.into, " "), f.name, f.intoName)
	}
	return nil
}
