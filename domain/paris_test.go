package domain

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

func TestDayInParis(t *testing.T) {
	for at, want := range map[string]string{
		"2026-12-31T22:59:59Z":      "2026-12-31",
		"2026-12-31T23:00:00Z":      "2027-01-01",
		"2026-07-01T21:59:59Z":      "2026-07-01",
		"2026-07-01T22:00:00Z":      "2026-07-02",
		"2026-03-28T23:00:00Z":      "2026-03-29",
		"2026-10-24T22:00:00Z":      "2026-10-25",
		"2026-10-25T22:59:59Z":      "2026-10-25",
		"2026-07-01T23:30:00-05:00": "2026-07-02",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := DayInParis(moment); got != want {
			t.Errorf("%s is on %s, want %s", at, got, want)
		}
	}
}

// TestDayInParisIsThatOfTheDatabase holds the law against the database of time zones, since it is the same in all of the
// European Union.
func TestDayInParisIsThatOfTheDatabase(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	from, to := time.Date(1998, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(2037, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(from, to).Draw(t, "at"), 0)
		if rapid.Bool().Draw(t, "near a change") {
			month := rapid.SampledFrom([]time.Month{time.March, time.October}).Draw(t, "month")
			at = changeOfClocks(at.Year(), month).Add(time.Duration(rapid.IntRange(-30, 30).Draw(t, "hours")) * time.Hour)
		}
		if got, want := DayInParis(at), at.In(paris).Format(time.DateOnly); got != want {
			t.Fatalf("%s is on %s, want %s", at, got, want)
		}
	})
}

func TestDaysAfter(t *testing.T) {
	for _, tt := range []struct {
		day  string
		n    int
		want string
	}{{"2026-12-31", 1, "2027-01-01"}, {"2026-03-01", -1, "2026-02-28"}, {"2026-06-01", 0, "2026-06-01"}, {"2026-06", 3, "2026-06"}} {
		if got := DaysAfter(tt.day, tt.n); got != tt.want {
			t.Errorf("%d days after %s: %s, want %s", tt.n, tt.day, got, tt.want)
		}
	}
}
