package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// A clock is the last thing that could tell. Each town departs in one of two worlds and not in the other, so the
// difference between its two answers holds nothing but the secret half and chance. Whoever can sort the towns by that
// difference can sort candidacies by outcome.

// separation is how well numbers sort those of one kind before the others, as the area under the curve that a classifier
// would have: 0.5 tells nothing, 0 and 1 tell all.
func separation(numbers []float64, kind []bool) float64 {
	wins, pairs := 0.0, 0
	for i, a := range numbers {
		for j, b := range numbers {
			if !kind[i] || kind[j] {
				continue
			}
			pairs++
			switch {
			case a > b:
				wins++
			case a == b:
				wins += 0.5
			}
		}
	}
	return wins / float64(pairs)
}

// chance is how many of all ways to call half of the towns departing would sort them as well as a separation does, or
// better, to either side.
func chance(numbers []float64, found float64) float64 {
	n, as, all := len(numbers), 0, 0
	for mask := range 1 << n {
		kind, departing := make([]bool, n), 0
		for i := range kind {
			if kind[i] = mask>>i&1 == 1; kind[i] {
				departing++
			}
		}
		if departing != n/2 {
			continue
		}
		all++
		if math.Abs(separation(numbers, kind)-0.5) >= math.Abs(found-0.5) {
			as++
		}
	}
	return float64(as) / float64(all)
}

func TestSeparation(t *testing.T) {
	kind := []bool{true, false, true, false, true, false, true, false}
	for _, c := range []struct {
		numbers []float64
		found   float64
		chance  float64
	}{
		{[]float64{5, 1, 6, 2, 7, 3, 8, 4}, 1, 2.0 / 70}, {[]float64{1, 5, 2, 6, 3, 7, 4, 8}, 0, 2.0 / 70}, {[]float64{1, 1, 1, 1, 1, 1, 1, 1}, 0.5, 1},
	} {
		found := separation(c.numbers, kind)
		if got := chance(c.numbers, found); found != c.found || math.Abs(got-c.chance) > 1e-9 {
			t.Errorf("%v: separation %v by a chance of %v, want %v and %v", c.numbers, found, got, c.found, c.chance)
		}
	}
}

const (
	timedTowns = 12
	// timedAsks is how often each answer is timed. The quickest counts: it is what is left of a loaded machine, and what
	// somebody would take who really wants to know.
	timedAsks = 12
	// timedLeast is a difference that nobody sees from outside.
	timedLeast = 10 * time.Microsecond
	// timedChance: a separation that less than one in a hundred ways to call the towns would give is looked at again, so many times in
	// all. Under chance alone it comes back as good each time once in a hundred million.
	timedChance = 0.01
	timedAgain  = 4
)

// timed measures one answer for each town in both worlds and gives how much longer it took in the first, in microseconds.
func timed(a, b *world, ask func(w *world, town int)) []float64 {
	numbers := make([]float64, len(a.towns))
	for i := range numbers {
		least := [2]time.Duration{math.MaxInt64, math.MaxInt64}
		for n := range timedAsks {
			for k := range 2 {
				k = (k + n) % 2 // neither is always the first
				began := time.Now()
				ask([2]*world{a, b}[k], i)
				least[k] = min(least[k], time.Since(began))
			}
		}
		numbers[i] = float64(least[0]-least[1]) / float64(time.Microsecond)
	}
	return numbers
}

// sorts tells whether the time of an answer sorts the towns by outcome, and how well.
func sorts(a, b *world, ask func(w *world, town int)) (found string, yes bool) {
	kind := make([]bool, len(a.towns))
	for i := range kind {
		kind[i] = a.outcomes[i].departs
	}
	side := 0.0
	for range timedAgain {
		numbers := timed(a, b, ask)
		s := separation(numbers, kind)
		c := chance(numbers, s)
		var with, without []float64
		for i, n := range numbers {
			if kind[i] {
				with = append(with, n)
			} else {
				without = append(without, n)
			}
		}
		slices.Sort(with)
		slices.Sort(without)
		apart := (with[len(with)/2] - without[len(without)/2]) / 2
		found = fmt.Sprintf("separation %.2f by a chance of %.4f, %.1f µs", s, c, apart)
		if c > timedChance || math.Abs(apart) < float64(timedLeast)/float64(time.Microsecond) || side*apart < 0 {
			return found, false
		}
		side = apart
	}
	return found, true
}

// How long an answer takes does not tell how a candidacy was decided. And it would be seen if it did.
func TestEmbargoInTime(t *testing.T) {
	if testing.Short() {
		t.Skip("what the race detector does to an answer takes longer than any answer")
	}
	a, b := twins(t, timedTowns)
	both(a, b, func(w *world) { w.post("president", "deliberations", 201, map[string]any{"edition": w.edition}) })
	c := compare(t, "timing", a, b)
	ask := func(w *world, method, who, address string, body []byte) {
		n := c.an
		if w == b {
			n = c.bn
		}
		w.ask(method, who, n.real.Replace(address), realBody(n, body))
	}
	get := func(who, address string) func(w *world, town int) {
		return func(w *world, town int) {
			ask(w, "GET", who, strings.ReplaceAll(address, "{id}", w.towns[town].ID), nil)
		}
	}
	sealed := func(address string) func(w *world, town int) {
		return func(w *world, town int) {
			record := c.sealedOf(town)
			field := slices.IndexFunc(c.seals[c.sealedAt(town)], func(f string) bool { return strings.Contains(f, ".departure") })
			ask(w, "GET", "", strings.NewReplacer("{event}", record, "{departure}", c.seals[c.sealedAt(town)][field]).Replace(address), nil)
		}
	}
	attempt := func(resource string) func(w *world, town int) {
		return func(w *world, town int) {
			ask(w, "POST", fmt.Sprintf("declarant-%d", town), "/v1/"+resource, c.attempts(town, c.sealedOf(town))[resource])
		}
	}
	dossier := fmt.Sprintf("/v1/editions/%d/candidacies/{id}/dossier", a.edition)
	questions := map[string]func(w *world, town int){
		"the page of a collectivity": get("", "/collectivites/{id}"), "its history": get("", "/v1/collectivities/{id}/history"), "its badge": get("", "/badge/{id}.svg"),
		"the dossier, to a juror who gave no opinion": get("juror-3", dossier), "the dossier, to the secretariat": get("registrar", dossier),
		"the dossier, to the collectivity": func(w *world, town int) { get(fmt.Sprintf("declarant-%d", town), dossier)(w, town) },
		"the record of the decision":       sealed("/inscriptions/{event}"), "the text of a departure": sealed("/log/disclosed/{departure}"),
		"the refusal of an appeal": attempt("appeals"), "the refusal to withdraw": attempt("withdrawals"),
	}
	for name, question := range questions {
		found, tells := sorts(a, b, question)
		t.Logf("%s: %s", name, found)
		if tells {
			t.Errorf("the time of %s tells who departs: %s", name, found)
		}
	}

	page := get("", "/badge/{id}.svg")
	tells, more := false, time.Millisecond/2
	for !tells && more < time.Second { // on a machine that does much else it takes more than one millisecond to be seen
		more *= 2
		var found string
		found, tells = sorts(a, b, func(w *world, town int) {
			page(w, town)
			if w.outcomes[town].departs {
				for began := time.Now(); time.Since(began) < more; {
				}
			}
		})
		t.Logf("%v more for those who depart: %s", more, found)
	}
	if !tells {
		t.Errorf("%v more for those who depart was not found", more)
	}
}
