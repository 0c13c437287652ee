package domain

import "testing"

func TestSamePerson(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"Anne Martin", "anne  MARTIN ", true},
		{"Anne Martin", "Martin Anne", true},
		{"Anne Martin", "MARTIN, Anne", true},
		{"Chloé Lefèvre", "Chloe Lefevre", true},
		{"Chloe\u0301 Lefèvre", "Chloé Lefèvre", true},
		{"Jean-Luc d’Arc", "Jean Luc d'Arc", true},
		{"Anne Martin", "Anna Martin", false},
		{"Anne Martin", "Anne", false},
		{"Anne Martin", "Anne Martin (Brest)", false},
		{"Anne Anne", "Anne", false},
		{"Иван Петров", "иван петров", true},
		{"", "", true},
		{"", "Anne", false},
		{"?", "!", false},
	} {
		if SamePerson(tt.a, tt.b) != tt.same || SamePerson(tt.b, tt.a) != tt.same {
			t.Errorf("%q and %q: want the same person: %t", tt.a, tt.b, tt.same)
		}
	}
}
