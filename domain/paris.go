package domain

import "time"

// DayInParis is the calendar day on which something is done at a moment: the days of an edition are those of the
// association. It is reckoned from the law of the European Union (directive 2000/84/EC: summer time from the last Sunday of
// March to the last Sunday of October, both at 01:00 UTC) and not from a database of time zones, so that whoever judges an
// event comes to the same day on every machine, for ever.
func DayInParis(t time.Time) string {
	t = t.UTC()
	offset := time.Hour
	if !t.Before(changeOfClocks(t.Year(), time.March)) && t.Before(changeOfClocks(t.Year(), time.October)) {
		offset = 2 * time.Hour
	}
	return t.Add(offset).Format(time.DateOnly)
}

// changeOfClocks is 01:00 UTC on the last Sunday of a month that has 31 days.
func changeOfClocks(year int, month time.Month) time.Time {
	last := time.Date(year, month, 31, 1, 0, 0, 0, time.UTC)
	return last.AddDate(0, 0, -int(last.Weekday()))
}

// DaysAfter is the day so many days after another. What is no day stays as it is.
func DaysAfter(day string, n int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, n).Format(time.DateOnly)
}
