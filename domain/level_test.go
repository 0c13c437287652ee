package domain

import (
	"errors"
	"testing"
)

func TestLevelValid(t *testing.T) {
	for l := Level(-2); l <= 8; l++ {
		want := map[Level]bool{1: true, 2: true, 3: true, 4: true, 5: true}[l]
		if got := l.Valid(); got != want {
			t.Errorf("Level(%d).Valid() = %t", l, got)
		}
	}
}

func TestAwardCheck(t *testing.T) {
	tests := []struct {
		award  Award
		broken Rule   // that says no, or ""
		wrong  string // the rule of the form that says no, or ""
	}{
		{level(1), "", ""},
		{level(5), "", ""},
		{horsConcours, "", ""},
		{unspecified, "", ""},
		{level(0), RuleAwardForm, ""},
		{level(6), "", "level"},
		{level(-1), "", "level"},
		{Award{DistinctionHorsConcours, 5}, RuleAwardForm, ""},
		{Award{DistinctionUnspecified, 1}, RuleAwardForm, ""},
		{Award{DistinctionUnspecified, 6}, "", "level"},
	}
	for _, tt := range tests {
		err := tt.award.Check()
		rule, wrong, field := refusal(err)
		if rule != tt.broken || wrong != tt.wrong || err != nil && field != "level" {
			t.Errorf("%+v: got %q %q at %q, want %q %q: %v", tt.award, rule, wrong, field, tt.broken, tt.wrong, err)
		}
	}
}

// refusal takes an error apart: the rule of the ledger that is broken, or the rule of the form, and the field.
func refusal(err error) (rule Rule, wrong, field string) {
	var broken *Broken
	var invalid Invalid
	switch {
	case errors.As(err, &broken):
		return broken.Rule, "", broken.Field
	case errors.As(err, &invalid):
		return "", invalid[0].Rule, invalid[0].Field
	case err != nil:
		return "", err.Error(), ""
	}
	return "", "", ""
}

func TestAwardContradicts(t *testing.T) {
	tests := []struct {
		a, b Award
		want bool
	}{
		{level(5), level(5), false},
		{level(5), level(4), true},
		{level(5), horsConcours, true},
		{horsConcours, horsConcours, false},
		{level(5), unspecified, false},
		{horsConcours, unspecified, false},
		{unspecified, unspecified, false},
	}
	for _, tt := range tests {
		if got := tt.a.Contradicts(tt.b); got != tt.want {
			t.Errorf("%s contradicts %s: %t", tt.a, tt.b, got)
		}
		if got := tt.b.Contradicts(tt.a); got != tt.want {
			t.Errorf("%s contradicts %s: %t", tt.b, tt.a, got)
		}
	}
}

func TestAwardString(t *testing.T) {
	for a, want := range map[Award]string{level(4): "4 @", horsConcours: "hors-concours", unspecified: "unspecified"} {
		if got := a.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
