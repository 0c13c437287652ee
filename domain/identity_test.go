package domain

import (
	"strings"
	"testing"
)

func TestValidINSEE(t *testing.T) {
	tests := []struct {
		code string
		want bool
	}{
		{"73008", true},
		{"01001", true},
		{"95680", true},
		{"2A004", true}, // Ajaccio
		{"2B033", true}, // Bastia
		{"97103", true}, // Guadeloupe
		{"97209", true}, // Martinique
		{"97302", true}, // Guyane
		{"97411", true}, // La Réunion
		{"97502", true}, // Saint-Pierre-et-Miquelon
		{"97608", true}, // Mayotte
		{"98817", true}, // Le Mont-Dore, New Caledonia
		{"98735", true}, // French Polynesia
		{"00001", false},
		{"20004", false}, // Corsica before 1976
		{"2C004", false},
		{"2a004", false},
		{"96001", false},
		{"97001", false},
		{"97901", false},
		{"98301", false},
		{"99100", false},
		{"7300", false},
		{"730080", false},
		{"73008 ", false},
		{"73008\n", false},
		{"7300８", false},
		{"A3008", false},
		{"", false},
	}
	for _, tt := range tests {
		if got := ValidINSEE(tt.code); got != tt.want {
			t.Errorf("ValidINSEE(%q) = %t", tt.code, got)
		}
	}
}

func TestValidSIREN(t *testing.T) {
	valid := 0
	for _, row := range historyOf(t, "collectivities.csv") {
		if s := row["siren"]; s != "" {
			valid++
			if !ValidSIREN(s) {
				t.Errorf("the SIREN %s of %s is refused", s, row["official_name"])
			}
		}
	}
	if valid < 100 {
		t.Errorf("only %d numbers were checked", valid)
	}
	for _, s := range []string{"", "21730008", "2173000866", "21730008６", "21730008A", "-17300086", "217 30008"} {
		if ValidSIREN(s) {
			t.Errorf("%q is accepted", s)
		}
	}
}

// TestSIRENNoticesEverySlip changes each digit of a SIREN into each other one.
func TestSIRENNoticesEverySlip(t *testing.T) {
	const siren = "217300086"
	for i := range siren {
		for d := byte('0'); d <= '9'; d++ {
			wrong := []byte(siren)
			wrong[i] = d
			if got := ValidSIREN(string(wrong)); got != (string(wrong) == siren) {
				t.Errorf("ValidSIREN(%s) = %t", wrong, got)
			}
		}
	}
}

func TestCollectivityKind(t *testing.T) {
	tests := []struct {
		id    CollectivityID
		kind  BodyKind
		insee string
	}{
		{"fr-commune-73008", Commune, "73008"},
		{"fr-commune-2A004", Commune, "2A004"},
		{"fr-commune-98817", Commune, "98817"},
		{"fr-commune-76476-2015", FormerCommune, "76476"},
		{"fr-commune-2B033-1999", FormerCommune, "2B033"},
		{"fr-epci-200041507", EPCI, ""},
		{"fr-epci-x-cc-action-fourmies", FormerEPCI, ""},
		{"ca-bromont", Foreign, ""},
		{"sn-yoff", Foreign, ""},
		{"other-argi", Other, ""},
		{"unsettled-bassens", Unsettled, ""},

		{"fr-commune-99999", "", ""},
		{"fr-commune-20004", "", ""},
		{"fr-commune-7300", "", ""},
		{"fr-commune-73008-15", "", ""},
		{"fr-commune-73008-2115", "", ""},
		{"fr-commune-73008-1815", "", ""},
		{"fr-commune-00000-2015", "", ""},
		{"fr-commune-73008-2015-", "", ""},
		{"fr-epci-200041508", "", ""}, // check digit
		{"fr-epci-20004150", "", ""},
		{"fr-epci-x-", "", ""},
		{"fr-epci-x-CC", "", ""},
		{"fr-departement-73", "", ""},
		{"fr-73008", "", ""},
		{"ca-", "", ""},
		{"ca-Bromont", "", ""},
		{"ca--bromont", "", ""},
		{"can-bromont", "", ""},
		{"other-", "", ""},
		{"unsettled", "", ""},
		{"unsettled-bassens-", "", ""},
		{" fr-commune-73008", "", ""},
		{"fr-commune-73008\n", "", ""},
		{"FR-commune-73008", "", ""},
		{"", "", ""},
		{CollectivityID("other-" + strings.Repeat("a", 94)), Other, ""},
		{CollectivityID("other-" + strings.Repeat("a", 95)), "", ""},
	}
	for _, tt := range tests {
		if got := tt.id.Kind(); got != tt.kind {
			t.Errorf("%q.Kind() = %q, want %q", tt.id, got, tt.kind)
		}
		if got := tt.id.INSEE(); got != tt.insee {
			t.Errorf("%q.INSEE() = %q, want %q", tt.id, got, tt.insee)
		}
		if got := tt.id.Valid(); got != (tt.kind != "") {
			t.Errorf("%q.Valid() = %t", tt.id, got)
		}
	}
}

func TestCollectivityIDsOfHistory(t *testing.T) {
	kinds := map[string]BodyKind{"foreign": Foreign, "not_a_collectivity": Other}
	for _, row := range historyOf(t, "collectivities.csv") {
		ids := strings.Split(row["candidates"], "|")
		if row["collectivity_id"] != "" {
			ids = []string{row["collectivity_id"]}
		}
		for _, id := range ids {
			kind := CollectivityID(id).Kind()
			if kind == "" {
				t.Errorf("%s has the id %q, which has no form", row["name_as_stated"], id)
			}
			if want, ok := kinds[row["status"]]; ok && kind != want {
				t.Errorf("%s is %s, but its id %s is %s", row["name_as_stated"], row["status"], id, kind)
			}
		}
	}
}

func TestSlugIDs(t *testing.T) {
	for s, want := range map[string]bool{
		"localtis-2016-labels": true, "01net-parthenay": true, "a": true,
		"": false, "Localtis": false, "a_b": false, "a--b": false, "-a": false, "a-": false, "é": false, "a b": false, "a\n": false,
	} {
		if got := SourceID(s).Valid(); got != want {
			t.Errorf("SourceID(%q).Valid() = %t", s, got)
		}
		if got := MentionID(s).Valid(); got != want {
			t.Errorf("MentionID(%q).Valid() = %t", s, got)
		}
	}
	for n, want := range map[int][2]bool{60: {true, true}, 61: {true, false}, 80: {true, false}, 81: {false, false}} {
		s := strings.Repeat("a", n)
		if got := [2]bool{SourceID(s).Valid(), MentionID(s).Valid()}; got != want {
			t.Errorf("%d letters: a source's id and a mention's are valid: %v, want %v", n, got, want)
		}
	}
	for _, row := range historyOf(t, "sources.csv") {
		if !SourceID(row["source_id"]).Valid() {
			t.Errorf("the source %q has no valid id", row["source_id"])
		}
	}
	for _, row := range historyOf(t, "mentions.csv") {
		if !MentionID(row["mention_id"]).Valid() {
			t.Errorf("the mention %q has no valid id", row["mention_id"])
		}
	}
}

func TestStreamNames(t *testing.T) {
	tests := []struct {
		stream         StreamName
		want, category string
	}{
		{LedgerStream, "ledger", "ledger"},
		{SourceStream("localtis-2009"), "source-localtis-2009", "source"},
		{CollectivityStream(aix), "collectivity-fr-commune-73008", "collectivity"},
		{EditionStream(18), "edition-18", "edition"},
		{FiguresStream(18), "figures-18", "figures"},
		{FiguresStream(0), "figures-undated", "figures"},
		{CandidacyStream(18, aix), "candidacy-18-fr-commune-73008", "candidacy"},
		{CandidacyStream(0, "ca-bromont"), "candidacy-undated-ca-bromont", "candidacy"},
		{DistinctionStream("territoire-excellence-numerique", aix), "distinction-territoire-excellence-numerique-fr-commune-73008", "distinction"},
	}
	for _, tt := range tests {
		if string(tt.stream) != tt.want || tt.stream.Category() != tt.category {
			t.Errorf("got %s of %s, want %s of %s", tt.stream, tt.stream.Category(), tt.want, tt.category)
		}
	}
}

func TestParseCandidacyStream(t *testing.T) {
	for _, c := range []Candidacy{{18, aix}, {1, "ca-bromont"}, {0, "unsettled-bassens"}, {27, "fr-commune-76476-2015"}} {
		if got, ok := ParseCandidacyStream(c.Stream()); !ok || got != c {
			t.Errorf("%s is read as %+v, %t", c.Stream(), got, ok)
		}
	}
	for _, s := range []StreamName{
		"", "candidacy", "candidacy-", "candidacy-18", "candidacy-0-" + StreamName(aix), "candidacy-018-" + StreamName(aix),
		"candidacy--1-" + StreamName(aix), "candidacy-x-" + StreamName(aix), "edition-18", "collectivity-" + StreamName(aix),
	} {
		if got, ok := ParseCandidacyStream(s); ok {
			t.Errorf("%q is read as %+v", s, got)
		}
	}
}
