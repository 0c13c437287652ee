package domain

import (
	"fmt"
	"regexp"
	"strconv"
)

// Edition is the ordinal of an edition of the label: 1 is that of 1999, 18 that of the ceremony of 2017-02-01. Editions
// are keyed by their ordinal because years are ambiguous: there was no ceremony in calendar 2010, and the ceremony of
// 2009-12-15 is called both 2009 and 2010 by the press. The zero value is "the source does not say which edition".
type Edition int

// FirstEdition is the edition of 1999.
const FirstEdition Edition = 1

// lastEdition bounds the form of an edition, for the next thousand years; which ones can be is for the rules to say.
const lastEdition Edition = 999

// lastBeforeGap is the edition of 2009-12-15, the last before the year without a ceremony.
const lastBeforeGap Edition = 11

// Year is the calendar year of the ceremony, or 0 for no edition.
func (e Edition) Year() int {
	switch {
	case e < FirstEdition:
		return 0
	case e <= lastBeforeGap:
		return int(e) + 1998
	default:
		return int(e) + 1999
	}
}

// EditionOfYear is the edition whose ceremony was held in a calendar year, or 0: none before 1999, none in 2010.
func EditionOfYear(year int) Edition {
	switch {
	case year < 1999 || year == 2010:
		return 0
	case year < 2010:
		return Edition(year - 1998)
	default:
		return Edition(year - 1999)
	}
}

// String gives the ordinal, or "undated".
func (e Edition) String() string {
	if e == 0 {
		return "undated"
	}
	return strconv.Itoa(int(e))
}

// occurred is the value of the field of that name for something that happened at an edition.
func (e Edition) occurred() string {
	if e == 0 {
		return ""
	}
	return fmt.Sprintf("%04d", e.Year())
}

// statedYear matches a year as a source states it: 2017, 2002?, 2017+, 2018|2024, 2000-2005.
var statedYear = regexp.MustCompile(`^[0-9]{4}(\?|\+|(\|[0-9]{4})+|-[0-9]{4})?$`)

// CheckStatedYear tells whether an edition and a year as a source states it belong together. A certain year needs its
// edition; an uncertain one (with ?, |, + or a range) has none. Edition 11 may be called 2009 or 2010.
func CheckStatedYear(e Edition, stated string) error {
	if stated == "" {
		if e == 0 {
			return nil
		}
		return broken(editionYearMissing, "yearAsStated", e)
	}
	if !isStatedYear(stated) {
		return invalid(yearStated, "yearAsStated", shorten(stated))
	}
	if len(stated) > 4 {
		if e != 0 {
			return broken(editionYearUncertain, "edition", stated)
		}
		return nil
	}
	year, _ := strconv.Atoi(stated)
	held := EditionOfYear(year)
	switch {
	case year == 2010 && e == lastBeforeGap:
		return nil
	case year == 2010:
		return broken(editionYearGap, "edition", lastBeforeGap)
	case held == 0:
		return broken(editionYearBeforeFirst, "yearAsStated", year, FirstEdition.Year())
	case e == 0:
		return broken(editionYearCertain, "edition", year, held)
	case e != held:
		return broken(editionYearOther, "edition", e, e.Year(), year, held)
	}
	return nil
}
