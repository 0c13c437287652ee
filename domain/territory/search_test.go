package territory

import (
	"strings"
	"testing"
)

func TestSearch(t *testing.T) {
	for _, c := range []struct{ query, want string }{
		{"Aix-les-Bains", "73008"},
		{"aix l", "73008"},
		{"lille", "59350"},            // before the places that only begin so
		{"bastia", "2B033 242000354"}, // the commune, then its EPCI
		{"la rochelle", "17300 70450"},
		{"rochelle", "17300 70450"},
		{"la rochelle (70)", "70450"},
		{"saint raph", "83118 24493"},
		{"St Raph", "83118"},
		{"baroeul", "59378"}, // a word inside
		{"marcq baroeul", "59378"},
		{"nancy vandoeuvre", "54547"}, // in any order
		{"mont dore", "98817 63236"},
		{"isle ad", "95313"},
		{"st", "56201"}, // Le Saint, exactly
		{"st etienne", "42218"},
		{"stai", "93072"}, // Stains
		{"73008", "73008"},
		{"7300", "73008"},
		{"2a00", "2A004"},
		{"217300086", "73008"},
		{"217 300 086", "73008"},
		{"200041507", "200041507"},
		{"riviera du lev", "200041507"},
		{"ca la riviera du", "200041507"},
		{"communauté d'agglomération la riviera du", "200041507"},
		{"cc autunois", "200070530"},
		{"communauté de communes autunois", "200070530"},
		{"grand nancy", "245400676"},
		{"quatre rivieres", "247400666 247000623"},
		{"cckb", "242200715"},
	} {
		got := ids(Official().Search(c.query, 10))
		if got != c.want && !strings.HasPrefix(got, c.want+" ") {
			t.Errorf("Search(%q) = %s, want %s first", c.query, got, c.want)
		}
	}
	for _, query := range []string{"", " ", "-", "zzzz", "bassens (québec)", "9", "99999"} {
		if got := Official().Search(query, 10); len(got) > 0 {
			t.Errorf("Search(%q) = %s", query, ids(got))
		}
	}
}

func TestSearchWhileTyping(t *testing.T) {
	// Every beginning of a word that starts like St or Ste still finds it.
	for _, name := range []string{"Stains", "Stenay", "Saint-Denis", "Sainte-Maxime"} {
		for n := 1; n <= len(name); n++ {
			found := false
			for _, tt := range Official().Search(name[:n], Official().Len()) {
				found = found || tt.Name == name
			}
			if !found {
				t.Errorf("Search(%q) does not give %s", name[:n], name)
			}
		}
	}
}

func TestSearchLimitsAndRanks(t *testing.T) {
	r := Official()
	for _, limit := range []int{-1, 0} {
		if got := r.Search("s", limit); got != nil {
			t.Errorf("limit %d gives %d", limit, len(got))
		}
	}
	// However the best are chosen, they are the same and no one comes twice.
	every := r.Search("sa", r.Len())
	if best := r.Search("sa", 50); ids(best) != ids(every[:50]) {
		t.Errorf("the best 50 differ:\n%s\n%s", ids(best), ids(every[:50]))
	}
	seen := map[string]bool{}
	for _, tt := range every {
		if seen[tt.ID] {
			t.Errorf("%s twice", tt.ID)
		}
		seen[tt.ID] = true
	}
}

func TestSearchFindsEveryNameAndCode(t *testing.T) {
	if testing.Short() {
		t.Skip("searches 70,000 times")
	}
	r := Official()
	n := 0
	for tt := range r.All() {
		if n++; n%7 != 0 {
			continue // a seventh is enough, and quick
		}
		if !has(r.Search(tt.Name, 100), tt) {
			t.Errorf("Search(%q) does not give %s", tt.Name, tt.ID)
		}
		if got := r.Search(tt.Code, 1); len(got) != 1 || got[0] != tt {
			t.Errorf("Search(%q) = %s", tt.Code, ids(got))
		}
	}
}

func BenchmarkNewSearchIndex(b *testing.B) {
	r := Official()
	r.names()
	b.ReportAllocs()
	for b.Loop() {
		newSearchIndex(r)
	}
}

func BenchmarkSearch(b *testing.B) {
	r := Official()
	r.Search("x", 1)
	for _, q := range []string{"s", "saint", "st d", "aix les bains", "nancy vandoeuvre", "73", "la rochelle (70)"} {
		b.Run(q, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Search(q, 20)
			}
		})
	}
}
