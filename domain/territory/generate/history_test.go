package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A made-up country in which everything that matters happens once.
func example() (cog, []record) {
	n := 10
	c := cog{
		regions:      []division{{Code: "84", Nom: "Région"}},
		departements: []division{{Code: "01", Nom: "Ain", Region: "84"}},
		communes: []commune{
			{Code: "01001", Nom: "Nouvelle", Type: inForce, Departement: "01", Region: "84", Siren: "200000001", Population: &n, AnciensCodes: []string{"01009"}},
			{Code: "01003", Nom: "Restaurée", Type: inForce, Departement: "01", Region: "84", Siren: "210100030"},
			{Code: "01004", Nom: "Grande", Type: inForce, Departement: "01", Region: "84", Siren: "210100040"},
			{Code: "01001", Nom: "Ancienne", Type: deleguee, Departement: "01", ChefLieu: "01001"},
			{Code: "01002", Nom: "Autre", Type: deleguee, Departement: "01", ChefLieu: "01001"},
		},
	}
	records := []record{
		// 1 and 2 merge into a commune nouvelle.
		{ID: "a", Code: "01001", Nom: "Ancienne", Type: "COM", DateFin: "2016-01-01", RaisonFin: "commune devenant déléguée", Successeur: "a-part"},
		{ID: "a-part", Code: "01001", Nom: "Ancienne", Type: "COMD", Pole: "new", Predecesseur: "a"},
		{ID: "b", Code: "01002", Nom: "Autre", Type: "COM", DateFin: "2016-01-01", RaisonFin: "commune devenant déléguée", Successeur: "b-part"},
		{ID: "b-part", Code: "01002", Nom: "Autre", Type: "COMD", Pole: "new", Predecesseur: "b"},
		{ID: "new", Code: "01001", Nom: "Nouvelle", Type: "COM", DateDebut: "2016-01-01", RaisonDebut: "commune nouvelle", Membres: []string{"a-part", "b-part"}},
		// 3 was in a commune nouvelle for two years.
		{ID: "c", Code: "01003", Nom: "Restaurée", Type: "COM", DateFin: "2012-06-01", RaisonFin: "commune devenant déléguée", Successeur: "c-part"},
		{ID: "c-part", Code: "01003", Nom: "Restaurée", Type: "COMD", Pole: "short", Predecesseur: "c"},
		{ID: "short", Code: "01003", Nom: "Brève", Type: "COM", DateFin: "2014-01-01", RaisonDebut: "commune nouvelle", RaisonFin: "dé-fusion", Membres: []string{"c-part"}},
		{ID: "c-again", Code: "01003", Nom: "Restaurée", Type: "COM", RaisonDebut: "dé-fusion", Predecesseur: "c-part"},
		// 4 takes in others under the old law, and is renamed: nothing ends.
		{ID: "d", Code: "01004", Nom: "Petite", Type: "COM", DateFin: "2000-02-27", RaisonFin: "fusion-association", Successeur: "d-part"},
		{ID: "d-part", Code: "01004", Nom: "Petite", Type: "COMP", Pole: "d-more"},
		{ID: "d-more", Code: "01004", Nom: "Moyenne", Type: "COM", RaisonDebut: "fusion-association", DateFin: "2003-01-01", RaisonFin: "changement de nom", Successeur: "d-now"},
		{ID: "d-now", Code: "01004", Nom: "Grande", Type: "COM", Predecesseur: "d-more"},
		// 9 moved before the label was.
		{ID: "old", Code: "01009", Nom: "Trop tôt", Type: "COM", DateFin: "1998-12-31", RaisonFin: "fusion simple", Successeur: "b"},
	}
	return c, records
}

func TestFormersOfTheExample(t *testing.T) {
	c, records := example()
	table, err := encode(c, records)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"F\t01001\t2015\t2016-01-01\tmerged\t01001-2015\t01001\tAncienne\tNouvelle",
		"F\t01002\t2015\t2016-01-01\tmerged\t01002-2015\t01001\tAutre\tNouvelle",
		"F\t01003\t2012\t2012-06-01\tmerged\t01003\t01003-2013\tRestaurée\tBrève",
		"F\t01003\t2013\t2014-01-01\tsplit\t01003-2013\t01003\tBrève\tRestaurée",
		"G\t01009\t01001",
	}
	var got []string
	for line := range strings.Lines(string(table)) {
		if line[0] == 'F' || line[0] == 'G' {
			got = append(got, strings.TrimSuffix(line, "\n"))
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestRefusals(t *testing.T) {
	for name, spoil := range map[string]func(*cog, *[]record){
		"commune twice":      func(c *cog, _ *[]record) { c.communes = append(c.communes, c.communes[0]) },
		"not a code":         func(c *cog, _ *[]record) { c.communes[0].Code = "1001" },
		"not a SIREN":        func(c *cog, _ *[]record) { c.communes[0].Siren = "21" },
		"other département":  func(c *cog, _ *[]record) { c.communes[0].Departement = "02" },
		"other région":       func(c *cog, _ *[]record) { c.communes[0].Region = "11" },
		"unknown région":     func(c *cog, _ *[]record) { c.departements[0].Region = "11" },
		"unknown type":       func(c *cog, _ *[]record) { c.communes[0].Type = "hameau" },
		"part of nothing":    func(c *cog, _ *[]record) { c.communes[4].ChefLieu = "01008" },
		"name with a tab":    func(c *cog, _ *[]record) { c.communes[0].Nom = "a\tb" },
		"name not composed":  func(c *cog, _ *[]record) { c.communes[0].Nom = "e\u0301" },
		"EPCI empty":         func(c *cog, _ *[]record) { c.epci = []epci{{Code: "200000002"}} },
		"nobody follows":     func(_ *cog, r *[]record) { (*r)[0].Successeur = "" },
		"ground unknown":     func(c *cog, _ *[]record) { c.communes = c.communes[:4] },
		"old code in force":  func(c *cog, _ *[]record) { c.communes[0].AnciensCodes = []string{"01003"} },
		"unknown end within": func(_ *cog, r *[]record) { (*r)[4].DateFin, (*r)[4].RaisonFin = "2018-01-01", "sortilège" },
	} {
		c, records := example()
		spoil(&c, &records)
		if _, err := encode(c, records); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestLastYear(t *testing.T) {
	for date, want := range map[string]int{"2016-01-01": 2015, "2015-12-15": 2015, "2014-01-07": 2014} {
		if got := lastYear(date); got != want {
			t.Errorf("lastYear(%s) = %d, want %d", date, got, want)
		}
	}
}
