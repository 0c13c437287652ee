package main

import (
	"strconv"
	"strings"

	"arobase/domain"
)

// editionArgument reads the number of an edition.
func editionArgument(what, s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, usagef("%s is a number from 1 (the edition of 1999) on, not %q", what, s)
	}
	// Years are what people know, so a year is answered with its edition.
	if e := domain.EditionOfYear(n); e != 0 {
		return 0, usagef("%s is counted from 1, the edition of 1999; the one of %d is %d", what, n, int(e))
	}
	if n > 999 {
		return 0, usagef("%s is a number from 1 (the edition of 1999) on, not %d", what, n)
	}
	return n, nil
}

// didYouMean names the words that are near to one that nobody knows.
func didYouMean(s string, known []string) string {
	var near []string
	for _, k := range known {
		if strings.Contains(k, s) || strings.Contains(s, k) || distance(s, k) <= max(2, len(k)/4) {
			near = append(near, k)
		}
	}
	if s == "" || len(near) == 0 {
		return "; there are " + strings.Join(known, ", ")
	}
	return "; did you mean " + strings.Join(near, " or ") + "?"
}

// distance is the number of letters to change, add or leave out to make one word of the other (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
