package domain

import (
	"strings"
	"testing"
)

func TestParseNumber(t *testing.T) {
	tests := []struct {
		text  string
		want  Number
		float float64
	}{
		{"56", Number{56, 0}, 56},
		{"0", Number{0, 0}, 0},
		{"3.6", Number{36, 1}, 3.6},
		{"-2", Number{-2, 0}, -2},
		{"-0.5", Number{-5, 1}, -0.5},
		{"0.05", Number{5, 2}, 0.05},
		{"12.50", Number{125, 1}, 12.5},
		{"7.000000000", Number{7, 0}, 7},
		{"0.000001", Number{1, 6}, 0.000001},
		{"007", Number{7, 0}, 7},
		{"26000000", Number{26000000, 0}, 26000000},
		{"999999999999999", Number{999999999999999, 0}, 999999999999999},
	}
	for _, tt := range tests {
		got, err := ParseNumber(tt.text)
		if err != nil || got != tt.want || got.Float() != tt.float {
			t.Errorf("ParseNumber(%q) = %+v (%v), %v; want %+v (%v)", tt.text, got, got.Float(), err, tt.want, tt.float)
		}
	}
	for _, text := range []string{
		"", " ", "-", ".", "-.", ".5", "-.5", "5.", "+5", "--5", "5-5", "1.2.3", "1,5", "1 000", "1e5", "0x10", "NaN", "Inf", "５", "5 ", "5\n",
		"0.0000001", "9999999999999999", strings.Repeat("9", 400),
	} {
		n, err := ParseNumber(text)
		if _, wrong, field := refusal(err); wrong != "number" || field != "value" {
			t.Errorf("ParseNumber(%q) = %+v, %v", text, n, err)
		}
	}
}

func TestNumbersOfHistory(t *testing.T) {
	for i, row := range historyOf(t, "figures.csv") {
		if _, err := ParseNumber(row["value"]); err != nil {
			t.Errorf("figures.csv:%d: %v", i+2, err)
		}
	}
}
