package words

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"arobase/domain"
)

// verb matches what fmt replaces.
var verb = regexp.MustCompile(`%(\[\d+\])?[a-z%]`)

// TestCatalogues compares the two languages: the same keys, none twice, with the same arguments, nothing empty.
func TestCatalogues(t *testing.T) {
	fr, en := French(), English()
	for _, parts := range [][]catalogue{french, english} {
		count := map[string]int{}
		for _, part := range parts {
			for key := range part {
				if count[key]++; count[key] == 2 {
					t.Errorf("%s is in two parts of a catalogue", key)
				}
			}
		}
	}
	arguments := func(s string) []string {
		found := slices.DeleteFunc(verb.FindAllString(s, -1), func(v string) bool { return v == "%%" })
		slices.Sort(found)
		return found
	}
	for key, s := range fr.said {
		other, ok := en.said[key]
		if !ok {
			t.Errorf("%s is missing in English", key)
			continue
		}
		if strings.TrimSpace(s) == "" || strings.TrimSpace(other) == "" {
			t.Errorf("%s is empty", key)
		}
		if !slices.Equal(arguments(s), arguments(other)) {
			t.Errorf("%s takes %q in French and %q in English", key, arguments(s), arguments(other))
		}
		if strings.HasSuffix(key, ".one") && fr.said[strings.TrimSuffix(key, ".one")+".many"] == "" {
			t.Errorf("%s has no plural", key)
		}
	}
	for key := range en.said {
		if _, ok := fr.said[key]; !ok {
			t.Errorf("%s is missing in French", key)
		}
	}
}

// TestRecordsHaveWords holds that every type of the ledger has a name, and every cause of a new origin a sentence.
func TestRecordsHaveWords(t *testing.T) {
	fr := French()
	for _, typ := range domain.Types() {
		if !fr.Has("record.type." + typ.Name) {
			t.Errorf("nobody says what %s is", typ.Name)
		}
		if typ.Name == "origin-opened" {
			cause := domain.Schema(typ)["properties"].(map[string]any)["cause"].(map[string]any)
			for _, c := range cause["enum"].([]any) {
				if !fr.Has("tells.reopen." + c.(string)) {
					t.Errorf("nobody says why: %s", c)
				}
			}
		}
	}
}

// TestFrenchTypography holds the catalogue to it.
func TestFrenchTypography(t *testing.T) {
	fr := French()
	wrong := regexp.MustCompile(`[ \x{00a0}][:;!?»]|«[ \x{00a0}]|'|[^\s\x{202f}(\[«][;!?»]`)
	for key, s := range fr.said {
		if m := wrong.FindString(s); m != "" {
			t.Errorf("%s: %q in %q", key, m, s)
		}
	}
	for in, want := range map[string]string{
		"« Vérifié » : l'état":    "«\u202fVérifié\u202f»\u202f: l’état",
		"12\u00a0040 fiches":      "12\u202f040 fiches",
		"4 ou 5 @ ; 16 %":         "4 ou 5\u202f@\u202f; 16\u202f%",
		"selon %s : %d":           "selon %s\u202f: %d",
		"a\u202f: b":              "a\u202f: b",
		"nº 7":                    "nº\u202f7",
		"https://site.example/?a": "https://site.example/?a",
	} {
		if got := frenchText(in); got != want {
			t.Errorf("frenchText(%q) = %q, want %q", in, got, want)
		}
		if got := frenchText(frenchText(in)); got != want {
			t.Errorf("frenchText twice of %q = %q, want %q", in, got, want)
		}
	}
}

func TestNumbersAndDates(t *testing.T) {
	fr, en := French(), English()
	check := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s = %q, want %q", what, got, want)
		}
	}
	for _, c := range []struct {
		v      float64
		fr, en string
	}{
		{0, "0", "0"}, {999, "999", "999"}, {1734, "1\u202f734", "1,734"}, {41000000, "41\u202f000\u202f000", "41,000,000"},
		{3.6, "3,6", "3.6"}, {-2, "−2", "−2"}, {-0.5, "−0,5", "−0.5"}, {12040.25, "12\u202f040,25", "12,040.25"},
	} {
		check("Number", fr.Number(c.v), c.fr)
		check("Number", en.Number(c.v), c.en)
	}
	check("Percent", fr.Percent(0.036), "3,6\u202f%")
	check("Percent", en.Percent(0.188), "18.8%")
	for _, c := range []struct{ iso, fr, en string }{
		{"2017-02-01", "1er\u00a0février 2017", "1\u00a0February 2017"},
		{"2017-02", "février 2017", "February 2017"},
		{"2017", "2017", "2017"},
		{"2019-01-29/2019-01-30", "du 29\u00a0janvier 2019 au 30\u00a0janvier 2019", "29\u00a0January 2019 to 30\u00a0January 2019"},
		{"", "", ""},
		{"about 2002", "about 2002", "about 2002"},
	} {
		check("Date", fr.Date(c.iso), c.fr)
		check("Date", en.Date(c.iso), c.en)
	}
	at := time.Date(2026, 11, 23, 8, 5, 0, 0, time.UTC)
	check("Moment", fr.Moment(at), "23\u00a0novembre 2026 à 08 h 05 (temps universel)")
	check("Moment", en.Moment(at), "23\u00a0November 2026, 08:05 UTC")
	check("N", fr.N("names.recorded", 0), "0 nom recensé")
	check("N", fr.N("names.recorded", 2), "2 noms recensés")
	check("N", en.N("names.recorded", 0), "0 names recorded")
	check("list", fr.List([]string{"a", "b", "c"}), "a, b et c")
	check("quantity", fr.Quantity(40, "communes", "about"), "environ 40 communes")
	check("quantity", fr.Quantity(1, "collectivities", "exact"), "1 collectivité")
	check("quantity", fr.Quantity(2001, "year", "exact"), "2001")
	check("quantity", en.Quantity(16, "percent", "exact"), "16%")
	check("figure", fr.Figure(331, "", "exact"), "331 (la source ne dit pas ce qu’elle compte)")
}
