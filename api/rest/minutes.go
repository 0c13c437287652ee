package rest

import (
	"net/http"
	"strconv"
	"strings"

	"arobase/api/auth"
	"arobase/api/ledger"
)

// minutes answers with the minutes of a deliberation, as JSON or as a table: to everybody once the palmarès is published,
// before that to the jury, the secretariat and the presidency. Texts in it can be erased, and what it shows depends on who
// asks: no copy of it may be kept.
func (a *api) minutes(w http.ResponseWriter, r *http.Request) {
	if err := a.sendMinutes(w, r); err != nil {
		a.fail(w, r, nil, err)
	}
}

func (a *api) sendMinutes(w http.ResponseWriter, r *http.Request) error {
	edition, err := editionIn(r)
	if err != nil {
		return err
	}
	who := auth.Principal{Role: auth.Public}
	if a.Gate != nil {
		if who, err = a.Gate.Identify(r); err != nil {
			return err
		}
	}
	m, err := a.Ledger.Minutes(r.Context(), who, edition)
	if err != nil {
		return err
	}
	w.Header().Set("Vary", "Accept, Authorization")
	if r.URL.Query().Get("format") != "csv" && negotiate(r.Header.Get("Accept"), []string{mediaJSON, mediaCSV}) != mediaCSV {
		return sendPrivate(w, http.StatusOK, m)
	}
	body, err := table(minutesColumns(m), m.Decisions).csv(r.URL.Query().Get("dialect") == "excel-fr")
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", mediaCSV+"; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="minutes-`+strconv.Itoa(int(edition))+`.csv"`)
	_, _ = w.Write(body) // the reader may be gone
	return nil
}

func minutesColumns(m ledger.Minutes) []column[ledger.MinutesDecision] {
	type line = ledger.MinutesDecision
	numbers := func(all []int) string {
		words := make([]string, len(all))
		for i, n := range all {
			words[i] = strconv.Itoa(n)
		}
		return strings.Join(words, "|")
	}
	sat := func(f func(line) any) func(line) any {
		return func(d line) any {
			if d.Session == 0 {
				return nil
			}
			return f(d)
		}
	}
	tally := func(f func(d line) int) func(line) any {
		return func(d line) any {
			if d.Tally == nil {
				return nil
			}
			return f(d)
		}
	}
	return []column[line]{
		{"edition", func(line) any { return int(m.Edition) }},
		{"collectivity", func(d line) any { return string(d.Collectivity) }},
		{"name", func(d line) any { return d.Name }},
		{"state", func(d line) any { return d.State }},
		{"session", func(d line) any { return known(d.Session) }},
		{"on", func(d line) any { return d.On }},
		{"reporting", func(d line) any { return numbers(d.Reporting) }},
		{"recused", func(d line) any {
			var seats []int
			for _, r := range d.Recused {
				seats = append(seats, r.Juror)
			}
			return numbers(seats)
		}},
		{"present", func(d line) any { return numbers(d.Present) }},
		{"voters", func(d line) any { return numbers(d.Voters) }},
		{"quorum", sat(func(d line) any { return d.Quorum })},
		{"held", sat(func(d line) any { return d.Held })},
		{"distinction", func(d line) any {
			if d.Result == nil {
				return nil
			}
			return string(d.Result.Distinction)
		}},
		{"level", func(d line) any {
			if d.Result == nil {
				return nil
			}
			return known(int(d.Result.Level))
		}},
		{"tally.for", tally(func(d line) int { return d.Tally.For })},
		{"tally.against", tally(func(d line) int { return d.Tally.Against })},
		{"tally.abstained", tally(func(d line) int { return d.Tally.Abstained })},
		{"motivation", func(d line) any { return d.Motivation }},
		{"departure", func(d line) any { return d.Departure }},
		{"after", func(d line) any {
			var all []string
			for _, a := range d.After {
				all = append(all, a.By)
			}
			return strings.Join(all, "|")
		}},
	}
}
