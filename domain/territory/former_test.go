package territory

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFormer(t *testing.T) {
	for _, want := range []Former{
		{ID: "fr-commune-76476-2015", Code: "76476", Name: "Notre-Dame-de-Gravenchon", LastYear: 2015, On: "2016-01-01", How: Merged,
			Successors: []string{"fr-commune-76476"}, SuccessorName: "Port-Jérôme-sur-Seine"},
		{ID: "fr-commune-72138-2018", Code: "72138", Name: "Fresnay-sur-Sarthe", LastYear: 2018, On: "2019-01-01", How: Merged,
			Successors: []string{"fr-commune-72138"}, SuccessorName: "Fresnay-sur-Sarthe"},
		{ID: "fr-commune-76276-2015", Code: "76276", Name: "Forges-les-Eaux", LastYear: 2015, On: "2016-01-01", How: Merged,
			Successors: []string{"fr-commune-76276"}, SuccessorName: "Forges-les-Eaux"},
		// A commune nouvelle that was undone: one body before and after, another one in between.
		{ID: "fr-commune-76108", Code: "76108", Name: "Bois-Guillaume", LastYear: 2011, On: "2012-01-01", How: Merged,
			Successors: []string{"fr-commune-76108-2013"}, SuccessorName: "Bois-Guillaume-Bihorel"},
		{ID: "fr-commune-76108-2013", Code: "76108", Name: "Bois-Guillaume-Bihorel", LastYear: 2013, On: "2014-01-01", How: Split,
			Successors: []string{"fr-commune-76095", "fr-commune-76108"}, SuccessorName: "Bihorel"},
		// Undone after the history ended: what it merged into cannot be named.
		{ID: "fr-commune-14712", Code: "14712", Name: "Troarn", LastYear: 2016, On: "2017-01-01", How: Merged, SuccessorName: "Saline"},
		// Another seat, another code, the same body; then it merged.
		{ID: "fr-commune-14472-2016", Code: "14697", Name: "L'Oudon", LastYear: 2014, On: "2014-01-07", How: Recoded,
			Successors: []string{"fr-commune-14472-2016"}, SuccessorName: "L'Oudon"},
		{ID: "fr-commune-14472-2016", Code: "14472", Name: "L'Oudon", LastYear: 2016, On: "2017-01-01", How: Merged,
			Successors: []string{"fr-commune-14654"}, SuccessorName: "Saint-Pierre-en-Auge"},
		// Into a commune whose code changed after the history ended.
		{ID: "fr-commune-49069-2015", Code: "49069", Name: "Champtoceaux", LastYear: 2015, On: "2015-12-15", How: Merged,
			Successors: []string{"fr-commune-49126"}, SuccessorName: "Orée d'Anjou"},
		// Across départements.
		{ID: "fr-commune-44060-2015", Code: "44060", Name: "Le Fresne-sur-Loire", LastYear: 2015, On: "2016-01-01", How: Merged,
			Successors: []string{"fr-commune-49160"}, SuccessorName: "Ingrandes-Le Fresne sur Loire"},
	} {
		got, ok := Official().Former(want.Code, want.LastYear)
		if d := cmp.Diff(want, got); !ok || d != "" {
			t.Errorf("Former(%s, %d): %v\n%s", want.Code, want.LastYear, ok, d)
		}
	}
	// Not gone: took in Lomme in 2000, turned its associées into quarters, or nothing at all. Or not known to be.
	for code, year := range map[string]int{"59350": 1999, "42147": 2012, "73008": 2015, "76476": 2016, "": 0} {
		if f, ok := Official().Former(code, year); ok {
			t.Errorf("Former(%s, %d) = %+v", code, year, f)
		}
	}
}

func TestFormerByID(t *testing.T) {
	if f, ok := Official().FormerByID("fr-commune-76476-2015"); !ok || f.Name != "Notre-Dame-de-Gravenchon" {
		t.Errorf("got %+v, %v", f, ok)
	}
	// The year in which Bois-Guillaume merged made no other body of it; an id in another writing is another id.
	for _, id := range []string{"fr-commune-76108-2011", "fr-commune-76476", "fr-commune-76476-02015", "fr-commune-14697-2014", "76476-2015", ""} {
		if f, ok := Official().FormerByID(id); ok {
			t.Errorf("FormerByID(%q) = %+v", id, f)
		}
	}
}

func TestFindFormer(t *testing.T) {
	for name, want := range map[string][]string{
		"notre dame de gravenchon":                  {"fr-commune-76476-2015"},
		"Notre-Dame-de-Gravenchon (Seine-Maritime)": {"fr-commune-76476-2015"},
		"Notre-Dame-de-Gravenchon (Normandie)":      {"fr-commune-76476-2015"},
		"Notre-Dame-de-Gravenchon (Eure)":           nil,
		"Fosse (Le) (76)":                           {"fr-commune-76277-2015"},
		"Aix-les-Bains":                             nil,
		"":                                          nil,
	} {
		var got []string
		for _, f := range Official().FindFormer(name) {
			got = append(got, f.ID)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("FindFormer(%q):\n%s", name, d)
		}
	}
}

func TestSuccessorsAndStanding(t *testing.T) {
	r := Official()
	for _, c := range []struct {
		code string
		year int
		want []string
	}{
		{"76476", 2015, []string{"fr-commune-76476"}},
		{"76713", 2015, []string{"fr-commune-76476"}}, // Triquerville
		{"76108", 2013, []string{"fr-commune-76095", "fr-commune-76108"}},
		{"76095", 2011, []string{"fr-commune-76095"}},
		{"14697", 2014, []string{"fr-commune-14654"}}, // L'Oudon, by way of its second code
		{"60455", 2018, []string{"fr-commune-60694"}}, // where two tables of the package disagree, the Code officiel
		{"73008", 2015, nil},
	} {
		if d := cmp.Diff(c.want, r.Successors(c.code, c.year)); d != "" {
			t.Errorf("Successors(%s, %d):\n%s", c.code, c.year, d)
		}
	}
	for code, want := range map[string]string{
		"76476": "Port-Jérôme-sur-Seine", // in force
		"76277": "Forges-les-Eaux",       // Le Fossé
		"59355": "Lille",                 // Lomme, associée
		"60467": "Beauvais",              // Notre-Dame-du-Thil, gone in 1943
		"55273": "Nonsard-Lamarche",
		"99999": "", "": "",
	} {
		got, ok := r.Standing(code)
		if got.Name != want || ok != (want != "") {
			t.Errorf("Standing(%q) = %q, %v, want %q", code, got.Name, ok, want)
		}
	}
}

func TestParts(t *testing.T) {
	want := []Part{
		{"76031", "deleguee", "76476", "Auberville-la-Campagne"},
		{"76476", "deleguee", "76476", "Notre-Dame-de-Gravenchon"},
		{"76701", "deleguee", "76476", "Touffreville-la-Cable"},
		{"76713", "deleguee", "76476", "Triquerville"},
	}
	if d := cmp.Diff(want, Official().Parts("fr-commune-76476")); d != "" {
		t.Error(d)
	}
	if p := Official().Parts("fr-commune-73008"); p != nil {
		t.Errorf("Aix-les-Bains has the parts %v", p)
	}
}

// Every row F can be read, leads somewhere, and no id means two bodies.
func TestEveryFormerLeadsToday(t *testing.T) {
	r := Official()
	body := map[string]string{}
	for i := range r.formers {
		f := r.former(i)
		if again, ok := r.Former(f.Code, f.LastYear); !ok || !cmp.Equal(f, again) {
			t.Errorf("Former(%s, %d) = %+v", f.Code, f.LastYear, again)
		}
		if f.How != Recoded {
			if other, ok := body[f.ID]; ok {
				t.Errorf("%s is %s and %s", f.ID, other, f.Name)
			}
			body[f.ID] = f.Name
		}
		if len(r.Successors(f.Code, f.LastYear)) == 0 {
			t.Errorf("%s leads nowhere", f.ID)
		}
		if d := f.On; len(d) != 10 || d < "1999-01-01" || d > "2019-01-01" || f.LastYear < 1998 || f.LastYear > 2018 {
			t.Errorf("%s went on %s", f.ID, d)
		}
		for _, id := range f.Successors {
			_, inForce := r.ByID(id)
			_, former := r.FormerByID(id)
			if !inForce && !former {
				t.Errorf("%s: successor %s is unknown", f.ID, id)
			}
		}
		if now, ok := r.ByID(f.ID); f.How != Recoded && (ok != f.Restored() || ok && Fold(now.Name) != Fold(f.Name)) {
			t.Errorf("%s (%s): in force %v, restored %v", f.ID, f.Name, ok, f.Restored())
		}
	}
}
