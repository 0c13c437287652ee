package territory

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The hash of the table of 2026. Ledgers name it in reference-adopted: a table that differs needs another version.
const officialSHA256 = "21a6c7313832ec9a29f370a74b39876d481f065b157b8da5899c203ac676274b"

func TestOfficialIsTheStatedTable(t *testing.T) {
	table, err := Table()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(table))
	r := Official()
	if got := hex.EncodeToString(sum[:]); got != officialSHA256 || r.SHA256() != officialSHA256 {
		t.Errorf("the table hashes to %s, SHA256() gives %s, stated is %s", got, r.SHA256(), officialSHA256)
	}
	if r.Name() != "cog" || r.Version() != "2026" || r.PopulationYear() != 2026 {
		t.Errorf("reference %s %s, populations of %d", r.Name(), r.Version(), r.PopulationYear())
	}
	_, rows, _ := strings.Cut(strings.TrimSuffix(table, "\n"), "\n")
	if !slices.IsSorted(strings.Split(rows, "\n")) {
		t.Error("the rows are not sorted by bytes")
	}
	if len(packed) > 700_000 {
		t.Errorf("the embedded file has grown to %d bytes", len(packed))
	}
}

// The counts of the two publications, counted apart from the generator.
func TestCounts(t *testing.T) {
	r := Official()
	got := map[string]int{
		"communes": len(r.communes), "EPCI": len(r.epci), "departements": len(r.Departements()), "regions": len(r.Regions()),
		"parts": len(r.parts), "old codes": len(r.old), "formers": len(r.formers), "len": r.Len(), "members": len(r.members),
	}
	for tt := range r.All() {
		if tt.Kind == KindEPCI {
			got["form "+tt.LegalForm]++
		}
		if !tt.PopulationKnown {
			got["population unknown"]++
		} else if tt.Population == 0 {
			got["population 0"]++
		}
		if tt.Kind == KindCommune && tt.SIREN == "" {
			got["communes without SIREN"]++
		}
		if tt.Kind == KindCommune && tt.EPCI == "" {
			got["communes without EPCI"]++
		}
	}
	want := map[string]int{
		"communes": 34969, "EPCI": 1255, "departements": 109, "regions": 26, "parts": 2105 + 471, "old codes": 2248,
		"formers": 2575, "len": 34969 + 1255, "members": 34969 - 98,
		"form CC": 989, "form CA": 230, "form CU": 14, "form METRO": 21, "form MET69": 1,
		"population unknown": 6, "population 0": 6, "communes without SIREN": 94, "communes without EPCI": 98,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestTerritories(t *testing.T) {
	for _, want := range []Territory{
		{ID: "fr-commune-73008", Kind: "commune", Code: "73008", SIREN: "217300086", Name: "Aix-les-Bains", Departement: "73", Region: "84",
			Population: 32406, PopulationKnown: true, EPCI: "fr-epci-200068674"},
		{ID: "fr-commune-98817", Kind: "commune", Code: "98817", Name: "Le Mont-Dore", Departement: "988", Region: "988",
			Population: 25303, PopulationKnown: true},
		{ID: "fr-commune-55039", Kind: "commune", Code: "55039", SIREN: "215500398", Name: "Beaumont-en-Verdunois", Departement: "55", Region: "44",
			PopulationKnown: true, EPCI: "fr-epci-200049187"},
		{ID: "fr-commune-98412", Kind: "commune", Code: "98412", Name: "Archipel des Kerguelen", Departement: "984", Region: "984"},
		{ID: "fr-epci-200041507", Kind: "epci", Code: "200041507", SIREN: "200041507", Name: "CA La Riviéra du Levant", LegalForm: "CA",
			Departement: "971", Region: "01", Population: 66218, PopulationKnown: true},
		{ID: "fr-epci-200046977", Kind: "epci", Code: "200046977", SIREN: "200046977", Name: "Métropole de Lyon", LegalForm: "MET69",
			Departement: "69", Region: "84", Population: 1433613, PopulationKnown: true},
	} {
		got, ok := Official().ByID(want.ID)
		if d := cmp.Diff(want, got); !ok || d != "" {
			t.Errorf("ByID(%s): %v\n%s", want.ID, ok, d)
		}
	}
	for _, id := range []string{"", "fr-commune-", "fr-commune-7300", "fr-commune-99999", "fr-commune-76476-2015", "fr-epci-1", "73008", "ca-bromont"} {
		if got, ok := Official().ByID(id); ok {
			t.Errorf("ByID(%q) = %+v", id, got)
		}
	}
}

func TestEveryTerritoryIsWhereItSays(t *testing.T) {
	r := Official()
	previous := ""
	for tt := range r.All() {
		if tt.ID <= previous && tt.Kind == KindCommune {
			t.Fatalf("%s after %s", tt.ID, previous)
		}
		previous = tt.ID
		if again, ok := r.ByID(tt.ID); !ok || again != tt {
			t.Fatalf("ByID(%s) = %+v, All gives %+v", tt.ID, again, tt)
		}
		if _, ok := r.Departement(tt.Departement); !ok {
			t.Errorf("%s: département %q", tt.ID, tt.Departement)
		}
		if _, ok := r.Region(tt.Region); !ok {
			t.Errorf("%s: région %q", tt.ID, tt.Region)
		}
		if tt.EPCI != r.EPCIOf(tt.ID) {
			t.Errorf("%s: EPCIOf %q, EPCI %q", tt.ID, r.EPCIOf(tt.ID), tt.EPCI)
		}
		if tt.Kind == KindCommune && cutsForm(Fold(tt.Name)) {
			t.Errorf("%s would be read as an EPCI", tt.Name)
		}
		for _, m := range r.Members(tt.ID) {
			if r.EPCIOf(m) != tt.ID {
				t.Errorf("%s is a member of %s, but EPCIOf gives %q", m, tt.ID, r.EPCIOf(m))
			}
		}
		if members := r.Members(tt.ID); (tt.Kind == KindEPCI) != (len(members) > 0) || !slices.IsSorted(members) {
			t.Errorf("%s: %d members", tt.ID, len(members))
		}
	}
}

func cutsForm(folded string) bool {
	form, _ := cutForm(folded)
	return form != ""
}

func TestDivisions(t *testing.T) {
	r := Official()
	for code, want := range map[string]string{"70": "Haute-Saône", "2A": "Corse-du-Sud", "988": "Nouvelle-Calédonie", "01": "Ain", "": "", "20": ""} {
		if got, ok := r.Departement(code); got != want || ok != (want != "") {
			t.Errorf("Departement(%q) = %q, %v", code, got, ok)
		}
	}
	for code, want := range map[string]string{"01": "Guadeloupe", "93": "Provence-Alpes-Côte d'Azur", "": "", "70": ""} {
		if got, ok := r.Region(code); got != want || ok != (want != "") {
			t.Errorf("Region(%q) = %q, %v", code, got, ok)
		}
	}
	if d := r.Departements()[0]; d != (Division{Code: "01", Name: "Ain", Region: "84"}) {
		t.Errorf("the first département is %+v", d)
	}
}

func TestDamagedTables(t *testing.T) {
	const head = "#arobase-territory\t1\tcog\t2026\t2026\t6.0.0\t0.7.0\t1999-01-01\n"
	for name, table := range map[string]string{
		"empty":               "",
		"other format":        strings.Replace(head, "\t1\t", "\t2\t", 1),
		"no year":             strings.Replace(head, "2026\t6", "?\t6", 1),
		"field missing":       head + "D\t01\t84\n",
		"field too many":      head + "R\t84\tA\tB\n",
		"unknown row":         head + "Z\t1\n",
		"blank line":          head + "\n",
		"unknown EPCI":        head + "C\t01001\t\t200069193\t1\tA\nD\t01\t84\tAin\n",
		"no such département": head + "C\t01001\t\t\t1\tA\n",
	} {
		if _, err := parse(table); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func BenchmarkOfficial(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		table, err := Table()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := parse(table); err != nil {
			b.Fatal(err)
		}
	}
}
