package territory

import (
	"encoding/csv"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The collectivities of the collected history are in the reference, as their rows say.
func TestCollectivitiesOfTheHistory(t *testing.T) {
	f, err := os.Open("../../history/collectivities.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	// Names that sources state and the body does not bear today. Find must not guess them.
	other := []string{"CA Caux Vallée de Seine", "CU du Grand Nancy"}
	r, resolved := Official(), 0
	for _, values := range rows[1:] {
		row := map[string]string{}
		for i, column := range rows[0] {
			row[column] = values[i]
		}
		stated, id, name := row["name_as_stated"], row["collectivity_id"], row["official_name"]
		switch row["status"] {
		case "resolved":
			resolved++
			tt, ok := r.ByID(id)
			departement, _ := r.Departement(tt.Departement)
			region, _ := r.Region(tt.Region)
			got := []string{tt.Name, tt.Kind, tt.SIREN, tt.Departement, departement, tt.Region, region, strconv.Itoa(tt.Population), strconv.Itoa(r.PopulationYear())}
			var want []string
			for _, column := range []string{"official_name", "kind", "siren", "departement_code", "departement", "region_code", "region", "population", "population_year"} {
				want = append(want, row[column])
			}
			if !ok || !slices.Equal(got, want) {
				t.Errorf("%s: the reference says %q, the history %q", id, got, want)
			}
			if !has(r.Find(name), tt) {
				t.Errorf("Find(%q) = %s, without %s", name, ids(r.Find(name)), id)
			}
			if found := r.Find(name + " (" + row["departement"] + ")"); len(found) != 1 || found[0] != tt {
				t.Errorf("Find(%q) with its département = %s, want %s", name, ids(found), id)
			}
			if has(r.Find(stated), tt) == slices.Contains(other, stated) {
				t.Errorf("Find(%q) = %s for %s", stated, ids(r.Find(stated)), id)
			}
		case "ambiguous":
			var candidates []string
			for _, tt := range r.Find(stated) {
				candidates = append(candidates, tt.ID)
			}
			if got := strings.Join(candidates, "|"); got != row["candidates"] {
				t.Errorf("Find(%q) = %s, want %s", stated, got, row["candidates"])
			}
		case "historic":
			if row["kind"] == "commune" {
				if f, ok := r.FormerByID(id); !ok || f.Name != name {
					t.Errorf("FormerByID(%s) = %+v, %v", id, f, ok)
				}
				break
			}
			fallthrough // the reference knows no EPCI that is gone
		default:
			if found := r.Find(stated); len(found) > 0 {
				t.Errorf("Find(%q) = %s, but it is %s", stated, ids(found), row["status"])
			}
		}
	}
	if resolved < 150 {
		t.Errorf("only %d rows are resolved", resolved)
	}
}
