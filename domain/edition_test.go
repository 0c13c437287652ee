package domain

import "testing"

// TestEditionsAndYears lists every edition, so that no formula is tested with itself.
func TestEditionsAndYears(t *testing.T) {
	years := []int{
		1999, 2000, 2001, 2002, 2003, 2004, 2005, 2006, 2007, 2008, 2009,
		2011, 2012, 2013, 2014, 2015, 2016, 2017, 2018, 2019, 2020, 2021, 2022, 2023, 2024, 2025, 2026, 2027,
	}
	for i, year := range years {
		e := Edition(i + 1)
		if got := e.Year(); got != year {
			t.Errorf("edition %d was held in %d, not in %d", e, year, got)
		}
		if got := EditionOfYear(year); got != e {
			t.Errorf("%d is the year of edition %d, not of %d", year, e, got)
		}
	}
	for _, year := range []int{2010, 1998, 0, -1} {
		if got := EditionOfYear(year); got != 0 {
			t.Errorf("there was no ceremony in %d, but edition %d", year, got)
		}
	}
	for _, e := range []Edition{0, -1, -12} {
		if got := e.Year(); got != 0 {
			t.Errorf("edition %d was held in %d", e, got)
		}
	}
}

func TestEditionString(t *testing.T) {
	for e, want := range map[Edition]string{0: "undated", 1: "1", 18: "18"} {
		if got := e.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestCheckStatedYear(t *testing.T) {
	tests := []struct {
		edition Edition
		stated  string
		broken  Rule
		wrong   string
		field   string
	}{
		{18, "2017", "", "", ""},
		{1, "1999", "", "", ""},
		{11, "2009", "", "", ""},
		{11, "2010", "", "", ""}, // the press calls it so
		{12, "2011", "", "", ""},
		{0, "", "", "", ""},
		{0, "2002?", "", "", ""},
		{0, "2017+", "", "", ""},
		{0, "2018|2024", "", "", ""},
		{0, "2018|2021|2024", "", "", ""},
		{0, "2000-2005", "", "", ""},

		{18, "", RuleEditionYear, "", "yearAsStated"},
		{18, "2016", RuleEditionYear, "", "edition"},
		{12, "2010", RuleEditionYear, "", "edition"},
		{0, "2010", RuleEditionYear, "", "edition"},
		{0, "2017", RuleEditionYear, "", "edition"},
		{1, "1998", RuleEditionYear, "", "yearAsStated"},
		{0, "1998", RuleEditionYear, "", "yearAsStated"},
		{0, "0000", RuleEditionYear, "", "yearAsStated"},
		{4, "2002?", RuleEditionYear, "", "edition"},
		{18, "2017+", RuleEditionYear, "", "edition"},
		{18, "2000-2005", RuleEditionYear, "", "edition"},

		{18, "17", "", "year", "yearAsStated"},
		{18, "2017 ", "", "year", "yearAsStated"},
		{18, "2017\n", "", "year", "yearAsStated"},
		{18, "２０１７", "", "year", "yearAsStated"},
		{0, "2017??", "", "year", "yearAsStated"},
		{0, "2018|", "", "year", "yearAsStated"},
		{0, "2000-", "", "year", "yearAsStated"},
		{0, "about 2002", "", "year", "yearAsStated"},
	}
	for _, tt := range tests {
		err := CheckStatedYear(tt.edition, tt.stated)
		if rule, wrong, field := refusal(err); rule != tt.broken || wrong != tt.wrong || field != tt.field {
			t.Errorf("edition %d, %q: got %q %q at %q, want %q %q at %q: %v",
				tt.edition, tt.stated, rule, wrong, field, tt.broken, tt.wrong, tt.field, err)
		}
	}
}

// TestCheckStatedYearOfHistory takes every year that the collected history has.
func TestCheckStatedYearOfHistory(t *testing.T) {
	checked := 0
	for _, file := range []string{"awards.csv", "mentions.csv", "figures.csv", "rules.csv"} {
		for i, row := range historyOf(t, file) {
			var e Edition
			if row["edition"] != "" {
				n, err := ParseNumber(row["edition"])
				if err != nil {
					t.Fatal(err)
				}
				e = Edition(n.Value)
			}
			if err := CheckStatedYear(e, row["year_as_stated"]); err != nil {
				t.Errorf("%s:%d: %v", file, i+2, err)
			}
			checked++
		}
	}
	if checked < 500 {
		t.Errorf("only %d rows were checked", checked)
	}
}
